//! The addresses of many links: a dump of all of each family beside the dump of the links, read in step with it.
//!
//! The kernel walks over its interfaces for each of them, until Linux 6.8 along a hash of their indexes, from then on in
//! the order of the indexes; which dump goes how is for none of them certain beforehand. Of an address for another link
//! than the one at hand it is therefore said whether it comes later only where every order says so that the dump has kept
//! to so far. Where it cannot be said, and after any failure, the addresses of the link are asked for alone.

use super::select::Addr;
use super::show::request;
use crate::dump::{of_link, scan_of};
use crate::ip::link::show::Row;
use nlbox_core::conn::{Conn, Dump, Error};
use nlbox_core::rt::addr::IfAddr;
use nlbox_core::rt::rtm;
use nlbox_core::text::ip::af;
use nlbox_core::wire::header::Message;
use zerocopy::FromBytes;

/// How many links are asked for alone before the dumps begin: those of a small machine are cheaper so.
const ALONE: u32 = 8;
/// The kernel's hash of an index is its lowest byte (`NETDEV_HASHENTRIES`).
const BUCKETS: u32 = 256;
/// Families that have addresses on any link beside those of IP, and come behind them: DECnet and Phonet.
const OTHERS: [u8; 2] = [12, 35];
/// Types of links that may have addresses of MCTP.
const ARPHRD_MCTP: u16 = 290;
const ARPHRD_LOOPBACK: u16 = 772;

/// Where the addresses of a link are.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Turn {
    /// It has none.
    Not,
    /// They come next.
    Here,
    /// It has to be asked for.
    Ask,
}

/// The dumps, once they have begun.
#[derive(Default)]
pub(super) struct Beside<'c, 'b> {
    conns: Option<&'c mut [Conn<'b>; 2]>,
    streams: [Option<Stream<'c, 'b>>; 2],
    alone: u32,
    /// All that is asked for is in the streams.
    runs: bool,
}

impl<'c, 'b> Beside<'c, 'b> {
    /// Over `conns`, where there are any.
    pub(super) fn new(conns: Option<&'c mut [Conn<'b>; 2]>) -> Self {
        Beside { conns, ..Beside::default() }
    }

    /// Closes the dumps: the next line of a batch may be for another namespace. Whether one has kept to no order: what was
    /// said of a link before that came out may be wrong.
    #[inline(never)]
    pub(super) fn end(&mut self) -> bool {
        let mut doubtful = false;
        for s in &mut self.streams {
            let Some(s) = s else { continue };
            while self.runs && s.head != 0 && s.take(&mut |_| ()).is_ok() {}
            doubtful |= s.orders == 0;
            s.dump.close();
        }
        doubtful
    }

    /// Where the addresses of `row` in `family` are; `alone` is for questions about one link.
    #[inline(never)]
    pub(super) fn turn(&mut self, alone: &mut Conn<'_>, family: u8, row: &Row<'_>) -> Turn {
        self.alone = self.alone.saturating_add(1);
        if self.alone > ALONE
            && let Some(conns) = self.conns.take()
        {
            self.runs = self.begin(conns, alone, family).is_some();
        }
        if !self.runs {
            return Turn::Ask;
        }
        let index = row.info.index;
        let mut turn =
            if matches!(row.info.ty, ARPHRD_MCTP | ARPHRD_LOOPBACK) { Turn::Ask } else { Turn::Not };
        for s in &mut self.streams {
            let Some(s) = s else { continue };
            let Ok(of) = s.turn(index) else {
                self.runs = false;
                return Turn::Ask;
            };
            turn = turn.max(of);
        }
        if turn == Turn::Ask { self.pass(index) } else { turn }
    }

    fn begin(&mut self, conns: &'c mut [Conn<'b>; 2], alone: &mut Conn<'_>, family: u8) -> Option<()> {
        for of in OTHERS {
            let mut others = family != af::AF_UNSPEC;
            if others {
                break;
            }
            // Phonet's dump is of all links. Where there is no such family the kernel takes any for meant, of the link
            // that is asked for: the first one is always there.
            let done = scan_of(alone, rtm::GETADDR, &of_link(of, 1), &mut |m: Option<&Message<'_>>| {
                others |= m.is_some_and(|m| !matches!(m.payload, [af::AF_INET | af::AF_INET6, ..]));
            });
            if others || done.is_err() {
                return None;
            }
        }
        let ([four, six], [v4, v6]) = (conns, &mut self.streams);
        if family != af::AF_INET6 {
            start(four, af::AF_INET, v4)?;
        }
        if family != af::AF_INET {
            start(six, af::AF_INET6, v6)?;
        }
        Some(())
    }

    /// Passes over what comes of link `index`, which has to be asked for alone.
    fn pass(&mut self, index: u32) -> Turn {
        let _ = self.each(index, &mut |_| ());
        Turn::Ask
    }

    /// Hands the addresses of a link over that come next.
    #[inline(never)]
    pub(super) fn each(&mut self, index: u32, take: &mut dyn FnMut(&Addr<'_>)) -> Result<(), Error> {
        for s in &mut self.streams {
            let Some(s) = s else { continue };
            while self.runs && index != 0 && s.head == index {
                let done = s.take(take);
                self.runs = done.is_ok();
                done?;
            }
        }
        Ok(())
    }
}

