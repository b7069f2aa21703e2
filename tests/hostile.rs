//! Hostile names and text: what a kernel or a file system hands out reaches no terminal raw and breaks no JSON; names of
//! namespaces stay in their directory; children get no descriptor of ours.

use harness::{Ns, Output, nlbox};
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

/// Names of links that the kernel takes: up to 15 bytes without blank, `/` and `:`.
const LINKS: &[&[u8]] = &[
    b"\x1b[2J\x1b[31mx",
    b"\x1b]0;title\x07",
    b"\x01\x02\x03\x04\x05\x06\x07\x08\x0e\x0f\x10\x11\x7f",
    b"\"quoted\"",
    b"back\\slash\\",
    b"\\\"",
    b"\xff\xfe\xc3",
    b"\xc2\x9b31m",
    b"\x9b31m\x80\x9f",
    b"';rm-rf;'",
    b"$(id)`id`",
    b"\xe2\x80\xae\xe2\x80\x8b",
    b"-j",
    b"name",
    b"dev",
    b"00000000000001",
];

/// What an alias, an altname or a file may be called besides.
const TEXTS: &[&[u8]] = &[
    b"two\nlines",
    b"%s%n%d%",
    b"tab\there",
    b"cr\rover",
    b" blanks ",
    b"}],[{\"a\":1",
    b"\x1b[8mhidden\x1b[0m",
    b"\xf0\x9f",
    b"\x08\x08\x08",
];

/// Everything that lists.
const LISTINGS: &[&str] = &[
    "ip link",
    "ip -d link",
    "ip -s -s link",
    "ip -o link",
    "ip -br link",
    "ip addr",
    "ip -o addr",
    "ip -br addr",
    "ip -d addr",
    "ip route show table all",
    "ip -6 route show table all",
    "ip -d route",
    "ip rule",
    "ip neigh",
    "ip neigh show proxy",
    "ip nexthop",
    "ip netns",
    "ip netns list-id",
    "ip maddress",
    "ip netconf",
    "ip ntable",
    "ip token",
    "ip vrf",
    "ip tuntap",
    "ip mroute",
    "ip addrlabel",
    "ip stats",
    "ip link xstats type bridge_slave",
    "bridge link",
    "bridge -d link",
    "bridge fdb",
    "bridge vlan",
    "bridge -d vlan",
    "bridge mdb",
    "ifconfig -a",
    "ifconfig -s",
    "route -n",
    "arp -n",
    "brctl show",
    "nat list",
    "iptables -t nat -S",
    "iptables -t nat -L -n -v",
];

fn run(ns: &Ns, words: &[&[u8]]) -> Raw {
    let mut command = ns.command(nlbox());
    command.args(words.iter().map(|w| OsStr::from_bytes(w)));
    let out = command.output().unwrap();
    Raw { out: out.stdout, err: out.stderr, code: out.status.code() }
}

struct Raw {
    out: Vec<u8>,
    err: Vec<u8>,
    code: Option<i32>,
}

fn line(text: &str) -> Vec<&[u8]> {
    text.split(' ').map(str::as_bytes).collect()
}

/// Valid UTF-8, and nothing below a blank but line ends and the tabs of the layout, no DEL, no U+0080 to U+009F.
fn clean(what: &str, bytes: &[u8]) {
    let bad = match std::str::from_utf8(bytes) {
        Ok(text) => text.find(|c: char| c.is_control() && !matches!(c, '\n' | '\t')),
        Err(e) => Some(e.valid_up_to()),
    };
    if let Some(at) = bad {
        let near = &bytes[at.saturating_sub(40)..(at + 40).min(bytes.len())];
        panic!("{what}: byte {:#x} goes out raw: {}", bytes[at], near.escape_ascii());
    }
}

