//! More of the link kinds of the machine's kernel, of `ip link set`, and `ip tuntap`: see `cases.rs` for the form.

use super::cases::Listings;

pub(crate) const STATES: &[(&str, &str)] = &[
    (
        "sources",
        "link add low address 02:00:00:00:00:01 type veth peer name high address 02:00:00:00:00:02
         link add s0 link low address 02:00:00:00:00:03 type macvlan mode source
         link add s1 link low address 02:00:00:00:00:04 type macvlan mode source macaddr add 02:00:00:00:01:01
         link add s2 link low address 02:00:00:00:00:05 type macvlan mode source flag nodst bcqueuelen 7
         link add b0 link low address 02:00:00:00:00:06 type macvlan mode bridge
         link add x0 address 02:00:00:00:00:07 type vxlan external gpe dstport 4790 udp6zerocsumrx
         link add x1 address 02:00:00:00:00:08 type vxlan id 7 gbp df set ttl 3 tos 8 srcport 1000 2000 \
         ageing 60 maxaddress 9 dstport 4789 udpcsum remcsumtx remcsumrx rsc proxy l2miss l3miss local 10.0.0.1
         link add x2 address 02:00:00:00:00:09 type vxlan id 8 ttl inherit tos inherit df inherit dstport 8472",
    ),
    (
        // The devices are listed by their files.
        "tuntap",
        "! mount -t sysfs sysfs /sys
         tuntap add dev t0 mode tun
         tuntap add dev t1 mode tap user root group daemon
         tuntap add dev t2 mode tun user 12345 group 54321 pi vnet_hdr multi_queue
         link set t1 address 02:00:00:00:00:01
         link set t1 group 5",
    ),
];

pub(crate) const LISTINGS: &[Listings] = &[
    Listings { states: "sources", modes: &["-d", "-d -j", "-o -d", "-d -j -p"], lines: &["link show type macvlan"] },
    // The details of vxlan, of which this kernel has more than an older iproute2, are compared in the virtual machine.
    Listings { states: "sources", modes: &["", "-j", "-o", "-br", "-s"], lines: &["link", "link show type vxlan"] },
    Listings {
        states: "tuntap",
        modes: &["", "-j", "-j -p", "-o", "-br", "-s", "-4"],
        lines: &["tuntap", "tuntap show", "tuntap list", "tuntap lst", "tap", "tunt s", "ta l"],
    },
    Listings { states: "tuntap", modes: &["-d", "-d -j", "-o -d"], lines: &["link", "link show t1"] },
    Listings { states: "fresh up", modes: &["", "-j", "-d"], lines: &["tuntap"] },
];

pub(crate) const MUTATIONS: &[(&str, &[&str])] = &[
    (
        "sources",
        &[
            "link set s0 type macvlan macaddr add 02:00:00:00:01:02 ; link set s0 type macvlan macaddr add 02:00:00:00:01:03",
            "link set s1 type macvlan macaddr del 02:00:00:00:01:01",
            "link set s1 type macvlan macaddr flush",
            "link set s1 type macvlan mac flush",
            "link set s1 type macvlan macaddr set",
            "link set s1 type macvlan macaddr set 02:00:00:00:01:04 02:00:00:00:01:05 02:00:00:00:01:06",
            "link set s1 type macvlan flag nodst ; link set s1 type macvlan flag null",
            "link set s1 type macvlan bcqueuelen 9",
            "link add s9 link low address 02:00:00:00:00:0a type macvlan macaddr set 02:00:00:00:01:04 02:00:00:00:01:05",
            "link add s9 link low address 02:00:00:00:00:0a type macvlan mode source macaddr set 02:00:00:00:01:04",
            "link set s1 type macvlan mode private",
            "link set group default mtu 1400",
            "link set low gso_max_size 30000 gso_max_segs 100 gro_max_size 20000",
            "link set low xdp off ; link set low xdpgeneric off ; link set low xdpdrv off ; link set low xdp none",
            "link add n0 numtxqueues 3 numrxqueues 4 index 77 address 02:00:00:00:00:0b broadcast ff:ff:ff:ff:ff:fe type veth peer name n1 address 02:00:00:00:00:0c",
        ],
    ),
    ("tuntap", &["link set group 5 up", "link set group 5 mtu 1300", "link set group default txqueuelen 7"]),
    (
        "fresh",
        &[
            "tuntap add dev t0 mode tun",
            // Advice on the port, and no failure.
            "link add x9 type vxlan id 5", "link add x9 type vxlan external", "link add x9 type vxlan id 5 dstport 0 dsfield 8",
            "link add x9 type vxlan id 5 dstport 0 group 10.0.0.1", "link add x9 type vxlan id 5 dstport 0 remote 239.1.1.1",
            "link add x9 type vxlan id 5 dstport 0 local ff02::1", "link add x9 type vxlan id 5 dstport 0 group fe80::1",
            "link add x9 type vxlan id 5 dstport 0 local any", "link add x9 type vxlan id 5 dstport 0 remote6 fe80::1",
            "link add x9 type vxlan id 5 dstport 0 remote fe80::1", "link add x9 type vxlan id 5 dstport 0 ttl 256",
            "tunnel nope", "link show permanent",
            "link add x9 type vxlan id 5 dstport 4789 nolearn udpc l2m", "link add x9 type vxlan id 5 dstport 4789 n",
            "tuntap add t0 mode tun ; tuntap del t0 mode tun",
            "tap a m tap n t0 ; link set t0 address 02:00:00:00:00:01",
            "tuntap add mode tun ; tuntap add mode tun",
            "tuntap add dev t0 mode tun user root group root pi multi_queue vnet_hdr one_queue",
            "tuntap add d t0 m tun u 5 g 6 p mu v o ; tuntap delete t0 mode tun multi_queue",
            "tuntap add dev t0 mode tun user 1 user 2",
            "tuntap add dev a dev t0 mode tun mode tun",
            "tuntap add dev t%d mode tun",
            "tuntap del dev nope mode tun",
        ],
    ),
];

