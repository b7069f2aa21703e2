//! `nat`: address translation through nf_tables, in a table of our own; and the three functions by which other commands
//! translate for a time.

mod table;
mod text;

pub(crate) use table::{ALL_CHAINS, Scope, add, remove, talk, walk};
pub(crate) use text::{
    IPTABLES, Look, TARGETS, Text, ask, bad, check, destination, fields, ports, say, tag, target_of, to,
    value,
};

use crate::Ctx;
use crate::getopt::{choose, show as page, usage, version};
use crate::ip::value::{put, put_num};
use crate::report::{Done, Fail};
use crate::words::Line;
use core::ffi::CStr;
use nlbox_core::bytes::until_nul;
use nlbox_core::conn::Conn;
use nlbox_core::nft::rule::{Field, Rule, field, target};
use nlbox_core::nft::{CHAINS, chain};
use nlbox_core::text::ip::{Ip, Prefix, af};
use nlbox_core::text::num;
use nlbox_core::text::out::Out;
use zerocopy::IntoBytes;

const HELP: &str = "\
Usage: nat [-j] list | flush | del N | del tag TEXT
       nat [del] TARGET [ip | ip6] [WORD]... [--forward]

  masquerade, snat to ADDR, dnat to ADDR[:PORT], redirect to :PORT, accept
  [not] from NET, dst NET, in DEV, out DEV, proto NAME, sport PORT, dport PORT
  local          to an address of this host
  chain NAME     another than the target's own
  tag TEXT       a comment
  --forward      let packets through this host

  nat masquerade from 192.168.1.0/24 out eth0 --forward
  nat dnat in eth0 proto tcp dport 80 to 192.168.1.2:8080";

/// The verbs; from `masquerade` on the targets in the order of their numbers.
const VERBS: &str = "list del flush masquerade snat dnat redirect accept";
const MASQUERADE: u8 = 3;

/// The words: the fields in their order, then those of [`parse`].
const WORDS: &str = "from dst in out proto sport dport local to tag chain not ip ip6 --forward";

static NAT: Look = Look {
    words: "from\ndst\nin\nout\nproto\nsport\ndport\nlocal",
    not: " not ",
    range: b'-',
    wild: b'*',
    full: false,
};

const PREROUTING: u8 = 0;
const OUTPUT: u8 = 2;
const POSTROUTING: u8 = 3;

/// The chain where a target does its work; none for those that work everywhere.
fn home(target: u8) -> u8 {
    match target {
        target::MASQUERADE | target::SNAT => POSTROUTING,
        target::DNAT | target::REDIRECT => PREROUTING,
        _ => u8::MAX,
    }
}

/// Translates what comes from `subnet` and leaves through another link than `but`, to the address of the link that it leaves
/// through. The rule carries `tag`.
pub fn masquerade(cx: &mut Ctx<'_>, subnet: &Prefix, but: &[u8], label: &[u8]) -> Done {
    let mut r = Rule::new(subnet.ip.family());
    (r.target, r.chain) = (target::MASQUERADE, POSTROUTING);
    r.fields[field::SRC].set_prefix(1, subnet.ip.bytes(), subnet.len);
    let set = ask(cx, &mut r, field::OUT, 2, but);
    set?;
    keep(cx, &mut r, label, &[POSTROUTING], None).map(drop)
}

/// Hands what comes for `port` of any address of this host, from outside or from itself, to `to_port` of `to`. `proto`:
/// `IPPROTO_TCP` or `IPPROTO_UDP`. Both rules carry `tag`.
pub fn publish(cx: &mut Ctx<'_>, proto: u8, port: u16, to: &Ip, to_port: u16, label: &[u8]) -> Done {
    let mut r = Rule::new(to.family());
    r.target = target::DNAT;
    r.ask(field::PROTO, 1, &[proto]);
    r.ask(field::DPORT, 1, &port.to_be_bytes());
    // RTN_LOCAL: what is only forwarded to the same port elsewhere is not ours.
    r.ask(field::LOCAL, 1, &2_u32.to_ne_bytes());
    r.ask(field::TO, 1, to.bytes());
    // What is asked, from the protocol to the locality, which stand side by side.
    let asks = |r: &Rule| -> [Field; 4] {
        r.fields.get(field::PROTO..).and_then(|f| f.first_chunk().copied()).unwrap_or_default()
    };
    let ours = asks(&r);
    r.ask(field::PORTS, 1, &to_port.to_be_bytes());
    if keep(cx, &mut r, label, &[PREROUTING, OUTPUT], Some(&|old| asks(old).as_bytes() == ours.as_bytes()))? {
        return Ok(());
    }
    Err(cx.err.applet("port % is published already", num::dec(port.into()).as_bytes(), 0))
}

