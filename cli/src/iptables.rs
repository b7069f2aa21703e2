//! `iptables` and `ip6tables`: the nat table, by their words, over our own one of nf_tables.

use crate::Ctx;
use crate::getopt::{Options, Spec, choose};
use crate::nat::{
    ALL_CHAINS, IPTABLES, Scope, TARGETS, Text, add, ask, bad, check, destination, fields, ports, remove,
    say, tag, talk, target_of, to, value, walk,
};
use crate::report::{Done, Fail, PLAIN};
use crate::words::Line;
use nlbox_core::bytes::until_nul;
use nlbox_core::conn::Conn;
use nlbox_core::nft::rule::{Rule, field, target};
use nlbox_core::nft::{CHAINS, chain};
use nlbox_core::text::ip::af;
use nlbox_core::text::num;

static SPEC: Spec = Spec {
    page: "\
Usage: iptables -t nat COMMAND [[!] OPTION]...

  -A, --append=CHAIN\ta rule at the end
  -I, --insert=CHAIN\tor before rule N, 1
  -D, --delete=CHAIN\trule N, or the one that follows
  -C, --check=CHAIN\tis it there?
  -L, --list\tof one CHAIN, or of all
  -S, --list-rules\tas commands
  -F, --flush\tall rules
  -t, --table=nat
  -s, --src=NET
  -s, --source=NET
  -d, --dst=NET
  -d, --destination=NET
  -i, --in-interface=DEV
  -o, --out-interface=DEV
  -p, --protocol=NAME
  -m, --match=tcp|udp|comment|addrtype
  -j, --jump=MASQUERADE|SNAT|DNAT|REDIRECT|ACCEPT
      --sport=PORT[:PORT]
      --source-port=PORT[:PORT]
      --dport=PORT[:PORT]
      --destination-port=PORT[:PORT]
      --to-destination=ADDR[:PORT]
      --to-source=ADDR[:PORT]
      --to-ports=PORT[-PORT]
      --comment=TEXT
      --dst-type=LOCAL
  -n, --numeric
  -v, --verbose
      --line-numbers
  -w, --wait\tnothing waits
  -h, --help
  -V, --version

  iptables -t nat -A POSTROUTING -s 192.168.1.0/24 -o eth0 -j MASQUERADE
  iptables -t nat -A PREROUTING -p tcp --dport 80 -j DNAT --to-destination 192.168.1.2:8080",
    attached: false,
};

/// Lines of the page: the options without a letter.
const SPORT: u8 = 19;
const DPORT: u8 = 21;
const TO_DESTINATION: u8 = 23;
const TO_SOURCE: u8 = 24;
const TO_PORTS: u8 = 25;
const COMMENT: u8 = 26;
const DST_TYPE: u8 = 27;
const LINE_NUMBERS: u8 = 30;

/// The options that ask about a field, and the fields.
static FIELDS: [(u8, usize); 10] = [
    (b's', field::SRC),
    (b'd', field::DST),
    (b'i', field::IN),
    (b'o', field::OUT),
    (b'p', field::PROTO),
    (SPORT, field::SPORT),
    (SPORT + 1, field::SPORT),
    (DPORT, field::DPORT),
    (DPORT + 1, field::DPORT),
    (DST_TYPE, field::LOCAL),
];
/// By target: the option that it takes.
static TAKES: [u8; 6] = [0, TO_PORTS, TO_SOURCE, TO_DESTINATION, TO_PORTS, 0];
const COMMANDS: &[u8] = b"AIDCLSF";
/// What goes with every command, and what with those that list.
const COMMON: &[u8] = b"tw";
const LISTING: &[u8] = &[b'n', b'v', LINE_NUMBERS];

/// A line that is wrong: iptables leaves with 2.
const WRONG: Fail = Fail(2);
/// No such chain: 1, once a usage error, which it is not, has become 2.
const GONE: Fail = Fail(u8::MAX);

/// `iptables …`.
pub(crate) fn main(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    run(cx, line, af::AF_INET)
}

/// `ip6tables …`.
pub(crate) fn main6(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    run(cx, line, af::AF_INET6)
}

