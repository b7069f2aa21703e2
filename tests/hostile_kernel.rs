//! Every golden story again, with a kernel that is hostile or has bad luck: what it answers is cut, damaged, doubled,
//! mixed with strangers' datagrams, interrupted, or missing. Each run ends by itself with what the story prints or with
//! a sentence and an exit code, and nothing raw gets out.

mod story;

use nlbox_core::conn::{Errno, Received, Transport};
use std::collections::VecDeque;
use story::{PORT, Story, files, read, run};

const EINTR: i32 = 4;
const EAGAIN: i32 = 11;
const ENOMEM: i32 = 12;
const ENOBUFS: i32 = 105;
const NLMSG_ERROR: u16 = 2;
const NLMSG_DONE: u16 = 3;

/// What comes of one receive.
#[derive(Clone)]
enum Reply {
    /// A datagram from this port id; the kernel's is 0.
    From(u32, Vec<u8>),
    /// No datagram, but this errno.
    Fail(i32),
}

/// Gives its replies in order, whatever it is asked; behind the last it behaves as a socket with a time limit.
struct Kernel {
    replies: VecDeque<Reply>,
    /// Answered and unanswered receives; a command that does not end is cut short here.
    calls: usize,
}

const CALLS: usize = 200_000;

impl Transport for Kernel {
    fn send(&mut self, _: &[u8]) -> Result<(), Errno> {
        Ok(())
    }
    fn recv(&mut self, buf: &mut [u8]) -> Result<Received, Errno> {
        self.calls += 1;
        assert!(self.calls < CALLS, "this does not end");
        match self.replies.pop_front() {
            Some(Reply::From(from, d)) => {
                buf.iter_mut().zip(&d).for_each(|(to, b)| *to = *b);
                Ok(Received { len: d.len(), from, group: 0 })
            }
            Some(Reply::Fail(errno)) => Err(Errno(errno)),
            None => Err(Errno(EAGAIN)),
        }
    }
    fn port(&mut self) -> Result<u32, Errno> {
        Ok(PORT)
    }
}

type Replies = [Vec<Reply>; 2];

/// What the kernel of a story answers on its two sockets.
fn replies(story: &Story) -> Replies {
    story
        .tapes
        .clone()
        .map(|tape| tape.into_iter().filter(|(sent, _)| !sent).map(|(_, d)| Reply::From(0, d)).collect())
}

/// Stdout, stderr and exit code of a story with these replies, after what holds for every run has been held against it.
fn play(line: &str, replies: Replies) -> (String, String, u8) {
    let [mut main, mut side] = replies.map(|r| Kernel { replies: r.into(), calls: 0 });
    let (out, err, code) = run(line, &mut main, &mut side);
    for text in [&out, &err] {
        let raw = text.bytes().find(|b| (*b < 0x20 && !matches!(b, b'\n' | b'\t')) || *b == 0x7f);
        assert_eq!(raw, None, "{line}: {text:?}");
    }
    if line.contains(" -j") {
        for document in serde_json::Deserializer::from_str(&out).into_iter::<serde_json::Value>() {
            assert!(document.is_ok(), "{line}: {out}");
        }
    }
    (out, err, code)
}

/// Each story that hears anything, and its file.
fn stories() -> Vec<Story> {
    let mut all = Vec::new();
    for file in files() {
        all.extend(read(&std::fs::read_to_string(file).unwrap()));
    }
    all.retain(|s| replies(s).iter().any(|r| !r.is_empty()));
    assert!(all.len() > 50);
    all
}

/// `work` for each datagram of each story: the story, its replies, the socket, and the datagram's place on it.
fn each(work: &mut dyn FnMut(&Story, &Replies, usize, usize)) {
    for story in stories() {
        let replies = replies(&story);
        for socket in 0..2 {
            for at in 0..replies[socket].len() {
                work(&story, &replies, socket, at);
            }
        }
    }
}

fn bytes(reply: &Reply) -> &[u8] {
    match reply {
        Reply::From(_, d) => d,
        Reply::Fail(_) => &[],
    }
}

