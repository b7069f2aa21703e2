//! Ids of namespaces, and the names that go with them.

use super::{DIR, walk};
use crate::Page;
use crate::ip::nsref::Path;
use crate::records::Records;
use nlbox_core::conn::{Conn, Error};
use nlbox_core::rt::nsid::{RTGENMSG_LEN, netnsa};
use nlbox_core::rt::rtm;
use nlbox_core::wire::build::Build;
use nlbox_sys::fd::{Dir, Fd, OFlags, open_at};

/// A request about the namespace behind `fd`.
pub(in crate::ip) fn request_of<'t>(tx: &'t mut [u8], ty: u16, fd: &Fd) -> Build<'t> {
    let mut m = Build::blank(tx, ty, 0, RTGENMSG_LEN);
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
#[derive(Default)]
pub struct Ids {
    names: Records,
    known: bool,
}

impl Ids {
    /// Lets them be asked anew.
    pub fn forget(&mut self) {
        self.known = false;
    }

    fn learn(&mut self, conn: &mut Conn<'_>) {
        self.names.clear();
        self.known = true;
        let Ok(dir) = Dir::open(DIR) else { return };
        let _ = walk(dir, &mut |dir, name| {
            if let Ok(id @ 0..) = id_of_name(conn, dir, name) {
                self.names.push(id.cast_unsigned(), name);
            }
        });
    }
}

/// Prints the name of the namespace with id `nsid` here; `false` when it has none.
///
/// Asks over the second socket: the first one may be in the middle of a dump.
pub fn name_of_id(page: &mut Page<'_>, nsid: i32, label: &str) -> bool {
    let ids = &mut page.names.nsids;
    if !ids.known {
        ids.learn(&mut page.names.conn);
    }
    let name = ids.names.name(nsid.cast_unsigned());
    if let Some(name) = name {
        page.out.str(label, name);
    }
    name.is_some()
}
