//! `unshare`: a command in new namespaces, as util-linux has it.

use crate::Ctx;
use crate::child::{GID, Gate, Helper, NONE, UID, become_user, exec, follow, fork, id, must};
use crate::getopt::{Options, Spec, choose};
use crate::idmap::{self, GROUPS, Range, Side, USERS};
use crate::nslist::KINDS;
use crate::report::{Capability, Done, Fail};
use crate::words::Line;
use core::ffi::CStr;
use nlbox_core::text::num::dec;
use nlbox_sys::caps;
use nlbox_sys::fd::CBuf;
use nlbox_sys::mount::{MountFlags, mount};
use nlbox_sys::ns::{self, CloneFlags};
use nlbox_sys::process::{Fork, chdir, chroot, drop_groups, getegid, geteuid, getpid, prctl_pdeathsig};
use nlbox_sys::signal;

// Where names begin alike the order is util-linux's: an ambiguous word is answered in it.
static SPEC: Spec = Spec {
    page: "\
Usage: unshare [OPTION]... [--] [COMMAND [WORD]...]
  -m, --mount[=FILE]\t\tmounts; FILE keeps the namespace, here and below
  -u, --uts[=FILE]\t\thost name
  -i, --ipc[=FILE]\t\tSystem V IPC, POSIX message queues
  -n, --net[=FILE]\t\tnetwork
  -p, --pid[=FILE]\t\tprocess ids
  -U, --user[=FILE]\t\tuser and group ids; implied by --map-*
  -C, --cgroup[=FILE]\t\tcontrol groups
  -T, --time[=FILE]\t\tclocks
      --mount-proc[=DIR]\tmount a /proc of the new processes; implies -m
      --map-user=UID\t\tappear as this user
      --map-users=INNER:OUTER:COUNT\tmap these users too, or \"auto\"
      --map-group=GID\t\tappear as this group
      --map-groups=INNER:OUTER:COUNT\tmap these groups too, or \"auto\"
  -r, --map-root-user\t\tappear as root
  -c, --map-current-user\tappear as yourself
      --map-auto\t\tmap what is yours in /etc/subuid and subgid
  -f, --fork\t\t\trun COMMAND in a child
      --kill-child[=SIGNAL]\tits signal when unshare dies; implies -f
      --propagation=HOW\t\tof mounts: private, slave, shared, unchanged
      --setgroups=HOW\t\tallow or deny setgroups(2)
      --keep-caps\t\tkeep the capabilities that -U gives
      --monotonic=SECONDS\toffset of the clock
      --boottime=SECONDS\toffset of the clock
  -R, --root=DIR\t\troot directory
  -w, --wd=DIR\t\t\tworking directory
  -S, --setuid=UID\t\tbecome this user inside
  -G, --setgid=GID\t\tbecome this group inside
  -h, --help
  -V, --version
Examples:
  unshare -rn ip link
  unshare -rnpf --mount-proc sh",
    attached: false,
};

// The options without letters, by their lines on the page.
const MOUNT_PROC: u8 = 9;
const MAP_USER: u8 = 10;
const MAP_USERS: u8 = 11;
const MAP_GROUP: u8 = 12;
const MAP_GROUPS: u8 = 13;
const MAP_AUTO: u8 = 16;
const KILL_CHILD: u8 = 18;
const PROPAGATION: u8 = 19;
const SETGROUPS: u8 = 20;
const KEEP_CAPS: u8 = 21;
const MONOTONIC: u8 = 22;
const BOOTTIME: u8 = 23;

/// Signal numbers by name, from 1 on (`asm-generic/signal.h`).
static SIGNALS: &str = "HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP \
                        TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS";

/// One side of the maps.
struct Ids {
    side: &'static Side,
    /// The options for one id and for many.
    options: (u8, u8),
    /// Our id outside.
    me: u32,
    /// Our id inside, [`NONE`] when it is not to be mapped.
    inner: u32,
    /// None when its count is 0.
    range: Range,
    /// Maps a range from outside, where the ids are known.
    helper: Option<Helper>,
}

