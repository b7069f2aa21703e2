//! `exec`: a command inside a namespace, with the files of /etc that are kept for it.

use super::{Path, about, cannot_bind, cannot_read, name, open_name, switch, walk, walk_in};
use crate::report::{Done, Fail, PLAIN, USAGE};
use crate::words::{Line, Words};
use crate::{Ctx, child};
use core::ffi::CStr;
use nlbox_sys::errno::Errno;
use nlbox_sys::fd::{CBuf, Dir, Fd, join, open_beneath};
use nlbox_sys::mount::{MountFlags, ST_RDONLY, UmountFlags, bind, mount, statvfs_flags, umount};
use nlbox_sys::ns::{CloneFlags, unshare};
use nlbox_sys::process::{Fork, exit, fork, wait};

/// `exec NAME COMMAND...`: becomes the command. Lines of a batch and `-all` run it as a child.
pub(super) fn run(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    if cx.page.opts.all {
        return all(cx, line);
    }
    let name = name(cx, line)?;
    command(cx, line)?;
    match line.words() {
        Words::Args(_) => Err(inside(cx, name, line)),
        Words::List(_) => match child(cx, name, line) {
            0 => Ok(()),
            code => Err(Fail(code)),
        },
    }
}

fn command(cx: &mut Ctx<'_>, line: &Line<'_>) -> Done {
    if line.is_over() { Err(cx.err.plain(&[b"No command specified"])) } else { Ok(()) }
}

/// `-all exec COMMAND...`: a command that fails somewhere is no failure of the whole.
fn all(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    command(cx, line)?;
    let read = walk(&mut |_, name| {
        cx.page.out.text("\nnetns: ");
        cx.page.out.str("", "%\n", name);
        child(cx, name, line);
    });
    read.map(drop).map_err(|e| cannot_read(cx, e))
}

/// Runs the command in a child and gives its exit code, 128 and more for a signal.
fn child(cx: &mut Ctx<'_>, name: &[u8], line: &Line<'_>) -> u8 {
    cx.page.out.flush();
    match fork() {
        Ok(Fork::Child) => exit(inside(cx, name, line).0),
        Ok(Fork::Parent(pid)) => wait(pid).map_or(PLAIN.0, |status| status.code()),
        Err(e) => cx.err.system(&[b"fork failed"], e.0).0,
    }
}

/// Goes inside and becomes the command; comes back only when that failed.
fn inside(cx: &mut Ctx<'_>, name: &[u8], line: &Line<'_>) -> Fail {
    match switch(cx, open_name(name), name).and_then(|()| view(cx, name)) {
        Ok(()) => become_command(cx, line),
        Err(fail) => fail,
    }
}

fn become_command(cx: &mut Ctx<'_>, line: &Line<'_>) -> Fail {
    cx.page.out.flush();
    let e = child::become_command(line);
    about(cx, "exec of", line.peek().unwrap_or_default(), " failed", e)
}

fn fatal(cx: &mut Ctx<'_>, what: &[u8], e: Errno) -> Fail {
    let _ = cx.err.system(&[what], e.0);
    USAGE
}

/// A view of the file system for the command alone: the /sys of its namespace, its own files in /etc.
fn view(cx: &mut Ctx<'_>, name: &[u8]) -> Done {
    unshare(CloneFlags::NEWNS).map_err(|e| fatal(cx, b"unshare failed", e))?;
    // Else what is mounted below would show everywhere.
    mount(None, c"/", None, MountFlags::SLAVE | MountFlags::REC, None)
        .map_err(|e| fatal(cx, b"\"mount --make-rslave /\" failed", e))?;
    if let Err(e) = sys(name) {
        let _ = cx.err.system(&[b"mount of /sys failed"], e.0);
    }
    etc(cx, name);
    Ok(())
}

/// sysfs shows the devices of the namespace in which it is mounted. Without the directory, or without sysfs in the
/// kernel, there is nothing to do.
fn sys(name: &[u8]) -> Result<(), Errno> {
    let mut flags = MountFlags::empty();
    if umount(c"/sys", UmountFlags::DETACH).is_err()
        && statvfs_flags(c"/sys").is_ok_and(|f| f & ST_RDONLY != 0)
    {
        flags = MountFlags::RDONLY;
    }
    let mut source = CBuf::<256>::new();
    match mount(Some(source.join(&[name])?), c"/sys", Some(c"sysfs"), flags, None) {
        Err(Errno::ENOENT | Errno::ENODEV) => Ok(()),
        done => done,
    }
}

/// Binds each file of /etc/netns/NAME over the one of that name in /etc.
fn etc(cx: &mut Ctx<'_>, name: &[u8]) {
    let mut room = Path::new();
    let Ok(own) = room.join(&[b"/etc/netns/", name]) else { return };
    let Ok(dir) = Dir::open(own) else { return };
    let own = own.to_bytes();
    // Each pair is its own failure; a directory that cannot be read to its end has given what it has.
    let _ = walk_in(dir, &mut |dir, file| {
        let (mut from, mut to) = ([0; 768], [0; 320]);
        let (Ok(from), Ok(to)) = (join(&mut from, &[own, b"/", file]), join(&mut to, &[b"/etc/", file]))
        else {
            return;
        };
        if let Err(e) = over(dir, file, from, to) {
            let _ = cannot_bind(cx, from, to, e);
        }
    });
}

/// Binds `file` of `dir`, which is `from`, on `to`. A symbolic link that leads out of the directory is refused
/// (`EXDEV`) where the kernel can tell.
fn over(dir: &Fd, file: &[u8], from: &CStr, to: &CStr) -> Result<(), Errno> {
    let mut path = CBuf::<256>::new();
    match open_beneath(dir, path.join(&[file])?).and_then(|fd| bind(&fd, to)) {
        Err(Errno::ENOSYS) => mount(Some(from), to, None, MountFlags::BIND, None),
        done => done,
    }
}
