//! hsr: two links as one that survives the loss of either, HSR or PRP (`IFLA_HSR_*`, `linux/if_link.h`, IEC 62439-3).

use crate::attrs;
use crate::rt::kind::{LinkKind, Says};

attrs! {
    /// `IFLA_HSR_*`.
    pub mod data = "hsr" {
        // "s" means this one, which is listed later.
        3 MULTICAST_SPEC: u8, Kind::Num(Int::U8), "supervision|||ADDR-BYTE is invalid", WRITE;
        1 SLAVE1: u32, Kind::IfIndex, "slave1|||No such interface";
        2 SLAVE2: u32, Kind::IfIndex, "slave2|||No such interface";
        8 INTERLINK: u32, Kind::IfIndex, "interlink|||No such interface";
        5 SEQ_NR: u16, Kind::Num(Int::U16), "sequence|seq_nr", READ;
        4 SUPERVISION_ADDR: Raw, Kind::Mac, "supervision|supervision_addr", READ;
        7 PROTOCOL: u8, Kind::Num(Int::U8), "proto|||protocol is invalid";
        6 VERSION: u8, Kind::Num(Int::U8), "version|||version is invalid";
    }
}

/// The kind.
pub const KIND: LinkKind = LinkKind {
    data: Some(&data::SET),
    says: Says::What,
    ..LinkKind::new("hsr", "two links as one that survives the loss of either")
};
