//! `ifconfig`, as net-tools 2 prints it, over netlink: what its ioctls do to addresses is redone here, in
//! `devinet_ioctl`'s order.

use crate::Ctx;
use crate::hosts;
use crate::names::{Link, request};
use crate::nettools::{
    EADDRNOTAVAIL, EINVAL, Sorted, addresses, ask, by_number, failed, link, name_of, which,
};
use crate::report::{Done, Fail};
use crate::step::{ENODEV, UNREAD, attempt};
use crate::words::Line;
use nlbox_core::bytes::until_nul;
use nlbox_core::conn::{Errno, Error};
use nlbox_core::rt::addr::{IFADDR_LEN, IfAddr, ifa};
use nlbox_core::rt::link::{IFINFO_LEN, IfInfo, Stats64, iff, ifla, stat};
use nlbox_core::rt::rtm;
use nlbox_core::text::ip::{Ip, af};
use nlbox_core::text::out::Out;
use nlbox_core::text::{ip, mac, nth, num};
use nlbox_core::wire::build::Build;
use nlbox_core::wire::header::{Message, nlm};
use nlbox_core::wire::key::{Key, Raw};
use zerocopy::{FromBytes, IntoBytes};

/// `IFLA_MAP`: `struct rtnl_link_ifmap`.
const MAP: Key<Raw> = Key::new(14);

/// The keywords: two states, six flags that take a `-`, ten with a value, two families.
static WORDS: &str = "up down arp trailers promisc allmulti multicast dynamic mtu txqueuelen name hw netmask broadcast \
    pointopoint dstaddr add del inet inet6";
/// What `ip link set` calls those from `arp` to `hw`.
static LINK_WORDS: &str = "arp trailers promisc allmulticast multicast dynamic mtu txqueuelen name address";
const MTU: usize = 8;
const HW: usize = 11;
const NETMASK: usize = 12;
const BROADCAST: usize = 13;
const ADD: usize = 16;
const INET: usize = 18;
const INET6: usize = 19;
/// What the errors of the words from [`MTU`] on are called.
static IOCTLS: &str = "SIOCSIFMTU SIOCSIFTXQLEN SIOCSIFNAME SIOCSIFHWADDR SIOCSIFNETMASK SIOCSIFBRDADDR \
    SIOCSIFDSTADDR SIOCSIFDSTADDR SIOCSIFADDR SIOCDIFADDR";

/// `ifconfig …`.
pub fn main(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    cx.err.program = "ifconfig";
    let (mut all, mut short) = (false, false);
    while let Some(word) = line.peek().filter(|w| w.first() == Some(&b'-')) {
        line.next();
        match which(word, "-a -s -h --help") {
            0 => all = true,
            1 => short = true,
            2 | 3 => return Err(usage(cx)),
            _ => return Err(no_word(cx, &[b"ifconfig: option `", word, b"' not recognised."])),
        }
    }
    if short {
        cx.page.out.text("Iface      MTU    RX-OK RX-ERR RX-DRP RX-OVR    TX-OK TX-ERR TX-DRP TX-OVR Flg\n");
    }
    match line.next() {
        None => list(cx, all, short),
        Some(name) if line.is_over() => show(cx, name, true, short),
        Some(name) => set(cx, name, line),
    }
}

fn no_word(cx: &mut Ctx<'_>, what: &[&[u8]]) -> Fail {
    cx.err.say(what);
    cx.err.plain(&[b"ifconfig: `--help' gives usage information."])
}

fn usage(cx: &mut Ctx<'_>) -> Fail {
    cx.err.say(&[
        b"\
Usage: ifconfig [-a] [-s] [DEVICE]
       ifconfig DEVICE [ADDRESS[/LEN]] [WORD [VALUE]]...
Words (a - in front clears the flags arp to dynamic): ",
        WORDS.as_bytes(),
    ]);
    Fail(3)
}

/// A device's name in that of an alias: `eth0` of `eth0:1`.
fn base(name: &[u8]) -> &[u8] {
    name.split(|b| *b == b':').next().unwrap_or(name)
}

