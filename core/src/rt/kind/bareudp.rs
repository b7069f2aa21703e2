//! bareudp: packets of one protocol straight in UDP (`IFLA_BAREUDP_*`, `linux/if_link.h`).

use crate::rt::kind::{LinkKind, Says};
use crate::wire::build::Build;
use crate::{attrs, names};

names! {
    /// `ETH_P_*`: what may be carried.
    pub static PROTOCOLS = 0x800 "ip", 0x800 "ipv4", 0x86dd "ipv6", 0x8847 "mpls_uc", 0x8848 "mpls_mc";
}

attrs! {
    /// `IFLA_BAREUDP_*`.
    pub mod data = "bareudp" {
        1 PORT: Be16, Kind::Num(Int::Be16), "dstport|||%";
        2 ETHERTYPE: Be16, Kind::Enum(Int::Be16, &PROTOCOLS), "ethertype|||%";
        3 SRCPORT_MIN: u16, Kind::Num(Int::U16), "srcportmin|||%";
        4 MULTIPROTO_MODE: Flag, Kind::Flag, "multiproto";
    }
}

/// The kind.
pub const KIND: LinkKind = LinkKind {
    data: Some(&data::SET),
    says: Says::Command,
    check: Some(check),
    ..LinkKind::new("bareudp", "packets of one protocol straight in UDP")
};

fn check(options: &mut Build<'_>, _: bool) -> Option<&'static str> {
    if options.lacks(data::PORT.ty()) {
        return Some("!Error: argument \"dstport\" is required");
    }
    options.lacks(data::ETHERTYPE.ty()).then_some("!Error: argument \"ethertype\" is required")
}
