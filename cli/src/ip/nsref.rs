//! A network namespace as commands name it: by NAME, PID or PATH.

use core::ffi::CStr;
use nlbox_core::text::{cut, num};
use nlbox_sys::errno::Errno;
use nlbox_sys::fd::{CBuf, Fd, OFlags, open as open_file};
use nlbox_sys::ns::pidfd_open;

/// Room for the path of a namespace.
pub type Path = CBuf<512>;

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
    let found = if nlbox_core::bytes::has(word, b'/') { file("%", word) } else { by_name(word) };
    match (found, num::parse_u32(word)) {
        (Err(Errno::ENOENT), Some(pid)) => Ok(NsRef::Pid(pid)),
        (found, _) => found.map(NsRef::Fd),
    }
}

/// Opens the namespace of this name.
///
/// # Errors
/// Those of open(2).
pub fn by_name(name: &[u8]) -> Result<Fd, Errno> {
    file(NAMED, name)
}

/// Where the namespace of a name is.
pub const NAMED: &str = "/var/run/netns/%";
/// Where the namespace of a process is.
pub const OF_PID: &str = "/proc/%/ns/net";

/// `pattern` with `word` in the place of `%`.
///
/// # Errors
/// Those of [`CBuf::join`].
pub fn fill<'p>(path: &'p mut Path, pattern: &str, word: &[u8]) -> Result<&'p CStr, Errno> {
    let (before, after) = cut(pattern, b'%');
    path.join(&[before.as_bytes(), word, after.unwrap_or("").as_bytes()])
}

/// Opens the file of that path.
///
/// # Errors
/// Those of open(2).
pub fn file(pattern: &str, word: &[u8]) -> Result<Fd, Errno> {
    // A name may be a FIFO: nothing is to wait for its other end.
    open_file(fill(&mut Path::new(), pattern, word)?, OFlags::RDONLY | OFlags::NONBLOCK, 0)
}

impl NsRef {
    /// What setns(2) takes. Without /proc the process itself will do (Linux 5.8).
    ///
    /// # Errors
    /// Why the namespace of the process cannot be opened.
    pub fn fd(self) -> Result<Fd, Errno> {
        match self {
            NsRef::Fd(fd) => Ok(fd),
            NsRef::Pid(pid) => {
                file(OF_PID, num::dec(u64::from(pid)).as_bytes()).or_else(|e| match e {
                    // Where there is no such process, ENOENT says it as well.
                    Errno::ENOENT => pidfd_open(i32::try_from(pid).unwrap_or(-1)).map_err(|_| e),
                    _ => Err(e),
                })
            }
        }
    }
}
