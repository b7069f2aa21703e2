//! Becoming another program.
#![allow(unsafe_code)]

use crate::call::call3;
use crate::cbuf::CBuf;
use crate::entry::{env, environ_raw};
use crate::errno::{Errno, check};
use core::ffi::{CStr, c_char};
use core::marker::PhantomData;
use core::ptr::null;

/// The words for a new program: a null-terminated array of C strings, as execve(2) takes it.
#[derive(Copy, Clone)]
pub struct Argv<'a> {
    at: *const *const c_char,
    lives: PhantomData<&'a CStr>,
}

impl<'a> Argv<'a> {
    /// Wraps a pointer.
    ///
    /// # Safety
    /// `at` points to a null-terminated array of NUL-terminated strings, all unchanged for as long as `'a`.
    pub(crate) unsafe fn from_raw(at: *const *const c_char) -> Argv<'a> {
        Argv { at, lives: PhantomData }
    }

    /// The first word: by custom the program's name.
    pub fn first(self) -> Option<&'a CStr> {
        self.next().map(|(word, _)| word)
    }

    fn next(self) -> Option<(&'a CStr, Argv<'a>)> {
        // SAFETY: the array has at least the null that ends it.
        let word = unsafe { *self.at };
        if word.is_null() {
            return None;
        }
        // SAFETY: not the last slot, so one more follows.
        let at = unsafe { self.at.add(1) };
        // SAFETY: a NUL-terminated string that lives for 'a.
        let word = unsafe { CStr::from_ptr(word) };
        Some((word, Argv { at, lives: PhantomData }))
    }
}

/// Room for an [`Argv`] of up to `N - 1` words.
pub struct ArgvBuf<'a, const N: usize> {
    words: [*const c_char; N],
    len: usize,
    lives: PhantomData<&'a CStr>,
}

impl<'a, const N: usize> ArgvBuf<'a, N> {
    /// No words yet.
    pub const fn new() -> ArgvBuf<'a, N> {
        const { assert!(N > 0) };
        ArgvBuf { words: [null(); N], len: 0, lives: PhantomData }
    }

    /// Adds a word. `E2BIG`: no room for it and the null that ends the array.
    pub fn push(&mut self, word: &'a CStr) -> Result<(), Errno> {
        put(&mut self.words, &mut self.len, word)
    }

    /// Adds the words of `tail`. `E2BIG` as in [`ArgvBuf::push`].
    pub fn extend(&mut self, mut tail: Argv<'a>) -> Result<(), Errno> {
        while let Some((word, rest)) = tail.next() {
            self.push(word)?;
            tail = rest;
        }
        Ok(())
    }

    /// The words, to execute.
    pub fn argv(&self) -> Argv<'_> {
        // SAFETY: put leaves the last slot null, and the words live longer than self.
        unsafe { Argv::from_raw(self.words.as_ptr()) }
    }
}

// Apart, that it stands once whatever the room. The last slot is left null.
#[inline(never)]
fn put(words: &mut [*const c_char], len: &mut usize, word: &CStr) -> Result<(), Errno> {
    let (_, room) = words.split_last_mut().ok_or(Errno::E2BIG)?;
    *room.get_mut(*len).ok_or(Errno::E2BIG)? = word.as_ptr();
    *len = len.saturating_add(1);
    Ok(())
}

impl<const N: usize> Default for ArgvBuf<'_, N> {
    fn default() -> Self {
        ArgvBuf::new()
    }
}

/// `execve(path, argv, environ)`: returns only when it failed.
pub fn execv(path: &CStr, argv: Argv<'_>) -> Errno {
    // SAFETY: path and both arrays are terminated as the call wants them.
    let answer = unsafe { call3(libc::SYS_execve, path.as_ptr(), argv.at, environ_raw()) };
    check(answer).err().unwrap_or(Errno::ENOEXEC)
}