/// A JSON text, strictly by RFC 8259.
fn json(what: &str, text: &[u8]) {
    let text = std::str::from_utf8(text).unwrap_or_else(|e| panic!("{what}: {e}"));
    let mut rest = text;
    // `-o` and monitors give a value a line.
    while !rest.trim().is_empty() {
        match value(rest) {
            Some(after) => rest = after,
            None => panic!("{what}: no JSON: {}", text.escape_debug()),
        }
    }
}

/// What follows the value that `s` begins with.
fn value(s: &str) -> Option<&str> {
    let s = s.trim_start_matches([' ', '\n', '\t', '\r']);
    match s.as_bytes().first()? {
        b'{' => list(&s[1..], '}', |s| {
            let after = string(s.trim_start())?;
            value(after.trim_start().strip_prefix(':')?)
        }),
        b'[' => list(&s[1..], ']', value),
        b'"' => string(s),
        _ => {
            let end = s.find([',', ']', '}', ' ', '\n']).unwrap_or(s.len());
            let (word, after) = s.split_at(end);
            let number = || {
                let digits = word.strip_prefix('-').unwrap_or(word);
                let whole = digits.split(['.', 'e', 'E']).next().unwrap_or("");
                word.parse::<f64>().is_ok()
                    && digits.starts_with(|c: char| c.is_ascii_digit())
                    && (whole == "0" || !whole.starts_with('0'))
            };
            (matches!(word, "true" | "false" | "null") || number()).then_some(after)
        }
    }
}

fn list(s: &str, end: char, item: impl Fn(&str) -> Option<&str>) -> Option<&str> {
    let mut s = s.trim_start();
    if let Some(after) = s.strip_prefix(end) {
        return Some(after);
    }
    loop {
        s = item(s)?.trim_start();
        match s.strip_prefix(',') {
            Some(after) => s = after,
            None => return s.strip_prefix(end),
        }
    }
}

fn string(s: &str) -> Option<&str> {
    let mut chars = s.strip_prefix('"')?.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some(&s[at + 2..]),
            '\\' => match chars.next()?.1 {
                'u' => {
                    for _ in 0..4 {
                        chars.next().filter(|(_, c)| c.is_ascii_hexdigit())?;
                    }
                }
                c if "\"\\/bfnrt".contains(c) => {}
                _ => return None,
            },
            c if u32::from(c) < 0x20 => return None,
            _ => {}
        }
    }
    None
}

#[test]
fn the_judge_of_json_is_strict() {
    for good in ["[]", "{\"a\":[1,-2.5,true,null,\"\\u001b\\n\"]}", "[ {\n \"a\": 0\n } ]\n", "{}\n{}"] {
        json("good", good.as_bytes());
    }
    for bad in ["[1,]", "[01]", "{\"a\"}", "[\"\u{1b}\"]", "[\"\\x1b\"]", "[", "[nan]", "{\"a\":1,}", "[1 2]"]
    {
        assert!(value(bad).is_none_or(|rest| !rest.is_empty()), "{bad}");
    }
}

