//! Address translation: packets go through and come back translated, both ways, in namespaces; nft(8) and iptables(8)
//! read what we write.
//!
//! A client and a server in namespaces of their own, a router between them in the fixture. The server has no route
//! back to the client unless a test gives it one: what comes back was translated.

use harness::{Ns, Output, diff, eqnice, eventually, nlbox, skip, words};
use nlbox::host::Socket;
use nlbox::names::Names;
use nlbox::report::{Done, Fail, Report};
use nlbox::{Ctx, Options, Page};
use nlbox_core::conn::Conn;
use nlbox_core::text::ip::{Ip, Prefix};
use nlbox_core::text::out::Out;
use std::fs::File;
use std::io::{Read, Write};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::os::fd::AsRawFd;
use std::path::Path;
use std::thread;
use std::time::Duration;

const WAIT: Duration = Duration::from_secs(3);

const TOPOLOGY: &str = "\
ip link set lo up
ip netns add client
ip netns add server
ip link add c0 type veth peer name c1
ip link add s0 type veth peer name s1
ip link set c1 netns client
ip link set s1 netns server
ip addr add 10.1.0.1/24 dev c0
ip addr add fd01::1/64 dev c0 nodad
ip addr add 10.2.0.1/24 dev s0
ip addr add fd02::1/64 dev s0 nodad
ip link set c0 up
ip link set s0 up
ip -n client addr add 10.1.0.2/24 dev c1
ip -n client addr add fd01::2/64 dev c1 nodad
ip -n client link set c1 up
ip -n client route add default via 10.1.0.1
ip -n client -6 route add default via fd01::1
ip -n server addr add 10.2.0.2/24 dev s1
ip -n server addr add fd02::2/64 dev s1 nodad
ip -n server link set lo up
ip -n server link set s1 up";

/// Router, client and server.
struct Net {
    ns: Ns,
    places: [File; 3],
}

const ROUTER: usize = 0;
const CLIENT: usize = 1;
const SERVER: usize = 2;

impl Net {
    fn new() -> Option<Net> {
        let ns = Ns::new()?;
        for line in TOPOLOGY.lines() {
            run(&ns, line);
        }
        // Names in the fixture's own /run, seen through its process.
        let process = Path::new("/proc").join(ns.pid().to_string());
        let names = process.join("root").join("run/netns");
        let places = [process.join("ns/net"), names.join("client"), names.join("server")].map(File::open);
        let [Ok(r), Ok(c), Ok(s)] = places else { return skip("no way into the namespaces of the fixture") };
        // A first neighbour look-up of an address that is still tentative would lose the first packet.
        eventually("IPv6 is ready", || {
            ns.run(&["/bin/sh", "-c", "ip -6 addr show tentative"]).stdout.is_empty()
        });
        Some(Net { ns, places: [r, c, s] })
    }

    /// Runs `f` in one of the three namespaces.
    fn at<T: Send>(&self, place: usize, f: impl FnOnce() -> T + Send) -> T {
        let fd = self.places[place].as_raw_fd();
        thread::scope(|scope| {
            scope
                .spawn(move || {
                    // SAFETY: setns takes two integers; it moves this thread alone.
                    assert_eq!(unsafe { libc::setns(fd, libc::CLONE_NEWNET) }, 0);
                    f()
                })
                .join()
                .unwrap()
        })
    }

    fn nat(&self, line: &str) -> Output {
        let out = run(&self.ns, line);
        eqnice!("", out.stderr, "{line}");
        assert_eq!(out.code, 0, "{line}");
        out
    }

