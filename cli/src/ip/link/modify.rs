//! `ip link add|set|change|replace|del` and `property`: one request from many words.

use crate::grammar::{Arg, Grammar, Slots, To, fill, slots};
use crate::ip::netns;
use crate::ip::nsref::{self, NsRef};
use crate::ip::send;
use crate::ip::value::device;
use crate::ip::value::{self, slot, wrong};
use crate::ip::value::{plain, usage};
use crate::names::Link;
use crate::report::{Done, Fail};
use crate::words::Line;
use crate::{Ctx, TX};
use nlbox_core::rt::link::{self, CHANGE_AT, FLAGS_AT, IFINFO_LEN, INDEX_AT, iff, ifla, inet6};
use nlbox_core::rt::names::{ADDR_GEN_MODES, LINKMODES};
use nlbox_core::rt::nsid::netnsa;
use nlbox_core::rt::rtm;
use nlbox_core::spec::put::on_off;
use nlbox_core::spec::{Names, matches};
use nlbox_core::text::ifname::{IfName, alt_is_valid};
use nlbox_core::text::ip::af;
use nlbox_core::text::num;
use nlbox_core::wire::build::Build;
use nlbox_core::wire::header::{HEADER_LEN, nlm};
use nlbox_sys::fd::Fd;
use zerocopy::IntoBytes;

const DEV: u8 = 0;
const NAME: u8 = 1;
const LINK: u8 = 2;
/// Slot of the kind; its own words are what is left of the line.
pub const TYPE: u8 = 3;
const INDEX: u8 = 4;
const NETNS: u8 = 5;
const LINK_NETNS: u8 = 6;
const UP: u8 = 7;
const ARP: u8 = 9;
const MULTICAST: u8 = 10;
const ALLMULTICAST: u8 = 11;
const PROMISC: u8 = 12;
const TRAILERS: u8 = 13;
const DYNAMIC: u8 = 14;
const ALTNAME: u8 = 16;

const DEV_ARG: Arg = Arg::new("dev", To::Slot(DEV)).once_or_garbage();

/// The words that a link, and a veth's peer, takes.
pub static GRAMMAR: Grammar = crate::grammar! {
    set: &ifla::SET,
    args: [
        Arg::new("up", To::Mark(UP)),
        Arg::new("down", To::Mark(UP)),
        Arg::new("name", To::Slot(NAME)).once(),
        Arg::new("index", To::Slot(INDEX)).once(),
        Arg::new("l[ink]", To::Slot(LINK)),
        Arg::new("a[ddress]", To::Call(lladdr::<1>, "LLADDR")),
        Arg::new("b[roadcast]|brd", To::Call(lladdr::<2>, "LLADDR")),
        Arg::new("t[xqueuelen]|qlen|txql[en]", To::Attr(ifla::TXQLEN.ty())).once(),
        Arg::new("mtu", To::Attr(ifla::MTU.ty())).once(),
        Arg::new("netns", To::Slot(NETNS)).once(),
        Arg::new("multicast", To::Switch(MULTICAST)),
        Arg::new("allmulticast", To::Switch(ALLMULTICAST)),
        Arg::new("promisc", To::Switch(PROMISC)),
        Arg::new("trailers", To::Switch(TRAILERS)),
        Arg::new("arp", To::Switch(ARP)),
        Arg::new("carrier", To::Attr(ifla::CARRIER.ty())),
        Arg::new("m[aster]", To::Attr(ifla::MASTER.ty())),
        Arg::new("vrf", To::Call(vrf, "NAME")),
        Arg::new("n[omaster]", To::Call(nomaster, "")),
        Arg::new("d[ynamic]", To::Switch(DYNAMIC)),
        Arg::new("t[ype]", To::Last(TYPE)),
        Arg::new("a[lias]", To::Call(alias, "TEXT")),
        Arg::new("group", To::Attr(ifla::GROUP.ty())).once(),
        Arg::new("mode", To::Call(mode, "{ default | dormant }")),
        Arg::new("state", To::Attr(ifla::OPERSTATE.ty())).bad("Invalid operstate\n"),
        Arg::new("nu[mtxqueues]", To::Attr(ifla::NUM_TX_QUEUES.ty())).once(),
        Arg::new("numr[xqueues]", To::Attr(ifla::NUM_RX_QUEUES.ty())).once(),
        Arg::new("addrg[enmode]", To::Call(addrgenmode, "{ eui64 | none | stable_secret | random }")),
        Arg::new("link-[netns]|link-netnsi[d]", To::Call(link_netns, "{ NAME | ID }")),
        Arg::new("protodown", To::Attr(ifla::PROTO_DOWN.ty())),
        Arg::new("gso_max_size", To::Attr(ifla::GSO_MAX_SIZE.ty())),
        Arg::new("gso_max_segs", To::Attr(ifla::GSO_MAX_SEGS.ty())),
        Arg::new("gro_max_size", To::Attr(ifla::GRO_MAX_SIZE.ty())),
        Arg::new("gso_ipv4_max_size", To::Attr(ifla::GSO_IPV4_MAX_SIZE.ty())),
        Arg::new("gro_ipv4_max_size", To::Attr(ifla::GRO_IPV4_MAX_SIZE.ty())),
        Arg::new("parentdev", To::Attr(ifla::PARENT_DEV_NAME.ty())),
        Arg::new("protodown_reason", To::Call(reason, "N { on | off }")),
        Arg::new("vf", To::Call(super::vf::words, "N ...")),
        Arg::new("xdp|xdpgeneric|xdpdrv|xdpoffload", To::Call(super::xdp::words, "off")).once(),
        Arg::new("dev", To::Slot(DEV)).once_or_garbage(),
    ],
    bare: DEV_ARG,
    usage: "[ DEVICE ]",
};

