//! Generic netlink: families that the kernel numbers as they come (`linux/genetlink.h`).

pub mod mptcp;
pub mod tcp_metrics;

use crate::attrs;

/// Bytes of `struct genlmsghdr`: command, version, two of padding.
pub const GENL_LEN: usize = 4;
/// `GENL_ID_CTRL`: message type of the family that knows the others.
pub const ID_CTRL: u16 = 16;
/// `CTRL_CMD_GETFAMILY`.
pub const GETFAMILY: u8 = 3;

attrs! {
    /// `CTRL_ATTR_*`, as far as a family is looked up by its name.
    pub mod ctrl = "nlctrl" {
        1 FAMILY_ID: u16, Kind::Num(Int::U16), "family-id";
        2 FAMILY_NAME: Str, Kind::Str, "family-name";
        7 MCAST_GROUPS: Nested, Kind::Array(&group::SET), "mcast-groups";
    }
}

attrs! {
    /// `CTRL_ATTR_MCAST_GRP_*`.
    pub mod group = "nlctrl-mcast-group" {
        1 NAME: Str, Kind::Str, "name";
        2 ID: u32, Kind::Num(Int::U32), "id";
    }
}
