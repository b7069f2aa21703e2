//! The command lines the oracle compares, without their `ip`, and the states of the kernel they meet.
//!
//! To add a case, add a line. A state is lines of `ip -batch`; options before a line (`-n NAME`, `-6`) are its own,
//! `! ` before a line is shell. A story of a mutation table is commands with `;` between them; `$PID` is a process
//! inside the fixture.

/// Every state with every line in every mode.
pub(crate) struct Listings {
    /// Names of [`STATES`], blanks between.
    pub(crate) states: &'static str,
    /// Global options.
    pub(crate) modes: &'static [&'static str],
    pub(crate) lines: &'static [&'static str],
}

/// Every way a listing is printed.
const MODES: &[&str] = &[
    "", "-o", "-br", "-d", "-s", "-s -s", "-j", "-p -j", "-s -j", "-d -j", "-d -s -j -p", "-o -d", "-o -s", "-o -d -s",
    "-br -j", "-br -j -p", "-4", "-6", "-f inet", "-f inet6", "-br -4", "-br -6", "-o -4", "-j -6", "-oneline",
    "-brief", "-json", "-details", "-statistics", "--json", "-family inet6 -o",
];
/// The ways that print different fields, for the many lines.
const SHORT: &[&str] = &["", "-o", "-br", "-d", "-j", "-d -j"];
const PLAIN: &[&str] = &["", "-j"];

pub(crate) const STATES: &[(&str, &str)] = &[
    ("fresh", ""),
    ("up", "link set lo up"),
    (
        // Files that are no namespaces, and batches that fail.
        "files",
        "netns add blue
         ! echo > /run/netns/junk
         ! mkdir /run/netns/directory
         ! echo 'link set lo mtu' > /run/usage
         ! echo 'netns exec blue sh -c \"kill -TERM $$\"' > /run/killed",
    ),
    ("nodir", "! echo > /run/netns"),
    (
        // What most lines about single commands run on.
        "base",
        "link set lo up
         link add v0 address 02:00:00:00:00:01 type veth peer name v1 address 02:00:00:00:00:02
         link add br0 address 02:00:00:00:00:03 type bridge
         link add vdown address 02:00:00:00:00:04 type veth peer name vdown1 address 02:00:00:00:00:05
         netns add blue
         link set v0 up
         link set v1 up
         addr add 10.0.0.1/24 dev v0
         addr add fd00::1/64 dev v0 nodad
         route add 10.5.0.0/16 via 10.0.0.9",
    ),
    (
        "veth",
        "link set lo up
         link add veth0 type veth peer name veth1
         link add veth2 type veth peer name veth3
         link add veth4 mtu 1400 txqueuelen 77 type veth peer name veth5 mtu 1300
         link set veth0 up
         link set veth1 up
         link set veth2 up",
    ),
    (
        "moved",
        "! mkdir /run/other
         ! touch /run/other/ns
         netns add red
         netns add blue
         netns add idle
         netns set idle 7
         link add veth-red type veth peer name veth-red-br
         link add veth-blue type veth peer name eth0 netns blue
         link set veth-red netns red
         link set veth-red-br up
         link set veth-blue up
         -n red link set veth-red up
         -n red link set lo up
         -n red addr add 10.2.0.1/24 dev veth-red
         -n blue link add inner type veth peer name innerp
         -n blue link set inner netns red
         link add pair0 type veth peer name pair1
         ! unshare -n sh -c 'exec sleep 30 </dev/null >/dev/null 2>&1' & p=$!; sleep 0.05; ip link set pair1 netns $p; kill -0 $p",
    ),
    (
        "bridge",
        "link add br0 type bridge
         link add br1 type bridge stp_state 1 forward_delay 400 priority 4096 ageing_time 1000
         link add v0 type veth peer name v1
         link add v2 type veth peer name v3
         link add m0 link v3 type macvlan mode bridge
         link set v0 master br0
         link set v2 master br0 up
         link set v3 up
         link set v1 master br1
         link set br0 up",
    ),
    (
        "macvlan",
        "link add low type veth peer name lowp
         link add mv0 link low type macvlan mode bridge
         link add mv1 link low type macvlan mode private
         link add mv2 link low type macvlan mode vepa
         link add mv3 link low type macvlan
         link add mvp link lowp type macvlan mode passthru
         link set low up
         link set mv0 up",
    ),
    (
        "kinds",
        "link add ifb0 type ifb
         tuntap add dev tun0 mode tun
         tuntap add dev tap0 mode tap
         link set tun0 up
         link add mt0 link tap0 type macvtap mode bridge",
    ),
    (
        "vxlan",
        "link add ifb0 type ifb
         link add vx0 type vxlan id 42 dstport 4789 local 10.0.0.1 dev ifb0
         link add vx1 type vxlan id 43 dstport 4790 remote 10.0.0.2 ttl 5 nolearning
         link add vx2 type vxlan id 44 dstport 8472 group 239.1.1.1 dev ifb0
         link add vx6 type vxlan id 45 dstport 8473 local fd00::1 remote fd00::2",
    ),
    (
        // Every word and flag of a link's own lines.
        "dressed",
        "link add v0 type veth peer name v1
         link property add dev v0 altname another-name-for-v0
         link property add dev v0 altname second altname third
         link set v0 alias 'an \\ alias \"quoted\" here'
         link set v0 group 42
         link set v1 group 0x10
         link set v0 promisc on
         link set v0 allmulticast on
         link set v1 multicast off
         link set v1 arp off
         link set v1 dynamic on
         link set v0 txqueuelen 0
         link set v0 mtu 9000
         link set v0 up
         link add x123456789abcde type ifb
         link set x123456789abcde up
         link add dotted.name-1 type veth peer name peer.name-1
         link set dotted.name-1 mode dormant
         link set dotted.name-1 addrgenmode none",
    ),
    (
        "addrs",
        "link set lo up
         link add v0 type veth peer name v1
         link add ptp type veth peer name ptp1
         link set v0 up
         link set v1 up
         link set ptp up
         addr add 10.0.0.1/24 dev v0
         addr add 10.0.0.2/24 dev v0
         addr add 10.0.0.3/24 dev v0 noprefixroute
         addr add 10.1.0.1/16 broadcast 10.1.255.255 label v0:one dev v0
         addr add 10.2.0.1/16 brd + dev v0
         addr add 10.3.0.1/32 dev v0 scope link
         addr add 10.3.0.2/32 dev v0 scope host
         addr add 10.3.0.3/32 dev v0 scope 100
         addr add 10.3.0.4/32 dev v0 scope site
         addr add 10.4.0.1 peer 10.4.0.2 dev ptp
         addr add 10.4.1.1 peer 10.4.1.2/24 dev ptp label ptp:x
         addr add 10.5.0.1/24 dev v1 valid_lft 10000 preferred_lft 5000
         addr add 10.5.1.1/24 dev v1 valid_lft 10000 preferred_lft 0
         addr add 10.6.0.1/24 dev v1 metric 77
         addr add fd00::1/64 dev v0 nodad
         addr add fd00::2/64 dev v0 nodad preferred_lft 0
         addr add fd00::3/64 dev v0 nodad valid_lft 20000 preferred_lft 10000
         addr add fd00::4/128 dev v0 nodad noprefixroute
         addr add fd00::5/64 dev v0 nodad home
         addr add fd00::6/64 dev v0 nodad metric 99
         addr add fd00:1::1 peer fd00:1::2/64 dev ptp nodad
         addr add fe80::77/64 dev v1 scope link nodad
         addr add fd00::a:b:c:d/64 dev v1 nodad
         addr add fd00:0:0:1::/64 dev v1 nodad
         addr add ::ffff:10.9.9.9/128 dev v1 nodad
         addr add ff00:0:0:1::1/64 dev v1 autojoin",
    ),
    (
        // Duplicate detection still under way: wait long enough for nothing.
        "tentative",
        "! echo 1 > /proc/sys/net/ipv6/conf/all/accept_dad; echo 1 > /proc/sys/net/ipv6/conf/default/accept_dad
         link add v0 type veth peer name v1
         addr add fd00::1/64 dev v0
         addr add fd00::2/64 dev v0 optimistic
         addr add fd00::3/64 dev v0 mngtmpaddr",
    ),
    (
        "routes",
        "link set lo up
         link add v0 type veth peer name v1
         link add v2 type veth peer name v3
         link add nc type veth peer name ncp
         link set v0 up
         link set v1 up
         link set v2 up
         link set v3 up
         link set nc up
         addr add 10.0.0.1/24 dev v0
         addr add 10.0.1.1/24 dev v2
         addr add 10.0.2.1/24 dev nc
         addr add fd00::1/64 dev v0 nodad
         addr add fd01::1/64 dev v2 nodad
         route add default via 10.0.0.254
         route add default via 10.0.1.254 metric 100 proto dhcp
         route add 10.10.0.0/16 via 10.0.0.2 src 10.0.0.1
         route add 10.11.0.0/16 dev v0
         route add 10.12.0.0/16 dev v0 scope link proto static
         route add 10.13.0.0/16 via 10.0.1.2 metric 20 proto bird
         route add 10.14.0.0/16 via 10.0.0.2 proto 77
         route add 10.15.0.1 via 10.0.0.2
         route add 10.16.0.0/16 via 172.16.0.1 dev v0 onlink
         route add 10.17.0.0/16 via 10.0.0.2 mtu 1400 advmss 1360 window 1000 rtt 30ms initcwnd 10
         route add 10.18.0.0/16 via 10.0.0.2 mtu lock 1300 hoplimit 7 quickack 1 congctl cubic rto_min 50ms
         route add 10.19.0.0/16 nexthop via 10.0.0.2 weight 3 nexthop via 10.0.1.2 dev v2 weight 5
         route add 10.20.0.0/16 proto static metric 5 nexthop dev v0 nexthop via 10.0.1.3
         route add 10.21.0.0/16 via inet6 fd00::9 dev v0
         route add 10.22.0.0/16 tos 0x10 via 10.0.0.2
         route add 10.22.0.0/16 via 10.0.0.3
         route add 10.23.0.0/16 dev v0 scope 100
         route add 10.24.0.0/16 via 10.0.2.2
         route add 10.25.0.0/16 via 10.0.0.2 realms 5/7
         route add blackhole 10.30.0.0/16
         route add unreachable 10.31.0.0/16
         route add prohibit 10.32.0.0/16 metric 9
         route add throw 10.33.0.0/16
         route add local 10.34.0.0/16 dev lo
         route add broadcast 10.35.0.255 dev v0
         route add multicast 239.0.0.0/8 dev v0
         route add 10.40.0.0/16 via 10.0.0.2 table 100
         route add default via 10.0.0.2 table 51820
         route add 10.41.0.0/16 dev v2 table default
         route add unreachable default table 4000000000 metric 4294967295
         route add 10.42.0.0/16 dev v0 table local
         -6 route add default via fd00::fe
         -6 route add fd10::/64 via fd00::2
         -6 route add fd11::/64 dev v0 metric 33 proto static
         -6 route add fd12::/64 via fd00::2 src fd00::1 pref high
         -6 route add fd13::/64 nexthop via fd00::2 nexthop via fd01::2 weight 4
         -6 route add fd14::/64 via fd00::2 mtu 1300 pref low
         -6 route add blackhole fd15::/64
         -6 route add unreachable fd16::/64 metric 7
         -6 route add prohibit fd17::/64
         -6 route add throw fd18::/64 table 100
         -6 route add fd19::1 via fe80::1 dev v2
         -6 route add fd1a::/64 via fd00::2 table 51820
         -6 route add fd1b::/64 via fd09::2 dev v0 onlink
         -6 route add fd1c::/64 from fd00::/64 via fd00::2",
    ),
    (
        "neighbours",
        "link set lo up
         link add v0 type veth peer name v1
         link add br0 type bridge
         link add v2 type veth peer name v3
         link set v2 master br0
         link set v3 up
         link set v2 up
         link set br0 up
         link set v0 up
         link set v1 up
         addr add 10.0.0.1/24 dev v0
         neigh add 10.0.0.2 lladdr 02:00:00:00:00:02 dev v0
         neigh add 10.0.0.3 lladdr 02:00:00:00:00:03 dev v0 nud permanent
         neigh add 10.0.0.4 lladdr 02:00:00:00:00:04 dev v0 nud noarp
         neigh add 10.0.0.5 lladdr 02:00:00:00:00:05 dev v0 nud reachable
         neigh add 10.0.0.6 lladdr 02:00:00:00:00:06 dev v0 nud stale
         neigh add 10.0.0.8 dev v0 nud failed
         neigh add 10.0.0.9 dev v0 nud none
         neigh add 10.0.0.10 dev v0 nud incomplete
         neigh add 10.0.0.11 lladdr 02:00:00:00:00:11 dev br0 nud stale
         neigh add 10.0.0.12 lladdr 02:00:00:00:00:12 dev v0 nud stale router
         neigh add 10.0.0.13 lladdr 02:00:00:00:00:13 dev v0 extern_learn
         neigh add 10.0.0.14 lladdr 02:00:00:00:00:14 dev v0 nud stale protocol static
         neigh add 10.0.1.15 lladdr 02:00:00:00:00:15 dev v2 nud stale
         neigh add fd00::2 lladdr 02:00:00:00:00:02 dev v0
         neigh add fd00::3 lladdr 02:00:00:00:00:03 dev v0 nud stale router
         neigh add fe80::4 lladdr 02:00:00:00:00:04 dev v1 nud reachable
         neigh add proxy 10.0.0.200 dev v0
         neigh add proxy fd00::200 dev v0
         neigh add proxy 10.0.0.201 dev v1",
    ),
];

