//! Sockets below the transports: ICMP echo (icmp(7), raw(7)) and frames of one link (packet(7)).

use crate::errno::Errno;
use crate::fd::Fd;
use crate::message::{
    Address, Aligned, bind, connect, get_option, ip_of, local_name, receive, send_to, set_option,
    set_option_to, socket,
};
use core::ffi::c_int;
use core::net::IpAddr;

const IPPROTO_ICMP: c_int = libc::IPPROTO_ICMP;
const IPPROTO_ICMPV6: c_int = libc::IPPROTO_ICMPV6;
// include/uapi/linux/in.h, in6.h
const IP_TTL: c_int = 2;
const IP_MTU_DISCOVER: c_int = 10;
const IP_RECVERR: c_int = 11;
const IP_RECVTTL: c_int = 12;
const IP_MULTICAST_TTL: c_int = 33;
const IPV6_UNICAST_HOPS: c_int = 16;
const IPV6_MULTICAST_HOPS: c_int = 18;
const IPV6_MTU_DISCOVER: c_int = 23;
const IPV6_RECVERR: c_int = 25;
const IPV6_RECVHOPLIMIT: c_int = 51;
const IPV6_HOPLIMIT: c_int = 52;
const SO_BINDTOIFINDEX: c_int = 62;

/// A socket for ICMP or ICMPv6 echo.
pub struct IcmpSocket {
    fd: Fd,
    v6: bool,
    raw: bool,
}

/// One ICMP datagram, apart from its bytes.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Echo {
    /// The datagram's real length in bytes. On a raw ICMPv4 socket the IP header comes first and counts.
    pub len: usize,
    /// The sender.
    pub from: Option<IpAddr>,
    /// The sender's scope: for a link-local IPv6 address the ifindex it arrived through, else 0.
    pub scope: u32,
    /// The time to live, or hop limit, it arrived with.
    pub ttl: Option<u8>,
}

/// An ICMP error about something we sent: struct sock_extended_err of include/uapi/linux/errqueue.h.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct IcmpError {
    /// The length of what came back of our datagram, which starts with its ICMP header.
    pub len: usize,
    /// What the error means to a socket.
    pub errno: Errno,
    /// `SO_EE_ORIGIN_*`: 1 local, 2 ICMP, 3 ICMPv6.
    pub origin: u8,
    /// The ICMP type of the error.
    pub ty: u8,
    /// Its code.
    pub code: u8,
    /// What goes with type and code: the MTU, a place in the packet, a gateway.
    pub info: u32,
    /// Who sent it.
    pub from: Option<IpAddr>,
    /// The sender's scope, as in [`Echo`].
    pub scope: u32,
}

impl IcmpSocket {
    /// `socket(family, SOCK_DGRAM, IPPROTO_ICMP)`, or `SOCK_RAW` where net.ipv4.ping_group_range forbids that.
    ///
    /// With `SOCK_DGRAM` the kernel writes the echo's identifier and checksum, and delivers our own replies alone.
    /// The error is that of the first try.
    pub fn open(v6: bool) -> Result<IcmpSocket, Errno> {
        let (family, protocol) =
            if v6 { (libc::AF_INET6, IPPROTO_ICMPV6) } else { (libc::AF_INET, IPPROTO_ICMP) };
        let (fd, raw) = match socket(family, libc::SOCK_DGRAM, protocol) {
            Ok(fd) => (fd, false),
            Err(_) => (socket(family, libc::SOCK_RAW, protocol)?, true),
        };
        let socket = IcmpSocket { fd, v6, raw };
        // An echo without its time to live, or without the errors on its way, is still an echo.
        let _ = socket.set(IP_RECVTTL, IPV6_RECVHOPLIMIT, 1);
        let _ = socket.set(IP_RECVERR, IPV6_RECVERR, 1);
        Ok(socket)
    }

    /// Whether it is a raw socket: replies to others come too, identifier and ICMPv4 checksum are the caller's.
    pub fn is_raw(&self) -> bool {
        self.raw
    }

    /// The descriptor, for [`crate::fd::poll`].
    pub fn as_fd(&self) -> &Fd {
        &self.fd
    }

