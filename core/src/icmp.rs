//! ICMP and ICMPv6 echo (RFC 792, RFC 4443 section 4), and what the errors on the way say.

use crate::bytes::{Reader, Writer};
use crate::text::nth;

/// `ICMP_ECHOREPLY` of include/uapi/linux/icmp.h.
pub const ECHOREPLY: u8 = 0;
/// `ICMP_ECHO`.
pub const ECHO: u8 = 8;
/// `ICMPV6_ECHO_REQUEST` of include/uapi/linux/icmpv6.h.
pub const ECHO_REQUEST6: u8 = 128;
/// `ICMPV6_ECHO_REPLY`.
pub const ECHO_REPLY6: u8 = 129;
/// `ICMP_REDIRECT`.
pub const REDIRECT: u8 = 5;

/// Bytes before an echo's data: type, code, checksum, identifier, sequence.
pub const HEADER: usize = 8;

/// The ones' complement of the ones' complement sum of 16-bit words (RFC 1071). Over a message that holds its own
/// checksum it is 0.
#[must_use]
pub fn checksum(bytes: &[u8]) -> u16 {
    let (pairs, odd) = bytes.as_chunks::<2>();
    let tail = odd.first().map_or(0, |b| u64::from(*b) << 8);
    let mut sum = pairs.iter().fold(tail, |sum, pair| sum.wrapping_add(u16::from_be_bytes(*pair).into()));
    while sum > 0xffff {
        sum = (sum >> 16).wrapping_add(sum & 0xffff);
    }
    !u16::try_from(sum).unwrap_or(0)
}

/// Makes `message`, whose data is in place behind [`HEADER`], an echo request.
///
/// The ICMPv6 checksum covers addresses that only the kernel knows: it is left 0 for it to fill in.
pub fn request(message: &mut [u8], v6: bool, ident: u16, seq: u16) {
    let [i, j] = ident.to_be_bytes();
    let [s, t] = seq.to_be_bytes();
    let ty = if v6 { ECHO_REQUEST6 } else { ECHO };
    Writer::new(message).put(&[ty, 0, 0, 0, i, j, s, t]);
    if !v6 {
        let [a, b] = checksum(message).to_be_bytes();
        Writer::new(message).put(&[ty, 0, a, b]);
    }
}

/// An echo request or reply.
#[derive(Clone, Copy, PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
pub struct Echo<'a> {
    /// Which program's.
    pub ident: u16,
    /// Which of its requests.
    pub seq: u16,
    /// What came along.
    pub data: &'a [u8],
}

/// The echo of type `ty` in `message`; `None` when it is something else or cut short. The checksum is not looked at.
#[must_use]
pub fn echo(message: &[u8], ty: u8) -> Option<Echo<'_>> {
    let mut r = Reader::new(message);
    let [found, _, _, _] = r.array()?;
    let ident = r.array().map(u16::from_be_bytes)?;
    let seq = r.array().map(u16::from_be_bytes)?;
    (found == ty).then(|| Echo { ident, seq, data: r.rest() })
}

/// What follows the IPv4 header (RFC 791) in `packet`: a raw socket delivers both.
#[must_use]
pub fn behind_ip(packet: &[u8]) -> Option<&[u8]> {
    let words = usize::from(packet.first()? & 15);
    packet.get(words.saturating_mul(4).max(20)..)
}

/// An error as ping says it: `%` in the text stands for the number.
#[derive(Clone, Copy, PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
pub struct Reason {
    /// The sentence.
    pub text: &'static str,
    /// An MTU, a place in the packet, an unknown code; of a redirect the IPv4 address of the gateway.
    pub number: u32,
}

