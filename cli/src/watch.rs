//! `watch`, and `tcpdump` for the words that it shares with it: ARP and ICMP on the wire, a line a frame, in tcpdump's text.

use crate::Ctx;
use crate::letters::{Got, Letters, number};
use crate::names::{Link, index_of};
use crate::report::{Done, Fail};
use crate::words::Line;
use nlbox_core::arp::{Arp, REPLY, REQUEST};
use nlbox_core::bytes::Reader;
use nlbox_core::icmp;
use nlbox_core::rt::link::IFINFO_LEN;
use nlbox_core::spec::Resolve;
use nlbox_core::text::ip::{Ip, print};
use nlbox_core::text::out::Out;
use nlbox_core::text::{mac, num};
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

#[derive(Default)]
struct Asked<'l> {
    device: &'l [u8],
    count: u64,
    /// `-e`.
    ether: bool,
    what: &'l [u8],
}

/// `watch …`.
pub(crate) fn main(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    run(cx, line, "watch", WATCH)
}

/// `tcpdump …`.
pub(crate) fn tcpdump(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    run(cx, line, "tcpdump", TCPDUMP).map_err(|Fail(code)| Fail(code.min(1)))
}

fn run(cx: &mut Ctx<'_>, line: &mut Line<'_>, name: &'static str, page: &'static str) -> Done {
    let ours = name == "watch";
    let mut asked = Asked { ether: ours, ..Asked::default() };
    let mut letters = Letters::new(cx, name, page);
    while let Some(got) = letters.next(cx, line)? {
        match got {
            Got::Letter(b'i', value) => asked.device = value,
            Got::Letter(b'c', value) => asked.count = number(cx, value, 1, 2_147_483_647)?,
            Got::Letter(b'j', _) => cx.page.out.mode.json = true,
            Got::Letter(letter, _) => asked.ether |= letter == b'e',
            Got::Word(word @ (b"arp" | b"icmp")) if asked.what.is_empty() => asked.what = word,
            Got::Word(word) => return Err(letters.usage(cx, "'%' is not in this build", word)),
        }
    }
    if asked.what.is_empty() || (asked.device.is_empty() && !ours) {
        return Err(letters.usage(
            cx,
            if asked.what.is_empty() { "arp or icmp?" } else { "-i is wanted" },
            b"",
        ));
    }
    let mut index = 0;
    if !asked.device.is_empty() {
        let mut hardware = 0;
        let found = cx.page.names.ask(Link::Name(asked.device), &mut |m| {
            let (head, _) = m.split::<IFINFO_LEN>();
            hardware = Reader::new(head.get(2..).unwrap_or(&[])).u16().unwrap_or(0);
            index = index_of(m);
        });
        let why = match found {
            Ok(()) if ethernet(hardware) => "",
            Ok(()) => "%: not an Ethernet link",
            Err(_) => "%: No such device exists",
        };
        if !why.is_empty() {
            return Err(cx.err.applet(why, asked.device, 0));
        }
    }
    let socket = PacketSocket::listen(index, &filter(asked.what == b"arp"));
    let socket = socket.map_err(|e| cx.err.applet("%", asked.device, e.0))?;
    if !ours {
        cx.err.say(&[b"tcpdump: verbose output suppressed, use -v[v]... for full protocol decode"]);
        let snap = b", link-type EN10MB (Ethernet), snapshot length 262144 bytes";
        cx.err.say(&[b"listening on ", asked.device, snap]);
    }
    hear(cx, &asked, &socket);
    if !ours {
        let (came, dropped) = socket.statistics();
        let counts = [(came, "captured"), (came, "received by filter"), (dropped, "dropped by kernel")];
        for (n, what) in counts {
            let s: &[u8] = if n == 1 { b"" } else { b"s" };
            cx.err.say(&[b"% packet% %", num::dec(n.into()).as_bytes(), s, what.as_bytes()]);
        }
    }
    Ok(())
}

/// Whether frames of such links begin with an Ethernet header.
fn ethernet(hardware: u16) -> bool {
    matches!(hardware, ARPHRD_ETHER | ARPHRD_LOOPBACK)
}

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
    let _ = signal::default(signal::SIGINT);
    let _ = signal::default(signal::SIGTERM);
}

