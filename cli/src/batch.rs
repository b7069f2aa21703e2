//! `-batch FILE`: commands from a file, one a line, in one process and over the same sockets.
//!
//! The grammar of a line is iproute2's: `#` starts a comment anywhere, `\` before the line end joins lines, `'` and
//! `"` quote.

use crate::Ctx;
use crate::report::{Done, Fail, PLAIN};
use crate::words::{Line, Words};
use core::ffi::CStr;
use nlbox_core::text::num;
use nlbox_sys::fd::{CBuf, Fd, OFlags, STDIN, open, read};

/// Bytes of one command, continuation lines joined.
const LINE: usize = 4096;
/// Words of one command.
const WORDS: usize = 512;

/// A file read line by line.
struct Source {
    file: Option<Fd>,
    buf: [u8; LINE],
    at: usize,
    len: usize,
    number: u64,
}

/// What the next line is.
enum Next {
    Line(usize),
    TooLong,
    End,
}

impl Source {
    fn byte(&mut self) -> Result<Option<u8>, Fail> {
        if self.at >= self.len {
            let fd = self.file.as_ref().map_or(STDIN, Fd::raw);
            self.len = read(fd, &mut self.buf).map_err(|_| PLAIN)?;
            self.at = 0;
        }
        let b = self.buf.get(..self.len).and_then(|b| b.get(self.at)).copied();
        self.at = self.at.saturating_add(1);
        Ok(b)
    }

    /// One command into `to`, its comment left out, lines joined.
    fn next(&mut self, to: &mut [u8; LINE]) -> Result<Next, Fail> {
        let (mut len, mut comment, mut any, mut long) = (0_usize, false, false, false);
        loop {
            let b = self.byte()?;
            any |= b.is_some();
            match b {
                None | Some(b'\n') => {
                    self.number = self.number.saturating_add(u64::from(any));
                    let joined =
                        !comment && b.is_some() && len > 0 && to.get(len.saturating_sub(1)) == Some(&b'\\');
                    if joined {
                        len = len.saturating_sub(1);
                        continue;
                    }
                    return Ok(match (any, long) {
                        (false, _) => Next::End,
                        (true, true) => Next::TooLong,
                        (true, false) => Next::Line(len),
                    });
                }
                Some(b'#') => comment = true,
                Some(_) if comment => {}
                // The last byte is the NUL behind the last word.
                Some(b) => match to.get_mut(len).filter(|_| len < LINE - 1) {
                    Some(slot) => {
                        *slot = b;
                        len = len.saturating_add(1);
                    }
                    None => long = true,
                },
            }
        }
    }
}

/// Why a line is no list of words.
enum Broken {
    Quote,
    Words,
}

/// Takes the quotes out of `line` in place and ends each word with a NUL; then lends the words.
fn split<'w>(line: &'w mut [u8], words: &mut heapless::Vec<&'w CStr, WORDS>) -> Result<(), Broken> {
    // Words only get shorter: the place to write never passes the place to read.
    let (mut to, mut quote, mut inside) = (0_usize, None, false);
    for from in 0..line.len() {
        let Some(b) = line.get(from).copied() else { break };
        let put = match (quote, b) {
            (None, b'\'' | b'"') => {
                quote = Some(b);
                inside = true;
                None
            }
            (Some(q), b) if q == b => {
                quote = None;
                None
            }
            (None, b' ' | b'\t' | b'\r' | 0) => core::mem::take(&mut inside).then_some(0),
            (_, b) => {
                inside = true;
                Some(b)
            }
        };
        if let (Some(b), Some(slot)) = (put, line.get_mut(to)) {
            *slot = b;
            to = to.saturating_add(1);
        }
    }
    if quote.is_some() {
        return Err(Broken::Quote);
    }
    let mut rest: &[u8] = line.get(..to).unwrap_or(&[]);
    while let Ok(word) = CStr::from_bytes_until_nul(rest) {
        words.push(word).map_err(|_| Broken::Words)?;
        rest = rest.get(word.to_bytes().len().saturating_add(1)..).unwrap_or(&[]);
    }
    Ok(())
}

/// Runs every line of `file` (`-`: standard input) through `command`. Stops at the first that fails, or with
/// `-force` goes on; the exit code is 1 when any failed.
pub fn run(
    cx: &mut Ctx<'_>,
    file: &[u8],
    command: for<'a, 'l> fn(&mut Ctx<'a>, &mut Line<'l>) -> Done,
) -> Done {
    let mut source = Source { file: None, buf: [0; LINE], at: 0, len: 0, number: 0 };
    if file != b"-" {
        let mut path = CBuf::<LINE>::new();
        let opened = path.join(&[file]).and_then(|p| open(p, OFlags::RDONLY, 0));
        source.file =
            Some(opened.map_err(|e| cx.err.system(&[b"Cannot open file \"%\" for reading", file], e.0))?);
    }
    cx.page.out.open_document();
    let mut done = Ok(());
    let mut line = [0; LINE];
    loop {
        let len = match source.next(&mut line) {
            Ok(Next::End) => break,
            Ok(Next::Line(len)) => Ok(len),
            Ok(Next::TooLong) => Err(cx.err.plain(&[b"The line is too long."])),
            Err(_) => {
                done = Err(cx.err.plain(&[b"Cannot read \"%\".", file]));
                break;
            }
        };
        let ran = match len {
            Ok(len) => one(cx, line.get_mut(..len.saturating_add(1)).unwrap_or(&mut []), command),
            Err(e) => Err(e),
        };
        if ran.is_err() {
            let number = num::dec(source.number);
            done = Err(cx.err.plain(&[b"Command failed %:%", file, number.as_bytes()]));
            cx.err.end(ran);
            if !cx.page.opts.force {
                break;
            }
        }
    }
    cx.page.out.close_document();
    done
}

fn one(
    cx: &mut Ctx<'_>,
    line: &mut [u8],
    command: for<'a, 'l> fn(&mut Ctx<'a>, &mut Line<'l>) -> Done,
) -> Done {
    // What stood behind the line in an earlier, longer one ends here.
    if let Some(end) = line.last_mut() {
        *end = 0;
    }
    let mut words: heapless::Vec<&CStr, WORDS> = heapless::Vec::new();
    match split(line, &mut words) {
        Ok(()) if words.is_empty() => Ok(()),
        Ok(()) => {
            let typed = cx.err.typed.take();
            let done = command(cx, &mut Line::new(Words::List(&words), 0));
            cx.err.typed = typed;
            done
        }
        Err(Broken::Quote) => Err(cx.err.plain(&[b"Unterminated quoted string"])),
        Err(Broken::Words) => Err(cx.err.plain(&[b"Too many words in one line."])),
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use std::string::String;
    use std::vec::Vec;

    fn words(line: &str) -> Option<Vec<String>> {
        let mut line: Vec<u8> = line.bytes().chain([0]).collect();
        let mut found = heapless::Vec::new();
        split(&mut line, &mut found).ok()?;
        Some(found.iter().map(|w| w.to_str().unwrap().into()).collect())
    }

    #[test]
    fn quotes_hold_words_together() {
        assert_eq!(words("link set  lo\tup").unwrap(), ["link", "set", "lo", "up"]);
        assert_eq!(words("alias 'a b' \"c d\"").unwrap(), ["alias", "a b", "c d"]);
        assert_eq!(words("alias ''").unwrap(), ["alias", ""]);
        assert_eq!(words("   ").unwrap(), Vec::<String>::new());
        assert_eq!(words("a 'b"), None);
    }
}
