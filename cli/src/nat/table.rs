//! The conversation with nf_tables: changes, each one atomic batch, and passes over the rules.

use crate::Ctx;
use crate::host::Socket;
use crate::report::{Done, Fail};
use nlbox_core::closures;
use nlbox_core::conn::{Conn, Errno, Error};
use nlbox_core::nft::rule::Rule;
use nlbox_core::nft::{ERESTART, NETLINK_NETFILTER, batch};
use nlbox_core::text::ip::af;

/// How often a change is made anew when others change the tables meanwhile.
const TRIES: u32 = 64;
/// Room for the answers, and for a batch: a thousand deletions.
const ROOM: usize = 65536;

/// The kernel refused.
const REFUSED: Fail = Fail(4);

/// A table, a chain or an expression that is not there.
const ENOENT: i32 = 2;
// What a kernel without nfnetlink, and one without nf_tables, answers to a list and to a change.
const EPROTONOSUPPORT: i32 = 93;
const EINVAL: i32 = 22;
const EOPNOTSUPP: i32 = 95;

/// Which rules are meant, and numbered from 1 on.
#[derive(Clone, Copy)]
pub(crate) struct Scope {
    /// `AF_INET`, `AF_INET6`, or 0 for both.
    pub(crate) family: u8,
    /// Number of the chain; [`ALL_CHAINS`] for all.
    pub(crate) chain: u8,
}

/// In a [`Scope`].
pub(crate) const ALL_CHAINS: u8 = u8::MAX;

static FAMILIES: [u8; 2] = [af::AF_INET, af::AF_INET6];

impl Scope {
    /// All rules.
    pub(crate) const ALL: Scope = Scope { family: 0, chain: ALL_CHAINS };

    fn has(self, rule: &Rule) -> bool {
        (self.family == 0 || self.family == rule.family)
            && (self.chain == ALL_CHAINS || self.chain == rule.chain)
    }
}

