//! `--nat` and `--publish`: what is asked of the host's packet filter, and who takes it back.

use super::outside::switch;
use super::plan::Text;
use super::step::Steps;
use super::{LOST, PUBLISH, SIGNALS};
use crate::Ctx;
use crate::child::fork;
use crate::nat::{masquerade, publish, withdraw};
use crate::report::{Done, Fail};
use nlbox_core::text::ip::{Ip, Prefix};
use nlbox_core::text::num::parse_u64_base;
use nlbox_sys::fd::read_file;
use nlbox_sys::process::{Fork, exit, getpid, getppid, kill, prctl_pdeathsig, setsid};
use nlbox_sys::signal;

/// The rules of one network, and the process that takes them out when we cannot.
pub(super) struct Rules {
    /// What the rules carry: no two networks have the same.
    tag: Text,
    guard: i32,
}

/// Sets the rules: called on the host when its end is there, before the command runs.
///
/// `hide` (`--nat`): what comes from `inside` and leaves by another link than the host's end gets the address of that
/// link. `--publish`: each `HOSTPORT:PORT[/udp]` goes to each address of `inside`: IPv4 and IPv6; one that is none has
/// no bytes.
pub(super) fn set(cx: &mut Ctx<'_>, steps: &mut Steps<'_, '_>, hide: bool, inside: [Ip; 2]) -> Done {
    let o = steps.o;
    if !hide && !o.has(PUBLISH) {
        return Ok(());
    }
    let rules = Rules { tag: Text::join(&[b"isolate-", steps.child.as_bytes()]), guard: 0 };
    let rules = steps.rules.insert(rules);
    rules.guard = guard(cx, &rules.tag)?;
    let (tag, dev) = (rules.tag.as_bytes(), steps.end.as_bytes());
    let [v4, v6] = inside;
    if v4.is_none() && v6.is_none() {
        return Err(cx.err.applet_as("no address inside to translate", 0));
    }
    for ip in inside.iter().filter(|ip| !ip.is_none()) {
        if hide {
            masquerade(cx, &Prefix { ip: *ip, len: ip.bits(), had_len: true }, dev, tag)?;
        }
        o.each(PUBLISH, &mut |list| {
            for word in list.split(|b| *b == b',') {
                let Some((proto, port, to)) = ports(word) else {
                    return Err(cx.err.applet("'%' is no HOSTPORT:PORT[/udp]", word, 0));
                };
                publish(cx, proto, port, ip, to, tag)?;
            }
            Ok(())
        })?;
    }
    let switch = switch(v4.is_none());
    if read_file(switch, &mut [0; 1]) == Ok(b"0") {
        cx.err.say_of("isolate: % is 0, and nothing is forwarded: --forward", switch.to_bytes());
    }
    Ok(())
}

/// `IPPROTO_*`, the port of the host, the port inside.
fn ports(word: &[u8]) -> Option<(u8, u16, u16)> {
    let (pair, proto) = nlbox_core::bytes::halves(word, b'/');
    let proto = crate::getopt::choose("tcp udp", proto.unwrap_or(b"tcp"), 0)?;
    let mut ports = pair.split(|b| *b == b':').map(|word| {
        let n = parse_u64_base(word, 10)?;
        u16::try_from(n).ok().filter(|n| *n > 0)
    });
    let found = (if proto == 0 { 6 } else { 17 }, ports.next()??, ports.next()??);
    ports.next().is_none().then_some(found)
}

/// A process that takes the rules out when this one dies unasked.
fn guard(cx: &mut Ctx<'_>, tag: &Text) -> Result<i32, Fail> {
    let parent = getpid();
    match fork(cx)? {
        Fork::Parent(pid) => Ok(pid),
        Fork::Child => {
            // What ends the whole group is not for it.
            let _ = setsid();
            if prctl_pdeathsig(LOST).is_ok() {
                while getppid() == parent {
                    let _ = signal::wait(&SIGNALS);
                }
            }
            let _ = withdraw(cx, tag.as_bytes());
            exit(0)
        }
    }
}

impl Rules {
    /// Takes the rules out, unless they are `kept`.
    pub(super) fn end(&self, cx: &mut Ctx<'_>, kept: bool) {
        if !kept {
            let _ = withdraw(cx, self.tag.as_bytes());
        }
        // Not before: until here its work may become its own.
        let _ = kill(self.guard, signal::SIGKILL);
    }
}

#[cfg(test)]
mod tests {
    use super::ports;

    #[test]
    fn what_is_published() {
        for (word, want) in [
            (&b"8080:80"[..], Some((6, 8080, 80))),
            (b"53:5353/udp", Some((17, 53, 5353))),
            (b"53:5353/tcp", Some((6, 53, 5353))),
            (b"80", None),
            (b"80:", None),
            (b"0:80", None),
            (b"80:65536", None),
            (b"1:2:3", None),
            (b"1:2/sctp", None),
            (b"", None),
        ] {
            assert_eq!(ports(word), want, "{word:?}");
        }
    }
}
