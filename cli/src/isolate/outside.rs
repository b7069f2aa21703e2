//! The host's side: what is made there, and taken away again.

use super::plan::{Ends, NETWORKS, Plan, Text};
use super::step::Steps;
use super::*;
use crate::child::Helper;
use crate::idmap::{self, GROUPS, Range, Side, USERS};
use nlbox_core::rt::route::{RTMSG_LEN, RtMsg, rta, rtm_f};
use nlbox_core::rt::rtm;
use nlbox_core::text::ifname::IfName;
use nlbox_core::text::ip::Ip;
use nlbox_core::wire::build::Build;
use nlbox_sys::fd::write_file;
use nlbox_sys::process::getegid;
use zerocopy::{FromBytes, IntoBytes};

const EPERM: i32 = 1;
const EEXIST: i32 = 17;

/// Reads what the options ask for; what they cannot have is refused by name.
pub(super) fn plan(cx: &mut Ctx<'_>, o: &mut Options<'_>) -> Result<Plan, Fail> {
    let root = geteuid() == 0;
    if !root {
        o.ask(b'U');
    }
    let rows = OF_THE_HOST.iter().enumerate();
    for (n, (id, name)) in rows.filter(|(_, (id, _))| o.has(*id)) {
        if !root {
            return Err(cx.err.applet("--% needs root", name.as_bytes(), 0));
        }
        if o.has(NO_VETH) && n < OF_THE_PAIR {
            return Err(cx.err.applet("mutually exclusive arguments: --no-veth --%", name.as_bytes(), 0));
        }
        if [DEV, HOST_DEV, b'b'].contains(id) && IfName::new(o.word(*id)).is_none_or(|name| !name.is_valid())
        {
            return Err(cx.err.applet("'%' is no name of a link", o.word(*id), 0));
        }
    }
    if o.has(b'b') && o.has(HOST_ADDRESS) {
        return Err(cx.err.applet("mutually exclusive arguments: --bridge --host-address", b"", 0));
    }
    Plan::new(cx, o.word(b'a'), o.word(HOST_ADDRESS), o.word(b'b'))
}

/// The name that an option gives to the inner link.
pub(super) fn dev<'l>(o: &Options<'l>) -> &'l [u8] {
    o.value(DEV).unwrap_or(c"eth0").to_bytes()
}

/// Makes the host's side for the child `pid`, lets the child go, and waits for its end.
pub(super) fn run(
    cx: &mut Ctx<'_>,
    o: &Options<'_>,
    plan: &Plan,
    pid: i32,
    wire: &Wire,
) -> Result<Status, Fail> {
    let steps = Steps { verbose: o.has(b'v'), lead: b"" };
    let number = dec(u64::try_from(pid).unwrap_or(0));
    let mut host = Host { o, plan, steps, pid: number.as_bytes(), name: Text::join(&[]) };
    let mut told = Told { pid: pid.cast_unsigned(), number: 0, has: 0 };
    let mut kept = false;
    let done = host.make(cx, &mut told).and_then(|()| {
        // What fails inside has been said there.
        if !wire.say(told.as_bytes()) || !wire.hear(&mut [0]) {
            return Ok(());
        }
        if o.has(b'n') {
            host.steps.run(cx, &[b"netns attach % %", o.word(b'n'), host.pid])?;
            kept = true;
        }
        wire.say(b"x");
        Ok(())
    });
    if done.is_err() {
        let _ = process::kill(pid, signal::SIGKILL);
    }
    let (status, _) = watch(pid);
    let quiet = Steps { verbose: false, lead: b"" };
    // The command could not be executed.
    if kept && wire.hear(&mut [0]) {
        kept = false;
        quiet.attempt(cx, &[b"netns delete %", o.word(b'n')]);
    }
    // The kernel would do it too, but later.
    if !kept && told.has & VETH != 0 {
        quiet.attempt(cx, &[b"link delete %", host.name.as_bytes()]);
    }
    done.map(|()| status)
}

struct Host<'a, 'l> {
    o: &'a Options<'l>,
    plan: &'a Plan,
    steps: Steps<'a>,
    /// The child's id.
    pid: &'a [u8],
    /// Of our end of the pair.
    name: Text,
}

impl Host<'_, '_> {
    fn make(&mut self, cx: &mut Ctx<'_>, told: &mut Told) -> Done {
        if self.o.has(b'U') {
            self.map(cx, &USERS, geteuid())?;
            if geteuid() != 0 && !self.o.has(MAP_AUTO) {
                idmap::write(cx, self.pid, "setgroups", b"deny", None)?;
            }
            self.map(cx, &GROUPS, getegid())?;
        }
        if self.o.has(FORWARD) {
            for file in [c"/proc/sys/net/ipv4/ip_forward", c"/proc/sys/net/ipv6/conf/all/forwarding"] {
                forward(cx, file)?;
            }
        }
        if geteuid() != 0 {
            alone(cx);
        } else if !self.o.has(NO_VETH) {
            self.pair(cx, told)?;
        }
        Ok(())
    }