/// The words of `property`.
pub static PROPERTY: Grammar = crate::grammar! {
    set: &ifla::SET,
    args: [
        Arg::new("a[ltname]", To::Call(altname, "NAME")),
        Arg::new("dev", To::Slot(DEV)).once_or_garbage(),
    ],
    bare: DEV_ARG,
    usage: "{ add | del } [ DEVICE ]",
};

/// The switches of the fixed header: slot and flag. Of "up" and "down" the last one counts.
static SWITCHES: [(u8, u32); 7] = [
    (UP, iff::UP),
    (ARP, iff::NOARP),
    (MULTICAST, iff::MULTICAST),
    (ALLMULTICAST, iff::ALLMULTI),
    (PROMISC, iff::PROMISC),
    (TRAILERS, iff::NOTRAILERS),
    (DYNAMIC, iff::DYNAMIC),
];
/// The flags that a word clears.
const INVERSE: u32 = iff::NOARP | iff::NOTRAILERS;

/// Namespaces of which a request holds the descriptors: they stay open until it has gone. A veth has two ends.
pub type Held = heapless::Vec<Fd, 4>;

/// Reads the words of one link into `m`, behind its fixed header, which has just been appended, and into `slots`.
pub fn words<'l>(
    cx: &mut Ctx<'_>,
    line: &mut Line<'l>,
    m: &mut Build<'_>,
    held: &mut Held,
    slots: &mut Slots<'l>,
    new: bool,
) -> Done {
    let head = m.mark().saturating_sub(HEADER_LEN.saturating_add(IFINFO_LEN));
    fill(cx, line, &GRAMMAR, m, slots)?;
    // Without a device the name of an old link names it.
    if let ([dev @ None, name, ..], false) = (&mut *slots, new) {
        *dev = name.take();
    }
    if let Some(word) = slot(slots, INDEX) {
        let index = num::parse_u32(word).filter(|n| *n != 0 && *n <= 0x7fff_ffff);
        let index = index.ok_or_else(|| cx.err.invalid(word, b"index", "Invalid \"%\" value"))?;
        if new {
            m.head_u32(head.saturating_add(INDEX_AT), index);
        } else if slot(slots, NETNS).is_some() {
            m.put(ifla::NEW_IFINDEX, index.cast_signed());
        } else {
            return Err(usage(
                cx,
                "index can be used only when creating devices or when moving device to another netns.",
            ));
        }
    }
    if let Some(word) = slot(slots, NETNS) {
        match nsref::open(word) {
            Ok(NsRef::Fd(fd)) => {
                m.put(ifla::NET_NS_FD, fd.raw().cast_unsigned());
                let _ = held.push(fd);
            }
            Ok(NsRef::Pid(pid)) => m.put(ifla::NET_NS_PID, pid),
            Err(_) => return Err(cx.err.invalid(word, b"netns", "Invalid \"%\" value\n")),
        }
    }
    if new && m.attrs(IFINFO_LEN).has(ifla::XDP) {
        // The kernel would pass it over.
        return Err(usage(cx, "A new link has no program."));
    }
    let (mut flags, mut change) = (0_u32, 0_u32);
    for (n, flag) in &SWITCHES {
        if let Some(word) = slot(slots, *n) {
            change |= *flag;
            if matches!(word, b"up" | b"on") != (*flag & INVERSE != 0) {
                flags |= *flag;
            }
        }
    }
    m.head(head.saturating_add(FLAGS_AT), [flags, change].as_bytes());
    Ok(())
}

