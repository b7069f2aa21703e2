//! Mounts. See mount(2), mount_namespaces(7).
#![allow(unsafe_code)]
// The widths of struct statfs's fields differ between targets: a conversion needed on one is idle on another.
#![allow(clippy::unnecessary_fallible_conversions, clippy::useless_conversion)]

use crate::call::{call2, call3, call5};
use crate::errno::{Errno, check, retry};
use crate::fd::Fd;
use core::ffi::{CStr, c_char, c_int, c_ulong};
use core::ptr::null;

bitflags::bitflags! {
    /// `MS_*` flags of mount(2).
    #[derive(Copy, Clone, PartialEq, Eq)]
    pub struct MountFlags: c_ulong {
        /// Read only.
        const RDONLY = libc::MS_RDONLY;
        /// Without the effect of set-user-ID bits.
        const NOSUID = libc::MS_NOSUID;
        /// Without devices.
        const NODEV = libc::MS_NODEV;
        /// Without programs.
        const NOEXEC = libc::MS_NOEXEC;
        /// Change the flags of a mount.
        const REMOUNT = libc::MS_REMOUNT;
        /// A directory or file a second time.
        const BIND = libc::MS_BIND;
        /// Put a mount elsewhere.
        const MOVE = libc::MS_MOVE;
        /// All mounts below too.
        const REC = libc::MS_REC;
        /// Propagate nothing.
        const PRIVATE = libc::MS_PRIVATE;
        /// Receive from its peers, give nothing back.
        const SLAVE = libc::MS_SLAVE;
        /// Receive and give.
        const SHARED = libc::MS_SHARED;
    }
}

bitflags::bitflags! {
    /// Flags of umount2(2).
    #[derive(Copy, Clone, PartialEq, Eq)]
    pub struct UmountFlags: c_int {
        /// Take it out of the tree now, let go of it when the last user does.
        const DETACH = libc::MNT_DETACH;
        /// Do not follow a symbolic link.
        const NOFOLLOW = libc::UMOUNT_NOFOLLOW;
    }
}

// include/uapi/linux/mount.h
const OPEN_TREE_CLONE: c_int = 1;
const MOVE_MOUNT_F_EMPTY_PATH: c_int = 4;
const MOVE_MOUNT_T_SYMLINKS: c_int = 0x10;

/// statvfs(3): mounted read only.
pub const ST_RDONLY: u32 = 1;
/// statfs(2): `f_type` of a mounted namespace.
pub const NSFS_MAGIC: u32 = 0x6e73_6673;
/// statfs(2): `f_type` of /proc.
pub const PROC_SUPER_MAGIC: u32 = 0x9fa0;
/// statfs(2): `f_type` of /sys.
pub const SYSFS_MAGIC: u32 = 0x6265_6572;

fn pointer(text: Option<&CStr>) -> *const c_char {
    text.map_or(null(), CStr::as_ptr)
}

/// `mount(source, target, fstype, flags, data)`
pub fn mount(
    source: Option<&CStr>,
    target: &CStr,
    fstype: Option<&CStr>,
    flags: MountFlags,
    data: Option<&CStr>,
) -> Result<(), Errno> {
    let (source, target, fstype) = (pointer(source), target.as_ptr(), pointer(fstype));
    // SAFETY: each pointer is null or a NUL-terminated string.
    check(unsafe { call5(libc::SYS_mount, source, target, fstype, flags.bits(), pointer(data)) }).map(drop)
}

/// Binds the file behind `fd` to `target`, as `mount(MS_BIND)` does with a path: `open_tree(fd, "", OPEN_TREE_CLONE)`
/// and `move_mount` (Linux 5.2).
pub fn bind(fd: &Fd, target: &CStr) -> Result<(), Errno> {
    put(&copy(fd)?, target)
}

/// `open_tree(fd, "", OPEN_TREE_CLONE)`: a second mount of the file behind `fd`, not in the tree yet (Linux 5.2).
pub fn copy(fd: &Fd) -> Result<Fd, Errno> {
    let clone = OPEN_TREE_CLONE | libc::O_CLOEXEC | libc::AT_EMPTY_PATH;
    // SAFETY: the path is NUL-terminated.
    check(unsafe { call3(libc::SYS_open_tree, fd.raw(), c"".as_ptr(), clone) }).and_then(Fd::made)
}

/// `move_mount(tree, "", AT_FDCWD, target)`: puts into the tree what [`copy`] gave (Linux 5.2).
pub fn put(tree: &Fd, target: &CStr) -> Result<(), Errno> {
    let (from, here) = (tree.raw(), libc::AT_FDCWD);
    let flags = MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_SYMLINKS;
    // SAFETY: both paths are NUL-terminated.
    check(unsafe { call5(libc::SYS_move_mount, from, c"".as_ptr(), here, target.as_ptr(), flags) }).map(drop)
}

