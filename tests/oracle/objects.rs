//! The smaller objects of `ip`: states, listings, mutations and bad lines, as in `cases.rs`.

use super::cases::Listings;
use super::{Oracle, Ns, Output};

pub(crate) const STATES: &[(&str, &str)] = &[
    (
        "objects",
        "link set lo up
         link add v0 address 02:00:00:00:00:01 type veth peer name v1 address 02:00:00:00:00:02
         link add v2 address 02:00:00:00:00:03 type veth peer name v3 address 02:00:00:00:00:04
         link set v0 up
         link set v1 up
         addr add 10.0.0.1/24 dev v0
         addr add fd00::1/64 dev v0 nodad
         maddress add 33:33:00:00:00:05 dev v0
         token set ::5 dev v0
         addrlabel add prefix 2001:db8::/32 label 99
         addrlabel add prefix fd00::/64 label 0x10 dev v0
         ntable change name arp_cache dev v0 queue 5 retrans 1500 gc_stale 70000 app_probes 2
         mptcp limits set subflows 3 add_addr_accepted 2
         mptcp endpoint add 10.0.0.1 dev v0 id 7 signal port 5000
         mptcp endpoint add 10.0.0.2 subflow backup
         mptcp endpoint add fd00::1 dev v0 subflow fullmesh
         -4 mrule add iif v0 table 6 pref 44",
    ),
    (
        // No neighbour is looked for, so that no counter moves.
        "statistics",
        "! echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6
         link set lo up
         link add br0 address 02:00:00:00:00:01 type bridge mcast_stats_enabled 1 vlan_stats_enabled 1
         link add v0 address 02:00:00:00:00:10 type veth peer name v1 address 02:00:00:00:00:11
         link set v0 master br0 up
         link set v1 up
         link set br0 up
         stats set dev v1 l3_stats on",
    ),
];

const MODES: &[&str] = &["", "-o", "-j", "-j -p", "-4", "-6", "-0", "-d", "-c", "-o -4", "-j -6"];

pub(crate) const LISTINGS: &[Listings] = &[
    Listings {
        states: "fresh objects",
        modes: MODES,
        lines: &["addrlabel", "maddress", "mptcp endpoint", "mroute", "mrule", "netconf", "ntable", "token", "vrf", "tcp_metrics"],
    },
    Listings {
        states: "objects",
        modes: &["", "-j", "-o", "-d"],
        lines: &[
            "addrlabel list", "maddr show dev v0", "maddr show v1", "maddr list nope", "token list dev v0", "token get dev v1", "token get",
            "netconf show dev v0", "netconf list dev lo", "ntable show dev v0", "ntable show name arp_cache dev v0", "ntable list name nope",
            "mptcp endpoint show", "mptcp endpoint show id 7", "mrule show", "mrule list iif v0", "vrf list", "vrf identify",
        ],
    },
    Listings {
        states: "fresh statistics",
        modes: &["", "-j", "-j -p", "-h", "-s", "-d", "-s -s", "-c", "-N", "-6"],
        lines: &[
            "stats show", "stats show dev lo", "stats show group link", "stats show group link group afstats", "link xstats type bridge",
            "link xstats type bridge_slave", "link afstats", "link afstats dev lo", "link xstats type bridge dev lo",
        ],
    },
    Listings {
        states: "statistics",
        modes: &["", "-j", "-s"],
        lines: &[
            "st show dev v0", "stats show dev v1", "stats show dev br0 group xstats", "stats show dev v0 group xstats_slave",
            "stats show dev br0 group xstats subgroup bridge suite stp", "stats show dev v0 group xstats_slave subgroup bridge suite mcast suite stp",
            "stats show dev v0 group offload group link", "stats show dev v1 group offload subgroup l3_stats",
            "stats show dev v1 group offload subgroup cpu_hit subgroup l3_stats", "stats show dev v1 group offload subgroup hw_stats_info",
            "stats show dev v1 group offload subgroup cpu_hit", "stats show group offload subgroup l3_stats", "stats show group link dev v1",
            "stats show dev v0 group xstats subgroup bridge suite stp subgroup bond", "stats show group link group link dev lo",
            "stats show dev v0 group offload subgroup l3_stats group offload", "stats show group afstats subgroup mpls",
            "link xstats ty bridge igmp", "link xstats type bridge stp", "link x type bridge_slave dev v0", "link xstats type bridge_slave stp dev v0",
        ],
    },
    Listings { states: "statistics", modes: &["", "-s", "-d"], lines: &["stats"] },
    Listings { states: "fresh objects", modes: &["", "-o", "-4", "-j", "-s"], lines: &["mptcp limits", "mptcp limits show"] },
    Listings { states: "objects", modes: &["-s"], lines: &["addrlabel", "maddr", "token", "netconf", "mptcp endpoint", "vrf", "-j -6 netconf show dev v0"] },
];

