//! `-batch FILE`: commands from a file, one a line, in one process and over the same sockets.
//!
//! The grammar of a line is iproute2's: `#` starts a comment anywhere, `\` before the line end joins lines, `'` and
//! `"` quote.

use crate::Ctx;
use crate::ip::Program;
use crate::report::{Done, Fail, PLAIN};
use crate::words::{Line, Words};
use core::ffi::CStr;
use nlbox_core::text::num;
use nlbox_sys::fd::{CBuf, Fd, OFlags, STDIN, first, open, read};

/// Bytes read at once, and of one command with its comment, continuation lines joined.
const ROOM: usize = 16384;
/// Words of one command.
const WORDS: usize = 512;

/// A file read line by line.
struct Source {
    file: Option<Fd>,
    buf: [u8; ROOM],
    /// What has been read and not been lent.
    at: usize,
    len: usize,
    number: u64,
}

/// What the next line is.
enum Next<'s> {
    /// Its bytes, and one more.
    Line(&'s mut [u8]),
    TooLong,
    End,
}

impl Source {
    /// Reads more behind what is left, which moves to the front; `false` at the end of the file.
    fn more(&mut self) -> Result<bool, Fail> {
        let left = self.len.saturating_sub(self.at);
        for to in 0..left {
            let b = self.buf.get(self.at.saturating_add(to)).copied().unwrap_or(0);
            if let Some(slot) = self.buf.get_mut(to) {
                *slot = b;
            }
        }
        (self.at, self.len) = (0, left);
        let fd = self.file.as_ref().map_or(STDIN, Fd::raw);
        // The last byte is for the end of a last line that has none.
        let got = read(fd, self.buf.get_mut(left..ROOM - 1).unwrap_or_default()).map_err(|_| PLAIN)?;
        self.len = left.saturating_add(got);
        Ok(got != 0)
    }

    /// Where the next line ends, behind `joined` bytes that belong to it already; `None` where the file ends first.
    fn end(&mut self, joined: usize) -> Result<Option<usize>, Fail> {
        let mut from = self.at.saturating_add(joined);
        loop {
            let rest = self.buf.get(from..self.len).unwrap_or_default();
            if let Some(n) = rest.iter().position(|b| *b == b'\n') {
                return Ok(Some(from.saturating_add(n)));
            }
            let seen = self.len.saturating_sub(self.at);
            if seen >= ROOM - 1 || !self.more()? {
                return Ok(None);
            }
            from = self.at.saturating_add(seen);
        }
    }

    /// One command, lines joined; its comment is still there.
    fn next(&mut self) -> Result<Next<'_>, Fail> {
        let (mut joined, mut long) = (0_usize, false);
        let (end, behind) = loop {
            let Some(end) = self.end(joined)? else {
                if self.len.saturating_sub(self.at) >= ROOM - 1 {
                    // The rest of it goes the same way.
                    (self.at, long) = (self.len, true);
                    continue;
                }
                if self.at >= self.len && !long && joined == 0 {
                    return Ok(Next::End);
                }
                break (self.len, self.len);
            };
            self.number = self.number.saturating_add(1);
            let line = self.buf.get_mut(self.at..end).unwrap_or_default();
            if line.last() != Some(&b'\\') || line.contains(&b'#') {
                break (end, end.saturating_add(1));
            }
            // The two bytes between the lines make room in front.
            joined = line.len().saturating_sub(1);
            for n in (self.at..self.at.saturating_add(joined)).rev() {
                let b = self.buf.get(n).copied().unwrap_or(0);
                if let Some(slot) = self.buf.get_mut(n.saturating_add(2)) {
                    *slot = b;
                }
            }
            self.at = self.at.saturating_add(2);
        };
        // A line that the file ends in counts as one.
        self.number = self.number.saturating_add(u64::from(end == behind));
        let from = core::mem::replace(&mut self.at, behind);
        Ok(match long {
            true => Next::TooLong,
            false => Next::Line(self.buf.get_mut(from..=end).unwrap_or_default()),
        })
    }
}

/// Why a line is no list of words.
enum Broken {
    Quote,
    Words,
}

