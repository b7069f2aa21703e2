//! `ip monitor` beside iproute2's: both watch one namespace while it changes, and what they print is compared. And what
//! iproute2 does not do: JSON, names of other namespaces, a fresh start when events were lost.

use harness::{Iproute2, Ns, eqnice, eventually, iproute2, nlbox, words};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

/// A monitor at work; its output goes to files.
struct Monitor {
    child: Child,
    out: PathBuf,
    err: PathBuf,
}

impl Monitor {
    fn new(ns: &Ns, program: &[&str], line: &str, tag: &str) -> Monitor {
        let file = |kind: &str| {
            std::env::temp_dir().join(format!("nlbox-monitor-{}-{tag}-{kind}", std::process::id()))
        };
        let (out, err) = (file("out"), file("err"));
        let mut command = ns.command(program[0]);
        command.args(&program[1..]).args(words(line)).stdin(Stdio::null());
        let open = |path: &Path| std::fs::File::create(path).unwrap();
        let child = command.stdout(open(&out)).stderr(open(&err)).spawn().unwrap();
        // It listens when it waits in a system call on its netlink socket.
        let pid = child.id();
        eventually("the monitor listens", || {
            let wchan = std::fs::read_to_string(format!("/proc/{pid}/syscall")).unwrap_or_default();
            let recvmsg = libc::SYS_recvmsg.to_string();
            wchan.split(' ').next() == Some(&recvmsg)
        });
        Monitor { child, out, err }
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(&self.out).unwrap()).into_owned()
    }

    fn errors(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(&self.err).unwrap()).into_owned()
    }
}

impl Drop for Monitor {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
        drop(std::fs::remove_file(&self.out));
        drop(std::fs::remove_file(&self.err));
    }
}

fn ours() -> String {
    nlbox().to_str().unwrap().to_string()
}

fn theirs(it: &Iproute2) -> &str {
    it.path.to_str().unwrap()
}

