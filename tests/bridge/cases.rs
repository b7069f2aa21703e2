//! The command lines, without their `bridge`.

/// A state for kernels without VLAN filtering; its lines are shell.
pub const HOST: &str = "
echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6
ip link set lo up
ip link add br0 address 02:00:00:00:00:01 type bridge mcast_snooping 1
ip link add br1 address 02:00:00:00:00:02 type bridge
ip link add v0 address 02:00:00:00:00:10 type veth peer name v1 address 02:00:00:00:00:11
ip link add v2 address 02:00:00:00:00:12 type veth peer name v3 address 02:00:00:00:00:13
ip link add v4 address 02:00:00:00:00:14 type veth peer name v5 address 02:00:00:00:00:15
ip link add vx0 address 02:00:00:00:00:20 type vxlan id 42 dstport 4789 local 10.0.0.1 nolearning
ip link add vxe address 02:00:00:00:00:21 type vxlan dstport 4790 external vnifilter local 10.0.0.1
ip link set v0 master br0 up
ip link set v1 up
ip link set v2 master br0
ip link set vx0 master br0 up
ip link set vxe master br0 up
ip link set v4 master br1 up
ip link set br0 up
ip link set br1 up
# A port learns a moment after its carrier has come; before that it takes no dynamic entry.
n=0; until bridge link show dev v0 | grep -q forwarding; do n=$((n + 1)); test $n -lt 600; sleep 0.05; done
bridge fdb add 02:aa:00:00:00:01 dev v0 master static
bridge fdb add 02:aa:00:00:00:03 dev v0 self
bridge fdb add 02:aa:00:00:00:04 dev v0 master dynamic extern_learn
bridge fdb add 02:aa:00:00:00:05 dev v0 master dynamic sticky
bridge fdb add 02:aa:00:00:00:06 dev vx0 dst 10.0.0.2 vni 77 port 5555 src_vni 42
bridge fdb add 02:aa:00:00:00:07 dev vx0 dst 10.0.0.2 via v1
bridge fdb append 00:00:00:00:00:00 dev vx0 dst 10.0.0.3
bridge vni add dev vxe vni 1010
bridge vni add dev vxe vni 1020-1023
bridge vni add dev vxe vni 1032 remote 10.9.9.9
bridge vni add dev vxe vni 2000-2003 remote 10.8.8.8
bridge mdb add dev br0 port v0 grp 239.1.1.1 permanent
bridge mdb add dev br0 port v0 grp 239.1.1.2 temp
bridge mdb add dev br0 port v0 grp ff0e::1 permanent
bridge mdb add dev br0 port v0 grp 01:00:5e:11:22:33 permanent
bridge mdb add dev br0 port br0 grp 239.1.1.3
bridge mdb add dev br0 port v0 grp 239.1.1.4 src 10.0.0.5 permanent
bridge link set dev v0 mcast_router 2
bridge link set dev v2 guard on learning off cost 7 isolated on";

pub const MODES: &[&str] = &[
    "", "-s", "-d", "-d -s", "-o", "-o -d", "-o -s", "-j", "-p -j", "-d -j", "-s -j", "-d -s -j -p", "-c", "-color=always -d",
    "-c=never", "-details", "-stats", "--json", "-oneline -s -d", "-timestamp",
];

pub const LINES: &[&str] = &[
    "link", "link show dev v0", "link list dev v2", "l", "link show dev br0", "fdb", "fdb show dev v0", "fdb show dev vx0",
    "fdb show br br0", "fdb show br br0 brport v0 state static", "fdb show br br0 state permanent", "fdb show state all",
    "fdb show dynamic", "fdb show brport v0 dynamic", "f s dev v4", "fdb lst dev v0", "fdb get 02:aa:00:00:00:06 dev vx0 self",
    "fdb get 02:aa:00:00:00:01 br br0", "fdb get to 02:aa:00:00:00:01 brport v0", "fdb get 02:aa:00:00:00:01 br br0 dynamic",
    "fdb get 02:00:00:00:00:10 br br0 d", "link ls", "fdb ls dev v0", "mdb ls", "mdb", "mdb show dev br0", "mdb show dev br1",
    "m l dev br1", "mdb show vid 4", "vni", "vni show dev vxe", "vn",
];

