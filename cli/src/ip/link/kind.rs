//! `type KIND …`: the words of a kind, by the rows of its file.

use crate::Ctx;
use crate::grammar::{Slots, slots};
use crate::ip::link::modify::{self, Held};
use crate::ip::value::plain_of;
use crate::ip::value::slot;
use crate::names::Link;
use crate::report::{Done, Fail, PLAIN};
use crate::words::Line;
use nlbox_core::rt::kind::{self, LinkKind, Says, netkit, veth};
use nlbox_core::rt::link::{FLAGS_AT, IFINFO_LEN, INDEX_AT, ifla, info};
use nlbox_core::spec::{AttrSet, AttrSpec, Bad, Kind, RowFlags, put};
use nlbox_core::wire::build::Build;

/// What the kinds that come in pairs know the other end by.
const PEER: u16 = veth::data::PEER.ty();

/// Appends `IFLA_LINKINFO` for the kind that the slots hold, if any, with what the rest of the line says of it.
///
/// A `_slave` kind sets the options of a port: they go where the kernel looks for those of the master's kind.
pub fn linkinfo(
    cx: &mut Ctx<'_>,
    line: &mut Line<'_>,
    m: &mut Build<'_>,
    slots: &Slots<'_>,
    held: &mut Held,
    new: bool,
) -> Done {
    let Some(name) = slot(slots, modify::TYPE) else { return Ok(()) };
    let (name_ty, data_ty, wire_name) = match kind::master_of(name) {
        Some(master) => (info::SLAVE_KIND, info::SLAVE_DATA, master),
        None => (info::KIND, info::DATA, name),
    };
    let linkinfo = m.open(ifla::LINKINFO.ty());
    m.raw(name_ty.ty(), wire_name);
    if let Some(word) = line.peek() {
        let found = kind::find(name).and_then(|k| Some((k, k.data?)));
        let Some((kind, set)) = found else {
            return Err(plain_of(cx, "Garbage instead of arguments \"% ...\". Try \"ip link help\".", word));
        };
        options(cx, m, kind, set, data_ty.ty(), new, &mut |cx, m| words(cx, line, m, kind, set, held))?;
    }
    m.close(linkinfo);
    Ok(())
}

/// The nest `ty` with the options of a kind, which `read` reads.
#[inline(never)]
pub(in crate::ip) fn options(
    cx: &mut Ctx<'_>,
    m: &mut Build<'_>,
    kind: &LinkKind,
    set: &AttrSet,
    ty: u16,
    new: bool,
    read: &mut dyn FnMut(&mut Ctx<'_>, &mut Build<'_>) -> Done,
) -> Done {
    let data = m.open(ty);
    let outer = m.enter(data);
    begin(cx, m, kind, set, new);
    read(cx, m)?;
    check(cx, m, kind, new)?;
    m.leave(outer);
    m.close(data);
    Ok(())
}

/// Puts what the options begin with where their kernel side takes what is not said as 0: of a `new` link the defaults,
/// of another one what it has. Words behind count more.
fn begin(cx: &mut Ctx<'_>, m: &mut Build<'_>, kind: &LinkKind, set: &AttrSet, new: bool) {
    let Some(view) = set.view() else { return };
    if new {
        for (ty, int, v) in view.defaults {
            int.put(m, (*ty).into(), (*v).into());
        }
        return;
    }
    let index = (INDEX_AT..FLAGS_AT).rev().fold(0_u32, |n, at| n << 8 | u32::from(m.head_at(at)));
    let index = if cfg!(target_endian = "big") { index.swap_bytes() } else { index };
    let _ = cx.page.names.ask(Link::Index(index), &mut |old| {
        let linkinfo = old.split::<IFINFO_LEN>().1.nest(ifla::LINKINFO);
        if linkinfo.get(info::KIND) == Some(kind.name.as_bytes()) {
            for a in linkinfo.nest(info::DATA) {
                m.raw(a.ty, a.payload);
            }
        }
    });
}

/// What the kind says of its options when all are read.
fn check(cx: &mut Ctx<'_>, m: &mut Build<'_>, kind: &LinkKind, new: bool) -> Done {
    let Some(text) = kind.check.and_then(|check| check(m, new)) else { return Ok(()) };
    if let Some(text) = text.strip_prefix('?') {
        cx.err.say(&[text.as_bytes()]);
        return Ok(());
    }
    Err(match text.strip_prefix('!') {
        Some(text) => cx.err.usage_as(text),
        None => cx.err.plain_as(text),
    })
}