closures! {
    pub(crate) trait Run(cx: &mut Ctx<'_>, conn: &mut Conn<'_>) -> Done;
    pub(crate) trait Each(cx: &mut Ctx<'_>, rule: &Rule, n: u32);
    pub(crate) trait Pick(rule: &Rule, n: u32) -> bool;
}

/// Runs `run` with a conversation with netfilter.
pub(crate) fn talk(cx: &mut Ctx<'_>, run: &mut dyn Run) -> Done {
    let mut socket = Socket::new(NETLINK_NETFILTER);
    let rx = nlbox_sys::memory::map(ROOM).unwrap_or_default();
    run.call(cx, &mut Conn::new(&mut socket, rx))
}

/// Says why it failed.
fn failed(cx: &mut Ctx<'_>, conn: &mut Conn<'_>, e: Error) -> Fail {
    match e {
        Error::Kernel(Errno(n)) | Error::Os(Errno(n)) => {
            let _ = cx.err.system(&[cx.err.program.as_bytes()], n);
            let what = match n {
                ENOENT => {
                    "all of nf_tables that this wants: nft_chain_nat, nft_masq, nft_nat, nft_redir, nft_fib"
                }
                EPROTONOSUPPORT => "nf_tables",
                // It may be the rule.
                EINVAL | EOPNOTSUPP if conn.get(&mut batch::generation(&mut [0; 32])).is_err() => "nf_tables",
                _ => return REFUSED,
            };
            cx.err.say_of("This kernel does not have %.", what.as_bytes());
        }
        e => {
            let _ = cx.err.net(e, conn, None);
        }
    }
    REFUSED
}

/// Takes `step` anew as long as others change the tables meanwhile; says why it failed.
fn settle(
    cx: &mut Ctx<'_>,
    conn: &mut Conn<'_>,
    step: &mut dyn FnMut(&mut Ctx<'_>, &mut Conn<'_>) -> Result<(), Error>,
) -> Done {
    let mut done = Ok(());
    for _ in 0..TRIES {
        done = step(cx, conn);
        if !matches!(done, Err(Error::Interrupted | Error::Kernel(Errno(ERESTART)))) {
            break;
        }
    }
    done.map_err(|e| failed(cx, conn, e))
}

/// Adds `rule` to each of `chains`, of both families where it names none, in front of the rule with handle `before` as
/// [`batch::add`] does: all of it or nothing. `false` when `rival` picked a rule of the first chain: then nothing was
/// added; no rule of others can come between that look and the change.
pub(crate) fn add(
    cx: &mut Ctx<'_>,
    conn: &mut Conn<'_>,
    rule: &mut Rule,
    chains: &[u8],
    before: Option<u64>,
    rival: Option<&dyn Fn(&Rule) -> bool>,
) -> Result<bool, Fail> {
    let room = nlbox_sys::memory::map(ROOM).unwrap_or_default();
    let asked = rule.family;
    let scope = Scope { family: asked, chain: chains.first().copied().unwrap_or(ALL_CHAINS) };
    let mut free = true;
    settle(cx, conn, &mut |_, conn| {
        let mut m = batch::begin(room, if rival.is_some() { generation(conn)? } else { 0 });
        if let Some(rival) = rival {
            free = true;
            pass(conn, scope, &mut |old, _| free &= !rival(old))?;
            if !free {
                return Ok(());
            }
        }
        for chain in chains {
            rule.chain = *chain;
            for family in &FAMILIES {
                if asked == 0 || asked == *family {
                    rule.family = *family;
                    batch::add(&mut m, rule, before);
                }
            }
        }
        rule.family = asked;
        batch::end(&mut m);
        conn.request(&mut m)
    })?;
    Ok(free)
}

/// The generation that the tables are of now.
fn generation(conn: &mut Conn<'_>) -> Result<u32, Error> {
    Ok(batch::generation_of(&conn.get(&mut batch::generation(&mut [0; 32]))?))
}

/// One pass over the rules of `scope`, with their numbers.
fn pass(conn: &mut Conn<'_>, scope: Scope, each: &mut dyn FnMut(&Rule, u32)) -> Result<(), Error> {
    let mut tx = [0; 64];
    let mut rule = Rule::new(0);
    let mut n = 0_u32;
    // Asked for both at once, the kernel stops behind the first table of that name.
    for family in &FAMILIES {
        if scope.family != 0 && scope.family != *family {
            continue;
        }
        let mut dump = conn.dump(&mut batch::rules(&mut tx, *family))?;
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
#[inline(never)]
pub(crate) fn walk(cx: &mut Ctx<'_>, conn: &mut Conn<'_>, scope: Scope, each: &mut dyn Each) -> Done {
    settle(cx, conn, &mut |cx, conn| {
        each.call(cx, &Rule::new(0), 0);
        pass(conn, scope, &mut |rule, n| each.call(cx, rule, n))
    })
}

/// Takes out the rules of `scope` that `pick` picks (`one`: the first of them), and the table with its last rule; tells
/// how many they were. A change by others meanwhile makes it look anew.
pub(crate) fn remove(
    cx: &mut Ctx<'_>,
    conn: &mut Conn<'_>,
    scope: Scope,
    one: bool,
    pick: &mut dyn Pick,
) -> Result<u32, Fail> {
    let room = nlbox_sys::memory::map(ROOM).unwrap_or_default();
    let mut gone = 0_u32;
    settle(cx, conn, &mut |_, conn| {
        let mut m = batch::begin(room, generation(conn)?);
        let mut n = 0_u32;
        gone = 0;
        for family in &FAMILIES {
            let (before, mut left) = (gone, false);
            pass(conn, Scope { family: *family, ..Scope::ALL }, &mut |rule, _| {
                let ours = scope.has(rule) && !(one && gone > 0);
                n = n.saturating_add(ours.into());
                if ours && pick.call(rule, n) {
                    gone = gone.saturating_add(1);
                    batch::delete(&mut m, rule);
                } else {
                    left = true;
                }
            })?;
            if gone > before && !left {
                batch::drop_table(&mut m, *family);
            }
        }
        if gone == 0 {
            return Ok(());
        }
        batch::end(&mut m);
        conn.request(&mut m)
    })?;
    Ok(gone)
}
