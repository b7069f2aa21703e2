//! Virtual functions of a card: `vf N …` of `ip link set`, and their lines in the listing.

use crate::ip::link::show::Row;
use crate::ip::value::named;
use crate::grammar::Slots;
use crate::report::{Done, Fail};
use crate::words::Line;
use crate::{Ctx, Page};
use nlbox_core::names;
use nlbox_core::rt::kind::vlan::PROTOCOLS;
use nlbox_core::rt::link::ifla;
use nlbox_core::rt::names::ARPHRD;
use nlbox_core::rt::vf::{INFO, VLAN_INFO, vf, vlans};
use nlbox_core::spec::{AttrSpec, Bad, Names, matches, put, show};
use nlbox_core::text::out::Out;
use nlbox_core::text::{mac, num};
use nlbox_core::wire::attr::Attrs;
use nlbox_core::wire::build::Build;

const BAD: &str = "Invalid \"%\" value\n";

/// `vf N` and what is said of it. Each attribute begins with the function's number.
pub fn words(cx: &mut Ctx<'_>, line: &mut Line<'_>, m: &mut Build<'_>, _: &mut Slots<'_>) -> Done {
    let number = number(cx, line, b"vf", u32::MAX)?.to_ne_bytes();
    let list = m.open(ifla::VFINFO_LIST.ty());
    let info = m.open(INFO);
    let outer = m.enter(info);
    let (mut least, mut most) = (None, None);
    while let Some(row) = line.peek().and_then(|word| put::find(&vf::SET, word)) {
        line.next();
        if row.ty == vf::VLAN.ty() {
            vlan(cx, line, m, &number)?;
            continue;
        }
        let value = line.value(&mut cx.err)?;
        let mut room = [0; 64];
        let mut one = Build::new(&mut room, 0, 0, &[]);
        if let Err(bad) = put::put(&row, &mut one, value, &mut cx.page.names) {
            return Err(wrong(cx, &row, value, bad));
        }
        let payload = one.attrs(0).next().map_or(&[][..], |a| a.payload);
        let rate = payload.first_chunk().copied();
        match row.keyword().as_bytes() {
            [b'm', b'i', ..] => least = rate,
            [b'm', b'a', b'x', ..] => most = rate,
            _ => {
                let at = m.open(row.ty);
                m.bytes(&number);
                m.bytes(payload);
                if row.ty == vf::MAC.ty() {
                    // The kernel takes as many bytes of the 32 as its links' addresses have.
                    if !matches!(payload.len(), 6 | 20) {
                        return Err(cx.err.lladdr(value));
                    }
                    m.bytes([0; 32].get(payload.len().next_multiple_of(4)..).unwrap_or(&[]));
                }
                m.close(at);
            }
        }
    }
    if least.is_some() || most.is_some() {
        let at = m.open(vf::RATE.ty());
        for word in [number, least.unwrap_or([0; 4]), most.unwrap_or([0; 4])] {
            m.bytes(&word);
        }
        m.close(at);
    }
    if m.is_empty_since(info) {
        return Err(cx.err.incomplete());
    }
    m.leave(outer);
    m.close(info);
    m.close(list);
    Ok(())
}

fn number(cx: &mut Ctx<'_>, line: &mut Line<'_>, key: &[u8], most: u32) -> Result<u32, Fail> {
    let word = line.value(&mut cx.err)?;
    num::parse_u32(word).filter(|n| *n <= most).ok_or_else(|| cx.err.invalid(word, key, BAD))
}

/// Says what is wrong with `value`.
fn wrong(cx: &mut Ctx<'_>, row: &AttrSpec, value: &[u8], bad: Bad) -> Fail {
    let key = row.keyword().as_bytes();
    match (bad, row.bad()) {
        (Bad::OneOf, _) => cx.err.one_of_on_off(key, value, 1),
        _ if row.ty == vf::MAC.ty() => cx.err.lladdr(value),
        (_, "") => cx.err.invalid(value, key, BAD),
        (_, own) => cx.err.invalid(value, key, own),
    }
}

