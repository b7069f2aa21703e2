//! Dumps as commands use them: asked again when the table changed meanwhile, and said when that does not help.

use crate::report::{Done, Fail, Report};
use crate::{Ctx, Page};
use nlbox_core::conn::{Conn, Errno, Error};
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
    each: &mut dyn FnMut(&mut Page<'_>, &Message<'_>) -> Done,
) -> Done {
    dump_but(cx, m, 0, each)
}

/// The same, where a refusal with `errno` is an empty table: no main table in a namespace that never had a route.
pub fn dump_but(
    cx: &mut Ctx<'_>,
    m: &mut Build<'_>,
    errno: i32,
    each: &mut dyn FnMut(&mut Page<'_>, &Message<'_>) -> Done,
) -> Done {
    cx.page.out.open_document();
    for attempt in 1..=TRIES {
        let mark = cx.page.out.mark();
        match once(&mut cx.conn, m, &mut |m| each(&mut cx.page, m)) {
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

/// Dumps by `m` over `conn` for what is only looked at: the caller starts anew in `begin` whenever it is asked again.
pub fn scan(
    conn: &mut Conn<'_>,
    m: &mut Build<'_>,
    begin: &mut dyn FnMut(),
    each: &mut dyn FnMut(&Message<'_>),
) -> Result<(), Error> {
    let mut last = Ok(());
    for _ in 0..TRIES {
        begin();
        last = once(conn, m, &mut |m| {
            each(m);
            Ok(())
        })
        .map(|_| ());
        if last != Err(Error::Interrupted) {
            break;
        }
    }
    last
}

/// One pass; the inner result is what `each` ended with.
fn once(
    conn: &mut Conn<'_>,
    m: &mut Build<'_>,
    each: &mut dyn FnMut(&Message<'_>) -> Done,
) -> Result<Done, Error> {
    let mut dump = conn.dump(m)?;
    while let Some(m) = dump.next()? {
        if let Err(e) = each(&m) {
            return Ok(Err(e));
        }
    }
    Ok(Ok(()))
}

fn failed(err: &mut Report<'_>, e: Error, conn: &Conn<'_>) -> Fail {
    let fail = err.net(e, conn, None);
    if matches!(e, Error::Kernel(_)) {
        err.say_of("Dump terminated", b"");
        return crate::report::PLAIN;
    }
    fail
}
