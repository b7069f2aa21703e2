//! Numbers to text and back, with strtoul's prefixes.

const ROOM: usize = 32;

/// A number as text, at most 24 bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
pub struct Digits {
    /// Filled from the end, the order in which digits come; a power of two, so that every place is known to be in it.
    buf: [u8; ROOM],
    start: u8,
}

impl Digits {
    /// The text, no terminator.
    #[must_use]
    #[inline(never)]
    pub fn as_bytes(&self) -> &[u8] {
        self.buf.get(usize::from(self.start)..).unwrap_or_default()
    }

    fn push_front(&mut self, byte: u8) {
        self.start = self.start.wrapping_sub(1);
        if let Some(slot) = self.buf.get_mut(usize::from(self.start) % ROOM) {
            *slot = byte;
        }
    }
}

/// At least `width` digits (at most 22) of `value`; a full stop before the last `places` unless that is 0.
fn radix(value: u64, base: u64, width: u8, places: u8) -> Digits {
    let mut digits = Digits { buf: [0; ROOM], start: 32 };
    let mut rest = value;
    let mut done: u8 = 0;
    while (rest > 0 || done < width) && done < 22 {
        if places > 0 && done == places {
            digits.push_front(b'.');
        }
        let digit = u8::try_from(rest.checked_rem(base).unwrap_or(0)).unwrap_or(0);
        digits.push_front(if digit < 10 { b'0' } else { b'a' - 10 }.saturating_add(digit));
        rest = rest.checked_div(base).unwrap_or(0);
        done = done.saturating_add(1);
    }
    digits
}

/// Decimal.
#[must_use]
pub fn dec(value: u64) -> Digits {
    radix(value, 10, 1, 0)
}

/// Decimal with a leading `-` below zero.
#[must_use]
pub fn dec_signed(value: i64) -> Digits {
    let mut digits = dec(value.unsigned_abs());
    if value < 0 {
        digits.push_front(b'-');
    }
    digits
}

/// Lower-case hexadecimal without `0x`.
#[must_use]
pub fn hex(value: u64) -> Digits {
    hex_pad(value, 1)
}

/// Lower-case hexadecimal without `0x`, zeros in front up to `width` digits (22 at most).
#[must_use]
pub fn hex_pad(value: u64, width: u8) -> Digits {
    radix(value, 16, width, 0)
}

/// Octal without a leading `0`.
#[must_use]
pub fn octal(value: u64) -> Digits {
    radix(value, 8, 1, 0)
}

/// Hundredths with two places: 1500 is `15.00`, 5 is `0.05`.
#[must_use]
pub fn centis(hundredths: u64) -> Digits {
    fixed(hundredths, 2)
}

/// `value` in decimal, with zeros in front up to `width` digits.
#[must_use]
pub fn dec_pad(value: u64, width: u8) -> Digits {
    radix(value, 10, width, 0)
}

/// `value` shifted by so many decimal places (at most 20): 45 with 3 is `0.045`.
#[must_use]
pub fn fixed(value: u64, places: u8) -> Digits {
    radix(value, 10, places.saturating_add(1), places)
}

/// `value` shifted by so many decimal places as printf's `%g` has it: six digits that count, no zeros behind them, an
/// exponent below 0.0001 and from 1000000 on.
#[must_use]
pub fn general(value: u64, places: u8) -> Digits {
    let (mut digits, mut places, mut next) = (value, if value == 0 { 0 } else { i32::from(places) }, 0);
    while digits >= 1_000_000 || next >= 5 || digits > 0 && digits.is_multiple_of(10) {
        if digits < 1_000_000 && next >= 5 {
            digits = digits.wrapping_add(1);
            next = 0;
            continue;
        }
        next = digits % 10;
        digits /= 10;
        places = places.wrapping_sub(1);
    }
    let more = digits.checked_ilog10().unwrap_or(0).cast_signed();
    let exponent = more.wrapping_sub(places);
    if digits == 0 || matches!(exponent, -4..=5) {
        while places < 0 {
            digits = digits.wrapping_mul(10);
            places = places.wrapping_add(1);
        }
        return fixed(digits, u8::try_from(places).unwrap_or(0));
    }
    let mut text = radix(exponent.unsigned_abs().into(), 10, 2, 0);
    text.push_front(if exponent < 0 { b'-' } else { b'+' });
    text.push_front(b'e');
    for b in fixed(digits, u8::try_from(more).unwrap_or(0)).as_bytes().iter().rev() {
        text.push_front(*b);
    }
    text
}

