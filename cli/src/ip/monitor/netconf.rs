//! `RTM_NEWNETCONF` (`linux/netconf.h`): what /proc/sys/net says of a link.

use super::event::Watch;
use crate::Page;
use crate::ip::value::put;
use nlbox_core::spec::{Resolve, show};
use nlbox_core::text::ip::af;
use nlbox_core::wire::header::Message;
use nlbox_core::{attrs, names};

/// Bytes of `struct netconfmsg`: the family.
const LEN: usize = 1;

names! {
    static RP_FILTERS = 0 "off", 1 "strict", 2 "loose";
}

attrs! {
    /// `NETCONFA_*`.
    pub(super) mod netconfa = "netconf" {
        1 IFINDEX: i32, Kind::Num(Int::S32), "interface", WIRE;
        2 FORWARDING: i32, Kind::OnOff(Int::S32), "forwarding";
        3 RP_FILTER: i32, Kind::Enum(Int::S32, &RP_FILTERS), "rp_filter";
        4 MC_FORWARDING: i32, Kind::OnOff(Int::S32), "mc_forwarding";
        5 PROXY_NEIGH: i32, Kind::OnOff(Int::S32), "proxy_neigh";
        6 IGNORE_ROUTES_WITH_LINKDOWN: i32, Kind::OnOff(Int::S32), "ignore_routes_with_linkdown";
        7 INPUT: i32, Kind::OnOff(Int::S32), "input";
    }
}

/// Prints what `m` says of its link.
pub(super) fn print(page: &mut Page<'_>, m: &Message<'_>, watch: &Watch) -> bool {
    let ([family], a) = m.split::<LEN>();
    let index = a.get(netconfa::IFINDEX);
    if watch.index != 0 && index != i32::try_from(watch.index).ok() {
        return false;
    }
    put(&mut page.out, "family|% ", af::name_verbose(family).as_bytes());
    if let Some(index) = index {
        let name;
        let dev: &[u8] = match index {
            -1 => b"all",
            -2 => b"default",
            _ => {
                name = page.names.ifname(index.cast_unsigned());
                name.as_bytes()
            }
        };
        put(&mut page.out, "interface|% ", dev);
    }
    show::show(&netconfa::SET, a, &mut page.out, &mut page.names);
    page.out.text("\n");
    true
}
