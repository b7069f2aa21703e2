//! `bridge mdb`: which multicast groups are behind which port.

use super::{Command, DEV, DEV_ARG, Filter, Request, VID_ARG, bits, device, index_of, one, pick, run};
use crate::grammar::{Arg, Grammar, Object, To, Verb};
use crate::ip::value::{halves, place, put_named};
use crate::report::Done;
use crate::words::Line;
use crate::{Ctx, Page};
use nlbox_core::bytes::Reader;
use nlbox_core::rt::brvlan::BRMSG_LEN;
use nlbox_core::rt::mdb::{ENTRY_LEN, Entry, FLAGS, STATES, eattr, mdba, mdbe, router};
use nlbox_core::rt::names::PROTOCOLS;
use nlbox_core::rt::rtm;
use nlbox_core::spec::{Resolve, show};
use nlbox_core::text::ip::{self, Ip};
use nlbox_core::text::out::{Out, Style};
use nlbox_core::text::{mac, num};
use nlbox_core::wire::attr::{Attr, Attrs, NLA_F_NESTED};
use nlbox_core::wire::header::{Message, nlm};
use zerocopy::{FromBytes, IntoBytes};

/// `bridge mdb`.
pub static OBJECT: Object = Object {
    name: "mdb",
    about: "multicast groups",
    verbs: &[
        Verb { word: "a[dd]", run: |cx, l| run(cx, l, &ADD), grammar: Some(&ENTRY) },
        Verb { word: "r[eplace]", run: |cx, l| run(cx, l, &REPLACE), grammar: Some(&ENTRY) },
        Verb { word: "d[elete]", run: |cx, l| run(cx, l, &DELETE), grammar: Some(&ENTRY) },
        Verb { word: "s[how]|lst|l[ist]", run: list, grammar: Some(&SHOW) },
        Verb { word: "g[et]", run: |cx, l| run(cx, l, &GET_COMMAND), grammar: Some(&GET) },
        Verb { word: "f[lush]", run: |cx, l| run(cx, l, &FLUSH_COMMAND), grammar: Some(&FLUSH) },
    ],
    default: list,
};

static ADD: Command = Command {
    ty: rtm::NEWMDB,
    flags: nlm::CREATE | nlm::EXCL,
    len: BRMSG_LEN,
    grammar: &ENTRY,
    // What the words say of the entry stands behind it; the kernel does not mind the order.
    nest: mdba::SET_ENTRY_ATTRS,
    need: 1 << DEV | 1 << PORT | 1 << GRP,
    missing: "Device, group address and port name are required arguments.",
    what: "",
    then: modify,
};
static REPLACE: Command = Command { flags: nlm::CREATE | nlm::REPLACE, ..ADD };
static DELETE: Command = Command { ty: rtm::DELMDB, flags: 0, ..ADD };
static GET_COMMAND: Command = Command {
    ty: rtm::GETMDB,
    flags: 0,
    grammar: &GET,
    need: 1 << DEV | 1 << GRP,
    missing: "Device and group address are required arguments.",
    ..ADD
};
static FLUSH_COMMAND: Command = Command {
    ty: rtm::DELMDB,
    flags: nlm::BULK,
    grammar: &FLUSH,
    need: 1 << DEV,
    missing: "Device is a required argument.",
    ..ADD
};
static LIST: Command =
    Command { ty: rtm::GETMDB, flags: 0, grammar: &SHOW, nest: 0, need: 0, then: show_all, ..ADD };

