//! The five guides to network namespaces that nlbox exists for: their `ip` commands, in order, as written, with the
//! state looked at after each step. On `PATH` is one link, `ip`, to nlbox.
//!
//! `ens33` is played by one end of a veth pair. The two vlan steps of guide 0 need a kernel with 802.1Q: the boot test
//! types them ([`guide_0`] names them). Commands of other programs (ifconfig, route, arp, ping, tcpdump, unshare,
//! iptables, isolate) are left out at their places, marked `other:`.

use harness::{Ns, Output, eqnice, eventually, nlbox, words};
use std::path::PathBuf;

/// A fixture with nothing on its `PATH` but `ip`.
struct Guide {
    ns: Ns,
    path: PathBuf,
}

impl Guide {
    fn new() -> Option<Guide> {
        let ns = Ns::new()?;
        // `/run` is the fixture's own: the directory goes with it.
        ns.sh(&format!("mkdir /run/path && ln -s {} /run/path/ip", nlbox().display()));
        Some(Guide { ns, path: "/run/path/ip".into() })
    }

    fn any(&self, line: &str) -> Output {
        let line =
            line.strip_prefix("ip ").expect("an ip command").replace("${NETPID}", &self.ns.pid().to_string());
        let mut command = self.ns.command(&self.path);
        command.args(words(&line)).env("PATH", "/run/path");
        harness::finish(command, "")
    }

    /// Types a command that prints nothing when all is well.
    fn silent(&self, line: &str) {
        let out = self.any(line);
        assert_eq!((out.code, out.stdout.as_str(), out.stderr.as_str()), (0, "", ""), "{line}");
    }

    /// Types a command that lists something. No listing may be called inconsistent: interrupted dumps are read again.
    fn shows(&self, line: &str) -> String {
        let out = self.any(line);
        assert_eq!((out.code, out.stderr.as_str()), (0, ""), "{line}");
        out.stdout
    }

    /// A command that must fail, helpfully.
    fn fails(&self, line: &str, code: i32, first: &str) {
        let out = self.any(line);
        eqnice!(first, out.stderr.lines().next().unwrap_or(""), "{line}");
        assert_eq!((out.code, out.stdout.as_str()), (code, ""), "{line}");
    }

