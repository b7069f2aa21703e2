//! Processes: making them, waiting for them, and who they are.
#![allow(unsafe_code)]

pub use crate::exec::{Argv, ArgvBuf, execv, execvp};
pub use crate::fd::write_file;

use crate::call::{call0, call1, call2, call3, call4, call5};
use crate::errno::{Errno, check, retry};
use crate::fd::Fd;
use crate::ns::CloneFlags;
use core::ffi::{CStr, c_int};
use core::ptr::{from_mut, null};

/// Which of the two processes after fork(2) this is.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Fork {
    /// The new one.
    Child,
    /// The old one, with the new one's id.
    Parent(i32),
}

/// How a process ended.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Status {
    /// By itself, with this status.
    Exited(u8),
    /// By this signal.
    Signaled(i32),
}

impl Status {
    /// The status as a shell tells it: 128 and the signal's number for a death by signal.
    pub fn code(self) -> u8 {
        match self {
            Status::Exited(code) => code,
            Status::Signaled(signal) => u8::try_from(signal).unwrap_or(127).saturating_add(128),
        }
    }
}

/// `fork()`, by the raw `clone(SIGCHLD)`: the C library's own takes locks that nobody else holds here.
pub fn fork() -> Result<Fork, Errno> {
    clone(CloneFlags::empty())
}

/// `clone(flags | SIGCHLD)`: a fork whose child starts in new namespaces of these kinds; `NEWTIME` is none of them.
pub fn clone(flags: CloneFlags) -> Result<Fork, Errno> {
    // SAFETY: shares no memory with the child; the crate has no threads and no locks that it could find half-way.
    match check(unsafe { call5(libc::SYS_clone, libc::SIGCHLD | flags.bits(), 0, 0, 0, 0) })? {
        0 => Ok(Fork::Child),
        pid => Ok(Fork::Parent(pid)),
    }
}

/// `waitpid(pid, status, 0)`: waits for the child's end.
pub fn wait(pid: i32) -> Result<Status, Errno> {
    wait_raw(pid, 0).map(|(_, status)| status)
}

/// `waitpid(-1, status, 0)`: waits for any child's end. `ECHILD`: there is none.
pub fn wait_any() -> Result<(i32, Status), Errno> {
    wait_raw(-1, 0)
}

/// `waitpid(pid, status, WNOHANG)`: `None` while the child lives.
pub fn try_wait(pid: i32) -> Result<Option<Status>, Errno> {
    let (got, status) = wait_raw(pid, libc::WNOHANG)?;
    Ok(if got == 0 { None } else { Some(status) })
}

/// `waitpid(-1, status, WNOHANG)`: a child that has ended, `None` while all live. `ECHILD`: there is none.
pub fn try_wait_any() -> Result<Option<(i32, Status)>, Errno> {
    wait_raw(-1, libc::WNOHANG).map(|got| Some(got).filter(|(pid, _)| *pid != 0))
}

/// `waitpid(pid, status, WUNTRACED)`: waits for the child's end, or (`None`) until it is stopped.
pub fn wait_or_stop(pid: i32) -> Result<Option<Status>, Errno> {
    let mut raw = 0;
    // SAFETY: raw has room for the status.
    let mut call =
        || unsafe { call4(libc::SYS_wait4, pid, from_mut(&mut raw), libc::WUNTRACED, null::<u8>()) };
    retry(|| check(call()))?;
    Ok(if libc::WIFSTOPPED(raw) { None } else { Some(status_of(raw)) })
}

fn wait_raw(pid: i32, options: c_int) -> Result<(i32, Status), Errno> {
    let mut raw = 0;
    // SAFETY: raw has room for the status.
    let got =
        retry(|| check(unsafe { call4(libc::SYS_wait4, pid, from_mut(&mut raw), options, null::<u8>()) }))?;
    Ok((got, status_of(raw)))
}

