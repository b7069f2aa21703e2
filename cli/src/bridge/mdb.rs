//! `bridge mdb`: which multicast groups are behind which port.

use super::{Command, DEV, DEV_ARG, Filter, Request, VID_ARG, bits, device, index_of, one, open, pick, run};
use crate::grammar::{Arg, Grammar, Object, To};
use crate::ip::value::{halves, place, put, put_named, put_num};
use crate::report::{Done, Fail};
use crate::words::Line;
use crate::{Ctx, Page};
use nlbox_core::bytes::Reader;
use nlbox_core::rt::brvlan::BRMSG_LEN;
use nlbox_core::rt::mdb::{Entry, FLAGS, STATES, eattr, mdba, mdbe, router};
use nlbox_core::rt::names::PROTOCOLS;
use nlbox_core::rt::rtm;
use nlbox_core::spec::{Int, Resolve, show};
use nlbox_core::text::ip::{self, Ip};
use nlbox_core::text::out::{Out, Style};
use nlbox_core::text::{mac, num};
use nlbox_core::wire::attr::{Attrs, NLA_F_NESTED};
use nlbox_core::wire::header::{Message, nlm};
use zerocopy::{FromBytes, IntoBytes};

/// `bridge mdb`.
pub static OBJECT: Object = crate::object! {
    name: "mdb",
    about: "multicast groups",
    verbs: [
        Verb {
            word: "a[dd]",
            run: |cx, l| run(cx, l, rtm::NEWMDB, nlm::CREATE | nlm::EXCL, &MODIFY),
            grammar: Some(&ENTRY),
        },
        Verb {
            word: "r[eplace]",
            run: |cx, l| run(cx, l, rtm::NEWMDB, nlm::CREATE | nlm::REPLACE, &MODIFY),
            grammar: Some(&ENTRY),
        },
        Verb { word: "d[elete]", run: |cx, l| run(cx, l, rtm::DELMDB, 0, &MODIFY), grammar: Some(&ENTRY) },
        Verb { word: "s[how]|ls[t]|l[ist]", run: list, grammar: Some(&SHOW) },
        Verb { word: "g[et]", run: |cx, l| run(cx, l, rtm::GETMDB, 0, &GET_COMMAND), grammar: Some(&GET) },
        Verb {
            word: "f[lush]",
            run: |cx, l| run(cx, l, rtm::DELMDB, nlm::BULK, &FLUSH_COMMAND),
            grammar: Some(&FLUSH),
        },
    ],
    default: list,
};

static MODIFY: Command = Command {
    grammar: &ENTRY,
    then: modify,
    need: 1 << DEV | 1 << PORT | 1 << GRP,
    missing: 4,
    what: super::PLAIN,
    len: super::byte(BRMSG_LEN),
    // What the words say of the entry stands behind it; the kernel does not mind the order.
    nest: super::byte(mdba::SET_ENTRY_ATTRS as usize),
};
static GET_COMMAND: Command = Command { grammar: &GET, need: 1 << DEV | 1 << GRP, missing: 3, ..MODIFY };
static FLUSH_COMMAND: Command = Command { grammar: &FLUSH, need: 1 << DEV, missing: 0, ..MODIFY };
static LIST: Command = Command { grammar: &SHOW, then: show_all, need: 0, nest: 0, ..MODIFY };

fn list(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    run(cx, line, rtm::GETMDB, 0, &LIST)
}

const PORT: u8 = 2;
const GRP: u8 = 3;
const PERMANENT: u8 = 4;
const TEMP: u8 = 5;
const NOPERMANENT: u8 = 6;
const SRC: u8 = 7;
const SOURCES: u8 = 8;
const DST: u8 = 9;

const SRC_VNI: Arg = Arg::new("src_vni", To::Attr(mdbe::SRC_VNI.ty())).bad("invalid src_vni\n");
const PROTO: Arg = Arg::new("proto", To::Attr(mdbe::RTPROT.ty())).bad("invalid proto\n");
const DST_ARG: Arg = Arg::new("dst", To::Slot(DST));
const DST_PORT: Arg = Arg::new("dst_port", To::Attr(mdbe::DST_PORT.ty())).bad("invalid dst_port\n");
const VNI: Arg = Arg::new("vni", To::Attr(mdbe::VNI.ty())).bad("invalid vni\n");

static SHOW: Grammar = crate::grammar! { set: &mdbe::SET, args: [DEV_ARG.once(), VID_ARG.once()] };

static ENTRY: Grammar = crate::grammar! {
    set: &mdbe::SET,
    args: [
        DEV_ARG,
        Arg::new("grp", To::Slot(GRP)),
        Arg::new("port", To::Slot(PORT)),
        Arg::new("permanent", To::Mark(PERMANENT)),
        Arg::new("temp", To::Mark(TEMP)),
        VID_ARG,
        Arg::new("src", To::Slot(SRC)),
        Arg::new("filter_mode", To::Attr(mdbe::GROUP_MODE.ty())).bad("invalid filter_mode\n"),
        Arg::new("source_list", To::Slot(SOURCES)),
        PROTO,
        DST_ARG,
        DST_PORT,
        VNI,
        SRC_VNI,
        Arg::new("via", To::Attr(mdbe::IFINDEX.ty())),
    ],
};

