//! Where nlbox may differ from the installed iproute2, and why: nowhere else.

/// A difference that is meant.
pub(crate) struct Difference {
    /// The command lines it is met on, `|` between patterns, `*` for any text.
    pub(crate) on: &'static str,
    /// The iproute2 that does as we do; [`NEVER`] when it is our own choice.
    pub(crate) since: (u32, u32),
    pub(crate) what: What,
    /// A state and a command line that show it: when they no longer do, the entry is stale and must go.
    pub(crate) example: (&'static str, &'static str),
    pub(crate) why: &'static str,
}

/// How an expected output is changed into ours.
#[allow(dead_code, reason = "the forms an entry may take, not all in use at every time")]
pub(crate) enum What {
    /// Standard output: this text, and ours for it.
    Out(&'static str, &'static str),
    /// Standard output, changed by more than one text.
    Change(fn(&str) -> String),
    /// Standard error: this text, and ours for it.
    Err(&'static str, &'static str),
    /// From a line `Usage:` on, the words are ours: only what stands before is compared, and that we say something.
    Usage,
    /// Ours explains more behind the first line of standard error.
    FirstLine,
    /// Lines of our standard error that are objects.
    Objects,
    /// Not compared at all.
    Free,
}

/// No iproute2 does so.
pub(crate) const NEVER: (u32, u32) = (u32::MAX, 0);

/// What `list` says of a file that is no namespace.
const ONCE: &str = "Error: Peer netns reference is invalid.\n";
const TWICE: &str = "Error: Peer netns reference is invalid.\nError: Peer netns reference is invalid.\n";

use What::{Change, Err, Free, Objects, Out, Usage};

macro_rules! differences {
    ($($since:expr, $on:literal, $what:expr, $example:expr, $why:literal;)+) => {
        &[$(Difference { on: $on, since: $since, what: $what, example: $example, why: $why }),+]
    };
}

