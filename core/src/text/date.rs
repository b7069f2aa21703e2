//! Points in time as people write them. In UTC: zones live in files that a small system does not have.

use crate::text::num::radix;

/// `YYYY-MM-DD hh:mm:ss`.
pub type Date = [u8; 19];

/// Days before each month of a common year, and after the last.
const MONTHS: [u64; 13] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365];

const fn leap(year: u64) -> u64 {
    (year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))) as u64
}

/// The date of `seconds` since 1970; years have four digits.
#[must_use]
pub fn print(seconds: u64) -> Date {
    let (mut days, mut year) = (seconds / 86400, 1970_u64);
    while let Some(left) = days.checked_sub(leap(year).saturating_add(365)) {
        (days, year) = (left, year.saturating_add(1));
    }
    // From March on a leap year's days come one later.
    let before =
        |n: usize| MONTHS.get(n).map_or(u64::MAX, |d| d.saturating_add(if n > 1 { leap(year) } else { 0 }));
    let month = (1..12).filter(|n| before(*n) <= days).count();
    let day = days.saturating_sub(before(month)).saturating_add(1);
    let month = u64::try_from(month).unwrap_or(0).saturating_add(1);
    let mut text = *b"0000-00-00 00:00:00";
    let parts = [year, month, day, seconds / 3600 % 24, seconds / 60 % 60, seconds % 60];
    for ((part, value), width) in text.split_mut(|b| !b.is_ascii_digit()).zip(parts).zip([4, 2, 2, 2, 2, 2]) {
        for (to, from) in part.iter_mut().zip(radix(value, 10, width, 0).as_bytes()) {
            *to = *from;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::print;

    #[test]
    fn dates_as_date_has_them() {
        for (seconds, text) in [
            (0, b"1970-01-01 00:00:00"),
            (951_782_399, b"2000-02-28 23:59:59"),
            (951_782_400, b"2000-02-29 00:00:00"),
            (951_868_800, b"2000-03-01 00:00:00"),
            (978_307_199, b"2000-12-31 23:59:59"),
            (1_795_325_773, b"2026-11-22 05:36:13"),
            (4_107_542_399, b"2100-02-28 23:59:59"),
            (4_107_542_400, b"2100-03-01 00:00:00"),
        ] {
            assert_eq!(&print(seconds), text);
        }
    }
}
