//! Every prefix of every keyword of every verb and kind, as the tables of `ip` and of `bridge` spell them: it must mean
//! to us what it means to iproute2.
//!
//! Each is typed with nothing behind it and with a word that is no value: what is said, and of which word, tells which
//! keyword was understood. The two tools work in twin namespaces, since some of it works after all.

use super::Oracle;
use super::differences::{Difference, NEVER, What};
use super::requests::Tracer;
use harness::{Output, words};
use nlbox::grammar::{Grammar, Object};
use nlbox_core::rt::kind::{KINDS, LinkKind};
use nlbox_core::spec::{AttrSet, Kind, RowFlags};
use std::collections::{BTreeMap, BTreeSet};

macro_rules! differences {
    ($($on:literal, $example:expr, $why:literal;)+) => {
        [$(Difference { on: $on, since: NEVER, what: What::Free, example: $example, why: $why }),+]
    };
}

/// Keywords that the iproute2 before this version does not know; with a verb in front, of that alone.
#[rustfmt::skip]
const YOUNG: &[((u32, u32), &str)] = &[
    ((6, 2), "localbypass"), ((6, 2), "nolocalbypass"), ((6, 2), "mab"), ((6, 3), "gso_ipv4_max_size"), ((6, 3), "gro_ipv4_max_size"),
    ((6, 3), "proto"), ((6, 3), "bclim"), ((6, 4), "neigh_vlan_suppress"), ((6, 6), "backup_nhid"), ((6, 7), "fdb_max_learned"),
    ((6, 8), "coupled_control"), ((6, 8), "mst_enabled"), ((6, 11), "dscp"), ((6, 13), "interlink"), ((6, 14), "flowlabel"),
    ((6, 16), "broadcast_neighbor"), ((6, 16), "mdb_offload_fail_notification"), ((6, 17), "fdb_local_vlan_0"),
    ((6, 18), "actor_port_prio"), ((6, 8), "extern_valid"), ((6, 14), "acaddress"), ((6, 14), "maddress"), (NEVER, "local6"), (NEVER, "remote6"), (NEVER, "group6"),
    (NEVER, "activity_notify"), (NEVER, "inactive"), (NEVER, "norefresh"), (NEVER, "bridge link show master"),
    ((6, 6), "bridge fdb flush src_vni"), ((6, 6), "bridge fdb flush nhid"), ((6, 6), "bridge fdb flush vni"),
    ((6, 6), "bridge fdb flush port"), ((6, 6), "bridge fdb flush dst"), ((6, 3), "mcast_max_groups"),
    ((6, 3), "bridge mdb add filter_mode"), ((6, 3), "bridge mdb add source_list"), ((6, 4), "bridge mdb add dst"),
    ((6, 4), "bridge mdb add dst_port"), ((6, 4), "bridge mdb add vni"), ((6, 4), "bridge mdb add src_vni"),
    ((6, 4), "bridge mdb add via"), ((6, 4), "bridge vlan set neigh_suppress"), (NEVER, "bridge vlan global set msti"),
];

/// What stands before the keywords where they are not read from the start.
#[rustfmt::skip]
const BEFORE: &[(&str, &str)] = &[
    ("link set", "dev v0"), ("address add", "10.9.9.9/24"), ("neigh add", "10.0.0.77"), ("route add", "10.9.0.0/16"),
    ("route get", "10.0.0.9"), ("tuntap add", "mode tun"),
    ("bridge link set", "dev v0"), ("bridge fdb add", "02:aa:00:00:00:09 dev v0"), ("bridge fdb get", "02:aa:00:00:00:01 br br0"),
    ("bridge fdb flush", "dev br0"), ("bridge vlan add", "dev v0 vid 10"), ("bridge vlan set", "dev v0 vid 10"),
    ("bridge vlan global set", "dev br0 vid 10"), ("bridge mdb add", "dev br0 port v0 grp 239.1.1.9"), ("bridge vni add", "dev vxe vni 1010"),
];

/// Verbs whose options are the rows of their sets.
const OPTIONS: &[&str] = &["bridge link set", "bridge vlan set", "bridge vlan global set"];

/// Verbs that the iproute2 before this version does not know.
const YOUNG_VERBS: &[((u32, u32), &str)] =
    &[((6, 3), "bridge mdb replace"), ((6, 8), "bridge mdb get"), ((6, 8), "bridge mdb flush")];

/// The state that the lines of `bridge` meet.
const BRIDGED: &str = "bridged";

