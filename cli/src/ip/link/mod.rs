//! `ip link`.

pub mod show;

use crate::Ctx;
use crate::grammar::{Object, Verb};
use crate::report::Done;
use crate::words::Line;

/// `ip link`.
pub static OBJECT: Object = Object {
    name: "link",
    about: "links: interfaces and what they are made of",
    verbs: &[
        Verb { word: "sh[ow]", run: show::run, grammar: Some(&show::GRAMMAR) },
        Verb { word: "lst", run: show::run, grammar: Some(&show::GRAMMAR) },
        Verb { word: "l[ist]", run: show::run, grammar: Some(&show::GRAMMAR) },
    ],
    default: show_all,
};

fn show_all(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    show::run(cx, line)
}
