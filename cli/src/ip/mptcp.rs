//! `ip mptcp`: the addresses that MPTCP may use, how many of them, and what becomes of its connections.

use super::genl::{family, request};
use crate::grammar::{Grammar, Object};
use crate::ip::value::{address, by_row, close, wrong};
use crate::report::{Done, Fail};
use crate::words::Line;
use crate::{Ctx, Page};
use nlbox_core::genl::GENL_LEN;
use nlbox_core::genl::mptcp::{ADDR_FLAGS, EVENTS, addr, attr, cmd, event, flag};
use nlbox_core::spec::AttrSet;
use nlbox_core::spec::show::show;
use nlbox_core::text::ip::af;
use nlbox_core::wire::header::Message;

static ENDPOINT_WORDS: Grammar = crate::grammar! { usage: "{ add | delete | change | show | flush } [ ADDRESS ] [ id ID ] [ dev DEVICE ] [ port N ] [ FLAG ]..." };
static LIMITS_WORDS: Grammar =
    crate::grammar! { usage: "{ show | set } [ subflows N ] [ add_addr_accepted N ]" };

/// `ip mptcp`.
pub static OBJECT: Object = crate::object! {
    name: "mptcp",
    about: "addresses and limits of multipath TCP",
    verbs: [
        Verb {
            word: "e[ndpoint]",
            run: |cx, line| inner(cx, line, &ENDPOINT),
            grammar: Some(&ENDPOINT_WORDS),
        },
        Verb { word: "l[imits]", run: |cx, line| inner(cx, line, &LIMITS), grammar: Some(&LIMITS_WORDS) },
        Verb { word: "m[onitor]", run: monitor, grammar: Some(&super::NONE) },
    ],
    default: |cx, _| Err(crate::help::object(cx, &OBJECT)),
};

/// What follows `endpoint` or `limits`; the whole object's page is help for both.
fn inner(cx: &mut Ctx<'_>, line: &mut Line<'_>, object: &Object) -> Done {
    if line.peek() == Some(b"help") { Err(Fail::HELP) } else { object.run(cx, line) }
}

static ENDPOINT: Object = crate::object! {
    name: "mptcp",
    about: "",
    verbs: [
        Verb { word: "a[dd]", run: |cx, line| endpoint(cx, line, cmd::ADD_ADDR), grammar: None },
        Verb { word: "c[hange]", run: |cx, line| endpoint(cx, line, cmd::SET_FLAGS), grammar: None },
        Verb { word: "d[elete]", run: |cx, line| endpoint(cx, line, cmd::DEL_ADDR), grammar: None },
        Verb { word: "s[how]", run: list, grammar: None },
        Verb { word: "f[lush]", run: |cx, line| endpoint(cx, line, cmd::FLUSH_ADDRS), grammar: None },
    ],
    default: list,
};

static LIMITS: Object = crate::object! {
    name: "mptcp",
    about: "",
    verbs: [
        Verb { word: "s[et]", run: |cx, line| limits(cx, line, cmd::SET_LIMITS), grammar: None },
        Verb { word: "sh[ow]", run: |cx, line| limits(cx, line, cmd::GET_LIMITS), grammar: None },
    ],
    default: |cx, line| limits(cx, line, cmd::GET_LIMITS),
};

/// The family's message type.
fn pm(cx: &mut Ctx<'_>) -> Result<u16, Fail> {
    family(cx, b"mptcp_pm", b"").map(|(ty, _)| ty)
}

/// `ip mptcp endpoint show`: all, or the one that is named.
fn list(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    if !line.is_over() {
        return endpoint(cx, line, cmd::GET_ADDR);
    }
    let ty = pm(cx)?;
    crate::dump::dump(cx, &mut request(&mut [0; 64], ty, cmd::GET_ADDR), &mut |page, m| {
        address_of(page, m);
        Ok(())
    })
}

fn address_of(page: &mut Page<'_>, m: &Message<'_>) {
    entry(page, &addr::SET, m.split::<GENL_LEN>().1.nest(attr::ADDR).bytes());
}

/// Prints what `set` shows of `attrs`.
fn entry(page: &mut Page<'_>, set: &AttrSet, attrs: &[u8]) {
    page.out.open_record();
    show(set, attrs, &mut page.out, &mut page.names);
    close(page);
}

const BOTH: u32 = flag::SIGNAL | flag::FULLMESH;

