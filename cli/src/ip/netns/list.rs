//! What only looks: names, ids, processes. And `set`, which gives an id.

use super::ids::{id_of_name, name_of_id};
use super::{LIST_ID, Path, cannot_read, checked, name, of_pid, open_name, over, path_of, walk, walk_in};
use crate::grammar::read;
use crate::report::{Done, Fail};
use crate::words::Line;
use crate::{Ctx, Page, TX};
use nlbox_core::conn::{Errno as Code, Error};
use nlbox_core::rt::nsid::{RTGENMSG_LEN, netnsa};
use nlbox_core::rt::rtm;
use nlbox_core::text::num;
use nlbox_core::wire::build::Build;
use nlbox_core::wire::header::Message;
use nlbox_sys::errno::Errno;
use nlbox_sys::fd::{CBuf, Dir, Stat, stat};
use nlbox_sys::ns::current_net;

const EOPNOTSUPP: Error = Error::Kernel(Code(95));

/// Slot of `nsid`.
pub(super) const NSID: u8 = 0;
/// Slot of `target-nsid`.
pub(super) const TARGET: u8 = 1;

/// `list [NAME]`: the name makes no difference, as with iproute2.
pub(super) fn run(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    if let Some(word) = line.next() {
        checked(cx, word)?;
    }
    over(cx, line)?;
    let there = walk(&mut |dir, name| {
        let id = id_of_name(&mut cx.conn, dir, name);
        let out = &mut cx.page.out;
        out.open_document();
        out.open_object("");
        out.str("name", "%", name);
        match id {
            Ok(id @ 0..) => out.int("id", " (id: %)", i64::from(id)),
            Ok(_) | Err(EOPNOTSUPP) => {}
            Err(e) => drop(cx.err.net(e, &cx.conn, None)),
        }
        out.text("\n");
        out.close_object();
    });
    if there.map_err(|e| cannot_read(cx, e))? {
        cx.page.out.open_document();
    }
    Ok(())
}

/// `list-id [target-nsid ID] [nsid ID]`
pub(super) fn ids(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let mut tx = [0; TX];
    let mut m = Build::new(&mut tx, rtm::GETNSID, 0, &[0; RTGENMSG_LEN]);
    let slots = read(cx, line, &LIST_ID, &mut m)?;
    let mut one = false;
    for (slot, key) in [(TARGET, netnsa::TARGET_NSID), (NSID, netnsa::NSID)] {
        if let Some(word) = slots.get(usize::from(slot)).copied().flatten() {
            let keyword: &[u8] = if slot == NSID { b"nsid" } else { b"target-nsid" };
            let texts = ["\"%\" value is invalid", "\"%\" value should be >= 0"];
            m.put(key, id(cx, word, keyword, texts)?);
            one = slot == NSID;
        }
    }
    if !one {
        return crate::dump::dump(cx, &mut m, &mut |page, m| {
            row(page, m);
            Ok(())
        });
    }
    match cx.conn.get(&mut m) {
        Ok(m) => {
            cx.page.out.open_document();
            row(&mut cx.page, &m);
            Ok(())
        }
        Err(e) => Err(cx.err.net(e, &cx.conn, Some(&m))),
    }
}

/// An id from 0 on; what is said of no number, and of one below 0.
fn id(cx: &mut Ctx<'_>, word: &[u8], keyword: &[u8], texts: [&str; 2]) -> Result<i32, Fail> {
    let [no_number, negative] = texts;
    match num::parse_i64(word).and_then(|n| i32::try_from(n).ok()) {
        Some(id @ 0..) => Ok(id),
        Some(_) => Err(cx.err.invalid(word, keyword, negative)),
        None => Err(cx.err.invalid(word, keyword, no_number)),
    }
}

fn row(page: &mut Page<'_>, m: &Message<'_>) {
    let (_, attrs) = m.split::<RTGENMSG_LEN>();
    let Some(nsid) = attrs.get(netnsa::NSID).filter(|_| m.ty == rtm::NEWNSID) else { return };
    page.out.open_object("");
    if nsid >= 0 {
        page.out.int("nsid", "nsid % ", i64::from(nsid));
    } else {
        page.out.text("nsid unassigned ");
    }
    // With target-nsid the id here is a second one.
    let current = attrs.get(netnsa::CURRENT_NSID);
    if let Some(id) = current {
        page.out.int("current-nsid", "current-nsid % ", i64::from(id));
    }
    name_of_id(page, current.unwrap_or(nsid), &mut |page, name| {
        page.out.str("name", "(iproute2 netns name: %)", name);
    });
    page.out.text("\n");
    page.out.close_object();
}

