//! `ip route add`, `change`, `replace`, `append`, `prepend`, `test` and `del`: one grammar, one message.

use super::{family, put_prefix, route_type, settle, vrf};
use crate::grammar::{Arg, Grammar, Slots, To, Whole, fill, slots, spelled};
use crate::ip::value::{address, device, keep, number, put_device, realms, slot, tos, wrong};
use crate::ip::{encap, keyword};
use crate::report::{Done, Fail};
use crate::words::Line;
use crate::{Ctx, TX};
use nlbox_core::bytes::align4;
use nlbox_core::rt::names::{PROTOCOLS, SCOPES};
use nlbox_core::rt::route::{
    FEATURES, PROTO_BOOT, RTMSG_LEN, TABLE_LOCAL, TABLE_MAIN, at, rta, rtax, rtn, rtnh, scope,
};
use nlbox_core::rt::rtm;
use nlbox_core::text::ip::af;
use nlbox_core::text::{mac, num};
use nlbox_core::wire::attr::ATTR_HEADER_LEN;
use nlbox_core::wire::build::Build;
use nlbox_core::wire::header::HEADER_LEN;
use nlbox_core::wire::key::{Key, Raw};

const DST: u8 = 0;
const TYPE: u8 = 1;
const GATEWAY: u8 = 2;
const HOPS: u8 = 3;
// In the order of the fixed header.
const TOS: u8 = 4;
const TABLE: u8 = 5;
const PROTO: u8 = 6;
const SCOPE: u8 = 7;
const DEV: u8 = 8;
const VRF: u8 = 9;

/// While the words are read the metrics stand among the attributes, `RTAX_*` with this bit: they make one nest in the
/// end, however the words were mixed.
const METRICS: u16 = 64;

const RTT: u16 = rtax::RTT.ty();
const RTTVAR: u16 = rtax::RTTVAR.ty();
const RTO_MIN: u16 = rtax::RTO_MIN.ty();
const ADVMSS: u16 = rtax::ADVMSS.ty();
const QUICKACK: u16 = rtax::QUICKACK.ty();
const NO_COOKIE: u16 = rtax::FASTOPEN_NO_COOKIE.ty();
const FEATURE_BITS: u16 = rtax::FEATURES.ty();
const HOPLIMIT: u16 = rtax::HOPLIMIT.ty();
const CC_ALGO: u16 = rtax::CC_ALGO.ty();

const VALUE: &str = "\"%\" value is invalid\n";

const TO_ARG: Arg = Arg::new("to", To::Call(to, "[ TYPE ] PREFIX"));

