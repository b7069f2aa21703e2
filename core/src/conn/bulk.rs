//! Many requests in one datagram: the kernel answers those that it refuses, and the last.

use super::{Conn, Errno, Error, STRANGERS, retry};
use crate::wire::build::Build;
use crate::wire::header::{Messages, nlm};

/// How many requests one datagram carries: were all of them refused, the answers would still find room in the socket.
pub const MANY: usize = 64;
/// Bytes of one datagram.
const ROOM: usize = 16384;
/// Offset of `nlmsg_flags` in a message's header.
const FLAGS_AT: usize = 6;
const EAGAIN: Errno = Errno(11);

/// Requests that have been kept, and how far their answers have come.
#[derive(Default)]
pub(super) struct Bulk<'b> {
    room: &'b mut [u8],
    len: usize,
    /// Where the last of them begins.
    last: usize,
    /// Of those that wait to be sent, or to be answered; the last one's number is the connection's.
    count: usize,
    /// Requests are kept, and everything else is refused.
    open: bool,
}

impl Conn<'_> {
    /// Whether requests are kept from here on. While they are, everything else that would be asked over this
    /// connection fails with `EAGAIN`, and nothing has been sent.
    pub fn gather(&mut self, on: bool) {
        if self.bulk.room.is_empty() && on {
            self.bulk.room = self.link.larger(ROOM).unwrap_or_default();
        }
        self.bulk.open = on && !self.bulk.room.is_empty();
    }

    /// Whether requests are kept.
    #[must_use]
    pub const fn gathering(&self) -> bool {
        self.bulk.open
    }

    /// That nothing but [`Conn::request`] is asked while requests are kept.
    pub(super) const fn free(&self) -> Result<(), Error> {
        if self.bulk.open { Err(Error::Os(EAGAIN)) } else { Ok(()) }
    }

    /// Keeps a request. `EAGAIN`: no room, what is kept has to be sent first.
    pub(super) fn keep(&mut self, m: &mut Build<'_>) -> Result<(), Error> {
        let seq = self.seq.wrapping_add(1).max(1);
        let bytes = m.finish(seq).ok_or(Error::Full)?;
        let bulk = &mut self.bulk;
        let end = bulk.len.saturating_add(bytes.len());
        let to = bulk.room.get_mut(bulk.len..end).filter(|_| bulk.count < MANY);
        crate::bytes::copy(to.ok_or(Error::Os(EAGAIN))?, bytes);
        (bulk.last, bulk.len) = (bulk.len, crate::bytes::align4(end));
        bulk.count = bulk.count.wrapping_add(1);
        self.seq = seq;
        Ok(())
    }

    /// Sends what has been kept; the last request alone asks for an acknowledgement.
    ///
    /// # Errors
    /// None of them was sent.
    pub fn post(&mut self) -> Result<(), Error> {
        let Conn { link, bulk, extack, owed, .. } = self;
        *extack = 0..0;
        let at = bulk.last.saturating_add(FLAGS_AT);
        let flags = bulk.room.get_mut(at..).unwrap_or_default().iter_mut();
        flags.zip(nlm::ACK.to_ne_bytes()).for_each(|(to, bit)| *to |= bit);
        let datagram = bulk.room.get(..bulk.len).unwrap_or(&[]);
        bulk.len = 0;
        // Nobody tells how far the answers have come: this socket is ours from here on.
        *owed = owed.wrapping_add(1);
        let sent = retry(|| link.send(datagram));
        if sent.is_err() {
            bulk.count = 0;
        }
        sent
    }

    /// Behind [`Conn::post`]: the next request that was refused, as how many of them were sent behind it, and why;
    /// `None` when there is no other.
    ///
    /// # Errors
    /// No more answers will come.
    pub fn refused(&mut self) -> Result<Option<(usize, Error)>, Error> {
        let port = self.port()?;
        for _ in 0..STRANGERS {
            if self.bulk.count == 0 {
                return Ok(None);
            }
            let Some(len) = self.recv().inspect_err(|_| self.bulk.count = 0)? else { continue };
            // Each answer is a datagram.
            let seq = Messages::new(self.rx.get(..len).unwrap_or(&[])).next().map_or(0, |m| m.seq);
            let behind = usize::try_from(self.seq.wrapping_sub(seq)).unwrap_or(MANY);
            if behind < self.bulk.count
                && let Some(answer) = self.scan_ack(len, seq, port)
            {
                self.bulk.count = behind;
                if let Err(e) = answer {
                    return Ok(Some((behind, e)));
                }
            }
        }
        self.bulk.count = 0;
        Err(Error::Malformed)
    }
}
