//! Ids of users and groups: what the files in /etc say of them, and the maps of a user namespace.

use crate::Ctx;
use crate::child::{WORDS, id, not_executed};
use crate::report::{Done, Fail};
use core::ffi::CStr;
use nlbox_core::text::num::{dec, parse_u64_base};
use nlbox_sys::errno::Errno;
use nlbox_sys::fd::{CBuf, read_file, write_file};
use nlbox_sys::process::{ArgvBuf, execvp, geteuid};

/// As much of a file in /etc as is looked at.
const FILE: usize = 32768;

/// Users, or groups.
pub struct Side {
    /// `uid` or `gid`.
    pub word: &'static str,
    /// The map of this process.
    pub map: &'static CStr,
    /// Names and ids: the first and the third field of a line.
    names: &'static CStr,
    /// The ids that a user may map.
    sub: &'static CStr,
    /// The program that maps them for the user.
    program: &'static CStr,
}

/// Users.
pub static USERS: Side = Side {
    word: "uid",
    map: c"/proc/self/uid_map",
    names: c"/etc/passwd",
    sub: c"/etc/subuid",
    program: c"newuidmap",
};

/// Groups.
pub static GROUPS: Side = Side {
    word: "gid",
    map: c"/proc/self/gid_map",
    names: c"/etc/group",
    sub: c"/etc/subgid",
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

/// A field of a line of /etc/passwd and kin.
fn field(line: &[u8], n: usize) -> &[u8] {
    line.split(|b| *b == b':').nth(n).unwrap_or(b"")
}

/// The first line of a file whose field `n` is one of `keys`.
fn find<'b>(buf: &'b mut [u8], path: &CStr, n: usize, keys: &[&[u8]]) -> Option<&'b [u8]> {
    let text = read_file(path, buf).ok()?;
    text.split(|b| *b == b'\n').find(|line| !line.is_empty() && keys.contains(&field(line, n)))
}

fn number(word: &[u8]) -> Option<u32> {
    parse_u64_base(word, 10).and_then(|n| u32::try_from(n).ok())
}

/// An id by its number or by a name of /etc.
pub fn named(cx: &mut Ctx<'_>, side: &Side, word: &[u8]) -> Result<u32, Fail> {
    let mut buf = [0; FILE];
    let line = if number(word).is_none() { find(&mut buf, side.names, 0, &[word]) } else { None };
    id(cx, side.word, line.map_or(word, |l| field(l, 2)))
}

/// `OUTER,INNER,COUNT`, or `auto` for the first ids that are this user's to map.
pub fn range(cx: &mut Ctx<'_>, side: &Side, word: &[u8]) -> Result<Range, Fail> {
    if word == b"auto" {
        return auto(cx, side);
    }
    let mut values = [0; 3];
    let parts = word.split(|b| *b == b',');
    let count = parts.clone().count();
    if count < 3 {
        let n = dec(u64::try_from(count).unwrap_or(0));
        return Err(cx.err.applet(&[b"mapping '", word, b"' contains only ", n.as_bytes(), b" elements"], 0));
    }
    if count > 3 {
        return Err(cx.err.applet(&[b"too many elements for mapping '", word, b"'"], 0));
    }
    for (part, value) in parts.zip(&mut values) {
        *value = number(part).ok_or_else(|| cx.err.applet(&[b"could not parse ID: '", part, b"'"], 0))?;
    }
    let [outer, inner, count] = values;
    Ok(Range { outer, inner, count })
}

fn auto(cx: &mut Ctx<'_>, side: &Side) -> Result<Range, Fail> {
    let id = dec(u64::from(geteuid()));
    let (mut buf, mut sub) = ([0; FILE], [0; FILE]);
    let name = find(&mut buf, USERS.names, 2, &[id.as_bytes()]).map_or(id.as_bytes(), |l| field(l, 0));
    let path = side.sub.to_bytes();
    let Some(line) = find(&mut sub, side.sub, 0, &[name, id.as_bytes()]) else {
        return Err(cx.err.applet(&[b"no line matching user \"", name, b"\" in ", path], 0));
    };
    match (number(field(line, 1)), number(field(line, 2))) {
        (Some(outer), Some(count)) => Ok(Range { outer, inner: 0, count }),
        _ => Err(cx.err.applet(&[b"failed to parse subid map: '", line, b"'"], 0)),
    }
}

