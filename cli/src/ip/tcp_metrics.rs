//! `ip tcp_metrics`: what TCP remembers of hosts.

use super::genl::{family, request};
use crate::grammar::{Arg, Grammar, Object, SLOTS, Slots, To, Verb, fill};
use crate::ip::value::{prefix, slot};
use crate::report::{Done, Fail};
use crate::words::Line;
use crate::{Ctx, Page};
use nlbox_core::genl::GENL_LEN;
use nlbox_core::genl::tcp_metrics::{DEL, GET, attr};
use nlbox_core::spec::show::show;
use nlbox_core::text::ip::{Ip, Prefix, af};
use nlbox_core::wire::build::Build;
use nlbox_core::wire::header::Message;
use nlbox_sys::netlink::NETLINK_GENERIC;

const ADDRESS: u8 = 0;
const SOURCE: u8 = 1;

static ONE: Grammar = Grammar {
    set: &attr::SET,
    args: crate::args![Arg::new("addr[ess]", To::Slot(ADDRESS)).once_or_garbage()],
    bare: Some(&Arg::new("", To::Slot(ADDRESS)).once_or_garbage()),
    usage: "ADDRESS",
};
static SELECTOR: Grammar = Grammar {
    set: &attr::SET,
    args: crate::args![
        Arg::new("source|src", To::Slot(SOURCE)).once(),
        Arg::new("addr[ess]", To::Slot(ADDRESS)).once_or_garbage(),
    ],
    bare: Some(&Arg::new("", To::Slot(ADDRESS)).once_or_garbage()),
    usage: "[ PREFIX ]",
};

/// `ip tcp_metrics`.
pub static OBJECT: Object = Object {
    name: "tcp_metrics",
    about: "what TCP remembers of hosts",
    verbs: &[
        Verb { word: "s[how]|l[ist]|ls[t]", run: list, grammar: Some(&SELECTOR) },
        Verb { word: "d[elete]", run: del, grammar: Some(&ONE) },
        Verb { word: "f[lush]", run: flush, grammar: Some(&SELECTOR) },
    ],
    default: list,
};

/// Which entries are meant.
struct Filter<'l> {
    family: u8,
    /// The word of the address.
    word: Option<&'l [u8]>,
    to: Prefix,
    from: Prefix,
}

impl<'l> Filter<'l> {
    fn read(cx: &mut Ctx<'_>, line: &mut Line<'l>, grammar: &Grammar) -> Result<Filter<'l>, Fail> {
        let family = cx.page.opts.family;
        if !matches!(family, af::AF_UNSPEC | af::AF_INET | af::AF_INET6) {
            let family = nlbox_core::text::num::dec(family.into());
            return Err(cx.err.plain(&[b"Unsupported protocol family: %", family.as_bytes()]));
        }
        let mut slots: Slots<'l> = [None; SLOTS];
        fill(cx, line, grammar, &mut Build::new(&mut [], 0, 0, &[]), &mut slots)?;
        let mut ends = [ADDRESS, SOURCE].map(|_| Prefix { ip: Ip::none(0), len: 0, had_len: true });
        for (end, n) in ends.iter_mut().zip([ADDRESS, SOURCE]) {
            if let Some(word) = slot(&slots, n) {
                *end = prefix(&mut cx.err, word, family)?;
                if n == SOURCE && end.len != end.ip.bits() {
                    return Err(not_one(cx, word));
                }
            }
        }
        let [to, from] = ends;
        Ok(Filter { family, word: slot(&slots, ADDRESS), to, from })
    }

    /// The request with `cmd` for the one host that is meant; `None` where it is none, or several.
    fn one<'t>(&self, tx: &'t mut [u8], ty: u16, cmd: u8) -> Option<Build<'t>> {
        let to = &self.to;
        if to.ip.is_none() || to.len != to.ip.bits() || !is_any(&self.from) {
            return None;
        }
        let mut m = request(tx, ty, cmd);
        m.raw(if to.len == 32 { attr::ADDR_IPV4.ty() } else { attr::ADDR_IPV6.ty() }, to.ip.bytes());
        Some(m)
    }

    fn passes(&self, m: &Message<'_>) -> bool {
        let (_, attrs) = m.split::<GENL_LEN>();
        let is = |p: &Prefix, v4: u16, v6: u16| {
            let ip = attrs.raw(v4).or_else(|| attrs.raw(v6)).and_then(Ip::from_bytes);
            is_any(p) || ip.is_some_and(|ip| p.contains(&ip))
        };
        (self.family == 0 || attrs.has(attr::ADDR_IPV4) == (self.family == af::AF_INET))
            && is(&self.to, attr::ADDR_IPV4.ty(), attr::ADDR_IPV6.ty())
            && is(&self.from, attr::SADDR_IPV4.ty(), attr::SADDR_IPV6.ty())
    }
}

