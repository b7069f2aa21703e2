//! vxcan: veth for CAN frames (`linux/can/vxcan.h`).

use crate::rt::kind::LinkKind;
use crate::rt::kind::veth;

/// The kind; its one attribute has veth's number.
pub const KIND: LinkKind = LinkKind {
    data: veth::KIND.data,
    says: veth::KIND.says,
    ..LinkKind::new("vxcan", "veth for CAN frames")
};
