//! `ip route show`: the routes of a table, and the text of one route for whoever prints one.

use super::{device, number, prefix, realms, route_type, tos, vrf};
use crate::grammar::{Arg, Grammar, Slots, To, read, spelled};
use crate::report::{Done, Fail, KERNEL};
use crate::words::Line;
use crate::{Ctx, Page, TX};
use nlbox_core::bytes::Reader;
use nlbox_core::rt::names::{PROTOCOLS, ROUTE_TYPES, SCOPES, TABLES};
use nlbox_core::rt::route::{
    CACHE_FLAGS, ENCAPS, FEATURES, PROTO_BOOT, ROUTE_FLAGS, ROUTER_PREFS, RTMSG_LEN, RtMsg, TABLE_MAIN, rta,
    rtax, rtm_f, rtn, scope,
};
use nlbox_core::rt::rtm;
use nlbox_core::spec::{Names, Resolve};
use nlbox_core::text::ip::{Ip, Prefix, af};
use nlbox_core::text::num::{self, Digits};
use nlbox_core::text::out::Style;
use nlbox_core::text::{ip, mac};
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
    args: &[
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
    vrf: bool,
    proto: Option<u32>,
    scope: Option<u32>,
    ty: Option<u8>,
    tos: Option<u8>,
    oif: Option<u32>,
    iif: Option<u32>,
    mark: Option<u32>,
    metric: Option<u32>,
    realms: Option<(u32, u32)>,
    root_dst: Option<Prefix>,
    match_dst: Option<Prefix>,
    root_src: Option<Prefix>,
    match_src: Option<Prefix>,
    via: Option<Prefix>,
    src: Option<Prefix>,
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
    static NO_NAMES: Names = Names { rows: &[] };
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

/// `ip route [show] …`.
pub fn run(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let f = filter(cx, line)?;
    let mut tx = [0; TX];
    let mut m = request(&mut tx, &f);
    crate::dump::dump(cx, &mut m, &mut |page, m| {
        if let Some(row) = Row::of(m)
            && row.passes(&f)
        {
            route(page, &row, &f);
        }
        Ok(())
    })
    // A refused dump is the kernel's doing here, where the other objects call it their own.
    .map_err(|_| KERNEL)
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

    fn table(&self) -> u32 {
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
        let via = self.attrs.raw(rta::VIA.ty()).and_then(|b| Reader::new(b).rest().get(2..));
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

/// Prints a route as `ip route` does, whatever table it is in; `f` says what need not be said.
pub fn route(page: &mut Page<'_>, row: &Row<'_>, f: &Filter) {
    let (h, a) = (row.head, row.attrs);
    let details = page.opts.details > 0;
    page.out.open_object("");
    if row.deleted {
        page.out.is("deleted", "Deleted ");
    }
    if h.ty != rtn::UNICAST || details {
        named(page, &ROUTE_TYPES, u64::from(h.ty), "type", "% ");
    }
    destination(page, &row.head, a);
    if let Some(id) = a.get(rta::NH_ID) {
        page.out.num("nhid", "nhid % ", u64::from(id));
    }
    if let Some(ty) = a.get(rta::ENCAP_TYPE) {
        named(page, &ENCAPS, u64::from(ty), "encap", " encap % ");
    }
    if h.tos != 0 && f.tos.is_none() {
        page.out.hex("tos", "tos % ", u64::from(h.tos));
    }
    if !fixes_host(f.via, h.family) {
        gateway(page, a);
    }
    if let (Some(i), None) = (a.get(rta::OIF), f.oif) {
        let name = page.names.ifname(i);
        page.out.text("dev ");
        page.out.style(Style::IfName).str("dev", "% ", name.as_bytes());
    }
    let table = row.table();
    if table != 0 && f.table.is_none() && (table != TABLE_MAIN || details) {
        named(page, &TABLES, u64::from(table), "table", "table % ");
    }
    if h.flags & rtm_f::CLONED == 0 {
        if (h.protocol != PROTO_BOOT || details) && f.proto.is_none() {
            named(page, &PROTOCOLS, u64::from(h.protocol), "protocol", "proto % ");
        }
        if (h.scope != scope::UNIVERSE || details) && f.scope.is_none() {
            named(page, &SCOPES, u64::from(h.scope), "scope", "scope % ");
        }
    }
    if let Some(src) = a.get(rta::PREFSRC).filter(|_| !fixes_host(f.src, h.family)) {
        page.out.text("src ");
        address(page, "prefsrc", src);
    }
    if let (Some(v), None) = (a.get(rta::PRIORITY), f.metric) {
        page.out.num("metric", "metric % ", u64::from(v));
    }
    flags(page, h.flags);
    if let (Some(v), None) = (a.get(rta::MARK).filter(|v| *v != 0), f.mark) {
        if v >= 16 {
            page.out.hex("mark", "mark % ", u64::from(v));
        } else {
            page.out.num("mark", "mark % ", u64::from(v));
        }
    }
    if let Some(v) = a.get(rta::FLOW).filter(|_| f.realms.is_none_or(|(_, mask)| mask != u32::MAX)) {
        flow(page, v);
    }
    if let Some(v) = a.get(rta::UID) {
        page.out.num("uid", "uid % ", u64::from(v));
    }
    if h.family == af::AF_INET && h.flags & rtm_f::CLONED != 0 {
        cache_flags(page, h.flags & !0xffff);
    }
    if let Some(v) = a.get(rta::CACHEINFO) {
        cacheinfo(page, v);
    }
    if a.has(rta::METRICS) {
        metrics(page, a.nest(rta::METRICS));
    }
    if let (Some(i), None) = (a.get(rta::IIF), f.iif) {
        let name = page.names.ifname(i);
        page.out.str("iif", "iif % ", name.as_bytes());
    }
    if let Some(v) = a.get(rta::PREF) {
        // The last word of an IPv6 route, and the only one without a blank behind it.
        named(page, &ROUTER_PREFS, u64::from(v), "pref", "pref %");
    }
    if let Some(v) = a.get(rta::MULTIPATH) {
        multipath(page, v);
    }
    if !page.out.json() {
        page.out.bytes(b"\n");
    }
    page.out.close_object();
}

/// Whether a filter has fixed an address, so that printing it would repeat it.
fn fixes_host(p: Option<Prefix>, family: u8) -> bool {
    let bits = if family == af::AF_INET6 { 128 } else { 32 };
    p.is_some_and(|p| p.len == bits)
}

fn named(page: &mut Page<'_>, names: &Names, v: u64, key: &str, pattern: &str) {
    match names.name(v).filter(|_| !page.opts.numeric) {
        Some(name) => page.out.str(key, pattern, name.as_bytes()),
        None => page.out.str(key, pattern, num::dec(v).as_bytes()),
    }
}

/// Any address as text with a blank behind it: IPv4, IPv6, else its bytes.
fn address(page: &mut Page<'_>, key: &str, b: &[u8]) {
    match Ip::from_bytes(b) {
        Some(a) => page.out.style(Style::of_family(a.family())).str(key, "% ", ip::print(&a).as_bytes()),
        None => page.out.str(key, "% ", mac::print(b).as_bytes()),
    }
}

/// The prefix that is routed to, and the one routed from.
fn destination(page: &mut Page<'_>, h: &RtMsg, a: Attrs<'_>) {
    let bits = if h.family == af::AF_INET6 { 128 } else { 32 };
    for (bytes, len, key, pattern) in
        [(a.raw(rta::DST.ty()), h.dst_len, "dst", "% "), (a.raw(rta::SRC.ty()), h.src_len, "from", "from % ")]
    {
        let mut text: heapless::Vec<u8, 96> = heapless::Vec::new();
        let mut style = Style::of_family(h.family);
        match bytes.and_then(Ip::from_bytes) {
            Some(a) => drop(text.extend_from_slice(ip::print(&a).as_bytes())),
            None if len != 0 => drop(text.push(b'0')),
            None if key == "dst" => {
                let _ = text.extend_from_slice(b"default");
                style = Style::Plain;
            }
            None => continue,
        }
        if len != bits && !(len == 0 && bytes.is_none()) {
            let _ = text.push(b'/');
            let _ = text.extend_from_slice(num::dec(u64::from(len)).as_bytes());
        }
        page.out.style(style).str(key, pattern, &text);
    }
}

/// `via ADDR`, of the route's own family or, behind its name, of another.
fn gateway(page: &mut Page<'_>, a: Attrs<'_>) {
    if let Some(b) = a.get(rta::GATEWAY) {
        page.out.text("via ");
        address(page, "gateway", b);
    }
    if let Some(b) = a.get(rta::VIA) {
        let mut r = Reader::new(b);
        let family = r.u16().and_then(|f| u8::try_from(f).ok()).unwrap_or(0);
        page.out.open_object("via");
        page.out.str("family", "via % ", af::name_verbose(family).as_bytes());
        address(page, "host", r.rest());
        page.out.close_object();
    }
}

fn flags(page: &mut Page<'_>, flags: u32) {
    page.out.open_array("flags", "");
    for (mask, name) in ROUTE_FLAGS.rows {
        if flags & mask != 0 {
            page.out.str("-", "% ", name.as_bytes());
        }
    }
    page.out.close_array("");
}

fn flow(page: &mut Page<'_>, v: u32) {
    let (from, to) = (v.wrapping_shr(16), v & 0xffff);
    page.out.open_object("flow");
    page.out.text(if from == 0 { "realm " } else { "realms " });
    if from != 0 {
        page.out.str("from", "%/", num::dec(u64::from(from)).as_bytes());
    }
    page.out.str("to", "% ", num::dec(u64::from(to)).as_bytes());
    page.out.close_object();
}

/// The second line of a looked-up IPv4 route.
fn cache_flags(page: &mut Page<'_>, mut flags: u32) {
    page.out.line();
    page.out.open_array("cache", "    cache ");
    let mut pattern = "<%";
    for (mask, name) in CACHE_FLAGS.rows {
        if flags & mask != 0 {
            flags &= !mask;
            page.out.str("-", pattern, name.as_bytes());
            pattern = ",%";
        }
    }
    if flags != 0 {
        page.out.hex("-", pattern, u64::from(flags));
        pattern = ",%";
    }
    page.out.close_array(if pattern == "<%" { "" } else { "> " });
}

/// `struct rta_cacheinfo`: clntref, lastuse, expires, error, used, id, ts, tsage, all 32 bits. Times are in ticks
/// of USER_HZ, which is 100 everywhere that we run.
fn cacheinfo(page: &mut Page<'_>, b: &[u8]) {
    let mut r = Reader::new(b);
    let [users, lastuse, expires, error, used] =
        [r.u32(), r.u32(), r.u32(), r.u32(), r.u32()].map(|v| v.unwrap_or(0));
    let seconds = |ticks: u32| i64::from(ticks.cast_signed()) / 100;
    if expires != 0 {
        page.out.int("expires", "expires %sec ", seconds(expires));
    }
    if error != 0 {
        page.out.int("error", "error % ", i64::from(error.cast_signed()));
    }
    if page.opts.stats > 0 {
        for (v, key, pattern) in [(users, "users", "users % "), (used, "used", "used % ")] {
            if v != 0 {
                page.out.num(key, pattern, u64::from(v));
            }
        }
        if lastuse != 0 {
            page.out.int("age", "age %sec ", seconds(lastuse));
        }
    }
}

/// `RTA_METRICS`, by the rows of their set.
fn metrics(page: &mut Page<'_>, a: Attrs<'_>) {
    let lock = a.get(rtax::LOCK).unwrap_or(0);
    page.out.open_array("metrics", "");
    page.out.open_object("");
    for m in a {
        let Some(row) = rtax::SET.row(m.ty).filter(|_| m.ty != rtax::LOCK.ty()) else { continue };
        page.out.text(row.keyword());
        let bit = 1_u32.checked_shl(u32::from(m.ty)).unwrap_or(0);
        page.out.text(if lock & bit != 0 { " lock " } else { " " });
        if m.ty == rtax::CC_ALGO.ty() {
            page.out.str(row.json(), "% ", nlbox_core::bytes::until_nul(m.payload));
            continue;
        }
        let v = Reader::new(m.payload).u32().unwrap_or(0);
        // Round-trip times are kept in eighths and quarters of a millisecond.
        let eighths = [(rtax::RTT, 8_u32), (rtax::RTTVAR, 4), (rtax::RTO_MIN, 1)].map(|(k, by)| (k.ty(), by));
        match eighths.iter().find(|(ty, _)| *ty == m.ty) {
            Some((_, by)) => time(page, row.json(), v.checked_div(*by).unwrap_or(v)),
            None if m.ty == rtax::FEATURES.ty() => features(page, v),
            None if m.ty == rtax::HOPLIMIT.ty() && v == u32::MAX => page.out.num(row.json(), "% ", 0),
            None => page.out.num(row.json(), "% ", u64::from(v)),
        }
    }
    page.out.close_object();
    page.out.close_array("");
}

fn features(page: &mut Page<'_>, mut v: u32) {
    for (mask, name) in FEATURES.rows {
        if v & mask != 0 {
            v &= !mask;
            page.out.text(name);
            page.out.null(name, " ");
        }
    }
    if v != 0 {
        page.out.hex("of", "% ", u64::from(v));
    }
}

/// Milliseconds below a second, seconds from there on.
fn time(page: &mut Page<'_>, key: &str, ms: u32) {
    if page.out.json() || ms < 1000 {
        return page.out.num(key, "%ms ", u64::from(ms));
    }
    let digits: Digits = num::dec(u64::from(ms / 1000));
    page.out.bytes(digits.as_bytes());
    let mut part = ms % 1000;
    if part != 0 {
        page.out.text(".");
        let mut unit = 100_u32;
        while part != 0 && unit != 0 {
            page.out.bytes(num::dec(u64::from(part.checked_div(unit).unwrap_or(0))).as_bytes());
            part = part.checked_rem(unit).unwrap_or(0);
            unit /= 10;
        }
    }
    page.out.text("s ");
}

/// `RTA_MULTIPATH`: records of `struct rtnexthop` (length u16, flags u8, hops u8, ifindex u32), each with attributes.
fn multipath(page: &mut Page<'_>, b: &[u8]) {
    page.out.open_array("nexthops", "");
    let mut r = Reader::new(b);
    loop {
        let mut at = r;
        let (Some(len), Some(flag), Some(hops), Some(index)) = (at.u16(), at.u8(), at.u8(), at.u32()) else {
            break;
        };
        let Some(body) = usize::from(len).checked_sub(8).and_then(|n| at.take(n)) else { break };
        r.skip_up_to(nlbox_core::bytes::align4(usize::from(len)));
        let a = Attrs::new(body);
        page.out.open_object("");
        page.out.line();
        page.out.text("\tnexthop ");
        if let Some(ty) = a.get(rta::ENCAP_TYPE) {
            named(page, &ENCAPS, u64::from(ty), "encap", " encap % ");
        }
        gateway(page, a);
        if let Some(v) = a.get(rta::FLOW) {
            flow(page, v);
        }
        if index != 0 {
            let name = page.names.ifname(index);
            page.out.str("dev", "dev % ", name.as_bytes());
        }
        page.out.num("weight", "weight % ", u64::from(hops).saturating_add(1));
        flags(page, u32::from(flag));
        page.out.close_object();
    }
    page.out.close_array("");
}
