//! `ip route`, and the readers of words that its verbs share.

pub mod change;
pub mod filter;
pub mod flush;
pub mod get;
pub mod show;

use crate::Ctx;
use crate::grammar::{Object, Verb, spelled};
use crate::names::Link;
use crate::report::{Done, Fail};
use crate::words::Line;
use nlbox_core::rt::link::{IFINFO_LEN, ifla, info};
use nlbox_core::rt::names::ROUTE_TYPES;
use nlbox_core::rt::route::at;
use nlbox_core::rt::rtm;
use nlbox_core::spec::Names;
use nlbox_core::text::ip::{Ip, Prefix, Refusal, af, parse_hinted};
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
            word: "c[hange]",
            run: |cx, line| change::run(cx, line, rtm::NEWROUTE, nlm::REPLACE),
            grammar: Some(&change::GRAMMAR),
        },
        Verb {
            word: "chg",
            run: |cx, line| change::run(cx, line, rtm::NEWROUTE, nlm::REPLACE),
            grammar: None,
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

/// `word` is no address or prefix (`what`) of `family`.
fn refused(cx: &mut Ctx<'_>, word: &[u8], family: u8, what: &[u8], why: Refusal) -> Fail {
    match why {
        Refusal::Context => {
            cx.err.plain(&[b"Error: \"%\" may be inet %, but it is not allowed in this context.", word, what])
        }
        Refusal::Expected => {
            let name = af::name_verbose(family).as_bytes();
            cx.err.plain(&[b"Error: % % is expected rather than \"%\".", name, what, word])
        }
    }
}

/// An address of `family`, or of any when that is 0.
pub(crate) fn address(cx: &mut Ctx<'_>, word: &[u8], family: u8) -> Result<Ip, Fail> {
    parse_hinted(word, family).map_err(|why| refused(cx, word, family, b"address", why))
}

/// A prefix of `family`, or of any when that is 0.
pub(crate) fn prefix(cx: &mut Ctx<'_>, word: &[u8], family: u8) -> Result<Prefix, Fail> {
    Prefix::parse(word, family).map_err(|why| refused(cx, word, family, b"prefix", why))
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
    let p = prefix(cx, word, m.head_at(at::FAMILY))?;
    settle(m, &p.ip);
    if !p.ip.is_none() {
        m.put(key, p.ip.bytes());
    }
    m.head(len_at, &[p.len]);
    Ok(p)
}

fn settle(m: &mut Build<'_>, ip: &Ip) {
    if m.head_at(at::FAMILY) == af::AF_UNSPEC {
        m.head(at::FAMILY, &[ip.family()]);
    }
}

/// A name of `names`, or a number up to `max`; `None` where there is no word. `bad` is what is said of another word.
fn number(
    cx: &mut Ctx<'_>,
    word: Option<&[u8]>,
    names: &Names,
    max: u32,
    bad: &'static str,
) -> Result<Option<u32>, Fail> {
    let Some(word) = word else { return Ok(None) };
    let n = names.number(word).or_else(|| num::parse_u32(word)).filter(|n| *n <= max);
    n.map(Some).ok_or_else(|| cx.err.invalid(word, b"", bad))
}

/// A type of route in iproute2's abbreviations, which `Names` does not know; else a number.
fn route_type(word: &[u8]) -> Option<u8> {
    static ABBREVIATED: &[&str] = &[
        "b[roadcast]",
        "a[nycast]",
        "m[ulticast]",
        "p[rohibit]",
        "u[nreachable]",
        "b[lackhole]",
        "x[resolve]",
        "u[nicast]",
    ];
    let whole = ABBREVIATED.iter().find(|w| spelled(word, w)).map(|w| crate::grammar::Whole::of(w));
    let name = match &whole {
        Some(w) => w.as_bytes(),
        None if word == b"brd" => b"broadcast",
        None => word,
    };
    ROUTE_TYPES.number(name).or_else(|| num::parse_u32(word)).and_then(|n| u8::try_from(n).ok())
}

/// A type of service as iproute2 reads it: hexadecimal with or without `0x`; `default` is 0.
fn tos(cx: &mut Ctx<'_>, word: Option<&[u8]>, bad: &'static str) -> Result<Option<u8>, Fail> {
    let Some(word) = word else { return Ok(None) };
    let n = if word == b"default" { Some(0) } else { num::parse_u64_base(word, 16) };
    n.and_then(|n| u8::try_from(n).ok()).map(Some).ok_or_else(|| cx.err.invalid(word, b"", bad))
}

/// `FROM/TO` or `TO`: the number, and the mask of the halves that were said.
fn realms(word: &[u8]) -> Option<(u32, u32)> {
    let half = |w: &[u8]| match w {
        b"cosmos" => Some((0, 0xffff)),
        w => num::parse_u16(w).map(|n| (u32::from(n), 0xffff)),
    };
    match word.iter().position(|b| *b == b'/') {
        None => num::parse_u32(word).map(|n| (n, 0xffff)),
        Some(at) => {
            let (from, from_mask) = half(word.get(..at)?)?;
            let (to, to_mask) = match word.get(at.saturating_add(1)..)? {
                b"" => (0, 0),
                w => half(w)?,
            };
            Some((from.wrapping_shl(16) | to, u32::wrapping_shl(from_mask, 16) | to_mask))
        }
    }
}

/// The index of the interface that `word` names; its absence is reported.
fn device(cx: &mut Ctx<'_>, word: Option<&[u8]>) -> Result<Option<u32>, Fail> {
    use nlbox_core::spec::Resolve;
    let Some(word) = word else { return Ok(None) };
    cx.page.names.ifindex(word).map(Some).ok_or_else(|| cx.err.no_device(word))
}

/// Index and table of the VRF called `word`.
fn vrf(cx: &mut Ctx<'_>, word: &[u8]) -> Result<(u32, u32), Fail> {
    let found = cx.page.names.link(Link::Name(word), |m| {
        let (_, attrs) = m.split::<IFINFO_LEN>();
        let linkinfo = attrs.nest(ifla::LINKINFO);
        // IFLA_VRF_TABLE is 1.
        let table = linkinfo.nest(info::DATA).get(Key::<u32>::new(1))?;
        (linkinfo.get(info::KIND)? == b"vrf").then(|| (crate::names::index_of(m), table))
    });
    found.ok().flatten().ok_or_else(|| cx.err.invalid(word, b"", "Invalid VRF\n"))
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

    #[test]
    fn realms_say_which_half_was_meant() {
        assert_eq!(realms(b"5"), Some((5, 0xffff)));
        assert_eq!(realms(b"5/6"), Some((0x5_0006, 0xffff_ffff)));
        assert_eq!(realms(b"5/"), Some((0x5_0000, 0xffff_0000)));
        assert_eq!(realms(b"x"), None);
    }
}
