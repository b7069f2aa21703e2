//! The command lines whose system calls are made to fail: every object and every applet has one.

/// A command line, and what it is run in.
pub struct Case {
    /// The program's line; its first word is the applet.
    pub line: &'static str,
    /// A line of shell that makes ready, `ip` and `bridge` in it being the program under test.
    pub before: &'static str,
    /// What goes on meanwhile, as a line of shell in the background.
    pub meanwhile: &'static str,
    /// A line of shell that shows more of the state than [`super::STATE`] does.
    pub state: &'static str,
}

const fn case(line: &'static str) -> Case {
    Case { line, before: "", meanwhile: "", state: "" }
}

const fn with(before: &'static str, line: &'static str) -> Case {
    Case { line, before, meanwhile: "", state: "" }
}

const fn shown(before: &'static str, line: &'static str, state: &'static str) -> Case {
    Case { line, before, meanwhile: "", state }
}

const RULES: &str = "nft -s list ruleset";
/// Goes on until it is ended.
pub const ENDLESS: &str = "while ";
/// Waits, a second at most, until a socket listens: one in a group, one for frames.
macro_rules! once {
    ($heard:literal, $then:literal) => {
        concat!("for i in 0 1 2 3 4 5 6 7 8 9; do sleep 0.1; ", $heard, " && break; done; ", $then)
    };
}
macro_rules! event {
    ($then:literal) => {
        once!("awk 'NR > 1 && $4 != \"00000000\" { found = 1 } END { exit !found }' /proc/net/netlink", $then)
    };
}
const EVENT: &str = event!("ip link set v0 mtu 1400");
const EVENT_NAME: &str = "sleep 0.6; ip netns add green";
const FRAMES: &str =
    once!("grep -q ' 0003 ' /proc/net/packet", "while sleep 0.1; do arping -U -c 1 -q -I v0 10.0.0.1 & done");

pub const CASES: &[Case] = &[
    case("ip link show"),
    case("ip -s -d link show dev v0"),
    case("ip -j -p link"),
    case("ip -br link"),
    case("ip link add p0 address 02:00:00:00:00:11 type veth peer name p1 address 02:00:00:00:00:12"),
    case(
        "ip link add p0 address 02:00:00:00:00:11 type veth peer name p1 address 02:00:00:00:00:12 netns blue",
    ),
    case("ip link add br1 address 02:00:00:00:00:13 type bridge ageing_time 5000"),
    case("ip link set v0 mtu 1400 alias hello"),
    case("ip link set v1 netns blue"),
    case("ip link set v1 nomaster"),
    case("ip link property add dev v0 altname other"),
    case("ip link del v0"),
    case("ip addr"),
    case("ip -j addr show dev v0"),
    case("ip addr add 10.1.1.1/24 dev v0"),
    case("ip addr del 10.0.0.1/24 dev v0"),
    case("ip addr flush dev v0"),
    with("ip addr save >/run/saved", "ip addr restore"),
    case("ip -6 rule"),
    case("ip route"),
    case("ip -6 -j route show"),
    case("ip route get 10.9.0.1"),
    case("ip route add 10.8.0.0/16 nexthop via 10.0.0.2 weight 2 nexthop dev v1"),
    case("ip route del 10.9.0.0/24"),
    case("ip route flush 10.9.0.0/24"),
    case("ip rule"),
    case("ip rule add from 10.7.0.0/16 table 7 pref 70"),
    case("ip rule flush"),
    case("ip neigh"),
    case("ip neigh replace 10.0.0.9 lladdr 02:00:00:00:00:19 dev v0 nud permanent"),
    case("ip neigh flush dev v0 nud permanent"),
    case("ip nexthop add id 6 blackhole"),
    case("ip nexthop"),
    case("ip netns"),
    case("ip netns add red"),
    shown("umount -l /run/netns; rm -rf /run/netns", "ip netns add first", ""),
    case("ip netns attach red $$"),
    case("ip netns del blue"),
    case("ip netns exec blue NLBOX ip -br addr"),
    case("ip -all netns exec NLBOX ip -br link"),
    case("ip netns set blue 7"),
    case("ip netns list-id"),
    case("ip netns identify"),
    case("ip netns pids blue"),
    case("ip -n blue link show lo"),
    shown("printf 'link set v0 mtu 1300\\nlink set v1 mtu 1300\\n' >/run/lines", "ip -batch /run/lines", ""),
    case("ip addrlabel add prefix fd00::/64 label 44"),
    case("ip addrlabel"),
    case("ip netconf show dev v0"),
    case("ip ntable show dev v0"),
    case("ip tcp_metrics"),
    case("ip maddress show dev v0"),
    case("ip maddress add 33:33:00:00:00:07 dev v0"),
    case("ip token"),
    case("ip mroute"),
    case("ip mptcp endpoint add 10.0.0.1 id 3"),
    case("ip mptcp endpoint"),
    case("ip vrf"),
    case("ip vrf exec default NLBOX --version"),
    case("ip tuntap add dev t0 mode tap"),
    case("ip tuntap"),
    case("ip stats show dev v0"),
    shown("", "ip stats set dev v0 l3_stats on", "/usr/sbin/ip stats show group offload"),
    case("ip link xstats type bridge"),
    Case { line: "timeout 1.5 ip monitor link", before: "", meanwhile: EVENT, state: "" },
    Case { line: "timeout 1.5 ip netns monitor", before: "", meanwhile: EVENT_NAME, state: "" },
    case("bridge link"),
    case("bridge fdb show br br0"),
    case("bridge fdb add 02:00:00:00:00:21 dev v1 master static"),
    case("bridge -j vlan"),
    case("bridge link set dev v1 cost 55"),
    case("bridge mdb"),
    case("unshare -n NLBOX ip -br link"),
    case("unshare -Urnmpf --mount-proc NLBOX ip -br link"),
    with("touch /run/kept", "unshare --net=/run/kept NLBOX --version"),
    case("nsenter --net=/run/netns/blue NLBOX ip -br link"),
    case("isolate NLBOX ip -br link show lo"),
    case("isolate -n kept -d 10.0.0.9 --hostname inside NLBOX --version"),
    case("isolate -p --mount-proc -U --no-veth NLBOX --version"),
    shown("", "nat masquerade from 10.0.0.0/24 out v0", RULES),
    shown("nat masquerade from 10.0.0.0/24 out v0", "nat list", RULES),
    shown("nat masquerade from 10.0.0.0/24 out v0", "nat flush", RULES),
    shown("", "iptables -t nat -A POSTROUTING -s 10.0.0.0/24 -j MASQUERADE", RULES),
    shown("nat masquerade from 10.0.0.0/24 out v0", "iptables -t nat -S", RULES),
    case("ping -q -c 1 -W 1 10.0.0.1"),
    case("ping6 -q -c 1 -W 1 fd00::1"),
    case("arping -U -c 1 -q -I v0 10.0.0.1"),
    Case { line: "watch -i v0 -c 2 arp", before: "", meanwhile: FRAMES, state: "" },
    case("ifconfig v0"),
    case("ifconfig v0 10.3.0.1 netmask 255.255.0.0 up"),
    case("route -n"),
    case("route add -net 10.5.0.0/16 gw 10.0.0.2"),
    case("arp -n"),
    case("arp -s 10.0.0.77 02:00:00:00:00:77"),
    case("brctl show"),
    case("brctl addbr br2"),
    case("tunctl -t tap7"),
    case("nlbox --list"),
    shown("", "nlbox --install -s /run/bin", "ls /run/bin"),
];