fn list(cx: &mut Ctx<'_>, all: bool, short: bool) -> Done {
    let mut names = Sorted::new(by_number);
    let mut tx = [0; 64];
    let mut m = Build::new(&mut tx, rtm::GETLINK, 0, &[0; IFINFO_LEN]);
    names.fill(cx, &mut m, &mut |names, m| {
        let (_, attrs) = m.split::<IFINFO_LEN>();
        if let Some(name) = attrs.get(ifla::IFNAME) {
            names.push(name);
        }
    })?;
    let mut m = addresses(&mut tx, af::AF_INET, 0);
    names.fill(cx, &mut m, &mut |names, m| {
        let (_, attrs) = m.split::<IFADDR_LEN>();
        if let Some(label) = attrs.get(ifa::LABEL).filter(|l| base(l).len() < l.len()) {
            names.push(label);
        }
    })?;
    let mut last = None;
    while let Some(record) = names.after(last.as_ref()) {
        show(cx, name_of(&record), all, short)?;
        last = Some(record);
    }
    Ok(())
}

/// What of a link is printed.
struct Dev {
    info: IfInfo,
    mtu: u32,
    qlen: u32,
    address: [u8; 16],
    stats: [u8; 200],
    map: [u8; 28],
}

fn fill(to: &mut [u8], from: Option<&[u8]>) {
    to.iter_mut().zip(from.unwrap_or(&[])).for_each(|(to, from)| *to = *from);
}

impl Dev {
    fn of(m: &Message<'_>) -> Dev {
        let (head, a) = m.split::<IFINFO_LEN>();
        let mut d = Dev {
            info: IfInfo::read_from_bytes(&head).unwrap_or_default(),
            mtu: a.get(ifla::MTU).unwrap_or(0),
            qlen: a.get(ifla::TXQLEN).unwrap_or(0),
            address: [0; 16],
            stats: [0; 200],
            map: [0; 28],
        };
        // A struct sockaddr has room for 14 bytes.
        fill(d.address.split_at_mut_checked(14).map_or(&mut [], |(a, _)| a), a.get(ifla::ADDRESS));
        fill(&mut d.stats, a.get(ifla::STATS64));
        fill(&mut d.map, a.get(MAP));
        d
    }

    /// The sum of some counters: /proc/net/dev has fewer columns than the kernel has counters.
    fn sum(&self, of: &[usize]) -> u64 {
        let stats = Stats64::new(&self.stats);
        of.iter().fold(0, |sum, n| sum.wrapping_add(stats.at(*n)))
    }
}

/// Pattern, and the counters behind it.
static COUNTERS: &[(&str, &[usize])] = &[
    ("        RX packets %", &[stat::RX_PACKETS]),
    ("  bytes %", &[stat::RX_BYTES]),
    ("        RX errors %", &[stat::RX_ERRORS]),
    ("  dropped %", &[stat::RX_DROPPED, stat::RX_MISSED]),
    ("  overruns %", &[stat::RX_FIFO]),
    ("  frame %\n", &[stat::RX_LENGTH, stat::RX_OVER, stat::RX_CRC, stat::RX_FRAME]),
    ("        TX packets %", &[stat::TX_PACKETS]),
    ("  bytes %", &[stat::TX_BYTES]),
    ("        TX errors %", &[stat::TX_ERRORS]),
    ("  dropped %", &[stat::TX_DROPPED]),
    (" overruns %", &[stat::TX_FIFO]),
    ("  carrier %", &[stat::TX_CARRIER, stat::TX_ABORTED, stat::TX_WINDOW, stat::TX_HEARTBEAT]),
    ("  collisions %\n", &[stat::COLLISIONS]),
];
/// The same counters on a line of `-s`, and their widths.
static SHORT: &[(usize, i8)] = &[(0, -8), (2, -6), (3, -6), (4, 6), (6, -8), (8, -6), (9, -6), (10, -6)];

/// Names of flags, in their order, and their letters for `-s`, in an order of their own.
static FLAGS: &str = "UP BROADCAST DEBUG LOOPBACK POINTOPOINT NOTRAILERS RUNNING NOARP PROMISC ALLMULTI SLAVE MASTER \
    MULTICAST DYNAMIC";
static FLAG_BITS: [u16; 14] =
    [1, 2, 4, 8, 0x10, 0x20, 0x40, 0x80, 0x100, 0x200, 0x800, 0x400, 0x1000, 0x8000];
