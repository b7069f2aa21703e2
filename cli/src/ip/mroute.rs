//! `ip mroute`: multicast routes, which a routing daemon sets.

use crate::grammar::{Arg, Grammar, Object, To};
use crate::ip::route::filter::{Filter, IIF, ROOT_DST, ROOT_SRC, Row, TABLE, request, select};
use crate::ip::value::{close, open, put, put_ifname, put_named, put_num};
use crate::report::Done;
use crate::words::Line;
use crate::{Ctx, Page};
use nlbox_core::bytes::{Reader, align4, uint_ne};
use nlbox_core::rt::names::TABLES;
use nlbox_core::rt::route::{RTMSG_LEN, mfc, rta, rtnh};
use nlbox_core::rt::rtm;
use nlbox_core::spec::Resolve;
use nlbox_core::text::ip::{Ip, af, print};
use nlbox_core::text::num;
use nlbox_core::text::out::Style;
use nlbox_core::wire::header::Message;

/// `RTNL_FAMILY_IPMR` and `RTNL_FAMILY_IP6MR` (`linux/rtnetlink.h`).
pub const IPMR: u8 = 128;
/// The same of IPv6.
pub const IP6MR: u8 = 129;
/// `RT_TABLE_DEFAULT`, where IPv4's multicast routes are unless told otherwise; IPv6's are in the main one, 254.
const TABLE_DEFAULT: u32 = 253;

/// The slots are those of the selectors of `ip route`.
static GRAMMAR: Grammar = crate::grammar! {
    set: &rta::SET,
    args: [
        Arg::new("iif", To::Slot(IIF)),
        Arg::new("t[able]", To::Slot(TABLE)),
        Arg::new("f[rom]", To::Slot(ROOT_SRC)),
        Arg::new("to", To::Slot(ROOT_DST)),
    ],
    bare: Arg::new("to", To::Slot(ROOT_DST)),
    usage: "[ PREFIX ]",
};

/// `ip mroute`.
pub static OBJECT: Object = crate::object! {
    name: "mroute",
    about: "multicast routes",
    verbs: [Verb { word: "s[how]|l[ist]|ls[t]", run: list, grammar: Some(&GRAMMAR) }],
    default: list,
};

fn list(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let mut f = Filter::none();
    // The words of addresses are of the family that the multicast one belongs to.
    (f.family, cx.page.opts.family) = match cx.page.opts.family {
        af::AF_UNSPEC | af::AF_INET => (IPMR, af::AF_INET),
        af::AF_INET6 => (IP6MR, af::AF_INET6),
        other => (other, af::AF_INET),
    };
    f.set(TABLE, TABLE_DEFAULT.saturating_add(u32::from(f.family == IP6MR)), u32::MAX);
    select(cx, line, &GRAMMAR, &mut f)?;
    let mut tx = [0; 64];
    let mut m = request(&mut tx, &f);
    crate::dump::dump(cx, &mut m, &mut |page, m| {
        if Row::of(m).is_some_and(|row| row.head.family >= IPMR && row.passes(&f)) {
            show(page, m, f.table() == 0);
        }
        Ok(())
    })
}

/// Prints the multicast route `m`, with its table where that is not the only one that is meant.
pub fn show(page: &mut Page<'_>, m: &Message<'_>, with_table: bool) {
    let ([_, _, _, _, _, _, _, _, flags @ ..], attrs) = m.split::<RTMSG_LEN>();
    open(page, m.ty == rtm::DELROUTE);
    // Less two brackets, and with the blank behind the column.
    let mut blanks = 30_usize;
    for (label, ty) in [("src|(%,", rta::SRC.ty()), ("dst|%)", rta::DST.ty())] {
        let ip = print(&attrs.raw(ty).and_then(Ip::from_bytes).unwrap_or(Ip::none(0)));
        blanks = blanks.saturating_sub(ip.as_bytes().len());
        put(&mut page.out, label, ip.as_bytes());
    }
    page.out.spaces(blanks);
    page.out.text("Iif: ");
    match attrs.get(rta::IIF) {
        Some(index) => {
            let name = page.names.ifname(index);
            page.out.str("iif|", name.as_bytes());
            page.out.style(Style::IfName).column(name.as_bytes(), 10);
        }
        None => put(&mut page.out, "iif|%  ", b"unresolved"),
    }
    // A route that has gone may have lost its outputs before.
    if let Some(hops) = attrs.get(rta::MULTIPATH).filter(|hops| !hops.is_empty()) {
        page.out.open_array("multipath", "Oifs: ");
        outputs(page, hops);
        page.out.close_array(" ");
    }
    let open = u32::from_ne_bytes(flags) & rtnh::UNRESOLVED != 0;
    put(&mut page.out, "state|State: %", if open { b"unresolved" } else { b"resolved" });
    if page.opts.stats > 0 {
        statistics(page, attrs.get(rta::MFC_STATS), attrs.raw(rta::EXPIRES.ty()));
    }
    if let Some(id) = attrs.get(rta::TABLE).filter(|_| with_table) {
        put_named(page, "table| Table: %", &TABLES, id);
    }
    close(page);
}

/// `struct rtnexthop`, each with its attributes: length u16, flags u8, the least TTL that passes, ifindex u32.
fn outputs(page: &mut Page<'_>, hops: &[u8]) {
    let mut r = Reader::new(hops);
    while let Some([a, b, _, ttl, index @ ..]) = r.array::<8>() {
        page.out.open_record();
        put_ifname(page, "oif|%", u32::from_ne_bytes(index));
        if ttl > 1 {
            put_num(&mut page.out, "ttl|(ttl %) ", ttl.into());
        } else {
            page.out.blank();
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
        page.out.digits("expires|, Age %", &digits);
    }
}
