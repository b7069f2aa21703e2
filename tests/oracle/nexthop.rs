//! Nexthop objects, and the tunnels of routes.

use crate::cases::Listings;
use crate::differences::{Difference, NEVER, What};

pub(crate) const STATES: &[(&str, &str)] = &[
    (
        "nexthops",
        "link set lo up
         link add v0 type veth peer name v1
         link add v2 type veth peer name v3
         link set v0 up
         link set v1 up
         link set v2 up
         link set v3 up
         link add br0 type bridge
         link set v2 master br0
         addr add 10.0.0.1/24 dev v0
         addr add fd00::1/64 dev v0
         nexthop add id 1 via 10.0.0.2 dev v0
         nexthop add id 2 via 10.0.0.3 dev v0 proto static
         nexthop add id 3 blackhole
         nexthop add id 4 dev v0
         nexthop add id 5 via fd00::2 dev v0 onlink proto 186
         nexthop add id 6 via fe80::1 dev v0
         nexthop add id 7 via 10.0.0.2 dev v0 encap ip id 5 dst 1.1.1.1 src 2.2.2.2 ttl 6 tos 1f key csum seq
         nexthop add id 8 dev v2
         nexthop add id 10 group 1/2 type mpath
         nexthop add id 11 group 1,5/2,256
         nexthop add id 12 group 1,5/2,3 type resilient buckets 8 idle_timer 60 unbalanced_timer 300 proto 4
         nexthop add id 13 group 1 type resilient buckets 4
         nexthop add id 14 group 6
         nexthop add id 20 via 10.0.0.9 fdb
         nexthop add id 21 via 10.0.0.10 fdb
         nexthop add id 22 group 20/21 fdb
         route add 10.1.0.0/16 nhid 1
         route add 10.2.0.0/16 nhid 11
         route add 10.3.0.0/16 nhid 3
         route add 10.4.0.0/16 nhid 12 metric 5
         -6 route add fd01::/64 nhid 6
         -6 route add fd02::/64 nhid 14",
    ),
    (
        "tunnels",
        "link set lo up
         link add v0 type veth peer name v1
         link set v0 up
         link set v1 up
         addr add 10.0.0.1/24 dev v0
         addr add fd00::1/64 dev v0
         route add 10.1.0.0/16 encap ip id 5 dst 1.1.1.1 dev v0
         route add 10.2.0.0/16 encap ip id 0x100000005 dst 1.1.1.1 src 2.2.2.2 ttl 6 tos 7 key csum seq via 10.0.0.2
         route add 10.3.0.0/16 encap ip6 id 5 dst fd::1 src fd::2 hoplimit 6 tc 1f csum dev v0
         route add 10.4.0.0/16 nexthop encap ip id 5 dst 1.1.1.1 via 10.0.0.2 dev v0 nexthop via 10.0.0.3 weight 3
         -6 route add fd01::/64 encap seg6 mode encap segs fd::1,fd::2 via fd00::2 dev v0
         -6 route add fd02::/64 encap seg6 mode inline segs fd::1 dev v0
         -6 route add fd03::/64 encap seg6 mode l2encap segs fd::1,fd::2,fd::3 dev v0
         -6 route add fd04::/64 encap seg6 mode encap.red segs fd::1,fd::2 dev v0
         -6 route add fd05::/64 encap seg6 mode l2encap.red segs fd::1,fd::2 dev v0
         -6 route add fd06::/64 encap seg6 mode encap segs fd::1 hmac 31 dev v0
         -6 route add fd07::/64 encap seg6local action End dev v0
         -6 route add fd08::/64 encap seg6local action End count dev v0
         -6 route add fd09::/64 encap seg6local action End.X nh6 fd::1 dev v0
         -6 route add fd0a::/64 encap seg6local action End.T table 254 dev v0
         -6 route add fd0b::/64 encap seg6local action End.DX2 oif v1 dev v0
         -6 route add fd0c::/64 encap seg6local action End.DX4 nh4 10.0.0.9 dev v0
         -6 route add fd0d::/64 encap seg6local action End.B6 srh segs fd::1,fd::2 dev v0
         -6 route add fd0e::/64 encap seg6local action End.B6.Encaps srh segs fd::1 dev v0
         -6 route add fd0f::/64 encap seg6local action End flavors psp dev v0
         -6 route add fd10::/64 encap seg6local action End.DT6 table 77 dev v0",
    ),
];

