//! The oracle for what this machine's kernel may lack: nlbox against the installed iproute2, on Debian's kernel in one
//! virtual machine that is booted once.
//!
//! For every state of `oracle/vm_cases.rs`: its commands are given to each tool, in a namespace of its own. What they
//! print, their exit codes and the listings of both namespaces must be equal; then both tools list the same one.

#[rustfmt::skip] // rows of commands, many to a line
#[path = "oracle/vm_cases.rs"]
mod vm_cases;

use harness::vm::{Setup, Vm};
use harness::{Output, diff, words};
use std::time::{Duration, Instant};
use vm_cases::{MODES, MODULES, STATES, State};

/// iproute2, and where it acts.
const THEIRS: (&str, &str) = ("/bin/ip", "theirs");
const OURS: (&str, &str) = ("/bin/nlbox ip", "ours");

/// How long a state may take to settle.
const SETTLE: Duration = Duration::from_secs(3);

struct Oracle {
    vm: Vm,
    cases: usize,
    found: String,
}

impl Oracle {
    fn run(&mut self, program: &str, namespace: &str, line: &str) -> Output {
        let argv: Vec<_> = words(program).chain(["-n", namespace]).chain(words(line)).collect();
        self.vm.exec(&argv)
    }

    /// Notes where the outputs differ, what is meant aside.
    fn compare(&mut self, place: &str, line: &str, mut want: Output, mut got: Output) {
        self.cases += 1;
        (want, got) = comparable(want, got);
        // With -o iproute2's statistics have no end of line, or several in a record: the words are compared.
        if line.starts_with("-o") && line.contains(" stats ") {
            for out in [&mut want, &mut got] {
                out.stdout.retain(|c| !matches!(c, '\n' | '\\'));
            }
        }
        if want != got {
            self.found += &format!("[{place}] ip {line}\n");
            if want.code != got.code {
                self.found += &format!("    exit code: want {}, got {}\n", want.code, got.code);
            }
            for (want, got) in [(&want.stdout, &got.stdout), (&want.stderr, &got.stderr)] {
                if want != got {
                    self.found += &changed(&diff(want, got));
                }
            }
        }
    }

    /// What a namespace holds, as iproute2 sees it.
    fn after(&mut self, state: &State, namespace: &str) -> String {
        let text = without_chance(&self.run(THEIRS.0, namespace, "-d addr show").stdout);
        match state.name {
            // What the kernel makes by an ioctl has its limits; by netlink it has none.
            "by ip tunnel" => {
                text.lines().map(|l| l.split(" minmtu ").next().unwrap_or(l).to_string() + "\n").collect()
            }
            // Of a vti that is changed iproute2 6.1 reads the device as one byte: where that is the high one, it is lost.
            "tunnels over IPv4" if std::env::var_os("NLBOX_MACHINE").is_some() => {
                text.lines().filter(|l| !l.contains("vti2") && !l.contains("vti remote 10.0.0.3")).collect()
            }
            _ => text,
        }
    }

