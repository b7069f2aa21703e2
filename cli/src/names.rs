//! Interface indexes and names, asked of the kernel over the second socket and kept in a small cache.

use crate::files::Files;
use nlbox_core::bytes::until_nul;
use nlbox_core::conn::{Conn, Error};
use nlbox_core::rt::link::{IFINFO_LEN, IfInfo, ifla, rtext_filter};
use nlbox_core::rt::rtm;
use nlbox_core::spec::{Account, AccountName, Names as Table, Resolve};
use nlbox_core::text::ifname::IfName;
use nlbox_core::text::num;
use nlbox_core::wire::attr::Attrs;
use nlbox_core::wire::build::Build;
use nlbox_core::wire::header::Message;
use zerocopy::{FromBytes, FromZeros, Immutable, IntoBytes, KnownLayout};

/// How many names are kept; a listing of routes asks for the same few again and again.
const CACHE: usize = 64;

/// The second socket, and what has been asked over it.
pub struct Names<'a> {
    /// The second conversation: free while the first one is in the middle of a dump.
    pub conn: Conn<'a>,
    cache: &'a mut Cache,
    /// Whether anything has been kept since all was forgotten.
    kept: bool,
    /// Names of namespaces by their ids.
    pub nsids: crate::ip::netns::Ids,
    /// Names that files give.
    pub files: Files,
    /// Links are those of the namespace with this id, not of our own.
    pub foreign: Option<i32>,
    /// A question that got no answer: a name is missing where there may be one.
    pub failed: Option<Error>,
}

impl<'a> Names<'a> {
    /// Nothing known yet: `cache` is as new.
    pub fn new(conn: Conn<'a>, cache: &'a mut Cache) -> Self {
        Names {
            conn,
            cache,
            kept: false,
            nsids: Default::default(),
            files: Files::default(),
            foreign: None,
            failed: None,
        }
    }

    /// Forgets all, and takes up the other socket: see [`Conn::turn`].
    pub fn turn(&mut self) {
        self.conn.turn();
        self.forget();
        self.nsids.forget();
    }

    /// Forgets all, and closes the socket: another namespace comes.
    pub fn close(&mut self) {
        self.conn.close();
        self.forget();
        self.nsids.forget();
    }

    /// Forgets the names: interfaces may have come, gone or been renamed.
    pub fn forget(&mut self) {
        if core::mem::take(&mut self.kept) {
            self.cache.0.iter_mut().for_each(|known| known.index = 0);
        }
    }

    /// Keeps what a link message that passes by says.
    pub fn learn(&mut self, m: &Message<'_>) {
        if let Some(known) = Known::of(m)
            && let Some(slot) = self.slot(known.index)
        {
            *slot = known;
            // A port that leaves its bridge is still a link.
            if m.ty == rtm::DELLINK && known.family == 0 {
                slot.index = 0;
            }
        }
    }

    /// The name of an interface; `None` when there is none in this namespace.
    pub fn lookup(&mut self, index: u32) -> Option<IfName> {
        self.known(index).map(|known| known.name)
    }

    /// The same where it is known without asking.
    #[must_use]
    #[inline(always)]
    pub fn kept(&self, index: u32) -> Option<&IfName> {
        let known = self.cache.0.get(usize::try_from(index).unwrap_or(0) % CACHE)?;
        (known.index == index && index != 0 && self.foreign.is_none()).then_some(&known.name)
    }

    fn known(&mut self, index: u32) -> Option<Known> {
        if let Some(known) = self.slot(index).filter(|known| index != 0 && known.index == index) {
            return Some(*known);
        }
        // Its name and whether it is up are all that is wanted, and have calls of their own: half the cost of the call is
        // what the kernel tells of a link.
        if self.foreign.is_none()
            && let Some((name, flags)) = self.conn.called(index)
        {
            return Some(self.keep(Known { index, flags: flags.into(), family: 0, name }));
        }
        self.fetch(Link::Index(index))
    }

    fn keep(&mut self, known: Known) -> Known {
        if let Some(slot) = self.slot(known.index) {
            *slot = known;
        }
        known
    }

