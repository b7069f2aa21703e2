//! Any words as the command line of any applet: an error or a request, never a panic. The kernel agrees to all, or, by
//! the first bit, says nothing.
#![no_main]

mod common;

use common::Kernel;
use libfuzzer_sys::fuzz_target;
use std::ffi::CString;

/// So that the fuzzer need not find the way to each verb first; the last begin anywhere.
const HEADS: &[&str] = &[
    "ip link add",
    "ip link set veth0",
    "ip link show",
    "ip link del",
    "ip link property add dev veth0",
    "ip link add x type vxlan",
    "ip link add x type bridge",
    "ip link add x type bond",
    "ip link add x type gre",
    "ip link set veth0 vf 0",
    "ip link set veth0 type bridge_slave",
    "ip link add x type",
    "ip addr add",
    "ip addr del",
    "ip addr show",
    "ip addr flush",
    "ip route add",
    "ip route del",
    "ip route show",
    "ip route get",
    "ip route add 1.0.0.0/8 encap",
    "ip route add 1.0.0.0/8 nexthop",
    "ip neigh add",
    "ip neigh show",
    "ip neigh get",
    "ip rule add",
    "ip rule show",
    "ip nexthop add",
    "ip nexthop show",
    "ip tunnel add",
    "ip -6 tunnel add",
    "ip addrlabel add",
    "ip ntable change",
    "ip token set",
    "ip tcp_metrics show",
    "ip mptcp endpoint add",
    "ip mptcp limits set",
    "ip netns",
    "ip monitor",
    "ip maddress add",
    "ip tuntap add",
    "ip",
    "bridge link set",
    "bridge fdb add",
    "bridge mdb add",
    "bridge vlan add",
    "bridge vlan global set",
    "bridge vni add",
    "bridge",
    "nat",
    "nat add",
    "iptables -t nat -A",
    "iptables -t nat",
    "ifconfig veth0",
    "ifconfig",
    "route add",
    "route",
    "arp -s",
    "arp",
    "brctl",
    "vconfig",
    "tunctl",
    "ping",
    "arping",
    "watch",
    "tcpdump",
    "isolate",
    "unshare",
    "nsenter",
    "nlbox",
];

fuzz_target!(init: common::sandbox::enter(), |data: &[u8]| {
    let Some((choice, data)) = data.split_first() else { return };
    let mut words = common::words(HEADS[usize::from(choice >> 1) % HEADS.len()]);
    words.extend(data.split(|b| *b == b' ').filter(|w| !w.is_empty()).filter_map(|w| CString::new(w).ok()));
    let mut kernels = match choice & 1 {
        0 => [Kernel::willing(), Kernel::willing()],
        _ => Default::default(),
    };
    let _ = common::run(&words, &mut kernels);
});