/// What fails, in the same words and with the same code.
pub const BAD: &[&str] = &[
    "vlan add dev v0 vid 5000", "vlan add dev v0 vid 7-5", "foo", "-foo link", "link foo", "fdb foo", "vlan foo", "mdb foo", "vni foo", "fo", "-n nope link", "-b /nope",
    "link set", "link set cost 4", "link set dev nope cost 3", "link set dev v0 state foo", "link set dev v0 state 9",
    "link set dev v0 guard foo", "link set dev v0 backup_port foo", "link set dev v0 hwmode foo",
    "link set dev v0 locked foo", "link set dev v0 cost", "link set dev v1 cost 4", "link set dev v0 cost 5 self",
    "link set dev v0 hwmode vepa", "link show dev nope", "-j link show dev nope", "link show dev",
    "fdb show dev nope", "fdb show br nope", "fdb show state foo", "fdb show state", "fdb show state none",
    "fdb add", "fdb add 02:aa:00:00:00:01", "fdb add foo dev v0", "fdb add 02:aa dev v0", "fdb add 02:aa:00:00:00:zz dev v0",
    "fdb add dev v0", "fdb add 02:aa:00:00:00:01 dev nope", "fdb add 02:aa:00:00:00:01 dev v0 foo",
    "fdb add 02:aa:00:00:00:01 dev v0 vlan 4095", "fdb add 02:aa:00:00:00:01 dev v0 vlan x",
    "fdb add 02:aa:00:00:00:01 dev v0 vlan 1 vlan 2", "fdb add 02:aa:00:00:00:01 dev vx0 dst foo",
    "fdb add 02:aa:00:00:00:01 dev vx0 dst 1.1.1.1 dst 1.1.1.2", "fdb add 02:aa:00:00:00:01 dev vx0 dst 1.1.1.1 nhid 3",
    "fdb add 02:aa:00:00:00:01 dev vx0 port foo", "fdb add 02:aa:00:00:00:01 dev vx0 vni foo",
    "fdb add 02:aa:00:00:00:01 dev vx0 src_vni foo",
    "fdb add 02:aa:00:00:00:01 dev vx0 via foo", "fdb add 02:aa:00:00:00:01 dev vx0 nhid foo",
    "fdb add 02:aa:00:00:00:01 dev v0 master", "fdb add 02:aa:00:00:00:01 to 02:aa:00:00:00:01 dev v0",
    "fdb del 02:aa:00:00:00:99 dev v0", "fdb del 02:aa:00:00:00:99 dev v0 master", "fdb a", "fdb r", "fdb ap", "fdb repl", "fdb g",
    "fdb d", "fdb del", "fdb f", "fdb get 02:aa:00:00:00:99 br br0", "fdb get 02:aa:00:00:00:06", "fdb get", "fdb get dev v0",
    "fdb get 02:aa:00:00:00:06 dev nope", "fdb get 02:aa:00:00:00:06 br nope", "fdb get zz dev v0",
    "fdb get 02:aa:00:00:00:06 dev v0 brport v0", "fdb get 02:aa:00:00:00:06 dev v0 foo", "fdb flush", 
    "fdb flush dev nope", "fdb flush dev br0 brport foo", "fdb flush dev v1",
    "vlan add", "vlan add dev v0", "vlan add vid 10", "vlan add dev nope vid 10", "vlan add dev v0 vid 10-5", "vlan add dev v0 vid 10-5000",
    "vlan add dev v0 vid 10-12 pvid", "vlan add dev vxe vid 10 tunnel_info foo", "vlan add dev vxe vid 10 tunnel_info id foo",
    "vlan add dev vxe vid 10 tunnel_info", "vlan set dev v0 vid 10 state foo", "vlan set dev v0 vid 10 mcast_router foo",
    "vlan set dev v0 vid 12-10 state 1", "vlan set dev nope vid 10", "vlan set vid 10", "vlan set dev v0", "vlan show dev nope",
    "vlan show dev v0 dev v1", "vlan show vid 1 vid 2", "vlan g", "vlan glob", "vlan global show dev nope", "vlan global set",
    "vlan global set dev br0", "vlan global set vid 10", "vlan global set dev br0 vid 10 mcast_snooping foo",
    "vlan global set dev br0 vid 10 mcast_snooping 300", "vlan global set dev br0 vid 10 mcast_querier_interval foo",
    "vlan global set dev nope vid 10 mcast_snooping 1",
    "mdb show dev nope", "mdb show dev br0 dev br1", "mdb add", "mdb add dev br0 port v0", "mdb add dev br0 port v0 grp foo",
    "mdb add dev br0 port v0 grp 10.0.0.1", "mdb add dev br0 port nope grp 239.1.1.1", "mdb add dev nope port v0 grp 239.1.1.1",
    "mdb add dev br0 port v0 grp 239.1.1.1 src foo", "mdb add dev br0 port v0 grp 239.1.1.1 src ff02::1",
    "mdb add dev br0 port v0 grp 239.1.1.1 permanent", "mdb del dev br0 port v0 grp 239.1.1.99", "mdb add dev v0 port v0 grp 239.1.1.1",
    "mdb add dev br0 port v4 grp 239.1.1.1", "mdb add dev br0 grp 239.1.1.1", "mdb a", "mdb d",
    "vni add", "vni add dev vxe", "vni add vni 5", "vni add dev nope vni 5", "vni add dev vxe vni 10 group 10.0.0.1",
    "vni add dev vxe vni 10 remote 239.1.1.1", "vni add dev vxe vni 10 remote foo", "vni add dev v0 vni 10", "vni l", "vni a",
    "vni show dev nope", "vni show dev v0", "monitor link foo", "monitor vlan foo",
    "monitor file", "monitor f /nope", "monitor file /nope foo", "monitor al", "vlan se",
    "link s", "link se",
];