/// The messages of a datagram of a story's, which are whole.
fn messages(datagram: &[u8]) -> Vec<Vec<u8>> {
    let (mut rest, mut found) = (datagram, Vec::new());
    while rest.len() >= 16 {
        let len = u32::from_ne_bytes(rest[..4].try_into().unwrap()) as usize;
        let (m, more) = rest.split_at(len.next_multiple_of(4).min(rest.len()));
        found.push(m.to_vec());
        rest = more;
    }
    found
}

fn type_of(message: &[u8]) -> u16 {
    u16::from_ne_bytes(message[4..6].try_into().unwrap())
}

fn expected(s: &Story) -> (String, String, u8) {
    (s.out.clone(), s.err.clone(), s.code)
}

/// A failure on the first socket is said and told by the exit code.
fn said(line: &str, got: &(String, String, u8)) {
    assert!(got.2 != 0 && !got.1.is_empty(), "{line}: exit code {}, {:?}, {:?}", got.2, got.0, got.1);
}

#[test]
fn a_signal_before_any_answer_changes_nothing() {
    each(&mut |story, replies, socket, at| {
        let mut replies = replies.clone();
        for _ in 0..3 {
            replies[socket].insert(at, Reply::Fail(EINTR));
        }
        assert_eq!(play(&story.line, replies), expected(story), "{}", story.line);
    });
}

#[test]
fn what_answers_something_else_is_passed_over() {
    each(&mut |story, replies, socket, at| {
        let answer = bytes(&replies[socket][at]).to_vec();
        let with = |place: usize, v: u32| {
            let mut d = answer.clone();
            let mut start = 0;
            for m in messages(&answer) {
                d[start + place..start + place + 4].copy_from_slice(&v.to_ne_bytes());
                start += m.len();
            }
            d
        };
        let strangers = [
            // From another process; of an older request; to another socket; nothing at all; a message that says nothing.
            Reply::From(4711, answer.clone()),
            Reply::From(0, with(8, 0xffff_fff0)),
            Reply::From(0, with(12, 5)),
            Reply::From(0, Vec::new()),
            Reply::From(0, [&[16, 0, 0, 0, 1, 0, 0, 0][..], &answer[8..16]].concat()),
        ];
        for stranger in strangers {
            let mut replies = replies.clone();
            replies[socket].insert(at, stranger);
            assert_eq!(play(&story.line, replies), expected(story), "{}", story.line);
        }
    });
}

#[test]
fn an_acknowledgement_may_come_twice() {
    each(&mut |story, replies, socket, at| {
        let answer = &replies[socket][at];
        if type_of(bytes(answer)) == NLMSG_ERROR {
            let mut twice = replies.clone();
            twice[socket].insert(at, answer.clone());
            assert_eq!(play(&story.line, twice), expected(story), "{}", story.line);
        }
    });
}

#[test]
fn what_no_table_knows_is_passed_over() {
    each(&mut |story, replies, socket, at| {
        let mut datagram = Vec::new();
        for mut m in messages(bytes(&replies[socket][at])) {
            if type_of(&m) > NLMSG_DONE {
                m.extend([8, 0, 0xf0, 0x3f, 0x1b, 0x5b, 0x32, 0x4a]);
                let len = u32::try_from(m.len()).unwrap();
                m[..4].copy_from_slice(&len.to_ne_bytes());
            }
            datagram.extend(m);
        }
        let mut replies = replies.clone();
        replies[socket][at] = Reply::From(0, datagram);
        assert_eq!(play(&story.line, replies), expected(story), "{}", story.line);
    });
}

#[test]
fn a_receive_that_fails_is_said() {
    each(&mut |story, replies, socket, at| {
        for errno in [ENOBUFS, ENOMEM, EAGAIN] {
            let mut replies = replies.clone();
            replies[socket][at] = Reply::Fail(errno);
            let got = play(&story.line, replies);
            // The second socket only finds names: without it an index stands for one.
            if socket == 0 {
                said(&story.line, &got);
            }
        }
    });
}

#[test]
fn an_answer_that_never_comes_is_said() {
    each(&mut |story, replies, socket, at| {
        let mut replies = replies.clone();
        replies[socket].truncate(at);
        let got = play(&story.line, replies);
        if socket == 0 {
            said(&story.line, &got);
        }
    });
}