pub(crate) const ERRORS: &[(&str, &[&str])] = &[
    (
        "sources",
        &[
            "link set s1 type macvlan macaddr",
            "link set s1 type macvlan macaddr add",
            "link set s1 type macvlan macaddr add zz",
            "link set s1 type macvlan macaddr set 02:00:00:00:01:04 foo",
            "link set b0 type macvlan macaddr add 02:00:00:00:01:02",
            "link set s1 type macvlan flag foo",
            "link set low vf", "link set low vf foo", "link set low vf 1", "link set low vf 1 up",
            "link set low vf 1 mac", "link set low vf 1 mac zz", "link set low vf 1 mac 02:00:00:00:00:01",
            "link set low vf 1 vlan", "link set low vf 1 vlan foo", "link set low vf 1 vlan 5000", "link set low vf 1 vlan 5 qos foo",
            "link set low vf 1 vlan 5 proto foo", "link set low vf 1 vlan 5 qos 3 proto 802.1ad", "link set low vf 1 rate foo",
            "link set low vf 1 max_tx_rate foo", "link set low vf 1 min_tx_rate foo", "link set low vf 1 spoofchk foo",
            "link set low vf 1 query_rss foo", "link set low vf 1 trust foo", "link set low vf 1 state foo",
            "link set low vf 1 node_guid foo", "link set low vf 1 port_guid 01:02:03:04:05:06:07", "link set low vf 1 trust on",
            "link set low vf 1 trust on mtu 5",
            "link set low xdp", "link set low xdp foo", "link set low xdp of",
            "link set low protodown_reason", "link set low protodown_reason foo on", "link set low protodown_reason 3",
            "link set low protodown_reason 3 foo", "link set low protodown_reason 32 on", "link set low protodown_reason 3 on",
            "link add g type geneve id 5", "link add g type geneve remote 1.1.1.1", "link add g type geneve id foo remote 1.1.1.1",
            "link add g type geneve id 5 remote foo", "link add g type geneve id 5 remote 1.1.1.1 ttl foo",
            "link add g type geneve id 5 remote 1.1.1.1 tos foo", "link add g type geneve id 5 remote 1.1.1.1 df foo",
            "link add g type geneve id 5 remote 1.1.1.1 label foo", "link add g type geneve id 5 remote 1.1.1.1 dstport foo",
            "link add g type geneve id 5 remote 1.1.1.1 foo", "link add g type geneve external id 5", "link set low type geneve ttl 5",
            "link add g type geneve id 5 remote 1.1.1.1 inner", "link add g type geneve id 5 remote 1.1.1.1",
            "link add g type xfrm if_id", "link add g type xfrm if_id foo", "link add g type xfrm if_id 5 dev nope",
            "link add g type xfrm dev low", "link add g type xfrm external if_id 5", "link add g type xfrm foo",
            "link add g type hsr slave1 foo slave2 low", "link add g type hsr slave1 low slave2 high supervision foo",
            "link add g type hsr slave1 low slave2 high version foo", "link add g type hsr slave1 low slave2 high proto foo",
            "link add g type hsr s low sl high", "link add g type hsr foo", "link add g type hsr slave1 low slave2 high",
            "link add g type bareudp dstport 5", "link add g type bareudp ethertype ip", "link add g type bareudp dstport 5 ethertype foo",
            "link add g type bareudp dstport foo ethertype ip", "link add g type bareudp dstport 5 ethertype ip srcportmin foo",
            "link add g type bareudp foo", "link add g type bareudp d 5 e ip", "link set low type bareudp multiproto",
            "link add g type gtp role foo", "link add g type gtp hsize 5", "link add g type gtp hsize foo role ggsn",
            "link add g type gtp role ggsn restart_count foo", "link add g type gtp role sgsn",
            "link add g type amt mode gateway local foo", "link add g type amt mode gateway dev nope", "link add g type amt foo",
            "link add g type amt mode gateway relay_port foo", "link add g type amt mode gateway max_tunnels foo",
            "link add g type vxcan", "link add g type vxcan peer name h",
        ],
    ),
    (
        "tuntap",
        &[
            "tuntap add dev q", "tuntap del dev q", "tuntap add dev q mode foo", "tuntap add dev q mode", "tuntap add dev q mode tun mode tap",
            "tuntap add dev t0 mode tun", "tuntap add dev t0 mode tap", "tuntap del dev t1 mode tun", "tuntap add dev lo mode tun",
            "tuntap add dev sixteen-bytes-xx mode tun", "tuntap add dev a/b mode tun", "tuntap add dev q mode tun user nope",
            "tuntap add dev q mode tun group nope", "tuntap add dev q mode tun user 0x10", "tuntap foo", "tuntap add dev q mode tun user",
            "tuntap add dev q mode tun foo", "tuntap add dev q name z mode tun", "tuntap del dev q mode tun user 5", "tuntap help",
        ],
    ),
];
