//! `ip rule`.

mod change;
mod show;
mod word;

use crate::Ctx;
use crate::grammar::Object;
use crate::ip::mroute::{IP6MR, IPMR};
use crate::ip::saved::{self, RULES};
use crate::ip::value::plain;
use crate::report::Done;
use crate::words::Line;
use nlbox_core::text::ip::af;
use nlbox_core::text::num;

pub use show::rule;

/// `ip rule` and `ip mrule` have the same verbs.
macro_rules! rules {
    ($name:literal, $about:literal) => {
        crate::object! {
            name: $name,
            about: $about,
            verbs: [
                Verb { word: "l[ist]|ls[t]|s[how]", run: show::run, grammar: Some(&show::GRAMMAR) },
                Verb { word: "f[lush]", run: show::flush, grammar: Some(&show::GRAMMAR) },
                Verb { word: "a[dd]", run: change::add, grammar: Some(&change::GRAMMAR) },
                Verb { word: "d[elete]", run: change::del, grammar: Some(&change::GRAMMAR) },
                Verb { word: "sa[ve]", run: save, grammar: None },
                Verb { word: "r[estore]", run: restore, grammar: None },
            ],
            default: show::run,
        }
    };
}

/// `ip rule`.
pub static OBJECT: Object = rules!("rule", "rules: which table routes what");

/// `ip mrule`: the same for multicast, of the families that [`multicast`] sets.
pub static MULTICAST: Object = rules!("mrule", "rules: which table routes multicast");

/// From here on the family asked is the one of multicast routing.
pub fn multicast(cx: &mut Ctx<'_>) -> Done {
    let family = &mut cx.page.opts.family;
    *family = match *family {
        af::AF_UNSPEC | af::AF_INET => IPMR,
        af::AF_INET6 => IP6MR,
        other => {
            let other = num::dec(other.into());
            let what: &[u8] = b"Multicast rules are only supported for IPv4/IPv6, was: %";
            return Err(cx.err.usage(&[what, other.as_bytes()]));
        }
    };
    Ok(())
}

/// Without selectors, as with iproute2.
fn save(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    if !line.is_over() {
        return Err(plain(cx, "\"ip rule save\" does not take any arguments."));
    }
    let mut tx = [0; 64];
    let mut m = show::request(cx, &mut tx);
    saved::save(cx, &mut m, &RULES, &mut |_, _| true)
}

fn restore(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    saved::restore(cx, line, &RULES, None)
}
