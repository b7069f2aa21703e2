//! Routes: `struct rtmsg` and `RTA_*` (`linux/rtnetlink.h`).

use crate::rt::names::{IP_PROTOCOLS, TABLES};
use crate::{attrs, names};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

/// `struct rtmsg`: 12 bytes in host order.
#[derive(Clone, Copy, Default, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct RtMsg {
    /// Address family.
    pub family: u8,
    /// Bits of the destination prefix.
    pub dst_len: u8,
    /// Bits of the source prefix.
    pub src_len: u8,
    /// Type of service.
    pub tos: u8,
    /// Table below 256; others are in [`rta::TABLE`].
    pub table: u8,
    /// `RTPROT_*`.
    pub protocol: u8,
    /// `RT_SCOPE_*`.
    pub scope: u8,
    /// `RTN_*`.
    pub ty: u8,
    /// `RTNH_F_*` and `RTM_F_*`.
    pub flags: u32,
}

/// Bytes of [`RtMsg`].
pub const RTMSG_LEN: usize = 12;

/// Offsets of fields in [`RtMsg`], for requests that are patched word by word.
pub mod at {
    #![allow(missing_docs)]
    pub const FAMILY: usize = 0;
    pub const DST_LEN: usize = 1;
    pub const SRC_LEN: usize = 2;
    pub const TOS: usize = 3;
    pub const PROTOCOL: usize = 5;
    pub const TYPE: usize = 7;
    pub const FLAGS: usize = 8;
}

/// `RTN_*`: types of routes that have rules of their own; all names are in `ROUTE_TYPES`.
pub mod rtn {
    #![allow(missing_docs)]
    pub const UNSPEC: u8 = 0;
    pub const UNICAST: u8 = 1;
    pub const LOCAL: u8 = 2;
    pub const BROADCAST: u8 = 3;
    pub const ANYCAST: u8 = 4;
    pub const MULTICAST: u8 = 5;
    pub const NAT: u8 = 10;
}

/// `RT_SCOPE_*`.
pub mod scope {
    #![allow(missing_docs)]
    pub const UNIVERSE: u8 = 0;
    pub const LINK: u8 = 253;
    pub const HOST: u8 = 254;
    pub const NOWHERE: u8 = 255;
}

/// `RT_TABLE_MAIN`.
pub const TABLE_MAIN: u32 = 254;
/// `RT_TABLE_LOCAL`.
pub const TABLE_LOCAL: u32 = 255;
/// `RTPROT_BOOT`: who adds a route without saying so.
pub const PROTO_BOOT: u8 = 3;

/// `RTNH_F_*` (`linux/rtnetlink.h`).
pub mod rtnh {
    #![allow(missing_docs)]
    pub const ONLINK: u32 = 4;
    pub const UNRESOLVED: u32 = 32;
}

/// `RTM_F_*` (`linux/rtnetlink.h`).
pub mod rtm_f {
    #![allow(missing_docs)]
    pub const NOTIFY: u32 = 0x100;
    pub const CLONED: u32 = 0x200;
    pub const LOOKUP_TABLE: u32 = 0x1000;
    pub const FIB_MATCH: u32 = 0x2000;
}

names! {
    /// `RTNH_F_*` and `RTM_F_*` of a route, in the order of iproute2's listing.
    pub static ROUTE_FLAGS = 1 "dead", 4 "onlink", 2 "pervasive", 8 "offload", 64 "trap", 0x100 "notify",
        16 "linkdown", 32 "unresolved", 0x4000 "rt_offload", 0x8000 "rt_trap", 0x2000_0000 "rt_offload_failed";
    /// `RTCF_*` of a looked-up IPv4 route (`linux/in_route.h`), in the order of iproute2's listing.
    pub static CACHE_FLAGS = 0x8000_0000 "local", 0x2000_0000 "mc", 0x1000_0000 "brd", 0x0400_0000 "src-direct",
        0x0004_0000 "redirected", 0x0100_0000 "redirect", 0x0001_0000 "notify";
    /// Whether a packet's own time to live goes on, of MPLS.
    pub static TTL_PROPAGATIONS = 0 "disabled", 1 "enabled";
    /// `ICMPV6_ROUTER_PREF_*` (RFC 4191).
    pub static ROUTER_PREFS = 0 "medium", 1 "high", 3 "low";
    /// `RTAX_FEATURE_*`.
    pub static FEATURES = 1 "ecn", 16 "tcp_usec_ts";
    /// Fields of `struct rta_cacheinfo` by their offsets, as JSON key and text, in the order of iproute2's listing.
    pub static CACHE_INFO = 8 "expires|expires %sec ", 12 "error|error % ", 0 "users|users % ", 16 "used|used % ",
        4 "age|age %sec ";
}

