//! Options as getopt_long(3) reads them, for the applets that are not `ip`: bundled letters, `--long=value`, long
//! names cut short; the first word that is no option ends them.

use crate::Ctx;
use crate::report::Fail;
use crate::words::Line;
use core::ffi::CStr;
use nlbox_core::text::cut;

/// The options of an applet, and what `--help` says.
pub struct Spec {
    /// What follows the applet's name in the usage line.
    pub usage: &'static str,
    /// A line for each option, as [`Row`] reads it. `-h`, `--help`, `-V` and `--version` need none.
    pub rows: &'static str,
    /// The rest of the help page.
    pub notes: &'static str,
}

/// An option's line: a letter, a mark, a long name with its value, a tab, and a few words for `--help`.
///
/// The letter is the short option; when it is neither letter nor digit there is none, and it only tells the options
/// apart. The long name may be missing. The value is spelled as help shows it: `net[=FILE]` may have one, `root=DIR`
/// must, `fork` has none. The mark is a blank, or `?` when the letter too may have an optional value (`-n/a/file`);
/// with a blank, a letter whose long name has an optional value takes none.
#[derive(Clone, Copy)]
struct Row {
    id: u8,
    attached: bool,
    name: &'static str,
    value: &'static str,
    about: &'static str,
}

/// Understood by every applet, behind its own rows.
const COMMON: &str = "h help\tthis page\nV version\tthe version";

impl Spec {
    fn rows(&self) -> impl Iterator<Item = Row> {
        self.rows.split('\n').chain(COMMON.split('\n')).filter_map(Row::read)
    }
}

impl Row {
    fn read(line: &'static str) -> Option<Row> {
        let (spelled, about) = cut(line.get(2..)?, b'\t');
        let end = spelled.bytes().position(|b| matches!(b, b'[' | b'=')).unwrap_or(spelled.len());
        Some(Row {
            id: *line.as_bytes().first()?,
            attached: line.as_bytes().get(1) == Some(&b'?'),
            name: spelled.get(..end)?,
            value: spelled.get(end..)?,
            about: about.unwrap_or(""),
        })
    }

    fn has_letter(self) -> bool {
        self.id.is_ascii_alphanumeric()
    }
}

/// An option as it was given.
pub struct Given<'l> {
    /// The first byte of its row.
    pub id: u8,
    /// Its value.
    pub value: Option<&'l CStr>,
}

/// How far the options of a line are read.
pub struct Getopt<'l> {
    spec: &'static Spec,
    /// What is left of a word of short options.
    letters: &'l CStr,
}

impl<'l> Getopt<'l> {
    /// Starts with the next word of the line.
    #[must_use]
    pub const fn new(spec: &'static Spec) -> Self {
        Getopt { spec, letters: c"" }
    }

