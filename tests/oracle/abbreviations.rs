//! Every prefix of every keyword of every verb and kind, as the tables spell them: it must mean to us what it means to
//! iproute2.
//!
//! Each is typed with nothing behind it and with a word that is no value: what is said, and of which word, tells which
//! keyword was understood. The two tools work in twin namespaces, since some of it works after all.

use super::Oracle;
use super::differences::{Difference, NEVER, What};
use nlbox::grammar::Grammar;
use nlbox_core::rt::kind::{KINDS, LinkKind};
use nlbox_core::spec::{Kind, RowFlags};
use std::collections::BTreeSet;

macro_rules! differences {
    ($($on:literal, $example:expr, $why:literal;)+) => {
        [$(Difference { on: $on, since: NEVER, what: What::Free, example: $example, why: $why }),+]
    };
}

/// Keywords that the iproute2 before this version does not know.
#[rustfmt::skip]
const YOUNG: &[((u32, u32), &str)] = &[
    ((6, 2), "localbypass"), ((6, 2), "nolocalbypass"), ((6, 2), "mab"), ((6, 3), "gso_ipv4_max_size"), ((6, 3), "gro_ipv4_max_size"),
    ((6, 3), "proto"), ((6, 3), "bclim"), ((6, 4), "neigh_vlan_suppress"), ((6, 6), "backup_nhid"), ((6, 7), "fdb_max_learned"),
    ((6, 8), "coupled_control"), ((6, 8), "mst_enabled"), ((6, 11), "dscp"), ((6, 13), "interlink"), ((6, 14), "flowlabel"),
    ((6, 16), "broadcast_neighbor"), ((6, 16), "mdb_offload_fail_notification"), ((6, 17), "fdb_local_vlan_0"),
    ((6, 18), "actor_port_prio"), ((6, 8), "extern_valid"), ((6, 14), "acaddress"), ((6, 14), "maddress"), (NEVER, "local6"), (NEVER, "remote6"), (NEVER, "group6"),
];

/// What stands before the keywords where they are not read from the start.
#[rustfmt::skip]
const BEFORE: &[(&str, &str)] = &[
    ("link set", "dev v0"), ("address add", "10.9.9.9/24"), ("neigh add", "10.0.0.77"), ("route add", "10.9.0.0/16"),
    ("route get", "10.0.0.9"), ("tuntap add", "mode tun"),
];

/// What has its own reason to differ.
#[rustfmt::skip]
pub(super) const DIFFERENCES: &[Difference] = &differences! {
    "link add l zz|link add li*zz", ("base", "link add link zz"), "the missing type is said before a link that is not there";
    "tuntap show d*", ("base", "tuntap show dev"), "a device may be named, where iproute2 reads no word";
    "netconf show d*|token list d*|addrlabel add *|maddr add d*", ("base", "token list d"), "a word that would be passed over is refused";
    "route get 10.0.0.9 c*", ("base", "route get 10.0.0.9 connected"), "not in this build, and said so";
    "rule add m*|rule add nat*|rule add na *", ("base", "rule add nat zz"), "rules that translate addresses are gone from the kernel since 2.6.9";
    "link add x type ipip 6rd-reset*|link add x type sit 6rd-reset*", ("base", "link add x type sit 6rd-reset"), "iproute2 6.1 dies of it";
    "link add x type sit noisatap", ("base", "link add x type sit noisatap"), "what can be turned on can be turned off";
    "link add x type macv* n*", ("base", "link add x type macvlan nopromisc"), "the kernel says for which modes the flag is";
    "link add x type vxlan noe*|link add x type vxlan vnifilter", ("base", "link add x type vxlan vnifilter"), "of two things wrong another is said first";
    "link add x type amt mode zz|link add x type ipv* m* zz", ("base", "link add x type amt mode zz"), "the wrong word is told";
    "link add x type ip6tnl encaplimit zz", ("base", "link add x type ip6tnl encaplimit zz"), "a number that is none is refused before the kernel is asked";
    "link add xdpoffload zz", ("base", "link add xdpoffload zz"), "no such programs in this build: nothing is read behind the word";
    "mroute show f*zz|mroute show to zz|mroute show i|mroute show ii*|mroute show i zz", ("base", "mroute show to zz"),
        "a prefix of multicast's own families is read as one of IPv4 or IPv6; 6.1 refuses every prefix there";
    "rule list dport zz|rule add dport zz", ("base", "rule add dport zz"), "one sentence for all ports";
    "token set d* zz", ("base", "token set d zz"), "a word given twice is said before the first is read";
    "monitor stats zz", ("base", "monitor stats zz"), "not in this build, and said so";
    "link add x type gtp *", ("base", "link add x type gtp hs"), "an option that is none is refused before what is missing";
};

