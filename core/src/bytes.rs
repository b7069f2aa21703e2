//! Checked reading and writing of byte buffers: the only arithmetic on offsets in the project.
//!
//! A [`Reader`] gives pieces of a slice or `None`, never panics, and never reads past the end. A [`Writer`]
//! fills a caller's buffer; the first piece that does not fit sets a sticky flag that the end of the work asks for.

use core::ops::Range;

/// Rounds `n` up to the 4-byte boundary that netlink messages and attributes keep (`NLMSG_ALIGN`, `NLA_ALIGN`).
#[must_use]
#[inline(always)]
pub const fn align4(n: usize) -> usize {
    n.wrapping_add(3) & !3
}

/// Copies `from` to the front of `to`, as far as both go. Eight bytes at a time, and then halves: pieces are short, and
/// neither a byte nor a call for each pays.
pub fn copy(mut to: &mut [u8], mut from: &[u8]) {
    while chunk::<8>(&mut to, &mut from) {}
    chunk::<4>(&mut to, &mut from);
    chunk::<2>(&mut to, &mut from);
    while chunk::<1>(&mut to, &mut from) {}
}

/// Copies `N` bytes and goes past them; `false`, and nothing done, where there are fewer on either side.
#[inline(always)]
fn chunk<const N: usize>(to: &mut &mut [u8], from: &mut &[u8]) -> bool {
    let Some((f, more)) = from.split_first_chunk::<N>().filter(|_| to.len() >= N) else { return false };
    let Some((t, room)) = core::mem::take(to).split_first_chunk_mut() else { return false };
    *t = *f;
    (*to, *from) = (room, more);
    true
}

/// Where `part` lies in `whole`: positions outlive the borrow that found them.
#[must_use]
pub fn place(whole: &[u8], part: &[u8]) -> Range<usize> {
    let start = (part.as_ptr().addr()).wrapping_sub(whole.as_ptr().addr());
    let end = start.saturating_add(part.len());
    if start <= whole.len() && end <= whole.len() { start..end } else { 0..0 }
}

/// A cursor over received bytes.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Starts at the first byte of `bytes`.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Reader { rest: bytes }
    }

    /// What has not been read yet.
    #[must_use]
    pub const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// The next `n` bytes, or `None` (and nothing consumed) when fewer are left.
    pub fn take(&mut self, n: usize) -> Option<&'a [u8]> {
        let (head, tail) = self.rest.split_at_checked(n)?;
        self.rest = tail;
        Some(head)
    }

    /// The next `N` bytes as an array.
    pub fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, tail) = self.rest.split_first_chunk::<N>()?;
        self.rest = tail;
        Some(*head)
    }

    /// Passes over `n` bytes, or over all that is left: the last attribute of a nest may lack its padding.
    pub fn skip_up_to(&mut self, n: usize) {
        self.rest = self.rest.get(n..).unwrap_or(&[]);
    }

    /// The next byte.
    pub fn u8(&mut self) -> Option<u8> {
        self.array::<1>().map(|[b]| b)
    }

    /// The next two bytes in host order.
    pub fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_ne_bytes)
    }

    /// The next four bytes in host order.
    pub fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_ne_bytes)
    }

    /// The next eight bytes in host order.
    pub fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_ne_bytes)
    }
}

/// Whether `byte` is among `bytes`, which are few: the slice's own `contains` takes eight at a time, at five times the size.
#[must_use]
#[inline(never)]
pub fn has(bytes: &[u8], byte: u8) -> bool {
    bytes.iter().position(|other| *other == byte).is_some()
}

/// `bytes` before and behind the first `at`; `None` behind where it has none.
#[must_use]
#[inline(never)]
pub fn halves(bytes: &[u8], at: u8) -> (&[u8], Option<&[u8]>) {
    let place = bytes.iter().position(|b| *b == at).unwrap_or(bytes.len());
    let (front, rest) = bytes.split_at_checked(place).unwrap_or_default();
    (front, rest.get(1..))
}

