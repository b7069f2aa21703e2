//! The selectors that `add` writes into a request and `show` into what it compares with: one reading for both.

use crate::Ctx;
use crate::grammar::Slots;
use crate::ip::mroute::{IP6MR, IPMR};
use crate::ip::value::{self, halves, number, prefix, wrong};
use crate::report::{Done, Fail};
use crate::words::Line;
use nlbox_core::rt::names::TABLES;
use nlbox_core::rt::rule::{DST_LEN_AT, FLAGS_AT, SRC_LEN_AT, TOS_AT, fib_rule, fra};
use nlbox_core::spec::Int;
use nlbox_core::text::cut;
use nlbox_core::text::ifname::IfName;
use nlbox_core::text::ip::af::{AF_INET, AF_INET6};
use nlbox_core::text::num;
use nlbox_core::wire::build::Build;
use zerocopy::IntoBytes;

/// An end of what a rule selects, as attribute `ty`, with its length in the fixed header.
pub(super) fn end(cx: &mut Ctx<'_>, line: &mut Line<'_>, m: &mut Build<'_>, ty: u16, family: u8) -> Done {
    let word = line.value(&mut cx.err)?;
    let family = match family {
        IPMR => AF_INET,
        IP6MR => AF_INET6,
        family => family,
    };
    let p = prefix(&mut cx.err, word, family)?;
    m.head_u8(if ty == fra::SRC.ty() { SRC_LEN_AT } else { DST_LEN_AT }, p.len);
    m.raw(ty, p.ip.bytes());
    Ok(())
}

pub(super) fn not(_: &mut Ctx<'_>, _: &mut Line<'_>, m: &mut Build<'_>, _: &mut Slots<'_>) -> Done {
    m.head_or(FLAGS_AT, &fib_rule::INVERT.to_ne_bytes());
    Ok(())
}

pub(super) fn tos(cx: &mut Ctx<'_>, line: &mut Line<'_>, m: &mut Build<'_>, _: &mut Slots<'_>) -> Done {
    let word = line.value(&mut cx.err)?;
    let tos = value::tos(cx, word).ok_or_else(|| wrong(&mut cx.err, word, "TOS value is invalid\n"))?;
    m.head_u8(TOS_AT, tos);
    Ok(())
}

/// `VALUE[/MASK]`: a number of the kind `int` and of so many bits as attribute `ty`, its mask as `mask_ty`. The mask of
/// `default` is sent where none was said. `bad` is said of a bad value and, behind a `|`, of a bad mask.
#[expect(clippy::too_many_arguments, reason = "the rows of the few words below")]
fn masked(
    cx: &mut Ctx<'_>,
    word: &[u8],
    m: &mut Build<'_>,
    (ty, mask_ty): (u16, u16),
    int: Int,
    bits: u32,
    default: Option<&[u8]>,
    bad: &str,
) -> Done {
    let (value, mask) = halves(word, b'/');
    let (bad, bad_mask) = cut(bad, b'|');
    for (word, ty, bad) in [(Some(value), ty, bad), (mask.or(default), mask_ty, bad_mask.unwrap_or(""))] {
        let Some(word) = word else { continue };
        let n = num::parse_u64(word).filter(|n| n.checked_shr(bits).unwrap_or(0) == 0);
        if !n.is_some_and(|n| int.put(m, ty, n)) {
            return Err(wrong(&mut cx.err, word, bad));
        }
    }
    Ok(())
}

pub(super) fn fwmark(cx: &mut Ctx<'_>, line: &mut Line<'_>, m: &mut Build<'_>, _: &mut Slots<'_>) -> Done {
    let word = line.value(&mut cx.err)?;
    let keys = (fra::FWMARK.ty(), fra::FWMASK.ty());
    masked(cx, word, m, keys, Int::U32, 32, None, "fwmark value is invalid\n|fwmask value is invalid\n")
}

pub(super) fn dscp(cx: &mut Ctx<'_>, line: &mut Line<'_>, m: &mut Build<'_>, _: &mut Slots<'_>) -> Done {
    let word = line.value(&mut cx.err)?;
    let keys = (fra::DSCP.ty(), fra::DSCP_MASK.ty());
    masked(cx, word, m, keys, Int::U8, 6, None, "invalid dscp value\n|invalid dscp mask\n")
}

/// The kernel wants the mask of a flow label in any case.
pub(super) fn flowlabel(cx: &mut Ctx<'_>, line: &mut Line<'_>, m: &mut Build<'_>, _: &mut Slots<'_>) -> Done {
    let word = line.value(&mut cx.err)?;
    let keys = (fra::FLOWLABEL.ty(), fra::FLOWLABEL_MASK.ty());
    let bad = "invalid flowlabel value\n|invalid flowlabel mask\n";
    masked(cx, word, m, keys, Int::Be32, 20, Some(b"0xfffff"), bad)
}

pub(super) fn l3mdev(_: &mut Ctx<'_>, _: &mut Line<'_>, m: &mut Build<'_>, _: &mut Slots<'_>) -> Done {
    m.put(fra::L3MDEV, 1);
    Ok(())
}

fn interface(cx: &mut Ctx<'_>, line: &mut Line<'_>, m: &mut Build<'_>, ty: u16, bad: &str) -> Done {
    let word = line.value(&mut cx.err)?;
    if IfName::new(word).is_none() {
        return Err(wrong(&mut cx.err, word, bad));
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
    pair(cx, line, m, fra::UID_RANGE.ty(), "invalid UID range\n")
}

/// An attribute of two numbers: `struct fib_rule_uid_range` of 32 bits each, `struct fib_rule_port_range` of 16, where
/// one number is both.
fn pair(cx: &mut Ctx<'_>, line: &mut Line<'_>, m: &mut Build<'_>, ty: u16, bad: &str) -> Done {
    let word = line.value(&mut cx.err)?;
    let users = ty == fra::UID_RANGE.ty();
    let (start, end) = halves(word, b'-');
    let end = if users { end.unwrap_or(b"") } else { end.unwrap_or(start) };
    match (num::parse_u32(start), num::parse_u32(end)) {
        (Some(start), Some(end)) if users => {
            m.raw(ty, [start, end].as_bytes());
        }
        (Some(start), Some(end)) => match (u16::try_from(start), u16::try_from(end)) {
            (Ok(start), Ok(end)) => m.raw(ty, [start, end].as_bytes()),
            _ => return Err(wrong(&mut cx.err, word, bad)),
        },
        _ => return Err(wrong(&mut cx.err, word, bad)),
    }
    Ok(())
}

/// A port, a range of ports, or a port and a mask.
fn port(cx: &mut Ctx<'_>, line: &mut Line<'_>, m: &mut Build<'_>, ty: u16) -> Done {
    let word = line.peek().unwrap_or(b"");
    if let (port, Some(mask)) = halves(word, b'/') {
        line.next();
        let mask_ty = if ty == fra::SPORT_RANGE.ty() { fra::SPORT_MASK.ty() } else { fra::DPORT_MASK.ty() };
        let (Some(port), Some(mask)) = (num::parse_u16(port), num::parse_u16(mask)) else {
            return Err(wrong(&mut cx.err, word, "invalid port or mask\n"));
        };
        m.raw(ty, [port, port].as_bytes());
        m.raw(mask_ty, &mask.to_ne_bytes());
        return Ok(());
    }
    pair(cx, line, m, ty, "invalid port range\n")
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
    number(cx, &TABLES, word).ok_or_else(|| wrong(&mut cx.err, word, bad))
}
