//! The host's side: what is made there, and taken away again.

use super::plan::{Ends, NUMBERS, Plan, Text};
use super::step::Steps;
use super::*;
use crate::idmap::{self, GROUPS, Range, Side, USERS};
use crate::names::by_number;
use nlbox_core::rt::route::{RTMSG_LEN, RtMsg, rta, rtm_f};
use nlbox_core::rt::rtm;
use nlbox_core::spec::Resolve;
use nlbox_core::text::ifname::IfName;
use nlbox_core::text::ip::Ip;
use nlbox_core::wire::build::Build;
use nlbox_sys::fd::write_file;
use nlbox_sys::process::getegid;
use zerocopy::{FromBytes, IntoBytes};

const EPERM: i32 = 1;
const EEXIST: i32 = 17;

/// Reads what the options ask for; what they cannot have is refused by name.
#[inline(never)]
pub(super) fn plan(cx: &mut Ctx<'_>, o: &mut Options<'_>) -> Result<Plan, Fail> {
    let root = geteuid() == 0;
    if !root {
        o.ask(b'U');
    }
    let rows = OF_THE_HOST.iter().enumerate();
    for (n, id) in rows.filter(|(_, id)| o.has(**id)) {
        let name = SPEC.name(*id);
        if !root {
            return Err(cx.err.applet("--% needs root", name, 0));
        }
        let not = if o.has(NO_VETH) && n < OF_THE_PAIR {
            "--% does not go with --no-veth"
        } else if o.has(b'b') && *id == HOST_ADDRESS {
            "--% does not go with --bridge"
        } else if o.value(*id).is_some_and(CStr::is_empty) {
            "--% is empty"
        } else if *id == DEV && o.word(DEV) == b"lo" {
            "--%: lo is there already"
        } else {
            ""
        };
        if !not.is_empty() {
            return Err(cx.err.applet(not, name, 0));
        }
        if [DEV, HOST_DEV, b'b'].contains(id) && IfName::new(o.word(*id)).is_none_or(|name| !name.is_valid())
        {
            return Err(cx.err.applet("'%' is no name of a link", o.word(*id), 0));
        }
    }
    Plan::new(cx, o.word(b'a'), o.word(HOST_ADDRESS), o.word(b'b'))
}

/// Makes the host's side for the child `pid`, lets the child go, and waits for its end.
#[inline(never)]
pub(super) fn run(
    cx: &mut Ctx<'_>,
    o: &Options<'_>,
    plan: &Plan,
    pid: i32,
    wire: &Wire,
) -> Result<Status, Fail> {
    let mut told = Told { pid: pid.cast_unsigned(), number: 0, has: 0 };
    let lead = Text::join(&[b"ip "]);
    let mut steps =
        Steps { o, child: number(told.pid), end: Text::new(), own: Text::new(), lead, rules: None };
    let mut kept = false;
    let done = make(cx, &mut steps, plan, &mut told).and_then(|()| {
        wire.say(cx, told.as_bytes())?;
        // What fails inside has been said there.
        if wire.hear(cx, &mut [0]) {
            if o.has(b'n') {
                steps.run(cx, "netns attach F C")?;
                kept = true;
            }
            wire.say(cx, b"x")?;
        }
        Ok(())
    });
    if done.is_err() {
        let _ = process::kill(pid, signal::SIGKILL);
    }
    let status = watch(cx, pid);
    // The command could not be executed.
    if kept && (done.is_err() || wire.from.read(&mut [0]) != Ok(0)) {
        kept = false;
        steps.attempt(cx, "netns delete F", b"");
    }
    if let Some(rules) = &steps.rules {
        rules.end(cx, kept);
    }
    // Had the child been killed, the kernel would do it too, but later.
    if !kept && told.has & VETH != 0 {
        steps.attempt(cx, "link delete A", steps.own.as_bytes());
    }
    done.map(|()| status)
}

#[inline(never)]
fn make(cx: &mut Ctx<'_>, steps: &mut Steps<'_, '_>, plan: &Plan, told: &mut Told) -> Done {
    let o = steps.o;
    let root = geteuid() == 0;
    if o.has(b'U') {
        let map = |cx: &mut Ctx<'_>, side: &Side, me| {
            let map = idmap::map(0, me, Range { outer: 0, inner: 0, count: 0 });
            idmap::write(cx, steps.child.as_bytes(), side.map, &map, None)
        };
        map(cx, &USERS, geteuid())?;
        if !root {
            idmap::write(cx, steps.child.as_bytes(), "setgroups", b"deny", None)?;
        }
        map(cx, &GROUPS, getegid())?;
    }
    if o.has(FORWARD) {
        forward(cx, switch(false), false)?;
        forward(cx, switch(true), true)?;
    }
    if o.has(NO_VETH) {
        return Ok(());
    }
    if root { pair(cx, steps, plan, told) } else { alone(cx) }
}

