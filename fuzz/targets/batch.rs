//! Any bytes as a batch file: lines, quotes and comments become words, words become commands, and it ends. The kernel
//! agrees to all, or says nothing.
#![no_main]

mod common;

use common::Kernel;
use libfuzzer_sys::fuzz_target;

fuzz_target!(init: common::sandbox::enter(), |data: &[u8]| {
    let Some((choice, data)) = data.split_first() else { return };
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
