//! No applet drops a word: what it does not act on is refused by name, with the exit code of the program it stands for;
//! and each has a page with examples.

use harness::{Ns, Output, finish, nlbox, words};
use std::path::Path;
use std::process::Command;

const STATE: &str = "\
ip link set lo up
ip link add v0 address 02:00:00:00:00:01 type veth peer name v1
ip link set v0 up
ip link set v1 up
ip addr add 10.0.0.1/24 dev v0
ip addr add fd00::1/64 dev v0 nodad
ip link add br0 type bridge
echo 1 > /proc/sys/net/ipv4/ip_forward";

/// Lines that are right, but for `vconfig`'s where there is no 802.1Q.
const LINES: &str = "\
ip link show lo
ip -o addr show dev lo
bridge link show
bridge fdb show br br0
ifconfig
ifconfig -a
ifconfig -s v0
ifconfig v0 10.0.0.1/24 netmask 255.255.255.0 up
ifconfig v0 mtu 1400 txqueuelen 10
ifconfig v0 hw ether 02:00:00:00:00:01
ifconfig v0 add fd00::5/64
ifconfig v0:1 10.0.0.9 down
route
route -n -e
route -A inet6 -n
route add -net 10.7.0.0/16 gw 10.0.0.2 metric 3 dev v0
route add -host 10.8.0.1 dev v0
route -6 add fd07::/64 gw fd00::2 metric 3 dev v0
arp -n
arp -a -i v0 10.0.0.2
arp -s 10.0.0.2 02:00:00:00:00:02 temp dev v0
arp -d 10.0.0.3 dev v0
arp -Ds 10.0.0.4 v0 pub
brctl show br0
brctl showmacs br0
brctl addbr br7
brctl addif br0 v1
brctl delif br0 v1
brctl stp br0 on
brctl setfd br0 15
brctl setpathcost br0 v1 3
vconfig add v0 5
vconfig rem v0.5
vconfig set_flag v0.5 1 1
vconfig set_egress_map v0.5 1 2
tunctl -b -t t0
tunctl -d t0
ping -c 1 -q 127.0.0.1
ping -c 1 -I lo -s 10 -M do 127.0.0.1
ping6 -c 1 ::1
arping -c 1 -w 1 -I v0 10.0.0.77
watch -c 1 -i v0 arp
tcpdump -c 1 -i v0 -n -e arp
nat list
nat flush
nat masquerade from 10.0.0.0/8 out v0
nat dnat in v0 proto tcp dport 80 to 10.0.0.2:8080 --forward
nat del 1
iptables -t nat -A POSTROUTING -s 10.0.0.0/8 -o v0 -j MASQUERADE
iptables -t nat -A PREROUTING -p tcp --dport 80 -j DNAT --to-destination 10.0.0.2:80
iptables -t nat -D POSTROUTING 1
iptables -t nat -L -n
iptables -t nat -S
iptables -t nat -F
unshare -n --map-root-user true
nsenter --net=/proc/self/ns/net true
isolate --no-veth -d 10.0.0.53 --hostname h true
isolate -a 10.9.0.2/24 --dev e --publish 80:80 true";

/// What the programs themselves say without naming the word.
const UNNAMED: &[&str] = &[
    "SIOCSIFMTU: Invalid argument",
    "SIOCSIFTXQLEN: Invalid argument",
    "arp: invalid hardware address",
    "Incorrect number of arguments for command",
    "iptables: No chain/target/match by that name.",
];

fn run(ns: &Ns, argv: &[&str]) -> Output {
    let program = nlbox();
    ns.run(&[&[program.to_str().unwrap()][..], argv].concat())
}

fn state() -> Option<Ns> {
    let ns = Ns::new()?;
    ns.sh(&STATE.replace('\n', " && "));
    Some(ns)
}

