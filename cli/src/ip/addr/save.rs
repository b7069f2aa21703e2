//! `ip address save`, `restore` and `showdump`.

use super::select::{Addr, Filter};
use super::show::{fields, request};
use crate::Ctx;
use crate::ip::saved::{self, ADDRESSES};
use crate::report::Done;
use crate::words::Line;
use nlbox_core::spec::Resolve;

pub(super) fn save(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let mut f = Filter::default();
    f.read(cx, line)?;
    let mut tx = [0; 64];
    let mut m = request(&mut tx, f.family, 0);
    saved::save(cx, &mut m, &ADDRESSES, &mut |page, m| {
        Addr::of(m).is_some_and(|a| {
            let name = page.names.ifname(a.head.index);
            f.takes_index(&mut page.names, a.head.index) && f.takes(&a, name.as_bytes())
        })
    })
}

pub(super) fn restore(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    saved::restore(cx, line, &ADDRESSES, None)
}

/// Links are called by their numbers: the file may come from another machine.
pub(super) fn showdump(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    cx.page.out.open_document();
    cx.page.out.open_record();
    cx.page.out.open_array("addr_info", "");
    saved::load(cx, line, &ADDRESSES, &mut |cx, m| {
        if let Some(a) = Addr::of(m) {
            let (out, files, opts) = (&mut cx.page.out, &mut cx.page.names.files, &cx.page.opts);
            out.open_record();
            out.num("index|if%:", a.head.index.into());
            out.line();
            fields(out, files, opts, &a, None);
            if !out.json() {
                out.bytes(b"\n");
            }
            out.close_object();
        }
        Ok(())
    })?;
    cx.page.out.close_list();
    cx.page.out.close_object();
    Ok(())
}
