//! `ip netconf`: what a family does on each interface.

use crate::grammar::{Arg, Grammar, Object, To, Verb, read};
use crate::ip::value::slot;
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

static GRAMMAR: Grammar = Grammar {
    set: &netconfa::SET,
    args: crate::args![Arg::new("dev", To::Slot(DEV))],
    bare: None,
    usage: "",
};

/// `ip netconf`.
pub static OBJECT: Object = Object {
    name: "netconf",
    about: "what each family does on an interface",
    verbs: &[Verb { word: "s[how]|l[ist]|ls[t]", run: list, grammar: Some(&GRAMMAR) }],
    default: list,
};

fn list(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let (family, mut tx) = (cx.page.opts.family, [0; 64]);
    let mut m = Build::new(&mut tx, rtm::GETNETCONF, 0, &[0; NETCONF_LEN]);
    let slots = read(cx, line, &GRAMMAR, &mut m)?;
    let index = match slot(&slots, DEV) {
        Some(word) => Some(
            cx.page
                .names
                .ifindex(word)
                .ok_or_else(|| cx.err.plain(&[b"Device \"%\" does not exist.", word]))?,
        ),
        None => None,
    };
    m.head(0, &[family]);
    crate::dump::dump_but(cx, &mut m, EOPNOTSUPP, &mut |page, m| {
        let (head, attrs) = m.split::<NETCONF_LEN>();
        let ours = family == 0 || head.first() == Some(&family);
        if ours && (index.is_none() || attrs.get(netconfa::IFINDEX) == index) {
            show(page, m);
        }
        Ok(())
    })
}

/// Prints what the message `m` says of one family on one interface.
pub fn show(page: &mut Page<'_>, m: &Message<'_>) {
    let (head, attrs) = m.split::<NETCONF_LEN>();
    page.out.open_object("");
    if m.ty == rtm::DELNETCONF {
        page.out.is("deleted", "Deleted ");
    }
    let [family, ..] = head;
    super::value::put(&mut page.out, "family|% ", af::name_verbose(family).as_bytes());
    if let Some(index) = attrs.get(netconfa::IFINDEX) {
        let name;
        let text = match EVERY.name(index.into()) {
            Some(every) => every.as_bytes(),
            None => {
                name = page.names.ifname(index);
                name.as_bytes()
            }
        };
        super::value::put(page.out.style(Style::IfName), "interface|% ", text);
    }
    rows::show(&netconfa::SET, attrs, &mut page.out, &mut page.names);
    page.out.close_object();
    page.out.text("\n");
}
