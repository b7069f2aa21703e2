//! When requests go, and how long their answers are waited for.

use super::*;

impl Ping<'_, '_, '_> {
    #[inline(never)]
    pub(super) fn run(&mut self) {
        let _ = signal::catch(signal::SIGINT);
        self.began = monotonic();
        let ahead = |asked: &Asked<'_>| {
            asked.interval.saturating_mul(asked.preload.wrapping_sub(1)).saturating_mul(MICRO)
        };
        let mut next = self.began.saturating_sub(ahead(self.asked));
        let mut end = match self.asked.deadline {
            0 => u64::MAX,
            time => self.began.saturating_add(time.saturating_mul(MICRO)),
        };
        // With a deadline, requests go on until enough answers came.
        let enough = match (self.asked.deadline, self.asked.count) {
            (0, count @ 1..) => count,
            _ => u64::MAX,
        };
        let mut lingers = false;
        while !signal::take(signal::SIGINT) {
            let done = self.received.wrapping_add(self.errors);
            let now = monotonic();
            if (self.asked.count > 0 && done >= self.asked.count)
                || (self.asked.deadline > 0 && self.errors > 0)
                || now >= end
                || self.cx.page.out.failed()
            {
                break;
            }
            let mut wake = end;
            if self.sent < enough {
                let interval = self.asked.interval.saturating_mul(MICRO);
                if self.asked.has(b'A') && !self.rtt.is_empty() {
                    // The latest answer may have made the interval shorter.
                    next = next.min(self.last.saturating_add(interval));
                }
                let free = self.sent.wrapping_sub(self.acked) < self.asked.preload;
                if now >= next || (interval == 0 && free) {
                    next = match self.send(now) {
                        Sent::Yes if interval != 0 => {
                            next.max(now.saturating_sub(ahead(self.asked))).saturating_add(interval)
                        }
                        Sent::Again => now,
                        _ => now.saturating_add(PAUSE),
                    };
                    if next <= now {
                        continue;
                    }
                }
                wake = wake.min(next);
            } else if !lingers {
                lingers = true;
                let wait = match self.rtt.is_empty() {
                    true => self.asked.linger,
                    false => self.rtt.most().saturating_mul(2).max(self.asked.interval),
                };
                if wait > 0 {
                    end = now.saturating_add(wait.saturating_mul(MICRO));
                }
                continue;
            }
            self.wait(wake);
        }
        let _ = signal::default(signal::SIGINT);
    }

    /// Hears what comes until `wake`, nanoseconds of the monotonic clock.
    #[inline(never)]
    pub(super) fn wait(&mut self, wake: u64) {
        // Rounded up, else the last millisecond would be spent spinning: which short intervals need. A signal just
        // before poll is seen within a second.
        let round = if self.asked.interval < 10_000 { 0 } else { 999_999 };
        let left = wake.saturating_sub(monotonic()).saturating_add(round) / 1_000_000;
        let mut fds = [PollFd::new(self.socket.as_fd().raw(), PollFlags::IN)];
        let Ok(1) = poll(&mut fds, i32::try_from(left.min(1000)).unwrap_or(0)) else { return };
        let [fd] = fds;
        if fd.revents().contains(PollFlags::ERR) {
            self.hear_errors();
        }
        // Bounded: strangers' packets on a raw socket must not keep us from sending.
        for _ in 0..256 {
            match self.socket.recv(self.rx) {
                Ok(got) => self.hear(&got),
                Err(Errno::EAGAIN) => break,
                Err(e) => {
                    if self.hear_errors() == Heard::Nothing {
                        let _ = system(self.cx, "recvmsg: %", e);
                        break;
                    }
                }
            }
            if self.acked == self.sent {
                break;
            }
        }
    }

    #[inline(never)]
    pub(super) fn send(&mut self, now: u64) -> Sent {
        let before = low(self.sent);
        let seq = before.wrapping_add(1);
        if self.asked.has(b'O') && self.sent > 0 && !self.mark(before, None) {
            self.stamp();
            self.num("no answer yet for icmp_seq=%\n", before.into());
            self.flush();
        }
        self.mark(seq, Some(false));
        if self.asked.size >= STAMP {
            let place = self.tx.iter_mut().skip(icmp::HEADER);
            place.zip(monotonic().to_ne_bytes()).for_each(|(to, b)| *to = b);
        }
        icmp::request(self.tx, self.to.is_ipv6(), self.ident, seq);
        match self.socket.send(self.tx, self.to, self.scope) {
            Ok(()) => {}
            Err(Errno::EAGAIN | Errno::ENOBUFS | Errno::ENOMEM) => return Sent::NoRoom,
            Err(e) => match self.hear_errors() {
                Heard::Remote => return Sent::Again,
                Heard::Nothing if !self.asked.has(b'q') => {
                    let _ = system(self.cx, "sendmsg: %", e);
                }
                _ => {}
            },
        }
        self.sent = self.sent.wrapping_add(1);
        self.last = now;
        if self.asked.has(b'f') && !self.asked.has(b'q') {
            self.text(".");
            self.flush();
        }
        Sent::Yes
    }

    /// Whether `seq` was answered; and says so, or not, from now on.
    pub(super) fn mark(&mut self, seq: u16, set: Option<bool>) -> bool {
        let Some(byte) = self.seen.get_mut(usize::from(seq / 8)) else { return false };
        let bit = 1_u8.wrapping_shl((seq % 8).into());
        let was = *byte & bit != 0;
        if let Some(set) = set {
            *byte = if set { *byte | bit } else { *byte & !bit };
        }
        was
    }

    /// Something was heard of request `seq`.
    #[inline(never)]
    pub(super) fn heard_of(&mut self, seq: u16) {
        let behind = u64::from(low(self.sent).wrapping_sub(seq));
        if let Some(n) = self.sent.checked_sub(behind) {
            self.acked = self.acked.max(n);
            self.pipe = self.pipe.max(behind.wrapping_add(1));
        }
    }
}
