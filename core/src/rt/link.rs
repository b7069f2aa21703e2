//! Links: `struct ifinfomsg` and `IFLA_*` (`linux/if_link.h`, `linux/rtnetlink.h`).

use crate::attrs;
use crate::rt::names::{GROUPS, LINKMODES, OPERSTATES};
use crate::spec::SubMsg;
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

/// `struct ifinfomsg`: 16 bytes in host order.
#[derive(Clone, Copy, Default, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct IfInfo {
    /// Address family; `AF_UNSPEC` for links, `AF_BRIDGE` for bridge ports.
    pub family: u8,
    /// Always zero.
    pub pad: u8,
    /// `ARPHRD_*`.
    pub ty: u16,
    /// Interface index; 0 where the kernel is to choose, or for all.
    pub index: u32,
    /// `IFF_*`.
    pub flags: u32,
    /// Which flags a request changes.
    pub change: u32,
}

/// Bytes of [`IfInfo`].
pub const IFINFO_LEN: usize = 16;
/// Offset of the index in the fixed header.
pub const INDEX_AT: usize = 4;
/// Offset of the flags in the fixed header.
pub const FLAGS_AT: usize = 8;
/// Offset of the change mask in the fixed header.
pub const CHANGE_AT: usize = 12;

attrs! {
    /// `IFLA_*`.
    pub mod ifla = "link" {
        1 ADDRESS: Raw, Kind::Mac, "address";
        2 BROADCAST: Raw, Kind::Mac, "broadcast";
        3 IFNAME: Str, Kind::Str, "ifname";
        4 MTU: u32, Kind::Num(Int::S32), "mtu";
        5 LINK: u32, Kind::IfIndex, "link";
        6 QDISC: Str, Kind::Str, "qdisc";
        7 STATS: Raw, Kind::Bytes, "stats";
        10 MASTER: u32, Kind::IfIndex, "master";
        12 PROTINFO: Nested, Kind::Bytes, "protinfo";
        13 TXQLEN: u32, Kind::Num(Int::S32), "txqlen";
        16 OPERSTATE: u8, Kind::Enum(Int::U8, &OPERSTATES), "operstate";
        17 LINKMODE: u8, Kind::Enum(Int::U8, &LINKMODES), "linkmode";
        18 LINKINFO: Nested, Kind::Nest(&info::SET), "linkinfo";
        19 NET_NS_PID: u32, Kind::Num(Int::U32), "netns-pid";
        20 IFALIAS: Str, Kind::Str, "ifalias";
        21 NUM_VF: u32, Kind::Num(Int::U32), "num_vf";
        22 VFINFO_LIST: Nested, Kind::Bytes, "vfinfo_list";
        23 STATS64: Raw, Kind::Bytes, "stats64";
        26 AF_SPEC: Nested, Kind::Bytes, "af_spec";
        27 GROUP: u32, Kind::Enum(Int::U32, &GROUPS), "group";
        28 NET_NS_FD: u32, Kind::Num(Int::U32), "netns-fd";
        29 EXT_MASK: u32, Kind::Hex(Int::U32), "ext_mask";
        30 PROMISCUITY: u32, Kind::Num(Int::U32), "promiscuity";
        31 NUM_TX_QUEUES: u32, Kind::Num(Int::U32), "num_tx_queues";
        32 NUM_RX_QUEUES: u32, Kind::Num(Int::U32), "num_rx_queues";
        33 CARRIER: u8, Kind::OnOff(Int::U8), "carrier";
        34 PHYS_PORT_ID: Raw, Kind::Bytes, "phys_port_id";
        35 CARRIER_CHANGES: u32, Kind::Num(Int::U32), "carrier_changes";
        36 PHYS_SWITCH_ID: Raw, Kind::Bytes, "phys_switch_id";
        37 LINK_NETNSID: i32, Kind::Num(Int::S32), "link_netnsid";
        38 PHYS_PORT_NAME: Str, Kind::Str, "phys_port_name";
        39 PROTO_DOWN: u8, Kind::OnOff(Int::U8), "protodown";
        40 GSO_MAX_SEGS: u32, Kind::Num(Int::U32), "gso_max_segs";
        41 GSO_MAX_SIZE: u32, Kind::Num(Int::U32), "gso_max_size";
        43 XDP: Nested, Kind::Bytes, "xdp";
        44 EVENT: u32, Kind::Num(Int::U32), "event";
        45 NEW_NETNSID: i32, Kind::Num(Int::S32), "new_netnsid";
        46 TARGET_NETNSID: i32, Kind::Num(Int::S32), "target_netnsid";
        47 CARRIER_UP_COUNT: u32, Kind::Num(Int::U32), "carrier_up_count";
        48 CARRIER_DOWN_COUNT: u32, Kind::Num(Int::U32), "carrier_down_count";
        49 NEW_IFINDEX: i32, Kind::Num(Int::S32), "new_ifindex";
        50 MIN_MTU: u32, Kind::Num(Int::U32), "min_mtu";
        51 MAX_MTU: u32, Kind::Num(Int::U32), "max_mtu";
        52 PROP_LIST: Nested, Kind::Bytes, "prop_list";
        53 ALT_IFNAME: Str, Kind::Str, "altname";
        54 PERM_ADDRESS: Raw, Kind::Mac, "permaddr";
        55 PROTO_DOWN_REASON: Nested, Kind::Bytes, "protodown_reason";
        56 PARENT_DEV_NAME: Str, Kind::Str, "parentdev";
        57 PARENT_DEV_BUS_NAME: Str, Kind::Str, "parentbus";
        58 GRO_MAX_SIZE: u32, Kind::Num(Int::U32), "gro_max_size";
        59 TSO_MAX_SIZE: u32, Kind::Num(Int::U32), "tso_max_size";
        60 TSO_MAX_SEGS: u32, Kind::Num(Int::U32), "tso_max_segs";
        61 ALLMULTI: u32, Kind::Num(Int::U32), "allmulti";
        62 DEVLINK_PORT: Nested, Kind::Bytes, "devlink_port";
        63 GSO_IPV4_MAX_SIZE: u32, Kind::Num(Int::U32), "gso_ipv4_max_size";
        64 GRO_IPV4_MAX_SIZE: u32, Kind::Num(Int::U32), "gro_ipv4_max_size";
        65 DPLL_PIN: Nested, Kind::Bytes, "dpll_pin";
        66 MAX_PACING_OFFLOAD_HORIZON: u32, Kind::Num(Int::U32), "max_pacing_offload_horizon";
        67 NETNS_IMMUTABLE: u8, Kind::OnOff(Int::U8), "netns-immutable";
    }
}

