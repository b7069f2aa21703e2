//! Ids of users and groups: what the files in /etc say of them, and the maps of a user namespace.

use crate::child::{NONE, WORDS, not_executed, number};
use crate::report::{Done, Fail};
use crate::{Ctx, accounts, lines};
use core::ffi::CStr;
use nlbox_core::spec::Account;
use nlbox_core::text::num::dec;
use nlbox_sys::errno::Errno;
use nlbox_sys::fd::{CBuf, first, write_file};
use nlbox_sys::process::{ArgvBuf, execvp, geteuid};

/// Users, or groups.
pub struct Side {
    /// The map's file in `/proc/PID`.
    pub map: &'static str,
    /// What is said of a name that is none.
    unknown: &'static str,
    /// Whose names are asked.
    account: Account,
    /// The ids that a user may map.
    sub: &'static CStr,
    /// What is said when there are none.
    nothing: &'static str,
    /// The program that maps them for the user.
    program: &'static CStr,
}

/// Users.
pub static USERS: Side = Side {
    map: "uid_map",
    unknown: crate::child::UID,
    account: Account::User,
    sub: c"/etc/subuid",
    nothing: "no line matching user \"%\" in /etc/subuid",
    program: c"newuidmap",
};

/// Groups.
pub static GROUPS: Side = Side {
    map: "gid_map",
    unknown: crate::child::GID,
    account: Account::Group,
    sub: c"/etc/subgid",
    nothing: "no line matching user \"%\" in /etc/subgid",
    program: c"newgidmap",
};

/// Ids from `outer` on appear inside from `inner` on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Range {
    /// The first one outside.
    pub outer: u32,
    /// The first one inside.
    pub inner: u32,
    /// How many.
    pub count: u32,
}

/// A part of `OUTER,INNER,COUNT`, or of a line of /etc/passwd and kin.
fn field(line: &[u8], n: usize) -> &[u8] {
    line.split(|b| matches!(b, b':' | b',')).nth(n).unwrap_or_default()
}

/// An id by its number or by a name of /etc.
pub fn named(cx: &mut Ctx<'_>, side: &Side, word: &[u8]) -> Result<u32, Fail> {
    match accounts::number(side.account, word) {
        None | Some(NONE) => Err(cx.err.applet(side.unknown, word, 0)),
        Some(id) => Ok(id),
    }
}

/// `OUTER,INNER,COUNT`, `INNER:OUTER:COUNT` as util-linux writes it from 2.39 on, or `auto` for the first ids that are
/// this user's to map.
pub fn range(cx: &mut Ctx<'_>, side: &Side, word: &[u8]) -> Result<Range, Fail> {
    let mut numbers = [0, 1, 2].map(|n| number(field(word, n)));
    let mut whole = field(word, 3).is_empty();
    if nlbox_core::bytes::has(word, b':') {
        numbers.swap(0, 1);
    }
    if word == b"auto" {
        let id = geteuid();
        let (digits, name) = (dec(u64::from(id)), accounts::name(Account::User, id));
        let (id, name) = (digits.as_bytes(), name.as_deref().unwrap_or(digits.as_bytes()));
        let mut found = false;
        let _ = lines::each(side.sub, &mut |line: &[u8]| {
            let who = field(line, 0);
            if !found && (who == name || who == id) {
                // NAME:OUTER:COUNT
                (found, whole) = (true, field(line, 3).is_empty());
                numbers = [number(field(line, 1)), 0, number(field(line, 2))];
            }
        });
        if !found {
            return Err(cx.err.applet(side.nothing, name, 0));
        }
    }
    let [outer, inner, count] = numbers;
    if numbers.contains(&NONE) || count == 0 || !whole {
        return Err(cx.err.applet("could not parse mapping '%'", word, 0));
    }
    Ok(Range { outer, inner, count })
}

/// A map as the kernel reads it: a line `inner outer count` for each range.
pub type Map = heapless::Vec<u8, 512>;

fn add(map: &mut Map, numbers: [u32; 3]) {
    for n in numbers {
        // Four lines of three numbers always fit.
        let _ = map.extend_from_slice(dec(u64::from(n)).as_bytes());
        let _ = map.push(b' ');
    }
    if let Some(end) = map.last_mut() {
        *end = b'\n';
    }
}

