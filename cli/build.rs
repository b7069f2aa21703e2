//! Links the binary without unwind tables: it never unwinds, and they are a tenth of its bytes.

fn main() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/link.ld");
    println!("cargo::rerun-if-changed={script}");
    let musl = std::env::var("CARGO_CFG_TARGET_ENV").is_ok_and(|e| e == "musl");
    if musl && std::env::var("PROFILE").is_ok_and(|p| p == "release") {
        println!("cargo::rustc-link-arg-bins=--no-eh-frame-hdr");
        // Functions that came out alike are one: which one it was is asked of two, whose code is like no other's.
        println!("cargo::rustc-link-arg-bins=--icf=all");
        println!("cargo::rustc-link-arg-bins=-T{script}");
    }
}