pub(crate) const LINK_LISTINGS: &[Listings] = &[
    Listings {
        states: "fresh veth moved bridge macvlan kinds dressed addrs",
        modes: MODES,
        lines: &["link"],
    },
    Listings { states: "moved", modes: MODES, lines: &["-n red link", "-n blue link", "-n idle link show"] },
    Listings { states: "up tentative", modes: SHORT, lines: &["link", "l", "link list", "link ls", "link show up", "link lst"] },
    Listings {
        states: "veth",
        modes: SHORT,
        lines: &[
            "link show veth0", "link show dev veth0", "link list veth1", "link show up", "link show type veth",
            "link show dev veth2 up", "link show up type veth", "link sh ty veth", "link show type bridge",
            "link show nomaster", "link show down", "link show group default", "link show veth4 up", "l sh veth5",
            "link show if2",
        ],
    },
    Listings {
        states: "bridge",
        modes: SHORT,
        lines: &[
            "link show master br0", "link show type bridge", "link show up", "link show type bridge_slave",
            "link show nomaster", "link show master br0 up", "link show type veth master br0", "link show br1",
            "link show dev m0", "link show type macvlan",
        ],
    },
    Listings { states: "vxlan", modes: &["", "-o", "-br", "-j", "-s"], lines: &["link", "link show type vxlan", "addr"] },
    Listings { states: "kinds macvlan", modes: SHORT, lines: &["link show type macvlan", "link show type tun"] },
    Listings {
        states: "dressed",
        modes: SHORT,
        lines: &["link show another-name-for-v0", "link show second", "link show group 42", "link show v0", "link show x123456789abcde"],
    },
];

pub(crate) const LINK_MUTATIONS: &[(&str, &[&str])] = &[
    (
        "fresh",
        &[
            "link add veth0 type veth peer name veth1",
            "link add ve0 type veth peer ve1",
            "link add ve0 type veth",
            "link add name ve0 type veth peer name ve1 ; link show ve0",
            "link add dev ve0 type veth peer dev ve1",
            "link add type veth peer name only",
            "link add type veth ; link add type veth",
            "link add a mtu 1400 type veth peer name b mtu 1300",
            "link add a address 02:00:00:00:00:aa type veth peer name b address 02:00:00:00:00:bb",
            "link add a txqueuelen 5 type veth peer name b txqueuelen 6",
            "link add a numtxqueues 3 numrxqueues 2 type veth peer name b numtxqueues 4",
            "link add a up type veth peer name b up",
            "link add a index 77 type veth peer name b index 99",
            "netns add red ; link add a type veth peer name b netns red",
            "netns add red ; link add a netns red type veth peer name b",
            "netns add red ; link add a type veth peer netns red name b address 02:00:00:00:00:bb up",
            "link add a type veth peer name b netns $PID",
            "link add br0 type bridge",
            "link add br0 up type bridge",
            "link add br0 address 02:00:00:00:00:0b mtu 1400 type bridge",
            "link add br0 type bridge stp_state 1 forward_delay 400",
            "link add br0 type bridge priority 0x1000 vlan_default_pvid 5 ageing_time 100",
            "link add br0 type bridge ; link set br0 type bridge stp_state 1",
            "link add i0 type ifb",
            "link add i0 mtu 1300 type ifb",
            "link add i0 numtxqueues 2 type ifb ; link set i0 up",
            "link add l type veth peer name lp ; link add m link l type macvlan",
            "link add l type veth peer name lp ; link add link l m type macvlan mode bridge",
            "link add l type veth peer name lp ; link add link l name m type macvlan mode private",
            "link add l type veth peer name lp ; link add link l dev m type macvlan mode vepa",
            "link add l type veth peer name lp ; link add m link l address 02:00:00:00:00:aa type macvlan mode passthru",
            "link add l type veth peer name lp ; link add link l name m type macvlan mode source",
            "link add vx type vxlan id 5 dstport 4789",
            "link add vx type vxlan id 5 dstport 4789 remote 10.0.0.1 local 10.0.0.2 ttl 9",
            "link add a group 5 type veth peer name b",
            "link add a type veth peer name b ; link add a type veth ; link",
            "link add a type veth peer name b ; link del a",
            "link add a type veth peer name b ; link delete dev b",
            "link add a type veth peer name b ; link d b",
            "link add a type veth peer name b ; link del a type veth",
            "link add a type bridge ; link add b type bridge ; link add c type ifb ; link del b",
            "l a a t veth p n b ; l",
            "link a ve0 type veth peer name ve1 ; l s ve1 up ; link s ve0 up",
            "link add type bridge",
            "link add type ifb",
        ],
    ),
    (
        "base",
        &[
            "link set v0 down",
            "link set dev v0 down",
            "link set vdown up",
            "link set vdown up ; link set vdown1 up",
            "link set up dev vdown",
            "link set up vdown",
            "l s vdown up",
            "link set vdown name other",
            "link set vdown name other up",
            "link set dev vdown name other mtu 1400 address 02:00:00:00:00:77 up",
            "link set v0 name running",
            "link set v0 mtu 1400",
            "link set v0 mtu 0x500",
            "link set v0 mtu 02400",
            "link set v0 address 02:00:00:00:00:99",
            "link set v0 addr 02:00:00:00:00:99",
            "link set v0 address 2:0:0:0:0:9",
            "link set v0 broadcast ff:ff:ff:ff:ff:fe",
            "link set v0 brd ff:ff:ff:ff:ff:fe",
            "link set v0 txqueuelen 50",
            "link set v0 txqlen 50",
            "link set v0 qlen 50",
            "link set v0 txq 50",
            "link set v0 master br0",
            "link set v0 master br0 up ; link show master br0",
            "link set v0 master br0 ; link set v0 nomaster",
            "link set vdown master br0 mtu 1300 up",
            "link set vdown netns blue",
            "link set vdown netns blue name eth0",
            "link set vdown netns blue name eth0 up",
            "link set vdown netns $PID",
            "link set vdown netns /proc/$PID/ns/net",
            "link set vdown netns /run/netns/blue",
            "link set vdown netns blue ; -n blue link set vdown netns $PID",
            "-n blue link add in type veth peer name inp ; -n blue link set in up ; -n blue link",
            "-netns blue link set lo up",
            "netns exec blue ip link set lo up",
            "link set v0 promisc on",
            "link set v0 promisc on ; link set v0 promisc off",
            "link set v0 arp off",
            "link set v0 multicast off",
            "link set v0 allmulticast on",
            "link set v0 dynamic on",
            "link set v0 trailers off",
            "link set v0 alias hello",
            "link set v0 alias 'two words'",
            "link set v0 alias x ; link set v0 alias ''",
            "link set v0 group 5",
            "link set v0 group default",
            "link set v0 addrgenmode none",
            "link set v0 addrgenmode random",
            "link set v0 mtu 1400 txqueuelen 9 address 02:00:00:00:00:88 arp off promisc on",
            "link set br0 type bridge stp_state 1",
            "link set br0 type bridge ageing_time 500 priority 100",
            "link set v0 master br0 ; link set v0 type bridge_slave cost 77 priority 9",
            "link set v0 master br0 ; link set v0 type bridge_slave hairpin on isolated on learning off flood off guard on",
            "link set v0 down mtu 1400 up",
            "link set v0 up down",
            "link set group 0 mtu 1400",
            "link del br0",
            "link del v0",
            // One request is not all or nothing in the kernel: what it keeps must be the same.
            "link set v0 address 02:00:00:00:00:98 mtu 99999999",
            "link set v0 txqueuelen 5 master nope",
            "link set v0 address 02:00:00:00:00:98 name br0",
            "link property add dev v0 altname alternative ; link show alternative",
        ],
    ),
];