fn words(
    cx: &mut Ctx<'_>,
    line: &mut Line<'_>,
    m: &mut Build<'_>,
    kind: &LinkKind,
    set: &'static AttrSet,
    held: &mut Held,
) -> Done {
    while let Some(word) = line.next() {
        if word == b"peer" && set.row(PEER).is_some_and(|row| matches!(row.kind, Kind::Msg(..))) {
            // Words of the kind may come first: those of netkit, which has their attributes for either end.
            while let Some(mut row) = line.peek().and_then(|word| put::find(set, word)) {
                row.ty = row.ty.saturating_add(u16::from(row.ty != netkit::data::MODE.ty()));
                line.next();
                option(cx, line, m, kind, &row, word)?;
            }
            return peer(cx, line, m, held);
        }
        match put::find(set, word) {
            Some(row) => option(cx, line, m, kind, &row, word)?,
            None => {
                let what: &[u8] = match kind.says {
                    Says::Command => b": unknown command \"",
                    Says::What => b": what is \"",
                    _ => b": unknown option \"",
                };
                if kind.says != Says::Nothing && !nlbox_core::spec::matches(word, "help") {
                    cx.err.say(&[b"%%%\"?", kind.name.as_bytes(), what, word]);
                }
                crate::help::kind(cx, kind);
                return Err(PLAIN);
            }
        }
    }
    Ok(())
}

/// Reads the value of one option and puts it.
#[inline(never)]
pub(in crate::ip) fn option(
    cx: &mut Ctx<'_>,
    line: &mut Line<'_>,
    m: &mut Build<'_>,
    kind: &LinkKind,
    row: &AttrSpec,
    word: &[u8],
) -> Done {
    let (mut n, mut must) = (0_usize, false);
    let no = row.flags.has(RowFlags::NO) && matches!(word, [b'n', ..]);
    let alone = no
        || match row.kind {
            Kind::Custom(c) => c.value.is_empty(),
            kind => matches!(kind, Kind::Flag | Kind::Word(..) | Kind::Flip | Kind::Has(..)),
        };
    let more = |n, next| match row.kind {
        _ if alone => false,
        Kind::Many(many) => (many.more)(n, next),
        _ => n == 0,
    };
    if alone {
        // Nothing to be wrong with: the keyword is all.
        let _ = put::put(row, m, word, &mut cx.page.names);
    } else if !more(0, line.peek()) {
        // A list may be empty.
        let _ = put::put(row, m, b"", &mut cx.page.names);
    }
    while must || more(n, line.peek()) {
        let value = line.value(&mut cx.err)?;
        m.from_word(line.at().saturating_sub(1));
        must = match put::put(row, m, value, &mut cx.page.names) {
            Ok(()) => false,
            Err(Bad::More) => true,
            Err(bad) => return Err(wrong(cx, kind.bad.text(), row, value, bad)),
        };
        n = n.saturating_add(1);
    }
    Ok(())
}

/// Says what is wrong with `value`: the row's sentence, or else `general`.
#[inline(never)]
pub(crate) fn wrong(cx: &mut Ctx<'_>, general: &str, row: &AttrSpec, value: &[u8], bad: Bad) -> Fail {
    let err = &mut cx.err;
    let key = row.keyword().as_bytes();
    let own = row.bad();
    let text = if own.is_empty() { general } else { own };
    match bad {
        Bad::Cast => return err.invalid(value, key, "invalid % address"),
        Bad::OnOff => return err.on_off(key, value),
        Bad::OneOf => return err.one_of_on_off(key, value, 1),
        Bad::Said => return crate::report::USAGE,
        Bad::NoDevice if own.is_empty() => {
            err.no_device(value);
            return crate::report::USAGE;
        }
        Bad::NoDevice if own == "@" => return err.no_device(value),
        Bad::NoDevice | Bad::Value | Bad::More => {}
    }
    match (row.kind, text.as_bytes()) {
        (_, [b'^', sentence @ ..]) => err.plain(&[sentence, value]),
        (Kind::Mac, _) => err.lladdr(value),
        (Kind::Enum(_, names), b"") => {
            err.piece(&[b"Error: argument of \"", key, b"\" must be \""]);
            let mut left = names.iter().count();
            for (_, name) in names.iter() {
                left = left.saturating_sub(1);
                let behind: &[u8] = match left {
                    0 => b"",
                    1 => b"\" or \"",
                    _ => b"\", \"",
                };
                err.piece(&[name.as_bytes(), behind]);
            }
            err.plain_of("\", not \"%\"", value)
        }
        (_, [b'=', what @ ..]) => {
            err.must_be(key, what, value);
            PLAIN
        }
        (_, [b'!', what @ ..]) => {
            // Of its two sentences iproute2 ends one with a stop.
            let stop: &[u8] = if let [b'a', b'n', b' ', ..] = what { b"" } else { b"." };
            err.plain(&[b"Error: % is expected rather than \"%\"%", what, value, stop])
        }
        (_, b"?") => {
            err.usage(&[b"invalid value for \"%\": \"%\"; it should be an unsigned integer", key, value])
        }
        _ => err.invalid(value, key, text),
    }
}

/// The `peer` of a pair: the other end is a whole link message of its own.
#[inline(never)]
fn peer(cx: &mut Ctx<'_>, line: &mut Line<'_>, m: &mut Build<'_>, held: &mut Held) -> Done {
    let at = m.open(PEER);
    m.bytes(&[0; IFINFO_LEN]);
    let mut slots = slots();
    modify::words(cx, line, m, held, &mut slots, true)?;
    if let Some(kind) = slot(&slots, modify::TYPE) {
        // iproute2 has counted the pair's own `type` as the first.
        return Err(cx.err.duplicate(b"type", kind));
    }
    modify::name(cx, m, &slots, true)?;
    m.close(at);
    Ok(())
}
