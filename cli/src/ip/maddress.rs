//! `ip maddress`: multicast addresses that interfaces listen to. `show` reads what the kernel says of them in /proc, for
//! over netlink it tells neither those of links nor how many use an address.

use crate::grammar::{Arg, Grammar, Object, To, slots};
use crate::ip::value::{close, put, put_num, slot, words};
use crate::report::Done;
use crate::words::Line;
use crate::{Ctx, Page};
use core::ffi::CStr;
use nlbox_core::rt::link::ifla;
use nlbox_core::text::ip::{Ip, af, print};
use nlbox_core::text::out::Style;
use nlbox_core::text::{mac, num};
use nlbox_sys::errno::Errno;

const DEV: u8 = 0;
const ADDRESS: u8 = 1;

static SHOW: Grammar = crate::grammar! {
    set: &ifla::SET,
    args: [Arg::new("dev", To::Slot(DEV)).once_or_garbage()],
    bare: Arg::new("dev", To::Slot(DEV)).once_or_garbage(),
};
static ONE: Grammar = crate::grammar! {
    set: &ifla::SET,
    args: [
        Arg::new("dev", To::Slot(DEV)).once(),
        Arg::new("a[ddress]", To::Slot(ADDRESS)).once()
    ],
    bare: Arg::new("address", To::Slot(ADDRESS)).once(),
    usage: "LLADDR",
};

/// `ip maddress`.
pub static OBJECT: Object = crate::object! {
    name: "maddr",
    about: "multicast addresses",
    verbs: [
        Verb { word: "a[dd]", run: |cx, line| modify(cx, line, true), grammar: Some(&ONE) },
        Verb { word: "d[elete]", run: |cx, line| modify(cx, line, false), grammar: Some(&ONE) },
        Verb { word: "s[how]|l[ist]|ls[t]", run: show, grammar: Some(&SHOW) },
    ],
    default: show,
};

fn modify(cx: &mut Ctx<'_>, line: &mut Line<'_>, add: bool) -> Done {
    let mut slots = slots();
    words(cx, line, &ONE, &mut slots)?;
    let mut address = [0; 32];
    let word = slot(&slots, ADDRESS);
    if let Some(word) = word {
        let n = mac::parse_or_part(word, &mut address).map_err(|part| cx.err.lladdr(part))?;
        if n != 6 {
            let n = num::dec(u64::try_from(n).unwrap_or(0));
            return Err(cx.err.plain_of("Error: Invalid address length % - must be 6 bytes", n.as_bytes()));
        }
    }
    let dev = slot(&slots, DEV);
    let (Some(dev), Some(_)) = (dev, word) else {
        let missing: &[u8] = if dev.is_some() { b"address" } else { b"dev" };
        return Err(cx.err.usage_of("Not enough information: \"%\" is required.", missing));
    };
    let address = address.first_chunk().copied().unwrap_or_default();
    nlbox_sys::ioctl::multicast(dev, address, add).map_err(|e| cx.err.failed_as("ioctl", e.0))
}

/// Where the addresses of a family stand, in the order of the listing.
static FILES: [(u8, &CStr); 3] = [
    (af::AF_PACKET, c"/proc/net/dev_mcast"),
    (af::AF_INET, c"/proc/net/igmp"),
    (af::AF_INET6, c"/proc/net/igmp6"),
];

/// One address.
struct Row<'t> {
    family: u8,
    index: u32,
    dev: &'t [u8],
    /// In hexadecimal; of IPv4 as the number that its bytes make here.
    address: &'t [u8],
    users: &'t [u8],
    /// Somebody asked for it by hand.
    fixed: bool,
}