attrs! {
    /// `IFLA_INFO_*`.
    pub mod info = "linkinfo" {
        1 KIND: Str, Kind::Str, "info_kind";
        2 DATA: Nested, Kind::SubMsg(&DATA_OF), "info_data";
        3 XSTATS: Raw, Kind::Bytes, "info_xstats";
        4 SLAVE_KIND: Str, Kind::Str, "info_slave_kind";
        5 SLAVE_DATA: Nested, Kind::SubMsg(&SLAVE_DATA_OF), "info_slave_data";
    }
}

static DATA_OF: SubMsg = SubMsg { selector: 1, of: crate::rt::kind::data_of };
static SLAVE_DATA_OF: SubMsg = SubMsg { selector: 4, of: crate::rt::kind::slave_data_of };

attrs! {
    /// `IFLA_INET6_*` (`AF_INET6` inside `IFLA_AF_SPEC`).
    pub mod inet6 = "af-spec-inet6" {
        1 FLAGS: u32, Kind::Hex(Int::U32), "flags";
        7 TOKEN: Raw, Kind::Ip, "token";
        8 ADDR_GEN_MODE: u8, Kind::Num(Int::U8), "addrgenmode";
    }
}

attrs! {
    /// `IFLA_XDP_*`.
    pub mod xdp = "xdp" {
        1 FD: i32, Kind::Num(Int::S32), "fd";
        2 ATTACHED: u8, Kind::Num(Int::U8), "attached";
        3 FLAGS: u32, Kind::Hex(Int::U32), "flags";
        4 PROG_ID: u32, Kind::Num(Int::U32), "prog_id";
    }
}