static LETTERS: &str = "A B D L M d P N O P s m R U";
static LETTER_BITS: [u16; 14] =
    [0x200, 2, 4, 8, 0x1000, 0x8000, 0x100, 0x20, 0x80, 0x10, 0x800, 0x400, 0x40, 1];

fn flags(out: &mut Out<'_>, names: &'static str, bits: &[u16; 14], flags: u32, mut between: &str) {
    let comma = core::mem::take(&mut between);
    for (n, bit) in bits.iter().enumerate() {
        if flags & u32::from(*bit) != 0 {
            out.text(between);
            out.text(nth(names, b' ', n));
            between = comma;
        }
    }
}

/// Prints the device or alias `name`; unless `all`, only when it is up.
fn show(cx: &mut Ctx<'_>, name: &[u8], all: bool, short: bool) -> Done {
    let mut tx = [0; 256];
    let mut m = request(&mut tx, Link::Name(base(name)));
    let found = if base(name).len() > 15 { Err(Error::Kernel(Errno(ENODEV))) } else { cx.conn.get(&mut m) };
    let d = match found {
        Ok(m) => Dev::of(&m),
        Err(Error::Kernel(_)) => {
            return Err(cx.err.plain(&[b"%: error fetching interface information: Device not found", name]));
        }
        Err(e) => return Err(failed(cx, b"netlink", e, 1)),
    };
    if !all && d.info.flags & iff::UP == 0 {
        return Ok(());
    }
    let alias = base(name).len() < name.len();
    if short {
        brief(&mut cx.page.out, name, &d, alias);
        return Ok(());
    }
    header(&mut cx.page.out, name, &d);
    let v4 = v4_of(cx, d.info.index, name).map_err(|e| failed(cx, b"netlink", e, 1))?;
    let out = &mut cx.page.out;
    if let Some(a) = v4 {
        out.text("        inet ");
        dotted(out, a.local);
        out.text("  netmask ");
        dotted(out, mask(a.prefix));
        if d.info.flags & iff::POINTOPOINT != 0 {
            out.text("  destination ");
            dotted(out, a.peer);
        }
        if d.info.flags & iff::BROADCAST != 0 {
            out.text("  broadcast ");
            dotted(out, a.brd);
        }
        out.text("\n");
    }
    if !alias {
        let mut m = addresses(&mut tx, af::AF_INET6, d.info.index);
        let index = d.info.index;
        crate::dump::dump(cx, &mut m, &mut |page, m| {
            v6(&mut page.out, m, index);
            Ok(())
        })?;
    }
    hardware(&mut cx.page.out, &d);
    if !alias {
        counters(&mut cx.page.out, &d);
    }
    cx.page.out.text("\n");
    Ok(())
}

fn header(out: &mut Out<'_>, name: &[u8], d: &Dev) {
    out.bytes(name);
    // ioctl has 16 bits for the flags, and net-tools prints them with a sign.
    let low = d.info.flags & 0xffff;
    let signed = i64::from(low).saturating_sub(if low & 0x8000 != 0 { 0x1_0000 } else { 0 });
    out.int("", ": flags=%<", signed);
    flags(out, FLAGS, &FLAG_BITS, d.info.flags, ",");
    out.num("", ">  mtu %\n", u64::from(d.mtu));
}

fn hardware(out: &mut Out<'_>, d: &Dev) {
    out.text("        ");
    let title = match d.info.ty {
        1 => {
            let bytes = d.address.first_chunk::<6>().map_or(&[][..], |a| a);
            out.str("", "ether % ", mac::print(bytes).as_bytes());
            " (Ethernet)\n"
        }
        512 => {
            out.text("ppp ");
            " (Point-to-Point Protocol)\n"
        }
        768 => {
            out.text("tunnel ");
            " (IPIP Tunnel)\n"
        }
        772 => {
            out.text("loop ");
            " (Local Loopback)\n"
        }
        776 => {
            out.text("sit ");
            " (IPv6-in-IPv4)\n"
        }
        _ => {
            out.text("unspec ");
            for b in mac::print(&d.address).as_bytes() {
                out.bytes(&[if *b == b':' { b'-' } else { b.to_ascii_uppercase() }]);
            }
            out.text(" ");
            " (UNSPEC)\n"
        }
    };
    out.num("", " txqueuelen % ", u64::from(d.qlen));
    out.text(title);
}

