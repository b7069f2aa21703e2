//! What `ifconfig` prints of a device.

use super::change::mask;
use super::*;
use crate::grammar::Table;

/// `IFLA_MAP`: `struct rtnl_link_ifmap`.
const MAP: Key<Raw> = Key::new(14);

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
    fn sum(&self, of: u32) -> u64 {
        let stats = Stats64::new(&self.stats);
        let all = (0..32_usize).filter(|n| of.wrapping_shr(u32::try_from(*n).unwrap_or(0)) & 1 != 0);
        all.fold(0, |sum, n| sum.wrapping_add(stats.at(n)))
    }
}

/// Pattern, and the counters behind it.
static COUNTERS: Table<u32> = crate::table![
    ("        RX packets %", of(&[stat::RX_PACKETS])),
    ("  bytes %", of(&[stat::RX_BYTES])),
    ("        RX errors %", of(&[stat::RX_ERRORS])),
    ("  dropped %", of(&[stat::RX_DROPPED, stat::RX_MISSED])),
    ("  overruns %", of(&[stat::RX_FIFO])),
    ("  frame %\n", of(&[stat::RX_LENGTH, stat::RX_OVER, stat::RX_CRC, stat::RX_FRAME])),
    ("        TX packets %", of(&[stat::TX_PACKETS])),
    ("  bytes %", of(&[stat::TX_BYTES])),
    ("        TX errors %", of(&[stat::TX_ERRORS])),
    ("  dropped %", of(&[stat::TX_DROPPED])),
    (" overruns %", of(&[stat::TX_FIFO])),
    ("  carrier %", of(&[stat::TX_CARRIER, stat::TX_ABORTED, stat::TX_WINDOW, stat::TX_HEARTBEAT])),
    ("  collisions %\n", of(&[stat::COLLISIONS])),
];
/// The bits of counters.
#[allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "runs in the compiler")]
const fn of(counters: &[usize]) -> u32 {
    let (mut bits, mut n) = (0, 0);
    while n < counters.len() {
        bits |= 1 << counters[n];
        n += 1;
    }
    bits
}
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
pub(super) fn show(cx: &mut Ctx<'_>, name: &[u8], all: bool, short: bool) -> Done {
    let mut tx = [0; 256];
    let mut m = request(&mut tx, Link::Name(base(name)));
    let found = if base(name).len() > 15 { Err(Error::Kernel(Errno(ENODEV))) } else { cx.conn.get(&mut m) };
    let d = match found {
        Ok(m) => Dev::of(&m),
        Err(Error::Kernel(_)) => {
            return Err(cx.err.plain_of("%: error fetching interface information: Device not found", name));
        }
        Err(e) => return Err(failed(cx, "netlink", e, 1)),
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
    let v4 = v4_of(cx, d.info.index, name).map_err(|e| failed(cx, "netlink", e, 1))?;
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
        let index = d.info.index;
        dump_of(cx, rtm::GETADDR, &of_link(af::AF_INET6, index), &mut |page, m| {
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
    out.shown(name);
    // ioctl has 16 bits for the flags, and net-tools prints them with a sign.
    let low = d.info.flags & 0xffff;
    let signed = i64::from(low).saturating_sub(if low & 0x8000 != 0 { 0x1_0000 } else { 0 });
    out.int("|: flags=%<", signed);
    flags(out, FLAGS, &FLAG_BITS, d.info.flags, ",");
    out.num("|>  mtu %\n", u64::from(d.mtu));
}

fn hardware(out: &mut Out<'_>, d: &Dev) {
    out.text("        ");
    let title = match d.info.ty {
        1 => {
            let bytes = d.address.first_chunk::<6>().map_or(&[][..], |a| a);
            out.str("|ether % ", mac::print(bytes).as_bytes());
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
    out.num("| txqueuelen % ", u64::from(d.qlen));
    out.text(title);
}

fn counters(out: &mut Out<'_>, d: &Dev) {
    for (pattern, of) in COUNTERS.words.zip(COUNTERS.values) {
        let n = d.sum(*of);
        out.num_of("", pattern, n);
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
    let (mut tenths, mut unit) = (n.saturating_mul(10), "B)\n");
    if n > 1024 {
        (tenths, unit) = (tenths >> 10, "KiB)\n");
    }
    let mut unit_of = 1_u64 << 20;
    for letter in nlbox_core::texts!["MiB)\n", "GiB)\n", "TiB)\n", "PiB)\n"] {
        if n > unit_of {
            (tenths, unit) = (n.checked_div(unit_of / 10).unwrap_or(0), letter);
        }
        unit_of <<= 10;
    }
    out.digits("| (% ", &num::fixed(tenths, 1));
    out.text(unit);
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
            let n = COUNTERS.values.get(*row).map_or(0, |of| d.sum(*of));
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
    let half = |n: usize| address.bytes().chunks_exact(8).nth(n).and_then(uint_be).unwrap_or(0);
    let (high, low) = (half(0), half(1));
    let (scope, name) = match (high >> 54, low) {
        (0x3fa, _) => ("20", "link"),
        (0x3fb, _) => ("40", "site"),
        (0, 1) if high == 0 => ("10", "host"),
        (0, ..=0xffff_ffff) if high == 0 => ("80", "compat,global"),
        _ => ("0", "global"),
    };
    out.str("|        inet6 %", ip::print(&address).as_bytes());
    out.num("|  prefixlen %  scopeid 0x", u64::from(head.prefix_len));
    out.text(scope);
    out.str("|<%>\n", name.as_bytes());
}

fn dotted(out: &mut Out<'_>, a: u32) {
    out.bytes(ip::print(&Ip::v4(a.to_be_bytes())).as_bytes());
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use std::string::String;
    use std::vec::Vec;

    fn printed(print: impl FnOnce(&mut Out<'_>)) -> String {
        let (mut sink, mut buf) = (Vec::new(), [0; 4096]);
        let mut out = Out::new(&mut sink, &mut buf);
        print(&mut out);
        out.finish().unwrap();
        String::from_utf8(sink).unwrap()
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
}
