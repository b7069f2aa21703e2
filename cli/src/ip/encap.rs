//! `encap TYPE …` of routes and nexthops: words by the rows of the type.

use crate::ip::value::address;
use crate::report::{Done, Fail, USAGE};
use crate::words::Line;
use crate::{Ctx, Page};
use nlbox_core::rt::encap::{self, TYPES, seg6};
use nlbox_core::spec::show::show_row;
use nlbox_core::spec::{AttrSet, AttrSpec, Bad, Kind, RowFlags, put as word_of};
use nlbox_core::text::ip::af;
use nlbox_core::wire::attr::{Attrs, NLA_F_NESTED};
use nlbox_core::wire::build::Build;
use nlbox_core::wire::key::{Key, Nested};

/// Reads the type and its words into attributes `type_ty` and `ty`.
pub fn put(cx: &mut Ctx<'_>, line: &mut Line<'_>, m: &mut Build<'_>, type_ty: u16, ty: u16) -> Done {
    let word = line.value(&mut cx.err)?;
    let number = TYPES.number(word).and_then(|n| u16::try_from(n).ok());
    let number = number.ok_or_else(|| cx.err.invalid(word, b"encap type", VALUE))?;
    let Some(set) = encap::set(number) else {
        return Err(cx.err.plain_of("Option \"%\" is not in this build.", word));
    };
    if line.is_over() {
        return Err(cx.err.incomplete());
    }
    if !nest(cx, line, m, ty | NLA_F_NESTED, set)? {
        return Err(cx.err.usage_as("Error: unexpected end of line after \"encap\""));
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
        let mut bit = 1_u32;
        let found = set.iter().find(|row| {
            bit = bit.wrapping_shl(1);
            // Labels come first, and have no keyword.
            let key = row.keyword().as_bytes();
            !row.flags.has(RowFlags::READ) && (key == word || key.is_empty() && seen == 0)
        });
        let Some(row) = found else { break };
        let keyword = row.keyword().as_bytes();
        if keyword.is_empty() {
            if word_of::put(&row, m, word, &mut cx.page.names).is_err() {
                break;
            }
            line.next();
        } else {
            line.next();
            let values = match row.kind {
                Kind::Many(many) => [0, 1].iter().filter(|n| (many.more)(**n, None)).count(),
                _ => 1,
            };
            if seen & bit != 0 {
                let second = if values > 0 { line.value(&mut cx.err)? } else { word };
                return Err(cx.err.garbage(keyword, second));
            }
            option(cx, line, m, &row, values)?;
        }
        seen |= bit;
    }
    m.leave(outer);
    m.close(at);
    Ok(seen != 0)
}

/// The values of a keyword.
fn option(cx: &mut Ctx<'_>, line: &mut Line<'_>, m: &mut Build<'_>, row: &AttrSpec, values: usize) -> Done {
    if values == 0 {
        let _ = word_of::put(row, m, b"", &mut cx.page.names);
    }
    for n in 0..values {
        let value = line.value(&mut cx.err)?;
        // Rows of addresses say of which family in place of a sentence; behind `srh segs` it is this one.
        let family = match row.bad() {
            "inet" => af::AF_INET,
            "inet6" => af::AF_INET6,
            _ if n == 1 => af::AF_INET6,
            _ => af::AF_UNSPEC,
        };
        if family != af::AF_UNSPEC {
            for part in value.split(|b| *b == b',') {
                address(&mut cx.err, part, family)?;
            }
        }
        m.from_word(line.at().saturating_sub(1));
        if let Err(bad) = word_of::put(row, m, value, &mut cx.page.names) {
            if bad == Bad::NoDevice {
                cx.err.no_device(value);
                return Err(USAGE);
            }
            let sentence = match row.bad() {
                // Nothing is wrong with the addresses.
                _ if family != af::AF_UNSPEC => "\"segs\" provided before \"mode\"\n",
                "" => VALUE,
                own => own,
            };
            return Err(cx.err.invalid(value, row.keyword().as_bytes(), sentence));
        }
    }
    Ok(())
}

/// Prints the tunnel whose type and words are the attributes `ty` and `nest` of `a`, if there is one.
pub fn show(page: &mut Page<'_>, a: &Attrs<'_>, ty: Key<u16>, nest: Key<Nested>) {
    let Some(ty) = a.get(ty) else { return };
    let a = a.nest(nest);
    let name = TYPES.name(ty.into()).unwrap_or("unknown");
    page.out.str("encap| encap % ", name.as_bytes());
    for row in encap::set(ty).into_iter().flat_map(AttrSet::iter) {
        // The counters of a local segment are statistics.
        let hidden = row.flags.has(RowFlags::WRITE) || row.ty == COUNTERS && page.opts.stats == 0;
        if let Some(payload) = a.raw(row.ty).filter(|_| !hidden) {
            show_row(&row, payload, &mut page.out, &mut page.names);
        }
    }
}

/// No other type has an attribute of this number.
const COUNTERS: u16 = seg6::local::COUNTERS.ty();
