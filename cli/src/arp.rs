//! `arp`, as net-tools 2 prints it, over netlink.

use crate::dump::scan_of;
use crate::hosts::{Name, address, name_of};
use crate::nettools::{Usage, cells, errno, first, help, link, option, which, wrong};
use crate::report::{Done, Fail};
use crate::step::Step;
use crate::words::Line;
use crate::{Ctx, Page};
use nlbox_core::conn::{Errno, Error};
use nlbox_core::rt::neigh::{NDMSG_LEN, NdMsg, nda, ntf, nud};
use nlbox_core::rt::route::{RTMSG_LEN, RtMsg, rta};
use nlbox_core::rt::rtm;
use nlbox_core::spec::Resolve;
use nlbox_core::text::ifname::IfName;
use nlbox_core::text::ip::{Ip, af};
use nlbox_core::text::{ip, mac};
use nlbox_core::wire::build::Build;
use nlbox_core::wire::header::Message;
use zerocopy::{FromBytes, IntoBytes};

/// What is asked.
#[derive(Default)]
struct Ask<'l> {
    numeric: bool,
    bsd: bool,
    verbose: bool,
    /// The hardware address is that of a device.
    device: bool,
    dev: Option<&'l [u8]>,
    host: Option<(&'l [u8], Ip)>,
}

impl Ask<'_> {
    /// What `ip` is called; empty without a name.
    fn name(&self, ip: &Ip) -> Name {
        let mut name = Name::new();
        if !self.numeric {
            name_of(ip, &mut name);
        }
        name
    }
}

static USAGE: Usage = [
    "\
Usage: arp [-n] [-v] [-a|-e] [-i DEVICE] [HOST]
       arp [-i DEVICE] -d HOST [pub] [dev DEVICE]
       arp [-i DEVICE] -s HOST ADDRESS [temp] [pub] [dev DEVICE]
       arp [-i DEVICE] -Ds HOST DEVICE pub

  arp -s 10.0.0.9 02:00:00:00:00:09
  arp -d 10.0.0.9",
    "",
];

/// `arp …`.
pub fn main(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    help(cx, line, &USAGE)?;
    let mut a = Ask::default();
    let mut verb = b'a';
    while let Some(word) = line.peek().filter(|w| w.len() > 1 && w.first() == Some(&b'-')) {
        line.next();
        let long = which(word, "--numeric --verbose --delete --set --device --use-device --all");
        let letters = match b"nvdsiDa".get(long) {
            Some(c) => core::slice::from_ref(c),
            None => word.get(1..).unwrap_or(b""),
        };
        for c in letters {
            match c {
                b'n' => a.numeric = true,
                b'a' => a.bsd = true,
                b'e' => a.bsd = false,
                b'v' => a.verbose = true,
                b'D' => a.device = true,
                b'd' | b's' => verb = *c,
                b'i' | b'A' | b'p' | b'H' | b't' => {
                    let Some(value) = line.next() else {
                        return Err(option(cx, "option requires an argument -- '%'", c, &USAGE));
                    };
                    match (c, which(value, "ether inet")) {
                        (b'i', _) => a.dev = Some(value),
                        (b'H' | b't', 0) | (b'A' | b'p', 1) => {}
                        (b'H' | b't', _) => {
                            return Err(fail(cx, "arp: %: unknown hardware type.", value));
                        }
                        _ => return Err(fail(cx, "arp: %: kernel only supports 'inet'.", value)),
                    }
                }
                _ => return Err(option(cx, "invalid option -- '%'", c, &USAGE)),
            }
        }
    }
    if let Some(word) = line.next() {
        match address(word, af::AF_INET) {
            Some(ip) => a.host = Some((word, ip)),
            None => return Err(fail(cx, "%: Unknown host", word)),
        }
    }
    match verb {
        b'a' if !line.is_over() => Err(usage(cx, line.peek().unwrap_or_default())),
        b'a' => list(cx, a),
        _ => change(cx, line, a, verb == b's'),
    }
}

fn fail(cx: &mut Ctx<'_>, what: &str, word: &[u8]) -> Fail {
    cx.err.usage_of(what, word)
}

