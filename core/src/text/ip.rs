//! IPv4 and IPv6 addresses and prefixes, as iproute2 reads them and glibc's inet_ntop prints them.

use super::fill::Fill;
use super::num;
use super::pen::Text;
use crate::bytes::has;

/// Address families, of `<linux/socket.h>`, in the width of a netlink family field.
pub mod af {
    /// No family said, or any.
    pub const AF_UNSPEC: u8 = 0;
    /// IPv4.
    pub const AF_INET: u8 = 2;
    /// Bridge ports and forwarding entries.
    pub const AF_BRIDGE: u8 = 7;
    /// IPv6.
    pub const AF_INET6: u8 = 10;
    /// Link layer.
    pub const AF_PACKET: u8 = 17;
    /// Multiprotocol label switching.
    pub const AF_MPLS: u8 = 28;

    /// The family in an error, as in `inet6 prefix is expected`; AF_UNSPEC is `any valid`.
    #[must_use]
    pub fn name_verbose(family: u8) -> &'static str {
        match family {
            AF_UNSPEC => "any valid",
            AF_INET => "inet",
            AF_BRIDGE => "bridge",
            AF_INET6 => "inet6",
            AF_PACKET => "link",
            AF_MPLS => "mpls",
            _ => "???",
        }
    }
}

/// How many bytes an address has; no number, so that an `Option` of an address is as large as the address.
#[derive(Clone, Copy, PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
enum Len {
    None = 0,
    Four = 4,
    Sixteen = 16,
}

/// An address of 4 or 16 bytes, or a family alone (the words `any` and `all`), of none.
#[derive(Clone, Copy, PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
pub struct Ip {
    family: u8,
    len: Len,
    /// Network order; zero past `len`, which makes the derived equality right.
    bytes: [u8; 16],
}

impl Ip {
    /// An IPv4 address, in network order.
    #[must_use]
    pub fn v4(bytes: [u8; 4]) -> Ip {
        let [a, b, c, d] = bytes;
        Ip { family: af::AF_INET, len: Len::Four, bytes: [a, b, c, d, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0] }
    }

    /// An IPv6 address, in network order.
    #[must_use]
    pub fn v6(bytes: [u8; 16]) -> Ip {
        Ip { family: af::AF_INET6, len: Len::Sixteen, bytes }
    }

    /// No address: `bytes` is empty.
    #[must_use]
    pub const fn none(family: u8) -> Ip {
        Ip { family, len: Len::None, bytes: [0; 16] }
    }

    /// From an attribute's payload: 4 bytes are IPv4, 16 are IPv6, no other length is an address.
    #[must_use]
    #[inline(never)]
    pub fn from_bytes(bytes: &[u8]) -> Option<Ip> {
        if let Ok(v4) = <[u8; 4]>::try_from(bytes) {
            return Some(Ip::v4(v4));
        }
        <[u8; 16]>::try_from(bytes).ok().map(Ip::v6)
    }

    /// AF_INET or AF_INET6; any family if the address is none.
    #[must_use]
    pub fn family(&self) -> u8 {
        self.family
    }

    /// 4 or 16 bytes in network order, or nothing if the address is none.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.len as usize).unwrap_or_default()
    }

    /// The length of a host's prefix: 32 or 128; 0 for a family other than IPv4 and IPv6.
    #[must_use]
    pub fn bits(&self) -> u8 {
        match self.family {
            af::AF_INET => 32,
            af::AF_INET6 => 128,
            _ => 0,
        }
    }

    /// True if there are no bytes.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.len == Len::None
    }

    /// True if every byte is zero, or there is none.
    #[must_use]
    pub fn is_unspecified(&self) -> bool {
        self.bytes == [0; 16]
    }

    /// True in 224.0.0.0/4 and ff00::/8.
    #[must_use]
    pub fn is_multicast(&self) -> bool {
        let [first, ..] = self.bytes;
        match self.len {
            Len::Four => first & 0xf0 == 0xe0,
            _ => first == 0xff,
        }
    }

    /// True in fe80::/10.
    #[must_use]
    pub fn is_linklocal_v6(&self) -> bool {
        let [first, second, ..] = self.bytes;
        self.len == Len::Sixteen && first == 0xfe && second & 0xc0 == 0x80
    }
}

