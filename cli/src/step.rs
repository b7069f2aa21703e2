//! Lines of `ip` for programs of other words: what these do to the network is done by `ip`, and told by its number.

use crate::Ctx;
use crate::ip::command;
use crate::lines::Text;
use crate::report::{Done, PLAIN};
use crate::words::{Line, Words};
use nlbox_sys::fd::first;

/// The most words of a line.
const WORDS: usize = 24;
/// What [`Step::attempt`] says of a line in which `ip` cannot read a value.
pub const UNREAD: i32 = -1;
/// `ENODEV`.
pub const ENODEV: i32 = 19;

/// A line under way. Words end in NULs here: a name may hold a blank.
pub struct Step(pub Text);

impl Step {
    /// A line in which each `%` is the next of `words`.
    #[must_use]
    pub fn new(line: &str, words: &[&[u8]]) -> Step {
        let mut step = Step(Text::new());
        step.add(line, words);
        step
    }

    /// More of it.
    #[inline(never)]
    pub fn add(&mut self, line: &str, words: &[&[u8]]) {
        let mut words = words.iter();
        for b in line.as_bytes() {
            self.put(match b {
                b'%' => words.next().copied().unwrap_or_default(),
                b => core::slice::from_ref(b),
            });
        }
    }

    /// One byte or a word with its blanks; a blank alone ends a word. What does not fit makes another line of it: the
    /// words are names, addresses and numbers, which do.
    pub fn put(&mut self, word: &[u8]) {
        let _ = self.0.extend_from_slice(if word == b" " { b"\0" } else { word });
    }

    /// Does it.
    pub fn run(&mut self, cx: &mut Ctx<'_>) -> Done {
        let mut list = [c""; WORDS];
        let _ = self.0.push(0);
        let (mut rest, mut n) = (&self.0[..], 0_usize);
        for slot in &mut list {
            let Some(word) = first(rest) else { break };
            *slot = word;
            rest = rest.get(word.to_bytes_with_nul().len()..).unwrap_or_default();
            n = n.saturating_add(1);
        }
        cx.err.errno = 0;
        let done = command(cx, &mut Line::new(Words::List(list.get(..n).unwrap_or_default()), 0));
        self.0.pop();
        done
    }

    /// Does it in silence: 0, or the kernel's number for what went wrong.
    pub fn attempt(&mut self, cx: &mut Ctx<'_>) -> i32 {
        cx.err.mute = true;
        let done = self.run(cx);
        cx.err.mute = false;
        match (done, core::mem::take(&mut cx.err.errno)) {
            (Ok(()), _) => 0,
            // A device that is not there is asked for before the request is.
            (Err(PLAIN), 0) => ENODEV,
            (Err(_), 0) => UNREAD,
            (Err(_), errno) => errno,
        }
    }
}

/// Does one line in silence, as [`Step::attempt`] says.
pub fn attempt(cx: &mut Ctx<'_>, line: &str, words: &[&[u8]]) -> i32 {
    Step::new(line, words).attempt(cx)
}
