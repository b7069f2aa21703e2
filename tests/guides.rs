//! The five guides to network namespaces that nlbox exists for: all their commands, in order, as written, with the state
//! looked at after each step. Typed into a shell that finds nothing but links to nlbox, made by `nlbox --install`.
//!
//! Each guide runs twice: in a namespace of this machine, and on a virtual machine that holds a kernel, nlbox, and
//! busybox for its shell. Where they differ, [`Guide::machine`] asks: this kernel may have no 802.1Q and no NIC to give
//! away. Commands of guides that are no programs of ours (`sudo`, `grep`) are functions of the shell. What plays the
//! rest of the world (a host on the LAN, the wait before ^C) is marked `prop`.

use harness::vm::{Setup, Vm};
use harness::{Ns, Output, eqnice, nlbox};
use std::path::Path;
use std::time::Duration;

/// Where the machine's busybox is: not on `PATH`.
const BUSYBOX: &str = "/busybox";

/// What the machine's kernel needs for all five guides.
const MODULES: &[&str] = &[
    "veth",
    "bridge",
    "8021q",
    "af_packet",
    "nf_tables",
    "nft_chain_nat",
    "nft_masq",
    "nft_nat",
    "nft_redir",
    "nf_conntrack",
];

enum Place {
    Here(Ns),
    Machine(Box<Vm>),
}

/// A shell with nothing on its `PATH` but our links, and the state it works on.
struct Guide {
    place: Place,
    prologue: String,
    terminals: Vec<u32>,
}

impl Guide {
    fn here() -> Option<Guide> {
        let ns = Ns::new()?;
        // `/run` is the fixture's own: the directory goes with it.
        let bin = nlbox();
        ns.sh(&format!(
            "mkdir /run/path && {0} --install -s /run/path && ln -s /bin/sh /run/path/sh",
            bin.display()
        ));
        Some(Guide::new(Place::Here(ns)))
    }

    fn machine() -> Option<Guide> {
        let busybox = ["/bin/busybox", "/usr/bin/busybox"].into_iter().find(|b| Path::new(b).exists());
        let Some(busybox) = busybox else { return harness::skip("busybox-static is not installed") };
        let mut vm = Setup::new()
            .nics(1)
            .modules(MODULES)
            .file(BUSYBOX, busybox)
            .file("/nlbox", nlbox())
            .link("/bin/sh", BUSYBOX)
            .directory("/run")
            .directory("/tmp")
            .life(300)
            .boot()?;
        vm.ok("/nlbox --install /bin");
        // The guide calls its NIC ens33.
        vm.ok("ip link set eth0 name ens33");
        Some(Guide::new(Place::Machine(Box::new(vm))))
    }

    fn new(place: Place) -> Guide {
        let mut prologue = String::from(
            "sudo() { \"$@\"; }\n\
             grep() { while IFS= read -r line; do case $line in *\"$1\"*) echo \"$line\" ;; esac; done; }\n",
        );
        if let Place::Here(_) = place {
            // `unshare` starts a login shell, which has read the machine's own profile by now.
            prologue += "PATH=/run/path\n";
        } else {
            // busybox's shell prefers what busybox can do to what is on PATH: a function comes before both.
            for applet in nlbox::APPLETS.iter() {
                prologue += &format!("{0}() {{ /bin/{0} \"$@\"; }}\n", applet.name);
            }
        }
        let mut g = Guide { place, prologue, terminals: Vec::new() };
        let prologue = g.prologue.clone();
        g.prop(&format!("cat > /run/prologue <<'END'\n{prologue}END"));
        g
    }

    fn is_machine(&self) -> bool {
        matches!(self.place, Place::Machine(_))
    }

    /// Runs a shell with nothing but the guide's programs.
    fn shell(&mut self, script: &str) -> Output {
        match &mut self.place {
            Place::Here(ns) => {
                let mut command = ns.command("/bin/sh");
                command.args(["-c", script]).env("PATH", "/run/path").env_remove("SHELL");
                harness::finish(command, "")
            }
            Place::Machine(vm) => vm.exec(&["/bin/sh", "-c", script]),
        }
    }

    /// What plays the world around the guide, in a shell that has everything.
    fn prop(&mut self, script: &str) -> String {
        let out = match &mut self.place {
            Place::Here(ns) => ns.run(&["/bin/sh", "-c", script]),
            Place::Machine(vm) => {
                let tools: String = ["cat", "cp", "mkdir", "mkfifo", "mount", "umount"]
                    .iter()
                    .map(|tool| format!("{tool}() {{ {BUSYBOX} {tool} \"$@\"; }}\n"))
                    .collect();
                vm.exec(&[BUSYBOX, "sh", "-c", &(tools + script)])
            }
        };
        assert_eq!((out.code, out.stderr.as_str()), (0, ""), "{script}");
        out.stdout
    }

    /// Types a line.
    fn any(&mut self, line: &str) -> Output {
        let pid = match &self.place {
            Place::Here(ns) => ns.pid(),
            Place::Machine(_) => 1,
        };
        // The process outside: the guide's `netns 1` is another machine's business here.
        self.shell(&format!(". /run/prologue\nOUTSIDE={pid}\n{line}"))
    }

    /// Types a command that prints nothing when all is well.
    fn silent(&mut self, line: &str) {
        let out = self.any(line);
        assert_eq!((out.code, out.stdout.as_str(), out.stderr.as_str()), (0, "", ""), "{line}");
    }

