//! `ip link show`: one link in full, brief, or with its counters. `ip addr show` prints its links with this too.

use crate::grammar::{Arg, Grammar, To, read};
use crate::names;
use crate::report::{Done, Fail};
use crate::words::Line;
use crate::{Ctx, Page, TX};
use nlbox_core::conn::Error;
use nlbox_core::rt::link::{IFINFO_LEN, IfInfo, iff, ifla, inet6, info, rtext_filter};
use nlbox_core::rt::names::{ADDR_GEN_MODES, ARPHRD, GROUPS, IFFS, LINKMODES, OPERSTATES};
use nlbox_core::rt::{kind, rtm};
use nlbox_core::spec::{Names, Resolve, show};
use nlbox_core::text::ip::af;
use nlbox_core::text::out::Style;
use nlbox_core::text::{ip, mac, num};
use nlbox_core::wire::attr::Attrs;
use nlbox_core::wire::build::Build;
use nlbox_core::wire::header::Message;
use nlbox_core::wire::key::Key;
use zerocopy::FromBytes;

const DEV: u8 = 0;
const UP: u8 = 1;
const TYPE: u8 = 2;
const MASTER: u8 = 3;
const NOMASTER: u8 = 4;
const DOWN: u8 = 5;
const VRF: u8 = 6;
const GROUP: u8 = 7;

static DEV_ARG: Arg = Arg::new("dev", To::Slot(DEV)).once_or_garbage();

/// The filters.
pub static GRAMMAR: Grammar = Grammar {
    set: &ifla::SET,
    args: crate::args![
        Arg::new("up", To::Mark(UP)),
        Arg::new("down", To::Mark(DOWN)),
        Arg::new("group", To::Slot(GROUP)),
        Arg::new("master", To::Slot(MASTER)),
        Arg::new("vrf", To::Slot(VRF)),
        Arg::new("nomaster", To::Mark(NOMASTER)),
        Arg::new("type", To::Slot(TYPE)),
        Arg::new("dev", To::Slot(DEV)).once_or_garbage(),
    ],
    bare: Some(&DEV_ARG),
    usage: "[ DEVICE ]",
};

/// Which links are shown, by what their messages say.
#[derive(Clone, Copy, Default)]
pub struct Filter<'w> {
    /// Only those that are up.
    pub up: bool,
    /// Only those that are down.
    pub down: bool,
    /// Only ports of this master.
    pub master: u32,
    /// Only those without a master.
    pub nomaster: bool,
    /// Only links of this kind; `KIND_slave`: only ports of a master of this kind.
    pub kind: Option<&'w [u8]>,
    /// Only links of this group.
    pub group: Option<u32>,
}

/// `ip link [show] …`.
pub fn run(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let mut tx = [0; TX];
    let mut m = Build::new(&mut tx, rtm::GETLINK, 0, &[0; IFINFO_LEN]);
    let mut words = [0; 64];
    let slots = {
        let mut scratch = Build::new(&mut words, 0, 0, &[]);
        read(cx, line, &GRAMMAR, &mut scratch)?
    };
    let slot = |n: u8| slots.get(usize::from(n)).copied().flatten();
    let mut filter = Filter {
        up: slot(UP).is_some(),
        down: slot(DOWN).is_some(),
        nomaster: slot(NOMASTER).is_some(),
        kind: slot(TYPE),
        ..Filter::default()
    };
    if let Some(name) = slot(MASTER) {
        let index = cx.page.names.ifindex(name);
        filter.master = index.ok_or_else(|| cx.err.invalid(name, b"", "Device does not exist\n"))?;
    }
    if let Some(name) = slot(VRF) {
        filter.master = super::modify::vrf_index(cx, name)?;
    }
    if let Some(name) = slot(GROUP) {
        filter.group = Some(super::modify::group_number(cx, name)?);
    }
    if let Some(name) = slot(DEV) {
        return one(cx, name, &filter);
    }
    m.put(ifla::EXT_MASK, rtext_filter::VF);
    // The kernel sends less; what an older one sends nevertheless is passed over by the filter.
    if filter.master != 0 {
        m.put(ifla::MASTER, filter.master);
    }
    if let Some(kind) = filter.kind {
        let (ty, kind) =
            kind::master_of(kind).map_or((info::KIND, kind), |master| (info::SLAVE_KIND, master));
        let nest = m.open(ifla::LINKINFO.ty());
        m.put(ty, kind);
        m.close(nest);
    }
    crate::dump::dump(cx, &mut m, &mut |page, m| {
        link(page, m, &filter);
        Ok(())
    })
}

