//! `ip route`, and the readers of words that its verbs share.

pub mod change;
pub mod filter;
pub mod flush;
pub mod get;
pub mod show;

use crate::Ctx;
use crate::grammar::{Object, Verb, spelled};
use crate::ip::value::prefix;
use crate::report::{Done, Fail};
use crate::words::Line;
use nlbox_core::rt::names::ROUTE_TYPES;
use nlbox_core::rt::route::at;
use nlbox_core::rt::rtm;
use nlbox_core::text::ip::{Ip, Prefix, af};
use nlbox_core::text::num;
use nlbox_core::wire::build::Build;
use nlbox_core::wire::header::nlm;
use nlbox_core::wire::key::{Key, Raw};

/// `ip route`.
pub static OBJECT: Object = Object {
    name: "route",
    about: "routes",
    verbs: &[
        Verb { word: "l[ist]", run: show::run, grammar: Some(&filter::GRAMMAR) },
        Verb { word: "s[how]", run: show::run, grammar: Some(&filter::GRAMMAR) },
        Verb { word: "l[st]", run: show::run, grammar: Some(&filter::GRAMMAR) },
        Verb { word: "g[et]", run: get::run, grammar: Some(&get::GRAMMAR) },
        Verb {
            word: "a[dd]",
            run: |cx, line| change::run(cx, line, rtm::NEWROUTE, nlm::CREATE | nlm::EXCL),
            grammar: Some(&change::GRAMMAR),
        },
        Verb {
            word: "c[hange]|chg",
            run: |cx, line| change::run(cx, line, rtm::NEWROUTE, nlm::REPLACE),
            grammar: Some(&change::GRAMMAR),
        },
        Verb {
            word: "r[eplace]",
            run: |cx, line| change::run(cx, line, rtm::NEWROUTE, nlm::CREATE | nlm::REPLACE),
            grammar: Some(&change::GRAMMAR),
        },
        Verb {
            word: "p[repend]",
            run: |cx, line| change::run(cx, line, rtm::NEWROUTE, nlm::CREATE),
            grammar: Some(&change::GRAMMAR),
        },
        Verb {
            word: "a[ppend]",
            run: |cx, line| change::run(cx, line, rtm::NEWROUTE, nlm::CREATE | nlm::APPEND),
            grammar: Some(&change::GRAMMAR),
        },
        Verb {
            word: "t[est]",
            run: |cx, line| change::run(cx, line, rtm::NEWROUTE, nlm::EXCL),
            grammar: Some(&change::GRAMMAR),
        },
        Verb {
            word: "d[elete]",
            run: |cx, line| change::run(cx, line, rtm::DELROUTE, 0),
            grammar: Some(&change::GRAMMAR),
        },
        Verb { word: "f[lush]", run: flush::run, grammar: Some(&filter::GRAMMAR) },
        Verb { word: "sa[ve]", run: absent, grammar: None },
        Verb { word: "re[store]", run: absent, grammar: None },
        Verb { word: "sho[wdump]", run: absent, grammar: None },
    ],
    default: show::run,
};

/// A verb of iproute2's that is not in this build.
pub(crate) fn absent(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    line.back();
    let word = line.next().unwrap_or(b"");
    Err(cx.err.plain(&[b"Command \"%\" is not in this build.", word]))
}

/// Reads a prefix into attribute `key`, its length into byte `len_at` of the header. The first address of a command
/// line settles its family.
fn put_prefix(
    cx: &mut Ctx<'_>,
    line: &mut Line<'_>,
    m: &mut Build<'_>,
    key: Key<Raw>,
    len_at: usize,
) -> Result<Prefix, Fail> {
    m.from_word(line.at());
    let word = line.value(&mut cx.err)?;
    let p = prefix(&mut cx.err, word, m.head_at(at::FAMILY))?;
    settle(m, &p.ip);
    if !p.ip.is_none() {
        m.put(key, p.ip.bytes());
    }
    m.head(len_at, &[p.len]);
    Ok(p)
}

/// The family of the route so far is that of its first address.
fn settle(m: &mut Build<'_>, ip: &Ip) {
    if m.head_at(at::FAMILY) == af::AF_UNSPEC {
        m.head(at::FAMILY, &[ip.family()]);
    }
}

/// The family in the end: IPv4 unless a word or an option has said another.
fn family(m: &mut Build<'_>) -> u8 {
    settle(m, &Ip::none(af::AF_INET));
    m.head_at(at::FAMILY)
}

/// A type of route in iproute2's abbreviations, which `Names` does not know; else a number.
fn route_type(word: &[u8]) -> Option<u8> {
    static ABBREVIATED: &[&str] = &[
        "b[roadcast]|brd",
        "a[nycast]",
        "m[ulticast]",
        "p[rohibit]",
        "u[nreachable]",
        "b[lackhole]",
        "x[resolve]",
        "u[nicast]",
    ];
    let whole = ABBREVIATED.iter().find(|w| spelled(word, w)).map(|w| crate::grammar::Whole::of(w));
    let name = whole.as_ref().map_or(word, |w| w.as_bytes());
    ROUTE_TYPES.number(name).or_else(|| num::parse_u32(word)).and_then(|n| u8::try_from(n).ok())
}

/// Index and table of the VRF called `word`.
fn vrf(cx: &mut Ctx<'_>, word: &[u8]) -> Result<(u32, u32), Fail> {
    crate::ip::value::vrf(cx, word, "Invalid VRF\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_shorten_as_in_iproute2() {
        for (word, ty) in [
            (&b"b"[..], 3),
            (b"bl", 6),
            (b"u", 7),
            (b"uni", 1),
            (b"any", 4),
            (b"m", 5),
            (b"local", 2),
            (b"throw", 9),
            (b"nat", 10),
            (b"7", 7),
        ] {
            assert_eq!(route_type(word), Some(ty), "{word:?}");
        }
        for word in [&b"loc"[..], b"thr", b"", b"256", b"dev"] {
            assert_eq!(route_type(word), None, "{word:?}");
        }
    }
}
