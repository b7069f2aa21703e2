//! `bridge vlan`: the VLANs of ports, their options and tunnels; `bridge mst`: states of spanning trees.

use super::{Command, DEV, DEV_ARG, Filter, Request, Table, VID, VID_ARG, bits, index_of, range, run};
use crate::grammar::{Arg, Grammar, Object, Slots, To, Verb};
use crate::ip::value::keep;
use crate::report::Done;
use crate::words::Line;
use crate::{Ctx, Page};
use nlbox_core::bytes::Reader;
use nlbox_core::names;
use nlbox_core::rt::brvlan::{BRMSG_LEN, FLAGS, STATS_LEN, entry, global, info, mst, spec, tunnel, vlandb};
use nlbox_core::rt::link::{IFINFO_LEN, ifla, rtext_filter};
use nlbox_core::rt::rtm;
use nlbox_core::spec::{RowFlags, show};
use nlbox_core::text::num;
use nlbox_core::text::out::Out;
use nlbox_core::wire::attr::NLA_F_NESTED;
use nlbox_core::wire::build::Build;
use nlbox_core::wire::header::Message;
use nlbox_core::wire::key::Key;

/// `bridge vlan`.
pub static OBJECT: Object = Object {
    name: "vlan",
    about: "VLANs of ports",
    verbs: &[
        Verb { word: "a[dd]", run: |cx, l| run(cx, l, &ADD), grammar: Some(&CHANGE) },
        Verb { word: "d[elete]", run: |cx, l| run(cx, l, &DELETE), grammar: Some(&CHANGE) },
        Verb { word: "s[how]|lst|l[ist]", run: list, grammar: Some(&SHOW) },
        Verb { word: "t[unnelshow]", run: |cx, l| run(cx, l, &TUNNELS), grammar: Some(&SHOW) },
        Verb { word: "set", run: |cx, l| run(cx, l, &SET_COMMAND), grammar: Some(&SET) },
        Verb { word: "global", run: |cx, l| GLOBAL.run(cx, l), grammar: None },
    ],
    default: list,
};

static GLOBAL: Object = Object {
    name: "vlan global",
    about: "",
    verbs: &[
        Verb { word: "s[how]|lst|l[ist]", run: globals, grammar: Some(&SHOW) },
        Verb { word: "set", run: |cx, l| run(cx, l, &GLOBAL_COMMAND), grammar: Some(&GLOBAL_SET) },
    ],
    default: globals,
};

/// `bridge mst`.
pub static MST: Object = Object {
    name: "mst",
    about: "states of ports in multiple spanning trees",
    verbs: &[
        Verb { word: "set", run: |cx, l| run(cx, l, &TREE_COMMAND), grammar: Some(&TREE) },
        Verb { word: "s[how]|lst|l[ist]", run: trees, grammar: Some(&DEVICE) },
    ],
    default: trees,
};

static ADD: Command = Command {
    ty: rtm::SETLINK,
    flags: 0,
    len: IFINFO_LEN,
    grammar: &CHANGE,
    nest: 0,
    need: 1 << DEV | 1 << VID,
    missing: "Device and VLAN ID are required arguments.",
    what: "bridge ",
    then: change,
};
static DELETE: Command = Command { ty: rtm::DELLINK, ..ADD };
static SET_COMMAND: Command = Command {
    ty: rtm::NEWVLAN,
    len: BRMSG_LEN,
    grammar: &SET,
    nest: vlandb::ENTRY,
    what: "network ",
    then: |cx, r| {
        let (vid, _) = r.vids;
        r.m.put(entry::INFO, &pair(info::ONLY_OPTS, vid));
        set(cx, r)
    },
    ..ADD
};
static GLOBAL_COMMAND: Command = Command {
    grammar: &GLOBAL_SET,
    nest: vlandb::GLOBAL_OPTIONS,
    then: |cx, r| {
        let (vid, _) = r.vids;
        r.m.put(global::ID, vid);
        set(cx, r)
    },
    ..SET_COMMAND
};
static LIST: Command =
    Command { ty: rtm::GETLINK, grammar: &SHOW, need: 0, what: "", then: |cx, r| links(cx, r, false), ..ADD };
