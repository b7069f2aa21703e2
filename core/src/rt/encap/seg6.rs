//! Segment routing over IPv6: `encap seg6`, `seg6local` and `rpl` (`linux/seg6_iptunnel.h`, `linux/seg6_local.h`,
//! `linux/rpl_iptunnel.h`; RFC 8754, RFC 6554).

use crate::bytes::Reader;
use crate::rt::names::TABLES;
use crate::spec::show::show;
use crate::spec::{AttrSpec, Bad, Custom, Many, Resolve};
use crate::text::ip::{self, Ip, af};
use crate::text::num;
use crate::text::out::{Out, Style};
use crate::wire::attr::Attrs;
use crate::wire::build::Build;
use crate::{attrs, names};

names! {
    /// `SEG6_IPTUN_MODE_*`.
    pub static MODES = 0 "inline", 1 "encap", 2 "l2encap", 3 "encap.red", 4 "l2encap.red";
    /// `SEG6_LOCAL_ACTION_*`.
    pub static ACTIONS = 1 "End", 2 "End.X", 3 "End.T", 4 "End.DX2", 5 "End.DX6", 6 "End.DX4", 7 "End.DT6",
        8 "End.DT4", 9 "End.B6", 10 "End.B6.Encaps", 11 "End.BM", 12 "End.S", 13 "End.AS", 14 "End.AM",
        15 "End.BPF", 16 "End.DT46";
    /// `SEG6_LOCAL_FLV_OP_*`, as bits.
    pub static FLAVORS = 2 "psp", 4 "usp", 8 "usd", 16 "next-csid";
}

attrs! {
    /// `SEG6_IPTUNNEL_*`.
    pub mod iptunnel = "seg6" {
        1 SRH: Raw, Kind::Custom(&MODE), "mode";
        1 SEGS: Raw, Kind::Custom(&SEGMENTS), "segs|||inet6", WRITE;
    }
}

attrs! {
    /// `SEG6_LOCAL_*`.
    pub mod local = "seg6local" {
        1 ACTION: u32, Kind::Enum(Int::U32, &ACTIONS), "action";
        2 SRH: Raw, Kind::Many(&SRH_SEGMENTS), "srh|||missing \"segs\" attribute for srh\n";
        3 TABLE: u32, Kind::Enum(Int::U32, &TABLES), "table|||invalid table id\n";
        9 VRFTABLE: u32, Kind::Enum(Int::U32, &TABLES), "vrftable|||invalid vrf table id\n";
        4 NH4: Raw, Kind::Ip, "nh4|||inet";
        5 NH6: Raw, Kind::Ip, "nh6|||inet6";
        6 IIF: u32, Kind::IfIndex, "iif";
        7 OIF: u32, Kind::IfIndex, "oif";
        10 COUNTERS: Nested, Kind::Many(&COUNT), "count|stats64";
        11 FLAVOR: Nested, Kind::Custom(&FLAVOR_BITS), "flavors|||invalid \"flavors\" attribute\n";
        11 LBLEN: Nested, Kind::Custom(&LENGTH), "lblen|||invalid \"%\" attribute\n", WRITE;
        11 NFLEN: Nested, Kind::Custom(&LENGTH), "nflen|||invalid \"%\" attribute\n", WRITE;
    }
}

attrs! {
    /// `SEG6_LOCAL_CNT_*`.
    pub mod counters = "counters" {
        2 PACKETS: u64, Kind::Num(Int::U64), "packets";
        3 BYTES: u64, Kind::Num(Int::U64), "bytes";
        4 ERRORS: u64, Kind::Num(Int::U64), "errors";
    }
}

attrs! {
    /// `RPL_IPTUNNEL_*`.
    pub mod rpl = "rpl" {
        1 SRH: Raw, Kind::Custom(&SEGMENTS), "segs|||inet6";
    }
}

