//! `encap mpls`: label stacks (`MPLS_IPTUNNEL_*`, `linux/mpls_iptunnel.h`; RFC 3032 for the labels).

use crate::attrs;
use crate::bytes::Reader;
use crate::spec::{AttrSpec, Bad, Custom, Resolve};
use crate::text::num;
use crate::text::out::Out;
use crate::wire::build::Build;

attrs! {
    /// `MPLS_IPTUNNEL_*`. The labels come first, without a keyword.
    pub mod iptunnel = "mpls" {
        1 DST: Raw, Kind::Custom(&super::LABELS), "|dst";
        2 TTL: u8, Kind::Num(Int::U8), "ttl";
    }
}

/// Labels with slashes between: four bytes each in network order, the label in the upper 20 bits, the bottom of the
/// stack marked by bit 8.
pub static LABELS: Custom = Custom { show: show_labels, put: put_labels, value: "LABELS" };

/// `IMPLNULL`: not a label that a packet can carry.
const IMPLICIT_NULL: u32 = 3;
const BOTTOM: u32 = 0x100;

fn put_labels(row: &AttrSpec, b: &mut Build<'_>, word: &[u8], _: &mut dyn Resolve) -> Result<(), Bad> {
    if put(b, row.ty, word, false) { Ok(()) } else { Err(Bad::Value) }
}

/// Appends the labels that `word` spells as attribute `ty`; `route`: of a route, where the implicit null is one too.
/// `false`, and nothing appended, when it spells none.
pub fn put(b: &mut Build<'_>, ty: u16, word: &[u8], route: bool) -> bool {
    let mark = b.mark();
    let at = b.open(ty);
    let mut parts = word.split(|b| *b == b'/').peekable();
    while let Some(part) = parts.next() {
        let Some(label) = num::parse_u32(part).filter(|l| *l < 1 << 20 && (route || *l != IMPLICIT_NULL))
        else {
            b.undo(mark);
            return false;
        };
        let bottom = if parts.peek().is_none() { BOTTOM } else { 0 };
        b.bytes(&(label.wrapping_shl(12) | bottom).to_be_bytes());
    }
    b.close(at);
    true
}

fn show_labels(row: &AttrSpec, payload: &[u8], out: &mut Out<'_>, _: &mut dyn Resolve) {
    let mut text: heapless::Vec<u8, 96> = heapless::Vec::new();
    print(payload, &mut text);
    out.str_of(row.json(), row.pattern().unwrap_or(" % "), &text);
}

/// Appends the text of a label stack.
pub fn print(stack: &[u8], text: &mut heapless::Vec<u8, 96>) {
    let mut r = Reader::new(stack);
    while let Some(entry) = r.array::<4>().map(u32::from_be_bytes) {
        if !text.is_empty() {
            let _ = text.push(b'/');
        }
        let _ = text.extend_from_slice(num::dec(u64::from(entry.wrapping_shr(12))).as_bytes());
        if entry & BOTTOM != 0 {
            break;
        }
    }
}
