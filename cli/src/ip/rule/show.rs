//! `ip rule show`, and `flush`, which shares its filters.

use super::change::BAD_PREFERENCE;
use super::word;
use crate::grammar::{Arg, Grammar, Slots, To, read};
use crate::ip::value::named;
use crate::report::{Done, Fail, USAGE};
use crate::words::Line;
use crate::{Ctx, Page};
use nlbox_core::conn::Error;
use nlbox_core::rt::names::{GROUPS, IP_PROTOCOLS, PROTOCOLS, ROUTE_TYPES, TABLES};
use nlbox_core::rt::rtm;
use nlbox_core::rt::rule::{
    DST_LEN_AT, FLAGS_AT, RULE_LEN, RuleHeader, SRC_LEN_AT, TOS_AT, fib_rule, fr_act, fra,
};
use nlbox_core::text::ip::{self, Ip, Prefix, af};
use nlbox_core::text::num;
use nlbox_core::text::out::{Out, Style};
use nlbox_core::wire::attr::Attrs;
use nlbox_core::wire::build::Build;
use nlbox_core::wire::header::Message;
use nlbox_core::wire::key::Key;
use zerocopy::FromBytes;

static TO_ARG: Arg = Arg::new("to", To::Call(to, "PREFIX"));

/// The filters: selectors as `add` takes them, held against each rule's.
pub(super) static GRAMMAR: Grammar = Grammar {
    set: &fra::SET,
    args: crate::args![
        Arg::new("not", To::Call(word::not, "")),
        Arg::new("p[reference]|o[rder]|pri[ority]", To::Attr(fra::PRIORITY.ty())).bad(BAD_PREFERENCE),
        Arg::new("to|d[st]", To::Call(to, "PREFIX")),
        Arg::new("f[rom]|s[rc]", To::Call(from, "PREFIX")),
        Arg::new("tos|dsfield", To::Call(word::tos, "TOS")),
        Arg::new("fwmark", To::Call(word::fwmark, "MARK[/MASK]")),
        Arg::new("iif|dev", To::Call(word::iif, "DEVICE")),
        Arg::new("oif", To::Call(word::oif, "DEVICE")),
        Arg::new("l3mdev", To::Call(word::l3mdev, "")),
        Arg::new("uidrange", To::Call(word::uidrange, "UID-UID")),
        Arg::new("t[un_id]", To::Attr(fra::TUN_ID.ty())).bad("\"%\" value is invalid\n"),
        Arg::new("ta[ble]|l[ookup]", To::Call(table, "TABLE")),
        Arg::new("pro[tocol]", To::Attr(fra::PROTOCOL.ty())).bad("invalid \"%\"\n"),
        Arg::new("ipproto", To::Attr(fra::IP_PROTO.ty())),
        Arg::new("sport", To::Call(word::sport, "PORT[-PORT]")),
        Arg::new("dport", To::Call(word::dport, "PORT[-PORT]")),
    ],
    bare: Some(&TO_ARG),
    usage: "[ PREFIX ]",
};

/// The kernel gives a rule's table as an attribute, however small.
fn table(cx: &mut Ctx<'_>, line: &mut Line<'_>, m: &mut Build<'_>, _: &mut Slots<'_>) -> Done {
    let id = word::table_id(cx, line, "table id value is invalid\n")?;
    m.put(fra::TABLE, id);
    Ok(())
}

/// The family of the rules that are meant: IPv4 unless another was asked.
pub(super) fn family(cx: &Ctx<'_>) -> u8 {
    match cx.page.opts.family {
        af::AF_UNSPEC => af::AF_INET,
        family => family,
    }
}

fn from(cx: &mut Ctx<'_>, line: &mut Line<'_>, m: &mut Build<'_>, _: &mut Slots<'_>) -> Done {
    word::end(cx, line, m, fra::SRC.ty(), family(cx))
}

fn to(cx: &mut Ctx<'_>, line: &mut Line<'_>, m: &mut Build<'_>, _: &mut Slots<'_>) -> Done {
    word::end(cx, line, m, fra::DST.ty(), family(cx))
}