    /// Who the listener at `bound` of `place` says calls, when the client calls `called`; `None` when nothing comes back.
    fn call(&self, tcp: bool, place: usize, bound: &str, from: usize, called: &str) -> Option<SocketAddr> {
        if tcp {
            let listener = self.at(place, || free(|| TcpListener::bind(bound)));
            let answer = thread::spawn(move || -> std::io::Result<SocketAddr> {
                let (mut stream, peer) = listener.accept()?;
                stream.set_read_timeout(Some(WAIT))?;
                let mut word = [0; 4];
                stream.read_exact(&mut word)?;
                stream.write_all(&word)?;
                Ok(peer)
            });
            let called: SocketAddr = called.parse().unwrap();
            let came_back = self.at(from, || -> std::io::Result<()> {
                let mut stream = TcpStream::connect_timeout(&called, WAIT)?;
                stream.set_read_timeout(Some(WAIT))?;
                stream.write_all(b"ping")?;
                stream.read_exact(&mut [0; 4])
            });
            // Without a caller the listener waits for ever: its thread is left to the end of the test.
            came_back.ok()?;
            answer.join().unwrap().ok()
        } else {
            let server = self.at(place, || free(|| UdpSocket::bind(bound)));
            server.set_read_timeout(Some(WAIT)).unwrap();
            let client = self.at(from, || {
                let any = if called.starts_with('[') { "[::]:0" } else { "0.0.0.0:0" };
                let socket = UdpSocket::bind(any).unwrap();
                // Connected: only an answer from the address that was called counts.
                socket.connect(called).unwrap();
                socket.set_read_timeout(Some(WAIT)).unwrap();
                socket.send(b"ping").unwrap();
                socket
            });
            let (_, peer) = server.recv_from(&mut [0; 16]).ok()?;
            server.send_to(b"pong", peer).ok()?;
            client.recv(&mut [0; 16]).ok()?;
            Some(peer)
        }
    }
}

/// What `bind` gives once the address is free: a child that another test is just starting may still hold the last
/// socket.
fn free<T>(bind: impl Fn() -> std::io::Result<T>) -> T {
    let mut bound = None;
    eventually("the address is free", || {
        bound = bind().ok();
        bound.is_some()
    });
    bound.unwrap()
}

/// Runs a line whose first word is an applet of ours.
fn run(ns: &Ns, line: &str) -> Output {
    let program = nlbox();
    let argv: Vec<&str> = std::iter::once(program.to_str().unwrap()).chain(words(line)).collect();
    let out = ns.run(&argv);
    if line.starts_with("ip ") && !line.contains(" exec ") {
        assert_eq!(out.code, 0, "{line}\n{}", out.stderr);
    }
    out
}

fn ip(text: &str) -> Option<IpAddr> {
    Some(text.parse().unwrap())
}

#[test]
fn masquerade_lets_a_private_network_out() {
    let Some(net) = Net::new() else { return };
    for v6 in [false, true] {
        let (server, router, subnet) = if v6 {
            ("[fd02::2]:80", "fd02::1", "fd01::/64")
        } else {
            ("10.2.0.2:80", "10.2.0.1", "10.1.0.0/24")
        };
        let echo = format!(
            "ip netns exec client {} ping -c 1 -W 1 {}",
            nlbox().display(),
            if v6 { "fd02::2" } else { "10.2.0.2" }
        );
        let said = net.nat(&format!("nat masquerade from {subnet} out s0 --forward")).stdout;
        let name = if v6 { "net.ipv6.conf.all.forwarding" } else { "net.ipv4.ip_forward" };
        eqnice!(format!("{name} = 1\n"), said);
        for tcp in [true, false] {
            let seen = net.call(tcp, SERVER, server, CLIENT, server).map(|a| a.ip());
            assert_eq!(seen, ip(router), "tcp: {tcp}");
        }
        assert_eq!(run(&net.ns, &echo).code, 0, "{echo}");
        net.nat(&format!("nat del masquerade from {subnet} out s0"));
        // What has been translated stays so: a new flow, from another port or identifier, is not.
        assert_eq!(net.call(false, SERVER, server, CLIENT, server), None, "the rule is gone");
        assert_ne!(run(&net.ns, &echo).code, 0, "{echo}");
    }
    eqnice!("", net.ns.sh("nft list ruleset").stdout, "the table goes with its last rule");
}

#[test]
fn a_subnet_is_masqueraded_but_towards_itself() {
    let Some(net) = Net::new() else { return };
    net.nat("nat masquerade from 10.1.0.0/24 not out s0 --forward");
    assert_eq!(net.call(false, SERVER, "10.2.0.2:80", CLIENT, "10.2.0.2:80"), None);
    net.nat("nat flush");
    net.nat("nat masquerade from 10.1.0.0/24 not out c0");
    let seen = net.call(true, SERVER, "10.2.0.2:80", CLIENT, "10.2.0.2:80").map(|a| a.ip());
    assert_eq!(seen, ip("10.2.0.1"));
}

