//! `RTM_NEWPREFIX` (`linux/rtnetlink.h`): a prefix that a router has announced.

use super::event::Watch;
use crate::Page;
use crate::ip::value::{put, put_num};
use nlbox_core::bytes::Reader;
use nlbox_core::spec::Resolve;
use nlbox_core::text::ip::{self, Ip};
use nlbox_core::text::out::Style;
use nlbox_core::wire::header::Message;
use nlbox_core::wire::key::{Key, Raw};

/// `struct prefixmsg`: family u8, three bytes, ifindex u32, type u8, length u8, flags u8, a byte.
const LEN: usize = 12;
const ADDRESS: Key<Raw> = Key::new(1);
/// `struct prefix_cacheinfo`: preferred and valid seconds, u32 each.
const CACHEINFO: Key<Raw> = Key::new(2);

/// Prints the prefix of `m`.
pub(super) fn print(page: &mut Page<'_>, m: &Message<'_>, _: &Watch) -> bool {
    let ([_, _, _, _, index @ .., _, len, flags, _], a) = m.split::<LEN>();
    if let Some(ip) = a.get(ADDRESS).and_then(Ip::from_bytes) {
        put(page.out.style(Style::of_family(ip.family())), "prefix|prefix %", ip::print(&ip).as_bytes());
        put_num(&mut page.out, "prefixlen|/%", len.into());
    }
    let name = page.names.ifname(u32::from_ne_bytes(index));
    put(&mut page.out, "dev|dev % ", name.as_bytes());
    for (bit, word) in [(1, "onlink"), (2, "autoconf")] {
        if flags & bit != 0 {
            page.out.is(word, word);
            page.out.text(" ");
        }
    }
    let mut r = Reader::new(a.get(CACHEINFO).unwrap_or(&[]));
    if let (Some(preferred), Some(valid)) = (r.u32(), r.u32()) {
        for (label, v) in [("valid|valid % ", valid), ("preferred|preferred % ", preferred)] {
            put_num(&mut page.out, label, v.into());
        }
    }
    page.out.text("\n");
    true
}
