//! `-batch FILE`: commands from a file, one a line, in one process and over the same sockets.
//!
//! The grammar of a line is iproute2's: `#` starts a comment anywhere, `\` before the line end joins lines, `'` and
//! `"` quote.
//!
//! With `-force` the requests of lines that only change addresses, routes, rules and neighbours travel many in one
//! datagram. They are sent before anything else happens: another command, a failure that is told, a read that may wait.

use crate::Ctx;
use crate::ip::Program;
use crate::report::{Done, Fail, PLAIN};
use crate::words::{Line, Words};
use core::ffi::CStr;
use nlbox_core::conn::Error;
use nlbox_core::conn::bulk::MANY;
use nlbox_core::text::num;
use nlbox_sys::fd::{CBuf, Fd, OFlags, STDIN, first, open, part, read};

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
    /// Bytes from `at` on that hold no line end, and those of lines that the next one joins.
    seen: usize,
    joined: usize,
    /// The line holds no quote and no comment: its words are parted by NUL already.
    plain: bool,
    /// The line has lost its beginning.
    long: bool,
    /// The file has ended.
    over: bool,
    number: u64,
}

/// What the next line is.
enum Next<'s> {
    /// Its bytes, and one more; whether it is plain; the number of its last line.
    Line(&'s mut [u8], bool, u64),
    TooLong,
    /// More is to be read for it, which may wait.
    Dry,
    End,
}

impl Source {
    /// Reads more behind what is left, which moves to the front.
    fn more(&mut self) -> Result<(), Fail> {
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
        self.over = got == 0;
        Ok(())
    }

    /// One command, lines joined; its comment is still there.
    fn next(&mut self) -> Next<'_> {
        let (end, behind) = loop {
            let from = self.at.saturating_add(self.seen.max(self.joined));
            let rest = self.buf.get_mut(from..self.len).unwrap_or_default();
            let plain = &mut self.plain;
            let end = rest.iter_mut().position(|b| {
                // Most bytes are above all that matters here.
                if *b <= b'\'' {
                    match *b {
                        b'\n' => return true,
                        b' ' | b'\t' | b'\r' if *plain => *b = 0,
                        b'#' | b'"' | b'\'' => *plain = false,
                        _ => {}
                    }
                }
                false
            });
            let Some(n) = end else {
                self.seen = self.len.saturating_sub(self.at);
                if self.seen >= ROOM - 1 {
                    // The rest of it goes the same way.
                    (self.at, self.seen, self.joined, self.long) = (self.len, 0, 0, true);
                }
                if !self.over {
                    return Next::Dry;
                }
                if self.at >= self.len && !self.long {
                    return Next::End;
                }
                break (self.len, self.len);
            };
            let end = from.saturating_add(n);
            self.number = self.number.saturating_add(1);
            let line = self.buf.get_mut(self.at..end).unwrap_or_default();
            if line.last() != Some(&b'\\') || nlbox_core::bytes::has(line, b'#') {
                break (end, end.saturating_add(1));
            }
            // The two bytes between the lines make room in front.
            self.joined = line.len().saturating_sub(1);
            for n in (self.at..self.at.saturating_add(self.joined)).rev() {
                let b = self.buf.get(n).copied().unwrap_or(0);
                if let Some(slot) = self.buf.get_mut(n.saturating_add(2)) {
                    *slot = b;
                }
            }
            (self.at, self.seen) = (self.at.saturating_add(2), 0);
        };
        // A line that the file ends in counts as one.
        self.number = self.number.saturating_add(u64::from(end == behind));
        let from = core::mem::replace(&mut self.at, behind);
        (self.seen, self.joined) = (0, 0);
        match core::mem::take(&mut self.long) {
            true => {
                self.plain = true;
                Next::TooLong
            }
            false => {
                let plain = core::mem::replace(&mut self.plain, true);
                Next::Line(self.buf.get_mut(from..=end).unwrap_or_default(), plain, self.number)
            }
        }
    }
}

/// Why a line is no list of words.
enum Broken {
    Quote,
    Words,
}