pub(crate) const LINK_ERRORS: &[(&str, &[&str])] = &[(
    "base",
    &[
        "link foo", "link veth1 up", "link v0", "link up", "link set", "link set up", "link set dev", "link set nope up",
        "link set dev nope up", "link set v0 mtu", "link set v0 mtu x", "link set v0 mtu -1", "link set v0 mtu 1x",
        "link set v0 mtu 99999999", "link set v0 mtu 10", "link set v0 mtu 99999999999", "link set v0 mtu ''",
        "link set v0 netns", "link set v0 netns nope", "link set v0 netns 999999", "link set v0 netns /nope",
        "link set v0 netns /etc/passwd", "link set lo netns blue", "link set br0 netns blue",
        "link set v0 master", "link set v0 master nope", "link set v0 master lo", "link set v0 master v0",
        "link set v0 master v1", "link set v0 nomaster nope",
        "link set v0 address", "link set v0 address zz", "link set v0 address 02:00:00:00:00", "link set v0 address 02:00:00:00:00:00:00",
        "link set v0 address 02:00:00:00:00:zz", "link set v0 address ff:ff:ff:ff:ff:ff", "link set v0 address 01:00:00:00:00:01",
        "link set v0 address 02:00:00:00:00:100", "link set v0 broadcast zz", "link set lo address 02",
        "link set v0 name", "link set v0 name v1", "link set v0 name toolongname12345", "link set v0 name a/b", "link set v0 name ''",
        "link set v0 name 'a b'", "link set v0 name .", "link set v0 name ..", "link set v0 name a:b",
        "link set toolongname12345 up", "link set a/b up", "link set '' up",
        "link set v0 txqueuelen", "link set v0 txqueuelen x", "link set v0 txqueuelen -1",
        "link set v0 arp maybe", "link set v0 arp", "link set v0 multicast maybe", "link set v0 promisc maybe", "link set v0 promisc",
        "link set v0 allmulticast 1", "link set v0 dynamic yes", "link set v0 trailers yes",
        "link set dev v0 dev v1", "link set v0 v1", "link set v0 down foo", "link set v0 foo bar", "link set v0 up foo",
        "link set v0 mtu 1400 mtu 1500", "link set v0 name a name b", "link set v0 netns blue netns blue",
        "link set v0 master br0 master br0", "link set v0 txqueuelen 1 txqueuelen 2", "link set v0 txqueuelen 1 qlen 2",
        "link set v0 address 02:00:00:00:00:01 address 02:00:00:00:00:02 mtu x",
        "link set v0 group", "link set v0 group nope", "link set v0 addrgenmode", "link set v0 addrgenmode x",
        "link set v0 alias", "link set v0 type", "link set v0 type nope", "link set br0 type bridge foo",
        "link set br0 type bridge stp_state", "link set br0 type bridge stp_state x", "link set v0 type bridge_slave cost 5",
        "link set group nope up",
        "link add", "link add v9", "link add v9 type", "link add v9 type nope", "link add v9 typ",
        "link add v0 type bridge", "link add v0 type veth peer name v9", "link add v9 type veth peer name v0",
        "link add v9 type veth peer name v9", "link add v9 type veth peer", "link add v9 type veth peer name",
        "link add v9 type veth foo", "link add v9 type veth foo bar", "link add v9 type veth peer name v8 foo",
        "link add v9 type veth peer name v8 netns nope", "link add v9 type veth peer name v8 mtu x",
        "link add v9 type veth peer name v8 mtu 10", "link add v9 type bridge foo", "link add v9 type bridge stp_state x",
        "link add v9 foo type veth", "link add v9 mtu x type veth", "link add v9 mtu type veth", "link add v9 mtu 10 type veth",
        "link add v9 address zz type veth", "link add v9 address 01:00:00:00:00:01 type bridge",
        "link add v9 netns nope type veth", "link add v9 txqueuelen x type veth", "link add v9 index 0 type veth",
        "link add v9 index x type veth", "link add v9 index 1 type veth", "link add toolongname12345 type veth", "link add a/b type veth",
        "link add '' type veth", "link add 'a b' type veth", "link add name type veth", "link add dev a dev b type veth",
        "link add link nope name v9 type macvlan", "link add v9 type macvlan", "link add link v0 name v9 type macvlan mode foo",
        "link add link v0 name v9 type macvlan mode", "link add link v0 v9 type macvlan foo",
        "link add link lo name v9 type macvlan", "link add link v0 link v1 name v9 type macvlan",
        "link add v9 type vxlan", "link add v9 type vxlan id", "link add v9 type vxlan id x", "link add v9 type vxlan id 1 foo",
        "link add link v0 name v9 type vlan", "link add link v0 name v9 type vlan id", "link add link v0 name v9 type vlan id x",
        "link add link v0 name v9 type vlan id 5 foo", "link add link v0 name v9 type vlan id 5 protocol x",
        "link add link nope name v9 type vlan id 5", "link add name v9 type vlan id 5",
        "link del", "link del nope", "link del dev", "link del dev nope", "link del lo", "link del v0 v1", "link del v0 foo",
        "link del v0 type", "link del v0 type bridge foo", "link del dev v0 dev v1", "link del toolongname12345",
        "link show nope", "link show dev nope", "link show dev", "link show v0 v1", "link show v0 dev v1", "link show master nope",
        "link show master", "link show type", "link show group nope", "link show toolongname12345", "link show a/b", "link show up nope",
        "link show vrf nope", "link list nope up", "link help", "link add type bridge help", "link add help", "link set help", "link show help",
        "link h", "link add v9 type veth help", "link set v0 vf", "link set v0 vf x",
    ],
)];

pub(crate) const ADDR_LISTINGS: &[Listings] = &[
    Listings { states: "fresh up veth moved bridge macvlan kinds dressed addrs tentative", modes: MODES, lines: &["addr"] },
    Listings { states: "moved", modes: MODES, lines: &["-n red addr", "-n blue addr show"] },
    Listings {
        states: "addrs",
        modes: &["", "-o", "-br", "-d", "-j", "-d -j", "-4", "-6", "-o -4", "-br -6", "-4 -j", "-s"],
        lines: &[
            "a", "a s", "addr show v0", "addr show dev v0", "address list dev v1", "addr ls ptp", "addr show up", "addr show type veth",
            "addr show dev v0 up", "addr show scope link", "addr show scope host", "addr show scope global", "addr show scope 100",
            "addr show dev v0 scope site", "addr show label v0:one", "addr show label 'v0*'", "addr show label 'ptp:?'",
            "addr show to 10.0.0.0/24", "addr show to 10.0.0.0/8", "addr show to 10.0.0.1", "addr show to fd00::/16", "addr show to 10.4.0.2",
            "addr show primary", "addr show secondary", "addr show permanent", "addr show dynamic", "addr show deprecated",
            "addr show -deprecated", "addr show tentative", "addr show -tentative", "addr show dadfailed", "addr show temporary",
            "addr show nomaster", "addr show group default", "addr show v1 dynamic", "addr show dev ptp permanent",
            "addr show dev lo", "addr show down", "addr show scope all", "addr show dev v0 label 'x*'",
        ],
    },
    Listings {
        states: "bridge",
        modes: SHORT,
        lines: &["addr show master br0", "addr show type bridge", "addr show nomaster", "addr show br0", "addr show type bridge_slave"],
    },
    Listings { states: "dressed", modes: SHORT, lines: &["addr show second", "addr show v0"] },
];