/// Makes the pair under the first number that is free. `nlboxN`, be it the name of our end or another name for it, is
/// what takes number N: of two that come at once the kernel gives it to one.
fn pair(cx: &mut Ctx<'_>, steps: &mut Steps<'_, '_>, plan: &Plan, told: &mut Told) -> Done {
    let o = steps.o;
    let given = o.word(HOST_DEV);
    let mut line = "link add A type veth peer name D netns C";
    if !given.is_empty() {
        steps.with(cx, line, given)?;
        made(cx, steps, told, given);
        line = "link property add dev E altname A";
    }
    for n in 0..NUMBERS {
        told.number = n;
        let Some(ends) = plan.at(n) else {
            return Err(cx.err.applet("no address is left in the network of %", o.word(b'b'), 0));
        };
        if plan.chosen && ends.iter().any(|e| taken(cx, &e.host.ip) || taken(cx, &e.inside.ip)) {
            continue;
        }
        let name = Text::join(&[b"nlbox", number(n).as_bytes()]);
        match steps.attempt(cx, line, name.as_bytes()) {
            0 => {}
            EEXIST => continue,
            // Root of a user namespace that does not own this network.
            EPERM if OF_THE_HOST.iter().all(|id| !o.has(*id)) => return alone(cx),
            _ => steps.with(cx, line, name.as_bytes())?,
        }
        if told.has == 0 {
            made(cx, steps, told, name.as_bytes());
        }
        return fill(cx, steps, plan, told, &ends);
    }
    Err(cx.err.applet_as("no number is left for a pair", 0))
}

/// Notes that there is a pair, and our end of it.
fn made(cx: &mut Ctx<'_>, steps: &mut Steps<'_, '_>, told: &mut Told, name: &[u8]) {
    told.has = VETH;
    steps.end.set(&[name]);
    steps.own.set(&[by_number(cx.page.names.ifindex(name).unwrap_or(0)).as_bytes()]);
}

/// Gives our end what belongs to it.
fn fill(cx: &mut Ctx<'_>, steps: &mut Steps<'_, '_>, plan: &Plan, told: &mut Told, ends: &[Ends; 2]) -> Done {
    let (o, [v4, v6]) = (steps.o, ends);
    let mut line = "link set E up";
    told.has |= V6;
    if o.has(b'b') {
        line = "link set E master B up";
        if v4.inside.ip.is_none() && v6.inside.ip.is_none() {
            cx.err.say_of("isolate: % has no address, and so the link inside", o.word(b'b'));
        }
    } else {
        steps.address(cx, &v4.host, false)?;
        if !steps.address(cx, &v6.host, plan.chosen)? {
            told.has = VETH;
        }
    }
    steps.run(cx, line)?;
    nat::set(cx, steps, o.has(NAT), [v4.inside.ip, v6.inside.ip])
}

/// The switch that lets the host forward: IPv4's or IPv6's.
pub(super) fn switch(v6: bool) -> &'static CStr {
    if v6 { c"/proc/sys/net/ipv6/conf/all/forwarding" } else { c"/proc/sys/net/ipv4/ip_forward" }
}

/// The name of the link inside.
pub(super) fn dev<'l>(o: &Options<'l>) -> &'l [u8] {
    o.value(DEV).unwrap_or(c"eth0").to_bytes()
}

/// A number as a word.
pub(super) fn number(n: u32) -> Text {
    Text::join(&[dec(u64::from(n)).as_bytes()])
}

fn alone(cx: &mut Ctx<'_>) -> Done {
    cx.err.say_as("isolate: lo alone: a veth pair to the host needs root there");
    Ok(())
}

/// Whether the host has a route of its own to `ip`: any but the default one and the widest networks.
fn taken(cx: &mut Ctx<'_>, ip: &Ip) -> bool {
    let mut tx = [0; 64];
    let head = RtMsg { family: ip.family(), dst_len: ip.bits(), flags: rtm_f::FIB_MATCH, ..RtMsg::default() };
    let mut m = Build::new(&mut tx, rtm::GETROUTE, 0, head.as_bytes());
    m.put(rta::DST, ip.bytes());
    let Ok(m) = cx.conn.get(&mut m) else { return false };
    let head = RtMsg::read_from_bytes(&m.split::<RTMSG_LEN>().0).unwrap_or_default();
    // Kernels before 4.13 answer with a copy for this address.
    head.dst_len > WIDE && head.flags & rtm_f::CLONED == 0
}

/// Bits of the widest networks: those of 10.0.0.0/8 and fd00::/8.
const WIDE: u8 = 8;

/// Sets a sysctl that is 0, and says so; a host without IPv6 lacks one.
fn forward(cx: &mut Ctx<'_>, file: &CStr, may_lack: bool) -> Done {
    let mut buf = [0; 1];
    let old = read_file(file, &mut buf);
    if old == Ok(b"1") || (may_lack && old == Err(Errno::ENOENT)) {
        return Ok(());
    }
    must(cx, write_file(file, b"1"), "cannot write %", file.to_bytes())?;
    cx.err.say_of("isolate: % is 1 from now on", file.to_bytes());
    Ok(())
}
