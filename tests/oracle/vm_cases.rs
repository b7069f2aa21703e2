//! The states, listings and command lines that `oracle_vm.rs` compares, without their `ip`.
//!
//! To add a kind, add lines to a state; to add a state, add a row to [`STATES`]. What these states need is in
//! [`MODULES`].

/// Modules of the machine's kernel, and their parameters.
pub(crate) const MODULES: &[&str] = &[
    "8021q", "bonding max_bonds=0", "bridge", "dummy numdummies=0", "fou", "fou6", "ip6_gre", "ip6_tunnel", "ip6_vti", "ip_gre",
    "ip_vti", "ipip", "ipvlan", "ipvtap", "macvlan", "macvtap", "nlmon", "sit", "veth", "vrf", "wireguard",
];

/// How a listing is asked for.
pub(crate) const MODES: &[&str] = &["", "-d", "-o -d", "-j -d", "-s -d"];

/// A state of the kernel, and what is listed of it.
pub(crate) struct State {
    pub(crate) name: &'static str,
    /// Files and what is written to them before the namespaces are made.
    pub(crate) before: &'static [(&'static str, &'static str)],
    /// Commands that succeed, a line each. Both tools run them, each in a namespace of its own; the namespaces are then
    /// listed by both.
    pub(crate) lines: &'static str,
    /// Listings, in every one of [`MODES`].
    pub(crate) lists: &'static [&'static str],
    /// Commands that fail in this state, or change nothing that a listing shows.
    pub(crate) bad: &'static [&'static str],
}

