//! The errors that come back.

use super::*;

impl Ping<'_, '_, '_> {
    /// Reads the errors that came back.
    #[inline(never)]
    pub(super) fn hear_errors(&mut self) -> Heard {
        let mut heard = Heard::Nothing;
        let (quiet, flood, v6) = (self.asked.has(b'q'), self.asked.has(b'f'), self.to.is_ipv6());
        loop {
            let e = match self.socket.recv_error(self.rx) {
                Ok(e) => e,
                Err(Errno::EPROTO) => continue,
                Err(_) => return heard,
            };
            // SO_EE_ORIGIN_LOCAL: the request never left.
            let local = e.origin == 1;
            let mut seq = 0;
            if !local {
                let ty = if v6 { icmp::ECHO_REQUEST6 } else { icmp::ECHO };
                match self.rx.get(..e.len.min(self.rx.len())).and_then(|message| icmp::echo(message, ty)) {
                    Some(echo) if !self.socket.is_raw() || echo.ident == self.ident => seq = echo.seq,
                    _ => continue,
                }
                heard = Heard::Remote;
                self.heard_of(seq);
            } else if heard == Heard::Nothing {
                heard = Heard::Local;
            }
            self.errors = self.errors.wrapping_add(1);
            if quiet {
                continue;
            }
            if flood {
                self.text(if local { "E" } else { "\x08E" });
            } else if local && e.errno == Errno::EMSGSIZE {
                let pattern = if v6 {
                    "local error: message too long, mtu: %"
                } else {
                    "local error: message too long, mtu=%"
                };
                let _ = error(self.cx, pattern, num::dec(e.info.into()).as_bytes());
            } else if local {
                let _ = system(self.cx, "local error: %", e.errno);
            } else {
                self.stamp();
                self.address("From ", e.from.unwrap_or(self.to), e.scope, "");
                self.num(" icmp_seq=% ", seq.into());
                let Reason { text, number } = icmp::reason(v6, e.ty, e.code, e.info);
                if !v6 && e.ty == icmp::REDIRECT {
                    self.bytes(text, print(&Ip::v4(number.to_be_bytes())).as_bytes());
                } else {
                    self.num(text, number.into());
                }
                self.text("\n");
            }
            self.flush();
        }
    }
}
