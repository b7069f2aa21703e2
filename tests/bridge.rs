//! `bridge` against the installed iproute2's, byte for byte, on the same kernel state: here, where the kernel may lack
//! VLAN filtering, and in a virtual machine that has it.
//!
//! [`wanted`] and [`REFUSED`] are the only places where we may differ.

#[rustfmt::skip] // rows of commands, many to a line
#[path = "bridge/cases.rs"]
mod cases;

use cases::{
    BAD, HOST, LINES, MODES, REFUSED, STORIES, VM, VM_FILTERED, VM_LINES, VM_MODES, VM_STORIES, WATCHED,
};
use harness::vm::{Setup, has_module};
use harness::{Ns, Output, diff, eventually, iproute2, nlbox, skip, words};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

/// The installed `bridge`, if it is there.
fn peer() -> Option<PathBuf> {
    let path = iproute2()?.path.with_file_name("bridge");
    if path.exists() { Some(path) } else { skip("iproute2's bridge is not installed") }
}

/// The two programs and what was found.
struct Bench {
    theirs: String,
    ours: String,
    cases: usize,
    found: String,
}

impl Bench {
    fn new() -> Option<Bench> {
        let (theirs, ours) = (peer()?.display().to_string(), nlbox().display().to_string());
        Some(Bench { theirs, ours, cases: 0, found: String::new() })
    }

    fn theirs<'w>(&'w self, line: &'w str) -> Vec<&'w str> {
        std::iter::once(self.theirs.as_str()).chain(words(line)).collect()
    }

    fn ours<'w>(&'w self, line: &'w str) -> Vec<&'w str> {
        [self.ours.as_str(), "bridge"].into_iter().chain(words(line)).collect()
    }

    fn compare(&mut self, line: &str, want: &Output, got: &Output) {
        self.cases += 1;
        let (want, got) = (wanted(line, want), settled(&older(got)));
        if want == got {
            return;
        }
        self.found += &format!("bridge {line}: exit code {} and {}\n", want.code, got.code);
        for (want, got) in [(&want.stdout, &got.stdout), (&want.stderr, &got.stderr)] {
            let text = diff(want, got);
            let changed = text.lines().filter(|l| !l.starts_with("      ")).take(12);
            changed.for_each(|l| self.found += &format!("{l}\n"));
        }
    }

    fn end(self) {
        eprintln!("{} command lines compared", self.cases);
        assert!(self.found.is_empty(), "(- wanted, + got)\n{}", self.found);
    }
}

/// What iproute2 printed, with our own choices put in.
fn wanted(line: &str, out: &Output) -> Output {
    let mut out = settled(out);
    // iproute2's own sentence since, and a word of its misspelt.
    out.stderr = out.stderr.replace("is a garbage.", "is garbage.").replace("ternminated", "terminated");
    // The options of a command are a usage page there, and the word is not said.
    if line.ends_with("-help") || line.ends_with("help") || line.is_empty() {
        out.stderr = String::new();
    }
    out
}

/// Without the options of ports and VLANs that iproute2 shows since 6.3 (groups), 6.4 (mab, neighbours of a VLAN), and
/// 6.9 (trees).
fn older(out: &Output) -> Output {
    let mut out = out.clone();
    // With -j a failure is told once more, as an object in a line of its own.
    let stderr = out.stderr.lines().filter(|l| !l.starts_with("{\"error\":"));
    out.stderr = stderr.map(|l| format!("{l}\n")).collect();
    for key in ["neigh_vlan_suppress", "mab", "mcast_n_groups", "mcast_max_groups", "msti"] {
        let mut text = String::new();
        let mut rest = out.stdout.as_str();
        // `key value ` in text; in JSON with the comma in front, and the indentation.
        while let Some(at) = rest.find(key) {
            let json = rest[..at].ends_with('"');
            if !json && !rest[..at].ends_with(' ') {
                text += &rest[..at + key.len()];
                rest = &rest[at + key.len()..];
                continue;
            }
            let head = if json { rest[..at].rfind(',').unwrap_or(at) } else { at };
            let tail = &rest[at + key.len()..];
            let end = if json {
                tail.find([',', '}', '\n']).unwrap_or(tail.len())
            } else {
                tail[1..].find(' ').map_or(tail.len(), |n| n + 2)
            };
            text += &rest[..head];
            rest = &tail[end..];
        }
        out.stdout = text + rest;
    }
    out
}

/// Without what time decides: ages and timers.
fn settled(out: &Output) -> Output {
    let mut text = String::new();
    let mut rest = out.stdout.as_str();
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
        let (head, tail) = rest.split_at(at);
        let end = tail.find(|c: char| !c.is_ascii_digit()).unwrap_or(tail.len());
        let after = &tail.as_bytes()[end..];
        let hundredths = matches!(after, [b'.', a, b, rest @ ..]
            if a.is_ascii_digit() && b.is_ascii_digit() && !matches!(rest, [b'.' | b'0'..=b'9', ..]));
        let age =
            ["used ", "used\":", "updated\":", "used\": ", "updated\": "].iter().any(|k| head.ends_with(k))
                || (head == "/" && text.ends_with("used T"));
        if hundredths && head.ends_with([' ', '"', '/']) {
            text += head.trim_end_matches(' ');
            text += " T";
            rest = &tail[end + 3..];
        } else {
            text += head;
            text += if age { "T" } else { &tail[..end] };
            rest = &tail[end..];
        }
    }
    Output { stdout: text + rest, stderr: out.stderr.clone(), code: out.code }
}

