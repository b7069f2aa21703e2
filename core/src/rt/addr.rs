//! Addresses: `struct ifaddrmsg` and `IFA_*` (`linux/if_addr.h`).

use crate::attrs;
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