/// The name that a link gets: of a new one `name` or the bare word, of an old one only `name`.
pub fn name(cx: &mut Ctx<'_>, m: &mut Build<'_>, slots: &Slots<'_>, new: bool) -> Done {
    let (dev, name) = (slot(slots, DEV), slot(slots, NAME));
    check(cx, name, b"name", |n| IfName::new(n).is_some())?;
    check(cx, dev, b"dev", alt_is_valid)?;
    if new && dev.is_some() && name.is_some() {
        return Err(usage(cx, "both \"name\" and \"dev\" cannot be used when creating devices."));
    }
    if let Some(n) = name.or(dev.filter(|_| new)) {
        m.from_word(cx.err.place(n));
        m.put_str(ifla::IFNAME.ty(), n);
    }
    Ok(())
}

fn check(cx: &mut Ctx<'_>, word: Option<&[u8]>, key: &[u8], valid: fn(&[u8]) -> bool) -> Done {
    match word.filter(|w| !valid(w)) {
        Some(w) => Err(cx.err.invalid(w, key, "\"%\" not a valid ifname")),
        None => Ok(()),
    }
}

/// The id that this namespace knows the one called `name` by; it is given one when it has none.
fn id_of(cx: &mut Ctx<'_>, name: &[u8]) -> Option<i32> {
    let Ok(NsRef::Fd(fd)) = nsref::open(name) else { return None };
    for given in [false, true] {
        if let Ok(id @ 0..) = netns::id_of(&mut cx.page.names.conn, &fd) {
            return Some(id);
        }
        if !given {
            let mut tx = [0; 64];
            let mut m = netns::request_of(&mut tx, rtm::NEWNSID, &fd);
            m.put(netnsa::NSID, -1);
            cx.conn.request(&mut m).ok()?;
        }
    }
    None
}

/// `add`.
pub fn add(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    modify(cx, line, rtm::NEWLINK, nlm::CREATE | nlm::EXCL)
}

/// `set`, `change`.
pub fn set(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    modify(cx, line, rtm::NEWLINK, 0)
}

/// `replace`.
pub fn replace(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    modify(cx, line, rtm::NEWLINK, nlm::CREATE | nlm::REPLACE)
}

/// `del`: reads all words, for a shortened one to mean what it means elsewhere, and takes those that choose links.
pub fn del(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    modify(cx, line, rtm::DELLINK, 0)
}

fn modify(cx: &mut Ctx<'_>, line: &mut Line<'_>, ty: u16, flags: u16) -> Done {
    let mut tx = [0; TX];
    let mut m = Build::blank(&mut tx, ty, flags, IFINFO_LEN);
    let mut held = Held::new();
    build(cx, line, &mut m, &mut held, flags != 0)?;
    send(cx, &mut m)
}

#[inline(never)]
fn build(cx: &mut Ctx<'_>, line: &mut Line<'_>, m: &mut Build<'_>, held: &mut Held, new: bool) -> Done {
    let mut slots = slots();
    words(cx, line, m, held, &mut slots, new)?;
    let link = slot(&slots, LINK);
    let del = m.ty() == rtm::DELLINK;
    if del {
        let flags = (CHANGE_AT..IFINFO_LEN).any(|at| m.head_at(at) != 0);
        let others = flags || m.attrs(IFINFO_LEN).any(|a| a.ty != ifla::GROUP.ty());
        if others || link.is_some() {
            return Err(usage(cx, "Only a name, a group and a type choose what is deleted."));
        }
    }
    if !new {
        select(cx, m, &slots)?;
    } else if slot(&slots, TYPE).is_none() {
        return Err(plain(cx, "Not enough information: \"type\" argument is required"));
    }
    if !del {
        if let Some(word) = link {
            m.put(ifla::LINK, device(cx, word)?);
        }
        name(cx, m, &slots, new)?;
    }
    super::kind::linkinfo(cx, line, m, &slots, held, new)
}

