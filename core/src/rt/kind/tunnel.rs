//! Tunnels over IP: ipip, sit, gre, gretap, erspan, ip6tnl, ip6gre, ip6gretap, ip6erspan, vti, vti6
//! (`IFLA_IPTUN_*`, `IFLA_GRE_*`, `IFLA_VTI_*`, `linux/if_tunnel.h`).
//!
//! What they say of themselves differs little, but the kernel numbers it in three ways: the rows have the numbers of
//! `IFLA_GRE_*`, and each kind has its view of them.

use crate::rt::kind::{Complaint, LinkKind, Says};
use crate::spec::{AttrSet, AttrSpec, Bad, Custom, Int, Kind, Resolve, View};
use crate::text::ip::{self, Ip, Prefix, af};
use crate::text::num;
use crate::text::out::Out;
use crate::wire::build::Build;
use crate::{attrs, names};

names! {
    /// `IPPROTO_*` inside a tunnel over IPv4.
    pub static MODES = 0 "any", 4 "ipip", 137 "mplsip", 0 "any/ipv4", 4 "ip4ip4", 4 "ipv4/ipv4", 137 "mpls/ipv4";
    /// The same of sit.
    pub static MODES_SIT = 41 "ip6ip", 0 "any", 4 "ipip", 137 "mplsip", 0 "any/ipv4", 4 "ip4ip4", 4 "ipv4/ipv4",
        137 "mpls/ipv4", 41 "ipv6/ipv4";
    /// The same over IPv6.
    pub static MODES6 = 0 "any", 4 "ipip6", 41 "ip6ip6", 0 "any/ipv6", 4 "ip4ip6", 4 "ipv4/ipv6", 41 "ipv6/ipv6";
    /// `TUNNEL_ENCAP_*`.
    pub static ENCAPS = 0 "none", 1 "fou", 2 "gue";
    /// Directions of an ERSPAN session.
    pub static DIRS = 0 "ingress", 1 "egress";
}

/// Bits of the flags of tunnels over IPv6 (`IP6_TNL_F_*`, `linux/ip6_tunnel.h`).
pub mod tnl_f {
    #![allow(missing_docs)]
    pub const IGN_ENCAP_LIMIT: u32 = 1;
    pub const USE_ORIG_TCLASS: u32 = 2;
    pub const USE_ORIG_FLOWLABEL: u32 = 4;
    pub const RCV_DSCP_COPY: u32 = 0x10;
    pub const USE_ORIG_FWMARK: u32 = 0x20;
    pub const ALLOW_LOCAL_REMOTE: u32 = 0x40;
}

/// `GRE_KEY`.
pub const GRE_KEY: u32 = 0x2000;
/// `GRE_SEQ`.
pub const GRE_SEQ: u32 = 0x1000;
/// `GRE_CSUM`.
pub const GRE_CSUM: u32 = 0x8000;

