//! Scale: tables of many entries are listed whole, and the memory of the program does not grow with them.
//!
//! Sizes are bounded by default; `SCALE_FULL=1` is the whole of it.

use harness::{Ns, nlbox, skip};
use nlbox_core::conn::fake::{Script, Step};
use nlbox_core::conn::{Conn, Error};
use nlbox_core::wire::build::Build;
use std::collections::HashSet;
use std::fmt::Write as _;
use std::os::fd::AsRawFd;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::atomic::{AtomicU32, Ordering};

/// Bounded, or full.
fn size(bounded: usize, full: usize) -> usize {
    if std::env::var_os("SCALE_FULL").is_some() { full } else { bounded }
}

/// A file for standard input or output that is gone with its test.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Scratch {
        // Tests run side by side.
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let (process, next) = (std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        Scratch(PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{process}-{next}")))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(std::fs::remove_file(&self.0));
    }
}

/// Runs a line that lists to its end: what it printed, and the peak of its memory in KiB.
fn measured(ns: &Ns, line: &str) -> (String, i64) {
    let to = Scratch::new("out");
    let mut command = ns.command(nlbox());
    command.args(line.split(' '));
    let out = std::fs::File::create(&to.0).unwrap();
    assert!(out.as_raw_fd() > 2);
    let mut child = command.stdout(out).stderr(Stdio::inherit()).spawn().unwrap();
    let Some((peak, status)) = peak(child.id().cast_signed()) else {
        // It was at its end before it was looked at.
        child.wait().unwrap();
        return measured(ns, line);
    };
    assert_eq!(status, 0, "{line}");
    if peak == 0 {
        // It was past the place where it is looked at.
        return measured(ns, line);
    }
    (std::fs::read_to_string(&to.0).unwrap(), peak)
}

/// Follows a child to its end: `VmHWM` when it exits, in KiB, and its status. `ru_maxrss` would tell of the test, from
/// which it was forked, too.
fn peak(pid: i32) -> Option<(i64, i32)> {
    // SAFETY: numbers alone; the child is ours.
    if unsafe { libc::ptrace(libc::PTRACE_SEIZE, pid, 0, libc::PTRACE_O_TRACEEXIT) } != 0 {
        return None;
    }
    let (mut peak, mut status) = (0, 0);
    loop {
        // SAFETY: room for the status.
        assert_eq!(unsafe { libc::waitpid(pid, &mut status, libc::__WALL) }, pid);
        if !libc::WIFSTOPPED(status) {
            return Some((peak, status));
        }
        if status >> 16 == libc::PTRACE_EVENT_EXIT {
            let text = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
            let line = text.lines().find_map(|l| l.strip_prefix("VmHWM:")).unwrap();
            peak = line.trim().trim_end_matches(" kB").parse().unwrap();
        }
        let signal = if status >> 16 == 0 { libc::WSTOPSIG(status) } else { 0 };
        // SAFETY: numbers alone.
        unsafe { libc::ptrace(libc::PTRACE_CONT, pid, 0, signal) };
    }
}

fn batch(ns: &Ns, lines: &str) {
    let from = Scratch::new("in");
    std::fs::write(&from.0, lines).unwrap();
    let mut command = ns.command(nlbox());
    command.args(["ip", "-batch", "-"]).stdin(std::fs::File::open(&from.0).unwrap());
    assert!(command.status().unwrap().success());
}