fn status_of(raw: c_int) -> Status {
    if libc::WIFSIGNALED(raw) {
        Status::Signaled(libc::WTERMSIG(raw))
    } else {
        Status::Exited(u8::try_from(libc::WEXITSTATUS(raw)).unwrap_or(u8::MAX))
    }
}

/// `kill(pid, signal)`
pub fn kill(pid: i32, signal: i32) -> Result<(), Errno> {
    // SAFETY: numbers only.
    check(unsafe { call2(libc::SYS_kill, pid, signal) }).map(drop)
}

/// `_exit(code)`: at once; nothing of ours waits in a buffer of the C library.
pub fn exit(code: u8) -> ! {
    // SAFETY: numbers only, never returns.
    unsafe { libc::_exit(c_int::from(code)) }
}

/// abort(3), without a way round a handler of ours: there is none.
pub fn abort() -> ! {
    let _ = crate::signal::raise(libc::SIGABRT);
    exit(134)
}

/// `getpid()`
pub fn getpid() -> i32 {
    // SAFETY: takes nothing, cannot fail.
    unsafe { libc::getpid() }
}

/// `getppid()`
pub fn getppid() -> i32 {
    // SAFETY: takes nothing, cannot fail.
    unsafe { libc::getppid() }
}

/// `getuid()`
pub fn getuid() -> u32 {
    // SAFETY: takes nothing, cannot fail.
    unsafe { libc::getuid() }
}

/// `geteuid()`
pub fn geteuid() -> u32 {
    // SAFETY: takes nothing, cannot fail.
    unsafe { libc::geteuid() }
}

/// `getgid()`
pub fn getgid() -> u32 {
    // SAFETY: takes nothing, cannot fail.
    unsafe { libc::getgid() }
}

/// `getegid()`
pub fn getegid() -> u32 {
    // SAFETY: takes nothing, cannot fail.
    unsafe { libc::getegid() }
}

// On these two the calls without "32" in their names take ids of 16 bits.
#[cfg(not(any(target_arch = "x86", target_arch = "arm")))]
use libc::{SYS_setgroups as SYS_SETGROUPS, SYS_setresgid as SYS_SETRESGID, SYS_setresuid as SYS_SETRESUID};
#[cfg(any(target_arch = "x86", target_arch = "arm"))]
use libc::{
    SYS_setgroups32 as SYS_SETGROUPS, SYS_setresgid32 as SYS_SETRESGID, SYS_setresuid32 as SYS_SETRESUID,
};

/// `setresuid(uid, uid, uid)`: by the raw call, for a process has one thread here.
pub fn setuid(uid: u32) -> Result<(), Errno> {
    // SAFETY: numbers only.
    check(unsafe { call3(SYS_SETRESUID, uid, uid, uid) }).map(drop)
}

/// `setresgid(gid, gid, gid)`: by the raw call, for a process has one thread here.
pub fn setgid(gid: u32) -> Result<(), Errno> {
    // SAFETY: numbers only.
    check(unsafe { call3(SYS_SETRESGID, gid, gid, gid) }).map(drop)
}

/// `setgroups(0, NULL)`: no supplementary groups; by the raw call, for a process has one thread here.
pub fn drop_groups() -> Result<(), Errno> {
    // SAFETY: a list of no entries is not read.
    check(unsafe { call2(SYS_SETGROUPS, 0, null::<u8>()) }).map(drop)
}

/// `prctl(PR_SET_PDEATHSIG, signal)`: this signal comes when the parent ends.
///
/// A parent that ended before is not noticed: look at [`getppid`] after.
pub fn prctl_pdeathsig(signal: i32) -> Result<(), Errno> {
    // SAFETY: numbers only.
    check(unsafe { call2(libc::SYS_prctl, libc::PR_SET_PDEATHSIG, signal) }).map(drop)
}

