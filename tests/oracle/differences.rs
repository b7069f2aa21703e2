//! Where nlbox may differ from the installed iproute2, and why: nowhere else.

/// A difference that is meant.
pub(crate) struct Difference {
    /// The command lines it is met on, `|` between patterns, `*` for any text.
    pub(crate) on: &'static str,
    /// The iproute2 that does as we do; [`NEVER`] when it is our own choice.
    pub(crate) since: (u32, u32),
    pub(crate) what: What,
    /// A state and a command line that show it: when they no longer do, the entry is stale and must go.
    pub(crate) example: (&'static str, &'static str),
    pub(crate) why: &'static str,
}

/// How an expected output is changed into ours.
#[allow(dead_code, reason = "the forms an entry may take, not all in use at every time")]
pub(crate) enum What {
    /// Standard output: this text, and ours for it.
    Out(&'static str, &'static str),
    /// Standard error: this text, and ours for it.
    Err(&'static str, &'static str),
    /// From a line `Usage:` on, the words are ours: only what stands before is compared, and that we say something.
    Usage,
    /// Ours explains more behind the first line of standard error.
    FirstLine,
    /// Not compared at all.
    Free,
}

/// No iproute2 does so.
pub(crate) const NEVER: (u32, u32) = (u32::MAX, 0);

use What::{Err, Free, Usage};

pub(crate) const DIFFERENCES: &[Difference] = &[
    Difference {
        on: "*",
        since: NEVER,
        what: Usage,
        example: ("fresh", "link help"),
        why: "help texts are our own",
    },
    Difference {
        on: "-V*",
        since: NEVER,
        what: Free,
        example: ("fresh", "-V"),
        why: "our own name and version",
    },
    Difference {
        on: "*",
        since: (7, 0),
        what: Err(" is a garbage.", " is garbage."),
        example: ("base", "link set dev v0 dev v1"),
        why: "7.x mended the wording",
    },
    Difference {
        on: "netns *",
        since: NEVER,
        what: Err("file \"/run/netns/", "file \"/var/run/netns/"),
        example: ("base", "netns del x"),
        why: "Debian builds with /run/netns; iproute2 itself says /var/run/netns, the same directory",
    },
];
