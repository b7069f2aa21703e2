//! Points in time for people, UTC.

use nlbox_core::text::date;
use nlbox_core::text::num::{dec, dec_pad, parse_u64_base};
use nlbox_core::text::out::Out;

const DAYS: &[u8] = b"ThuFriSatSunMonTueWed";
const MONTHS: &[u8] = b"JanFebMarAprMayJunJulAugSepOctNovDec";

/// The name at place `n` of those in a row.
fn name(names: &[u8], n: u32) -> &[u8] {
    let at = usize::try_from(n).unwrap_or(0).saturating_mul(3);
    names.get(at..at.saturating_add(3)).unwrap_or(&[])
}

/// Prints a time, seconds since 1970, in the place of the `%` of `shown`: as ISO 8601 has it where it is to be `short`,
/// and in JSON; else as asctime(3) writes it, and the microseconds.
pub(super) fn print(out: &mut Out<'_>, seconds: u32, micros: u32, short: bool, shown: &str) {
    let date = date::print(seconds.into());
    let part = |from: usize, to| date.get(from..to).unwrap_or(&[]);
    let (day, time, micros) = (part(0, 10), part(11, 19), u64::from(micros));
    let mut text: heapless::Vec<u8, 64> = heapless::Vec::new();
    let mut put = |parts: &[&[u8]]| {
        for part in parts {
            let _ = text.extend_from_slice(part);
        }
    };
    if short || out.json() {
        put(&[day, b"T", time, b".", dec_pad(micros, 6).as_bytes()]);
    } else {
        let month = parse_u64_base(part(5, 7), 10).and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
        put(&[name(DAYS, seconds / 86400 % 7), b" ", name(MONTHS, month.wrapping_sub(1)), b" "]);
        // The day alone is padded with a blank.
        put(&[if part(8, 9) == b"0" { b" " } else { part(8, 9) }, part(9, 10), b" ", time, b" ", part(0, 4)]);
        put(&[b" ", dec(micros).as_bytes()]);
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
        print(&mut out, seconds, micros, true, "[%] ");
        print(&mut out, seconds, micros, false, "Timestamp: % usec\n");
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
        ] {
            assert_eq!(both(seconds, micros), want);
        }
    }
}
