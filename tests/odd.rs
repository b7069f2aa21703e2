//! Odd kernels: one without IPv6, without nf_tables and without most modules. What works without them works; what does
//! not says what is missing.

use harness::nlbox;
use harness::vm::Setup;

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
    ("nat masquerade", 4, "nat: Protocol not supported"),
    ("nat list", 4, "nat: Protocol not supported"),
    ("iptables -t nat -S", 4, "iptables: Protocol not supported"),
    // Nor are link kinds.
    ("ip link add type wireguard", 2, "Unknown device type"),
    ("ip link add x type bridge", 2, "Unknown device type"),
];

#[test]
fn a_kernel_without_ipv6_nf_tables_and_modules() {
    let setup = Setup::new().file("/bin/nlbox", nlbox()).life(240);
    let Some(mut vm) = setup.parameter("ipv6.disable=1").boot() else { return };
    vm.ok(":mount proc /proc");
    vm.ok(":mount sysfs /sys");
    let mut wrong = String::new();
    for (line, code, text) in ROWS {
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