/// A whole word as strtoul with base 0 reads it: `0x` hexadecimal, a leading `0` octal, else decimal.
///
/// `None` if the word is empty, has a sign, a blank or another non-digit, or passes 64 bits.
#[must_use]
pub fn parse_u64(word: &[u8]) -> Option<u64> {
    parse_u64_base(word, 0)
}

/// The same in a given base of 2 to 16; base 16 takes an optional `0x`, base 0 is [`parse_u64`].
#[must_use]
pub fn parse_u64_base(word: &[u8], base: u8) -> Option<u64> {
    let (digits, base) = match (base, word) {
        (0 | 16, [b'0', b'x' | b'X', rest @ ..]) => (rest, 16),
        (0, [b'0', rest @ ..]) if !rest.is_empty() => (rest, 8),
        (0, _) => (word, 10),
        _ => (word, base),
    };
    if digits.is_empty() {
        return None;
    }
    let mut value: u64 = 0;
    for byte in digits {
        let digit = hex_digit(*byte).filter(|digit| *digit < base)?;
        value = value.checked_mul(u64::from(base))?.checked_add(u64::from(digit))?;
    }
    Some(value)
}

/// The value of one hexadecimal digit, either case.
pub(super) fn hex_digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte.wrapping_sub(b'0')),
        b'a'..=b'f' => Some(byte.wrapping_sub(b'a' - 10)),
        b'A'..=b'F' => Some(byte.wrapping_sub(b'A' - 10)),
        _ => None,
    }
}

/// [`parse_u64`] after an optional `-` or `+`, within 64 signed bits.
#[must_use]
pub fn parse_i64(word: &[u8]) -> Option<i64> {
    match word {
        [b'-', rest @ ..] => 0i64.checked_sub_unsigned(parse_u64(rest)?),
        [b'+', rest @ ..] => i64::try_from(parse_u64(rest)?).ok(),
        _ => i64::try_from(parse_u64(word)?).ok(),
    }
}

/// [`parse_u64`] within 32 bits.
#[must_use]
pub fn parse_u32(word: &[u8]) -> Option<u32> {
    u32::try_from(parse_u64(word)?).ok()
}

/// [`parse_u64`] within 16 bits.
#[must_use]
pub fn parse_u16(word: &[u8]) -> Option<u16> {
    u16::try_from(parse_u64(word)?).ok()
}

