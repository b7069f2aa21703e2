//! A set's attributes as text and JSON, in row order.

use crate::spec::{AttrSet, AttrSpec, Int, Kind, Resolve, RowFlags};
use crate::text::ip::Ip;
use crate::text::out::{Out, Style};
use crate::text::{ip, mac, num};
use crate::wire::attr::Attrs;

/// Prints all attributes of `attrs` that `set` shows, each once.
pub fn show(set: &AttrSet, attrs: Attrs<'_>, out: &mut Out<'_>, host: &mut dyn Resolve) {
    let mut above = false;
    for row in set.iter() {
        if row.flags.has(RowFlags::WRITE) || (above && row.flags.has(RowFlags::ELSE)) {
            continue;
        }
        let payload = attrs.raw(row.ty).filter(|p| !hidden(&row, p));
        above = payload.is_some();
        if let Some(payload) = payload {
            show_row(&row, payload, out, host);
        }
    }
}

/// Prints one attribute by its row. A payload too short for its kind is passed over.
pub fn show_row(row: &AttrSpec, payload: &[u8], out: &mut Out<'_>, host: &mut dyn Resolve) {
    if hidden(row, payload) {
        return;
    }
    let key = row.json();
    match row.kind {
        Kind::Custom(c) => return (c.show)(row, payload, out, host),
        Kind::Many(m) => return (m.custom.show)(row, payload, out, host),
        // Bits that the kernel does not know are not in its mask.
        Kind::Bit(bit) | Kind::Switch(bit) if word(payload.get(4..)) & bit == 0 => return,
        Kind::Word(int, v) if int.read(payload) != Some(v.into()) => return,
        _ => {}
    }
    if let Kind::Flip = row.kind {
        let on = payload.first().is_some_and(|v| *v != 0);
        if !on || row.pattern().is_none() {
            out.text(if on { "" } else { "no" });
            out.text(row.keyword());
            out.text(" ");
        }
        return out.bool(key, "", on);
    }
    if let (Kind::Flag | Kind::Word(..), None) = (row.kind, row.pattern()) {
        out.text(row.keyword());
        out.text(" ");
        return out.bool(key, "", truth(row));
    }
    let pattern = row.pattern().unwrap_or_else(|| {
        out.text(row.keyword());
        out.text(" ");
        "% "
    });
    match row.kind {
        Kind::Flag | Kind::Word(..) => out.bool(key, pattern, truth(row)),
        Kind::Num(Int::S32) => {
            if let Some(v) = Int::S32.read(payload) {
                out.int(key, pattern, v.cast_signed());
            }
        }
        Kind::Num(int) => {
            if let Some(v) = int.read(payload) {
                out.num(key, pattern, v);
            }
        }
        Kind::Hex(int) => {
            if let Some(v) = int.read(payload) {
                out.hex(key, pattern, v);
            }
        }
        Kind::OnOff(int) => {
            if let Some(v) = int.read(payload) {
                out.on_off(key, pattern, v != 0);
            }
        }
        Kind::Switch(bit) => out.on_off(key, pattern, word(Some(payload)) & bit != 0),
        Kind::Bit(bit) => out.num(key, pattern, u64::from(word(Some(payload)) & bit != 0)),
        Kind::Centis => {
            let v = num::centis(Int::U64.read(payload).unwrap_or(0));
            out.spaces(7_usize.saturating_sub(v.as_bytes().len()));
            out.digits(key, pattern, &v);
        }
        Kind::Str => out.str(key, pattern, crate::bytes::until_nul(payload)),
        Kind::Mac => {
            out.style(Style::Mac).str(key, pattern, mac::print(payload).as_bytes());
        }
        Kind::Ip => {
            if let Some(a) = Ip::from_bytes(payload) {
                out.style(Style::of_family(a.family())).str(key, pattern, ip::print(&a).as_bytes());
            }
        }
        Kind::IfIndex => {
            if let Some(v) = Int::U32.read(payload) {
                let name = host.ifname(u32::try_from(v).unwrap_or(0));
                out.str(key, pattern, name.as_bytes());
            }
        }
        Kind::Enum(int, names) => {
            if let Some(v) = int.read(payload) {
                match names.name(v) {
                    Some(s) => out.str(key, pattern, s.as_bytes()),
                    None => out.str(key, pattern, num::dec(v).as_bytes()),
                }
            }
        }
        Kind::Bits(int, names) => {
            if let Some(v) = int.read(payload) {
                bits(key, names, v, out);
            }
        }
        Kind::Bytes => out.str(key, pattern, mac::print(payload).as_bytes()),
        Kind::Nest(set) => {
            out.open_object(key);
            show(set, Attrs::new(payload), out, host);
            out.close_object();
        }
        // Their layouts are the callers' own.
        Kind::Flip | Kind::Array(_) | Kind::Msg(..) | Kind::SubMsg(_) | Kind::Custom(_) | Kind::Many(_) => {}
    }
}

fn hidden(row: &AttrSpec, payload: &[u8]) -> bool {
    row.flags.has(RowFlags::NONZERO) && payload.iter().all(|b| *b == 0)
}

/// What JSON says of a keyword that stands alone.
fn truth(row: &AttrSpec) -> bool {
    !matches!(row.kind, Kind::Word(_, 0)) || !row.keyword().starts_with("no")
}

/// The first four bytes as a number; 0 where there are none.
fn word(bytes: Option<&[u8]>) -> u32 {
    bytes.and_then(|b| b.first_chunk()).map_or(0, |b| u32::from_ne_bytes(*b))
}

/// Bits as `<A,B> `; what has no name is left out, as iproute2 does.
fn bits(key: &str, names: &crate::spec::Names, v: u64, out: &mut Out<'_>) {
    out.open_array(key, "<");
    let mut first = true;
    for (mask, name) in names.iter() {
        if v & u64::from(mask) != 0 {
            out.str("-", if first { "%" } else { ",%" }, name.as_bytes());
            first = false;
        }
    }
    out.close_array("> ");
}
