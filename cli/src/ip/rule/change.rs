//! `ip rule add` and `delete`.

use super::word;
use crate::Ctx;
use crate::grammar::{Arg, Grammar, Slots, Table, To, read};
use crate::ip::value::plain_of;
use crate::ip::value::{self, keep, slot, wrong};
use crate::report::{Done, Fail};
use crate::words::Line;
use nlbox_core::rt::rtm;
use nlbox_core::rt::rule::{ACTION_AT, RULE_LEN, TABLE_AT, fr_act, fra};
use nlbox_core::wire::build::Build;
use nlbox_core::wire::header::nlm;

/// A word has said where the rule leads: it does not lead to the main table.
const LEADS: u8 = 0;

const TYPE_ARG: Arg = Arg::new("type", To::Call(kind, "TYPE"));

/// The words of a rule.
pub(super) static GRAMMAR: Grammar = crate::grammar! {
    set: &fra::SET,
    args: [
        Arg::new("not", To::Call(word::not, "")),
        Arg::new("from", To::Call(from, "PREFIX")),
        Arg::new("to", To::Call(to, "PREFIX")),
        Arg::new("p[reference]|o[rder]|pri[ority]", To::Attr(fra::PRIORITY.ty())).bad(BAD_PREFERENCE),
        Arg::new("t[un_id]", To::Attr(fra::TUN_ID.ty())).bad("\"%\" value is invalid\n"),
        Arg::new("tos|d[sfield]", To::Call(word::tos, "TOS")),
        Arg::new("fwmark", To::Call(word::fwmark, "MARK[/MASK]")),
        Arg::new("r[ealms]", To::Call(realms, "[FROM/]TO")),
        Arg::new("pro[tocol]", To::Attr(fra::PROTOCOL.ty())).bad("\"%\" value is invalid\n"),
        Arg::new("ta[ble]|lookup", To::Call(table, "TABLE")),
        Arg::new("s[uppress_prefixlength]|sup_pl", To::Attr(fra::SUPPRESS_PREFIXLEN.ty()))
            .bad("% value is invalid\n"),
        Arg::new("suppress_i[fgroup]|sup_group", To::Attr(fra::SUPPRESS_IFGROUP.ty())),
        Arg::new("iif|dev", To::Call(word::iif, "DEVICE")),
        Arg::new("oif", To::Call(word::oif, "DEVICE")),
        Arg::new("l3mdev", To::Call(l3mdev, "")),
        Arg::new("uidrange", To::Call(word::uidrange, "UID-UID")),
        Arg::new("ipproto", To::Attr(fra::IP_PROTO.ty())),
        Arg::new("sport", To::Call(word::sport, "PORT[{ -PORT | /MASK }]")),
        Arg::new("dport", To::Call(word::dport, "PORT[{ -PORT | /MASK }]")),
        Arg::new("dscp", To::Call(word::dscp, "DSCP[/MASK]")),
        Arg::new("flowlabel", To::Call(word::flowlabel, "LABEL[/MASK]")),
        Arg::new("g[oto]", To::Attr(fra::GOTO.ty())).bad("invalid target\n"),
        Arg::new("n[op]", To::Call(nop, "")),
        Arg::new("type", To::Call(kind, "TYPE")),
        // The kernel has no such rules since 2.6.9.
        Arg::new("nat|map-to", To::Call(crate::ip::absent, "")),
    ],
    bare: TYPE_ARG,
    usage: "[ TYPE ]",
};

/// What is said of a preference that is no number.
pub(super) const BAD_PREFERENCE: &str = "preference value is invalid\n";

/// The types that a rule may have, and the action of each.
static TYPES: Table<u8> = crate::table![
    ("p[rohibit]", fr_act::PROHIBIT),
    ("u[nreachable]", fr_act::UNREACHABLE),
    ("uni[cast]", fr_act::TO_TBL),
    ("bl[ackhole]", fr_act::BLACKHOLE),
];

fn leads(slots: &mut Slots<'_>) {
    keep(slots, LEADS, b"");
}

fn act(m: &mut Build<'_>, slots: &mut Slots<'_>, action: u8) -> Done {
    m.head_u8(ACTION_AT, action);
    leads(slots);
    Ok(())
}

