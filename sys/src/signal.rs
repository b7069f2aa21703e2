//! Signals: let them be, ignore them, or note that they came. See signal(7).
#![allow(unsafe_code)]

use crate::call::call4;
#[cfg(not(target_arch = "x86_64"))]
use crate::call::told;
use crate::errno::{Errno, check};
use core::ffi::c_int;
use core::ptr::{from_ref, null};
use core::sync::atomic::{AtomicU32, Ordering};

pub use libc::{
    SIGCHLD, SIGCONT, SIGHUP, SIGINT, SIGKILL, SIGPIPE, SIGPWR, SIGQUIT, SIGSTOP, SIGTERM, SIGUSR1, SIGUSR2,
    SIGWINCH,
};

// Bit n stands for signal n; the real-time signals above 31 are not for us.
static CAUGHT: AtomicU32 = AtomicU32::new(0);

extern "C" fn note(signal: c_int) {
    CAUGHT.fetch_or(bit(signal), Ordering::Relaxed);
}

fn bit(signal: i32) -> u32 {
    u32::try_from(signal).ok().and_then(|n| 1_u32.checked_shl(n)).unwrap_or(0)
}

/// `sigaction(signal, SIG_IGN)`; a program executed later inherits it.
pub fn ignore(signal: i32) -> Result<(), Errno> {
    act(signal, libc::SIG_IGN)
}

/// `sigaction(signal, SIG_DFL)`
pub fn default(signal: i32) -> Result<(), Errno> {
    act(signal, libc::SIG_DFL)
}

/// From here on `signal` (1 to 31) does nothing but interrupt [`crate::fd::poll`] and [`crate::clock::sleep`], and
/// is noted for [`take`].
pub fn catch(signal: i32) -> Result<(), Errno> {
    act(signal, note as *const () as libc::sighandler_t)
}

/// Whether `signal` was caught since the last time this was asked.
pub fn take(signal: i32) -> bool {
    CAUGHT.fetch_and(!bit(signal), Ordering::Relaxed) & bit(signal) != 0
}

// Without SA_RESTART: those calls that are to be made again do so themselves.
#[cfg(target_arch = "x86_64")]
fn act(signal: i32, handler: libc::sighandler_t) -> Result<(), Errno> {
    // The kernel's struct sigaction: handler, flags, what a handler returns to, signals to block.
    let action = [handler, SA_RESTORER, restore as *const () as usize, 0];
    // SAFETY: handler is SIG_IGN, SIG_DFL or `note`, which does one atomic operation; the old action is not wanted.
    check(unsafe { call4(libc::SYS_rt_sigaction, signal, action.as_ptr(), null::<u8>(), SET) }).map(drop)
}

// include/uapi/asm/signal.h
#[cfg(target_arch = "x86_64")]
const SA_RESTORER: usize = 0x0400_0000;

/// `rt_sigreturn()`: where a handler returns to.
#[cfg(target_arch = "x86_64")]
#[unsafe(naked)]
extern "C" fn restore() {
    core::arch::naked_asm!("mov eax, {}", "syscall", const libc::SYS_rt_sigreturn)
}

#[cfg(not(target_arch = "x86_64"))]
fn act(signal: i32, handler: libc::sighandler_t) -> Result<(), Errno> {
    // SAFETY: integers, and a pointer that may be null.
    let mut action: libc::sigaction = unsafe { core::mem::zeroed() };
    action.sa_sigaction = handler;
    // SAFETY: handler is SIG_IGN, SIG_DFL or `note`, which does one atomic operation.
    check(told(unsafe { libc::sigaction(signal, &action, core::ptr::null_mut()) } as isize)).map(drop)
}

/// Bytes of a set of signals.
const SET: usize = 8;

/// The kernel's set: signal n is bit n - 1.
fn set_of(signals: &[i32]) -> u64 {
    signals.iter().fold(0, |set, signal| set | u64::from(bit(*signal)) >> 1)
}

/// `sigprocmask(SIG_BLOCK, signals)`: they wait until [`unblock`]; a child inherits it.
pub fn block(signals: &[i32]) -> Result<(), Errno> {
    mask(libc::SIG_BLOCK, signals)
}

