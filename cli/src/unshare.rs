//! `unshare`: a command in new namespaces, as util-linux has it.

use crate::Ctx;
use crate::child::{Gate, Helper, exec, follow, fork, id, step};
use crate::getopt::{Getopt, Spec};
use crate::idmap::{self, GROUPS, Range, Side, USERS};
use crate::nslist::{COUNT, KINDS};
use crate::report::{Done, Fail};
use crate::words::Line;
use core::ffi::CStr;
use nlbox_core::text::num::{Digits, dec, dec_signed, parse_i64};
use nlbox_sys::caps;
use nlbox_sys::fd::{CBuf, join};
use nlbox_sys::mount::{MountFlags, mount};
use nlbox_sys::ns::{self, CloneFlags};
use nlbox_sys::process::{
    Fork, chdir, chroot, drop_groups, getegid, geteuid, getpid, prctl_pdeathsig, setgid, setuid,
};
use nlbox_sys::signal;

static SPEC: Spec = Spec {
    usage: " [OPTION]... [--] [COMMAND [WORD]...]",
    // Of options that begin alike, util-linux's order: it is the order in which an ambiguous word is told.
    rows: "\
m mount[=FILE]\tmounts; FILE keeps the namespace, here and below
u uts[=FILE]\thost name
i ipc[=FILE]\tSystem V IPC, POSIX message queues
n net[=FILE]\tnetwork
p pid[=FILE]\tprocess ids
U user[=FILE]\tuser and group ids
C cgroup[=FILE]\tcontrol groups
T time[=FILE]\tclocks
f fork\trun COMMAND in a child
0 map-user=UID\tappear as this user
1 map-users=OUTER,INNER,COUNT\tmap these users too, or \"auto\"
2 map-group=GID\tappear as this group
3 map-groups=OUTER,INNER,COUNT\tmap these groups too, or \"auto\"
r map-root-user\tappear as root
c map-current-user\tappear as yourself
4 map-auto\tmap all ids that are yours in /etc/subuid, subgid
5 kill-child[=SIGNAL]\tkill the child when unshare dies
6 mount-proc[=DIR]\tmount the /proc of the new process ids
7 propagation=HOW\tof mounts: private, slave, shared, unchanged
8 setgroups=HOW\tsetgroups(2) inside: allow, deny
9 keep-caps\tCOMMAND keeps what a user namespace gives
R root=DIR\tthe root directory
w wd=DIR\tthe working directory
S setuid=UID\tbecome this user inside
G setgid=GID\tbecome this group inside
! monotonic=SECONDS\toffset of the clock
@ boottime=SECONDS\toffset of the clock",
    notes: "
A new network with nobody's help, then a new process table in it:
  unshare -rn ip link
  unshare -rnpf --mount-proc sh
",
};

/// Signal numbers by name, from 1 on (`asm-generic/signal.h`).
static SIGNALS: &str = "HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP \
                        TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS";

static PROPAGATIONS: [(&str, MountFlags); 4] = [
    ("private", MountFlags::PRIVATE),
    ("slave", MountFlags::SLAVE),
    ("shared", MountFlags::SHARED),
    ("unchanged", MountFlags::empty()),
];

/// What the options ask for.
struct Plan<'l> {
    flags: CloneFlags,
    /// Where each kind of namespace is to be kept, in the order of [`KINDS`].
    files: [Option<&'l CStr>; COUNT],
    user: Option<u32>,
    group: Option<u32>,
    users: Option<Range>,
    groups: Option<Range>,
    fork: bool,
    /// The child's signal when we die; 0 for none.
    kill: i32,
    proc: Option<&'l CStr>,
    propagation: MountFlags,
    setgroups: Option<&'static [u8]>,
    keep_caps: bool,
    root: Option<&'l CStr>,
    wd: Option<&'l CStr>,
    uid: Option<u32>,
    gid: Option<u32>,
    monotonic: Option<i64>,
    boottime: Option<i64>,
}

