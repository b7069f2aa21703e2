//! `ip address flush`: deletes what `show` with the same words would list, address by address.

use super::select::{Addr, Filter};
use super::show;
use crate::Ctx;
use crate::ip::flush;
use crate::report::{Done, USAGE};
use crate::words::Line;
use nlbox_core::conn::Error;
use nlbox_core::rt::addr::ifa_f;
use nlbox_core::rt::rtm;
use nlbox_core::spec::Resolve;
use nlbox_core::text::ip::af;
use nlbox_core::text::num;

/// How many rounds are run in all unless `-l` says it: addresses may come as fast as they go.
const ROUNDS: u32 = 10;

/// `ip address flush …`.
pub fn run(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    if line.is_over() {
        return Err(cx.err.plain(&[b"Flush requires arguments."]));
    }
    let mut f = Filter::default();
    f.read(cx, line)?;
    if f.family == af::AF_PACKET {
        return Err(cx.err.plain(&[b"Cannot flush link addresses."]));
    }
    // Secondaries that are promoted when their primary goes are not to go with it.
    let once = f.mask & ifa_f::SECONDARY != 0 && f.flags & ifa_f::SECONDARY == 0;
    let rounds = cx.page.opts.loops.unwrap_or(ROUNDS);
    let mut round = 0_u32;
    while rounds == 0 || round < rounds {
        round = round.saturating_add(1);
        let count = sweep(cx, &f)?;
        if count > 0 {
            flush::round(&mut cx.page, round, count, "addresses");
        }
        if count == 0 || once {
            flush::done(&mut cx.page, if count == 0 { round.saturating_sub(1) } else { round });
            return Ok(());
        }
    }
    let rounds = num::dec(rounds.into());
    Err(cx.err.plain(&[b"*** Flush remains incomplete after % rounds. ***", rounds.as_bytes()]))
}

/// One pass over the addresses; how many were asked to go.
fn sweep(cx: &mut Ctx<'_>, f: &Filter<'_>) -> Result<u32, crate::report::Fail> {
    let mut tx = [0; 64];
    let mut m = show::request(&mut tx, f.family, f.index);
    let mut count = 0_u32;
    // The link asked about last: a link's addresses come together.
    let mut known = (0, false);
    let done = flush::pass(cx, &mut m, rtm::DELADDR, &mut |page, m| {
        let Some(a) = Addr::of(m).filter(|a| f.index == 0 || f.index == a.head.index) else { return false };
        let name = page.names.ifname(a.head.index);
        if !f.takes(&a, name.as_bytes()) {
            return false;
        }
        if f.asks_links() && known.0 != a.head.index {
            known = (a.head.index, f.takes_index(&mut page.names, a.head.index));
        }
        if f.asks_links() && !known.1 {
            return false;
        }
        count = count.saturating_add(1);
        if page.opts.stats > 1 {
            show::print(&mut page.out, &mut page.names.files, &page.opts, &a, Some(name.as_bytes()));
            page.out.text("\n");
        }
        true
    });
    match done {
        Ok(_) => Ok(count),
        Err(Error::Kernel(e)) => {
            cx.err.system(&[b"Failed to send flush request"], e.0);
            Err(USAGE)
        }
        Err(e) => Err(cx.err.net(e, &cx.conn, None)),
    }
}