pub(crate) const MUTATIONS: &[(&str, &[&str])] = &[(
    "statistics",
    &[
        "stats set dev v0 l3_stats on; stats show group offload; stats set l3_stats off dev v1; stats show group offload; stats set dev v1 l3_stats off",
    ],
), (
    "objects",
    &[
        "addrlabel add prefix 2001:db8:5::/48 label 5; addrlabel add prefix ::/0 label 0xfffffffe dev v1; addrlabel",
        "addrlabel del prefix 2001:db8::/32 label 99; addrlabel del prefix fd00::/64 dev v0 label 16; addrlabel",
        "addrlabel flush; addrlabel; addrlabel flush",
        "maddr add 33:33:00:00:00:09 dev v0; maddr a address 33:33:00:00:00:09 dev v0; maddr del dev v0 33:33:00:00:00:05; maddr",
        "token set ::1:2:3 dev v1; token; token del dev v0; token",
        "token add fe80::7/64 dev v0; token",
        "mptcp limits set subflows 5; mptcp limits; mptcp limits set s 1 a 8; mptcp limits",
        "mptcp endpoint add 10.0.0.9 id 9; mptcp endpoint a 10.0.0.10 i 10 d v1 subflow; mptcp endpoint",
        "mptcp endpoint change id 7 backup; mptcp endpoint change 10.0.0.2 nobackup; mptcp endpoint change id 8 backup fullmesh; mptcp endpoint",
        "mptcp endpoint del id 7; mptcp endpoint delete id 0 10.0.0.9; mptcp endpoint; mptcp endpoint flush; mptcp endpoint",
        "mrule add oif v0 table 7 pref 50; mrule del pref 44; mrule; -6 mrule add iif v0 prohibit pref 9; -6 mrule; mrule flush; mrule",
    ],
)];