    fn state(&mut self, state: &State) {
        for (path, value) in state.before {
            self.vm.feed(&[":write", path], value);
        }
        for (_, namespace) in [THEIRS, OURS] {
            self.vm.ok(&format!("/bin/ip netns add {namespace}"));
        }
        for line in state.lines.lines().map(str::trim).filter(|l| !l.is_empty()) {
            let want = self.run(THEIRS.0, THEIRS.1, line);
            assert!(want.code == 0 && want.stderr.is_empty(), "[{}] ip {line}: {want:?}", state.name);
            let got = self.run(OURS.0, OURS.1, line);
            self.compare(state.name, line, want, got);
        }
        self.cases += 1;
        // The kernel's linkwatch settles carriers and states up to a second later, for each namespace at its own time.
        let deadline = Instant::now() + SETTLE;
        let twins = loop {
            let twins = [THEIRS, OURS].map(|(_, namespace)| self.after(state, namespace));
            if twins[0] == twins[1] || Instant::now() > deadline {
                break twins;
            }
            std::thread::sleep(Duration::from_millis(100));
        };
        if twins[0] != twins[1] {
            self.found +=
                &format!("[{}] the state after:\n{}", state.name, changed(&diff(&twins[0], &twins[1])));
        }
        for list in state.lists {
            // Of one tunnel iproute2 prints text whatever it is asked for: ours is JSON.
            let json = !list.ends_with("gre1") && !list.ends_with("tnl2");
            for mode in MODES.iter().filter(|m| json || !m.contains("-j")) {
                let line = format!("{mode} {list}");
                // What moves between the two looks is looked at again.
                let deadline = Instant::now() + SETTLE;
                let (want, got) = loop {
                    let mut want = self.run(THEIRS.0, THEIRS.1, line.trim());
                    let got = self.run(OURS.0, THEIRS.1, line.trim());
                    // Of one tunnel over IPv6 iproute2 leaves the line without its end.
                    if !want.stdout.is_empty() && !want.stdout.ends_with('\n') {
                        want.stdout += "\n";
                    }
                    let pair = comparable(want.clone(), got.clone());
                    if pair.0 == pair.1 || Instant::now() > deadline {
                        break (want, got);
                    }
                };
                self.compare(state.name, line.trim(), want, got);
            }
        }
        for line in state.bad {
            let want = self.run(THEIRS.0, THEIRS.1, line);
            if want.code == 0 {
                self.found += &format!("[{}] ip {line}: meant to fail\n", state.name);
            }
            let got = self.run(OURS.0, THEIRS.1, line);
            self.compare(state.name, line, want, got);
        }
        for (_, namespace) in [THEIRS, OURS] {
            self.vm.ok(&format!("/bin/ip netns del {namespace}"));
        }
    }
}

/// Two outputs without what is meant to differ.
fn comparable(mut want: Output, mut got: Output) -> (Output, Output) {
    want.stdout = as_seven(&want.stdout);
    got.stdout = as_six(&got.stdout);
    for out in [&mut want, &mut got] {
        out.stdout = without_chance(&out.stdout);
        // Help is our own: what stands before it is not.
        let at = out.stderr.lines().position(|l| l.starts_with("Usage:"));
        if let Some(at) = at {
            out.stderr =
                out.stderr.lines().take(at).map(|l| format!("{l}\n")).collect::<String>() + "Usage\n";
        }
    }
    (want, got)
}

/// The lines that differ.
fn changed(text: &str) -> String {
    text.lines().filter(|l| !l.starts_with("      ")).map(|l| format!("{l}\n")).collect()
}

/// What iproute2 7 prints otherwise than an older one, and where JSON of nothing is not an empty object with us: the
/// entries of `oracle/differences.rs` say why.
fn as_seven(text: &str) -> String {
    text.replace("  allmulti ", " allmulti ").replace("{},", "").replace(",{}", "").replace("[{}]", "[]")
}

/// Fields of newer kernels that iproute2 prints since 6.8 and 6.18.
fn as_six(text: &str) -> String {
    let text = text.replace("coupled_control on ", "").replace("actor_port_prio 255 ", "");
    text.replace(",\"coupled_control\":\"on\"", "").replace(",\"actor_port_prio\":255", "")
}

/// `text` without what chance decides: random permanent addresses of IPv6 tunnels.
fn without_chance(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) =
        ["permaddr ", "\"permaddr\":\""].iter().filter_map(|m| Some(rest.find(m)? + m.len())).min()
    {
        let (head, tail) = rest.split_at(at);
        let end = tail.find(|c: char| !":.".contains(c) && !c.is_ascii_hexdigit()).unwrap_or(tail.len());
        out += head;
        out += "RANDOM";
        rest = &tail[end..];
    }
    out + rest
}

#[test]
fn kinds_and_tunnels_are_iproute2s() {
    let setup = Setup::new()
        .iproute2()
        .link("/var/run", "/run")
        .file("/bin/nlbox", harness::nlbox())
        .modules(MODULES)
        .life(300);
    let Some(mut vm) = setup.boot() else { return };
    vm.ok(":mount proc /proc");
    vm.ok(":mount sysfs /sys");
    let mut oracle = Oracle { vm, cases: 0, found: String::new() };
    let only = std::env::var("ORACLE_VM_STATE").unwrap_or_default();
    STATES.iter().filter(|s| s.name.contains(&only)).for_each(|s| oracle.state(s));
    let Oracle { vm, cases, found } = oracle;
    eprintln!("{cases} command lines compared in the machine");
    vm.off();
    assert!(found.is_empty(), "- wanted, + got:\n{found}");
}
