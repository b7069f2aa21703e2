//! Routes: `struct rtmsg` and `RTA_*` (`linux/rtnetlink.h`).

use crate::attrs;
use crate::rt::names::TABLES;
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

attrs! {
    /// `RTA_*`.
    pub mod rta = "route" {
        1 DST: Raw, Kind::Ip, "dst";
        2 SRC: Raw, Kind::Ip, "src";
        3 IIF: u32, Kind::IfIndex, "iif";
        4 OIF: u32, Kind::IfIndex, "oif";
        5 GATEWAY: Raw, Kind::Ip, "gateway";
        6 PRIORITY: u32, Kind::Num(Int::U32), "priority";
        7 PREFSRC: Raw, Kind::Ip, "prefsrc";
        8 METRICS: Nested, Kind::Nest(&rtax::SET), "metrics";
        9 MULTIPATH: Raw, Kind::Bytes, "multipath";
        11 FLOW: u32, Kind::Hex(Int::U32), "flow";
        12 CACHEINFO: Raw, Kind::Bytes, "cacheinfo";
        15 TABLE: u32, Kind::Enum(Int::U32, &TABLES), "table";
        16 MARK: u32, Kind::Hex(Int::U32), "mark";
        17 MFC_STATS: Raw, Kind::Bytes, "mfc-stats";
        18 VIA: Raw, Kind::Bytes, "via";
        19 NEWDST: Raw, Kind::Bytes, "newdst";
        20 PREF: u8, Kind::Num(Int::U8), "pref";
        21 ENCAP_TYPE: u16, Kind::Num(Int::U16), "encap-type";
        22 ENCAP: Nested, Kind::Bytes, "encap";
        23 EXPIRES: u32, Kind::Num(Int::U32), "expires";
        25 UID: u32, Kind::Num(Int::U32), "uid";
        26 TTL_PROPAGATE: u8, Kind::Num(Int::U8), "ttl-propagate";
        27 IP_PROTO: u8, Kind::Num(Int::U8), "ip-proto";
        28 SPORT: Be16, Kind::Num(Int::Be16), "sport";
        29 DPORT: Be16, Kind::Num(Int::Be16), "dport";
        30 NH_ID: u32, Kind::Num(Int::U32), "nhid";
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
        16 CC_ALGO: Str, Kind::Str, "congctl";
        17 FASTOPEN_NO_COOKIE: u32, Kind::Num(Int::U32), "fastopen_no_cookie";
    }
}