/// Lines that iproute2 takes, passing over a word or reading it as 0, or answers with its usage; and the word.
pub const REFUSED: &[(&str, &str)] = &[
    ("link show foo", "foo"), ("link set dev v0 foo", "foo"), ("link set dev v0 cost foo", "foo"), ("link set dev v0 priority foo", "foo"),
    ("link set dev v0 mcast_router 300", "300"), ("fdb flush foo", "foo"),
    ("link set dev v0 mcast_n_groups 3", "mcast_n_groups"), ("link set dev v0 proxy_arp on", "proxy_arp"),
    ("fdb show foo", "foo"), ("fdb show vlan x", "\"x\""), ("fdb show vlan 5000", "5000"), ("fdb flush dev br0 foo", "foo"),
    ("vlan show foo", "foo"), ("vlan show vid foo", "foo"), ("vlan add dev v0 vid 10 foo", "foo"), ("vlan add dev v0 vid 10-", "10-"),
    ("vlan add dev v0 vid foo", "foo"), ("vlan set dev v0 vid 10 foo", "foo"), ("vlan global set dev br0 vid 10 mcast_snoop 1", "mcast_snoop"),
    ("vlan global foo", "foo"), ("mdb show foo", "foo"), ("mdb show vid x", "\"x\""), ("mdb add dev br0 port v0 grp 239.1.1.9 foo", "foo"),
    ("mdb add dev br0 port v0 grp 239.1.1.9 vid x", "\"x\""), ("vni show foo", "foo"), ("vni add dev vxe vni 10 foo", "foo"),
    ("vni add dev vxe vni foo", "foo"), ("vni add dev vxe vni 10 vni 11", "11"), ("monitor foo", "foo"), ("vlan global sho", "sho"), ("link set dev v0 mcast_fast_leave on", "mcast_fast_leave"),
];

