//! A step of the set-up is a line of `ip`: what is shown is what is done.

use super::plan::Text;
use crate::Ctx;
use crate::getopt::Options;
use crate::report::{Done, Fail, PLAIN};
use crate::step::{Step, UNREAD};
use nlbox_core::text::ip::Prefix;
use nlbox_core::text::ip::af::AF_INET6;

/// What steps are made of.
pub(super) struct Steps<'a, 'l> {
    /// The names that were given; `-v` shows each step that is done.
    pub(super) o: &'a Options<'l>,
    /// The child's id on the host.
    pub(super) child: Text,
    /// This side's end of the pair.
    pub(super) end: Text,
    /// The same by its index: by the end its name may have been given to another.
    pub(super) own: Text,
    /// What is shown before each: the host would do by `ip -n PID` what the child does.
    pub(super) lead: Text,
    /// What was asked of the packet filter.
    pub(super) rules: Option<super::nat::Rules>,
}

const EPERM: i32 = 1;
// What a kernel without IPv6 answers, or one that is told to use none.
const EACCES: i32 = 13;
const EOPNOTSUPP: i32 = 95;
const EAFNOSUPPORT: i32 = 97;

impl Steps<'_, '_> {
    /// Does a step: a line in which `B` stands for the bridge, `C` for the child's id, `D` for the link inside, `E` for
    /// this side's end of the pair, `F` for the name that is kept. What fails is said by `ip`, then by its line.
    pub(super) fn run(&self, cx: &mut Ctx<'_>, line: &str) -> Done {
        self.with(cx, line, b"")
    }

    /// Does a step that may fail, saying nothing then: 0, the kernel's errno, or [`UNREAD`] where it was not asked.
    pub(super) fn attempt(&self, cx: &mut Ctx<'_>, line: &str, address: &[u8]) -> i32 {
        cx.err.mute = true;
        let done = self.with(cx, line, address);
        cx.err.mute = false;
        match (done, cx.err.errno) {
            (Ok(()), _) => 0,
            (Err(_), 0) => UNREAD,
            (Err(_), errno) => errno,
        }
    }

    /// Gives this side's end an address, if there is one; `false` when not. IPv6 that is `chosen` by us may be
    /// refused, in silence: by a kernel without it, or told to use none.
    pub(super) fn address(&self, cx: &mut Ctx<'_>, p: &Prefix, chosen: bool) -> Result<bool, Fail> {
        let v6 = p.ip.family() == AF_INET6;
        // Nobody else has it: it is to be of use at once.
        let line = if v6 { "addr add A dev E nodad" } else { "addr add A dev E" };
        let text = Text::of(p);
        if p.ip.is_none() {
            return Ok(false);
        }
        match if v6 && chosen { self.attempt(cx, line, text.as_bytes()) } else { UNREAD } {
            0 => Ok(true),
            EACCES | EOPNOTSUPP | EAFNOSUPPORT => Ok(false),
            _ => self.with(cx, line, text.as_bytes()).map(|()| true),
        }
    }

    /// As [`Steps::run`]; `A` stands for `address`.
    pub(super) fn with(&self, cx: &mut Ctx<'_>, line: &str, address: &[u8]) -> Done {
        let mut step = Step::new("", &[]);
        for b in line.as_bytes() {
            step.put(match b {
                b'A' => address,
                b'B' => self.o.word(b'b'),
                b'C' => self.child.as_bytes(),
                b'D' => super::outside::dev(self.o),
                b'E' => self.end.as_bytes(),
                b'F' => self.o.word(b'n'),
                b => core::slice::from_ref(b),
            });
        }
        let done = step.run(cx).map_err(|_| PLAIN);
        let text = &mut step.0;
        text.iter_mut().filter(|b| **b == 0).for_each(|b| *b = b' ');
        if done.is_err() {
            cx.err.piece(&[b"isolate: failed: "]);
        }
        if done.is_err() || self.o.has(b'v') {
            // A step that is tried is shown too when it is done.
            let mute = cx.err.mute;
            cx.err.mute = mute && done.is_err();
            cx.err.say(&[self.lead.as_bytes(), text]);
            cx.err.mute = mute;
        }
        if done.is_err() && cx.err.errno == EPERM {
            super::forbidden(cx);
        }
        done
    }
}
