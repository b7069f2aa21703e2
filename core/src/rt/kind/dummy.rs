//! dummy: drops what it is given.

use crate::rt::kind::LinkKind;

/// The kind.
pub static KIND: LinkKind = LinkKind { name: "dummy", about: "drops what it is given", data: None, bad: "" };
