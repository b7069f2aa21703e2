//! `ip neigh show`, and the filters that `flush` shares with it.

use super::state;
use crate::grammar::{Arg, Grammar, Slots, To, read};
use crate::ip::value::{self, device, place, prefix, put, put_address, put_ifname, put_named, put_num, slot};
use crate::report::Done;
use crate::words::Line;
use crate::{Ctx, Page};
use nlbox_core::label;
use nlbox_core::rt::names::PROTOCOLS;
use nlbox_core::rt::neigh::{CacheInfo, FLAGS, FLAGS_AT, NDMSG_LEN, NdMsg, STATES, nda, ntf, nud};
use nlbox_core::rt::rtm;
use nlbox_core::spec::Resolve;
use nlbox_core::text::ip::{Ip, Prefix};
use nlbox_core::text::out::{Style, Val};
use nlbox_core::wire::attr::Attrs;
use nlbox_core::wire::build::Build;
use nlbox_core::wire::header::Message;
use zerocopy::{FromBytes, transmute};

const DEV: u8 = 0;
const UNUSED: u8 = 1;
const PROXY: u8 = 2;

/// What the filters' words leave: the states asked for (u16), then family and length of the prefix.
const ASKED_LEN: usize = 4;
const FAMILY_AT: usize = 2;
const LEN_AT: usize = 3;

/// Stands for entries in no state among the states asked for; beyond the kernel's eight bits.
const STATELESS: u16 = 0x100;
/// `nud all`: every state, but a flush then leaves what needs no resolution alone.
const ALL: u16 = 0x200;
/// Every state.
const ANY: u16 = 0x1ff;
/// What `show` lists when no state is asked for.
const SHOWN: u16 = 0xff & !nud::NOARP;
/// What `flush` deletes when no state is asked for.
pub const FLUSHED: u16 = ANY & !(nud::NOARP | nud::PERMANENT);

const TO_ARG: Arg = Arg::new("to", To::Call(to, "PREFIX"));

/// The filters.
pub static GRAMMAR: Grammar = crate::grammar! {
    set: &nda::SET,
    args: [
        Arg::new("dev", To::Slot(DEV)).once(),
        Arg::new("master", To::Attr(nda::MASTER.ty())),
        Arg::new("vrf", To::Call(vrf, "NAME")),
        Arg::new("nomaster", To::Call(nomaster, "")),
        Arg::new("nud", To::Call(states, "STATE")),
        Arg::new("unused", To::Mark(UNUSED)),
        Arg::new("proxy", To::Mark(PROXY)),
        Arg::new("p[rotocol]", To::Attr(nda::PROTOCOL.ty())).bad("invalid \"%\"\n"),
        Arg::new("to", To::Call(to, "PREFIX")),
    ],
    bare: TO_ARG,
    usage: "[ PREFIX ]",
};

/// Gathers the states asked for in the first bytes of what was asked.
fn states(cx: &mut Ctx<'_>, line: &mut Line<'_>, m: &mut Build<'_>, _: &mut Slots<'_>) -> Done {
    let bits = if line.peek() == Some(b"all") {
        line.next();
        ALL | (ANY & !nud::NOARP)
    } else {
        match state(cx, line)? {
            0 => STATELESS,
            bit => bit,
        }
    };
    m.head_or(0, &bits.to_ne_bytes());
    Ok(())
}

fn to(cx: &mut Ctx<'_>, line: &mut Line<'_>, m: &mut Build<'_>, _: &mut Slots<'_>) -> Done {
    let word = line.value(&mut cx.err)?;
    let p = prefix(&mut cx.err, word, cx.page.opts.family)?;
    m.head(FAMILY_AT, &[p.ip.family(), p.len]);
    m.put(nda::DST, p.ip.bytes());
    Ok(())
}

fn nomaster(_: &mut Ctx<'_>, _: &mut Line<'_>, m: &mut Build<'_>, _: &mut Slots<'_>) -> Done {
    m.put(nda::MASTER, u32::MAX);
    Ok(())
}

