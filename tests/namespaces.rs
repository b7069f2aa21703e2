//! `unshare` and `nsenter` against util-linux: the same line by either program prints the same, ends the same and shows
//! the same state inside.
//!
//! Left out are the lines on which they differ on purpose: `--map-users` and `--map-groups` where nlbox may write the map
//! itself, without newuidmap(1); and three errors of which nlbox names another part: a malformed `--map-users`,
//! `nsenter -a` of a process that is gone, `nsenter -W` to where nothing is.

use harness::{Ns, Output, diff, nlbox, skip, words};

/// A fixture, and where util-linux is.
fn world() -> Option<Ns> {
    for program in ["unshare", "nsenter"] {
        let found = ["/usr/bin/", "/bin/"].iter().any(|dir| std::path::Path::new(dir).join(program).exists());
        if !found {
            return skip(&format!("{program} of util-linux is not installed"));
        }
    }
    Ns::new()
}

/// Runs a line; its first word `unshare` or `nsenter`, here and inside, is nlbox's or util-linux's.
fn run(ns: &Ns, ours: bool, line: &str) -> Output {
    let nlbox = nlbox();
    let nlbox = nlbox.to_str().unwrap();
    let name = |program: &str| if ours { format!("{nlbox} {program}") } else { program.to_string() };
    let line = line.replace("UNSHARE", &name("unshare")).replace("NSENTER", &name("nsenter"));
    ns.run(&words(&line).collect::<Vec<_>>())
}

/// Both programs, held side by side.
fn same(ns: &Ns, lines: &[&str]) {
    let mut wrong = String::new();
    for line in lines {
        let show = |out: Output| {
            // Numbers of namespaces and processes are never the same twice.
            let plain = |text: &str| {
                let mut parts = text.split("/proc/");
                let first = parts.next().unwrap_or_default().to_string();
                parts.fold(first, |all, part| {
                    all + "/proc/" + part.trim_start_matches(|c: char| c.is_ascii_digit())
                })
            };
            format!("{}{}[{}]", plain(&out.stdout), plain(&out.stderr), out.code)
        };
        let (theirs, ours) = (show(run(ns, false, line)), show(run(ns, true, line)));
        if theirs != ours {
            wrong += &format!("{line}\n{}", diff(&theirs, &ours));
        }
    }
    assert!(wrong.is_empty(), "- util-linux, + nlbox\n{wrong}");
}

/// Outside: remembers the namespaces there.
const OLD: &str = "OLD=$(readlink /proc/self/ns/*); export OLD";
/// Inside, between double quotes: the kinds of which there is a new one.
const NEW: &str = "readlink /proc/self/ns/* | grep -vxF \\\"\\$OLD\\\" | sed s/:.*// | uniq | paste -sd +";

#[test]
fn unshare_makes_the_namespaces_that_are_asked_for() {
    let Some(ns) = world() else { return };
    for options in [
        "",
        "-n",
        "-m",
        "-u",
        "-i",
        "-U",
        "-C",
        "-T",
        "-nmuiC",
        "-pf",
        "-Tf",
        "-Ur",
        "-r",
        "-c",
        "--net --uts",
        "--mount --fork --pid",
        "--map-root-user",
        "--map-current-user",
        "--map-user=5",
        "--map-group=7",
        "--map-user=5 --map-group=7",
        "--map-user=5 -r",
        "-r --map-user=5",
        "--kill-child -n",
        "--kill-child=TERM -p",
        "--mount-proc -pf",
        "--mount-proc -n",
        "--setgroups=deny -U",
        "--setgroups=allow -U",
        "--propagation=shared -m",
        "--propagation=unchanged -m",
        "--wd=/tmp",
        "-w /tmp",
        "-S 3 -G 4",
        "-r --keep-caps",
        "--root=/ --wd=/etc",
        "-T --monotonic=1000 -f",
    ] {
        same(
            &ns,
            &[&format!(
                "sh -c '{OLD}; UNSHARE {options} sh -c \"{NEW}; id -u; id -g; cat /proc/self/setgroups \
                 /proc/self/uid_map /proc/self/gid_map; pwd; grep CapEff /proc/self/status\"'"
            )],
        );
    }
}

#[test]
fn unshare_ends_as_its_command_does() {
    let Some(ns) = world() else { return };
    let mut lines = Vec::new();
    for options in ["-n", "-nf", "-pf", "-p --kill-child", "-Ur", "-rnpf --mount-proc"] {
        // Not SIGKILL: util-linux 2.38 stumbles over it ("sigprocmask unblock failed"), and we end by it.
        for end in ["exit 0", "exit 3", "exit 255", "kill -TERM $$", "kill -ABRT $$"] {
            lines.push(format!("UNSHARE {options} sh -c '{end}'"));
        }
        for command in ["/nonexistent", "nosuchprogram", "/etc/passwd", "/", "''"] {
            lines.push(format!("UNSHARE {options} {command}"));
        }
    }
    same(&ns, &lines.iter().map(String::as_str).collect::<Vec<_>>());
}

