//! The smallest program on this crate: asks the kernel for link 1, says how long the answer was. For strace and size.
#![no_std]
#![no_main]
#![deny(unsafe_code)]

use nlbox_sys::entry::Args;
use nlbox_sys::errno::Errno;
use nlbox_sys::fd::{STDOUT, write_all};
use nlbox_sys::netlink::{NETLINK_ROUTE, NetlinkSocket};

nlbox_sys::entry!(run);

fn run(args: Args) -> u8 {
    match ask() {
        Ok(()) => u8::try_from(args.len().saturating_sub(1)).unwrap_or(u8::MAX),
        Err(_) => 255,
    }
}

fn ask() -> Result<(), Errno> {
    let socket = NetlinkSocket::open(NETLINK_ROUTE, 0)?;
    // RTM_GETLINK | NLM_F_REQUEST for ifindex 1, little-endian.
    let message = b"\x20\0\0\0\x12\0\x01\0\x01\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0";
    socket.send(message)?;
    let got = socket.recv(&mut [0; 4096])?;
    write_all(STDOUT, if got.len > 600 && got.from == 0 { b"lo\n" } else { b"?\n" })
}
