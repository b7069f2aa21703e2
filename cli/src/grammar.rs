//! Tables of words, and the engine that turns a command line into a message by them.
//!
//! A word is spelled as usage prints it: `a[ddress]` may be shortened down to `a`, `dev` may not; `iif|dev` is one
//! keyword with two names. The first row that matches wins, in table order: iproute2's rule, on which scripts and
//! fingers rely.

use crate::Ctx;
use crate::batch::gate;
use crate::report::{Done, Fail};
use crate::words::Line;
use nlbox_core::spec::{AttrSet, Bad, put};
use nlbox_core::text::{Texts, cut};
use nlbox_core::wire::build::Build;

/// How many slots a grammar may use.
pub const SLOTS: usize = 32;

/// Words kept for the command to act on, by slot number.
pub type Slots<'l> = [Option<&'l [u8]>; SLOTS];

/// No words yet.
#[inline(never)]
#[must_use]
pub fn slots<'l>() -> Slots<'l> {
    [None; SLOTS]
}

/// Reads what follows a keyword itself.
pub type Call = for<'a, 'l, 'b> fn(&mut Ctx<'a>, &mut Line<'l>, &mut Build<'b>, &mut Slots<'l>) -> Done;

/// What a keyword does.
#[derive(Clone, Copy)]
pub enum To {
    /// The next word is the value of this attribute of the grammar's set.
    Attr(u16),
    /// The next word is kept in this slot.
    Slot(u8),
    /// The keyword itself is kept in this slot; it takes no value.
    Mark(u8),
    /// The next word, `on` or `off`, is kept in this slot.
    Switch(u8),
    /// The next word is kept in this slot, and the rest of the line left to the caller.
    Last(u8),
    /// A function reads on. The text is what help shows for the value.
    Call(Call, &'static str),
}

/// How often a keyword may come.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Times {
    /// As often as it likes.
    Any,
    /// Once: `duplicate "mtu"`.
    Once,
    /// Once, and a second one may be a stray word: `either "dev" is duplicate, or …`.
    OnceOrGarbage,
}

/// One keyword.
#[derive(Clone, Copy)]
pub struct Arg {
    /// Its spelling.
    pub word: &'static str,
    /// Of a call: what help shows for the value. Of an attribute: what is said of a value that it does not take.
    text: &'static str,
    call: Option<Call>,
    /// The attribute, or the slot.
    number: u8,
    what: What,
    bare: bool,
    /// How often it may come.
    pub times: Times,
}

/// [`To`] without what it holds.
#[derive(Clone, Copy)]
enum What {
    Attr,
    Slot,
    Mark,
    Switch,
    Last,
}

/// What is said of most bad values.
const INVALID: &str = "Invalid \"%\" value\n";

/// The words of a verb, as they stand in the binary: packed when the compiler runs, for a row of [`Arg`] takes 48
/// bytes beside its words and there are hundreds. [`grammar!`](crate::grammar!) makes one.
pub struct Grammar {
    /// The attributes that [`To::Attr`] numbers.
    pub set: &'static AttrSet,
    /// Length of the usage, how many rows, the rows, the usage, each row's spelling and text. A row: first letter of the
    /// spelling (0 where it has alternatives), lengths of spelling and text, number, a byte for what and how often.
    packed: &'static str,
    /// Rows that call take the next of these.
    calls: &'static [Call],
}

const WHATS: [What; 5] = [What::Attr, What::Slot, What::Mark, What::Switch, What::Last];
/// In a row's last byte: it calls.
const CALLS: u8 = 8;
/// In a row's last byte: it is no keyword but says what a bare word is.
const BARE: u8 = 64;
/// Bytes of a row without its words.
const HEAD: usize = 5;
/// Bytes in front of the rows.
const FRONT: usize = 2;
const TIMES: [Times; 3] = [Times::Any, Times::Once, Times::OnceOrGarbage];

impl Grammar {
    /// Wraps what [`grammar!`](crate::grammar!) packed.
    #[must_use]
    pub const fn new(set: &'static AttrSet, packed: &'static str, calls: &'static [Call]) -> Grammar {
        Grammar { set, packed, calls }
    }

