//! `ip neigh`.

pub mod change;
pub mod flush;
pub mod show;

use crate::Ctx;
use crate::grammar::{Object, Table};
use crate::ip::value::wrong;
use crate::report::Fail;
use crate::words::Line;
use nlbox_core::rt::neigh::nud;
use nlbox_core::text::num;

/// `ip neigh`.
pub static OBJECT: Object = crate::object! {
    name: "neigh",
    about: "neighbours: ARP and NDP",
    verbs: [
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
static STATES: Table<u16> = crate::table![
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
    if let Some(bit) = STATES.find(word) {
        return Ok(bit);
    }
    let bit = num::parse_u8(word).filter(|n| n & n.wrapping_sub(1) == 0).map(u16::from);
    bit.ok_or_else(|| wrong(&mut cx.err, word, "nud state is bad"))
}
