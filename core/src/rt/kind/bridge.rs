//! bridge: a switch (`IFLA_BR_*`, `linux/if_link.h`).

use crate::attrs;
use crate::rt::kind::vlan::PROTOCOLS;
use crate::rt::kind::{LinkKind, Says};
use crate::spec::put::put as put_value;
use crate::spec::{AttrSpec, Bad, Custom, Int, Kind, Resolve};
use crate::text::num;
use crate::text::out::Out;
use crate::wire::build::Build;

attrs! {
    /// `IFLA_BR_*`.
    pub mod data = "bridge" {
        1 FORWARD_DELAY: u32, Kind::Num(Int::U32), "forward_delay";
        2 HELLO_TIME: u32, Kind::Num(Int::U32), "hello_time";
        3 MAX_AGE: u32, Kind::Num(Int::U32), "max_age";
        4 AGEING_TIME: u32, Kind::Num(Int::U32), "ageing_time";
        5 STP_STATE: u32, Kind::Num(Int::U32), "stp_state";
        6 PRIORITY: u16, Kind::Num(Int::U16), "priority";
        7 VLAN_FILTERING: u8, Kind::Num(Int::U8), "vlan_filtering";
        8 VLAN_PROTOCOL: Be16, Kind::Enum(Int::Be16, &PROTOCOLS), "vlan_protocol";
        11 BRIDGE_ID: Raw, Kind::Custom(&ID), "bridge_id", READ;
        10 ROOT_ID: Raw, Kind::Custom(&ID), "designated_root|root_id", READ;
        12 ROOT_PORT: u16, Kind::Num(Int::U16), "root_port", READ;
        13 ROOT_PATH_COST: u32, Kind::Num(Int::U32), "root_path_cost", READ;
        14 TOPOLOGY_CHANGE: u8, Kind::Num(Int::U8), "topology_change", READ;
        15 TOPOLOGY_CHANGE_DETECTED: u8, Kind::Num(Int::U8), "topology_change_detected", READ;
        16 HELLO_TIMER: u64, Kind::Centis, "hello_timer", READ;
        17 TCN_TIMER: u64, Kind::Centis, "tcn_timer", READ;
        18 TOPOLOGY_CHANGE_TIMER: u64, Kind::Centis, "topology_change_timer", READ;
        19 GC_TIMER: u64, Kind::Centis, "gc_timer", READ;
        21 FDB_FLUSH: Flag, Kind::Flag, "fdb_flush", WRITE;
        48 FDB_N_LEARNED: u32, Kind::Num(Int::U32), "fdb_n_learned", READ;
        49 FDB_MAX_LEARNED: u32, Kind::Num(Int::U32), "fdb_max_learned";
        39 VLAN_DEFAULT_PVID: u16, Kind::Num(Int::U16), "vlan_default_pvid";
        41 VLAN_STATS_ENABLED: u8, Kind::Num(Int::U8), "vlan_stats_enabled";
        45 VLAN_STATS_PER_PORT: u8, Kind::Num(Int::U8), "vlan_stats_per_port";
        9 GROUP_FWD_MASK: u16, Kind::Custom(&FWD_MASK), "group_fwd_mask";
        20 GROUP_ADDR: Raw, Kind::Mac, "group_address|group_addr";
        // Before its place in the listing: "mcast_" means this one.
        22 MCAST_ROUTER: u8, Kind::Num(Int::U8), "mcast_router", WRITE;
        23 MCAST_SNOOPING: u8, Kind::Num(Int::U8), "mcast_snooping";
        46 MULTI_BOOLOPT: Raw, Kind::Bit(1), "no_linklocal_learn", EXACT;
        46 MCAST_VLAN_SNOOPING: Raw, Kind::Bit(2), "mcast_vlan_snooping", EXACT;
        46 MST_ENABLE: Raw, Kind::Bit(4), "mst_enabled", EXACT;
        46 MDB_OFFLOAD_FAIL: Raw, Kind::Bit(8), "mdb_offload_fail_notification", EXACT;
        46 FDB_LOCAL_VLAN_0: Raw, Kind::Bit(16), "fdb_local_vlan_0", EXACT;
        22 MCAST_ROUTER_SHOWN: u8, Kind::Num(Int::U8), "mcast_router", READ;
        24 MCAST_QUERY_USE_IFADDR: u8, Kind::Num(Int::U8), "mcast_query_use_ifaddr";
        25 MCAST_QUERIER: u8, Kind::Num(Int::U8), "mcast_querier";
        26 MCAST_HASH_ELASTICITY: u32, Kind::Num(Int::U32), "mcast_hash_elasticity";
        27 MCAST_HASH_MAX: u32, Kind::Num(Int::U32), "mcast_hash_max";
        28 MCAST_LAST_MEMBER_CNT: u32, Kind::Num(Int::U32), "mcast_last_member_count|mcast_last_member_cnt";
        29 MCAST_STARTUP_QUERY_CNT: u32, Kind::Num(Int::U32), "mcast_startup_query_count|mcast_startup_query_cnt";
        30 MCAST_LAST_MEMBER_INTVL: u64, Kind::Num(Int::U64), "mcast_last_member_interval|mcast_last_member_intvl";
        31 MCAST_MEMBERSHIP_INTVL: u64, Kind::Num(Int::U64), "mcast_membership_interval|mcast_membership_intvl";
        32 MCAST_QUERIER_INTVL: u64, Kind::Num(Int::U64), "mcast_querier_interval|mcast_querier_intvl";
        33 MCAST_QUERY_INTVL: u64, Kind::Num(Int::U64), "mcast_query_interval|mcast_query_intvl";
        34 MCAST_QUERY_RESPONSE_INTVL: u64, Kind::Num(Int::U64),
            "mcast_query_response_interval|mcast_query_response_intvl";
        35 MCAST_STARTUP_QUERY_INTVL: u64, Kind::Num(Int::U64),
            "mcast_startup_query_interval|mcast_startup_query_intvl";
        42 MCAST_STATS_ENABLED: u8, Kind::Num(Int::U8), "mcast_stats_enabled";
        43 MCAST_IGMP_VERSION: u8, Kind::Num(Int::U8), "mcast_igmp_version";
        44 MCAST_MLD_VERSION: u8, Kind::Num(Int::U8), "mcast_mld_version";
        36 NF_CALL_IPTABLES: u8, Kind::Num(Int::U8), "nf_call_iptables";
        37 NF_CALL_IP6TABLES: u8, Kind::Num(Int::U8), "nf_call_ip6tables";
        38 NF_CALL_ARPTABLES: u8, Kind::Num(Int::U8), "nf_call_arptables";
    }
}

