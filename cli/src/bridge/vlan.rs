//! `bridge vlan`: the VLANs of ports, their options and tunnels; `bridge mst`: states of spanning trees.

use super::{Command, DEV, DEV_ARG, Filter, Request, TREE_STATE, Table, VID, VID_ARG, range, run};
use crate::grammar::{Arg, Grammar, Object, Slots, To};
use crate::ip::value::{keep, wrong};
use crate::report::Done;
use crate::words::Line;
use crate::{Ctx, Page};
use nlbox_core::bytes::Reader;
use nlbox_core::rt::brvlan::{BRMSG_LEN, FLAGS, entry, global, info, mst, spec, stats, tunnel, vlandb};
use nlbox_core::rt::link::{IFINFO_LEN, ifla, rtext_filter};
use nlbox_core::rt::rtm;
use nlbox_core::rt::stats::{MASK_AT, STATS_LEN};
use nlbox_core::spec::{RowFlags, show};
use nlbox_core::text::num;
use nlbox_core::text::out::Out;
use nlbox_core::wire::attr::NLA_F_NESTED;
use nlbox_core::wire::build::Build;
use nlbox_core::wire::header::Message;
use nlbox_core::wire::key::Key;

/// `bridge vlan`.
pub static OBJECT: Object = crate::object! {
    name: "vlan",
    about: "VLANs of ports",
    verbs: [
        Verb { word: "a[dd]", run: |cx, l| run(cx, l, rtm::SETLINK, 0, &MODIFY), grammar: Some(&CHANGE) },
        Verb { word: "d[elete]", run: |cx, l| run(cx, l, rtm::DELLINK, 0, &MODIFY), grammar: Some(&CHANGE) },
        Verb { word: "s[how]|ls[t]|l[ist]", run: list, grammar: Some(&SHOW) },
        Verb {
            word: "t[unnelshow]",
            run: |cx, l| run(cx, l, rtm::GETLINK, 0, &TUNNELS),
            grammar: Some(&SHOW),
        },
        Verb { word: "s[et]", run: |cx, l| run(cx, l, rtm::NEWVLAN, 0, &SET_COMMAND), grammar: Some(&SET) },
        Verb { word: "global", run: |cx, l| GLOBAL.run(cx, l), grammar: None },
    ],
    default: list,
};

/// `bridge vlan global`.
pub static GLOBAL: Object = crate::object! {
    name: "vlan global",
    about: "",
    verbs: [
        // iproute2 takes the words of `global` in full alone.
        Verb { word: "show|lst|list", run: globals, grammar: Some(&SHOW) },
        Verb {
            word: "set",
            run: |cx, l| run(cx, l, rtm::NEWVLAN, 0, &GLOBAL_COMMAND),
            grammar: Some(&GLOBAL_SET),
        },
    ],
    default: globals,
};

/// `bridge mst`.
pub static MST: Object = crate::object! {
    name: "mst",
    about: "states of ports in multiple spanning trees",
    verbs: [
        Verb { word: "set", run: |cx, l| run(cx, l, rtm::SETLINK, 0, &TREE_COMMAND), grammar: Some(&TREE) },
        Verb { word: "s[how]|ls[t]|l[ist]", run: trees, grammar: Some(&DEVICE) },
    ],
    default: trees,
};

