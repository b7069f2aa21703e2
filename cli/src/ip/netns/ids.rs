//! Ids of namespaces, and the names that go with them.

use super::{DIR, walk};
use crate::Page;
use crate::ip::nsref::Path;
use core::iter::once;
use nlbox_core::conn::{Conn, Error};
use nlbox_core::rt::nsid::{RTGENMSG_LEN, netnsa};
use nlbox_core::rt::rtm;
use nlbox_core::wire::build::Build;
use nlbox_sys::fd::{Dir, Fd, OFlags, open_at};
use nlbox_sys::memory::map;

/// A request about the namespace behind `fd`.
pub(super) fn request_of<'t>(tx: &'t mut [u8], ty: u16, fd: &Fd) -> Build<'t> {
    let mut m = Build::new(tx, ty, 0, &[0; RTGENMSG_LEN]);
    m.put(netnsa::FD, fd.raw().cast_unsigned());
    m
}

/// The id that this namespace has for the one behind `fd`, -1 for none: `RTM_GETNSID` by `NETNSA_FD`.
///
/// # Errors
/// `EINVAL`: no network namespace is behind it.
pub fn id_of(conn: &mut Conn<'_>, fd: &Fd) -> Result<i32, Error> {
    let mut tx = [0; 64];
    let answer = conn.get(&mut request_of(&mut tx, rtm::GETNSID, fd))?;
    let (_, attrs) = answer.split::<RTGENMSG_LEN>();
    Ok(attrs.get(netnsa::NSID).unwrap_or(-1))
}

/// The same for a name in the directory `dir`; -1 also for one that cannot be opened.
pub(super) fn id_of_name(conn: &mut Conn<'_>, dir: &Fd, name: &[u8]) -> Result<i32, Error> {
    let fd = open_at(dir, Path::new().join(&[name]).unwrap_or(c""), OFlags::RDONLY | OFlags::NONBLOCK, 0);
    fd.map_or(Ok(-1), |fd| id_of(conn, &fd))
}

/// All names that have ids, for one command: asked when the first is wanted.
///
/// A record is the id (i32), the name's length (u8), the name.
#[derive(Default)]
pub struct Ids {
    room: &'static mut [u8],
    len: usize,
    known: bool,
}

/// Bytes for all records, some ten thousand: pages that are not written to take no memory.
const ROOM: usize = 1 << 20;
/// Bytes of a record before its name.
const RECORD: usize = 5;

impl Ids {
    /// Lets them be asked anew.
    pub fn forget(&mut self) {
        self.known = false;
    }

    fn learn(&mut self, conn: &mut Conn<'_>) {
        if self.room.is_empty() {
            // Without memory no id has a name: the number is printed.
            self.room = map(ROOM).unwrap_or_default();
        }
        self.len = 0;
        self.known = true;
        let Ok(dir) = Dir::open(DIR) else { return };
        let _ = walk(dir, &mut |dir, name| {
            if let Ok(id @ 0..) = id_of_name(conn, dir, name) {
                self.push(id, name);
            }
        });
    }

    fn push(&mut self, id: i32, name: &[u8]) {
        let end = self.len.saturating_add(RECORD).saturating_add(name.len());
        let (Some(to), Ok(len)) = (self.room.get_mut(self.len..end), u8::try_from(name.len())) else {
            return;
        };
        let record = id.to_ne_bytes().into_iter().chain(once(len)).chain(name.iter().copied());
        for (to, from) in to.iter_mut().zip(record) {
            *to = from;
        }
        self.len = end;
    }

    fn name(&self, id: i32) -> Option<&[u8]> {
        let mut rest = self.room.get(..self.len)?;
        loop {
            let (n, more) = rest.split_first_chunk::<4>()?;
            let (len, more) = more.split_first()?;
            let (name, more) = more.split_at_checked(usize::from(*len))?;
            if *n == id.to_ne_bytes() {
                return Some(name);
            }
            rest = more;
        }
    }
}

/// Prints the name of the namespace with id `nsid` here; `false` when it has none.
///
/// Asks over the second socket: the first one may be in the middle of a dump.
pub fn name_of_id(page: &mut Page<'_>, nsid: i32, key: &str, pattern: &str) -> bool {
    let ids = &mut page.names.nsids;
    if !ids.known {
        ids.learn(&mut page.names.conn);
    }
    let name = ids.name(nsid);
    if let Some(name) = name {
        page.out.str(key, pattern, name);
    }
    name.is_some()
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;

    #[test]
    fn records() {
        let mut ids = Ids { room: std::vec![0; 22].leak(), ..Ids::default() };
        assert_eq!(ids.name(0), None);
        ids.push(7, b"blue");
        ids.push(0, b"red");
        ids.push(1, b"no room");
        assert_eq!(ids.name(7), Some(&b"blue"[..]));
        assert_eq!(ids.name(0), Some(&b"red"[..]));
        assert_eq!(ids.name(1), None);
        assert_eq!(ids.len, 17);
    }
}