/// `umount2(target, flags)`
pub fn umount(target: &CStr, flags: UmountFlags) -> Result<(), Errno> {
    // SAFETY: target is NUL-terminated.
    check(unsafe { call2(libc::SYS_umount2, target.as_ptr(), flags.bits()) }).map(drop)
}

/// `pivot_root(new_root, put_old)`: the C libraries have no function for it.
pub fn pivot_root(new_root: &CStr, put_old: &CStr) -> Result<(), Errno> {
    // SAFETY: both are NUL-terminated.
    check(unsafe { call2(libc::SYS_pivot_root, new_root.as_ptr(), put_old.as_ptr()) }).map(drop)
}

fn statfs(path: &CStr) -> Result<libc::statfs, Errno> {
    // SAFETY: all integers, for which zero is a value.
    let mut raw: libc::statfs = unsafe { core::mem::zeroed() };
    // SAFETY: path is NUL-terminated, raw has room for the answer.
    #[cfg(target_arch = "x86_64")]
    let mut call = || unsafe { call2(libc::SYS_statfs, path.as_ptr(), core::ptr::from_mut(&mut raw)) };
    #[cfg(not(target_arch = "x86_64"))]
    // SAFETY: as above.
    let mut call = || crate::call::told(unsafe { libc::statfs(path.as_ptr(), &mut raw) } as isize);
    retry(|| check(call()))?;
    Ok(raw)
}

/// `statfs(path, buf)`: the file system's magic number, `f_type`.
pub fn statfs_magic(path: &CStr) -> Result<u32, Errno> {
    statfs(path).map(|raw| u32::try_from(raw.f_type).unwrap_or(0))
}

/// `statfs(path, buf)`: how the file system is mounted, `f_flags`; the bits are statvfs(3)'s `ST_*`.
#[cfg(target_env = "musl")]
pub fn statvfs_flags(path: &CStr) -> Result<u32, Errno> {
    statfs(path).map(|raw| u32::try_from(raw.f_flags).unwrap_or(0))
}

/// `statvfs(path, buf)`: how the file system is mounted, `f_flag`. The libc crate hides the field of glibc's `statfs`.
#[cfg(not(target_env = "musl"))]
pub fn statvfs_flags(path: &CStr) -> Result<u32, Errno> {
    // SAFETY: all integers, for which zero is a value.
    let mut raw: libc::statvfs = unsafe { core::mem::zeroed() };
    // SAFETY: path is NUL-terminated, raw has room for the answer.
    retry(|| if unsafe { libc::statvfs(path.as_ptr(), &mut raw) } == 0 { Ok(()) } else { Err(Errno::EIO) })?;
    Ok(u32::try_from(raw.f_flag).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fd::stat;
    use crate::ns::{CloneFlags, unshare};
    use crate::process::{Fork, Status, exit, fork, wait};

    #[test]
    fn magic() {
        assert_eq!(statfs_magic(c"/proc/self/ns/net"), Ok(NSFS_MAGIC));
        assert_eq!(statfs_magic(c"/proc/self"), Ok(PROC_SUPER_MAGIC));
        assert_eq!(statfs_magic(c"/nlbox-not-there"), Err(Errno::ENOENT));
        assert_eq!(statvfs_flags(c"/nlbox-not-there"), Err(Errno::ENOENT));
    }

    // A tmpfs over /tmp, made read only, then taken away. 0 fine, 2 not permitted, others: the step that went wrong.
    fn over_tmp() -> u8 {
        if unshare(CloneFlags::NEWNS).is_err() {
            return 2;
        }
        let private = MountFlags::PRIVATE | MountFlags::REC;
        if mount(None, c"/", None, private, None).is_err() {
            return 3;
        }
        let before = stat(c"/tmp");
        if mount(Some(c"none"), c"/tmp", Some(c"tmpfs"), MountFlags::NOSUID, Some(c"size=4k")).is_err() {
            return 4;
        }
        if stat(c"/tmp") == before || statvfs_flags(c"/tmp").is_ok_and(|flags| flags & ST_RDONLY != 0) {
            return 5;
        }
        let read_only = MountFlags::REMOUNT | MountFlags::RDONLY;
        if mount(None, c"/tmp", None, read_only, None).is_err()
            || !statvfs_flags(c"/tmp").is_ok_and(|flags| flags & ST_RDONLY != 0)
        {
            return 6;
        }
        if pivot_root(c"/nlbox-not-there", c"/tmp") != Err(Errno::ENOENT) {
            return 7;
        }
        if umount(c"/tmp", UmountFlags::DETACH).is_err() || stat(c"/tmp") != before {
            return 8;
        }
        0
    }

    #[test]
    fn mount_and_umount() {
        let pid = match fork().unwrap() {
            Fork::Child => exit(over_tmp()),
            Fork::Parent(pid) => pid,
        };
        match wait(pid).unwrap() {
            Status::Exited(2) => std::eprintln!("SKIPPED: unshare(CLONE_NEWNS) is not permitted here"),
            status => assert_eq!(status, Status::Exited(0)),
        }
    }
}
