//! The product of a big-endian machine, run here under qemu-user against this machine's kernel: it says what the one of
//! this machine says, and does what it does.
//!
//! qemu-user turns what it knows of rtnetlink: links, addresses and routes, without most of what is nested. What it
//! does not know it refuses, or hands on as it is; such commands are not here.

use harness::{Ns, Output};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

/// A network with links, addresses and routes. Nothing in it is random.
const SETUP: &[&str] = &[
    "link set lo up",
    "link add v0 address 02:00:00:00:00:01 type veth peer name v1 address 02:00:00:00:00:02",
    "link add br0 address 02:00:00:00:00:03 type bridge",
    "link set v1 master br0",
    "link set v0 up",
    "link set v1 up",
    "addr add 10.0.0.1/24 dev v0",
    "addr add fd00::1/64 dev v0 nodad",
    "route add 192.168.0.0/16 via 10.0.0.2 metric 5",
    "route add blackhole 9.0.0.0/8",
];

const LISTINGS: &[&str] = &[
    "ip link",
    "ip -s -s link show v0",
    "ip -br link",
    "ip -br addr",
    "ip -j addr show v0",
    "ip addr show dev br0",
    "ip route show table all",
    "ip -j route",
    "ip -6 route",
    "ip route get 10.0.0.9",
    "ip link show nothing",
    "ifconfig br0",
    "route -n",
    "brctl show",
];

const CHANGES: &[&str] = &[
    "ip link set v0 address 02:00:00:00:00:07",
    "ip link set v0 down",
    "ip link set v0 name w0",
    "ip link set w0 arp off",
    "ip link set w0 up",
    "ip addr add 10.1.0.1/24 dev w0",
    "ip addr add 10.1.1.2 peer 10.1.1.3/32 dev w0",
    "ip addr del 10.0.0.1/24 dev w0",
    "ip addr add fd01::1/64 dev w0 nodad",
    "ip route add 172.16.0.0/12 via 10.1.0.2 metric 7",
    "ip route add 172.16.0.0/12 via 10.1.0.2 metric 7",
    "ip route add 172.32.0.0/12 dev w0 src 10.1.0.1 table 300",
    "ip route add fd09::/16 via fd01::2 dev w0",
    "ip route del blackhole 9.0.0.0/8",
    "ip addr flush dev w0",
    "ip link del w0",
];

/// The product, and how it is started.
struct Machine {
    argv: Vec<PathBuf>,
    ns: Ns,
}

impl Machine {
    fn new(argv: Vec<PathBuf>) -> Option<Machine> {
        let machine = Machine { argv, ns: Ns::new()? };
        machine.ns.ip(&link(), SETUP);
        Some(machine)
    }

    fn run(&self, line: &str) -> Output {
        let words = harness::words(line).map(PathBuf::from);
        self.ns.run(&self.argv.iter().cloned().chain(words).collect::<Vec<_>>())
    }
}

/// The product of this machine, called `ip`.
fn link() -> PathBuf {
    let dir = std::env::temp_dir().join(format!("nlbox-machines-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    let _ = std::os::unix::fs::symlink(harness::nlbox(), dir.join("ip"));
    dir.join("ip")
}

/// The lines without counters; sorted, for the kernel makes its own routes in no order of ours.
fn still(text: &str) -> Vec<&str> {
    let counters = |l: &&str| l.split_whitespace().all(|w| w.parse::<u64>().is_ok());
    let mut lines: Vec<&str> = text.lines().filter(|l| !counters(l)).collect();
    lines.sort_unstable();
    lines
}

#[test]
fn a_big_endian_machine_says_and_does_the_same() {
    let Some(theirs) = harness::product("powerpc64-unknown-linux-musl", "symbols", &[], "product") else {
        return;
    };
    if Command::new("qemu-ppc64").arg("--version").output().is_err() {
        let _ = harness::skip::<()>("qemu-ppc64 is not installed (qemu-user)");
        return;
    }
    assert_eq!(std::fs::read(&theirs).unwrap()[5], 2, "EI_DATA of a big-endian program");
    let (Some(ours), Some(theirs)) =
        (Machine::new(vec![harness::nlbox()]), Machine::new(vec![PathBuf::from("qemu-ppc64"), theirs]))
    else {
        return;
    };
    // Links come up, and addresses settle, in the kernel's own time.
    let settled = |what: &str, both: &dyn Fn() -> [Output; 2]| {
        for left in (0..30).rev() {
            let [a, b] = both();
            if still(&a.stdout) == still(&b.stdout) && (&a.stderr, a.code) == (&b.stderr, b.code) {
                return;
            }
            assert!(left > 0, "{what}\n{a:?}\n{b:?}");
            std::thread::sleep(Duration::from_millis(100));
        }
    };
    for line in LISTINGS {
        assert!(!ours.run(line).stdout.is_empty() || ours.run(line).code == 1, "{line} says something");
        settled(line, &|| [&ours, &theirs].map(|m| m.run(line)));
    }
    for line in CHANGES {
        assert_eq!(ours.run(line), theirs.run(line), "{line}");
        // What became of it, as the one of this machine sees it.
        for listing in ["addr", "route show table all"] {
            let listing = format!("{} {listing}", link().display());
            settled(line, &|| [&ours, &theirs].map(|m| m.ns.sh(&listing)));
        }
    }
}
