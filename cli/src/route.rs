//! `route`, as net-tools 2 prints it, over netlink: what /proc/net/route and the routing ioctls make of a table is
//! redone here.

use crate::Ctx;
use crate::dump::dump_of;
use crate::hosts::{Name, address, name_of};
use crate::ip::route::filter::Row;
use crate::nettools::{NONE, Usage, cells, first, help, option, which, wrong};
use crate::report::{Done, Fail};
use crate::step::{Step, UNREAD};
use crate::words::Line;
use nlbox_core::bytes::Reader;
use nlbox_core::rt::route::{TABLE_LOCAL, TABLE_MAIN, rta, rtax, rtm_f, rtn};
use nlbox_core::rt::rtm;
use nlbox_core::spec::Resolve;
use nlbox_core::text::ip::{Ip, Prefix, af};
use nlbox_core::text::{ip, nth, num};
use nlbox_core::wire::attr::Attrs;

/// `RTN_UNREACHABLE`, and the types behind it that are refusals too.
const UNREACHABLE: u8 = 7;

/// `route …`.
pub fn main(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    help(cx, line, &USAGE)?;
    let (mut family, mut extend, mut numeric) = (af::AF_INET, 0_u8, false);
    while let Some(word) = line.peek().filter(|w| w.len() > 1 && w.first() == Some(&b'-')) {
        line.next();
        let long = which(word, "--numeric --extend --inet --inet6");
        let letters = match b"ne46".get(long) {
            Some(c) => core::slice::from_ref(c),
            None => word.get(1..).unwrap_or(b""),
        };
        for c in letters {
            match c {
                b'n' => numeric = true,
                b'e' => extend = extend.saturating_add(1),
                b'4' => family = af::AF_INET,
                b'6' => family = af::AF_INET6,
                b'A' => {
                    let Some(value) = line.next() else {
                        return Err(option(cx, "option requires an argument -- '%'", c, &USAGE));
                    };
                    family = match which(value, "inet inet6") {
                        0 => af::AF_INET,
                        1 => af::AF_INET6,
                        _ => return Err(cx.err.plain_of("Unknown address family `%'.", value)),
                    };
                }
                _ => return Err(option(cx, "invalid option -- '%'", c, &USAGE)),
            }
        }
    }
    let Some(verb) = line.next() else {
        return if family == af::AF_INET { list(cx, numeric, extend) } else { list6(cx, numeric) };
    };
    match which(verb, "add del delete") {
        NONE => Err(usage(cx, verb)),
        n => change(cx, line, family, n == 0),
    }
}

static USAGE: Usage = [
    "\
Usage: route [-n] [-e|-ee] [-4|-6|-A inet|inet6]
       route [-6] add|del [-net|-host] TARGET[/LEN] [netmask MASK] [gw GATEWAY] [metric N]
                          [mss N] [window N] [irtt N] [reject] [[dev] DEVICE]

  route add default gw 10.0.0.1
  route add -net 10.1.0.0/16 dev eth0",
    "",
];

fn usage(cx: &mut Ctx<'_>, word: &[u8]) -> Fail {
    wrong(cx, word, &USAGE, 3)
}

/// Lends each next hop's device and gateway; `false` of `each` ends it.
fn hops(a: &Attrs<'_>, each: &mut dyn FnMut(u32, Option<Ip>) -> bool) {
    let gateway = |a: &Attrs<'_>| a.get(rta::GATEWAY).and_then(Ip::from_bytes);
    let Some(mut rest) = a.get(rta::MULTIPATH) else {
        each(a.get(rta::OIF).unwrap_or(0), gateway(a));
        return;
    };
    // struct rtnexthop: length u16, flags u8, weight u8, ifindex u32; attributes behind it.
    loop {
        let mut r = Reader::new(rest);
        let (Some(len), Some(_), Some(index)) = (r.u16(), r.u16(), r.u32()) else { return };
        let len = usize::from(len);
        if len < 8 || !each(index, gateway(&Attrs::new(rest.get(8..len).unwrap_or(&[])))) {
            return;
        }
        rest = rest.get(nlbox_core::bytes::align4(len)..).unwrap_or(&[]);
    }
}

type Text = heapless::Vec<u8, 48>;

