//! A network namespace as commands name it: by NAME, PID or PATH.

use nlbox_core::text::num;
use nlbox_sys::errno::Errno;
use nlbox_sys::fd::{CBuf, Fd, OFlags, open as open_file};

/// Where named namespaces are kept.
pub const DIR: &[u8] = b"/var/run/netns/";

/// A namespace found.
pub enum NsRef {
    /// By a file: of its name, or at a path.
    Fd(Fd),
    /// By a process that lives in it; nothing has been asked of `/proc`.
    Pid(u32),
}

/// Finds the namespace that `word` means: a word with a `/` is a path; any other is a name and, when there is none of
/// that name, the number of a process.
///
/// # Errors
/// Why the file of that path or name cannot be opened.
pub fn open(word: &[u8]) -> Result<NsRef, Errno> {
    let mut path = CBuf::<512>::new();
    let dir: &[u8] = if word.contains(&b'/') { b"" } else { DIR };
    match open_file(path.join(&[dir, word])?, OFlags::RDONLY, 0) {
        Ok(fd) => Ok(NsRef::Fd(fd)),
        Err(e) => num::parse_u32(word).map(NsRef::Pid).ok_or(e),
    }
}