/// Fills a table in two steps, and lists it after each. `entry`: the line that adds number `n`; `counted`: what each
/// entry of a text holds once, and of JSON.
fn flat(
    what: &str,
    ready: &str,
    list: &[&str],
    n: usize,
    entry: &dyn Fn(usize) -> String,
    counted: [&str; 2],
) {
    let counted = |line: &str| counted[usize::from(line.contains(" -j "))];
    let Some(ns) = Ns::new() else { return };
    ns.sh("cd /proc/sys/net && for f in ipv4/neigh ipv6/neigh; do for t in 1 2 3; do \
           echo 2000000 2>/dev/null >$f/default/gc_thresh$t; done; done; cd ipv6/conf/default && echo 1 >disable_ipv6; true");
    batch(&ns, ready);
    let few = 10.min(n);
    let mut text = String::new();
    let mut small = Vec::new();
    for k in 0..few {
        text += &entry(k);
    }
    batch(&ns, &text);
    for line in list {
        // How many pages of the file a fault brings along is the kernel's choice, and not the same each time.
        let runs = [(); 3].map(|()| {
            let (out, rss) = measured(&ns, line);
            assert_eq!(out.matches(counted(line)).count(), few, "{what}: {line}");
            rss
        });
        small.push(runs.into_iter().max().unwrap());
    }
    text.clear();
    for k in few..n {
        let _ = write!(text, "{}", entry(k));
    }
    batch(&ns, &text);
    for (line, small) in list.iter().zip(small) {
        let (out, rss) = measured(&ns, line);
        let found = out.matches(counted(line)).count();
        assert_eq!(found, n, "{what}: {line}");
        println!(
            "{what}: {line}: {n} entries, {} KiB of text, {rss} KiB at the peak, {small} with {few}",
            out.len() / 1024
        );
        // Buffers are touched as they fill, up to their fixed sizes: one page of output, two of datagrams; and a few more
        // pages of the file are read.
        assert!(rss <= small + 160, "{what}: {line}: {small} KiB with {few}, {rss} KiB with {n}");
    }
}

#[test]
fn routes() {
    let entry = |n: usize| format!("route add 10.{}.{}.{}/32 dev lo\n", n >> 16, n >> 8 & 255, n & 255);
    let list = ["ip route", "ip -j route", "ip -d route show table main"];
    flat("routes", "link set lo up\n", &list, size(50_000, 1_000_000), &entry, [" dev lo", "\"dst\":"]);
}

#[test]
fn neighbours() {
    let entry = |n: usize| {
        format!(
            "neigh add 10.{}.{}.{} lladdr 02:00:00:00:00:01 dev v0 nud permanent\n",
            n >> 16,
            n >> 8 & 255,
            n & 255
        )
    };
    let ready = "link add v0 type veth peer name v1\nlink set v0 up\n";
    flat(
        "neighbours",
        ready,
        &["ip neigh", "ip -j neigh", "arp -n"],
        size(10_000, 100_000),
        &entry,
        ["02:00:00:00:00:01", "\"dst\":"],
    );
}

#[test]
fn rules() {
    let entry =
        |n: usize| format!("rule add from 10.0.{}.{} table 7 pref {}\n", n >> 8 & 255, n & 255, n + 1);
    flat(
        "rules",
        "",
        &["ip rule", "ip -j rule"],
        size(2_000, 5_000),
        &entry,
        ["from 10.0.", "\"src\":\"10.0."],
    );
}

#[test]
fn links() {
    let entry = |n: usize| format!("link add l{n}x type veth peer name p{n}x\n");
    let list = ["ip link", "ip -d -j link", "ip -br addr", "ip addr", "bridge link", "ifconfig -a"];
    // Each pair is seen by its first end.
    let list: Vec<&str> = list.into_iter().filter(|l| !l.starts_with("bridge")).collect();
    let Some(ns) = Ns::new() else { return };
    ns.sh("cd /proc/sys/net/ipv6/conf/default && echo 1 >disable_ipv6");
    let pairs = size(500, 5_000);
    let few: String = (0..5).map(entry).collect();
    batch(&ns, &few);
    let small: Vec<i64> = list.iter().map(|l| measured(&ns, l).1).collect();
    let many: String = (5..pairs).map(entry).collect();
    batch(&ns, &many);
    for (line, small) in list.iter().zip(small) {
        let (out, rss) = measured(&ns, line);
        let words: HashSet<&str> = out.split(|c: char| !c.is_ascii_alphanumeric()).collect();
        let there = |n: &usize| ["l", "p"].iter().all(|end| words.contains(&*format!("{end}{n}x")));
        assert_eq!((0..pairs).find(|n| !there(n)), None, "{line}");
        println!("links: {line}: {} links, {rss} KiB at the peak, {small} with 11", 2 * pairs + 1);
        // net-tools sorts by name, which takes the names.
        let names = if line.contains("ifconfig") { 2 * pairs * 64 / 1024 } else { 0 };
        let most = small + 160 + i64::try_from(names).unwrap();
        assert!(rss <= most, "links: {line}: {small} KiB with 11, {rss} KiB with {}", 2 * pairs);
    }
}

