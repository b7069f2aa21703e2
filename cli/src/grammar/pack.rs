//! Packing keywords into bytes: functions that run in the compiler alone.
#![allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, clippy::cast_possible_truncation)]

use super::{Arg, CALLS, COMMON, Call, HEAD, INVALID};

const fn same(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut i = 0;
    while i < a.len() {
        if a[i] != b[i] {
            return false;
        }
        i += 1;
    }
    true
}

const fn text(arg: &Arg) -> &[u8] {
    if same(arg.text.as_bytes(), INVALID.as_bytes()) { &[] } else { arg.text.as_bytes() }
}

/// How many bytes the words of `args` take.
#[must_use]
pub const fn len(args: &[Arg]) -> usize {
    let (mut n, mut i) = (0, 0);
    while i < args.len() {
        n += args[i].word.len() + text(&args[i]).len();
        i += 1;
    }
    n
}

/// How many of `args` call.
#[must_use]
pub const fn calls_len(args: &[Arg]) -> usize {
    let (mut n, mut i) = (0, 0);
    while i < args.len() {
        if args[i].call.is_some() {
            n += 1;
        }
        i += 1;
    }
    n
}

/// What stands of `args` in rows.
#[must_use]
pub const fn rows<const N: usize>(args: &[Arg]) -> [[u8; HEAD]; N] {
    let mut rows = [[0; HEAD]; N];
    let mut i = 0;
    while i < N {
        let arg = &args[i];
        let (word, text) = (arg.word.as_bytes(), text(arg));
        assert!(word.len() < 256 && text.len() < COMMON as usize);
        let mut first = word[0];
        let mut k = 0;
        while k < word.len() {
            if word[k] == b'|' {
                first = 0;
            }
            k += 1;
        }
        let code = if same(arg.text.as_bytes(), INVALID.as_bytes()) { COMMON } else { text.len() as u8 };
        let calls = if arg.call.is_some() { CALLS } else { 0 };
        rows[i] =
            [first, word.len() as u8, code, arg.number, arg.what as u8 | calls | (arg.times as u8) << 4];
        i += 1;
    }
    rows
}

/// The words of `args`, one behind the other; `N` is their [`len`].
#[must_use]
pub const fn words<const N: usize>(args: &[Arg]) -> [u8; N] {
    let mut b = [0; N];
    let (mut at, mut i) = (0, 0);
    while i < args.len() {
        let parts = [args[i].word.as_bytes(), text(&args[i])];
        let mut p = 0;
        while p < 2 {
            let mut k = 0;
            while k < parts[p].len() {
                b[at] = parts[p][k];
                at += 1;
                k += 1;
            }
            p += 1;
        }
        i += 1;
    }
    b
}

/// The functions that `args` call; `N` is their [`calls_len`].
#[must_use]
pub const fn calls<const N: usize>(args: &[Arg]) -> [Call; N] {
    let mut found: [Call; N] = [|_, _, _, _| Ok(()); N];
    let (mut n, mut i) = (0, 0);
    while i < args.len() {
        if let Some(call) = args[i].call {
            found[n] = call;
            n += 1;
        }
        i += 1;
    }
    found
}
