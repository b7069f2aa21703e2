//! What the binary weighs, by its symbols, and that it holds no path to a panic.

mod symbols;

use std::collections::BTreeMap;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use symbols::{panics, symbols};

/// The aim for the whole product was 131,072 bytes. These hold the line where it stands.
const IP_ALONE: u64 = 270_200;
const WHOLE: u64 = 423_000;

const TARGET: &str = "x86_64-unknown-linux-musl";

/// A build of the product with these arguments; its file.
fn build(profile: &str, more: &[&str], dir: &str) -> PathBuf {
    harness::product(TARGET, profile, more, dir).expect("the target that is shipped")
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
    // The shipping build with its symbols left in.
    let symbols = symbols(&build("symbols", &[], "product"));
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
    let ip = std::fs::metadata(build("release", &["--no-default-features"], "product-ip")).unwrap().len();
    println!("{ip:>8}  the file with ip alone");
    assert!(shipped <= WHOLE, "{shipped} bytes are more than {WHOLE}");
    assert!(ip <= IP_ALONE, "{ip} bytes are more than {IP_ALONE}");
}

#[test]
fn no_panic_path_on_other_machines() {
    for target in ["aarch64-unknown-linux-musl", "i686-unknown-linux-musl", "powerpc64-unknown-linux-musl"] {
        let Some(file) = harness::product(target, "symbols", &[], "product") else { continue };
        let symbols = symbols(&file);
        assert!(symbols.len() > 100, "the build for {target} has symbols");
        assert_eq!(panics(&symbols), Vec::<&str>::new(), "{target}");
    }
}

#[test]
fn at_any_address_by_one_word() {
    // The line that SECURITY.md gives, of the smaller product.
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let text = std::fs::read_to_string(root.join("SECURITY.md")).unwrap();
    assert!(text.contains("`RUSTFLAGS='-C relocation-model=pie' cargo build --release`"));
    let base = std::env::var_os("CARGO_TARGET_DIR").map_or(root.join("target"), PathBuf::from);
    let dir = root.join(base).join("product-pie");
    let done = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()))
        .args(["build", "--quiet", "--release", "-p", "nlbox", "--no-default-features"])
        .current_dir(root)
        .env("RUSTFLAGS", "-C relocation-model=pie")
        .env("CARGO_TARGET_DIR", &dir)
        .status()
        .expect("cargo runs");
    assert!(done.success());
    let moved = dir.join(TARGET).join("release/nlbox");
    let fixed = build("release", &["--no-default-features"], "product-ip");
    // e_type: ET_EXEC, ET_DYN.
    let types = [&fixed, &moved].map(|file| std::fs::read(file).unwrap()[16]);
    assert_eq!(types, [2, 3]);
    let said =
        [&fixed, &moved].map(|file| Command::new(file).args(["ip", "-d", "-j", "route", "help"]).output());
    let [fixed, moved] = said.map(|out| out.expect("both start"));
    assert!(fixed.stderr.len() > 100);
    assert_eq!(fixed, moved);
}

/// What a run keeps in memory at its peak, in KiB: `VmHWM` when it exits, which a tracer sees.
fn peak(program: &Path, args: &[&str]) -> u64 {
    let mut command = Command::new(program);
    command.args(args).stdout(Stdio::null());
    // SAFETY: ptrace is async-signal-safe.
    unsafe {
        command.pre_exec(|| match libc::ptrace(libc::PTRACE_TRACEME, 0, 0, 0) {
            -1 => Err(std::io::Error::last_os_error()),
            _ => Ok(()),
        });
    }
    #[expect(clippy::zombie_processes, reason = "waited for below, stop by stop")]
    let child = command.spawn().unwrap();
    let pid = libc::pid_t::try_from(child.id()).unwrap();
    let mut status = 0;
    let mut peak = None;
    loop {
        // SAFETY: our own child.
        assert_eq!(unsafe { libc::waitpid(pid, &raw mut status, 0) }, pid);
        if !libc::WIFSTOPPED(status) {
            break;
        }
        let exits = status >> 16 == libc::PTRACE_EVENT_EXIT;
        if exits {
            let text = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
            let line = text.lines().find_map(|l| l.strip_prefix("VmHWM:")).unwrap();
            peak = line.split_whitespace().next().unwrap().parse().ok();
        } else {
            // SAFETY: the child is stopped.
            unsafe { libc::ptrace(libc::PTRACE_SETOPTIONS, pid, 0, libc::PTRACE_O_TRACEEXIT) };
        }
        // SAFETY: the child is stopped.
        unsafe { libc::ptrace(libc::PTRACE_CONT, pid, 0, 0) };
    }
    peak.expect("the program exits")
}

#[test]
fn memory_stays_small() {
    let ip = build("release", &["--no-default-features"], "product-ip");
    // Most of it is the file itself, which the kernel maps sixteen pages at a time.
    for (program, name, limit) in [(ip, "ip alone", 280), (harness::nlbox(), "the whole file", 280)] {
        for args in [
            &["ip", "link", "show", "lo"][..],
            &["ip", "addr"],
            &["ip", "-j", "route", "show", "table", "all"],
        ] {
            let kib = peak(&program, args);
            println!("{kib:>8}  KiB at the peak of {}, {name}", args.join(" "));
            assert!(kib < limit, "{kib} KiB");
        }
    }
}
