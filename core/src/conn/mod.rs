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

use crate::wire::ack::{ExtAck, parse_done, parse_error};
use crate::wire::attr::Attrs;
use crate::wire::build::Build;
use crate::wire::header::{Message, Messages, nlm, nlmsg};
use core::ops::Range;
pub use error::{Errno, Error};

const EINTR: i32 = 4;

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
    /// Length of the datagram that [`Transport::recv`] would receive next; waits for one.
    fn peek(&mut self) -> Result<usize, Errno>;
    /// Our port id, as the kernel puts it into its replies; asked for with each request.
    fn port(&mut self) -> Result<u32, Errno>;
    /// A buffer of at least `len` bytes for a datagram larger than the usual one.
    fn larger(&mut self, len: usize) -> Option<&'static mut [u8]> {
        let _ = len;
        None
    }
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
}

/// A conversation over one socket.
pub struct Conn<'b> {
    link: &'b mut dyn Transport,
    rx: &'b mut [u8],
    seq: u32,
    protocol: i32,
    extack: Range<usize>,
    bulk: bulk::Bulk<'b>,
}

/// How many datagrams that answer nothing of ours are passed over before a request is given up: a flood from
/// another process must not keep us for ever. An interpreter has no time for so many.
const STRANGERS: u32 = if cfg!(miri) { 64 } else { 4096 };

impl<'b> Conn<'b> {
    /// A conversation over `link`, receiving into `rx` (32 KiB lets the kernel fill its largest dump datagrams).
    pub fn new(link: &'b mut dyn Transport, rx: &'b mut [u8]) -> Self {
        Conn { link, rx, seq: 0, protocol: 0, extack: 0..0, bulk: bulk::Bulk::default() }
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
        let seq = self.seq;
        let datagram = m.finish(seq).ok_or(Error::Full)?;
        loop {
            match self.link.send(datagram) {
                Err(Errno(EINTR)) => {}
                r => return r.map(|()| seq).map_err(Error::Os),
            }
        }
    }

    /// Receives one datagram of the kernel's into `rx` and gives its length.
    ///
    /// `sized` peeks for the length first, and changes to a larger buffer where it is needed: dumps and gets can
    /// outgrow `rx`, acknowledgements cannot.
    fn recv(&mut self, sized: bool) -> Result<usize, Error> {
        for _ in 0..STRANGERS {
            if sized {
                let len = retry(|| self.link.peek())?;
                if len > self.rx.len() {
                    self.rx = self.link.larger(len).ok_or(truncated(len))?;
                }
            }
            let got = retry(|| self.link.recv(self.rx))?;
            if got.len > self.rx.len() {
                return Err(truncated(got.len));
            }
            if got.from == 0 {
                return Ok(got.len);
            }
        }
        Err(Error::Malformed)
    }

    fn port(&mut self) -> Result<u32, Error> {
        retry(|| self.link.port())
    }

    fn set_extack(&mut self, tlvs: Range<usize>) {
        self.extack = tlvs;
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
            let len = self.recv(false)?;
            if let Some(r) = self.scan_ack(len, seq, port) {
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
            let at = place(datagram, tlvs.bytes());
            self.set_extack(at);
            return Some(if errno == 0 { Ok(()) } else { Err(Error::Kernel(Errno(errno))) });
        }
        it.damaged().then_some(Err(Error::Malformed))
    }

