//! Options as getopt_long(3) reads them, from the help page that lists them: bundled letters, `--long=value`, long
//! names cut short; the first word that is no option ends them.

use crate::Ctx;
use crate::report::{Done, Fail};
use crate::words::Line;
use core::ffi::CStr;
use nlbox_sys::fd::tail;

/// The options of an applet.
pub struct Spec {
    /// The help page. A line `  -w, --wd=DIR` is an option whose value is the rest of the word or the next one,
    /// `  -n, --net[=FILE]` may have a value, `      --all` has none and no letter.
    pub page: &'static str,
    /// Whether a letter too has the value that its long name may have: `-nFILE`.
    pub attached: bool,
}

/// A line of the page.
#[derive(Clone, Copy)]
struct Row {
    id: u8,
    name: &'static [u8],
    /// `=`, `[` or a blank.
    takes: u8,
}

/// The row that `is` picks: it looks at all of them, the last one for which it says so counts.
fn pick(page: &'static str, is: &mut dyn FnMut(&Row) -> bool) -> Option<Row> {
    let mut found = None;
    for (line, n) in page.as_bytes().split(|b| *b == b'\n').zip(0_u8..) {
        let [_, _, _, letter, _, b' ', b'-', b'-', long @ ..] = line else { continue };
        let end = long.iter().position(|b| matches!(b, b'=' | b'[' | b' ')).unwrap_or(long.len());
        let (name, rest) = long.split_at_checked(end).unwrap_or_default();
        let id = if *letter == b' ' { n } else { *letter };
        let row = Row { id, name, takes: rest.first().copied().unwrap_or(b' ') };
        if is(&row) {
            found = Some(row);
        }
    }
    found
}

/// An option as it was given.
#[derive(Clone, Copy, Default)]
pub struct Given<'l> {
    /// Its place on the line, from 1 on; 0 when it was not given.
    pub at: u8,
    /// Its value; of several the last one.
    pub value: Option<&'l CStr>,
}

impl<'l> Given<'l> {
    /// Its value, empty without one.
    #[must_use]
    pub fn word(&self) -> &'l [u8] {
        self.value.unwrap_or_default().to_bytes()
    }
}

/// The place of `word` in a list of names between blanks. `mask` 0x20 takes large letters for small ones.
#[must_use]
pub fn choose(list: &str, word: &[u8], mask: u8) -> Option<u8> {
    let is =
        |name: &[u8]| name.len() == word.len() && name.iter().zip(word).all(|(a, b)| a | mask == b | mask);
    list.as_bytes().split(|b| *b == b' ').zip(0..).find(|(name, _)| is(name)).map(|(_, n)| n)
}

/// The options of a line: each by its letter, or without one by the number of its line on the page, from 0 on.
pub struct Options<'l> {
    given: [Given<'l>; 128],
    count: u8,
}

impl<'l> Options<'l> {
    /// None yet.
    #[must_use]
    pub const fn new() -> Self {
        Options { given: [Given { at: 0, value: None }; 128], count: 0 }
    }