static TUNNELS: Command = Command {
    then: |cx, r| if cx.page.opts.stats > 0 { statistics(cx, r) } else { links(cx, r, true) },
    ..LIST
};
static STATISTICS: Command = Command { then: statistics, ..LIST };
static OPTIONS: Command = Command {
    ty: rtm::GETVLAN,
    len: BRMSG_LEN,
    then: |cx, r| {
        let stats = u32::from(cx.page.opts.stats > 0);
        options(cx, r, stats)
    },
    ..LIST
};
static GLOBALS: Command = Command { then: |cx, r| options(cx, r, 2), ..OPTIONS };
static TREES: Command = Command { grammar: &DEVICE, then: all_trees, ..LIST };
static TREE_COMMAND: Command = Command {
    grammar: &TREE,
    // IFLA_BRIDGE_MST_ENTRY.
    nest: 1,
    need: 1 << DEV,
    missing: "Device, MSTI and state are required arguments.",
    then: set_tree,
    ..ADD
};

/// `bridge vlan [show]`.
fn list(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let c = match (cx.page.opts.details, cx.page.opts.stats) {
        (0, 0) => &LIST,
        (0, _) => &STATISTICS,
        _ => &OPTIONS,
    };
    run(cx, line, c)
}

fn globals(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    run(cx, line, &GLOBALS)
}

fn trees(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    run(cx, line, &TREES)
}

const TUNNEL: u8 = 18;
// As the flags of a VLAN are bits.
const PVID: u8 = 1;
const UNTAGGED: u8 = 2;
/// As `BRIDGE_FLAGS_MASTER` (1) and `BRIDGE_FLAGS_SELF` (2) are bits, eight further.
const MASTER: u8 = 8;
const SELF: u8 = 9;

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
    args: crate::args![DEV_ARG, VID_ARG],
    bare: Some(&ENTRY_OPTION),
    usage: "[ state STATE ] [ mcast_router N ] [ mcast_max_groups N ] [ neigh_suppress { on | off } ]",
};
const INVALID: &str = "invalid %";

static ENTRY_OPTION: Arg = Arg::new("", To::Call(entry_option, ""));
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

/// Ports and what their links say of VLANs, or of tunnels.
fn links(cx: &mut Ctx<'_>, r: &mut Request<'_, '_>, tunnels: bool) -> Done {
    let ranges = cx.page.opts.compress && !tunnels;
    r.m.put(ifla::EXT_MASK, if ranges { rtext_filter::BRVLAN_COMPRESSED } else { rtext_filter::BRVLAN });
    if tunnels {
        return r.list(cx, "port              vlan-id    tunnel-id\n", |page, m, f| link(page, m, f, true));
    }
    r.list(cx, HEADER, |page, m, f| link(page, m, f, false))
}

const HEADER: &str = "port              vlan-id  \n";

