//! Ids of network namespaces: `struct rtgenmsg` and `NETNSA_*` (`linux/net_namespace.h`).

use crate::attrs;

/// Bytes of `struct rtgenmsg` (the family) with its padding.
pub const RTGENMSG_LEN: usize = 4;

attrs! {
    /// `NETNSA_*`.
    pub mod netnsa = "nsid" {
        1 NSID: i32, Kind::Num(Int::S32), "nsid";
        2 PID: u32, Kind::Num(Int::U32), "pid";
        3 FD: u32, Kind::Num(Int::U32), "fd";
        4 TARGET_NSID: i32, Kind::Num(Int::S32), "target-nsid";
        5 CURRENT_NSID: i32, Kind::Num(Int::S32), "current-nsid";
    }
}
