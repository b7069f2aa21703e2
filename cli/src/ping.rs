//! `ping`: ICMP echo over IPv4 and IPv6, with the texts and exit codes of iputils.

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

const HELP: &str = "\
Usage: ping [options] <host>

  -c <count>     answers to wait for
  -i <seconds>   between requests, 1
  -W <seconds>   for the last answer, 10
  -w <seconds>   end after this time
  -s <bytes>     of data, 56
  -t <ttl>       or hop limit
  -I <from>      link or address
  -M <mode>      fragments: do (none), want, dont
  -l <count>     requests ahead of answers
  -A             at the pace of the answers
  -f             flood, a dot for each that is lost
  -a             bell
  -b             allow broadcast
  -D             time of day
  -n             no names
  -O             tell of late answers
  -q             summary alone
  -4             IPv4
  -6             IPv6
  -h             this page
  -V             the version

  ping -c 3 10.0.0.1    ping -I eth0 -M do -s 1472 10.0.0.1    ping fe80::1%eth0
Names are those of /etc/hosts.";

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
    start(cx, line, af::AF_INET6)
}

/// What the line asks for. Times are microseconds.
struct Asked<'l> {
    host: &'l [u8],
    family: u8,
    o: Options<'l>,
    count: u64,
    interval: u64,
    linger: u64,
    deadline: u64,
    size: u64,
    ttl: Option<u8>,
    fragments: Option<u8>,
    preload: u64,
}

impl Asked<'_> {
    fn has(&self, letter: u8) -> bool {
        self.o.has(letter)
    }
}

