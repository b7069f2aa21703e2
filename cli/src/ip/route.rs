//! `ip route`.

use crate::grammar::Object;
use crate::report::USAGE;

/// `ip route`.
pub static OBJECT: Object = Object { name: "route", about: "routes", verbs: &[], default: |_, _| Err(USAGE) };