fn read<'l>(cx: &mut Ctx<'_>, line: &mut Line<'l>) -> Result<Plan<'l>, Fail> {
    let mut p = Plan {
        flags: CloneFlags::empty(),
        files: [None; COUNT],
        user: None,
        group: None,
        users: None,
        groups: None,
        fork: false,
        kill: 0,
        proc: None,
        propagation: MountFlags::PRIVATE,
        setgroups: None,
        keep_caps: false,
        root: None,
        wd: None,
        uid: None,
        gid: None,
        monotonic: None,
        boottime: None,
    };
    let mut options = Getopt::new(&SPEC);
    while let Some(given) = options.next(cx, line)? {
        let value = given.value.unwrap_or_default();
        let word = value.to_bytes();
        if let Some((kind, file)) = KINDS.iter().zip(&mut p.files).find(|(k, _)| k.letter == given.id) {
            p.flags |= kind.flag;
            *file = given.value.or(*file);
            continue;
        }
        match given.id {
            b'f' => p.fork = true,
            b'0' => p.user = Some(idmap::named(cx, &USERS, word)?),
            b'1' => p.users = Some(idmap::range(cx, &USERS, word)?),
            b'2' => p.group = Some(idmap::named(cx, &GROUPS, word)?),
            b'3' => p.groups = Some(idmap::range(cx, &GROUPS, word)?),
            b'r' => (p.user, p.group) = (Some(0), Some(0)),
            b'c' => (p.user, p.group) = (Some(geteuid()), Some(getegid())),
            b'4' => {
                p.users = Some(idmap::range(cx, &USERS, b"auto")?);
                p.groups = Some(idmap::range(cx, &GROUPS, b"auto")?);
            }
            b'5' => {
                p.fork = true;
                p.kill = given.value.map_or(Ok(signal::SIGKILL), |_| signal_of(cx, word))?;
            }
            b'6' => p.proc = given.value.or(Some(c"/proc")),
            b'7' => match PROPAGATIONS.iter().find(|(name, _)| name.as_bytes() == word) {
                Some((_, flags)) => p.propagation = *flags,
                None => return Err(cx.err.applet(&[b"unsupported propagation mode: ", word], 0)),
            },
            b'8' => match word {
                b"allow" => p.setgroups = Some(b"allow"),
                b"deny" => p.setgroups = Some(b"deny"),
                _ => return Err(cx.err.applet(&[b"unsupported --setgroups argument '", word, b"'"], 0)),
            },
            b'9' => p.keep_caps = true,
            b'R' => p.root = given.value,
            b'w' => p.wd = given.value,
            b'S' => p.uid = Some(id(cx, "uid", word)?),
            b'G' => p.gid = Some(id(cx, "gid", word)?),
            b'!' => p.monotonic = Some(offset(cx, b"monotonic", word)?),
            _ => p.boottime = Some(offset(cx, b"boottime", word)?),
        }
        if matches!(given.id, b'0'..=b'4' | b'r' | b'c') {
            p.flags |= CloneFlags::NEWUSER;
        }
    }
    if p.proc.is_some() {
        p.flags |= CloneFlags::NEWNS;
    }
    if (p.monotonic.is_some() || p.boottime.is_some()) && !p.flags.contains(CloneFlags::NEWTIME) {
        return Err(cx.err.applet(&[b"options --monotonic and --boottime need a time namespace (-T)"], 0));
    }
    // The kernel lets a user map one group alone only when setgroups(2) is given up.
    if p.group.is_some() && p.groups.is_none() {
        if p.setgroups == Some(b"allow") {
            let pieces: &[&[u8]] = &[b"options --setgroups=allow and --map-group are mutually exclusive"];
            return Err(cx.err.applet(pieces, 0));
        }
        p.setgroups = Some(b"deny");
    }
    Ok(p)
}

fn offset(cx: &mut Ctx<'_>, clock: &[u8], word: &[u8]) -> Result<i64, Fail> {
    parse_i64(word).ok_or_else(|| cx.err.applet(&[b"failed to parse ", clock, b" offset: '", word, b"'"], 0))
}

