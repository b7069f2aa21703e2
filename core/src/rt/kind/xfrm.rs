//! xfrm: a link for the policies and states of one interface id (`IFLA_XFRM_*`, `linux/if_link.h`).

use crate::attrs;
use crate::rt::kind::{LinkKind, Says};
use crate::wire::build::Build;

attrs! {
    /// `IFLA_XFRM_*`.
    pub mod data = "xfrm" {
        3 COLLECT_METADATA: Flag, Kind::Flag, "external", EXACT;
        1 LINK: u32, Kind::IfIndex, "dev", WRITE;
        2 IF_ID: u32, Kind::Hex(Int::U32), "if_id|||if_id value is invalid", NONZERO;
    }
}

/// The kind.
pub const KIND: LinkKind = LinkKind {
    data: Some(&data::SET),
    says: Says::Nothing,
    check: Some(check),
    ..LinkKind::new("xfrm", "a link for the policies and states of one interface id")
};

fn check(options: &mut Build<'_>, _: bool) -> Option<&'static str> {
    let id = !options.lacks(data::IF_ID.ty());
    if options.lacks(data::COLLECT_METADATA.ty()) {
        return (!id).then_some("!Error: argument \"IF_ID\" is required");
    }
    let more = id || !options.lacks(data::LINK.ty());
    more.then_some("xfrmi: both 'external' and if_id/link cannot be specified")
}
