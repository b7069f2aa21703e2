//! `bridge fdb`: which link-layer address is behind which port, or at which end of a VXLAN.

use super::{
    BR, Command, DEV, DEV_ARG, DEVICE_OR_MASTER, Filter, Request, VID, bits, device, end_line, one, open,
    pick, run,
};
use crate::grammar::{Arg, Grammar, Object, Slots, Table, To};
use crate::ip::value::{address, put_num, wrong};
use crate::report::Done;
use crate::words::Line;
use crate::{Ctx, Page};
use nlbox_core::rt::fdb::{FLAGS, STATES, fdb, nfea};
use nlbox_core::rt::neigh::{CacheInfo, FLAGS_AT, NDMSG_LEN, NdMsg, STATE_AT, nud};
use nlbox_core::rt::rtm;
use nlbox_core::spec::show;
use nlbox_core::text::ip::af;
use nlbox_core::text::out::Style;
use nlbox_core::text::{mac, num};
use nlbox_core::wire::build::Build;
use nlbox_core::wire::header::{Message, nlm};
use zerocopy::FromBytes;

/// `bridge fdb`.
pub static OBJECT: Object = crate::object! {
    name: "fdb",
    about: "forwarding databases",
    verbs: [
        Verb {
            word: "a[dd]",
            run: |cx, l| run(cx, l, rtm::NEWNEIGH, nlm::CREATE | nlm::EXCL, &MODIFY),
            grammar: Some(&ENTRY),
        },
        Verb {
            word: "ap[pend]",
            run: |cx, l| run(cx, l, rtm::NEWNEIGH, nlm::CREATE | nlm::APPEND, &MODIFY),
            grammar: Some(&ENTRY),
        },
        Verb {
            word: "r[eplace]",
            run: |cx, l| run(cx, l, rtm::NEWNEIGH, nlm::CREATE | nlm::REPLACE, &MODIFY),
            grammar: Some(&ENTRY),
        },
        Verb { word: "d[elete]", run: |cx, l| run(cx, l, rtm::DELNEIGH, 0, &MODIFY), grammar: Some(&ENTRY) },
        Verb { word: "g[et]", run: |cx, l| run(cx, l, rtm::GETNEIGH, 0, &GET_COMMAND), grammar: Some(&GET) },
        Verb { word: "s[how]|ls[t]|l[ist]", run: list, grammar: Some(&SHOW) },
        Verb {
            word: "flush",
            run: |cx, l| run(cx, l, rtm::DELNEIGH, nlm::BULK, &FLUSH_COMMAND),
            grammar: Some(&FLUSH),
        },
    ],
    default: list,
};

static MODIFY: Command = Command {
    grammar: &ENTRY,
    then: modify,
    need: 1 << DEV | 1 << TO,
    missing: 1,
    what: super::PLAIN,
    len: super::byte(NDMSG_LEN),
    nest: 0,
};
static GET_COMMAND: Command =
    Command { grammar: &GET, then: get, need: 1 << TO, missing: DEVICE_OR_MASTER, ..MODIFY };
static LIST: Command = Command { grammar: &SHOW, then: show_all, need: 0, ..MODIFY };
static FLUSH_COMMAND: Command =
    Command { grammar: &FLUSH, then: flush, need: 1 << DEV, missing: 0, what: super::BRIDGE, ..MODIFY };

fn list(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    run(cx, line, rtm::GETNEIGH, 0, &LIST)
}

// Words for flags are marks in the slots that their bits number: `NTF_*` from 0 on, states from `STATES_FROM`; what
// must not be set, sixteen further.
const USE: u8 = 0;
const SELF: u8 = 1;
const MASTER: u8 = 2;
const LEARNED: u8 = 4;
const OFFLOADED: u8 = 5;
const STICKY: u8 = 6;
const ROUTER: u8 = 7;
const STATIC: u8 = 8;
const DYNAMIC: u8 = 9;
const PERMANENT: u8 = 15;
const NOT: u8 = 16;
/// `bridge fdb flush static` and `nodynamic` ask for the same state, and not for the same mask of it.
const NODYNAMIC: u8 = 13;
const NOARP: u8 = 14;

const STATE: u8 = 27;
const TO: u8 = 28;
const PORT_OF: u8 = 23;
const NOTIFY: u8 = 10;
const INACTIVE: u8 = 11;
const NOREFRESH: u8 = 12;