/// A namespace in which everything that can have a name has a hostile one.
fn world() -> Option<Ns> {
    let ns = Ns::new()?;
    let must = |words: &[&[u8]]| {
        let got = run(&ns, words);
        let show = |b: &[u8]| b.escape_ascii().to_string();
        let line: Vec<String> = words.iter().map(|w| show(w)).collect();
        clean("a command that makes", &got.err);
        assert_eq!(got.code, Some(0), "{}: {}", line.join(" "), show(&got.err));
    };
    let w = line;
    must(&w("ip link add br0 type bridge"));
    must(&w("ip link set br0 up"));
    must(&w("nat masquerade out lo"));
    for (n, name) in LINKS.iter().enumerate() {
        // By another name first, for words that are words of the command: the kernel takes them all.
        let (first, peer) = (format!("t{n}"), format!("peer{n}"));
        must(&w(&format!("ip link add {first} type veth peer name {peer}")));
        must(&[b"ip", b"link", b"set", b"dev", first.as_bytes(), b"name", name]);
        let text = TEXTS[n % TEXTS.len()];
        must(&[b"ip", b"link", b"set", b"dev", name, b"alias", text]);
        must(&[b"ip", b"link", b"set", b"dev", name, b"master", b"br0"]);
        must(&[b"ip", b"link", b"set", b"dev", name, b"up"]);
        must(&[b"ip", b"link", b"set", b"dev", peer.as_bytes(), b"up"]);
        let address = format!("10.77.{n}.1/24");
        must(&[b"ip", b"addr", b"add", address.as_bytes(), b"dev", name]);
        let net = format!("10.78.{n}.0/24");
        must(&[b"ip", b"route", b"add", net.as_bytes(), b"dev", name]);
        let neighbour = format!("10.77.{n}.9");
        must(&[b"ip", b"neigh", b"add", neighbour.as_bytes(), b"lladdr", b"02:00:00:00:00:09", b"dev", name]);
        let proxy = format!("10.79.{n}.9");
        must(&[b"ip", b"neigh", b"add", b"proxy", proxy.as_bytes(), b"dev", name]);
        let pref = format!("{}", 100 + n);
        must(&[b"ip", b"rule", b"add", b"iif", name, b"pref", pref.as_bytes()]);
        let mac = format!("02:00:00:00:77:{n:02x}");
        must(&[b"bridge", b"fdb", b"add", mac.as_bytes(), b"dev", name, b"master"]);
        // Rules with these names are made by nft(8)'s rivals too; some names we refuse ourselves.
        let nat = run(&ns, &[b"nat", b"masquerade", b"out", name, b"tag", text]);
        clean("nat", &nat.err);
    }
    for (n, text) in LINKS.iter().chain(TEXTS).enumerate() {
        // The kernel may refuse one as an altname: then it is in no listing.
        let dev = format!("peer{}", n % LINKS.len());
        let got = run(&ns, &[b"ip", b"link", b"property", b"add", b"dev", dev.as_bytes(), b"altname", text]);
        clean("altname", &got.err);
        let name = [*text, n.to_string().as_bytes()].concat();
        must(&[b"ip", b"netns", b"add", &name]);
        must(&[b"ip", b"netns", b"set", &name, b"auto"]);
    }
    Some(ns)
}

#[test]
fn listings_of_hostile_names_are_clean_and_valid() {
    let Some(ns) = world() else { return };
    let mut count = 0;
    for listing in LISTINGS {
        let (applet, rest) = listing.split_once(' ').unwrap();
        let got = run(&ns, &line(listing));
        clean(listing, &got.out);
        clean(listing, &got.err);
        // Not every kernel has every table.
        let lacks = got.err.windows(13).any(|w| w == b"not supported");
        assert!(got.code == Some(0) || lacks, "{listing}: {:?}: {}", got.code, got.err.escape_ascii());
        // A text that holds a tab shows it as `\x09`.
        assert!(!got.out.windows(8).any(|w| w == b"tab\there"), "{listing}: a tab goes out raw");
        count += 1;
        if matches!(applet, "ip" | "bridge" | "nat") {
            for option in ["-j", "-j -p", "-j -d", "-j -s", "-j -o"] {
                if applet == "nat" && option != "-j" {
                    continue;
                }
                let words = format!("{applet} {option} {rest}");
                let got = run(&ns, &line(&words));
                clean(&words, &got.err);
                if got.code != Some(0) {
                    // A listing that has no JSON says so.
                    assert!(!got.err.is_empty(), "{words}: {}", got.out.escape_ascii());
                    json(&words, &got.out);
                    continue;
                }
                clean(&words, &got.out);
                json(&words, &got.out);
                // There is one of these in any case.
                let full = ["link", "addr", "route show table all", "rule", "neigh", "netns", "fdb"];
                let last = rest.split_once("-d ").map_or(rest, |(_, r)| r);
                assert!(!full.contains(&last) || got.out.len() > 200, "{words}: {}", got.out.escape_ascii());
                count += 1;
            }
        }
    }
    println!("{count} listings of {} hostile names", LINKS.len() + TEXTS.len());
}

