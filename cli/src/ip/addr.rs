//! `ip addr`.

use crate::grammar::Object;
use crate::report::USAGE;

/// `ip addr`.
pub static OBJECT: Object =
    Object { name: "addr", about: "addresses of links", verbs: &[], default: |_, _| Err(USAGE) };
