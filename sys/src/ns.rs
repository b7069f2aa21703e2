//! Namespaces: leaving one, entering one. See namespaces(7).
#![allow(unsafe_code)]

use crate::call::{call1, call2, call3};
use crate::errno::{Errno, check};
use crate::fd::Fd;
use crate::message::socket;
use core::ffi::c_int;

// include/uapi/linux/sockios.h
const SIOCGSKNS: libc::Ioctl = 0x894c;

bitflags::bitflags! {
    /// `CLONE_NEW*`: kinds of namespaces.
    #[derive(Copy, Clone, PartialEq, Eq)]
    pub struct CloneFlags: c_int {
        /// Mounts.
        const NEWNS = libc::CLONE_NEWNS;
        /// Control groups.
        const NEWCGROUP = libc::CLONE_NEWCGROUP;
        /// Host and domain name.
        const NEWUTS = libc::CLONE_NEWUTS;
        /// System V IPC and POSIX message queues.
        const NEWIPC = libc::CLONE_NEWIPC;
        /// User and group ids.
        const NEWUSER = libc::CLONE_NEWUSER;
        /// Process ids.
        const NEWPID = libc::CLONE_NEWPID;
        /// The network.
        const NEWNET = libc::CLONE_NEWNET;
        /// The monotonic and boot-time clocks (`linux/sched.h`, Linux 5.6).
        const NEWTIME = 0x80;
    }
}

/// `unshare(flags)`: new namespaces of these kinds for the caller (`NEWPID` and `NEWTIME`: for its children).
pub fn unshare(flags: CloneFlags) -> Result<(), Errno> {
    // SAFETY: numbers only; none of these flags touches memory.
    check(unsafe { call1(libc::SYS_unshare, flags.bits()) }).map(drop)
}

/// `setns(fd, flags)`: enters the namespace that `fd` names. Empty flags take any kind.
pub fn setns(fd: &Fd, flags: CloneFlags) -> Result<(), Errno> {
    // SAFETY: numbers only.
    check(unsafe { call2(libc::SYS_setns, fd.raw(), flags.bits()) }).map(drop)
}

/// The network namespace that the caller is in, without /proc: `SIOCGSKNS` on a socket of it (Linux 4.10).
///
/// `EPERM`: no `CAP_NET_ADMIN` in the user namespace that owns it. `ENOTTY`: an older kernel.
pub fn current_net() -> Result<Fd, Errno> {
    let socket = socket(libc::AF_NETLINK, libc::SOCK_RAW, libc::NETLINK_ROUTE)?;
    // SAFETY: numbers only; the call gives a new descriptor, close-on-exec.
    check(unsafe { call3(libc::SYS_ioctl, socket.raw(), SIOCGSKNS, 0) }).and_then(Fd::made)
}

/// `pidfd_open(pid, 0)`: a process by its id (Linux 5.3). [`setns`] takes it in place of a namespace (Linux 5.8).
///
/// `ESRCH`: no such process.
pub fn pidfd_open(pid: i32) -> Result<Fd, Errno> {
    // SAFETY: numbers only; the new descriptor is close-on-exec.
    check(unsafe { call2(libc::SYS_pidfd_open, pid, 0) }).and_then(Fd::made)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fd::{OFlags, open, stat};
    use crate::process::{Fork, Status, exit, fork, wait};

    // In the child: 0 fine, 1 wrong, 2 not permitted.
    fn there_and_back() -> u8 {
        let home = c"/proc/self/ns/net";
        let Ok(fd) = open(home, OFlags::RDONLY, 0) else { return 1 };
        let before = stat(home);
        match unshare(CloneFlags::NEWNET) {
            Err(Errno::EPERM) => return 2,
            Err(_) => return 1,
            Ok(()) => {}
        }
        let inside = stat(home);
        if setns(&fd, CloneFlags::NEWNET).is_err() {
            return 1;
        }
        u8::from(before.is_err() || inside.is_err() || inside == before || stat(home) != before)
    }

    #[test]
    fn unshare_and_setns() {
        let pid = match fork().unwrap() {
            Fork::Child => exit(there_and_back()),
            Fork::Parent(pid) => pid,
        };
        match wait(pid).unwrap() {
            Status::Exited(2) => std::eprintln!("SKIPPED: unshare(CLONE_NEWNET) is not permitted here"),
            status => assert_eq!(status, Status::Exited(0)),
        }
    }

    #[test]
    fn setns_wants_a_namespace() {
        let fd = open(c"/proc/self/status", OFlags::RDONLY, 0).unwrap();
        assert_eq!(setns(&fd, CloneFlags::NEWNET), Err(Errno::EINVAL));
    }

    #[test]
    fn the_current_namespace_without_proc() {
        match current_net() {
            Err(Errno::EPERM) => std::eprintln!("SKIPPED: no CAP_NET_ADMIN here"),
            fd => assert_eq!(fd.unwrap().stat(), stat(c"/proc/self/ns/net")),
        }
    }

    #[test]
    fn a_process_by_its_id() {
        let own = crate::process::getpid();
        assert!(pidfd_open(own).is_ok());
        assert_eq!(pidfd_open(i32::MAX).err(), Some(Errno::ESRCH));
    }
}
