//! The only place that speaks to stderr: iproute2's sentences and exit codes.

use core::num::NonZeroU8;
use nlbox_core::conn::{Conn, Error};
use nlbox_core::text::cut;
use nlbox_core::text::errno::strerror;
use nlbox_core::text::num;
use nlbox_core::text::out::{Out, Sink};
use nlbox_core::wire::build::Build;
use nlbox_sys::caps;
use nlbox_sys::fd::read_file;

use crate::words::{Line, Words};

/// A failure that has been reported; what is left of it is the exit code. It is never 0, so that [`Done`] is one byte.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Fail {
    code: NonZeroU8,
}

/// Stands for the exit code 0 of what is over though it was not done: help.
const OVER: NonZeroU8 = NonZeroU8::MIN.saturating_add(252);

/// A failure with this exit code, which is none of 252 to 254; that of a child goes by [`Report::child`].
#[allow(non_snake_case, reason = "as a tuple of one is made")]
#[must_use]
pub const fn Fail(code: u8) -> Fail {
    Fail {
        code: match NonZeroU8::new(code) {
            Some(code) => code,
            None => OVER,
        },
    }
}

impl Fail {
    /// A child's exit code, which [`Report`] keeps.
    const CHILD: Fail = Fail(252);

    /// Help was asked for: the object prints its page and this becomes [`USAGE`].
    pub const HELP: Fail = Fail(254);
}

/// How a command ends.
pub type Done = Result<(), Fail>;

/// iproute2 leaves by `exit(-1)` when a command line is wrong.
pub const USAGE: Fail = Fail(255);
/// The kernel refused.
pub const KERNEL: Fail = Fail(2);
/// What iproute2 finds wrong itself, without it being the grammar.
pub const PLAIN: Fail = Fail(1);

/// What a command that is not permitted may want, capabilities(7).
#[derive(Clone, Copy)]
pub enum Capability {
    /// For changes of a network, netlink(7).
    NetAdmin,
    /// For groups of messages that go to all, netlink(7).
    NetBroadcast,
    /// For sockets that hear and send frames, packet(7).
    NetRaw,
    /// For namespaces and mounts.
    SysAdmin,
}

impl Capability {
    fn text(self) -> &'static [u8] {
        match self {
            Capability::NetAdmin => b"NET_ADMIN over this network",
            Capability::NetBroadcast => b"NET_BROADCAST over this network",
            Capability::NetRaw => b"NET_RAW over this network",
            Capability::SysAdmin => b"SYS_ADMIN",
        }
    }
}

const EPERM: i32 = 1;

/// `CAP_NET_BROADCAST`, `CAP_NET_ADMIN`, `CAP_NET_RAW`, `CAP_SYS_ADMIN`: those that [`Report::needs`] names.
const NAMED: u32 = 1 << 11 | 1 << 12 | 1 << 13 | 1 << 21;

/// Whether this is the first user namespace, whose map holds every id: what belongs to a machine is its own.
fn has_all_users() -> bool {
    read_file(c"/proc/self/uid_map", &mut [0; 64]).is_ok_and(|map| map.ends_with(b" 4294967295\n"))
}

/// The error stream, and what a failure is told by in JSON.
struct Kept<'a> {
    sink: &'a mut dyn Sink,
    /// What has been said since the last failure, as far as it fits.
    said: heapless::Vec<u8, 512>,
}

impl Sink for Kept<'_> {
    fn write_all(&mut self, bytes: &[u8]) -> Result<(), i32> {
        for b in bytes {
            let _ = self.said.push(*b);
        }
        self.sink.write_all(bytes)
    }
}

/// The error stream; what is large in it stands last.
#[repr(C)]
pub struct Report<'a> {
    /// `-j`: an object behind the text of each failure.
    pub json: bool,
    /// The program's name as it is to be typed, for "try …": `ip`, `bridge`.
    pub program: &'static str,
    /// The command line: where a person reads the errors, the offending word is pointed at.
    pub typed: Option<Words<'a>>,
    /// Says nothing while it is set: a step that may fail is tried.
    pub mute: bool,
    /// The kernel's number for what went wrong last.
    pub errno: i32,
    /// The exit code of a child, which may be any.
    child: u8,
    /// The capability that a system call wants which is refused by `EPERM`.
    pub capability: Capability,
    sink: Kept<'a>,
    /// The word that was wrong, as far as it fits.
    word: heapless::Vec<u8, 64>,
}

