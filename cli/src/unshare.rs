//! `unshare`: a command in new namespaces, as util-linux has it.

use crate::Ctx;
use crate::child::{GID, Gate, Helper, NONE, UID, become_user, exec, follow, fork, id, must};
use crate::getopt::{Options, Spec, choose};
use crate::idmap::{self, GROUPS, Range, Side, USERS};
use crate::nslist::KINDS;
use crate::report::{Done, Fail};
use crate::words::Line;
use core::ffi::CStr;
use nlbox_core::text::num::{dec, dec_signed, parse_i64};
use nlbox_sys::caps;
use nlbox_sys::fd::{CBuf, join};
use nlbox_sys::mount::{MountFlags, mount};
use nlbox_sys::ns::{self, CloneFlags};
use nlbox_sys::process::{Fork, chdir, chroot, drop_groups, getegid, geteuid, getpid, prctl_pdeathsig};
use nlbox_sys::signal;

// The order is util-linux's where names begin alike: an ambiguous word is answered in it.
static SPEC: Spec = Spec {
    page: "\
Usage: unshare [OPTION]... [--] [COMMAND [WORD]...]
      --mount-proc[=DIR]    mount a /proc of the new processes; implies -m
      --map-user=UID        appear as this user; --map-* imply -U
      --map-users=OUTER,INNER,COUNT  map these users too, or \"auto\"
      --map-group=GID       appear as this group
      --map-groups=OUTER,INNER,COUNT  map these groups too, or \"auto\"
      --map-auto            map all that /etc/subuid and subgid give you
      --kill-child[=SIGNAL]  the child's signal when unshare dies; implies -f
      --propagation=HOW     of mounts: private, slave, shared, unchanged
      --setgroups=HOW       allow or deny setgroups(2)
      --keep-caps           keep the capabilities that -U gives
      --monotonic=SECONDS   offset of that clock
      --boottime=SECONDS    offset of that clock
  -m, --mount[=FILE]        mounts; FILE keeps the namespace, here and below
  -u, --uts[=FILE]          host name
  -i, --ipc[=FILE]          System V IPC, POSIX message queues
  -n, --net[=FILE]          network
  -p, --pid[=FILE]          process ids
  -U, --user[=FILE]         user and group ids
  -C, --cgroup[=FILE]       control groups
  -T, --time[=FILE]         clocks
  -f, --fork                run COMMAND in a child
  -r, --map-root-user       appear as root
  -c, --map-current-user    appear as yourself
  -R, --root=DIR            root directory
  -w, --wd=DIR              working directory
  -S, --setuid=UID          become this user inside
  -G, --setgid=GID          become this group inside
  -h, --help
  -V, --version
Examples:
  unshare -rn ip link
  unshare -rnpf --mount-proc sh
",
    attached: false,
};

// The options without letters, by their lines on the page.
const MOUNT_PROC: u8 = 1;
const MAP_USER: u8 = 2;
const MAP_USERS: u8 = 3;
const MAP_GROUP: u8 = 4;
const MAP_GROUPS: u8 = 5;
const MAP_AUTO: u8 = 6;
const KILL_CHILD: u8 = 7;
const PROPAGATION: u8 = 8;
const SETGROUPS: u8 = 9;
const KEEP_CAPS: u8 = 10;
const MONOTONIC: u8 = 11;
const BOOTTIME: u8 = 12;

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
    fn read(&mut self, cx: &mut Ctx<'_>, o: &Options<'_>) -> Done {
        // The last one of these counts.
        let (given, root, current) = (o.get(self.options.0), o.get(b'r').at, o.get(b'c').at);
        if root > current {
            self.inner = 0;
        } else if current > 0 {
            self.inner = self.me;
        }
        if given.at > root.max(current) {
            self.inner = idmap::named(cx, self.side, given.word())?;
        }
        let many = o.get(self.options.1);
        if many.at > 0 || o.has(MAP_AUTO) {
            let word = if many.at > 0 { many.word() } else { b"auto" };
            self.range = idmap::range(cx, self.side, word)?;
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
        let word = o.get(PROPAGATION).word();
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
        if let Some(word) = o.get(KILL_CHILD).value {
            kill = match signal_of(word.to_bytes()) {
                0 => return Err(cx.err.applet("unknown signal: %", word.to_bytes(), 0)),
                signal => signal,
            };
        }
    }
    let setgroups = o.get(SETGROUPS).word();
    if o.has(SETGROUPS) && choose("allow deny", setgroups, 0).is_none() {
        return Err(cx.err.applet("unsupported --setgroups argument '%'", setgroups, 0));
    }
    for clock in [BOOTTIME, MONOTONIC].map(|id| o.get(id)).iter().filter(|c| c.at > 0) {
        if parse_i64(clock.word()).is_none() {
            return Err(cx.err.applet("failed to parse clock offset: '%'", clock.word(), 0));
        }
        if !flags.contains(CloneFlags::NEWTIME) {
            return Err(cx.err.applet(
                "options --monotonic and --boottime need a time namespace (-T)",
                b"",
                0,
            ));
        }
    }
    Ok(Plan { flags, kill, propagation, uid: id(cx, o, b'S', UID)?, gid: id(cx, o, b'G', GID)? })
}

