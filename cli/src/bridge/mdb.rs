//! `bridge mdb`: which multicast groups are behind which port.

use super::{bits, device, device_if, head, marks, one, pick, vid_if};
use crate::grammar::{Arg, Grammar, Object, To, Verb, read};
use crate::ip::value::{put_named, slot};
use crate::report::Done;
use crate::words::Line;
use crate::{Ctx, Page};
use nlbox_core::bytes::Reader;
use nlbox_core::rt::brvlan::{BRMSG_LEN, INDEX_AT};
use nlbox_core::rt::mdb::{ENTRY_LEN, Entry, FLAGS, STATES, eattr, mdba, mdbe, router};
use nlbox_core::rt::names::PROTOCOLS;
use nlbox_core::rt::rtm;
use nlbox_core::spec::{Resolve, show};
use nlbox_core::text::ip::{self, Ip};
use nlbox_core::text::out::{Out, Style};
use nlbox_core::text::{mac, num};
use nlbox_core::wire::attr::{Attr, Attrs, NLA_F_NESTED};
use nlbox_core::wire::build::Build;
use nlbox_core::wire::header::{Message, nlm};
use zerocopy::{FromBytes, IntoBytes};

/// `bridge mdb`.
pub static OBJECT: Object = Object {
    name: "mdb",
    about: "multicast groups",
    verbs: &[
        Verb {
            word: "a[dd]",
            run: |cx, l| modify(cx, l, rtm::NEWMDB, nlm::CREATE | nlm::EXCL),
            grammar: Some(&ENTRY),
        },
        Verb {
            word: "r[eplace]",
            run: |cx, l| modify(cx, l, rtm::NEWMDB, nlm::CREATE | nlm::REPLACE),
            grammar: Some(&ENTRY),
        },
        Verb { word: "d[elete]", run: |cx, l| modify(cx, l, rtm::DELMDB, 0), grammar: Some(&ENTRY) },
        Verb { word: "s[how]|lst|l[ist]", run: list, grammar: Some(&SHOW) },
        Verb { word: "g[et]", run: |cx, l| modify(cx, l, rtm::GETMDB, 0), grammar: Some(&GET) },
        Verb { word: "f[lush]", run: |cx, l| modify(cx, l, rtm::DELMDB, nlm::BULK), grammar: Some(&FLUSH) },
    ],
    default: list,
};

const DEV: u8 = 0;
const VID: u8 = 1;
const PORT: u8 = 2;
const GRP: u8 = 3;
const PERMANENT: u8 = 4;
const TEMP: u8 = 5;
const NOPERMANENT: u8 = 6;
const SRC: u8 = 7;
const SOURCES: u8 = 8;
const DST: u8 = 9;

const DEV_ARG: Arg = Arg::new("dev", To::Slot(DEV));
const VID_ARG: Arg = Arg::new("vid", To::Slot(VID));
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

/// Puts the address that `word` spells; `bad` is what is said when it spells none.
fn put_address(cx: &mut Ctx<'_>, m: &mut Build<'_>, ty: u16, word: &[u8], bad: &[u8]) -> Done {
    match ip::parse(word) {
        Some(ip) => m.raw(ty, ip.bytes()),
        None => {
            // A group of the link layer has sources of the link layer.
            let mut bytes = [0; 32];
            match (mac::parse(word, &mut bytes), bytes.first_chunk::<6>()) {
                (Some(6), Some(bytes)) => m.raw(ty, bytes),
                _ => return Err(cx.err.usage(&[b"Invalid %address \"%\"", bad, word])),
            }
        }
    }
    Ok(())
}

