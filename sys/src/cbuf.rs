//! C strings on the stack.
#![allow(unsafe_code)]

use crate::errno::Errno;
use core::ffi::CStr;

/// Room for a path of up to `N - 1` bytes.
pub struct CBuf<const N: usize> {
    bytes: [u8; N],
}

impl<const N: usize> CBuf<N> {
    /// An empty buffer.
    pub const fn new() -> CBuf<N> {
        CBuf { bytes: [0; N] }
    }

    /// Joins `pieces` and lends the result, see [`join`].
    pub fn join(&mut self, pieces: &[&[u8]]) -> Result<&CStr, Errno> {
        join(&mut self.bytes, pieces)
    }

    /// What was joined last; empty at first.
    pub fn as_cstr(&self) -> &CStr {
        first(&self.bytes).unwrap_or_default()
    }
}

impl<const N: usize> Default for CBuf<N> {
    fn default() -> CBuf<N> {
        CBuf::new()
    }
}

/// Writes `pieces` one after the other into `buf` and ends them with a NUL.
///
/// `ENAMETOOLONG`: they and the NUL do not fit. `EINVAL`: a piece holds a NUL. After an error `buf` holds "".
pub fn join<'b>(buf: &'b mut [u8], pieces: &[&[u8]]) -> Result<&'b CStr, Errno> {
    let wanted = pieces.iter().fold(1_usize, |sum, piece| sum.saturating_add(piece.len()));
    let bad = if wanted > buf.len() {
        Some(Errno::ENAMETOOLONG)
    } else if pieces.iter().any(|piece| piece.contains(&0)) {
        Some(Errno::EINVAL)
    } else {
        None
    };
    if let Some(errno) = bad {
        if let Some(first) = buf.first_mut() {
            *first = 0;
        }
        return Err(errno);
    }
    let bytes = pieces.iter().flat_map(|piece| piece.iter().copied()).chain(core::iter::once(0));
    for (to, from) in buf.iter_mut().zip(bytes) {
        *to = from;
    }
    first(buf).ok_or(Errno::ENAMETOOLONG)
}

/// The string at the start of `bytes`; `None` when no NUL ends it.
// Not CStr::from_bytes_until_nul: at opt-level z it keeps a call to the panic of a slice.
pub fn first(bytes: &[u8]) -> Option<&CStr> {
    let end = bytes.iter().position(|&byte| byte == 0)?;
    let string = bytes.get(..=end)?;
    // SAFETY: the last byte is the only NUL.
    Some(unsafe { CStr::from_bytes_with_nul_unchecked(string) })
}

/// `word` from byte `at` on; beyond its end the empty string.
pub fn tail(word: &CStr, at: usize) -> &CStr {
    word.to_bytes_with_nul().get(at..).and_then(first).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds() {
        let mut buf = CBuf::<8>::new();
        assert_eq!(buf.as_cstr(), c"");
        assert_eq!(buf.join(&[b"abc", b"", b"defg"]), Ok(c"abcdefg"));
        assert_eq!(buf.as_cstr(), c"abcdefg");
        assert_eq!(buf.join(&[b"ab"]), Ok(c"ab"));
        assert_eq!(buf.join(&[b"abc", b"defgh"]), Err(Errno::ENAMETOOLONG));
        assert_eq!(buf.as_cstr(), c"");
        assert_eq!(buf.join(&[b"a\0b"]), Err(Errno::EINVAL));
        assert_eq!(buf.join(&[]), Ok(c""));
        assert_eq!(CBuf::<0>::new().join(&[]), Err(Errno::ENAMETOOLONG));
        assert_eq!(CBuf::<1>::new().join(&[]), Ok(c""));
    }

    #[test]
    fn parts() {
        assert_eq!(
            (first(b"ab\0c"), first(b"\0"), first(b"ab"), first(b"")),
            (Some(c"ab"), Some(c""), None, None)
        );
        assert_eq!(
            (tail(c"abc", 0), tail(c"abc", 2), tail(c"abc", 3), tail(c"abc", 4)),
            (c"abc", c"c", c"", c"")
        );
    }
}