#[test]
fn namespaces() {
    let Some(ns) = Ns::new() else { return };
    let n = size(200, 1_000);
    let add = |from: usize, to: usize| {
        (from..to).map(|k| format!("netns add ns{k:04}\nnetns set ns{k:04} {k}\n")).collect::<String>()
    };
    batch(&ns, &add(0, 5));
    let list = ["ip netns", "ip -j netns", "ip netns list-id"];
    let small: Vec<i64> = list.iter().map(|l| measured(&ns, l).1).collect();
    batch(&ns, &add(5, n));
    for (line, small) in list.iter().zip(small) {
        let (out, rss) = measured(&ns, line);
        let count = out.matches("ns0").count() + out.matches("ns1").count();
        if line.contains("list-id") && count != n {
            // Linux 6.18 ends this dump behind its first datagram.
            let theirs = ns.sh("ip netns list-id | wc -l").stdout;
            assert_eq!(theirs.trim(), count.to_string(), "{line}");
        } else {
            assert_eq!(count, n, "{line}");
        }
        println!("namespaces: {line}: {count} of {n}, {rss} KiB at the peak, {small} with 5");
        assert!(rss <= small + 160, "{line}: {small} KiB with 5, {rss} KiB with {n}");
    }
    let (out, _) = measured(&ns, &format!("ip -all netns exec {} ip -br link", nlbox().display()));
    assert_eq!(out.matches("netns: ns").count(), n);
    assert_eq!(out.lines().filter(|l| l.starts_with("lo ")).count(), n);
    measured(&ns, "ip -all netns del");
    assert_eq!(ns.sh("ls /run/netns | wc -l").stdout, "0\n");
}

/// One message of `len` bytes of attributes, as from a link with very many virtual functions.
fn large(len: usize, seq: u32) -> Vec<u8> {
    let mut body = vec![0; 16];
    while body.len() < len {
        // IFLA_VFINFO_LIST, nested attributes of 64 bytes.
        body.extend(64_u16.to_ne_bytes());
        body.extend(22_u16.to_ne_bytes());
        body.extend([0; 60]);
    }
    let mut m = u32::try_from(16 + body.len()).unwrap().to_ne_bytes().to_vec();
    m.extend(16_u16.to_ne_bytes());
    m.extend(0_u16.to_ne_bytes());
    m.extend(seq.to_ne_bytes());
    m.extend(Script::PORT.to_ne_bytes());
    m.extend(body);
    m
}

#[test]
fn a_link_message_of_64_kib() {
    for len in [32_000, 32_768, 65_536, 200_000] {
        let datagram = large(len, 1);
        let steps = [Step::Datagram(0, &datagram)];
        // With room it is whole; without it is refused, never cut.
        let mut script = Script::new(&steps);
        let (mut rx, mut tx) = (vec![0; datagram.len()], [0; 64]);
        let mut conn = Conn::new(&mut script, &mut rx);
        let m = conn.get(&mut Build::new(&mut tx, 18, 0, &[0; 16])).unwrap();
        assert_eq!(m.payload.len(), datagram.len() - 16);
        let mut script = Script::new(&steps);
        let (mut rx, mut tx) = (vec![0; 32_000], [0; 64]);
        let mut conn = Conn::new(&mut script, &mut rx);
        let got = conn.get(&mut Build::new(&mut tx, 18, 0, &[0; 16])).map(|m| m.payload.len());
        assert_eq!(got, Err(Error::Truncated(u32::try_from(datagram.len()).unwrap())));
    }
}

#[test]
fn a_message_larger_than_the_buffer_from_a_real_kernel() {
    // 900 altnames of 120 bytes make a link message of over 64 KiB, which some kernels refuse to send whole.
    let Some(ns) = Ns::new() else { return };
    batch(&ns, "link add v0 type veth peer name v1\n");
    let name = |n: usize| format!("{n:0120}");
    let mut added = 0;
    for n in 0..size(400, 400) {
        let mut command = ns.command(nlbox());
        let out = command
            .args(["ip", "link", "property", "add", "dev", "v0", "altname", &name(n)])
            .output()
            .unwrap();
        if !out.status.success() {
            break;
        }
        added += 1;
    }
    if added < 300 {
        return skip(&format!("the kernel took {added} altnames")).unwrap_or_default();
    }
    let (out, rss) = measured(&ns, "ip link show v0");
    assert_eq!(out.matches("altname").count(), added, "of {added}");
    let (out, _) = measured(&ns, "ip link");
    assert_eq!(out.matches("altname").count(), added, "of {added}, in a dump");
    println!("a link of {added} altnames: {} KiB of text, {rss} KiB at the peak", out.len() / 1024);
}
