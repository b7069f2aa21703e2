//! Names of interfaces (IFNAMSIZ, `dev_valid_name` of the kernel) and their alternative names (ALTIFNAMSIZ).

use super::fill::Fill;
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

/// A name of 1 to 15 bytes with no `/` and no ASCII blank.
#[derive(Clone, Copy, PartialEq, Eq, Default, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[cfg_attr(test, derive(Debug))]
#[repr(C)]
pub struct IfName {
    buf: [u8; 15],
    len: u8,
}

impl IfName {
    /// Checks what iproute2 checks before it asks the kernel, which refuses more: [`IfName::is_valid`].
    #[must_use]
    pub fn new(name: &[u8]) -> Option<IfName> {
        if name.len() > 15 || !has_no_separator(name) {
            return None;
        }
        let mut buf = [0; 15];
        let mut fill = Fill::new(&mut buf);
        fill.push_all(name);
        let len = fill.len();
        Some(IfName { buf, len })
    }

    /// The name, no terminator.
    #[must_use]
    #[inline(never)]
    pub fn as_bytes(&self) -> &[u8] {
        self.buf.get(..usize::from(self.len)).unwrap_or_default()
    }

    /// True if the kernel takes the name for a device: not `.` or `..`, no `:`, and no byte 0xa0, its
    /// Latin-1 blank. A `%d` in the name is valid and asks the kernel for a number.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        let name = self.as_bytes();
        name != b"." && name != b".." && !name.iter().any(|byte| matches!(byte, b':' | 0xa0))
    }
}

/// True for an alternative name of 1 to 127 bytes with no `/` and no ASCII blank; `:`, `.` and `..` pass.
#[must_use]
pub fn alt_is_valid(name: &[u8]) -> bool {
    name.len() < 128 && has_no_separator(name)
}

/// Not empty, no `/`, none of C's isspace and no NUL, which no attribute of the string type can carry.
fn has_no_separator(name: &[u8]) -> bool {
    !name.is_empty() && !name.iter().any(|byte| matches!(byte, b'/' | b' ' | b'\t'..=b'\r' | 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_length_and_separators() {
        for name in
            [&b"lo"[..], b"abcdefghijklmno", b".", b"a:b", b"a%d", b"default", b"\"", b"a\x01", b"a\xa0b"]
        {
            assert_eq!(IfName::new(name).unwrap().as_bytes(), name);
        }
        for name in [
            &b""[..],
            b"abcdefghijklmnop",
            b"a b",
            b"a/b",
            b"a\tb",
            b"a\n",
            b"a\x0b",
            b"\x0ca",
            b"\r",
            b"a\0",
            &[b'a'; 300],
        ] {
            assert_eq!(IfName::new(name), None);
        }
    }

    #[test]
    fn knows_what_the_kernel_refuses() {
        let valid = |name: &[u8]| IfName::new(name).unwrap().is_valid();
        assert!(
            valid(b"eth0.5")
                && valid(b"...")
                && valid(b"all")
                && valid(b"a\x85")
                && valid(b"abcdefghijklmno")
        );
        assert!(!valid(b".") && !valid(b"..") && !valid(b"eth0:1") && !valid(b"a\xa0b"));
    }

    #[test]
    fn checks_alternative_names() {
        assert!(alt_is_valid(&[b'a'; 127]) && alt_is_valid(b"a:b") && alt_is_valid(b".."));
        assert!(
            !alt_is_valid(&[b'a'; 128])
                && !alt_is_valid(b"")
                && !alt_is_valid(b"a b")
                && !alt_is_valid(b"a/b")
        );
    }
}
