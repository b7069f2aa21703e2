//! Any bytes as the kernel's answer to any listing, as events, and as the options of each link kind: they print, or
//! fail with a message, and end. Nothing raw reaches the terminal, and JSON is JSON.
#![no_main]

mod common;
mod listings;

use libfuzzer_sys::fuzz_target;
use nlbox_core::rt::kind::KINDS;
use nlbox_core::spec::show::show;
use nlbox_core::text::out::Out;
use nlbox_core::wire::attr::Attrs;

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
        Some(n) => kind(n - 8, *options & 1 == 1, data),
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

fn kind(n: usize, json: bool, data: &[u8]) {
    let Some(set) = KINDS[n % KINDS.len()].data else { return };
    let mut text = common::Text(Vec::new());
    let mut room = [0; 512];
    common::with(&mut Default::default(), |cx| {
        let mut out = Out::new(&mut text, &mut room);
        out.mode.json = json;
        out.open_object("");
        show(set, Attrs::indexed(data), &mut out, &mut cx.page.names);
        out.close_object();
        let _ = out.finish();
    });
    common::clean(&text.0);
    if json {
        common::json(&text.0);
    }
}
