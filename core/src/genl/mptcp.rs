//! The path manager of MPTCP: `MPTCP_PM_*` and `MPTCP_EVENT_*` (`linux/mptcp_pm.h`, `linux/mptcp.h`).

use crate::spec::{AttrSpec, Custom, Resolve};
use crate::text::num;
use crate::text::out::{Out, Val};
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
        out.value(name, " ", Val::Bool(true));
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
    out.str_of(row.json(), row.pattern().unwrap_or(""), digits.as_bytes());
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::tests::printed;
    use crate::wire::captured::{As, captured};

    #[test]
    fn an_endpoint_as_iproute2_prints_it() {
        // What a 6.18 kernel answers for `endpoint add 10.0.0.1 dev v0 id 7 signal port 5000`, v0 being number 3.
        let endpoint = b"\x06\x00\x01\x00\x02\x00\x00\x00\x06\x00\x05\x00\x88\x13\x00\x00\x05\x00\x02\x00\x07\x00\x00\x00\
            \x08\x00\x06\x00\x01\x00\x00\x00\x08\x00\x07\x00\x03\x00\x00\x00\x08\x00\x03\x00\x0a\x00\x00\x01";
        let endpoint = captured(Some(&addr::SET), &[(6, As::Numbers(&[4]))], endpoint);
        assert_eq!(printed(&addr::SET, &endpoint, false), "10.0.0.1 port 5000 id 7 signal dev if3 ");
        assert_eq!(
            printed(&addr::SET, &endpoint, true),
            "[{\"address\":\"10.0.0.1\",\"port\":5000,\"id\":7,\"signal\":true,\"dev\":\"if3\"}]\n"
        );
    }

    #[test]
    fn an_event_is_a_line() {
        // MPTCP_ATTR_TOKEN, REM_ID 0, LOC_ID 1, SADDR4 10.0.1.1, SPORT 42121, FLAGS 2, RESET_FLAGS 5.
        let event = b"\x08\x00\x01\x00\x07\x77\x24\x3f\x05\x00\x04\x00\x00\x00\x00\x00\x05\x00\x03\x00\x01\x00\x00\x00\
            \x08\x00\x05\x00\x0a\x00\x01\x01\x06\x00\x09\x00\xa4\x89\x00\x00\x06\x00\x0d\x00\x02\x00\x00\x00\x08\x00\x11\x00\x05\x00\x00\x00";
        let known = &[(1, As::Numbers(&[4])), (13, As::Numbers(&[2]))];
        let event = captured(Some(&event::SET), known, event);
        assert_eq!(
            printed(&event::SET, &event, false),
            " token=3f247707 remid=0 locid=1 saddr4=10.0.1.1 sport=42121 flags=2 reset_flags=0x5"
        );
    }
}
