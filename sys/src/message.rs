//! What recvmsg(2) wraps round a datagram: the sender's address and control messages, both read as plain bytes.
#![allow(unsafe_code)]

use crate::call::{call3, call5, call6};
use crate::errno::{Errno, check, check_len, retry};
use crate::fd::Fd;
use core::ffi::{c_int, c_void};
use core::mem::size_of;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use core::ptr::from_mut;

/// Bytes aligned as the kernel's structures want it.
#[repr(C, align(8))]
pub(crate) struct Aligned<const N: usize>(pub(crate) [u8; N]);

/// Room for a sockaddr of any family that we speak.
pub(crate) type Address = Aligned<32>;

impl<const N: usize> Aligned<N> {
    pub(crate) fn at<const W: usize>(&self, offset: usize) -> [u8; W] {
        self.0.get(offset..).and_then(|rest| rest.first_chunk()).copied().unwrap_or([0; W])
    }

    pub(crate) fn put(&mut self, offset: usize, bytes: &[u8]) {
        for (to, &from) in self.0.iter_mut().skip(offset).zip(bytes) {
            *to = from;
        }
    }
}

impl Address {
    pub(crate) fn new(family: u16) -> Address {
        let mut address = Aligned([0; 32]);
        address.put(0, &family.to_ne_bytes());
        address
    }

    /// struct sockaddr_in or sockaddr_in6, and its length.
    pub(crate) fn of_ip(ip: IpAddr, scope: u32) -> (Address, libc::socklen_t) {
        match ip {
            IpAddr::V4(ip) => {
                let mut address = Address::new(AF_INET);
                address.put(4, &ip.octets());
                (address, 16)
            }
            IpAddr::V6(ip) => {
                let mut address = Address::new(AF_INET6);
                address.put(8, &ip.octets());
                address.put(24, &scope.to_ne_bytes());
                (address, 28)
            }
        }
    }

    pub(crate) fn ip(&self) -> Option<IpAddr> {
        ip_of(&self.0)
    }

    pub(crate) fn pointer(&self) -> *const libc::sockaddr {
        (&raw const self.0).cast()
    }

    pub(crate) fn pointer_mut(&mut self) -> *mut libc::sockaddr {
        (&raw mut self.0).cast()
    }
}

pub(crate) const AF_INET: u16 = 2;
pub(crate) const AF_INET6: u16 = 10;

/// The address in a struct sockaddr_in or sockaddr_in6.
pub(crate) fn ip_of(bytes: &[u8]) -> Option<IpAddr> {
    match u16::from_ne_bytes(*bytes.first_chunk()?) {
        AF_INET => Some(Ipv4Addr::from(*bytes.get(4..)?.first_chunk::<4>()?).into()),
        AF_INET6 => Some(Ipv6Addr::from(*bytes.get(8..)?.first_chunk::<16>()?).into()),
        _ => None,
    }
}

/// Control messages, as the kernel laid them out: a native word for the length, then level, type and data.
pub(crate) struct Control {
    bytes: Aligned<128>,
    len: usize,
}

impl Control {
    /// The data of the first message of this level and type.
    pub(crate) fn find(&self, level: c_int, ty: c_int) -> Option<&[u8]> {
        let mut rest = self.bytes.0.get(..self.len)?;
        loop {
            let (len, after) = rest.split_first_chunk::<{ size_of::<usize>() }>()?;
            let (found_level, after) = after.split_first_chunk::<4>()?;
            let (found_ty, _) = after.split_first_chunk::<4>()?;
            let len = usize::from_ne_bytes(*len);
            // A length shorter than its own header would make this loop endless.
            let data = rest.get(..len)?.get(size_of::<usize>().saturating_add(8)..)?;
            if c_int::from_ne_bytes(*found_level) == level && c_int::from_ne_bytes(*found_ty) == ty {
                return Some(data);
            }
            rest = rest.get(len.checked_next_multiple_of(size_of::<usize>())?..)?;
        }
    }

    /// As [`Control::find`], for data that is one int.
    pub(crate) fn find_int(&self, level: c_int, ty: c_int) -> Option<c_int> {
        self.find(level, ty)?.first_chunk().map(|bytes| c_int::from_ne_bytes(*bytes))
    }
}

/// `recvmsg(fd, message, flags)`: the datagram's length, its sender, its control messages.
pub(crate) fn receive(fd: c_int, buf: &mut [u8], flags: c_int) -> Result<(usize, Address, Control), Errno> {
    let mut address = Address::new(0);
    let mut control = Control { bytes: Aligned([0; 128]), len: 0 };
    let mut part = libc::iovec { iov_base: buf.as_mut_ptr().cast(), iov_len: buf.len() };
    // SAFETY: integers and pointers, for which zero is a value.
    let mut message: libc::msghdr = unsafe { core::mem::zeroed() };
    let len = retry(|| {
        message.msg_name = address.pointer_mut().cast();
        message.msg_namelen = 32;
        message.msg_iov = &raw mut part;
        message.msg_iovlen = 1;
        message.msg_control = (&raw mut control.bytes).cast();
        message.msg_controllen = 128;
        // SAFETY: the header names an address, one buffer and control room, each of the length it states.
        check_len(unsafe { call3(libc::SYS_recvmsg, fd, from_mut(&mut message), flags) })
    })?;
    // u32 in one C library, usize in the other.
    #[allow(clippy::unnecessary_fallible_conversions, clippy::useless_conversion)]
    {
        control.len = usize::try_from(message.msg_controllen).unwrap_or(0);
    }
    Ok((len, address, control))
}

