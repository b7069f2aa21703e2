//! Which routes a listing or a flush is about: the selectors, the dump request, and what the kernel leaves to us.

use super::{device, number, prefix, realms, route_type, tos, vrf};
use crate::Ctx;
use crate::grammar::{Arg, Grammar, Slots, To, read, spelled};
use crate::report::{Done, Fail};
use crate::words::Line;
use nlbox_core::rt::names::{PROTOCOLS, SCOPES, TABLES};
use nlbox_core::rt::route::{RTMSG_LEN, RtMsg, TABLE_MAIN, rta, rtm_f, rtn};
use nlbox_core::rt::rtm;
use nlbox_core::spec::Names;
use nlbox_core::text::ip::{Ip, Prefix, af};
use nlbox_core::wire::attr::Attrs;
use nlbox_core::wire::build::Build;
use nlbox_core::wire::header::Message;
use nlbox_core::wire::key::Key;
use zerocopy::{FromBytes, IntoBytes};

const TABLE: u8 = 0;
const VRF: u8 = 1;
const CACHED: u8 = 2;
const TOS: u8 = 3;
const PROTO: u8 = 4;
const SCOPE: u8 = 5;
const TYPE: u8 = 6;
const OIF: u8 = 7;
const IIF: u8 = 8;
const MARK: u8 = 9;
const METRIC: u8 = 10;
const VIA: u8 = 11;
const SRC: u8 = 12;
const REALMS: u8 = 13;
const ROOT_DST: usize = 14;
const MATCH_DST: usize = 15;
const ROOT_SRC: usize = 16;
const MATCH_SRC: usize = 17;

static TO_ARG: Arg = Arg::new("to", To::Call(to, "[ root | match | exact ] PREFIX"));

/// The selectors, of `flush` too.
pub static GRAMMAR: Grammar = Grammar {
    set: &rta::SET,
    args: crate::args![
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
        Arg::new("via", To::Slot(VIA)),
        Arg::new("src", To::Slot(SRC)),
        Arg::new("r[ealms]", To::Slot(REALMS)),
        Arg::new("f[rom]", To::Call(from, "[ root | match | exact ] PREFIX")),
        Arg::new("to", To::Call(to, "[ root | match | exact ] PREFIX")),
    ],
    bare: Some(&TO_ARG),
    usage: "[ [ to ] [ root | match | exact ] PREFIX ]",
};

fn to<'l>(cx: &mut Ctx<'_>, line: &mut Line<'l>, _: &mut Build<'_>, slots: &mut Slots<'l>) -> Done {
    bounds(cx, line, slots, ROOT_DST, MATCH_DST)
}

fn from<'l>(cx: &mut Ctx<'_>, line: &mut Line<'l>, _: &mut Build<'_>, slots: &mut Slots<'l>) -> Done {
    bounds(cx, line, slots, ROOT_SRC, MATCH_SRC)
}

/// `root PREFIX` bounds from above, `match PREFIX` from below, `exact PREFIX` from both sides.
fn bounds<'l>(
    cx: &mut Ctx<'_>,
    line: &mut Line<'l>,
    slots: &mut Slots<'l>,
    root: usize,
    below: usize,
) -> Done {
    let mut word = line.value(&mut cx.err)?;
    let (mut set_root, mut set_below) = (true, true);
    if spelled(word, "r[oot]") {
        set_below = false;
    } else if spelled(word, "m[atch]") {
        set_root = false;
    }
    if !set_root || !set_below || spelled(word, "e[xact]") {
        word = line.value(&mut cx.err)?;
    }
    let family = cx.page.opts.family;
    prefix(cx, word, family)?;
    for (slot, wanted) in [(root, set_root), (below, set_below)] {
        if let (Some(s), true) = (slots.get_mut(slot), wanted) {
            *s = Some(word);
        }
    }
    Ok(())
}

