//! `vconfig`: VLANs by the words of the vlan package, over netlink.

use crate::Ctx;
use crate::nettools::{ask, errno, link, set_link, which};
use crate::report::{Done, Fail};
use crate::words::Line;
use nlbox_core::conn::{Errno, Error};
use nlbox_core::rt::link::{IFINFO_LEN, ifla, info};
use nlbox_core::rt::rtm;
use nlbox_core::text::num;
use nlbox_core::wire::header::nlm;

/// `IFLA_VLAN_ID`, `IFLA_VLAN_FLAGS`, `IFLA_VLAN_EGRESS_QOS`, `IFLA_VLAN_INGRESS_QOS`, `IFLA_VLAN_QOS_MAPPING`.
const ID: u16 = 1;
const FLAGS: u16 = 2;
const EGRESS: u16 = 3;
const INGRESS: u16 = 4;
const MAPPING: u16 = 1;

/// `vconfig …`.
pub fn main(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    cx.err.program = "vconfig";
    let words = [line.next(), line.next(), line.next(), line.next()];
    let number = |w: Option<&[u8]>| num::parse_u32(w.unwrap_or(b"0"));
    let [Some(verb), Some(dev), a, b] = words else { return Err(usage(cx)) };
    let (Some(x), Some(y), true) = (number(a), number(b), line.is_over()) else { return Err(usage(cx)) };
    let which = which(verb, "add rem set_flag set_egress_map set_ingress_map");
    let done = match (which, a, b) {
        (0, Some(id), None) => add(cx, dev, id, x),
        (1, None, None) => match link(cx, dev) {
            Ok(found) if found.vlan => set_link(cx, rtm::DELLINK, dev, &mut |_| {}),
            Ok(_) => Err(Error::Kernel(Errno(crate::nettools::EINVAL))),
            Err(e) => Err(e),
        },
        // The first number is the flag, the second its value; a value alone is that of the first flag.
        (2, Some(_), _) => {
            let (flag, on) = if b.is_some() { (x, y) } else { (1, x) };
            data(cx, dev, FLAGS, [if on != 0 { flag } else { 0 }, flag])
        }
        (3, Some(_), Some(_)) => data(cx, dev, EGRESS, [x, y]),
        (4, Some(_), Some(_)) => data(cx, dev, INGRESS, [y, x]),
        _ => return Err(usage(cx)),
    };
    done.map_err(|e| cx.err.system(&[b"ERROR: trying to ", verb, b" on ", dev], errno(e)))
}

fn usage(cx: &mut Ctx<'_>) -> Fail {
    cx.err.say(&[b"Usage: vconfig add DEVICE VLAN"]);
    cx.err.say(&[b"       vconfig rem VLAN-DEVICE"]);
    cx.err.say(&[b"       vconfig set_flag VLAN-DEVICE [FLAG] 0|1"]);
    cx.err.say(&[b"       vconfig set_egress_map VLAN-DEVICE SKB-PRIORITY VLAN-PRIORITY"]);
    cx.err.say(&[b"       vconfig set_ingress_map VLAN-DEVICE SKB-PRIORITY VLAN-PRIORITY"]);
    Fail(1)
}

/// `DEVICE.VLAN`, as the kernel names them unless told otherwise.
fn add(cx: &mut Ctx<'_>, dev: &[u8], word: &[u8], id: u32) -> Result<(), Error> {
    let lower = link(cx, dev)?.info.index;
    let Some(id) = u16::try_from(id).ok().filter(|n| *n < 4096) else {
        // ERANGE.
        return Err(Error::Kernel(Errno(34)));
    };
    let mut name: heapless::Vec<u8, 48> = heapless::Vec::new();
    let _ = name.extend_from_slice(dev);
    let _ = name.push(b'.');
    let _ = name.extend_from_slice(word);
    ask(cx, rtm::NEWLINK, nlm::CREATE | nlm::EXCL, &[0; IFINFO_LEN], &mut |m| {
        m.put(ifla::LINK, lower);
        m.put_str(ifla::IFNAME.ty(), &name);
        let mut nest = m.nest(ifla::LINKINFO.ty());
        nest.put_str(info::KIND.ty(), b"vlan");
        nest.nest(info::DATA.ty()).raw(ID, &id.to_ne_bytes());
    })
}

/// Two numbers into an attribute of the VLAN: as they are, or as a mapping inside it.
fn data(cx: &mut Ctx<'_>, dev: &[u8], attr: u16, pair: [u32; 2]) -> Result<(), Error> {
    let [a, b] = pair.map(u32::to_ne_bytes);
    set_link(cx, rtm::NEWLINK, dev, &mut |m| {
        let mut nest = m.nest(ifla::LINKINFO.ty());
        nest.put_str(info::KIND.ty(), b"vlan");
        let mut nest = nest.nest(info::DATA.ty());
        let mut nest = if attr == FLAGS { nest.nest_plain(attr) } else { nest.nest(attr) };
        let at = if attr == FLAGS { None } else { Some(nest.open(MAPPING)) };
        nest.bytes(&a);
        nest.bytes(&b);
        if let Some(at) = at {
            nest.close(at);
        }
    })
}
