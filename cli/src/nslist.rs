//! The kinds of namespaces, for `unshare` and `nsenter`.

use nlbox_core::text::cut;
use nlbox_sys::ns::CloneFlags;

/// A kind of namespace.
pub struct Kind {
    /// The letter that stands for it on a command line.
    pub letter: u8,
    /// The flag of unshare(2) and setns(2).
    pub flag: CloneFlags,
    /// Its file in `/proc/PID`; where a process is not in its newest one itself, the file of its children.
    pub file: &'static str,
}

impl Kind {
    /// The file of the namespace that a process is in itself.
    #[must_use]
    pub fn own(&self) -> &'static str {
        cut(self.file, b'_').0
    }
}

/// How many kinds there are.
pub const COUNT: usize = 8;

/// All kinds, in the order in which they are bound and entered: the first is the user namespace.
pub static KINDS: [Kind; COUNT] = [
    Kind { letter: b'U', flag: CloneFlags::NEWUSER, file: "ns/user" },
    Kind { letter: b'C', flag: CloneFlags::NEWCGROUP, file: "ns/cgroup" },
    Kind { letter: b'i', flag: CloneFlags::NEWIPC, file: "ns/ipc" },
    Kind { letter: b'u', flag: CloneFlags::NEWUTS, file: "ns/uts" },
    Kind { letter: b'n', flag: CloneFlags::NEWNET, file: "ns/net" },
    Kind { letter: b'p', flag: CloneFlags::NEWPID, file: "ns/pid_for_children" },
    Kind { letter: b'm', flag: CloneFlags::NEWNS, file: "ns/mnt" },
    Kind { letter: b'T', flag: CloneFlags::NEWTIME, file: "ns/time_for_children" },
];
