//! Directories, read with getdents64(2) into room that the caller lends.
#![allow(unsafe_code)]

use crate::call::call3;
use crate::cbuf::first;
use crate::errno::{Errno, check_len, retry};
use crate::fd::{Fd, OFlags, open, open_at};
use core::ffi::CStr;

/// An open directory.
pub struct Dir(Fd);

/// One name in a directory.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Entry<'b> {
    /// The name, without a NUL; `.` and `..` come too.
    pub name: &'b [u8],
    /// The inode's number.
    pub ino: u64,
    /// `DT_DIR` and kin as in readdir(3), or 0 where the file system does not say.
    pub kind: u8,
}

/// The names of one filling of the buffer, in the directory's own order.
pub struct Entries<'b>(&'b [u8]);

impl Dir {
    /// `open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)`
    pub fn open(path: &CStr) -> Result<Dir, Errno> {
        open(path, OFlags::RDONLY | OFlags::DIRECTORY, 0).map(Dir)
    }

    /// `openat(dir, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)`
    pub fn open_at(dir: &Fd, path: &CStr) -> Result<Dir, Errno> {
        open_at(dir, path, OFlags::RDONLY | OFlags::DIRECTORY, 0).map(Dir)
    }

    /// The descriptor, for flock(2) or `open_at`.
    pub fn as_fd(&self) -> &Fd {
        &self.0
    }

    /// `getdents64(fd, buf, len)`: the next names, as many as `buf` has room for; `None` after the last.
    ///
    /// `EINVAL`: `buf` is too small for one name; 280 bytes hold any.
    pub fn read<'b>(&mut self, buf: &'b mut [u8]) -> Result<Option<Entries<'b>>, Errno> {
        let len = retry(|| {
            // SAFETY: the kernel writes at most buf.len() bytes into buf.
            check_len(unsafe { call3(libc::SYS_getdents64, self.0.raw(), buf.as_mut_ptr(), buf.len()) })
        })?;
        Ok(if len == 0 { None } else { buf.get(..len).map(Entries) })
    }
}

impl<'b> Iterator for Entries<'b> {
    type Item = Entry<'b>;

    // struct linux_dirent64 of getdents64(2): ino u64, off i64, reclen u16, type u8, then the name.
    fn next(&mut self) -> Option<Entry<'b>> {
        let (ino, rest) = self.0.split_first_chunk::<8>()?;
        let (_off, rest) = rest.split_first_chunk::<8>()?;
        let (reclen, rest) = rest.split_first_chunk::<2>()?;
        let (kind, _) = rest.split_first()?;
        let (record, next) = self.0.split_at_checked(usize::from(u16::from_ne_bytes(*reclen)))?;
        let name = first(record.get(19..)?)?.to_bytes();
        self.0 = next;
        Some(Entry { name, ino: u64::from_ne_bytes(*ino), kind: *kind })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::vec::Vec;

    #[test]
    fn same_names_as_std() {
        let mut dir = Dir::open(c"/proc/self/ns").unwrap();
        let mut buf = [0; 280];
        let mut ours = BTreeSet::<Vec<u8>>::new();
        let mut fillings = 0;
        while let Some(entries) = dir.read(&mut buf).unwrap() {
            ours.extend(entries.filter(|e| e.name != b"." && e.name != b"..").map(|e| e.name.to_vec()));
            fillings += 1;
        }
        let theirs = std::fs::read_dir("/proc/self/ns").unwrap();
        let theirs = theirs.map(|e| e.unwrap().file_name().into_encoded_bytes()).collect();
        assert_eq!(ours, theirs);
        assert!(ours.contains(&b"net"[..]));
        assert!(fillings > 1);
    }

    #[test]
    fn errors_and_damage() {
        assert_eq!(Dir::open(c"/nlbox-not-there").err(), Some(Errno::ENOENT));
        assert_eq!(Dir::open(c"/proc/self/status").err(), Some(Errno::ENOTDIR));
        let mut dir = Dir::open(c"/proc/self").unwrap();
        assert_eq!(dir.read(&mut [0; 8]).err(), Some(Errno::EINVAL));
        assert_eq!(Entries(&[0; 40]).next(), None);
        assert_eq!(Entries(&[1; 10]).next(), None);
    }
}
