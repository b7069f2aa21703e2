//! `ip netns monitor`: names as they come and go.

use super::{DIR, failed, over};
use crate::Ctx;
use crate::ip::value::plain;
use crate::report::Done;
use crate::words::Line;
use nlbox_sys::errno::Errno;
use nlbox_sys::fd::mkdir;
use nlbox_sys::inotify::{event, names_of};

/// Ends when the reader of our output does.
pub(super) fn run(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    over(cx, line)?;
    if cx.page.out.json() {
        return Err(plain(cx, "\"ip netns monitor\" knows no JSON."));
    }
    // As the first name would make it.
    let made = mkdir(DIR, 0o755).or_else(|e| if e == Errno::EEXIST { Ok(()) } else { Err(e) });
    let fd =
        made.and_then(|()| names_of(DIR)).map_err(|e| failed(cx, "Cannot watch %", DIR.to_bytes(), e))?;
    let mut buf = [0; 4096];
    while !cx.page.out.failed() {
        let len = fd.read(&mut buf).map_err(|e| failed(cx, "Cannot watch %", DIR.to_bytes(), e))?;
        let mut rest = buf.get(..len).unwrap_or(&[]);
        while let Some((came, name, more)) = event(rest) {
            cx.page.out.str(if came { "|add %\n" } else { "|delete %\n" }, name);
            rest = more;
        }
        cx.page.out.flush();
    }
    Ok(())
}
