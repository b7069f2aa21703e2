//! Values of rules, from words and to text.

use crate::Ctx;
use crate::report::{Done, Fail};
use nlbox_core::bytes::until_nul;
use nlbox_core::nft::rule::{Field, Rule, field, target};
use nlbox_core::rt::names::IP_PROTOCOLS;
use nlbox_core::text::ip::{self, Ip, Prefix, af};
use nlbox_core::text::out::{Out, Val};
use nlbox_core::text::{ifname::IfName, nth, num};

/// The targets by their numbers, as iptables spells them.
pub(crate) const TARGETS: &str = " MASQUERADE SNAT DNAT REDIRECT ACCEPT ?";

/// Room for one value.
pub(crate) type Text = heapless::Vec<u8, 96>;

/// How values are written.
pub(crate) struct Look {
    /// The words of the fields, a line each.
    pub(crate) words: &'static str,
    /// What stands before the word of a field that must not match.
    pub(crate) not: &'static str,
    /// Between ports.
    pub(crate) range: u8,
    /// At the end of a name's beginning.
    pub(crate) wild: u8,
    /// `/32`, and `-m tcp` before ports: as iptables saves.
    pub(crate) full: bool,
}

/// As iptables writes.
pub(crate) static IPTABLES: Look = Look {
    words: "-s\n-d\n-i\n-o\n-p\n--sport\n--dport\n-m addrtype --dst-type",
    not: " ! ",
    range: b':',
    wild: b'+',
    full: true,
};

/// `word` is none that is understood where it stands.
#[inline(never)]
pub(crate) fn bad(cx: &mut Ctx<'_>, word: &[u8]) -> Fail {
    cx.err.applet("bad word '%'", word, 0)
}

/// Asks about field `n` as `word` says, `op` 1 or 2 for not.
pub(crate) fn ask(cx: &mut Ctx<'_>, r: &mut Rule, n: usize, op: u8, word: &[u8]) -> Done {
    if read(r, n, op, word).is_none() { Err(bad(cx, word)) } else { Ok(()) }
}

fn read(r: &mut Rule, n: usize, op: u8, word: &[u8]) -> Option<()> {
    let f = r.fields.get_mut(n)?;
    match n {
        field::SRC | field::DST => {
            let p = Prefix::parse(word, r.family).ok().filter(|p| p.ip.bytes().len() >= 4)?;
            f.set_prefix(op, p.ip.bytes(), p.len);
            r.family = p.ip.family();
            if p.len == 0 {
                // Everything: nothing to ask, and "not" of it is no rule.
                f.op = 0;
                return (op == 1).then_some(());
            }
        }
        field::IN | field::OUT => {
            let (name, wild) = match word.strip_suffix(b"+").or(word.strip_suffix(b"*")) {
                Some(name) => (name, true),
                None => (word, false),
            };
            IfName::new(name)?;
            f.set(op, name);
            if !wild {
                f.bits = 128;
            }
        }
        field::PROTO => {
            let number = IP_PROTOCOLS.number(word).or_else(|| num::parse_u32(word));
            let number = if word == b"icmpv6" { Some(58) } else { number };
            let number = u8::try_from(number?).ok()?;
            f.set(op, &[number]);
        }
        // RTN_LOCAL.
        field::LOCAL => f.set(op, &2_u32.to_ne_bytes()),
        _ => ports(f, op, word)?,
    }
    Some(())
}

/// `PORT`, `PORT-PORT` or `PORT:PORT`.
pub(crate) fn ports(f: &mut Field, op: u8, word: &[u8]) -> Option<()> {
    let at = word.iter().position(|b| matches!(b, b'-' | b':')).unwrap_or(word.len());
    let port = |word| num::parse_u64_base(word, 10).and_then(|n| u16::try_from(n).ok());
    let first = port(word.get(..at)?)?;
    let last = word.get(at.saturating_add(1)..).map_or(Some(first), port).filter(|last| *last >= first)?;
    f.set(op, &first.to_be_bytes());
    f.up_to(&last.to_be_bytes());
    Some(())
}

/// `ADDR`, `ADDR:PORTS`, `[ADDR]:PORTS`, `:PORTS`.
pub(crate) fn to(r: &mut Rule, word: &[u8]) -> Option<()> {
    let colon = word.iter().rposition(|b| *b == b':');
    let (address, behind) = match (ip::parse(word), colon) {
        (Some(_), _) | (None, None) => (word, None),
        (None, Some(at)) => (word.get(..at)?, word.get(at.saturating_add(1)..)),
    };
    if let Some(word) = behind {
        ports(&mut r.fields[field::PORTS], 1, word)?;
    }
    if address.is_empty() {
        return behind.map(|_| ());
    }
    let address = address.strip_prefix(b"[").and_then(|a| a.strip_suffix(b"]")).unwrap_or(address);
    let ip = ip::parse(address).filter(|ip| r.family == 0 || r.family == ip.family())?;
    r.family = ip.family();
    r.fields[field::TO].set(1, ip.bytes());
    Some(())
}

/// A comment of printable bytes.
pub(crate) fn tag(r: &mut Rule, word: &[u8]) -> Option<()> {
    let fits = word.len() < r.tag.len() && !word.iter().any(|b| *b < 0x20 || matches!(b, b'"' | b'\\'));
    r.tag.fill(0);
    r.tag.iter_mut().zip(word).for_each(|(to, b)| *to = *b);
    fits.then_some(())
}