pub(super) const STATES: &[(&str, &str)] = &[(
    BRIDGED,
    "! echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6
     link set lo up
     link add br0 address 02:00:00:00:00:01 type bridge
     link add v0 address 02:00:00:00:00:10 type veth peer name v1 address 02:00:00:00:00:11
     link add vxe address 02:00:00:00:00:21 type vxlan dstport 4790 external vnifilter local 10.0.0.1
     link set v0 master br0 up
     link set v1 up
     link set br0 up
     ! bridge fdb add 02:aa:00:00:00:01 dev v0 master static
     ! bridge fdb add 02:aa:00:00:00:09 dev v0
     ! bridge vni add dev vxe vni 1010
     ! bridge mdb add dev br0 port v0 grp 239.1.1.9 permanent",
)];

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
    "link afstats dev zz", ("base", "link afstats dev zz"), "what failed is no success, and one sentence for a device that is not there";
    "link add xdpoffload zz", ("base", "link add xdpoffload zz"), "no such programs in this build: nothing is read behind the word";
    "mroute show f*zz|mroute show to zz|mroute show i|mroute show ii*|mroute show i zz", ("base", "mroute show to zz"),
        "a prefix of multicast's own families is read as one of IPv4 or IPv6; 6.1 refuses every prefix there";
    "rule list dport zz|rule add dport zz", ("base", "rule add dport zz"), "one sentence for all ports";
    "token set d* zz", ("base", "token set d zz"), "a word given twice is said before the first is read";
    "bridge fdb add * v* zz|bridge fdb get * v* zz|bridge fdb flush * vlan zz", ("bridged", "bridge fdb get 02:aa:00:00:00:01 br br0 vlan zz"),
        "a VLAN that is no number is refused, where iproute2 reads 0 or says less";
    "bridge fdb show vlan zz|bridge mdb * vid zz|bridge vlan * vid zz|bridge link set * cost zz|bridge link set * priority zz|bridge link set * mcast_router zz",
        ("bridged", "bridge link set dev v0 cost zz"), "a number that is none is refused, where iproute2 reads 0";
    "bridge mdb * grp zz", ("bridged", "bridge mdb add dev br0 port v0 grp zz"), "a bad address is said once";
    "bridge vni * vni zz", ("bridged", "bridge vni add dev vxe vni 1010 vni zz"), "a word given twice is said as everywhere else";
    "bridge vni del", ("bridged", "bridge vni del"), "the verb as usage spells it; 6.1 knows `delete` alone";
    "link add x type gtp *", ("base", "link add x type gtp hs"), "an option that is none is refused before what is missing";
};

/// Every way in which a spelling's keywords may be written out.
fn keywords(spelling: &str) -> impl Iterator<Item = String> + '_ {
    spelling.split('|').map(|word| word.replace(['[', ']'], ""))
}

struct Typist<'o> {
    oracle: &'o mut Oracle,
    state: &'static str,
    twins: (Tracer, Tracer),
    /// Compare the requests, too, and let ours refuse a word that iproute2 passes over. Of `bridge`, in most of whose
    /// verbs an unknown word is no error: which words it knows is seen by what it asks.
    asks: bool,
    /// By line, what iproute2 does with a word that is none.
    passed: BTreeMap<String, Output>,
}

/// A word that no program knows.
const NONE: &str = "qqq";

impl<'o> Typist<'o> {
    fn new(oracle: &'o mut Oracle, state: &'static str, asks: bool) -> Typist<'o> {
        let twins = oracle.tracers(state);
        Typist { oracle, state, twins, asks, passed: BTreeMap::new() }
    }

    fn keywords(&mut self, before: &str, words: impl Iterator<Item = String>, ends: &[&str]) {
        let version = self.oracle.theirs.version;
        let young = |w: &String| {
            YOUNG.iter().any(|(since, name)| {
                let (verb, word) = name.rsplit_once(' ').unwrap_or(("", name));
                version < *since && word == w && before.starts_with(verb)
            })
        };
        let words = words.filter(|w| !w.is_empty() && !young(w));
        let typed: BTreeSet<String> =
            words.flat_map(|w| (1..=w.len()).map(move |n| w[..n].to_string())).collect();
        for word in typed.iter().filter(|w| !"help".starts_with(w.as_str())) {
            for end in ends {
                let line = format!("{before} {word} {end}");
                let got = self.compare(line.trim());
                // Of a word that is none, what is behind it tells no more.
                if self.asks && got.stderr.contains(&format!("\"{word}\"")) {
                    break;
                }
            }
        }
    }

    /// The same line by both; what ours said.
    fn compare(&mut self, line: &str) -> Output {
        self.oracle.cases += 1;
        let (mut want, mut got) = if self.asks {
            (self.twins.0.told(line), self.twins.1.told(line))
        } else {
            (self.oracle.theirs(&self.twins.0.ns, line), self.oracle.ours(&self.twins.1.ns, line))
        };
        if self.passed_over(line, &want, &got) {
            return got;
        }
        let said = got.clone();
        for out in [&mut want, &mut got] {
            out.stdout = super::normal(&out.stdout, line);
        }
        if let Some(text) = self.oracle.verdict(line, &want, &got) {
            self.oracle.report(self.state, line, text);
        }
        said
    }

    /// Whether ours refuses a word of the line, asking nothing, and iproute2 does what it does with any word that is
    /// none.
    fn passed_over(&mut self, line: &str, want: &Output, got: &Output) -> bool {
        let refused =
            got.stderr.strip_prefix("Error: unknown word \"").and_then(|rest| rest.split('"').next());
        let (Some(refused), true) = (refused, self.asks && got.stdout.is_empty() && got.code == 255) else {
            return false;
        };
        let other: Vec<_> = words(line).map(|w| if w == refused { NONE } else { w }).collect();
        let other = other.join(" ");
        let same = |text: &str| text.replace(&format!("\"{refused}\""), &format!("\"{NONE}\""));
        let as_passed = |passed: &Output| {
            passed.code == want.code
                && passed.stdout == want.stdout
                && same(&passed.stderr) == same(&want.stderr)
        };
        if self.passed.get(&other).is_some_and(as_passed) {
            return true;
        }
        // For the first time, or the state has changed since.
        let passed = self.twins.0.told(&other);
        let as_passed = as_passed(&passed);
        self.passed.insert(other, passed);
        as_passed
    }
}

