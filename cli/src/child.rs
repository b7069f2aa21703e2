//! Running the command behind an applet's options: in this process or in a child, whose end becomes ours.

use crate::Ctx;
use crate::report::{Done, Fail};
use crate::words::{Line, Words};
use core::ffi::CStr;
use nlbox_core::text::num::parse_u64_base;
use nlbox_sys::entry::env;
use nlbox_sys::errno::Errno;
use nlbox_sys::fd::{CBuf, Fd, join, pipe};
use nlbox_sys::process::{self, ArgvBuf, Fork, Status};
use nlbox_sys::signal;

/// Words of a command that does not come from our own argument list.
pub const WORDS: usize = 1024;

/// Becomes the command that is left on the line, or without one the shell: returns only when that failed.
///
/// Exit code 127 when there is no such program, 126 when it cannot be run.
pub fn exec(cx: &mut Ctx<'_>, line: &Line<'_>) -> Fail {
    let Some(file) = line.cstr(line.at()) else { return shell(cx) };
    let errno = replace(line, file);
    not_executed(cx, file.to_bytes(), errno)
}

/// Becomes `file` with the rest of the line as its words; comes back with the reason when that failed.
pub fn replace(line: &Line<'_>, file: &CStr) -> Errno {
    match line.words() {
        Words::Args(args) => process::execvp(file, args.raw_from(line.at())),
        Words::List(list) => {
            let mut argv = ArgvBuf::<WORDS>::new();
            match list.iter().skip(line.at()).try_for_each(|w| argv.push(w)) {
                Ok(()) => process::execvp(file, argv.argv()),
                Err(errno) => errno,
            }
        }
    }
}

/// `$SHELL`, else `/bin/sh`, as a login shell.
fn shell(cx: &mut Ctx<'_>) -> Fail {
    let path = env(b"SHELL").unwrap_or(b"/bin/sh");
    let base = path.rsplit(|b| *b == b'/').next().unwrap_or(path);
    let (mut file, mut name) = (CBuf::<4096>::new(), [0; 256]);
    let mut argv = ArgvBuf::<WORDS>::new();
    let words = join(&mut name, &[b"-", base]).and_then(|name| argv.push(name));
    let errno = match (file.join(&[path]), words) {
        (Ok(file), Ok(())) => process::execvp(file, argv.argv()),
        (Err(errno), _) | (_, Err(errno)) => errno,
    };
    not_executed(cx, path, errno)
}

/// Tells that a program could not be executed.
pub fn not_executed(cx: &mut Ctx<'_>, file: &[u8], errno: Errno) -> Fail {
    let _ = cx.err.applet(&[b"failed to execute ", file], errno.0);
    Fail(if errno == Errno::ENOENT { 127 } else { 126 })
}

/// Reports a failed step, where it failed.
pub fn step<T>(cx: &mut Ctx<'_>, result: Result<T, Errno>, what: &[&[u8]]) -> Result<T, Fail> {
    result.map_err(|e| cx.err.applet(what, e.0))
}

/// Reads the id that `what` (`uid`, `gid`, `pid`) is to be.
pub fn id(cx: &mut Ctx<'_>, what: &str, word: &[u8]) -> Result<u32, Fail> {
    // The last number means "none" to the kernel.
    let id = parse_u64_base(word, 10).and_then(|n| u32::try_from(n).ok()).filter(|n| *n != u32::MAX);
    id.ok_or_else(|| cx.err.applet(&[b"failed to parse ", what.as_bytes(), b": '", word, b"'"], 0))
}

/// `fork()`; the parent hears of the child's end whatever it was started with.
pub fn fork(cx: &mut Ctx<'_>) -> Result<Fork, Fail> {
    let _ = signal::default(signal::SIGCHLD);
    step(cx, process::fork(), &[b"fork failed"])
}

/// Waits for a child and ends as it did: with its status, or by the same signal.
///
/// `stops`: a child that is stopped stops us, and goes on with us.
pub fn follow(cx: &mut Ctx<'_>, pid: i32, stops: bool) -> Done {
    let status = loop {
        let waited = if stops { process::wait_or_stop(pid) } else { process::wait(pid).map(Some) };
        match step(cx, waited, &[b"waitpid failed"])? {
            Some(status) => break status,
            None => {
                let _ = signal::raise(signal::SIGSTOP);
                let _ = process::kill(pid, signal::SIGCONT);
            }
        }
    };
    if let Status::Signaled(signal) = status {
        let _ = signal::default(signal);
        let _ = signal::unblock(&[signal]);
        let _ = signal::raise(signal);
    }
    // The first process of a namespace does not die by its own signals.
    match status.code() {
        0 => Ok(()),
        code => Err(Fail(code)),
    }
}

/// A door between two processes: one waits, the other opens it, or is gone.
pub struct Gate {
    from: Fd,
    to: Fd,
}

impl Gate {
    /// A closed one; both processes have it after fork(2).
    pub fn new(cx: &mut Ctx<'_>) -> Result<Gate, Fail> {
        let (from, to) = step(cx, pipe(), &[b"pipe failed"])?;
        Ok(Gate { from, to })
    }

    /// Lets the other process go on.
    pub fn open(self) {
        // Nobody waits any more: then waitpid(2) tells why.
        let _ = self.to.write(b"x");
    }

    /// Waits; `false` when the other process ended without opening.
    #[must_use]
    pub fn wait(self) -> bool {
        let Gate { from, to } = self;
        drop(to);
        from.read(&mut [0]) == Ok(1)
    }
}

/// A child that stays where this process was, to do something to it from there later.
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
            Fork::Child => process::exit(match gate.wait().then(|| job(cx)) {
                Some(Err(Fail(code))) => code,
                _ => 0,
            }),
        }
    }

    /// Has the job done and waits for its end; what failed is reported by the child.
    pub fn go(self, cx: &mut Ctx<'_>) -> Done {
        self.gate.open();
        match step(cx, process::wait(self.pid), &[b"waitpid failed"])?.code() {
            0 => Ok(()),
            code => Err(Fail(code)),
        }
    }
}
