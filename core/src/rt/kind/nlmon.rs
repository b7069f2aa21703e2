//! nlmon: shows the netlink messages of the machine to a packet socket.

use crate::rt::kind::LinkKind;

/// The kind.
pub static KIND: LinkKind = LinkKind::new("nlmon", "a tap on netlink itself");
