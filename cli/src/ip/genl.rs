//! Generic netlink: a family's number, by its name.

use crate::Ctx;
use crate::report::Fail;
use nlbox_core::genl::{GENL_LEN, GETFAMILY, ID_CTRL, ctrl, group};
use nlbox_core::wire::build::Build;
use nlbox_sys::netlink::NETLINK_GENERIC;

/// From here on the first socket speaks generic netlink. Gives the message type of the family called `name`, and the
/// number of its multicast group `member`, 0 where it has none of that name.
pub fn family(cx: &mut Ctx<'_>, name: &[u8], member: &[u8]) -> Result<(u16, u32), Fail> {
    cx.conn.speak(NETLINK_GENERIC);
    let mut tx = [0; 64];
    let mut m = request(&mut tx, ID_CTRL, GETFAMILY);
    m.put_str(ctrl::FAMILY_NAME.ty(), name);
    let m = match cx.conn.get(&mut m) {
        Ok(m) => m,
        Err(e) => return Err(cx.err.net(e, &cx.conn, None)),
    };
    let (_, attrs) = m.split::<GENL_LEN>();
    let mut id = 0;
    for g in attrs.nest(ctrl::MCAST_GROUPS) {
        if g.nest().get(group::NAME) == Some(member) {
            id = g.nest().get(group::ID).unwrap_or(0);
        }
    }
    Ok((attrs.get(ctrl::FAMILY_ID).unwrap_or(0), id))
}

/// A request with command `cmd` of a family; all that we speak are in their first version.
pub fn request(tx: &mut [u8], ty: u16, cmd: u8) -> Build<'_> {
    Build::new(tx, ty, 0, &[cmd, 1, 0, 0])
}
