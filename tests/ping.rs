//! ping and arping against the installed iputils, side by side on the same network: a router, a host behind it, and
//! addresses where nobody answers.
//!
//! Times are not compared. Of a wrong line only the first line of standard error is: usage behind it is our own. A file
//! that hides /etc/hosts and nsswitch.conf keeps both from asking a name server.

use harness::{Ns, Output, diff, finish, nlbox, skip, words};
use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::AsRawFd;
use std::path::Path;

/// What we say of a line that the installed ping takes on, or words otherwise: numbers that are none or out of range,
/// sizes that cannot be sent, the source of another family, a link-local address without its link.
const OURS: &str = "\
2 ping: bad timing interval: x: ping -i x 10.0.0.254
2 ping: bad timing interval: -1: ping -i -1 10.0.0.254
2 ping: bad linger time: x: ping -W x 10.0.0.254
1 ping: invalid argument: '65508': out of range: 0 <= value <= 65507: ping -s 65508 10.0.0.254
1 ping: invalid argument: '-1': out of range: 0 <= value <= 65507: ping -s -1 10.0.0.254
2 ping: fd00::1: Address family for hostname not supported: ping -I fd00::1 10.0.0.254
2 Interface \"lo\" is not ARPable: arping -c 1 -I lo 127.0.0.1";

/// `a`, where the tests run, and `b` behind the router `r`.
const STATE: &str = "\
printf 'hosts: files\\n' > /run/nss; mount --bind /run/nss /etc/nsswitch.conf
printf '127.0.0.1 localhost\\n::1 localhost six\\n10.0.0.254 router.example rtr\\n10.1.0.2 far\\nfd00::254 gate\\n' > /run/hosts
mount --bind /run/hosts /etc/hosts
ip link set lo up; ip netns add r; ip netns add b
ip link add a0 address 02:00:00:00:00:0a type veth peer name r0 address 02:00:00:00:00:0f netns r
ip link add b0 address 02:00:00:00:00:0b netns b type veth peer name r1 netns r
ip link add down type veth peer name other

for n in r b; do for d in all default; do ip netns exec $n sh -c \"echo 0 > /proc/sys/net/ipv6/conf/$d/accept_dad
echo 1 > /proc/sys/net/ipv6/conf/$d/forwarding\"; done; done
ip netns exec r sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward; echo 0 > /proc/sys/net/ipv4/icmp_ratelimit
echo 0 > /proc/sys/net/ipv6/icmp/ratelimit'

ip addr add 10.0.0.1/24 dev a0; ip addr add fd00::1/64 dev a0 nodad; ip link set a0 up
ip -n r addr add 10.0.0.254/24 dev r0; ip -n r addr add fd00::254/64 dev r0 nodad; ip -n r link set r0 up
ip -n r addr add 10.1.0.254/24 dev r1; ip -n r addr add fd01::254/64 dev r1 nodad; ip -n r link set r1 mtu 1400 up
ip -n b addr add 10.1.0.2/24 dev b0; ip -n b addr add fd01::2/64 dev b0 nodad; ip -n b link set b0 mtu 1400 up
ip -n r link set lo up; ip -n r route add prohibit 10.2.0.0/16; ip -n r route add prohibit fd02::/64
ip -n b route add default via 10.1.0.254; ip -n b route add default via fd01::254
ip route add default via 10.0.0.254; ip route add default via fd00::254

for host in 10.0.0.1 fd00::1; do for try in 1 2 3 4 5; do ip netns exec b ping -q -c 1 -W 1 $host && break; done; done";