static GET: Grammar = crate::grammar! {
    set: &mdbe::SET,
    args: [
        DEV_ARG,
        Arg::new("grp", To::Slot(GRP)),
        VID_ARG,
        Arg::new("src", To::Slot(SRC)),
        SRC_VNI,
    ],
};

static FLUSH: Grammar = crate::grammar! {
    set: &mdbe::SET,
    args: [
        DEV_ARG,
        Arg::new("port", To::Slot(PORT)),
        VID_ARG,
        Arg::new("permanent", To::Mark(PERMANENT)),
        Arg::new("nopermanent", To::Mark(NOPERMANENT)),
        PROTO,
        SRC_VNI,
        DST_ARG,
        DST_PORT,
        VNI,
    ],
};

#[inline(never)]
/// The bytes of the address that `word` spells, IPv4, IPv6 or of the link layer.
fn spelled(cx: &mut Ctx<'_>, word: &[u8], what: &str) -> Result<heapless::Vec<u8, 32>, Fail> {
    let mut bytes = heapless::Vec::new();
    let mut mac = [0; 32];
    match (ip::parse(word), mac::parse(word, &mut mac)) {
        (Some(ip), _) => drop(bytes.extend_from_slice(ip.bytes())),
        (None, Some(6)) => drop(bytes.extend_from_slice(mac.get(..6).unwrap_or(&[]))),
        _ => return Err(cx.err.usage(&[b"Invalid %address \"%\"", what.as_bytes(), word])),
    }
    Ok(bytes)
}

/// `add`, `replace`, `delete`, `get` and `flush`.
fn modify(cx: &mut Ctx<'_>, r: &mut Request<'_, '_>) -> Done {
    let flush = r.m.flags() & nlm::BULK != 0 && r.m.ty() == rtm::DELMDB;
    let mut entry = Entry { state: r.has(PERMANENT).into(), ..Entry::default() };
    entry.index = device(cx, r.slot(PORT), "")?;
    (entry.vid, _) = r.vids;
    for (slot, what, ty) in
        [(GRP, "", 0), (SRC, "source ", mdbe::SOURCE.ty()), (DST, "destination ", mdbe::DST.ty())]
    {
        let Some(word) = r.slot(slot) else { continue };
        let bytes = spelled(cx, word, what)?;
        if slot == GRP {
            entry.set_group(&bytes);
        } else {
            r.m.raw(ty, &bytes);
        }
    }
    if let Some(mut list) = r.slot(SOURCES) {
        let nest = r.m.open(mdbe::SRC_LIST.ty() | NLA_F_NESTED);
        while !list.is_empty() {
            let (word, rest) = halves(list, b',');
            let bytes = spelled(cx, word, "source ")?;
            // MDBE_SRC_LIST_ENTRY holds MDBE_SRCATTR_ADDRESS; both are 1.
            let source = r.m.open(1 | NLA_F_NESTED);
            r.m.raw(1, &bytes);
            r.m.close(source);
            list = rest.unwrap_or(&[]);
        }
        r.m.close(nest);
    }
    if flush && (r.has(PERMANENT) || r.has(NOPERMANENT)) {
        r.m.put(mdbe::STATE_MASK, 1);
    }
    if r.m.is_empty_since(r.nest) {
        r.m.undo(r.nest);
    } else {
        r.m.close(r.nest);
    }
    r.m.raw(mdba::SET_ENTRY, entry.as_bytes());
    if r.m.ty() == rtm::GETMDB { one(cx, r, print) } else { r.send(cx) }
}

/// Which part of a message is printed.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub enum Part {
    /// The groups.
    Entries,
    /// The ports to routers, a line for all of a bridge.
    Routers,
    /// The groups, and the port to a router as an event of its own.
    #[default]
    Event,
}

/// The groups, then, with details, the ports to routers.
fn show_all(cx: &mut Ctx<'_>, r: &mut Request<'_, '_>) -> Done {
    cx.page.out.open_document();
    cx.page.out.open_record();
    cx.page.out.open_array("mdb", "");
    r.filter.part = Part::Entries;
    r.list(cx, "", print)?;
    cx.page.out.close_list();
    cx.page.out.open_object("router");
    r.filter.part = Part::Routers;
    r.list(cx, "", print)?;
    cx.page.out.close_object();
    cx.page.out.close_object();
    Ok(())
}

