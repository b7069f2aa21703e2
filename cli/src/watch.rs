//! `watch`, and `tcpdump` for the words that it shares with it: ARP and ICMP on the wire, a line a frame, in tcpdump's text.

use crate::Ctx;
use crate::getopt::Options;
use crate::letters::{option, usage};
use crate::names::{Link, index_of};
use crate::report::{Capability, Done, Fail};
use crate::words::Line;
use nlbox_core::arp::{REPLY, REQUEST};
use nlbox_core::bytes::Reader;
use nlbox_core::rt::link::IFINFO_LEN;
use nlbox_core::spec::Resolve;
use nlbox_core::text::ip::{Ip, print};
use nlbox_core::text::out::Out;
use nlbox_core::text::{cut, mac, nth, num};
use nlbox_sys::clock::realtime;
use nlbox_sys::fd::{PollFd, PollFlags, poll};
use nlbox_sys::packet::{Frame, Insn, PacketSocket};
use nlbox_sys::signal;

const WATCH: &str = "\
Usage: watch [options] arp|icmp

  -i <device>    one link, not all
  -c <count>     so many frames
  -j             JSON
  -h             this page
  -V             the version

  watch -i eth0 -c 5 arp";

const TCPDUMP: &str = "\
Usage: tcpdump -i <device> [options] arp|icmp

  -i <device>    the link
  -c <count>     so many frames
  -e             with link addresses
  -n             no names: there never are any
  -l             each line at once: always
  -h             this page
  -V             the version

  tcpdump -i eth0 -n -e arp";

const ETH_P_IP: u32 = 0x0800;
const ETH_P_ARP: u32 = 0x0806;
const ETHERNET: usize = 14;
// include/uapi/linux/if_arp.h
const ARPHRD_ETHER: u16 = 1;
const ARPHRD_LOOPBACK: u16 = 772;
/// `PACKET_OUTGOING`.
const OUTGOING: u8 = 4;
/// As many bytes of a frame as we look at.
const SNAP: usize = 128;

/// What to watch: the filter is the same but for the numbers.
fn filter(arp: bool) -> [Insn; 6] {
    let insn = |code, jt, jf, k| Insn { code, jt, jf, k };
    let (ty, behind) = if arp { (ETH_P_ARP, 2) } else { (ETH_P_IP, 0) };
    [
        // ldh [12]; jeq type, …, drop
        insn(0x28, 0, 0, 12),
        insn(0x15, behind, 3, ty),
        // ldb [23]; jeq IPPROTO_ICMP, take, drop
        insn(0x30, 0, 0, 23),
        insn(0x15, 0, 1, 1),
        // ret -1; ret 0
        insn(0x06, 0, 0, u32::MAX),
        insn(0x06, 0, 0, 0),
    ]
}

struct Asked<'l> {
    device: &'l [u8],
    count: u64,
    /// `-e`.
    ether: bool,
    what: &'l [u8],
}

/// `watch …`.
pub(crate) fn main(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    run(cx, line, true, WATCH)
}

/// `tcpdump …`.
pub(crate) fn tcpdump(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    run(cx, line, false, TCPDUMP).map_err(|fail| if fail == Fail(0) { fail } else { Fail(1) })
}

fn run(cx: &mut Ctx<'_>, line: &mut Line<'_>, ours: bool, page: &'static str) -> Done {
    let mut o = Options::new();
    o.letters(cx, line, page)?;
    let [what, more] = o.words;
    let asked = Asked {
        device: o.word(b'i'),
        count: option(cx, &o, b'c', 1, 2_147_483_647, 0)?,
        ether: ours || o.has(b'e'),
        what: what.unwrap_or_default(),
    };
    cx.page.out.mode.json = o.has(b'j');
    if let Some(word) = what.filter(|what| !matches!(*what, b"arp" | b"icmp")).or(more) {
        return Err(usage(cx, page, "'%' is not in this build", word));
    }
    if what.is_none() || (asked.device.is_empty() && !ours) {
        return Err(usage(cx, page, if what.is_none() { "arp or icmp?" } else { "-i is wanted" }, b""));
    }
    let index = if asked.device.is_empty() { 0 } else { link(cx, asked.device)? };
    let socket = PacketSocket::listen(index, &filter(asked.what == b"arp"));
    let socket = socket.map_err(|e| {
        cx.err.capability = Capability::NetRaw;
        cx.err.applet(if asked.device.is_empty() { "socket" } else { "%" }, asked.device, e.0)
    })?;
    if ours {
        hear(cx, &asked, &socket);
        return Ok(());
    }
    cx.err.say_of(
        "tcpdump: verbose output suppressed, use -v[v]... for full protocol decode\n\
listening on %, link-type EN10MB (Ethernet), snapshot length 262144 bytes",
        asked.device,
    );
    hear(cx, &asked, &socket);
    let (came, dropped) = socket.statistics();
    count(cx, came, "captured");
    count(cx, came, "received by filter");
    count(cx, dropped, "dropped by kernel");
    Ok(())
}

