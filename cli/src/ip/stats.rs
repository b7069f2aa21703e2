//! `ip stats`, and `ip link xstats` and `afstats`: statistics beyond those of `ip -s link`.

use crate::grammar::{Arg, Grammar, Object, Slots, To, fill, slots};
use crate::ip::link::stats::{Counters, Tables, link, tables};
use crate::ip::value::{device, keep, put_ifname, put_num, slot, words, wrong};
use crate::report::{Done, Fail};
use crate::words::Line;
use crate::{Ctx, Page};
use nlbox_core::rt::link::Stats64;
use nlbox_core::rt::rtm;
use nlbox_core::rt::stats::{
    CLOSE, HW_S_INFO, INDEX_AT, L3_STATS, LACP, LINK_OFFLOAD_XSTATS, MASK_AT, MCAST, OPEN, STATS_LEN, STP,
    SUITES, getset, path,
};
use nlbox_core::spec::{Names, Resolve, matches};
use nlbox_core::text::out::Out;
use nlbox_core::text::{cut, nth};
use nlbox_core::wire::attr::Attrs;
use nlbox_core::wire::build::Build;
use nlbox_core::wire::header::Message;
use nlbox_core::wire::key::Key;

/// What iproute2 leaves with when it does not know a name.
const EINVAL: Fail = Fail(22);

const DEV: u8 = 3;
const SUITE: u8 = 4;

/// The levels of [`SUITES`]; what has been said of each is in the slot of its number.
const LEVELS: &str = "group subgroup suite";

static SHOW: Grammar = crate::grammar! {
    set: &getset::SET,
    args: [
        Arg::new("dev", To::Slot(DEV)).once_or_garbage(),
        Arg::new("group", To::Call(select, "GROUP")),
        Arg::new("subgroup", To::Call(select, "SUBGROUP")),
        Arg::new("suite", To::Call(select, "SUITE")),
    ],
    bare: Arg::new("", To::Call(unknown, "")),
};
static SET: Grammar = crate::grammar! {
    set: &getset::SET,
    args: [
        Arg::new("dev", To::Slot(DEV)).once_or_garbage(),
        Arg::new("l3_stats", To::Attr(getset::SET_OFFLOAD_XSTATS_L3_STATS.ty())),
    ],
    bare: Arg::new("", To::Call(unknown, "")),
};
/// `ip link xstats`.
pub static XSTATS: Grammar = crate::grammar! {
    set: &getset::SET,
    args: [Arg::new("t[ype]", To::Slot(0)).once(), Arg::new("dev", To::Slot(DEV))],
    bare: Arg::new("suite", To::Slot(SUITE)).once(),
    usage: "[ igmp | stp | 802.3ad ]",
};
/// `ip link afstats`.
pub static AFSTATS: Grammar = crate::grammar! {
    set: &getset::SET,
    args: [Arg::new("dev", To::Slot(DEV))],
    bare: Arg::new("", To::Call(no_word, "")),
};

/// `ip stats`.
pub static OBJECT: Object = crate::object! {
    name: "stats",
    about: "statistics by group",
    verbs: [
        Verb { word: "show", run: show, grammar: Some(&SHOW) },
        Verb { word: "set", run: set, grammar: Some(&SET) },
    ],
    default: show,
};

fn unknown(cx: &mut Ctx<'_>, line: &mut Line<'_>, _: &mut Build<'_>, _: &mut Slots<'_>) -> Done {
    let word = line.next().unwrap_or(b"");
    cx.err.say_of("What is \"%\"?", word);
    crate::help::object(cx, &OBJECT);
    Err(EINVAL)
}

/// A request for the attributes in `mask`, or with type [`rtm::SETSTATS`] a change.
fn request(tx: &mut [u8], ty: u16, index: u32, mask: u32) -> Build<'_> {
    let mut m = Build::blank(tx, ty, 0, STATS_LEN);
    m.head_u32(INDEX_AT, index);
    m.head_u32(MASK_AT, mask);
    m
}

/// Whether the suite called `name` is one of those that the slots say.
fn is_of(name: &str, slots: &Slots<'_>) -> bool {
    (0..3_u8)
        .zip(0..)
        .all(|(level, n)| slot(slots, level).is_none_or(|said| said == nth(name, b' ', n).as_bytes()))
}