    /// Where the rows end, and the usage.
    fn ends(&self) -> (usize, usize) {
        let Some([usage, rows]) = self.packed.as_bytes().first_chunk() else { return (0, 0) };
        let rows = HEAD.wrapping_mul((*rows).into()).wrapping_add(FRONT);
        (rows, rows.wrapping_add((*usage).into()))
    }

    /// The keywords, in matching order.
    #[must_use]
    pub fn iter(&self) -> Rows {
        let (rows, at) = self.ends();
        let heads = self.packed.as_bytes().get(FRONT..rows).unwrap_or(&[]);
        Rows { heads, text: self.packed, at, calls: self.calls.iter() }
    }

    /// How help writes the bare word: `[ dev ] DEVICE`.
    #[must_use]
    pub fn usage(&self) -> &'static str {
        let (rows, usage) = self.ends();
        self.packed.get(rows..usage).unwrap_or("")
    }
}

/// The keywords of a [`Grammar`].
#[derive(Clone)]
pub struct Rows {
    heads: &'static [u8],
    text: &'static str,
    /// Where the words of the next row begin.
    at: usize,
    calls: core::slice::Iter<'static, Call>,
}

/// A row that was found, its words left where they stand.
struct Hit {
    /// How many rows were passed over before it.
    passed: u32,
    /// Where its spelling begins, its text, and the next row's.
    start: usize,
    middle: usize,
    end: usize,
    call: Option<Call>,
    number: u8,
    what: What,
    times: Times,
}

impl Rows {
    /// The next keyword that `word` spells; any without a word; the bare row for [`BARE`].
    fn seek(&mut self, word: Option<&[u8]>, bare: u8) -> Option<Hit> {
        let letter = word.map_or(0, |w| w.first().copied().unwrap_or(0));
        let (mut passed, mut heads, mut at) = (0_u32, core::mem::take(&mut self.heads), self.at);
        loop {
            let ([first, len, text, number, what], rest) = heads.split_first_chunk()?;
            heads = rest;
            let start = at;
            let middle = start.wrapping_add(usize::from(*len));
            at = middle.wrapping_add(usize::from(*text));
            let call = if what & CALLS != 0 { self.calls.next() } else { None };
            // Most rows of most words are passed here.
            if *first == letter || *first == 0 || word.is_none() {
                let spelling = self.text.as_bytes().get(start..middle)?;
                if what & BARE == bare && word.is_none_or(|word| fits(word, spelling)) {
                    (self.heads, self.at) = (heads, at);
                    return Some(Hit {
                        passed,
                        start,
                        middle,
                        end: at,
                        call: call.copied(),
                        number: *number,
                        what: *WHATS.get(usize::from(what & 7))?,
                        times: *TIMES.get(usize::from(what >> 4 & 3))?,
                    });
                }
            }
            passed = passed.wrapping_add(1);
        }
    }
}

impl Iterator for Rows {
    type Item = Arg;

    fn next(&mut self) -> Option<Arg> {
        let hit = self.seek(None, 0)?;
        Some(arg(self.text, &hit))
    }
}

/// The row in full.
#[inline(never)]
fn arg(packed: &'static str, hit: &Hit) -> Arg {
    let Hit { start, middle, end, call, number, what, times, .. } = *hit;
    let text = packed.get(middle..end).unwrap_or("");
    let text = if text.is_empty() && call.is_none() { INVALID } else { text };
    Arg { word: packed.get(start..middle).unwrap_or(""), text, call, number, what, bare: false, times }
}

pub mod pack;

