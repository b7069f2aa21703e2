//! Files by path: what they are, and making, naming and removing them.
#![allow(unsafe_code)]

use crate::call::{call3, call4, call5};
use crate::errno::{Errno, check, check_len};
use crate::fd::{OFlags, open};
use crate::message::Aligned;
use core::ffi::{CStr, c_int};

/// What stat(2) says of a file. Two paths are the same file (or namespace) when `dev` and `ino` both agree.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Stat {
    /// The device that holds the file: a number to compare.
    pub dev: u64,
    /// The file's number on that device.
    pub ino: u64,
    /// Type and permission bits.
    pub mode: u32,
    /// The owner.
    pub uid: u32,
    /// The owning group.
    pub gid: u32,
}

impl Stat {
    /// Whether it is a directory.
    pub fn is_dir(&self) -> bool {
        self.mode & libc::S_IFMT == libc::S_IFDIR
    }

    /// Whether it is a regular file.
    pub fn is_file(&self) -> bool {
        self.mode & libc::S_IFMT == libc::S_IFREG
    }
}

/// The working directory, for calls that take the directory that a path begins at.
const HERE: c_int = libc::AT_FDCWD;
/// `STATX_BASIC_STATS`: what stat(2) tells.
const BASIC: u32 = 0x7ff;

/// `statx(dir, path, flags, STATX_BASIC_STATS, statx)`: its structure is the same on all kernels (Linux 4.11).
fn statx(dir: c_int, path: &CStr, flags: c_int) -> Result<Stat, Errno> {
    let mut raw = Aligned([0; 256]);
    // SAFETY: path is NUL-terminated, raw is as long as struct statx.
    check(unsafe { call5(libc::SYS_statx, dir, path.as_ptr(), flags, BASIC, raw.0.as_mut_ptr()) })?;
    // struct statx of include/uapi/linux/stat.h: the device's number is two words, major and minor.
    let [uid, gid] = [20, 24].map(|at| u32::from_ne_bytes(raw.at(at)));
    let (mode, ino) = (u16::from_ne_bytes(raw.at(28)), u64::from_ne_bytes(raw.at(32)));
    Ok(Stat { dev: u64::from_ne_bytes(raw.at(136)), ino, mode: mode.into(), uid, gid })
}

/// `stat(path, stat)`
pub fn stat(path: &CStr) -> Result<Stat, Errno> {
    statx(HERE, path, 0)
}

pub(crate) fn fstat(fd: c_int) -> Result<Stat, Errno> {
    statx(fd, c"", libc::AT_EMPTY_PATH)
}

/// `mkdir(path, mode)`
pub fn mkdir(path: &CStr, mode: u32) -> Result<(), Errno> {
    // SAFETY: path is NUL-terminated.
    check(unsafe { call3(libc::SYS_mkdirat, HERE, path.as_ptr(), mode) }).map(drop)
}

/// `rmdir(path)`
pub fn rmdir(path: &CStr) -> Result<(), Errno> {
    // SAFETY: path is NUL-terminated.
    check(unsafe { call3(libc::SYS_unlinkat, HERE, path.as_ptr(), libc::AT_REMOVEDIR) }).map(drop)
}

/// `unlink(path)`
pub fn unlink(path: &CStr) -> Result<(), Errno> {
    // SAFETY: path is NUL-terminated.
    check(unsafe { call3(libc::SYS_unlinkat, HERE, path.as_ptr(), 0) }).map(drop)
}

/// `chmod(path, mode)`
pub fn chmod(path: &CStr, mode: u32) -> Result<(), Errno> {
    // SAFETY: path is NUL-terminated.
    check(unsafe { call3(libc::SYS_fchmodat, HERE, path.as_ptr(), mode) }).map(drop)
}

/// `symlink(target, path)`: makes `path` point to `target`.
pub fn symlink(target: &CStr, path: &CStr) -> Result<(), Errno> {
    // SAFETY: both are NUL-terminated.
    check(unsafe { call3(libc::SYS_symlinkat, target.as_ptr(), HERE, path.as_ptr()) }).map(drop)
}