/// What an ICMP error of this type and code says; `info` is `ee_info` of include/uapi/linux/errqueue.h.
#[must_use]
pub fn reason(v6: bool, ty: u8, code: u8, info: u32) -> Reason {
    // One line for each code from 0 on, and the text for the codes behind the last.
    let (lines, other) = match (v6, ty) {
        (false, 3) => (
            "Destination Net Unreachable\n\
             Destination Host Unreachable\n\
             Destination Protocol Unreachable\n\
             Destination Port Unreachable\n\
             Frag needed and DF set (mtu = %)\n\
             Source Route Failed\n\
             Destination Net Unknown\n\
             Destination Host Unknown\n\
             Source Host Isolated\n\
             Destination Net Prohibited\n\
             Destination Host Prohibited\n\
             Destination Net Unreachable for Type of Service\n\
             Destination Host Unreachable for Type of Service\n\
             Packet filtered\n\
             Precedence Violation\n\
             Precedence Cutoff",
            "Dest Unreachable, Bad Code: %",
        ),
        (false, 4) => ("", "Source Quench"),
        (false, REDIRECT) => (
            "Redirect Network(New nexthop: %)\n\
             Redirect Host(New nexthop: %)\n\
             Redirect Type of Service and Network(New nexthop: %)\n\
             Redirect Type of Service and Host(New nexthop: %)",
            "Redirect, Bad Code: %",
        ),
        (false, 11) => ("Time to live exceeded\nFrag reassembly time exceeded", "Time exceeded, Bad Code: %"),
        (false, 12) => ("Parameter problem: pointer = %", "Parameter problem: code %"),
        (true, 1) => (
            "Destination unreachable: No route\n\
             Destination unreachable: Administratively prohibited\n\
             Destination unreachable: Beyond scope of source address\n\
             Destination unreachable: Address unreachable\n\
             Destination unreachable: Port unreachable",
            "Destination unreachable: Unknown code %",
        ),
        (true, 2) => ("Packet too big: mtu=%", "Packet too big"),
        (true, 3) => {
            ("Time exceeded: Hop limit\nTime exceeded: Defragmentation failure", "Time exceeded: code %")
        }
        (true, 4) => (
            "Parameter problem: Wrong header field at %\n\
             Parameter problem: Unknown header at %\n\
             Parameter problem: Unknown option at %",
            "Parameter problem: code %",
        ),
        _ => return Reason { text: "Bad ICMP type: %", number: ty.into() },
    };
    match nth(lines, b'\n', code.into()) {
        "" => Reason { text: other, number: code.into() },
        text => Reason { text, number: info },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // `ping -c 1 -s 8` over a veth pair, as tcpdump saw it: the request, the reply with its IPv4 header, and a reply of
    // IPv6 without.
    const SENT: [u8; 16] =
        [0x08, 0x00, 0x5d, 0x26, 0x8e, 0xc8, 0x00, 0x01, 0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07];
    const BACK: [u8; 36] = [
        0x45, 0x00, 0x00, 0x24, 0x4b, 0x18, 0x00, 0x00, 0x40, 0x01, 0x1a, 0xc3, 0x0a, 0x00, 0x00, 0xfe, 0x0a,
        0x00, 0x00, 0x01, 0x00, 0x00, 0x65, 0x26, 0x8e, 0xc8, 0x00, 0x01, 0x00, 0x01, 0x02, 0x03, 0x04, 0x05,
        0x06, 0x07,
    ];
    const BACK6: [u8; 16] =
        [0x81, 0x00, 0xe8, 0xd9, 0x8e, 0xc9, 0x00, 0x01, 0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07];

    #[test]
    fn makes_a_request() {
        let mut m = SENT;
        m[..HEADER].fill(0xff);
        request(&mut m, false, 0x8ec8, 1);
        assert_eq!(m, SENT);
        assert_eq!(checksum(&m), 0);
        request(&mut m, true, 0x8ec8, 0xfffe);
        assert_eq!(m[..HEADER], [128, 0, 0, 0, 0x8e, 0xc8, 0xff, 0xfe]);
        request(&mut [], false, 1, 1);
    }

    #[test]
    fn sums() {
        // RFC 1071 section 3: the example's sum is ddf2.
        assert_eq!(checksum(&[0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7]), !0xddf2);
        assert_eq!(checksum(&[0x00, 0x01, 0xf2]), !0xf201);
        assert_eq!(checksum(&[]), 0xffff);
        #[cfg(not(miri))]
        assert_eq!(checksum(&[0xff; 65_535]), 0x00ff);
    }

    #[test]
    fn reads_an_echo() {
        assert_eq!(echo(&SENT, ECHO), Some(Echo { ident: 0x8ec8, seq: 1, data: &SENT[8..] }));
        assert_eq!(echo(&SENT, ECHOREPLY), None);
        assert_eq!(echo(&SENT[..7], ECHO), None);
        assert_eq!(echo(&BACK6, ECHO_REPLY6), Some(Echo { ident: 0x8ec9, seq: 1, data: &SENT[8..] }));
        assert_eq!(echo(&BACK6, ECHO_REQUEST6), None);
    }

    #[test]
    fn passes_the_ip_header() {
        let inner = behind_ip(&BACK).unwrap();
        assert_eq!(echo(inner, ECHOREPLY), Some(Echo { ident: 0x8ec8, seq: 1, data: &SENT[8..] }));
        assert_eq!((checksum(inner), checksum(&BACK[..20])), (0, 0));
        assert_eq!(behind_ip(&[0x46; 24]), Some(&[][..]), "an option of four bytes");
        assert_eq!(behind_ip(&[0x46; 23]), None);
        assert_eq!(behind_ip(&[]), None);
        assert_eq!(behind_ip(&[0x40; 20]), Some(&[][..]), "a length below the least is the least");
    }

    #[test]
    fn says_why() {
        let of = |v6, ty, code| reason(v6, ty, code, 1400);
        assert_eq!(of(false, 3, 1), Reason { text: "Destination Host Unreachable", number: 1400 });
        assert_eq!(of(false, 3, 4).text, "Frag needed and DF set (mtu = %)");
        assert_eq!(of(false, 3, 13).text, "Packet filtered");
        assert_eq!(of(false, 3, 15).text, "Precedence Cutoff");
        assert_eq!(of(false, 3, 16), Reason { text: "Dest Unreachable, Bad Code: %", number: 16 });
        assert_eq!(of(false, 4, 0).text, "Source Quench");
        assert_eq!(of(false, 5, 1).text, "Redirect Host(New nexthop: %)");
        assert_eq!(of(false, 11, 0).text, "Time to live exceeded");
        assert_eq!(of(false, 250, 9), Reason { text: "Bad ICMP type: %", number: 250 });
        assert_eq!(of(true, 1, 3).text, "Destination unreachable: Address unreachable");
        assert_eq!(of(true, 1, 6), Reason { text: "Destination unreachable: Unknown code %", number: 6 });
        assert_eq!(of(true, 2, 0), Reason { text: "Packet too big: mtu=%", number: 1400 });
        assert_eq!(of(true, 3, 0).text, "Time exceeded: Hop limit");
    }
}
