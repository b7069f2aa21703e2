//! Small text files, a line at a time.

use core::ffi::CStr;
use nlbox_core::closures;
use nlbox_sys::errno::Errno;
use nlbox_sys::fd::{OFlags, open};

/// A line, cut at 512 bytes.
pub type Text = heapless::Vec<u8, 512>;

/// How many times 1024 bytes are read at most: a file without an end must not keep us.
const BLOCKS: usize = 4096;

/// The next word of `rest`, which begins behind it then: what is between blanks.
pub fn word<'t>(rest: &mut &'t [u8]) -> Option<&'t [u8]> {
    let text = rest.trim_ascii_start();
    let end = text.iter().position(u8::is_ascii_whitespace).unwrap_or(text.len());
    let (word, more) = text.split_at_checked(end)?;
    *rest = more;
    if word.is_empty() { None } else { Some(word) }
}

closures! {
    pub trait Tell(line: &[u8]);
}

/// Tells every line of the file at `path`, without its end.
///
/// # Errors
/// Why it cannot be opened or read; the lines before have been told.
pub fn each(path: &CStr, tell: &mut dyn Tell) -> Result<(), Errno> {
    // A FIFO's other end is not waited for.
    let file = open(path, OFlags::RDONLY | OFlags::NONBLOCK, 0)?;
    let mut text = Text::new();
    let mut buf = [0; 1024];
    for _ in 0..BLOCKS {
        let n = file.read(&mut buf)?;
        for b in buf.iter().take(n) {
            if *b == b'\n' {
                tell.call(&text);
                text.clear();
            } else {
                let _ = text.push(*b);
            }
        }
        if n == 0 {
            break;
        }
    }
    tell.call(&text);
    Ok(())
}