impl Ids {
    #[inline(never)]
    fn read(&mut self, cx: &mut Ctx<'_>, o: &Options<'_>) -> Done {
        // The last one of these counts.
        let (one, many) = self.options;
        let (given, root, current) = (o.at(one), o.at(b'r'), o.at(b'c'));
        if given > root.max(current) {
            self.inner = idmap::named(cx, self.side, o.word(one))?;
        } else if root > current {
            self.inner = 0;
        } else if current > 0 {
            self.inner = self.me;
        }
        if o.has(many) {
            self.range = idmap::range(cx, self.side, o.word(many))?;
        } else if o.has(MAP_AUTO) {
            self.range = idmap::range(cx, self.side, b"auto")?;
        }
        Ok(())
    }

    fn map(&self) -> idmap::Map {
        idmap::map(self.inner, self.me, self.range)
    }

    fn install(&self, cx: &mut Ctx<'_>) -> Done {
        match self.helper {
            Some(helper) => helper.go(cx),
            None if self.inner == NONE => Ok(()),
            None => idmap::write(cx, b"self", self.side.map, &self.map(), None),
        }
    }
}

/// What the options ask for, beyond their words.
struct Plan {
    flags: CloneFlags,
    /// The child's signal when we die; 0 for none.
    kill: i32,
    propagation: MountFlags,
    uid: u32,
    gid: u32,
}

fn plan(cx: &mut Ctx<'_>, o: &Options<'_>, sides: &mut [Ids; 2]) -> Result<Plan, Fail> {
    let mut flags = CloneFlags::empty();
    for kind in KINDS.iter().filter(|k| o.has(k.letter)) {
        flags |= kind.flag;
    }
    for ids in sides {
        ids.read(cx, o)?;
        if ids.inner != NONE || ids.range.count > 0 {
            flags |= CloneFlags::NEWUSER;
        }
    }
    if o.has(MOUNT_PROC) {
        flags |= CloneFlags::NEWNS;
    }
    let mut propagation = MountFlags::PRIVATE;
    if o.has(PROPAGATION) {
        let word = o.word(PROPAGATION);
        propagation = match choose("private slave shared unchanged", word, 0) {
            Some(0) => MountFlags::PRIVATE,
            Some(1) => MountFlags::SLAVE,
            Some(2) => MountFlags::SHARED,
            Some(_) => MountFlags::empty(),
            None => return Err(cx.err.applet("unsupported propagation mode: %", word, 0)),
        };
    }
    let mut kill = 0;
    if o.has(KILL_CHILD) {
        kill = signal::SIGKILL;
        if let Some(word) = o.value(KILL_CHILD) {
            kill = match signal_of(word.to_bytes()) {
                0 => return Err(cx.err.applet("unknown signal: %", word.to_bytes(), 0)),
                signal => signal,
            };
        }
    }
    let setgroups = o.word(SETGROUPS);
    if o.has(SETGROUPS) && choose("allow deny", setgroups, 0).is_none() {
        return Err(cx.err.applet("unsupported --setgroups argument '%'", setgroups, 0));
    }
    Ok(Plan { flags, kill, propagation, uid: id(cx, o, b'S', UID)?, gid: id(cx, o, b'G', GID)? })
}

/// A signal by its name, with or without `SIG`; 0 for none of ours.
fn signal_of(word: &[u8]) -> i32 {
    let name = match word.split_at_checked(3) {
        Some((sig, rest)) if choose("sig", sig, 0x20).is_some() => rest,
        _ => word,
    };
    choose(SIGNALS, name, 0x20).map_or(0, |n| i32::from(n).saturating_add(1))
}

