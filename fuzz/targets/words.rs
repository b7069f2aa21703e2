//! Any words as a command line: an error or a request, never a panic; the kernel below says nothing.
#![no_main]

#[path = "common.rs"]
mod common;

use libfuzzer_sys::fuzz_target;
use std::ffi::{CStr, CString};

/// Objects and verbs that only speak to the kernel; namespaces, files and other programs are left alone.
const HEADS: &[&str] = &[
    "ip link add", "ip link set", "ip link show", "ip link del", "ip addr add", "ip addr del", "ip addr show",
    "ip addr flush", "ip route add", "ip route del", "ip route show", "ip route get", "ip neigh add", "ip neigh show",
    "ip rule add", "ip -j route show",
];

fuzz_target!(|data: &[u8]| {
    let Some((choice, data)) = data.split_first() else { return };
    let head = HEADS[usize::from(*choice) % HEADS.len()].split(' ').map(|w| CString::new(w).unwrap());
    let tail = data.split(|b| *b == b' ').filter(|w| !w.is_empty());
    let words: Vec<CString> = head.chain(tail.filter_map(|w| CString::new(w).ok())).collect();
    let words: Vec<&CStr> = words.iter().map(CString::as_c_str).collect();
    if !words.iter().any(|w| w.to_bytes() == b"netns") {
        let _ = common::run_words(&words, &[]);
    }
});