fn signal_of(cx: &mut Ctx<'_>, word: &[u8]) -> Result<i32, Fail> {
    let is = |name: &[u8]| match word.split_at_checked(3) {
        Some((sig, rest)) if sig.eq_ignore_ascii_case(b"SIG") => rest.eq_ignore_ascii_case(name),
        _ => word.eq_ignore_ascii_case(name),
    };
    let at = SIGNALS.split(' ').position(|name| is(name.as_bytes()));
    match at.and_then(|at| i32::try_from(at).ok()) {
        Some(at) => Ok(at.saturating_add(1)),
        None => Err(cx.err.applet(&[b"unknown signal: ", word], 0)),
    }
}

/// Keeps the new namespaces of process `pid` in their files.
fn bind(cx: &mut Ctx<'_>, p: &Plan<'_>, pid: &[u8]) -> Done {
    for (kind, file) in KINDS.iter().zip(p.files) {
        let Some(file) = file else { continue };
        let pieces: [&[u8]; 4] = [b"/proc/", pid, b"/ns/", kind.file.as_bytes()];
        let mut buf = CBuf::<64>::new();
        let source = buf.join(&pieces).unwrap_or_default();
        let done = mount(Some(source), file, None, MountFlags::BIND, None);
        step(cx, done, &[b"mount ", source.to_bytes(), b" on ", file.to_bytes(), b" failed"])?;
    }
    Ok(())
}

/// A child that will map the ids of one side, when ranges of them are asked for: from outside, where they are known.
fn mapper(
    cx: &mut Ctx<'_>,
    side: &'static Side,
    single: Option<(u32, u32)>,
    range: Option<Range>,
    pid: &[u8],
) -> Result<Option<Helper>, Fail> {
    if range.is_none() {
        return Ok(None);
    }
    let map = idmap::map(single, range);
    Helper::new(cx, &mut |cx| idmap::install(cx, side, pid, &map)).map(Some)
}

/// `unshare [OPTION]... [--] [COMMAND [WORD]...]`
pub fn main(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    cx.err.program = "unshare";
    let p = read(cx, line)?;
    let pid = dec(u64::try_from(getpid()).unwrap_or(0));
    let pid = pid.as_bytes();
    let user = p.user.map(|inner| (inner, geteuid()));
    let group = p.group.map(|inner| (inner, getegid()));

    let kept = p.files.iter().any(Option::is_some);
    let users = mapper(cx, &USERS, user, p.users, pid)?;
    let groups = mapper(cx, &GROUPS, group, p.groups, pid)?;
    // A mount in the new mount namespace would be seen by nobody outside.
    let binder = if kept && p.flags.contains(CloneFlags::NEWNS) {
        Some(Helper::new(cx, &mut |cx| bind(cx, &p, pid))?)
    } else {
        None
    };

    step(cx, ns::unshare(p.flags), &[b"unshare failed"])?;
    map_ids(cx, &p, (user, users), (group, groups))?;
    clocks(cx, &p)?;

    let child = if p.fork { Some((Gate::new(cx)?, fork(cx)?)) } else { None };
    if let Some((gate, Fork::Child)) = child {
        if p.kill != 0 {
            step(cx, prctl_pdeathsig(p.kill), &[b"prctl failed"])?;
        }
        // When the parent failed, it has said so.
        return if gate.wait() { Err(enter(cx, &p, line)) } else { Err(Fail(1)) };
    }
    match binder {
        Some(helper) => helper.go(cx)?,
        None if kept => bind(cx, &p, pid)?,
        None => {}
    }
    match child {
        Some((gate, Fork::Parent(pid))) => {
            // The command decides what they do.
            let _ = signal::block(&[signal::SIGINT, signal::SIGTERM]);
            gate.open();
            follow(cx, pid, false)
        }
        _ => Err(enter(cx, &p, line)),
    }
}

type Mapping = (Option<(u32, u32)>, Option<Helper>);

