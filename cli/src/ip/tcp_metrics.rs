//! `ip tcp_metrics`: what TCP remembers of hosts.

use super::genl::{family, request};
use crate::grammar::{Grammar, Object};
use crate::ip::value::{close, prefix};
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

static ONE: Grammar = crate::grammar! { usage: "ADDRESS" };
static SELECTOR: Grammar = crate::grammar! { usage: "[ PREFIX ]" };

/// `ip tcp_metrics`.
pub static OBJECT: Object = crate::object! {
    name: "tcp_metrics",
    about: "what TCP remembers of hosts",
    verbs: [
        Verb { word: "s[how]|l[ist]|ls[t]", run: list, grammar: Some(&SELECTOR) },
        Verb { word: "d[elete]", run: del, grammar: Some(&ONE) },
        Verb { word: "f[lush]", run: flush, grammar: Some(&SELECTOR) },
    ],
    default: list,
};

/// The family.
const NAME: &[u8] = b"tcp_metrics";

/// Which entries are meant.
struct Filter<'l> {
    /// The word of the prefix.
    word: Option<&'l [u8]>,
    to: Prefix,
}

impl<'l> Filter<'l> {
    fn read(cx: &mut Ctx<'_>, line: &mut Line<'l>) -> Result<Filter<'l>, Fail> {
        let family = cx.page.opts.family;
        if !matches!(family, af::AF_UNSPEC | af::AF_INET | af::AF_INET6) {
            let family = nlbox_core::text::num::dec(family.into());
            return Err(cx.err.plain_of("Unsupported protocol family: %", family.as_bytes()));
        }
        let mut f = Filter { word: None, to: Prefix { ip: Ip::none(family), len: 0, had_len: true } };
        while let Some(word) = line.next() {
            let word = match word {
                b"help" => return Err(Fail::HELP),
                b"addr" | b"address" => line.value(&mut cx.err)?,
                word => word,
            };
            if f.word.replace(word).is_some() {
                return Err(cx.err.garbage(b"address", word));
            }
            f.to = prefix(&mut cx.err, word, family)?;
        }
        Ok(f)
    }

    /// The request with `cmd`, and whether it is for one host: the prefix is all of an address.
    fn request<'t>(&self, tx: &'t mut [u8], ty: u16, cmd: u8) -> (Build<'t>, bool) {
        let (mut m, to) = (request(tx, ty, cmd), &self.to);
        let one = !to.ip.is_none() && to.len == to.ip.bits();
        if one {
            m.raw(if to.len == 32 { attr::ADDR_IPV4.ty() } else { attr::ADDR_IPV6.ty() }, to.ip.bytes());
        }
        (m, one)
    }

    fn passes(&self, m: &Message<'_>) -> bool {
        let (_, attrs) = m.split::<GENL_LEN>();
        let ip = attrs.get(attr::ADDR_IPV4).or_else(|| attrs.get(attr::ADDR_IPV6)).and_then(Ip::from_bytes);
        ip.is_some_and(|ip| self.to.contains(&ip))
    }
}

/// Prints the entry `m`.
fn entry(page: &mut Page<'_>, m: &Message<'_>) {
    page.out.open_record();
    show(&attr::SET, m.payload.get(GENL_LEN..).unwrap_or_default(), &mut page.out, &mut page.names);
    close(page);
}

fn list(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let filter = Filter::read(cx, line)?;
    let ty = family(cx, NAME, b"")?.0;
    let mut tx = [0; 64];
    let (mut m, one) = filter.request(&mut tx, ty, GET);
    if one {
        return super::one(cx, &mut m, entry);
    }
    crate::dump::dump(cx, &mut m, &mut |page, m| {
        if filter.passes(m) {
            entry(page, m);
        }
        Ok(())
    })
}

fn del(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let filter = Filter::read(cx, line)?;
    let Some(word) = filter.word else { return Err(cx.err.required("address")) };
    delete(cx, &filter, Some(word))
}

/// Without a prefix the kernel deletes all at once.
fn flush(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let filter = Filter::read(cx, line)?;
    delete(cx, &filter, None)
}

/// Deletes what is meant; with `host`, which is its word, only if that is one host.
fn delete(cx: &mut Ctx<'_>, filter: &Filter<'_>, host: Option<&[u8]>) -> Done {
    let ty = family(cx, NAME, b"")?.0;
    let (mut tx, mut all) = ([0; 64], [0; 64]);
    let (mut m, one) = filter.request(&mut tx, ty, DEL);
    if let Some(word) = host.filter(|_| !one) {
        return Err(cx.err.plain_of("Error: a specific IP address is expected rather than \"%\"", word));
    }
    if one || filter.to.ip.family() == 0 {
        return super::send(cx, &mut m);
    }
    cx.page.names.conn.speak(NETLINK_GENERIC);
    let deleted = super::flush::sweep(cx, &mut request(&mut all, ty, GET), ty, &mut |_, m, copy| {
        copy.bytes(&[DEL, 1, 0, 0]);
        // An entry is known by its two ends; the rest of it is passed over.
        copy.bytes(m.split::<GENL_LEN>().1.bytes());
        filter.passes(m)
    });
    let done = match deleted {
        Ok(0) => {
            cx.err.say_as("Nothing to flush.");
            Ok(())
        }
        Ok(count) => {
            super::flush::round(&mut cx.page, 1, count, "entries");
            super::flush::done(&mut cx.page, 1);
            Ok(())
        }
        Err((e, _)) => Err(cx.err.net(e, &cx.page.names.conn, None)),
    };
    cx.page.names.conn.speak(0);
    done
}