/// Appends the routing header to attribute `ty`: `struct ipv6_sr_hdr` or `struct ipv6_rpl_sr_hdr`, eight bytes, and the
/// segments of `word`, the last one first. `inline`: the packet's own destination stands for the last one.
fn put_header(b: &mut Build<'_>, ty: u16, word: &[u8], inline: bool, rpl: bool) -> Result<(), Bad> {
    let mark = b.mark();
    let at = b.resume(ty);
    let own = u8::from(inline);
    let count = word.iter().filter(|c| **c == b',').count();
    let last = u8::try_from(count).unwrap_or(u8::MAX).saturating_add(own);
    let all = last.saturating_add(1);
    let words = all.saturating_mul(2);
    b.bytes(&if rpl { [0, words, 3, all, 0, 0, 0, 0] } else { [0, words, 4, last, last, 0, 0, 0] });
    if inline {
        b.bytes(&[0; 16]);
    }
    for segment in word.rsplit(|c| *c == b',') {
        let Ok(ip) = ip::parse_hinted(segment, af::AF_INET6) else {
            b.undo(mark);
            return Err(Bad::Value);
        };
        b.bytes(ip.bytes());
    }
    b.close(at);
    Ok(())
}

/// Prints the segments of a routing header, the first one first.
fn show_header(header: &[u8], out: &mut Out<'_>) {
    let mut r = Reader::new(header);
    let Some([_, len, kind, left, first, flags, _, _]) = r.array::<8>() else { return };
    // RFC 6554 knows only how many are left, which is all of them.
    let count = if kind == 3 { left } else { first.saturating_add(1) };
    let Some(segments) = r.take(usize::from(count).saturating_mul(16)) else { return };
    out.num("|segs % ", count.into());
    out.open_array("segs", "[ ");
    for segment in segments.rchunks(16) {
        let Some(ip) = Ip::from_bytes(segment) else { break };
        out.style(Style::Inet6).str("-|% ", ip::print(&ip).as_bytes());
    }
    out.close_array("] ");
    // The id of a key, four bytes into the TLV behind the segments.
    if kind == 4
        && flags & 8 != 0
        && len > count.saturating_mul(2)
        && let Some(id) = r.rest().get(4..8).and_then(crate::bytes::uint_be)
    {
        if out.json() {
            out.hex("hmac|", id);
        } else {
            hmac(out, id);
        }
    }
}

fn hmac(out: &mut Out<'_>, id: u64) {
    out.text("hmac ");
    for digit in num::hex(id).as_bytes() {
        out.bytes(&[digit.to_ascii_uppercase()]);
    }
    out.blank();
}

/// `struct seg6_iptunnel_encap`: the mode as u32, then the header.
static MODE: Custom = Custom {
    show: |_, payload, out, _| {
        let mut r = Reader::new(payload);
        let mode = r.u32().unwrap_or(u32::MAX);
        out.str("mode|mode % ", MODES.name(mode.into()).unwrap_or("<unknown>").as_bytes());
        show_header(r.rest(), out);
    },
    put: |row, b, word, _| {
        b.raw(row.ty, &MODES.number(word).ok_or(Bad::Value)?.to_ne_bytes());
        Ok(())
    },
    value: "MODE",
};

/// The segments of `seg6`, behind its mode, and of `rpl`.
static SEGMENTS: Custom = Custom {
    show: |_, payload, out, _| show_header(payload, out),
    put: |row, b, word, _| {
        let rpl = !row.flags.has(crate::spec::RowFlags::WRITE);
        if !rpl && b.lacks(row.ty) {
            return Err(Bad::Value);
        }
        let inline = b.here(row.ty) == Some(&[0; 4]);
        put_header(b, row.ty, word, inline, rpl)
    },
    value: "ADDR[,ADDR]...",
};

/// `srh segs ADDR,…`
static SRH_SEGMENTS: Many = Many {
    custom: Custom {
        show: |row, payload, out, _| {
            out.open_object(row.json());
            show_header(payload, out);
            out.close_object();
        },
        put: |row, b, word, _| {
            if b.lacks(row.ty) {
                // Until its segments come, an empty attribute keeps that `segs` has been read.
                b.raw(row.ty, &[]);
                return if word == b"segs" { Ok(()) } else { Err(Bad::Value) };
            }
            let inline = b.here(local::ACTION.ty()) == Some(&9_u32.to_ne_bytes());
            put_header(b, row.ty, word, inline, false)
        },
        value: "segs ADDR[,ADDR]...",
    },
    more: |n, _| n < 2,
};

