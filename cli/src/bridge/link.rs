//! `bridge link`: ports and their options.

use super::{device, device_if, end_line, head, marks, pick};
use crate::grammar::{Arg, Grammar, Object, Slots, To, Verb, read};
use crate::ip::link::show::{self, Row};
use crate::ip::value::slot;
use crate::report::Done;
use crate::words::Line;
use crate::{Ctx, Page};
use nlbox_core::rt::brvlan::spec;
use nlbox_core::rt::kind::bridge_slave::data;
use nlbox_core::rt::link::{IFINFO_LEN, INDEX_AT, ifla};
use nlbox_core::rt::rtm;
use nlbox_core::spec::{Bad, Kind, put, show as rows};
use nlbox_core::wire::attr::NLA_F_NESTED;
use nlbox_core::wire::build::Build;
use nlbox_core::wire::header::Message;

/// `bridge link`.
pub static OBJECT: Object = Object {
    name: "link",
    about: "ports of bridges",
    verbs: &[
        Verb { word: "set|c[hange]", run: set, grammar: Some(&SET) },
        Verb { word: "s[how]|lst|l[ist]", run: list, grammar: Some(&SHOW) },
    ],
    default: list,
};

const DEV: u8 = 0;
/// As `BRIDGE_FLAGS_MASTER` (1) and `BRIDGE_FLAGS_SELF` (2) are bits.
const MASTER: u8 = 8;
const SELF: u8 = 9;
const HWMODE: u8 = 16;
const OF_MASTER: u8 = 17;

static SHOW: Grammar = Grammar {
    set: &ifla::SET,
    args: crate::args![Arg::new("dev", To::Slot(DEV)), Arg::new("master", To::Slot(OF_MASTER))],
    bare: None,
    usage: "",
};

static OPTION: Arg = Arg::new("", To::Call(option, ""));

static SET: Grammar = Grammar {
    set: &data::SET,
    args: crate::args![
        Arg::new("dev", To::Slot(DEV)),
        Arg::new("self", To::Mark(SELF)),
        Arg::new("master", To::Mark(MASTER)),
        Arg::new("hwmode", To::Slot(HWMODE)),
    ],
    bare: Some(&OPTION),
    usage: "OPTION VALUE... (those of ip link set type bridge_slave)",
};

/// `IFLA_BRPORT_*` that every port shows, then, from `DETAILS` on, those of `-d`. All but `N_GROUPS` can be set.
static ORDER: [u8; 24] =
    [1, 2, 3, 4, 5, 6, 7, 8, 11, 9, 27, 30, 25, 28, 32, 43, 29, 33, 39, 40, N_GROUPS, 42, 34, 44];
const DETAILS: usize = 3;
const N_GROUPS: u8 = 41;

/// `bridge link [show]`.
fn list(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let mut tx = [0; 64];
    let mut m = Build::new(&mut tx, rtm::GETLINK, 0, head(IFINFO_LEN));
    let slots = read(cx, line, &SHOW, &mut m)?;
    let index = device_if(cx, slot(&slots, DEV), "")?;
    let master = device_if(cx, slot(&slots, OF_MASTER), "")?;
    crate::dump::dump(cx, &mut m, &mut |page, m| {
        if let Some(row) = Row::of(m)
            && (index == 0 || index == row.info.index)
            && (master == 0 || row.attrs.get(ifla::MASTER) == Some(master))
        {
            print(page, m);
        }
        Ok(())
    })
}

/// Prints a port.
pub fn print(page: &mut Page<'_>, m: &Message<'_>) {
    let Some(row) = Row::of(m) else { return };
    page.names.learn(row.info.index, row.name);
    page.out.open_object("");
    if m.ty == rtm::DELLINK {
        page.out.is("deleted", "Deleted ");
    }
    show::head(page, &row);
    let a = row.attrs;
    pick(page, &ifla::SET, a, &[4, 10]);
    let port = a.nest(ifla::PROTINFO);
    let (short, details) = ORDER.split_at_checked(DETAILS).unwrap_or((&ORDER, &[]));
    pick(page, &data::SET, port, short);
    if page.opts.details > 0 && a.has(ifla::PROTINFO) {
        page.out.line();
        page.out.text("    ");
        for ty in details {
            let ty = u16::from(*ty);
            if let (Some(mut row), Some(payload)) = (data::SET.row(ty), port.raw(ty)) {
                // Here an option has one name, on the command line as in JSON.
                row.name = row.keyword();
                rows::show_row(&row, payload, &mut page.out, &mut page.names);
            }
        }
    }
    if let Some(mode) = a.nest(ifla::AF_SPEC).get(spec::MODE) {
        page.out.str("hwmode", "hwmode % ", if mode == 0 { b"VEB" } else { b"VEPA" });
    }
    end_line(&mut page.out);
}

/// One option, by its row.
fn option<'l>(cx: &mut Ctx<'_>, line: &mut Line<'l>, m: &mut Build<'_>, _: &mut Slots<'l>) -> Done {
    let word = line.value(&mut cx.err)?;
    let ours = |ty: u16| u8::try_from(ty).is_ok_and(|ty| ty != N_GROUPS && ORDER.contains(&ty));
    let Some(row) = data::SET.iter().find(|r| r.keyword().as_bytes() == word && ours(r.ty)) else {
        return Err(cx.err.usage(&[b"Error: unknown word \"%\"", word]));
    };
    let value = if matches!(row.kind, Kind::Word(..)) { word } else { line.value(&mut cx.err)? };
    put::put(&row, m, value, &mut cx.page.names).map_err(|bad| match bad {
        Bad::NoDevice => cx.err.usage(&[b"Error: device % does not exist", value]),
        Bad::OneOf => cx.err.one_of_on_off(word, value, 22),
        _ if row.ty == data::STATE.ty() => cx.err.usage(&[b"Error: invalid STP port state"]),
        _ => cx.err.invalid(value, word, "Invalid \"%\" value\n"),
    })
}

/// `bridge link set`.
fn set(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let mut tx = [0; 512];
    let mut m = Build::new(&mut tx, rtm::SETLINK, 0, head(IFINFO_LEN));
    let at = m.open(ifla::PROTINFO.ty() | NLA_F_NESTED);
    let slots = read(cx, line, &SET, &mut m)?;
    m.close(at);
    let Some(dev) = slot(&slots, DEV) else { return Err(cx.err.usage(&[b"Device is a required argument."])) };
    let mut flags = u16::try_from(marks(&slots).wrapping_shr(8) & 3).unwrap_or(0);
    let mode = match slot(&slots, HWMODE) {
        None => None,
        Some(b"veb") => Some(0),
        Some(b"vepa") => Some(1),
        Some(_) => return Err(cx.err.usage(&[b"Mode argument must be \"vepa\" or \"veb\"."])),
    };
    if mode.is_some() {
        // Only a device of its own has a mode.
        flags |= 2;
    }
    let index = device(cx, dev, "bridge ")?;
    m.head(INDEX_AT, &index.to_ne_bytes());
    if flags != 0 {
        let mut nest = m.nest_plain(ifla::AF_SPEC.ty());
        nest.put(spec::FLAGS, flags);
        if let Some(mode) = mode {
            nest.put(spec::MODE, mode);
        }
    }
    crate::ip::send(cx, &mut m)
}
