//! `ip link show`: one link in full, brief, or with its counters. `ip addr show` prints its links with this too.

use crate::grammar::{Arg, Grammar, Slots, To, fill, slots};
use crate::ip::link::modify::NO_VRF;
use crate::ip::value::named;
use crate::ip::value::plain_of;
use crate::ip::value::{slot, vrf, wrong};

use crate::report::{Done, Fail};
use crate::words::Line;
use crate::{Ctx, Page};
use nlbox_core::conn::Error;
use nlbox_core::rt::link::{IFINFO_LEN, IfInfo, iff, ifla, inet6, info, reason, rtext_filter};
use nlbox_core::rt::names::{ADDR_GEN_MODES, ARPHRD, GROUPS, IFFS, LINKMODES, OPERSTATES};
use nlbox_core::rt::{kind, rtm};
use nlbox_core::spec::{AttrSet, AttrSpec, Bad, Custom, Resolve, show};
use nlbox_core::text::ip::af;
use nlbox_core::text::out::{Out, Style};
use nlbox_core::text::{ip, mac, num};
use nlbox_core::wire::attr::Attrs;
use nlbox_core::wire::build::Build;
use nlbox_core::wire::header::Message;
use nlbox_core::wire::key::Key;
use nlbox_core::{attrs, label, names};
use zerocopy::FromBytes;

const DEV: u8 = 0;
pub(in crate::ip) const UP: u8 = 1;
pub(in crate::ip) const DOWN: u8 = 2;
pub(in crate::ip) const TYPE: u8 = 3;
pub(in crate::ip) const MASTER: u8 = 4;
pub(in crate::ip) const NOMASTER: u8 = 5;
pub(in crate::ip) const VRF: u8 = 6;
pub(in crate::ip) const GROUP: u8 = 7;

const DEV_ARG: Arg = Arg::new("dev", To::Slot(DEV)).once_or_garbage();

/// The filters.
pub static GRAMMAR: Grammar = crate::grammar! {
    set: &ifla::SET,
    args: [
        Arg::new("up", To::Mark(UP)),
        Arg::new("down", To::Mark(DOWN)),
        Arg::new("group", To::Slot(GROUP)),
        Arg::new("master", To::Slot(MASTER)),
        Arg::new("vrf", To::Slot(VRF)),
        Arg::new("nomaster", To::Mark(NOMASTER)),
        Arg::new("type", To::Slot(TYPE)),
        Arg::new("dev", To::Slot(DEV)).once_or_garbage(),
    ],
    bare: DEV_ARG,
    usage: "[ DEVICE ]",
};

attrs! {
    /// The first line from the MTU to the group.
    pub mod first = "link" {
        4 MTU: u32, Kind::Num(Int::U32), "mtu";
        43 XDP: Nested, Kind::Bytes, "xdp";
        6 QDISC: Str, Kind::Str, "qdisc";
        10 MASTER: u32, Kind::IfIndex, "master";
        16 OPERSTATE: u8, Kind::Custom(&OPERSTATE_SHOWN), "";
        17 LINKMODE: u8, Kind::Enum(Int::U8, &LINKMODES), "mode|linkmode";
        27 GROUP: u32, Kind::Enum(Int::U32, &GROUPS), "group";
        44 EVENT: u32, Kind::Enum(Int::U32, &EVENTS), "event", NONZERO;
    }
}

names! {
    /// `IFLA_EVENT_*`: why an event is sent.
    static EVENTS = 1 "REBOOT", 2 "FEATURE CHANGE", 3 "BONDING FAILOVER", 4 "NOTIFY PEERS", 5 "RESEND IGMP",
        6 "BONDING OPTION";
}

/// Whose layout it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum For {
    /// `ip link`.
    Link,
    /// `ip address`.
    Addr,
    /// `ip monitor`.
    Event,
}

