//! `bridge fdb`: which link-layer address is behind which port, or at which end of a VXLAN.

use super::{bits, device, device_if, end_line, head, marks, pick, vid_if};
use crate::grammar::{Arg, Grammar, Object, Slots, To, Verb, read, spelled};
use crate::ip::value::{address, keep, put_num, slot};
use crate::report::Done;
use crate::words::Line;
use crate::{Ctx, Page};
use nlbox_core::rt::fdb::{FLAGS, STATES, fdb, nfea};
use nlbox_core::rt::neigh::{CacheInfo, FLAGS_AT, INDEX_AT, NDMSG_LEN, NdMsg, STATE_AT, nud};
use nlbox_core::rt::rtm;
use nlbox_core::spec::show;
use nlbox_core::text::ip::af;
use nlbox_core::text::out::Style;
use nlbox_core::text::{mac, num};
use nlbox_core::wire::build::Build;
use nlbox_core::wire::header::{Message, nlm};
use zerocopy::FromBytes;

/// `bridge fdb`.
pub static OBJECT: Object = Object {
    name: "fdb",
    about: "forwarding databases",
    verbs: &[
        Verb {
            word: "a[dd]",
            run: |cx, l| modify(cx, l, rtm::NEWNEIGH, nlm::CREATE | nlm::EXCL),
            grammar: Some(&ENTRY),
        },
        Verb {
            word: "ap[pend]",
            run: |cx, l| modify(cx, l, rtm::NEWNEIGH, nlm::CREATE | nlm::APPEND),
            grammar: Some(&ENTRY),
        },
        Verb {
            word: "r[eplace]",
            run: |cx, l| modify(cx, l, rtm::NEWNEIGH, nlm::CREATE | nlm::REPLACE),
            grammar: Some(&ENTRY),
        },
        Verb { word: "d[elete]", run: |cx, l| modify(cx, l, rtm::DELNEIGH, 0), grammar: Some(&ENTRY) },
        Verb { word: "g[et]", run: get, grammar: Some(&GET) },
        Verb { word: "s[how]|lst|l[ist]", run: list, grammar: Some(&SHOW) },
        Verb { word: "flush", run: flush, grammar: Some(&FLUSH) },
    ],
    default: list,
};

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

const DEV: u8 = 24;
const BR: u8 = 25;
const VLAN: u8 = 26;
const STATE: u8 = 27;
const TO: u8 = 28;
const NOTIFY: u8 = 10;
const INACTIVE: u8 = 11;
const NOREFRESH: u8 = 12;

/// A value that the kernel could not be sent.
const VLAN_ARG: Arg = Arg::new("vlan", To::Call(vlan, "VID"));
const TO_ARG: Arg = Arg::new("to", To::Call(to, "LLADDR"));
static TO_BARE: Arg = TO_ARG;
const PORT: Arg = Arg::new("port", To::Attr(fdb::PORT.ty())).bad("invalid port\n");
const VNI: Arg = Arg::new("vni", To::Attr(fdb::VNI.ty())).bad("invalid VNI\n");
const SRC_VNI: Arg = Arg::new("src_vni", To::Attr(fdb::SRC_VNI.ty())).bad("invalid src VNI\n");
const DST: Arg = Arg::new("dst", To::Call(dst, "ADDR"));
const NHID: Arg = Arg::new("nhid", To::Attr(fdb::NH_ID.ty())).bad("\"id\" value is invalid\n");

static SHOW: Grammar = Grammar {
    set: &fdb::SET,
    args: crate::args![
        Arg::new("brport|dev", To::Slot(DEV)),
        Arg::new("br", To::Slot(BR)),
        Arg::new("vlan", To::Slot(VLAN)),
        Arg::new("state", To::Slot(STATE)),
        Arg::new("dynamic", To::Mark(DYNAMIC)),
    ],
    bare: None,
    usage: "",
};

