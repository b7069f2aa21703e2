//! `ip tuntap`: links whose other end is a program. They are made through `/dev/net/tun` and listed over netlink.

use crate::grammar::{Arg, Grammar, Object, SLOTS, Slots, To, Verb, fill};
use crate::ip::link::show::{Filter, Row};
use crate::ip::netns::walk;
use crate::ip::nsref::{self, Path};
use crate::ip::value::{keep, slot};
use crate::report::{Done, Fail};
use crate::words::Line;
use crate::{Ctx, TX, accounts};
use nlbox_core::names;
use nlbox_core::rt::kind::tun;
use nlbox_core::rt::link::{IFINFO_LEN, ifla, info};
use nlbox_core::rt::rtm;
use nlbox_core::spec::Account;
use nlbox_core::text::ifname::IfName;
use nlbox_core::text::num;
use nlbox_core::text::out::Out;
use nlbox_core::wire::build::Build;
use nlbox_sys::errno::Errno;
use nlbox_sys::fd::{Dir, read_file, readlink};
use nlbox_sys::ioctl::{Tun, TunFlags};

const DEV: u8 = 0;
const MODE: u8 = 1;
const USER: u8 = 2;
const GROUP: u8 = 3;

/// The words that are flags, by slot.
static FLAGS: &[(u8, TunFlags)] = &[
    (4, TunFlags::NO_PI),
    (5, TunFlags::ONE_QUEUE),
    (6, TunFlags::VNET_HDR),
    (7, TunFlags::MULTI_QUEUE),
];

static DEV_ARG: Arg = Arg::new("n[ame]", To::Slot(DEV)).once_or_garbage();

