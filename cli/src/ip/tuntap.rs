//! `ip tuntap`: links whose other end is a program. They are made through `/dev/net/tun` and listed over netlink,
//! which does not tell the processes that hold them.

use crate::grammar::{Arg, Grammar, Object, Slots, To, fill, slots};
use crate::ip::link::show::{Filter, Row};
use crate::ip::value::{keep, slot};
use crate::ip::value::{plain, usage, usage_of};
use crate::report::{Done, Fail};
use crate::words::Line;
use crate::{Ctx, TX, accounts};
use nlbox_core::rt::kind::tun;
use nlbox_core::rt::link::{IFINFO_LEN, ifla, info};
use nlbox_core::rt::rtm;
use nlbox_core::spec::{Account, show};
use nlbox_core::text::ifname::IfName;
use nlbox_core::wire::build::Build;
use nlbox_core::{attrs, names};
use nlbox_sys::errno::Errno;
use nlbox_sys::ioctl::{Tun, TunFlags};

const DEV: u8 = 0;
const MODE: u8 = 1;
const USER: u8 = 2;
const GROUP: u8 = 3;

/// The words that are flags, by slot.
static FLAGS: &[(u8, TunFlags)] =
    &[(4, TunFlags::NO_PI), (5, TunFlags::ONE_QUEUE), (6, TunFlags::VNET_HDR), (7, TunFlags::MULTI_QUEUE)];

const DEV_ARG: Arg = Arg::new("n[ame]", To::Slot(DEV)).once_or_garbage();

static GRAMMAR: Grammar = crate::grammar! {
    set: &ifla::SET,
    args: [
        Arg::new("m[ode]", To::Call(mode, "{ tun | tap }")),
        Arg::new("u[ser]", To::Slot(USER)),
        Arg::new("g[roup]", To::Slot(GROUP)),
        Arg::new("p[i]", To::Mark(4)),
        Arg::new("o[ne_queue]", To::Mark(5)),
        Arg::new("v[net_hdr]", To::Mark(6)),
        Arg::new("mu[lti_queue]", To::Mark(7)),
        Arg::new("n[ame]", To::Slot(DEV)).once_or_garbage(),
        Arg::new("d[ev]", To::Slot(DEV)),
    ],
    bare: DEV_ARG,
    usage: "[ DEVICE ]",
};

static LISTED: Grammar = crate::grammar! {
    set: &ifla::SET,
    args: [Arg::new("d[ev]", To::Slot(DEV))],
    bare: DEV_ARG,
    usage: "[ DEVICE ]",
};

/// `ip tuntap`.
pub static OBJECT: Object = crate::object! {
    name: "tuntap",
    about: "tun and tap: links whose other end is a program",
    verbs: [
        Verb { word: "a[dd]", run: add, grammar: Some(&GRAMMAR) },
        Verb { word: "d[elete]", run: del, grammar: Some(&GRAMMAR) },
        Verb { word: "s[how]", run: list, grammar: Some(&LISTED) },
        Verb { word: "l[st]", run: list, grammar: Some(&LISTED) },
        Verb { word: "l[ist]", run: list, grammar: Some(&LISTED) },
    ],
    default: list,
};

fn mode<'l>(cx: &mut Ctx<'_>, line: &mut Line<'l>, _: &mut Build<'_>, slots: &mut Slots<'l>) -> Done {
    let word = line.value(&mut cx.err)?;
    if tun::TYPES.number(word).is_none() {
        return Err(usage_of(cx, "Unknown tunnel mode \"%\"", word));
    }
    if slot(slots, MODE).is_some_and(|before| before != word) {
        return Err(usage(cx, "You managed to ask for more than one tunnel mode."));
    }
    keep(slots, MODE, word);
    Ok(())
}

fn add(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    modify(cx, line, true)
}

fn del(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    modify(cx, line, false)
}

