//! Multicast databases of bridges and VXLANs (`linux/if_bridge.h`).

use crate::rt::names::PROTOCOLS;
use crate::{attrs, names};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

/// Nests of a message about multicast groups (`MDBA_*`).
pub mod mdba {
    #![allow(missing_docs)]
    /// What the kernel lists.
    pub const MDB: u16 = 1;
    pub const ROUTER: u16 = 2;
    /// What a request names.
    pub const SET_ENTRY: u16 = 1;
    pub const SET_ENTRY_ATTRS: u16 = 2;
}

/// `struct br_mdb_entry`: 28 bytes in host order, but for the address and its protocol.
#[derive(Clone, Copy, Default, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct Entry {
    /// The port, or the bridge itself.
    pub index: u32,
    /// `MDB_PERMANENT` is 1.
    pub state: u8,
    /// `MDB_FLAGS_*`.
    pub flags: u8,
    /// VLAN, 0 for none.
    pub vid: u16,
    /// The group, IPv4, IPv6 or a link-layer address at its front.
    pub group: [u8; 16],
    /// `ETH_P_*` in network order; 0 for a link-layer address.
    pub proto: [u8; 2],
    /// Always zero.
    pub pad: [u8; 2],
}

impl Entry {
    /// Bytes of the group that count.
    #[must_use]
    pub fn group(&self) -> &[u8] {
        let len = match self.proto {
            [0x08, 0x00] => 4,
            [0x86, 0xdd] => 16,
            _ => 6,
        };
        self.group.get(..len).unwrap_or(&[])
    }

    /// Sets the group: an IPv4 address, an IPv6 address, or a link-layer address, by its length.
    pub fn set_group(&mut self, bytes: &[u8]) {
        self.group.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
        self.proto = match bytes.len() {
            4 => [0x08, 0x00],
            16 => [0x86, 0xdd],
            _ => [0, 0],
        };
    }
}

/// Bytes of [`Entry`].
pub const ENTRY_LEN: usize = 28;

names! {
    /// `MDB_FLAGS_*`.
    pub static FLAGS = 1 "offload", 2 "fast_leave", 4 "added_by_star_ex", 8 "blocked", 16 "offload_failed";
    /// `MDB_PERMANENT`, `MDB_TEMPORARY`.
    pub static STATES = 0 "temp", 1 "permanent";
    /// `MCAST_*` of `linux/in.h`: what a source list is.
    pub static FILTER_MODES = 1 "include", 0 "exclude";
    /// `MDB_RTR_TYPE_*`.
    pub static ROUTER_TYPES = 0 "disabled", 1 "temp_query", 2 "permanent", 3 "temp";
}

attrs! {
    /// `MDBA_MDB_EATTR_*`: what a listing says of a group, behind its fixed part.
    pub mod eattr = "mdb-entry" {
        1 TIMER: u32, Kind::Num(Int::U32), "timer", WIRE;
        2 SRC_LIST: Nested, Kind::Bytes, "source_list", WIRE;
        3 GROUP_MODE: u8, Kind::Enum(Int::U8, &FILTER_MODES), "filter_mode|| filter_mode %", WIRE;
        4 SOURCE: Raw, Kind::Ip, "src|| src %", WIRE;
        5 RTPROT: u8, Kind::Enum(Int::U8, &PROTOCOLS), "proto|protocol| proto % ", WIRE;
        6 DST: Raw, Kind::Ip, "dst|| dst %";
        7 DST_PORT: u16, Kind::Num(Int::U16), "dst_port|| dst_port %";
        8 VNI: u32, Kind::Num(Int::U32), "vni|| vni %";
        10 SRC_VNI: u32, Kind::Num(Int::U32), "src_vni|| src_vni %";
        9 IFINDEX: u32, Kind::IfIndex, "via|| via %";
    }
}

attrs! {
    /// `MDBE_ATTR_*`: what a request says of a group.
    pub mod mdbe = "mdb-request" {
        1 SOURCE: Raw, Kind::Ip, "src";
        2 SRC_LIST: Nested, Kind::Bytes, "source_list";
        3 GROUP_MODE: u8, Kind::Enum(Int::U8, &FILTER_MODES), "filter_mode";
        4 RTPROT: u8, Kind::Enum(Int::U8, &PROTOCOLS), "proto";
        5 DST: Raw, Kind::Ip, "dst";
        6 DST_PORT: u16, Kind::Num(Int::U16), "dst_port";
        7 VNI: u32, Kind::Num(Int::U32), "vni";
        8 IFINDEX: u32, Kind::IfIndex, "via";
        9 SRC_VNI: u32, Kind::Num(Int::U32), "src_vni";
        10 STATE_MASK: u8, Kind::Num(Int::U8), "state_mask";
    }
}

attrs! {
    /// `MDBA_ROUTER_PATTR_*`, behind the ifindex of a port to a multicast router.
    pub mod router = "mdb-router" {
        1 TIMER: u32, Kind::Num(Int::U32), "timer", WIRE;
        2 TYPE: u8, Kind::Enum(Int::U8, &ROUTER_TYPES), "type|| %", WIRE;
        5 VID: u16, Kind::Num(Int::U16), "vid|| vid %", WIRE;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::attr::Attrs;
    use crate::wire::captured::{As, captured};

    #[test]
    fn reads_a_captured_request() {
        // bridge mdb add dev br0 port v0 grp 239.1.1.9 src 1.1.1.1 temp vid 10, as iproute2 6.1 sends it.
        let b = b"\x20\x00\x01\x00\x05\x00\x00\x00\x00\x00\x0a\x00\xef\x01\x01\x09\x00\x00\x00\x00\x00\x00\x00\x00\
            \x00\x00\x00\x00\x08\x00\x00\x00\x0c\x00\x02\x80\x08\x00\x01\x00\x01\x01\x01\x01";
        let b = captured(None, &[(1, As::Numbers(&[4, 1, 1, 2]))], b);
        let a = Attrs::new(&b);
        let (entry, rest) = Entry::read_from_prefix(a.raw(mdba::SET_ENTRY).unwrap()).unwrap();
        assert!(rest.is_empty());
        assert_eq!((entry.index, entry.state, entry.vid, entry.group()), (5, 0, 10, &[239, 1, 1, 9][..]));
        let mut ours = Entry { index: 5, vid: 10, ..Entry::default() };
        ours.set_group(&[239, 1, 1, 9]);
        assert_eq!(ours.as_bytes(), &b[4..32]);
        let source = Attrs::new(a.raw(mdba::SET_ENTRY_ATTRS).unwrap()).get(mdbe::SOURCE);
        assert_eq!(source, Some(&[1, 1, 1, 1][..]));
    }

    #[test]
    fn a_group_is_as_long_as_its_protocol_says() {
        for bytes in [&[1_u8, 0, 0x5e, 1, 2, 3][..], &[239, 1, 1, 1], &[0xff; 16]] {
            let mut e = Entry::default();
            e.set_group(bytes);
            assert_eq!(e.group(), bytes);
        }
    }
}
