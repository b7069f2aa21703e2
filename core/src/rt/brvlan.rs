//! VLANs of bridges and their ports (`linux/if_bridge.h`), and the VNIs of a VXLAN, which are listed alike.

use crate::rt::kind::bridge_slave::STATES;
use crate::{attrs, names};

/// Bytes of `struct br_vlan_msg`: family u8, three of padding, ifindex u32. `struct br_port_msg` and
/// `struct tunnel_msg` (its second byte: `TUNNEL_MSG_FLAG_*`) are of the same shape.
pub const BRMSG_LEN: usize = 8;
/// Offset of the ifindex in these.
pub const INDEX_AT: usize = 4;

/// `BRIDGE_VLAN_INFO_*`: bits of a VLAN's flags.
pub mod info {
    #![allow(missing_docs)]
    pub const MASTER: u16 = 0x1;
    pub const PVID: u16 = 0x2;
    pub const UNTAGGED: u16 = 0x4;
    pub const RANGE_BEGIN: u16 = 0x8;
    pub const RANGE_END: u16 = 0x10;
    pub const BRENTRY: u16 = 0x20;
    pub const ONLY_OPTS: u16 = 0x40;
}

names! {
    /// `BRIDGE_VLAN_INFO_*` as far as listings name them.
    pub static FLAGS = 2 "PVID", 4 "Egress Untagged";
}

attrs! {
    /// `IFLA_BRIDGE_*`: the nest `IFLA_AF_SPEC` of a link of family `AF_BRIDGE`.
    pub mod spec = "bridge-af-spec" {
        0 FLAGS: u16, Kind::Num(Int::U16), "flags";
        1 MODE: u16, Kind::Num(Int::U16), "hwmode";
        2 VLAN_INFO: Raw, Kind::Bytes, "vlan_info";
        3 VLAN_TUNNEL_INFO: Nested, Kind::Nest(&tunnel::SET), "vlan_tunnel_info";
        6 MST: Nested, Kind::Bytes, "mst";
    }
}

attrs! {
    /// `IFLA_BRIDGE_VLAN_TUNNEL_*`.
    pub mod tunnel = "bridge-vlan-tunnel" {
        1 ID: u32, Kind::Num(Int::U32), "id";
        2 VID: u16, Kind::Num(Int::U16), "vid";
        3 FLAGS: u16, Kind::Num(Int::U16), "flags";
    }
}

attrs! {
    /// `IFLA_BRIDGE_MST_ENTRY_*`.
    pub mod mst = "bridge-mst" {
        1 MSTI: u16, Kind::Num(Int::U16), "msti";
        2 STATE: u8, Kind::Enum(Int::U8, &STATES), "state";
    }
}

/// Nests of a message about VLANs (`BRIDGE_VLANDB_*`).
pub mod vlandb {
    #![allow(missing_docs)]
    pub const ENTRY: u16 = 1;
    pub const GLOBAL_OPTIONS: u16 = 2;
}

attrs! {
    /// `BRIDGE_VLANDB_ENTRY_*`: a VLAN of a port, or several alike.
    pub mod entry = "bridge-vlan-entry" {
        1 INFO: Raw, Kind::Bytes, "info", WIRE;
        2 RANGE: u16, Kind::Num(Int::U16), "range", WIRE;
        3 STATE: u8, Kind::Enum(Int::U8, &STATES), "state";
        6 MCAST_ROUTER: u8, Kind::Num(Int::U8), "mcast_router";
        9 NEIGH_SUPPRESS: u8, Kind::OnOff(Int::U8), "neigh_suppress";
        7 MCAST_N_GROUPS: u32, Kind::Num(Int::U32), "mcast_n_groups", READ;
        8 MCAST_MAX_GROUPS: u32, Kind::Num(Int::U32), "mcast_max_groups";
        5 STATS: Nested, Kind::Nest(&stats::SET), "stats", WIRE;
    }
}

attrs! {
    /// `BRIDGE_VLANDB_STATS_*`.
    pub mod stats = "bridge-vlan-stats" {
        1 RX_BYTES: u64, Kind::Num(Int::U64), "rx_bytes||RX: % bytes ";
        2 RX_PACKETS: u64, Kind::Num(Int::U64), "rx_packets||% packets";
        3 TX_BYTES: u64, Kind::Num(Int::U64), "tx_bytes||TX: % bytes ";
        4 TX_PACKETS: u64, Kind::Num(Int::U64), "tx_packets||% packets";
    }
}