/// Takes the quotes out of `line` in place and ends each word with a NUL; then lends the words. A comment and the last
/// byte are no part of it.
fn split<'w>(line: &'w mut [u8], words: &mut heapless::Vec<&'w CStr, WORDS>) -> Result<(), Broken> {
    let (last, rest) = line.split_last_mut().map_or((None, &mut [][..]), |(l, r)| (Some(l), r));
    if let Some(last) = last {
        *last = 0;
    }
    // Most lines hold no quote and no comment: their words stay where they are.
    let mut plain = true;
    for b in rest {
        if *b <= b'\'' {
            match *b {
                b' ' | b'\t' | b'\r' => *b = 0,
                b'#' | b'"' | b'\'' => {
                    plain = false;
                    break;
                }
                _ => {}
            }
        }
    }
    let len = if plain { line.len() } else { unquote(line)? };
    let mut rest: &[u8] = line.get(..len).unwrap_or(&[]);
    while let Some(word) = first(rest) {
        let len = word.count_bytes();
        rest = rest.get(len.saturating_add(1)..).unwrap_or(&[]);
        if len != 0 || !plain {
            words.push(word).map_err(|_| Broken::Words)?;
        }
    }
    Ok(())
}

/// Takes quotes and the comment out of a line and puts one NUL behind each word; how long it is then.
fn unquote(line: &mut [u8]) -> Result<usize, Broken> {
    // Words only get shorter: the place to write never passes the place to read.
    let (mut to, mut quote, mut inside) = (0_usize, 0, false);
    let last = line.len().saturating_sub(1);
    for from in 0..line.len() {
        let mut b = line.get(from).copied().unwrap_or(0);
        let over = b == b'#' || from >= last;
        if over || quote == 0 && matches!(b, b' ' | b'\t' | b'\r' | 0) {
            if over && quote != 0 {
                return Err(Broken::Quote);
            }
            b = 0;
        } else if b == quote || quote == 0 && matches!(b, b'\'' | b'"') {
            (quote, inside) = (quote ^ b, true);
            continue;
        }
        if core::mem::replace(&mut inside, b != 0) || b != 0 {
            if let Some(slot) = line.get_mut(to) {
                *slot = b;
            }
            to = to.saturating_add(1);
        }
        if over {
            break;
        }
    }
    Ok(to)
}

/// Runs every line of `file` (`-`: standard input) through `program`. Stops at the first that fails, or with
/// `-force` goes on; the exit code is 1 when any failed.
pub(crate) fn run(cx: &mut Ctx<'_>, file: &[u8], program: &Program) -> Done {
    let mut source = Source { file: None, buf: [0; ROOM], at: 0, len: 0, number: 0 };
    if file != b"-" {
        let mut path = CBuf::<4096>::new();
        let opened = path.join(&[file]).and_then(|p| open(p, OFlags::RDONLY, 0));
        source.file =
            Some(opened.map_err(|e| cx.err.failed("Cannot open file \"%\" for reading", file, e.0))?);
    }
    cx.page.out.open_document();
    let mut done = Ok(());
    loop {
        let ran = match source.next() {
            Ok(Next::End) => break,
            Ok(Next::Line(line)) => one(cx, line, program),
            Ok(Next::TooLong) => Err(cx.err.plain_of("The line is too long.", b"")),
            Err(_) => {
                done = Err(cx.err.plain_of("Cannot read \"%\".", file));
                break;
            }
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

#[inline(never)]
fn one(cx: &mut Ctx<'_>, line: &mut [u8], program: &Program) -> Done {
    let mut words: heapless::Vec<&CStr, WORDS> = heapless::Vec::new();
    match split(line, &mut words) {
        Ok(()) if words.is_empty() => Ok(()),
        Ok(()) => {
            let typed = cx.err.typed.take();
            let done = program.line(cx, &mut Line::new(Words::List(&words), 0));
            cx.err.typed = typed;
            done
        }
        Err(Broken::Quote) => Err(cx.err.plain_of("Unterminated quoted string", b"")),
        Err(Broken::Words) => Err(cx.err.plain_of("Too many words in one line.", b"")),
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