/// A command line that has been read.
struct Asked<'l> {
    opts: Options<'l>,
    /// One of [`COMMANDS`].
    command: u8,
    /// The word for the chain; empty for all.
    chain: &'l [u8],
    /// The number behind the chain.
    number: Option<u32>,
    rule: Rule,
}

fn run(cx: &mut Ctx<'_>, line: &mut Line<'_>, family: u8) -> Done {
    let mut a = Asked { opts: Options::new(), command: 0, chain: b"", number: None, rule: Rule::new(family) };
    read(cx, line, &mut a).map_err(|fail| match fail {
        GONE => PLAIN,
        PLAIN => WRONG,
        fail => fail,
    })?;
    let scope = Scope { family, chain: if a.chain.is_empty() { ALL_CHAINS } else { a.rule.chain } };
    talk(cx, &mut |cx: &mut Ctx<'_>, conn: &mut Conn<'_>| command(cx, conn, &mut a, scope))
}

#[inline(never)]
fn read<'l>(cx: &mut Ctx<'_>, line: &mut Line<'l>, a: &mut Asked<'l>) -> Done {
    let start = *line;
    // Of the options by their place, as bits: `!` stood before.
    let mut not = 0_u64;
    loop {
        a.opts.read(cx, line, &SPEC)?;
        let Some(word) = line.next() else { break };
        let place = a.opts.count();
        match a.opts.which(place) {
            _ if word == b"!" => not |= 2_u64.wrapping_shl(place.into()),
            b'L' | b'S' | b'F' if a.chain.is_empty() => a.chain = word,
            b'I' | b'D' if a.number.is_none() => match num::parse_u32(word) {
                Some(n) if n > 0 => a.number = Some(n),
                _ => return Err(bad(cx, word)),
            },
            b'w' if num::parse_u32(word).is_some() => {}
            _ => return Err(bad(cx, word)),
        }
    }
    let o = &a.opts;
    for c in COMMANDS.iter().filter(|c| o.has(**c)) {
        if a.command != 0 {
            return Err(cx.err.applet("Cannot use -% with another command", &[*c], 0));
        }
        a.command = *c;
    }
    if a.command == 0 {
        return Err(cx.err.applet_as("no command specified", 0));
    }
    if o.word(b't') != b"nat" {
        let table = if o.has(b't') { o.word(b't') } else { b"filter" };
        return Err(cx.err.applet("table '%' is not in this build, \"-t nat\" is", table, 0));
    }
    if a.chain.is_empty() {
        a.chain = o.word(a.command);
    }
    if !a.chain.is_empty() {
        let Some(n) = CHAINS.number(a.chain) else {
            let _ = cx.err.applet_as("No chain/target/match by that name.", 0);
            return Err(GONE);
        };
        a.rule.chain = u8::try_from(n).unwrap_or(0);
    }
    options(cx, start, a, not)
}

/// Option `id` is wrong where it is.
#[inline(never)]
fn wrong(cx: &mut Ctx<'_>, what: &str, id: u8) -> Fail {
    cx.err.applet(what, SPEC.name(id), 0)
}

