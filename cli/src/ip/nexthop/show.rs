//! `ip nexthop show`, `get`, `flush`, and the buckets of resilient groups.

use super::STRAY;
use crate::grammar::{Arg, Grammar, Slots, To, fill, slots};
use crate::ip::route::show::flags;
use crate::ip::value::{close, open, put_named, put_row, slot, vrf, wrong};
use crate::ip::{encap, flush as sweep};
use crate::report::{Done, Fail, KERNEL, PLAIN};
use crate::words::Line;
use crate::{Ctx, Page};
use nlbox_core::bytes::Writer;
use nlbox_core::rt::names::{PROTOCOLS, SCOPES};
use nlbox_core::rt::nexthop::{FAMILY_AT, NHMSG_LEN, PROTOCOL_AT, WIDE_WEIGHTS, group, nha, res_bucket};
use nlbox_core::rt::rtm;
use nlbox_core::text::num;
use nlbox_core::text::out::Style;
use nlbox_core::wire::attr::Attrs;
use nlbox_core::wire::build::Build;
use nlbox_core::wire::header::Message;

// Slots; of flags they are the numbers of their attributes.
const VRF: u8 = 2;
const GROUPS: u8 = 9;
const FDB: u8 = 11;
const PROTO: u8 = 5;
const ID: u8 = 6;
const NHID: u8 = 7;
const INDEX: u8 = 8;

/// The selectors.
pub(super) static GRAMMAR: Grammar = crate::grammar! {
    set: &nha::SET,
    args: [
        Arg::new("d[ev]", To::Attr(nha::OIF.ty())),
        Arg::new("g[roups]", To::Mark(GROUPS)),
        Arg::new("m[aster]", To::Attr(nha::MASTER.ty())),
        Arg::new("v[rf]", To::Slot(VRF)),
        Arg::new("id", To::Slot(ID)),
        Arg::new("p[rotocol]", To::Slot(PROTO)),
        Arg::new("f[db]", To::Mark(FDB)),
    ],
    bare: STRAY,
};

/// The selectors of buckets.
pub(super) static BUCKETS: Grammar = crate::grammar! {
    set: &nha::SET,
    args: [
        Arg::new("d[ev]", To::Attr(nha::OIF.ty())),
        Arg::new("m[aster]", To::Attr(nha::MASTER.ty())),
        Arg::new("v[rf]", To::Slot(VRF)),
        Arg::new("id", To::Slot(ID)),
        Arg::new("nhid", To::Slot(NHID)),
    ],
    bare: STRAY,
};

const HELP: Arg = Arg::new("", To::Call(|_, _, _, _| Err(Fail::HELP), ""));

/// Which one.
pub(super) static GET: Grammar = crate::grammar! {
    set: &nha::SET,
    args: [Arg::new("id", To::Slot(ID)), Arg::new("index", To::Slot(INDEX))],
    bare: HELP,
};

const BAD_ID: &str = "invalid id value";
const BAD_INDEX: &str = "invalid bucket index value";

/// The number in slot `n`, 0 where none was said.
fn number(cx: &mut Ctx<'_>, slots: &Slots<'_>, n: u8, bad: &str) -> Result<u32, Fail> {
    let Some(word) = slot(slots, n) else { return Ok(0) };
    num::parse_u32(word).ok_or_else(|| wrong(&mut cx.err, word, bad))
}

/// Reads the selectors into the dump request: whether one object is asked for by its id, and the protocol, which is
/// for us to look at: the kernel does not.
fn select(
    cx: &mut Ctx<'_>,
    line: &mut Line<'_>,
    m: &mut Build<'_>,
    grammar: &Grammar,
) -> Result<(bool, u32), Fail> {
    let start = m.mark();
    let mut slots = slots();
    fill(cx, line, grammar, m, &mut slots)?;
    let id = number(cx, &slots, ID, BAD_ID)?;
    let one = id != 0 && m.ty() == rtm::GETNEXTHOP;
    if one {
        m.undo(start);
    }
    if id != 0 {
        m.put(nha::ID, id);
    }
    if let Some(word) = slot(&slots, VRF) {
        m.put(nha::MASTER, vrf(cx, word, "Invalid VRF\n")?.0);
    }
    for n in [GROUPS, FDB] {
        if slot(&slots, n).is_some() {
            m.raw(n.into(), &[]);
        }
    }
    let nhid = number(cx, &slots, NHID, BAD_ID)?;
    if nhid != 0 {
        m.nest(nha::RES_BUCKET.ty()).put(res_bucket::NH_ID, nhid);
    }
    Ok((one, number(cx, &slots, PROTO, "invalid protocol value")?))
}

/// A request of type `ty`, of the family that was asked for.
fn request<'t>(cx: &Ctx<'_>, tx: &'t mut [u8], ty: u16) -> Build<'t> {
    let mut m = Build::blank(tx, ty, 0, NHMSG_LEN);
    m.head_u8(FAMILY_AT, cx.page.opts.family);
    m
}

