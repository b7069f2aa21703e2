//! `ip neigh flush`.

use super::show::{FLUSHED, Filter, entry};
use crate::Ctx;
use crate::ip::flush;
use crate::ip::value::plain;
use crate::report::Done;
use crate::words::Line;
use nlbox_core::rt::rtm;

/// How many rounds are made before it is given up: entries may come back as fast as they go.
const ROUNDS: u32 = 10;

/// `ip neigh flush …`: deletes what the filters take, in rounds, until a round finds nothing.
pub fn run(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    if line.is_over() {
        return Err(plain(cx, "Flush requires arguments."));
    }
    let mut filter = Filter::default();
    filter.read(cx, line, FLUSHED)?;
    let mut tx = [0; 64];
    let mut m = filter.request(&mut tx);
    let stats = cx.page.opts.stats;
    cx.page.out.open_document();
    let ended = flush::rounds(cx, ROUNDS, false, "entries", &mut |cx| {
        let deleted = flush::pass(cx, &mut m, rtm::DELNEIGH, &mut |page, m| {
            let ours = filter.passes(m);
            if ours && stats > 1 {
                entry(page, m, filter.index == 0);
            }
            ours
        });
        deleted.map_err(|e| flush::failed(cx, e))
    })?;
    if ended { Ok(()) } else { Err(plain(cx, "*** Flush not complete bailing out after 10 rounds")) }
}
