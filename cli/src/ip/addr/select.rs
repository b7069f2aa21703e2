//! Which addresses a command is about: the words of `show` and `flush`, and what they let through.

use crate::Ctx;
use crate::grammar::{Arg, Grammar, Slots, To, fill, slots};
use crate::ip::link::show::{self as link, DOWN, GROUP, MASTER, NOMASTER, TYPE, UP, VRF};
use crate::ip::value::plain_of;
use crate::ip::value::{self, prefix, slot, wrong};
use crate::names::{Link, Names};
use crate::report::{Done, Fail};
use crate::words::Line;
use nlbox_core::rt::addr::{ADDR_FLAGS, IFADDR_LEN, IfAddr, ifa, ifa_f};
use nlbox_core::rt::names::{ADDR_PROTOCOLS, SCOPES};
use nlbox_core::rt::rtm;
use nlbox_core::spec::{Names as Table, Resolve};
use nlbox_core::text::ip::{Ip, Prefix, af};
use nlbox_core::wire::attr::Attrs;
use nlbox_core::wire::build::Build;
use nlbox_core::wire::header::Message;
use zerocopy::FromBytes;

const DEV: u8 = 0;
const TO: u8 = 8;
const SCOPE: u8 = 9;
const LABEL: u8 = 10;
const PROTO: u8 = 11;
/// The first of the slots that hold the words for `IFA_F_*`, one for each bit.
pub(super) const FLAG0: usize = 16;
/// How many bits those are.
pub(super) const FLAGS: usize = 12;

const BARE: Arg = Arg::new("dev", To::Call(bare, "DEVICE"));

/// The filters.
pub static GRAMMAR: Grammar = crate::grammar! {
    set: &ifa::SET,
    args: [
        Arg::new("dev", To::Slot(DEV)).once_or_garbage(),
        Arg::new("to", To::Slot(TO)),
        Arg::new("scope", To::Slot(SCOPE)),
        Arg::new("up", To::Mark(UP)),
        Arg::new("down", To::Mark(DOWN)),
        Arg::new("label", To::Slot(LABEL)),
        Arg::new("group", To::Slot(GROUP)),
        Arg::new("master", To::Slot(MASTER)),
        Arg::new("vrf", To::Slot(VRF)),
        Arg::new("nomaster", To::Mark(NOMASTER)),
        Arg::new("type", To::Slot(TYPE)),
        Arg::new("proto", To::Slot(PROTO)),
    ],
    bare: BARE,
    usage: "[ DEVICE ] [ dynamic | primary | [-]FLAG ]...",
};

/// The slot of a flag's word; later words for the same bit take the place of earlier ones.
pub(super) fn flag_slot(bit: u32) -> usize {
    usize::try_from(bit.trailing_zeros()).unwrap_or(0).saturating_add(FLAG0)
}

/// A word for a flag: its bit, and whether the flag is to be set. `-` turns the sense of a word around.
fn flag(word: &[u8]) -> Option<(u32, bool)> {
    let (name, negated) = match word {
        [b'-', rest @ ..] => (rest, true),
        _ => (word, false),
    };
    Some(match name {
        b"dynamic" => (ifa_f::PERMANENT, negated),
        b"primary" => (ifa_f::SECONDARY, negated),
        _ => (ADDR_FLAGS.number(name)?, !negated),
    })
}

/// A word that is no keyword: a flag or the device.
fn bare<'l>(cx: &mut Ctx<'_>, line: &mut Line<'l>, _: &mut Build<'_>, slots: &mut Slots<'l>) -> Done {
    let word = line.value(&mut cx.err)?;
    let n = flag(word).map_or(usize::from(DEV), |(bit, _)| flag_slot(bit));
    if let Some(slot) = slots.get_mut(n) {
        if n == usize::from(DEV) && slot.is_some() {
            return Err(cx.err.garbage(b"dev", word));
        }
        *slot = Some(word);
    }
    Ok(())
}

/// Which addresses, of which links.
#[derive(Clone, Copy, Default)]
pub struct Filter<'w> {
    /// The one link; 0 for all.
    pub index: u32,
    /// What links must be.
    pub link: link::Filter<'w>,
    /// Address family; 0 for any.
    pub family: u8,
    /// Only addresses of this scope.
    pub scope: Option<u8>,
    /// Only addresses whose flags under [`Filter::mask`] are these.
    pub flags: u32,
    /// The flags that count.
    pub mask: u32,
    /// Only addresses of this origin.
    pub proto: Option<u8>,
    /// Only addresses in this prefix.
    pub to: Option<Prefix>,
    /// Only addresses whose label this pattern describes.
    pub label: Option<&'w [u8]>,
}

/// A number of the table by its name, whole, or in digits.
fn number(cx: &mut Ctx<'_>, table: &'static Table, word: &[u8]) -> Option<u8> {
    value::number(cx, table, word).and_then(|n| u8::try_from(n).ok())
}

/// [`number`], where a word was given.
fn choice(
    cx: &mut Ctx<'_>,
    word: Option<&[u8]>,
    table: &'static Table,
    bad: &str,
) -> Result<Option<u8>, Fail> {
    match word {
        None => Ok(None),
        Some(w) => number(cx, table, w).map(Some).ok_or_else(|| wrong(&mut cx.err, w, bad)),
    }
}

/// A scope by its name or number.
pub(super) fn scope(cx: &mut Ctx<'_>, word: &[u8]) -> Option<u8> {
    number(cx, &SCOPES, word)
}

