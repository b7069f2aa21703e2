//! `ip address`.

pub mod change;
pub mod flush;
mod glob;
pub mod select;
pub mod show;

use crate::Ctx;
use crate::grammar::{Object, Verb};
use crate::report::{Done, Fail};
use crate::words::Line;
use nlbox_core::text::ip::{Ip, Prefix, Refusal, af, parse_hinted};

/// `ip address`.
pub static OBJECT: Object = Object {
    name: "address",
    about: "addresses of links",
    verbs: &[
        Verb { word: "a[dd]", run: change::add, grammar: Some(&change::GRAMMAR) },
        Verb { word: "c[hange]", run: change::change, grammar: Some(&change::GRAMMAR) },
        Verb { word: "chg", run: change::change, grammar: Some(&change::GRAMMAR) },
        Verb { word: "r[eplace]", run: change::replace, grammar: Some(&change::GRAMMAR) },
        Verb { word: "d[elete]", run: change::delete, grammar: Some(&change::GRAMMAR) },
        Verb { word: "s[how]", run: show::run, grammar: Some(&select::GRAMMAR) },
        Verb { word: "ls[t]", run: show::run, grammar: Some(&select::GRAMMAR) },
        Verb { word: "l[ist]", run: show::run, grammar: Some(&select::GRAMMAR) },
        Verb { word: "f[lush]", run: flush::run, grammar: Some(&select::GRAMMAR) },
        Verb { word: "sa[ve]", run: absent, grammar: None },
        Verb { word: "show[dump]", run: absent, grammar: None },
        Verb { word: "res[tore]", run: absent, grammar: None },
    ],
    default: show::run,
};

fn absent(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    line.back();
    let word = line.next().unwrap_or(b"");
    Err(cx.err.plain(&[b"Command \"", word, b"\" is not in this build."]))
}

/// `word` as a prefix of `family`, or of any; what is none has been reported.
fn prefix(cx: &mut Ctx<'_>, word: &[u8], family: u8) -> Result<Prefix, Fail> {
    Prefix::parse(word, family).map_err(|why| refused(cx, word, family, why, b"prefix"))
}

/// `word` as an address of `family`, or of any; what is none has been reported.
fn address(cx: &mut Ctx<'_>, word: &[u8], family: u8) -> Result<Ip, Fail> {
    parse_hinted(word, family).map_err(|why| refused(cx, word, family, why, b"address"))
}

fn refused(cx: &mut Ctx<'_>, word: &[u8], family: u8, why: Refusal, what: &[u8]) -> Fail {
    match why {
        Refusal::Expected => {
            let name = af::name_verbose(family).as_bytes();
            cx.err.plain(&[b"Error: ", name, b" ", what, b" is expected rather than \"", word, b"\"."])
        }
        Refusal::Context => cx.err.plain(&[
            b"Error: \"",
            word,
            b"\" may be inet ",
            what,
            b", but it is not allowed in this context.",
        ]),
    }
}
