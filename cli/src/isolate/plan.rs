//! The addresses of both ends: given, out of a bridge's network, or chosen by a number.

use crate::Ctx;
use crate::dump::{of_link, scan_of};
use crate::names::by_number;
use crate::report::{Done, Fail};
use nlbox_core::rt::addr::{IFADDR_LEN, IfAddr, ifa};
use nlbox_core::rt::rtm;
use nlbox_core::spec::Resolve;
use nlbox_core::text::ip::{Ip, Prefix, af, print};
use nlbox_core::text::num::dec;
use nlbox_core::wire::header::Message;
use nlbox_sys::fd::CBuf;
use zerocopy::FromBytes;

/// How many numbers there are: networks of four addresses in 10.213.0.0/16.
pub(super) const NUMBERS: u32 = 1 << 14;
/// No address.
const NONE: Prefix = Prefix { ip: Ip::none(af::AF_UNSPEC), len: 0, had_len: false };

/// Both ends of one family; either may be none.
#[derive(Clone, Copy)]
pub(super) struct Ends {
    /// Of the link inside.
    pub(super) inside: Prefix,
    /// Of the host's end, or of the bridge that it is a port of: the way out.
    pub(super) host: Prefix,
}

/// What is known of the addresses before a number is found: IPv4, IPv6.
#[derive(Clone, Copy)]
pub(super) struct Plan {
    ends: [Ends; 2],
    /// Nothing is given: all are chosen.
    pub(super) chosen: bool,
}

