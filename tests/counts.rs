//! What commands cost where the machine makes no difference: system calls, memory at the peak, instructions.

use harness::{Ns, measure};
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// A world with a veth pair, and the program as `ip` in it.
struct World {
    ns: Ns,
    ip: PathBuf,
}

impl World {
    fn new() -> Option<World> {
        let ns = Ns::new()?;
        let ip = std::env::temp_dir().join(format!("nlbox-counts-{}", std::process::id())).join("ip");
        std::fs::create_dir_all(ip.parent().unwrap()).unwrap();
        let _ = std::os::unix::fs::symlink(harness::nlbox(), &ip);
        ns.ip(
            &ip,
            &[
                "link set lo up",
                "link add v0 type veth peer name v1",
                "link set v0 up",
                "link set v1 up",
                "addr add 10.0.0.1/24 dev v0",
                "netns add first",
            ],
        );
        Some(World { ns, ip })
    }

    fn argv<'w>(&'w self, words: &'w str) -> Vec<&'w str> {
        std::iter::once(self.ip.to_str().unwrap()).chain(harness::words(words)).collect()
    }

    /// `argv` behind `tool`, inside; the text of the file `@` that the tool is told to write.
    fn behind(&self, tool: &[&str], words: &str) -> String {
        let argv = [tool, &self.argv(words)].concat();
        let out = self.ns.run(&argv);
        assert_eq!(out.code, 0, "{words}: {}", out.stderr);
        self.ns.sh("cat /run/measured; rm /run/measured").stdout
    }

    fn routes(&self, count: u32) {
        let line = |i: u32| format!("route replace 11.{}.{}.{}/32 dev v0\n", i >> 16, i >> 8 & 255, i & 255);
        // A child has ten seconds: not all at once.
        for from in (0..count).step_by(10_000) {
            let lines: String = (from..count.min(from + 10_000)).map(line).collect();
            assert_eq!(self.ns.feed(&self.argv("-batch -"), &lines).code, 0);
        }
    }
}

fn there(tool: &str) -> bool {
    Command::new(tool).arg("-V").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
        || harness::skip::<()>(&format!("{tool} is not installed")).is_some()
}

#[test]
fn system_calls() {
    let Some(w) = World::new().filter(|_| there("strace")) else { return };
    for (words, most) in [
        ("link show lo", 11),
        ("link show", 18),
        ("-s link show dev v0", 13),
        ("addr show", 29),
        ("addr show dev v0", 18),
        ("route show", 17),
        ("-j route show table all", 21),
        ("neigh show", 10),
        ("rule show", 11),
        ("route get 10.0.0.9", 13),
        ("link set v0 mtu 1400", 12),
        ("addr add 10.0.1.1/24 dev v0", 12),
        ("addr del 10.0.1.1/24 dev v0", 12),
        ("route add 10.5.0.0/16 dev v0", 12),
        ("netns add n2", 13),
        ("netns list", 21),
        ("-n n2 link show", 15),
        ("-n n2 link show lo", 14),
        ("netns del n2", 6),
    ] {
        let said = w.behind(&["strace", "-f", "-c", "-o", "/run/measured"], words);
        let total = said.lines().find(|l| l.ends_with(" total")).unwrap();
        let calls: u32 = total.split_whitespace().nth(3).unwrap().parse().unwrap();
        println!("{calls:>4}  {words}");
        assert!(calls <= most, "{words}: {calls} calls, {most} at most");
    }
    let lines: String = (0..100)
        .flat_map(|i| [format!("link add d{i} type dummy\n"), format!("addr add 10.1.{i}.1/24 dev d{i}\n")])
        .collect();
    // Not every kernel has dummies.
    if w.ns.feed(&w.argv("-batch -"), &lines).code != 0 {
        let lines: String = (0..50)
            .flat_map(|i| {
                [
                    format!("link add d{i} type veth peer name e{i}\n"),
                    format!("addr add 10.1.{i}.1/24 dev d{i}\n"),
                    format!("addr add 10.2.{i}.1/24 dev e{i}\n"),
                ]
            })
            .collect();
        assert_eq!(w.ns.feed(&w.argv("-batch -"), &lines).code, 0);
    }
    for words in ["addr show", "-4 addr show", "-j addr show"] {
        let said = w.behind(&["strace", "-f", "-c", "-o", "/run/measured"], words);
        let total = said.lines().find(|l| l.ends_with(" total")).unwrap();
        let calls: u32 = total.split_whitespace().nth(3).unwrap().parse().unwrap();
        println!("{calls:>4}  {words} of a hundred links more");
        // The names of peers that come behind are asked for, at two calls each: no question is asked for each link.
        assert!(calls <= 90, "{words}: {calls} calls");
    }
}