/// A [`Grammar`]: `grammar! { set: &ifla::SET, args: [Arg::new("dev", To::Slot(0)), …], bare: ROW, usage: "[ DEVICE ]" }`.
/// What is left out is not there.
#[macro_export]
macro_rules! grammar {
    (usage: $usage:expr) => {
        $crate::grammar! { set: &nlbox_core::rt::nsid::netnsa::SET, args: [], usage: $usage }
    };
    (set: $set:expr, args: [$($arg:expr),* $(,)?] $(, bare: $bare:expr)? $(, usage: $usage:expr)? $(,)?) => {{
        const ROWS: &[$crate::grammar::Arg] = &[$($bare.as_bare(),)? $($arg),*];
        const USAGE: &str = concat!($($usage)?);
        static PACKED: [u8; $crate::grammar::pack::len(ROWS, USAGE)] = $crate::grammar::pack::packed(ROWS, USAGE);
        static CALLS: [$crate::grammar::Call; $crate::grammar::pack::calls_len(ROWS)] =
            $crate::grammar::pack::calls(ROWS);
        $crate::grammar::Grammar::new($set, nlbox_core::text::pack::text(&PACKED), &CALLS)
    }};
}

impl Arg {
    /// A keyword that may come again.
    #[must_use]
    #[allow(
        clippy::cast_possible_truncation,
        reason = "runs in the compiler, and asserts that the number fits"
    )]
    pub const fn new(word: &'static str, to: To) -> Arg {
        let times = Times::Any;
        let (number, what) = match to {
            To::Attr(ty) => {
                assert!(ty < 256);
                (ty as u8, What::Attr)
            }
            To::Slot(n) => (n, What::Slot),
            To::Mark(n) => (n, What::Mark),
            To::Switch(n) => (n, What::Switch),
            To::Last(n) => (n, What::Last),
            To::Call(f, text) => {
                return Arg { word, text, call: Some(f), number: 0, what: What::Mark, bare: false, times };
            }
        };
        Arg { word, text: INVALID, call: None, number, what, bare: false, times }
    }

    /// The same as what a bare word is.
    #[must_use]
    pub const fn as_bare(self) -> Arg {
        Arg { bare: true, ..self }
    }

    /// What it does.
    #[must_use]
    pub fn to(&self) -> To {
        if let Some(f) = self.call {
            return To::Call(f, self.text);
        }
        match self.what {
            What::Attr => To::Attr(self.number.into()),
            What::Slot => To::Slot(self.number),
            What::Mark => To::Mark(self.number),
            What::Switch => To::Switch(self.number),
            What::Last => To::Last(self.number),
        }
    }

    /// The same with its own words for a bad value of its attribute; `%` is the keyword.
    #[must_use]
    pub const fn bad(self, bad: &'static str) -> Arg {
        Arg { text: bad, ..self }
    }

    /// The same, once only.
    #[must_use]
    pub const fn once(self) -> Arg {
        Arg { times: Times::Once, ..self }
    }

    /// The same, once only, where a second one may be a stray word.
    #[must_use]
    pub const fn once_or_garbage(self) -> Arg {
        Arg { times: Times::OnceOrGarbage, ..self }
    }
}

/// Whether `word` is `spelling`, or one of its alternatives (`a|b`), or shortens it as its brackets allow.
#[must_use]
pub fn spelled(word: &[u8], spelling: &str) -> bool {
    fits(word, spelling.as_bytes())
}

/// The same, from the bytes of a table.
#[inline(never)]
fn fits(word: &[u8], spelling: &[u8]) -> bool {
    // What of the word is to come, and whether it may end there.
    let (mut rest, mut may_end) = (word, false);
    let mut letters = spelling.iter();
    while let Some(b) = letters.next() {
        match (*b, rest) {
            (b'[', _) => may_end = true,
            (b']', _) => {}
            (b'|', []) => return true,
            (b, [first, more @ ..]) if *first == b && b != b'|' => rest = more,
            (_, []) if may_end => return true,
            (b, _) => {
                // The next alternative.
                if b != b'|' && !letters.any(|b| *b == b'|') {
                    return false;
                }
                (rest, may_end) = (word, false);
            }
        }
    }
    rest.is_empty()
}

/// Words and what each stands for: `table![("p[ermanent]", 128), …]`. The first one that a word spells counts.
pub struct Table<T: 'static> {
    /// The spellings.
    pub words: Texts,
    /// What they stand for.
    pub values: &'static [T],
}

/// A [`Table`].
#[macro_export]
macro_rules! table {
    ($(($word:expr, $value:expr)),* $(,)?) => {
        $crate::grammar::Table { words: nlbox_core::texts![$($word),*], values: &[$($value),*] }
    };
}

