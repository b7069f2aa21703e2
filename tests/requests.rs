//! What is asked of the kernel: for each command line the requests that nlbox sends are those that the installed
//! iproute2 sends, taken from strace byte by byte and compared attribute by attribute.
//!
//! The two work in twin namespaces, so that interface indexes are the same. Whether the kernel grants a request does
//! not matter here: kinds that it lacks are asked for all the same. Left out on both sides are questions that only
//! serve the program (the index of a name, an id of a namespace); what the two do differently on purpose is in
//! [`ARGUED`] and [`normal`].

#[path = "requests/cases.rs"]
#[rustfmt::skip] // rows of commands
mod cases;

use cases::{ARGUED, DEFAULTS, LINES, STATE};
use harness::{Ns, diff, iproute2, nlbox, skip, words};
use nlbox_core::rt::rtm;
use std::path::Path;
use std::process::Command;

/// One message that was sent.
#[derive(Clone, PartialEq)]
struct Request {
    ty: u16,
    flags: u16,
    head: Vec<u8>,
    attrs: Vec<Attr>,
}

/// One attribute: its number, and its payload or what is nested in it.
#[derive(Clone, PartialEq)]
struct Attr {
    ty: u16,
    value: Value,
}

#[derive(Clone, PartialEq)]
enum Value {
    Bytes(Vec<u8>),
    /// With the fixed header that stands before some nests.
    Nest(Vec<u8>, Vec<Attr>),
}

/// NLA_F_NESTED, `linux/netlink.h`.
const NESTED: u16 = 0x8000;

/// The bytes of every datagram in a trace made with `-e write=all`: rows of ` | 00000  28 00 …  text |`.
fn datagrams(trace: &str) -> Vec<Vec<u8>> {
    let mut all: Vec<Vec<u8>> = Vec::new();
    for line in trace.lines().filter_map(|l| l.strip_prefix(" | ")) {
        let (offset, row) = line.split_once("  ").expect("an offset");
        if offset == "00000" {
            all.push(Vec::new());
        }
        // Sixteen bytes, a wider gap after the eighth, then the text.
        let bytes =
            row.get(..48).unwrap_or(row).split_whitespace().map_while(|b| u8::from_str_radix(b, 16).ok());
        all.last_mut().expect("a first row").extend(bytes);
    }
    all
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_ne_bytes([bytes[at], bytes[at + 1]])
}

fn requests(trace: &str, generic: bool) -> Vec<Request> {
    let mut all = Vec::new();
    for datagram in datagrams(trace) {
        let mut rest = &datagram[..];
        while rest.len() >= 16 {
            let length = u32::from_ne_bytes(rest[..4].try_into().unwrap()) as usize;
            let (ty, flags) = (u16_at(rest, 4), u16_at(rest, 6));
            // iproute2 asks for addresses with an unused rest of its buffer behind the request.
            if rest.iter().all(|b| *b == 0) {
                break;
            }
            assert!((16..=rest.len()).contains(&length), "{length} of {rest:02x?} in\n{trace}");
            let body = &rest[16..length];
            // The name of a device is asked for on the way.
            let generic = generic && ty != rtm::GETLINK;
            let header = if generic { 4 } else { header(ty) };
            let (head, attrs) = body.split_at(header.min(body.len()));
            let level = match ty {
                _ if generic => Level::Other,
                rtm::NEWLINK..=rtm::SETLINK => Level::Link,
                rtm::NEWROUTE..=rtm::GETROUTE => Level::Route,
                _ => Level::Other,
            };
            let attrs = nest(attrs, level).unwrap_or_else(|| panic!("no attributes: {attrs:02x?}"));
            all.push(Request { ty, flags, head: head.to_vec(), attrs });
            rest = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
        }
    }
    all
}

/// Bytes of the fixed header behind the netlink header (`linux/rtnetlink.h` and kin).
fn header(ty: u16) -> usize {
    match ty & !3 {
        16 | 108 => 16,                  // ifinfomsg
        20 => 8,                         // ifaddrmsg
        24 | 28 | 32 | 72 => 12,         // rtmsg, ndmsg, fib_rule_hdr, ifaddrlblmsg
        84 | 104 | 112 | 116 | 120 => 8, // br_port_msg, nhmsg, br_vlan_msg, tunnel_msg
        64 | 80 | 88 => 4,               // ndtmsg, netconfmsg, rtgenmsg
        92 => 12,                        // if_stats_msg
        _ => panic!("message type {ty}"),
    }
}

