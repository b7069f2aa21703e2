//! `ip neigh show`, and the filters that `flush` shares with it.

use super::{slot, state};
use crate::grammar::{Arg, Grammar, Slots, To, read};
use crate::ip::value::{device, named, prefix};
use crate::names::{Link, index_of};
use crate::report::{Done, Fail};
use crate::words::Line;
use crate::{Ctx, Page, TX};
use nlbox_core::rt::link::{IFINFO_LEN, ifla, info};
use nlbox_core::rt::names::PROTOCOLS;
use nlbox_core::rt::neigh::{
    CacheInfo, FLAGS_AT, NDMSG_LEN, NdMsg, STATES, nda, ntf, ntf_ext, nud,
};
use nlbox_core::rt::rtm;
use nlbox_core::spec::Resolve;
use nlbox_core::text::ip::{self, Ip, Prefix};
use nlbox_core::text::out::Style;
use nlbox_core::text::{mac, num};
use nlbox_core::wire::attr::Attrs;
use nlbox_core::wire::build::Build;
use nlbox_core::wire::header::Message;
use zerocopy::FromBytes;

const DEV: u8 = 0;
const MASTER: u8 = 1;
const VRF: u8 = 2;
const NOMASTER: u8 = 3;
const NUD: u8 = 4;
const UNUSED: u8 = 5;
const PROXY: u8 = 6;
const TO: u8 = 7;

/// Stands for entries in no state among the states asked for; beyond the kernel's eight bits.
const STATELESS: u16 = 0x100;
/// `nud all`.
const ANY: u16 = 0x1ff;
/// What `show` lists when no state is asked for.
const SHOWN: u16 = 0xff & !nud::NOARP;
/// What `flush` deletes when no state is asked for.
pub const FLUSHED: u16 = ANY & !(nud::NOARP | nud::PERMANENT);

static TO_ARG: Arg = Arg::new("to", To::Slot(TO));

/// The filters.
pub static GRAMMAR: Grammar = Grammar {
    set: &nda::SET,
    args: &[
        Arg::new("dev", To::Slot(DEV)).once(),
        Arg::new("master", To::Slot(MASTER)),
        Arg::new("vrf", To::Slot(VRF)),
        Arg::new("nomaster", To::Mark(NOMASTER)),
        Arg::new("nud", To::Call(states, "STATE")),
        Arg::new("unused", To::Mark(UNUSED)),
        Arg::new("proxy", To::Mark(PROXY)),
        Arg::new("p[rotocol]", To::Attr(nda::PROTOCOL.ty())).bad("invalid \"%\"\n"),
        Arg::new("to", To::Slot(TO)),
    ],
    bare: Some(&TO_ARG),
    usage: "[ PREFIX ]",
};

/// Gathers the states asked for where a request has its state.
fn states<'l>(
    cx: &mut Ctx<'_>,
    line: &mut Line<'l>,
    m: &mut Build<'_>,
    slots: &mut Slots<'l>,
) -> Done {
    let word = line.peek();
    let bits = if word == Some(b"all") {
        line.next();
        ANY
    } else {
        match state(cx, line)? {
            0 => STATELESS,
            bit => bit,
        }
    };
    m.head_or(0, &bits.to_ne_bytes());
    if let Some(s) = slots.get_mut(usize::from(NUD)) {
        *s = word;
    }
    Ok(())
}

/// Which entries are listed or deleted.
pub struct Filter {
    /// `AF_*`; 0 for all.
    pub family: u8,
    /// Only on this interface.
    pub index: u32,
    /// Only on ports of this interface; all ones: only on what is no port. The kernel applies it.
    master: u32,
    /// `NUD_*` and [`STATELESS`].
    states: u16,
    unused: bool,
    proxy: bool,
    protocol: u8,
    to: Option<Prefix>,
}