const VLAN_ARG: Arg = Arg::new("v[lan]", To::Call(vlan, "VID"));
const TO_ARG: Arg = Arg::new("to", To::Slot(TO)).once_or_garbage();
const TO_BARE: Arg = TO_ARG;
const PORT: Arg = Arg::new("port", To::Attr(fdb::PORT.ty())).bad("invalid port\n");
const VNI: Arg = Arg::new("vni", To::Attr(fdb::VNI.ty())).bad("invalid VNI\n");
const SRC_VNI: Arg = Arg::new("src_vni", To::Attr(fdb::SRC_VNI.ty())).bad("invalid src VNI\n");
const DST: Arg = Arg::new("dst", To::Call(dst, "ADDR")).once_or_garbage();
const NHID: Arg = Arg::new("nhid", To::Attr(fdb::NH_ID.ty())).bad("\"id\" value is invalid\n");

static SHOW: Grammar = crate::grammar! {
    set: &fdb::SET,
    args: [
        Arg::new("brport|dev", To::Slot(DEV)),
        Arg::new("br", To::Slot(BR)),
        Arg::new("vlan", To::Slot(VID)),
        Arg::new("state", To::Slot(STATE)),
        Arg::new("dynamic", To::Mark(DYNAMIC)),
    ],
};

static ENTRY: Grammar = crate::grammar! {
    set: &fdb::SET,
    args: [
        DEV_ARG,
        DST,
        NHID,
        PORT,
        VNI,
        SRC_VNI,
        Arg::new("via", To::Call(via, "DEVICE")),
        Arg::new("self", To::Mark(SELF)),
        Arg::new("m[aster]", To::Mark(MASTER)),
        Arg::new("r[outer]", To::Mark(ROUTER)),
        Arg::new("l[ocal]|p[ermanent]", To::Mark(PERMANENT)),
        Arg::new("s[tatic]|t[emp]", To::Mark(STATIC)),
        Arg::new("d[ynamic]", To::Mark(DYNAMIC)),
        VLAN_ARG,
        Arg::new("u[se]", To::Mark(USE)),
        Arg::new("e[xtern_learn]", To::Mark(LEARNED)),
        Arg::new("s[ticky]", To::Mark(STICKY)),
        Arg::new("activity_notify", To::Mark(NOTIFY)),
        Arg::new("inactive", To::Mark(INACTIVE)),
        Arg::new("norefresh", To::Mark(NOREFRESH)),
        TO_ARG,
    ],
    bare: TO_BARE,
    usage: "LLADDR",
};

static GET: Grammar = crate::grammar! {
    set: &fdb::SET,
    args: [
        Arg::new("brport|dev", To::Slot(DEV)),
        Arg::new("br", To::Slot(BR)),
        VLAN_ARG,
        VNI,
        Arg::new("self", To::Mark(SELF)),
        Arg::new("m[aster]", To::Mark(MASTER)),
        Arg::new("d[ynamic]", To::Mark(DYNAMIC)),
        TO_ARG,
    ],
    bare: TO_BARE,
    usage: "LLADDR",
};

static FLUSH: Grammar = crate::grammar! {
    set: &fdb::SET,
    args: [
        DEV_ARG,
        Arg::new("brport", To::Slot(PORT_OF)),
        Arg::new("vlan", To::Slot(VID)),
        SRC_VNI,
        NHID,
        VNI,
        PORT,
        DST,
        Arg::new("self", To::Mark(SELF)),
        Arg::new("master", To::Mark(MASTER)),
        Arg::new("permanent", To::Mark(PERMANENT)),
        Arg::new("nopermanent", To::Mark(PERMANENT + NOT)),
        Arg::new("static", To::Mark(NOARP)),
        Arg::new("nostatic", To::Mark(NODYNAMIC + NOT)),
        Arg::new("dynamic", To::Mark(NOARP + NOT)),
        Arg::new("nodynamic", To::Mark(NODYNAMIC)),
        Arg::new("added_by_user", To::Mark(USE)),
        Arg::new("noadded_by_user", To::Mark(USE + NOT)),
        Arg::new("extern_learn", To::Mark(LEARNED)),
        Arg::new("noextern_learn", To::Mark(LEARNED + NOT)),
        Arg::new("sticky", To::Mark(STICKY)),
        Arg::new("nosticky", To::Mark(STICKY + NOT)),
        Arg::new("offloaded", To::Mark(OFFLOADED)),
        Arg::new("nooffloaded", To::Mark(OFFLOADED + NOT)),
    ],
};

