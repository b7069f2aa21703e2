//! Virtual functions of a card (`IFLA_VFINFO_LIST`, `IFLA_VF_*`, `linux/if_link.h`).

use crate::rt::kind::vlan::PROTOCOLS;
use crate::rt::names::ARPHRD;
use crate::spec::{AttrSpec, Custom, Int, Resolve, show};
use crate::text::mac;
use crate::text::out::Out;
use crate::wire::attr::Attrs;
use crate::{attrs, names};

names! {
    /// `IFLA_VF_LINK_STATE_*`.
    pub static STATES = 0 "auto", 1 "enable", 2 "disable";
}

/// `IFLA_VF_INFO`: one function in the list. `IFLA_VF_VLAN_INFO`, one entry of its list of VLANs, has this number too.
pub const INFO: u16 = 1;

attrs! {
    /// `IFLA_VF_*`, in the order of the listing. Each of them begins with the function's number, and the rows are of
    /// what stands behind it; the last two numbers are none of the kernel's.
    pub mod vf = "vf" {
        62 FUNCTION: u32, Kind::Num(Int::U32), "|vf|    vf % ", READ;
        63 LINK_TYPE: u16, Kind::Enum(Int::U16, &ARPHRD), "|link_type|    link/% ", READ;
        1 MAC: Raw, Kind::Mac, "mac", WRITE;
        1 MAC_SHOWN: Raw, Kind::Bytes, "|address|%", READ;
        13 BROADCAST: Raw, Kind::Bytes, "|broadcast| brd %", READ;
        12 VLAN_LIST: Nested, Kind::Custom(&VLANS), "|vlan_list", READ;
        2 VLAN: Raw, Kind::Num(Int::U32), "vlan", WRITE;
        3 TX_RATE: u32, Kind::Num(Int::U32), "rate|tx_rate|, tx rate % (Mbps)", NONZERO;
        6 RATE: Raw, Kind::Num(Int::U32), "max_tx_rate|||max tx rate", WRITE;
        14 MIN_TX_RATE: Raw, Kind::Num(Int::U32), "min_tx_rate|||min tx rate", WRITE;
        6 RATE_SHOWN: Raw, Kind::Custom(&RATES), "|rate", READ;
        4 SPOOFCHK: u32, Kind::OnOff(Int::U32), "spoofchk||, spoof checking %";
        10 IB_NODE_GUID: Raw, Kind::Custom(&GUID), "node_guid|node guid|, NODE_GUID %";
        11 IB_PORT_GUID: Raw, Kind::Custom(&GUID), "port_guid|port guid|, PORT_GUID %";
        5 LINK_STATE: u32, Kind::Enum(Int::U32, &STATES), "state|link_state|, link-state %";
        9 TRUST: u32, Kind::OnOff(Int::U32), "trust||, trust %";
        7 RSS_QUERY_EN: u32, Kind::OnOff(Int::U32), "query_rss|query_rss_en|, query_rss %";
    }
}

attrs! {
    /// `struct ifla_vf_vlan_info`, of which `struct ifla_vf_vlan` is the head: the rows are numbered by their offsets.
    pub mod vlan = "vf-vlan" {
        4 ID: u32, Kind::Num(Int::U32), "vlan||, vlan %", NONZERO;
        8 QOS: u32, Kind::Num(Int::U32), "qos||, qos %", NONZERO;
        12 PROTOCOL: Be16, Kind::Enum(Int::Be16, &PROTOCOLS), "protocol||, vlan protocol %", NONZERO;
    }
}

/// The VLANs that a function is put into.
static VLANS: Custom = Custom::shown(show_vlans);

fn show_vlans(row: &AttrSpec, payload: &[u8], out: &mut Out<'_>, host: &mut dyn Resolve) {
    out.open_array(row.json(), "");
    for a in Attrs::new(payload) {
        out.open_record();
        for row in vlan::SET.iter() {
            // The protocol that VLANs have anyway is not said.
            let field = a.payload.get(row.ty.into()..).filter(|field| !field.starts_with(&[0x81, 0]));
            if let Some(field) = field.and_then(|f| f.get(..f.len().min(4))) {
                show::show_row(&row, field, out, host);
            }
        }
        out.close_object();
    }
    out.close_list();
}

/// `struct ifla_vf_rate`: the text is without a limit of zero.
static RATES: Custom = Custom::shown(|row, payload, out, _| {
    out.open_object(row.json());
    let mut rate = |at: usize, none, label| {
        let v = payload.get(at..).and_then(|b| Int::U32.read(b)).unwrap_or(0);
        out.num(if v == 0 { none } else { label }, v);
    };
    rate(4, "max_tx|", "max_tx|, max_tx_rate %Mbps");
    rate(0, "min_tx|", "min_tx|, min_tx_rate %Mbps");
    out.close_object();
});

/// `struct ifla_vf_guid`: four bytes of padding, then a number of eight, written as an address.
static GUID: Custom = Custom::shown(|row, payload, out, _| {
    if let Some(v) = payload.get(4..).and_then(|b| b.first_chunk()) {
        let v = u64::from_ne_bytes(*v).to_be_bytes();
        out.str_of(row.json(), row.pattern().unwrap_or(""), mac::print(&v).as_bytes());
    }
});
