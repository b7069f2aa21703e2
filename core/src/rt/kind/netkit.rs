//! netkit: a pair of links that programs are hung into (`IFLA_NETKIT_*`, `linux/if_link.h`).

use crate::rt::kind::{Complaint, LinkKind};
use crate::rt::link::ifla;
use crate::{attrs, names};

names! {
    /// `NETKIT_L2`, `NETKIT_L3`.
    pub static MODES = 0 "l2", 1 "l3";
    /// Which end of the pair a link is.
    pub static ENDS = 0 "peer", 1 "primary";
    /// `NETKIT_PASS`, `NETKIT_DROP`.
    pub static POLICIES = 0 "forward", 2 "blackhole";
    /// `NETKIT_SCRUB_*`.
    pub static SCRUBS = 0 "none", 1 "default";
}

attrs! {
    /// `IFLA_NETKIT_*`. What is said of the peer has the number behind that of the link's own.
    pub mod data = "netkit" {
        1 PEER_INFO: Raw, Kind::Msg(16, &ifla::SET), "peer", WIRE;
        5 MODE: u32, Kind::Enum(Int::U32, &MODES), "mode", EXACT;
        2 PRIMARY: u8, Kind::Enum(Int::U8, &ENDS), "type", READ;
        3 FORWARD: u32, Kind::Word(Int::U32, 0), "forward", WRITE, EXACT;
        3 BLACKHOLE: u32, Kind::Word(Int::U32, 2), "blackhole", WRITE, EXACT;
        3 POLICY: u32, Kind::Enum(Int::U32, &POLICIES), "policy", READ;
        4 PEER_POLICY: u32, Kind::Enum(Int::U32, &POLICIES), "peer_policy||peer policy % ", READ;
        6 SCRUB: u32, Kind::Enum(Int::U32, &SCRUBS), "scrub", EXACT;
        7 PEER_SCRUB: u32, Kind::Enum(Int::U32, &SCRUBS), "peer_scrub||peer scrub % ", READ;
    }
}

/// The kind.
pub const KIND: LinkKind = LinkKind {
    data: Some(&data::SET),
    bad: Complaint::Own,
    ..LinkKind::new("netkit", "a pair of links that programs are hung into")
};
