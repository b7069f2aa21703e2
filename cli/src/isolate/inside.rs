//! The child's side: its network, its files, its name, then the command.

use super::plan::{Plan, Text};
use super::step::Steps;
use super::*;
use crate::child::{exec, fork};
use nlbox_core::text::ip::{parse, print};
use nlbox_sys::fd::{OFlags, chmod, open};
use nlbox_sys::mount::{MountFlags, UmountFlags, copy, mount, pivot_root, put, umount};
use nlbox_sys::process::{chdir, getpid, getppid, prctl_pdeathsig, sethostname};
use zerocopy::{FromZeros, IntoBytes};

/// Waits for the host's side, sets up the rest, and has a child of its own become the command, for two reasons: the
/// first process of a process namespace gets only the signals that it asks for, and who stays can take the pair away
/// though the process outside be killed. The kernel would do that with the network, but may take minutes.
pub(super) fn run(
    cx: &mut Ctx<'_>,
    o: &Options<'_>,
    plan: &Plan,
    flags: CloneFlags,
    wire: &Wire,
    line: &Line<'_>,
) -> Done {
    let me = getpid();
    let mut steps = Steps {
        o,
        child: Text::new(),
        end: Text::join(&[outside::dev(o)]),
        own: Text::new(),
        lead: Text::new(),
        rules: None,
    };
    let (done, kept) = match ready(cx, &mut steps, plan, flags, wire).and_then(|()| fork(cx)) {
        Ok(Fork::Child) => return Err(command(cx, wire, line, me)),
        Ok(Fork::Parent(pid)) => (Ok(watch(cx, pid)), o.has(b'n')),
        Err(fail) => (Err(fail), false),
    };
    if !kept {
        steps.attempt(cx, "link delete E", b"");
    }
    done.and_then(|status| end_as(cx, status))
}

/// Becomes the command, which does not outlive `parent`.
fn command(cx: &mut Ctx<'_>, wire: &Wire, line: &Line<'_>, parent: i32) -> Fail {
    if prctl_pdeathsig(signal::SIGKILL).is_err() || getppid() != parent {
        return Fail(1);
    }
    let _ = signal::unblock(&SIGNALS);
    let fail = exec(cx, line);
    let _ = wire.say(cx, b"x");
    fail
}

#[inline(never)]
fn ready(cx: &mut Ctx<'_>, steps: &mut Steps<'_, '_>, plan: &Plan, flags: CloneFlags, wire: &Wire) -> Done {
    // These sockets belong to the host's network.
    cx.conn.close();
    cx.page.names.close();
    must(cx, prctl_pdeathsig(LOST), "prctl failed", b"")?;
    let mut told = Told::new_zeroed();
    // A host that failed has said so.
    if !wire.hear(cx, told.as_mut_bytes()) {
        return Err(Fail(1));
    }
    steps.lead.set(&[b"ip -n ", outside::number(told.pid).as_bytes(), b" "]);
    network(cx, steps, plan, &told)?;
    let o = steps.o;
    if flags.contains(CloneFlags::NEWNS) {
        files(cx, o)?;
    }
    if o.has(HOSTNAME) {
        must(cx, sethostname(o.word(HOSTNAME)), "cannot set the host name '%'", o.word(HOSTNAME))?;
    }
    wire.say(cx, b"x")?;
    if wire.hear(cx, &mut [0]) { Ok(()) } else { Err(Fail(1)) }
}

fn network(cx: &mut Ctx<'_>, steps: &Steps<'_, '_>, plan: &Plan, told: &Told) -> Done {
    steps.run(cx, "link set lo up")?;
    let Some(both) = plan.at(told.number).filter(|_| told.has & VETH != 0) else { return Ok(()) };
    let mut there = [true, told.has & V6 != 0];
    for (ends, there) in both.iter().zip(&mut there) {
        *there = *there && steps.address(cx, &ends.inside, plan.chosen)?;
    }
    steps.run(cx, "link set E up")?;
    for (ends, _) in both.iter().zip(there).filter(|(ends, there)| *there && !ends.host.ip.is_none()) {
        steps.with(cx, "route add default via A dev E", print(&ends.host.ip).as_bytes())?;
    }
    Ok(())
}

/// A view of the file system of its own: root directory, /proc, /etc/resolv.conf.
fn files(cx: &mut Ctx<'_>, o: &Options<'_>) -> Done {
    let bind = |from, to, flags| mount(Some(from), to, None, flags | MountFlags::REC, None);
    must(cx, bind(c"none", c"/", MountFlags::SLAVE), "cannot keep mounts apart", b"")?;
    let root = o.value(b'R');
    let unusable = "cannot use '%' as root directory";
    if let Some(dir) = root {
        let done = bind(dir, dir, MountFlags::BIND).and_then(|()| chdir(dir));
        // The old root comes to lie over the new one: pivot_root(2).
        must(cx, done.and_then(|()| pivot_root(c".", c".")), unusable, dir.to_bytes())?;
    }
    if o.has(MOUNT_PROC) {
        let flags = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
        // Before the old root goes: in a user namespace the kernel allows a new /proc where one can be seen.
        must(cx, mount(Some(c"proc"), c"/proc", Some(c"proc"), flags, None), "mount of /proc failed", b"")?;
    }
    if let Some(dir) = root {
        let done = umount(c".", UmountFlags::DETACH).and_then(|()| chdir(c"/"));
        must(cx, done, unusable, dir.to_bytes())?;
    }
    if o.has(b'd') { dns(cx, o.word(b'd')) } else { Ok(()) }
}

/// Binds a file that names these servers over /etc/resolv.conf.
#[inline(never)]
fn dns(cx: &mut Ctx<'_>, list: &[u8]) -> Done {
    let mut text = crate::idmap::Map::new();
    for word in list.split(|b| *b == b',') {
        let Some(ip) = parse(word) else { return Err(cx.err.applet("'%' is no address", word, 0)) };
        for piece in [b"nameserver ", print(&ip).as_bytes(), b"\n"] {
            let _ = text.extend_from_slice(piece);
        }
    }
    // The file needs a file system to be on: one over /etc for as long as it takes. What is bound keeps it.
    let file = c"/etc/resolv.conf";
    let made = || {
        let fd = open(file, OFlags::RDWR | OFlags::CREAT, 0o644)?;
        chmod(file, 0o644)?;
        fd.write_all(&text)?;
        copy(&fd)
    };
    let done = mount(Some(c"none"), c"/etc", Some(c"tmpfs"), MountFlags::NOSUID, Some(c"size=64k,mode=755"))
        .and_then(|()| {
            let tree = made();
            umount(c"/etc", UmountFlags::DETACH).and(tree)
        })
        .and_then(|tree| put(&tree, file));
    must(cx, done, "cannot mount over /etc/resolv.conf", b"")
}
