//! The command lines whose requests are compared, and the differences that are meant.

/// Lines of `ip` that both twins start from.
pub(crate) const STATE: &str = "link set lo up
    link add v0 address 02:00:00:00:00:01 type veth peer name v1 address 02:00:00:00:00:02
    link add br0 address 02:00:00:00:00:03 type bridge
    link add p0 address 02:00:00:00:00:04 type veth peer name p1 address 02:00:00:00:00:05
    link set p0 master br0
    link set br0 up
    link set p0 up
    link set p1 up
    link set v0 up
    link set v1 up
    addr add 10.0.0.1/24 dev v0
    addr add fd00::1/64 dev v0 nodad
    netns add blue";

/// Where the requests differ on purpose.
pub(crate) struct Argued {
    /// The line, or how it starts.
    pub(crate) line: &'static str,
    /// A part of our request as the test shows it, and what iproute2 has in its place.
    pub(crate) ours: &'static str,
    pub(crate) theirs: &'static str,
    #[allow(dead_code)] // for the reader, and for a failure's text
    pub(crate) why: &'static str,
}

pub(crate) const ARGUED: &[Argued] = &[
    Argued {
        line: "link set p0 type bridge_slave",
        ours: "    4: 62 72 69 64 67 65\n",
        theirs: "    1: 62 72 69 64 67 65 5f 73 6c 61 76 65 00\n",
        why: "IFLA_INFO_SLAVE_KIND is what the kernel calls it; it reads neither, but the kind of the master",
    },
    Argued {
        line: "route add 10.7.9.0/24 via 10.0.0.9 congctl cubic",
        ours: "    16: 63 75 62 69 63 00\n",
        theirs: "    16: 63 75 62 69 63\n",
        why: "strings end in NUL everywhere; the kernel takes RTAX_CC_ALGO with and without",
    },
];

/// What iproute2 says of each new link of some kinds, and the kernel does unless told otherwise.
pub(crate) struct Default {
    pub(crate) kinds: &'static str,
    pub(crate) number: u16,
    pub(crate) value: u8,
}

pub(crate) const DEFAULTS: &[Default] = &[
    // IFLA_VXLAN_LEARNING: vxlan_nl2conf.
    Default { kinds: "vxlan", number: 7, value: 1 },
    // IFLA_IPTUN_PMTUDISC, IFLA_GRE_PMTUDISC: ip_tunnel_netlink_parms, ipgre_netlink_parms.
    Default { kinds: "ipip sit gre gretap erspan", number: 10, value: 1 },
    // IFLA_GRE_ERSPAN_VER of what is no erspan.
    Default { kinds: "ip6gre", number: 22, value: 1 },
];

