//! `exec`: a command inside a namespace, with the files of /etc that are kept for it.

use super::{bind, cannot_bind, each, failed, in_child, name, switch, walk};
use crate::Ctx;
use crate::child::become_command;
use crate::ip::nsref::{Path, by_name, fill};
use crate::ip::value::plain;
use crate::report::{Done, Fail, PLAIN, USAGE};
use crate::words::{Line, Words};
use core::ffi::CStr;
use nlbox_sys::errno::Errno;
use nlbox_sys::fd::{CBuf, Dir, Fd, open_beneath};
use nlbox_sys::mount::{MountFlags, ST_RDONLY, UmountFlags, bind as bind_fd, mount, statvfs_flags, umount};
use nlbox_sys::ns::{CloneFlags, unshare};
use nlbox_sys::process::geteuid;

/// `exec NAME COMMAND...`: becomes the command. Lines of a batch and `-all` run it as a child.
pub(super) fn run(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let all = cx.page.opts.all;
    let name: &[u8] = if all { b"" } else { name(cx, line)? };
    if line.is_over() {
        return Err(plain(cx, "No command specified"));
    }
    if all {
        // A command that fails somewhere is no failure of the whole.
        return each(cx, &mut |cx, _, name| {
            cx.page.out.bytes(b"\nnetns: ");
            cx.page.out.shown(name);
            cx.page.out.bytes(b"\n");
            let _ = in_child(cx, &mut |cx| Err(inside(cx, name, line)));
        })
        .map(drop);
    }
    match line.words() {
        Words::Args(_) => Err(inside(cx, name, line)),
        Words::List(_) => in_child(cx, &mut |cx| Err(inside(cx, name, line))),
    }
}

/// Goes inside and becomes the command; comes back only when that failed.
fn inside(cx: &mut Ctx<'_>, name: &[u8], line: &Line<'_>) -> Fail {
    if let Err(fail) = crate::ip::vrf::leave(cx).and_then(|()| switch(cx, by_name(name), name)) {
        return fail;
    }
    if let Err((what, e)) = view() {
        let _ = failed(cx, what, b"", e);
        return USAGE;
    }
    if let Err(e) = sys(name) {
        let _ = failed(cx, "mount of /sys failed", b"", e);
    }
    etc(cx, name);
    cx.page.out.flush();
    let Some(file) = line.cstr(line.at()) else { return PLAIN };
    let e = become_command(line);
    failed(cx, "exec of \"%\" failed", file.to_bytes(), e)
}

/// A view of the file system for the command alone: the /sys of its namespace and its own files in /etc come next.
fn view() -> Result<(), (&'static str, Errno)> {
    unshare(CloneFlags::NEWNS).map_err(|e| ("unshare failed", e))?;
    // Else what is mounted below would show everywhere.
    bind(c"", c"/", MountFlags::SLAVE | MountFlags::REC).map_err(|e| ("\"mount --make-rslave /\" failed", e))
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
    match mount(Some(Path::new().join(&[name])?), c"/sys", Some(c"sysfs"), flags, None) {
        Err(Errno::ENOENT | Errno::ENODEV) => Ok(()),
        done => done,
    }
}

/// Binds each file of /etc/netns/NAME over the one of that name in /etc.
fn etc(cx: &mut Ctx<'_>, name: &[u8]) {
    let (mut room, mut to) = (Path::new(), Path::new());
    let Ok(own) = fill(&mut room, "/etc/netns/%", name) else { return };
    let Ok(dir) = Dir::open(own) else { return };
    // Symbolic links that only root or we ourselves can have made may lead anywhere.
    let trusted = dir.as_fd().stat().is_ok_and(|s| s.mode & 0o022 == 0 && (s.uid == 0 || s.uid == geteuid()));
    let own = own.to_bytes();
    // Each pair is its own failure; a directory that cannot be read to its end has given what it has.
    let _ = walk(dir, &mut |dir, file| {
        let mut from = CBuf::<768>::new();
        let (Ok(from), Ok(to)) = (from.join(&[own, b"/", file]), fill(&mut to, "/etc/%", file)) else {
            return;
        };
        if let Err(e) = over(dir, trusted, file, from, to) {
            let _ = cannot_bind(cx, from, to, e);
        }
    });
}

/// Binds `file` of `dir`, which is `from`, on `to`. Unless the directory is trusted, a symbolic link that leads out of
/// it is refused (`EXDEV`) where the kernel can tell.
fn over(dir: &Fd, trusted: bool, file: &[u8], from: &CStr, to: &CStr) -> Result<(), Errno> {
    let done = match trusted {
        true => Err(Errno::ENOSYS),
        false => open_beneath(dir, Path::new().join(&[file])?).and_then(|fd| bind_fd(&fd, to)),
    };
    match done {
        Err(Errno::ENOSYS) => bind(from, to, MountFlags::BIND),
        done => done,
    }
}
