//! `ip token`: the lower half of the IPv6 addresses that routers announce the upper half of.

use crate::grammar::{Arg, Grammar, Object, To, fill, slots};
use crate::ip::value::{head_device, prefix, put, put_ifname};
use crate::report::Done;
use crate::words::Line;
use crate::{Ctx, Page};
use nlbox_core::label;
use nlbox_core::rt::link::{IFINFO_LEN, iff, ifla, inet6};
use nlbox_core::rt::rtm;
use nlbox_core::text::ip::af::AF_INET6;
use nlbox_core::text::ip::{Ip, print};
use nlbox_core::text::out::Style;
use nlbox_core::wire::build::Build;
use nlbox_core::wire::header::Message;

const TOKEN: u8 = 0;

static DEV: Grammar = crate::grammar! {
    set: &inet6::SET,
    args: [Arg::new("dev", To::Call(|cx, line, m, _| head_device(cx, line, m), "DEVICE"))],
};
static SET: Grammar = crate::grammar! {
    set: &inet6::SET,
    args: [Arg::new("dev", To::Call(|cx, line, m, _| head_device(cx, line, m), "DEVICE"))],
    bare: Arg::new("token", To::Slot(TOKEN)).once_or_garbage(),
    usage: "TOKEN",
};

/// `ip token`.
pub static OBJECT: Object = crate::object! {
    name: "token",
    about: "host parts of IPv6 addresses",
    verbs: [
        Verb { word: "l[ist]|ls[t]|s[how]", run: list, grammar: Some(&DEV) },
        Verb { word: "se[t]|a[dd]", run: set, grammar: Some(&SET) },
        Verb { word: "g[et]", run: list, grammar: Some(&DEV) },
        Verb { word: "d[elete]", run: set, grammar: Some(&SET) },
    ],
    default: list,
};

/// Sets the token, or with `delete` none: all zeros.
fn set(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let deletes = super::keyword(line).first() == Some(&b'd');
    let mut tx = [0; 128];
    let mut m = Build::blank(&mut tx, rtm::SETLINK, 0, IFINFO_LEN);
    m.head_u8(0, AF_INET6);
    let mut slots = slots();
    fill(cx, line, &SET, &mut m, &mut slots)?;
    let word = if deletes { Some(&b"::"[..]) } else { super::value::slot(&slots, TOKEN) };
    let Some(word) = word else {
        return Err(cx.err.plain_as("Not enough information: token is required."));
    };
    let token = prefix(&mut cx.err, word, AF_INET6)?;
    if index(&m) == 0 {
        return Err(cx.err.plain(&[super::NEEDS, b"dev"]));
    }
    m.nest_plain(ifla::AF_SPEC.ty()).nest_plain(AF_INET6.into()).put(inet6::TOKEN, token.ip.bytes());
    super::send(cx, &mut m)
}

/// The interface that is meant; 0 for all.
fn index(m: &Build<'_>) -> u32 {
    u32::from_ne_bytes([4, 5, 6, 7].map(|n| m.head_at(n)))
}

fn list(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let (mut words, mut tx) = ([0; 64], [0; 64]);
    let mut asked = Build::blank(&mut words, 0, 0, IFINFO_LEN);
    fill(cx, line, &DEV, &mut asked, &mut slots())?;
    let mut m = Build::blank(&mut tx, rtm::GETLINK, 0, IFINFO_LEN);
    m.head_u8(0, AF_INET6);
    crate::dump::dump(cx, &mut m, &mut |page, m| {
        entry(page, m, index(&asked));
        Ok(())
    })
}

/// Prints the token of the link `m`, unless it can have none or another one was asked for.
fn entry(page: &mut Page<'_>, m: &Message<'_>, asked: u32) {
    let (head, attrs) = m.split::<IFINFO_LEN>();
    let [_, _, _, _, a, b, c, d, flags @ .., _, _, _, _] = head;
    let (index, flags) = (u32::from_ne_bytes([a, b, c, d]), u32::from_ne_bytes(flags));
    let token = attrs.nest(ifla::PROTINFO).get(inet6::TOKEN).and_then(Ip::from_bytes);
    let Some(token) = token.filter(|_| flags & (iff::LOOPBACK | iff::NOARP) == 0) else { return };
    if asked != 0 && asked != index {
        return;
    }
    page.out.open_record();
    page.out.text("token ");
    put(page.out.style(Style::Inet6), "token|%", print(&token).as_bytes());
    put_ifname(page, label!("ifname| dev ^%\n"), index);
    page.out.close_object();
}
