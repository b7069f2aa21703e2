//! `ifconfig`, as net-tools 2 prints it, over netlink: what its ioctls do to addresses is redone here, in
//! `devinet_ioctl`'s order.

mod change;
mod show;

use self::change::{set, v4_of};
use self::show::show;
use crate::Ctx;
use crate::dump::{dump_of, of_link, scan_of};
use crate::hosts;
use crate::names::{Link, request};
use crate::nettools::{
    EADDRNOTAVAIL, EINVAL, Sorted, Usage, ask, by_number, failed, help, link, name_of, which, wrong,
};
use crate::report::{Done, Fail};
use crate::step::{ENODEV, Step, UNREAD, attempt};
use crate::words::Line;
use nlbox_core::bytes::uint_be;
use nlbox_core::conn::{Errno, Error};
use nlbox_core::rt::addr::{IFADDR_LEN, IfAddr, ifa};
use nlbox_core::rt::link::{IFINFO_LEN, IfInfo, Stats64, iff, ifla, stat};
use nlbox_core::rt::rtm;
use nlbox_core::text::ip::{Ip, af};
use nlbox_core::text::out::Out;
use nlbox_core::text::{ip, mac, nth, num};
use nlbox_core::wire::header::{Message, nlm};
use nlbox_core::wire::key::{Key, Raw};
use zerocopy::{FromBytes, IntoBytes};

/// The keywords: two states, six flags that take a `-`, ten with a value, two families.
const WORDS: &str = "up down arp trailers promisc allmulti multicast dynamic mtu txqueuelen name hw netmask broadcast \
    pointopoint dstaddr add del inet inet6";

static USAGE: Usage = [
    "\
Usage: ifconfig [-a] [-s] [DEVICE]
       ifconfig DEVICE [ADDRESS[/LEN]] [WORD [VALUE]]...

  ifconfig eth0 10.0.0.2/24 up
  ifconfig eth0:1 10.0.0.3 netmask 255.255.255.0
Words (a - in front clears the flags arp to dynamic): ",
    WORDS,
];

/// `ifconfig …`.
pub fn main(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    help(cx, line, &USAGE)?;
    let (mut all, mut short) = (false, false);
    while let Some(word) = line.peek().filter(|w| w.first() == Some(&b'-')) {
        line.next();
        match which(word, "-a -s") {
            0 => all = true,
            1 => short = true,
            _ => return Err(no_word(cx, "ifconfig: option `%' not recognised.", word)),
        }
    }
    if short {
        cx.page.out.text("Iface      MTU    RX-OK RX-ERR RX-DRP RX-OVR    TX-OK TX-ERR TX-DRP TX-OVR Flg\n");
    }
    match line.next() {
        None => list(cx, all, short),
        Some(name) if line.is_over() => show(cx, name, true, short),
        Some(name) => set(cx, name, line),
    }
}

fn no_word(cx: &mut Ctx<'_>, what: &str, word: &[u8]) -> Fail {
    cx.err.say_of(what, word);
    cx.err.plain_as("ifconfig: `--help' gives usage information.")
}

fn usage(cx: &mut Ctx<'_>) -> Fail {
    wrong(cx, b"", &USAGE, 3)
}

/// A device's name in that of an alias: `eth0` of `eth0:1`.
fn base(name: &[u8]) -> &[u8] {
    name.split(|b| *b == b':').next().unwrap_or(name)
}

fn list(cx: &mut Ctx<'_>, all: bool, short: bool) -> Done {
    let mut names = Sorted::new(by_number);
    names.fill(cx, rtm::GETLINK, &[], &mut |names: &mut Sorted, m: &Message<'_>| {
        let (_, attrs) = m.split::<IFINFO_LEN>();
        if let Some(name) = attrs.get(ifla::IFNAME) {
            names.push(name);
        }
    })?;
    names.fill(cx, rtm::GETADDR, &[af::AF_INET], &mut |names: &mut Sorted, m: &Message<'_>| {
        let (_, attrs) = m.split::<IFADDR_LEN>();
        if let Some(label) = attrs.get(ifa::LABEL).filter(|l| base(l).len() < l.len()) {
            names.push(label);
        }
    })?;
    names.iter().map(name_of).try_for_each(|name| show(cx, name, all, short))
}