attrs! {
    /// `RTA_*`, with the words of iproute2's listing where a row is all it prints.
    pub mod rta = "route" {
        1 DST: Raw, Kind::Ip, "dst";
        2 SRC: Raw, Kind::Ip, "src";
        3 IIF: u32, Kind::IfIndex, "iif||iif % ";
        4 OIF: u32, Kind::IfIndex, "dev";
        5 GATEWAY: Raw, Kind::Ip, "gateway";
        6 PRIORITY: u32, Kind::Num(Int::U32), "metric||metric % ";
        7 PREFSRC: Raw, Kind::Ip, "prefsrc";
        8 METRICS: Nested, Kind::Nest(&rtax::SET), "metrics";
        9 MULTIPATH: Raw, Kind::Bytes, "multipath";
        11 FLOW: u32, Kind::Hex(Int::U32), "flow";
        12 CACHEINFO: Raw, Kind::Bytes, "cacheinfo";
        15 TABLE: u32, Kind::Enum(Int::U32, &TABLES), "table";
        16 MARK: u32, Kind::Hex(Int::U32), "mark";
        17 MFC_STATS: Raw, Kind::Bytes, "mfc-stats";
        18 VIA: Raw, Kind::Bytes, "via";
        19 NEWDST: Raw, Kind::Custom(&crate::rt::encap::mpls::LABELS), "newdst|to|as to % ";
        20 PREF: u8, Kind::Enum(Int::U8, &ROUTER_PREFS), "pref||pref %";
        21 ENCAP_TYPE: u16, Kind::Enum(Int::U16, &crate::rt::encap::TYPES), "encap";
        22 ENCAP: Nested, Kind::Bytes, "encap";
        23 EXPIRES: u32, Kind::Num(Int::U32), "expires";
        25 UID: u32, Kind::Num(Int::U32), "uid||uid % ";
        26 TTL_PROPAGATE: u8, Kind::Enum(Int::U8, &TTL_PROPAGATIONS), "ttl-propagate|ttl-propogate|ttl-propogate %";
        27 IP_PROTO: u8, Kind::Enum(Int::U8, &IP_PROTOCOLS), "ip-proto";
        28 SPORT: Be16, Kind::Num(Int::Be16), "sport";
        29 DPORT: Be16, Kind::Num(Int::Be16), "dport";
        30 NH_ID: u32, Kind::Num(Int::U32), "nhid||nhid % ";
    }
}

attrs! {
    /// `RTAX_*`: metrics, in the order and with the words of iproute2.
    pub mod rtax = "metrics" {
        1 LOCK: u32, Kind::Hex(Int::U32), "lock", WIRE;
        2 MTU: u32, Kind::Num(Int::U32), "mtu";
        3 WINDOW: u32, Kind::Num(Int::U32), "window";
        4 RTT: u32, Kind::Num(Int::U32), "rtt";
        5 RTTVAR: u32, Kind::Num(Int::U32), "rttvar";
        6 SSTHRESH: u32, Kind::Num(Int::U32), "ssthresh";
        7 CWND: u32, Kind::Num(Int::U32), "cwnd";
        8 ADVMSS: u32, Kind::Num(Int::U32), "advmss";
        9 REORDERING: u32, Kind::Num(Int::U32), "reordering";
        10 HOPLIMIT: u32, Kind::Num(Int::U32), "hoplimit";
        11 INITCWND: u32, Kind::Num(Int::U32), "initcwnd";
        12 FEATURES: u32, Kind::Hex(Int::U32), "features";
        13 RTO_MIN: u32, Kind::Num(Int::U32), "rto_min";
        14 INITRWND: u32, Kind::Num(Int::U32), "initrwnd";
        15 QUICKACK: u32, Kind::Num(Int::U32), "quickack";
        16 CC_ALGO: Str, Kind::Str, "congctl|congestion";
        17 FASTOPEN_NO_COOKIE: u32, Kind::Num(Int::U32), "fastopen_no_cookie";
    }
}

attrs! {
    /// The fields of `struct rta_mfc_stats` by their offsets.
    pub mod mfc = "mfc-stats" {
        0 PACKETS: u64, Kind::Num(Int::U64), "packets||  % packets, ";
        8 BYTES: u64, Kind::Num(Int::U64), "bytes||% bytes";
        16 WRONG_IF: u64, Kind::Num(Int::U64), "wrong_if||, % arrived on wrong iif.", NONZERO;
    }
}
