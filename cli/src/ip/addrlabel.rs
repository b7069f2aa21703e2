//! `ip addrlabel`: the labels by which IPv6 chooses a source address.

use crate::grammar::{Arg, Grammar, Object, Slots, To, fill};
use crate::ip::value::{close, head_device, open, prefix, put_ifname, put_num, put_row};
use crate::report::{Done, PLAIN, USAGE};
use crate::words::Line;
use crate::{Ctx, Page};
use nlbox_core::label;
use nlbox_core::rt::addrlabel::{ADDRLABEL_LEN, PREFIX_LEN_AT, ifal};
use nlbox_core::rt::rtm;
use nlbox_core::text::ip::af::{AF_INET6, AF_UNSPEC};
use nlbox_core::text::num;
use nlbox_core::wire::build::Build;
use nlbox_core::wire::header::{Message, nlm};

static GRAMMAR: Grammar = crate::grammar! {
    set: &ifal::SET,
    args: [
        Arg::new("prefix", To::Call(address, "PREFIX")),
        Arg::new("dev", To::Call(|cx, line, m, _| head_device(cx, line, m), "DEVICE")),
        Arg::new("label", To::Call(label, "LABEL")),
    ],
};

/// `ip addrlabel`.
pub static OBJECT: Object = crate::object! {
    name: "addrlabel",
    about: "labels of IPv6 addresses",
    verbs: [
        Verb { word: "l[ist]|s[how]|ls[t]", run: list, grammar: Some(&super::NONE) },
        Verb { word: "a[dd]", run: add, grammar: Some(&GRAMMAR) },
        Verb { word: "d[elete]", run: del, grammar: Some(&GRAMMAR) },
        Verb { word: "f[lush]", run: flush, grammar: Some(&super::NONE) },
    ],
    default: list,
};

fn address(cx: &mut Ctx<'_>, line: &mut Line<'_>, m: &mut Build<'_>, _: &mut Slots<'_>) -> Done {
    let word = line.value(&mut cx.err)?;
    let p = prefix(&mut cx.err, word, cx.page.opts.family)?;
    m.head_u8(PREFIX_LEN_AT, p.len);
    m.put(ifal::ADDRESS, p.ip.bytes());
    Ok(())
}

/// All ones are no label.
fn label(cx: &mut Ctx<'_>, line: &mut Line<'_>, m: &mut Build<'_>, _: &mut Slots<'_>) -> Done {
    let word = line.value(&mut cx.err)?;
    let label = num::parse_u32(word).filter(|n| *n != u32::MAX);
    m.put(ifal::LABEL, label.ok_or_else(|| super::value::wrong(&mut cx.err, word, "label is invalid\n"))?);
    Ok(())
}

/// The message, of IPv6 unless another family was asked.
fn request<'t>(cx: &Ctx<'_>, tx: &'t mut [u8], ty: u16) -> Build<'t> {
    let mut m = Build::blank(tx, ty, 0, ADDRLABEL_LEN);
    m.head_u8(0, if cx.page.opts.family == AF_UNSPEC { AF_INET6 } else { cx.page.opts.family });
    m
}

fn modify(cx: &mut Ctx<'_>, line: &mut Line<'_>, ty: u16, flags: u16) -> Done {
    let mut tx = [0; 256];
    let mut m = request(cx, &mut tx, ty);
    m.set_flags(flags);
    fill(cx, line, &GRAMMAR, &mut m, &mut crate::grammar::slots())?;
    let missing: &[u8] = if m.lacks(ifal::ADDRESS.ty()) {
        b"prefix"
    } else if m.lacks(ifal::LABEL.ty()) {
        b"label"
    } else {
        return super::send(cx, &mut m);
    };
    Err(cx.err.plain(&[super::NEEDS, missing]))
}

fn add(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    modify(cx, line, rtm::NEWADDRLABEL, nlm::CREATE | nlm::EXCL)
}

fn del(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    modify(cx, line, rtm::DELADDRLABEL, 0)
}

fn list(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    if !line.is_over() {
        return Err(cx.err.plain_as("\"ip addrlabel show\" does not take any arguments."));
    }
    let mut tx = [0; 64];
    let mut m = request(cx, &mut tx, rtm::GETADDRLABEL);
    crate::dump::dump(cx, &mut m, &mut |page, m| {
        entry(page, m);
        Ok(())
    })
    .map_err(|_| USAGE)
}

fn flush(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    if !line.is_over() {
        return Err(cx.err.plain_as("\"ip addrlabel flush\" does not allow extra arguments"));
    }
    let mut tx = [0; 64];
    let mut m = request(cx, &mut tx, rtm::GETADDRLABEL);
    super::flush::pass(cx, &mut m, rtm::DELADDRLABEL, &mut |_, _| true).map(drop).map_err(|e| {
        let _ = cx.err.net(e, &cx.conn, None);
        cx.err.say_as("Flush terminated");
        PLAIN
    })
}

/// Prints the label `m`.
pub fn entry(page: &mut Page<'_>, m: &Message<'_>) {
    let (head, attrs) = m.split::<ADDRLABEL_LEN>();
    let [_, _, len, _, index @ .., _, _, _, _] = head;
    open(page, m.ty == rtm::DELADDRLABEL);
    page.out.text("prefix ");
    put_row(page, &ifal::SET, &attrs, ifal::ADDRESS.ty());
    put_num(&mut page.out, "prefixlen|/% ", len.into());
    let index = u32::from_ne_bytes(index);
    if index != 0 {
        put_ifname(page, label!("ifname|dev ^% "), index);
    }
    put_row(page, &ifal::SET, &attrs, ifal::LABEL.ty());
    close(page);
}
