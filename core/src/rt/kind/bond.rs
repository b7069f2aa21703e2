//! bond: several links as one (`IFLA_BOND_*`, `linux/if_link.h`).

use crate::rt::kind::{LinkKind, Says};
use crate::spec::{AttrSpec, Bad, Custom, Int, Many, Resolve};
use crate::text::ip::{self, Ip, af};
use crate::text::out::{Out, Val};
use crate::wire::attr::Attrs;
use crate::wire::build::Build;
use crate::{attrs, names};

names! {
    /// `BOND_MODE_*`.
    pub static MODES = 0 "balance-rr", 1 "active-backup", 2 "balance-xor", 3 "broadcast", 4 "802.3ad",
        5 "balance-tlb", 6 "balance-alb";
    /// `BOND_ARP_VALIDATE_*`.
    pub static VALIDATES = 0 "none", 1 "active", 2 "backup", 3 "all", 4 "filter", 5 "filter_active",
        6 "filter_backup";
    /// `BOND_ARP_TARGETS_*`.
    pub static ALL_TARGETS = 0 "any", 1 "all";
    /// `BOND_PRI_RESELECT_*`.
    pub static RESELECTS = 0 "always", 1 "better", 2 "failure";
    /// `BOND_FOM_*`.
    pub static FAIL_OVER_MACS = 0 "none", 1 "active", 2 "follow";
    /// `BOND_XMIT_POLICY_*`.
    pub static POLICIES = 0 "layer2", 1 "layer3+4", 2 "layer2+3", 3 "encap2+3", 4 "encap3+4", 5 "vlan+srcmac";
    /// `AD_LACP_SLOW`, `AD_LACP_FAST`.
    pub static RATES = 0 "slow", 1 "fast";
    /// `BOND_AD_*`.
    pub static SELECTS = 0 "stable", 1 "bandwidth", 2 "count";
    /// A switch whose words are also its names in JSON.
    pub static SWITCH = 0 "off", 1 "on";
}