fn counters(out: &mut Out<'_>, d: &Dev) {
    for (pattern, of) in COUNTERS {
        let n = d.sum(of);
        out.num("", pattern, n);
        if pattern.starts_with("  b") {
            scaled(out, n);
        }
    }
    // struct rtnl_link_ifmap: memory from, to, and ports as u64, then irq u16 and dma u8.
    let at = |n: usize| d.map.chunks_exact(8).nth(n).and_then(nlbox_core::bytes::uint_ne).unwrap_or(0);
    let (from, to, ports) = (at(0), at(1), at(2));
    let irq = nlbox_core::bytes::uint_ne(d.map.get(24..26).unwrap_or(&[])).unwrap_or(0);
    let dma = u64::from(d.map.get(26).copied().unwrap_or(0));
    if irq | from | dma | ports == 0 {
        return;
    }
    out.text("        device ");
    let part = |out: &mut Out<'_>, text: &str, v: u64, hex: bool| {
        if v != 0 {
            out.text(text);
            let digits = if hex { num::hex(v) } else { num::dec(v) };
            out.bytes(digits.as_bytes());
            out.text("  ");
        }
    };
    part(out, "interrupt ", irq, false);
    part(out, "base 0x", if ports >= 0x100 { ports } else { 0 }, true);
    if from != 0 {
        out.text("memory 0x");
        out.bytes(num::hex(from).as_bytes());
        part(out, "-", to, true);
    }
    part(out, "dma 0x", dma, true);
    out.text("\n");
}

/// A number of bytes and its tenths in a larger unit.
///
/// From MiB on net-tools divides by a tenth of the unit, rounded down.
fn scaled(out: &mut Out<'_>, n: u64) {
    let units: [(u32, u64, &str); 4] = [
        (50, 112_589_990_684_262, " PiB"),
        (40, 109_951_162_777, " TiB"),
        (30, 107_374_182, " GiB"),
        (20, 104_857, " MiB"),
    ];
    let (tenths, unit) = match units.iter().find(|(shift, ..)| n > 1 << shift) {
        Some((_, tenth, unit)) => (n.checked_div(*tenth).unwrap_or(0), *unit),
        None if n > 1024 => (n.saturating_mul(10) >> 10, " KiB"),
        None => (n.saturating_mul(10), " B"),
    };
    out.num("", " (%.", tenths / 10);
    out.num("", "%", tenths % 10);
    out.text(unit);
    out.text(")\n");
}

fn brief(out: &mut Out<'_>, name: &[u8], d: &Dev, alias: bool) {
    out.shown(name);
    out.spaces(15_usize.saturating_sub(name.len()));
    out.padded("", u64::from(d.mtu), 5);
    out.text(" ");
    if alias {
        out.text("     - no statistics available -                        ");
    } else {
        for (row, width) in SHORT {
            let n = COUNTERS.get(*row).map_or(0, |(_, of)| d.sum(of));
            if *width < 0 {
                out.spaces(usize::from(width.unsigned_abs()).saturating_sub(num::dec(n).as_bytes().len()));
            }
            out.column(num::dec(n).as_bytes(), usize::try_from(*width).unwrap_or(0));
        }
    }
    if d.info.flags & 0xffff == 0 {
        out.text("[NO FLAGS] ");
    }
    flags(out, LETTERS, &LETTER_BITS, d.info.flags, "");
    out.text("\n");
}

fn v6(out: &mut Out<'_>, m: &Message<'_>, index: u32) {
    let (head, a) = m.split::<IFADDR_LEN>();
    let Ok(head) = IfAddr::read_from_bytes(&head) else { return };
    let raw = a.get(ifa::LOCAL).or_else(|| a.get(ifa::ADDRESS)).and_then(Ip::from_bytes);
    let Some(address) = raw.filter(|_| head.family == af::AF_INET6 && head.index == index) else { return };
    let (scope, name) = match address.bytes() {
        [0xfe, b, ..] if b & 0xc0 == 0x80 => ("20", "link"),
        [0xfe, b, ..] if b & 0xc0 == 0xc0 => ("40", "site"),
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1] => ("10", "host"),
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, ..] => ("80", "compat,global"),
        _ => ("0", "global"),
    };
    out.str("", "        inet6 %", ip::print(&address).as_bytes());
    out.num("", "  prefixlen %  scopeid 0x", u64::from(head.prefix_len));
    out.text(scope);
    out.str("", "<%>\n", name.as_bytes());
}

