//! `ip address add`, `change`, `replace` and `delete`.

use super::select::{FLAG0, FLAGS, flag_slot};
use crate::Ctx;
use crate::grammar::{Arg, Grammar, Slots, To, fill, slots};
use crate::ip::send;
use crate::ip::value::plain;
use crate::ip::value::{address, device, prefix, slot, wrong};
use crate::report::{Done, Fail};
use crate::words::Line;
use nlbox_core::rt::addr::{
    ADDR_FLAGS, CacheInfo, FAMILY_AT, FLAGS_AT, FOREVER, IFADDR_LEN, INDEX_AT, PREFIX_LEN_AT, SCOPE_AT, ifa,
    ifa_f,
};
use nlbox_core::rt::rtm;
use nlbox_core::text::ip::{Ip, af};
use nlbox_core::text::num;
use nlbox_core::wire::build::Build;
use nlbox_core::wire::header::nlm;
use nlbox_core::wire::key::{Key, Raw};
use zerocopy::IntoBytes;

const DEV: u8 = 0;
const LOCAL: u8 = 1;
const PEER: u8 = 2;
const BROADCAST: u8 = 3;
const ANYCAST: u8 = 4;
const SCOPE: u8 = 5;
const VALID: u8 = 6;
const PREFERRED: u8 = 7;

const SCOPE_HOST: u8 = 254;

const BARE: Arg = Arg::new("local", To::Call(bare, "PREFIX"));

/// The words of an address. What they mean together is seen when all are read.
pub static GRAMMAR: Grammar = crate::grammar! {
    set: &ifa::SET,
    args: [
        Arg::new("dev", To::Slot(DEV)),
        Arg::new("local", To::Slot(LOCAL)).once_or_garbage(),
        Arg::new("peer", To::Slot(PEER)).once(),
        Arg::new("remote", To::Slot(PEER)).once(),
        Arg::new("b[roadcast]", To::Slot(BROADCAST)).once(),
        Arg::new("brd", To::Slot(BROADCAST)).once(),
        Arg::new("anycast", To::Slot(ANYCAST)).once(),
        Arg::new("scope", To::Slot(SCOPE)),
        Arg::new("label", To::Attr(ifa::LABEL.ty())),
        Arg::new("m[etric]", To::Attr(ifa::RT_PRIORITY.ty())).bad(METRIC),
        Arg::new("p[riority]", To::Attr(ifa::RT_PRIORITY.ty())).bad(METRIC),
        Arg::new("pre[ference]", To::Attr(ifa::RT_PRIORITY.ty())).bad(METRIC),
        Arg::new("v[alid_lft]", To::Slot(VALID)).once(),
        Arg::new("p[referred_lft]", To::Slot(PREFERRED)).once(),
        Arg::new("proto", To::Attr(ifa::PROTO.ty())).bad("\"proto\" value is invalid\n"),
    ],
    bare: BARE,
    usage: "PREFIX dev DEVICE [ home | nodad | optimistic | mngtmpaddr | noprefixroute | autojoin ]",
};

const METRIC: &str = "\"metric\" value is invalid\n";

/// `ip address add`.
pub fn add(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    modify(cx, line, rtm::NEWADDR, nlm::CREATE | nlm::EXCL)
}

/// `ip address change`.
pub fn change(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    modify(cx, line, rtm::NEWADDR, nlm::REPLACE)
}

/// `ip address replace`.
pub fn replace(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    modify(cx, line, rtm::NEWADDR, nlm::CREATE | nlm::REPLACE)
}

/// `ip address delete`.
pub fn delete(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    modify(cx, line, rtm::DELADDR, 0)
}

/// A word that is no keyword: a flag, or the address.
fn bare<'l>(cx: &mut Ctx<'_>, line: &mut Line<'l>, _: &mut Build<'_>, slots: &mut Slots<'l>) -> Done {
    let word = line.value(&mut cx.err)?;
    let bit = ADDR_FLAGS.number(word);
    // iproute2 warns of what cannot be, as far as it has read, and goes on without the flag.
    let v6 = cx.page.opts.family == af::AF_INET6
        || [LOCAL, PEER].iter().any(|n| slot(slots, *n).is_some_and(|w| nlbox_core::bytes::has(w, b':')));
    let why: &[u8] = match bit {
        Some(bit) if bit & ifa_f::SETTABLE == 0 => b" option is not mutable from userspace",
        Some(bit) if bit & ifa_f::V6_ONLY != 0 && !v6 => b" option can be set only for IPv6 addresses",
        _ => b"",
    };
    if !why.is_empty() {
        cx.err.say(&[b"Warning: ", word, why]);
        return Ok(());
    }
    if let Some(s) = slots.get_mut(bit.map_or(usize::from(LOCAL), flag_slot))
        && s.replace(word).is_some()
        && bit.is_none()
    {
        return Err(cx.err.garbage(b"local", word));
    }
    Ok(())
}

fn modify(cx: &mut Ctx<'_>, line: &mut Line<'_>, ty: u16, flags: u16) -> Done {
    cx.lend(|cx, tx| modify_in(cx, line, tx, ty, flags))
}

fn modify_in(cx: &mut Ctx<'_>, line: &mut Line<'_>, tx: &mut [u8], ty: u16, flags: u16) -> Done {
    let mut m = Build::blank(tx, ty, flags, IFADDR_LEN);
    m.head_u8(FAMILY_AT, cx.page.opts.family);
    let mut slots = slots();
    fill(cx, line, &GRAMMAR, &mut m, &mut slots)?;
    finish(cx, &mut m, &slots)?;
    send(cx, &mut m)
}

