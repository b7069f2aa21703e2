//! Races: many processes make, change and remove the same things at once. Each says what became of its own part, nothing
//! is lost or left over, and a listing meanwhile is right or says that it may not be.
//!
//! `RACES` multiplies the rounds: 1 by default.

use harness::{Ns, Output, eventually, finish, nlbox};
use std::collections::{BTreeMap, BTreeSet};
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

fn rounds(n: usize) -> usize {
    n * std::env::var("RACES").ok().and_then(|v| v.parse().ok()).unwrap_or(1)
}

/// Runs a line of the program.
fn run(ns: &Ns, line: &str) -> Output {
    let bin = nlbox();
    let mut command = ns.command("timeout");
    command.args(["-s", "KILL", "60"]).arg(&bin);
    command.args(line.split(' ').map(|w| if w == "NLBOX" { bin.to_str().unwrap() } else { w }));
    // The machine may be busy: the fixture's own ten seconds are for single programs.
    let out = command.output().unwrap();
    let text = |b: Vec<u8>| String::from_utf8_lossy(&b).into_owned();
    Output { stdout: text(out.stdout), stderr: text(out.stderr), code: out.status.code().unwrap_or(-1) }
}

/// `threads` of them, each with its number.
fn together(threads: usize, job: &(dyn Fn(usize) + Sync)) {
    thread::scope(|scope| {
        for n in 0..threads {
            scope.spawn(move || job(n));
        }
    });
}

/// What could be left over: files and mounts of names, links, rules.
fn state(ns: &Ns) -> String {
    ns.sh("ls /run/netns 2>/dev/null; grep -c ' /run/netns' /proc/self/mountinfo; ip -o link | sed 's/:.*//;s/@.*//' | wc -l; \
           nft list ruleset | grep -c -e masquerade -e dnat; true").stdout
}

#[test]
fn one_name_goes_to_one_of_many() {
    let Some(ns) = Ns::new() else { return };
    run(&ns, "ip netns add first");
    run(&ns, "ip netns del first");
    let before = state(&ns);
    for round in 0..rounds(10) {
        let (won, lost) = (AtomicUsize::new(0), AtomicUsize::new(0));
        together(12, &|_| {
            let out = run(&ns, "ip netns add same");
            match out.code {
                0 => won.fetch_add(1, Ordering::Relaxed),
                _ if out.stderr.contains("File exists") => lost.fetch_add(1, Ordering::Relaxed),
                _ => panic!("round {round}: {out:?}"),
            };
        });
        assert_eq!((won.into_inner(), lost.into_inner()), (1, 11), "round {round}");
        let inside = run(&ns, "ip netns exec same NLBOX ip -br link");
        assert_eq!((inside.code, inside.stdout.lines().count()), (0, 1), "{inside:?}");
        let gone = AtomicUsize::new(0);
        together(12, &|_| {
            gone.fetch_add(usize::from(run(&ns, "ip netns del same").code == 0), Ordering::Relaxed);
        });
        assert_eq!(gone.into_inner(), 1, "round {round}");
        assert_eq!(state(&ns), before, "round {round}");
    }
}

#[test]
fn the_first_names_of_a_machine_come_at_once() {
    for _ in 0..rounds(5) {
        let Some(ns) = Ns::new() else { return };
        together(12, &|n| {
            let out = run(&ns, &format!("ip netns add n{n}"));
            assert_eq!(out.code, 0, "{out:?}");
        });
        // One mount of the directory, and one of each name in it.
        let mounts = ns.sh("grep -c ' /run/netns ' /proc/self/mountinfo; ls /run/netns | wc -l").stdout;
        assert_eq!(mounts, "1\n12\n");
        together(12, &|n| {
            let out = run(&ns, &format!("ip netns exec n{n} NLBOX ip -br link"));
            assert_eq!((out.code, out.stdout.lines().count()), (0, 1), "{out:?}");
        });
    }
}

