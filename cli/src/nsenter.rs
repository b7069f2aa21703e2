//! `nsenter`: a command in the namespaces of a process, as util-linux has it.

use crate::Ctx;
use crate::child::{GID, NONE, UID, become_user, exec, follow, fork, id, must};
use crate::getopt::{Options, Spec};
use crate::nslist::{COUNT, KINDS};
use crate::report::{Done, Fail};
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
      --preserve-credentials  with -U stay the user that you are, not root
  -t, --target=PID          the process
  -a, --all                 all its namespaces
  -m, --mount[=FILE]        mounts, of FILE in place of a process; so below
  -u, --uts[=FILE]          host name
  -i, --ipc[=FILE]          System V IPC, POSIX message queues
  -n, --net[=FILE]          network
  -p, --pid[=FILE]          process ids
  -C, --cgroup[=FILE]       control groups
  -U, --user[=FILE]         user and group ids
  -T, --time[=FILE]         clocks
  -S, --setuid=UID          become this user inside
  -G, --setgid=GID          become this group inside
  -r, --root[=DIR]          root directory
  -w, --wd[=DIR]            working directory, as seen from here
  -W, --wdns=DIR            working directory, as seen inside
  -F, --no-fork             no child for COMMAND with -p
  -h, --help
  -V, --version
Examples:
  nsenter -t 4711 -n ip address
  nsenter -t 4711 -a sh
",
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

    /// Opens what option `letter` names: its value, or the target's file `name`.
    fn open(&self, cx: &mut Ctx<'_>, letter: u8, name: &str) -> Result<Option<ManuallyDrop<Fd>>, Fail> {
        let given = self.o.get(letter);
        let mut buf = CBuf::new();
        let file = match given.value {
            _ if given.at == 0 => return Ok(None),
            Some(file) => file,
            None => match self.path(&mut buf, name) {
                Some(path) => path,
                None => {
                    let what = "neither filename nor target pid supplied for %";
                    return Err(cx.err.applet(what, name.as_bytes(), 0));
                }
            },
        };
        match open(file, OFlags::RDONLY, 0) {
            // execve(2) closes it.
            Ok(fd) => Ok(Some(ManuallyDrop::new(fd))),
            Err(e) => Err(cx.err.applet("cannot open %", file.to_bytes(), e.0)),
        }
    }

    /// `-a`: asks for all kinds that this kernel has.
    fn all(&mut self, cx: &mut Ctx<'_>) -> Done {
        let mut theirs = CBuf::new();
        let Some(dir) = self.path(&mut theirs, "ns") else {
            return Err(cx.err.applet("no target PID specified for --all", b"", 0));
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
    cx.err.program = "nsenter";
    let mut p = Plan { o: Options::new(), target: CBuf::new() };
    p.o.read(cx, line, &SPEC)?;
    let pid = id(cx, &p.o, b't', "failed to parse pid: '%'")?;
    if pid != NONE {
        let _ = p.target.join(&[b"/proc/", dec(u64::from(pid)).as_bytes(), b"/"]);
    }
    let (mut uid, mut gid) = (id(cx, &p.o, b'S', UID)?, id(cx, &p.o, b'G', GID)?);
    if p.o.has(b'w') && p.o.has(b'W') {
        return Err(cx.err.applet("mutually exclusive arguments: --wdns --wd", b"", 0));
    }
    if p.o.has(b'a') {
        p.all(cx)?;
    }
    let mut fds = [const { None }; COUNT];
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

    if let Some(root) = root {
        if wd.is_none() && !p.o.has(b'W') {
            wd = open(c".", OFlags::RDONLY, 0).ok().map(ManuallyDrop::new);
        }
        must(cx, fchdir(&root), "change directory by root file descriptor failed", b"")?;
        must(cx, chroot(c".").and_then(|()| chdir(c"/")), "chroot failed", b"")?;
    }
    if let Some(wd) = wd {
        must(cx, fchdir(&wd), "change directory by working directory file descriptor failed", b"")?;
    }
    if let Some(dir) = p.o.get(b'W').value {
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

/// Enters the namespaces.
///
/// Who is privileged here enters the user namespace last, for that may take the right to the others; who is not gets
/// the right by entering it first.
fn enter(cx: &mut Ctx<'_>, fds: &mut [Option<ManuallyDrop<Fd>>; COUNT]) -> Done {
    for last in [false, true] {
        for (kind, slot) in KINDS.iter().zip(&mut *fds) {
            let Some(fd) = slot else { continue };
            if !last && kind.letter == b'U' {
                continue;
            }
            let done = setns(fd, kind.flag);
            if done.is_ok() {
                *slot = None;
            } else if last {
                return must(cx, done, "reassociate to namespace '%' failed", kind.own().as_bytes());
            }
        }
    }
    Ok(())
}
