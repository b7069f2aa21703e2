//! Neighbours: `struct ndmsg` and `NDA_*` (`linux/neighbour.h`).

use crate::attrs;
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

/// `struct ndmsg`: 12 bytes in host order.
#[derive(Clone, Copy, Default, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct NdMsg {
    /// Address family.
    pub family: u8,
    /// Always zero.
    pub pad1: u8,
    /// Always zero.
    pub pad2: u16,
    /// Interface index.
    pub index: u32,
    /// `NUD_*`.
    pub state: u16,
    /// `NTF_*`.
    pub flags: u8,
    /// `RTN_*`.
    pub ty: u8,
}

/// Bytes of [`NdMsg`].
pub const NDMSG_LEN: usize = 12;

attrs! {
    /// `NDA_*`.
    pub mod nda = "neigh" {
        1 DST: Raw, Kind::Ip, "dst";
        2 LLADDR: Raw, Kind::Mac, "lladdr";
        3 CACHEINFO: Raw, Kind::Bytes, "cacheinfo";
        4 PROBES: u32, Kind::Num(Int::U32), "probes";
        5 VLAN: u16, Kind::Num(Int::U16), "vlan";
        6 PORT: Be16, Kind::Num(Int::Be16), "port";
        7 VNI: u32, Kind::Num(Int::U32), "vni";
        8 IFINDEX: u32, Kind::IfIndex, "ifindex";
        9 MASTER: u32, Kind::IfIndex, "master";
        12 PROTOCOL: u8, Kind::Num(Int::U8), "protocol";
        13 NH_ID: u32, Kind::Num(Int::U32), "nhid";
        15 FLAGS_EXT: u32, Kind::Hex(Int::U32), "flags_ext";
    }
}