static MODIFY: Command = Command {
    grammar: &CHANGE,
    then: change,
    need: 1 << DEV | 1 << VID,
    missing: 5,
    what: super::BRIDGE,
    len: super::byte(IFINFO_LEN),
    nest: 0,
};
static SET_COMMAND: Command = Command {
    grammar: &SET,
    then: |cx, r| {
        let (vid, _) = r.vids;
        r.m.put(entry::INFO, &pair(info::ONLY_OPTS, vid));
        set(cx, r)
    },
    what: super::NETWORK,
    len: super::byte(BRMSG_LEN),
    nest: super::byte(vlandb::ENTRY as usize),
    ..MODIFY
};
static GLOBAL_COMMAND: Command = Command {
    grammar: &GLOBAL_SET,
    then: |cx, r| {
        let (vid, _) = r.vids;
        r.m.put(global::ID, vid);
        set(cx, r)
    },
    nest: super::byte(vlandb::GLOBAL_OPTIONS as usize),
    ..SET_COMMAND
};
static LIST: Command = Command {
    grammar: &SHOW,
    then: |cx, r| if cx.page.opts.stats > 0 { statistics(cx, r) } else { links(cx, r, false) },
    need: 0,
    what: super::PLAIN,
    ..MODIFY
};
static TUNNELS: Command = Command {
    then: |cx, r| if cx.page.opts.stats > 0 { statistics(cx, r) } else { links(cx, r, true) },
    ..LIST
};
static OPTIONS: Command = Command {
    then: |cx, r| {
        let stats = u32::from(cx.page.opts.stats > 0);
        options(cx, r, stats)
    },
    len: super::byte(BRMSG_LEN),
    ..LIST
};
static GLOBALS: Command = Command { then: |cx, r| options(cx, r, 2), ..OPTIONS };
static TREES: Command = Command { grammar: &DEVICE, then: all_trees, ..LIST };
static TREE_COMMAND: Command = Command {
    grammar: &TREE,
    then: set_tree,
    need: 1 << DEV,
    missing: TREE_STATE,
    // IFLA_BRIDGE_MST_ENTRY.
    nest: 1,
    ..MODIFY
};

/// `bridge vlan [show]`.
fn list(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    if cx.page.opts.details > 0 {
        run(cx, line, rtm::GETVLAN, 0, &OPTIONS)
    } else {
        run(cx, line, rtm::GETLINK, 0, &LIST)
    }
}

fn globals(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    run(cx, line, rtm::GETVLAN, 0, &GLOBALS)
}

fn trees(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    run(cx, line, rtm::GETLINK, 0, &TREES)
}

const TUNNEL: u8 = 18;
// As the flags of a VLAN are bits.
const PVID: u8 = 1;
const UNTAGGED: u8 = 2;
/// As `BRIDGE_FLAGS_MASTER` (1) and `BRIDGE_FLAGS_SELF` (2) are bits, eight further.
const MASTER: u8 = 8;
const SELF: u8 = 9;

static DEVICE: Grammar = crate::grammar! { set: &entry::SET, args: [DEV_ARG.once()] };

static SHOW: Grammar = crate::grammar! { set: &entry::SET, args: [DEV_ARG.once(), VID_ARG.once()] };

static CHANGE: Grammar = crate::grammar! {
    set: &entry::SET,
    args: [
        DEV_ARG,
        VID_ARG,
        Arg::new("self", To::Mark(SELF)),
        Arg::new("master", To::Mark(MASTER)),
        Arg::new("pvid", To::Mark(PVID)),
        Arg::new("untagged", To::Mark(UNTAGGED)),
        Arg::new("tunnel_info", To::Call(tunnel_info, "id N[-N]")),
    ],
};

static SET: Grammar = crate::grammar! {
    set: &entry::SET,
    args: [DEV_ARG, VID_ARG],
    bare: ENTRY_OPTION,
    usage: "[ state STATE ] [ mcast_router N ] [ mcast_max_groups N ] [ neigh_suppress { on | off } ]",
};
const INVALID: &str = "invalid %";

const ENTRY_OPTION: Arg = Arg::new("", To::Call(entry_option, ""));
const OPTION: Arg = Arg::new("", To::Call(option, ""));

static GLOBAL_SET: Grammar = crate::grammar! {
    set: &global::SET,
    args: [DEV_ARG, VID_ARG],
    bare: OPTION,
    usage: "OPTION VALUE... (those that bridge vlan global shows, and msti)",
};

static TREE: Grammar = crate::grammar! {
    set: &mst::SET,
    args: [
        DEV_ARG,
        Arg::new("msti", To::Attr(mst::MSTI.ty())).bad("invalid msti\n"),
        Arg::new("state", To::Attr(mst::STATE.ty())).bad("invalid STP state\n"),
    ],
};

/// Prints `first` and, where it is another, `last`; gives how many bytes of text the first and both were.
pub fn span(out: &mut Out<'_>, label: &str, end: &str, first: u32, last: u32) -> (usize, usize) {
    let digits = |n: u32| num::dec(n.into()).as_bytes().len();
    let alone = digits(first);
    out.num(label, first.into());
    if last <= first {
        return (alone, alone);
    }
    out.num(end, last.into());
    (alone, alone.saturating_add(digits(last)).saturating_add(1))
}

