//! `ip tunnel`: the tunnels that `ip link` makes too, by their older words. Over netlink, not by ioctl.

use crate::grammar::{Grammar, Object, Table};
use crate::ip::link::kind::{option, options};
use crate::ip::link::show::Row;
use crate::ip::value::{plain, usage, usage_of};
use crate::ip::value::{put, put_num};
use crate::names::{Link, index_of};
use crate::report::{Done, Fail};
use crate::words::Line;
use crate::{Ctx, Page, TX};
use nlbox_core::bytes::{uint_be, uint_ne};
use nlbox_core::conn::{Errno, Error};
use nlbox_core::names;
use nlbox_core::rt::kind::tunnel::{GRE_CSUM, GRE_KEY, GRE_SEQ, tnl_f};
use nlbox_core::rt::kind::{self, LinkKind};
use nlbox_core::rt::link::{IFINFO_LEN, INDEX_AT, Stats64, ifla, info};
use nlbox_core::rt::rtm;
use nlbox_core::spec::put::find;
use nlbox_core::spec::{Resolve, View};
use nlbox_core::text::ip::{self, Ip, af};
use nlbox_core::text::out::Out;
use nlbox_core::text::{Texts, cut, nth, num};
use nlbox_core::wire::attr::Attrs;
use nlbox_core::wire::build::Build;
use nlbox_core::wire::header::{Message, nlm};

static WORDS: Grammar = crate::grammar! {
    set: &info::SET,
    args: [],
    usage: "[ dev ] NAME [ mode MODE ] [ OPTION VALUE ]... (those of ip link add type KIND)",
};

/// `ip tunnel`.
pub static OBJECT: Object = crate::object! {
    name: "tunnel",
    about: "tunnels over IP",
    verbs: [
        Verb { word: "a[dd]", run: add, grammar: Some(&WORDS) },
        Verb { word: "c[hange]", run: change, grammar: Some(&WORDS) },
        Verb { word: "d[elete]", run: del, grammar: Some(&WORDS) },
        Verb { word: "s[how]|l[st]|l[ist]", run: show, grammar: Some(&WORDS) },
        Verb { word: "p[rl]", run: super::no_verb, grammar: None },
        Verb { word: "6rd", run: change, grammar: Some(&WORDS) },
    ],
    default: show,
};

/// The links that come with the modules of [`KINDS`].
const BASES: &str = "tunl0 gre0 sit0 ip_vti0 ip6tnl0 ip6gre0 ip6_vti0";
/// The first kind over IPv6.
const SIX: u32 = 4;
/// Of a mode: sit with the addresses of ISATAP (RFC 5214).
const ISATAP: u32 = 0x1_0000;

names! {
    /// The kinds by the upper byte of [`MODES`].
    static KINDS = 0 "ipip", 1 "gre", 2 "sit", 3 "vti", 4 "ip6tnl", 5 "ip6gre", 6 "vti6";
    /// Kind and `IPPROTO_*`. A name that begins with one of the first five says its mode.
    static MODES = 0x104 "gre", 0x004 "ipip", 0x229 "sit", 0x1_0229 "isatap", 0x300 "vti", 0x004 "ip/ip",
        0x104 "gre/ip", 0x229 "ipv6/ip", 0x300 "vti/ip", 0x429 "ip6ip6", 0x429 "ipv6/ipv6", 0x404 "ipip6",
        0x404 "ip4ip6", 0x404 "ip/ipv6", 0x404 "ipv4/ipv6", 0x400 "any", 0x400 "any/ipv6", 0x500 "ip6gre",
        0x500 "gre/ipv6", 0x600 "vti6";
    /// How a listing calls what is inside.
    static INSIDES = 4 "ip", 41 "ipv6", 0 "any", 47 "gre", 137 "mpls";
}

/// The kind of a mode.
fn of_mode(mode: u32) -> Option<&'static LinkKind> {
    kind::find(KINDS.name((mode.wrapping_shr(8) & 0xff).into())?.as_bytes())
}

