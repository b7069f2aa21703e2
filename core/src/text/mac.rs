//! Link-layer addresses of up to MAX_ADDR_LEN (32) bytes.

use super::ip::parse_short_v4;
use super::num::hex_digit;
use super::pen::{Pen, Text};
use crate::bytes::has;

/// Lower-case hexadecimal bytes with colons between; what passes 32 bytes is left out.
#[must_use]
pub fn print(address: &[u8]) -> Text {
    Text::of(|pen| write(pen, address))
}

#[inline(never)]
pub(super) fn write<'w>(pen: Pen<'w>, address: &[u8]) -> Pen<'w> {
    pen.pairs(address.get(..32).unwrap_or(address))
}

/// The length of the address written to the front of `out`, or `None`; see [`parse_or_part`].
#[must_use]
pub fn parse(word: &[u8], out: &mut [u8; 32]) -> Option<usize> {
    parse_or_part(word, out).ok()
}

/// Parses an address, and gives its length or the part of the word to quote as wrong.
///
/// A word with a full stop is an IPv4 address, of a tunnel's end, in iproute2's short form; any other is
/// hexadecimal bytes between colons. As with iproute2 a byte may have `0x` in front and more zeros, and what
/// follows its digits up to the colon is passed over. The number of bytes is the caller's to check.
///
/// # Errors
/// The part without a digit, above 0xff or past 32 bytes; the whole word if it has a full stop.
pub fn parse_or_part<'a>(word: &'a [u8], out: &mut [u8; 32]) -> Result<usize, &'a [u8]> {
    if has(word, b'.') {
        let (v4, _) = parse_short_v4(word).ok_or(word)?;
        if let Some(front) = out.first_chunk_mut() {
            *front = v4;
        }
        return Ok(4);
    }
    let mut len: usize = 0;
    for part in word.split(|byte| *byte == b':') {
        *out.get_mut(len).ok_or(part)? = hex_byte(part).ok_or(part)?;
        len = len.saturating_add(1);
    }
    Ok(len)
}

fn hex_byte(part: &[u8]) -> Option<u8> {
    let digits = match part {
        [b'0', b'x' | b'X', rest @ ..] if rest.first().is_some_and(u8::is_ascii_hexdigit) => rest,
        _ => part,
    };
    let mut value: Option<u8> = None;
    for digit in digits.iter().map_while(|byte| hex_digit(*byte)) {
        value = Some(value.unwrap_or(0).checked_mul(16)?.checked_add(digit)?);
    }
    value
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use std::format;
    use std::vec::Vec;

    fn parsed(word: &[u8]) -> Result<Vec<u8>, &[u8]> {
        let mut out = [0xee; 32];
        parse_or_part(word, &mut out).map(|len| out[..len].to_vec())
    }

    #[test]
    fn round_trips_every_length() {
        for len in (1..=32u8).step_by(if cfg!(miri) { 7 } else { 1 }) {
            let bytes: Vec<u8> = (0..len).map(|i| i.wrapping_mul(37).wrapping_add(200)).collect();
            let text = print(&bytes);
            let expected: Vec<_> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(text.as_bytes(), expected.join(":").as_bytes());
            assert_eq!(parsed(text.as_bytes()).unwrap(), bytes);
        }
        assert_eq!(print(&[]).as_bytes(), b"");
        assert_eq!(print(&[0; 40]).as_bytes().len(), 95);
    }

    #[test]
    fn takes_what_iproute2_takes() {
        assert_eq!(parsed(b"2:1:2:3:4:5"), Ok([2, 1, 2, 3, 4, 5].to_vec()));
        assert_eq!(parsed(b"AA:bb:0000Cc"), Ok([0xaa, 0xbb, 0xcc].to_vec()));
        assert_eq!(parsed(b"0x2:0X1f:0x"), Ok([2, 0x1f, 0].to_vec()));
        assert_eq!(parsed(b"02:5g"), Ok([2, 5].to_vec()));
        assert_eq!(parsed(b"02-11-22-33-44-55"), Ok([2].to_vec()));
        assert_eq!(parsed(b"1.2.3.4"), Ok([1, 2, 3, 4].to_vec()));
        assert_eq!(parsed(b"0x1.2"), Ok([1, 2, 0, 0].to_vec()));
        assert_eq!(parse(b"1:2", &mut [0; 32]), Some(2));
    }

    #[test]
    fn quotes_the_part_it_refuses() {
        assert_eq!(parsed(b""), Err(&b""[..]));
        assert_eq!(parsed(b"02:11:"), Err(&b""[..]));
        assert_eq!(parsed(b"02::11"), Err(&b""[..]));
        assert_eq!(parsed(b"02:11:100"), Err(&b"100"[..]));
        assert_eq!(parsed(b"021122334455"), Err(&b"021122334455"[..]));
        assert_eq!(parsed(b"02:-1"), Err(&b"-1"[..]));
        assert_eq!(parsed(b"default"), Err(&b"default"[..]));
        assert_eq!(parsed(b"0211.2233.4455"), Err(&b"0211.2233.4455"[..]));
        let long = [b"1:".repeat(32), b"77".to_vec()].concat();
        assert_eq!(parsed(&long), Err(&b"77"[..]));
    }
}
