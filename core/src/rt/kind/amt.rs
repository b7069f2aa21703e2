//! amt: multicast through a network that has none (`IFLA_AMT_*`, `linux/amt.h`, RFC 7450).

use crate::rt::kind::{LinkKind, Says};
use crate::{attrs, names};

names! {
    /// `AMT_MODE_*`.
    pub static MODES = 0 "gateway", 1 "relay";
}

attrs! {
    /// `IFLA_AMT_*`.
    pub mod data = "amt" {
        1 MODE: u32, Kind::Enum(Int::U32, &MODES), "mode||% ", EXACT;
        3 GATEWAY_PORT: Be16, Kind::Num(Int::Be16), "gateway_port|||%", EXACT;
        2 RELAY_PORT: Be16, Kind::Num(Int::Be16), "relay_port|||%", EXACT;
        5 LOCAL_IP: Raw, Kind::Ip, "local|||!any valid address", EXACT;
        6 REMOTE_IP: Raw, Kind::Ip, "remote", READ;
        7 DISCOVERY_IP: Raw, Kind::Ip, "discovery|||!any valid address", EXACT;
        4 LINK: u32, Kind::IfIndex, "dev|link", EXACT;
        8 MAX_TUNNELS: u32, Kind::Num(Int::U32), "max_tunnels|||%", EXACT;
    }
}

/// The kind.
pub const KIND: LinkKind = LinkKind {
    data: Some(&data::SET),
    says: Says::Command,
    ..LinkKind::new("amt", "multicast through a network that has none")
};
