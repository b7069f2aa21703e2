//! Policy rules.

use crate::cases::Listings;
use crate::differences::{Difference, NEVER, What};

pub(crate) const STATES: &[(&str, &str)] = &[(
    "rules",
    "link set lo up
     link add v0 type veth peer name v1
     rule add from 10.0.0.0/8 table 100
     rule add to 10.1.2.3 lookup 200 priority 50
     rule add from 10.2.0.0/16 to 10.3.0.0/16 tos 0x10 table main pref 51
     rule add not from 10.9.9.9 table 300
     rule add fwmark 0x10 table 400
     rule add fwmark 0x10/0xff table 400 protocol static
     rule add fwmark 0/0x1 table 400
     rule add iif v0 table 5
     rule add oif nosuch table 5
     rule add iif lo oif v0 prohibit
     rule add uidrange 100-200 table 6
     rule add ipproto tcp sport 80 dport 1000-2000 table 7
     rule add ipproto 17 dport 53 table 8
     rule add ipproto 99 table 8
     rule add from 1.2.3.4 blackhole
     rule add from 1.2.3.5 unreachable
     rule add goto 32766 pref 60
     rule add goto 9999 pref 61
     rule add nop pref 62
     rule add tun_id 5 table 9
     rule add table main suppress_prefixlength 0
     rule add table main suppress_ifgroup default
     rule add table main suppress_ifgroup 7
     rule add l3mdev pref 1000
     rule add realms 5/6 table 10
     rule add realms 7 table 10
     rule add from all table 51820 protocol 186
     -6 rule add from fd00::/16 table 100
     -6 rule add to fd00::1 table 200 priority 50
     -6 rule add not fwmark 51820 table 51820
     -6 rule add iif v0 prohibit
     -6 rule add ipproto ipv6-icmp table 3",
)];

pub(crate) const LISTINGS: &[Listings] = &[
    Listings {
        states: "fresh rules",
        modes: &["", "-o", "-d", "-j", "-d -j", "-j -p", "-s", "-br", "-4", "-6", "-6 -d", "-6 -j", "-N", "-N -j"],
        lines: &["rule", "rule show", "ru"],
    },
    Listings {
        states: "rules",
        modes: &["", "-j", "-6"],
        lines: &[
            "rule list", "rule ls", "rule lst", "rule l", "rule s", "rule show table 100", "rule show table main", "rule show lookup 400", "rule show pref 50",
            "rule show priority 0", "rule show order 32766", "rule show fwmark 0x10", "rule show fwmark 0x10/0xff", "rule show iif v0", "rule show dev v0",
            "rule show oif nosuch", "rule show uidrange 100-200", "rule show ipproto tcp", "rule show ipproto 17", "rule show sport 80", "rule show dport 1000-2000",
            "rule show l3mdev", "rule show not", "rule show tun_id 5", "rule show tos 0x10", "rule show dsfield 0x10", "rule show table 9999", "rule show protocol static",
        ],
    },
    Listings {
        states: "rules",
        modes: &["", "-j"],
        lines: &[
            "rule show from 10.0.0.0/8", "rule show from 10.2.0.0/15", "rule show src 1.2.3.4", "rule show to 10.1.2.3", "rule show dst 10.0.0.0/8", "rule show 10.3.0.0/16",
            "-6 rule show from fd00::/16", "-6 rule show to fd00::1",
        ],
    },
];

pub(crate) const MUTATIONS: &[(&str, &[&str])] = &[
    (
        "rules",
        &[
            "rule flush", "-6 rule flush; -6 rule", "rule flush table 400", "rule flush from 10.0.0.0/8", "rule flush pref 50", "rule flush iif v0", "rule flush fwmark 0x10",
            "rule flush ipproto tcp", "rule flush table 9999", "rule del pref 50; rule del pref 50", "rule del from 10.0.0.0/8", "rule del from 10.0.0.0/8 table 100",
            "rule del table 400", "rule del fwmark 0x10/0xff", "rule del iif v0", "rule del l3mdev", "rule del goto 9999", "rule del nop", "rule del to 10.1.2.3",
            "rule d not from 10.9.9.9", "rule delete prio 0", "rule del prohibit", "rule del type blackhole", "rule del", "-6 rule del to fd00::1; -6 rule",
            "rule f protocol static", "rule flush f 1.2.3.4",
        ],
    ),
    (
        "base",
        &[
            "rule add from 10.0.0.0/8 table 100", "rule a to 10.1.2.3 t 5", "rule add t 5 table 6", "rule add table 5 p 7", "rule add table 5 pref 7; rule add table 5 pref 7",
            "rule add lookup main o 9", "rule add dsfield 0x10 table 5", "rule add d 0x10 table 5", "rule add table 70000", "rule add realms 1/2 table 5", "rule add r 5 table 5",
            "rule add pro bgp table 5", "rule add p 5 table 5", "rule add s 3 table 5", "rule add sup_pl 3 table 5", "rule add sup_group 3 table 5", "rule add suppress_i 3 table 5",
            "rule add dev v0 table 5", "rule add iif v0 oif v1 table 5", "rule add l3mdev", "rule add uidrange 0-0 table 5", "rule add ipproto sctp table 5", "rule add sport 80 table 5",
            "rule add dport 80-90 table 5", "rule add g 32766", "rule add n", "rule add p 100 bl", "rule add type unr pref 5", "rule add u pref 5", "rule add uni pref 5",
            "rule add fwmark 0xffffffff table 5", "rule add fwmark 5/0 table 5", "rule add not table 5", "rule add from all table 5", "rule add from any to any table 5",
            "rule add from default table 5", "rule add from 10.0.0.1 to 10.0.0.2 iif lo table 5 pref 5", "-6 rule add from fd00::/16 table 5; -6 rule", "-6 rule add table 5; -6 rule",
            "-4 rule add table 5", "rule add from fd00::1 table 5; -6 rule", "rule add to 10.0.0.0/8 prohibit", "rule add tun_id 0x5 table 5",
        ],
    ),
];