#[test]
fn namespaces_come_go_and_are_used() {
    let Some(ns) = Ns::new() else { return };
    run(&ns, "ip netns add kept");
    let before = state(&ns);
    let (done, lists) = (AtomicBool::new(false), AtomicUsize::new(0));
    thread::scope(|scope| {
        // Whoever lists meanwhile sees what stays, and each name once.
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                let out = run(&ns, "ip netns");
                let names: Vec<&str> = out.stdout.lines().map(|l| l.split(' ').next().unwrap()).collect();
                assert!(names.contains(&"kept"), "{out:?}");
                assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "{out:?}");
                assert_eq!(out.code, 0, "{out:?}");
                lists.fetch_add(1, Ordering::Relaxed);
            }
        });
        together(8, &|n| {
            for _ in 0..rounds(6) {
                let out = run(&ns, &format!("ip netns add n{n}"));
                assert_eq!(out.code, 0, "{out:?}");
                let out = run(&ns, &format!("ip netns exec n{n} NLBOX ip link set lo up"));
                assert_eq!(out.code, 0, "{out:?}");
                let out = run(&ns, &format!("ip -n n{n} -br link"));
                assert!(out.code == 0 && out.stdout.contains("lo") && out.stdout.contains("UP"), "{out:?}");
                let all = run(&ns, "-all-").code;
                assert_ne!(all, 0);
                let out = run(&ns, &format!("ip netns del n{n}"));
                assert_eq!(out.code, 0, "{out:?}");
            }
        });
        done.store(true, Ordering::Relaxed);
    });
    assert_eq!(state(&ns), before);
    println!("{} listings meanwhile", lists.into_inner());
}

#[test]
fn links_come_go_and_change() {
    let Some(ns) = Ns::new() else { return };
    run(&ns, "ip netns add other");
    run(&ns, "ip link set lo up");
    let before = state(&ns);
    let (done, clean, told) = (AtomicBool::new(false), AtomicUsize::new(0), AtomicUsize::new(0));
    thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                for line in ["ip -o link", "ip -o addr", "ip -j addr", "ip route show table all"] {
                    let out = run(&ns, line);
                    // lo was there all the time; a link that is listed is whole.
                    assert!(line.contains("route") || out.stdout.contains("lo"), "{line}: {out:?}");
                    assert!(out.code == 0, "{line}: {out:?}");
                    if out.stderr.is_empty() {
                        let mut seen = BTreeSet::new();
                        for l in out.stdout.lines().filter(|_| line == "ip -o link") {
                            assert!(seen.insert(l.split(':').next().unwrap()), "twice: {l}");
                            assert!(l.contains(" mtu ") && l.contains("link/"), "{l}");
                        }
                        clean.fetch_add(1, Ordering::Relaxed);
                    } else {
                        // A link may be gone between the two dumps; else the listing is said to be interrupted.
                        let known = ["interrupted", "Cannot find device", "No such device"];
                        assert!(known.iter().any(|k| out.stderr.contains(k)), "{line}: {out:?}");
                        told.fetch_add(1, Ordering::Relaxed);
                    }
                }
            }
        });
        together(6, &|n| {
            for round in 0..rounds(8) {
                for line in [
                    format!("ip link add a{n} type veth peer name b{n}"),
                    format!("ip addr add 10.9.{n}.1/24 dev a{n}"),
                    format!("ip link set a{n} up mtu 1400 alias round{round}"),
                    format!("ip link set b{n} up"),
                    format!("ip route add 10.10.{n}.0/24 via 10.9.{n}.2"),
                    format!("ip link set b{n} netns other"),
                    format!("ip -n other link show b{n}"),
                    format!("ip link del a{n}"),
                ] {
                    let out = run(&ns, &line);
                    assert_eq!(out.code, 0, "{line}: {out:?}");
                }
            }
        });
        // The same name for all: one has it, the others are told.
        for _ in 0..rounds(5) {
            let won = AtomicUsize::new(0);
            together(8, &|_| {
                let out = run(&ns, "ip link add one type veth peer name two");
                match out.code {
                    0 => drop(won.fetch_add(1, Ordering::Relaxed)),
                    _ => assert!(out.stderr.contains("File exists"), "{out:?}"),
                }
            });
            assert_eq!(won.into_inner(), 1);
            let out = run(&ns, "ip link del one");
            assert_eq!(out.code, 0, "{out:?}");
        }
        done.store(true, Ordering::Relaxed);
    });
    eventually("no link is left", || state(&ns) == before);
    println!("{} listings right, {} said to be interrupted", clean.into_inner(), told.into_inner());
}