    /// `IP_TTL` and `IP_MULTICAST_TTL`, or `IPV6_UNICAST_HOPS` and `IPV6_MULTICAST_HOPS`, of what is sent.
    pub fn set_ttl(&self, ttl: u8) -> Result<(), Errno> {
        self.set(IP_MULTICAST_TTL, IPV6_MULTICAST_HOPS, ttl.into())?;
        self.set(IP_TTL, IPV6_UNICAST_HOPS, ttl.into())
    }

    /// `IP_MTU_DISCOVER` or `IPV6_MTU_DISCOVER`: `IP_PMTUDISC_*`, 0 never, 1 as the route wants, 2 always, which
    /// forbids fragments.
    pub fn set_mtu_discover(&self, mode: u8) -> Result<(), Errno> {
        self.set(IP_MTU_DISCOVER, IPV6_MTU_DISCOVER, mode.into())
    }

    /// `SO_BROADCAST`: allows broadcast addresses.
    pub fn set_broadcast(&self) -> Result<(), Errno> {
        set_option(self.fd.raw(), libc::SOL_SOCKET, libc::SO_BROADCAST, 1)
    }

    /// `SO_BINDTOIFINDEX`: send and receive through this link alone (Linux 5.0).
    pub fn bind_link(&self, ifindex: u32) -> Result<(), Errno> {
        let ifindex = c_int::try_from(ifindex).map_err(|_| Errno::EINVAL)?;
        set_option(self.fd.raw(), libc::SOL_SOCKET, SO_BINDTOIFINDEX, ifindex)
    }

    /// `bind(fd, address)`: the source address of what is sent; `scope` as in [`IcmpSocket::send`].
    pub fn bind(&self, source: IpAddr, scope: u32) -> Result<(), Errno> {
        let (address, len) = Address::of_ip(source, scope);
        bind(self.fd.raw(), &address, len)
    }

    /// `sendto(fd, bytes, len, 0, to)`; `scope` is the ifindex that a link-local IPv6 address wants, else 0.
    ///
    /// An error that arrived for an earlier datagram may be told here.
    pub fn send(&self, bytes: &[u8], to: IpAddr, scope: u32) -> Result<(), Errno> {
        let (address, len) = Address::of_ip(to, scope);
        send_to(self.fd.raw(), bytes, &address, len)
    }

    /// `recvmsg(fd, message, MSG_TRUNC | MSG_DONTWAIT)`. `EAGAIN`: nothing there; poll first.
    pub fn recv(&self, buf: &mut [u8]) -> Result<Echo, Errno> {
        let (len, address, control) = receive(self.fd.raw(), buf, libc::MSG_TRUNC | libc::MSG_DONTWAIT)?;
        let ttl = if self.v6 {
            control.find_int(libc::IPPROTO_IPV6, IPV6_HOPLIMIT)
        } else {
            control.find_int(libc::IPPROTO_IP, IP_TTL)
        };
        let ttl = ttl.and_then(|ttl| u8::try_from(ttl).ok());
        Ok(Echo { len, from: address.ip(), scope: scope_of(&address), ttl })
    }

    /// `recvmsg(fd, message, MSG_ERRQUEUE)`: the next error that came back; poll tells of one by `ERR`.
    ///
    /// `EAGAIN`: none there. `EPROTO`: the kernel told it without its details.
    pub fn recv_error(&self, buf: &mut [u8]) -> Result<IcmpError, Errno> {
        let (len, _, control) = receive(self.fd.raw(), buf, libc::MSG_ERRQUEUE | libc::MSG_DONTWAIT)?;
        let data = if self.v6 {
            control.find(libc::IPPROTO_IPV6, IPV6_RECVERR)
        } else {
            control.find(libc::IPPROTO_IP, IP_RECVERR)
        };
        // errno u32, origin, type, code, pad, info u32, data u32, then the offender's sockaddr.
        let (head, offender) = data.and_then(|data| data.split_first_chunk::<16>()).ok_or(Errno::EPROTO)?;
        let &[a, b, c, d, origin, ty, code, _, i, j, k, l, ..] = head;
        let errno = Errno(i32::from_ne_bytes([a, b, c, d]));
        let info = u32::from_ne_bytes([i, j, k, l]);
        let mut address = Address::new(0);
        address.put(0, offender);
        Ok(IcmpError { len, errno, origin, ty, code, info, from: ip_of(offender), scope: scope_of(&address) })
    }

