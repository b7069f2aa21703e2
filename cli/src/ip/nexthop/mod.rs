//! `ip nexthop`: nexthops as objects of their own, and groups of them.

pub mod change;
pub mod show;

use crate::Ctx;
use crate::grammar::{Arg, Object, Slots, To};
use crate::ip::value::wrong;
use crate::report::Done;
use crate::words::Line;
use nlbox_core::wire::build::Build;

/// `ip nexthop`.
pub static OBJECT: Object = crate::object! {
    name: "nexthop",
    about: "nexthops that routes share, and groups of them",
    verbs: [
        Verb { word: "a[dd]", run: change::add, grammar: Some(&change::GRAMMAR) },
        Verb { word: "r[eplace]", run: change::replace, grammar: Some(&change::GRAMMAR) },
        Verb { word: "d[elete]", run: change::del, grammar: Some(&change::GRAMMAR) },
        Verb { word: "s[how]|l[ist]|ls[t]", run: show::run, grammar: Some(&show::GRAMMAR) },
        Verb { word: "g[et]", run: show::get, grammar: Some(&show::GET) },
        Verb { word: "f[lush]", run: show::flush, grammar: Some(&show::GRAMMAR) },
        Verb { word: "b[ucket]", run: bucket, grammar: None },
    ],
    default: show::run,
};

/// `ip nexthop bucket`: the buckets of resilient groups.
static BUCKET: Object = crate::object! {
    name: "nexthop",
    about: "",
    verbs: [
        Verb { word: "s[how]|l[ist]|ls[t]", run: show::buckets, grammar: Some(&show::BUCKETS) },
        Verb { word: "g[et]", run: show::bucket, grammar: Some(&show::GET) },
    ],
    default: show::buckets,
};

fn bucket(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    BUCKET.run(cx, line)
}

/// A word that is none of a nexthop's.
const STRAY: Arg = Arg::new("", To::Call(stray, ""));

fn stray<'l>(cx: &mut Ctx<'_>, line: &mut Line<'l>, _: &mut Build<'_>, _: &mut Slots<'l>) -> Done {
    let word = line.value(&mut cx.err)?;
    Err(wrong(&mut cx.err, word, ""))
}