// Whom a row is for: ipip 1, sit 2, gre and gretap 4, what erspan adds 8, ip6tnl 0x10, ip6gre and ip6gretap 0x20, vti
// 0x40, vti6 0x80.
attrs! {
    /// `IFLA_GRE_*`; from 25 on, what only `IFLA_IPTUN_*` has.
    pub mod data = "tunnel" {
        // Before its place in the listing: "n" is "nokey".
        0x2404 KEY: Raw, Kind::Custom(&super::KEY), "key|||?", WRITE, NO;
        0x2404 IKEY: Raw, Kind::Custom(&super::KEY), "ikey|||?", WRITE, NO;
        0x2405 OKEY: Raw, Kind::Custom(&super::KEY), "okey|||?", WRITE, NO;
        0x2402 SEQ: Be16, Kind::Custom(&BOTH), "seq", WRITE, NO;
        0x2402 ISEQ: Be16, Kind::Has(Int::Be16, GRE_SEQ), "iseq", WRITE;
        0x2403 OSEQ: Be16, Kind::Has(Int::Be16, GRE_SEQ), "oseq", WRITE;
        0x2402 CSUM: Be16, Kind::Custom(&BOTH), "csum", WRITE, NO;
        0x3712 COLLECT_METADATA: Flag, Kind::Flag, "external", EXACT;
        0x0119 PROTO: u8, Kind::Enum(Int::U8, &MODES), "mode|proto|% |Cannot guess tunnel mode.", KNOWN;
        0x0219 PROTO_SIT: u8, Kind::Enum(Int::U8, &MODES_SIT), "mode|proto|% |Cannot guess tunnel mode.", KNOWN;
        0x1019 PROTO6: u8, Kind::Enum(Int::U8, &MODES6), "mode|proto|% |Cannot guess tunnel mode.", KNOWN;
        0x4707 REMOTE: Raw, Kind::Custom(&ADDRESS), "remote|||!inet address";
        0xb007 REMOTE6: Raw, Kind::Custom(&ADDRESS6), "remote|||!inet6 address";
        0x4706 LOCAL: Raw, Kind::Custom(&ADDRESS), "local|||!inet address";
        0xb006 LOCAL6: Raw, Kind::Custom(&ADDRESS6), "local|||!inet6 address";
        0xf701 LINK: u32, Kind::IfIndex, "~dev|link", NONZERO;
        0x0708 TTL: u8, Kind::Custom(&super::TTL), "ttl/hoplimit/hlim";
        0x3008 HOPLIMIT: u8, Kind::Custom(&super::TTL), "hoplimit/ttl/hlim|ttl";
        0x0709 TOS: u8, Kind::Custom(&super::super::vxlan::TOS), "tos/tclass/tc/~dsfield|tos||bad TOS value";
        0x300d NO_ENCAP_LIMIT: u32, Kind::Has(Int::U32, tnl_f::IGN_ENCAP_LIMIT),
            "|ip6_tnl_f_ign_encap_limit|encaplimit none ", READ;
        0x300b ENCAP_LIMIT: u8, Kind::Num(Int::U8), "|encap_limit|encaplimit % ", READ, ELSE;
        0x300d ORIG_TCLASS: u32, Kind::Has(Int::U32, tnl_f::USE_ORIG_TCLASS),
            "|ip6_tnl_f_use_orig_tclass|tclass inherit ", READ;
        0x300c TCLASS: Be32, Kind::Custom(&FLOWINFO), "tclass", READ, ELSE;
        0x300d ORIG_FLOWLABEL: u32, Kind::Has(Int::U32, tnl_f::USE_ORIG_FLOWLABEL),
            "|ip6_tnl_f_use_orig_flowlabel|flowlabel inherit ", READ;
        0x300c FLOWLABEL: Be32, Kind::Custom(&FLOWINFO), "flowlabel", READ, ELSE;
        0x300d DSCP: u32, Kind::Has(Int::U32, tnl_f::RCV_DSCP_COPY),
            "|ip6_tnl_f_rcv_dscp_copy|dscp inherit ", READ;
        0x300d PUT_ENCAP_LIMIT: u32, Kind::Custom(&INHERIT), "encaplimit|||invalid ELIM", WRITE, EXACT;
        0x300d PUT_TCLASS: u32, Kind::Custom(&INHERIT), "tclass/tc/tos/~dsfield|||invalid TClass", WRITE;
        0x300d PUT_FLOWLABEL: u32, Kind::Custom(&INHERIT), "flowlabel/fl|||invalid Flowlabel", WRITE, EXACT;
        0x300d PUT_DSCP: u32, Kind::Custom(&INHERIT), "dscp|||not inherit", WRITE, EXACT;
        0x300d PUT_FWMARK: u32, Kind::Custom(&INHERIT), "fwmark|||invalid fwmark\n", WRITE, EXACT;
        0x030a PMTUDISC: u8, Kind::Flip, "pmtudisc", EXACT;
        0x040a NOPMTUDISC: u8, Kind::Flip, "pmtudisc||-", NO;
        0x0413 IGNORE_DF: u8, Kind::Flip, "ignore-df|ignore_df", NONZERO, EXACT;
        0x020d ISATAP: u16, Kind::Has(Int::U16, 1), "isatap";
        // Only vti sends no flags: a key that is 0 is none.
        0xc004 VTI_KEY: Raw, Kind::Custom(&super::KEY), "key|||?", WRITE;
        0xc004 VTI_IKEY: Raw, Kind::Custom(&super::KEY), "ikey|||?", NONZERO;
        0xc005 VTI_OKEY: Raw, Kind::Custom(&super::KEY), "okey|||?", NONZERO;
        0x2402 IFLAGS: Be16, Kind::Has(Int::Be16, GRE_KEY), "||-", READ;
        0x2404 IKEY_SHOWN: Raw, Kind::Custom(&super::KEY), "ikey", READ, THEN;
        0x2403 OFLAGS: Be16, Kind::Has(Int::Be16, GRE_KEY), "||-", READ;
        0x2405 OKEY_SHOWN: Raw, Kind::Custom(&super::KEY), "okey", READ, THEN;
        0x2402 ISEQ_SHOWN: Be16, Kind::Has(Int::Be16, GRE_SEQ), "iseq", READ;
        0x2403 OSEQ_SHOWN: Be16, Kind::Has(Int::Be16, GRE_SEQ), "oseq", READ;
        0x2402 ICSUM: Be16, Kind::Has(Int::Be16, GRE_CSUM), "icsum";
        0x2403 OCSUM: Be16, Kind::Has(Int::Be16, GRE_CSUM), "ocsum";
        0x300d ALLOW_LOCAL: u32, Kind::Has(Int::U32, tnl_f::ALLOW_LOCAL_REMOTE),
            "allow-localremote|ip6_tnl_f_allow_local_remote", EXACT;
        0x031c SIX_RD: u16, Kind::Num(Int::U16), "||-", READ, NONZERO;
        0x031a SIX_RD_PREFIX: Raw, Kind::Ip, "|prefix|6rd-prefix %", READ, THEN;
        0x031c SIX_RD_PREFIXLEN: u16, Kind::Num(Int::U16), "|prefixlen|/% ", READ, THEN;
        0x031d SIX_RD_RELAY: u16, Kind::Num(Int::U16), "||-", READ, NONZERO;
        0x031b SIX_RD_RELAY_PREFIX: Raw, Kind::Ip, "|relay_prefix|6rd-relay_prefix %", READ, THEN;
        0x031d SIX_RD_RELAY_PREFIXLEN: u16, Kind::Num(Int::U16), "|relay_prefixlen|/% ", READ, THEN;
        0x031a PUT_PREFIX: Raw, Kind::Custom(&PREFIX), "6rd-prefix|||!inet6 prefix", WRITE;
        0x031b PUT_RELAY_PREFIX: Raw, Kind::Custom(&PREFIX), "6rd-relay_prefix|||!inet prefix", WRITE;
        0x031a RESET_PREFIX: Raw, Kind::Custom(&RESET), "6rd-reset", WRITE;
        0x300d ORIG_FWMARK: u32, Kind::Has(Int::U32, tnl_f::USE_ORIG_FWMARK),
            "|ip6_tnl_f_use_orig_fwmark|fwmark inherit ", READ;
        0x3014 FWMARK6: u32, Kind::Hex(Int::U32), "fwmark", READ, ELSE, NONZERO;
        0xc714 FWMARK: u32, Kind::Hex(Int::U32), "fwmark|||invalid fwmark\n", NONZERO, EXACT;
        0x0815 ERSPAN_INDEX: u32, Kind::Num(Int::U32), "erspan|erspan_index|erspan_index % |invalid erspan index\n",
            EXACT;
        0x0816 ERSPAN_VER: u8, Kind::Num(Int::U8), "erspan_ver|||invalid erspan version\n", EXACT;
        0x0817 ERSPAN_DIR: u8, Kind::Enum(Int::U8, &DIRS), "erspan_dir|||Invalid erspan direction.", EXACT, KNOWN;
        0x0818 ERSPAN_HWID: u16, Kind::Hex(Int::U16), "erspan_hwid|||invalid erspan hwid\n", EXACT;
        0x370e ENCAP_TYPE: u16, Kind::Custom(&ENCAP), "encap|type|encap % |Invalid encap type.", EXACT, NONZERO;
        0x370e NOENCAP: u16, Kind::Word(Int::U16, 0), "noencap", WRITE, EXACT;
        0x3710 ENCAP_SPORT: Be16, Kind::Custom(&SPORT), "encap-sport|sport||Invalid source port.", EXACT, THEN;
        0x3711 ENCAP_DPORT: Be16, Kind::Num(Int::Be16), "encap-dport|dport||Invalid destination port.",
            EXACT, THEN;
        0x370f ENCAP_FLAGS: u16, Kind::Has(Int::U16, 1), "encap-csum|csum", EXACT, THEN, NO;
        0x370f PUT_CSUM6: u16, Kind::Has(Int::U16, 2), "encap-udp6-csum", EXACT, WRITE;
        0x370f CSUM6: u16, Kind::Has(Int::U16, 2), "encap-csum6|csum6", READ, THEN, NO;
        0x370f REMCSUM: u16, Kind::Has(Int::U16, 4), "encap-remcsum|remcsum", EXACT, THEN, NO;
        // By the number of the row that opens: what is opened is closed, whatever is between.
        0x370e ENCAP_END: u16, Kind::Custom(&CLOSE), "", READ, THEN;
    }
}

