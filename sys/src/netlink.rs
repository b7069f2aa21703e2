//! Netlink sockets: datagrams to and from the kernel, nothing about what is in them. See netlink(7).
#![allow(unsafe_code)]

use crate::errno::{Errno, check, check_len, retry};
use crate::fd::Fd;
use core::ffi::{c_int, c_void};
use core::mem::size_of;

// include/uapi/linux/netlink.h
const NETLINK_ADD_MEMBERSHIP: c_int = 1;
const NETLINK_DROP_MEMBERSHIP: c_int = 2;
const NETLINK_LISTEN_ALL_NSID: c_int = 8;
const NETLINK_EXT_ACK: c_int = 11;
const NETLINK_GET_STRICT_CHK: c_int = 12;

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

// The kernel puts one control message at the start, and its data where the header ends:
// cmsghdr is a whole number of words on every target.
#[repr(C)]
struct Control {
    header: libc::cmsghdr,
    nsid: c_int,
    room: [usize; 4],
}

impl NetlinkSocket {
    /// `socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol)` and its two options; three calls.
    ///
    /// `groups` is a bit mask of the multicast groups 1 to 32 and costs a bind(2); with 0 the kernel binds when
    /// the first message is sent. An old kernel that refuses an option is used without it.
    pub fn open(protocol: i32, groups: u32) -> Result<NetlinkSocket, Errno> {
        // SAFETY: numbers only.
        let fd =
            check(unsafe { libc::socket(libc::AF_NETLINK, libc::SOCK_RAW | libc::SOCK_CLOEXEC, protocol) });
        let mut socket = NetlinkSocket { fd: Fd::from_raw(fd?), strict: false };
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
        let mut address = blank();
        address.nl_groups = groups;
        // SAFETY: the address is a sockaddr_nl of the length given.
        check(unsafe { libc::bind(self.fd.raw(), (&raw const address).cast(), ADDRESS_LEN) }).map(drop)
    }

    /// `send(fd, message, len, 0)`: to the kernel, which an unconnected netlink socket sends to.
    pub fn send(&self, message: &[u8]) -> Result<(), Errno> {
        // SAFETY: the kernel reads message.len() bytes of message.
        retry(|| check_len(unsafe { libc::send(self.fd.raw(), message.as_ptr().cast(), message.len(), 0) }))
            .map(drop)
    }

    /// `recvmsg(fd, message, MSG_TRUNC)`: waits for the next datagram.
    ///
    /// `ENOBUFS`: the kernel had to drop notifications, or an ack, for want of room.
    pub fn recv(&self, buf: &mut [u8]) -> Result<Received, Errno> {
        self.receive(buf, libc::MSG_TRUNC)
    }

    /// As [`NetlinkSocket::recv`] without waiting. `EAGAIN`: nothing there.
    pub fn try_recv(&self, buf: &mut [u8]) -> Result<Received, Errno> {
        self.receive(buf, libc::MSG_TRUNC | libc::MSG_DONTWAIT)
    }

    /// `recv(fd, NULL, 0, MSG_PEEK | MSG_TRUNC)`: waits, then tells the next datagram's length and leaves it there.
    pub fn peek_len(&self) -> Result<usize, Errno> {
        let flags = libc::MSG_PEEK | libc::MSG_TRUNC;
        // SAFETY: no room is offered, so nothing is written.
        retry(|| check_len(unsafe { libc::recv(self.fd.raw(), core::ptr::null_mut(), 0, flags) }))
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
        let mut address = blank();
        let mut len = ADDRESS_LEN;
        // SAFETY: the address has room for the length given.
        check(unsafe { libc::getsockname(self.fd.raw(), (&raw mut address).cast(), &mut len) })?;
        Ok(address.nl_pid)
    }

    fn set(&self, level: c_int, option: c_int, value: c_int) -> Result<(), Errno> {
        setsockopt(self.fd.raw(), level, option, value)
    }

    fn receive(&self, buf: &mut [u8], flags: c_int) -> Result<Received, Errno> {
        let mut from = blank();
        let mut part = libc::iovec { iov_base: buf.as_mut_ptr().cast(), iov_len: buf.len() };
        // SAFETY: all integers, for which zero is a value.
        let mut control: Control = unsafe { core::mem::zeroed() };
        // SAFETY: integers and pointers, for which zero is a value.
        let mut message: libc::msghdr = unsafe { core::mem::zeroed() };
        let len = retry(|| {
            message.msg_name = (&raw mut from).cast();
            message.msg_namelen = ADDRESS_LEN;
            message.msg_iov = &raw mut part;
            message.msg_iovlen = 1;
            message.msg_control = (&raw mut control).cast();
            message.msg_controllen = CONTROL_LEN;
            // SAFETY: the header names an address, one buffer and control room, each of the length it states.
            check_len(unsafe { libc::recvmsg(self.fd.raw(), &mut message, flags) })
        })?;
        let has_nsid = message.msg_controllen != 0
            && control.header.cmsg_level == libc::SOL_NETLINK
            && control.header.cmsg_type == NETLINK_LISTEN_ALL_NSID;
        let group = from.nl_groups.checked_ilog2().map_or(0, |bit| bit.saturating_add(1));
        // Zeroed, so it reads as 0 and not as noise where the kernel sent none.
        let nsid = if has_nsid { Some(control.nsid) } else { None };
        let _ = control.room;
        Ok(Received { len, from: from.nl_pid, group, nsid })
    }
}

// The two length types differ between C libraries, hence constants of the fields' own types.
#[allow(clippy::cast_possible_truncation)]
const ADDRESS_LEN: libc::socklen_t = size_of::<libc::sockaddr_nl>() as libc::socklen_t;
#[cfg(target_env = "musl")]
#[allow(clippy::cast_possible_truncation)]
const CONTROL_LEN: libc::socklen_t = size_of::<Control>() as libc::socklen_t;
#[cfg(not(target_env = "musl"))]
const CONTROL_LEN: usize = size_of::<Control>();

fn blank() -> libc::sockaddr_nl {
    // SAFETY: all integers, for which zero is a value.
    let mut address: libc::sockaddr_nl = unsafe { core::mem::zeroed() };
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    {
        address.nl_family = libc::AF_NETLINK as libc::sa_family_t;
    }
    address
}

/// `setsockopt(fd, level, option, &value, 4)`
pub(crate) fn setsockopt(fd: c_int, level: c_int, option: c_int, value: c_int) -> Result<(), Errno> {
    let value: *const c_void = (&raw const value).cast();
    // SAFETY: value points to one c_int, which is four bytes.
    check(unsafe { libc::setsockopt(fd, level, option, value, 4) }).map(drop)
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
        let len = socket.peek_len().unwrap();
        let mut buf = [0; 8192];
        let got = socket.recv(&mut buf).unwrap();
        assert_eq!(got, Received { len, from: 0, group: 0, nsid: None });
        assert_eq!(u16::from_ne_bytes(buf[4..6].try_into().unwrap()), 16, "RTM_NEWLINK");
        assert!(buf[..len].windows(3).any(|w| w == b"lo\0"));
        assert_eq!(socket.try_recv(&mut buf), Err(Errno::EAGAIN));
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
