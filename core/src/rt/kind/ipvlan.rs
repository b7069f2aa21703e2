//! ipvlan and ipvtap: links that share the address of a lower one and are told apart by IP (`IFLA_IPVLAN_*`).

use crate::rt::kind::{Complaint, LinkKind};
use crate::{attrs, names};

names! {
    /// `IPVLAN_MODE_*`.
    pub static MODES = 0 "l2", 1 "l3", 2 "l3s";
}

attrs! {
    /// `IFLA_IPVLAN_*`.
    pub mod data = "ipvlan" {
        1 MODE: u16, Kind::Enum(Int::U16, &MODES), "mode|| mode % ";
        2 FLAGS: u16, Kind::Word(Int::U16, 1), "private";
        2 FLAG_VEPA: u16, Kind::Word(Int::U16, 2), "vepa";
        2 FLAG_BRIDGE: u16, Kind::Word(Int::U16, 0), "bridge";
    }
}

/// The kind.
pub const KIND: LinkKind = LinkKind {
    data: Some(&data::SET),
    bad: Complaint::Own,
    ..LinkKind::new("ipvlan", "shares the address of a lower link, told apart by IP")
};

/// The same with a character device.
pub const TAP: LinkKind = LinkKind {
    data: Some(&data::SET),
    bad: Complaint::Own,
    ..LinkKind::new("ipvtap", "ipvlan with a character device in place of the stack")
};