static ENTRY: Grammar = Grammar {
    set: &fdb::SET,
    args: crate::args![
        Arg::new("dev", To::Slot(DEV)),
        DST,
        NHID,
        PORT,
        VNI,
        SRC_VNI,
        Arg::new("via", To::Call(via, "DEVICE")),
        Arg::new("self", To::Mark(SELF)),
        Arg::new("master", To::Mark(MASTER)),
        Arg::new("router", To::Mark(ROUTER)),
        Arg::new("local|p[ermanent]", To::Mark(PERMANENT)),
        Arg::new("static|t[emp]", To::Mark(STATIC)),
        Arg::new("d[ynamic]", To::Mark(DYNAMIC)),
        VLAN_ARG,
        Arg::new("use", To::Mark(USE)),
        Arg::new("extern_learn", To::Mark(LEARNED)),
        Arg::new("sticky", To::Mark(STICKY)),
        Arg::new("activity_notify", To::Mark(NOTIFY)),
        Arg::new("inactive", To::Mark(INACTIVE)),
        Arg::new("norefresh", To::Mark(NOREFRESH)),
        TO_ARG,
    ],
    bare: Some(&TO_BARE),
    usage: "LLADDR",
};

static GET: Grammar = Grammar {
    set: &fdb::SET,
    args: crate::args![
        Arg::new("brport|dev", To::Slot(DEV)),
        Arg::new("br", To::Slot(BR)),
        VLAN_ARG,
        VNI,
        Arg::new("self", To::Mark(SELF)),
        Arg::new("master", To::Mark(MASTER)),
        TO_ARG,
    ],
    bare: Some(&TO_BARE),
    usage: "LLADDR",
};

static FLUSH: Grammar = Grammar {
    set: &fdb::SET,
    args: crate::args![
        Arg::new("dev", To::Slot(DEV)),
        Arg::new("brport", To::Slot(BR)),
        Arg::new("vlan", To::Slot(VLAN)),
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
    bare: None,
    usage: "",
};

fn vlan<'l>(cx: &mut Ctx<'_>, line: &mut Line<'l>, m: &mut Build<'_>, _: &mut Slots<'l>) -> Done {
    let word = line.value(&mut cx.err)?;
    if !m.lacks(fdb::VLAN.ty()) {
        return Err(cx.err.garbage(b"vlan", b"vlan"));
    }
    match num::parse_u16(word).filter(|v| *v < 4095) {
        Some(v) => m.put(fdb::VLAN, v),
        None => return Err(cx.err.usage(&[b"Error: invalid vlan id."])),
    }
    Ok(())
}

fn dst<'l>(cx: &mut Ctx<'_>, line: &mut Line<'l>, m: &mut Build<'_>, _: &mut Slots<'l>) -> Done {
    let word = line.value(&mut cx.err)?;
    if !m.lacks(fdb::DST.ty()) {
        return Err(cx.err.garbage(b"dst", word));
    }
    let ip = address(&mut cx.err, word, cx.page.opts.family)?;
    m.put(fdb::DST, ip.bytes());
    Ok(())
}

fn via<'l>(cx: &mut Ctx<'_>, line: &mut Line<'l>, m: &mut Build<'_>, _: &mut Slots<'l>) -> Done {
    let word = line.value(&mut cx.err)?;
    let index = device(cx, word, "")?;
    m.put(fdb::IFINDEX, index);
    Ok(())
}

fn to<'l>(cx: &mut Ctx<'_>, line: &mut Line<'l>, _: &mut Build<'_>, slots: &mut Slots<'l>) -> Done {
    let word = line.value(&mut cx.err)?;
    if slot(slots, TO).is_some() {
        return Err(cx.err.garbage(b"to", word));
    }
    keep(slots, TO, word);
    Ok(())
}

fn put_lladdr(cx: &mut Ctx<'_>, m: &mut Build<'_>, word: &[u8]) -> Done {
    let mut bytes = [0; 32];
    match (mac::parse(word, &mut bytes), bytes.first_chunk::<6>()) {
        (Some(6), Some(bytes)) => m.put(fdb::LLADDR, bytes),
        _ => return Err(cx.err.usage(&[b"Invalid mac address ", word])),
    }
    Ok(())
}

/// `NUD_*` as filters name them.
static FILTERS: &[(&str, u16)] = &[
    ("p[ermanent]", nud::PERMANENT),
    ("s[tatic]|t[emp]", nud::NOARP),
    ("stale", nud::STALE),
    ("r[eachable]|d[ynamic]", nud::REACHABLE),
    ("all", u16::MAX),
];

