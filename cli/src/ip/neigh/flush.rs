//! `ip neigh flush`.

use super::show::{FLUSHED, Filter, entry};
use crate::Ctx;
use crate::ip::flush;
use crate::report::Done;
use crate::words::Line;
use nlbox_core::conn::Error;
use nlbox_core::rt::rtm;

/// How many rounds are made before it is given up: entries may come back as fast as they go.
const ROUNDS: u32 = 10;

/// `ip neigh flush …`: deletes what the filters take, in rounds, until a round finds nothing.
pub fn run(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    if line.is_over() {
        return Err(cx.err.plain(&[b"Flush requires arguments."]));
    }
    let mut filter = Filter::default();
    filter.read(cx, line, FLUSHED)?;
    let mut tx = [0; 64];
    let mut m = filter.request(&mut tx);
    let stats = cx.page.opts.stats;
    cx.page.out.open_document();
    for round in 0..ROUNDS {
        let deleted = flush::pass(cx, &mut m, rtm::DELNEIGH, &mut |page, m| {
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
            flush::done(&mut cx.page, round);
            return Ok(());
        }
        flush::round(&mut cx.page, round.saturating_add(1), deleted, "entries");
        if stats > 0 {
            cx.page.out.flush();
        }
    }
    Err(cx.err.plain(&[b"*** Flush not complete bailing out after 10 rounds"]))
}