/// [`parse_u64`] within 8 bits.
#[must_use]
pub fn parse_u8(word: &[u8]) -> Option<u8> {
    u8::try_from(parse_u64(word)?).ok()
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use std::format;
    use std::string::String;

    fn text(digits: &Digits) -> String {
        String::from_utf8(digits.as_bytes().to_vec()).unwrap()
    }

    #[test]
    fn general_is_printf_g() {
        for (value, places, want) in [
            (0, 3, "0"),
            (44, 3, "0.044"),
            (40, 3, "0.04"),
            (15, 6, "1.5e-05"),
            (10, 6, "1e-05"),
            (123, 6, "0.000123"),
            (5_000_000, 3, "5000"),
            (1_234_567, 3, "1234.57"),
            (12_345_678, 3, "12345.7"),
            (123_456_499, 3, "123456"),
            (1_234_567_500, 3, "1.23457e+06"),
            (2_000_000_000, 3, "2e+06"),
            (19_999_997, 3, "20000"),
            (56, 2, "0.56"),
        ] {
            assert_eq!(text(&general(value, places)), want);
        }
    }

    #[test]
    fn prints_as_the_standard_formatter() {
        let mut x = 0x9e37_79b9_7f4a_7c15u64;
        // An interpreter has no time for so many.
        for i in 0..if cfg!(miri) { 24 } else { 5000_u32 } {
            x = x.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            let v = x >> (i % 64);
            assert_eq!(text(&dec(v)), format!("{v}"));
            assert_eq!(text(&hex(v)), format!("{v:x}"));
            assert_eq!(text(&octal(v)), format!("{v:o}"));
            assert_eq!(text(&hex_pad(v, 8)), format!("{v:08x}"));
            assert_eq!(text(&dec_signed(v.cast_signed())), format!("{}", v.cast_signed()));
            assert_eq!(text(&centis(v)), format!("{}.{:02}", v / 100, v % 100));
            assert_eq!(parse_u64(format!("{v}").as_bytes()), Some(v));
            assert_eq!(parse_u64(format!("{v:#x}").as_bytes()), Some(v));
            assert_eq!(parse_u64(format!("0{v:o}").as_bytes()), Some(v));
            assert_eq!(parse_i64(format!("{}", v.cast_signed()).as_bytes()), Some(v.cast_signed()));
        }
    }

    #[test]
    fn prints_the_ends_of_the_range() {
        assert_eq!(text(&dec(0)), "0");
        assert_eq!(text(&hex_pad(0, 0)), "");
        assert_eq!(text(&dec(u64::MAX)), "18446744073709551615");
        assert_eq!(text(&dec_signed(i64::MIN)), "-9223372036854775808");
        assert_eq!(text(&octal(u64::MAX)), "1777777777777777777777");
        assert_eq!(text(&centis(0)), "0.00");
        assert_eq!(text(&centis(1500)), "15.00");
        assert_eq!(text(&centis(u64::MAX)), "184467440737095516.15");
        assert_eq!(text(&fixed(45, 3)), "0.045");
        assert_eq!(text(&fixed(1_018_207, 3)), "1018.207");
        assert_eq!(text(&fixed(7, 0)), "7");
        assert_eq!(text(&hex_pad(10, 255)).len(), 22);
    }

    #[test]
    fn parses_whole_words_only() {
        let good: [(&str, u64); 9] = [
            ("0", 0),
            ("00", 0),
            ("010", 8),
            ("0x10", 16),
            ("0X1f", 31),
            ("4294967295", 4294967295),
            ("18446744073709551615", u64::MAX),
            ("0xffffffffffffffff", u64::MAX),
            ("000000000000000000000000000007", 7),
        ];
        for (word, value) in good {
            assert_eq!(parse_u64(word.as_bytes()), Some(value), "{word}");
        }
        for word in
            ["", "08", "0x", "0b11", "1_0", "1k", " 1", "1 ", "-1", "+1", "x", "18446744073709551616", "0x1g"]
        {
            assert_eq!(parse_u64(word.as_bytes()), None, "{word}");
        }
        assert_eq!(parse_u32(b"4294967296"), None);
        assert_eq!(parse_u16(b"0xffff"), Some(0xffff));
        assert_eq!(parse_u16(b"65536"), None);
        assert_eq!(parse_u8(b"255"), Some(255));
        assert_eq!(parse_u8(b"256"), None);
    }

    #[test]
    fn parses_signs_and_bases() {
        assert_eq!(parse_i64(b"-010"), Some(-8));
        assert_eq!(parse_i64(b"+5"), Some(5));
        assert_eq!(parse_i64(b"-9223372036854775808"), Some(i64::MIN));
        for word in ["", "-", "+", "--5", "- 5", "9223372036854775808", "-9223372036854775809"] {
            assert_eq!(parse_i64(word.as_bytes()), None, "{word}");
        }
        assert_eq!(parse_u64_base(b"ff", 16), Some(255));
        assert_eq!(parse_u64_base(b"0xff", 16), Some(255));
        assert_eq!(parse_u64_base(b"010", 10), Some(10));
        assert_eq!(parse_u64_base(b"777", 8), Some(0o777));
        assert_eq!(parse_u64_base(b"778", 8), None);
        assert_eq!(parse_u64_base(b"0x", 16), None);
        assert_eq!(parse_u64_base(b"101", 2), Some(5));
        assert_eq!(parse_u64_base(b"0x10", 10), None);
    }
}
