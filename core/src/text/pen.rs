//! Short texts, written byte by byte into a window that is known to be large enough: a listing is made of these, and a
//! check for each byte would cost more than the byte.

use super::{mac, num};

/// The window: what a pen writes, and room for a whole chunk at its end.
pub(super) type Room = [u8; LAST + 9];
/// More than so many bytes are never written by a caller; they would begin anew at the front, and count for nothing. A
/// power of two less one: then the compiler sees that every place is in the window.
const LAST: usize = 127;

/// Writes from the front of a window. It is handed on by value: two registers, and nothing in memory.
pub(super) struct Pen<'w> {
    room: &'w mut Room,
    at: usize,
}

impl<'w> Pen<'w> {
    /// At the front of `room`.
    #[inline(always)]
    pub(super) fn new(room: &'w mut Room) -> Self {
        Pen { room, at: 0 }
    }

    /// How many bytes were written; `None` where something could not be.
    #[inline(always)]
    pub(super) fn len(&self) -> Option<usize> {
        (self.at <= LAST).then_some(self.at)
    }

    /// Past the window, where what is still written does no harm.
    pub(super) fn spoilt(mut self) -> Self {
        self.at = usize::MAX / 2;
        self
    }

    #[inline(always)]
    pub(super) fn byte(&mut self, byte: u8) {
        self.put([byte]);
    }

    #[inline(always)]
    fn put<const N: usize>(&mut self, bytes: [u8; N]) {
        self.set(self.at, bytes);
        self.at = self.at.wrapping_add(N);
    }

    #[inline(always)]
    fn set<const N: usize>(&mut self, at: usize, bytes: [u8; N]) {
        if let Some(to) = self.room.get_mut(at & LAST..).and_then(|room| room.first_chunk_mut()) {
            *to = bytes;
        }
    }

    /// `N` bytes in front of `rest`, and past them; `false` where there are fewer.
    #[inline(always)]
    fn chunk<const N: usize>(&mut self, rest: &mut &[u8]) -> bool {
        let Some((chunk, more)) = rest.split_first_chunk::<N>() else { return false };
        self.put(*chunk);
        *rest = more;
        true
    }

    #[inline(never)]
    pub(super) fn bytes(mut self, mut bytes: &[u8]) -> Self {
        while self.chunk::<8>(&mut bytes) {}
        self.chunk::<4>(&mut bytes);
        self.chunk::<2>(&mut bytes);
        self.chunk::<1>(&mut bytes);
        self
    }

    /// `len` of the bytes at the front of `from`, behind which there are seven more of anything: eight at a time.
    #[inline(always)]
    pub(super) fn front(&mut self, mut from: &[u8], len: usize) {
        let end = self.at.wrapping_add(len);
        while self.chunk::<8>(&mut from) && self.at < end {}
        self.at = end;
    }

    /// The last four bits as one lower-case hexadecimal digit.
    #[inline(always)]
    fn digit(&mut self, n: u8) {
        let digit = b"0123456789abcdef".get(usize::from(n & 15)).copied().unwrap_or(0);
        self.byte(digit);
    }

    /// A number in decimal.
    #[inline(never)]
    pub(super) fn dec(mut self, v: u64) -> Self {
        let Ok(mut rest) = u32::try_from(v) else { return self.large(v) };
        let (mut end, mut bound) = (self.at.wrapping_add(1), 10_u64);
        while v >= bound {
            bound = bound.wrapping_mul(10);
            end = end.wrapping_add(1);
        }
        self.at = end;
        while rest >= 100 {
            // A hundredth by hand: a listing prints millions of these, and a division costs more than the rest.
            let hundredth = u64::from(rest).wrapping_mul(0x51eb_851f) >> 37;
            let hundredth = u32::try_from(hundredth).unwrap_or(0);
            end = end.wrapping_sub(2);
            self.set(end, pair(rest.wrapping_sub(hundredth.wrapping_mul(100))));
            rest = hundredth;
        }
        let [tens, ones] = pair(rest);
        self.set(end.wrapping_sub(1), [ones]);
        if rest >= 10 {
            self.set(end.wrapping_sub(2), [tens]);
        }
        self
    }

    #[cold]
    #[inline(never)]
    fn large(self, v: u64) -> Self {
        self.bytes(num::dec(v).as_bytes())
    }

    /// `0x` and a number of at least `width` hexadecimal digits.
    #[inline(never)]
    pub(super) fn hex(self, v: u64, width: u8) -> Self {
        self.bytes(b"0x").bytes(num::hex_pad(v, width).as_bytes())
    }

