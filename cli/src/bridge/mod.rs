//! `bridge`, as iproute2's: ports, forwarding databases, multicast groups, VLANs and VNIs.

pub mod fdb;
pub mod link;
pub mod mdb;
pub mod monitor;
pub mod vlan;
pub mod vni;

use crate::grammar::{Arg, Grammar, Object, Slots, To, fill, slots};
use crate::ip::value::{halves, slot};
use crate::ip::{Opt, Program};
use crate::report::{Done, Fail, KERNEL, USAGE};
use crate::words::Line;
use crate::{Ctx, Page};
use nlbox_core::bytes::Reader;
use nlbox_core::rt::brvlan::INDEX_AT;
use nlbox_core::spec::{AttrSet, AttrSpec, Bad, Kind, Names, Resolve, matches, put, show};
use nlbox_core::text::ip::af;
use nlbox_core::text::out::{Out, Palette, Style};
use nlbox_core::text::{nth, num};
use nlbox_core::wire::attr::{Attrs, NLA_F_NESTED};
use nlbox_core::wire::build::Build;
use nlbox_core::wire::header::Message;

/// Fixed headers begin with the family; what follows is zero until it is known.
static HEAD: [u8; 16] = [af::AF_BRIDGE, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

/// In matching order.
/// Every object of `bridge`, in matching order.
pub static OBJECTS: &[&Object] =
    &[&link::OBJECT, &fdb::OBJECT, &mdb::OBJECT, &vlan::MST, &vlan::OBJECT, &vni::OBJECT, &monitor::OBJECT];

static PROGRAM: Program = Program {
    options: &crate::table![
        ("-h[elp]", Opt::Help),
        ("-V[ersion]", Opt::Version),
        ("-s[tats]", Opt::Stats),
        ("-s[tatistics]", Opt::Stats),
        ("-d[etails]", Opt::Details),
        ("-o[neline]", Opt::Oneline),
        ("-t[imestamp]", Opt::Timestamp),
        ("-f[amily]", Opt::FamilyWord),
        ("-4", Opt::Family(af::AF_INET)),
        ("-6", Opt::Family(af::AF_INET6)),
        ("-n[etns]", Opt::Netns),
        ("-c[olor]", Opt::Color),
        ("-com[pressvlans]", Opt::Compress),
        ("-fo[rce]", Opt::Force),
        ("-j[son]", Opt::Json),
        ("-p[retty]", Opt::Pretty),
        ("-b[atch]", Opt::Batch),
        ("-N[umeric]", Opt::Numeric),
    ],
    help: "help",
    usage,
    command,
};

/// `bridge [OPTIONS] OBJECT …`.
pub fn main(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    PROGRAM.run(cx, line)
}

/// What was asked for is not there: iproute2 leaves by 254, which has another meaning on the way.
const NOT_FOUND: Fail = Fail(253);

fn command(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let Some(word) = line.next() else { return Err(usage(cx)) };
    crate::batch::gate(cx, false)?;
    let Some(object) = OBJECTS.iter().find(|o| matches(word, o.name())) else {
        if matches(word, "help") {
            return Err(usage(cx));
        }
        return Err(cx.err.usage_of("Object \"%\" is unknown, try \"bridge help\".", word));
    };
    // It never asks for the terminal's background.
    let palette = &mut cx.page.out.mode.palette;
    if *palette == Palette::Dark {
        *palette = Palette::Light;
    }
    let depth = cx.page.out.depth();
    let done = object.run(cx, line);
    cx.page.out.close_to(depth);
    // It leaves by 255 where ip leaves by 2, and by EINVAL, negated, where a word is not of a list.
    done.map_err(|fail| match fail {
        KERNEL => USAGE,
        NOT_FOUND => Fail(254),
        fail if fail == Fail(22) => Fail(234),
        fail => fail,
    })
}

fn usage(cx: &mut Ctx<'_>) -> Fail {
    cx.err.say_as("Usage: bridge [ OPTIONS ] OBJECT { COMMAND | help }");
    for o in OBJECTS {
        cx.err.say(&[b"       bridge % ...    %", o.name().as_bytes(), o.about().as_bytes()]);
    }
    cx.err.usage_as("Options: -V[ersion] -s[tatistics] -d[etails] -o[neline] -t[imestamp] -n[etns] { NAME | PID | PATH }\n         -c[olor] -com[pressvlans] -p[retty] -j[son] -N[umeric] -force -b[atch] FILE\n\n  bridge vlan add vid 5 dev eth0\n  bridge -j fdb show br br0")
}

/// Slots that mean the same in all grammars. Those below hold marks, numbered as the bits that they stand for.
const DEV: u8 = 24;
const VID: u8 = 25;
const BR: u8 = 26;
const DEV_ARG: Arg = Arg::new("dev", To::Slot(DEV));
const VID_ARG: Arg = Arg::new("vid", To::Slot(VID));

/// A command: what its words are, and what follows.
struct Command {
    grammar: &'static Grammar,
    then: for<'a, 'b, 'l> fn(&mut Ctx<'a>, &mut Request<'b, 'l>) -> Done,
    /// Slots without which it is no command, as bits.
    need: u32,
    /// What is said then, and what an error calls the device: places in [`MISSING`] and [`WHAT`].
    missing: u8,
    what: u8,
    /// Bytes of the fixed header; the ifindex is at its offset 4 whatever it is.
    len: u8,
    /// The nest that the words' attributes go into; 0 for none.
    nest: u8,
}