const MODES: &[&str] = &["", "-o", "-d", "-j", "-d -j", "-d -j -p", "-s", "-s -j", "-br", "-4", "-6", "-N", "-N -d"];

pub(crate) const LISTINGS: &[Listings] = &[
    Listings { states: "fresh nexthops", modes: MODES, lines: &["nexthop", "nexthop bucket show nhid 99"] },
    Listings {
        states: "nexthops",
        modes: &["", "-d", "-j"],
        lines: &[
            "nexthop show", "nexthop list", "nexthop lst", "nexthop ls", "nexthop s", "nexthop l", "nexthop show id 1", "nexthop show id 12",
            "nexthop show dev v0", "nexthop show dev v1", "nexthop show groups", "nexthop show fdb", "nexthop show proto 186", "nexthop show protocol 4",
            "nexthop show p 99", "nexthop show master br0", "nexthop show groups proto 4", "nexthop get id 1", "nexthop g id 22", "nexthop get id 1 id 2",
            "nexthop get id 7", "nexthop show id 7", "route", "-6 route", "route show 10.2.0.0/16", "route get 10.1.0.1", "route get fibmatch 10.2.0.1",
        ],
    },
    Listings {
        states: "tunnels",
        modes: &["", "-o", "-d", "-j", "-d -j", "-j -p", "-s", "-s -j", "-br"],
        lines: &["route", "-6 route", "-4 route show table all", "route get 10.1.0.1", "-6 route show fd06::/64", "-6 route get fd01::1"],
    },
];

pub(crate) const MUTATIONS: &[(&str, &[&str])] = &[
    (
        "base",
        &[
            "nexthop add id 40 via 10.0.0.5 dev v0; nexthop replace id 40 via 10.0.0.6 dev v0; nexthop replace id 41 blackhole; nexthop; nexthop del id 40; nexthop",
            "nexthop add via 10.0.0.5 dev v0; nexthop add via 10.0.0.6 dev v0; nexthop a blackhole; nexthop",
            "nexthop add id 1 dev v0; -6 nexthop add id 2 dev v0; -6 nexthop add id 3 blackhole; -4 nexthop; -6 nexthop; -6 nexthop flush; nexthop",
            "nexthop add id 1 via inet6 fe80::1 dev v0 protocol bgp; nexthop add id 2 via inet 10.0.0.5 dev v0 p static; nexthop",
            "nexthop add id 1 via 10.0.0.5 dev v0; nexthop add id 2 via 10.0.0.6 dev v0; nexthop add id 3 group 1/2; nexthop replace id 3 group 1,4/2 type mpath; \
             nexthop add id 4 group 1/2 type resilient buckets 4 unbalanced_timer 9 idle_timer 8; nexthop replace id 4 group 2 type resilient; nexthop; \
             nexthop flush groups; nexthop flush; nexthop flush",
            "nexthop add id 1 via 10.0.0.5 fdb; nexthop add id 2 via 10.0.0.6 fdb; nexthop add id 3 group 1/2 fdb; nexthop flush id 3; nexthop flush id 3; nexthop",
            "nexthop add id 1 via 10.0.0.5 dev v0; nexthop add id 2 via 10.0.0.6 dev v0 proto 4; nexthop flush proto 4; nexthop flush dev v1; nexthop d id 1; nexthop",
            "nexthop add id 1 via 10.0.0.5 dev v0; route add 10.9.0.0/16 nhid 1; route change 10.9.0.0/16 nhid 1 metric 0; -d route show 10.9.0.0/16; \
             nexthop replace id 1 via 10.0.0.6 dev v0; route show 10.9.0.0/16; nexthop del id 1; route show 10.9.0.0/16",
            "nexthop add id 1 encap ip id 5 dst 1.1.1.1 via 10.0.0.2 dev v0; nexthop add id 2 encap seg6 mode encap segs fd::1 via fd00::2 dev v0; nexthop",
            "route add 10.8.0.0/16 ttl-propagate enabled dev v0; route show 10.8.0.0/16",
            "route add 10.8.0.0/16 encap ip id 5 dst 1.1.1.1 dev v0; route del 10.8.0.0/16 encap ip id 5 dst 1.1.1.1 dev v0; route show 10.8.0.0/16",
            "route add 10.8.0.0/16 encap ip key id 7 seq dev v0; route add 10.9.0.0/16 dev v0 encap ip tos default; route",
            "route add 10.8.0.0/16 nexthop encap ip6 dst fd::1 dev v0 nexthop via 10.0.0.9 encap ip ttl 9; route",
            "-6 route add fd08::/64 encap seg6local action End.B6 srh segs fd::1,fd::2,fd::3 dev v0; -6 route show fd08::/64",
            "-6 route add fd08::/64 dev v0 encap seg6local action End count flavors psp; -s -6 route show fd08::/64",
            "-6 route add fd08::/64 dev v0 encap seg6local flavors next-csid action End; -6 route show fd08::/64",
        ],
    ),
];

