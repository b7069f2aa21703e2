//! Neighbours: `struct ndmsg` and `NDA_*` (`linux/neighbour.h`).

use crate::rt::names::PROTOCOLS;
use crate::{attrs, names};
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
/// Offset of the index in the fixed header.
pub const INDEX_AT: usize = 4;
/// Offset of the state in the fixed header.
pub const STATE_AT: usize = 8;
/// Offset of the flags in the fixed header.
pub const FLAGS_AT: usize = 10;

/// `NUD_*`.
pub mod nud {
    #![allow(missing_docs)]
    pub const INCOMPLETE: u16 = 0x01;
    pub const REACHABLE: u16 = 0x02;
    pub const STALE: u16 = 0x04;
    pub const DELAY: u16 = 0x08;
    pub const PROBE: u16 = 0x10;
    pub const FAILED: u16 = 0x20;
    pub const NOARP: u16 = 0x40;
    pub const PERMANENT: u16 = 0x80;
}

/// `NTF_*`.
pub mod ntf {
    #![allow(missing_docs)]
    pub const USE: u8 = 0x01;
    pub const PROXY: u8 = 0x08;
    pub const EXT_LEARNED: u8 = 0x10;
    pub const OFFLOADED: u8 = 0x20;
    pub const ROUTER: u8 = 0x80;
}

/// `NTF_EXT_*`: bits of [`nda::FLAGS_EXT`].
pub mod ntf_ext {
    #![allow(missing_docs)]
    pub const MANAGED: u32 = 0x1;
    pub const EXT_VALIDATED: u32 = 0x4;
}

names! {
    /// `NUD_*` as listings write them; each number is a bit, of which an entry has one: the commonest first.
    pub static STATES = 0x80 "PERMANENT", 0x02 "REACHABLE", 0x04 "STALE", 0x01 "INCOMPLETE", 0x08 "DELAY",
        0x10 "PROBE", 0x20 "FAILED", 0x40 "NOARP";
    /// `NTF_*`, and `NTF_EXT_*` eight bits higher (the kernel's `NTF_EXT_SHIFT`), as far as listings write them.
    pub static FLAGS = 0x80 "router", 0x08 "proxy", 0x10 "extern_learn", 0x20 "offload", 0x100 "managed",
        0x400 "extern_valid";
}

/// `struct nda_cacheinfo`, 16 bytes in host order. Times are ages in hundredths of a second (`USER_HZ`).
#[derive(Clone, Copy, Default, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct CacheInfo {
    /// Since it was last known to be right.
    pub confirmed: u32,
    /// Since it was last used.
    pub used: u32,
    /// Since it was last changed.
    pub updated: u32,
    /// Users, beside the table itself.
    pub refcnt: u32,
}

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
        12 PROTOCOL: u8, Kind::Enum(Int::U8, &PROTOCOLS), "protocol";
        13 NH_ID: u32, Kind::Num(Int::U32), "nhid";
        15 FLAGS_EXT: u32, Kind::Hex(Int::U32), "flags_ext";
    }
}