fn dotted(out: &mut Out<'_>, a: u32) {
    out.bytes(ip::print(&Ip::v4(a.to_be_bytes())).as_bytes());
}

/// An IPv4 address of a link, its numbers in host order.
#[derive(Clone, Copy, PartialEq, Eq)]
struct V4 {
    local: u32,
    peer: u32,
    brd: u32,
    prefix: u8,
}

fn mask(prefix: u8) -> u32 {
    !u32::MAX.checked_shr(u32::from(prefix)).unwrap_or(0)
}

impl V4 {
    /// Another prefix length; a broadcast address that follows from the old one follows to the new.
    fn set_prefix(&mut self, prefix: u8, dev: u32) {
        if prefix != self.prefix {
            if dev & iff::BROADCAST != 0 && prefix < 31 && self.brd == self.local | !mask(self.prefix) {
                self.brd = self.local | !mask(prefix);
            }
            self.prefix = prefix;
        }
    }

    /// `SIOCSIFADDR`: an address with what its class makes of it.
    fn classful(local: u32, dev: u32) -> Option<V4> {
        let class = match local >> 24 {
            0 => 0,
            1..=127 => 8,
            128..=191 => 16,
            192..=223 => 24,
            240..=255 => 32,
            _ => return None,
        };
        let prefix = if dev & iff::POINTOPOINT != 0 { 32 } else { class };
        let brd = if dev & iff::BROADCAST != 0 && prefix < 31 { local | !mask(prefix) } else { 0 };
        Some(V4 { local, peer: local, brd, prefix })
    }
}

/// The first address with `label`, as the ioctls find it.
fn v4_of(cx: &mut Ctx<'_>, index: u32, label: &[u8]) -> Result<Option<V4>, Error> {
    let mut tx = [0; 64];
    let mut m = addresses(&mut tx, af::AF_INET, index);
    let found = core::cell::Cell::new(None);
    crate::dump::scan(&mut cx.conn, &mut m, &mut || found.set(None), &mut |m| {
        let (head, a) = m.split::<IFADDR_LEN>();
        let Ok(head) = IfAddr::read_from_bytes(&head) else { return };
        if found.get().is_some() || head.index != index || a.get(ifa::LABEL) != Some(label) {
            return;
        }
        let number = |raw: Option<&[u8]>| number(raw.unwrap_or(&[]));
        let local = number(a.get(ifa::LOCAL));
        let peer = number(a.get(ifa::ADDRESS));
        found.set(Some(V4 { local, peer, brd: number(a.get(ifa::BROADCAST)), prefix: head.prefix_len }));
    })?;
    Ok(found.get())
}

/// Sends an address: `RTM_NEWADDR` or `RTM_DELADDR`.
fn send(cx: &mut Ctx<'_>, ty: u16, index: u32, a: &V4, label: &[u8]) -> Result<(), Error> {
    let scope = if a.local >> 24 == 127 { 254 } else { 0 };
    let head = IfAddr { family: af::AF_INET, prefix_len: a.prefix, flags: 0, scope, index };
    let flags = if ty == rtm::NEWADDR { nlm::CREATE | nlm::EXCL } else { 0 };
    ask(cx, ty, flags, head.as_bytes(), &mut |m| {
        m.put(ifa::LOCAL, &a.local.to_be_bytes());
        m.put(ifa::ADDRESS, &a.peer.to_be_bytes());
        if a.brd != 0 {
            m.put(ifa::BROADCAST, &a.brd.to_be_bytes());
        }
        m.put(ifa::LABEL, label);
    })
}

/// Changes the address with the label `name` to what `new` makes of it and of the device's flags.
fn change(
    cx: &mut Ctx<'_>,
    name: &[u8],
    what: &str,
    new: &mut dyn FnMut(Option<V4>, u32) -> Result<V4, i32>,
) -> Done {
    let mut work = |cx: &mut Ctx<'_>| -> Result<(), Error> {
        let info = link(cx, base(name))?.info;
        let old = v4_of(cx, info.index, name)?;
        let a = new(old, info.flags).map_err(|n| Error::Kernel(Errno(n)))?;
        if old == Some(a) {
            return Ok(());
        }
        if let Some(old) = old {
            send(cx, rtm::DELADDR, info.index, &old, name)?;
        }
        if a.local == 0 { Ok(()) } else { send(cx, rtm::NEWADDR, info.index, &a, name) }
    };
    work(cx).map_err(|e| failed(cx, what.as_bytes(), e, 1))
}

