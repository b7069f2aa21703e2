//! What is asked of the kernel: for each command line the requests that nlbox sends are those that the installed
//! iproute2 sends, taken from strace byte by byte and compared attribute by attribute.
//!
//! The two work in twin namespaces, so that interface indexes are the same. Whether the kernel grants a request does
//! not matter here: kinds that it lacks are asked for all the same. Left out on both sides are questions that only
//! serve the program (the index of a name, an id of a namespace); what the two do differently on purpose is in
//! [`ARGUED`] and [`normal`].
//!
//! Of listings more differs, for we ask for less: what may is in [`CLASSES`]. Of a line that fails, what it asks the
//! kernel to change must be the same, and nothing where iproute2 asks for nothing.

#[path = "requests/cases.rs"]
#[rustfmt::skip] // rows of commands
mod cases;

#[path = "bridge/cases.rs"]
#[rustfmt::skip] // as above
#[allow(dead_code, reason = "more of them than are traced")]
mod bridge;

use cases::{ARGUED, DEFAULTS, LINES, STATE};
use harness::{Ns, Output, diff, iproute2, nlbox, skip, words};
use nlbox_core::rt::rtm;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// One message that was sent.
#[derive(Clone, PartialEq)]
struct Request {
    /// Of a generic family, or for its number.
    generic: bool,
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
            all.push(Request { generic, ty, flags, head: head.to_vec(), attrs });
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
    // An index for a name, by a question for it or by a listing of all.
    without_probes(all).into_iter().filter(|r| r.ty != rtm::GETLINK).collect()
}