#[test]
fn monitors_show_hostile_names_clean() {
    let Some(ns) = Ns::new() else { return };
    for (options, is_json) in [("", false), ("-o ", false), ("-j ", true)] {
        let mut command = ns.command("timeout");
        command.args(["1.5", nlbox().to_str().unwrap(), "ip"]);
        command.args(options.split_whitespace()).args(["monitor", "all"]);
        let child = command.stdout(std::process::Stdio::piped()).spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(400));
        for name in LINKS.iter().take(9) {
            run(&ns, &[b"ip", b"link", b"add", b"name", name, b"type", b"veth", b"peer", b"name", b"q"]);
            run(&ns, &[b"ip", b"link", b"set", b"dev", name, b"alias", TEXTS[0], b"up"]);
            run(&ns, &[b"ip", b"link", b"del", b"dev", name]);
        }
        let out = child.wait_with_output().unwrap().stdout;
        clean(options, &out);
        assert!(out.len() > 500, "{options}: nothing was seen");
        if is_json {
            json("monitor", &out);
        }
    }
}

/// Values of options: refused or taken, and never raw.
#[test]
fn errors_show_hostile_words_clean() {
    let Some(ns) = Ns::new() else { return };
    let lines = [
        "ip @",
        "ip -@ link",
        "ip link @",
        "ip link show @",
        "ip link show type @",
        "ip link add @ type @",
        "ip link add x type bridge @",
        "ip link add x type vlan id @",
        "ip link set @ up",
        "ip link set lo mtu @",
        "ip link set lo address @",
        "ip link set lo master @",
        "ip link set lo netns @",
        "ip addr add @ dev lo",
        "ip addr add 10.0.0.1/8 dev @",
        "ip addr add 10.0.0.1/@ dev lo",
        "ip addr show to @",
        "ip addr show label @",
        "ip route add @",
        "ip route add 10.0.0.0/8 via @",
        "ip route add 10.0.0.0/8 table @",
        "ip route get @",
        "ip route add 10.0.0.0/8 dev lo proto @",
        "ip route show table @",
        "ip rule add from @",
        "ip rule add table @",
        "ip rule add ipproto @",
        "ip neigh add @ dev lo",
        "ip neigh show nud @",
        "ip nexthop add id @",
        "ip netns @",
        "ip netns del @",
        "ip netns exec @ true",
        "ip netns attach x @",
        "ip netns pids @",
        "ip netns identify @",
        "ip netns set @ 1",
        "ip -n @ link",
        "ip -f @ link",
        "ip -batch @",
        "ip tuntap add mode @",
        "ip token set @ dev lo",
        "ip addrlabel add prefix @ label 1",
        "ip monitor @",
        "ip maddress add @ dev lo",
        "ip mptcp endpoint add @",
        "ip tcp_metrics show @",
        "ip vrf show @",
        "ip vrf exec @ true",
        "ip tunnel add @ mode @",
        "ip ntable change name @",
        "bridge @",
        "bridge vlan add vid @ dev lo",
        "bridge fdb add @ dev lo",
        "bridge link set dev @ cost 1",
        "bridge mdb add dev @ port lo grp @",
        "unshare @",
        "unshare --@ true",
        "unshare --map-user=@ true",
        "unshare --wd=@ true",
        "nsenter --net=@ true",
        "nsenter -t @ true",
        "isolate -a @ true",
        "isolate --dev=@ true",
        "isolate -n @ true",
        "isolate -R @ true",
        "isolate -d @ true",
        "nat @",
        "nat masquerade from @",
        "nat dnat to @",
        "nat masquerade proto @",
        "iptables -t @ -S",
        "iptables -t nat -A @",
        "iptables -t nat -A POSTROUTING -s @ -j ACCEPT",
        "iptables -t nat -A POSTROUTING -j @",
        "ping -c 1 @",
        "ping -c @ 127.0.0.1",
        "arping -I @ 10.0.0.1",
        "arping -I lo @",
        "watch @",
        "watch -i @ arp",
        "tcpdump -i lo @",
        "ifconfig @",
        "ifconfig lo @",
        "ifconfig lo netmask @",
        "route @",
        "route add -net @",
        "route add default gw @",
        "arp -s @ 02:00:00:00:00:01",
        "arp -s 10.0.0.1 @",
        "arp -d @",
        "brctl @",
        "brctl addif @ lo",
        "vconfig add @ 5",
        "vconfig add lo @",
        "tunctl -t @",
        "tunctl -u @",
        "@",
        "--install @/x/y",
    ];
    let mut count = 0;
    for text in lines {
        for hostile in LINKS.iter().chain(TEXTS).take(if cfg!(debug_assertions) { 24 } else { 99 }) {
            // Names of namespaces that exist would change what is asked.
            let words: Vec<Vec<u8>> = text
                .split(' ')
                .map(|w| w.split('@').map(str::as_bytes).collect::<Vec<_>>().join(&hostile[..]))
                .collect();
            let words: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
            let mut command = ns.command("timeout");
            command.arg("5").arg(nlbox()).args(words.iter().map(|w| OsStr::from_bytes(w)));
            let out = command.output().unwrap();
            let what = format!("{text} with {}", hostile.escape_ascii());
            // A command that ran has had its own say.
            clean(&what, &out.stdout);
            clean(&what, &out.stderr);
            let code = out.status.code().unwrap_or_else(|| panic!("{what}: ended by a signal"));
            assert!(code != 124 || text.contains("monitor") || text.contains("watch"), "{what}: hangs");
            assert!(
                code == 0 || !out.stderr.is_empty() || !out.stdout.is_empty(),
                "{what}: [{code}] without a word"
            );
            count += 1;
        }
    }
    println!("{count} command lines with hostile words");
}

