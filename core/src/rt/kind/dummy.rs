//! dummy: drops what it is given.

use crate::rt::kind::LinkKind;

/// The kind.
pub static KIND: LinkKind = LinkKind::new("dummy", "drops what it is given");
