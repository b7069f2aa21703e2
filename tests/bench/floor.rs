//! The floors that the bench measures against: `floor JOB [ARG]...` makes the system calls that a job needs, and no other.
//! It asks, receives and throws away: no words, no tables, no text.
#![no_std]
#![no_main]

use core::ffi::CStr;
use nlbox_core::rt::link::{IFINFO_LEN, ifla, info};
use nlbox_core::rt::rtm;
use nlbox_core::text::num;
use nlbox_core::wire::build::Build;
use nlbox_core::wire::header::{Messages, nlm, nlmsg};
use nlbox_core::wire::key::Key;
use nlbox_sys::entry::Args;
use nlbox_sys::fd::{CBuf, Fd, OFlags, open, unlink, write};
use nlbox_sys::mount::{MountFlags, UmountFlags, mount, umount};
use nlbox_sys::netlink::{NETLINK_ROUTE, NetlinkSocket};
use nlbox_sys::ns::{CloneFlags, setns, unshare};
use nlbox_sys::process::{ArgvBuf, execvp};

nlbox_sys::entry!(run);

const RX: usize = 32768;
const AF_INET: u8 = 2;
const AF_BRIDGE: u8 = 7;
const AF_INET6: u8 = 10;
/// Requests in one datagram of `bulk`.
const MANY: usize = 64;
/// Bytes of one of them.
const ROUTE: usize = 52;