#[test]
fn a_table_that_ends_with_an_errno_is_no_table() {
    let mut seen = 0;
    each(&mut |story, replies, socket, at| {
        let mut datagram = Vec::new();
        let mut ended = false;
        for mut m in messages(bytes(&replies[socket][at])) {
            if type_of(&m) == NLMSG_DONE && m.len() >= 20 {
                m[16..20].copy_from_slice(&(-5_i32).to_ne_bytes());
                ended = true;
            }
            datagram.extend(m);
        }
        if ended {
            let mut replies = replies.clone();
            replies[socket][at] = Reply::From(0, datagram);
            let got = play(&story.line, replies);
            if socket == 0 {
                said(&story.line, &got);
            }
            seen += 1;
        }
    });
    assert!(seen > 10);
}

#[test]
fn a_cut_datagram_is_an_answer_or_an_error() {
    each(&mut |story, replies, socket, at| {
        let whole = bytes(&replies[socket][at]).len();
        for len in (0..whole).filter(|n| *n < 24 || n % 37 == 0) {
            let mut replies = replies.clone();
            replies[socket][at] = Reply::From(0, bytes(&replies[socket][at])[..len].to_vec());
            let got = play(&story.line, replies);
            // A message whose length says more than there is: never taken for the whole.
            if socket == 0 && len > 0 && whole < 64 {
                said(&story.line, &got);
            }
        }
    });
}

#[test]
fn damaged_bytes_never_break_it() {
    let mut n = 0_usize;
    each(&mut |story, replies, socket, at| {
        for place in 0..bytes(&replies[socket][at]).len() {
            n += 1;
            // Every byte of some story, not every byte of every story.
            if !n.is_multiple_of(11) && place > 20 {
                continue;
            }
            let mut d = bytes(&replies[socket][at]).to_vec();
            d[place] ^= [0xff, 0x80, 0x01, 0x1b][n % 4];
            let mut replies = replies.clone();
            replies[socket][at] = Reply::From(0, d);
            let _ = play(&story.line, replies);
        }
    });
}

#[test]
fn a_listing_that_fails_at_once_is_still_json() {
    for line in [
        "ip -j link",
        "ip -j addr",
        "ip -j route",
        "ip -j neigh",
        "ip -j rule",
        "ip -j nexthop",
        "ip -j netconf",
        "ip -j ntable",
        "ip -j addrlabel",
        "ip -j mroute",
        "ip -j tunnel",
        "ip -j token",
        "ip -j vrf",
        "ip -j mptcp endpoint",
        "ip -j tcp_metrics",
        "ip -j stats",
        "ip -j link xstats type bridge",
        "ip -j link afstats",
        "bridge -j link",
        "bridge -j fdb",
        "bridge -j mdb",
        "bridge -j -d mdb",
        "bridge -j vlan",
        "bridge -j -s vlan",
        "bridge -j vlan global",
        "bridge -j vni",
    ] {
        for mode in ["", " -p"] {
            let line = format!("nlbox {}", line.replacen(" -j", &format!("{mode} -j"), 1));
            said(&line, &play(&line, Default::default()));
        }
    }
}

#[test]
fn a_name_reaches_no_terminal_raw() {
    // The kernel refuses slashes, colons and blanks in a name, and nothing else.
    let name = b"a\x1b[2J\x7f\xff\x01\"b";
    let attr = |ty: u16, payload: &[u8]| {
        let mut a = u16::try_from(payload.len() + 4).unwrap().to_ne_bytes().to_vec();
        a.extend(ty.to_ne_bytes());
        a.extend(payload);
        a.resize(a.len().next_multiple_of(4), 0);
        a
    };
    let text = [&name[..], b"\0"].concat();
    let mut body = vec![0, 0, 1, 0, 7, 0, 0, 0, 3, 16, 0, 0, 0, 0, 0, 0];
    body.extend(attr(3, &text));
    // IFLA_IFALIAS, IFLA_QDISC, IFLA_MASTER itself, IFLA_LINKINFO with the kind of a bridge.
    body.extend(attr(20, &text));
    body.extend(attr(6, &text));
    body.extend(attr(10, &7_u32.to_ne_bytes()));
    body.extend(attr(18, &[attr(1, b"bridge\0"), attr(2, &[])].concat()));
    let answer = |seq: u32| {
        let mut d = Vec::new();
        for (ty, body) in [(16_u16, &body[..]), (NLMSG_DONE, &[0; 4])] {
            d.extend(u32::try_from(body.len() + 16).unwrap().to_ne_bytes());
            d.extend([ty.to_ne_bytes(), 2_u16.to_ne_bytes()].concat());
            d.extend([seq.to_ne_bytes(), PORT.to_ne_bytes()].concat());
            d.extend(body);
        }
        Reply::From(0, d)
    };
    let answers: Vec<Reply> = (1..=8).map(answer).collect();
    for line in [
        "ip link",
        "ip -d -s -s link",
        "ip -br link",
        "ip -j link",
        "ip addr",
        "ip -j -d addr",
        "bridge link",
        "bridge -j link",
        "ifconfig -a",
        "ifconfig -s",
        "brctl show",
    ] {
        let (out, err, _) = play(&format!("nlbox {line}"), [answers.clone(), answers.clone()]);
        assert!(
            out.contains(if line.contains("-j") { "a\\u001b[2J" } else { "a\\x1b[2J" }),
            "{line}: {out}{err}"
        );
    }
}

