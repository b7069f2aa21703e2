//! `nsenter`: a command in the namespaces of a process, as util-linux has it.

use crate::Ctx;
use crate::child::{GID, NONE, UID, become_user, exec, follow, fork, id, must};
use crate::getopt::{Options, Spec};
use crate::nslist::{COUNT, KINDS};
use crate::report::{Capability, Done, Fail};
use crate::words::Line;
use core::ffi::CStr;
use core::mem::ManuallyDrop;
use nlbox_core::text::num::dec;
use nlbox_sys::errno::Errno;
use nlbox_sys::fd::{CBuf, Fd, OFlags, open, stat};
use nlbox_sys::ns::setns;
use nlbox_sys::process::{Fork, chdir, chroot, drop_groups, fchdir};

static SPEC: Spec = Spec {
    page: "\
Usage: nsenter [OPTION]... [--] [COMMAND [WORD]...]
      --preserve-credentials\twith -U stay the user that you are, not root
  -t, --target=PID\t\tthe process
  -a, --all\t\t\tall its namespaces
  -m, --mount[=FILE]\t\tmounts, of FILE in place of a process; so below
  -u, --uts[=FILE]\t\thost name
  -i, --ipc[=FILE]\t\tSystem V IPC, POSIX message queues
  -n, --net[=FILE]\t\tnetwork
  -p, --pid[=FILE]\t\tprocess ids
  -C, --cgroup[=FILE]\t\tcontrol groups
  -U, --user[=FILE]\t\tuser and group ids
  -T, --time[=FILE]\t\tclocks
  -S, --setuid=UID\t\tbecome this user inside
  -G, --setgid=GID\t\tbecome this group inside
  -r, --root[=DIR]\t\troot directory
  -w, --wd[=DIR]\t\tworking directory, as seen from here
  -W, --wdns=DIR\t\tworking directory, as seen inside
  -F, --no-fork\t\t\tno child for COMMAND with -p
  -h, --help
  -V, --version
Examples:
  nsenter -t 4711 -n ip address
  nsenter -t 4711 -a sh",
    attached: true,
};

// The option without a letter, by its line on the page.
const PRESERVE: u8 = 1;

/// What the options ask for, beyond their words.
struct Plan<'l> {
    o: Options<'l>,
    /// `/proc/PID/` of the target, or nothing.
    target: CBuf<32>,
}

impl Plan<'_> {
    /// The target's file `name`; `None` without a target.
    fn path<'b>(&self, buf: &'b mut CBuf<64>, name: &str) -> Option<&'b CStr> {
        let target = self.target.as_cstr().to_bytes();
        if target.is_empty() { None } else { buf.join(&[target, name.as_bytes()]).ok() }
    }

    /// Opens what option `letter` names, its value or the target's file `name`: a descriptor for execve(2) to close,
    /// -1 without the option.
    fn open(&self, cx: &mut Ctx<'_>, letter: u8, name: &str) -> Result<i32, Fail> {
        if !self.o.has(letter) {
            return Ok(-1);
        }
        let mut buf = CBuf::new();
        let Some(file) = self.o.value(letter).or_else(|| self.path(&mut buf, name)) else {
            return Err(cx.err.applet("neither filename nor target pid supplied for %", name.as_bytes(), 0));
        };
        match open(file, OFlags::RDONLY, 0) {
            Ok(fd) => Ok(fd.into_raw()),
            Err(e) => Err(cx.err.applet("cannot open %", file.to_bytes(), e.0)),
        }
    }

    /// `-a`: asks for all kinds that this kernel has.
    fn all(&mut self, cx: &mut Ctx<'_>) -> Done {
        let mut theirs = CBuf::new();
        let Some(dir) = self.path(&mut theirs, "ns") else {
            return Err(cx.err.applet_as("no target PID specified for --all", 0));
        };
        must(cx, stat(dir).map(drop), "stat of % failed", dir.to_bytes())?;
        for kind in &KINDS {
            let mut ours = CBuf::<64>::new();
            let theirs = self.path(&mut theirs, kind.own()).unwrap_or_default();
            let ours = ours.join(&[b"/proc/self/", kind.own().as_bytes()]).unwrap_or_default();
            let there = match stat(theirs) {
                // setns(2) refuses the user namespace that one is in.
                Ok(there) => kind.letter != b'U' || stat(ours) != Ok(there),
                Err(Errno::ENOENT) => false,
                Err(e) => return Err(cx.err.applet("stat of % failed", theirs.to_bytes(), e.0)),
            };
            if there {
                self.o.ask(kind.letter);
            }
        }
        Ok(())
    }
}