/// The map of one id alone (`one`, and `me` outside; [`NONE`] for none), a range (none when its count is 0), or both:
/// then the range leaves out both ids of the one and closes up, as the user's own id may be mapped but once.
#[must_use]
pub fn map(one: u32, me: u32, range: Range) -> Map {
    let mut map = Map::new();
    let Range { mut outer, mut inner, count } = range;
    let (inner_end, outer_end) = (inner.saturating_add(count), outer.saturating_add(count));
    let mut hole = NONE;
    if one != NONE {
        add(&mut map, [one, me, 1]);
        hole = me;
    }
    while inner < inner_end && outer < outer_end {
        let len = room(inner, one, inner_end).min(room(outer, hole, outer_end));
        if len > 0 {
            add(&mut map, [inner, outer, len]);
        }
        inner = inner.saturating_add(len);
        outer = outer.saturating_add(len);
        inner = inner.saturating_add(u32::from(inner == one));
        outer = outer.saturating_add(u32::from(outer == hole));
    }
    map
}

/// How far it is from `at` to `hole` or, if that is not on the way, to `end`.
fn room(at: u32, hole: u32, end: u32) -> u32 {
    let stop = if hole >= at { hole.min(end) } else { end };
    stop.saturating_sub(at)
}

/// Writes `bytes` to `/proc/PID/NAME`.
///
/// Given a `side`, the bytes are its map: where this user may not write it, newuidmap(1) or newgidmap(1) may, and this
/// process becomes that program.
pub fn write(cx: &mut Ctx<'_>, pid: &[u8], name: &str, bytes: &[u8], side: Option<&Side>) -> Done {
    let mut path = CBuf::<64>::new();
    let path = path.join(&[b"/proc/", pid, b"/", name.as_bytes()]).unwrap_or_default();
    let Err(errno) = write_file(path, bytes) else { return Ok(()) };
    let (what, errno) = match (errno, side) {
        (Errno::EPERM, Some(side)) => return Err(delegate(cx, side, pid, bytes)),
        // A missing /proc is the usual reason on a small machine.
        (Errno::ENOENT, _) => ("cannot open %: id maps and clock offsets need /proc", 0),
        (errno, _) => ("write failed %", errno.0),
    };
    Err(cx.err.applet(what, path.to_bytes(), errno))
}

fn delegate(cx: &mut Ctx<'_>, side: &Side, pid: &[u8], map: &[u8]) -> Fail {
    let mut words = Map::new();
    let _ = words.extend_from_slice(pid);
    let _ = words.push(0);
    for b in map {
        let _ = words.push(if *b > b' ' { *b } else { 0 });
    }
    let mut argv = ArgvBuf::<WORDS>::new();
    // There is room for all: thirteen at most.
    let _ = argv.push(side.program);
    let mut rest: &[u8] = &words;
    while let Some(word) = first(rest) {
        let _ = argv.push(word);
        rest = rest.get(word.to_bytes_with_nul().len()..).unwrap_or_default();
    }
    let errno = execvp(side.program, argv.argv());
    not_executed(cx, side.program.to_bytes(), errno)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(user: Option<(u32, u32)>, words: (u32, u32, u32), text: &str) {
        let (outer, inner, count) = words;
        let (one, me) = user.unwrap_or((NONE, 0));
        let map = map(one, me, Range { outer, inner, count });
        assert_eq!(core::str::from_utf8(&map), Ok(text));
    }

    // What unshare(1) of util-linux 2.38 hands to newuidmap(1).
    #[test]
    fn the_own_id_is_mapped_once() {
        check(None, (0, 0, 10), "0 0 10\n");
        check(Some((5, 0)), (1, 0, 10), "5 0 1\n0 1 5\n6 6 4\n");
        check(Some((5, 0)), (0, 0, 10), "5 0 1\n0 1 5\n6 6 4\n");
        check(Some((20, 0)), (5, 100, 10), "20 0 1\n100 5 10\n");
        check(Some((0, 0)), (0, 0, 10), "0 0 1\n1 1 9\n");
        check(Some((9, 0)), (0, 0, 10), "9 0 1\n0 1 9\n");
        check(Some((0, 0)), (0, 0, 1), "0 0 1\n");
        check(Some((7, 0)), (0, 5, 10), "7 0 1\n5 1 2\n8 3 7\n");
        check(Some((3, 65534)), (65530, 0, 10), "3 65534 1\n0 65530 3\n4 65533 1\n5 65535 5\n");
        check(Some((8, 65534)), (65530, 0, 10), "8 65534 1\n0 65530 4\n4 65535 4\n9 65539 1\n");
        check(Some((8, 65534)), (65525, 5, 10), "8 65534 1\n5 65525 3\n9 65528 6\n");
    }

    #[test]
    fn ends_at_the_last_id() {
        check(Some((0, u32::MAX)), (u32::MAX, 0, u32::MAX), "0 4294967295 1\n");
        check(Some((1, 2)), (3, u32::MAX, 9), "1 2 1\n");
    }
}