#[test]
fn names_of_namespaces_stay_in_their_directory() {
    let Some(ns) = Ns::new() else { return };
    ns.sh("touch /run/victim; mkdir -p /run/netns /run/dir");
    let before = ns.sh("find /run -name mount -prune -o -print | sort; cat /proc/self/mountinfo").stdout;
    let long = "x".repeat(256);
    let longer = "y".repeat(5000);
    for name in [
        "",
        ".",
        "..",
        "/",
        "../victim",
        "../../run/victim",
        "a/b",
        "/run/victim",
        "./x",
        "blue/",
        "//",
        &long,
        &longer,
    ] {
        for verb in ["add @", "del @", "attach @ 1", "set @ 1", "exec @ true", "pids @", "list @"] {
            let words: Vec<OsString> =
                verb.split(' ').map(|w| if w == "@" { name.into() } else { w.into() }).collect();
            let mut command = ns.command(nlbox());
            let out = command.args(["ip", "netns"]).args(&words).output().unwrap();
            assert_ne!(out.status.code(), Some(0), "netns {verb} {name:.20}");
            assert!(out.status.code().is_some() && !out.stderr.is_empty(), "netns {verb} {name:.20}");
        }
        let mut command = ns.command(nlbox());
        let out = command.args(["isolate", "-n", name, "true"]).output().unwrap();
        assert_ne!(out.status.code(), Some(0), "isolate -n {name:.20}");
    }
    let after = ns.sh("umount -l /run/netns 2>/dev/null; find /run -name mount -prune -o -print | sort; cat /proc/self/mountinfo").stdout;
    assert_eq!(before, after);
}

