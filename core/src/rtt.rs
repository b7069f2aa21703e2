//! Round-trip times: their statistics in integers, and how ping prints them. Times are microseconds.

use crate::text::num::{Digits, dec, fixed};

/// What is kept of the times of a run.
#[derive(Clone, Copy, Default)]
pub struct Rtt {
    count: u64,
    sum: u64,
    squares: u64,
    least: u64,
    most: u64,
    smooth: u64,
}

impl Rtt {
    /// Counts one time.
    pub fn add(&mut self, time: u64) {
        self.least = if self.count == 0 { time } else { self.least.min(time) };
        self.most = self.most.max(time);
        // An eighth of each time goes into the moving average, which is kept eightfold: RFC 6298's alpha.
        self.smooth = match self.count {
            0 => time.saturating_mul(8),
            _ => self.smooth.saturating_sub(self.smooth / 8).saturating_add(time),
        };
        self.count = self.count.saturating_add(1);
        self.sum = self.sum.saturating_add(time);
        self.squares = self.squares.saturating_add(time.saturating_mul(time));
    }

    /// Whether no time has been counted.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The shortest.
    #[must_use]
    pub const fn least(&self) -> u64 {
        self.least
    }

    /// The longest.
    #[must_use]
    pub const fn most(&self) -> u64 {
        self.most
    }

    /// The arithmetic mean, rounded down.
    #[must_use]
    pub fn mean(&self) -> u64 {
        self.sum.checked_div(self.count).unwrap_or(0)
    }

    /// The moving average.
    #[must_use]
    pub const fn smooth(&self) -> u64 {
        self.smooth / 8
    }

    /// The standard deviation: `mdev`.
    #[must_use]
    pub fn deviation(&self) -> u64 {
        let per = |n: u64| n.checked_div(self.count).unwrap_or(0);
        // The squared sum overflows in long runs; the mean is then good enough.
        root(match self.sum.checked_mul(self.sum) {
            Some(square) => per(self.squares.saturating_sub(per(square))),
            None => per(self.squares).saturating_sub(self.mean().saturating_mul(self.mean())),
        })
    }
}

/// The square root, rounded down.
fn root(n: u64) -> u64 {
    let (mut rest, mut found, mut bit) = (n, 0_u64, 1_u64 << 62);
    while bit > 0 {
        let step = found.saturating_add(bit);
        found >>= 1;
        if rest >= step {
            rest = rest.saturating_sub(step);
            found = found.saturating_add(bit);
        }
        bit >>= 2;
    }
    found
}

/// Milliseconds with all three decimals.
#[must_use]
pub fn millis(time: u64) -> Digits {
    fixed(time, 3)
}

/// Milliseconds with as many decimals as are worth reading: `0.045`, `1.02`, `12.3`, `1018`.
#[must_use]
pub fn brief(time: u64) -> Digits {
    match time {
        0..1_000 => millis(time),
        1_000..9_995 => fixed(time.saturating_add(5) / 10, 2),
        9_995..99_950 => fixed(time.saturating_add(50) / 100, 1),
        _ => dec(time.saturating_add(500) / 1000),
    }
}

/// How many of `whole` `part` is, in per cent with six significant digits, as C's `%g` prints it.
#[must_use]
pub fn percent(part: u64, whole: u64) -> Digits {
    let share =
        |unit: u64| part.saturating_mul(unit).saturating_add(whole / 2).checked_div(whole).unwrap_or(0);
    let (mut places, mut unit) = (3_u8, 100_000_u64);
    let mut value = share(unit);
    while value < 100_000 && places < 9 {
        places = places.saturating_add(1);
        unit = unit.saturating_mul(10);
        value = share(unit);
    }
    while places > 0 && value % 10 == 0 {
        places = places.saturating_sub(1);
        value /= 10;
    }
    fixed(value, places)
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use std::format;
    use std::string::String;

    fn text(digits: &Digits) -> String {
        String::from_utf8(digits.as_bytes().to_vec()).unwrap()
    }

    fn of(times: &[u64]) -> String {
        let mut r = Rtt::default();
        times.iter().for_each(|t| r.add(*t));
        let [a, b, c, d] = [r.least(), r.mean(), r.most(), r.deviation()].map(|t| text(&millis(t)));
        format!("{a}/{b}/{c}/{d}")
    }

    // Each from a run of iputils 20221126.
    #[test]
    fn statistics_as_iputils_prints_them() {
        assert_eq!(of(&[201, 54]), "0.054/0.127/0.201/0.073");
        assert_eq!(of(&[41, 10, 7]), "0.007/0.019/0.041/0.015");
        assert_eq!(of(&[35, 48, 50, 37]), "0.035/0.042/0.050/0.006");
        assert_eq!(of(&[435, 45, 46, 58, 56, 44, 66, 43, 52, 55]), "0.043/0.090/0.435/0.115");
        assert_eq!(of(&[1_018_207]), "1018.207/1018.207/1018.207/0.000");
        assert_eq!(of(&[39, 12, 9]), "0.009/0.020/0.039/0.013");
    }

    #[test]
    fn long_times_do_not_overflow() {
        let mut r = Rtt::default();
        (0..1000).for_each(|_| r.add(u64::from(u32::MAX)));
        assert_eq!((r.mean(), r.smooth()), (u64::from(u32::MAX), u64::from(u32::MAX)));
        r.add(u64::MAX);
        let _ = r.deviation();
        assert_eq!(Rtt::default().deviation(), 0);
    }

    #[test]
    fn the_moving_average_follows() {
        let mut r = Rtt::default();
        assert!(r.is_empty());
        r.add(800);
        assert_eq!(r.smooth(), 800);
        r.add(1600);
        assert_eq!(r.smooth(), 900);
    }

    #[test]
    fn roots() {
        // An interpreter has no time for so many.
        for n in 0..if cfg!(miri) { 300 } else { 5_000_u64 } {
            assert_eq!(root(n), n.isqrt());
        }
        for n in [u64::MAX, u64::MAX - 1, 1 << 62, (1 << 62) - 1, 0xffff_fffe_0000_0001] {
            assert_eq!(root(n), n.isqrt());
        }
    }

    #[test]
    fn times_keep_three_digits_that_count() {
        for (time, want) in [
            (0, "0.000"),
            (45, "0.045"),
            (999, "0.999"),
            (1_000, "1.00"),
            (1_004, "1.00"),
            (1_005, "1.01"),
            (9_994, "9.99"),
            (9_995, "10.0"),
            (12_345, "12.3"),
            (99_949, "99.9"),
            (99_950, "100"),
            (1_018_207, "1018"),
        ] {
            assert_eq!(text(&brief(time)), want, "{time}");
        }
    }

    #[test]
    fn per_cent_as_six_digits() {
        for (part, whole, want) in [
            (0, 5, "0"),
            (5, 5, "100"),
            (1, 3, "33.3333"),
            (2, 3, "66.6667"),
            (1, 2, "50"),
            (1, 1001, "0.0999001"),
            (445_903, 446_061, "99.9646"),
            (1, 30, "3.33333"),
            (1, 16, "6.25"),
            (0, 0, "0"),
        ] {
            assert_eq!(text(&percent(part, whole)), want, "{part} of {whole}");
        }
    }
}