fn list(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    run(cx, line, &LIST)
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

static SHOW: Grammar =
    Grammar { set: &mdbe::SET, args: crate::args![DEV_ARG.once(), VID_ARG.once()], bare: None, usage: "" };

static ENTRY: Grammar = Grammar {
    set: &mdbe::SET,
    args: crate::args![
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
    bare: None,
    usage: "",
};

static GET: Grammar = Grammar {
    set: &mdbe::SET,
    args: crate::args![
        DEV_ARG,
        Arg::new("grp", To::Slot(GRP)),
        VID_ARG,
        Arg::new("src", To::Slot(SRC)),
        SRC_VNI,
    ],
    bare: None,
    usage: "",
};

static FLUSH: Grammar = Grammar {
    set: &mdbe::SET,
    args: crate::args![
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
    bare: None,
    usage: "",
};

/// Reads the address that `word` spells, IPv4, IPv6 or of the link layer, and gives its bytes to `put`.
fn spelled(cx: &mut Ctx<'_>, word: &[u8], what: &[u8], put: &mut dyn FnMut(&[u8])) -> Done {
    let mut bytes = [0; 32];
    match (ip::parse(word), mac::parse(word, &mut bytes), bytes.first_chunk::<6>()) {
        (Some(ip), ..) => put(ip.bytes()),
        (None, Some(6), Some(bytes)) => put(bytes),
        _ => return Err(cx.err.usage(&[b"Invalid %address \"%\"", what, word])),
    }
    Ok(())
}

/// `add`, `replace`, `delete`, `get` and `flush`.
fn modify(cx: &mut Ctx<'_>, r: &mut Request<'_, '_>) -> Done {
    let flush = r.m.flags() & nlm::BULK != 0 && r.m.ty() == rtm::DELMDB;
    let mut entry = Entry { state: r.has(PERMANENT).into(), ..Entry::default() };
    entry.index = device(cx, r.slot(PORT), "")?;
    (entry.vid, _) = r.vids;
    if let Some(word) = r.slot(GRP) {
        spelled(cx, word, b"", &mut |b| entry.set_group(b))?;
    }
    if let Some(word) = r.slot(SRC) {
        spelled(cx, word, b"source ", &mut |b| r.m.put(mdbe::SOURCE, b))?;
    }
    if let Some(word) = r.slot(DST) {
        spelled(cx, word, b"destination ", &mut |b| r.m.put(mdbe::DST, b))?;
    }
    if let Some(mut list) = r.slot(SOURCES) {
        let nest = r.m.open(mdbe::SRC_LIST.ty() | NLA_F_NESTED);
        while !list.is_empty() {
            let (word, rest) = halves(list, b',');
            // MDBE_SRC_LIST_ENTRY holds MDBE_SRCATTR_ADDRESS; both are 1.
            let source = r.m.open(1 | NLA_F_NESTED);
            spelled(cx, word, b"source ", &mut |b| r.m.raw(1, b))?;
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
    cx.page.out.open_object("");
    cx.page.out.open_array("mdb", "");
    r.filter.part = Part::Entries;
    // What a failure leaves open is closed as objects.
    let done = r.list(cx, "", print);
    cx.page.out.close_array("");
    done?;
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
    let index = index_of(m);
    let bridge = page.names.ifname(index);
    for attr in attrs {
        match (attr.ty, filter.part) {
            (mdba::MDB, Part::Entries | Part::Event) => {
                for info in attr.nest().flat_map(|entry| entry.nest()) {
                    group(page, m, &info, index, filter.vid);
                }
            }
            (mdba::ROUTER, Part::Event) => {
                let port = attr.nest().next().and_then(|a| Reader::new(a.payload).u32()).unwrap_or(0);
                let name = page.names.ifname(port);
                page.out.open_object("");
                deleted(&mut page.out, m);
                page.out.str("port", "router port dev %", name.as_bytes());
                page.out.str("master", " master %", bridge.as_bytes());
                page.out.line();
                page.out.close_object();
            }
            (mdba::ROUTER, Part::Routers) if page.opts.details > 0 => {
                page.out.str("", "router ports on %: ", bridge.as_bytes());
                page.out.open_array(core::str::from_utf8(bridge.as_bytes()).unwrap_or(""), "");
                for port in attr.nest() {
                    routing(page, &port);
                }
                page.out.close_array("");
                page.out.text(if page.opts.stats > 0 || !page.out.mode.oneline { "\n" } else { "\\" });
            }
            _ => {}
        }
    }
}

fn deleted(out: &mut Out<'_>, m: &Message<'_>) {
    if m.ty == rtm::DELMDB {
        out.is("deleted", "Deleted ");
    }
}

/// A port to a router: its ifindex, then attributes.
fn routing(page: &mut Page<'_>, port: &Attr<'_>) {
    let mut r = Reader::new(port.payload);
    let name = page.names.ifname(r.u32().unwrap_or(0));
    let a = Attrs::new(r.rest());
    page.out.open_object("");
    page.out.str("port", "% ", name.as_bytes());
    if page.opts.stats > 0 {
        timer(&mut page.out, "%", a.get(router::TIMER));
        pick(page, &router::SET, a, &[2]);
    }
    page.out.close_object();
}

/// Seconds in seven columns, a string in JSON too.
fn timer(out: &mut Out<'_>, pattern: &str, hundredths: Option<u32>) {
    let digits = num::centis(hundredths.unwrap_or(0).into());
    let mut text: heapless::Vec<u8, 96> = heapless::Vec::new();
    while text.len().saturating_add(digits.as_bytes().len()) < 7 {
        let _ = text.push(b' ');
    }
    let _ = text.extend_from_slice(digits.as_bytes());
    out.str("timer", pattern, &text);
}

/// One group of a port.
fn group(page: &mut Page<'_>, m: &Message<'_>, info: &Attr<'_>, index: u32, vid: u16) {
    let Ok((entry, _)) = Entry::read_from_prefix(info.payload) else { return };
    if vid != 0 && vid != entry.vid {
        return;
    }
    let a = Attrs::new(info.payload.get(ENTRY_LEN..).unwrap_or(&[]));
    let (details, stats) = (page.opts.details > 0, page.opts.stats > 0);
    let (bridge, port) = (page.names.ifname(index), page.names.ifname(entry.index));
    let out = &mut page.out;
    out.open_object("");
    deleted(out, m);
    out.num("index", "", index.into());
    out.style(Style::IfName).str("dev", "dev %", bridge.as_bytes());
    out.str("port", " port %", port.as_bytes());
    let mut text = heapless::Vec::new();
    let style = place(None, entry.group(), &mut text);
    out.style(style).str("grp", " grp %", &text);
    pick(page, &eattr::SET, a, &[4]);
    page.out.str("state", " %", STATES.name(u64::from(entry.state & 1)).unwrap_or("").as_bytes());
    if details {
        pick(page, &eattr::SET, a, &[3]);
        if a.has(eattr::SRC_LIST) {
            sources(&mut page.out, a.nest(eattr::SRC_LIST));
        }
        if let Some(proto) = a.get(eattr::RTPROT) {
            put_named(page, "protocol| proto % ", &PROTOCOLS, proto.into());
        }
    }
    bits(&mut page.out, " %", &FLAGS, entry.flags.into());
    if entry.vid != 0 {
        page.out.num("vid", " vid %", entry.vid.into());
    }
    show::show(&eattr::SET, a, &mut page.out, &mut page.names);
    if stats && a.has(eattr::TIMER) {
        timer(&mut page.out, " %", a.get(eattr::TIMER));
    }
    page.out.line();
    page.out.close_object();
}

/// The sources of a group, each with its timer: `MDBA_MDB_SRCLIST_ENTRY` of address (1) and timer (2).
fn sources(out: &mut Out<'_>, list: Attrs<'_>) {
    out.open_array("source_list", " source_list ");
    let mut pattern = "%";
    for source in list {
        let a = source.nest();
        let Some(ip) = a.raw(1).and_then(Ip::from_bytes) else { continue };
        out.open_object("");
        out.str("address", pattern, ip::print(&ip).as_bytes());
        let timer = num::centis(nlbox_core::spec::Int::U32.read(a.raw(2).unwrap_or(&[])).unwrap_or(0));
        out.str("timer", "/%", timer.as_bytes());
        out.close_object();
        pattern = ",%";
    }
    out.close_array("");
}
