//! `arping`: asks for a host's link address with ARP, with the texts and exit codes of iputils.

use crate::Ctx;
use crate::getopt::Options;
use crate::hosts::{Name, look_up};
use crate::letters::{WRONG, error, option, system, usage};
use crate::names::{Link, index_of};
use crate::report::{Capability, Done, Fail};
use crate::words::Line;
use core::net::IpAddr;
use nlbox_core::arp::{Arp, REPLY, REQUEST};
use nlbox_core::bytes::{Writer, uint_ne};
use nlbox_core::rt::link::{IFINFO_LEN, ifla};
use nlbox_core::rtt;
use nlbox_core::text::ip::{Ip, print};
use nlbox_core::text::mac;
use nlbox_core::wire::header::Message;
use nlbox_sys::clock::monotonic;
use nlbox_sys::fd::{PollFd, PollFlags, poll};
use nlbox_sys::packet::{ETH_P_ARP, PacketSocket, source_towards};
use nlbox_sys::signal;

const HELP: &str = "\
Usage: arping -I <device> [options] <host>

  -I <device>    the link
  -c <count>     probes to send
  -w <seconds>   end after this time
  -i <seconds>   between probes, 1
  -s <source>    address to ask from
  -f             end with the first answer
  -b             broadcast throughout
  -D             is the address taken? 0 when not
  -U             tell the neighbours, by requests
  -A             tell them, by replies
  -q             no output
  -h             this page
  -V             the version

  arping -I eth0 -c 3 10.0.0.1    arping -I eth0 -D -w 2 10.0.0.9";

const SECOND: u64 = 1_000_000_000;
/// The longest link address that a packet socket tells.
const LONGEST: usize = 8;
// include/uapi/linux/if.h
const IFF_UP: u64 = 0x1;
const IFF_NOARP: u64 = 0x80;
const IFF_LOOPBACK: u64 = 0x8;

/// What the line asks for. Times are nanoseconds.
#[derive(Default)]
struct Asked<'l> {
    host: &'l [u8],
    device: &'l [u8],
    source: &'l [u8],
    count: u64,
    time: u64,
    interval: u64,
    /// `-f`.
    first: bool,
    broadcast: bool,
    /// `-D`.
    probe: bool,
    /// `-U` or `-A`.
    tell: bool,
    /// `-A`.
    reply: bool,
    quiet: bool,
}

/// A link as far as ARP has to do with it.
struct Device {
    index: u32,
    flags: u64,
    hardware: u16,
    /// Of both addresses.
    len: usize,
    address: [u8; LONGEST],
    everyone: [u8; LONGEST],
}

fn device_of(m: &Message<'_>) -> Device {
    let (head, attrs) = m.split::<IFINFO_LEN>();
    let number = |range| uint_ne(head.get(range).unwrap_or(&[])).unwrap_or(0);
    let address = attrs.get(ifla::ADDRESS).unwrap_or(&[]);
    Device {
        index: index_of(m),
        flags: number(8..12),
        hardware: u16::try_from(number(2..4)).unwrap_or(0),
        len: address.len().min(LONGEST),
        address: filled(address),
        everyone: filled(attrs.get(ifla::BROADCAST).unwrap_or(&[])),
    }
}

fn filled(bytes: &[u8]) -> [u8; LONGEST] {
    let mut all = [0; LONGEST];
    all.iter_mut().zip(bytes).for_each(|(to, b)| *to = *b);
    all
}

#[inline(never)]
fn read<'l>(cx: &mut Ctx<'_>, line: &mut Line<'l>, asked: &mut Asked<'l>) -> Done {
    let mut o = Options::new();
    o.letters(cx, line, HELP)?;
    let (most, has) = (2_147_483_647, |letter| o.has(letter));
    asked.count = option(cx, &o, b'c', 1, most, 0)?;
    asked.time = option(cx, &o, b'w', 0, most, 0)?.saturating_mul(SECOND);
    asked.interval = option(cx, &o, b'i', 0, most, 1)?.saturating_mul(SECOND);
    (asked.device, asked.source) = (o.word(b'I'), o.word(b's'));
    (asked.broadcast, asked.probe, asked.reply, asked.quiet) = (has(b'b'), has(b'D'), has(b'A'), has(b'q'));
    asked.first = asked.probe || has(b'f');
    asked.tell = asked.reply || has(b'U');
    let [host, more] = o.words;
    if let Some(word) = more {
        return Err(usage(cx, HELP, "a second host: '%'", word));
    }
    let Some(host) = host else { return Err(usage(cx, HELP, "a host is wanted", b"")) };
    asked.host = host;
    if asked.device.is_empty() {
        return Err(error(cx, "Suitable device could not be determined. Please, use option -I.", b""));
    }
    Ok(())
}

