//! `ip mroute`: multicast routes, which a routing daemon sets.

use crate::grammar::{Arg, Grammar, Object, Slots, To, Verb, fill};
use crate::ip::value::{device, number, prefix, put, put_named, put_num, slot, wrong};
use crate::report::Done;
use crate::words::Line;
use crate::{Ctx, Page};
use nlbox_core::bytes::{Reader, align4, uint_ne};
use nlbox_core::rt::names::TABLES;
use nlbox_core::rt::route::{RTMSG_LEN, at, mfc, rta};
use nlbox_core::rt::rtm;
use nlbox_core::spec::Resolve;
use nlbox_core::text::ip::{Ip, Prefix, af, print};
use nlbox_core::text::num;
use nlbox_core::text::out::Style;
use nlbox_core::wire::build::Build;
use nlbox_core::wire::header::Message;

/// `RTNL_FAMILY_IPMR` and `RTNL_FAMILY_IP6MR` (`linux/rtnetlink.h`).
pub const IPMR: u8 = 128;
/// The same of IPv6.
pub const IP6MR: u8 = 129;
/// `RT_TABLE_DEFAULT`, where IPv4's multicast routes are unless told otherwise; IPv6's are in the main one, 254.
const TABLE_DEFAULT: u32 = 253;

const TO: u8 = 0;
const FROM: u8 = 1;
const IIF: u8 = 2;
const TABLE: u8 = 3;

static GRAMMAR: Grammar = Grammar {
    set: &rta::SET,
    args: crate::args![
        Arg::new("iif", To::Slot(IIF)),
        Arg::new("t[able]", To::Slot(TABLE)),
        Arg::new("f[rom]", To::Slot(FROM)),
        Arg::new("to", To::Slot(TO)),
    ],
    bare: Some(&Arg::new("to", To::Slot(TO))),
    usage: "[ PREFIX ]",
};

/// `ip mroute`.
pub static OBJECT: Object = Object {
    name: "mroute",
    about: "multicast routes",
    verbs: &[Verb { word: "s[how]|l[ist]|ls[t]", run: list, grammar: Some(&GRAMMAR) }],
    default: list,
};

fn list(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let family = match cx.page.opts.family {
        af::AF_UNSPEC | af::AF_INET => IPMR,
        af::AF_INET6 => IP6MR,
        other => other,
    };
    let mut tx = [0; 64];
    let mut m = Build::new(&mut tx, rtm::GETROUTE, 0, &[0; RTMSG_LEN]);
    m.head(at::FAMILY, &[family]);
    let mut slots: Slots<'_> = [None; crate::grammar::SLOTS];
    fill(cx, line, &GRAMMAR, &mut m, &mut slots)?;
    let mut ends = [TO, FROM].map(|_| Prefix { ip: Ip::none(0), len: 0, had_len: true });
    for (end, n) in ends.iter_mut().zip([TO, FROM]) {
        if let Some(word) = slot(&slots, n) {
            *end = prefix(&mut cx.err, word, if family == IP6MR { af::AF_INET6 } else { af::AF_INET })?;
        }
    }
    let table = match slot(&slots, TABLE) {
        None => TABLE_DEFAULT.saturating_add(u32::from(family == IP6MR)),
        Some(b"all") => 0,
        Some(word) => number(cx, &TABLES, word)
            .ok_or_else(|| wrong(&mut cx.err, word, "table id value is invalid\n"))?,
    };
    if table != 0 {
        m.put(rta::TABLE, table);
    }
    let iif = match slot(&slots, IIF) {
        Some(word) => Some(device(cx, word)?),
        None => None,
    };
    crate::dump::dump(cx, &mut m, &mut |page, m| {
        let (head, attrs) = m.split::<RTMSG_LEN>();
        let is = |p: &Prefix, ty| {
            p.ip.is_none() || attrs.raw(ty).and_then(Ip::from_bytes).is_some_and(|ip| p.contains(&ip))
        };
        let [to, from] = &ends;
        let ours = head.first().is_some_and(|f| *f == family && *f >= IPMR)
            && (table == 0 || attrs.get(rta::TABLE) == Some(table))
            && (iif.is_none() || attrs.get(rta::IIF) == iif)
            && is(to, rta::DST.ty())
            && is(from, rta::SRC.ty());
        if ours {
            show(page, m, table == 0);
        }
        Ok(())
    })
}

/// Prints the multicast route `m`, with its table where that is not the only one that is meant.
pub fn show(page: &mut Page<'_>, m: &Message<'_>, with_table: bool) {
    let (_, attrs) = m.split::<RTMSG_LEN>();
    let out = &mut page.out;
    out.open_object("");
    if m.ty == rtm::DELROUTE {
        out.is("deleted", "Deleted ");
    }
    let mut blanks = 32_usize;
    for (label, ty) in [("src|(%,", rta::SRC.ty()), ("dst|%)", rta::DST.ty())] {
        let ip = print(&attrs.raw(ty).and_then(Ip::from_bytes).unwrap_or(Ip::none(0)));
        blanks = blanks.saturating_sub(ip.as_bytes().len());
        put(out, label, ip.as_bytes());
    }
    // Two brackets, a comma, and the blank behind the column.
    out.spaces(blanks.saturating_sub(2));
    out.text("Iif: ");
    match attrs.get(rta::IIF) {
        Some(index) => {
            let name = page.names.ifname(index);
            page.out.str("iif", "", name.as_bytes());
            page.out.style(Style::IfName).column(name.as_bytes(), 10);
        }
        None => put(out, "iif|%  ", b"unresolved"),
    }
    if let Some(hops) = attrs.get(rta::MULTIPATH) {
        page.out.open_array("multipath", "Oifs: ");
        outputs(page, hops);
        page.out.close_array(" ");
    }
    let state: &[u8] = if attrs.has(rta::IIF) { b"resolved" } else { b"unresolved" };
    put(&mut page.out, "state|State: %", state);
    if page.opts.stats > 0 {
        statistics(page, attrs.get(rta::MFC_STATS), attrs.raw(rta::EXPIRES.ty()));
    }
    if let Some(id) = attrs.get(rta::TABLE).filter(|_| with_table) {
        put_named(page, "table| Table: %", &TABLES, id);
    }
    page.out.close_object();
    page.out.text("\n");
}

/// `struct rtnexthop`, each with its attributes: length u16, flags u8, the least TTL that passes, ifindex u32.
fn outputs(page: &mut Page<'_>, hops: &[u8]) {
    let mut r = Reader::new(hops);
    while let Some([a, b, _, ttl, index @ ..]) = r.array::<8>() {
        page.out.open_object("");
        let name = page.names.ifname(u32::from_ne_bytes(index));
        put(page.out.style(Style::IfName), "oif|%", name.as_bytes());
        if ttl > 1 {
            put_num(&mut page.out, "ttl|(ttl %) ", ttl.into());
        } else {
            page.out.text(" ");
        }
        page.out.close_object();
        r.skip_up_to(align4(usize::from(u16::from_ne_bytes([a, b])).saturating_sub(8)));
    }
}

/// `struct rta_mfc_stats` by the offsets of its fields, each u64; and an age in hundredths of a second.
fn statistics(page: &mut Page<'_>, stats: Option<&[u8]>, age: Option<&[u8]>) {
    if let Some(stats) = stats {
        page.out.line();
        super::ntable::record(page, &mfc::SET, stats, 0);
    }
    if let Some(age) = age.and_then(uint_ne) {
        let digits = if page.out.json() { num::general(age, 2) } else { num::centis(age) };
        page.out.digits("expires", ", Age %", &digits);
    }
}
