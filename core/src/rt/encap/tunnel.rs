//! `encap ip` and `ip6`: metadata for a tunnel device in external mode (`LWTUNNEL_IP_*`, `linux/lwtunnel.h`).

use crate::bytes::uint_be;
use crate::spec::{AttrSpec, Bad, Custom, Many, Resolve};
use crate::text::num;
use crate::text::out::{Out, Val};
use crate::wire::build::Build;
use crate::{attrs, names};

attrs! {
    /// `LWTUNNEL_IP_*`.
    pub mod ip = "ip" {
        1 ID: Raw, Kind::Num(Int::Be64), "id";
        3 SRC: Raw, Kind::Ip, "src||src % |inet";
        2 DST: Raw, Kind::Ip, "dst||dst % |inet";
        4 TTL: u8, Kind::Num(Int::U8), "ttl";
        5 TOS: u8, Kind::Custom(&TOS_KIND), "tos";
        6 KEY: Be16, Kind::Many(&BIT), "key||key ";
        6 CSUM: Be16, Kind::Many(&BIT), "csum||csum ";
        6 SEQ: Be16, Kind::Many(&BIT), "seq||seq ";
    }
}

attrs! {
    /// `LWTUNNEL_IP6_*`.
    pub mod ip6 = "ip6" {
        1 ID: Raw, Kind::Num(Int::Be64), "id";
        3 SRC: Raw, Kind::Ip, "src||src % |inet6";
        2 DST: Raw, Kind::Ip, "dst||dst % |inet6";
        4 HOPLIMIT: u8, Kind::Num(Int::U8), "hoplimit";
        5 TC: u8, Kind::Custom(&TOS_KIND), "tc";
        6 KEY: Be16, Kind::Many(&BIT), "key||key ";
        6 CSUM: Be16, Kind::Many(&BIT), "csum||csum ";
        6 SEQ: Be16, Kind::Many(&BIT), "seq||seq ";
    }
}

/// Said in hexadecimal, shown in decimal.
static TOS_KIND: Custom = Custom {
    show: |row, payload, out, _| {
        row.show_num(out, payload.first().copied().unwrap_or(0).into());
    },
    put: |row, b, word, _| {
        let v = if word == b"default" { Some(0) } else { num::parse_u64_base(word, 16) };
        b.raw(row.ty, &[v.and_then(|v| u8::try_from(v).ok()).ok_or(Bad::Value)?]);
        Ok(())
    },
    value: "TOS",
};

names! {
    /// `TUNNEL_*` (`linux/if_tunnel.h`).
    static BITS = 1 "csum", 4 "key", 8 "seq";
}

/// One bit of `LWTUNNEL_IP_FLAGS`, u16 in network order: the keyword is all.
static BIT: Many = Many { custom: Custom { show: show_bit, put: put_bit, value: "" }, more: |_, _| false };

fn bit(row: &AttrSpec) -> u64 {
    BITS.number(row.keyword().as_bytes()).unwrap_or(0).into()
}

fn show_bit(row: &AttrSpec, payload: &[u8], out: &mut Out<'_>, _: &mut dyn Resolve) {
    if uint_be(payload).unwrap_or(0) & bit(row) != 0 {
        out.value(row.json(), row.pattern().unwrap_or(""), Val::Bool(true));
    }
}

fn put_bit(row: &AttrSpec, b: &mut Build<'_>, _: &[u8], _: &mut dyn Resolve) -> Result<(), Bad> {
    b.merge(row.ty, &[0, u8::try_from(bit(row)).unwrap_or(0)]);
    Ok(())
}
