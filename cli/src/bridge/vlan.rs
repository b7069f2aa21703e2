//! `bridge vlan`: the VLANs of ports, their options and tunnels; `bridge mst`: states of spanning trees.

use super::{Table, bits, device, device_if, head, marks, range, vid_if, vids};
use crate::grammar::{Arg, Grammar, Object, Slots, To, Verb, fill, read};
use crate::ip::value::{keep, slot};
use crate::report::Done;
use crate::words::Line;
use crate::{Ctx, Page};
use nlbox_core::bytes::Reader;
use nlbox_core::names;
use nlbox_core::rt::brvlan::{
    BRMSG_LEN, FLAGS, INDEX_AT, STATS_LEN, entry, global, info, mst, spec, tunnel, vlandb,
};
use nlbox_core::rt::link::{IFINFO_LEN, ifla, rtext_filter};
use nlbox_core::rt::rtm;
use nlbox_core::spec::show;
use nlbox_core::text::num;
use nlbox_core::text::out::Out;
use nlbox_core::wire::attr::{Attr, Attrs, NLA_F_NESTED};
use nlbox_core::wire::build::Build;
use nlbox_core::wire::header::Message;
use nlbox_core::wire::key::Key;

/// `bridge vlan`.
pub static OBJECT: Object = Object {
    name: "vlan",
    about: "VLANs of ports",
    verbs: &[
        Verb { word: "a[dd]", run: |cx, l| change(cx, l, rtm::SETLINK), grammar: Some(&CHANGE) },
        Verb { word: "d[elete]", run: |cx, l| change(cx, l, rtm::DELLINK), grammar: Some(&CHANGE) },
        Verb { word: "s[how]|lst|l[ist]", run: list, grammar: Some(&SHOW) },
        Verb { word: "t[unnelshow]", run: tunnels, grammar: Some(&SHOW) },
        Verb { word: "set", run: |cx, l| set(cx, l, vlandb::ENTRY, &SET), grammar: Some(&SET) },
        Verb { word: "global", run: |cx, l| GLOBAL.run(cx, l), grammar: None },
    ],
    default: list,
};

static GLOBAL: Object = Object {
    name: "vlan global",
    about: "",
    verbs: &[
        Verb { word: "s[how]|lst|l[ist]", run: globals, grammar: Some(&SHOW) },
        Verb {
            word: "set",
            run: |cx, l| set(cx, l, vlandb::GLOBAL_OPTIONS, &GLOBAL_SET),
            grammar: Some(&GLOBAL_SET),
        },
    ],
    default: globals,
};

/// `bridge mst`.
pub static MST: Object = Object {
    name: "mst",
    about: "states of ports in multiple spanning trees",
    verbs: &[
        Verb { word: "set", run: set_tree, grammar: Some(&TREE) },
        Verb { word: "s[how]|lst|l[ist]", run: trees, grammar: Some(&DEVICE) },
    ],
    default: trees,
};

const DEV: u8 = 16;
const VID: u8 = 17;
const TUNNEL: u8 = 18;
// As the flags of a VLAN are bits.
const PVID: u8 = 1;
const UNTAGGED: u8 = 2;
/// As `BRIDGE_FLAGS_MASTER` (1) and `BRIDGE_FLAGS_SELF` (2) are bits, eight further.
const MASTER: u8 = 8;
const SELF: u8 = 9;

const DEV_ARG: Arg = Arg::new("dev", To::Slot(DEV));
const VID_ARG: Arg = Arg::new("vid", To::Slot(VID));

static DEVICE: Grammar =
    Grammar { set: &entry::SET, args: crate::args![DEV_ARG.once()], bare: None, usage: "" };

static SHOW: Grammar =
    Grammar { set: &entry::SET, args: crate::args![DEV_ARG.once(), VID_ARG.once()], bare: None, usage: "" };

static CHANGE: Grammar = Grammar {
    set: &entry::SET,
    args: crate::args![
        DEV_ARG,
        VID_ARG,
        Arg::new("self", To::Mark(SELF)),
        Arg::new("master", To::Mark(MASTER)),
        Arg::new("pvid", To::Mark(PVID)),
        Arg::new("untagged", To::Mark(UNTAGGED)),
        Arg::new("tunnel_info", To::Call(tunnel_info, "id N[-N]")),
    ],
    bare: None,
    usage: "",
};