    fn set(&self, v4: c_int, v6: c_int, value: c_int) -> Result<(), Errno> {
        let (level, option) = if self.v6 { (libc::IPPROTO_IPV6, v6) } else { (libc::IPPROTO_IP, v4) };
        set_option(self.fd.raw(), level, option, value)
    }
}

// sin6_scope_id of a struct sockaddr_in6.
fn scope_of(address: &Address) -> u32 {
    if address.ip().is_some_and(|ip| ip.is_ipv6()) { u32::from_ne_bytes(address.at(24)) } else { 0 }
}

/// The address that the kernel would send from, towards `to` (and through the link `ifindex` unless that is 0), as
/// connect(2) of a UDP socket finds it; nothing is sent.
///
/// `EACCES`: a broadcast address, and `broadcast` did not allow one. `ENETUNREACH`, `EHOSTUNREACH`: no route.
pub fn source_towards(to: IpAddr, scope: u32, ifindex: u32, broadcast: bool) -> Result<IpAddr, Errno> {
    let family = if to.is_ipv6() { libc::AF_INET6 } else { libc::AF_INET };
    let fd = socket(family, libc::SOCK_DGRAM, 0)?;
    if ifindex != 0 {
        let ifindex = c_int::try_from(ifindex).map_err(|_| Errno::EINVAL)?;
        set_option(fd.raw(), libc::SOL_SOCKET, SO_BINDTOIFINDEX, ifindex)?;
    }
    if broadcast {
        set_option(fd.raw(), libc::SOL_SOCKET, libc::SO_BROADCAST, 1)?;
    }
    let (address, len) = Address::of_ip(to, scope);
    connect(fd.raw(), &address, len)?;
    local_name(fd.raw())?.ip().ok_or(Errno::EAFNOSUPPORT)
}

/// `ETH_P_ARP` of include/uapi/linux/if_ether.h.
pub const ETH_P_ARP: u16 = 0x0806;

/// `ETH_P_ALL`: every protocol, and what this host sends too.
const ETH_P_ALL: u16 = 3;
// include/uapi/linux/if_packet.h
const PACKET_ADD_MEMBERSHIP: c_int = 1;
const PACKET_STATISTICS: c_int = 6;
const PACKET_MR_PROMISC: u8 = 1;

/// An instruction of classic BPF, `struct sock_filter` of include/uapi/linux/filter.h.
#[repr(C)]
#[derive(Copy, Clone)]
pub struct Insn {
    /// The operation.
    pub code: u16,
    /// How many instructions to pass over when a comparison holds.
    pub jt: u8,
    /// And when it does not.
    pub jf: u8,
    /// Its operand.
    pub k: u32,
}

/// A socket for the frames of one protocol on one link, without their link headers; or with them, for all protocols.
pub struct PacketSocket {
    fd: Fd,
    ifindex: u32,
    protocol: u16,
}

/// One frame, apart from its bytes.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Frame {
    /// The frame's real length in bytes, its link header not counted.
    pub len: usize,
    /// The sender's link address, `from_len` bytes of it.
    pub from: [u8; 8],
    /// The length of the sender's link address; above 8 only its first 8 bytes are known.
    pub from_len: u8,
    /// `PACKET_HOST` 0, `PACKET_BROADCAST` 1, `PACKET_MULTICAST` 2, `PACKET_OTHERHOST` 3, `PACKET_OUTGOING` 4.
    pub kind: u8,
    /// The link.
    pub ifindex: u32,
    /// `ARPHRD_*` of the link.
    pub hardware: u16,
}

impl PacketSocket {
    /// `socket(AF_PACKET, SOCK_DGRAM, protocol)` and `bind(fd, {protocol, ifindex})`.
    ///
    /// The socket is made deaf and hears from the bind on, so that no other link's frame slips in.
    pub fn open(ifindex: u32, protocol: u16) -> Result<PacketSocket, Errno> {
        let socket = PacketSocket { fd: socket(libc::AF_PACKET, libc::SOCK_DGRAM, 0)?, ifindex, protocol };
        bind(socket.fd.raw(), &socket.address(&[])?, SOCKADDR_LL)?;
        Ok(socket)
    }

