//! What the host kernel may lack: routes by MPLS labels, and tunnels that impose them, beside iproute2.

use harness::vm::Setup;

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
    let mut compared = 0;
    for line in [
        "route add 10.1.0.0/16 encap mpls 100 via 10.0.0.2",
        "route add 10.2.0.0/16 encap mpls 100/200/300 ttl 5 via 10.0.0.2",
        "route add 10.3.0.0/16 nexthop encap mpls 16 via 10.0.0.2 dev dum0 nexthop via 10.0.0.3 dev dum0 weight 2",
        "route add 10.4.0.0/16 dev dum0 encap xfrm if_id 5",
        "route add 10.5.0.0/16 dev dum0 encap xfrm if_id 7 link_dev dum0",
        "nexthop add id 1 encap mpls 17/18 via 10.0.0.2 dev dum0",
        "route add 10.6.0.0/16 nhid 1",
    ] {
        // The same by one after the other; the first one's is taken back.
        let mut states = Vec::new();
        for tool in ["/bin/ip", "/nlbox ip"] {
            let said = vm.run(&format!("{tool} {line}"));
            states.push((said.stderr, said.code, vm.ok("/bin/ip -d -j route"), vm.ok("/bin/ip nexthop")));
            if tool == "/bin/ip" {
                let words: Vec<_> = line.split(' ').collect();
                let back = if words[0] == "nexthop" {
                    "nexthop del id 1".into()
                } else {
                    format!("route del {}", words[2])
                };
                vm.run(&format!("/bin/ip {back}"));
            }
        }
        let (theirs, ours) = (&states[0], &states[1]);
        assert_eq!(theirs, ours, "{line}");
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
        "route get 10.1.0.1",
        "-s route",
    ] {
        let (theirs, ours) = (vm.run(&format!("/bin/ip {line}")), vm.run(&format!("/nlbox ip {line}")));
        assert_eq!(
            (theirs.stdout, theirs.stderr, theirs.code),
            (ours.stdout, ours.stderr, ours.code),
            "{line}"
        );
        compared += 1;
    }
    assert_eq!(compared, 20);
    vm.off();
}
