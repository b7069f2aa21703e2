//! `ip rule`.

mod change;
mod show;
mod word;

use crate::Ctx;
use crate::grammar::{Object, Verb};
use crate::ip::saved::{self, RULES};
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

/// Without selectors, as with iproute2.
fn save(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    if !line.is_over() {
        return Err(cx.err.plain(&[b"\"ip rule save\" does not take any arguments."]));
    }
    let mut tx = [0; 64];
    let mut m = show::request(cx, &mut tx);
    saved::save(cx, &mut m, &RULES, &mut |_, _| true)
}

fn restore(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    saved::restore(cx, line, &RULES, None)
}