/// `ip nexthop [show] …`
pub(super) fn run(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    list(cx, line, rtm::GETNEXTHOP, &GRAMMAR)
}

/// `ip nexthop bucket [show] …`
pub(super) fn buckets(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    list(cx, line, rtm::GETNEXTHOPBUCKET, &BUCKETS)
}

fn list(cx: &mut Ctx<'_>, line: &mut Line<'_>, ty: u16, grammar: &Grammar) -> Done {
    let mut tx = [0; 64];
    let mut m = request(cx, &mut tx, ty);
    let (alone, proto) = select(cx, line, &mut m, grammar)?;
    if alone {
        return crate::ip::one(cx, &mut m, nexthop);
    }
    crate::dump::dump(cx, &mut m, &mut |page, m| {
        if is_of(m, proto) {
            nexthop(page, m);
        }
        Ok(())
    })
    .map_err(|_| KERNEL)
}

fn is_of(m: &Message<'_>, proto: u32) -> bool {
    proto == 0 || m.payload.get(PROTOCOL_AT).is_some_and(|has| u32::from(*has) == proto)
}

/// `ip nexthop get id ID`, and `ip nexthop bucket get id ID index N`.
pub(super) fn get(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    ask(cx, line, rtm::GETNEXTHOP)
}

pub(super) fn bucket(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    ask(cx, line, rtm::GETNEXTHOPBUCKET)
}

fn ask(cx: &mut Ctx<'_>, line: &mut Line<'_>, ty: u16) -> Done {
    let mut tx = [0; 64];
    let mut m = Build::blank(&mut tx, ty, 0, NHMSG_LEN);
    let mut slots = slots();
    fill(cx, line, &GET, &mut m, &mut slots)?;
    let id = number(cx, &slots, ID, BAD_ID)?;
    let index = number(cx, &slots, INDEX, BAD_INDEX)?;
    let word = slot(&slots, INDEX);
    if id == 0 || word.is_some() != (ty == rtm::GETNEXTHOPBUCKET) {
        return Err(Fail::HELP);
    }
    m.put(nha::ID, id);
    if let Some(word) = word {
        let index = u16::try_from(index).map_err(|_| wrong(&mut cx.err, word, BAD_INDEX))?;
        m.nest(nha::RES_BUCKET.ty()).put(res_bucket::INDEX, index);
    }
    crate::ip::one(cx, &mut m, nexthop)
}

/// `ip nexthop flush …`: deletes what a listing with the same selectors would show.
pub(super) fn flush(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let mut tx = [0; 64];
    let mut m = request(cx, &mut tx, rtm::GETNEXTHOP);
    let (alone, proto) = select(cx, line, &mut m, &GRAMMAR)?;
    if alone {
        m.set_ty(rtm::DELNEXTHOP);
        return crate::ip::send(cx, &mut m).map_err(|_| PLAIN);
    }
    let done = sweep::sweep(cx, &mut m, rtm::DELNEXTHOP, &mut |_, m, copy| {
        copy.bytes(&[0; NHMSG_LEN]);
        copy.put(nha::ID, m.split::<NHMSG_LEN>().1.get(nha::ID).unwrap_or(0));
        is_of(m, proto)
    });
    match done {
        Ok(0) => cx.page.out.text("Nothing to flush\n"),
        Ok(n) => cx.page.out.num("|Flushed % nexthops\n", n.into()),
        Err((e, _)) => return Err(cx.err.net(e, &cx.page.names.conn, None)),
    }
    Ok(())
}

/// Prints the nexthop, or the bucket, that `m` tells of.
pub fn nexthop(page: &mut Page<'_>, m: &Message<'_>) {
    open(page, matches!(m.ty, rtm::DELNEXTHOP | rtm::DELNEXTHOPBUCKET));
    body(page, m);
    close(page);
}

/// `ip -d route`: the object that a route names by its id, looked up over the second socket.
#[inline(never)]
pub fn info(page: &mut Page<'_>, id: u32) {
    let (mut tx, mut room) = ([0; 64], [0; 1024]);
    let mut m = Build::blank(&mut tx, rtm::GETNEXTHOP, 0, NHMSG_LEN);
    m.put(nha::ID, id);
    // The answer stands in the buffer of the socket that names of interfaces are asked over. A group too large for a
    // copy is not shown.
    let mut copy = Writer::new(&mut room);
    if page.names.conn.get(&mut m).map(|m| copy.put(m.payload)).is_err() || copy.is_full() {
        return;
    }
    page.out.text("\n\t");
    page.out.open_object("nh_info");
    page.out.text("nh_info ");
    body(page, &Message { ty: rtm::NEWNEXTHOP, flags: 0, seq: 0, port: 0, payload: copy.written() });
    page.out.close_object();
}

