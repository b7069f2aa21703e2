//! Memory for the rare datagram that outgrows the fixed buffers.
#![allow(unsafe_code)]

use crate::errno::Errno;
use core::ptr::null_mut;

/// `mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)`: zeroed bytes that stay until the
/// process ends.
pub fn map(len: usize) -> Result<&'static mut [u8], Errno> {
    let prot = libc::PROT_READ | libc::PROT_WRITE;
    // SAFETY: a new anonymous mapping touches no memory that is in use.
    let at = unsafe { libc::mmap(null_mut(), len, prot, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS, -1, 0) };
    if at == libc::MAP_FAILED {
        return Err(Errno::last());
    }
    // SAFETY: `len` fresh zeroed bytes, never unmapped, and nobody else has their address.
    Ok(unsafe { core::slice::from_raw_parts_mut(at.cast(), len) })
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