fn one(cx: &mut Ctx<'_>, name: &[u8], filter: &Filter<'_>) -> Done {
    let mut tx = [0; 256];
    let mut m = crate::names::request(&mut tx, crate::names::Link::Name(name));
    m.put(ifla::EXT_MASK, rtext_filter::VF);
    match cx.conn.get(&mut m) {
        Ok(m) => {
            cx.page.out.open_document();
            link(&mut cx.page, &m, filter);
            Ok(())
        }
        // "ifN" is an index to iproute2, but asked for by name nevertheless: another sentence.
        Err(Error::Kernel(_)) if names::number(name).is_none() => Err(no_such(cx, name)),
        Err(e) => {
            let fail = cx.err.net(e, &cx.conn, None);
            let Error::Kernel(errno) = e else { return Err(fail) };
            cx.page.out.open_document();
            Err(cx.err.system(&[b"Cannot send link get request"], errno.0))
        }
    }
}

fn no_such(cx: &mut Ctx<'_>, name: &[u8]) -> Fail {
    cx.err.plain(&[b"Device \"%\" does not exist.", name])
}

/// What a link message says that every layout needs.
#[derive(Clone, Copy)]
pub struct Row<'m> {
    /// The fixed header.
    pub info: IfInfo,
    /// The attributes.
    pub attrs: Attrs<'m>,
    /// Its name.
    pub name: &'m [u8],
}

impl<'m> Row<'m> {
    /// Reads a link message; `None` when it is none, or has no name.
    #[must_use]
    pub fn of(m: &Message<'m>) -> Option<Row<'m>> {
        let (head, attrs) = m.split::<IFINFO_LEN>();
        let (info, _) = IfInfo::read_from_prefix(&head).ok()?;
        let name = attrs.get(ifla::IFNAME)?;
        (m.ty == rtm::NEWLINK || m.ty == rtm::DELLINK).then_some(Row { info, attrs, name })
    }

    /// Whether `f` lets the link through.
    #[must_use]
    pub fn passes(&self, f: &Filter<'_>) -> bool {
        let master = self.attrs.get(ifla::MASTER).unwrap_or(0);
        let linkinfo = self.attrs.nest(ifla::LINKINFO);
        let of_kind = f.kind.is_none_or(|k| match kind::master_of(k) {
            Some(master) => linkinfo.get(info::SLAVE_KIND) == Some(master),
            None => linkinfo.get(info::KIND) == Some(k),
        });
        let up = self.info.flags & iff::UP != 0;
        (!f.up || up)
            && (!f.down || !up)
            && f.group.is_none_or(|g| self.attrs.get(ifla::GROUP) == Some(g))
            && (f.master == 0 || f.master == master)
            && (!f.nomaster || master == 0)
            && of_kind
    }
}

/// Prints a link as `ip link` does, if it passes.
pub fn link(page: &mut Page<'_>, m: &Message<'_>, filter: &Filter<'_>) {
    let Some(row) = Row::of(m) else { return };
    page.names.learn(row.info.index, row.name);
    if !row.passes(filter) {
        return;
    }
    if page.opts.brief {
        return brief(page, &row);
    }
    page.out.open_object("");
    full(page, &row, true);
    // A record ends its line whatever the mode.
    if !page.out.json() {
        page.out.bytes(b"\n");
    }
    page.out.close_object();
}

/// `-br`: name, state, address, flags in columns.
pub fn brief(page: &mut Page<'_>, row: &Row<'_>) {
    page.out.open_object("");
    let lower_down = brief_name(page, row);
    if let Some(a) = row.attrs.get(ifla::ADDRESS) {
        let text = address(a, row.info.ty);
        page.out.style(Style::Mac).str("address", "% ", &text);
    }
    flags_with(page, row.info.flags, lower_down);
    page.out.text("\n");
    page.out.close_object();
}

/// The first two columns of `-br`. Whether the lower link is down.
pub fn brief_name(page: &mut Page<'_>, row: &Row<'_>) -> bool {
    let mut column: heapless::Vec<u8, 48> = heapless::Vec::new();
    let _ = column.extend_from_slice(row.name);
    let lower_down = lower(page, row, &mut column);
    page.out.style(Style::IfName).column(&column, 16);
    page.out.str("ifname", "", row.name);
    operstate(page, row, true);
    lower_down
}

fn named<'n>(names: &Names, v: u64, buf: &'n mut num::Digits) -> &'n [u8] {
    match names.name(v) {
        Some(s) => s.as_bytes(),
        None => {
            *buf = num::dec(v);
            buf.as_bytes()
        }
    }
}

