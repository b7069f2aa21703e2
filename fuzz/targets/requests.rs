//! What a command line builds, our own decoder reads: the message is whole, its nests are whole, and the listing of its
//! object prints it, as text and as JSON. And a row of a table that is settable and shown gives back the bytes that it
//! made of a word when it is given what it shows of them.
#![no_main]

mod common;

use common::Kernel;
use libfuzzer_sys::fuzz_target;
use nlbox_core::spec::{AttrSet, AttrSpec, Bad, Kind, Resolve, RowFlags, put, show};
use nlbox_core::text::ifname::IfName;
use nlbox_core::text::out::Out;
use nlbox_core::wire::attr::{Attrs, NLA_F_NESTED};
use nlbox_core::wire::build::Build;
use nlbox_core::wire::header::{Message, Messages};
use std::ffi::CString;

/// Commands that send one request.
const HEADS: &[&str] = &[
    "ip link add x",
    "ip link set veth0",
    "ip addr add",
    "ip route add",
    "ip -6 route add",
    "ip neigh add",
    "ip rule add",
    "ip -6 rule add",
    "ip nexthop add",
    "ip addrlabel add",
    "ip tunnel add x",
    "ip link set veth0 type bridge_slave",
    "ip link property add dev veth0",
    "ip -6 tunnel add x",
    "ip -M route add",
    "ip token set",
    "ip ntable change",
    "ip mptcp endpoint add",
    "ip mptcp limits set",
    "ip tcp_metrics del",
    "ip route get",
    "ip neigh get",
    "bridge link set dev veth0",
    "bridge fdb add",
    "bridge mdb add",
    "bridge vlan add",
    "bridge vlan set",
    "bridge vlan global set",
    "bridge vni add",
    "bridge mst set",
    "ifconfig veth0",
    "route add",
    "route -6 add",
    "arp -s",
    "brctl addif x",
    "vconfig add veth0",
];

/// The fixed header of a request, by its type (and family): its length, and the command that lists what a kernel would tell
/// of it.
fn known(m: &Message<'_>) -> Option<(usize, &'static str)> {
    let bridge = m.payload.first() == Some(&7);
    Some(match m.ty {
        16 if bridge => (16, "bridge % link"),
        16 => (16, "ip % link"),
        17..=19 => (16, ""),
        20 => (8, "ip % addr"),
        21 | 22 => (8, ""),
        24 => match m.payload.first() {
            Some(10) => (12, "ip % -6 route show table all"),
            Some(28) => (12, "ip % -M route show table all"),
            _ => (12, "ip % route show table all"),
        },
        28 if bridge => (12, "bridge % fdb"),
        28 if m.payload.get(10).is_some_and(|flags| flags & 8 != 0) => (12, "ip % neigh show proxy"),
        28 => (12, "ip % neigh"),
        25..=27 | 29..=31 | 33 | 34 => (12, ""),
        32 if m.payload.first() == Some(&10) => (12, "ip % -6 rule"),
        32 => (12, "ip % rule"),
        67 => (4, ""),
        72 => (12, "ip % addrlabel"),
        84 | 85 => (8, ""),
        104 => (8, "ip % nexthop"),
        105 | 106 => (8, ""),
        108 => (16, ""),
        112 => (8, "bridge % vlan global"),
        120 => (8, "bridge % vni"),
        common::FAMILY => match m.payload.first() {
            Some(1) => (4, "ip % mptcp endpoint"),
            _ => (4, ""),
        },
        _ => return None,
    })
}

fuzz_target!(init: common::sandbox::enter(), |data: &[u8]| {
    let Some((choice, data)) = data.split_first() else { return };
    match usize::from(*choice).checked_sub(192) {
        None => line(HEADS[usize::from(*choice) % HEADS.len()], data),
        Some(n) => row(n, data),
    }
});