fn kind(cx: &mut Ctx<'_>, line: &mut Line<'_>, m: &mut Build<'_>, slots: &mut Slots<'_>) -> Done {
    let word = line.value(&mut cx.err)?;
    match TYPES.find(word) {
        Some(action) => act(m, slots, action),
        None => Err(wrong(&mut cx.err, word, "Failed to parse rule type")),
    }
}

fn nop(_: &mut Ctx<'_>, _: &mut Line<'_>, m: &mut Build<'_>, slots: &mut Slots<'_>) -> Done {
    act(m, slots, fr_act::NOP)
}

fn l3mdev(cx: &mut Ctx<'_>, line: &mut Line<'_>, m: &mut Build<'_>, slots: &mut Slots<'_>) -> Done {
    leads(slots);
    word::l3mdev(cx, line, m, slots)
}

fn from(cx: &mut Ctx<'_>, line: &mut Line<'_>, m: &mut Build<'_>, _: &mut Slots<'_>) -> Done {
    word::end(cx, line, m, fra::SRC.ty(), cx.page.opts.family)
}

fn to(cx: &mut Ctx<'_>, line: &mut Line<'_>, m: &mut Build<'_>, _: &mut Slots<'_>) -> Done {
    word::end(cx, line, m, fra::DST.ty(), cx.page.opts.family)
}

/// A table above 255 does not fit the fixed header: it is an attribute then, and the header says none.
fn table(cx: &mut Ctx<'_>, line: &mut Line<'_>, m: &mut Build<'_>, slots: &mut Slots<'_>) -> Done {
    let id = word::table_id(cx, line, "invalid table ID\n")?;
    let short = u8::try_from(id).unwrap_or(0);
    m.head_u8(TABLE_AT, short);
    if u32::from(short) != id {
        m.put(fra::TABLE, id);
    }
    leads(slots);
    Ok(())
}

/// `FROM/TO` or `TO`: the upper and the lower half of one number.
fn realms(cx: &mut Ctx<'_>, line: &mut Line<'_>, m: &mut Build<'_>, _: &mut Slots<'_>) -> Done {
    let word = line.value(&mut cx.err)?;
    let v = value::realms(&mut cx.page.names.files, word, &mut 0)
        .ok_or_else(|| wrong(&mut cx.err, word, "invalid realms\n"))?;
    m.put(fra::FLOW, v);
    Ok(())
}

fn modify(cx: &mut Ctx<'_>, line: &mut Line<'_>, ty: u16, flags: u16) -> Done {
    if line.is_over() {
        let verb: &[u8] = if ty == rtm::NEWRULE { b"add" } else { b"del" };
        return Err(plain_of(cx, "\"ip rule %\" requires arguments.", verb));
    }
    cx.lend(|cx, tx| modify_in(cx, line, tx, ty, flags))
}

fn modify_in(cx: &mut Ctx<'_>, line: &mut Line<'_>, tx: &mut [u8], ty: u16, flags: u16) -> Done {
    let adds = ty == rtm::NEWRULE;
    let mut m = Build::blank(tx, ty, flags, RULE_LEN);
    m.head_u8(0, super::show::family(cx));
    if adds {
        m.head_u8(ACTION_AT, fr_act::TO_TBL);
    }
    let slots = read(cx, line, &GRAMMAR, &mut m)?;
    let goes = m.attrs(RULE_LEN).has(fra::GOTO);
    if goes {
        m.head_u8(ACTION_AT, fr_act::GOTO);
    } else if adds && slot(&slots, LEADS).is_none() {
        m.head_u8(TABLE_AT, MAIN);
    }
    let attrs = m.attrs(RULE_LEN);
    if attrs.has(fra::L3MDEV) && (m.head_at(TABLE_AT) != 0 || attrs.has(fra::TABLE)) {
        cx.err.say_as("table can not be specified for l3mdev rules");
        return Err(EINVAL);
    }
    crate::ip::send(cx, &mut m)
}

/// `RT_TABLE_MAIN`.
const MAIN: u8 = 254;
/// iproute2 leaves with the errno here.
const EINVAL: Fail = Fail(22);

pub(super) fn add(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    modify(cx, line, rtm::NEWRULE, nlm::CREATE | nlm::EXCL)
}

pub(super) fn del(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    modify(cx, line, rtm::DELRULE, 0)
}