impl<T: Copy> Table<T> {
    /// What `word` stands for.
    pub fn find(&self, word: &[u8]) -> Option<T> {
        self.values.get(place(self.words, word)?).copied()
    }
}

/// Which of `words` is the first that `word` spells.
#[must_use]
pub fn place(words: Texts, word: &[u8]) -> Option<usize> {
    let (mut rest, mut n) = (words.0.as_bytes(), 0_usize);
    loop {
        let (len, more) = rest.split_first()?;
        let (spelling, behind) = more.split_at_checked((*len).into())?;
        if fits(word, spelling) {
            return Some(n);
        }
        rest = behind;
        n = n.wrapping_add(1);
    }
}

/// A word and its place, for the next time: one line of a batch after the other begins with the same.
#[derive(Default)]
pub struct Memo {
    /// Where the words stand among which it was found; 0 before any was.
    words: usize,
    word: heapless::Vec<u8, 15>,
    place: usize,
}

impl Memo {
    /// As [`place`], which is not asked for the same word again.
    pub fn place(&mut self, words: Texts, word: &[u8]) -> Option<usize> {
        let at = words.0.as_ptr().addr();
        if self.words == at && self.word == word {
            return Some(self.place);
        }
        let place = place(words, word)?;
        self.words = 0;
        self.word.clear();
        if self.word.extend_from_slice(word).is_ok() {
            (self.words, self.place) = (at, place);
        }
        Some(place)
    }
}

/// A spelling's whole word: without brackets, the first of several.
pub struct Whole(heapless::Vec<u8, 32>);

impl Whole {
    /// Of `spelling`.
    #[must_use]
    pub fn of(spelling: &str) -> Whole {
        let (first, _) = cut(spelling, b'|');
        Whole(first.bytes().filter(|b| !matches!(b, b'[' | b']')).take(32).collect())
    }

    /// The word.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Reads all of `line` by `grammar`: attributes go into `m`, the rest into the slots it gives.
///
/// # Errors
/// A word that the grammar does not take has been reported.
pub fn read<'l>(
    cx: &mut Ctx<'_>,
    line: &mut Line<'l>,
    grammar: &Grammar,
    m: &mut Build<'_>,
) -> Result<Slots<'l>, Fail> {
    let mut slots = slots();
    fill(cx, line, grammar, m, &mut slots)?;
    Ok(slots)
}

/// The same into `slots`.
///
/// # Errors
/// A word that the grammar does not take has been reported.
pub fn fill<'l>(
    cx: &mut Ctx<'_>,
    line: &mut Line<'l>,
    grammar: &Grammar,
    m: &mut Build<'_>,
    slots: &mut Slots<'l>,
) -> Done {
    let mut seen = 0_u64;
    let rows = grammar.iter();
    while let Some(word) = line.next() {
        m.from_word(line.at());
        let found = if is_address(word) { None } else { rows.clone().seek(Some(word), 0) };
        match found {
            Some(hit) => {
                let bit = 1_u64.checked_shl(hit.passed).unwrap_or(0);
                take(cx, line, grammar, m, slots, &hit, word, seen & bit != 0)?;
                if hit.call.is_none() && matches!(hit.what, What::Last) {
                    break;
                }
                seen |= bit;
            }
            None => {
                if nlbox_core::spec::matches(word, "help") {
                    return Err(Fail::HELP);
                }
                // What a word that is no keyword is: the row with its value in place.
                let Some(hit) = rows.clone().seek(None, BARE) else {
                    return Err(cx.err.usage_of("Error: unknown word \"%\"", word));
                };
                line.back();
                m.from_word(line.at());
                take(cx, line, grammar, m, slots, &hit, word, false)?;
            }
        }
    }
    Ok(())
}

/// An address or a prefix by its digit and its punctuation: no keyword has any, and a batch is full of them.
fn is_address(word: &[u8]) -> bool {
    word.first().is_some_and(u8::is_ascii_digit) && word.iter().any(|b| matches!(b, b'.' | b'/' | b':'))
}

