//! Every attribute's number against the installed uapi headers.

use std::collections::HashMap;
use std::path::Path;

/// Names and values of the enumerators and plain defines of a header.
fn header(path: &str) -> Option<HashMap<String, i64>> {
    let Ok(text) = std::fs::read_to_string(Path::new("/usr/include/linux").join(path)) else {
        return harness::skip("the kernel's uapi headers are not installed (linux-libc-dev)");
    };
    let mut plain = String::new();
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once("/*") {
        plain.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, r)| r);
    }
    plain.push_str(rest);
    let mut values: HashMap<String, i64> = HashMap::new();
    let value = |word: &str, values: &HashMap<String, i64>| {
        let word = word.trim();
        word.strip_prefix("0x")
            .map_or_else(|| word.parse().ok(), |h| i64::from_str_radix(h, 16).ok())
            .or_else(|| values.get(word).copied())
    };
    for block in plain.split("enum").skip(1) {
        let Some(body) = block.split_once('{').and_then(|(_, b)| b.split_once('}')).map(|(b, _)| b) else {
            continue;
        };
        let body: String =
            body.lines().filter(|l| !l.trim_start().starts_with('#')).collect::<Vec<_>>().join("\n");
        let mut next = 0;
        for item in body.split(',') {
            let (name, set) = item.split_once('=').map_or((item, None), |(n, v)| (n, Some(v)));
            let name = name.trim();
            if name.is_empty() {
                continue;
            }
            if let Some(set) = set {
                let Some(v) = value(set, &values) else { break };
                next = v;
            }
            values.insert(name.to_string(), next);
            next += 1;
        }
    }
    for line in plain.lines() {
        let mut words = line.split_whitespace();
        if words.next() == Some("#define")
            && let (Some(name), Some(v)) = (words.next(), words.next())
            && let Some(v) = value(v, &values)
        {
            values.entry(name.to_string()).or_insert(v);
        }
    }
    Some(values)
}

/// Holds a table's keys against `PREFIX_KEY` in a header. Keys newer than the header are named, not failed.
fn check(file: &str, prefix: &str, keys: &[(&str, u16)]) {
    let Some(values) = header(file) else { return };
    let mut known = 0;
    for (key, number) in keys {
        match values.get(&format!("{prefix}_{key}")) {
            Some(v) => {
                assert_eq!(*v, i64::from(*number), "{prefix}_{key}");
                known += 1;
            }
            None => println!("{prefix}_{key} is newer than {file}"),
        }
    }
    assert!(known > 0 && known * 2 >= keys.len(), "{file} does not hold {prefix}_*");
}

#[test]
fn rtnetlink() {
    use nlbox_core::rt::{addr, link, neigh, nsid, route, rule};
    check("if_link.h", "IFLA", link::ifla::KEYS);
    check("if_link.h", "IFLA_INFO", link::info::KEYS);
    check("if_link.h", "IFLA_XDP", link::xdp::KEYS);
    check("if_link.h", "IFLA_PROTO_DOWN_REASON", link::reason::KEYS);
    check("if_link.h", "IFLA_VF", nlbox_core::rt::vf::vf::KEYS);
    check("if_link.h", "IFLA_INET6", link::inet6::KEYS);
    check("if_addr.h", "IFA", addr::ifa::KEYS);
    check("rtnetlink.h", "RTA", route::rta::KEYS);
    check("rtnetlink.h", "RTAX", route::rtax::KEYS);
    check("neighbour.h", "NDA", neigh::nda::KEYS);
    check("net_namespace.h", "NETNSA", nsid::netnsa::KEYS);
    check("fib_rules.h", "FRA", rule::fra::KEYS);
}

