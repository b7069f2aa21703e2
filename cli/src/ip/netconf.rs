//! `ip netconf`: what a family does on each interface.

use crate::grammar::{Arg, Grammar, Object, To, fill, slots};
use crate::ip::value::{close, open, put, put_ifname, slot};
use crate::report::Done;
use crate::words::Line;
use crate::{Ctx, Page};
use nlbox_core::rt::netconf::{EVERY, NETCONF_LEN, netconfa};
use nlbox_core::rt::rtm;
use nlbox_core::spec::{Resolve, show as rows};
use nlbox_core::text::ip::af;
use nlbox_core::text::out::Style;
use nlbox_core::wire::build::Build;
use nlbox_core::wire::header::Message;

const DEV: u8 = 0;
/// A family that the kernel keeps nothing of.
const EOPNOTSUPP: i32 = 95;

static GRAMMAR: Grammar = crate::grammar! {
    set: &netconfa::SET,
    args: [Arg::new("dev", To::Slot(DEV))],
};

/// `ip netconf`.
pub static OBJECT: Object = crate::object! {
    name: "netconf",
    about: "what each family does on an interface",
    verbs: [Verb { word: "s[how]|l[ist]|ls[t]", run: list, grammar: Some(&GRAMMAR) }],
    default: list,
};

fn list(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let (family, mut tx, mut slots) = (cx.page.opts.family, [0; 64], slots());
    let mut m = Build::blank(&mut tx, rtm::GETNETCONF, 0, NETCONF_LEN);
    fill(cx, line, &GRAMMAR, &mut m, &mut slots)?;
    let mut index = 0;
    if let Some(word) = slot(&slots, DEV) {
        let found = cx.page.names.ifindex(word);
        index = found.ok_or_else(|| cx.err.plain_of("Device \"%\" does not exist.", word))?;
    }
    m.head_u8(0, family);
    crate::dump::dump_but(cx, &mut m, EOPNOTSUPP, &mut |page, m| {
        show(page, m, family, index);
        Ok(())
    })
}

/// Prints what the message `m` says of one family on one interface, where those that are asked for (0: all) are these;
/// whether they are.
pub fn show(page: &mut Page<'_>, m: &Message<'_>, asked: u8, index: u32) -> bool {
    let ([family, ..], attrs) = m.split::<NETCONF_LEN>();
    let of = attrs.get(netconfa::IFINDEX).unwrap_or(0);
    if asked != 0 && asked != family || index != 0 && index != of {
        return false;
    }
    open(page, m.ty == rtm::DELNETCONF);
    put(&mut page.out, "family|% ", af::name_verbose(family).as_bytes());
    match EVERY.name(of.into()) {
        Some(every) => put(page.out.style(Style::IfName), "interface|% ", every.as_bytes()),
        None if of == 0 => {}
        None => put_ifname(page, "interface|% ", of),
    }
    rows::show(&netconfa::SET, attrs.bytes(), &mut page.out, &mut page.names);
    close(page);
    true
}