pub(crate) const ERRORS: &[(&str, &[&str])] = &[
    (
        "base",
        &[
            "nexthop append id 1", "nexthop change id 1", "nexthop foo", "nexthop add", "nexthop add id 4", "nexthop add id x dev v0", "nexthop add id", "nexthop add id 4 foo",
            "nexthop add id 4 via", "nexthop add id 4 via x dev v0", "nexthop add id 4 dev nope", "nexthop add id 4 group", "nexthop add id 4 group x",
            "nexthop add id 4 group 1/x", "nexthop add id 4 group 1//2", "nexthop add id 4 group 1,2,3/4", "nexthop add id 4 group 1/2,0", "nexthop add id 4 group 1/2,x",
            "nexthop add id 4 group 1/2", "nexthop add id 4 group 1 type foo", "nexthop add id 4 group 1 type res", "nexthop add id 4 group 1 type resilient buckets x",
            "nexthop add id 4 group 1 type resilient buckets 70000", "nexthop add id 4 group 1 type resilient buckets", "nexthop add id 4 group 1 type resilient idle_timer x",
            "nexthop add id 4 group 1 type resilient unbalanced_timer x", "nexthop add id 4 group 1 buckets 4", "nexthop add id 4 dev v0 proto x", "nexthop add id 4 d v0",
            "nexthop add id 4 blackhole fdb", "nexthop add id 4 dev v0 scope link", "-4 nexthop add id 4 via fe80::1 dev v0", "-4 nexthop add id 4 via inet6 fe80::1 dev v0",
            "nexthop add id 4 encap", "nexthop add id 4 encap foo", "nexthop get", "nexthop get 1", "nexthop get id x", "nexthop get id 1 foo", "nexthop get id 0", "nexthop get id 99",
            "nexthop show id 99", "nexthop show id x", "nexthop show foo", "nexthop show dev nope", "nexthop show vrf v0", "nexthop show master nope", "nexthop show proto x",
            "nexthop show proto static", "nexthop show nhid 1", "nexthop del", "nexthop del id x", "nexthop del id 99", "nexthop flush id 99", "nexthop flush foo", "nexthop help",
            "nexthop show help", "nexthop bucket foo", "nexthop bucket get", "nexthop bucket get id 4", "nexthop bucket get index 1", "nexthop bucket get id 4 index x",
            "nexthop bucket get id 4 index 1", "nexthop bucket show foo", "nexthop bucket show d nope", "nexthop bucket show m nope", "nexthop show v nope", "nexthop show d nope", "nexthop show g x", "nexthop bucket show groups", "nexthop bucket show nhid x", "nexthop bucket show dev nope",
            "route add 10.3.0.0/16 nhid x", "route add 10.3.0.0/16 nhid 99", "route add 10.3.0.0/16 nhid",
            "route add 10.3.0.0/16 ttl-propagate foo dev v0", "route add 10.3.0.0/16 as x dev v0", "route add 10.3.0.0/16 as to 100/200 dev v0", "route add 10.3.0.0/16 as", "-f mpls route add 100/200 dev v0",
            "-f mpls route add 2000000 dev v0", "-f mpls route add 100 via 10.0.0.2", "-f mpls route get x",
        ],
    ),
    (
        "base",
        &[
            "route add 10.3.0.0/16 dev v0 encap", "route add 10.3.0.0/16 dev v0 encap foo", "route add 10.3.0.0/16 dev v0 encap ip", "route add 10.3.0.0/16 dev v0 encap ip foo",
            "route add 10.3.0.0/16 dev v0 encap ip id x", "route add 10.3.0.0/16 dev v0 encap ip id 5 id 6", "route add 10.3.0.0/16 dev v0 encap ip dst x",
            "route add 10.3.0.0/16 dev v0 encap ip dst fd::1", "route add 10.3.0.0/16 dev v0 encap ip ttl 300", "route add 10.3.0.0/16 dev v0 encap ip tos x",
            "route add 10.3.0.0/16 dev v0 encap ip key key", "route add 10.3.0.0/16 dev v0 encap ip6 dst 1.1.1.1", "route add 10.3.0.0/16 dev v0 encap ip6 hoplimit 300",
            "route add 10.3.0.0/16 dev v0 encap ip6 tc x", "route add 10.3.0.0/16 dev v0 encap mp 100", "route add 10.3.0.0/16 dev v0 encap mpls",
            "route add 10.3.0.0/16 dev v0 encap mpls x", "route add 10.3.0.0/16 dev v0 encap mpls 3", "route add 10.3.0.0/16 dev v0 encap mpls 1/1048576",
            "route add 10.3.0.0/16 dev v0 encap mpls 100 ttl x", "route add 10.3.0.0/16 dev v0 encap seg6", "route add 10.3.0.0/16 dev v0 encap seg6 mode foo",
            "route add 10.3.0.0/16 dev v0 encap seg6 segs fd::1", "route add 10.3.0.0/16 dev v0 encap seg6 mode encap segs x",
            "route add 10.3.0.0/16 dev v0 encap seg6 mode encap segs fd::1,1.1.1.1", "route add 10.3.0.0/16 dev v0 encap seg6 mode encap mode inline",
            "route add 10.3.0.0/16 dev v0 encap seg6local", "route add 10.3.0.0/16 dev v0 encap seg6local action foo", "route add 10.3.0.0/16 dev v0 encap seg6local action End table x",
            "route add 10.3.0.0/16 dev v0 encap seg6local action End iif nope", "route add 10.3.0.0/16 dev v0 encap seg6local action End nh4 fd::1",
            "route add 10.3.0.0/16 dev v0 encap seg6local action End table 1 table 2", "route add 10.3.0.0/16 dev v0 encap seg6local action End.B6 srh",
            "route add 10.3.0.0/16 dev v0 encap seg6local action End.B6 srh foo", "route add 10.3.0.0/16 dev v0 encap seg6local action End.B6 srh segs x",
            "route add 10.3.0.0/16 dev v0 encap seg6local action End flavors psp,foo", "route add 10.3.0.0/16 dev v0 encap seg6local action End vrftable x",
            "route add 10.3.0.0/16 dev v0 encap rpl", "route add 10.3.0.0/16 dev v0 encap rpl segs x", "route add 10.3.0.0/16 dev v0 encap xfrm if_id x",
            "route add 10.3.0.0/16 dev v0 encap xfrm if_id 5 link_dev nope", "route add 10.3.0.0/16 nexthop encap foo", "route add 10.3.0.0/16 nexthop encap ip x",
            "-6 route add fd09::/64 dev v0 encap ila x", "route add 10.3.0.0/16 dev v0 encap seg6local action End.X",
        ],
    ),
];

pub(crate) const DIFFERENCES: &[Difference] = &[
    Difference {
        on: "*route*encap ila*|*route*encap bpf*|*route*encap ioam6*",
        since: NEVER,
        what: What::Free,
        example: ("base", "-6 route add fd09::/64 dev v0 encap ila x"),
        why: "refused by name",
    },
    Difference {
        on: "nexthop show id*|nexthop bucket show id*",
        since: NEVER,
        what: What::FirstLine,
        example: ("base", "nexthop bucket show id 99"),
        why: "a group that does not exist is said",
    },
];
