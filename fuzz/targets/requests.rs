//! What a command line builds, our own decoder reads: the message is whole, its nests are whole, and the listing of its
//! object prints it, as text and as JSON. And a row of a table that is settable and shown gives back the bytes that it
//! made of a word when it is given what it shows of them.
#![no_main]

mod common;

use common::Kernel;
use libfuzzer_sys::fuzz_target;
use nlbox_core::rt::kind::KINDS;
use nlbox_core::spec::{AttrSpec, Kind, Resolve, RowFlags, put, show};
use nlbox_core::text::ifname::IfName;
use nlbox_core::text::out::Out;
use nlbox_core::wire::attr::{Attrs, NLA_F_NESTED};
use nlbox_core::wire::build::Build;
use nlbox_core::wire::header::{Message, Messages};
use std::ffi::CString;

/// Commands that send one request, the type of what the kernel would then tell of it, and who prints that.
const HEADS: &[(&str, u16, &str)] = &[
    ("ip link add x", 16, "link"),
    ("ip link set veth0", 16, "link"),
    ("ip addr add", 20, "addr"),
    ("ip route add", 24, "route show table all"),
    ("ip -6 route add", 24, "-6 route show table all"),
    ("ip neigh add", 28, "neigh"),
    ("ip rule add", 32, "rule"),
    ("ip -6 rule add", 32, "-6 rule"),
    ("ip nexthop add", 104, "nexthop"),
    ("ip addrlabel add", 72, "addrlabel"),
    ("ip tunnel add x", 16, "link"),
];

fuzz_target!(init: common::sandbox::enter(), |data: &[u8]| {
    let Some((choice, data)) = data.split_first() else { return };
    match usize::from(*choice).checked_sub(192) {
        None => line(HEADS[usize::from(*choice) % HEADS.len()], data),
        Some(n) => row(n, data),
    }
});

fn line((head, told, object): (&str, u16, &str), data: &[u8]) {
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
        whole(&m, &words);
        if m.ty != told {
            continue;
        }
        // NLM_F_MULTI, as in a listing.
        let answer = [common::message(told, 2, m.payload), common::message(3, 2, &[0; 4])].concat();
        let mut tape = u16::try_from(answer.len()).unwrap_or(0).to_le_bytes().to_vec();
        tape.extend(answer);
        for mode in ["-d", "-d -j"] {
            let line = common::words(&format!("ip {mode} {object}"));
            let out = common::run(&line, &mut common::kernels(&tape));
            if mode.contains("-j") {
                common::json(&out);
            }
        }
    }
}

/// Every attribute of a request is whole, and every nest that says it is one.
fn whole(m: &Message<'_>, words: &[CString]) {
    fn walk(mut attrs: Attrs<'_>, words: &[CString]) {
        for a in attrs.by_ref() {
            if a.flags & NLA_F_NESTED != 0 {
                walk(a.nest(), words);
            }
        }
        assert!(!attrs.damaged(), "{words:?}");
    }
    let attrs = match m.ty {
        // Fixed headers by message type: 16 bytes of links, 8 of addresses, 12 of routes, rules and neighbours, 8 of
        // nexthops.
        16..=19 => m.split::<16>().1,
        20..=22 | 104..=106 => m.split::<8>().1,
        24..=34 => m.split::<12>().1,
        _ => return,
    };
    walk(attrs, words);
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
    let mut text = common::Text(Vec::new());
    let mut room = [0; 512];
    let mut out = Out::new(&mut text, &mut room);
    out.mode.json = true;
    out.open_object("");
    show::show_row(row, payload, &mut out, &mut Numbers);
    out.close_object();
    let _ = out.finish();
    let mut document: serde_json::Value = serde_json::from_slice(&text.0).expect("JSON");
    if document.is_array() {
        document = document[0].take();
    }
    match &document[row.json()] {
        serde_json::Value::Null => None,
        serde_json::Value::String(s) => Some(s.clone()),
        v => Some(v.to_string()),
    }
}

fn row(n: usize, data: &[u8]) {
    let Some((at, word)) = data.split_first() else { return };
    let Some(set) = KINDS[n % KINDS.len()].data else { return };
    let Some(row) = set.iter().nth((*at).into()) else { return };
    let plain = matches!(
        row.kind,
        Kind::Num(_) | Kind::Hex(_) | Kind::Ip | Kind::Mac | Kind::IfIndex | Kind::Enum(..)
    );
    if !plain || row.flags.has(RowFlags::READ) || row.flags.has(RowFlags::WRITE) {
        return;
    }
    let make = |word: &[u8]| {
        let mut tx = [0; 512];
        let mut m = Build::new(&mut tx, 16, 0, &[]);
        put::put(&row, &mut m, word, &mut Numbers).ok()?;
        m.finish(1).map(<[u8]>::to_vec)
    };
    let Some(first) = make(word) else { return };
    let attrs = Attrs::new(&first[16..]);
    let Some(payload) = attrs.raw(row.ty) else { return };
    let Some(text) = shown(&row, payload) else { return };
    let again = make(text.as_bytes());
    assert_eq!(again.as_ref(), Some(&first), "{}: {} is shown as {text}", row.keyword(), word.escape_ascii());
}