pub(crate) const ERRORS: &[(&str, &[&str])] = &[(
    "statistics",
    &[
        "stats show group foo", "stats show subgroup foo", "stats show suite foo", "stats show group offload subgroup foo",
        "stats show group xstats subgroup bridge suite foo", "stats show group xstats suite foo", "stats show group link subgroup foo",
        "stats show group link suite foo", "stats show group offload subgroup l3_stats suite x",
        "stats show group offload subgroup l3_stats group link subgroup x", "stats show group xstats subgroup bridge subgroup bond suite stp",
        "stats foo", "stats sh", "stats show foo", "stats show gr link", "stats show dev", "stats show dev nope", "stats show group", "stats show v0",
        "stats show dev lo dev v0", "stats set", "stats set dev v0", "stats set dev nope", "stats set dev nope l3_stats on", "stats set dev v0 l3_stats",
        "stats set dev v0 l3_stats maybe", "stats set dev v0 dev v1", "stats set dev v0 foo on", "stats set dev v0 l3_stats on on",
        "link xstats", "link xstats type", "link xstats type foo", "link xstats type veth", "link xstats type bridge foo", "link xstats dev br0",
        "link xstats type bridge dev nope", "link xstats type bridge dev", "link xstats type bridge_slave foo", "link afstats foo", "link afstats dev",
        "link afstats dev nope",
    ],
), (
    "objects",
    &[
        "addrlabel add", "addrlabel add prefix ::/0", "addrlabel add label 4", "addrlabel add prefix zz label 3", "addrlabel add prefix ::/0 label x",
        "addrlabel add prefix ::/0 label -1", "addrlabel add prefix ::/0 label 0xffffffff", "addrlabel add prefix ::/0 label 3 dev nope",
        "addrlabel add prefix 10.0.0.0/8 label 3", "addrlabel add prefix any label 3", "addrlabel add prefix ::/0 label 1", "addrlabel add prefix",
        "addrlabel del prefix 2001:db8:7::/48 label 3", "addrlabel del", "addrlabel list x", "addrlabel flush x", "addrlabel nope", "-4 addrlabel", "-4 addrlabel flush",
        "-4 addrlabel add prefix 2001:db8::/32 label 4",
        "maddr add", "maddr add 33:33:00:00:00:07", "maddr add zz dev v0", "maddr add 224.1.2.3 dev v0", "maddr add 33:33:00:00:00 dev v0", "maddr add 33:33:00:00:00:07 dev nope",
        "maddr add 33:33:00:00:00:07 33:33:00:00:00:08 dev v0", "maddr add 33:33:00:00:00:07 dev v0 dev v1", "maddr del 33:33:00:00:00:08 dev v0", "maddr add ff02::9 dev v0",
        "maddr add dev v0", "maddr show dev", "maddr show v0 v1", "maddr nope", "maddr v0",
        "token set", "token set ::5", "token set ::5 dev lo", "token set ::5 dev nope", "token set zz dev v0", "token set 1.2.3.4 dev v0", "token set all dev v0", "token set dev v0",
        "token del", "token del dev nope", "token get dev nope", "token list dev", "token nope", "token set ::5 v0",
        "netconf show dev nope", "netconf show dev", "netconf nope", "netconf show nope", "-M netconf",
        "ntable show nope", "ntable show dev nope", "ntable show dev", "ntable show name", "ntable nope", "ntable change", "ntable change dev v0 queue 4", "ntable change name arp_cache",
        "ntable change name arp_cache dev v0", "ntable change name nope dev v0 queue 4", "ntable change name arp_cache dev nope queue 4", "ntable change name arp_cache dev v0 queue x",
        "ntable change name arp_cache dev v0 queue", "ntable change name arp_cache thresh1 x", "ntable change name arp_cache thresh1 4", "ntable change name arp_cache gc_int 4",
        "ntable change name arp_cache nope", "ntable change name arp_cache name x", "ntable change name arp_cache dev v0 q 4", "ntable change name arp_cache dev v0 reachable 4",
        "ntable change name arp_cache dev v0 locktime -1", "ntable change name ndisc_cache dev v0 thresh3 99999999999",
        "tcp_metrics show 9.9.9.9", "tcp_metrics show zz", "tcp_metrics del", "tcp_metrics del 9.9.9.9", "tcp_metrics del 127.0.0.0/8", "tcp_metrics del all", "tcp_metrics del zz",
        "tcp_metrics nope", "tcp_metrics get 1.1.1.1", "tcp_metrics flush zz", "tcp_metrics flush 9.9.9.9", "tcp_metrics flush 9.0.0.0/8", "-s tcp_metrics flush 9.0.0.0/8",
        "-0 tcp_metrics", "-4 tcp_metrics show ::1", "tcp_metrics show 1.1.1.1 2.2.2.2", "tcp_metrics show source 1.1.1.1",
        "mptcp", "mptcp nope", "mptcp endpoint nope", "mptcp endpoint add", "mptcp endpoint add signal", "mptcp endpoint add 10.0.0.9 signal fullmesh",
        "mptcp endpoint add 10.0.0.9 subflow port 5000", "mptcp endpoint add 10.0.0.9 nope", "mptcp endpoint add 10.0.0.9 implicit", "mptcp endpoint add 10.0.0.9 dev nope",
        "mptcp endpoint add 10.0.0.9 id x", "mptcp endpoint add 10.0.0.9 id 256", "mptcp endpoint add 10.0.0.9 port x", "mptcp endpoint add 10.0.0.9 port 70000",
        "mptcp endpoint add 10.0.0.2", "mptcp endpoint show id 77", "mptcp endpoint show id x", "mptcp endpoint show id", "mptcp endpoint show 7", "mptcp endpoint show nope",
        "mptcp endpoint change", "mptcp endpoint change id 7 signal", "mptcp endpoint change id 7 backup signal", "mptcp endpoint change id 99 backup", "mptcp endpoint del",
        "mptcp endpoint del 10.0.0.1", "mptcp endpoint del id 7 10.0.0.5", "mptcp endpoint del id 0", "mptcp endpoint del id 99", "mptcp endpoint list", "mptcp limits nope",
        "mptcp limits set nope", "mptcp limits set subflows x", "mptcp limits set subflows 99", "mptcp limits set subflows", "mptcp limits set add x", "mptcp monitor nope",
        "mroute nope", "mroute add", "mroute show iif nope", "mroute show table zz", "mroute show table", "mroute show table 5", "mroute show from zz",
        "-0 mrule", "mrule add", "mrule nope", "mrule add from zz table 5", "mrule del pref 4711",
        "vrf show nope", "vrf show v0", "vrf nope", "vrf identify zz", "vrf identify 99999999", "vrf identify 1 2", "vrf exec nope true", "vrf pids nope",
    ],
)];