/// The link that comes with the module of `kind`.
fn base(kind: &LinkKind) -> &'static [u8] {
    let place = KINDS.number(kind.name.as_bytes()).and_then(|n| usize::try_from(n).ok());
    place.map_or("", |n| nth(BASES, b' ', n)).as_bytes()
}

/// The mode that the rest of the line names.
fn mode(cx: &mut Ctx<'_>, mut line: Line<'_>) -> Result<Option<u32>, Fail> {
    let mut mode = None;
    while let Some(word) = line.next() {
        if word == b"mode" {
            if mode.is_some() {
                return Err(usage(cx, "You managed to ask for more than one tunnel mode."));
            }
            let word = line.value(&mut cx.err)?;
            mode = MODES.number(word);
            if mode.is_none() {
                return Err(usage_of(cx, "Unknown tunnel mode \"%\"", word));
            }
        }
    }
    Ok(mode)
}

/// `VERB tunnel "NAME" failed: REASON`.
fn failed(cx: &mut Ctx<'_>, verb: &[u8], name: &[u8], errno: i32) -> Fail {
    cx.err.system(&[b"% tunnel \"%\" failed", verb, name], errno)
}

/// Sends `m`; what the kernel refuses is said as `failed` says it.
fn send(cx: &mut Ctx<'_>, m: &mut Build<'_>, verb: &[u8], name: &[u8]) -> Done {
    match cx.conn.request(m) {
        Ok(()) => Ok(()),
        // A kind that the kernel lacks had no link to be asked.
        Err(Error::Kernel(Errno(EOPNOTSUPP))) => Err(failed(cx, verb, name, ENODEV)),
        Err(Error::Kernel(Errno(e))) => Err(failed(cx, verb, name, e)),
        Err(e) => Err(cx.err.net(e, &cx.conn, Some(m))),
    }
}

fn add(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let mut found = mode(cx, *line)?;
    if cx.page.opts.family == af::AF_INET6 {
        found = found.or(MODES.number(b"ip6ip6"));
    } else if let Some(name) = line.peek().filter(|_| found.is_none()) {
        found = MODES.iter().take(5).find(|(_, n)| name.starts_with(n.as_bytes())).map(|(mode, _)| mode);
    }
    let Some(mode) = found else {
        return Err(plain(cx, "cannot determine tunnel mode (ipip, gre, vti or sit)"));
    };
    let Some(kind) = of_mode(mode) else { return Ok(()) };
    let mut tx = [0; TX];
    let mut m = Build::blank(&mut tx, rtm::NEWLINK, nlm::CREATE | nlm::EXCL, IFINFO_LEN);
    words(cx, line, &mut m, kind, Some(mode))?;
    send(cx, &mut m, b"add", base(kind))
}

/// The tunnel that the line begins with: its name, its index and its kind.
fn old<'l>(
    cx: &mut Ctx<'_>,
    line: &mut Line<'l>,
    verb: &[u8],
) -> Result<(&'l [u8], u32, &'static LinkKind), Fail> {
    let name = match line.next() {
        Some(b"name" | b"dev") => line.value(&mut cx.err)?,
        name => name.unwrap_or(b""),
    };
    let mut found = (0, None);
    let _ = cx.page.names.ask(Link::Name(name), &mut |m| found = (index_of(m), of(m)));
    match found {
        (index, Some(kind)) => Ok((name, index, kind)),
        (0, _) => Err(failed(cx, verb, name, ENODEV)),
        _ => Err(failed(cx, verb, name, EOPNOTSUPP)),
    }
}

fn change(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let mode = mode(cx, *line)?;
    let (_, index, kind) = old(cx, line, b"get")?;
    let mut tx = [0; TX];
    let mut m = Build::blank(&mut tx, rtm::NEWLINK, 0, IFINFO_LEN);
    m.head_u32(INDEX_AT, index);
    words(cx, line, &mut m, kind, mode)?;
    send(cx, &mut m, b"change", base(kind))
}

