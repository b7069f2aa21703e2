//! The first line, the last ones, and what all lines are made of.

use super::*;
use nlbox_core::text::out::Val;

impl Ping<'_, '_, '_> {
    #[inline(never)]
    pub(super) fn text(&mut self, text: &str) {
        self.cx.page.out.text(text);
    }

    #[inline(never)]
    pub(super) fn num(&mut self, pattern: &str, n: u64) {
        self.cx.page.out.num_of("", pattern, n);
    }

    #[inline(never)]
    pub(super) fn bytes(&mut self, pattern: &str, bytes: &[u8]) {
        self.cx.page.out.str_of("", pattern, bytes);
    }

    /// Milliseconds.
    #[inline(never)]
    pub(super) fn millis(&mut self, pattern: &str, micros: u64) {
        self.cx.page.out.value("", pattern, Val::Raw(rtt::millis(micros).as_bytes()));
    }

    pub(super) fn flush(&mut self) {
        self.cx.page.out.flush();
    }

    /// An address, with its zone and its name.
    #[inline(never)]
    pub(super) fn address(&mut self, before: &str, ip: IpAddr, scope: u32, after: &str) {
        let own = own(ip);
        let mut name = Name::new();
        if !self.numeric {
            name_of(&own, &mut name);
        }
        self.text(before);
        if !name.is_empty() {
            self.bytes("% (", &name);
        }
        self.bytes("%", print(&own).as_bytes());
        if scope != 0 && is_local(&ip) {
            let link = self.cx.page.names.ifname(scope);
            self.text("%");
            self.bytes("%", link.as_bytes());
        }
        if !name.is_empty() {
            self.text(")");
        }
        self.text(after);
    }

    #[inline(never)]
    pub(super) fn head(&mut self, name: &[u8], source: IpAddr, device: &[u8]) {
        let (to, v6) = (self.to, self.to.is_ipv6());
        self.bytes("PING %", name);
        if v6 {
            self.address("(", to, self.scope, ") ");
        } else {
            self.bytes(" (%) ", print(&own(to)).as_bytes());
        }
        if self.asked.has(b'I') {
            self.bytes("from % ", print(&own(source)).as_bytes());
            self.bytes("%: ", device);
        }
        let size = self.asked.size;
        self.num("%", size);
        if v6 {
            self.text(" data bytes\n");
        } else {
            self.num("(%) bytes of data.\n", size.saturating_add(28));
        }
        self.flush();
    }

    #[inline(never)]
    pub(super) fn stamp(&mut self) {
        if self.asked.has(b'D') {
            let (seconds, nanos) = realtime();
            let micros = seconds.unsigned_abs().wrapping_mul(SECOND).wrapping_add((nanos / 1000).into());
            self.cx.page.out.digits("|[%] ", &num::fixed(micros, 6));
        }
    }

    #[inline(never)]
    pub(super) fn tell(&mut self, name: &[u8]) -> Done {
        self.bytes("\n--- % ping statistics ---\n", name);
        let took = self.last.saturating_sub(self.began) / MICRO;
        let (sent, received) = (self.sent, self.received);
        self.num("% packets transmitted, ", sent);
        self.num("% received", received);
        if self.repeats > 0 {
            self.num(", +% duplicates", self.repeats);
        }
        if self.errors > 0 {
            self.num(", +% errors", self.errors);
        }
        if sent > 0 {
            let lost = rtt::percent(sent.saturating_sub(received), sent);
            self.cx.page.out.digits("|, %", &lost);
            self.text("% packet loss");
            self.num(", time %ms", took / 1000);
        }
        self.text("\n");
        let mut comma = "";
        let r = self.rtt;
        if !r.is_empty() {
            self.millis("rtt min/avg/max/mdev = %", r.least());
            self.millis("/%", r.mean());
            self.millis("/%", r.most());
            self.millis("/% ms", r.deviation());
            comma = ", ";
        }
        if self.pipe > 1 {
            self.text(comma);
            self.num("pipe %", self.pipe);
            comma = ", ";
        }
        let fast = self.asked.interval == 0 || self.asked.has(b'f') || self.asked.has(b'A');
        if received > 0 && sent > 1 && fast {
            self.text(comma);
            self.millis("ipg/ewma %", took.checked_div(sent.wrapping_sub(1)).unwrap_or(0));
            self.millis("/% ms", r.smooth());
        }
        self.text("\n");
        let short = self.asked.deadline > 0 && received < self.asked.count;
        if received == 0 || short { Err(Fail(1)) } else { Ok(()) }
    }
}
