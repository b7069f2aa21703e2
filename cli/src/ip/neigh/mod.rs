//! `ip neigh`.

pub mod change;
pub mod flush;
pub mod show;

use crate::Ctx;
use crate::grammar::{Object, Slots, Verb, spelled};
use crate::report::Fail;
use crate::words::Line;
use nlbox_core::rt::neigh::nud;
use nlbox_core::text::num;

/// `ip neigh`.
pub static OBJECT: Object = Object {
    name: "neigh",
    about: "neighbours: ARP and NDP",
    verbs: &[
        Verb { word: "a[dd]", run: change::add, grammar: Some(&change::GRAMMAR) },
        Verb { word: "c[hange]|chg", run: change::change, grammar: Some(&change::GRAMMAR) },
        Verb { word: "r[eplace]", run: change::replace, grammar: Some(&change::GRAMMAR) },
        Verb { word: "d[elete]", run: change::del, grammar: Some(&change::GRAMMAR) },
        Verb { word: "g[et]", run: change::get, grammar: Some(&change::GET) },
        Verb { word: "s[how]|l[ist]|ls[t]", run: show::run, grammar: Some(&show::GRAMMAR) },
        Verb { word: "f[lush]", run: flush::run, grammar: Some(&show::GRAMMAR) },
    ],
    default: show::run,
};

/// `NUD_*` as they are typed.
static STATES: &[(&str, u16)] = &[
    ("p[ermanent]", nud::PERMANENT),
    ("r[eachable]", nud::REACHABLE),
    ("noarp", nud::NOARP),
    ("none", 0),
    ("stale", nud::STALE),
    ("incomplete", nud::INCOMPLETE),
    ("delay", nud::DELAY),
    ("probe", nud::PROBE),
    ("f[ailed]", nud::FAILED),
];

/// The state that the next word names, or numbers: one bit of the lowest eight, or none.
fn state(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Result<u16, Fail> {
    let word = line.value(&mut cx.err)?;
    STATES
        .iter()
        .find(|(name, _)| spelled(word, name))
        .map(|(_, bit)| *bit)
        .or_else(|| num::parse_u8(word).filter(|n| n.count_ones() < 2).map(u16::from))
        .ok_or_else(|| bad_state(cx, word))
}

fn bad_state(cx: &mut Ctx<'_>, word: &[u8]) -> Fail {
    cx.err.invalid(word, b"", "nud state is bad")
}

/// The word kept in slot `n`.
fn slot<'l>(slots: &Slots<'l>, n: u8) -> Option<&'l [u8]> {
    slots.get(usize::from(n)).copied().flatten()
}
