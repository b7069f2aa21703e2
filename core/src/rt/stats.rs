//! Statistics of interfaces: `struct if_stats_msg`, `IFLA_STATS_*` (`linux/if_link.h`) and what stands in them.

use crate::{attrs, names};

/// Bytes of `struct if_stats_msg`: family u8, three of padding, ifindex u32, mask of attributes u32.
pub const STATS_LEN: usize = 12;
/// Offset of the ifindex.
pub const INDEX_AT: usize = 4;
/// Offset of the mask: bit `n - 1` asks for the attribute `n` (`IFLA_STATS_FILTER_BIT`).
pub const MASK_AT: usize = 8;

attrs! {
    /// `IFLA_STATS_*` of a request.
    pub mod getset = "stats-getset" {
        1 GET_FILTERS: Nested, Kind::Bytes, "filters", WIRE;
        2 SET_OFFLOAD_XSTATS_L3_STATS: u8, Kind::OnOff(Int::U8), "l3_stats";
    }
}

/// `IFLA_STATS_LINK_OFFLOAD_XSTATS`.
pub const LINK_OFFLOAD_XSTATS: u16 = 4;
/// `IFLA_OFFLOAD_XSTATS_HW_S_INFO`.
pub const HW_S_INFO: u16 = 2;
/// `IFLA_OFFLOAD_XSTATS_L3_STATS`, in the nest of all and in that of [`HW_S_INFO`].
pub const L3_STATS: u16 = 3;

/// Where a row of [`SUITES`] stands: the attribute, the one inside it, the one inside that; 0 ends the way.
#[must_use]
pub const fn path(row: u32) -> [u16; 3] {
    let [a, b, c, _] = row.to_le_bytes();
    [a as u16, b as u16, c as u16]
}

names! {
    /// What can be asked for, by its [`path`]: group, subgroup and suite. `AF_MPLS` is 28, `LINK_XSTATS_TYPE_BRIDGE` 1,
    /// `…_BOND` 2, `BRIDGE_XSTATS_MCAST` 2, `…_STP` 4, `BOND_XSTATS_3AD` 1.
    pub static SUITES = 0x0001_1c05 "afstats mpls", 0x0000_0001 "link", 0x0000_0304 "offload l3_stats",
        0x0000_0204 "offload hw_stats_info", 0x0000_0104 "offload cpu_hit", 0x0001_0203 "xstats_slave bond 802.3ad",
        0x0001_0202 "xstats bond 802.3ad", 0x0002_0103 "xstats_slave bridge mcast", 0x0004_0103 "xstats_slave bridge stp",
        0x0002_0102 "xstats bridge mcast", 0x0004_0102 "xstats bridge stp";
}

/// A row of the lists below that opens an object, its key before the `|`.
pub const OPEN: u32 = 32;
/// A row that closes it.
pub const CLOSE: u32 = 33;

// Counters in the order in which they are shown: the place among the counters, the key, `|`, and the text before the
// number, in which `/` begins a line.
names! {
    /// `struct br_mcast_stats` (`linux/if_bridge.h`): received and sent side by side.
    pub static MCAST = 32 "igmp_queries|/IGMP queries:/  RX:", 0 "rx_v1| v1 ", 2 "rx_v2| v2 ", 4 "rx_v3| v3 ",
        1 "tx_v1|/  TX: v1 ", 3 "tx_v2| v2 ", 5 "tx_v3| v3 ", 33 "|",
        32 "igmp_reports|/IGMP reports:/  RX:", 8 "rx_v1| v1 ", 10 "rx_v2| v2 ", 12 "rx_v3| v3 ",
        9 "tx_v1|/  TX: v1 ", 11 "tx_v2| v2 ", 13 "tx_v3| v3 ", 33 "|",
        32 "igmp_leaves|/IGMP leaves: ", 6 "rx|RX: ", 7 "tx| TX: ", 33 "|",
        14 "igmp_parse_errors|/IGMP parse errors: ",
        32 "mld_queries|/MLD queries:/  RX:", 15 "rx_v1| v1 ", 17 "rx_v2| v2 ",
        16 "tx_v1|/  TX: v1 ", 18 "tx_v2| v2 ", 33 "|",
        32 "mld_reports|/MLD reports:/  RX:", 21 "rx_v1| v1 ", 23 "rx_v2| v2 ",
        22 "tx_v1|/  TX: v1 ", 24 "tx_v2| v2 ", 33 "|",
        32 "mld_leaves|/MLD leaves: ", 19 "rx|RX: ", 20 "tx| TX: ", 33 "|",
        25 "mld_parse_errors|/MLD parse errors: ";
    /// `struct bridge_stp_xstats` (`linux/if_bridge.h`).
    pub static STP = 2 "rx_bpdu|/STP BPDU:  RX: ", 3 "tx_bpdu| TX: ", 4 "rx_tcn|/STP TCN:   RX: ", 5 "tx_tcn| TX: ",
        0 "transition_blk|/STP Transitions: Blocked: ", 1 "transition_fwd| Forwarding: ";
    /// `BOND_3AD_STAT_*` (`linux/if_bonding.h`), from 1 on.
    pub static LACP = 1 "lacpdu_rx|/LACPDU Rx ", 2 "lacpdu_tx|/LACPDU Tx ", 3 "lacpdu_unknown_rx|/LACPDU Unknown type Rx ",
        4 "lacpdu_illegal_rx|/LACPDU Illegal Rx ", 5 "marker_rx|/Marker Rx ", 6 "marker_tx|/Marker Tx ",
        7 "marker_response_rx|/Marker response Rx ", 8 "marker_response_tx|/Marker response Tx ",
        9 "marker_unknown_rx|/Marker unknown type Rx ";
}
