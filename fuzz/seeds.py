#!/usr/bin/env python3
"""Writes the seeds and dictionaries of the fuzz targets: corpus/TARGET/seed-NAME and dicts/NAME.

    unshare -nm fuzz/seeds.py

The seeds are what this kernel answers in a private namespace with links, addresses, routes and rules of every kind that
it has, the events it sent meanwhile, and the answers in tests/golden. The words are those of the tables in the sources.
"""

import os, re, socket, struct, subprocess, sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CORPUS, DICTS = ROOT / "fuzz/corpus", ROOT / "fuzz/dicts"
# Requests of commands that the set-up has none of.
REQUESTS = [
    ("ip link set veth0", "vf 0 mac 02:00:00:00:00:01 vlan 5 qos 1 trust on min_tx_rate 1 max_tx_rate 9"),
    ("ip link set veth0 type bridge_slave", "cost 5 priority 3 mcast_router 2 isolated on"),
    ("ip -M route add", "100 as 200/300 via inet 10.0.0.1 dev veth0"),
    ("ip -6 tunnel add x", "mode ip6gre local fd00::1 remote fd00::2 key 5 encaplimit none"),
    ("ip route get", "1.2.3.4 from 10.0.0.1 iif veth0 mark 5 ipproto tcp dport 80"),
    ("ip neigh get", "10.0.0.1 dev veth0"),
    ("ip tcp_metrics del", "10.0.0.1 source 10.0.0.2"),
    ("bridge link set dev veth0", "cost 4 guard on state 3 learning off vlan_tunnel on"),
    ("bridge vlan set", "vid 5 dev veth0 state blocking mcast_router 1"),
    ("bridge vlan global set", "vid 5-9 dev veth0 mcast_snooping 1 mcast_querier_interval 500"),
    ("bridge vni add", "dev veth0 vni 5-9 group 239.1.1.1"),
    ("bridge mst set", "dev veth0 msti 5 state learning"),
    ("ifconfig veth0", "10.0.0.1 netmask 255.0.0.0 broadcast 10.255.255.255 mtu 1400 up"),
    ("route add", "-net 10.0.0.0 netmask 255.0.0.0 gw 10.0.0.1 metric 5 dev veth0"),
    ("route -6 add", "fd00::/16 gw fd00::1 metric 5 dev veth0"),
    ("arp -s", "10.0.0.9 02:00:00:00:00:09 -i veth0"),
    ("brctl addif x", "veth0"),
    ("vconfig add veth0", "5"),
]

LIMIT = 4000  # bytes of one seed

# The orders of targets/listings.rs, read there.
LISTINGS = (ROOT / "fuzz/targets/listings.rs").read_text()


def names(const):
    body = re.search(rf"pub const {const}: &\[&str\] =\s*&\[(.*?)\];", LISTINGS, re.S).group(1)
    return re.findall(r'"([^"]*)"', body)


LINES = [f"ip {x}" for x in names("IP")] + [f"bridge {x}" for x in names("BRIDGE")] + names("OTHERS")
OPTIONS = names("OPTIONS")
MODES = [OPTIONS.index(o) for o in ("-d", "-j -p -d -s -s", "-s -s -d")]

