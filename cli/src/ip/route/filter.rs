//! Which routes a listing or a flush is about: the selectors, the dump request, and what the kernel leaves to us.

use super::{route_type, vrf};
use crate::Ctx;
use crate::grammar::{Arg, Grammar, Slots, To, slots, spelled};
use crate::ip::value::{device, keep, number, prefix, realms, slot, tos, words, wrong};
use crate::report::Done;
use crate::words::Line;
use nlbox_core::rt::names::{PROTOCOLS, SCOPES, TABLES};
use nlbox_core::rt::route::{RTMSG_LEN, RtMsg, TABLE_MAIN, at, rta, rtm_f, rtn};
use nlbox_core::rt::rtm;
use nlbox_core::text::cut;
use nlbox_core::text::ip::{Ip, Prefix, af};
use nlbox_core::text::num;
use nlbox_core::wire::attr::Attrs;
use nlbox_core::wire::build::Build;
use nlbox_core::wire::header::Message;
use nlbox_core::wire::key::Key;
use zerocopy::transmute;

// Slots that hold numbers, in the order in which they are read; the same are the places in `Filter::numbers`.
pub(in crate::ip) const TABLE: u8 = 0;
const VRF: u8 = 1;
pub(super) const TOS: u8 = 2;
pub(super) const PROTO: u8 = 3;
pub(super) const SCOPE: u8 = 4;
const TYPE: u8 = 5;
pub(super) const MARK: u8 = 6;
pub(super) const METRIC: u8 = 7;
pub(super) const REALMS: u8 = 8;
pub(super) const OIF: u8 = 9;
pub(in crate::ip) const IIF: u8 = 10;
const NUMBERS: usize = 11;
// Slots that hold prefixes; less `PREFIX`, the same are the places in `Filter::prefixes`.
const PREFIX: u8 = 11;
pub(super) const VIA: u8 = 11;
pub(super) const SRC: u8 = 12;
pub(in crate::ip) const ROOT_DST: u8 = 13;
const MATCH_DST: u8 = 14;
pub(in crate::ip) const ROOT_SRC: u8 = 15;
const MATCH_SRC: u8 = 16;
const PREFIXES: usize = 6;
const CACHED: u8 = 17;

/// What is said of a word in the slot of a number, one behind the other.
const BAD: &str = "table id value is invalid\n||TOS value is invalid\n|invalid \"protocol\"\n|invalid \"scope\"\n|\
    node type value is invalid\n|invalid mark value|\"metric\" value is invalid\n|invalid realms\n";

const TO_ARG: Arg = Arg::new("to", To::Call(to, "[ root | match | exact ] PREFIX"));

/// The selectors, of `flush` too.
pub static GRAMMAR: Grammar = crate::grammar! {
    set: &rta::SET,
    args: [
        Arg::new("t[able]", To::Slot(TABLE)),
        Arg::new("v[rf]", To::Slot(VRF)),
        Arg::new("c[ached]", To::Mark(CACHED)),
        Arg::new("c[loned]", To::Mark(CACHED)),
        Arg::new("tos", To::Slot(TOS)),
        Arg::new("d[sfield]", To::Slot(TOS)),
        Arg::new("p[rotocol]", To::Slot(PROTO)),
        Arg::new("s[cope]", To::Slot(SCOPE)),
        Arg::new("t[ype]", To::Slot(TYPE)),
        Arg::new("dev", To::Slot(OIF)),
        Arg::new("oif", To::Slot(OIF)),
        Arg::new("iif", To::Slot(IIF)),
        Arg::new("mark", To::Slot(MARK)),
        Arg::new("m[etric]", To::Slot(METRIC)),
        Arg::new("p[riority]", To::Slot(METRIC)),
        Arg::new("preference", To::Slot(METRIC)),
        Arg::new("via", To::Call(via, "[ FAMILY ] PREFIX")),
        Arg::new("src", To::Slot(SRC)),
        Arg::new("r[ealms]", To::Slot(REALMS)),
        Arg::new("f[rom]", To::Call(from, "[ root | match | exact ] PREFIX")),
        Arg::new("to", To::Call(to, "[ root | match | exact ] PREFIX")),
    ],
    bare: TO_ARG,
    usage: "[ [ to ] [ root | match | exact ] PREFIX ]",
};

