//! Netlink sockets: datagrams to and from the kernel, nothing about what is in them. See netlink(7).
#![allow(unsafe_code)]

use crate::call::{call3, call6};
use crate::errno::{Errno, check, retry};
use crate::fd::Fd;
use crate::message::{Address, Aligned, bind, local_name, receive, receive_from, set_option, socket};
use core::ffi::c_int;
use core::ptr::{from_mut, null};

// include/uapi/linux/netlink.h
const NETLINK_ADD_MEMBERSHIP: c_int = 1;
const NETLINK_DROP_MEMBERSHIP: c_int = 2;
const NETLINK_LISTEN_ALL_NSID: c_int = 8;
const NETLINK_EXT_ACK: c_int = 11;
const NETLINK_GET_STRICT_CHK: c_int = 12;
// struct sockaddr_nl: family u16, pad u16, port id u32, groups u32.
const AF_NETLINK: u16 = 16;
const SOCKADDR_NL: libc::socklen_t = 12;

// include/uapi/linux/sockios.h
const SIOCGIFNAME: libc::Ioctl = 0x8910;
const SIOCGIFFLAGS: libc::Ioctl = 0x8913;

/// The protocol of links, addresses, routes, neighbours and rules.
pub const NETLINK_ROUTE: i32 = libc::NETLINK_ROUTE;
/// The protocol of generic netlink families.
pub const NETLINK_GENERIC: i32 = libc::NETLINK_GENERIC;

/// A netlink socket that asks for extended acks and the strict check of dump requests.
pub struct NetlinkSocket {
    fd: Fd,
    strict: bool,
}

/// One datagram, apart from its bytes.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Received {
    /// The datagram's real length in bytes: more than the buffer's when the end was cut off.
    pub len: usize,
    /// The sender's port id: 0 is the kernel, and nobody else is to be believed.
    pub from: u32,
    /// The multicast group it was sent to; 0 for none, and for groups above 32, which the kernel does not tell.
    pub group: u32,
    /// After [`NetlinkSocket::set_listen_all_nsid`]: the id of the other namespace it comes from.
    pub nsid: Option<i32>,
}

impl NetlinkSocket {
    /// `socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol)` and its two options; three calls.
    ///
    /// `groups` is a bit mask of the multicast groups 1 to 32 and costs a bind(2); with 0 the kernel binds when
    /// the first message is sent. An old kernel that refuses an option is used without it.
    pub fn open(protocol: i32, groups: u32) -> Result<NetlinkSocket, Errno> {
        let fd = socket(libc::AF_NETLINK, libc::SOCK_RAW, protocol)?;
        let mut socket = NetlinkSocket { fd, strict: false };
        let _ = socket.set(libc::SOL_NETLINK, NETLINK_EXT_ACK, 1);
        socket.strict = socket.set(libc::SOL_NETLINK, NETLINK_GET_STRICT_CHK, 1).is_ok();
        if groups != 0 {
            socket.bind(groups)?;
        }
        Ok(socket)
    }

    /// Whether the kernel checks dump requests strictly, and so filters by what they name (Linux 4.20).
    pub fn strict(&self) -> bool {
        self.strict
    }

    /// The descriptor, for [`crate::fd::poll`].
    pub fn as_fd(&self) -> &Fd {
        &self.fd
    }

    /// `bind(fd, {0, groups})`: joins the groups of the mask and lets the kernel choose the port id.
    pub fn bind(&self, groups: u32) -> Result<(), Errno> {
        let mut address = Address::new(AF_NETLINK);
        address.put(8, &groups.to_ne_bytes());
        bind(self.fd.raw(), &address, SOCKADDR_NL)
    }

    /// `send(fd, message, len, 0)`: to the kernel, which an unconnected netlink socket sends to.
    pub fn send(&self, message: &[u8]) -> Result<(), Errno> {
        // SAFETY: the kernel reads message.len() bytes of message.
        let call = || unsafe {
            call6(libc::SYS_sendto, self.fd.raw(), message.as_ptr(), message.len(), 0, null::<u8>(), 0)
        };
        retry(|| check(call())).map(drop)
    }