/// The name of `ip`, or its digits, and `/len`.
fn text(numeric: bool, ip: &Ip, len: Option<u8>) -> Text {
    let (mut t, mut name) = (Text::new(), Name::new());
    if !numeric {
        name_of(ip, &mut name);
    }
    let _ = if !name.is_empty() {
        t.extend_from_slice(first(&name, 44))
    } else if ip.is_unspecified() && ip.family() == af::AF_INET6 && !numeric {
        t.extend_from_slice(b"[::]")
    } else {
        t.extend_from_slice(ip::print(ip).as_bytes())
    };
    if let Some(len) = len {
        let _ = t.push(b'/');
        let _ = t.extend_from_slice(num::dec(u64::from(len)).as_bytes());
    }
    t
}

fn list(cx: &mut Ctx<'_>, numeric: bool, extend: u8) -> Done {
    cx.page.out.text("Kernel IP routing table\nDestination     Gateway         Genmask         ");
    cx.page.out.text(match extend {
        0 => "Flags Metric Ref    Use Iface\n",
        1 => "Flags   MSS Window  irtt Iface\n",
        _ => "Flags Metric Ref    Use Iface    MSS   Window irtt\n",
    });
    dump_of(cx, rtm::GETROUTE, &[af::AF_INET], &mut |page, m| {
        let Some(row) = Row::of(m) else { return Ok(()) };
        let (h, a) = (row.head, &row.attrs);
        let hidden = matches!(h.ty, rtn::BROADCAST | rtn::MULTICAST) || h.flags & rtm_f::CLONED != 0;
        if u32::from(h.table) != TABLE_MAIN || h.family != af::AF_INET || hidden {
            return Ok(());
        }
        let zero = Ip::v4([0; 4]);
        let dst = a.get(rta::DST).and_then(Ip::from_bytes).unwrap_or(zero);
        // A network's name would be another file's.
        let default = dst.is_unspecified() && !numeric;
        let name = text(numeric || default || h.dst_len != 32, &dst, None);
        let name: &[u8] = if default { b"default" } else { first(&name, 15) };
        let (mut index, mut via) = (0, None);
        hops(a, &mut |i, gw| {
            (index, via) = (i, gw);
            false
        });
        let gw = if via.is_some_and(|g| !g.is_unspecified()) { "G" } else { "" };
        let mask = ip::print(&Prefix { ip: zero, len: h.dst_len, had_len: true }.mask());
        let reject = matches!(h.ty, UNREACHABLE | 8);
        let mut flags: heapless::Vec<u8, 8> = heapless::Vec::new();
        let _ = flags.extend_from_slice(if reject { b"!" } else { b"U" });
        let _ = flags.extend_from_slice(gw.as_bytes());
        let _ = flags.extend_from_slice(if h.dst_len == 32 { b"H" } else { b"" });
        let via = text(numeric || reject, &via.unwrap_or(zero), None);
        let metrics = a.nest(rta::METRICS);
        let number = |v: Option<u32>, add: u32| num::dec(v.map_or(0, |v| u64::from(v.saturating_add(add))));
        let metric = number(a.get(rta::PRIORITY), 0);
        let mss = number(metrics.get(rtax::ADVMSS).filter(|v| *v != 0), 40);
        let window = number(metrics.get(rtax::WINDOW), 0);
        let irtt = number(metrics.get(rtax::RTT).map(|v| v >> 3), 0);
        let dev = page.names.ifname(index);
        let words: [&[u8]; 7] = if reject {
            [b"-", b"0", b"-", b"-", b"-", b"-", b"-"]
        } else {
            let (dev, via): (&[u8], _) = (if index == 0 { b"*" } else { dev.as_bytes() }, first(&via, 15));
            [via, metric.as_bytes(), b"0", dev, mss.as_bytes(), window.as_bytes(), irtt.as_bytes()]
        };
        let ([via, metric, references, dev, mss, window, irtt], out) = (words, &mut page.out);
        cells(out, "%15 %15 %15 %5 ", &[name, via, mask.as_bytes(), &flags]);
        match extend {
            0 => cells(out, "%6 %2       0 %\n", &[metric, references, dev]),
            1 => cells(out, "%-5 %5 %-6 %\n", &[mss, window, irtt, dev]),
            _ => {
                let words = [metric, references, dev, mss, window, irtt];
                cells(out, "%6 %2       0 %8 %5 %6 %\n", &words);
            }
        }
        Ok(())
    })
}

/// The kernel's own refusal at the root of a table without a default route: /proc/net/ipv6_route shows it.
fn null(out: &mut nlbox_core::text::out::Out<'_>, numeric: bool) {
    let words: [&[u8]; 2] = if numeric { [b"::/0", b"::"] } else { [b"[::]/0", b"[::]"] };
    cells(out, "%30 %26 !n   -1  1      0 lo\n", &words);
}

