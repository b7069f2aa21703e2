//! `encap TYPE …` of routes and nexthops: words by the rows of the type.

use crate::ip::link::kind::wrong;
use crate::ip::value::address;
use crate::report::{Done, Fail};
use crate::words::Line;
use crate::{Ctx, Page};
use nlbox_core::rt::encap::{self, TYPES, seg6};
use nlbox_core::spec::show::show as show_set;
use nlbox_core::spec::{AttrSet, Kind, RowFlags, put as word_of};
use nlbox_core::text::ip::af;
use nlbox_core::wire::attr::{Attrs, NLA_F_NESTED};
use nlbox_core::wire::build::Build;

/// Reads the type and its words into attributes `type_ty` and `ty`.
pub fn put(cx: &mut Ctx<'_>, line: &mut Line<'_>, m: &mut Build<'_>, type_ty: u16, ty: u16) -> Done {
    let word = line.value(&mut cx.err)?;
    let number = TYPES.number(word).and_then(|n| u16::try_from(n).ok());
    let number = number.ok_or_else(|| cx.err.invalid(word, b"encap type", VALUE))?;
    let Some(set) = encap::set(number) else {
        return Err(cx.err.plain(&[b"Option \"%\" is not in this build.", word]));
    };
    if line.is_over() {
        return Err(cx.err.incomplete());
    }
    // Labels have no keyword, and are never left out.
    let bare = set.iter().next().filter(|row| row.keyword().is_empty());
    if !nest(cx, line, m, ty | NLA_F_NESTED, set)? || bare.is_some_and(|row| m.lacks(row.ty)) {
        return Err(cx.err.usage(&[b"Error: unexpected end of line after \"encap\""]));
    }
    m.raw(type_ty, &number.to_ne_bytes());
    Ok(())
}

const VALUE: &str = "\"%\" value is invalid\n";

/// Reads words of `set` into the nest `ty`, up to one that is none of its. Whether there were any.
pub fn nest(
    cx: &mut Ctx<'_>,
    line: &mut Line<'_>,
    m: &mut Build<'_>,
    ty: u16,
    set: &'static AttrSet,
) -> Result<bool, Fail> {
    let at = m.open(ty);
    let outer = m.enter(at);
    let mut seen = 0_u32;
    while let Some(word) = line.peek() {
        let settable = |row: &nlbox_core::spec::AttrSpec| !row.flags.has(RowFlags::READ);
        let found = (0_u32..).zip(set.iter()).find(|(n, row)| {
            // Labels come first, and have no keyword.
            let bare = row.keyword().is_empty() && *n == 0 && seen == 0;
            settable(row) && (bare || row.keyword().as_bytes() == word)
        });
        let Some((n, row)) = found else { break };
        let keyword = row.keyword().as_bytes();
        if !keyword.is_empty() {
            line.next();
        }
        let bit = 1_u32.wrapping_shl(n);
        let more = |n, next| match row.kind {
            Kind::Many(many) => (many.more)(n, next),
            _ => n == 0,
        };
        if seen & bit != 0 {
            let second = if more(0, None) { line.value(&mut cx.err)? } else { word };
            return Err(cx.err.garbage(keyword, second));
        }
        seen |= bit;
        if !more(0, line.peek()) {
            let _ = word_of::put(&row, m, word, &mut cx.page.names);
        }
        let mut values = 0_usize;
        while more(values, line.peek()) {
            let value = line.value(&mut cx.err)?;
            // Rows of addresses say of which family in place of a sentence.
            let family = crate::ip::FAMILIES.iter().find(|(name, _)| *name == row.bad()).map(|(_, f)| *f);
            // Behind `srh segs` too.
            if let Some(family) = family.or((values == 1).then_some(af::AF_INET6)) {
                for part in value.split(|b| *b == b',') {
                    address(&mut cx.err, part, family)?;
                }
            }
            m.from_word(line.at().saturating_sub(1));
            word_of::put(&row, m, value, &mut cx.page.names).map_err(|bad| match family {
                // Nothing is wrong with the addresses.
                Some(_) => cx.err.invalid(value, b"", "\"segs\" provided before \"mode\"\n"),
                None => wrong(cx, VALUE, &row, value, bad),
            })?;
            values = values.saturating_add(1);
        }
    }
    m.leave(outer);
    m.close(at);
    Ok(seen != 0)
}

/// Prints the tunnel of type `ty`, if there is one.
pub fn show(page: &mut Page<'_>, ty: Option<u16>, a: Attrs<'_>) {
    let Some(ty) = ty else { return };
    let name = TYPES.name(ty.into()).unwrap_or("unknown");
    page.out.str("encap", " encap % ", name.as_bytes());
    let Some(set) = encap::set(ty) else { return };
    show_set(set, a, &mut page.out, &mut page.names);
    // The counters of a local segment are statistics.
    if page.opts.stats > 0
        && let (7, Some(counters)) = (ty, a.raw(seg6::local::COUNTERS.ty()))
    {
        page.out.open_object("stats64");
        show_set(&seg6::counters::SET, Attrs::new(counters), &mut page.out, &mut page.names);
        page.out.close_object();
    }
}
