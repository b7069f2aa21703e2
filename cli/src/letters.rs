//! Values and errors of the applets whose models are iputils'.

use crate::Ctx;
use crate::getopt::{self, Options};
use crate::report::Fail;
use nlbox_core::text::errno::strerror;
use nlbox_core::text::num;
use nlbox_sys::errno::Errno;

/// iputils leaves with this when a line is wrong or the system refuses.
pub const WRONG: Fail = Fail(2);

/// The value of option `letter` of `o`, a decimal number within bounds; without the option `or`.
pub fn option(
    cx: &mut Ctx<'_>,
    o: &Options<'_>,
    letter: u8,
    least: u64,
    most: u64,
    or: u64,
) -> Result<u64, Fail> {
    if o.has(letter) { number(cx, o.word(letter), least, most) } else { Ok(or) }
}

/// The line is wrong: says so, and shows the page.
pub fn usage(cx: &mut Ctx<'_>, page: &str, pattern: &str, word: &[u8]) -> Fail {
    let _ = error(cx, pattern, word);
    getopt::usage(cx, page)
}

/// `ping: ` and the pattern, `%` in it standing for `word`; exit code 2.
pub fn error(cx: &mut Ctx<'_>, pattern: &str, word: &[u8]) -> Fail {
    let _ = cx.err.applet(pattern, word, 0);
    WRONG
}

/// `ping: what: reason`; exit code 2.
pub fn system(cx: &mut Ctx<'_>, what: &str, errno: Errno) -> Fail {
    error(cx, what, strerror(errno.0).as_bytes())
}

/// A decimal number within bounds; else exit code 1.
pub fn number(cx: &mut Ctx<'_>, word: &[u8], least: u64, most: u64) -> Result<u64, Fail> {
    let value = num::parse_u64_base(word, 10);
    if let Some(n) = value.filter(|n| (least..=most).contains(n)) {
        return Ok(n);
    }
    let minus = word.first() == Some(&b'-');
    let digits = word.get(usize::from(minus)..).unwrap_or_default();
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        let _ = error(cx, "invalid argument: '%'", word);
    } else {
        let (name, a, b) = (cx.err.program.as_bytes(), num::dec(least), num::dec(most));
        let (a, b) = (a.as_bytes(), b.as_bytes());
        cx.err.say(&[name, b": invalid argument: '", word, b"': out of range: ", a, b" <= value <= ", b]);
    }
    Err(Fail(1))
}

/// Seconds with decimals, in microseconds; `None` when malformed or above 2,147,483 (2³¹ milliseconds).
#[must_use]
pub fn micros(word: &[u8]) -> Option<u64> {
    let mut point = false;
    let (mut value, mut unit) = (0_u64, 1_000_000_u64);
    for b in word {
        match b {
            b'0'..=b'9' if unit > 0 => {
                unit = if point { unit / 10 } else { unit };
                let digit = u64::from(b.wrapping_sub(b'0'));
                value = if point {
                    value.checked_add(digit.checked_mul(unit)?)?
                } else {
                    value.checked_mul(10)?.checked_add(digit.checked_mul(unit)?)?
                };
            }
            b'0'..=b'9' => {}
            b'.' if !point && word.len() > 1 => point = true,
            _ => return None,
        }
    }
    (!word.is_empty() && value <= 2_147_483_000_000).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds() {
        for (word, want) in [
            (&b"1"[..], Some(1_000_000)),
            (b"0.2", Some(200_000)),
            (b".5", Some(500_000)),
            (b"12.", Some(12_000_000)),
            (b"10.0000019", Some(10_000_001)),
            (b"2147483", Some(2_147_483_000_000)),
            (b"2147484", None),
            (b"99999999999999999999999", None),
            (b"", None),
            (b".", None),
            (b"1,5", None),
            (b"1.2.3", None),
            (b"-1", None),
            (b"1e3", None),
        ] {
            assert_eq!(micros(word), want);
        }
    }
}
