//! A word of text becomes one attribute, by its row.

use crate::spec::{AttrSet, AttrSpec, Bad, Kind, Names, Resolve, RowFlags, matches};
use crate::text::{ip, mac, num};
use crate::wire::build::Build;

/// The row that `word` names: the first settable one whose keyword it begins, or is.
#[must_use]
pub fn find(set: &'static AttrSet, word: &[u8]) -> Option<AttrSpec> {
    set.iter().find(|r| {
        let key = r.keyword();
        !r.flags.has(RowFlags::READ)
            && match r.kind {
                Kind::Flip => word == key.as_bytes() || word.strip_prefix(b"no") == Some(key.as_bytes()),
                _ if r.flags.has(RowFlags::EXACT) => word == key.as_bytes(),
                _ => matches(word, key),
            }
    })
}

/// Appends the attribute of `row` with the value that `word` spells.
///
/// # Errors
/// [`Bad`] says why `word` is no such value; nothing has been appended then.
pub fn put(row: &AttrSpec, b: &mut Build<'_>, word: &[u8], host: &mut dyn Resolve) -> Result<(), Bad> {
    let ok = match row.kind {
        Kind::Flag => {
            b.raw(row.ty, &[]);
            true
        }
        Kind::Num(int) => match word.strip_prefix(b"-") {
            Some(_) => num::parse_i64(word).is_some_and(|v| int.put(b, row.ty, v.cast_unsigned())),
            None => num::parse_u64(word).is_some_and(|v| int.put(b, row.ty, v)),
        },
        Kind::Hex(int) => num::parse_u64(word).is_some_and(|v| int.put(b, row.ty, v)),
        Kind::OnOff(int) => int.put(b, row.ty, on_off(word).ok_or(Bad::OneOf)?.into()),
        Kind::Flip => {
            b.raw(row.ty, &[u8::from(!word.starts_with(b"no"))]);
            true
        }
        Kind::Word(int, v) => int.put(b, row.ty, v.into()),
        Kind::Switch(mask) => bit(b, row.ty, mask, on_off(word).ok_or(Bad::OnOff)?),
        Kind::Bit(mask) => num::parse_u8(word).is_some_and(|v| bit(b, row.ty, mask, v != 0)),
        Kind::Str => {
            b.put_str(row.ty, word);
            true
        }
        Kind::Mac => {
            let mut to = [0; 32];
            let n = mac::parse(word, &mut to).ok_or(Bad::Value)?;
            b.raw(row.ty, to.get(..n).ok_or(Bad::Value)?);
            true
        }
        Kind::Ip => {
            b.raw(row.ty, ip::parse(word).ok_or(Bad::Value)?.bytes());
            true
        }
        Kind::IfIndex => {
            let i = host.ifindex(word).ok_or(Bad::NoDevice)?;
            b.raw(row.ty, &i.to_ne_bytes());
            true
        }
        Kind::Enum(int, names) => number(names, word).is_some_and(|v| int.put(b, row.ty, v)),
        Kind::Custom(c) => return (c.put)(row, b, word, host),
        Kind::Many(m) => return (m.custom.put)(row, b, word, host),
        Kind::Bits(..)
        | Kind::Centis
        | Kind::Bytes
        | Kind::Nest(_)
        | Kind::Array(_)
        | Kind::Msg(..)
        | Kind::SubMsg(_) => false,
    };
    if ok { Ok(()) } else { Err(Bad::Value) }
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

fn bit(b: &mut Build<'_>, ty: u16, mask: u32, on: bool) -> bool {
    let mut pair = [0; 8];
    let value = if on { mask } else { 0 };
    for (to, from) in pair.iter_mut().zip(value.to_ne_bytes().into_iter().chain(mask.to_ne_bytes())) {
        *to = from;
    }
    b.merge(ty, &pair);
    true
}

/// A name of the table, whole and in either case, or its number.
fn number(names: &Names, word: &[u8]) -> Option<u64> {
    let row = names.iter().find(|(_, s)| s.as_bytes().eq_ignore_ascii_case(word));
    row.map(|(n, _)| u64::from(n)).or_else(|| num::parse_u64(word))
}