fn to<'l>(cx: &mut Ctx<'_>, line: &mut Line<'l>, _: &mut Build<'_>, slots: &mut Slots<'l>) -> Done {
    bounds(cx, line, slots, ROOT_DST)
}

/// A gateway may be of another family than the routes.
fn via<'l>(cx: &mut Ctx<'_>, line: &mut Line<'l>, _: &mut Build<'_>, slots: &mut Slots<'l>) -> Done {
    let (mut word, mut family) = (line.value(&mut cx.err)?, cx.page.opts.family);
    if let Some(named) = crate::ip::FAMILIES.find(word) {
        family = named;
        word = line.value(&mut cx.err)?;
    }
    prefix(&mut cx.err, word, family)?;
    keep(slots, VIA, word);
    Ok(())
}

fn from<'l>(cx: &mut Ctx<'_>, line: &mut Line<'l>, _: &mut Build<'_>, slots: &mut Slots<'l>) -> Done {
    bounds(cx, line, slots, ROOT_SRC)
}

/// `root PREFIX` bounds from above, `match PREFIX` from below (the slot behind), `exact PREFIX` from both sides.
fn bounds<'l>(cx: &mut Ctx<'_>, line: &mut Line<'l>, slots: &mut Slots<'l>, root: u8) -> Done {
    let mut word = line.value(&mut cx.err)?;
    let side = ["r[oot]", "m[atch]", "e[xact]"].iter().position(|side| spelled(word, side));
    if side.is_some() {
        word = line.value(&mut cx.err)?;
    }
    prefix(&mut cx.err, word, cx.page.opts.family)?;
    if side != Some(1) {
        keep(slots, root, word);
    }
    if side != Some(0) {
        keep(slots, root.saturating_add(1), word);
    }
    Ok(())
}

/// Which routes are shown. What a filter fixes to one value is left out of the text.
#[derive(Clone, Copy, Default)]
pub struct Filter {
    /// Address family; 0 for all.
    pub family: u8,
    /// Cached routes, and only those.
    pub cached: bool,
    vrf: bool,
    /// The slots in which something is asked for, a bit each; and those that leave one value.
    asked: u32,
    fixed: u32,
    /// The values asked for, by the numbers of their slots, each with the bits that count: of realms perhaps a half.
    numbers: [(u32, u32); NUMBERS],
    prefixes: [Option<Prefix>; PREFIXES],
}

impl Filter {
    /// Every route.
    #[inline(never)]
    #[must_use]
    pub fn none() -> Filter {
        Filter::default()
    }

    /// Every route, or with an `index` those of this interface.
    pub(in crate::ip) fn on(index: u32) -> Filter {
        let mut f = Filter::none();
        if index != 0 {
            f.set(OIF, index, u32::MAX);
        }
        f
    }

    /// Whether more than one value passes of slot `n`.
    #[inline(always)]
    pub(super) fn leaves(&self, n: u8) -> bool {
        self.fixed & 1_u32.wrapping_shl(n.into()) == 0
    }

    /// The number asked for in slot `n`; 0 for all.
    pub(in crate::ip) fn number(&self, n: u8) -> u32 {
        self.numbers.get(usize::from(n)).map_or(0, |(value, _)| *value)
    }

    /// Whether prefixes are asked for: then routes that differ in no number may differ in whether they pass.
    pub(super) fn binds_ends(&self) -> bool {
        self.asked.wrapping_shr(PREFIX.into()) != 0
    }

