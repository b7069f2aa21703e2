//! A word of text becomes one attribute, by its row.

use crate::spec::{AttrSet, AttrSpec, Bad, Custom, Int, Kind, Many, Names, Resolve, RowFlags, matches};
use crate::text::{cut, ip, mac, num};
use crate::wire::build::Build;
use zerocopy::IntoBytes;

/// The row that `word` names: the first settable one whose keyword it begins, or is.
#[must_use]
#[inline(never)]
pub fn find(set: &'static AttrSet, word: &[u8]) -> Option<AttrSpec> {
    set.iter().find(|r| {
        let no = r.flags.has(RowFlags::NO);
        let exact = r.flags.has(RowFlags::EXACT);
        !r.flags.has(RowFlags::READ)
            && (named(r, word, exact)
                || (no || matches!(r.kind, Kind::Flip | Kind::Has(..)))
                    && match word {
                        // The first that is on until it is turned off.
                        b"n" | b"no" => !exact && !r.flags.has(RowFlags::NONZERO),
                        [b'n', b'o', rest @ ..] => named(r, rest, exact),
                        _ => false,
                    })
    })
}

/// Whether `word` is, or where it may be shortened begins, one of the names of a row.
fn named(row: &AttrSpec, word: &[u8], exact: bool) -> bool {
    let mut rest = Some(row.keywords());
    while let Some(names) = rest {
        let (name, more) = cut(names, b'/');
        let loose = name.strip_prefix('~');
        let name = loose.unwrap_or(name);
        if if exact && loose.is_none() { word == name.as_bytes() } else { matches(word, name) } {
            return true;
        }
        rest = more;
    }
    false
}

/// Appends the attribute of `row` with the value that `word` spells.
///
/// # Errors
/// [`Bad`] says why `word` is no such value; nothing has been appended then.
#[allow(clippy::unit_arg, reason = "what appends without a number ends with what it appends")]
pub fn put(row: &AttrSpec, b: &mut Build<'_>, word: &[u8], host: &mut dyn Resolve) -> Result<(), Bad> {
    let (int, v) = match row.kind {
        Kind::Num(int) if matches!(word, [b'-', ..]) => (int, num::parse_i64(word).map(i64::cast_unsigned)),
        Kind::Num(int) | Kind::Hex(int) => (int, num::parse_u64(word)),
        Kind::OnOff(int) => (int, Some(on_off(word).ok_or(Bad::OneOf)?.into())),
        Kind::Flip => (Int::U8, Some(u64::from(!matches!(word, [b'n'] | [b'n', b'o', ..])))),
        Kind::Word(int, v) => (int, Some(v.into())),
        Kind::IfIndex => (Int::U32, Some(host.ifindex(word).ok_or(Bad::NoDevice)?.into())),
        Kind::Enum(int, names) => (
            int,
            number(names, word, host).filter(|n| !row.flags.has(RowFlags::KNOWN) || names.name(*n).is_some()),
        ),
        Kind::Has(int, mask) => {
            int.bits(b, row.ty, mask.into(), !matches!(word, [b'n', b'o', ..]));
            return Ok(());
        }
        Kind::Switch(mask) => return Ok(bit(b, row.ty, mask, on_off(word).ok_or(Bad::OnOff)?)),
        Kind::Bit(mask) => return Ok(bit(b, row.ty, mask, num::parse_u8(word).ok_or(Bad::Value)? != 0)),
        Kind::Flag => return Ok(b.raw(row.ty, &[])),
        Kind::Str => return Ok(b.put_str(row.ty, word)),
        Kind::Mac => {
            let mut to = [0; 32];
            let n = mac::parse(word, &mut to).ok_or(Bad::Value)?;
            return Ok(b.raw(row.ty, to.get(..n).ok_or(Bad::Value)?));
        }
        Kind::Ip => return Ok(b.raw(row.ty, ip::parse(word).ok_or(Bad::Value)?.bytes())),
        Kind::Custom(Custom { put, .. }) | Kind::Many(Many { custom: Custom { put, .. }, .. }) => {
            return put(row, b, word, host);
        }
        Kind::Bits(..)
        | Kind::Centis
        | Kind::Bytes
        | Kind::Nest(_)
        | Kind::Array(_)
        | Kind::Msg(..)
        | Kind::SubMsg(_)
        | Kind::View(_) => (Int::U8, None),
    };
    if v.is_some_and(|v| int.put(b, row.ty, v)) { Ok(()) } else { Err(Bad::Value) }
}

/// `on` or `off`.
#[must_use]
pub fn on_off(word: &[u8]) -> Option<bool> {
    match word {
        b"on" => Some(true),
        b"off" => Some(false),
        _ => None,
    }
}

fn bit(b: &mut Build<'_>, ty: u16, mask: u32, on: bool) {
    b.merge(ty, [if on { mask } else { 0 }, mask].as_bytes());
}

/// A name of the table, whole and in either case, or its number.
fn number(names: &'static Names, word: &[u8], host: &mut dyn Resolve) -> Option<u64> {
    names.number_any_case(word).or_else(|| host.number(names, word)).map(u64::from)
}
