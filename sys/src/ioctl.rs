//! What has no netlink: tun and tap devices that stay.
#![allow(unsafe_code)]

use crate::call::call3;
use crate::errno::{Errno, check};
use crate::fd::{Fd, OFlags, open};
use crate::message::socket;
use core::ffi::c_ulong;
use core::ptr::from_mut;

// include/uapi/linux/if_tun.h
const TUNSETIFF: libc::Ioctl = 0x4004_54ca;
const TUNSETPERSIST: libc::Ioctl = 0x4004_54cb;
const TUNSETOWNER: libc::Ioctl = 0x4004_54cc;
const TUNSETGROUP: libc::Ioctl = 0x4004_54ce;

bitflags::bitflags! {
    /// `IFF_*` of include/uapi/linux/if_tun.h: what a tun device is.
    #[derive(Copy, Clone, PartialEq, Eq)]
    pub struct TunFlags: u16 {
        /// Packets.
        const TUN = 0x0001;
        /// Ethernet frames.
        const TAP = 0x0002;
        /// Several queues.
        const MULTI_QUEUE = 0x0100;
        /// No header before each packet.
        const NO_PI = 0x1000;
        /// One packet in flight; without effect since Linux 2.6.27.
        const ONE_QUEUE = 0x2000;
        /// A struct virtio_net_hdr before each packet.
        const VNET_HDR = 0x4000;
        /// The device must be new.
        const TUN_EXCL = 0x8000;
    }
}

// include/uapi/linux/sockios.h
const SIOCADDMULTI: libc::Ioctl = 0x8931;
const SIOCDELMULTI: libc::Ioctl = 0x8932;

// struct ifreq, here with a struct sockaddr: a family, which the kernel does not look at, and the address.
#[repr(C)]
struct AddressRequest {
    name: [u8; 16],
    family: u16,
    address: [u8; 6],
    rest: [u8; 16],
}

/// `SIOCADDMULTI`, or to take it away again `SIOCDELMULTI`: a device is to receive what goes to a link-layer multicast
/// address.
///
/// `EINVAL`: the name has no byte, or more than 15.
pub fn multicast(name: &[u8], address: [u8; 6], add: bool) -> Result<(), Errno> {
    if name.is_empty() || name.len() > 15 {
        return Err(Errno::EINVAL);
    }
    let socket = socket(libc::AF_INET, libc::SOCK_DGRAM, 0)?;
    let mut request = AddressRequest { name: [0; 16], family: 0, address, rest: [0; 16] };
    for (to, &from) in request.name.iter_mut().zip(name) {
        *to = from;
    }
    let code = if add { SIOCADDMULTI } else { SIOCDELMULTI };
    // SAFETY: request is a struct ifreq, in full, that the kernel may write to.
    check(unsafe { call3(libc::SYS_ioctl, socket.raw(), code, from_mut(&mut request)) })?;
    let _ = (request.family, request.rest);
    Ok(())
}

/// A tun or tap device, attached to.
pub struct Tun(Fd, [u8; 16]);

// struct ifreq of include/uapi/linux/if.h: the name, then a union of 24 bytes (16 on 32 bit), here its flags.
#[repr(C)]
struct FlagsRequest {
    name: [u8; 16],
    flags: u16,
    rest: [u8; 22],
}

impl Tun {
    /// `open("/dev/net/tun")` and `TUNSETIFF`: makes the device, or attaches to the one of that name.
    ///
    /// `EINVAL`: the name has no byte, or more than 15.
    pub fn open(name: &[u8], flags: TunFlags) -> Result<Tun, Errno> {
        if name.is_empty() || name.len() > 15 {
            return Err(Errno::EINVAL);
        }
        let fd = open(c"/dev/net/tun", OFlags::RDWR, 0)?;
        let mut request = FlagsRequest { name: [0; 16], flags: flags.bits(), rest: [0; 22] };
        for (to, &from) in request.name.iter_mut().zip(name) {
            *to = from;
        }
        // SAFETY: request is a struct ifreq, in full, that the kernel may write to.
        check(unsafe { call3(libc::SYS_ioctl, fd.raw(), TUNSETIFF, from_mut(&mut request)) })?;
        let _ = request.rest;
        Ok(Tun(fd, request.name))
    }

    /// Its name, as the kernel chose it where `%d` was asked for.
    pub fn name(&self) -> &[u8] {
        self.1.split(|b| *b == 0).next().unwrap_or_default()
    }

    /// The descriptor.
    pub fn as_fd(&self) -> &Fd {
        &self.0
    }

    /// `TUNSETPERSIST`: whether the device outlives this descriptor.
    pub fn set_persist(&self, persist: bool) -> Result<(), Errno> {
        self.set(TUNSETPERSIST, c_ulong::from(persist))
    }

    /// `TUNSETOWNER`: who else may attach.
    pub fn set_owner(&self, uid: u32) -> Result<(), Errno> {
        self.set(TUNSETOWNER, c_ulong::from(uid))
    }

    /// `TUNSETGROUP`: which group may attach.
    pub fn set_group(&self, gid: u32) -> Result<(), Errno> {
        self.set(TUNSETGROUP, c_ulong::from(gid))
    }

    fn set(&self, request: libc::Ioctl, value: c_ulong) -> Result<(), Errno> {
        // SAFETY: these requests take their argument by value.
        check(unsafe { call3(libc::SYS_ioctl, self.0.raw(), request, value) }).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ns::{CloneFlags, unshare};
    use crate::process::{Fork, Status, exit, fork, wait};

    fn persist() -> u8 {
        if unshare(CloneFlags::NEWNET).is_err() {
            return 2;
        }
        let tun = match Tun::open(b"tun7", TunFlags::TUN | TunFlags::NO_PI) {
            Ok(tun) => tun,
            Err(Errno::ENOENT | Errno::ENODEV | Errno::EPERM) => return 2,
            Err(_) => return 3,
        };
        let set = tun.set_owner(0).is_ok() && tun.set_group(0).is_ok() && tun.set_persist(true).is_ok();
        drop(tun);
        let Ok(again) = Tun::open(b"tun7", TunFlags::TUN | TunFlags::NO_PI) else { return 4 };
        // The namespace, and the device with it, goes with this process in any case.
        u8::from(!set || again.set_persist(false).is_err())
    }

    #[test]
    fn tun_stays() {
        let pid = match fork().unwrap() {
            Fork::Child => exit(persist()),
            Fork::Parent(pid) => pid,
        };
        match wait(pid).unwrap() {
            Status::Exited(2) => std::eprintln!("SKIPPED: no tun devices here"),
            status => assert_eq!(status, Status::Exited(0)),
        }
    }

    #[test]
    fn names() {
        assert_eq!(Tun::open(b"", TunFlags::TUN).err(), Some(Errno::EINVAL));
        assert_eq!(Tun::open(b"sixteen-bytes-xx", TunFlags::TUN).err(), Some(Errno::EINVAL));
    }
}