pub(crate) const ERRORS: &[(&str, &[&str])] = &[(
    "base",
    &[
        "rule add", "rule del", "rule foo", "rule add foo", "rule add from x table 5", "rule add from", "rule add to x", "rule add pref x", "rule add pref", "rule add table x",
        "rule add table", "rule add fwmark x", "rule add fwmark 5/x", "rule add tos x", "rule add iif averyverylongname0 table 5", "rule add oif averyverylongname0 table 5",
        "rule add uidrange 5 table 5", "rule add uidrange 5-x table 5", "rule add ipproto x table 5", "rule add ipproto 300 table 5", "rule add sport x table 5",
        "rule add sport 7-5 table 5", "rule add goto x", "rule add goto 0", "rule add protocol x table 5",
        "rule add realms x table 5", "rule add realms 1/x table 5", "rule add suppress_prefixlength x", "rule add suppress_ifgroup x", "rule add tun_id x", "rule add type foo",
        "rule add l3mdev table 5", "rule add type", "rule add table 5 type nope", "rule show foo", "rule show table x", "rule show pref x", "rule show fwmark x",
        "rule show uidrange x", "rule show protocol x", "rule show from x", "rule show ipproto x", "rule show sport x", "rule show dport x", "rule show iif averyverylongname0",
        "rule flush foo", "rule flush table x", "rule flush protocol x", "rule del pref 999", "rule del table 999", "rule del from 9.9.9.9", "rule help", "rule save foo",
        "rule restore", "rule showdump", "route restore", "route showdump", "addr restore", "addr showdump", "route save foo", "addr save dev nope",
    ],
)];

pub(crate) const DIFFERENCES: &[Difference] = &[
    Difference {
        on: "*rule show protocol *",
        since: NEVER,
        what: What::Free,
        example: ("rules", "rule show protocol static"),
        why: "the filter is read and not used there",
    },
    Difference {
        on: "*-j*rule*|*-j*ru",
        since: (6, 15),
        what: What::Change(port_masks),
        example: ("rules", "-j rule"),
        why: "6.15 shows the masks of ports, which newer kernels always give",
    },
    Difference {
        on: "rule show dport*",
        since: NEVER,
        what: What::Err("invalid dport range", "invalid port range"),
        example: ("base", "rule show dport x"),
        why: "one sentence for all ports",
    },
    Difference {
        on: "route save*",
        since: NEVER,
        what: What::Free,
        example: ("base", "route save foo"),
        why: "sequence and port are each run's own, see saved.rs; nothing is written of a command that fails",
    },
];

/// `"sport_mask":"0xffff"` behind each single port.
fn port_masks(text: &str) -> String {
    let mut out = text.to_string();
    for key in ["sport", "dport"] {
        let (mark, mut rest, mut done) = (format!("\"{key}\":"), out.as_str(), String::new());
        while let Some(at) = rest.find(&mark) {
            let start = at + mark.len();
            let end = rest[start..].find(|c: char| c != ' ' && !c.is_ascii_digit()).map_or(rest.len(), |n| start + n);
            let blank = if rest[start..].starts_with(' ') { " " } else { "" };
            let indent = if !blank.is_empty() { rest[..at].rfind('\n').map_or("", |line| &rest[line..at]) } else { "" };
            done += &format!("{},{indent}\"{key}_mask\":{blank}\"0xffff\"", &rest[..end]);
            rest = &rest[end..];
        }
        out = done + rest;
    }
    out
}
