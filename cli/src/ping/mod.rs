//! `ping`: ICMP echo over IPv4 and IPv6, with the texts and exit codes of iputils.

mod errors;
mod hear;
mod options;
mod print;
mod run;

use self::options::{Asked, read};
use crate::Ctx;
use crate::getopt::{Options, choose};
use crate::hosts::{Name, look_up, name_of};
use crate::letters::{error, micros, option, system, usage};
use crate::report::{Done, Fail};
use crate::words::Line;
use core::net::IpAddr;
use nlbox_core::icmp::{self, Reason};
use nlbox_core::rtt::{self, Rtt};
use nlbox_core::spec::Resolve;
use nlbox_core::text::ip::{Ip, af, parse, print};
use nlbox_core::text::num;
use nlbox_sys::clock::{monotonic, realtime};
use nlbox_sys::errno::Errno;
use nlbox_sys::fd::{PollFd, PollFlags, poll};
use nlbox_sys::packet::{self, IcmpSocket, source_towards};
use nlbox_sys::{memory, process, signal};

/// The most data that fits behind the IPv4 and ICMP headers.
const MOST: u64 = 65_507;
/// A request carries its time only when it has room for what iputils puts there, a struct timeval.
const STAMP: u64 = 16;
/// Nanoseconds in a microsecond.
const MICRO: u64 = 1000;
/// Microseconds in a second.
const SECOND: u64 = 1_000_000;
/// Nanoseconds to wait before a request that the kernel had no room for is tried again, and in a flood for an answer.
const PAUSE: u64 = 10_000_000;
/// The shortest interval for anyone but root.
const LEAST: u64 = 2_000;
/// One bit for each sequence number.
const BITS: usize = 8192;

/// `ping`
pub(crate) fn main(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    start(cx, line, 0)
}

/// `ping6`: `ping -6`.
pub(crate) fn main6(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    cx.err.program = "ping";
    start(cx, line, af::AF_INET6)
}

#[inline(never)]
fn own(ip: IpAddr) -> Ip {
    match ip {
        IpAddr::V4(ip) => Ip::v4(ip.octets()),
        IpAddr::V6(ip) => Ip::v6(ip.octets()),
    }
}

#[inline(never)]
fn std(ip: Ip) -> IpAddr {
    match (<[u8; 4]>::try_from(ip.bytes()), <[u8; 16]>::try_from(ip.bytes())) {
        (_, Ok(bytes)) => IpAddr::from(bytes),
        (Ok(bytes), _) => IpAddr::from(bytes),
        _ => IpAddr::from([0; 4]),
    }
}

/// Addresses whose zone is a link.
fn is_local(ip: &IpAddr) -> bool {
    match ip {
        IpAddr::V4(_) => false,
        IpAddr::V6(ip) => {
            let [a, b, ..] = ip.octets();
            (a == 0xfe && b & 0xc0 == 0x80) || (a == 0xff && b & 15 == 2)
        }
    }
}