/// Lends the words of `line`; of one that is not plain takes the quotes out in place and ends each word with a NUL. A
/// comment and the last byte are no part of it.
fn split<'w>(
    line: &'w mut [u8],
    plain: bool,
    words: &mut heapless::Vec<&'w CStr, WORDS>,
) -> Result<(), Broken> {
    if let Some(last) = line.last_mut() {
        *last = 0;
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

/// A line that is not to run before what has been gathered is sent: nothing of it was done.
pub(crate) const LATER: Fail = Fail(252);

/// That a command may run while requests are gathered: one that changes what no other line asks for.
pub(crate) fn gate(cx: &Ctx<'_>, quiet: bool) -> Done {
    if quiet || !cx.conn.gathering() { Ok(()) } else { Err(LATER) }
}

/// How a batch goes on.
struct Batch<'f> {
    file: &'f [u8],
    /// The lines whose requests are gathered.
    lines: heapless::Vec<u64, MANY>,
    done: Done,
}

impl Batch<'_> {
    fn failed(&mut self, cx: &mut Ctx<'_>, number: u64, fail: Fail) {
        let number = num::dec(number);
        self.done = Err(cx.err.plain(&[b"Command failed %:%", self.file, number.as_bytes()]));
        cx.err.end(Err(fail));
    }

    /// Tells of a line of those that are gathered: the last but `behind`.
    fn refused(&mut self, cx: &mut Ctx<'_>, behind: usize, e: Error) {
        let at = self.lines.len().saturating_sub(1).saturating_sub(behind);
        let number = self.lines.get(at).copied().unwrap_or(0);
        let fail = cx.err.net(e, &cx.conn, None);
        self.failed(cx, number, fail);
    }

    /// Sends what is gathered and tells which lines failed.
    #[inline(never)]
    fn settle(&mut self, cx: &mut Ctx<'_>) {
        if self.lines.is_empty() {
            return;
        }
        if let Err(e) = cx.conn.post() {
            (0..self.lines.len()).rev().for_each(|behind| self.refused(cx, behind, e));
        }
        loop {
            match cx.conn.refused() {
                Ok(None) => break,
                Ok(Some((behind, e))) => self.refused(cx, behind, e),
                Err(e) => {
                    self.refused(cx, 0, e);
                    break;
                }
            }
        }
        self.lines.clear();
    }

    /// Runs a line, or keeps its request.
    fn line(&mut self, cx: &mut Ctx<'_>, words: &[&CStr], program: &Program, number: u64) -> Done {
        if words.is_empty() {
            return Ok(());
        }
        let line = || Line::new(Words::List(words), 0);
        if cx.page.opts.force {
            if self.lines.is_full() {
                self.settle(cx);
            }
            cx.conn.gather(true);
            // Tried without a word: what it has to say comes behind the lines before it.
            cx.err.mute = true;
            let done = match cx.conn.gathering() {
                true => program.line(cx, &mut line()),
                false => Err(LATER),
            };
            cx.err.mute = false;
            cx.conn.gather(false);
            if done.is_ok() {
                let _ = self.lines.push(number);
                return Ok(());
            }
        }
        self.settle(cx);
        program.line(cx, &mut line())
    }

    /// The same of a line that is first to be parted into words.
    #[inline(never)]
    fn parted(
        &mut self,
        cx: &mut Ctx<'_>,
        line: &mut [u8],
        plain: bool,
        program: &Program,
        number: u64,
    ) -> Done {
        let mut words = heapless::Vec::new();
        let why = match split(line, plain, &mut words) {
            Ok(()) => return self.line(cx, &words, program, number),
            Err(Broken::Quote) => &b"Unterminated quoted string"[..],
            Err(Broken::Words) => b"Too many words in one line.",
        };
        self.settle(cx);
        Err(cx.err.plain(&[why]))
    }
}

/// Runs every line of `file` (`-`: standard input) through `program`. Stops at the first that fails, or with
/// `-force` goes on; the exit code is 1 when any failed.
#[inline(never)]
pub(crate) fn run(cx: &mut Ctx<'_>, file: &[u8], program: &Program) -> Done {
    let mut source = Source {
        file: None,
        buf: [0; ROOM],
        at: 0,
        len: 0,
        seen: 0,
        joined: 0,
        plain: true,
        long: false,
        over: false,
        number: 0,
    };
    if file != b"-" {
        let mut path = CBuf::<4096>::new();
        let opened = path.join(&[file]).and_then(|p| open(p, OFlags::RDONLY, 0));
        source.file =
            Some(opened.map_err(|e| cx.err.failed("Cannot open file \"%\" for reading", file, e.0))?);
    }
    cx.page.out.open_document();
    let mut batch = Batch { file, lines: heapless::Vec::new(), done: Ok(()) };
    let typed = cx.err.typed.take();
    loop {
        // Nearly every line of a batch is plain, and there whole.
        let quick = if source.seen == 0 && source.joined == 0 && !source.long {
            let mut words: heapless::Vec<&CStr, WORDS> = heapless::Vec::new();
            let rest = source.buf.get_mut(source.at..source.len).unwrap_or_default();
            part(rest, |word| words.push(word).is_ok()).map(|len| {
                source.at = source.at.saturating_add(len);
                source.number = source.number.saturating_add(1);
                batch.line(cx, &words, program, source.number)
            })
        } else {
            None
        };
        let ran = match quick {
            Some(ran) => ran,
            None => match source.next() {
                Next::End => break,
                Next::Line(line, plain, number) => batch.parted(cx, line, plain, program, number),
                Next::TooLong => {
                    batch.settle(cx);
                    Err(cx.err.plain_as("The line is too long."))
                }
                Next::Dry => {
                    batch.settle(cx);
                    if source.more().is_err() {
                        batch.done = Err(cx.err.plain_of("Cannot read \"%\".", file));
                        break;
                    }
                    continue;
                }
            },
        };
        if let Err(fail) = ran {
            batch.failed(cx, source.number, fail);
            if !cx.page.opts.force {
                break;
            }
        }
    }
    batch.settle(cx);
    cx.err.typed = typed;
    cx.page.out.close_document();
    batch.done
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
        split(&mut line, false, &mut found).ok()?;
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