#[test]
fn smaller_objects() {
    use nlbox_core::genl::{self, mptcp, tcp_metrics};
    use nlbox_core::rt::{addrlabel, netconf, ntable, stats};
    check("if_link.h", "IFLA_STATS", stats::getset::KEYS);
    check("if_addrlabel.h", "IFAL", addrlabel::ifal::KEYS);
    check("netconf.h", "NETCONFA", netconf::netconfa::KEYS);
    check("neighbour.h", "NDTA", ntable::ndta::KEYS);
    check("neighbour.h", "NDTPA", ntable::ndtpa::KEYS);
    check("genetlink.h", "CTRL_ATTR", genl::ctrl::KEYS);
    check("genetlink.h", "CTRL_ATTR_MCAST_GRP", genl::group::KEYS);
    check("tcp_metrics.h", "TCP_METRICS_ATTR", tcp_metrics::attr::KEYS);
    check("mptcp.h", "MPTCP_PM_ATTR", mptcp::attr::KEYS);
    check("mptcp.h", "MPTCP_PM_ADDR_ATTR", mptcp::addr::KEYS);
    check("mptcp.h", "MPTCP_ATTR", mptcp::event::KEYS);
}

#[test]
fn bridges() {
    use nlbox_core::rt::{brvlan, fdb, mdb};
    check("neighbour.h", "NDA", fdb::fdb::KEYS);
    check("if_bridge.h", "BRIDGE_VLANDB_ENTRY", brvlan::entry::KEYS);
    check("if_bridge.h", "BRIDGE_VLANDB_STATS", brvlan::stats::KEYS);
    check("if_bridge.h", "BRIDGE_VLANDB_GOPTS", brvlan::global::KEYS);
    check("if_bridge.h", "IFLA_BRIDGE_VLAN_TUNNEL", brvlan::tunnel::KEYS);
    check("if_bridge.h", "IFLA_BRIDGE_MST_ENTRY", brvlan::mst::KEYS);
    check("if_link.h", "VXLAN_VNIFILTER_ENTRY", brvlan::vni::KEYS);
    check("if_link.h", "VNIFILTER_ENTRY_STATS", brvlan::vni_stats::KEYS);
    check("if_bridge.h", "MDBA_MDB_EATTR", mdb::eattr::KEYS);
    check("if_bridge.h", "MDBA_ROUTER_PATTR", mdb::router::KEYS);
}

#[test]
fn kinds() {
    use nlbox_core::rt::kind;
    check("amt.h", "IFLA_AMT", kind::amt::data::KEYS);
    check("if_link.h", "IFLA_BAREUDP", kind::bareudp::data::KEYS);
    check("if_link.h", "IFLA_GENEVE", kind::geneve::data::KEYS);
    check("if_link.h", "IFLA_GTP", kind::gtp::data::KEYS);
    check("if_link.h", "IFLA_HSR", kind::hsr::data::KEYS);
    check("if_link.h", "IFLA_XFRM", kind::xfrm::data::KEYS);
    check("veth.h", "VETH_INFO", kind::veth::data::KEYS);
    check("if_link.h", "IFLA_TUN", kind::tun::data::KEYS);
    check("if_link.h", "IFLA_BR", kind::bridge::data::KEYS);
    check("if_link.h", "IFLA_BOND", kind::bond::data::KEYS);
    check("if_link.h", "IFLA_BOND_AD_INFO", kind::bond::ad::KEYS);
    check("if_link.h", "IFLA_BOND_SLAVE", kind::bond_slave::data::KEYS);
    check("if_link.h", "IFLA_BRPORT", kind::bridge_slave::data::KEYS);
    check("if_link.h", "IFLA_IPVLAN", kind::ipvlan::data::KEYS);
    check("if_link.h", "IFLA_MACVLAN", kind::macvlan::data::KEYS);
    check("if_link.h", "IFLA_VLAN", kind::vlan::data::KEYS);
    check("if_link.h", "IFLA_VRF", kind::vrf::data::KEYS);
    check("if_link.h", "IFLA_VRF_PORT", kind::vrf::port::KEYS);
    check("if_link.h", "IFLA_VXLAN", kind::vxlan::data::KEYS);
}

#[test]
fn kinds_have_names_of_their_own() {
    let kinds = nlbox_core::rt::kind::KINDS;
    for (n, k) in kinds.iter().enumerate() {
        assert!(kinds.iter().skip(n + 1).all(|o| o.name != k.name), "{} twice", k.name);
        assert!(!k.about.is_empty() && k.name.len() < 16, "{}", k.name);
    }
}
