//! Odd kernels: one without IPv6, without nf_tables and without most modules. What works without them works; what does
//! not says what is missing.

use harness::vm::{Setup, Vm};
use harness::{Ns, nlbox, words};

/// Lines, their exit codes, and what stdout or stderr holds. `-` is nothing at all.
const ROWS: &[(&str, i32, &str)] = &[
    ("ip link show lo", 0, "lo: <LOOPBACK"),
    ("ip link set lo up", 0, "-"),
    ("ip addr show lo", 0, "inet 127.0.0.1/8"),
    ("ip -j addr show lo", 0, "\"local\":\"127.0.0.1\""),
    ("ip addr add 10.1.0.1/24 dev lo", 0, "-"),
    ("ip route add 10.2.0.0/24 dev lo", 0, "-"),
    ("ip route", 0, "10.2.0.0/24 dev lo"),
    ("ip route show table all", 0, "table local"),
    ("ip rule", 0, "from all lookup main"),
    ("ip neigh", 0, "-"),
    ("ip maddress", 0, "inet  224.0.0.1"),
    ("ip netconf", 0, "inet lo forwarding off"),
    ("ip netns add blue", 0, "-"),
    ("ip netns exec blue /bin/nlbox ip link", 0, "lo:"),
    ("ip netns", 0, "blue"),
    ("ip tcp_metrics", 0, "-"),
    ("ping -c 1 -W 1 127.0.0.1", 0, "1 received"),
    ("ifconfig lo", 0, "inet 127.0.0.1"),
    ("route -n", 0, "Kernel IP routing table"),
    // IPv6 is not there.
    ("ip addr add fd00::1/64 dev lo", 2, "Operation not supported"),
    ("ip -6 route add fd00::/64 dev lo", 2, "Operation not supported"),
    ("ping -c 1 ::1", 2, "Address family not supported"),
    // nf_tables is not there.
    ("nat masquerade", 4, "nat: Protocol not supported\nThis kernel does not have nf_tables.\n"),
    ("nat list", 4, "nat: Protocol not supported\nThis kernel does not have nf_tables.\n"),
    ("iptables -t nat -S", 4, "iptables: Protocol not supported\nThis kernel does not have nf_tables.\n"),
    // Nor are link kinds.
    ("ip link add type wireguard", 2, "Unknown device type"),
    ("ip link add x type bridge", 2, "Unknown device type"),
];

#[test]
fn a_kernel_without_ipv6_nf_tables_and_modules() {
    let Some(vm) = boot(&[]) else { return };
    check(vm, ROWS);
}

/// A machine without IPv6, and with these modules alone.
fn boot(modules: &[&str]) -> Option<Vm> {
    let setup = Setup::new().file("/bin/nlbox", nlbox()).modules(modules).life(240);
    let mut vm = setup.parameter("ipv6.disable=1").boot()?;
    vm.ok(":mount proc /proc");
    vm.ok(":mount sysfs /sys");
    Some(vm)
}

fn check(mut vm: Vm, rows: &[(&str, i32, &str)]) {
    let mut wrong = String::new();
    for (line, code, text) in rows {
        let out = vm.run(&format!("/bin/nlbox {line}"));
        let all = format!("{}{}", out.stdout, out.stderr);
        let silent = *text == "-" && all.is_empty();
        // An error never leaves without a word, and none goes with a raw number alone.
        if out.code != *code || !(silent || all.contains(text)) {
            wrong += &format!("{line}: want [{code}] {text}, got {out:?}\n");
        }
    }
    vm.off();
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn a_kernel_with_the_socket_of_nf_tables_alone() {
    let Some(vm) = boot(&["nfnetlink"]) else { return };
    let none = "This kernel does not have nf_tables.\n";
    check(vm, &[("nat masquerade", 4, none), ("nat list", 4, none), ("iptables -t nat -S", 4, none)]);
}

#[test]
fn a_kernel_without_the_parts_of_nf_tables() {
    let Some(vm) = boot(&["nf_tables"]) else { return };
    let some = "nat: No such file or directory\nThis kernel does not have all of nf_tables that this wants: nft_chain_nat,";
    check(vm, &[("nat list", 0, "-"), ("nat masquerade", 4, some), ("nat list", 0, "-")]);
}

/// Lines that a kernel refuses, and the number that is left of its sentence.
const REFUSED: &[(&str, &str)] = &[
    ("ip link add x type nosuch", "Operation not supported"),
    ("ip link add v0 type veth", "File exists"),
    ("ip link set v0 mtu 10", "Invalid argument"),
    ("ip addr add 10.0.0.1/24 dev v0", "File exists"),
    ("ip addr del 10.7.0.1/24 dev v0", "Cannot assign requested address"),
    ("ip route add 10.9.0.0/24 via 10.8.0.1", "Network is unreachable"),
    ("ip route add 10.9.0.0/24 via 10.0.0.3 nhid 77", "Invalid argument"),
    ("ip route get 192.0.2.1", "Network is unreachable"),
    ("ip rule del pref 77", "No such file or directory"),
    ("ip neigh del 10.0.0.9 dev v0", "No such file or directory"),
    ("ip nexthop add id 7 group 8", "Invalid argument"),
    ("bridge vlan add dev v0 vid 5", "Operation not supported"),
    ("bridge fdb add 02:00:00:00:00:01 dev v0 master", "Operation not supported"),
];

/// Kernels before 4.12 give no sentence of their own: their number is told in iproute2's.
#[test]
fn a_kernel_without_extended_acks_refuses() {
    let Some(ns) = Ns::new() else { return };
    ns.sh("ip link add v0 type veth peer name v1; ip link set v0 up; ip link set v1 up; ip addr add 10.0.0.1/24 dev v0");
    let bin = nlbox();
    for (line, sentence) in REFUSED {
        let strace = ["strace", "-qq", "-o", "/dev/null", "-e", "inject=setsockopt:error=ENOPROTOOPT"];
        let argv = strace.into_iter().chain([bin.to_str().unwrap()]).chain(words(line));
        let out = ns.run(&argv.collect::<Vec<_>>());
        assert_eq!(out.stderr, format!("RTNETLINK answers: {sentence}\n"), "{line}");
        assert!(out.code != 0 && out.stdout.is_empty(), "{line}: {out:?}");
    }
}
