//! The oracle: nlbox against the installed iproute2, byte for byte, on the same kernel state.
//!
//! `cases.rs` holds the command lines, `differences.rs` the only places where we may differ. Each test gathers every
//! difference it meets and reports them together. `ORACLE_FULL=1` shows long ones whole.
//!
//! `NLBOX_BIN` may name a script that drops a first word `ip` and runs iproute2: then all must be equal and
//! `differences.rs` is not consulted. That proves the harness.

#[rustfmt::skip] // rows of commands, many to a line
#[path = "oracle/cases.rs"]
mod cases;
#[rustfmt::skip]
#[path = "oracle/kinds.rs"]
mod kinds;
#[path = "oracle/differences.rs"]
mod differences;
#[rustfmt::skip] // as in `cases`
#[path = "oracle/nexthop.rs"]
mod nexthop;
#[rustfmt::skip]
#[path = "oracle/rule.rs"]
mod rule;
#[rustfmt::skip]
#[path = "oracle/objects.rs"]
mod objects;

#[path = "oracle/abbreviations.rs"]
mod abbreviations;
#[path = "requests.rs"]
mod requests;

use differences::{DIFFERENCES, Difference, What};
use harness::{Iproute2, Ns, Output, diff, iproute2, nlbox, words};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Between two looks at a state that may still move.
const PAUSE: std::time::Duration = std::time::Duration::from_millis(30);

/// All states, of whatever file.
fn states() -> impl Iterator<Item = &'static (&'static str, &'static str)> {
    cases::STATES
        .iter()
        .chain(nexthop::STATES)
        .chain(rule::STATES)
        .chain(objects::STATES)
        .chain(kinds::STATES)
        .chain(abbreviations::STATES)
}

/// All differences, of whatever file.
fn all_differences() -> impl Iterator<Item = &'static Difference> {
    DIFFERENCES.iter().chain(nexthop::DIFFERENCES).chain(rule::DIFFERENCES).chain(abbreviations::DIFFERENCES)
}

/// Every table of stories, with the state that each begins in.
fn every_story() -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
    let tables = [
        cases::LINK_MUTATIONS,
        cases::ADDR_MUTATIONS,
        cases::ROUTE_MUTATIONS,
        cases::NEIGH_MUTATIONS,
        cases::NETNS_MUTATIONS,
        cases::KEYWORDS,
        kinds::MUTATIONS,
        nexthop::MUTATIONS,
        rule::MUTATIONS,
        objects::MUTATIONS,
    ];
    tables.into_iter().flatten().copied()
}

/// Every table of listings.
fn every_listing() -> impl Iterator<Item = &'static cases::Listings> {
    let tables = [
        cases::LINK_LISTINGS,
        cases::ADDR_LISTINGS,
        cases::ROUTE_LISTINGS,
        cases::NEIGH_LISTINGS,
        cases::NETNS_LISTINGS,
        cases::GLOBAL_LISTINGS,
        cases::KEYWORD_LISTINGS,
        kinds::LISTINGS,
        nexthop::LISTINGS,
        rule::LISTINGS,
        objects::LISTINGS,
    ];
    tables.into_iter().flatten()
}

/// Every table of command lines that fail, with the state that each meets.
fn every_error() -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
    let tables = [
        cases::LINK_ERRORS,
        cases::ADDR_ERRORS,
        cases::ROUTE_ERRORS,
        cases::NEIGH_ERRORS,
        cases::NETNS_ERRORS,
        cases::GLOBAL_ERRORS,
        kinds::ERRORS,
        nexthop::ERRORS,
        rule::ERRORS,
        objects::ERRORS,
    ];
    tables.into_iter().flatten().copied()
}

/// The two programs, and what was found so far.
struct Oracle {
    theirs: &'static Iproute2,
    ours: PathBuf,
    /// nlbox is iproute2 itself: nothing may differ.
    itself: bool,
    cases: usize,
    found: Vec<(String, String)>,
}

impl Oracle {
    fn new() -> Option<Oracle> {
        Oracle::over(nlbox())
    }

