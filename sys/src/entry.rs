//! The way in: `main` without std, the command line, the environment.
#![allow(unsafe_code)]

use crate::process::Argv;
use core::ffi::{CStr, c_char, c_int};

unsafe extern "C" {
    // Set by the C library before `main`; nothing in this crate changes it.
    static environ: *const *const c_char;
}

/// Emits the C `main` of a `#![no_std] #![no_main]` program and what the language asks of one.
///
/// `$run` is a function `fn(Args) -> u8` (or `i32`); what it returns is the exit status.
///
/// The panic handler aborts. It is there because the language wants one: the shipped binary has no call to it.
/// `rust_eh_personality` is named by the precompiled `core` of debug builds, which never unwind either.
/// `cargo test` alone builds with unwinding: there both come from `std`.
#[macro_export]
macro_rules! entry {
    ($run:path) => {
        #[cfg(panic = "unwind")]
        extern crate std as _;

        #[allow(unsafe_code)]
        #[unsafe(no_mangle)]
        extern "C" fn main(
            argc: ::core::ffi::c_int,
            argv: *const *const ::core::ffi::c_char,
        ) -> ::core::ffi::c_int {
            // SAFETY: these are the arguments that the C library called `main` with.
            let args = unsafe { $crate::entry::Args::from_main(argc, argv) };
            ::core::ffi::c_int::from($run(args))
        }

        #[cfg(panic = "abort")]
        #[panic_handler]
        fn panic(_: &::core::panic::PanicInfo<'_>) -> ! {
            $crate::process::abort()
        }

        #[cfg(panic = "abort")]
        #[allow(unsafe_code)]
        #[unsafe(no_mangle)]
        extern "C" fn rust_eh_personality() {}
    };
}

/// The command line as the kernel gave it, the program's own name first.
#[derive(Copy, Clone)]
pub struct Args {
    len: usize,
    argv: *const *const c_char,
}

impl Args {
    /// Wraps the arguments of `main`.
    ///
    /// # Safety
    /// `argv` points to `argc` pointers to NUL-terminated strings and a null pointer after them, all of which
    /// live and stay unchanged until the process ends.
    pub unsafe fn from_main(argc: c_int, argv: *const *const c_char) -> Args {
        Args { len: usize::try_from(argc).unwrap_or(0), argv }
    }

    /// The number of words, the program's name included. A caller of execve(2) may make it 0.
    pub fn len(self) -> usize {
        self.len
    }

    /// Whether there is not even a program name.
    pub fn is_empty(self) -> bool {
        self.len == 0
    }

    /// The word at `i` with its NUL.
    pub fn cstr(self, i: usize) -> Option<&'static CStr> {
        if i >= self.len {
            return None;
        }
        // SAFETY: i < argc, so the slot is inside the array that `from_main` was promised.
        let slot = unsafe { self.argv.add(i) };
        // SAFETY: as above; the slot is initialised and aligned.
        let word = unsafe { *slot };
        // SAFETY: a NUL-terminated string that lives as long as the process.
        Some(unsafe { CStr::from_ptr(word) })
    }

    /// The word at `i`, without its NUL.
    pub fn get(self, i: usize) -> Option<&'static [u8]> {
        self.cstr(i).map(CStr::to_bytes)
    }

    /// The words from `i` on as execve(2) takes them; none left is an empty [`Argv`].
    pub fn raw_from(self, i: usize) -> Argv<'static> {
        let i = i.min(self.len);
        // SAFETY: i <= argc, and slot argc holds the null pointer that ends the array.
        let tail = unsafe { self.argv.add(i) };
        // SAFETY: what follows a slot of argv is a null-terminated array of strings, alive with the process.
        unsafe { Argv::from_raw(tail) }
    }

    /// The value of a variable of the environment, see [`env()`].
    pub fn env(self, name: &[u8]) -> Option<&'static [u8]> {
        env(name)
    }
}

/// The value of the variable `name` of the environment, without its NUL. The first of several counts, as in getenv(3).
pub fn env(name: &[u8]) -> Option<&'static [u8]> {
    let mut slot = environ_raw();
    if slot.is_null() {
        return None;
    }
    loop {
        // SAFETY: the array is null-terminated and the loop ends at the null.
        let entry = unsafe { *slot };
        if entry.is_null() {
            return None;
        }
        // SAFETY: each entry is a NUL-terminated string that nobody changes.
        let entry = unsafe { CStr::from_ptr(entry) }.to_bytes();
        // Not strip_prefix: at opt-level z it keeps a call to the panic of split_at.
        if let Some((head, [b'=', value @ ..])) = entry.split_at_checked(name.len())
            && head == name
        {
            return Some(value);
        }
        // SAFETY: the entry was not the null that ends the array, so one more slot follows.
        slot = unsafe { slot.add(1) };
    }
}

pub(crate) fn environ_raw() -> *const *const c_char {
    // SAFETY: set before `main`, and nobody writes it after.
    unsafe { environ }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_tail() {
        let argv = [c"ip".as_ptr(), c"netns".as_ptr(), c"exec".as_ptr(), core::ptr::null()];
        // SAFETY: three strings and a null; the test outlives its use.
        let args = unsafe { Args::from_main(3, argv.as_ptr()) };
        assert_eq!(args.len(), 3);
        assert!(!args.is_empty());
        assert_eq!(args.get(1), Some(&b"netns"[..]));
        assert_eq!(args.get(3), None);
        assert_eq!(args.raw_from(2).first(), Some(c"exec"));
        assert!(args.raw_from(9).first().is_none());
    }

    #[test]
    fn environment() {
        let path = std::env::var("PATH").unwrap();
        assert_eq!(env(b"PATH"), Some(path.as_bytes()));
        assert_eq!(env(b"PAT"), None);
        assert_eq!(env(b"NLBOX_NOT_THERE"), None);
    }
}
