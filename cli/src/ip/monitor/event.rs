//! One event: its head, and who prints it.

use super::{TSTAMP, prefix, time};
use crate::Page;
use crate::ip::addr::select::Addr;
use crate::ip::addr::show as addr;
use crate::ip::link::show as link;
use crate::ip::{mroute, neigh, netconf, netns, nexthop, route, rule, stats};
use nlbox_core::bytes::Reader;
use nlbox_core::rt::rtm;
use nlbox_core::spec::Resolve;
use nlbox_core::text::{nth, num};
use nlbox_core::wire::header::{Message, Messages};

/// What is watched, and how events are headed.
#[derive(Default)]
pub(super) struct Watch {
    /// `AF_*`; 0 for all.
    pub(super) family: u8,
    /// Only events of this link; 0 for all.
    pub(super) index: u32,
    /// `[LINK]` and kin.
    pub(super) label: bool,
    /// Events of other namespaces too.
    pub(super) foreign: bool,
    /// The other namespace that the event comes from.
    pub(super) nsid: Option<i32>,
    /// Bits of the places in `GROUPS`.
    pub(super) groups: u32,
    /// What is printed is there, and no event.
    pub(super) resync: bool,
}

/// Prints a message that `Watch` lets through; whether it did.
type Print = fn(&mut Page<'_>, &Message<'_>, &Watch) -> bool;

/// A kind of event.
pub(super) struct Event {
    /// `RTM_NEW…`; the next number is that it has gone, the one behind that asks for all.
    pub(super) ty: u16,
    /// Bytes of the fixed header of the request that asks for all; 0: there is none.
    pub(super) header: u8,
    /// The place in `GROUPS`.
    pub(super) group: u8,
    /// Whether the printer itself says that it has gone.
    says: bool,
    print: Print,
}

/// The objects of [`EVENTS`] in JSON; in capitals the labels.
const OBJECTS: &str =
    "link addr maddr acaddr route prefix neigh netconf rule nsid mroute nexthop nexthopbucket stats";

/// Who prints what.
pub(super) static EVENTS: &[Event] = &[
    Event { ty: rtm::NEWLINK, header: 16, group: 0, says: true, print: a_link },
    Event { ty: rtm::NEWADDR, header: 8, group: 1, says: false, print: address },
    Event { ty: NEWMULTICAST, header: 0, group: 2, says: false, print: address },
    Event { ty: NEWANYCAST, header: 0, group: 3, says: false, print: address },
    Event { ty: rtm::NEWROUTE, header: 12, group: 4, says: true, print: a_route },
    Event { ty: NEWPREFIX, header: 0, group: 5, says: false, print: prefix::print },
    Event { ty: rtm::NEWNEIGH, header: 12, group: 6, says: true, print: neighbour },
    Event { ty: rtm::NEWNETCONF, header: 4, group: 7, says: true, print: a_netconf },
    Event { ty: rtm::NEWRULE, header: 12, group: 8, says: true, print: a_rule },
    Event { ty: rtm::NEWNSID, header: 4, group: 9, says: false, print: nsid },
    Event { ty: MROUTE, header: 0, group: 10, says: true, print: multicast },
    Event { ty: rtm::NEWNEXTHOP, header: 8, group: 11, says: true, print: a_nexthop },
    Event { ty: rtm::NEWNEXTHOPBUCKET, header: 0, group: 11, says: true, print: a_nexthop },
    Event { ty: rtm::NEWSTATS, header: 12, group: 12, says: true, print: statistics },
];

const NEWPREFIX: u16 = 52;
const NEWMULTICAST: u16 = 56;
const NEWANYCAST: u16 = 60;
/// What stands for a route of the families of multicast, which comes with the number of the others.
const MROUTE: u16 = rtm::NEWROUTE | 1;

/// Prints the events of a datagram.
#[inline(never)]
pub(super) fn all(page: &mut Page<'_>, datagram: &[u8], watch: &Watch) {
    Messages::new(datagram).for_each(|m| print(page, &m, watch));
}

/// Prints the event `m`.
pub(super) fn print(page: &mut Page<'_>, m: &Message<'_>, watch: &Watch) {
    if m.ty < 16 {
        if m.ty == TSTAMP {
            stamp(page, m);
        }
        return;
    }
    let ty = match (m.ty & !3, m.payload.first()) {
        (rtm::NEWROUTE, Some(mroute::IPMR..=mroute::IP6MR)) => MROUTE,
        (ty, _) => ty,
    };
    let Some((n, e)) = EVENTS.iter().enumerate().find(|(_, e)| e.ty == ty) else { return strange(page, m) };
    page.names.foreign = watch.nsid;
    // Another name may have been given to an id, or another id to a name.
    page.names.nsids.forget();
    let mark = page.out.mark();
    head(page, watch, nth(OBJECTS, b' ', n));
    if m.ty & 1 != 0 && !e.says {
        page.out.is("deleted|Deleted ");
    }
    if (e.print)(page, m, watch) {
        tail(page, "");
    } else {
        page.out.rewind(mark);
    }
    page.names.foreign = None;
}

