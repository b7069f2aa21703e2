//! `vconfig`: VLANs by the words of the vlan package, over netlink.

use crate::Ctx;
use crate::nettools::{EINVAL, NONE, Usage, help, link, which, wrong};
use crate::report::Done;
use crate::step::attempt;
use crate::words::Line;
use nlbox_core::text::{nth, num};

/// Flags by their bits, in the words of `ip`.
static FLAGS: &str = "reorder_hdr gvrp loose_binding mvrp bridge_binding";

static USAGE: Usage = [
    "\
Usage: vconfig add DEVICE VLAN
       vconfig rem VLAN-DEVICE
       vconfig set_flag VLAN-DEVICE [FLAG] 0|1
       vconfig set_egress_map VLAN-DEVICE SKB-PRIORITY VLAN-PRIORITY
       vconfig set_ingress_map VLAN-DEVICE SKB-PRIORITY VLAN-PRIORITY

  vconfig add eth0 100
  vconfig rem eth0.100",
    "",
];

/// `vconfig …`.
pub fn main(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    help(cx, line, &USAGE)?;
    let mut usage = |word: Option<&[u8]>| Err(wrong(cx, word.unwrap_or_default(), &USAGE, 1));
    let verb = line.next().unwrap_or_default();
    let which = which(verb, "add rem set_flag set_egress_map set_ingress_map");
    if which == NONE {
        return usage(Some(verb));
    }
    let Some(dev) = line.next() else { return usage(None) };
    let (a, b) = (line.next(), line.next());
    let number = |w: Option<&[u8]>| num::parse_u32(w.unwrap_or(b"0"));
    let (Some(x), Some(y), None) = (number(a), number(b), line.peek()) else {
        return usage(if number(a).is_none() { a } else { line.peek().or(b) });
    };
    let text = |n: u32| num::dec(n.into());
    let (one, two) = (text(x), text(y));
    let (one, two) = (one.as_bytes(), two.as_bytes());
    let errno = match (which, a, b) {
        // `DEVICE.VLAN`, as the kernel names them unless told otherwise. ERANGE.
        (0, Some(_), None) if x > 4095 => 34,
        (0, Some(id), None) => attempt(cx, "link add link % name %.% type vlan id %", &[dev, dev, id, one]),
        (1, None, None) => match link(cx, dev) {
            Ok(found) if !found.vlan => EINVAL,
            _ => attempt(cx, "link del dev %", &[dev]),
        },
        // The first number is the flag, the second its value; a value alone is that of the first flag.
        (2, Some(_), _) => {
            let (flag, on) = if b.is_some() { (x, y) } else { (1, x) };
            let name = nth(FLAGS, b' ', usize::try_from(flag.trailing_zeros()).unwrap_or(0));
            let on: &[u8] = if on > 0 { b"on" } else { b"off" };
            match flag.is_power_of_two() && !name.is_empty() {
                true => attempt(cx, "link set dev % type vlan % %", &[dev, name.as_bytes(), on]),
                false => EINVAL,
            }
        }
        (3, Some(_), Some(_)) => attempt(cx, "link set dev % type vlan egress-qos-map %:%", &[dev, one, two]),
        (4, Some(_), Some(_)) => {
            attempt(cx, "link set dev % type vlan ingress-qos-map %:%", &[dev, two, one])
        }
        // A word too many, or too few of them.
        (0 | 1, ..) => return usage(b.or(a)),
        _ => return usage(None),
    };
    if errno == 0 { Ok(()) } else { Err(cx.err.system(&[b"ERROR: trying to % on %", verb, dev], errno)) }
}