/// `prctl(PR_SET_NO_NEW_PRIVS, 1)`: no program executed from here on gains anything.
pub fn prctl_no_new_privs() -> Result<(), Errno> {
    // SAFETY: numbers only; the kernel wants the unused ones to be 0.
    check(unsafe { call5(libc::SYS_prctl, libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) }).map(drop)
}

/// `setsid()`
pub fn setsid() -> Result<(), Errno> {
    // SAFETY: takes nothing.
    check(unsafe { call0(libc::SYS_setsid) }).map(drop)
}

/// `sethostname(name, len)`
pub fn sethostname(name: &[u8]) -> Result<(), Errno> {
    // SAFETY: the kernel reads name.len() bytes of name.
    check(unsafe { call2(libc::SYS_sethostname, name.as_ptr(), name.len()) }).map(drop)
}

/// `chdir(path)`
pub fn chdir(path: &CStr) -> Result<(), Errno> {
    // SAFETY: path is NUL-terminated.
    check(unsafe { call1(libc::SYS_chdir, path.as_ptr()) }).map(drop)
}

/// `fchdir(dir)`
pub fn fchdir(dir: &Fd) -> Result<(), Errno> {
    // SAFETY: numbers only.
    check(unsafe { call1(libc::SYS_fchdir, dir.raw()) }).map(drop)
}

/// `chroot(path)`
pub fn chroot(path: &CStr) -> Result<(), Errno> {
    // SAFETY: path is NUL-terminated.
    check(unsafe { call1(libc::SYS_chroot, path.as_ptr()) }).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn child(run: fn() -> u8) -> i32 {
        match fork().unwrap() {
            Fork::Child => exit(run()),
            Fork::Parent(pid) => pid,
        }
    }

    #[test]
    fn status() {
        assert_eq!(wait(child(|| 200)), Ok(Status::Exited(200)));
        let pid = child(|| {
            loop {
                let _ = crate::clock::sleep(1_000_000_000);
            }
        });
        assert_eq!(try_wait(pid), Ok(None));
        kill(pid, libc::SIGKILL).unwrap();
        let status = wait(pid).unwrap();
        assert_eq!((status, status.code()), (Status::Signaled(9), 137));
        assert_eq!(wait(pid), Err(Errno::ECHILD));
        assert_eq!(kill(pid, 0), Err(Errno::ESRCH));
    }

    #[test]
    fn ids() {
        assert_eq!(u32::try_from(getpid()), Ok(std::process::id()));
        assert_eq!((getuid(), getgid()), (geteuid(), getegid()));
        let pid =
            child(|| u8::from(prctl_pdeathsig(libc::SIGKILL).is_err() || prctl_no_new_privs().is_err()));
        assert_eq!(wait(pid), Ok(Status::Exited(0)));
    }

    // In a child of its own: a user namespace, its maps, its host name, its root.
    fn rootless() -> u8 {
        use crate::ns::{CloneFlags, unshare};
        if unshare(CloneFlags::NEWUSER | CloneFlags::NEWUTS).is_err() {
            return 2;
        }
        if write_file(c"/proc/self/setgroups", b"deny").is_err()
            || write_file(c"/proc/self/uid_map", b"0 0 1").is_err()
            || write_file(c"/proc/self/gid_map", b"0 0 1").is_err()
        {
            return 3;
        }
        if setgid(0).is_err() || setuid(0).is_err() || sethostname(b"nlbox").is_err() {
            return 4;
        }
        u8::from(chroot(c"/proc").is_err() || chdir(c"/").is_err() || crate::fd::stat(c"/self").is_err())
    }

    #[test]
    fn maps() {
        if getuid() != 0 {
            std::eprintln!("SKIPPED: the map of this test is for root");
            return;
        }
        match wait(child(rootless)).unwrap() {
            Status::Exited(2) => std::eprintln!("SKIPPED: unshare(CLONE_NEWUSER) is not permitted here"),
            status => assert_eq!(status, Status::Exited(0)),
        }
    }
}