/// Orders of a dump, as bits: by the index, and by the hash of it.
const RISING: u8 = 1;
const HASHED: u8 = 2;

/// In which orders link `a` comes before link `b`. In one bucket of the hash any order is possible.
#[inline(never)]
const fn before(a: u32, b: u32) -> u8 {
    (if a < b { RISING } else { 0 }) | (if a % BUCKETS < b % BUCKETS { HASHED } else { 0 })
}

/// The dump of one family.
struct Stream<'c, 'b> {
    dump: Dump<'c, 'b>,
    family: u8,
    /// The link of the next address; 0 at the end.
    head: u32,
    /// The link of the address before it; 0 at the start.
    behind: u32,
    /// The orders that it may be in.
    orders: u8,
}

#[inline(never)]
fn start<'c, 'b>(conn: &'c mut Conn<'b>, family: u8, stream: &mut Option<Stream<'c, 'b>>) -> Option<()> {
    conn.close();
    let dump = conn.dump(&mut request(&mut [0; 64], family, 0)).ok()?;
    let stream = stream.insert(Stream { dump, family, head: 0, behind: 0, orders: RISING | HASHED });
    stream.advance().ok()
}

impl Stream<'_, '_> {
    /// Whether link `a` is certain to come before link `b`; 0 stands for both ends.
    fn sure(&self, a: u32, b: u32) -> bool {
        a == 0 || b == 0 || self.orders != 0 && before(a, b) & self.orders == self.orders
    }

    /// Looks at the next address.
    fn advance(&mut self) -> Result<(), Error> {
        self.behind = core::mem::take(&mut self.head);
        while let Some(m) = self.dump.next()? {
            let a = IfAddr::read_from_prefix(m.payload).map(|(a, _)| a).unwrap_or_default();
            // Those of another family come where the kernel does not know this one.
            let ours = m.ty == rtm::NEWADDR && a.family == self.family && a.index != 0;
            if self.dump.interrupted() {
                return Err(Error::Interrupted);
            }
            if ours {
                self.dump.back();
                self.head = a.index;
                self.orders &= !before(a.index, self.behind);
                break;
            }
        }
        Ok(())
    }

    /// Takes the next address.
    fn take(&mut self, take: &mut dyn FnMut(&Addr<'_>)) -> Result<(), Error> {
        if let Some(a) = self.dump.next()?.as_ref().and_then(Addr::of) {
            take(&a);
        }
        self.advance()
    }

    fn turn(&mut self, index: u32) -> Result<Turn, Error> {
        while self.head != index {
            if self.sure(self.behind, index) && self.sure(index, self.head) {
                return Ok(Turn::Not);
            }
            if self.head == 0 || !self.sure(self.head, index) {
                return Ok(Turn::Ask);
            }
            // Of a link that is not shown, or was asked for alone, or will be.
            self.take(&mut |_| ())?;
        }
        Ok(Turn::Here)
    }
}
