//! A word of text becomes one attribute, by its row.

use crate::spec::{AttrSet, AttrSpec, Bad, Kind, Names, Resolve, RowFlags, matches};
use crate::text::{ip, mac, num};
use crate::wire::build::Build;

/// The row that `word` names: the first settable one whose keyword it begins, or is.
#[must_use]
pub fn find(set: &'static AttrSet, word: &[u8]) -> Option<&'static AttrSpec> {
    set.rows.iter().find(|r| {
        !r.flags.has(RowFlags::READ)
            && if r.flags.has(RowFlags::EXACT) {
                r.keyword().as_bytes() == word
            } else {
                matches(word, r.keyword())
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
        Kind::OnOff(int) => match word {
            b"on" => int.put(b, row.ty, 1),
            b"off" => int.put(b, row.ty, 0),
            _ => return Err(Bad::OnOff),
        },
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
        Kind::Bits(..) | Kind::Bytes | Kind::Nest(_) | Kind::Array(_) | Kind::Msg(..) | Kind::SubMsg(_) => {
            false
        }
    };
    if ok { Ok(()) } else { Err(Bad::Value) }
}

/// A name of the table, whole, or its number.
fn number(names: &Names, word: &[u8]) -> Option<u64> {
    names.number(word).map(u64::from).or_else(|| num::parse_u64(word))
}