/// Reads the prefix or address of slot `n` into attribute `key`; the first one decides the family. How long the prefix
/// is.
fn put(cx: &mut Ctx<'_>, m: &mut Build<'_>, slots: &Slots<'_>, n: u8, key: Key<Raw>) -> Result<u8, Fail> {
    let Some(word) = slot(slots, n) else { return Ok(0) };
    let family = m.head_at(FAMILY_AT);
    let (ip, len) = match n {
        LOCAL | PEER => {
            let p = prefix(&mut cx.err, word, family)?;
            (p.ip, p.len)
        }
        _ => (address(&mut cx.err, word, family)?, 0),
    };
    if family == af::AF_UNSPEC {
        m.head_u8(FAMILY_AT, ip.family());
    }
    m.put(key, ip.bytes());
    Ok(len)
}

/// The address that [`put`] has put; `any` is none.
fn said(m: &Build<'_>, key: Key<Raw>) -> Option<Ip> {
    m.attrs(IFADDR_LEN).get(key).and_then(Ip::from_bytes)
}

/// What follows from all the words together, in iproute2's order, which decides the error of a line with several.
#[inline(never)]
fn finish(cx: &mut Ctx<'_>, m: &mut Build<'_>, slots: &Slots<'_>) -> Done {
    let slot = |n: u8| slot(slots, n);
    let adds = m.ty() != rtm::DELADDR;
    m.from_word(usize::MAX);
    let mut len = put(cx, m, slots, LOCAL, ifa::LOCAL)?;
    if let other @ 1.. = put(cx, m, slots, PEER, ifa::ADDRESS)? {
        len = other;
    }
    // The two signs are no addresses: they want the prefix.
    let sign = slot(BROADCAST).filter(|w| matches!(w, [b'+' | b'-']));
    if sign.is_none() {
        put(cx, m, slots, BROADCAST, ifa::BROADCAST)?;
    }
    put(cx, m, slots, ANYCAST, ifa::ANYCAST)?;
    let family = m.head_at(FAMILY_AT);
    let v4 = family == af::AF_INET;
    let own = said(m, ifa::LOCAL);
    let other = said(m, ifa::ADDRESS);
    let mut flags = 0_u32;
    for word in slots.iter().skip(FLAG0).take(FLAGS).rev() {
        flags = flags.wrapping_mul(2) | u32::from(word.is_some());
    }
    match u8::try_from(flags) {
        Ok(low) => m.head_u8(FLAGS_AT, low),
        Err(_) => m.put(ifa::FLAGS, flags),
    }
    let mut scope = 0;
    if let Some(w) = slot(SCOPE) {
        scope = super::select::scope(cx, w).ok_or_else(|| wrong(&mut cx.err, w, "invalid scope value."))?;
    } else if adds && v4 && own.is_some_and(|ip| ip.bytes().first() == Some(&127)) {
        scope = SCOPE_HOST;
    }
    let valid = seconds(cx, slot(VALID), "valid_lft value")?;
    let preferred = seconds(cx, slot(PREFERRED), "preferred_lft value")?;
    let Some(dev) = slot(DEV) else {
        return Err(plain(cx, "Not enough information: \"dev\" argument is required."));
    };
    if let (Some(ip), None) = (own, other) {
        let word = slot(LOCAL).unwrap_or(b"");
        if !adds && v4 && !nlbox_core::bytes::has(word, b'/') {
            cx.err.say_of(
                "Warning: Executing wildcard deletion to stay compatible with old scripts.\n         \
                  Explicitly specify the prefix length (%/32) to avoid this warning.\n         \
                  This special behaviour is likely to disappear in further releases,\n         \
                  fix your scripts!",
                word,
            );
        } else {
            m.put(ifa::ADDRESS, ip.bytes());
        }
    }
    m.head_u8(PREFIX_LEN_AT, len);
    m.head_u8(SCOPE_AT, scope);
    if let (Some(sign), true) = (sign, adds) {
        if !v4 {
            return Err(plain(cx, "Broadcast can be set only for IPv4 addresses"));
        }
        signed_broadcast(m, other.or(own), len, sign);
    }
    m.head_u32(INDEX_AT, device(cx, dev)?);
    if slot(VALID).is_some() || slot(PREFERRED).is_some() {
        if valid == 0 {
            return Err(plain(cx, "valid_lft is zero"));
        }
        if valid < preferred {
            return Err(plain(cx, "preferred_lft is greater than valid_lft"));
        }
        m.put(ifa::CACHEINFO, CacheInfo { preferred, valid, ..CacheInfo::default() }.as_bytes());
    }
    if flags & ifa_f::MCAUTOJOIN != 0 && !own.is_some_and(|ip| ip.is_multicast()) {
        return Err(plain(cx, "autojoin needs multicast address"));
    }
    Ok(())
}

/// A lifetime; without a word it has no end.
fn seconds(cx: &mut Ctx<'_>, word: Option<&[u8]>, bad: &str) -> Result<u32, Fail> {
    match word {
        None | Some(b"forever") => Ok(FOREVER),
        Some(w) => num::parse_u32(w).ok_or_else(|| wrong(&mut cx.err, w, bad)),
    }
}

/// `+` sets the host part of a prefix of `len` bits to ones, `-` to zeros; those of 31 and 32 bits have none to set.
fn signed_broadcast(m: &mut Build<'_>, ip: Option<Ip>, len: u8, sign: &[u8]) {
    if let Some(Ok(bytes)) = ip.filter(|_| len <= 30).map(|ip| <[u8; 4]>::try_from(ip.bytes())) {
        let host = u32::MAX.checked_shr(len.into()).unwrap_or(0);
        let ip = u32::from_be_bytes(bytes);
        let ip = if sign == b"+" { ip | host } else { ip & !host };
        m.put(ifa::BROADCAST, &ip.to_be_bytes());
    }
}