fn set(cx: &mut Ctx<'_>, name: &[u8], line: &mut Line<'_>) -> Done {
    let mut family = af::AF_INET;
    while let Some(word) = line.next() {
        let (minus, bare) = match word.split_first() {
            Some((b'-', rest)) => (true, rest),
            _ => (false, word),
        };
        let known = which(bare, WORDS);
        match (known, minus) {
            (0 | 1, false) => up(cx, name, known == 0)?,
            (2..MTU, _) => switch(cx, name, known, !minus)?,
            (INET, false) => family = af::AF_INET,
            (INET6, false) => family = af::AF_INET6,
            (MTU..INET, false) => {
                let Some(value) = line.next() else { return Err(usage(cx)) };
                valued(cx, name, known, value, line)?;
            }
            _ if family != af::AF_INET => return Err(no_word(cx, &[b"%: Unknown host", word])),
            _ => address(cx, name, word)?,
        }
    }
    Ok(())
}

/// Brings a device up or down. An alias goes with `down`.
fn up(cx: &mut Ctx<'_>, name: &[u8], on: bool) -> Done {
    if base(name).len() < name.len() {
        return change(cx, name, "SIOCSIFFLAGS", &mut |old, _| {
            let a = old.ok_or(EADDRNOTAVAIL)?;
            Ok(V4 { local: if on { a.local } else { 0 }, ..a })
        });
    }
    let line = if on { "link set dev % up" } else { "link set dev % down" };
    let errno = attempt(cx, line, &[name]);
    flagged(cx, name, errno)
}

/// Sets another flag: number `word` of [`WORDS`]. An alias has none.
fn switch(cx: &mut Ctx<'_>, name: &[u8], word: usize, on: bool) -> Done {
    let errno = if base(name).len() < name.len() {
        // EOPNOTSUPP.
        95
    } else {
        attempt(cx, "link set dev % % %", &[name, link_word(word), if on { b"on" } else { b"off" }])
    };
    flagged(cx, name, errno)
}

/// What `ip` calls the words from `arp` to `hw`.
fn link_word(word: usize) -> &'static [u8] {
    nth(LINK_WORDS, b' ', word.wrapping_sub(2)).as_bytes()
}

fn flagged(cx: &mut Ctx<'_>, name: &[u8], errno: i32) -> Done {
    let _ = match errno {
        0 => return Ok(()),
        ENODEV => cx.err.failed("%: ERROR while getting interface flags", name, ENODEV),
        errno => cx.err.system(&[b"SIOCSIFFLAGS"], errno),
    };
    Err(Fail(255))
}

/// A word without a keyword: `ADDRESS[/LEN]`. It brings the device up, as ever.
fn address(cx: &mut Ctx<'_>, name: &[u8], word: &[u8]) -> Done {
    let (text, len) = prefix(cx, word, 32)?;
    let local = match hosts::address(text, af::AF_INET) {
        Some(ip) => number(ip.bytes()),
        None if which(text, "default") == 0 => 0,
        None => return Err(no_word(cx, &[b"%: Unknown host", text])),
    };
    change(cx, name, "SIOCSIFADDR", &mut |old, dev| {
        let mut a = match old.filter(|a| a.local == local) {
            Some(a) => a,
            None => V4::classful(local, dev).ok_or(EINVAL)?,
        };
        if let Some(len) = len {
            a.set_prefix(len, dev);
        }
        Ok(a)
    })?;
    if local == 0 && base(name).len() < name.len() {
        return Ok(());
    }
    up(cx, name, true)
}

/// An address and its prefix length, of at most `most` bits.
fn prefix<'w>(cx: &mut Ctx<'_>, word: &'w [u8], most: u8) -> Result<(&'w [u8], Option<u8>), Fail> {
    let Some(at) = word.iter().position(|b| *b == b'/') else { return Ok((word, None)) };
    let (text, len) = word.split_at_checked(at).unwrap_or((word, b""));
    match num::parse_u64_base(len.get(1..).unwrap_or(b""), 10).and_then(|n| u8::try_from(n).ok()) {
        Some(n) if n <= most => Ok((text, Some(n))),
        _ => Err(usage(cx)),
    }
}