/// `unshare [OPTION]... [--] [COMMAND [WORD]...]`
pub fn main(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    cx.err.capability = Capability::SysAdmin;
    let mut o = Options::new();
    o.read(cx, line, &SPEC)?;
    let ids = |side, options, me| Ids {
        side,
        options,
        me,
        inner: NONE,
        range: Range { outer: 0, inner: 0, count: 0 },
        helper: None,
    };
    let mut sides =
        [ids(&USERS, (MAP_USER, MAP_USERS), geteuid()), ids(&GROUPS, (MAP_GROUP, MAP_GROUPS), getegid())];
    let p = plan(cx, &o, &mut sides)?;
    let pid = dec(u64::try_from(getpid()).unwrap_or(0));
    let pid = pid.as_bytes();

    for ids in sides.iter_mut().filter(|ids| ids.range.count > 0) {
        let map = ids.map();
        let side = ids.side;
        ids.helper = Some(Helper::new(cx, &mut |cx| idmap::write(cx, pid, side.map, &map, Some(side)))?);
    }
    // A mount in the new mount namespace would be seen by nobody outside.
    let mut binder = None;
    if p.flags.contains(CloneFlags::NEWNS) && KINDS.iter().any(|k| o.value(k.letter).is_some()) {
        binder = Some(Helper::new(cx, &mut |cx| bind(cx, &o, pid))?);
    }

    must(cx, ns::unshare(p.flags), "unshare failed", b"")?;
    map_ids(cx, &o, &sides)?;
    // Clocks by their numbers (`linux/time.h`): they count for children, and after execve(2).
    for (clock, id) in &[(b"7 ", BOOTTIME), (b"1 ", MONOTONIC)] {
        if o.has(*id) {
            let mut buf = CBuf::<64>::new();
            let text = buf.join(&[*clock, o.word(*id), b" 0"]).unwrap_or_default();
            idmap::write(cx, b"self", "timens_offsets", text.to_bytes(), None)?;
        }
    }

    if !o.has(b'f') && p.kill == 0 {
        keep(cx, &o, pid, binder)?;
        return enter(cx, &o, &p, line);
    }
    let gate = Gate::new(cx)?;
    match fork(cx)? {
        Fork::Child => {
            dying(cx, &p)?;
            // A parent that failed has said so.
            if gate.wait(cx) { enter(cx, &o, &p, line) } else { Err(Fail(1)) }
        }
        Fork::Parent(child) => {
            keep(cx, &o, pid, binder)?;
            // What these do is the command's to say.
            let _ = signal::block(&[signal::SIGINT, signal::SIGTERM]);
            gate.open(cx);
            follow(cx, child, false)
        }
    }
}

fn map_ids(cx: &mut Ctx<'_>, o: &Options<'_>, sides: &[Ids; 2]) -> Done {
    let [users, groups] = sides;
    users.install(cx)?;
    let setgroups = o.word(SETGROUPS);
    // The kernel lets a user map one group alone when setgroups(2) is given up before.
    if groups.inner != NONE && groups.helper.is_none() {
        if setgroups == b"allow" {
            let what = "options --setgroups=allow and --map-group are mutually exclusive";
            return Err(cx.err.applet_as(what, 0));
        }
        idmap::write(cx, b"self", "setgroups", b"deny", None)?;
        return groups.install(cx);
    }
    groups.install(cx)?;
    if setgroups.is_empty() {
        return Ok(());
    }
    idmap::write(cx, b"self", "setgroups", setgroups, None)
}

/// Keeps the new namespaces in their files, by the helper if there is one.
fn keep(cx: &mut Ctx<'_>, o: &Options<'_>, pid: &[u8], binder: Option<Helper>) -> Done {
    match binder {
        Some(helper) => helper.go(cx),
        None => bind(cx, o, pid),
    }
}

