//! Network namespaces by name, kept as iproute2 keeps them: either tool uses the other's. See ip-netns(8).

mod exec;
mod ids;
mod list;
mod make;
mod monitor;
mod visit;

pub(in crate::ip) use ids::request_of;
pub use ids::{Ids, id_of, name_of_id};
pub(in crate::ip) use list::{own_name, row};
pub use visit::{Visits, visit};

use super::nsref::{self, NsRef, Path};
use crate::Ctx;
use crate::child;
use crate::grammar::{Arg, Grammar, Object, To};
use crate::ip::value::plain;
use crate::report::{Capability, Done, Fail, Report, USAGE};
use crate::words::Line;
use core::ffi::CStr;
use nlbox_core::rt::nsid::netnsa;
use nlbox_core::text::num;
use nlbox_sys::errno::Errno;
use nlbox_sys::fd::{Dir, Fd};
use nlbox_sys::mount::{MountFlags, mount};
use nlbox_sys::ns::{CloneFlags, setns};
use nlbox_sys::process::{Fork, exit, wait};

/// The directory of names. Each is a file of mode 0 with a namespace mounted on it.
const DIR: &CStr = c"/var/run/netns";
/// `NAME_MAX` of `linux/limits.h`.
const NAME_MAX: usize = 255;

/// Words of a verb that help shows and that the verb reads itself.
static LIST: Grammar = crate::grammar! { usage: "[ NAME ]" };
static ADD: Grammar = crate::grammar! { usage: "NAME" };
static ATTACH: Grammar = crate::grammar! { usage: "NAME PID" };
static SET: Grammar = crate::grammar! { usage: "NAME { auto | ID }" };
static IDENTIFY: Grammar = crate::grammar! { usage: "[ PID ]" };
static PIDS: Grammar = crate::grammar! { usage: "NAME" };
static DELETE: Grammar = crate::grammar! { usage: "NAME...    (-all: every one)" };
static EXEC: Grammar =
    crate::grammar! { usage: "NAME COMMAND [ ARG ]...    (-all: in every one, without NAME)" };
static LIST_ID: Grammar = crate::grammar! {
    set: &netnsa::SET,
    args: [
        Arg::new("target-nsid", To::Slot(list::TARGET)).once(),
        Arg::new("nsid", To::Slot(list::NSID)).once(),
    ],
    bare: Arg::new("", To::Call(|_, _, _, _| Err(Fail::HELP), "")),
};

/// `ip netns`.
pub static OBJECT: Object = crate::object! {
    name: "netns",
    about: "network namespaces",
    verbs: [
        Verb { word: "l[ist]", run: list::run, grammar: Some(&LIST) },
        Verb { word: "s[how]|ls[t]", run: list::run, grammar: Some(&LIST) },
        Verb { word: "list-[id]", run: list::ids, grammar: Some(&LIST_ID) },
        Verb { word: "a[dd]", run: make::add, grammar: Some(&ADD) },
        Verb { word: "se[t]", run: list::set, grammar: Some(&SET) },
        Verb { word: "d[elete]", run: make::delete, grammar: Some(&DELETE) },
        Verb { word: "i[dentify]", run: list::identify, grammar: Some(&IDENTIFY) },
        Verb { word: "p[ids]", run: list::pids, grammar: Some(&PIDS) },
        Verb { word: "e[xec]", run: exec::run, grammar: Some(&EXEC) },
        Verb { word: "m[onitor]", run: monitor::run, grammar: None },
        Verb { word: "at[tach]", run: make::attach, grammar: Some(&ATTACH) },
    ],
    default: list::run,
};

/// `-n`: goes into a namespace, and does nothing else.
pub fn enter(cx: &mut Ctx<'_>, word: &[u8]) -> Done {
    switch(cx, nsref::open(word).and_then(NsRef::fd), word)
}

/// The number of a process.
fn pid_of(word: &[u8]) -> Option<u32> {
    num::parse_u64_base(word, 10).and_then(|n| i32::try_from(n).ok()?.try_into().ok())
}

fn failed(cx: &mut Ctx<'_>, what: &str, word: &[u8], e: Errno) -> Fail {
    cx.err.capability = Capability::SysAdmin;
    cx.err.failed(what, word, e.0)
}

const CANNOT_OPEN: &str = "Cannot open network namespace \"%\"";

/// Goes into the namespace behind `fd`. Sockets that are open belong to the one left: they close.
fn switch(cx: &mut Ctx<'_>, fd: Result<Fd, Errno>, name: &[u8]) -> Done {
    set(&mut cx.err, fd.as_ref().map_err(|e| *e), name)?;
    visit::close(cx);
    Ok(())
}

