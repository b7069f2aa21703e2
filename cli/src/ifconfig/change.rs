//! What `ifconfig` changes.

use super::*;

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

/// An IPv4 address of a link, its numbers in host order.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct V4 {
    pub(super) local: u32,
    pub(super) peer: u32,
    pub(super) brd: u32,
    pub(super) prefix: u8,
}

pub(super) fn mask(prefix: u8) -> u32 {
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
pub(super) fn v4_of(cx: &mut Ctx<'_>, index: u32, label: &[u8]) -> Result<Option<V4>, Error> {
    let front = of_link(af::AF_INET, index);
    let mut found = None;
    scan_of(&mut cx.conn, rtm::GETADDR, &front, &mut |m: Option<&Message<'_>>| {
        let Some(m) = m else {
            found = None;
            return;
        };
        let (head, a) = m.split::<IFADDR_LEN>();
        let Ok(head) = IfAddr::read_from_bytes(&head) else { return };
        if found.is_some() || head.index != index || a.get(ifa::LABEL) != Some(label) {
            return;
        }
        let number = |raw: Option<&[u8]>| number(raw.unwrap_or(&[]));
        let local = number(a.get(ifa::LOCAL));
        let peer = number(a.get(ifa::ADDRESS));
        found = Some(V4 { local, peer, brd: number(a.get(ifa::BROADCAST)), prefix: head.prefix_len });
    })?;
    Ok(found)
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
    work(cx).map_err(|e| failed(cx, what, e, 1))
}

pub(super) fn set(cx: &mut Ctx<'_>, name: &[u8], line: &mut Line<'_>) -> Done {
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
            _ if family != af::AF_INET => return Err(no_word(cx, "%: Unknown host", word)),
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
        errno => cx.err.failed_as("SIOCSIFFLAGS", errno),
    };
    Err(Fail(255))
}

/// A word without a keyword: `ADDRESS[/LEN]`. It brings the device up, as ever.
fn address(cx: &mut Ctx<'_>, name: &[u8], word: &[u8]) -> Done {
    let (text, len) = prefix(cx, word, 32)?;
    let local = match hosts::address(text, af::AF_INET) {
        Some(ip) => number(ip.bytes()),
        None if which(text, "default") == 0 => 0,
        None => return Err(no_word(cx, "%: Unknown host", text)),
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
            return Err(cx.err.plain_of("%: Unknown host", value));
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
        if which(value, "ether") != 0 {
            return Err(wrong(cx, value, &USAGE, 3));
        }
        let Some(text) = line.next() else { return Err(usage(cx)) };
        if mac::parse(text, &mut [0; 32]) != Some(6) {
            return Err(cx.err.plain_of("%: invalid ether address.", text));
        }
        value = text;
    }
    match attempt(cx, "link set dev % % %", &[base(name), link_word(word), value]) {
        0 => Ok(()),
        errno => Err(cx.err.failed_as(what, if errno == UNREAD { EINVAL } else { errno })),
    }
}

/// Four bytes in network order.
fn number(raw: &[u8]) -> u32 {
    raw.first_chunk().map_or(0, |b| u32::from_be_bytes(*b))
}

/// `add` and `del`: an IPv6 address, or an IPv4 address under the next free alias.
#[inline(never)]
fn further(cx: &mut Ctx<'_>, name: &[u8], add: bool, word: &[u8], what: &str) -> Done {
    let (text, len) = prefix(cx, word, 128)?;
    let ip = match hosts::address(text, af::AF_INET6).or_else(|| hosts::address(text, af::AF_INET)) {
        Some(ip) => ip,
        None => return Err(cx.err.plain_of("%: Unknown host", text)),
    };
    let dev = base(name);
    let v4 = ip.family() == af::AF_INET;
    let (mut own, mut label) = (None, hosts::Name::new());
    if add && v4 {
        // The alias takes after the device's own address.
        let index = link(cx, dev).map_or(0, |found| found.info.index);
        own = v4_of(cx, index, dev).unwrap_or_default();
        for n in 0..1000_u64 {
            label.clear();
            for piece in [dev, b":", num::dec(n).as_bytes()] {
                let _ = label.extend_from_slice(piece);
            }
            label.truncate(15);
            if v4_of(cx, index, &label) == Ok(None) {
                break;
            }
        }
    }
    let mut step = Step::new(if add { "addr add %" } else { "addr del %" }, &[ip::print(&ip).as_bytes()]);
    // The kernel takes an IPv4 address of any length out when none is told.
    if add || !v4 {
        let len = len.or(own.map(|a| a.prefix)).unwrap_or(ip.bits());
        step.add("/%", &[num::dec(len.into()).as_bytes()]);
    }
    step.add(" dev %", &[dev]);
    if let Some(brd) = own.map(|a| a.brd).filter(|brd| *brd != 0) {
        step.add(" brd %", &[ip::print(&Ip::v4(brd.to_be_bytes())).as_bytes()]);
    }
    if !label.is_empty() {
        step.add(" label %", &[&label]);
    }
    match step.attempt(cx) {
        0 => Ok(()),
        errno => Err(cx.err.failed_as(what, errno)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