fn line(head: &str, data: &[u8]) {
    let mut words = common::words(head);
    words.extend(data.split(|b| *b == b' ').filter(|w| !w.is_empty()).filter_map(|w| CString::new(w).ok()));
    let mut kernels = [Kernel::willing(), Kernel::willing()];
    let _ = common::run(&words, &mut kernels);
    let [main, side] = kernels;
    for sent in main.heard.iter().chain(&side.heard) {
        let mut messages = Messages::new(sent);
        let m = messages.next().expect("a request is a message");
        assert!(messages.next().is_none() && !messages.damaged(), "{words:?}");
        assert_eq!(sent.len() % 4, 0, "{words:?}");
        // NLM_F_DUMP: a question, which need not have attributes.
        let Some((head, listing)) = known(&m).filter(|_| m.flags & 0x300 != 0x300) else { continue };
        walk(Attrs::new(&m.payload[head..]), &words);
        // NLM_F_CREATE, which generic netlink does without: something is made, which can be told of.
        if m.flags & 0x400 == 0 && m.ty != common::FAMILY || listing.is_empty() {
            continue;
        }
        // NLM_F_MULTI, as in a listing.
        let answer = [common::message(m.ty, 2, m.payload), common::message(3, 2, &[0; 4])].concat();
        let mut tape = Vec::new();
        let family = common::a_family();
        let datagrams: &[&[u8]] = if m.ty == common::FAMILY { &[&family, &answer] } else { &[&answer] };
        for datagram in datagrams {
            tape.extend(u16::try_from(datagram.len()).unwrap_or(0).to_le_bytes());
            tape.extend_from_slice(datagram);
        }
        for mode in ["-d", "-d -j"] {
            let line = common::words(&listing.replace('%', mode));
            let out = common::run(&line, &mut common::kernels(&tape));
            if mode.contains("-j") {
                common::json(&out);
            }
            // A route and a rule are all that was asked for: they are listed.
            if matches!(m.ty, 24 | 32) {
                assert!(out.len() > 3, "{words:?} is not shown");
            }
        }
    }
}

/// Every attribute of a request is whole, and every nest that says it is one.
fn walk(mut attrs: Attrs<'_>, words: &[CString]) {
    for a in attrs.by_ref() {
        if a.flags & NLA_F_NESTED != 0 {
            walk(a.nest(), words);
        }
    }
    assert!(!attrs.damaged(), "{words:?}");
}

/// Links are called by their numbers.
struct Numbers;

impl Resolve for Numbers {
    fn ifname(&mut self, index: u32) -> IfName {
        IfName::new(format!("if{index}").as_bytes()).unwrap()
    }
    fn ifindex(&mut self, name: &[u8]) -> Option<u32> {
        nlbox::names::number(name)
    }
}

/// What `row` shows of `payload` in JSON, as a word; `None` when it shows nothing.
fn shown(row: &AttrSpec, payload: &[u8]) -> Option<String> {
    let mut text = Vec::new();
    let mut room = [0; 512];
    let mut out = Out::new(&mut text, &mut room);
    out.mode.json = true;
    out.open_object("");
    show::show_row(row, payload, &mut out, &mut Numbers);
    out.close_object();
    let _ = out.finish();
    let mut document: serde_json::Value = serde_json::from_slice(&text).expect("JSON");
    if document.is_array() {
        document = document[0].take();
    }
    match &document[row.json()] {
        serde_json::Value::Null => None,
        serde_json::Value::String(s) => Some(s.clone()),
        v => Some(v.to_string()),
    }
}

/// What a row makes, its set shows.
fn whole(set: &AttrSet, mut attrs: Attrs<'_>) {
    let mut text = Vec::new();
    let mut room = [0; 512];
    let mut out = Out::new(&mut text, &mut room);
    out.mode.json = true;
    out.open_object("");
    show::show(set, attrs.bytes(), &mut out, &mut Numbers);
    out.close_object();
    let _ = out.finish();
    common::json(&text);
    assert!(attrs.by_ref().count() > 0 && !attrs.damaged(), "whole attributes");
}

fn row(n: usize, data: &[u8]) {
    let Some((at, word)) = data.split_first() else { return };
    let Some(set) = common::set(n % common::sets()) else { return };
    let Some(row) = set.iter().nth((*at).into()) else { return };
    let make = |word: &[u8]| {
        let mut tx = [0; 2048];
        let mut m = Build::new(&mut tx, 16, 0, &[]);
        // Some values are of several words: as many as are taken.
        let mut words = word.split(|b| *b == b' ').filter(|w| !w.is_empty());
        loop {
            match put::put(&row, &mut m, words.next()?, &mut Numbers) {
                Ok(()) => break,
                Err(Bad::More) => {}
                Err(_) => return None,
            }
        }
        m.finish(1).map(<[u8]>::to_vec)
    };
    let Some(first) = make(word) else { return };
    let attrs = Attrs::new(&first[16..]);
    whole(set, attrs.clone());
    let Some(payload) = attrs.raw(row.ty) else { return };
    let plain = matches!(
        row.kind,
        Kind::Num(_) | Kind::Hex(_) | Kind::Ip | Kind::Mac | Kind::IfIndex | Kind::Enum(..)
    );
    if !plain || row.flags.has(RowFlags::READ) || row.flags.has(RowFlags::WRITE) {
        return;
    }
    if let Some(text) = shown(&row, payload) {
        let again = make(text.as_bytes());
        assert_eq!(again.as_ref(), Some(&first), "{}: {} is shown as {text}", row.keyword(), word.escape_ascii());
    }
}