/// Parses as inet_pton: four decimal parts without zeros in front, or RFC 4291 section 2.2; no zone.
#[must_use]
pub fn parse(word: &[u8]) -> Option<Ip> {
    parse_v4(word).map(Ip::v4).or_else(|| parse_v6(word).map(Ip::v6))
}

/// One to four parts of an IPv4 address, each in C's notation (`0x0a`, octal `012`), missing ones zero; with
/// how many there were. `10.1` is 10.1.0.0, unlike inet_aton's 10.0.0.1.
#[must_use]
#[inline(never)]
pub fn parse_short_v4(word: &[u8]) -> Option<([u8; 4], u8)> {
    if let Some(bytes) = parse_v4(word) {
        return Some((bytes, 4));
    }
    let mut bytes = [0; 4];
    let mut fill = Fill::new(&mut bytes);
    for part in word.split(|byte| *byte == b'.') {
        if fill.room() == 0 {
            return None;
        }
        fill.push(num::parse_u8(part)?);
    }
    let parts = fill.len();
    Some((bytes, parts))
}

/// Four decimal parts without zeros in front, in one pass: nearly every address of a batch.
#[inline(never)]
fn parse_v4(word: &[u8]) -> Option<[u8; 4]> {
    let (mut all, mut points, mut part) = (0_u32, 0_u8, None);
    for byte in word {
        match (*byte, part) {
            (b'.', Some(n)) => {
                (all, part) = (all << 8 | n, None);
                points = points.checked_add(1)?;
            }
            (b'0'..=b'9', None) => part = Some(u32::from(byte & 15)),
            (b'0'..=b'9', Some(n @ 1..=25)) => {
                part = Some(n.wrapping_mul(10).wrapping_add(u32::from(byte & 15))).filter(|n| *n < 256);
                part?;
            }
            _ => return None,
        }
    }
    (points == 3).then_some((all << 8 | part?).to_be_bytes())
}

fn parse_v6(word: &[u8]) -> Option<[u8; 16]> {
    let mut bytes = [0; 16];
    let Some(gap) = word.windows(2).position(|pair| pair == b"::") else {
        return (groups(word, &mut bytes, true)? == 16).then_some(bytes);
    };
    let (front, rest) = word.split_at_checked(gap)?;
    let front = groups(front, &mut bytes, false)?;
    let mut tail = [0; 16];
    let back = groups(rest.get(2..)?, &mut tail, true)?;
    // The gap stands for at least one group.
    if front.saturating_add(back) > 14 {
        return None;
    }
    for (to, from) in bytes.iter_mut().rev().zip(tail.get(..usize::from(back))?.iter().rev()) {
        *to = *from;
    }
    Some(bytes)
}

/// Groups between colons to the front of `out`, the last in dotted form if `dotted` allows; their bytes.
fn groups(text: &[u8], out: &mut [u8; 16], dotted: bool) -> Option<u8> {
    if text.is_empty() {
        return Some(0);
    }
    let mut fill = Fill::new(out);
    let mut ended = false;
    for part in text.split(|byte| *byte == b':') {
        if ended || fill.room() < 2 {
            return None;
        }
        if has(part, b'.') {
            if !dotted || fill.room() < 4 {
                return None;
            }
            fill.push_all(&parse_v4(part)?);
            ended = true;
        } else {
            if part.is_empty() || part.len() > 4 {
                return None;
            }
            let mut group: u16 = 0;
            for byte in part {
                group = group << 4 | u16::from(num::hex_digit(*byte)?);
            }
            fill.push_all(&group.to_be_bytes());
        }
    }
    Some(fill.len())
}

/// The text of an address, at most 45 bytes (INET6_ADDRSTRLEN less its terminator); none of no address.
///
/// As glibc's inet_ntop: lower case, the first longest run of two zero groups or more as `::`, and `::ffff:1.2.3.4` and
/// `::1.2.3.4` in dotted form.
#[must_use]
pub fn print(ip: &Ip) -> Text {
    Text::of(|pen| if ip.is_none() { pen } else { pen.address(ip.bytes()) })
}

/// Why a word is no address or prefix; the caller has the word and the family to quote.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// Malformed, or of another family than asked.
    Expected,
    /// The family asked, AF_PACKET, has none.
    Context,
}