#[expect(clippy::too_many_arguments, reason = "the state of the one loop above, split off for its length")]
fn take<'l>(
    cx: &mut Ctx<'_>,
    line: &mut Line<'l>,
    grammar: &Grammar,
    m: &mut Build<'_>,
    slots: &mut Slots<'l>,
    hit: &Hit,
    keyword: &'l [u8],
    again: bool,
) -> Done {
    let Hit { call, number, what, times, .. } = *hit;
    match call {
        Some(f) if times == Times::Any => return f(cx, line, m, slots),
        None if matches!(what, What::Mark) => {
            if let Some(s) = slots.get_mut(usize::from(number)) {
                *s = Some(keyword);
            }
            return Ok(());
        }
        _ => {}
    }
    let value = line.value(&mut cx.err)?;
    let slot = match (call, what) {
        (None, What::Slot | What::Switch | What::Last) => slots.get_mut(usize::from(number)),
        _ => None,
    };
    let again = again || slot.as_ref().is_some_and(|s| s.is_some());
    // What errors call the keyword. Words for one slot go by the first of them: `remote` is `peer`.
    let whole = || {
        let arg = arg(grammar.packed, hit);
        let first =
            grammar.iter().find(|a| matches!((a.to(), arg.to()), (To::Slot(n), To::Slot(m)) if n == m));
        Whole::of(first.unwrap_or(arg).word)
    };
    match times {
        Times::Once if again => return Err(cx.err.duplicate(whole().as_bytes(), value)),
        Times::OnceOrGarbage if again => return Err(cx.err.garbage(whole().as_bytes(), value)),
        _ => {}
    }
    if let Some(s) = slot {
        *s = Some(value);
    }
    if let Some(f) = call {
        line.back();
        return f(cx, line, m, slots);
    }
    match what {
        What::Attr => {
            let Some(row) = grammar.set.row(number.into()) else { return Ok(()) };
            put::put(&row, m, value, &mut cx.page.names).map_err(|bad| match bad {
                Bad::Value | Bad::Cast => {
                    cx.err.invalid(value, whole().as_bytes(), arg(grammar.packed, hit).text)
                }
                Bad::NoDevice => cx.err.invalid(value, b"", "Device does not exist\n"),
                Bad::OnOff => cx.err.on_off(whole().as_bytes(), value),
                Bad::OneOf => cx.err.one_of_on_off(whole().as_bytes(), value, 22),
                Bad::Said | Bad::More => crate::report::USAGE,
            })
        }
        What::Switch if put::on_off(value).is_none() => Err(cx.err.on_off(whole().as_bytes(), value)),
        _ => Ok(()),
    }
}

/// Runs a command on the rest of its line.
pub type Run = for<'a, 'l> fn(&mut Ctx<'a>, &mut Line<'l>) -> Done;

/// A verb of an object.
#[derive(Clone, Copy)]
pub struct Verb {
    /// Its spelling.
    pub word: &'static str,
    /// What it does.
    pub run: Run,
    /// Its words, for help; several verbs may share them.
    pub grammar: Option<&'static Grammar>,
}

/// Whether the verb of this spelling only changes something, by one request: add, append, change, delete, prepend,
/// replace.
fn changes(word: &str) -> bool {
    matches!(word.as_bytes(), [b'a' | b'c' | b'd' | b'p', ..] | b"r[eplace]")
}

/// An object, as [`object!`](crate::object) packs it: `ip link`.
pub struct Object {
    /// Its name, its line for help, and the spellings of its verbs.
    pub texts: Texts,
    /// What the verbs do, and their words.
    pub runs: &'static [(Run, Option<&'static Grammar>)],
    /// What happens without a verb.
    pub default: Run,
}

/// An [`Object`]: its name, one line for help, its verbs in matching order, and what happens without a verb.
#[macro_export]
macro_rules! object {
    (
        name: $name:literal, about: $about:literal,
        verbs: [$(Verb { word: $word:literal, run: $run:expr, grammar: $grammar:expr $(,)? }),* $(,)?],
        default: $default:expr $(,)?
    ) => {
        $crate::grammar::Object {
            texts: nlbox_core::texts![$name, $about, $($word),*],
            runs: &[$(($run, $grammar)),*],
            default: $default,
        }
    };
}

