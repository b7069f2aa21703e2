//! `ip address add`, `change`, `replace` and `delete`.

use super::select::{flag_slot, scope};
use crate::grammar::{Arg, Grammar, Slots, To, read};
use crate::report::{Done, Fail};
use crate::words::Line;
use crate::{Ctx, TX};
use nlbox_core::rt::addr::{
    ADDR_FLAGS, CacheInfo, FAMILY_AT, FLAGS_AT, FOREVER, IFADDR_LEN, INDEX_AT, PREFIX_LEN_AT, SCOPE_AT, ifa,
    ifa_f,
};
use nlbox_core::rt::rtm;
use nlbox_core::spec::Resolve;
use nlbox_core::text::ip::{Prefix, af};
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

static BARE: Arg = Arg::new("local", To::Call(bare, "PREFIX"));

/// The words of an address.
pub static GRAMMAR: Grammar = Grammar {
    set: &ifa::SET,
    args: &[
        Arg::new("dev", To::Slot(DEV)),
        Arg::new("local", To::Call(local, "PREFIX")),
        Arg::new("peer", To::Call(peer, "PREFIX")),
        Arg::new("remote", To::Call(peer, "PREFIX")),
        Arg::new("b[roadcast]", To::Call(broadcast, "{ ADDR | + | - }")),
        Arg::new("brd", To::Call(broadcast, "{ ADDR | + | - }")),
        Arg::new("anycast", To::Call(anycast, "ADDR")),
        Arg::new("scope", To::Call(set_scope, "SCOPE")),
        Arg::new("label", To::Attr(ifa::LABEL.ty())),
        Arg::new("m[etric]", To::Attr(ifa::RT_PRIORITY.ty())).bad(METRIC),
        Arg::new("p[riority]", To::Attr(ifa::RT_PRIORITY.ty())).bad(METRIC),
        Arg::new("pref[erence]", To::Attr(ifa::RT_PRIORITY.ty())).bad(METRIC),
        Arg::new("v[alid_lft]", To::Call(valid, "{ SECONDS | forever }")),
        Arg::new("p[referred_lft]", To::Call(preferred, "{ SECONDS | forever }")),
        Arg::new("proto", To::Attr(ifa::PROTO.ty())).bad("\"proto\" value is invalid\n"),
    ],
    bare: Some(&BARE),
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

/// Keeps `word` in slot `n`; `false` when one was there.
fn keep<'l>(slots: &mut Slots<'l>, n: u8, word: &'l [u8]) -> bool {
    slots.get_mut(usize::from(n)).is_some_and(|s| s.replace(word).is_none())
}

/// The value of a keyword that may come once.
fn once<'l>(
    cx: &mut Ctx<'_>,
    line: &mut Line<'l>,
    slots: &mut Slots<'l>,
    n: u8,
    keyword: &str,
) -> Result<&'l [u8], Fail> {
    let word = line.value(&mut cx.err)?;
    if keep(slots, n, word) { Ok(word) } else { Err(cx.err.duplicate(keyword.as_bytes(), word)) }
}

/// The first address decides the family.
fn settle(m: &mut Build<'_>, family: u8) {
    if m.head_at(FAMILY_AT) == af::AF_UNSPEC {
        m.head(FAMILY_AT, &[family]);
    }
}

/// Reads a prefix into attribute `key`.
fn put_prefix(cx: &mut Ctx<'_>, m: &mut Build<'_>, key: Key<Raw>, word: &[u8]) -> Result<Prefix, Fail> {
    let p = super::prefix(cx, word, m.head_at(FAMILY_AT))?;
    settle(m, p.ip.family());
    m.put(key, p.ip.bytes());
    Ok(p)
}

/// Reads an address into attribute `key`.
fn put_address(cx: &mut Ctx<'_>, m: &mut Build<'_>, key: Key<Raw>, word: &[u8]) -> Done {
    let ip = super::address(cx, word, m.head_at(FAMILY_AT))?;
    settle(m, ip.family());
    m.put(key, ip.bytes());
    Ok(())
}

fn local<'l>(cx: &mut Ctx<'_>, line: &mut Line<'l>, m: &mut Build<'_>, slots: &mut Slots<'l>) -> Done {
    let word = line.value(&mut cx.err)?;
    if !keep(slots, LOCAL, word) {
        return Err(cx.err.garbage(b"local", word));
    }
    put_prefix(cx, m, ifa::LOCAL, word)?;
    Ok(())
}