/// Does each line by iproute2; a `!` begins a line of shell. Between them the monitors come to rest: what a link below
/// another is like is asked when the event is read.
fn change(ns: &Ns, it: &Iproute2, lines: &[&str]) {
    for line in lines {
        match line.strip_prefix("! ") {
            Some(shell) => drop(ns.sh(shell)),
            None => ns.ip(&it.path, &[line]),
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}

/// What 6.3 adds to an address; `tests/oracle/differences.rs` has it with its reason.
fn as_before_6_3(it: &Iproute2, text: &str) -> String {
    if it.version >= (6, 3) {
        return text.to_string();
    }
    let origin = |line: &str| match line.split_once(" proto ") {
        Some((before, after)) if line.contains(" inet6 ") => {
            format!("{before} {}", after.split_once(' ').map_or("", |(_, rest)| rest))
        }
        _ => line.to_string(),
    };
    text.split_inclusive('\n').map(origin).collect()
}

/// The digits of times, which differ, made equal: seconds and below.
fn without_times(text: &str) -> String {
    let mut out = String::new();
    for line in text.split_inclusive('\n') {
        if line.starts_with("Timestamp: ") {
            assert!(line.ends_with(" usec\n"), "{line}");
            out += "Timestamp\n";
        } else if let Some((time, rest)) = line.strip_prefix('[').and_then(|l| l.split_once("] ")) {
            let shape: String = time.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
            out += &format!("[{shape}] {rest}");
        } else {
            out += line;
        }
    }
    out
}

const CHANGES: &[&str] = &[
    "link add v0 type veth peer name v1",
    "link add br0 type bridge",
    "addr add 10.0.0.1/24 dev v0",
    "link set v0 up",
    "link set v1 up",
    "route add 10.9.0.0/24 via 10.0.0.2",
    "route add 10.7.0.0/16 nexthop dev v0 via 10.0.0.7 nexthop dev v0 via 10.0.0.8",
    "route add blackhole 10.8.0.0/16 table 77 proto static metric 5",
    "nexthop add id 1 via 10.0.0.2 dev v0",
    "nexthop add id 2 group 1",
    "nexthop del id 2",
    "-6 addr add 2001:db8::1/64 dev v0",
    "neigh add 10.0.0.9 dev v0 lladdr 02:00:00:00:00:09",
    "neigh add proxy 10.0.0.10 dev v0",
    "rule add from 1.2.3.4 table 100",
    "-6 rule add from 2001::1 table 100",
    "! echo 1 > /proc/sys/net/ipv4/conf/v0/forwarding",
    "! echo 2 > /proc/sys/net/ipv4/conf/all/rp_filter",
    "netns add foo",
    "netns set foo 7",
    "link set v1 master br0",
    "link set br0 up",
    "link set v1 nomaster",
    "link set v1 netns foo",
    "rule del from 1.2.3.4",
    "neigh del 10.0.0.9 dev v0",
    "route del 10.9.0.0/24",
    "addr del 10.0.0.1/24 dev v0",
    "link set v0 alias hello",
    "link set v0 mtu 1400",
    "stats set dev v0 l3_stats on",
    "stats set dev v0 l3_stats off",
    "link del v0",
    "link del br0",
];

/// The groups that both have.
const BOTH: &str = "link address route mroute neigh netconf nexthop prefix rule nsid stats";

#[test]
fn events_read_as_iproute2_prints_them() {
    let (Some(it), Some(ns)) = (iproute2(), Ns::new()) else { return };
    let bin = ours();
    let lines: Vec<String> =
        [BOTH.to_string(), format!("label {BOTH}"), "l li a r".into(), "n net ru ns p".into()]
            .iter()
            .map(|l| format!("monitor {l}"))
            .chain(
                ["-o", "-N", "-4", "-6", "-s", "-t", "-ts"]
                    .iter()
                    .map(|o| format!("{o} monitor label {BOTH}")),
            )
            .collect();
    let pairs: Vec<_> = lines
        .iter()
        .enumerate()
        .map(|(n, line)| {
            let want = Monitor::new(&ns, &[theirs(it)], line, &format!("theirs{n}"));
            (line, want, Monitor::new(&ns, &[&bin, "ip"], line, &format!("ours{n}")))
        })
        .collect();
    change(&ns, it, CHANGES);
    for (line, want, got) in &pairs {
        let (mut a, mut b) = (String::new(), String::new());
        // They have no end: they are equal when they come to rest.
        for _ in 0..30 {
            // With -o iproute2 has no end of line behind what it says of statistics.
            let glued = want.text().replace("used off\\", "used off\n");
            a = as_before_6_3(it, &without_times(&glued));
            b = as_before_6_3(it, &without_times(&got.text()));
            if a == b {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
        assert!(a.lines().count() > 15, "ip {line}\n{a}");
        eqnice!(a, b, "ip {line}");
        assert_eq!(got.errors(), "");
    }
}

#[test]
fn other_namespaces_name_their_own_links() {
    let (Some(it), Some(ns)) = (iproute2(), Ns::new()) else { return };
    let bin = ours();
    // Index 2 is v0 here and w0 there.
    ns.ip(&it.path, &["link add v0 type veth peer name v1", "netns add foo", "netns set foo 7"]);
    ns.ip(&it.path, &["-n foo link add w0 type veth peer name w1", "-n foo link set w1 up"]);
    let text = Monitor::new(&ns, &[&bin, "ip"], "monitor all-nsid label address", "nsid");
    let json = Monitor::new(&ns, &[&bin, "ip"], "-j monitor all-nsid address", "nsid-json");
    ns.ip(&it.path, &["-n foo addr add 10.3.0.1/24 dev w0", "addr add 10.4.0.1/24 dev v0"]);
    let index = ns.sh("ip -n foo -o link show w0").stdout.split(':').next().unwrap().to_string();
    let own = ns.sh("ip -o link show v0").stdout.split(':').next().unwrap().to_string();
    let want = format!(
        "[nsid 7][ADDR]{index}: w0    inet 10.3.0.1/24 scope global w0\n       valid_lft forever preferred_lft forever\n\
         [nsid current][ADDR]{own}: v0    inet 10.4.0.1/24 scope global v0\n       valid_lft forever preferred_lft forever\n"
    );
    eventually("both events came", || text.text().lines().count() == 4 && json.text().lines().count() == 2);
    eqnice!(want, text.text());
    let json = json.text();
    assert!(json.starts_with("{\"object\":\"addr\",\"source_nsid\":7,\"index\":"), "{json}");
    assert!(json.contains("\n{\"object\":\"addr\",\"source_nsid\":null,\"index\":"), "{json}");
}

#[test]
fn one_device() {
    let (Some(it), Some(ns)) = (iproute2(), Ns::new()) else { return };
    let bin = ours();
    ns.ip(&it.path, &["link add v0 type veth peer name v1", "link add w0 type veth peer name w1"]);
    let m = Monitor::new(&ns, &[&bin, "ip"], &format!("monitor label dev v0 {BOTH}"), "dev");
    change(
        &ns,
        it,
        &[
            "addr add 10.0.0.1/32 dev v0",
            "addr add 10.0.1.1/32 dev w0",
            "neigh add 10.0.0.9 dev v0 lladdr 02:00:00:00:00:09",
            "neigh add 10.0.0.9 dev w0 lladdr 02:00:00:00:00:09",
            "! echo 1 > /proc/sys/net/ipv4/conf/w0/forwarding",
            "! echo 1 > /proc/sys/net/ipv4/conf/v0/forwarding",
            "link set w0 mtu 1400",
            "stats set dev w0 l3_stats on",
            "stats set dev v0 l3_stats on",
        ],
    );
    let text = m.text();
    let labels: Vec<_> = text.lines().filter(|l| l.starts_with('[')).collect();
    // iproute2 leaves the labels of what it does not print.
    assert!(!text.contains("]["), "{text}");
    assert!(labels.contains(&"[NEIGH]10.0.0.9 lladdr 02:00:00:00:00:09 PERMANENT "), "{text}");
    assert!(
        labels.contains(&"[ROUTE]local 10.0.0.1 table local proto kernel scope host src 10.0.0.1 "),
        "{text}"
    );
    assert!(labels.contains(&"[NETCONF]inet v0 forwarding on "), "{text}");
    assert!(
        text.ends_with("v0:\n    l3_stats on used off\n") && text.matches("[STATS]").count() == 1,
        "{text}"
    );
    assert!(!text.contains("w0"), "{text}");
}

/// As far as it is needed: whether the line is one object, and nothing behind it.
fn is_object(line: &str) -> bool {
    let (mut depth, mut string, mut escape) = (0_i32, false, false);
    for (at, c) in line.char_indices() {
        match c {
            _ if escape => escape = false,
            '\\' if string => escape = true,
            '"' => string = !string,
            '{' | '[' if !string => depth += 1,
            '}' | ']' if !string => depth -= 1,
            _ => {}
        }
        if depth == 0 && at + 1 != line.len() {
            return false;
        }
    }
    line.starts_with('{') && line.ends_with('}') && depth == 0 && !string
}

#[test]
fn json_is_an_object_a_line() {
    let (Some(it), Some(ns)) = (iproute2(), Ns::new()) else { return };
    let bin = ours();
    let m = Monitor::new(&ns, &[&bin, "ip"], "-j -d -t monitor", "json");
    change(&ns, it, CHANGES);
    let text = m.text();
    for line in text.lines() {
        assert!(is_object(line) && line.contains("\"timestamp\":\"20"), "{line}");
        assert!(!line.contains(",,") && !line.contains("{,") && !line.contains("}{"), "{line}");
    }
    for part in [
        "{\"object\":\"rule\",",
        "{\"object\":\"nsid\",",
        "\"deleted\":true,\"ifindex\":",
        "\"nexthops\":[{\"gateway\":\"10.0.0.7\"",
        "\"interface\":\"all\",\"rp_filter\":\"loose\"}\n",
        "{\"object\":\"maddr\",",
        "\"ifname\":\"v0\",\"info\":{\"l3_stats\":{\"request\":true,\"used\":false}}}\n",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    assert_eq!(text.matches("\"object\":\"neigh\"").count(), text.matches("{\"object\":\"neigh\",").count());
}

/// Many routes, written faster than a small buffer holds them.
fn routes(n: u32) -> String {
    (0..n).map(|i| format!("route add 20.{}.{}.{}/32 dev v0\n", i >> 16, i >> 8 & 255, i & 255)).collect()
}

fn with_v0() -> Option<(&'static Iproute2, Ns)> {
    let (it, ns) = (iproute2()?, Ns::new()?);
    ns.ip(&it.path, &["link add v0 type veth peer name v1", "addr add 10.0.0.1/24 dev v0"]);
    ns.ip(&it.path, &["link set v0 up", "link set v1 up"]);
    std::thread::sleep(std::time::Duration::from_millis(300));
    Some((it, ns))
}

#[test]
fn lost_events_are_made_good() {
    let Some((it, ns)) = with_v0() else { return };
    let bin = ours();
    for mode in ["", "-j "] {
        let m = Monitor::new(&ns, &[&bin, "ip"], &format!("{mode}-rc 4096 -4 monitor label route"), "lost");
        // Held still, it must lose events; what the writer does meanwhile is more than its buffer.
        signal(&m.child, libc::SIGSTOP);
        assert_eq!(ns.feed(&[theirs(it), "-batch", "-"], &routes(2000)).code, 0);
        signal(&m.child, libc::SIGCONT);
        let start = if mode.is_empty() { "[RESYNC]\n" } else { "{\"object\":\"resync\",\"resync\":true}\n" };
        let last = if mode.is_empty() {
            "[RESYNC][ROUTE]20.0.7.207 "
        } else {
            "\"resync\":true,\"dst\":\"20.0.7.207\""
        };
        eventually("the fresh start", || m.text().contains(last));
        assert_eq!(m.errors(), "netlink receive error: events were lost, what is there now follows\n");
        let text = m.text();
        let (_, fresh) = text.split_once(start).unwrap();
        for i in 0..2000_u32 {
            let route = format!("20.0.{}.{}", i >> 8, i & 255);
            let want = if mode.is_empty() {
                format!("[RESYNC][ROUTE]{route} dev v0 scope link \n")
            } else {
                format!("{{\"object\":\"route\",\"resync\":true,\"dst\":\"{route}\",")
            };
            assert!(fresh.contains(&want), "{want}");
        }
        // And on it goes.
        ns.ip(&it.path, &["route flush root 20.0.0.0/8"]);
        let after = if mode.is_empty() {
            "\n[ROUTE]30.0.0.0/8 "
        } else {
            "\n{\"object\":\"route\",\"dst\":\"30.0.0.0/8\""
        };
        eventually("events after the fresh start", || {
            // What the flush does may be lost as well, and this with it.
            ns.ip(&it.path, &["route replace 30.0.0.0/8 dev v0"]);
            m.text().contains(after)
        });
        ns.ip(&it.path, &["route del 30.0.0.0/8"]);
    }
}

fn signal(child: &Child, signal: i32) {
    // SAFETY: kill takes two integers; the child has not been waited for.
    assert_eq!(unsafe { libc::kill(child.id().cast_signed(), signal) }, 0);
}

#[test]
fn a_burst_is_not_lost() {
    let Some((it, ns)) = with_v0() else { return };
    let m = Monitor::new(&ns, &[&ours(), "ip"], "-4 monitor route", "burst");
    assert_eq!(ns.feed(&[theirs(it), "-batch", "-"], &routes(20_000)).code, 0);
    for _ in 0..10 {
        if m.text().lines().count() == 20_000 {
            return assert_eq!(m.errors(), "");
        }
        std::thread::sleep(std::time::Duration::from_secs(1));
    }
    panic!("{} events, {}", m.text().lines().count(), m.errors());
}

#[test]
fn a_signal_ends_it_and_nothing_is_kept_back() {
    let Some((it, ns)) = with_v0() else { return };
    let mut m = Monitor::new(&ns, &[&ours(), "ip"], "monitor route", "signal");
    ns.ip(&it.path, &["route add 10.9.0.0/24 dev v0"]);
    eventually("the event", || m.text() == "10.9.0.0/24 dev v0 scope link \n");
    signal(&m.child, libc::SIGINT);
    let status = m.child.wait().unwrap();
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&status), Some(libc::SIGINT));
}

#[test]
fn files_of_rtmon() {
    let (Some(it), Some(ns)) = (iproute2(), Ns::new()) else { return };
    let rtmon = it.path.with_file_name("rtmon");
    if !rtmon.exists() {
        return harness::skip("rtmon is not installed").unwrap_or(());
    }
    let recorder = Monitor::new(&ns, &[rtmon.to_str().unwrap(), "file", "/run/events"], "all", "rtmon");
    change(&ns, it, &CHANGES[..8]);
    drop(recorder);
    // What is read is named by what the file says, and iproute2 names it by what is there: so let it be there.
    for line in
        ["monitor file /run/events", "monitor label file /run/events", "-o monitor file /run/events all"]
    {
        let [want, got] = [vec![theirs(it)], vec![&ours()[..], "ip"]]
            .map(|argv| ns.run(&[argv, words(line).collect()].concat()));
        assert!(want.stdout.contains(" us\n") && want.stdout.contains("10.7.0.0/16"), "{}", want.stdout);
        eqnice!(as_before_6_3(it, &want.stdout), as_before_6_3(it, &got.stdout), "ip {line}");
        assert_eq!((want.stderr, want.code), (got.stderr, got.code));
    }
    // Damage ends the reading, and says so.
    for (bytes, said) in [
        ("abc", "rtnl-from_file: truncated message\n"),
        ("\\030\\000\\000\\000\\017\\000\\000\\000", "rtnl-from_file: truncated message\n"),
        (
            "\\003\\000\\000\\000\\017\\000\\000\\000\\000\\000\\000\\000\\000\\000\\000\\000",
            "rtnl-from_file: malformed message\n",
        ),
        (
            "\\377\\377\\377\\377\\017\\000\\000\\000\\000\\000\\000\\000\\000\\000\\000\\000",
            "rtnl-from_file: malformed message\n",
        ),
    ] {
        ns.sh(&format!("printf '{bytes}' > /run/damaged"));
        let out = ns.run(&[&ours()[..], "ip", "monitor", "file", "/run/damaged"]);
        assert_eq!((out.stdout.as_str(), out.stderr.as_str(), out.code), ("", said, 1), "{bytes}");
    }
}

#[test]
fn words_as_iproute2_takes_them() {
    let (Some(it), Some(ns)) = (iproute2(), Ns::new()) else { return };
    for line in [
        "monitor bogus",
        "monitor dev",
        "monitor dev nope",
        "monitor file",
        "monitor file /nope",
        "monitor de lo",
        "monitor s",
        "monitor link x",
        "monitor f",
        "-ts -rc x link",
        "-t -ti -ts -tsh -r -re -rc 0 -l 3 link show lo",
        "-to link",
    ] {
        let [want, got] = [vec![theirs(it)], vec![&ours()[..], "ip"]]
            .map(|argv| ns.run(&[argv, words(line).collect()].concat()));
        assert_eq!((want.stdout, want.stderr, want.code), (got.stdout, got.stderr, got.code), "ip {line}");
    }
}