static SET: Grammar = Grammar {
    set: &entry::SET,
    args: crate::args![
        DEV_ARG,
        VID_ARG,
        Arg::new("state", To::Attr(entry::STATE.ty())).bad("invalid STP state\n"),
        Arg::new("mcast_router", To::Attr(entry::MCAST_ROUTER.ty())).bad(INVALID),
        Arg::new("mcast_max_groups", To::Attr(entry::MCAST_MAX_GROUPS.ty())).bad(INVALID),
        Arg::new("neigh_suppress", To::Attr(entry::NEIGH_SUPPRESS.ty())),
    ],
    bare: None,
    usage: "",
};
const INVALID: &str = "invalid %";

static OPTION: Arg = Arg::new("", To::Call(option, ""));

static GLOBAL_SET: Grammar = Grammar {
    set: &global::SET,
    args: crate::args![DEV_ARG, VID_ARG],
    bare: Some(&OPTION),
    usage: "OPTION VALUE... (those that bridge vlan global shows, and msti)",
};

static TREE: Grammar = Grammar {
    set: &mst::SET,
    args: crate::args![
        DEV_ARG,
        Arg::new("msti", To::Attr(mst::MSTI.ty())).bad("invalid msti\n"),
        Arg::new("state", To::Attr(mst::STATE.ty())).bad("invalid STP state\n"),
    ],
    bare: None,
    usage: "",
};

names! {
    static COUNTERS = 0 "rx_bytes|RX: % bytes ", 1 "rx_packets|% packets", 2 "tx_bytes|TX: % bytes ", 3 "tx_packets|% packets";
}

/// Which records are shown: of this port and with this VLAN among them; 0 for all.
#[derive(Clone, Copy, Default)]
pub struct Filter {
    index: u32,
    vid: u16,
}

impl Filter {
    fn read(&mut self, cx: &mut Ctx<'_>, line: &mut Line<'_>, m: &mut Build<'_>) -> Done {
        let slots = read(cx, line, &SHOW, m)?;
        self.index = device_if(cx, slot(&slots, DEV), "")?;
        self.vid = vid_if(cx, slot(&slots, VID))?;
        Ok(())
    }

    fn passes(self, index: u32) -> bool {
        self.index == 0 || self.index == index
    }

    fn has(self, first: u16, last: u16) -> bool {
        self.vid == 0 || (first..=last).contains(&self.vid)
    }
}

/// The index in the fixed header of a message.
fn index_of(m: &Message<'_>) -> u32 {
    let mut r = Reader::new(m.payload);
    r.skip_up_to(INDEX_AT);
    r.u32().unwrap_or(0)
}

/// Prints `first` and, where it is another, `last`; gives how many bytes of text that were.
pub fn span(out: &mut Out<'_>, key: &str, end: &str, first: u32, last: u32) -> usize {
    let mut len = num::dec(first.into()).as_bytes().len();
    out.num(key, "%", first.into());
    if last > first {
        out.num(end, "-%", last.into());
        len = len.saturating_add(num::dec(last.into()).as_bytes().len()).saturating_add(1);
    }
    len
}

fn flags(out: &mut Out<'_>, flags: u16) {
    if flags != 0 {
        bits(out, " %", &FLAGS, flags.into());
    }
}

/// Two lines of counters.
fn counters(out: &mut Out<'_>, values: &mut dyn FnMut(u16) -> Option<u64>) {
    for (n, label) in COUNTERS.iter() {
        if n & 1 == 0 {
            out.spaces(20);
        }
        let v = values(u16::try_from(n).unwrap_or(0)).unwrap_or(0);
        let (key, pattern) = nlbox_core::text::cut(label, b'|');
        out.num(key, pattern.unwrap_or(""), v);
        if n & 1 != 0 {
            out.line();
        }
    }
}

/// `bridge vlan [show]`.
fn list(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    match (cx.page.opts.details, cx.page.opts.stats) {
        (0, 0) => links(cx, line, false),
        (0, _) => statistics(cx, line),
        (_, stats) => options(cx, line, u32::from(stats > 0)),
    }
}

fn tunnels(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    if cx.page.opts.stats > 0 { statistics(cx, line) } else { links(cx, line, true) }
}

fn globals(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    options(cx, line, 2)
}

/// Ports and what their links say of VLANs, or of tunnels.
fn links(cx: &mut Ctx<'_>, line: &mut Line<'_>, tunnels: bool) -> Done {
    let mut tx = [0; 64];
    let mut m = Build::new(&mut tx, rtm::GETLINK, 0, head(IFINFO_LEN));
    let mut filter = Filter::default();
    filter.read(cx, line, &mut m)?;
    let ranges = cx.page.opts.compress && !tunnels;
    m.put(ifla::EXT_MASK, if ranges { rtext_filter::BRVLAN_COMPRESSED } else { rtext_filter::BRVLAN });
    cx.page.out.text(if tunnels { "port              vlan-id    tunnel-id\n" } else { HEADER });
    crate::dump::dump(cx, &mut m, &mut |page, m| {
        if filter.passes(index_of(m)) {
            link(page, m, filter, tunnels);
        }
        Ok(())
    })
}

