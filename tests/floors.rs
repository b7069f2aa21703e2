//! The house's floors: which part may import which. Read from the sources, so that a wrong arrow fails by name.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn sources(dir: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut todo = vec![root().join(dir)];
    while let Some(path) = todo.pop() {
        for entry in fs::read_dir(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display())) {
            let path = entry.unwrap().path();
            if path.is_dir() {
                todo.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                found.push(path);
            }
        }
    }
    assert!(!found.is_empty(), "{dir} holds no source");
    found
}

/// The code of a file without its comments and without what is only compiled for tests.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    // The tests of a file stand at its end.
    let end = text.find("mod tests {").unwrap_or(text.len());
    text[..end].lines().map(|l| l.split("//").next().unwrap()).collect::<Vec<_>>().join("\n")
}

/// Every use of a forbidden name below `dir`, as `file: name`.
fn breaches(dir: &str, forbidden: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for file in sources(dir) {
        if file.file_name().is_some_and(|n| ["tests.rs", "fake.rs", "captured.rs"].iter().any(|t| n == *t)) {
            continue;
        }
        let code = code(&file);
        for name in forbidden.iter().filter(|n| code.contains(**n)) {
            found.push(format!("{}: {name}", file.strip_prefix(root()).unwrap().display()));
        }
    }
    found
}

const NONE: [String; 0] = [];

#[test]
fn core_knows_no_system_and_no_command() {
    let system =
        ["nlbox_sys", "nlbox::", "std::", "alloc::", "libc::", "unsafe ", "core::fmt", "format_args"];
    assert_eq!(breaches("core/src", &system), NONE);
    let text = fs::read_to_string(root().join("core/src/lib.rs")).unwrap();
    assert!(text.contains("#![forbid(unsafe_code)]") && text.contains("#![no_std]"));
}

#[test]
fn sys_knows_no_netlink_tables_and_no_command() {
    assert_eq!(breaches("sys/src", &["nlbox_core", "nlbox::", "alloc::", "core::fmt", "format_args"]), NONE);
}

#[test]
fn commands_allocate_nothing_and_hold_nothing_unsafe() {
    let forbidden = ["std::", "alloc::", "libc::", "unsafe ", "core::fmt", "format_args"];
    assert_eq!(breaches("cli/src", &forbidden), NONE);
    let text = fs::read_to_string(root().join("cli/src/lib.rs")).unwrap();
    assert!(text.contains("#![deny(unsafe_code)]") && text.contains("#![no_std]"));
}

#[test]
fn inside_core_the_arrows_point_down() {
    assert_eq!(breaches("core/src/text", &["crate::wire", "crate::conn", "crate::spec", "crate::rt"]), NONE);
    assert_eq!(breaches("core/src/wire", &["crate::conn", "crate::spec", "crate::rt"]), NONE);
    assert_eq!(breaches("core/src/conn", &["crate::spec", "crate::rt"]), NONE);
    assert_eq!(breaches("core/src/spec", &["crate::conn", "crate::rt"]), NONE);
    assert_eq!(breaches("core/src/rt", &["crate::conn"]), NONE);
}

#[test]
fn only_the_report_and_the_page_write() {
    // host.rs is the one door to the standard streams.
    let writers: Vec<_> = breaches("cli/src", &["Stream(", "write_all("])
        .into_iter()
        .filter(|b| !b.contains("src/host.rs"))
        .collect();
    // The report keeps what it writes, for the object that -j adds.
    let want = [
        "cli/src/lib.rs: Stream(",
        "cli/src/report.rs: write_all(",
        // A file of its own: the resolv.conf of the box.
        "cli/src/isolate/inside.rs: write_all(",
    ];
    assert_eq!(writers, want, "lib.rs opens the two streams, nobody else");
}

#[test]
fn a_breach_is_seen() {
    assert_ne!(breaches("tests", &["std::"]), NONE, "the tests do use std");
}