fn peer<'l>(cx: &mut Ctx<'_>, line: &mut Line<'l>, m: &mut Build<'_>, slots: &mut Slots<'l>) -> Done {
    let word = once(cx, line, slots, PEER, "peer")?;
    let p = put_prefix(cx, m, ifa::ADDRESS, word)?;
    m.head(PREFIX_LEN_AT, &[p.len]);
    Ok(())
}

fn broadcast<'l>(cx: &mut Ctx<'_>, line: &mut Line<'l>, m: &mut Build<'_>, slots: &mut Slots<'l>) -> Done {
    let word = once(cx, line, slots, BROADCAST, "broadcast")?;
    // The two signs wait for the prefix.
    if matches!(word, b"+" | b"-") { Ok(()) } else { put_address(cx, m, ifa::BROADCAST, word) }
}

fn anycast<'l>(cx: &mut Ctx<'_>, line: &mut Line<'l>, m: &mut Build<'_>, slots: &mut Slots<'l>) -> Done {
    let word = once(cx, line, slots, ANYCAST, "anycast")?;
    put_address(cx, m, ifa::ANYCAST, word)
}

fn set_scope<'l>(cx: &mut Ctx<'_>, line: &mut Line<'l>, m: &mut Build<'_>, slots: &mut Slots<'l>) -> Done {
    let word = line.value(&mut cx.err)?;
    let n = scope(word).ok_or_else(|| cx.err.invalid(word, b"", "invalid scope value."))?;
    keep(slots, SCOPE, word);
    m.head(SCOPE_AT, &[n]);
    Ok(())
}

fn seconds(word: &[u8]) -> Option<u32> {
    if word == b"forever" { Some(FOREVER) } else { num::parse_u32(word) }
}

fn lifetime<'l>(
    cx: &mut Ctx<'_>,
    line: &mut Line<'l>,
    slots: &mut Slots<'l>,
    n: u8,
    keyword: &str,
    bad: &str,
) -> Done {
    let word = once(cx, line, slots, n, keyword)?;
    seconds(word).map(drop).ok_or_else(|| cx.err.invalid(word, b"", bad))
}

fn valid<'l>(cx: &mut Ctx<'_>, line: &mut Line<'l>, _: &mut Build<'_>, slots: &mut Slots<'l>) -> Done {
    lifetime(cx, line, slots, VALID, "valid_lft", "valid_lft value")
}

fn preferred<'l>(cx: &mut Ctx<'_>, line: &mut Line<'l>, _: &mut Build<'_>, slots: &mut Slots<'l>) -> Done {
    lifetime(cx, line, slots, PREFERRED, "preferred_lft", "preferred_lft value")
}

/// A word that is no keyword: a flag, or the address.
fn bare<'l>(cx: &mut Ctx<'_>, line: &mut Line<'l>, m: &mut Build<'_>, slots: &mut Slots<'l>) -> Done {
    let word = line.peek().unwrap_or(b"");
    let Some(bit) = ADDR_FLAGS.number(word) else { return local(cx, line, m, slots) };
    line.next();
    // iproute2 warns, and goes on without the flag.
    if bit & ifa_f::SETTABLE == 0 {
        cx.err.say(&[b"Warning: ", word, b" option is not mutable from userspace"]);
    } else if bit & ifa_f::V6_ONLY != 0 && m.head_at(FAMILY_AT) != af::AF_INET6 {
        cx.err.say(&[b"Warning: ", word, b" option can be set only for IPv6 addresses"]);
    } else if let Some(s) = slots.get_mut(flag_slot(bit)) {
        *s = Some(word);
    }
    Ok(())
}

fn modify(cx: &mut Ctx<'_>, line: &mut Line<'_>, ty: u16, flags: u16) -> Done {
    let mut tx = [0; TX];
    let mut m = Build::new(&mut tx, ty, flags, &[0; IFADDR_LEN]);
    m.head(FAMILY_AT, &[cx.page.opts.family]);
    let slots = read(cx, line, &GRAMMAR, &mut m)?;
    finish(cx, &mut m, &slots)?;
    match cx.conn.request(&mut m) {
        Ok(()) => {
            cx.err.warn(&cx.conn);
            Ok(())
        }
        Err(e) => Err(cx.err.net(e, &cx.conn, Some(&m))),
    }
}