/// Begins the record of the VLANs from `first` to `last` with their flags, if they are wanted.
fn begin(
    page: &mut Page<'_>,
    table: &mut Table<'_>,
    filter: &Filter,
    label: &str,
    (first, last): (u16, u16),
    bits: u16,
) -> bool {
    let wanted = filter.has(first, last);
    if wanted {
        table.record(page);
        let out = &mut page.out;
        span(out, label, "vlanEnd|-%", first.into(), last.into());
        if bits != 0 {
            super::bits(out, "-| %", &FLAGS, bits.into());
        }
        out.line();
    }
    wanted
}

/// Ports and what their links say of VLANs, or of tunnels.
fn links(cx: &mut Ctx<'_>, r: &mut Request<'_, '_>, tunnels: bool) -> Done {
    let ranges = cx.page.opts.compress;
    r.m.put(ifla::EXT_MASK, if ranges { rtext_filter::BRVLAN_COMPRESSED } else { rtext_filter::BRVLAN });
    if tunnels {
        return r.list(cx, "port              vlan-id    tunnel-id\n", |page, m, f| link(page, m, f, true));
    }
    r.list(cx, HEADER, |page, m, f| link(page, m, f, false))
}

const HEADER: &str = "port              vlan-id  \n";

fn link(page: &mut Page<'_>, m: &Message<'_>, filter: &Filter, tunnels: bool) {
    let (_, a) = m.split::<IFINFO_LEN>();
    let mut table = Table::new(m, if tunnels { "tunnels" } else { "vlans" });
    let wanted = if tunnels { spec::VLAN_TUNNEL_INFO.ty() } else { spec::VLAN_INFO.ty() };
    let mut begun = (0, 0);
    for attr in a.nest(ifla::AF_SPEC).filter(|attr| attr.ty == wanted) {
        let (bits, vid, id) = if tunnels {
            let a = attr.nest();
            let number = |key| a.get(key).unwrap_or(0);
            (number(tunnel::FLAGS), number(tunnel::VID), a.get(tunnel::ID).unwrap_or(0))
        } else {
            let (bits, vid) = numbers(attr.payload);
            (bits, vid, 0)
        };
        if bits & info::RANGE_BEGIN != 0 {
            begun = (vid, id);
            continue;
        }
        let first = if bits & info::RANGE_END != 0 { begun } else { (vid, id) };
        if !tunnels {
            if begin(page, &mut table, filter, "vlan|%", (first.0, vid), bits) {
                page.out.close_object();
            }
        } else if filter.has(first.0, vid) {
            table.record(page);
            let out = &mut page.out;
            let (_, len) = span(out, "vlan|%", "vlanEnd|-%", first.0.into(), vid.into());
            out.spaces(11_usize.saturating_sub(len));
            span(out, "tunid|%", "tunidEnd|-%", first.1, id);
            out.line();
            out.close_object();
        }
    }
    table.end(&mut page.out);
}

/// The first two numbers of two bytes.
fn numbers(payload: &[u8]) -> (u16, u16) {
    let mut r = Reader::new(payload);
    (r.u16().unwrap_or(0), r.u16().unwrap_or(0))
}

/// The counters of VLANs: first of bridges (`IFLA_STATS_LINK_XSTATS`, 2), then of ports (`…_SLAVE`, 3).
fn statistics(cx: &mut Ctx<'_>, r: &mut Request<'_, '_>) -> Done {
    r.m.set_ty(rtm::GETSTATS);
    r.m.shorten(STATS_LEN);
    r.m.head_u8(0, 0);
    r.m.head_u32(MASK_AT, 2);
    r.list(cx, "port              vlan-id\n", counted)?;
    r.m.head_u32(MASK_AT, 4);
    r.list(cx, "", counted)
}

