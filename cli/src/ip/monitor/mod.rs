//! `ip monitor`: what changes, as it changes, printed as the listings print it.
//!
//! When the kernel had to drop events, stderr says so and what is there now follows, each record marked `[RESYNC]`
//! (`"resync":true`): a reader that starts anew at the first of them has lost nothing but history.

mod event;
mod prefix;
pub mod time;

use crate::grammar::{Arg, Grammar, Object, Slots, To, slots};
use crate::ip::value::{slot, words, wrong};
use crate::ip::{saved, stats};
use crate::names::{Link, request};
use crate::report::{Done, Fail, USAGE};
use crate::words::Line;
use crate::{Ctx, Page, RX};
pub use event::stamp;
use event::{EVENTS, Watch};
use nlbox_core::rt::nsid::netnsa;
use nlbox_core::rt::rtm;
use nlbox_core::rt::stats::{LINK_OFFLOAD_XSTATS, MASK_AT};
use nlbox_core::spec::Resolve;
use nlbox_core::text::ip::af;
use nlbox_core::wire::build::Build;
use nlbox_core::wire::header::{Message, nlmsg};
use nlbox_sys::errno::Errno;
use nlbox_sys::fd::{OFlags, open};
use nlbox_sys::memory::map;
use nlbox_sys::netlink::{NETLINK_ROUTE, NetlinkSocket};

/// `ip monitor`.
pub static OBJECT: Object = crate::object! {
    name: "monitor",
    about: "what changes",
    verbs: [Verb { word: "", run: run, grammar: Some(&GRAMMAR) }],
    default: run,
};

const FILE: u8 = 16;
const LABEL: u8 = 17;
const ALL: u8 = 18;
const ALL_NSID: u8 = 19;
const DEV: u8 = 20;

const BARE: Arg = Arg::new("", To::Call(unknown, ""));

/// The slots of what is watched are the places in [`GROUPS`].
static GRAMMAR: Grammar = crate::grammar! {
    set: &netnsa::SET,
    args: [
        Arg::new("f[ile]", To::Slot(FILE)),
        Arg::new("l[abel]", To::Mark(LABEL)),
        Arg::new("l[ink]", To::Mark(0)),
        Arg::new("a[ddress]", To::Mark(1)),
        Arg::new("maddress", To::Mark(2)),
        Arg::new("acaddress", To::Mark(3)),
        Arg::new("r[oute]", To::Mark(4)),
        Arg::new("m[route]", To::Mark(10)),
        Arg::new("p[refix]", To::Mark(5)),
        Arg::new("n[eigh]", To::Mark(6)),
        Arg::new("net[conf]", To::Mark(7)),
        Arg::new("r[ule]", To::Mark(8)),
        Arg::new("n[sid]", To::Mark(9)),
        Arg::new("n[exthop]", To::Mark(11)),
        Arg::new("stats", To::Mark(12)),
        Arg::new("all", To::Mark(ALL)),
        Arg::new("al[l-nsid]", To::Mark(ALL_NSID)),
        Arg::new("dev", To::Slot(DEV)),
    ],
    bare: BARE,
};

/// The families that have groups of their own; 0 stands for the group of all.
const FAMILIES: [u8; 4] = [0, af::AF_INET, af::AF_INET6, af::AF_MPLS];

/// `RTNLGRP_*` of what can be watched, by family.
static GROUPS: [[u8; 4]; 13] = [
    [1, 0, 0, 0],
    [0, 5, 9, 0],
    [0, 37, 38, 0],
    [0, 0, 39, 0],
    [0, 7, 11, 27],
    [0, 0, 18, 0],
    [3, 0, 0, 0],
    [0, 24, 25, 29],
    [0, 8, 19, 0],
    [28, 0, 0, 0],
    [0, 6, 10, 0],
    [32, 0, 0, 0],
    [36, 0, 0, 0],
];

/// Bytes of datagrams that may wait to be read: a burst of some ten thousand routes.
const RCVBUF: i32 = 4 << 20;

/// A word that names nothing to watch, for `ip` and `bridge`.
pub fn unknown(cx: &mut Ctx<'_>, line: &mut Line<'_>, _: &mut Build<'_>, _: &mut Slots<'_>) -> Done {
    let word = line.next().unwrap_or(b"");
    let program = cx.err.program.as_bytes();
    Err(cx.err.usage(&[b"Argument \"%\" is unknown, try \"% monitor help\".", word, program]))
}

fn run(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let mut slots = slots();
    words(cx, line, &GRAMMAR, &mut slots)?;
    let mut watch = Watch { family: cx.page.opts.family, ..Watch::default() };
    watch.label = slot(&slots, LABEL).or(slot(&slots, ALL)).is_some();
    if let Some(dev) = slot(&slots, DEV) {
        let index = cx.page.names.ifindex(dev);
        watch.index = index.ok_or_else(|| wrong(&mut cx.err, dev, "Device does not exist\n"))?;
    }
    // An event is a line of its own; a batch's document is open.
    if cx.page.out.depth() > 0 {
        return Err(cx.err.plain_as("Events do not belong into JSON"));
    }
    cx.page.out.mode.records = true;
    match slot(&slots, FILE) {
        Some(path) => replay(cx, path, &mut |page, m| event::print(page, m, &watch)),
        None => follow(cx, &slots, &mut watch),
    }
}