#[test]
fn snat_says_who_calls() {
    let Some(net) = Net::new() else { return };
    for (line, server, want) in [
        ("nat snat from 10.1.0.0/24 to 10.2.0.77 --forward", "10.2.0.2:80", "10.2.0.77"),
        ("nat snat dst fd02::/64 to fd02::77 --forward", "[fd02::2]:80", "fd02::77"),
    ] {
        run(
            &net.ns,
            &format!("ip addr add {want}/24 dev s0{}", if want.contains(':') { " nodad" } else { "" }),
        );
        net.nat(line);
        for tcp in [true, false] {
            assert_eq!(
                net.call(tcp, SERVER, server, CLIENT, server).map(|a| a.ip()),
                ip(want),
                "{line} {tcp}"
            );
        }
    }
    net.nat("nat flush");
    net.nat("nat snat proto udp from 10.1.0.0/24 to 10.2.0.77:4000-4001");
    let seen = net.call(false, SERVER, "10.2.0.2:80", CLIENT, "10.2.0.2:80").unwrap();
    assert!((4000..=4001).contains(&seen.port()), "{seen}");
}

#[test]
fn dnat_leads_to_a_server_inside() {
    let Some(net) = Net::new() else { return };
    run(&net.ns, "ip -n server route add default via 10.2.0.1");
    run(&net.ns, "ip -n server -6 route add default via fd02::1");
    for (bound, called, to, caller) in [
        ("10.2.0.2:80", "10.1.0.1:8080", "10.2.0.2:80", "10.1.0.2"),
        ("[fd02::2]:80", "[fd01::1]:8080", "[fd02::2]:80", "fd01::2"),
    ] {
        for (tcp, proto) in [(true, "tcp"), (false, "udp")] {
            net.nat(&format!("nat dnat in c0 proto {proto} dport 8080 to {to} --forward"));
            let seen = net.call(tcp, SERVER, bound, CLIENT, called).map(|a| a.ip());
            assert_eq!(seen, ip(caller), "{proto} {called}: the caller keeps its address");
        }
    }
    // A whole host, by ICMP.
    net.nat("nat dnat proto icmp dst 10.1.0.1 to 10.2.0.2");
    let echo = format!("ip netns exec client {} ping -c 1 -W 2 10.1.0.1", nlbox().display());
    assert_eq!(run(&net.ns, &echo).code, 0);
    assert!(
        net.nat("nat -j list")
            .stdout
            .contains(r#""proto":"icmp","to":"10.2.0.2","chain":"PREROUTING","packets":1,"#)
    );
}

#[test]
fn a_published_port_answers_on_each_address_of_the_host_and_only_there() {
    let Some(net) = Net::new() else { return };
    run(&net.ns, "ip -n server route add default via 10.2.0.1");
    net.nat("nat dnat local proto tcp dport 8080 to 10.2.0.2:80 tag web --forward");
    net.nat("nat dnat local proto tcp dport 8080 to 10.2.0.2:80 tag web chain OUTPUT");
    for (from, called) in [(CLIENT, "10.1.0.1:8080"), (CLIENT, "10.2.0.1:8080"), (ROUTER, "10.1.0.1:8080")] {
        assert!(net.call(true, SERVER, "10.2.0.2:80", from, called).is_some(), "{from} {called}");
    }
    // The same port of another host is that host's.
    assert!(net.call(true, SERVER, "10.2.0.2:8080", CLIENT, "10.2.0.2:8080").is_some());
}

#[test]
fn redirect_leads_to_a_port_of_the_router() {
    let Some(net) = Net::new() else { return };
    net.nat("nat redirect in c0 proto tcp dport 80-81 to :7000");
    net.nat("nat redirect in c0 proto udp dport 80 to :7000");
    for (bound, called) in
        [("0.0.0.0:7000", "10.1.0.1:81"), ("0.0.0.0:7000", "10.2.0.2:80"), ("[::]:7000", "[fd02::2]:80")]
    {
        assert!(net.call(true, ROUTER, bound, CLIENT, called).is_some(), "{called}");
    }
    assert!(net.call(false, ROUTER, "0.0.0.0:7000", CLIENT, "10.1.0.1:80").is_some());
    assert!(net.call(true, ROUTER, "0.0.0.0:7000", CLIENT, "10.1.0.1:82").is_none());
}

#[test]
fn nft_reads_what_we_wrote() {
    let Some(ns) = Ns::new() else { return };
    if !Path::new("/usr/sbin/nft").exists() {
        return skip("nftables is not installed").unwrap_or_default();
    }
    for line in [
        "nat masquerade from 192.168.1.7/12 not out eth0",
        "nat masquerade from 10.0.0.0/24",
        "nat dnat local proto tcp dport 80 to 10.0.0.2:8080 tag hello",
        "nat dnat proto udp dport 80-90 in eth* to [fd00::1]:5-6",
        "nat redirect ip not proto tcp in lo",
        "nat snat ip6 not sport 5 proto udp to fd00::9",
        "nat accept ip chain OUTPUT proto 47 dst 10.0.0.1",
    ] {
        assert_eq!(run(&ns, line).code, 0, "{line}");
    }
    let want = r#"table ip nlbox {
	chain POSTROUTING {
		type nat hook postrouting priority srcnat; policy accept;
		ip saddr 192.160.0.0/12 oifname != "eth0" counter packets 0 bytes 0 masquerade
		ip saddr 10.0.0.0/24 counter packets 0 bytes 0 masquerade
	}

	chain PREROUTING {
		type nat hook prerouting priority dstnat; policy accept;
		tcp dport 80 fib daddr type local counter packets 0 bytes 0 dnat to 10.0.0.2:8080 comment "hello"
		iifname "lo" meta l4proto != tcp counter packets 0 bytes 0 redirect
	}

	chain OUTPUT {
		type nat hook output priority -100; policy accept;
		ip daddr 10.0.0.1 meta l4proto gre counter packets 0 bytes 0 accept
	}
}
table ip6 nlbox {
	chain PREROUTING {
		type nat hook prerouting priority dstnat; policy accept;
		iifname "eth*" udp dport 80-90 counter packets 0 bytes 0 dnat to [fd00::1]:5-6
	}

	chain POSTROUTING {
		type nat hook postrouting priority srcnat; policy accept;
		udp sport != 5 counter packets 0 bytes 0 snat to fd00::9
	}
}
"#;
    eqnice!(want, ns.sh("nft list ruleset").stdout);
    let list = "\
1: masquerade ip from 192.160.0.0/12 not out eth0
2: masquerade ip from 10.0.0.0/24
3: dnat ip proto tcp dport 80 local to 10.0.0.2:8080 tag hello
4: redirect ip in lo not proto tcp
5: accept ip dst 10.0.0.1 proto gre chain OUTPUT
6: dnat ip6 in eth* proto udp dport 80-90 to [fd00::1]:5-6
7: snat ip6 proto udp not sport 5 to fd00::9
";
    eqnice!(list, run(&ns, "nat list").stdout);
    // Each line names its rule.
    for line in list.lines().rev() {
        let rule = line.split_once(": ").unwrap().1;
        let out = run(&ns, &format!("nat del {rule}"));
        assert_eq!(out.code, 0, "{rule}\n{}", out.stderr);
    }
    eqnice!("", ns.sh("nft list ruleset").stdout);
    // And what nft wrote in its own way we read.
    ns.sh("nft add table ip nlbox && nft 'add chain ip nlbox POSTROUTING { type nat hook postrouting priority 100; }' && \
           nft add rule ip nlbox POSTROUTING ip saddr 10.0.0.0/8 oifname eth0 masquerade && \
           nft add rule ip nlbox POSTROUTING ct state new masquerade");
    eqnice!(
        "1: masquerade ip from 10.0.0.0/8 out eth0\n2: ? ip\n",
        run(&ns, "nat list").stdout.replace(" chain POSTROUTING", "")
    );
}