const PINGS: &str = "\
ping -c 2 -i 0.2 10.0.0.254
ping -q -c 2 -i 0.2 10.1.0.2
ping -c 1 -s 1000 10.1.0.2
ping -c 1 -s 0 10.1.0.2
ping -c 1 -s 8 10.1.0.2
ping -c 1 -s 15 10.1.0.2
ping -c 1 -s 16 10.1.0.2
ping -c 1 -s 65507 10.0.0.254
ping -c 1 -W 2 -t 1 10.1.0.2
ping -q -c 1 -W 2 -t 1 10.1.0.2
ping -c 1 -t 64 10.1.0.2
ping -c 1 -W 2 10.2.0.1
ping -c 1 -W 2 10.3.0.1
ping -c 1 -W 1 10.0.0.77
ping -c 1 -W 0.2 10.1.0.77
ping -c 2 -i 0.2 -W 0.3 -O 10.1.0.77
ping -c 1 -w 1 10.1.0.77
ping -w 1 -i 0.4 10.0.0.254
ping -f -c 5 10.0.0.254
ping -f -q -c 5 10.0.0.254
ping -A -c 4 -q 10.0.0.254
ping -l 3 -c 3 10.0.0.254
ping -c 1 -M do -s 1390 10.1.0.2
ping -c 1 -M do -s 2000 10.0.0.254
ping -c 1 -M dont -s 2000 10.1.0.2
ping -c 1 -M want 10.1.0.2
ping -c 1 -I a0 10.0.0.254
ping -c 1 -I 10.0.0.1 10.0.0.254
ping -c 1 -I 10.0.0.9 10.0.0.254
ping -c 1 -I nope 10.0.0.254
ping -c 1 -D 10.0.0.254
ping -c 1 -a 10.0.0.254
ping -c 1 -n 10.0.0.254
ping -c 1 rtr
ping -c 1 -n rtr
ping -c 1 far
ping -c 1 127.1
ping -c 1 0
ping -c 1 localhost
ping -6 -c 1 localhost
ping -6 -c 1 gate
ping -c 1 gate
ping -4 -c 1 gate
ping -c 1 10.0.0.255
ping -b -c 1 -W 0.2 10.0.0.255
ping -c 1 -W 0.2 224.0.0.9
ping -c 2 -i 0.2 fd01::2
ping -6 -c 1 -s 1000 fd01::2
ping -c 1 -W 2 -t 1 fd01::2
ping -c 1 -W 2 fd02::1
ping -c 1 -W 1 fd00::77
ping -c 1 -M do -s 1390 fd01::2
ping -c 1 -I a0 fd00::254
ping -c 1 -I nope fd00::254
ping -c 1 -I fd00::1 fd00::254
ping -c 1 fe80::ff:fe00:f%a0
ping -c 1 fe80::1%nope
ping -f -c 3 fd00::254
ping -4 -c 1 fd00::254
ping -6 -c 1 10.0.0.254
ping -4 -6 -c 1 localhost
ping 10.0.0.254 -c 1
ping -c1 -q -- 10.0.0.254
ping -qc1 10.0.0.254
ping nosuch.invalid
ping -c
ping -c 0 10.0.0.254
ping -c x 10.0.0.254
ping -c 1x 10.0.0.254
ping -c -1 10.0.0.254
ping -t 256 10.0.0.254
ping -w x 10.0.0.254
ping -l 0 10.0.0.254
ping -M bad 10.0.0.254
ping -Z 10.0.0.254
ping
ping -q
arping -c 2 -I a0 10.0.0.254
arping -q -c 1 -I a0 10.0.0.254
arping -f -I a0 10.0.0.254
arping -b -c 2 -I a0 10.0.0.254
arping -c 1 -I a0 -s 10.0.0.1 10.0.0.254
arping -c 1 -I a0 rtr
arping -c 1 -w 1 -I a0 10.0.0.77
arping -D -c 1 -I a0 10.0.0.254
arping -D -q -c 1 -w 1 -I a0 10.0.0.78
arping -U -c 1 -I a0 10.0.0.1
arping -A -c 1 -I a0 10.0.0.1
arping -c 1 -I down 10.9.9.9
arping -c 1 -I nope 10.0.0.254
arping -c 1 -I a0 nosuch.invalid
arping -c x -I a0 10.0.0.254
arping -c 0 -I a0 10.0.0.254
arping -Z";