static ADDRESS: Custom =
    Custom { show: show_address, put: |r, b, w, _| put_address(r, b, w, &[0; 4]), value: "ADDR" };
static ADDRESS6: Custom =
    Custom { show: show_address, put: |r, b, w, _| put_address(r, b, w, &[0; 16]), value: "ADDR" };

fn show_address(row: &AttrSpec, payload: &[u8], out: &mut Out<'_>, _: &mut dyn Resolve) {
    let Some(ip) = Ip::from_bytes(payload) else { return };
    let text = ip::print(&ip);
    row.show_str(out, if ip.is_unspecified() { b"any" } else { text.as_bytes() });
}

/// `none` is what stands for `any`.
fn put_address(row: &AttrSpec, b: &mut Build<'_>, word: &[u8], none: &[u8]) -> Result<(), Bad> {
    let family = if none.len() == 4 { af::AF_INET } else { af::AF_INET6 };
    let ip = ip::parse_hinted(word, family).map_err(|_| Bad::Value)?;
    b.raw(row.ty, if ip.bytes().is_empty() { none } else { ip.bytes() });
    Ok(())
}

static TTL: Custom = Custom {
    show: |row, payload, out, _| {
        let v = u64::from(payload.first().copied().unwrap_or(0));
        out.text(row.keyword());
        out.num_of(row.json(), if v == 0 { " inherit " } else { " % " }, v);
    },
    put: |row, b, word, _| {
        let v = if word == b"inherit" { 0 } else { num::parse_u8(word).ok_or(Bad::Value)? };
        b.raw(row.ty, &[v]);
        Ok(())
    },
    value: "{ N | inherit }",
};

