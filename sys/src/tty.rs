//! Terminals.
#![allow(unsafe_code)]

use crate::call::call3;

/// `isatty(fd)`
pub fn isatty(fd: i32) -> bool {
    size(fd).is_some()
}

/// `ioctl(fd, TIOCGWINSZ)`: columns; `None` when there is no terminal or it does not know.
pub fn width(fd: i32) -> Option<u16> {
    size(fd).map(|[_, columns, ..]| columns).filter(|columns| *columns != 0)
}

// struct winsize: rows, columns, and both in pixels.
fn size(fd: i32) -> Option<[u16; 4]> {
    let mut size = [0; 4];
    // SAFETY: size has room for the answer.
    let answer = unsafe { call3(libc::SYS_ioctl, fd, libc::TIOCGWINSZ, size.as_mut_ptr()) };
    (answer == 0).then_some(size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pipe_is_none() {
        let (from, _to) = crate::fd::pipe().unwrap();
        assert!(!isatty(from.raw()));
        assert_eq!(width(from.raw()), None);
    }
}
