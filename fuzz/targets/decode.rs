//! Any bytes as the kernel's answer to any listing: it prints, or fails with a message, and ends. JSON stays balanced.
#![no_main]

#[path = "common.rs"]
mod common;

use libfuzzer_sys::fuzz_target;

/// A listing of each object and mode; the first byte chooses.
const LINES: &[&str] = &[
    "ip link", "ip -d link", "ip -s -s link", "ip -br link", "ip -j -d -s link", "ip addr", "ip -j -d addr",
    "ip -br addr", "ip -o addr", "ip route show table all", "ip -j -d route show table all", "ip -6 route", "ip neigh",
    "ip -j -s neigh", "ip rule", "ip -j rule", "ip route get 1.2.3.4", "ip link show lo", "ip addr show lo",
];

fuzz_target!(|data: &[u8]| {
    let Some((choice, data)) = data.split_first() else { return };
    let line = LINES[usize::from(*choice) % LINES.len()];
    let out = common::run(line, data);
    if line.contains("-j") {
        assert!(common::balanced(&out), "{}", String::from_utf8_lossy(&out));
    }
    assert!(!out.iter().any(|b| *b < 0x20 && *b != b'\n'), "a control character got through");
});