fn del(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let (name, index, _) = old(cx, line, b"delete")?;
    let mut tx = [0; 64];
    let mut m = Build::blank(&mut tx, rtm::DELLINK, 0, IFINFO_LEN);
    m.head_u32(INDEX_AT, index);
    send(cx, &mut m, b"delete", name)
}

/// Reads what the tunnel is to be: the words that `ip link` knows of its kind.
fn words(
    cx: &mut Ctx<'_>,
    line: &mut Line<'_>,
    m: &mut Build<'_>,
    kind: &LinkKind,
    mode: Option<u32>,
) -> Done {
    let Some(set) = kind.data else { return Ok(()) };
    let new = m.flags() & nlm::CREATE != 0;
    let mut name = None;
    let linkinfo = m.open(ifla::LINKINFO.ty());
    m.raw(info::KIND.ty(), kind.name.as_bytes());
    options(cx, m, kind, set, info::DATA.ty(), new, &mut |cx, m| {
        if let (Some(mode), Some(row)) = (mode, find(set, b"mode")) {
            m.raw(row.ty, &[mode.to_le_bytes()[0]]);
            if mode & ISATAP != 0 {
                // SIT_ISATAP in the flags, whose number is one less.
                m.raw(row.ty.saturating_sub(1), &1_u16.to_ne_bytes());
            }
        }
        while let Some(word) = line.next() {
            match (word, find(set, word)) {
                (b"mode", _) => drop(line.value(&mut cx.err)?),
                (b"name", _) => name = Some(line.value(&mut cx.err)?),
                (_, Some(row)) => option(cx, line, m, kind, &row, word)?,
                (_, None) if name.is_none() && new => name = Some(word),
                _ => return Err(cx.err.garbage(b"name", word)),
            }
        }
        Ok(())
    })?;
    m.close(linkinfo);
    if let Some(name) = name {
        m.put_str(ifla::IFNAME.ty(), name);
    }
    Ok(())
}

/// The kind of a link, where it is one of [`KINDS`].
fn of(m: &Message<'_>) -> Option<&'static LinkKind> {
    let name = m.split::<IFINFO_LEN>().1.nest(ifla::LINKINFO).get(info::KIND)?;
    KINDS.number(name).and_then(|_| kind::find(name))
}

/// `show [NAME] [mode MODE]`.
fn show(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let mode = mode(cx, *line)?;
    let six = mode.map_or(cx.page.opts.family == af::AF_INET6, |m| m.wrapping_shr(8) & 0xff >= SIX);
    let mut name = None;
    if line.peek().is_some_and(|w| w != b"mode") {
        let found = if six { Some(old(cx, line, b"get")?.0) } else { line.next() };
        name = found;
    }
    if let Some(word) = line.peek().filter(|w| *w != b"mode") {
        return Err(cx.err.garbage(b"name", word));
    }
    let mut tx = [0; 64];
    let mut m = Build::blank(&mut tx, rtm::GETLINK, 0, IFINFO_LEN);
    crate::dump::dump(cx, &mut m, &mut |page, m| {
        tunnel(page, m, six, name, mode);
        Ok(())
    })
}

/// Values of a tunnel, asked for by the number that `IFLA_GRE_*` gives them.
struct Values<'m> {
    attrs: Attrs<'m>,
    view: &'static View,
}

impl<'m> Values<'m> {
    #[inline(never)]
    fn raw(&self, ty: u16) -> Option<&'m [u8]> {
        // What vti has no number for stays 0 there.
        Some(self.view.number(ty)).filter(|n| *n != 0).and_then(|n| self.attrs.raw(n))
    }

    /// The number in host order.
    #[inline(never)]
    fn number(&self, ty: u16) -> u32 {
        self.raw(ty).and_then(uint_ne).and_then(|v| u32::try_from(v).ok()).unwrap_or(0)
    }

    /// The number in network order.
    #[inline(never)]
    fn be(&self, ty: u16) -> u64 {
        self.raw(ty).and_then(uint_be).unwrap_or(0)
    }
}