const HEADER: &str = "port              vlan-id  \n";

fn link(page: &mut Page<'_>, m: &Message<'_>, filter: Filter, tunnels: bool) {
    let (_, a) = m.split::<IFINFO_LEN>();
    let mut table = Table::new(if tunnels { "tunnels" } else { "vlans" });
    let wanted = if tunnels { spec::VLAN_TUNNEL_INFO.ty() } else { spec::VLAN_INFO.ty() };
    let mut begun = (0, 0);
    for attr in a.nest(ifla::AF_SPEC).filter(|attr| attr.ty == wanted) {
        let mut r = Reader::new(attr.payload);
        let mut of = (r.u16().unwrap_or(0), r.u16().unwrap_or(0), 0);
        if tunnels {
            let a = attr.nest();
            let number = |key| a.get(key).unwrap_or(0);
            of = (number(tunnel::FLAGS), number(tunnel::VID), a.get(tunnel::ID).unwrap_or(0));
        }
        let (bits, vid, id) = of;
        if bits & info::RANGE_BEGIN != 0 {
            begun = (vid, id);
            continue;
        }
        let first = if bits & info::RANGE_END != 0 { begun } else { (vid, id) };
        if !filter.has(first.0, vid) {
            continue;
        }
        table.record(page, index_of(m));
        let out = &mut page.out;
        let len = span(out, "vlan", "vlanEnd", first.0.into(), vid.into());
        if tunnels {
            out.spaces(11_usize.saturating_sub(len));
            span(out, "tunid", "tunidEnd", first.1, id);
        } else {
            flags(out, bits);
        }
        out.line();
        out.close_object();
    }
    table.end(&mut page.out);
}

/// The counters of VLANs: first of bridges (`IFLA_STATS_LINK_XSTATS`), then of ports (`…_SLAVE`).
fn statistics(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let mut filter = Filter::default();
    filter.read(cx, line, &mut Build::new(&mut [0; 64], 0, 0, &[]))?;
    cx.page.out.text("port              vlan-id\n");
    for nest in [2_u16, 3] {
        let mut tx = [0; 64];
        let mut m = Build::new(&mut tx, rtm::GETSTATS, 0, &[0; STATS_LEN]);
        m.head(8, &1_u32.wrapping_shl(u32::from(nest).wrapping_sub(1)).to_ne_bytes());
        crate::dump::dump(cx, &mut m, &mut |page, m| {
            let (_, a) = m.split::<STATS_LEN>();
            // Both hold LINK_XSTATS_TYPE_BRIDGE (1), and that BRIDGE_XSTATS_VLAN (1).
            let of = a.nest(Key::<()>::new(nest)).nest(Key::<()>::new(1));
            if filter.passes(index_of(m)) {
                counted(page, index_of(m), of, filter);
            }
            Ok(())
        })?;
    }
    Ok(())
}

fn counted(page: &mut Page<'_>, index: u32, of: Attrs<'_>, filter: Filter) {
    let mut table = Table::new("vlans");
    for attr in of.filter(|attr| attr.ty == 1) {
        // struct bridge_vlan_xstats: four counters, VLAN, flags.
        let mut r = Reader::new(attr.payload);
        r.skip_up_to(32);
        let (vid, bits) = (r.u16().unwrap_or(0), r.u16().unwrap_or(0));
        // A bridge also counts for the VLANs that only its ports are in.
        let foreign = bits & (info::MASTER | info::BRENTRY) == info::MASTER;
        if foreign || !filter.has(vid, vid) {
            continue;
        }
        table.record(page, index);
        let out = &mut page.out;
        out.num("vid", "%", vid.into());
        flags(out, bits);
        out.line();
        let mut r = Reader::new(attr.payload);
        counters(out, &mut |_| r.u64());
        out.close_object();
    }
    table.end(&mut page.out);
}

/// Options of VLANs; `what` is `BRIDGE_VLANDB_DUMPF_*`: 1 with statistics, 2 of bridges.
fn options(cx: &mut Ctx<'_>, line: &mut Line<'_>, what: u32) -> Done {
    let mut tx = [0; 64];
    let mut m = Build::new(&mut tx, rtm::GETVLAN, 0, head(BRMSG_LEN));
    let mut filter = Filter::default();
    filter.read(cx, line, &mut m)?;
    // BRIDGE_VLANDB_DUMP_FLAGS.
    m.put(Key::<u32>::new(1), what);
    cx.page.out.text(HEADER);
    crate::dump::dump(cx, &mut m, &mut |page, m| {
        print(page, m, filter);
        Ok(())
    })
}

