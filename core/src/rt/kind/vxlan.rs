//! vxlan: Ethernet in UDP (`IFLA_VXLAN_*`, `linux/if_link.h`, RFC 7348).

use crate::bytes::uint_be;
use crate::rt::kind::{LinkKind, Says};
use crate::spec::{AttrSpec, Bad, Custom, Int, Many, Resolve};
use crate::text::ip::{self, Ip, af};
use crate::text::num;
use crate::text::out::{Out, Style};
use crate::wire::build::Build;
use crate::{attrs, names};

names! {
    /// `VXLAN_DF_*`.
    pub static DFS = 0 "unset", 1 "set", 2 "inherit";
}

attrs! {
    /// `IFLA_VXLAN_*`.
    pub mod data = "vxlan" {
        25 COLLECT_METADATA: u8, Kind::Flip, "external", NONZERO;
        30 VNIFILTER: u8, Kind::Flip, "vnifilter", NONZERO, EXACT;
        1 ID: u32, Kind::Num(Int::U32), "id|||invalid id";
        1 VNI: u32, Kind::Num(Int::U32), "vni|||invalid id", WRITE;
        2 GROUP: Raw, Kind::Custom(&ADDRESS), "group|||!any valid address";
        16 GROUP6: Raw, Kind::Custom(&ADDRESS), "group6", READ;
        2 REMOTE: Raw, Kind::Custom(&ADDRESS), "remote|||!any valid address", WRITE;
        4 LOCAL: Raw, Kind::Custom(&ADDRESS), "local|||!any valid address";
        17 LOCAL6: Raw, Kind::Custom(&ADDRESS), "local6", READ;
        3 LINK: u32, Kind::IfIndex, "dev|link";
        10 PORT_ALIAS: Raw, Kind::Many(&PORTS), "port|||min port", WRITE;
        10 PORT_RANGE: Raw, Kind::Many(&PORTS), "srcport|port_range||min port";
        // "ds" means this one.
        6 DSFIELD: u8, Kind::Custom(&super::TOS), "dsfield|||bad TOS value", WRITE;
        15 PORT: Be16, Kind::Num(Int::Be16), "dstport|port||dst port";
        7 LEARNING: u8, Kind::Flip, "learning||-";
        11 PROXY: u8, Kind::Flip, "proxy", NONZERO;
        12 RSC: u8, Kind::Flip, "rsc", NONZERO;
        13 L2MISS: u8, Kind::Flip, "l2miss", NONZERO;
        14 L3MISS: u8, Kind::Flip, "l3miss", NONZERO;
        // "t" means this one, which is listed later.
        5 TTL: u8, Kind::Custom(&super::TTL), "ttl|||invalid TTL", WRITE;
        5 HOPLIMIT: u8, Kind::Custom(&super::TTL), "hoplimit|||invalid TTL", WRITE;
        6 TOS: u8, Kind::Custom(&super::TOS), "tos|||bad TOS value";
        28 TTL_INHERIT: Flag, Kind::Custom(&INHERIT), "ttl", READ, NONZERO;
        5 TTL_SHOWN: u8, Kind::Custom(&super::TTL), "ttl", READ, ELSE;
        29 DF: u8, Kind::Custom(&super::DF), "df|||DF must be 'unset', 'set' or 'inherit'", EXACT;
        26 LABEL: Be32, Kind::Custom(&super::LABEL), "flowlabel|label||invalid flowlabel";
        32 LABEL_POLICY: u32, Kind::Custom(&POLICY), "label", READ, NONZERO;
        8 AGEING: u32, Kind::Num(Int::U32), "ageing|||ageing timer";
        9 LIMIT: u32, Kind::Num(Int::U32), "maxaddress|limit|maxaddr % |max addresses", NONZERO;
        18 UDP_CSUM: u8, Kind::Flip, "udpcsum|udp_csum";
        19 UDP_ZERO_CSUM6_TX: u8, Kind::Flip, "udp6zerocsumtx|udp_zero_csum6_tx";
        20 UDP_ZERO_CSUM6_RX: u8, Kind::Flip, "udp6zerocsumrx|udp_zero_csum6_rx";
        21 REMCSUM_TX: u8, Kind::Flip, "remcsumtx|remcsum_tx", NONZERO;
        22 REMCSUM_RX: u8, Kind::Flip, "remcsumrx|remcsum_rx", NONZERO;
        31 LOCALBYPASS: u8, Kind::Flip, "localbypass";
        23 GBP: Flag, Kind::Flag, "gbp";
        27 GPE: Flag, Kind::Flag, "gpe";
    }
}

static ADDRESS: Custom = Custom { show: show_address, put: put_address, value: "ADDR" };

/// `group` and `remote` are one attribute, `local` another, each with a second number for IPv6.
fn put_address(row: &AttrSpec, b: &mut Build<'_>, word: &[u8], _: &mut dyn Resolve) -> Result<(), Bad> {
    let ip = ip::parse_hinted(word, af::AF_UNSPEC).map_err(|_| Bad::Value)?;
    if ip.is_multicast() != (row.keyword() == "group") || ip.is_unspecified() {
        return Err(Bad::Cast);
    }
    let ty = match (ip.family(), row.ty) {
        (af::AF_INET6, 4) => 17,
        (af::AF_INET6, _) => 16,
        (_, ty) => ty,
    };
    b.raw(ty, ip.bytes());
    Ok(())
}

