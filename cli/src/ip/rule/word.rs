//! The selectors that `add` writes into a request and `show` into what it compares with: one reading for both.

use crate::Ctx;
use crate::grammar::Slots;
use crate::ip::value::prefix;
use crate::report::{Done, Fail};
use crate::words::Line;
use nlbox_core::rt::names::TABLES;
use nlbox_core::rt::rule::{DST_LEN_AT, FLAGS_AT, SRC_LEN_AT, TOS_AT, fib_rule, fra};
use nlbox_core::text::ifname::IfName;
use nlbox_core::text::num;
use nlbox_core::wire::build::Build;

/// The parts of `word` around the first `at`; no second part where there is none.
pub(super) fn halves(word: &[u8], at: u8) -> (&[u8], Option<&[u8]>) {
    let n = word.iter().position(|b| *b == at).unwrap_or(word.len());
    let (head, tail) = word.split_at_checked(n).unwrap_or((word, &[]));
    (head, tail.get(1..))
}

/// An end of what a rule selects, as attribute `ty`, with its length in the fixed header.
pub(super) fn end(cx: &mut Ctx<'_>, line: &mut Line<'_>, m: &mut Build<'_>, ty: u16, family: u8) -> Done {
    let word = line.value(&mut cx.err)?;
    let p = prefix(&mut cx.err, word, family)?;
    m.head(if ty == fra::SRC.ty() { SRC_LEN_AT } else { DST_LEN_AT }, &[p.len]);
    m.raw(ty, p.ip.bytes());
    Ok(())
}

pub(super) fn not(_: &mut Ctx<'_>, _: &mut Line<'_>, m: &mut Build<'_>, _: &mut Slots<'_>) -> Done {
    m.head_or(FLAGS_AT, &fib_rule::INVERT.to_ne_bytes());
    Ok(())
}

pub(super) fn tos(cx: &mut Ctx<'_>, line: &mut Line<'_>, m: &mut Build<'_>, _: &mut Slots<'_>) -> Done {
    let word = line.value(&mut cx.err)?;
    let tos = num::parse_u64_base(word, 16)
        .and_then(|n| u8::try_from(n).ok())
        .ok_or_else(|| cx.err.invalid(word, b"", "TOS value is invalid\n"))?;
    m.head(TOS_AT, &[tos]);
    Ok(())
}

pub(super) fn fwmark(cx: &mut Ctx<'_>, line: &mut Line<'_>, m: &mut Build<'_>, _: &mut Slots<'_>) -> Done {
    let (mark, mask) = halves(line.value(&mut cx.err)?, b'/');
    let n = num::parse_u32(mark).ok_or_else(|| cx.err.invalid(mark, b"", "fwmark value is invalid\n"))?;
    m.put(fra::FWMARK, n);
    if let Some(mask) = mask {
        let n = num::parse_u32(mask).ok_or_else(|| cx.err.invalid(mask, b"", "fwmask value is invalid\n"))?;
        m.put(fra::FWMASK, n);
    }
    Ok(())
}

pub(super) fn l3mdev(_: &mut Ctx<'_>, _: &mut Line<'_>, m: &mut Build<'_>, _: &mut Slots<'_>) -> Done {
    m.put(fra::L3MDEV, 1);
    Ok(())
}

fn interface(cx: &mut Ctx<'_>, line: &mut Line<'_>, m: &mut Build<'_>, ty: u16, bad: &str) -> Done {
    let word = line.value(&mut cx.err)?;
    if IfName::new(word).is_none() {
        return Err(cx.err.invalid(word, b"", bad));
    }
    m.put_str(ty, word);
    Ok(())
}

pub(super) fn iif(cx: &mut Ctx<'_>, line: &mut Line<'_>, m: &mut Build<'_>, _: &mut Slots<'_>) -> Done {
    interface(cx, line, m, fra::IIFNAME.ty(), "\"iif\"/\"dev\" not a valid ifname")
}

pub(super) fn oif(cx: &mut Ctx<'_>, line: &mut Line<'_>, m: &mut Build<'_>, _: &mut Slots<'_>) -> Done {
    interface(cx, line, m, fra::OIFNAME.ty(), "\"oif\" not a valid ifname")
}

pub(super) fn uidrange(cx: &mut Ctx<'_>, line: &mut Line<'_>, m: &mut Build<'_>, _: &mut Slots<'_>) -> Done {
    let word = line.value(&mut cx.err)?;
    let (start, end) = halves(word, b'-');
    match (num::parse_u32(start), end.and_then(num::parse_u32)) {
        (Some(start), Some(end)) => pair(m, fra::UID_RANGE.ty(), &start.to_ne_bytes(), &end.to_ne_bytes()),
        _ => return Err(cx.err.invalid(word, b"", "invalid UID range\n")),
    }
    Ok(())
}

/// An attribute of two numbers: `struct fib_rule_uid_range`, `struct fib_rule_port_range`.
fn pair(m: &mut Build<'_>, ty: u16, start: &[u8], end: &[u8]) {
    let mut both: heapless::Vec<u8, 20> = heapless::Vec::new();
    let _ = both.extend_from_slice(start);
    let _ = both.extend_from_slice(end);
    m.raw(ty, &both);
}

fn port(cx: &mut Ctx<'_>, line: &mut Line<'_>, m: &mut Build<'_>, ty: u16) -> Done {
    let word = line.value(&mut cx.err)?;
    let (start, end) = halves(word, b'-');
    match (num::parse_u16(start), num::parse_u16(end.unwrap_or(start))) {
        (Some(start), Some(end)) => pair(m, ty, &start.to_ne_bytes(), &end.to_ne_bytes()),
        _ => return Err(cx.err.invalid(word, b"", "invalid port range\n")),
    }
    Ok(())
}

pub(super) fn sport(cx: &mut Ctx<'_>, line: &mut Line<'_>, m: &mut Build<'_>, _: &mut Slots<'_>) -> Done {
    port(cx, line, m, fra::SPORT_RANGE.ty())
}

pub(super) fn dport(cx: &mut Ctx<'_>, line: &mut Line<'_>, m: &mut Build<'_>, _: &mut Slots<'_>) -> Done {
    port(cx, line, m, fra::DPORT_RANGE.ty())
}

/// The table that the next word names or numbers.
pub(super) fn table_id(cx: &mut Ctx<'_>, line: &mut Line<'_>, bad: &str) -> Result<u32, Fail> {
    let word = line.value(&mut cx.err)?;
    TABLES.number(word).or_else(|| num::parse_u32(word)).ok_or_else(|| cx.err.invalid(word, b"", bad))
}