    fn over(ours: PathBuf) -> Option<Oracle> {
        let mut oracle = Oracle { theirs: iproute2()?, ours, itself: false, cases: 0, found: Vec::new() };
        oracle.itself = oracle.ours(&Ns::new()?, "-V").stdout == oracle.theirs.banner;
        Some(oracle)
    }

    /// A fixture with the kernel put in the named state by iproute2.
    fn state(&self, name: &str) -> Ns {
        let (_, text) = states().find(|(n, _)| *n == name).unwrap_or_else(|| panic!("no state {name}"));
        let ns = Ns::new().expect("a namespace: the first one worked");
        let mut batch: (&str, String) = ("", String::new());
        let flush = |batch: &mut (&str, String)| {
            let (options, lines) = std::mem::take(batch);
            let mut argv = vec![self.theirs.path.to_str().unwrap()];
            argv.extend(words(options));
            let out = ns.feed(&[argv, vec!["-batch", "-"]].concat(), &lines);
            assert_eq!(out.code, 0, "state {name}: {}\n{lines}", out.stderr);
        };
        for line in text.lines().map(str::trim).filter(|l| !l.is_empty()) {
            // The options of a line apply to its batch.
            let at = if line.starts_with("-n ") {
                line.match_indices(' ').nth(1)
            } else {
                line.match_indices(' ').next()
            };
            let (options, rest) =
                if line.starts_with('-') { line.split_at(at.unwrap().0) } else { ("", line) };
            let rest = rest.trim();
            let shell = rest.strip_prefix("! ");
            if !batch.1.is_empty() && (shell.is_some() || options != batch.0) {
                flush(&mut batch);
            }
            match shell {
                Some(shell) => drop(ns.sh(shell)),
                None => batch = (options, format!("{}{rest}\n", batch.1)),
            }
        }
        if !batch.1.is_empty() {
            flush(&mut batch);
        }
        ns
    }

    /// Runs a line of theirs: of `bridge` where that is its first word, of `ip` otherwise.
    fn theirs(&self, ns: &Ns, line: &str) -> Output {
        let (program, line) = program(line);
        let path = self.theirs.path.with_file_name(program);
        let argv: Vec<_> = std::iter::once(path.to_str().unwrap()).chain(words(line)).collect();
        ns.run(&argv)
    }

    /// The same of ours.
    fn ours(&self, ns: &Ns, line: &str) -> Output {
        let (program, line) = program(line);
        let argv: Vec<_> = [self.ours.to_str().unwrap(), program].into_iter().chain(words(line)).collect();
        ns.run(&argv)
    }