/// What rules must have to be listed or deleted: a rule's header and attributes.
fn asked<'t>(cx: &mut Ctx<'_>, line: &mut Line<'_>, words: &'t mut [u8]) -> Result<Build<'t>, Fail> {
    let mut asked = Build::new(words, 0, 0, &[0; RULE_LEN]);
    read(cx, line, &GRAMMAR, &mut asked)?;
    Ok(asked)
}

/// Whether the rule `m` has all of what was asked.
fn passes(asked: &Build<'_>, m: &Message<'_>) -> bool {
    let Some((head, attrs)) = split(m) else { return false };
    let tos = asked.head_at(TOS_AT);
    // INVERT is the only flag that can be asked for, in whichever byte of the number it lies.
    let inverted = (0..4).any(|n| asked.head_at(FLAGS_AT.saturating_add(n)) != 0);
    (tos == 0 || tos == head.tos)
        && (!inverted || head.flags & fib_rule::INVERT != 0)
        && asked.attrs(RULE_LEN).all(|a| match a.ty {
            ty if ty == fra::SRC.ty() => {
                inside(a.payload, asked.head_at(SRC_LEN_AT), attrs.raw(ty), head.src_len)
            }
            ty if ty == fra::DST.ty() => {
                inside(a.payload, asked.head_at(DST_LEN_AT), attrs.raw(ty), head.dst_len)
            }
            ty => equal(ty, a.payload, attrs.raw(ty)),
        })
}

/// Whether an end of a rule lies in the prefix asked for.
fn inside(asked: &[u8], asked_len: u8, has: Option<&[u8]>, len: u8) -> bool {
    let prefix = Ip::from_bytes(asked).map(|ip| Prefix { ip, len: asked_len, had_len: true });
    asked_len == 0
        || len >= asked_len && prefix.zip(has.and_then(Ip::from_bytes)).is_some_and(|(p, ip)| p.contains(&ip))
}

/// Whether a rule has the value that was asked for. A zero asks for nothing, but for a preference or a user: there it
/// is a value as any, and the kernel leaves a preference of zero out.
fn equal(ty: u16, asked: &[u8], has: Option<&[u8]>) -> bool {
    let zero = |b: &[u8]| b.iter().all(|b| *b == 0);
    match has {
        _ if zero(asked) && ty == fra::PRIORITY.ty() => has.is_none_or(zero),
        _ if zero(asked) && ty != fra::UID_RANGE.ty() => true,
        has => has == Some(asked),
    }
}

fn split<'m>(m: &Message<'m>) -> Option<(RuleHeader, Attrs<'m>)> {
    let (head, attrs) = m.split::<RULE_LEN>();
    let (head, _) = RuleHeader::read_from_prefix(&head).ok()?;
    matches!(m.ty, rtm::NEWRULE | rtm::DELRULE).then_some((head, attrs))
}

fn request<'t>(cx: &Ctx<'_>, tx: &'t mut [u8]) -> Build<'t> {
    let mut m = Build::new(tx, rtm::GETRULE, 0, &[0; RULE_LEN]);
    m.head(0, &[family(cx)]);
    m
}

/// `ip rule [show] …`.
pub(super) fn run(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let (mut words, mut tx) = ([0; 512], [0; 64]);
    let asked = asked(cx, line, &mut words)?;
    let mut m = request(cx, &mut tx);
    crate::dump::dump(cx, &mut m, &mut |page, m| {
        if passes(&asked, m) {
            rule(page, m);
        }
        Ok(())
    })
    .map_err(|_| USAGE)
}

/// `ip rule flush …`: deletes the rules that the filters take. A rule without a preference is the kernel's first, and
/// stays.
pub(super) fn flush(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let (mut words, mut tx) = ([0; 512], [0; 64]);
    let asked = asked(cx, line, &mut words)?;
    let mut m = request(cx, &mut tx);
    let done = crate::ip::flush::pass(cx, &mut m, rtm::DELRULE, &mut |_, m| {
        passes(&asked, m) && split(m).is_some_and(|(_, a)| a.has(fra::PRIORITY))
    });
    match done {
        Ok(_) => Ok(()),
        Err(e) => {
            let _ = cx.err.net(e, &cx.page.names.conn, None);
            if matches!(e, Error::Kernel(_)) {
                cx.err.say(&[b"Dump terminated"]);
            }
            Err(USAGE)
        }
    }
}