/// Adds `r` with its tag to each of the chains, in one batch; `false` when there is a `rival`.
fn keep(
    cx: &mut Ctx<'_>,
    r: &mut Rule,
    label: &[u8],
    chains: &[u8],
    rival: Option<&dyn Fn(&Rule) -> bool>,
) -> Result<bool, Fail> {
    if tag(r, label).is_none() {
        return Err(bad(cx, label));
    }
    let mut free = false;
    talk(cx, &mut |cx: &mut Ctx<'_>, conn: &mut Conn<'_>| {
        free = add(cx, conn, r, chains, None, rival)?;
        Ok(())
    })?;
    Ok(free)
}

/// Takes out every rule that carries the tag `label`, and the table with its last rule. None there is no failure.
pub fn withdraw(cx: &mut Ctx<'_>, label: &[u8]) -> Done {
    talk(cx, &mut |cx: &mut Ctx<'_>, conn: &mut Conn<'_>| {
        remove(cx, conn, Scope::ALL, false, &mut |r: &Rule, _: u32| until_nul(&r.tag) == label).map(drop)
    })
}

/// `nat …`.
pub fn main(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    options(cx, line)?;
    let Some(verb) = line.next() else { return Err(usage(cx, HELP)) };
    let Some(n) = choose(VERBS, verb, 0) else { return Err(none_of(cx, verb, VERBS)) };
    let at = *line;
    talk(cx, &mut |cx: &mut Ctx<'_>, conn: &mut Conn<'_>| {
        let mut line = at;
        match n {
            0 => list(cx, conn, &mut line),
            1 => del(cx, conn, &mut line),
            2 => {
                over(cx, &mut line)?;
                remove(cx, conn, Scope::ALL, false, &mut |_: &Rule, _: u32| true).map(drop)
            }
            _ => {
                let mut r = Rule::new(0);
                let forward = parse(cx, &mut line, n, &mut r)?;
                let chain = r.chain;
                add(cx, conn, &mut r, &[chain], None, None)?;
                if forward { open(cx, r.family) } else { Ok(()) }
            }
        }
    })
}

/// `word` is none of the words that may stand there.
fn none_of(cx: &mut Ctx<'_>, word: &[u8], list: &str) -> Fail {
    cx.err.plain(&[b"nat: '%' is none of: %", word, list.as_bytes()])
}

/// `-j`, `-p`, and help.
fn options(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    while let Some(word) = line.peek() {
        match choose("-j -p -V --version -h --help help", word, 0) {
            Some(0) => cx.page.out.mode.json = true,
            Some(1) => cx.page.out.mode.pretty = true,
            Some(n) => {
                if n > 3 {
                    page(cx, HELP)
                } else {
                    version(cx)
                }
                return Err(Fail(0));
            }
            None => break,
        }
        line.next();
    }
    Ok(())
}

/// Nothing may follow.
fn over(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    options(cx, line)?;
    line.next().map_or(Ok(()), |word| Err(bad(cx, word)))
}

/// Reads the words behind target `verb`; whether `--forward` is among them.
fn parse(cx: &mut Ctx<'_>, line: &mut Line<'_>, verb: u8, r: &mut Rule) -> Result<bool, Fail> {
    r.target = verb.wrapping_sub(MASQUERADE).wrapping_add(target::MASQUERADE);
    r.chain = home(r.target);
    let (mut forward, mut op) = (false, 1);
    while let Some(key) = line.next() {
        let Some(n) = choose(WORDS, key, 0) else { return Err(none_of(cx, key, WORDS)) };
        let value = match n {
            7 | 11.. => b"",
            _ => line.value(&mut cx.err)?,
        };
        let fits = match n {
            8 => to(r, value),
            9 => tag(r, value),
            10 => CHAINS.number(value).and_then(|n| u8::try_from(n).ok()).map(|n| r.chain = n),
            11 => {
                op = 2;
                continue;
            }
            12 | 13 => {
                let family = if n == 12 { af::AF_INET } else { af::AF_INET6 };
                let fits = r.family == 0 || r.family == family;
                r.family = family;
                fits.then_some(())
            }
            14 => {
                forward = true;
                Some(())
            }
            _ if r.field(n.into()).op != 0 => return Err(bad(cx, key)),
            _ => {
                ask(cx, r, n.into(), op, value)?;
                op = 1;
                Some(())
            }
        };
        if fits.is_none() || op != 1 {
            return Err(bad(cx, if op != 1 || value.is_empty() { key } else { value }));
        }
    }
    if op != 1 {
        return Err(bad(cx, b"not"));
    }
    if r.chain == u8::MAX {
        return Err(cx.err.applet_as("accept wants a chain", 0));
    }
    if r.target == target::ACCEPT && r.field(field::PORTS).op != 0 {
        return Err(bad(cx, b"to"));
    }
    check(cx, r, &NAT)?;
    Ok(forward)
}

