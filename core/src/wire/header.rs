//! The message header and the messages of one datagram (`linux/netlink.h`, RFC 3549 §2.2).

use crate::bytes::{Reader, align4, copy};
use crate::wire::attr::Attrs;

/// Bytes of `struct nlmsghdr`: length u32, type u16, flags u16, sequence u32, port id u32, in host order.
pub const HEADER_LEN: usize = 16;

/// Control message types.
pub mod nlmsg {
    #![allow(missing_docs)]
    pub const NOOP: u16 = 1;
    pub const ERROR: u16 = 2;
    pub const DONE: u16 = 3;
    pub const OVERRUN: u16 = 4;
}

/// `NLM_F_*` flags of a message.
pub mod nlm {
    #![allow(missing_docs)]
    pub const REQUEST: u16 = 0x1;
    pub const MULTI: u16 = 0x2;
    pub const ACK: u16 = 0x4;
    pub const ECHO: u16 = 0x8;
    pub const DUMP_INTR: u16 = 0x10;
    pub const DUMP_FILTERED: u16 = 0x20;
    pub const ROOT: u16 = 0x100;
    pub const MATCH: u16 = 0x200;
    pub const DUMP: u16 = ROOT | MATCH;
    pub const REPLACE: u16 = 0x100;
    pub const EXCL: u16 = 0x200;
    /// Of a deletion: all that match.
    pub const BULK: u16 = 0x200;
    pub const CREATE: u16 = 0x400;
    pub const APPEND: u16 = 0x800;
    /// On an acknowledgement: the request's payload is left out.
    pub const CAPPED: u16 = 0x100;
    /// On an acknowledgement: extended-acknowledgement attributes follow.
    pub const ACK_TLVS: u16 = 0x200;
}

/// One received message, borrowed from the datagram.
#[derive(Clone, Copy)]
pub struct Message<'a> {
    /// Message type: a control type below 16, else the protocol's.
    pub ty: u16,
    /// `NLM_F_*`.
    pub flags: u16,
    /// Sequence number: the request's that it answers.
    pub seq: u32,
    /// Port id of the socket that it is for; 0 in notifications of the kernel's own.
    pub port: u32,
    /// Everything behind the header: fixed header and attributes.
    pub payload: &'a [u8],
}

impl<'a> Message<'a> {
    /// The message at the front of `bytes`; `None` where they are no whole one.
    #[must_use]
    #[inline(always)]
    pub fn first(bytes: &'a [u8]) -> Option<Message<'a>> {
        let [l0, l1, l2, l3, t0, t1, f0, f1, s0, s1, s2, s3, p0, p1, p2, p3] =
            *bytes.first_chunk::<HEADER_LEN>()?;
        let len = usize::try_from(u32::from_ne_bytes([l0, l1, l2, l3])).ok()?;
        Some(Message {
            ty: u16::from_ne_bytes([t0, t1]),
            flags: u16::from_ne_bytes([f0, f1]),
            seq: u32::from_ne_bytes([s0, s1, s2, s3]),
            port: u32::from_ne_bytes([p0, p1, p2, p3]),
            payload: bytes.get(HEADER_LEN..len)?,
        })
    }

    /// The fixed header by value and the attributes behind it.
    ///
    /// A payload shorter than the header is read as if zeros followed: old kernels send shorter headers.
    #[must_use]
    pub fn split<const N: usize>(&self) -> ([u8; N], Attrs<'a>) {
        (self.head(), self.attrs(N))
    }

    /// The first `N` bytes, with zeros behind where there are fewer.
    #[must_use]
    pub fn head<const N: usize>(&self) -> [u8; N] {
        match self.payload.first_chunk() {
            Some(head) => *head,
            None => {
                let mut head = [0_u8; N];
                copy(&mut head, self.payload);
                head
            }
        }
    }

    /// The attributes behind a fixed header of `head` bytes, indexed.
    #[must_use]
    #[inline(always)]
    pub fn attrs(&self, head: usize) -> Attrs<'a> {
        Attrs::indexed(self.payload.get(align4(head)..).unwrap_or(&[]))
    }
}

/// The messages of one datagram. Ends at the first damaged one; [`Messages::damaged`] then tells.
#[derive(Clone)]
pub struct Messages<'a> {
    r: Reader<'a>,
    damaged: bool,
}

impl<'a> Messages<'a> {
    /// Over one received datagram.
    #[must_use]
    pub const fn new(datagram: &'a [u8]) -> Self {
        Messages { r: Reader::new(datagram), damaged: false }
    }

    /// Whether bytes were left that are no whole message.
    #[must_use]
    pub const fn damaged(&self) -> bool {
        self.damaged
    }
}

impl<'a> Iterator for Messages<'a> {
    type Item = Message<'a>;

    fn next(&mut self) -> Option<Message<'a>> {
        if self.damaged || self.r.rest().is_empty() {
            return None;
        }
        let m = Message::first(self.r.rest());
        self.damaged = m.is_none();
        let len = m.as_ref().map_or(0, |m| m.payload.len().wrapping_add(HEADER_LEN));
        self.r.skip_up_to(align4(len));
        m
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(len: u32, ty: u16, body: &[u8]) -> [u8; 20] {
        let mut b = [0; 20];
        b[..4].copy_from_slice(&len.to_ne_bytes());
        b[4..6].copy_from_slice(&ty.to_ne_bytes());
        b[8..12].copy_from_slice(&7_u32.to_ne_bytes());
        b[16..16 + body.len()].copy_from_slice(body);
        b
    }

    #[test]
    fn reads_two_messages_of_one_datagram() {
        let mut d = [0; 40];
        d[..20].copy_from_slice(&message(19, 3, &[1, 2, 3]));
        d[20..].copy_from_slice(&message(20, 2, &[4, 5, 6, 7]));
        let mut it = Messages::new(&d);
        let a = it.next().unwrap();
        assert_eq!((a.ty, a.seq, a.payload), (3, 7, &[1, 2, 3][..]));
        assert_eq!(it.next().unwrap().payload, &[4, 5, 6, 7]);
        assert!(it.next().is_none());
        assert!(!it.damaged());
    }

    #[test]
    fn a_length_past_the_end_or_below_the_header_is_damage() {
        for len in [0, 15, 21, u32::MAX] {
            let d = message(len, 3, &[]);
            let mut it = Messages::new(&d);
            assert!(it.next().is_none());
            assert!(it.damaged(), "{len}");
            assert!(it.next().is_none());
        }
    }

    #[test]
    fn a_short_fixed_header_reads_as_zeros() {
        let m = Message { ty: 0, flags: 0, seq: 0, port: 0, payload: &[9, 8] };
        let (h, attrs) = m.split::<4>();
        assert_eq!(h, [9, 8, 0, 0]);
        assert_eq!(attrs.count(), 0);
    }
}
