//! Lightweight tunnels of routes and nexthops (`RTA_ENCAP`, `linux/lwtunnel.h`): the words of each type, by rows.

pub mod mpls;
pub mod seg6;
pub mod tunnel;
pub mod xfrm;

use crate::names;
use crate::spec::AttrSet;

names! {
    /// `LWTUNNEL_ENCAP_*`.
    pub static TYPES = 1 "mpls", 2 "ip", 3 "ila", 4 "ip6", 5 "seg6", 6 "bpf", 7 "seg6local", 8 "rpl",
        9 "ioam6", 10 "xfrm";
}

/// The attributes of a type; `None` for those that are not in this build.
#[must_use]
pub fn set(ty: u16) -> Option<&'static AttrSet> {
    Some(match ty {
        1 => &mpls::iptunnel::SET,
        2 => &tunnel::ip::SET,
        4 => &tunnel::ip6::SET,
        5 => &seg6::iptunnel::SET,
        7 => &seg6::local::SET,
        8 => &seg6::rpl::SET,
        10 => &xfrm::lwt::SET,
        _ => return None,
    })
}
