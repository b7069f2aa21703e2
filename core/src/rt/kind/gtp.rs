//! gtp: the user plane of a mobile network (`IFLA_GTP_*`, `linux/if_link.h`, 3GPP TS 29.281).

use crate::rt::kind::LinkKind;
use crate::wire::build::Build;
use crate::{attrs, names};

names! {
    /// `GTP_ROLE_*`.
    pub static ROLES = 0 "ggsn", 1 "sgsn";
}

attrs! {
    /// `IFLA_GTP_*`.
    pub mod data = "gtp" {
        4 ROLE: u32, Kind::Enum(Int::U32, &ROLES), "role|||invalid role, use sgsn or ggsn", EXACT;
        3 PDP_HASHSIZE: u32, Kind::Num(Int::U32), "hsize|||invalid PDP hash size", EXACT;
        5 CREATE_SOCKETS: u8, Kind::Num(Int::U8), "sockets", WIRE;
        6 RESTART_COUNT: u8, Kind::Num(Int::U8), "restart_count|||invalid %", EXACT;
    }
}

/// The kind.
pub const KIND: LinkKind = LinkKind {
    data: Some(&data::SET),
    check: Some(check),
    ..LinkKind::new("gtp", "the user plane of a mobile network")
};

/// The kernel makes the sockets, and wants the size of its table said.
fn check(options: &mut Build<'_>, _: bool) -> Option<&'static str> {
    options.put(data::CREATE_SOCKETS, 1);
    if options.lacks(data::PDP_HASHSIZE.ty()) {
        options.put(data::PDP_HASHSIZE, 1024);
    }
    options.lacks(data::ROLE.ty()).then_some("gtp: role of the gtp device was not specified")
}