/// `n` as a byte, where it is known to the compiler.
#[allow(clippy::cast_possible_truncation, reason = "runs in the compiler, and asserts that the number fits")]
const fn byte(n: usize) -> u8 {
    assert!(n < 256);
    n as u8
}

const MISSING: &str = "Device is a required argument.
Device and address are required arguments.
Device or master and address are required arguments.
Device and group address are required arguments.
Device, group address and port name are required arguments.
Device and VLAN ID are required arguments.
Device, MSTI and state are required arguments.
Device and VNI ID are required arguments.";
const DEVICE_OR_MASTER: u8 = 2;
const TREE_STATE: u8 = 6;

const WHAT: &str = "|bridge |network |vxlan ";
const PLAIN: u8 = 0;
const BRIDGE: u8 = 1;
const NETWORK: u8 = 2;
const VXLAN: u8 = 3;

/// A command that has been read.
struct Request<'b, 'l> {
    m: Build<'b>,
    /// Where the nest of the words begins.
    nest: usize,
    slots: Slots<'l>,
    /// The slots that hold a word, as bits.
    marks: u32,
    /// The VLANs that it names, first and last.
    vids: (u16, u16),
    filter: Filter,
}

impl<'l> Request<'_, 'l> {
    fn slot(&self, n: u8) -> Option<&'l [u8]> {
        slot(&self.slots, n)
    }

    fn has(&self, n: u8) -> bool {
        self.marks & 1_u32.wrapping_shl(n.into()) != 0
    }

    /// Puts the device into the fixed header.
    fn place(&mut self) {
        self.m.head_u32(INDEX_AT, self.filter.index);
    }

    fn send(&mut self, cx: &mut Ctx<'_>) -> Done {
        self.place();
        crate::ip::send(cx, &mut self.m)
    }

    /// Dumps, and prints what is of the device, if one was named.
    fn list(&mut self, cx: &mut Ctx<'_>, header: &str, print: Print) -> Done {
        cx.page.out.text(header);
        let filter = &self.filter;
        crate::dump::dump(cx, &mut self.m, &mut |page, m| {
            if filter.index == 0 || filter.index == index_of(m) {
                print(page, m, filter);
            }
            Ok(())
        })
    }
}

type Print = fn(&mut Page<'_>, &Message<'_>, &Filter);

/// What is shown; zeros for all.
#[derive(Default)]
pub struct Filter {
    index: u32,
    /// Of this bridge.
    bridge: u32,
    vid: u16,
    /// In one of these states (`NUD_*`).
    states: u16,
    /// Not in one of these.
    not: u16,
    part: mdb::Part,
}

impl Filter {
    fn has(&self, first: u16, last: u16) -> bool {
        self.vid == 0 || (first..=last).contains(&self.vid)
    }
}