#[test]
fn unshare_says_what_is_wrong() {
    let Some(ns) = world() else { return };
    same(
        &ns,
        &[
            "UNSHARE --bogus",
            "UNSHARE -x",
            "UNSHARE --map",
            "UNSHARE --map-user",
            "UNSHARE --map-user=nosuch true",
            "UNSHARE --map-group=nosuch true",
            "UNSHARE --setgroups=perhaps true",
            "UNSHARE --setgroups=allow -r true",
            "UNSHARE --propagation=odd -m true",
            "UNSHARE --kill-child=NOSUCH true",
            "UNSHARE --wd=/nonexistent true",
            "UNSHARE --root=/nonexistent true",
            "UNSHARE -S x true",
            "UNSHARE -G x true",
            "UNSHARE --fork=1 true",
            "UNSHARE --net=/nonexistent/file true",
            "UNSHARE --mount-proc=/nonexistent true",
        ],
    );
}

#[test]
fn unshare_keeps_a_namespace_in_its_file() {
    let Some(ns) = world() else { return };
    ns.sh("mkdir /run/ns; mount --bind /run/ns /run/ns; mount --make-private /run/ns; touch /run/ns/net /run/ns/uts");
    same(
        &ns,
        &[
            "sh -c 'UNSHARE --net=/run/ns/net --uts=/run/ns/uts sh -c \"hostname kept; ip link set lo up\"; \
             NSENTER --net=/run/ns/net --uts=/run/ns/uts sh -c \"hostname; ip -br link | cut -c 1-24\"; \
             umount /run/ns/net /run/ns/uts; cat /run/ns/net | wc -c'",
            // util-linux 2.38's two processes sometimes miss each other, and it ends with 32: it may try again.
            "sh -c 'for i in 1 2 3 4 5; do UNSHARE --mount=/run/ns/net true 2>/dev/null && break; done; echo $?; \
             grep -c /run/ns/net /proc/self/mountinfo; umount /run/ns/net'",
        ],
    );
}

#[test]
fn kill_child_goes_with_its_parent() {
    let Some(ns) = world() else { return };
    for options in ["--kill-child -pf", "--kill-child=KILL -n", "--kill-child=TERM -f"] {
        same(
            &ns,
            &[&format!(
                "sh -c 'UNSHARE {options} sleep 61 & u=$!; sleep 0.2; c=$(cat /proc/$u/task/$u/children); kill -9 $u; \
                 wait $u 2>/dev/null; echo $?; sleep 0.2; [ -e /proc/${{c% }}/exe ] && echo alive || echo gone'"
            )],
        );
    }
}

#[test]
fn nsenter_goes_where_the_target_is() {
    let Some(ns) = world() else { return };
    // The target: namespaces of all kinds, a host name, a directory; $P is its id outside.
    let with = |inside: &str| {
        format!(
            "sh -c 'unshare -nmuipCT -f sh -c \"hostname target; cd /tmp; exec sleep 62\" & sleep 0.3; \
             P=$(cat /proc/$!/task/$!/children); P=${{P% }}; export P; {inside}; kill -9 $P; wait 2>/dev/null'"
        )
    };
    let mut lines = Vec::new();
    for options in [
        "-n",
        "-m",
        "-u",
        "-i",
        "-p",
        "-C",
        "-T",
        "-a",
        "-nmu",
        "-n -u -i",
        "--net --uts",
        "-a -F",
        "-p -F",
        "-n -w",
        "-m -r",
        "-a -r -w",
        "-a -w/etc",
        "-u --wd=/etc",
        "-m --wdns=/etc",
        "-n -S 3 -G 4",
        "-a --all",
    ] {
        lines.push(with(&format!(
            "{OLD}; NSENTER -t $P {options} sh -c \"{NEW}; hostname | grep -c target; pwd; id -u; id -g\"; echo $?"
        )));
    }
    for end in ["exit 7", "kill -TERM \\$\\$"] {
        lines.push(with(&format!("NSENTER -t $P -a sh -c \"{end}\"; echo $?")));
    }
    lines.push(with("NSENTER --net=/proc/$P/ns/net ip -br link | cut -c 1-24; echo $?"));
    lines.push(with("NSENTER -n/proc/$P/ns/net -u/proc/$P/ns/uts hostname; echo $?"));
    same(&ns, &lines.iter().map(String::as_str).collect::<Vec<_>>());
}

