//! macvlan and macvtap: links with addresses of their own over a lower one (`IFLA_MACVLAN_*`, `linux/if_link.h`).

use crate::rt::kind::{Complaint, LinkKind};
use crate::spec::{AttrSpec, Bad, Custom, Many, Resolve};
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
        3 MACADDR_MODE: u32, Kind::Num(Int::U32), "macaddr_mode", WIRE;
        4 MACADDR: Raw, Kind::Mac, "macaddr", WIRE;
        2 FLAGS: u16, Kind::Enum(Int::U16, &super::FLAGS), "flag", WRITE;
        2 NOPROMISC: u16, Kind::Word(Int::U16, 1), "nopromisc";
        2 NODST: u16, Kind::Word(Int::U16, 2), "nodst", READ;
        7 BC_QUEUE_LEN: u32, Kind::Num(Int::U32), "bcqueuelen|||=a positive integer [0-4294967295]";
        8 BC_QUEUE_LEN_USED: u32, Kind::Num(Int::U32), "usedbcqueuelen", READ;
        9 BC_CUTOFF: i32, Kind::Num(Int::S32), "bclim";
        // Said of mode `source` alone.
        1 MODE_SOURCE: u32, Kind::Word(Int::U32, 16), "||-", READ;
        6 MACADDR_COUNT: u32, Kind::Num(Int::U32), "macaddr_count||remotes (%) ", READ, THEN;
        5 MACADDR_DATA: Nested, Kind::Many(&REMOTES), "macaddr|macaddr_data||^\"%\" is invalid lladdr.";
    }
}

static REMOTES: Many = Many {
    custom: Custom {
        show: remotes,
        put: change,
        value: "{ { add | del } LLADDR | set [ LLADDR ... ] | flush }",
    },
    more: |n, next| n == 0 || next.is_some_and(|w| mac::parse(w, &mut [0; 32]) == Some(6)),
};

/// The addresses of mode `source`.
fn remotes(row: &AttrSpec, payload: &[u8], out: &mut Out<'_>, _: &mut dyn Resolve) {
    out.open_array(row.json(), "");
    for a in Attrs::new(payload) {
        out.str("-|% ", mac::print(a.payload).as_bytes());
    }
    out.close_list();
}

names! {
    /// `MACVLAN_MACADDR_*`.
    static CHANGES = 0 "add", 1 "del", 2 "flush", 3 "set";
}

/// What is to be done with the addresses, then an address: of one in an attribute of its own, of a list in a nest.
fn change(row: &AttrSpec, b: &mut Build<'_>, word: &[u8], _: &mut dyn Resolve) -> Result<(), Bad> {
    let (mode, one) = (data::MACADDR_MODE.ty(), data::MACADDR.ty());
    if b.lacks(mode) {
        let change = CHANGES.number(word).ok_or(Bad::Value)?;
        b.put(data::MACADDR_MODE, change);
        if change == 3 {
            let list = b.open(row.ty);
            b.close(list);
        }
        return if change < 2 { Err(Bad::More) } else { Ok(()) };
    }
    let mut to = [0; 32];
    let n = mac::parse(word, &mut to).ok_or(Bad::Value)?;
    let address = to.get(..n).unwrap_or(&[]);
    if !b.lacks(row.ty) {
        let list = b.resume(row.ty);
        b.raw(one, address);
        b.close(list);
    } else if b.lacks(one) {
        b.raw(one, address);
    } else {
        return Err(Bad::Value);
    }
    Ok(())
}

/// The kind.
pub const KIND: LinkKind = LinkKind {
    data: Some(&data::SET),
    bad: Complaint::Own,
    ..LinkKind::new("macvlan", "a link of its own address over a lower one")
};

/// The same with a character device.
pub const TAP: LinkKind = LinkKind {
    data: Some(&data::SET),
    bad: Complaint::Own,
    ..LinkKind::new("macvtap", "macvlan with a character device in place of the stack")
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::put::{find, put};
    use crate::spec::tests::Nobody;
    use crate::wire::captured::captured;

    /// What the words behind `macaddr` become, as attributes.
    fn said(words: &[&str]) -> heapless::Vec<u8, 128> {
        let mut room = [0; 128];
        let mut b = Build::new(&mut room, 0, 0, &[]);
        let row = find(&data::SET, b"macaddr").unwrap();
        for word in words {
            assert!(
                matches!(put(&row, &mut b, word.as_bytes(), &mut Nobody), Ok(()) | Err(Bad::More)),
                "{word}"
            );
        }
        heapless::Vec::from_slice(b.attrs(0).bytes()).unwrap()
    }

    /// As iproute2 6.1 sends them.
    #[test]
    fn addresses_are_added_one_by_one_and_set_as_a_list() {
        let sent = |bytes| captured(Some(&data::SET), &[], bytes);
        let add = b"\x08\0\x03\0\0\0\0\0\x0a\0\x04\0\x02\0\0\0\0\x01\0\0";
        assert_eq!(said(&["add", "02:00:00:00:00:01"])[..], sent(add));
        assert_eq!(said(&["flush"])[..], sent(b"\x08\0\x03\0\x02\0\0\0"));
        assert_eq!(said(&["set"])[..], sent(b"\x08\0\x03\0\x03\0\0\0\x04\0\x05\0"));
        let set = b"\x08\0\x03\0\x03\0\0\0\x1c\0\x05\0\x0a\0\x04\0\x02\0\0\0\0\x01\0\0\
            \x0a\0\x04\0\x02\0\0\0\0\x02\0\0";
        assert_eq!(said(&["set", "02:00:00:00:00:01", "02:00:00:00:00:02"])[..], sent(set));
    }
}