// Not inlined: the compiler would take `asked` apart and put it together again, at twice the size.
#[inline(never)]
fn read<'l>(cx: &mut Ctx<'_>, line: &mut Line<'l>, asked: &mut Asked<'l>) -> Done {
    cx.err.program = "ping";
    let o = &mut asked.o;
    o.letters(cx, line, HELP)?;
    asked.count = option(cx, o, b'c', 1, i64::MAX.unsigned_abs(), 0)?;
    asked.size = option(cx, o, b's', 0, MOST, 56)?;
    asked.preload = option(cx, o, b'l', 1, 65_536, 1)?;
    asked.deadline = option(cx, o, b'w', 0, 2_147_483_647, 0)?.saturating_mul(SECOND);
    asked.ttl = u8::try_from(option(cx, o, b't', 0, 255, 256)?).ok();
    for (letter, to, pattern) in [
        (b'i', &mut asked.interval, "bad timing interval: %"),
        (b'W', &mut asked.linger, "bad linger time: %"),
    ] {
        let word = o.word(letter);
        if o.has(letter) {
            *to = micros(word).ok_or_else(|| error(cx, pattern, word))?;
        }
    }
    if o.has(b'M') {
        let word = o.word(b'M');
        asked.fragments = choose("dont want do", word, 0);
        if asked.fragments.is_none() {
            return Err(error(cx, "invalid -M argument: %", word));
        }
    }
    for (letter, family) in [(b'4', af::AF_INET), (b'6', af::AF_INET6)] {
        if o.has(letter) {
            if asked.family == family ^ af::AF_INET ^ af::AF_INET6 {
                return Err(error(cx, "only one -4 or -6 option may be specified", b""));
            }
            asked.family = family;
        }
    }
    let [host, more] = o.words;
    if let Some(word) = more {
        return Err(usage(cx, HELP, "a second host: '%'", word));
    }
    let Some(host) = host else {
        let _ = error(cx, "usage error: Destination address required", b"");
        return Err(Fail(1));
    };
    asked.host = host;
    if asked.interval == u64::MAX {
        asked.interval = if asked.has(b'f') { 0 } else { SECOND };
    }
    if process::getuid() != 0 {
        if asked.interval < LEAST {
            return Err(error(cx, "cannot flood; minimal interval allowed for user is 2ms", b""));
        }
        if asked.preload > 3 {
            let n = num::dec(asked.preload);
            return Err(error(cx, "cannot set preload to value greater than 3: %", n.as_bytes()));
        }
    }
    Ok(())
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
        cx.err.say(&[b"WARNING: pinging broadcast address"]);
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

impl Ping<'_, '_, '_> {
    #[inline(never)]
    fn text(&mut self, text: &str) {
        self.cx.page.out.text(text);
    }

    #[inline(never)]
    fn num(&mut self, pattern: &str, n: u64) {
        self.cx.page.out.num("", pattern, n);
    }

    #[inline(never)]
    fn bytes(&mut self, pattern: &str, bytes: &[u8]) {
        self.cx.page.out.str("", pattern, bytes);
    }

    /// Milliseconds.
    #[inline(never)]
    fn millis(&mut self, pattern: &str, micros: u64) {
        self.cx.page.out.digits("", pattern, &rtt::millis(micros));
    }

    fn flush(&mut self) {
        self.cx.page.out.flush();
    }

    /// An address, with its zone and its name.
    #[inline(never)]
    fn address(&mut self, before: &str, ip: IpAddr, scope: u32, after: &str) {
        let own = own(ip);
        let mut name = Name::new();
        if !self.numeric {
            name_of(&own, &mut name);
        }
        self.text(before);
        if !name.is_empty() {
            self.bytes("% (", &name);
        }
        self.bytes("%", print(&own).as_bytes());
        if scope != 0 && is_local(&ip) {
            let link = self.cx.page.names.ifname(scope);
            self.text("%");
            self.bytes("%", link.as_bytes());
        }
        if !name.is_empty() {
            self.text(")");
        }
        self.text(after);
    }

    #[inline(never)]
    fn head(&mut self, name: &[u8], source: IpAddr, device: &[u8]) {
        let (to, v6) = (self.to, self.to.is_ipv6());
        self.bytes("PING %", name);
        if v6 {
            self.address("(", to, self.scope, ") ");
        } else {
            self.bytes(" (%) ", print(&own(to)).as_bytes());
        }
        if self.asked.has(b'I') {
            self.bytes("from % ", print(&own(source)).as_bytes());
            self.bytes("%: ", device);
        }
        let size = self.asked.size;
        self.num("%", size);
        if v6 {
            self.text(" data bytes\n");
        } else {
            self.num("(%) bytes of data.\n", size.saturating_add(28));
        }
        self.flush();
    }

    #[inline(never)]
    fn run(&mut self) {
        let _ = signal::catch(signal::SIGINT);
        self.began = monotonic();
        let ahead = |asked: &Asked<'_>| {
            asked.interval.saturating_mul(asked.preload.wrapping_sub(1)).saturating_mul(MICRO)
        };
        let mut next = self.began.saturating_sub(ahead(self.asked));
        let mut end = match self.asked.deadline {
            0 => u64::MAX,
            time => self.began.saturating_add(time.saturating_mul(MICRO)),
        };
        // With a deadline, requests go on until enough answers came.
        let enough = match (self.asked.deadline, self.asked.count) {
            (0, count @ 1..) => count,
            _ => u64::MAX,
        };
        let mut lingers = false;
        while !signal::take(signal::SIGINT) {
            let done = self.received.wrapping_add(self.errors);
            let now = monotonic();
            if (self.asked.count > 0 && done >= self.asked.count)
                || (self.asked.deadline > 0 && self.errors > 0)
                || now >= end
                || self.cx.page.out.failed()
            {
                break;
            }
            let mut wake = end;
            if self.sent < enough {
                let interval = self.asked.interval.saturating_mul(MICRO);
                if self.asked.has(b'A') && !self.rtt.is_empty() {
                    // The latest answer may have made the interval shorter.
                    next = next.min(self.last.saturating_add(interval));
                }
                let free = self.sent.wrapping_sub(self.acked) < self.asked.preload;
                if now >= next || (interval == 0 && free) {
                    next = match self.send(now) {
                        Sent::Yes if interval != 0 => {
                            next.max(now.saturating_sub(ahead(self.asked))).saturating_add(interval)
                        }
                        Sent::Again => now,
                        _ => now.saturating_add(PAUSE),
                    };
                    if next <= now {
                        continue;
                    }
                }
                wake = wake.min(next);
            } else if !lingers {
                lingers = true;
                let wait = match self.rtt.is_empty() {
                    true => self.asked.linger,
                    false => self.rtt.most().saturating_mul(2).max(self.asked.interval),
                };
                if wait > 0 {
                    end = now.saturating_add(wait.saturating_mul(MICRO));
                }
                continue;
            }
            self.wait(wake);
        }
        let _ = signal::default(signal::SIGINT);
    }

    /// Hears what comes until `wake`, nanoseconds of the monotonic clock.
    fn wait(&mut self, wake: u64) {
        // Rounded up, else the last millisecond would be spent spinning: which short intervals need. A signal just
        // before poll is seen within a second.
        let round = if self.asked.interval < 10_000 { 0 } else { 999_999 };
        let left = wake.saturating_sub(monotonic()).saturating_add(round) / 1_000_000;
        let mut fds = [PollFd::new(self.socket.as_fd().raw(), PollFlags::IN)];
        let Ok(1) = poll(&mut fds, i32::try_from(left.min(1000)).unwrap_or(0)) else { return };
        let [fd] = fds;
        if fd.revents().contains(PollFlags::ERR) {
            self.hear_errors();
        }
        // Bounded: strangers' packets on a raw socket must not keep us from sending.
        for _ in 0..256 {
            match self.socket.recv(self.rx) {
                Ok(got) => self.hear(&got),
                Err(Errno::EAGAIN) => break,
                Err(e) => {
                    if self.hear_errors() == Heard::Nothing {
                        let _ = system(self.cx, "recvmsg: %", e);
                        break;
                    }
                }
            }
            if self.acked == self.sent {
                break;
            }
        }
    }

    fn send(&mut self, now: u64) -> Sent {
        let before = low(self.sent);
        let seq = before.wrapping_add(1);
        if self.asked.has(b'O') && self.sent > 0 && !self.mark(before, None) {
            self.stamp();
            self.num("no answer yet for icmp_seq=%\n", before.into());
            self.flush();
        }
        self.mark(seq, Some(false));
        if self.asked.size >= STAMP {
            let place = self.tx.iter_mut().skip(icmp::HEADER);
            place.zip(monotonic().to_ne_bytes()).for_each(|(to, b)| *to = b);
        }
        icmp::request(self.tx, self.to.is_ipv6(), self.ident, seq);
        match self.socket.send(self.tx, self.to, self.scope) {
            Ok(()) => {}
            Err(Errno::EAGAIN | Errno::ENOBUFS | Errno::ENOMEM) => return Sent::NoRoom,
            Err(e) => match self.hear_errors() {
                Heard::Remote => return Sent::Again,
                Heard::Nothing if !self.asked.has(b'q') => {
                    let _ = system(self.cx, "sendmsg: %", e);
                }
                _ => {}
            },
        }
        self.sent = self.sent.wrapping_add(1);
        self.last = now;
        if self.asked.has(b'f') && !self.asked.has(b'q') {
            self.text(".");
            self.flush();
        }
        Sent::Yes
    }

    /// Whether `seq` was answered; and says so, or not, from now on.
    fn mark(&mut self, seq: u16, set: Option<bool>) -> bool {
        let Some(byte) = self.seen.get_mut(usize::from(seq / 8)) else { return false };
        let bit = 1_u8.wrapping_shl((seq % 8).into());
        let was = *byte & bit != 0;
        if let Some(set) = set {
            *byte = if set { *byte | bit } else { *byte & !bit };
        }
        was
    }

    /// Something was heard of request `seq`.
    #[inline(never)]
    fn heard_of(&mut self, seq: u16) {
        let behind = u64::from(low(self.sent).wrapping_sub(seq));
        if let Some(n) = self.sent.checked_sub(behind) {
            self.acked = self.acked.max(n);
            self.pipe = self.pipe.max(behind.wrapping_add(1));
        }
    }

    #[inline(never)]
    fn stamp(&mut self) {
        if self.asked.has(b'D') {
            let (seconds, nanos) = realtime();
            let micros = seconds.unsigned_abs().wrapping_mul(SECOND).wrapping_add((nanos / 1000).into());
            self.cx.page.out.digits("", "[%] ", &num::fixed(micros, 6));
        }
    }

    /// A datagram of the socket, which is in `rx`.
    #[inline(never)]
    fn hear(&mut self, got: &packet::Echo) {
        let now = monotonic();
        let (raw, v6) = (self.socket.is_raw(), self.to.is_ipv6());
        let all = self.rx.get(..got.len.min(self.rx.len())).unwrap_or_default();
        let message = if raw && !v6 { icmp::behind_ip(all).unwrap_or_default() } else { all };
        let ty = if v6 { icmp::ECHO_REPLY6 } else { icmp::ECHOREPLY };
        let Some(echo) = icmp::echo(message, ty) else { return };
        if raw && (echo.ident != self.ident || (!v6 && icmp::checksum(message) != 0)) {
            return;
        }
        let len = got.len.wrapping_sub(all.len()).wrapping_add(message.len());
        let seq = echo.seq;
        let time = if self.asked.size >= STAMP { echo.data.first_chunk() } else { None };
        let time = time.map(|sent| now.saturating_sub(u64::from_ne_bytes(*sent)) / MICRO);
        let ours = self.tx.iter().skip(icmp::HEADER);
        let wrong = echo.data.iter().zip(ours).skip(16).position(|(is, should)| is != should);

        self.heard_of(seq);
        if let Some(time) = time {
            self.rtt.add(time);
            if self.asked.has(b'A') {
                let least = if process::getuid() == 0 { 1 } else { LEAST };
                self.asked.interval = self.rtt.smooth().max(least);
            }
        }
        let again = self.mark(seq, Some(true));
        let counter = if again { &mut self.repeats } else { &mut self.received };
        *counter = counter.wrapping_add(1);
        if self.asked.has(b'q') {
            return;
        }
        if self.asked.has(b'f') {
            self.text("\x08 \x08");
            return self.flush();
        }
        self.stamp();
        self.num("% bytes from ", u64::try_from(len).unwrap_or(0));
        let from = got.from.unwrap_or(self.to);
        self.address("", from, got.scope, ":");
        self.num(" icmp_seq=%", seq.into());
        if let Some(ttl) = got.ttl {
            self.num(" ttl=%", ttl.into());
        }
        if len < self.tx.len() {
            self.text(" (truncated)");
        } else {
            if let Some(time) = time {
                self.cx.page.out.digits("", " time=% ms", &rtt::brief(time));
            }
            if again && !self.many {
                self.text(" (DUP!)");
            }
            if from != self.to && !self.many {
                self.text(" (DIFFERENT ADDRESS!)");
            }
            if let Some(at) = wrong.and_then(|at| u64::try_from(at).ok()) {
                self.num("\nwrong data byte #%", at.wrapping_add(16));
            }
            if self.asked.has(b'a') {
                self.text("\x07");
            }
        }
        self.text("\n");
        self.flush();
    }

    /// Reads the errors that came back.
    #[inline(never)]
    fn hear_errors(&mut self) -> Heard {
        let mut heard = Heard::Nothing;
        let (quiet, flood, v6) = (self.asked.has(b'q'), self.asked.has(b'f'), self.to.is_ipv6());
        loop {
            let e = match self.socket.recv_error(self.rx) {
                Ok(e) => e,
                Err(Errno::EPROTO) => continue,
                Err(_) => return heard,
            };
            // SO_EE_ORIGIN_LOCAL: the request never left.
            let local = e.origin == 1;
            let mut seq = 0;
            if !local {
                let ty = if v6 { icmp::ECHO_REQUEST6 } else { icmp::ECHO };
                match self.rx.get(..e.len.min(self.rx.len())).and_then(|message| icmp::echo(message, ty)) {
                    Some(echo) if !self.socket.is_raw() || echo.ident == self.ident => seq = echo.seq,
                    _ => continue,
                }
                heard = Heard::Remote;
                self.heard_of(seq);
            } else if heard == Heard::Nothing {
                heard = Heard::Local;
            }
            self.errors = self.errors.wrapping_add(1);
            if quiet {
                continue;
            }
            if flood {
                self.text(if local { "E" } else { "\x08E" });
            } else if local && e.errno == Errno::EMSGSIZE {
                let pattern = if v6 {
                    "local error: message too long, mtu: %"
                } else {
                    "local error: message too long, mtu=%"
                };
                let _ = error(self.cx, pattern, num::dec(e.info.into()).as_bytes());
            } else if local {
                let _ = system(self.cx, "local error: %", e.errno);
            } else {
                self.stamp();
                self.address("From ", e.from.unwrap_or(self.to), e.scope, "");
                self.num(" icmp_seq=% ", seq.into());
                let Reason { text, number } = icmp::reason(v6, e.ty, e.code, e.info);
                if !v6 && e.ty == icmp::REDIRECT {
                    self.bytes(text, print(&Ip::v4(number.to_be_bytes())).as_bytes());
                } else {
                    self.num(text, number.into());
                }
                self.text("\n");
            }
            self.flush();
        }
    }

    #[inline(never)]
    fn tell(&mut self, name: &[u8]) -> Done {
        self.bytes("\n--- % ping statistics ---\n", name);
        let took = self.last.saturating_sub(self.began) / MICRO;
        let (sent, received) = (self.sent, self.received);
        self.num("% packets transmitted, ", sent);
        self.num("% received", received);
        if self.repeats > 0 {
            self.num(", +% duplicates", self.repeats);
        }
        if self.errors > 0 {
            self.num(", +% errors", self.errors);
        }
        if sent > 0 {
            let lost = rtt::percent(sent.saturating_sub(received), sent);
            self.cx.page.out.digits("", ", %", &lost);
            self.text("% packet loss");
            self.num(", time %ms", took / 1000);
        }
        self.text("\n");
        let mut comma = "";
        let r = self.rtt;
        if !r.is_empty() {
            self.millis("rtt min/avg/max/mdev = %", r.least());
            self.millis("/%", r.mean());
            self.millis("/%", r.most());
            self.millis("/% ms", r.deviation());
            comma = ", ";
        }
        if self.pipe > 1 {
            self.text(comma);
            self.num("pipe %", self.pipe);
            comma = ", ";
        }
        let fast = self.asked.interval == 0 || self.asked.has(b'f') || self.asked.has(b'A');
        if received > 0 && sent > 1 && fast {
            self.text(comma);
            self.millis("ipg/ewma %", took.checked_div(sent.wrapping_sub(1)).unwrap_or(0));
            self.millis("/% ms", r.smooth());
        }
        self.text("\n");
        let short = self.asked.deadline > 0 && received < self.asked.count;
        if received == 0 || short { Err(Fail(1)) } else { Ok(()) }
    }
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