/// The same text with its times, which are chance, as `T`.
fn plain(out: Output, line: &str) -> Output {
    let flood = line.contains(" -f");
    let text: Vec<String> = out.stdout.lines().map(|l| timeless(l, flood)).collect();
    let stderr = out.stderr.lines().next().unwrap_or("").to_string();
    Output { stdout: text.join("\n"), stderr, code: out.code }
}

fn timeless(line: &str, flood: bool) -> String {
    // How many were ever under way, and how many dots, is chance too.
    let line = if flood && line.contains("\x08") { "" } else { line };
    let line = line.trim_start_matches(|c| flood && c == '.');
    let words = line.split(' ').map(|word| {
        let (head, tail) = word.split_at(word.find(|c: char| c.is_ascii_digit()).unwrap_or(word.len()));
        let digits = tail.trim_end_matches(|c: char| !c.is_ascii_digit());
        match head {
            "time=" => "time=T".to_string(),
            "[" if digits.contains('.') => "[T]".to_string(),
            _ if tail.ends_with("ms") => "Tms".to_string(),
            "" if digits.matches('/').count() == 3 || digits.matches('/').count() == 1 => "T".to_string(),
            _ => word.to_string(),
        }
    });
    let text = words.collect::<Vec<_>>().join(" ");
    match text.split_once("pipe ") {
        Some((before, rest)) => {
            let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start_matches(", ");
            format!("{}{rest}", before)
        }
        None => text,
    }
}

#[test]
fn lines_that_iputils_takes_otherwise() {
    let Some(ns) = Ns::new() else { return };
    ns.sh("ip link set lo up");
    let bin = nlbox();
    for row in OURS.lines() {
        let (want, line) = row.rsplit_once(": ").unwrap();
        let out = run(&ns, &std::iter::once(bin.to_str().unwrap()).chain(words(line)).collect::<Vec<_>>());
        assert_eq!(format!("{} {}", out.code, out.stderr.lines().next().unwrap_or("")), want, "{line}");
    }
}

fn run(ns: &Ns, argv: &[&str]) -> Output {
    let mut command = ns.command(argv[0]);
    command.args(&argv[1..]);
    finish(command, "")
}

