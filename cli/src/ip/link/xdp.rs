//! XDP programs: attached and taken off by `ip link set`, shown by the listings.

use crate::grammar::Slots;
use crate::ip::link::modify::{Held, PINNED, XDP};
use crate::ip::value::{keep, slot};
use crate::report::Done;
use crate::words::Line;
use crate::{Ctx, Page};
use nlbox_core::names;
use nlbox_core::rt::link::{ifla, xdp};
use nlbox_core::spec::matches;
use nlbox_core::text::num;
use nlbox_core::wire::attr::Attrs;
use nlbox_core::wire::build::Build;
use nlbox_core::wire::key::Key;
use nlbox_sys::bpf;
use nlbox_sys::fd::CBuf;

names! {
    /// `XDP_ATTACHED_*`.
    static MODES = 1 "xdp", 2 "xdpgeneric", 3 "xdpoffload", 4 "xdpmulti";
    /// `IFLA_XDP_*_PROG_ID`, and where each program sits.
    static PLACES = 6 "xdpgeneric", 5 "xdpdrv", 7 "xdpoffload";
}

/// `XDP_ATTACHED_MULTI`: more programs than one.
const MULTI: u8 = 4;

fn attached(a: Attrs<'_>) -> Option<(u8, Attrs<'_>)> {
    let a = a.nest(ifla::XDP);
    Some((a.get(xdp::ATTACHED).filter(|mode| *mode != 0)?, a))
}

/// The programs and the names of their places.
fn places(a: Attrs<'_>) -> impl Iterator<Item = (u32, &'static str, u32)> {
    PLACES.iter().filter_map(move |(ty, name)| {
        let id = a.get(Key::<u32>::new(u16::try_from(ty).unwrap_or(0)))?;
        // XDP_ATTACHED_DRV is 1, the numbers of the other two are in the order of their attributes.
        Some((if ty == 5 { 1 } else { ty.saturating_sub(4) }, name, id))
    })
}

/// The mode on the first line; in JSON all there is to say. Where no line of the program follows, its id.
pub fn mode(page: &mut Page<'_>, a: Attrs<'_>, is_link: bool) {
    let Some((mode, a)) = attached(a) else { return };
    let id = a.get(xdp::PROG_ID).filter(|_| mode != MULTI);
    if page.out.json() {
        page.out.open_object("xdp");
        page.out.num("mode", "", mode.into());
        if let Some(id) = id {
            program(page, "", id);
        }
        page.out.open_array("attached", "");
        for (mode, _, id) in places(a) {
            page.out.open_object("");
            page.out.num("mode", "", mode.into());
            program(page, "", id);
            page.out.close_object();
        }
        page.out.close_array("");
        page.out.close_object();
        return;
    }
    page.out.text(MODES.name(mode.into()).unwrap_or("xdp"));
    if let Some(id) = id.filter(|_| !is_link) {
        page.out.num("", "/id:%", id.into());
    }
    page.out.text(" ");
}

/// A line for each program.
pub fn programs(page: &mut Page<'_>, a: Attrs<'_>) {
    let Some((mode, a)) = attached(a).filter(|_| !page.out.json()) else { return };
    if mode == MULTI {
        places(a).for_each(|(_, name, id)| program(page, name, id));
    } else if let Some(id) = a.get(xdp::PROG_ID) {
        program(page, "xdp", id);
    }
}

#[inline(never)]
fn program(page: &mut Page<'_>, name: &str, id: u32) {
    let out = &mut page.out;
    out.line();
    out.open_object("prog");
    out.str("", "    prog/% ", name.as_bytes());
    out.num("id", "id % ", id.into());
    // Only who may ask learns more.
    if let Ok(info) = bpf::prog_info(id) {
        if !info.name().is_empty() {
            out.str("name", "name % ", info.name());
        }
        let tag = num::hex_pad(u64::from_be_bytes(info.tag), 16);
        out.str("tag", "tag % ", tag.as_bytes());
        if info.jited_len != 0 {
            out.num("jited", "jited ", 1);
        }
        if page.opts.details > 0 {
            out.num("load_time", "load_time % ", info.load_time);
            out.num("created_by_uid", "created_by_uid % ", info.uid.into());
        }
    }
    out.close_object();
}

/// `xdp…` and which program: `off`, or one that is pinned. Programs are not loaded from object files.
pub fn words<'l>(cx: &mut Ctx<'_>, line: &mut Line<'l>, _: &mut Build<'_>, slots: &mut Slots<'l>) -> Done {
    keep(slots, XDP, crate::ip::keyword(line));
    let word = line.value(&mut cx.err)?;
    if matches!(word, b"off" | b"none") {
        return Ok(());
    }
    if matches(word, "pinned") {
        keep(slots, PINNED, line.value(&mut cx.err)?);
        return Ok(());
    }
    if matches(word, "object") || word == b"fd" {
        return Err(cx.err.plain(&[b"Option \"%\" is not in this build.", word]));
    }
    Err(cx.err.usage(&[b"What mode is \"%\"?", word]))
}

/// Appends what the words of [`words`] ask.
pub fn attach(cx: &mut Ctx<'_>, m: &mut Build<'_>, slots: &Slots<'_>, held: &mut Held, new: bool) -> Done {
    let Some(keyword) = slot(slots, XDP) else { return Ok(()) };
    if new {
        // The kernel would pass it over.
        return Err(cx.err.usage(&[b"\"%\" is for links that exist.", keyword]));
    }
    // XDP_FLAGS_SKB_MODE, DRV_MODE, HW_MODE; and UPDATE_IF_NOEXIST.
    let mode = match keyword.get(3) {
        Some(b'g') => 2,
        Some(b'd') => 4,
        Some(_) => 8,
        None => 0,
    };
    let mut raw = -1;
    if let Some(path) = slot(slots, PINNED) {
        let got = CBuf::<512>::new().join(&[path]).and_then(bpf::obj_get);
        let fd = got.map_err(|e| {
            let _ = cx.err.failed("Couldn't retrieve pinned program '%'", path, e.0);
            crate::report::USAGE
        })?;
        raw = fd.raw();
        let _ = held.push(fd);
    }
    let nest = m.open(ifla::XDP.ty());
    m.put(xdp::FD, raw);
    m.put(xdp::FLAGS, mode | u32::from(!cx.page.opts.force));
    m.close(nest);
    Ok(())
}