#[test]
fn what_a_command_does_not_use_takes_no_memory() {
    let Some(w) = World::new() else { return };
    let argv = w.argv("link show dev lo");
    let mut command = w.ns.command(argv[0]);
    command.args(&argv[1..]).stdout(Stdio::null());
    let peak = measure::peak(&mut command);
    println!("{peak} KiB");
    // Of a file of 404 KiB: where the functions and tables that every command needs stand is cli/link.ld's.
    assert!(peak <= 172, "{peak} KiB");
}

#[test]
fn memory_does_not_grow_with_the_table() {
    let Some(w) = World::new() else { return };
    let peaks = || {
        ["route show", "-j route show", "-s -d route show table all"].map(|words| {
            let argv = w.argv(words);
            let mut command = w.ns.command(argv[0]);
            command.args(&argv[1..]).stdout(Stdio::null());
            measure::memory(&mut command).1
        })
    };
    w.routes(10);
    let few = peaks();
    w.routes(100_000);
    let many = peaks();
    println!("{few:?} KiB at 10 routes, {many:?} at 100,000");
    for (few, many) in few.iter().zip(many) {
        // The buffers fill, 32 KiB each, and that is all.
        assert!(many <= few + 84, "{few} KiB at 10 routes, {many} at 100,000");
    }
}

#[test]
fn instructions() {
    let Some(w) = World::new().filter(|_| there("valgrind")) else { return };
    let cost = |words: &str| -> u64 {
        let said =
            w.behind(&["valgrind", "-q", "--tool=callgrind", "--callgrind-out-file=/run/measured"], words);
        said.lines().find_map(|l| l.strip_prefix("summary: ")).unwrap().trim().parse().unwrap()
    };
    // What a start costs is taken off: the rest is by the entry.
    let start = cost("link show lo");
    println!("{start:>6}  link show lo");
    assert!(start < 36_000, "{start}");
    w.routes(1000);
    let fill = |lines: &mut dyn Iterator<Item = String>| {
        assert_eq!(w.ns.feed(&w.argv("-batch -"), &lines.collect::<String>()).code, 0);
    };
    // No route is like the one before it.
    fill(&mut (0..1000).map(|i| {
        format!("route add 14.0.{}.{}/32 via 10.0.0.{} dev v0 table 100\n", i >> 8, i & 255, 2 + i % 2)
    }));
    fill(&mut (0..1000).map(|i| format!("rule add from 10.{}.{}.0/24 table {}\n", i >> 8, i & 255, i + 1)));
    fill(&mut (0..1000).map(|i| {
        let [_, _, c, d] = u32::to_be_bytes(i);
        format!("neigh add 10.0.{c}.{d} lladdr 02:00:00:00:{c:02x}:{d:02x} dev v0\n")
    }));
    for (words, most) in [
        ("route show", 780),
        ("-j route show", 950),
        ("route show table 100", 1_780),
        ("-j route show table 100", 2_120),
        ("rule show", 1_650),
        ("-j rule show", 1_950),
        ("neigh show", 2_250),
    ] {
        let each = (cost(words) - start) / 1000;
        println!("{each:>6}  each line of {words}");
        assert!(each < most, "{words}: {each}");
    }
    let lines: String =
        (0..1000).map(|i| format!("route add 12.0.{}.{}/32 dev v0\\n", i >> 8, i & 255)).collect();
    w.ns.sh(&format!("printf '{lines}' > /run/lines"));
    for (options, most) in [("", 5_200), ("-force ", 4_900)] {
        let each = (cost(&format!("{options}-batch /run/lines")) - start) / 1000;
        println!("{each:>6}  each line of {options}-batch");
        assert!(each < most, "{options}-batch: {each}");
        w.ns.sh("ip route flush root 12.0.0.0/16");
    }
}