fn vrf(cx: &mut Ctx<'_>, line: &mut Line<'_>, m: &mut Build<'_>, _: &mut Slots<'_>) -> Done {
    let word = line.value(&mut cx.err)?;
    let (index, _) = value::vrf(cx, word, "Not a valid VRF name\n")?;
    m.put(nda::MASTER, index);
    Ok(())
}

/// Which entries are listed or deleted.
#[derive(Default)]
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
    /// Reads the filters into the default; `states` are those to take when none is asked for.
    pub fn read(&mut self, cx: &mut Ctx<'_>, line: &mut Line<'_>, states: u16) -> Done {
        let mut words = [0; 256];
        let mut asked = Build::blank(&mut words, 0, 0, ASKED_LEN);
        asked.head_u8(FAMILY_AT, cx.page.opts.family);
        let slots = read(cx, line, &GRAMMAR, &mut asked)?;
        let attrs = asked.attrs(ASKED_LEN);
        let mut given = u16::from_ne_bytes([asked.head_at(0), asked.head_at(1)]);
        if given & ALL != 0 && states == SHOWN {
            given |= nud::NOARP;
        }
        self.family = asked.head_at(FAMILY_AT);
        self.master = attrs.get(nda::MASTER).unwrap_or(0);
        self.states = if given == 0 { states } else { given };
        self.unused = slot(&slots, UNUSED).is_some();
        self.proxy = slot(&slots, PROXY).is_some();
        self.protocol = attrs.get(nda::PROTOCOL).unwrap_or(0);
        if let Some(ip) = attrs.get(nda::DST).and_then(Ip::from_bytes) {
            self.to = Some(Prefix { ip, len: asked.head_at(LEN_AT), had_len: true });
        }
        if let Some(word) = slot(&slots, DEV) {
            self.index = device(cx, word)?;
        }
        Ok(())
    }

    /// The dump request, with what the kernel can filter.
    pub fn request<'t>(&self, tx: &'t mut [u8]) -> Build<'t> {
        let mut m = Build::blank(tx, rtm::GETNEIGH, 0, NDMSG_LEN);
        m.head_u8(0, self.family);
        if self.proxy {
            m.head_u8(FLAGS_AT, ntf::PROXY);
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
        header(m).is_some_and(|head| self.takes(&head, &m.attrs(NDMSG_LEN)))
    }

    fn takes(&self, head: &NdMsg, attrs: &Attrs<'_>) -> bool {
        let free = head.flags & (ntf::PROXY | ntf::EXT_LEARNED) != 0;
        let state = if head.state == 0 { STATELESS } else { head.state };
        (free || state & self.states != 0)
            && (self.family == 0 || self.family == head.family)
            && (self.index == 0 || self.index == head.index)
            && (self.protocol == 0 || attrs.get(nda::PROTOCOL) == Some(self.protocol))
            && (!self.unused || cacheinfo(attrs).is_none_or(|c| c.refcnt == 0))
            && self
                .to
                .as_ref()
                .is_none_or(|p| attrs.get(nda::DST).and_then(Ip::from_bytes).is_some_and(|a| p.contains(&a)))
    }
}

/// `ip neigh [show] …`.
pub fn run(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let mut filter = Filter::default();
    filter.read(cx, line, SHOWN)?;
    let mut tx = [0; 64];
    let mut m = filter.request(&mut tx);
    crate::dump::dump(cx, &mut m, &mut |page, m| {
        if let Some(head) = &header(m) {
            let attrs = &m.attrs(NDMSG_LEN);
            if filter.takes(head, attrs) {
                print(page, m.ty, head, attrs, filter.index == 0);
            }
        }
        Ok(())
    })
}

/// The fixed header of a neighbour message.
pub(in crate::ip) fn header(m: &Message<'_>) -> Option<NdMsg> {
    matches!(m.ty, rtm::NEWNEIGH | rtm::DELNEIGH | rtm::GETNEIGH).then(|| transmute!(m.head::<NDMSG_LEN>()))
}

fn cacheinfo(attrs: &Attrs<'_>) -> Option<CacheInfo> {
    CacheInfo::read_from_prefix(attrs.get(nda::CACHEINFO)?).ok().map(|(c, _)| c)
}

