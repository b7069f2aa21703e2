//! XDP programs: taken off by `ip link set`, shown by the listings with what netlink tells of them.

use crate::grammar::Slots;
use crate::ip::value::usage_of;
use crate::report::Done;
use crate::words::Line;
use crate::{Ctx, Page};
use nlbox_core::names;
use nlbox_core::rt::link::{ifla, xdp};
use nlbox_core::spec::matches;
use nlbox_core::wire::attr::Attrs;
use nlbox_core::wire::build::Build;
use nlbox_core::wire::key::Key;

names! {
    /// `XDP_ATTACHED_*`.
    static MODES = 1 "xdp", 2 "xdpgeneric", 3 "xdpoffload", 4 "xdpmulti";
    /// `IFLA_XDP_*_PROG_ID`, and where each program sits.
    static PLACES = 6 "xdpgeneric", 5 "xdpdrv", 7 "xdpoffload";
}

/// `XDP_ATTACHED_MULTI`: more programs than one.
const MULTI: u8 = 4;

fn attached<'m>(a: &Attrs<'m>) -> Option<(u8, Attrs<'m>)> {
    let a = a.nest(ifla::XDP);
    Some((a.get(xdp::ATTACHED).filter(|mode| *mode != 0)?, a))
}

/// The programs in their places: lines, or elements of a JSON array.
fn places(page: &mut Page<'_>, a: &Attrs<'_>) {
    for (ty, name) in PLACES.iter() {
        let Some(id) = a.get(Key::<u32>::new(u16::try_from(ty).unwrap_or(0))) else { continue };
        page.out.open_record();
        // XDP_ATTACHED_DRV is 1; the numbers of the other two are in the order of their attributes.
        page.out.num("mode|", if ty == 5 { 1 } else { u64::from(ty.saturating_sub(4)) });
        program(page, name, id);
        page.out.close_object();
    }
}

/// The mode on the first line; in JSON all there is to say. Where no line of the program follows, its id.
pub fn mode(page: &mut Page<'_>, a: &Attrs<'_>, is_link: bool) {
    let Some((mode, a)) = attached(a) else { return };
    let id = a.get(xdp::PROG_ID).filter(|_| mode != MULTI);
    if page.out.json() {
        page.out.open_object("xdp");
        page.out.num("mode|", mode.into());
        if let Some(id) = id {
            program(page, "", id);
        }
        page.out.open_array("attached", "");
        places(page, &a);
        page.out.close_list();
        page.out.close_object();
        return;
    }
    page.out.text(MODES.name(mode.into()).unwrap_or("xdp"));
    if let Some(id) = id.filter(|_| !is_link) {
        page.out.num("|/id:%", id.into());
    }
    page.out.blank();
}

/// A line for each program.
pub fn programs(page: &mut Page<'_>, a: &Attrs<'_>) {
    let Some((mode, a)) = attached(a).filter(|_| !page.out.json()) else { return };
    if mode == MULTI {
        places(page, &a);
    } else if let Some(id) = a.get(xdp::PROG_ID) {
        program(page, "xdp", id);
    }
}

#[inline(never)]
fn program(page: &mut Page<'_>, name: &str, id: u32) {
    let out = &mut page.out;
    out.line();
    out.open_object("prog");
    out.str("|    prog/% ", name.as_bytes());
    out.num("id|id % ", id.into());
    out.close_object();
}

/// `xdp… off`. Programs are neither loaded from object files nor taken from where they are pinned.
pub fn words(cx: &mut Ctx<'_>, line: &mut Line<'_>, m: &mut Build<'_>, _: &mut Slots<'_>) -> Done {
    // XDP_FLAGS_SKB_MODE, DRV_MODE, HW_MODE.
    let mode = match crate::ip::keyword(line).get(3) {
        Some(b'g') => 2,
        Some(b'd') => 4,
        Some(_) => 8,
        None => 0,
    };
    let word = line.value(&mut cx.err)?;
    if !matches!(word, b"off" | b"none") {
        let known = ["object", "pinned", "fd"].iter().any(|k| matches(word, k));
        let absent: &[u8] = b"Option \"%\" is not in this build.";
        return Err(match known {
            true => cx.err.plain(&[absent, word]),
            false => usage_of(cx, "What mode is \"%\"?", word),
        });
    }
    let nest = m.open(ifla::XDP.ty());
    m.put(xdp::FD, -1);
    // XDP_FLAGS_UPDATE_IF_NOEXIST
    m.put(xdp::FLAGS, mode | u32::from(!cx.page.opts.force));
    m.close(nest);
    Ok(())
}