impl<'a> Report<'a> {
    /// Errors go to `sink`.
    pub fn new(sink: &'a mut dyn Sink) -> Self {
        let sink = Kept { sink, said: heapless::Vec::new() };
        Report {
            sink,
            word: heapless::Vec::new(),
            errno: 0,
            capability: Capability::NetAdmin,
            json: false,
            program: "ip",
            typed: None,
            mute: false,
            child: 0,
        }
    }

    /// A child ended with `code`.
    pub fn child(&mut self, code: u8) -> Done {
        self.child = code;
        if code == 0 { Ok(()) } else { Err(Fail::CHILD) }
    }

    /// The exit code of what is done.
    #[must_use]
    pub fn code(&self, done: Done) -> u8 {
        match done {
            Err(Fail::CHILD) => self.child,
            Ok(()) | Err(Fail { code: OVER }) => 0,
            Err(fail) => fail.code.get(),
        }
    }

    /// These pieces, with more of the line to follow.
    pub fn piece(&mut self, pieces: &[&[u8]]) {
        self.raw(pieces, "");
    }

    /// As the small programs speak: `program: what`, `%` in which is `arg`, and behind a colon what `errno` means
    /// unless it is 0; exit code 1.
    pub fn applet(&mut self, what: &str, arg: &[u8], errno: i32) -> Fail {
        let (before, after) = cut(what, b'%');
        let arg = if after.is_some() { arg } else { b"" };
        self.raw(&[self.program.as_bytes(), b": ", before.as_bytes(), arg], after.unwrap_or(""));
        if errno != 0 {
            return self.system(&[], errno);
        }
        self.plain(&[])
    }

    /// The same of `what` as it is.
    pub fn applet_as(&mut self, what: &str, errno: i32) -> Fail {
        self.applet(what, b"", errno)
    }

    /// One line: the first piece, each `%` in it standing for the next one; what is left of them follows. Control
    /// characters are shown as `\x1b`, but for line breaks of the first piece.
    pub fn say(&mut self, pieces: &[&[u8]]) {
        self.raw(pieces, "\n");
    }

    /// These pieces without a line end.
    fn raw(&mut self, pieces: &[&[u8]], end: &str) {
        if self.mute {
            return;
        }
        let mut buf = [0; 512];
        let mut out = Out::new(&mut self.sink, &mut buf);
        let (pattern, words) = pieces.split_first().map_or((&b""[..], &[][..]), |(p, w)| (*p, w));
        let mut words = words.iter();
        for b in pattern {
            match words.as_slice().first().filter(|_| *b == b'%') {
                Some(word) => {
                    out.shown(word);
                    words.next();
                }
                // A few of iproute2's sentences hold line breaks of their own.
                None => out.bytes(&[*b]),
            }
        }
        for word in words {
            out.shown(word);
        }
        out.bytes(end.as_bytes());
        // Nowhere is left to tell that stderr is closed.
        let _ = out.finish();
    }

    /// Ends a command. With `-j` a failure is told once more, in a line of its own behind the text that iproute2 has
    /// for it: `{"error":TEXT,"word":WORD,"errno":N,"code":N}`; `word` and `errno` only where they are known.
    pub fn end(&mut self, done: Done) {
        let code = self.code(done);
        let said = &mut self.sink.said;
        // Help is no error, and a batch has told its lines' failures.
        if done.is_err() && self.json && !said.is_empty() && !said.starts_with(b"Usage:") {
            let mut buf = [0; 64];
            let mut out = Out::new(self.sink.sink, &mut buf);
            out.mode.json = true;
            out.open_object("");
            out.str("error|", said.trim_ascii_end());
            if !self.word.is_empty() {
                out.str("word|", &self.word);
            }
            if self.errno != 0 {
                out.int("errno|", self.errno.into());
            }
            out.num("code|", code.into());
            out.close_object();
            out.bytes(b"\n");
            let _ = out.finish();
        }
        said.clear();
        self.word.clear();
        self.errno = 0;
        self.capability = Capability::NetAdmin;
    }

    /// Keeps the word that is wrong.
    fn blame(&mut self, word: &[u8]) {
        self.word.clear();
        let _ = self.word.extend_from_slice(word.get(..64).unwrap_or(word));
    }

    /// The same of a pattern with one word or none (`b""`): most sentences, and what each of them costs counts.
    pub fn say_of(&mut self, pattern: &str, word: &[u8]) {
        self.say(&[pattern.as_bytes(), word]);
    }

