//! Labels of IPv6 addresses (RFC 6724 §2.1): `struct ifaddrlblmsg` and `IFAL_*` (`linux/if_addrlabel.h`).

use crate::attrs;

/// Bytes of `struct ifaddrlblmsg`: family, pad, prefix length, flags, ifindex u32, sequence u32.
pub const ADDRLABEL_LEN: usize = 12;
/// Offset of the prefix length in the fixed header.
pub const PREFIX_LEN_AT: usize = 2;
/// Offset of the interface index in the fixed header; 0 for all interfaces.
pub const INDEX_AT: usize = 4;

attrs! {
    /// `IFAL_*`.
    pub mod ifal = "addrlabel" {
        1 ADDRESS: Raw, Kind::Ip, "address||%";
        2 LABEL: u32, Kind::Num(Int::U32), "label";
    }
}
