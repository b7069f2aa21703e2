//! Options of one letter as getopt(3) reads them, anywhere on the line, from the help page that lists them: for the
//! applets whose models are iputils'.

use crate::Ctx;
use crate::report::Fail;
use crate::words::Line;
use nlbox_core::text::cut;
use nlbox_core::text::errno::strerror;
use nlbox_core::text::num;
use nlbox_sys::errno::Errno;

/// iputils leaves with this when a line is wrong or the system refuses.
pub const WRONG: Fail = Fail(2);

/// How far a line is read.
pub struct Letters<'l> {
    /// The page: a line `  -c <count>  …` is the option `-c` with a value, `  -q  …` one without.
    help: &'static str,
    /// What is left of a word of letters.
    rest: &'l [u8],
    /// After `--`: all is words.
    over: bool,
}

/// What comes next on a line.
pub enum Got<'l> {
    /// An option and its value, empty when it takes none.
    Letter(u8, &'l [u8]),
    /// A word that is no option.
    Word(&'l [u8]),
}

impl<'l> Letters<'l> {
    /// Starts with the next word of the line; `name` is the applet's.
    pub fn new(cx: &mut Ctx<'_>, name: &'static str, help: &'static str) -> Self {
        cx.err.program = name;
        Letters { help, rest: b"", over: false }
    }

    /// The next option or word; `None` at the end. `-h`, `--help` and `-V` end here.
    pub fn next(&mut self, cx: &mut Ctx<'_>, line: &mut Line<'l>) -> Result<Option<Got<'l>>, Fail> {
        while self.rest.is_empty() {
            let Some(word) = line.next() else { return Ok(None) };
            match word {
                b"--help" => {
                    cx.page.out.text(self.help);
                    cx.page.out.text("\n");
                    return Err(Fail(0));
                }
                b"--" if !self.over => self.over = true,
                [b'-', rest @ ..] if !self.over && !rest.is_empty() => self.rest = rest,
                _ => return Ok(Some(Got::Word(word))),
            }
        }
        let Some((letter, rest)) = self.rest.split_first() else { return Ok(None) };
        self.rest = rest;
        let value = match row(self.help, *letter) {
            Some(true) if rest.is_empty() => match line.next() {
                Some(value) => value,
                None => return Err(self.usage(cx, "option requires an argument -- '%'", &[*letter])),
            },
            Some(true) => core::mem::take(&mut self.rest),
            Some(false) => b"",
            None => return Err(self.usage(cx, "invalid option -- '%'", &[*letter])),
        };
        match letter {
            b'h' => {
                cx.err.say(&[self.help.as_bytes()]);
                Err(WRONG)
            }
            b'V' => {
                for text in [cx.err.program, concat!(" from nlbox ", env!("CARGO_PKG_VERSION"), "\n")] {
                    cx.page.out.text(text);
                }
                Err(Fail(0))
            }
            _ => Ok(Some(Got::Letter(*letter, value))),
        }
    }

    /// The line is wrong: says so, and shows the page.
    pub fn usage(&self, cx: &mut Ctx<'_>, pattern: &str, word: &[u8]) -> Fail {
        let fail = error(cx, pattern, word);
        cx.err.say(&[self.help.as_bytes()]);
        fail
    }
}

/// Whether the option takes a value; `None` when the page has none of this letter.
fn row(help: &str, letter: u8) -> Option<bool> {
    help.as_bytes().split(|b| *b == b'\n').find_map(|row| match row {
        [b' ', b' ', b'-', c, b' ', next, ..] if *c == letter => Some(*next == b'<'),
        _ => None,
    })
}

/// `ping: ` and the pattern, `%` in it standing for `word`; exit code 2.
pub fn error(cx: &mut Ctx<'_>, pattern: &str, word: &[u8]) -> Fail {
    let (before, after) = cut(pattern, b'%');
    let word = if after.is_some() { word } else { b"" };
    let name = cx.err.program.as_bytes();
    cx.err.say(&[name, b": ", before.as_bytes(), word, after.unwrap_or("").as_bytes()]);
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
    fn rows_of_a_page() {
        let page = "Usage: x -z\n\n  -c <count>     of\n  -q             quiet\n\n  ping -c 3 host";
        assert_eq!(
            [b'c', b'q', b'z', b'p', b'<', 0].map(|c| row(page, c)),
            [Some(true), Some(false), None, None, None, None]
        );
    }

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
