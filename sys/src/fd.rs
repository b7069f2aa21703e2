//! File descriptors: open, read, write, poll, pipe; and, from the files beside, paths and directories.
#![allow(unsafe_code)]

pub use crate::cbuf::{CBuf, first, join, part, tail};
pub use crate::dir::{Dir, Entries, Entry};
pub use crate::file::{
    Stat, chmod, link, mkdir, read_file, readlink, rename, rmdir, stat, symlink, unlink, write_file,
};

use crate::call::{call1, call2, call3, call4};
use crate::errno::{Errno, check, check_len, retry};
use core::ffi::{CStr, c_int};
use core::mem::size_of_val;

/// The standard input.
pub const STDIN: i32 = 0;
/// The standard output.
pub const STDOUT: i32 = 1;
/// The standard error.
pub const STDERR: i32 = 2;

bitflags::bitflags! {
    /// Flags of open(2). `O_CLOEXEC` (and `O_LARGEFILE`) are always added.
    #[derive(Copy, Clone, PartialEq, Eq)]
    pub struct OFlags: c_int {
        /// Read only.
        const RDONLY = libc::O_RDONLY;
        /// Write only.
        const WRONLY = libc::O_WRONLY;
        /// Read and write.
        const RDWR = libc::O_RDWR;
        /// Make the file if it is missing.
        const CREAT = libc::O_CREAT;
        /// With `CREAT`: the file must be missing.
        const EXCL = libc::O_EXCL;
        /// Empty the file.
        const TRUNC = libc::O_TRUNC;
        /// Write at the end.
        const APPEND = libc::O_APPEND;
        /// Only a directory will do.
        const DIRECTORY = libc::O_DIRECTORY;
        /// Refuse a symbolic link.
        const NOFOLLOW = libc::O_NOFOLLOW;
        /// Never wait.
        const NONBLOCK = libc::O_NONBLOCK;
        /// A name for the file alone: neither read nor write.
        const PATH = libc::O_PATH;
    }
}

bitflags::bitflags! {
    /// Events of poll(2).
    #[derive(Copy, Clone, PartialEq, Eq, Debug)]
    pub struct PollFlags: i16 {
        /// There is something to read.
        const IN = libc::POLLIN;
        /// There is room to write.
        const OUT = libc::POLLOUT;
        /// An error is pending.
        const ERR = libc::POLLERR;
        /// The other end is gone.
        const HUP = libc::POLLHUP;
        /// No such descriptor.
        const NVAL = libc::POLLNVAL;
    }
}

/// What flock(2) is asked for.
#[derive(Copy, Clone, PartialEq, Eq)]
pub enum Lock {
    /// Many may hold it.
    Shared,
    /// One may hold it.
    Exclusive,
    /// Let go.
    Unlock,
}

/// An owned file descriptor: closed when dropped.
#[derive(PartialEq, Eq, Debug)]
pub struct Fd(c_int);

impl Fd {
    /// Takes over `raw`, which nobody else may close from here on.
    pub fn from_raw(raw: i32) -> Fd {
        Fd(raw)
    }

    /// Takes over `raw`, which the kernel has just made. Where a standard stream is closed, that may be its number:
    /// what is meant for the stream would go into the new file. It moves out of that place.
    pub(crate) fn made(raw: c_int) -> Result<Fd, Errno> {
        let fd = Fd(raw);
        if raw > STDERR { Ok(fd) } else { fd.dup() }
    }

    /// The number, still ours.
    pub fn raw(&self) -> i32 {
        self.0
    }

    /// Gives the number away without closing it.
    pub fn into_raw(self) -> i32 {
        let raw = self.0;
        core::mem::forget(self);
        raw
    }

    /// `read(fd, buf, len)`: see [`read()`].
    pub fn read(&self, buf: &mut [u8]) -> Result<usize, Errno> {
        read(self.0, buf)
    }

    /// `write(fd, buf, len)`: see [`write()`].
    pub fn write(&self, bytes: &[u8]) -> Result<usize, Errno> {
        write(self.0, bytes)
    }

    /// [`write_all`] on this descriptor.
    pub fn write_all(&self, bytes: &[u8]) -> Result<(), Errno> {
        write_all(self.0, bytes)
    }

    /// `fcntl(fd, F_DUPFD_CLOEXEC, 3)`: a number that no standard stream has.
    pub fn dup(&self) -> Result<Fd, Errno> {
        // SAFETY: numbers only.
        check(unsafe { call3(libc::SYS_fcntl, self.0, libc::F_DUPFD_CLOEXEC, 3) }).map(Fd)
    }

