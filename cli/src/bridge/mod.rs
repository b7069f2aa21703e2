//! `bridge`, as iproute2's: ports, forwarding databases, multicast groups, VLANs and VNIs.

pub mod fdb;
pub mod link;
pub mod mdb;
pub mod monitor;
pub mod vlan;
pub mod vni;

use crate::grammar::{Object, SLOTS, Slots};
use crate::ip::value::halves;
use crate::ip::{Opt, Program};
use crate::report::{Done, Fail, KERNEL, USAGE};
use crate::words::Line;
use crate::{Ctx, Page};
use nlbox_core::spec::{AttrSet, Names, Resolve, matches, show};
use nlbox_core::text::ip::af;
use nlbox_core::text::num;
use nlbox_core::text::out::{Out, Style};
use nlbox_core::wire::attr::Attrs;
use nlbox_core::wire::build::Build;
use nlbox_core::wire::header::Message;

/// Fixed headers begin with the family; what follows is zero until it is known.
static HEAD: [u8; 16] = [af::AF_BRIDGE, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

/// A fixed header of `len` bytes.
fn head(len: usize) -> &'static [u8] {
    HEAD.get(..len).unwrap_or(&[])
}

/// In matching order.
static OBJECTS: &[&Object] =
    &[&link::OBJECT, &fdb::OBJECT, &mdb::OBJECT, &vlan::MST, &vlan::OBJECT, &vni::OBJECT, &monitor::OBJECT];

static PROGRAM: Program = Program {
    name: "bridge",
    options: &[
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

fn command(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let Some(word) = line.next() else { return Err(usage(cx)) };
    let Some(object) = OBJECTS.iter().find(|o| matches(word, o.name)) else {
        if matches(word, "help") {
            return Err(usage(cx));
        }
        return Err(cx.err.usage(&[b"Object \"%\" is unknown, try \"bridge help\".", word]));
    };
    let depth = cx.page.out.depth();
    let done = object.run(cx, line);
    cx.page.out.close_to(depth);
    // It leaves by 255 where ip leaves by 2, and by EINVAL, negated, where a word is not of a list.
    done.map_err(|fail| match fail {
        KERNEL => USAGE,
        Fail(22) => Fail(234),
        fail => fail,
    })
}

fn usage(cx: &mut Ctx<'_>) -> Fail {
    cx.err.say(&[b"Usage: bridge [ OPTIONS ] OBJECT { COMMAND | help }"]);
    for o in OBJECTS {
        cx.err.say(&[b"       bridge % ...    %", o.name.as_bytes(), o.about.as_bytes()]);
    }
    cx.err.usage(&[b"Options: -V[ersion] -s[tatistics] -d[etails] -o[neline] -t[imestamp] -n[etns] { NAME | PID | PATH }\n         -c[olor] -com[pressvlans] -p[retty] -j[son] -N[umeric] -force -b[atch] FILE"])
}

/// The index of the interface called `word`; `what` is what it should be: `bridge ` or nothing.
fn device(cx: &mut Ctx<'_>, word: &[u8], what: &str) -> Result<u32, Fail> {
    let found = cx.page.names.ifindex(word);
    found.ok_or_else(|| cx.err.usage(&[b"Cannot find %device \"%\"", what.as_bytes(), word]))
}

/// The same of a word that may be missing: 0 then.
fn device_if(cx: &mut Ctx<'_>, word: Option<&[u8]>, what: &str) -> Result<u32, Fail> {
    word.map_or(Ok(0), |word| device(cx, word, what))
}

/// The slots that hold a word, as bits.
fn marks(slots: &Slots<'_>) -> u32 {
    (0..SLOTS).zip(slots).fold(0, |bits, (n, slot)| {
        let bit = 1_u32.checked_shl(u32::try_from(n).unwrap_or(32)).unwrap_or(0);
        if slot.is_some() { bits | bit } else { bits }
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
    let Some((first, last)) = range(word) else {
        return Err(cx.err.usage(&[b"Invalid VLAN ID \"%\"", word]));
    };
    let (first, last) = (u16::try_from(first).unwrap_or(u16::MAX), u16::try_from(last).unwrap_or(u16::MAX));
    if last < first || last > 4095 {
        return Err(cx.err.usage(&[b"Invalid VLAN range \"%\"", word]));
    }
    Ok((first, last))
}

/// The same of a word that may be missing: 0 then. Filters take one.
fn vid_if(cx: &mut Ctx<'_>, word: Option<&[u8]>) -> Result<u16, Fail> {
    word.map_or(Ok(0), |word| vids(cx, word).map(|(first, _)| first))
}

/// Prints the rows numbered in `order`, whatever their flags.
fn pick(page: &mut Page<'_>, set: &AttrSet, a: Attrs<'_>, order: &[u8]) {
    for ty in order {
        let ty = u16::from(*ty);
        if let (Some(row), Some(payload)) = (set.row(ty), a.raw(ty)) {
            show::show_row(&row, payload, &mut page.out, &mut page.names);
        }
    }
}

/// Prints the names of the bits set in `v` as an array.
fn bits(out: &mut Out<'_>, pattern: &str, names: &Names, v: u32) {
    out.open_array("flags", "");
    for (_, name) in names.iter().filter(|(bit, _)| bit & v != 0) {
        out.str("-", pattern, name.as_bytes());
    }
    out.close_array("");
}

/// A listing in columns: the port, then its records, one a line.
struct Table {
    /// The key of the records in JSON.
    key: &'static str,
    /// Whether the port's first record has been printed.
    open: bool,
    /// Whether the records are no more.
    deleted: bool,
}

impl Table {
    fn new(key: &'static str) -> Table {
        Table { key, open: false, deleted: false }
    }

    /// Begins a record of the port `index`; its name stands before the first.
    fn record(&mut self, page: &mut Page<'_>, index: u32) {
        if self.open {
            page.out.spaces(18);
        } else {
            self.open = true;
            page.out.open_object("");
            if self.deleted {
                page.out.is("deleted", "Deleted ");
            }
            let name = page.names.ifname(index);
            page.out.style(Style::IfName).column(name.as_bytes(), 17);
            page.out.str("ifname", "", name.as_bytes());
            page.out.open_array(self.key, "");
        }
        page.out.open_object("");
    }

    /// Ends the port, if it had records.
    fn end(&mut self, out: &mut Out<'_>) -> bool {
        if self.open {
            out.close_array("");
            out.close_object();
        }
        core::mem::take(&mut self.open)
    }
}

/// Ends a record that stands on a line of its own whatever the mode.
fn end_line(out: &mut Out<'_>) {
    if !out.json() {
        out.bytes(b"\n");
    }
    out.close_object();
}

/// Asks for one entry by `m` and prints the answer.
fn one(cx: &mut Ctx<'_>, m: &mut Build<'_>, print: fn(&mut Page<'_>, &Message<'_>)) -> Done {
    match cx.conn.get(m) {
        Ok(m) => {
            cx.page.out.open_document();
            print(&mut cx.page, &m);
            Ok(())
        }
        Err(e) => {
            cx.err.net(e, &cx.conn, Some(m));
            Err(Fail(254))
        }
    }
}