/// `sigprocmask(SIG_UNBLOCK, signals)`
pub fn unblock(signals: &[i32]) -> Result<(), Errno> {
    mask(libc::SIG_UNBLOCK, signals)
}

fn mask(how: c_int, signals: &[i32]) -> Result<(), Errno> {
    let set = set_of(signals);
    // SAFETY: the set is initialised; the old one is not wanted.
    check(unsafe { call4(libc::SYS_rt_sigprocmask, how, from_ref(&set), null::<u8>(), SET) }).map(drop)
}

/// `sigwaitinfo(signals)`: waits for one of these blocked signals and takes it; its number, and whether a process sent
/// it: a terminal's, the kernel's own, goes to the whole foreground group.
pub fn wait(signals: &[i32]) -> Result<(i32, bool), Errno> {
    let set = set_of(signals);
    // siginfo_t: signal, errno, code, and what goes with them.
    let mut info = [0_i32; 32];
    // SAFETY: the set is initialised, info has the 128 bytes of the answer; no time limit is wanted.
    let mut call =
        || unsafe { call4(libc::SYS_rt_sigtimedwait, from_ref(&set), info.as_mut_ptr(), null::<u8>(), SET) };
    let signal = crate::errno::retry(|| check(call()))?;
    let [_, _, code, ..] = info;
    Ok((signal, code <= 0))
}

/// `kill(getpid(), signal)`
pub fn raise(signal: i32) -> Result<(), Errno> {
    crate::process::kill(crate::process::getpid(), signal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::sleep;
    use crate::fd::{pipe, poll};
    use crate::process::{self, Fork, Status, exit, fork};

    fn in_child(run: fn() -> u8) -> Status {
        match fork().unwrap() {
            Fork::Child => exit(run()),
            Fork::Parent(pid) => process::wait(pid).unwrap(),
        }
    }

    #[test]
    fn caught_ignored_default() {
        let run = || {
            let caught = catch(SIGINT).is_ok() && raise(SIGINT).is_ok() && take(SIGINT) && !take(SIGINT);
            let ignored = ignore(SIGINT).is_ok() && raise(SIGINT).is_ok() && !take(SIGINT);
            if !caught || !ignored || catch(SIGKILL).is_ok() {
                return 1;
            }
            let _ = default(SIGINT);
            let _ = raise(SIGINT);
            2
        };
        assert_eq!(in_child(run), Status::Signaled(SIGINT));
    }

    #[test]
    fn blocked_then_waited_for() {
        let run = || {
            let sent = block(&[SIGCHLD, SIGTERM]).is_ok() && raise(SIGTERM).is_ok();
            if !sent || wait(&[SIGTERM, SIGCHLD]) != Ok((SIGTERM, true)) {
                return 1;
            }
            let _ = raise(SIGTERM);
            let _ = unblock(&[SIGTERM]);
            2
        };
        assert_eq!(in_child(run), Status::Signaled(SIGTERM));
    }

    // The grandchild sends a signal to its waiting parent, then ends: wait sees the end, read the byte, poll the signal.
    #[test]
    fn interrupted_calls() {
        let run = || {
            let parent = process::getpid();
            let (Ok(()), Ok((from, to))) = (catch(SIGHUP), pipe()) else { return 1 };
            let signal_then = || {
                let _ = sleep(30_000_000);
                let _ = process::kill(parent, SIGHUP);
                let _ = sleep(30_000_000);
            };
            match fork() {
                Ok(Fork::Child) => {
                    signal_then();
                    signal_then();
                    let _ = to.write(b"x");
                    signal_then();
                    exit(9)
                }
                Ok(Fork::Parent(pid)) => {
                    if poll(&mut [], 5_000) != Err(Errno::EINTR) || !take(SIGHUP) {
                        return 2;
                    }
                    if from.read(&mut [0; 4]) != Ok(1) || !take(SIGHUP) {
                        return 3;
                    }
                    if process::wait(pid) != Ok(Status::Exited(9)) || !take(SIGHUP) {
                        return 4;
                    }
                    0
                }
                Err(_) => 5,
            }
        };
        assert_eq!(in_child(run), Status::Exited(0));
    }
}