/// Prints the VLANs of a message and their options.
pub fn print(page: &mut Page<'_>, m: &Message<'_>, filter: Filter) {
    let index = index_of(m);
    if !filter.passes(index) {
        return;
    }
    let (_, attrs) = m.split::<BRMSG_LEN>();
    let mut table = Table { deleted: m.ty == rtm::DELVLAN, ..Table::new("vlans") };
    for attr in attrs {
        let a = attr.nest();
        let (set, bits, first) = match attr.ty {
            vlandb::ENTRY => {
                let mut r = Reader::new(a.get(entry::INFO).unwrap_or(&[]));
                (&entry::SET, r.u16().unwrap_or(0), r.u16().unwrap_or(0))
            }
            vlandb::GLOBAL_OPTIONS => (&global::SET, 0, a.get(global::ID).unwrap_or(0)),
            _ => continue,
        };
        let last = a.get(entry::RANGE).unwrap_or(first);
        if !filter.has(first, last) {
            continue;
        }
        table.record(page, index);
        let out = &mut page.out;
        span(out, "vlan", "vlanEnd", first.into(), last.into());
        flags(out, bits);
        out.line();
        out.spaces(20);
        show::show(set, a, out, &mut page.names);
        out.line();
        let stats = a.nest(entry::STATS);
        if attr.ty == vlandb::ENTRY && a.has(entry::STATS) {
            counters(out, &mut |n| stats.get(Key::<u64>::new(n.saturating_add(1))));
        }
        out.close_object();
    }
    table.end(&mut page.out);
}

fn tunnel_info<'l>(cx: &mut Ctx<'_>, line: &mut Line<'l>, _: &mut Build<'_>, slots: &mut Slots<'l>) -> Done {
    let word = line.value(&mut cx.err)?;
    if word != b"id" {
        return Err(cx.err.invalid(word, b"", "tunnel id expected"));
    }
    let id = line.value(&mut cx.err)?;
    keep(slots, TUNNEL, id);
    Ok(())
}

/// `bridge vlan add` and `delete`.
fn change(cx: &mut Ctx<'_>, line: &mut Line<'_>, ty: u16) -> Done {
    let mut tx = [0; 256];
    let mut m = Build::new(&mut tx, ty, 0, head(IFINFO_LEN));
    let slots = read(cx, line, &CHANGE, &mut m)?;
    let (dev, (first, last)) = target(cx, &slots, "bridge ")?;
    m.head(INDEX_AT, &dev.to_ne_bytes());
    let marks = u16::try_from(marks(&slots) & 0xffff).unwrap_or(0);
    if first != last && marks & info::PVID != 0 {
        return Err(cx.err.usage(&[b"pvid cannot be configured for a vlan range"]));
    }
    let ids = match slot(&slots, TUNNEL) {
        None => None,
        Some(word) => {
            let ids = range(word).filter(|(_, last)| *last < 0x100_0000);
            Some(ids.ok_or_else(|| cx.err.invalid(word, b"", "invalid tun id"))?)
        }
    };
    let mut nest = m.nest_plain(ifla::AF_SPEC.ty());
    let owner = marks.wrapping_shr(8) & 3;
    if owner != 0 {
        nest.put(spec::FLAGS, owner);
    }
    let ranged = first != last;
    for (vid, end) in [(first, false), (last, true)] {
        let part = match (ranged, end) {
            (false, true) => break,
            (false, _) => 0,
            (_, false) => info::RANGE_BEGIN,
            (..) => info::RANGE_END,
        };
        match ids {
            Some((first, last)) => {
                let mut of = nest.nest_plain(spec::VLAN_TUNNEL_INFO.ty());
                of.put(tunnel::ID, if end { last } else { first });
                of.put(tunnel::VID, vid);
                of.put(tunnel::FLAGS, part);
            }
            None => nest.raw(spec::VLAN_INFO.ty(), pair(part | marks & 6, vid).as_slice()),
        }
    }
    drop(nest);
    crate::ip::send(cx, &mut m)
}

/// `struct bridge_vlan_info`.
fn pair(flags: u16, vid: u16) -> [u8; 4] {
    let ([a, b], [c, d]) = (flags.to_ne_bytes(), vid.to_ne_bytes());
    [a, b, c, d]
}

