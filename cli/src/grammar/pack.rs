//! Packing keywords into bytes: functions that run in the compiler alone.
#![allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, clippy::cast_possible_truncation)]

use nlbox_core::text::pack::put;

use super::{Arg, BARE, CALLS, Call, FRONT, HEAD, INVALID};

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
    if arg.call.is_none() && same(arg.text.as_bytes(), INVALID.as_bytes()) {
        &[]
    } else {
        arg.text.as_bytes()
    }
}

/// How many bytes `args` and `usage` take.
#[must_use]
pub const fn len(args: &[Arg], usage: &str) -> usize {
    let (mut n, mut i) = (FRONT + usage.len(), 0);
    while i < args.len() {
        n += HEAD + args[i].word.len() + text(&args[i]).len();
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

/// Packs `args` and `usage`; `N` is their [`len`].
#[must_use]
pub const fn packed<const N: usize>(args: &[Arg], usage: &str) -> [u8; N] {
    let mut b = [0; N];
    assert!(usage.len() < 128 && args.len() < 128);
    let mut row = put(&mut b, 0, &[usage.len() as u8, args.len() as u8]);
    let mut at = put(&mut b, row + HEAD * args.len(), usage.as_bytes());
    let mut i = 0;
    while i < args.len() {
        let arg = &args[i];
        let (word, text) = (arg.word.as_bytes(), text(arg));
        assert!(word.len() < 128 && text.len() < 128 && arg.number < 128);
        let first = if arg.bare { 0 } else { letter(word) };
        let flags = if arg.call.is_some() { CALLS } else { 0 } | if arg.bare { BARE } else { 0 };
        let what = arg.what as u8 | flags | (arg.times as u8) << 4;
        row = put(&mut b, row, &[first, word.len() as u8, text.len() as u8, arg.number, what]);
        at = put(&mut b, at, word);
        at = put(&mut b, at, text);
        i += 1;
    }
    b
}

/// The first letter of a spelling; 0 where it has alternatives.
const fn letter(word: &[u8]) -> u8 {
    let mut k = 0;
    while k < word.len() {
        if word[k] == b'|' {
            return 0;
        }
        k += 1;
    }
    word[0]
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
