//! Parameters and counters of the neighbour tables: `struct ndtmsg`, `NDTA_*`, `NDTPA_*` (`linux/neighbour.h`).

use crate::attrs;
use crate::spec::{AttrSpec, Custom, Resolve};
use crate::text::num;
use crate::text::out::Out;

/// Bytes of `struct ndtmsg` (the family) with its padding.
pub const NDTMSG_LEN: usize = 4;

attrs! {
    /// `NDTA_*`. Times are milliseconds.
    pub mod ndta = "neightbl" {
        1 NAME: Str, Kind::Str, "name||% ", READ;
        2 THRESH1: u32, Kind::Num(Int::U32), "thresh1", EXACT, LINE;
        3 THRESH2: u32, Kind::Num(Int::U32), "thresh2", EXACT;
        4 THRESH3: u32, Kind::Num(Int::U32), "thresh3", EXACT;
        8 GC_INTERVAL: u64, Kind::Num(Int::U64), "gc_int|gc_interval|gc_int % ", EXACT;
        5 CONFIG: Raw, Kind::Bytes, "config", WIRE;
        6 PARMS: Nested, Kind::Nest(&ndtpa::SET), "parms", WIRE;
        7 STATS: Raw, Kind::Bytes, "stats", WIRE;
    }
}

attrs! {
    /// `NDTPA_*`, in the order of iproute2's listing. Times are milliseconds.
    pub mod ndtpa = "neightbl-parms" {
        1 IFINDEX: u32, Kind::IfIndex, "dev", READ, LINE;
        2 REFCNT: u32, Kind::Num(Int::U32), "refcnt", READ, LINE;
        3 REACHABLE_TIME: u64, Kind::Num(Int::U64), "reachable", READ;
        4 BASE_REACHABLE_TIME: u64, Kind::Num(Int::U64), "base_reachable", EXACT;
        5 RETRANS_TIME: u64, Kind::Num(Int::U64), "retrans", EXACT;
        6 GC_STALETIME: u64, Kind::Num(Int::U64), "gc_stale", EXACT, LINE;
        7 DELAY_PROBE_TIME: u64, Kind::Num(Int::U64), "delay_probe", EXACT;
        8 QUEUE_LEN: u32, Kind::Num(Int::U32), "queue", EXACT;
        9 APP_PROBES: u32, Kind::Num(Int::U32), "app_probes", EXACT, LINE;
        10 UCAST_PROBES: u32, Kind::Num(Int::U32), "ucast_probes", EXACT;
        11 MCAST_PROBES: u32, Kind::Num(Int::U32), "mcast_probes", EXACT;
        12 ANYCAST_DELAY: u64, Kind::Num(Int::U64), "anycast_delay", EXACT, LINE;
        13 PROXY_DELAY: u64, Kind::Num(Int::U64), "proxy_delay", EXACT;
        14 PROXY_QLEN: u32, Kind::Num(Int::U32), "proxy_queue", EXACT;
        15 LOCKTIME: u64, Kind::Num(Int::U64), "locktime", EXACT;
    }
}

/// Shows digits without `0x`, eight of them.
static MASK: Custom = Custom::shown(mask);

fn mask(row: &AttrSpec, payload: &[u8], out: &mut Out<'_>, _: &mut dyn Resolve) {
    let v = crate::bytes::uint_ne(payload.get(..4).unwrap_or(&[])).unwrap_or(0);
    if out.json() {
        return out.hex_of(row.json(), "", v);
    }
    out.str("|hash_mask % ", num::hex_pad(v, 8).as_bytes());
}

attrs! {
    /// The fields of `struct ndt_config` by their offsets. The two strings are milliseconds that have passed since.
    pub mod config = "ndt-config" {
        0 KEY_LEN: u16, Kind::Num(Int::U16), "key_len|key_length|config key_len % ", LINE;
        2 ENTRY_SIZE: u16, Kind::Num(Int::U16), "entry_size";
        4 ENTRIES: u32, Kind::Num(Int::U32), "entries";
        8 LAST_FLUSH: u32, Kind::Str, "last_flush||    last_flush % ", LINE;
        12 LAST_RAND: u32, Kind::Str, "last_rand";
        16 HASH_RND: u32, Kind::Num(Int::U32), "hash_rnd||    hash_rnd % ", LINE;
        20 HASH_MASK: u32, Kind::Custom(&MASK), "hash_mask";
        24 HASH_CHAIN_GC: u32, Kind::Num(Int::U32), "hash_chain_gc";
        28 PROXY_QLEN: u32, Kind::Num(Int::U32), "proxy_qlen";
    }
}

attrs! {
    /// The fields of `struct ndt_stats` by their offsets.
    pub mod stats = "ndt-stats" {
        0 ALLOCS: u64, Kind::Num(Int::U64), "allocs||stats allocs % ", LINE;
        8 DESTROYS: u64, Kind::Num(Int::U64), "destroys";
        16 HASH_GROWS: u64, Kind::Num(Int::U64), "hash_grows";
        24 RES_FAILED: u64, Kind::Num(Int::U64), "res_failed", LINE;
        32 LOOKUPS: u64, Kind::Num(Int::U64), "lookups";
        40 HITS: u64, Kind::Num(Int::U64), "hits";
        48 RCV_PROBES_MCAST: u64, Kind::Num(Int::U64), "rcv_probes_mcast", LINE;
        56 RCV_PROBES_UCAST: u64, Kind::Num(Int::U64), "rcv_probes_ucast";
        64 PERIODIC_GC_RUNS: u64, Kind::Num(Int::U64), "periodic_gc_runs", LINE;
        72 FORCED_GC_RUNS: u64, Kind::Num(Int::U64), "forced_gc_runs";
        80 TABLE_FULLS: u64, Kind::Num(Int::U64), "table_fulls", LINE;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::tests::printed;
    use crate::wire::captured::captured;

    #[test]
    fn parameters_stand_on_lines_of_their_own() {
        // NDTPA_IFINDEX 3, REFCNT 1, QUEUE_LEN 101, APP_PROBES 0, GC_STALETIME 60000.
        let parms = b"\x08\x00\x01\x00\x03\x00\x00\x00\x08\x00\x02\x00\x01\x00\x00\x00\x08\x00\x08\x00\x65\x00\x00\x00\
            \x08\x00\x09\x00\x00\x00\x00\x00\x0c\x00\x06\x00\x60\xea\x00\x00\x00\x00\x00\x00";
        let parms = captured(Some(&ndtpa::SET), &[], parms);
        assert_eq!(
            printed(&ndtpa::SET, &parms, false),
            "\n    dev if3 \n    refcnt 1 \n    gc_stale 60000 queue 101 \n    app_probes 0 "
        );
        assert_eq!(
            printed(&ndtpa::SET, &parms, true),
            "[{\"dev\":\"if3\",\"refcnt\":1,\"gc_stale\":60000,\"queue\":101,\"app_probes\":0}]\n"
        );
    }
}