/// Counters are asked for by their presence, each zero.
static COUNT: Many = Many {
    custom: Custom {
        show: |row, payload, out, host| {
            out.open_object(row.json());
            show(&counters::SET, payload, out, host);
            out.close_object();
        },
        put: |row, b, _, _| {
            let mut nest = b.nest(row.ty);
            for ty in counters::PACKETS.ty()..=counters::ERRORS.ty() {
                nest.raw(ty, &[0; 8]);
            }
            Ok(())
        },
        value: "",
    },
    more: |_, _| false,
};

/// `SEG6_LOCAL_FLV_OPERATION` is 1.
static FLAVOR_BITS: Custom = Custom { show: show_flavors, put: put_flavors, value: "FLAVOR[,FLAVOR]..." };

fn put_flavors(row: &AttrSpec, b: &mut Build<'_>, word: &[u8], _: &mut dyn Resolve) -> Result<(), Bad> {
    let mut bits = 0_u32;
    for name in word.split(|c| *c == b',') {
        bits |= FLAVORS.number(name).ok_or(Bad::Value)?;
    }
    b.nest(row.ty).raw(1, &bits.to_ne_bytes());
    Ok(())
}

fn show_flavors(row: &AttrSpec, payload: &[u8], out: &mut Out<'_>, host: &mut dyn Resolve) {
    let attrs = Attrs::new(payload);
    out.open_array(row.json(), "flavors ");
    let mut label = "-|%";
    for (_, name) in FLAVORS.bits(attrs.get(flavor::OPERATION).unwrap_or(0)) {
        out.str(label, name.as_bytes());
        label = "-|,%";
    }
    out.close_array(" ");
    show(&flavor::SET, payload, out, host);
}

attrs! {
    /// `SEG6_LOCAL_FLV_*`.
    pub mod flavor = "flavors" {
        1 OPERATION: u32, Kind::Bits(Int::U32, &FLAVORS), "flavors", WIRE;
        2 LBLEN: u8, Kind::Num(Int::U8), "lblen";
        3 NFLEN: u8, Kind::Num(Int::U8), "nflen";
    }
}

