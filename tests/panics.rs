//! That the check of `size.rs` sees what it is there for: the least of programs, built as the product is, with one path to
//! a panic, to formatting or to the heap in it.

mod symbols;

use std::io::Write;
use std::process::{Command, Stdio};
use symbols::{panics, symbols};

const TARGET: &str = "x86_64-unknown-linux-musl";

/// A program around `work`, an expression of `n`, a number that only the caller knows; its suspicious symbols.
fn found(name: &str, work: &str) -> Vec<String> {
    let source = format!(
        r#"
        #![no_std]
        #![no_main]
        #![allow(dead_code, unconditional_panic, arithmetic_overflow)]
        #[link(name = "c", kind = "static", modifiers = "-bundle")]
        unsafe extern "C" {{ fn abort() -> !; }}
        #[panic_handler]
        fn panic(_: &core::panic::PanicInfo<'_>) -> ! {{ unsafe {{ abort() }} }}
        extern crate alloc;
        struct Heap;
        unsafe impl core::alloc::GlobalAlloc for Heap {{
            unsafe fn alloc(&self, _: core::alloc::Layout) -> *mut u8 {{ unsafe {{ abort() }} }}
            unsafe fn dealloc(&self, _: *mut u8, _: core::alloc::Layout) {{}}
        }}
        #[global_allocator]
        static HEAP: Heap = Heap;
        static TABLE: [i32; 4] = [3, 1, 4, 1];
        struct Sink(usize);
        impl core::fmt::Write for Sink {{
            fn write_str(&mut self, s: &str) -> core::fmt::Result {{ self.0 += s.len(); Ok(()) }}
        }}
        #[unsafe(no_mangle)]
        extern "C" fn main(n: i32, _: *const *const u8) -> i32 {{ let _ = &TABLE; {work} }}
    "#
    );
    let dir = harness::scratch(name);
    std::fs::create_dir_all(&dir).unwrap();
    let program = dir.join(name);
    // The release profile of Cargo.toml and the flags of .cargo/config.toml, with the symbols left in.
    let mut rustc = Command::new("rustc")
        .args(["--edition", "2024", "--crate-name", "little", "--target", TARGET, "-C", "opt-level=z"])
        .args(["-C", "lto=fat", "-C", "codegen-units=1", "-C", "panic=abort", "-C", "linker=rust-lld"])
        .args(["-C", "relocation-model=static", "-o"])
        .arg(&program)
        .arg("-")
        .stdin(Stdio::piped())
        .spawn()
        .expect("rustc runs");
    rustc.stdin.take().unwrap().write_all(source.as_bytes()).unwrap();
    assert!(rustc.wait().unwrap().success(), "{name}");
    let symbols = symbols(&program);
    let found = panics(&symbols).into_iter().map(str::to_owned).collect();
    std::fs::remove_dir_all(dir).unwrap();
    found
}

#[test]
fn a_program_without_a_panic_has_none() {
    assert_eq!(
        found("none", "TABLE.get(n as usize).copied().unwrap_or(0).wrapping_add(n)"),
        Vec::<String>::new()
    );
}

#[test]
fn every_way_to_panic_is_seen() {
    for (name, work) in [
        ("index", "TABLE[n as usize]"),
        ("slice", "TABLE[n as usize..].len() as i32"),
        ("division", "1000 / n"),
        ("unwrap", "TABLE.get(n as usize).copied().unwrap()"),
        ("expect", "TABLE.get(n as usize).copied().expect(\"a row\")"),
        ("result", "u8::try_from(n).unwrap().into()"),
        ("assert", "{ assert!(n < 9); n }"),
        ("unreachable", "match n { 1 => 2, 2 => 3, _ => unreachable!() }"),
        ("copy", "{ let mut to = [0; 4]; to.copy_from_slice(&[0_i32; 8][..8.min(n as usize)]); to[0] }"),
        ("split", "TABLE.split_at(n as usize).1.len() as i32"),
        ("string", "\"hello\"[n as usize..].len() as i32"),
        ("cell", "{ let c = core::cell::RefCell::new(n); let _a = c.borrow_mut(); *c.borrow() }"),
        (
            "heap",
            "{ let mut v = alloc::vec::Vec::new(); (0..n).for_each(|i| v.push(i)); core::hint::black_box(&v).len() as i32 }",
        ),
        ("format", "{ use core::fmt::Write; let mut s = Sink(0); let _ = write!(s, \"{n}\"); s.0 as i32 }"),
    ] {
        let found = found(name, work);
        assert!(!found.is_empty(), "{name} is not seen");
        println!("{name}: {}", found.join(", "));
    }
}
