//! The conversation: requests, acknowledgements and dumps over a datagram seam.
//!
//! Each reply is held against the request: sender (the kernel, port id 0), our port id, our sequence number. What
//! does not match is dropped, and the next datagram is waited for.

pub mod bulk;
pub mod error;
#[cfg(any(test, feature = "fake"))]
pub mod fake;
#[cfg(test)]
mod tests;

use crate::bytes::{align4, place};
use crate::text::ifname::IfName;
use crate::wire::ack::{ExtAck, parse_done, parse_error};
use crate::wire::attr::Attrs;
use crate::wire::build::Build;
use crate::wire::header::{HEADER_LEN, Message, Messages, nlm, nlmsg};
use core::ops::Range;
pub use error::{Errno, Error};

const EINTR: i32 = 4;
const ENOBUFS: i32 = 105;

/// What a transport says of a datagram it received.
#[derive(Clone, Copy)]
pub struct Received {
    /// Bytes of the datagram as sent, which may be more than the buffer took.
    pub len: usize,
    /// Port id of the sender; 0 is the kernel.
    pub from: u32,
    /// The multicast group that it was sent to; 0 for a reply.
    pub group: u32,
}

/// The seam to the system: whole datagrams, nothing of their meaning.
pub trait Transport {
    /// Sends one datagram to the kernel.
    fn send(&mut self, datagram: &[u8]) -> Result<(), Errno>;
    /// Receives one datagram into `buf`.
    fn recv(&mut self, buf: &mut [u8]) -> Result<Received, Errno>;
    /// Our port id, as the kernel puts it into its replies; asked for with each request.
    fn port(&mut self) -> Result<u32, Errno>;
    /// A buffer of at least `len` bytes for a datagram larger than the usual one.
    fn larger(&mut self, len: usize) -> Option<&'static mut [u8]> {
        let _ = len;
        None
    }
    /// Nothing is awaited any more: another conversation may take up what is open, until the next call.
    fn rest(&mut self) {}
    /// Closes what is open: the next call opens anew, perhaps in another namespace.
    fn close(&mut self) {}
    /// Sets what is open aside, and takes up what was set aside before.
    fn turn(&mut self) {}
    /// Of which protocol (`NETLINK_*`) the next socket is to be; called while none is open.
    fn speak(&mut self, protocol: i32) {
        let _ = protocol;
    }
    /// Joins a multicast group (`RTNLGRP_*`).
    fn join(&mut self, group: u32) -> Result<(), Errno> {
        let _ = group;
        Ok(())
    }
    /// What the interface with this index is called, and its flags, the lower sixteen of `IFF_*`, where that can be had
    /// for less than a message and its answer.
    fn called(&mut self, index: u32) -> Option<(IfName, u16)> {
        let _ = index;
        None
    }
}

/// A conversation over one socket.
pub struct Conn<'b> {
    link: &'b mut dyn Transport,
    rx: &'b mut [u8],
    seq: u32,
    protocol: i32,
    /// How many requests have been sent whose last answer did not come, was not waited for, or was a refusal.
    owed: u32,
    extack: Range<usize>,
    bulk: bulk::Bulk<'b>,
}

/// How many datagrams that answer nothing of ours are passed over before a request is given up: a flood from
/// another process must not keep us for ever. An interpreter has no time for so many.
const STRANGERS: u32 = if cfg!(miri) { 64 } else { 4096 };

impl<'b> Conn<'b> {
    /// A conversation over `link`, receiving into `rx` (32 KiB lets the kernel fill its largest dump datagrams).
    #[inline(never)]
    pub fn new(link: &'b mut dyn Transport, rx: &'b mut [u8]) -> Self {
        Conn { link, rx, seq: 0, protocol: 0, owed: 0, extack: 0..0, bulk: bulk::Bulk::default() }
    }