/// In order; each twin keeps what the lines before have made.
pub(crate) const LINES: &str = "
    link set v0 up
    link set v0 down
    link set dev v0 up mtu 1400
    link set v1 address 02:00:00:00:01:02
    link set v1 txqueuelen 55
    link set v1 alias 'an alias'
    link set v1 arp off
    link set v1 multicast off allmulticast on promisc on
    link set v1 group 7
    link set v1 addrgenmode none
    link set v1 protodown on
    link set v1 protodown_reason 3 on
    link set v1 name w1
    link set w1 name v1
    link set v1 carrier off
    link set v1 broadcast ff:ff:ff:ff:ff:fe
    link set v1 mode dormant
    link set v1 state down
    link set v1 gso_max_size 4096 gso_max_segs 9
    link set group 7 up
    link set p0 nomaster
    link set p0 master br0
    link set p0 type bridge_slave cost 7 priority 5 hairpin on guard off
    link set p0 type bridge_slave isolated on learning off flood off state 3
    link set br0 type bridge stp_state 1 forward_delay 400 priority 9
    link set br0 type bridge ageing_time 1000 mcast_snooping 0 vlan_default_pvid 5
    link property add dev v0 altname first altname second
    link property del dev v0 altname first
    link add x0 type veth peer name x1
    link add x2 mtu 1300 address 02:00:00:00:00:11 type veth peer name x3 mtu 1200 address 02:00:00:00:00:12
    link add x4 numtxqueues 2 numrxqueues 3 index 77 type veth peer name x5 netns blue
    link add b0 type bridge
    link add b1 up type bridge stp_state 1 vlan_filtering 1 vlan_protocol 802.1ad mcast_querier 1 group_fwd_mask 8
    link add b2 type bridge nf_call_iptables 1 no_linklocal_learn 1 mcast_hash_max 1024
    link add link v0 name v0.5 type vlan id 5
    link add link v0 name v0.6 type vlan id 6 protocol 802.1ad reorder_hdr off gvrp on mvrp on loose_binding on
    link add link v0 name v0.7 type vlan id 7 ingress-qos-map 1:2 3:4 egress-qos-map 5:6
    link add vx0 type vxlan id 42 dev v0 dstport 4789 remote 10.0.0.9
    link add vx1 type vxlan id 43 local 10.0.0.1 group 239.1.1.1 dev v0 ttl 5 tos 4 dstport 8472 nolearning proxy
    link add vx2 type vxlan external dstport 0 srcport 1000 2000 ageing 300 maxaddress 5 udp6zerocsumtx
    link add link v0 name mv0 type macvlan mode bridge
    link add link v0 name mv1 type macvlan mode passthru nopromisc
    link add link v0 name mv2 type macvtap mode vepa
    link add link v0 name mv3 type macvlan mode source macaddr add 02:00:00:00:00:99
    link add link v0 name iv0 type ipvlan mode l2
    link add link v0 name iv1 type ipvlan mode l3 private
    link add d0 type dummy
    link add i0 type ifb
    link add n0 type nlmon
    link add wg0 type wireguard
    link add vrf0 type vrf table 10
    link add vrf1 type vrf table 100000
    link add bo0 type bond
    link add bo1 type bond mode 802.3ad miimon 100 lacp_rate fast xmit_hash_policy layer3+4
    link add bo2 type bond mode active-backup primary v0 updelay 200 downdelay 200 miimon 100 fail_over_mac 1
    link add t0 type ipip local 10.0.0.1 remote 10.0.0.9
    link add t1 type ipip local 10.0.0.1 remote 10.0.0.9 dev v0 ttl 9 tos 8
    link add t2 type sit local 10.0.0.1 remote 10.0.0.9 ttl 64 mode ip6ip
    link add t3 type gre local 10.0.0.1 remote 10.0.0.9 key 5
    link add t4 type gre remote 10.0.0.9 ikey 5 okey 6 iseq ocsum
    link add t5 type gretap remote 10.0.0.9 external
    link add t6 type ip6tnl local fd00::1 remote fd00::9 mode any hoplimit 5 encaplimit none
    link add t7 type ip6gre remote fd00::9 key 1.2.3.4 tclass 5 flowlabel 6
    link add t8 type vti local 10.0.0.1 remote 10.0.0.9 key 7
    link add t9 type vti6 remote fd00::9 ikey 4
    link add te type erspan remote 10.0.0.9 key 9 seq erspan_ver 1 erspan 5
    link add ge0 type geneve id 5 remote 10.0.0.9
    link add ge1 type geneve id 5 remote fd00::9 ttl 7 dstport 99 udp6zerocsumrx
    link add vc0 type vcan
    link add xf0 type xfrm dev v0 if_id 5
    link add hs0 type hsr slave1 v0 slave2 v1 supervision 4 version 1
    link add link v0 name ba0 type bareudp dstport 5000 ethertype mpls_uc
    link del x0
    link del vx0 type vxlan
    link delete dev b0
    addr add 10.0.1.1/24 dev v0
    addr add 10.0.1.2/24 brd + dev v0
    addr add 10.0.1.3/24 broadcast 10.0.1.99 dev v0 label v0:x scope link
    addr add 10.0.2.1 peer 10.0.2.2/32 dev v0 metric 5
    addr add 10.0.3.1/24 dev v0 valid_lft 100 preferred_lft 50
    addr add 10.0.4.1/24 dev v0 noprefixroute
    addr add fd00::5/64 dev v0 nodad
    addr add fd00::6/128 dev v0 home mngtmpaddr noprefixroute
    addr add fd00::7/64 dev v0 valid_lft forever preferred_lft 0
    addr add 127.0.0.5/8 dev lo
    addr change 10.0.3.1/24 dev v0 valid_lft 200 preferred_lft 100
    addr replace 10.0.3.9/24 dev v0
    addr del 10.0.1.2/24 dev v0
    addr del 10.0.1.1 dev v0
    addr flush dev v0 label v0:x
    route add 10.5.0.0/16 via 10.0.0.9
    route add 10.6.0.0/16 dev v0
    route add default via 10.0.0.9 dev v0 metric 100
    route add 10.7.0.0/16 via 10.0.0.9 src 10.0.0.1 proto static scope global
    route add 10.7.1.0/24 via 10.0.0.9 table 100
    route add 10.7.2.0/24 via 10.0.0.9 table 51820
    route add 10.7.3.0/24 via 10.0.99.9 dev v0 onlink
    route add 10.7.4.0/24 via 10.0.0.9 mtu 1300 advmss 1200 window 5
    route add 10.7.5.0/24 via 10.0.0.9 mtu lock 1300 rtt 5s rto_min 20ms initcwnd 10 quickack 1
    route add 10.7.6.0/24 via inet6 fd00::9 dev v0
    route add 10.7.7.0/24 nexthop via 10.0.0.9 weight 2 nexthop dev v0 weight 3
    route add 10.7.8.0/24 via 10.0.0.9 tos 8
    route add 10.7.9.0/24 via 10.0.0.9 congctl cubic
    route add blackhole 10.8.0.0/16
    route add unreachable 10.8.1.0/24 metric 9
    route add prohibit 10.8.2.0/24
    route add throw 10.8.3.0/24 table 100
    route add local 10.8.4.0/24 dev lo
    route add fd01::/64 via fd00::9
    route add fd02::/64 via fd00::9 dev v0 metric 7 pref high expires 100
    route add fd03::/64 dev v0 hoplimit 9
    route add fd04::/64 nexthop via fd00::9 dev v0 nexthop via fd00::8 dev v0
    -6 route add default via fd00::9
    route replace 10.5.0.0/16 via 10.0.0.8
    route change 10.5.0.0/16 via 10.0.0.7
    route append 10.5.0.0/16 via 10.0.0.6 metric 2
    route prepend 10.5.0.0/16 via 10.0.0.5
    route del 10.6.0.0/16
    route del 10.7.1.0/24 table 100
    route del default via 10.0.0.9 dev v0
    route get 10.5.1.1
    route get 10.5.1.1 from 10.0.0.1 oif v0
    route get 10.5.1.1 iif v0 mark 5 tos 4
    route get fibmatch 10.5.1.1
    route get 10.5.1.1 ipproto tcp dport 80 sport 1000 uid 0
    -6 route get fd01::1
    route add 10.9.0.0/16 encap ip id 5 dst 10.0.0.9 dev v0
    route add 10.9.1.0/24 encap mpls 100/200 via 10.0.0.9
    route add fd09::/64 encap seg6 mode encap segs fd00::9,fd00::8 dev v0
    rule add from 10.0.0.0/8 table 100
    rule add to 10.1.0.0/16 lookup 51820 pref 50
    rule add not fwmark 51820 table 51820
    rule add fwmark 0x10/0xff table 100 priority 60
    rule add table main suppress_prefixlength 0
    rule add iif v0 oif v1 table 5
    rule add ipproto tcp dport 80-90 sport 1000 table 7
    rule add uidrange 0-1000 table 8 protocol 9
    rule add from 10.2.0.0/16 blackhole
    rule add prohibit pref 70
    rule add l3mdev pref 1000
    rule add pref 80 goto 1000
    rule add tos 4 table 9
    -6 rule add from fd00::/8 table 100
    rule del from 10.0.0.0/8 table 100
    rule del pref 50
    neigh add 10.0.0.50 lladdr 02:00:00:00:00:50 dev v0
    neigh add 10.0.0.51 lladdr 02:00:00:00:00:51 dev v0 nud stale
    neigh replace 10.0.0.50 lladdr 02:00:00:00:00:52 dev v0 nud permanent
    neigh change 10.0.0.50 lladdr 02:00:00:00:00:53 dev v0 nud reachable
    neigh add proxy 10.0.0.60 dev v0
    neigh add fd00::50 lladdr 02:00:00:00:00:50 dev v0 router
    neigh add 10.0.0.70 lladdr 02:00:00:00:00:70 dev v0 extern_learn protocol 5
    neigh get 10.0.0.50 dev v0
    neigh del 10.0.0.50 dev v0
    nexthop add id 1 via 10.0.0.9 dev v0
    nexthop add id 2 via fd00::9 dev v0
    nexthop add id 3 blackhole
    nexthop add id 4 dev v0 onlink protocol 5
    nexthop add id 10 group 1
    nexthop add id 12 group 1 type resilient buckets 8 idle_timer 10 unbalanced_timer 20
    nexthop replace id 1 via 10.0.0.8 dev v0
    nexthop get id 1
    nexthop del id 3
    nexthop bucket get id 12 index 1
    route add 10.9.9.0/24 nhid 1
    bridge link set dev p0 cost 9 priority 3
    bridge link set dev p0 learning on flood on hairpin off isolated off
    bridge link set dev p0 state 3 fastleave on self
    bridge fdb add 02:00:00:00:00:77 dev p0 master static
    bridge fdb append 02:00:00:00:00:78 dev vx1 dst 10.0.0.8 vni 5 port 99 self
    bridge fdb replace 02:00:00:00:00:79 dev p0 master vlan 5 dynamic
    bridge fdb del 02:00:00:00:00:77 dev p0 master
    bridge fdb get 02:00:00:00:00:79 br br0
    bridge vlan add dev p0 vid 7 pvid untagged
    bridge vlan add dev p0 vid 10-20
    bridge vlan add dev br0 vid 9 self
    bridge vlan del dev p0 vid 7
    bridge mdb add dev br0 port p0 grp 239.1.1.1 permanent
    bridge mdb add dev br0 port p0 grp 239.1.1.2 src 10.0.0.5 vid 10
    bridge mdb del dev br0 port p0 grp 239.1.1.1
    addrlabel add prefix fd00::/64 label 99
    addrlabel del prefix fd00::/64 label 99
    token set ::5 dev v0
    ntable change name arp_cache dev v0 queue 9 base_reachable 20000
    ";