    /// The differences that may apply to a line.
    fn listed(&self, line: &str) -> impl Iterator<Item = &'static Difference> {
        let (itself, version) = (self.itself, self.theirs.version);
        let line = line.to_string();
        all_differences()
            .filter(move |d| !itself && version < d.since && d.on.split('|').any(|p| glob(p, &line)))
    }

    /// `want` and `got` differ, and nothing in the list says they may: the text to report.
    fn verdict(&self, line: &str, want: &Output, got: &Output) -> Option<String> {
        let (mut want, mut got) = (want.clone(), got.clone());
        // What is not compared at all comes last: the others change only what is wanted.
        let (free, others): (Vec<_>, Vec<_>) = self.listed(line).partition(|d| matches!(d.what, What::Free));
        for d in others.into_iter().chain(free) {
            d.apply(&mut want, &mut got);
        }
        want.stdout = without_timers(&want.stdout);
        got.stdout = without_timers(&got.stdout);
        (want != got).then(|| {
            let mut text = String::new();
            if want.code != got.code {
                text += &format!("    exit code: want {}, got {}\n", want.code, got.code);
            }
            for (name, want, got) in
                [("stdout", &want.stdout, &got.stdout), ("stderr", &want.stderr, &got.stderr)]
            {
                if want != got {
                    text += &format!("    {name}:\n{}", shorten(&diff(want, got)));
                }
            }
            text
        })
    }

    fn report(&mut self, state: &str, line: &str, text: String) {
        let (program, line) = program(line);
        self.found.push((text, format!("[{state}] {program} {line}")));
    }

    /// The same listing by both; counters and lifetimes move, so a difference must be seen three times.
    fn listing(&mut self, ns: &Ns, state: &str, line: &str) {
        self.cases += 1;
        let mut text = None;
        for pause in [PAUSE, PAUSE, std::time::Duration::ZERO] {
            text = self.verdict(line, &self.theirs(ns, line), &self.ours(ns, line));
            if text.is_none() {
                return;
            }
            std::thread::sleep(pause);
        }
        text.into_iter().for_each(|text| self.report(state, line, text));
    }

    fn listings(&mut self, tables: &[cases::Listings]) {
        for table in tables {
            for state in table.states.split(' ') {
                let ns = self.state(state);
                for line in table.lines {
                    for mode in table.modes {
                        self.listing(&ns, state, format!("{mode} {line}").trim());
                    }
                }
            }
        }
    }

    /// Commands that fail: the same words, code and untouched state. One that works is compared in twins.
    fn errors(&mut self, tables: &[(&str, &[&str])]) {
        for (state, lines) in tables {
            let mut fixture = None;
            for line in *lines {
                let (ns, before) = fixture.get_or_insert_with(|| self.settled(state));
                let want = self.theirs(ns, line);
                if want.code == 0 || self.snapshot(ns, line) != *before {
                    self.twins(&[(state, &[line])]);
                    fixture = None;
                    continue;
                }
                self.cases += 1;
                let mut text = self.verdict(line, &want, &self.ours(ns, line)).unwrap_or_default();
                let mut after = self.snapshot(ns, line);
                let mut moved = after != *before;
                // A carrier may come a second after the state seemed to rest: then it is looked at anew.
                for _ in 0..2 {
                    if moved {
                        let (ns, before) = fixture.insert(self.settled(state));
                        self.ours(ns, line);
                        after = self.snapshot(ns, line);
                        moved = after != *before;
                    }
                }
                let (_, before) = fixture.get_or_insert_with(|| self.settled(state));
                if moved {
                    text += &format!("    the state changed:\n{}", shorten(&diff(before, &after)));
                    fixture = None;
                }
                if !text.is_empty() {
                    self.report(state, line, text);
                }
            }
        }
    }

    /// A state that no longer moves: carriers and link-local addresses come a moment after their cause.
    fn settled(&self, state: &str) -> (Ns, String) {
        let ns = self.state(state);
        let mut last = (String::new(), 0);
        for _ in 0..100 {
            let now = self.snapshot(&ns, "");
            last = if now == last.0 { (now, last.1 + 1) } else { (now, 0) };
            if last.1 == 10 {
                break;
            }
            std::thread::sleep(PAUSE);
        }
        (ns, last.0)
    }

    /// The same commands in twin namespaces, by each program; then the twins must look alike. On a busy machine the kernel's
    /// own addresses and timers may come between: a difference must be seen on three pairs of twins.
    fn twins(&mut self, tables: &[(&str, &[&str])]) {
        for (state, stories) in tables {
            for story in *stories {
                self.cases += story.split(';').count();
                let mut found = Vec::new();
                for _ in 0..3 {
                    found = self.story(state, story);
                    if found.is_empty() {
                        break;
                    }
                }
                found.into_iter().for_each(|(line, text)| self.report(state, &line, text));
            }
        }
    }

    /// One pair of twins: the lines that differ, and how.
    fn story(&mut self, state: &str, story: &str) -> Vec<(String, String)> {
        let mut found = Vec::new();
        let (left, right) = (self.state(state), self.state(state));
        for line in story.split(';').map(str::trim) {
            // Each twin has its own process to be named by number.
            let [l, r] = [&left, &right].map(|ns| line.replace("$PID", &ns.pid().to_string()));
            let (mut want, mut got) = (self.theirs(&left, &l), self.ours(&right, &r));
            for out in [&mut want, &mut got] {
                out.stdout = normal(&out.stdout, story);
            }
            if let Some(text) = self.verdict(line, &want, &got) {
                found.push((format!("{line}   (in: {story})"), text));
            }
        }
        let mut last = None;
        for _ in 0..40 {
            let (want, got) = (self.snapshot(&left, story), self.snapshot(&right, story));
            last = (want != got).then(|| format!("    the state after:\n{}", shorten(&diff(&want, &got))));
            if last.is_none() {
                break;
            }
            std::thread::sleep(PAUSE);
        }
        found.extend(last.map(|text| (story.to_string(), text)));
        found
    }

    /// All that a fixture holds, as iproute2 sees it, without what chance and time decide: see [`normal`].
    fn snapshot(&self, ns: &Ns, story: &str) -> String {
        let ip = self.theirs.path.to_str().unwrap();
        let list = ns.run(&[ip, "netns", "list"]).stdout;
        let mut text = format!("netns {list}");
        for netns in std::iter::once("").chain(list.lines().filter_map(|l| l.split(' ').next())) {
            let head = if netns.is_empty() { vec![ip] } else { vec![ip, "-n", netns] };
            let json = [head.clone(), vec!["-d", "-j", "-batch", "-"]].concat();
            let json = ns
                .feed(&json, "addr show\nroute show table all\nnetns list-id\nrule show\nnexthop show\n")
                .stdout
                .replace("},{", "},\n{");
            let flat = [head, vec!["-d", "-o", "-batch", "-"]].concat();
            let flat = ns.feed(&flat, "link show\nneigh show nud all\nneigh show proxy\n").stdout;
            // Neighbours come in the order of a hash, IPv6 routes in that of the links' carriers.
            let lines = json.lines().map(|l| l.trim_matches(['[', ']', ','])).chain(flat.lines());
            // Multicast neighbours come and go with reports of group membership.
            let lines = lines.filter(|l| !l.starts_with("ff02::") && !l.starts_with("224.0.0."));
            // A proxy entry without a device outlives its namespace and shows in later ones (Linux 6.18): not ours.
            let lines = lines.filter(|l| !l.ends_with(" proxy ") || l.contains(" dev "));
            let (mut loose, fixed): (Vec<_>, Vec<_>) = lines
                .map(|l| without_ids(&without_timers(l)))
                .partition(|l| l.contains("\"pref\"") || !l.starts_with('{'));
            loose.sort_unstable();
            text += &format!("in '{netns}':\n{}\n{}\n", fixed.join("\n"), loose.join("\n"));
        }
        normal(&text, story)
    }

    /// Panics with all that was found: the work list.
    fn end(self) {
        let (cases, found) = (self.cases, self.found.len());
        eprintln!("{cases} command lines compared, {found} differ");
        let mut alike: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        self.found.iter().for_each(|(text, line)| alike.entry(text).or_default().push(line));
        let mut groups: Vec<_> = alike.into_iter().collect();
        groups.sort_by_key(|(_, lines)| usize::MAX - lines.len());
        let mut page = String::new();
        for (text, lines) in groups {
            page += &format!("{}\n{text}\n", lines.join("\n"));
        }
        assert!(
            found == 0,
            "{found} of {cases} command lines differ from iproute2 (- wanted, + got):\n\n{page}"
        );
    }
}