/// `nsenter [OPTION]... [--] [COMMAND [WORD]...]`
pub fn main(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    cx.err.capability = Capability::SysAdmin;
    let mut p = Plan { o: Options::new(), target: CBuf::new() };
    p.o.read(cx, line, &SPEC)?;
    let pid = id(cx, &p.o, b't', "failed to parse pid: '%'")?;
    if pid != NONE {
        let _ = p.target.join(&[b"/proc/", dec(u64::from(pid)).as_bytes(), b"/"]);
    }
    let (mut uid, mut gid) = (id(cx, &p.o, b'S', UID)?, id(cx, &p.o, b'G', GID)?);
    if p.o.has(b'w') && p.o.has(b'W') {
        return Err(cx.err.applet_as("mutually exclusive arguments: --wdns --wd", 0));
    }
    if p.o.has(b'a') {
        p.all(cx)?;
    }
    let mut fds = [-1; COUNT];
    for (kind, fd) in KINDS.iter().zip(&mut fds) {
        *fd = p.open(cx, kind.letter, kind.own())?;
    }
    let root = p.open(cx, b'r', "root")?;
    let mut wd = p.open(cx, b'w', "cwd")?;

    // A user namespace that denies setgroups(2) does so to who has entered it.
    let mut kept = false;
    if p.o.has(b'U') && !p.o.has(PRESERVE) {
        kept = drop_groups().is_err();
        // Root, if not told otherwise.
        uid = if uid == NONE { 0 } else { uid };
        gid = if gid == NONE { 0 } else { gid };
    }
    enter(cx, &mut fds)?;

    if root >= 0 {
        if wd < 0 && !p.o.has(b'W') {
            wd = open(c".", OFlags::RDONLY, 0).map_or(-1, Fd::into_raw);
        }
        must(cx, fchdir(&lent(root)), "change directory by root file descriptor failed", b"")?;
        must(cx, chroot(c".").and_then(|()| chdir(c"/")), "chroot failed", b"")?;
    }
    if wd >= 0 {
        must(cx, fchdir(&lent(wd)), "change directory by working directory file descriptor failed", b"")?;
    }
    if let Some(dir) = p.o.value(b'W') {
        must(cx, chdir(dir), "cannot change directory to %", dir.to_bytes())?;
    }

    if p.o.has(b'p')
        && !p.o.has(b'F')
        && let Fork::Parent(pid) = fork(cx)?
    {
        return follow(cx, pid, true);
    }
    if gid != NONE {
        let dropped = drop_groups();
        must(cx, if kept { dropped } else { Ok(()) }, "setgroups failed", b"")?;
    }
    become_user(cx, uid, gid)?;
    Err(exec(cx, line))
}

/// A descriptor that stays open.
fn lent(raw: i32) -> ManuallyDrop<Fd> {
    ManuallyDrop::new(Fd::from_raw(raw))
}

/// Enters the namespaces.
///
/// Who is privileged here enters the user namespace last, for that may take the right to the others; who is not gets
/// the right by entering it first.
fn enter(cx: &mut Ctx<'_>, fds: &mut [i32; COUNT]) -> Done {
    for last in [false, true] {
        for (kind, slot) in KINDS.iter().zip(&mut *fds) {
            if *slot < 0 || (!last && kind.letter == b'U') {
                continue;
            }
            let done = setns(&lent(*slot), kind.flag);
            if done.is_ok() {
                *slot = -1;
            } else if last {
                return must(cx, done, "reassociate to namespace '%' failed", kind.own().as_bytes());
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_page() {
        assert_eq!(SPEC.id(b"preserve-credentials"), Some(PRESERVE));
        assert_eq!(SPEC.id(b"net"), Some(b'n'));
    }
}
