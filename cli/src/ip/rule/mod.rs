//! `ip rule`.

mod change;
mod show;
mod word;

use crate::Ctx;
use crate::grammar::{Object, Verb};
use crate::report::Done;
use crate::words::Line;

pub use show::rule;

/// `ip rule`.
pub static OBJECT: Object = Object {
    name: "rule",
    about: "rules: which table routes what",
    verbs: &[
        Verb { word: "l[ist]|ls[t]|s[how]", run: show::run, grammar: Some(&show::GRAMMAR) },
        Verb { word: "f[lush]", run: show::flush, grammar: Some(&show::GRAMMAR) },
        Verb { word: "a[dd]", run: change::add, grammar: Some(&change::GRAMMAR) },
        Verb { word: "d[elete]", run: change::del, grammar: Some(&change::GRAMMAR) },
        Verb { word: "sa[ve]", run: save, grammar: None },
        Verb { word: "r[estore]", run: restore, grammar: None },
    ],
    default: show::run,
};

fn save(cx: &mut Ctx<'_>, _: &mut Line<'_>) -> Done {
    Err(cx.err.plain(&[b"\"ip rule save\" is not in this build."]))
}

fn restore(cx: &mut Ctx<'_>, _: &mut Line<'_>) -> Done {
    Err(cx.err.plain(&[b"\"ip rule restore\" is not in this build."]))
}
