//! Points in time for people, UTC.

use nlbox_core::text::num::hex_pad;
use nlbox_core::text::out::Out;

/// A day and a time of it.
struct Civil {
    /// Year, month from 1, day from 1, hour, minute, second.
    fields: [u64; 6],
    /// 0 is Sunday.
    weekday: u64,
}

const DAYS: &[u8] = b"SunMonTueWedThuFriSat";
const MONTHS: &[u8] = b"JanFebMarAprMayJunJulAugSepOctNovDec";

/// Splits seconds since 1970. Years begin in March here, so that the leap day is the last (Hinnant's algorithm).
fn civil(seconds: i64) -> Civil {
    let seconds = u64::try_from(seconds).unwrap_or(0);
    let (days, rest) = (seconds / 86400, seconds % 86400);
    // Days since the first of March of the year 0, in eras of 400 years.
    let z = days.saturating_add(719_468);
    let (era, day) = (z / 146_097, z % 146_097);
    let sub = |a: u64, b: u64| a.saturating_sub(b);
    let year = sub(day.saturating_add(day / 36524), (day / 1460).saturating_add(day / 146_096)) / 365;
    let day = sub(day.saturating_add(year / 100), (year.saturating_mul(365)).saturating_add(year / 4));
    let month = day.saturating_mul(5).saturating_add(2) / 153;
    let day = sub(day.saturating_add(1), month.saturating_mul(153).saturating_add(2) / 5);
    let month = if month < 10 { month.saturating_add(3) } else { sub(month, 9) };
    let year = era.saturating_mul(400).saturating_add(year).saturating_add(u64::from(month < 3));
    Civil {
        fields: [year, month, day, rest / 3600, rest / 60 % 60, rest % 60],
        weekday: days.saturating_add(4) % 7,
    }
}

/// `n` in decimal with at least `width` digits.
fn digits(text: &mut heapless::Vec<u8, 64>, n: u64, width: u8) {
    let mut rest = n;
    let mut bcd = 0_u64;
    for shift in 0..10_u32 {
        bcd |= (rest % 10).wrapping_shl(shift.wrapping_mul(4));
        rest /= 10;
    }
    let _ = text.extend_from_slice(hex_pad(bcd, width).as_bytes());
}

/// The time of an event: in text as `-t` or, `short`, as `-ts` shows it.
pub(super) fn print(out: &mut Out<'_>, seconds: i64, micros: u32, short: bool) {
    if !short && !out.json() {
        return long(out, seconds, micros, " usec\n");
    }
    let mut text = heapless::Vec::new();
    let time = civil(seconds);
    for (n, sign) in time.fields.iter().zip(b"--T::.") {
        digits(&mut text, *n, 2);
        let _ = text.push(*sign);
    }
    digits(&mut text, micros.into(), 6);
    out.str("timestamp", "[%] ", &text);
}

/// The same as asctime(3) writes it, with the microseconds behind, before `unit`.
pub(super) fn long(out: &mut Out<'_>, seconds: i64, micros: u32, unit: &str) {
    if out.json() {
        return print(out, seconds, micros, true);
    }
    let time = civil(seconds);
    let [year, month, day, clock @ ..] = time.fields;
    let mut text = heapless::Vec::new();
    let name = |names: &[u8], n: u64, text: &mut heapless::Vec<u8, 64>| {
        let at = usize::try_from(n).unwrap_or(0).saturating_mul(3);
        let _ = text.extend_from_slice(names.get(at..).and_then(|n| n.get(..3)).unwrap_or(b"???"));
        let _ = text.push(b' ');
    };
    name(DAYS, time.weekday, &mut text);
    name(MONTHS, month.saturating_sub(1), &mut text);
    if day < 10 {
        let _ = text.push(b' ');
    }
    digits(&mut text, day, 1);
    for (n, sign) in clock.iter().zip(b" ::") {
        let _ = text.push(*sign);
        digits(&mut text, *n, 2);
    }
    let _ = text.push(b' ');
    digits(&mut text, year, 1);
    out.str("", "Timestamp: % ", &text);
    out.num("", "%", micros.into());
    out.text(unit);
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use nlbox_core::text::out::Sink;
    use std::string::String;
    use std::vec::Vec;

    struct Text(Vec<u8>);
    impl Sink for Text {
        fn write_all(&mut self, b: &[u8]) -> Result<(), i32> {
            self.0.extend_from_slice(b);
            Ok(())
        }
    }

    fn both(seconds: i64, micros: u32) -> String {
        let (mut text, mut buf) = (Text(Vec::new()), [0; 256]);
        let mut out = Out::new(&mut text, &mut buf);
        print(&mut out, seconds, micros, true);
        print(&mut out, seconds, micros, false);
        out.finish().unwrap();
        String::from_utf8(text.0).unwrap()
    }

    #[test]
    fn days_as_the_c_library_counts_them() {
        for (seconds, micros, want) in [
            (0, 0, "[1970-01-01T00:00:00.000000] Timestamp: Thu Jan  1 00:00:00 1970 0 usec\n"),
            (951_782_399, 7, "[2000-02-28T23:59:59.000007] Timestamp: Mon Feb 28 23:59:59 2000 7 usec\n"),
            (951_782_400, 7, "[2000-02-29T00:00:00.000007] Timestamp: Tue Feb 29 00:00:00 2000 7 usec\n"),
            (
                1_795_325_382,
                452_459,
                "[2026-11-22T05:29:42.452459] Timestamp: Sun Nov 22 05:29:42 2026 452459 usec\n",
            ),
            (4_107_542_400, 1, "[2100-03-01T00:00:00.000001] Timestamp: Mon Mar  1 00:00:00 2100 1 usec\n"),
        ] {
            assert_eq!(both(seconds, micros), want);
        }
    }
}
