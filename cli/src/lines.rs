//! Files of text, line by line: nothing is kept of them but the line.

use core::ffi::CStr;
use nlbox_sys::errno::Errno;
use nlbox_sys::fd::{OFlags, open};

/// Hands each line of the file at `path` to `each`, without its end and cut at 512 bytes.
///
/// # Errors
/// The file cannot be opened; one that cannot be read further ends there.
pub fn lines(path: &CStr, each: &mut dyn FnMut(&[u8])) -> Result<(), Errno> {
    let file = open(path, OFlags::RDONLY, 0)?;
    let mut text: heapless::Vec<u8, 512> = heapless::Vec::new();
    let mut buf = [0; 4096];
    loop {
        let n = file.read(&mut buf).unwrap_or(0);
        for b in buf.iter().take(n) {
            if *b == b'\n' {
                each(&text);
                text.clear();
            } else {
                let _ = text.push(*b);
            }
        }
        if n == 0 {
            each(&text);
            return Ok(());
        }
    }
}