/// Goes into the namespace behind `fd`, and nothing else; sockets stay those of the one left.
fn set(err: &mut Report<'_>, fd: Result<&Fd, Errno>, name: &[u8]) -> Done {
    let (what, e) = match fd.map(|fd| setns(fd, CloneFlags::NEWNET)) {
        Ok(Ok(())) => return Ok(()),
        Ok(Err(e)) => ("setting the network namespace \"%\" failed", e),
        Err(e) => (CANNOT_OPEN, e),
    };
    err.capability = Capability::SysAdmin;
    let _ = err.failed(what, name, e.0);
    // iproute2 leaves by exit(-1) here.
    Err(USAGE)
}

/// Does `job` in a child; its exit code is the child's, 128 and more for a signal.
pub(in crate::ip) fn in_child(cx: &mut Ctx<'_>, job: &mut dyn FnMut(&mut Ctx<'_>) -> Done) -> Done {
    cx.page.out.flush();
    // A command may do anything to names.
    cx.visits.ready = false;
    visit::renamed(cx);
    let pid = match child::fork(cx)? {
        Fork::Child => {
            let done = job(cx);
            exit(cx.err.code(done))
        }
        Fork::Parent(pid) => pid,
    };
    let status = wait(pid).map_err(|e| failed(cx, "wait for a child failed", b"", e))?;
    cx.err.child(status.code())
}

/// Whether `name` may be a file in [`DIR`].
fn is_name(name: &[u8]) -> bool {
    !matches!(name, b"" | b"." | b"..") && name.len() <= NAME_MAX && !nlbox_core::bytes::has(name, b'/')
}

/// The next word: the name of a namespace.
fn name<'l>(cx: &mut Ctx<'_>, line: &mut Line<'l>) -> Result<&'l [u8], Fail> {
    let Some(name) = line.next() else { return Err(plain(cx, "No netns name specified")) };
    checked(cx, name)
}

fn checked<'l>(cx: &mut Ctx<'_>, name: &'l [u8]) -> Result<&'l [u8], Fail> {
    if is_name(name) { Ok(name) } else { Err(cx.err.usage(&[b"Invalid netns name \"", name, b"\""])) }
}

/// The line ends here.
fn over(cx: &mut Ctx<'_>, line: &Line<'_>) -> Done {
    if line.is_over() { Ok(()) } else { Err(plain(cx, "extra arguments specified")) }
}

/// The path of a namespace. A name that was checked always fits.
fn path_of<'p>(path: &'p mut Path, name: &[u8]) -> &'p CStr {
    nsref::fill(path, nsref::NAMED, name).unwrap_or(c"")
}

/// `mount(from, to, flags)` without more.
fn bind(from: &CStr, to: &CStr, flags: MountFlags) -> Result<(), Errno> {
    mount(Some(from), to, None, flags, None)
}

/// Hands every name to `each`, with the directory; `false` when there is no directory.
fn each(cx: &mut Ctx<'_>, each: &mut dyn FnMut(&mut Ctx<'_>, &Fd, &[u8])) -> Result<bool, Fail> {
    let e = match Dir::open(DIR) {
        Ok(dir) => match walk(dir, &mut |dir, name| each(cx, dir, name)) {
            Ok(()) => return Ok(true),
            Err(e) => e,
        },
        Err(Errno::ENOENT) => return Ok(false),
        Err(e) => e,
    };
    Err(failed(cx, "Cannot read /var/run/netns", b"", e))
}

/// Tells every name in `dir` that is one.
pub(crate) fn walk(mut dir: Dir, each: &mut dyn FnMut(&Fd, &[u8])) -> Result<(), Errno> {
    let mut buf = [0; 2048];
    while let Some(entries) = dir.read(&mut buf)? {
        for e in entries.filter(|e| is_name(e.name)) {
            each(dir.as_fd(), e.name);
        }
    }
    Ok(())
}

fn cannot_bind(cx: &mut Ctx<'_>, from: &CStr, to: &CStr, e: Errno) -> Fail {
    cx.err.capability = Capability::SysAdmin;
    cx.err.system(&[b"Bind ", from.to_bytes(), b" -> ", to.to_bytes(), b" failed"], e.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_in_the_directory() {
        for good in [&b"a"[..], b"a b", b"...", b"-x", b"123", &[b'x'; 255]] {
            assert!(is_name(good), "{good:?}");
        }
        for bad in [&b""[..], b".", b"..", b"../x", b"a/b", b"/", &[b'x'; 256]] {
            assert!(!is_name(bad), "{bad:?}");
        }
    }

    #[test]
    fn every_name_fits_its_path() {
        let mut path = Path::new();
        assert_eq!(path_of(&mut path, b"blue"), c"/var/run/netns/blue");
        assert_eq!(path_of(&mut path, &[b'x'; NAME_MAX]).count_bytes(), 15 + NAME_MAX);
    }
}