attrs! {
    /// `-d`: what the second line gains, then the kind's own line.
    pub mod details = "link" {
        30 PROMISCUITY: u32, Kind::Num(Int::U32), "promiscuity|| promiscuity % ";
        61 ALLMULTI: u32, Kind::Num(Int::U32), "allmulti";
        50 MIN_MTU: u32, Kind::Num(Int::U32), "minmtu|min_mtu";
        51 MAX_MTU: u32, Kind::Num(Int::U32), "maxmtu|max_mtu";
        67 NETNS_IMMUTABLE: u8, Kind::Flag, "netns-immutable", NONZERO;
        18 LINKINFO: Nested, Kind::Custom(&LINKINFO_SHOWN), "";
        26 AF_SPEC: Nested, Kind::Custom(&AF_SPEC_SHOWN), "";
        31 NUM_TX_QUEUES: u32, Kind::Num(Int::U32), "numtxqueues|num_tx_queues";
        32 NUM_RX_QUEUES: u32, Kind::Num(Int::U32), "numrxqueues|num_rx_queues";
        41 GSO_MAX_SIZE: u32, Kind::Num(Int::U32), "gso_max_size";
        40 GSO_MAX_SEGS: u32, Kind::Num(Int::U32), "gso_max_segs";
        59 TSO_MAX_SIZE: u32, Kind::Num(Int::U32), "tso_max_size";
        60 TSO_MAX_SEGS: u32, Kind::Num(Int::U32), "tso_max_segs";
        58 GRO_MAX_SIZE: u32, Kind::Num(Int::U32), "gro_max_size";
        63 GSO_IPV4_MAX_SIZE: u32, Kind::Num(Int::U32), "gso_ipv4_max_size";
        64 GRO_IPV4_MAX_SIZE: u32, Kind::Num(Int::U32), "gro_ipv4_max_size";
        38 PHYS_PORT_NAME: Str, Kind::Str, "portname|phys_port_name";
        57 PARENT_DEV_BUS_NAME: Str, Kind::Str, "parentbus";
        56 PARENT_DEV_NAME: Str, Kind::Str, "parentdev";
    }
}

attrs! {
    /// The kinds inside `IFLA_LINKINFO`; in the attribute of the next number are the options, whose key comes first.
    pub mod halves = "linkinfo" {
        1 KIND: Str, Kind::Str, "info_data|info_kind|    % ";
        4 SLAVE_KIND: Str, Kind::Str, "info_slave_data|info_slave_kind|    %_slave ";
    }
}

const fn shown(show: Show) -> Custom {
    Custom { show, put: |_, _, _, _| Err(Bad::Value), value: "" }
}

type Show = fn(row: &AttrSpec, payload: &[u8], out: &mut Out<'_>, host: &mut dyn Resolve);

static OPERSTATE_SHOWN: Custom = shown(state_shown);
static LINKINFO_SHOWN: Custom = shown(linkinfo);
static AF_SPEC_SHOWN: Custom = shown(|_, payload, out, _| {
    let spec = Attrs::new(payload).nest(Key::<()>::new(u16::from(af::AF_INET6)));
    if let Some(mode) = spec.get(inet6::ADDR_GEN_MODE) {
        let mut buf = num::dec(0);
        let name = named(false, &ADDR_GEN_MODES, u64::from(mode), &mut buf);
        out.str("inet6_addr_gen_mode|addrgenmode % ", name);
    }
});

fn state_shown(_: &AttrSpec, payload: &[u8], out: &mut Out<'_>, _: &mut dyn Resolve) {
    operstate(out, payload, false);
}

/// Prints what `set` shows of a link; the listing of addresses is without a few of them.
fn rows(page: &mut Page<'_>, set: &AttrSet, a: &Attrs<'_>, what: For) {
    for row in set.iter() {
        let skipped = what != For::Link && matches!(row.ty, LINKMODE | AF_SPEC);
        if row.ty == ifla::XDP.ty() {
            super::xdp::mode(page, a, what == For::Link);
        } else if let (Some(payload), false) = (a.raw(row.ty), skipped) {
            show::show_row(&row, payload, &mut page.out, &mut page.names);
        }
    }
}

/// What only `ip link` shows.
const LINKMODE: u16 = ifla::LINKMODE.ty();
const AF_SPEC: u16 = ifla::AF_SPEC.ty();

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

impl<'w> Filter<'w> {
    /// Takes the words of the slots; those of `order`, which ask or may be wrong, in its order.
    ///
    /// # Errors
    /// What is wrong with a word has been reported.
    pub fn fill(&mut self, cx: &mut Ctx<'_>, slots: &Slots<'w>, order: &[u8; 3]) -> Done {
        self.up = slot(slots, UP).is_some();
        self.down = slot(slots, DOWN).is_some();
        self.nomaster = slot(slots, NOMASTER).is_some();
        self.kind = slot(slots, TYPE);
        for n in order {
            let Some(word) = slot(slots, *n) else { continue };
            match *n {
                GROUP => self.group = Some(super::modify::group_number(cx, word)?),
                VRF => self.master = vrf(cx, word, NO_VRF)?.0,
                _ => {
                    let index = cx.page.names.ifindex(word);
                    self.master = index.ok_or_else(|| wrong(&mut cx.err, word, "Device does not exist\n"))?;
                }
            }
        }
        Ok(())
    }

    /// Says in a dump request which links are wanted. The kernel then sends less; what an older one sends nevertheless
    /// is passed over.
    pub fn ask(&self, m: &mut Build<'_>) {
        if self.master != 0 {
            m.put(ifla::MASTER, self.master);
        }
        if let Some(kind) = self.kind {
            let (ty, kind) =
                kind::master_of(kind).map_or((info::KIND, kind), |master| (info::SLAVE_KIND, master));
            let nest = m.open(ifla::LINKINFO.ty());
            m.put(ty, kind);
            m.close(nest);
        }
    }
}

/// `ip link [show] …`.
pub fn run(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let mut filter = Filter::default();
    let dev = words(cx, line, &mut filter)?;
    if let Some(name) = dev {
        return one(cx, name, &filter);
    }
    // Room for a kind whose name is longer than any.
    let mut tx = [0; 256];
    let mut m = Build::blank(&mut tx, rtm::GETLINK, 0, IFINFO_LEN);
    m.put(ifla::EXT_MASK, rtext_filter::VF);
    filter.ask(&mut m);
    crate::dump::dump(cx, &mut m, &mut |page, m| {
        link(page, m, &filter);
        Ok(())
    })
}

/// The device of the line, and into `filter` the rest.
#[inline(never)]
fn words<'l>(
    cx: &mut Ctx<'_>,
    line: &mut Line<'l>,
    filter: &mut Filter<'l>,
) -> Result<Option<&'l [u8]>, Fail> {
    let mut room = [0; 64];
    let mut slots = slots();
    fill(cx, line, &GRAMMAR, &mut Build::new(&mut room, 0, 0, &[]), &mut slots)?;
    filter.fill(cx, &slots, &[MASTER, VRF, GROUP])?;
    Ok(slot(&slots, DEV))
}

