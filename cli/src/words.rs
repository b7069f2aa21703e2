//! The words of a command line, wherever they come from.

use crate::report::{Fail, Report, USAGE};
use core::ffi::CStr;
use nlbox_sys::entry::Args;

/// Where words come from.
#[derive(Clone, Copy)]
pub enum Words<'l> {
    /// The program's own arguments.
    Args(Args),
    /// A list: a line of a batch, a test.
    List(&'l [&'l CStr]),
}

/// A command line and how far it has been read.
#[derive(Clone, Copy)]
pub struct Line<'l> {
    words: Words<'l>,
    at: usize,
}

impl<'l> Line<'l> {
    /// Starts at word number `at`.
    #[must_use]
    pub const fn new(words: Words<'l>, at: usize) -> Self {
        Line { words, at }
    }

    /// Number of the next word.
    #[must_use]
    pub const fn at(&self) -> usize {
        self.at
    }

    /// Where the words come from: `netns exec` hands the rest of them on.
    #[must_use]
    pub const fn words(&self) -> Words<'l> {
        self.words
    }

    /// Word number `i` with its NUL.
    #[must_use]
    #[inline(never)]
    pub fn cstr(&self, i: usize) -> Option<&'l CStr> {
        self.word(i)
    }

    #[inline(always)]
    fn word(&self, i: usize) -> Option<&'l CStr> {
        match self.words {
            Words::Args(a) => a.cstr(i),
            Words::List(l) => l.get(i).copied(),
        }
    }

    /// The next word, left where it is.
    #[must_use]
    #[inline(never)]
    pub fn peek(&self) -> Option<&'l [u8]> {
        self.word(self.at).map(CStr::to_bytes)
    }

    /// The next word.
    #[inline(never)]
    #[expect(clippy::should_implement_trait, reason = "a line is also stepped back; it is no plain iterator")]
    pub fn next(&mut self) -> Option<&'l [u8]> {
        let at = self.at;
        let word = match self.words {
            Words::List(l) => l.get(at)?.to_bytes(),
            Words::Args(_) => return self.next_arg(),
        };
        self.at = at.wrapping_add(1);
        Some(word)
    }

    #[inline(never)]
    fn next_arg(&mut self) -> Option<&'l [u8]> {
        let word = self.peek()?;
        self.at = self.at.wrapping_add(1);
        Some(word)
    }

    /// Steps back before the word read last.
    pub fn back(&mut self) {
        self.at = self.at.saturating_sub(1);
    }

    /// The value that a keyword takes; its absence is reported.
    #[inline(always)]
    pub fn value(&mut self, err: &mut Report<'_>) -> Result<&'l [u8], Fail> {
        self.wanted(err).ok_or(USAGE)
    }

    /// The same in two registers: there are many keywords.
    #[inline(never)]
    fn wanted(&mut self, err: &mut Report<'_>) -> Option<&'l [u8]> {
        let word = self.next();
        if word.is_none() {
            err.incomplete();
        }
        word
    }

    /// Whether all has been read.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.peek().is_none()
    }
}