impl Difference {
    /// Makes the two outputs equal where this difference is the only one.
    fn apply(&self, want: &mut Output, got: &mut Output) {
        match self.what {
            What::Out(from, to) => want.stdout = want.stdout.replace(from, to),
            What::Change(change) => want.stdout = change(&want.stdout),
            What::Err(from, to) => want.stderr = want.stderr.replace(from, to),
            What::Usage => {
                let at = want.stderr.lines().position(|l| l.starts_with("Usage:"));
                if let (Some(at), true) = (at, got.stderr.lines().count() > 0) {
                    for text in [&mut want.stderr, &mut got.stderr] {
                        *text = text.lines().take(at).collect::<Vec<_>>().join("\n");
                    }
                }
            }
            What::Objects => {
                let text = got.stderr.split_inclusive('\n').filter(|l| !l.starts_with("{\"error\":"));
                got.stderr = text.collect();
            }
            What::FirstLine => {
                for text in [&mut want.stderr, &mut got.stderr] {
                    *text = text.lines().next().unwrap_or("").to_string();
                }
            }
            What::Free => *got = want.clone(),
        }
    }
}

/// The oracle where iproute2's `bridge` is installed beside its `ip`.
fn bridge_too() -> Option<Oracle> {
    let oracle = Oracle::new()?;
    if !oracle.theirs.path.with_file_name("bridge").exists() {
        return harness::skip("iproute2's bridge is not installed");
    }
    // Then there is no bridge of ours to compare.
    if oracle.itself { None } else { Some(oracle) }
}