impl Object {
    /// Its name, as help and errors call it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.texts.into_iter().next().unwrap_or("")
    }

    /// One line for help.
    #[must_use]
    pub fn about(&self) -> &'static str {
        self.texts.into_iter().nth(1).unwrap_or("")
    }

    /// The spellings of its verbs.
    fn words(&self) -> Texts {
        let mut words = self.texts;
        words.nth(1);
        words
    }

    /// Its verbs, in matching order.
    pub fn verbs(&self) -> impl Iterator<Item = Verb> {
        self.words().zip(self.runs).map(|(word, (run, grammar))| Verb { word, run: *run, grammar: *grammar })
    }

    /// Runs the verb that the line names.
    pub fn run(&self, cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
        let word = line.next();
        let mut words = self.words();
        let verb = word.and_then(|word| cx.verb.place(words, word));
        if cx.conn.gathering() {
            gate(cx, verb.and_then(|n| words.nth(n)).is_some_and(changes))?;
        }
        let Some(word) = word else { return (self.default)(cx, line) };
        let done = match verb.and_then(|n| self.runs.get(n)) {
            Some((run, _)) => run(cx, line),
            // The one verb of an object without verbs; its word is never typed.
            None if words.0.as_bytes() == [0] => {
                line.back();
                (self.default)(cx, line)
            }
            None if nlbox_core::spec::matches(word, "help") => Err(Fail::HELP),
            None => {
                let (program, name) = (cx.err.program.as_bytes(), self.name().as_bytes());
                return Err(cx.err.usage(&[
                    b"Command \"%\" is unknown, try \"% % help\".",
                    word,
                    program,
                    name,
                ]));
            }
        };
        match done {
            Err(Fail::HELP) => Err(crate::help::object(cx, self)),
            done => done,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_remembered_for_its_word_alone() {
        let (objects, verbs) =
            (nlbox_core::texts!["a[ddress]", "r[oute]"], nlbox_core::texts!["r[oute]", "a[dd]"]);
        let mut memo = Memo::default();
        for _ in 0..2 {
            for (words, word, at) in [
                (objects, &b"a"[..], Some(0)),
                (verbs, b"a", Some(1)),
                (verbs, b"add", Some(1)),
                (verbs, b"addr", None),
                (objects, b"addr", Some(0)),
                (objects, b"route", Some(1)),
                (objects, b"a-word-of-more-than-fifteen", None),
            ] {
                for _ in 0..2 {
                    assert_eq!(memo.place(words, word), at);
                }
            }
        }
    }

    #[test]
    fn brackets_say_how_far_a_word_may_be_shortened() {
        for w in [&b"a"[..], b"addr", b"address"] {
            assert!(spelled(w, "a[ddress]"));
        }
        assert!(spelled(b"dev", "dev"));
        for w in [&b""[..], b"b", b"addresses", b"ax"] {
            assert!(!spelled(w, "a[ddress]"), "{w:?}");
        }
        assert!(!spelled(b"de", "dev") && !spelled(b"devs", "dev"));
        for w in [&b"t"[..], b"txqueuelen", b"qlen", b"txql", b"txqlen"] {
            assert!(spelled(w, "t[xqueuelen]|qlen|txql[en]"));
        }
        assert!(!spelled(b"q", "t[xqueuelen]|qlen|txql[en]"));
        assert_eq!(Whole::of("t[xqueuelen]|qlen").as_bytes(), b"txqueuelen");
        assert_eq!(Whole::of("a[ddress]").as_bytes(), b"address");
        for w in [&b"iif"[..], b"dev", b"o", b"order"] {
            assert!(spelled(w, "iif|dev|o[rder]"));
        }
        assert!(!spelled(b"ii", "iif|dev|o[rder]") && !spelled(b"iif|dev", "iif|dev"));
        assert_eq!(Whole::of("t[ab]|lookup").as_bytes(), b"tab");
    }
}
