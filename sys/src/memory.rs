//! Memory for the rare datagram that outgrows the fixed buffers.
#![allow(unsafe_code)]

use crate::errno::{Errno, check};
use core::ptr::null_mut;

/// `mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)`: zeroed bytes that stay until the
/// process ends.
pub fn map(len: usize) -> Result<&'static mut [u8], Errno> {
    let prot = libc::PROT_READ | libc::PROT_WRITE;
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
    // SAFETY: a new anonymous mapping touches no memory that is in use.
    #[cfg(target_arch = "x86_64")]
    let at = unsafe { crate::call::call6(libc::SYS_mmap, null_mut::<u8>(), len, prot, flags, -1, 0) };
    #[cfg(not(target_arch = "x86_64"))]
    // SAFETY: as above.
    let at =
        crate::call::told(unsafe { libc::mmap(null_mut(), len, prot, flags, -1, 0) }.addr().cast_signed());
    // An error is one of the last 4095 numbers.
    if at > -4096 && at < 0 {
        check(at)?;
    }
    let at = core::ptr::with_exposed_provenance_mut(at.cast_unsigned());
    // SAFETY: `len` fresh zeroed bytes, never unmapped, and nobody else has their address.
    Ok(unsafe { core::slice::from_raw_parts_mut(at, len) })
}

#[cfg(test)]
mod tests {
    #[test]
    fn gives_zeroed_bytes() {
        let m = super::map(70_000).unwrap();
        assert_eq!(m.len(), 70_000);
        assert!(m.iter().all(|b| *b == 0));
        m[69_999] = 1;
    }
}