fn body(page: &mut Page<'_>, m: &Message<'_>) {
    let ([_, scope, protocol, _, bits @ ..], a) = m.split::<NHMSG_LEN>();
    let details = page.opts.details > 0;
    row(page, &a, nha::ID.ty());
    if let Some(members) = a.get(nha::GROUP) {
        let wide = a.get(nha::OP_FLAGS).unwrap_or(0) & WIDE_WEIGHTS != 0;
        group(members, wide, &mut page.out);
    }
    row(page, &a, nha::GROUP_TYPE.ty());
    row(page, &a, nha::RES_GROUP.ty());
    encap::show(page, &a, nha::ENCAP_TYPE, nha::ENCAP);
    row(page, &a, nha::RES_BUCKET.ty());
    row(page, &a, nha::GATEWAY.ty());
    if a.has(nha::OIF) {
        page.out.style(Style::IfName);
        row(page, &a, nha::OIF.ty());
    }
    // A bucket has the header of its group, which is not its own.
    let bucket = a.has(nha::RES_BUCKET);
    if (scope != 0 || details) && !bucket {
        put_named(page, "scope|scope % ", &SCOPES, scope.into());
    }
    if a.has(nha::BLACKHOLE) {
        page.out.null("blackhole|blackhole ");
    }
    if (protocol != 0 || details) && !bucket {
        put_named(page, "protocol|proto % ", &PROTOCOLS, protocol.into());
    }
    flags(page, u32::from_ne_bytes(bits));
    if a.has(nha::FDB) {
        page.out.null("fdb|fdb");
    }
}

fn row(page: &mut Page<'_>, a: &Attrs<'_>, ty: u16) {
    put_row(page, &nha::SET, a, ty);
}

#[cfg(test)]
#[cfg(target_endian = "little")]
mod tests {
    extern crate std;
    use super::*;
    use crate::Options;
    use crate::tests::{bytes, printed};
    use nlbox_core::text::out::Mode;
    use std::string::String;

    fn print(ty: u16, hex: &str, json: bool, details: u8) -> String {
        let payload = bytes(hex);
        let opts = Options { details, ..Options::default() };
        printed(Mode { json, ..Mode::default() }, opts, |page| {
            nexthop(page, &Message { ty, flags: 0, seq: 1, port: 1, payload: &payload });
        })
    }

    // RTM_NEWNEXTHOP and RTM_NEWNEXTHOPBUCKET as a 6.18 kernel sends them, without their headers.
    const GATEWAY: &str = "02fd00000000000008000100010000000800050003000000080006000a000002";
    const GROUP: &str = "0000040000000000080001000c0000000600030001000000140002000100000004000000020000002b010000\
        28000c800600010008000000080002007017000008000300000000000c000400000000000000000008000e0000000080";
    const BUCKET: &str =
        "0000040000000000080001000c00000020000d80060001000300000008000300020000000c0002003700000000000000";

    #[test]
    fn nexthops_read_as_iproute2_prints_them() {
        let text = |hex| print(rtm::NEWNEXTHOP, hex, false, 0);
        assert_eq!(text(GATEWAY), "id 1 via 10.0.0.2 dev v0 scope link \n");
        assert_eq!(
            text(GROUP),
            "id 12 group 1,5/2,300 type resilient buckets 8 idle_timer 60 unbalanced_timer 0 unbalanced_time 0 \
             proto static \n"
        );
        assert_eq!(
            print(rtm::DELNEXTHOP, GATEWAY, false, 1),
            "Deleted id 1 via 10.0.0.2 dev v0 scope link proto unspec \n"
        );
        assert_eq!(print(rtm::NEWNEXTHOPBUCKET, BUCKET, false, 1), "id 12 index 3 idle_time 0.55 nhid 2 \n");
        assert_eq!(
            print(rtm::NEWNEXTHOPBUCKET, BUCKET, true, 0),
            "{\"id\":12,\"bucket\":{\"index\":3,\"idle_time\":0.55,\"nhid\":2},\"flags\":[]}"
        );
    }

    #[test]
    fn the_upper_byte_of_a_weight_counts_where_the_kernel_says_so() {
        let old = GROUP.strip_suffix("08000e0000000080").unwrap();
        assert!(
            print(rtm::NEWNEXTHOP, old, true, 0)
                .contains("[{\"id\":1,\"weight\":5},{\"id\":2,\"weight\":44}]")
        );
        assert!(print(rtm::NEWNEXTHOP, GROUP, true, 0).contains("{\"id\":2,\"weight\":300}"));
        // Half a member is none.
        assert_eq!(
            print(rtm::NEWNEXTHOP, "00000000000000000c0002000100000000000000", false, 0),
            "group 1 \n"
        );
        assert_eq!(print(rtm::NEWNEXTHOP, "00000000000000000a000200010000000000", false, 0), "group \n");
    }
}