/// What stands before an event: its time, its namespace, its label.
pub(super) fn head(page: &mut Page<'_>, watch: &Watch, object: &str) {
    let stamps = page.opts.timestamp;
    let out = &mut page.out;
    out.open_record();
    out.str("object|", object.as_bytes());
    if stamps > 0 {
        time::now(out, stamps);
    }
    if watch.resync {
        out.is("resync|[RESYNC]");
    }
    match watch.nsid {
        Some(id) => out.int("source_nsid|[nsid %]", id.into()),
        None if watch.foreign => out.null("source_nsid|[nsid current]"),
        None => {}
    }
    if watch.label {
        let label: heapless::Vec<u8, 16> = object.bytes().map(|c| c.to_ascii_uppercase()).take(16).collect();
        out.str("|[%]", &label);
    }
}

/// Ends an event.
pub(super) fn tail(page: &mut Page<'_>, text: &str) {
    page.out.text(text);
    page.out.close_object();
    if page.out.json() {
        page.out.bytes(b"\n");
    }
}

/// The time of what follows in a file. In JSON its object has a name where those of the events have.
pub fn stamp(page: &mut Page<'_>, m: &Message<'_>) {
    let mut r = Reader::new(m.payload);
    let (Some(seconds), Some(micros)) = (r.u32(), r.u32()) else { return };
    let out = &mut page.out;
    out.open_record();
    if out.mode.records {
        out.str("object|", b"timestamp");
    }
    time::print(out, seconds, micros, false, "Timestamp: % us\n");
    out.close_object();
    out.end_value();
}

/// A type that nobody prints.
fn strange(page: &mut Page<'_>, m: &Message<'_>) {
    let out = &mut page.out;
    out.open_record();
    out.text("Unknown message:");
    let len = m.payload.len().saturating_add(16);
    for (label, v) in [("| type=0x%", m.ty.into()), ("| flags=0x%", m.flags.into()), ("| len=0x%", len)] {
        let v = u64::try_from(v).unwrap_or(0);
        out.str(label, num::hex_pad(v, 8).as_bytes());
        out.num("|(%)", v);
    }
    out.num("type|", m.ty.into());
    tail(page, "\n");
}

fn a_link(page: &mut Page<'_>, m: &Message<'_>, watch: &Watch) -> bool {
    let Some(row) = link::Row::of(m) else { return false };
    let shown = watch.index == 0 || watch.index == row.info.index;
    if shown {
        if m.ty == rtm::DELLINK {
            page.out.is("deleted|Deleted ");
        }
        link::event(page, &row);
    }
    page.names.learn(m);
    shown
}

fn address(page: &mut Page<'_>, m: &Message<'_>, watch: &Watch) -> bool {
    // Multicast and anycast addresses come in the same form under other numbers.
    let Some(a) = Addr::of(&Message { ty: rtm::NEWADDR, ..*m }) else { return false };
    if watch.index != 0 && watch.index != a.head.index {
        return false;
    }
    let name = page.names.ifname(a.head.index);
    addr::print(&mut page.out, &mut page.names.files, &page.opts, &a, Some(name.as_bytes()));
    page.out.newline();
    true
}

fn a_route(page: &mut Page<'_>, m: &Message<'_>, watch: &Watch) -> bool {
    let filter = route::filter::Filter::on(watch.index);
    let row = route::filter::Row::of(m).filter(|row| row.passes(&filter));
    if let Some(row) = &row {
        route::show::route(page, row, &filter);
    }
    row.is_some()
}

fn neighbour(page: &mut Page<'_>, m: &Message<'_>, watch: &Watch) -> bool {
    let Some(head) = neigh::show::header(m) else { return false };
    let shown =
        (watch.index == 0 || watch.index == head.index) && (watch.family == 0 || watch.family == head.family);
    if shown {
        neigh::show::entry(page, m, watch.index == 0);
    }
    shown
}

fn a_rule(page: &mut Page<'_>, m: &Message<'_>, _: &Watch) -> bool {
    rule::rule(page, m);
    true
}

fn a_netconf(page: &mut Page<'_>, m: &Message<'_>, watch: &Watch) -> bool {
    netconf::show(page, m, watch.family, watch.index)
}

fn multicast(page: &mut Page<'_>, m: &Message<'_>, _: &Watch) -> bool {
    mroute::show(page, m, true);
    true
}

fn a_nexthop(page: &mut Page<'_>, m: &Message<'_>, _: &Watch) -> bool {
    nexthop::show::nexthop(page, m);
    true
}

fn statistics(page: &mut Page<'_>, m: &Message<'_>, watch: &Watch) -> bool {
    let shown = watch.index == 0 || watch.index == stats::index_of(m);
    if shown {
        stats::event(page, m);
    }
    shown
}

fn nsid(page: &mut Page<'_>, m: &Message<'_>, _: &Watch) -> bool {
    netns::row(page, &Message { ty: rtm::NEWNSID, ..*m }).is_ok()
}
