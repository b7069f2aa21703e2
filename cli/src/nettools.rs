//! What the applets of net-tools' time share: errors by the name of an ioctl, tables in columns, sorted names.

use crate::Ctx;
use crate::getopt::{choose, version};
use crate::names::Link;
use crate::report::{Done, Fail};
use crate::step::ENODEV;
use crate::words::Line;
use core::cmp::Ordering;
use nlbox_core::bytes::copy;
use nlbox_core::closures;
use nlbox_core::conn::{Errno, Error};
use nlbox_core::rt::link::{IFINFO_LEN, IfInfo, ifla, info};
use nlbox_core::text::out::Out;
use nlbox_core::wire::build::Build;
use nlbox_core::wire::header::Message;
use nlbox_core::wire::key::{Key, Raw};
use nlbox_sys::memory;
use zerocopy::FromBytes;

/// `EINVAL`.
pub const EINVAL: i32 = 22;
/// `EADDRNOTAVAIL`.
pub const EADDRNOTAVAIL: i32 = 99;

/// The errno that tells most of `e`.
#[must_use]
pub fn errno(e: Error) -> i32 {
    match e {
        Error::Kernel(Errno(n)) | Error::Os(Errno(n)) => n,
        // EMSGSIZE, EBADMSG, EINTR.
        Error::Truncated(_) | Error::Full => 90,
        Error::Malformed => 74,
        Error::Interrupted => 4,
    }
}

/// `SIOCSIFMTU: Invalid argument`, then exit code `code`.
pub fn failed(cx: &mut Ctx<'_>, what: &str, e: Error, code: u8) -> Fail {
    let _ = cx.err.failed_as(what, errno(e));
    Fail(code)
}

