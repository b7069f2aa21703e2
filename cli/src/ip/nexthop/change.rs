//! `ip nexthop add`, `replace` and `del`: one grammar, one message.

use super::STRAY;
use crate::grammar::{Arg, Grammar, Slots, To, fill, slots};
use crate::ip::route::change::gateway;
use crate::ip::value::{halves, number, slot, wrong};
use crate::ip::{encap, keyword};
use crate::report::Done;
use crate::words::Line;
use crate::{Ctx, TX};
use nlbox_core::rt::names::PROTOCOLS;
use nlbox_core::rt::nexthop::{
    FAMILY_AT, FLAGS_AT, NHMSG_LEN, PROTOCOL_AT, RESILIENT, TYPES, nha, res_group,
};
use nlbox_core::rt::route::{rta, rtnh};
use nlbox_core::rt::rtm;
use nlbox_core::text::ip::af;
use nlbox_core::text::num;
use nlbox_core::wire::attr::NLA_F_NESTED;
use nlbox_core::wire::build::Build;
use nlbox_core::wire::header::nlm;

const VALUE: &str = "\"%\" value is invalid\n";
// Slots; of flags they are the numbers of their attributes.
const PROTO: u8 = 0;
const ONLINK: u8 = 3;
const BLACKHOLE: u8 = 4;
const FDB: u8 = 11;

/// The words of a nexthop.
pub(super) static GRAMMAR: Grammar = crate::grammar! {
    set: &nha::SET,
    args: [
        Arg::new("id", To::Attr(nha::ID.ty())).bad("invalid id value"),
        Arg::new("dev", To::Attr(nha::OIF.ty())),
        Arg::new("via", To::Call(via, "[ FAMILY ] ADDRESS")),
        Arg::new("encap", To::Call(tunnel, "TYPE OPTIONS")),
        Arg::new("blackhole", To::Mark(BLACKHOLE)),
        Arg::new("fdb", To::Mark(FDB)),
        Arg::new("onlink", To::Mark(ONLINK)),
        Arg::new("group", To::Call(group, "ID[,WEIGHT][/ID[,WEIGHT]]...")),
        Arg::new(
            "type",
            To::Call(kind, "{ mpath | resilient [ buckets N ] [ idle_timer N ] [ unbalanced_timer N ] }")
        ),
        Arg::new("p[rotocol]", To::Slot(PROTO)),
    ],
    bare: STRAY,
};

/// Read as a route's, whose message begins with the family too.
fn via(cx: &mut Ctx<'_>, line: &mut Line<'_>, m: &mut Build<'_>, _: &mut Slots<'_>) -> Done {
    gateway(cx, line, m, nha::GATEWAY)?;
    if !m.lacks(rta::VIA.ty()) {
        return Err(wrong(&mut cx.err, keyword(line), "address family mismatch\n"));
    }
    Ok(())
}

fn tunnel(cx: &mut Ctx<'_>, line: &mut Line<'_>, m: &mut Build<'_>, _: &mut Slots<'_>) -> Done {
    encap::put(cx, line, m, nha::ENCAP_TYPE.ty(), nha::ENCAP.ty())
}

/// `ID,WEIGHT/ID,WEIGHT`: an array of `struct nexthop_grp`.
fn group(cx: &mut Ctx<'_>, line: &mut Line<'_>, m: &mut Build<'_>, _: &mut Slots<'_>) -> Done {
    let word = line.value(&mut cx.err)?;
    let at = m.open(nha::GROUP.ty());
    for member in word.split(|b| *b == b'/') {
        let (id, weight) = halves(member, b',');
        // Of a wrong list iproute2 names the first id.
        let Some(id) = num::parse_u32(id).filter(|id| *id != 0) else {
            let (first, _) = halves(halves(word, b'/').0, b',');
            return Err(cx.err.invalid(first, b"group", VALUE));
        };
        let weight = weight.unwrap_or(b"1");
        let less_one = num::parse_u32(weight).and_then(|w| u16::try_from(w.checked_sub(1)?).ok());
        let less_one = less_one.ok_or_else(|| wrong(&mut cx.err, weight, "\"weight\" is invalid\n"))?;
        m.bytes(&id.to_ne_bytes());
        let [low, high] = less_one.to_le_bytes();
        m.bytes(&[low, high, 0, 0]);
    }
    m.close(at);
    Ok(())
}

fn kind(cx: &mut Ctx<'_>, line: &mut Line<'_>, m: &mut Build<'_>, _: &mut Slots<'_>) -> Done {
    let word = line.value(&mut cx.err)?;
    let ty = TYPES.number(word).and_then(|n| u16::try_from(n).ok());
    let ty = ty.ok_or_else(|| cx.err.invalid(word, b"type", VALUE))?;
    m.put(nha::GROUP_TYPE, ty);
    if ty == RESILIENT {
        return encap::nest(cx, line, m, nha::RES_GROUP.ty() | NLA_F_NESTED, &res_group::SET).map(drop);
    }
    Ok(())
}

fn modify(cx: &mut Ctx<'_>, line: &mut Line<'_>, ty: u16, flags: u16) -> Done {
    let mut tx = [0; TX];
    let mut m = Build::blank(&mut tx, ty, flags, NHMSG_LEN);
    m.head_u8(FAMILY_AT, cx.page.opts.family);
    let mut slots = slots();
    fill(cx, line, &GRAMMAR, &mut m, &mut slots)?;
    if let Some(word) = slot(&slots, PROTO) {
        let proto = number(cx, &PROTOCOLS, word).and_then(|p| u8::try_from(p).ok());
        m.head_u8(PROTOCOL_AT, proto.ok_or_else(|| cx.err.invalid(word, b"protocol", VALUE))?);
    }
    for n in [BLACKHOLE, FDB] {
        if slot(&slots, n).is_some() {
            m.raw(n.into(), &[]);
        }
    }
    if slot(&slots, ONLINK).is_some() {
        m.head_u32(FLAGS_AT, rtnh::ONLINK);
    }
    // A device or a blackhole alone is of IPv4.
    if m.head_at(FAMILY_AT) == af::AF_UNSPEC && !(m.lacks(nha::OIF.ty()) && m.lacks(nha::BLACKHOLE.ty())) {
        m.head_u8(FAMILY_AT, af::AF_INET);
    }
    crate::ip::send(cx, &mut m)
}

pub(super) fn add(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    modify(cx, line, rtm::NEWNEXTHOP, nlm::CREATE | nlm::EXCL)
}

pub(super) fn replace(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    modify(cx, line, rtm::NEWNEXTHOP, nlm::CREATE | nlm::REPLACE)
}

pub(super) fn del(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    modify(cx, line, rtm::DELNEXTHOP, 0)
}
