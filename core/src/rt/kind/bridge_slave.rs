//! The options of a bridge's port (`IFLA_BRPORT_*`, `linux/if_link.h`).

use crate::rt::kind::LinkKind;
use crate::rt::kind::bridge::{FWD_MASK, ID};
use crate::spec::{AttrSpec, Bad, Custom, Int, Resolve};
use crate::text::num;
use crate::text::out::Out;
use crate::{attrs, names};

names! {
    /// `BR_STATE_*`.
    pub static STATES = 0 "disabled", 1 "listening", 2 "learning", 3 "forwarding", 4 "blocking";
    /// Bits of the last byte of 01:80:c2:00:00:0X.
    pub static GROUP_NAMES = 1 "stp", 4 "lacp", 0x4000 "lldp";
}

attrs! {
    /// `IFLA_BRPORT_*`.
    pub mod data = "bridge-port" {
        1 STATE: u8, Kind::Enum(Int::U8, &STATES), "state|||% is invalid";
        2 PRIORITY: u16, Kind::Num(Int::U16), "priority|||% is invalid";
        3 COST: u32, Kind::Num(Int::U32), "cost|||% is invalid";
        24 FLUSH: Flag, Kind::Flag, "fdb_flush", WRITE;
        4 MODE: u8, Kind::OnOff(Int::U8), "hairpin";
        5 GUARD: u8, Kind::OnOff(Int::U8), "guard";
        6 PROTECT: u8, Kind::OnOff(Int::U8), "root_block";
        7 FAST_LEAVE: u8, Kind::OnOff(Int::U8), "fastleave";
        8 LEARNING: u8, Kind::OnOff(Int::U8), "learning";
        9 UNICAST_FLOOD: u8, Kind::OnOff(Int::U8), "flood";
        17 ID: u16, Kind::Hex(Int::U16), "port_id|id", READ;
        18 NO: u16, Kind::Hex(Int::U16), "port_no|no", READ;
        15 DESIGNATED_PORT: u16, Kind::Num(Int::U16), "designated_port", READ;
        16 DESIGNATED_COST: u16, Kind::Num(Int::U16), "designated_cost", READ;
        14 BRIDGE_ID: Raw, Kind::Custom(&super::ID), "designated_bridge|bridge_id", READ;
        13 ROOT_ID: Raw, Kind::Custom(&super::ID), "designated_root|root_id", READ;
        23 HOLD_TIMER: u64, Kind::Centis, "hold_timer", READ;
        21 MESSAGE_AGE_TIMER: u64, Kind::Centis, "message_age_timer", READ;
        22 FORWARD_DELAY_TIMER: u64, Kind::Centis, "forward_delay_timer", READ;
        19 TOPOLOGY_CHANGE_ACK: u8, Kind::Num(Int::U8), "topology_change_ack", READ;
        20 CONFIG_PENDING: u8, Kind::Num(Int::U8), "config_pending", READ;
        10 PROXYARP: u8, Kind::OnOff(Int::U8), "proxy_arp";
        12 PROXYARP_WIFI: u8, Kind::OnOff(Int::U8), "proxy_arp_wifi";
        // "mcast_" means this one, which is listed later.
        27 MCAST_FLOOD: u8, Kind::OnOff(Int::U8), "mcast_flood", WRITE;
        25 MULTICAST_ROUTER: u8, Kind::Num(Int::U8), "mcast_router|multicast_router";
        // A second name of fastleave: its text repeats, its JSON does not.
        7 MCAST_FAST_LEAVE: u8, Kind::Custom(&super::FAST_LEAVE), "mcast_fast_leave";
        27 MCAST_FLOOD_SHOWN: u8, Kind::OnOff(Int::U8), "mcast_flood", READ;
        30 BCAST_FLOOD: u8, Kind::OnOff(Int::U8), "bcast_flood";
        28 MCAST_TO_UCAST: u8, Kind::OnOff(Int::U8), "mcast_to_unicast";
        32 NEIGH_SUPPRESS: u8, Kind::OnOff(Int::U8), "neigh_suppress";
        43 NEIGH_VLAN_SUPPRESS: u8, Kind::OnOff(Int::U8), "neigh_vlan_suppress";
        31 GROUP_FWD_MASK: u16, Kind::Custom(&FWD_MASK), "group_fwd_mask";
        31 GROUP_FWD_MASK_STR: u16, Kind::Custom(&GROUPS), "group_fwd_mask_str", READ;
        29 VLAN_TUNNEL: u8, Kind::OnOff(Int::U8), "vlan_tunnel";
        33 ISOLATED: u8, Kind::OnOff(Int::U8), "isolated";
        39 LOCKED: u8, Kind::OnOff(Int::U8), "locked";
        40 MAB: u8, Kind::OnOff(Int::U8), "mab";
        34 BACKUP_PORT: u32, Kind::IfIndex, "backup_port|||Device does not exist\n";
        34 NOBACKUP_PORT: u32, Kind::Word(Int::U32, 0), "nobackup_port", WRITE;
        44 BACKUP_NHID: u32, Kind::Num(Int::U32), "backup_nhid", NONZERO;
        // Of `bridge link` alone.
        11 LEARNING_SYNC: u8, Kind::OnOff(Int::U8), "learning_sync", WIRE;
        41 MCAST_N_GROUPS: u32, Kind::Num(Int::U32), "mcast_n_groups", WIRE;
        42 MCAST_MAX_GROUPS: u32, Kind::Num(Int::U32), "mcast_max_groups", WIRE;
    }
}