/// Room for what is read.
fn room(cx: &mut Ctx<'_>) -> Result<&'static mut [u8], Fail> {
    map(RX).map_err(|e| cx.err.failed_as("mmap", e.0))
}

/// The events of the kernel, until a signal ends us.
fn follow(cx: &mut Ctx<'_>, slots: &Slots<'_>, watch: &mut Watch) -> Done {
    let rx = room(cx)?;
    watch.foreign = slot(slots, ALL_NSID).is_some();
    let all = slot(slots, ALL).is_some() || slots.iter().take(GROUPS.len()).all(Option::is_none);
    let socket = subscribe(cx, slots, watch, all);
    let socket = socket.map_err(|e| {
        // What is refused is `all-nsid`.
        cx.err.capability = crate::report::Capability::NetBroadcast;
        cx.err.failed_as("Cannot open netlink socket", e.0)
    })?;
    learn(cx);
    let mut lost = false;
    loop {
        let got = match socket.try_recv(rx) {
            // Only now does the kernel tell of the next loss: it says nothing while what waited is not all read.
            Err(Errno::EAGAIN) if lost => {
                lost = false;
                resync(cx, watch);
                continue;
            }
            Err(Errno::EAGAIN) => {
                // Nothing waits: what has been printed goes out before we do.
                cx.page.out.flush();
                if cx.page.out.failed() {
                    return Ok(());
                }
                socket.recv(rx)
            }
            got => got,
        };
        match got {
            Ok(got) if got.from != 0 => {}
            Ok(got) if got.len <= rx.len() => {
                watch.nsid = got.nsid;
                event::all(&mut cx.page, rx.get(..got.len).unwrap_or(&[]), watch);
            }
            Ok(_) | Err(Errno::ENOBUFS) => {
                if !lost {
                    cx.err.say_as("netlink receive error: events were lost, what is there now follows");
                }
                lost = true;
            }
            Err(e) => return Err(cx.err.failed_as("netlink receive error", e.0)),
        }
    }
}

/// Opens the socket and joins what was asked for; `watch` gets the groups' places.
fn subscribe(cx: &Ctx<'_>, slots: &Slots<'_>, watch: &mut Watch, all: bool) -> Result<NetlinkSocket, Errno> {
    let socket = NetlinkSocket::open(NETLINK_ROUTE, 0)?;
    let size = i32::try_from(cx.page.opts.rcvbuf).ok().filter(|n| *n != 0);
    let _ = socket.set_receive_buffer(size.unwrap_or(RCVBUF));
    if watch.foreign {
        socket.set_listen_all_nsid()?;
    }
    // The kernel sends nothing to a socket that is not bound.
    socket.bind(0)?;
    for (n, groups) in GROUPS.iter().enumerate() {
        if !all && slots.get(n).is_none_or(Option::is_none) {
            continue;
        }
        watch.groups |= 1_u32.wrapping_shl(u32::try_from(n).unwrap_or(31));
        for (group, family) in groups.iter().zip(FAMILIES) {
            if *group != 0 && (family == 0 || watch.family == 0 || watch.family == family) {
                match socket.join((*group).into()) {
                    // An older kernel has fewer groups.
                    Err(_) if all => {}
                    done => done?,
                }
            }
        }
    }
    Ok(socket)
}

/// Asks which links there are: a route's link may be gone before its event is read.
fn learn(cx: &mut Ctx<'_>) {
    let mut tx = [0; 64];
    let mut m = request(&mut tx, Link::Index(0));
    let (conn, names) = (&mut cx.conn, &mut cx.page.names);
    let _ = crate::dump::scan(conn, &mut m, &mut |m: Option<&Message<'_>>| {
        let Some(m) = m else { return };
        names.learn(m);
    });
}

/// Events were lost: prints what is there now.
fn resync(cx: &mut Ctx<'_>, watch: &mut Watch) {
    cx.page.names.close();
    watch.nsid = None;
    watch.resync = true;
    // The word is no label of an event: it stands before them.
    let label = core::mem::take(&mut watch.label);
    event::head(&mut cx.page, watch, "resync");
    event::tail(&mut cx.page, "\n");
    watch.label = label;
    for e in EVENTS.iter().filter(|e| e.header != 0) {
        if watch.groups.wrapping_shr(e.group.into()) & 1 == 0 {
            continue;
        }
        let (mut tx, header) = ([0; 64], [0; 16]);
        let header = header.get(..e.header.into()).unwrap_or(&[]);
        let mut m = Build::new(&mut tx, e.ty.wrapping_add(2), 0, header);
        m.head_u8(0, if e.group == 0 { 0 } else { watch.family });
        if e.ty == rtm::NEWSTATS {
            m.head_u32(MASK_AT, stats::bit(LINK_OFFLOAD_XSTATS));
        }
        // A table that this kernel does not have is empty.
        let _ = crate::dump::dump(cx, &mut m, &mut |page, m| {
            event::print(page, m, watch);
            Ok(())
        });
    }
    watch.resync = false;
}

/// The events that rtmon(8) has written into a file, all of them, for `ip` and `bridge`.
pub fn replay(cx: &mut Ctx<'_>, path: &[u8], each: &mut dyn FnMut(&mut Page<'_>, &Message<'_>)) -> Done {
    let rx = room(cx)?;
    let mut name = crate::ip::nsref::Path::new();
    let file = name.join(&[path]).and_then(|path| open(path, OFlags::RDONLY, 0));
    let file = file.map_err(|e| {
        let _ = cx.err.failed_as("Cannot fopen", e.0);
        USAGE
    })?;
    loop {
        match saved::next(file.raw(), rx) {
            Ok(Some(m)) => each(&mut cx.page, &m),
            Ok(None) => return Ok(()),
            Err(why) => {
                cx.page.out.flush();
                return Err(cx.err.plain(&[why]));
            }
        }
    }
}

/// rtmon's own message: seconds and microseconds of what follows.
pub const TSTAMP: u16 = 15;
const _: () = assert!(TSTAMP > nlmsg::OVERRUN);
