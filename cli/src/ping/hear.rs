//! An answer, and what is printed of it.

use super::*;

impl Ping<'_, '_, '_> {
    /// A datagram of the socket, which is in `rx`.
    #[inline(never)]
    pub(super) fn hear(&mut self, got: &packet::Echo) {
        let now = monotonic();
        let (raw, v6) = (self.socket.is_raw(), self.to.is_ipv6());
        let all = self.rx.get(..got.len.min(self.rx.len())).unwrap_or_default();
        let message = if raw && !v6 { icmp::behind_ip(all).unwrap_or_default() } else { all };
        let ty = if v6 { icmp::ECHO_REPLY6 } else { icmp::ECHOREPLY };
        let Some(echo) = icmp::echo(message, ty) else { return };
        if raw && (echo.ident != self.ident || (!v6 && icmp::checksum(message) != 0)) {
            return;
        }
        let len = got.len.wrapping_sub(all.len()).wrapping_add(message.len());
        let seq = echo.seq;
        // Where in `rx`.
        let data = all.len().wrapping_sub(echo.data.len());
        let time = if self.asked.size >= STAMP { echo.data.first_chunk() } else { None };
        let time = time.map(|sent| now.saturating_sub(u64::from_ne_bytes(*sent)) / MICRO);
        let ours = self.tx.iter().skip(icmp::HEADER);
        let wrong = echo.data.iter().zip(ours).skip(16).position(|(is, should)| is != should);

        self.heard_of(seq);
        if let Some(time) = time {
            self.rtt.add(time);
            if self.asked.has(b'A') {
                let least = if process::getuid() == 0 { 1 } else { LEAST };
                self.asked.interval = self.rtt.smooth().max(least);
            }
        }
        let again = self.mark(seq, Some(true));
        let counter = if again { &mut self.repeats } else { &mut self.received };
        *counter = counter.wrapping_add(1);
        if self.asked.has(b'q') {
            return;
        }
        if self.asked.has(b'f') {
            self.text("\x08 \x08");
            return self.flush();
        }
        self.stamp();
        self.num("% bytes from ", u64::try_from(len).unwrap_or(0));
        let from = got.from.unwrap_or(self.to);
        self.address("", from, got.scope, ":");
        self.num(" icmp_seq=%", seq.into());
        if let Some(ttl) = got.ttl {
            self.num(" ttl=%", ttl.into());
        }
        if len < self.tx.len() {
            self.text(" (truncated)");
        } else {
            if let Some(time) = time {
                self.cx.page.out.digits("| time=% ms", &rtt::brief(time));
            }
            if again && !self.many {
                self.text(" (DUP!)");
            }
            if from != self.to && !self.many {
                self.text(" (DIFFERENT ADDRESS!)");
            }
            if let Some(at) = wrong {
                self.wrong(at.wrapping_add(16), data);
            }
            if self.asked.has(b'a') {
                self.text("\x07");
            }
        }
        self.text("\n");
        self.flush();
    }

    /// Byte `at` of the data, which lies in `rx` from `data` on, is not what was sent: says so, and shows all.
    #[inline(never)]
    fn wrong(&mut self, at: usize, data: usize) {
        let byte = |b: Option<&u8>| num::hex(b.copied().unwrap_or(0).into());
        self.bytes("\nwrong data byte #%", num::dec(u64::try_from(at).unwrap_or(0)).as_bytes());
        let was = byte(self.rx.get(data.wrapping_add(at)));
        self.bytes(" should be 0x%", byte(self.tx.get(icmp::HEADER.wrapping_add(at))).as_bytes());
        self.bytes(" but was 0x%", was.as_bytes());
        for n in 16..self.asked.size {
            if n % 32 == 16 {
                self.num("\n#%\t", n);
            }
            let at = data.wrapping_add(usize::try_from(n).unwrap_or(0));
            self.bytes("% ", byte(self.rx.get(at)).as_bytes());
        }
    }
}