pub(crate) const STATES: &[State] = &[
    State {
        name: "plain kinds",
        before: &[],
        lines: "
            link add d0 address 02:00:00:00:00:01 type dummy
            link add d1 address 02:00:00:00:00:02 mtu 1400 txqueuelen 7 type dummy
            link add mon type nlmon
            link add wg0 type wireguard
            link add red address 02:00:00:00:00:03 type vrf table 10
            link set d1 master red
            link add v5 link d0 type vlan id 5
            link add v6 link d0 type vlan id 6 protocol 802.1ad reorder_hdr off gvrp on mvrp on loose_binding on bridge_binding on
            link add v7 link d0 type vlan id 7 ingress-qos-map 1:2 3:4 egress-qos-map 5:6
            link set v7 type vlan ingress-qos-map 7:1
            link add ivl link d0 type ipvlan mode l3s vepa
            link add ivt link d1 type ipvtap mode l2 private
            link add d2 address 02:00:00:00:00:04 type dummy
            link add mvt link d2 address 02:00:00:00:00:05 type macvtap mode passthru nopromisc
            link add d3 address 02:00:00:00:00:06 type dummy
            link add mvl link d3 address 02:00:00:00:00:07 type macvlan mode bridge bcqueuelen 500
            link set d0 up",
        lists: &["link show", "link show type vlan", "link show vrf red" ],
        bad: &[
            "link add v8 link d0 type vlan", "link add v8 link d0 type vlan id 5", "link add v8 link d0 type vlan id 5000",
            "link add v8 link d0 type vlan id x", "link add v8 type vlan id 8", "link add v8 link d0 type vlan id 8 gvrp x",
            "link add v8 link d0 type vlan id 8 foo", "link add v8 link d0 type vlan id 8 egress-qos-map", "link add v8 link d0 type vlan ingr",
            "link add v8 link d0 type vlan id 8 egress-qos-map foo", "link add x link nope type ipvlan vep", "link add x type vrf", "link add x type vrf table x",
            "link add x link nope type macvtap",
        ],
    },
    State {
        name: "bond",
        before: &[],
        lines: "
            link add d0 address 02:00:00:00:00:0a type dummy
            link add d1 address 02:00:00:00:00:0b type dummy
            link add d2 address 02:00:00:00:00:0c type dummy
            link add b0 address 02:00:00:00:00:01 type bond
            link add b1 address 02:00:00:00:00:02 type bond mode 802.3ad lacp_rate fast ad_select count xmit_hash_policy layer3+4 miimon 100 updelay 200 downdelay 300 min_links 2 ad_user_port_key 7 ad_actor_sys_prio 9 ad_actor_system 02:00:00:00:00:77 lacp_active off
            link add b2 address 02:00:00:00:00:03 type bond mode active-backup arp_interval 100 arp_ip_target 10.0.0.1,10.0.0.2 arp_validate active arp_all_targets all fail_over_mac follow primary_reselect better num_grat_arp 3 arp_missed_max 4
            link add b3 address 02:00:00:00:00:04 type bond mode balance-tlb miimon 100 tlb_dynamic_lb 0 all_slaves_active 1 resend_igmp 4 lp_interval 5 peer_notify_delay 200 use_carrier 0
            link add b4 address 02:00:00:00:00:05 type bond mode 1 miimon 100
            link add b5 address 02:00:00:00:00:06 type bond mode active-backup arp_interval 100 ns_ip6_target fd00::1,fd00::2 arp_validate 6
            link add b6 address 02:00:00:00:00:07 type bond mode balance-rr packets_per_slave 5 num_unsol_na 9
            link add b7 address 02:00:00:00:00:08 type bond mode balance-alb xmit vlan+srcmac
            link set d0 master b1
            link set d1 master b4
            link set d2 master b4
            link set d1 type bond_slave queue_id 3
            link set d1 type bond_slave prio -5
            link set b4 type bond primary d1 active_slave d1
            link set b2 type bond arp_ip_target
            link set b5 type bond ns_ip6_target",
        lists: &[
            "link show", "link show type bond", "link show type bond_slave", "stats show group xstats",
            "stats show dev b1 group xstats subgroup bond suite 802.3ad", "stats show group xstats_slave subgroup bond",
        ],
        bad: &[
            "link add bx type bond mode nope", "link add bx type bond mode 77", "link add bx type bond miimon x",
            "link add bx type bond active_slave nope", "link add bx type bond primary nope",
            "link add bx type bond arp_ip_target x", "link add bx type bond ns_ip6_target x",
            "link add bx type bond num_unsol_na 999", "link add bx type bond ad_actor_system x",
            "link add bx type bond lacp_rate 7", "link add bx type bond arp_validate x", "link add bx type bond foo",
            "link add bx type bond mode", "link set b4 type bond mode 802.3ad", "link set d1 type bond_slave queue_id x",
            "link set d1 type bond_slave prio x", "link set d1 type bond_slave foo", "link set d0 type bond_slave queue_id 99",
            "link set b1 type bond primary d0",
        ],
    },
    State {
        name: "tunnels over IPv4",
        before: &[],
        lines: "
            link add d0 address 02:00:00:00:00:0a type dummy
            link add ipip1 type ipip
            link add ipip2 type ipip remote 10.0.0.2 local 10.0.0.1 ttl 64 tos 0x10 dev d0
            link add ipip3 type ipip remote 10.0.0.3 local any tos inherit nopmtudisc encap fou encap-sport auto encap-dport 5555 encap-csum noencap-remcsum
            link add ipip4 type ipip external
            link add ipip5 type ipip mode any remote 10.0.0.9 fwmark 7 encap gue encap-sport 7 encap-dport 8 encap-udp6-csum encap-remcsum
            link add ipip6 type ipip mode mplsip remote 10.0.0.4
            link add ipip7 type ipip mode ipip remote 10.0.0.5 hoplimit 9 dsfield 4
            link change ipip7 type ipip ttl inherit
            link change ipip3 type ipip tos 8 noencap
            link change ipip2 type ipip local any
            link add sit1 type sit mode any remote 10.0.0.3 6rd-prefix 2001:db8::/32 6rd-relay_prefix 10.0.0.0/8 fwmark 5
            link add sit2 type sit local 10.0.0.3 isatap
            link add sit3 type sit mode ipip local 10.0.0.4
            link add sit4 type sit mode ip6ip local 10.0.0.6 remote 10.0.0.7 ttl 3
            link add sit5 type sit mode ip6ip local 10.0.0.8 isatap
            link add sit6 type sit
            link change sit4 type sit tos 0x20
            link add gre1 type gre remote 10.0.0.2 key 5 csum seq ttl 3 tos inherit
            link add gre2 type gre remote 10.0.0.2 ikey 1.2.3.4 okey 7 icsum oseq ttl 3 tos ef fwmark 0x10
            link add gre3 type gre external
            link add gre4 type gre remote 10.0.0.3 encap gue encap-dport 9
            link add gre5 type gre remote 224.1.1.1 local 10.0.0.9 dev d0
            link add gre6 type gre remote 10.0.0.4 key 0
            link add gre7 type gre
            link add gre8 type gre remote 10.0.0.8 key 9 seq csum
            link change gre8 type gre nokey noseq noicsum
            link change gre2 type gre ttl 9
            link add gt1 address 02:00:00:00:00:01 type gretap remote 10.0.0.2 key 5 nopmtudisc ignore-df
            link add gt2 address 02:00:00:00:00:02 type gretap external
            link add gt3 address 02:00:00:00:00:06 type gretap remote 10.0.0.2 local 10.0.0.1 dev d0
            link add er1 address 02:00:00:00:00:03 type erspan remote 10.0.0.2 local 10.0.0.1 seq key 100 erspan_ver 1 erspan 123
            link add er2 address 02:00:00:00:00:04 type erspan remote 10.0.0.2 local 10.0.0.1 seq key 101 erspan_ver 2 erspan_dir egress erspan_hwid 7 fwmark 3
            link add er3 address 02:00:00:00:00:05 type erspan remote 10.0.0.2 local 10.0.0.1 seq key 102 erspan_ver 0
            link add er4 address 02:00:00:00:00:07 type erspan remote 10.0.0.2 local 10.0.0.1 seq key 103
            link add vti1 type vti remote 10.0.0.2 local 10.0.0.1 key 5
            link add vti2 type vti remote 10.0.0.3 ikey 5 okey 6 fwmark 9 dev d0
            link add vti3 type vti remote 10.0.0.4
            link change vti2 type vti okey 7",
        lists: &["link show", "tunnel show", "tunl list gre1", "tunnel"],
        bad: &[
            "link add ti type ipip mode nope", "link add ti type ipip mode ip6ip", "link add ti type ipip remote x",
            "link add ti type ipip remote fd00::1", "link add ti type ipip dev nope", "link add ti type ipip ttl x",
            "link add ti type ipip ttl 256", "link add ti type ipip ttl 5 nopmtudisc", "link add ti type ipip tos x",
            "link add ti type ipip encap x", "link add ti type ipip encap-sport x", "link add ti type ipip encap-dport auto",
            "link add ti type ipip fwmark x", "link add ti type sit 6rd-prefix x", "link add ti type sit 6rd-relay_prefix x",
            "link add ti type ipip foo", "link add ti type ipip remote", "link add ti type gre key x", "link add ti type gre okey x",
            "link add ti type gre remote 224.1.1.1", "link add ti type gre ttl 5 nopmtudisc", "link add ti type gre foo",
            "link add ti type erspan erspan_ver x", "link add ti type erspan erspan x", "link add ti type erspan erspan_dir x",
            "link add ti type erspan erspan_hwid x", "link add ti type erspan remote 10.1.1.1 seq key 9 erspan_hwid 64 erspan_ver 2", "link add ti type vti key x",
            "link add ti type vti remote x", "link add ti type vti foo", "link add gre1 type gre remote 1.1.1.1",
            "link add ti type gre remote 10.0.0.2 ikey 1.2.3.4 okey 7", "link change ipip1 type gre ttl 3",
        ],
    },
    State {
        name: "tunnels over IPv6",
        before: &[],
        lines: "
            link add d0 address 02:00:00:00:00:0a type dummy
            link add tnl1 type ip6tnl remote fd00::2 local fd00::1
            link add tnl2 type ip6tnl mode ipip6 remote fd00::3 encaplimit none hoplimit 5 tclass 0x20 flowlabel 0x12345 dev d0
            link add tnl3 type ip6tnl mode any remote fd00::4 encaplimit 7 tclass inherit flowlabel inherit dscp inherit fwmark inherit
            link add tnl4 type ip6tnl external
            link add tnl5 type ip6tnl remote fd00::5 encap fou encap-sport auto encap-dport 9 encap-csum allow-localremote fwmark 0x11
            link add tnl6 type ip6tnl remote fd00::6 dscp inherit allow-localremote hoplimit inherit
            link change tnl2 type ip6tnl encaplimit 9 tclass inherit
            link change tnl3 type ip6tnl flowlabel 7
            link add g1 type ip6gre remote fd00::2 local fd00::1 key 8 csum
            link add g2 type ip6gre remote fd00::5 local fd00::1 ikey 8 okey 9 iseq ocsum encaplimit none hoplimit 3 tclass inherit flowlabel inherit dscp inherit allow-localremote
            link add g3 type ip6gre external
            link add g4 type ip6gre remote fd00::3 tclass 0x11 flowlabel 0x77 fwmark 6 dev d0 encap gue encap-sport 1 encap-dport 2
            link add g5 address 02:00:00:00:00:06 type ip6gretap remote fd00::3 ttl 5
            link change g2 type ip6gre noiseq nookey
            link add e6 address 02:00:00:00:00:07 type ip6erspan remote fd00::3 local fd00::1 seq key 5 erspan_ver 2 erspan_dir ingress erspan_hwid 0x1f
            link add e7 address 02:00:00:00:00:08 type ip6erspan remote fd00::3 local fd00::1 seq key 6 erspan 77
            link add va type vti6 remote fd00::2 local fd00::1 key 5
            link add vc type vti6 remote fd00::4
            link add vb type vti6 remote fd00::3 dev d0 ikey 1 okey 2 fwmark 3",
        lists: &["link show", "-6 tunnel show", "-6 tunnel show tnl2", "-6 tunnel"],
        bad: &[
            "link add ti type vti6 remote 1.1.1.1", "link add ti type vti6 foo", "link add ti type ip6tnl mode x",
            "link add ti type ip6tnl remote x", "link add ti type ip6tnl hoplimit x", "link add ti type ip6tnl tclass x",
            "link add ti type ip6tnl tclass 100", "link add ti type ip6tnl flowlabel 100000", "link add ti type ip6tnl dscp x",
            "link add ti type ip6tnl fwmark x", "link add ti type ip6tnl encap x", "link add ti type ip6tnl dev x",
            "link add ti type ip6tnl foo", "link add ti type ip6gre hoplimit x", "link add ti type ip6gre key x",
            "link add ti type ip6gre encaplimit x", "link add ti type ip6gre dscp x", "link add ti type ip6gre remote 1.1.1.1",
            "link add ti type ip6gre foo", "link add ti type ip6erspan foo",
        ],
    },
    State {
        name: "by ip tunnel",
        // iproute2 asks the links that come with the modules.
        before: &[("/proc/sys/net/core/fb_tunnels_only_for_init_net", "0")],
        lines: "
            link add d0 address 02:00:00:00:00:0a type dummy
            tunnel add t1 mode ipip remote 10.0.0.2 local 10.0.0.1 ttl 64 dev d0
            tunnel add t2 mode gre remote 10.0.0.2 key 5 csum seq tos inherit
            tunnel add t3 mode sit remote 10.0.0.3 local any nopmtudisc
            tunnel add t4 mode isatap local 10.0.0.4
            tunnel add t5 mode vti remote 10.0.0.5 local 10.0.0.1 ikey 5 okey 6
            tunl a gre9 remote 10.0.0.9 hoplimit 7 tos 0x10
            tunnel add name t6 mode gre remote 224.1.1.1 local 10.0.0.9
            tunnel change t1 ttl 9 tos 4
            tunnel change t2 remote 10.0.0.3
            tunnel 6rd dev t3 6rd-prefix 2001:db8::/32
            -6 tunnel add s1 mode ip6ip6 remote fd00::2 local fd00::1
            -6 tunnel add s2 mode ipip6 remote fd00::3 encaplimit none hoplimit 5 tclass 0x20 flowlabel 0x12345 dev d0
            -6 tunnel add s3 mode ip6gre remote fd00::3 key 7 dscp inherit
            -6 tunnel add s4 mode vti6 remote fd00::4 local fd00::1 key 5
            -6 tunnel add s5 remote fd00::5 tclass inherit
            tunnel add s6 mode any remote fd00::6
            -6 tunnel change s2 hoplimit 6
            -6 tunnel del s1
            tunnel del t5",
        lists: &["tunnel show", "-6 tunnel show", "link show"],
        bad: &[
            "tunnel add", "tunnel add x", "tunnel add x mode", "tunnel add x mode foo", "tunnel add x mode ipip ttl x",
            "tunnel add x mode ipip tos x", "tunnel add x mode gre key x", "tunnel add x mode ipip mode gre",
            "tunnel add t1 mode ipip remote 10.0.0.2", "tunnel del", "tunnel del x",
            "tunnel del d0", "tunnel change x ttl 5", "tunnel change d0 ttl 5", "tunnel show mode foo",
            "-6 tunnel add s2 mode ipip6 remote fd00::3", "-6 tunnel add x mode ip6ip6 remote x",
            "-6 tunnel add x mode ip6ip6 flowlabel x", "-6 tunnel show x", "-6 tunnel show d0", "-6 tunnel del x",
        ],
    },
];