const VERBS: &[(&str, &[&str])] = &[
    ("addrlabel", &["list", "lst", "show", "add", "delete", "flush"]),
    ("maddr", &["add", "delete", "show", "list", "lst"]),
    ("token", &["list", "lst", "show", "set", "add", "get", "delete"]),
    ("netconf", &["show", "list", "lst"]),
    ("ntable", &["show", "list", "lst", "change", "chg"]),
    ("tcp_metrics", &["show", "list", "lst", "delete"]),
    ("mroute", &["show", "list", "lst"]),
    ("mptcp", &["endpoint", "limits"]),
    ("mptcp endpoint", &["add", "show", "delete"]),
    ("mptcp limits", &["set", "show"]),
    ("vrf", &["show", "list", "lst", "identify"]),
];

#[test]
fn listings() {
    let Some(mut oracle) = Oracle::new() else { return };
    oracle.listings(LISTINGS);
    oracle.end();
}

#[test]
fn mutations() {
    let Some(mut oracle) = Oracle::new() else { return };
    oracle.twins(MUTATIONS);
    oracle.end();
}

#[test]
fn errors() {
    let Some(mut oracle) = Oracle::new() else { return };
    oracle.errors(ERRORS);
    oracle.end();
}

#[test]
fn abbreviations() {
    let Some(mut oracle) = Oracle::new() else { return };
    let ns = oracle.state("objects");
    for (object, verbs) in VERBS {
        for verb in *verbs {
            (1..=verb.len()).for_each(|n| oracle.listing(&ns, "objects", &format!("{object} {}", &verb[..n])));
        }
    }
    oracle.end();
}

/// What we change in the neighbour tables is what iproute2 then shows; each interface draws its own reachable time.
#[test]
fn ntable_changes() {
    let Some(oracle) = Oracle::new() else { return };
    let words = "queue 7 base_reachable 40000 retrans 2000 gc_stale 50000 delay_probe 4000 app_probes 1 ucast_probes 2 mcast_probes 4 \
        anycast_delay 900 proxy_delay 700 proxy_queue 60 locktime 900";
    let shown = |ours: bool| {
        let ns = oracle.state("objects");
        let line = format!("ntable change name arp_cache dev v0 {words}");
        let done = if ours { oracle.ours(&ns, &line) } else { oracle.theirs(&ns, &line) };
        assert_eq!((done.code, done.stderr.as_str()), (0, ""));
        without(&oracle.theirs(&ns, "-4 ntable show dev v0").stdout, " reachable ")
    };
    let ours = shown(true);
    assert!(ours.contains("queue 7 ") && ours.contains("base_reachable 40000"), "{ours}");
    assert_eq!(ours, shown(false));
}

/// The counters are the whole machine's and move: all but the digits is compared.
#[test]
fn ntable_counters() {
    let Some(oracle) = Oracle::new() else { return };
    let ns = oracle.state("objects");
    let shape = |out: Output| out.stdout.split(|c: char| c.is_ascii_digit()).filter(|p| !p.is_empty()).collect::<Vec<_>>().join("#");
    for mode in ["-s", "-s -j", "-s -j -p", "-s -o", "-s -6"] {
        let line = format!("{mode} ntable show name arp_cache");
        let want = shape(oracle.theirs(&ns, &line));
        assert!(mode == "-s -6" || want.contains("hash_grows"), "{want}");
        assert_eq!(shape(oracle.ours(&ns, &line)), want, "{line}");
    }
}

