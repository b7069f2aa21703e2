//! Points in time as people write them. In UTC: zones live in files that a small system does not have.

/// `YYYY-MM-DD hh:mm:ss`.
pub type Date = [u8; 19];

/// The date of `seconds` since 1970, until 2099: then the years divisible by four end to be leap years.
#[must_use]
pub fn print(seconds: u64) -> Date {
    // Counted from March 1968 in years that end with February: the leap day is the last of four years.
    let days = u32::try_from(seconds / 86400).unwrap_or(0).wrapping_add(671);
    let (fours, day) = (days / 1461, days % 1461);
    let year = (day / 365).min(3);
    let day = day.wrapping_sub(year.wrapping_mul(365));
    // 153 days are five months from March or August on.
    let month = day.wrapping_mul(5).wrapping_add(2) / 153;
    let day = day.wrapping_sub(month.wrapping_mul(153).wrapping_add(2) / 5).wrapping_add(1);
    let late = month / 10;
    let year = fours.wrapping_mul(4).wrapping_add(year).wrapping_add(late);
    let month = month.wrapping_add(2) % 12;
    let second = u32::try_from(seconds % 86400).unwrap_or(0);
    let year = year.wrapping_add(1968);
    let month = month.wrapping_add(1);
    let parts = [year / 100, year % 100, month, day, second / 3600, second / 60 % 60, second % 60];
    let mut text = *b"0000-00-00 00:00:00";
    for (at, part) in [0_u8, 2, 5, 8, 11, 14, 17].iter().zip(&parts) {
        if let Some([tens, ones, ..]) = text.get_mut(usize::from(*at)..) {
            *tens = b'0'.wrapping_add(u8::try_from(part / 10).unwrap_or(0));
            *ones = b'0'.wrapping_add(u8::try_from(part % 10).unwrap_or(0));
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
            (4_102_444_799, b"2099-12-31 23:59:59"),
        ] {
            assert_eq!(&print(seconds), text);
        }
    }
}
