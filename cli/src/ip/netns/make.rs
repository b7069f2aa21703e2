//! Names come and go.

use super::{DIR, Path, about, cannot_bind, cannot_read, checked, name, of_pid, over, path_of, walk};
use crate::Ctx;
use crate::report::{Done, Fail, PLAIN};
use crate::words::Line;
use core::ffi::CStr;
use nlbox_core::text::num;
use nlbox_sys::errno::Errno;
use nlbox_sys::fd::{CBuf, Dir, Lock, OFlags, mkdir, open, symlink, unlink};
use nlbox_sys::mount::{MountFlags, UmountFlags, bind, mount, umount};
use nlbox_sys::ns::{CloneFlags, current_net, pidfd_open, setns, unshare};
use nlbox_sys::process::{Fork, exit, fork, wait};

/// `add NAME`
pub(super) fn add(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let name = name(cx, line)?;
    over(cx, line)?;
    make(cx, name, None)
}

/// `attach NAME PID`
pub(super) fn attach(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let name = line.next().map(|w| checked(cx, w)).transpose()?;
    let (Some(name), Some(pid)) = (name, line.next()) else {
        return Err(cx.err.plain(&[b"No netns name and PID specified"]));
    };
    over(cx, line)?;
    match num::parse_u64_base(pid, 10).and_then(|n| i32::try_from(n).ok()) {
        Some(n @ 1..) => make(cx, name, Some((n, pid))),
        _ => Err(cx.err.plain(&[b"Invalid PID: %", pid])),
    }
}

/// `delete NAME...`, or with `-all` every one. One that fails does not keep the others.
pub(super) fn delete(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let mut done = Ok(());
    if cx.page.opts.all {
        over(cx, line)?;
        let read = walk(&mut |_, name| done = done.and(remove(cx, name)));
        return done.and(read.map(drop).map_err(|e| cannot_read(cx, e)));
    }
    let mut next = name(cx, line)?;
    loop {
        done = done.and(remove(cx, next));
        match line.next() {
            Some(word) => next = checked(cx, word)?,
            None => return done,
        }
    }
}

fn remove(cx: &mut Ctx<'_>, name: &[u8]) -> Done {
    let mut path = Path::new();
    let path = path_of(&mut path, name);
    // A name that lost its mount is removed all the same.
    let _ = umount(path, UmountFlags::DETACH | UmountFlags::NOFOLLOW);
    unlink(path).map_err(|e| cx.err.system(&[b"Cannot remove namespace file \"%\"", path.to_bytes()], e.0))
}

/// Makes the directory, and the links and directories above it that a bare file system lacks.
fn make_dir() -> Result<(), Errno> {
    let mut made = mkdir(DIR, 0o755);
    if made == Err(Errno::ENOENT) {
        // /var/run is /run on every machine of today: tools that look in either find the same names.
        let _ = mkdir(c"/run", 0o755);
        let _ = mkdir(c"/var", 0o755);
        let _ = symlink(c"../run", c"/var/run");
        made = mkdir(DIR, 0o755);
    }
    if made == Err(Errno::EEXIST) { Ok(()) } else { made }
}

/// Makes the directory a shared mount, so that names come and go in every mount namespace made from here on. Two
/// that come at once must not both bind it: a lock keeps them apart.
fn ready(cx: &mut Ctx<'_>) -> Done {
    let dir = DIR.to_bytes();
    make_dir().map_err(|e| cx.err.system(&[b"mkdir % failed", dir], e.0))?;
    let lock = Dir::open(DIR);
    let locked = lock.as_ref().map_err(|e| *e).and_then(|d| d.as_fd().flock(Lock::Exclusive));
    if let Err(e) = locked {
        let _ = about(cx, "Warning: could not flock netns runtime directory", dir, "", e);
    }
    let share = || mount(None, DIR, None, MountFlags::SHARED | MountFlags::REC, None);
    let shared = match share() {
        Err(Errno::EINVAL) => {
            mount(Some(DIR), DIR, None, MountFlags::BIND | MountFlags::REC, None)
                .map_err(|e| cx.err.system(&[b"mount --bind % % failed", dir, dir], e.0))?;
            share().inspect_err(|_| {
                let _ = umount(DIR, UmountFlags::DETACH);
            })
        }
        done => done,
    };
    shared.map_err(|e| cx.err.system(&[b"mount --make-shared % failed", dir], e.0))
}

/// Gives `name` to a new namespace, or to the one of a process.
///
/// A child does the work: it leaves its network namespace, and the caller stays in its own without having to find
/// back. What was made is removed again when a step fails.
fn make(cx: &mut Ctx<'_>, name: &[u8], of: Option<(i32, &[u8])>) -> Done {
    ready(cx)?;
    let mut path = Path::new();
    let path = path_of(&mut path, name);
    open(path, OFlags::RDONLY | OFlags::CREAT | OFlags::EXCL, 0)
        .map_err(|e| about(cx, "Cannot create namespace file", path.to_bytes(), "", e))?;
    let code = match fork() {
        Ok(Fork::Child) => exit(fill(cx, name, path, of).map_or_else(|f| f.0, |()| 0)),
        Ok(Fork::Parent(child)) => wait(child).map_or(PLAIN.0, |status| status.code()),
        Err(e) => cx.err.system(&[b"fork failed"], e.0).0,
    };
    if code == 0 {
        return Ok(());
    }
    let _ = umount(path, UmountFlags::DETACH | UmountFlags::NOFOLLOW);
    let _ = unlink(path);
    Err(Fail(code))
}

/// In the child: mounts the namespace on `path`.
fn fill(cx: &mut Ctx<'_>, name: &[u8], path: &CStr, of: Option<(i32, &[u8])>) -> Done {
    if of.is_none() {
        unshare(CloneFlags::NEWNET)
            .map_err(|e| about(cx, "Failed to create a new network namespace", name, "", e))?;
    }
    let mut from = CBuf::<64>::new();
    let from = of_pid(&mut from, of.map_or(b"self", |(_, word)| word)).unwrap_or(c"");
    let bound = match mount(Some(from), path, None, MountFlags::BIND, None) {
        Err(e @ Errno::ENOENT) => without_proc(of, path).map_err(|_| e),
        done => done,
    };
    bound.map_err(|e| cannot_bind(cx, from, path, e))
}

/// The same without /proc: a socket gives its own namespace, and the new mount calls take it as it is.
fn without_proc(of: Option<(i32, &[u8])>, path: &CStr) -> Result<(), Errno> {
    if let Some((pid, _)) = of {
        setns(&pidfd_open(pid)?, CloneFlags::NEWNET)?;
    }
    bind(&current_net()?, path)
}
