//! Virtual functions of a card: `vf N …` of `ip link set`, and their lines in the listing. Their counters are not shown.

use crate::grammar::Slots;
use crate::ip::link::show::Row;
use crate::ip::value::wrong;
use crate::report::{Done, Fail};
use crate::words::Line;
use crate::{Ctx, Page};
use nlbox_core::rt::kind::vlan::PROTOCOLS;
use nlbox_core::rt::link::ifla;
use nlbox_core::rt::vf::{INFO, STATES, vf};
use nlbox_core::spec::{AttrSpec, Kind, matches, put, show};
use nlbox_core::text::{mac, num};
use nlbox_core::wire::attr::Attrs;
use nlbox_core::wire::build::Build;

const BAD: &str = "Invalid \"%\" value\n";

/// `vf N` and what is said of it. Each attribute begins with the function's number.
pub fn words(cx: &mut Ctx<'_>, line: &mut Line<'_>, m: &mut Build<'_>, _: &mut Slots<'_>) -> Done {
    let function = number(cx, line, b"vf", u32::MAX)?.to_ne_bytes();
    let list = m.open(ifla::VFINFO_LIST.ty());
    let info = m.open(INFO);
    let (mut rates, mut rated) = ([function, [0; 4], [0; 4]], false);
    while let Some(row) = line.peek().and_then(|word| put::find(&vf::SET, word)) {
        line.next();
        match row.ty {
            VLAN => in_vlan(cx, line, m, &function)?,
            MAX | LEAST => {
                let v = value(cx, line, &row)?.to_ne_bytes();
                let [_, least, most] = &mut rates;
                *(if row.ty == MAX { most } else { least }) = v;
                rated = true;
            }
            _ => {
                let at = m.open(row.ty);
                m.bytes(&function);
                match row.kind {
                    Kind::Mac | Kind::Custom(_) => address(cx, line, m, &row)?,
                    _ => m.bytes(&value(cx, line, &row)?.to_ne_bytes()),
                }
                m.close(at);
            }
        }
    }
    if rated {
        m.raw(MAX, rates.as_flattened());
    }
    if m.is_empty_since(info) {
        return Err(cx.err.incomplete());
    }
    m.close(info);
    m.close(list);
    Ok(())
}

const VLAN: u16 = vf::VLAN.ty();
const VLAN_LIST: u16 = vf::VLAN_LIST.ty();
const MAC: u16 = vf::MAC.ty();
const BROADCAST: u16 = vf::BROADCAST.ty();
const MAX: u16 = vf::RATE.ty();
const LEAST: u16 = vf::MIN_TX_RATE.ty();

fn number(cx: &mut Ctx<'_>, line: &mut Line<'_>, key: &[u8], most: u32) -> Result<u32, Fail> {
    let word = line.value(&mut cx.err)?;
    num::parse_u32(word).filter(|n| *n <= most).ok_or_else(|| cx.err.invalid(word, key, BAD))
}

/// The number that a word spells by its row.
fn value(cx: &mut Ctx<'_>, line: &mut Line<'_>, row: &AttrSpec) -> Result<u32, Fail> {
    let key = if row.bad().is_empty() { row.keyword() } else { row.bad() }.as_bytes();
    if let Kind::Num(_) = row.kind {
        return number(cx, line, key, u32::MAX);
    }
    let word = line.value(&mut cx.err)?;
    if let Kind::OnOff(_) = row.kind {
        return put::on_off(word).map(u32::from).ok_or_else(|| cx.err.one_of_on_off(key, word, 1));
    }
    STATES.number_any_case(word).ok_or_else(|| cx.err.invalid(word, key, BAD))
}

