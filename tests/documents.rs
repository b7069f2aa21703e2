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
    has("ip link", "xstats");
    assert!(!offers("ip route get 1.2.3.4").contains(&"connected".to_string()), "a word that is refused");
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

/// What iproute2 has and this build has not is refused by its name, with exit code 1: objects, verbs, keywords, an
/// option.
#[test]
fn what_is_not_in_this_build_is_refused_by_name() {
    use nlbox::grammar::{Call, Run, To};
    let whole = |spelling: &str| spelling.split('|').next().unwrap().replace(['[', ']'], "");
    let mut lines = vec![("ip -echo link".to_string(), "Option", "-echo".to_string())];
    lines.extend(nlbox::ip::ABSENT.into_iter().map(|o| (format!("ip {o} show"), "Object", o.to_string())));
    let ip = nlbox::ip::OBJECTS.values.iter().map(|o| ("ip", *o));
    for (program, object) in ip.chain(nlbox::bridge::OBJECTS.iter().map(|o| ("bridge", *o))) {
        for verb in object.verbs() {
            let name = whole(verb.word);
            let place = format!("{program} {} {name}", object.name());
            if std::ptr::fn_addr_eq(verb.run, nlbox::ip::no_verb as Run) {
                lines.push((place.clone(), "Command", name));
            }
            for arg in verb.grammar.iter().flat_map(|g| g.iter()) {
                if matches!(arg.to(), To::Call(f, _) if std::ptr::fn_addr_eq(f, nlbox::ip::absent as Call)) {
                    lines.push((format!("{place} {}", whole(arg.word)), "Option", whole(arg.word)));
                }
            }
        }
    }
    for known in ["ip xfrm show", "ip tunnel prl"] {
        assert!(lines.iter().any(|(line, ..)| line == known), "{known} is not among {lines:?}");
    }
    for (line, what, name) in lines {
        let out = Command::new(harness::nlbox()).args(line.split_whitespace()).output().unwrap();
        let want = format!("{what} \"{name}\" is not in this build.\n");
        assert_eq!(
            (String::from_utf8(out.stderr).unwrap(), out.status.code(), out.stdout),
            (want, Some(1), vec![]),
            "{line}"
        );
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