/// Adds the suites that the slots say to those that are to be shown, a mask in the head of `m` by their places.
fn take(m: &mut Build<'_>, slots: &Slots<'_>) {
    let mut bit = 1_u32;
    let mut chosen = chosen(m);
    for (_, name) in SUITES.iter() {
        if is_of(name, slots) {
            chosen |= bit;
        }
        bit = bit.wrapping_shl(1);
    }
    m.head_u32(0, chosen);
}

fn chosen(m: &Build<'_>) -> u32 {
    u32::from_ne_bytes([0, 1, 2, 3].map(|n| m.head_at(n)))
}

/// `group G`, `subgroup S` or `suite S`: each goes on with what the one before began. What is not gone on with is taken
/// whole.
fn select<'l>(cx: &mut Ctx<'_>, line: &mut Line<'l>, m: &mut Build<'_>, slots: &mut Slots<'l>) -> Done {
    let kind = super::keyword(line);
    let word = line.value(&mut cx.err)?;
    let [mut level, mut open] = [0_u8; 2];
    while nth(LEVELS, b' ', level.into()).as_bytes() != kind && level < 2 {
        level = level.wrapping_add(1);
    }
    while slot(slots, open).is_some() && open < 3 {
        open = open.wrapping_add(1);
    }
    if open > level {
        take(m, slots);
        slots.iter_mut().take(3).skip(level.into()).for_each(|said| *said = None);
    }
    let above = level.wrapping_sub(1);
    let outer = slot(slots, above).unwrap_or(b"top-level");
    let level_above = nth(LEVELS, b' ', above.into()).as_bytes();
    let (mut leaf, mut known) = (true, false);
    for (_, name) in SUITES.iter().filter(|(_, name)| is_of(name, slots)) {
        let part = nth(name, b' ', level.into()).as_bytes();
        leaf &= part.is_empty();
        known |= part == word;
    }
    if open < level {
        let missing = nth(LEVELS, b' ', open.into()).as_bytes();
        cx.err.say(&[b"Error: % % requested without selecting a % first", kind, word, missing]);
    } else if leaf {
        cx.err.say(&[b"Error: % % requested inside leaf % %", kind, word, level_above, outer]);
    } else if !known {
        cx.err.say(&[b"Error: no % named % found inside %", kind, word, outer]);
    } else {
        keep(slots, level, word);
        return Ok(());
    }
    Err(EINVAL)
}

/// What is listed.
struct What {
    /// As [`path`] has it: one suite for `ip link xstats` and `afstats`, in which 0 is any; all zeros for `ip stats`.
    path: [u16; 3],
    /// The suites of `ip stats` by their places in [`SUITES`].
    chosen: u32,
}

fn show(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let (mut scratch, mut slots) = ([0; 64], slots());
    let mut asked = Build::blank(&mut scratch, 0, 0, 4);
    fill(cx, line, &SHOW, &mut asked, &mut slots)?;
    // What was begun last, or with nothing said all.
    if slot(&slots, 0).is_some() || chosen(&asked) == 0 {
        take(&mut asked, &slots);
    }
    list(cx, &slots, &What { path: [0; 3], chosen: chosen(&asked) })
}

/// Asks for what is listed, of one interface or of all.
fn list(cx: &mut Ctx<'_>, slots: &Slots<'_>, what: &What) -> Done {
    let index = match slot(slots, DEV) {
        Some(word) => device(cx, word)?,
        None => 0,
    };
    // The attributes, and of those with offloaded statistics which.
    let [mut mask, mut offloads] = [bit(what.path[0]), 0];
    for (row, _) in suites(what.chosen) {
        let [attr, inner, _] = path(row);
        mask |= bit(attr);
        if attr == LINK_OFFLOAD_XSTATS {
            // What is said of hardware's counters is in the other attribute.
            offloads |= bit(inner) | if inner == L3_STATS { bit(HW_S_INFO) } else { 0 };
        }
    }
    let mut tx = [0; 64];
    let mut m = request(&mut tx, rtm::GETSTATS, index, mask);
    if !matches!(offloads, 0 | 7) {
        m.nest(getset::GET_FILTERS.ty()).raw(LINK_OFFLOAD_XSTATS, &offloads.to_ne_bytes());
    }
    if index == 0 {
        return crate::dump::dump(cx, &mut m, &mut |page, m| {
            print(page, m, what);
            // A blank line behind each interface.
            if what.chosen != 0 {
                gap(&mut page.out);
            }
            Ok(())
        });
    }
    match cx.conn.get(&mut m) {
        Ok(m) => {
            cx.page.out.open_document();
            print(&mut cx.page, &m, what);
            Ok(())
        }
        Err(e) => Err(cx.err.net(e, &cx.conn, Some(&m))),
    }
}