/// Interface by interface, by their numbers: each time the files are read for one, the next one is looked for.
fn show(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let mut slots = slots();
    words(cx, line, &SHOW, &mut slots)?;
    let dev = slot(&slots, DEV);
    let (family, page) = (cx.page.opts.family, &mut cx.page);
    page.out.open_document();
    let mut index = 0;
    while index != u32::MAX {
        let (mut next, mut first) = (u32::MAX, true);
        let done = rows(family, &mut |row| {
            if dev.is_some_and(|dev| dev != row.dev) || row.index < index {
            } else if row.index > index {
                next = next.min(row.index);
            } else {
                entry(page, row, first);
                first = false;
            }
        });
        if let Err(e) = done {
            return Err(cx.err.failed_as("Cannot read /proc/net", e.0));
        }
        if !first {
            page.out.close_list();
            page.out.close_object();
        }
        index = next;
    }
    Ok(())
}

/// Hands the addresses of `family` to `each`. An error only when none of the files is there: a kernel may know one of
/// the families alone.
fn rows(family: u8, each: &mut dyn FnMut(&Row<'_>)) -> Result<(), Errno> {
    let mut done = Ok(());
    let mut any = false;
    for (of, path) in FILES.iter().filter(|(of, _)| family == 0 || family == *of) {
        // What is above a group in igmp: an interface.
        let mut above: heapless::Vec<u8, 16> = heapless::Vec::new();
        let mut index = 0;
        let one = crate::lines::each(path, &mut |text: &[u8]| {
            let mut words = text.split(u8::is_ascii_whitespace).filter(|w| !w.is_empty());
            let [first, dev, c, d, e] = core::array::from_fn(|_| words.next().unwrap_or(b""));
            let mut row = Row { family: *of, index, dev, address: c, users: d, fixed: false };
            if *of == af::AF_INET && text.first() == Some(&b'\t') {
                (row.dev, row.address, row.users) = (&above, first, dev);
                return each(&row);
            }
            let Some(number) = num::parse_u32(first) else { return };
            row.index = number;
            if *of == af::AF_INET {
                index = number;
                above.clear();
                let _ = above.extend_from_slice(dev.strip_suffix(b":").unwrap_or(dev));
                return;
            }
            if *of == af::AF_PACKET {
                (row.users, row.fixed, row.address) = (c, d != b"0", e);
            }
            each(&row);
        });
        any |= one.is_ok();
        match one {
            Err(e) if e != Errno::ENOENT => return one,
            _ => done = one,
        }
    }
    if any { Ok(()) } else { done }
}

#[inline(never)]
fn entry(page: &mut Page<'_>, row: &Row<'_>, first: bool) {
    let out = &mut page.out;
    if first {
        out.open_record();
    }
    if first || (out.mode.oneline && !out.json()) {
        put_num(out, "ifindex|%:", row.index.into());
        put(out.style(Style::IfName), "ifname|\t%", row.dev);
        out.line();
    }
    if first {
        out.open_array("maddr", "");
    }
    out.open_record();
    let mut bytes: heapless::Vec<u8, 32> = heapless::Vec::new();
    for pair in row.address.chunks(2) {
        let _ = bytes.push(num::parse_u64_base(pair, 16).and_then(|n| u8::try_from(n).ok()).unwrap_or(0));
    }
    if row.family == af::AF_PACKET {
        out.text("\tlink  ");
        put(out.style(Style::Mac), "link|%", mac::print(&bytes).as_bytes());
    } else {
        if row.family == af::AF_INET
            && cfg!(target_endian = "little")
            && let Some(number) = bytes.first_chunk_mut::<4>()
        {
            number.reverse();
        }
        let name = af::name_verbose(row.family);
        put(out, if row.family == af::AF_INET { "family|\t%  " } else { "family|\t% " }, name.as_bytes());
        if let Some(ip) = Ip::from_bytes(&bytes) {
            put(out.style(Style::of_family(row.family)), "address|%", print(&ip).as_bytes());
        }
    }
    if row.users != b"1" {
        put_num(out, "users| users %", num::parse_u32(row.users).unwrap_or(0).into());
    }
    if row.fixed {
        put(out, "features| %", b"static");
    }
    close(page);
}