    /// Types a command that lists something. No listing may be called inconsistent: interrupted dumps are read again.
    fn shows(&mut self, line: &str) -> String {
        let out = self.any(line);
        assert_eq!((out.code, out.stderr.as_str()), (0, ""), "{line}");
        out.stdout
    }

    /// A command that must fail, helpfully.
    fn fails(&mut self, line: &str, code: i32, first: &str) {
        let out = self.any(line);
        eqnice!(first, out.stderr.lines().next().unwrap_or(""), "{line}");
        assert_eq!((out.code, out.stdout.as_str()), (code, ""), "{line}");
    }

    /// The listing of `line` is `want`: `*` in it is any text within a line.
    fn like(&mut self, line: &str, want: &str) {
        let mut got = self.shows(line);
        // Carriers settle a moment after `up`.
        for _ in 0..40 {
            if like(want, &got) {
                break;
            }
            std::thread::sleep(Duration::from_millis(50));
            got = self.shows(line);
        }
        assert!(like(want, &got), "{line}\n{}", harness::diff(want, &got));
    }

    /// Looks at a listing until it is right: half a minute, for the kernel clears namespaces away in its own time.
    fn waits(&mut self, line: &str, right: impl Fn(&str) -> bool) {
        let end = std::time::Instant::now() + Duration::from_secs(30);
        while !right(&self.shows(line)) {
            assert!(std::time::Instant::now() < end, "{line} never came right: {}", self.shows(line));
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// A second terminal, in the same place.
    fn terminal(&mut self) -> Terminal {
        let name = format!("/run/terminal{}", self.terminals.len());
        let env = match self.place {
            Place::Here(_) => "env -i PATH=/run/path ",
            Place::Machine(_) => "",
        };
        // Open for both: it never ends by itself.
        let pid = self.prop(&format!("mkfifo {name}; {env}/bin/sh <>{name} >>{name}.out 2>&1 & echo $!"));
        let terminal = Terminal { name, pid: pid.trim().parse().unwrap() };
        self.terminals.push(terminal.pid);
        self.keys(&terminal, ". /run/prologue");
        terminal
    }

    /// Types a line in a terminal.
    fn keys(&mut self, at: &Terminal, line: &str) {
        self.prop(&format!("cat > {} <<'END'\n{line}\nEND", at.name));
    }

    /// Waits until a terminal shows a text, and returns all that it shows.
    fn said(&mut self, at: &Terminal, text: &str) -> String {
        let mut all = String::new();
        for _ in 0..100 {
            all = self.prop(&format!("cat {}.out", at.name));
            if all.contains(text) {
                return all;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("the terminal never said {text}:\n{all}");
    }

    /// Presses ^C for the program that runs in a terminal, and waits until the terminal listens again. Returns what it
    /// has shown.
    fn interrupt(&mut self, at: &Terminal) -> String {
        let pids = self.chain(at.pid);
        assert!(pids.len() > 1, "nothing runs in {}", at.name);
        self.prop(&format!("kill -INT {}", pids.last().unwrap()));
        self.keys(at, "echo interrupted");
        let said = self.said(at, "interrupted\n");
        self.prop(&format!(": > {}.out", at.name));
        said.replace("interrupted\n", "")
    }

    /// A process, its child, the child's, and so on.
    fn chain(&mut self, pid: u32) -> Vec<u32> {
        let script = format!(
            "set -- {pid}; while [ \"$1\" ]; do echo $1; set -- $(cat /proc/$1/task/$1/children 2>/dev/null); done"
        );
        let pids = match self.place {
            Place::Here(_) => self.prop(&script),
            // nlbox is not to see a /proc.
            Place::Machine(_) => {
                self.prop(&format!("mkdir -p /proc; mount -t proc proc /proc && ( {script} ); umount /proc"))
            }
        };
        pids.lines().map(|p| p.parse().unwrap()).collect()
    }

    /// Types a command that would go on for ever, waits until it says `until`, and presses ^C.
    fn interrupted(&mut self, line: &str, until: &str) -> String {
        let terminal = self.terminal();
        self.keys(&terminal, line);
        self.said(&terminal, until);
        self.interrupt(&terminal)
    }

    /// `ping` as the guides type it, without a count.
    fn pings(&mut self, line: &str) {
        let host = line.rsplit(' ').next().unwrap();
        let said = self.interrupted(line, "icmp_seq=2 ");
        let want = format!(
            "PING {host} ({host}) 56(84) bytes of data.\n\
             64 bytes from {host}: icmp_seq=1 ttl=64 time=* ms\n\
             64 bytes from {host}: icmp_seq=2 ttl=64 time=* ms\n"
        );
        let (packets, end) = said.split_once("\n\n").unwrap_or_else(|| panic!("{line}\n{said}"));
        let packets: String = packets.split_inclusive('\n').take(3).collect();
        assert!(like(&want, &packets), "{line}\n{}", harness::diff(&want, &packets));
        let want = format!(
            "--- {host} ping statistics ---\n\
             * packets transmitted, * received, *% packet loss, time *ms\n\
             rtt min/avg/max/mdev = */*/*/* ms\n"
        );
        assert!(like(&want, end), "{line}\n{}", harness::diff(&want, end));
    }
}

/// A shell that takes what [`Guide::keys`] types.
struct Terminal {
    name: String,
    pid: u32,
}

impl Drop for Guide {
    fn drop(&mut self) {
        if let Place::Machine(_) = self.place {
            return;
        }
        for terminal in std::mem::take(&mut self.terminals) {
            for pid in self.chain(terminal).iter().rev() {
                self.prop(&format!("kill -KILL {pid}"));
            }
        }
    }
}

/// Waits, half a minute at most: an emulated machine is slow.
fn eventually(what: &str, mut true_now: impl FnMut() -> bool) {
    let end = std::time::Instant::now() + Duration::from_secs(30);
    while !true_now() {
        assert!(std::time::Instant::now() < end, "never came true: {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Whether `got` is `want` line by line, `*` in `want` standing for any text.
fn like(want: &str, got: &str) -> bool {
    let fits = |want: &str, got: &str| {
        let mut parts = want.split('*');
        let Some(mut rest) = parts.next().and_then(|head| got.strip_prefix(head)) else { return false };
        let mut parts = parts.peekable();
        while let Some(part) = parts.next() {
            let at = if parts.peek().is_none() {
                rest.ends_with(part).then(|| rest.len() - part.len())
            } else {
                rest.find(part)
            };
            let Some(at) = at else { return false };
            rest = &rest[at + part.len()..];
        }
        rest.is_empty()
    };
    want.lines().count() == got.lines().count()
        && want.lines().zip(got.lines()).all(|(want, got)| fits(want, got))
}

const LO_DOWN: &str = "1: lo: <LOOPBACK> mtu 65536 qdisc noop state DOWN mode DEFAULT group default qlen 1000\n    \
                       link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n";
const LO_UP: &str = "1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN mode DEFAULT group default qlen 1000\n    \
                     link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n";

const ROUTE_HEAD: &str = "Kernel IP routing table\n\
    Destination     Gateway         Genmask         Flags Metric Ref    Use Iface\n";
/// The machine's own device.
const ENS33: &str = "2: ens33: <BROADCAST,MULTICAST> mtu 1500 qdisc noop state DOWN mode DEFAULT group default qlen 1000\n    \
                     link/ether 52:54:00:00:00:01 brd ff:ff:ff:ff:ff:ff\n";
const IFCONFIG_ENS33: &str = "ens33: flags=4098<BROADCAST,MULTICAST>  mtu 1500\n        \
                              ether *:*:*:*:*:*  txqueuelen 1000  (Ethernet)\n        \
                              RX packets 0  bytes 0 (0.0 B)\n        RX errors 0  dropped 0  overruns 0  frame 0\n        \
                              TX packets 0  bytes 0 (0.0 B)\n        TX errors 0  dropped 0 overruns 0  carrier 0  collisions 0\n\n";

fn one_ping(host: &str) -> String {
    format!(
        "PING {host} ({host}) 56(84) bytes of data.\n\
         64 bytes from {host}: icmp_seq=1 ttl=64 time=* ms\n\n\
         --- {host} ping statistics ---\n\
         1 packets transmitted, 1 received, 0% packet loss, time 0ms\n\
         rtt min/avg/max/mdev = */*/*/* ms\n"
    )
}

/// The guide's local network: this host is 192.168.1.2, another one 192.168.1.3; 8.8.8.8 is there too.
struct Lan {
    host: Terminal,
}

impl Lan {
    fn new(g: &mut Guide) -> Lan {
        let host = g.terminal();
        g.keys(&host, "unshare -n");
        eventually("the other host is up", || g.chain(host.pid).len() == 2);
        let pid = g.chain(host.pid)[1];
        g.silent(&format!("ip link add lan0 type veth peer name lan1 netns {pid}"));
        g.silent("ip addr add 192.168.1.2/24 dev lan0");
        g.silent("ip link set lan0 up");
        g.keys(
            &host,
            ". /run/prologue\nip link set lo up\nip addr add 192.168.1.3/24 dev lan1\nip addr add 8.8.8.8 dev lo\n\
             ip link set lan1 up\necho up",
        );
        let said = g.said(&host, "up\n");
        assert!(!said.contains("RTNETLINK"), "{said}");
        g.waits("ip link show lan0", |link| link.contains(" state UP "));
        let forward = "echo 1 > /proc/sys/net/ipv4/ip_forward";
        match g.place {
            Place::Here(_) => g.prop(forward),
            Place::Machine(_) => g.prop(&format!("mount -t proc proc /proc && {forward}; umount /proc")),
        };
        g.silent("ip route add 8.8.8.8 via 192.168.1.3");
        Lan { host }
    }

    /// A connection to port 80 of the guide's host ends in the namespace.
    fn asks_for_the_page(&mut self, g: &mut Guide) {
        let nc = if g.is_machine() { "/busybox nc" } else { "/bin/busybox nc" };
        g.keys(&self.host, "");
        let server = g.terminal();
        g.keys(&server, &format!("echo the page | ip netns exec blue {nc} -l -p 80"));
        for _ in 0..20 {
            g.keys(&self.host, &format!("{nc} -w 2 192.168.1.2 80 </dev/null"));
            std::thread::sleep(Duration::from_millis(200));
            if g.prop(&format!("cat {}.out", self.host.name)).contains("the page\n") {
                return;
            }
        }
        panic!("nobody answers: {}", g.said(&self.host, ""));
    }
}

/// The steps of the guide's program, and what it did not do.
fn isolates(g: &mut Guide) {
    let before = g.shows("ip -o link");
    // In a terminal, as in the guide; then its words.
    let t = g.terminal();
    g.keys(&t, "sudo isolate sh");
    eventually("isolate has started a shell", || g.chain(t.pid).len() >= 3);
    g.keys(&t, ". /run/prologue\nip -br addr; ip route; ping -c 1 10.213.0.1; exit 7");
    // What is typed too early would be the inner shell's.
    eventually("the shell has ended", || g.chain(t.pid).len() == 1);
    g.keys(&t, "echo left with $?");
    let said = g.said(&t, "left with ");
    assert!(said.contains("eth0@if") && said.contains("10.213.0.2/30 "), "{said}");
    assert!(said.contains("default via 10.213.0.1 dev eth0 \n"), "{said}");
    assert!(said.contains(" 1 received, 0% packet loss"), "{said}");
    assert!(said.ends_with("left with 7\n"), "the command's own exit status: {said}");
    eqnice!(before, g.shows("ip -o link"), "nothing is left on the host");
    // The guide's addresses, its user, its process ids and its root directory. An initramfs cannot be pivoted from
    // (pivot_root(2)): there the machine has nothing to show.
    if g.is_machine() {
        return;
    }
    g.prop("mkdir -p /run/box/bin /run/box/proc && cp /bin/busybox /run/box/bin/sh");
    let out = g.any(
        "isolate -U --pid --mount-proc --hostname box -R /run/box -a 10.1.1.2/24 --host-address 10.1.1.1/24 \
         /bin/sh -c 'echo $(id -u) $(hostname); ls /; cat /proc/self/uid_map; ifconfig eth0; ping -c 1 10.1.1.1'",
    );
    assert_eq!((out.code, out.stderr.as_str()), (0, ""), "{out:?}");
    assert!(out.stdout.contains("0 box\nbin\nproc\n"), "{}", out.stdout);
    assert!(out.stdout.contains("inet addr:10.1.1.2 "), "{}", out.stdout);
    assert!(out.stdout.contains(" 1 packets received, 0% packet loss"), "{}", out.stdout);
    eqnice!(before, g.shows("ip -o link"), "nothing is left on the host");
}

#[test]
fn patterns() {
    assert!(like("a*c\n* b \n", "abc\nx b \n"));
    assert!(
        !like("a*c\n", "abd\n") && !like("a\n", "a \n") && !like("a\n", "a\na\n") && !like("a*b*", "acd")
    );
}

/// Guide 0: a physical device and a veth pair given to a namespace.
fn guide_0(g: &mut Guide) {
    if !g.is_machine() {
        g.silent("ip link add ens33 type veth peer name cable");
    }
    let first = g.shows("ip link");
    assert!(first.starts_with(LO_DOWN), "{first}");
    assert!(first.contains(": ens33"), "{first}");
    let all = g.shows("ifconfig -a");
    assert!(
        like(IFCONFIG_ENS33, all.split_inclusive("\n\n").find(|d| d.starts_with("ens33")).unwrap()),
        "{all}"
    );
    assert!(
        all.contains("\nlo: flags=8<LOOPBACK>  mtu 65536\n        loop  txqueuelen 1000  (Local Loopback)\n"),
        "{all}"
    );
    g.silent("ip netns add mynamespace");
    eqnice!("mynamespace\n", g.shows("ip netns"));
    eqnice!("mynamespace\n", g.shows("ip netns list"));
    eqnice!(LO_DOWN, g.shows("ip netns exec mynamespace ip link list"));
    g.silent("ip link add veth0 type veth peer name veth1");
    g.like(
        "ip link show veth0",
        "*: veth0@veth1: <BROADCAST,MULTICAST,M-DOWN> mtu 1500 qdisc noop state DOWN mode DEFAULT group default qlen 1000\n    \
         link/ether * brd ff:ff:ff:ff:ff:ff\n",
    );
    g.silent("ip link set veth1 netns mynamespace");
    g.like(
        "ip link show veth0",
        "*: veth0@if*: <BROADCAST,MULTICAST> mtu 1500 qdisc noop state DOWN mode DEFAULT group default qlen 1000\n    \
         link/ether * brd ff:ff:ff:ff:ff:ff link-netns mynamespace\n",
    );
    g.like(
        "ip netns exec mynamespace ip link",
        &format!(
            "{LO_DOWN}*: veth1@if*: <BROADCAST,MULTICAST> mtu 1500 qdisc noop state DOWN mode DEFAULT group default qlen 1000\n    \
             link/ether * brd ff:ff:ff:ff:ff:ff link-netnsid 0\n"
        ),
    );
    eqnice!("mynamespace (id: 0)\n", g.shows("ip netns"));
    g.silent("ifconfig veth0 10.0.0.2/24 up");
    g.like("ip addr show veth0", "\
        *: veth0@if*: <NO-CARRIER,BROADCAST,MULTICAST,UP> mtu 1500 qdisc noqueue state *DOWN group default qlen 1000\n    \
        link/ether * brd ff:ff:ff:ff:ff:ff link-netns mynamespace\n    \
        inet 10.0.0.2/24 brd 10.0.0.255 scope global veth0\n       valid_lft forever preferred_lft forever\n");
    g.silent("ip netns exec mynamespace ifconfig veth1 10.0.0.1/24 up");
    g.like(
        "ip netns exec mynamespace ip route",
        "10.0.0.0/24 dev veth1 proto kernel scope link src 10.0.0.1 \n",
    );
    g.pings("ping 10.0.0.1");
    eqnice!(
        "Kernel IP routing table\n\
         Destination     Gateway         Genmask         Flags Metric Ref    Use Iface\n\
         10.0.0.0        0.0.0.0         255.255.255.0   U     0      0        0 veth1\n",
        g.shows("ip netns exec mynamespace route")
    );
    if g.is_machine() {
        g.silent("ip link add link ens33 name myvlan type vlan id 100");
        g.like(
            "ip link show myvlan",
            "5: myvlan@ens33: <BROADCAST,MULTICAST,M-DOWN> mtu 1500 qdisc noop state DOWN mode DEFAULT group default qlen 1000\n    \
             link/ether 52:54:00:00:00:01 brd ff:ff:ff:ff:ff:ff\n",
        );
    }
    g.silent("ip link set ens33 netns mynamespace");
    assert!(!g.shows("ip link").contains(" ens33"));
    let moved = g.shows("ip netns exec mynamespace ip link");
    if g.is_machine() {
        assert!(moved.contains("2: ens33: "), "{moved}");
        let vlan = g.shows("ip link show myvlan");
        assert!(vlan.starts_with("5: myvlan@if2: ") && vlan.contains(" state DOWN "), "{vlan}");
        g.silent("ip netns exec mynamespace ip link set ens33 netns 1");
        assert!(g.shows("ip link").contains("2: ens33: "));
    } else {
        assert!(moved.contains(": ens33@if"), "{moved}");
        g.silent("ip netns exec mynamespace ip link set ens33 netns ${OUTSIDE}");
        assert!(g.shows("ip link").contains(": ens33@cable: "));
    }
    g.silent("ip netns del mynamespace");
    eqnice!("", g.shows("ip netns"));
    // The peer went with its namespace.
    g.waits("ip link", |links| !links.contains("veth0"));
}

/// Guide 1: what `isolate` does for the network, in words of `ip`.
fn guide_1(g: &mut Guide) {
    isolates(g);
    let others = if g.is_machine() { ENS33 } else { "" };
    eqnice!(format!("{LO_DOWN}{others}"), g.shows("ip link list"));
    g.silent("ip netns add box");
    g.silent("ip link add veth0 type veth peer name veth1");
    g.fails("ip link add veth0 type veth peer name veth1", 2, "RTNETLINK answers: File exists");
    g.silent("ip link set veth1 netns box");
    g.silent("ip addr add 10.1.1.1/24 dev veth0");
    g.silent("ip link set veth0 up");
    g.silent("ip netns exec box ip addr add 10.1.1.2/24 dev veth1");
    g.silent("ip netns exec box ip link set veth1 up");
    g.silent("ip netns exec box ip link set lo up");
    g.like(
        "ip netns exec box ip link list",
        &format!(
            "{LO_UP}*: veth1@if*: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP mode DEFAULT group default qlen 1000\n    \
             link/ether * brd ff:ff:ff:ff:ff:ff link-netnsid 0\n"
        ),
    );
    g.like("ip netns exec box ip route", "10.1.1.0/24 dev veth1 proto kernel scope link src 10.1.1.2 \n");
}

/// Guide 2: two namespaces' worth of looking around.
fn guide_2(g: &mut Guide) {
    g.silent("ip netns add coke");
    eqnice!("coke\n", g.shows("ip netns list"));
    eqnice!(LO_DOWN, g.shows("ip netns exec coke ip link list"));
    g.fails("ip netns exec coke ping 127.0.0.1", 2, "ping: connect: Network is unreachable");
    g.silent("ip netns exec coke ip link set dev lo up");
    g.pings("ip netns exec coke ping 127.0.0.1");
    eqnice!(LO_UP, g.shows("ip netns exec coke ip link list"));
    g.silent("ip link add veth0 type veth peer name veth1");
    g.like(
        "ip link | grep veth",
        "*: veth1@veth0: <BROADCAST,MULTICAST,M-DOWN> mtu 1500 qdisc noop state DOWN mode DEFAULT group default qlen 1000\n\
         *: veth0@veth1: <BROADCAST,MULTICAST,M-DOWN> mtu 1500 qdisc noop state DOWN mode DEFAULT group default qlen 1000\n",
    );
    g.silent("ip link set veth1 netns coke");
    g.like(
        "ip netns exec coke ip link list",
        &format!(
            "{LO_UP}*: veth1@if*: <BROADCAST,MULTICAST> mtu 1500 qdisc noop state DOWN mode DEFAULT group default qlen 1000\n    \
             link/ether * brd ff:ff:ff:ff:ff:ff link-netnsid 0\n"
        ),
    );
    g.silent("ip netns exec coke ip addr add 10.1.1.1/24 dev veth1");
    g.fails("ip link veth1 up", 255, "Command \"veth1\" is unknown, try \"ip link help\".");
    g.silent("ip netns exec coke ip link set veth1 up");
    g.like(
        "ip netns exec coke ip a show veth1",
        "*: veth1@if*: <NO-CARRIER,BROADCAST,MULTICAST,UP> mtu 1500 qdisc noqueue state *DOWN group default qlen 1000\n    \
         link/ether * brd ff:ff:ff:ff:ff:ff link-netnsid 0\n    \
         inet 10.1.1.1/24 scope global veth1\n       valid_lft forever preferred_lft forever\n",
    );
    g.silent("ip addr add 10.1.1.2/24 dev veth0");
    g.silent("ip link set veth0 up");
    g.like("ip route", "10.1.1.0/24 dev veth0 proto kernel scope link src 10.1.1.2 \n");
    g.like("ip netns exec coke ip route", "10.1.1.0/24 dev veth1 proto kernel scope link src 10.1.1.1 \n");
    g.like("ping -c 1 10.1.1.1", &one_ping("10.1.1.1"));
    g.fails("ip netns exec coke ping 8.8.8.8", 2, "ping: connect: Network is unreachable");
}

/// Guide 3: an anonymous namespace, known by a process in it, and the shortest of words.
fn guide_3(g: &mut Guide) {
    let inside = g.terminal();
    g.keys(&inside, "unshare -n && echo $$");
    // The shell that unshare starts; what is typed before it is there would be the first one's.
    eventually("unshare has started a shell", || g.chain(inside.pid).len() == 2);
    g.keys(&inside, ". /run/prologue\necho NETPID=$$");
    let said = g.said(&inside, "NETPID=");
    let pid: u32 = said.split("NETPID=").last().unwrap().trim().parse().unwrap();
    assert_eq!(g.chain(inside.pid), [inside.pid, pid]);
    g.prop(&format!("echo NETPID={pid} >> /run/prologue"));
    let shows = |g: &mut Guide, line: &str| {
        g.prop(&format!(": > {}.out", inside.name));
        g.keys(&inside, &format!("{line}; echo done $?"));
        let said = g.said(&inside, "done ");
        said.strip_suffix("done 0\n").unwrap_or_else(|| panic!("{line}\n{said}")).to_string()
    };
    eqnice!(LO_DOWN, shows(g, "ip l"));
    g.silent("ip link add ve0 type veth peer name ve1");
    g.silent("ip link set ve1 netns ${NETPID}");
    g.silent("ip address add 10.10.10.10/24 dev ve0");
    g.silent("ip link set ve0 up");
    let others = if g.is_machine() { ENS33 } else { "" };
    g.like(
        "ip l",
        &format!(
            "{LO_DOWN}{others}*: ve0@if*: <NO-CARRIER,BROADCAST,MULTICAST,UP> mtu 1500 qdisc noqueue state *DOWN mode DEFAULT group default qlen 1000\n    \
             link/ether * brd ff:ff:ff:ff:ff:ff link-netnsid 0\n"
        ),
    );
    g.like("ip r", "10.10.10.0/24 dev ve0 proto kernel scope link src 10.10.10.10 linkdown \n");
    eqnice!("", shows(g, "ip a a 10.10.10.100/24 dev ve1"));
    eqnice!("", shows(g, "ip l s ve1 up"));
    let mut links = shows(g, "ip l");
    // Carriers settle a moment after `up`.
    for _ in 0..40 {
        if links.contains(" state UP ") {
            break;
        }
        std::thread::sleep(Duration::from_millis(50));
        links = shows(g, "ip l");
    }
    assert!(links.contains(": ve1@if") && links.contains(" state UP "), "{links}");
    eqnice!("10.10.10.0/24 dev ve1 proto kernel scope link src 10.10.10.100 \n", shows(g, "ip r"));
    g.like("ip r", "10.10.10.0/24 dev ve0 proto kernel scope link src 10.10.10.10 \n");
    // One terminal watches what the other one's first packet does.
    g.prop(&format!(": > {}.out", inside.name));
    g.keys(&inside, "tcpdump -i ve1 -n -e arp");
    g.said(&inside, "listening on ve1, link-type EN10MB (Ethernet), snapshot length 262144 bytes\n");
    g.pings("ping 10.10.10.100");
    let seen = g.interrupt(&inside);
    let time = "*:*:*.*";
    let arp: String =
        seen.lines().filter(|l| l.contains("ethertype")).take(2).map(|l| format!("{l}\n")).collect();
    let want = format!(
        "{time} * > ff:ff:ff:ff:ff:ff, ethertype ARP (0x0806), length 42: Request who-has 10.10.10.100 tell 10.10.10.10, length 28\n\
         {time} * > *, ethertype ARP (0x0806), length 42: Reply 10.10.10.100 is-at *, length 28\n"
    );
    assert!(like(&want, &arp), "{}", harness::diff(&want, &seen));
    assert!(seen.contains(" packets captured\n"), "{seen}");
}

/// Guide 4: two namespaces, a cable between them, then a bridge, then the way out.
fn guide_4(g: &mut Guide) {
    g.silent("ip netns add red");
    g.silent("ip netns add blue");
    eqnice!("blue\nred\n", g.shows("ip netns"));
    eqnice!("blue\nred\n", g.shows("ip netns list"));
    eqnice!("blue\nred\n", g.shows("ip netns list blue"));
    let others = if g.is_machine() { ENS33 } else { "" };
    g.like("ip link", &format!("{LO_DOWN}{others}"));
    eqnice!(LO_DOWN, g.shows("ip netns exec red ip link"));
    eqnice!(LO_DOWN, g.shows("ip -n red link"));
    for nothing in ["arp", "ip netns exec red arp"] {
        eqnice!("", g.shows(nothing), "{nothing}");
    }
    for empty in ["route", "ip netns exec red route"] {
        eqnice!(ROUTE_HEAD, g.shows(empty), "{empty}");
    }
    g.silent("ip link add veth-red type veth peer name veth-blue");
    g.silent("ip link set veth-red netns red");
    g.silent("ip link set veth-blue netns blue");
    g.silent("ip -n red addr add 192.168.15.1/24 dev veth-red");
    g.silent("ip -n blue addr add 192.168.15.2/24 dev veth-blue");
    g.silent("ip -n red link set veth-red up");
    g.silent("ip -n blue link set veth-blue up");
    g.like("ip -n red route", "192.168.15.0/24 dev veth-red proto kernel scope link src 192.168.15.1 \n");
    // Each end names the namespace of the other, once it has a name for it here.
    g.like(
        "ip -n red link show veth-red",
        "*: veth-red@if*: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP mode DEFAULT group default qlen 1000\n    \
         link/ether * brd ff:ff:ff:ff:ff:ff link-netns blue\n",
    );
    g.pings("ip netns exec red ping 192.168.15.2");
    g.like(
        "ip netns exec red arp",
        "Address                  HWtype  HWaddress           Flags Mask            Iface\n\
         192.168.15.2             ether   *:*:*:*:*:*   C                     veth-red\n",
    );
    g.silent("ip link add v-net-0 type bridge");
    g.like(
        "ip link",
        &format!(
            "{LO_DOWN}{others}*: v-net-0: <BROADCAST,MULTICAST> mtu 1500 qdisc noop state DOWN mode DEFAULT group default qlen 1000\n    \
             link/ether * brd ff:ff:ff:ff:ff:ff\n"
        ),
    );
    g.silent("ip link set dev v-net-0 up");
    g.silent("ip -n red link del veth-red");
    eqnice!(LO_DOWN, g.shows("ip -n red link"));
    g.waits("ip -n blue link", |links| links == LO_DOWN);
    g.silent("ip link add veth-red type veth peer name veth-red-br");
    g.silent("ip link add veth-blue type veth peer name veth-blue-br");
    g.silent("ip link set veth-red netns red");
    g.silent("ip link set veth-red-br master v-net-0");
    g.silent("ip link set veth-blue netns blue");
    g.silent("ip link set veth-blue-br master v-net-0");
    g.like(
        "ip link show veth-red-br",
        "*: veth-red-br@if*: <BROADCAST,MULTICAST> mtu 1500 qdisc noop master v-net-0 state DOWN mode DEFAULT group default qlen 1000\n    \
         link/ether * brd ff:ff:ff:ff:ff:ff link-netns red\n",
    );
    g.silent("ip -n red addr add 192.168.15.1/24 dev veth-red");
    g.silent("ip -n blue addr add 192.168.15.2/24 dev veth-blue");
    g.silent("ip -n red link set veth-red up");
    g.silent("ip -n blue link set veth-blue up");
    g.silent("ip link set veth-red-br up");
    g.silent("ip link set veth-blue-br up");
    g.silent("ip addr add 192.168.15.5/24 dev v-net-0");
    g.like("ip route", "192.168.15.0/24 dev v-net-0 proto kernel scope link src 192.168.15.5 \n");
    g.pings("ping 192.168.15.1");
    let mut lan = Lan::new(g);
    g.fails("ip netns exec blue ping 192.168.1.3", 2, "ping: connect: Network is unreachable");
    g.silent("ip netns exec blue ip route add 192.168.1.0/24 via 192.168.15.5");
    // It goes out, and nobody there knows the way back.
    let lost = g.any("ip netns exec blue ping -c 1 -W 1 192.168.1.3");
    assert!(lost.code == 1 && lost.stdout.contains(" 0 received, 100% packet loss, "), "{lost:?}");
    g.silent("ip netns exec blue ip route add default via 192.168.15.5");
    g.like(
        "ip netns exec blue ip route",
        "default via 192.168.15.5 dev veth-blue \n\
         192.168.1.0/24 via 192.168.15.5 dev veth-blue \n\
         192.168.15.0/24 dev veth-blue proto kernel scope link src 192.168.15.2 \n",
    );
    g.like(
        "ip netns exec blue route",
        &format!(
            "{ROUTE_HEAD}default         192.168.15.5    0.0.0.0         UG    0      0        0 veth-blue\n\
             192.168.1.0     192.168.15.5    255.255.255.0   UG    0      0        0 veth-blue\n\
             192.168.15.0    0.0.0.0         255.255.255.0   U     0      0        0 veth-blue\n"
        ),
    );
    g.silent("iptables -t nat -A POSTROUTING -s 192.168.1.0/24 -j MASQUERADE");
    assert!(g.shows("iptables -t nat -S").contains("\n-A POSTROUTING -s 192.168.1.0/24 -j MASQUERADE\n"));
    // The guide's own slip: those are the addresses of the LAN. With the namespaces' own the answer comes back.
    let lost = g.any("ip netns exec blue ping -c 1 -W 1 192.168.1.3");
    assert_eq!(lost.code, 1, "{lost:?}");
    g.silent("iptables -t nat -A POSTROUTING -s 192.168.15.0/24 -j MASQUERADE");
    let said = g.interrupted("ip netns exec blue ping 192.168.1.3", "icmp_seq=2 ");
    assert!(said.contains("64 bytes from 192.168.1.3: icmp_seq=1 ttl=63 time="), "{said}");
    let said = g.interrupted("ip netns exec blue ping 8.8.8.8", "icmp_seq=2 ");
    assert!(said.contains("64 bytes from 8.8.8.8: icmp_seq=1 ttl=63 time="), "{said}");
    // As written it lacks a protocol; then as meant.
    g.fails(
        "iptables -t nat -A PREROUTING --dport 80 --to-destination 192.168.15.2:80 -j DNAT",
        2,
        "iptables: a port needs \"-p tcp\", or udp",
    );
    g.silent("iptables -t nat -A PREROUTING -p tcp --dport 80 --to-destination 192.168.15.2:80 -j DNAT");
    eqnice!(
        "-P PREROUTING ACCEPT\n-P INPUT ACCEPT\n-P OUTPUT ACCEPT\n-P POSTROUTING ACCEPT\n\
         -A PREROUTING -p tcp -m tcp --dport 80 -j DNAT --to-destination 192.168.15.2:80\n\
         -A POSTROUTING -s 192.168.1.0/24 -j MASQUERADE\n-A POSTROUTING -s 192.168.15.0/24 -j MASQUERADE\n",
        g.shows("iptables -t nat -S")
    );
    lan.asks_for_the_page(g);
    g.fails("ip tables -t nat -A PREROUTING", 1, "Object \"tables\" is unknown, try \"ip help\".");
    // The guide's troubles: an address twice, and what to do about it.
    // The sentence of the kernel's own is younger than Debian's kernel.
    let twice = if g.is_machine() {
        "RTNETLINK answers: File exists"
    } else {
        "Error: ipv4: Address already assigned."
    };
    g.fails("ip addr add 192.168.15.5/24 dev v-net-0", 2, twice);
    g.fails(
        "ip route add 192.168.15.0/24 dev v-net-0 proto kernel scope link src 192.168.15.5",
        2,
        "RTNETLINK answers: File exists",
    );
    g.silent("ip addr change 192.168.15.5/24 dev v-net-0");
    g.silent("ip addr replace 192.168.15.5/24 dev v-net-0");
    g.fails("ip addr flush", 1, "Flush requires arguments.");
    g.silent("ip addr flush dev v-net-0");
    eqnice!(
        "8.8.8.8 via 192.168.1.3 dev lan0 \n192.168.1.0/24 dev lan0 proto kernel scope link src 192.168.1.2 \n",
        g.shows("ip route")
    );
}

/// What guide 0 shows of the manual page: the options, the families, the objects, a batch.
fn synopsis(g: &mut Guide) {
    assert!(g.shows("ip -V").starts_with("ip utility, "));
    g.silent("ip link set lo up");
    let plain = g.shows("ip link show lo");
    eqnice!(plain.replacen('\n', "\\", 1), g.shows("ip -o link show lo"));
    assert!(g.shows("ip -s link show lo").contains("    RX:  bytes packets errors dropped"));
    eqnice!(g.shows("ip addr show lo"), g.shows("ip -r addr show lo").replace("localhost/8", "127.0.0.1/8"));
    for (family, has, lacks) in [("inet", " inet ", " inet6 "), ("inet6", " inet6 ", " inet ")] {
        let listed = g.shows(&format!("ip -f {family} addr show lo"));
        assert!(listed.contains(has) && !listed.contains(lacks), "{listed}");
    }
    eqnice!(plain.replace("mode DEFAULT ", ""), g.shows("ip -f link addr show lo"));
    // iproute2 has forgotten these two.
    for family in ["ipx", "dnet"] {
        let why = format!("Error: argument \"{family}\" is wrong: invalid protocol family");
        g.fails(&format!("ip -f {family} addr"), 255, &why);
    }
    let objects = "link addr addrlabel route rule neigh ntable tunnel tuntap maddr mroute mrule monitor netns tcp_metrics";
    for object in objects.split(' ') {
        let out = g.any(&format!("ip {object} help"));
        assert!(out.code == 255 && out.stderr.starts_with("Usage: "), "{object}: {out:?}");
    }
    for object in ["xfrm", "l2tp"] {
        g.fails(&format!("ip {object}"), 1, &format!("Object \"{object}\" is not in this build."));
    }
    g.prop("printf 'link add br1 type bridge\\nlink frob\\nlink add br2 type bridge\\n' > /run/filename");
    let out = g.any("ip -batch /run/filename");
    assert!(out.code == 1 && out.stderr.ends_with("Command failed /run/filename:2\n"), "{out:?}");
    assert!(!g.shows("ip link").contains(" br2: "));
    g.silent("ip link del br1");
    let out = g.any("ip -force -batch /run/filename");
    assert!(out.code == 1 && out.stderr.ends_with("Command failed /run/filename:2\n"), "{out:?}");
    assert!(g.shows("ip link").contains(" br2: "));
    // A shell in a namespace.
    g.silent("ip netns add red");
    eqnice!(LO_DOWN, g.shows("ip netns exec red sh -c '. /run/prologue; ip link'"));
}

/// All, on both places, each in a fresh one.
macro_rules! everywhere {
    ($($guide:ident $here:ident $machine:ident;)*) => { $(
        #[test]
        fn $here() {
            if let Some(mut g) = Guide::here() {
                $guide(&mut g);
            }
        }

        #[test]
        fn $machine() {
            if let Some(mut g) = Guide::machine() {
                $guide(&mut g);
            }
        }
    )* };
}

everywhere! {
    guide_0 guide_0_here guide_0_on_a_machine;
    synopsis synopsis_here synopsis_on_a_machine;
    guide_1 guide_1_here guide_1_on_a_machine;
    guide_2 guide_2_here guide_2_on_a_machine;
    guide_3 guide_3_here guide_3_on_a_machine;
    guide_4 guide_4_here guide_4_on_a_machine;
}