/// `bytes` up to its first NUL: how the kernel's string attributes are to be read.
#[must_use]
pub fn until_nul(bytes: &[u8]) -> &[u8] {
    bytes.split(|b| *b == 0).next().unwrap_or(bytes)
}

/// An unsigned number of one to eight bytes in host order; `None` for any other width than 1, 2, 4 or 8.
#[must_use]
pub fn uint_ne(b: &[u8]) -> Option<u64> {
    let mut r = Reader::new(b);
    match b.len() {
        1 => r.u8().map(u64::from),
        2 => r.u16().map(u64::from),
        4 => r.u32().map(u64::from),
        8 => r.u64(),
        _ => None,
    }
}

/// An unsigned number of one to eight bytes in network order.
#[must_use]
pub fn uint_be(b: &[u8]) -> Option<u64> {
    (b.len() <= 8 && !b.is_empty())
        .then(|| b.iter().fold(0_u64, |n, byte| n.wrapping_shl(8) | u64::from(*byte)))
}

/// Fills a caller's buffer from the front.
pub struct Writer<'b> {
    buf: &'b mut [u8],
    len: usize,
    full: bool,
}

impl<'b> Writer<'b> {
    /// An empty writer over `buf`.
    pub fn new(buf: &'b mut [u8]) -> Self {
        Writer { buf, len: 0, full: false }
    }

    /// How many bytes stand in the buffer.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether nothing has been written.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Whether some piece did not fit; once set it stays.
    #[must_use]
    pub const fn is_full(&self) -> bool {
        self.full
    }

    /// Sets the flag.
    pub const fn spoil(&mut self) {
        self.full = true;
    }

    /// What has been written.
    #[must_use]
    pub fn written(&self) -> &[u8] {
        self.buf.get(..self.len).unwrap_or(&[])
    }

    /// The byte at `at` of what has been written.
    #[must_use]
    #[inline(always)]
    pub fn at(&self, at: usize) -> Option<u8> {
        if at < self.len { self.buf.get(at).copied() } else { None }
    }

    /// Appends `bytes` whole, or not at all and sets the flag.
    pub fn put(&mut self, bytes: &[u8]) {
        if let Some(to) = self.grow(bytes.len()) {
            copy(to, bytes);
        }
    }

    /// Appends `n` zero bytes.
    pub fn zeros(&mut self, n: usize) {
        if let Some(to) = self.grow(n) {
            to.fill(0);
        }
    }

    /// Pads with zeros to the next 4-byte boundary.
    #[inline(always)]
    pub fn align(&mut self) {
        // Mostly there already.
        if self.len != align4(self.len) {
            self.pad();
        }
    }

    #[inline(never)]
    fn pad(&mut self) {
        self.zeros(align4(self.len).wrapping_sub(self.len));
    }

    /// Appends `head` and `bytes` whole, with zeros up to the next 4-byte boundary behind them, or nothing and sets the
    /// flag.
    pub fn put_padded<const N: usize>(&mut self, head: [u8; N], bytes: &[u8]) {
        let room = self.grow(align4(N.saturating_add(bytes.len())));
        if let Some((to, body)) = room.and_then(<[u8]>::split_first_chunk_mut) {
            *to = head;
            if let Some(end) = body.last_chunk_mut::<4>() {
                *end = [0; 4];
            }
            copy(body, bytes);
        }
    }

    /// Overwrites `bytes.len()` bytes at `at`, which must have been written; sets the flag when they were not.
    pub fn patch(&mut self, at: usize, bytes: &[u8]) {
        match self.buf.get_mut(at..at.saturating_add(bytes.len())) {
            Some(to) if at.saturating_add(bytes.len()) <= self.len => {
                copy(to, bytes);
            }
            _ => self.full = true,
        }
    }

