//! `ip rule show`, and `flush`, which shares its filters.

use super::change::BAD_PREFERENCE;
use super::word;
use crate::grammar::{Arg, Grammar, Slots, To, read};
use crate::ip::value::{put, put_dec, put_named, put_num, put_realms, put_tos};
use crate::report::{Done, Fail, USAGE};
use crate::words::Line;
use crate::{Ctx, Page};
use nlbox_core::conn::Error;
use nlbox_core::label;
use nlbox_core::rt::names::{GROUPS, IP_PROTOCOLS, PROTOCOLS, ROUTE_TYPES, TABLES};
use nlbox_core::rt::rtm;
use nlbox_core::rt::rule::{
    DST_LEN_AT, FLAGS_AT, RULE_LEN, RuleHeader, SRC_LEN_AT, TOS_AT, fib_rule, fr_act, fra,
};
use nlbox_core::text::ip::{Ip, Prefix, af};
use nlbox_core::text::num;
use nlbox_core::text::out::{Out, Palette, Style, Val};
use nlbox_core::wire::attr::{Attrs, Mask};
use nlbox_core::wire::build::Build;
use nlbox_core::wire::header::Message;
use nlbox_core::wire::key::{Key, Raw};
use zerocopy::transmute;

const TO_ARG: Arg = Arg::new("to", To::Call(to, "PREFIX"));

/// The filters: selectors as `add` takes them, held against each rule's.
pub(super) static GRAMMAR: Grammar = crate::grammar! {
    set: &fra::SET,
    args: [
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
        Arg::new("sport", To::Call(word::sport, "PORT[{ -PORT | /MASK }]")),
        Arg::new("dport", To::Call(word::dport, "PORT[{ -PORT | /MASK }]")),
        Arg::new("dscp", To::Call(word::dscp, "DSCP[/MASK]")),
        Arg::new("flowlabel", To::Call(word::flowlabel, "LABEL[/MASK]")),
    ],
    bare: TO_ARG,
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
    let mut asked = Build::blank(words, 0, 0, RULE_LEN);
    read(cx, line, &GRAMMAR, &mut asked)?;
    Ok(asked)
}

