//! `nsenter`: a command in the namespaces of a process, as util-linux has it.

use crate::Ctx;
use crate::child::{exec, follow, fork, id, step};
use crate::getopt::{Getopt, Spec};
use crate::nslist::{COUNT, KINDS};
use crate::report::{Done, Fail};
use crate::words::Line;
use core::ffi::CStr;
use nlbox_core::text::num::{Digits, dec};
use nlbox_sys::errno::Errno;
use nlbox_sys::fd::{CBuf, Fd, OFlags, open, stat};
use nlbox_sys::ns::{CloneFlags, setns};
use nlbox_sys::process::{Fork, chdir, chroot, drop_groups, fchdir, setgid, setuid};

static SPEC: Spec = Spec {
    usage: " [OPTION]... [--] [COMMAND [WORD]...]",
    rows: "\
a all\tall namespaces of the process
t target=PID\tthe process whose namespaces are entered
m?mount[=FILE]\tmounts; of FILE in place of a process, here and below
u?uts[=FILE]\thost name
i?ipc[=FILE]\tSystem V IPC, POSIX message queues
n?net[=FILE]\tnetwork
p?pid[=FILE]\tprocess ids
C?cgroup[=FILE]\tcontrol groups
U?user[=FILE]\tuser and group ids
T?time[=FILE]\tclocks
S setuid=UID\tbecome this user inside
G setgid=GID\tbecome this group inside
0 preserve-credentials\tstay the user and the groups that you are
r?root[=DIR]\tthe root directory
w?wd[=DIR]\tthe working directory, as seen from here
W wdns=DIR\tthe working directory, as seen inside
F no-fork\tno child for COMMAND in other process ids",
    notes: "
The network of process 4711, then all of a container:
  nsenter -t 4711 -n ip address
  nsenter -t 4711 -a sh
",
};

/// Something to enter.
#[derive(Clone, Copy)]
enum From<'l> {
    /// Not asked for.
    Nothing,
    /// That of the target process.
    Target,
    /// This file.
    File(&'l CStr),
}

/// What the options ask for.
struct Plan<'l> {
    /// In the order of [`KINDS`].
    kinds: [From<'l>; COUNT],
    root: From<'l>,
    wd: From<'l>,
    wdns: Option<&'l CStr>,
    target: Option<Digits>,
    all: bool,
    uid: Option<u32>,
    gid: Option<u32>,
    preserve: bool,
    no_fork: bool,
}

fn read<'l>(cx: &mut Ctx<'_>, line: &mut Line<'l>) -> Result<Plan<'l>, Fail> {
    let mut p = Plan {
        kinds: [From::Nothing; COUNT],
        root: From::Nothing,
        wd: From::Nothing,
        wdns: None,
        target: None,
        all: false,
        uid: None,
        gid: None,
        preserve: false,
        no_fork: false,
    };
    let mut options = Getopt::new(&SPEC);
    while let Some(given) = options.next(cx, line)? {
        let word = given.value.unwrap_or_default().to_bytes();
        let from = given.value.map_or(From::Target, From::File);
        if let Some((_, kind)) = KINDS.iter().zip(&mut p.kinds).find(|(k, _)| k.letter == given.id) {
            *kind = from;
            continue;
        }
        match given.id {
            b'a' => p.all = true,
            b't' => p.target = Some(dec(u64::from(id(cx, "pid", word)?))),
            b'S' => p.uid = Some(id(cx, "uid", word)?),
            b'G' => p.gid = Some(id(cx, "gid", word)?),
            b'0' => p.preserve = true,
            b'r' => p.root = from,
            b'w' => p.wd = from,
            b'W' => p.wdns = given.value,
            _ => p.no_fork = true,
        }
    }
    if p.wdns.is_some() && !matches!(p.wd, From::Nothing) {
        return Err(cx.err.applet(&[b"mutually exclusive arguments: --wdns --wd"], 0));
    }
    Ok(p)
}

/// The path of `name` in the target's directory of /proc.
fn path<'b>(p: &Plan<'_>, buf: &'b mut CBuf<64>, name: &[&str; 2]) -> Option<&'b CStr> {
    let [dir, file] = name;
    buf.join(&[b"/proc/", p.target?.as_bytes(), b"/", dir.as_bytes(), file.as_bytes()]).ok()
}

fn open_from(cx: &mut Ctx<'_>, p: &Plan<'_>, from: From<'_>, name: &[&str; 2]) -> Result<Option<Fd>, Fail> {
    let mut buf = CBuf::new();
    let file = match from {
        From::Nothing => return Ok(None),
        From::File(file) => file,
        From::Target => match path(p, &mut buf, name) {
            Some(path) => path,
            None => {
                let [dir, file] = name.map(str::as_bytes);
                let what: &[&[u8]] = &[b"neither filename nor target pid supplied for ", dir, file];
                return Err(cx.err.applet(what, 0));
            }
        },
    };
    step(cx, open(file, OFlags::RDONLY, 0), &[b"cannot open ", file.to_bytes()]).map(Some)
}

