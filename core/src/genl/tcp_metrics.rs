//! What TCP remembers of hosts: `TCP_METRICS_ATTR_*` and `TCP_METRIC_*` (`linux/tcp_metrics.h`).

use crate::attrs;
use crate::bytes::uint_ne;
use crate::spec::{AttrSpec, Custom, Resolve, show};
use crate::text::num;
use crate::text::out::{Out, Val};

/// `TCP_METRICS_CMD_GET`.
pub const GET: u8 = 1;
/// `TCP_METRICS_CMD_DEL`: one entry, or without an address all of them.
pub const DEL: u8 = 2;

/// Milliseconds, shown as seconds.
static MILLIS: Custom = Custom::shown(age);
/// Microseconds in units of an eighth, as the kernel keeps a smoothed time; seconds in JSON.
static EIGHTHS: Custom = Custom::shown(|row, b, out, _| micros(row, b, 3, out));
/// The same in units of a quarter.
static QUARTERS: Custom = Custom::shown(|row, b, out, _| micros(row, b, 2, out));
/// Attributes again, shown as if they were not in a nest.
static FLAT: Custom = Custom::shown(|_, b, out, host| show::show(&vals::SET, b, out, host));

fn age(row: &AttrSpec, payload: &[u8], out: &mut Out<'_>, _: &mut dyn Resolve) {
    let v = uint_ne(payload).unwrap_or(0);
    let digits = if out.json() { num::general(v, 3) } else { num::fixed(v, 3) };
    out.value(row.json(), row.pattern().unwrap_or(""), Val::Raw(digits.as_bytes()));
}

fn micros(row: &AttrSpec, payload: &[u8], shift: u32, out: &mut Out<'_>) {
    let v = uint_ne(payload).unwrap_or(0).wrapping_shr(shift);
    let digits = if out.json() { num::general(v, 6) } else { num::dec(v) };
    out.value(row.json(), row.pattern().unwrap_or(""), Val::Raw(digits.as_bytes()));
}

attrs! {
    /// `TCP_METRICS_ATTR_*`, in the order of iproute2's listing.
    pub mod attr = "tcp-metrics" {
        1 ADDR_IPV4: Raw, Kind::Ip, "dst||%";
        2 ADDR_IPV6: Raw, Kind::Ip, "dst||%";
        3 AGE: u64, Kind::Custom(&MILLIS), "age|| age %sec";
        6 VALS: Nested, Kind::Custom(&FLAT), "vals";
        7 FOPEN_MSS: u16, Kind::Num(Int::U16), "fopen_miss|| fo_mss %";
        8 FOPEN_SYN_DROPS: u16, Kind::Num(Int::U16), "fopen_syn_drops|| fo_syn_drops %";
        9 FOPEN_SYN_DROP_TS: u64, Kind::Custom(&MILLIS), "fopen_syn_drop_ts||/%usec ago";
        10 FOPEN_COOKIE: Raw, Kind::Custom(&COOKIE), "fo_cookie";
        11 SADDR_IPV4: Raw, Kind::Ip, "source|| source %";
        12 SADDR_IPV6: Raw, Kind::Ip, "source|| source %";
    }
}

/// Digits without a stop between the bytes.
static COOKIE: Custom = Custom::shown(cookie);

fn cookie(row: &AttrSpec, payload: &[u8], out: &mut Out<'_>, _: &mut dyn Resolve) {
    let mut text: heapless::Vec<u8, 96> = heapless::Vec::new();
    for b in payload {
        // The kernel's cookies have 16 bytes at most.
        let _ = text.extend_from_slice(num::hex_pad(u64::from(*b), 2).as_bytes());
    }
    out.str_of(row.json(), " fo_cookie %", &text);
}

attrs! {
    /// `TCP_METRIC_*`, each number one higher, in the order of iproute2's listing. The two that old kernels gave in
    /// milliseconds are left to their successors.
    pub mod vals = "tcp-metrics-vals" {
        3 SSTHRESH: u32, Kind::Num(Int::U32), "ssthresh|| ssthresh %";
        4 CWND: u32, Kind::Num(Int::U32), "cwnd|| cwnd %";
        5 REORDERING: u32, Kind::Num(Int::U32), "reordering|| reordering %";
        6 RTT_US: u32, Kind::Custom(&EIGHTHS), "rtt|| rtt %us";
        7 RTTVAR_US: u32, Kind::Custom(&QUARTERS), "rttvar|| rttvar %us";
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::tests::printed;
    use crate::wire::captured::{As, Known, captured};

    /// What a 6.18 kernel answers for a host that we have been connected to.
    const ENTRY: &[u8] = b"\x08\x00\x01\x00\x0a\x00\x00\x01\x08\x00\x0b\x00\x0a\x00\x00\x01\x0c\x00\x03\x00\xa8\x08\x00\x00\
        \x00\x00\x00\x00\x2c\x00\x06\x00\x08\x00\x06\x00\x80\x00\x00\x00\x08\x00\x01\x00\x01\x00\x00\x00\x08\x00\x07\x00\x33\
        \x00\x00\x00\x08\x00\x02\x00\x01\x00\x00\x00\x08\x00\x04\x00\x12\x00\x00\x00";

    const KNOWN: Known<'_> = &[
        (3, As::Numbers(&[8])),
        (6, As::Nest(&vals::SET, &[(6, As::Numbers(&[4])), (7, As::Numbers(&[4]))])),
        (9, As::Numbers(&[8])),
        (10, As::Numbers(&[])),
    ];

    #[test]
    fn an_entry_as_iproute2_prints_it() {
        assert_eq!(
            printed(&attr::SET, &captured(Some(&attr::SET), KNOWN, ENTRY), false),
            "10.0.0.1 age 2.216sec cwnd 18 rtt 16us rttvar 12us source 10.0.0.1"
        );
        assert_eq!(
            printed(&attr::SET, &captured(Some(&attr::SET), KNOWN, ENTRY), true),
            "[{\"dst\":\"10.0.0.1\",\"age\":2.216,\"cwnd\":18,\"rtt\":1.6e-05,\"rttvar\":1.2e-05,\"source\":\"10.0.0.1\"}]\n"
        );
    }

    #[test]
    fn what_fast_open_left_behind() {
        // TCP_METRICS_ATTR_FOPEN_MSS 1460, FOPEN_SYN_DROPS 3, FOPEN_SYN_DROP_TS 1500, FOPEN_COOKIE 01 ab.
        let fopen = b"\x06\x00\x07\x00\xb4\x05\x00\x00\x06\x00\x08\x00\x03\x00\x00\x00\x0c\x00\x09\x00\xdc\x05\x00\x00\x00\x00\x00\x00\
            \x06\x00\x0a\x00\x01\xab\x00\x00";
        assert_eq!(
            printed(&attr::SET, &captured(Some(&attr::SET), KNOWN, fopen), false),
            " fo_mss 1460 fo_syn_drops 3/1.500usec ago fo_cookie 01ab"
        );
    }
}
