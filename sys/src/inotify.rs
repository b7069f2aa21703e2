//! Changes of a directory, as they happen: inotify(7).
#![allow(unsafe_code)]

use crate::call::{call1, call3};
use crate::errno::{Errno, check};
use crate::fd::Fd;
use core::ffi::CStr;

/// `inotify_init1(IN_CLOEXEC)`, `inotify_add_watch(fd, path, IN_CREATE | IN_DELETE)`: reads of the descriptor wait for
/// names that come into the directory or leave it.
pub fn names_of(path: &CStr) -> Result<Fd, Errno> {
    // SAFETY: a number only.
    let fd = Fd::made(check(unsafe { call1(libc::SYS_inotify_init1, libc::IN_CLOEXEC) })?)?;
    let names = libc::IN_CREATE | libc::IN_DELETE;
    // SAFETY: path is NUL-terminated.
    check(unsafe { call3(libc::SYS_inotify_add_watch, fd.raw(), path.as_ptr(), names) })?;
    Ok(fd)
}

/// The first of the events in `bytes`: whether a name came or left, the name, and the rest of the events.
///
/// `struct inotify_event` is watch, mask, cookie and length as u32, then a name of that length, padded with NULs.
#[must_use]
pub fn event(bytes: &[u8]) -> Option<(bool, &[u8], &[u8])> {
    let (head, rest) = bytes.split_first_chunk::<16>()?;
    let [_, _, _, _, mask @ .., _, _, _, _, a, b, c, d] = *head;
    let len = usize::try_from(u32::from_ne_bytes([a, b, c, d])).ok()?;
    let (name, rest) = rest.split_at_checked(len)?;
    let name = name.split(|b| *b == 0).next().unwrap_or(name);
    Some((u32::from_ne_bytes(mask) & libc::IN_CREATE != 0, name, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fd::CBuf;
    use std::string::ToString;

    #[test]
    fn names_that_come_and_go() {
        let pid = std::process::id().to_string();
        let dir = std::env::temp_dir();
        let mut path = CBuf::<256>::new();
        let path =
            path.join(&[dir.as_os_str().as_encoded_bytes(), b"/nlbox-inotify-", pid.as_bytes()]).unwrap();
        crate::fd::mkdir(path, 0o700).unwrap();
        let fd = names_of(path).unwrap();
        let file = std::path::Path::new(path.to_str().unwrap()).join("blue");
        std::fs::write(&file, "").unwrap();
        std::fs::remove_file(&file).unwrap();
        let mut buf = [0; 256];
        let len = fd.read(&mut buf).unwrap();
        let (came, name, rest) = event(&buf[..len]).unwrap();
        assert_eq!((came, name), (true, &b"blue"[..]));
        let (came, name, rest) = event(rest).unwrap();
        assert_eq!((came, name, rest.len()), (false, &b"blue"[..], 0));
        assert!(event(&buf[..15]).is_none());
        assert!(event(&buf[..20]).is_none());
        crate::fd::rmdir(path).unwrap();
        assert_eq!(names_of(path), Err(Errno::ENOENT));
    }
}