fn link(page: &mut Page<'_>, m: &Message<'_>, filter: &Filter, tunnels: bool) {
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

/// The counters of VLANs: first of bridges (`IFLA_STATS_LINK_XSTATS`, 2), then of ports (`…_SLAVE`, 3).
fn statistics(cx: &mut Ctx<'_>, r: &mut Request<'_, '_>) -> Done {
    r.m.set_ty(rtm::GETSTATS);
    r.m.shorten(STATS_LEN);
    r.m.head(0, &[0]);
    r.m.head(8, &2_u32.to_ne_bytes());
    r.list(cx, "port              vlan-id\n", counted)?;
    r.m.head(8, &4_u32.to_ne_bytes());
    r.list(cx, "", counted)
}

fn counted(page: &mut Page<'_>, m: &Message<'_>, filter: &Filter) {
    let index = index_of(m);
    let (_, a) = m.split::<STATS_LEN>();
    // Either holds LINK_XSTATS_TYPE_BRIDGE (1), and that BRIDGE_XSTATS_VLAN (1).
    let of = a.flat_map(|a| a.nest().flat_map(|a| a.nest()));
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
fn options(cx: &mut Ctx<'_>, r: &mut Request<'_, '_>, what: u32) -> Done {
    // BRIDGE_VLANDB_DUMP_FLAGS.
    r.m.put(Key::<u32>::new(1), what);
    r.list(cx, HEADER, print)
}

/// Prints the VLANs of a message and their options.
pub fn print(page: &mut Page<'_>, m: &Message<'_>, filter: &Filter) {
    let index = index_of(m);
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

fn change(cx: &mut Ctx<'_>, r: &mut Request<'_, '_>) -> Done {
    let (first, last) = r.vids;
    let ranged = first != last;
    if ranged && r.has(PVID) {
        return Err(cx.err.usage(&[b"pvid cannot be configured for a vlan range"]));
    }
    let mut ids = None;
    if let Some(word) = r.slot(TUNNEL) {
        ids = range(word).filter(|(_, last)| *last < 0x100_0000);
        if ids.is_none() {
            return Err(cx.err.invalid(word, b"", "invalid tun id"));
        }
    }
    let marks = u16::try_from(r.marks & 0x3ff).unwrap_or(0);
    let mut nest = r.m.nest_plain(ifla::AF_SPEC.ty());
    if marks.wrapping_shr(8) != 0 {
        nest.put(spec::FLAGS, marks.wrapping_shr(8));
    }
    for (vid, part) in [(first, info::RANGE_BEGIN), (last, info::RANGE_END)] {
        let begins = part == info::RANGE_BEGIN;
        let part = if ranged { part } else { 0 };
        match ids {
            _ if !ranged && !begins => {}
            Some((first, last)) => {
                let mut of = nest.nest_plain(spec::VLAN_TUNNEL_INFO.ty());
                of.put(tunnel::ID, if begins { first } else { last });
                of.put(tunnel::VID, vid);
                of.put(tunnel::FLAGS, part);
            }
            None => nest.put(spec::VLAN_INFO, &pair(part | marks & 6, vid)),
        }
    }
    drop(nest);
    r.send(cx)
}

/// `struct bridge_vlan_info`.
fn pair(flags: u16, vid: u16) -> [u8; 4] {
    let ([a, b], [c, d]) = (flags.to_ne_bytes(), vid.to_ne_bytes());
    [a, b, c, d]
}

/// An option of `bridge vlan global set`, by its row.
fn option<'l>(cx: &mut Ctx<'_>, line: &mut Line<'l>, m: &mut Build<'_>, _: &mut Slots<'l>) -> Done {
    super::option(cx, line, m, &global::SET, |r| !r.flags.has(RowFlags::READ), INVALID, "state")
}

/// The same of `bridge vlan set`.
fn entry_option<'l>(cx: &mut Ctx<'_>, line: &mut Line<'l>, m: &mut Build<'_>, _: &mut Slots<'l>) -> Done {
    super::option(cx, line, m, &entry::SET, |r| !r.flags.has(RowFlags::READ), INVALID, "state")
}

/// The end of `bridge vlan set` and of `global set`.
fn set(cx: &mut Ctx<'_>, r: &mut Request<'_, '_>) -> Done {
    if r.vids.0 != r.vids.1 {
        r.m.put(entry::RANGE, r.vids.1);
    }
    r.m.close(r.nest);
    r.send(cx)
}

fn all_trees(cx: &mut Ctx<'_>, r: &mut Request<'_, '_>) -> Done {
    r.m.put(ifla::EXT_MASK, rtext_filter::MST);
    r.list(cx, "port              msti\n", |page, m, _| {
        let (_, a) = m.split::<IFINFO_LEN>();
        let mut table = Table::new("mst");
        for attr in a.nest(ifla::AF_SPEC).nest(spec::MST) {
            table.record(page, index_of(m));
            page.out.num("msti", "%", attr.nest().get(mst::MSTI).unwrap_or(0).into());
            page.out.line();
            page.out.spaces(20);
            super::pick(page, &mst::SET, attr.nest(), &[2]);
            page.out.line();
            page.out.close_object();
        }
        table.end(&mut page.out);
    })
}

fn set_tree(cx: &mut Ctx<'_>, r: &mut Request<'_, '_>) -> Done {
    r.m.close(r.nest);
    let a = r.m.attrs(IFINFO_LEN).nest(Key::<()>::new(1));
    let (Some(msti), Some(state)) = (a.get(mst::MSTI), a.get(mst::STATE)) else {
        return Err(cx.err.usage(&[TREE_COMMAND.missing.as_bytes()]));
    };
    // What the words left is read, and put where it belongs.
    r.m.undo(r.nest);
    let nests = [ifla::AF_SPEC.ty(), spec::MST.ty(), 1].map(|ty| r.m.open(ty | NLA_F_NESTED));
    r.m.put(mst::MSTI, msti);
    r.m.put(mst::STATE, state);
    for at in nests.into_iter().rev() {
        r.m.close(at);
    }
    r.send(cx)
}
