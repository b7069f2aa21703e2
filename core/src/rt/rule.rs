//! Policy rules: `struct fib_rule_hdr` and `FRA_*` (`linux/fib_rules.h`).

use crate::attrs;
use crate::rt::names::{GROUPS, IP_PROTOCOLS, PROTOCOLS, TABLES};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

/// `struct fib_rule_hdr`: 12 bytes in host order.
#[derive(Clone, Copy, Default, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct RuleHeader {
    /// `AF_INET` or `AF_INET6`.
    pub family: u8,
    /// Bits of the destination prefix.
    pub dst_len: u8,
    /// Bits of the source prefix.
    pub src_len: u8,
    /// Type of service.
    pub tos: u8,
    /// Table below 256; others are in [`fra::TABLE`].
    pub table: u8,
    /// Always zero.
    pub res1: u8,
    /// Always zero.
    pub res2: u8,
    /// `FR_ACT_*`.
    pub action: u8,
    /// `FIB_RULE_*`.
    pub flags: u32,
}

/// Bytes of [`RuleHeader`].
pub const RULE_LEN: usize = 12;
/// Offset of the destination's length in the fixed header.
pub const DST_LEN_AT: usize = 1;
/// Offset of the source's length in the fixed header.
pub const SRC_LEN_AT: usize = 2;
/// Offset of the type of service in the fixed header.
pub const TOS_AT: usize = 3;
/// Offset of the table in the fixed header.
pub const TABLE_AT: usize = 4;
/// Offset of the action in the fixed header.
pub const ACTION_AT: usize = 7;
/// Offset of the flags in the fixed header.
pub const FLAGS_AT: usize = 8;

/// `FR_ACT_*`. From [`fr_act::BLACKHOLE`] on they are the `RTN_*` of the same name.
pub mod fr_act {
    #![allow(missing_docs)]
    pub const TO_TBL: u8 = 1;
    pub const GOTO: u8 = 2;
    pub const NOP: u8 = 3;
    pub const BLACKHOLE: u8 = 6;
    pub const UNREACHABLE: u8 = 7;
    pub const PROHIBIT: u8 = 8;
}

/// `FIB_RULE_*`.
pub mod fib_rule {
    #![allow(missing_docs)]
    pub const INVERT: u32 = 2;
    pub const UNRESOLVED: u32 = 4;
    pub const IIF_DETACHED: u32 = 8;
    pub const OIF_DETACHED: u32 = 16;
}

attrs! {
    /// `FRA_*`.
    pub mod fra = "rule" {
        1 DST: Raw, Kind::Ip, "to";
        2 SRC: Raw, Kind::Ip, "from";
        3 IIFNAME: Str, Kind::Str, "iif";
        4 GOTO: u32, Kind::Num(Int::U32), "goto";
        6 PRIORITY: u32, Kind::Num(Int::U32), "priority";
        10 FWMARK: u32, Kind::Hex(Int::U32), "fwmark";
        11 FLOW: u32, Kind::Hex(Int::U32), "realms";
        12 TUN_ID: Raw, Kind::Num(Int::Be64), "tun_id";
        13 SUPPRESS_IFGROUP: u32, Kind::Enum(Int::U32, &GROUPS), "suppress_ifgroup";
        14 SUPPRESS_PREFIXLEN: u32, Kind::Num(Int::U32), "suppress_prefixlength";
        15 TABLE: u32, Kind::Enum(Int::U32, &TABLES), "table";
        16 FWMASK: u32, Kind::Hex(Int::U32), "fwmask";
        17 OIFNAME: Str, Kind::Str, "oif";
        19 L3MDEV: u8, Kind::Num(Int::U8), "l3mdev";
        20 UID_RANGE: Raw, Kind::Bytes, "uidrange";
        21 PROTOCOL: u8, Kind::Enum(Int::U8, &PROTOCOLS), "protocol";
        22 IP_PROTO: u8, Kind::Enum(Int::U8, &IP_PROTOCOLS), "ipproto";
        23 SPORT_RANGE: Raw, Kind::Bytes, "sport";
        24 DPORT_RANGE: Raw, Kind::Bytes, "dport";
        25 DSCP: u8, Kind::Num(Int::U8), "dscp";
        26 FLOWLABEL: Be32, Kind::Num(Int::Be32), "flowlabel";
        27 FLOWLABEL_MASK: Be32, Kind::Num(Int::Be32), "flowlabel_mask";
        28 SPORT_MASK: u16, Kind::Hex(Int::U16), "sport_mask";
        29 DPORT_MASK: u16, Kind::Hex(Int::U16), "dport_mask";
        30 DSCP_MASK: u8, Kind::Hex(Int::U8), "dscp_mask";
    }
}