pub(super) fn show_address(row: &AttrSpec, payload: &[u8], out: &mut Out<'_>, _: &mut dyn Resolve) {
    let Some(a) = Ip::from_bytes(payload).filter(|a| !a.is_unspecified()) else { return };
    let (key, pattern) = match row.ty {
        2 if a.is_multicast() => ("group", "group % "),
        2 => ("remote", "remote % "),
        16 if a.is_multicast() => ("group6", "group % "),
        // geneve's number.
        16 | 7 => ("remote6", "remote % "),
        4 => ("local", "local % "),
        _ => ("local6", "local % "),
    };
    out.style(Style::Plain).str_of(key, pattern, ip::print(&a).as_bytes());
}

/// `struct ifla_vxlan_port_range`: low and high in network order.
static PORTS: Many =
    Many { custom: Custom { show: show_ports, put: put_port, value: "MIN MAX" }, more: |n, _| n < 2 };

fn put_port(row: &AttrSpec, b: &mut Build<'_>, word: &[u8], _: &mut dyn Resolve) -> Result<(), Bad> {
    let port = num::parse_u16(word).ok_or(Bad::Value)?;
    b.append(row.ty, &port.to_be_bytes());
    Ok(())
}

fn show_ports(row: &AttrSpec, payload: &[u8], out: &mut Out<'_>, _: &mut dyn Resolve) {
    out.open_object(row.json());
    out.num("low|srcport % ", payload.get(..2).and_then(uint_be).unwrap_or(0));
    out.num("high|% ", payload.get(2..4).and_then(uint_be).unwrap_or(0));
    out.close_object();
}

/// The row of `TTL` is left out behind this one: the kernel sends it too, as zero.
pub(super) static INHERIT: Custom =
    Custom { show: |_, _, out, _| out.text("ttl inherit "), put: |_, _, _, _| Err(Bad::Value), value: "" };

pub(super) static TTL: Custom = Custom {
    show: |row, payload, out, _| match payload.first() {
        Some(0) => {
            out.text("ttl auto ");
            out.num_of(row.json(), "", 0);
        }
        Some(v) => out.num_of(row.json(), "ttl % ", u64::from(*v)),
        None => {}
    },
    put: |row, b, word, _| {
        match word {
            // geneve has a byte for it, vxlan its presence.
            b"inherit" if row.ty != data::TTL.ty() => b.raw(12, &[1]),
            b"inherit" => b.raw(28, &[]),
            b"auto" => b.raw(row.ty, &[0]),
            _ => b.raw(row.ty, &[num::parse_u8(word).ok_or(Bad::Value)?]),
        }
        Ok(())
    },
    value: "{ N | auto | inherit }",
};

pub(super) static DF: Custom = Custom {
    show: |row, payload, out, _| {
        let v = payload.first().copied().unwrap_or(0);
        let name = DFS.name(u64::from(v)).unwrap_or("unknown");
        out.str_of(row.json(), if v == 0 { "" } else { "df % " }, name.as_bytes());
    },
    put: |row, b, word, _| {
        let v = DFS.number(word).and_then(|v| u8::try_from(v).ok()).ok_or(Bad::Value)?;
        b.raw(row.ty, &[v]);
        Ok(())
    },
    value: "{ unset | set | inherit }",
};

pub(super) static TOS: Custom = Custom {
    show: |row, payload, out, _| match payload.first() {
        Some(1) if !out.json() => out.text("tos inherit "),
        Some(0) | None => {}
        Some(v) => out.hex_of(row.json(), "tos % ", u64::from(*v)),
    },
    put: |row, b, word, _| {
        let v = if word == b"inherit" { Some(1) } else { num::parse_u64_base(word, 16) };
        let v = v.and_then(|v| u8::try_from(v).ok()).ok_or(Bad::Value)?;
        b.raw(row.ty, &[v]);
        Ok(())
    },
    value: "{ HEX | inherit }",
};

static POLICY: Custom = Custom {
    show: |_, _, out, _| out.text("flowlabel inherit "),
    put: |_, _, _, _| Err(Bad::Value),
    value: "",
};

pub(super) static LABEL: Custom = Custom {
    show: |row, payload, out, _| {
        if let Some(v) = uint_be(payload).filter(|v| *v != 0) {
            out.hex_of(row.json(), "flowlabel % ", v);
        }
    },
    put: |row, b, word, _| {
        // VXLAN_LABEL_INHERIT; geneve has no such thing.
        if word == b"inherit" && row.ty == data::LABEL.ty() {
            b.put(data::LABEL_POLICY, 1);
            return Ok(());
        }
        num::parse_u64(word).is_some_and(|v| Int::Be32.put(b, row.ty, v)).then_some(()).ok_or(Bad::Value)
    },
    value: "N",
};

/// The kind.
pub const KIND: LinkKind = LinkKind {
    data: Some(&data::SET),
    says: Says::Command,
    check: Some(check),
    ..LinkKind::new("vxlan", "Ethernet in UDP")
};

/// What is said, and no error.
const PORT_ADVICE: &str = "?vxlan: destination port not specified\n\
    Will use Linux kernel default (non-standard value)\n\
    Use 'dstport 4789' to get the IANA assigned value\n\
    Use 'dstport 0' to get default and quiet this message";

/// A tunnel needs an id, unless each packet brings its own; such a tunnel learns nothing by itself.
fn check(options: &mut Build<'_>, new: bool) -> Option<&'static str> {
    let external = !options.lacks(data::COLLECT_METADATA.ty());
    if external && options.lacks(data::LEARNING.ty()) {
        options.put(data::LEARNING, 0);
    }
    if new && !external && options.lacks(data::ID.ty()) {
        return Some("vxlan: missing virtual network identifier");
    }
    (new && options.lacks(data::PORT.ty())).then_some(PORT_ADVICE)
}
