//! What only looks: names, ids, processes. And `set`, which gives an id.

use super::ids::{id_of_name, name_of_id, request_of};
use super::{CANNOT_OPEN, LIST_ID, checked, each, failed, name, over, pid_of, walk};
use crate::grammar::read;
use crate::ip::nsref::{OF_PID, Path, by_name, file};
use crate::ip::send;
use crate::ip::value::plain;
use crate::report::{Done, Fail};
use crate::words::Line;
use crate::{Ctx, Page};
use nlbox_core::conn::{Errno as Code, Error};
use nlbox_core::rt::nsid::{RTGENMSG_LEN, netnsa};
use nlbox_core::rt::rtm;
use nlbox_core::text::num;
use nlbox_core::wire::build::Build;
use nlbox_core::wire::header::Message;
use nlbox_core::wire::key::Key;
use nlbox_sys::errno::Errno;
use nlbox_sys::fd::{Dir, Fd};
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
    let mut done = Ok(());
    let there = each(cx, &mut |cx, dir, name| {
        let id = id_of_name(&mut cx.conn, dir, name);
        let out = &mut cx.page.out;
        out.open_document();
        out.open_record();
        out.str("name|%", name);
        match id {
            Ok(id @ 0..) => out.int("id| (id: %)", i64::from(id)),
            Ok(_) | Err(EOPNOTSUPP) => {}
            Err(e) => {
                let fail = cx.err.net(e, &cx.conn, None);
                // A file that is no namespace is the kernel's to name, and no failure of the listing.
                if !matches!(e, Error::Kernel(_)) {
                    done = Err(fail);
                }
            }
        }
        out.newline();
        out.close_object();
    })?;
    if there {
        cx.page.out.open_document();
    }
    done
}

/// `list-id [target-nsid ID] [nsid ID]`
pub(super) fn ids(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let mut tx = [0; 64];
    let mut m = Build::blank(&mut tx, rtm::GETNSID, 0, RTGENMSG_LEN);
    let [nsid, target, ..] = read(cx, line, &LIST_ID, &mut m)?;
    put_id(cx, &mut m, netnsa::TARGET_NSID, target, "target-nsid")?;
    put_id(cx, &mut m, netnsa::NSID, nsid, "nsid")?;
    if nsid.is_none() {
        return crate::dump::dump(cx, &mut m, &mut row);
    }
    match cx.conn.get(&mut m) {
        Ok(m) => {
            cx.page.out.open_document();
            row(&mut cx.page, &m)
        }
        Err(e) => Err(cx.err.net(e, &cx.conn, Some(&m))),
    }
}

fn put_id(cx: &mut Ctx<'_>, m: &mut Build<'_>, key: Key<i32>, word: Option<&[u8]>, keyword: &str) -> Done {
    if let Some(word) = word {
        m.put(key, id(cx, word, keyword, "\"%\" value is invalid")?);
    }
    Ok(())
}

/// An id from 0 on. `why`: what is said of a word that is no number.
fn id(cx: &mut Ctx<'_>, word: &[u8], keyword: &str, why: &str) -> Result<i32, Fail> {
    let why = match num::parse_i64(word).map(i32::try_from) {
        Some(Ok(id @ 0..)) => return Ok(id),
        Some(Ok(_)) => "\"%\" value should be >= 0",
        _ => why,
    };
    Err(cx.err.invalid(word, keyword.as_bytes(), why))
}

/// Prints an id.
pub(in crate::ip) fn row(page: &mut Page<'_>, m: &Message<'_>) -> Done {
    let (_, attrs) = m.split::<RTGENMSG_LEN>();
    let Some(nsid) = attrs.get(netnsa::NSID).filter(|_| m.ty == rtm::NEWNSID) else { return Ok(()) };
    page.out.open_record();
    if nsid >= 0 {
        page.out.int("nsid|nsid % ", i64::from(nsid));
    } else {
        page.out.text("nsid unassigned ");
    }
    // With target-nsid the id here is a second one.
    let current = attrs.get(netnsa::CURRENT_NSID);
    if let Some(id) = current {
        page.out.int("current-nsid|current-nsid % ", i64::from(id));
    }
    name_of_id(page, current.unwrap_or(nsid), "name|(iproute2 netns name: %)");
    page.out.newline();
    page.out.close_object();
    Ok(())
}

