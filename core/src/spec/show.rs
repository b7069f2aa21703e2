//! A set's attributes as text and JSON, in row order.

use crate::spec::{AttrSet, AttrSpec, Custom, Int, Kind, Many, Resolve, RowFlags};
use crate::text::ip::Ip;
use crate::text::out::{Out, Style, Val};
use crate::text::{ip, mac, num};
use crate::wire::attr::Attrs;
use core::cell::Cell;

/// Prints all attributes in the bytes `attrs` that `set` shows, each once.
pub fn show(set: &AttrSet, attrs: &[u8], out: &mut Out<'_>, host: &mut dyn Resolve) {
    let attrs = Attrs::indexed(attrs);
    // Whether the row above was shown.
    let above = Cell::new(false);
    let mut rows = set.iter();
    let mut wanted = |ty, flags: RowFlags| {
        let kept = if above.get() { RowFlags::ELSE } else { RowFlags::THEN };
        if flags.has(RowFlags::WRITE) || flags.has(kept) {
            return false;
        }
        let there = attrs.may_have(ty);
        if !there {
            above.set(flags.has(RowFlags::THEN));
        }
        there
    };
    while let Some(row) = rows.next_of(&mut wanted) {
        let shown = attrs.raw(row.ty).is_some_and(|payload| show_row(&row, payload, out, host));
        above.set(shown || row.flags.has(RowFlags::THEN));
    }
}

/// Prints one attribute by its row. A payload too short for its kind is passed over. `false` when there is nothing to
/// show of this payload.
pub fn show_row(row: &AttrSpec, payload: &[u8], out: &mut Out<'_>, host: &mut dyn Resolve) -> bool {
    let hidden = row.flags.has(RowFlags::NONZERO) && payload.iter().all(|b| *b == 0);
    let Some(v) = number(row, payload).filter(|_| !hidden) else { return false };
    if row.flags.has(RowFlags::LINE) {
        out.line();
        out.text("    ");
    }
    match row.kind {
        Kind::Custom(Custom { show, .. }) | Kind::Many(Many { custom: Custom { show, .. }, .. }) => {
            show(row, payload, out, host);
        }
        _ => regular(row, payload, v, out, host),
    }
    true
}

/// The number in a payload, where its kind is one of numbers, and else 0; `None` when there is nothing to show.
fn number(row: &AttrSpec, payload: &[u8]) -> Option<u64> {
    let int = match row.kind {
        Kind::Num(int)
        | Kind::Hex(int)
        | Kind::OnOff(int)
        | Kind::Word(int, _)
        | Kind::Has(int, _)
        | Kind::Enum(int, _)
        | Kind::Bits(int, _) => int,
        Kind::IfIndex => Int::U32,
        Kind::Centis => Int::U64,
        Kind::Bit(bit) | Kind::Switch(bit) => {
            // Bits that the kernel does not know are not in its mask.
            return (word(payload.get(4..)) & bit != 0).then(|| u64::from(word(Some(payload)) & bit != 0));
        }
        Kind::Flip => return Some(u64::from(payload.first().is_some_and(|v| *v != 0))),
        _ => return Some(1),
    };
    let v = int.read(payload)?;
    match row.kind {
        Kind::Has(_, bit) => {
            let has = v & u64::from(bit) != 0;
            (has || row.flags.has(RowFlags::NO)).then_some(u64::from(has))
        }
        Kind::Word(_, want) if v != u64::from(want) => None,
        // What JSON says of a keyword that stands alone.
        Kind::Word(..) => Some(u64::from(v != 0 || !matches!(row.keyword().as_bytes(), [b'n', b'o', ..]))),
        _ => Some(v),
    }
}

#[inline(never)]
fn regular(row: &AttrSpec, payload: &[u8], v: u64, out: &mut Out<'_>, host: &mut dyn Resolve) {
    let flip = matches!(row.kind, Kind::Flip | Kind::Has(..));
    let alone = flip || matches!(row.kind, Kind::Flag | Kind::Word(..));
    let given = row.pattern();
    if given.is_none() || (flip && v == 0) {
        if v == 0 && flip {
            out.text("no");
        }
        out.text(row.keyword());
        out.blank();
    }
    let pattern = match given {
        Some(p) if v != 0 || !flip => p,
        _ if alone => "",
        _ => "% ",
    };
    let key = row.json();
    let (digits, address, name, ip);
    let text = match row.kind {
        Kind::OnOff(_) | Kind::Switch(_) if !out.json() => {
            if v != 0 {
                b"on"
            } else {
                &b"off"[..]
            }
        }
        Kind::Flag | Kind::Word(..) | Kind::Flip | Kind::Has(..) | Kind::OnOff(_) | Kind::Switch(_) => {
            return out.value(key, pattern, Val::Bool(v != 0));
        }
        Kind::Num(Int::S32) => {
            return out.value(key, pattern, Val::Raw(num::dec_signed(v.cast_signed()).as_bytes()));
        }
        Kind::Num(_) | Kind::Bit(_) => return out.num_of(key, pattern, v),
        Kind::Hex(_) => return out.hex_of(key, pattern, v),
        Kind::Centis => {
            digits = num::centis(v);
            out.spaces(7_usize.saturating_sub(digits.as_bytes().len()));
            return out.value(key, pattern, Val::Raw(digits.as_bytes()));
        }
        Kind::Bits(_, names) => return bits(key, names, v, out),
        Kind::Nest(set) => {
            out.open_object(key);
            show(set, payload, out, host);
            return out.close_object();
        }
        Kind::Str => crate::bytes::until_nul(payload),
        Kind::Mac | Kind::Bytes => {
            if let Kind::Mac = row.kind {
                out.style(Style::Mac);
            }
            address = mac::print(payload);
            address.as_bytes()
        }
        Kind::Ip => {
            let Some(a) = Ip::from_bytes(payload) else { return };
            out.style(Style::of_family(a.family()));
            ip = ip::print(&a);
            ip.as_bytes()
        }
        Kind::IfIndex => {
            name = host.ifname(u32::try_from(v).unwrap_or(0));
            name.as_bytes()
        }
        Kind::Enum(_, names) => match host.name(names, v) {
            Some(name) => name,
            None => {
                digits = num::dec(v);
                digits.as_bytes()
            }
        },
        // Their layouts are the callers' own.
        Kind::Array(_)
        | Kind::Msg(..)
        | Kind::SubMsg(_)
        | Kind::View(_)
        | Kind::Custom(_)
        | Kind::Many(_) => return,
    };
    out.str_of(key, pattern, text);
}

/// The first four bytes as a number; 0 where there are none.
fn word(bytes: Option<&[u8]>) -> u32 {
    bytes.and_then(|b| b.first_chunk()).map_or(0, |b| u32::from_ne_bytes(*b))
}

/// Bits as `<A,B> `; what has no name is left out, as iproute2 does.
fn bits(key: &str, names: &crate::spec::Names, v: u64, out: &mut Out<'_>) {
    out.open_array(key, "<");
    let mut first = true;
    for (_, name) in names.bits(u32::try_from(v).unwrap_or(u32::MAX)) {
        out.str(if first { "-|%" } else { "-|,%" }, name.as_bytes());
        first = false;
    }
    out.close_array("> ");
}
