//! `RTM_NEWPREFIX` (`linux/rtnetlink.h`): a prefix that a router has announced.

use super::event::Watch;
use crate::Page;
use crate::ip::value::{put_ifname, put_num};
use nlbox_core::attrs;
use nlbox_core::label;
use nlbox_core::spec::show;
use nlbox_core::wire::header::Message;

/// `struct prefixmsg`: family u8, three bytes, ifindex u32, type u8, length u8, flags u8, a byte.
const LEN: usize = 12;

attrs! {
    /// `PREFIX_*`.
    pub(super) mod prefix = "prefix" {
        1 ADDRESS: Raw, Kind::Ip, "prefix||prefix %";
        2 CACHEINFO: Raw, Kind::Bytes, "cacheinfo", WIRE;
    }
}

/// Prints the prefix of `m`.
pub(super) fn print(page: &mut Page<'_>, m: &Message<'_>, _: &Watch) -> bool {
    let ([_, _, _, _, index @ .., _, len, flags, _], a) = m.split::<LEN>();
    show::show(&prefix::SET, a.bytes(), &mut page.out, &mut page.names);
    put_num(&mut page.out, "prefixlen|/%", len.into());
    put_ifname(page, label!("dev|dev ^% "), u32::from_ne_bytes(index));
    // Kernels of late give the flags of the announcement itself, 0x80 and 0x40: iproute2 has no words for those.
    for (bit, label) in [(1, "onlink|onlink "), (2, "autoconf|autoconf ")] {
        if flags & bit != 0 {
            page.out.is(label);
        }
    }
    // struct prefix_cacheinfo: preferred and valid seconds, u32 each.
    if let Some([p0, p1, p2, p3, valid @ ..]) =
        a.get(prefix::CACHEINFO).and_then(|b| b.first_chunk::<8>().copied())
    {
        put_num(&mut page.out, "valid|valid % ", u32::from_ne_bytes(valid).into());
        put_num(&mut page.out, "preferred|preferred % ", u32::from_ne_bytes([p0, p1, p2, p3]).into());
    }
    page.out.newline();
    true
}
