//! `ip route`, and the readers of words that its verbs share.

pub mod change;
pub mod filter;
pub mod flush;
pub mod get;
mod save;
pub mod show;

use crate::Ctx;
use crate::grammar::{Object, spelled};
use crate::ip::value::prefix;
use crate::report::{Done, Fail};
use crate::words::Line;
use nlbox_core::rt::encap::mpls;
use nlbox_core::rt::names::ROUTE_TYPES;
use nlbox_core::rt::route::{at, rta};
use nlbox_core::rt::rtm;
use nlbox_core::text::ip::{Ip, Prefix, af};
use nlbox_core::text::{Texts, num};
use nlbox_core::wire::build::Build;
use nlbox_core::wire::header::nlm;
use nlbox_core::wire::key::{Key, Raw};

/// `ip route`.
pub static OBJECT: Object = crate::object! {
    name: "route",
    about: "routes",
    verbs: [
        Verb { word: "s[how]|l[ist]|ls[t]", run: show::run, grammar: Some(&filter::GRAMMAR) },
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
        Verb { word: "sa[ve]", run: save::save, grammar: Some(&filter::GRAMMAR) },
        Verb { word: "re[store]", run: save::restore, grammar: None },
        Verb { word: "sho[wdump]", run: save::showdump, grammar: None },
    ],
    default: show::run,
};

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
    let family = m.head_at(at::FAMILY);
    if family == af::AF_MPLS {
        // One label, all of its bits.
        put_labels(cx, m, key.ty(), word, b"prefix")?;
        m.head_u8(len_at, LABEL_BITS);
        return Ok(Prefix { ip: Ip::none(af::AF_MPLS), len: LABEL_BITS, had_len: false });
    }
    let p = prefix(&mut cx.err, word, family)?;
    settle(m, &p.ip);
    if !p.ip.is_none() {
        m.put(key, p.ip.bytes());
    }
    m.head_u8(len_at, p.len);
    Ok(p)
}

/// Bits of an MPLS label.
const LABEL_BITS: u8 = 20;

/// Appends the label stack that `word` spells as attribute `ty`; `what` it is for the error.
fn put_labels(cx: &mut Ctx<'_>, m: &mut Build<'_>, ty: u16, word: &[u8], what: &[u8]) -> Done {
    let family = m.head_at(at::FAMILY);
    // Only routes by labels have any, and go by one.
    let one = !nlbox_core::bytes::has(word, b'/') || ty != rta::DST.ty();
    if family == af::AF_MPLS && one && mpls::put(m, ty, word, true) {
        return Ok(());
    }
    let family = af::name_verbose(family).as_bytes();
    Err(cx.err.plain(&[b"Error: % % is expected rather than \"%\".", family, what, word]))
}

/// The family of the route so far, which is that of its first address.
fn settle(m: &mut Build<'_>, ip: &Ip) -> u8 {
    match m.head_at(at::FAMILY) {
        af::AF_UNSPEC => {
            m.head_u8(at::FAMILY, ip.family());
            ip.family()
        }
        family => family,
    }
}

/// The family in the end: IPv4 unless a word or an option has said another.
fn family(m: &mut Build<'_>) -> u8 {
    settle(m, &Ip::none(af::AF_INET))
}

/// A type of route in iproute2's abbreviations, which `Names` does not know; else a number.
fn route_type(word: &[u8]) -> Option<u8> {
    static ABBREVIATED: Texts = nlbox_core::texts![
        "b[roadcast]|brd",
        "a[nycast]",
        "m[ulticast]",
        "p[rohibit]",
        "u[nreachable]",
        "b[lackhole]",
        "x[resolve]",
        "u[nicast]",
    ];
    let whole = ABBREVIATED.into_iter().find(|w| spelled(word, w)).map(crate::grammar::Whole::of);
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
