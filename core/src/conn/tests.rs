//! The conversation against scripted kernels, kind and unkind.

extern crate std;

use super::fake::{Script, Step};
use super::*;
use crate::wire::ack::nlmsgerr;
use std::vec::Vec;

const PORT: u32 = Script::PORT;

fn message(ty: u16, flags: u16, seq: u32, port: u32, body: &[u8]) -> Vec<u8> {
    let len = u32::try_from(16 + body.len()).unwrap();
    let mut m = len.to_ne_bytes().to_vec();
    m.extend(ty.to_ne_bytes());
    m.extend(flags.to_ne_bytes());
    m.extend(seq.to_ne_bytes());
    m.extend(port.to_ne_bytes());
    m.extend(body);
    m.resize(m.len().next_multiple_of(4), 0);
    m
}

fn attr(ty: u16, body: &[u8]) -> Vec<u8> {
    let mut a = u16::try_from(4 + body.len()).unwrap().to_ne_bytes().to_vec();
    a.extend(ty.to_ne_bytes());
    a.extend(body);
    a.resize(a.len().next_multiple_of(4), 0);
    a
}

/// `NLMSG_ERROR`: errno, the request's header, attributes of the extended acknowledgement.
fn ack(errno: i32, flags: u16, tlvs: &[u8]) -> Vec<u8> {
    let mut body = (-errno).to_ne_bytes().to_vec();
    body.extend([0; 16]);
    body.extend(tlvs);
    message(nlmsg::ERROR, flags, 1, PORT, &body)
}

fn done(errno: i32) -> Vec<u8> {
    message(nlmsg::DONE, nlm::MULTI, 1, PORT, &(-errno).to_ne_bytes())
}