/// `IFLA_STATS_FILTER_BIT`; 0 for no attribute.
pub const fn bit(attr: u16) -> u32 {
    1_u32.wrapping_shl(attr as u32) >> 1
}

/// The suites in `chosen`.
fn suites(mut chosen: u32) -> impl Iterator<Item = (u32, &'static str)> {
    SUITES.iter().filter(move |_| {
        let taken = chosen & 1 != 0;
        chosen >>= 1;
        taken
    })
}

/// The interface that the message is of.
pub fn index_of(m: &Message<'_>) -> u32 {
    let ([_, _, _, _, index @ .., _, _, _, _], _) = m.split::<STATS_LEN>();
    u32::from_ne_bytes(index)
}

/// Opens a record and names the interface.
fn head(page: &mut Page<'_>, m: &Message<'_>, name: &str) {
    page.out.open_record();
    let index = index_of(m);
    put_num(&mut page.out, "ifindex|%:", index.into());
    put_ifname(page, name, index);
}

/// The payload at the end of the way.
fn at(attrs: Attrs<'_>, [attr, inner, last]: [u16; 3]) -> Option<&[u8]> {
    let mut payload = attrs.raw(attr);
    for ty in [inner, last] {
        if ty != 0 {
            payload = payload.and_then(|b| Attrs::new(b).raw(ty));
        }
    }
    payload
}

/// A blank line, where a record has several.
fn gap(out: &mut Out<'_>) {
    if !out.mode.oneline {
        out.text("\n");
    }
}

/// Ends a record, and its line.
fn end(out: &mut Out<'_>) {
    out.text("\n");
    out.close_object();
}

/// Prints what the message `m` holds of `what`.
fn print(page: &mut Page<'_>, m: &Message<'_>, what: &What) {
    let (_, attrs) = m.split::<STATS_LEN>();
    for (row, name) in suites(what.chosen) {
        head(page, m, "ifname| %:");
        for level in 0..3 {
            let (kind, word) = (nth(LEVELS, b' ', level), nth(name, b' ', level));
            if !word.is_empty() {
                page.out.text(" ");
                page.out.text(kind);
                page.out.str_of(kind, " %", word.as_bytes());
            }
        }
        let path = path(row);
        suite(page, path, attrs, at(attrs, path));
        end(&mut page.out);
    }
    let [attr, of, suite] = what.path;
    let Some(b) = at(attrs, [attr, of, 0]).filter(|_| attr != 0) else { return };
    if attr == AF_SPEC {
        head(page, m, "ifname|%");
        page.out.line();
        page.out.text("    mpls:");
        labels(page, Attrs::new(b).raw(suite).unwrap_or(&[]), 8);
    } else {
        page.out.open_record();
        let name = page.names.ifname(index_of(m));
        page.out.str("ifname|%", name.as_bytes());
        page.out.spaces(16_usize.saturating_sub(name.as_bytes().len()));
        for part in Attrs::new(b) {
            // A bridge also has the counters of its VLANs, which `bridge vlan` shows.
            if (suite == 0 || suite == part.ty) && (of != BRIDGE || matches!(part.ty, IGMP | SPANNING)) {
                counted(page, [attr, of, part.ty], part.payload);
            }
        }
    }
    end(&mut page.out);
}