/// Options that do not go together, and the rule that they make.
#[inline(never)]
fn options(cx: &mut Ctx<'_>, mut words: Line<'_>, a: &mut Asked<'_>, mut not: u64) -> Done {
    let (o, r) = (&a.opts, &mut a.rule);
    let lists = matches!(a.command, b'L' | b'S' | b'F') || (a.command == b'D' && a.number.is_some());
    let mut kinds = 0_u8;
    for id in 0..128 {
        let place = o.at(id);
        if place == 0 {
            continue;
        }
        kinds = kinds.saturating_add(1);
        let fits = match id {
            _ if nlbox_core::bytes::has(COMMON, id) || id == a.command => true,
            _ if nlbox_core::bytes::has(LISTING, id) => a.command == b'L',
            _ => !lists,
        };
        if !fits {
            return Err(wrong(cx, "Illegal option `--%' with this command", id));
        }
        let asked = FIELDS.iter().find(|(of, _)| *of == id);
        let bit = 1_u64.wrapping_shl(place.into());
        let negated = not & bit != 0;
        not &= !bit;
        if negated && (id == DST_TYPE || asked.is_none()) {
            return Err(wrong(cx, "unexpected ! flag before --%", id));
        }
        let word = o.word(id);
        match asked {
            Some((DST_TYPE, _)) if word != b"LOCAL" => return Err(bad(cx, word)),
            Some((b'p', _)) if matches!(word, b"all" | b"0") => {}
            Some((_, n)) => ask(cx, r, *n, if negated { 2 } else { 1 }, word)?,
            None => {}
        }
    }
    // Each once, but for `-m`.
    let mut matches = 0_u8;
    while let Some(word) = words.next() {
        if choose("-m --match", word, 0).is_none() {
            continue;
        }
        matches = matches.saturating_add(1);
        let name = words.next().unwrap_or_default();
        match choose("comment addrtype tcp udp", name, 0) {
            Some(0 | 1) => {}
            Some(_) if name == o.word(b'p') => {}
            _ => return Err(cx.err.applet("match '%' is not in this build, or lacks its -p", name, 0)),
        }
    }
    if o.count() != kinds.saturating_add(matches.saturating_sub(1)) || not != 0 || o.count() > 60 {
        return Err(cx.err.applet_as("an option is given twice", 0));
    }
    if o.has(COMMENT) && tag(r, o.word(COMMENT)).is_none() {
        return Err(bad(cx, o.word(COMMENT)));
    }
    let name = o.word(b'j');
    r.target = match choose(TARGETS, name, 0) {
        Some(n) if n < target::OTHER => n,
        _ => return Err(cx.err.applet("target '%' is not in this build", name, 0)),
    };
    let takes = TAKES.get(usize::from(r.target)).copied().unwrap_or(0);
    for id in TO_DESTINATION..=TO_PORTS {
        if o.has(id) && id != takes {
            return Err(wrong(cx, "\"--%\" does not go with this target", id));
        }
    }
    if o.has(takes) {
        let word = o.word(takes);
        let fits = if takes == TO_PORTS { ports(&mut r.fields[field::PORTS], 1, word) } else { to(r, word) };
        if fits.is_none() {
            return Err(bad(cx, word));
        }
    }
    if !o.has(takes) && matches!(r.target, target::SNAT | target::DNAT) {
        return Err(wrong(cx, "option \"--%\" must be specified", takes));
    }
    check(cx, r, &IPTABLES)
}

#[inline(never)]
fn command(cx: &mut Ctx<'_>, conn: &mut Conn<'_>, a: &mut Asked<'_>, scope: Scope) -> Done {
    let number = a.number.unwrap_or(1);
    match a.command {
        b'A' => insert(cx, conn, a, None),
        b'I' => {
            let (mut before, mut count) = (Some(0), 0);
            walk(cx, conn, scope, &mut |_: &mut Ctx<'_>, r: &Rule, n: u32| {
                count = n;
                if n == number {
                    before = Some(r.handle);
                }
            })?;
            if number > 1 && number > count {
                if number != count.saturating_add(1) {
                    return Err(gone(cx, "Index of insertion too big."));
                }
                before = None;
            }
            insert(cx, conn, a, before)
        }
        b'C' => {
            let mut found = false;
            walk(cx, conn, scope, &mut |_: &mut Ctx<'_>, r: &Rule, n: u32| {
                found = n > 0 && (found || r.same(&a.rule))
            })?;
            if found { Ok(()) } else { Err(gone(cx, NO_RULE)) }
        }
        b'D' => {
            let given = a.number;
            let count = remove(cx, conn, scope, true, &mut |r: &Rule, n: u32| match given {
                Some(number) => n == number,
                None => r.same(&a.rule),
            })?;
            match (count, given) {
                (0, Some(_)) => Err(gone(cx, "Index of deletion too big.")),
                (0, None) => Err(gone(cx, NO_RULE)),
                _ => Ok(()),
            }
        }
        b'F' => remove(cx, conn, scope, false, &mut |_: &Rule, _: u32| true).map(drop),
        _ => {
            let mark = cx.page.out.mark();
            let done = list(cx, conn, a, scope);
            if done.is_err() {
                cx.page.out.rewind(mark);
            }
            done
        }
    }
}

const NO_RULE: &str = "Bad rule (does a matching rule exist in that chain?).";

