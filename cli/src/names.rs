//! Interface indexes and names, asked of the kernel over the second socket and kept in a small cache.

use nlbox_core::conn::{Conn, Error};
use nlbox_core::rt::link::{IFINFO_LEN, ifla, rtext_filter};
use nlbox_core::rt::rtm;
use nlbox_core::spec::{Account, AccountName, Resolve};
use nlbox_core::text::ifname::IfName;
use nlbox_core::text::num;
use nlbox_core::wire::build::Build;
use nlbox_core::wire::header::Message;

/// How many names are kept; a listing of routes asks for the same few again and again.
const CACHE: usize = 64;

/// The second socket, and what has been asked over it.
pub struct Names<'a> {
    /// The second conversation: free while the first one is in the middle of a dump.
    pub conn: Conn<'a>,
    cache: [(u32, Option<IfName>); CACHE],
    /// Names of namespaces by their ids.
    pub nsids: crate::ip::netns::Ids,
}

impl<'a> Names<'a> {
    /// Nothing known yet.
    pub fn new(conn: Conn<'a>) -> Self {
        Names { conn, cache: [(0, None); CACHE], nsids: crate::ip::netns::Ids::default() }
    }

    /// Forgets all, and closes the socket: another namespace comes.
    pub fn close(&mut self) {
        self.conn.close();
        self.cache = [(0, None); CACHE];
        self.nsids.forget();
    }

    /// Keeps what a link message that passes by says.
    pub fn learn(&mut self, index: u32, name: &[u8]) {
        let name = IfName::new(name);
        if let Some(slot) = self.slot(index) {
            *slot = (index, name);
        }
    }

    /// The name of an interface; `None` when there is none in this namespace.
    pub fn lookup(&mut self, index: u32) -> Option<IfName> {
        if let Some((i, name @ Some(_))) = self.slot(index)
            && *i == index
        {
            return *name;
        }
        let name = self.link(Link::Index(index), name_of).ok().flatten()?;
        self.learn(index, name.as_bytes());
        Some(name)
    }

    /// `IFF_*` of an interface of this namespace.
    pub fn flags(&mut self, index: u32) -> Option<u32> {
        self.link(Link::Index(index), |m| {
            let (head, _) = m.split::<IFINFO_LEN>();
            nlbox_core::bytes::uint_ne(head.get(8..12).unwrap_or(&[])).and_then(|n| u32::try_from(n).ok())
        })
        .ok()
        .flatten()
    }

    /// Asks for one link and reads its answer.
    pub fn link<T>(&mut self, which: Link<'_>, read: impl FnOnce(&Message<'_>) -> T) -> Result<T, Error> {
        let (mut read, mut found) = (Some(read), None);
        self.ask(which, &mut |m| found = read.take().map(|read| read(m)))?;
        found.ok_or(Error::Interrupted)
    }

    /// Asks for one link and hands its answer over.
    pub fn ask(&mut self, which: Link<'_>, read: &mut dyn FnMut(&Message<'_>)) -> Result<(), Error> {
        let mut tx = [0; 256];
        let mut m = request(&mut tx, which);
        m.put(ifla::EXT_MASK, rtext_filter::VF | rtext_filter::SKIP_STATS);
        self.conn.get(&mut m).map(|m| read(&m))
    }

    fn slot(&mut self, index: u32) -> Option<&mut (u32, Option<IfName>)> {
        let n = usize::try_from(index).unwrap_or(0) % CACHE;
        self.cache.get_mut(n)
    }
}

/// How a link is named in a question.
#[derive(Clone, Copy)]
pub enum Link<'w> {
    /// By its index.
    Index(u32),
    /// By its name or an altname.
    Name(&'w [u8]),
}

/// `RTM_GETLINK` for one link.
pub fn request<'t>(tx: &'t mut [u8], which: Link<'_>) -> Build<'t> {
    let mut m = Build::new(tx, rtm::GETLINK, 0, &[0; IFINFO_LEN]);
    match which {
        Link::Index(i) => m.head(nlbox_core::rt::link::INDEX_AT, &i.to_ne_bytes()),
        Link::Name(n) if IfName::new(n).is_some() => m.put_str(ifla::IFNAME.ty(), n),
        Link::Name(n) => m.put_str(ifla::ALT_IFNAME.ty(), n),
    }
    m
}

fn name_of(m: &Message<'_>) -> Option<IfName> {
    let (_, attrs) = m.split::<IFINFO_LEN>();
    IfName::new(attrs.get(ifla::IFNAME)?)
}

/// The index in a link message.
#[must_use]
pub fn index_of(m: &Message<'_>) -> u32 {
    let (head, _) = m.split::<IFINFO_LEN>();
    nlbox_core::bytes::uint_ne(head.get(4..8).unwrap_or(&[])).and_then(|n| u32::try_from(n).ok()).unwrap_or(0)
}

/// `ifN`: how an interface that has no name for us is called.
#[must_use]
pub fn by_number(index: u32) -> IfName {
    let mut b: heapless::Vec<u8, 15> = heapless::Vec::new();
    let _ = b.extend_from_slice(b"if");
    let _ = b.extend_from_slice(num::dec(u64::from(index)).as_bytes());
    IfName::new(&b).unwrap_or_default()
}

/// The index that `ifN` names.
#[must_use]
pub fn number(name: &[u8]) -> Option<u32> {
    let n = num::parse_u64_base(name.strip_prefix(b"if")?, 10)?;
    u32::try_from(n).ok().filter(|n| *n != 0)
}

impl Resolve for Names<'_> {
    fn ifname(&mut self, index: u32) -> IfName {
        self.lookup(index).unwrap_or_else(|| by_number(index))
    }

    fn ifindex(&mut self, name: &[u8]) -> Option<u32> {
        let found = self.link(Link::Name(name), |m| (index_of(m), name_of(m)));
        match found {
            Ok((index, ifname)) if index != 0 => {
                if let Some(n) = ifname {
                    self.learn(index, n.as_bytes());
                }
                Some(index)
            }
            _ => number(name),
        }
    }

    fn account(&mut self, kind: Account, id: u32) -> Option<AccountName> {
        crate::accounts::name(kind, id)
    }
}