SETUP = """
ip link set lo up
ip link add red type veth peer name blue
ip link add br0 type bridge
ip link add vx0 type vxlan id 42 dev red dstport 4789 group 239.1.1.1
ip link add mv0 link red type macvlan mode bridge
ip link add vt0 link red type macvtap
ip link add i0 type ifb
ip link add nm0 type nlmon
ip link add v0 link red type vlan id 5
ip link add dum0 type dummy
ip link add vrf0 type vrf table 10
ip link add bo0 type bond mode 802.3ad
ip link add gr0 type gre local 1.2.3.4 remote 4.3.2.1
ip link add wg0 type wireguard
ip tuntap add tap0 mode tap
ip link set blue master br0
ip link set tap0 master br0
ip link property add dev red altname another-name
ip link set red alias "hello there"
ip link set red up
ip link set blue up
ip link set br0 up
ip addr add 10.0.0.1/24 brd + dev red label red:x
ip addr add 10.9.0.1 peer 10.9.0.2/32 dev red valid_lft 100 preferred_lft 50
ip addr add fd00::1/64 dev red nodad
ip route add 192.168.0.0/16 via 10.0.0.2 metric 5 mtu 1400 rto_min 5ms
ip route add 172.16.0.0/12 nexthop via 10.0.0.2 weight 2 nexthop via 10.0.0.3
ip route add blackhole 9.0.0.0/8
ip route add fd01::/32 via fd00::2 expires 50 pref high
ip route add 11.0.0.0/8 via inet6 fd00::5
ip route add 12.0.0.0/8 table 77 dev red
ip route add 13.0.0.0/8 encap ip id 5 dst 1.1.1.1 via 10.0.0.2
ip -6 route add fd02::/32 encap seg6 mode encap segs fd00::8,fd00::9 dev red
ip nexthop add id 1 via 10.0.0.2 dev red
ip nexthop add id 2 via 10.0.0.3 dev red
ip nexthop add id 10 group 1,3/2
ip nexthop add id 11 group 1/2 type resilient buckets 4
ip route add 14.0.0.0/8 nhid 1
ip neigh add 10.0.0.9 lladdr 02:00:00:00:00:09 dev red
ip neigh add proxy 10.0.0.8 dev red
ip neigh add fd00::9 lladdr 02:00:00:00:00:09 dev red nud permanent router
ip rule add from 10.0.0.0/8 to 1.1.1.1 iif a fwmark 1/255 lookup 77 pref 100
ip rule add ipproto tcp sport 1-9 dport 80 uidrange 0-5 tos 4 goto 200
ip rule add pref 200 prohibit
ip -6 rule add from fd00::/16 suppress_prefixlength 5 table 9
ip addrlabel add prefix fd00::/16 label 5
ip token set ::5 dev red
ip mptcp endpoint add 10.0.0.1 signal
ip mptcp limits set subflow 2
ip ntable change name arp_cache dev red queue 5
bridge fdb add 02:00:00:00:00:77 dev blue master vlan 1
bridge fdb add 02:00:00:00:00:78 dev vx0 dst 1.2.3.4 vni 5 port 99
bridge vlan add vid 2-5 dev blue pvid untagged
bridge vlan add vid 7 dev br0 self
bridge mdb add dev br0 port blue grp 239.1.1.5 permanent vid 2
bridge mdb add dev br0 port blue grp ff05::5 src fd00::7
nlbox nat masquerade from 10.0.0.0/8 out red tag one
nlbox nat dnat in blue proto tcp dport 80-90 to 10.0.0.7:8080
nlbox nat snat not from 10.1.0.0/16 to 1.2.3.4
nlbox nat redirect proto udp dport 53 to :5353 tag two
nlbox nat masquerade ip6 from fd00::/16 chain POSTROUTING
ip link set red down
ip addr del 10.0.0.1/24 dev red
ip link del mv0
"""


def conversation(protocol):
    s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, protocol)
    s.setsockopt(270, 11, 1)  # NETLINK_EXT_ACK
    s.setsockopt(270, 12, 1)  # NETLINK_GET_STRICT_CHK
    s.bind((0, 0))
    s.settimeout(1)
    return s


def attr(ty, payload):
    a = struct.pack("=HH", 4 + len(payload), ty) + payload
    return a + bytes(-len(a) % 4)


def messages(data):
    while len(data) >= 16:
        size = struct.unpack_from("=I", data)[0]
        if size < 16:
            return
        yield data[:size] + bytes(-size % 4)
        data = data[(size + 3) & ~3:]


def dump(ty, body, protocol=0, flags=0x301):
    """Every message of a dump."""
    s = conversation(protocol)
    s.send(struct.pack("=IHHII", 16 + len(body), ty, flags, 1, 0) + body)
    found = []
    try:
        while True:
            for m in messages(s.recv(65536)):
                kind = struct.unpack_from("=H", m, 4)[0]
                if kind in (2, 3):
                    return found
                found.append(m)
                if flags & 0x300 != 0x300:
                    return found
    except TimeoutError:
        return found


DONE = struct.pack("=IHHIIi", 20, 3, 2, 0, 0, 0)


def datagram(data, side=False):
    return struct.pack("<H", len(data) | (0x8000 if side else 0)) + data


def pages(found):
    """The messages in datagrams that fit into a seed."""
    page = b""
    for m in found:
        if page and len(page) + len(m) > LIMIT:
            yield page
            page = b""
        page += m
    if page:
        yield page