/// The program that a line is for, and its words.
fn program(line: &str) -> (&str, &str) {
    line.strip_prefix("bridge ").map_or(("ip", line), |rest| ("bridge", rest))
}

/// `*` stands for any text.
fn glob(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((head, tail)) => text.strip_prefix(head).is_some_and(|rest| {
            (0..=rest.len()).filter(|n| rest.is_char_boundary(*n)).any(|n| glob(tail, &rest[n..]))
        }),
    }
}

/// Twenty lines of a difference are enough to see it: the changed ones first.
fn shorten(text: &str) -> String {
    let changed: Vec<_> = text.lines().filter(|l| !l.starts_with("      ")).collect();
    if std::env::var_os("ORACLE_FULL").is_some() {
        return text.to_string();
    }
    let mut short: String = changed.iter().take(20).map(|l| format!("{l}\n")).collect();
    if changed.len() > 20 {
        short += &format!("      … {} more lines\n", changed.len() - 20);
    }
    short
}

/// `text` with what `change` makes of the words behind each `mark`: it gives how many bytes it takes, and their stand-in.
fn replace_behind(text: &str, mark: &str, change: impl Fn(&str) -> (usize, String)) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(mark) {
        let (head, tail) = rest.split_at(at + mark.len());
        let (taken, stand_in) = change(tail);
        out += head;
        out += &stand_in;
        rest = &tail[taken..];
    }
    out + rest
}

/// The length of the longest head of `text` made of such characters.
fn run(text: &str, is: impl Fn(char) -> bool) -> usize {
    text.find(|c| !is(c)).unwrap_or(text.len())
}

/// A bridge's running timers stopped, what it learned forgotten: the columns stay, the values go.
fn without_timers(text: &str) -> String {
    let digits = |tail: &str| run(tail, |c| "\": ".contains(c) || c.is_ascii_digit());
    let text = replace_behind(text, "fdb_n_learned", |tail| (digits(tail), "N".into()));
    replace_behind(&text, "_timer", |tail| {
        let key = run(tail, |c| "\": ".contains(c) && !tail.starts_with(' '));
        let value = run(&tail[key..], |c| c == ' ' || c == '.' || c.is_ascii_digit());
        let blank = tail[key..key + value].trim_end().len();
        (key + blank, format!("{}{}", &tail[..key], if key > 0 { "N".into() } else { "N".repeat(blank) }))
    })
}

/// Automatic link-local addresses and bridge ids made alike: they follow from the MAC.
fn without_ids(line: &str) -> String {
    let is = |c: char| c == ':' || c.is_ascii_hexdigit();
    let line = replace_behind(line, "fe80::", |tail| {
        let end = run(tail, is);
        let address = &tail[..end];
        (end, if address.contains("ff:fe") { "EUI64" } else { address }.to_string())
    });
    replace_behind(&line, "8000.", |tail| (run(tail, is), "ID".into()))
}