/// Commands with `;` between them.
pub const STORIES: &[&str] = &[
    "link set dev v0 cost 5 priority 3 state blocking guard on hairpin on; link set dev v0 fastleave on root_block on learning off flood off",
    "link set dev v2 mcast_router 0 mcast_flood off bcast_flood off mcast_to_unicast on neigh_suppress on isolated off locked on",
    "link set dev v0 backup_port v2; link set dev v2 vlan_tunnel on; link set dev v0 nobackup_port; link set dev v0",
    "fdb add 02:bb:00:00:00:01 dev v0 master; fdb add 02:bb:00:00:00:02 dev v0; fdb add 02:bb:00:00:00:03 dev v0 master static",
    "fdb add 02:bb:00:00:00:14 dev v0 mas st; fdb add 02:bb:00:00:00:15 dev v0 m s e; fdb add 02:bb:00:00:00:16 dev v0 ma dy sti u",
    "fdb add 02:bb:00:00:00:04 dev v0 master temp; fdb add 02:bb:00:00:00:05 dev v0 master dynamic; fdb add 02:bb:00:00:00:06 dev v0 local",
    "fdb add 02:bb:00:00:00:01 dev v0 master sticky static; fdb replace 02:bb:00:00:00:01 dev v2 master; fdb del 02:aa:00:00:00:01 dev v0 master",
    "fdb append 02:bb:00:00:00:01 dev vx0 dst 10.0.0.9; fdb replace 02:bb:00:00:00:01 dev vx0 dst 10.0.0.8 port 99 vni 5 via v1",
    "fdb add to 02:bb:00:00:00:01 dev vx0 dst 10.0.0.9 router; fdb del 02:aa:00:00:00:06 dev vx0 dst 10.0.0.2 vni 77 port 5555",
    "fdb add 02:bb:00:00:00:01 dev br0; fdb add 02:bb:00:00:00:02 dev br0 self local; fdb add 02:bb:00:00:00:03 dev v0 master use dynamic",
    "fdb flush dev br0", "fdb flush dev br0 static", "fdb flush dev br0 nostatic", "fdb flush dev br0 dynamic", "fdb flush dev br0 nodynamic",
    "fdb flush dev br0 brport v0 permanent", "fdb flush dev br0 nopermanent extern_learn", "fdb flush dev br0 nosticky noadded_by_user",
    "fdb flush dev br0 sticky nooffloaded master", "fdb flush dev br0 added_by_user noextern_learn offloaded self",
    "mdb add dev br0 port v0 grp 239.1.1.7 permanent; mdb add dev br0 port v2 grp ff0e::7 temp; mdb del dev br0 port v0 grp 239.1.1.1",
    "mdb add dev br0 port v0 grp 239.2.2.2 src 1.2.3.4 permanent; mdb del dev br0 port v0 grp 239.1.1.4 src 10.0.0.5; mdb add dev br0 port br0 grp 01:00:5e:01:02:03 permanent",
    "vni add dev vxe vni 5-9,11; vni add dev vxe vni 20 remote 10.0.0.4; vni delete dev vxe vni 1020-1021,1010",
];

/// What is done while both watch.
pub const WATCHED: &str = "
bridge fdb add 02:cc:00:00:00:01 dev v0 master static
bridge fdb del 02:cc:00:00:00:01 dev v0 master
bridge fdb add 02:cc:00:00:00:02 dev vx0 dst 10.0.0.9
bridge fdb del 02:cc:00:00:00:02 dev vx0
bridge mdb add dev br0 port v0 grp 239.1.1.77 permanent
bridge mdb del dev br0 port v0 grp 239.1.1.77
bridge link set dev v0 cost 77
bridge link set dev v0 mcast_router 0
bridge link set dev v0 mcast_router 2
ip link set v2 nomaster
bridge vni add dev vxe vni 77-78
bridge vni delete dev vxe vni 77-78";