/// `struct ifla_bridge_id`: two bytes of priority, six of address.
pub(super) static ID: Custom = Custom { show: show_id, put: |_, _, _, _| Err(Bad::Value), value: "" };

fn show_id(row: &AttrSpec, payload: &[u8], out: &mut Out<'_>, _: &mut dyn Resolve) {
    let mut v: heapless::Vec<u8, 96> = heapless::Vec::new();
    for (n, b) in payload.iter().enumerate() {
        // The priority is four digits, the address as few as it takes: iproute2's own form.
        let (before, width): (&[u8], u8) = match n {
            0 | 1 => (b"", 2),
            2 => (b".", 1),
            _ => (b":", 1),
        };
        let _ = v.extend_from_slice(before);
        let _ = v.extend_from_slice(num::hex_pad(u64::from(*b), width).as_bytes());
    }
    row.show_str(out, &v);
}

/// A mask of link-local groups; printed as C's `%#x`, where zero has no prefix.
pub(super) static FWD_MASK: Custom = Custom { show: show_mask, put: put_mask, value: "MASK" };

fn show_mask(row: &AttrSpec, payload: &[u8], out: &mut Out<'_>, _: &mut dyn Resolve) {
    let v = Int::U16.read(payload).unwrap_or(0);
    out.text(row.keyword());
    match v {
        0 => out.str_of(row.json(), " % ", b"0"),
        v => out.hex_of(row.json(), " % ", v),
    }
}

fn put_mask(row: &AttrSpec, b: &mut Build<'_>, word: &[u8], host: &mut dyn Resolve) -> Result<(), Bad> {
    put_value(&AttrSpec { ty: row.ty, flags: row.flags, kind: Kind::Num(Int::U16), name: "" }, b, word, host)
}

/// The kind.
pub const KIND: LinkKind =
    LinkKind { data: Some(&data::SET), says: Says::Command, ..LinkKind::new("bridge", "a switch") };

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::put::find;

    #[test]
    fn shortened_words_mean_what_they_mean_to_iproute2() {
        for (word, keyword) in [
            ("m", "max_age"),
            ("g", "group_fwd_mask"),
            ("v", "vlan_filtering"),
            ("vlan_s", "vlan_stats_enabled"),
            ("mcast_", "mcast_router"),
            ("mcast_s", "mcast_snooping"),
            ("mcast_st", "mcast_startup_query_count"),
            ("mcast_q", "mcast_query_use_ifaddr"),
            ("mcast_querier_", "mcast_querier_interval"),
            ("mcast_h", "mcast_hash_elasticity"),
            ("mcast_l", "mcast_last_member_count"),
            ("mcast_m", "mcast_membership_interval"),
            ("n", "nf_call_iptables"),
        ] {
            assert_eq!(find(&data::SET, word.as_bytes()).unwrap().keyword(), keyword);
        }
        assert!(find(&data::SET, b"no_").is_none() && find(&data::SET, b"bridge_id").is_none());
    }
}