/// Prints a link if it is a tunnel over IPv6, if that is `six`, or else over IPv4, and passes the filters.
fn tunnel(page: &mut Page<'_>, m: &Message<'_>, six: bool, name: Option<&[u8]>, mode: Option<u32>) {
    let Some(row) = Row::of(m) else { return };
    // Those of Ethernet and those whose packets bring their own addresses were never seen by an ioctl.
    let right = if six { [769, 823, 823] } else { [768, 776, 778] };
    let Some(kind) = of(m).filter(|_| right.contains(&row.info.ty)) else { return };
    let Some(view) = kind.data.and_then(nlbox_core::spec::AttrSet::view) else { return };
    let v = Values { attrs: row.attrs.nest(ifla::LINKINFO).nest(info::DATA), view };
    let inside = match kind.name.as_bytes() {
        [b'g', ..] | [b'i', b'p', b'6', b'g', ..] => 47,
        b"vti" => 4,
        b"vti6" => 41,
        _ => v.number(PROTO),
    };
    let of_mode = |mode: u32| {
        of_mode(mode).is_some_and(|k| k.name == kind.name) && matches!(mode & 0xff, 0 | 41)
            || mode & 0xff == inside
    };
    if name.is_some_and(|n| n != row.name) || mode.is_some_and(|m| !of_mode(m)) {
        return;
    }
    let out = &mut page.out;
    out.open_record();
    out.str("ifname", "%: ", row.name);
    let mut text: heapless::Vec<u8, 16> = heapless::Vec::new();
    let _ = text.extend_from_slice(INSIDES.name(inside.into()).unwrap_or("unknown").as_bytes());
    let _ = text.extend_from_slice(if six { b"/ipv6" } else { b"/ip" });
    out.str("mode", "%", &text);
    address(out, &v, REMOTE, "remote| remote %", six);
    address(out, &v, LOCAL, "local| local %", six);
    if let index @ 1.. = v.number(LINK) {
        let dev = page.names.ifname(index);
        out.str(if six { "link" } else { "dev" }, " dev %", dev.as_bytes());
    }
    if six {
        over_six(out, &v)
    } else {
        over_four(out, &v)
    }
    let (iflags, oflags) = (v.be(IFLAGS), v.be(OFLAGS));
    let (ikey, okey) = (v.be(IKEY), v.be(OKEY));
    // vti has keys without flags: over IPv6 one that is 0 is none.
    let has = |flags: u64, ty, key: u64| match v.raw(IFLAGS) {
        Some(_) => flags & u64::from(GRE_KEY) != 0,
        None => v.raw(ty).is_some() && (!six || key != 0),
    };
    let (i, o) = (has(iflags, IKEY, ikey), has(oflags, OKEY, okey));
    let both = i && o && ikey == okey;
    if i {
        put_num(out, if both { "key| key %" } else { "ikey| ikey %" }, ikey.cast_signed());
    }
    if o && !both {
        put_num(out, "okey| okey %", okey.cast_signed());
    }
    if inside == 47 {
        flags(out, iflags, oflags);
    }
    if page.opts.stats > 0 && (six || name.is_none()) && !out.json() {
        counters(out, row.attrs);
    }
    out.close_object();
    // In JSON too: iproute2's records are a line each.
    out.bytes(b"\n");
}

#[inline(never)]
fn address(out: &mut Out<'_>, v: &Values<'_>, ty: u16, label: &str, six: bool) {
    let ip = v.raw(ty).and_then(Ip::from_bytes).unwrap_or(Ip::v4([0; 4]));
    let text = ip::print(&ip);
    let any = !six && !out.json() && ip.is_unspecified();
    put(out, label, if any { b"any" } else { text.as_bytes() });
}