#[test]
fn a_word_that_means_nothing_is_refused_wherever_it_stands() {
    let Some(ns) = state() else { return };
    let mut wrong = Vec::new();
    for line in LINES.lines() {
        let argv: Vec<&str> = words(line).collect();
        for at in 1..=argv.len() {
            let mut argv = argv.clone();
            argv.insert(at, "frob");
            let out = run(&ns, &argv);
            // `true frob` is true's affair.
            let command = line.ends_with(" true") && at == argv.len() - 1;
            // In the place of a value, one of the words behind it is one too many.
            let first = out.stderr.lines().next().unwrap_or("");
            let named = argv[at..].iter().any(|w| first.contains(w)) || UNNAMED.contains(&first);
            if !command && (out.code == 0 || out.stderr.is_empty() || !named) {
                wrong.push(format!("{}: {} {}", argv.join(" "), out.code, out.stderr));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The same exit code as the program itself, where that is installed.
#[test]
fn exit_codes_of_wrong_lines_are_the_programs_own() {
    let Some(ns) = state() else { return };
    let mut wrong = String::new();
    for (program, lines) in [
        ("/usr/sbin/ifconfig", "ifconfig -Z\nifconfig v0 frob\nifconfig frob\nifconfig v0 mtu"),
        // net-tools ends with 0 after `route -Z` and where words are missing; we do not.
        ("/usr/sbin/route", "route frob\nroute -A frob\nroute add -net 10.9.0.0/16 frob v0"),
        (
            "/usr/sbin/arp",
            "arp -Z\narp frob\narp -s 10.0.0.9\narp -s 10.0.0.9 02:00:00:00:00:01 frob\narp -i",
        ),
        ("/usr/sbin/brctl", "brctl frob\nbrctl addbr\nbrctl stp br0\nbrctl\nbrctl -Z"),
        ("/usr/bin/ping", "ping -Z\nping\nping -c 127.0.0.1\nping -c x 127.0.0.1\nping frob.invalid"),
        ("/usr/bin/arping", "arping -Z\narping\narping -I v0 -c x 10.0.0.2\narping -I frob 10.0.0.2"),
        ("/usr/bin/tcpdump", "tcpdump --frob\ntcpdump -i frob arp\ntcpdump -i v0 frob\ntcpdump -i"),
        ("/usr/bin/unshare", "unshare -Z\nunshare --frob\nunshare /frob\nunshare --wd\nunshare -S"),
        ("/usr/bin/nsenter", "nsenter -q\nnsenter --frob\nnsenter -t frob -n true\nnsenter -n true"),
        (
            "/usr/sbin/iptables",
            "iptables -t nat -Q\niptables -t nat --frob\niptables\niptables -t nat -A POSTROUTING frob\n\
             iptables -t nat -A POSTROUTING -j FROB\niptables -t nat -L FROB",
        ),
    ] {
        if !Path::new(program).exists() {
            harness::skip::<()>(&format!("{program} is not installed"));
            continue;
        }
        for line in lines.lines() {
            let argv: Vec<&str> = words(line).collect();
            let theirs = ns.run(&[&[program][..], &argv[1..]].concat()).code;
            let ours = run(&ns, &argv);
            if theirs != ours.code || ours.stderr.is_empty() {
                wrong += &format!("{line}: {theirs}, and ours {} {}\n", ours.code, ours.stderr);
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn each_applet_has_a_page_with_examples_and_a_version() {
    for applet in nlbox::APPLETS.iter() {
        let said = |option: &str| {
            let mut command = Command::new(nlbox());
            command.args([applet.name, option]);
            finish(command, "")
        };
        let out = said("--help");
        // iproute2 answers on standard error.
        let (page, code) =
            if matches!(applet.name, "ip" | "bridge") { (&out.stderr, 255) } else { (&out.stdout, 0) };
        let name = applet.name.trim_end_matches('6').replace("ip6", "ip");
        let examples = page.lines().filter(|l| l.starts_with(&format!("  {name} "))).count();
        assert!(page.starts_with("Usage: ") && examples > 0, "{}: {page}", applet.name);
        assert!(out.code == code && page.ends_with('\n') && !page.ends_with("\n\n"), "{}", applet.name);
        assert!(page.lines().all(|l| l.len() < 200), "{}: {page}", applet.name);
        let code = match applet.name {
            "ip" | "bridge" => 255,
            "ping" | "ping6" | "arping" => 2,
            _ => 0,
        };
        assert_eq!(said("-h").code, code, "{}", applet.name);
        let out = said("-V");
        assert!(out.code == 0 && out.stdout.contains("nlbox"), "{}: {out:?}", applet.name);
    }
}