/// Whether the rule `m` has all of what was asked.
fn passes(asked: &Build<'_>, m: &Message<'_>) -> bool {
    let Some(head) = header(m) else { return false };
    let attrs = m.attrs(RULE_LEN);
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

/// The fixed header of a rule.
fn header(m: &Message<'_>) -> Option<RuleHeader> {
    matches!(m.ty, rtm::NEWRULE | rtm::DELRULE).then(|| transmute!(m.head::<RULE_LEN>()))
}

pub(super) fn request<'t>(cx: &Ctx<'_>, tx: &'t mut [u8]) -> Build<'t> {
    let mut m = Build::blank(tx, rtm::GETRULE, 0, RULE_LEN);
    m.head_u8(0, family(cx));
    m
}

/// `ip rule [show] …`.
pub(super) fn run(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let (mut words, mut tx) = ([0; 512], [0; 64]);
    let asked = asked(cx, line, &mut words)?;
    let mut m = request(cx, &mut tx);
    let all = asked.attrs(RULE_LEN).bytes().is_empty() && (0..RULE_LEN).all(|n| asked.head_at(n) == 0);
    crate::dump::dump(cx, &mut m, &mut |page, m| {
        if all || passes(&asked, m) {
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
        passes(&asked, m) && m.attrs(RULE_LEN).has(fra::PRIORITY)
    });
    match done {
        Ok(_) => Ok(()),
        Err(e) => {
            let _ = cx.err.net(e, &cx.page.names.conn, None);
            if matches!(e, Error::Kernel(_)) {
                cx.err.say_as("Dump terminated");
            }
            Err(USAGE)
        }
    }
}

/// Prints the rule `m`.
pub fn rule(page: &mut Page<'_>, m: &Message<'_>) {
    let Some(head) = header(m) else { return };
    let a = m.attrs(RULE_LEN);
    page.out.open_object("");
    if m.ty == rtm::DELRULE {
        page.out.is("deleted|Deleted ");
    }
    selectors(page, &head, &a);
    if a.may_have_any(TRANSPORT) {
        transport(page, &a);
    }
    leads(page, &head, &a);
    if !page.out.json() {
        page.out.byte(b'\n');
    }
    page.out.close_object();
}

/// What [`transport`] shows.
const TRANSPORT: Mask = Mask::of(&[
    fra::IP_PROTO.ty(),
    fra::SPORT_RANGE.ty(),
    fra::DPORT_RANGE.ty(),
    fra::TUN_ID.ty(),
    fra::DSCP.ty(),
    fra::FLOWLABEL.ty(),
]);

/// What a rule selects by, up to its users.
fn selectors(page: &mut Page<'_>, head: &RuleHeader, a: &Attrs<'_>) {
    let out = &mut page.out;
    put_num(out, label!("priority|%:\t"), a.get(fra::PRIORITY).unwrap_or(0).into());
    if head.flags & fib_rule::INVERT != 0 {
        out.null("not|not ");
    }
    if !end(out, label!("src|from ^%"), label!("srclen|/%"), a.raw(fra::SRC.ty()), head.src_len) {
        put(out, label!("src|from %"), b"all");
    }
    if a.may_have(fra::DST.ty()) {
        end(out, label!("dst| to ^%"), label!("dstlen|/%"), a.raw(fra::DST.ty()), head.dst_len);
    }
    if head.tos != 0 {
        put_tos(page, label!("tos| tos %"), head.tos);
    }
    if a.may_have_any(SELECTORS) {
        more_selectors(&mut page.out, head, a);
    }
}

/// What [`more_selectors`] shows.
const SELECTORS: Mask = Mask::of(&[
    fra::FWMARK.ty(),
    fra::FWMASK.ty(),
    fra::IIFNAME.ty(),
    fra::OIFNAME.ty(),
    fra::L3MDEV.ty(),
    fra::UID_RANGE.ty(),
]);

/// What few rules select by.
fn more_selectors(out: &mut Out<'_>, head: &RuleHeader, a: &Attrs<'_>) {
    let mask = a.get(fra::FWMASK);
    if a.has(fra::FWMARK) || mask.is_some() {
        hex(out, label!("fwmark| fwmark %"), a.get(fra::FWMARK).unwrap_or(0));
        if let Some(mask) = mask.filter(|m| *m != u32::MAX) {
            hex(out, label!("fwmask|/%"), mask);
        }
    }
    device(out, "iif", a.get(fra::IIFNAME), head.flags & fib_rule::IIF_DETACHED);
    device(out, "oif", a.get(fra::OIFNAME), head.flags & fib_rule::OIF_DETACHED);
    if a.get(fra::L3MDEV).is_some_and(|v| v != 0) {
        out.null("l3mdev| lookup [l3mdev-table]");
    }
    if let Some((start, end)) = a.get(fra::UID_RANGE).and_then(halves) {
        put_num(out, label!("uid_start| uidrange %"), start);
        put_num(out, label!("uid_end|-%"), end);
    }
}

/// What a rule selects by of a packet's inside.
fn transport(page: &mut Page<'_>, a: &Attrs<'_>) {
    if let Some(v) = a.get(fra::IP_PROTO) {
        let mut name: heapless::Vec<u8, 96> = heapless::Vec::new();
        match IP_PROTOCOLS.name(v.into()).filter(|_| !page.opts.numeric) {
            Some(known) => drop(name.extend_from_slice(known.as_bytes())),
            None => {
                let _ = name.extend_from_slice(b"ipproto-");
                let _ = name.extend_from_slice(num::dec(v.into()).as_bytes());
            }
        }
        put(&mut page.out, label!("ipproto| ipproto %"), &name);
    }
    let out = &mut page.out;
    port(out, a, fra::SPORT_RANGE, fra::SPORT_MASK, "sport");
    port(out, a, fra::DPORT_RANGE, fra::DPORT_MASK, "dport");
    if let Some(id) = a.get(fra::TUN_ID).and_then(nlbox_core::bytes::uint_be) {
        out.num("tun_id| tun_id %", id);
    }
    if let Some(v) = a.get(fra::DSCP) {
        put_dec(out, label!("dscp| dscp %"), v.into());
        if let Some(mask) = a.get(fra::DSCP_MASK).filter(|m| *m != 0x3f) {
            hex(out, label!("dscp_mask|/%"), mask.into());
        }
    }
    if let Some(v) = a.get(fra::FLOWLABEL) {
        hex(out, label!("flowlabel| flowlabel %"), v);
        if let Some(mask) = a.get(fra::FLOWLABEL_MASK).filter(|m| *m != 0xfffff) {
            hex(out, label!("flowlabel_mask|/%"), mask);
        }
    }
}

/// Where a rule leads, and whose it is.
fn leads(page: &mut Page<'_>, head: &RuleHeader, a: &Attrs<'_>) {
    let table = a.get(fra::TABLE).unwrap_or(u32::from(head.table));
    if table != 0 {
        put_named(page, label!("table| lookup %"), &TABLES, table);
        if let Some(v) = a.get(fra::SUPPRESS_PREFIXLEN).filter(|v| *v != u32::MAX) {
            put_num(&mut page.out, label!("suppress_prefixlen| suppress_prefixlength %"), v.into());
        }
        if a.may_have(fra::SUPPRESS_IFGROUP.ty())
            && let Some(v) = a.get(fra::SUPPRESS_IFGROUP).filter(|v| *v != u32::MAX)
        {
            put_named(page, label!("suppress_ifgroup| suppress_ifgroup %"), &GROUPS, v);
        }
    }
    if a.may_have(fra::FLOW.ty())
        && let Some(v) = a.get(fra::FLOW)
    {
        page.out.text(" realms ");
        put_realms(page, label!("flow_from|%/"), label!("flow_to|%"), v);
    }
    match head.action {
        fr_act::TO_TBL => {}
        fr_act::GOTO => {
            put_num(&mut page.out, label!("goto| goto %"), a.get(fra::GOTO).unwrap_or(0).into());
            if head.flags & fib_rule::UNRESOLVED != 0 {
                page.out.null("unresolved| [unresolved]");
            }
        }
        fr_act::NOP => page.out.null("nop| nop"),
        action => put_named(page, label!("action| %"), &ROUTE_TYPES, action.into()),
    }
    // The kernel's own rules and those of nobody in particular say so only when asked.
    if let Some(v) = a.get(fra::PROTOCOL).filter(|v| page.opts.details > 0 || !matches!(v, 0 | 2)) {
        put_named(page, label!("protocol| proto %"), &PROTOCOLS, v.into());
    }
}

/// One end of what a rule selects: the length only where it is not a host's. Whether there is one.
fn end(out: &mut Out<'_>, label: &str, length: &str, bytes: Option<&[u8]>, len: u8) -> bool {
    let Some(b) = bytes.filter(|b| matches!(b.len(), 4 | 16)) else { return false };
    let bits = if b.len() == 4 { 32 } else { 128 };
    if len == bits {
        out.put(label, Val::Address(b));
    } else if out.mode.palette == Palette::None && !out.json() {
        out.put(label, Val::Prefix(b, len));
    } else {
        out.put(label, Val::Address(b));
        put_num(out, length, len.into());
    }
    true
}

/// An interface by its name, with the keyword `key`; none of that name may exist at the time.
fn device(out: &mut Out<'_>, key: &str, name: Option<&[u8]>, detached: u32) {
    let Some(name) = name else { return };
    out.text(" ");
    out.text(key);
    out.text(" ");
    out.style(Style::IfName).str_of(key, "%", name);
    if detached != 0 {
        out.null(if key == "iif" { "iif_detached| [detached]" } else { "oif_detached| [detached]" });
    }
}

/// `0x…`, but a bare `0`.
fn hex(out: &mut Out<'_>, label: &str, v: u32) {
    out.put(label, if v == 0 { Val::Word(b"0") } else { Val::Hex(v.into(), 1) });
}

/// Two numbers of one width.
fn halves(payload: &[u8]) -> Option<(i64, i64)> {
    let (start, end) = payload.split_at_checked(payload.len().wrapping_shr(1))?;
    let number = |b| nlbox_core::bytes::uint_ne(b).map(u64::cast_signed);
    Some((number(start)?, number(end)?))
}

/// A port, or the first and the last of a range, with the keyword `key`. Kernels from 6.15 on give a single port a
/// mask, of all ones when none was asked for.
fn port(out: &mut Out<'_>, a: &Attrs<'_>, range: Key<Raw>, mask: Key<u16>, key: &str) {
    let Some((start, end)) = a.get(range).and_then(halves) else { return };
    out.text(" ");
    out.text(key);
    out.text(" ");
    let source = key == "sport";
    if start != end {
        put_num(out, if source { label!("sport_start|%") } else { label!("dport_start|%") }, start);
        return put_num(out, if source { label!("sport_end|-%") } else { label!("dport_end|-%") }, end);
    }
    let mask = a.get(mask);
    match mask.filter(|m| *m != u16::MAX) {
        Some(_) if !out.json() => out.hex("|%", start.cast_unsigned()),
        _ => out.value(key, "%", Val::Raw(num::dec_signed(start).as_bytes())),
    }
    if let Some(mask) = mask {
        let key = if source { "sport_mask" } else { "dport_mask" };
        out.hex_of(key, if mask == u16::MAX { "" } else { "/%" }, u64::from(mask));
    }
}
