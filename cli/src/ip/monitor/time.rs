//! Points in time for people, UTC.

use nlbox_core::text::num::dec_pad;
use nlbox_core::text::out::Out;

const DAYS: &[u8] = b"ThuFriSatSunMonTueWed";
const MONTHS: &[u8] = b"JanFebMarAprMayJunJulAugSepOctNovDec";
/// Days of the months less 28.
const LENGTHS: [u8; 12] = [3, 0, 3, 2, 3, 2, 3, 3, 2, 3, 2, 3];

/// ISO 8601. Letters stand for parts of the time: `print` knows which.
const SHORT: &str = "Y-M-DTh:m:s.U";
/// As asctime(3) writes it, and the microseconds.
pub(super) const LONG: &str = "w b e h:m:s Y u";

/// Prints the time that it is: `stamps` is how much of it was asked for, 2 the short form.
pub fn now(out: &mut Out<'_>, stamps: u8) {
    let (seconds, nanos) = nlbox_sys::clock::realtime();
    let seconds = u32::try_from(seconds).unwrap_or(0);
    let (pattern, shown) = if stamps > 1 { (SHORT, "[%] ") } else { (LONG, "Timestamp: % usec\n") };
    print(out, seconds, nanos / 1000, pattern, shown);
}

/// Prints a time, seconds since 1970, as `pattern` has it, in the place of the `%` of `shown`; in JSON always the short
/// one.
pub(super) fn print(out: &mut Out<'_>, seconds: u32, micros: u32, pattern: &str, shown: &str) {
    let days = seconds / 86400;
    let (mut year, mut month, mut day) = (1970_u32, 0_usize, days);
    loop {
        // No multiple of 400 but 2000 comes before the seconds end in 2106, and 2100 is no leap year.
        let leap = year % 4 == 0 && year != 2100;
        let extra = LENGTHS.get(month).copied().unwrap_or(0);
        let length = 28_u32.saturating_add(extra.into()).saturating_add(u32::from(leap && month == 1));
        let Some(rest) = day.checked_sub(length) else { break };
        day = rest;
        month = month.saturating_add(1);
        if month == LENGTHS.len() {
            (month, year) = (0, year.saturating_add(1));
        }
    }
    day = day.saturating_add(1);
    let mut text: heapless::Vec<u8, 64> = heapless::Vec::new();
    let number = u32::try_from(month).unwrap_or(0).saturating_add(1);
    for c in if out.json() { SHORT } else { pattern }.bytes() {
        let (v, width) = match c {
            b'Y' => (year, 1),
            b'M' => (number, 2),
            b'D' => (day, 2),
            b'e' => (day, 1),
            b'h' => (seconds / 3600 % 24, 2),
            b'm' => (seconds / 60 % 60, 2),
            b's' => (seconds % 60, 2),
            b'u' => (micros, 1),
            b'U' => (micros, 6),
            b'w' | b'b' => {
                let (names, n) = if c == b'b' { (MONTHS, number.wrapping_sub(1)) } else { (DAYS, days % 7) };
                let at = usize::try_from(n).unwrap_or(0).saturating_mul(3);
                let _ = text.extend_from_slice(names.get(at..at.saturating_add(3)).unwrap_or(&[]));
                continue;
            }
            c => {
                let _ = text.push(c);
                continue;
            }
        };
        // The day alone is padded with a blank.
        if c == b'e' && day < 10 {
            let _ = text.push(b' ');
        }
        let _ = text.extend_from_slice(dec_pad(v.into(), width).as_bytes());
    }
    out.str("timestamp", shown, &text);
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

    fn both(seconds: u32, micros: u32) -> String {
        let (mut text, mut buf) = (Text(Vec::new()), [0; 256]);
        let mut out = Out::new(&mut text, &mut buf);
        print(&mut out, seconds, micros, SHORT, "[%] ");
        print(&mut out, seconds, micros, LONG, "Timestamp: % usec\n");
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
