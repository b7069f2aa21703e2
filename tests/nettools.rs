//! nlbox against the installed net-tools and bridge-utils, on the same kernel state.
//!
//! Of standard error only the first line is compared: usage behind it is our own. Where we differ on purpose a
//! function of [`plain`] says so.

use harness::{Ns, Output, diff, iproute2, nlbox, skip, words};

/// What the listings are made on.
const STATE: &str = "\
ip link set lo up
ip link add v0 address 02:00:00:00:00:01 type veth peer name v1 address 02:00:00:00:00:02
ip link add br0 address 02:00:00:00:00:03 type bridge
ip link add br10 type bridge
ip link add br2 type bridge
ip link add v10 type veth peer name v20
ip link set v10 master br10
ip link set v20 master br10
ip link set v0 up
ip link set v1 up
ip link set br0 up
ip addr add 10.0.0.1/24 brd + dev v0 label v0
ip addr add 10.0.0.5/24 brd + dev v0 label v0:1
ip addr add 10.1.0.5/24 dev v0 label v0:10
ip addr add fd00::1/64 dev v0 nodad
ip route add 10.5.0.0/16 via 10.0.0.9
ip route add default via 10.0.0.9 metric 100 mtu 1400 window 10 rtt 300
ip route add unreachable 10.9.0.0/16
ip route add unreachable 10.9.1.1
ip route add blackhole 10.10.0.0/16
ip route add prohibit 10.12.0.0/16
ip route add 10.6.0.0/16 nexthop via 10.0.0.9 nexthop via 10.0.0.8
ip route add 10.11.1.1 dev v0 advmss 1000
ip -6 route add default via fd00::9
ip -6 route add unreachable fd01::/64
ip -6 route add fd02::/64 nexthop via fd00::9 nexthop via fd00::8
ip neigh add 10.0.0.9 lladdr 02:00:00:00:00:09 dev v0
ip neigh add 10.0.0.8 lladdr 02:00:00:00:00:08 dev v0 nud stale
ip neigh add proxy 10.0.0.7 dev v0";

const LISTINGS: &str = "\
ifconfig
ifconfig -a
ifconfig -s
ifconfig -a -s
ifconfig v0
ifconfig lo
ifconfig v0:1
ifconfig v0:9
ifconfig -s v0
ifconfig -s nope
ifconfig nope
ifconfig -z
route
route -n
route -e
route -ee
route -en
route -6
route -6 -n
route -A inet6
route -A frob
route -4n
route -6n
route --numeric --extend
arp
arp -n
arp -a
arp -an
arp --all
arp -e
arp -v
arp -v -an
arp -n 10.0.0.9
arp gw
arp nosuch
arp -n 10.0.0.3
arp -a -n 10.0.0.3
arp -n -i v0
arp -n -i v1
arp -n -i nope
arp -A inet6
arp -H nope
arp -Z
brctl show
brctl show br10
brctl show br10 nope
brctl show nope
brctl show v0
brctl showmacs br10
brctl showmacs nope
brctl showmacs v0";

