//! vrf: a routing table of its own for the links under it (`IFLA_VRF_*`, `linux/if_link.h`).

use crate::attrs;
use crate::rt::kind::LinkKind;

attrs! {
    /// `IFLA_VRF_*`.
    pub mod data = "vrf" {
        1 TABLE: u32, Kind::Num(Int::U32), "table|||invalid table ID\n";
    }
}

attrs! {
    /// `IFLA_VRF_PORT_*`.
    pub mod port = "vrf-port" {
        1 TABLE: u32, Kind::Num(Int::U32), "table", READ;
    }
}

/// The kind.
pub const KIND: LinkKind = LinkKind {
    data: Some(&data::SET),
    ..LinkKind::new("vrf", "a routing table of its own for the links under it")
};

/// Its ports.
pub const SLAVE: LinkKind =
    LinkKind { data: Some(&port::SET), ..LinkKind::new("vrf_slave", "a link under a vrf") };