/// `text` with the number behind each `mark` taken out.
fn without(text: &str, mark: &str) -> String {
    let mut parts = text.split(mark);
    let mut out = parts.next().unwrap_or("").to_string();
    for part in parts {
        out += mark;
        out += part.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    }
    out
}

/// Ages move between two looks.
fn ageless(mut out: Output) -> Output {
    for mark in ["age ", "Age ", "\"age\":", "\"age\": ", "\"expires\":", "\"expires\": "] {
        out.stdout = without(&out.stdout, mark);
    }
    out
}

/// This test program does `what` inside the namespace; see [`inside`].
fn inside_of(ns: &Ns, what: &str) -> std::process::Child {
    let mut command = ns.command(std::env::current_exe().unwrap());
    command.args(["--exact", "objects::inside", "--nocapture"]).env("ORACLE_INSIDE", what);
    command.stdout(std::process::Stdio::piped()).spawn().unwrap()
}

fn same(oracle: &mut Oracle, ns: &Ns, line: &str) -> Output {
    oracle.cases += 1;
    let (want, got) = (ageless(oracle.theirs(ns, line)), ageless(oracle.ours(ns, line)));
    if let Some(text) = oracle.verdict(line, &want, &got) {
        oracle.report("objects", line, text);
    }
    want
}

#[test]
fn tcp_metrics() {
    let Some(mut oracle) = Oracle::new() else { return };
    let ns = oracle.state("objects");
    let done = inside_of(&ns, "connections").wait_with_output().unwrap();
    assert!(done.status.success());
    for mode in ["", "-j", "-j -p", "-o", "-4", "-6"] {
        for line in ["", "show 127.0.0.1", "show 127.0.0.0/8", "show ::1", "show all", "list address 10.0.0.0/8"] {
            // Of a single host iproute2 6.1 prints text even with -j.
            if !mode.contains("-j") || !matches!(line, "show 127.0.0.1" | "show ::1") {
                same(&mut oracle, &ns, &format!("{mode} tcp_metrics {line}"));
            }
        }
    }
    assert_eq!(same(&mut oracle, &ns, "tcp_metrics").stdout.lines().count(), 5);
    for (line, left) in [("del 10.0.0.1", 4), ("flush 127.0.0.0/8", 1), ("flush", 0)] {
        let done = oracle.ours(&ns, &format!("tcp_metrics {line}"));
        assert_eq!((done.code, done.stdout.as_str(), done.stderr.as_str()), (0, "", ""), "{line}");
        assert_eq!(oracle.theirs(&ns, "tcp_metrics").stdout.lines().count(), left, "{line}");
    }
    oracle.end();
}

#[test]
fn mroute() {
    let Some(mut oracle) = Oracle::new() else { return };
    let ns = oracle.state("objects");
    let mut daemon = inside_of(&ns, "routes");
    let mut ready = String::new();
    let mut out = std::io::BufReader::new(daemon.stdout.take().unwrap());
    while !ready.contains("ready") {
        assert!(std::io::BufRead::read_line(&mut out, &mut ready).unwrap() > 0, "no routes: {ready}");
    }
    for mode in ["", "-s", "-j", "-j -p -s", "-o -s", "-4", "-6", "-N", "-0"] {
        for line in ["", "show iif v0", "show table all", "show table default", "show all"] {
            same(&mut oracle, &ns, &format!("{mode} mroute {line}"));
        }
    }
    assert_eq!(same(&mut oracle, &ns, "mroute").stdout.lines().count(), 3);
    // iproute2 6.1 refuses every prefix here: it asks for one of the family "???".
    let lines = |line: &str| oracle.ours(&ns, line).stdout.lines().count();
    let found = ["mroute show 239.1.1.0/24", "mroute show from 10.0.0.7", "mroute show to 239.0.0.0/8", "mroute show from 10.0.0.8 to 239.1.1.1"];
    assert_eq!(found.map(lines), [2, 1, 3, 0]);
    daemon.kill().unwrap();
    daemon.wait().unwrap();
    oracle.end();
}