#[inline(never)]
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
        Err(Error::Kernel(_)) if crate::names::number(name).is_none() => Err(no_such(cx, name)),
        Err(e) => {
            let fail = cx.err.net(e, &cx.conn, None);
            let Error::Kernel(errno) = e else { return Err(fail) };
            cx.page.out.open_document();
            Err(cx.err.failed_as("Cannot send link get request", errno.0))
        }
    }
}

fn no_such(cx: &mut Ctx<'_>, name: &[u8]) -> Fail {
    plain_of(cx, "Device \"%\" does not exist.", name)
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
    page.names.learn(m);
    if !row.passes(filter) {
        return;
    }
    if page.opts.brief {
        return brief(page, &row);
    }
    page.out.open_object("");
    full(page, &row, For::Link);
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
        address(&mut page.out, label!("address|% "), a, row.info.ty);
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
    page.out.str(label!("ifname|"), row.name);
    if let Some(state) = row.attrs.raw(ifla::OPERSTATE.ty()) {
        operstate(&mut page.out, state, true);
    }
    lower_down
}

fn operstate(out: &mut Out<'_>, payload: &[u8], column: bool) {
    let Some(state) = payload.first() else { return };
    let mut buf = num::dec(0);
    let name = named(false, &OPERSTATES, u64::from(*state), &mut buf);
    let style = match state {
        6 => Style::Up,
        2 => Style::Down,
        _ => Style::Plain,
    };
    let mut label = label!("operstate|");
    if column {
        out.style(style).column(name, 14);
    } else {
        out.text("state ");
        out.style(style);
        label = label!("operstate|% ");
    }
    out.str(label, name);
}

/// `@LOWER` behind the name, and in JSON `link` or `link_index`. Whether the lower link is down.
fn lower(page: &mut Page<'_>, row: &Row<'_>, column: &mut heapless::Vec<u8, 48>) -> bool {
    let Some(index) = row.attrs.get(ifla::LINK) else { return false };
    let _ = column.push(b'@');
    if index == 0 {
        let _ = column.extend_from_slice(b"NONE");
        page.out.null(label!("link|"));
        return false;
    }
    if row.attrs.has(ifla::LINK_NETNSID) {
        // The index counts in another namespace.
        let _ = column.extend_from_slice(crate::names::by_number(index).as_bytes());
        page.out.num(label!("link_index|"), u64::from(index));
        return false;
    }
    let name = page.names.ifname(index);
    let _ = column.extend_from_slice(name.as_bytes());
    page.out.str(label!("link|"), name.as_bytes());
    page.names.flags(index).is_some_and(|f| f & iff::UP == 0)
}

