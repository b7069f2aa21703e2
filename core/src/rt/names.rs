//! Numbers with names that several objects share.

use crate::names;

names! {
    /// `IF_OPER_*` (RFC 2863, `linux/if.h`).
    pub static OPERSTATES = 0 "UNKNOWN", 1 "NOTPRESENT", 2 "DOWN", 3 "LOWERLAYERDOWN", 4 "TESTING", 5 "DORMANT", 6 "UP";
    /// `IF_LINK_MODE_*`.
    pub static LINKMODES = 0 "DEFAULT", 1 "DORMANT";
    /// `RT_SCOPE_*`.
    pub static SCOPES = 0 "global", 255 "nowhere", 254 "host", 253 "link", 200 "site";
    /// `RTPROT_*`, as iproute2 names them.
    pub static PROTOCOLS = 0 "unspec", 1 "redirect", 2 "kernel", 3 "boot", 4 "static", 8 "gated", 9 "ra",
        10 "mrt", 11 "zebra", 12 "bird", 13 "dnrouted", 14 "xorp", 15 "ntk", 16 "dhcp", 18 "keepalived", 42 "babel", 99 "openr",
        186 "bgp", 187 "isis", 188 "ospf", 189 "rip", 192 "eigrp";
    /// `IFAPROT_*`.
    pub static ADDR_PROTOCOLS = 0 "unspec", 1 "kernel_lo", 2 "kernel_ra", 3 "kernel_ll";
    /// `RT_TABLE_*`.
    pub static TABLES = 0 "unspec", 253 "default", 254 "main", 255 "local";
    /// `IPPROTO_*` by their names in `/etc/protocols`, those that rules and routes ask for.
    pub static IP_PROTOCOLS = 6 "tcp", 17 "udp", 1 "icmp", 58 "ipv6-icmp", 2 "igmp", 4 "ipencap", 41 "ipv6",
        47 "gre", 50 "esp", 51 "ah", 89 "ospf", 132 "sctp";
    /// Realms, the halves of `RTA_FLOW`.
    pub static REALMS = 0 "cosmos";
    /// The TOS byte of IPv4.
    pub static DSFIELDS = 0 "default";
    /// Link groups.
    pub static GROUPS = 0 "default";
    /// `RTN_*`.
    pub static ROUTE_TYPES = 0 "none", 1 "unicast", 2 "local", 3 "broadcast", 4 "anycast", 5 "multicast",
        6 "blackhole", 7 "unreachable", 8 "prohibit", 9 "throw", 10 "nat", 11 "xresolve";
    /// `ARPHRD_*` (`linux/if_arp.h`), iproute2's words.
    pub static ARPHRD = 0 "netrom", 1 "ether", 2 "eether", 3 "ax25", 4 "pronet", 5 "chaos", 6 "ieee802",
        7 "arcnet", 8 "atalk", 15 "dlci", 19 "atm", 23 "metricom", 24 "ieee1394", 32 "infiniband", 256 "slip",
        257 "cslip", 258 "slip6", 259 "cslip6", 260 "rsrvd", 264 "adapt", 270 "rose", 271 "x25", 272 "hwx25",
        280 "can", 290 "mctp", 512 "ppp", 513 "hdlc", 516 "lapb", 517 "ddcmp", 518 "rawhdlc", 768 "ipip",
        769 "tunnel6", 770 "frad", 771 "skip", 772 "loopback", 773 "localtlk", 774 "fddi", 775 "bif", 776 "sit",
        777 "ip/ddp", 778 "gre", 779 "pimreg", 780 "hippi", 781 "ash", 782 "econet", 783 "irda", 784 "fcpp",
        785 "fcal", 786 "fcpl", 787 "fcfb0", 788 "fcfb1", 789 "fcfb2", 790 "fcfb3", 791 "fcfb4", 792 "fcfb5",
        793 "fcfb6", 794 "fcfb7", 795 "fcfb8", 796 "fcfb9", 797 "fcfb10", 798 "fcfb11", 799 "fcfb12",
        800 "tr", 801 "ieee802.11", 802 "ieee802.11/prism", 803 "ieee802.11/radiotap", 804 "ieee802.15.4",
        805 "ieee802.15.4/monitor", 820 "phonet", 821 "phonet_pipe", 822 "caif", 823 "gre6", 824 "netlink",
        825 "6lowpan", 826 "vsockmon", 0xffff "void", 0xfffe "none";
    /// `IFF_*` in the order of iproute2's listing, without RUNNING and what it decides.
    pub static IFFS = 8 "LOOPBACK", 2 "BROADCAST", 0x10 "POINTOPOINT", 0x1000 "MULTICAST", 0x80 "NOARP",
        0x200 "ALLMULTI", 0x100 "PROMISC", 0x400 "MASTER", 0x800 "SLAVE", 4 "DEBUG", 0x8000 "DYNAMIC",
        0x4000 "AUTOMEDIA", 0x2000 "PORTSEL", 0x20 "NOTRAILERS", 1 "UP", 0x10000 "LOWER_UP", 0x20000 "DORMANT",
        0x40000 "ECHO";
    /// `IN6_ADDR_GEN_MODE_*`.
    pub static ADDR_GEN_MODES = 0 "eui64", 1 "none", 2 "stable_secret", 3 "random";
}
