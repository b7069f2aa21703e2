//! `ip neigh`.

use crate::grammar::Object;
use crate::report::USAGE;

/// `ip neigh`.
pub static OBJECT: Object =
    Object { name: "neigh", about: "neighbours: ARP and NDP", verbs: &[], default: |_, _| Err(USAGE) };