/// Says how many packets there were of a sort.
#[inline(never)]
fn count(cx: &mut Ctx<'_>, n: u32, what: &str) {
    let s: &[u8] = if n == 1 { b"" } else { b"s" };
    cx.err.say(&[b"% packet% %", num::dec(n.into()).as_bytes(), s, what.as_bytes()]);
}

/// The index of the link called `name`, whose frames must be Ethernet's.
#[inline(never)]
fn link(cx: &mut Ctx<'_>, name: &[u8]) -> Result<u32, Fail> {
    let (mut index, mut hardware) = (0, 0);
    let found = cx.page.names.ask(Link::Name(name), &mut |m| {
        let (head, _) = m.split::<IFINFO_LEN>();
        hardware = Reader::new(head.get(2..).unwrap_or(&[])).u16().unwrap_or(0);
        index = index_of(m);
    });
    let why = match found {
        Ok(()) if ethernet(hardware) => return Ok(index),
        Ok(()) => "%: not an Ethernet link",
        Err(_) => "%: No such device exists",
    };
    Err(cx.err.applet(why, name, 0))
}

/// Whether frames of such links begin with an Ethernet header.
fn ethernet(hardware: u16) -> bool {
    matches!(hardware, ARPHRD_ETHER | ARPHRD_LOOPBACK)
}

#[inline(never)]
fn hear(cx: &mut Ctx<'_>, asked: &Asked<'_>, socket: &PacketSocket) {
    let _ = signal::catch(signal::SIGINT);
    let _ = signal::catch(signal::SIGTERM);
    cx.page.out.open_document();
    let mut heard = 0;
    while asked.count == 0 || heard < asked.count {
        cx.page.out.flush();
        if cx.page.out.failed() {
            break;
        }
        let mut fds = [PollFd::new(socket.as_fd().raw(), PollFlags::IN)];
        let ready = poll(&mut fds, -1);
        if signal::take(signal::SIGINT) || signal::take(signal::SIGTERM) {
            if cx.err.program == "tcpdump" {
                cx.page.out.text("\n");
            }
            break;
        }
        let mut room = [0; SNAP];
        if ready.is_err() {
            continue;
        }
        let Ok(frame) = socket.recv(&mut room) else { continue };
        // A frame of lo passes twice.
        let twice = frame.hardware == ARPHRD_LOOPBACK && frame.kind == OUTGOING;
        if twice || !ethernet(frame.hardware) {
            continue;
        }
        heard = heard.saturating_add(1);
        show(cx, asked, &frame, room.get(..frame.len.min(SNAP)).unwrap_or(&[]));
    }
    cx.page.out.close_document();
}

#[inline(never)]
fn show(cx: &mut Ctx<'_>, asked: &Asked<'_>, frame: &Frame, bytes: &[u8]) {
    let arp = asked.what == b"arp";
    let (seconds, nanos) = realtime();
    let seconds = u64::try_from(seconds).unwrap_or(0);
    let micros = u64::from(nanos) / 1000;
    let all = asked.device.is_empty() || cx.page.out.json();
    let link = if all { cx.page.names.ifname(frame.ifindex) } else { Default::default() };
    let out = &mut cx.page.out;
    out.open_object("");
    out.digits("time|", &num::fixed(seconds.saturating_mul(1_000_000).saturating_add(micros), 6));
    clock(out, seconds, micros);
    if all {
        out.str("link|% ", link.as_bytes());
    }
    if asked.ether {
        rows(out, bytes, "m6|from|% > \nm0|to|%, ethertype ");
        out.text(if arp { "ARP (0x0806), " } else { "IPv4 (0x0800), " });
        out.num("length|length %: ", u64::try_from(frame.len).unwrap_or(0));
    } else {
        out.text(if arp { "ARP, " } else { "IP " });
    }
    let behind = frame.len.saturating_sub(ETHERNET);
    let length = if arp { arp_line(out, bytes).map(|()| behind) } else { icmp_line(out, bytes) };
    match length {
        Some(n) => out.num("|, length %", u64::try_from(n).unwrap_or(0)),
        None => out.is(if arp { "truncated| [|arp]" } else { "truncated|[|ip]" }),
    }
    out.close_object();
    out.text("\n");
}

/// A frame that `watch`, or as `tcpdump` does, prints.
#[cfg(fuzzing)]
pub(crate) fn frame(cx: &mut Ctx<'_>, arp: bool, ether: bool, bytes: &[u8]) {
    let asked = Asked { device: b"", count: 0, ether, what: if arp { b"arp" } else { b"icmp" } };
    let frame =
        Frame { len: bytes.len(), from: [0; 8], from_len: 6, kind: 0, ifindex: 1, hardware: ARPHRD_ETHER };
    show(cx, &asked, &frame, bytes.get(..bytes.len().min(SNAP)).unwrap_or(&[]));
}