/// Reads the rest of the line by the grammar of `c` into a message of type `ty`, and goes on as it says.
fn run(cx: &mut Ctx<'_>, line: &mut Line<'_>, ty: u16, flags: u16, c: &'static Command) -> Done {
    let mut tx = [0; 2048];
    let mut r = Request {
        m: Build::new(&mut tx, ty, flags, HEAD.get(..c.len.into()).unwrap_or(&[])),
        nest: 0,
        slots: slots(),
        marks: 0,
        vids: (0, 0),
        filter: Filter::default(),
    };
    if c.nest != 0 {
        r.nest = r.m.open(u16::from(c.nest) | NLA_F_NESTED);
    }
    fill(cx, line, c.grammar, &mut r.m, &mut r.slots)?;
    for n in (0_u8..).zip(&r.slots).filter(|(_, s)| s.is_some()).map(|(n, _)| n) {
        r.marks |= 1_u32.wrapping_shl(n.into());
    }
    if r.marks & c.need != c.need {
        return Err(missing(cx, c.missing));
    }
    if let Some(word) = r.slot(VID) {
        r.vids = vids(cx, word)?;
        r.filter.vid = r.vids.0;
    }
    r.filter.bridge = device(cx, r.slot(BR), "bridge ")?;
    r.filter.index = device(cx, r.slot(DEV), nth(WHAT, b'|', c.what.into()))?;
    (c.then)(cx, &mut r)
}

/// Says which words are missing.
fn missing(cx: &mut Ctx<'_>, n: u8) -> Fail {
    cx.err.usage_of(nth(MISSING, b'\n', n.into()), b"")
}

/// The index of the interface called `word`, 0 without one; `what` is what it should be: `bridge ` or nothing.
fn device(cx: &mut Ctx<'_>, word: Option<&[u8]>, what: &str) -> Result<u32, Fail> {
    let Some(word) = word else { return Ok(0) };
    let found = cx.page.names.ifindex(word);
    found.ok_or_else(|| cx.err.usage(&[b"Cannot find %device \"%\"", what.as_bytes(), word]))
}

/// The index in the fixed header of a message.
fn index_of(m: &Message<'_>) -> u32 {
    let mut r = Reader::new(m.payload);
    r.skip_up_to(INDEX_AT);
    r.u32().unwrap_or(0)
}

/// Puts an option of a port or a VLAN, whose state errors call `state`, by the row that its word names in `set`.
fn option(
    cx: &mut Ctx<'_>,
    line: &mut Line<'_>,
    m: &mut Build<'_>,
    set: &'static AttrSet,
    ours: fn(&AttrSpec) -> bool,
    bad: &str,
    state: &str,
) -> Done {
    let word = line.value(&mut cx.err)?;
    let Some(row) = set.iter().find(|r| r.keyword().as_bytes() == word && ours(r)) else {
        return Err(cx.err.usage_of("Error: unknown word \"%\"", word));
    };
    let value = if matches!(row.kind, Kind::Word(..)) { word } else { line.value(&mut cx.err)? };
    put::put(&row, m, value, &mut cx.page.names).map_err(|why| match (why, row.kind) {
        (Bad::NoDevice, _) => cx.err.usage_of("Error: device % does not exist", value),
        (Bad::OneOf, _) => cx.err.one_of_on_off(word, value, 22),
        (_, Kind::Enum(..)) => cx.err.usage_of("Error: invalid STP ", state.as_bytes()),
        _ => cx.err.invalid(value, word, bad),
    })
}

/// Numbers `A` or `A-B`, `B` being the last; equal where there is one.
fn range(word: &[u8]) -> Option<(u32, u32)> {
    let (first, last) = halves(word, b'-');
    let first = num::parse_u32(first)?;
    Some((first, last.map_or(Some(first), num::parse_u32)?))
}

/// VLAN ids `A` or `A-B`.
fn vids(cx: &mut Ctx<'_>, word: &[u8]) -> Result<(u16, u16), Fail> {
    let read = range(word)
        .map(|(a, b)| (u16::try_from(a).unwrap_or(u16::MAX), u16::try_from(b).unwrap_or(u16::MAX)));
    let what: &[u8] = match read {
        Some(read @ (first, last)) if first <= last && last < 4096 => return Ok(read),
        Some(_) if nlbox_core::bytes::has(word, b'-') => b"range",
        _ => b"ID",
    };
    Err(cx.err.usage(&[b"Invalid VLAN % \"%\"", what, word]))
}

