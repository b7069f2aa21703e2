//! `bridge monitor`: what changes, as it changes.

use super::{Filter, Print, fdb, link, mdb, vlan, vni};
use crate::grammar::{Grammar, Object, Verb, spelled};
use crate::ip::monitor::time;
use crate::report::Done;
use crate::words::Line;
use crate::{Ctx, Page};
use nlbox_core::conn::{Errno, Error};
use nlbox_core::rt::link::ifla;
use nlbox_core::rt::rtm;
use nlbox_core::wire::header::Message;

/// `bridge monitor`.
pub static OBJECT: Object = Object {
    name: "monitor",
    about: "what changes, as it changes",
    verbs: &[Verb {
        word: "all|f[ile]|l[ink]|fdb|m[db]|v[lan]|vni|a[ll]",
        run: words,
        grammar: Some(&GRAMMAR),
    }],
    default: |cx, _| watch(cx, DEFAULT, false),
};

static GRAMMAR: Grammar =
    Grammar { set: &ifla::SET, args: crate::args![], bare: None, usage: "| link | fdb | mdb | vlan | vni" };

/// A table that is watched.
struct Watched {
    word: &'static str,
    label: &'static str,
    /// `RTNLGRP_*`.
    group: u8,
    /// The first of its three message types, each in a block of four.
    ty: u16,
    print: Print,
}

static TABLES: [Watched; 5] = [
    Watched { word: "l[ink]", label: "[LINK]", group: 1, ty: rtm::NEWLINK, print: link::print },
    Watched { word: "fdb", label: "[NEIGH]", group: 3, ty: rtm::NEWNEIGH, print: fdb::print },
    Watched { word: "m[db]", label: "[MDB]", group: 26, ty: rtm::NEWMDB, print: mdb::print },
    Watched { word: "v[lan]", label: "[VLAN]", group: 33, ty: rtm::NEWVLAN, print: vlan::print },
    Watched { word: "vni", label: "[TUNNEL]", group: 35, ty: rtm::NEWTUNNEL, print: vni::print },
];
/// Links, forwarding databases and groups, as bits of the places of [`TABLES`].
const DEFAULT: u8 = 7;
const ALL: u8 = 31;
const ENOBUFS: i32 = 105;

fn words(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    line.back();
    let (mut wanted, mut labels) = (0_u8, false);
    while let Some(word) = line.next() {
        match TABLES.iter().position(|t| spelled(word, t.word)) {
            Some(n) => wanted |= 1_u8.wrapping_shl(u32::try_from(n).unwrap_or(0)),
            None if spelled(word, "a[ll]") => {
                wanted = ALL;
                labels = true;
            }
            None if spelled(word, "f[ile]") => {
                return Err(cx.err.plain(&[b"Option \"%\" is not in this build.", word]));
            }
            None if nlbox_core::spec::matches(word, "help") => return Err(crate::report::Fail::HELP),
            None => {
                return Err(cx
                    .err
                    .usage(&[b"Argument \"%\" is unknown, try \"bridge monitor help\".", word]));
            }
        }
    }
    watch(cx, wanted, labels)
}

/// Prints what is told about the tables `wanted`, until there is nobody to print for.
fn watch(cx: &mut Ctx<'_>, wanted: u8, labels: bool) -> Done {
    for (n, t) in (0..).zip(&TABLES) {
        if wanted & 1_u8.wrapping_shl(n) != 0 {
            cx.conn.join(t.group.into()).map_err(|e| cx.err.net(e, &cx.conn, None))?;
        }
    }
    while !cx.page.out.failed() {
        let (conn, page) = (&mut cx.conn, &mut cx.page);
        let heard = conn.listen(&mut |m| {
            if let Some(t) = TABLES.iter().find(|t| m.ty & !3 == t.ty) {
                event(page, m, t, labels);
            }
        });
        match heard {
            Ok(()) => {}
            // What was lost is lost; what comes next is told.
            Err(Error::Os(Errno(ENOBUFS))) => {
                let _ = cx.err.system(&[b"netlink receive error"], ENOBUFS);
            }
            Err(e) => return Err(cx.err.net(e, &cx.conn, None)),
        }
        cx.page.out.flush();
    }
    Ok(())
}

fn event(page: &mut Page<'_>, m: &Message<'_>, table: &Watched, labels: bool) {
    if page.opts.timestamp > 0 {
        // In JSON an object of its own in front of the event.
        page.out.open_object("");
        time::now(&mut page.out, page.opts.timestamp);
        page.out.close_object();
        page.out.end_value();
    }
    if labels {
        page.out.text(table.label);
    }
    (table.print)(page, m, &Filter::default());
    page.out.end_value();
}
