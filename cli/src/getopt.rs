//! Options as getopt_long(3) reads them, from the help page that lists them: bundled letters, `--long=value`, long
//! names cut short; the first word that is no option ends them.

use crate::Ctx;
use crate::report::{Done, Fail};
use crate::words::Line;
use core::ffi::CStr;
use nlbox_sys::fd::tail;

/// The options of an applet.
pub struct Spec {
    /// The help page. A line `  -w, --wd=DIR`, a tab, a few words is an option whose value is the rest of the word or the next one,
    /// `  -n, --net[=FILE]` may have a value, `      --all` has none and no letter.
    pub page: &'static str,
    /// Whether a letter too has the value that its long name may have: `-nFILE`.
    pub attached: bool,
}

#[cfg(test)]
impl Spec {
    /// What the option of this name is called by.
    pub(crate) fn id(&self, name: &[u8]) -> Option<u8> {
        pick(self.page, &mut |r| r.name == name).map(|r| r.id)
    }
}

impl Spec {
    /// What option `id` is called in full.
    #[must_use]
    pub fn name(&self, id: u8) -> &'static [u8] {
        pick(self.page, &mut |r| r.id == id).map_or(b"", |r| r.name)
    }
}

/// A line of the page.
#[derive(Clone, Copy)]
struct Row {
    id: u8,
    name: &'static [u8],
    /// `=`, `[` or another byte.
    takes: u8,
}