    /// `socket(AF_PACKET, SOCK_RAW, 0)`, `SO_ATTACH_FILTER`, and `bind(fd, {ETH_P_ALL, ifindex})`: the frames that
    /// `filter` lets through, link headers first, both ways. On one link, which is then to take the frames for others
    /// too; with ifindex 0 on all of them.
    pub fn listen(ifindex: u32, filter: &[Insn]) -> Result<PacketSocket, Errno> {
        let fd = socket(libc::AF_PACKET, libc::SOCK_RAW, 0)?;
        let socket = PacketSocket { fd, ifindex, protocol: ETH_P_ALL };
        let program = libc::sock_fprog {
            len: u16::try_from(filter.len()).map_err(|_| Errno::EINVAL)?,
            filter: filter.as_ptr().cast_mut().cast(),
        };
        set_option_to(socket.fd.raw(), libc::SOL_SOCKET, libc::SO_ATTACH_FILTER, &program)?;
        if ifindex != 0 {
            // struct packet_mreq: ifindex i32, type u16, address length u16, address.
            let mut request = Aligned([0; 16]);
            request.put(0, &ifindex.to_ne_bytes());
            request.put(4, &u16::from(PACKET_MR_PROMISC).to_ne_bytes());
            set_option_to(socket.fd.raw(), libc::SOL_PACKET, PACKET_ADD_MEMBERSHIP, &request)?;
        }
        bind(socket.fd.raw(), &socket.address(&[])?, SOCKADDR_LL)?;
        Ok(socket)
    }

    /// `getsockopt(fd, SOL_PACKET, PACKET_STATISTICS)`: the frames that came through the filter since this was asked
    /// last, and those of them that there was no room for.
    pub fn statistics(&self) -> (u32, u32) {
        let mut counts = Aligned([0; 8]);
        let _ = get_option(self.fd.raw(), libc::SOL_PACKET, PACKET_STATISTICS, &mut counts);
        (u32::from_ne_bytes(counts.at(0)), u32::from_ne_bytes(counts.at(4)))
    }

    /// The descriptor, for [`crate::fd::poll`].
    pub fn as_fd(&self) -> &Fd {
        &self.fd
    }

    /// `sendto(fd, bytes, len, 0, to)`: `to` is a link address. `EINVAL`: it is longer than 8 bytes.
    pub fn send(&self, bytes: &[u8], to: &[u8]) -> Result<(), Errno> {
        send_to(self.fd.raw(), bytes, &self.address(to)?, SOCKADDR_LL)
    }

    /// `recvmsg(fd, message, MSG_TRUNC | MSG_DONTWAIT)`. `EAGAIN`: nothing there; poll first.
    pub fn recv(&self, buf: &mut [u8]) -> Result<Frame, Errno> {
        let (len, address, _) = receive(self.fd.raw(), buf, libc::MSG_TRUNC | libc::MSG_DONTWAIT)?;
        let [kind, from_len] = address.at(10);
        let (ifindex, hardware) = (u32::from_ne_bytes(address.at(4)), u16::from_ne_bytes(address.at(8)));
        Ok(Frame { len, from: address.at(12), from_len, kind, ifindex, hardware })
    }

    // struct sockaddr_ll of include/uapi/linux/if_packet.h: family u16, protocol be16, ifindex i32, hatype u16,
    // pkttype u8, halen u8, address.
    fn address(&self, to: &[u8]) -> Result<Address, Errno> {
        let to_len = u8::try_from(to.len()).ok().filter(|&len| len <= 8).ok_or(Errno::EINVAL)?;
        let mut address = Address::new(AF_PACKET);
        address.put(2, &self.protocol.to_be_bytes());
        address.put(4, &self.ifindex.to_ne_bytes());
        address.put(11, &[to_len]);
        address.put(12, to);
        Ok(address)
    }
}

