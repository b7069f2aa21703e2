//! Short texts, written byte by byte into a window that is known to be large enough: a listing is made of these, and a
//! check for each byte would cost more than the byte.

use super::mac;

/// The window: what a pen writes, and room for a whole chunk at its end.
pub(super) type Room = [u8; LAST + 9];
/// More than so many bytes are never written by a caller; they would begin anew at the front. A power of two less one:
/// then the compiler sees that every place is in the window.
const LAST: usize = 127;

/// Writes from the front of a window.
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

    /// How many bytes were written.
    #[inline(always)]
    pub(super) fn len(&self) -> usize {
        self.at & LAST
    }

    #[inline(always)]
    pub(super) fn byte(&mut self, byte: u8) {
        if let Some(to) = self.room.get_mut(self.at & LAST) {
            *to = byte;
        }
        self.at = self.at.wrapping_add(1);
    }

    /// `N` bytes in front of `rest`, and past them; `false` where there are fewer.
    #[inline(always)]
    fn chunk<const N: usize>(&mut self, rest: &mut &[u8]) -> bool {
        let Some((chunk, more)) = rest.split_first_chunk::<N>() else { return false };
        if let Some(to) = self.room.get_mut(self.at & LAST..).and_then(|room| room.first_chunk_mut()) {
            *to = *chunk;
        }
        self.at = self.at.wrapping_add(N);
        *rest = more;
        true
    }

    #[inline(never)]
    pub(super) fn bytes(&mut self, mut bytes: &[u8]) {
        while self.chunk::<8>(&mut bytes) {}
        self.chunk::<4>(&mut bytes);
        self.chunk::<2>(&mut bytes);
        self.chunk::<1>(&mut bytes);
    }

    /// `len` of the bytes at the front of `from`, behind which there are seven more of anything: eight at a time.
    #[inline(always)]
    pub(super) fn front(&mut self, from: &[u8], len: usize) {
        let (mut from, end) = (from, self.at.wrapping_add(len));
        while self.chunk::<8>(&mut from) && self.at < end {}
        self.at = end;
    }

    /// The last four bits as one lower-case hexadecimal digit.
    #[inline(never)]
    pub(super) fn hex(&mut self, nibble: u8) {
        self.digit(nibble & 15);
    }

    #[inline(always)]
    fn digit(&mut self, n: u8) {
        self.byte(if n < 10 { b'0' } else { b'a' - 10 }.wrapping_add(n));
    }

    /// An address of IPv4 or IPv6, else bytes of a link's.
    #[inline(always)]
    pub(super) fn address(&mut self, bytes: &[u8]) {
        match bytes.len() {
            4 => self.v4(bytes),
            16 => self.v6(bytes),
            _ => mac::write(self, bytes),
        }
    }

    /// Bytes as two hexadecimal digits each, with colons between them.
    #[inline(always)]
    pub(super) fn pairs(&mut self, bytes: &[u8]) {
        let mut pen = Pen { room: self.room, at: self.at };
        for byte in bytes {
            pen.digit(byte >> 4);
            pen.digit(byte & 15);
            pen.byte(b':');
        }
        self.at = pen.at.saturating_sub(usize::from(!bytes.is_empty()));
    }

    /// Numbers below 256 with full stops between them.
    #[inline(never)]
    pub(super) fn v4(&mut self, bytes: &[u8]) {
        let mut pen = Pen { room: self.room, at: self.at };
        for byte in bytes {
            // By hand: a division costs more than the rest.
            let mut rest = *byte;
            if rest >= 10 {
                if rest >= 100 {
                    let hundreds = 1_u8.wrapping_add(u8::from(rest >= 200));
                    pen.byte(b'0' | hundreds);
                    rest = rest.wrapping_sub(hundreds.wrapping_mul(100));
                }
                let [tens, ..] = (u32::from(rest).wrapping_mul(205) >> 11).to_le_bytes();
                pen.byte(b'0' | tens);
                rest = rest.wrapping_sub(tens.wrapping_mul(10));
            }
            pen.byte(b'0' | rest);
            pen.byte(b'.');
        }
        self.at = pen.at.wrapping_sub(1);
    }

    /// As glibc's inet_ntop: lower case, the first longest run of two zero groups or more as `::`, and `::ffff:1.2.3.4`
    /// and `::1.2.3.4` in dotted form.
    #[inline(never)]
    fn v6(&mut self, bytes: &[u8]) {
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
        for (at, [high, low]) in pairs.iter().enumerate() {
            if at >= best_start && at < best_end {
                if at == best_start {
                    self.byte(b':');
                    self.byte(b':');
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
            let mut shown = false;
            for nibble in [high >> 4, high & 15, low >> 4] {
                shown |= nibble != 0;
                if shown {
                    self.hex(nibble);
                }
            }
            self.hex(*low);
            after_group = true;
        }
    }
}

/// A text of up to 127 bytes.
#[derive(Clone, Copy)]
pub struct Text {
    room: Room,
    len: u8,
}

impl Text {
    /// The text that `write` writes.
    pub(super) fn of(write: impl FnOnce(&mut Pen<'_>)) -> Text {
        let mut text = Text { room: [0; LAST + 9], len: 0 };
        let mut pen = Pen::new(&mut text.room);
        write(&mut pen);
        text.len = u8::try_from(pen.len()).unwrap_or(0);
        text
    }

    /// The text, no terminator.
    #[must_use]
    #[inline(never)]
    pub fn as_bytes(&self) -> &[u8] {
        self.room.get(..usize::from(self.len)).unwrap_or_default()
    }
}
