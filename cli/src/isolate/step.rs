//! A step of the set-up is a line of `ip`: what is shown is what is done.

use super::plan::Text;
use crate::Ctx;
use crate::idmap::Map;
use crate::ip::command;
use crate::report::{Done, Fail};
use crate::words::{Line, Words};
use nlbox_core::text::ip::Prefix;
use nlbox_core::text::ip::af::AF_INET6;
use nlbox_sys::fd::first;

/// How steps are shown.
pub(super) struct Steps<'a> {
    /// `-v`: each that is done is shown.
    pub(super) verbose: bool,
    /// What `ip` would need to do the same from the host: `-n PID `, or nothing.
    pub(super) lead: &'a [u8],
}

impl Steps<'_> {
    /// Does a step: the words of the first piece, in which `%` stands for the next piece. What fails is said by `ip`,
    /// then by its line.
    pub(super) fn run(&self, cx: &mut Ctx<'_>, pieces: &[&[u8]]) -> Done {
        cx.err.errno = 0;
        let done = run(cx, pieces);
        if done.is_err() {
            cx.err.piece(&[b"isolate: failed: "]);
        }
        if done.is_err() || self.verbose {
            cx.err.piece(&[b"ip ", self.lead]);
            cx.err.say(pieces);
        }
        if done.is_err() && cx.err.errno == EPERM {
            cx.err.say(&[b"isolate: CAP_NET_ADMIN is missing in the user namespace of this network"]);
            super::forbidden(cx);
        }
        done
    }

    /// Gives `dev` an address, if there is one; `false` when not. IPv6 that is `chosen` by us may be refused, in
    /// silence: a kernel without it, or told to use none.
    pub(super) fn address(
        &self,
        cx: &mut Ctx<'_>,
        p: &Prefix,
        dev: &[u8],
        chosen: bool,
    ) -> Result<bool, Fail> {
        let text = Text::of(p);
        let v6 = p.ip.family() == AF_INET6;
        // Nobody else has it: it is to be of use at once.
        let pattern: &[u8] = if v6 { b"addr add % dev % nodad" } else { b"addr add % dev %" };
        let line = [pattern, text.as_bytes(), dev];
        if p.ip.is_none() {
            return Ok(false);
        }
        if v6 && chosen {
            return Ok(self.attempt(cx, &line) == 0);
        }
        self.run(cx, &line).map(|()| true)
    }

    /// Does a step that may fail, saying nothing then: 0, or the kernel's errno.
    pub(super) fn attempt(&self, cx: &mut Ctx<'_>, pieces: &[&[u8]]) -> i32 {
        cx.err.mute = true;
        let done = Steps { verbose: false, lead: b"" }.run(cx, pieces);
        cx.err.mute = false;
        if done.is_err() {
            return cx.err.errno.max(1);
        }
        if self.verbose {
            cx.err.piece(&[b"ip ", self.lead]);
            cx.err.say(pieces);
        }
        0
    }
}

const EPERM: i32 = 1;

fn run(cx: &mut Ctx<'_>, pieces: &[&[u8]]) -> Done {
    // Words end in NULs here: a name may hold a blank. Names and addresses have been checked, and fit.
    let mut text = Map::new();
    let mut pieces = pieces.iter();
    let pattern = pieces.next().copied().unwrap_or_default();
    for b in pattern {
        let _ = match b {
            b'%' => text.extend_from_slice(pieces.next().copied().unwrap_or_default()).is_ok(),
            b' ' => text.push(0).is_ok(),
            _ => text.push(*b).is_ok(),
        };
    }
    let _ = text.push(0);
    let mut list = [c""; 16];
    let (mut rest, mut n): (&[u8], usize) = (&text, 0);
    for (slot, word) in list.iter_mut().zip(core::iter::from_fn(|| {
        let word = first(rest)?;
        rest = rest.get(word.to_bytes_with_nul().len()..)?;
        Some(word)
    })) {
        *slot = word;
        n = n.saturating_add(1);
    }
    command(cx, &mut Line::new(Words::List(list.get(..n).unwrap_or_default()), 0))
}