#[test]
fn planted_links_harm_nobody() {
    let Some(ns) = Ns::new() else { return };
    let bin = nlbox();
    let bin = bin.to_str().unwrap();
    let nl = |line: &str| ns.run(&std::iter::once(bin).chain(line.split(' ')).collect::<Vec<_>>());
    ns.sh(
        "echo safe >/run/victim; mkdir -p /run/netns /run/kept; mount -t tmpfs none /run/kept; echo safe >/run/kept/file; \
         ln -s /run/victim /run/netns/file; ln -s /run/kept /run/netns/mount; ln -s /nowhere /run/netns/dangling; \
         ln -s loop /run/netns/loop; mkfifo /run/netns/pipe; ln -s /proc/self/ns/mnt /run/netns/other",
    );
    for name in ["file", "mount", "dangling", "loop", "pipe", "other"] {
        let refused = |line: String| {
            let out = nl(&line);
            assert!(out.code != 0 && out.code != 137 && !out.stderr.is_empty(), "{line}: {out:?}");
        };
        refused(format!("ip netns add {name}"));
        refused(format!("ip netns attach {name} 1"));
        refused(format!("ip netns exec {name} true"));
        refused(format!("ip -n {name} link"));
        refused(format!("isolate -n {name} true"));
        if name != "other" {
            refused(format!("ip netns set {name} 5"));
            refused(
                format!("ip netns pids {name}")
                    .replace("pids mount", "pids loop")
                    .replace("pids file", "pids loop")
                    .replace("pids pipe", "pids loop"),
            );
        }
    }
    // Listings pass over what is no namespace.
    let list = nl("ip netns");
    assert_eq!(list.code, 0, "{list:?}");
    for name in ["file", "mount", "dangling", "loop", "pipe", "other"] {
        let out = nl(&format!("ip netns del {name}"));
        assert_eq!(out.code, 0, "{name}: {out:?}");
    }
    assert_eq!(ns.sh("cat /run/victim /run/kept/file; ls /run/netns").stdout, "safe\nsafe\n");
    // The directory itself: what it is a link to is used, and nothing beside it.
    ns.sh("umount -l /run/netns; rmdir /run/netns; mkdir /run/elsewhere; ln -s elsewhere /run/netns");
    let out = nl("ip netns add red");
    assert_eq!(out.code, 0, "{out:?}");
    assert_eq!(ns.sh("cat /run/victim /run/kept/file; ls /run/elsewhere").stdout, "safe\nsafe\nred\n");
    assert_eq!(nl("ip netns del red").code, 0);
}

#[test]
fn links_planted_for_etc_are_refused() {
    let Some(ns) = Ns::new() else { return };
    let bin = nlbox();
    let bin = bin.to_str().unwrap();
    ns.sh(&format!(
        "{bin} ip netns add blue; mount -t tmpfs none /etc; mkdir -p /etc/netns/blue; echo host >/etc/resolv.conf; \
         echo host >/etc/hosts; echo secret >/run/secret; chmod 600 /run/secret; \
         echo own >/etc/netns/blue/hosts; ln -s /run/secret /etc/netns/blue/resolv.conf; chmod 777 /etc/netns/blue"
    ));
    // The directory is everybody's: a link that leads out of it is not followed; files are.
    let out = ns.run(&[bin, "ip", "netns", "exec", "blue", "cat", "/etc/hosts", "/etc/resolv.conf"]);
    assert_eq!(out.stdout, "own\nhost\n", "{}", out.stderr);
    assert!(out.stderr.contains("resolv.conf"), "{}", out.stderr);
    assert_eq!(ns.sh("cat /etc/hosts").stdout, "host\n");
    // A name without a file in /etc is told, and nothing is made.
    ns.sh("chmod 755 /etc/netns/blue; rm /etc/netns/blue/resolv.conf; echo x >/etc/netns/blue/nosuch");
    let out = ns.run(&[bin, "ip", "netns", "exec", "blue", "cat", "/etc/hosts"]);
    assert_eq!((out.stdout.as_str(), out.code), ("own\n", 0));
    assert!(out.stderr.contains("nosuch"), "{}", out.stderr);
    assert_eq!(ns.run(&["ls", "/etc/nosuch"]).code, 2);
}

