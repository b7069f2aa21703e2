//! `isolate`: a command in a network of its own, in one step.
//!
//! One clone(2) makes the child in all its namespaces; it waits while the host's side is made, and starts the command.
//! Nothing is left behind by a death at any point. The veth pair, whose one end is born inside, is taken away by the
//! child, also when we are killed, which `PR_SET_PDEATHSIG` or the end of its pipe tells it; by us when the child is
//! killed; by the kernel with the network when both are. Rules of `--nat` and `--publish` are taken out by us, and by a
//! process that waits for nothing but our death.

mod inside;
mod nat;
mod outside;
mod plan;
mod step;

use crate::Ctx;
use crate::child::{end_as, must};
use crate::getopt::{Options, Spec};
use crate::report::{Capability, Done, Fail};
use crate::words::Line;
use core::ffi::CStr;
use nlbox_core::text::num::dec;
use nlbox_sys::errno::Errno;
use nlbox_sys::fd::{Fd, pipe, read_file};
use nlbox_sys::ns::CloneFlags;
use nlbox_sys::process::{self, Fork, Status, clone, geteuid};
use nlbox_sys::signal;

static SPEC: Spec = Spec {
    page: "\
Usage: isolate [OPTION]... [--] [COMMAND [WORD]...]
A network that is gone with COMMAND: lo, and for root a veth pair to the host.
  -U, --user\t\tnew user namespace, root in it; implied unless root
      --no-veth\t\tlo alone
  -a, --address=LIST\tADDRESS/LENGTH[,...] inside
      --host-address=LIST\ton the host
      --dev=NAME\tlink inside, eth0
      --host-dev=NAME\tlink on the host, nlbox0
  -b, --bridge=BR\tto which that is a port
  -n, --name=NAME\tkeep it all, for ip netns
      --nat\t\tout under the host's addresses
      --publish=LIST\tHOSTPORT:PORT[/udp][,...]
      --forward\t\tlet the host forward, for good
  -d, --dns=LIST\tADDRESS[,...]
      --hostname=NAME
  -p, --pid\t\tnew process ids
      --mount-proc\tnew /proc; implies -p
  -R, --root=DIR\troot directory
  -v, --verbose\t\tshow each step as an ip command
  -h, --help
  -V, --version
Examples:
  isolate ping -c 1 10.213.0.1
  isolate -a 10.0.0.2/24,fd00::2/64 -d 9.9.9.9 sh
  isolate -b br0 -n web httpd -f
  isolate -p --mount-proc -R /srv/root sh",
    attached: false,
};

// The options without letters, by their lines on the page.
const NO_VETH: u8 = 3;
const HOST_ADDRESS: u8 = 5;
const DEV: u8 = 6;
const HOST_DEV: u8 = 7;
const NAT: u8 = 10;
const PUBLISH: u8 = 11;
const FORWARD: u8 = 12;
const HOSTNAME: u8 = 14;
const MOUNT_PROC: u8 = 16;

/// What only root can have: first what belongs to the pair. Letters too are answered by their names.
static OF_THE_HOST: [u8; 9] = [b'a', HOST_ADDRESS, DEV, HOST_DEV, b'b', NAT, PUBLISH, b'n', FORWARD];

/// How many of these belong to the pair.
const OF_THE_PAIR: usize = 7;

/// The signals that are handed on to the command, that of its end, and [`LOST`]. `SIGPIPE` is what a word to a process
/// that is gone brings.
const SIGNALS: [i32; 9] = [
    signal::SIGCHLD,
    signal::SIGPIPE,
    signal::SIGHUP,
    signal::SIGINT,
    signal::SIGQUIT,
    signal::SIGTERM,
    signal::SIGUSR1,
    signal::SIGUSR2,
    LOST,
];
/// What the child gets when we are killed.
const LOST: i32 = signal::SIGPWR;

/// One end of the talk between the two processes.
struct Wire {
    from: Fd,
    to: Fd,
}

impl Wire {
    /// A process that has ended hears nothing, and needs not.
    fn say(&self, cx: &mut Ctx<'_>, bytes: &[u8]) -> Done {
        match self.to.write(bytes) {
            Ok(_) | Err(Errno::EPIPE) => Ok(()),
            Err(e) => Err(cx.err.applet_as("pipe failed", e.0)),
        }
    }

    /// Waits for as many bytes; `false` when the other process has ended.
    fn hear(&self, cx: &mut Ctx<'_>, bytes: &mut [u8]) -> bool {
        let got = self.from.read(bytes);
        if let Err(e) = got {
            let _ = cx.err.applet_as("pipe failed", e.0);
        }
        got == Ok(bytes.len())
    }
}

/// What the host tells the child.
#[derive(Clone, Copy, zerocopy::FromBytes, zerocopy::IntoBytes, zerocopy::Immutable)]
#[repr(C)]
struct Told {
    /// The child's id on the host.
    pid: u32,
    /// The number that addresses are made of.
    number: u32,
    /// [`VETH`], [`V6`].
    has: u32,
}