pub(crate) const ADDR_MUTATIONS: &[(&str, &[&str])] = &[(
    "base",
    &[
        "addr add 192.168.15.5/24 dev v0",
        "address add 10.10.10.10/24 dev v1",
        "ip a a 10.10.10.100/24 dev v1",
        "a a 10.10.10.100/24 dev v1",
        "addr add local 192.168.15.5/24 dev v0",
        "addr add dev v0 192.168.15.5/24",
        "addr add 192.168.15.5 dev v0",
        "addr add 192.168.15.5/255.255.255.0 dev v0",
        "addr add 192.168.15.5/255.255.0.0 dev v0 brd +",
        "addr add 192.168.15.5/24 dev v0 broadcast +",
        "addr add 192.168.15.5/24 dev v0 brd -",
        "addr add 192.168.15.5/24 dev v0 brd 192.168.15.200",
        "addr add 192.168.15.5/24 br + dev v0",
        "addr add 192.168.15.5/24 dev v0 brd + label v0:x",
        "addr add 192.168.15.5/24 dev v0 label v0",
        "addr add 192.168.15.5/24 dev v0 scope link",
        "addr add 192.168.15.5/24 dev v0 scope host",
        "addr add 192.168.15.5/24 dev v0 scope global",
        "addr add 192.168.15.5/24 dev v0 scope 77",
        "addr add 127.0.0.2/8 dev v0",
        "addr add 127.0.0.2/8 dev lo",
        "addr add 10.1/16 dev v0",
        "addr add 10.0x1.3.4/16 dev v0",
        "addr add 192.168.15.5 peer 192.168.15.6 dev v0",
        "addr add 192.168.15.5 peer 192.168.15.6/24 dev v0",
        "addr add 192.168.15.5 remote 192.168.15.6 dev v0",
        "addr add 192.168.15.5/32 peer 192.168.15.6 dev v0",
        "addr add 192.168.15.5/24 dev v0 valid_lft 1000 preferred_lft 500",
        "addr add 192.168.15.5/24 dev v0 valid_lft forever preferred_lft forever",
        "addr add 192.168.15.5/24 dev v0 valid_lft 1000",
        "addr add 192.168.15.5/24 dev v0 preferred_lft 0",
        "addr add 192.168.15.5/24 dev v0 valid 1000 pref 500",
        "addr add 192.168.15.5/24 dev v0 noprefixroute",
        "addr add 192.168.15.5/24 dev v0 metric 50",
        "addr add 192.168.15.5/24 dev v0 priority 50",
        "addr add 192.168.15.5/24 dev v0 preference 50",
        "addr add 0.0.0.0/0 dev v0",
        "addr add fd05::1/64 dev v0",
        "addr add fd05::1/64 dev v0 nodad",
        "addr add fd05::1 dev v0",
        "addr add fd05::1/64 dev v0 home noprefixroute",
        "addr add fd05::1/64 dev v0 nodad metric 99",
        "addr add fd05::1 peer fd05::2/64 dev v0",
        "addr add fd05::1/64 dev v0 valid_lft 1000 preferred_lft 500",
        "addr add fe80::5/64 dev v0 scope link",
        "addr add fd05::1/64 dev v0 mngtmpaddr",
        "addr add fd05::1/64 dev v0 optimistic",
        "addr add FD05:0::0001/64 dev v0",
        "addr add ::ffff:1.2.3.4/128 dev v0",
        "addr change 10.0.0.1/24 dev v0 valid_lft 1000 preferred_lft 500",
        "addr change 10.0.0.77/24 dev v0",
        "addr replace 10.0.0.1/24 dev v0",
        "addr replace 10.0.0.77/24 dev v0",
        "addr replace fd00::1/64 dev v0 preferred_lft 0",
        "addr chg 10.0.0.1/24 dev v0 preferred_lft 0",
        "addr add 10.0.0.2/24 dev v0 ; addr del 10.0.0.1/24 dev v0",
        "addr del 10.0.0.1/24 dev v0",
        "addr delete 10.0.0.1/24 dev v0",
        "addr del 10.0.0.1 dev v0",
        "addr d fd00::1/64 dev v0",
        "addr del local 10.0.0.1/24 dev v0",
        "addr add 10.4.0.1 peer 10.4.0.2 dev v0 ; addr del 10.4.0.1 peer 10.4.0.2 dev v0",
        "addr add 10.4.0.1/24 dev v0 label v0:x ; addr del 10.4.0.1/24 label v0:x dev v0",
        "addr flush dev v0",
        "addr flush v0",
        "addr f v0",
        "-4 addr flush dev v0",
        "-6 addr flush dev v0",
        "-s addr flush dev v0",
        "-s -s addr flush dev v0",
        "addr flush dev vdown",
        "-s addr flush dev vdown",
        "addr flush scope global",
        "addr flush to 10.0.0.0/8",
        "addr flush dev v0 to 10.9.0.0/16",
        "addr add 10.1.0.1/24 label v0:x dev v0 ; addr flush label v0:x",
        "addr add 10.1.0.1/24 dev v1 ; addr flush up",
        "addr flush dev v0 scope link",
        "addr flush permanent",
        "addr flush dynamic",
        "-n blue addr add 10.0.0.1/24 dev lo",
        "addr add 192.168.15.5/24 dev if2",
    ],
)];

pub(crate) const ADDR_ERRORS: &[(&str, &[&str])] = &[(
    "base",
    &[
        "addr foo", "addr add", "addr add dev v0", "addr add 1.1.1.1/24", "addr add 1.1.1.1/24 dev", "addr add 1.1.1.1/24 dev nope",
        "addr add x dev v0", "addr add 1.1.1.1/33 dev v0", "addr add 1.1.1.1/99 dev v0", "addr add 1.1.1.1/ dev v0", "addr add /24 dev v0",
        "addr add 1.1.1.1/-1 dev v0", "addr add 1.1.1.1/24x dev v0", "addr add 1.1.1.1/255.0.255.0 dev v0", "addr add 1.1.1.1.1/24 dev v0",
        "addr add 256.1.1.1/24 dev v0", "addr add '' dev v0", "addr add fd00::1/129 dev v0", "addr add fd00::1::2/64 dev v0",
        "addr add fd00::g/64 dev v0", "addr add 10.0.0.1/24 dev v0", "addr add fd00::1/64 dev v0", "addr add 1.1.1.1/24 dev v0 dev v1",
        "addr add 1.1.1.1/24 2.2.2.2/24 dev v0", "addr add 1.1.1.1/24 local 2.2.2.2/24 dev v0", "addr add 1.1.1.1/24 dev v0 foo",
        "addr add 1.1.1.1/24 dev v0 foo bar", "addr add 1.1.1.1/24 dev v0 broadcast", "addr add 1.1.1.1/24 dev v0 brd x",
        "addr add 1.1.1.1/24 dev v0 brd 1.1.1.255 brd 1.1.1.255", "addr add 1.1.1.1/24 dev v0 brd fd00::1",
        "addr add 1.1.1.1/24 dev v0 scope", "addr add 1.1.1.1/24 dev v0 scope zz", "addr add 1.1.1.1/24 dev v0 scope 256",
        "addr add 1.1.1.1/24 dev v0 metric", "addr add 1.1.1.1/24 dev v0 metric zz", "addr add 1.1.1.1/24 dev v0 label",
        "addr add 1.1.1.1/24 dev v0 label other", "addr add 1.1.1.1/24 dev v0 label v0:toolonglabel123", "addr add 1.1.1.1/24 dev v0 label x0:y",
        "addr add 1.1.1.1 peer dev v0", "addr add 1.1.1.1 peer x dev v0", "addr add 1.1.1.1 peer fd00::1 dev v0",
        "addr add 1.1.1.1 peer 1.1.1.2 peer 1.1.1.3 dev v0", "addr add 1.1.1.1/24 dev v0 valid_lft", "addr add 1.1.1.1/24 dev v0 valid_lft x",
        "addr add 1.1.1.1/24 dev v0 valid_lft 0", "addr add 1.1.1.1/24 dev v0 valid_lft 5 preferred_lft 10",
        "addr add 1.1.1.1/24 dev v0 valid_lft 5 valid_lft 6", "addr add 1.1.1.1/24 dev v0 preferred_lft x",
        "addr add fd05::1/64 dev v0 valid_lft 5 preferred_lft 10", "addr add ::/64 dev v0", "addr add ff02::1/64 dev v0",
        "addr add fd05::1/64 dev v0 brd +",
        "addr add default dev v0", "addr add any dev v0", "addr add 1.1.1.1/24 anycast x dev v0",
        "addr change 1.1.1.1/24 dev nope", "addr replace x dev v0", "addr change fd09::1/64",
        "addr del", "addr del dev v0", "addr del 10.0.0.1/24", "addr del 10.0.0.1/24 dev nope", "addr del 10.0.0.9/24 dev v0",
        "addr del 10.0.0.1/25 dev v0", "addr del x dev v0", "addr del 10.0.0.99 dev v0", "addr del fd00::9/64 dev v0", "addr del fd00::1 dev v0",
        "addr del 10.0.0.1/24 dev v1", "addr del 10.0.0.1/24 dev v0 label v0:x", "addr del 10.0.0.1/24 peer 10.0.0.2 dev v0",
        "addr flush", "addr flush dev nope", "addr flush nope", "addr flush dev", "addr flush scope zz", "addr flush to x", "addr -4 flush",
        "-4 addr flush", "addr flush label", "addr flush dev v0 dev v1", "addr flush scope",
        "addr show nope", "addr show dev nope", "addr show dev", "addr show v0 v1", "addr show scope zz", "addr show to x", "addr show to",
        "addr show label", "addr show master nope", "addr show scope", "addr show type", "addr show group nope", "addr show vrf nope", "addr show -foo", "addr help", "addr show help", "addr add help", "a h", "addr show to 10.0.0.0/33",
    ],
)];

