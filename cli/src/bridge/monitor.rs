//! `bridge monitor`: what changes, as it changes.

use super::{Filter, Print, fdb, link, mdb, vlan, vni};
use crate::grammar::{Arg, Grammar, Object, To, fill, slots};
use crate::ip::monitor::{TSTAMP, replay, stamp, time};
use crate::ip::value::slot;
use crate::report::{Done, USAGE};
use crate::words::Line;
use crate::{Ctx, Page};
use nlbox_core::conn::{Errno, Error};
use nlbox_core::rt::link::ifla;
use nlbox_core::rt::rtm;
use nlbox_core::text::nth;
use nlbox_core::wire::build::Build;
use nlbox_core::wire::header::Message;

/// `bridge monitor`.
pub static OBJECT: Object = crate::object! {
    name: "monitor",
    about: "what changes, as it changes",
    verbs: [Verb { word: "", run: watch, grammar: Some(&GRAMMAR) }],
    default: watch,
};

const ALL: u8 = 5;
const FILE: u8 = 6;

const BARE: Arg = Arg::new("", To::Call(crate::ip::monitor::unknown, ""));

/// The slots of what is watched are the places in [`TABLES`].
static GRAMMAR: Grammar = crate::grammar! {
    set: &ifla::SET,
    args: [
        Arg::new("f[ile]", To::Slot(FILE)),
        Arg::new("l[ink]", To::Mark(0)),
        Arg::new("fd[b]", To::Mark(1)),
        Arg::new("m[db]", To::Mark(2)),
        Arg::new("v[lan]", To::Mark(3)),
        Arg::new("vni", To::Mark(4)),
        Arg::new("all", To::Mark(ALL)),
    ],
    bare: BARE,
};

/// A table that is watched.
struct Watched {
    /// `RTNLGRP_*`.
    group: u8,
    /// The first of its three message types, each in a block of four.
    ty: u16,
    print: Print,
}

/// What stands before the events of each of them.
const LABELS: &str = "[LINK] [NEIGH] [MDB] [VLAN] [TUNNEL]";

static TABLES: [Watched; 5] = [
    Watched { group: 1, ty: rtm::NEWLINK, print: link::print },
    Watched { group: 3, ty: rtm::NEWNEIGH, print: fdb::print },
    Watched { group: 26, ty: rtm::NEWMDB, print: mdb::print },
    Watched { group: 33, ty: rtm::NEWVLAN, print: vlan::print },
    Watched { group: 35, ty: rtm::NEWTUNNEL, print: vni::print },
];
/// How many of them, from the front, are watched where none is named.
const DEFAULT: usize = 3;
const ENOBUFS: i32 = 105;

/// Prints what is told about the tables that are named, until there is nobody to print for.
fn watch(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let mut room = [0; 64];
    let mut slots = slots();
    fill(cx, line, &GRAMMAR, &mut Build::new(&mut room, 0, 0, &[]), &mut slots)?;
    let labels = slot(&slots, ALL).is_some();
    if let Some(path) = slot(&slots, FILE) {
        let told = replay(cx, path, &mut |page, m| told(page, m, labels));
        return told.map_err(|_| USAGE);
    }
    let named = slots.iter().any(Option::is_some);
    for (n, (t, wanted)) in TABLES.iter().zip(&slots).enumerate() {
        if labels || wanted.is_some() || !named && n < DEFAULT {
            cx.conn.join(t.group.into()).map_err(|e| cx.err.net(e, &cx.conn, None))?;
        }
    }
    while !cx.page.out.failed() {
        let (conn, page) = (&mut cx.conn, &mut cx.page);
        let heard = conn.listen(&mut |m| told(page, m, labels));
        match heard {
            Ok(()) => {}
            // What was lost is lost; what comes next is told.
            Err(Error::Os(Errno(ENOBUFS))) => {
                let _ = cx.err.failed_as("netlink receive error", ENOBUFS);
            }
            Err(e) => return Err(cx.err.net(e, &cx.conn, None)),
        }
        cx.page.out.flush();
    }
    Ok(())
}

/// Prints what `m` tells, if it is of one of the tables.
fn told(page: &mut Page<'_>, m: &Message<'_>, labels: bool) {
    if m.ty == TSTAMP {
        return stamp(page, m);
    }
    let Some((n, table)) = TABLES.iter().enumerate().find(|(_, t)| m.ty & !3 == t.ty) else { return };
    if page.opts.timestamp > 0 {
        // In JSON an object of its own in front of the event.
        page.out.open_record();
        time::now(&mut page.out, page.opts.timestamp);
        page.out.close_object();
        page.out.end_value();
    }
    if labels {
        page.out.text(nth(LABELS, b' ', n));
    }
    (table.print)(page, m, &Filter::default());
    page.out.end_value();
}
