//! Where the lines of a batch run: in its own namespace, or by `-n` in another one, to which the way back stays open.

use super::{failed, in_child, set};
use crate::Ctx;
use crate::batch::gate;
use crate::ip::nsref::{self, NsRef, OF_PID, file};
use crate::report::Done;
use nlbox_sys::errno::Errno;
use nlbox_sys::fd::Fd;
use nlbox_sys::ns::{CloneFlags, current_net, setns};

/// The namespace of the batch, and the last other one that a line went into; each keeps its sockets.
#[derive(Default)]
pub struct Visits {
    /// The batch's own; known when a line has left it, and that we may come back to it.
    home: Option<Fd>,
    away: Option<Fd>,
    /// What the other one was called; empty where that may mean another by now.
    name: heapless::Vec<u8, 256>,
    /// Whether we are in the other one.
    out: bool,
    /// The directory of names is as it is to be: it has been looked after.
    pub(super) ready: bool,
}

/// Goes where a line of a batch is to run: into the namespace called `word`, or home.
///
/// Nothing is asked of the kernel while one line after the other is of the same place.
pub fn visit(cx: &mut Ctx<'_>, word: Option<&[u8]>) -> Done {
    let Some(word) = word else {
        if cx.visits.out {
            gate(cx, false)?;
            set(&mut cx.err, cx.visits.home.as_ref().ok_or(Errno::EINVAL), b"")?;
            if cx.visits.name.is_empty() {
                close(cx);
            }
            turn(cx);
        }
        return Ok(());
    };
    if !(cx.visits.out && cx.visits.name == word) {
        gate(cx, false)?;
    }
    if cx.visits.away.is_none() || cx.visits.name != word || word.is_empty() {
        find_home(cx).map_err(|e| failed(cx, "Cannot open network namespace", b"", e))?;
        let fd = nsref::open(word).and_then(NsRef::fd);
        set(&mut cx.err, fd.as_ref().map_err(|e| *e), word)?;
        if !cx.visits.out {
            turn(cx);
        }
        close(cx);
        let v = &mut cx.visits;
        v.away = fd.ok();
        v.name.clear();
        // One that is too long to be kept is opened anew each time.
        let _ = v.name.extend_from_slice(word);
    } else if !cx.visits.out {
        set(&mut cx.err, cx.visits.away.as_ref().ok_or(Errno::EINVAL), word)?;
        turn(cx);
    }
    Ok(())
}

/// Names may mean other namespaces from here on: the one that was kept by its name is let go.
pub(super) fn renamed(cx: &mut Ctx<'_>) {
    cx.visits.name.clear();
    if !cx.visits.out && cx.visits.away.take().is_some() {
        turn(cx);
        close(cx);
        turn(cx);
    }
}

/// Does `job`, which leaves this namespace, and comes back; in a child where there would be no way back.
#[inline(never)]
pub(super) fn excursion(cx: &mut Ctx<'_>, job: &mut dyn FnMut(&mut Ctx<'_>) -> Done) -> Done {
    if find_home(cx).is_err() {
        return in_child(cx, job);
    }
    let done = job(cx);
    let v = &cx.visits;
    let back = if v.out { v.away.as_ref() } else { v.home.as_ref() };
    match set(&mut cx.err, back.ok_or(Errno::EINVAL), b"") {
        Ok(()) => done,
        // No line runs in the wrong place: each will ask for home first, in vain.
        Err(fail) => {
            cx.visits.out = true;
            Err(fail)
        }
    }
}

/// Opens our own namespace, by a socket where there is no /proc, and tries whether we may enter it.
fn find_home(cx: &mut Ctx<'_>) -> Result<(), Errno> {
    if cx.visits.home.is_none() {
        let home = file(OF_PID, b"self").or_else(|_| current_net())?;
        setns(&home, CloneFlags::NEWNET)?;
        cx.visits.home = Some(home);
    }
    Ok(())
}

/// Changes between the sockets of the two places.
fn turn(cx: &mut Ctx<'_>) {
    cx.visits.out = !cx.visits.out;
    cx.conn.turn();
    cx.page.names.turn();
}

/// Closes the sockets of the place where we are.
pub(super) fn close(cx: &mut Ctx<'_>) {
    cx.conn.close();
    cx.page.names.close();
}