pub(crate) const ROUTE_LISTINGS: &[Listings] = &[
    Listings { states: "fresh up base routes addrs neighbours", modes: MODES, lines: &["route", "route show table all"] },
    Listings {
        states: "routes",
        modes: &["", "-o", "-d", "-j", "-d -j", "-j -p", "-s", "-4", "-6", "-6 -d", "-6 -j", "-br"],
        lines: &[
            "r", "r l", "route list", "route show", "route ls", "route show table main", "route show table local", "route show table 100",
            "route show table 51820", "route show table default", "route show table 4000000000", "route show table 999", "route show table 254",
            "route show dev v0", "route show dev v2 table all", "route show oif v0", "route show proto static", "route show proto kernel",
            "route show proto 77", "route show proto dhcp table all", "route show proto all", "route show scope link", "route show scope global",
            "route show scope host table all", "route show scope 100", "route show via inet 10.0.0.2", "route show via inet6 fd00::9", "-6 route show via inet6 fd00::2", "route get 10.10.0.1 notify", "route show via 10.0.0.2", "route show via fd00::2", "route show src 10.0.0.1",
            "route show type unicast", "route show type blackhole", "route show type local table all", "route show type unreachable table all",
            "route show unicast", "route show default", "route show 10.10.0.0/16", "route show 10.0.0.0/8", "route show root 10.0.0.0/8",
            "route show root 10.16.0.0/12", "route show match 10.10.1.1", "route show match 10.10.1.1/32 table all", "route show exact 10.10.0.0/16",
            "route show exact default", "route show to root 10.12.0.0/14", "route show to 10.10.0.0/16", "route show 10.15.0.1",
            "route show root 0/0 match 10.10.0.1", "route show fd10::/64", "route show root fd10::/16", "route show match fd10::5", "route show default table all",
            "route show metric 100", "route show tos 0x10", "route show dev v0 proto static", "route show table all dev lo", "route show cache",
            "route show cached", "route show scope link table all", "route show from fd00::/64", "route show nexthop", "route show dev v0 via 10.0.0.2",
        ],
    },
    Listings {
        states: "routes",
        modes: &["", "-o", "-d", "-j", "-j -p", "-d -j", "-s"],
        lines: &[
            "route get 10.0.0.77", "route get 10.0.0.1", "route get 8.8.8.8", "route get 10.10.1.1", "route get 10.11.0.5", "route get 127.0.0.1",
            "route get 10.0.0.255", "route get 239.1.2.3", "route get 10.0.0.77 from 10.0.0.1", "route get 10.0.0.77 oif v0",
            "route get 10.0.0.77 dev v0", "route get to 10.0.0.77", "route get 10.17.0.1", "route get 10.18.0.1", "route get 10.21.0.1",
            "route get 10.0.0.77 uid 5", "route get 10.0.0.77 mark 5", "route get 10.22.0.1 tos 0x10", "route get fibmatch 10.10.1.1",
            "route get fibmatch 8.8.8.8", "route get fibmatch 10.19.0.1", "route get fd00::77", "route get fd10::1", "route get fd00::1", "-6 route get fd12::5",
            "route get fibmatch fd10::1", "route get fd10::1 from fd00::1", "route get ::1", "route get fd14::1", "-6 route get ::ffff:10.0.0.1",
            "route get 10.0.0.77/32", "r g 10.0.0.77", "route get 10.0.0.77 ipproto udp dport 53", "route get 10.0.0.77 ipproto 6 sport 5", "-4 route get 10.0.0.77",
        ],
    },
    Listings { states: "moved", modes: &["", "-j", "-d"], lines: &["-n red route", "-n blue route", "-n red route show table all", "-n red route get 10.2.0.9"] },
];

pub(crate) const ROUTE_MUTATIONS: &[(&str, &[&str])] = &[(
    "base",
    &[
        "route add 192.168.1.0/24 via 10.0.0.5",
        "route add default via 10.0.0.5",
        "route add default dev v0",
        "r a default via 10.0.0.5",
        "ro add 192.168.1.0/24 dev v0",
        "route add to 192.168.1.0/24 dev v0",
        "route add 192.168.1.7 dev v0",
        "route add 192.168.1.7/24 dev v0",
        "route add 192.168/16 dev v0",
        "route add 0/0 dev v0",
        "route add any dev v0",
        "route add all dev v0",
        "route add 192.168.1.0/255.255.255.0 dev v0",
        "route add dev v0 192.168.1.0/24",
        "route add 192.168.1.0/24 via 10.0.0.5 dev v0 src 10.0.0.1 metric 7 proto static",
        "route add 192.168.1.0/24 dev v0 metric 7",
        "route add 192.168.1.0/24 dev v0 priority 7",
        "route add 192.168.1.0/24 dev v0 preference 0x7",
        "route add 192.168.1.0/24 dev v0 metr 7",
        "route add 192.168.1.0/24 dev v0 scope link",
        "route add 192.168.1.0/24 dev v0 scope host",
        "route add 192.168.1.0/24 dev v0 scope global",
        "route add 192.168.1.0/24 dev v0 scope 100",
        "route add 192.168.1.0/24 dev v0 proto static",
        "route add 192.168.1.0/24 dev v0 proto 99",
        "route add 192.168.1.0/24 dev v0 proto bgp",
        "route add 192.168.1.0/24 dev v0 protocol dhcp",
        "route add 192.168.1.0/24 dev v0 table 100",
        "route add 192.168.1.0/24 dev v0 table 51820",
        "route add 192.168.1.0/24 dev v0 table main",
        "route add 192.168.1.0/24 dev v0 table local",
        "route add 192.168.1.0/24 dev v0 table default",
        "route add 192.168.1.0/24 dev v0 table 0x123",
        "route add 192.168.1.0/24 dev v0 table 4294967294",
        "route add 192.168.1.0/24 via 172.16.0.1 dev v0 onlink",
        "route add 192.168.1.0/24 onlink via 172.16.0.1 dev v0",
        "route add 192.168.1.0/24 via inet 10.0.0.5",
        "route add 192.168.1.0/24 via inet6 fd00::5 dev v0",
        "route add 192.168.1.0/24 dev v0 mtu 1400 advmss 1300",
        "route add 192.168.1.0/24 dev v0 mtu lock 1400",
        "route add 192.168.1.0/24 dev v0 initcwnd 10 hoplimit 9",
        "route add 192.168.1.0/24 dev v0 tos 0x10",
        "route add 192.168.1.0/24 nexthop via 10.0.0.5 weight 2 nexthop via 10.0.0.6 dev v0",
        "route add blackhole 192.168.1.0/24",
        "route add unreachable 192.168.1.0/24",
        "route add prohibit 192.168.1.0/24",
        "route add throw 192.168.1.0/24",
        "route add unreachable default metric 4278198272",
        "route add local 192.168.1.0/24 dev v0",
        "route add local 192.168.1.1 dev lo table 100",
        "route add broadcast 192.168.1.255 dev v0",
        "route add multicast 224.0.0.0/4 dev v0",
        "route add unicast 192.168.1.0/24 dev v0",
        "route add type blackhole 192.168.1.0/24",
        "route add 192.168.1.0/24 dev v0 ; route replace 192.168.1.0/24 via 10.0.0.5",
        "route replace 192.168.1.0/24 via 10.0.0.5",
        "route replace default via 10.0.0.5 ; route replace default via 10.0.0.6",
        "route change 10.5.0.0/16 via 10.0.0.8",
        "route chg 10.5.0.0/16 via 10.0.0.8",
        "route append 10.5.0.0/16 via 10.0.0.8",
        "route prepend 10.5.0.0/16 via 10.0.0.8",
        "route del 10.5.0.0/16",
        "route delete 10.5.0.0/16 via 10.0.0.9",
        "route d 10.5.0.0/16 dev v0",
        "route del 10.5.0.0/16 via 10.0.0.9 dev v0 proto boot",
        "route add default via 10.0.0.5 ; route del default",
        "route add 10.5.0.0/16 via 10.0.0.8 metric 5 ; route del 10.5.0.0/16",
        "route add 10.5.0.0/16 via 10.0.0.8 metric 5 ; route del 10.5.0.0/16 metric 5",
        "route add blackhole 10.6.0.0/16 ; route del 10.6.0.0/16",
        "route add blackhole 10.6.0.0/16 ; route del blackhole 10.6.0.0/16",
        "route add 10.6.0.0/16 dev v0 table 100 ; route del 10.6.0.0/16 table 100",
        "route flush dev v0",
        "route flush table main",
        "route flush table 100",
        "route flush 10.5.0.0/16",
        "route flush root 10.0.0.0/8",
        "route flush proto boot",
        "route flush proto static",
        "route flush via 10.0.0.9",
        "route flush scope global",
        "-s route flush 10.5.0.0/16",
        "-s route flush proto static",
        "-s -s route flush proto boot",
        "route f 10.5.0.0/16",
        "route flush cache",
        "route flush default",
        "route add 10.6.0.0/16 dev v0 table 100 ; route flush table 100",
        "route add 10.6.0.0/16 dev v0 table 100 ; route flush table all proto boot",
        "-6 route flush dev v0",
        "-6 route add default via fd00::5",
        "-6 route add default dev v0",
        "-6 route add fd05::/64 via fd00::5",
        "route add fd05::/64 via fd00::5",
        "route add fd05::1 via fd00::5 dev v0 metric 5",
        "-6 route add fd05::/64 dev v0 pref high",
        "-6 route add fd05::/64 dev v0 table 51820 proto static src fd00::1",
        "-6 route add blackhole fd05::/64",
        "-6 route add unreachable default metric 4294967295",
        "-6 route add fd05::/64 via fe80::1 dev v0",
        "-6 route add fd05::/64 via fd07::1 dev v0 onlink",
        "-6 route add fd05::/64 nexthop via fd00::5 nexthop via fd00::6 weight 3",
        "-6 route add fd05::/64 via fd00::5 ; -6 route del fd05::/64",
        "-6 route add fd05::/64 via fd00::5 ; -6 route append fd05::/64 via fd00::6 ; -6 route replace fd05::/64 via fd00::7",
        "-6 route add fd05::/64 from fd00::/64 via fd00::5",
        "-6 route add fd05::/64 via fd00::5 expires 500",
        "route test 192.168.1.0/24 dev v0",
        "-n blue route add blackhole 1.2.3.0/24 ; -n blue route",
        "-n blue link set lo up ; -n blue route add 9.9.9.0/24 dev lo",
    ],
)];