    /// Asks for `value` in the bits `mask` of slot `n`.
    #[inline(never)]
    pub(in crate::ip) fn set(&mut self, n: u8, value: u32, mask: u32) {
        if let Some(to) = self.numbers.get_mut(usize::from(n)) {
            *to = (value, mask);
            let bit = 1_u32.wrapping_shl(n.into());
            let (asked, fixed) = (if mask == 0 { 0 } else { bit }, if mask == u32::MAX { bit } else { 0 });
            self.asked = self.asked & !bit | asked;
            self.fixed = self.fixed & !bit | fixed;
        }
    }

    /// Asks for what lies as `p` says in slot `n`.
    pub(super) fn set_prefix(&mut self, n: u8, p: Prefix) {
        if let Some(to) = self.prefixes.get_mut(usize::from(n.wrapping_sub(PREFIX))) {
            *to = Some(p);
            self.asked |= 1_u32.wrapping_shl(n.into());
        }
    }

    /// Routes of this table; 0 for all.
    #[must_use]
    pub fn table(&self) -> u32 {
        self.number(TABLE)
    }

    /// The prefix asked for in slot `n`.
    #[inline(always)]
    pub(super) fn prefix(&self, n: u8) -> Option<&Prefix> {
        if self.asked & 1_u32.wrapping_shl(n.into()) == 0 {
            return None;
        }
        self.prefixes.get(usize::from(n.wrapping_sub(PREFIX)))?.as_ref()
    }

    /// The filter that is for the main table.
    #[cfg(test)]
    pub(super) fn main() -> Filter {
        let mut f = Filter::default();
        f.set(TABLE, TABLE_MAIN, u32::MAX);
        f
    }
}

/// Reads the selectors into `f`, the default. The family is the one asked by option, which the words may narrow.
pub(super) fn filter(cx: &mut Ctx<'_>, line: &mut Line<'_>, f: &mut Filter) -> Done {
    f.family = cx.page.opts.family;
    f.set(TABLE, TABLE_MAIN, u32::MAX);
    select(cx, line, &GRAMMAR, f)
}

/// Reads the words of `grammar`, whose slots are these, into `f`.
pub(in crate::ip) fn select(
    cx: &mut Ctx<'_>,
    line: &mut Line<'_>,
    grammar: &Grammar,
    f: &mut Filter,
) -> Done {
    let mut slots = slots();
    words(cx, line, grammar, &mut slots)?;
    let family = cx.page.opts.family;
    f.cached = slot(&slots, CACHED).is_some();
    let mut bad = BAD;
    for n in TABLE..=REALMS {
        let (say, rest) = cut(bad, b'|');
        bad = rest.unwrap_or("");
        let Some(w) = slot(&slots, n) else { continue };
        if n == TABLE && spelled(w, "cache") {
            f.cached = true;
            continue;
        }
        let (mut to, mut mask) = (n, u32::MAX);
        let v = match n {
            TABLE | PROTO | SCOPE if w == b"all" => Some(0),
            TABLE => number(cx, &TABLES, w),
            VRF => {
                (f.vrf, to) = (true, TABLE);
                Some(vrf(cx, w)?.1)
            }
            PROTO => number(cx, &PROTOCOLS, w).filter(|n| *n < 256),
            SCOPE => number(cx, &SCOPES, w).filter(|n| *n < 256),
            TOS => tos(cx, w).map(u32::from),
            TYPE => route_type(w).map(u32::from),
            REALMS => realms(&mut cx.page.names.files, w, &mut mask),
            _ => num::parse_u32(w),
        };
        let Some(v) = v else { return Err(wrong(&mut cx.err, w, say)) };
        // Table 0 is no table: iproute2 lists all.
        let any = v == 0 && (n == TABLE || w == b"all");
        f.set(to, v, if any { 0 } else { mask });
    }
    for n in PREFIX..CACHED {
        if let Some(w) = slot(&slots, n) {
            let p = prefix(&mut cx.err, w, if n == VIA { af::AF_UNSPEC } else { family })?;
            // `any` of any family is no bound at all, where `default` is a prefix without an address.
            if p.ip.family() != af::AF_UNSPEC || w == b"default" {
                f.set_prefix(n, p);
            }
        }
    }
    for n in OIF..=IIF {
        if let Some(w) = slot(&slots, n) {
            f.set(n, device(cx, w)?, u32::MAX);
        }
    }
    Ok(())
}

