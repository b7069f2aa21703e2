//! Virtual functions of a card (`IFLA_VFINFO_LIST`, `IFLA_VF_*`, `linux/if_link.h`).

use crate::rt::kind::vlan::PROTOCOLS;
use crate::{attrs, names};

names! {
    /// `IFLA_VF_LINK_STATE_*`.
    pub static STATES = 0 "auto", 1 "enable", 2 "disable";
}

/// `IFLA_VF_INFO`: one function in the list. `IFLA_VF_VLAN_INFO`, one entry of its list of VLANs, has this number too.
pub const INFO: u16 = 1;

attrs! {
    /// `IFLA_VF_*`. The rows are of what stands behind the function's number, with which each of these begins.
    pub mod vf = "vf" {
        1 MAC: Raw, Kind::Mac, "mac", WRITE;
        2 VLAN: Raw, Kind::Num(Int::U32), "vlan", WRITE;
        3 TX_RATE: u32, Kind::Num(Int::U32), "rate|tx_rate|, tx rate % (Mbps)", NONZERO;
        6 RATE: Raw, Kind::Num(Int::U32), "max_tx_rate|||max tx rate", WRITE;
        14 MIN_TX_RATE: Raw, Kind::Num(Int::U32), "min_tx_rate|||min tx rate", WRITE;
        4 SPOOFCHK: u32, Kind::OnOff(Int::U32), "spoofchk||, spoof checking %";
        10 IB_NODE_GUID: Raw, Kind::Mac, "node_guid", WRITE;
        11 IB_PORT_GUID: Raw, Kind::Mac, "port_guid", WRITE;
        5 LINK_STATE: u32, Kind::Enum(Int::U32, &STATES), "state|link_state|, link-state %";
        9 TRUST: u32, Kind::OnOff(Int::U32), "trust||, trust %";
        7 RSS_QUERY_EN: u32, Kind::OnOff(Int::U32), "query_rss|query_rss_en|, query_rss %";
        12 VLAN_LIST: Nested, Kind::Bytes, "vlan_list", WIRE;
        13 BROADCAST: Raw, Kind::Bytes, "broadcast", WIRE;
    }
}

attrs! {
    /// `struct ifla_vf_vlan_info`, of which `struct ifla_vf_vlan` is the head: the rows are numbered by their offsets.
    pub mod vlan = "vf-vlan" {
        4 ID: u32, Kind::Num(Int::U32), "vlan||, vlan %", NONZERO;
        8 QOS: u32, Kind::Num(Int::U32), "qos||, qos %", NONZERO;
        12 PROTOCOL: Be16, Kind::Enum(Int::Be16, &PROTOCOLS), "protocol||, vlan protocol %", NONZERO;
    }
}
