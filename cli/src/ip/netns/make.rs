//! Names come and go.

use super::visit::{excursion, renamed};
use super::{DIR, bind, cannot_bind, checked, each, failed, name, over, path_of, pid_of};
use crate::Ctx;
use crate::ip::nsref::{OF_PID, Path, fill as fill_path};
use crate::ip::value::{plain, plain_of};
use crate::report::Done;
use crate::words::{Line, Words};
use core::ffi::CStr;
use nlbox_core::text::num;
use nlbox_sys::errno::Errno;
use nlbox_sys::fd::{Dir, Lock, OFlags, mkdir, open, symlink, unlink};
use nlbox_sys::mount::{MountFlags, UmountFlags, bind as bind_fd, umount};
use nlbox_sys::ns::{CloneFlags, current_net, pidfd_open, setns, unshare};

/// `add NAME`
pub(super) fn add(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let name = name(cx, line)?;
    make(cx, line, name, None)
}

/// `attach NAME PID`
pub(super) fn attach(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let name = line.next().map(|w| checked(cx, w)).transpose()?;
    let (Some(name), Some(word)) = (name, line.next()) else {
        return Err(plain(cx, "No netns name and PID specified"));
    };
    match pid_of(word) {
        Some(pid @ 1..) => make(cx, line, name, Some(pid)),
        _ => Err(plain_of(cx, "Invalid PID: ", word)),
    }
}

/// `delete NAME...`, or with `-all` every one. One that fails does not keep the others.
pub(super) fn delete(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let mut done = Ok(());
    if cx.page.opts.all {
        over(cx, line)?;
        each(cx, &mut |cx, _, name| done = done.and(remove(cx, name)))?;
        return done;
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
    renamed(cx);
    let mut path = Path::new();
    let path = path_of(&mut path, name);
    unname(path).map_err(|e| failed(cx, "Cannot remove namespace file \"%\"", path.to_bytes(), e))
}

/// A name that lost its mount is removed all the same.
fn unname(path: &CStr) -> Result<(), Errno> {
    let _ = umount(path, UmountFlags::DETACH | UmountFlags::NOFOLLOW);
    unlink(path)
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

fn mount_dir(how: MountFlags) -> Result<(), Errno> {
    bind(DIR, DIR, how | MountFlags::REC)
}

/// Makes the directory a shared mount, so that names come and go in every mount namespace made from here on.
fn share() -> Result<(), (&'static str, Errno)> {
    let mut shared = mount_dir(MountFlags::SHARED);
    if shared == Err(Errno::EINVAL) {
        mount_dir(MountFlags::BIND).map_err(|e| ("mount --bind /var/run/netns /var/run/netns failed", e))?;
        shared = mount_dir(MountFlags::SHARED);
        if shared.is_err() {
            let _ = umount(DIR, UmountFlags::DETACH);
        }
    }
    shared.map_err(|e| ("mount --make-shared /var/run/netns failed", e))
}

fn ready(cx: &mut Ctx<'_>) -> Result<(), (&'static str, Errno)> {
    make_dir().map_err(|e| ("mkdir /var/run/netns failed", e))?;
    // Two that come at once must not both bind the directory.
    let lock = Dir::open(DIR);
    let locked = lock.as_ref().map_err(|e| *e).and_then(|d| d.as_fd().flock(Lock::Exclusive));
    if let Err(e) = locked {
        let what = "Warning: could not flock netns runtime directory \"/var/run/netns\"";
        let _ = failed(cx, what, b"", e);
    }
    share()
}

/// At the end of the line: gives `name` to a new namespace, or to the one of a process.
///
/// The work leaves the network namespace, from which a line of a batch comes back. What was made is removed again when
/// a step fails.
fn make(cx: &mut Ctx<'_>, line: &Line<'_>, name: &[u8], of: Option<u32>) -> Done {
    over(cx, line)?;
    if !cx.visits.ready {
        ready(cx).map_err(|(what, e)| failed(cx, what, b"", e))?;
    }
    let mut path = Path::new();
    let path = path_of(&mut path, name);
    open(path, OFlags::RDONLY | OFlags::CREAT | OFlags::EXCL, 0)
        .map_err(|e| failed(cx, "Cannot create namespace file \"%\"", path.to_bytes(), e))?;
    let done = match line.words() {
        Words::Args(_) => fill(cx, name, path, of),
        Words::List(_) => {
            renamed(cx);
            cx.visits.ready = true;
            excursion(cx, &mut |cx| fill(cx, name, path, of))
        }
    };
    if done.is_err() {
        let _ = unname(path);
    }
    done
}

/// Mounts the namespace on `path`; where it is to be a new one, goes into it.
fn fill(cx: &mut Ctx<'_>, name: &[u8], path: &CStr, of: Option<u32>) -> Done {
    if of.is_none() {
        unshare(CloneFlags::NEWNET)
            .map_err(|e| failed(cx, "Failed to create a new network namespace \"%\"", name, e))?;
    }
    let mut from = Path::new();
    let digits = of.map(|pid| num::dec(u64::from(pid)));
    let from = fill_path(&mut from, OF_PID, digits.as_ref().map_or(b"self", |d| d.as_bytes())).unwrap_or(c"");
    let bound = match bind(from, path, MountFlags::BIND) {
        Err(e @ Errno::ENOENT) => without_proc(of, path).map_err(|_| e),
        done => done,
    };
    bound.map_err(|e| cannot_bind(cx, from, path, e))
}

/// The same without /proc: a socket gives its own namespace, and the new mount calls take it as it is.
fn without_proc(of: Option<u32>, path: &CStr) -> Result<(), Errno> {
    if let Some(pid) = of {
        setns(&pidfd_open(i32::try_from(pid).unwrap_or(-1))?, CloneFlags::NEWNET)?;
    }
    bind_fd(&current_net()?, path)
}