fn request(steps: &[Step<'_>]) -> (Result<(), Error>, Option<Vec<u8>>) {
    let mut script = Script::new(steps);
    let (mut rx, mut tx) = ([0; 512], [0; 64]);
    let mut conn = Conn::new(&mut script, &mut rx);
    let r = conn.request(&mut Build::new(&mut tx, 16, 0, &[0; 16]));
    let text = conn.extack().and_then(|x| x.message()).map(<[u8]>::to_vec);
    (r, text)
}

fn dump(steps: &[Step<'_>], room: usize) -> (Vec<u16>, Result<(), Error>) {
    let mut script = Script::new(steps);
    let (mut rx, mut tx) = (std::vec![0; room], [0; 64]);
    let mut conn = Conn::new(&mut script, &mut rx);
    let mut m = Build::new(&mut tx, 18, 0, &[0; 16]);
    let mut dump = conn.dump(&mut m).unwrap();
    let mut seen = Vec::new();
    loop {
        match dump.next() {
            Ok(Some(m)) => seen.push(m.ty),
            Ok(None) => return (seen, Ok(())),
            Err(e) => return (seen, Err(e)),
        }
    }
}

#[test]
fn an_ack_ends_a_request() {
    let a = ack(0, nlm::CAPPED, &[]);
    assert_eq!(request(&[Step::Datagram(0, &a)]), (Ok(()), None));
}

#[test]
fn a_warning_comes_with_success() {
    let a = ack(0, nlm::CAPPED | nlm::ACK_TLVS, &attr(nlmsgerr::MSG.ty(), b"deprecated\0"));
    assert_eq!(request(&[Step::Datagram(0, &a)]), (Ok(()), Some(b"deprecated".to_vec())));
}

#[test]
fn a_refusal_gives_errno_and_sentence() {
    let a = ack(17, nlm::CAPPED | nlm::ACK_TLVS, &attr(nlmsgerr::MSG.ty(), b"no\0"));
    assert_eq!(request(&[Step::Datagram(0, &a)]), (Err(Error::Kernel(Errno(17))), Some(b"no".to_vec())));
}

#[test]
fn an_uncapped_refusal_holds_the_request_before_its_sentence() {
    let mut body = (-22_i32).to_ne_bytes().to_vec();
    body.extend(message(16, 5, 1, 0, &[9; 16]));
    body.extend(attr(nlmsgerr::MSG.ty(), b"why\0"));
    let a = message(nlmsg::ERROR, nlm::ACK_TLVS, 1, PORT, &body);
    assert_eq!(request(&[Step::Datagram(0, &a)]), (Err(Error::Kernel(Errno(22))), Some(b"why".to_vec())));
}

#[test]
fn strangers_are_not_believed() {
    let (bad, good) = (ack(1, nlm::CAPPED, &[]), ack(0, nlm::CAPPED, &[]));
    let mut old = bad.clone();
    old[8..12].copy_from_slice(&9_u32.to_ne_bytes());
    let mut others = bad.clone();
    others[12..16].copy_from_slice(&5_u32.to_ne_bytes());
    // From another process; of another request; to another port.
    let steps = [
        Step::Datagram(4711, &bad),
        Step::Datagram(0, &old),
        Step::Datagram(0, &others),
        Step::Datagram(0, &good),
    ];
    assert_eq!(request(&steps).0, Ok(()));
}

#[test]
fn a_flood_of_strangers_ends() {
    let bad = ack(0, nlm::CAPPED, &[]);
    let steps = std::vec![Step::Datagram(4711, &bad); FLOOD];
    assert_eq!(request(&steps).0, Err(Error::Malformed));
}

/// As many as are passed over, and more.
const FLOOD: usize = STRANGERS as usize + 10;

#[test]
fn a_dump_in_a_flood_of_strangers_ends() {
    // Of another process, of another request, and of no message at all.
    let other = message(16, nlm::MULTI, 7, PORT, &[0; 16]);
    for step in [Step::Datagram(4711, &other), Step::Datagram(0, &other), Step::Datagram(0, &[])] {
        let steps = std::vec![step; FLOOD];
        assert_eq!(dump(&steps, 512), (Vec::new(), Err(Error::Malformed)));
    }
}

#[test]
fn interruptions_are_retried_and_failures_told() {
    let a = ack(0, nlm::CAPPED, &[]);
    assert_eq!(request(&[Step::Fail(4), Step::Fail(4), Step::Datagram(0, &a)]).0, Ok(()));
    assert_eq!(request(&[Step::Fail(105)]).0, Err(Error::Os(Errno(105))));
}

#[test]
fn an_ack_without_its_errno_is_malformed() {
    let a = message(nlmsg::ERROR, 0, 1, PORT, &[1, 2]);
    assert_eq!(request(&[Step::Datagram(0, &a)]).0, Err(Error::Malformed));
    assert_eq!(request(&[Step::Datagram(0, &[1, 2, 3])]).0, Err(Error::Malformed));
}

#[test]
fn a_dump_spans_datagrams() {
    let mut first = message(16, nlm::MULTI, 1, PORT, &[0; 16]);
    first.extend(message(17, nlm::MULTI, 1, PORT, &[0; 16]));
    let second = message(20, nlm::MULTI, 1, PORT, &[0; 8]);
    let end = done(0);
    let steps = [Step::Datagram(0, &first), Step::Datagram(0, &second), Step::Datagram(0, &end)];
    assert_eq!(dump(&steps, 512), (std::vec![16, 17, 20], Ok(())));
}

#[test]
fn done_may_hold_an_errno() {
    let end = done(95);
    assert_eq!(dump(&[Step::Datagram(0, &end)], 512), (Vec::new(), Err(Error::Kernel(Errno(95)))));
}

#[test]
fn an_interrupted_dump_is_told_at_its_end() {
    let mut d = message(16, nlm::MULTI | nlm::DUMP_INTR, 1, PORT, &[0; 16]);
    d.extend(done(0));
    assert_eq!(dump(&[Step::Datagram(0, &d)], 512), (std::vec![16], Err(Error::Interrupted)));
}

#[test]
fn the_rest_of_an_older_dump_is_passed_over() {
    let old = message(16, nlm::MULTI, 7, PORT, &[0; 16]);
    let mut new = message(20, nlm::MULTI, 1, PORT, &[0; 8]);
    new.extend(done(0));
    assert_eq!(dump(&[Step::Datagram(0, &old), Step::Datagram(0, &new)], 512), (std::vec![20], Ok(())));
}

#[test]
fn damage_ends_a_dump() {
    let mut d = message(16, nlm::MULTI, 1, PORT, &[0; 16]);
    d.extend([0xff; 16]);
    assert_eq!(dump(&[Step::Datagram(0, &d)], 512), (std::vec![16], Err(Error::Malformed)));
}

#[test]
fn a_dump_without_an_end_does_not_hang_on_a_dead_socket() {
    let d = message(16, nlm::MULTI, 1, PORT, &[0; 16]);
    assert_eq!(dump(&[Step::Datagram(0, &d)], 512), (std::vec![16], Err(Error::Os(Errno(11)))));
}

#[test]
fn a_datagram_that_does_not_fit_is_never_cut() {
    let d = message(16, nlm::MULTI, 1, PORT, &[0; 100]);
    assert_eq!(dump(&[Step::Datagram(0, &d)], 64), (Vec::new(), Err(Error::Truncated(116))));
}

/// A script whose transport has larger buffers to give.
struct Roomy<'s>(Script<'s>);
impl Transport for Roomy<'_> {
    fn send(&mut self, d: &[u8]) -> Result<(), Errno> {
        self.0.send(d)
    }
    fn recv(&mut self, buf: &mut [u8]) -> Result<Received, Errno> {
        self.0.recv(buf)
    }
    fn port(&mut self) -> Result<u32, Errno> {
        self.0.port()
    }
    fn larger(&mut self, len: usize) -> Option<&'static mut [u8]> {
        Some(std::vec![0; len].leak())
    }
}