    /// `recvmsg(fd, message, MSG_TRUNC)`: waits for the next datagram.
    ///
    /// `ENOBUFS`: the kernel had to drop notifications, or an ack, for want of room.
    pub fn recv(&self, buf: &mut [u8]) -> Result<Received, Errno> {
        self.receive(buf, libc::MSG_TRUNC)
    }

    /// `recvfrom(fd, message, MSG_TRUNC)`: as [`NetlinkSocket::recv`] where nothing is to be heard of other namespaces;
    /// a good deal cheaper, to us and to the kernel.
    pub fn reply(&self, buf: &mut [u8]) -> Result<Received, Errno> {
        let mut from = Address::new(0);
        let len = receive_from(self.fd.raw(), buf, libc::MSG_TRUNC, &mut from)?;
        Ok(Received::of(len, &from, None))
    }

    /// As [`NetlinkSocket::recv`] without waiting. `EAGAIN`: nothing there.
    pub fn try_recv(&self, buf: &mut [u8]) -> Result<Received, Errno> {
        self.receive(buf, libc::MSG_TRUNC | libc::MSG_DONTWAIT)
    }

    /// Joins one multicast group, by number (`RTNLGRP_*`).
    pub fn join(&self, group: u32) -> Result<(), Errno> {
        let group = c_int::try_from(group).map_err(|_| Errno::EINVAL)?;
        self.set(libc::SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group)
    }

    /// Leaves one multicast group, by number.
    pub fn leave(&self, group: u32) -> Result<(), Errno> {
        let group = c_int::try_from(group).map_err(|_| Errno::EINVAL)?;
        self.set(libc::SOL_NETLINK, NETLINK_DROP_MEMBERSHIP, group)
    }

    /// Also receives the notifications of every namespace that has an id in this one.
    pub fn set_listen_all_nsid(&self) -> Result<(), Errno> {
        self.set(libc::SOL_NETLINK, NETLINK_LISTEN_ALL_NSID, 1)
    }

    /// Sets the room for datagrams not yet read, in bytes; beyond net.core.rmem_max where we may.
    pub fn set_receive_buffer(&self, bytes: i32) -> Result<(), Errno> {
        self.set(libc::SOL_SOCKET, libc::SO_RCVBUFFORCE, bytes)
            .or_else(|_| self.set(libc::SOL_SOCKET, libc::SO_RCVBUF, bytes))
    }

    /// `getsockname(fd, address)`: this socket's port id; 0 before it is bound or has sent.
    pub fn port_id(&self) -> Result<u32, Errno> {
        Ok(u32::from_ne_bytes(local_name(self.fd.raw())?.at(4)))
    }

    /// `ioctl(fd, SIOCGIFNAME)` and `SIOCGIFFLAGS`, which every socket has: what the device with this index is called in
    /// the socket's namespace, NUL behind it, and `IFF_*` as far as 16 bits hold it. Two calls.
    ///
    /// `ENODEV`: there is none.
    pub fn called(&self, index: u32) -> Result<([u8; 16], u16), Errno> {
        // struct ifreq: a name, then a union of 24 bytes (16 on 32 bit).
        let mut request = Aligned::<40>([0; 40]);
        request.put(16, &index.to_ne_bytes());
        self.ask(SIOCGIFNAME, &mut request)?;
        self.ask(SIOCGIFFLAGS, &mut request)?;
        Ok((request.at(0), u16::from_ne_bytes(request.at(16))))
    }

    fn ask(&self, what: libc::Ioctl, request: &mut Aligned<40>) -> Result<(), Errno> {
        // SAFETY: request is a struct ifreq, in full, that the kernel may write to.
        check(unsafe { call3(libc::SYS_ioctl, self.fd.raw(), what, from_mut(request)) }).map(drop)
    }