/// Whether what `r` asks and does fits together; what is missing is said.
pub(crate) fn check(cx: &mut Ctx<'_>, r: &Rule, look: &Look) -> Done {
    let proto = r.field(field::PROTO);
    // TCP, UDP, DCCP, SCTP.
    let has_ports = proto.op == 1 && matches!(proto.lo[0], 6 | 17 | 33 | 132);
    if r.field(field::SPORT).op | r.field(field::DPORT).op | r.field(field::PORTS).op != 0 && !has_ports {
        return Err(cx.err.applet(
            "a port needs \"% tcp\", or udp",
            nth(look.words, b'\n', field::PROTO).as_bytes(),
            0,
        ));
    }
    // The interface that the hook does not know yet, or no longer.
    let n = if r.chain < 2 { field::OUT } else { field::IN };
    if r.field(n).op != 0 {
        return Err(cx.err.applet("Can't use % with this chain", nth(look.words, b'\n', n).as_bytes(), 0));
    }
    let (wants, has) = (matches!(r.target, target::SNAT | target::DNAT), r.field(field::TO).op != 0);
    if wants != has {
        let what = if wants { "% wants an address to translate to" } else { "% takes no address" };
        return Err(cx.err.applet(what, target_of(r).as_bytes(), 0));
    }
    Ok(())
}

/// Appends to `text`.
#[inline(never)]
pub(crate) fn say(text: &mut Text, bytes: &[u8]) {
    let _ = text.extend_from_slice(bytes);
}

fn number(text: &mut Text, n: u16) {
    say(text, num::dec(n.into()).as_bytes());
}

/// Appends the value of field `n`.
pub(crate) fn value(r: &Rule, n: usize, look: &Look, full: bool, text: &mut Text) {
    let f = r.field(n);
    match n {
        field::SRC | field::DST => {
            address(r, n, text);
            if full || f.bits < width(r) {
                say(text, b"/");
                number(text, f.bits.into());
            }
        }
        field::IN | field::OUT => {
            say(text, until_nul(&f.lo));
            if f.bits < 128 && f.lo.get(usize::from(f.bits / 8)) == Some(&0) {
                say(text, &[look.wild]);
            }
        }
        field::PROTO => match IP_PROTOCOLS.name(f.lo[0].into()) {
            Some(name) => say(text, name.as_bytes()),
            None => number(text, f.lo[0].into()),
        },
        field::LOCAL => say(text, b"LOCAL"),
        _ => range(f, look.range, text),
    }
}

/// Bits of an address.
fn width(r: &Rule) -> u8 {
    if r.family == af::AF_INET6 { 128 } else { 32 }
}

fn address(r: &Rule, n: usize, text: &mut Text) {
    let bytes = r.field(n).lo.get(..usize::from(width(r) / 8));
    if let Some(ip) = Ip::from_bytes(bytes.unwrap_or(&[])) {
        say(text, ip::print(&ip).as_bytes());
    }
}

/// The ports of `f`, with `between` between them.
fn range(f: &Field, between: u8, text: &mut Text) {
    number(text, f.first());
    if f.first() != f.last() {
        say(text, &[between]);
        number(text, f.last());
    }
}

/// What is translated to, as [`to`] reads it; `bare` ports without their colon where they stand alone.
pub(crate) fn destination(r: &Rule, bare: bool, text: &mut Text) {
    text.clear();
    let (to, ports) = (r.field(field::TO).op != 0, r.field(field::PORTS).op != 0);
    let (open, close): (&[u8], &[u8]) =
        if to && ports && r.family == af::AF_INET6 { (b"[", b"]") } else { (b"", b"") };
    if to {
        say(text, open);
        address(r, field::TO, text);
        say(text, close);
    }
    if ports {
        if to || !bare {
            say(text, b":");
        }
        range(r.field(field::PORTS), b'-', text);
    }
}

/// Prints what `r` asks: ` -s 10.0.0.0/8 ! -o eth0`. In JSON the word is the key, `not_` before it.
pub(crate) fn fields(out: &mut Out<'_>, r: &Rule, look: &Look) {
    let mut text = Text::new();
    let mut matched = !look.full;
    for n in 0..=field::LOCAL {
        let f = r.field(n);
        if f.op == 0 {
            continue;
        }
        if !matched && (n == field::SPORT || n == field::DPORT) {
            matched = true;
            text.clear();
            value(r, field::PROTO, look, false, &mut text);
            out.str("| -m %", &text);
        }
        let word = nth(look.words, b'\n', n);
        text.clear();
        value(r, n, look, look.full, &mut text);
        out.text(if f.op == 2 { look.not } else { " " });
        out.text(word);
        let key = if f.op == 2 { nth(NOT, b'\n', n) } else { word };
        if n == field::LOCAL && !look.full {
            out.value(key, "", Val::Bool(true));
        } else {
            out.str_of(key, " %", &text);
        }
    }
}

/// The keys of fields that must not match.
const NOT: &str = "not_from\nnot_dst\nnot_in\nnot_out\nnot_proto\nnot_sport\nnot_dport\nnot_local";

/// The target of `r` by its name.
pub(crate) fn target_of(r: &Rule) -> &'static str {
    nth(TARGETS, b' ', r.target.into())
}