    /// Sends `m` and gives the one message that answers it.
    pub fn get(&mut self, m: &mut Build<'_>) -> Result<Message<'_>, Error> {
        let seq = self.send(m)?;
        let port = self.port()?;
        for _ in 0..STRANGERS {
            let len = self.recv(true)?;
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
            return Ok(Message { ty, flags, seq, port, payload: self.rx.get(at).unwrap_or(&[]) });
        }
        Err(Error::Malformed)
    }

    /// Sends `m` as a dump and lends its messages one by one.
    pub fn dump(&mut self, m: &mut Build<'_>) -> Result<Dump<'_, 'b>, Error> {
        m.set_flags(m.flags() | nlm::DUMP);
        let seq = self.send(m)?;
        let port = self.port()?;
        Ok(Dump { conn: self, seq, port, at: 0..0, done: false, interrupted: false })
    }

    /// Joins a multicast group, for [`Conn::listen`].
    pub fn join(&mut self, group: u32) -> Result<(), Error> {
        self.link.join(group).map_err(Error::Os)
    }

    /// Waits for one datagram of notifications; lends its messages through `each`.
    ///
    /// `Error::Os(ENOBUFS)` says that events were lost.
    pub fn listen(&mut self, each: &mut dyn FnMut(&Message<'_>)) -> Result<(), Error> {
        let len = self.recv(true)?;
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
    done: bool,
    interrupted: bool,
}

impl Dump<'_, '_> {
    /// The next message of the table.
    ///
    /// `Err(Interrupted)` comes in place of the end when the kernel flagged any part with `NLM_F_DUMP_INTR`; every
    /// message has been lent by then.
    #[expect(clippy::should_implement_trait, reason = "lends from itself, which an Iterator cannot")]
    pub fn next(&mut self) -> Result<Option<Message<'_>>, Error> {
        let mut strangers = 0..STRANGERS;
        let (head, body) = loop {
            if self.done {
                return Ok(None);
            }
            if self.at.is_empty() {
                // Datagrams without a message of ours must not keep us for ever.
                if strangers.next().is_none() {
                    self.done = true;
                    return Err(Error::Malformed);
                }
                let len = self.conn.recv(true)?;
                self.at = 0..len;
            }
            let datagram = self.conn.rx.get(self.at.clone()).unwrap_or(&[]);
            let mut it = Messages::new(datagram);
            let Some(m) = it.next() else {
                let damaged = it.damaged();
                self.at = 0..0;
                if damaged {
                    self.done = true;
                    return Err(Error::Malformed);
                }
                continue;
            };
            let step = crate::bytes::align4(m.payload.len().saturating_add(crate::wire::header::HEADER_LEN));
            self.at = self.at.start.saturating_add(step).min(self.at.end)..self.at.end;
            if m.seq != self.seq || m.port != self.port {
                continue;
            }
            self.interrupted |= m.flags & nlm::DUMP_INTR != 0;
            match m.ty {
                nlmsg::NOOP => {}
                nlmsg::DONE => {
                    self.done = true;
                    let (errno, tlvs) = parse_done(&m);
                    let at = place(self.conn.rx, tlvs.bytes());
                    self.conn.set_extack(at);
                    return match errno {
                        0 if self.interrupted => Err(Error::Interrupted),
                        0 => Ok(None),
                        e => Err(Error::Kernel(Errno(e))),
                    };
                }
                nlmsg::ERROR => {
                    self.done = true;
                    let Some((errno, tlvs)) = parse_error(&m) else { return Err(Error::Malformed) };
                    let at = place(self.conn.rx, tlvs.bytes());
                    self.conn.set_extack(at);
                    return if errno == 0 { Ok(None) } else { Err(Error::Kernel(Errno(errno))) };
                }
                nlmsg::OVERRUN => {
                    self.done = true;
                    return Err(Error::Malformed);
                }
                _ => {
                    // A message without NLM_F_MULTI is the whole answer (`ip route get` asked as a dump).
                    self.done = m.flags & nlm::MULTI == 0;
                    let at = place(self.conn.rx, m.payload);
                    break ((m.ty, m.flags), at);
                }
            }
        };
        let payload = self.conn.rx.get(body).unwrap_or(&[]);
        Ok(Some(Message { ty: head.0, flags: head.1, seq: self.seq, port: self.port, payload }))
    }

    /// Reads the rest of the dump and throws it away, so that the socket is free for the next request.
    pub fn drain(&mut self) -> Result<(), Error> {
        while self.next()?.is_some() {}
        Ok(())
    }
}

/// Where `part` lies in `whole`: positions outlive the borrow that found them.
fn place(whole: &[u8], part: &[u8]) -> Range<usize> {
    let start = (part.as_ptr().addr()).wrapping_sub(whole.as_ptr().addr());
    let end = start.saturating_add(part.len());
    if start <= whole.len() && end <= whole.len() { start..end } else { 0..0 }
}

fn truncated(len: usize) -> Error {
    Error::Truncated(u32::try_from(len).unwrap_or(u32::MAX))
}

fn retry<T>(mut f: impl FnMut() -> Result<T, Errno>) -> Result<T, Error> {
    loop {
        match f() {
            Err(Errno(EINTR)) => {}
            r => return r.map_err(Error::Os),
        }
    }
}
