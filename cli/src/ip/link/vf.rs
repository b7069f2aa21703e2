//! Virtual functions of a card: `vf N …` of `ip link set`, and their lines in the listing. Their counters are not shown.

use crate::grammar::Slots;
use crate::ip::link::show::Row;
use crate::ip::value::named;
use crate::report::{Done, Fail};
use crate::words::Line;
use crate::{Ctx, Page};
use nlbox_core::rt::kind::vlan::PROTOCOLS;
use nlbox_core::rt::link::ifla;
use nlbox_core::rt::names::ARPHRD;
use nlbox_core::rt::vf::{INFO, STATES, vf, vlan};
use nlbox_core::spec::{AttrSpec, Kind, RowFlags, matches, put, show};
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
                    Kind::Mac => address(cx, line, m, &row)?,
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
    if row.ty == vf::MAC.ty() {
        if !matches!(n, 6 | 20) {
            return Err(cx.err.lladdr(word));
        }
        m.bytes(&to);
        return Ok(());
    }
    let Some(guid) = to.first_chunk().filter(|_| n == 8) else {
        return Err(cx.err.invalid(word, b"", "Invalid GUID format\n"));
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
        tag = found.ok_or_else(|| cx.err.invalid(word, b"", "protocol is invalid\n"))?;
    }
    let plain = [*function, id.to_ne_bytes(), qos.to_ne_bytes()];
    let plain = plain.as_flattened();
    if matches!(tag, 0 | 0x8100) {
        m.raw(VLAN, plain);
        return Ok(());
    }
    let list = m.open(vf::VLAN_LIST.ty());
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
    page.out.close_array("");
}

/// The four bytes at `at` as a number; 0 where there are none.
fn word(payload: &[u8], at: usize) -> u32 {
    payload.get(at..).and_then(|b| b.first_chunk()).map_or(0, |b| u32::from_ne_bytes(*b))
}

#[inline(never)]
fn one(page: &mut Page<'_>, ty: u16, info: Attrs<'_>) {
    let own = info.get(vf::MAC).unwrap_or(&[]);
    let out = &mut page.out;
    out.open_object("");
    out.line();
    out.num("vf", "    vf % ", word(own, 0).into());
    let mut buf = num::dec(0);
    out.str("link_type", "    link/% ", named(false, &ARPHRD, ty.into(), &mut buf));
    let len = if ty == 1 { 6 } else { 20 };
    for (key, pattern, bytes) in
        [("address", "%", own.get(4..)), ("broadcast", " brd %", info.get(vf::BROADCAST))]
    {
        if let Some(bytes) = bytes.and_then(|b| b.get(..len)) {
            out.str(key, pattern, mac::print(bytes).as_bytes());
        }
    }
    vlans(page, info);
    let out = &mut page.out;
    for row in vf::SET.iter() {
        if row.ty == vf::SPOOFCHK.ty()
            && let Some(v) = info.get(vf::RATE)
        {
            out.open_object("rate");
            for (at, key, pattern) in
                [(8, "max_tx", ", max_tx_rate %Mbps"), (4, "min_tx", ", min_tx_rate %Mbps")]
            {
                let v = word(v, at);
                out.num(key, if v == 0 { "" } else { pattern }, v.into());
            }
            out.close_object();
        }
        let Some(payload) = info.raw(row.ty).and_then(|p| p.get(4..)) else { continue };
        let guid = match row.keyword().as_bytes() {
            [b'n', ..] => ("node guid", ", NODE_GUID %"),
            [b'p', ..] => ("port guid", ", PORT_GUID %"),
            // All bits set: the card does not say.
            _ if payload == [255; 4] || row.flags.has(RowFlags::WRITE) => continue,
            _ => {
                show::show_row(&row, payload, out, &mut page.names);
                continue;
            }
        };
        if let Some(v) = payload.get(4..).and_then(|b| b.first_chunk()) {
            let v = u64::from_ne_bytes(*v).to_be_bytes();
            out.str(guid.0, guid.1, mac::print(&v).as_bytes());
        }
    }
    out.close_object();
}

/// The VLANs that a function is put into: a list, or from an older kernel the one.
fn vlans(page: &mut Page<'_>, info: Attrs<'_>) {
    let list = info.nest(vf::VLAN_LIST);
    let old = info.get(vf::VLAN).filter(|v| !info.has(vf::VLAN_LIST) && v.iter().skip(4).any(|b| *b != 0));
    if old.is_none() && !info.has(vf::VLAN_LIST) {
        return;
    }
    page.out.open_array("vlan_list", "");
    for payload in list.map(|a| a.payload).chain(old) {
        page.out.open_object("");
        for row in vlan::SET.iter() {
            let field = payload.get(row.ty.into()..).filter(|field| !field.starts_with(&[0x81, 0]));
            if let Some(field) = field.and_then(|f| f.get(..f.len().min(4))) {
                show::show_row(&row, field, &mut page.out, &mut page.names);
            }
        }
        page.out.close_object();
    }
    page.out.close_array("");
}