fn vlan<'l>(cx: &mut Ctx<'_>, line: &mut Line<'l>, m: &mut Build<'_>, _: &mut Slots<'l>) -> Done {
    let word = line.value(&mut cx.err)?;
    if !m.lacks(fdb::VLAN.ty()) {
        return Err(cx.err.garbage(b"vlan", b"vlan"));
    }
    match num::parse_u16(word).filter(|v| *v < 4095) {
        Some(v) => m.put(fdb::VLAN, v),
        None => return Err(cx.err.usage_as("Error: invalid vlan id.")),
    }
    Ok(())
}

fn dst<'l>(cx: &mut Ctx<'_>, line: &mut Line<'l>, m: &mut Build<'_>, _: &mut Slots<'l>) -> Done {
    let word = line.value(&mut cx.err)?;
    let ip = address(&mut cx.err, word, cx.page.opts.family)?;
    m.put(fdb::DST, ip.bytes());
    Ok(())
}

fn via<'l>(cx: &mut Ctx<'_>, line: &mut Line<'l>, m: &mut Build<'_>, _: &mut Slots<'l>) -> Done {
    let word = line.value(&mut cx.err)?;
    let index = device(cx, Some(word), "")?;
    m.put(fdb::IFINDEX, index);
    Ok(())
}

fn put_lladdr(cx: &mut Ctx<'_>, r: &mut Request<'_, '_>) -> Done {
    let word = r.slot(TO).unwrap_or(&[]);
    let mut bytes = [0; 32];
    match (mac::parse(word, &mut bytes), bytes.first_chunk::<6>()) {
        (Some(6), Some(bytes)) => r.m.put(fdb::LLADDR, bytes),
        _ => return Err(cx.err.usage_of("Invalid mac address ", word)),
    }
    Ok(())
}

/// `NUD_*` as filters name them.
static FILTERS: Table<u16> = crate::table![
    ("p[ermanent]", nud::PERMANENT),
    ("s[tatic]|t[emp]", nud::NOARP),
    ("stale", nud::STALE),
    ("r[eachable]|d[ynamic]", nud::REACHABLE),
    ("all", 0),
];

fn show_all(cx: &mut Ctx<'_>, r: &mut Request<'_, '_>) -> Done {
    if let Some(word) = r.slot(STATE) {
        r.filter.states = FILTERS.find(word).ok_or_else(|| wrong(&mut cx.err, word, "invalid state"))?;
    }
    dynamic_alone(r);
    if r.filter.bridge != 0 {
        r.m.put(fdb::MASTER, r.filter.bridge);
    }
    r.place();
    r.list(cx, "", print)
}

/// With `dynamic`, a permanent entry is not shown.
fn dynamic_alone(r: &mut Request<'_, '_>) {
    if r.has(DYNAMIC) {
        r.filter.not = nud::PERMANENT;
    }
}

/// Prints an entry, if it is one of a forwarding database; without its port where only one was asked for.
pub fn print(page: &mut Page<'_>, m: &Message<'_>, f: &Filter) {
    let (head, a) = m.split::<NDMSG_LEN>();
    let Ok(head) = NdMsg::read_from_bytes(&head) else { return };
    let state = (f.states == 0 || head.state & f.states != 0) && head.state & f.not == 0;
    if head.family != af::AF_BRIDGE || !state || (f.vid != 0 && a.get(fdb::VLAN) != Some(f.vid)) {
        return;
    }
    open(&mut page.out, m);
    pick(page, &fdb::SET, &a, &[2]);
    if f.index == 0 && head.index != 0 {
        let name = nlbox_core::spec::Resolve::ifname(&mut page.names, head.index);
        page.out.text("dev ");
        page.out.style(Style::IfName).str("ifname|% ", name.as_bytes());
    }
    show::show(&fdb::SET, a.bytes(), &mut page.out, &mut page.names);
    let out = &mut page.out;
    let age = a.get(fdb::CACHEINFO).and_then(|b| CacheInfo::read_from_prefix(b).ok());
    if let Some((age, _)) = age.filter(|_| page.opts.stats > 0) {
        put_num(out, "used|used %", i64::from(age.used / 100));
        put_num(out, "updated|/% ", i64::from(age.updated / 100));
    }
    let extended = a.get(fdb::FLAGS_EXT).unwrap_or(0).wrapping_shl(8);
    let notify =
        a.nest(fdb::FDB_EXT_ATTRS).raw(nfea::ACTIVITY_NOTIFY).and_then(|b| b.first()).copied().unwrap_or(0);
    bits(out, "-|% ", &FLAGS, u32::from(head.flags) | extended | u32::from(notify).wrapping_shl(16));
    pick(page, &fdb::SET, &a, &[9]);
    match STATES.iter().find(|(bit, _)| bit & u32::from(head.state) != 0) {
        Some((_, name)) => page.out.str("state|%", name.as_bytes()),
        None => page.out.hex("state|state=%", head.state.into()),
    }
    end_line(&mut page.out);
}