fn valued(cx: &mut Ctx<'_>, name: &[u8], word: usize, value: &[u8], line: &mut Line<'_>) -> Done {
    let what = nth(IOCTLS, b' ', word.wrapping_sub(MTU));
    if word >= ADD {
        return further(cx, name, word == ADD, value, what);
    }
    if word >= NETMASK {
        let Some(ip) = hosts::address(value, af::AF_INET) else {
            return Err(cx.err.plain(&[b"%: Unknown host", value]));
        };
        let ip = number(ip.bytes());
        return change(cx, name, what, &mut |old, dev| {
            let mut a = old.ok_or(EADDRNOTAVAIL)?;
            match word {
                NETMASK => {
                    let ones = u8::try_from(ip.leading_ones()).unwrap_or(0);
                    a.set_prefix(Some(ones).filter(|n| mask(*n) == ip).ok_or(EINVAL)?, dev);
                }
                BROADCAST => a.brd = ip,
                _ => a.peer = ip,
            }
            Ok(a)
        });
    }
    let mut value = value;
    if word == HW {
        let Some(text) = line.next().filter(|_| which(value, "ether") == 0) else { return Err(usage(cx)) };
        if mac::parse(text, &mut [0; 32]) != Some(6) {
            return Err(cx.err.plain(&[b"%: invalid ether address.", text]));
        }
        value = text;
    }
    match attempt(cx, "link set dev % % %", &[base(name), link_word(word), value]) {
        0 => Ok(()),
        errno => Err(cx.err.system(&[what.as_bytes()], if errno == UNREAD { EINVAL } else { errno })),
    }
}

/// Four bytes in network order.
fn number(raw: &[u8]) -> u32 {
    raw.first_chunk().map_or(0, |b| u32::from_be_bytes(*b))
}