/// The rule that `masquerade …` and its like make.
#[cfg(fuzzing)]
pub(crate) fn said(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Option<Rule> {
    let verb = choose(VERBS, line.next()?, 0).filter(|n| *n >= MASQUERADE)?;
    let mut r = Rule::new(0);
    parse(cx, line, verb, &mut r).ok()?;
    Some(r)
}

/// Lets packets through this host, and says so.
fn open(cx: &mut Ctx<'_>, family: u8) -> Done {
    static SWITCHES: [(u8, &CStr); 2] = [
        (af::AF_INET, c"/proc/sys/net/ipv4/ip_forward"),
        (af::AF_INET6, c"/proc/sys/net/ipv6/conf/all/forwarding"),
    ];
    for (of, path) in &SWITCHES {
        if family != 0 && family != *of {
            continue;
        }
        nlbox_sys::fd::write_file(path, b"1").map_err(|e| cx.err.applet("%", path.to_bytes(), e.0))?;
        // As sysctl(8) says it.
        for b in path.to_bytes().iter().skip(b"/proc/sys/".len()) {
            cx.page.out.bytes(&[if *b == b'/' { b'.' } else { *b }]);
        }
        cx.page.out.text(" = 1\n");
    }
    Ok(())
}

#[inline(never)]
fn del(cx: &mut Ctx<'_>, conn: &mut Conn<'_>, line: &mut Line<'_>) -> Done {
    let word = line.value(&mut cx.err)?;
    let mut r = Rule::new(0);
    let number = num::parse_u32(word);
    let label = if word == b"tag" { Some(line.value(&mut cx.err)?) } else { None };
    if number.is_some() || label.is_some() {
        over(cx, line)?;
    } else {
        let Some(verb) = choose(VERBS, word, 0).filter(|n| *n >= MASQUERADE) else {
            return Err(none_of(cx, word, VERBS));
        };
        if parse(cx, line, verb, &mut r)? {
            return Err(bad(cx, b"--forward"));
        }
    }
    let gone =
        remove(cx, conn, Scope::ALL, number.is_some(), &mut |rule: &Rule, n: u32| match (number, label) {
            (Some(number), _) => n == number,
            (_, Some(label)) => until_nul(&rule.tag) == label,
            _ => r.same(rule),
        })?;
    if gone == 0 { Err(cx.err.applet_as("no such rule", 0)) } else { Ok(()) }
}

#[inline(never)]
fn list(cx: &mut Ctx<'_>, conn: &mut Conn<'_>, line: &mut Line<'_>) -> Done {
    over(cx, line)?;
    cx.page.out.open_document();
    let mark = cx.page.out.mark();
    let done = walk(cx, conn, Scope::ALL, &mut |cx: &mut Ctx<'_>, r: &Rule, n: u32| {
        if n == 0 {
            cx.page.out.rewind(mark);
        } else {
            show(cx, r, n);
        }
    });
    cx.page.out.close_document();
    done
}

/// One rule, in the words that make it.
#[inline(never)]
pub(crate) fn show(cx: &mut Ctx<'_>, r: &Rule, n: u32) {
    let out = &mut cx.page.out;
    let mut text = Text::new();
    out.open_record();
    put_num(out, "number|%: ", n.into());
    say(&mut text, target_of(r).as_bytes());
    text.make_ascii_lowercase();
    put(out, "target|% ", &text);
    put(out, "family|%", if r.family == af::AF_INET6 { b"ip6" } else { b"ip" });
    fields(out, r, &NAT);
    destination(r, false, &mut text);
    put_some(out, "to| to %", &text);
    let elsewhere = r.chain != home(r.target);
    put_some(out, if elsewhere { "chain| chain %" } else { "chain|" }, chain(r.chain));
    put_some(out, "tag| tag %", until_nul(&r.tag));
    for (label, v) in [("packets|", r.packets), ("bytes|", r.bytes), ("handle|", r.handle)] {
        put_num(out, label, v.cast_signed());
    }
    out.close_object();
    out.newline();
}

/// Prints `v` by its label, if there is any.
fn put_some(out: &mut Out<'_>, label: &str, v: &[u8]) {
    if !v.is_empty() {
        put(out, label, v);
    }
}