def write(target, name, data):
    path = CORPUS / target / f"seed-{name}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def listing(line, name, found, before=b"", side=b""):
    """Seeds of the target decode: what `line` hears."""
    at = LINES.index(line)
    for n, page in enumerate(list(pages(found))[:4]):
        mode = MODES[n % len(MODES)]
        write("decode", f"{name}-{n}", bytes([at, mode]) + before + side + datagram(page + DONE))


def kernel():
    env = dict(os.environ, PATH=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    subprocess.run("mount -t tmpfs none /run; mkdir -p /run/netns", shell=True, check=True)
    events = conversation(0)
    events.setsockopt(socket.SOL_SOCKET, 33, 1 << 22)  # SO_RCVBUFFORCE
    for group in (1, 3, 5, 7, 8, 9, 11, 18, 19, 20, 24, 25, 26, 28, 32, 33):
        events.setsockopt(270, 1, group)  # NETLINK_ADD_MEMBERSHIP
    for line in SETUP.strip().splitlines():
        r = subprocess.run(line, shell=True, env=env, capture_output=True, text=True)
        if r.returncode:
            print(f"not here: {line}: {r.stderr.strip()[:90]}", file=sys.stderr)
    heard = []
    try:
        while True:
            heard += list(messages(events.recv(65536)))
    except TimeoutError:
        pass
    kinds = {}
    for m in heard:
        kinds.setdefault(struct.unpack_from("=H", m, 4)[0], []).append(m)
    for ty, found in kinds.items():
        for program in (0, 128):
            page = next(pages(found))
            write("decode", f"event-{ty}-{program}", bytes([128, program]) + page)
            stamp = struct.pack("=IHHIIII", 24, 15, 0, 0, 0, 1700000000, 5)
            write("decode", f"stamped-{ty}-{program}", bytes([128, program + 4]) + stamp + page)

    inet, inet6, bridge = 2, 10, 7
    links = dump(18, bytes(16) + attr(29, struct.pack("=I", 1)))
    for n, m in enumerate(links):
        listing("ip link", f"link{n}", [m])
    listing("ip addr", "addr", links[:2], side=b"".join(datagram(m, True) for m in dump(22, bytes(8))[:4]))
    for line in ("ifconfig -a", "brctl show", "ip token", "ip vrf", "ip tunnel"):
        listing(line, line.replace(" ", "-"), links)
    listing("bridge link", "bridge-link", dump(18, struct.pack("=B", bridge) + bytes(15) + attr(29, struct.pack("=I", 2))))
    listing("bridge vlan", "bridge-vlan", dump(18, struct.pack("=B", bridge) + bytes(15) + attr(29, struct.pack("=I", 2))))
    for name, line, ty, body in [
        ("route4", "ip route show table all", 26, struct.pack("=B", inet) + bytes(11)),
        ("route6", "ip -6 route", 26, struct.pack("=B", inet6) + bytes(11)),
        ("route-n", "route -n", 26, struct.pack("=B", inet) + bytes(11)),
        ("neigh", "ip neigh", 30, bytes(12)),
        ("neigh-proxy", "ip -6 neigh show proxy", 30, bytes(10) + b"\x08\0"),
        ("arp", "arp -an", 30, struct.pack("=B", inet) + bytes(11)),
        ("rule4", "ip rule", 34, struct.pack("=B", inet) + bytes(11)),
        ("rule6", "ip -6 rule", 34, struct.pack("=B", inet6) + bytes(11)),
        ("nexthop", "ip nexthop", 106, bytes(8)),
        ("bucket", "ip nexthop bucket", 118, bytes(8)),
        ("netconf4", "ip netconf", 82, struct.pack("=B", inet) + bytes(3)),
        ("netconf6", "ip netconf", 82, struct.pack("=B", inet6) + bytes(3)),
        ("ntable", "ip ntable", 66, bytes(4)),
        ("addrlabel", "ip addrlabel", 74, struct.pack("=B", inet6) + bytes(11)),
        ("fdb", "bridge fdb", 30, struct.pack("=B", bridge) + bytes(11)),
        ("mdb", "bridge mdb", 86, bytes(8)),
        ("vlans", "bridge vlan global", 114, struct.pack("=B", bridge) + bytes(7) + attr(1, struct.pack("=I", 3))),
        ("vni", "bridge vni", 122, struct.pack("=B", bridge) + bytes(7)),
    ]:
        listing(line, name, dump(ty, body))
    for name, line, cmd in [("tcp_metrics", "ip tcp_metrics", 1), ("mptcp_pm", "ip mptcp endpoint", 3)]:
        family = dump(16, bytes([3, 1, 0, 0]) + attr(2, name.encode() + b"\0"), 16, 1)
        if family:
            number = dict(attributes(family[0][20:]))[1]
            found = dump(struct.unpack("=H", number[:2])[0], bytes([cmd, 1, 0, 0]), 16)
            listing(line, name, found or [struct.pack("=IHHIIBBH", 20, 30, 2, 0, 0, cmd, 1, 0)], datagram(family[0]))
    for family in (inet, inet6):
        for n, m in enumerate(dump(0x0A07, struct.pack("=BBH", family, 0, 0) + attr(1, b"nlbox\0"), 12)):
            for mode in (0, 1):
                write("nft", f"{family}-{n}-{mode}", bytes([mode, family != inet]) + m[20:])


def attributes(data):
    while len(data) >= 4:
        size, ty = struct.unpack_from("=HH", data)
        if size < 4:
            return
        yield ty & 0x3FFF, data[4:size]
        data = data[(size + 3) & ~3:]


def golden():
    """Stories: the listings for decode, all command lines for the targets that read words."""
    commands = []
    for path in sorted((ROOT / "tests/golden").glob("*.nl")):
        for n, story in enumerate(path.read_text().split("\n$ ")[1:]):
            head, *rest = story.splitlines()
            words = head.removeprefix("nlbox ")
            commands.append(words)
            tape = b"".join(
                datagram(bytes.fromhex(l[3:]), l[0] == "2") for l in rest if l[:2] in ("1<", "2<")
            )
            plain = [w for w in words.split() if not w.startswith("-")]
            for at, line in enumerate(LINES):
                if line.split()[:2] == plain[:2] and len(tape) < LIMIT and ("show" in plain or len(plain) == 2):
                    write("decode", f"{path.stem}-{n}", bytes([at, MODES[n % 3]]) + tape)
                    break
    return commands


def compared():
    """The command lines that the tests compare with iproute2's: of each, the first that holds a word of its own."""
    seen = set()
    for path in sorted((ROOT / "tests").glob("oracle/*.rs")) + sorted((ROOT / "tests").glob("*/cases.rs")):
        text = re.sub(r"\\\n\s*", "", path.read_text())
        for line in re.split(r'["\n;]|(?:^| )! ', text):
            line = line.strip()
            if not re.match(r"(-\S+ )?(link|addr|route|rule|neigh|nexthop|tunnel|fdb|mdb|vlan|vni|mst) (add|set|global) ", line):
                continue
            own = {w for w in line.split() if re.fullmatch(r"[a-z][a-z0-9_-]{2,}", w)} - seen
            if own:
                seen |= own
                program = "bridge" if line.split()[0] in ("fdb", "mdb", "vlan", "vni", "mst") else "ip"
                yield f"{program} {line}"


def words(commands):
    heads = re.search(r"const HEADS: &\[&str\] = &\[(.*?)\];", (ROOT / "fuzz/targets/words.rs").read_text(), re.S)
    heads = re.findall(r'"([^"]*)"', heads.group(1))
    for n, line in enumerate(commands + [l.removeprefix("nlbox ") for l in SETUP.strip().splitlines()]):
        line = line.replace('"', "").replace("'", "")
        matching = [h for h in heads if line.startswith(h + " ")]
        head = max(matching, key=len) if matching else "nlbox"
        tail = line.removeprefix(head).strip() if matching else line
        if n % 2 == 0:
            write("words", f"{n}", bytes([heads.index(head) << 1]) + tail.encode())
    heads = re.search(r"const HEADS: &\[&str\] = &\[(.*?)\];", (ROOT / "fuzz/targets/requests.rs").read_text(), re.S)
    heads = re.findall(r'"([^"]*)"', heads.group(1))
    for n, line in enumerate(SETUP.strip().splitlines()):
        for at, head in enumerate(heads):
            tail = re.sub(r"^(ip (?:-6 )?\w+ add x) ?|^(ip link set veth0) ?", "", line)
            if line.startswith(head + " "):
                write("requests", f"{n}", bytes([at]) + line.removeprefix(head).strip().encode())
            elif head == "ip link add x" and line.startswith("ip link add"):
                write("requests", f"{n}", bytes([at]) + line.split(" ", 4)[4].encode())
    for n, line in enumerate(compared()):
        for at, head in sorted(enumerate(heads), key=lambda h: -len(h[1])):
            begin = head.removesuffix(" x").removesuffix(" veth0")
            if line.startswith(begin + " "):
                tail = line.removeprefix(begin).strip()
                # The name that the head has already.
                tail = tail.partition(" ")[2] if begin != head else tail
                write("requests", f"compared-{n}", bytes([at]) + tail.encode())
                break
    for head, tail in REQUESTS:
        write("requests", f"{head.replace(' ', '-')}", bytes([heads.index(head)]) + tail.encode())
    for n, line in enumerate(l.removeprefix("nlbox nat ") for l in SETUP.splitlines() if l.startswith("nlbox nat ")):
        write("nft", f"words-{n}", b"\x02 " + line.encode())
    text = "\n".join(l.removeprefix("ip ") for l in commands if l.startswith("ip "))[:2000]
    write("batch", "golden", b"\x02" + text.encode())
    write("batch", "quotes", b"\x06# comment\nlink set lo alias 'a b' \\\n up\n\nlink \"show\" # x\nroute 'open\n")
    write("batch", "bridge", b"\x03fdb add 02:00:00:00:00:77 dev b master\nvlan show\n" )


def others():
    # A set's every row, with a payload of each usual length: by its number, 33 link kinds and then encapsulations.
    for n in range(44):
        for size in (1, 2, 4, 8, 16):
            rows = b"".join(bytes([row, size]) + bytes([1] * size) for row in range(60))
            if n % 5 == (1, 2, 4, 8, 16).index(size):
                write("decode", f"rows-{n}", bytes([136 + n, 2 + n % 2]) + rows)
        word = [b"1.2.3.4", b"fd00::1", b"5", b"on", b"segs fd00::1,fd00::2"][n % 5]
        for row in range(n % 6, 24, 6):
            write("requests", f"set-{n}-{row}", bytes([192 + n, row]) + word)
    write("files", "rt_tables", b"#\n255\tlocal\n254\tmain\n0x64 blue\n4294967296 far\n1 two # three\n")
    write("files", "hosts", b"127.0.0.1 localhost\n::1 ip6-localhost ip6-loopback # x\nfe80::1%eth0 no\n10.0.0.1\trouter  rtr\n")
    write("files", "long", b"1 " + b"x" * 600 + b"\n2 y")
    arp = bytes.fromhex("00010800060400025 25e4e91bb1d0a0000fe6a232624 9a9e0a000001".replace(" ", ""))
    ether = bytes.fromhex("ffffffffffff525e4e91bb1d0806") + arp
    echo = bytes.fromhex("45000024 4b180000 40011ac3 0a0000fe 0a000001 00006526 8ec80001 00010203 04050607".replace(" ", ""))
    error = bytes.fromhex("4500003800000000400100000a0000fe0a000001 0303000000000000 4500001c000000004011000 00a0000010a0000fe 1234003500080000".replace(" ", ""))
    ip = bytes.fromhex("525e4e91bb1d6a2326249a9e0800")
    for mode in range(8):
        write("frames", f"arp-{mode}", bytes([mode | 2]) + ether)
        write("frames", f"echo-{mode}", bytes([mode & 5]) + ip + echo)
        write("frames", f"error-{mode}", bytes([mode & 5]) + ip + error)
    write("frames", "arp-bare", b"\0" + arp)
    write("frames", "echo-bare", b"\0" + echo)
    route = bytes([2, 24, 0, 0, 254, 3, 0, 1, 0, 0, 0, 0]) + attr(1, bytes([10, 0, 0, 0])) + attr(4, bytes([7, 0, 0, 0]))
    address = bytes([2, 24, 0, 0, 7, 0, 0, 0]) + attr(1, bytes([10, 0, 0, 1])) + attr(2, bytes([10, 0, 0, 1]))
    rule = bytes([2, 0, 0, 0, 77, 0, 0, 1, 0, 0, 0, 0]) + attr(6, bytes([100, 0, 0, 0]))
    for n, (ty, body) in enumerate([(24, route), (20, address), (32, rule)]):
        for what in range(3):
            m = struct.pack("=IHHII", 16 + len(body), ty, 2, 1, 77) + body
            write("batch", f"saved-{n}-{what}", bytes([16 | what << 2 | n]) + m + m)
    for n, t in enumerate([b"10.0.0.1/24", b"fd00::1", b"::ffff:1.2.3.4", b"02:00:00:00:00:01", b"default", b"0x7fffffff"]):
        write("text", str(n), t.ljust(16, b"\0") if n > 4 else t)
    head = struct.pack("=IHHII", 20, 16, 2, 1, 77)
    write("dump", "table", bytes([0, 40, 16]) + head + bytes(4) + DONE[:8] + struct.pack("=II", 1, 77) + bytes(4))
    write("dump", "stranger", bytes([0, 20, 8]) + head + bytes(4) + bytes([0, 7]))
    refusal = struct.pack("=IHHIIi", 52, 2, 0x200, 1, 77, -22) + head + attr(1, b"no such thing\0")
    for what in (0, 1, 2, 3):
        write("dump", f"refusal-{what}", bytes([what, len(refusal), 16]) + refusal + bytes([20, 16]) + head)
        write("dump", f"answer-{what}", bytes([what, 28, 16]) + struct.pack("=IHHII", 28, 16, 0, 1, 77) + bytes(4) + attr(3, b"lo\0"))


def quoted(text):
    return "".join(chr(b) if 32 < b < 127 and b not in b'"\\' else f"\\x{b:02x}" for b in text)


def dictionary(name, tokens):
    DICTS.mkdir(exist_ok=True)
    lines = sorted({f'"{quoted(t)}"' for t in tokens if 0 < len(t) < 40})
    (DICTS / name).write_text("\n".join(lines) + "\n")


def dictionaries():
    source = "\n".join(p.read_text() for d in ("core/src/rt", "core/src/genl", "core/src/nft", "cli/src")
                       for p in sorted((ROOT / d).rglob("*.rs")) if p.name != "tests.rs")
    rows = re.findall(r'^\s*(\d+) [A-Z0-9_]+: [^"\n]*"([^"]*)"', source, re.M)
    words = {re.split(r"[|/]", w)[0].lstrip("~") for _, w in rows}
    for w in re.findall(r'(?:Arg::new|Verb \{ word:|name:|word:)\s*\(?"([^"]+)"', source):
        words |= {part.replace("[", "").replace("]", "") for part in w.split("|")}
    words |= set(re.findall(r'\b\d+ "([a-z0-9_.-]+)"', source))
    words = {w.encode() for w in words if re.fullmatch(r"[ -~]{2,30}", w) and " " not in w}
    plain = [b"10.0.0.1/24", b"fd00::1/64", b"02:00:00:00:00:01", b"veth0", b"if7", b"default", b"4294967295", b"on",
             b"-1", b"0x10", b"1-5", b"inet6", b"\x1b[2J", b"dev veth0", b" type ", b" via "]
    dictionary("words", words | set(plain))
    types = {struct.pack("=H", int(n)) for n in re.findall(r"pub const \w+: u16 = (\d+);", source)}
    attrs = {struct.pack("=HH", size, int(n) | flag) for n, _ in rows for size in (4, 8) for flag in (0, 0x8000)}
    kinds = {m.encode() + b"\0" for m in re.findall(r'LinkKind(?:::new\(| \{ name: )"(\w+)"', source)}
    exprs = {e + b"\0" for e in (b"meta", b"payload", b"cmp", b"range", b"bitwise", b"immediate", b"nat", b"masq", b"redir", b"fib", b"counter")}
    dictionary("messages", types | attrs | kinds | exprs | {b"\xff\xff", b"\x1b[2J", b"veth0\0", DONE[:8]})


if __name__ == "__main__":
    assert [name for _, name in socket.if_nameindex()] == ["lo"], "only in a namespace: unshare -nm"
    words(golden())
    others()
    dictionaries()
    kernel()
    files = [p for p in CORPUS.rglob("seed-*")]
    print(f"{len(files)} seeds, {sum(p.stat().st_size for p in files)} bytes")
