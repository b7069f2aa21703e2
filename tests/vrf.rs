//! What the host kernel may lack: commands in a VRF, beside iproute2, which finds its processes and groups as we do.

use harness::vm::{Setup, Vm};

const BUSYBOX: &str = "/usr/bin/busybox";

fn machine() -> Option<Vm> {
    let Some(busybox) =
        [BUSYBOX, "/bin/busybox"].into_iter().find(|path| std::path::Path::new(path).exists())
    else {
        return harness::skip("busybox is not installed");
    };
    let setup = Setup::new().iproute2().file("/nlbox", harness::nlbox()).file("/bin/busybox", busybox);
    let mut vm = setup
        .directory("/sys")
        .directory("/run")
        .link("/var/run", "/run")
        .modules(&["veth", "vrf"])
        .boot()?;
    vm.ok(":mount proc /proc");
    vm.ok(":mount sysfs /sys");
    for line in [
        "link set lo up",
        "link add red type vrf table 77",
        "link set red up",
        "link add v0 type veth peer name v1",
        "link set v0 master red up",
        "link set v1 up",
        "addr add 10.9.0.1/24 dev v0",
        "netns add blue",
        "-n blue link add green type vrf table 5",
    ] {
        vm.ok(&format!("/bin/ip {line}"));
    }
    Some(vm)
}

#[test]
fn commands_run_in_a_vrf() {
    let Some(mut vm) = machine() else { return };
    let ours = "/nlbox ip";
    // The first one mounts the groups.
    let group = format!("{ours} vrf exec red /bin/busybox cat /proc/self/cgroup");
    assert_eq!(vm.ok(&group), "0::/vrf/red\n");
    assert!(vm.ok("/bin/busybox cat /proc/mounts").contains(" /run/cgroup2 cgroup2 "));
    // The sockets are bound: an address of the VRF is reached inside alone.
    let ping = "/nlbox ping -q -c 1 -W 1 10.9.0.1";
    assert_eq!(vm.run(ping).code, 2);
    assert_eq!(vm.run(&format!("{ours} vrf exec red {ping}")).code, 0);
    assert_eq!(vm.run(&format!("/bin/ip vrf exec red {ping}")).code, 0);
    // The same groups, exit codes and sentences as iproute2's.
    let mut compared = 0;
    for line in [
        "vrf exec red /bin/busybox cat /proc/self/cgroup",
        "vrf exec default /bin/busybox cat /proc/self/cgroup",
        "vrf exec red /bin/ip vrf identify",
        "vrf exec red /nlbox ip vrf identify",
        "vrf exec red /bin/ip vrf exec default /bin/busybox cat /proc/self/cgroup",
        "vrf exec red /nlbox ip vrf exec default /bin/busybox cat /proc/self/cgroup",
        "vrf exec red /nlbox ip vrf exec red /bin/busybox cat /proc/self/cgroup",
        "-n blue vrf exec green /bin/busybox cat /proc/self/cgroup",
        "netns exec blue /bin/ip vrf exec green /bin/busybox cat /proc/self/cgroup",
        "netns exec blue /nlbox ip vrf exec green /nlbox ip vrf exec green /bin/busybox cat /proc/self/cgroup",
        "vrf exec red /bin/ip netns exec blue /bin/busybox cat /proc/self/cgroup",
        "vrf exec red /nlbox ip netns exec blue /bin/busybox cat /proc/self/cgroup",
        "vrf exec red /bin/busybox false",
        "vrf exec red /nope",
        "vrf exec lo /bin/busybox true",
        "vrf exec nope /bin/busybox true",
        "vrf exec",
        "vrf exec red",
        "vrf pids",
        "vrf pids nope",
        "vrf pids red x",
        "vrf pids red",
    ] {
        let (want, got) = (vm.run(&format!("/bin/ip {line}")), vm.run(&format!("{ours} {line}")));
        assert_eq!((want.stdout, want.stderr, want.code), (got.stdout, got.stderr, got.code), "{line}");
        compared += 1;
    }
    assert_eq!(compared, 22);
    vm.off();
}

#[test]
fn processes_of_a_vrf_are_listed() {
    let Some(mut vm) = machine() else { return };
    // One of each tool's, one in a group of the caller's own, one in a namespace: not listed here.
    let script = "/nlbox ip vrf exec red /bin/busybox true
        /nlbox ip vrf exec red /bin/busybox sleep 60 &
        /bin/ip vrf exec red /bin/busybox sleep 60 &
        /bin/busybox mkdir /var/run/cgroup2/own
        (echo 0 > /var/run/cgroup2/own/cgroup.procs; exec /nlbox ip vrf exec red /bin/busybox sleep 60) &
        /nlbox ip -n blue vrf exec green /bin/busybox sleep 60 &
        printf 'vrf exec red /bin/busybox cat /proc/self/cgroup\\nvrf exec nope true\\n' | /nlbox ip -b -
        echo code $?
        /bin/busybox sleep 1";
    let said = vm.exec(&["/bin/busybox", "sh", "-c", script]);
    assert_eq!(said.stdout, "0::/vrf/red\ncode 1\n", "{}", said.stderr);
    assert!(said.stderr.starts_with("Invalid VRF name\nCommand failed -:2\n"), "{}", said.stderr);
    let (theirs, ours) = (vm.ok("/bin/ip vrf pids red"), vm.ok("/nlbox ip vrf pids red"));
    let sorted = |text: &str| {
        let mut lines: Vec<_> = text.lines().map(str::to_string).collect();
        lines.sort();
        lines
    };
    assert_eq!(sorted(&theirs), sorted(&ours));
    assert_eq!(
        ours.lines().filter(|l| l.ends_with("  busybox") || l.ends_with("  sleep")).count(),
        3,
        "{ours}"
    );
    let json = vm.ok("/nlbox ip -j vrf pids red");
    assert_eq!(json.matches("{\"pid\":").count(), 3, "{json}");
    let [theirs, ours] = ["/bin/ip", "/nlbox ip"].map(|ip| vm.ok(&format!("{ip} -n blue vrf pids green")));
    assert_eq!((ours.lines().count(), theirs), (1, ours));
    vm.off();
}
