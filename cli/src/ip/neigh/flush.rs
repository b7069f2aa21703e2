//! `ip neigh flush`.

use super::show::{FLUSHED, Filter, entry};
use crate::Ctx;
use crate::TX;
use crate::report::Done;
use crate::words::Line;
use nlbox_core::conn::Error;
use nlbox_core::rt::rtm;
use nlbox_core::text::num;

/// How many rounds are made before it is given up: entries may come back as fast as they go.
const ROUNDS: u32 = 10;

/// `ip neigh flush …`: deletes what the filters take, in rounds, until a round finds nothing.
pub fn run(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    if line.is_over() {
        return Err(cx.err.plain(&[b"Flush requires arguments."]));
    }
    let filter = Filter::read(cx, line, FLUSHED)?;
    let mut tx = [0; TX];
    let mut m = filter.request(&mut tx);
    let stats = cx.page.opts.stats;
    cx.page.out.open_document();
    for round in 0..ROUNDS {
        let deleted = crate::ip::flush::pass(cx, &mut m, rtm::DELNEIGH, &mut |page, m| {
            let ours = filter.passes(m);
            if ours && stats > 1 {
                entry(page, m, filter.index == 0);
            }
            ours
        });
        let deleted = match deleted {
            Ok(n) => n,
            Err(Error::Kernel(errno)) => {
                return Err(cx.err.system(&[b"Failed to send flush request"], errno.0));
            }
            Err(e) => return Err(cx.err.net(e, &cx.conn, None)),
        };
        if deleted == 0 {
            if stats > 0 {
                done(cx, round);
            }
            return Ok(());
        }
        if stats > 0 {
            let out = &mut cx.page.out;
            out.num("", "\n*** Round %, ", u64::from(round.saturating_add(1)));
            out.num("", "deleting % entries ***\n", u64::from(deleted));
            out.flush();
        }
    }
    let rounds = num::dec(u64::from(ROUNDS));
    Err(cx.err.plain(&[b"*** Flush not complete bailing out after % rounds", rounds.as_bytes()]))
}

fn done(cx: &mut Ctx<'_>, rounds: u32) {
    let out = &mut cx.page.out;
    if rounds == 0 {
        out.text("Nothing to flush.\n");
    } else {
        out.num("", "*** Flush is complete after % round", u64::from(rounds));
        out.text(if rounds == 1 { " ***\n" } else { "s ***\n" });
    }
}
