//! Link kinds, one file each: `IFLA_INFO_KIND` and what `IFLA_INFO_DATA` and `IFLA_INFO_SLAVE_DATA` hold for it.
//!
//! To add a kind: write its file, name it in [`KINDS`].

use crate::spec::AttrSet;
use crate::text::nth;
use crate::wire::build::Build;

pub mod amt;
pub mod bareudp;
pub mod bond;
pub mod bond_slave;
pub mod bridge;
pub mod bridge_slave;
pub mod geneve;
pub mod gtp;
pub mod hsr;
pub mod ipvlan;
pub mod macvlan;
pub mod netkit;
pub mod tun;
pub mod tunnel;
pub mod veth;
pub mod vlan;
pub mod vrf;
pub mod vxcan;
pub mod vxlan;
pub mod xfrm;

/// A kind of link.
pub struct LinkKind {
    /// `IFLA_INFO_KIND`; for the options of a port, iproute2's `KIND_slave`.
    pub name: &'static str,
    /// What it is, in a few words: not kept in the binary, where nothing prints it.
    #[cfg(any(test, feature = "fake"))]
    pub about: &'static str,
    /// `IFLA_INFO_DATA` (or `IFLA_INFO_SLAVE_DATA` for a `_slave` kind).
    pub data: Option<&'static AttrSet>,
    /// What is said of a value that its option does not take.
    pub bad: Complaint,
    /// How an unknown option is called.
    pub says: Says,
    /// Looks at the options when all are read: may add what they imply, or say what is missing of a `new` link. Behind
    /// a `!` it is said as a wrong command line, behind a `?` it is advice and no error.
    pub check: Option<fn(options: &mut Build<'_>, new: bool) -> Option<&'static str>>,
}

/// What iproute2 says of a value that an option of the kind does not take; in the order of [`Complaint::text`].
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Complaint {
    /// `invalid OPTION`
    Invalid,
    /// `OPTION is invalid`
    IsInvalid,
    /// Of tunnels over IPv4, whatever the option is.
    Ttl,
    /// Of tunnels over IPv6.
    HopLimit,
    /// Nothing that suits all: each row has its own.
    Own,
}

impl Complaint {
    /// The sentence; `%` is the option.
    #[must_use]
    pub fn text(self) -> &'static str {
        nth("invalid %|% is invalid|invalid TTL\n|invalid HLIM\n|", b'|', self as usize)
    }
}

/// What iproute2's sentence on an unknown option calls it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Says {
    /// `macvlan: unknown option "x"?`
    Option,
    /// `vlan: unknown command "x"?`
    Command,
    /// `hsr: what is "x"?`
    What,
    /// There is no sentence, only the usage.
    Nothing,
}

impl LinkKind {
    /// A kind without options.
    #[must_use]
    #[cfg_attr(not(any(test, feature = "fake")), expect(unused_variables, reason = "not kept in the binary"))]
    pub const fn new(name: &'static str, about: &'static str) -> LinkKind {
        LinkKind {
            name,
            #[cfg(any(test, feature = "fake"))]
            about,
            data: None,
            bad: Complaint::Invalid,
            says: Says::Option,
            check: None,
        }
    }
}

/// Every kind with options. Kinds that are not here can be made too, without options: dummy, ifb, wireguard, team.
pub static KINDS: &[LinkKind] = &[
    amt::KIND,
    bareudp::KIND,
    bond::KIND,
    bond_slave::KIND,
    bridge::KIND,
    bridge_slave::KIND,
    tunnel::ERSPAN,
    geneve::KIND,
    tunnel::GRE,
    tunnel::GRETAP,
    gtp::KIND,
    hsr::KIND,
    tunnel::IP6ERSPAN,
    tunnel::IP6GRE,
    tunnel::IP6GRETAP,
    tunnel::IP6TNL,
    tunnel::IPIP,
    ipvlan::KIND,
    ipvlan::TAP,
    macvlan::KIND,
    macvlan::TAP,
    netkit::KIND,
    tunnel::SIT,
    tun::KIND,
    veth::KIND,
    vlan::KIND,
    vrf::KIND,
    vrf::SLAVE,
    tunnel::VTI4,
    tunnel::VTI6,
    vxcan::KIND,
    vxlan::KIND,
    xfrm::KIND,
];

/// The kind called `name`.
#[must_use]
pub fn find(name: &[u8]) -> Option<&'static LinkKind> {
    KINDS.iter().find(|k| k.name.as_bytes() == name)
}

/// The set of `IFLA_INFO_DATA` for a kind.
#[must_use]
pub fn data_of(name: &[u8]) -> Option<&'static AttrSet> {
    find(name)?.data
}

/// The kind of the port of a master, of which `name` is the kind, when `kind` is its name: `bridge_slave`.
#[must_use]
pub fn master_of(kind: &[u8]) -> Option<&[u8]> {
    let (master, tail) = kind.split_at_checked(kind.len().checked_sub(6)?)?;
    (tail == b"_slave").then_some(master)
}

/// The set of `IFLA_INFO_SLAVE_DATA` for the kind of a master.
#[must_use]
pub fn slave_data_of(name: &[u8]) -> Option<&'static AttrSet> {
    KINDS.iter().find(|k| master_of(k.name.as_bytes()) == Some(name))?.data
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use crate::spec::{Resolve, show};
    use crate::text::ifname::IfName;
    use crate::text::out::Out;
    use std::string::String;
    use std::vec::Vec;

    /// A system without interfaces.
    pub(super) struct Nobody;

    impl Resolve for Nobody {
        fn ifname(&mut self, _: u32) -> IfName {
            IfName::new(b"nobody").unwrap()
        }
        fn ifindex(&mut self, _: &[u8]) -> Option<u32> {
            None
        }
    }

    /// Hexadecimal digits; blanks do not count.
    pub(super) fn bytes(hex: &str) -> Vec<u8> {
        let digits: Vec<u32> = hex.chars().filter_map(|c| c.to_digit(16)).collect();
        digits.chunks(2).map(|d| u8::try_from(d[0] * 16 + d[1]).unwrap()).collect()
    }

    /// `IFLA_INFO_DATA`, with its header, as `kind` shows it.
    pub(super) fn shown(kind: &str, data: &[u8], json: bool) -> String {
        let mut page = Vec::new();
        let mut room = [0; 256];
        let mut out = Out::new(&mut page, &mut room);
        out.mode.json = json;
        show::show(data_of(kind.as_bytes()).unwrap(), &data[4..], &mut out, &mut Nobody);
        out.finish().unwrap();
        String::from_utf8(page).unwrap()
    }

    #[test]
    fn kinds_are_sorted_and_ports_are_found_by_their_master() {
        assert!(KINDS.is_sorted_by_key(|k| k.name));
        assert_eq!(master_of(b"bridge_slave"), Some(&b"bridge"[..]));
        assert_eq!(master_of(b"slave"), None);
        assert!(slave_data_of(b"bridge").is_some() && slave_data_of(b"veth").is_none());
    }
}
