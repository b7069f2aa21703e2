//! veth: a pair of links, each the other's wire (`linux/veth.h`).

use crate::attrs;
use crate::rt::kind::{LinkKind, Says};
use crate::rt::link::ifla;

attrs! {
    /// `VETH_INFO_*`.
    pub mod data = "veth" {
        1 PEER: Raw, Kind::Msg(16, &ifla::SET), "peer", WIRE;
    }
}

/// The kind. Its `peer` takes a whole link's words, which is the command's to read.
pub const KIND: LinkKind = LinkKind {
    data: Some(&data::SET),
    says: Says::Nothing,
    ..LinkKind::new("veth", "a pair of links, each the other's wire")
};