#[test]
fn no_descriptor_leaks_into_a_child() {
    let Some(ns) = Ns::new() else { return };
    let bin = nlbox();
    let bin = bin.to_str().unwrap();
    ns.sh(&format!(
        "{bin} ip netns add blue; printf 'link show lo\\nnetns exec blue ls /proc/self/fd\\n' >/run/lines"
    ));
    let own = ns.sh("ls /proc/self/fd").stdout;
    for (line, lead) in [
        ("ip netns exec blue ls /proc/self/fd", ""),
        ("ip -all netns exec ls /proc/self/fd", "\nnetns: blue\n"),
        ("ip -n blue netns exec blue ls /proc/self/fd", ""),
        ("unshare -n ls /proc/self/fd", ""),
        ("unshare -Urnmf ls /proc/self/fd", ""),
        ("unshare -pf --kill-child ls /proc/self/fd", ""),
        ("unshare --net=/run/kept ls /proc/self/fd", ""),
        ("nsenter --net=/run/netns/blue ls /proc/self/fd", ""),
        ("isolate ls /proc/self/fd", ""),
        ("isolate -n web -d 10.0.0.1 ls /proc/self/fd", ""),
        ("isolate -U --no-veth ls /proc/self/fd", ""),
        ("isolate -p --mount-proc --hostname=x ls /proc/self/fd", ""),
    ] {
        ns.sh("touch /run/kept; umount /run/kept 2>/dev/null; true");
        let Output { stdout, stderr, code } =
            ns.run(&std::iter::once(bin).chain(line.split(' ')).collect::<Vec<_>>());
        assert_eq!((stdout, code), (format!("{lead}{own}"), 0), "{line}\n{stderr}");
    }
    let out = ns.run(&[bin, "ip", "-batch", "/run/lines"]);
    assert!(out.stdout.ends_with(&own), "-batch\n{}", out.stdout);
}

#[test]
fn without_privileges_an_error_says_so() {
    let Some(ns) = Ns::new() else { return };
    let bin = nlbox();
    let bin = bin.to_str().unwrap();
    ns.sh(&format!("{bin} ip netns add blue; cp {bin} /run/nlbox; chmod 755 /run/nlbox"));
    let mut quiet = Vec::new();
    for line in [
        "ip link add type veth",
        "ip link set lo up",
        "ip addr add 1.2.3.4/24 dev lo",
        "ip route add 1.2.3.0/24 dev lo",
        "ip netns add x",
        "ip netns del blue",
        "ip netns exec blue true",
        "ip netns set blue 3",
        "ip -n blue link",
        "ip rule add from all table 5",
        "ip neigh add 1.2.3.4 dev lo lladdr 0:0:0:0:0:1",
        "ip nexthop add id 4 blackhole",
        "bridge fdb add 0:0:0:0:0:1 dev lo",
        "unshare -n true",
        "nsenter --net=/run/netns/blue true",
        "nat masquerade",
        "nat list",
        "iptables -t nat -S",
        "ifconfig lo up",
        "route add default gw 1.2.3.4",
        "brctl addbr b",
        "vconfig add lo 5",
        "tunctl",
        "ip tuntap add mode tap",
        "watch -c 1 arp",
    ] {
        let mut argv =
            vec!["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "/run/nlbox"];
        argv.extend(line.split(' '));
        let out = ns.run(&argv);
        let said = ["Operation not permitted", "Permission denied"].iter().any(|s| out.stderr.contains(s));
        // What it would have needed stands behind the line that iproute2, or whoever else, has for it.
        let wanted = match line.split(' ').next().unwrap() {
            "watch" => "NET_RAW over this network",
            "unshare" | "nsenter" => "SYS_ADMIN",
            _ if line.contains(" -n ") || line.contains(" netns ") && !line.contains(" set ") => "SYS_ADMIN",
            _ => "NET_ADMIN over this network",
        };
        let wanted = format!("Operation not permitted\nIt needs CAP_{wanted}.\n");
        let told = !out.stderr.contains("Operation not permitted") || out.stderr.contains(&wanted);
        if out.code == 0 || !said || !told || out.stderr.contains(": :") {
            quiet.push(format!("{line}: {out:?}"));
        }
    }
    assert!(quiet.is_empty(), "{}", quiet.join("\n"));
}