/// `set NAME {auto | ID}`
pub(super) fn set(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let name = name(cx, line)?;
    let Some(word) = line.next() else { return Err(cx.err.plain(&[b"No nsid specified"])) };
    let nsid = match word {
        b"auto" => -1,
        _ => id(cx, word, b"netnsid", ["Invalid \"%\" value", "\"%\" value should be >= 0"])?,
    };
    over(cx, line)?;
    let fd = open_name(name).map_err(|e| super::cannot_open(cx, name, e))?;
    let mut tx = [0; 64];
    let mut m = Build::new(&mut tx, rtm::NEWNSID, 0, &[0; RTGENMSG_LEN]);
    m.put(netnsa::FD, fd.raw().cast_unsigned());
    m.put(netnsa::NSID, nsid);
    match cx.conn.request(&mut m) {
        Ok(()) => {
            cx.err.warn(&cx.conn);
            Ok(())
        }
        Err(e) => Err(cx.err.net(e, &cx.conn, Some(&m))),
    }
}

fn cannot_open(cx: &mut Ctx<'_>, e: Errno) -> Fail {
    cx.err.system(&[b"Cannot open network namespace"], e.0)
}

fn is_number(word: &[u8]) -> bool {
    num::parse_u64_base(word, 10).is_some()
}

/// `identify [PID]`: of several names the text is the last, as iproute2's; JSON has them all.
pub(super) fn identify(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let pid = line.next();
    if let Some(word) = pid {
        checked(cx, word)?;
        if !is_number(word) {
            return Err(cx.err.plain(&[b"Specified string '%' is not a pid", word]));
        }
    }
    over(cx, line)?;
    let mut path = CBuf::<64>::new();
    let ours = of_pid(&mut path, pid.unwrap_or(b"self")).and_then(stat);
    // Where /proc is missing a socket knows its own namespace.
    let ours = ours.or_else(|e| match pid {
        None => current_net().and_then(|fd| fd.stat()).map_err(|_| e),
        Some(_) => Err(e),
    });
    let ours = ours.map_err(|e| cannot_open(cx, e))?;
    let mut last: heapless::Vec<u8, 255> = heapless::Vec::new();
    cx.page.out.open_document();
    let read = walk(&mut |_, name| {
        let mut path = Path::new();
        if same(stat(path_of(&mut path, name)), &ours) {
            last.clear();
            let _ = last.extend_from_slice(name);
            if cx.page.out.json() {
                cx.page.out.open_object("");
                cx.page.out.str("name", "", name);
                cx.page.out.close_object();
            }
        }
    });
    read.map_err(|e| cannot_read(cx, e))?;
    cx.page.out.str("", "%\n", &last);
    Ok(())
}

fn same(a: Result<Stat, Errno>, b: &Stat) -> bool {
    a.is_ok_and(|a| a.dev == b.dev && a.ino == b.ino)
}

/// `pids NAME`: the processes inside, in the order of /proc.
pub(super) fn pids(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let name = name(cx, line)?;
    over(cx, line)?;
    let ours = open_name(name).and_then(|fd| fd.stat());
    let ours = ours.map_err(|e| cannot_open(cx, e))?;
    let proc = Dir::open(c"/proc").map_err(|e| cx.err.system(&[b"Open of /proc failed"], e.0))?;
    cx.page.out.open_document();
    let read = walk_in(proc, &mut |_, pid| {
        let mut path = CBuf::<64>::new();
        if is_number(pid) && same(of_pid(&mut path, pid).and_then(stat), &ours) {
            cx.page.out.open_object("");
            cx.page.out.num("pid", "%\n", num::parse_u64_base(pid, 10).unwrap_or(0));
            cx.page.out.close_object();
        }
    });
    read.map_err(|e| cx.err.system(&[b"Open of /proc failed"], e.0))
}