/// The lengths of what `next-csid` takes: of the common block, and of a function.
static LENGTH: Custom = Custom {
    show: |_, _, _, _| {},
    put: |row, b, word, _| {
        let v = num::parse_u8(word).ok_or(Bad::Value)?;
        let at = b.resume(row.ty);
        b.raw(if row.keyword() == "lblen" { 2 } else { 3 }, &[v]);
        b.close(at);
        Ok(())
    },
    value: "BITS",
};

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use crate::conn::Errno;
    use crate::spec::put::put;
    use crate::text::ifname::IfName;
    use crate::wire::captured::{As, captured};
    use std::string::String;
    use std::vec::Vec;

    struct Nobody;
    impl Resolve for Nobody {
        fn ifname(&mut self, _: u32) -> IfName {
            IfName::default()
        }
        fn ifindex(&mut self, _: &[u8]) -> Option<u32> {
            None
        }
    }

    /// The words as one nest, as the rows write them.
    fn built(set: &'static crate::spec::AttrSet, words: &[(&str, &str)]) -> Result<Vec<u8>, Bad> {
        let mut tx = [0; 512];
        let mut m = Build::new(&mut tx, 0, 0, &[]);
        let nest = m.open(22);
        let outer = m.enter(nest);
        for (keyword, value) in words {
            let row = set.iter().find(|row| row.keyword() == *keyword).unwrap();
            put(&row, &mut m, value.as_bytes(), &mut Nobody)?;
        }
        m.leave(outer);
        m.close(nest);
        Ok(m.attrs(0).raw(22).unwrap().to_vec())
    }

    fn shown(set: &'static crate::spec::AttrSet, bytes: &[u8]) -> String {
        let (mut text, mut page) = (Vec::new(), [0; 512]);
        let mut out = Out::new(&mut text, &mut page);
        show(set, bytes, &mut out, &mut Nobody);
        out.finish().map_err(Errno).unwrap();
        String::from_utf8(text).unwrap()
    }

    // What iproute2 sends for the same words.
    const ENCAP: &[u8] = b"\x30\0\x01\0\x01\0\0\0\0\x04\x04\x01\x01\0\0\0\
        \0\xfd\0\0\0\0\0\0\0\0\0\0\0\0\0\x02\0\xfd\0\0\0\0\0\0\0\0\0\0\0\0\0\x01";
    const INLINE: &[u8] = b"\x30\0\x01\0\0\0\0\0\0\x04\x04\x01\x01\0\0\0\
        \0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xfd\0\0\0\0\0\0\0\0\0\0\0\0\0\x01";
    const B6: &[u8] = b"\x08\0\x01\0\x09\0\0\0\x3c\0\x02\0\0\x06\x04\x02\x02\0\0\0\
        \0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xfd\0\0\0\0\0\0\0\0\0\0\0\0\0\x02\
        \0\xfd\0\0\0\0\0\0\0\0\0\0\0\0\0\x01";
    const RPL: &[u8] = b"\x2c\0\x01\0\0\x04\x03\x02\0\0\0\0\
        \0\xfd\0\0\0\0\0\0\0\0\0\0\0\0\0\x02\0\xfd\0\0\0\0\0\0\0\0\0\0\0\0\0\x01";

    /// A header behind its mode.
    fn moded(bytes: &[u8]) -> Vec<u8> {
        captured(None, &[(1, As::Numbers(&[4]))], bytes)
    }

    #[test]
    fn segments_are_the_bytes_of_iproute2() {
        let seg6 = &iptunnel::SET;
        assert_eq!(built(seg6, &[("mode", "encap"), ("segs", "fd::1,fd::2")]).unwrap(), moded(ENCAP));
        assert_eq!(built(seg6, &[("mode", "inline"), ("segs", "fd::1")]).unwrap(), moded(INLINE));
        assert_eq!(
            built(&local::SET, &[("action", "End.B6"), ("srh", "segs"), ("srh", "fd::1,fd::2")]).unwrap(),
            captured(Some(&local::SET), &[], B6)
        );
        assert_eq!(
            built(&rpl::SET, &[("segs", "fd::1,fd::2")]).unwrap(),
            captured(Some(&rpl::SET), &[], RPL)
        );
        assert_eq!(built(seg6, &[("segs", "fd::1")]), Err(Bad::Value), "the mode comes first");
        assert_eq!(built(seg6, &[("mode", "encap"), ("segs", "fd::1,x")]), Err(Bad::Value));
        assert_eq!(built(&local::SET, &[("srh", "fd::1")]), Err(Bad::Value), "`segs` is missing");
    }

    #[test]
    fn segments_are_shown_first_to_last() {
        assert_eq!(shown(&iptunnel::SET, &moded(ENCAP)), "mode encap segs 2 [ fd::1 fd::2 ] ");
        assert_eq!(shown(&iptunnel::SET, &moded(INLINE)), "mode inline segs 2 [ fd::1 :: ] ");
        let b6 = captured(Some(&local::SET), &[], B6);
        assert_eq!(shown(&local::SET, &b6), "action End.B6 segs 3 [ fd::1 fd::2 :: ] ");
        let whole = captured(Some(&rpl::SET), &[], RPL);
        assert_eq!(shown(&rpl::SET, &whole), "segs 2 [ fd::1 fd::2 ] ");
        // A header that says more segments than it has.
        assert_eq!(shown(&rpl::SET, &whole[..30]), "");
        let mut short = moded(ENCAP);
        short[12] = 9;
        assert_eq!(shown(&iptunnel::SET, &short), "mode encap ");
    }

    #[test]
    fn flavors_are_bits_and_lengths() {
        let words = [("flavors", "psp,next-csid"), ("lblen", "32"), ("nflen", "16")];
        let bytes = built(&local::SET, &words).unwrap();
        assert_eq!(shown(&local::SET, &bytes), "flavors psp,next-csid lblen 32 nflen 16 ");
        assert_eq!(built(&local::SET, &[("flavors", "psp,x")]), Err(Bad::Value));
    }
}
