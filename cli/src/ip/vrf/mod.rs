//! `ip vrf`: routing tables that interfaces belong to, and which of them a process uses.

mod group;

pub use group::leave;

use crate::Ctx;
use crate::grammar::{Grammar, Object};
use crate::ip::nsref::{Path, fill};
use crate::ip::value::{put, wrong};
use crate::report::Done;
use crate::words::Line;
use nlbox_core::rt::kind::vrf::data;
use nlbox_core::rt::link::{IFINFO_LEN, ifla, info};
use nlbox_core::rt::rtm;
use nlbox_core::text::num;
use nlbox_core::wire::build::Build;

static SHOW: Grammar = crate::grammar! { usage: "[ NAME ]" };
static IDENTIFY: Grammar = crate::grammar! { usage: "[ PID ]" };
static PIDS: Grammar = crate::grammar! { usage: "NAME" };
static EXEC: Grammar = crate::grammar! { usage: "{ NAME | default } COMMAND [ ARG ]..." };

/// `ip vrf`.
pub static OBJECT: Object = crate::object! {
    name: "vrf",
    about: "virtual routing and forwarding",
    verbs: [
        Verb { word: "i[dentify]", run: identify, grammar: Some(&IDENTIFY) },
        Verb { word: "p[ids]", run: group::pids, grammar: Some(&PIDS) },
        Verb { word: "e[xec]", run: group::exec, grammar: Some(&EXEC) },
        Verb { word: "s[how]|l[ist]|ls[t]", run: show, grammar: Some(&SHOW) },
    ],
    default: show,
};

/// All of them in a table; of one its name and the number of its table.
fn show(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let one = line.next();
    if !line.is_over() {
        return Err(crate::report::Fail::HELP);
    }
    let mut tx = [0; 128];
    let mut m = Build::blank(&mut tx, rtm::GETLINK, 0, IFINFO_LEN);
    m.nest(ifla::LINKINFO.ty()).raw(info::KIND.ty(), b"vrf");
    if one.is_none() {
        cx.page.out.text("Name              Table\n-----------------------\n");
    }
    let mut some = false;
    crate::dump::dump(cx, &mut m, &mut |page, m| {
        let (_, attrs) = m.split::<IFINFO_LEN>();
        let linkinfo = attrs.nest(ifla::LINKINFO);
        let name = attrs.get(ifla::IFNAME).unwrap_or(b"");
        if linkinfo.get(info::KIND) != Some(b"vrf") || one.is_some_and(|one| one != name) {
            return Ok(());
        }
        let table = linkinfo.nest(info::DATA).get(data::TABLE).unwrap_or(0);
        let out = &mut page.out;
        out.open_record();
        put(out, "name|%", name);
        let (name_width, width) = if one.is_some() { (0, 0) } else { (16_usize, 5) };
        out.spaces(name_width.saturating_sub(name.len()));
        out.padded("table", table.into(), width);
        out.newline();
        out.close_object();
        some = true;
        Ok(())
    })?;
    match (some, one) {
        (false, Some(_)) => return Err(cx.err.usage_as("Invalid VRF")),
        (false, None) => cx.page.out.text("No VRF has been configured\n"),
        (true, _) => {}
    }
    Ok(())
}

/// `identify [PID]`: the name behind `/vrf/` in a process's place among the control groups, if it has any.
fn identify(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let word = line.next();
    if word.is_some_and(|w| num::parse_u32(w).is_none()) {
        return Err(wrong(&mut cx.err, word.unwrap_or(b""), "Invalid pid\n"));
    }
    if let Some(more) = line.next() {
        return Err(wrong(&mut cx.err, more, "Extra arguments specified\n"));
    }
    let (mut path, out) = (Path::new(), &mut cx.page.out);
    let done = fill(&mut path, "/proc/%/cgroup", word.unwrap_or(b"self")).and_then(|path| {
        crate::lines::each(path, &mut |line: &[u8]| {
            if let (true, Some(at)) = (line.starts_with(b"0::/"), line.windows(5).position(|w| w == b"/vrf/"))
            {
                out.shown(line.get(at.saturating_add(5)..).unwrap_or(b""));
                out.newline();
            }
        })
    });
    done.map_err(|e| cx.err.failed_as("Failed to lookup vrf association", e.0))
}