/// What follows from all the words together, in iproute2's order, which decides the error of a line with several.
fn finish(cx: &mut Ctx<'_>, m: &mut Build<'_>, slots: &Slots<'_>) -> Done {
    let slot = |n: u8| slots.get(usize::from(n)).copied().flatten();
    let adds = m.ty() != rtm::DELADDR;
    let family = m.head_at(FAMILY_AT);
    let bits = ADDR_FLAGS.rows.iter().map(|(bit, _)| *bit);
    let bits = bits.filter(|b| slots.get(flag_slot(*b)).is_some_and(|s| s.is_some())).fold(0, |n, b| n | b);
    match u8::try_from(bits) {
        Ok(low) => m.head(FLAGS_AT, &[low]),
        Err(_) => m.put(ifa::FLAGS, bits),
    }
    let Some(dev) = slot(DEV) else {
        return Err(cx.err.plain(&[b"Not enough information: \"dev\" argument is required."]));
    };
    let own = slot(LOCAL).and_then(|w| Prefix::parse(w, family).ok()).filter(|p| !p.ip.is_none());
    let other = slot(PEER).and_then(|w| Prefix::parse(w, family).ok()).filter(|p| !p.ip.is_none());
    if let (Some(p), None) = (own, other) {
        m.from_word(usize::MAX);
        if !adds && family == af::AF_INET && !p.had_len {
            cx.err.say(&[
                b"Warning: Executing wildcard deletion to stay compatible with old scripts.\n         \
                  Explicitly specify the prefix length (",
                slot(LOCAL).unwrap_or(b""),
                b"/32) to avoid this warning.\n         \
                  This special behaviour is likely to disappear in further releases,\n         \
                  fix your scripts!",
            ]);
        } else {
            m.put(ifa::ADDRESS, p.ip.bytes());
        }
    }
    if m.head_at(PREFIX_LEN_AT) == 0 {
        m.head(PREFIX_LEN_AT, &[own.map_or(0, |p| p.len)]);
    }
    if let (Some(sign @ (b"+" | b"-")), true) = (slot(BROADCAST), adds) {
        if family != af::AF_INET {
            return Err(cx.err.plain(&[b"Broadcast can be set only for IPv4 addresses"]));
        }
        signed_broadcast(m, other.or(own), sign);
    }
    let loopback = family == af::AF_INET && own.is_some_and(|p| p.ip.bytes().first() == Some(&127));
    if slot(SCOPE).is_none() && adds && loopback {
        m.head(SCOPE_AT, &[SCOPE_HOST]);
    }
    let index = cx.page.names.ifindex(dev).ok_or_else(|| cx.err.no_device(dev))?;
    m.head(INDEX_AT, &index.to_ne_bytes());
    let (valid, preferred) = (slot(VALID), slot(PREFERRED));
    if valid.is_some() || preferred.is_some() {
        let life = |w: Option<&[u8]>| w.and_then(seconds).unwrap_or(FOREVER);
        let c = CacheInfo { valid: life(valid), preferred: life(preferred), ..CacheInfo::default() };
        if c.valid == 0 {
            return Err(cx.err.plain(&[b"valid_lft is zero"]));
        }
        if c.valid < c.preferred {
            return Err(cx.err.plain(&[b"preferred_lft is greater than valid_lft"]));
        }
        m.put(ifa::CACHEINFO, c.as_bytes());
    }
    if bits & ifa_f::MCAUTOJOIN != 0 && !own.is_some_and(|p| p.ip.is_multicast()) {
        return Err(cx.err.plain(&[b"autojoin needs multicast address"]));
    }
    Ok(())
}

/// `+` sets the host part of the prefix to ones, `-` to zeros; prefixes of 31 and 32 bits have none to set.
fn signed_broadcast(m: &mut Build<'_>, prefix: Option<Prefix>, sign: &[u8]) {
    let Some(p) = prefix.filter(|p| p.len <= 30) else { return };
    let Ok(bytes) = <[u8; 4]>::try_from(p.ip.bytes()) else { return };
    let host = u32::MAX.checked_shr(u32::from(p.len)).unwrap_or(0);
    let ip = u32::from_be_bytes(bytes);
    let ip = if sign == b"+" { ip | host } else { ip & !host };
    m.put(ifa::BROADCAST, &ip.to_be_bytes());
}
