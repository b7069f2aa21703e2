//! Virtual functions of a card (`IFLA_VFINFO_LIST`, `IFLA_VF_*`, `linux/if_link.h`).

use crate::rt::kind::vlan::PROTOCOLS;
use crate::spec::{AttrSpec, Bad, Custom, Resolve};
use crate::text::out::Out;
use crate::text::{mac, num};
use crate::wire::attr::Attrs;
use crate::wire::build::Build;
use crate::{attrs, names};

names! {
    /// `IFLA_VF_LINK_STATE_*`.
    pub static STATES = 0 "auto", 1 "enable", 2 "disable";
}

/// `IFLA_VF_INFO`: one function in the list.
pub const INFO: u16 = 1;
/// `IFLA_VF_VLAN_INFO`: one entry of [`vf::VLAN_LIST`].
pub const VLAN_INFO: u16 = 1;

attrs! {
    /// `IFLA_VF_*`. The rows are of what stands behind the function's number, with which each of these begins.
    pub mod vf = "vf" {
        1 MAC: Raw, Kind::Mac, "mac|address|-", WRITE;
        2 VLAN: Raw, Kind::Bytes, "vlan", WRITE;
        3 TX_RATE: u32, Kind::Num(Int::U32), "rate|tx_rate|, tx rate % (Mbps)", NONZERO;
        6 MAX_TX_RATE: u32, Kind::Num(Int::U32), "max_tx_rate|||Invalid \"max tx rate\" value\n", WRITE;
        6 MIN_TX_RATE: u32, Kind::Num(Int::U32), "min_tx_rate|||Invalid \"min tx rate\" value\n", WRITE;
        6 RATE: Raw, Kind::Custom(&RATES), "rate", READ;
        4 SPOOFCHK: u32, Kind::OnOff(Int::U32), "spoofchk||, spoof checking %";
        10 IB_NODE_GUID: Raw, Kind::Custom(&GUID), "node_guid|node guid|, NODE_GUID %|Invalid GUID format\n";
        11 IB_PORT_GUID: Raw, Kind::Custom(&GUID), "port_guid|port guid|, PORT_GUID %|Invalid GUID format\n";
        5 LINK_STATE: u32, Kind::Enum(Int::U32, &STATES), "state|link_state|, link-state %";
        9 TRUST: u32, Kind::OnOff(Int::U32), "trust||, trust %";
        7 RSS_QUERY_EN: u32, Kind::OnOff(Int::U32), "query_rss|query_rss_en|, query_rss %";
        8 STATS: Nested, Kind::Bytes, "stats", WIRE;
        12 VLAN_LIST: Nested, Kind::Bytes, "vlan_list", WIRE;
        13 BROADCAST: Raw, Kind::Bytes, "broadcast", WIRE;
    }
}

/// `struct ifla_vf_rate`: the least, then the most.
static RATES: Custom = Custom { show: rates, put: |_, _, _, _| Err(Bad::Value), value: "" };

fn rates(_: &AttrSpec, payload: &[u8], out: &mut Out<'_>, _: &mut dyn Resolve) {
    out.open_object("rate");
    for (at, key, pattern) in
        [(4, "max_tx", ", max_tx_rate %Mbps"), (0, "min_tx", ", min_tx_rate %Mbps")]
    {
        let v = word(payload, at);
        out.num(key, if v == 0 { "" } else { pattern }, v.into());
    }
    out.close_object();
}

/// The four bytes at `at` as a number; 0 where there are none.
fn word(payload: &[u8], at: usize) -> u32 {
    payload.get(at..).and_then(|b| b.first_chunk()).map_or(0, |b| u32::from_ne_bytes(*b))
}

/// `struct ifla_vf_guid`: a number of eight bytes behind four of padding, written as an address.
static GUID: Custom = Custom { show: show_guid, put: put_guid, value: "EUI64" };

fn show_guid(row: &AttrSpec, payload: &[u8], out: &mut Out<'_>, _: &mut dyn Resolve) {
    if let Some(b) = payload.get(4..).and_then(|b| b.first_chunk()) {
        let guid = u64::from_ne_bytes(*b).to_be_bytes();
        out.str(row.json(), row.pattern().unwrap_or(""), mac::print(&guid).as_bytes());
    }
}

fn put_guid(row: &AttrSpec, b: &mut Build<'_>, word: &[u8], _: &mut dyn Resolve) -> Result<(), Bad> {
    let mut to = [0; 32];
    if mac::parse(word, &mut to) != Some(8) {
        return Err(Bad::Value);
    }
    let guid = to.first_chunk().map_or(0, |b| u64::from_be_bytes(*b));
    let at = b.open(row.ty);
    b.bytes(&[0; 4]);
    b.bytes(&guid.to_ne_bytes());
    b.close(at);
    Ok(())
}

/// Prints the VLANs that a function is put into: an entry of `vlan_list` for each.
pub fn vlans(info: Attrs<'_>, out: &mut Out<'_>) {
    let single = info.raw(vf::VLAN.ty()).filter(|v| v.get(4..).is_some_and(|v| v.iter().any(|b| *b != 0)));
    let list = info.nest(vf::VLAN_LIST);
    if !info.has(vf::VLAN_LIST) && single.is_none() {
        return;
    }
    out.open_array("vlan_list", "");
    for payload in list.map(|a| a.payload).chain(single.filter(|_| !info.has(vf::VLAN_LIST))) {
        out.open_object("");
        for (key, pattern, v) in [("vlan", ", vlan %", word(payload, 4)), ("qos", ", qos %", word(payload, 8))] {
            if v != 0 {
                out.num(key, pattern, v.into());
            }
        }
        let protocol = payload.get(12..14).and_then(crate::bytes::uint_be).unwrap_or(0);
        if !matches!(protocol, 0 | 0x8100) {
            let digits = num::dec(protocol);
            let name = PROTOCOLS.name(protocol).map_or(digits.as_bytes(), str::as_bytes);
            out.str("protocol", ", vlan protocol %", name);
        }
        out.close_object();
    }
    out.close_array("");
}