/// `-a`: all kinds that this kernel has, and that are not asked for by themselves.
fn all(cx: &mut Ctx<'_>, p: &mut Plan<'_>) -> Done {
    if p.target.is_none() {
        return Err(cx.err.applet(&[b"no target PID specified for --all"], 0));
    }
    for n in 0..COUNT {
        let (Some(kind), Some(From::Nothing)) = (KINDS.get(n), p.kinds.get(n)) else { continue };
        let (mut theirs, mut ours) = (CBuf::new(), CBuf::<64>::new());
        let theirs = path(p, &mut theirs, &["ns/", kind.own()]).unwrap_or_default();
        let ours = ours.join(&[b"/proc/self/ns/", kind.own().as_bytes()]).unwrap_or_default();
        let is = match (stat(theirs), stat(ours)) {
            // setns(2) refuses the user namespace that one is in.
            (Ok(theirs), Ok(ours)) => kind.letter != b'U' || theirs != ours,
            // An older kernel, without this kind. The user namespace comes first, and tells whether there is such
            // a process.
            (Err(Errno::ENOENT), _) if kind.letter != b'U' => false,
            (Err(errno), _) | (_, Err(errno)) => {
                return Err(cx.err.applet(&[b"stat of ", theirs.to_bytes(), b" failed"], errno.0));
            }
        };
        if let Some(from) = p.kinds.get_mut(n).filter(|_| is) {
            *from = From::Target;
        }
    }
    Ok(())
}

/// `nsenter [OPTION]... [--] [COMMAND [WORD]...]`
pub fn main(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    cx.err.program = "nsenter";
    let mut p = read(cx, line)?;
    if p.all {
        all(cx, &mut p)?;
    }
    let mut fds = [const { None }; COUNT];
    for ((kind, from), fd) in KINDS.iter().zip(p.kinds).zip(&mut fds) {
        *fd = open_from(cx, &p, from, &["ns/", kind.own()])?;
    }
    let root = open_from(cx, &p, p.root, &["root", ""])?;
    let mut wd = open_from(cx, &p, p.wd, &["cwd", ""])?;
    let asked = |flag: CloneFlags| {
        KINDS.iter().zip(p.kinds).any(|(k, f)| k.flag == flag && !matches!(f, From::Nothing))
    };

    // In a user namespace that denies setgroups(2) it can only be done before.
    let refused = asked(CloneFlags::NEWUSER) && !p.preserve && drop_groups().is_err();
    enter(cx, &mut fds)?;

    if let Some(root) = root {
        if wd.is_none() && p.wdns.is_none() {
            wd = Some(step(cx, open(c".", OFlags::RDONLY, 0), &[b"cannot open current working directory"])?);
        }
        step(cx, fchdir(&root), &[b"change directory by root file descriptor failed"])?;
        step(cx, chroot(c"."), &[b"chroot failed"])?;
        step(cx, chdir(c"/"), &[b"cannot change directory to /"])?;
    }
    if let Some(wd) = wd {
        step(cx, fchdir(&wd), &[b"change directory by working directory file descriptor failed"])?;
    }
    if let Some(dir) = p.wdns {
        step(cx, chdir(dir), &[b"cannot change directory to ", dir.to_bytes()])?;
    }

    if asked(CloneFlags::NEWPID)
        && !p.no_fork
        && let Fork::Parent(pid) = fork(cx)?
    {
        return follow(cx, pid, true);
    }
    let mut ids = (p.uid, p.gid);
    if asked(CloneFlags::NEWUSER) && !p.preserve {
        ids = (Some(p.uid.unwrap_or(0)), Some(p.gid.unwrap_or(0)));
    }
    if let Some(gid) = ids.1 {
        if let Err(errno) = drop_groups()
            && refused
        {
            return Err(cx.err.applet(&[b"setgroups failed"], errno.0));
        }
        step(cx, setgid(gid), &[b"setgid failed"])?;
    }
    if let Some(uid) = ids.0 {
        step(cx, setuid(uid), &[b"setuid failed"])?;
    }
    Err(exec(cx, line))
}

/// Enters the namespaces.
///
/// Who is privileged here enters the user namespace last, for that may take the right to the others; who is not gets
/// the right by entering it first.
fn enter(cx: &mut Ctx<'_>, fds: &mut [Option<Fd>; COUNT]) -> Done {
    for last in [false, true] {
        for (kind, slot) in KINDS.iter().zip(&mut *fds) {
            let Some(fd) = slot else { continue };
            if !last && kind.letter == b'U' {
                continue;
            }
            match setns(fd, kind.flag) {
                Ok(()) => *slot = None,
                Err(errno) if last => {
                    let what: &[&[u8]] =
                        &[b"reassociate to namespace 'ns/", kind.own().as_bytes(), b"' failed"];
                    return Err(cx.err.applet(what, errno.0));
                }
                Err(_) => {}
            }
        }
    }
    Ok(())
}
