//! Running the command behind an applet's options: in this process or in a child, whose end becomes ours.

use crate::Ctx;
use crate::getopt::Options;
use crate::report::{Done, Fail};
use crate::words::{Line, Words};
use nlbox_core::text::num::parse_u64_base;
use nlbox_sys::entry::env;
use nlbox_sys::errno::Errno;
use nlbox_sys::fd::{self, CBuf, Fd, pipe};
use nlbox_sys::process::{self, ArgvBuf, Fork, Status};
use nlbox_sys::signal;

/// Words of a command that does not come from our own argument list.
pub const WORDS: usize = 1024;

/// execvp(3) with the words that are left on the line, of which there is one: returns only when that failed.
pub fn become_command(line: &Line<'_>) -> Errno {
    let at = line.at();
    let file = line.cstr(at).unwrap_or_default();
    match line.words() {
        Words::Args(args) => process::execvp(file, args.raw_from(at)),
        Words::List(list) => {
            let mut argv = ArgvBuf::<WORDS>::new();
            match list.iter().skip(line.at()).try_for_each(|w| argv.push(w)) {
                Ok(()) => process::execvp(file, argv.argv()),
                Err(errno) => errno,
            }
        }
    }
}

/// Becomes the command that is left on the line, or without one the shell: returns only when that failed.
///
/// The shell is `$SHELL`, else `/bin/sh`, told to be a login shell. Exit code 127 when there is no such program, 126
/// when it cannot be run.
pub fn exec(cx: &mut Ctx<'_>, line: &Line<'_>) -> Fail {
    match line.peek() {
        Some(file) => {
            let errno = become_command(line);
            not_executed(cx, file, errno)
        }
        None => {
            let shell = env(b"SHELL").unwrap_or(b"/bin/sh");
            let errno = login(shell);
            not_executed(cx, shell, errno)
        }
    }
}

fn login(shell: &[u8]) -> Errno {
    let (mut path, mut name) = (CBuf::<4096>::new(), CBuf::<256>::new());
    match (path.join(&[shell]), name.join(&[b"-", crate::base(shell)])) {
        (Ok(path), Ok(name)) => {
            let mut argv = ArgvBuf::<WORDS>::new();
            // There is room for one.
            let _ = argv.push(name);
            process::execvp(path, argv.argv())
        }
        (Err(errno), _) | (_, Err(errno)) => errno,
    }
}

/// Tells that a program could not be executed.
pub fn not_executed(cx: &mut Ctx<'_>, file: &[u8], errno: Errno) -> Fail {
    let _ = cx.err.applet("failed to execute %", file, errno.0);
    Fail(if errno == Errno::ENOENT { 127 } else { 126 })
}

/// Reports a failed step where it failed; `%` in `what` is `arg`.
pub fn must(cx: &mut Ctx<'_>, done: Result<(), Errno>, what: &str, arg: &[u8]) -> Done {
    done.map_err(|e| cx.err.applet(what, arg, e.0))
}

/// No id: what the kernel takes -1 for.
pub const NONE: u32 = u32::MAX;

/// An id; [`NONE`] when `word` is none.
#[must_use]
pub fn number(word: &[u8]) -> u32 {
    parse_u64_base(word, 10).and_then(|n| u32::try_from(n).ok()).unwrap_or(NONE)
}

/// The id that an option is to be, [`NONE`] without the option; `what` says what went wrong with it.
pub fn id(cx: &mut Ctx<'_>, options: &Options<'_>, letter: u8, what: &str) -> Result<u32, Fail> {
    let word = options.word(letter);
    match number(word) {
        NONE if options.has(letter) => Err(cx.err.applet(what, word, 0)),
        id => Ok(id),
    }
}

/// Becomes this group, then this user, unless they are [`NONE`].
pub fn become_user(cx: &mut Ctx<'_>, uid: u32, gid: u32) -> Done {
    if gid != NONE {
        must(cx, process::setgid(gid), "setgid failed", b"")?;
    }
    if uid != NONE {
        must(cx, process::setuid(uid), "setuid failed", b"")?;
    }
    Ok(())
}

