//! Network namespaces by name.

use crate::Ctx;
use crate::grammar::Object;
use crate::report::{Done, Fail, USAGE};

/// `ip netns`.
pub static OBJECT: Object =
    Object { name: "netns", about: "network namespaces", verbs: &[], default: |_, _| Err(USAGE) };

/// `-n`: goes into a namespace.
pub fn enter(cx: &mut Ctx<'_>, name: &[u8]) -> Result<(), Fail> {
    let _: Done = Ok(());
    Err(cx.err.usage(&[b"Cannot open network namespace \"", name, b"\""]))
}

/// The name of the namespace with id `nsid` here, for `link-netns NAME`.
pub fn name_of_id(
    _page: &mut crate::Page<'_>,
    _nsid: i32,
    _put: &mut dyn FnMut(&mut crate::Page<'_>, &[u8]),
) -> bool {
    false
}