impl Filter {
    /// Reads the filters; `states` are those to take when none is asked for.
    pub fn read(cx: &mut Ctx<'_>, line: &mut Line<'_>, states: u16) -> Result<Filter, Fail> {
        let mut words = [0; 64];
        let mut asked = Build::new(&mut words, 0, 0, &[0; 4]);
        let slots = read(cx, line, &GRAMMAR, &mut asked)?;
        let mut f = Filter {
            family: cx.page.opts.family,
            index: 0,
            master: 0,
            states,
            unused: slot(&slots, UNUSED).is_some(),
            proxy: slot(&slots, PROXY).is_some(),
            protocol: asked.attrs(4).get(nda::PROTOCOL).unwrap_or(0),
            to: None,
        };
        if slot(&slots, NUD).is_some() {
            f.states = u16::from_ne_bytes([asked.head_at(0), asked.head_at(1)]);
        }
        if let Some(word) = slot(&slots, MASTER) {
            f.master = cx
                .page
                .names
                .ifindex(word)
                .ok_or_else(|| cx.err.invalid(word, b"", "Device does not exist\n"))?;
        }
        if let Some(word) = slot(&slots, VRF) {
            f.master = vrf(cx, word)?;
        }
        if slot(&slots, NOMASTER).is_some() {
            f.master = u32::MAX;
        }
        if let Some(word) = slot(&slots, TO) {
            let to = prefix(&mut cx.err, word, f.family)?;
            f.family = to.ip.family();
            f.to = Some(to).filter(|p| !p.ip.is_none());
        }
        if let Some(word) = slot(&slots, DEV) {
            f.index = device(cx, word)?;
        }
        Ok(f)
    }

    /// The dump request, with what the kernel can filter.
    pub fn request<'t>(&self, tx: &'t mut [u8]) -> Build<'t> {
        let mut m = Build::new(tx, rtm::GETNEIGH, 0, &[0; NDMSG_LEN]);
        m.head(0, &[self.family]);
        if self.proxy {
            m.head(FLAGS_AT, &[ntf::PROXY]);
        }
        if self.index != 0 {
            m.put(nda::IFINDEX, self.index);
        }
        if self.master != 0 {
            m.put(nda::MASTER, self.master);
        }
        m
    }

    /// Whether the entry `m` passes.
    #[must_use]
    pub fn passes(&self, m: &Message<'_>) -> bool {
        let Some((head, attrs)) = split(m) else { return false };
        let free = head.flags & (ntf::PROXY | ntf::EXT_LEARNED) != 0;
        let state = if head.state == 0 { STATELESS } else { head.state };
        (free || state & self.states != 0)
            && (self.family == 0 || self.family == head.family)
            && (self.index == 0 || self.index == head.index)
            && (self.protocol == 0 || attrs.get(nda::PROTOCOL) == Some(self.protocol))
            && (!self.unused || cacheinfo(attrs).is_none_or(|c| c.refcnt == 0))
            && self.to.is_none_or(|p| attrs.get(nda::DST).and_then(Ip::from_bytes).is_some_and(|a| p.contains(&a)))
    }
}

/// The index of the VRF called `word`.
pub(crate) fn vrf(cx: &mut Ctx<'_>, word: &[u8]) -> Result<u32, Fail> {
    let found = cx.page.names.link(Link::Name(word), |m| {
        let (_, attrs) = m.split::<IFINFO_LEN>();
        (attrs.nest(ifla::LINKINFO).get(info::KIND) == Some(b"vrf")).then(|| index_of(m))
    });
    found.ok().flatten().ok_or_else(|| cx.err.invalid(word, b"", "Not a valid VRF name\n"))
}

/// `ip neigh [show] …`.
pub fn run(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let filter = Filter::read(cx, line, SHOWN)?;
    let mut tx = [0; TX];
    let mut m = filter.request(&mut tx);
    crate::dump::dump(cx, &mut m, &mut |page, m| {
        if filter.passes(m) {
            entry(page, m, filter.index == 0);
        }
        Ok(())
    })
}

fn split<'m>(m: &Message<'m>) -> Option<(NdMsg, Attrs<'m>)> {
    let (head, attrs) = m.split::<NDMSG_LEN>();
    let (head, _) = NdMsg::read_from_prefix(&head).ok()?;
    matches!(m.ty, rtm::NEWNEIGH | rtm::DELNEIGH | rtm::GETNEIGH).then_some((head, attrs))
}

fn cacheinfo(attrs: Attrs<'_>) -> Option<CacheInfo> {
    CacheInfo::read_from_prefix(attrs.get(nda::CACHEINFO)?).ok().map(|(c, _)| c)
}