#[test]
fn json_lists_every_rule() {
    let Some(ns) = Ns::new() else { return };
    eqnice!("[]\n", run(&ns, "nat -j list").stdout);
    run(&ns, "nat dnat not in eth0 local proto tcp dport 80 to 10.0.0.2:8080 tag 'a b'");
    eqnice!(
        "[{\"number\":1,\"target\":\"dnat\",\"family\":\"ip\",\"not_in\":\"eth0\",\"proto\":\"tcp\",\"dport\":\"80\",\
         \"local\":true,\"to\":\"10.0.0.2:8080\",\"chain\":\"PREROUTING\",\"tag\":\"a b\",\"packets\":0,\"bytes\":0,\
         \"handle\":2}]\n",
        run(&ns, "nat list -j").stdout.replace("tag\":\"'a", "tag\":\"a b")
    );
}

#[test]
fn a_bad_rule_leaves_nothing() {
    let Some(ns) = Ns::new() else { return };
    // The kernel refuses the rule behind a new table and a new chain.
    let out = run(&ns, "iptables -t nat -A PREROUTING -j MASQUERADE");
    eqnice!("iptables: Operation not supported\n", out.stderr);
    assert_eq!(out.code, 4);
    for (line, why) in [
        ("nat frob", "nat: 'frob' is none of: list del flush masquerade snat dnat redirect accept"),
        ("nat list frob", "nat: bad word 'frob'"),
        ("nat del 1", "nat: no such rule"),
        ("nat del frob", "nat: 'frob' is none of: list del flush masquerade snat dnat redirect accept"),
        ("nat del tag frob", "nat: no such rule"),
        ("nat del tag frob 1", "nat: bad word '1'"),
        (
            "nat masquerade source 10.0.0.1",
            "nat: 'source' is none of: from dst in out proto sport dport local to tag chain not ip ip6 --forward",
        ),
        ("nat snat to frob", "nat: bad word 'frob'"),
        ("nat accept chain frob", "nat: bad word 'frob'"),
        ("nat redirect proto tcp to 80", "nat: bad word '80'"),
        ("nat accept to :80 proto tcp chain INPUT", "nat: bad word 'to'"),
        ("nat masquerade out a/b", "nat: bad word 'a/b'"),
        ("nat masquerade out eth0 not", "nat: bad word 'not'"),
        ("nat masquerade from 10.0.0.0/33", "nat: bad word '10.0.0.0/33'"),
        ("nat masquerade from 10.0.0.0/8 dst fd00::/8", "nat: bad word 'fd00::/8'"),
        ("nat masquerade ip6 from 10.0.0.0/8", "nat: bad word '10.0.0.0/8'"),
        ("nat masquerade from 10.0.0.0/8 from 10.0.0.0/8", "nat: bad word 'from'"),
        ("nat masquerade in eth0", "nat: Can't use in with this chain"),
        ("nat dnat out eth0 to 10.0.0.1", "nat: Can't use out with this chain"),
        ("nat dnat to 10.0.0.1:80", "nat: a port needs \"proto tcp\", or udp"),
        ("nat dnat proto icmp dport 80 to 10.0.0.1", "nat: a port needs \"proto tcp\", or udp"),
        ("nat dnat proto tcp dport 90-80 to 10.0.0.1", "nat: bad word '90-80'"),
        ("nat dnat proto tcp dport 80", "nat: DNAT wants an address to translate to"),
        ("nat masquerade to 10.0.0.1", "nat: MASQUERADE takes no address"),
        ("nat accept out eth0", "nat: accept wants a chain"),
        ("iptables -A FORWARD -j ACCEPT", "iptables: table 'filter' is not in this build, \"-t nat\" is"),
        (
            "iptables -t nat -A POSTROUTING -m conntrack -j ACCEPT",
            "iptables: match 'conntrack' is not in this build, or lacks its -p",
        ),
        (
            "iptables -t nat -A POSTROUTING -m tcp -j ACCEPT",
            "iptables: match 'tcp' is not in this build, or lacks its -p",
        ),
        ("iptables -t nat -A POSTROUTING ! -j ACCEPT", "iptables: unexpected ! flag before --jump"),
        (
            "iptables -t nat -A POSTROUTING -s 10.0.0.1 ! -s 10.0.0.2 -j ACCEPT",
            "iptables: an option is given twice",
        ),
        ("iptables -t nat -A POSTROUTING -j LOG", "iptables: target 'LOG' is not in this build"),
        (
            "iptables -t nat -A POSTROUTING -j MASQUERADE --to-source 1.1.1.1",
            "iptables: \"--to-source\" does not go with this target",
        ),
    ] {
        let out = run(&ns, line);
        eqnice!(format!("{why}\n"), out.stderr, "{line}");
        assert_ne!(out.code, 0, "{line}");
    }
    eqnice!("", ns.sh("nft list ruleset").stdout);
}