/// execvp(3) as glibc has it: finds `file` in `$PATH`, with this environment; returns only when it failed.
///
/// A name with a slash is a path. Without `$PATH` the path is `/bin:/usr/bin`; an empty part of it is the working
/// directory. A file that may not be executed is passed over, and `EACCES` told only when no other was found.
/// A file that the kernel has no loader for is given to `/bin/sh` (`E2BIG` beyond 1,022 words).
pub fn execvp(file: &CStr, argv: Argv<'_>) -> Errno {
    let name = file.to_bytes();
    if name.is_empty() {
        return Errno::ENOENT;
    }
    if name.iter().position(|b| *b == b'/').is_some() {
        return exec_or_script(file, argv);
    }
    let mut found = Errno::ENOENT;
    let path = env(b"PATH").unwrap_or(b"/bin:/usr/bin");
    for part in path.split(|&byte| byte == b':') {
        let slash: &[u8] = if part.is_empty() { b"" } else { b"/" };
        let mut buf = CBuf::<4096>::new();
        let failure = match buf.join(&[part, slash, name]) {
            Ok(path) => exec_or_script(path, argv),
            Err(errno) => errno,
        };
        match failure {
            Errno::EACCES => found = Errno::EACCES,
            Errno::ENOENT | Errno::ENOTDIR | Errno::ENAMETOOLONG => {}
            Errno::ESTALE | Errno::ENODEV | Errno::ETIMEDOUT => {}
            other => return other,
        }
    }
    found
}

fn exec_or_script(path: &CStr, argv: Argv<'_>) -> Errno {
    match execv(path, argv) {
        Errno::ENOEXEC => script(path, argv),
        errno => errno,
    }
}

// Apart and cold: its array is on the stack only when it is wanted.
#[cold]
#[inline(never)]
fn script(path: &CStr, argv: Argv<'_>) -> Errno {
    let shell = c"/bin/sh";
    let mut words = ArgvBuf::<1024>::new();
    let tail = argv.next().map_or(argv, |(_, rest)| rest);
    match words.push(shell).and_then(|()| words.push(path)).and_then(|()| words.extend(tail)) {
        Ok(()) => execv(shell, words.argv()),
        Err(errno) => errno,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::{Fork, Status, exit, fork, wait};
    use std::string::ToString;

    fn run(file: &CStr, words: &[&CStr]) -> Status {
        let mut argv = ArgvBuf::<8>::new();
        for word in words {
            argv.push(word).unwrap();
        }
        match fork().unwrap() {
            Fork::Child => {
                let errno = execvp(file, argv.argv());
                exit(u8::try_from(errno.0).unwrap_or(255))
            }
            Fork::Parent(pid) => wait(pid).unwrap(),
        }
    }

    #[test]
    fn search_and_status() {
        assert_eq!(run(c"sh", &[c"sh", c"-c", c"exit 203"]), Status::Exited(203));
        assert_eq!(run(c"/bin/sh", &[c"sh", c"-c", c"exit 4"]), Status::Exited(4));
        assert_eq!(run(c"nlbox-not-there", &[c"x"]), Status::Exited(2));
        assert_eq!(run(c"", &[c"x"]), Status::Exited(2));
        assert_eq!(run(c"/proc/self/status", &[c"x"]), Status::Exited(13));
        assert_eq!(run(c"sh", &[c"sh", c"-c", c"kill -TERM $$"]), Status::Signaled(15));
    }

    #[test]
    fn script_without_a_loader() {
        let path = std::env::temp_dir().join("nlbox-script-".to_string() + &std::process::id().to_string());
        std::fs::write(&path, "test $# = 2 && test $2 = b && exit 77\n").unwrap();
        let mut buf = CBuf::<256>::new();
        let name = buf.join(&[path.as_os_str().as_encoded_bytes()]).unwrap();
        crate::fd::chmod(name, 0o700).unwrap();
        let status = run(name, &[c"x", c"a", c"b"]);
        std::fs::remove_file(&path).unwrap();
        assert_eq!(status, Status::Exited(77));
    }

    #[test]
    fn words_have_an_end() {
        let mut argv = ArgvBuf::<2>::new();
        assert!(argv.argv().first().is_none());
        argv.push(c"a").unwrap();
        assert_eq!(argv.push(c"b"), Err(Errno::E2BIG));
        assert_eq!(argv.argv().first(), Some(c"a"));
    }
}