fn show(cx: &mut Ctx<'_>, asked: &Asked<'_>, frame: &Frame, bytes: &[u8]) {
    let arp = asked.what == b"arp";
    let (seconds, nanos) = realtime();
    let seconds = u64::try_from(seconds).unwrap_or(0);
    let micros = u64::from(nanos) / 1000;
    let all = asked.device.is_empty() || cx.page.out.json();
    let link = if all { cx.page.names.ifname(frame.ifindex) } else { Default::default() };
    let out = &mut cx.page.out;
    out.open_object("");
    out.digits("time", "", &num::fixed(seconds.saturating_mul(1_000_000).saturating_add(micros), 6));
    clock(out, seconds, micros);
    if all {
        out.str("link", "% ", link.as_bytes());
    }
    let mut r = Reader::new(bytes);
    let to = r.take(6).unwrap_or(&[]);
    let from = r.take(6).unwrap_or(&[]);
    r.skip_up_to(2);
    let behind = frame.len.saturating_sub(ETHERNET);
    if asked.ether {
        out.str("from", "% > ", mac::print(from).as_bytes());
        out.str("to", "%, ethertype ", mac::print(to).as_bytes());
        out.text(if arp { "ARP (0x0806), " } else { "IPv4 (0x0800), " });
        out.num("length", "length %: ", u64::try_from(frame.len).unwrap_or(0));
    } else {
        out.text(if arp { "ARP, " } else { "IP " });
    }
    let shown = if arp { arp_line(out, r.rest(), behind) } else { icmp_line(out, r.rest()) };
    if shown.is_none() {
        out.is("truncated", if arp { " [|arp]" } else { "[|ip]" });
    }
    out.close_object();
    out.text("\n");
}

/// `HH:MM:SS.micros ` of the day, UTC.
fn clock(out: &mut Out<'_>, seconds: u64, micros: u64) {
    // Hours, minutes, seconds and millionths as one number, with a digit too many in front, which is left out.
    let (h, m, s) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    let packed = [h, m, s].iter().fold(1, |all, n| u64::wrapping_add(u64::wrapping_mul(all, 100), *n));
    let digits = num::fixed(packed.wrapping_mul(1_000_000).wrapping_add(micros), 6);
    for (n, b) in digits.as_bytes().iter().enumerate().skip(1) {
        if n == 3 || n == 5 {
            out.text(":");
        }
        out.str("", "%", &[*b]);
    }
    out.text(" ");
}

fn ip(out: &mut Out<'_>, key: &str, pattern: &str, bytes: [u8; 4]) {
    out.str(key, pattern, print(&Ip::v4(bytes)).as_bytes());
}

fn arp_line(out: &mut Out<'_>, bytes: &[u8], length: usize) -> Option<()> {
    let a = Arp::parse(bytes)?;
    match a.op {
        REQUEST => {
            out.str("op", "Request who-has ", b"request");
            ip(out, "target", "%", a.target_ip);
            if a.target.iter().any(|b| *b != 0) {
                out.str("target_mac", " (%)", mac::print(a.target).as_bytes());
            }
            ip(out, "sender", " tell %", a.sender_ip);
            out.str("sender_mac", "", mac::print(a.sender).as_bytes());
        }
        REPLY => {
            out.str("op", "Reply ", b"reply");
            ip(out, "sender", "%", a.sender_ip);
            out.str("sender_mac", " is-at %", mac::print(a.sender).as_bytes());
            ip(out, "target", "", a.target_ip);
        }
        op => out.num("op", "op %", op.into()),
    }
    out.num("", ", length %", u64::try_from(length).unwrap_or(0));
    Some(())
}

fn icmp_line(out: &mut Out<'_>, packet: &[u8]) -> Option<()> {
    let mut r = Reader::new(packet);
    let [first, _, a, b, _, _, flags, offset, ..] = r.array::<12>()?;
    let (from, to) = (r.array()?, r.array()?);
    ip(out, "src", "% > ", from);
    ip(out, "dst", "%: ", to);
    if flags & 0x1f != 0 || offset != 0 {
        // Behind the first fragment there is no header.
        out.is("fragment", "ip-proto-1");
        return Some(());
    }
    let message = icmp::behind_ip(packet)?;
    let header = u16::from(first & 15).wrapping_mul(4);
    let [ty, code, ..] = message.first_chunk::<8>()?;
    out.text("ICMP ");
    if let Some(echo) = icmp::echo(message, 8).or_else(|| icmp::echo(message, 0)) {
        out.str("icmp", "echo %, ", if *ty == 8 { b"request" } else { b"reply" });
        out.num("id", "id %, ", echo.ident.into());
        out.num("seq", "seq %", echo.seq.into());
    } else {
        out.num("type", "", u64::from(*ty));
        out.num("code", "", u64::from(*code));
        error(out, message, *ty, *code)?;
    }
    out.num("", ", length %", u16::from_be_bytes([a, b]).saturating_sub(header).into());
    Some(())
}

/// An error, and the packet that it is about.
fn error(out: &mut Out<'_>, message: &[u8], ty: u8, code: u8) -> Option<()> {
    let about = message.get(8..)?;
    let mut r = Reader::new(about);
    r.skip_up_to(16);
    let to = r.array()?;
    match (ty, code) {
        (3, 0) => ip(out, "about", "net % unreachable", to),
        (3, 1) => ip(out, "about", "host % unreachable", to),
        (3, 3) => {
            ip(out, "about", "%", to);
            out.text(if about.get(9) == Some(&6) { " tcp" } else { " udp" });
            let port = icmp::behind_ip(about)?.get(2..)?.first_chunk().copied().map(u16::from_be_bytes)?;
            out.num("port", " port % unreachable", port.into());
        }
        (11, 0) => out.text("time exceeded in-transit"),
        _ => out.num("", "type-#%", ty.into()),
    }
    Some(())
}