/// A namespace in the given state: lines of shell.
fn state(text: &str) -> Option<Ns> {
    let ns = Ns::new()?;
    ns.sh(&format!("set -e\n{text}"));
    Some(ns)
}

#[test]
fn listings() {
    let (Some(mut b), Some(ns)) = (Bench::new(), state(HOST)) else { return };
    for line in LINES {
        for mode in MODES {
            let line = format!("{mode} {line}");
            let (want, got) = (ns.run(&b.theirs(&line)), ns.run(&b.ours(&line)));
            b.compare(line.trim(), &want, &got);
        }
    }
    b.end();
}

#[test]
fn bad_lines() {
    let (Some(mut b), Some(ns)) = (Bench::new(), state(HOST)) else { return };
    for line in BAD {
        let (want, got) = (ns.run(&b.theirs(line)), ns.run(&b.ours(line)));
        assert_ne!(want.code, 0, "{line} is not bad");
        b.compare(line, &want, &got);
    }
    b.end();
}

/// Words that iproute2 passes over, or answers with its usage alone: refused, and named.
#[test]
fn words_that_are_not_acted_on_are_refused() {
    let (Some(b), Some(ns)) = (Bench::new(), state(HOST)) else { return };
    for (line, word) in REFUSED {
        let got = ns.run(&b.ours(line));
        assert!(got.code != 0 && got.stdout.is_empty() && got.stderr.contains(word), "{line}: {got:?}");
    }
}

/// What a state looks like to iproute2.
const LOOKS: &[&str] =
    &["-d link", "-d fdb", "-d mdb", "-j -d vlan", "-j vlan global", "-j vlan tunnelshow", "-j vni"];

#[test]
fn mutations() {
    let Some(mut b) = Bench::new() else { return };
    for story in STORIES {
        let (Some(left), Some(right)) = (state(HOST), state(HOST)) else { return };
        for line in story.split(';').map(str::trim) {
            let (want, got) = (left.run(&b.theirs(line)), right.run(&b.ours(line)));
            b.compare(line, &want, &got);
        }
        for look in LOOKS {
            let (want, got) = (left.run(&b.theirs(look)), right.run(&b.theirs(look)));
            b.compare(&format!("{look}   (after {story})"), &want, &got);
        }
    }
    b.end();
}

/// Without the times of events.
fn timeless(mut out: Output) -> Output {
    let line = |line: &str| match line.strip_prefix("Timestamp: ") {
        Some(rest) if rest.ends_with(" usec") => String::from("Timestamp: T usec\n"),
        _ => format!("{line}\n"),
    };
    out.stdout = out.stdout.lines().map(line).collect();
    out
}

/// What both print of the same events; and of ours in JSON, that each line is an object.
#[test]
fn monitor() {
    let (Some(mut b), Some(ns)) = (Bench::new(), state(HOST)) else { return };
    let lines = [
        "monitor",
        "monitor all",
        "monitor link",
        "monitor fdb",
        "-d -s monitor mdb link",
        "monitor mdb link",
        "-t monitor link fdb",
        "-t monitor all",
    ];
    let mut watching = Vec::new();
    let watch = |argv: Vec<&str>| {
        let (program, args) = argv.split_first().unwrap();
        ns.command(program).args(args).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
    };
    for line in lines {
        watching.push((line, watch(b.theirs(line)), watch(b.ours(line))));
    }
    let json = watch(b.ours("-j monitor all"));
    let stamped = watch(b.ours("-j -t monitor link"));
    std::thread::sleep(Duration::from_millis(500));
    ns.sh(WATCHED);
    std::thread::sleep(Duration::from_millis(500));
    let end = |mut child: std::process::Child| {
        child.kill().unwrap();
        let out = child.wait_with_output().unwrap();
        Output { stdout: String::from_utf8(out.stdout).unwrap(), stderr: String::new(), code: 0 }
    };
    for (line, theirs, ours) in watching {
        let (want, got) = (timeless(end(theirs)), timeless(end(ours)));
        assert!(!want.stdout.is_empty(), "nothing to see: {line}");
        assert_eq!(line.starts_with("-t"), got.stdout.starts_with("Timestamp: T usec\n"), "{line}");
        b.compare(line, &want, &got);
    }
    // In JSON the time is an object of its own in front of its event.
    let said = end(stamped).stdout;
    for pair in said.lines().collect::<Vec<_>>().chunks(2) {
        assert!(pair[0].starts_with("{\"timestamp\":\"20") && pair[1].starts_with('{'), "{said}");
    }
    assert!(said.lines().count() > 1, "{said}");
    let said = end(json).stdout;
    assert!(said.contains("\"deleted\":true") && said.contains("\"grp\":\"239.1.1.77\""), "{said}");
    for line in said.lines() {
        let depth = |c| line.matches(c).count();
        assert!(line.starts_with('{') && line.ends_with('}') && depth('{') == depth('}'), "{line}");
    }
    b.end();
}