    /// The same, then exit code 1.
    pub fn plain_of(&mut self, pattern: &str, word: &[u8]) -> Fail {
        self.say_of(pattern, word);
        PLAIN
    }

    /// The same, then exit code 255.
    pub fn usage_of(&mut self, pattern: &str, word: &[u8]) -> Fail {
        self.say_of(pattern, word);
        USAGE
    }

    /// `pieces`, then exit code 1.
    pub fn plain(&mut self, pieces: &[&[u8]]) -> Fail {
        self.say(pieces);
        PLAIN
    }

    /// `pieces`, then exit code 255.
    pub fn usage(&mut self, pieces: &[&[u8]]) -> Fail {
        self.say(pieces);
        USAGE
    }

    /// A sentence as it is.
    pub fn say_as(&mut self, text: &str) {
        self.say_of(text, b"");
    }

    /// A sentence as it is, then exit code 1.
    pub fn plain_as(&mut self, text: &str) -> Fail {
        self.plain_of(text, b"")
    }

    /// A sentence as it is, then exit code 255.
    pub fn usage_as(&mut self, text: &str) -> Fail {
        self.usage_of(text, b"")
    }

    /// A word is missing behind the last one.
    pub fn incomplete(&mut self) -> Fail {
        self.usage_as("Command line is not complete. Try option \"help\"")
    }

    /// The word that stands for `what` is missing.
    pub fn required(&mut self, what: &str) -> Fail {
        self.usage_of("Error: argument \"%\" is required", what.as_bytes())
    }

    /// `word` is no value for what it stands for; `%` in `why` is `keyword`.
    pub fn invalid(&mut self, word: &[u8], keyword: &[u8], why: &str) -> Fail {
        self.blame(word);
        self.raw(&[b"Error: argument \"%\" is wrong: ", word], "");
        match cut(why, b'%') {
            (_, Some(_)) => self.usage_of(why, keyword),
            (why, None) => self.usage_as(why),
        }
    }

    /// A keyword was given a second value.
    pub fn duplicate(&mut self, keyword: &[u8], word: &[u8]) -> Fail {
        self.usage(&[b"Error: duplicate \"%\": \"%\" is the second value.", keyword, word])
    }

    /// A bare word came where one had come before.
    pub fn garbage(&mut self, keyword: &[u8], word: &[u8]) -> Fail {
        self.usage(&[b"Error: either \"%\" is duplicate, or \"%\" is garbage.", keyword, word])
    }

    /// A switch was given something else than `on` or `off`.
    pub fn on_off(&mut self, keyword: &[u8], word: &[u8]) -> Fail {
        self.must_be(keyword, b"\"on\" or \"off\"", word);
        PLAIN
    }

    /// The same of a switch whose words iproute2 keeps in a list; it leaves with `code`.
    pub fn one_of_on_off(&mut self, keyword: &[u8], word: &[u8], code: u8) -> Fail {
        self.must_be(keyword, b"one of \"off\", \"on\"", word);
        Fail(code)
    }

    /// The value of `keyword` must be `what`, not `word`.
    pub fn must_be(&mut self, keyword: &[u8], what: &[u8], word: &[u8]) {
        self.say(&[b"Error: argument of \"%\" must be %, not \"%\"", keyword, what, word]);
    }

    /// `word`, or a part of it, is no link-layer address.
    pub fn lladdr(&mut self, word: &[u8]) -> Fail {
        self.plain_of("\"%\" is invalid lladdr.", word)
    }

    /// No interface is called `word`.
    pub fn no_device(&mut self, word: &[u8]) -> Fail {
        self.blame(word);
        self.plain_of("Cannot find device \"%\"", word)
    }

    /// A system call failed: `what: reason`.
    pub fn system(&mut self, what: &[&[u8]], errno: i32) -> Fail {
        self.errno = errno;
        self.raw(what, ": ");
        self.say_of(strerror(errno), b"");
        self.needs(errno, self.capability);
        PLAIN
    }

    /// Behind the line that says what was not permitted: what it would have needed. Who can do everything there is was
    /// refused for another reason.
    pub fn needs(&mut self, errno: i32, capability: Capability) {
        if errno == EPERM && !(caps::has(NAMED) && has_all_users()) {
            self.say_of("It needs CAP_%.", capability.text());
        }
    }

    /// A system call failed: `what`, in which `%` is `word`, and the reason.
    pub fn failed(&mut self, what: &str, word: &[u8], errno: i32) -> Fail {
        self.system(&[what.as_bytes(), word], errno)
    }