/// The words of a route.
pub static GRAMMAR: Grammar = crate::grammar! {
    set: &rta::SET,
    args: [
        Arg::new("src", To::Call(src, "ADDRESS")),
        Arg::new("via", To::Call(via, "[ FAMILY ] ADDRESS")),
        Arg::new("dev", To::Slot(DEV)),
        Arg::new("from", To::Call(from, "PREFIX")),
        Arg::new("tos", To::Slot(TOS)),
        Arg::new("d[sfield]", To::Slot(TOS)),
        Arg::new("expires", To::Attr(rta::EXPIRES.ty())).bad(VALUE),
        Arg::new("m[etric]", To::Attr(rta::PRIORITY.ty())).bad(VALUE),
        Arg::new("p[riority]", To::Attr(rta::PRIORITY.ty())).bad("\"metric\" value is invalid\n"),
        Arg::new("preference", To::Attr(rta::PRIORITY.ty())).bad("\"metric\" value is invalid\n"),
        Arg::new("scope", To::Slot(SCOPE)),
        Arg::new("mtu", To::Call(metric, "[ lock ] N")),
        Arg::new("hoplimit", To::Call(metric, "[ lock ] N")),
        Arg::new("advmss", To::Call(metric, "[ lock ] N")),
        Arg::new("r[eordering]", To::Call(metric, "[ lock ] N")),
        Arg::new("rtt", To::Call(metric, "[ lock ] TIME")),
        Arg::new("rto_min", To::Call(metric, "TIME")),
        Arg::new("w[indow]", To::Call(metric, "[ lock ] N")),
        Arg::new("c[wnd]", To::Call(metric, "[ lock ] N")),
        Arg::new("i[nitcwnd]", To::Call(metric, "[ lock ] N")),
        Arg::new("i[nitrwnd]", To::Call(metric, "[ lock ] N")),
        Arg::new("f[eatures]", To::Call(metric, "{ ecn | tcp_usec_ts }")),
        Arg::new("q[uickack]", To::Call(metric, "{ 0 | 1 }")),
        Arg::new("c[ongctl]", To::Call(metric, "[ lock ] NAME")),
        Arg::new("r[ttvar]", To::Call(metric, "[ lock ] TIME")),
        Arg::new("s[sthresh]", To::Call(metric, "[ lock ] N")),
        Arg::new("r[ealms]", To::Call(flow, "[ FROM/ ]TO")),
        Arg::new("onlink", To::Call(onlink, "")),
        Arg::new("nexthop", To::Call(nexthops, "[ via ADDRESS ] [ dev DEVICE ] [ weight N ] [ onlink ] ...")),
        Arg::new("nhid", To::Attr(rta::NH_ID.ty())).bad("\"id\" value is invalid\n"),
        Arg::new("p[rotocol]", To::Slot(PROTO)),
        Arg::new("t[able]", To::Attr(rta::TABLE.ty())).bad(VALUE),
        Arg::new("v[rf]", To::Slot(VRF)),
        Arg::new("oif", To::Slot(DEV)),
        Arg::new("p[ref]", To::Attr(rta::PREF.ty())).bad(VALUE),
        Arg::new("f[astopen_no_cookie]", To::Call(metric, "{ 0 | 1 }")),
        Arg::new("ttl-propagate", To::Attr(rta::TTL_PROPAGATE.ty())).bad(VALUE),
        Arg::new("encap", To::Call(tunnel, "TYPE OPTIONS")),
        Arg::new("as", To::Call(labels, "[ to ] LABELS")),
        Arg::new("to", To::Call(to, "[ TYPE ] PREFIX")),
    ],
    bare: TO_ARG,
    usage: "[ TYPE ] PREFIX",
};

/// `[to] [TYPE] PREFIX`.
fn to<'l>(cx: &mut Ctx<'_>, line: &mut Line<'l>, m: &mut Build<'_>, slots: &mut Slots<'l>) -> Done {
    let mut word = line.value(&mut cx.err)?;
    let digit = word.first().is_some_and(u8::is_ascii_digit);
    if let Some(ty) = (!digit).then(|| route_type(word)).flatten() {
        keep(slots, TYPE, word);
        m.head_u8(at::TYPE, ty);
        word = line.value(&mut cx.err)?;
    }
    if slot(slots, DST).is_some() {
        return Err(cx.err.garbage(b"to", word));
    }
    keep(slots, DST, word);
    line.back();
    put_prefix(cx, line, m, rta::DST, at::DST_LEN).map(drop)
}

fn src<'l>(cx: &mut Ctx<'_>, line: &mut Line<'l>, m: &mut Build<'_>, _: &mut Slots<'l>) -> Done {
    let word = line.value(&mut cx.err)?;
    let ip = address(&mut cx.err, word, m.head_at(at::FAMILY))?;
    settle(m, &ip);
    m.put(rta::PREFSRC, ip.bytes());
    Ok(())
}

fn from<'l>(cx: &mut Ctx<'_>, line: &mut Line<'l>, m: &mut Build<'_>, _: &mut Slots<'l>) -> Done {
    put_prefix(cx, line, m, rta::SRC, at::SRC_LEN).map(drop)
}

fn via<'l>(cx: &mut Ctx<'_>, line: &mut Line<'l>, m: &mut Build<'_>, slots: &mut Slots<'l>) -> Done {
    if slot(slots, GATEWAY).is_some() {
        return Err(wrong(&mut cx.err, keyword(line), "use nexthop syntax to specify multiple via\n"));
    }
    keep(slots, GATEWAY, b"via");
    gateway(cx, line, m, rta::GATEWAY)
}