static GRAMMAR: Grammar = Grammar {
    set: &ifla::SET,
    args: crate::args![
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
    bare: Some(&DEV_ARG),
    usage: "[ DEVICE ]",
};

static LISTED: Grammar = Grammar {
    set: &ifla::SET,
    args: crate::args![Arg::new("d[ev]", To::Slot(DEV))],
    bare: Some(&DEV_ARG),
    usage: "[ DEVICE ]",
};

/// `ip tuntap`.
pub static OBJECT: Object = Object {
    name: "tuntap",
    about: "tun and tap: links whose other end is a program",
    verbs: &[
        Verb { word: "a[dd]", run: add, grammar: Some(&GRAMMAR) },
        Verb { word: "d[elete]", run: del, grammar: Some(&GRAMMAR) },
        Verb { word: "s[how]", run: show, grammar: Some(&LISTED) },
        Verb { word: "l[st]", run: show, grammar: Some(&LISTED) },
        Verb { word: "l[ist]", run: show, grammar: Some(&LISTED) },
    ],
    default: show,
};

fn mode<'l>(cx: &mut Ctx<'_>, line: &mut Line<'l>, _: &mut Build<'_>, slots: &mut Slots<'l>) -> Done {
    let word = line.value(&mut cx.err)?;
    if tun::TYPES.number(word).is_none() {
        return Err(cx.err.usage(&[b"Unknown tunnel mode \"%\"", word]));
    }
    if slot(slots, MODE).is_some_and(|before| before != word) {
        return Err(cx.err.usage(&[b"You managed to ask for more than one tunnel mode."]));
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
    let mut slots = [None; SLOTS];
    fill(cx, line, &GRAMMAR, &mut Build::new(&mut [0; 32], 0, 0, &[]), &mut slots)?;
    let Some(mode) = slot(&slots, MODE) else {
        return Err(cx.err.plain(&[b"You failed to specify a tunnel mode"]));
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
    let work = || -> Result<(), (&str, Errno)> {
        let tun = Tun::open(name, flags).map_err(|e| ("TUNSETIFF", e))?;
        if let Some(user) = user {
            tun.set_owner(user).map_err(|e| ("TUNSETOWNER", e))?;
        }
        if let Some(group) = group {
            tun.set_group(group).map_err(|e| ("TUNSETGROUP", e))?;
        }
        tun.set_persist(new).map_err(|e| ("TUNSETPERSIST", e))
    };
    work().map_err(|(what, e)| cx.err.failed("ioctl(%)", what.as_bytes(), e.0))
}

/// The user or group of a new device.
fn account(cx: &mut Ctx<'_>, slots: &Slots<'_>, n: u8, kind: Account, new: bool) -> Result<Option<u32>, Fail> {
    let Some(word) = slot(slots, n) else { return Ok(None) };
    let what: &[u8] = if kind == Account::User { b"user" } else { b"group" };
    if !new {
        return Err(cx.err.garbage(b"name", what));
    }
    let id = accounts::number(kind, word);
    id.map(Some).ok_or_else(|| cx.err.usage(&[b"invalid % \"%\"", what, word]))
}

names! {
    /// The attributes that are flags, in the order of the listing; the kernel's flag against headers had another name.
    static SHOWN = 4 "pi", 7 "multi_queue", 5 "vnet_hdr", 6 "persist", 4 "filter";
}

fn show(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let mut slots = [None; SLOTS];
    fill(cx, line, &LISTED, &mut Build::new(&mut [0; 32], 0, 0, &[]), &mut slots)?;
    let dev = slot(&slots, DEV);
    let filter = Filter { kind: Some(b"tun"), ..Filter::default() };
    let mut tx = [0; TX];
    let mut m = Build::new(&mut tx, rtm::GETLINK, 0, &[0; IFINFO_LEN]);
    filter.ask(&mut m);
    crate::dump::dump(cx, &mut m, &mut |page, m| {
        let row = Row::of(m).filter(|row| row.passes(&filter) && dev.is_none_or(|dev| dev == row.name));
        let Some(row) = row else { return Ok(()) };
        let a = row.attrs.nest(ifla::LINKINFO).nest(info::DATA);
        let out = &mut page.out;
        out.open_object("");
        out.str("ifname", "%:", row.name);
        out.open_array("flags", "");
        let ty = a.get(tun::data::TYPE).and_then(|ty| tun::TYPES.name(ty.into()));
        out.str("-", " %", ty.unwrap_or("UNKNOWN_TYPE").as_bytes());
        for (ty, name) in SHOWN.iter() {
            if u16::try_from(ty).is_ok_and(|ty| a.raw(ty).is_some_and(|v| v != [0])) {
                out.str("-", " %", name.as_bytes());
            }
        }
        out.close_array("");
        for (key, name, pattern) in
            [(tun::data::OWNER, "user", " user %"), (tun::data::GROUP, "group", " group %")]
        {
            if let Some(id) = a.get(key) {
                out.num(name, pattern, id.into());
            }
        }
        if page.opts.details > 0 {
            processes(&mut page.out, row.name);
        }
        let out = &mut page.out;
        out.text("\n");
        out.close_object();
        Ok(())
    })
}

/// The processes that hold a device: a descriptor of `/dev/net/tun` whose fdinfo names it.
fn processes(out: &mut Out<'_>, dev: &[u8]) {
    out.line();
    out.open_array("processes", "\tAttached to processes:");
    let Ok(proc) = Dir::open(c"/proc") else { return out.close_array("") };
    let _ = walk(proc, &mut |_, pid| {
        let Some(number) = num::parse_u64_base(pid, 10) else { return };
        let mut path = Path::new();
        let Ok(fds) = nsref::fill(&mut path, "/proc/%/fd", pid).and_then(Dir::open) else { return };
        let _ = walk(fds, &mut |_, fd| {
            let mut buf = [0; 1024];
            let mut path = Path::new();
            let at = |path: &mut Path, what: &[u8]| {
                path.join(&[b"/proc/", pid, what, fd]).map(|_| ())
            };
            let is_tun = at(&mut path, b"/fd/").and_then(|()| readlink(path.as_cstr(), &mut buf));
            if is_tun != Ok(b"/dev/net/tun") || at(&mut path, b"/fdinfo/").is_err() {
                return;
            }
            let info = read_file(path.as_cstr(), &mut buf).unwrap_or(&[]);
            if !info.split(|b| *b == b'\n').any(|line| line.strip_prefix(b"iff:\t") == Some(dev)) {
                return;
            }
            let comm = nsref::fill(&mut path, "/proc/%/comm", pid).and_then(|path| read_file(path, &mut buf));
            out.open_object("");
            out.str("name", "%", comm.unwrap_or(&[]).trim_ascii_end());
            out.num("pid", "(%)", number);
            out.close_object();
        });
    });
    out.close_array("");
}
