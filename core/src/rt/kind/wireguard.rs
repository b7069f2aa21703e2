//! wireguard: keys and peers are set over generic netlink, not here.

use crate::rt::kind::LinkKind;

/// The kind.
pub static KIND: LinkKind = LinkKind::new("wireguard", "an encrypted tunnel");