/// Traffic class and flow label of RFC 8200 in four bytes.
static FLOWINFO: Custom = Custom {
    show: |row, payload, out, _| {
        let v = Int::Be32.read(payload).unwrap_or(0);
        let label = row.keyword() == "flowlabel";
        let mut text: heapless::Vec<u8, 20> = heapless::Vec::new();
        let _ = text.extend_from_slice(b"0x");
        let digits = if label { num::hex_pad(v & 0xf_ffff, 5) } else { num::hex_pad(v >> 20 & 0xff, 2) };
        let _ = text.extend_from_slice(digits.as_bytes());
        row.show_str(out, &text);
    },
    put: |_, _, _, _| Err(Bad::Value),
    value: "",
};

/// What a tunnel over IPv6 has as a number of its own or takes from the packet, which a bit of its flags says. The row
/// is that of the flags; the number's own is not far from it.
static INHERIT: Custom = Custom { show: |_, _, _, _| {}, put: put_inherit, value: "{ N | inherit }" };

fn put_inherit(row: &AttrSpec, b: &mut Build<'_>, word: &[u8], _: &mut dyn Resolve) -> Result<(), Bad> {
    let flags = row.ty;
    // The bit, the attribute, base and bits of the number, and where it stands in the flow information.
    let (bit, ty, base, max, shift) = match row.keyword().as_bytes() {
        [b'e', ..] => (tnl_f::IGN_ENCAP_LIMIT, flags.wrapping_sub(2), 0, 0xff, 0),
        [b't', ..] => (tnl_f::USE_ORIG_TCLASS, flags.wrapping_sub(1), 16, 0xff, 20),
        [b'd', ..] => (tnl_f::RCV_DSCP_COPY, 0, 0, 0, 0),
        [_, b'l', ..] => (tnl_f::USE_ORIG_FLOWLABEL, flags.wrapping_sub(1), 16, 0xf_ffff, 0),
        _ => (tnl_f::USE_ORIG_FWMARK, data::FWMARK.ty() & 0xff, 0, u64::from(u32::MAX), 0),
    };
    let inherit = word == if base == 0 && max == 0xff { &b"none"[..] } else { b"inherit" };
    let v = if inherit { Some(0) } else { num::parse_u64_base(word, base).filter(|v| *v <= max && max != 0) };
    let v: u64 = v.ok_or(Bad::Value)?;
    Int::U32.bits(b, flags, bit.into(), inherit);
    match max {
        _ if inherit => {}
        _ if base == 16 => {
            Int::Be32.bits(b, ty, max.wrapping_shl(shift), false);
            Int::Be32.bits(b, ty, v.wrapping_shl(shift), true);
        }
        0xff => drop(Int::U8.put(b, ty, v)),
        _ => drop(Int::U32.put(b, ty, v)),
    }
    Ok(())
}

