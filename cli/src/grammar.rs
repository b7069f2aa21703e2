//! Tables of words, and the engine that turns a command line into a message by them.
//!
//! A word is spelled as usage prints it: `a[ddress]` may be shortened down to `a`, `dev` may not; `iif|dev` is one
//! keyword with two names. The first row that matches wins, in table order: iproute2's rule, on which scripts and
//! fingers rely.

use crate::Ctx;
use crate::report::{Done, Fail};
use crate::words::Line;
use nlbox_core::spec::{AttrSet, Bad, put};
use nlbox_core::text::cut;
use nlbox_core::wire::build::Build;

/// How many slots a grammar may use.
pub const SLOTS: usize = 32;

/// Words kept for the command to act on, by slot number.
pub type Slots<'l> = [Option<&'l [u8]>; SLOTS];

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

/// Keywords as they stand in the binary: packed when the compiler runs, for a row of [`Arg`] takes 48 bytes beside
/// its words and there are hundreds. Those that call take the next of `calls`.
pub struct Args {
    /// First letter of the spelling (0 where it has alternatives), lengths of spelling and text (255: `INVALID`),
    /// number, what and times in a byte.
    rows: &'static [[u8; HEAD]],
    /// Spellings and texts, one behind the other.
    text: &'static str,
    calls: &'static [Call],
}

const WHATS: [What; 5] = [What::Attr, What::Slot, What::Mark, What::Switch, What::Last];
const CALLS: u8 = 8;
/// Bytes of a row without its words.
const HEAD: usize = 5;
/// The length that stands for [`INVALID`].
const COMMON: u8 = 255;
const TIMES: [Times; 3] = [Times::Any, Times::Once, Times::OnceOrGarbage];

impl Args {
    /// Wraps what [`args!`](crate::args) packed.
    #[must_use]
    pub const fn new(rows: &'static [[u8; HEAD]], text: &'static str, calls: &'static [Call]) -> Args {
        Args { rows, text, calls }
    }

    /// The keywords.
    #[must_use]
    pub fn iter(&self) -> ArgsIter {
        ArgsIter { rows: self.rows.iter(), text: self.text, at: 0, calls: self.calls.iter() }
    }
}

/// The keywords of [`Args`].
pub struct ArgsIter {
    rows: core::slice::Iter<'static, [u8; HEAD]>,
    text: &'static str,
    at: usize,
    calls: core::slice::Iter<'static, Call>,
}

impl ArgsIter {
    /// The next keyword that `word` spells (any without a word), and how many were passed over before it.
    fn next_of(&mut self, word: Option<&[u8]>) -> Option<(u32, Arg)> {
        let letter = word.map_or(0, |w| w.first().copied().unwrap_or(0));
        let mut passed = 0_u32;
        loop {
            let [first, len, text_len, number, what] = self.rows.next()?;
            let start = self.at;
            let middle = start.wrapping_add(usize::from(*len));
            self.at = if *text_len == COMMON { middle } else { middle.wrapping_add(usize::from(*text_len)) };
            let call = if what & CALLS != 0 { self.calls.next() } else { None };
            // Most rows of most words are passed here.
            if *first == letter || *first == 0 || word.is_none() {
                let spelling = self.text.get(start..middle)?;
                if word.is_none_or(|word| spelled(word, spelling)) {
                    let text = if *text_len == COMMON { INVALID } else { self.text.get(middle..self.at)? };
                    let times = *TIMES.get(usize::from(what >> 4))?;
                    let what = *WHATS.get(usize::from(what & 7))?;
                    return Some((
                        passed,
                        Arg { word: spelling, text, call: call.copied(), number: *number, what, times },
                    ));
                }
            }
            passed = passed.wrapping_add(1);
        }
    }
}

impl Iterator for ArgsIter {
    type Item = Arg;

    fn next(&mut self) -> Option<Arg> {
        self.next_of(None).map(|(_, arg)| arg)
    }
}

pub mod pack;

