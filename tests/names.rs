//! The files that give numbers names, beside iproute2, which reads the same ones: they lie on a file system of the
//! test's own over /etc/iproute2. And what such files may not do.

use harness::{Iproute2, Ns, Output, eqnice, iproute2, nlbox, skip, words};
use std::process::Command;

fn run(ns: &Ns, program: &[&str], line: &str) -> Output {
    ns.run(&program.iter().copied().chain(words(line)).collect::<Vec<_>>())
}

/// A namespace with a folder of names that is empty.
fn empty() -> Option<(&'static Iproute2, Ns)> {
    let (it, ns) = (iproute2()?, Ns::new()?);
    if !std::path::Path::new("/etc/iproute2").is_dir() {
        return skip("there is no /etc/iproute2 to lay files over");
    }
    ns.sh("mount -t tmpfs none /etc/iproute2; cd /etc/iproute2; mkdir rt_tables.d rt_protos.d");
    ns.ip(&it.path, &["link add v0 type veth peer name v1", "link set v0 up", "addr add 10.0.0.1/24 dev v0"]);
    Some((it, ns))
}

const FILES: &str = r"cd /etc/iproute2
    printf '# c\n\n 100 blue\n0x65\thex\n102\tone two\n103 # comment\n104 a\n104 b\n' > rt_tables
    printf '200 dropin\n' > rt_tables.d/a.conf; printf '201 notconf\n' > rt_tables.d/a.txt
    printf '77 myproto\n' > rt_protos; printf '78 dproto\n' > rt_protos.d/x.conf
    printf '50 fifty\n' > rt_scopes; printf '5 five\n7 seven\n' > rt_realms
    printf '0x28 AF11\n0x04 min\n0xB8 EF\n' > rt_dsfield; printf '9 nine\n3 three\n' > group";

/// Changes by name, each told to both programs in turn, and undone between.
const CHANGES: &[(&str, &str)] = &[
    ("route add 10.1.0.0/24 dev v0 table blue", "route del 10.1.0.0/24 table 100"),
    ("route add 10.1.0.0/24 dev v0 table hex", "route del 10.1.0.0/24 table 101"),
    ("route add 10.1.0.0/24 dev v0 table b", "route del 10.1.0.0/24 table 104"),
    ("route add 10.1.0.0/24 dev v0 table dropin", "route del 10.1.0.0/24 table 200"),
    ("route add 10.1.0.0/24 dev v0 table notconf", ""),
    ("route add 10.2.0.0/24 dev v0 proto myproto", "route del 10.2.0.0/24"),
    ("route add 10.2.0.0/24 dev v0 proto dproto", "route del 10.2.0.0/24"),
    ("route add 10.2.0.0/24 dev v0 proto nope", ""),
    ("route add 10.2.0.0/24 dev v0 scope fifty", "route del 10.2.0.0/24"),
    ("route add 10.2.0.0/24 dev v0 realms five/seven", "route del 10.2.0.0/24"),
    ("route add 10.2.0.0/24 dev v0 realms seven", "route del 10.2.0.0/24"),
    ("route add 10.3.0.0/24 tos AF11 dev v0", "route del 10.3.0.0/24 tos 0x28"),
    ("route add 10.3.0.0/24 tos EF dev v0", "route del 10.3.0.0/24 tos 0xb8"),
    ("route add 10.3.0.0/24 tos 1c dev v0", "route del 10.3.0.0/24 tos 0x1c"),
    ("route add 10.3.0.0/24 tos nope dev v0", ""),
    ("rule add tos min table blue protocol myproto realms five/7", "rule del pref 32765"),
    ("rule add from 1.1.1.2 suppress_ifgroup nine table blue", "rule del pref 32765"),
    ("neigh add 10.0.0.5 dev v0 lladdr 2:0:0:0:0:5 protocol dproto", "neigh del 10.0.0.5 dev v0"),
    ("link set v0 group nine", "link set v0 group default"),
    ("link set v0 group nope", ""),
];

const LISTINGS: &[&str] = &[
    "route show table all",
    "route show table blue",
    "route show table one",
    "route show table 0x64",
    "route show table notconf",
    "route show proto myproto",
    "route show scope fifty",
    "route show realms five/",
    "rule",
    "neigh show proto dproto",
    "neigh",
    "link show group nine",
    "link show v0",
];