/// Which flags, the bit, and what is said of it.
static FLAG_WORDS: Table<(u16, u32)> = crate::table![
    ("rx_drop_ooseq|  Drop packets out of sequence.", (IFLAGS, GRE_SEQ)),
    ("rx_csum|  Checksum in received packet is required.", (IFLAGS, GRE_CSUM)),
    ("tx_seq|  Sequence packets on output.", (OFLAGS, GRE_SEQ)),
    ("tx_csum|  Checksum output packets.", (OFLAGS, GRE_CSUM)),
];

/// What becomes of packets out of order or without a sum.
#[inline(never)]
fn flags(out: &mut Out<'_>, iflags: u64, oflags: u64) {
    out.open_array("flags", "");
    for (label, (n, bit)) in FLAG_WORDS.words.zip(FLAG_WORDS.values) {
        let flags = if *n == IFLAGS { iflags } else { oflags };
        if flags & u64::from(*bit) != 0 {
            let (name, text) = cut(label, b'|');
            out.line();
            out.str("-", text.unwrap_or(""), name.as_bytes());
        }
    }
    out.close_list();
}

/// Attribute, label of the prefix, label of its length.
static PREFIXES: &[(u16, &str, &str)] = &[
    (SIX_RD, "6rd-prefix| 6rd-prefix %", "6rd-prefixlen|/%"),
    (RELAY, "6rd-relay_prefix| 6rd-relay_prefix %", "6rd-relay_prefixlen|/%"),
];

#[inline(never)]
fn over_four(out: &mut Out<'_>, v: &Values<'_>) {
    limit(out, v.number(TTL), "ttl| ttl %");
    let tos = v.number(TOS);
    if tos & 1 != 0 {
        out.text(" tos inherit");
    }
    if tos > 1 {
        let shown = if out.json() { tos } else { tos & !1 };
        hex(out, if tos & 1 != 0 { "tos|/%" } else { "tos| tos %" }, shown.into(), 2);
    }
    if v.number(PMTUDISC) == 0 {
        out.null("nopmtudisc", " nopmtudisc");
    }
    if v.number(PROTO) == 41 {
        for (ty, prefix, len) in PREFIXES {
            let ty = *ty;
            // The length of a prefix has the number two behind.
            let bits = v.number(ty.saturating_add(2));
            if let (Some(ip), 1..) = (v.raw(ty).and_then(Ip::from_bytes), bits) {
                put(out, prefix, ip::print(&ip).as_bytes());
                put_num(out, len, bits.into());
            }
        }
    }
}

/// A number of which 0 says that it is the packet's own; that JSON leaves out.
fn limit(out: &mut Out<'_>, v: u32, label: &str) {
    match v {
        0 => {
            out.text(cut(cut(label, b'|').1.unwrap_or(""), b'%').0);
            out.text("inherit");
        }
        _ => put_num(out, label, v.into()),
    }
}

/// What tunnels over IPv6 take from the packet, by a bit, or from a number: its digits in hexadecimal, 0 for decimal.
struct Six {
    bit: u32,
    shift: u8,
    digits: u8,
}

static SIXES: [Six; 5] = [
    Six { bit: tnl_f::USE_ORIG_TCLASS, shift: 20, digits: 2 },
    Six { bit: tnl_f::USE_ORIG_FLOWLABEL, shift: 0, digits: 5 },
    Six { bit: 0, shift: 0, digits: 8 },
    Six { bit: tnl_f::RCV_DSCP_COPY, shift: 0, digits: 0 },
    Six { bit: tnl_f::ALLOW_LOCAL_REMOTE, shift: 0, digits: 0 },
];
/// Of each of them what is said where the bit is set, and the label of the field.
const SIX_WORDS: Texts = nlbox_core::texts![
    "ip6_tnl_f_use_orig_tclass| tclass inherit",
    "tclass| tclass %",
    "ip6_tnl_f_use_orig_flowlabel| flowlabel inherit",
    "flowlabel| flowlabel %",
    "",
    "flowinfo| (flowinfo %)",
    "ip6_tnl_f_rcv_dscp_copy| dscp inherit",
    "",
    "ip6_tnl_f_allow_local_remote| allow-localremote",
    "",
];

