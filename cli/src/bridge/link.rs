//! `bridge link`: ports and their options.

use super::{BR, Command, DEV, DEV_ARG, Filter, Request, end_line, open, pick, pick_as, run};
use crate::getopt::choose;
use crate::grammar::{Arg, Grammar, Object, Slots, To};
use crate::ip::link::show::{self, Row};
use crate::report::Done;
use crate::words::Line;
use crate::{Ctx, Page};
use nlbox_core::rt::brvlan::spec;
use nlbox_core::rt::kind::bridge_slave::data;
use nlbox_core::rt::link::{IFINFO_LEN, ifla};
use nlbox_core::rt::rtm;
use nlbox_core::spec::Kind;
use nlbox_core::wire::build::Build;
use nlbox_core::wire::header::Message;

/// `bridge link`.
pub static OBJECT: Object = crate::object! {
    name: "link",
    about: "ports of bridges",
    verbs: [
        Verb {
            word: "s[et]|c[hange]",
            run: |cx, l| run(cx, l, rtm::SETLINK, 0, &SET_COMMAND),
            grammar: Some(&SET),
        },
        Verb { word: "s[how]|ls[t]|l[ist]", run: list, grammar: Some(&SHOW) },
    ],
    default: list,
};

/// As `BRIDGE_FLAGS_MASTER` (1) and `BRIDGE_FLAGS_SELF` (2) are bits.
const MASTER: u8 = 0;
const SELF: u8 = 1;
const HWMODE: u8 = 16;

static SHOW: Grammar = crate::grammar! {
    set: &ifla::SET,
    args: [DEV_ARG, Arg::new("master", To::Slot(BR))],
};

const OPTION: Arg = Arg::new("", To::Call(option, ""));

static SET: Grammar = crate::grammar! {
    set: &data::SET,
    args: [
        DEV_ARG,
        Arg::new("self", To::Mark(SELF)),
        Arg::new("master", To::Mark(MASTER)),
        Arg::new("hwmode", To::Slot(HWMODE)),
    ],
    bare: OPTION,
    usage: "OPTION VALUE... (those of ip link set type bridge_slave)",
};

static SET_COMMAND: Command = Command {
    grammar: &SET,
    then: set,
    need: 1 << DEV,
    missing: 0,
    what: super::BRIDGE,
    len: super::byte(IFINFO_LEN),
    nest: super::byte(ifla::PROTINFO.ty() as usize),
};

static LIST: Command = Command {
    grammar: &SHOW,
    then: |cx, r| r.list(cx, "", print),
    need: 0,
    what: super::PLAIN,
    nest: 0,
    ..SET_COMMAND
};

fn list(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    run(cx, line, rtm::GETLINK, 0, &LIST)
}

/// `IFLA_BRPORT_*` that every port shows, then, from `DETAILS` on, those of `-d`. All but `N_GROUPS` can be set.
static ORDER: [u8; 24] =
    [1, 2, 3, 4, 5, 6, 7, 8, 11, 9, 27, 30, 25, 28, 32, 43, 29, 33, 39, 40, N_GROUPS, 42, 34, 44];
const DETAILS: usize = 3;
const N_GROUPS: u8 = 41;

/// Prints a port.
pub fn print(page: &mut Page<'_>, m: &Message<'_>, filter: &Filter) {
    let Some(row) = Row::of(m) else { return };
    if filter.bridge != 0 && row.attrs.get(ifla::MASTER) != Some(filter.bridge) {
        return;
    }
    page.names.learn(m);
    open(&mut page.out, m);
    show::head(page, &row);
    let a = &row.attrs;
    pick(page, &ifla::SET, a, &[4, 10]);
    let port = a.nest(ifla::PROTINFO);
    let (short, details) = ORDER.split_at_checked(DETAILS).unwrap_or((&ORDER, &[]));
    pick(page, &data::SET, &port, short);
    if page.opts.details > 0 && a.has(ifla::PROTINFO) {
        page.out.line();
        page.out.text("    ");
        // Here an option has one name, on the command line as in JSON.
        pick_as(page, &data::SET, &port, details, true);
    }
    if let Some(mode) = a.nest(ifla::AF_SPEC).get(spec::MODE) {
        page.out.str("hwmode|hwmode % ", if mode == 0 { b"VEB" } else { b"VEPA" });
    }
    end_line(&mut page.out);
}

/// One option, by its row.
fn option<'l>(cx: &mut Ctx<'_>, line: &mut Line<'l>, m: &mut Build<'_>, _: &mut Slots<'l>) -> Done {
    let ours = |r: &nlbox_core::spec::AttrSpec| {
        // The second name of `fastleave` is of `ip link` alone.
        let second = matches!(r.kind, Kind::Custom(_));
        !second && u8::try_from(r.ty).is_ok_and(|ty| ty != N_GROUPS && nlbox_core::bytes::has(&ORDER, ty))
    };
    super::option(cx, line, m, &data::SET, ours, "Invalid \"%\" value\n", "port state")
}

fn set(cx: &mut Ctx<'_>, r: &mut Request<'_, '_>) -> Done {
    r.m.close(r.nest);
    let mut flags = u16::try_from(r.marks & 3).unwrap_or(0);
    let mode = r.slot(HWMODE).map(|word| choose("veb vepa", word, 0));
    if mode == Some(None) {
        return Err(cx.err.usage_as("Mode argument must be \"vepa\" or \"veb\"."));
    }
    if mode.is_some() {
        // Only a device of its own has a mode.
        flags |= 2;
    }
    if flags != 0 {
        let nest = r.m.open(ifla::AF_SPEC.ty());
        r.m.put(spec::FLAGS, flags);
        if let Some(Some(mode)) = mode {
            r.m.put(spec::MODE, mode.into());
        }
        r.m.close(nest);
    }
    r.send(cx)
}