impl<'l> Filter<'l> {
    /// Reads the rest of the line.
    ///
    /// # Errors
    /// What is wrong with a word has been reported.
    #[inline(never)]
    pub fn read(&mut self, cx: &mut Ctx<'_>, line: &mut Line<'l>) -> Done {
        let f = self;
        let (mut scratch, mut slots) = ([0; 64], slots());
        fill(cx, line, &GRAMMAR, &mut Build::new(&mut scratch, 0, 0, &[]), &mut slots)?;
        let slot = |n: u8| slot(&slots, n);
        f.family = cx.page.opts.family;
        f.label = slot(LABEL);
        if let Some(w) = slot(TO) {
            let to = prefix(&mut cx.err, w, f.family)?;
            f.family = to.ip.family();
            f.to = Some(to);
        }
        if slot(SCOPE) != Some(b"all") {
            f.scope = choice(cx, slot(SCOPE), &SCOPES, "invalid \"scope\"\n")?;
        }
        f.proto = choice(cx, slot(PROTO), &ADDR_PROTOCOLS, "\"proto\" value is invalid\n")?;
        f.link.fill(cx, &slots, &[MASTER, GROUP, VRF])?;
        for w in slots.iter().skip(FLAG0).take(FLAGS).flatten() {
            if let Some((bit, set)) = flag(w) {
                f.mask |= bit;
                f.flags |= if set { bit } else { 0 };
            }
        }
        if let Some(w) = slot(DEV) {
            let found = cx.page.names.ifindex(w);
            f.index = found.ok_or_else(|| plain_of(cx, "Device \"%\" does not exist.", w))?;
        }
        Ok(())
    }

    /// Whether it matters what a link is, beyond its index.
    #[must_use]
    pub fn asks_links(&self) -> bool {
        self.link.up || self.link.down || self.asks_attrs()
    }

    /// Whether it matters what a link's attributes say.
    #[must_use]
    pub fn asks_attrs(&self) -> bool {
        self.link.group.is_some() || self.link.kind.is_some() || self.link.master != 0 || self.link.nomaster
    }

    /// Whether `row` is a link that is asked for.
    #[must_use]
    pub fn takes_link(&self, row: &link::Row<'_>) -> bool {
        (self.index == 0 || self.index == row.info.index) && row.passes(&self.link)
    }

    /// Whether link `index` is asked for, where no message tells, or a thin one of an IPv6 dump.
    pub fn takes_index(&self, names: &mut Names<'_>, index: u32) -> bool {
        let mut takes = false;
        let _ = names.ask(Link::Index(index), &mut |m| {
            takes = link::Row::of(m).is_some_and(|row| self.takes_link(&row));
        });
        takes
    }

    /// Whether some addresses of a link may be left out.
    #[must_use]
    pub fn selects(&self) -> bool {
        self.family != af::AF_UNSPEC || self.chooses()
    }

    /// Whether some addresses of one family may be left out.
    #[must_use]
    pub fn chooses(&self) -> bool {
        self.scope.is_some()
            || self.mask != 0
            || self.proto.is_some()
            || self.to.is_some()
            || self.label.is_some()
    }

    /// Whether `a`, an address of the link called `ifname`, is asked for.
    #[must_use]
    pub fn takes(&self, a: &Addr<'_>, ifname: &[u8]) -> bool {
        (self.family == af::AF_UNSPEC || self.family == a.head.family)
            && self.scope.is_none_or(|s| s == a.head.scope)
            && (a.flags ^ self.flags) & self.mask == 0
            && self.proto.is_none_or(|p| a.attrs.get(ifa::PROTO).unwrap_or(0) == p)
            && self.to.is_none_or(|p| a.local().and_then(Ip::from_bytes).is_some_and(|ip| p.contains(&ip)))
            && self.label.is_none_or(|l| super::glob::matches(l, a.attrs.get(ifa::LABEL).unwrap_or(ifname)))
    }
}

/// An address message.
#[derive(Clone, Copy)]
pub struct Addr<'m> {
    /// The fixed header.
    pub head: IfAddr,
    /// The attributes.
    pub attrs: Attrs<'m>,
    /// All of `IFA_F_*`.
    pub flags: u32,
}

impl<'m> Addr<'m> {
    /// Reads an address message; `None` when it is none.
    #[must_use]
    #[inline(never)]
    pub fn of(m: &Message<'m>) -> Option<Addr<'m>> {
        let (head, attrs) = m.split::<IFADDR_LEN>();
        let (head, _) = IfAddr::read_from_prefix(&head).ok()?;
        let flags = attrs.get(ifa::FLAGS).unwrap_or(u32::from(head.flags));
        (m.ty == rtm::NEWADDR || m.ty == rtm::DELADDR).then_some(Addr { head, attrs, flags })
    }

    /// The link's own address: IPv6 sends it as `IFA_ADDRESS` alone where there is no peer.
    #[must_use]
    pub fn local(&self) -> Option<&'m [u8]> {
        self.attrs.get(ifa::LOCAL).or_else(|| self.attrs.get(ifa::ADDRESS))
    }

    /// The other end's address, where it is not the link's own.
    #[must_use]
    pub fn peer(&self) -> Option<&'m [u8]> {
        self.attrs.get(ifa::ADDRESS).filter(|a| Some(*a) != self.local())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_read_both_ways() {
        for (word, want) in [
            ("tentative", Some((0x40, true))),
            ("-tentative", Some((0x40, false))),
            ("temporary", Some((0x01, true))),
            ("primary", Some((0x01, false))),
            ("-primary", Some((0x01, true))),
            ("dynamic", Some((0x80, false))),
            ("-permanent", Some((0x80, false))),
            ("-", None),
            ("tent", None),
            ("eth0", None),
        ] {
            assert_eq!(flag(word.as_bytes()), want, "{word}");
        }
        assert_eq!(flag_slot(ifa_f::STABLE_PRIVACY), FLAG0 + FLAGS - 1);
    }
}