const CHANGES: &str = "\
ifconfig v0 10.2.0.1
ifconfig v0 10.2.0.1/16 up
ifconfig v0 netmask 255.255.255.0
ifconfig v0 broadcast 10.2.255.254
ifconfig v0 mtu 1400
ifconfig v0 hw ether 02:aa:bb:cc:dd:ee
ifconfig v0 promisc
ifconfig v0 -promisc -arp allmulti -multicast
ifconfig v0 arp -allmulti multicast
ifconfig v0 txqueuelen 55
ifconfig v0 down
ifconfig v0 up
ifconfig v0:5 10.7.0.1 netmask 255.255.255.0 up
ifconfig v0:5 down
ifconfig v0 add fd99::1/64
ifconfig v0 add fd99::1/64
ifconfig v0 del fd99::1/64
ifconfig v0 del fd99::1/64
ifconfig v0 inet6 add fd98::1
ifconfig v0 add 10.55.0.1
ifconfig v0 frob
ifconfig v0 10.2.0.300
ifconfig v0 mtu x
ifconfig v0 mtu 99999999
ifconfig v0 hw ether zz
ifconfig v0 netmask 255.0.255.0
ifconfig nope up
ifconfig nope mtu 1400
ifconfig v0 172.20.0.1 broadcast 172.20.9.255 netmask 255.255.240.0
ifconfig v0:7 10.9.9.9/24
ifconfig v0:7 0.0.0.0
ifconfig v0 me
ifconfig v0 name w0
ifconfig w0 name v0
ifconfig v0 0.0.0.0
ifconfig v0 pointopoint 10.0.0.7
ifconfig v0 dstaddr 10.0.0.8
ifconfig v0 0.0.0.0
ifconfig v0 10.0.0.1/24
ifconfig v0 add fd00::1/64
route add -net 10.20.0.0 netmask 255.255.0.0 gw 10.0.0.9
route add -net 10.20.0.0 netmask 255.255.0.0 gw 10.0.0.9
route add -net 10.21.0.0/16 dev v0
route add -net 10.22.0.0/16 gw gw metric 5 dev v0
route add -host 10.23.0.1 gw 10.0.0.9
route add 10.24.0.1 v0
route add 10.25.0.0/16 v0
route add default gw 10.0.0.8 v0
arp -s 172.16.0.1 02:00:00:00:00:33
arp -d 172.16.0.1
route del default
route del -net 10.20.0.0 netmask 255.255.0.0
route del -net 10.20.0.0/16
route add -net 10.26.0.0/16 reject
route del -net 10.26.0.0/16 reject
route add -net 10.27.0.0/16 gw 10.0.0.9 mss 1000 window 2000 irtt 300
route add -net 10.28.0.1/16 dev v0
route add -net 10.28.0.0 dev v0
route add -net 10.29.0.0 netmask 255.0.255.0 dev v0
route add -host 10.29.0.0/24 dev v0
route add -net 10.29.0.0/16 dev v0 mss 10
route add nosuchhost gw 10.0.0.9
route add -net 10.30.0.0/16 dev nope
route add -net 10.30.0.0/16
route -6 add fd50::/64 gw fd00::9
route -A inet6 add fd51::/64 dev v0 metric 3
route -6 del fd50::/64
route -6 del fd50::/64
arp -s 10.0.0.33 02:00:00:00:00:33
arp -s gw 02:00:00:00:00:4a
arp -d 10.0.0.33
arp -s 10.0.0.34 zz
arp -s 10.0.0.35
arp -i v0 -s 10.0.0.46 02:00:00:00:00:46 temp
arp -i nope -s 10.0.0.48 02:00:00:00:00:48
arp -Ds 10.0.0.45 v0 pub
arp -i v0 -d 10.0.0.45 pub
brctl addbr br1
brctl addbr br1
brctl addif br1 v1
brctl addif br1 v1
brctl addif br1 nope
brctl addif nope v1
brctl addif br1 br0
brctl delif br1 v0
brctl stp br1 on
brctl stp br1 xx
brctl stp nope on
brctl setfd br1 10
brctl setfd br1 1
brctl setfd br1 x
brctl sethello br1 3
brctl setmaxage br1 12.5
brctl setageing br1 100
brctl setbridgeprio br1 4096
brctl setbridgeprio br1 x
brctl setpathcost br1 v1 77
brctl setpathcost br1 v1 0
brctl setpathcost br1 v0 77
brctl setportprio br1 v1 16
brctl setportprio br1 v1 x
brctl hairpin br1 v1 on
brctl hairpin br1 nope on
brctl delif br1 v1
brctl addif br1 v1 nope
brctl delif br1 v1 v1
brctl delbr br0
brctl delbr br1
brctl delbr nope
brctl delbr v0";