/// `[FAMILY] ADDRESS` behind `via`: the attribute `key` of the route's family, or `RTA_VIA` of another.
pub(crate) fn gateway(cx: &mut Ctx<'_>, line: &mut Line<'_>, m: &mut Build<'_>, key: Key<Raw>) -> Done {
    let own = m.head_at(at::FAMILY);
    let mut word = line.value(&mut cx.err)?;
    let mut family = own;
    let digit = word.first().is_some_and(u8::is_ascii_digit);
    if let Some(f) = (!digit).then(|| crate::ip::FAMILIES.find(word)).flatten() {
        family = f;
        word = line.value(&mut cx.err)?;
    }
    // struct rtvia: the family in two bytes, then the address.
    let mut other: heapless::Vec<u8, 48> = heapless::Vec::new();
    let _ = other.extend_from_slice(&u16::from(family).to_ne_bytes());
    if family == af::AF_PACKET {
        let mut to = [0; 32];
        let n = mac::parse(word, &mut to).and_then(|n| to.get(..n));
        let _ = other.extend_from_slice(n.ok_or_else(|| cx.err.plain_of("\"%\" is invalid lladdr.", word))?);
    } else {
        let ip = address(&mut cx.err, word, family)?;
        if ip.family() == settle(m, &ip) {
            m.put(key, ip.bytes());
            return Ok(());
        }
        let _ = other.extend_from_slice(ip.bytes());
    }
    m.put(rta::VIA, &other);
    Ok(())
}

fn flow<'l>(cx: &mut Ctx<'_>, line: &mut Line<'l>, m: &mut Build<'_>, _: &mut Slots<'l>) -> Done {
    let word = line.value(&mut cx.err)?;
    let v = realms(&mut cx.page.names.files, word, &mut 0)
        .ok_or_else(|| cx.err.invalid(word, b"realm", VALUE))?;
    m.put(rta::FLOW, v);
    Ok(())
}

fn tunnel<'l>(cx: &mut Ctx<'_>, line: &mut Line<'l>, m: &mut Build<'_>, _: &mut Slots<'l>) -> Done {
    encap::put(cx, line, m, rta::ENCAP_TYPE.ty(), rta::ENCAP.ty())
}

/// `as [to] LABELS`: what takes the place of the label of an MPLS route.
fn labels<'l>(cx: &mut Ctx<'_>, line: &mut Line<'l>, m: &mut Build<'_>, _: &mut Slots<'l>) -> Done {
    let mut word = line.value(&mut cx.err)?;
    if word == b"to" {
        word = line.value(&mut cx.err)?;
    }
    super::put_labels(cx, m, rta::NEWDST.ty(), word, b"address")
}

fn onlink<'l>(_: &mut Ctx<'_>, _: &mut Line<'l>, m: &mut Build<'_>, _: &mut Slots<'l>) -> Done {
    m.head_or(at::FLAGS, &rtnh::ONLINK.to_ne_bytes());
    Ok(())
}

/// A metric: its row is found by the keyword's whole spelling.
fn metric<'l>(cx: &mut Ctx<'_>, line: &mut Line<'l>, m: &mut Build<'_>, _: &mut Slots<'l>) -> Done {
    let word = keyword(line);
    let whole = GRAMMAR.iter().find(|a| spelled(word, a.word)).map(|a| Whole::of(a.word));
    let name = whole.as_ref().map_or(word, Whole::as_bytes);
    let Some(row) = rtax::SET.iter().find(|r| r.keyword().as_bytes() == name) else { return Ok(()) };
    let mut value = line.value(&mut cx.err)?;
    let switch = matches!(row.ty, QUICKACK | NO_COOKIE);
    let lock = value == b"lock" && !switch && !matches!(row.ty, RTO_MIN | FEATURE_BITS);
    if lock {
        value = line.value(&mut cx.err)?;
    }
    // A minimum that could be learnt over would be none.
    if lock || row.ty == RTO_MIN {
        let bit = 1_u32.wrapping_shl(row.ty.into());
        m.merge(METRICS | rtax::LOCK.ty(), &bit.to_ne_bytes());
    }
    let ty = METRICS | row.ty;
    if row.ty == CC_ALGO {
        m.put_str(ty, value);
        return Ok(());
    }
    let v = match row.ty {
        FEATURE_BITS => features_of(line, value),
        RTT => time(value, 8),
        RTTVAR => time(value, 4),
        RTO_MIN => time(value, 1),
        HOPLIMIT => num::parse_u8(value).map(u32::from),
        _ => num::parse_u32(value),
    };
    match v {
        Some(v) if !switch || v < 2 => m.raw(ty, &v.to_ne_bytes()),
        _ => {
            let bad = match row.ty {
                FEATURE_BITS => "\"%\" value not valid\n",
                _ if v.is_some() => "\"%\" value should be 0 or 1\n",
                _ => VALUE,
            };
            let name = if row.ty == ADVMSS { b"mss" } else { name };
            return Err(cx.err.invalid(value, name, bad));
        }
    }
    Ok(())
}