/// The keywords of a grammar: `args![Arg::new("dev", To::Slot(0)), …]`.
#[macro_export]
macro_rules! args {
    ($($arg:expr),* $(,)?) => {{
        const ROWS: &[$crate::grammar::Arg] = &[$($arg),*];
        static HEADS: [[u8; 5]; ROWS.len()] = $crate::grammar::pack::rows(ROWS);
        static PACKED: [u8; $crate::grammar::pack::len(ROWS)] = $crate::grammar::pack::words(ROWS);
        static CALLS: [$crate::grammar::Call; $crate::grammar::pack::calls_len(ROWS)] =
            $crate::grammar::pack::calls(ROWS);
        const TEXT: &str = nlbox_core::spec::pack::text(&PACKED);
        $crate::grammar::Args::new(&HEADS, TEXT, &CALLS)
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
                return Arg { word, text, call: Some(f), number: 0, what: What::Mark, times };
            }
        };
        Arg { word, text: INVALID, call: None, number, what, times }
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

/// The words of a verb.
pub struct Grammar {
    /// The attributes that [`To::Attr`] numbers.
    pub set: &'static AttrSet,
    /// The keywords, in matching order.
    pub args: Args,
    /// What a word that is no keyword is: the row of this index with its value in place; `None`: an error.
    pub bare: Option<&'static Arg>,
    /// How help writes the bare word: `[ dev ] DEVICE`.
    pub usage: &'static str,
}

/// Whether `word` is `spelling`, or one of its alternatives (`a|b`), or shortens it as its brackets allow.
#[must_use]
pub fn spelled(word: &[u8], spelling: &str) -> bool {
    // What of the word is to come: `None` once it differs.
    let (mut rest, mut may_end) = (Some(word), false);
    for b in spelling.bytes() {
        match (b, rest) {
            (b'[', _) => may_end = true,
            (b']', _) => {}
            (b'|', Some([])) => return true,
            (b'|', _) => (rest, may_end) = (Some(word), false),
            (_, Some([first, more @ ..])) if *first == b => rest = Some(more),
            (_, Some([])) if may_end => {}
            _ => rest = None,
        }
    }
    rest.is_some_and(<[u8]>::is_empty)
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
    let mut slots: Slots<'l> = [None; SLOTS];
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
    while let Some(word) = line.next() {
        m.from_word(line.at());
        match grammar.args.iter().next_of(Some(word)) {
            Some((n, arg)) => {
                let bit = 1_u64.checked_shl(n).unwrap_or(0);
                take(cx, line, grammar, m, slots, &arg, word, seen & bit != 0)?;
                if matches!(arg.to(), To::Last(_)) {
                    break;
                }
                seen |= bit;
            }
            None => {
                if nlbox_core::spec::matches(word, "help") {
                    return Err(Fail::HELP);
                }
                let Some(arg) = grammar.bare else {
                    return Err(cx.err.usage(&[b"Error: unknown word \"%\"", word]));
                };
                line.back();
                m.from_word(line.at());
                take(cx, line, grammar, m, slots, arg, word, false)?;
            }
        }
    }
    Ok(())
}

#[expect(clippy::too_many_arguments, reason = "the state of the one loop above, split off for its length")]
fn take<'l>(
    cx: &mut Ctx<'_>,
    line: &mut Line<'l>,
    grammar: &Grammar,
    m: &mut Build<'_>,
    slots: &mut Slots<'l>,
    arg: &Arg,
    keyword: &'l [u8],
    again: bool,
) -> Done {
    let to = arg.to();
    match to {
        To::Mark(n) => {
            if let Some(s) = slots.get_mut(usize::from(n)) {
                *s = Some(keyword);
            }
            return Ok(());
        }
        To::Call(f, _) if arg.times == Times::Any => return f(cx, line, m, slots),
        _ => {}
    }
    let value = line.value(&mut cx.err)?;
    let slot = match to {
        To::Slot(n) | To::Switch(n) | To::Last(n) => slots.get_mut(usize::from(n)),
        _ => None,
    };
    let again = again || slot.as_ref().is_some_and(|s| s.is_some());
    // What errors call the keyword. Words for one slot go by the first of them: `remote` is `peer`.
    let whole = || {
        let first =
            grammar.args.iter().find(|a| matches!((a.to(), arg.to()), (To::Slot(n), To::Slot(m)) if n == m));
        Whole::of(first.unwrap_or(*arg).word)
    };
    match arg.times {
        Times::Once if again => return Err(cx.err.duplicate(whole().as_bytes(), value)),
        Times::OnceOrGarbage if again => return Err(cx.err.garbage(whole().as_bytes(), value)),
        _ => {}
    }
    if let Some(s) = slot {
        *s = Some(value);
    }
    match to {
        To::Attr(ty) => {
            let Some(row) = grammar.set.row(ty) else { return Ok(()) };
            put::put(&row, m, value, &mut cx.page.names).map_err(|bad| match bad {
                Bad::Value => cx.err.invalid(value, whole().as_bytes(), arg.text),
                Bad::NoDevice => cx.err.invalid(value, b"", "Device does not exist\n"),
                Bad::OnOff => cx.err.on_off(whole().as_bytes(), value),
                Bad::OneOf => cx.err.one_of_on_off(whole().as_bytes(), value, 22),
                Bad::Said | Bad::More => crate::report::USAGE,
            })
        }
        To::Call(f, _) => {
            line.back();
            f(cx, line, m, slots)
        }
        To::Switch(_) if put::on_off(value).is_none() => Err(cx.err.on_off(whole().as_bytes(), value)),
        To::Switch(_) | To::Last(_) | To::Slot(_) | To::Mark(_) => Ok(()),
    }
}

/// What a verb does with the rest of the line.
pub type Run = for<'a, 'l> fn(&mut Ctx<'a>, &mut Line<'l>) -> Done;

/// A verb of an object.
pub struct Verb {
    /// Its spelling.
    pub word: &'static str,
    /// What it does.
    pub run: Run,
    /// Its words, for help; several verbs may share them.
    pub grammar: Option<&'static Grammar>,
}

/// An object: `ip link`.
pub struct Object {
    /// Its name, as help and errors call it.
    pub name: &'static str,
    /// One line for help.
    pub about: &'static str,
    /// Its verbs, in matching order.
    pub verbs: &'static [Verb],
    /// What happens without a verb.
    pub default: Run,
}

impl Object {
    /// Runs the verb that the line names.
    pub fn run(&self, cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
        let Some(word) = line.next() else { return (self.default)(cx, line) };
        let done = match self.verbs.iter().find(|v| spelled(word, v.word)) {
            Some(v) => (v.run)(cx, line),
            // An object without verbs has one, whose word is never typed.
            None if self.verbs.first().is_some_and(|v| v.word.is_empty()) => {
                line.back();
                (self.default)(cx, line)
            }
            None if nlbox_core::spec::matches(word, "help") => Err(Fail::HELP),
            None => {
                let program = cx.err.program.as_bytes();
                return Err(cx.err.usage(&[
                    b"Command \"%\" is unknown, try \"% % help\".",
                    word,
                    program,
                    self.name.as_bytes(),
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
