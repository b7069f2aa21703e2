//! The system below the commands: the standard streams and the netlink sockets.

use core::cell::Cell;
use nlbox_core::bytes::until_nul;
use nlbox_core::conn::{Errno, Received, Transport};
use nlbox_core::text::ifname::IfName;
use nlbox_core::text::out::Sink;
use nlbox_sys::netlink::NetlinkSocket;

/// A standard stream by its descriptor.
pub struct Stream(pub i32);

impl Sink for Stream {
    fn write_all(&mut self, bytes: &[u8]) -> Result<(), i32> {
        nlbox_sys::fd::write_all(self.0, bytes).map_err(|e| e.0)
    }
}

/// A netlink socket that is opened when it is first needed: `-n` and `netns` change the namespace before that.
pub struct Socket<'p> {
    protocol: i32,
    open: Option<Open>,
    /// The one of another namespace, set aside.
    aside: Option<Open>,
    /// Where one of rtnetlink lies while nothing is awaited, for whoever asks next.
    pool: Option<&'p Pool>,
}

/// Room for the socket that conversations take turns with.
pub type Pool = Cell<Option<Open>>;

/// An open socket.
pub struct Open {
    socket: NetlinkSocket,
    /// Our port id, 0 before it is asked.
    port: u32,
}

impl<'p> Socket<'p> {
    /// A socket of `NETLINK_*` family `protocol`, not opened yet.
    #[must_use]
    pub const fn new(protocol: i32) -> Self {
        Socket { protocol, open: None, aside: None, pool: None }
    }

    /// One of rtnetlink that is shared by way of `pool`.
    #[must_use]
    pub const fn shared(pool: &'p Pool) -> Self {
        Socket { protocol: 0, open: None, aside: None, pool: Some(pool) }
    }

    fn open(&mut self) -> Result<&mut Open, Errno> {
        if self.open.is_none() {
            self.open = match self.take() {
                Some(open) => Some(open),
                None => Some(Open { socket: NetlinkSocket::open(self.protocol, 0).map_err(errno)?, port: 0 }),
            };
        }
        // EBADF: what stands above has made it some.
        self.open.as_mut().ok_or(Errno(9))
    }

    /// Ours, or the one in the pool.
    fn take(&mut self) -> Option<Open> {
        let pool = self.pool.filter(|_| self.protocol == 0);
        self.open.take().or_else(|| pool?.take())
    }
}

fn errno(e: nlbox_sys::errno::Errno) -> Errno {
    Errno(e.0)
}

impl Transport for Socket<'_> {
    fn send(&mut self, datagram: &[u8]) -> Result<(), Errno> {
        self.open()?.socket.send(datagram).map_err(errno)
    }

    fn recv(&mut self, buf: &mut [u8]) -> Result<Received, Errno> {
        let r = self.open()?.socket.reply(buf).map_err(errno)?;
        Ok(Received { len: r.len, from: r.from, group: r.group })
    }

    fn port(&mut self) -> Result<u32, Errno> {
        let open = self.open()?;
        if open.port == 0 {
            open.port = open.socket.port_id().map_err(errno)?;
        }
        Ok(open.port)
    }

    fn called(&mut self, index: u32) -> Option<(IfName, u16)> {
        let (name, flags) = self.open().ok()?.socket.called(index).ok()?;
        Some((IfName::new(until_nul(&name))?, flags))
    }

    fn larger(&mut self, len: usize) -> Option<&'static mut [u8]> {
        nlbox_sys::memory::map(len).ok()
    }

    fn rest(&mut self) {
        if let Some(pool) = self.pool.filter(|_| self.protocol == 0) {
            // What lies there already is of the same kind, and one will do.
            self.open = pool.replace(self.open.take());
        }
    }

    fn close(&mut self) {
        while self.take().is_some() {}
    }

    fn turn(&mut self) {
        self.open = self.take();
        core::mem::swap(&mut self.open, &mut self.aside);
    }

    fn speak(&mut self, protocol: i32) {
        self.protocol = protocol;
    }

    fn join(&mut self, group: u32) -> Result<(), Errno> {
        // Others would hear the events of the group.
        self.open = self.take();
        self.pool = None;
        let socket = &self.open()?.socket;
        // Events of the kernel's own pass by a socket without a port id. One that has its port id refuses another.
        let _ = socket.bind(0);
        socket.join(group).map_err(errno)
    }
}
