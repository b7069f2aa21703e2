//! Capabilities. See capabilities(7), capget(2).
#![allow(unsafe_code)]

use crate::call::{call2, call5};
use crate::errno::{Errno, check};
use core::ffi::{c_int, c_ulong};
use core::ptr::from_mut;

// linux/capability.h: the version with two words of 32 capabilities each.
const LINUX_CAPABILITY_VERSION_3: u32 = 0x2008_0522;

#[repr(C)]
struct Header {
    version: u32,
    pid: c_int,
}

#[repr(C)]
#[derive(Copy, Clone, Default)]
struct Data {
    effective: u32,
    permitted: u32,
    inheritable: u32,
}

/// Reads the capabilities of this process.
fn get(header: &mut Header, data: &mut [Data; 2]) -> Result<(), Errno> {
    // SAFETY: version 3 fills two structures, for which there is room.
    check(unsafe { call2(libc::SYS_capget, from_mut(header), data.as_mut_ptr()) }).map(drop)
}

/// Whether the effective capabilities hold all of the first 32 that are set in `mask` (`1 << CAP_NET_ADMIN`).
#[must_use]
pub fn has(mask: u32) -> bool {
    let mut header = Header { version: LINUX_CAPABILITY_VERSION_3, pid: 0 };
    let mut data = [Data::default(); 2];
    get(&mut header, &mut data).is_ok() && data.first().is_some_and(|low| low.effective & mask == mask)
}

/// Makes every permitted capability inheritable and ambient: it survives execve(2) under any user id.
pub fn raise_ambient() -> Result<(), Errno> {
    let mut header = Header { version: LINUX_CAPABILITY_VERSION_3, pid: 0 };
    let mut data = [Data::default(); 2];
    get(&mut header, &mut data)?;
    data.iter_mut().for_each(|word| word.inheritable = word.permitted);
    // SAFETY: as above; the kernel reads both structures.
    check(unsafe { call2(libc::SYS_capset, from_mut(&mut header), data.as_ptr()) })?;
    let [low, high] = data;
    let permitted = u64::from(low.permitted) | u64::from(high.permitted) << 32;
    for cap in (0..64_u32).filter(|cap| permitted.checked_shr(*cap).unwrap_or(0) & 1 == 1) {
        let (raise, cap, none) = (libc::PR_CAP_AMBIENT_RAISE as c_ulong, c_ulong::from(cap), 0 as c_ulong);
        // SAFETY: numbers only.
        check(unsafe { call5(libc::SYS_prctl, libc::PR_CAP_AMBIENT, raise, cap, none, none) })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ns::{CloneFlags, unshare};
    use crate::process::{Fork, Status, exit, fork, wait};

    fn ambient() -> u8 {
        if unshare(CloneFlags::NEWUSER).is_err() {
            return 2;
        }
        // SAFETY: numbers only.
        let is_set = || unsafe { libc::prctl(libc::PR_CAP_AMBIENT, 1 as c_ulong, 12 as c_ulong, 0, 0) };
        // A new user namespace begins with all of them.
        u8::from(!has(1 << 12 | 1 << 21) || is_set() != 0 || raise_ambient().is_err() || is_set() != 1)
    }

    #[test]
    fn in_a_user_namespace() {
        let pid = match fork().unwrap() {
            Fork::Child => exit(ambient()),
            Fork::Parent(pid) => pid,
        };
        match wait(pid).unwrap() {
            Status::Exited(2) => std::eprintln!("SKIPPED: unshare(CLONE_NEWUSER) is not permitted here"),
            status => assert_eq!(status, Status::Exited(0)),
        }
    }
}