/// An IPv4 address in a word, or by its name.
fn v4(cx: &mut Ctx<'_>, word: &[u8]) -> Result<[u8; 4], Fail> {
    let host = look_up(word, &mut Name::new());
    match host.v4.and_then(|ip| ip.bytes().first_chunk().copied()) {
        Some(bytes) => Ok(bytes),
        None if host.v6.is_some() => Err(error(cx, "%: Address family for hostname not supported", word)),
        None => Err(error(cx, "%: Name or service not known", word)),
    }
}

/// `arping`
pub(crate) fn main(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let asked = &mut Asked::default();
    read(cx, line, asked)?;
    let target = v4(cx, asked.host)?;
    let Ok(device) = cx.page.names.link(Link::Name(asked.device), device_of) else {
        return Err(error(cx, "Device % not available.", asked.device));
    };
    let down = device.flags & IFF_UP == 0;
    if down || device.flags & (IFF_NOARP | IFF_LOOPBACK) != 0 || device.len == 0 {
        let why = if down { "Interface \"%\" is down" } else { "Interface \"%\" is not ARPable" };
        cx.err.say_of(why, asked.device);
        return Err(WRONG);
    }
    let source = if !asked.source.is_empty() {
        v4(cx, asked.source)?
    } else if asked.tell {
        target
    } else if asked.probe {
        [0; 4]
    } else {
        match source_towards(IpAddr::from(target), 0, device.index, true) {
            Ok(IpAddr::V4(ip)) => ip.octets(),
            Ok(_) => [0; 4],
            Err(e) => return Err(system(cx, "connect: %", e)),
        }
    };
    let socket = PacketSocket::open(device.index, ETH_P_ARP).map_err(|e| {
        let fail = system(cx, "socket: %", e);
        cx.err.needs(e.0, Capability::NetRaw);
        fail
    })?;
    if !asked.quiet {
        let out = &mut cx.page.out;
        out.str("|ARPING %", print(&Ip::v4(target)).as_bytes());
        out.str("| from %", print(&Ip::v4(source)).as_bytes());
        out.str("| %\n", asked.device);
        out.flush();
    }
    let to = device.everyone;
    let mut a = Arping {
        cx,
        asked,
        socket,
        device,
        target,
        source,
        to,
        sent: 0,
        cast: 0,
        received: 0,
        requests: 0,
        casts: 0,
        last: 0,
    };
    a.run();
    a.end()
}

struct Arping<'a, 'c, 'l> {
    cx: &'a mut Ctx<'c>,
    asked: &'a Asked<'l>,
    socket: PacketSocket,
    device: Device,
    target: [u8; 4],
    source: [u8; 4],
    /// Where the next probe goes: everyone, until the host has answered.
    to: [u8; LONGEST],
    sent: u64,
    cast: u64,
    received: u64,
    requests: u64,
    casts: u64,
    last: u64,
}