pub(crate) const ROUTE_ERRORS: &[(&str, &[&str])] = &[(
    "base",
    &[
        "route foo", "route add 10.9.0.0/16 dev v0 hoplimit 300", "route add 10.9.0.0/16 dev v0 pervasive", "route show via inet", "route show via inet zz", "route add", "route add x", "route add x dev v0", "route add 1.2.3.0/33 dev v0", "route add 1.2.3.0/x dev v0",
        "route add '' dev v0", "route add 1.2.3.0/24", "route add default", "route add 1.2.3.0/24 dev", "route add 1.2.3.0/24 dev nope",
        "route add default dev vdown", "route add default via", "route add default via x", "route add default via 99.9.9.9",
        "route add default via 10.0.0.1", "route add default via 10.0.0.255", "route add default via fd00::9", "route add default via 10.0.0.9 dev nope",
        "route add default via 10.0.0.9/24", "route add default via inet x", "route add default via foo 1.2.3.4", "route add default via 10.0.0.9 via 10.0.0.8 table zz",
        "route add default via 10.0.0.9 table", "route add default via 10.0.0.9 table zz", "route add default via 10.0.0.9 table -1",
        "route add default via 10.0.0.9 table 4294967296",
        "route add default via 10.0.0.9 metric", "route add default via 10.0.0.9 metric z", "route add default via 10.0.0.9 metric -1",
        "route add default via 10.0.0.9 proto", "route add default via 10.0.0.9 proto zz", "route add default via 10.0.0.9 proto 256",
        "route add default via 10.0.0.9 scope", "route add default via 10.0.0.9 scope zz", "route add default via 10.0.0.9 scope link",
        "route add default via 10.0.0.9 src", "route add default via 10.0.0.9 src x", "route add default via 10.0.0.9 src 9.9.9.9",
        "route add default via 10.0.0.9 mtu", "route add default via 10.0.0.9 mtu x", "route add default via 10.0.0.9 advmss x",
        "route add default via 10.0.0.9 tos zz", "route add default via 10.0.0.9 foo", "route add default via 10.0.0.9 foo bar",
        "route add default via 10.0.0.9 dev v0 dev v1 foo", "route add default via 10.0.0.9 default", "route add 1.2.3.0/24 4.5.6.0/24 dev v0",
        "route add default nexthop", "route add default nexthop via", "route add default nexthop via x", "route add default nexthop via 10.0.0.9 weight",
        "route add default nexthop via 10.0.0.9 weight 0", "route add default nexthop via 10.0.0.9 weight 257", "route add default nexthop foo",
        "route add default nexthop dev nope", "route add default via 10.0.0.9 onlink", "route add default via 10.0.0.9 dev lo onlink",
        "route add default via 1.2.3.4 dev vdown onlink", "route add default via 10.0.0.9 hoplimit x", "route add default via 10.0.0.9 pref x",
        "route add default via 10.0.0.9 nhid x", "route add default nhid 5", "route add blackhole", "route add blackhole default via 10.0.0.9",
        "route add blackhole 1.2.3.0/24 dev v0 foo", "route add unicast", "route add type", "route add type zz default", "route add foo default dev v0",
        "route add 10.5.0.0/16 via 10.0.0.9", "route add 10.5.0.0/16 via 10.0.0.8", "route add 10.0.0.0/24 dev v0 proto kernel scope link src 10.0.0.1",
        "route add 10.5.0.1/16 via 10.0.0.9 metric 5", "route add fd05::1/64 dev v0 metric 5 table zz", "route add ::/0 via 10.0.0.9",
        "-6 route add default via x", "-6 route add default via fd99::1", "-6 route add 1.2.3.0/24 dev v0", "-4 route add fd05::/64 dev v0",
        "-6 route add fd05::/64", "-6 route add fd00::/64 dev v0", "-6 route add fd05::/64 via 10.0.0.9", "-6 route add fd05::/64 dev v0 src fd99::1",
        "-6 route add fd05::/129 dev v0", "-6 route add default via fd00::1", "-6 route add fd05::/64 dev v0 pref zz", "-6 route add fd05::/64 dev nope",
        "route del", "route del default", "route del 9.9.9.0/24", "route del 10.5.0.0/16 via 10.0.0.77", "route del 10.5.0.0/16 metric 9",
        "route del 10.5.0.0/16 dev nope", "route del x", "route del 10.5.0.0/17", "route del blackhole 10.5.0.0/16", "-6 route del fd05::/64",
        "-6 route del default", "route del 10.5.0.0/16 table 100", "route change 9.9.9.0/24 via 10.0.0.9", "route change", "route replace",
        "route replace default via 99.9.9.9", "route append default via 99.9.9.9", "-6 route change fd05::/64 via fd00::9",
        "route get", "route get x", "route get 1.2.3.4", "route get 10.0.0.5 dev nope", "route get 10.0.0.5 from x", "route get 10.0.0.5 from 9.9.9.9",
        "route get 10.0.0.5 iif nope", "route get 10.0.0.5 foo", "route get 10.0.0.5 10.0.0.6", "route get fd99::1", "route get 10.0.0.0/24",
        "route get 10.0.0.5 mark x", "route get 10.0.0.5 uid x", "route get 10.0.0.5 oif", "route get fibmatch", "-6 route get 10.0.0.5",
        "route get default", "route get 10.0.0.5 from 10.0.0.1 iif v1", "route get 10.0.0.5 ipproto zz", "-j route get 1.2.3.4",
        "route flush", "route flush dev nope", "route flush table zz", "route flush proto zz", "route flush x", "route flush scope zz",
        "route show dev nope", "route show dev", "route show table zz", "route show table", "route show proto zz", "route show scope zz",
        "route show via x", "route show src x", "route show x", "route show root x", "route show root", "route show match x", "route show exact x",
        "route show type zz", "route show 10.0.0.0/33", "route show metric x", "route show vrf nope", "route show foo bar", "route show tos zz",
        "route show mark x", "route show dev v0 foo", "route help", "route add help", "r h", "route show help", "route get help", "route save", "route restore",
    ],
)];

pub(crate) const NEIGH_LISTINGS: &[Listings] = &[
    Listings { states: "fresh neighbours", modes: MODES, lines: &["neigh", "neigh show nud all", "neigh show proxy"] },
    Listings {
        states: "neighbours",
        modes: &["", "-o", "-br", "-d", "-s", "-j", "-s -j", "-4", "-6", "-br -j"],
        lines: &[
            "n", "ne", "neigh show", "neigh list", "neigh ls", "n s", "neighbor show", "neighbour list", "neigh show dev v0", "neigh show dev v1",
            "neigh show 10.0.0.2", "neigh show to 10.0.0.2", "neigh show to 10.0.0.0/30", "neigh show fd00::2", "neigh show dev v0 10.0.0.3",
            "neigh show nud permanent", "neigh show nud stale", "neigh show nud reachable", "neigh show nud noarp", "neigh show nud failed",
            "neigh show nud none", "neigh show nud incomplete", "neigh show nud delay", "neigh show nud probe", "neigh show nud stale nud reachable",
            "neigh show nud 0x80", "neigh show dev v0 nud stale", "neigh show proxy dev v0", "neigh show proxy 10.0.0.200", "neigh show unused",
            "neigh show master br0", "neigh show nomaster", "neigh show dev br0", "neigh show dev lo", "neigh show proxy dev lo", "neigh show dev v0 unused",
            "neigh show nud all dev v0", "neigh show protocol static", "neigh show proto 4",
        ],
    },
    Listings {
        states: "neighbours",
        modes: &["", "-j", "-s", "-d"],
        lines: &["neigh get 10.0.0.2 dev v0", "neigh get fd00::2 dev v0", "neigh get proxy 10.0.0.200 dev v0", "n g 10.0.0.6 dev v0"],
    },
];

pub(crate) const NEIGH_MUTATIONS: &[(&str, &[&str])] = &[
    (
        "base",
        &[
            "neigh add 10.0.0.9 lladdr 02:00:00:00:00:09 dev v0",
            "neigh add to 10.0.0.9 lladdr 02:00:00:00:00:09 dev v0",
            "neighbour add 10.0.0.9 dev v0 lladdr 02:00:00:00:00:09 nud stale",
            "neigh add dev v0 10.0.0.9 lladdr 02:00:00:00:00:09 nud permanent",
            "neigh add 10.0.0.9 ll 02:00:00:00:00:09 dev v0 nud noarp",
            "neigh add 10.0.0.9 lladdr 2:0:0:0:0:9 dev v0 nud reachable",
            "neigh add 10.0.0.9 dev v0 nud failed",
            "neigh add 10.0.0.9 dev v0 nud none",
            "neigh add 10.0.0.9 lladdr 02:00:00:00:00:09 dev v0 router",
            "neigh add fd00::9 lladdr 02:00:00:00:00:09 dev v0 router nud stale",
            "neigh add 10.0.0.9 lladdr 02:00:00:00:00:09 dev v0 extern_learn",
            "neigh add 10.0.0.9 lladdr 02:00:00:00:00:09 dev v0 protocol static",
            "neigh add fd00::9 lladdr 02:00:00:00:00:09 dev v0",
            "neigh add proxy 10.0.0.9 dev v0",
            "neigh add proxy fd00::9 dev v0",
            "neigh add proxy 10.0.0.9 dev v0 ; neigh del proxy 10.0.0.9 dev v0",
            "n a 10.0.0.9 lladdr 02:00:00:00:00:09 dev v0",
            "neigh replace 10.0.0.9 lladdr 02:00:00:00:00:09 dev v0 ; neigh replace 10.0.0.9 lladdr 02:00:00:00:00:0a dev v0",
            "neigh add 10.0.0.9 lladdr 02:00:00:00:00:09 dev v0 ; neigh change 10.0.0.9 lladdr 02:00:00:00:00:0a dev v0 nud stale",
            "neigh add 10.0.0.9 lladdr 02:00:00:00:00:09 dev v0 ; neigh chg 10.0.0.9 lladdr 02:00:00:00:00:0a dev v0",
            "neigh add 10.0.0.9 lladdr 02:00:00:00:00:09 dev v0 ; neigh del 10.0.0.9 dev v0",
            "neigh add 10.0.0.9 lladdr 02:00:00:00:00:09 dev v0 ; neigh delete 10.0.0.9 dev v0 lladdr 02:00:00:00:00:09",
        ],
    ),
    (
        "neighbours",
        &[
            "neigh flush dev v0",
            "neigh flush dev v0 nud permanent",
            "neigh flush dev v0 nud all",
            "neigh flush all",
            "neigh flush nud stale",
            "neigh flush to 10.0.0.6",
            "neigh flush 10.0.0.6",
            "neigh flush proxy",
            "-s neigh flush dev v0",
            "-s -s neigh flush dev br0",
            "-s neigh flush dev lo",
            "-4 neigh flush all",
            "-6 neigh flush all",
            "n f dev v0",
        ],
    ),
];