/// What was asked for is not there.
fn gone(cx: &mut Ctx<'_>, what: &str) -> Fail {
    cx.err.applet_as(what, 0)
}

#[inline(never)]
fn insert(cx: &mut Ctx<'_>, conn: &mut Conn<'_>, a: &mut Asked<'_>, before: Option<u64>) -> Done {
    let chain = a.rule.chain;
    add(cx, conn, &mut a.rule, &[chain], before, None).map(drop)
}

#[inline(never)]
fn list(cx: &mut Ctx<'_>, conn: &mut Conn<'_>, a: &Asked<'_>, scope: Scope) -> Done {
    let save = a.command == b'S';
    let all = scope.chain == ALL_CHAINS;
    let wanted = |n: &u8| all || scope.chain == *n;
    if save {
        // The policies come before all rules.
        for n in (0..4).filter(wanted) {
            cx.page.out.str("|-P % ACCEPT\n", chain(n));
        }
    }
    for n in (0..4).filter(wanted) {
        if !save {
            if all && n > 0 {
                cx.page.out.text("\n");
            }
            head(cx, a, n);
        }
        let mark = cx.page.out.mark();
        walk(cx, conn, Scope { chain: n, ..scope }, &mut |cx: &mut Ctx<'_>, r: &Rule, n: u32| {
            if n == 0 {
                cx.page.out.rewind(mark);
            } else if save {
                rule(cx, r);
            } else {
                row(cx, a, r, n);
            }
        })?;
    }
    Ok(())
}

/// A rule in every form that `-L` and `-S` have.
#[cfg(fuzzing)]
pub(crate) fn every_form(cx: &mut Ctx<'_>, r: &Rule) {
    for words in [&[][..], &[c"-n"], &[c"-v", c"--line-numbers"], &[c"-nv"]] {
        let words: heapless::Vec<&core::ffi::CStr, 4> = [c"-L"].iter().chain(words).copied().collect();
        let mut a = Asked {
            opts: Options::new(),
            command: b'L',
            chain: b"",
            number: None,
            rule: Rule::new(r.family),
        };
        let _ = read(cx, &mut Line::new(crate::words::Words::List(&words), 0), &mut a);
        row(cx, &a, r, 1);
    }
    rule(cx, r);
}

/// One rule as a command.
#[inline(never)]
fn rule(cx: &mut Ctx<'_>, r: &Rule) {
    let out = &mut cx.page.out;
    out.str("|-A %", chain(r.chain));
    fields(out, r, &IPTABLES);
    let comment = until_nul(&r.tag);
    if !comment.is_empty() {
        let plain = comment.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
        out.str(if plain { "| -m comment --comment %" } else { "| -m comment --comment \"%\"" }, comment);
    }
    if r.target != target::NONE {
        out.str("| -j %", target_of(r).as_bytes());
    }
    let mut text = Text::new();
    destination(r, true, &mut text);
    if !text.is_empty() {
        let to = match r.target {
            target::DNAT => "| --to-destination %",
            target::SNAT => "| --to-source %",
            _ => "| --to-ports %",
        };
        out.str(to, &text);
    }
    out.text("\n");
}

/// The two lines above the rules of a chain. Nobody counts for its policy, neither here nor in iptables.
#[inline(never)]
fn head(cx: &mut Ctx<'_>, a: &Asked<'_>, n: u8) {
    let verbose = a.opts.has(b'v');
    let out = &mut cx.page.out;
    out.str("|Chain % (policy ACCEPT", chain(n));
    out.text(if verbose { " 0 packets, 0 bytes)\n" } else { ")\n" });
    if a.opts.has(LINE_NUMBERS) {
        out.text("num  ");
    }
    out.text(if verbose { " pkts bytes " } else { "" });
    out.text("target     prot opt ");
    out.text(if verbose { "in     out     " } else { "" });
    out.text("source               destination         \n");
}

/// The columns of a listing behind the target's.
static COLUMNS: [usize; 5] = [field::PROTO, field::IN, field::OUT, field::SRC, field::DST];

