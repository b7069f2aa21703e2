//! The addresses of many links, which are read from dumps beside the dump of the links: what is printed is what is printed
//! when each link is asked for alone, in whatever order a kernel dumps, and whatever becomes of the dumps.

mod story;

use harness::vm::Setup;
use nlbox_core::conn::{Errno, Received, Transport};
use std::collections::VecDeque;
use story::{PORT, run_beside};

const NLM_F_MULTI: u16 = 2;
const NLM_F_DUMP_INTR: u16 = 0x10;
const NLM_F_DUMP: u16 = 0x300;
const NLMSG_DONE: u16 = 3;
const RTM_NEWLINK: u16 = 16;
const RTM_GETLINK: u16 = 18;
const RTM_NEWADDR: u16 = 20;
const RTM_GETADDR: u16 = 22;

/// By what a dump of this kernel goes.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Order {
    /// The indexes.
    Rising,
    /// Their hash, and in one bucket the youngest first.
    Hashed,
    /// Nothing.
    Falling,
}

/// What goes wrong with the dump of one family.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    Nothing,
    /// The first datagram from this one on is flagged, and what it and those behind it hold is no more to be believed.
    Interrupted(usize),
    /// This datagram is the end, and says an errno.
    Done(usize, i32),
    /// Receiving this one fails.
    Fail(usize, i32),
    /// The request is not sent.
    Send,
}

/// A link: index, type, and addresses by family and a byte.
type Link = (u32, u16, Vec<(u8, u8)>);

#[derive(Clone, Debug)]
struct Net {
    links: Vec<Link>,
    /// Addresses of links that are not in the dump of links.
    unknown: Vec<u32>,
    order: [Order; 3],
    faults: [Fault; 2],
    /// Messages in a datagram.
    many: usize,
    /// Families that the kernel knows.
    families: Vec<u8>,
}

impl Net {
    /// The links of one index, or all.
    fn sorted(&self, order: Order, index: u32) -> Vec<Link> {
        let mut all: Vec<_> = self.links.iter().filter(|l| index == 0 || l.0 == index).cloned().collect();
        match order {
            Order::Rising => all.sort_by_key(|l| l.0),
            Order::Hashed => all.sort_by_key(|l| (l.0 % 256, u32::MAX - l.0)),
            Order::Falling => all.sort_by_key(|l| u32::MAX - l.0),
        }
        all
    }
}

fn attr(ty: u16, body: &[u8]) -> Vec<u8> {
    let mut a = u16::try_from(4 + body.len()).unwrap().to_ne_bytes().to_vec();
    a.extend(ty.to_ne_bytes());
    a.extend(body);
    a.resize(a.len().next_multiple_of(4), 0);
    a
}

fn message(ty: u16, flags: u16, seq: u32, body: &[u8]) -> Vec<u8> {
    let mut m = u32::try_from(16 + body.len()).unwrap().to_ne_bytes().to_vec();
    m.extend(ty.to_ne_bytes());
    m.extend(flags.to_ne_bytes());
    m.extend(seq.to_ne_bytes());
    m.extend(PORT.to_ne_bytes());
    m.extend(body);
    m
}

fn link(index: u32, ty: u16) -> Vec<u8> {
    let mut b = vec![0, 0];
    b.extend(ty.to_ne_bytes());
    b.extend(index.to_ne_bytes());
    b.extend([0; 8]);
    b.extend(attr(3, format!("d{index}\0").as_bytes()));
    b.extend(attr(13, &1000_u32.to_ne_bytes()));
    b
}

fn address(index: u32, (family, byte): (u8, u8)) -> Vec<u8> {
    let mut b = vec![family, 24, 0x80, 0];
    b.extend(index.to_ne_bytes());
    let bytes = vec![byte; if family == 10 { 16 } else { 4 }];
    b.extend(attr(1, &bytes));
    b
}

/// One socket to the kernel.
struct Socket<'n> {
    net: &'n Net,
    /// Runs beside the first.
    beside: bool,
    replies: VecDeque<Result<Vec<u8>, i32>>,
    /// What was asked for.
    asked: usize,
}

impl<'n> Socket<'n> {
    fn new(net: &'n Net, beside: bool) -> Self {
        Socket { net, beside, replies: VecDeque::new(), asked: 0 }
    }
}