/// `link(old, new)`
pub fn link(old: &CStr, new: &CStr) -> Result<(), Errno> {
    // SAFETY: both are NUL-terminated.
    check(unsafe { call5(libc::SYS_linkat, HERE, old.as_ptr(), HERE, new.as_ptr(), 0) }).map(drop)
}

/// `rename(old, new)`
pub fn rename(old: &CStr, new: &CStr) -> Result<(), Errno> {
    // SAFETY: both are NUL-terminated.
    check(unsafe { call5(libc::SYS_renameat2, HERE, old.as_ptr(), HERE, new.as_ptr(), 0) }).map(drop)
}

/// `readlink(path, buf, len)`: the link's text, cut where `buf` ends; without a NUL.
pub fn readlink<'b>(path: &CStr, buf: &'b mut [u8]) -> Result<&'b [u8], Errno> {
    // SAFETY: path is NUL-terminated; the kernel writes at most buf.len() bytes into buf.
    let answer = unsafe { call4(libc::SYS_readlinkat, HERE, path.as_ptr(), buf.as_mut_ptr(), buf.len()) };
    let len = check_len(answer)?;
    Ok(buf.get(..len).unwrap_or_default())
}

/// Opens `path`, reads until its end or until `buf` is full, closes; what was read.
pub fn read_file<'b>(path: &CStr, buf: &'b mut [u8]) -> Result<&'b [u8], Errno> {
    let fd = open(path, OFlags::RDONLY, 0)?;
    let mut len = 0_usize;
    while let Some(room) = buf.get_mut(len..).filter(|room| !room.is_empty()) {
        match fd.read(room)? {
            0 => break,
            more => len = len.saturating_add(more),
        }
    }
    Ok(buf.get(..len).unwrap_or_default())
}

/// Opens `path`, which must exist, writes `bytes` in one write(2) as the files of /proc ask, closes.
///
/// `EIO`: only a part was taken.
pub fn write_file(path: &CStr, bytes: &[u8]) -> Result<(), Errno> {
    let fd = open(path, OFlags::WRONLY, 0)?;
    if fd.write(bytes)? == bytes.len() { Ok(()) } else { Err(Errno::EIO) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fd::CBuf;
    use std::string::ToString;

    #[test]
    fn a_life_in_a_directory() {
        let pid = std::process::id().to_string();
        let dir = std::env::temp_dir();
        let base: [&[u8]; 3] = [dir.as_os_str().as_encoded_bytes(), b"/nlbox-sys-", pid.as_bytes()];
        let (mut a, mut b, mut c) = (CBuf::<256>::new(), CBuf::<256>::new(), CBuf::<256>::new());
        let top = a.join(&base).unwrap();
        mkdir(top, 0o700).unwrap();
        assert_eq!(mkdir(top, 0o700), Err(Errno::EEXIST));
        assert!(stat(top).unwrap().is_dir());

        let one = b.join(&[base[0], base[1], base[2], b"/one"]).unwrap();
        let two = c.join(&[base[0], base[1], base[2], b"/two"]).unwrap();
        assert_eq!(write_file(one, b"x"), Err(Errno::ENOENT));
        drop(open(one, OFlags::RDWR | OFlags::CREAT | OFlags::EXCL, 0o600).unwrap());
        write_file(one, b"first").unwrap();
        assert!(stat(one).unwrap().is_file());
        let mut buf = [0; 64];
        assert_eq!(read_file(one, &mut buf), Ok(&b"first"[..]));
        assert_eq!(read_file(one, &mut buf[..2]), Ok(&b"fi"[..]));

        link(one, two).unwrap();
        assert_eq!(stat(one), stat(two));
        unlink(two).unwrap();
        symlink(c"one", two).unwrap();
        assert_eq!(readlink(two, &mut buf), Ok(&b"one"[..]));
        assert_eq!(stat(one), stat(two));
        rename(one, two).unwrap();
        chmod(two, 0o400).unwrap();
        assert_eq!(stat(two).unwrap().mode & 0o777, 0o400);
        assert_eq!(rmdir(top), Err(Errno::ENOTEMPTY));
        unlink(two).unwrap();
        rmdir(top).unwrap();
        assert_eq!(stat(top), Err(Errno::ENOENT));
    }
}
