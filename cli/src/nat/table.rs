//! The conversation with nf_tables: changes, each one atomic batch, and passes over the rules.

use crate::Ctx;
use crate::host::Socket;
use crate::report::{Done, Fail};
use nlbox_core::conn::{Conn, Errno, Error};
use nlbox_core::nft::rule::Rule;
use nlbox_core::nft::{ERESTART, NETLINK_NETFILTER, batch};
use nlbox_core::text::ip::af;
use nlbox_core::wire::build::Build;

/// How often a change is made anew when others change the tables meanwhile.
const TRIES: u32 = 64;
/// Room for the answers, and for a batch: a thousand deletions.
const ROOM: usize = 65536;

/// The kernel refused.
const REFUSED: Fail = Fail(4);

/// Which rules are meant, and numbered from 1 on.
#[derive(Clone, Copy)]
pub(crate) struct Scope {
    /// `AF_INET`, `AF_INET6`, or 0 for both.
    pub(crate) family: u8,
    /// Place of the chain; none for all.
    pub(crate) chain: Option<u8>,
}

impl Scope {
    /// All rules.
    pub(crate) const ALL: Scope = Scope { family: 0, chain: None };

    fn has(self, rule: &Rule) -> bool {
        (self.family == 0 || self.family == rule.family) && self.chain.is_none_or(|c| c == rule.chain)
    }
}

/// Runs `run` with a conversation with netfilter.
pub(crate) fn talk(cx: &mut Ctx<'_>, run: &mut dyn FnMut(&mut Ctx<'_>, &mut Conn<'_>) -> Done) -> Done {
    let mut socket = Socket::new(NETLINK_NETFILTER);
    let rx = nlbox_sys::memory::map(ROOM).unwrap_or_default();
    run(cx, &mut Conn::new(&mut socket, rx))
}

/// Says why it failed.
fn failed(cx: &mut Ctx<'_>, conn: &Conn<'_>, e: Error) -> Fail {
    match e {
        Error::Kernel(Errno(n)) | Error::Os(Errno(n)) => {
            let _ = cx.err.system(&[cx.err.program.as_bytes()], n);
        }
        e => {
            let _ = cx.err.net(e, conn, None);
        }
    }
    REFUSED
}

/// Makes what `fill` puts into a batch true, or nothing of it.
pub(crate) fn commit(cx: &mut Ctx<'_>, conn: &mut Conn<'_>, fill: &mut dyn FnMut(&mut Build<'_>)) -> Done {
    let mut m = batch::begin(nlbox_sys::memory::map(ROOM).unwrap_or_default(), 0);
    fill(&mut m);
    batch::end(&mut m);
    conn.request(&mut m).map_err(|e| failed(cx, conn, e))
}

/// Adds `rule`, of both families where it names none, as [`batch::add`] does.
pub(crate) fn add(m: &mut Build<'_>, rule: &mut Rule, before: Option<u64>) {
    let asked = rule.family;
    for family in [af::AF_INET, af::AF_INET6] {
        if asked == 0 || asked == family {
            rule.family = family;
            batch::add(m, rule, before);
        }
    }
    rule.family = asked;
}

/// One pass over the rules of `scope`, with their numbers.
fn pass(conn: &mut Conn<'_>, scope: Scope, each: &mut dyn FnMut(&Rule, u32)) -> Result<(), Error> {
    let mut tx = [0; 64];
    let mut rule = Rule::new(0);
    let mut n = 0_u32;
    // Asked for both at once, the kernel stops behind the first table of that name.
    for family in [af::AF_INET, af::AF_INET6] {
        if scope.family != 0 && scope.family != family {
            continue;
        }
        let mut dump = conn.dump(&mut batch::rules(&mut tx, family))?;
        while let Some(m) = dump.next()? {
            rule.read(&m);
            if scope.has(&rule) {
                n = n.saturating_add(1);
                each(&rule, n);
            }
        }
    }
    Ok(())
}

/// Hands the rules of `scope` over with their numbers; number 0 says that the table changed meanwhile, and all is told
/// anew.
pub(crate) fn walk(
    cx: &mut Ctx<'_>,
    conn: &mut Conn<'_>,
    scope: Scope,
    each: &mut dyn FnMut(&mut Ctx<'_>, &Rule, u32),
) -> Done {
    for _ in 0..TRIES {
        each(cx, &Rule::new(0), 0);
        match pass(conn, scope, &mut |rule, n| each(cx, rule, n)) {
            Err(Error::Interrupted) => {}
            r => return r.map_err(|e| failed(cx, conn, e)),
        }
    }
    Err(failed(cx, conn, Error::Interrupted))
}

/// Takes out the rules of `scope` that `pick` picks (`one`: the first of them), and the table with its last rule; tells
/// how many they were. A change by others meanwhile makes it look anew.
pub(crate) fn remove(
    cx: &mut Ctx<'_>,
    conn: &mut Conn<'_>,
    scope: Scope,
    one: bool,
    pick: &mut dyn FnMut(&Rule, u32) -> bool,
) -> Result<u32, Fail> {
    let room = nlbox_sys::memory::map(ROOM).unwrap_or_default();
    let mut tx = [0; 32];
    let mut last = Error::Interrupted;
    for _ in 0..TRIES {
        let asked = conn.get(&mut batch::generation(&mut tx)).map(|m| batch::generation_of(&m));
        let mut m = batch::begin(room, *asked.as_ref().unwrap_or(&0));
        let (mut gone, mut n) = (0_u32, 0_u32);
        // Of IPv4 and of IPv6.
        let (mut touched, mut left) = ([false; 2], [false; 2]);
        let done = asked.and_then(|_| {
            pass(conn, Scope::ALL, &mut |rule, _| {
                let mut picked = false;
                if scope.has(rule) {
                    n = n.saturating_add(1);
                    picked = !(one && gone > 0) && pick(rule, n);
                }
                let flags = if picked { &mut touched } else { &mut left };
                let [v4, v6] = flags;
                *(if rule.family == af::AF_INET6 { v6 } else { v4 }) = true;
                if picked {
                    gone = gone.saturating_add(1);
                    batch::delete(&mut m, rule);
                }
            })
        });
        let done = match done {
            Ok(()) if gone == 0 => return Ok(0),
            Ok(()) => {
                for ((touched, left), family) in touched.iter().zip(left).zip([af::AF_INET, af::AF_INET6]) {
                    if *touched && !left {
                        batch::drop_table(&mut m, family);
                    }
                }
                batch::end(&mut m);
                conn.request(&mut m)
            }
            e => e,
        };
        match done {
            Ok(()) => return Ok(gone),
            Err(e @ (Error::Interrupted | Error::Kernel(Errno(ERESTART)))) => last = e,
            Err(e) => return Err(failed(cx, conn, e)),
        }
    }
    Err(failed(cx, conn, last))
}
