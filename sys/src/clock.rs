//! Time.
#![allow(unsafe_code)]
// The width of time_t differs between targets: a conversion needed on one is idle on another.
#![allow(clippy::unnecessary_fallible_conversions, clippy::useless_conversion)]

use crate::errno::{Errno, check};
use core::ffi::c_int;

fn now(clock: c_int) -> libc::timespec {
    let mut time = zero();
    // SAFETY: time has room for the answer. The two clocks asked for always exist, so the result says nothing.
    #[cfg(target_arch = "x86_64")]
    unsafe {
        crate::call::call2(libc::SYS_clock_gettime, clock, core::ptr::from_mut(&mut time))
    };
    #[cfg(not(target_arch = "x86_64"))]
    // SAFETY: as above.
    unsafe {
        libc::clock_gettime(clock, &mut time)
    };
    time
}

fn zero() -> libc::timespec {
    // SAFETY: integers, for which zero is a value.
    unsafe { core::mem::zeroed() }
}

/// `clock_gettime(CLOCK_MONOTONIC)` in nanoseconds: for differences, never set back.
pub fn monotonic() -> u64 {
    let time = now(libc::CLOCK_MONOTONIC);
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    seconds.saturating_mul(1_000_000_000).saturating_add(u64::try_from(time.tv_nsec).unwrap_or(0))
}

/// `clock_gettime(CLOCK_REALTIME)`: seconds since 1970, UTC, and nanoseconds.
pub fn realtime() -> (i64, u32) {
    let time = now(libc::CLOCK_REALTIME);
    (time.tv_sec.into(), u32::try_from(time.tv_nsec).unwrap_or(0))
}

/// `nanosleep(time)`. `EINTR` is reported, not retried: a signal is a reason to wake.
pub fn sleep(nanoseconds: u64) -> Result<(), Errno> {
    let mut time = zero();
    // A u64 of nanoseconds is 584 years: beyond what some targets' seconds hold.
    let (seconds, rest) = (nanoseconds / 1_000_000_000, nanoseconds % 1_000_000_000);
    time.tv_sec = seconds.try_into().map_err(|_| Errno::EINVAL)?;
    time.tv_nsec = rest.try_into().map_err(|_| Errno::EINVAL)?;
    // SAFETY: time is initialised; what remains of it is not wanted.
    #[cfg(target_arch = "x86_64")]
    let answer = unsafe {
        crate::call::call2(libc::SYS_nanosleep, core::ptr::from_ref(&time), core::ptr::null::<u8>())
    };
    #[cfg(not(target_arch = "x86_64"))]
    // SAFETY: as above.
    let answer = crate::call::told(unsafe { libc::nanosleep(&time, core::ptr::null_mut()) } as isize);
    check(answer).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passes() {
        let before = monotonic();
        sleep(2_000_000).unwrap();
        let passed = monotonic() - before;
        assert!((2_000_000..2_000_000_000).contains(&passed), "{passed}");
        let theirs = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
        assert!(realtime().0.abs_diff(i64::try_from(theirs).unwrap()) <= 1);
    }
}