/// Puts the index of an existing link into the header; a group stands for its links by its attribute.
#[inline(never)]
fn select(cx: &mut Ctx<'_>, m: &mut Build<'_>, slots: &Slots<'_>) -> Done {
    let dev = slot(slots, DEV);
    match dev {
        Some(word) => {
            check(cx, dev, b"dev", alt_is_valid)?;
            let i = device(cx, word)?;
            m.head_u32(INDEX_AT, i);
            same_length(cx, m, i)
        }
        None if m.attrs(IFINFO_LEN).has(ifla::GROUP) => Ok(()),
        None => Err(usage(cx, "Not enough information: \"dev\" argument is required.")),
    }
}

/// A new address must be as long as the old one: the kernel takes a longer one and cuts it.
fn same_length(cx: &mut Ctx<'_>, m: &Build<'_>, index: u32) -> Done {
    let Some(new) = m.attrs(IFINFO_LEN).get(ifla::ADDRESS) else { return Ok(()) };
    let mut old = None;
    let _ = cx.page.names.ask(Link::Index(index), &mut |m| {
        let (_, attrs) = m.split::<IFINFO_LEN>();
        old = attrs.get(ifla::ADDRESS).map(<[u8]>::len);
    });
    match old.filter(|old| *old != new.len()) {
        None => Ok(()),
        Some(old) => Err(cx.err.plain(&[
            b"Invalid address length % - must be % bytes",
            num::dec(u64::try_from(new.len()).unwrap_or(0)).as_bytes(),
            num::dec(u64::try_from(old).unwrap_or(0)).as_bytes(),
        ])),
    }
}

/// `property add|del`.
pub fn property(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let Some(verb) = line.next() else { return Err(Fail::HELP) };
    let (ty, flags) = match ["add", "del", "help"].iter().position(|word| matches(verb, word)) {
        Some(0) => (rtm::NEWLINKPROP, nlm::CREATE | nlm::EXCL | nlm::APPEND),
        Some(1) => (rtm::DELLINKPROP, 0),
        Some(_) => return Err(Fail::HELP),
        None => return Err(usage(cx, "Operator required")),
    };
    let mut tx = [0; TX];
    let mut m = Build::blank(&mut tx, ty, flags, IFINFO_LEN);
    let list = m.open(ifla::PROP_LIST.ty() | nlbox_core::wire::attr::NLA_F_NESTED);
    let mut slots = slots();
    fill(cx, line, &PROPERTY, &mut m, &mut slots)?;
    m.close(list);
    let Some(dev) = slot(&slots, DEV) else {
        return Err(usage(cx, "Not enough of information: \"dev\" argument is required."));
    };
    let i = device(cx, dev)?;
    m.head_u32(INDEX_AT, i);
    if slot(&slots, ALTNAME).is_none() {
        return Ok(());
    }
    send(cx, &mut m)
}

fn altname(cx: &mut Ctx<'_>, line: &mut Line<'_>, m: &mut Build<'_>, slots: &mut Slots<'_>) -> Done {
    let word = line.value(&mut cx.err)?;
    if !alt_is_valid(word) {
        return Err(wrong(&mut cx.err, word, "not a valid altname"));
    }
    m.put_str(ifla::ALT_IFNAME.ty(), word);
    value::keep(slots, ALTNAME, b"");
    Ok(())
}

fn lladdr<const TY: u16>(
    cx: &mut Ctx<'_>,
    line: &mut Line<'_>,
    m: &mut Build<'_>,
    _: &mut Slots<'_>,
) -> Done {
    address(cx, line, m, TY)
}

fn address(cx: &mut Ctx<'_>, line: &mut Line<'_>, m: &mut Build<'_>, ty: u16) -> Done {
    let word = line.value(&mut cx.err)?;
    let mut to = [0; 32];
    match nlbox_core::text::mac::parse_or_part(word, &mut to) {
        Ok(n) => {
            m.raw(ty, to.get(..n).unwrap_or(&[]));
            Ok(())
        }
        Err(part) => Err(cx.err.lladdr(part)),
    }
}

