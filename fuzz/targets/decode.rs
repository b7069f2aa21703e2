//! Any bytes as the kernel's answer to any listing, as events, and as the attributes of each link kind and encapsulation: they print, or
//! fail with a message, and end. Nothing raw reaches the terminal, and JSON is JSON.
#![no_main]

mod common;
mod listings;

use libfuzzer_sys::fuzz_target;
use nlbox_core::spec::AttrSet;
use nlbox_core::spec::show::show;
use nlbox_core::text::out::Out;

fuzz_target!(init: common::sandbox::enter(), |data: &[u8]| {
    let Some(([choice, options], data)) = data.split_first_chunk::<2>() else { return };
    match usize::from(*choice).checked_sub(128) {
        None => {
            let line = listings::line((*choice).into(), (*options).into());
            let out = common::run(&common::words(&line), &mut common::kernels(data));
            if line.contains("-j") {
                common::json(&out);
            }
        }
        Some(n) if n < 8 => events(*options, data),
        Some(n) => set((n - 8) % common::sets(), *options, data),
    }
});

fn events(options: u8, data: &[u8]) {
    let (_file, path) = common::file(data);
    let program = ["ip", "bridge"][usize::from(options >> 7)];
    let modes = ["", "-t", "-ts -d", "-j", "-j -d -t", "-o"];
    let mode = modes[usize::from(options & 127) % modes.len()];
    let label = if options & 64 == 0 { "" } else { "label" };
    let line = format!("{program} {mode} monitor file {path} {label}");
    let out = common::run(&common::words(&line), &mut Default::default());
    if mode.contains("-j") {
        common::json(&out);
    }
}

/// As they stand or, by the second bit, made by the rows of the set: a byte chooses one, a byte is its length.
fn set(n: usize, options: u8, data: &[u8]) {
    let Some(set) = common::set(n) else { return };
    let json = options & 1 == 1;
    let data = if options & 2 == 2 { rows(set, data) } else { data.to_vec() };
    let mut text = Vec::new();
    let mut room = [0; 512];
    common::with(&mut Default::default(), |cx| {
        let mut out = Out::new(&mut text, &mut room);
        out.mode.json = json;
        out.open_object("");
        show(set, &data, &mut out, &mut cx.page.names);
        out.close_object();
        let _ = out.finish();
    });
    common::clean(&text);
    if json {
        common::json(&text);
    }
}

fn rows(set: &AttrSet, mut data: &[u8]) -> Vec<u8> {
    let types: Vec<u16> = set.iter().map(|row| row.ty).collect();
    let mut attrs = Vec::new();
    while let Some(([row, len], rest)) = data.split_first_chunk::<2>() {
        let (payload, rest) = rest.split_at(usize::from(*len).min(rest.len()));
        data = rest;
        attrs.extend((4 + payload.len() as u16).to_ne_bytes());
        attrs.extend(types[usize::from(*row) % types.len()].to_ne_bytes());
        attrs.extend(payload);
        attrs.resize(attrs.len().next_multiple_of(4), 0);
    }
    attrs
}