/// `first` and the words behind it that are features too.
fn features_of(line: &mut Line<'_>, first: &[u8]) -> Option<u32> {
    let mut bits = FEATURES.number(first)?;
    while let Some(more) = line.peek().and_then(|w| FEATURES.number(w)) {
        line.next();
        bits |= more;
    }
    Some(bits)
}

nlbox_core::names! {
    /// Units of time, and how many milliseconds the first place behind the point is; 0 where it is less than one.
    static UNITS = 100 "s", 100 "sec", 100 "secs", 0 "ms", 0 "msec", 0 "msecs";
    /// The words of a nexthop.
    static HOP = 1 "via", 2 "dev", 3 "weight", 4 "onlink", 5 "encap", 7 "as", 6 "r", 6 "re", 6 "rea", 6 "real",
        6 "realm", 6 "realms";
}

/// A time: `300ms`, `1.5s`, both times `by`; a bare number is in the kernel's own unit.
fn time(word: &[u8], by: u32) -> Option<u32> {
    let digits = word.iter().position(|b| !b.is_ascii_digit() && *b != b'.').unwrap_or(word.len());
    let (number, unit) = word.split_at_checked(digits)?;
    let point = number.iter().position(|b| *b == b'.').unwrap_or(number.len());
    let (whole, fraction) = number.split_at_checked(point)?;
    let whole = num::parse_u64_base(whole, 10)?;
    // What is left below a millisecond counts as a whole one.
    let (mut part, mut up) = (0_u64, false);
    let mut weight = if unit.is_empty() { 0 } else { u64::from(UNITS.number(unit)?) };
    let scale = if weight == 0 { 1 } else { 1000 };
    for d in fraction.iter().skip(1) {
        let d = u64::from(d.checked_sub(b'0')?);
        up |= weight == 0 && d != 0;
        part = part.saturating_add(weight.saturating_mul(d));
        weight /= 10;
    }
    let by = if unit.is_empty() { 1 } else { u64::from(by) };
    let v = whole.checked_mul(scale)?.checked_add(part)?.checked_add(u64::from(up))?.checked_mul(by)?;
    u32::try_from(v).ok()
}

/// `nexthop …`, once or more: all the rest of the line.
fn nexthops<'l>(cx: &mut Ctx<'_>, line: &mut Line<'l>, m: &mut Build<'_>, slots: &mut Slots<'l>) -> Done {
    keep(slots, HOPS, b"nexthop");
    let all = m.open(rta::MULTIPATH.ty());
    loop {
        if line.is_over() {
            return Err(cx.err.usage_as("Error: unexpected end of line after \"nexthop\""));
        }
        // struct rtnexthop: its length is in front as an attribute's is, so it closes like one.
        let hop = m.mark();
        m.bytes(&[0; 8]);
        let field = |n: usize| hop.saturating_add(n).saturating_sub(HEADER_LEN);
        while let Some(word) = line.next() {
            match HOP.number(word) {
                Some(1) => gateway(cx, line, m, rta::GATEWAY)?,
                Some(2) => {
                    let name = line.value(&mut cx.err)?;
                    let index =
                        device(cx, name).map_err(|_| cx.err.usage_as("Error: cannot parse nexthop"))?;
                    m.head_u32(field(4), index);
                }
                Some(3) => {
                    let word = line.value(&mut cx.err)?;
                    let n = num::parse_u32(word).and_then(|n| u8::try_from(n.checked_sub(1)?).ok());
                    let n = n.ok_or_else(|| wrong(&mut cx.err, word, "\"weight\" is invalid\n"))?;
                    m.head_u8(field(3), n);
                }
                Some(4) => m.head_or(field(2), rtnh::ONLINK.to_le_bytes().get(..1).unwrap_or(&[])),
                Some(5) => tunnel(cx, line, m, slots)?,
                Some(7) => labels(cx, line, m, slots)?,
                Some(_) => flow(cx, line, m, slots)?,
                None => {
                    line.back();
                    break;
                }
            }
        }
        m.close(hop);
        match line.next() {
            None => break,
            Some(b"nexthop") => {}
            Some(word) => {
                return Err(cx
                    .err
                    .usage(&[b"Error: \"nexthop\" or end of line is expected instead of \"%\"", word]));
            }
        }
    }
    m.close(all);
    Ok(())
}