/// Prints the entry `m`; without its interface where only one was asked for.
pub fn entry(page: &mut Page<'_>, m: &Message<'_>, with_dev: bool) {
    if let Some(head) = &header(m) {
        print(page, m.ty, head, &m.attrs(NDMSG_LEN), with_dev);
    }
}

fn print(page: &mut Page<'_>, ty: u16, head: &NdMsg, attrs: &Attrs<'_>, with_dev: bool) {
    let brief = page.opts.brief;
    page.out.open_object("");
    match ty {
        rtm::DELNEIGH => page.out.is("deleted|Deleted "),
        rtm::GETNEIGH => page.out.null("miss|miss "),
        _ => {}
    }
    // A proxy entry may be for all interfaces.
    let dev = if with_dev { head.index } else { 0 };
    if brief {
        columns(page, head, attrs, dev);
    } else {
        if let Some(dst) = attrs.get(nda::DST) {
            put_address(page, label!("dst|% "), dst, true);
        }
        if dev != 0 {
            put_ifname(page, label!("dev|dev ^% "), dev);
        }
        if let Some(lladdr) = attrs.get(nda::LLADDR) {
            page.out.style(Style::Mac);
            put_address(page, label!("lladdr|lladdr ^% "), lladdr, true);
        }
    }
    if !brief {
        rest(page, head, attrs);
    }
    if !page.out.json() {
        page.out.byte(b'\n');
    }
    page.out.close_object();
}

/// The addresses with `-br`.
#[inline(never)]
fn columns(page: &mut Page<'_>, head: &NdMsg, attrs: &Attrs<'_>, dev: u32) {
    let mut text = heapless::Vec::new();
    if let Some(dst) = attrs.get(nda::DST) {
        place(Some(&page.names.files), dst, &mut text);
        cell(page, Style::of_family(head.family), "dst|% ", &mut text, 39);
    }
    if dev != 0 {
        let _ = text.extend_from_slice(page.names.ifname(dev).as_bytes());
        cell(page, Style::IfName, "dev|% ", &mut text, 16);
    }
    if let Some(lladdr) = attrs.get(nda::LLADDR) {
        place(Some(&page.names.files), lladdr, &mut text);
        cell(page, Style::Mac, "lladdr|%", &mut text, 0);
    }
}

/// A value, by its label, which is empty then; in text in a column `width` wide.
fn cell(page: &mut Page<'_>, style: Style, label: &str, v: &mut heapless::Vec<u8, 96>, width: usize) {
    while !page.out.json() && v.len() < width {
        let _ = v.push(b' ');
    }
    put(page.out.style(style), label, v);
    v.clear();
}

/// What stands behind the addresses.
fn rest(page: &mut Page<'_>, head: &NdMsg, attrs: &Attrs<'_>) {
    let out = &mut page.out;
    let extended = attrs.get(nda::FLAGS_EXT).unwrap_or(0);
    let flags = u32::from(head.flags) | extended.wrapping_shl(8);
    for (_, name) in FLAGS.bits(flags) {
        out.text(name);
        out.value(name, " ", Val::Null);
    }
    if page.opts.stats > 0 {
        if let Some(c) = cacheinfo(attrs) {
            if c.refcnt != 0 {
                put_num(out, label!("refcnt| ref %"), c.refcnt.into());
            }
            put_num(out, label!("used| used %"), i64::from(c.used / 100));
            put_num(out, label!("confirmed|/%"), i64::from(c.confirmed / 100));
            put_num(out, label!("updated|/%"), i64::from(c.updated / 100));
        }
        if let Some(v) = attrs.get(nda::PROBES) {
            put_num(out, label!("probes|probes % "), v.into());
        }
    }
    if head.state != 0 {
        out.open_array("state", "");
        for (_, name) in STATES.bits(head.state.into()) {
            out.put(label!("-|% "), Val::Word(name.as_bytes()));
        }
        out.close_array("");
    }
    if let Some(v) = attrs.get(nda::PROTOCOL) {
        put_named(page, label!("protocol|proto % "), &PROTOCOLS, v.into());
    }
}
