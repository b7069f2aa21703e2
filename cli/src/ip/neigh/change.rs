//! `ip neigh add`, `change`, `replace`, `delete` and `get`: one entry.

use super::{show, state};
use crate::Ctx;
use crate::grammar::{Arg, Grammar, Slots, To, read};
use crate::ip::value::{address, device, keep, slot};
use crate::ip::value::{plain, usage};
use crate::report::{Done, Fail, Report};
use crate::words::Line;
use nlbox_core::rt::neigh::{FLAGS_AT, INDEX_AT, NDMSG_LEN, STATE_AT, nda, ntf, ntf_ext, nud};
use nlbox_core::rt::rtm;
use nlbox_core::text::mac;
use nlbox_core::wire::build::Build;
use nlbox_core::wire::header::nlm;

const TO: u8 = 0;
const DEV: u8 = 1;
const LLADDR: u8 = 2;
const MANAGED: u8 = 3;
const VALID: u8 = 4;

const TO_ARG: Arg = Arg::new("to", To::Call(to, "ADDR"));

/// The words of an entry.
pub static GRAMMAR: Grammar = crate::grammar! {
    set: &nda::SET,
    args: [
        Arg::new("l[laddr]", To::Slot(LLADDR)).once(),
        Arg::new("nud", To::Call(nud_state, "STATE")),
        Arg::new("p[roxy]", To::Call(proxy, "ADDR")),
        Arg::new("router", To::Call(router, "")),
        Arg::new("use", To::Call(use_it, "")),
        Arg::new("managed", To::Call(managed, "")),
        Arg::new("e[xtern_learn]", To::Call(learned, "")),
        Arg::new("extern_valid", To::Mark(VALID)),
        Arg::new("dev", To::Slot(DEV)),
        Arg::new("pro[tocol]", To::Attr(nda::PROTOCOL.ty())).bad("\"%\" value is invalid\n"),
        Arg::new("to", To::Call(to, "ADDR")),
    ],
    bare: TO_ARG,
    usage: "ADDR",
};

/// The words that name an entry.
pub static GET: Grammar = crate::grammar! {
    set: &nda::SET,
    args: [
        Arg::new("dev", To::Slot(DEV)),
        Arg::new("p[roxy]", To::Call(proxy, "ADDR")),
        Arg::new("to", To::Call(to, "ADDR")),
    ],
    bare: TO_ARG,
    usage: "ADDR",
};

/// Keeps the address of the entry; a second one is reported by `again`.
fn place<'l>(
    cx: &mut Ctx<'_>,
    line: &mut Line<'l>,
    slots: &mut Slots<'l>,
    again: fn(&mut Report<'_>, &[u8]) -> Fail,
) -> Done {
    let word = line.value(&mut cx.err)?;
    if slot(slots, TO).is_some() {
        return Err(again(&mut cx.err, word));
    }
    address(&mut cx.err, word, cx.page.opts.family)?;
    keep(slots, TO, word);
    Ok(())
}

fn to<'l>(cx: &mut Ctx<'_>, line: &mut Line<'l>, _: &mut Build<'_>, slots: &mut Slots<'l>) -> Done {
    place(cx, line, slots, |err, word| err.garbage(b"to", word))
}

fn proxy<'l>(cx: &mut Ctx<'_>, line: &mut Line<'l>, m: &mut Build<'_>, slots: &mut Slots<'l>) -> Done {
    m.head_or(FLAGS_AT, &[ntf::PROXY]);
    place(cx, line, slots, |err, word| err.duplicate(b"address", word))
}

fn nud_state<'l>(cx: &mut Ctx<'_>, line: &mut Line<'l>, m: &mut Build<'_>, _: &mut Slots<'l>) -> Done {
    let state = state(cx, line)?;
    m.head_u16(STATE_AT, state);
    Ok(())
}

fn router(_: &mut Ctx<'_>, _: &mut Line<'_>, m: &mut Build<'_>, _: &mut Slots<'_>) -> Done {
    m.head_or(FLAGS_AT, &[ntf::ROUTER]);
    Ok(())
}

fn use_it(_: &mut Ctx<'_>, _: &mut Line<'_>, m: &mut Build<'_>, _: &mut Slots<'_>) -> Done {
    m.head_or(FLAGS_AT, &[ntf::USE]);
    Ok(())
}