fn map_ids(cx: &mut Ctx<'_>, p: &Plan<'_>, users: Mapping, groups: Mapping) -> Done {
    match users {
        (_, Some(helper)) => helper.go(cx)?,
        (None, _) => {}
        (single, _) => map_one(cx, &USERS, single)?,
    }
    // Denied before the map of one group is written, and after that of many.
    let many = groups.1.is_some();
    if let Some(helper) = groups.1 {
        helper.go(cx)?;
    }
    if let Some(word) = p.setgroups {
        idmap::write(cx, c"/proc/self/setgroups", word)?;
    }
    match groups.0 {
        single @ Some(_) if !many => map_one(cx, &GROUPS, single),
        _ => Ok(()),
    }
}

fn map_one(cx: &mut Ctx<'_>, side: &Side, single: Option<(u32, u32)>) -> Done {
    let map = idmap::map(single, None);
    idmap::write(cx, side.map, &map)
}

/// Offsets of the clocks: they count for the children, and for the command after execve(2).
fn clocks(cx: &mut Ctx<'_>, p: &Plan<'_>) -> Done {
    // CLOCK_BOOTTIME and CLOCK_MONOTONIC by number.
    for (clock, seconds) in [(&b"7 "[..], p.boottime), (&b"1 "[..], p.monotonic)] {
        let Some(seconds) = seconds else { continue };
        let seconds: Digits = dec_signed(seconds);
        let mut buf = [0; 64];
        let text = join(&mut buf, &[clock, seconds.as_bytes(), b" 0"]).unwrap_or_default();
        idmap::write(cx, c"/proc/self/timens_offsets", text.to_bytes())?;
    }
    Ok(())
}

/// In the new namespaces, and in the child if there is one: all that is left to do, then the command.
fn enter(cx: &mut Ctx<'_>, p: &Plan<'_>, line: &Line<'_>) -> Fail {
    match arrange(cx, p) {
        Ok(()) => exec(cx, line),
        Err(fail) => fail,
    }
}

fn arrange(cx: &mut Ctx<'_>, p: &Plan<'_>) -> Done {
    let none = Some(c"none");
    let all = |flags: MountFlags| flags | MountFlags::REC;
    if p.flags.contains(CloneFlags::NEWNS) && !p.propagation.is_empty() {
        let done = mount(none, c"/", None, all(p.propagation), None);
        step(cx, done, &[b"cannot change root filesystem propagation"])?;
    }
    if let Some(dir) = p.root {
        step(cx, chroot(dir), &[b"cannot change root directory to '", dir.to_bytes(), b"'"])?;
    }
    if let Some(dir) = p.wd.or(p.root.and(Some(c"/"))) {
        step(cx, chdir(dir), &[b"cannot chdir to '", dir.to_bytes(), b"'"])?;
    }
    if let Some(dir) = p.proc {
        let name = dir.to_bytes();
        // What is mounted there must not be covered for others too.
        if p.root.is_none() && p.propagation != MountFlags::PRIVATE {
            let done = mount(none, dir, None, all(MountFlags::PRIVATE), None);
            step(cx, done, &[b"cannot change ", name, b" filesystem propagation"])?;
        }
        let flags = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
        step(cx, mount(Some(c"proc"), dir, Some(c"proc"), flags, None), &[b"mount ", name, b" failed"])?;
    }
    if let Some(gid) = p.gid {
        step(cx, drop_groups(), &[b"setgroups failed"])?;
        step(cx, setgid(gid), &[b"setgid failed"])?;
    }
    if let Some(uid) = p.uid {
        step(cx, setuid(uid), &[b"setuid failed"])?;
        // A change of user forgets it.
        if p.kill != 0 {
            step(cx, prctl_pdeathsig(p.kill), &[b"prctl failed"])?;
        }
    }
    if p.keep_caps && p.flags.contains(CloneFlags::NEWUSER) {
        step(cx, caps::raise_ambient(), &[b"cannot keep capabilities"])?;
    }
    Ok(())
}
