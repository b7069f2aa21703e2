//! `ip link`.

pub mod kind;
pub mod modify;
pub mod show;
pub mod stats;
pub mod vf;
pub mod xdp;

use crate::Ctx;
use crate::grammar::Object;
use crate::report::Done;
use crate::words::Line;

/// `ip link`.
pub static OBJECT: Object = crate::object! {
    name: "link",
    about: "links: interfaces and what they are made of",
    verbs: [
        Verb { word: "a[dd]", run: modify::add, grammar: Some(&modify::GRAMMAR) },
        Verb { word: "s[et]", run: modify::set, grammar: Some(&modify::GRAMMAR) },
        Verb { word: "c[hange]", run: modify::set, grammar: Some(&modify::GRAMMAR) },
        Verb { word: "r[eplace]", run: modify::replace, grammar: Some(&modify::GRAMMAR) },
        Verb { word: "d[elete]", run: modify::del, grammar: Some(&modify::GRAMMAR) },
        Verb { word: "sh[ow]", run: show::run, grammar: Some(&show::GRAMMAR) },
        Verb { word: "l[st]", run: show::run, grammar: Some(&show::GRAMMAR) },
        Verb { word: "l[ist]", run: show::run, grammar: Some(&show::GRAMMAR) },
        Verb { word: "x[stats]", run: super::stats::xstats, grammar: Some(&super::stats::XSTATS) },
        Verb { word: "af[stats]", run: super::stats::afstats, grammar: Some(&super::stats::AFSTATS) },
        Verb { word: "p[roperty]", run: modify::property, grammar: Some(&modify::PROPERTY) },
    ],
    default: show_all,
};

fn show_all(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    show::run(cx, line)
}