/// A signal by its name, with or without `SIG`; 0 for none of ours.
fn signal_of(word: &[u8]) -> i32 {
    let at = choose(SIGNALS, word, 0x20).or_else(|| match word {
        [b's' | b'S', b'i' | b'I', b'g' | b'G', rest @ ..] => choose(SIGNALS, rest, 0x20),
        _ => None,
    });
    at.map_or(0, |n| i32::from(n).saturating_add(1))
}

/// `unshare [OPTION]... [--] [COMMAND [WORD]...]`
pub fn main(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    cx.err.program = "unshare";
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
    if p.flags.contains(CloneFlags::NEWNS) && KINDS.iter().any(|k| o.get(k.letter).value.is_some()) {
        binder = Some(Helper::new(cx, &mut |cx| bind(cx, &o, pid))?);
    }

    must(cx, ns::unshare(p.flags), "unshare failed", b"")?;
    map_ids(cx, &o, &sides)?;
    // Clocks by their numbers (`linux/time.h`): they count for children, and after execve(2).
    for (clock, id) in [(&b"7 "[..], BOOTTIME), (b"1 ", MONOTONIC)] {
        if let Some(offset) = parse_i64(o.get(id).word()) {
            let mut buf = [0; 64];
            let text = join(&mut buf, &[clock, dec_signed(offset).as_bytes(), b" 0"]).unwrap_or_default();
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
            if gate.wait() { enter(cx, &o, &p, line) } else { Err(Fail(1)) }
        }
        Fork::Parent(child) => {
            keep(cx, &o, pid, binder)?;
            // What these do is the command's to say.
            let _ = signal::block(&[signal::SIGINT, signal::SIGTERM]);
            gate.open();
            follow(cx, child, false)
        }
    }
}

fn map_ids(cx: &mut Ctx<'_>, o: &Options<'_>, sides: &[Ids; 2]) -> Done {
    let [users, groups] = sides;
    users.install(cx)?;
    let setgroups = o.get(SETGROUPS).word();
    // The kernel lets a user map one group alone when setgroups(2) is given up before.
    if groups.inner != NONE && groups.helper.is_none() {
        if setgroups == b"allow" {
            let what = "options --setgroups=allow and --map-group are mutually exclusive";
            return Err(cx.err.applet(what, b"", 0));
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
        let Some(file) = o.get(kind.letter).value else { continue };
        let (mut buf, mut both) = (CBuf::<64>::new(), CBuf::<4200>::new());
        let source = buf.join(&[b"/proc/", pid, b"/", kind.file.as_bytes()]).unwrap_or_default();
        let done = mount(Some(source), file, None, MountFlags::BIND, None);
        let both = both.join(&[source.to_bytes(), b" on ", file.to_bytes()]).unwrap_or(source);
        must(cx, done, "mount % failed", both.to_bytes())?;
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
    let root = o.get(b'R').value;
    if let Some(dir) = root {
        must(cx, chroot(dir), "cannot change root directory to '%'", dir.to_bytes())?;
    }
    if let Some(dir) = o.get(b'w').value.or(root.and(Some(c"/"))) {
        must(cx, chdir(dir), "cannot chdir to '%'", dir.to_bytes())?;
    }
    if o.has(MOUNT_PROC) {
        let dir = o.get(MOUNT_PROC).value.unwrap_or(c"/proc");
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
