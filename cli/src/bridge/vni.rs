//! `bridge vni`: the VNIs that a VXLAN with a filter takes.

use super::{Command, DEV, DEV_ARG, Filter, Request, Table, counters, range, run};
use crate::bridge::vlan::span;
use crate::grammar::{Arg, Grammar, Object, Slots, To};
use crate::ip::value::{address, halves, keep, wrong};
use crate::report::Done;
use crate::words::Line;
use crate::{Ctx, Page};
use nlbox_core::rt::brvlan::{BRMSG_LEN, vni, vni_stats};
use nlbox_core::rt::rtm;
use nlbox_core::text::ip::{self, Ip};
use nlbox_core::wire::build::Build;
use nlbox_core::wire::header::Message;

/// `bridge vni`.
pub static OBJECT: Object = crate::object! {
    name: "vni",
    about: "VNIs of a VXLAN",
    verbs: [
        Verb { word: "add", run: |cx, l| run(cx, l, rtm::NEWTUNNEL, 0, &COMMAND), grammar: Some(&CHANGE) },
        Verb {
            word: "delete|del",
            run: |cx, l| run(cx, l, rtm::DELTUNNEL, 0, &COMMAND),
            grammar: Some(&CHANGE),
        },
        Verb { word: "show|lst|list", run: list, grammar: Some(&SHOW) },
    ],
    default: list,
};

const VNI: u8 = 1;
const GROUP: u8 = 2;
const REMOTE: u8 = 3;

static SHOW: Grammar = crate::grammar! { set: &vni::SET, args: [DEV_ARG] };

static CHANGE: Grammar = crate::grammar! {
    set: &vni::SET,
    args: [
        DEV_ARG,
        Arg::new("vni", To::Call(ids, "N[-N][,N[-N]]...")).once(),
        Arg::new("group", To::Slot(GROUP)),
        Arg::new("remote", To::Slot(REMOTE)),
    ],
};

static COMMAND: Command = Command {
    grammar: &CHANGE,
    then: change,
    need: 1 << DEV | 1 << VNI,
    missing: 7,
    what: super::VXLAN,
    len: super::byte(BRMSG_LEN),
    nest: 0,
};
static LIST: Command = Command { grammar: &SHOW, need: 0, what: super::PLAIN, then: show_all, ..COMMAND };

fn list(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    run(cx, line, rtm::GETTUNNEL, 0, &LIST)
}

/// Keeps the VNIs.
fn ids<'l>(cx: &mut Ctx<'_>, line: &mut Line<'l>, _: &mut Build<'_>, slots: &mut Slots<'l>) -> Done {
    let word = line.value(&mut cx.err)?;
    keep(slots, VNI, word);
    Ok(())
}

fn change(cx: &mut Ctx<'_>, r: &mut Request<'_, '_>) -> Done {
    if r.has(GROUP) && r.has(REMOTE) {
        return Err(cx.err.invalid(b"group", b"", "duplicate group"));
    }
    let mut peer = None;
    if let Some(word) = r.slot(GROUP).or(r.slot(REMOTE)) {
        let ip = address(&mut cx.err, word, 0)?;
        if r.has(GROUP) && !multicast(&ip) {
            return Err(wrong(&mut cx.err, word, "invalid group address"));
        }
        peer = Some(ip);
    }
    let mut list = r.slot(VNI);
    while let Some(all) = list {
        let (part, rest) = halves(all, b',');
        list = rest;
        let Some((first, last)) = range(part) else {
            return Err(wrong(&mut cx.err, part, "invalid vni"));
        };
        let mut nest = r.m.nest(1);
        nest.put(vni::START, first);
        if last != first {
            nest.put(vni::END, last);
        }
        if let Some(ip) = &peer {
            let key = if ip.bytes().len() == 4 { vni::GROUP } else { vni::GROUP6 };
            nest.put(key, ip.bytes());
        }
    }
    r.send(cx)
}

fn multicast(ip: &Ip) -> bool {
    match ip.bytes() {
        [first, _, _, _] => first & 0xf0 == 0xe0,
        bytes => bytes.first() == Some(&0xff),
    }
}

fn show_all(cx: &mut Ctx<'_>, r: &mut Request<'_, '_>) -> Done {
    r.place();
    // TUNNEL_MSG_FLAG_STATS.
    r.m.head_u8(1, u8::from(cx.page.opts.stats > 0));
    r.list(cx, "dev               vni              group/remote   \n", print)
}

/// Prints the VNIs of a message.
pub fn print(page: &mut Page<'_>, m: &Message<'_>, _: &Filter) {
    let (_, attrs) = m.split::<BRMSG_LEN>();
    let mut table = Table::new(m, "vnis");
    for attr in attrs.filter(|attr| attr.ty == 1) {
        let a = attr.nest();
        let first = a.get(vni::START).unwrap_or(0);
        let last = a.get(vni::END).unwrap_or(first);
        table.record(page);
        let out = &mut page.out;
        out.blank();
        let (alone, len) = span(out, "vni|%", "vniEnd|-%", first, last);
        // The last number of a range stands in a column one wider than a number alone.
        let width = if last > first { alone.saturating_add(16) } else { 14 };
        out.spaces(width.saturating_sub(len));
        let peer = a.get(vni::GROUP).or(a.get(vni::GROUP6)).and_then(Ip::from_bytes);
        if let Some(ip) = peer {
            let label = if multicast(&ip) { "group| %" } else { "remote| %" };
            out.str(label, ip::print(&ip).as_bytes());
        }
        out.line();
        if a.has(vni::STATS) {
            let stats = a.nest(vni::STATS);
            out.open_object("stats");
            counters(page, &vni_stats::SET, 3, 19, &|ty| stats.raw(ty));
            page.out.close_object();
        }
        page.out.close_object();
    }
    table.end(&mut page.out);
    if table.open {
        page.out.line();
    }
}
