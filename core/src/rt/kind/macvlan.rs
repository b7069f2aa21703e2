//! macvlan and macvtap: links with addresses of their own over a lower one (`IFLA_MACVLAN_*`, `linux/if_link.h`).

use crate::rt::kind::LinkKind;
use crate::spec::{AttrSpec, Bad, Custom, Resolve};
use crate::text::mac;
use crate::text::out::Out;
use crate::wire::attr::Attrs;
use crate::wire::build::Build;
use crate::{attrs, names};

names! {
    /// `MACVLAN_MODE_*`.
    pub static MODES = 1 "private", 2 "vepa", 4 "bridge", 8 "passthru", 16 "source";
    /// `MACVLAN_FLAG_*`.
    pub static FLAGS = 1 "nopromisc", 2 "nodst", 0 "null";
}

attrs! {
    /// `IFLA_MACVLAN_*`.
    pub mod data = "macvlan" {
        1 MODE: u32, Kind::Enum(Int::U32, &MODES), "mode";
        2 FLAGS: u16, Kind::Enum(Int::U16, &super::FLAGS), "flag", WRITE;
        2 NOPROMISC: u16, Kind::Word(Int::U16, 1), "nopromisc", EXACT;
        2 NODST: u16, Kind::Word(Int::U16, 2), "nodst", READ;
        7 BC_QUEUE_LEN: u32, Kind::Num(Int::U32), "bcqueuelen|||=a positive integer [0-4294967295]";
        8 BC_QUEUE_LEN_USED: u32, Kind::Num(Int::U32), "usedbcqueuelen", READ;
        9 BC_CUTOFF: i32, Kind::Num(Int::S32), "bclim";
        6 MACADDR_COUNT: u32, Kind::Num(Int::U32), "macaddr_count||remotes (%) ", READ, NONZERO;
        5 MACADDR_DATA: Nested, Kind::Custom(&REMOTES), "macaddr_data", READ;
    }
}

static REMOTES: Custom = Custom { show: remotes, put: refuse, value: "" };

/// The addresses of mode `source`.
fn remotes(row: &AttrSpec, payload: &[u8], out: &mut Out<'_>, _: &mut dyn Resolve) {
    out.open_array(row.json(), "");
    for a in Attrs::new(payload) {
        out.str("-", "% ", mac::print(a.payload).as_bytes());
    }
    out.close_array("");
}

fn refuse(_: &AttrSpec, _: &mut Build<'_>, _: &[u8], _: &mut dyn Resolve) -> Result<(), Bad> {
    Err(Bad::Value)
}

/// The kind.
pub static KIND: LinkKind = LinkKind {
    data: Some(&data::SET),
    bad: "",
    ..LinkKind::new("macvlan", "a link of its own address over a lower one")
};

/// The same with a character device.
pub static TAP: LinkKind = LinkKind {
    data: Some(&data::SET),
    bad: "",
    ..LinkKind::new("macvtap", "macvlan with a character device in place of the stack")
};