/// `recvfrom(fd, buf, flags, from)`: the datagram's length and its sender.
pub(crate) fn receive_from(
    fd: c_int,
    buf: &mut [u8],
    flags: c_int,
    from: &mut Address,
) -> Result<usize, Errno> {
    retry(|| {
        let mut room = 32;
        let (at, len) = (buf.as_mut_ptr().cast(), buf.len());
        // SAFETY: a buffer and an address, each of the length that is said.
        check_len(unsafe { libc::recvfrom(fd, at, len, flags, from.pointer_mut(), &mut room) })
    })
}

/// `sendto(fd, bytes, len, 0, address, address_len)`
pub(crate) fn send_to(
    fd: c_int,
    bytes: &[u8],
    address: &Address,
    address_len: libc::socklen_t,
) -> Result<(), Errno> {
    let to = address.pointer();
    // SAFETY: the kernel reads bytes.len() bytes of bytes and, no caller asking for more than 32, of the address.
    let call = || unsafe { call6(libc::SYS_sendto, fd, bytes.as_ptr(), bytes.len(), 0, to, address_len) };
    retry(|| check(call())).map(drop)
}

/// `socket(family, type | SOCK_CLOEXEC, protocol)`
pub(crate) fn socket(family: c_int, ty: c_int, protocol: c_int) -> Result<Fd, Errno> {
    // SAFETY: numbers only.
    check(unsafe { call3(libc::SYS_socket, family, ty | libc::SOCK_CLOEXEC, protocol) }).and_then(Fd::made)
}

/// `bind(fd, address, address_len)`
pub(crate) fn bind(fd: c_int, address: &Address, address_len: libc::socklen_t) -> Result<(), Errno> {
    // SAFETY: the address holds the 32 bytes that no caller asks for more than.
    check(unsafe { call3(libc::SYS_bind, fd, address.pointer(), address_len) }).map(drop)
}

/// `connect(fd, address, address_len)`
pub(crate) fn connect(fd: c_int, address: &Address, address_len: libc::socklen_t) -> Result<(), Errno> {
    // SAFETY: the address holds the 32 bytes that no caller asks for more than.
    check(unsafe { call3(libc::SYS_connect, fd, address.pointer(), address_len) }).map(drop)
}

/// `getsockname(fd, address, 32)`
pub(crate) fn local_name(fd: c_int) -> Result<Address, Errno> {
    let mut address = Address::new(0);
    let mut len: libc::socklen_t = 32;
    // SAFETY: the address has room for the 32 bytes that len tells.
    check(unsafe { call3(libc::SYS_getsockname, fd, address.pointer_mut(), from_mut(&mut len)) })?;
    Ok(address)
}

/// `setsockopt(fd, level, option, &value, 4)`
pub(crate) fn set_option(fd: c_int, level: c_int, option: c_int, value: c_int) -> Result<(), Errno> {
    set_option_to(fd, level, option, &value)
}

/// `setsockopt(fd, level, option, value, sizeof value)`: `T` is what the kernel takes for this option, and what it points
/// to is there.
pub(crate) fn set_option_to<T>(fd: c_int, level: c_int, option: c_int, value: &T) -> Result<(), Errno> {
    let len = libc::socklen_t::try_from(size_of::<T>()).map_err(|_| Errno::EINVAL)?;
    let value: *const c_void = core::ptr::from_ref(value).cast();
    // SAFETY: value points to so many bytes, which the kernel only reads.
    check(unsafe { call5(libc::SYS_setsockopt, fd, level, option, value, len) }).map(drop)
}

/// `getsockopt(fd, level, option, value, sizeof value)`
pub(crate) fn get_option<const N: usize>(
    fd: c_int,
    level: c_int,
    option: c_int,
    value: &mut Aligned<N>,
) -> Result<(), Errno> {
    let mut len = libc::socklen_t::try_from(N).map_err(|_| Errno::EINVAL)?;
    let value: *mut c_void = (&raw mut value.0).cast();
    // SAFETY: value is `len` bytes that may be written, of which every pattern is a value.
    check(unsafe { call5(libc::SYS_getsockopt, fd, level, option, value, from_mut(&mut len)) }).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn control(messages: &[(usize, c_int, c_int, &[u8])]) -> Control {
        let mut control = Control { bytes: Aligned([0; 128]), len: 0 };
        for (len, level, ty, data) in messages {
            let at = control.len;
            control.bytes.put(at, &len.to_ne_bytes());
            control.bytes.put(at + size_of::<usize>(), &level.to_ne_bytes());
            control.bytes.put(at + size_of::<usize>() + 4, &ty.to_ne_bytes());
            control.bytes.put(at + size_of::<usize>() + 8, data);
            control.len += len.next_multiple_of(size_of::<usize>());
        }
        control
    }

    #[test]
    fn control_messages() {
        let header = size_of::<usize>() + 8;
        let two = control(&[(header + 1, 1, 2, &[9]), (header + 4, 3, 4, &7_i32.to_ne_bytes())]);
        assert_eq!(two.find(1, 2), Some(&[9][..]));
        assert_eq!(two.find_int(1, 2), None);
        assert_eq!(two.find_int(3, 4), Some(7));
        assert_eq!(two.find(3, 5), None);
        assert_eq!(control(&[(0, 1, 2, &[])]).find(1, 3), None);
        let mut damaged = control(&[(5, 1, 2, &[])]);
        assert_eq!(damaged.find(1, 3), None);
        damaged.bytes.put(0, &usize::MAX.to_ne_bytes());
        damaged.len = 128;
        assert_eq!(damaged.find(1, 2), None);
    }

    #[test]
    fn addresses() {
        for text in ["192.0.2.1", "2001:db8::1"] {
            let ip: IpAddr = text.parse().unwrap();
            assert_eq!(Address::of_ip(ip, 3).0.ip(), Some(ip));
        }
        assert_eq!(Address::new(1).ip(), None);
        assert_eq!(ip_of(&[0]), None);
    }
}