/// A snapshot without what chance and time decide: addresses not named in the story are numbered by appearance,
/// lifetimes rounded up to tens of seconds.
fn normal(text: &str, story: &str) -> String {
    let mut seen: Vec<String> = Vec::new();
    let mut out = String::new();
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let mac = text.get(at..at + 17).filter(|m| {
            m.bytes().enumerate().all(|(n, b)| if n % 3 == 2 { b == b':' } else { b.is_ascii_hexdigit() })
        });
        // Those of states begin with 02:00:00:00:00.
        let free = mac.filter(|m| {
            let given = story.contains(m) || m.starts_with("02:00:00:00:00");
            !given && *m != "00:00:00:00:00:00" && *m != "ff:ff:ff:ff:ff:ff"
        });
        if let Some(mac) = free {
            let n = seen.iter().position(|s| s == mac).unwrap_or_else(|| {
                seen.push(mac.to_string());
                seen.len() - 1
            });
            out += &format!("MAC{n}");
            at += 17;
        } else {
            let next = text[at..].chars().next().unwrap();
            out.push(next);
            at += next.len_utf8();
        }
    }
    replace_behind(&out, "_life_time\":", |tail| {
        let end = run(tail, |c| c.is_ascii_digit());
        let value: u64 = tail[..end].parse().unwrap_or(0);
        (end, if value == u64::from(u32::MAX) { value } else { value.div_ceil(10) * 10 }.to_string())
    })
}

/// A test of one table: skipped aloud where there is nothing to compare with.
macro_rules! oracle {
    ($($name:ident: $how:ident $table:expr;)+) => {$(
        #[test]
        fn $name() {
            if let Some(mut oracle) = Oracle::new() {
                oracle.$how($table);
                oracle.end();
            }
        }
    )+};
}

oracle! {
    link_listings: listings cases::LINK_LISTINGS;
    link_mutations: twins cases::LINK_MUTATIONS;
    link_errors: errors cases::LINK_ERRORS;
    addr_listings: listings cases::ADDR_LISTINGS;
    addr_mutations: twins cases::ADDR_MUTATIONS;
    addr_errors: errors cases::ADDR_ERRORS;
    route_listings: listings cases::ROUTE_LISTINGS;
    route_mutations: twins cases::ROUTE_MUTATIONS;
    route_errors: errors cases::ROUTE_ERRORS;
    neigh_listings: listings cases::NEIGH_LISTINGS;
    neigh_mutations: twins cases::NEIGH_MUTATIONS;
    neigh_errors: errors cases::NEIGH_ERRORS;
    netns_listings: listings cases::NETNS_LISTINGS;
    netns_mutations: twins cases::NETNS_MUTATIONS;
    netns_errors: errors cases::NETNS_ERRORS;
    kind_listings: listings kinds::LISTINGS;
    kind_mutations: twins kinds::MUTATIONS;
    kind_errors: errors kinds::ERRORS;
    global_listings: listings cases::GLOBAL_LISTINGS;
    global_errors: errors cases::GLOBAL_ERRORS;
    nexthop_listings: listings nexthop::LISTINGS;
    nexthop_mutations: twins nexthop::MUTATIONS;
    nexthop_errors: errors nexthop::ERRORS;
    rule_listings: listings rule::LISTINGS;
    rule_mutations: twins rule::MUTATIONS;
    rule_errors: errors rule::ERRORS;
    keyword_abbreviations: twins cases::KEYWORDS;
    keyword_listings: listings cases::KEYWORD_LISTINGS;
}

/// Every prefix of every object: the answer to a verb that does not exist names the object that was chosen.
#[test]
fn object_abbreviations() {
    let Some(mut oracle) = Oracle::new() else { return };
    let ns = oracle.state("fresh");
    for word in cases::OBJECTS {
        for n in 1..=word.len() {
            let line = format!("{} nosuchverb", &word[..n]);
            oracle.cases += 1;
            let (want, got) = (oracle.theirs(&ns, &line), oracle.ours(&ns, &line));
            let chosen =
                cases::OUR_OBJECTS.iter().find(|o| want.stderr.contains(&format!("\"ip {o} help\"")));
            let text = if chosen.is_some() || oracle.itself {
                oracle.verdict(&line, &want, &got)
            } else {
                // An object we do not have must be refused, never taken for another.
                let other =
                    cases::OUR_OBJECTS.iter().any(|o| got.stderr.contains(&format!("\"ip {o} help\"")));
                (other || got.code == 0 || !got.stdout.is_empty() || got.stderr.is_empty())
                    .then(|| format!("    want a refusal, got {got:?}\n"))
            };
            text.into_iter().for_each(|text| oracle.report("fresh", &line, text));
        }
    }
    oracle.end();
}