/// Not a test of its own: what others have this program do inside their namespace.
#[test]
fn inside() {
    match std::env::var("ORACLE_INSIDE").as_deref() {
        Ok("connections") => ["127.0.0.1", "127.0.0.5", "10.0.0.1", "::1"].iter().for_each(|host| connect(host)),
        Ok("routes") => route(),
        _ => {}
    }
}

fn connect(host: &str) {
    use std::io::{Read, Write};
    let ip: std::net::IpAddr = host.parse().unwrap();
    let server = std::net::TcpListener::bind((ip, 0)).unwrap();
    let mut one = std::net::TcpStream::connect(server.local_addr().unwrap()).unwrap();
    let (mut other, _) = server.accept().unwrap();
    let mut buf = [0; 900];
    for _ in 0..20 {
        one.write_all(&buf).unwrap();
        other.read_exact(&mut buf).unwrap();
        other.write_all(&buf).unwrap();
        one.read_exact(&mut buf).unwrap();
    }
}

/// Multicast routes as a daemon sets them (linux/mroute.h): two interfaces, three routes.
fn route() {
    const INIT: i32 = 200;
    const ADD_VIF: i32 = 202;
    const ADD_MFC: i32 = 204;
    let socket = unsafe { libc::socket(libc::AF_INET, libc::SOCK_RAW, libc::IPPROTO_IGMP) };
    let set = |option: i32, value: &[u8]| {
        let done = unsafe { libc::setsockopt(socket, libc::IPPROTO_IP, option, value.as_ptr().cast(), value.len() as u32) };
        assert_eq!(done, 0, "setsockopt {option}: {}", std::io::Error::last_os_error());
    };
    set(INIT, &1_i32.to_ne_bytes());
    for (n, name) in [c"v0", c"v1"].iter().enumerate() {
        let index = unsafe { libc::if_nametoindex(name.as_ptr()) };
        // struct vifctl: number u16, flags (VIFF_USE_IFINDEX), threshold, rate limit u32, ifindex, remote address.
        let head = [n as u8, 0, 8, 1, 0, 0, 0, 0];
        set(ADD_VIF, &[&head[..], &index.to_ne_bytes(), &[0; 4]].concat());
    }
    for (from, to, parent, ttls) in [([10, 0, 0, 7], [239, 1, 1, 1], 0_u16, [0, 3]), ([10, 0, 0, 8], [239, 1, 1, 2], 1, [1, 0]), ([0; 4], [239, 9, 9, 9], 0, [0, 1])] {
        // struct mfcctl: origin, group, parent u16, 32 thresholds, counters and expiry.
        set(ADD_MFC, &[&from[..], &to, &parent.to_ne_bytes(), &ttls, &[0; 30], &[0; 18]].concat());
    }
    println!("ready");
    std::thread::sleep(std::time::Duration::from_secs(30));
}

/// On a kernel that has them: the list, one of them, and the words where none is meant.
#[test]
fn vrf_in_a_machine() {
    use harness::vm::Setup;
    let setup = Setup::new().modules(&["vrf"]).file("/nlbox", harness::nlbox()).iproute2();
    let Some(mut vm) = setup.boot() else { return };
    for line in ["link add red type vrf table 10", "link add averyverylong12 type vrf table 4711"] {
        vm.ok(&format!("/bin/ip {line}"));
    }
    for line in ["vrf", "vrf show", "-j vrf", "-j -p vrf list", "-o vrf", "vrf show red", "vrf show lo", "vrf show nope"] {
        let (want, got) = (vm.run(&format!("/bin/ip {line}")), vm.run(&format!("/nlbox ip {line}")));
        assert_eq!((got.stdout, got.stderr, got.code), (want.stdout, want.stderr, want.code), "{line}");
    }
    // JSON where it was asked for; iproute2 6.1 prints text of a single one.
    assert_eq!(vm.ok("/nlbox ip -j vrf show red"), "[{\"name\":\"red\",\"table\":10}]\n");
    vm.off();
}
