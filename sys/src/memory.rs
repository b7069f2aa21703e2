//! Memory for buffers: what comes with the program, and more for the rare datagram that outgrows them.
#![allow(unsafe_code)]

use crate::errno::{Errno, check};
use core::cell::UnsafeCell;
use core::ptr::null_mut;
use core::sync::atomic::{AtomicBool, Ordering};

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

/// Bytes of [`room`].
pub const ROOM: usize = 368_640;

#[repr(align(16))]
struct Room(UnsafeCell<[u8; ROOM]>);

// SAFETY: `room` lends the bytes once, so no two threads have them.
unsafe impl Sync for Room {}

static BYTES: Room = Room(UnsafeCell::new([0; ROOM]));
static LENT: AtomicBool = AtomicBool::new(false);

/// The program's own [`ROOM`] bytes, zero at first; `None` from the second time on. They take no byte of its file, no call, no
/// page of memory until they are written to, and lie beside the program: a mapping elsewhere needs page tables of its own.
pub fn room() -> Option<&'static mut [u8]> {
    if LENT.swap(true, Ordering::Relaxed) {
        return None;
    }
    // SAFETY: nobody else has been lent the bytes, or will be.
    let bytes: &'static mut [u8; ROOM] = unsafe { &mut *BYTES.0.get() };
    Some(bytes)
}

#[cfg(test)]
mod tests {
    #[test]
    fn lends_its_own_room_once() {
        let room = super::room().unwrap();
        assert_eq!(room.len(), super::ROOM);
        assert!(room.iter().all(|b| *b == 0));
        room.fill(1);
        assert!(super::room().is_none());
    }

    #[test]
    fn gives_zeroed_bytes() {
        let m = super::map(70_000).unwrap();
        assert_eq!(m.len(), 70_000);
        assert!(m.iter().all(|b| *b == 0));
        m[69_999] = 1;
    }
}