#[test]
fn isolated_commands_start_and_are_killed() {
    let Some(ns) = Ns::new() else { return };
    run(&ns, "ip netns add kept");
    let before = state(&ns);
    // A command line that nobody else's process has.
    let mark = format!("20.{}", std::process::id());
    together(10, &|n| {
        for round in 0..rounds(3) {
            if (n + round) % 3 == 2 {
                // Killed at some point of its way.
                let mut command = ns.command(nlbox());
                let mut child = command.args(["isolate", "sleep", &mark]).spawn().unwrap();
                thread::sleep(Duration::from_millis((n * 17 % 90) as u64));
                child.kill().unwrap();
                child.wait().unwrap();
                continue;
            }
            let named = (n + round) % 3 == 1;
            let line = if named {
                format!("isolate -n iso{n} NLBOX ip -br link")
            } else {
                "isolate NLBOX ip -br link".to_string()
            };
            let out = run(&ns, &line);
            assert!(out.code == 0 && out.stderr.is_empty(), "{line}: {out:?}");
            assert_eq!(out.stdout.lines().count(), 2, "{line}: {out:?}");
            if named {
                // What was asked to be kept is kept, and goes with its name.
                let out = run(&ns, &format!("ip -n iso{n} link del eth0"));
                assert_eq!(out.code, 0, "{out:?}");
                let out = run(&ns, &format!("ip netns del iso{n}"));
                assert_eq!(out.code, 0, "{out:?}");
            }
        }
    });
    eventually("nothing is left", || state(&ns) == before);
    eventually("no command outlives isolate", || {
        ns.sh(&format!("ps -e -o args= | grep -c '^sleep {mark}$'; true")).stdout.trim() == "0"
    });
}