/// What is nested in an attribute: `None` for a plain one.
#[derive(Clone, Copy, PartialEq)]
enum Level {
    Link,
    LinkInfo,
    Data,
    Route,
    Other,
}

/// Whether attribute `ty` of this level is a nest, and of what. The flag that would say so is young: iproute2 does not set
/// it on the old ones.
fn inside(level: Level, kind: &[u8], ty: u16) -> Option<(usize, Level)> {
    match (level, ty) {
        (Level::Link, 18) => Some((0, Level::LinkInfo)),
        // IFLA_PROTO_DOWN_REASON.
        (Level::Link, 55) => Some((0, Level::Other)),
        (Level::LinkInfo, 2 | 5) => Some((0, Level::Data)),
        // The peer is a whole message: `ifinfomsg` and attributes.
        (Level::Data, 1) if kind == b"veth\0" => Some((16, Level::Link)),
        (Level::Route, 8) => Some((0, Level::Other)),
        _ => None,
    }
}

/// The attributes that fill `bytes`, if they are attributes, by number: their order is not compared, that of equal ones
/// is.
fn nest(mut bytes: &[u8], level: Level) -> Option<Vec<Attr>> {
    let (mut all, mut kind) = (Vec::new(), Vec::new());
    while bytes.len() >= 4 {
        let (length, ty) = (usize::from(u16_at(bytes, 0)), u16_at(bytes, 2));
        let payload = bytes.get(4..length)?;
        all.push((ty, payload));
        if level == Level::LinkInfo && ty == 1 {
            // IFLA_INFO_KIND, with or without its NUL.
            kind = payload.to_vec();
            kind.resize(payload.len() + usize::from(payload.last() != Some(&0)), 0);
        }
        bytes = bytes.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    if !bytes.is_empty() {
        return None;
    }
    let mut attrs = all
        .into_iter()
        .map(|(flagged, payload)| {
            let ty = flagged & !NESTED;
            let known = inside(level, &kind, ty).or((flagged & NESTED != 0).then_some((0, Level::Other)));
            let value = match known {
                // The kind decides what its data hold.
                Some((0, Level::Data)) => Value::Nest(Vec::new(), data(payload, &kind)?),
                Some((head, level)) => {
                    Value::Nest(payload.get(..head)?.to_vec(), nest(payload.get(head..)?, level)?)
                }
                None if level == Level::LinkInfo && ty == 1 => Value::Bytes(kind.clone()),
                None => Value::Bytes(payload.to_vec()),
            };
            Some(Attr { ty, value })
        })
        .collect::<Option<Vec<_>>>()?;
    attrs.sort_by_key(|attr| attr.ty);
    Some(attrs)
}

/// `IFLA_INFO_DATA`. Of an attribute that comes twice the kernel takes the last.
fn data(payload: &[u8], kind: &[u8]) -> Option<Vec<Attr>> {
    let peer = |attr: Attr| match attr.value {
        Value::Bytes(bytes) if attr.ty == 1 && kind == b"veth\0" => {
            let (head, rest) = bytes.split_at_checked(16)?;
            Some(Attr { ty: 1, value: Value::Nest(head.to_vec(), nest(rest, Level::Link)?) })
        }
        value => Some(Attr { ty: attr.ty, value }),
    };
    let mut attrs = nest(payload, Level::Data)?.into_iter().map(peer).collect::<Option<Vec<_>>>()?;
    attrs.reverse();
    attrs.dedup_by_key(|attr| attr.ty);
    attrs.reverse();
    Some(attrs)
}

/// Left out on both sides: what only serves the program.
fn normal(all: Vec<Request>) -> Vec<Request> {
    all.into_iter()
        .filter(|r| {
            // An index for a name, by a question for it or by a listing of all; an id for a namespace.
            let asks = matches!(r.ty, rtm::GETLINK | rtm::GETNSID);
            // iproute2 asks by an empty request whether there is RTM_NEWLINK, or only ioctl (Linux before 2.6).
            let probe = r.ty == rtm::NEWLINK && r.attrs.is_empty() && r.head.iter().all(|b| *b == 0);
            !asks && !probe
        })
        .collect()
}

/// Differences that are meant everywhere, on a pair of requests.
fn agree(want: &mut Request, got: &mut Request) {
    agree_attrs(&mut want.attrs, &mut got.attrs, want.ty == rtm::NEWLINK, None);
    // NETNSA_FD.
    if let (true, Some(fd)) = (want.ty == rtm::NEWNSID, want.attrs.iter().find(|a| a.ty == 3)) {
        got.attrs.iter_mut().filter(|a| a.ty == 3).for_each(|a| a.clone_from(fd));
    }
}

/// `kind` is that of the link whose `IFLA_INFO_DATA` these are.
fn agree_attrs(want: &mut Vec<Attr>, got: &mut Vec<Attr>, link: bool, kind: Option<&[u8]>) {
    if let Some(kind) = kind {
        let same = |attr: &Attr, number: u16, value: u8| {
            attr.ty == number && matches!(&attr.value, Value::Bytes(bytes) if bytes[..] == [value])
        };
        let kind = String::from_utf8_lossy(kind);
        for row in
            DEFAULTS.iter().filter(|row| row.kinds.split(' ').any(|k| k == kind.trim_end_matches('\0')))
        {
            if !got.iter().any(|a| a.ty == row.number) {
                want.retain(|a| !same(a, row.number, row.value));
            }
        }
        // A new link has zeros anyway: which of them are said is of no consequence.
        let zero = |attr: &Attr| matches!(&attr.value, Value::Bytes(bytes) if bytes.iter().all(|b| *b == 0));
        let (had, has): (Vec<u16>, Vec<u16>) =
            (want.iter().map(|a| a.ty).collect(), got.iter().map(|a| a.ty).collect());
        want.retain(|a| !zero(a) || has.contains(&a.ty));
        got.retain(|a| !zero(a) || had.contains(&a.ty));
    }
    let name = want.iter().find_map(|a| match &a.value {
        Value::Bytes(bytes) if a.ty == 1 => Some(bytes.clone()),
        _ => None,
    });
    for (want, got) in want.iter_mut().zip(got) {
        if want.ty != got.ty {
            continue;
        }
        match (&mut want.value, &mut got.value) {
            (Value::Nest(_, a), Value::Nest(_, b)) => {
                // 18 and 2: IFLA_LINKINFO, IFLA_INFO_DATA.
                let data = link && want.ty == 2;
                let kind = if data { name.as_deref() } else { None };
                agree_attrs(a, b, link && want.ty == 18, kind);
            }
            // IFLA_NET_NS_FD: the number of an open file; IFLA_NET_NS_PID: of a process of each twin.
            (Value::Bytes(a), Value::Bytes(b)) if matches!(want.ty, 19 | 28) && a.len() == 4 => {
                b.clone_from(a);
            }
            _ => {}
        }
    }
}

fn show(all: &[Request]) -> String {
    all.iter()
        .map(|r| {
            let head: String = r.head.iter().map(|b| format!(" {b:02x}")).collect();
            format!("type {} flags {:#x} header{head}\n{}", r.ty, r.flags, show_attrs(&r.attrs, 1))
        })
        .collect()
}

fn show_attrs(attrs: &[Attr], depth: usize) -> String {
    attrs
        .iter()
        .map(|attr| {
            let indent = "  ".repeat(depth);
            let hex = |bytes: &[u8]| bytes.iter().map(|b| format!(" {b:02x}")).collect::<String>();
            match &attr.value {
                Value::Bytes(bytes) => format!("{indent}{}:{}\n", attr.ty, hex(bytes)),
                Value::Nest(head, inner) => {
                    format!("{indent}{}: nest{}\n{}", attr.ty, hex(head), show_attrs(inner, depth + 1))
                }
            }
        })
        .collect()
}

struct Tracer {
    ns: Ns,
    ip: Vec<String>,
    bridge: Vec<String>,
}

impl Tracer {
    /// Runs a line (`bridge …`, or the words of `ip`) and returns what it sent.
    fn sent(&self, line: &str) -> Vec<Request> {
        let (program, line) = match line.strip_prefix("bridge ") {
            Some(rest) => (&self.bridge, rest),
            None => (&self.ip, line),
        };
        let strace = [
            "strace",
            "-o",
            "/run/trace",
            "-e",
            "trace=sendto,sendmsg",
            "-e",
            "write=all",
            "-e",
            "signal=none",
        ];
        let argv: Vec<&str> =
            strace.into_iter().chain(program.iter().map(String::as_str)).chain(words(line)).collect();
        self.ns.run(&argv);
        let trace = self.ns.run(&["cat", "/run/trace"]).stdout;
        normal(requests(&trace, generic(line)))
    }
}

/// Both programs, or `None`, said aloud.
fn tracers() -> Option<(Tracer, Tracer)> {
    let peer = iproute2()?;
    if Command::new("strace").arg("-V").output().is_err() {
        return skip("strace is not installed");
    }
    let bridge = peer.path.with_file_name("bridge");
    if !Path::new(&bridge).exists() {
        return skip("iproute2's bridge is not installed");
    }
    let word = |path: &Path| path.to_str().unwrap().to_string();
    let (theirs, ours) = (Ns::new()?, Ns::new()?);
    for ns in [&theirs, &ours] {
        ns.ip(&peer.path, &STATE.lines().map(str::trim).collect::<Vec<_>>());
    }
    let applet = |name: &str| vec![word(&nlbox()), name.to_string()];
    Some((
        Tracer { ns: theirs, ip: vec![word(&peer.path)], bridge: vec![word(&bridge)] },
        Tracer { ns: ours, ip: applet("ip"), bridge: applet("bridge") },
    ))
}

#[test]
fn both_ask_the_same_of_the_kernel() {
    let Some((theirs, ours)) = tracers() else { return };
    let lines: Vec<&str> = LINES.lines().map(str::trim).filter(|l| !l.is_empty()).collect();
    assert!(lines.len() >= 150, "{}", lines.len());
    let (mut found, mut used) = (String::new(), vec![0; ARGUED.len()]);
    for line in &lines {
        let (mut want, mut got) = (theirs.sent(line), ours.sent(line));
        if want.is_empty() {
            found += &format!("{line}\n    iproute2 asks nothing\n");
        }
        for (want, got) in want.iter_mut().zip(&mut got) {
            agree(want, got);
        }
        let (want, mut got) = (show(&want), show(&got));
        for (row, used) in ARGUED.iter().zip(&mut used) {
            if line.starts_with(row.line) && want != got && got.contains(row.ours) {
                got = got.replacen(row.ours, row.theirs, 1);
                *used += 1;
            }
        }
        if want != got {
            found += &format!("{line}\n{}", diff(&want, &got));
        }
    }
    for (row, used) in ARGUED.iter().zip(used) {
        assert!(used > 0, "argued and not seen any more: {} ({})", row.line, row.why);
    }
    assert!(found.is_empty(), "\n{found}");
}

/// Of a flush, what it found is asked to be deleted, message by message. iproute2 asks for no answer to any of them and
/// looks again until nothing is left; we ask, so that a refusal is said. Times go with each, and neighbours come in the
/// order of a hash.
fn flushed(mut all: Vec<Request>) -> Vec<Request> {
    const DUMP: u16 = 0x300;
    const ACK: u16 = 4;
    const DELNEIGH: u16 = 29;
    // IFA_CACHEINFO, NDA_CACHEINFO and NDA_PROBES.
    let times = |ty: u16| match ty {
        rtm::DELADDR => &[6][..],
        DELNEIGH => &[3, 4],
        _ => &[],
    };
    if all.first().is_some_and(|r| r.flags & DUMP == DUMP) {
        let gone = |r: &Request| matches!(r.ty, rtm::DELADDR | rtm::DELROUTE | DELNEIGH | rtm::DELRULE);
        for r in all.iter_mut().filter(|r| gone(r)) {
            r.flags &= !ACK;
            r.attrs.retain(|a| !times(r.ty).contains(&a.ty));
        }
        all.sort_by_cached_key(
            |r| if r.ty == DELNEIGH { show(std::slice::from_ref(r)) } else { String::new() },
        );
    }
    all
}

/// Lines that speak to a generic family, whose messages have another header.
fn generic(line: &str) -> bool {
    ["mptcp", "tcp_metrics", "tcpmetrics"].iter().any(|o| words(line).any(|w| w == *o))
}

/// More that is meant: what iproute2 asks, what we ask, and why.
const MEANT: &[(&str, &str, &str)] = &[
    (
        "type 16 flags 0x1 header 03 00 00 00\n",
        "type 16 flags 0x1 header 03 01 00 00\n",
        "the version of CTRL_CMD_GETFAMILY is 1",
    ),
    (
        "type 106 flags 0x301 header 00 00 00 00 00 00 00 00\n  9:\n",
        "",
        "all nexthops are asked for once, not the groups first",
    ),
    ("type 106 flags 0x301 header 0a 00 00 00 00 00 00 00\n  9:\n", "", "the same"),
    ("", "  12: nest\n", "an empty NHA_RES_GROUP says no more than none"),
    ("06 00 15 00 04 00 01 00", "06 00 15 00 04 00 00 00", "padding"),
];

/// The oracle's own command lines: those that change something, in order, and those that list, once each.
#[test]
fn every_command_of_the_oracle() {
    let Some(oracle) = super::Oracle::new() else { return };
    if tracers().is_none() {
        return;
    }
    let (mut found, mut lines, mut sent) = (String::new(), 0, 0);
    let pair = |state: &str| {
        let tracer = |ip: Vec<String>| Tracer { ns: oracle.state(state), ip, bridge: Vec::new() };
        let word = |path: &Path| path.to_str().unwrap().to_string();
        (tracer(vec![word(&oracle.theirs.path)]), tracer(vec![word(&oracle.ours), "ip".to_string()]))
    };
    for (state, stories) in super::every_story() {
        let mut twins = None;
        for story in stories {
            let (theirs, ours) = twins.get_or_insert_with(|| pair(state));
            for line in story.split(';').map(str::trim) {
                lines += 1;
                let at = |t: &Tracer| t.sent(&line.replace("$PID", &t.ns.pid().to_string()));
                let (mut want, mut got) = (flushed(at(theirs)), flushed(at(ours)));
                sent += want.len();
                for (want, got) in want.iter_mut().zip(&mut got) {
                    agree(want, got);
                }
                let (mut want, mut got) = (show(&want), show(&got));
                for (theirs, ours, _) in MEANT {
                    if want != got {
                        (want, got) = (want.replacen(theirs, "", 1), got.replacen(ours, "", 1));
                    }
                }
                for row in ARGUED {
                    got = if want == got { got } else { got.replacen(row.ours, row.theirs, 1) };
                }
                if want != got {
                    found += &format!("[{state}] {line}   (in: {story})\n{}", diff(&want, &got));
                }
            }
            // What is gone would leave the lines behind with nothing to ask.
            if ["del", "netns", "name", "flush", "peer", "-n "].iter().any(|w| story.contains(w)) {
                twins = None;
            }
        }
    }
    eprintln!("{lines} command lines, {sent} requests compared");
    assert!(lines > 700 && sent > lines / 2, "{lines} command lines, {sent} requests");
    assert!(found.is_empty(), "\n{found}");
}

/// A test that compares must be able to fail: another value, another flag, one attribute more.
#[test]
fn differences_are_seen() {
    let Some((theirs, ours)) = tracers() else { return };
    let pairs = [
        ("link set v0 mtu 1400", "link set v0 mtu 1401"),
        ("route add 10.8.0.0/16 via 10.0.0.9", "route replace 10.8.0.0/16 via 10.0.0.9"),
        ("addr add 10.0.0.2/24 dev v0", "addr add 10.0.0.2/24 dev v0 label v0:1"),
        ("link add bb0 type bridge stp_state 1", "link add bb0 type bridge stp_state 0"),
    ];
    for (a, b) in pairs {
        let (mut want, mut got) = (theirs.sent(a), ours.sent(b));
        assert_eq!((want.len(), got.len()), (1, 1), "{a}");
        agree(&mut want[0], &mut got[0]);
        assert_ne!(show(&want), show(&got), "{a}; {b}");
    }
}
