//! Terminals.
#![allow(unsafe_code)]

/// `isatty(fd)`
pub fn isatty(fd: i32) -> bool {
    // SAFETY: numbers only.
    unsafe { libc::isatty(fd) == 1 }
}

/// `ioctl(fd, TIOCGWINSZ)`: columns; `None` when there is no terminal or it does not know.
pub fn width(fd: i32) -> Option<u16> {
    // SAFETY: all integers, for which zero is a value.
    let mut size: libc::winsize = unsafe { core::mem::zeroed() };
    // SAFETY: size has room for the answer.
    let ret = unsafe { libc::ioctl(fd, libc::TIOCGWINSZ, &raw mut size) };
    if ret == 0 && size.ws_col != 0 { Some(size.ws_col) } else { None }
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