/// `bridge fdb [show]`.
fn list(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let mut tx = [0; 64];
    let mut m = Build::new(&mut tx, rtm::GETNEIGH, 0, head(NDMSG_LEN));
    let slots = read(cx, line, &SHOW, &mut m)?;
    let mut states = u16::MAX;
    if let Some(word) = slot(&slots, STATE) {
        let found = FILTERS.iter().find(|(name, _)| spelled(word, name));
        states = found.ok_or_else(|| cx.err.invalid(word, b"", "invalid state"))?.1;
    }
    let vid = vid_if(cx, slot(&slots, VLAN))?;
    let bridge = device_if(cx, slot(&slots, BR), "bridge ")?;
    let index = device_if(cx, slot(&slots, DEV), "")?;
    let learned = slot(&slots, DYNAMIC).is_some();
    m.head(INDEX_AT, &index.to_ne_bytes());
    if bridge != 0 {
        m.put(fdb::MASTER, bridge);
    }
    crate::dump::dump(cx, &mut m, &mut |page, m| {
        let (head, a) = m.split::<NDMSG_LEN>();
        if let Ok(head) = NdMsg::read_from_bytes(&head)
            && (index == 0 || index == head.index)
            && (vid == 0 || a.get(fdb::VLAN) == Some(vid))
            && (states == u16::MAX || head.state & states != 0)
            && !(learned && head.state & nud::PERMANENT != 0)
        {
            print(page, m, index == 0);
        }
        Ok(())
    })
}

/// Prints an entry, if it is one of a forwarding database; without its port where only one was asked for.
pub fn print(page: &mut Page<'_>, m: &Message<'_>, with_dev: bool) {
    let (head, a) = m.split::<NDMSG_LEN>();
    let Ok(head) = NdMsg::read_from_bytes(&head) else { return };
    if head.family != af::AF_BRIDGE {
        return;
    }
    page.out.open_object("");
    if m.ty == rtm::DELNEIGH {
        page.out.is("deleted", "Deleted ");
    }
    pick(page, &fdb::SET, a, &[2]);
    if with_dev && head.index != 0 {
        let name = nlbox_core::spec::Resolve::ifname(&mut page.names, head.index);
        page.out.text("dev ");
        page.out.style(Style::IfName).str("ifname", "% ", name.as_bytes());
    }
    show::show(&fdb::SET, a, &mut page.out, &mut page.names);
    let out = &mut page.out;
    let age = a.get(fdb::CACHEINFO).and_then(|b| CacheInfo::read_from_prefix(b).ok());
    if let Some((age, _)) = age.filter(|_| page.opts.stats > 0) {
        put_num(out, "used|used %", i64::from(age.used / 100));
        put_num(out, "updated|/% ", i64::from(age.updated / 100));
    }
    let extended = a.get(fdb::FLAGS_EXT).unwrap_or(0).wrapping_shl(8);
    let notify =
        a.nest(fdb::FDB_EXT_ATTRS).raw(nfea::ACTIVITY_NOTIFY).and_then(|b| b.first()).copied().unwrap_or(0);
    bits(out, "% ", &FLAGS, u32::from(head.flags) | extended | u32::from(notify).wrapping_shl(16));
    pick(page, &fdb::SET, a, &[9]);
    match STATES.iter().find(|(bit, _)| bit & u32::from(head.state) != 0) {
        Some((_, name)) => page.out.str("state", "%", name.as_bytes()),
        None => page.out.hex("state", "state=%", head.state.into()),
    }
    end_line(&mut page.out);
}

fn modify(cx: &mut Ctx<'_>, line: &mut Line<'_>, ty: u16, flags: u16) -> Done {
    let mut tx = [0; 512];
    let mut m = Build::new(&mut tx, ty, flags, head(NDMSG_LEN));
    let slots = read(cx, line, &ENTRY, &mut m)?;
    let (Some(dev), Some(lladdr)) = (slot(&slots, DEV), slot(&slots, TO)) else {
        return Err(cx.err.usage(&[b"Device and address are required arguments."]));
    };
    let remote = [fdb::DST.ty(), fdb::PORT.ty(), fdb::VNI.ty()];
    if !m.lacks(fdb::NH_ID.ty()) && !remote.iter().all(|ty| m.lacks(*ty)) {
        return Err(cx.err.usage(&[b"dst, port, vni are mutually exclusive with nhid"]));
    }
    let marks = marks(&slots);
    let has = |n: u8| marks & 1_u32.wrapping_shl(n.into()) != 0;
    // A dynamic entry may age; what is neither static nor dynamic is the port's own.
    let mut state = if has(DYNAMIC) { 0 } else { nud::NOARP };
    if has(STATIC) || has(DYNAMIC) {
        state |= nud::REACHABLE;
    }
    if has(PERMANENT) || !(has(STATIC) || has(DYNAMIC)) {
        state |= nud::PERMANENT;
    }
    m.head(STATE_AT, &state.to_ne_bytes());
    put_lladdr(cx, &mut m, lladdr)?;
    if has(NOTIFY) || has(INACTIVE) || has(NOREFRESH) {
        let mut nest = m.nest(fdb::FDB_EXT_ATTRS.ty());
        let notify = u8::from(has(NOTIFY)) | u8::from(has(INACTIVE)).wrapping_shl(1);
        if notify != 0 {
            nest.raw(nfea::ACTIVITY_NOTIFY, &[notify]);
        }
        if has(NOREFRESH) {
            nest.raw(nfea::DONT_REFRESH, &[]);
        }
    }
    place(cx, &mut m, dev, marks, "")?;
    crate::ip::send(cx, &mut m)
}