/// Prints the rule `m`.
pub fn rule(page: &mut Page<'_>, m: &Message<'_>) {
    let Some((head, a)) = split(m) else { return };
    let numeric = page.opts.numeric;
    let details = page.opts.details > 0;
    let out = &mut page.out;
    let mut buf = num::dec(0);
    out.open_object("");
    if m.ty == rtm::DELRULE {
        out.is("deleted", "Deleted ");
    }
    out.num("priority", "%:\t", u64::from(a.get(fra::PRIORITY).unwrap_or(0)));
    if head.flags & fib_rule::INVERT != 0 {
        out.null("not", "not ");
    }
    match a.get(fra::SRC).and_then(Ip::from_bytes) {
        Some(ip) => end(out, "from ", "src", "srclen", &ip, head.src_len),
        None => out.str("src", "from %", b"all"),
    }
    if let Some(ip) = a.get(fra::DST).and_then(Ip::from_bytes) {
        end(out, " to ", "dst", "dstlen", &ip, head.dst_len);
    }
    if head.tos != 0 {
        let mut tos: heapless::Vec<u8, 20> = heapless::Vec::new();
        let _ = tos.extend_from_slice(b"0x");
        let _ = tos.extend_from_slice(num::hex_pad(u64::from(head.tos), 2).as_bytes());
        out.str("tos", " tos %", &tos);
    }
    let mask = a.get(fra::FWMASK);
    if a.has(fra::FWMARK) || mask.is_some() {
        hex(out, "fwmark", " fwmark %", a.get(fra::FWMARK).unwrap_or(0));
        if let Some(mask) = mask.filter(|m| *m != u32::MAX) {
            hex(out, "fwmask", "/%", mask);
        }
    }
    if let Some(name) = a.get(fra::IIFNAME) {
        let detached = head.flags & fib_rule::IIF_DETACHED != 0;
        device(out, " iif ", "iif", "iif_detached", name, detached);
    }
    if let Some(name) = a.get(fra::OIFNAME) {
        let detached = head.flags & fib_rule::OIF_DETACHED != 0;
        device(out, " oif ", "oif", "oif_detached", name, detached);
    }
    if a.get(fra::L3MDEV).is_some_and(|v| v != 0) {
        out.null("l3mdev", " lookup [l3mdev-table]");
    }
    if let Some((start, end)) = a.get(fra::UID_RANGE).and_then(halves) {
        out.num("uid_start", " uidrange %", start);
        out.num("uid_end", "-%", end);
    }
    if let Some(v) = a.get(fra::IP_PROTO) {
        match IP_PROTOCOLS.name(u64::from(v)).filter(|_| !numeric) {
            Some(name) => out.str("ipproto", " ipproto %", name.as_bytes()),
            None => {
                let mut name: heapless::Vec<u8, 20> = heapless::Vec::new();
                let _ = name.extend_from_slice(b"ipproto-");
                let _ = name.extend_from_slice(num::dec(u64::from(v)).as_bytes());
                out.str("ipproto", " ipproto %", &name);
            }
        }
    }
    port(out, a, fra::SPORT_RANGE, fra::SPORT_MASK, &SPORT);
    port(out, a, fra::DPORT_RANGE, fra::DPORT_MASK, &DPORT);
    if let Some(id) = a.get(fra::TUN_ID).and_then(nlbox_core::bytes::uint_be) {
        out.num("tun_id", " tun_id %", id);
    }
    if let Some(v) = a.get(fra::DSCP) {
        out.str("dscp", " dscp %", num::dec(u64::from(v)).as_bytes());
    }
    if let Some(v) = a.get(fra::FLOWLABEL) {
        hex(out, "flowlabel", " flowlabel %", v);
        if let Some(mask) = a.get(fra::FLOWLABEL_MASK).filter(|m| *m != 0xfffff) {
            hex(out, "flowlabel_mask", "/%", mask);
        }
    }
    let table = a.get(fra::TABLE).unwrap_or(u32::from(head.table));
    if table != 0 {
        out.str("table", " lookup %", named(numeric, &TABLES, u64::from(table), &mut buf));
        if let Some(v) = a.get(fra::SUPPRESS_PREFIXLEN).filter(|v| *v != u32::MAX) {
            out.num("suppress_prefixlen", " suppress_prefixlength %", u64::from(v));
        }
        if let Some(v) = a.get(fra::SUPPRESS_IFGROUP).filter(|v| *v != u32::MAX) {
            let group = named(numeric, &GROUPS, u64::from(v), &mut buf);
            out.str("suppress_ifgroup", " suppress_ifgroup %", group);
        }
    }
    if let Some(v) = a.get(fra::FLOW) {
        let (from, to) = (v.wrapping_shr(16), v & 0xffff);
        out.text(" realms ");
        if from != 0 {
            out.str("flow_from", "%/", num::dec(u64::from(from)).as_bytes());
        }
        out.str("flow_to", "%", num::dec(u64::from(to)).as_bytes());
    }
    match head.action {
        fr_act::TO_TBL => {}
        fr_act::GOTO => {
            out.num("goto", " goto %", u64::from(a.get(fra::GOTO).unwrap_or(0)));
            if head.flags & fib_rule::UNRESOLVED != 0 {
                out.null("unresolved", " [unresolved]");
            }
        }
        fr_act::NOP => out.null("nop", " nop"),
        action => out.str("action", " %", named(numeric, &ROUTE_TYPES, u64::from(action), &mut buf)),
    }
    // The kernel's own rules and those of nobody in particular say so only when asked.
    if let Some(v) = a.get(fra::PROTOCOL).filter(|v| details || !matches!(v, 0 | 2)) {
        out.str("protocol", " proto %", named(numeric, &PROTOCOLS, u64::from(v), &mut buf));
    }
    if !out.json() {
        out.bytes(b"\n");
    }
    out.close_object();
}