/// The same with the questions for links.
fn without_probes(all: Vec<Request>) -> Vec<Request> {
    all.into_iter()
        .filter(|r| {
            // iproute2 asks by an empty request whether there is RTM_NEWLINK, or only ioctl (Linux before 2.6).
            let probe = r.ty == rtm::NEWLINK && r.attrs.is_empty() && r.head.iter().all(|b| *b == 0);
            // An id for a namespace.
            !probe && (r.ty != rtm::GETNSID || r.dumps())
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

/// A namespace and the two programs that work in it.
pub(crate) struct Tracer {
    pub(crate) ns: Ns,
    ip: Vec<String>,
    bridge: Vec<String>,
}

impl Tracer {
    /// What a line (`bridge …`, or the words of `ip`) sent.
    fn sent(&self, line: &str) -> Vec<Request> {
        normal(self.run(line).1)
    }

    /// Runs a line: what it said, and all that it sent.
    fn run(&self, line: &str) -> (Output, Vec<Request>) {
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
        let out = self.ns.run(&argv);
        // Of that namespace's own /run.
        let trace = Path::new("/proc").join(self.ns.pid().to_string()).join("root/run/trace");
        let trace = std::fs::read_to_string(trace).expect("a trace");
        (out, requests(&trace, generic(line)))
    }
}

impl super::Oracle {
    /// iproute2, in a namespace in the named state, and ours in its twin.
    pub(crate) fn tracers(&self, state: &str) -> (Tracer, Tracer) {
        self.twins_of(self.state(state), self.state(state))
    }

    fn twins_of(&self, left: Ns, right: Ns) -> (Tracer, Tracer) {
        let word = |path: &Path| path.to_str().unwrap().to_string();
        let theirs = |name: &str| vec![word(&self.theirs.path.with_file_name(name))];
        let ours = |name: &str| vec![word(&self.ours), name.to_string()];
        (
            Tracer { ns: left, ip: theirs("ip"), bridge: theirs("bridge") },
            Tracer { ns: right, ip: ours("ip"), bridge: ours("bridge") },
        )
    }

    /// Whether the list of differences says that nothing of a line is compared.
    fn is_free(&self, line: &str) -> bool {
        self.listed(line).any(|d| matches!(d.what, super::What::Free))
    }
}

impl Tracer {
    /// What a line says, and behind it on standard output what it asks of the kernel.
    pub(crate) fn told(&self, line: &str) -> Output {
        let (mut out, sent) = self.run(line);
        out.stdout += &show(&normal(sent));
        out
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
    const ACK: u16 = 4;
    const DELNEIGH: u16 = 29;
    // IFA_CACHEINFO, NDA_CACHEINFO and NDA_PROBES.
    let times = |ty: u16| match ty {
        rtm::DELADDR => &[6][..],
        DELNEIGH => &[3, 4],
        _ => &[],
    };
    if all.first().is_some_and(Request::dumps) {
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

/// Makes the requests of two alike where their difference is argued.
fn as_meant(want: &mut String, got: &mut String) {
    for (theirs, ours, _) in MEANT {
        if want != got {
            (*want, *got) = (want.replacen(theirs, "", 1), got.replacen(ours, "", 1));
        }
    }
    for row in ARGUED {
        if want != got {
            *got = got.replacen(row.ours, row.theirs, 1);
        }
    }
}

/// Runs a story's lines by both: how they differ, and how many requests iproute2 sent.
fn a_story((theirs, ours): &(Tracer, Tracer), story: &str) -> (Vec<String>, usize) {
    let (mut differ, mut sent) = (Vec::new(), 0);
    for line in story.split(';').map(str::trim) {
        let at = |t: &Tracer| t.sent(&line.replace("$PID", &t.ns.pid().to_string()));
        let (mut want, mut got) = (flushed(at(theirs)), flushed(at(ours)));
        sent += want.len();
        for (want, got) in want.iter_mut().zip(&mut got) {
            agree(want, got);
        }
        let (mut want, mut got) = (show(&want), show(&got));
        as_meant(&mut want, &mut got);
        if want != got {
            differ.push(format!("{line}   (in: {story})\n{}", diff(&want, &got)));
        }
    }
    (differ, sent)
}

/// The oracle's own command lines: those that change something, in order, and those that list, once each.
#[test]
fn every_command_of_the_oracle() {
    let Some(oracle) = super::Oracle::new() else { return };
    if tracers().is_none() {
        return;
    }
    let (mut found, mut lines, mut sent) = (String::new(), 0, 0);
    for (state, stories) in super::every_story() {
        let (mut twins, mut differs) = (None, Vec::new());
        for story in stories {
            // What time decides, as the states of neighbours, may have come to one of the twins alone: then again.
            for _ in 0..3 {
                let differ = a_story(twins.get_or_insert_with(|| oracle.tracers(state)), story);
                differs = differ.0;
                sent += differ.1;
                lines += story.split(';').count();
                if differs.is_empty() {
                    break;
                }
                twins = None;
            }
            for text in std::mem::take(&mut differs) {
                found += &format!("[{state}] {text}");
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
    // And of listings: what asks for more, for something else, or for nothing; of errors, what would change something.
    let mut found = Found::new();
    let mut see = |a: &str, b: &str, alike: bool| {
        let mut want = without_probes(theirs.run(a).1);
        let mut got = without_probes(ours.run(b).1);
        unlike(&mut want, &mut got, &found.classes, &mut found.used);
        assert_eq!(want.is_empty() && got.is_empty(), alike, "{a}; {b}");
    };
    see("neigh show", "neigh show dev v0", true);
    see("link show", "link show type veth", true);
    see("neigh show dev v0", "neigh show", false);
    see("link show type veth", "link show", false);
    see("-4 route show", "-6 route show", false);
    see("neigh show", "neigh show proxy", false);
    see("rule show", "-V", false);
    see("-V", "rule show", false);
    see("link show", "-V", false);
    see("route del 10.77.0.0/16", "-V", false);
    see("-V", "route del 10.77.0.0/16", false);
}

/// The flags that make a request a dump: NLM_F_ROOT and NLM_F_MATCH.
const DUMP: u16 = 0x300;

impl Request {
    fn dumps(&self) -> bool {
        self.flags & DUMP == DUMP
    }

    /// Whether it may change something: `RTM_GET*` do not, and of GENL_ID_CTRL only questions are sent. What is sent to
    /// a generic family is not told apart.
    fn changes(&self) -> bool {
        if self.generic { self.ty != GENL_ID_CTRL } else { self.ty & 3 != 2 }
    }

    /// Whether it asks for the number of a generic family.
    fn of_a_family(&self) -> bool {
        self.generic && self.ty == GENL_ID_CTRL
    }

    /// Whether it asks for links by no more than an index or a name, or for all of them for their names.
    fn of_a_name(&self) -> bool {
        // IFLA_IFNAME, IFLA_EXT_MASK, IFLA_ALT_IFNAME.
        self.ty == rtm::GETLINK
            && (!self.dumps() || self.head.first() == Some(&0))
            && self.attrs.iter().all(|a| matches!(a.ty, 3 | 29 | 53))
    }

    /// The same without what a listing of links may choose.
    fn of_links(&self) -> Request {
        let mut r = self.clone();
        // AF_PACKET is as none; of IFLA_EXT_MASK RTEXT_FILTER_SKIP_STATS is left out.
        if r.head.first() == Some(&17) {
            r.head[0] = 0;
        }
        for attr in r.attrs.iter_mut().filter(|a| a.ty == 29) {
            if let Value::Bytes(bytes) = &mut attr.value {
                bytes[0] &= !8;
            }
        }
        r
    }

    /// The same without the bytes of the fixed header from `from` on.
    fn without_head(&self, from: usize) -> Request {
        let mut r = self.clone();
        r.head[from..].fill(0);
        r
    }

    fn without(&self, ty: u16) -> Request {
        let mut r = self.clone();
        r.attrs.retain(|a| a.ty != ty);
        r
    }

    /// Whether it is a request for less: the same, and attributes more, which filter.
    fn narrows(&self, wide: &Request) -> bool {
        self.dumps()
            && (self.ty, self.flags, &self.head) == (wide.ty, wide.flags, &wide.head)
            && self.attrs.len() > wide.attrs.len()
            && wide.attrs.iter().all(|a| self.attrs.contains(a))
    }
}

const GENL_ID_CTRL: u16 = 16;
const GETNEXTHOP: u16 = 106;

/// How a listing may ask otherwise than iproute2's: by a request of theirs alone, by one of ours, or by ours where theirs
/// is the other.
struct Class {
    may: fn(Option<&Request>, Option<&Request>) -> bool,
    why: &'static str,
}

/// A class of pairs.
macro_rules! instead {
    ($may:expr, $why:literal) => {
        Class {
            may: |theirs, ours| {
                let may: fn(&Request, &Request) -> bool = $may;
                theirs.zip(ours).is_some_and(|(t, o)| t.ty == o.ty && may(t, o))
            },
            why: $why,
        }
    };
}

const CLASSES: &[Class] = &[
    Class {
        may: |theirs, ours| theirs.is_none() && ours.is_some_and(|o| o.of_a_name() && !o.dumps()),
        why: "a link's name or index is asked for where it is met",
    },
    Class {
        may: |theirs, ours| theirs.is_some_and(Request::of_a_name) && ours.is_none(),
        why: "iproute2 reads all links beforehand for their names, or asks for the same link again",
    },
    instead!(
        |t, o| t.ty == rtm::GETLINK && t.of_links() == o.of_links(),
        "AF_PACKET means no more than no family; statistics that are not shown are not asked for"
    ),
    instead!(
        |t, o| o.narrows(t) || t.ty == rtm::GETLINK && o.of_links().narrows(&t.of_links()),
        "a filter of the same dump: the kernel leaves out what would not be printed"
    ),
    instead!(
        |t, o| t.ty == rtm::GETADDR && t.dumps() && *t == o.without_head(4),
        "addresses are read a link at a time, not kept until their link is printed"
    ),
    instead!(
        |t, o| t.ty == rtm::GETADDR && t == o,
        "where addresses decide whether a link is printed they are read twice, not kept"
    ),
    instead!(
        // IFLA_MASTER of -1.
        |t, o| t.ty == rtm::GETLINK && t.dumps() && t.without(10).of_links() == o.of_links(),
        "links without a master are picked here: kernels before 5.16 do not know the filter"
    ),
    instead!(
        |t, o| t.ty == rtm::GETLINK
            && t.attrs.is_empty()
            && o.without(18).without_head(0) == t.without_head(0),
        "VRFs are links of a kind whatever the family is, and the kernel picks the kind"
    ),
    instead!(
        |t, o| t.of_a_family() && t.without_head(1) == o.without_head(1),
        "the version of CTRL_CMD_GETFAMILY is 1"
    ),
    instead!(
        |t, o| t.ty == GETNEXTHOP && t.without_head(0) == o.without_head(0),
        "a nexthop is known by its number, whatever its family"
    ),
    instead!(
        // The mask of struct if_stats_msg stands last.
        |t, o| t.ty == rtm::GETSTATS && t.dumps() && !o.dumps() && t.head[8..] == o.head[8..],
        "statistics of one link are asked of that link, not picked from those of all"
    ),
];

/// The same of lines that fail.
const CLASSES_OF_ERRORS: &[Class] = &[
    Class {
        may: |theirs, ours| theirs.or(ours).is_some_and(Request::of_a_family),
        why: "whether a generic family's number is asked for before the words are read",
    },
    Class {
        may: |theirs, ours| {
            let vrf =
                |a: &Attr| a.ty == 18 && show_attrs(std::slice::from_ref(a), 0).contains(" 76 72 66 00");
            theirs.is_none() && ours.is_some_and(|o| o.ty == rtm::GETLINK && o.attrs.iter().any(vrf))
        },
        why: "a VRF is looked up in the listing of VRFs",
    },
];

/// Takes away what both sent, and then what one of `classes` allows; `used` counts which of them were needed.
fn unlike(want: &mut Vec<Request>, got: &mut Vec<Request>, classes: &[&Class], used: &mut [usize]) {
    let all = want.clone();
    got.retain(|g| want.iter().position(|w| w == g).map(|at| want.remove(at)).is_none());
    let mut class = |theirs: Option<&Request>, ours: Option<&Request>| {
        let n = classes.iter().position(|c| (c.may)(theirs, ours));
        n.inspect(|n| used[*n] += 1).is_some()
    };
    got.retain(|g| {
        let instead = all.iter().find(|w| class(Some(w), Some(g)));
        if let Some(w) = instead {
            want.retain(|other| other != w);
        }
        instead.is_none() && !class(None, Some(g))
    });
    want.retain(|w| !class(Some(w), None));
}

/// Gathers the lines whose requests differ, those that differ alike together.
#[derive(Default)]
struct Found {
    lines: usize,
    requests: usize,
    differ: BTreeMap<String, Vec<String>>,
    classes: Vec<&'static Class>,
    used: Vec<usize>,
}

impl Found {
    fn new() -> Found {
        let classes: Vec<_> = CLASSES.iter().chain(CLASSES_OF_ERRORS).collect();
        Found { used: vec![0; classes.len()], classes, ..Found::default() }
    }

    fn report(&mut self, place: String, want: String, got: String) {
        if want != got {
            self.differ.entry(diff(&want, &got)).or_default().push(place);
        }
    }

    /// A line that lists: what it asks for is as much as iproute2's or less, and nothing else. A dump that is disturbed is
    /// asked for again, so a difference must be seen three times.
    fn listing(&mut self, (theirs, ours): &(Tracer, Tracer), state: &str, line: &str) {
        self.lines += 1;
        for last in [false, false, true] {
            let mut want = without_probes(theirs.run(line).1);
            let mut got = without_probes(ours.run(line).1);
            let sent = want.len();
            unlike(&mut want, &mut got, &self.classes[..CLASSES.len()], &mut self.used);
            if want.is_empty() && got.is_empty() || last {
                self.requests += sent;
                return self.report(format!("[{state}] {line}"), show(&want), show(&got));
            }
        }
    }

    /// A line that fails. Where iproute2 refuses it before it asks for a change, so must we; else the kernel is asked for
    /// the same. `free`: ours may refuse what iproute2 passes over. Gives whether it has worked after all.
    fn error(&mut self, (theirs, ours): &(Tracer, Tracer), state: &str, line: &str, free: bool) -> bool {
        let at = |t: &Tracer| t.run(&line.replace("$PID", &t.ns.pid().to_string()));
        let ((said, want), (says, got)) = (at(theirs), at(ours));
        let (mut want, mut got) = (without_probes(want), without_probes(got));
        self.lines += 1;
        self.requests += want.len();
        if free {
            want.retain(Request::changes);
            got.retain(Request::changes);
            want.truncate(got.len());
        }
        // What a request for a change refers to is looked up in between, by each in its own way.
        let mut changes = [&mut want, &mut got].map(|all| {
            let (changes, rest): (Vec<_>, Vec<_>) =
                std::mem::take(all).into_iter().partition(Request::changes);
            *all = rest;
            changes
        });
        let [wants, gets] = &mut changes;
        for (want, got) in wants.iter_mut().zip(gets) {
            agree(want, got);
        }
        let [mut wanted, mut asked] = changes.map(|all| show(&all));
        as_meant(&mut wanted, &mut asked);
        self.report(format!("[{state}] {line}"), wanted, asked);
        unlike(&mut want, &mut got, &self.classes, &mut self.used);
        self.report(format!("[{state}] {line}"), show(&want), show(&got));
        said.code == 0 || says.code == 0
    }

    /// No class without a use.
    fn all_used(&self, of: &[Class]) {
        for class in of {
            let used = self.classes.iter().zip(&self.used).any(|(c, used)| c.why == class.why && *used > 0);
            assert!(used, "of no use any more: {}", class.why);
        }
    }

    /// Panics with all that was found.
    fn end(self, lines: usize) {
        eprintln!(
            "{} command lines, {} requests compared; by class {:?}",
            self.lines, self.requests, self.used
        );
        let mut page = String::new();
        for (text, lines) in self.differ {
            page += &format!("{}\n{text}\n", lines.join("\n"));
        }
        assert!(page.is_empty(), "(- iproute2's, + ours)\n{page}");
        assert!(self.lines >= lines, "{} command lines", self.lines);
    }
}

/// The oracle's listings: every line in every state that it is listed with, and in the modes that may ask for something
/// else.
#[test]
fn every_listing_of_the_oracle() {
    let Some(oracle) = super::Oracle::new() else { return };
    if tracers().is_none() {
        return;
    }
    let mut found = Found::new();
    for table in super::every_listing() {
        for (n, state) in table.states.split(' ').enumerate() {
            let twins = oracle.tracers(state);
            let modes: &[&str] = if n == 0 { &["", "-s", "-d", "-6"] } else { &[""] };
            for line in table.lines {
                for mode in modes.iter().filter(|m| table.modes.contains(m)) {
                    let line = format!("{mode} {line}");
                    let line = line.trim();
                    if !oracle.is_free(line) {
                        found.listing(&twins, state, line);
                    }
                }
            }
        }
    }
    found.all_used(CLASSES);
    found.end(1000);
}

/// The oracle's lines that fail.
#[test]
fn every_error_of_the_oracle() {
    let Some(oracle) = super::Oracle::new() else { return };
    if tracers().is_none() {
        return;
    }
    let mut found = Found::new();
    for (state, lines) in super::every_error() {
        let mut twins = None;
        for line in lines {
            let at = twins.get_or_insert_with(|| oracle.tracers(state));
            if found.error(at, state, line, oracle.is_free(line)) {
                twins = None;
            }
        }
    }
    found.all_used(CLASSES_OF_ERRORS);
    found.end(400);
}

/// The lines of `bridge`: those that list, those that fail, and those that change, with those that need VLANs, whatever
/// this kernel says to them.
#[test]
fn every_line_of_bridge() {
    let Some(oracle) = super::bridge_too() else { return };
    if tracers().is_none() {
        return;
    }
    let twins = || {
        let fixture = || {
            let ns = Ns::new().expect("a namespace: the first one worked");
            ns.sh(&format!("set -e\n{}", bridge::HOST));
            ns
        };
        oracle.twins_of(fixture(), fixture())
    };
    let mut found = Found::new();
    let ready = twins();
    for line in bridge::LINES.iter().chain(bridge::VM_FILTERED) {
        found.listing(&ready, "bridge", &format!("bridge {line}"));
    }
    for line in bridge::VM_LINES.lines() {
        for mode in bridge::VM_MODES {
            found.listing(&ready, "bridge", format!("bridge {mode} {line}").trim());
        }
    }
    for line in bridge::BAD {
        // A VLAN that is none is refused before the kernel is asked.
        let sooner = line.starts_with("fdb add") && line.contains(" vlan ");
        found.error(&ready, "bridge", &format!("bridge {line}"), sooner);
    }
    for story in bridge::STORIES {
        let fresh = twins();
        for line in story.split(';').map(str::trim) {
            found.error(&fresh, "bridge", &format!("bridge {line}"), false);
        }
    }
    let fresh = twins();
    for line in bridge::VM_STORIES.lines() {
        found.error(&fresh, "bridge", &format!("bridge {line}"), false);
    }
    found.end(300);
}