/// A key in network order, as a number or like an address. `key` is both ways' own; where flags say whether there is
/// one, they are numbered two below.
static KEY: Custom = Custom {
    show: |row, payload, out, _| {
        if let Some(ip) = Ip::from_bytes(payload) {
            row.show_str(out, ip::print(&ip).as_bytes());
        }
    },
    put: put_key,
    value: "KEY",
};

fn put_key(row: &AttrSpec, b: &mut Build<'_>, word: &[u8], _: &mut dyn Resolve) -> Result<(), Bad> {
    let no = matches!(word, [b'n', ..]);
    let key = match ip::parse_hinted(word, af::AF_INET) {
        Ok(ip) if crate::bytes::has(word, b'.') => ip.bytes().first_chunk().copied(),
        _ => num::parse_u32(word).map(u32::to_be_bytes),
    };
    let key = key.or(no.then_some([0; 4])).ok_or(Bad::Value)?;
    let both = row.keyword() == "key";
    for ty in row.ty..=row.ty.saturating_add(both.into()) {
        if row.flags.has(crate::spec::RowFlags::NO) {
            Int::Be16.bits(b, ty.saturating_sub(2), GRE_KEY.into(), !no);
        }
        b.raw(ty, &key);
    }
    Ok(())
}

/// `seq` and `csum`, for both ways.
static BOTH: Custom = Custom { show: |_, _, _, _| {}, put: put_both, value: "" };

fn put_both(row: &AttrSpec, b: &mut Build<'_>, word: &[u8], _: &mut dyn Resolve) -> Result<(), Bad> {
    let bit = if row.keyword() == "seq" { GRE_SEQ } else { GRE_CSUM };
    for ty in [row.ty, row.ty.saturating_add(1)] {
        Int::Be16.bits(b, ty, bit.into(), !matches!(word, [b'n', ..]));
    }
    Ok(())
}

/// A prefix: its length is the attribute two behind.
static PREFIX: Custom = Custom { show: |_, _, _, _| {}, put: put_prefix, value: "PREFIX" };

fn put_prefix(row: &AttrSpec, b: &mut Build<'_>, word: &[u8], _: &mut dyn Resolve) -> Result<(), Bad> {
    let family = if row.keyword() == "6rd-prefix" { af::AF_INET6 } else { af::AF_INET };
    let p = Prefix::parse(word, family).map_err(|_| Bad::Value)?;
    b.raw(row.ty, p.ip.bytes());
    b.raw(row.ty.saturating_add(2), &u16::from(p.len).to_ne_bytes());
    Ok(())
}

