//! tun: a link whose other end is a program (`IFLA_TUN_*`, `linux/if_link.h`). It is made through /dev/net/tun.

use crate::rt::kind::LinkKind;
use crate::spec::{Account, AttrSpec, Bad, Custom, Resolve};
use crate::text::out::{Out, Val};
use crate::{attrs, names};

names! {
    /// `IFF_TUN`, `IFF_TAP`.
    pub static TYPES = 1 "tun", 2 "tap";
}

attrs! {
    /// `IFLA_TUN_*`.
    pub mod data = "tun" {
        3 TYPE: u8, Kind::Enum(Int::U8, &TYPES), "type", READ;
        4 PI: u8, Kind::OnOff(Int::U8), "pi", READ;
        5 VNET_HDR: u8, Kind::OnOff(Int::U8), "vnet_hdr", READ;
        7 MULTI_QUEUE: u8, Kind::Custom(&MULTI), "multi_queue", READ;
        8 NUM_QUEUES: u32, Kind::Num(Int::U32), "numqueues", READ;
        9 NUM_DISABLED_QUEUES: u32, Kind::Num(Int::U32), "numdisabled", READ;
        6 PERSIST: u8, Kind::OnOff(Int::U8), "persist", READ;
        1 OWNER: u32, Kind::Custom(&ACCOUNT), "user", READ;
        2 GROUP: u32, Kind::Custom(&ACCOUNT), "group", READ;
    }
}

/// A word alone in text, where it is so; a truth in JSON.
static MULTI: Custom = Custom { show: show_multi, put: |_, _, _, _| Err(Bad::Value), value: "" };

fn show_multi(row: &AttrSpec, payload: &[u8], out: &mut Out<'_>, _: &mut dyn Resolve) {
    let on = payload.first() == Some(&1);
    out.value(row.json(), if on { "multi_queue " } else { "" }, Val::Bool(on));
}

/// By name where there is one.
static ACCOUNT: Custom = Custom { show: show_account, put: |_, _, _, _| Err(Bad::Value), value: "" };

fn show_account(row: &AttrSpec, payload: &[u8], out: &mut Out<'_>, host: &mut dyn Resolve) {
    let Some(id) = payload.first_chunk().map(|b| u32::from_ne_bytes(*b)) else { return };
    let kind = if row.ty == data::OWNER.ty() { Account::User } else { Account::Group };
    match host.account(kind, id) {
        Some(name) => row.show_str(out, &name),
        None => row.show_num(out, id.into()),
    }
}

/// The kind.
pub const KIND: LinkKind =
    LinkKind { data: Some(&data::SET), ..LinkKind::new("tun", "its other end is a program") };