/// `add` and `del`: an IPv6 address, or an IPv4 address under the next free alias.
fn further(cx: &mut Ctx<'_>, name: &[u8], add: bool, word: &[u8], what: &str) -> Done {
    let (text, len) = prefix(cx, word, 128)?;
    let ip = match hosts::address(text, af::AF_INET6).or_else(|| hosts::address(text, af::AF_INET)) {
        Some(ip) => ip,
        None => return Err(cx.err.plain(&[b"%: Unknown host", text])),
    };
    let dev = base(name);
    let work = |cx: &mut Ctx<'_>| -> Result<(), Error> {
        let index = link(cx, dev)?.info.index;
        let ty = if add { rtm::NEWADDR } else { rtm::DELADDR };
        let flags = if add { nlm::CREATE | nlm::EXCL } else { 0 };
        let mut head =
            IfAddr { family: ip.family(), prefix_len: len.unwrap_or(ip.bits()), index, ..IfAddr::default() };
        let mut label = [0_u8; 16];
        let mut brd = 0_u32;
        if add && ip.family() == af::AF_INET {
            // The alias takes after the device's own address.
            let own = v4_of(cx, index, dev)?;
            for n in 0..1000_u64 {
                label = [0; 16];
                let digits = num::dec(n);
                let pieces = dev.iter().chain(b":").chain(digits.as_bytes());
                label.iter_mut().take(15).zip(pieces).for_each(|(to, from)| *to = *from);
                if v4_of(cx, index, until_nul(&label))?.is_none() {
                    break;
                }
            }
            head.prefix_len = len.or(own.map(|a| a.prefix)).unwrap_or(32);
            brd = own.map_or(0, |a| a.brd);
        }
        ask(cx, ty, flags, head.as_bytes(), &mut |m| {
            m.put(ifa::LOCAL, ip.bytes());
            if add || ip.family() == af::AF_INET6 {
                m.put(ifa::ADDRESS, ip.bytes());
            }
            if brd != 0 {
                m.put(ifa::BROADCAST, &brd.to_be_bytes());
            }
            if label.first() != Some(&0) {
                m.put(ifa::LABEL, until_nul(&label));
            }
        })
    };
    work(cx).map_err(|e| failed(cx, what.as_bytes(), e, 1))
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use nlbox_core::text::out::Sink;
    use std::string::String;
    use std::vec::Vec;

    struct Text(Vec<u8>);
    impl Sink for Text {
        fn write_all(&mut self, b: &[u8]) -> Result<(), i32> {
            self.0.extend_from_slice(b);
            Ok(())
        }
    }

    fn printed(print: impl FnOnce(&mut Out<'_>)) -> String {
        let (mut sink, mut buf) = (Text(Vec::new()), [0; 4096]);
        let mut out = Out::new(&mut sink, &mut buf);
        print(&mut out);
        out.finish().unwrap();
        String::from_utf8(sink.0).unwrap()
    }

    fn dev(ty: u16, flags: u32) -> Dev {
        let mut stats = [0; 200];
        for (n, v) in [(0, 361_u64), (2, 42328), (6, 2), (15, 3), (1, 361), (3, 336_593_178), (16, 4)] {
            stats.chunks_mut(8).nth(n).unwrap().copy_from_slice(&v.to_ne_bytes());
        }
        let mut address = [0; 16];
        address[..6].copy_from_slice(&[2, 0xfc, 0, 0, 0, 1]);
        let info = IfInfo { ty, flags, index: 3, ..IfInfo::default() };
        Dev { info, mtu: 1500, qlen: 1000, address, stats, map: [0; 28] }
    }

    /// The text is net-tools' for the same counters.
    #[test]
    fn a_device_in_full() {
        let d = dev(1, 0x11043);
        let text = printed(|out| {
            header(out, b"eth0", &d);
            hardware(out, &d);
            counters(out, &d);
        });
        assert_eq!(
            text,
            "eth0: flags=4163<UP,BROADCAST,RUNNING,MULTICAST>  mtu 1500\n        \
             ether 02:fc:00:00:00:01  txqueuelen 1000  (Ethernet)\n        \
             RX packets 361  bytes 42328 (41.3 KiB)\n        \
             RX errors 0  dropped 5  overruns 0  frame 0\n        \
             TX packets 361  bytes 336593178 (321.0 MiB)\n        \
             TX errors 0  dropped 0 overruns 0  carrier 4  collisions 0\n"
        );
        assert_eq!(
            printed(|out| brief(out, b"eth0", &d, false)),
            "eth0             1500      361      0      5 0           361      0      0      0 BMRU\n"
        );
    }

    #[test]
    fn flags_have_a_sign_and_unknown_hardware_has_sixteen_bytes() {
        let d = dev(65534, 0x83e3);
        let text = printed(|out| {
            header(out, b"t", &d);
            hardware(out, &d);
        });
        assert_eq!(
            text,
            "t: flags=-31773<UP,BROADCAST,NOTRAILERS,RUNNING,NOARP,PROMISC,ALLMULTI,DYNAMIC>  mtu 1500\n        \
             unspec 02-FC-00-00-00-01-00-00-00-00-00-00-00-00-00-00  txqueuelen 1000  (UNSPEC)\n"
        );
    }

    #[test]
    fn sizes_are_scaled_as_net_tools_does() {
        for (n, want) in [
            (0, "0.0 B"),
            (1024, "1024.0 B"),
            (1110, "1.0 KiB"),
            (1144, "1.1 KiB"),
            (675_974, "660.1 KiB"),
            (u64::MAX, "16384.0 PiB"),
        ] {
            assert_eq!(printed(|out| scaled(out, n)), std::format!(" ({want})\n"));
        }
    }

    #[test]
    fn an_address_changes_as_the_ioctls_change_it() {
        let a = V4::classful(0x0a02_0001, iff::BROADCAST).unwrap();
        assert_eq!((a.prefix, a.brd), (8, 0x0aff_ffff));
        let mut b = a;
        b.set_prefix(16, iff::BROADCAST);
        assert_eq!((b.prefix, b.brd), (16, 0x0a02_ffff));
        b.brd = 0x0a02_fffe;
        b.set_prefix(24, iff::BROADCAST);
        assert_eq!(b.brd, 0x0a02_fffe, "an address of the user's own stays");
        assert!(V4::classful(0xe000_0001, 0).is_none());
        assert_eq!(V4::classful(0x0a02_0001, iff::POINTOPOINT).unwrap().prefix, 32);
    }
}