    /// The listing of `line` is `want`: `*` in it is any text within a line.
    fn like(&self, line: &str, want: &str) {
        let mut got = self.shows(line);
        // Carriers settle a moment after `up`.
        for _ in 0..40 {
            if like(want, &got) {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
            got = self.shows(line);
        }
        assert!(like(want, &got), "{line}\n{}", harness::diff(want, &got));
    }
}

/// Whether `got` is `want` line by line, `*` in `want` standing for any text.
fn like(want: &str, got: &str) -> bool {
    let fits = |want: &str, got: &str| {
        let mut parts = want.split('*');
        let Some(mut rest) = parts.next().and_then(|head| got.strip_prefix(head)) else { return false };
        let mut parts = parts.peekable();
        while let Some(part) = parts.next() {
            let at = if parts.peek().is_none() {
                rest.ends_with(part).then(|| rest.len() - part.len())
            } else {
                rest.find(part)
            };
            let Some(at) = at else { return false };
            rest = &rest[at + part.len()..];
        }
        rest.is_empty()
    };
    want.lines().count() == got.lines().count()
        && want.lines().zip(got.lines()).all(|(want, got)| fits(want, got))
}

const LO_DOWN: &str = "1: lo: <LOOPBACK> mtu 65536 qdisc noop state DOWN mode DEFAULT group default qlen 1000\n    \
                       link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n";
const LO_UP: &str = "1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN mode DEFAULT group default qlen 1000\n    \
                     link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n";

#[test]
fn patterns() {
    assert!(like("a*c\n* b \n", "abc\nx b \n"));
    assert!(
        !like("a*c\n", "abd\n") && !like("a\n", "a \n") && !like("a\n", "a\na\n") && !like("a*b*", "acd")
    );
}

/// Guide 0: a physical device and a veth pair given to a namespace.
#[test]
fn guide_0() {
    let Some(g) = Guide::new() else { return };
    g.silent("ip link add ens33 type veth peer name cable"); // the machine's own device
    let first = g.shows("ip link");
    assert!(first.starts_with(LO_DOWN), "{first}");
    assert!(first.contains(": ens33@cable: <BROADCAST,MULTICAST,M-DOWN> mtu 1500 "), "{first}");
    // other: ifconfig -a
    g.silent("ip netns add mynamespace");
    eqnice!("mynamespace\n", g.shows("ip netns"));
    eqnice!("mynamespace\n", g.shows("ip netns list"));
    eqnice!(LO_DOWN, g.shows("ip netns exec mynamespace ip link list"));
    g.silent("ip link add veth0 type veth peer name veth1");
    g.like(
        "ip link show veth0",
        "*: veth0@veth1: <BROADCAST,MULTICAST,M-DOWN> mtu 1500 qdisc noop state DOWN mode DEFAULT group default qlen 1000\n    \
         link/ether * brd ff:ff:ff:ff:ff:ff\n",
    );
    g.silent("ip link set veth1 netns mynamespace");
    g.like(
        "ip link show veth0",
        "*: veth0@if*: <BROADCAST,MULTICAST> mtu 1500 qdisc noop state DOWN mode DEFAULT group default qlen 1000\n    \
         link/ether * brd ff:ff:ff:ff:ff:ff link-netns mynamespace\n",
    );
    g.like(
        "ip netns exec mynamespace ip link",
        &format!(
            "{LO_DOWN}*: veth1@if*: <BROADCAST,MULTICAST> mtu 1500 qdisc noop state DOWN mode DEFAULT group default qlen 1000\n    \
             link/ether * brd ff:ff:ff:ff:ff:ff link-netnsid 0\n"
        ),
    );
    eqnice!("mynamespace (id: 0)\n", g.shows("ip netns"));
    // other: ifconfig veth0 10.0.0.2/24 up; ip netns exec mynamespace ifconfig veth1 10.0.0.1/24 up; ping 10.0.0.1;
    // ip netns exec mynamespace route
    g.silent("ip link set ens33 netns mynamespace");
    assert!(!g.shows("ip link").contains("ens33"));
    assert!(g.shows("ip netns exec mynamespace ip link").contains(": ens33@if"));
    // Back by a process outside. The guide says 1, which is outside of this fixture.
    g.silent("ip netns exec mynamespace ip link set ens33 netns ${NETPID}");
    assert!(g.shows("ip link").contains(": ens33@cable: "));
    // In the boot test: ip link add link ens33 name myvlan type vlan id 100; ip link set myvlan netns mynamespace;
    // ip link set ens33 netns mynamespace (then myvlan@if2 … state DOWN); ip netns exec mynamespace ip link set ens33 netns 1
    g.silent("ip netns del mynamespace");
    eqnice!("", g.shows("ip netns"));
    // The peer went with its namespace.
    eventually("veth0 is gone", || !g.shows("ip link").contains("veth0"));
}

/// Guide 1: what `isolate` does for the network, in words of `ip`.
#[test]
fn guide_1() {
    let Some(g) = Guide::new() else { return };
    // other: sudo isolate sh
    eqnice!(LO_DOWN, g.shows("ip link list"));
    g.silent("ip netns add box");
    g.silent("ip link add veth0 type veth peer name veth1");
    g.fails("ip link add veth0 type veth peer name veth1", 2, "RTNETLINK answers: File exists");
    g.silent("ip link set veth1 netns box");
    g.silent("ip addr add 10.1.1.1/24 dev veth0");
    g.silent("ip link set veth0 up");
    g.silent("ip netns exec box ip addr add 10.1.1.2/24 dev veth1");
    g.silent("ip netns exec box ip link set veth1 up");
    g.silent("ip netns exec box ip link set lo up");
    g.like(
        "ip netns exec box ip link list",
        &format!(
            "{LO_UP}*: veth1@if*: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP mode DEFAULT group default qlen 1000\n    \
             link/ether * brd ff:ff:ff:ff:ff:ff link-netnsid 0\n"
        ),
    );
    g.like("ip netns exec box ip route", "10.1.1.0/24 dev veth1 proto kernel scope link src 10.1.1.2 \n");
}

/// Guide 2: two namespaces' worth of looking around.
#[test]
fn guide_2() {
    let Some(g) = Guide::new() else { return };
    g.silent("ip netns add coke");
    eqnice!("coke\n", g.shows("ip netns list"));
    eqnice!(LO_DOWN, g.shows("ip netns exec coke ip link list"));
    // other: ip netns exec coke ping 127.0.0.1
    g.silent("ip netns exec coke ip link set dev lo up");
    eqnice!(LO_UP, g.shows("ip netns exec coke ip link list"));
    g.silent("ip link add veth0 type veth peer name veth1");
    // ip link | grep veth
    let veths: Vec<_> = g.shows("ip link").lines().filter(|l| l.contains("veth")).map(String::from).collect();
    assert!(like(
        "*: veth1@veth0: <BROADCAST,MULTICAST,M-DOWN> mtu 1500 qdisc noop state DOWN mode DEFAULT group default qlen 1000\n\
         *: veth0@veth1: <BROADCAST,MULTICAST,M-DOWN> mtu 1500 qdisc noop state DOWN mode DEFAULT group default qlen 1000\n",
        &veths.join("\n"),
    ));
    g.silent("ip link set veth1 netns coke");
    g.like(
        "ip netns exec coke ip link list",
        &format!(
            "{LO_UP}*: veth1@if*: <BROADCAST,MULTICAST> mtu 1500 qdisc noop state DOWN mode DEFAULT group default qlen 1000\n    \
             link/ether * brd ff:ff:ff:ff:ff:ff link-netnsid 0\n"
        ),
    );
    g.silent("ip netns exec coke ip addr add 10.1.1.1/24 dev veth1");
    g.fails("ip link veth1 up", 255, "Command \"veth1\" is unknown, try \"ip link help\".");
    g.silent("ip netns exec coke ip link set veth1 up");
    g.like(
        "ip netns exec coke ip a show veth1",
        "*: veth1@if*: <NO-CARRIER,BROADCAST,MULTICAST,UP> mtu 1500 qdisc noqueue state *DOWN group default qlen 1000\n    \
         link/ether * brd ff:ff:ff:ff:ff:ff link-netnsid 0\n    \
         inet 10.1.1.1/24 scope global veth1\n       valid_lft forever preferred_lft forever\n",
    );
    g.silent("ip addr add 10.1.1.2/24 dev veth0");
    g.silent("ip link set veth0 up");
    g.like("ip route", "10.1.1.0/24 dev veth0 proto kernel scope link src 10.1.1.2 \n");
    g.like("ip netns exec coke ip route", "10.1.1.0/24 dev veth1 proto kernel scope link src 10.1.1.1 \n");
    // other: ping -c 1 10.1.1.1; ip netns exec coke ping 8.8.8.8
}

/// Guide 3: an anonymous namespace, known by a process in it, and the shortest of words.
#[test]
fn guide_3() {
    let (Some(g), Some(other)) = (Guide::new(), Ns::new()) else { return };
    // other: unshare -n && echo $$
    let at = |line: &str| line.replace("${NETPID}", &other.pid().to_string());
    let inside = |line: &str| {
        let argv = [nlbox().into_os_string().into_string().unwrap(), "ip".into()];
        let out = other.run(&argv.into_iter().chain(words(line).map(String::from)).collect::<Vec<_>>());
        assert_eq!((out.code, out.stderr.as_str()), (0, ""), "{line}");
        out.stdout
    };
    g.silent("ip link add ve0 type veth peer name ve1");
    g.silent(&at("ip link set ve1 netns ${NETPID}"));
    g.silent("ip address add 10.10.10.10/24 dev ve0");
    g.silent("ip link set ve0 up");
    g.like(
        "ip l",
        &format!(
            "{LO_DOWN}*: ve0@if*: <NO-CARRIER,BROADCAST,MULTICAST,UP> mtu 1500 qdisc noqueue state *DOWN mode DEFAULT group default qlen 1000\n    \
             link/ether * brd ff:ff:ff:ff:ff:ff link-netnsid 0\n"
        ),
    );
    g.like("ip r", "10.10.10.0/24 dev ve0 proto kernel scope link src 10.10.10.10 linkdown \n");
    eqnice!("", inside("a a 10.10.10.100/24 dev ve1"));
    eqnice!("", inside("l s ve1 up"));
    assert!(inside("l").contains(": ve1@if"), "{}", inside("l"));
    eqnice!("10.10.10.0/24 dev ve1 proto kernel scope link src 10.10.10.100 \n", inside("r"));
    g.like("ip r", "10.10.10.0/24 dev ve0 proto kernel scope link src 10.10.10.10 \n");
    // other: tcpdump -i ve1 -n -e arp; ping 10.10.10.100
}

/// Guide 4: two namespaces, a cable between them, then a bridge, then the way out.
#[test]
fn guide_4() {
    let Some(g) = Guide::new() else { return };
    g.silent("ip netns add red");
    g.silent("ip netns add blue");
    eqnice!("blue\nred\n", g.shows("ip netns"));
    eqnice!("blue\nred\n", g.shows("ip netns list"));
    eqnice!("blue\nred\n", g.shows("ip netns list blue"));
    assert!(g.shows("ip link").starts_with(LO_DOWN));
    eqnice!(LO_DOWN, g.shows("ip netns exec red ip link"));
    eqnice!(LO_DOWN, g.shows("ip -n red link"));
    // other: arp; ip netns exec red arp; route; ip netns exec red route
    g.silent("ip link add veth-red type veth peer name veth-blue");
    g.silent("ip link set veth-red netns red");
    g.silent("ip link set veth-blue netns blue");
    g.silent("ip -n red addr add 192.168.15.1/24 dev veth-red");
    g.silent("ip -n blue addr add 192.168.15.2/24 dev veth-blue");
    g.silent("ip -n red link set veth-red up");
    g.silent("ip -n blue link set veth-blue up");
    g.like("ip -n red route", "192.168.15.0/24 dev veth-red proto kernel scope link src 192.168.15.1 \n");
    // Each end names the namespace of the other, once it has a name for it here.
    g.like(
        "ip -n red link show veth-red",
        "*: veth-red@if*: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP mode DEFAULT group default qlen 1000\n    \
         link/ether * brd ff:ff:ff:ff:ff:ff link-netns blue\n",
    );
    // other: ip netns exec red ping 192.168.15.2; ip netns exec red arp
    g.silent("ip link add v-net-0 type bridge");
    g.like(
        "ip link",
        &format!(
            "{LO_DOWN}*: v-net-0: <BROADCAST,MULTICAST> mtu 1500 qdisc noop state DOWN mode DEFAULT group default qlen 1000\n    \
             link/ether * brd ff:ff:ff:ff:ff:ff\n"
        ),
    );
    g.silent("ip link set dev v-net-0 up");
    g.silent("ip -n red link del veth-red");
    eqnice!(LO_DOWN, g.shows("ip -n red link"));
    eventually("the other end is gone", || g.shows("ip -n blue link") == LO_DOWN);
    g.silent("ip link add veth-red type veth peer name veth-red-br");
    g.silent("ip link add veth-blue type veth peer name veth-blue-br");
    g.silent("ip link set veth-red netns red");
    g.silent("ip link set veth-red-br master v-net-0");
    g.silent("ip link set veth-blue netns blue");
    g.silent("ip link set veth-blue-br master v-net-0");
    g.like(
        "ip link show veth-red-br",
        "*: veth-red-br@if*: <BROADCAST,MULTICAST> mtu 1500 qdisc noop master v-net-0 state DOWN mode DEFAULT group default qlen 1000\n    \
         link/ether * brd ff:ff:ff:ff:ff:ff link-netns red\n",
    );
    g.silent("ip -n red addr add 192.168.15.1/24 dev veth-red");
    g.silent("ip -n blue addr add 192.168.15.2/24 dev veth-blue");
    g.silent("ip -n red link set veth-red up");
    g.silent("ip -n blue link set veth-blue up");
    g.silent("ip link set veth-red-br up");
    g.silent("ip link set veth-blue-br up");
    g.silent("ip addr add 192.168.15.5/24 dev v-net-0");
    g.like("ip route", "192.168.15.0/24 dev v-net-0 proto kernel scope link src 192.168.15.5 \n");
    // other: ping 192.168.15.1
    g.silent("ip netns exec blue ip route add 192.168.1.0/24 via 192.168.15.5");
    g.silent("ip netns exec blue ip route add default via 192.168.15.5");
    g.like(
        "ip netns exec blue ip route",
        "default via 192.168.15.5 dev veth-blue \n\
         192.168.1.0/24 via 192.168.15.5 dev veth-blue \n\
         192.168.15.0/24 dev veth-blue proto kernel scope link src 192.168.15.2 \n",
    );
    // other: iptables -t nat …; ip netns exec blue ping 192.168.1.3
    g.fails("ip tables -t nat -A PREROUTING", 1, "Object \"tables\" is unknown, try \"ip help\".");
    // The guide's troubles: an address twice, and what to do about it.
    g.fails("ip addr add 192.168.15.5/24 dev v-net-0", 2, "Error: ipv4: Address already assigned.");
    g.fails(
        "ip route add 192.168.15.0/24 dev v-net-0 proto kernel scope link src 192.168.15.5",
        2,
        "RTNETLINK answers: File exists",
    );
    g.silent("ip addr change 192.168.15.5/24 dev v-net-0");
    g.silent("ip addr replace 192.168.15.5/24 dev v-net-0");
    g.fails("ip addr flush", 1, "Flush requires arguments.");
    g.silent("ip addr flush dev v-net-0");
    eqnice!("", g.shows("ip route"));
}