/// Which routes are shown. What a filter fixes to one value is left out of the text.
#[derive(Clone, Copy, Default)]
pub struct Filter {
    /// Address family; 0 for all.
    pub family: u8,
    /// Routes of this table; `None` for all.
    pub table: Option<u32>,
    /// Cached routes, and only those.
    pub cached: bool,
    pub(super) vrf: bool,
    pub(super) proto: Option<u32>,
    pub(super) scope: Option<u32>,
    pub(super) ty: Option<u8>,
    pub(super) tos: Option<u8>,
    pub(super) oif: Option<u32>,
    pub(super) iif: Option<u32>,
    pub(super) mark: Option<u32>,
    pub(super) metric: Option<u32>,
    pub(super) realms: Option<(u32, u32)>,
    pub(super) root_dst: Option<Prefix>,
    pub(super) match_dst: Option<Prefix>,
    pub(super) root_src: Option<Prefix>,
    pub(super) match_src: Option<Prefix>,
    pub(super) via: Option<Prefix>,
    pub(super) src: Option<Prefix>,
}

/// Reads the selectors. The family is the one asked by option, which the words may narrow.
pub(super) fn filter<'l>(cx: &mut Ctx<'_>, line: &mut Line<'l>) -> Result<Filter, Fail> {
    let mut none = [0; 64];
    let mut scratch = Build::new(&mut none, 0, 0, &[]);
    let slots = read(cx, line, &GRAMMAR, &mut scratch)?;
    let word = |n: u8| slots.get(usize::from(n)).copied().flatten();
    let mut f = Filter {
        family: cx.page.opts.family,
        cached: word(CACHED).is_some(),
        table: Some(TABLE_MAIN),
        ..Filter::default()
    };
    match word(TABLE) {
        Some(b"all") => f.table = None,
        Some(w) if spelled(w, "cache") => f.cached = true,
        w => f.table = number(cx, w, &TABLES, u32::MAX, "table id value is invalid\n")?.or(f.table),
    }
    // Table 0 is no table: iproute2 lists all.
    f.table = f.table.filter(|t| *t != 0);
    if let Some(w) = word(VRF) {
        f.table = Some(vrf(cx, w)?.1);
        f.vrf = true;
    }
    f.tos = tos(cx, word(TOS), "TOS value is invalid\n")?;
    let proto = word(PROTO).filter(|w| *w != b"all");
    f.proto = number(cx, proto, &PROTOCOLS, 255, "invalid \"protocol\"\n")?;
    let within = word(SCOPE).filter(|w| *w != b"all");
    f.scope = number(cx, within, &SCOPES, 255, "invalid \"scope\"\n")?;
    if let Some(w) = word(TYPE) {
        f.ty = Some(route_type(w).ok_or_else(|| cx.err.invalid(w, b"", "node type value is invalid\n"))?);
    }
    static NO_NAMES: Names = Names { text: "" };
    f.mark = number(cx, word(MARK), &NO_NAMES, u32::MAX, "invalid mark value")?;
    f.metric = number(cx, word(METRIC), &NO_NAMES, u32::MAX, "\"metric\" value is invalid\n")?;
    if let Some(w) = word(REALMS) {
        f.realms = Some(realms(w).ok_or_else(|| cx.err.invalid(w, b"", "invalid realms\n"))?);
    }
    for (to, slot) in [
        (&mut f.via, usize::from(VIA)),
        (&mut f.src, usize::from(SRC)),
        (&mut f.root_dst, ROOT_DST),
        (&mut f.match_dst, MATCH_DST),
        (&mut f.root_src, ROOT_SRC),
        (&mut f.match_src, MATCH_SRC),
    ] {
        if let Some(w) = slots.get(slot).copied().flatten() {
            let family = cx.page.opts.family;
            // `any` of any family is no bound at all, where `default` is a prefix without an address.
            *to = Some(prefix(cx, w, family)?).filter(|p| p.ip.family() != af::AF_UNSPEC || w == b"default");
        }
    }
    f.oif = device(cx, word(OIF))?;
    f.iif = device(cx, word(IIF))?;
    Ok(f)
}

/// The dump request for `f`: what the kernel can sift under the strict check is asked of it.
pub(super) fn request<'t>(tx: &'t mut [u8], f: &Filter) -> Build<'t> {
    let family = match f.family {
        af::AF_UNSPEC if f.table.is_some() => af::AF_INET,
        family => family,
    };
    let head = RtMsg {
        family,
        protocol: f.proto.and_then(|p| u8::try_from(p).ok()).unwrap_or(0),
        flags: if f.cached { rtm_f::CLONED } else { 0 },
        ..RtMsg::default()
    };
    let mut m = Build::new(tx, rtm::GETROUTE, 0, head.as_bytes());
    if let Some(t) = f.table {
        m.put(rta::TABLE, t);
    }
    if let Some(i) = f.oif {
        m.put(rta::OIF, i);
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
    /// Whether it tells of a route that is gone.
    pub deleted: bool,
}

