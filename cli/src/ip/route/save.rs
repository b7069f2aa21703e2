//! `ip route save`, `restore` and `showdump`.

use super::filter::{Filter, Row, filter, request};
use super::show::any;
use crate::Ctx;
use crate::ip::saved::{self, ROUTES};
use crate::report::Done;
use crate::words::Line;
use nlbox_core::rt::route::rta;

pub(super) fn save(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let mut f = Filter::none();
    filter(cx, line, &mut f)?;
    let mut tx = [0; 64];
    let mut m = request(&mut tx, &f);
    saved::save(cx, &mut m, &ROUTES, &mut |_, m| Row::of(m).is_some_and(|row| row.passes(&f)))
}

/// Routes by way of a gateway come last: the network that it is in must be there.
pub(super) fn restore(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    saved::restore(
        cx,
        line,
        &ROUTES,
        Some(|m| {
            let has = |ty| Row::of(m).is_some_and(|row| row.attrs.raw(ty).is_some());
            has(rta::GATEWAY.ty()) || has(rta::VIA.ty()) || has(rta::MULTIPATH.ty())
        }),
    )
}

pub(super) fn showdump(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    cx.page.out.open_document();
    saved::load(cx, line, &ROUTES, &mut |cx, m| {
        any(&mut cx.page, m);
        Ok(())
    })
}