    /// The same of `what` as it is.
    pub fn failed_as(&mut self, what: &str, errno: i32) -> Fail {
        self.failed(what, b"", errno)
    }

    /// A request failed: the kernel's own sentence where it sent one, else its errno in words.
    ///
    /// `m` is the request: an offset in the kernel's answer leads back to the word that made the attribute.
    pub fn net(&mut self, e: Error, conn: &Conn<'_>, m: Option<&Build<'_>>) -> Fail {
        match e {
            Error::Kernel(errno) => {
                self.errno = errno.0;
                match conn.extack().and_then(|x| x.message()) {
                    Some(text) => self.say(&[b"Error: %%", text, stop(text)]),
                    None => {
                        self.say_of("RTNETLINK answers: %", strerror(errno.0).as_bytes());
                        self.needs(errno.0, Capability::NetAdmin);
                    }
                }
                let offset = conn.extack().and_then(|x| x.offset());
                if let (Some(at), Some(m)) = (offset, m)
                    && let Some(word) = m.word_at(at)
                {
                    let typed = self.typed.and_then(|words| Line::new(words, 0).cstr(word));
                    self.blame(typed.unwrap_or_default().to_bytes());
                    self.point(word);
                }
                return KERNEL;
            }
            Error::Os(errno) => {
                self.errno = errno.0;
                self.say_of("netlink socket: %", strerror(errno.0).as_bytes());
            }
            Error::Malformed => self.say_as("netlink: the kernel's answer is malformed"),
            Error::Truncated(n) => self.say_of(
                "netlink: an answer of % bytes does not fit into memory",
                num::dec(u64::from(n)).as_bytes(),
            ),
            Error::Full => self.say_as("the request is too long"),
            Error::Interrupted => self.say_as("Dump was interrupted and may be inconsistent."),
        }
        PLAIN
    }

    /// Which word of the command line `word` is, by where it lies; one that is none gets no caret.
    #[must_use]
    pub fn place(&self, word: &[u8]) -> usize {
        let Some(words) = self.typed else { return usize::MAX };
        let mut line = Line::new(words, 0);
        while let Some(w) = line.peek() {
            if core::ptr::eq(w.as_ptr(), word.as_ptr()) {
                return line.at();
            }
            line.next();
        }
        usize::MAX
    }

    /// Shows the command line as typed, with a caret under word number `n`: where the kernel named an attribute.
    fn point(&mut self, n: usize) {
        let Some(words) = self.typed.filter(|_| nlbox_sys::tty::isatty(2)) else { return };
        let mut line = Line::new(words, 0);
        let (mut column, mut width) = (0_usize, 0);
        let mut text: heapless::Vec<u8, 512> = heapless::Vec::new();
        let mut at = 0_usize;
        while let Some(w) = line.next() {
            if at == n {
                (column, width) = (text.len(), w.len());
            }
            at = at.saturating_add(1);
            // A line that is too long to show helps nobody: without its end the caret still stands right.
            let _ = text.extend_from_slice(w);
            let _ = text.push(b' ');
        }
        if width > 0 {
            self.say_of("  %", &text);
            text.clear();
            let _ = text.resize(column.min(500), b' ');
            (0..width).for_each(|_| {
                let _ = text.push(b'^');
            });
            self.say_of("  %", &text);
        }
    }

    /// A warning that the kernel added to success.
    pub fn warn(&mut self, conn: &Conn<'_>) {
        if let Some(text) = conn.extack().and_then(|x| x.message()) {
            self.say(&[b"Warning: %%", text, stop(text)]);
        }
    }
}

/// The full stop that iproute2 adds where the kernel's sentence has none.
fn stop(text: &[u8]) -> &'static [u8] {
    if text.ends_with(b".") { b"" } else { b"." }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Nowhere;
    impl Sink for Nowhere {
        fn write_all(&mut self, _: &[u8]) -> Result<(), i32> {
            Ok(())
        }
    }

    #[test]
    fn every_exit_code_of_a_child_comes_through() {
        let mut nowhere = Nowhere;
        let mut err = Report::new(&mut nowhere);
        for code in 0..=255 {
            let done = err.child(code);
            assert_eq!((done.is_ok(), err.code(done)), (code == 0, code));
            assert_ne!(done, Err(Fail::HELP));
        }
        assert_eq!([Fail(0), PLAIN, USAGE].map(|fail| err.code(Err(fail))), [0, 1, 255]);
        assert_eq!(size_of::<Done>(), 1);
    }
}