fn of_grammar(grammar: &Grammar) -> Vec<String> {
    grammar.iter().flat_map(|arg| keywords(arg.word).collect::<Vec<_>>()).collect()
}

/// The options that are named by their rows.
fn of_set(set: &'static AttrSet) -> impl Iterator<Item = String> {
    set.iter().filter(|row| !row.flags.has(RowFlags::READ)).flat_map(|row| {
        row.keywords().split('/').map(|n| n.trim_start_matches('~').to_string()).collect::<Vec<_>>()
    })
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

impl Typist<'_> {
    /// The keywords of every verb of an object whose `place` begins its lines; those in `done` have been tried.
    fn object(&mut self, place: &str, object: &'static Object, done: &mut Vec<*const Grammar>) {
        for verb in object.verbs() {
            let Some(grammar) = verb.grammar.filter(|g| !done.contains(&std::ptr::from_ref(*g))) else {
                continue;
            };
            done.push(std::ptr::from_ref(grammar));
            let name = keywords(verb.word).next().unwrap_or_default();
            let place = format!("{place} {name}");
            let place = place.trim();
            if YOUNG_VERBS.iter().any(|(since, verb)| self.oracle.theirs.version < *since && place == *verb) {
                continue;
            }
            let before = BEFORE.iter().find(|(p, _)| *p == place).map_or("", |(_, words)| words);
            // What is watched with no more words is watched for ever.
            let ends: &[&str] = if object.name() == "monitor" { &["zz"] } else { &["", "zz"] };
            let mut words = of_grammar(grammar);
            if OPTIONS.contains(&place) {
                words.extend(of_set(grammar.set));
            }
            self.keywords(format!("{place} {before}").trim(), words.into_iter(), ends);
        }
    }
}

#[test]
fn of_every_verb() {
    let Some(mut oracle) = Oracle::new() else { return };
    let mut typist = Typist::new(&mut oracle, "base", false);
    let mut done = Vec::new();
    for object in nlbox::ip::OBJECTS.values {
        typist.object(object.name(), object, &mut done);
    }
    oracle.end();
}

/// The same of `bridge`, and the prefixes of its objects and verbs.
#[test]
fn of_every_verb_of_bridge() {
    let Some(mut oracle) = super::bridge_too() else { return };
    let version = oracle.theirs.version;
    let mut typist = Typist::new(&mut oracle, BRIDGED, true);
    let mut done = Vec::new();
    let objects = nlbox::bridge::OBJECTS.iter().map(|o| (o.name(), *o));
    let objects = objects.chain([("vlan global", &nlbox::bridge::vlan::GLOBAL)]);
    let objects: Vec<_> = objects.filter(|(name, _)| *name != "mst" || version >= (6, 9)).collect();
    for (name, _) in &objects {
        // A verb that is none tells which object was chosen.
        typist.keywords("bridge", std::iter::once((*name).to_string()), &["nosuchverb"]);
    }
    for (name, object) in objects {
        let place = format!("bridge {name}");
        let young = |w: &str| {
            YOUNG_VERBS.iter().any(|(since, verb)| version < *since && *verb == format!("{place} {w}"))
        };
        // What is watched is watched for ever.
        if name != "monitor" {
            let verbs = object.verbs().flat_map(|verb| keywords(verb.word).collect::<Vec<_>>());
            typist.keywords(&place, verbs.filter(|w| !young(w)), &["", "zz"]);
        }
        typist.object(&place, object, &mut done);
    }
    oracle.end();
}

#[test]
fn of_every_kind() {
    let Some(mut oracle) = Oracle::new() else { return };
    let mut typist = Typist::new(&mut oracle, "base", false);
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
