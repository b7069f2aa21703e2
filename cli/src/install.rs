//! `nlbox --install [-s] DIR`: a link for every applet.

use crate::report::{Done, PLAIN};
use crate::words::Line;
use crate::{APPLETS, Ctx};
use nlbox_sys::errno::Errno;
use nlbox_sys::fd::{CBuf, link, readlink, stat, symlink};

/// Puts links to this program's file into DIR: hard links, or symbolic ones with `-s`. A name that exists is kept
/// and said, unless it is a link to this file already; the others are made all the same.
pub(crate) fn run(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let mut soft = false;
    let mut dir = None;
    while let Some(word) = line.next() {
        match word {
            b"-s" => soft = true,
            [b'-', ..] => return Err(cx.err.plain_of("nlbox: --install: unknown option \"%\"", word)),
            _ if dir.is_some() => {
                return Err(cx.err.plain_of("nlbox: --install: a second DIR \"%\"", word));
            }
            _ => dir = Some(word),
        }
    }
    let Some(dir) = dir else { return Err(cx.err.plain_of("Usage: nlbox --install [-s] DIR", b"")) };
    let mut room = [0; 4096];
    let own = own_path(cx, soft, &mut room)?;
    let (mut from, mut to) = (CBuf::<4096>::new(), CBuf::<4096>::new());
    let mut done = Ok(());
    for a in APPLETS {
        let target = from.join(&[own]);
        let name = to.join(&[dir, b"/", a.name.as_bytes()]);
        let made = match (target, name) {
            (Ok(target), Ok(name)) => {
                if soft {
                    symlink(target, name)
                } else {
                    link(target, name)
                }
            }
            (Err(e), _) | (_, Err(e)) => Err(e),
        };
        let ours = || match (stat(from.as_cstr()), stat(to.as_cstr())) {
            (Ok(a), Ok(b)) => (a.dev, a.ino) == (b.dev, b.ino),
            _ => false,
        };
        if let Err(e) = made
            && !(e == Errno::EEXIST && ours())
        {
            let _ = cx.err.system(&[b"nlbox: cannot link %/%", dir, a.name.as_bytes()], e.0);
            done = Err(PLAIN);
        }
    }
    done
}

/// The path of this program's file: as /proc knows it, else as it was called, if that was by a path.
fn own_path<'b>(cx: &mut Ctx<'_>, soft: bool, room: &'b mut [u8]) -> Result<&'b [u8], crate::report::Fail> {
    let called = cx.err.typed.and_then(|w| Line::new(w, 0).next()).filter(|w| {
        // A symbolic link would hold a relative path relative to DIR.
        if soft { w.first() == Some(&b'/') } else { w.contains(&b'/') }
    });
    // The link is read once to see whether /proc is there: the borrow of `room` must not outlive a failure.
    if readlink(c"/proc/self/exe", &mut [0; 1]).is_ok() {
        return readlink(c"/proc/self/exe", room)
            .map_err(|e: Errno| cx.err.failed("nlbox: /proc/self/exe", b"", e.0));
    }
    let Some(word) = called else {
        return Err(cx
            .err
            .plain_of("nlbox: --install without /proc wants to be called by its whole path", b""));
    };
    room.iter_mut().zip(word).for_each(|(to, b)| *to = *b);
    room.get(..word.len()).ok_or_else(|| cx.err.plain_of("nlbox: the path is too long", b""))
}
