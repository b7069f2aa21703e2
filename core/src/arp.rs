//! ARP (RFC 826) for IPv4, without the link header.

use crate::bytes::{Reader, Writer};

/// `ARPOP_REQUEST` of include/uapi/linux/if_arp.h.
pub const REQUEST: u16 = 1;
/// `ARPOP_REPLY`.
pub const REPLY: u16 = 2;
/// `ETH_P_IP`.
const IP: u16 = 0x0800;

/// One message. Link addresses are of any one length.
#[derive(Clone, Copy, PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
pub struct Arp<'a> {
    /// `ARPHRD_*`: the kind of link.
    pub hardware: u16,
    /// [`REQUEST`], [`REPLY`] or another.
    pub op: u16,
    /// The sender's link address.
    pub sender: &'a [u8],
    /// The sender's address; all zero in a probe (RFC 5227).
    pub sender_ip: [u8; 4],
    /// The target's link address: in a request without meaning.
    pub target: &'a [u8],
    /// The target's address.
    pub target_ip: [u8; 4],
}

impl<'a> Arp<'a> {
    /// Reads a message; `None` when it is cut short or not for IPv4.
    #[must_use]
    pub fn parse(frame: &'a [u8]) -> Option<Arp<'a>> {
        let mut r = Reader::new(frame);
        let hardware = r.array().map(u16::from_be_bytes)?;
        let protocol = r.array().map(u16::from_be_bytes)?;
        let [len, ip_len] = r.array()?;
        let op = r.array().map(u16::from_be_bytes)?;
        if protocol != IP || ip_len != 4 {
            return None;
        }
        Some(Arp {
            hardware,
            op,
            sender: r.take(len.into())?,
            sender_ip: r.array()?,
            target: r.take(len.into())?,
            target_ip: r.array()?,
        })
    }

    /// Writes the message; both link addresses must be of the same length, at most 255 bytes.
    pub fn emit(&self, w: &mut Writer<'_>) {
        w.put(&self.hardware.to_be_bytes());
        w.put(&IP.to_be_bytes());
        w.put(&[u8::try_from(self.sender.len()).unwrap_or(u8::MAX), 4]);
        w.put(&self.op.to_be_bytes());
        w.put(self.sender);
        w.put(&self.sender_ip);
        w.put(self.target);
        w.put(&self.target_ip);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // A reply over a veth pair, as tcpdump saw it behind the Ethernet header.
    const FRAME: [u8; 28] = [
        0x00, 0x01, 0x08, 0x00, 0x06, 0x04, 0x00, 0x02, 0x52, 0x5e, 0x4e, 0x91, 0xbb, 0x1d, 0x0a, 0x00, 0x00,
        0xfe, 0x6a, 0x23, 0x26, 0x24, 0x9a, 0x9e, 0x0a, 0x00, 0x00, 0x01,
    ];

    #[test]
    fn reads_and_writes() {
        let arp = Arp::parse(&FRAME).unwrap();
        assert_eq!((arp.hardware, arp.op), (1, REPLY));
        assert_eq!((arp.sender, arp.sender_ip), (&FRAME[8..14], [10, 0, 0, 254]));
        assert_eq!((arp.target, arp.target_ip), (&FRAME[18..24], [10, 0, 0, 1]));
        let mut room = [0; 28];
        let mut w = Writer::new(&mut room);
        arp.emit(&mut w);
        assert!(!w.is_full());
        assert_eq!(w.written(), FRAME);
    }

    #[test]
    fn refuses_what_is_none() {
        for cut in 0..FRAME.len() {
            assert_eq!(Arp::parse(&FRAME[..cut]), None, "{cut}");
        }
        let mut other = FRAME;
        other[2] = 0x86;
        assert_eq!(Arp::parse(&other), None);
        let mut padded = [0; 46];
        padded[..28].copy_from_slice(&FRAME);
        assert_eq!(Arp::parse(&padded), Arp::parse(&FRAME), "Ethernet pads to 60 bytes");
    }
}
