//! Links the binary without unwind tables: it never unwinds, and they are a tenth of its bytes. In two segments, for each
//! costs a mapping and a page fault at every start: what is never written, and what is.

fn main() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/link.ld");
    println!("cargo::rerun-if-changed={script}");
    let musl = std::env::var("CARGO_CFG_TARGET_ENV").is_ok_and(|e| e == "musl");
    if musl && std::env::var("PROFILE").is_ok_and(|p| p == "release") {
        println!("cargo::rustc-link-arg-bins=--no-eh-frame-hdr");
        // Functions that came out alike are one: which one it was is asked of two, whose code is like no other's.
        println!("cargo::rustc-link-arg-bins=--icf=all");
        println!("cargo::rustc-link-arg-bins=-T{script}");
        println!("cargo::rustc-link-arg-bins=--no-rosegment");
        // Nothing would make the part read-only after start: a static musl has no loader for it.
        println!("cargo::rustc-link-arg-bins=-znorelro");
        // Of a build that lies at any address.
        println!("cargo::rustc-link-arg-bins=-zpack-relative-relocs");
    }
}