    /// Overwrites the `N` bytes at `at`, which must have been written; sets the flag when they were not.
    #[inline(always)]
    pub fn set<const N: usize>(&mut self, at: usize, bytes: [u8; N]) {
        let written = self.buf.get_mut(..self.len).and_then(|b| b.get_mut(at..));
        match written.and_then(<[u8]>::first_chunk_mut) {
            Some(to) => *to = bytes,
            None => self.full = true,
        }
    }

    /// The byte at `at` or'ed with `bits`: flags in a fixed header that several words set.
    pub fn or(&mut self, at: usize, bits: &[u8]) {
        match self.buf.get_mut(at..at.saturating_add(bits.len())) {
            Some(to) if at.saturating_add(bits.len()) <= self.len => {
                to.iter_mut().zip(bits).for_each(|(t, b)| *t |= *b);
            }
            _ => self.full = true,
        }
    }

    /// Cuts back to `len` bytes; longer than what is written changes nothing.
    pub fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
    }

    fn grow(&mut self, n: usize) -> Option<&mut [u8]> {
        let end = self.len.saturating_add(n);
        match self.buf.get_mut(self.len..end) {
            Some(to) => {
                self.len = end;
                Some(to)
            }
            None => {
                self.full = true;
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_looked_for_and_cut_at() {
        assert!(has(b"a/b", b'/') && !has(b"ab", b'/') && !has(b"", 0));
        assert_eq!(halves(b"a/b/c", b'/'), (&b"a"[..], Some(&b"b/c"[..])));
        assert_eq!(halves(b"a/", b'/'), (&b"a"[..], Some(&b""[..])));
        assert_eq!(halves(b"a", b'/'), (&b"a"[..], None));
        assert_eq!([until_nul(b"lo\0x"), until_nul(b"lo"), until_nul(b"")], [&b"lo"[..], b"lo", b""]);
    }

    #[test]
    fn places_are_found_again() {
        let b = [0; 20];
        assert_eq!((place(&b, &b[3..7]), place(&b, &b), place(&b[..4], &b[4..])), (3..7, 0..20, 0..0));
    }

    #[test]
    fn reader_gives_pieces_or_none_and_consumes_nothing_on_none() {
        let mut r = Reader::new(&[1, 2, 3]);
        assert_eq!(r.take(2), Some(&[1, 2][..]));
        assert_eq!(r.u16(), None);
        assert_eq!(r.rest(), &[3]);
        assert_eq!(r.u8(), Some(3));
        assert_eq!(r.u8(), None);
    }

    #[test]
    fn skipping_past_the_end_stops_at_the_end() {
        let mut r = Reader::new(&[1, 2, 3]);
        r.skip_up_to(9);
        assert!(r.rest().is_empty());
    }

    #[test]
    fn writer_remembers_that_a_piece_did_not_fit() {
        let mut b = [0_u8; 6];
        let mut w = Writer::new(&mut b);
        w.put(&[1, 2, 3]);
        w.align();
        assert_eq!(w.written(), &[1, 2, 3, 0]);
        w.put(&[9, 9, 9]);
        assert!(w.is_full());
        assert_eq!(w.written(), &[1, 2, 3, 0]);
        w.put(&[7]);
        assert!(w.is_full(), "sticky");
    }

    #[test]
    fn patch_stays_inside_what_was_written() {
        let mut b = [0_u8; 8];
        let mut w = Writer::new(&mut b);
        w.zeros(4);
        w.patch(2, &[5, 6]);
        assert_eq!(w.written(), &[0, 0, 5, 6]);
        w.patch(3, &[1, 1]);
        assert!(w.is_full());
    }

    #[test]
    fn numbers_of_each_width() {
        assert_eq!(uint_ne(&0x1234_u16.to_ne_bytes()), Some(0x1234));
        assert_eq!(uint_ne(&[1, 2, 3]), None);
        assert_eq!(uint_be(&[0x81, 0]), Some(0x8100));
        assert_eq!(uint_be(&[]), None);
        assert_eq!(until_nul(b"ab\0cd"), b"ab");
        assert_eq!(until_nul(b""), b"");
    }
}
