//! The pages in `cli/doc` are what the tables say, and what reads such pages reads them.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

fn page(name: &str) -> PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("cli/doc").join(name)
}

#[test]
fn pages_are_what_the_tables_say() {
    let said = Command::new(env!("CARGO_BIN_EXE_docs")).arg("--check").output().unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
}

/// What bash offers for a line that ends where the cursor is.
fn offers(line: &str) -> Vec<String> {
    let script = format!(
        "source {}; COMP_WORDS=({line} \"$1\"); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); _nlbox; printf '%s\\n' \"${{COMPREPLY[@]}}\"",
        page("nlbox.bash").display()
    );
    let (_, last) = line.rsplit_once('\t').unwrap_or((line, ""));
    let out = Command::new("bash").args(["-euc", &script, "bash", last]).output().unwrap();
    assert!(out.stderr.is_empty(), "{line}: {}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap().lines().map(str::to_string).collect()
}

#[test]
fn bash_completes() {
    if Command::new("bash").arg("--version").stdout(Stdio::null()).status().is_err() {
        return harness::skip("bash is not installed").unwrap_or(());
    }
    let has = |line: &str, word: &str| {
        let all = offers(line);
        assert!(all.iter().any(|w| w == word), "{line}: no {word} in {all:?}");
    };
    has("nlbox", "ping");
    has("nlbox", "--install");
    has("ip", "link");
    has("ip", "-json");
    has("nlbox ip route", "add");
    has("ip -n blue route", "replace");
    has("ip route add", "via");
    has("ip link add x type", "vxlan");
    has("ip link add x type bridge", "stp_state");
    has("bridge fdb", "append");
    assert!(!offers("ip link").contains(&"xstats".to_string()), "a word that is refused");
}

/// Help names every verb of an object, in lines that a terminal holds, and no word that is refused.
#[test]
fn help_names_every_verb() {
    let none = nlbox::ip::no_verb as nlbox::grammar::Run;
    let ip = nlbox::ip::OBJECTS.values.iter().map(|o| ("ip", *o));
    for (program, object) in ip.chain(nlbox::bridge::OBJECTS.iter().map(|o| ("bridge", *o))) {
        let out = Command::new(harness::nlbox()).args([program, object.name(), "help"]).output().unwrap();
        let said = String::from_utf8(out.stderr).unwrap();
        assert_eq!(
            (out.status.code(), out.stdout.len()),
            (Some(255), 0),
            "{program} {}: {said}",
            object.name()
        );
        assert!(said.starts_with(&format!("Usage: {program} {}", object.name())), "{said}");
        let words: Vec<&str> = said.split_whitespace().collect();
        for verb in object.verbs() {
            let name = verb.word.split('|').next().unwrap().replace(['[', ']'], "");
            let refused = std::ptr::fn_addr_eq(verb.run, none);
            assert_ne!(
                words.contains(&name.as_str()) || name.is_empty(),
                refused,
                "{program} {} {name}: {said}",
                object.name()
            );
        }
        let mut lines: Vec<&str> = said.lines().collect();
        lines.dedup();
        assert_eq!(lines.len(), said.lines().count(), "twice the same: {said}");
    }
}

/// groff says what is wrong with a manual page.
#[test]
fn the_manual_page_is_sound() {
    let made = Command::new("groff")
        .args(["-man", "-Tascii", "-ww", "-z"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut groff) = made else { return harness::skip("groff is not installed").unwrap_or(()) };
    groff.stdin.take().unwrap().write_all(&std::fs::read(page("nlbox.8")).unwrap()).unwrap();
    let said = groff.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&said.stderr), "");
}