impl Plan {
    /// Reads the lists of `--address` and `--host-address`, empty for none, and the addresses of the bridge.
    pub(super) fn new(cx: &mut Ctx<'_>, inside: &[u8], host: &[u8], bridge: &[u8]) -> Result<Plan, Fail> {
        let mut p = Plan {
            ends: [Ends { inside: NONE, host: NONE }; 2],
            chosen: inside.is_empty() && host.is_empty() && bridge.is_empty(),
        };
        if p.chosen {
            // RFC 4193; "nlbox" is the forty bits.
            let v6 = Ip::v6([0xfd, b'n', b'l', b'b', b'o', b'x', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
            for (e, (ip, len)) in p.ends.iter_mut().zip([(Ip::v4([10, 213, 0, 0]), 30), (v6, 126)]) {
                e.host = Prefix { ip, len, had_len: true };
            }
            return Ok(p);
        }
        p.read(cx, inside, |e| &mut e.inside)?;
        p.read(cx, host, |e| &mut e.host)?;
        let mut found = [NONE; 2];
        if !bridge.is_empty() {
            of_bridge(cx, bridge, &mut found)?;
        }
        for (e, of) in p.ends.iter_mut().zip(&found) {
            let given = !e.inside.ip.is_none();
            if !bridge.is_empty() {
                e.host = if !given && !inside.is_empty() || given && !of.contains(&e.inside.ip) {
                    NONE
                } else {
                    *of
                };
                continue;
            }
            if e.host.ip.is_none() && given {
                e.host = other(&e.inside);
            } else if !given && !e.host.ip.is_none() {
                e.inside = other(&e.host);
            }
            if e.inside.ip == e.host.ip && !e.host.ip.is_none() {
                return Err(cx.err.applet(
                    "% leaves no address for the other end",
                    Text::of(&e.host).as_bytes(),
                    0,
                ));
            }
        }
        Ok(p)
    }

    fn read(&mut self, cx: &mut Ctx<'_>, list: &[u8], end: fn(&mut Ends) -> &mut Prefix) -> Done {
        for word in list.split(|b| *b == b',').filter(|_| !list.is_empty()) {
            let found = Prefix::parse(word, af::AF_UNSPEC).ok().filter(|p| p.had_len && !p.ip.is_none());
            let Some(prefix) = found else { return Err(cx.err.applet("'%' is no ADDRESS/LENGTH", word, 0)) };
            let [v4, v6] = &mut self.ends;
            let slot = end(if prefix.ip.family() == af::AF_INET { v4 } else { v6 });
            if !slot.ip.is_none() {
                return Err(cx.err.applet("'%' is a second address of its family", word, 0));
            }
            *slot = prefix;
        }
        Ok(())
    }

    /// The addresses of number `n`: no two numbers share one, but for those that are given. `None`: there is none left
    /// in the bridge's network.
    pub(super) fn at(&self, n: u32) -> Option<[Ends; 2]> {
        let mut ends = self.ends;
        for e in &mut ends {
            let (own, mask) = host_part(&e.host);
            if self.chosen {
                let first = n.wrapping_mul(4);
                e.inside = with(&e.host, 0xffff, first.wrapping_add(2));
                e.host = with(&e.host, 0xffff, first.wrapping_add(1));
            } else if e.inside.ip.is_none() && !e.host.ip.is_none() {
                let n = n.saturating_add(1);
                let n = n.saturating_add(u32::from(n >= own && own > 0));
                // The last one is for broadcasts.
                if n >= mask {
                    return None;
                }
                e.inside = with(&e.host, mask, n);
            }
        }
        Some(ends)
    }
}

/// The host's part of an address, in its last 32 bits, and the bits that may be set there.
fn host_part(p: &Prefix) -> (u32, u32) {
    let bits = u32::from(p.ip.bits().saturating_sub(p.len));
    let mask = u32::MAX.checked_shr(32_u32.saturating_sub(bits)).unwrap_or(0);
    let last = p.ip.bytes().last_chunk().map_or(0, |b| u32::from_be_bytes(*b));
    (last & mask, mask)
}

/// The address of which the bits of `mask` are those of `n`.
fn with(p: &Prefix, mask: u32, n: u32) -> Prefix {
    let mut bytes = [0; 16];
    let old = p.ip.bytes();
    bytes.iter_mut().zip(old).for_each(|(to, from)| *to = *from);
    let bytes = bytes.get_mut(..old.len()).unwrap_or_default();
    if let Some(last) = bytes.last_chunk_mut() {
        let own = u32::from_be_bytes(*last);
        *last = (own & !mask | n & mask).to_be_bytes();
    }
    Prefix { ip: Ip::from_bytes(bytes).unwrap_or(p.ip), ..*p }
}

/// The first address of the network that is not `p` itself.
fn other(p: &Prefix) -> Prefix {
    let (own, mask) = host_part(p);
    with(p, mask, if own == 1 { 2 } else { 1 })
}

/// The first global addresses of the bridge.
fn of_bridge(cx: &mut Ctx<'_>, name: &[u8], found: &mut [Prefix; 2]) -> Done {
    let index = match cx.page.names.ifindex(name) {
        Some(index) if by_number(index).as_bytes() != name => index,
        _ => return Err(cx.err.no_device(name)),
    };
    let front = of_link(af::AF_UNSPEC, index);
    let done = scan_of(&mut cx.conn, rtm::GETADDR, &front, &mut |m: Option<&Message<'_>>| {
        let Some(m) = m else { return };
        let (head, attrs) = m.split::<IFADDR_LEN>();
        let Ok(head) = IfAddr::read_from_bytes(&head) else { return };
        let [v4, v6] = &mut *found;
        let slot = if head.family == af::AF_INET { v4 } else { v6 };
        let ip = attrs.get(ifa::LOCAL).or_else(|| attrs.get(ifa::ADDRESS)).and_then(Ip::from_bytes);
        // Kernels before 4.20 send the addresses of all links. Scope 0 is global.
        if let Some(ip) = ip.filter(|_| head.index == index && head.scope == 0 && slot.ip.is_none()) {
            *slot = Prefix { ip, len: head.prefix_len, had_len: true };
        }
    });
    done.map_err(|e| cx.err.net(e, &cx.conn, None))
}

/// An address as a word.
pub(super) struct Text(CBuf<64>);

impl Text {
    /// `ADDRESS/LENGTH`
    pub(super) fn of(p: &Prefix) -> Text {
        Text::join(&[print(&p.ip).as_bytes(), b"/", dec(u64::from(p.len)).as_bytes()])
    }

    /// The pieces in a row.
    pub(super) fn join(pieces: &[&[u8]]) -> Text {
        let mut text = Text::new();
        text.set(pieces);
        text
    }

    /// No word.
    pub(super) fn new() -> Text {
        Text(CBuf::new())
    }

    /// Makes it the pieces in a row.
    pub(super) fn set(&mut self, pieces: &[&[u8]]) {
        // The longest address is 45 bytes.
        let _ = self.0.join(pieces);
    }

    /// The word.
    pub(super) fn as_bytes(&self) -> &[u8] {
        self.0.as_cstr().to_bytes()
    }
}