/// One of the verbs: message type `ty` with `flags`.
pub fn run(cx: &mut Ctx<'_>, line: &mut Line<'_>, ty: u16, flags: u16) -> Done {
    cx.lend(|cx, tx| run_in(cx, line, tx, ty, flags))
}

fn run_in(cx: &mut Ctx<'_>, line: &mut Line<'_>, tx: &mut [u8], ty: u16, flags: u16) -> Done {
    let mut slots = slots();
    let mut w = Build::blank(tx, 0, 0, RTMSG_LEN);
    w.head_u8(at::FAMILY, cx.page.opts.family);
    fill(cx, line, &GRAMMAR, &mut w, &mut slots)?;
    if slot(&slots, DST).is_none() {
        return Err(Fail::HELP);
    }
    // The words of most routes are the request already: a batch of them is spared the second frame.
    let (mut table, mut moves) = (None, false);
    for a in w.attrs(RTMSG_LEN) {
        let is_table = a.ty == rta::TABLE.ty();
        moves |= is_table || a.ty >= METRICS;
        if is_table {
            table = a.payload.first_chunk().map(|b| u32::from_ne_bytes(*b));
        }
    }
    if let Some(name) = slot(&slots, VRF) {
        table = Some(vrf(cx, name)?.1);
    }
    header(cx, &slots, &mut w, ty == rtm::NEWROUTE, table)?;
    if moves {
        return moved(cx, &slots, &w, ty, flags, table);
    }
    complete(cx, &slots, &mut w, ty, flags, table)
}

#[inline(never)]
fn moved(
    cx: &mut Ctx<'_>,
    slots: &Slots<'_>,
    w: &Build<'_>,
    ty: u16,
    flags: u16,
    table: Option<u32>,
) -> Done {
    let mut tx = [0; TX];
    let mut m = Build::new(&mut tx, 0, 0, w.written().get(HEADER_LEN..HEAD_END).unwrap_or(&[]));
    transfer(w, &mut m);
    complete(cx, slots, &mut m, ty, flags, table)
}

/// Adds what stands last, and sends.
#[inline(never)]
fn complete(
    cx: &mut Ctx<'_>,
    slots: &Slots<'_>,
    m: &mut Build<'_>,
    ty: u16,
    flags: u16,
    table: Option<u32>,
) -> Done {
    m.set_ty(ty);
    m.set_flags(flags);
    m.from_word(usize::MAX);
    if let Some(t) = table.filter(|t| *t > 255) {
        m.put(rta::TABLE, t);
    }
    put_device(cx, m, slots, DEV, rta::OIF)?;
    crate::ip::send(cx, m)
}

const HEAD_END: usize = HEADER_LEN.saturating_add(RTMSG_LEN);