    /// An address of IPv4 or IPv6, else bytes of a link's.
    #[inline(always)]
    pub(super) fn address(self, bytes: &[u8]) -> Self {
        match bytes.len() {
            4 => self.v4(bytes),
            16 => self.v6(bytes),
            _ => mac::write(self, bytes),
        }
    }

    /// Bytes as two hexadecimal digits each, with colons between them.
    #[inline(always)]
    pub(super) fn pairs(mut self, bytes: &[u8]) -> Self {
        for byte in bytes {
            self.digit(byte >> 4);
            self.digit(*byte);
            self.byte(b':');
        }
        self.at = self.at.saturating_sub(usize::from(!bytes.is_empty()));
        self
    }

    /// Numbers below 256 with full stops between them.
    #[inline(never)]
    pub(super) fn v4(mut self, bytes: &[u8]) -> Self {
        for byte in bytes {
            let mut rest = *byte;
            if rest >= 100 {
                let hundreds = 1_u8.wrapping_add(u8::from(rest >= 200));
                self.byte(b'0' | hundreds);
                rest = rest.wrapping_sub(hundreds.wrapping_mul(100));
            }
            if *byte >= 10 {
                self.put(pair(rest.into()));
            } else {
                self.byte(b'0' | rest);
            }
            self.byte(b'.');
        }
        self.at = self.at.wrapping_sub(1);
        self
    }

    /// As glibc's inet_ntop: lower case, the first longest run of two zero groups or more as `::`, and `::ffff:1.2.3.4`
    /// and `::1.2.3.4` in dotted form.
    #[inline(never)]
    fn v6(mut self, bytes: &[u8]) -> Self {
        let (pairs, _) = bytes.as_chunks::<2>();
        let mut run: usize = 0;
        let mut best: usize = 1;
        let mut best_end: usize = 0;
        for (at, pair) in pairs.iter().enumerate() {
            run = if *pair == [0, 0] { run.wrapping_add(1) } else { 0 };
            if run > best {
                best = run;
                best_end = at.wrapping_add(1);
            }
        }
        let best_start = best_end.wrapping_sub(best);
        // A run at the front of exactly this length leaves an IPv4 address at the end.
        let mapped = best_end == 5 && best == 5 && pairs.get(5) == Some(&[0xff; 2]);
        let dotted = mapped || (best_end == 6 && best == 6);
        let mut after_group = false;
        for (at, pair) in pairs.iter().enumerate() {
            if at >= best_start && at < best_end {
                if at == best_start {
                    self.put(*b"::");
                }
                after_group = false;
                continue;
            }
            if after_group {
                self.byte(b':');
            }
            if dotted && at == 6 {
                return self.v4(bytes.get(12..).unwrap_or_default());
            }
            let group = u16::from_be_bytes(*pair);
            // Four bits for each digit but the first.
            let mut below = 12_u32.wrapping_sub(group.leading_zeros() & 12);
            if group == 0 {
                below = 0;
            }
            loop {
                let [digit, _] = group.wrapping_shr(below).to_le_bytes();
                self.digit(digit);
                if below == 0 {
                    break;
                }
                below = below.wrapping_sub(4);
            }
            after_group = true;
        }
        self
    }
}

/// The two digits of a number below 100.
#[inline(always)]
fn pair(n: u32) -> [u8; 2] {
    // A tenth by hand, and both digits in one number: the tens, and 256 times what is left without ten times those.
    let tens = n.wrapping_mul(103) >> 10;
    let [tens, ones, ..] =
        n.wrapping_shl(8).wrapping_sub(tens.wrapping_mul(2559)).wrapping_add(0x3030).to_le_bytes();
    [tens, ones]
}

/// A text of up to 127 bytes.
#[derive(Clone, Copy)]
pub struct Text {
    room: Room,
    len: u8,
}

impl Text {
    /// The text that `write` writes.
    pub(super) fn of(write: impl FnOnce(Pen<'_>) -> Pen<'_>) -> Text {
        let mut text = Text { room: [0; LAST + 9], len: 0 };
        let pen = write(Pen::new(&mut text.room));
        text.len = pen.len().and_then(|len| u8::try_from(len).ok()).unwrap_or(0);
        text
    }

    /// The text, no terminator.
    #[must_use]
    #[inline(never)]
    pub fn as_bytes(&self) -> &[u8] {
        self.room.get(..usize::from(self.len)).unwrap_or_default()
    }
}
