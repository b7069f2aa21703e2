//! `ip address`.

mod beside;
pub mod change;
pub mod flush;
mod glob;
mod save;
pub mod select;
pub mod show;

use crate::grammar::Object;

/// `ip address`.
pub static OBJECT: Object = crate::object! {
    name: "address",
    about: "addresses of links",
    verbs: [
        Verb { word: "a[dd]", run: change::add, grammar: Some(&change::GRAMMAR) },
        Verb { word: "c[hange]|chg", run: change::change, grammar: Some(&change::GRAMMAR) },
        Verb { word: "r[eplace]", run: change::replace, grammar: Some(&change::GRAMMAR) },
        Verb { word: "d[elete]", run: change::delete, grammar: Some(&change::GRAMMAR) },
        Verb { word: "s[how]|ls[t]|l[ist]", run: show::run, grammar: Some(&select::GRAMMAR) },
        Verb { word: "f[lush]", run: flush::run, grammar: Some(&select::GRAMMAR) },
        Verb { word: "sa[ve]", run: save::save, grammar: Some(&select::GRAMMAR) },
        Verb { word: "show[dump]", run: save::showdump, grammar: None },
        Verb { word: "res[tore]", run: save::restore, grammar: None },
    ],
    default: show::run,
};