/// Back to 6to4: 2002::/16 and no relay.
static RESET: Custom = Custom {
    show: |_, _, _, _| {},
    put: |row, b, _, _| {
        let relay = row.ty.saturating_add(1);
        b.raw(row.ty, &[0x20, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        b.raw(relay, &[0; 4]);
        b.raw(relay.saturating_add(1), &16_u16.to_ne_bytes());
        b.raw(relay.saturating_add(2), &[0; 2]);
        Ok(())
    },
    value: "",
};

/// Opens what [`CLOSE`] closes: the rows between are of one object.
static ENCAP: Custom = Custom {
    show: |row, payload, out, _| {
        let name = Int::U16.read(payload).and_then(|v| ENCAPS.name(v)).unwrap_or("unknown");
        out.open_object("encap");
        out.str_of(row.json(), "encap % ", name.as_bytes());
    },
    put: |row, b, word, _| {
        let v = ENCAPS.number(word).ok_or(Bad::Value)?;
        Int::U16.put(b, row.ty, v.into());
        Ok(())
    },
    value: "{ fou | gue | none }",
};
static CLOSE: Custom =
    Custom { show: |_, _, out, _| out.close_object(), put: |_, _, _, _| Err(Bad::Value), value: "" };

static SPORT: Custom = Custom {
    show: |row, payload, out, _| {
        let v = Int::Be16.read(payload).unwrap_or(0);
        out.num_of(row.json(), if v == 0 { "encap-sport auto " } else { "encap-sport % " }, v);
    },
    put: |row, b, word, _| {
        let v = if word == b"auto" { 0 } else { num::parse_u16(word).ok_or(Bad::Value)? };
        Int::Be16.put(b, row.ty, v.into());
        Ok(())
    },
    value: "{ PORT | auto }",
};

/// `IFLA_IPTUN_*` by the number that `IFLA_GRE_*` gives the same.
const IPTUN: &[u8] =
    &[0, 1, 0, 0, 0, 0, 2, 3, 4, 5, 10, 6, 7, 8, 15, 16, 17, 18, 19, 0, 20, 0, 0, 0, 0, 9, 11, 12, 13, 14];
/// `IFLA_VTI_*` by the same.
const VTI: &[u8] = &[0, 1, 0, 0, 2, 3, 4, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 6];

macro_rules! kinds {
    ($($kind:ident $set:ident $name:literal $about:literal: $mask:literal $exact:literal $numbers:expr,
        $defaults:expr, $bad:ident $check:expr;)*) => {$(
        static $set: AttrSet = AttrSet {
            rows: "",
            pointed: &[Kind::View(&View {
                of: &data::SET,
                mask: $mask,
                exact: $exact,
                numbers: $numbers,
                defaults: $defaults,
            })],
        };
        #[doc = $about]
        pub const $kind: LinkKind = LinkKind {
            data: Some(&$set),
            bad: Complaint::$bad,
            says: Says::Nothing,
            check: $check,
            ..LinkKind::new($name, $about)
        };
    )*};
}

kinds! {
    IPIP IPIP_SET "ipip" "IPv4 in IPv4": 1 true IPTUN, &[(9, Int::U8, 0)], Ttl Some(over_ip);
    SIT SIT_SET "sit" "IPv6 in IPv4": 2 true IPTUN, &[(9, Int::U8, 0), (4, Int::U8, 0)], Ttl Some(over_ip);
    GRE GRE_SET "gre" "GRE over IPv4": 4 false &[], &[], Ttl Some(over_gre);
    GRETAP GRETAP_SET "gretap" "Ethernet in GRE over IPv4": 4 false &[], &[], Ttl Some(over_gre);
    ERSPAN ERSPAN_SET "erspan" "mirrored Ethernet in GRE over IPv4": 12 false &[], &[], Ttl Some(over_gre);
    IP6TNL IP6TNL_SET "ip6tnl" "IPv4 or IPv6 in IPv6": 0x10 true IPTUN,
        &[(9, Int::U8, 0), (4, Int::U8, 64), (6, Int::U8, 4), (16, Int::U16, 2)], HopLimit Some(over_ip);
    IP6GRE IP6GRE_SET "ip6gre" "GRE over IPv6": 0x20 false &[], GRE6, HopLimit Some(over_gre);
    IP6GRETAP IP6GRETAP_SET "ip6gretap" "Ethernet in GRE over IPv6": 0x20 false &[], GRE6, HopLimit Some(over_gre);
    IP6ERSPAN IP6ERSPAN_SET "ip6erspan" "mirrored Ethernet in GRE over IPv6": 0x28 false &[], GRE6,
        HopLimit Some(over_gre);
    VTI4 VTI_SET "vti" "IPsec over IPv4": 0x40 false VTI, &[], Own None;
    VTI6 VTI6_SET "vti6" "IPsec over IPv6": 0x80 false VTI, &[], Own None;
}

/// As [`View::defaults`]: the hop limit, the encapsulation limit, sums of UDP over IPv6.
const GRE6: &[(u8, Int, u8)] = &[(8, Int::U8, 64), (11, Int::U8, 4), (15, Int::U16, 2)];

/// A tunnel whose packets bring their own addresses has nothing else to say, but for what is inside.
fn external(options: &mut Build<'_>, ty: u16, proto: u16) {
    if !options.lacks(ty) {
        let inside = options.said(proto).and_then(|v| v.first()).copied();
        options.clear();
        options.raw(ty, &[]);
        if let Some(v) = inside {
            options.raw(proto, &[v]);
        }
    }
}

fn over_ip(options: &mut Build<'_>, _: bool) -> Option<&'static str> {
    external(options, 19, 9);
    let ttl = options.said(4).is_some_and(|v| v != [0]);
    (ttl && options.said(10) == Some(&[0])).then_some("!ttl != 0 and nopmtudisc are incompatible")
}

/// A tunnel to a group has its address for key, and must know where it sends from.
fn over_gre(options: &mut Build<'_>, _: bool) -> Option<&'static str> {
    external(options, 18, u16::MAX);
    let to = <[u8; 4]>::try_from(options.said(7)?).ok()?;
    if !Ip::v4(to).is_multicast() {
        return None;
    }
    for key in [data::IKEY.ty() & 0xff, data::OKEY.ty() & 0xff] {
        if options.lacks(key) {
            Int::Be16.bits(options, key.saturating_sub(2), GRE_KEY.into(), true);
            options.raw(key, &to);
        }
    }
    let local = options.said(6).is_some_and(|ip| ip != [0; 4]);
    (!local).then_some("A broadcast tunnel requires a source address.")
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use crate::rt::kind::find;
    use crate::rt::kind::tests::{bytes, shown};
    use crate::spec::{Kind, put};
    use crate::wire::attr::Attrs;
    use crate::wire::captured::{As, Known, captured};
    use std::vec::Vec;

    /// What `ip link add x0 type KIND …` of iproute2 6.1 sends as `IFLA_INFO_DATA`, its words, and how it is shown.
    static SENT: &[(&str, &str, &str, &str)] = &[
        (
            "gre",
            "remote 10.0.0.2 ikey 5 okey 1.2.3.4 csum oseq ttl 3 tos inherit nopmtudisc encap gue encap-dport 9",
            "6c0002000800040000000005080005000102030406000200a000000006000300b0000000080007000a00000205000a00000000000500\
             0900010000000500080003000000080014000000000006000e000200000006000f000000000006001000000000000600110000090000",
            "remote 10.0.0.2 ttl 3 tos inherit nopmtudisc ikey 0.0.0.5 okey 1.2.3.4 oseq icsum ocsum encap gue \
             encap-sport auto encap-dport 9 noencap-csum noencap-csum6 noencap-remcsum ",
        ),
        (
            "sit",
            "mode ip6ip local 10.0.0.1 ttl 64 6rd-prefix 2001:db8::/32 6rd-relay_prefix 10.0.0.0/8",
            "900002000500090029000000080002000a00000105000a0001000000050005000000000005000400400000000800010000000000080014\
             000000000006000f0000000000060010000000000006001100000000000600120000000000060008000000000014000b0020010db80000\
             0000000000000000000006000d002000000008000c000a00000006000e0008000000",
            "ip6ip local 10.0.0.1 ttl 64 pmtudisc 6rd-prefix 2001:db8::/32 6rd-relay_prefix 10.0.0.0/8 ",
        ),
        (
            "ip6tnl",
            "mode ipip6 remote fd00::3 encaplimit none tclass 0x20 flowlabel inherit dscp inherit fwmark 7",
            "70000200050009000400000014000300fd00000000000000000000000000000305000400400000000500060004000000080007000200000\
             0080008001500000008000100000000000800140007000000060\
             00f0000000000060010000200000006001100000000000600120000000000",
            "ipip6 remote fd00::3 hoplimit 64 encaplimit none tclass 0x20 flowlabel inherit dscp inherit fwmark 0x7 ",
        ),
        (
            "vti",
            "key 9 remote 10.0.0.2",
            "2400020008000200000000090800030000000009080005000a0000020800060000000000",
            "remote 10.0.0.2 ikey 0.0.0.9 okey 0.0.0.9 ",
        ),
    ];

    /// The bytes of `kind`'s line.
    fn sent(kind: &str, hex: &str) -> Vec<u8> {
        let words: Known<'_> = match kind {
            "gre" => &[(14, As::Numbers(&[2]))],
            "sit" => &[(13, As::Numbers(&[2])), (14, As::Numbers(&[2])), (15, As::Numbers(&[2]))],
            "ip6tnl" => &[(8, As::Numbers(&[4])), (15, As::Numbers(&[2]))],
            _ => &[],
        };
        let bytes = bytes(hex);
        let (head, data) = bytes.split_at(4);
        [head, &captured(find(kind.as_bytes()).unwrap().data, words, data)].concat()
    }

    #[test]
    fn shows_what_iproute2_sends() {
        for (kind, _, hex, text) in SENT {
            assert_eq!(shown(kind, &sent(kind, hex), false), *text, "{kind}");
        }
    }

    /// Attributes that are 0 are left out by us: the kernel takes them for 0.
    #[test]
    fn sends_what_iproute2_sends() {
        for (kind, line, hex, _) in SENT {
            let kind = find(kind.as_bytes()).unwrap();
            let set = kind.data.unwrap();
            let mut room = [0; 1024];
            let mut b = Build::new(&mut room, 0, 0, &[]);
            for (ty, int, v) in set.view().unwrap().defaults {
                int.put(&mut b, (*ty).into(), (*v).into());
            }
            let mut words = line.split(' ');
            while let Some(word) = words.next() {
                let row = put::find(set, word.as_bytes()).unwrap();
                let alone = matches!(row.kind, Kind::Has(..) | Kind::Flip) || word == "csum";
                let value = if alone { word } else { words.next().unwrap() };
                put::put(&row, &mut b, value.as_bytes(), &mut crate::rt::kind::tests::Nobody).unwrap();
            }
            assert_eq!((kind.check.unwrap_or(|_, _| None))(&mut b, true), None);
            let ours = b.attrs(0);
            let theirs = sent(kind.name, hex);
            for a in Attrs::new(&theirs[4..]) {
                let said = b.said(a.ty).map(<[u8]>::to_vec);
                if a.payload.iter().any(|b| *b != 0) && !(a.ty == 10 && a.payload == [1]) {
                    assert_eq!(said.as_deref(), Some(a.payload), "{} {}", kind.name, a.ty);
                }
            }
            let known: Vec<u16> = Attrs::new(&theirs[4..]).map(|a| a.ty).collect();
            assert!(ours.into_iter().all(|a| known.contains(&a.ty)), "{}", kind.name);
        }
    }

    #[test]
    fn an_encapsulation_without_its_flags_is_whole() {
        let mut room = [0; 64];
        let mut b = Build::new(&mut room, 0, 0, &[]);
        b.raw(14, &2_u16.to_ne_bytes());
        let data = [&[0; 4], b.attrs(0).bytes()].concat();
        assert_eq!(shown("gre", &data, true), "\"encap\":{\"type\":\"gue\"}");
    }

    #[test]
    fn a_tunnel_to_a_group_has_its_address_for_key_and_needs_its_own() {
        let mut room = [0; 256];
        let mut b = Build::new(&mut room, 0, 0, &[]);
        b.raw(7, &[224, 1, 1, 1]);
        assert!(over_gre(&mut b, true).is_some());
        assert_eq!((b.said(4), b.said(2)), (Some(&[224, 1, 1, 1][..]), Some(&[0x20, 0][..])));
        b.raw(6, &[10, 0, 0, 1]);
        assert!(over_gre(&mut b, true).is_none());
    }

    #[test]
    fn external_is_all_that_such_a_tunnel_says() {
        let mut room = [0; 256];
        let mut b = Build::new(&mut room, 0, 0, &[]);
        for ty in [4, 9, 19] {
            b.raw(ty, &[1]);
        }
        assert_eq!(over_ip(&mut b, true), None);
        assert!(b.lacks(4) && b.said(19) == Some(&[]) && b.said(9) == Some(&[1]));
    }

    #[test]
    fn words_are_shortened_as_each_kind_allows() {
        let is = |kind: &str, word: &str| {
            put::find(find(kind.as_bytes()).unwrap().data.unwrap(), word.as_bytes()).map(|r| r.keyword())
        };
        assert_eq!((is("gre", "r"), is("ipip", "r")), (Some("remote"), None));
        assert_eq!(
            (is("gre", "ds"), is("ipip", "ds"), is("ip6tnl", "de")),
            (Some("tos"), Some("tos"), Some("dev"))
        );
        assert_eq!(
            (is("gre", "n"), is("gre", "nop"), is("gre", "nos")),
            (Some("key"), Some("pmtudisc"), Some("seq"))
        );
        assert_eq!((is("ipip", "nopmtudisc"), is("ipip", "nop")), (Some("pmtudisc"), None));
        assert_eq!(
            (is("gre", "i"), is("gre", "ic"), is("gre", "o")),
            (Some("ikey"), Some("icsum"), Some("okey"))
        );
        assert_eq!(
            (is("ip6gre", "fl"), is("ip6gre", "flow"), is("vti", "nokey")),
            (Some("flowlabel"), None, None)
        );
        assert_eq!((is("gre", "erspan_ver"), is("erspan", "erspan_ver")), (None, Some("erspan_ver")));
        assert_eq!((is("ip6tnl", "encap"), is("ip6tnl", "encaplimit")), (Some("encap"), Some("encaplimit")));
    }
}