attrs! {
    /// `IFLA_BOND_*`.
    pub mod data = "bond" {
        1 MODE: u8, Kind::Enum(Int::U8, &MODES), "mode", KNOWN;
        2 ACTIVE_SLAVE: u32, Kind::IfIndex, "active_slave|||@", NONZERO;
        2 CLEAR_ACTIVE: u32, Kind::Word(Int::U32, 0), "clear_active_slave", WRITE;
        3 MIIMON: u32, Kind::Num(Int::U32), "miimon";
        4 UPDELAY: u32, Kind::Num(Int::U32), "updelay";
        5 DOWNDELAY: u32, Kind::Num(Int::U32), "downdelay";
        28 PEER_NOTIF_DELAY: u32, Kind::Num(Int::U32), "peer_notify_delay";
        6 USE_CARRIER: u8, Kind::Num(Int::U8), "use_carrier";
        7 ARP_INTERVAL: u32, Kind::Num(Int::U32), "arp_interval";
        30 MISSED_MAX: u8, Kind::Num(Int::U8), "arp_missed_max", EXACT;
        8 ARP_IP_TARGET: Nested, Kind::Many(&TARGETS), "arp_ip_target|||!an IP address";
        31 NS_IP6_TARGET: Nested, Kind::Many(&TARGETS), "ns_ip6_target|||!inet6 address", EXACT;
        9 ARP_VALIDATE: u32, Kind::Enum(Int::U32, &VALIDATES), "arp_validate", KNOWN, WRITE;
        9 ARP_VALIDATE_SHOWN: u32, Kind::Custom(&VALIDATE), "arp_validate", READ;
        10 ARP_ALL_TARGETS: u32, Kind::Enum(Int::U32, &super::ALL_TARGETS), "arp_all_targets", KNOWN;
        11 PRIMARY: u32, Kind::IfIndex, "primary|||@", NONZERO;
        12 PRIMARY_RESELECT: u8, Kind::Enum(Int::U8, &RESELECTS), "primary_reselect", KNOWN;
        13 FAIL_OVER_MAC: u8, Kind::Enum(Int::U8, &FAIL_OVER_MACS), "fail_over_mac", KNOWN;
        14 XMIT_HASH_POLICY: u8, Kind::Enum(Int::U8, &POLICIES), "xmit_hash_policy", KNOWN;
        15 RESEND_IGMP: u32, Kind::Num(Int::U32), "resend_igmp";
        16 NUM_PEER_NOTIF: u8, Kind::Num(Int::U8),
            "num_grat_arp/num_unsol_na|num_peer_notif||invalid num_grat_arp|num_unsol_na";
        17 ALL_SLAVES_ACTIVE: u8, Kind::Num(Int::U8), "all_slaves_active";
        18 MIN_LINKS: u32, Kind::Num(Int::U32), "min_links";
        19 LP_INTERVAL: u32, Kind::Num(Int::U32), "lp_interval";
        20 PACKETS_PER_SLAVE: u32, Kind::Num(Int::U32), "packets_per_slave";
        29 AD_LACP_ACTIVE: u8, Kind::Enum(Int::U8, &SWITCH), "lacp_active|ad_lacp_active", EXACT, KNOWN;
        21 AD_LACP_RATE: u8, Kind::Enum(Int::U8, &RATES), "lacp_rate|ad_lacp_rate", KNOWN;
        22 AD_SELECT: u8, Kind::Enum(Int::U8, &SELECTS), "ad_select", KNOWN;
        23 AD_INFO: Nested, Kind::Nest(&ad::SET), "|ad_info|-", READ;
        24 AD_ACTOR_SYS_PRIO: u16, Kind::Num(Int::U16), "ad_actor_sys_prio";
        25 AD_USER_PORT_KEY: u16, Kind::Num(Int::U16), "ad_user_port_key";
        26 AD_ACTOR_SYSTEM: Raw, Kind::Mac, "ad_actor_system";
        27 TLB_DYNAMIC_LB: u8, Kind::Num(Int::U8), "tlb_dynamic_lb";
        32 COUPLED_CONTROL: u8, Kind::Enum(Int::U8, &SWITCH), "coupled_control", EXACT, KNOWN;
        33 BROADCAST_NEIGH: u8, Kind::Enum(Int::U8, &SWITCH), "broadcast_neighbor|broadcast_neigh", EXACT, KNOWN;
    }
}

attrs! {
    /// `IFLA_BOND_AD_INFO_*`.
    pub mod ad = "bond-ad-info" {
        1 AGGREGATOR: u16, Kind::Num(Int::U16), "aggregator||ad_aggregator % ";
        2 NUM_PORTS: u16, Kind::Num(Int::U16), "num_ports||ad_num_ports % ";
        3 ACTOR_KEY: u16, Kind::Num(Int::U16), "actor_key||ad_actor_key % ";
        4 PARTNER_KEY: u16, Kind::Num(Int::U16), "partner_key||ad_partner_key % ";
        5 PARTNER_MAC: Raw, Kind::Mac, "partner_mac||ad_partner_mac % ";
    }
}

static VALIDATE: Custom = Custom {
    show: |row, payload, out, _| match Int::U32.read(payload) {
        Some(0) => out.value(row.json(), "arp_validate none ", Val::Null),
        v => {
            let name = v.and_then(|v| VALIDATES.name(v)).unwrap_or("unknown");
            out.str_of(row.json(), "arp_validate % ", name.as_bytes());
        }
    },
    put: |_, _, _, _| Err(Bad::Value),
    value: "",
};

/// Addresses, each numbered by its place: a list with commas, or nothing to clear it.
static TARGETS: Many = Many {
    custom: Custom { show: show_targets, put: put_targets, value: "ADDR,..." },
    more: |n, next| n == 0 && next.is_some(),
};

