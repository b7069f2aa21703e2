//! Any bytes as a batch file: lines, quotes and comments become words, words become commands, and it ends. And any bytes
//! as what `save` wrote: it is shown or restored, or refused. The kernel agrees to all, or says nothing.
#![no_main]

mod common;

use common::Kernel;
use libfuzzer_sys::fuzz_target;

fuzz_target!(init: common::sandbox::enter(), |data: &[u8]| {
    let Some((choice, data)) = data.split_first() else { return };
    if choice & 16 != 0 {
        return saved(*choice, data);
    }
    let (_file, path) = common::file(data);
    let program = ["ip", "bridge"][usize::from(choice & 1)];
    let mode = ["", "-j", "-force", "-force -j -d"][usize::from(choice >> 1 & 3)];
    let mut kernels = match choice & 8 {
        0 => [Kernel::willing(), Kernel::willing()],
        _ => Default::default(),
    };
    let out = common::run(&common::words(&format!("{program} {mode} -batch {path}")), &mut kernels);
    if mode.contains("-j") {
        common::json(&out);
    }
});

/// The objects that are saved, and the number that their files begin with.
const SAVED: [(&str, u32); 3] = [("route", 0x4531_1224), ("addr", 0x4736_1222), ("rule", 0x7170_6986)];

fn saved(choice: u8, data: &[u8]) {
    let (object, magic) = SAVED[usize::from(choice & 3) % SAVED.len()];
    let _file = common::input(&[&magic.to_ne_bytes(), data].concat());
    let verb = ["restore", "showdump", "-j"][usize::from(choice >> 2 & 3) % 3];
    let line = match verb {
        "-j" => format!("ip -j -d {object} showdump"),
        _ => format!("ip {object} {verb}"),
    };
    let mut kernels = match choice & 32 {
        0 => [Kernel::willing(), Kernel::willing()],
        _ => Default::default(),
    };
    let out = common::run(&common::words(&line), &mut kernels);
    if verb == "-j" {
        common::json(&out);
    }
}