/// `vlan N [ qos N ] [ proto P ]`: an attribute of its own, or for a tag of another protocol a list of them.
fn vlan(cx: &mut Ctx<'_>, line: &mut Line<'_>, m: &mut Build<'_>, function: &[u8; 4]) -> Done {
    let id = number(cx, line, b"vlan", 0xfff)?;
    let (mut qos, mut protocol) = (0, 0x8100);
    if line.peek().is_some_and(|w| matches(w, "qos")) {
        line.next();
        qos = number(cx, line, b"qos", u32::MAX)?;
    }
    if line.peek().is_some_and(|w| matches(w, "proto")) {
        line.next();
        let word = line.value(&mut cx.err)?;
        let found = PROTOCOLS.number_any_case(word).and_then(|n| u16::try_from(n).ok());
        protocol = found.ok_or_else(|| cx.err.invalid(word, b"", "protocol is invalid\n"))?;
    }
    let listed = protocol != 0x8100 || !m.lacks(vf::VLAN_LIST.ty());
    let (list, at) = if listed {
        (m.resume(vf::VLAN_LIST.ty()), m.open(VLAN_INFO))
    } else {
        (0, m.open(vf::VLAN.ty()))
    };
    for word in [*function, id.to_ne_bytes(), qos.to_ne_bytes()] {
        m.bytes(&word);
    }
    if listed {
        let [a, b] = protocol.to_be_bytes();
        m.bytes(&[a, b, 0, 0]);
    }
    m.close(at);
    if listed {
        m.close(list);
    }
    Ok(())
}

/// Prints a line for each function of a link, and with `-s` the tables of its counters.
pub fn lines(page: &mut Page<'_>, row: &Row<'_>) {
    // Without functions the kernel says so by their number alone.
    if row.attrs.get(ifla::NUM_VF).is_none_or(|n| n == 0) || !row.attrs.has(ifla::VFINFO_LIST) {
        return;
    }
    page.out.open_array("vfinfo_list", "");
    for info in row.attrs.nest(ifla::VFINFO_LIST) {
        function(page, row.info.ty, Attrs::new(info.payload));
    }
    page.out.close_array("");
}

fn function(page: &mut Page<'_>, ty: u16, info: Attrs<'_>) {
    let out = &mut page.out;
    let Some((number, address)) = info.get(vf::MAC).and_then(|a| a.split_first_chunk()) else { return };
    out.open_object("");
    out.line();
    out.num("vf", "    vf % ", u32::from_ne_bytes(*number).into());
    let mut buf = num::dec(0);
    out.str("link_type", "    link/% ", named(false, &ARPHRD, ty.into(), &mut buf));
    let len = if ty == 1 { 6 } else { 20 };
    let brd = info.get(vf::BROADCAST);
    for (key, pattern, bytes) in [("address", "%", Some(address)), ("broadcast", " brd %", brd)] {
        if let Some(bytes) = bytes.and_then(|b| b.get(..len)) {
            out.str(key, pattern, mac::print(bytes).as_bytes());
        }
    }
    vlans(info, out);
    for row in vf::SET.iter().filter(|row| !row.flags.has(nlbox_core::spec::RowFlags::WRITE)) {
        // All bits set: the card does not say.
        let payload = info.raw(row.ty).and_then(|p| p.get(4..)).filter(|p| *p != [255; 4]);
        if let Some(payload) = payload {
            show::show_row(&row, payload, out, &mut page.names);
        }
    }
    if page.opts.stats > 0 && info.has(vf::STATS) {
        out.open_object("stats");
        for (key, head, columns) in [
            ("rx", "    RX: bytes  packets  mcast   bcast   dropped ", &RX),
            ("tx", "    TX: bytes  packets   dropped ", &TX),
        ] {
            counters(out, key, head, columns, info.nest(vf::STATS));
        }
        out.close_object();
    }
    out.close_object();
}

names! {
    /// `IFLA_VF_STATS_*`, ten of the columns' width to one of the number.
    static RX = 102 "bytes", 80 "packets", 75 "multicast", 74 "broadcast", 87 "dropped";
    static TX = 103 "tx_bytes", 81 "tx_packets", 88 "dropped";
}

fn counters(out: &mut Out<'_>, key: &str, head: &str, columns: &Names, stats: Attrs<'_>) {
    out.line();
    out.text(head);
    out.line();
    out.open_object(key);
    out.text("   ");
    for (column, name) in columns.iter() {
        let ty = u16::try_from(column % 10).unwrap_or(0);
        let v = stats.raw(ty).and_then(nlbox_core::bytes::uint_ne).unwrap_or(0);
        out.padded(name, v, usize::try_from(column / 10).unwrap_or(0));
    }
    out.text(" ");
    out.close_object();
}