impl<'m> Row<'m> {
    /// Reads a route message; `None` when it is none.
    #[must_use]
    pub fn of(m: &Message<'m>) -> Option<Row<'m>> {
        let (head, attrs) = m.split::<RTMSG_LEN>();
        let (head, _) = RtMsg::read_from_prefix(&head).ok()?;
        let deleted = m.ty == rtm::DELROUTE;
        (deleted || m.ty == rtm::NEWROUTE).then_some(Row { head, attrs, deleted })
    }

    fn number(&self, key: Key<u32>) -> u32 {
        self.attrs.get(key).unwrap_or(0)
    }

    pub(super) fn table(&self) -> u32 {
        self.attrs.get(rta::TABLE).unwrap_or(u32::from(self.head.table))
    }

    /// Whether `f` lets the route through.
    #[must_use]
    pub fn passes(&self, f: &Filter) -> bool {
        let h = &self.head;
        let is = |want: Option<u32>, got: u32| want.is_none_or(|w| w == got);
        let flow = self.number(rta::FLOW);
        (f.family == af::AF_UNSPEC || f.family == h.family)
            && is(f.table.filter(|_| !f.cached), self.table())
            && f.cached == (h.flags & rtm_f::CLONED != 0)
            && !(f.vrf && matches!(h.ty, rtn::LOCAL | rtn::BROADCAST))
            && is(f.proto, u32::from(h.protocol))
            && is(f.scope, u32::from(h.scope))
            && f.ty.is_none_or(|t| t == h.ty)
            && f.tos.is_none_or(|t| t == h.tos)
            && is(f.oif, self.number(rta::OIF))
            && is(f.iif, self.number(rta::IIF))
            && is(f.mark, self.number(rta::MARK))
            && is(f.metric, self.number(rta::PRIORITY))
            && f.realms.is_none_or(|(v, mask)| (v ^ flow) & mask == 0)
            && within(f.root_dst, f.match_dst, h.family, self.attrs.raw(rta::DST.ty()), h.dst_len)
            && within(f.root_src, f.match_src, h.family, self.attrs.raw(rta::SRC.ty()), h.src_len)
            && self.is_via(f.via)
            && is_from(f.src, h.family, self.attrs.raw(rta::PREFSRC.ty()))
    }

    fn is_via(&self, want: Option<Prefix>) -> bool {
        let via = self.attrs.raw(rta::VIA.ty()).and_then(|b| b.get(2..));
        match via.and_then(Ip::from_bytes) {
            Some(ip) => want.is_none_or(|w| w.contains(&ip)),
            None => is_from(want, self.head.family, self.attrs.raw(rta::GATEWAY.ty())),
        }
    }
}

/// The address in an attribute; all zeros of `family` where there is none.
fn addr(family: u8, bytes: Option<&[u8]>) -> Ip {
    match bytes.and_then(Ip::from_bytes) {
        Some(ip) => ip,
        None if family == af::AF_INET6 => Ip::v6([0; 16]),
        None => Ip::v4([0; 4]),
    }
}

fn is_from(want: Option<Prefix>, family: u8, bytes: Option<&[u8]>) -> bool {
    want.is_none_or(|w| w.contains(&addr(family, bytes)))
}

/// Whether a prefix lies inside `root` and around `below`.
fn within(root: Option<Prefix>, below: Option<Prefix>, family: u8, bytes: Option<&[u8]>, len: u8) -> bool {
    let ip = addr(family, bytes);
    root.is_none_or(|r| r.len <= len && r.contains(&ip))
        && below.is_none_or(|b| {
            let of_family = b.ip.family() == af::AF_UNSPEC || b.ip.family() == family;
            let around = Prefix { ip, len, had_len: true };
            of_family && len <= b.len && (b.ip.is_none() || around.contains(&b.ip))
        })
}
