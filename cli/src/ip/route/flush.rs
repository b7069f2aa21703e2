//! `ip route flush`: deletes what a listing with the same selectors would show.

use super::filter::{Filter, Row, filter, request};
use super::show::route;
use crate::Ctx;
use crate::ip::flush;
use crate::report::{Done, Fail, KERNEL};
use crate::words::Line;
use nlbox_core::conn::Error;
use nlbox_core::rt::route::{RTMSG_LEN, rta};
use nlbox_core::rt::rtm;
use nlbox_core::text::ip::af;

/// Rounds before we give up on a table that somebody else keeps filling.
const ROUNDS: u32 = 64;

/// `ip route flush SELECTOR`.
pub fn run(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    if line.is_over() {
        return Err(cx.err.plain_as("\"ip route flush\" requires arguments."));
    }
    let mut f = Filter::none();
    filter(cx, line, &mut f)?;
    if f.cached && cx.page.opts.family != af::AF_INET6 {
        return cache(cx);
    }
    for rounds in 0..ROUNDS {
        let deleted = round(cx, &f)?;
        if deleted == 0 {
            flush::done(&mut cx.page, rounds);
            return Ok(());
        }
        flush::round(&mut cx.page, rounds.saturating_add(1), deleted, "entries");
    }
    Err(cx.err.plain_as("*** Flush not completed after 64 rounds ***"))
}

/// One pass over the table: each match is deleted over the second socket while the dump goes on over the first, so
/// that nothing need be kept. How many were deleted.
fn round(cx: &mut Ctx<'_>, f: &Filter) -> Result<u32, Fail> {
    let mut tx = [0; 64];
    let mut m = request(&mut tx, f);
    let done = flush::sweep(cx, &mut m, rtm::DELROUTE, &mut |page, m, copy| {
        let Some(row) = Row::of(m).filter(|r| r.passes(f) && !is_null_route(r)) else { return false };
        if page.opts.stats > 1 {
            route(page, &row, f);
        }
        // The message that the kernel sent names its route whole: it goes back as it came, less what the kernel
        // adds of a nexthop object but does not take beside the object's id.
        copy.bytes(m.payload.get(..RTMSG_LEN).unwrap_or(&[]));
        let object = row.attrs.has(rta::NH_ID);
        for a in row.attrs {
            if !(object && OF_OBJECT.contains(&a.ty)) {
                copy.raw(a.ty, a.payload);
            }
        }
        true
    });
    let (e, deleting) = match done {
        Ok(count) => return Ok(count),
        Err(failed) => failed,
    };
    match (e, deleting) {
        (Error::Kernel(e), true) => {
            let _ = cx.err.failed_as("Failed to send flush request", e.0);
            Err(KERNEL)
        }
        (_, true) => Err(cx.err.net(e, &cx.page.names.conn, None)),
        // A table that does not exist is refused in place of a dump.
        _ => {
            let fail = cx.err.net(e, &cx.conn, None);
            if matches!(e, Error::Kernel(_)) {
                cx.err.say_as("Flush terminated");
            }
            Err(fail)
        }
    }
}

/// What the kernel adds of a nexthop object.
const OF_OBJECT: [u16; 4] = [rta::OIF.ty(), rta::GATEWAY.ty(), rta::VIA.ty(), rta::MULTIPATH.ty()];

/// The kernel's own last entry of an IPv6 table, which it does not let go.
fn is_null_route(r: &Row<'_>) -> bool {
    r.head.family == af::AF_INET6
        && r.head.dst_len == 0
        && r.head.ty == 7
        && r.attrs.get(rta::PRIORITY) == Some(u32::MAX)
}

/// `ip route flush cache`: IPv4 keeps its cache behind a file.
fn cache(cx: &mut Ctx<'_>) -> Done {
    let path = c"/proc/sys/net/ipv4/route/flush";
    if let Err(e) = nlbox_sys::fd::write_file(path, b"-1") {
        return Err(cx.err.failed("Cannot open \"%\"", path.to_bytes(), e.0));
    }
    if cx.page.opts.stats > 0 {
        cx.page.out.text("*** IPv4 routing cache is flushed.\n");
    }
    Ok(())
}