/// An address in 32 bytes, of which the kernel takes those of its links; or `struct ifla_vf_guid`, a number of eight
/// bytes behind four of padding, written as an address.
fn address(cx: &mut Ctx<'_>, line: &mut Line<'_>, m: &mut Build<'_>, row: &AttrSpec) -> Done {
    let word = line.value(&mut cx.err)?;
    let mut to = [0; 32];
    let n = mac::parse(word, &mut to).unwrap_or(0);
    if row.ty == MAC {
        if !matches!(n, 6 | 20) {
            return Err(cx.err.lladdr(word));
        }
        m.bytes(&to);
        return Ok(());
    }
    let Some(guid) = to.first_chunk().filter(|_| n == 8) else {
        return Err(wrong(&mut cx.err, word, "Invalid GUID format\n"));
    };
    m.bytes(&[0; 4]);
    m.bytes(&u64::from_be_bytes(*guid).to_ne_bytes());
    Ok(())
}

/// `vlan N [ qos N ] [ proto P ]`: an attribute of its own, or for a tag of another protocol a list of one.
#[inline(never)]
fn in_vlan(cx: &mut Ctx<'_>, line: &mut Line<'_>, m: &mut Build<'_>, function: &[u8; 4]) -> Done {
    let id = number(cx, line, b"vlan", 0xfff)?;
    let (mut qos, mut tag) = (0, 0);
    if line.peek().is_some_and(|w| matches(w, "qos")) {
        line.next();
        qos = number(cx, line, b"qos", u32::MAX)?;
    }
    if line.peek().is_some_and(|w| matches(w, "proto")) {
        line.next();
        let word = line.value(&mut cx.err)?;
        let found = PROTOCOLS.number_any_case(word);
        tag = found.ok_or_else(|| wrong(&mut cx.err, word, "protocol is invalid\n"))?;
    }
    let plain = [*function, id.to_ne_bytes(), qos.to_ne_bytes()];
    let plain = plain.as_flattened();
    if matches!(tag, 0 | 0x8100) {
        m.raw(VLAN, plain);
        return Ok(());
    }
    let list = m.open(VLAN_LIST);
    let at = m.open(INFO);
    m.bytes(plain);
    // The protocol in network order, and two bytes of padding.
    m.bytes(&tag.wrapping_shl(16).to_be_bytes());
    m.close(at);
    m.close(list);
    Ok(())
}

/// Prints a line for each function of a link.
pub fn lines(page: &mut Page<'_>, row: &Row<'_>) {
    if !row.attrs.has(ifla::VFINFO_LIST) || row.attrs.get(ifla::NUM_VF) == Some(0) {
        return;
    }
    page.out.open_array("vfinfo_list", "");
    for info in row.attrs.nest(ifla::VFINFO_LIST) {
        one(page, row.info.ty, Attrs::new(info.payload));
    }
    page.out.close_list();
}

/// A function of a link of type `ty`.
#[inline(never)]
fn one(page: &mut Page<'_>, ty: u16, info: Attrs<'_>) {
    let mut room = [0; 512];
    // The rows want what stands behind the function's number.
    let mut m = Build::new(&mut room, 0, 0, &[]);
    m.raw(vf::FUNCTION.ty(), info.get(vf::MAC).and_then(|own| own.get(..4)).unwrap_or(&[0; 4]));
    m.put(vf::LINK_TYPE, ty);
    let len = if ty == 1 { 6 } else { 20 };
    for a in info {
        let payload = match a.ty {
            BROADCAST => a.payload.get(..len),
            MAC => a.payload.get(4..).and_then(|v| v.get(..len)),
            VLAN_LIST => Some(a.payload),
            // An older kernel knows of one VLAN: it makes a list of one.
            VLAN if !info.has(vf::VLAN_LIST) && a.payload.iter().skip(4).any(|b| *b != 0) => {
                m.nest(VLAN_LIST).raw(INFO, a.payload);
                None
            }
            // All bits set: the card does not say.
            _ => a.payload.get(4..).filter(|v| *v != [255; 4]),
        };
        if let Some(payload) = payload {
            m.raw(a.ty, payload);
        }
    }
    let out = &mut page.out;
    out.open_record();
    out.line();
    show::show(&vf::SET, m.attrs(0).bytes(), out, &mut page.names);
    out.close_object();
}