/// Prints the rows numbered in `order`, whatever their flags.
fn pick(page: &mut Page<'_>, set: &AttrSet, a: &Attrs<'_>, order: &[u8]) {
    pick_as(page, set, a, order, false);
}

/// The same; `plain`: by their keywords, whatever else the rows are called in JSON and in text.
fn pick_as(page: &mut Page<'_>, set: &AttrSet, a: &Attrs<'_>, order: &[u8], plain: bool) {
    for ty in order {
        let ty = u16::from(*ty);
        if let (Some(mut row), Some(payload)) = (set.row(ty), a.raw(ty)) {
            if plain {
                row.name = row.keyword();
            }
            show::show_row(&row, payload, &mut page.out, &mut page.names);
        }
    }
}

/// Prints the names of the bits set in `v` as an array.
fn bits(out: &mut Out<'_>, label: &str, names: &Names, v: u32) {
    out.open_array("flags", "");
    for (_, name) in names.iter().filter(|(bit, _)| bit & v != 0) {
        out.str(label, name.as_bytes());
    }
    out.close_list();
}

/// Begins the record of `m`: what a message tells that has gone (`RTM_DEL*`) is deleted.
fn open(out: &mut Out<'_>, m: &Message<'_>) {
    out.open_record();
    if m.ty & 3 == 1 {
        out.is("deleted|Deleted ");
    }
}

/// A listing in columns: the port that a message tells of, then its records, one a line.
struct Table<'m> {
    m: &'m Message<'m>,
    /// The key of the records in JSON.
    key: &'static str,
    /// Whether the port's first record has been printed.
    open: bool,
}

impl<'m> Table<'m> {
    fn new(m: &'m Message<'m>, key: &'static str) -> Table<'m> {
        Table { m, key, open: false }
    }

    /// Begins a record; the port's name stands before the first.
    fn record(&mut self, page: &mut Page<'_>) {
        if self.open {
            page.out.spaces(18);
        } else {
            self.open = true;
            open(&mut page.out, self.m);
            let name = page.names.ifname(index_of(self.m));
            page.out.style(Style::IfName).column(name.as_bytes(), 17);
            page.out.str("ifname|", name.as_bytes());
            page.out.open_array(self.key, "");
        }
        page.out.open_record();
    }

    /// Ends the port, if it had records.
    fn end(&self, out: &mut Out<'_>) {
        if self.open {
            out.close_list();
            out.close_object();
        }
    }
}

/// Two lines of counters, `set` in its order, each behind `indent` blanks. `half` is the number of the last one of the
/// first line less 1, which is a mask of bits.
fn counters<'a>(
    page: &mut Page<'_>,
    set: &AttrSet,
    half: u16,
    indent: usize,
    value: &dyn Fn(u16) -> Option<&'a [u8]>,
) {
    for row in set.iter() {
        if row.ty & half == 1 {
            page.out.spaces(indent);
        }
        if let Some(payload) = value(row.ty) {
            show::show_row(&row, payload, &mut page.out, &mut page.names);
        }
        if row.ty & half == 0 {
            page.out.line();
        }
    }
}

/// Ends a record that stands on a line of its own whatever the mode.
fn end_line(out: &mut Out<'_>) {
    if !out.json() {
        out.bytes(b"\n");
    }
    out.close_object();
}

/// Asks for one entry and prints the answer.
fn one(cx: &mut Ctx<'_>, r: &mut Request<'_, '_>, print: Print) -> Done {
    r.place();
    match cx.conn.get(&mut r.m) {
        Ok(m) => {
            cx.page.out.open_document();
            print(&mut cx.page, &m, &Filter { not: r.filter.not, ..Filter::default() });
            Ok(())
        }
        Err(e) => {
            cx.err.net(e, &cx.conn, Some(&r.m));
            Err(NOT_FOUND)
        }
    }
}