/// Prints the groups of a message, or its ports to routers.
pub fn print(page: &mut Page<'_>, m: &Message<'_>, filter: &Filter) {
    let (_, attrs) = m.split::<BRMSG_LEN>();
    let bridge = page.names.ifname(index_of(m));
    let bridge = bridge.as_bytes();
    for attr in attrs {
        match (attr.ty, filter.part) {
            (mdba::MDB, Part::Entries | Part::Event) => {
                for entry in attr.nest() {
                    for info in entry.nest() {
                        group(page, m, info.payload, bridge, filter.vid);
                    }
                }
            }
            (mdba::ROUTER, Part::Event) => {
                open(&mut page.out, m);
                port(page, "port|router port dev %", attr.nest().next().map_or(&[], |a| a.payload));
                page.out.str("master| master %", bridge);
                page.out.line();
                page.out.close_object();
            }
            (mdba::ROUTER, Part::Routers) if page.opts.details > 0 => {
                page.out.str("|router ports on %: ", bridge);
                page.out.open_list(bridge);
                for port in attr.nest() {
                    routing(page, port.payload);
                }
                page.out.close_list();
                page.out.text(if page.opts.stats > 0 || !page.out.mode.oneline { "\n" } else { "\\" });
            }
            _ => {}
        }
    }
}

/// Prints the name of the port whose ifindex `payload` begins with; gives the rest.
#[inline(never)]
fn port<'a>(page: &mut Page<'_>, label: &str, payload: &'a [u8]) -> &'a [u8] {
    let mut r = Reader::new(payload);
    let name = page.names.ifname(r.u32().unwrap_or(0));
    put(&mut page.out, label, name.as_bytes());
    r.rest()
}

/// A port to a router: its ifindex, then attributes.
#[inline(never)]
fn routing(page: &mut Page<'_>, payload: &[u8]) {
    page.out.open_record();
    let a = Attrs::new(port(page, "port|% ", payload));
    if page.opts.stats > 0 {
        timer(&mut page.out, "timer|%", a.raw(router::TIMER.ty()), 7);
        pick(page, &router::SET, &a, &[2]);
    }
    page.out.close_object();
}

/// Hundredths of a second as seconds in `width` columns, a string in JSON too.
#[inline(never)]
fn timer(out: &mut Out<'_>, label: &str, payload: Option<&[u8]>, width: usize) {
    let digits = num::centis(Int::U32.read(payload.unwrap_or(&[])).unwrap_or(0));
    let digits = digits.as_bytes();
    let mut text: heapless::Vec<u8, 96> = heapless::Vec::new();
    let _ = text.resize(width.saturating_sub(digits.len()), b' ');
    let _ = text.extend_from_slice(digits);
    put(out, label, &text);
}

/// One group of a port.
#[inline(never)]
fn group(page: &mut Page<'_>, m: &Message<'_>, payload: &[u8], bridge: &[u8], vid: u16) {
    let Ok((entry, rest)) = Entry::read_from_prefix(payload) else { return };
    if vid != 0 && vid != entry.vid {
        return;
    }
    let a = Attrs::new(rest);
    open(&mut page.out, m);
    page.out.num("index|", index_of(m).into());
    page.out.style(Style::IfName).str("dev|dev %", bridge);
    port(page, "port| port %", payload);
    let mut text = heapless::Vec::new();
    let style = place(None, entry.group(), &mut text);
    page.out.style(style).str("grp| grp %", &text);
    pick(page, &eattr::SET, &a, &[4]);
    page.out.str("state| %", STATES.name(u64::from(entry.state & 1)).unwrap_or("").as_bytes());
    if page.opts.details > 0 {
        pick(page, &eattr::SET, &a, &[3]);
        if a.has(eattr::SRC_LIST) {
            sources(&mut page.out, a.nest(eattr::SRC_LIST));
        }
        if let Some(proto) = a.get(eattr::RTPROT) {
            put_named(page, "protocol| proto % ", &PROTOCOLS, proto.into());
        }
    }
    bits(&mut page.out, "-| %", &FLAGS, entry.flags.into());
    if entry.vid != 0 {
        put_num(&mut page.out, "vid| vid %", entry.vid.into());
    }
    show::show(&eattr::SET, a.bytes(), &mut page.out, &mut page.names);
    let left = a.raw(eattr::TIMER.ty());
    if page.opts.stats > 0 && left.is_some() {
        timer(&mut page.out, "timer| %", left, 7);
    }
    page.out.line();
    page.out.close_object();
}

/// The sources of a group, each with its timer: `MDBA_MDB_SRCLIST_ENTRY` of address (1) and timer (2).
#[inline(never)]
fn sources(out: &mut Out<'_>, list: Attrs<'_>) {
    out.open_array("source_list", " source_list ");
    let mut label = "address|%";
    for source in list {
        let a = source.nest();
        let Some(ip) = a.raw(1).and_then(Ip::from_bytes) else { continue };
        out.open_record();
        put(out, label, ip::print(&ip).as_bytes());
        timer(out, "timer|/%", a.raw(2), 0);
        out.close_object();
        label = "address|,%";
    }
    out.close_list();
}
