//! What a family does on an interface: `struct netconfmsg` and `NETCONFA_*` (`linux/netconf.h`).

use crate::{attrs, names};

/// Bytes of `struct netconfmsg` (the family) with its padding.
pub const NETCONF_LEN: usize = 4;

names! {
    /// `NETCONFA_IFINDEX_*`: what stands for all interfaces and for those to come.
    pub static EVERY = 0xffff_ffff "all", 0xffff_fffe "default";
    /// How the source of a packet is checked (RFC 3704): `net.ipv4.conf.*.rp_filter`.
    pub static RP_FILTERS = 0 "off", 1 "strict", 2 "loose";
}

attrs! {
    /// `NETCONFA_*`.
    pub mod netconfa = "netconf" {
        1 IFINDEX: u32, Kind::IfIndex, "interface", WIRE;
        2 FORWARDING: u32, Kind::OnOff(Int::U32), "forwarding";
        3 RP_FILTER: u32, Kind::Enum(Int::U32, &RP_FILTERS), "rp_filter";
        4 MC_FORWARDING: u32, Kind::OnOff(Int::U32), "mc_forwarding";
        5 PROXY_NEIGH: u32, Kind::OnOff(Int::U32), "proxy_neigh";
        6 IGNORE_ROUTES_WITH_LINKDOWN: u32, Kind::OnOff(Int::U32), "ignore_routes_with_linkdown";
        7 INPUT: u32, Kind::OnOff(Int::U32), "input";
        8 BC_FORWARDING: u32, Kind::OnOff(Int::U32), "bc_forwarding", WIRE;
    }
}