fn modify(cx: &mut Ctx<'_>, line: &mut Line<'_>, new: bool) -> Done {
    let mut slots = slots();
    fill(cx, line, &GRAMMAR, &mut Build::new(&mut [0; 32], 0, 0, &[]), &mut slots)?;
    let Some(mode) = slot(&slots, MODE) else {
        return Err(plain(cx, "You failed to specify a tunnel mode"));
    };
    let (mut flags, auto): (_, &[u8]) = match mode {
        b"tap" => (TunFlags::TAP, b"tap%d"),
        _ => (TunFlags::TUN, b"tun%d"),
    };
    // The first of the words takes a flag away.
    flags |= TunFlags::NO_PI;
    for (n, flag) in FLAGS {
        if slot(&slots, *n).is_some() {
            flags ^= *flag;
        }
    }
    if new {
        flags |= TunFlags::TUN_EXCL;
    }
    let name = slot(&slots, DEV).unwrap_or(auto);
    if IfName::new(name).is_none() {
        return Err(cx.err.invalid(name, b"dev", "\"%\" not a valid ifname"));
    }
    let user = account(cx, &slots, USER, Account::User, new)?;
    let group = account(cx, &slots, GROUP, Account::Group, new)?;
    let made = make(name, flags, user, group, new);
    made.map(drop).map_err(|(what, e)| cx.err.failed("ioctl(%)", what.as_bytes(), e.0))
}

/// Makes a device that stays, or has the one of that name go; with a failure comes the name of the ioctl.
pub fn make(
    name: &[u8],
    flags: TunFlags,
    user: Option<u32>,
    group: Option<u32>,
    stays: bool,
) -> Result<Tun, (&'static str, Errno)> {
    let tun = Tun::open(name, flags).map_err(|e| ("TUNSETIFF", e))?;
    if let Some(user) = user {
        tun.set_owner(user).map_err(|e| ("TUNSETOWNER", e))?;
    }
    if let Some(group) = group {
        tun.set_group(group).map_err(|e| ("TUNSETGROUP", e))?;
    }
    tun.set_persist(stays).map_err(|e| ("TUNSETPERSIST", e))?;
    Ok(tun)
}

/// The user or group of a new device.
fn account(
    cx: &mut Ctx<'_>,
    slots: &Slots<'_>,
    n: u8,
    kind: Account,
    new: bool,
) -> Result<Option<u32>, Fail> {
    let Some(word) = slot(slots, n) else { return Ok(None) };
    let what: &[u8] = if kind == Account::User { b"user" } else { b"group" };
    if !new {
        return Err(cx.err.garbage(b"name", what));
    }
    let id = accounts::number(kind, word);
    id.map(Some).ok_or_else(|| cx.err.usage(&[b"invalid % \"%\"", what, word]))
}

attrs! {
    /// Who may attach, by number.
    mod owners = "tun" {
        1 OWNER: u32, Kind::Num(Int::U32), "user|| user %";
        2 GROUP: u32, Kind::Num(Int::U32), "group|| group %";
    }
}

names! {
    /// The attributes that are flags, in the order of the listing; the kernel's flag against headers had another name.
    static SHOWN = 4 "pi", 7 "multi_queue", 5 "vnet_hdr", 6 "persist", 4 "filter";
}

fn list(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let mut slots = slots();
    fill(cx, line, &LISTED, &mut Build::new(&mut [0; 32], 0, 0, &[]), &mut slots)?;
    let dev = slot(&slots, DEV);
    let filter = Filter { kind: Some(b"tun"), ..Filter::default() };
    let mut tx = [0; TX];
    let mut m = Build::blank(&mut tx, rtm::GETLINK, 0, IFINFO_LEN);
    filter.ask(&mut m);
    crate::dump::dump(cx, &mut m, &mut |page, m| {
        let row = Row::of(m).filter(|row| row.passes(&filter) && dev.is_none_or(|dev| dev == row.name));
        let Some(row) = row else { return Ok(()) };
        let a = row.attrs.nest(ifla::LINKINFO).nest(info::DATA);
        let out = &mut page.out;
        out.open_record();
        out.str("ifname|%:", row.name);
        out.open_array("flags", "");
        let ty = a.get(tun::data::TYPE).and_then(|ty| tun::TYPES.name(ty.into()));
        out.str("-| %", ty.unwrap_or("UNKNOWN_TYPE").as_bytes());
        for (ty, name) in SHOWN.iter() {
            if u16::try_from(ty).is_ok_and(|ty| a.raw(ty).is_some_and(|v| v != [0])) {
                out.str("-| %", name.as_bytes());
            }
        }
        out.close_list();
        show::show(&owners::SET, a.bytes(), out, &mut page.names);
        let out = &mut page.out;
        out.newline();
        out.close_object();
        Ok(())
    })
}