/// Prints the entry `m`; without its interface where only one was asked for.
pub fn entry(page: &mut Page<'_>, m: &Message<'_>, with_dev: bool) {
    let Some((head, attrs)) = split(m) else { return };
    let brief = page.opts.brief;
    page.out.open_object("");
    match m.ty {
        rtm::DELNEIGH => page.out.is("deleted", "Deleted "),
        rtm::GETNEIGH => page.out.null("miss", "miss "),
        _ => {}
    }
    if let Some(dst) = attrs.get(nda::DST) {
        let text = place(dst);
        cell(page, Style::of_family(head.family), "dst", &text, 39);
    }
    if with_dev {
        let name = page.names.ifname(head.index);
        if !brief {
            page.out.text("dev ");
        }
        cell(page, Style::IfName, "dev", name.as_bytes(), 16);
    }
    if let Some(lladdr) = attrs.get(nda::LLADDR) {
        let text = place(lladdr);
        if !brief {
            page.out.text("lladdr ");
        }
        page.out.style(Style::Mac).str("lladdr", if brief { "%" } else { "% " }, &text);
    }
    if !brief {
        rest(page, &head, attrs);
    }
    if !page.out.json() {
        page.out.bytes(b"\n");
    }
    page.out.close_object();
}

/// An address: IPv4, IPv6, or of a link. Ends of tunnels are link addresses of 4 or 16 bytes.
fn place(bytes: &[u8]) -> heapless::Vec<u8, 96> {
    let mut v = heapless::Vec::new();
    match Ip::from_bytes(bytes) {
        Some(ip) => drop(v.extend_from_slice(ip::print(&ip).as_bytes())),
        None => drop(v.extend_from_slice(mac::print(bytes).as_bytes())),
    }
    v
}

/// A value and a blank; in a column `width` wide with `-br`.
fn cell(page: &mut Page<'_>, style: Style, key: &str, v: &[u8], width: usize) {
    let mut padded: heapless::Vec<u8, 96> = heapless::Vec::new();
    let _ = padded.extend_from_slice(v);
    while page.opts.brief && !page.out.json() && padded.len() < width {
        let _ = padded.push(b' ');
    }
    page.out.style(style).str(key, "% ", &padded);
}

/// What stands behind the addresses.
fn rest(page: &mut Page<'_>, head: &NdMsg, attrs: Attrs<'_>) {
    let out = &mut page.out;
    let extended = attrs.get(nda::FLAGS_EXT).unwrap_or(0);
    for (set, name, text) in [
        (head.flags & ntf::ROUTER != 0, "router", "router "),
        (head.flags & ntf::PROXY != 0, "proxy", "proxy "),
        (head.flags & ntf::EXT_LEARNED != 0, "extern_learn", "extern_learn "),
        (head.flags & ntf::OFFLOADED != 0, "offload", "offload "),
        (extended & ntf_ext::MANAGED != 0, "managed", "managed "),
        (extended & ntf_ext::EXT_VALIDATED != 0, "extern_valid", "extern_valid "),
    ] {
        if set {
            out.null(name, text);
        }
    }
    if page.opts.stats > 0 {
        if let Some(c) = cacheinfo(attrs) {
            if c.refcnt != 0 {
                out.num("refcnt", " ref %", u64::from(c.refcnt));
            }
            out.num("used", " used %", u64::from(c.used / 100));
            out.num("confirmed", "/%", u64::from(c.confirmed / 100));
            out.num("updated", "/%", u64::from(c.updated / 100));
        }
        if let Some(v) = attrs.get(nda::PROBES) {
            out.num("probes", "probes % ", u64::from(v));
        }
    }
    if head.state != 0 {
        out.open_array("state", "");
        for (bit, name) in STATES.rows {
            if u32::from(head.state) & bit != 0 {
                out.str("-", "% ", name.as_bytes());
            }
        }
        out.close_array("");
    }
    if let Some(v) = attrs.get(nda::PROTOCOL) {
        let mut buf = num::dec(0);
        out.str("protocol", "proto % ", named(page.opts.numeric, &PROTOCOLS, u64::from(v), &mut buf));
    }
}