#[test]
fn many_at_once_lose_nothing_of_each_other() {
    let Some(ns) = Ns::new() else { return };
    let program = nlbox();
    let program = program.to_str().unwrap();
    // Each adds its rule and takes it out again: the last one takes the table, and never another's rule with it.
    let lines = |n: u32| {
        let rule = format!("masquerade from 10.{n}.0.0/16 tag t{n}");
        let script = format!(
            "{program} nat {rule} && {program} nat list | grep -q ' tag t{n}$' && {program} nat del {rule}"
        );
        let mut command = ns.command("/bin/sh");
        command.args(["-c", &format!("for i in 1 2 3 4 5; do {script} || exit 1; done")]);
        command
    };
    let children: Vec<_> = (0..8).map(|n| lines(n).spawn().unwrap()).collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    eqnice!("", ns.sh("nft list ruleset").stdout);
}

/// Runs `f` with what a command has, on the sockets of this thread's namespace.
fn with_ctx(f: impl FnOnce(&mut Ctx<'_>) -> Done) -> (Done, String) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let (mut page, mut rx, mut rx2, mut tx) = (vec![0; 64], vec![0; 64], vec![0; 64], vec![0; 64]);
    let (mut main, mut side, mut cache) = (Socket::new(0), Socket::new(0), Default::default());
    let mut cx = Ctx {
        conn: Conn::new(&mut main, &mut rx),
        page: Page {
            out: Out::new(&mut out, &mut page),
            names: Names::new(Conn::new(&mut side, &mut rx2), &mut cache),
            opts: Options::default(),
        },
        err: Report::new(&mut err),
        beside: None,
        visits: Default::default(),
        object: Default::default(),
        verb: Default::default(),
        tx: &mut tx,
    };
    let done = f(&mut cx);
    (done, String::from_utf8(err).unwrap())
}

/// The three functions that other commands translate by.
#[test]
fn a_tag_gives_back_what_was_lent() {
    let Some(net) = Net::new() else { return };
    run(&net.ns, "ip -n server route add default via 10.2.0.1");
    run(&net.ns, "nat masquerade ip out s0 tag other --forward");
    let before = net.ns.sh("nft list ruleset").stdout;
    net.at(ROUTER, || {
        for (ip, prefix) in [("10.2.0.2", "10.2.0.0/24"), ("fd02::2", "fd02::/64")] {
            let to = nlbox_core::text::ip::parse(ip.as_bytes()).unwrap();
            let subnet = Prefix::parse(prefix.as_bytes(), 0).ok().unwrap();
            let made = with_ctx(|cx| {
                nlbox::nat::masquerade(cx, &subnet, b"s0", b"box 7")?;
                nlbox::nat::publish(cx, 6, 8080, &to, 80, b"box 7")
            });
            assert_eq!(made, (Ok(()), String::new()));
        }
    });
    assert!(net.call(true, SERVER, "10.2.0.2:80", CLIENT, "10.1.0.1:8080").is_some());
    assert!(net.call(true, SERVER, "10.2.0.2:80", ROUTER, "10.1.0.1:8080").is_some());
    let listed = run(&net.ns, "nat list").stdout;
    eqnice!(
        "1: masquerade ip out s0 tag other\n2: masquerade ip from 10.2.0.0/24 not out s0 tag box 7\n\
         3: dnat ip proto tcp dport 8080 local to 10.2.0.2:80 tag box 7\n\
         4: dnat ip proto tcp dport 8080 local to 10.2.0.2:80 chain OUTPUT tag box 7\n\
         5: masquerade ip6 from fd02::/64 not out s0 tag box 7\n\
         6: dnat ip6 proto tcp dport 8080 local to [fd02::2]:80 tag box 7\n\
         7: dnat ip6 proto tcp dport 8080 local to [fd02::2]:80 chain OUTPUT tag box 7\n",
        listed
    );
    net.at(ROUTER, || {
        // Twice: what is gone already is no failure.
        for _ in 0..2 {
            assert_eq!(with_ctx(|cx| nlbox::nat::withdraw(cx, b"box 7")), (Ok(()), String::new()));
        }
        let long = [b'x'; 64];
        let refused = with_ctx(|cx| nlbox::nat::publish(cx, 6, 1, &Ip::v4([10, 0, 0, 1]), 1, &long));
        assert_eq!(refused.0, Err(Fail(1)));
    });
    eqnice!("1: masquerade ip out s0 tag other\n", run(&net.ns, "nat list").stdout);
    let rules = |text: &str| text.lines().filter(|l| l.contains("counter")).count();
    assert_eq!(rules(&before), rules(&net.ns.sh("nft list ruleset").stdout));
}

/// The lines of the guides, as they stand there.
#[test]
fn the_guides_lines() {
    let Some(ns) = Ns::new() else { return };
    let out = run(&ns, "iptables -t nat -A POSTROUTING -s 192.168.1.0/24 -j MASQUERADE");
    assert_eq!((out.code, out.stdout.as_str(), out.stderr.as_str()), (0, "", ""));
    let out = run(&ns, "iptables -t nat -A PREROUTING --dport 80 --to-destination 192.168.15.2:80 -j DNAT");
    eqnice!("iptables: a port needs \"-p tcp\", or udp\n", out.stderr);
    assert_eq!(out.code, 2);
    let out =
        run(&ns, "iptables -t nat -A PREROUTING -p tcp --dport 80 --to-destination 192.168.15.2:80 -j DNAT");
    assert_eq!((out.code, out.stderr.as_str()), (0, ""));
    assert!(
        ns.sh("nft list ruleset")
            .stdout
            .contains("\t\ttcp dport 80 counter packets 0 bytes 0 dnat to 192.168.15.2:80\n")
    );
}

const IPTABLES: &str = "\
iptables -t nat -A POSTROUTING -s 192.168.1.0/24 -j MASQUERADE
iptables -t nat -A PREROUTING -p tcp --dport 80 -j DNAT --to-destination 192.168.15.2:80
iptables -t nat -A POSTROUTING -o lo -s 10.0.0.0/8 -d 1.2.3.4 ! -p udp -j SNAT --to-source 5.6.7.8
iptables -t nat -A PREROUTING -i eth+ -p udp --sport 5 --dport 100:200 -j DNAT --to-destination 10.0.0.1
iptables -t nat -A PREROUTING ! -i eth0 ! -s 10.0.0.0/12 -p udp ! --dport 100 -j REDIRECT --to-ports 8080
iptables -t nat -I PREROUTING -p icmp -j ACCEPT
iptables -t nat -I PREROUTING 2 -p tcp --source-port 1:2 -j ACCEPT
iptables -t nat -I PREROUTING 99 -p tcp --sport 1:2 -j ACCEPT
iptables -t nat -A OUTPUT -p 47
iptables -t nat -A POSTROUTING -p tcp -j MASQUERADE --to-ports 100-200
iptables -t nat -A PREROUTING -p tcp -m tcp --dport 8 -m comment --comment 'a b' -j DNAT --to-destination 1.2.3.4:5-6
iptables -t nat -A PREROUTING -m comment --comment a_b
iptables --table nat --append POSTROUTING --source 10.1.2.3/255.255.0.0 --out-interface eth9 --jump MASQUERADE
iptables -t nat -A PREROUTING -m addrtype --dst-type LOCAL -j ACCEPT
iptables -t nat -S
iptables -t nat -S POSTROUTING
iptables -t nat -L
iptables -t nat -L -n
iptables -t nat -L -n -v
iptables -t nat -L -v
iptables -t nat -L POSTROUTING --line-numbers -n
iptables -w 5 -t nat -L POSTROUTING -n
iptables -t nat -D POSTROUTING 7
iptables -t nat -D POSTROUTING 1
iptables -t nat -D POSTROUTING -s 9.9.9.9 -j MASQUERADE
iptables -t nat -C POSTROUTING -s 9.9.9.9 -j MASQUERADE
iptables -t nat -C PREROUTING -p icmp -j ACCEPT
iptables -t nat -D PREROUTING -p icmp -j ACCEPT
iptables -t nat -C PREROUTING -p icmp -j ACCEPT
iptables -t nat -A FOO -j ACCEPT
iptables -t nat -F FOO
iptables -t nat -S
iptables -t nat -F PREROUTING
iptables -t nat -S
iptables -t nat -F
iptables -t nat -S
ip6tables -t nat -A POSTROUTING -s fd00::/64 -o v0 -j MASQUERADE
ip6tables -t nat -A PREROUTING -p tcp --dport 80 -j DNAT --to-destination [fd00::1]:80
ip6tables -t nat -A PREROUTING -p icmpv6 -j DNAT --to-destination fd00::1
ip6tables -t nat -A PREROUTING -p tcp -j REDIRECT --to-ports 7
ip6tables -t nat -S
ip6tables -t nat -L -n
ip6tables -t nat -L -v";

/// Wrong lines: the sentences are ours, the exit codes iptables'.
const WRONG: &str = "\
iptables
iptables -t nat
iptables -t nat -A
iptables -t nat -A PREROUTING -p tcp -j DNAT
iptables -t nat -A PREROUTING -j DNAT --to-destination 1.1.1.1:80
iptables -t nat -A PREROUTING -s 10.0.0.0/33 -j ACCEPT
iptables -t nat -A PREROUTING -j FROB
iptables -t nat -A PREROUTING --frob
iptables -t nat -A POSTROUTING -i lo -j MASQUERADE
iptables -t nat -A PREROUTING -o lo -j ACCEPT
iptables -t nat -A POSTROUTING frob
iptables -t nat -A POSTROUTING -n -j ACCEPT
iptables -t nat -L -s 10.0.0.1
iptables -t nat -A PREROUTING -j MASQUERADE
iptables -t nat -A PREROUTING -s 10.0.0.1 -s 10.0.0.2 -j ACCEPT
iptables -t nat -A PREROUTING -L
iptables -t nat -A PREROUTING -p frob
iptables -t nat -A PREROUTING -p tcp --dport x
iptables -t nat -A PREROUTING -d ::1";

/// Where we differ: services and hosts have no names, and protocols keep theirs with `-n`, as before 1.8.9 and from
/// 1.8.11 on; banners name no version.
fn plain(line: &str, text: &str) -> String {
    let text = text.replace(" v1.8.9 (nf_tables)", "").replace("dpt:http", "dpt:80").replace("tcpmux", "1");
    let numeric = line.contains(" -n");
    let names =
        [("0 ", "all "), ("1 ", "icmp"), ("6 ", "tcp"), ("17 ", "udp"), ("47 ", "gre"), ("58 ", "ipv6-icmp")];
    text.lines()
        .map(|row| {
            let mut row = row.to_string();
            for (number, name) in names.iter().filter(|_| numeric) {
                for mark in [" ", "!"] {
                    let old = format!("{mark}{number:<5}-- ");
                    let new = format!("{mark}{:<4} -- ", name.trim_end());
                    row = row.replacen(&old, &new, 1);
                }
            }
            row + "\n"
        })
        .collect()
}

#[test]
fn iptables_says_the_same() {
    if !Path::new("/usr/sbin/iptables").exists() {
        return skip("iptables is not installed").unwrap_or_default();
    }
    let (Some(theirs), Some(ours)) = (Ns::new(), Ns::new()) else { return };
    let version = theirs.run(&["iptables", "-V"]).stdout;
    if !version.contains("v1.8.9 (nf_tables)") {
        return skip(&format!("another iptables: {version}")).unwrap_or_default();
    }
    let mut wrong = String::new();
    for line in IPTABLES.lines() {
        let want = theirs.run(&words(line).collect::<Vec<_>>());
        let got = run(&ours, line);
        let (out, err) = (plain(line, &want.stdout), plain(line, &want.stderr));
        if (out.as_str(), err.as_str(), want.code) != (got.stdout.as_str(), got.stderr.as_str(), got.code) {
            wrong += &format!(
                "{line}\n{}{} {}\n",
                diff(&(out + &err), &(got.stdout + &got.stderr)),
                want.code,
                got.code
            );
        }
    }
    for line in WRONG.lines() {
        let (want, got) = (theirs.run(&words(line).collect::<Vec<_>>()), run(&ours, line));
        if want.code != got.code || got.stderr.is_empty() {
            wrong += &format!("{line}: {} {}\n", want.code, got.code);
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn a_saved_rule_is_a_command() {
    let Some(ns) = Ns::new() else { return };
    for line in IPTABLES.lines().filter(|l| l.starts_with("iptables") && l.contains(" -A ")) {
        run(&ns, line);
    }
    let saved = run(&ns, "iptables -t nat -S").stdout;
    run(&ns, "iptables -t nat -F");
    for line in saved.lines().filter(|l| l.starts_with("-A")) {
        let line = line.replace("\"a b\"", "'a b'");
        let out = run(&ns, &format!("iptables -t nat {line}"));
        assert_eq!(out.code, 0, "{line}\n{}", out.stderr);
    }
    eqnice!(saved, run(&ns, "iptables -t nat -S").stdout);
}
