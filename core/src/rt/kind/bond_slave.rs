//! The options of a bond's port (`IFLA_BOND_SLAVE_*`, `linux/if_link.h`).

use crate::rt::kind::{Complaint, LinkKind};
use crate::{attrs, names};

names! {
    /// `BOND_STATE_*`.
    pub static STATES = 0 "ACTIVE", 1 "BACKUP";
    /// `BOND_LINK_*`.
    pub static LINKS = 0 "UP", 1 "GOING_DOWN", 2 "DOWN", 3 "GOING_BACK";
    /// `LACP_STATE_*` (IEEE 802.1AX).
    pub static LACP = 1 "active", 2 "short_timeout", 4 "aggregating", 8 "in_sync", 0x10 "collecting",
        0x20 "distributing", 0x40 "defaulted", 0x80 "expired";
}

attrs! {
    /// `IFLA_BOND_SLAVE_*`.
    pub mod data = "bond-port" {
        1 STATE: u8, Kind::Enum(Int::U8, &STATES), "state", READ;
        2 MII_STATUS: u8, Kind::Enum(Int::U8, &LINKS), "mii_status", READ;
        3 LINK_FAILURE_COUNT: u32, Kind::Num(Int::U32), "link_failure_count", READ;
        4 PERM_HWADDR: Raw, Kind::Mac, "perm_hwaddr", READ;
        5 QUEUE_ID: u16, Kind::Num(Int::U16), "queue_id";
        9 PRIO: i32, Kind::Num(Int::S32), "prio", EXACT;
        6 AD_AGGREGATOR_ID: u16, Kind::Num(Int::U16), "ad_aggregator_id", READ;
        7 AD_ACTOR_OPER_PORT_STATE: u8, Kind::Num(Int::U8), "ad_actor_oper_port_state", READ;
        7 AD_ACTOR_STR: u8, Kind::Bits(Int::U8, &LACP), "ad_actor_oper_port_state_str", READ;
        8 AD_PARTNER_OPER_PORT_STATE: u16, Kind::Num(Int::U16), "ad_partner_oper_port_state", READ;
        8 AD_PARTNER_STR: u16, Kind::Bits(Int::U16, &LACP), "ad_partner_oper_port_state_str", READ;
        10 ACTOR_PORT_PRIO: u16, Kind::Num(Int::U16), "actor_port_prio", EXACT;
    }
}

/// The kind.
pub const KIND: LinkKind = LinkKind {
    data: Some(&data::SET),
    bad: Complaint::IsInvalid,
    ..LinkKind::new("bond_slave", "a port of a bond")
};
