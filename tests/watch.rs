//! `watch` and `tcpdump` against the installed tcpdump, on the same link at the same time.

use harness::{Ns, diff, eqnice, eventually, nlbox, skip};
use std::io::Read;
use std::path::Path;
use std::process::{Child, Stdio};

const STATE: &str = "\
ip link set lo up
ip netns add far
ip link add v0 address 02:00:00:00:00:01 type veth peer name v1 address 02:00:00:00:00:02
ip link set v1 netns far
echo 600 > /proc/sys/net/ipv4/neigh/v0/delay_first_probe_time
ip netns exec far sh -c 'echo 600 > /proc/sys/net/ipv4/neigh/v1/delay_first_probe_time'
ip addr add 10.0.0.1/24 dev v0
ip link set v0 up
ip -n far link set lo up
ip -n far addr add 10.0.0.2/24 dev v1
ip -n far link set v1 up
ip -n far route add default via 10.0.0.1
echo 1 > /proc/sys/net/ipv4/ip_forward";

/// A look-up that is answered, one that is not, an announcement, a probe; a port that is closed, a network that is
/// not there, a reply.
const TRAFFIC: &str = "\
ping -c 1 -W 1 10.0.0.2
ping -c 1 -W 1 10.0.0.9
$N arping -I v0 -c 1 -U 10.0.0.1
$N arping -I v0 -c 1 -A 10.0.0.1
$N arping -I v0 -c 1 -D -w 1 10.0.0.77
ip netns exec far ping -c 1 -W 1 198.51.100.1
ip netns exec far ping -c 1 -W 1 -t 1 10.0.0.1
bash -c 'echo x > /dev/udp/10.0.0.2/999'
sleep 0.2";

struct Watcher(Child);