#[rustfmt::skip]
pub(crate) const DIFFERENCES: &[Difference] = differences! {
    // Our own.
    NEVER, "*", Usage, ("fresh", "link help"), "help texts are our own";
    NEVER, "-V*|-Version|--Version", Free, ("fresh", "-V"), "our own name and version";
    NEVER, "mroute * from zz|mrule add from zz*", Err("??? prefix", "inet prefix"), ("objects", "mroute show from zz"),
        "a prefix of multicast's own families is read as one of IPv4 or IPv6; 6.1 refuses every prefix there";
    NEVER, "mru*", Err("ip rule help", "ip mrule help"), ("objects", "mrule nope"), "the object is called as it was typed";
    NEVER, "tcp_metrics show source *|tcp_metrics show * *|netconf show nope|token set * v0", Free, ("objects", "netconf show nope"),
        "a word that would be passed over, or that is in no usage, is refused";
    NEVER, "maddr add dev v0", Free, ("objects", "maddr add dev v0"), "an address that is missing is not 00:00:00:00:00:00";
    NEVER, "link add * type vxlan * ttl 256", Err("TTL must be <= 255", "invalid TTL"), ("fresh", "link add x9 type vxlan id 5 dstport 0 ttl 256"),
        "a number that is too large is called as any other word that is no TTL";
    NEVER, "tunnel nope", Err("help\"\n", "help\".\n"), ("fresh", "tunnel nope"), "the sentence ends as that of every other object";
    NEVER, "link show permanent", Free, ("fresh", "link show permanent"), "a filter of addresses, of which a list of links has none, is a name";
    NEVER, "-j* mptcp limits*", Free, ("objects", "-j mptcp limits"), "JSON where it was asked for";
    NEVER, "*-j -6 netconf *", Free, ("objects", "-j -6 netconf show dev v0"), "the same";
    NEVER, "netns *", Err("file \"/run/netns/", "file \"/var/run/netns/"), ("base", "netns del x"),
        "Debian builds with /run/netns; iproute2 itself says /var/run/netns, the same directory";
    NEVER, "netns *", Err("-> /run/netns/", "-> /var/run/netns/"), ("base", "netns attach new 999999"), "the same";
    NEVER, "-n|-netns", Err("Cannot open network namespace \"(null)\": No such file or directory", "Command line is not complete. Try option \"help\""),
        ("base", "-n"), "a missing word is said to be missing, as everywhere else";
    NEVER, "netns del nope other", Free, ("base", "netns del nope other"), "each name of the line is deleted";
    NEVER, "netns list a b|netns add x y|netns set blue 5 x|netns attach new 1 x|-all netns del x", Free, ("base", "netns list a b"),
        "a word that would be passed over is refused";
    NEVER, "-j netns i*|-j netns p *|-j netns pids *", Free, ("moved", "-j netns identify"), "JSON where it was asked for";
    NEVER, "netns|netns list", Err(TWICE, ONCE), ("files", "netns"), "a file that is no namespace is said once";
    NEVER, "-all netns del", Free, ("files", "-all netns del"), "the other names are removed all the same, and the failure is in the exit code";
    NEVER, "netns", Free, ("nodir", "netns"), "a directory that cannot be read is an error";
    NEVER, "-batch /run/usage", Free, ("files", "-batch /run/usage"), "a wrong command line fails with its line's number, as any other failure of a batch does";
    NEVER, "-force -batch /run/killed", Free, ("files", "-force -batch /run/killed"), "a child killed by a signal fails its own line; 6.1 ends without a word";
    NEVER, "link add x ty veth p n y|link add x ty veth pe na y", Free, ("base", "link add x ty veth p n y"), "the usage of a kind is our own, on stderr, and names the word";
    NEVER, "addr add l *|addr add loc *", Free, ("base", "addr add loc 9.9.9.9/24 dev v0"), "refused with other words: all are read before any is judged";
    NEVER, "-echo *", Free, ("base", "-echo link"), "not in this build";
    NEVER, "*-j*", Objects, ("base", "-j link show nope"), "with -j a failure is told once more, as an object in a line behind iproute2's text: who reads the text finds it as it was";
    NEVER, "*-j*", Change(no_empty_objects), ("base", "-j link show up"), "a link that a filter leaves out is not an empty object";
    NEVER, "link add*veth foo*|link add*veth help", Free, ("base", "link add v9 type veth foo"), "help goes to standard error, with ours as with the other kinds";
    NEVER, "link add name type*", Free, ("base", "link add name type veth"), "the missing type is said before the name given twice";
    NEVER, "route show help|neigh add help", Free, ("base", "route show help"), "help is help wherever it stands";
    NEVER, "*-j*route show table*", Change(closed), ("routes", "-j route show table 999"), "JSON stays valid when the kernel refuses";
    NEVER, "*-j*neigh get*|*-j*n g *", Free, ("neighbours", "-j neigh get 10.0.0.2 dev v0"), "JSON where iproute2 prints text";
    (7, 0), "*addr*show*down*|*link show*down*", Free, ("addrs", "addr show down"), "a filter, as it is for links";
    NEVER, "-6 addr show type veth|-br -6 addr show type veth|-o -4 addr show type veth|-o addr show type bridge_slave", Free, ("addrs", "-6 addr show type veth"), "a filter of links holds in every mode and family";
    NEVER, "addr add 1.1.1.1 peer dev v0", Free, ("base", "addr add 1.1.1.1 peer dev v0"), "of two things wrong another is said first";
    NEVER, "addr add*lft 5*lft 6", Free, ("base", "addr add 1.1.1.1/24 dev v0 valid_lft 5 valid_lft 6"), "the value is quoted, not the keyword";
    NEVER, "-s stats|-d stats", Free, ("statistics", "-s stats"), "the verb left out is show, with -s as without";
    NEVER, "*stats foo|*stats sh", Free, ("statistics", "stats foo"), "an unknown verb ends as with every object, in 255";
    NEVER, "-j*link afstats*", Free, ("statistics", "-j link afstats dev nope"), "iproute2 prints no JSON";
    NEVER, "link afstats dev nope", Free, ("statistics", "link afstats dev nope"), "what failed is no success";

    // What newer iproute2 does otherwise.
    (7, 0), "*", Err(" is a garbage.", " is garbage."), ("base", "link set dev v0 dev v1"), "7.x mended the wording";
    (6, 3), "*", Change(ipv4_sizes), ("base", "-d link"), "6.3 prints the IPv4 halves of the offload sizes";
    (6, 6), "*", Out("  allmulti ", " allmulti "), ("base", "-d link"), "one blank where there were two";
    (6, 17), "*", Change(immutable), ("base", "-d link"), "6.17 says which links cannot change namespace";
    (6, 17), "*", Change(bridge), ("bridge", "-d link"), "fields of bridges and their ports added up to 6.17";
    (6, 3), "*", Change(address_protocol), ("base", "addr"), "6.3 prints who made an address";
    (6, 17), "*-c*", Out("\x1b[36m", "\x1b[1;36m"), ("base", "-c addr"), "6.17 takes a background for dark if it does not know";
    (6, 17), "*-c*", Out("\x1b[33m", "\x1b[1;33m"), ("base", "-c addr"), "the same";
    (6, 17), "*-c*", Out("\x1b[35m", "\x1b[1;35m"), ("base", "-c addr"), "the same";
    (6, 17), "*-c*", Out("\x1b[34m", "\x1b[1;94m"), ("base", "-c addr"), "the same; and a brighter blue";
    (6, 17), "*-c*", Out("\x1b[32m", "\x1b[1;32m"), ("base", "-c addr"), "the same";
    (6, 17), "*-c*", Out("\x1b[31m", "\x1b[1;31m"), ("base", "-c addr"), "the same";
};

