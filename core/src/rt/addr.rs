//! Addresses: `struct ifaddrmsg` and `IFA_*` (`linux/if_addr.h`).

use crate::attrs;
use crate::names;
use crate::rt::names::ADDR_PROTOCOLS;
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

/// `struct ifaddrmsg`: 8 bytes in host order.
#[derive(Clone, Copy, Default, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct IfAddr {
    /// `AF_INET` or `AF_INET6`; `AF_UNSPEC` in a dump request for both.
    pub family: u8,
    /// Prefix length in bits.
    pub prefix_len: u8,
    /// The low eight bits of `IFA_F_*`; all of them are in [`ifa::FLAGS`].
    pub flags: u8,
    /// `RT_SCOPE_*`.
    pub scope: u8,
    /// Interface index.
    pub index: u32,
}

/// Bytes of [`IfAddr`].
pub const IFADDR_LEN: usize = 8;
/// Offset of the family in the fixed header.
pub const FAMILY_AT: usize = 0;
/// Offset of the prefix length in the fixed header.
pub const PREFIX_LEN_AT: usize = 1;
/// Offset of the low flags in the fixed header.
pub const FLAGS_AT: usize = 2;
/// Offset of the scope in the fixed header.
pub const SCOPE_AT: usize = 3;
/// Offset of the interface index in the fixed header.
pub const INDEX_AT: usize = 4;

attrs! {
    /// `IFA_*`.
    pub mod ifa = "addr" {
        1 ADDRESS: Raw, Kind::Ip, "address";
        2 LOCAL: Raw, Kind::Ip, "local";
        3 LABEL: Str, Kind::Str, "label";
        4 BROADCAST: Raw, Kind::Ip, "broadcast";
        5 ANYCAST: Raw, Kind::Ip, "anycast";
        6 CACHEINFO: Raw, Kind::Bytes, "cacheinfo";
        7 MULTICAST: Raw, Kind::Ip, "multicast";
        8 FLAGS: u32, Kind::Hex(Int::U32), "flags";
        9 RT_PRIORITY: u32, Kind::Num(Int::U32), "metric";
        10 TARGET_NETNSID: i32, Kind::Num(Int::S32), "target_netnsid";
        11 PROTO: u8, Kind::Enum(Int::U8, &ADDR_PROTOCOLS), "proto";
    }
}

/// `struct ifa_cacheinfo`, the payload of [`ifa::CACHEINFO`]: 16 bytes in host order.
#[derive(Clone, Copy, Default, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct CacheInfo {
    /// Seconds until the address is deprecated; [`FOREVER`] for never.
    pub preferred: u32,
    /// Seconds until the address goes; [`FOREVER`] for never.
    pub valid: u32,
    /// When it was made, in hundredths of a second since boot; 0 in a request.
    pub created: u32,
    /// When it last changed, likewise.
    pub updated: u32,
}

/// A lifetime without end (`INFINITY_LIFE_TIME`).
pub const FOREVER: u32 = u32::MAX;

/// `IFA_F_*`.
pub mod ifa_f {
    #![allow(missing_docs)]
    pub const SECONDARY: u32 = 0x01;
    pub const NODAD: u32 = 0x02;
    pub const OPTIMISTIC: u32 = 0x04;
    pub const DADFAILED: u32 = 0x08;
    pub const HOMEADDRESS: u32 = 0x10;
    pub const DEPRECATED: u32 = 0x20;
    pub const TENTATIVE: u32 = 0x40;
    pub const PERMANENT: u32 = 0x80;
    pub const MANAGETEMPADDR: u32 = 0x100;
    pub const NOPREFIXROUTE: u32 = 0x200;
    pub const MCAUTOJOIN: u32 = 0x400;
    pub const STABLE_PRIVACY: u32 = 0x800;
    /// What a request may set; the rest is state that the kernel keeps.
    pub const SETTABLE: u32 = V6_ONLY | NOPREFIXROUTE | MCAUTOJOIN;
    /// Settable on IPv6 addresses alone.
    pub const V6_ONLY: u32 = NODAD | OPTIMISTIC | HOMEADDRESS | MANAGETEMPADDR;
}

names! {
    /// `IFA_F_*` by iproute2's words, in the order of its listing. An IPv6 address calls the first bit `temporary`.
    pub static ADDR_FLAGS = 0x01 "secondary", 0x01 "temporary", 0x02 "nodad", 0x04 "optimistic", 0x08 "dadfailed",
        0x10 "home", 0x20 "deprecated", 0x40 "tentative", 0x80 "permanent", 0x100 "mngtmpaddr",
        0x200 "noprefixroute", 0x400 "autojoin", 0x800 "stable-privacy";
}