/// Prints what a suite of `ip stats` holds; `payload` is its attribute's.
fn suite(page: &mut Page<'_>, path: [u16; 3], attrs: Attrs<'_>, payload: Option<&[u8]>) {
    let bytes = payload.unwrap_or(&[]);
    match path {
        [LINK_OFFLOAD_XSTATS, HW_S_INFO, _] => info(page, attrs),
        [LINK_OFFLOAD_XSTATS, L3_STATS, _] => {
            if let Some(b) = at(attrs, [LINK_OFFLOAD_XSTATS, HW_S_INFO, L3_STATS]) {
                page.out.open_object("info");
                state(&mut page.out, b);
                page.out.close_object();
            }
            if payload.is_some() {
                page.out.open_object("stats64");
                tables(page, &HARDWARE, &Counters { bytes, carrier: None }, 1, 4);
                page.out.close_object();
            }
        }
        [LINK_64 | LINK_OFFLOAD_XSTATS, ..] if payload.is_some() => {
            let all = page.opts.stats > 0 || page.opts.details > 0;
            link(page, &Counters { bytes, carrier: None }, if all { 2 } else { 1 });
        }
        [LINK_OFFLOAD_XSTATS, ..] => gap(&mut page.out),
        [AF_SPEC, ..] if payload.is_some() => labels(page, bytes, 4),
        [_, BRIDGE | BOND, _] if payload.is_some() => {
            counted(page, path, bytes);
            gap(&mut page.out);
        }
        _ => {}
    }
}

/// What the hardware counts, and whether it does: a line each.
fn info(page: &mut Page<'_>, attrs: Attrs<'_>) {
    let out = &mut page.out;
    out.open_object("info");
    // Of the suites that hardware may count there is one so far.
    if let Some(b) = at(attrs, [LINK_OFFLOAD_XSTATS, HW_S_INFO, L3_STATS]) {
        out.open_object("l3_stats");
        out.line();
        out.text("    l3_stats");
        state(out, b);
        out.close_object();
    }
    out.close_object();
}

/// Whether a suite was asked for, and whether a driver counts it: `IFLA_OFFLOAD_XSTATS_HW_S_INFO_REQUEST` and `…_USED`.
fn state(out: &mut Out<'_>, info: &[u8]) {
    for (n, json, text) in [(1, "request|", "| %"), (2, "used|", "| used %")] {
        if let Some(v) = Attrs::new(info).get(Key::<u8>::new(n)) {
            out.bool(json, v != 0);
            out.str(text, if v == 0 { b"off" } else { b"on" });
        }
    }
}

nlbox_core::names! {
    /// Columns of `struct rtnl_hw_stats64` and of `struct mpls_link_stats`.
    static RX = 2 "bytes bytes", 0 "packets packets", 4 "errors errors", 6 "dropped dropped", 8 "mcast multicast";
    static RX_MPLS = 2 "bytes bytes", 0 "packets packets", 4 "errors errors", 6 "dropped dropped", 8 "noroute noroute";
    static TX = 3 "bytes bytes", 1 "packets packets", 5 "errors errors", 7 "dropped dropped";
}

static HARDWARE: Tables = Tables { tables: &[("RX:", &RX, 1), ("TX:", &TX, 1)], widths: WIDTHS };
static LABELS: Tables = Tables { tables: &[("RX:", &RX_MPLS, 1), ("TX:", &TX, 1)], widths: WIDTHS };
const WIDTHS: [usize; 8] = [9, 7, 6, 7, 7, 0, 0, 0];

fn labels(page: &mut Page<'_>, bytes: &[u8], indent: usize) {
    page.out.open_object("mpls_stats");
    tables(page, &LABELS, &Counters { bytes, carrier: None }, 1, indent);
    page.out.close_object();
}

/// Prints the counters of a bridge or a bond, behind a line break.
fn counted(page: &mut Page<'_>, [_, of, suite]: [u16; 3], bytes: &[u8]) {
    let (key, rows): (_, &Names) = match (of, suite) {
        (BOND, _) => ("802.3ad", &LACP),
        (_, IGMP) => ("multicast", &MCAST),
        _ => ("stp", &STP),
    };
    let out = &mut page.out;
    out.open_object(key);
    for (n, row) in rows.iter() {
        let (key, text) = cut(row, b'|');
        let (mut part, mut more) = cut(text.unwrap_or(""), b'/');
        out.text(part);
        while let Some(rest) = more {
            (part, more) = cut(rest, b'/');
            out.line();
            out.spaces(20);
            out.text(part);
        }
        match n {
            OPEN => out.open_object(key),
            CLOSE => out.close_object(),
            _ if of == BOND => {
                let v = Attrs::new(bytes).get(Key::<u64>::new(u16::try_from(n).unwrap_or(0)));
                out.num_of(key, "%", v.unwrap_or(0));
            }
            _ => out.num_of(key, "%", Stats64::new(bytes).at(usize::try_from(n).unwrap_or(0))),
        }
    }
    out.close_object();
}