/// The dump request for `f`: what the kernel can sift under the strict check is asked of it.
pub(in crate::ip) fn request<'t>(tx: &'t mut [u8], f: &Filter) -> Build<'t> {
    let mut m = Build::blank(tx, rtm::GETROUTE, 0, RTMSG_LEN);
    let inet = f.family == af::AF_UNSPEC && f.table() != 0;
    m.head_u8(at::FAMILY, if inet { af::AF_INET } else { f.family });
    m.head_u8(at::PROTOCOL, u8::try_from(f.number(PROTO)).unwrap_or(0));
    if f.cached {
        m.head_u32(at::FLAGS, rtm_f::CLONED);
    }
    for (n, key) in [(TABLE, rta::TABLE), (OIF, rta::OIF)] {
        if f.number(n) != 0 {
            m.put(key, f.number(n));
        }
    }
    m
}

/// A route message.
#[derive(Clone, Copy)]
pub struct Row<'m> {
    /// The fixed header.
    pub head: RtMsg,
    /// The attributes.
    pub attrs: Attrs<'m>,
    /// The table, whichever of the two says it.
    pub table: u32,
    /// Whether it tells of a route that is gone.
    pub deleted: bool,
}

impl<'m> Row<'m> {
    /// Reads a route message; `None` when it is none.
    #[must_use]
    pub fn of(m: &Message<'m>) -> Option<Row<'m>> {
        let deleted = m.ty == rtm::DELROUTE;
        if !deleted && m.ty != rtm::NEWROUTE {
            return None;
        }
        let head: RtMsg = transmute!(m.head::<RTMSG_LEN>());
        let attrs = m.attrs(RTMSG_LEN);
        Some(Row { table: attrs.get(rta::TABLE).unwrap_or(head.table.into()), head, attrs, deleted })
    }

    fn number(&self, key: Key<u32>) -> u32 {
        self.attrs.get(key).unwrap_or(0)
    }

    /// Whether `f` lets the route through.
    #[must_use]
    #[inline(never)]
    pub fn passes(&self, f: &Filter) -> bool {
        // The table alone is what most listings ask for.
        let one = f.numbers.first().is_some_and(|(table, _)| f.asked == 1 << TABLE && *table == self.table);
        one && !f.cached
            && !f.vrf
            && (f.family == af::AF_UNSPEC || f.family == self.head.family)
            && self.head.flags & rtm_f::CLONED == 0
            || self.passes_all(f)
    }

    fn passes_all(&self, f: &Filter) -> bool {
        let h = &self.head;
        if f.family != af::AF_UNSPEC && f.family != h.family
            || f.cached != (h.flags & rtm_f::CLONED != 0)
            || f.vrf && matches!(h.ty, rtn::LOCAL | rtn::BROADCAST)
        {
            return false;
        }
        let mut left = f.asked & ((1 << NUMBERS) - 1);
        while left != 0 {
            let n = left.trailing_zeros().to_le_bytes()[0];
            left &= left.wrapping_sub(1);
            let (want, mask) = f.numbers.get(usize::from(n)).copied().unwrap_or_default();
            let has = match n {
                TABLE if f.cached => want,
                TABLE => self.table,
                TOS => h.tos.into(),
                PROTO => h.protocol.into(),
                SCOPE => h.scope.into(),
                TYPE => h.ty.into(),
                MARK => self.number(rta::MARK),
                METRIC => self.number(rta::PRIORITY),
                REALMS => self.number(rta::FLOW),
                OIF => self.number(rta::OIF),
                _ => self.number(rta::IIF),
            };
            if (want ^ has) & mask != 0 {
                return false;
            }
        }
        !f.binds_ends() || self.lies(f)
    }

    /// Whether the prefixes of `f` let the route through.
    fn lies(&self, f: &Filter) -> bool {
        let h = &self.head;
        self.within(f.prefix(ROOT_DST), f.prefix(MATCH_DST), rta::DST.ty(), h.dst_len)
            && self.within(f.prefix(ROOT_SRC), f.prefix(MATCH_SRC), rta::SRC.ty(), h.src_len)
            && f.prefix(VIA).is_none_or(|w| w.contains(&self.via()))
            && f.prefix(SRC).is_none_or(|w| w.contains(&self.addr(rta::PREFSRC.ty())))
    }

    fn via(&self) -> Ip {
        let via = self.attrs.raw(rta::VIA.ty()).and_then(|b| b.get(2..));
        via.and_then(Ip::from_bytes).unwrap_or_else(|| self.addr(rta::GATEWAY.ty()))
    }

    /// The address in an attribute; all zeros of the route's family where there is none.
    fn addr(&self, ty: u16) -> Ip {
        match self.attrs.raw(ty).and_then(Ip::from_bytes) {
            Some(ip) => ip,
            None if self.head.family == af::AF_INET6 => Ip::v6([0; 16]),
            None => Ip::v4([0; 4]),
        }
    }

    /// Whether the prefix in attribute `ty`, of `len` bits, lies inside `root` and around `below`.
    fn within(&self, root: Option<&Prefix>, below: Option<&Prefix>, ty: u16, len: u8) -> bool {
        root.is_none_or(|r| r.len <= len && r.contains(&self.addr(ty)))
            && below.is_none_or(|b| {
                let of_family = b.ip.family() == af::AF_UNSPEC || b.ip.family() == self.head.family;
                let around = Prefix { ip: self.addr(ty), len, had_len: true };
                of_family && len <= b.len && (b.ip.is_none() || around.contains(&b.ip))
            })
    }
}

#[cfg(test)]
#[cfg(target_endian = "little")]
mod tests {
    use super::*;