/// `"key": value` and more members behind it, in JSON, pretty or not.
fn json_after(text: &str, key: &str, members: &[(&str, &str)]) -> String {
    let mark = format!("\"{key}\":");
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(&mark) {
        let line = rest[..at].rfind('\n');
        let (head, tail) = rest.split_at(at + mark.len());
        let value = tail.find([',', '}', '\n']).unwrap_or(tail.len());
        out += head;
        out += &tail[..value];
        for (key, value) in members {
            out += &match line.filter(|_| tail.starts_with(' ')) {
                Some(line) => format!(",{}\"{key}\": {value}", &rest[line..at]),
                None => format!(",\"{key}\":{value}"),
            };
        }
        rest = &tail[value..];
    }
    out + rest
}

/// The bracket that iproute2 leaves open when the dump is refused.
fn closed(text: &str) -> String {
    match text.trim_end_matches('\n') {
        "[" => "[]\n".into(),
        "[ " => "[ ]\n".into(),
        _ => text.into(),
    }
}

fn no_empty_objects(text: &str) -> String {
    let mut text = text.to_string();
    for empty in ["{}", "{\n    }"] {
        for (from, to) in [(format!("{empty},"), ""), (format!(",{empty}"), ""), (format!("[{empty}]"), "[]")]
        {
            text = text.replace(&from, to);
        }
        text = text.replace(&format!("[ {empty} ]"), "[ ]");
    }
    text
}

fn ipv4_sizes(text: &str) -> String {
    let more = "gro_max_size 65536 gso_ipv4_max_size 65536 gro_ipv4_max_size 65536 ";
    let text = text.replace("gro_max_size 65536 ", more);
    json_after(&text, "gro_max_size", &[("gso_ipv4_max_size", "65536"), ("gro_ipv4_max_size", "65536")])
}