#[test]
fn a_larger_buffer_is_taken_where_there_is_one() {
    // The answer that is cut is asked for again.
    let [d, again] = [1, 2].map(|seq| message(16, 0, seq, PORT, &[7; 300]));
    let steps = [Step::Datagram(0, &d), Step::Datagram(0, &again)];
    let mut link = Roomy(Script::new(&steps));
    let (mut rx, mut tx) = ([0; 64], [0; 64]);
    let mut conn = Conn::new(&mut link, &mut rx);
    let m = conn.get(&mut Build::new(&mut tx, 18, 0, &[0; 16])).unwrap();
    assert_eq!((m.ty, m.payload), (16, &[7; 300][..]));
    assert_eq!(link.0.sent, 2);
}

#[test]
fn a_dump_that_lost_a_datagram_is_interrupted() {
    let d = message(16, nlm::MULTI, 1, PORT, &[0; 100]);
    let last = message(17, nlm::MULTI, 1, PORT, &[0; 100]);
    let end = done(0);
    let steps = [Step::Datagram(0, &d), Step::Datagram(0, &last), Step::Datagram(0, &end)];
    let mut link = Roomy(Script::new(&steps));
    let (mut rx, mut tx) = ([0; 64], [0; 64]);
    let mut conn = Conn::new(&mut link, &mut rx);
    let mut dump = conn.dump(&mut Build::new(&mut tx, 18, 0, &[0; 16])).unwrap();
    assert_eq!(dump.next().unwrap().map(|m| m.ty), Some(17));
    assert_eq!(dump.next().map(|m| m.map(|m| m.ty)), Err(Error::Interrupted));
}

#[test]
fn a_get_may_be_refused() {
    let a = ack(19, nlm::CAPPED, &[]);
    let steps = [Step::Datagram(0, &a)];
    let mut script = Script::new(&steps);
    let (mut rx, mut tx) = ([0; 512], [0; 64]);
    let mut conn = Conn::new(&mut script, &mut rx);
    let r = conn.get(&mut Build::new(&mut tx, 18, 0, &[0; 16])).map(|m| m.ty);
    assert_eq!(r, Err(Error::Kernel(Errno(19))));
    assert!(script.over());
}

#[test]
fn a_request_that_is_too_long_is_not_sent() {
    let mut script = Script::new(&[]);
    let (mut rx, mut tx) = ([0; 64], [0; 20]);
    let mut conn = Conn::new(&mut script, &mut rx);
    assert_eq!(conn.request(&mut Build::new(&mut tx, 16, 0, &[0; 16])), Err(Error::Full));
    assert_eq!(script.sent, 0);
}

#[test]
fn gathered_requests_are_one_datagram_and_the_refused_ones_are_told() {
    let answer = |errno: i32, seq: u32| {
        let mut m = ack(errno, 0, &[]);
        m[8..12].copy_from_slice(&seq.to_ne_bytes());
        m
    };
    // The second and the third are refused; a stranger's answer and one to an older request are passed over.
    let (second, third, last) = (answer(17, 2), answer(2, 3), answer(0, 4));
    let old = answer(5, 90);
    let steps = [
        Step::Datagram(9, &second),
        Step::Datagram(0, &second),
        Step::Datagram(0, &old),
        Step::Datagram(0, &third),
        Step::Datagram(0, &last),
    ];
    let (mut script, mut rx) = (Roomy(Script::new(&steps)), [0; 4096]);
    {
        let mut conn = Conn::new(&mut script, &mut rx);
        conn.gather(true);
        assert!(conn.gathering());
        for n in 0..4 {
            let mut tx = [0; 64];
            conn.request(&mut Build::new(&mut tx, 24, 0, &[n; 12])).unwrap();
        }
        // Everything else waits until they have been sent.
        let mut tx = [0; 64];
        assert_eq!(conn.get(&mut Build::new(&mut tx, 18, 0, &[0; 16])).err(), Some(Error::Os(Errno(11))));
        conn.gather(false);
        conn.post().unwrap();
        assert_eq!(conn.refused(), Ok(Some((2, Error::Kernel(Errno(17))))));
        assert_eq!(conn.refused(), Ok(Some((1, Error::Kernel(Errno(2))))));
        assert_eq!(conn.refused(), Ok(None));
        assert_eq!(conn.refused(), Ok(None));
    }
    assert!(script.0.over());
    assert_eq!(script.0.sent, 1);
    let sent: Vec<(u32, u16)> = Messages::new(&script.0.last).map(|m| (m.seq, m.flags)).collect();
    assert_eq!(sent, [(1, nlm::REQUEST), (2, nlm::REQUEST), (3, nlm::REQUEST), (4, nlm::REQUEST | nlm::ACK)]);
}