/// Completes the fixed header: what was said, and iproute2's rules for what was not. `new`: the route is to be made.
fn header(cx: &mut Ctx<'_>, slots: &Slots<'_>, w: &mut Build<'_>, new: bool, table: Option<u32>) -> Done {
    let has = |n: u8| slot(slots, n).is_some();
    let family = family(w);
    let inet = family == af::AF_INET;
    // A label has one type only, to delete too.
    if (new || family == af::AF_MPLS) && !has(TYPE) {
        w.head_u8(at::TYPE, rtn::UNICAST);
    }
    let ty = w.head_at(at::TYPE);
    let local = matches!(ty, rtn::LOCAL | rtn::BROADCAST | rtn::NAT | rtn::ANYCAST);
    let table = table.unwrap_or(if local { TABLE_LOCAL } else { TABLE_MAIN });
    let reach = match ty {
        _ if !inet => scope::UNIVERSE,
        rtn::LOCAL | rtn::NAT => scope::HOST,
        rtn::BROADCAST | rtn::MULTICAST | rtn::ANYCAST => scope::LINK,
        _ if !new => scope::NOWHERE,
        rtn::UNICAST if !has(GATEWAY) && !has(HOPS) && w.lacks(rta::NH_ID.ty()) => scope::LINK,
        _ => scope::UNIVERSE,
    };
    let proto = if new { PROTO_BOOT } else { 0 };
    // Three of them have a word of their own; 0 stands for a table that takes an attribute.
    let mut fields = [0, u8::try_from(table).unwrap_or(0), proto, reach];
    for (n, to) in (TOS..).zip(&mut fields) {
        let Some(word) = slot(slots, n).filter(|_| n != TABLE) else { continue };
        let (v, bad) = match n {
            TOS => (tos(cx, word).map(u32::from), "\"tos\" value is invalid\n"),
            PROTO => (number(cx, &PROTOCOLS, word), "\"protocol\" value is invalid\n"),
            _ => (number(cx, &SCOPES, word), "invalid \"scope\" value\n"),
        };
        let v = v.and_then(|v| u8::try_from(v).ok());
        *to = v.ok_or_else(|| wrong(&mut cx.err, word, bad))?;
    }
    w.head(at::TOS, &fields);
    Ok(())
}

/// Moves the attributes of the words to the request, the metrics into their nest, each still known by its word.
fn transfer(w: &Build<'_>, m: &mut Build<'_>) {
    for part in [0, METRICS] {
        let mark = m.mark();
        let nest = if part == METRICS { m.open(rta::METRICS.ty()) } else { mark };
        let mut offset = HEAD_END;
        for a in w.attrs(RTMSG_LEN) {
            m.from_word(u32::try_from(offset).ok().and_then(|o| w.word_at(o)).unwrap_or(usize::MAX));
            offset = offset.saturating_add(align4(a.payload.len().saturating_add(ATTR_HEADER_LEN)));
            if a.ty & METRICS == part && a.ty != rta::TABLE.ty() {
                m.raw(a.ty & !METRICS | a.flags, a.payload);
            }
        }
        m.from_word(usize::MAX);
        if part == METRICS {
            if m.is_empty_since(nest) {
                m.undo(mark);
            } else {
                m.close(nest);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_scaled_by_their_unit_and_round_up() {
        for (word, by, v) in [
            (&b"100"[..], 8, Some(100)),
            (b"2.5", 8, Some(3)),
            (b"5ms", 8, Some(40)),
            (b"1.5s", 8, Some(12000)),
            (b"0.0015s", 8, Some(16)),
            (b"300msec", 1, Some(300)),
            (b"5us", 1, None),
            (b"x", 1, None),
            (b"", 1, None),
            (b"99999999999s", 8, None),
        ] {
            assert_eq!(time(word, by), v, "{word:?}");
        }
    }

    #[test]
    fn metrics_move_into_one_nest_behind_the_rest() {
        let (mut words, mut tx) = ([0; 256], [0; 256]);
        let mut w = Build::blank(&mut words, 0, 0, RTMSG_LEN);
        w.from_word(5);
        w.raw(METRICS + RTT, &100_u32.to_ne_bytes());
        w.merge(METRICS | rtax::LOCK.ty(), &(1_u32 << 4).to_ne_bytes());
        w.from_word(7);
        w.put(rta::PRIORITY, 9);
        w.merge(METRICS | rtax::LOCK.ty(), &(1_u32 << 13).to_ne_bytes());
        let mut m = Build::blank(&mut tx, rtm::NEWROUTE, 0, RTMSG_LEN);
        transfer(&w, &mut m);
        let a = m.attrs(RTMSG_LEN);
        assert_eq!(a.get(rta::PRIORITY), Some(9));
        let metrics = a.nest(rta::METRICS);
        assert_eq!(metrics.get(rtax::RTT), Some(100));
        assert_eq!(metrics.get(rtax::LOCK), Some(1 << 4 | 1 << 13));
        assert_eq!(m.word_at(28), Some(7), "the priority is known by its word");
        assert_eq!(m.word_at(40), Some(5), "and so is a metric inside the nest");
    }
}