fn usage(cx: &mut Ctx<'_>, word: &[u8]) -> Fail {
    wrong(cx, word, &USAGE, 3)
}

/// A listing under way; begun anew when the dump is.
struct Listing<'p, 'a, 'l> {
    page: &'p mut Page<'a>,
    ask: Ask<'l>,
    total: u64,
    found: u64,
}

fn list(cx: &mut Ctx<'_>, ask: Ask<'_>) -> Done {
    let host = ask.host;
    let numbers = (ask.bsd, ask.verbose, ask.dev.is_some());
    let mut state = Listing { page: &mut cx.page, ask, total: 0, found: 0 };
    // Published addresses are a table of their own, behind the first one.
    for proxy in [0, ntf::PROXY] {
        let (mark, counts) = (state.page.out.mark(), (state.total, state.found));
        let head = NdMsg { family: af::AF_INET, flags: proxy, ..NdMsg::default() };
        let each = &mut |m: Option<&Message<'_>>| match m {
            Some(m) => state.entry(m),
            None if state.page.out.rewind(mark) => (state.total, state.found) = counts,
            None => {}
        };
        scan_of(&mut cx.conn, rtm::GETNEIGH, head.as_bytes(), each).map_err(|e| {
            let _ = cx.err.failed_as("arp", errno(e));
            Fail(255)
        })?;
    }
    let Listing { page, total, found, ask } = state;
    let out = &mut page.out;
    let (bsd, verbose, by_dev) = numbers;
    if verbose {
        out.num("|Entries: %", total);
        out.num("|\tSkipped: %", total.saturating_sub(found));
        out.num("|\tFound: %\n", found);
    }
    if found == 0 {
        if let Some((_, ip)) = host.filter(|_| !bsd) {
            let text = ip::print(&ip);
            let name = ask.name(&ip);
            out.shown(if name.is_empty() { text.as_bytes() } else { &name });
            out.str("| (%) -- no entry\n", text.as_bytes());
        } else if total > 0 && (host.is_some() || by_dev) {
            out.num("|arp: in % entries no match found.\n", total);
        }
    }
    Ok(())
}

impl Listing<'_, '_, '_> {
    fn entry(&mut self, m: &Message<'_>) {
        let (head, attrs) = m.split::<NDMSG_LEN>();
        let (Ok(head), Some(dst)) =
            (NdMsg::read_from_bytes(&head), attrs.get(nda::DST).and_then(Ip::from_bytes))
        else {
            return;
        };
        let proxy = head.flags & ntf::PROXY != 0;
        // The kernel's own entries, for multicast and the like, are no business of ARP's.
        if head.family != af::AF_INET || (!proxy && head.state & !nud::NOARP == 0) {
            return;
        }
        self.total = self.total.saturating_add(1);
        let dev = self.page.names.ifname(head.index);
        let dev: &[u8] = if head.index == 0 { b"*" } else { dev.as_bytes() };
        if self.ask.host.is_some_and(|(_, ip)| ip != dst) || self.ask.dev.is_some_and(|d| d != dev) {
            return;
        }
        self.found = self.found.saturating_add(1);
        let known = nud::REACHABLE | nud::STALE | nud::DELAY | nud::PROBE | nud::PERMANENT;
        let complete = head.state & known != 0;
        let permanent = proxy || head.state & nud::PERMANENT != 0;
        let hw = mac::print(attrs.get(nda::LLADDR).unwrap_or(&[]));
        let text = ip::print(&dst);
        let name = self.ask.name(&dst);
        let out = &mut self.page.out;
        if self.ask.bsd {
            let name = if name.is_empty() { b"?" } else { &name[..] };
            let (hw, kind): (&[u8], &[u8]) = match (proxy, complete) {
                (true, _) => (b"<from_interface>", b""),
                (_, true) => (hw.as_bytes(), b"[ether] "),
                _ => (b"<incomplete>", b""),
            };
            let flags: &[u8] = match (proxy, permanent) {
                (true, _) => b"PERM PUB ",
                (_, true) => b"PERM ",
                _ => b"",
            };
            return cells(out, "% (%) at % %%on %\n", &[name, text.as_bytes(), hw, kind, flags, dev]);
        }
        if self.found == 1 {
            out.text("Address                  HWtype  HWaddress           Flags Mask            Iface\n");
        }
        let (kind, hw, flags): (&[u8], &[u8], &[u8]) = match (proxy, complete, permanent) {
            (true, ..) => (b"*", b"<from_interface>", b"MP"),
            (_, true, true) => (b"ether", hw.as_bytes(), b"CM"),
            (_, true, _) => (b"ether", hw.as_bytes(), b"C"),
            _ => (b"", b"(incomplete)", b""),
        };
        let name = first(if name.is_empty() { text.as_bytes() } else { &name }, 23);
        cells(out, "%24 %7 %19 %5                 %\n", &[name, kind, hw, flags, dev]);
    }
}

