//! `bridge vni`: the VNIs that a VXLAN with a filter takes.

use super::{Table, device, device_if, head, range};
use crate::bridge::vlan::span;
use crate::grammar::{Arg, Grammar, Object, Slots, To, Verb, read};
use crate::ip::value::{address, keep, slot};
use crate::report::Done;
use crate::words::Line;
use crate::{Ctx, Page};
use nlbox_core::rt::brvlan::{BRMSG_LEN, INDEX_AT, vni, vni_stats};
use nlbox_core::rt::rtm;
use nlbox_core::spec::show;
use nlbox_core::text::ip::Ip;
use nlbox_core::wire::build::Build;
use nlbox_core::wire::header::Message;

/// `bridge vni`.
pub static OBJECT: Object = Object {
    name: "vni",
    about: "VNIs of a VXLAN",
    verbs: &[
        Verb { word: "add", run: |cx, l| change(cx, l, rtm::NEWTUNNEL), grammar: Some(&CHANGE) },
        Verb { word: "delete|del", run: |cx, l| change(cx, l, rtm::DELTUNNEL), grammar: Some(&CHANGE) },
        Verb { word: "show|lst|list", run: list, grammar: Some(&SHOW) },
    ],
    default: list,
};

const DEV: u8 = 0;
const VNI: u8 = 1;
const GROUP: u8 = 2;
const REMOTE: u8 = 3;

static SHOW: Grammar =
    Grammar { set: &vni::SET, args: crate::args![Arg::new("dev", To::Slot(DEV))], bare: None, usage: "" };

static CHANGE: Grammar = Grammar {
    set: &vni::SET,
    args: crate::args![
        Arg::new("dev", To::Slot(DEV)),
        Arg::new("vni", To::Call(ids, "N[-N][,N[-N]]...")),
        Arg::new("group", To::Slot(GROUP)),
        Arg::new("remote", To::Slot(REMOTE)),
    ],
    bare: None,
    usage: "",
};

/// Keeps the VNIs, which may come once.
fn ids<'l>(cx: &mut Ctx<'_>, line: &mut Line<'l>, _: &mut Build<'_>, slots: &mut Slots<'l>) -> Done {
    let word = line.value(&mut cx.err)?;
    if slot(slots, VNI).is_some() {
        return Err(cx.err.duplicate(b"vni", word));
    }
    keep(slots, VNI, word);
    Ok(())
}

fn change(cx: &mut Ctx<'_>, line: &mut Line<'_>, ty: u16) -> Done {
    let mut tx = [0; 2048];
    let mut m = Build::new(&mut tx, ty, 0, head(BRMSG_LEN));
    let slots = read(cx, line, &CHANGE, &mut m)?;
    let (Some(dev), Some(word)) = (slot(&slots, DEV), slot(&slots, VNI)) else {
        return Err(cx.err.usage(&[b"Device and VNI ID are required arguments."]));
    };
    let (group, remote) = (slot(&slots, GROUP), slot(&slots, REMOTE));
    if group.is_some() && remote.is_some() {
        return Err(cx.err.invalid(b"group", b"", "duplicate group"));
    }
    let mut peer = None;
    if let Some(word) = group.or(remote) {
        let ip = address(&mut cx.err, word, 0)?;
        if group.is_some() && !multicast(&ip) {
            return Err(cx.err.invalid(word, b"", "invalid group address"));
        }
        peer = Some(ip);
    }
    let index = device(cx, dev, "vxlan ")?;
    m.head(INDEX_AT, &index.to_ne_bytes());
    for part in word.split(|b| *b == b',') {
        let Some((first, last)) = range(part) else {
            return Err(cx.err.invalid(part, b"", "invalid vni"));
        };
        let mut nest = m.nest(1);
        nest.put(vni::START, first);
        if last != first {
            nest.put(vni::END, last);
        }
        if let Some(ip) = &peer {
            nest.raw(key(ip), ip.bytes());
        }
    }
    crate::ip::send(cx, &mut m)
}

fn key(ip: &Ip) -> u16 {
    if ip.bytes().len() == 4 { vni::GROUP.ty() } else { vni::GROUP6.ty() }
}

fn multicast(ip: &Ip) -> bool {
    match ip.bytes() {
        [first, _, _, _] => first & 0xf0 == 0xe0,
        bytes => bytes.first() == Some(&0xff),
    }
}

fn list(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let mut tx = [0; 64];
    let mut m = Build::new(&mut tx, rtm::GETTUNNEL, 0, head(BRMSG_LEN));
    let slots = read(cx, line, &SHOW, &mut m)?;
    let index = device_if(cx, slot(&slots, DEV), "")?;
    m.head(INDEX_AT, &index.to_ne_bytes());
    // TUNNEL_MSG_FLAG_STATS.
    m.head(1, &[u8::from(cx.page.opts.stats > 0)]);
    cx.page.out.text("dev               vni              group/remote   \n");
    crate::dump::dump(cx, &mut m, &mut |page, m| {
        print(page, m);
        Ok(())
    })
}

/// Prints the VNIs of a message.
pub fn print(page: &mut Page<'_>, m: &Message<'_>) {
    let (head, attrs) = m.split::<BRMSG_LEN>();
    let index = head.last_chunk::<4>().map_or(0, |b| u32::from_ne_bytes(*b));
    let mut table = Table { deleted: m.ty == rtm::DELTUNNEL, ..Table::new("vnis") };
    for attr in attrs.filter(|attr| attr.ty == 1) {
        let a = attr.nest();
        let first = a.get(vni::START).unwrap_or(0);
        let last = a.get(vni::END).unwrap_or(first);
        table.record(page, index);
        let out = &mut page.out;
        out.text(" ");
        let len = span(out, "vni", "vniEnd", first, last);
        // The last number of a range stands in a column one wider than a number alone.
        let width = if last > first {
            16_usize.saturating_add(nlbox_core::text::num::dec(first.into()).as_bytes().len())
        } else {
            14
        };
        out.spaces(width.saturating_sub(len));
        let peer = a.get(vni::GROUP).or(a.get(vni::GROUP6)).and_then(Ip::from_bytes);
        if let Some(ip) = peer {
            let key = if multicast(&ip) { "group" } else { "remote" };
            out.str(key, " %", nlbox_core::text::ip::print(&ip).as_bytes());
        }
        out.line();
        if a.has(vni::STATS) {
            counters(page, a.nest(vni::STATS));
        }
        page.out.close_object();
    }
    if table.end(&mut page.out) {
        page.out.line();
    }
}

/// Two lines of counters.
fn counters(page: &mut Page<'_>, a: nlbox_core::wire::attr::Attrs<'_>) {
    page.out.open_object("stats");
    for row in vni_stats::SET.iter() {
        let begins = row.ty & 3 == 1;
        if begins {
            page.out.spaces(19);
        }
        if let Some(payload) = a.raw(row.ty) {
            show::show_row(&row, payload, &mut page.out, &mut page.names);
        }
        if row.ty & 3 == 0 {
            page.out.line();
        }
    }
    page.out.close_object();
}
