//! C strings on the stack.
#![allow(unsafe_code)]

use crate::errno::Errno;
use core::ffi::CStr;
use core::mem::MaybeUninit;

/// Room for a path of up to `N - 1` bytes.
pub struct CBuf<const N: usize> {
    // A C string first; what is behind it was never written, for that would be the most of the work.
    bytes: [MaybeUninit<u8>; N],
}

impl<const N: usize> CBuf<N> {
    /// An empty buffer.
    pub const fn new() -> CBuf<N> {
        const { assert!(N > 0) };
        let mut bytes = [MaybeUninit::uninit(); N];
        if let Some(first) = bytes.first_mut() {
            *first = MaybeUninit::new(0);
        }
        CBuf { bytes }
    }

    /// Joins `pieces` and lends the result, see [`join`].
    pub fn join(&mut self, pieces: &[&[u8]]) -> Result<&CStr, Errno> {
        write(&mut self.bytes, pieces)
    }

    /// What was joined last; empty at first.
    pub fn as_cstr(&self) -> &CStr {
        // SAFETY: a C string is first: the empty one of `new`, or what `write` left.
        unsafe { CStr::from_ptr(self.bytes.as_ptr().cast()) }
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
    // SAFETY: bytes are bytes that may be unwritten, and `write` leaves none unwritten that was not.
    let buf = unsafe { &mut *(core::ptr::from_mut(buf) as *mut [MaybeUninit<u8>]) };
    write(buf, pieces)
}

/// [`join`] into room that may be unwritten; also after an error a C string is first.
fn write<'b>(buf: &'b mut [MaybeUninit<u8>], pieces: &[&[u8]]) -> Result<&'b CStr, Errno> {
    let wanted = pieces.iter().fold(1_usize, |sum, piece| sum.saturating_add(piece.len()));
    let bad = if wanted > buf.len() {
        Some(Errno::ENAMETOOLONG)
    } else if pieces.iter().any(|piece| piece.iter().position(|b| *b == 0).is_some()) {
        Some(Errno::EINVAL)
    } else {
        None
    };
    if let Some(errno) = bad {
        if let Some(first) = buf.first_mut() {
            first.write(0);
        }
        return Err(errno);
    }
    let mut room = buf.iter_mut();
    for piece in pieces {
        for (byte, to) in piece.iter().zip(&mut room) {
            to.write(*byte);
        }
    }
    if let Some(end) = room.next() {
        end.write(0);
    }
    // SAFETY: the pieces and the NUL behind them, for which there was room.
    Ok(unsafe { CStr::from_ptr(buf.as_ptr().cast()) })
}

/// The string at the start of `bytes`; `None` when no NUL ends it.
// Not CStr::from_bytes_until_nul: at opt-level z it keeps a call to the panic of a slice.
pub fn first(bytes: &[u8]) -> Option<&CStr> {
    let end = bytes.iter().position(|&byte| byte == 0)?;
    let string = bytes.get(..=end)?;
    // SAFETY: the last byte is the only NUL.
    Some(unsafe { CStr::from_bytes_with_nul_unchecked(string) })
}

/// Parts the line at the start of `bytes` into words, in one pass and in place: blanks, tabs, CR and NUL part them, and
/// one NUL stands behind each. How many bytes the line has with its end.
///
/// `None`: there is no line end, or the line is not so plain (a quote, a comment, `\` at its end), or `word` takes no more. The
/// bytes between words may be NUL by then, and nothing else has changed.
pub fn part<'b>(bytes: &'b mut [u8], mut word: impl FnMut(&'b CStr) -> bool) -> Option<usize> {
    let whole = bytes.len();
    let mut rest = bytes;
    loop {
        let end =
            rest.iter().position(|b| matches!(b, 0 | b'\t' | b'\n' | b'\r' | b' ' | b'"' | b'#' | b'\''))?;
        let (head, tail) = rest.split_at_mut_checked(end.saturating_add(1))?;
        let (last, text) = head.split_last_mut()?;
        let over = *last == b'\n';
        if matches!(last, b'"' | b'#' | b'\'') || over && text.last() == Some(&b'\\') {
            return None;
        }
        *last = 0;
        if !text.is_empty() {
            // SAFETY: the search ends at the first NUL, and that is the last byte now.
            let found = unsafe { CStr::from_bytes_with_nul_unchecked(head) };
            if !word(found) {
                return None;
            }
        }
        if over {
            return Some(whole.saturating_sub(tail.len()));
        }
        rest = tail;
    }
}

/// `word` from byte `at` on; beyond its end the empty string.
pub fn tail(word: &CStr, at: usize) -> &CStr {
    word.to_bytes_with_nul().get(at..).and_then(first).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parted(line: &str) -> (Option<usize>, std::vec::Vec<std::string::String>) {
        let (mut bytes, mut words) = (line.as_bytes().to_vec(), std::vec::Vec::new());
        let len = part(&mut bytes, |word| {
            words.push(word.to_str().unwrap().into());
            words.len() < 4
        });
        (len, words)
    }

    #[test]
    fn a_plain_line_in_parts() {
        let (len, words) = parted("route add  10.0.0.0/8\t\rdev\0\nnext");
        assert_eq!((len, words.len()), (None, 4), "one more would be taken");
        let (len, words) = parted("route\tadd !$%&\r\nnext");
        assert_eq!((len, words), (Some(16), std::vec!["route".into(), "add".into(), "!$%&".into()]));
        assert_eq!(parted("\n"), (Some(1), std::vec![]));
        assert_eq!(parted("a\\b\n").0, Some(4));
        for line in ["", "route", "a 'b'\n", "a \"b\"\n", "a # b\n", "a b\\\nc\n"] {
            assert_eq!(parted(line).0, None, "{line:?}");
        }
    }

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
