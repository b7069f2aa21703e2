//! What the binary weighs, by its symbols, and that it holds no path to a panic.

use object::{Object, ObjectSymbol, SymbolKind};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The aim for the whole product when it is complete.
const LIMIT: u64 = 131_072;

const TARGET: &str = "x86_64-unknown-linux-musl";

/// The shipping build with its symbols left in.
fn with_symbols() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let base = std::env::var_os("CARGO_TARGET_DIR").map_or(root.join("target"), PathBuf::from);
    let dir = root.join(base).join("product");
    let cargo = std::env::var_os("CARGO").unwrap_or("cargo".into());
    let done = Command::new(cargo)
        .args([
            "build",
            "--quiet",
            "--profile",
            "symbols",
            "--target",
            TARGET,
            "-p",
            "nlbox",
            "--bin",
            "nlbox",
        ])
        .current_dir(root)
        .env("CARGO_TARGET_DIR", &dir)
        .status()
        .expect("cargo runs");
    assert!(done.success());
    dir.join(TARGET).join("symbols/nlbox")
}

/// Name and size of each symbol.
fn symbols(path: &Path) -> Vec<(String, u64)> {
    let bytes = std::fs::read(path).unwrap();
    let file = object::File::parse(&*bytes).unwrap();
    file.symbols()
        .filter(|s| matches!(s.kind(), SymbolKind::Text | SymbolKind::Data))
        .map(|s| (format!("{:#}", rustc_demangle::demangle(s.name().unwrap_or(""))), s.size()))
        .collect()
}

fn panics(symbols: &[(String, u64)]) -> Vec<&str> {
    let marks = ["core::panicking", "slice_index_fail", "core::fmt::", "alloc::"];
    symbols.iter().map(|(n, _)| n.as_str()).filter(|n| marks.iter().any(|m| n.contains(m))).collect()
}

/// The line of the table that a symbol counts for: a command or a floor.
fn line(name: &str) -> String {
    let path: Vec<&str> = name
        .trim_start_matches(['<', '&'])
        .split("::")
        .map(|p| p.split(['<', '>', ' ']).next().unwrap())
        .collect();
    match path.as_slice() {
        ["nlbox", "ip", object, ..]
            if !object.contains('{') && object.chars().all(|c| c.is_ascii_lowercase()) =>
        {
            format!("ip {object}")
        }
        ["nlbox", module, _, ..] => format!("nlbox {module}"),
        ["nlbox", ..] => "nlbox".into(),
        ["nlbox_core", "rt", "kind", ..] => "core rt::kind".into(),
        ["nlbox_core", module, ..] => format!("core {module}"),
        ["nlbox_sys", ..] => "sys".into(),
        ["core" | "heapless" | "zerocopy", ..] => "library code".into(),
        _ => "libc, start-up and unnamed".into(),
    }
}

#[test]
fn no_panic_path_and_a_line_per_command() {
    let path = with_symbols();
    let symbols = symbols(&path);
    assert!(symbols.len() > 100, "the build has symbols");
    assert_eq!(panics(&symbols), Vec::<&str>::new());
    let mut table = BTreeMap::new();
    for (name, size) in &symbols {
        *table.entry(line(name)).or_insert(0_u64) += size;
    }
    for (name, size) in &table {
        println!("{size:>8}  {name}");
    }
    let shipped = std::fs::metadata(harness::nlbox()).unwrap().len();
    println!("{shipped:>8}  the file");
    assert!(shipped <= LIMIT, "{shipped} bytes are more than {LIMIT}");
}

#[test]
fn a_panic_would_be_seen() {
    // This very program panics in many places.
    let symbols = symbols(&std::env::current_exe().unwrap());
    assert!(!panics(&symbols).is_empty());
}
