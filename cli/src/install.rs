//! `nlbox --install [-s] DIR`: a link for every applet.

use crate::report::{Done, PLAIN};
use crate::words::Line;
use crate::{APPLETS, Ctx};
use nlbox_sys::errno::Errno;
use nlbox_sys::fd::{CBuf, link, readlink, stat, symlink};

/// Puts links to this program's file into DIR: hard links, or symbolic ones with `-s`. A name that exists is kept
/// and said, unless it is a link to this file already; the others are made all the same.
#[inline(never)]
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
    let Some(dir) = dir else { return Err(cx.err.plain_as("Usage: nlbox --install [-s] DIR")) };
    let (mut from, mut to) = (CBuf::<4096>::new(), CBuf::<4096>::new());
    own_path(cx, soft, &mut from)?;
    let make = if soft { symlink } else { link };
    let mut done = Ok(());
    for a in APPLETS.iter() {
        let made = to.join(&[dir, b"/", a.name.as_bytes()]).and_then(|name| make(from.as_cstr(), name));
        let ours = || stat(from.as_cstr()).is_ok_and(|file| stat(to.as_cstr()) == Ok(file));
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
fn own_path(cx: &mut Ctx<'_>, soft: bool, to: &mut CBuf<4096>) -> Done {
    let called = cx.err.typed.and_then(|w| Line::new(w, 0).next()).filter(|w| {
        // A symbolic link would hold a relative path relative to DIR.
        if soft { w.first() == Some(&b'/') } else { nlbox_core::bytes::has(w, b'/') }
    });
    let mut room = [0; 4096];
    let Some(path) = readlink(c"/proc/self/exe", &mut room).ok().or(called) else {
        let what = "nlbox: --install without /proc wants to be called by its whole path";
        return Err(cx.err.plain_as(what));
    };
    to.join(&[path]).map(drop).map_err(|_| cx.err.plain_as("nlbox: the path is too long"))
}