/// Keeps the new namespaces of process `pid` in their files.
fn bind(cx: &mut Ctx<'_>, o: &Options<'_>, pid: &[u8]) -> Done {
    for kind in &KINDS {
        let Some(file) = o.value(kind.letter) else { continue };
        let mut buf = CBuf::<64>::new();
        let source = buf.join(&[b"/proc/", pid, b"/", kind.file.as_bytes()]).unwrap_or_default();
        if let Err(e) = mount(Some(source), file, None, MountFlags::BIND, None) {
            let what: [&[u8]; 5] =
                [b"unshare: mount ", source.to_bytes(), b" on ", file.to_bytes(), b" failed"];
            return Err(cx.err.system(&what, e.0));
        }
    }
    Ok(())
}

/// `--kill-child`
fn dying(cx: &mut Ctx<'_>, p: &Plan) -> Done {
    let done = if p.kill == 0 { Ok(()) } else { prctl_pdeathsig(p.kill) };
    must(cx, done, "prctl failed", b"")
}

/// In the new namespaces, and in the child if there is one: all that is left to do, then the command.
fn enter(cx: &mut Ctx<'_>, o: &Options<'_>, p: &Plan, line: &Line<'_>) -> Done {
    if p.flags.contains(CloneFlags::NEWNS) && !p.propagation.is_empty() {
        propagate(cx, c"/", p.propagation, "cannot change root filesystem propagation")?;
    }
    let root = o.value(b'R');
    if let Some(dir) = root {
        must(cx, chroot(dir), "cannot change root directory to '%'", dir.to_bytes())?;
    }
    if let Some(dir) = o.value(b'w').or(root.and(Some(c"/"))) {
        must(cx, chdir(dir), "cannot chdir to '%'", dir.to_bytes())?;
    }
    if o.has(MOUNT_PROC) {
        let dir = o.value(MOUNT_PROC).unwrap_or(c"/proc");
        // Who shares what is mounted there must not see it covered.
        if root.is_none() && p.propagation != MountFlags::PRIVATE {
            propagate(cx, dir, MountFlags::PRIVATE, "cannot change % filesystem propagation")?;
        }
        let flags = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
        let done = mount(Some(c"proc"), dir, Some(c"proc"), flags, None);
        must(cx, done, "mount % failed", dir.to_bytes())?;
    }
    if p.gid != NONE {
        must(cx, drop_groups(), "setgroups failed", b"")?;
    }
    become_user(cx, p.uid, p.gid)?;
    // A change of user forgets it.
    dying(cx, p)?;
    if o.has(KEEP_CAPS) && p.flags.contains(CloneFlags::NEWUSER) {
        must(cx, caps::raise_ambient(), "cannot keep capabilities", b"")?;
    }
    Err(exec(cx, line))
}

fn propagate(cx: &mut Ctx<'_>, dir: &CStr, flags: MountFlags, what: &str) -> Done {
    must(cx, mount(Some(c"none"), dir, None, flags | MountFlags::REC, None), what, dir.to_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_page() {
        let names: [(&[u8], u8); 12] = [
            (b"mount-proc", MOUNT_PROC),
            (b"map-user", MAP_USER),
            (b"map-users", MAP_USERS),
            (b"map-group", MAP_GROUP),
            (b"map-groups", MAP_GROUPS),
            (b"map-auto", MAP_AUTO),
            (b"kill-child", KILL_CHILD),
            (b"propagation", PROPAGATION),
            (b"setgroups", SETGROUPS),
            (b"keep-caps", KEEP_CAPS),
            (b"monotonic", MONOTONIC),
            (b"boottime", BOOTTIME),
        ];
        for (name, id) in names {
            assert_eq!(SPEC.id(name), Some(id));
        }
        assert_eq!(SPEC.id(b"map-root-user"), Some(b'r'));
        assert_eq!(SPEC.id(b"nothing"), None);
    }

    #[test]
    fn signals() {
        assert_eq!(
            [&b"HUP"[..], b"sigkill", b"SigSys", b"9", b"SIG", b""].map(signal_of),
            [1, 9, 31, 0, 0, 0]
        );
    }
}