#[test]
fn names_are_read_and_printed_as_iproute2_does() {
    let Some((it, ns)) = empty() else { return };
    let (ours, theirs) = (nlbox(), it.path.to_str().unwrap());
    let ours = [ours.to_str().unwrap(), "ip"];
    ns.sh(FILES);
    for (change, undo) in CHANGES {
        let mut seen = Vec::new();
        for program in [&[theirs][..], &ours] {
            let done = run(&ns, program, change);
            let mut state = vec![format!("{} {}", done.code, done.stderr)];
            for line in LISTINGS {
                for mode in ["", "-N ", "-j "] {
                    let line = format!("{mode}{line}");
                    let [mut a, mut b] = [&[theirs][..], &ours].map(|p| run(&ns, p, &line));
                    // A link that a filter leaves out; a refused dump; the object behind the text of an error.
                    a.stdout = a.stdout.replace("{},", "").replace(",{}", "").replace("[{}]", "[]");
                    if a.stdout == "[" || a.stdout == "[\n" {
                        a.stdout = "[]\n".into();
                    }
                    b.stderr = b.stderr.split_inclusive('\n').filter(|l| !l.starts_with('{')).collect();
                    eqnice!(a.stdout, b.stdout, "{change}; ip {line}");
                    assert_eq!((&a.stderr, a.code), (&b.stderr, b.code), "{change}; ip {line}");
                    state.push(a.stdout);
                }
            }
            seen.push(state.join("\n"));
            if !undo.is_empty() {
                ns.ip(&it.path, &[undo]);
            }
        }
        eqnice!(seen[0], seen[1], "{change}");
    }
}

#[test]
fn hostile_files_are_harmless() {
    let Some((it, ns)) = empty() else { return };
    let ours = nlbox();
    let ours = [ours.to_str().unwrap(), "ip"];
    ns.ip(&it.path, &["route add 10.1.0.0/24 dev v0 table 100", "rule add table 100", "rule add table 101"]);
    for (what, shown) in [
        // Control characters are shown; a line too long, one that is none, and what is no text are passed over.
        (r"printf '100 \033[2J\007\n' > rt_tables", r"\x1b[2J\x07"),
        (r"(head -c 100000 /dev/zero | tr '\0' x; printf '\n100 blue\n') > rt_tables", "blue"),
        (r"printf 'garbage\n-1 x\n99999999999999999999 y\n100 blue\n' > rt_tables", "blue"),
        (r"(printf '100 '; head -c 300 /dev/zero | tr '\0' y; printf '\n') > rt_tables", "100"),
        ("(head -c 200000 /dev/urandom; printf '\\n100 blue\\n') > rt_tables", "blue"),
        ("rm -f rt_tables; mkfifo rt_tables", "100"),
        ("rm -f rt_tables; mkdir rt_tables", "100"),
        ("rmdir rt_tables; touch rt_tables; mount --bind /dev/zero rt_tables", "100"),
        (
            "umount rt_tables; rm rt_tables; for i in $(seq 60000); do echo $((i + 1000)) n$i; done > rt_tables",
            "100",
        ),
    ] {
        ns.sh(&format!("cd /etc/iproute2 && {what}"));
        let out = run(&ns, &ours, "rule");
        assert_eq!((out.code, out.stderr.as_str()), (0, ""), "{what}");
        assert!(out.stdout.contains(&format!("from all lookup {shown}\n")), "{what}\n{}", out.stdout);
        let out = run(&ns, &ours, "-j rule");
        assert!(out.stdout.is_ascii() || what.contains("random"), "{what}\n{}", out.stdout);
        assert!(!out.stdout.contains('\x1b') && !out.stdout.contains('\x07'), "{what}");
        // A word that is no name is an error, after however long a file.
        assert_eq!(run(&ns, &ours, "route show table nope").code, 255, "{what}");
    }
}

/// The paths under a folder of names that a command opens.
fn opened(ns: &Ns, line: &str) -> Option<Vec<String>> {
    if !Command::new("strace").arg("-V").output().is_ok_and(|o| o.status.success()) {
        return skip("strace is not installed");
    }
    let (log, ours) = (format!("/run/strace-{}", line.len()), nlbox());
    let head = ["strace", "-qq", "-e", "trace=open,openat", "-o", &log, ours.to_str().unwrap(), "ip"];
    assert_eq!(run(ns, &head, line).code, 0);
    let text = ns.sh(&format!("cat {log}")).stdout;
    Some(text.split('"').filter(|p| p.contains("/iproute2/")).map(str::to_string).collect())
}

#[test]
fn files_are_opened_only_for_a_name() {
    let Some((it, ns)) = empty() else { return };
    ns.ip(&it.path, &["rule add table 100", "rule add table 101", "route add 10.1.0.0/24 dev v0 table 100"]);
    for line in [
        "link show lo",
        "addr",
        "route",
        "route show table all proto kernel",
        "route show table 100",
        "-N rule",
        "neigh",
    ] {
        let Some(paths) = opened(&ns, line) else { return };
        assert_eq!(paths, [""; 0], "ip {line}");
    }
    // Once, however many lines ask for names that are not there.
    let Some(paths) = opened(&ns, "rule") else { return };
    let (etc, usr) = ("/etc/iproute2/rt_tables", "/usr/share/iproute2/rt_tables");
    assert_eq!(paths, [etc, usr, &format!("{usr}.d/"), &format!("{etc}.d/")]);
}