    /// `dup3(fd, to, 0)`: puts this file in the place of `to`, another number, which survives execve(2).
    pub fn dup_to(&self, to: i32) -> Result<(), Errno> {
        // SAFETY: numbers only.
        retry(|| check(unsafe { call3(libc::SYS_dup3, self.0, to, 0) })).map(drop)
    }

    /// `flock(fd, operation)`
    pub fn flock(&self, lock: Lock) -> Result<(), Errno> {
        let operation = match lock {
            Lock::Shared => libc::LOCK_SH,
            Lock::Exclusive => libc::LOCK_EX,
            Lock::Unlock => libc::LOCK_UN,
        };
        // SAFETY: numbers only.
        retry(|| check(unsafe { call2(libc::SYS_flock, self.0, operation) })).map(drop)
    }

    /// `fstat(fd, stat)`
    pub fn stat(&self) -> Result<Stat, Errno> {
        crate::file::fstat(self.0)
    }
}

impl Drop for Fd {
    fn drop(&mut self) {
        // Linux frees the number even when close(2) is interrupted: never again, whatever it says.
        // SAFETY: a number that we own and that is not used after.
        unsafe { call1(libc::SYS_close, self.0) };
    }
}

/// `open(path, flags | O_CLOEXEC, mode)`
pub fn open(path: &CStr, flags: OFlags, mode: u32) -> Result<Fd, Errno> {
    open_raw(libc::AT_FDCWD, path, flags, mode)
}

/// `openat(dir, path, flags | O_CLOEXEC, mode)`
pub fn open_at(dir: &Fd, path: &CStr, flags: OFlags, mode: u32) -> Result<Fd, Errno> {
    open_raw(dir.0, path, flags, mode)
}

/// `openat2(dir, path, {O_PATH | O_CLOEXEC, 0, RESOLVE_BENEATH})`: the file, if its path stays below `dir` on all
/// its symbolic links (Linux 5.6).
///
/// `EXDEV`: it leads out. `ENOSYS`: an older kernel.
pub fn open_beneath(dir: &Fd, path: &CStr) -> Result<Fd, Errno> {
    // struct open_how of include/uapi/linux/openat2.h: flags, mode, resolve.
    let how: [u64; 3] =
        [u64::try_from(libc::O_PATH | libc::O_CLOEXEC).unwrap_or(0), 0, libc::RESOLVE_BENEATH];
    let len = size_of_val(&how);
    // SAFETY: path is NUL-terminated, and `how` is as long as said.
    retry(|| check(unsafe { call4(libc::SYS_openat2, dir.0, path.as_ptr(), how.as_ptr(), len) }))
        .and_then(Fd::made)
}

fn open_raw(dir: c_int, path: &CStr, flags: OFlags, mode: u32) -> Result<Fd, Errno> {
    let flags = flags.bits() | libc::O_CLOEXEC | libc::O_LARGEFILE;
    // SAFETY: path is NUL-terminated.
    retry(|| check(unsafe { call4(libc::SYS_openat, dir, path.as_ptr(), flags, mode) })).and_then(Fd::made)
}

/// `read(fd, buf, len)`: the number of bytes read, 0 at the end.
pub fn read(fd: i32, buf: &mut [u8]) -> Result<usize, Errno> {
    // SAFETY: the kernel writes at most buf.len() bytes into buf.
    retry(|| check_len(unsafe { call3(libc::SYS_read, fd, buf.as_mut_ptr(), buf.len()) }))
}

/// `lseek(fd, 0, SEEK_SET)`. `ESPIPE`: a pipe has no beginning to go back to.
pub fn rewind(fd: i32) -> Result<(), Errno> {
    // SAFETY: numbers only.
    check(unsafe { call3(libc::SYS_lseek, fd, 0, libc::SEEK_SET) }).map(drop)
}

/// `write(fd, bytes, len)`: the number of bytes taken, which may be fewer than there are.
pub fn write(fd: i32, bytes: &[u8]) -> Result<usize, Errno> {
    // SAFETY: the kernel reads bytes.len() bytes of bytes.
    retry(|| check_len(unsafe { call3(libc::SYS_write, fd, bytes.as_ptr(), bytes.len()) }))
}

/// Calls [`write()`] until all of `bytes` is taken. `EIO`: nothing more is taken.
pub fn write_all(fd: i32, mut bytes: &[u8]) -> Result<(), Errno> {
    while !bytes.is_empty() {
        let taken = write(fd, bytes)?;
        if taken == 0 {
            return Err(Errno::EIO);
        }
        bytes = bytes.get(taken..).unwrap_or_default();
    }
    Ok(())
}