/// Events that rtmon(8) has written down.
#[test]
fn monitor_of_a_file() {
    let (Some(mut b), Some(ns)) = (Bench::new(), state(HOST)) else { return };
    let rtmon = PathBuf::from(&b.theirs).with_file_name("rtmon");
    if !rtmon.exists() {
        return skip("rtmon is not installed").unwrap_or(());
    }
    let mut recorder =
        ns.command(rtmon.to_str().unwrap()).args(["file", "/run/events", "all"]).spawn().unwrap();
    let told = |line: &str| ns.run(&b.theirs(line)).stdout;
    // The links that are there come first: once they are in the file it listens, for it subscribes before it asks. What
    // is done last may be done again.
    eventually("the links are written down", || told("monitor file /run/events").contains("v5@v4"));
    ns.sh(WATCHED);
    let last = "02:cc:00:00:00:99 dev v0";
    eventually("the last event is written down", || {
        ns.sh("bridge fdb replace 02:cc:00:00:00:99 dev v0 master static");
        told("monitor file /run/events").contains(last)
    });
    recorder.kill().unwrap();
    recorder.wait().unwrap();
    for line in [
        "monitor file /run/events",
        "monitor f /run/events",
        "monitor file /run/events all",
        "monitor all file /run/events",
        "monitor file /run/events vlan",
        "-d -s monitor file /run/events",
        "-t monitor file /run/events",
    ] {
        let (want, got) = (timeless(ns.run(&b.theirs(line))), timeless(ns.run(&b.ours(line))));
        assert!(want.stdout.contains(" us\n") && want.stdout.contains("239.1.1.77"), "{line}: {want:?}");
        b.compare(line, &want, &got);
    }
    let said = ns.run(&b.ours("-j monitor file /run/events")).stdout;
    assert!(said.starts_with("{\"timestamp\":\"20") && said.contains("\"grp\":\"239.1.1.77\""), "{said}");
    for line in said.lines() {
        assert!(line.starts_with('{') && line.ends_with('}'), "{line}");
    }
    b.end();
}

/// VLANs, tunnels, VNIs and trees, with a kernel that has them. A batch is one command to the slow machine.
#[test]
fn vlans() {
    let (Some(mut b), Some(path)) = (Bench::new(), peer()) else { return };
    if !["bridge", "veth", "vxlan"].iter().all(|m| has_module(m)) {
        return skip("the virtual machine's kernel has no bridge, veth and vxlan").unwrap_or(());
    }
    let setup = Setup::new().modules(&["bridge", "veth", "vxlan"]).iproute2();
    let setup = setup.file("/bin/bridge", path).file("/bin/nlbox", nlbox());
    let Some(mut vm) = setup.boot() else { return };
    let batch = |vm: &mut harness::vm::Vm, argv: &str, lines: &str| {
        let argv: Vec<&str> = argv.split_whitespace().chain(["-force", "-batch", "-"]).collect();
        vm.feed(&argv, lines)
    };
    let set_up = |vm: &mut harness::vm::Vm| {
        for (program, lines) in VM {
            let out = batch(vm, program, lines);
            assert_eq!((out.code, out.stderr.as_str()), (0, ""), "{program}: {lines}");
        }
    };
    set_up(&mut vm);
    for mode in VM_MODES {
        let (want, got) = (
            batch(&mut vm, &format!("bridge {mode}"), VM_LINES),
            batch(&mut vm, &format!("nlbox bridge {mode}"), VM_LINES),
        );
        b.compare(&format!("{mode} (the lines for the virtual machine)"), &want, &got);
    }
    for line in VM_FILTERED {
        let (want, got) = (vm.run(&format!("bridge {line}")), vm.run(&format!("nlbox bridge {line}")));
        b.compare(line, &want, &got);
    }
    // Each tool from the same beginning; then the same looks.
    let mut after = Vec::new();
    for program in ["bridge", "nlbox bridge"] {
        batch(&mut vm, "ip", "link del br0\nlink del v0\nlink del v2\nlink del vxe\n");
        set_up(&mut vm);
        let said = batch(&mut vm, program, VM_STORIES);
        let looks = batch(&mut vm, "bridge -d", "vlan\nfdb\nmdb\nvlan global\nvlan tunnelshow\nvni\nlink\n");
        after.push((said, looks));
    }
    let (want, got) = (&after[0], &after[1]);
    b.compare("(the stories of the virtual machine)", &want.0, &got.0);
    b.compare("-d (after the stories of the virtual machine)", &want.1, &got.1);
    vm.off();
    b.end();
}