    /// Asks for one link, and keeps the answer.
    fn fetch(&mut self, which: Link<'_>) -> Option<Known> {
        let mut known = None;
        self.ask(which, &mut |m| known = Known::of(m)).ok()?;
        known.map(|known| self.keep(known))
    }

    /// `IFF_*` of an interface, the lower half at least.
    pub fn flags(&mut self, index: u32) -> Option<u32> {
        self.known(index).map(|known| known.flags)
    }

    /// Asks for one link and reads its answer.
    pub fn link<T>(&mut self, which: Link<'_>, read: impl Fn(&Message<'_>) -> T) -> Result<T, Error> {
        let mut found = None;
        self.ask(which, &mut |m| found = Some(read(m)))?;
        found.ok_or(Error::Interrupted)
    }

    /// Asks for one link and hands its answer over.
    pub fn ask(&mut self, which: Link<'_>, read: &mut dyn FnMut(&Message<'_>)) -> Result<(), Error> {
        let mut tx = [0; 256];
        let mut m = request(&mut tx, which);
        m.put(ifla::EXT_MASK, rtext_filter::VF | rtext_filter::SKIP_STATS);
        if let Some(id) = self.foreign {
            m.put(ifla::TARGET_NETNSID, id);
        }
        let done = self.conn.get(&mut m).map(|m| read(&m));
        // That there is no such link is an answer.
        if let Err(e) = done
            && !matches!(e, Error::Kernel(_))
        {
            self.failed = Some(e);
        }
        done
    }

    fn slot(&mut self, index: u32) -> Option<&mut Known> {
        if self.foreign.is_some() {
            return None;
        }
        self.kept = true;
        let n = usize::try_from(index).unwrap_or(0) % CACHE;
        self.cache.0.get_mut(n)
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
    let mut m = Build::blank(tx, rtm::GETLINK, 0, IFINFO_LEN);
    match which {
        Link::Index(i) => m.head_u32(nlbox_core::rt::link::INDEX_AT, i),
        Link::Name(n) if IfName::new(n).is_some() => m.put_str(ifla::IFNAME.ty(), n),
        Link::Name(n) => m.put_str(ifla::ALT_IFNAME.ty(), n),
    }
    m
}

/// What is kept of a link.
#[derive(Clone, Copy, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct Known {
    index: u32,
    flags: u32,
    family: u32,
    name: IfName,
}

/// What is kept of links: all zero at first, as memory from the kernel is.
#[derive(FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct Cache([Known; CACHE]);

impl Default for Cache {
    fn default() -> Self {
        FromZeros::new_zeroed()
    }
}

impl Known {
    fn of(m: &Message<'_>) -> Option<Known> {
        let (IfInfo { index, flags, family, .. }, _) = IfInfo::read_from_prefix(m.payload).ok()?;
        // The kernel begins with the name: no index is needed to find it.
        let name = Attrs::new(m.payload.get(IFINFO_LEN..)?).find(|a| a.ty == ifla::IFNAME.ty())?;
        Some(Known { index, flags, family: family.into(), name: IfName::new(until_nul(name.payload))? })
    }
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
    fn name(&mut self, names: &'static Table, v: u64) -> Option<&[u8]> {
        self.files.name(names, v)
    }

    fn number(&mut self, names: &'static Table, word: &[u8]) -> Option<u32> {
        self.files.number(names, word)
    }

    fn ifname(&mut self, index: u32) -> IfName {
        self.lookup(index).unwrap_or_else(|| by_number(index))
    }

    fn ifindex(&mut self, name: &[u8]) -> Option<u32> {
        let is = |known: &&Known| known.index != 0 && known.name.as_bytes() == name;
        if let Some(known) = self.cache.0.iter().filter(|_| self.kept).find(is) {
            return Some(known.index);
        }
        match self.fetch(Link::Name(name)) {
            Some(known) if known.index != 0 => Some(known.index),
            _ => number(name),
        }
    }

    fn account(&mut self, kind: Account, id: u32) -> Option<AccountName> {
        crate::accounts::name(kind, id)
    }
}
