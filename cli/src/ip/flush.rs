//! Deleting what a dump lists.

use crate::{Ctx, Page};
use nlbox_core::conn::{Errno, Error};
use nlbox_core::wire::build::Build;
use nlbox_core::wire::header::Message;

const ENOENT: i32 = 2;
const ESRCH: i32 = 3;

/// Bytes of the longest message that is sent back to be deleted.
const COPY: usize = 1024;

/// Dumps by `m` over the first socket, and for each message that `pick` takes sends a copy of it, with type `ty`, over
/// the second one. Gives how many were deleted; what another process deleted first does not count.
///
/// Nothing is kept of the table, however long it is. Entries that the kernel passes over because the table changes
/// under its hands are for the caller's next round.
pub fn pass(
    cx: &mut Ctx<'_>,
    m: &mut Build<'_>,
    ty: u16,
    pick: &mut dyn FnMut(&mut Page<'_>, &Message<'_>) -> bool,
) -> Result<u32, Error> {
    let mut count = 0_u32;
    let mut dump = cx.conn.dump(m)?;
    loop {
        let m = match dump.next() {
            Ok(Some(m)) => m,
            Ok(None) | Err(Error::Interrupted) => return Ok(count),
            Err(e) => return Err(e),
        };
        if !pick(&mut cx.page, &m) {
            continue;
        }
        let mut tx = [0; COPY];
        let mut copy = Build::new(&mut tx, ty, 0, m.payload);
        match cx.page.names.conn.request(&mut copy) {
            Ok(()) => count = count.saturating_add(1),
            Err(Error::Kernel(Errno(ENOENT | ESRCH))) => {}
            Err(e) => return Err(e),
        }
    }
}
