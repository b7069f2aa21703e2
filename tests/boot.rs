//! The one file alone: a kernel, our init, the program under test, and nothing else on board. No C library, no shell, no
//! `/etc`, no `/proc`, no `/sys`.
//!
//! With `NLBOX_BOOT_PEER=1` the installed iproute2 plays the program, on a machine furnished to its taste: a check of the
//! test itself.

use harness::vm::{Setup, Vm};

struct Machine {
    vm: Vm,
    program: &'static str,
}

impl Machine {
    fn boot() -> Option<Machine> {
        let setup = Setup::new().nics(2).modules(&["veth", "bridge", "8021q", "dummy numdummies=0"]);
        if std::env::var_os("NLBOX_BOOT_PEER").is_some() {
            let mut vm = setup.iproute2().boot()?;
            vm.ok(":mount proc /proc");
            vm.ok(":mount sysfs /sys");
            return Some(Machine { vm, program: "/bin/ip" });
        }
        let vm = setup.file("/nlbox", harness::nlbox()).boot()?;
        Some(Machine { vm, program: "/nlbox ip" })
    }

    /// A command that succeeds and says nothing.
    fn ip(&mut self, line: &str) {
        let said = self.show(line);
        assert_eq!(said, "", "`ip {line}` prints");
    }

    /// A command that succeeds, and what it prints.
    fn show(&mut self, line: &str) -> String {
        self.vm.ok(&format!("{} {line}", self.program))
    }

    /// VLANs by the words of an older program.
    fn vconfig(&mut self) {
        if self.program == "/bin/ip" {
            return;
        }
        for line in
            ["add dum0 5", "set_flag dum0.5 1 0", "set_egress_map dum0.5 2 3", "set_ingress_map dum0.5 4 5"]
        {
            assert_eq!(self.vm.ok(&format!("/nlbox vconfig {line}")), "", "{line}");
        }
        let vlan = self.show("-d link show dum0.5");
        has(&vlan, ": dum0.5@dum0: ");
        has(&vlan, "vlan protocol 802.1Q id 5 ");
        has(&vlan, "egress-qos-map { 2:3 }");
        has(&vlan, "ingress-qos-map { 5:4 }");
        assert!(!vlan.contains("REORDER_HDR"), "{vlan}");
        let refused = self.vm.run("/nlbox vconfig rem dum0");
        assert_eq!(
            (refused.stderr.as_str(), refused.code),
            ("ERROR: trying to rem on dum0: Invalid argument\n", 1)
        );
        self.vm.ok("/nlbox vconfig rem dum0.5");
        assert_eq!(self.vm.run(&format!("{} link show dum0.5", self.program)).code, 1);
    }

    fn ping(&mut self, to: &str) {
        assert_eq!(
            self.vm.ok(&format!(":ping {to}")),
            format!("reply from {}\n", to.rsplit(' ').next().unwrap())
        );
    }
}

#[track_caller]
fn has(text: &str, part: &str) {
    assert!(text.contains(part), "no `{part}` in\n{text}");
}

