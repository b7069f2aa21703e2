//! The command lines that print what a kernel answers: the fuzzer's first byte chooses one, the second the options.

/// Behind the options of `ip`, of `bridge`, and as they stand.
pub const IP: &[&str] = &[
    "link",
    "addr",
    "route show table all",
    "neigh",
    "rule",
    "nexthop",
    "nexthop bucket",
    "netconf",
    "ntable",
    "addrlabel",
    "mroute show table all",
    "mrule",
    "tcp_metrics",
    "mptcp endpoint",
    "mptcp limits",
    "vrf",
    "token",
    "netns list-id",
    "tunnel",
    "-6 route",
    "-M route",
    "-6 tunnel",
    "-6 neigh show proxy",
    "-6 rule",
    "-6 mroute",
    "route get 1.2.3.4",
    "link show lo",
    "addr show lo",
    "nexthop get id 1",
    "neigh get 10.0.0.1 dev lo",
    "route show cache",
    "link show type bond",
    "-6 addr show dynamic",
    "route show root 10.0.0.0/8",
];
pub const BRIDGE: &[&str] =
    &["link", "fdb", "mdb", "vlan", "vlan tunnelshow", "vlan global", "vni", "mst", "-compressvlans vlan"];
pub const OTHERS: &[&str] = &[
    "ifconfig -a",
    "ifconfig",
    "ifconfig -s",
    "ifconfig lo",
    "route -n",
    "route -ee",
    "route -6 -n",
    "arp -an",
    "arp -n",
    "brctl show",
    "brctl showmacs br0",
    "brctl showstp br0",
    "bridge fdb get 02:00:00:00:00:01 dev lo",
    "bridge mdb get dev lo grp 239.1.1.1",
    "bridge -j -d vlan show dev lo",
    "ip tcp_metrics show 10.0.0.1",
    "ip tuntap",
    "ip monitor",
    "bridge monitor",
    "ip mptcp monitor",
    "ip stats show",
    "ip -j -s stats show dev lo",
    "ip link xstats type bridge_slave",
    "ip -j link xstats type bond",
    "ip link afstats",
];
pub const OPTIONS: &[&str] = &[
    "",
    "-d",
    "-j",
    "-j -p -d -s -s",
    "-o -d -s",
    "-s -s -d",
    "-br",
    "-N -d",
    "-j -br",
    "-j -N -d",
    "-4",
    "-6 -j",
    "-h -s",
];

/// How many lines there are.
pub const COUNT: usize = IP.len() + BRIDGE.len() + OTHERS.len();

/// Line `choice` with the options `options`.
pub fn line(choice: usize, options: usize) -> String {
    let options = OPTIONS[options % OPTIONS.len()];
    let choice = choice % COUNT;
    if let Some(line) = IP.get(choice) {
        return format!("ip {options} {line}");
    }
    match BRIDGE.get(choice - IP.len()) {
        // What `bridge` does not know of them it refuses.
        Some(line) => format!("bridge {} {line}", options.replace("-br", "").replace("-h", "")),
        None => OTHERS[choice - IP.len() - BRIDGE.len()].into(),
    }
}