#[test]
fn a_batch_in_json_holds_no_binary_stream() {
    let file = harness::scratch("batch");
    std::fs::write(&file, "link show\naddr save\nrule save\nroute save\n").unwrap();
    let (out, err, code) = play(&format!("nlbox ip -j -force -batch {}", file.display()), Default::default());
    std::fs::remove_file(&file).unwrap();
    assert_eq!((out.as_str(), code), ("[]\n", 1));
    assert_eq!(err.matches("A binary stream does not belong into JSON\n").count(), 3);
}

#[test]
fn nests_without_end_are_read_as_far_as_tables_go() {
    // IFLA_LINKINFO in IFLA_INFO_DATA in IFLA_LINKINFO …, as deep as a datagram holds; then the same of any number.
    for numbers in [[18_u16, 2], [0x8000 | 18, 0x8000 | 2], [26, 10], [12, 1], [22, 9]] {
        let mut nest = Vec::new();
        for depth in 0..7000_usize {
            let len = u16::try_from(nest.len() + 4).unwrap();
            let head = [len.to_ne_bytes(), numbers[depth % 2].to_ne_bytes()].concat();
            nest.splice(0..0, head);
        }
        for (line, ty, header) in [
            ("ip -d link", 16_u16, 16),
            ("ip -d -j link", 16, 16),
            ("ip -d -j route", 24, 12),
            ("ip nexthop", 104, 8),
        ] {
            let mut m = vec![0; 16 + header];
            m.extend([10, 0, 3, 0, b'v', b'e', b't', b'h', 0, 0, 0, 0]);
            m.extend(&nest);
            let len = u32::try_from(m.len()).unwrap();
            m[..4].copy_from_slice(&len.to_ne_bytes());
            m[4..6].copy_from_slice(&ty.to_ne_bytes());
            m[6..8].copy_from_slice(&2_u16.to_ne_bytes());
            m[8..16].copy_from_slice(&[1, 0, 0, 0, 77, 0, 0, 0].map(|b: u8| b));
            let mut done = vec![20, 0, 0, 0, 3, 0, 2, 0];
            done.extend(&m[8..16]);
            done.extend([0; 4]);
            let replies = [vec![Reply::From(0, m), Reply::From(0, done)], Vec::new()];
            let (_, err, code) = play(&format!("nlbox {line}"), replies);
            // Names are asked for on the other socket, where nobody answers; a name that is missing is said.
            let missing = "netlink socket: Resource temporarily unavailable\n";
            assert!(
                matches!((err.as_str(), code), ("", 0)) || (err.starts_with(missing) && code == 1),
                "{line}: {err}"
            );
        }
    }
}

#[test]
fn a_kernel_that_talks_for_ever_of_something_else_is_left() {
    let mut noise = vec![16, 0, 0, 0, 16, 0, 2, 0];
    noise.extend([9, 0, 0, 0, 77, 0, 0, 0]);
    for line in ["nlbox ip link", "nlbox ip link set lo up", "nlbox ip route get 1.1.1.1", "nlbox ip -j addr"]
    {
        for datagram in [noise.clone(), Vec::new()] {
            let replies = vec![Reply::From(0, datagram); 100_000];
            let got = play(line, [replies.clone(), replies]);
            said(line, &got);
        }
    }
}
