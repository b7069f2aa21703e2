//! `ip route get`: which route the kernel would take.

use super::show::any;
use super::{family, put_prefix, vrf};
use crate::grammar::{Arg, Grammar, Slots, To, fill, slots};
use crate::ip::value::{keep, put_device, slot, tos, wrong};
use crate::report::Done;
use crate::words::Line;
use crate::{Ctx, TX};
use nlbox_core::rt::route::{RTMSG_LEN, at, rta, rtm_f};
use nlbox_core::rt::rtm;
use nlbox_core::text::ip::af;
use nlbox_core::text::num;
use nlbox_core::wire::build::Build;
use nlbox_core::wire::key::{Key, Raw};

const DST: u8 = 0;
const TOS: u8 = 1;
const IIF: u8 = 2;
const OIF: u8 = 3;
const VRF: u8 = 4;
const FIBMATCH: u8 = 5;
const NOTIFY: u8 = 6;

const TO_ARG: Arg = Arg::new("to", To::Call(to, "ADDRESS"));

/// The words of `ip route get`.
pub static GRAMMAR: Grammar = crate::grammar! {
    set: &rta::SET,
    args: [
        Arg::new("f[rom]", To::Call(from, "ADDRESS")),
        Arg::new("tos", To::Slot(TOS)),
        Arg::new("d[sfield]", To::Slot(TOS)),
        Arg::new("i[if]", To::Slot(IIF)),
        Arg::new("m[ark]", To::Attr(rta::MARK.ty())).bad("invalid mark value"),
        Arg::new("o[if]", To::Slot(OIF)),
        Arg::new("dev", To::Slot(OIF)),
        Arg::new("n[otify]", To::Mark(NOTIFY)),
        Arg::new("c[onnected]", To::Call(crate::ip::absent, "")),
        Arg::new("v[rf]", To::Slot(VRF)),
        Arg::new("u[id]", To::Attr(rta::UID.ty())).bad("invalid UID\n"),
        Arg::new("f[ibmatch]", To::Mark(FIBMATCH)),
        Arg::new("i[pproto]", To::Attr(rta::IP_PROTO.ty())).bad("Invalid \"ipproto\" value\n"),
        Arg::new("s[port]", To::Attr(rta::SPORT.ty())).bad("invalid sport\n"),
        Arg::new("d[port]", To::Attr(rta::DPORT.ty())).bad("invalid dport\n"),
        Arg::new("to", To::Call(to, "ADDRESS")),
    ],
    bare: TO_ARG,
    usage: "[ to ] ADDRESS",
};

fn to<'l>(cx: &mut Ctx<'_>, line: &mut Line<'l>, m: &mut Build<'_>, slots: &mut Slots<'l>) -> Done {
    if let Some(word) = line.peek() {
        keep(slots, DST, word);
    }
    host(cx, line, m, rta::DST, at::DST_LEN)
}

fn from<'l>(cx: &mut Ctx<'_>, line: &mut Line<'l>, m: &mut Build<'_>, _: &mut Slots<'l>) -> Done {
    host(cx, line, m, rta::SRC, at::SRC_LEN)
}

/// An address to ask with; a shorter prefix is said to be one and taken as its address.
fn host(cx: &mut Ctx<'_>, line: &mut Line<'_>, m: &mut Build<'_>, key: Key<Raw>, len_at: usize) -> Done {
    let p = put_prefix(cx, line, m, key, len_at)?;
    let bits = p.ip.bits();
    if p.ip.family() == af::AF_MPLS {
        return Ok(());
    }
    if p.len != bits {
        cx.err.say(&[
            b"Warning: /% as prefix is invalid, only /% (or none) is supported.",
            num::dec(u64::from(p.len)).as_bytes(),
            num::dec(u64::from(bits)).as_bytes(),
        ]);
    }
    m.head_u8(len_at, bits);
    Ok(())
}

/// `ip route get ADDRESS …`.
pub fn run(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let mut tx = [0; TX];
    let mut m = Build::blank(&mut tx, rtm::GETROUTE, 0, RTMSG_LEN);
    m.head_u8(at::FAMILY, cx.page.opts.family);
    let mut slots = slots();
    fill(cx, line, &GRAMMAR, &mut m, &mut slots)?;
    if slot(&slots, DST).is_none() {
        return Err(cx.err.plain_as("need at least a destination address"));
    }
    // Only IPv4 has to be asked which table the route came from.
    let mut flags = if family(&mut m) == af::AF_INET { rtm_f::LOOKUP_TABLE } else { 0 };
    if slot(&slots, FIBMATCH).is_some() {
        flags |= rtm_f::FIB_MATCH;
    }
    if slot(&slots, NOTIFY).is_some() {
        flags |= rtm_f::NOTIFY;
    }
    m.head_u32(at::FLAGS, flags);
    if let Some(w) = slot(&slots, TOS) {
        let v = tos(cx, w).ok_or_else(|| wrong(&mut cx.err, w, "TOS value is invalid\n"))?;
        m.head_u8(at::TOS, v);
    }
    put_device(cx, &mut m, &slots, IIF, rta::IIF)?;
    let bound = m.mark();
    put_device(cx, &mut m, &slots, OIF, rta::OIF)?;
    if let Some(w) = slot(&slots, VRF) {
        let (index, _) = vrf(cx, w)?;
        m.undo(bound);
        m.put(rta::OIF, index);
    }
    crate::ip::one(cx, &mut m, any)
}