    // RTM_NEWROUTE of `blackhole 10.4.0.0/16 metric 7` as a 6.18 kernel sends it.
    const BLACKHOLE: [u8; 36] = [
        2, 16, 0, 0, 254, 3, 0, 6, 0, 0, 0, 0, 8, 0, 15, 0, 254, 0, 0, 0, 8, 0, 1, 0, 10, 4, 0, 0, 8, 0, 6,
        0, 7, 0, 0, 0,
    ];

    #[test]
    fn filters_hold_a_route_against_prefixes_and_numbers() {
        let passes = |set: &dyn Fn(&mut Filter)| {
            let mut f = Filter::default();
            set(&mut f);
            let m = Message { ty: rtm::NEWROUTE, flags: 2, seq: 1, port: 1, payload: &BLACKHOLE };
            Row::of(&m).unwrap().passes(&f)
        };
        let lies = |n: u8, w: &str| passes(&|f| f.set_prefix(n, Prefix::parse(w.as_bytes(), 0).unwrap()));
        let has = |n: u8, v: u32| passes(&|f| f.set(n, v, u32::MAX));
        assert!(passes(&|_| ()));
        assert!(lies(ROOT_DST, "10.0.0.0/8"));
        assert!(!lies(ROOT_DST, "10.4.0.0/17"));
        assert!(lies(MATCH_DST, "10.4.9.9"));
        assert!(!lies(MATCH_DST, "10.5.9.9"));
        assert!(!lies(MATCH_DST, "default"));
        assert!(!lies(MATCH_DST, "2001:db8::1"));
        assert!(has(METRIC, 7) && has(TYPE, 6));
        assert!(!has(OIF, 3));
        assert!(!has(TABLE, 100));
        assert!(!passes(&|f| f.family = af::AF_INET6));
        assert!(!passes(&|f| f.cached = true));
    }
}