    fn map(&self, cx: &mut Ctx<'_>, side: &'static Side, me: u32) -> Done {
        if self.o.has(MAP_AUTO) {
            let map = idmap::map(0, me, idmap::range(cx, side, b"auto")?);
            return Helper::new(cx, &mut |cx| idmap::write(cx, self.pid, side.map, &map, Some(side)))?.go(cx);
        }
        let map = idmap::map(0, me, Range { outer: 0, inner: 0, count: 0 });
        idmap::write(cx, self.pid, side.map, &map, None)
    }

    /// Makes the pair under the first number that is free. `nlboxN`, be it the name of our end or another name for
    /// it, is what takes number N: of two that come at once the kernel gives it to one.
    fn pair(&mut self, cx: &mut Ctx<'_>, told: &mut Told) -> Done {
        let (o, plan) = (self.o, self.plan);
        let given = o.word(HOST_DEV);
        if !given.is_empty() {
            self.name = Text::join(&[given]);
            self.steps.run(cx, &self.add())?;
            told.has = VETH;
        }
        for n in 0..NETWORKS {
            told.number = n;
            let Some(ends) = plan.at(n) else {
                return Err(cx.err.applet("no address is left in the network of %", o.word(b'b'), 0));
            };
            if plan.chosen && ends.iter().any(|e| taken(cx, &e.host.ip) || taken(cx, &e.inside.ip)) {
                continue;
            }
            let name = Text::join(&[b"nlbox", dec(u64::from(n)).as_bytes()]);
            let (add, alias): ([&[u8]; 4], [&[u8]; 3]);
            let line: &[&[u8]] = if given.is_empty() {
                self.name = name;
                add = self.add();
                &add
            } else if plan.numbered() {
                alias = [b"link property add dev % altname %", given, name.as_bytes()];
                &alias
            } else {
                return self.fill(cx, told, &ends);
            };
            match self.steps.attempt(cx, line) {
                0 => {}
                EEXIST => continue,
                // Root of a user namespace that does not own this network.
                EPERM if OF_THE_HOST.iter().all(|(id, _)| !o.has(*id)) => {
                    alone(cx);
                    return Ok(());
                }
                _ => self.steps.run(cx, line)?,
            }
            told.has = VETH;
            return self.fill(cx, told, &ends);
        }
        Err(cx.err.applet("no number is left for a pair", b"", 0))
    }

    /// The line that makes the pair: its other end is born inside.
    fn add(&self) -> [&[u8]; 4] {
        [b"link add % type veth peer name % netns %", self.name.as_bytes(), dev(self.o), self.pid]
    }

    /// Gives our end what belongs to it.
    fn fill(&self, cx: &mut Ctx<'_>, told: &mut Told, ends: &[Ends; 2]) -> Done {
        let (o, name, bridge) = (self.o, self.name.as_bytes(), self.o.word(b'b'));
        let [v4, v6] = ends;
        told.has |= V6;
        if !bridge.is_empty() {
            self.steps.run(cx, &[b"link set % master % up", name, bridge])?;
            if v4.inside.ip.is_none() && v6.inside.ip.is_none() {
                cx.err.say(&[b"isolate: % has no address, and so the link inside", bridge]);
            }
        } else {
            self.steps.address(cx, &v4.host, name, false)?;
            if !self.steps.address(cx, &v6.host, name, self.plan.chosen)? {
                told.has = VETH;
            }
            self.steps.run(cx, &[b"link set % up", name])?;
        }
        nat::set(cx, o.has(NAT), o.word(PUBLISH), [v4.inside.ip, v6.inside.ip], name)
    }
}

fn alone(cx: &mut Ctx<'_>) {
    cx.err.say(&[b"isolate: lo alone: a veth pair to the host needs root there"]);
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

/// Sets a sysctl that is 0, and says so.
fn forward(cx: &mut Ctx<'_>, file: &CStr) -> Done {
    match read_file(file, &mut [0; 1]) {
        Ok(b"0") => {
            must(cx, write_file(file, b"1"), "cannot write %", file.to_bytes())?;
            cx.err.say(&[b"isolate: % is 1 from now on", file.to_bytes()]);
        }
        // A host without IPv6.
        _ => {}
    }
    Ok(())
}