fn not_one(cx: &mut Ctx<'_>, word: &[u8]) -> Fail {
    cx.err.plain(&[b"Error: a specific IP address is expected rather than \"%\"", word])
}

/// Whether every address is in it.
fn is_any(p: &Prefix) -> bool {
    p.ip.family() == 0
}

/// Prints the entry `m`.
fn entry(page: &mut Page<'_>, m: &Message<'_>) {
    let (_, attrs) = m.split::<GENL_LEN>();
    page.out.open_object("");
    show(&attr::SET, attrs, &mut page.out, &mut page.names);
    page.out.close_object();
    page.out.text("\n");
}

fn list(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let filter = Filter::read(cx, line, &SELECTOR)?;
    let (ty, _) = family(cx, b"tcp_metrics", b"")?;
    let mut tx = [0; 64];
    if let Some(mut m) = filter.one(&mut tx, ty, GET) {
        return match cx.conn.get(&mut m) {
            Ok(m) => {
                cx.page.out.open_document();
                entry(&mut cx.page, &m);
                Ok(())
            }
            Err(e) => Err(cx.err.net(e, &cx.conn, None)),
        };
    }
    crate::dump::dump(cx, &mut request(&mut tx, ty, GET), &mut |page, m| {
        if filter.passes(m) {
            entry(page, m);
        }
        Ok(())
    })
}

fn del(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let filter = Filter::read(cx, line, &ONE)?;
    let Some(word) = filter.word else { return Err(cx.err.required("address")) };
    let (ty, _) = family(cx, b"tcp_metrics", b"")?;
    match filter.one(&mut [0; 64], ty, DEL) {
        Some(mut m) => super::send(cx, &mut m),
        None => Err(not_one(cx, word)),
    }
}

/// Deletes one host, or all at once; several one by one, in rounds until one finds none.
fn flush(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let filter = Filter::read(cx, line, &SELECTOR)?;
    let (ty, _) = family(cx, b"tcp_metrics", b"")?;
    let mut tx = [0; 64];
    if let Some(mut m) = filter.one(&mut tx, ty, DEL) {
        return super::send(cx, &mut m);
    }
    let every = filter.family == 0 && is_any(&filter.to) && is_any(&filter.from);
    let mut m = request(&mut tx, ty, if every { DEL } else { GET });
    if every {
        return super::send(cx, &mut m);
    }
    cx.page.names.conn.speak(NETLINK_GENERIC);
    let mut rounds = 0_u32;
    let done = loop {
        let deleted = super::flush::sweep(cx, &mut m, ty, &mut |_, m, copy| {
            copy.bytes(&[DEL, 1, 0, 0]);
            let ends =
                [attr::ADDR_IPV4.ty(), attr::ADDR_IPV6.ty(), attr::SADDR_IPV4.ty(), attr::SADDR_IPV6.ty()];
            for a in m.split::<GENL_LEN>().1.filter(|a| ends.contains(&a.ty)) {
                copy.raw(a.ty, a.payload);
            }
            filter.passes(m)
        });
        match deleted {
            Ok(0) if rounds == 0 => {
                cx.err.say(&[b"Nothing to flush."]);
                break Ok(());
            }
            Ok(0) => {
                super::flush::done(&mut cx.page, rounds);
                break Ok(());
            }
            Ok(count) => {
                rounds = rounds.saturating_add(1);
                super::flush::round(&mut cx.page, rounds, count, "entries");
            }
            Err((e, _)) => break Err(cx.err.net(e, &cx.page.names.conn, None)),
        }
    };
    cx.page.names.conn.speak(0);
    done
}