#[inline(never)]
fn over_six(out: &mut Out<'_>, v: &Values<'_>) {
    let flags = v.number(FLAGS);
    if flags & tnl_f::IGN_ENCAP_LIMIT != 0 {
        out.null("ip6_tnl_f_ign_encap_limit", " encaplimit none");
    } else {
        put_num(out, "encap_limit| encaplimit %", v.number(ENCAP_LIMIT).into());
    }
    limit(out, v.number(TTL), "hoplimit| hoplimit %");
    let mut words = SIX_WORDS;
    for six in &SIXES {
        let (inherit, label) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
        if flags & six.bit != 0 {
            let (key, text) = cut(inherit, b'|');
            out.null(key, text.unwrap_or(""));
        } else if six.digits > 0 {
            let mask = 1_u64.wrapping_shl(u32::from(six.digits).wrapping_mul(4)).wrapping_sub(1);
            hex(out, label, v.be(FLOWINFO).wrapping_shr(six.shift.into()) & mask, six.digits);
        }
    }
}

/// `0x…` of so many digits.
fn hex(out: &mut Out<'_>, label: &str, v: u64, width: u8) {
    let mut text: heapless::Vec<u8, 20> = heapless::Vec::new();
    let _ = text.extend_from_slice(b"0x");
    let _ = text.extend_from_slice(num::hex_pad(v, width).as_bytes());
    put(out, label, &text);
}

/// Headings and the counters under them, each with its column's width.
static COUNTERS: &[(&str, [(u8, u8); 6])] = &[
    (
        "RX: Packets    Bytes        Errors CsumErrs OutOfSeq Mcasts",
        // Of `stat`: RX_PACKETS, RX_BYTES, RX_ERRORS, RX_FRAME, RX_FIFO, MULTICAST.
        [(0, 10), (2, 12), (4, 6), (13, 8), (14, 8), (8, 7)],
    ),
    (
        "TX: Packets    Bytes        Errors DeadLoop NoRoute  NoBufs",
        // TX_PACKETS, TX_BYTES, TX_ERRORS, COLLISIONS, TX_CARRIER, TX_DROPPED.
        [(1, 10), (3, 12), (5, 6), (9, 8), (17, 8), (7, 5)],
    ),
];

#[inline(never)]
fn counters(out: &mut Out<'_>, a: Attrs<'_>) {
    let Some(stats) = a.get(ifla::STATS64).map(Stats64::new) else { return };
    for (head, columns) in COUNTERS {
        out.line();
        out.text(head);
        out.line();
        out.text("    ");
        for (n, width) in columns {
            out.column(num::dec(stats.at((*n).into())).as_bytes(), (*width).into());
        }
    }
}

const ENODEV: i32 = nlbox_sys::errno::Errno::ENODEV.0;
const EOPNOTSUPP: i32 = nlbox_sys::errno::Errno::EOPNOTSUPP.0;

/// What [`Values`] are asked for.
const LINK: u16 = 1;
const IFLAGS: u16 = 2;
const OFLAGS: u16 = 3;
const IKEY: u16 = 4;
const OKEY: u16 = 5;
const LOCAL: u16 = 6;
const REMOTE: u16 = 7;
const TTL: u16 = 8;
const TOS: u16 = 9;
const PMTUDISC: u16 = 10;
const ENCAP_LIMIT: u16 = 11;
const FLOWINFO: u16 = 12;
const FLAGS: u16 = 13;
const PROTO: u16 = 25;
const SIX_RD: u16 = 26;
const RELAY: u16 = 27;