/// What [`id`] says of a user.
pub const UID: &str = "failed to parse uid: '%'";
/// What [`id`] says of a group.
pub const GID: &str = "failed to parse gid: '%'";

/// `fork()`; the parent hears of the child's end whatever it was started with.
pub fn fork(cx: &mut Ctx<'_>) -> Result<Fork, Fail> {
    let _ = signal::default(signal::SIGCHLD);
    process::fork().map_err(|e| cx.err.applet_as("fork failed", e.0))
}

/// Waits for a child: its exit code; `None` when it was stopped and that is asked for.
fn waited(cx: &mut Ctx<'_>, pid: i32) -> Result<Option<Status>, Fail> {
    process::wait_or_stop(pid).map_err(|e| cx.err.applet_as("waitpid failed", e.0))
}

/// Waits for a child and ends as it did: with its status, or by the same signal.
///
/// `stops`: a child that is stopped stops us, and goes on with us.
pub fn follow(cx: &mut Ctx<'_>, pid: i32, stops: bool) -> Done {
    let status = loop {
        match waited(cx, pid)? {
            Some(status) => break status,
            None if stops => {
                let _ = signal::raise(signal::SIGSTOP);
                let _ = process::kill(pid, signal::SIGCONT);
            }
            None => {}
        }
    };
    end_as(cx, status)
}

/// Ends as a child did: with its status, or by the same signal.
pub fn end_as(cx: &mut Ctx<'_>, status: Status) -> Done {
    if let Status::Signaled(signal) = status {
        let _ = signal::default(signal);
        let _ = signal::unblock(&[signal]);
        let _ = signal::raise(signal);
    }
    // The first process of a namespace does not die by its own signals.
    cx.err.child(status.code())
}

/// A door between two processes: one waits, the other opens it, or is gone.
///
/// Its descriptors are left to exit(2) and execve(2), which close them.
#[derive(Clone, Copy)]
pub struct Gate {
    from: i32,
    to: i32,
}

impl Gate {
    /// A closed one; both processes have it after fork(2).
    pub fn new(cx: &mut Ctx<'_>) -> Result<Gate, Fail> {
        match pipe() {
            Ok((from, to)) => Ok(Gate { from: from.into_raw(), to: to.into_raw() }),
            Err(e) => Err(cx.err.applet_as("pipe failed", e.0)),
        }
    }

    /// Lets the other process go on.
    pub fn open(self, cx: &mut Ctx<'_>) {
        if let Err(e) = fd::write(self.to, b"x") {
            let _ = cx.err.applet_as("pipe failed", e.0);
        }
        // Had it not been taken, the end of the pipe would say so.
        drop(Fd::from_raw(self.to));
    }

    /// Waits; `false` when the other process ended without opening, of which it has said why.
    #[must_use]
    pub fn wait(self, cx: &mut Ctx<'_>) -> bool {
        drop(Fd::from_raw(self.to));
        fd::read(self.from, &mut [0]).map_err(|e| cx.err.applet_as("pipe failed", e.0)) == Ok(1)
    }
}

/// A child that stays where this process was, to do something to it from there later.
#[derive(Clone, Copy)]
pub struct Helper {
    pid: i32,
    gate: Gate,
}

impl Helper {
    /// Makes the child, which waits for [`Helper::go`] before it does `job`.
    pub fn new(cx: &mut Ctx<'_>, job: &mut dyn FnMut(&mut Ctx<'_>) -> Done) -> Result<Helper, Fail> {
        let gate = Gate::new(cx)?;
        match fork(cx)? {
            Fork::Parent(pid) => Ok(Helper { pid, gate }),
            Fork::Child => process::exit(match gate.wait(cx).then(|| job(cx)) {
                Some(done) => cx.err.code(done),
                None => 0,
            }),
        }
    }

    /// Has the job done and waits for its end; what failed is reported by the child.
    pub fn go(self, cx: &mut Ctx<'_>) -> Done {
        self.gate.open(cx);
        loop {
            if let Some(status) = waited(cx, self.pid)? {
                return cx.err.child(status.code());
            }
        }
    }
}