fn operstate(page: &mut Page<'_>, row: &Row<'_>, column: bool) {
    let Some(state) = row.attrs.get(ifla::OPERSTATE) else { return };
    let mut buf = num::dec(0);
    let name = named(&OPERSTATES, u64::from(state), &mut buf);
    let style = match state {
        6 => Style::Up,
        2 => Style::Down,
        _ => Style::Plain,
    };
    if column {
        page.out.style(style).column(name, 14);
        page.out.str("operstate", "", name);
    } else {
        page.out.text("state ");
        page.out.style(style).str("operstate", "% ", name);
    }
}

/// `@LOWER` behind the name, and in JSON `link` or `link_index`. Whether the lower link is down.
fn lower(page: &mut Page<'_>, row: &Row<'_>, column: &mut heapless::Vec<u8, 48>) -> bool {
    let Some(index) = row.attrs.get(ifla::LINK) else { return false };
    let _ = column.push(b'@');
    if index == 0 {
        let _ = column.extend_from_slice(b"NONE");
        page.out.null("link", "");
        return false;
    }
    if row.attrs.has(ifla::LINK_NETNSID) {
        // The index counts in another namespace.
        let _ = column.extend_from_slice(crate::names::by_number(index).as_bytes());
        page.out.num("link_index", "", u64::from(index));
        return false;
    }
    let name = page.names.ifname(index);
    let _ = column.extend_from_slice(name.as_bytes());
    page.out.str("link", "", name.as_bytes());
    page.names.flags(index).is_some_and(|f| f & iff::UP == 0)
}

fn flags_with(page: &mut Page<'_>, mut flags: u32, lower_down: bool) {
    let out = &mut page.out;
    out.open_array("flags", "<");
    let mut first = true;
    let mut item = |name: &[u8]| {
        out.str("-", if first { "%" } else { ",%" }, name);
        first = false;
    };
    if flags & iff::UP != 0 && flags & iff::RUNNING == 0 {
        item(b"NO-CARRIER");
    }
    flags &= !iff::RUNNING;
    for (mask, name) in IFFS.iter() {
        if flags & mask != 0 {
            item(name.as_bytes());
            flags &= !mask;
        }
    }
    if flags != 0 {
        item(num::hex(u64::from(flags)).as_bytes());
    }
    if lower_down {
        item(b"M-DOWN");
    }
    out.close_array("> ");
}

/// A link-layer address; of tunnels it is an IP address.
fn address(a: &[u8], ty: u16) -> heapless::Vec<u8, 96> {
    let mut v = heapless::Vec::new();
    let tunnel4 = matches!(ty, 768 | 776 | 778) && a.len() == 4;
    let tunnel6 = matches!(ty, 769 | 823) && a.len() == 16;
    match ip::Ip::from_bytes(a).filter(|_| tunnel4 || tunnel6) {
        Some(ip) => drop(v.extend_from_slice(ip::print(&ip).as_bytes())),
        None => drop(v.extend_from_slice(mac::print(a).as_bytes())),
    }
    v
}