fn nomaster(_: &mut Ctx<'_>, _: &mut Line<'_>, m: &mut Build<'_>, _: &mut Slots<'_>) -> Done {
    m.put(ifla::MASTER, 0);
    Ok(())
}

/// What is said where there is no vrf of a name.
pub(super) const NO_VRF: &str = "Not a valid VRF name\n";

fn vrf(cx: &mut Ctx<'_>, line: &mut Line<'_>, m: &mut Build<'_>, _: &mut Slots<'_>) -> Done {
    let word = line.value(&mut cx.err)?;
    let (i, _) = value::vrf(cx, word, NO_VRF)?;
    m.put(ifla::MASTER, i);
    Ok(())
}

fn alias(cx: &mut Ctx<'_>, line: &mut Line<'_>, m: &mut Build<'_>, _: &mut Slots<'_>) -> Done {
    let word = line.value(&mut cx.err)?;
    // Without the NUL: an alias of no bytes takes the old one away.
    m.raw(ifla::IFALIAS.ty(), word);
    Ok(())
}

/// The number of the group called `word`.
pub fn group_number(cx: &mut Ctx<'_>, word: &[u8]) -> Result<u32, Fail> {
    let n = value::number(cx, &nlbox_core::rt::names::GROUPS, word);
    n.ok_or_else(|| cx.err.invalid(word, b"group", "Invalid \"%\" value\n"))
}

/// One of `names`, whatever its case.
fn named(cx: &mut Ctx<'_>, line: &mut Line<'_>, names: &Names, bad: &str) -> Result<u8, Fail> {
    let word = line.value(&mut cx.err)?;
    let n = names.number_any_case(word).and_then(|n| u8::try_from(n).ok());
    n.ok_or_else(|| value::wrong(&mut cx.err, word, bad))
}

fn mode(cx: &mut Ctx<'_>, line: &mut Line<'_>, m: &mut Build<'_>, _: &mut Slots<'_>) -> Done {
    let v = named(cx, line, &LINKMODES, "Invalid link mode\n")?;
    m.put(ifla::LINKMODE, v);
    Ok(())
}

fn reason(cx: &mut Ctx<'_>, line: &mut Line<'_>, m: &mut Build<'_>, _: &mut Slots<'_>) -> Done {
    let word = line.value(&mut cx.err)?;
    let bit = num::parse_u32(word).and_then(|n| 1_u32.checked_shl(n));
    let bit = bit.ok_or_else(|| wrong(&mut cx.err, word, "invalid protodown reason\n"))?;
    let word = line.value(&mut cx.err)?;
    let on = on_off(word).ok_or_else(|| cx.err.on_off(b"protodown_reason", word))?;
    let nest = m.open(ifla::PROTO_DOWN_REASON.ty());
    m.put(link::reason::MASK, bit);
    m.put(link::reason::VALUE, if on { bit } else { 0 });
    m.close(nest);
    Ok(())
}

fn addrgenmode(cx: &mut Ctx<'_>, line: &mut Line<'_>, m: &mut Build<'_>, _: &mut Slots<'_>) -> Done {
    let v = named(cx, line, &ADDR_GEN_MODES, "Invalid address generation mode\n")?;
    let spec = m.open(ifla::AF_SPEC.ty());
    let v6 = m.open(u16::from(af::AF_INET6));
    m.put(inet6::ADDR_GEN_MODE, v);
    m.close(v6);
    m.close(spec);
    Ok(())
}

fn link_netns(cx: &mut Ctx<'_>, line: &mut Line<'_>, m: &mut Build<'_>, slots: &mut Slots<'_>) -> Done {
    let by_id =
        line.cstr(line.at().saturating_sub(1)).is_some_and(|k| k.to_bytes().len() > "link-netns".len());
    let word = line.value(&mut cx.err)?;
    if slot(slots, LINK_NETNS).is_some() {
        return Err(cx.err.duplicate(b"link-netns/link-netnsid", word));
    }
    value::keep(slots, LINK_NETNS, b"");
    let (key, id): (&[u8], _) = if by_id {
        (b"link-netnsid", num::parse_i64(word).and_then(|n| i32::try_from(n).ok()))
    } else {
        (b"link-netns", id_of(cx, word))
    };
    let id = id.ok_or_else(|| cx.err.invalid(word, key, "Invalid \"%\" value\n"))?;
    m.put(ifla::LINK_NETNSID, id);
    Ok(())
}