/// A fixture whose names come from a file; `None`, said aloud, without the programs to compare with.
fn fixture() -> Option<Ns> {
    iproute2()?;
    if !["/usr/sbin/ifconfig", "/usr/sbin/brctl"].iter().all(|p| std::path::Path::new(p).exists()) {
        return skip("net-tools and bridge-utils are not installed");
    }
    let ns = Ns::new()?;
    ns.sh("printf 'hosts: files\\nnetworks: files\\n' > /run/nss; mount --bind /run/nss /etc/nsswitch.conf
           printf '127.0.0.1 localhost\\n10.0.0.9 gateway.of.a.long.name.example gw\\nfd00::9 six\\n10.77.0.1 me\\n' > /run/hosts
           mount --bind /run/hosts /etc/hosts; mount -t sysfs none /sys");
    Some(ns)
}

/// What is compared.
fn plain(mut out: Output, line: &str) -> Output {
    out.stderr = out.stderr.lines().next().unwrap_or("").to_string();
    if line.starts_with("ifconfig") {
        // The kernel's table behind net-tools' list of IPv6 addresses has the order of its hash.
        let mut lines: Vec<&str> = out.stdout.split('\n').collect();
        for run in lines.chunk_by_mut(|a, b| a.contains("  inet6 ") && b.contains("  inet6 ")) {
            run.sort_unstable();
        }
        out.stdout = lines.join("\n");
    }
    if line.starts_with("route -6") || line.starts_with("route -A") {
        // Netlink does not tell how many hold on to a route.
        let blank = |l: &str| match l.get(63..) {
            Some(rest) => {
                let ends = rest.split_whitespace();
                let last = ends.clone().last().unwrap_or("");
                format!("{} {} {last}", &l[..63], ends.clone().next().unwrap_or(""))
            }
            None => l.to_string(),
        };
        out.stdout = out.stdout.lines().map(blank).collect::<Vec<_>>().join("\n");
    }
    out
}

fn both(ours: &Ns, theirs: &Ns, line: &str) -> Option<String> {
    let bin = nlbox();
    let argv: Vec<&str> = words(line).collect();
    let want = plain(theirs.run(&argv), line);
    let got = plain(ours.run(&[vec![bin.to_str().unwrap()], argv].concat()), line);
    (want != got).then(|| {
        format!(
            "{line}: exit code {} and {}\n{}{}",
            want.code,
            got.code,
            diff(&want.stdout, &got.stdout),
            diff(&want.stderr, &got.stderr)
        )
    })
}

#[test]
fn listings_are_equal() {
    let Some(ns) = fixture() else { return };
    ns.sh(STATE);
    let mut found = Vec::new();
    for line in LISTINGS.lines() {
        // Counters and ages move between the two.
        let last = (0..3).map(|_| both(&ns, &ns, line)).find(Option::is_none);
        if last.is_none() {
            found.extend(both(&ns, &ns, line));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn changes_are_equal() {
    let (Some(ours), Some(theirs)) = (fixture(), fixture()) else { return };
    for ns in [&ours, &theirs] {
        ns.sh("ip link set lo up
               ip link add v0 address 02:00:00:00:00:01 type veth peer name v1 address 02:00:00:00:00:02
               ip link add br0 address 02:00:00:00:00:03 type bridge; ip link set br0 up
               ip link set v0 up; ip link set v1 up; ip addr add 10.0.0.1/24 dev v0");
    }
    let state = |ns: &Ns| {
        let text = ns.sh(
            "ip -o addr; ip -o link; ip route; ip -6 route | sort; ip neigh | sort; ip neigh show proxy | grep dev | sort
             ip -d link show type bridge | grep -o 'forward_delay.*vlan_filtering'
             ip -d link show | grep -o 'bridge_slave.*hairpin [a-z]*' || true",
        );
        // A bridge without ports has an address by chance; `onlink` is a bit that the ioctl alone leaves.
        let lines = text.stdout.lines().map(|l| l.replace(" onlink", ""));
        lines
            .map(|l| if l.contains(" br1: ") { l.chars().take(40).collect() } else { l })
            .collect::<Vec<_>>()
            .join("\n")
    };
    let mut found = Vec::new();
    for line in CHANGES.lines() {
        found.extend(both(&ours, &theirs, line));
        let (mut want, mut got) = (state(&theirs), state(&ours));
        // Addresses and carriers settle in their own time.
        for _ in 0..20 {
            if want == got {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(100));
            (want, got) = (state(&theirs), state(&ours));
        }
        if want != got {
            found.push(format!("{line}\n{}", diff(&want, &got)));
            break;
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn tuns() {
    // VLANs want a module that not every kernel has: `boot.rs` makes them in its VM.
    let Some(ns) = fixture() else { return };
    let bin = nlbox();
    let run =
        |line: &str| ns.run(&[bin.to_str().unwrap()].into_iter().chain(words(line)).collect::<Vec<_>>());
    let made = run("tunctl -t t7 -u root -g 0");
    if made.stderr.contains("TUNSETIFF") {
        return skip("no tun devices here").unwrap_or(());
    }
    assert_eq!(made.stdout, "Set 't7' persistent and owned by uid 0 and owned by gid 0\n");
    assert_eq!(run("tunctl -b").stdout, "tap0\n");
    assert_eq!(run("tunctl -n -b -t t8").stdout, "t8\n");
    let tuns = ns.sh("ip -d link show t7; ip -d link show t8").stdout;
    assert!(tuns.contains("tun type tap") && tuns.contains("tun type tun"), "{tuns}");
    assert_eq!(run("tunctl -d t7").stdout, "Set 't7' nonpersistent\n");
    assert_eq!(ns.run(&["ip", "link", "show", "t7"]).code, 1);
    assert_eq!(run("tunctl -x").code, 1);
}