/// A link in full, without the end of its last line. `mode` is left out of `ip addr`.
pub fn full(page: &mut Page<'_>, row: &Row<'_>, is_link: bool) {
    let a = row.attrs;
    page.out.num("ifindex", "%: ", u64::from(row.info.index));
    let mut column: heapless::Vec<u8, 48> = heapless::Vec::new();
    let _ = column.extend_from_slice(row.name);
    let lower_down = lower(page, row, &mut column);
    if page.out.json() {
        page.out.str("ifname", "", row.name);
    } else {
        page.out.style(Style::IfName).str("", "%: ", &column);
    }
    flags_with(page, row.info.flags, lower_down);
    if let Some(v) = a.get(ifla::MTU) {
        page.out.num("mtu", "mtu % ", u64::from(v));
    }
    if let Some(v) = a.get(ifla::QDISC) {
        page.out.str("qdisc", "qdisc % ", v);
    }
    if let Some(v) = a.get(ifla::MASTER) {
        let name = page.names.ifname(v);
        page.out.str("master", "master % ", name.as_bytes());
    }
    operstate(page, row, false);
    let mut buf = num::dec(0);
    if let (true, Some(v)) = (is_link, a.get(ifla::LINKMODE)) {
        page.out.str("linkmode", "mode % ", named(&LINKMODES, u64::from(v), &mut buf));
    }
    if let Some(v) = a.get(ifla::GROUP) {
        page.out.str("group", "group % ", named(&GROUPS, u64::from(v), &mut buf));
    }
    // The links of an IPv6 dump come without it: iproute2 asks for it apart, and so do we.
    let qlen = a.get(ifla::TXQLEN).or_else(|| {
        let qlen = |m: &Message<'_>| Row::of(m).and_then(|row| row.attrs.get(ifla::TXQLEN));
        page.names.link(crate::names::Link::Index(row.info.index), qlen).ok().flatten()
    });
    if let Some(v) = qlen.filter(|v| *v != 0) {
        page.out.num("txqlen", "qlen %", u64::from(v));
    }
    let more = is_link || page.opts.details > 0;
    if more || matches!(page.opts.family, af::AF_UNSPEC | af::AF_PACKET) {
        second_line(page, row);
    }
    if let Some(id) = a.get(ifla::LINK_NETNSID) {
        netnsid(page, id);
    }
    if a.get(ifla::PROTO_DOWN).is_some_and(|v| v != 0) {
        page.out.is("proto_down", " protodown on ");
    }
    if page.opts.details > 0 {
        details(page, row, is_link);
    }
    if let (true, Some(alias)) = (more, a.get(ifla::IFALIAS)) {
        page.out.line();
        page.out.str("ifalias", "    alias %", alias);
    }
    if page.opts.stats > 0 {
        super::stats::counters(page, a);
    }
    altnames(page, a);
}

fn second_line(page: &mut Page<'_>, row: &Row<'_>) {
    let a = row.attrs;
    page.out.line();
    match ARPHRD.name(u64::from(row.info.ty)) {
        Some(name) => page.out.str("link_type", "    link/% ", name.as_bytes()),
        None => {
            // An unknown type is its number in brackets.
            let mut v: heapless::Vec<u8, 8> = heapless::Vec::new();
            let _ = v.push(b'[');
            let _ = v.extend_from_slice(num::dec(u64::from(row.info.ty)).as_bytes());
            let _ = v.push(b']');
            page.out.str("link_type", "    link/% ", &v);
        }
    }
    if let Some(v) = a.get(ifla::ADDRESS) {
        let text = address(v, row.info.ty);
        page.out.style(Style::Mac).str("address", "%", &text);
    }
    if let Some(v) = a.get(ifla::BROADCAST) {
        let text = address(v, row.info.ty);
        if row.info.flags & iff::POINTOPOINT != 0 {
            page.out.text(" peer ");
            page.out.is("link_pointtopoint", "");
        } else {
            page.out.text(" brd ");
        }
        page.out.style(Style::Mac).str("broadcast", "%", &text);
    }
    if let Some(v) = a.get(ifla::PERM_ADDRESS)
        && a.get(ifla::ADDRESS) != Some(v)
        && v.iter().any(|b| *b != 0)
    {
        page.out.text(" permaddr ");
        page.out.style(Style::Mac).str("permaddr", "%", mac::print(v).as_bytes());
    }
}

fn netnsid(page: &mut Page<'_>, id: i32) {
    if page.out.json() {
        page.out.int("link_netnsid", "", i64::from(id));
    } else if id < 0 {
        page.out.text(" link-netnsid unknown");
    } else {
        let named = crate::ip::netns::name_of_id(page, id, "", " link-netns %");
        if !named {
            page.out.int("", " link-netnsid %", i64::from(id));
        }
    }
}