/// `pipe2(ends, O_CLOEXEC)`: the end to read from, the end to write to.
pub fn pipe() -> Result<(Fd, Fd), Errno> {
    let mut ends = [-1; 2];
    // SAFETY: room for two numbers.
    check(unsafe { call2(libc::SYS_pipe2, ends.as_mut_ptr(), libc::O_CLOEXEC) })?;
    let [from, to] = ends.map(Fd::made);
    Ok((from?, to?))
}

/// One descriptor that [`poll`] watches: struct pollfd of poll(2).
#[repr(transparent)]
pub struct PollFd(libc::pollfd);

impl PollFd {
    /// Watch `fd` for `events`.
    pub fn new(fd: i32, events: PollFlags) -> PollFd {
        PollFd(libc::pollfd { fd, events: events.bits(), revents: 0 })
    }

    /// What happened, `ERR`, `HUP` and `NVAL` unasked for.
    pub fn revents(&self) -> PollFlags {
        PollFlags::from_bits_retain(self.0.revents)
    }
}

/// `poll(fds, len, timeout_ms)`: how many have news; 0 when the time is over; -1 waits without end.
///
/// `EINTR` is reported, not retried: a signal is one of the things a caller waits for.
pub fn poll(fds: &mut [PollFd], timeout_ms: i32) -> Result<usize, Errno> {
    // SAFETY: PollFd is a transparent pollfd, and there are as many of them.
    #[cfg(any(target_arch = "x86_64", target_arch = "x86"))]
    let answer = unsafe { call3(libc::SYS_poll, fds.as_mut_ptr(), fds.len(), timeout_ms) };
    #[cfg(not(any(target_arch = "x86_64", target_arch = "x86")))]
    let answer = {
        let len = libc::nfds_t::try_from(fds.len()).map_err(|_| Errno::EINVAL)?;
        // SAFETY: as above.
        let answer = unsafe { libc::poll(fds.as_mut_ptr().cast(), len, timeout_ms) };
        crate::call::told(isize::try_from(answer).unwrap_or(-1))
    };
    check_len(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pipe_and_poll() {
        let (from, to) = pipe().unwrap();
        let mut fds = [PollFd::new(from.raw(), PollFlags::IN)];
        assert_eq!(poll(&mut fds, 0), Ok(0));
        to.write_all(b"hello").unwrap();
        assert_eq!(poll(&mut fds, -1), Ok(1));
        assert_eq!(fds[0].revents(), PollFlags::IN);
        let mut buf = [0; 8];
        assert_eq!(from.read(&mut buf), Ok(5));
        assert_eq!(&buf[..5], b"hello");
        drop(to);
        assert_eq!(poll(&mut fds, -1), Ok(1));
        assert_eq!(fds[0].revents(), PollFlags::HUP);
        assert_eq!(from.read(&mut buf), Ok(0));
    }

    #[test]
    fn close_on_exec_and_on_drop() {
        let fd = open(c"/proc/self/status", OFlags::RDONLY, 0).unwrap();
        // SAFETY: numbers only.
        assert_eq!(unsafe { libc::fcntl(fd.raw(), libc::F_GETFD) }, libc::FD_CLOEXEC);
        let copy = fd.dup().unwrap();
        assert_eq!(copy.stat().unwrap(), fd.stat().unwrap());
        // A number out of reach of the other tests' threads.
        fd.dup_to(777).unwrap();
        drop(Fd::from_raw(777));
        assert_eq!(write(777, b"x"), Err(Errno::EBADF));
        let raw = fd.into_raw();
        assert!(write(raw, b"") != Ok(1) && Fd::from_raw(raw).stat().is_ok());
    }

    #[test]
    fn errors() {
        assert_eq!(open(c"/nlbox-not-there", OFlags::RDONLY, 0), Err(Errno::ENOENT));
        assert_eq!(write_all(-1, b"x"), Err(Errno::EBADF));
        let full = open(c"/dev/full", OFlags::WRONLY, 0).unwrap();
        assert_eq!(full.write_all(b"x"), Err(Errno::ENOSPC));
    }

    #[test]
    fn a_path_that_stays_below() {
        let proc = open(c"/proc", OFlags::RDONLY | OFlags::DIRECTORY, 0).unwrap();
        assert_eq!(open_beneath(&proc, c"version").unwrap().stat(), stat(c"/proc/version"));
        assert_eq!(open_beneath(&proc, c"../etc"), Err(Errno::EXDEV));
        assert_eq!(open_beneath(&proc, c"nlbox-not-there"), Err(Errno::ENOENT));
    }

    #[test]
    fn locks() {
        let one = open(c"/proc/self/exe", OFlags::RDONLY, 0).unwrap();
        one.flock(Lock::Shared).unwrap();
        one.flock(Lock::Unlock).unwrap();
    }
}