fn learned(_: &mut Ctx<'_>, _: &mut Line<'_>, m: &mut Build<'_>, _: &mut Slots<'_>) -> Done {
    m.head_or(FLAGS_AT, &[ntf::EXT_LEARNED]);
    Ok(())
}

/// The kernel resolves a managed entry itself: it begins in no state, unless a word behind this one gives it another.
fn managed<'l>(_: &mut Ctx<'_>, _: &mut Line<'l>, m: &mut Build<'_>, slots: &mut Slots<'l>) -> Done {
    m.head_u16(STATE_AT, 0_u16);
    keep(slots, MANAGED, b"managed");
    Ok(())
}

/// Reads an entry's words; `need` is said when the address or the interface is missing.
fn entry<'l>(
    cx: &mut Ctx<'_>,
    line: &mut Line<'l>,
    grammar: &Grammar,
    m: &mut Build<'_>,
    need: fn(&mut Ctx<'_>) -> Fail,
) -> Result<Slots<'l>, Fail> {
    let slots = read(cx, line, grammar, m)?;
    // A proxy entry without an interface is for all of them.
    let anywhere = m.head_at(FLAGS_AT) & ntf::PROXY != 0;
    let Some(to) = slot(&slots, TO).filter(|_| anywhere || slot(&slots, DEV).is_some()) else {
        return Err(need(cx));
    };
    let ip = address(&mut cx.err, to, cx.page.opts.family)?;
    if ip.family() == 0 {
        return Err(need(cx));
    }
    m.head_u8(0, ip.family());
    m.put(nda::DST, ip.bytes());
    Ok(slots)
}

fn set_device(cx: &mut Ctx<'_>, m: &mut Build<'_>, slots: &Slots<'_>) -> Done {
    let Some(word) = slot(slots, DEV) else { return Ok(()) };
    let index = device(cx, word)?;
    m.head_u32(INDEX_AT, index);
    Ok(())
}

fn modify(cx: &mut Ctx<'_>, line: &mut Line<'_>, ty: u16, flags: u16) -> Done {
    cx.lend(|cx, tx| modify_in(cx, line, tx, ty, flags))
}

fn modify_in(cx: &mut Ctx<'_>, line: &mut Line<'_>, tx: &mut [u8], ty: u16, flags: u16) -> Done {
    let mut m = Build::blank(tx, ty, flags, NDMSG_LEN);
    m.head_u16(STATE_AT, nud::PERMANENT);
    let slots =
        entry(cx, line, &GRAMMAR, &mut m, |cx| usage(cx, "Device and destination are required arguments."))?;
    let bit = |n, bit| if slot(&slots, n).is_some() { bit } else { 0 };
    let extended = bit(MANAGED, ntf_ext::MANAGED) | bit(VALID, ntf_ext::EXT_VALIDATED);
    if extended != 0 {
        m.put(nda::FLAGS_EXT, extended);
    }
    if let Some(word) = slot(&slots, LLADDR).filter(|w| *w != b"null") {
        let mut lladdr = [0; 32];
        match mac::parse_or_part(word, &mut lladdr) {
            Ok(n) => m.put(nda::LLADDR, lladdr.get(..n).unwrap_or(&[])),
            Err(part) => return Err(cx.err.lladdr(part)),
        }
    }
    set_device(cx, &mut m, &slots)?;
    crate::ip::send(cx, &mut m)
}

/// `ip neigh add`.
pub fn add(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    modify(cx, line, rtm::NEWNEIGH, nlm::CREATE | nlm::EXCL)
}

/// `ip neigh change`.
pub fn change(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    modify(cx, line, rtm::NEWNEIGH, nlm::REPLACE)
}

/// `ip neigh replace`.
pub fn replace(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    modify(cx, line, rtm::NEWNEIGH, nlm::CREATE | nlm::REPLACE)
}

/// `ip neigh delete`.
pub fn del(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    modify(cx, line, rtm::DELNEIGH, 0)
}

/// `ip neigh get`.
pub fn get(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let mut tx = [0; 64];
    let mut m = Build::blank(&mut tx, rtm::GETNEIGH, 0, NDMSG_LEN);
    let slots = entry(cx, line, &GET, &mut m, |cx| plain(cx, "Device and address are required arguments."))?;
    set_device(cx, &mut m, &slots)?;
    crate::ip::one(cx, &mut m, |page, m| show::entry(page, m, true))
}
