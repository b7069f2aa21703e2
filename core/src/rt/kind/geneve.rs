//! geneve: Ethernet in UDP with options of its own (`IFLA_GENEVE_*`, `linux/if_link.h`, RFC 8926).

use crate::attrs;
use crate::rt::kind::{LinkKind, Says, vxlan};
use crate::spec::{AttrSpec, Bad, Custom, Resolve};
use crate::text::ip::{self, af};
use crate::wire::build::Build;

attrs! {
    /// `IFLA_GENEVE_*`.
    pub mod data = "geneve" {
        6 COLLECT_METADATA: Flag, Kind::Flag, "external";
        1 ID: u32, Kind::Num(Int::U32), "id|||invalid id";
        1 VNI: u32, Kind::Num(Int::U32), "vni|||invalid id", WRITE;
        2 REMOTE: Raw, Kind::Custom(&ADDRESS), "remote|||!any valid address";
        7 REMOTE6: Raw, Kind::Custom(&ADDRESS), "remote6", READ;
        12 TTL_INHERIT: u8, Kind::Custom(&vxlan::INHERIT), "ttl", READ, NONZERO;
        3 TTL: u8, Kind::Custom(&vxlan::TTL), "ttl|||invalid TTL", ELSE;
        3 HOPLIMIT: u8, Kind::Custom(&vxlan::TTL), "hoplimit|||invalid TTL", WRITE;
        4 TOS: u8, Kind::Custom(&vxlan::TOS), "tos|||bad TOS value";
        4 DSFIELD: u8, Kind::Custom(&vxlan::TOS), "dsfield|||bad TOS value", WRITE;
        13 DF: u8, Kind::Custom(&vxlan::DF), "df|||DF must be 'unset', 'set' or 'inherit'", EXACT;
        11 LABEL: Be32, Kind::Custom(&vxlan::LABEL), "label|||invalid flowlabel";
        11 FLOWLABEL: Be32, Kind::Custom(&vxlan::LABEL), "flowlabel|||invalid flowlabel", WRITE;
        5 PORT: Be16, Kind::Num(Int::Be16), "dstport|port||dstport";
        8 UDP_CSUM: u8, Kind::Flip, "udpcsum|udp_csum";
        9 UDP_ZERO_CSUM6_TX: u8, Kind::Flip, "udp6zerocsumtx|udp_zero_csum6_tx";
        10 UDP_ZERO_CSUM6_RX: u8, Kind::Flip, "udp6zerocsumrx|udp_zero_csum6_rx";
        14 INNER_PROTO_INHERIT: Flag, Kind::Flag, "innerprotoinherit|inner_proto_inherit", EXACT;
    }
}

static ADDRESS: Custom = Custom { show: vxlan::show_address, put: put_address, value: "ADDR" };

/// One attribute for IPv4, another for IPv6; the kernel refuses what is no address of one host.
fn put_address(row: &AttrSpec, b: &mut Build<'_>, word: &[u8], _: &mut dyn Resolve) -> Result<(), Bad> {
    let ip = ip::parse_hinted(word, af::AF_UNSPEC).map_err(|_| Bad::Value)?;
    b.raw(if ip.family() == af::AF_INET6 { data::REMOTE6.ty() } else { row.ty }, ip.bytes());
    Ok(())
}

/// The kind.
pub const KIND: LinkKind = LinkKind {
    data: Some(&data::SET),
    says: Says::Command,
    check: Some(check),
    ..LinkKind::new("geneve", "Ethernet in UDP with options of its own")
};

/// Each packet brings its own id, or the tunnel has one, and another end.
fn check(options: &mut Build<'_>, new: bool) -> Option<&'static str> {
    let id = !options.lacks(data::ID.ty());
    if !options.lacks(data::COLLECT_METADATA.ty()) {
        return id.then_some("geneve: both 'external' and vni cannot be specified");
    }
    if !id {
        return Some("geneve: missing virtual network identifier");
    }
    let remote = !options.lacks(data::REMOTE.ty()) || !options.lacks(data::REMOTE6.ty());
    (new && !remote).then_some("geneve: remote link partner not specified")
}
