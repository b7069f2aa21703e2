//! Programs that call `ip`, with nlbox in its place (and in that of ifconfig and brctl): what they leave behind, what they print and how they end is as
//! under iproute2. Each runs twice, in twin namespaces; in one of them our file is mounted over the installed ones.

use harness::{Ns, Output, eqnice, iproute2, nlbox, skip};
use std::path::Path;

/// A fixture with the files of a client, and a host at the other end of the cable `lan`.
struct Place {
    ns: Ns,
}

impl Place {
    fn new(ours: bool) -> Option<Place> {
        let peer = iproute2()?;
        let ns = Ns::new()?;
        let ip = std::fs::canonicalize(&peer.path).unwrap();
        ns.sh(&format!("cp {} /run/iproute2 && mkdir /run/network /run/wireguard", ip.display()));
        // Clients write it whatever they have learnt.
        ns.sh("touch /etc/resolv.conf /run/resolv.conf && mount --bind /run/resolv.conf /etc/resolv.conf");
        ns.sh(
            "/run/iproute2 netns add far
             /run/iproute2 link add lan address 02:00:00:00:00:01 type veth peer name port address 02:00:00:00:00:02 netns far
             /run/iproute2 link add cable0 address 02:00:00:00:00:03 type veth peer name cable1 address 02:00:00:00:00:04
             /run/iproute2 -n far addr add 192.0.2.1/24 dev port
             /run/iproute2 -n far addr add 2001:db8::1/64 dev port nodad
             /run/iproute2 -n far link set port up",
        );
        if ours {
            let others =
                ["/sbin/ifconfig", "/sbin/brctl", "/usr/sbin/brctl"].iter().map(std::fs::canonicalize);
            for path in others.flatten().chain([ip]) {
                ns.sh(&format!("mount --bind {} {}", nlbox().display(), path.display()));
            }
            let version = ns.sh("ip -V").stdout;
            assert!(version.contains("nlbox"), "{version}");
        }
        Some(Place { ns })
    }

    /// All that a client could have changed, as iproute2 lists it, timers aside.
    fn state(&self) -> String {
        // Carriers, and the addresses that come with them, settle a moment later.
        let list = || self.ns.sh("/run/iproute2 -d addr").stdout;
        let mut links = list();
        for _ in 0..10 {
            std::thread::sleep(std::time::Duration::from_millis(200));
            let before = std::mem::replace(&mut links, list());
            if before == links && !links.contains("NO-CARRIER,BROADCAST,MULTICAST,UP,LOWER_UP") {
                break;
            }
        }
        let routes = self.ns.sh(
            "ip=/run/iproute2; $ip route show table all; $ip -6 route show table all; $ip rule; $ip -6 rule; \
             $ip neigh show nud permanent",
        );
        // The kernel keeps IPv6 routes of the same metric in the order in which devices came up.
        let mut routes: Vec<&str> = routes.stdout.lines().collect();
        routes.sort_unstable();
        let mut text = String::new();
        for line in links.lines().chain(routes) {
            // Ids and timers of the bridge.
            let line = line.split(" bridge_id ").next().unwrap_or(line);
            let mut last = "";
            for word in line.split(' ') {
                let timer = matches!(last, "valid_lft" | "preferred_lft" | "expires") && word != "forever";
                // A device without an address of its own draws one, and the link-local address with it.
                let drawn = last == "link/ether" && !word.starts_with("02:00:00:")
                    || word.starts_with("fe80::") && word != "fe80::/64";
                text += match (timer, drawn) {
                    (true, _) => "TIME",
                    (_, true) => "DRAWN",
                    _ => word,
                };
                text += " ";
                last = word;
            }
            text += "\n";
        }
        text
    }
}

impl Drop for Place {
    /// Ends what a client that failed half-way has left running.
    fn drop(&mut self) {
        self.ns.run(&["/bin/sh", "-c", "/run/iproute2 link del wg7; kill $(cat /run/dhclient.pid)"]);
    }
}

/// A client's steps in both places: shell, each with what is to be seen in the state behind it.
fn same(client: &str, files: &[(&str, &str)], steps: &[(&str, &str)]) {
    let (Some(theirs), Some(ours)) = (Place::new(false), Place::new(true)) else { return };
    for place in [&theirs, &ours] {
        for (path, text) in files {
            place.ns.feed(&["/bin/sh", "-c", &format!("cat > {path}")], text);
        }
    }
    for (step, sign) in steps {
        let [want, got] = [&theirs, &ours]
            .map(|place| -> (Output, String) { (place.ns.run(&["/bin/sh", "-c", step]), place.state()) });
        assert_eq!(want.0.code, 0, "{client}: {step}\n{}{}", want.0.stdout, want.0.stderr);
        let (not, sign) = sign.strip_prefix('!').map_or((false, *sign), |s| (true, s));
        assert!(want.1.contains(sign) != not, "{client}: {step}: `{sign}`\n{}{}", want.0.stderr, want.1);
        eqnice!(want.0.stdout, got.0.stdout, "{client}: {step}: standard output");
        eqnice!(chanceless(&want.0.stderr), chanceless(&got.0.stderr), "{client}: {step}: standard error");
        assert_eq!(want.0.code, got.0.code, "{client}: {step}");
        eqnice!(want.1, got.1, "{client}: {step}: the state behind it");
    }
}

/// Without what dhclient draws by lot: its transaction id and its intervals.
fn chanceless(text: &str) -> String {
    let word = |w: &str| {
        if w.starts_with("(xid=") || w.bytes().all(|b| b.is_ascii_digit()) {
            "N".to_string()
        } else {
            w.to_string()
        }
    };
    text.lines()
        .filter(|l| !l.starts_with("DHCPDISCOVER "))
        .map(|l| l.split(' ').map(word).collect::<Vec<_>>().join(" ") + "\n")
        .collect()
}