pub(crate) const NEIGH_ERRORS: &[(&str, &[&str])] = &[(
    "base",
    &[
        "neigh foo", "neigh add", "neigh add 1.1.1.1", "neigh add dev v0", "neigh add 1.1.1.1 lladdr 02:00:00:00:00:01",
        "neigh add 1.1.1.1 lladdr zz dev v0", "neigh add 1.1.1.1 lladdr dev v0", "neigh add 1.1.1.1 lladdr", "neigh add 1.1.1.1 lladdr 02:00:00:00:00:01 dev nope",
        "neigh add 1.1.1.1 lladdr 02:00:00:00:00 dev v0", "neigh add 1.1.1.1 lladdr 02:00:00:00:00:01 dev v0 nud", "neigh add 1.1.1.1 nud zz dev v0",
        "neigh add x lladdr 02:00:00:00:00:01 dev v0", "neigh add 1.1.1.1/24 lladdr 02:00:00:00:00:01 dev v0", "neigh add 1.1.1.1 dev v0 foo",
        "neigh add 1.1.1.1 dev v0 foo bar", "neigh add 1.1.1.1 2.2.2.2 dev v0", "neigh add 1.1.1.1 dev", "neigh add proxy", "neigh add proxy x dev v0",
        "neigh add proxy 1.1.1.1 dev nope", "neigh add 1.1.1.1 dev v0 protocol zz", "neigh add to", "neigh add '' dev v0",
        "neigh add 1.1.1.1 lladdr 02:00:00:00:00:01 dev v0 dev v1 foo", "neigh add 1.1.1.1 lladdr 02:00:00:00:00:01:02:03 dev v0", "neigh add default dev v0",
        "neigh change 10.0.0.77 lladdr 02:00:00:00:00:01 dev v0", "neigh replace", "neigh change x dev v0",
        "neigh del", "neigh del 10.0.0.77", "neigh del 10.0.0.77 dev v0", "neigh del 10.0.0.77 dev nope", "neigh del x dev v0", "neigh del proxy 1.1.1.1 dev v0",
        "neigh flush", "neigh flush dev nope", "neigh flush nud zz", "neigh flush x", "neigh flush dev",
        "neigh show dev nope", "neigh show dev", "neigh show nud", "neigh show nud zz", "neigh show x", "neigh show to x", "neigh show to", "neigh show foo bar",
        "neigh show master nope", "neigh show vrf nope", "neigh show 10.0.0.0/33", "neigh show protocol zz",
        "neigh get", "neigh get 10.0.0.77", "neigh get 10.0.0.77 dev v0", "neigh get dev v0", "neigh get x dev v0", "neigh get 10.0.0.77 dev nope",
        "neigh help", "n h", "neigh add help",
    ],
)];

pub(crate) const NETNS_LISTINGS: &[Listings] = &[
    Listings {
        states: "fresh base moved",
        modes: &["", "-j", "-p -j", "-o", "-d", "-s", "-br", "-4"],
        lines: &["netns", "netns list", "netns show", "netns list blue", "netns list-id", "net", "netns ls", "netn"],
    },
    Listings {
        states: "moved",
        modes: PLAIN,
        lines: &[
            "netns identify", "netns identify 1", "netns identify self", "netns pids red", "netns pids blue", "netns i", "netns p red",
            "netns list-id nsid 7", "netns list-id target-nsid 7", "netns list-id target-nsid 0", "netns list-id nsid 0",
            "netns exec red ip link", "-n red netns list-id", "netns exec red ip netns identify", "netns exec red ip netns list",
            "netns exec red echo hello", "netns exec red true", "netns exec blue sh -c 'exit 0'", "-all netns exec ip -br link", "-a netns exec echo x",
            "-n red netns", "netns exec red ip netns exec blue ip link",
        ],
    },
];

pub(crate) const NETNS_MUTATIONS: &[(&str, &[&str])] = &[
    (
        "fresh",
        &[
            "netns add red",
            "netns add red ; netns add blue ; netns list",
            "netns a red ; netns",
            "netns add red ; netns del red",
            "netns add red ; netns d red",
            "netns add red ; netns delete red ; netns del red",
            "netns add red ; netns add blue ; -all netns del ; netns",
            "netns add red ; netns set red 5 ; netns list ; netns list-id",
            "netns add red ; netns set red auto ; netns list",
            "netns add red ; netns set red 5 ; netns set red 6",
            "netns attach mine $PID ; netns",
            "netns at mine $PID ; netns exec mine ip -br link",
            "netns add red ; netns exec red ip link add a type veth peer name b ; netns exec red ip link set a up",
            "netns add red ; netns exec red sh -c 'exit 37'",
            "netns add red ; netns exec red false",
            "netns add red ; netns exec red sh -c 'echo out; echo err >&2'",
            "netns add red ; netns exec red sh -c 'kill -TERM $$'",
            "netns add red ; netns exec red nosuchprogram",
            "netns add red ; netns exec red /etc/passwd",
            "netns add red ; netns exec red sh -c 'echo $LC_ALL'",
            "netns add red ; netns e red ip l",
            "netns add red ; netns exec red pwd",
            "netns add red ; netns add blue ; -all netns exec sh -c 'exit 3'",
            "netns add red ; netns add blue ; -all netns exec ip link set lo up",
            "netns del red",
            "netns add 123 ; netns list ; netns exec 123 ip link",
            "netns add -x ; netns",
            "netns add 'a b' ; netns",
            "netns add a.b-c_d ; netns",
            "netns add red ; netns add red",
        ],
    ),
];

pub(crate) const NETNS_ERRORS: &[(&str, &[&str])] = &[(
    "base",
    &[
        "netns foo", "netns add", "netns add blue", "netns add a/b", "netns add ../x", "netns add .", "netns add ..", "netns add ''",
        "netns del nope", "netns del ../x", "netns del a/b", "netns del nope other", "netns delete .",
        "netns exec", "netns exec blue", "netns exec nope", "netns exec nope true", "netns exec a/b true", "netns exec blue nosuchprogram",
        "netns exec blue ''", "netns exec blue /", "netns set", "netns set blue", "netns set nope 5", "netns set blue x", "netns set blue -5",
        "netns set a/b 5", "netns attach", "netns attach new", "netns attach new x", "netns attach new 999999", "netns attach blue 1", "netns attach a/b 1",
        "netns identify x", "netns identify 999999", "netns identify 1 2", "netns pids", "netns pids nope", "netns pids a/b", "netns pids blue x",
        "netns list-id foo", "netns list-id nsid", "netns list-id nsid x", "netns list-id target-nsid", "netns list-id target-nsid x", "netns list-id target-nsid 99",
        "netns help", "netns h", "-n nope link", "-netns nope link", "-n a/b link", "-n '' link", "-n blue foo", "-n blue link show nope", "-n", "-all netns exec", "netns list a b",
    ],
)];

pub(crate) const GLOBAL_LISTINGS: &[Listings] = &[Listings {
    states: "base",
    modes: &[""],
    lines: &[
        "-V", "-Version", "--Version", "-4 -6 link", "-6 -4 addr", "-f link link", "-0 addr", "-f inet -o addr", "-fam inet addr", "-s -s -s link", "-c link", "-color link",
        "-c=never link", "-c=auto link", "-c=always link", "-color=always addr", "-c -j link", "-c -br addr", "-c route", "-c neigh", "-c=always -br link", "-N route", "-r route",
        "-resolve neigh", "-h -s link", "-iec -h -s link", "-human -s link", "-l 3 addr flush dev nope", "-loops 3 link", "-t link", "-ts link", "-rc 100000 link",
        "-rcvbuf 100000 link", "-- link", "-n blue -- link", "-d -d link show lo", "-j -j link show lo", "-p link show lo", "-pretty -json link show lo", "-a link", "-all -br link",
        "-echo link", "-0 link show lo",
    ],
}];

pub(crate) const GLOBAL_ERRORS: &[(&str, &[&str])] = &[(
    "base",
    &[
        "", "help", "h", "-help", "-h", "-4", "-o", "foo", "tables -t nat -A PREROUTING", "'' link", "lin k", "-x link", "-foo link", "--foo link", "-", "--", "-c=foo link",
        "-f", "-f foo link", "-family", "-batch", "-b /nope", "-batch /nope", "-l", "-l x link", "-rc x link", "-rc", "-n", "-netns", "link foo bar", "-force", "-force foo",
        "-4x link", "-jj link", "-brief foo", "-s foo", "-d foo", "-V foo bar -x",
    ],
)];