fn run(args: Args) -> u8 {
    let word = |n: usize| args.cstr(n).unwrap_or_default();
    let number = |n: usize| num::parse_u32(word(n).to_bytes()).unwrap_or(0);
    let done = match word(1).to_bytes() {
        b"nothing" => Some(()),
        b"get" => get(word(2)),
        b"links" => dump(rtm::GETLINK, &[0; IFINFO_LEN]),
        b"addresses" => {
            dump(rtm::GETLINK, &[0; IFINFO_LEN]).and_then(|()| dump(rtm::GETADDR, &[0, 0, 0, 0, 0, 0, 0, 0]))
        }
        b"routes" => dump(rtm::GETROUTE, &[AF_INET, 0, 0, 0, 254, 0, 0, 0, 0, 0, 0, 0]),
        b"neighbours" => dump(rtm::GETNEIGH, &[0; 12]),
        b"rules" => dump(rtm::GETRULE, &[AF_INET, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
        b"fdb" => dump(rtm::GETNEIGH, &[AF_BRIDGE, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
        b"routes6" => dump(rtm::GETROUTE, &[AF_INET6, 0, 0, 0, 254, 0, 0, 0, 0, 0, 0, 0]),
        b"adds" => change(rtm::NEWROUTE, number(2), 1, number(3)),
        b"bulk" => change(rtm::NEWROUTE, number(2), MANY, number(3)),
        b"dels" => change(rtm::DELROUTE, number(2), 1, number(3)),
        b"bulkdels" => change(rtm::DELROUTE, number(2), MANY, number(3)),
        b"adds6" => adds6(number(2), number(3)),
        b"route" => route(),
        b"replace" => replace(word(2)),
        b"unname" => unname(word(2)),
        b"exec" => exec(word(2)),
        b"netns" => netns(word(2)),
        b"inside" => inside(word(2)),
        b"star" => star(number(2)),
        _ => None,
    };
    if done.is_some() { 0 } else { 1 }
}

fn socket() -> Option<NetlinkSocket> {
    NetlinkSocket::open(NETLINK_ROUTE, 0).ok()
}

fn get(name: &CStr) -> Option<()> {
    let (mut tx, mut rx) = ([0; 128], [0; 4096]);
    let mut m = Build::new(&mut tx, rtm::GETLINK, 0, &[0; IFINFO_LEN]);
    m.put_str(ifla::IFNAME.ty(), name.to_bytes());
    let socket = socket()?;
    socket.send(m.finish(1)?).ok()?;
    let got = socket.recv(&mut rx).ok()?;
    // The line goes out, whatever is in it.
    write(1, rx.get(..got.len.min(160))?).ok().map(drop)
}

fn dump(ty: u16, head: &[u8]) -> Option<()> {
    let mut tx = [0; 64];
    let rx = nlbox_sys::memory::map(RX).ok()?;
    let socket = socket()?;
    socket.send(Build::new(&mut tx, ty, nlm::DUMP, head).finish(1)?).ok()?;
    loop {
        let got = socket.recv(rx).ok()?;
        let last = Messages::new(rx.get(..got.len)?).next()?.ty;
        // DONE stands alone or at the end of the last datagram; both end in its four bytes of zero.
        if last == nlmsg::DONE || Messages::new(rx.get(..got.len)?).any(|m| m.ty == nlmsg::DONE) {
            return Some(());
        }
    }
}

/// `count` routes through interface `index`, `many` in a datagram. As many as are refused are answered before the last.
fn change(ty: u16, count: u32, many: usize, index: u32) -> Option<()> {
    let mut tx = [0; MANY * ROUTE];
    let mut rx = [0; 4096];
    let socket = socket()?;
    let mut n = 0_u32;
    while n < count {
        let mut len = 0_usize;
        for i in 0..many {
            let verb = if ty == rtm::NEWROUTE { nlm::CREATE | nlm::EXCL } else { 0 };
            let flags = if i.wrapping_add(1) == many { nlm::ACK } else { 0 } | verb;
            let to = tx.get_mut(len..len.checked_add(ROUTE)?)?;
            // A unicast route of boot's protocol in the main table.
            let head = [AF_INET, 32, 0, 0, 254, 3, 0, 1, 0, 0, 0, 0];
            let mut m = Build::new(to, ty, flags, &head);
            let [_, b, c, d] = n.to_be_bytes();
            m.raw(1, &[11, b, c, d]);
            m.raw(5, &[10, 0, 0, 2]);
            m.put(Key::<u32>::new(4), index);
            len = len.checked_add(m.finish(n.wrapping_add(1))?.len())?;
            n = n.wrapping_add(1);
        }
        socket.send(tx.get(..len)?).ok()?;
        loop {
            let got = socket.recv(&mut rx).ok()?;
            if Messages::new(rx.get(..got.len)?).next()?.seq == n {
                break;
            }
        }
    }
    Some(())
}

/// `count` routes of IPv6 through interface `index`.
fn adds6(count: u32, index: u32) -> Option<()> {
    let (mut tx, mut rx, socket) = ([0; 128], [0; 4096], socket()?);
    for n in 0..count {
        let head = [AF_INET6, 64, 0, 0, 254, 3, 0, 1, 0, 0, 0, 0];
        let mut m = Build::new(&mut tx, rtm::NEWROUTE, nlm::ACK | nlm::CREATE | nlm::EXCL, &head);
        let [a, b, c, d] = n.to_be_bytes();
        m.raw(1, &[0x20, 1, 0x0d, 0xb8, a, b, c, d, 0, 0, 0, 0, 0, 0, 0, 0]);
        m.put(Key::<u32>::new(4), index);
        socket.send(m.finish(1)?).ok()?;
        socket.recv(&mut rx).ok()?;
    }
    Some(())
}

/// Which way 10.0.0.9 is, and what the interface there is called.
fn route() -> Option<()> {
    let (mut tx, mut rx, socket) = ([0; 64], [0; 4096], socket()?);
    let mut m = Build::new(&mut tx, rtm::GETROUTE, 0, &[AF_INET, 32, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    m.raw(1, &[10, 0, 0, 9]);
    socket.send(m.finish(1)?).ok()?;
    socket.recv(&mut rx).ok()?;
    let mut m = Build::new(&mut tx, rtm::GETLINK, 0, &[0; IFINFO_LEN]);
    m.head(4, &1_u32.to_ne_bytes());
    socket.send(m.finish(2)?).ok()?;
    let got = socket.recv(&mut rx).ok()?;
    write(1, rx.get(..got.len.min(80))?).ok().map(drop)
}

/// An address of an interface, which is looked up by its name.
fn replace(name: &CStr) -> Option<()> {
    let (mut tx, mut rx, socket) = ([0; 128], [0; 4096], socket()?);
    let mut m = Build::new(&mut tx, rtm::GETLINK, 0, &[0; IFINFO_LEN]);
    m.put_str(ifla::IFNAME.ty(), name.to_bytes());
    socket.send(m.finish(1)?).ok()?;
    socket.recv(&mut rx).ok()?;
    let index = rx.get(20..24)?.first_chunk::<4>()?;
    let flags = nlm::CREATE | nlm::REPLACE;
    let mut m = Build::new(&mut tx, rtm::NEWADDR, flags, &[AF_INET, 24, 0, 0, 0, 0, 0, 0]);
    m.head(4, index);
    m.raw(2, &[10, 77, 0, 1]);
    m.raw(1, &[10, 77, 0, 1]);
    ask(&socket, &mut m)
}

const DIR: &[u8] = b"/var/run/netns/";

/// Names a new namespace, and is in it afterwards.
fn name(path: &CStr) -> Option<()> {
    drop(open(path, OFlags::RDONLY | OFlags::CREAT | OFlags::EXCL, 0).ok()?);
    unshare(CloneFlags::NEWNET).ok()?;
    mount(Some(c"/proc/self/ns/net"), path, None, MountFlags::BIND, None).ok()
}

fn netns(word: &CStr) -> Option<()> {
    name(CBuf::<128>::new().join(&[DIR, word.to_bytes()]).ok()?)
}

fn unname(word: &CStr) -> Option<()> {
    let mut path = CBuf::<128>::new();
    let path = path.join(&[DIR, word.to_bytes()]).ok()?;
    umount(path, UmountFlags::DETACH).ok()?;
    unlink(path).ok()
}

/// true(1) in a namespace, with the /sys of it.
fn exec(word: &CStr) -> Option<()> {
    let mut path = CBuf::<128>::new();
    let fd = open(path.join(&[DIR, word.to_bytes()]).ok()?, OFlags::RDONLY, 0).ok()?;
    setns(&fd, CloneFlags::NEWNET).ok()?;
    unshare(CloneFlags::NEWNS).ok()?;
    mount(Some(c""), c"/", None, MountFlags::SLAVE | MountFlags::REC, None).ok()?;
    let _ = umount(c"/sys", UmountFlags::DETACH);
    let _ = mount(Some(word), c"/sys", Some(c"sysfs"), MountFlags::empty(), None);
    let mut argv = ArgvBuf::<4>::new();
    argv.push(c"true").ok()?;
    let _ = execvp(c"true", argv.argv());
    None
}

fn inside(word: &CStr) -> Option<()> {
    let mut path = CBuf::<128>::new();
    let fd = open(path.join(&[DIR, word.to_bytes()]).ok()?, OFlags::RDONLY, 0).ok()?;
    setns(&fd, CloneFlags::NEWNET).ok()?;
    dump(rtm::GETLINK, &[0; IFINFO_LEN])
}

/// Sends one request and receives its acknowledgement.
fn ask(socket: &NetlinkSocket, m: &mut Build<'_>) -> Option<()> {
    m.set_flags(m.flags() | nlm::ACK);
    socket.send(m.finish(1)?).ok()?;
    let mut rx = [0; 512];
    socket.recv(&mut rx).ok()?;
    (rx.get(16..20)? == [0; 4]).then_some(())
}

/// `10.B.C.HOST/30` on interface `index`.
fn address(socket: &NetlinkSocket, n: u32, host: u8, index: u32) -> Option<()> {
    let mut tx = [0; 64];
    let mut m = Build::new(&mut tx, rtm::NEWADDR, nlm::CREATE | nlm::EXCL, &[AF_INET, 30, 0, 0, 0, 0, 0, 0]);
    m.head(4, &index.to_ne_bytes());
    let [.., b, c] = n.to_be_bytes();
    m.raw(2, &[10, b, c, host]);
    m.raw(1, &[10, b, c, host]);
    ask(socket, &mut m)
}

fn up(socket: &NetlinkSocket, index: u32) -> Option<()> {
    let mut tx = [0; 64];
    let mut m = Build::new(&mut tx, rtm::NEWLINK, 0, &[0; IFINFO_LEN]);
    m.head(4, &index.to_ne_bytes());
    m.head(8, &[1, 0, 0, 0, 1, 0, 0, 0]);
    ask(socket, &mut m)
}

/// `count` namespaces, each at the other end of a veth of ours, with addresses and a default route.
fn star(count: u32) -> Option<()> {
    let home = open(c"/proc/self/ns/net", OFlags::RDONLY, 0).ok()?;
    let socket = socket()?;
    for n in 0..count {
        let digits = num::dec(n.into());
        let mut path = CBuf::<128>::new();
        let path = path.join(&[DIR, b"s", digits.as_bytes()]).ok()?;
        name(path)?;
        let there: Fd = open(path, OFlags::RDONLY, 0).ok()?;
        setns(&home, CloneFlags::NEWNET).ok()?;
        let (mut tx, index) = ([0; 512], n.wrapping_add(2));
        let mut m = Build::new(&mut tx, rtm::NEWLINK, nlm::CREATE | nlm::EXCL, &[0; IFINFO_LEN]);
        m.head(4, &index.to_ne_bytes());
        let mut own = CBuf::<16>::new();
        m.put_str(ifla::IFNAME.ty(), own.join(&[b"v", digits.as_bytes()]).ok()?.to_bytes());
        {
            let mut linkinfo = m.nest(ifla::LINKINFO.ty());
            linkinfo.put_str(info::KIND.ty(), b"veth");
            let mut data = linkinfo.nest(info::DATA.ty());
            let mut peer = data.nest(1);
            let mut head = [0; IFINFO_LEN];
            head[4] = 2;
            peer.bytes(&head);
            peer.put_str(ifla::IFNAME.ty(), b"e0");
            peer.put(ifla::NET_NS_FD, there.raw().cast_unsigned());
        }
        ask(&socket, &mut m)?;
        address(&socket, n, 1, index)?;
        up(&socket, index)?;
        setns(&there, CloneFlags::NEWNET).ok()?;
        let inner = crate::socket()?;
        address(&inner, n, 2, 2)?;
        up(&inner, 2)?;
        let mut m = Build::new(
            &mut tx,
            rtm::NEWROUTE,
            nlm::CREATE | nlm::EXCL,
            &[AF_INET, 0, 0, 0, 254, 3, 0, 1, 0, 0, 0, 0],
        );
        let [.., b, c] = n.to_be_bytes();
        m.raw(5, &[10, b, c, 1]);
        ask(&inner, &mut m)?;
        setns(&home, CloneFlags::NEWNET).ok()?;
    }
    Some(())
}