fn modify(cx: &mut Ctx<'_>, r: &mut Request<'_, '_>) -> Done {
    let remote = [fdb::DST.ty(), fdb::PORT.ty(), fdb::VNI.ty()];
    if !r.m.lacks(fdb::NH_ID.ty()) && !remote.iter().all(|ty| r.m.lacks(*ty)) {
        return Err(cx.err.usage_as("dst, port, vni are mutually exclusive with nhid"));
    }
    // A dynamic entry may age; what is neither static nor dynamic is the port's own.
    let mut state = if r.has(DYNAMIC) { 0 } else { nud::NOARP };
    let learned = r.has(STATIC) || r.has(DYNAMIC);
    if learned {
        state |= nud::REACHABLE;
    }
    if r.has(PERMANENT) || !learned {
        state |= nud::PERMANENT;
    }
    r.m.head_u16(STATE_AT, state);
    put_lladdr(cx, r)?;
    let notify = u8::try_from(r.marks.wrapping_shr(NOTIFY.into()) & 3).unwrap_or(0);
    let norefresh = r.has(NOREFRESH);
    if notify != 0 || norefresh {
        let mut nest = r.m.nest(fdb::FDB_EXT_ATTRS.ty());
        if notify != 0 {
            nest.raw(nfea::ACTIVITY_NOTIFY, &[notify]);
        }
        if norefresh {
            nest.raw(nfea::DONT_REFRESH, &[]);
        }
    }
    table(r, 2);
    r.send(cx)
}

/// Puts the flags into the fixed header; without a word of whose table it is, `own`.
fn table(r: &mut Request<'_, '_>, own: u8) {
    let flags = u8::try_from(r.marks & 0xff).unwrap_or(0);
    r.m.head_u8(FLAGS_AT, if flags & 6 == 0 { flags | own } else { flags });
}

fn get(cx: &mut Ctx<'_>, r: &mut Request<'_, '_>) -> Done {
    if r.filter.index == 0 && r.filter.bridge == 0 {
        return Err(super::missing(cx, DEVICE_OR_MASTER));
    }
    put_lladdr(cx, r)?;
    dynamic_alone(r);
    table(r, 0);
    if r.filter.bridge != 0 {
        r.m.put(fdb::MASTER, r.filter.bridge);
    }
    one(cx, r, print)
}

fn flush(cx: &mut Ctx<'_>, r: &mut Request<'_, '_>) -> Done {
    let either = r.marks | r.marks.wrapping_shr(16);
    // The slots of words with values are no marks: 7 to 12.
    let bit = |n: u8| 1_u32.wrapping_shl(n.into());
    let mut state = r.marks.wrapping_shr(8) & 0xc0;
    let mut mask = either.wrapping_shr(8) & 0x80;
    if either & bit(NODYNAMIC) != 0 {
        mask |= 0x40;
    }
    if either & bit(NOARP) != 0 {
        mask |= 0xc0;
    }
    if r.has(NODYNAMIC) {
        state |= 0x40;
    }
    r.m.head_u16(STATE_AT, u16::try_from(state).unwrap_or(0));
    table(r, 2);
    let port = device(cx, r.slot(PORT_OF), "bridge port ")?;
    if port != 0 {
        r.m.put(fdb::IFINDEX, port);
    }
    if r.filter.vid != 0 {
        r.m.put(fdb::VLAN, r.filter.vid);
    }
    let flags = u8::try_from(either & 0x71).unwrap_or(0);
    if flags != 0 {
        r.m.put(fdb::NDM_FLAGS_MASK, flags);
    }
    if mask != 0 {
        r.m.put(fdb::NDM_STATE_MASK, u16::try_from(mask).unwrap_or(0));
    }
    r.send(cx)
}