/// Every prefix of every verb we have, told apart by what the bare verb says.
#[test]
fn verb_abbreviations() {
    let Some(mut oracle) = Oracle::new() else { return };
    let ns = oracle.state("base");
    for (object, verbs) in cases::VERBS {
        for verb in *verbs {
            for n in 1..=verb.len() {
                let line = format!("{object} {}", &verb[..n]);
                if !cases::VERBS_LEFT_OUT.contains(&line.as_str()) {
                    oracle.listing(&ns, "base", &line);
                }
            }
        }
    }
    oracle.end();
}

/// No stale entries: each difference is met by its example on the installed iproute2.
#[test]
fn differences_still_occur() {
    let Some(oracle) = Oracle::new() else { return };
    if oracle.itself {
        return;
    }
    let mut stale = String::new();
    for d in all_differences().filter(|d| oracle.theirs.version < d.since) {
        let (state, line) = d.example;
        assert!(d.on.split('|').any(|p| glob(p, line)), "the example is not of its pattern: {}", d.why);
        let ns = oracle.state(state);
        let (want, got) = (oracle.theirs(&ns, line), oracle.ours(&ns, line));
        let occurs = match d.what {
            What::Out(from, _) => want.stdout.contains(from),
            What::Change(change) => change(&want.stdout) != want.stdout,
            What::Err(from, _) => want.stderr.contains(from),
            What::Usage | What::FirstLine | What::Objects => want.stderr != got.stderr,
            What::Free => want != got,
        };
        if !occurs {
            stale += &format!("{}: ip {line}\n", d.why);
        }
    }
    assert!(stale.is_empty(), "differences that no longer occur:\n{stale}");
}

/// The oracle sees what it must: another letter, stream, code or state.
#[test]
fn alterations_are_caught() {
    use std::os::unix::fs::PermissionsExt;
    let Some(theirs) = iproute2() else { return };
    let dir = harness::scratch("oracle");
    std::fs::create_dir_all(&dir).unwrap();
    let ip = theirs.path.display();
    let wrappers: [(&str, String, bool); 6] = [
        ("same", format!("exec {ip} \"$@\""), false),
        ("letter", format!("{ip} \"$@\" | sed 's/mtu/mtU/'"), true),
        ("stderr", format!("{ip} \"$@\"; r=$?; echo >&2; exit $r"), true),
        ("code", format!("{ip} \"$@\"; r=$?; exit $((r ^ 4))"), true),
        ("silent", "exit 0".into(), true),
        ("state", format!("{ip} \"$@\"; r=$?; {ip} link set lo mtu 1234; exit $r"), true),
    ];
    for (name, body, caught) in wrappers {
        let path = dir.join(name);
        std::fs::write(&path, format!("#!/bin/sh\nshift\n{body}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        let Some(mut oracle) = Oracle::over(path) else { return };
        oracle.itself = true;
        match name {
            "state" => oracle.errors(&[("fresh", &["link set nope up"])]),
            _ => oracle.listings(&[cases::Listings { states: "fresh", modes: &[""], lines: &["link"] }]),
        }
        assert_eq!(!oracle.found.is_empty(), caught, "{name}: {:?}", oracle.found);
        oracle.found.clear();
        oracle.twins(&[("fresh", &["link set lo up"])]);
        assert_eq!(!oracle.found.is_empty(), caught && name != "letter", "{name}, twins: {:?}", oracle.found);
    }
    std::fs::remove_dir_all(&dir).unwrap();
}
