//! `ip route flush`: deletes what a listing with the same selectors would show.

use super::filter::{Filter, Row, filter, request};
use super::show::route;
use crate::report::{Done, Fail, KERNEL};
use crate::words::Line;
use crate::{Ctx, TX};
use nlbox_core::conn::{Errno, Error};
use nlbox_core::rt::route::rta;
use nlbox_core::rt::rtm;
use nlbox_core::text::ip::af;
use nlbox_core::text::num;
use nlbox_core::wire::build::Build;
use zerocopy::IntoBytes;

const ESRCH: i32 = 3;
/// Rounds before we give up on a table that somebody else keeps filling.
const ROUNDS: u32 = 64;

/// `ip route flush SELECTOR`.
pub fn run(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    if line.is_over() {
        return Err(cx.err.plain(&[b"\"ip route flush\" requires arguments."]));
    }
    let f = filter(cx, line)?;
    let stats = cx.page.opts.stats;
    if f.cached && cx.page.opts.family != af::AF_INET6 {
        return cache(cx);
    }
    let mut rounds = 0_u32;
    loop {
        let deleted = round(cx, &f)?;
        if deleted == 0 {
            break;
        }
        rounds = rounds.saturating_add(1);
        if stats > 0 {
            let out = &mut cx.page.out;
            out.num("", "\n*** Round %, ", u64::from(rounds));
            out.num("", "deleting % entries ***\n", u64::from(deleted));
        }
        if rounds >= ROUNDS {
            return Err(cx.err.plain(&[
                b"*** Flush not completed after % rounds ***",
                num::dec(u64::from(rounds)).as_bytes(),
            ]));
        }
    }
    if stats > 0 {
        let out = &mut cx.page.out;
        if rounds == 0 {
            out.text("Nothing to flush.\n");
        } else {
            let plural = if rounds == 1 { " ***\n" } else { "s ***\n" };
            out.num("", "*** Flush is complete after % round", u64::from(rounds));
            out.text(plural);
        }
    }
    Ok(())
}

/// One pass over the table: each match is deleted over the second socket while the dump goes on over the first, so
/// that nothing need be kept. How many were deleted.
fn round(cx: &mut Ctx<'_>, f: &Filter) -> Result<u32, Fail> {
    let mut tx = [0; 128];
    let mut m = request(&mut tx, f);
    let mut count = 0_u32;
    let mut dump = match cx.conn.dump(&mut m) {
        Ok(d) => d,
        Err(e) => return Err(cx.err.net(e, &cx.conn, None)),
    };
    let failed = loop {
        let message = match dump.next() {
            Ok(Some(m)) => m,
            // The deletions themselves may flag the dump: the next round sees what this one missed.
            Ok(None) | Err(Error::Interrupted) => return Ok(count),
            Err(e) => break e,
        };
        let Some(row) = Row::of(&message).filter(|r| r.passes(f) && !is_null_route(r)) else { continue };
        if cx.page.opts.stats > 1 {
            route(&mut cx.page, &row, f);
        }
        // The message that the kernel sent names its route whole: it goes back as it came, less what the kernel
        // adds of a nexthop object but does not take beside the object's id.
        let mut tx = [0; TX];
        let mut del = Build::new(&mut tx, rtm::DELROUTE, 0, row.head.as_bytes());
        let object = row.attrs.has(rta::NH_ID);
        let of_object = [rta::OIF.ty(), rta::GATEWAY.ty(), rta::VIA.ty(), rta::MULTIPATH.ty()];
        for a in row.attrs.filter(|a| !(object && of_object.contains(&a.ty))) {
            del.raw(a.ty, a.payload);
        }
        match cx.page.names.conn.request(&mut del) {
            Ok(()) => count = count.saturating_add(1),
            // A multipath route goes with its first nexthop; another process may have been quicker.
            Err(Error::Kernel(Errno(ESRCH))) => {}
            Err(Error::Kernel(e)) => {
                let _ = cx.err.system(&[b"Failed to send flush request"], e.0);
                return Err(KERNEL);
            }
            Err(e) => return Err(cx.err.net(e, &cx.page.names.conn, None)),
        }
    };
    // A table that does not exist is refused in place of a dump.
    let fail = cx.err.net(failed, &cx.conn, None);
    if matches!(failed, Error::Kernel(_)) {
        cx.err.say(&[b"Flush terminated"]);
    }
    Err(fail)
}

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
        return Err(cx.err.system(&[b"Cannot open \"%\"", path.to_bytes()], e.0));
    }
    if cx.page.opts.stats > 0 {
        cx.page.out.text("*** IPv4 routing cache is flushed.\n");
    }
    Ok(())
}
