//! Packing keywords into bytes: functions that run in the compiler alone.
#![allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, clippy::cast_possible_truncation)]

use super::{Arg, CALLS, Call, INVALID};

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

/// How many bytes `args` take.
#[must_use]
pub const fn len(args: &[Arg]) -> usize {
    let (mut n, mut i) = (0, 0);
    while i < args.len() {
        n += 4 + args[i].word.len() + text(&args[i]).len();
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

/// Packs `args`; `N` is their [`len`].
#[must_use]
pub const fn rows<const N: usize>(args: &[Arg]) -> [u8; N] {
    let mut b = [0; N];
    let (mut at, mut i) = (0, 0);
    while i < args.len() {
        let arg = &args[i];
        let (word, text) = (arg.word.as_bytes(), text(arg));
        assert!(word.len() < 255 && text.len() < 255);
        let code = if same(arg.text.as_bytes(), INVALID.as_bytes()) { 255 } else { text.len() as u8 };
        let calls = if arg.call.is_some() { CALLS } else { 0 };
        let head = [word.len() as u8, code, arg.number, arg.what as u8 | calls | (arg.times as u8) << 4];
        let mut k = 0;
        while k < 4 + word.len() + text.len() {
            b[at + k] = if k < 4 {
                head[k]
            } else if k < 4 + word.len() {
                word[k - 4]
            } else {
                text[k - 4 - word.len()]
            };
            k += 1;
        }
        at += k;
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