fn flags_with(page: &mut Page<'_>, mut flags: u32, lower_down: bool) {
    let out = &mut page.out;
    out.open_array("flags", "<");
    let mut first = true;
    let mut item = |name: &[u8]| {
        out.str(if first { label!("-|%") } else { label!("-|,%") }, name);
        first = false;
    };
    if flags & iff::UP != 0 && flags & iff::RUNNING == 0 {
        item(b"NO-CARRIER");
    }
    flags &= !iff::RUNNING;
    let mut named = IFFS.bits(flags);
    named.by_ref().for_each(|(_, name)| item(name.as_bytes()));
    if named.left != 0 {
        item(num::hex(u64::from(named.left)).as_bytes());
    }
    if lower_down {
        item(b"M-DOWN");
    }
    out.close_array("> ");
}

/// A link-layer address; of tunnels it is an IP address.
fn address(out: &mut Out<'_>, label: &str, a: &[u8], ty: u16) {
    let tunnel4 = matches!(ty, 768 | 776 | 778) && a.len() == 4;
    let tunnel6 = matches!(ty, 769 | 823) && a.len() == 16;
    let (ip, mac);
    let text = match ip::Ip::from_bytes(a).filter(|_| tunnel4 || tunnel6) {
        Some(a) => {
            ip = ip::print(&a);
            ip.as_bytes()
        }
        None => {
            mac = mac::print(a);
            mac.as_bytes()
        }
    };
    out.style(Style::Mac).str(label, text);
}

/// Prints a link that has changed.
pub fn event(page: &mut Page<'_>, row: &Row<'_>) {
    if page.opts.brief {
        return brief(page, row);
    }
    page.out.open_object("");
    full(page, row, For::Event);
    page.out.text("\n");
    page.out.close_object();
}

/// What every listing of links begins with: index, name, flags.
pub fn head(page: &mut Page<'_>, row: &Row<'_>) {
    page.out.num(label!("ifindex|%: "), u64::from(row.info.index));
    let mut column: heapless::Vec<u8, 48> = heapless::Vec::new();
    let _ = column.extend_from_slice(row.name);
    let lower_down = lower(page, row, &mut column);
    if page.out.json() {
        page.out.str(label!("ifname|"), row.name);
    } else {
        page.out.style(Style::IfName).str(label!("|%: "), &column);
    }
    flags_with(page, row.info.flags, lower_down);
}

/// A link in full, without the end of its last line. `mode` is for `ip link` alone.
pub fn full(page: &mut Page<'_>, row: &Row<'_>, what: For) {
    let a = &row.attrs;
    head(page, row);
    rows(page, &first::SET, a, what);
    // The links of an IPv6 dump come without it: iproute2 asks for it apart, and so do we.
    let mut qlen = a.get(ifla::TXQLEN);
    if what == For::Event {
        qlen = None;
    } else if qlen.is_none() {
        let _ = page.names.ask(crate::names::Link::Index(row.info.index), &mut |m| {
            qlen = Row::of(m).and_then(|row| row.attrs.get(ifla::TXQLEN));
        });
    }
    if let Some(v) = qlen.filter(|v| *v != 0) {
        page.out.num(label!("txqlen|qlen %"), u64::from(v));
    }
    let more = what != For::Addr || page.opts.details > 0;
    if more || matches!(page.opts.family, af::AF_UNSPEC | af::AF_PACKET) {
        second_line(page, row);
    }
    if let Some(id) = a.get(ifla::LINK_NETNSID) {
        netnsid(page, id, ["| link-netns %", "link_netnsid| link-netnsid %"]);
    }
    if let Some(id) = a.get(ifla::NEW_NETNSID) {
        netnsid(page, id, ["| new-netns %", "new_netnsid| new-netnsid %"]);
    }
    if let Some(index) = a.get(ifla::NEW_IFINDEX) {
        page.out.int("new_ifindex| new-ifindex %", index.into());
    }
    if a.get(ifla::PROTO_DOWN).is_some_and(|v| v != 0) {
        page.out.is("proto_down| protodown on ");
    }
    if let Some(v) = a.nest(ifla::PROTO_DOWN_REASON).get(reason::VALUE) {
        bits(&mut page.out, v);
    }
    if page.opts.details > 0 {
        rows(page, &details::SET, a, what);
    }
    let more = what == For::Link || page.opts.details > 0;
    if let (true, Some(alias)) = (more, a.get(ifla::IFALIAS)) {
        page.out.line();
        page.out.str("ifalias|    alias %", alias);
    }
    if more {
        super::xdp::programs(page, a);
    }
    if page.opts.stats > 0 && what != For::Event {
        super::stats::counters(page, a);
    }
    if more {
        super::vf::lines(page, row);
    }
    altnames(page, a);
}

