//! The names that an administrator gives to numbers: the files of iproute2, read when a name is wanted that the tables
//! in the binary do not hold.
//!
//! `/etc/iproute2/X`, or else `/usr/share/iproute2/X`; then what ends in `.conf` in `X.d` of both, but not what
//! /etc has under the same name. A line is `NUMBER NAME`, the number decimal or behind `0x`; a `#` begins a comment.

use crate::ip::netns::walk;
use crate::ip::nsref::Path;
use crate::records::Records;
use crate::{hosts, lines};
use nlbox_core::rt::names::{ADDR_PROTOCOLS, DSFIELDS, GROUPS, PROTOCOLS, REALMS, SCOPES, TABLES};
use nlbox_core::spec::Names;
use nlbox_core::text::ip::{self, Ip};
use nlbox_core::text::{nth, num};
use nlbox_sys::fd::Dir;

/// The tables that files add to; the first `WITH_DIR` have a folder.
static FILES: [&Names; COUNT] = [&TABLES, &PROTOCOLS, &ADDR_PROTOCOLS, &SCOPES, &REALMS, &DSFIELDS, &GROUPS];
/// The files' names.
const FILE_NAMES: &str = "rt_tables rt_protos rt_addrprotos rt_scopes rt_realms rt_dsfield group";
const COUNT: usize = 7;
const WITH_DIR: usize = 3;

/// In the order in which a main file is looked for.
const PLACES: [&[u8]; 2] = [b"/etc/iproute2/", b"/usr/share/iproute2/"];
/// What a folder's path has behind the file's.
const DIR: &[u8] = b".d/";

/// What the files say, as far as they have been read.
#[derive(Default)]
pub struct Files {
    read: [Option<Records>; COUNT],
    /// `-N`: numbers in place of names, and no file is read for one.
    pub numeric: bool,
    /// `-r`: the names of addresses.
    pub resolve: bool,
}

impl Files {
    /// The name of `v`.
    pub fn name(&mut self, names: &'static Names, v: u64) -> Option<&[u8]> {
        let (at, v) = (place(names), u32::try_from(v).ok()?);
        if at.is_some() && self.numeric {
            return None;
        }
        // A listing asks for thousands of numbers that have none.
        let read = at.and_then(|at| self.read.get(at)?.as_ref());
        if read.is_some_and(|records| !records.may_have(v)) {
            return None;
        }
        match names.name(v.into()) {
            Some(name) => Some(name.as_bytes()),
            None => self.records(at?)?.name(v),
        }
    }

    /// The number called `word`, in the binary or a file.
    pub fn known(&mut self, names: &'static Names, word: &[u8]) -> Option<u32> {
        names.number(word).or_else(|| {
            let records = self.records(place(names)?)?;
            records.find(&|_, name| name == word).map(|(id, _)| id)
        })
    }

    /// The number that `word` is or is called: digits are no reason to read a file.
    pub fn number(&mut self, names: &'static Names, word: &[u8]) -> Option<u32> {
        num::parse_u32(word).or_else(|| self.known(names, word))
    }

    /// Appends an address, or with `-r` the name that /etc/hosts has for it: DNS is never waited for.
    pub fn host(&self, ip: &Ip, text: &mut heapless::Vec<u8, 96>) {
        let mut name = hosts::Name::new();
        if self.resolve {
            hosts::name_of(ip, &mut name);
        }
        let digits = ip::print(ip);
        let _ = text.extend_from_slice(if name.is_empty() { digits.as_bytes() } else { &name });
    }

    #[inline(never)]
    fn records(&mut self, at: usize) -> Option<&Records> {
        let slot = self.read.get_mut(at)?;
        if slot.is_none() {
            let mut records = Records::default();
            FILES.get(at)?.iter().for_each(|(id, _)| records.mark(id));
            read(at, &mut records);
            *slot = Some(records);
        }
        slot.as_ref()
    }
}

fn place(names: &'static Names) -> Option<usize> {
    FILES.iter().position(|n| core::ptr::eq(*n, names))
}

fn read(at: usize, records: &mut Records) {
    let name = nth(FILE_NAMES, b' ', at);
    let mut file = |pieces: &[&[u8]]| {
        let mut tell = |line: &[u8]| {
            if let Some((id, name)) = row(line) {
                records.push(id, name);
            }
        };
        Path::new().join(pieces).and_then(|path| lines::each(path, &mut tell)).is_ok()
    };
    let name = name.as_bytes();
    let _ = PLACES.iter().any(|place| file(&[place, name]));
    if at >= WITH_DIR {
        return;
    }
    // What is read last has its way; of two files of one name, the first place's is read in both turns.
    for place in PLACES.iter().rev() {
        let Ok(dir) = Path::new().join(&[place, name, DIR]).and_then(Dir::open) else { continue };
        let _ = walk(dir, &mut |_, entry| {
            if entry.ends_with(b".conf") {
                let _ = PLACES.iter().any(|place| file(&[place, name, DIR, entry]));
            }
        });
    }
}

/// A line of a file: `NUMBER NAME`, and whatever follows.
#[must_use]
pub fn row(line: &[u8]) -> Option<(u32, &[u8])> {
    let mut rest = line;
    let number = lines::word(&mut rest)?;
    let (digits, base) = number.strip_prefix(b"0x").map_or((number, 10), |digits| (digits, 16));
    let number = num::parse_u64_base(digits, base)?;
    Some((u32::try_from(number).ok()?, lines::word(&mut rest)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows() {
        for (line, want) in [
            (&b"100 blue"[..], Some((100, &b"blue"[..]))),
            (b" \t0x64\tblue # a comment", Some((100, b"blue"))),
            (b"010 ten", Some((10, b"ten"))),
            (b"100", None),
            (b"#1 inr.ac", None),
            (b"", None),
            (b"4294967296 far", None),
            (b"-1 below", None),
            (b"\0\xff\x1b[2J 1", None),
        ] {
            assert_eq!(row(line), want, "{line:?}");
        }
    }

    #[test]
    fn what_the_binary_holds_needs_no_file() {
        let mut files = Files::default();
        assert_eq!(files.name(&TABLES, 254), Some(&b"main"[..]));
        assert_eq!((files.number(&TABLES, b"local"), files.number(&TABLES, b"0x10")), (Some(255), Some(16)));
        assert!(files.read.iter().all(Option::is_none));
        files.numeric = true;
        assert_eq!(files.name(&TABLES, 254), None);
        assert_eq!(files.name(&TABLES, 77), None);
        assert!(files.read.iter().all(Option::is_none));
    }
}
