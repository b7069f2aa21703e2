//! Words and numbers, between the command line and the wire, and from the wire to the page.

pub mod date;
pub mod errno;
mod fill;
pub mod ifname;
pub mod ip;
pub mod mac;
pub mod num;
pub mod out;

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

#[cfg(test)]
mod tests {
    use super::{cut, nth};

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