/// There is a pair.
const VETH: u32 = 1;
/// It speaks IPv6.
const V6: u32 = 2;

/// The namespaces that options want.
static NEW: [(u8, CloneFlags); 6] = [
    (b'U', CloneFlags::NEWUSER),
    (HOSTNAME, CloneFlags::NEWUTS),
    (b'p', CloneFlags::NEWPID),
    (MOUNT_PROC, CloneFlags::NEWPID.union(CloneFlags::NEWNS)),
    (b'R', CloneFlags::NEWNS),
    (b'd', CloneFlags::NEWNS),
];

/// `isolate [OPTION]... [--] [COMMAND [WORD]...]`
pub fn main(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    cx.err.capability = Capability::SysAdmin;
    // Steps have command lines of their own.
    cx.err.typed = None;
    let mut o = Options::new();
    o.read(cx, line, &SPEC)?;
    let plan = outside::plan(cx, &mut o)?;
    let mut flags = CloneFlags::NEWNET;
    for (letter, flag) in &NEW {
        if o.has(*letter) {
            flags |= *flag;
        }
    }

    // What comes from here on waits until the command is there, and is for it.
    must(cx, signal::block(&SIGNALS), "sigprocmask failed", b"")?;
    let _ = signal::default(signal::SIGCHLD);
    let pipes = pipe().and_then(|down| Ok((down, pipe()?)));
    let ((a, b), (c, d)) = pipes.map_err(|e| cx.err.applet_as("pipe failed", e.0))?;
    match clone(flags) {
        Err(e) => Err(refused(cx, e, flags)),
        Ok(Fork::Child) => {
            drop((b, c));
            inside::run(cx, &o, &plan, flags, &Wire { from: a, to: d }, line)
        }
        Ok(Fork::Parent(pid)) => {
            drop((a, d));
            outside::run(cx, &o, &plan, pid, &Wire { from: c, to: b }).and_then(|status| end_as(cx, status))
        }
    }
}

/// Files that forbid namespaces, by the byte that they begin with then.
static FORBID: &[(&CStr, u8)] = &[
    (c"/proc/sys/user/max_user_namespaces", b'0'),
    (c"/proc/sys/kernel/unprivileged_userns_clone", b'0'),
    (c"/proc/sys/kernel/apparmor_restrict_unprivileged_userns", b'1'),
    (c"/proc/sys/user/max_net_namespaces", b'0'),
];

/// Says why there are no namespaces to be had.
fn refused(cx: &mut Ctx<'_>, errno: Errno, flags: CloneFlags) -> Fail {
    let fail = cx.err.applet_as("cannot make namespaces", errno.0);
    if !flags.contains(CloneFlags::NEWUSER) && errno == Errno::EPERM {
        cx.err.say_as("isolate: with -U it is not needed");
    }
    forbidden(cx);
    fail
}

fn forbidden(cx: &mut Ctx<'_>) {
    for (file, byte) in FORBID {
        if let Ok([first, b'\n', ..]) = read_file(file, &mut [0; 8])
            && first == byte
        {
            cx.err.say(&[b"isolate: % forbids it: it is %", file.to_bytes(), &[*byte]]);
        }
    }
}

/// Hands signals on to `child` until it ends, and gives how; [`LOST`] kills it. Other children are reaped on the way.
///
/// What a terminal sends has gone to the whole group, the child too.
fn watch(cx: &mut Ctx<'_>, child: i32) -> Status {
    loop {
        loop {
            match process::try_wait_any() {
                Ok(Some((pid, status))) if pid == child => return status,
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(e) => {
                    let _ = cx.err.applet_as("waitpid failed", e.0);
                    return Status::Exited(1);
                }
            }
        }
        let send = match signal::wait(&SIGNALS) {
            Ok((LOST, _)) => signal::SIGKILL,
            Ok((signal::SIGCHLD | signal::SIGPIPE, _)) => continue,
            Ok((signal, true)) => signal,
            _ => continue,
        };
        let _ = process::kill(child, send);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_page() {
        let names: [(&[u8], u8); 9] = [
            (b"no-veth", NO_VETH),
            (b"host-address", HOST_ADDRESS),
            (b"dev", DEV),
            (b"host-dev", HOST_DEV),
            (b"nat", NAT),
            (b"publish", PUBLISH),
            (b"forward", FORWARD),
            (b"hostname", HOSTNAME),
            (b"mount-proc", MOUNT_PROC),
        ];
        for (name, id) in names {
            assert_eq!(SPEC.id(name), Some(id));
        }
        let names = OF_THE_HOST.map(|id| core::str::from_utf8(SPEC.name(id)).unwrap());
        assert_eq!(
            names,
            ["address", "host-address", "dev", "host-dev", "bridge", "nat", "publish", "name", "forward"]
        );
    }
}
