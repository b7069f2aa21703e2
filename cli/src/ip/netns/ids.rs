//! Ids of namespaces, and the names that go with them.

use super::walk;
use crate::Page;
use core::iter::once;
use nlbox_core::conn::{Conn, Error};
use nlbox_core::rt::nsid::{RTGENMSG_LEN, netnsa};
use nlbox_core::rt::rtm;
use nlbox_core::wire::build::Build;
use nlbox_sys::fd::{CBuf, Fd, OFlags, open_at};
use nlbox_sys::memory::map;

/// The id that this namespace has for the one behind `fd`, -1 for none: `RTM_GETNSID` by `NETNSA_FD`.
///
/// `EINVAL`: no network namespace is behind it.
pub(super) fn id_of(conn: &mut Conn<'_>, fd: &Fd) -> Result<i32, Error> {
    let mut tx = [0; 64];
    let mut m = Build::new(&mut tx, rtm::GETNSID, 0, &[0; RTGENMSG_LEN]);
    m.put(netnsa::FD, fd.raw().cast_unsigned());
    let answer = conn.get(&mut m)?;
    let (_, attrs) = answer.split::<RTGENMSG_LEN>();
    Ok(attrs.get(netnsa::NSID).unwrap_or(-1))
}

/// The same for a name in the directory `dir`; -1 also for one that cannot be opened.
pub(super) fn id_of_name(conn: &mut Conn<'_>, dir: &Fd, name: &[u8]) -> Result<i32, Error> {
    let mut path = CBuf::<256>::new();
    let fd = path.join(&[name]).and_then(|p| open_at(dir, p, OFlags::RDONLY | OFlags::NONBLOCK, 0));
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

/// Bytes of a record before its name.
const RECORD: usize = 5;

impl Ids {
    /// Lets them be asked anew.
    pub fn forget(&mut self) {
        self.known = false;
    }

    fn learn(&mut self, conn: &mut Conn<'_>) {
        let mut need = 0_usize;
        let _ = walk(&mut |_, name| need = need.saturating_add(name.len()).saturating_add(RECORD));
        if need > self.room.len() {
            // Without memory no id has a name: the number is printed.
            self.room = map(need).unwrap_or_default();
        }
        self.len = 0;
        self.known = true;
        let _ = walk(&mut |dir, name| {
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

/// Gives the name of the namespace with id `nsid` here to `put`; `false` when it has none.
///
/// Asks over the second socket: the first one may be in the middle of a dump.
pub fn name_of_id(page: &mut Page<'_>, nsid: i32, put: &mut dyn FnMut(&mut Page<'_>, &[u8])) -> bool {
    let mut ids = core::mem::take(&mut page.names.nsids);
    if !ids.known {
        ids.learn(&mut page.names.conn);
    }
    let name = ids.name(nsid);
    if let Some(name) = name {
        put(page, name);
    }
    let found = name.is_some();
    page.names.nsids = ids;
    found
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