/// Parses an address where `hint` is the family asked, or AF_UNSPEC for any: RFC 4291 text, IPv4 in
/// [`parse_short_v4`]'s form, or a word.
///
/// `default` is the zero address of the hint's family; `any` and `all` are [`Ip::none`] of it, as is
/// `default` under another family than IPv4 and IPv6: what goes on the wire is then an empty attribute.
///
/// # Errors
/// [`Refusal`].
pub fn parse_hinted(word: &[u8], hint: u8) -> Result<Ip, Refusal> {
    if hint == af::AF_PACKET {
        return Err(Refusal::Context);
    }
    if let Some(ip) = parse_word(word, hint) {
        return Ok(ip);
    }
    let ip = match parse_short_v4(word) {
        Some((bytes, _)) => Some(Ip::v4(bytes)),
        None => parse_v6(word).map(Ip::v6),
    };
    ip.filter(|ip| hint == af::AF_UNSPEC || ip.family == hint).ok_or(Refusal::Expected)
}

fn parse_word(word: &[u8], hint: u8) -> Option<Ip> {
    let default = word == b"default";
    if hint == af::AF_MPLS || !(default || word == b"any" || word == b"all") {
        return None;
    }
    let mut ip = Ip::none(hint);
    if default {
        ip.len = match hint {
            af::AF_INET => Len::Four,
            af::AF_INET6 => Len::Sixteen,
            _ => Len::None,
        };
    }
    Some(ip)
}

/// An address and how many of its leading bits count.
#[derive(Clone, Copy, PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
pub struct Prefix {
    /// As written: bits past `len` are kept. [`Ip::none`] for `any` and `all`.
    pub ip: Ip,
    /// In bits, at most `ip.bits()`.
    pub len: u8,
    /// The word said the length, with `/` or by being `default`, `any` or `all`.
    pub had_len: bool,
}

impl Prefix {
    /// Parses ADDR, ADDR/LEN or ADDR/MASK, the address as in [`parse_hinted`]; the words have length 0.
    ///
    /// LEN is in C's notation. MASK is an IPv4 address with its ones in front, also beside an IPv6 address,
    /// or a word, for 0.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn parse(word: &[u8], hint: u8) -> Result<Prefix, Refusal> {
        let slash = word.iter().position(|byte| *byte == b'/').unwrap_or(word.len());
        let (address, rest) = word.split_at_checked(slash).ok_or(Refusal::Expected)?;
        let length = rest.get(1..);
        let ip = parse_hinted(address, hint)?;
        let is_word = parse_word(address, hint).is_some();
        let len = match length {
            None if is_word => 0,
            None => ip.bits(),
            Some(_) if is_word => return Err(Refusal::Expected),
            Some(text) => parse_len(text).filter(|len| *len <= ip.bits()).ok_or(Refusal::Expected)?,
        };
        Ok(Prefix { ip, len, had_len: is_word || length.is_some() })
    }

    /// The netmask, of the address's family; [`Ip::none`] if the address is none.
    #[must_use]
    pub fn mask(&self) -> Ip {
        let mut mask = Ip::none(self.ip.family);
        mask.len = self.ip.len;
        let mut left = self.len;
        for slot in mask.bytes.iter_mut().take(self.ip.len as usize) {
            *slot = !0xffu8.checked_shr(u32::from(left)).unwrap_or(0);
            left = left.saturating_sub(8);
        }
        mask
    }

    /// True if `ip` has the prefix's family and leading bits. A prefix of AF_UNSPEC contains every address.
    #[must_use]
    pub fn contains(&self, ip: &Ip) -> bool {
        let same = |((a, b), mask): ((&u8, &u8), &u8)| (a ^ b) & mask == 0;
        self.ip.family == af::AF_UNSPEC
            || (self.ip.family == ip.family
                && self.ip.bytes.iter().zip(&ip.bytes).zip(&self.mask().bytes).all(same))
    }
}

fn parse_len(text: &[u8]) -> Option<u8> {
    if let Some(len) = num::parse_u8(text) {
        return Some(len);
    }
    let mask = match parse_word(text, af::AF_INET) {
        Some(_) => 0,
        None => u32::from_be_bytes(parse_short_v4(text)?.0),
    };
    let ones = mask.leading_ones();
    if mask.count_ones() != ones {
        return None;
    }
    u8::try_from(ones).ok()
}

#[cfg(test)]
mod tests;