attrs! {
    /// `BRIDGE_VLANDB_GOPTS_*`: options of a VLAN of a bridge, or of several alike. Times in hundredths of a second.
    pub mod global = "bridge-vlan-global" {
        1 ID: u16, Kind::Num(Int::U16), "id", WIRE;
        2 RANGE: u16, Kind::Num(Int::U16), "range", WIRE;
        3 MCAST_SNOOPING: u8, Kind::Num(Int::U8), "mcast_snooping";
        15 MCAST_QUERIER: u8, Kind::Num(Int::U8), "mcast_querier";
        4 MCAST_IGMP_VERSION: u8, Kind::Num(Int::U8), "mcast_igmp_version";
        5 MCAST_MLD_VERSION: u8, Kind::Num(Int::U8), "mcast_mld_version";
        6 MCAST_LAST_MEMBER_CNT: u32, Kind::Num(Int::U32), "mcast_last_member_count";
        8 MCAST_LAST_MEMBER_INTVL: u64, Kind::Num(Int::U64), "mcast_last_member_interval";
        7 MCAST_STARTUP_QUERY_CNT: u32, Kind::Num(Int::U32), "mcast_startup_query_count";
        14 MCAST_STARTUP_QUERY_INTVL: u64, Kind::Num(Int::U64), "mcast_startup_query_interval";
        10 MCAST_MEMBERSHIP_INTVL: u64, Kind::Num(Int::U64), "mcast_membership_interval";
        11 MCAST_QUERIER_INTVL: u64, Kind::Num(Int::U64), "mcast_querier_interval";
        12 MCAST_QUERY_INTVL: u64, Kind::Num(Int::U64), "mcast_query_interval";
        13 MCAST_QUERY_RESPONSE_INTVL: u64, Kind::Num(Int::U64), "mcast_query_response_interval";
        18 MSTI: u16, Kind::Num(Int::U16), "msti";
    }
}

attrs! {
    /// `VXLAN_VNIFILTER_ENTRY_*` (`linux/if_link.h`).
    pub mod vni = "vxlan-vni" {
        1 START: u32, Kind::Num(Int::U32), "vni", WIRE;
        2 END: u32, Kind::Num(Int::U32), "vniEnd", WIRE;
        3 GROUP: Raw, Kind::Ip, "group";
        4 GROUP6: Raw, Kind::Ip, "group";
        5 STATS: Nested, Kind::Nest(&vni_stats::SET), "stats", WIRE;
    }
}

attrs! {
    /// `VNIFILTER_ENTRY_STATS_*`.
    pub mod vni_stats = "vxlan-vni-stats" {
        1 RX_BYTES: u64, Kind::Num(Int::U64), "|rx_bytes|RX: bytes % ";
        2 RX_PKTS: u64, Kind::Num(Int::U64), "|rx_pkts|pkts % ";
        3 RX_DROPS: u64, Kind::Num(Int::U64), "|rx_drops|drops % ";
        4 RX_ERRORS: u64, Kind::Num(Int::U64), "|rx_errors|errors % ";
        5 TX_BYTES: u64, Kind::Num(Int::U64), "|tx_bytes|TX: bytes % ";
        6 TX_PKTS: u64, Kind::Num(Int::U64), "|tx_pkts|pkts % ";
        7 TX_DROPS: u64, Kind::Num(Int::U64), "|tx_drops|drops % ";
        8 TX_ERRORS: u64, Kind::Num(Int::U64), "|tx_errors|errors % ";
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::attr::Attrs;
    use crate::wire::captured::{As, captured};
    use crate::wire::key::{Key, Nested};

    #[test]
    fn reads_captured_requests() {
        // bridge vlan global set dev br0 vid 10-11 mcast_snooping 0 mcast_querier_interval 40000 mcast_igmp_version 3.
        let b = b"\x30\x00\x02\x80\x06\x00\x01\x00\x0a\x00\x00\x00\x06\x00\x02\x00\x0b\x00\x00\x00\x05\x00\x03\x00\
            \x00\x00\x00\x00\x0c\x00\x0b\x00\x40\x9c\x00\x00\x00\x00\x00\x00\x05\x00\x04\x00\x03\x00\x00\x00";
        let b = captured(None, &[(vlandb::GLOBAL_OPTIONS, As::Nest(&global::SET, &[]))], b);
        let a = Attrs::new(&b).nest(Key::<Nested>::new(vlandb::GLOBAL_OPTIONS));
        assert_eq!((a.get(global::ID), a.get(global::RANGE)), (Some(10), Some(11)));
        assert_eq!((a.get(global::MCAST_SNOOPING), a.get(global::MCAST_IGMP_VERSION)), (Some(0), Some(3)));
        assert_eq!(a.get(global::MCAST_QUERIER_INTVL), Some(40000));
        // bridge vlan add dev vxe vid 11-13 tunnel_info id 2011-2013: the first of the two nests.
        let b = b"\x1c\x00\x03\x00\x08\x00\x01\x00\xdb\x07\x00\x00\x06\x00\x02\x00\x0b\x00\x00\x00\x06\x00\x03\x00\
            \x08\x00\x00\x00";
        let b = captured(Some(&spec::SET), &[], b);
        let a = Attrs::new(&b).nest(spec::VLAN_TUNNEL_INFO);
        assert_eq!((a.get(tunnel::ID), a.get(tunnel::VID)), (Some(2011), Some(11)));
        assert_eq!(a.get(tunnel::FLAGS), Some(info::RANGE_BEGIN));
    }
}
