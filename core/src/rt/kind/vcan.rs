//! vcan: a CAN bus without a wire.

use crate::rt::kind::LinkKind;

/// The kind.
pub static KIND: LinkKind = LinkKind::new("vcan", "a CAN bus without a wire");