#[test]
fn the_file_alone_builds_a_network() {
    let Some(mut m) = Machine::boot() else { return };

    assert_eq!(
        m.show("link"),
        "1: lo: <LOOPBACK> mtu 65536 qdisc noop state DOWN mode DEFAULT group default qlen 1000\n    \
         link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n\
         2: eth0: <BROADCAST,MULTICAST> mtu 1500 qdisc noop state DOWN mode DEFAULT group default qlen 1000\n    \
         link/ether 52:54:00:00:00:01 brd ff:ff:ff:ff:ff:ff\n\
         3: eth1: <BROADCAST,MULTICAST> mtu 1500 qdisc noop state DOWN mode DEFAULT group default qlen 1000\n    \
         link/ether 52:54:00:00:00:02 brd ff:ff:ff:ff:ff:ff\n"
    );
    m.ip("link set lo up");
    m.ping("127.0.0.1");

    // Two namespaces.
    m.ip("netns add red");
    m.ip("netns add blue");
    let mut names: Vec<String> = m.show("netns").lines().map(str::to_string).collect();
    names.sort();
    assert_eq!(names, ["blue", "red"]);
    assert_eq!(
        m.show("-n red link list"),
        "1: lo: <LOOPBACK> mtu 65536 qdisc noop state DOWN mode DEFAULT group default qlen 1000\n    \
         link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n"
    );

    // A bridge here and a cable into each of them.
    m.ip("link add v-net-0 type bridge");
    m.ip("link set dev v-net-0 up");
    m.ip("addr add 192.168.15.5/24 dev v-net-0");
    for (name, address) in [("red", "192.168.15.1"), ("blue", "192.168.15.2")] {
        m.ip(&format!("link add veth-{name} type veth peer name veth-{name}-br"));
        m.ip(&format!("link set veth-{name} netns {name}"));
        m.ip(&format!("link set veth-{name}-br master v-net-0"));
        m.ip(&format!("link set veth-{name}-br up"));
        m.ip(&format!("-n {name} addr add {address}/24 dev veth-{name}"));
        m.ip(&format!("-n {name} link set veth-{name} up"));
        m.ip(&format!("-n {name} link set lo up"));
        let link = m.show(&format!("link show veth-{name}-br"));
        has(&link, &format!(": veth-{name}-br@if"));
        has(
            &link,
            "<BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue master v-net-0 state UP mode DEFAULT",
        );
        has(&link, &format!(" link-netns {name}\n"));
    }
    assert_eq!(
        m.show("-n red route"),
        "192.168.15.0/24 dev veth-red proto kernel scope link src 192.168.15.1 \n"
    );
    m.ping("red 192.168.15.2");
    m.ping("blue 192.168.15.5");
    m.ping("192.168.15.1");
    let neighbours = m.show("-n red neigh");
    has(&neighbours, "192.168.15.2 dev veth-red lladdr ");

    // The NIC goes into a namespace, the vlan above it stays; both talk with the other NIC, which is in the second one.
    m.ip("link add link eth0 name myvlan type vlan id 100");
    has(
        &m.show("link show myvlan"),
        ": myvlan@eth0: <BROADCAST,MULTICAST,M-DOWN> mtu 1500 qdisc noop state DOWN mode DEFAULT",
    );
    has(&m.show("-d link show myvlan"), "    vlan protocol 802.1Q id 100 <REORDER_HDR> ");
    m.ip("link set eth0 netns red");
    has(&m.show("link show myvlan"), ": myvlan@if2: ");
    let gone = m.vm.run(&format!("{} link show eth0", m.program));
    assert_eq!((gone.stderr.as_str(), gone.code), ("Device \"eth0\" does not exist.\n", 1));
    m.ip("-n red addr add 10.0.0.1/24 dev eth0");
    m.ip("-n red link set eth0 up");
    m.ip("link set eth1 netns blue");
    m.ip("-n blue addr add 10.0.0.2/24 dev eth1");
    m.ip("-n blue link set eth1 up");
    m.ping("red 10.0.0.2");
    m.ip("-n blue link add link eth1 name eth1.100 type vlan id 100");
    m.ip("-n blue addr add 10.100.0.2/24 dev eth1.100");
    m.ip("-n blue link set eth1.100 up");
    m.ip("addr add 10.100.0.1/24 dev myvlan");
    m.ip("link set myvlan up");
    m.ping("10.100.0.2");

    // Back, named by a process: the NIC has kept its index and lost its address.
    let program = m.program;
    m.ip(&format!("netns exec red {program} link set eth0 netns 1"));
    assert_eq!(
        m.show("addr show eth0"),
        "2: eth0: <BROADCAST,MULTICAST> mtu 1500 qdisc noop state DOWN group default qlen 1000\n    \
         link/ether 52:54:00:00:00:01 brd ff:ff:ff:ff:ff:ff\n"
    );
    m.ip("addr add 10.0.0.3/24 dev eth0");
    m.ip("link set eth0 up");
    m.ping("10.0.0.2");

    // A dummy with routes through it.
    m.ip("link add dum0 type dummy");
    m.ip("link set dum0 up");
    m.ip("addr add 10.9.0.1/24 dev dum0");
    m.ip("route add 10.10.0.0/16 via 10.9.0.2 dev dum0");
    assert_eq!(
        m.show("route show dev dum0"),
        "10.9.0.0/24 proto kernel scope link src 10.9.0.1 \n10.10.0.0/16 via 10.9.0.2 \n"
    );
    m.ping("10.9.0.1");
    m.ip("-n red route add default via 192.168.15.5");
    m.ping("red 10.9.0.1");

    m.vconfig();

    // A namespace that ends gives its NIC back, in its own time.
    m.ip("netns del blue");
    assert_eq!(m.show("netns list").split(' ').next(), Some("red"));
    let back = (0..50).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(100));
        m.show("link").contains(": eth1: ")
    });
    assert!(back, "eth1 is back");
    m.vm.off();
}
