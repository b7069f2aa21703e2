//! For tests: what a little-endian machine captured, as a machine of this byte order would have.

extern crate std;
use crate::spec::{AttrSet, Int, Kind};
use std::vec::Vec;

/// What a test knows of attributes by their numbers.
pub(crate) type Known<'a> = &'a [(u16, As<'a>)];

/// What a payload is.
pub(crate) enum As<'a> {
    /// Numbers of these widths, then bytes.
    Numbers(&'a [usize]),
    /// Attributes, of which this is known.
    Nest(&'a AttrSet, Known<'a>),
}

/// The same attributes in this machine's byte order: their headers, the numbers of the rows of `set`, and those of `known`,
/// which goes before. What neither knows is attributes again where it can be, else bytes.
pub(crate) fn captured(set: Option<&AttrSet>, known: Known<'_>, bytes: &[u8]) -> Vec<u8> {
    let mut turned = bytes.to_vec();
    if cfg!(target_endian = "big") {
        turn(set, known, &mut turned);
    }
    turned
}

fn turn(set: Option<&AttrSet>, known: Known<'_>, mut b: &mut [u8]) {
    while let [a, z, c, d, ..] = *b {
        let (len, ty) = (usize::from(u16::from_le_bytes([a, z])), u16::from_le_bytes([c, d]) & 0x3fff);
        b[..2].reverse();
        b[2..4].reverse();
        let (attr, rest) = b.split_at_mut(len.next_multiple_of(4).min(b.len()));
        payload(set, known, ty, &mut attr[4..len]);
        b = rest;
    }
}

fn payload(set: Option<&AttrSet>, known: Known<'_>, ty: u16, b: &mut [u8]) {
    match known.iter().find(|(n, _)| *n == ty) {
        Some((_, As::Numbers(widths))) => return numbers(widths, b),
        Some((_, As::Nest(set, known))) => return turn(Some(set), known, b),
        None => {}
    }
    match set.and_then(|set| set.row(ty)).map(|row| row.kind) {
        Some(
            Kind::Num(int)
            | Kind::Hex(int)
            | Kind::OnOff(int)
            | Kind::Word(int, _)
            | Kind::Has(int, _)
            | Kind::Enum(int, _)
            | Kind::Bits(int, _),
        ) => {
            let network = matches!(int, Int::Be16 | Int::Be32 | Int::Be64);
            numbers(&[if network { 0 } else { int.width() }], b);
        }
        Some(Kind::IfIndex) => numbers(&[4], b),
        Some(Kind::Centis) => numbers(&[8], b),
        Some(Kind::Switch(_) | Kind::Bit(_)) => numbers(&[4, 4], b),
        Some(Kind::Nest(inner)) => turn(Some(inner), &[], b),
        Some(Kind::Flag | Kind::Flip | Kind::Str | Kind::Mac | Kind::Ip | Kind::Bytes) => {}
        _ if chain(b) => turn(None, &[], b),
        _ => {}
    }
}

fn numbers(widths: &[usize], mut b: &mut [u8]) {
    for width in widths {
        let (number, rest) = b.split_at_mut(*width);
        number.reverse();
        b = rest;
    }
}

/// Whether these are attributes, one behind the other, and nothing else.
fn chain(mut b: &[u8]) -> bool {
    let empty = b.is_empty();
    while let [a, z, _, _, ..] = *b {
        let len = usize::from(u16::from_le_bytes([a, z]));
        if !(4..=b.len()).contains(&len) {
            return false;
        }
        b = b.get(len.next_multiple_of(4)..).unwrap_or(&[]);
    }
    !empty && b.is_empty()
}

#[test]
fn headers_and_numbers_are_turned_and_bytes_are_not() {
    let mut b =
        *b"\x08\0\x01\0\x01\x02\x03\x04\x10\0\x02\x80\x06\0\x03\0\x01\x02\0\0\x04\0\x04\0\x07\0\x05\0abc\0";
    turn(None, &[(1, As::Numbers(&[2, 1]))], &mut b);
    assert_eq!(
        &b,
        b"\0\x08\0\x01\x02\x01\x03\x04\0\x10\x80\x02\0\x06\0\x03\x01\x02\0\0\0\x04\0\x04\0\x07\0\x05abc\0"
    );
}