    /// Option `id`.
    #[must_use]
    pub fn get(&self, id: u8) -> Given<'l> {
        self.given.get(usize::from(id)).copied().unwrap_or_default()
    }

    /// Whether option `id` is given.
    #[must_use]
    pub fn has(&self, id: u8) -> bool {
        self.get(id).at > 0
    }

    /// As if option `id` were given, if it is not.
    pub fn ask(&mut self, id: u8) {
        if let Some(given) = self.given.get_mut(usize::from(id)) {
            given.at = given.at.max(1);
        }
    }

    fn set(&mut self, cx: &mut Ctx<'_>, spec: &Spec, row: Row, value: Option<&'l CStr>) -> Done {
        let out = &mut cx.page.out;
        match row.id {
            b'h' => out.text(spec.page),
            b'V' => {
                out.text(cx.err.program);
                out.text(concat!(" from nlbox ", env!("CARGO_PKG_VERSION"), "\n"));
            }
            id => {
                self.count = self.count.saturating_add(1);
                if let Some(given) = self.given.get_mut(usize::from(id)) {
                    *given = Given { at: self.count, value };
                }
                return Ok(());
            }
        }
        Err(Fail(0))
    }

    /// Reads the options of `line`, up to its first other word; a `--` before that is taken.
    ///
    /// What is wrong is reported, exit code 1. `-h` and `-V` are answered, and end in a `Fail` of code 0.
    pub fn read(&mut self, cx: &mut Ctx<'_>, line: &mut Line<'l>, spec: &Spec) -> Done {
        while let Some(word) = line.cstr(line.at()) {
            match word.to_bytes() {
                [b'-', b'-', long @ ..] => {
                    line.next();
                    if long.is_empty() {
                        break;
                    }
                    self.long(cx, line, spec, word)?;
                }
                [b'-', _, ..] => {
                    line.next();
                    self.short(cx, line, spec, word)?;
                }
                _ => break,
            }
        }
        Ok(())
    }

    fn short(&mut self, cx: &mut Ctx<'_>, line: &mut Line<'l>, spec: &Spec, word: &'l CStr) -> Done {
        for (n, letter) in word.to_bytes().iter().enumerate().skip(1) {
            let arg = core::slice::from_ref(letter);
            let Some(row) = pick(spec.page, &mut |r| r.id == *letter) else {
                return Err(wrong(cx, "invalid option -- '%'", arg));
            };
            let rest = tail(word, n.saturating_add(1));
            let rest = Some(rest).filter(|r| !r.is_empty());
            let value = match row.takes {
                b'=' => match rest.or_else(|| take(line)) {
                    None => return Err(wrong(cx, "option requires an argument -- '%'", arg)),
                    value => value,
                },
                b'[' if spec.attached => rest,
                _ => {
                    self.set(cx, spec, row, None)?;
                    continue;
                }
            };
            return self.set(cx, spec, row, value);
        }
        Ok(())
    }

    fn long(&mut self, cx: &mut Ctx<'_>, line: &mut Line<'l>, spec: &Spec, word: &'l CStr) -> Done {
        let text = word.to_bytes();
        let end = text.iter().position(|b| *b == b'=').unwrap_or(text.len());
        let name = text.get(2..end).unwrap_or_default();
        let mut fitting = 0_u8;
        let found = pick(spec.page, &mut |r| {
            let fits = r.name.starts_with(name);
            fitting = fitting.saturating_add(u8::from(fits));
            fits
        });
        let Some(row) = pick(spec.page, &mut |r| r.name == name).or(found.filter(|_| fitting == 1)) else {
            if fitting == 0 {
                return Err(wrong(cx, "unrecognized option '%'", text));
            }
            cx.err.piece(&[
                cx.err.program.as_bytes(),
                b": option '",
                text,
                b"' is ambiguous; possibilities:",
            ]);
            pick(spec.page, &mut |r| {
                if r.name.starts_with(name) {
                    cx.err.piece(&[b" '--", r.name, b"'"]);
                }
                false
            });
            return Err(hint(cx));
        };
        let value = text.get(end).map(|_| tail(word, end.saturating_add(1)));
        let value = match (row.takes, value) {
            (b'=', None) => match take(line) {
                None => return Err(wrong(cx, "option '--%' requires an argument", row.name)),
                value => value,
            },
            (b' ', Some(_)) => return Err(wrong(cx, "option '--%' doesn't allow an argument", row.name)),
            (_, value) => value,
        };
        self.set(cx, spec, row, value)
    }
}

impl Default for Options<'_> {
    fn default() -> Self {
        Options::new()
    }
}

/// The next word, whatever it looks like.
fn take<'l>(line: &mut Line<'l>) -> Option<&'l CStr> {
    let word = line.cstr(line.at());
    line.next();
    word
}

fn wrong(cx: &mut Ctx<'_>, what: &str, arg: &[u8]) -> Fail {
    let _ = cx.err.applet(what, arg, 0);
    hint(cx)
}

fn hint(cx: &mut Ctx<'_>) -> Fail {
    cx.err.plain(&[b"Try '", cx.err.program.as_bytes(), b" --help' for more information."])
}