/// The port and the VLANs that a change is about.
fn target(cx: &mut Ctx<'_>, slots: &Slots<'_>, what: &str) -> Result<(u32, (u16, u16)), crate::report::Fail> {
    let (Some(dev), Some(vid)) = (slot(slots, DEV), slot(slots, VID)) else {
        return Err(cx.err.usage(&[b"Device and VLAN ID are required arguments."]));
    };
    let vids = vids(cx, vid)?;
    Ok((device(cx, dev, what)?, vids))
}

/// An option of `bridge vlan global set`, by its row.
fn option<'l>(cx: &mut Ctx<'_>, line: &mut Line<'l>, m: &mut Build<'_>, _: &mut Slots<'l>) -> Done {
    let word = line.value(&mut cx.err)?;
    let row = global::SET
        .iter()
        .find(|r| r.keyword().as_bytes() == word && !r.flags.has(nlbox_core::spec::RowFlags::READ));
    let Some(row) = row else { return Err(cx.err.usage(&[b"Error: unknown word \"%\"", word])) };
    let value = line.value(&mut cx.err)?;
    nlbox_core::spec::put::put(&row, m, value, &mut cx.page.names)
        .map_err(|_| cx.err.invalid(value, word, INVALID))
}

/// `bridge vlan set`, and `global set`: the options in a nest of number `ty`.
fn set(cx: &mut Ctx<'_>, line: &mut Line<'_>, ty: u16, grammar: &Grammar) -> Done {
    let mut tx = [0; 512];
    let mut m = Build::new(&mut tx, rtm::NEWVLAN, 0, head(BRMSG_LEN));
    let at = m.open(ty | NLA_F_NESTED);
    let mut slots = [None; crate::grammar::SLOTS];
    fill(cx, line, grammar, &mut m, &mut slots)?;
    let (dev, (first, last)) = target(cx, &slots, "network ")?;
    m.head(INDEX_AT, &dev.to_ne_bytes());
    if ty == vlandb::ENTRY {
        m.put(entry::INFO, &pair(info::ONLY_OPTS, first));
    } else {
        m.put(global::ID, first);
    }
    if last != first {
        m.put(entry::RANGE, last);
    }
    m.close(at);
    crate::ip::send(cx, &mut m)
}

/// `bridge mst [show]`.
fn trees(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let mut tx = [0; 64];
    let mut m = Build::new(&mut tx, rtm::GETLINK, 0, head(IFINFO_LEN));
    let slots = read(cx, line, &DEVICE, &mut m)?;
    let filter = Filter { index: device_if(cx, slot(&slots, DEV), "")?, vid: 0 };
    m.put(ifla::EXT_MASK, rtext_filter::MST);
    cx.page.out.text("port              msti\n");
    crate::dump::dump(cx, &mut m, &mut |page, m| {
        let (_, a) = m.split::<IFINFO_LEN>();
        let mut table = Table::new("mst");
        let entries = a.nest(ifla::AF_SPEC).nest(spec::MST);
        for attr in entries.filter(|_| filter.passes(index_of(m))) {
            tree(page, &mut table, index_of(m), &attr);
        }
        table.end(&mut page.out);
        Ok(())
    })
}

fn tree(page: &mut Page<'_>, table: &mut Table, index: u32, attr: &Attr<'_>) {
    table.record(page, index);
    let out = &mut page.out;
    out.num("msti", "%", attr.nest().get(mst::MSTI).unwrap_or(0).into());
    out.line();
    out.spaces(20);
    super::pick(page, &mst::SET, attr.nest(), &[2]);
    page.out.line();
    page.out.close_object();
}

/// `bridge mst set`.
fn set_tree(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let mut tx = [0; 128];
    let mut m = Build::new(&mut tx, rtm::SETLINK, 0, head(IFINFO_LEN));
    // IFLA_BRIDGE_MST_ENTRY is 1.
    let nests = [ifla::AF_SPEC.ty(), spec::MST.ty(), 1].map(|ty| m.open(ty | NLA_F_NESTED));
    let slots = read(cx, line, &TREE, &mut m)?;
    let [.., inner] = nests;
    m.enter(inner);
    let Some(dev) = slot(&slots, DEV).filter(|_| !m.lacks(mst::MSTI.ty()) && !m.lacks(mst::STATE.ty()))
    else {
        return Err(cx.err.usage(&[b"Device, MSTI and state are required arguments."]));
    };
    for at in nests.into_iter().rev() {
        m.close(at);
    }
    let index = device(cx, dev, "bridge ")?;
    m.head(INDEX_AT, &index.to_ne_bytes());
    crate::ip::send(cx, &mut m)
}
