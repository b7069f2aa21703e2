//! Dumps as commands use them: asked again when the table changed meanwhile, and said when that does not help.

use crate::report::{Done, Fail, Report};
use crate::{Ctx, Page};
use nlbox_core::closures;
use nlbox_core::conn::{Conn, Errno, Error};
use nlbox_core::rt::addr::IFADDR_LEN;
use nlbox_core::rt::link::IFINFO_LEN;
use nlbox_core::rt::route::RTMSG_LEN;
use nlbox_core::rt::rtm;
use nlbox_core::wire::build::Build;
use nlbox_core::wire::header::Message;

/// How often an interrupted dump is asked in all.
const TRIES: u32 = 8;

/// Dumps by `m` over the first socket and hands each message to `each`, with the page to print on.
///
/// What was printed of an interrupted dump is taken back and the dump asked again, up to `TRIES` times; when part
/// of it has already gone out, or the table never settles, stderr says so and the listing stands.
pub fn dump(
    cx: &mut Ctx<'_>,
    m: &mut Build<'_>,
    each: &mut impl FnMut(&mut Page<'_>, &Message<'_>) -> Done,
) -> Done {
    again(cx, m, 0, each)
}

/// The same by a request without attributes: its type, and the front of its fixed header.
pub fn dump_of(
    cx: &mut Ctx<'_>,
    ty: u16,
    front: &[u8],
    each: &mut impl FnMut(&mut Page<'_>, &Message<'_>) -> Done,
) -> Done {
    of(cx, ty, front, each)
}

fn of(cx: &mut Ctx<'_>, ty: u16, front: &[u8], each: &mut dyn Show) -> Done {
    again(cx, &mut question(&mut [0; 64], ty, front), 0, each)
}

/// As [`dump_of`] is to [`dump`], so is this to [`scan`].
pub fn scan_of(conn: &mut Conn<'_>, ty: u16, front: &[u8], each: &mut dyn Look) -> Result<(), Error> {
    scan(conn, &mut question(&mut [0; 64], ty, front), each)
}

fn question<'t>(tx: &'t mut [u8; 64], ty: u16, front: &[u8]) -> Build<'t> {
    let fixed = match ty {
        rtm::GETLINK => IFINFO_LEN,
        rtm::GETADDR => IFADDR_LEN,
        // Routes and neighbours: both have twelve bytes.
        _ => RTMSG_LEN,
    };
    let mut m = Build::blank(tx, ty, 0, fixed);
    m.head(0, front);
    m
}

/// The front of `struct ifaddrmsg` that asks for the addresses of one link, 0 for all, in one family.
#[must_use]
pub fn of_link(family: u8, index: u32) -> [u8; IFADDR_LEN] {
    let [a, b, c, d] = index.to_ne_bytes();
    [family, 0, 0, 0, a, b, c, d]
}

/// The same, where a refusal with `errno` is an empty table: no main table in a namespace that never had a route.
pub fn dump_but(
    cx: &mut Ctx<'_>,
    m: &mut Build<'_>,
    errno: i32,
    each: &mut impl FnMut(&mut Page<'_>, &Message<'_>) -> Done,
) -> Done {
    again(cx, m, errno, each)
}

closures! {
    trait Show(page: &mut Page<'_>, m: &Message<'_>) -> Done;
    pub trait Look(m: Option<&Message<'_>>);
    trait Take(m: &Message<'_>, ahead: bool) -> Done;
}

fn again(cx: &mut Ctx<'_>, m: &mut Build<'_>, errno: i32, each: &mut dyn Show) -> Done {
    cx.page.out.open_document();
    for attempt in 1..=TRIES {
        let mark = cx.page.out.mark();
        let mut take = |m: &Message<'_>, ahead: bool| {
            if !ahead {
                return each.call(&mut cx.page, m);
            }
            cx.page.names.learn(m);
            Ok(())
        };
        match once(&mut cx.conn, m, &mut take) {
            Ok(done) => return done,
            Err(Error::Interrupted) => {
                if attempt == TRIES || !cx.page.out.rewind(mark) {
                    let _ = cx.err.net(Error::Interrupted, &cx.conn, None);
                    return Ok(());
                }
            }
            Err(Error::Kernel(Errno(e))) if e == errno => return Ok(()),
            Err(e) => return Err(failed(&mut cx.err, e, &cx.conn)),
        }
    }
    Ok(())
}

/// Dumps by `m` over `conn` for what is only looked at. `None` tells that it is asked, perhaps again: the caller starts
/// anew.
pub fn scan(conn: &mut Conn<'_>, m: &mut Build<'_>, each: &mut dyn Look) -> Result<(), Error> {
    let mut last = Ok(());
    for _ in 0..TRIES {
        each.call(None);
        last = once(conn, m, &mut |m: &Message<'_>, ahead: bool| {
            if !ahead {
                each.call(Some(m));
            }
            Ok(())
        })
        .map(|_| ());
        if last != Err(Error::Interrupted) {
            break;
        }
    }
    last
}

/// One pass; the inner result is what `each` ended with. It sees links twice, `true` telling that they will come again in
/// their turn.
fn once(conn: &mut Conn<'_>, m: &mut Build<'_>, each: &mut dyn Take) -> Result<Done, Error> {
    let mut dump = conn.dump(m)?;
    while let Some(m) = dump.next()? {
        let link = m.ty == rtm::NEWLINK;
        if let Err(e) = each.call(&m, false) {
            return Ok(Err(e));
        }
        // A link often names another one, which may come behind it.
        if link {
            dump.ahead(&mut |m| {
                let _ = each.call(m, true);
            });
        }
    }
    Ok(Ok(()))
}

fn failed(err: &mut Report<'_>, e: Error, conn: &Conn<'_>) -> Fail {
    let fail = err.net(e, conn, None);
    if matches!(e, Error::Kernel(_)) {
        err.say_as("Dump terminated");
        return crate::report::PLAIN;
    }
    fail
}
