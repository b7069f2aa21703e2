//! Words and numbers, between the command line and the wire, and from the wire to the page.

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
    match s.bytes().position(|b| b == at) {
        Some(i) => (s.get(..i).unwrap_or(""), s.get(i.saturating_add(1)..)),
        None => (s, None),
    }
}

#[cfg(test)]
mod tests {
    use super::cut;

    #[test]
    fn cuts_at_the_first() {
        assert_eq!(cut("mtu % %", b'%'), ("mtu ", Some(" %")));
        assert_eq!(cut("x|", b'|'), ("x", Some("")));
        assert_eq!(cut("none", b'|'), ("none", None));
    }
}