/// One rule in columns.
#[inline(never)]
fn row(cx: &mut Ctx<'_>, a: &Asked<'_>, r: &Rule, n: u32) {
    let (verbose, numeric) = (a.opts.has(b'v'), a.opts.has(b'n'));
    let v6 = r.family == af::AF_INET6;
    let out = &mut cx.page.out;
    let mut text = Text::new();
    if a.opts.has(LINE_NUMBERS) {
        out.column(num::dec(n.into()).as_bytes(), 4);
    }
    if verbose {
        for count in [r.packets, r.bytes] {
            counter(count, &mut text);
            out.spaces(5_usize.saturating_sub(text.len()));
            out.bytes(&text);
            out.text(" ");
        }
    }
    out.column(target_of(r).as_bytes(), 9);
    for n in &COLUMNS {
        let name = matches!(*n, field::IN | field::OUT);
        if name && !verbose {
            continue;
        }
        let op = r.field(*n).op;
        // The mark of a name stands in its column, the others' in front.
        text.clear();
        say(
            &mut text,
            if op == 2 {
                b"!"
            } else if name {
                b""
            } else {
                b" "
            },
        );
        let (width, all) = match *n {
            field::PROTO => (5, "all"),
            _ if name => (6, if numeric { "*" } else { "any" }),
            _ if !numeric => (20, "anywhere"),
            _ => (20, if v6 { "::/0" } else { "0.0.0.0/0" }),
        };
        if op == 0 {
            say(&mut text, all.as_bytes());
        } else {
            value(r, *n, &IPTABLES, false, &mut text);
        }
        out.column(&text, width);
        if *n == field::PROTO {
            out.text(if verbose { "--  " } else { "-- " });
        }
    }
    let mut first = true;
    for n in [field::SPORT, field::DPORT] {
        let f = r.field(n);
        if f.op == 0 {
            continue;
        }
        text.clear();
        if core::mem::take(&mut first) {
            say(&mut text, b" ");
            value(r, field::PROTO, &IPTABLES, false, &mut text);
        }
        say(&mut text, if n == field::SPORT { b" spt" } else { b" dpt" });
        say(&mut text, if f.first() == f.last() { b":" } else { b"s:" });
        say(&mut text, if f.op == 2 { b"!" } else { b"" });
        value(r, n, &IPTABLES, false, &mut text);
        out.bytes(&text);
    }
    if r.field(field::LOCAL).op != 0 {
        out.text(" ADDRTYPE match dst-type LOCAL");
    }
    let comment = until_nul(&r.tag);
    if !comment.is_empty() {
        out.str("| /* % */", comment);
    }
    destination(r, true, &mut text);
    if !text.is_empty() {
        let to = match r.target {
            target::MASQUERADE => "| masq ports: %",
            target::REDIRECT => "| redir ports %",
            _ => "| to:%",
        };
        out.str(to, &text);
    }
    out.text("\n");
}

/// A count in at most five digits: in thousands, rounded, as often as that takes.
fn counter(count: u64, text: &mut Text) {
    let (mut count, mut limit) = (count, 99_999);
    let mut unit: &[u8] = b"KMGT";
    let mut last: &[u8] = b"";
    while count > limit
        && let Some((next, rest)) = unit.split_at_checked(1)
    {
        (count, limit) = (count.saturating_add(500) / 1000, 9999);
        (last, unit) = (next, rest);
    }
    text.clear();
    say(text, num::dec(count).as_bytes());
    say(text, last);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_without_a_letter_are_lines_of_the_page() {
        for (id, name) in [
            (SPORT, "sport"),
            (SPORT + 1, "source-port"),
            (DPORT, "dport"),
            (DPORT + 1, "destination-port"),
            (TO_DESTINATION, "to-destination"),
            (TO_SOURCE, "to-source"),
            (TO_PORTS, "to-ports"),
            (COMMENT, "comment"),
            (DST_TYPE, "dst-type"),
            (LINE_NUMBERS, "line-numbers"),
        ] {
            assert_eq!(SPEC.id(name.as_bytes()), Some(id), "{name}");
        }
    }

    #[test]
    fn counters_are_five_digits_wide() {
        for (count, want) in
            [(0, "0"), (99_999, "99999"), (100_499, "100K"), (9_999_499, "9999K"), (9_999_500, "10M")]
        {
            let mut text = Text::new();
            counter(count, &mut text);
            assert_eq!(text.as_slice(), want.as_bytes());
        }
    }
}