/// One end of what a rule selects: the length only where it is not a host's.
fn end(out: &mut Out<'_>, text: &str, key: &str, len_key: &str, ip: &Ip, len: u8) {
    out.text(text);
    out.style(Style::of_family(ip.family())).str(key, "%", ip::print(ip).as_bytes());
    if len != ip.bits() {
        out.num(len_key, "/%", u64::from(len));
    }
}

/// An interface by its name; none of that name may exist at the time.
fn device(out: &mut Out<'_>, text: &str, key: &str, detached_key: &str, name: &[u8], detached: bool) {
    out.text(text);
    out.style(Style::IfName).str(key, "%", name);
    if detached {
        out.null(detached_key, " [detached]");
    }
}

/// `0x…`, but a bare `0`.
fn hex(out: &mut Out<'_>, key: &str, pattern: &str, v: u32) {
    if v == 0 {
        out.str(key, pattern, b"0");
    } else {
        out.hex(key, pattern, u64::from(v));
    }
}

/// Two numbers of one width.
fn halves(payload: &[u8]) -> Option<(u64, u64)> {
    let (start, end) = payload.split_at_checked(payload.len().wrapping_shr(1))?;
    Some((nlbox_core::bytes::uint_ne(start)?, nlbox_core::bytes::uint_ne(end)?))
}

/// JSON keys and the text of a port: alone, first of a range, last of it, mask.
struct PortKeys(&'static str, &'static str, &'static str, &'static str, &'static str);

static SPORT: PortKeys = PortKeys("sport", " sport %", "sport_start", "sport_end", "sport_mask");
static DPORT: PortKeys = PortKeys("dport", " dport %", "dport_start", "dport_end", "dport_mask");

/// A port or a range. Kernels from 6.15 on give a single port a mask, of all ones when none was asked for.
fn port(
    out: &mut Out<'_>,
    a: Attrs<'_>,
    range: Key<nlbox_core::wire::key::Raw>,
    mask: Key<u16>,
    keys: &PortKeys,
) {
    let PortKeys(one, pattern, first, last, mask_key) = keys;
    let Some((start, end)) = a.get(range).and_then(halves) else { return };
    if start != end {
        out.num(first, pattern, start);
        return out.num(last, "-%", end);
    }
    let mask = a.get(mask);
    match mask.filter(|m| *m != u16::MAX) {
        Some(_) if !out.json() => out.hex("", pattern, start),
        _ => out.num(one, pattern, start),
    }
    if let Some(mask) = mask {
        out.hex(mask_key, if mask == u16::MAX { "" } else { "/%" }, u64::from(mask));
    }
}
