//! `ip ntable`: parameters and counters of the neighbour tables.

use crate::grammar::{Grammar, Object};
use crate::ip::value::{by_row, put, wrong};
use crate::report::{Done, Fail, USAGE};
use crate::words::Line;
use crate::{Ctx, Page};
use nlbox_core::bytes::uint_ne;
use nlbox_core::rt::ntable::{NDTMSG_LEN, config, ndta, ndtpa, stats};
use nlbox_core::rt::rtm;
use nlbox_core::spec::{AttrSet, Kind, Resolve, show as rows};
use nlbox_core::text::date::print as date;
use nlbox_core::text::ip::af;
use nlbox_core::text::out::Style;
use nlbox_core::wire::build::Build;
use nlbox_core::wire::header::{Message, nlm};

static SHOW: Grammar = crate::grammar! { set: &ndta::SET, args: [], usage: "[ dev DEVICE ] [ name NAME ]" };
static CHANGE: Grammar = crate::grammar! {
    set: &ndta::SET,
    args: [],
    usage: "name NAME [ dev DEVICE ] { PARAMETER N }...",
};

/// `ip ntable`.
pub static OBJECT: Object = crate::object! {
    name: "ntable",
    about: "parameters of the neighbour tables",
    verbs: [
        Verb { word: "s[how]|l[ist]|ls[t]", run: list, grammar: Some(&SHOW) },
        Verb { word: "c[hange]|chg", run: change, grammar: Some(&CHANGE) },
    ],
    default: list,
};

/// Reads what is named, and into `parms` of which interface; with `m` also what is to change, parameters into `parms`
/// and the limits of the table, which stand beside them, into `m`.
fn words<'l>(
    cx: &mut Ctx<'_>,
    line: &mut Line<'l>,
    parms: &mut Build<'_>,
    mut m: Option<&mut Build<'_>>,
) -> Result<Option<&'l [u8]>, Fail> {
    let mut name = None;
    while let Some(word) = line.next() {
        match word {
            b"name" => {
                let word = line.value(&mut cx.err)?;
                if name.replace(word).is_some() && m.is_some() {
                    return Err(cx.err.duplicate(b"NAME", word));
                }
            }
            b"dev" => {
                let word = line.value(&mut cx.err)?;
                let index = cx.page.names.ifindex(word).ok_or_else(|| match m {
                    Some(_) => cx.err.no_device(word),
                    None => wrong(&mut cx.err, word, "\"DEV\" is invalid"),
                })?;
                parms.put(ndtpa::IFINDEX, index);
            }
            _ => {
                let known = match &mut m {
                    Some(m) => {
                        by_row(cx, line, parms, &ndtpa::SET, word)? || by_row(cx, line, m, &ndta::SET, word)?
                    }
                    None => false,
                };
                if !known {
                    return Err(wrong(&mut cx.err, word, "unknown"));
                }
            }
        }
    }
    Ok(name)
}

fn change(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let (mut room, mut tx) = ([0; 512], [0; 1024]);
    let mut parms = Build::new(&mut room, 0, 0, &[]);
    let mut m = Build::blank(&mut tx, rtm::SETNEIGHTBL, nlm::REPLACE, NDTMSG_LEN);
    m.head_u8(0, cx.page.opts.family);
    let name = words(cx, line, &mut parms, Some(&mut m))?;
    let Some(name) = name else { return Err(cx.err.required("NAME")) };
    let mut parms = parms.attrs(0);
    let all = parms.bytes();
    if m.attrs(NDTMSG_LEN).bytes().is_empty() && parms.all(|a| a.ty == ndtpa::IFINDEX.ty()) {
        return Err(cx.err.usage_as("Not enough information: changeable attributes required."));
    }
    m.put_str(ndta::NAME.ty(), name);
    if !all.is_empty() {
        m.raw(ndta::PARMS.ty(), all);
    }
    super::send(cx, &mut m)
}

fn list(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let (family, mut room, mut tx) = (cx.page.opts.family, [0; 64], [0; 64]);
    let mut parms = Build::new(&mut room, 0, 0, &[]);
    let name = words(cx, line, &mut parms, None)?;
    let index = parms.attrs(0).get(ndtpa::IFINDEX);
    let mut m = Build::blank(&mut tx, rtm::GETNEIGHTBL, 0, NDTMSG_LEN);
    m.head_u8(0, family);
    let (seconds, nanos) = nlbox_sys::clock::realtime();
    let now =
        u64::try_from(seconds).unwrap_or(0).saturating_mul(1000).saturating_add(u64::from(nanos / 1_000_000));
    crate::dump::dump(cx, &mut m, &mut |page, m| {
        let (head, attrs) = m.split::<NDTMSG_LEN>();
        let ours = (family == 0 || head.first() == Some(&family))
            && (name.is_none() || attrs.get(ndta::NAME) == name)
            && (index.is_none() || attrs.nest(ndta::PARMS).get(ndtpa::IFINDEX) == index);
        if ours {
            table(page, m, now);
        }
        Ok(())
    })
    .map_err(|_| USAGE)
}

/// Prints the table `m`, or its parameters for one interface. `now`: milliseconds since 1970.
fn table(page: &mut Page<'_>, m: &Message<'_>, now: u64) {
    let (head, attrs) = m.split::<NDTMSG_LEN>();
    page.out.open_record();
    let [family, ..] = head;
    put(&mut page.out, "family|% ", af::name_verbose(family).as_bytes());
    rows::show(&ndta::SET, attrs.bytes(), &mut page.out, &mut page.names);
    let counted = page.opts.stats > 0;
    if let Some(payload) = attrs.get(ndta::CONFIG).filter(|_| counted) {
        record(page, &config::SET, payload, now);
    }
    let parms = attrs.nest(ndta::PARMS);
    if parms.has(ndtpa::IFINDEX) {
        page.out.style(Style::IfName);
    }
    rows::show(&ndtpa::SET, parms.bytes(), &mut page.out, &mut page.names);
    if let Some(payload) = attrs.get(ndta::STATS).filter(|_| counted) {
        record(page, &stats::SET, payload, now);
    }
    page.out.close_object();
    page.out.line();
    page.out.newline();
}

/// Prints the fields of a structure by their offsets. What is a string by its row is an age, and shown as a date.
pub fn record(page: &mut Page<'_>, set: &AttrSet, payload: &[u8], now: u64) {
    for row in set.iter() {
        let Some(field) = payload.get(usize::from(row.ty)..) else { continue };
        let text;
        let shown = if let Kind::Str = row.kind {
            text = date(now.saturating_sub(field.get(..4).and_then(uint_ne).unwrap_or(0)) / 1000);
            &text
        } else {
            field
        };
        rows::show_row(&row, shown, &mut page.out, &mut page.names);
    }
}