    fn set(&self, level: c_int, option: c_int, value: c_int) -> Result<(), Errno> {
        set_option(self.fd.raw(), level, option, value)
    }

    fn receive(&self, buf: &mut [u8], flags: c_int) -> Result<Received, Errno> {
        let (len, from, control) = receive(self.fd.raw(), buf, flags)?;
        Ok(Received::of(len, &from, control.find_int(libc::SOL_NETLINK, NETLINK_LISTEN_ALL_NSID)))
    }
}

impl Received {
    fn of(len: usize, from: &Address, nsid: Option<i32>) -> Received {
        let groups = u32::from_ne_bytes(from.at(8));
        let group = groups.checked_ilog2().map_or(0, |bit| bit.saturating_add(1));
        Received { len, from: u32::from_ne_bytes(from.at(4)), group, nsid }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // struct nlmsghdr {len 32, RTM_GETLINK, NLM_F_REQUEST, sequence 7, port id 0}, struct ifinfomsg {index 1}.
    fn get_lo() -> [u8; 32] {
        let mut message = [0; 32];
        message[..4].copy_from_slice(&32_u32.to_ne_bytes());
        message[4..6].copy_from_slice(&18_u16.to_ne_bytes());
        message[6..8].copy_from_slice(&1_u16.to_ne_bytes());
        message[8..12].copy_from_slice(&7_u32.to_ne_bytes());
        message[20..24].copy_from_slice(&1_u32.to_ne_bytes());
        message
    }

    #[test]
    fn lo_from_the_kernel() {
        let socket = NetlinkSocket::open(NETLINK_ROUTE, 0).unwrap();
        assert!(socket.strict());
        assert_eq!(socket.port_id(), Ok(0));
        socket.send(&get_lo()).unwrap();
        assert_ne!(socket.port_id(), Ok(0));
        let mut buf = [0; 8192];
        let got = socket.recv(&mut buf).unwrap();
        let len = got.len;
        assert_eq!(got, Received { len, from: 0, group: 0, nsid: None });
        assert_eq!(u16::from_ne_bytes(buf[4..6].try_into().unwrap()), 16, "RTM_NEWLINK");
        assert!(buf[..len].windows(3).any(|w| w == b"lo\0"));
        socket.send(&get_lo()).unwrap();
        assert_eq!(socket.reply(&mut buf).unwrap(), got);
        assert_eq!(socket.try_recv(&mut buf), Err(Errno::EAGAIN));
    }

    #[test]
    fn names_by_index() {
        let socket = NetlinkSocket::open(NETLINK_ROUTE, 0).unwrap();
        let (name, flags) = socket.called(1).unwrap();
        assert_eq!(&name[..3], b"lo\0");
        assert_eq!(flags & 8, 8, "IFF_LOOPBACK");
        assert_eq!(socket.called(0x7fff_ffff).err(), Some(Errno(19)), "ENODEV");
    }

    #[test]
    fn cut_datagrams_say_their_length() {
        let socket = NetlinkSocket::open(NETLINK_ROUTE, 0).unwrap();
        socket.send(&get_lo()).unwrap();
        let mut buf = [0; 16];
        assert!(socket.recv(&mut buf).unwrap().len > 600);
        assert_eq!(socket.try_recv(&mut buf), Err(Errno::EAGAIN));
    }

    #[test]
    fn groups() {
        let socket = NetlinkSocket::open(NETLINK_ROUTE, 1).unwrap();
        assert_ne!(socket.port_id(), Ok(0));
        socket.join(5).unwrap();
        socket.leave(5).unwrap();
        socket.set_receive_buffer(1 << 20).unwrap();
        assert_eq!(socket.join(0), Err(Errno::EINVAL));
        assert_eq!(NetlinkSocket::open(9999, 0).err(), Some(Errno::EPROTONOSUPPORT));
    }
}