/// `-d`: what line two gains, then the kind's own line.
fn details(page: &mut Page<'_>, row: &Row<'_>, is_link: bool) {
    let a = row.attrs;
    number(page, a, ifla::PROMISCUITY, "promiscuity", " promiscuity % ");
    number(page, a, ifla::ALLMULTI, "allmulti", "allmulti % ");
    number(page, a, ifla::MIN_MTU, "min_mtu", "minmtu % ");
    number(page, a, ifla::MAX_MTU, "max_mtu", "maxmtu % ");
    if a.get(ifla::NETNS_IMMUTABLE).is_some_and(|v| v != 0) {
        page.out.is("netns-immutable", "netns-immutable ");
    }
    if a.has(ifla::LINKINFO) {
        linkinfo(page, a.nest(ifla::LINKINFO));
    }
    let spec = a.nest(ifla::AF_SPEC).nest(Key::<()>::new(u16::from(af::AF_INET6)));
    if let (true, Some(mode)) = (is_link, spec.get(inet6::ADDR_GEN_MODE)) {
        let mut buf = num::dec(0);
        let name = named(&ADDR_GEN_MODES, u64::from(mode), &mut buf);
        page.out.str("inet6_addr_gen_mode", "addrgenmode % ", name);
    }
    number(page, a, ifla::NUM_TX_QUEUES, "num_tx_queues", "numtxqueues % ");
    number(page, a, ifla::NUM_RX_QUEUES, "num_rx_queues", "numrxqueues % ");
    number(page, a, ifla::GSO_MAX_SIZE, "gso_max_size", "gso_max_size % ");
    number(page, a, ifla::GSO_MAX_SEGS, "gso_max_segs", "gso_max_segs % ");
    number(page, a, ifla::TSO_MAX_SIZE, "tso_max_size", "tso_max_size % ");
    number(page, a, ifla::TSO_MAX_SEGS, "tso_max_segs", "tso_max_segs % ");
    number(page, a, ifla::GRO_MAX_SIZE, "gro_max_size", "gro_max_size % ");
    number(page, a, ifla::GSO_IPV4_MAX_SIZE, "gso_ipv4_max_size", "gso_ipv4_max_size % ");
    number(page, a, ifla::GRO_IPV4_MAX_SIZE, "gro_ipv4_max_size", "gro_ipv4_max_size % ");
    if let Some(v) = a.get(ifla::PHYS_PORT_NAME) {
        page.out.str("phys_port_name", "portname % ", v);
    }
    if let Some(v) = a.get(ifla::PARENT_DEV_BUS_NAME) {
        page.out.str("parentbus", "parentbus % ", v);
    }
    if let Some(v) = a.get(ifla::PARENT_DEV_NAME) {
        page.out.str("parentdev", "parentdev % ", v);
    }
}

fn number(page: &mut Page<'_>, a: Attrs<'_>, key: Key<u32>, json: &str, pattern: &str) {
    if let Some(v) = a.get(key) {
        page.out.num(json, pattern, u64::from(v));
    }
}

fn linkinfo(page: &mut Page<'_>, a: Attrs<'_>) {
    page.out.open_object("linkinfo");
    page.out.line();
    page.out.text("    ");
    if let Some(name) = a.get(info::KIND) {
        page.out.str("info_kind", "% ", name);
        if let (Some(set), true) = (kind::data_of(name), a.has(info::DATA)) {
            page.out.open_object("info_data");
            show::show(set, a.nest(info::DATA), &mut page.out, &mut page.names);
            page.out.close_object();
        }
    }
    if let Some(name) = a.get(info::SLAVE_KIND) {
        page.out.line();
        page.out.str("info_slave_kind", "    %_slave ", name);
        if let (Some(set), true) = (kind::slave_data_of(name), a.has(info::SLAVE_DATA)) {
            page.out.open_object("info_slave_data");
            show::show(set, a.nest(info::SLAVE_DATA), &mut page.out, &mut page.names);
            page.out.close_object();
        }
    }
    page.out.close_object();
}

fn altnames(page: &mut Page<'_>, a: Attrs<'_>) {
    if !a.has(ifla::PROP_LIST) {
        return;
    }
    page.out.open_array("altnames", "");
    for p in a.nest(ifla::PROP_LIST).filter(|p| p.ty == ifla::ALT_IFNAME.ty()) {
        page.out.line();
        page.out.str("-", "    altname %", nlbox_core::bytes::until_nul(p.payload));
    }
    page.out.close_array("");
}