/// Puts port and flags into the fixed header: the port's own table, unless its master's was asked for.
fn place(cx: &mut Ctx<'_>, m: &mut Build<'_>, dev: &[u8], marks: u32, what: &str) -> Done {
    let flags = u8::try_from(marks & 0xff).unwrap_or(0);
    m.head(FLAGS_AT, &[if flags & 6 == 0 { flags | 2 } else { flags }]);
    let index = device(cx, dev, what)?;
    m.head(INDEX_AT, &index.to_ne_bytes());
    Ok(())
}

/// `bridge fdb get`.
fn get(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let mut tx = [0; 128];
    let mut m = Build::new(&mut tx, rtm::GETNEIGH, 0, head(NDMSG_LEN));
    let slots = read(cx, line, &GET, &mut m)?;
    let (dev, br) = (slot(&slots, DEV), slot(&slots, BR));
    let Some(lladdr) = slot(&slots, TO).filter(|_| dev.is_some() || br.is_some()) else {
        return Err(cx.err.usage(&[b"Device or master and address are required arguments."]));
    };
    put_lladdr(cx, &mut m, lladdr)?;
    m.head(FLAGS_AT, &[u8::try_from(marks(&slots) & 0xff).unwrap_or(0)]);
    let index = device_if(cx, dev, "")?;
    m.head(INDEX_AT, &index.to_ne_bytes());
    let bridge = device_if(cx, br, "bridge ")?;
    if bridge != 0 {
        m.put(fdb::MASTER, bridge);
    }
    super::one(cx, &mut m, |page, m| print(page, m, true))
}

/// `bridge fdb flush`.
fn flush(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let mut tx = [0; 256];
    let mut m = Build::new(&mut tx, rtm::DELNEIGH, nlm::BULK, head(NDMSG_LEN));
    let slots = read(cx, line, &FLUSH, &mut m)?;
    let Some(dev) = slot(&slots, DEV) else { return Err(cx.err.usage(&[b"Device is a required argument."])) };
    // The slots of words with values are no marks.
    let marks = marks(&slots) & !0x0f00_0000;
    let either = marks | marks.wrapping_shr(16);
    let bit = |n: u8| 1_u32.wrapping_shl(n.into());
    let mut state = marks.wrapping_shr(8) & 0xc0;
    let mut mask = if either & bit(PERMANENT) != 0 { 0x80 } else { 0 };
    if either & bit(NODYNAMIC) != 0 {
        mask |= 0x40;
    }
    if either & bit(NOARP) != 0 {
        mask |= 0xc0;
    }
    if marks & bit(NODYNAMIC) != 0 {
        state |= 0x40;
    }
    m.head(STATE_AT, &u16::try_from(state).unwrap_or(0).to_ne_bytes());
    place(cx, &mut m, dev, marks, "bridge ")?;
    let port = device_if(cx, slot(&slots, BR), "bridge port ")?;
    if port != 0 {
        m.put(fdb::IFINDEX, port);
    }
    let vid = vid_if(cx, slot(&slots, VLAN))?;
    if vid != 0 {
        m.put(fdb::VLAN, vid);
    }
    let flags = u8::try_from(either & 0x71).unwrap_or(0);
    if flags != 0 {
        m.put(fdb::NDM_FLAGS_MASK, flags);
    }
    if mask != 0 {
        m.put(fdb::NDM_STATE_MASK, mask);
    }
    crate::ip::send(cx, &mut m)
}