#[test]
fn lines_are_equal() {
    if !["/usr/bin/ping", "/usr/bin/arping"].iter().all(|p| Path::new(p).exists()) {
        return skip("iputils is not installed").unwrap_or(());
    }
    let lines: Vec<&str> = PINGS.lines().collect();
    // They wait more than they work: several networks at once.
    const AT_ONCE: usize = 6;
    let found: Vec<String> = std::thread::scope(|scope| {
        let some = |n: usize| lines.iter().skip(n).step_by(AT_ONCE);
        let threads: Vec<_> = (0..AT_ONCE)
            .map(|n| {
                scope.spawn(move || {
                    let Some(ns) = Ns::new() else { return Vec::new() };
                    STATE.split("\n\n").for_each(|lines| drop(ns.sh(lines)));
                    some(n).filter_map(|line| different(&ns, line)).collect()
                })
            })
            .collect();
        threads.into_iter().flat_map(|t| t.join().unwrap()).collect()
    });
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// How the two differ; a neighbour's answer may be late on a busy machine, so three times.
fn different(ns: &Ns, line: &str) -> Option<String> {
    let bin = nlbox();
    let theirs: Vec<&str> = words(line).collect();
    let ours: Vec<&str> = std::iter::once(bin.to_str().unwrap()).chain(words(line)).collect();
    let mut last = None;
    for _ in 0..3 {
        // Each learns the neighbours and the path's MTU for itself.
        let [want, got] = [&theirs, &ours].map(|argv| {
            ns.run(&["/bin/sh", "-c", "ip neigh flush all; ip route flush cache; ip -6 route flush cache"]);
            plain(run(ns, argv), line)
        });
        if want == got {
            return None;
        }
        let (stdout, stderr) = (diff(&want.stdout, &got.stdout), diff(&want.stderr, &got.stderr));
        last = Some(format!("{line}: exit code {} and {}\n{stdout}{stderr}", want.code, got.code));
    }
    last
}

/// Lines for the network whose hosts [`respond`].
const ODD: &str = "\
ping -c 2 -i 0.1 10.9.0.2
ping -q -c 2 -i 0.1 10.9.0.2
ping -c 2 -i 0.1 10.9.0.3
ping -c 2 -i 0.1 10.9.0.4
ping -c 1 10.9.0.5
ping -c 1 10.9.0.6
ping -c 1 -W 0.3 10.9.0.7
ping -c 16 -i 0.1 10.9.0.8
ping -q -c 16 -i 0.1 10.9.0.8
ping -c 7 -i 0.1 10.9.0.9
ping -f -c 5 10.9.0.8
ping -c 2 -i 0.1 fd09::2
ping -c 2 -i 0.1 fd09::3
ping -c 2 -i 0.1 fd09::4
ping -c 1 fd09::5
ping -c 1 -W 0.3 fd09::7
ping -c 8 -i 0.1 fd09::8
ping -c 4 -i 0.1 fd09::9";

/// Answers with a fault, one for each host of a network behind a tun device.
///
/// 2: twice. 3: the first request after the second. 4: with another byte of data. 5: cut short. 6: from another host.
/// 7: with another identifier. 8: unreachable, code by code. 9: time exceeded, then other errors.
fn respond(request: &[u8], held: &mut Option<Vec<u8>>) -> Vec<Vec<u8>> {
    let v6 = request[0] >> 4 == 6;
    let (head, src, dst, len) = if v6 { (40, 8, 24, 16) } else { (20, 12, 16, 4) };
    let echo = if v6 { 128 } else { 8 };
    if request.len() < head + 8 || request[head] != echo || (v6 && request[6] != 58) {
        return Vec::new();
    }
    let host = request[dst + len - 1];
    let seq = request[head + 7];
    let reply = |from: u8, body: &[u8]| {
        let mut all = request[..head].to_vec();
        all.extend_from_slice(body);
        all[src..src + len].copy_from_slice(&request[dst..dst + len]);
        all[src + len - 1] = from;
        all[dst..dst + len].copy_from_slice(&request[src..src + len]);
        seal(&mut all, v6);
        all
    };
    let mut answer = request[head..].to_vec();
    answer[0] = if v6 { 129 } else { 0 };
    let error = |ty: u8, code: u8, more: [u8; 4]| {
        let mut body = vec![ty, code, 0, 0];
        body.extend_from_slice(&more);
        body.extend_from_slice(request);
        reply(host, &body)
    };
    match host {
        2 => vec![reply(2, &answer); 2],
        3 if seq % 2 == 1 => {
            *held = Some(reply(3, &answer));
            Vec::new()
        }
        3 => std::iter::once(reply(3, &answer)).chain(held.take()).collect(),
        4 => {
            answer[8 + 20 + usize::from(seq)] ^= 0xff;
            vec![reply(4, &answer)]
        }
        5 => vec![reply(5, &answer[..40])],
        6 => vec![reply(66, &answer)],
        7 => {
            answer[5] ^= 0xff;
            vec![reply(7, &answer)]
        }
        8 if v6 => vec![error(1, seq - 1, [0; 4])],
        8 => vec![error(3, seq - 1, [0, 0, 5, 120])],
        9 if v6 => {
            let (ty, code) = [(3, 0), (3, 1), (4, 0), (4, 1)][usize::from(seq - 1) % 4];
            vec![error(ty, code, [0, 0, 0, 6])]
        }
        9 => {
            let (ty, code) =
                [(11, 0), (11, 1), (12, 0), (4, 0), (5, 0), (5, 1), (13, 0)][usize::from(seq - 1) % 7];
            vec![error(ty, code, [10, 9, 0, 33])]
        }
        _ => Vec::new(),
    }
}

/// Sets lengths and checksums.
fn seal(packet: &mut [u8], v6: bool) {
    let sum = |bytes: &[u8], start: u32| {
        let words = bytes.chunks(2).map(|w| u32::from(w[0]) << 8 | u32::from(w.get(1).copied().unwrap_or(0)));
        let all = words.fold(start, |a, b| a + b);
        let all = (all & 0xffff) + (all >> 16);
        !u16::try_from((all & 0xffff) + (all >> 16)).unwrap()
    };
    let head = if v6 { 40 } else { 20 };
    let body = u16::try_from(packet.len() - head).unwrap();
    packet[head + 2..head + 4].fill(0);
    let (addresses, start) = if v6 { (8..40, u32::from(body) + 58) } else { (0..0, 0) };
    let pseudo = !sum(&packet[addresses], start);
    let check = sum(&packet[head..], u32::from(pseudo));
    packet[head + 2..head + 4].copy_from_slice(&check.to_be_bytes());
    if v6 {
        packet[4..6].copy_from_slice(&body.to_be_bytes());
    } else {
        packet[2..4].copy_from_slice(&(body + 20).to_be_bytes());
        packet[10..12].fill(0);
        let check = sum(&packet[..20], 0);
        packet[10..12].copy_from_slice(&check.to_be_bytes());
    }
}

/// A tun device `t0` in the fixture.
fn tun(ns: &Ns) -> std::io::Result<File> {
    let net = File::open(format!("/proc/{}/ns/net", ns.pid()))?;
    std::thread::spawn(move || {
        // SAFETY: setns takes two integers; it moves this thread alone.
        assert_eq!(unsafe { libc::setns(net.as_raw_fd(), libc::CLONE_NEWNET) }, 0);
        let file = File::options().read(true).write(true).open("/dev/net/tun")?;
        // struct ifreq: the name, then IFF_TUN | IFF_NO_PI.
        let mut request = [0_u8; 40];
        request[..2].copy_from_slice(b"t0");
        request[16..18].copy_from_slice(&0x1001_u16.to_ne_bytes());
        // SAFETY: TUNSETIFF reads and writes a struct ifreq, which is 40 bytes.
        match unsafe { libc::ioctl(file.as_raw_fd(), 0x4004_54ca, request.as_mut_ptr()) } {
            0 => Ok(file),
            _ => Err(std::io::Error::last_os_error()),
        }
    })
    .join()
    .unwrap()
}

#[test]
fn odd_answers_are_told_as_iputils_tells_them() {
    if !Path::new("/usr/bin/ping").exists() {
        return skip("iputils is not installed").unwrap_or(());
    }
    let Some(ns) = Ns::new() else { return };
    let device = match tun(&ns) {
        Ok(device) => device,
        Err(e) => return skip(&format!("no tun device: {e}")).unwrap_or(()),
    };
    ns.sh("printf 'hosts: files\\n' > /run/nss; mount --bind /run/nss /etc/nsswitch.conf
           printf '' > /run/hosts; mount --bind /run/hosts /etc/hosts
           ip link set lo up; ip addr add 10.9.0.1/24 dev t0; ip addr add fd09::1/64 dev t0 nodad; ip link set t0 up");
    std::thread::scope(|scope| {
        let mut reader = device.try_clone().unwrap();
        scope.spawn(move || {
            let (mut room, mut held) = ([0; 65536], None);
            // A packet to 10.9.0.200 ends it.
            while let Ok(n) = reader.read(&mut room) {
                if room[0] >> 4 == 4 && room[16..20] == [10, 9, 0, 200] {
                    break;
                }
                for packet in respond(&room[..n], &mut held) {
                    reader.write_all(&packet).unwrap();
                }
            }
        });
        let found: Vec<String> = ODD.lines().filter_map(|line| different(&ns, line)).collect();
        ns.run(&["ping", "-c", "1", "-W", "0.1", "10.9.0.200"]);
        assert!(found.is_empty(), "{}", found.join("\n"));
        // What this is about is there.
        let said = |line: &str| {
            ns.run(&[&[nlbox().to_str().unwrap()][..], &words(line).collect::<Vec<_>>()].concat())
        };
        let _ = said;
    });
}