impl Arping<'_, '_, '_> {
    #[inline(never)]
    fn run(&mut self) {
        let _ = signal::catch(signal::SIGINT);
        let began = monotonic();
        // A probe that is due at the very end still goes.
        let end = match self.asked.time {
            0 => u64::MAX,
            time => began.saturating_add(time).saturating_add(SECOND / 10),
        };
        let mut next = began;
        while !signal::take(signal::SIGINT) {
            let now = monotonic();
            let enough = self.asked.count > 0 && self.sent >= self.asked.count;
            let answered = self.received > 0 && (self.asked.first || (enough && self.received >= self.sent));
            // The last probe has as long as the others for its answer, or until the end that was asked for.
            let late = enough && now >= next && self.asked.time == 0;
            if now >= end || answered || late || (enough && self.asked.tell) || self.cx.page.out.failed() {
                break;
            }
            if now >= next && !enough {
                self.send();
                self.last = now;
                next = now.saturating_add(self.asked.interval.max(SECOND / 1000));
            }
            let wake = if enough && self.asked.time > 0 { end } else { end.min(next) };
            let left = wake.saturating_sub(monotonic()).saturating_add(999_999) / 1_000_000;
            let mut fds = [PollFd::new(self.socket.as_fd().raw(), PollFlags::IN)];
            if let Ok(1) = poll(&mut fds, i32::try_from(left.min(1000)).unwrap_or(0)) {
                self.hear();
            }
        }
        let _ = signal::default(signal::SIGINT);
    }

    #[inline(never)]
    fn send(&mut self) {
        let ours = self.device.address.get(..self.device.len).unwrap_or(&[]);
        let to = self.to.get(..self.device.len).unwrap_or(&[]);
        let arp = Arp {
            hardware: self.device.hardware,
            op: if self.asked.reply { REPLY } else { REQUEST },
            sender: ours,
            sender_ip: self.source,
            // RFC 826 leaves a request's open; an announcement's reply names the sender.
            target: if self.asked.reply { ours } else { to },
            target_ip: self.target,
        };
        let mut room = [0; 64];
        let mut w = Writer::new(&mut room);
        arp.emit(&mut w);
        match self.socket.send(w.written(), to) {
            Ok(()) => {
                self.sent = self.sent.wrapping_add(1);
                if self.to == self.device.everyone {
                    self.cast = self.cast.wrapping_add(1);
                }
            }
            Err(e) => {
                let _ = system(self.cx, "sendto: %", e);
            }
        }
    }

    #[inline(never)]
    fn hear(&mut self) {
        let mut room = [0; 64];
        let Ok(frame) = self.socket.recv(&mut room) else { return };
        let now = monotonic();
        let bytes = room.get(..frame.len.min(room.len())).unwrap_or_default();
        let Some(arp) = Arp::parse(bytes) else { return };
        let ours = self.device.address.get(..self.device.len).unwrap_or(&[]);
        let strange = arp.sender_ip != self.target || arp.sender.len() != ours.len() || arp.op > REPLY;
        let about_us = if self.asked.probe {
            // Our own probe may come back; and another's probe for the same address has no sender yet.
            arp.sender != ours && (self.source == [0; 4] || arp.target_ip == self.source)
        } else {
            arp.target_ip == self.source && (arp.op != REPLY || arp.target == ours)
        };
        // PACKET_OTHERHOST and PACKET_OUTGOING are no answers.
        if frame.kind > 2 || strange || !about_us {
            return;
        }
        let cast = frame.kind != 0;
        self.received = self.received.wrapping_add(1);
        self.casts = self.casts.wrapping_add(cast.into());
        self.requests = self.requests.wrapping_add((arp.op == REQUEST).into());
        if !self.asked.quiet {
            let out = &mut self.cx.page.out;
            out.text(if cast { "Broadcast " } else { "Unicast " });
            out.text(if arp.op == REQUEST { "request from " } else { "reply from " });
            out.str("|% [", print(&Ip::v4(arp.sender_ip)).as_bytes());
            for b in mac::print(arp.sender).as_bytes() {
                out.bytes(&[b.to_ascii_uppercase()]);
            }
            out.text("] ");
            if arp.target_ip != self.source {
                out.str("|for % ", print(&Ip::v4(arp.target_ip)).as_bytes());
            }
            let time = now.saturating_sub(self.last) / 1000;
            out.digits("| %ms\n", &rtt::millis(time));
            out.flush();
        }
        if !self.asked.broadcast && arp.op == REPLY {
            self.to = filled(arp.sender);
        }
    }

    #[inline(never)]
    fn end(&mut self) -> Done {
        if !self.asked.quiet {
            let out = &mut self.cx.page.out;
            out.num("|Sent % probes ", self.sent);
            out.num("|(% broadcast(s))\n", self.cast);
            out.num("|Received % response(s)", self.received);
            let (requests, casts) = (self.requests, self.casts);
            if requests > 0 || casts > 0 {
                out.text(" (");
                if requests > 0 {
                    out.num("|% request(s)", requests);
                }
                if casts > 0 {
                    out.num(if requests > 0 { "|, % broadcast(s)" } else { "|% broadcast(s)" }, casts);
                }
                out.text(")");
            }
            out.text("\n");
        }
        let good = self.asked.tell || (self.received > 0) != self.asked.probe;
        if good { Ok(()) } else { Err(Fail(1)) }
    }
}