fn show_targets(row: &AttrSpec, payload: &[u8], out: &mut Out<'_>, _: &mut dyn Resolve) {
    if payload.is_empty() {
        return;
    }
    out.text(row.keyword());
    out.open_array(row.json(), " ");
    for (n, a) in Attrs::new(payload).enumerate() {
        if let Some(ip) = Ip::from_bytes(a.payload) {
            out.str(if n == 0 { "-|%" } else { "-|,%" }, ip::print(&ip).as_bytes());
        }
    }
    out.close_array(" ");
}

fn put_targets(row: &AttrSpec, b: &mut Build<'_>, word: &[u8], _: &mut dyn Resolve) -> Result<(), Bad> {
    let family = if row.ty == data::ARP_IP_TARGET.ty() { af::AF_INET } else { af::AF_INET6 };
    let at = b.mark();
    let nest = b.open(row.ty);
    for (n, part) in (0..).zip(word.split(|c| *c == b',')).filter(|_| !word.is_empty()) {
        match ip::parse_hinted(part, family) {
            Ok(ip) => b.raw(n, ip.bytes()),
            Err(_) => {
                b.undo(at);
                return Err(Bad::Value);
            }
        }
    }
    b.close(nest);
    Ok(())
}

/// The kind.
pub const KIND: LinkKind =
    LinkKind { data: Some(&data::SET), says: Says::Command, ..LinkKind::new("bond", "several links as one") };

#[cfg(test)]
mod tests {
    extern crate std;
    use crate::rt::kind::tests::{Nobody, bytes, shown};
    use crate::spec::put;
    use crate::wire::build::Build;
    use crate::wire::captured::{As, captured};
    use std::vec::Vec;

    /// What iproute2 6.1 sends for `mode 802.3ad lacp_rate fast xmit_hash_policy layer3+4 miimon 100 arp_ip_target
    /// 10.0.0.1,10.0.0.2`.
    const SENT: &str = "380002000500010004000000050015000100000005000e0001000000080003006400000014000800080000000a000001\
        080001000a000002";

    fn sent() -> Vec<u8> {
        captured(None, &[(2, As::Nest(&super::data::SET, &[]))], &bytes(SENT))
    }

    #[test]
    fn shows_what_iproute2_sends() {
        let data = sent();
        assert_eq!(
            shown("bond", &data, false),
            "mode 802.3ad miimon 100 arp_ip_target 10.0.0.1,10.0.0.2 xmit_hash_policy layer3+4 lacp_rate fast "
        );
        assert_eq!(
            shown("bond", &data, true),
            "\"mode\":\"802.3ad\",\"miimon\":100,\"arp_ip_target\":[\"10.0.0.1\",\"10.0.0.2\"],\
             \"xmit_hash_policy\":\"layer3+4\",\"ad_lacp_rate\":\"fast\""
        );
    }

    #[test]
    fn what_is_validated_is_a_number_of_four_bytes() {
        let row = put::find(&super::data::SET, b"arp_validate").unwrap();
        for (word, text) in [("none", "arp_validate none "), ("filter_backup", "arp_validate filter_backup ")]
        {
            let mut room = [0; 64];
            let mut b = Build::new(&mut room, 0, 0, &[]);
            put::put(&row, &mut b, word.as_bytes(), &mut Nobody).unwrap();
            assert_eq!(shown("bond", &[&[0; 4], b.attrs(0).bytes()].concat(), false), text);
        }
    }

    #[test]
    fn a_list_of_targets_is_numbered_and_may_be_empty() {
        let row = put::find(&super::data::SET, b"arp_ip_target").unwrap();
        let mut room = [0; 128];
        let mut b = Build::new(&mut room, 0, 0, &[]);
        put::put(&row, &mut b, b"10.0.0.1,10.0.0.2", &mut Nobody).unwrap();
        assert_eq!(b.said(8), Some(&sent()[40..56]));
        assert!(put::put(&row, &mut b, b"10.0.0.1,x", &mut Nobody).is_err());
        assert_eq!(b.said(8), Some(&sent()[40..56]), "nothing is left of a bad list");
        put::put(&row, &mut b, b"", &mut Nobody).unwrap();
        assert_eq!(b.said(8), Some(&[][..]));
    }
}
