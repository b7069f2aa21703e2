//! Words and numbers, between the command line and the wire, and from the wire to the page.

pub mod date;
pub mod errno;
mod fill;
pub mod ifname;
pub mod ip;
pub mod mac;
pub mod num;
pub mod out;
pub mod pen;
mod short;

/// `s` before and behind the first `at`, an ASCII byte; `None` behind when it has none. Unlike `str::split_once` it
/// holds no path to a panic.
#[must_use]
pub fn cut(s: &str, at: u8) -> (&str, Option<&str>) {
    for (i, b) in s.bytes().enumerate() {
        if b == at {
            return (s.get(..i).unwrap_or(""), s.get(i.saturating_add(1)..));
        }
    }
    (s, None)
}

/// Part `n` of `list`, with `at`, an ASCII byte, between the parts; empty behind the last one.
#[must_use]
pub fn nth(list: &str, at: u8, n: usize) -> &str {
    let (mut one, mut rest) = cut(list, at);
    for _ in 0..n {
        (one, rest) = cut(rest.unwrap_or(""), at);
    }
    one
}

/// Texts in one, each behind a byte that is its length: a slice of them would weigh sixteen bytes more for each.
/// [`texts!`](crate::texts) packs them.
#[derive(Clone, Copy)]
pub struct Texts(pub &'static str);

impl Iterator for Texts {
    type Item = &'static str;

    fn next(&mut self) -> Option<&'static str> {
        let end = usize::from(*self.0.as_bytes().first()?).saturating_add(1);
        let (text, rest) = self.0.split_at_checked(end)?;
        self.0 = rest;
        text.get(1..)
    }
}

/// [`Texts`]: `texts!["one", "two"]`.
#[macro_export]
macro_rules! texts {
    ($($text:expr),* $(,)?) => {{
        const TEXTS: &[&str] = &[$($text),*];
        static PACKED: [u8; $crate::text::pack::len(TEXTS)] = $crate::text::pack::texts(TEXTS);
        $crate::text::Texts($crate::text::pack::text(&PACKED))
    }};
}

/// Packing texts: functions that run in the compiler alone.
#[allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, clippy::cast_possible_truncation)]
pub mod pack {
    /// How many bytes `texts` take.
    #[must_use]
    pub const fn len(texts: &[&str]) -> usize {
        let (mut n, mut i) = (0, 0);
        while i < texts.len() {
            n += 1 + texts[i].len();
            i += 1;
        }
        n
    }

    /// Packs `texts`; `N` is their [`len`].
    #[must_use]
    pub const fn texts<const N: usize>(texts: &[&str]) -> [u8; N] {
        let mut b = [0; N];
        let (mut at, mut i) = (0, 0);
        while i < texts.len() {
            assert!(texts[i].len() < 128);
            at = put(&mut b, at, &[texts[i].len() as u8]);
            at = put(&mut b, at, texts[i].as_bytes());
            i += 1;
        }
        b
    }

    /// What was packed, as the text that it is.
    #[must_use]
    #[allow(clippy::panic)]
    pub const fn text(packed: &'static [u8]) -> &'static str {
        match core::str::from_utf8(packed) {
            Ok(text) => text,
            Err(_) => panic!("a table is ASCII"),
        }
    }

    /// Puts `from` at offset `at` of `b`; where it ends.
    #[must_use]
    pub const fn put(b: &mut [u8], at: usize, from: &[u8]) -> usize {
        let mut k = 0;
        while k < from.len() {
            b[at + k] = from[k];
            k += 1;
        }
        at + k
    }
}

#[cfg(test)]
mod tests {
    use super::{cut, nth};

    #[test]
    fn texts_come_out_as_they_went_in() {
        let texts = crate::texts!["a[dd]", "", "b"];
        assert!(texts.eq(["a[dd]", "", "b"]) && texts.0.len() == 9);
    }

    #[test]
    fn counts_parts() {
        assert_eq!([0, 1, 2, 3, 9].map(|n| nth("a||c", b'|', n)), ["a", "", "c", "", ""]);
    }

    #[test]
    fn cuts_at_the_first() {
        assert_eq!(cut("mtu % %", b'%'), ("mtu ", Some(" %")));
        assert_eq!(cut("x|", b'|'), ("x", Some("")));
        assert_eq!(cut("none", b'|'), ("none", None));
    }
}