/// The row that `is` picks: it looks at all of them, the last one for which it says so counts.
fn pick(page: &'static str, is: &mut dyn FnMut(&Row) -> bool) -> Option<Row> {
    let mut found = None;
    for (line, n) in page.as_bytes().split(|b| *b == b'\n').zip(0_u8..) {
        let row = match line {
            [_, _, _, letter, _, b' ', b'-', b'-', long @ ..] => {
                let end = long.iter().position(|b| matches!(b, b'=' | b'[' | b'\t')).unwrap_or(long.len());
                let (name, rest) = long.split_at_checked(end).unwrap_or_default();
                let id = if *letter == b' ' { n } else { *letter };
                Row { id, name, takes: rest.first().copied().unwrap_or(0) }
            }
            [b' ', b' ', b'-', letter, b' ', next, ..] => {
                Row { id: *letter, name: b"", takes: if *next == b'<' { b'=' } else { 0 } }
            }
            _ => continue,
        };
        if is(&row) {
            found = Some(row);
        }
    }
    found
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
    /// Their places on the line, from 1 on; 0 for those not given.
    places: [u8; 128],
    values: [Option<&'l CStr>; 128],
    /// Values that later ones took the place of.
    earlier: heapless::Vec<(u8, &'l CStr), 32>,
    /// The words between and behind the options of [`Options::letters`]: the first two.
    pub words: [Option<&'l [u8]>; 2],
    count: u8,
    /// In the manner of iputils.
    plain: bool,
}

impl<'l> Options<'l> {
    /// None yet.
    #[must_use]
    pub const fn new() -> Self {
        Options {
            places: [0; 128],
            values: [None; 128],
            earlier: heapless::Vec::new(),
            words: [None; 2],
            count: 0,
            plain: false,
        }
    }

    /// The place of option `id` among the options, from 1 on; 0 when it is not given.
    #[must_use]
    pub fn at(&self, id: u8) -> u8 {
        self.places.get(usize::from(id)).copied().unwrap_or(0)
    }

    /// Whether option `id` is given.
    #[must_use]
    pub fn has(&self, id: u8) -> bool {
        self.at(id) > 0
    }

    /// How many options have been given.
    #[must_use]
    pub fn count(&self) -> u8 {
        self.count
    }

    /// The option at `place`, from 1 on; 0 for one that was given again later.
    #[must_use]
    pub fn which(&self, place: u8) -> u8 {
        self.places.iter().zip(0..).find(|(p, _)| **p == place).map_or(0, |(_, id)| id)
    }

    /// The value of option `id`: of several the last one.
    #[must_use]
    #[inline(never)]
    pub fn value(&self, id: u8) -> Option<&'l CStr> {
        self.values.get(usize::from(id)).copied().flatten()
    }

    /// The same, empty without one.
    #[must_use]
    #[inline(never)]
    pub fn word(&self, id: u8) -> &'l [u8] {
        self.value(id).unwrap_or_default().to_bytes()
    }

    /// Hands over all values of option `id`, in their order.
    pub fn each(&self, id: u8, with: &mut dyn FnMut(&'l [u8]) -> Done) -> Done {
        for (of, value) in &self.earlier {
            if *of == id {
                with(value.to_bytes())?;
            }
        }
        self.value(id).map_or(Ok(()), |value| with(value.to_bytes()))
    }

    /// As if option `id` were given, if it is not.
    pub fn ask(&mut self, id: u8) {
        if let Some(place) = self.places.get_mut(usize::from(id)) {
            *place = (*place).max(1);
        }
    }

    fn set(&mut self, cx: &mut Ctx<'_>, spec: &Spec, row: Row, value: Option<&'l CStr>) -> Done {
        match row.id {
            // As iputils; tcpdump answers.
            b'h' if self.plain && cx.err.program.ends_with("ping") => return Err(usage(cx, spec.page)),
            b'h' => show(cx, spec.page),
            b'V' => version(cx),
            id => {
                self.count = self.count.saturating_add(1);
                let n = usize::from(id);
                if let (Some(place), Some(slot)) = (self.places.get_mut(n), self.values.get_mut(n)) {
                    if let Some(old) = slot.filter(|_| value.is_some())
                        && self.earlier.push((id, old)).is_err()
                    {
                        return Err(wrong(cx, "option '--%' is given too often", row.name));
                    }
                    (*place, *slot) = (self.count, value);
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

    /// Reads the whole line in the manner of iputils: options of one letter, anywhere. A line of the page `  -c <count>`
    /// is an option with a value, `  -q` one without.
    ///
    /// What is wrong is reported with the page, exit code 2; so is ping's `-h`. `--help` and `-V` end in a `Fail` of
    /// code 0.
    pub fn letters(&mut self, cx: &mut Ctx<'_>, line: &mut Line<'l>, page: &'static str) -> Done {
        let spec = Spec { page, attached: false };
        self.plain = true;
        let mut over = false;
        while let Some(word) = line.cstr(line.at()) {
            line.next();
            match word.to_bytes() {
                b"--" if !over => over = true,
                b"--help" => {
                    show(cx, page);
                    return Err(Fail(0));
                }
                b"--version" => {
                    version(cx);
                    return Err(Fail(0));
                }
                [b'-', _, ..] if !over => self.short(cx, line, &spec, word)?,
                word => {
                    let [first, second] = &mut self.words;
                    if first.replace(first.unwrap_or(word)).is_some() {
                        second.get_or_insert(word);
                    }
                }
            }
        }
        Ok(())
    }

    fn short(&mut self, cx: &mut Ctx<'_>, line: &mut Line<'l>, spec: &Spec, word: &'l CStr) -> Done {
        for (n, letter) in word.to_bytes().iter().enumerate().skip(1) {
            let arg = core::slice::from_ref(letter);
            let Some(row) = pick(spec.page, &mut |r| r.id == *letter) else {
                return Err(self.wrong(cx, spec, "invalid option -- '%'", arg));
            };
            let rest = tail(word, n.saturating_add(1));
            let rest = Some(rest).filter(|r| !r.is_empty());
            let value = match row.takes {
                b'=' => match rest.or_else(|| take(line)) {
                    None => return Err(self.wrong(cx, spec, "option requires an argument -- '%'", arg)),
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

    fn wrong(&self, cx: &mut Ctx<'_>, spec: &Spec, what: &str, arg: &[u8]) -> Fail {
        if !self.plain {
            return wrong(cx, what, arg);
        }
        let _ = cx.err.applet(what, arg, 0);
        usage(cx, spec.page)
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
            cx.err.say(&[]);
            return Err(hint(cx));
        };
        let value = text.get(end).map(|_| tail(word, end.saturating_add(1)));
        let value = match (row.takes, value) {
            (b'=', Some(value)) => Some(value),
            (b'=', None) => match take(line) {
                None => return Err(wrong(cx, "option '--%' requires an argument", row.name)),
                value => value,
            },
            (b'[', value) => value,
            (_, Some(_)) => return Err(wrong(cx, "option '--%' doesn't allow an argument", row.name)),
            (_, None) => None,
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

/// Prints the page.
pub fn show(cx: &mut Ctx<'_>, page: &str) {
    cx.page.out.text(page);
    cx.page.out.text("\n");
}

/// Prints which program this is.
pub fn version(cx: &mut Ctx<'_>) {
    cx.page.out.text(cx.err.program);
    cx.page.out.text(concat!(" from nlbox ", env!("CARGO_PKG_VERSION"), "\n"));
}

/// Shows the page; exit code 2.
pub fn usage(cx: &mut Ctx<'_>, page: &str) -> Fail {
    cx.err.say(&[page.as_bytes()]);
    Fail(2)
}

fn wrong(cx: &mut Ctx<'_>, what: &str, arg: &[u8]) -> Fail {
    let _ = cx.err.applet(what, arg, 0);
    hint(cx)
}

fn hint(cx: &mut Ctx<'_>) -> Fail {
    cx.err.plain_of("Try '% --help' for more information.", cx.err.program.as_bytes())
}
