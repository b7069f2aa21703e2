//! A set's attributes as text and JSON, in row order.

use crate::spec::{AttrSet, AttrSpec, Custom, Int, Kind, Many, Resolve, RowFlags};
use crate::text::ip::Ip;
use crate::text::out::{Out, Style};
use crate::text::{ip, mac, num};
use crate::wire::attr::Attrs;

/// Prints all attributes of `attrs` that `set` shows, each once.
pub fn show(set: &AttrSet, attrs: Attrs<'_>, out: &mut Out<'_>, host: &mut dyn Resolve) {
    let mut above = false;
    for row in set.iter() {
        let kept = if above { RowFlags::ELSE } else { RowFlags::THEN };
        if row.flags.has(RowFlags::WRITE) || row.flags.has(kept) {
            continue;
        }
        above = attrs.raw(row.ty).is_some_and(|payload| show_row(&row, payload, out, host));
    }
}

/// Prints one attribute by its row. A payload too short for its kind is passed over. `false` when the row's flags hide
/// this payload, or its constant is another.
pub fn show_row(row: &AttrSpec, payload: &[u8], out: &mut Out<'_>, host: &mut dyn Resolve) -> bool {
    let shown = !row.flags.has(RowFlags::NONZERO) || payload.iter().any(|b| *b != 0);
    if shown {
        match row.kind {
            Kind::Custom(Custom { show, .. }) | Kind::Many(Many { custom: Custom { show, .. }, .. }) => {
                show(row, payload, out, host);
            }
            _ => match number(row, payload) {
                Some(v) => regular(row, payload, v, out, host),
                None => return false,
            },
        }
    }
    shown
}

/// The number in a payload, where its kind is one of numbers, and else 0; `None` when there is nothing to show.
fn number(row: &AttrSpec, payload: &[u8]) -> Option<u64> {
    let int = match row.kind {
        Kind::Num(int)
        | Kind::Hex(int)
        | Kind::OnOff(int)
        | Kind::Word(int, _)
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
        Kind::Word(_, want) if v != u64::from(want) => None,
        // What JSON says of a keyword that stands alone.
        Kind::Word(..) => Some(u64::from(v != 0 || !matches!(row.keyword().as_bytes(), [b'n', b'o', ..]))),
        _ => Some(v),
    }
}

#[inline(never)]
fn regular(row: &AttrSpec, payload: &[u8], v: u64, out: &mut Out<'_>, host: &mut dyn Resolve) {
    let flip = matches!(row.kind, Kind::Flip);
    let alone = flip || matches!(row.kind, Kind::Flag | Kind::Word(..));
    let given = row.pattern();
    if given.is_none() || (flip && v == 0) {
        if v == 0 && flip {
            out.text("no");
        }
        out.text(row.keyword());
        out.text(" ");
    }
    let pattern = match given {
        Some(p) if !flip => p,
        _ if alone => "",
        _ => "% ",
    };
    let key = row.json();
    let (digits, address, name, ip);
    let text = match row.kind {
        Kind::Flag | Kind::Word(..) | Kind::Flip => return out.bool(key, pattern, v != 0),
        Kind::Num(Int::S32) => return out.int(key, pattern, v.cast_signed()),
        Kind::Num(_) | Kind::Bit(_) => return out.num(key, pattern, v),
        Kind::Hex(_) => return out.hex(key, pattern, v),
        Kind::OnOff(_) | Kind::Switch(_) => return out.on_off(key, pattern, v != 0),
        Kind::Centis => {
            digits = num::centis(v);
            out.spaces(7_usize.saturating_sub(digits.as_bytes().len()));
            return out.digits(key, pattern, &digits);
        }
        Kind::Bits(_, names) => return bits(key, names, v, out),
        Kind::Nest(set) => {
            out.open_object(key);
            show(set, Attrs::new(payload), out, host);
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
        Kind::Enum(_, names) => match names.name(v) {
            Some(s) => s.as_bytes(),
            None => {
                digits = num::dec(v);
                digits.as_bytes()
            }
        },
        // Their layouts are the callers' own.
        Kind::Array(_) | Kind::Msg(..) | Kind::SubMsg(_) | Kind::Custom(_) | Kind::Many(_) => return,
    };
    out.str(key, pattern, text);
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
