//! `ip route show`: the text and JSON of a route, for whoever prints one.

use super::filter::{Filter, Row, filter, request};
use crate::report::{Done, KERNEL};
use crate::words::Line;
use crate::{Ctx, Page, TX};
use nlbox_core::bytes::Reader;
use nlbox_core::rt::names::{PROTOCOLS, ROUTE_TYPES, SCOPES, TABLES};
use nlbox_core::rt::route::{
    CACHE_FLAGS, ENCAPS, FEATURES, PROTO_BOOT, ROUTE_FLAGS, ROUTER_PREFS, RtMsg, TABLE_MAIN, rta, rtax,
    rtm_f, rtn, scope,
};
use nlbox_core::spec::{Names, Resolve};
use nlbox_core::text::ip::{Ip, Prefix, af};
use nlbox_core::text::num::{self, Digits};
use nlbox_core::text::out::Style;
use nlbox_core::text::{ip, mac};
use nlbox_core::wire::attr::Attrs;

/// `ip route [show] …`.
pub fn run(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let f = filter(cx, line)?;
    let mut tx = [0; TX];
    let mut m = request(&mut tx, &f);
    let missing = if f.table == Some(RT_TABLE_MAIN) { ENOENT } else { 0 };
    crate::dump::dump_but(cx, &mut m, missing, &mut |page, m| {
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

const RT_TABLE_MAIN: u32 = 254;
const ENOENT: i32 = 2;

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
        if v >= 16 && !page.out.json() {
            page.out.hex("", "mark % ", u64::from(v));
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
    // -N is for the names that files may change.
    let fixed = core::ptr::eq(names, &ROUTER_PREFS) || core::ptr::eq(names, &ENCAPS);
    match names.name(v).filter(|_| fixed || !page.opts.numeric) {
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
    for (mask, name) in ROUTE_FLAGS.iter() {
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
    for (mask, name) in CACHE_FLAGS.iter() {
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
    for (mask, name) in FEATURES.iter() {
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

#[cfg(test)]
#[cfg(target_endian = "little")]
mod tests {
    extern crate std;
    use super::*;
    use crate::Options;
    use crate::names::Names as IfNames;
    use nlbox_core::conn::{Conn, Errno, Received, Transport};
    use nlbox_core::rt::rtm;
    use nlbox_core::text::ip::Prefix;
    use nlbox_core::text::out::{Mode, Out, Sink};
    use nlbox_core::wire::header::Message;
    use std::string::String;
    use std::vec::Vec;

    struct Text(Vec<u8>);
    impl Sink for Text {
        fn write_all(&mut self, b: &[u8]) -> Result<(), i32> {
            self.0.extend_from_slice(b);
            Ok(())
        }
    }

    /// A system without a network.
    struct Dead;
    impl Transport for Dead {
        fn send(&mut self, _: &[u8]) -> Result<(), Errno> {
            Err(Errno(5))
        }
        fn recv(&mut self, _: &mut [u8]) -> Result<Received, Errno> {
            Err(Errno(5))
        }
        fn peek(&mut self) -> Result<usize, Errno> {
            Err(Errno(5))
        }
        fn port(&mut self) -> Result<u32, Errno> {
            Err(Errno(5))
        }
    }

    fn bytes(hex: &str) -> Vec<u8> {
        hex.as_bytes()
            .chunks(2)
            .map(|c| u8::from_str_radix(std::str::from_utf8(c).unwrap(), 16).unwrap())
            .collect()
    }

    fn with<T>(hex: &str, f: impl FnOnce(&Row<'_>) -> T) -> T {
        let payload = bytes(hex);
        f(&Row::of(&Message { ty: rtm::NEWROUTE, flags: 2, seq: 1, port: 1, payload: &payload }).unwrap())
    }

    fn print(hex: &str, f: &Filter, mode: Mode) -> String {
        let (mut text, mut dead, mut page, mut rx) = (Text(Vec::new()), Dead, [0; 4096], [0; 64]);
        let mut names = IfNames::new(Conn::new(&mut dead, &mut rx));
        names.learn(3, b"v0");
        names.learn(5, b"v2");
        let mut out = Out::new(&mut text, &mut page);
        out.mode = mode;
        let mut page = Page { out, names, opts: Options::default() };
        with(hex, |row| route(&mut page, row, f));
        page.out.finish().unwrap();
        String::from_utf8(text.0).unwrap()
    }

    // RTM_NEWROUTE as a 6.18 kernel sends it, without its header; what iproute2 prints for it stands in the tests.
    const BLACKHOLE: &str = "02100000fe0300060000000008000f00fe000000080001000a0400000800060007000000";
    const MULTIPATH: &str = "02100000fe0300010000000008000f00fe000000080001000a0700002400090010000002030000000\
        80005000a0000021000100005000000080005000a000202";
    const METRICS: &str = "02100000fe0300010000000008000f00fe000000080001000a08000090000800080001008420000008\
        000200780500000800030088130000080004006400000008000500401f000008000600080000000800070009000000080008001405\
        0000080009000c00000008000a000d00000008000b000a00000008000c000100000008000d002c01000008000e000b00000008000f\
        00010000000900100072656e6f000000000800110001000000080005000a0000020800040003000000";
    const VIA_INET6: &str = "02100000fe0300010000000008000f00fe000000080001000a0a0000160012000a00fe80000000000\
        000000000000000000500000800040003000000";
    const EXPIRES: &str = "0a300000fe0300010000000008000f00fe0000001400010020010db8010000000000000000000000080\
        006000004000014000500fe800000000000000000000000000009080004000300000024000c0000000000000000005e8601000000\
        0000000000000000000000000000000000000500140000000000";

    #[test]
    fn routes_read_as_iproute2_prints_them() {
        let text = |hex| print(hex, &Filter { table: Some(254), ..Filter::default() }, Mode::default());
        assert_eq!(text(BLACKHOLE), "blackhole 10.4.0.0/16 metric 7 \n");
        assert_eq!(
            text(MULTIPATH),
            "10.7.0.0/16 \n\tnexthop via 10.0.0.2 dev v0 weight 3 \n\tnexthop via 10.0.2.2 dev v2 weight 1 linkdown \n"
        );
        assert_eq!(
            text(METRICS),
            "10.8.0.0/16 via 10.0.0.2 dev v0 mtu lock 1400 window 5000 rtt 12ms rttvar 2s ssthresh 8 cwnd lock 9 \
             advmss 1300 reordering 12 hoplimit 13 initcwnd 10 features ecn rto_min lock 300ms initrwnd 11 \
             quickack 1 congctl reno fastopen_no_cookie 1 \n"
        );
        assert_eq!(text(VIA_INET6), "10.10.0.0/16 via inet6 fe80::5 dev v0 \n");
        assert_eq!(
            text(EXPIRES),
            "2001:db8:100::/48 via fe80::9 dev v0 metric 1024 expires 999sec pref medium\n"
        );
    }

    #[test]
    fn json_has_iproute2s_keys_in_its_order() {
        let text = |hex| {
            let mode = Mode { json: true, ..Mode::default() };
            print(hex, &Filter { table: Some(254), ..Filter::default() }, mode)
        };
        assert_eq!(
            text(MULTIPATH),
            "{\"dst\":\"10.7.0.0/16\",\"flags\":[],\"nexthops\":[{\"gateway\":\"10.0.0.2\",\"dev\":\"v0\",\
             \"weight\":3,\"flags\":[]},{\"gateway\":\"10.0.2.2\",\"dev\":\"v2\",\"weight\":1,\
             \"flags\":[\"linkdown\"]}]}"
        );
        assert_eq!(
            text(VIA_INET6),
            "{\"dst\":\"10.10.0.0/16\",\"via\":{\"family\":\"inet6\",\"host\":\"fe80::5\"},\"dev\":\"v0\",\
             \"flags\":[]}"
        );
    }

    #[test]
    fn filters_hold_a_route_against_prefixes_and_numbers() {
        let p = |w: &str| Prefix::parse(w.as_bytes(), 0).ok();
        let passes = |f: Filter| with(BLACKHOLE, |row| row.passes(&f));
        assert!(passes(Filter::default()));
        assert!(passes(Filter { root_dst: p("10.0.0.0/8"), ..Filter::default() }));
        assert!(!passes(Filter { root_dst: p("10.4.0.0/17"), ..Filter::default() }));
        assert!(passes(Filter { match_dst: p("10.4.9.9"), ..Filter::default() }));
        assert!(!passes(Filter { match_dst: p("10.5.9.9"), ..Filter::default() }));
        assert!(!passes(Filter { match_dst: p("default"), ..Filter::default() }));
        assert!(!passes(Filter { match_dst: p("2001:db8::1"), ..Filter::default() }));
        assert!(passes(Filter { metric: Some(7), ty: Some(6), ..Filter::default() }));
        assert!(!passes(Filter { oif: Some(3), ..Filter::default() }));
        assert!(!passes(Filter { table: Some(100), ..Filter::default() }));
        assert!(!passes(Filter { family: af::AF_INET6, ..Filter::default() }));
        assert!(!passes(Filter { cached: true, ..Filter::default() }));
    }

    #[test]
    fn damaged_nexthops_end_the_list() {
        for len in ["0000", "0700", "ff00"] {
            let hex = std::format!("02100000fe03000100000000 08000100 0a070000 0c000900 {len}00020300 0000")
                .replace(' ', "");
            assert_eq!(print(&hex, &Filter::default(), Mode::default()), "10.7.0.0/16 \n");
        }
    }
}
