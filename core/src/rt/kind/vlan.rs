//! vlan: a tag over a lower link, 802.1Q or 802.1ad (`IFLA_VLAN_*`, `linux/if_link.h`, `linux/if_vlan.h`).

use crate::bytes::Reader;
use crate::rt::kind::{Complaint, LinkKind, Says};
use crate::spec::{AttrSpec, Bad, Custom, Many, Resolve};
use crate::text::num;
use crate::text::out::Out;
use crate::wire::attr::Attrs;
use crate::wire::build::Build;
use crate::{attrs, names};

names! {
    /// `ETH_P_8021Q`, `ETH_P_8021AD`.
    pub static PROTOCOLS = 0x8100 "802.1Q", 0x88a8 "802.1ad";
    /// `VLAN_FLAG_*`.
    pub static FLAGS = 1 "REORDER_HDR", 2 "GVRP", 8 "MVRP", 4 "LOOSE_BINDING", 0x10 "BRIDGE_BINDING";
}

attrs! {
    /// `IFLA_VLAN_*`.
    pub mod data = "vlan" {
        5 PROTOCOL: Be16, Kind::Enum(Int::Be16, &PROTOCOLS), "protocol";
        1 ID: u16, Kind::Num(Int::U16), "id";
        2 FLAGS: Raw, Kind::Bits(Int::U32, &super::FLAGS), "flags||-", READ;
        2 REORDER_HDR: Raw, Kind::Switch(1), "reorder_hdr", WRITE;
        2 GVRP: Raw, Kind::Switch(2), "gvrp", WRITE;
        2 MVRP: Raw, Kind::Switch(8), "mvrp", WRITE;
        2 LOOSE_BINDING: Raw, Kind::Switch(4), "loose_binding", WRITE;
        2 BRIDGE_BINDING: Raw, Kind::Switch(0x10), "bridge_binding", WRITE;
        4 INGRESS_QOS: Nested, Kind::Many(&QOS), "ingress-qos-map|ingress_qos||invalid %";
        3 EGRESS_QOS: Nested, Kind::Many(&QOS), "egress-qos-map|egress_qos||invalid %";
    }
}

/// `IFLA_VLAN_QOS_MAPPING`: `struct ifla_vlan_qos_mapping`, from and to as u32.
const QOS_MAPPING: u16 = 1;

static QOS: Many = Many {
    custom: Custom { show: show_qos, put: put_qos, value: "FROM:TO ..." },
    more: |n, next| next.map_or(n == 0, |w| crate::bytes::has(w, b':')),
};

fn show_qos(row: &AttrSpec, payload: &[u8], out: &mut Out<'_>, _: &mut dyn Resolve) {
    out.line();
    out.text("      ");
    out.text(row.keyword());
    out.open_array(row.json(), " { ");
    for m in Attrs::new(payload) {
        let mut r = Reader::new(m.payload);
        if let (Some(from), Some(to)) = (r.u32(), r.u32()) {
            out.open_record();
            out.num("from|%", from.into());
            out.num("to|:% ", to.into());
            out.close_object();
        }
    }
    out.close_array("} ");
}

fn put_qos(row: &AttrSpec, b: &mut Build<'_>, word: &[u8], _: &mut dyn Resolve) -> Result<(), Bad> {
    let colon = word.iter().position(|b| *b == b':').ok_or(Bad::Value)?;
    let (from, to) = word.split_at_checked(colon).ok_or(Bad::Value)?;
    let from = num::parse_u32(from).ok_or(Bad::Value)?;
    let to = num::parse_u32(to.get(1..).unwrap_or(&[])).ok_or(Bad::Value)?;
    let at = b.resume(row.ty);
    let mapping = b.open(QOS_MAPPING);
    b.bytes(&from.to_ne_bytes());
    b.bytes(&to.to_ne_bytes());
    b.close(mapping);
    b.close(at);
    Ok(())
}

/// The kind.
pub const KIND: LinkKind = LinkKind {
    data: Some(&data::SET),
    bad: Complaint::IsInvalid,
    says: Says::Command,
    ..LinkKind::new("vlan", "an 802.1Q or 802.1ad tag over a lower link")
};