    /// The next option; `None` when the next word of `line` is none (`--`, which ends them, is taken).
    ///
    /// `--help` and `--version` are answered here, and end in a `Fail` of code 0.
    pub fn next(&mut self, cx: &mut Ctx<'_>, line: &mut Line<'l>) -> Result<Option<Given<'l>>, Fail> {
        let given = if self.letters.is_empty() {
            let Some(word) = line.cstr(line.at()) else { return Ok(None) };
            match word.to_bytes() {
                [b'-', b'-', rest @ ..] => {
                    line.next();
                    if rest.is_empty() {
                        return Ok(None);
                    }
                    self.long(cx, line, word)?
                }
                [b'-', _, ..] => {
                    line.next();
                    self.letters = tail(word, 1);
                    self.short(cx, line)?
                }
                _ => return Ok(None),
            }
        } else {
            self.short(cx, line)?
        };
        match given.id {
            b'h' => self.help(cx),
            b'V' => {
                let out = &mut cx.page.out;
                out.text(cx.err.program);
                out.text(concat!(" (nlbox ", env!("CARGO_PKG_VERSION"), ")\n"));
            }
            _ => return Ok(Some(given)),
        }
        Err(Fail(0))
    }

    fn short(&mut self, cx: &mut Ctx<'_>, line: &mut Line<'l>) -> Result<Given<'l>, Fail> {
        let (id, rest) = match self.letters.to_bytes().first() {
            Some(id) => (*id, tail(self.letters, 1)),
            None => (0, c""),
        };
        let letter: &[u8] = &[id];
        let Some(row) = self.spec.rows().find(|r| r.id == id && r.has_letter()) else {
            return Err(wrong(cx, &[b"invalid option -- '", letter, b"'"]));
        };
        let must = row.value.starts_with('=');
        self.letters = if must || row.attached { c"" } else { rest };
        let value = match (must || row.attached, rest.is_empty()) {
            (true, false) => Some(rest),
            (true, true) if must => match take(line) {
                None => return Err(wrong(cx, &[b"option requires an argument -- '", letter, b"'"])),
                value => value,
            },
            _ => None,
        };
        Ok(Given { id, value })
    }

    fn long(&self, cx: &mut Ctx<'_>, line: &mut Line<'l>, word: &'l CStr) -> Result<Given<'l>, Fail> {
        let text = word.to_bytes();
        let end = text.iter().position(|b| *b == b'=');
        let name = text.get(2..end.unwrap_or(text.len())).unwrap_or(b"");
        let fits = |r: &Row| !r.name.is_empty() && r.name.as_bytes().starts_with(name);
        let whole = self.spec.rows().find(|r| r.name.as_bytes() == name);
        let mut some = self.spec.rows().filter(fits);
        let Some(row) = whole.or_else(|| some.next()) else {
            return Err(wrong(cx, &[b"unrecognized option '", text, b"'"]));
        };
        if whole.is_none() && some.next().is_some() {
            cx.err.piece(&[
                cx.err.program.as_bytes(),
                b": option '",
                text,
                b"' is ambiguous; possibilities:",
            ]);
            for r in self.spec.rows().filter(fits) {
                cx.err.piece(&[b" '--", r.name.as_bytes(), b"'"]);
            }
            return Err(hint(cx));
        }
        let value = end.map(|at| tail(word, at.saturating_add(1)));
        let name = row.name.as_bytes();
        match (row.value.as_bytes().first(), value) {
            (None, Some(_)) => Err(wrong(cx, &[b"option '--", name, b"' doesn't allow an argument"])),
            (Some(b'='), None) => match take(line) {
                None => Err(wrong(cx, &[b"option '--", name, b"' requires an argument"])),
                value => Ok(Given { id: row.id, value }),
            },
            (_, value) => Ok(Given { id: row.id, value }),
        }
    }

    fn help(&self, cx: &mut Ctx<'_>) {
        let out = &mut cx.page.out;
        for text in ["Usage: ", cx.err.program, self.spec.usage, "\n\n"] {
            out.text(text);
        }
        for r in self.spec.rows() {
            let letter = [b' ', b' ', b'-', r.id];
            out.bytes(if r.has_letter() { &letter } else { b"    " });
            let comma = if r.has_letter() && !r.name.is_empty() { ", " } else { "  " };
            let dashes = if r.name.is_empty() { "" } else { "--" };
            for text in [comma, dashes, r.name, r.value] {
                out.text(text);
            }
            out.spaces(30_usize.saturating_sub(r.name.len()).saturating_sub(r.value.len()));
            out.text(r.about);
            out.text("\n");
        }
        out.text(self.spec.notes);
    }
}

/// The next word, whatever it looks like.
fn take<'l>(line: &mut Line<'l>) -> Option<&'l CStr> {
    let word = line.cstr(line.at());
    line.next();
    word
}

/// `word` from byte `at` on.
fn tail(word: &CStr, at: usize) -> &CStr {
    let rest = word.to_bytes_with_nul().get(at..).unwrap_or_default();
    CStr::from_bytes_until_nul(rest).unwrap_or_default()
}

/// A command line that is wrong: exit code 1 and the way to the help.
pub fn wrong(cx: &mut Ctx<'_>, pieces: &[&[u8]]) -> Fail {
    cx.err.piece(&[cx.err.program.as_bytes(), b": "]);
    cx.err.piece(pieces);
    hint(cx)
}

fn hint(cx: &mut Ctx<'_>) -> Fail {
    cx.err.plain(&[b"\nTry '", cx.err.program.as_bytes(), b" --help' for more information."])
}