/// Words a keyword may be shortened to, and words it may not: per object, as each differs.
pub(crate) const KEYWORDS: &[(&str, &[&str])] = &[(
    "base",
    &[
        "link set v0 mt 1400", "link set v0 mtu 1400", "link set v0 addre 02:00:00:00:00:aa",
        "link set v0 add 02:00:00:00:00:aa", "link set v0 a 02:00:00:00:00:aa", "link set v0 tx 9",
        "link set v0 t 9", "link set v0 txqueuelen 9", "link set v0 ql 9", "link set v0 u", "link set v0 dow",
        "link set v0 m br0", "link set v0 mas br0", "link set v0 mult off", "link set v0 pro on",
        "link set v0 promi on", "link set v0 ar off", "link set v0 allm on", "link set v0 dyn on",
        "link set v0 al x", "link set v0 ali x", "link set v0 net blue", "link set v0 nom",
        "link set v0 nomaste", "link set v0 g 5", "link set v0 grou 5", "link set v0 addrgen none",
        "link set v0 b ff:ff:ff:ff:ff:00", "link set v0 tr off", "link set vdown na other",
        "link set vdown n other", "link set br0 ty bridge stp_state 1", "link set br0 type bridge stp 1",
        "link set br0 type bridge fo 900", "link set d v0", "link set de v0 up", "link add x ty veth p n y",
        "link add x ty veth pe na y", "link add n x type veth", "link add na x type veth peer name y",
        "link add li v0 x type macvlan", "link add l v0 name x type macvlan mo bridge",
        "link add link v0 name x type macvlan mode br", "link add x ind 50 type veth peer name y",
        "link add x numtx 3 type veth peer name y", "link add x ad 02:00:00:00:00:aa type veth peer name y",
        "link add x typ veth", "link add x t bridge", "link add x type br", "link del d v0", "link del de v0",
        "addr add 9.9.9.9/24 d v0", "addr add 9.9.9.9/24 de v0", "addr add loc 9.9.9.9/24 dev v0",
        "addr add l 9.9.9.9/24 dev v0", "addr add 9.9.9.9 p 9.9.9.8 dev v0",
        "addr add 9.9.9.9 pee 9.9.9.8 dev v0", "addr add 9.9.9.9 rem 9.9.9.8 dev v0",
        "addr add 9.9.9.9/24 dev v0 b +", "addr add 9.9.9.9/24 dev v0 broad +",
        "addr add 9.9.9.9/24 dev v0 br +", "addr add 9.9.9.9/24 dev v0 lab v0:x",
        "addr add 9.9.9.9/24 dev v0 la v0:x", "addr add 9.9.9.9/24 dev v0 sc link",
        "addr add 9.9.9.9/24 dev v0 s link", "addr add 9.9.9.9/24 dev v0 val 500",
        "addr add 9.9.9.9/24 dev v0 v 500", "addr add 9.9.9.9/24 dev v0 pref 0",
        "addr add 9.9.9.9/24 dev v0 pre 5", "addr add 9.9.9.9/24 dev v0 met 5",
        "addr add 9.9.9.9/24 dev v0 m 5", "addr add 9.9.9.9/24 dev v0 pri 5",
        "addr add 9.9.9.9/24 dev v0 noprefix", "addr add fd09::1/64 dev v0 nod",
        "addr add fd09::1/64 dev v0 hom", "addr add 9.9.9.9/24 dev v0 scope li", "route add 9.9.9.0/24 d v0",
        "route add 9.9.9.0/24 de v0", "route add 9.9.9.0/24 o v0", "route add 9.9.9.0/24 oif v0",
        "route add 9.9.9.0/24 vi 10.0.0.9", "route add 9.9.9.0/24 dev v0 m 5",
        "route add 9.9.9.0/24 dev v0 met 5", "route add 9.9.9.0/24 dev v0 pri 5",
        "route add 9.9.9.0/24 dev v0 p 5", "route add 9.9.9.0/24 dev v0 pref 5",
        "route add 9.9.9.0/24 dev v0 prefe 5", "route add 9.9.9.0/24 dev v0 pro static",
        "route add 9.9.9.0/24 dev v0 prot static", "route add 9.9.9.0/24 dev v0 sc link",
        "route add 9.9.9.0/24 dev v0 s link", "route add 9.9.9.0/24 dev v0 t 100",
        "route add 9.9.9.0/24 dev v0 ta 100", "route add 9.9.9.0/24 dev v0 tab 100",
        "route add 9.9.9.0/24 dev v0 sr 10.0.0.1", "route add 9.9.9.0/24 dev v0 mt 1400",
        "route add 9.9.9.0/24 dev v0 adv 1300", "route add 9.9.9.0/24 via 7.7.7.7 dev v0 onl",
        "route add 9.9.9.0/24 dev v0 to 0x10", "route add 9.9.9.0/24 dev v0 tos 0x10",
        "route add 9.9.9.0/24 dev v0 dsf 0x10", "route add 9.9.9.0/24 nex via 10.0.0.9",
        "route add black 9.9.9.0/24", "route add b 9.9.9.0/24", "route add unr 9.9.9.0/24",
        "route add proh 9.9.9.0/24", "route add th 9.9.9.0/24", "route add uni 9.9.9.0/24 dev v0",
        "route add loc 9.9.9.9 dev v0", "route add def via 10.0.0.9", "route add defaul via 10.0.0.9",
        "route add 9.9.9.0/24 dev v0 proto stat", "route add 9.9.9.0/24 dev v0 table mai",
        "route add 9.9.9.0/24 dev v0 scope li", "neigh add 10.0.0.7 ll 02:00:00:00:00:07 dev v0",
        "neigh add 10.0.0.7 l 02:00:00:00:00:07 dev v0", "neigh add 10.0.0.7 lladdr 02:00:00:00:00:07 d v0",
        "neigh add 10.0.0.7 lladdr 02:00:00:00:00:07 de v0",
        "neigh add 10.0.0.7 lladdr 02:00:00:00:00:07 dev v0 n stale",
        "neigh add 10.0.0.7 lladdr 02:00:00:00:00:07 dev v0 nu stale",
        "neigh add 10.0.0.7 lladdr 02:00:00:00:00:07 dev v0 nud sta", "neigh add p 10.0.0.7 dev v0",
        "neigh add pro 10.0.0.7 dev v0", "neigh add 10.0.0.7 lladdr 02:00:00:00:00:07 dev v0 rou",
        "netns set blue aut", "neigh flush a", "neigh flush al", "route flush c", "route flush ca",
        "route flush cac",
    ],
)];

/// The same for listings.
pub(crate) const KEYWORD_LISTINGS: &[Listings] = &[Listings {
    states: "base",
    modes: &[""],
    lines: &[
        "link show d v0", "link show de v0", "link show m br0", "link show mas br0", "link show t veth",
        "link show ty veth", "link show u", "link show gr default", "link show no", "link show nomas",
        "addr show d v0", "addr show u", "addr show sc link", "addr show s link", "addr show t veth",
        "addr show lab v0", "addr show l v0", "addr show perm", "addr show dyn", "addr show prim",
        "addr show sec", "addr show ten", "addr show dep", "addr show m br0", "addr show mas br0",
        "addr show nom", "addr show g default", "addr show to 10.0.0.0/8 u", "addr show tem",
        "route show t 100", "route show tab all", "route show ta main", "route show d v0", "route show de v0",
        "route show pro kernel", "route show p kernel", "route show sc link", "route show vi 10.0.0.9",
        "route show sr 10.0.0.1", "route show ro 10.0.0.0/8", "route show mat 10.0.0.1",
        "route show ex 10.5.0.0/16", "route show ty unicast", "route show met 5", "route show c",
        "route show cach", "route show tab al", "route get 10.0.0.7 fr 10.0.0.1",
        "route get 10.0.0.7 f 10.0.0.1", "route get 10.0.0.7 o v0", "route get 10.0.0.7 oi v0",
        "route get 10.0.0.7 d v0", "route get fib 10.0.0.7", "route get 10.0.0.7 u 5", "route get t 10.0.0.7",
        "neigh show d v0", "neigh show nu stale", "neigh show pro", "neigh show prox", "neigh show un",
        "neigh show nud per", "neigh show nud s", "netns list-id n 5", "netns list-id ns 5",
        "netns list-id t 5",
    ],
}];

/// iproute2's objects in the order they are tried.
pub(crate) const OBJECTS: &[&str] = &[
    "address", "addrlabel", "maddress", "route", "rule", "neighbor", "neighbour", "ntable", "ntbl", "link", "l2tp", "fou", "ila", "macsec", "tunnel",
    "tunl", "tuntap", "tap", "token", "tcpmetrics", "tcp_metrics", "xfrm", "mroute", "mrule", "netns", "netconf", "vrf", "sr", "nexthop", "mptcp", "ioam",
    "stats",
];
/// Those nlbox has, as error messages name them.
pub(crate) const OUR_OBJECTS: &[&str] = &[
    "address", "addr", "link", "route", "neigh", "netns", "maddr", "addrlabel", "ntable", "token", "tcp_metrics", "mroute", "netconf", "vrf", "mptcp", "nexthop",
];

pub(crate) const VERBS: &[(&str, &[&str])] = &[
    ("link", &["add", "delete", "set", "show", "list", "lst", "help"]),
    ("addr", &["add", "change", "chg", "replace", "delete", "show", "list", "lst", "flush", "help"]),
    ("route", &["list", "show", "lst", "get", "add", "change", "chg", "replace", "prepend", "append", "test", "delete", "flush", "help"]),
    ("neigh", &["add", "change", "chg", "replace", "delete", "get", "show", "list", "lst", "flush", "help"]),
    ("nexthop", &["add", "replace", "delete", "list", "show", "lst", "get", "flush", "bucket", "help"]),
    ("rule", &["list", "lst", "show", "add", "delete", "restore", "help"]),
    ("netns", &["list", "show", "lst", "list-id", "add", "set", "delete", "identify", "pids", "exec", "attach", "help"]),
];
/// Prefixes that are other verbs, which nlbox does not have or which wait for ever.
pub(crate) const VERBS_LEFT_OUT: &[&str] = &[];