fn start(cx: &mut Ctx<'_>, line: &mut Line<'_>, family: u8) -> Done {
    let mut asked = Asked {
        host: b"",
        family,
        o: Options::new(),
        count: 0,
        interval: u64::MAX,
        linger: 10 * SECOND,
        deadline: 0,
        size: 56,
        ttl: None,
        fragments: None,
        preload: 1,
    };
    let asked = &mut asked;
    read(cx, line, asked)?;
    let mut name = Name::new();
    let _ = name.extend_from_slice(asked.host);
    let host = look_up(asked.host, &mut name);
    let mut scope = 0;
    let mut known = host.v4.is_some() || host.v6.is_some();
    if !host.zone.is_empty() {
        let number = || num::parse_u64_base(host.zone, 10).and_then(|n| u32::try_from(n).ok());
        let index = cx.page.names.ifindex(host.zone).or_else(number);
        known = index.is_some();
        scope = index.unwrap_or(0);
    }
    let (four, six) = (host.v4.map(std), host.v6.map(std));
    let found = match (asked.family, four, six) {
        (af::AF_INET, four, _) => four,
        (af::AF_INET6, _, six) => six,
        // A name of both families is IPv6 where that leads anywhere.
        (_, Some(four), Some(six)) => {
            Some(if source_towards(six, scope, 0, false).is_ok() { six } else { four })
        }
        (_, four, six) => four.or(six),
    };
    let Some(mut to) = found.filter(|_| known) else {
        let pattern = if known {
            "%: Address family for hostname not supported"
        } else {
            "%: Name or service not known"
        };
        return Err(error(cx, pattern, asked.host));
    };
    let v6 = to.is_ipv6();
    let (mut link, mut device, mut bound) = (0, &b""[..], None);
    if let Some(from) = asked.o.value(b'I') {
        let from = from.to_bytes();
        bound = parse(from).map(std);
        match bound {
            Some(ip) if ip.is_ipv6() != v6 => {
                return Err(error(cx, "%: Address family for hostname not supported", from));
            }
            Some(_) => {}
            None => match cx.page.names.ifindex(from) {
                Some(index) => (link, device) = (index, from),
                None if v6 => return Err(error(cx, "unknown iface: %", from)),
                None => return Err(error(cx, "SO_BINDTODEVICE %: No such device", from)),
            },
        }
    }
    if is_local(&to) && scope == 0 {
        scope = link;
        if link == 0 {
            let _ = error(cx, "Warning: a link-local address wants its interface: %%<interface>", asked.host);
        }
    }
    let mut many = to.is_multicast();
    let mut what = "socket: %";
    let ready = (|| {
        let socket = IcmpSocket::open(v6)?;
        if link != 0 {
            what = "SO_BINDTODEVICE: %";
            socket.bind_link(link)?;
        }
        if let Some(ip) = bound {
            what = if v6 { "bind icmp socket: %" } else { "bind: %" };
            socket.bind(ip, scope)?;
        }
        what = "connect: %";
        let mut source = source_towards(to, scope, link, false);
        if source == Err(Errno::EACCES) && !v6 {
            if asked.has(b'b') {
                many = true;
                socket.set_broadcast()?;
                source = source_towards(to, scope, link, true);
            } else {
                what = "Do you want to ping broadcast? Then -b. If not, check your local firewall rules";
            }
        }
        let source = source?;
        if let Some(mode) = asked.fragments {
            what = "IP_MTU_DISCOVER: %";
            socket.set_mtu_discover(mode)?;
        }
        if let Some(ttl) = asked.ttl {
            what = if v6 { "can't set unicast hop limit: %" } else { "cannot set unicast time-to-live: %" };
            socket.set_ttl(ttl)?;
        }
        what = "mmap: %";
        // What a raw socket hears has an IP header of up to 60 bytes before it.
        let whole = usize::try_from(asked.size).unwrap_or(0).saturating_add(icmp::HEADER);
        let room = memory::map(BITS.saturating_add(60).saturating_add(whole).saturating_add(whole))?;
        let (seen, rest) = room.split_at_mut_checked(BITS).unwrap_or_default();
        let (tx, rx) = rest.split_at_mut_checked(whole).unwrap_or_default();
        Ok((socket, source, seen, tx, rx))
    })();
    let (socket, source, seen, tx, rx) = match ready {
        Ok(ready) => ready,
        Err(e) => {
            let fail = system(cx, what, e);
            if what == "socket: %" && e != Errno::EAFNOSUPPORT {
                let _ = error(cx, "=> missing cap_net_raw+p capability or setuid?", b"");
            }
            return Err(fail);
        }
    };
    if many && !to.is_multicast() {
        cx.err.say_as("WARNING: pinging broadcast address");
    }
    let mut n = 0_u8.wrapping_sub(8);
    for b in tx.iter_mut() {
        *b = n;
        n = n.wrapping_add(1);
    }
    let source = bound.unwrap_or(source);
    if to.is_unspecified() {
        to = source;
    }
    let numeric = host.numeric || asked.has(b'n');
    let mut p = Ping {
        cx,
        asked,
        socket,
        to,
        scope,
        ident: low(u64::from(process::getpid().unsigned_abs())),
        numeric,
        many,
        seen,
        tx,
        rx,
        sent: 0,
        received: 0,
        repeats: 0,
        errors: 0,
        acked: 0,
        pipe: 0,
        rtt: Rtt::default(),
        began: 0,
        last: 0,
    };
    let shown = if v6 { p.asked.host } else { &name };
    p.head(shown, source, device);
    p.run();
    p.tell(shown)
}

struct Ping<'a, 'c, 'l> {
    cx: &'a mut Ctx<'c>,
    asked: &'a mut Asked<'l>,
    socket: IcmpSocket,
    to: IpAddr,
    scope: u32,
    ident: u16,
    numeric: bool,
    /// Many may answer.
    many: bool,
    /// A bit for each sequence number that was answered since it was sent last.
    seen: &'static mut [u8],
    tx: &'static mut [u8],
    rx: &'static mut [u8],
    sent: u64,
    received: u64,
    repeats: u64,
    errors: u64,
    /// The latest request of which anything was heard.
    acked: u64,
    /// The most requests that were ever under way.
    pipe: u64,
    rtt: Rtt,
    /// When the first and the latest request were sent, in nanoseconds.
    began: u64,
    last: u64,
}

fn low(n: u64) -> u16 {
    u16::try_from(n & 0xffff).unwrap_or(0)
}

/// How a request went.
enum Sent {
    Yes,
    /// There was no room for it; some time later there may be.
    NoRoom,
    /// Errors about earlier ones came in its stead.
    Again,
}

/// Where errors came from.
#[derive(PartialEq, Eq)]
enum Heard {
    Nothing,
    /// This machine.
    Local,
    /// Elsewhere, or both.
    Remote,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_one_link() {
        for (word, want) in [
            (&b"fe80::1"[..], true),
            (b"ff02::1", true),
            (b"ff05::1", false),
            (b"fd00::1", false),
            (b"169.254.0.1", false),
        ] {
            let ip = parse(word).unwrap();
            assert_eq!(is_local(&std(ip)), want, "{word:?}");
            assert_eq!(own(std(ip)).bytes(), ip.bytes());
        }
    }

    #[test]
    fn sequence_numbers_wrap() {
        assert_eq!((low(1), low(65_535), low(65_536), low(u64::MAX)), (1, 65_535, 0, 65_535));
    }
}