impl Transport for Socket<'_> {
    fn send(&mut self, d: &[u8]) -> Result<(), Errno> {
        let half = |at: usize| u16::from_ne_bytes([d[at], d[at + 1]]);
        let word = |at: usize| u32::from_ne_bytes(d[at..at + 4].try_into().unwrap());
        let (ty, flags, seq, family) = (half(4), half(6), word(8), d[16]);
        assert_eq!(flags & NLM_F_DUMP, NLM_F_DUMP, "only dumps are asked for here: {d:?}");
        self.asked += 1;
        let net = self.net;
        let families: Vec<u8> = match family {
            _ if net.families.contains(&family) => vec![family],
            _ => net.families.clone(),
        };
        let mut fault = Fault::Nothing;
        let bodies: Vec<Vec<u8>> = match ty {
            RTM_GETLINK => net.sorted(net.order[0], 0).iter().map(|l| link(l.0, l.1)).collect(),
            RTM_GETADDR => {
                let index = word(20);
                let place = usize::from(family == 10);
                if self.beside {
                    fault = net.faults[place];
                    if fault == Fault::Send {
                        return Err(Errno(105));
                    }
                }
                let all = net.sorted(net.order[1 + place], if family == 35 { 0 } else { index });
                let unknown = net.unknown.iter().map(|i| (*i, 1, vec![(family, 99)]));
                let all: Vec<_> = if index == 0 { unknown.chain(all).collect() } else { all };
                // Phonet does not look at the index.
                let wanted = |f: u8, i: u32| f == 35 && family == 35 || index == 0 || i == index;
                let of = |f: u8| {
                    all.iter()
                        .flat_map(move |l| l.2.iter().map(move |a| (l.0, *a)))
                        .filter(move |(i, a)| a.0 == f && wanted(f, *i))
                };
                families.iter().flat_map(|f| of(*f)).map(|(i, a)| address(i, a)).collect()
            }
            _ => panic!("message {ty} is not asked for"),
        };
        let ty = if ty == RTM_GETLINK { RTM_NEWLINK } else { RTM_NEWADDR };
        let mut end = 0;
        for (n, part) in bodies.chunks(net.many).enumerate() {
            let mut flags = NLM_F_MULTI;
            match fault {
                Fault::Interrupted(at) if n == at => flags |= NLM_F_DUMP_INTR,
                // Some are lost, and nothing says so any more.
                Fault::Interrupted(at) if n > at => continue,
                Fault::Done(at, errno) if n >= at => {
                    end = errno;
                    break;
                }
                Fault::Fail(at, errno) if n == at => {
                    self.replies.push_back(Err(errno));
                    return Ok(());
                }
                _ => {}
            }
            let part = if flags & NLM_F_DUMP_INTR == 0 { part } else { &part[..part.len().div_ceil(2)] };
            let datagram = part.iter().flat_map(|b| message(ty, flags, seq, b)).collect();
            self.replies.push_back(Ok(datagram));
        }
        self.replies.push_back(Ok(message(NLMSG_DONE, NLM_F_MULTI, seq, &(-end).to_ne_bytes())));
        Ok(())
    }

    fn recv(&mut self, buf: &mut [u8]) -> Result<Received, Errno> {
        let d = self.replies.pop_front().unwrap_or(Err(11)).map_err(Errno)?;
        assert!(d.len() <= buf.len());
        buf[..d.len()].copy_from_slice(&d);
        Ok(Received { len: d.len(), from: 0, group: 0 })
    }

    fn port(&mut self) -> Result<u32, Errno> {
        Ok(PORT)
    }

    fn close(&mut self) {
        self.replies.clear();
    }
}

const LINES: [&str; 7] = [
    "ip addr",
    "ip -4 addr",
    "ip -6 -o addr",
    "ip -j addr",
    "ip -br addr",
    "ip addr show to 1.0.0.0/8",
    "ip addr show scope host",
];

/// What is printed with and without the dumps beside, which is the same; how many questions each took.
fn same(net: &Net, line: &str) -> (usize, usize) {
    let (mut main, mut side) = (Socket::new(net, false), Socket::new(net, false));
    let alone = run_beside(line, &mut main, &mut side, None);
    let questions = main.asked + side.asked;
    let mut all = [false, false, true, true].map(|beside| Socket::new(net, beside));
    let [main, side, third, fourth] = &mut all;
    let found = run_beside(line, main, side, Some([third, fourth]));
    let settled = found.1.contains("may be inconsistent")
        && (net.order.contains(&Order::Falling) || !net.unknown.is_empty());
    if found != alone && !settled {
        let at = found.0.lines().zip(alone.0.lines()).position(|(a, b)| a != b).unwrap_or(0);
        let near =
            |text: &str| text.lines().skip(at.saturating_sub(2)).take(4).collect::<Vec<_>>().join("\n");
        let Net { order, faults, many, families, .. } = net;
        let (found, alone) = ((near(&found.0), found.1, found.2), (near(&alone.0), alone.1, alone.2));
        panic!(
            "{line}, {} links, {order:?}, {faults:?}, {many}, {families:?}: line {at}: {found:#?} for {alone:#?}",
            net.links.len()
        );
    }
    (all.iter().map(|s| s.asked).sum(), questions)
}

/// [`same`] of each line.
fn all_lines(net: &Net) {
    for line in LINES {
        same(net, line);
    }
}

/// `count` links from `step` on, of which every `sparse`th has addresses of IPv4, and some have those of IPv6.
fn net(count: u32, step: u32, sparse: u32) -> Net {
    let links = (1..=count).map(|n| {
        let byte = u8::try_from(n % 251).unwrap();
        let mut addresses = Vec::new();
        if n % sparse == 0 {
            addresses.extend([(2, 1), (2, byte)]);
        }
        if n % 3 == 1 {
            addresses.extend([(10, byte), (10, 0xfe)]);
        }
        (if n == 1 { 1 } else { n * step }, if n == 1 { 772 } else { 1 }, addresses)
    });
    Net {
        links: links.collect(),
        unknown: Vec::new(),
        order: [Order::Rising; 3],
        faults: [Fault::Nothing; 2],
        many: 7,
        families: vec![2, 10],
    }
}

