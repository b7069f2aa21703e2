//! Acknowledgements: `NLMSG_ERROR`, the errno in `NLMSG_DONE`, and the extended acknowledgement
//! (`linux/netlink.h`: `struct nlmsgerr`, `enum nlmsgerr_attrs`).

use crate::bytes::Reader;
use crate::wire::attr::Attrs;
use crate::wire::header::{HEADER_LEN, Message, nlm};
use crate::wire::key::{Key, Nested, Raw, Str};

/// `NLMSGERR_ATTR_*`.
pub mod nlmsgerr {
    #![allow(missing_docs)]
    use super::{Key, Nested, Raw, Str};
    pub const MSG: Key<Str> = Key::new(1);
    pub const OFFS: Key<u32> = Key::new(2);
    pub const COOKIE: Key<Raw> = Key::new(3);
    pub const POLICY: Key<Nested> = Key::new(4);
    pub const MISS_TYPE: Key<u32> = Key::new(5);
    pub const MISS_NEST: Key<u32> = Key::new(6);
}

/// What the kernel says beyond the errno, borrowed from the acknowledgement.
#[derive(Clone, Copy)]
pub struct ExtAck<'a> {
    attrs: Attrs<'a>,
}

impl<'a> ExtAck<'a> {
    /// Over attributes that an earlier call found and kept the place of.
    #[must_use]
    pub const fn new(attrs: Attrs<'a>) -> Self {
        ExtAck { attrs }
    }

    /// The kernel's sentence, without a full stop.
    #[must_use]
    pub fn message(&self) -> Option<&'a [u8]> {
        self.attrs.get(nlmsgerr::MSG).filter(|m| !m.is_empty())
    }

    /// Offset in bytes of the offending attribute, from the start of the request's header.
    #[must_use]
    pub fn offset(&self) -> Option<u32> {
        self.attrs.get(nlmsgerr::OFFS)
    }

    /// Number of an attribute that the request lacks.
    #[must_use]
    pub fn missing(&self) -> Option<u32> {
        self.attrs.get(nlmsgerr::MISS_TYPE)
    }
}

/// Reads an `NLMSG_ERROR`: the errno (0 is success, else positive) and the extended acknowledgement's bytes.
/// `None` when the message is too short to hold an errno.
#[must_use]
pub fn parse_error<'a>(m: &Message<'a>) -> Option<(i32, Attrs<'a>)> {
    let mut r = Reader::new(m.payload);
    let errno = i32::from_ne_bytes(r.array()?).saturating_neg();
    let inner = r.rest();
    // Behind the errno stands the request's header, and unless the acknowledgement is capped its payload too.
    let skip = if m.flags & nlm::CAPPED != 0 || errno == 0 {
        HEADER_LEN
    } else {
        let len = Reader::new(inner).u32().and_then(|n| usize::try_from(n).ok()).unwrap_or(HEADER_LEN);
        crate::bytes::align4(len.max(HEADER_LEN))
    };
    let tlvs = if m.flags & nlm::ACK_TLVS != 0 { inner.get(skip..).unwrap_or(&[]) } else { &[] };
    Some((errno, Attrs::new(tlvs)))
}

/// Reads an `NLMSG_DONE`: the errno of the dump (0 when it says none) and the extended acknowledgement's bytes.
#[must_use]
pub fn parse_done<'a>(m: &Message<'a>) -> (i32, Attrs<'a>) {
    let mut r = Reader::new(m.payload);
    let errno = r.array().map_or(0, i32::from_ne_bytes);
    let tlvs = if m.flags & nlm::ACK_TLVS != 0 { r.rest() } else { &[] };
    // A positive value is the dump's private count of the last call (`netlink_dump_done`), no error.
    (if errno < 0 { errno.saturating_neg() } else { 0 }, Attrs::new(tlvs))
}