/// `IFLA_STATS_LINK_64`, `…_AF_SPEC`; `AF_MPLS`.
const LINK_64: u16 = 1;
const AF_SPEC: u16 = 5;
const MPLS: u16 = 28;
/// `LINK_XSTATS_TYPE_BRIDGE`, `…_BOND`.
const BRIDGE: u16 = 1;
const BOND: u16 = 2;
/// `BRIDGE_XSTATS_MCAST`, `…_STP`.
const IGMP: u16 = 2;
const SPANNING: u16 = 4;

/// What an event says: whether hardware counts.
pub fn event(page: &mut Page<'_>, m: &Message<'_>) {
    let (_, attrs) = m.split::<STATS_LEN>();
    head(page, m, "ifname| %:");
    info(page, attrs);
    end(&mut page.out);
}

/// `set dev DEV l3_stats on|off`.
fn set(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let (mut tx, mut slots) = ([0; 64], slots());
    let mut m = request(&mut tx, rtm::SETSTATS, 0, 0);
    fill(cx, line, &SET, &mut m, &mut slots)?;
    let Some(dev) = slot(&slots, DEV) else {
        return Err(cx.err.usage(&[super::NEEDS, b"dev"]));
    };
    if m.lacks(getset::SET_OFFLOAD_XSTATS_L3_STATS.ty()) {
        return Err(cx.err.usage_as("Not enough information: stat type to toggle is required."));
    }
    m.head_u32(INDEX_AT, device(cx, dev)?);
    super::send(cx, &mut m)
}

/// `ip link xstats type KIND`: the counters of bridges, of bonds or of their ports.
pub fn xstats(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    match line.peek() {
        None => return Err(cx.err.plain_as("xstats: missing argument")),
        Some(word) if matches(word, "type") || matches(word, "help") => {}
        Some(word) => return Err(wrong(&mut cx.err, word, "unknown argument")),
    }
    let mut slots = slots();
    words(cx, line, &XSTATS, &mut slots)?;
    let kind = slot(&slots, 0).unwrap_or(b"");
    let master = kind.strip_suffix(b"_slave");
    let of = match master.unwrap_or(kind) {
        b"bridge" => BRIDGE,
        b"bond" => BOND,
        _ if nlbox_core::rt::kind::find(kind).is_none() => {
            return Err(wrong(&mut cx.err, kind, "invalid type"));
        }
        _ => return Err(cx.err.plain_of("xstats: link type % doesn't support xstats", kind)),
    };
    let suite = match (of, slot(&slots, SUITE)) {
        (_, None) => 0,
        (BRIDGE, Some(b"igmp")) => IGMP,
        (BRIDGE, Some(b"stp")) => SPANNING,
        (BOND, Some(b"802.3ad")) => 1,
        (_, Some(word)) => return Err(wrong(&mut cx.err, word, "unknown attribute")),
    };
    // IFLA_STATS_LINK_XSTATS, …_SLAVE.
    list(cx, &slots, &What { path: [if master.is_some() { 3 } else { 2 }, of, suite], chosen: 0 })
}

fn no_word(cx: &mut Ctx<'_>, line: &mut Line<'_>, _: &mut Build<'_>, _: &mut Slots<'_>) -> Done {
    let word = line.next().unwrap_or(b"");
    Err(cx.err.usage_of("Command \"%\" is unknown, try \"ip link help\".", word))
}

/// `ip link afstats`: what each family counts; that is MPLS.
pub fn afstats(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let mut slots = slots();
    words(cx, line, &AFSTATS, &mut slots)?;
    list(cx, &slots, &What { path: [AF_SPEC, MPLS, 1], chosen: 0 })
}