impl Watcher {
    fn new(ns: &Ns, argv: &[&str]) -> Watcher {
        let mut command = ns.command(argv[0]);
        Watcher(command.args(&argv[1..]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
    }

    /// Interrupts it, and gives what it said; the times as their shape.
    fn end(mut self) -> (String, String) {
        // SAFETY: kill takes two integers; the child is ours and not reaped yet.
        unsafe { libc::kill(self.0.id().cast_signed(), libc::SIGINT) };
        let (mut out, mut err) = (String::new(), String::new());
        self.0.stdout.take().unwrap().read_to_string(&mut out).unwrap();
        self.0.stderr.take().unwrap().read_to_string(&mut err).unwrap();
        assert!(self.0.wait().unwrap().success(), "{err}");
        (out, err)
    }
}

/// Each time of day as `T`, once it is seen to be one.
fn timeless(text: &str) -> String {
    text.lines()
        .map(|line| match line.split_once(' ') {
            Some((time, rest)) if time.len() == 15 => {
                let shape: String = time.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
                assert_eq!(shape, "00:00:00.000000", "{line}");
                format!("T {rest}\n")
            }
            _ => format!("{line}\n"),
        })
        .collect()
}

fn state() -> Option<Ns> {
    let ns = Ns::new()?;
    ns.sh(&STATE.replace('\n', " && "));
    // Duplicate detection and the like are over before anybody looks.
    eventually("the links are up", || {
        ns.run(&["/bin/sh", "-c", "ip -n far link show v1 | grep -c 'state UP'"]).stdout.trim() == "1"
    });
    Some(ns)
}

fn sockets(ns: &Ns, many: usize) {
    eventually("everybody listens", || {
        ns.run(&["/bin/cat", "/proc/self/net/packet"]).stdout.lines().count() > many
    });
}

#[test]
fn frames_read_as_tcpdump_writes_them() {
    if !Path::new("/usr/bin/tcpdump").exists() {
        return skip("tcpdump is not installed").unwrap_or_default();
    }
    let Some(ns) = state() else { return };
    let program = nlbox();
    let program = program.to_str().unwrap();
    let lines = ["-i v0 -n -e arp", "-i v0 -ne icmp", "-nn -i v0 -l arp", "-l -i v0 -n icmp"];
    let pairs: Vec<_> = lines
        .iter()
        .map(|line| {
            let words: Vec<&str> = line.split(' ').collect();
            let theirs = [&["/usr/bin/tcpdump", "--immediate-mode"][..], &words].concat();
            let ours = [&[program, "tcpdump"][..], &words].concat();
            (Watcher::new(&ns, &theirs), Watcher::new(&ns, &ours))
        })
        .collect();
    let watch = Watcher::new(&ns, &[program, "watch", "-i", "v0", "arp"]);
    let all = Watcher::new(&ns, &[program, "watch", "icmp"]);
    sockets(&ns, 10);
    // tcpdump throws away what came before its filter was in place, which nothing outside shows.
    std::thread::sleep(std::time::Duration::from_secs(1));
    for line in TRAFFIC.lines() {
        ns.run(&["/bin/sh", "-c", &line.replace("$N", program)]);
    }
    let mut first = String::new();
    for (line, (theirs, ours)) in lines.iter().zip(pairs) {
        let ((want, want_err), (got, got_err)) = (theirs.end(), ours.end());
        let (want, got) = (timeless(&want), timeless(&got));
        assert!(want.lines().count() > 4, "{want}");
        assert!(want == got, "{line}\n{}", diff(&want, &got));
        // How many came later than the last line read is the machine's affair.
        let head = |text: &str| text.lines().take(2).map(|l| format!("{l}\n")).collect::<String>();
        eqnice!(head(&want_err), head(&got_err));
        assert!(got_err.ends_with("0 packets dropped by kernel\n"), "{got_err}");
        if first.is_empty() {
            first = want;
        }
    }
    let (watched, _) = watch.end();
    // tcpdump ends an interrupted line.
    eqnice!(first, timeless(&watched) + "\n");
    let (all, _) = all.end();
    assert!(all.lines().any(|l| l.contains(" v0 02:00:00:00:00:01 > 02:00:00:00:00:02, ")), "{all}");
    // What lo carries is seen once.
    let on_lo = all.lines().filter(|l| l.contains(" lo ") && l.contains("host 10.0.0.9 unreachable")).count();
    assert_eq!(on_lo, 1, "{all}");
}

#[test]
fn a_count_ends_it_and_json_is_whole() {
    let Some(ns) = state() else { return };
    let program = nlbox();
    let program = program.to_str().unwrap();
    let mut watch = Watcher::new(&ns, &[program, "watch", "-j", "-c", "2", "-i", "v0", "arp"]);
    sockets(&ns, 1);
    ns.sh("ping -c 1 -W 1 10.0.0.2 > /dev/null");
    let mut out = String::new();
    watch.0.stdout.take().unwrap().read_to_string(&mut out).unwrap();
    assert!(watch.0.wait().unwrap().success());
    let times: String =
        out.split("\"time\":").map(|part| part.split_once(',').map_or(part, |(_, rest)| rest)).collect();
    eqnice!(
        "[{\"link\":\"v0\",\"from\":\"02:00:00:00:00:01\",\"to\":\"ff:ff:ff:ff:ff:ff\",\"length\":42,\"op\":\"request\",\
         \"target\":\"10.0.0.2\",\"sender\":\"10.0.0.1\",\"sender_mac\":\"02:00:00:00:00:01\"},\
         {\"link\":\"v0\",\"from\":\"02:00:00:00:00:02\",\"to\":\"02:00:00:00:00:01\",\"length\":42,\"op\":\"reply\",\
         \"sender\":\"10.0.0.2\",\"sender_mac\":\"02:00:00:00:00:02\",\"target\":\"10.0.0.1\"}]\n",
        times
    );
}

#[test]
fn other_words_are_refused_by_name() {
    let Some(ns) = Ns::new() else { return };
    ns.sh("ip tuntap add t0 mode tun || true");
    let program = nlbox();
    for (line, why, code) in [
        ("tcpdump -i lo port", "tcpdump: 'port' is not in this build", 1),
        ("tcpdump -i lo arp or", "tcpdump: 'or' is not in this build", 1),
        ("tcpdump -i lo tcp port 80", "tcpdump: 'tcp' is not in this build", 1),
        ("tcpdump -i lo arp and host 10.0.0.1", "tcpdump: 'and' is not in this build", 1),
        ("tcpdump -i lo -X arp", "tcpdump: invalid option -- 'X'", 1),
        ("tcpdump -i lo", "tcpdump: arp or icmp?", 1),
        ("tcpdump arp", "tcpdump: -i is wanted", 1),
        ("tcpdump -i nope arp", "tcpdump: nope: No such device exists", 1),
        ("tcpdump -i t0 arp", "tcpdump: t0: not an Ethernet link", 1),
        ("watch -i nope arp", "watch: nope: No such device exists", 1),
        ("watch -c 0 arp", "watch: invalid argument: '0': out of range: 1 <= value <= 2147483647", 1),
        ("watch frob", "watch: 'frob' is not in this build", 2),
    ] {
        let argv: Vec<&str> = std::iter::once(program.to_str().unwrap()).chain(line.split(' ')).collect();
        let out = ns.run(&argv);
        eqnice!(why, out.stderr.lines().next().unwrap_or(""), "{line}");
        assert_eq!((out.code, out.stdout.as_str()), (code, ""), "{line}");
    }
}
