//! A scripted kernel: what it answers is written down beforehand.

use crate::conn::{Errno, Received, Transport};

/// One step of a script.
#[derive(Clone, Copy)]
pub enum Step<'s> {
    /// A datagram comes from this port id.
    Datagram(u32, &'s [u8]),
    /// Receiving fails with this errno.
    Fail(i32),
}

/// Plays its steps, one a receive, and keeps what was sent. Sequence numbers and port ids in the steps are to be
/// those that a fresh [`crate::conn::Conn`] uses: 1, 2, … and [`Script::PORT`].
pub struct Script<'s> {
    steps: &'s [Step<'s>],
    at: usize,
    /// How many datagrams were sent.
    pub sent: usize,
    /// The last datagram sent.
    pub last: heapless::Vec<u8, 4096>,
}

impl<'s> Script<'s> {
    /// The port id that the script's replies are addressed to.
    pub const PORT: u32 = 77;

    /// A kernel that will play `steps`.
    #[must_use]
    pub fn new(steps: &'s [Step<'s>]) -> Self {
        Script { steps, at: 0, sent: 0, last: heapless::Vec::new() }
    }

    /// Whether every step has been played.
    #[must_use]
    pub fn over(&self) -> bool {
        self.at >= self.steps.len()
    }
}

impl Transport for Script<'_> {
    fn send(&mut self, d: &[u8]) -> Result<(), Errno> {
        self.sent = self.sent.saturating_add(1);
        self.last = heapless::Vec::from_slice(d).map_err(|_| Errno(90))?;
        Ok(())
    }

    fn recv(&mut self, buf: &mut [u8]) -> Result<Received, Errno> {
        // A script that has run out behaves as a socket with a receive timeout: EAGAIN.
        let step = self.steps.get(self.at).ok_or(Errno(11))?;
        self.at = self.at.saturating_add(1);
        match *step {
            Step::Fail(e) => Err(Errno(e)),
            Step::Datagram(from, d) => {
                buf.iter_mut().zip(d).for_each(|(to, b)| *to = *b);
                Ok(Received { len: d.len(), from, group: 0 })
            }
        }
    }

    fn port(&mut self) -> Result<u32, Errno> {
        Ok(Self::PORT)
    }
}