/// The reasons for which a link is held down: numbers of bits, for we keep no names of them.
fn bits(out: &mut Out<'_>, v: u32) {
    out.open_array("proto_down_reason", "protodown_reason <");
    let mut label = "-|%";
    for n in (0..32_u32).filter(|n| v.wrapping_shr(*n) & 1 != 0) {
        out.str(label, num::dec(n.into()).as_bytes());
        label = "-|,%";
    }
    out.close_array(">");
}

#[inline(never)]
fn second_line(page: &mut Page<'_>, row: &Row<'_>) {
    let a = &row.attrs;
    let out = &mut page.out;
    out.line();
    let ty = row.info.ty;
    let mut number: heapless::Vec<u8, 48> = heapless::Vec::new();
    let name = match ARPHRD.name(u64::from(ty)).filter(|_| !page.opts.numeric) {
        Some(name) => name.as_bytes(),
        None => {
            // An unknown type is its number in brackets.
            for piece in [b"[", num::dec(u64::from(ty)).as_bytes(), b"]"] {
                let _ = number.extend_from_slice(piece);
            }
            &number
        }
    };
    out.str(label!("link_type|    link/% "), name);
    let own = a.get(ifla::ADDRESS);
    if let Some(v) = own {
        address(out, label!("address|%"), v, ty);
    }
    if let Some(v) = a.get(ifla::BROADCAST) {
        let mut sign = " brd ";
        if row.info.flags & iff::POINTOPOINT != 0 {
            sign = " peer ";
            out.is("link_pointtopoint|");
        }
        out.text(sign);
        address(out, label!("broadcast|%"), v, ty);
    }
    if let Some(v) = a.get(ifla::PERM_ADDRESS)
        && own != Some(v)
        && v.iter().any(|b| *b != 0)
    {
        out.text(" permaddr ");
        // Bytes whatever the type.
        address(out, "permaddr|%", v, 0);
    }
}

fn netnsid(page: &mut Page<'_>, id: i32, [name, number]: [&str; 2]) {
    if id < 0 && !page.out.json() {
        page.out.str(number, b"unknown");
    } else if page.out.json() || !crate::ip::netns::name_of_id(page, id, name) {
        page.out.int(number, id.into());
    }
}

fn linkinfo(_: &AttrSpec, payload: &[u8], out: &mut Out<'_>, host: &mut dyn Resolve) {
    let a = Attrs::new(payload);
    out.open_object("linkinfo");
    for row in halves::SET.iter() {
        let Some(name) = a.raw(row.ty) else { continue };
        let slave = row.ty == info::SLAVE_KIND.ty();
        out.line();
        show::show_row(&row, name, out, host);
        let name = nlbox_core::bytes::until_nul(name);
        let set = if slave { kind::slave_data_of(name) } else { kind::data_of(name) };
        if let (Some(set), Some(options)) = (set, a.raw(row.ty.saturating_add(1))) {
            out.open_object(row.keyword());
            show::show(set, options, out, host);
            out.close_object();
        }
    }
    out.close_object();
}

fn altnames(page: &mut Page<'_>, a: &Attrs<'_>) {
    if !a.has(ifla::PROP_LIST) {
        return;
    }
    page.out.open_array("altnames", "");
    for p in a.nest(ifla::PROP_LIST).filter(|p| p.ty == ifla::ALT_IFNAME.ty()) {
        page.out.line();
        page.out.str("-|    altname %", nlbox_core::bytes::until_nul(p.payload));
    }
    page.out.close_array("");
}