/// `set NAME {auto | ID}`
pub(super) fn set(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let name = name(cx, line)?;
    let Some(word) = line.next() else { return Err(plain(cx, "No nsid specified")) };
    let nsid = match word {
        b"auto" => -1,
        _ => id(cx, word, "netnsid", "Invalid \"%\" value")?,
    };
    over(cx, line)?;
    let fd = by_name(name).map_err(|e| failed(cx, CANNOT_OPEN, name, e))?;
    let mut tx = [0; 64];
    let mut m = request_of(&mut tx, rtm::NEWNSID, &fd);
    m.put(netnsa::NSID, nsid);
    send(cx, &mut m)
}

/// What a namespace is told from others by.
fn inode(fd: Result<Fd, Errno>) -> Result<(u64, u64), Errno> {
    fd.and_then(|fd| fd.stat()).map(|s| (s.dev, s.ino))
}

fn own(cx: &mut Ctx<'_>, fd: Result<Fd, Errno>) -> Result<(u64, u64), Fail> {
    inode(fd).map_err(|e| failed(cx, "Cannot open network namespace", b"", e))
}

/// `identify [PID]`: of several names the text is the last, as iproute2's; JSON has them all.
pub(super) fn identify(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let pid = line.next();
    let word = pid.unwrap_or(b"self");
    checked(cx, word)?;
    if pid.is_some() && pid_of(word).is_none() {
        return Err(cx.err.plain(&[b"Specified string '", word, b"' is not a pid"]));
    }
    over(cx, line)?;
    // Where /proc is missing a socket knows its own namespace.
    let fd = file(OF_PID, word).or_else(|e| if pid.is_none() { current_net() } else { Err(e) });
    let own = own(cx, fd)?;
    let mut last = Path::new();
    cx.page.out.open_document();
    names_of(cx, own, &mut |cx, name| {
        let _ = last.join(&[name]);
        if cx.page.out.json() {
            cx.page.out.open_record();
            cx.page.out.str("name|", name);
            cx.page.out.close_object();
        }
    })?;
    cx.page.out.str("|%\n", last.as_cstr().to_bytes());
    Ok(())
}

/// The name of the namespace that this process is in, the last one of several, empty where it has none.
pub(in crate::ip) fn own_name(cx: &mut Ctx<'_>, last: &mut Path) -> Done {
    let fd = file(OF_PID, b"self").or_else(|_| current_net());
    let own = own(cx, fd)?;
    names_of(cx, own, &mut |_, name| {
        let _ = last.join(&[name]);
    })
}

/// Tells every name of the namespace `own`.
fn names_of(cx: &mut Ctx<'_>, own: (u64, u64), tell: &mut dyn FnMut(&mut Ctx<'_>, &[u8])) -> Done {
    each(cx, &mut |cx, _, name| {
        if inode(by_name(name)) == Ok(own) {
            tell(cx, name);
        }
    })
    .map(drop)
}

/// `pids NAME`: the processes inside, in the order of /proc.
pub(super) fn pids(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let name = name(cx, line)?;
    over(cx, line)?;
    let own = own(cx, by_name(name))?;
    let out = &mut cx.page.out;
    out.open_document();
    let read = Dir::open(c"/proc").and_then(|proc| {
        walk(proc, &mut |_, word| {
            if let Some(pid) = pid_of(word).filter(|_| inode(file(OF_PID, word)) == Ok(own)) {
                out.open_record();
                out.num("pid|%\n", u64::from(pid));
                out.close_object();
            }
        })
    });
    read.map_err(|e| failed(cx, "Open of /proc failed", b"", e))
}
