//! Deleting what a dump lists.

use crate::report::Fail;
use crate::{Ctx, Page, TX};
use nlbox_core::conn::{Errno, Error};
use nlbox_core::wire::build::Build;
use nlbox_core::wire::header::Message;

const ENOENT: i32 = 2;
const ESRCH: i32 = 3;
/// A secondary address went with its primary.
const EADDRNOTAVAIL: i32 = 99;

/// Dumps by `m` over the first socket, and for each message that `pick` takes sends a copy of it, with type `ty`, over
/// the second one. Gives how many were deleted; what another process deleted first does not count.
pub fn pass(
    cx: &mut Ctx<'_>,
    m: &mut Build<'_>,
    ty: u16,
    pick: &mut dyn FnMut(&mut Page<'_>, &Message<'_>) -> bool,
) -> Result<u32, Error> {
    sweep(cx, m, ty, &mut |page, m, copy| {
        copy.bytes(m.payload);
        pick(page, m)
    })
    .map_err(|(e, _)| e)
}

/// The same, where `pick` also writes the request to delete: its fixed header and attributes. With an error comes
/// whether a deletion made it, and not the dump.
///
/// Nothing is kept of the table, however long it is. Entries that the kernel passes over because the table changes
/// under its hands are for the caller's next round.
pub fn sweep(
    cx: &mut Ctx<'_>,
    m: &mut Build<'_>,
    ty: u16,
    pick: &mut dyn FnMut(&mut Page<'_>, &Message<'_>, &mut Build<'_>) -> bool,
) -> Result<u32, (Error, bool)> {
    let mut count = 0_u32;
    let mut dump = cx.conn.dump(m).map_err(|e| (e, false))?;
    loop {
        let m = match dump.next() {
            Ok(Some(m)) => m,
            // The deletions themselves may flag the dump: the next round sees what this one missed.
            Ok(None) | Err(Error::Interrupted) => return Ok(count),
            Err(e) => return Err((e, false)),
        };
        let mut tx = [0; TX];
        let mut copy = Build::new(&mut tx, ty, 0, &[]);
        if !pick(&mut cx.page, &m, &mut copy) {
            continue;
        }
        match cx.page.names.conn.request(&mut copy) {
            Ok(()) => count = count.saturating_add(1),
            Err(Error::Kernel(Errno(ENOENT | ESRCH | EADDRNOTAVAIL))) => {}
            Err(e) => return Err((e, true)),
        }
    }
}

/// Calls `sweep`, which tells how many it deleted, until that is none, or with `once` one time; `limit` times at most,
/// unless that is 0. Whether it came to its end.
///
/// # Errors
/// What `sweep` fails with.
pub fn rounds(
    cx: &mut Ctx<'_>,
    limit: u32,
    once: bool,
    noun: &str,
    sweep: &mut dyn FnMut(&mut Ctx<'_>) -> Result<u32, Fail>,
) -> Result<bool, Fail> {
    let mut n = 0_u32;
    while limit == 0 || n < limit {
        let count = sweep(cx)?;
        if count > 0 {
            n = n.saturating_add(1);
            round(&mut cx.page, n, count, noun);
            cx.page.out.flush();
        }
        if count == 0 || once {
            done(&mut cx.page, n);
            return Ok(true);
        }
    }
    Ok(false)
}

/// Says why a sweep ended early.
pub fn failed(cx: &mut Ctx<'_>, e: Error) -> Fail {
    match e {
        Error::Kernel(e) => cx.err.failed_as("Failed to send flush request", e.0),
        e => cx.err.net(e, &cx.conn, None),
    }
}

/// `-s`: what a round did, before the next one.
pub fn round(page: &mut Page<'_>, round: u32, count: u32, noun: &str) {
    if page.opts.stats > 0 {
        page.out.num("|\n*** Round %, ", u64::from(round));
        page.out.num("|deleting % ", u64::from(count));
        page.out.text(noun);
        page.out.text(" ***\n");
    }
}

/// `-s`: how many rounds it took.
pub fn done(page: &mut Page<'_>, rounds: u32) {
    if page.opts.stats > 0 {
        let label = match rounds {
            0 => "|Nothing to flush.\n",
            1 => "|*** Flush is complete after % round ***\n",
            _ => "|*** Flush is complete after % rounds ***\n",
        };
        page.out.num(label, u64::from(rounds));
    }
}
