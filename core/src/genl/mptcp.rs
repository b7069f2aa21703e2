//! The path manager of MPTCP: `MPTCP_PM_*` and `MPTCP_EVENT_*` (`linux/mptcp_pm.h`, `linux/mptcp.h`).

use crate::spec::{AttrSpec, Custom, Resolve};
use crate::text::num;
use crate::text::out::Out;
use crate::{attrs, names};

/// `MPTCP_PM_CMD_*`.
pub mod cmd {
    #![allow(missing_docs)]
    pub const ADD_ADDR: u8 = 1;
    pub const DEL_ADDR: u8 = 2;
    pub const GET_ADDR: u8 = 3;
    pub const FLUSH_ADDRS: u8 = 4;
    pub const SET_LIMITS: u8 = 5;
    pub const GET_LIMITS: u8 = 6;
    pub const SET_FLAGS: u8 = 7;
}

names! {
    /// `MPTCP_PM_ADDR_FLAG_*`; each number is a bit.
    pub static ADDR_FLAGS = 1 "signal", 2 "subflow", 4 "backup", 8 "fullmesh", 16 "implicit", 32 "laminar";
    /// `MPTCP_EVENT_*`.
    pub static EVENTS = 1 "CREATED", 2 "ESTABLISHED", 3 "CLOSED", 6 "ANNOUNCED", 7 "REMOVED", 10 "SF_ESTABLISHED",
        11 "SF_CLOSED", 13 "SF_PRIO", 15 "LISTENER_CREATED", 16 "LISTENER_CLOSED";
}

/// `MPTCP_PM_ADDR_FLAG_*` that decide what else may be said.
pub mod flag {
    #![allow(missing_docs)]
    pub const SIGNAL: u32 = 1;
    pub const BACKUP: u32 = 4;
    pub const FULLMESH: u32 = 8;
    /// Set by the kernel alone.
    pub const IMPLICIT: u32 = 16;
}

/// Bits by their names, each a truth of its own.
static BITS: Custom = Custom::shown(flags);

fn flags(_: &AttrSpec, payload: &[u8], out: &mut Out<'_>, _: &mut dyn Resolve) {
    let v = crate::bytes::uint_ne(payload).unwrap_or(0);
    for (_, name) in ADDR_FLAGS.iter().filter(|(bit, _)| v & u64::from(*bit) != 0) {
        out.text(name);
        out.is(name, " ");
    }
}

attrs! {
    /// `MPTCP_PM_ATTR_*`.
    pub mod attr = "mptcp-pm" {
        1 ADDR: Nested, Kind::Nest(&addr::SET), "addr", WIRE;
        2 RCV_ADD_ADDRS: u32, Kind::Num(Int::U32), "add_addr_accepted|||invalid %\n";
        3 SUBFLOWS: u32, Kind::Num(Int::U32), "subflows|||invalid %\n";
    }
}

attrs! {
    /// `MPTCP_PM_ADDR_ATTR_*`, in the order of iproute2's listing.
    pub mod addr = "mptcp-pm-addr" {
        1 FAMILY: u16, Kind::Num(Int::U16), "family", WIRE;
        3 ADDR4: Raw, Kind::Ip, "address||% ", READ;
        4 ADDR6: Raw, Kind::Ip, "address||% ", READ;
        5 PORT: u16, Kind::Num(Int::U16), "port|||expected port", NONZERO;
        2 ID: u8, Kind::Num(Int::U8), "id|||invalid ID\n";
        6 FLAGS: u32, Kind::Custom(&BITS), "flags", READ;
        7 IF_IDX: u32, Kind::IfIndex, "dev|||device does not exist\n", NONZERO;
    }
}

/// Hexadecimal digits without `0x`; eight of a token.
static BARE: Custom = Custom::shown(|row, b, out, _| {
    let width = if b.len() == 4 { 8 } else { 1 };
    let digits = num::hex_pad(crate::bytes::uint_ne(b).unwrap_or(0), width);
    out.str(row.json(), row.pattern().unwrap_or(""), digits.as_bytes());
});

attrs! {
    /// `MPTCP_ATTR_*`: what is told with an event, in the order of iproute2's listing.
    pub mod event = "mptcp-event" {
        1 TOKEN: u32, Kind::Custom(&BARE), "token|| token=%";
        4 REM_ID: u8, Kind::Num(Int::U8), "remid|| remid=%";
        3 LOC_ID: u8, Kind::Num(Int::U8), "locid|| locid=%";
        5 SADDR4: Raw, Kind::Ip, "saddr4|| saddr4=%";
        6 SADDR6: Raw, Kind::Ip, "saddr6|| saddr6=%";
        7 DADDR4: Raw, Kind::Ip, "daddr4|| daddr4=%";
        8 DADDR6: Raw, Kind::Ip, "daddr6|| daddr6=%";
        9 SPORT: Be16, Kind::Num(Int::Be16), "sport|| sport=%";
        10 DPORT: Be16, Kind::Num(Int::Be16), "dport|| dport=%";
        11 BACKUP: u8, Kind::Num(Int::U8), "backup|| backup=%";
        12 ERROR: u8, Kind::Num(Int::U8), "error|| error=%";
        13 FLAGS: u16, Kind::Custom(&BARE), "flags|| flags=%";
        14 TIMEOUT: u32, Kind::Num(Int::U32), "timeout|| timeout=%";
        15 IF_IDX: u32, Kind::Num(Int::U32), "ifindex|| ifindex=%";
        16 RESET_REASON: u32, Kind::Num(Int::U32), "reset_reason|| reset_reason=%";
        17 RESET_FLAGS: u32, Kind::Hex(Int::U32), "reset_flags|| reset_flags=%";
    }
}