static FAST_LEAVE: Custom = Custom {
    show: |row, payload, out, _| {
        out.text(row.keyword());
        out.str("| % ", if payload.first().is_some_and(|v| *v != 0) { b"on" } else { b"off" });
    },
    put: |row, b, word, _| {
        b.raw(row.ty, &[u8::from(crate::spec::put::on_off(word).ok_or(Bad::OneOf)?)]);
        Ok(())
    },
    value: "{ on | off }",
};

static GROUPS: Custom = Custom { show: show_groups, put: |_, _, _, _| Err(Bad::Value), value: "" };

/// The bits of a mask, by name where they have one: `stp,0x8,lldp`.
fn show_groups(row: &AttrSpec, payload: &[u8], out: &mut Out<'_>, _: &mut dyn Resolve) {
    let mask = Int::U16.read(payload).unwrap_or(0);
    let mut v: heapless::Vec<u8, 96> = heapless::Vec::new();
    let mut bit = 1_u64;
    while bit <= mask {
        if mask & bit != 0 {
            if !v.is_empty() {
                let _ = v.push(b',');
            }
            put_group(&mut v, bit);
        }
        bit = bit.wrapping_shl(1);
    }
    if mask == 0 {
        put_group(&mut v, 0);
    }
    row.show_str(out, &v);
}

fn put_group(v: &mut heapless::Vec<u8, 96>, bit: u64) {
    match GROUP_NAMES.name(bit) {
        Some(name) => drop(v.extend_from_slice(name.as_bytes())),
        None => {
            let _ = v.extend_from_slice(b"0x");
            let _ = v.extend_from_slice(num::hex(bit).as_bytes());
        }
    }
}

/// The kind.
pub const KIND: LinkKind =
    LinkKind { data: Some(&data::SET), ..LinkKind::new("bridge_slave", "a port of a bridge") };

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::put::find;

    #[test]
    fn shortened_words_mean_what_they_mean_to_iproute2() {
        for (word, keyword) in [
            ("f", "fdb_flush"),
            ("fl", "flood"),
            ("p", "priority"),
            ("proxy", "proxy_arp"),
            ("l", "learning"),
            ("lo", "locked"),
            ("m", "mcast_flood"),
            ("b", "bcast_flood"),
            ("g", "guard"),
            ("n", "neigh_suppress"),
        ] {
            assert_eq!(find(&data::SET, word.as_bytes()).unwrap().keyword(), keyword);
        }
    }
}