/// Whether all these programs are installed; the first that is not is said aloud.
fn installed(programs: &[&str]) -> bool {
    programs.iter().all(|p| {
        ["/usr/sbin", "/usr/bin", "/sbin", "/bin"].iter().any(|d| Path::new(d).join(p).exists())
            || skip::<()>(&format!("{p} is not installed")).is_some()
    })
}

const INTERFACES: &str = "\
auto lo
iface lo inet loopback

iface lan inet static
    address 192.0.2.2/24
    gateway 192.0.2.1
    mtu 1400
    metric 5
    hwaddress 02:00:00:00:00:09

iface lan inet6 static
    address 2001:db8::2/64
    gateway 2001:db8::1
    dad-attempts 0
    accept_ra 0

iface br7 inet static
    bridge_ports cable0 cable1
    bridge_stp off
    bridge_maxwait 0
    bridge_fd 0
    address 198.51.100.1
    netmask 255.255.255.0
    broadcast 198.51.100.255
    up ip route add 203.0.113.0/24 via 198.51.100.9
    down ip route del 203.0.113.0/24

iface cable0 inet manual
    up ip link set $IFACE up
";

#[test]
fn ifupdown() {
    if !installed(&["ifup", "ifdown", "brctl"]) {
        return;
    }
    let up = |name: &str| format!("ifup -v -i /run/interfaces {name}");
    let down = |name: &str| format!("ifdown -v -i /run/interfaces {name}");
    same(
        "ifupdown",
        &[("/run/interfaces", INTERFACES)],
        &[
            ("ifup -a -v -i /run/interfaces", "inet 127.0.0.1/8 scope host lo"),
            (&up("lan"), "default via 192.0.2.1 dev lan metric 5 onlink"),
            ("ip -br addr show dev lan", "inet6 2001:db8::2/64"),
            (&up("br7"), "203.0.113.0/24 via 198.51.100.9 dev br7"),
            (&down("br7"), "!br7"),
            (&down("lan"), "!192.0.2.2"),
        ],
    );
}

const UDHCPD: &str = "\
start 192.0.2.50
end 192.0.2.50
interface port
max_leases 1
lease_file /run/leases
pidfile /run/udhcpd.pid
option subnet 255.255.255.0
option router 192.0.2.1
option lease 3600
option mtu 1400
";

/// A DHCP server at the other end, for as long as the step behind it takes.
fn served(step: &str) -> String {
    format!(
        "/run/iproute2 -n far addr flush dev port; /run/iproute2 -n far addr add 192.0.2.1/24 dev port
         : > /run/leases; /run/iproute2 link set lan up
         /run/iproute2 netns exec far busybox udhcpd -f /run/udhcpd.conf >/dev/null 2>&1 & server=$!
         sleep 0.3; {step}; code=$?
         kill $server; wait $server 2>/dev/null; exit $code"
    )
}

#[test]
fn udhcpc() {
    if !installed(&["busybox", "udhcpc"]) || !Path::new("/etc/udhcpc/default.script").exists() {
        return;
    }
    // Debian's script calls what busybox has inside: here it finds ip and ifconfig as other clients do.
    let ask = "sed 's/busybox \\(ip\\|ifconfig\\) /\\1 /' /etc/udhcpc/default.script >/run/script; chmod +x /run/script; \
               busybox udhcpc -i lan -n -q -f -t 5 -T 1 -s /run/script 2>/dev/null";
    same("udhcpc", &[("/run/udhcpd.conf", UDHCPD)], &[(&served(ask), "default via 192.0.2.1 dev lan")]);
}

#[test]
fn dhclient() {
    if !installed(&["busybox", "dhclient"]) {
        return;
    }
    let files = "-lf /run/dhclient.leases -pf /run/dhclient.pid";
    same(
        "dhclient",
        &[("/run/udhcpd.conf", UDHCPD)],
        &[
            (&served(&format!("timeout 8 dhclient -1 -v {files} lan >/dev/null 2>&1")), "inet 192.0.2.50/24"),
            (&format!("dhclient -x {files} lan >/dev/null 2>&1"), "!192.0.2.50"),
        ],
    );
}

const WG: &str = "\
[Interface]
PrivateKey = aFk5jW0lp0bm2AXDgDUl1oyFRpZ5+0tfV3EZ1qzJ0Wk=
Address = 10.7.0.2/24, fd07::2/64
ListenPort = 51999
MTU = 1380
PostUp = ip rule add from 10.7.0.99 table 77
PostDown = ip rule del from 10.7.0.99 table 77

[Peer]
PublicKey = 3p7bfXt9wbTTW2HC7OQ1Nz+DQ8hbeGdNrfx+FG+IK08=
AllowedIPs = 0.0.0.0/0, ::/0
Endpoint = 192.0.2.1:51820
";

#[test]
fn wg_quick() {
    if !installed(&["wg", "wg-quick", "wireguard-go", "nft"]) {
        return;
    }
    let ready = "/run/iproute2 addr add 192.0.2.2/24 dev lan; /run/iproute2 link set lan up; chmod 600 /run/wg7.conf; \
                 wg-quick up /run/wg7.conf 2>&1 | grep -v '^│\\|^┌\\|^└'";
    same(
        "wg-quick",
        &[("/run/wg7.conf", WG)],
        &[(ready, "not from all fwmark 0xca6c lookup 51820"), ("wg-quick down /run/wg7.conf 2>&1", "!wg7")],
    );
}
