//! Nexthop objects: `struct nhmsg` and `NHA_*` (`linux/nexthop.h`).

use crate::bytes::{Reader, uint_ne};
use crate::spec::{AttrSpec, Bad, Custom, Resolve};
use crate::text::num;
use crate::text::out::{Out, Val};
use crate::wire::build::Build;
use crate::{attrs, names};

/// Bytes of `struct nhmsg`: family, scope, protocol, a reserved byte, and flags (`RTNH_F_*`) as u32.
pub const NHMSG_LEN: usize = 8;
/// Offset of the address family.
pub const FAMILY_AT: usize = 0;
/// Offset of the protocol, `RTPROT_*`.
pub const PROTOCOL_AT: usize = 2;
/// Offset of the flags.
pub const FLAGS_AT: usize = 4;

names! {
    /// `NEXTHOP_GRP_TYPE_*`.
    pub static TYPES = 0 "mpath", 1 "resilient";
}

/// `NEXTHOP_GRP_TYPE_RES`.
pub const RESILIENT: u16 = 1;

attrs! {
    /// `NHA_*`.
    pub mod nha = "nexthop" {
        1 ID: u32, Kind::Num(Int::U32), "id";
        2 GROUP: Raw, Kind::Bytes, "group";
        3 GROUP_TYPE: u16, Kind::Enum(Int::U16, &TYPES), "type", NONZERO;
        12 RES_GROUP: Nested, Kind::Nest(&res_group::SET), "resilient_args||-";
        13 RES_BUCKET: Nested, Kind::Nest(&res_bucket::SET), "bucket||-";
        4 BLACKHOLE: Flag, Kind::Flag, "blackhole";
        5 OIF: u32, Kind::IfIndex, "dev";
        6 GATEWAY: Raw, Kind::Ip, "via|gateway";
        7 ENCAP_TYPE: u16, Kind::Num(Int::U16), "encap";
        8 ENCAP: Nested, Kind::Bytes, "encap";
        9 GROUPS: Flag, Kind::Flag, "groups";
        10 MASTER: u32, Kind::IfIndex, "master";
        11 FDB: Flag, Kind::Flag, "fdb";
        14 OP_FLAGS: u32, Kind::Hex(Int::U32), "op-flags";
    }
}

attrs! {
    /// `NHA_RES_GROUP_*`.
    pub mod res_group = "resilient" {
        1 BUCKETS: u16, Kind::Num(Int::U16), "buckets|||invalid buckets value";
        2 IDLE_TIMER: u32, Kind::Custom(&TIME), "idle_timer|||invalid idle timer value";
        3 UNBALANCED_TIMER: u32, Kind::Custom(&TIME), "unbalanced_timer|||invalid unbalanced timer value";
        4 UNBALANCED_TIME: u64, Kind::Custom(&TIME), "unbalanced_time", READ;
    }
}

attrs! {
    /// `NHA_RES_BUCKET_*`.
    pub mod res_bucket = "bucket" {
        1 INDEX: u16, Kind::Num(Int::U16), "index";
        2 IDLE_TIME: u64, Kind::Custom(&TIME), "idle_time";
        3 NH_ID: u32, Kind::Num(Int::U32), "nhid";
    }
}

/// Hundredths of a second; said in seconds.
static TIME: Custom = Custom {
    show: |row, payload, out, _| {
        out.text(row.keyword());
        out.value(row.json(), " % ", Val::Raw(num::general(uint_ne(payload).unwrap_or(0), 2).as_bytes()));
    },
    put: |row: &AttrSpec, b: &mut Build<'_>, word: &[u8], _: &mut dyn Resolve| {
        let v = num::parse_u32(word).and_then(|v| v.checked_mul(100)).ok_or(Bad::Value)?;
        b.raw(row.ty, &v.to_ne_bytes());
        Ok(())
    },
    value: "SECONDS",
};

/// `NHA_OP_FLAG_RESP_GRP_RESVD_0`: what a kernel before 6.12 left uninitialised in a group is a number now.
pub const WIDE_WEIGHTS: u32 = 0x8000_0000;

/// Prints `NHA_GROUP`: `struct nexthop_grp` once or more, id u32, weight less one u8, its upper byte u8 if `wide`, two
/// bytes of nothing.
pub fn group(payload: &[u8], wide: bool, out: &mut Out<'_>) {
    out.open_array("group", "group");
    let mut r = Reader::new(payload);
    let mut label = "id| %";
    while let (Some(id), Some([low, high, ..])) = (r.u32(), r.array::<4>()) {
        out.open_record();
        out.num(label, id.into());
        let weight = u16::from_le_bytes([low, if wide { high } else { 0 }]);
        if weight != 0 {
            out.num("weight|,%", u64::from(weight).saturating_add(1));
        }
        out.close_object();
        label = "id|/%";
    }
    out.close_array(" ");
}