/// The usage of an applet, in two pieces.
pub type Usage = [&'static str; 2];

/// Answers `--help` or `--version` in front of the line: then it ends in a `Fail` of code 0.
pub fn help(cx: &mut Ctx<'_>, line: &Line<'_>, page: &Usage) -> Done {
    match which(line.peek().unwrap_or_default(), "-h --help -V --version") {
        NONE => return Ok(()),
        0 | 1 => page.iter().chain(&["\n"]).for_each(|text| cx.page.out.text(text)),
        _ => version(cx),
    }
    Err(Fail(0))
}

/// The line is wrong, at `word` unless that is empty: says so with the usage; exit code `code`.
pub fn wrong(cx: &mut Ctx<'_>, word: &[u8], page: &Usage, code: u8) -> Fail {
    if !word.is_empty() {
        let _ = cx.err.applet("bad word '%'", word, 0);
    }
    let [a, b] = page;
    cx.err.say(&[a.as_bytes(), b.as_bytes()]);
    Fail(code)
}

/// Something is wrong with the option `c`: says what, with the usage; exit code 3.
pub fn option(cx: &mut Ctx<'_>, what: &str, c: &u8, page: &Usage) -> Fail {
    let _ = cx.err.applet(what, core::slice::from_ref(c), 0);
    wrong(cx, b"", page, 3)
}

/// What these applets ask of a link.
#[derive(Clone, Copy, Default)]
pub struct Found {
    /// The fixed header.
    pub info: IfInfo,
    /// The index of its bridge, or other master.
    pub master: u32,
    /// Whether it is a bridge.
    pub bridge: bool,
    /// Whether it is a VLAN.
    pub vlan: bool,
    /// Whether the bridge speaks STP.
    pub stp: bool,
    /// The bridge's id.
    pub id: [u8; 8],
    /// Its number as a port.
    pub port_no: u16,
    /// The front of its address.
    pub address: [u8; 6],
}

/// `IFLA_BR_STP_STATE`, `IFLA_BR_BRIDGE_ID`, `IFLA_BRPORT_NO` (`linux/if_link.h`).
const STP_STATE: Key<u32> = Key::new(5);
const BRIDGE_ID: Key<Raw> = Key::new(11);
const PORT_NO: Key<u16> = Key::new(18);

/// Reads a link message.
#[must_use]
pub fn look(m: &Message<'_>) -> Found {
    let (head, a) = m.split::<IFINFO_LEN>();
    let linkinfo = a.nest(ifla::LINKINFO);
    let data = linkinfo.nest(info::DATA);
    let kind = linkinfo.get(info::KIND).unwrap_or(b"");
    Found {
        info: IfInfo::read_from_bytes(&head).unwrap_or_default(),
        master: a.get(ifla::MASTER).unwrap_or(0),
        bridge: kind == b"bridge",
        vlan: kind == b"vlan",
        stp: data.get(STP_STATE).is_some_and(|n| n != 0),
        id: data.get(BRIDGE_ID).and_then(|b| b.first_chunk()).copied().unwrap_or_default(),
        port_no: linkinfo.nest(info::SLAVE_DATA).get(PORT_NO).unwrap_or(0),
        address: a.get(ifla::ADDRESS).and_then(|b| b.first_chunk()).copied().unwrap_or_default(),
    }
}

/// The link called `name`.
pub fn link(cx: &mut Ctx<'_>, name: &[u8]) -> Result<Found, Error> {
    // The kernel says EINVAL of names that no link can have.
    if name.is_empty() || name.len() > 15 {
        return Err(Error::Kernel(Errno(ENODEV)));
    }
    by(cx, Link::Name(name))
}

/// The link that `which` names.
pub fn by(cx: &mut Ctx<'_>, which: Link<'_>) -> Result<Found, Error> {
    cx.page.names.link(which, look)
}

/// The place of `word` in `list`, with blanks between the words; [`NONE`] when it is not there.
#[must_use]
pub fn which(word: &[u8], list: &str) -> usize {
    choose(list, word, 0).map_or(NONE, usize::from)
}

/// No place in a list.
pub const NONE: usize = usize::MAX;

/// Sends a request with the fixed header `head` and what `put` adds.
pub fn ask(
    cx: &mut Ctx<'_>,
    ty: u16,
    flags: u16,
    head: &[u8],
    put: &mut dyn FnMut(&mut Build<'_>),
) -> Result<(), Error> {
    let mut tx = [0; 256];
    let mut m = Build::new(&mut tx, ty, flags, head);
    put(&mut m);
    cx.conn.request(&mut m)
}

/// A line of a table by its pattern: `%9` is the next of `words` in nine columns, `%-9` with the blanks before it.
pub fn cells(out: &mut Out<'_>, pattern: &str, words: &[&[u8]]) {
    let mut words = words.iter();
    let mut rest = pattern.as_bytes();
    while let [byte, more @ ..] = rest {
        rest = more;
        if *byte != b'%' {
            out.bytes(&[*byte]);
            continue;
        }
        let right = rest.strip_prefix(b"-");
        rest = right.unwrap_or(rest);
        let mut width = 0_usize;
        while let [digit @ b'0'..=b'9', more @ ..] = rest {
            width = width.wrapping_mul(10).wrapping_add(usize::from(digit & 15));
            rest = more;
        }
        let word = words.next().copied().unwrap_or_default();
        let pad = width.saturating_sub(word.len());
        out.spaces(if right.is_some() { pad } else { 0 });
        out.shown(word);
        out.spaces(if right.is_some() { 0 } else { pad });
    }
}

/// The first `n` bytes, or all.
#[must_use]
pub fn first(text: &[u8], n: usize) -> &[u8] {
    text.get(..n).unwrap_or(text)
}

/// Bytes of a record of [`Sorted`].
pub const RECORD: usize = 16;

closures! {
    pub trait Gather(records: &mut Sorted, m: &Message<'_>);
}

/// Records, walked in order, each once: names with zeros behind them, addresses with what belongs to them.
pub struct Sorted {
    bytes: &'static mut [u8],
    len: usize,
    order: fn(&[u8; RECORD], &[u8; RECORD]) -> Ordering,
    lost: bool,
}

impl Sorted {
    /// None yet, to be walked in `order`.
    #[must_use]
    pub fn new(order: fn(&[u8; RECORD], &[u8; RECORD]) -> Ordering) -> Self {
        Sorted { bytes: &mut [], len: 0, order, lost: false }
    }

    /// Forgets all: the dump that fills it is asked again.
    pub fn clear(&mut self) {
        self.len = 0;
    }

    /// Adds a record; what passes [`RECORD`] bytes is left out.
    pub fn push(&mut self, record: &[u8]) {
        if self.bytes.len().saturating_sub(self.len) < RECORD {
            let Ok(larger) = memory::map(self.bytes.len().saturating_mul(2).max(65536)) else {
                self.lost = true;
                return;
            };
            copy(larger, self.bytes);
            self.bytes = larger;
        }
        let end = self.len.saturating_add(RECORD);
        if let Some(slot) = self.bytes.get_mut(self.len..end) {
            slot.fill(0);
            copy(slot, record);
        }
        self.len = end;
    }

    /// The records in order.
    pub fn iter(&self) -> impl Iterator<Item = &[u8; RECORD]> {
        core::iter::successors(self.after(None), |last| self.after(Some(last)))
    }

    /// The record that follows `last`, or the first one.
    #[inline(never)]
    fn after(&self, last: Option<&[u8; RECORD]>) -> Option<&[u8; RECORD]> {
        let mut best: Option<&[u8; RECORD]> = None;
        for r in self.bytes.get(..self.len)?.chunks_exact(RECORD) {
            let Some(r) = r.first_chunk() else { break };
            if last.is_none_or(|l| (self.order)(r, l).is_gt())
                && best.is_none_or(|b| (self.order)(r, b).is_lt())
            {
                best = Some(r);
            }
        }
        best
    }

    /// Fills it by a dump as [`crate::dump::dump_of`] asks for it.
    pub fn fill(&mut self, cx: &mut Ctx<'_>, ty: u16, front: &[u8], each: &mut dyn Gather) -> Done {
        // What earlier dumps brought stays; only this one's records are taken back.
        let from = self.len;
        let r = crate::dump::scan_of(&mut cx.conn, ty, front, &mut |m: Option<&Message<'_>>| match m {
            Some(m) => each.call(self, m),
            None => self.len = from,
        });
        if self.lost {
            // ENOMEM.
            return Err(cx.err.failed_as("names", 12));
        }
        r.map_err(|e| failed(cx, "netlink", e, 1))
    }
}

/// Bytes in order.
#[must_use]
pub fn by_bytes(a: &[u8; RECORD], b: &[u8; RECORD]) -> Ordering {
    a.cmp(b)
}

/// Names in order, runs of digits by their value: eth2 before eth10.
#[must_use]
pub fn by_number(a: &[u8; RECORD], b: &[u8; RECORD]) -> Ordering {
    let (mut x, mut y) = (a.iter().peekable(), b.iter().peekable());
    loop {
        let key = |i: &mut core::iter::Peekable<core::slice::Iter<'_, u8>>| {
            let c = *i.next()?;
            let mut n = 0_u64;
            if c.is_ascii_digit() {
                n = u64::from(c & 15);
                while let Some(d) = i.next_if(|d| d.is_ascii_digit()) {
                    n = n.wrapping_mul(10).wrapping_add(u64::from(d & 15));
                }
            }
            Some((if c.is_ascii_digit() { b'0' } else { c }, n))
        };
        match (key(&mut x), key(&mut y)) {
            (None, None) => return a.cmp(b),
            (x, y) if x != y => return x.cmp(&y),
            _ => {}
        }
    }
}

/// A name out of its record.
#[must_use]
pub fn name_of(record: &[u8; RECORD]) -> &[u8] {
    nlbox_core::bytes::until_nul(record)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(s: &str) -> [u8; RECORD] {
        let mut r = [0; RECORD];
        r[..s.len()].copy_from_slice(s.as_bytes());
        r
    }

    #[test]
    fn digits_count_by_value() {
        let names = ["Eth2", "br1", "br2", "br10", "e1a", "eth", "eth2", "eth2:2", "eth2:10", "eth10", "lo"];
        let mut s = Sorted::new(by_number);
        for n in names.iter().rev().chain(&names) {
            s.push(n.as_bytes());
        }
        assert!(s.iter().map(name_of).eq(names.map(str::as_bytes)));
        assert_ne!(by_number(&record("eth02"), &record("eth2")), Ordering::Equal);
    }
}
