//! Signals: let them be, ignore them, or note that they came. See signal(7).
#![allow(unsafe_code)]

use crate::errno::{Errno, check};
use core::ffi::c_int;
use core::ptr::{null, null_mut};
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
fn act(signal: i32, handler: libc::sighandler_t) -> Result<(), Errno> {
    // SAFETY: integers, and a pointer that may be null.
    let mut action: libc::sigaction = unsafe { core::mem::zeroed() };
    action.sa_sigaction = handler;
    // SAFETY: handler is SIG_IGN, SIG_DFL or `note`, which does one atomic operation.
    check(unsafe { libc::sigaction(signal, &action, null_mut()) }).map(drop)
}

fn set_of(signals: &[i32]) -> libc::sigset_t {
    // SAFETY: a bit set in integers, for which zero is the empty set.
    let mut set: libc::sigset_t = unsafe { core::mem::zeroed() };
    for &signal in signals {
        // SAFETY: the set is initialised; a bad number is refused.
        unsafe { libc::sigaddset(&mut set, signal) };
    }
    set
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
    check(unsafe { libc::sigprocmask(how, &set, null_mut()) }).map(drop)
}

/// `sigwaitinfo(signals)`: waits for one of these blocked signals and takes it; its number, and whether a process sent
/// it: a terminal's, the kernel's own, goes to the whole foreground group.
pub fn wait(signals: &[i32]) -> Result<(i32, bool), Errno> {
    let set = set_of(signals);
    // SAFETY: integers and pointers, for which zero is a value.
    let mut info: libc::siginfo_t = unsafe { core::mem::zeroed() };
    // SAFETY: the set is initialised, info has room for the answer; no time limit is wanted.
    let signal = crate::errno::retry(|| check(unsafe { libc::sigtimedwait(&set, &mut info, null()) }))?;
    Ok((signal, info.si_code <= 0))
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