/// A map as the kernel reads it: a line `inner outer count` for each range.
pub type Map = heapless::Vec<u8, 512>;

fn line(map: &mut Map, inner: u32, outer: u32, count: u32) {
    for (n, end) in [(inner, b' '), (outer, b' '), (count, b'\n')] {
        // Four lines of three numbers always fit.
        let _ = map.extend_from_slice(dec(u64::from(n)).as_bytes());
        let _ = map.push(end);
    }
}

/// The map of one id alone (`single`, inside and outside), a range, or both: then the range leaves out both ids of
/// the one and closes up, as the user's own id may be mapped but once.
#[must_use]
pub fn map(single: Option<(u32, u32)>, range: Option<Range>) -> Map {
    let mut map = Map::new();
    if let Some((inner, outer)) = single {
        line(&mut map, inner, outer, 1);
    }
    let Some(Range { mut outer, mut inner, count }) = range else { return map };
    let (inner_end, outer_end) = (inner.saturating_add(count), outer.saturating_add(count));
    let (inner_hole, outer_hole) = single.unwrap_or((u32::MAX, u32::MAX));
    if single.is_none() {
        line(&mut map, inner, outer, count);
        return map;
    }
    // u32::MAX is no id.
    while inner < inner_end && outer < outer_end {
        if inner == inner_hole || outer == outer_hole {
            inner = inner.saturating_add(u32::from(inner == inner_hole));
            outer = outer.saturating_add(u32::from(outer == outer_hole));
            continue;
        }
        let room = |at: u32, hole: u32, end: u32| {
            let stop = if hole > at { hole.min(end) } else { end };
            stop.saturating_sub(at)
        };
        let len = room(inner, inner_hole, inner_end).min(room(outer, outer_hole, outer_end));
        line(&mut map, inner, outer, len);
        inner = inner.saturating_add(len);
        outer = outer.saturating_add(len);
    }
    map
}

/// Reports a file of /proc that could not be written.
fn refused(cx: &mut Ctx<'_>, path: &CStr, errno: Errno) -> Fail {
    // A missing /proc is the usual reason on a small machine.
    let why: &[u8] = if errno == Errno::ENOENT { b" (is /proc mounted?)" } else { b"" };
    cx.err.applet(&[b"write failed ", path.to_bytes(), why], errno.0)
}

/// Writes a file of /proc; the error names it.
pub fn write(cx: &mut Ctx<'_>, path: &CStr, bytes: &[u8]) -> Done {
    write_file(path, bytes).map_err(|errno| refused(cx, path, errno))
}

/// Gives the map of process `pid` to the kernel. Where this user may not do that, newuidmap(1) or newgidmap(1) may:
/// then this process becomes that program.
pub fn install(cx: &mut Ctx<'_>, side: &Side, pid: &[u8], map: &Map) -> Done {
    let mut path = CBuf::<64>::new();
    let path = path.join(&[b"/proc/", pid, b"/", side.word.as_bytes(), b"_map"]).unwrap_or(side.map);
    match write_file(path, map) {
        Ok(()) => Ok(()),
        Err(Errno::EPERM) => Err(delegate(cx, side, pid, map)),
        Err(errno) => Err(refused(cx, path, errno)),
    }
}

fn delegate(cx: &mut Ctx<'_>, side: &Side, pid: &[u8], map: &Map) -> Fail {
    let mut words = Map::new();
    let _ = words.extend_from_slice(pid);
    let _ = words.push(0);
    let _ = words.extend_from_slice(map);
    words.iter_mut().filter(|b| b.is_ascii_whitespace()).for_each(|b| *b = 0);
    let mut argv = ArgvBuf::<WORDS>::new();
    let mut pushed = argv.push(side.program);
    let mut rest: &[u8] = &words;
    while let (Ok(()), Ok(word)) = (pushed, CStr::from_bytes_until_nul(rest)) {
        pushed = argv.push(word);
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
        let map = map(user, Some(Range { outer, inner, count }));
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
