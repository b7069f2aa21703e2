//! `ip address flush`: deletes what `show` with the same words would list, address by address.

use super::select::{Addr, Filter};
use super::show;
use crate::Ctx;
use crate::ip::link::show as link;
use crate::names::{Link, Names};
use crate::report::{Done, PLAIN, USAGE};
use crate::words::Line;
use nlbox_core::conn::{Errno, Error};
use nlbox_core::rt::addr::{IFADDR_LEN, ifa_f};
use nlbox_core::rt::rtm;
use nlbox_core::spec::Resolve;
use nlbox_core::text::ip::af;
use nlbox_core::text::num;
use nlbox_core::wire::build::Build;
use nlbox_core::wire::header::Message;

/// How many rounds are run in all: addresses may come as fast as they go.
const ROUNDS: u64 = 10;
const EADDRNOTAVAIL: Errno = Errno(99);

/// `ip address flush …`.
pub fn run(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    if line.is_over() {
        return Err(cx.err.plain(&[b"Flush requires arguments."]));
    }
    let f = Filter::read(cx, line)?;
    if f.family == af::AF_PACKET {
        return Err(cx.err.plain(&[b"Cannot flush link addresses."]));
    }
    // Secondaries that are promoted when their primary goes are not to go with it.
    let once = f.mask & ifa_f::SECONDARY != 0 && f.flags & ifa_f::SECONDARY == 0;
    for round in 1..=ROUNDS {
        let gone = sweep(cx, &f)?;
        if gone == 0 {
            return done(cx, round.saturating_sub(1));
        }
        if cx.page.opts.stats > 0 {
            let out = &mut cx.page.out;
            out.num("", "\n*** Round %, ", round);
            out.num("", "deleting % addresses ***\n", gone);
        }
        if once {
            return done(cx, round);
        }
    }
    let rounds = num::dec(ROUNDS);
    cx.err.say(&[b"*** Flush remains incomplete after ", rounds.as_bytes(), b" rounds. ***"]);
    Err(PLAIN)
}

fn done(cx: &mut Ctx<'_>, rounds: u64) -> Done {
    if cx.page.opts.stats > 0 {
        let pattern = match rounds {
            0 => "Nothing to flush.\n",
            1 => "*** Flush is complete after % round ***\n",
            _ => "*** Flush is complete after % rounds ***\n",
        };
        cx.page.out.num("", pattern, rounds);
    }
    Ok(())
}

/// Dumps once over the first socket, and deletes over the second while the dump goes on: nothing is gathered. What
/// the dump passes over because the table shrinks under it, the next round finds. Gives how many were asked to go.
fn sweep(cx: &mut Ctx<'_>, f: &Filter<'_>) -> Result<u64, crate::report::Fail> {
    let mut tx = [0; 64];
    let mut m = show::request(&mut tx, f.family, f.index);
    let mut gone = 0_u64;
    // The link asked about last: a link's addresses come together.
    let mut known = (0, false);
    let mut dump = match cx.conn.dump(&mut m) {
        Ok(dump) => dump,
        Err(e) => return Err(cx.err.net(e, &cx.conn, None)),
    };
    let ended = loop {
        let m = match dump.next() {
            Ok(Some(m)) => m,
            Ok(None) | Err(Error::Interrupted) => break Ok(()),
            Err(e) => break Err(e),
        };
        let Some(a) = Addr::of(&m).filter(|a| f.index == 0 || f.index == a.head.index) else { continue };
        let page = &mut cx.page;
        let name = page.names.ifname(a.head.index);
        if !f.takes(&a, name.as_bytes()) || !of_link(&mut page.names, f, a.head.index, &mut known) {
            continue;
        }
        gone = gone.saturating_add(1);
        if page.opts.stats > 1 {
            show::print(&mut page.out, &page.opts, &a, Some(name.as_bytes()));
            page.out.text("\n");
        }
        match delete(&mut page.names, &m) {
            // A secondary goes with its primary, unless it is promoted.
            Ok(()) | Err(Error::Kernel(EADDRNOTAVAIL)) => {}
            Err(Error::Kernel(e) | Error::Os(e)) => {
                cx.err.system(&[b"Failed to send flush request"], e.0);
                return Err(USAGE);
            }
            Err(e) => return Err(cx.err.net(e, &cx.page.names.conn, None)),
        }
    };
    ended.map(|()| gone).map_err(|e| cx.err.net(e, &cx.conn, None))
}

/// Whether link `index` is one that `f` asks for.
fn of_link(names: &mut Names<'_>, f: &Filter<'_>, index: u32, known: &mut (u32, bool)) -> bool {
    if !f.asks_links() {
        return true;
    }
    if known.0 != index {
        let takes = |m: &Message<'_>| link::Row::of(m).is_some_and(|row| f.takes_link(&row));
        *known = (index, names.link(Link::Index(index), takes) == Ok(true));
    }
    known.1
}

/// Asks the kernel to delete the address that it has just told us of: the same message with another type.
fn delete(names: &mut Names<'_>, m: &Message<'_>) -> Result<(), Error> {
    let mut tx = [0; 512];
    let (head, attrs) = m.split::<IFADDR_LEN>();
    let mut d = Build::new(&mut tx, rtm::DELADDR, 0, &head);
    for a in attrs {
        d.raw(a.ty, a.payload);
    }
    names.conn.request(&mut d)
}