#[test]
fn a_datagram_carries_so_many_requests_and_no_more() {
    let (mut script, mut rx) = (Roomy(Script::new(&[])), [0; 64]);
    let mut conn = Conn::new(&mut script, &mut rx);
    conn.gather(true);
    let mut one = || conn.request(&mut Build::new(&mut [0; 64], 24, 0, &[0; 12]));
    for _ in 0..bulk::MANY {
        one().unwrap();
    }
    assert_eq!(one(), Err(Error::Os(Errno(11))));
    // Without memory nothing is gathered.
    let (mut poor, mut rx2) = (Script::new(&[]), [0; 64]);
    let mut without = Conn::new(&mut poor, &mut rx2);
    without.gather(true);
    assert!(!without.gathering());
    // The socket fails: nothing more is waited for.
    conn.gather(false);
    conn.post().unwrap();
    assert_eq!(conn.refused(), Err(Error::Os(Errno(11))));
    assert_eq!(conn.refused(), Ok(None));
}

/// A script, and how often its socket was free for others.
struct Resting<'s>(Script<'s>, u32);

impl Transport for Resting<'_> {
    fn send(&mut self, d: &[u8]) -> Result<(), Errno> {
        self.0.send(d)
    }
    fn recv(&mut self, buf: &mut [u8]) -> Result<Received, Errno> {
        self.0.recv(buf)
    }
    fn port(&mut self) -> Result<u32, Errno> {
        self.0.port()
    }
    fn rest(&mut self) {
        self.1 += 1;
    }
}

#[test]
fn a_socket_is_free_for_others_when_nothing_is_awaited() {
    let answer = |seq| message(16, 0, seq, PORT, &[0; 16]);
    let part = |seq| message(16, nlm::MULTI, seq, PORT, &[0; 16]);
    let end = |seq| message(nlmsg::DONE, nlm::MULTI, seq, PORT, &[0; 4]);
    let said = [answer(1), part(2), end(2), part(3), answer(4)];
    let steps: Vec<_> = said.iter().map(|d| Step::Datagram(0, d)).collect();
    let mut link = Resting(Script::new(&steps), 0);
    let (mut rx, mut tx) = ([0; 512], [0; 64]);
    let mut conn = Conn::new(&mut link, &mut rx);
    let mut m = Build::new(&mut tx, 18, 0, &[0; 16]);
    conn.get(&mut m).unwrap();
    conn.dump(&mut m).unwrap().drain().unwrap();
    // One that is left in the middle: what else comes of it is for nobody, and never for another conversation.
    assert!(conn.dump(&mut m).unwrap().next().unwrap().is_some());
    conn.get(&mut m).unwrap();
    assert_eq!(link.1, 2);
    assert!(link.0.over());
}

#[test]
fn a_message_of_a_dump_can_be_taken_back() {
    let parts = [1_u8, 2].map(|n| message(16, nlm::MULTI, 1, PORT, &[n; 16]));
    let flagged = message(16, nlm::MULTI | nlm::DUMP_INTR, 1, PORT, &[3; 16]);
    let said = [parts.concat(), flagged, done(0)];
    let steps: Vec<_> = said.iter().map(|d| Step::Datagram(0, d)).collect();
    let mut script = Script::new(&steps);
    let (mut rx, mut tx) = ([0; 512], [0; 64]);
    let mut conn = Conn::new(&mut script, &mut rx);
    let mut m = Build::new(&mut tx, 18, 0, &[0; 16]);
    let mut dump = conn.dump(&mut m).unwrap();
    for n in [1, 2, 3] {
        for last in [false, true] {
            assert_eq!(dump.next().unwrap().unwrap().payload[0], n);
            assert_eq!(dump.interrupted(), n == 3);
            if !last {
                dump.back();
            }
        }
    }
    assert_eq!(dump.next().map(|m| m.is_some()), Err(Error::Interrupted));
}
