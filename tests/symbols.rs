//! What a binary is made of, by its symbols.

use object::{Object, ObjectSymbol, SymbolKind};
use std::path::Path;

/// Name and size of each symbol.
pub fn symbols(path: &Path) -> Vec<(String, u64)> {
    let bytes = std::fs::read(path).unwrap();
    let file = object::File::parse(&*bytes).unwrap();
    file.symbols()
        .filter(|s| matches!(s.kind(), SymbolKind::Text | SymbolKind::Data))
        .map(|s| (format!("{:#}", rustc_demangle::demangle(s.name().unwrap_or(""))), s.size()))
        .collect()
}

/// Those of them that are of a panic, of formatting, or of the heap.
pub fn panics(symbols: &[(String, u64)]) -> Vec<&str> {
    let marks = ["core::panicking", "slice_index_fail", "core::fmt::", "alloc::", "__rust_alloc"];
    symbols.iter().map(|(n, _)| n.as_str()).filter(|n| marks.iter().any(|m| n.contains(m))).collect()
}