const ORDERS: [Order; 3] = [Order::Rising, Order::Hashed, Order::Falling];

#[test]
fn dumps_of_one_order_take_the_place_of_a_question_for_each_link() {
    for order in [Order::Rising, Order::Hashed] {
        let mut net = net(600, 1, 1);
        net.links.iter_mut().for_each(|l| l.2 = vec![(2, 1), (2, 2), (10, 3)]);
        net.order = [order; 3];
        for line in ["ip addr", "ip -4 addr", "ip -j addr", "ip -br addr"] {
            let (beside, alone) = same(&net, line);
            assert!(alone > 600 && beside < 30, "{line} {order:?}: {beside} for {alone}");
        }
    }
}

#[test]
fn a_small_machine_is_asked_as_before() {
    assert_eq!(same(&net(8, 1, 1), "ip addr"), (9, 9));
}

#[test]
fn every_order_of_each_dump_prints_the_same() {
    for links in ORDERS {
        for four in ORDERS {
            for six in [Order::Rising, Order::Hashed] {
                for (count, step, sparse) in
                    [(40, 1, 1), (300, 1, 5), (300, 7, 2), (60, 256, 3), (300, 1, 250)]
                {
                    let mut net = net(count, step, sparse);
                    net.order = [links, four, six];
                    // An order that no kernel has is found out where it shows before it matters: not where few addresses are.
                    if four == Order::Falling && sparse > 1 {
                        continue;
                    }
                    all_lines(&net);
                }
            }
        }
    }
}

#[test]
fn a_dump_that_breaks_off_loses_and_doubles_nothing() {
    for order in [Order::Rising, Order::Hashed] {
        for at in [0, 1, 5, 20] {
            for fault in [
                Fault::Interrupted(at),
                Fault::Done(at, 1),
                Fault::Done(at, 105),
                Fault::Fail(at, 105),
                Fault::Fail(at, 12),
                Fault::Send,
            ] {
                for faults in [[fault, Fault::Nothing], [Fault::Nothing, fault], [fault; 2]] {
                    let mut net = net(300, 1, 1);
                    (net.order, net.faults) = ([order; 3], faults);
                    all_lines(&net);
                }
            }
        }
    }
}

#[test]
fn addresses_of_unknown_links_are_passed_over() {
    for order in [Order::Rising, Order::Hashed] {
        let mut net = net(300, 2, 1);
        net.order = [order; 3];
        net.unknown = vec![0, 5000, 7];
        all_lines(&net);
        // In their places among the others.
        net.unknown.clear();
        let all = net.links.clone();
        for (index, ..) in all.iter().filter(|l| l.0 % 10 == 0) {
            net.unknown.push(index + 1);
        }
        all_lines(&net);
    }
}

#[test]
fn links_with_addresses_of_other_families_are_asked_for_alone() {
    let mut mctp = net(100, 1, 1);
    mctp.families.push(45);
    mctp.links[60].1 = 290;
    mctp.links[60].2.push((45, 8));
    mctp.links[0].2.push((45, 9));
    let mut phonet = net(100, 1, 1);
    phonet.families.push(35);
    phonet.links[70].2.push((35, 8));
    for net in [&mctp, &phonet] {
        all_lines(net);
    }
    // A kernel without IPv6 takes a question for it for one for all.
    let mut old = net(100, 1, 1);
    old.families = vec![2];
    all_lines(&old);
}

/// Debian's kernel dumps by the hash of the indexes.
#[test]
fn a_kernel_of_the_other_order_prints_the_same() {
    let setup = Setup::new().iproute2().file("/bin/nlbox", harness::nlbox()).modules(&["dummy"]);
    let Some(mut vm) = setup.boot() else { return };
    // Some without addresses, some with those of one family.
    let lines: String = (0..300)
        .map(|i| {
            let mut lines = format!("link add d{i} type dummy\n");
            if i % 7 != 0 {
                lines += &format!("addr add 10.{}.{}.1/24 dev d{i}\n", i >> 8, i & 255);
            }
            if i % 5 != 0 {
                lines += &format!("addr add fd00:{i:x}::1/64 dev d{i}\n");
            }
            lines
        })
        .collect();
    assert_eq!(vm.feed(&["/bin/nlbox", "ip", "-batch", "-"], &lines).code, 0);
    for words in ["addr", "-4 addr", "-6 addr", "-o addr", "-j addr", "-br addr"] {
        let [theirs, ours] = ["/bin/ip", "/bin/nlbox ip"].map(|ip| vm.run(&format!("{ip} {words}")));
        assert!(ours.stdout.len() > 10_000, "{words}: {}", ours.stderr);
        assert!(ours == theirs, "{words}:\n{}", harness::diff(&theirs.stdout, &ours.stdout));
    }
    vm.off();
}
