//! What the host kernel may lack: routes by MPLS labels, and tunnels that impose them, beside iproute2.

use harness::vm::{Setup, Vm};

#[test]
fn labels_route_as_iproute2_routes_them() {
    let setup = Setup::new().iproute2().file("/nlbox", harness::nlbox());
    let modules = ["veth", "dummy numdummies=0", "mpls_router", "mpls_iptunnel", "xfrm_interface", "vrf"];
    let Some(mut vm) = setup.modules(&modules).boot() else { return };
    vm.ok(":mount proc /proc");
    for line in [
        "link set lo up",
        "link add dum0 type dummy",
        "link set dum0 up",
        "addr add 10.0.0.1/24 dev dum0",
        "link add red type vrf table 77",
        "link set red up",
        "link add dum1 type dummy",
        "link set dum1 master red",
        "link set dum1 up",
        "nexthop add id 9 dev dum1",
    ] {
        vm.ok(&format!("/bin/ip {line}"));
    }
    let limit = vm.run("/nlbox ip -f mpls route add 100 dev lo");
    assert_eq!(
        (limit.stderr.as_str(), limit.code),
        ("Error: Label >= configured maximum in platform_labels.\n", 2)
    );
    let labels = vm.feed(&[":write", "/proc/sys/net/mpls/platform_labels"], "1000\n");
    assert_eq!(labels.code, 0, "{}", labels.stderr);
    let mut compared = 0;
    // Each by one after the other; the first one's is taken back.
    for (line, back) in [
        ("route add 10.1.0.0/16 encap mpls 100 via 10.0.0.2", "route del 10.1.0.0/16"),
        ("route add 10.2.0.0/16 encap mpls 100/200/300 ttl 5 via 10.0.0.2", "route del 10.2.0.0/16"),
        (
            "route add 10.3.0.0/16 nexthop encap mpls 16 via 10.0.0.2 dev dum0 nexthop via 10.0.0.3 weight 2",
            "route del 10.3.0.0/16",
        ),
        ("route add 10.4.0.0/16 dev dum0 encap xfrm if_id 5", "route del 10.4.0.0/16"),
        ("route add 10.5.0.0/16 dev dum0 encap xfrm if_id 7 link_dev dum0", "route del 10.5.0.0/16"),
        ("nexthop add id 1 encap mpls 17/18 via 10.0.0.2 dev dum0", "nexthop del id 1"),
        ("route add 10.6.0.0/16 nhid 1", "route del 10.6.0.0/16"),
        ("-f mpls route add 100 via inet 10.0.0.2 dev dum0", "-f mpls route del 100"),
        ("-f mpls route add 101 as 200/300 via inet 10.0.0.2 dev dum0 proto static", "-f mpls route del 101"),
        ("-M route add 102 as to 3 via inet6 fe80::1 dev dum0", "-f mpls route del 102"),
        ("-f mpls route add 103 dev lo", "-f mpls route del 103"),
        ("-f mpls route add 104 ttl-propagate disabled via inet 10.0.0.2", "-f mpls route del 104"),
        (
            "-f mpls route add 105 nexthop as 5 via inet 10.0.0.2 dev dum0 nexthop via inet 10.0.0.3 dev dum0",
            "-f mpls route del 105",
        ),
        ("-f mpls route add 106 via link 02:00:00:00:00:01 dev dum0", "-f mpls route del 106"),
        ("-f mpls route replace 106 as 7 via inet 10.0.0.9", "-f mpls route del 106"),
        ("-f mpls route del 999", "nexthop"),
        ("-f mpls route add 100 via inet 10.0.0.2 dev dum0", "nexthop"),
    ] {
        let (want, state) = done(&mut vm, "/bin/ip", line);
        if line.contains(" replace ") {
            vm.ok(&format!("/bin/ip {back}"));
            vm.ok("/bin/ip -f mpls route add 106 via link 02:00:00:00:00:01 dev dum0");
        } else {
            vm.ok(&format!("/bin/ip {back}"));
        }
        let (got, after) = done(&mut vm, "/nlbox ip", line);
        assert_eq!(want, got, "{line}");
        harness::eqnice!(state, after, "{line}");
        compared += 1;
    }
    for line in [
        "route",
        "-d route",
        "-j route",
        "-d -j route",
        "nexthop",
        "-j nexthop",
        "nexthop show vrf red",
        "nexthop show master red",
        "nexthop show vrf dum0",
        "-f mpls route",
        "-M route",
        "-d -M route",
        "-j -M route",
        "-d -j -M route",
        "route get 10.1.0.1",
        "-s route",
        "-f mpls route get 101",
        "-f mpls route get 999",
        "-j -M route get 105",
        "-M route show dev dum0",
        "-M route show table all",
        "stats show group afstats",
        "-j stats show dev dum0 group afstats",
        "link afstats",
        "link afstats dev dum1",
        "-o link afstats",
    ] {
        let (theirs, ours) = (vm.run(&format!("/bin/ip {line}")), vm.run(&format!("/nlbox ip {line}")));
        assert_eq!(
            (theirs.stdout, theirs.stderr, theirs.code),
            (ours.stdout, ours.stderr, ours.code),
            "{line}"
        );
        compared += 1;
    }
    assert_eq!(compared, 43);
    vm.off();
}

/// What the line says and how it ends, and the routes and nexthops behind it.
fn done(vm: &mut Vm, tool: &str, line: &str) -> ((String, i32), String) {
    let said = vm.run(&format!("{tool} {line}"));
    let state = ["-d -j route", "nexthop", "-d -j -M route"].map(|look| vm.ok(&format!("/bin/ip {look}")));
    ((said.stderr, said.code), state.join(""))
}