attrs! {
    /// `IFLA_PROTO_DOWN_REASON_*`.
    pub mod reason = "protodown-reason" {
        1 MASK: u32, Kind::Hex(Int::U32), "mask";
        2 VALUE: u32, Kind::Hex(Int::U32), "value";
    }
}

/// Filter bits of `IFLA_EXT_MASK`.
pub mod rtext_filter {
    #![allow(missing_docs)]
    pub const VF: u32 = 1;
    pub const BRVLAN: u32 = 2;
    pub const BRVLAN_COMPRESSED: u32 = 4;
    pub const SKIP_STATS: u32 = 8;
    pub const MST: u32 = 128;
}

/// `IFF_*` (`linux/if.h`).
pub mod iff {
    #![allow(missing_docs)]
    pub const UP: u32 = 1;
    pub const BROADCAST: u32 = 2;
    pub const LOOPBACK: u32 = 8;
    pub const POINTOPOINT: u32 = 0x10;
    pub const NOTRAILERS: u32 = 0x20;
    pub const RUNNING: u32 = 0x40;
    pub const NOARP: u32 = 0x80;
    pub const PROMISC: u32 = 0x100;
    pub const ALLMULTI: u32 = 0x200;
    pub const MULTICAST: u32 = 0x1000;
    pub const DYNAMIC: u32 = 0x8000;
    pub const LOWER_UP: u32 = 0x10000;
}

/// The counters of `IFLA_STATS64` (`struct rtnl_link_stats64`): 24 or 25 times u64 in host order.
#[derive(Clone, Copy)]
pub struct Stats64<'a>(&'a [u8]);

impl<'a> Stats64<'a> {
    /// Over the attribute's payload.
    #[must_use]
    pub const fn new(payload: &'a [u8]) -> Self {
        Stats64(payload)
    }

    /// Counter number `n`; 0 when the kernel is too old to have it.
    #[must_use]
    pub fn at(&self, n: usize) -> u64 {
        self.0.chunks_exact(8).nth(n).and_then(|c| c.first_chunk()).map_or(0, |c| u64::from_ne_bytes(*c))
    }
}

/// Positions in [`Stats64`].
pub mod stat {
    #![allow(missing_docs)]
    pub const RX_PACKETS: usize = 0;
    pub const TX_PACKETS: usize = 1;
    pub const RX_BYTES: usize = 2;
    pub const TX_BYTES: usize = 3;
    pub const RX_ERRORS: usize = 4;
    pub const TX_ERRORS: usize = 5;
    pub const RX_DROPPED: usize = 6;
    pub const TX_DROPPED: usize = 7;
    pub const MULTICAST: usize = 8;
    pub const COLLISIONS: usize = 9;
    pub const RX_LENGTH: usize = 10;
    pub const RX_OVER: usize = 11;
    pub const RX_CRC: usize = 12;
    pub const RX_FRAME: usize = 13;
    pub const RX_FIFO: usize = 14;
    pub const RX_MISSED: usize = 15;
    pub const TX_ABORTED: usize = 16;
    pub const TX_CARRIER: usize = 17;
    pub const TX_FIFO: usize = 18;
    pub const TX_HEARTBEAT: usize = 19;
    pub const TX_WINDOW: usize = 20;
    pub const RX_COMPRESSED: usize = 21;
    pub const TX_COMPRESSED: usize = 22;
    pub const RX_NOHANDLER: usize = 23;
    pub const RX_OTHERHOST: usize = 24;
}