fn list6(cx: &mut Ctx<'_>, numeric: bool) -> Done {
    cx.page.out.text("Kernel IPv6 routing table\nDestination                    Next Hop                   Flag Met Ref  Use If\n");
    let zero = Ip::v6([0; 16]);
    // The table being listed, and whether it has its default route; the main table comes before the local one.
    let (mut at, mut default) = (TABLE_MAIN, false);
    dump_of(cx, rtm::GETROUTE, &[af::AF_INET6], &mut |page, m| {
        let Some(row) = Row::of(m) else { return Ok(()) };
        let (h, a) = (row.head, &row.attrs);
        if h.family != af::AF_INET6 || h.flags & rtm_f::CLONED != 0 {
            return Ok(());
        }
        let table = u32::from(h.table);
        if table == TABLE_LOCAL && at == TABLE_MAIN {
            if !default {
                null(&mut page.out, numeric);
            }
            default = false;
        }
        at = table;
        default |= h.dst_len == 0;
        let dst = text(numeric, &a.get(rta::DST).and_then(Ip::from_bytes).unwrap_or(zero), Some(h.dst_len));
        let reject = (6..=9).contains(&h.ty);
        let metric = num::dec(u64::from(a.get(rta::PRIORITY).unwrap_or(0)));
        let from_ra = h.protocol == 9;
        hops(a, &mut |index, via| {
            let mut flags: heapless::Vec<u8, 8> = heapless::Vec::new();
            let _ = flags.push(if reject { b'!' } else { b'U' });
            let marks = [
                (b'G', via.is_some()),
                (b'D', from_ra && h.dst_len == 0),
                (b'A', from_ra),
                (b'e', a.has(rta::EXPIRES)),
                (b'n', reject || matches!(h.ty, rtn::LOCAL | rtn::ANYCAST)),
            ];
            for (mark, _) in marks.iter().filter(|(_, on)| *on) {
                let _ = flags.push(*mark);
            }
            let via = text(numeric, &via.unwrap_or(zero), None);
            let dev = page.names.ifname(index);
            cells(
                &mut page.out,
                "%30 %26 %4 %3 1      0 %\n",
                &[&dst, &via, &flags, metric.as_bytes(), dev.as_bytes()],
            );
            true
        });
        Ok(())
    })?;
    if !default {
        null(&mut cx.page.out, numeric);
    }
    if at == TABLE_MAIN {
        null(&mut cx.page.out, numeric);
    }
    Ok(())
}

/// The keywords with a value, by slot. IPv6 has those from [`GW`] on.
static WORDS: &str = "netmask mss window irtt gw metric dev";
/// What `ip route` calls them.
static PATTERNS: &str = "\n advmss %\n window %\n rtt %ms\n via %\n metric %\n dev %";
const GW: usize = 4;
const METRIC: usize = 5;
const DEV: usize = 6;

/// `add` and `del`.
fn change(cx: &mut Ctx<'_>, line: &mut Line<'_>, family: u8, add: bool) -> Done {
    let v4 = family == af::AF_INET;
    let Some(mut target) = line.next() else { return Err(usage(cx, b"")) };
    let mut net = None;
    let kind = which(target, "-net -host");
    if v4 && kind != NONE {
        net = Some(kind == 0);
        let Some(next) = line.next() else { return Err(usage(cx, b"")) };
        target = next;
    }
    let mut slots: [Option<&[u8]>; 7] = [None; 7];
    let mut reject = false;
    while let Some(word) = line.next() {
        let known = match which(word, "gateway device reject") {
            0 => GW,
            1 => DEV,
            2 if v4 => {
                reject = true;
                continue;
            }
            _ => which(word, WORDS),
        };
        let value = match known {
            // A last bare word is the device.
            NONE => Some(word).filter(|_| line.is_over()),
            _ if !v4 && known < GW => None,
            _ => line.next(),
        };
        match slots.get_mut(known.min(DEV)) {
            Some(slot) if slot.is_none() && value.is_some() => *slot = value,
            _ => return Err(usage(cx, word)),
        }
    }
    let [netmask, ..] = slots;
    let (dst, len) = destination(cx, target, netmask, family, net)?;
    let mut step = Step::new(if add { "route prepend" } else { "route del" }, &[]);
    let (dst, len) = (ip::print(&dst), num::dec(len.into()));
    let kind: (&str, &[u8]) =
        if reject { (" % %/% scope host", b"unreachable") } else { (" % %/%", b"unicast") };
    step.add(kind.0, &[kind.1, dst.as_bytes(), len.as_bytes()]);
    for (n, slot) in slots.iter().enumerate().skip(1) {
        let pattern = nth(PATTERNS, b'\n', n);
        match (n, slot) {
            (..GW, Some(word)) => {
                let Some(mut n) = num::parse_u32(word) else { return Err(usage(cx, word)) };
                if pattern.starts_with(" a") {
                    if !(64..=65_536).contains(&n) {
                        return Err(said(cx, &[b"route: Invalid MSS/MTU."]));
                    }
                    // net-tools counts the header's bytes in.
                    n = n.saturating_sub(40);
                }
                if add {
                    step.add(pattern, &[num::dec(n.into()).as_bytes()]);
                }
            }
            (GW, Some(word)) => step.add(pattern, &[ip::print(&host(cx, word, family)?).as_bytes()]),
            (_, Some(word)) => step.add(pattern, &[word]),
            // net-tools gives IPv6 routes metric 1 where none is said.
            (METRIC, None) if !v4 => step.add(pattern, &[b"1"]),
            _ => {}
        }
    }
    cx.page.opts.family = family;
    let _ = match step.attempt(cx) {
        0 => return Ok(()),
        UNREAD => return Err(usage(cx, b"")),
        errno => cx.err.system(&[if add { b"SIOCADDRT" } else { b"SIOCDELRT" }], errno),
    };
    Err(Fail(7))
}