#[test]
fn nsenter_enters_a_user_namespace() {
    let Some(ns) = world() else { return };
    let with = |inside: &str| {
        format!(
            "sh -c 'unshare -Urn sleep 63 & P=$!; sleep 0.3; {inside}; echo $?; kill -9 $P; wait 2>/dev/null'"
        )
    };
    let lines: Vec<String> = ["-U", "-U -n", "-Un --preserve-credentials", "-a", "-U -S 0", "-n"]
        .iter()
        .map(|o| {
            with(&format!(
                "NSENTER -t $P {o} sh -c \"id -u; id -g; ip -br link | wc -l; cat /proc/self/uid_map\""
            ))
        })
        .collect();
    same(&ns, &lines.iter().map(String::as_str).collect::<Vec<_>>());
}

#[test]
fn nsenter_says_what_is_wrong() {
    let Some(ns) = world() else { return };
    same(
        &ns,
        &[
            "NSENTER --bogus",
            "NSENTER -t",
            "NSENTER -t x -n true",
            "NSENTER -n true",
            "NSENTER -a true",
            "NSENTER -t 2147483646 -n true",
            "NSENTER --net=/nonexistent true",
            "NSENTER --net=/etc/passwd true",
            "NSENTER -S x true",
            "NSENTER -r/nonexistent true",
            "NSENTER -w/nonexistent true",
            "NSENTER -w -W /etc true",
            "NSENTER /nonexistent",
            "NSENTER /etc/passwd",
            "NSENTER sh -c 'exit 9'",
        ],
    );
}

/// What is mapped where nlbox may write the map itself: no program is needed for it.
#[test]
fn maps_of_many_ids() {
    let Some(ns) = world() else { return };
    ns.sh("printf 'root:1000:50\\n' > /run/subuid; printf 'root:2000:60\\n' > /run/subgid
           mount --bind /run/subuid /etc/subuid; mount --bind /run/subgid /etc/subgid");
    let nlbox = nlbox();
    for (options, users, groups) in [
        ("--map-users=100,0,10", "0 100 10", ""),
        ("--map-users=0:100:10", "0 100 10", ""),
        ("--map-groups=5:7:9", "", "5 7 9"),
        ("--map-users=0:100:10 --map-groups=100,0,10", "0 100 10", "0 100 10"),
        ("--map-auto", "0 1000 50", "0 2000 60"),
        ("--map-users=auto", "0 1000 50", ""),
        ("-r --map-auto", "0 0 1,1 1000 49", "0 0 1,1 2000 59"),
        ("--map-user=3 --map-users=0:100:5", "3 0 1,0 100 3,4 103 1", ""),
    ] {
        let map = "tr -s ' ' < /proc/self/$m | sed 's/^ //; s/ $//' | paste -sd ,";
        let line = format!(
            "{} unshare {options} sh -c \"for m in uid_map gid_map; do {map}; done\"",
            nlbox.display()
        );
        let out = ns.run(&["/bin/sh", "-c", &line.replace('$', "\\$").replace("s/ \\$//", "s/ $//")]);
        assert_eq!((out.stdout, out.stderr), (format!("{users}\n{groups}\n"), String::new()), "{options}");
    }
}

/// Where it may not, it asks newuidmap(1) and newgidmap(1) as util-linux does.
#[test]
fn the_same_is_asked_of_newuidmap() {
    let Some(ns) = world() else { return };
    ns.sh("mkdir -m 777 /run/bin /run/said
           for p in newuidmap newgidmap; do
             printf '#!/bin/sh\\nshift; echo \"%s $*\" > /run/said/%s\\n' $p $p > /run/bin/$p; chmod 755 /run/bin/$p
           done
           printf 'nobody:1000:50\\n' > /run/subid; for f in subuid subgid; do mount --bind /run/subid /etc/$f; done");
    let ordinary = "setpriv --reuid 65534 --regid 65534 --clear-groups";
    if ns.run(&words(&format!("{ordinary} unshare -U true")).collect::<Vec<_>>()).code != 0 {
        return skip("no user namespaces here").unwrap_or(());
    }
    let line = |options| {
        format!(
            "sh -c 'PATH=/run/bin:$PATH {ordinary} UNSHARE {options} true; echo $?; cat /run/said/*; rm /run/said/*'"
        )
    };
    same(
        &ns,
        &[
            &line("--map-auto"),
            &line("-r --map-auto"),
            &line("--map-users=1000,0,10 --map-groups=1000,5,9"),
            &line("--map-user=3 --map-users=1000,0,10"),
            &line("--map-users=auto"),
        ],
    );
}
