//! `ip address flush`: deletes what `show` with the same words would list, address by address.

use super::select::{Addr, Filter};
use super::show;
use crate::Ctx;
use crate::ip::flush;
use crate::ip::value::{plain, plain_of};
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
        return Err(plain(cx, "Flush requires arguments."));
    }
    let mut f = Filter::default();
    f.read(cx, line)?;
    if f.family == af::AF_PACKET {
        return Err(plain(cx, "Cannot flush link addresses."));
    }
    // Secondaries that are promoted when their primary goes are not to go with it.
    let once = f.mask & ifa_f::SECONDARY != 0 && f.flags & ifa_f::SECONDARY == 0;
    let rounds = cx.page.opts.loops.unwrap_or(ROUNDS);
    if flush::rounds(cx, rounds, once, "addresses", &mut |cx| sweep(cx, &f))? {
        return Ok(());
    }
    let rounds = num::dec(rounds.into());
    Err(plain_of(cx, "*** Flush remains incomplete after % rounds. ***", rounds.as_bytes()))
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
            page.out.newline();
        }
        true
    });
    match done {
        Ok(_) => Ok(count),
        Err(e) => {
            let fail = flush::failed(cx, e);
            Err(if matches!(e, Error::Kernel(_)) { USAGE } else { fail })
        }
    }
}
