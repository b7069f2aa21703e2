//! Forwarding databases of bridges and VXLANs: `struct ndmsg` with family `AF_BRIDGE` (`linux/neighbour.h`).

use crate::{attrs, names};

/// The nest of [`fdb::FDB_EXT_ATTRS`] (`NFEA_*`).
pub mod nfea {
    #![allow(missing_docs)]
    pub const ACTIVITY_NOTIFY: u16 = 1;
    pub const DONT_REFRESH: u16 = 2;
}

names! {
    /// `NTF_*`, `NTF_EXT_*` eight bits higher, and the bits of `NFEA_ACTIVITY_NOTIFY` sixteen bits higher, in the order
    /// of listings.
    pub static FLAGS = 0x02 "self", 0x80 "router", 0x10 "extern_learn", 0x20 "offload", 0x04 "master", 0x40 "sticky",
        0x200 "locked", 0x10000 "activity_notify", 0x20000 "inactive";
    /// `NUD_*` as listings of a forwarding database call them, the first that is set. What is reachable was learned and needs no word.
    pub static STATES = 0x80 "permanent", 0x40 "static", 0x04 "stale", 0x02 "";
}

attrs! {
    /// `NDA_*` as forwarding databases use them; the rows without a mark in the order of listings.
    pub mod fdb = "fdb" {
        1 DST: Raw, Kind::Ip, "dst";
        5 VLAN: u16, Kind::Num(Int::U16), "vlan";
        6 PORT: Be16, Kind::Num(Int::Be16), "port";
        7 VNI: u32, Kind::Num(Int::U32), "vni";
        11 SRC_VNI: u32, Kind::Num(Int::U32), "src_vni";
        8 IFINDEX: u32, Kind::IfIndex, "via|viaIf";
        13 NH_ID: u32, Kind::Num(Int::U32), "nhid";
        10 LINK_NETNSID: i32, Kind::Num(Int::S32), "link-netnsid|linkNetNsId", READ;
        9 MASTER: u32, Kind::IfIndex, "master", WIRE;
        2 LLADDR: Raw, Kind::Mac, "lladdr|mac|% ", WIRE;
        3 CACHEINFO: Raw, Kind::Bytes, "cacheinfo", WIRE;
        14 FDB_EXT_ATTRS: Nested, Kind::Bytes, "ext_attrs", WIRE;
        15 FLAGS_EXT: u32, Kind::Hex(Int::U32), "flags_ext", WIRE;
        16 NDM_STATE_MASK: u16, Kind::Hex(Int::U16), "state_mask", WIRE;
        17 NDM_FLAGS_MASK: u8, Kind::Hex(Int::U8), "flags_mask", WIRE;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::attr::Attrs;
    use crate::wire::captured::captured;

    #[test]
    fn reads_a_captured_request() {
        // bridge fdb add 02:aa:00:00:00:11 dev vx0 dst 10.0.0.5 vni 5 src_vni 42 port 55 via v1, behind its ndmsg.
        let b = b"\x0a\x00\x02\x00\x02\xaa\x00\x00\x00\x11\x00\x00\x08\x00\x01\x00\x0a\x00\x00\x05\x06\x00\x06\x00\
            \x00\x37\x00\x00\x08\x00\x07\x00\x05\x00\x00\x00\x08\x00\x0b\x00\x2a\x00\x00\x00\x08\x00\x08\x00\x04\x00\x00\x00";
        let b = captured(Some(&fdb::SET), &[], b);
        let a = Attrs::new(&b);
        assert_eq!(a.get(fdb::LLADDR), Some(&[2, 0xaa, 0, 0, 0, 0x11][..]));
        assert_eq!((a.get(fdb::PORT), a.get(fdb::VNI), a.get(fdb::SRC_VNI)), (Some(55), Some(5), Some(42)));
        assert_eq!((a.get(fdb::DST), a.get(fdb::IFINDEX)), (Some(&[10, 0, 0, 5][..]), Some(4)));
    }
}