/// Every way in which a spelling's keywords may be written out.
fn keywords(spelling: &str) -> impl Iterator<Item = String> + '_ {
    spelling.split('|').map(|word| word.replace(['[', ']'], ""))
}

struct Typist<'o> {
    oracle: &'o mut Oracle,
    left: super::Ns,
    right: super::Ns,
}

impl Typist<'_> {
    fn keywords(&mut self, before: &str, words: impl Iterator<Item = String>, ends: &[&str]) {
        let version = self.oracle.theirs.version;
        let young = |w: &String| YOUNG.iter().any(|(since, word)| version < *since && word == w);
        let words = words.filter(|w| !w.is_empty() && !young(w));
        let typed: BTreeSet<String> =
            words.flat_map(|w| (1..=w.len()).map(move |n| w[..n].to_string())).collect();
        for word in typed.iter().filter(|w| !"help".starts_with(w.as_str())) {
            for end in ends {
                let line = format!("{before} {word} {end}");
                let line = line.trim();
                self.oracle.cases += 1;
                let (mut want, mut got) =
                    (self.oracle.theirs(&self.left, line), self.oracle.ours(&self.right, line));
                for out in [&mut want, &mut got] {
                    out.stdout = super::normal(&out.stdout, line);
                }
                if let Some(text) = self.oracle.verdict(line, &want, &got) {
                    self.oracle.report("base", line, text);
                }
            }
        }
    }
}

fn of_grammar(grammar: &Grammar) -> Vec<String> {
    grammar.iter().flat_map(|arg| keywords(arg.word).collect::<Vec<_>>()).collect()
}

/// The options of a kind; those that switch may have `no` before them.
fn of_kind(kind: &LinkKind) -> Vec<String> {
    let rows = kind.data.into_iter().flat_map(|set| set.iter()).filter(|row| !row.flags.has(RowFlags::READ));
    rows.flat_map(|row| {
        let negative = row.flags.has(RowFlags::NO) || matches!(row.kind, Kind::Flip | Kind::Has(..));
        let names =
            row.keywords().split('/').map(|n| n.trim_start_matches('~').to_string()).collect::<Vec<_>>();
        let no = names.iter().filter(|_| negative).map(|n| format!("no{n}")).collect::<Vec<_>>();
        [names, no].concat()
    })
    .collect()
}

#[test]
fn of_every_verb() {
    let Some(mut oracle) = Oracle::new() else { return };
    let (left, right) = (oracle.state("base"), oracle.state("base"));
    let mut typist = Typist { oracle: &mut oracle, left, right };
    let mut done: Vec<*const Grammar> = Vec::new();
    for object in nlbox::ip::OBJECTS.values {
        for verb in object.verbs() {
            let Some(grammar) = verb.grammar.filter(|g| !done.contains(&std::ptr::from_ref(*g))) else {
                continue;
            };
            done.push(std::ptr::from_ref(grammar));
            let name = keywords(verb.word).next().unwrap_or_default();
            let place = format!("{} {name}", object.name());
            let before = BEFORE.iter().find(|(p, _)| *p == place).map_or("", |(_, words)| words);
            // What is watched with no more words is watched for ever.
            let ends: &[&str] = if object.name() == "monitor" { &["zz"] } else { &["", "zz"] };
            typist.keywords(format!("{place} {before}").trim(), of_grammar(grammar).into_iter(), ends);
        }
    }
    oracle.end();
}

#[test]
fn of_every_kind() {
    let Some(mut oracle) = Oracle::new() else { return };
    let (left, right) = (oracle.state("base"), oracle.state("base"));
    let mut typist = Typist { oracle: &mut oracle, left, right };
    for kind in KINDS {
        // iproute2 has netkit since 6.7.
        if kind.name == "netkit" && typist.oracle.theirs.version < (6, 7) {
            continue;
        }
        let verb = if kind.name.ends_with("_slave") { "set dev v0" } else { "add x" };
        typist.keywords(&format!("link {verb} type {}", kind.name), of_kind(kind).into_iter(), &["", "zz"]);
    }
    oracle.end();
}