/// Reads an endpoint, and does to it what `cmd` says.
fn endpoint(cx: &mut Ctx<'_>, line: &mut Line<'_>, cmd: u8) -> Done {
    let ty = pm(cx)?;
    let mut tx = [0; 256];
    let mut m = request(&mut tx, ty, cmd);
    if cmd == cmd::FLUSH_ADDRS && line.is_over() {
        return super::send(cx, &mut m);
    }
    let nest = m.open(attr::ADDR.ty() | nlbox_core::wire::attr::NLA_F_NESTED);
    m.enter(nest);
    let (changes, mut flags) = (cmd == cmd::SET_FLAGS, 0_u32);
    let mut named = None;
    while let Some(word) = line.next() {
        let (on, name) = match word.strip_prefix(b"no") {
            Some(name) => (false, name),
            None => (true, word),
        };
        let settable = if on { !flag::IMPLICIT } else { flag::BACKUP | flag::FULLMESH };
        let flag = ADDR_FLAGS.number(name).filter(|f| f & settable != 0);
        if let Some(flag) = flag {
            if changes && flag & (flag::BACKUP | flag::FULLMESH) == 0 {
                return Err(wrong(&mut cx.err, word, "invalid flags, backup and fullmesh only"));
            }
            flags = if on { flags | flag } else { flags & !flag };
        } else if !by_row(cx, line, &mut m, &addr::SET, word)? {
            named = Some(address(&mut cx.err, word, cx.page.opts.family)?);
        }
    }
    let said = m.attrs(GENL_LEN.saturating_add(4));
    let (port, id) = (said.has(addr::PORT), said.get(addr::ID));
    let (what, bad) = match cmd {
        cmd::ADD_ADDR if named.is_none() => return Err(cx.err.required("ADDRESS")),
        cmd::ADD_ADDR if port && flags & flag::SIGNAL == 0 => {
            ("port", "flags must have signal when using port")
        }
        cmd::ADD_ADDR if flags & BOTH == BOTH => ("fullmesh", "flags mustn't have both signal and fullmesh"),
        cmd::DEL_ADDR if id.is_none() => return Err(cx.err.required("ID")),
        cmd::DEL_ADDR if id == Some(0) && named.is_none() => {
            ("ID", "address is needed for deleting id 0 address\n")
        }
        cmd::DEL_ADDR if id != Some(0) && named.is_some() => ("ADDRESS", "invalid for non-zero id address\n"),
        _ => ("", ""),
    };
    if !bad.is_empty() {
        return Err(wrong(&mut cx.err, what.as_bytes(), bad));
    }
    if let Some(ip) = named {
        m.put(addr::FAMILY, ip.family().into());
        m.raw(if ip.family() == af::AF_INET { addr::ADDR4.ty() } else { addr::ADDR6.ty() }, ip.bytes());
    }
    if flags != 0 {
        m.put(addr::FLAGS, flags);
    }
    m.close(nest);
    if cmd == cmd::GET_ADDR { super::one(cx, &mut m, address_of) } else { super::send(cx, &mut m) }
}

fn limits(cx: &mut Ctx<'_>, line: &mut Line<'_>, cmd: u8) -> Done {
    let ty = pm(cx)?;
    let mut tx = [0; 64];
    let mut m = request(&mut tx, ty, cmd);
    while let Some(word) = line.next() {
        if !by_row(cx, line, &mut m, &attr::SET, word)? {
            return Err(wrong(&mut cx.err, word, "unknown limit"));
        }
    }
    if cmd == cmd::SET_LIMITS {
        return super::send(cx, &mut m);
    }
    super::one(cx, &mut m, |page, m| entry(page, &attr::SET, m.split::<GENL_LEN>().1.bytes()))
}

/// `ip mptcp monitor`: a line for each event, as text, until it is stopped.
fn monitor(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    if let Some(word) = line.next() {
        return Err(cx.err.usage_of("Command \"%\" is unknown, try \"ip mptcp help\".", word));
    }
    let (ty, group) = family(cx, b"mptcp_pm", b"mptcp_pm_events")?;
    cx.page.out.mode.json = false;
    let mut done = cx.conn.join(group);
    while done.is_ok() && !cx.page.out.failed() {
        done = cx.conn.listen(&mut |m| {
            if m.ty == ty {
                told(&mut cx.page, m);
            }
        });
        cx.page.out.flush();
    }
    done.map_err(|e| cx.err.net(e, &cx.conn, None))
}

/// Prints the event `m`.
fn told(page: &mut Page<'_>, m: &Message<'_>) {
    let ([cmd, ..], attrs) = m.split::<GENL_LEN>();
    match EVENTS.name(cmd.into()) {
        Some(name) => {
            page.out.text("[");
            page.out.spaces(14_usize.saturating_sub(name.len()));
            page.out.text(name);
        }
        None => page.out.num("|[UNKNOWN %", cmd.into()),
    }
    page.out.text("]");
    entry(page, &event::SET, attrs.bytes());
}