/// `bridge mdb add`, `replace`, `delete`, `get` and `flush`.
fn modify(cx: &mut Ctx<'_>, line: &mut Line<'_>, ty: u16, flags: u16) -> Done {
    let mut tx = [0; 1024];
    let mut m = Build::new(&mut tx, ty, flags, head(BRMSG_LEN));
    // What the words say of the entry goes behind it; the entry itself is known last.
    let fixed = m.mark();
    m.raw(mdba::SET_ENTRY, &[0; ENTRY_LEN]);
    let at = m.open(mdba::SET_ENTRY_ATTRS | NLA_F_NESTED);
    let (get, flush) = (ty == rtm::GETMDB, flags == nlm::BULK && ty == rtm::DELMDB);
    let grammar = if get {
        &GET
    } else if flush {
        &FLUSH
    } else {
        &ENTRY
    };
    let slots = read(cx, line, grammar, &mut m)?;
    let (dev, port, grp) = (slot(&slots, DEV), slot(&slots, PORT), slot(&slots, GRP));
    let whole = (port.is_some() || get || flush) && (grp.is_some() || flush);
    let Some(dev) = dev.filter(|_| whole) else {
        let what: &[u8] = match (get, flush) {
            (true, _) => b"Device and group address are required arguments.",
            (_, true) => b"Device is a required argument.",
            _ => b"Device, group address and port name are required arguments.",
        };
        return Err(cx.err.usage(&[what]));
    };
    let marks = marks(&slots);
    let has = |n: u8| marks & 1_u32.wrapping_shl(n.into()) != 0;
    let mut entry = Entry { state: has(PERMANENT).into(), ..Entry::default() };
    let mut list = slot(&slots, SOURCES).unwrap_or(&[]);
    let index = device(cx, dev, "")?;
    m.head(INDEX_AT, &index.to_ne_bytes());
    entry.index = device_if(cx, port, "")?;
    if let Some(word) = grp {
        // Read into the request and taken out again.
        let mark = m.mark();
        put_address(cx, &mut m, 0, word, b"")?;
        entry.set_group(m.written().get(mark.saturating_add(4)..).map_or(&[], |b| {
            let len = usize::from(m.written().get(mark).copied().unwrap_or(0)).saturating_sub(4);
            b.get(..len).unwrap_or(&[])
        }));
        m.undo(mark);
    }
    entry.vid = vid_if(cx, slot(&slots, VID))?;
    for (n, ty, noun) in [(SRC, mdbe::SOURCE.ty(), &b"source "[..]), (DST, mdbe::DST.ty(), b"destination ")] {
        if let Some(word) = slot(&slots, n) {
            put_address(cx, &mut m, ty, word, noun)?;
        }
    }
    if !list.is_empty() {
        let nest = m.open(mdbe::SRC_LIST.ty() | NLA_F_NESTED);
        while !list.is_empty() {
            let (word, rest) = crate::ip::value::halves(list, b',');
            // MDBE_SRC_LIST_ENTRY holds MDBE_SRCATTR_ADDRESS; both are 1.
            let source = m.open(1 | NLA_F_NESTED);
            put_address(cx, &mut m, 1, word, b"source ")?;
            m.close(source);
            list = rest.unwrap_or(&[]);
        }
        m.close(nest);
    }
    if flush && (has(PERMANENT) || has(NOPERMANENT)) {
        m.put(mdbe::STATE_MASK, 1);
    }
    if m.is_empty_since(at) {
        m.undo(at);
    } else {
        m.close(at);
    }
    m.patch(fixed.saturating_add(4), entry.as_bytes());
    if get {
        one(cx, &mut m, |page, m| print(page, m, &Filter::default(), Part::Entries))
    } else {
        crate::ip::send(cx, &mut m)
    }
}

/// Which entries are shown; 0 for all.
#[derive(Default)]
pub struct Filter {
    index: u32,
    vid: u16,
}

/// Which part of a message is printed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The groups.
    Entries,
    /// The ports to routers, a line for all of a bridge.
    Routers,
    /// The groups, and the port to a router as an event of its own.
    Event,
}

/// `bridge mdb [show]`: the groups, then, with details, the ports to routers.
fn list(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let mut tx = [0; 64];
    let mut m = Build::new(&mut tx, rtm::GETMDB, 0, head(BRMSG_LEN));
    let slots = read(cx, line, &SHOW, &mut m)?;
    let filter = Filter { index: device_if(cx, slot(&slots, DEV), "")?, vid: vid_if(cx, slot(&slots, VID))? };
    // Here -o asks for all that there is.
    let o = &mut cx.page.opts;
    if cx.page.out.mode.oneline {
        (o.details, o.stats) = (1, 1);
    }
    cx.page.out.open_document();
    cx.page.out.open_object("");
    for (key, part) in [("mdb", Part::Entries), ("router", Part::Routers)] {
        if part == Part::Entries {
            cx.page.out.open_array(key, "")
        } else {
            cx.page.out.open_object(key)
        }
        crate::dump::dump(cx, &mut m, &mut |page, m| {
            print(page, m, &filter, part);
            Ok(())
        })?;
        if part == Part::Entries { cx.page.out.close_array("") } else { cx.page.out.close_object() }
    }
    cx.page.out.close_object();
    Ok(())
}

/// Prints the groups of a message, or its ports to routers.
pub fn print(page: &mut Page<'_>, m: &Message<'_>, filter: &Filter, part: Part) {
    let (head, attrs) = m.split::<BRMSG_LEN>();
    let index = head.last_chunk::<4>().map_or(0, |b| u32::from_ne_bytes(*b));
    if filter.index != 0 && filter.index != index {
        return;
    }
    let bridge = page.names.ifname(index);
    for attr in attrs {
        match (attr.ty, part) {
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
                super::end_line(&mut page.out);
            }
            (mdba::ROUTER, Part::Routers) if page.opts.details > 0 => {
                page.out.str("", "router ports on %: ", bridge.as_bytes());
                page.out.open_array(core::str::from_utf8(bridge.as_bytes()).unwrap_or(""), "");
                for port in attr.nest() {
                    routing(page, &port);
                }
                page.out.close_array("");
                if !page.out.json() {
                    page.out.bytes(b"\n");
                }
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
        page.out.text(" ");
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
    let style = crate::ip::value::place(entry.group(), &mut text);
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
    super::end_line(&mut page.out);
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