/// Prints values of `bytes`, a line each: what it is and where, its label. `m` is a link address, `i` an IPv4
/// address, `h` a number of two bytes.
fn rows(out: &mut Out<'_>, bytes: &[u8], rows: &str) {
    for n in 0.. {
        let (place, label) = cut(nth(rows, b'\n', n), b'|');
        let label = label.unwrap_or("");
        let Some((kind, at)) = place.as_bytes().split_first() else { return };
        let at = num::parse_u64_base(at, 10).and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
        let mut r = Reader::new(bytes.get(at..).unwrap_or(&[]));
        match kind {
            b'm' => out.str(label, mac::print(r.take(6).unwrap_or(&[])).as_bytes()),
            b'i' => out.str(label, print(&Ip::v4(r.array().unwrap_or_default())).as_bytes()),
            _ => out.num(label, u16::from_be_bytes(r.array().unwrap_or_default()).into()),
        }
    }
}

/// `HH:MM:SS.micros ` of the day, UTC.
#[inline(never)]
fn clock(out: &mut Out<'_>, seconds: u64, micros: u64) {
    // Hours, minutes, seconds and millionths as one number, with a digit too many in front, which is left out.
    let (h, m, s) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    let packed = [h, m, s].iter().fold(1, |all, n| u64::wrapping_add(u64::wrapping_mul(all, 100), *n));
    let digits = num::fixed(packed.wrapping_mul(1_000_000).wrapping_add(micros), 6);
    for (n, b) in digits.as_bytes().iter().enumerate().skip(1) {
        if n == 3 || n == 5 {
            out.text(":");
        }
        out.str("|%", &[*b]);
    }
    out.text(" ");
}

/// The frame's ARP; `None` when it is cut short, or not of Ethernet and IPv4.
#[inline(never)]
fn arp_line(out: &mut Out<'_>, frame: &[u8]) -> Option<()> {
    // RFC 826: hardware, protocol, their lengths, operation; then both addresses of sender and target.
    let (&[0, 1, 8, 0, 6, 4, op1, op2], rest) = frame.get(ETHERNET..)?.split_first_chunk::<8>()? else {
        return None;
    };
    let target = rest.get(10..20)?.first_chunk::<6>()?;
    match u16::from_be_bytes([op1, op2]) {
        REQUEST => {
            out.str("op|Request who-has ", b"request");
            rows(out, frame, "i38|target|%");
            if *target != [0; 6] {
                rows(out, frame, "m32|target_mac| (%)");
            }
            rows(out, frame, "i28|sender| tell %\nm22|sender_mac|");
        }
        REPLY => {
            out.str("op|Reply ", b"reply");
            rows(out, frame, "i28|sender|%\nm22|sender_mac| is-at %\ni38|target|");
        }
        op => out.num("op|op %", op.into()),
    }
    Some(())
}

/// The frame's ICMP over IPv4, and its length; `None` when it is cut short.
#[inline(never)]
fn icmp_line(out: &mut Out<'_>, frame: &[u8]) -> Option<usize> {
    let packet = frame.get(ETHERNET..)?;
    let [first, _, a, b, _, _, flags, offset, ..] = packet.first_chunk::<20>()?;
    let header = usize::from(first & 15).saturating_mul(4);
    let length = usize::from(u16::from_be_bytes([*a, *b])).saturating_sub(header);
    rows(out, frame, "i26|src|% > \ni30|dst|%: ");
    if flags & 0x1f != 0 || *offset != 0 {
        // Behind the first fragment there is no header.
        out.is("fragment|ip-proto-1");
        return Some(length);
    }
    let message = packet.get(header..)?;
    let [ty, code, ..] = message.first_chunk::<8>()?;
    out.text("ICMP ");
    out.num("type|", u64::from(*ty));
    out.num("code|", u64::from(*code));
    // An error is about the packet whose IPv4 header follows its own.
    let tcp = message.get(17) == Some(&6);
    let told = match (ty, code) {
        (8, _) => "h4|id|echo request, id %, \nh6|seq|seq %",
        (0, _) => "h4|id|echo reply, id %, \nh6|seq|seq %",
        (3, 0) => "i24|about|net % unreachable",
        (3, 1) => "i24|about|host % unreachable",
        (3, 3) if tcp => "i24|about|%\nh30|port| tcp port % unreachable",
        (3, 3) => "i24|about|%\nh30|port| udp port % unreachable",
        _ => "",
    };
    rows(out, message, told);
    match (ty, code) {
        (11, 0) => out.text("time exceeded in-transit"),
        _ if told.is_empty() => out.num("|type-#%", u64::from(*ty)),
        _ => {}
    }
    Some(length)
}
