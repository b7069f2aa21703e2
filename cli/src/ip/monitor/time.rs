//! Points in time for people, UTC.

use nlbox_core::text::date;
use nlbox_core::text::num::{dec_pad, parse_u64_base};
use nlbox_core::text::out::Out;

const DAYS: &[u8] = b"ThuFriSatSunMonTueWed";
const MONTHS: &[u8] = b"JanFebMarAprMayJunJulAugSepOctNovDec";

/// Prints the time that it is: `stamps` is how much of it was asked for, 2 the short form.
pub fn now(out: &mut Out<'_>, stamps: u8) {
    let (seconds, nanos) = nlbox_sys::clock::realtime();
    let short = stamps > 1;
    let shown = if short { "[%] " } else { "Timestamp: % usec\n" };
    print(out, u32::try_from(seconds).unwrap_or(0), nanos / 1000, short, shown);
}

/// The name at place `n` of those in a row.
fn name(names: &[u8], n: u32) -> &[u8] {
    let at = usize::try_from(n).unwrap_or(0).saturating_mul(3);
    names.get(at..at.saturating_add(3)).unwrap_or(&[])
}

/// Prints a time, seconds since 1970, in the place of the `%` of `shown`: as ISO 8601 has it where it is to be `short`,
/// and in JSON; else as asctime(3) writes it, and the microseconds.
pub(super) fn print(out: &mut Out<'_>, seconds: u32, micros: u32, short: bool, shown: &str) {
    let mut date = date::print(seconds.into());
    let month = parse_u64_base(date.get(5..7).unwrap_or(&[]), 10).and_then(|n| u32::try_from(n).ok());
    let short = short || out.json();
    // The letters stand for parts of the time.
    let (pattern, width) = if short { (&b"DTt.u"[..], 6) } else { (&b"w b d t Y u"[..], 1) };
    if let (false, Some(tens @ b'0')) = (short, date.get_mut(8)) {
        *tens = b' ';
    }
    let micros = dec_pad(micros.into(), width);
    let mut text: heapless::Vec<u8, 64> = heapless::Vec::new();
    for c in pattern {
        let (from, to) = match c {
            b'D' => (0, 10),
            b't' => (11, 19),
            b'd' => (8, 10),
            _ => (0, 4),
        };
        let _ = text.extend_from_slice(match c {
            b'w' => name(DAYS, seconds / 86400 % 7),
            b'b' => name(MONTHS, month.unwrap_or(0).wrapping_sub(1)),
            b'u' => micros.as_bytes(),
            b'D' | b't' | b'd' | b'Y' => date.get(from..to).unwrap_or(&[]),
            c => core::slice::from_ref(c),
        });
    }
    out.str_of("timestamp", shown, &text);
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use std::string::String;
    use std::vec::Vec;

    fn both(seconds: u32, micros: u32) -> String {
        let (mut text, mut buf) = (Vec::new(), [0; 256]);
        let mut out = Out::new(&mut text, &mut buf);
        print(&mut out, seconds, micros, true, "[%] ");
        print(&mut out, seconds, micros, false, "Timestamp: % usec\n");
        out.finish().unwrap();
        String::from_utf8(text).unwrap()
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
