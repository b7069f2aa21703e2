//! `encap xfrm`: through an IPsec interface by its id (`LWT_XFRM_*`, `linux/lwtunnel.h`).

use crate::attrs;

attrs! {
    /// `LWT_XFRM_*`.
    pub mod lwt = "xfrm" {
        1 IF_ID: u32, Kind::Num(Int::U32), "if_id";
        2 LINK: u32, Kind::IfIndex, "link_dev";
    }
}