const AF_PACKET: u16 = 17;
const SOCKADDR_LL: libc::socklen_t = 20;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fd::{PollFd, PollFlags, poll};
    use crate::ns::{CloneFlags, unshare};
    use crate::process::{Fork, Status, exit, fork, wait};
    use core::net::{Ipv4Addr, Ipv6Addr};

    fn in_namespace(run: fn() -> u8) {
        let pid = match fork().unwrap() {
            Fork::Child => exit(match unshare(CloneFlags::NEWNET) {
                Ok(()) => run(),
                Err(_) => 2,
            }),
            Fork::Parent(pid) => pid,
        };
        match wait(pid).unwrap() {
            Status::Exited(2) => std::eprintln!("SKIPPED: unshare(CLONE_NEWNET) is not permitted here"),
            status => assert_eq!(status, Status::Exited(0)),
        }
    }

    // RTM_NEWLINK: ifinfomsg with index 1, flags and change IFF_UP.
    fn lo_up() -> bool {
        use crate::netlink::{NETLINK_ROUTE, NetlinkSocket};
        let mut message = [0; 32];
        let words: [(usize, u32); 4] = [(0, 32), (20, 1), (24, 1), (28, 1)];
        for (at, word) in words {
            message[at..at + 4].copy_from_slice(&word.to_ne_bytes());
        }
        message[4..6].copy_from_slice(&16_u16.to_ne_bytes());
        message[6..8].copy_from_slice(&5_u16.to_ne_bytes());
        let Ok(socket) = NetlinkSocket::open(NETLINK_ROUTE, 0) else { return false };
        let mut answer = [0; 256];
        socket.send(&message).is_ok() && socket.recv(&mut answer).is_ok() && answer[16..20] == [0; 4]
    }

    fn echo(ip: IpAddr) -> u8 {
        let Ok(socket) = IcmpSocket::open(ip.is_ipv6()) else { return 3 };
        let (request, reply) = if ip.is_ipv6() { (128, 129) } else { (8, 0) };
        // The checksum of ICMPv4, for where the socket is raw: one's complement of the two words that are not 0.
        let sum = if ip.is_ipv6() { [0, 0] } else { (!(0x0800_u16 + 0x0007)).to_be_bytes() };
        let message = [request, 0, sum[0], sum[1], 0, 0, 0, 7];
        if source_towards(ip, 0, 1, false) != Ok(ip) || socket.set_mtu_discover(2).is_err() {
            return 7;
        }
        if socket.set_ttl(33).is_err()
            || socket.bind_link(1).is_err()
            || socket.send(&message, ip, 0).is_err()
        {
            return 4;
        }
        loop {
            let mut fds = [PollFd::new(socket.as_fd().raw(), PollFlags::IN)];
            if poll(&mut fds, 2_000) != Ok(1) {
                return 5;
            }
            let mut buf = [0; 64];
            let Ok(got) = socket.recv(&mut buf) else { return 6 };
            let at = if socket.is_raw() && ip.is_ipv4() { 20 } else { 0 };
            // A raw socket hears the request too: this is the loopback link.
            if buf[at] == reply {
                let same = got.from == Some(ip) && got.len == at + 8 && buf[at + 7] == 7;
                return u8::from(!same || got.ttl.is_none() || got.scope != 0);
            }
        }
    }

    #[test]
    fn echo_over_lo() {
        in_namespace(|| if lo_up() { echo(Ipv4Addr::LOCALHOST.into()) } else { 9 });
        in_namespace(|| if lo_up() { echo(Ipv6Addr::LOCALHOST.into()) } else { 9 });
    }

    #[test]
    fn no_route() {
        in_namespace(|| {
            let Ok(socket) = IcmpSocket::open(false) else { return 3 };
            let sent = socket.send(&[8, 0, 0, 0, 0, 0, 0, 0], Ipv4Addr::new(192, 0, 2, 1).into(), 0);
            let empty = socket.recv(&mut [0; 64]) == Err(Errno::EAGAIN);
            let no_error = socket.recv_error(&mut [0; 64]) == Err(Errno::EAGAIN);
            let source = source_towards(Ipv4Addr::new(192, 0, 2, 1).into(), 0, 0, false);
            let unreachable = (sent, source) == (Err(Errno::ENETUNREACH), Err(Errno::ENETUNREACH));
            u8::from(!unreachable || !empty || !no_error)
        });
    }

    #[test]
    fn frames_over_lo() {
        in_namespace(|| {
            if !lo_up() {
                return 9;
            }
            let Ok(socket) = PacketSocket::open(1, ETH_P_ARP) else { return 3 };
            if socket.send(b"frame", &[0; 9]) != Err(Errno::EINVAL) || socket.send(b"frame", &[0; 6]).is_err()
            {
                return 4;
            }
            let mut fds = [PollFd::new(socket.as_fd().raw(), PollFlags::IN)];
            if poll(&mut fds, 2_000) != Ok(1) {
                return 5;
            }
            let mut buf = [0; 64];
            let Ok(got) = socket.recv(&mut buf) else { return 6 };
            u8::from(got.len != 5 || got.from_len != 6 || !buf.starts_with(b"frame"))
        });
    }
}