/// `-d` and `-s`.
fn change<'l>(cx: &mut Ctx<'_>, line: &mut Line<'l>, mut a: Ask<'l>, set: bool) -> Done {
    let Some((word, host)) = a.host else { return Err(fail(cx, "arp: need host name", b"")) };
    let mut hw = [0; 32];
    if set {
        let Some(text) = line.next() else { return Err(fail(cx, "arp: need hardware address", b"")) };
        if a.device {
            match link(cx, text) {
                Ok(found) => hw.iter_mut().zip(&found.address).for_each(|(to, from)| *to = *from),
                Err(_) => {
                    return Err(fail(cx, "arp: cant get HW-Address for `%': No such device.", text));
                }
            }
        } else if mac::parse(text, &mut hw) != Some(6) {
            return Err(fail(cx, "arp: invalid hardware address", b""));
        }
    }
    let (mut temp, mut proxy) = (false, false);
    while let Some(word) = line.next() {
        match which(word, "temp pub dev") {
            0 if set => temp = true,
            1 => proxy = true,
            2 if !line.is_over() => a.dev = line.next(),
            _ => return Err(usage(cx, word)),
        }
    }
    let mut step = Step::new(if set { "neigh replace" } else { "neigh del" }, &[]);
    step.add(if proxy { " proxy %" } else { " %" }, &[ip::print(&host).as_bytes()]);
    if set && !proxy {
        step.add(" lladdr %", &[mac::print(hw.first_chunk::<6>().map_or(&[][..], |b| b)).as_bytes()]);
        step.add(if temp { " nud stale" } else { " nud permanent" }, &[]);
    }
    let dev = match a.dev {
        Some(name) => Ok(IfName::new(name).unwrap_or_default()),
        None => device_to(cx, &host).map(|index| cx.page.names.ifname(index)),
    };
    let errno = match dev {
        Ok(name) => {
            step.add(" dev %", &[name.as_bytes()]);
            step.attempt(cx)
        }
        Err(e) => errno(e),
    };
    let what = match (errno, set, proxy) {
        (0, ..) => return Ok(()),
        // ENOENT, ENXIO.
        (2 | 6, false, _) => return Err(fail(cx, "No ARP entry for ", word)),
        (_, true, _) => "SIOCSARP",
        (.., true) => "SIOCDARP(pub)",
        _ => "SIOCDARP(dontpub)",
    };
    let _ = cx.err.failed_as(what, errno);
    Err(Fail(255))
}

/// The device whose own network the host is on: behind a router there is no neighbour to name.
fn device_to(cx: &mut Ctx<'_>, host: &Ip) -> Result<u32, Error> {
    let head = RtMsg { family: af::AF_INET, dst_len: 32, ..RtMsg::default() };
    let mut tx = [0; 64];
    let mut m = Build::new(&mut tx, rtm::GETROUTE, 0, head.as_bytes());
    m.put(rta::DST, host.bytes());
    let m = cx.conn.get(&mut m)?;
    let (_, attrs) = m.split::<RTMSG_LEN>();
    if attrs.has(rta::GATEWAY) || attrs.has(rta::VIA) {
        // ENETUNREACH.
        return Err(Error::Kernel(Errno(101)));
    }
    Ok(attrs.get(rta::OIF).unwrap_or(0))
}