    /// What the kernel said beyond the errno in the acknowledgement that ended the last request.
    #[must_use]
    pub fn extack(&self) -> Option<ExtAck<'_>> {
        let b = self.rx.get(self.extack.clone())?;
        (!b.is_empty()).then(|| ExtAck::new(Attrs::new(b)))
    }

    /// Closes the transport; the next request opens it anew, in the namespace of that time.
    pub fn close(&mut self) {
        self.link.close();
        self.extack = 0..0;
        self.owed = 0;
    }

    /// Goes on over the transport set aside at the turn before, at first a new one, and sets this one aside: another
    /// namespace, and back. Both are rtnetlink's.
    pub fn turn(&mut self) {
        self.speak(0);
        self.link.turn();
        self.extack = 0..0;
    }

    /// From here on requests are of this protocol of netlink (`NETLINK_*`): rtnetlink's until then.
    pub fn speak(&mut self, protocol: i32) {
        if self.protocol != protocol {
            self.close();
            self.protocol = protocol;
            self.link.speak(protocol);
        }
    }

    fn send(&mut self, m: &mut Build<'_>) -> Result<u32, Error> {
        self.free()?;
        self.extack = 0..0;
        self.seq = self.seq.wrapping_add(1).max(1);
        self.owed = self.owed.wrapping_add(1);
        let seq = self.seq;
        let datagram = m.finish(seq).ok_or(Error::Full)?;
        loop {
            match self.link.send(datagram) {
                Err(Errno(EINTR)) => {}
                r => return r.map(|()| seq).map_err(Error::Os),
            }
        }
    }

    /// The last answer to a question has come.
    #[inline(never)]
    fn settle(&mut self) {
        self.owed = self.owed.wrapping_sub(1);
        if self.owed == 0 {
            self.link.rest();
        }
    }

    /// Receives one datagram of the kernel's into `rx` and gives its length.
    ///
    /// One that outgrows `rx` is lost, and `None`: what is asked for again then finds a larger buffer.
    fn recv(&mut self) -> Result<Option<usize>, Error> {
        for _ in 0..STRANGERS {
            let got = retry(|| self.link.recv(self.rx))?;
            if got.from != 0 {
                continue;
            }
            if got.len <= self.rx.len() {
                return Ok(Some(got.len));
            }
            let cut = Error::Truncated(u32::try_from(got.len).unwrap_or(u32::MAX));
            self.rx = self.link.larger(got.len).ok_or(cut)?;
            return Ok(None);
        }
        Err(Error::Malformed)
    }

    fn port(&mut self) -> Result<u32, Error> {
        retry(|| self.link.port())
    }

    /// Sends `m` and waits for its acknowledgement. A warning the kernel adds to success is in
    /// [`Conn::extack`] afterwards. While requests are gathered it is kept, and that is all.
    pub fn request(&mut self, m: &mut Build<'_>) -> Result<(), Error> {
        if self.gathering() {
            return self.keep(m);
        }
        m.set_flags(m.flags() | nlm::ACK);
        let seq = self.send(m)?;
        let port = self.port()?;
        for _ in 0..STRANGERS {
            // An acknowledgement is never so large.
            let Some(len) = self.recv()? else { continue };
            if let Some(r) = self.scan_ack(len, seq, port) {
                // Who changes things goes on changing: the transport stays.
                if !matches!(r, Err(Error::Malformed)) {
                    self.owed = self.owed.wrapping_sub(1);
                }
                return r;
            }
        }
        Err(Error::Malformed)
    }

    fn scan_ack(&mut self, len: usize, seq: u32, port: u32) -> Option<Result<(), Error>> {
        let datagram = self.rx.get(..len)?;
        let mut it = Messages::new(datagram);
        for m in it.by_ref() {
            if m.seq != seq || m.port != port || m.ty != nlmsg::ERROR {
                continue;
            }
            let Some((errno, tlvs)) = parse_error(&m) else { return Some(Err(Error::Malformed)) };
            self.extack = place(datagram, tlvs.bytes());
            return Some(if errno == 0 { Ok(()) } else { Err(Error::Kernel(Errno(errno))) });
        }
        it.damaged().then_some(Err(Error::Malformed))
    }

    /// What the interface with this index is called, and the lower half of its flags; `None` where a message has to ask.
    pub fn called(&mut self, index: u32) -> Option<(IfName, u16)> {
        self.free().ok()?;
        let called = self.link.called(index);
        if self.owed == 0 {
            self.link.rest();
        }
        called
    }

    /// Sends `m` and gives the one message that answers it.
    pub fn get(&mut self, m: &mut Build<'_>) -> Result<Message<'_>, Error> {
        let mut seq = self.send(m)?;
        let port = self.port()?;
        for _ in 0..STRANGERS {
            let Some(len) = self.recv()? else {
                seq = self.send(m)?;
                continue;
            };
            let mut it = Messages::new(self.rx.get(..len).unwrap_or(&[]));
            let found = it.by_ref().find(|m| m.seq == seq && m.port == port && m.ty != nlmsg::NOOP);
            let Some(m) = found else {
                if it.damaged() {
                    return Err(Error::Malformed);
                }
                continue;
            };
            if m.ty == nlmsg::ERROR {
                let r = self.scan_ack(len, seq, port);
                return Err(match r {
                    Some(Err(e)) => e,
                    _ => Error::Malformed,
                });
            }
            let at = place(self.rx, m.payload);
            let Message { ty, flags, seq, port, .. } = m;
            self.settle();
            return Ok(Message { ty, flags, seq, port, payload: self.rx.get(at).unwrap_or(&[]) });
        }
        Err(Error::Malformed)
    }

    /// Sends `m` as a dump and lends its messages one by one.
    pub fn dump(&mut self, m: &mut Build<'_>) -> Result<Dump<'_, 'b>, Error> {
        m.set_flags(m.flags() | nlm::DUMP);
        let seq = self.send(m)?;
        let port = self.port()?;
        Ok(Dump { conn: self, seq, port, at: 0..0, last: 0, done: false, interrupted: false, fresh: false })
    }

    /// Joins a multicast group, for [`Conn::listen`].
    pub fn join(&mut self, group: u32) -> Result<(), Error> {
        self.link.join(group).map_err(Error::Os)
    }

    /// Waits for one datagram of notifications; lends its messages through `each`.
    ///
    /// `Error::Os(ENOBUFS)` says that events were lost.
    pub fn listen(&mut self, each: &mut dyn FnMut(&Message<'_>)) -> Result<(), Error> {
        // What is lost for want of room is lost as events are for which the socket has none.
        let len = self.recv()?.ok_or(Error::Os(Errno(ENOBUFS)))?;
        let mut it = Messages::new(self.rx.get(..len).unwrap_or(&[]));
        for m in it.by_ref() {
            each(&m);
        }
        if it.damaged() { Err(Error::Malformed) } else { Ok(()) }
    }
}

/// The messages of a dump, lent one by one; ends with `Ok(None)`.
pub struct Dump<'c, 'b> {
    conn: &'c mut Conn<'b>,
    seq: u32,
    port: u32,
    at: Range<usize>,
    /// Where the message lent last begins.
    last: usize,
    done: bool,
    interrupted: bool,
    /// None of what stands at `at` has been handed over by [`Dump::ahead`].
    fresh: bool,
}

impl Dump<'_, '_> {
    /// The next message of the table.
    ///
    /// `Err(Interrupted)` comes in place of the end when the kernel flagged any part with `NLM_F_DUMP_INTR`; every
    /// message has been lent by then.
    #[expect(clippy::should_implement_trait, reason = "lends from itself, which an Iterator cannot")]
    pub fn next(&mut self) -> Result<Option<Message<'_>>, Error> {
        // Datagrams without a message of ours must not keep us for ever.
        let mut strangers = 0..STRANGERS;
        while !self.done {
            if self.at.is_empty() {
                if strangers.next().is_none() {
                    self.done = true;
                    return Err(Error::Malformed);
                }
                match self.conn.recv()? {
                    Some(len) => (self.at, self.fresh) = (0..len, true),
                    None => self.interrupted = true,
                }
                continue;
            }
            let rest = self.conn.rx.get(self.at.clone()).unwrap_or(&[]);
            let Some(Message { ty, flags, seq, port, payload }) = Message::first(rest) else {
                self.done = true;
                return Err(Error::Malformed);
            };
            self.last = self.at.start;
            let body = self.last.wrapping_add(HEADER_LEN);
            let body = body..body.wrapping_add(payload.len());
            self.at.start = align4(body.end).min(self.at.end);
            if seq != self.seq || port != self.port {
                continue;
            }
            self.interrupted |= flags & nlm::DUMP_INTR != 0;
            if ty > nlmsg::OVERRUN {
                // A message without NLM_F_MULTI is the whole answer (`ip route get` asked as a dump).
                self.done = flags & nlm::MULTI == 0;
                let payload = self.conn.rx.get(body).unwrap_or(&[]);
                return Ok(Some(Message { ty, flags, seq, port, payload }));
            }
            if ty != nlmsg::NOOP {
                self.done = true;
                return self.end(ty, flags, body).map(|()| None);
            }
        }
        Ok(None)
    }

    /// What the message that ends a dump says.
    #[inline(never)]
    fn end(&mut self, ty: u16, flags: u16, body: Range<usize>) -> Result<(), Error> {
        let rx: &[u8] = self.conn.rx;
        let m = Message { ty, flags, seq: 0, port: 0, payload: rx.get(body).unwrap_or(&[]) };
        let (errno, tlvs) = match ty {
            nlmsg::DONE => parse_done(&m),
            nlmsg::ERROR => parse_error(&m).ok_or(Error::Malformed)?,
            _ => return Err(Error::Malformed),
        };
        self.conn.extack = place(rx, tlvs.bytes());
        self.conn.settle();
        match errno {
            0 if self.interrupted && ty == nlmsg::DONE => Err(Error::Interrupted),
            0 => Ok(()),
            e => Err(Error::Kernel(Errno(e))),
        }
    }

    /// Hands over what else has come with the message lent last, once for each datagram: it will be lent in its turn.
    pub fn ahead(&mut self, look: &mut dyn FnMut(&Message<'_>)) {
        if core::mem::take(&mut self.fresh) {
            Messages::new(self.conn.rx.get(self.at.clone()).unwrap_or(&[])).for_each(|m| look(&m));
        }
    }

    /// Takes the message lent last back: it is the next one again. Only once for each, and not behind the end.
    pub fn back(&mut self) {
        self.at.start = self.last;
        self.done = false;
    }

    /// Whether the kernel has flagged any part that came so far: from that datagram on messages may be missing or come twice.
    #[must_use]
    pub const fn interrupted(&self) -> bool {
        self.interrupted
    }

    /// Gives the dump up: what is still to come goes with the transport.
    pub fn close(&mut self) {
        self.done = true;
        self.conn.close();
    }

    /// Reads the rest of the dump and throws it away, so that the socket is free for the next request.
    pub fn drain(&mut self) -> Result<(), Error> {
        while self.next()?.is_some() {}
        Ok(())
    }
}

fn retry<T>(mut f: impl FnMut() -> Result<T, Errno>) -> Result<T, Error> {
    loop {
        match f() {
            Err(Errno(EINTR)) => {}
            r => return r.map_err(Error::Os),
        }
    }
}