/// `isolate` with these options before a command that sleeps for long, under a strace(1) with those.
fn traced(ns: &Ns, trace: &str, options: &str, mark: &str) -> Child {
    let mut command = ns.command("strace");
    command.args(["-qq", "-s", "0"]).args(trace.split(' ')).arg(nlbox()).arg("isolate");
    command.args(options.split(' ').filter(|w| !w.is_empty())).args(["sleep", mark]);
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Waits until no command and no link, name, mount or rule of an `isolate` that has been killed is there.
fn nothing_is_left(ns: &Ns, what: &str, mark: &str, before: &str) {
    let line = format!("ps -e -o args= | grep -c '^sleep {mark}$'; true");
    // What was to be kept is kept, with its name alone.
    eventually(what, || {
        ns.sh(&line).stdout == "0\n" && {
            run(ns, "ip netns del kept");
            state(ns) == before
        }
    });
}

const OPTIONS: &[&str] = &["", "-U", "-n kept", "-p --mount-proc -d 10.0.0.9", "--nat --publish 80:80"];

/// The process outside is killed at each of its system calls in turn, before the call is made.
#[test]
fn isolate_is_killed_at_every_step() {
    let mark = format!("21.{}", std::process::id());
    let steps = AtomicUsize::new(0);
    together(OPTIONS.len(), &|n| {
        let Some(ns) = Ns::new() else { return };
        run(&ns, "ip netns add other");
        let (before, options) = (state(&ns), OPTIONS[n]);
        traced(&ns, "-o /run/log", options, "0").wait().unwrap();
        run(&ns, "ip netns del kept");
        // Which call, and its how manieth.
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for line in ns.sh("cat /run/log").stdout.lines() {
            let Some((call, _)) = line.split_once('(').filter(|(call, _)| !call.contains([' ', '-'])) else {
                continue;
            };
            let nth = seen.entry(call.to_string()).or_default();
            *nth += 1;
            // The start of the program is not under way yet.
            if call == "execve" {
                continue;
            }
            let trace = format!("-o /dev/null -e inject={call}:signal=KILL:when={nth}");
            let mut child = traced(&ns, &trace, options, &mark);
            let end = Instant::now() + Duration::from_secs(20);
            while child.try_wait().unwrap().is_none() {
                // The last steps come when the command has ended.
                ns.sh(&format!(
                    "kill $(ps -e -o pid=,args= | awk '/ sleep {mark}$/ {{ print $1 }}') 2>/dev/null; true"
                ));
                assert!(Instant::now() < end, "isolate {options}: {call} {nth}");
                thread::sleep(Duration::from_millis(20));
            }
            let what = format!("isolate {options}: nothing is left of a death at {call} {nth}");
            nothing_is_left(&ns, &what, &mark, &before);
            steps.fetch_add(1, Ordering::Relaxed);
        }
    });
    println!("killed at {} steps", steps.into_inner());
}

/// The process inside, and both, are killed at points of a slow start.
#[test]
fn isolate_loses_its_processes_on_the_way() {
    let mark = format!("22.{}", std::process::id());
    let kills = AtomicUsize::new(0);
    together(OPTIONS.len(), &|n| {
        let Some(ns) = Ns::new() else { return };
        run(&ns, "ip netns add other");
        let (before, options) = (state(&ns), OPTIONS[n]);
        for round in 0..rounds(16) {
            let mut child = traced(&ns, "-f -o /dev/null -e inject=all:delay_enter=1000", options, &mark);
            let children =
                |pid: &str| ns.sh(&format!("cat /proc/{pid}/task/{pid}/children 2>/dev/null; true")).stdout;
            let mut outside = String::new();
            let mut inside = String::new();
            eventually("there are two processes", || {
                outside = children(&child.id().to_string()).trim().to_string();
                inside = children(&outside).split(' ').next().unwrap_or_default().to_string();
                !inside.is_empty()
            });
            thread::sleep(Duration::from_millis(round as u64 / 2 * 12));
            let victims = if round % 2 == 0 { inside.clone() } else { format!("{inside} {outside}") };
            ns.sh(&format!("kill -KILL {victims} 2>/dev/null; true"));
            child.wait().unwrap();
            nothing_is_left(
                &ns,
                &format!("isolate {options}: nothing is left of round {round}"),
                &mark,
                &before,
            );
            kills.fetch_add(1, Ordering::Relaxed);
        }
    });
    println!("killed {} times", kills.into_inner());
}

#[test]
fn rules_are_added_and_removed_at_once() {
    let Some(ns) = Ns::new() else { return };
    let out = run(&ns, "nat list");
    assert_eq!(out.code, 0, "{out:?}");
    // The table and its chains come into being in the race too.
    together(8, &|n| {
        for round in 0..rounds(4) {
            let line = format!("nat masquerade from 10.{n}.{round}.0/24 tag t{n}x{round}");
            let out = run(&ns, &line);
            assert_eq!(out.code, 0, "{line}: {out:?}");
        }
    });
    let list = run(&ns, "nat list").stdout;
    let count = rounds(4) * 8;
    assert_eq!(list.lines().filter(|l| l.contains("masquerade")).count(), count, "{list}");
    together(8, &|n| {
        for round in 0..rounds(4) {
            let line = format!("nat del masquerade from 10.{n}.{round}.0/24 tag t{n}x{round}");
            let out = run(&ns, &line);
            assert_eq!(out.code, 0, "{line}: {out:?}");
        }
    });
    let list = run(&ns, "nat list").stdout;
    assert!(!list.contains("masquerade"), "{list}");
}

#[test]
fn routes_are_listed_while_they_change() {
    let Some(ns) = Ns::new() else { return };
    ns.sh("ip link set lo up; ip -batch - <<END\n$(seq -f 'route add 10.1.%g.0/24 dev lo' 0 255)\n$(seq -f 'route add 10.2.%g.0/24 dev lo' 0 255)\nEND");
    let (done, lists, told) = (AtomicBool::new(false), AtomicUsize::new(0), AtomicUsize::new(0));
    thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..rounds(40) {
                let mut command = ns.command("sh");
                command.args(["-c", "for i in 1 2 3 4 5; do ip route add 10.3.$i.0/24 dev lo; ip route del 10.3.$i.0/24; done"]);
                finish(command, "");
            }
            done.store(true, Ordering::Relaxed);
        });
        while !done.load(Ordering::Relaxed) {
            let out = run(&ns, "ip route");
            let stays =
                out.stdout.lines().filter(|l| l.starts_with("10.1.") || l.starts_with("10.2.")).count();
            assert_eq!(out.code, 0, "{out:?}");
            if out.stderr.is_empty() {
                assert_eq!(stays, 512, "a listing that says nothing is whole");
                lists.fetch_add(1, Ordering::Relaxed);
            } else {
                assert!(out.stderr.contains("interrupted"), "{}", out.stderr);
                told.fetch_add(1, Ordering::Relaxed);
            }
        }
    });
    println!("{} listings right, {} said to be interrupted", lists.into_inner(), told.into_inner());
}