fn host(cx: &mut Ctx<'_>, word: &[u8], family: u8) -> Result<Ip, Fail> {
    address(word, family).ok_or_else(|| {
        cx.err.say_of("%: Unknown host", word);
        Fail(if family == af::AF_INET { 6 } else { 1 })
    })
}

fn said(cx: &mut Ctx<'_>, why: &[&[u8]]) -> Fail {
    cx.err.say(why);
    usage(cx, b"")
}

/// The target and its prefix length.
fn destination(
    cx: &mut Ctx<'_>,
    target: &[u8],
    netmask: Option<&[u8]>,
    family: u8,
    net: Option<bool>,
) -> Result<(Ip, u8), Fail> {
    let zero = if family == af::AF_INET { Ip::v4([0; 4]) } else { Ip::v6([0; 16]) };
    let default = |w: &[u8]| which(w, "default") == 0;
    if default(target) && net != Some(false) {
        return Ok((zero, 0));
    }
    let (word, slash) =
        match target.iter().position(|b| *b == b'/').and_then(|at| target.split_at_checked(at)) {
            Some((word, len)) => (word, len.get(1..)),
            None => (target, None),
        };
    let ip = if default(word) { zero } else { host(cx, word, family)? };
    let len = slash.map(|s| num::parse_u64_base(s, 10).and_then(|n| u8::try_from(n).ok()));
    if family != af::AF_INET {
        return match len.unwrap_or(Some(128)).filter(|n| *n <= 128) {
            Some(len) => Ok((ip, len)),
            None => Err(usage(cx, target)),
        };
    }
    let bits = |ip: &Ip| ip.bytes().first_chunk().map_or(0, |b| u32::from_be_bytes(*b));
    let len = match (len, netmask) {
        (Some(_), Some(word)) => return Err(usage(cx, word)),
        (Some(len), None) => Some(len.filter(|n| *n <= 32).unwrap_or(u8::MAX)),
        (None, Some(word)) => {
            let mask = bits(&host(cx, word, family)?);
            let ones = mask.leading_ones();
            if ones != mask.count_ones() {
                return Err(said(cx, &[b"route: bogus netmask ", word]));
            }
            u8::try_from(ones).ok()
        }
        (None, None) => None,
    };
    match (net.unwrap_or(false), len) {
        (true, None) => Ok((ip, 0)),
        (false, None | Some(32)) => Ok((ip, 32)),
        (true, Some(len))
            if bits(&ip) & u32::MAX.checked_shr(u32::from(len)).unwrap_or(0) == 0 && len <= 32 =>
        {
            Ok((ip, len))
        }
        (true, _) => Err(said(cx, &[b"route: netmask doesn't match route address"])),
        (false, Some(len)) => {
            let mask = u32::MAX.checked_shr(u32::from(len)).unwrap_or(0);
            let digits = num::hex_pad(u64::from(mask), 8);
            Err(said(cx, &[b"route: netmask % doesn't make sense with host route", digits.as_bytes()]))
        }
    }
}
