//! ifb: queues on the way out what was on its way in.

use crate::rt::kind::LinkKind;

/// The kind.
pub static KIND: LinkKind = LinkKind::new("ifb", "shapes what comes in as if it went out");