/// The state of the virtual machine: who sets it up, and by which lines. Indexes are given, so that it can be made anew.
pub const VM: &[(&str, &str)] = &[
    (
        "ip",
        "link add br0 index 10 address 02:00:00:00:00:01 type bridge vlan_filtering 1 mcast_vlan_snooping 1 vlan_stats_enabled 1 vlan_stats_per_port 1
link add v0 index 11 address 02:00:00:00:00:10 type veth peer name v1 index 12 address 02:00:00:00:00:11
link add v2 index 13 address 02:00:00:00:00:12 type veth peer name v3 index 14 address 02:00:00:00:00:13
link add vxe index 15 address 02:00:00:00:00:21 type vxlan dstport 4790 external vnifilter local 10.0.0.1
link set v0 master br0
link set v2 master br0
link set vxe master br0
",
    ),
    (
        "bridge",
        "link set dev vxe vlan_tunnel on
vlan add dev v0 vid 10-14
vlan add dev v0 vid 20 pvid untagged
vlan add dev v2 vid 30
vlan add dev br0 vid 10-12 self
vlan add dev vxe vid 10-13
vlan add dev vxe vid 10 tunnel_info id 1010
vlan add dev vxe vid 12-13 tunnel_info id 1012-1013
fdb add 02:aa:00:00:00:02 dev v0 master static vlan 10
fdb add 02:aa:00:00:00:05 dev v0 master static sticky vlan 10
vlan set dev v0 vid 11-12 state blocking
vlan global set dev br0 vid 10 mcast_querier 1
vni add dev vxe vni 1020-1022
",
    ),
];

pub const VM_MODES: &[&str] = &[
    "", "-s", "-d", "-d -s", "-o", "-com", "-com -s", "-com -d", "-c",
];

/// Without filters, and not in JSON: in a batch iproute2 keeps the filters of the lines before, and writes a document for
/// each line (ours is one), or fails an assertion.
pub const VM_LINES: &str = "\
vlan
vlan tunnelshow
vlan global
fdb
mdb
vni
link
";

/// One by one.
pub const VM_FILTERED: &[&str] = &[
    "vlan show dev vxe", "-com vlan show vid 11", "-j -d vlan show dev v0 vid 10", "vlan show dev v0 vid 99", "-s vlan l dev v2",
    "vlan t dev vxe vid 12", "-j vlan tunnelshow dev v0", "vlan global show dev br0 vid 10", "vlan global show dev v0",
    "fdb show br br0 dev v0 vlan 10", "fdb get 02:aa:00:00:00:02 br br0 vlan 10", "mdb show dev br0 vid 10", "vlan show vid 1 vid 2",
    "-p -j vlan", "-com -j vlan", "-s -j vlan", "-d -s -j vlan", "-d -j vlan", "-j vlan tunnelshow", "-p -j vlan global", "-s -j vni",
    "-j -d mdb", "-j fdb",
];

pub const VM_STORIES: &str = "\
vlan add dev v0 vid 100-102 untagged
vlan add dev v0 vid 200 pvid untagged master
vlan add dev br0 vid 100 self
vlan del dev v0 vid 11-12
vlan del dev v2 vid 1
vlan add dev vxe vid 300
vlan add dev vxe vid 300 tunnel_info id 3000
vlan del dev vxe vid 10 tunnel_info id 1010
vlan add dev vxe vid 10-11 tunnel_info id 1010-1011
vlan set dev v0 vid 100-102 state learning
vlan set dev v0 vid 10 mcast_router 2
vlan set dev v0 vid 13
vlan set dev v0 vid 4000 state blocking
vlan global set dev br0 vid 10-11 mcast_snooping 0 mcast_querier_interval 40000 mcast_igmp_version 3
vlan global set dev br0 vid 10 mcast_mld_version 2 mcast_last_member_count 5 mcast_query_interval 9000 mcast_startup_query_count 3
vlan global set dev br0 vid 99 mcast_snooping 1
vlan global set dev v0 vid 10 mcast_snooping 1
fdb add 02:bb:00:00:00:01 dev v0 master static vlan 13
fdb add 02:bb:00:00:00:02 dev br0 self vlan 10
fdb del 02:aa:00:00:00:02 dev v0 master vlan 10
fdb flush dev br0 vlan 14
mdb add dev br0 port v0 grp 239.1.1.9 permanent vid 14
vlan add dev v0 vid 4095
";