fn counted(page: &mut Page<'_>, m: &Message<'_>, filter: &Filter) {
    let (_, a) = m.split::<STATS_LEN>();
    let mut table = Table::new(m, "vlans");
    // Either holds LINK_XSTATS_TYPE_BRIDGE (1), and that BRIDGE_XSTATS_VLAN (1).
    for kind in a {
        for attr in kind.nest().nest(Key::<()>::new(1)).filter(|attr| attr.ty == 1) {
            // struct bridge_vlan_xstats: four counters, VLAN, flags.
            let (counts, rest) = attr.payload.split_at_checked(32).unwrap_or_default();
            let (vid, bits) = numbers(rest);
            // A bridge also counts for the VLANs that only its ports are in.
            let foreign = bits & (info::MASTER | info::BRENTRY) == info::MASTER;
            if !foreign && begin(page, &mut table, filter, "vid|%", (vid, vid), bits) {
                super::counters(page, &stats::SET, 1, 20, &|ty| {
                    counts.get(usize::from(ty.saturating_sub(1)).saturating_mul(8)..)
                });
                page.out.close_object();
            }
        }
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
    let (_, attrs) = m.split::<BRMSG_LEN>();
    let mut table = Table::new(m, "vlans");
    for attr in attrs {
        let a = attr.nest();
        let (set, (bits, first)) = match attr.ty {
            vlandb::ENTRY => (&entry::SET, numbers(a.get(entry::INFO).unwrap_or(&[]))),
            vlandb::GLOBAL_OPTIONS => (&global::SET, (0, a.get(global::ID).unwrap_or(0))),
            _ => continue,
        };
        let last = a.get(entry::RANGE).unwrap_or(first);
        if !begin(page, &mut table, filter, "vlan|%", (first, last), bits) {
            continue;
        }
        page.out.spaces(20);
        show::show(set, a.bytes(), &mut page.out, &mut page.names);
        page.out.line();
        if attr.ty == vlandb::ENTRY && a.has(entry::STATS) {
            let counts = a.nest(entry::STATS);
            super::counters(page, &stats::SET, 1, 20, &|ty| counts.raw(ty));
        }
        page.out.close_object();
    }
    table.end(&mut page.out);
}

fn tunnel_info<'l>(cx: &mut Ctx<'_>, line: &mut Line<'l>, _: &mut Build<'_>, slots: &mut Slots<'l>) -> Done {
    let word = line.value(&mut cx.err)?;
    if word != b"id" {
        return Err(wrong(&mut cx.err, word, "tunnel id expected"));
    }
    let id = line.value(&mut cx.err)?;
    keep(slots, TUNNEL, id);
    Ok(())
}

fn change(cx: &mut Ctx<'_>, r: &mut Request<'_, '_>) -> Done {
    let (first, last) = r.vids;
    let ranged = first != last;
    if ranged && r.has(PVID) {
        return Err(cx.err.usage_as("pvid cannot be configured for a vlan range"));
    }
    let mut ids = None;
    if let Some(word) = r.slot(TUNNEL) {
        ids = range(word).filter(|(_, last)| *last < 0x100_0000);
        if ids.is_none() {
            return Err(wrong(&mut cx.err, word, "invalid tun id"));
        }
    }
    let marks = u16::try_from(r.marks & 0x3ff).unwrap_or(0);
    let nest = r.m.open(ifla::AF_SPEC.ty());
    if marks.wrapping_shr(8) != 0 {
        r.m.put(spec::FLAGS, marks.wrapping_shr(8));
    }
    let (first_id, last_id) = ids.unwrap_or_default();
    for (vid, id, part) in [(first, first_id, info::RANGE_BEGIN), (last, last_id, info::RANGE_END)] {
        let part = if ranged { part } else { 0 };
        if ids.is_some() {
            let of = r.m.open(spec::VLAN_TUNNEL_INFO.ty());
            r.m.put(tunnel::ID, id);
            r.m.put(tunnel::VID, vid);
            r.m.put(tunnel::FLAGS, part);
            r.m.close(of);
        } else {
            r.m.put(spec::VLAN_INFO, &pair(part | marks & 6, vid));
        }
        if !ranged {
            break;
        }
    }
    r.m.close(nest);
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
        let mut table = Table::new(m, "mst");
        for attr in a.nest(ifla::AF_SPEC).nest(spec::MST) {
            table.record(page);
            page.out.num("msti|%", attr.nest().get(mst::MSTI).unwrap_or(0).into());
            page.out.line();
            page.out.spaces(20);
            super::pick(page, &mst::SET, &attr.nest(), &[2]);
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
        return Err(super::missing(cx, TREE_STATE));
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