/// Of the links of the tests, the loopback device and bridges (the kernel's `netns_immutable`).
fn immutable(text: &str) -> String {
    let mut text = text
        .replace("maxmtu 0 addrgenmode", "maxmtu 0 netns-immutable addrgenmode")
        .replace("maxmtu 0 numtxqueues", "maxmtu 0 netns-immutable numtxqueues");
    for line in ["\n    bridge forward", "\\    bridge forward"] {
        text = text.replace(line, &format!("netns-immutable {line}"));
    }
    let links = text.split_inclusive("\"ifindex\"").map(|link| {
        let is = |key: &str, value: &str| {
            link.contains(&format!("\"{key}\":\"{value}\""))
                || link.contains(&format!("\"{key}\": \"{value}\""))
        };
        match is("link_type", "loopback") || is("info_kind", "bridge") {
            true => json_after(link, "max_mtu", &[("netns-immutable", "true")]),
            false => link.to_string(),
        }
    });
    links.collect()
}

fn bridge(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    // The timer's column is as wide as its value.
    while let Some(at) = rest.find(" gc_timer ") {
        let (head, tail) = rest.split_at(at + " gc_timer ".len());
        let end = tail.find(|c: char| c != ' ' && c != '.' && !c.is_ascii_digit()).unwrap_or(tail.len());
        out += head;
        out += &tail[..end];
        out += "fdb_n_learned 0 fdb_max_learned 0 ";
        rest = &tail[end..];
    }
    out += rest;
    let out = out
        .replace(
            "mcast_vlan_snooping 0 ",
            "mcast_vlan_snooping 0 mst_enabled 0 mdb_offload_fail_notification 0 fdb_local_vlan_0 0 ",
        )
        .replace("neigh_suppress off ", "neigh_suppress off neigh_vlan_suppress off ")
        .replace("locked off ", "locked off mab off ");
    let out = json_after(&out, "gc_timer", &[("fdb_n_learned", "0"), ("fdb_max_learned", "0")]);
    let out = json_after(
        &out,
        "mcast_vlan_snooping",
        &[("mst_enabled", "0"), ("mdb_offload_fail_notification", "0"), ("fdb_local_vlan_0", "0")],
    );
    let out = json_after(&out, "neigh_suppress", &[("neigh_vlan_suppress", "false")]);
    json_after(&out, "locked", &[("mab", "false")])
}

/// A text without its colours.
fn plain(text: &str) -> String {
    text.split('\x1b')
        .map(|part| part.split_once('m').filter(|(code, _)| code.starts_with('[')).map_or(part, |p| p.1))
        .collect()
}

/// The kernel marks `::1` and the link-local addresses it makes from a MAC.
fn address_protocol(text: &str) -> String {
    let maker = |text: &str| {
        let text = &plain(text);
        let word = |part: &str| {
            part.split(|c: char| c != ':' && !c.is_ascii_hexdigit()).next().unwrap_or("").to_string()
        };
        if let Some(address) = text.find("fe80::").map(|at| word(&text[at..])) {
            return address.contains("ff:fe").then_some("kernel_ll");
        }
        (text.contains("::1/128") && !text.contains("f00::1") || text.contains("\"::1\""))
            .then_some("kernel_lo")
    };
    let mut out = String::new();
    // In text, behind the flags, at the end of the line.
    for part in text.split_inclusive(['\n', '\\']) {
        match maker(part).filter(|_| part.contains("inet6 ") && part.contains(" scope ")) {
            Some(name) => {
                let (line, end) = part.split_at(part.len() - 1);
                out += &format!("{line}proto {name} {end}");
            }
            None => out += part,
        }
    }
    // In JSON, before the lifetimes.
    let mut json = String::new();
    let mut rest = out.as_str();
    while let Some(at) = rest.find("\"valid_life_time\"") {
        let (head, tail) = rest.split_at(at);
        json += head;
        if let Some(name) = head.rfind("\"local\"").and_then(|local| maker(&head[local..])) {
            let indent = head.rfind('\n').map(|line| &head[line..]).filter(|i| i.trim().is_empty());
            json += &match indent {
                Some(indent) => format!("\"protocol\": \"{name}\",{indent}"),
                None => format!("\"protocol\":\"{name}\","),
            };
        }
        let (key, after) = tail.split_at(1);
        json += key;
        rest = after;
    }
    json + rest
}
