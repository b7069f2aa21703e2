//! The binary on a real kernel, where iproute2 is no measure: what it leaves behind, which system calls it makes, what
//! becomes of the programs it starts, and what nlbox does as itself.

use harness::{Ns, Output, eqnice, eventually, finish, nlbox, skip, words};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

fn ip(ns: &Ns, line: &str) -> Output {
    let nlbox = nlbox();
    ns.run(&[nlbox.to_str().unwrap(), "ip"].into_iter().chain(words(line)).collect::<Vec<_>>())
}

/// Runs a line that must work, and gives what it prints.
fn ok(ns: &Ns, line: &str) -> String {
    let out = ip(ns, line);
    assert_eq!((out.code, out.stderr.as_str()), (0, ""), "ip {line}\n{}", out.stdout);
    out.stdout
}

/// What is in the directory of names, with the type of each entry's file system.
fn names(ns: &Ns) -> String {
    ns.sh("for f in /run/netns/*; do [ -e $f ] && echo ${f##*/} $(stat -f -c %T $f); done; true").stdout
}

/// The system calls of a command.
struct Strace {
    log: PathBuf,
}

impl Strace {
    /// A log file outside of fixtures, or `None`, said aloud, where there is no strace.
    fn new(name: &str) -> Option<Strace> {
        match Command::new("strace").arg("-V").stdout(Stdio::null()).stderr(Stdio::null()).status() {
            Ok(status) if status.success() => {}
            _ => return skip("strace is not installed"),
        }
        Some(Strace { log: harness::scratch(name) })
    }

    /// The system calls of `ip LINE`, one a line.
    fn calls(&self, ns: &Ns, line: &str) -> (Output, Vec<String>) {
        let (log, nlbox) = (self.log.to_str().unwrap(), nlbox());
        let head = ["strace", "-f", "-qq", "-o", log, nlbox.to_str().unwrap(), "ip"];
        let out = ns.run(&head.into_iter().chain(words(line)).collect::<Vec<_>>());
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        // Behind the process id.
        let calls =
            text.lines().filter_map(|l| l.split_once(' ')).map(|(_, call)| call.trim().to_string()).collect();
        (out, calls)
    }
}

impl Drop for Strace {
    fn drop(&mut self) {
        drop(std::fs::remove_file(&self.log));
    }
}

#[test]
fn exec_gives_the_status_of_its_child() {
    let Some(ns) = Ns::new() else { return };
    ok(&ns, "netns add a");
    for code in [0, 1, 2, 37, 126, 255] {
        assert_eq!(ip(&ns, &format!("netns exec a /bin/sh -c 'exit {code}'")).code, code);
    }
    // A child ended by a signal: the same signal, or the shell's 128 and more.
    for signal in [libc::SIGTERM, libc::SIGKILL, libc::SIGABRT] {
        assert_eq!(ip(&ns, &format!("netns exec a /bin/sh -c 'kill -{signal} $$'")).code, 128 + signal);
    }
    let out = ip(&ns, "netns exec a /nonexistent/program");
    eqnice!("exec of \"/nonexistent/program\" failed: No such file or directory\n", out.stderr);
    assert_eq!((out.code, out.stdout.as_str()), (1, ""));
}

#[test]
fn exec_passes_signals_and_standard_files() {
    let Some(ns) = Ns::new() else { return };
    ok(&ns, "netns add a");
    let nlbox = nlbox();
    let argv =
        [nlbox.to_str().unwrap(), "ip", "netns", "exec", "a", "/bin/sh", "-c", "cat; echo err >&2; exit 3"];
    let out = ns.feed(&argv, "through\n");
    assert_eq!((out.stdout.as_str(), out.stderr.as_str(), out.code), ("through\n", "err\n", 3));
    // A signal to us reaches the program: no one stands between.
    let mut command = ns.command(&nlbox);
    command.args([
        "ip",
        "netns",
        "exec",
        "a",
        "/bin/sh",
        "-c",
        "trap 'exit 42' TERM; echo ready; while :; do sleep 0.05; done",
    ]);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut ready = [0; 6];
    std::io::Read::read_exact(child.stdout.as_mut().unwrap(), &mut ready).unwrap();
    // SAFETY: kill takes two integers; the child is not reaped yet.
    unsafe { libc::kill(child.id().cast_signed(), libc::SIGTERM) };
    assert_eq!(child.wait().unwrap().code(), Some(42));
}

#[test]
fn exec_enters_the_network_of_the_name() {
    let Some(ns) = Ns::new() else { return };
    ok(&ns, "netns add a");
    let inode = |out: String| out.trim().to_string();
    let inside = inode(ok(&ns, "netns exec a readlink /proc/self/ns/net"));
    assert_ne!(inside, inode(ns.sh("readlink /proc/self/ns/net").stdout));
    assert_eq!(inside, format!("net:[{}]", ns.sh("stat -c %i /run/netns/a").stdout.trim()));
    // /sys shows the devices of the namespace, as with iproute2.
    ok(&ns, "-n a link add inside type bridge");
    eqnice!("inside\nlo\n", ok(&ns, "netns exec a ls /sys/class/net").replace("bonding_masters\n", ""));
    // What was mounted for the child is not to be seen outside.
    assert!(!ns.sh("ls /sys/class/net").stdout.contains("inside"));
}

#[test]
fn exec_binds_etc_netns() {
    let Some(ns) = Ns::new() else { return };
    ns.sh("mount -t tmpfs etc /etc && mkdir -p /etc/netns/a && echo outside > /etc/resolv.conf && echo hosts > /etc/hosts \
           && echo inside > /etc/netns/a/resolv.conf && echo lost > /etc/netns/a/no-such-file");
    ok(&ns, "netns add a");
    ok(&ns, "netns add b");
    let read =
        |netns: &str| ip(&ns, &format!("netns exec {netns} /bin/cat /etc/resolv.conf /etc/hosts")).stdout;
    eqnice!("inside\nhosts\n", read("a"));
    eqnice!("outside\nhosts\n", read("b"));
    eqnice!("outside\n", ns.sh("cat /etc/resolv.conf").stdout);
    // A file with no place to go is said, and does not stop the command.
    let out = ip(&ns, "netns exec a /bin/true");
    eqnice!(
        "Bind /etc/netns/a/no-such-file -> /etc/no-such-file failed: No such file or directory\n",
        out.stderr
    );
    assert_eq!(out.code, 0);
}

#[test]
fn etc_netns_may_link_out_only_where_nobody_else_can_write() {
    let Some(ns) = Ns::new() else { return };
    ns.sh("mkdir /run/etc && cp /etc/passwd /etc/group /run/etc/ && echo outside > /run/etc/hosts \
           && mount --bind /run/etc /etc && mkdir -p /etc/netns/a && echo secret > /run/elsewhere \
           && ln -s /run/elsewhere /etc/netns/a/hosts");
    ok(&ns, "netns add a");
    let hosts = || ip(&ns, "netns exec a /bin/cat /etc/hosts");
    eqnice!("secret\n", hosts().stdout);
    let why = "Bind /etc/netns/a/hosts -> /etc/hosts failed: Invalid cross-device link\n";
    for mode in ["775", "757"] {
        ns.sh(&format!("chmod {mode} /etc/netns/a"));
        let out = hosts();
        assert_eq!((out.stdout.as_str(), out.stderr.as_str(), out.code), ("outside\n", why, 0), "{mode}");
    }
    // A link that stays inside is followed there as well.
    ns.sh("ln -sf own /etc/netns/a/hosts && echo inside > /etc/netns/a/own && touch /etc/own");
    eqnice!("inside\n", hosts().stdout);
}

#[test]
fn del_takes_several_names() {
    let Some(ns) = Ns::new() else { return };
    for name in ["a", "b", "c"] {
        ok(&ns, &format!("netns add {name}"));
    }
    let out = ip(&ns, "netns del a nope c");
    assert!(out.code == 1 && out.stderr.contains("/nope\"") && out.stderr.lines().count() == 1, "{out:?}");
    eqnice!("b\n", ok(&ns, "netns list"));
    // What cannot be removed does not keep the others.
    ns.sh("mkdir /run/netns/directory");
    ok(&ns, "netns add d");
    let out = ip(&ns, "-all netns del");
    assert!(out.code == 1 && out.stderr.contains("/directory\""), "{out:?}");
    eqnice!("directory\n", ns.sh("ls /run/netns").stdout);
}

#[test]
fn names_made_inside_a_namespace_are_for_all() {
    let Some(ns) = Ns::new() else { return };
    ok(&ns, "netns add a");
    ok(&ns, "-n a netns add b");
    ok(&ns, "-n b link set lo up");
    eqnice!(
        "b nsfs\n",
        names(&ns).lines().filter(|l| l.starts_with('b')).map(|l| format!("{l}\n")).collect::<String>()
    );
}

#[test]
fn stray_words_are_refused() {
    let Some(ns) = Ns::new() else { return };
    ok(&ns, "netns add a");
    for line in ["list a b", "add b c", "set a 5 x", "attach b 1 x", "identify 1 x", "pids a x"]
        .map(|l| format!("netns {l}"))
    {
        let out = ip(&ns, &line);
        assert_eq!(
            (out.stdout.as_str(), out.stderr.as_str(), out.code),
            ("", "extra arguments specified\n", 1),
            "{line}"
        );
    }
    assert_eq!(ip(&ns, "-all netns del x").code, 1);
    eqnice!("a\n", ok(&ns, "netns list"));
}

#[test]
fn exec_works_without_sys_etc_and_proc() {
    let Some(ns) = Ns::new() else { return };
    let nlbox = nlbox();
    ns.sh(&format!(
        "mkdir /run/bare && mount -t tmpfs root /run/bare && cp {} /run/bare/nlbox",
        nlbox.display()
    ));
    if ns.run(&["chroot", "/run/bare", "/nlbox", "ip", "-V"]).code != 0 {
        return skip("the program under test is not one static file").unwrap_or(());
    }
    let inside = |line: &str| {
        let argv = ["chroot", "/run/bare", "/nlbox", "ip"];
        ns.run(&argv.into_iter().chain(words(line)).collect::<Vec<_>>())
    };
    for (line, want) in [
        ("netns add a", ""),
        ("netns list", "a\n"),
        ("-n a link set lo up", ""),
        ("-n a -br -4 addr", "lo               UNKNOWN        127.0.0.1/8 \n"),
        ("netns exec a /nlbox ip -br -4 addr", "lo               UNKNOWN        127.0.0.1/8 \n"),
        ("link add v0 type veth peer name v1 netns a", ""),
        ("netns", "a (id: 0)\n"),
        ("netns del a", ""),
        ("netns list", ""),
    ] {
        let out = inside(line);
        assert_eq!((out.stdout.as_str(), out.stderr.as_str(), out.code), (want, "", 0), "{line}");
    }
}

#[test]
fn add_makes_what_iproute2_makes() {
    let Some(ns) = Ns::new() else { return };
    assert!(!ns.sh("ls /run").stdout.contains("netns"), "a fixture starts with an empty /run");
    ok(&ns, "netns add a");
    eqnice!("755 directory\n", ns.sh("stat -c '%a %F' /run/netns").stdout);
    eqnice!("a nsfs\n", names(&ns));
    // The directory is a shared mount of its own, so that names show in other mount namespaces too.
    let mounts = ns.sh("grep ' /run/netns ' /proc/self/mountinfo").stdout;
    assert!(mounts.contains(" shared:"), "{mounts}");
    // The file below the mount has no mode: it is no way in.
    ns.sh("mkdir /run/below && mount --bind /run /run/below && umount /run/netns/a");
    eqnice!("0 regular empty file\n", ns.sh("stat -c '%a %F' /run/netns/a").stdout);
    assert_eq!(ip(&ns, "netns del a").code, 0);
    eqnice!("", names(&ns));
}

#[test]
fn add_is_safe_against_itself() {
    let Some(ns) = Ns::new() else { return };
    let nlbox = nlbox();
    // A machine that has the directory as a mount shows it here too, below the fixture's.
    let mounts =
        || ns.sh("grep -c ' /run/netns ' /proc/self/mountinfo || true").stdout.trim().parse::<u32>().unwrap();
    let before = mounts();
    for round in 0..10 {
        let start = |name: String| {
            let mut command = ns.command(&nlbox);
            command.args(["ip", "netns", "add", &name]).stdout(Stdio::null()).stderr(Stdio::piped());
            command.spawn().unwrap()
        };
        // Two of one name and two of others, all at once, on a directory that does not exist in the first round.
        let all: Vec<_> =
            ["one", "one", "two", "three"].iter().map(|n| start(format!("{n}{round}"))).collect();
        let codes: Vec<_> = all.into_iter().map(|c| c.wait_with_output().unwrap().status.code()).collect();
        assert_eq!(codes.iter().filter(|c| **c == Some(0)).count(), 3, "{codes:?}");
    }
    assert_eq!(names(&ns).lines().filter(|l| l.ends_with(" nsfs")).count(), 30, "{}", names(&ns));
    // The directory was made a mount once, not once by each.
    assert_eq!(mounts(), before + 1);
}

#[test]
fn add_waits_for_the_lock() {
    let Some(ns) = Ns::new() else { return };
    let Some(strace) = Strace::new("lock") else { return };
    let (out, calls) = strace.calls(&ns, "netns add a");
    assert_eq!(out.code, 0, "{}", out.stderr);
    assert!(calls.iter().any(|c| c.starts_with("flock(") && c.contains("LOCK_EX")), "{calls:#?}");
}

#[test]
fn names_are_checked_before_anything_is_made() {
    let Some(ns) = Ns::new() else { return };
    let long = "x".repeat(256);
    for bad in ["a/b", "../x", ".", "..", "''", "/", long.as_str()] {
        for verb in ["add", "del", "exec", "attach", "set", "pids"] {
            let line = format!("netns {verb} {bad} 1");
            let out = ip(&ns, &line);
            assert!(out.code != 0 && !out.stderr.is_empty(), "{line}: {out:?}");
            if verb == "add" {
                eqnice!(format!("Invalid netns name \"{}\"\n", bad.trim_matches('\'')), out.stderr);
                assert_eq!(out.code, 255);
            }
        }
    }
    eqnice!("", names(&ns));
    ok(&ns, &format!("netns add {}", "y".repeat(255)));
}

#[test]
fn failures_leave_nothing_half_made() {
    let Some(ns) = Ns::new() else { return };
    ok(&ns, "netns add a");
    let before =
        (ns.sh("cat /proc/self/mountinfo").stdout, names(&ns), ok(&ns, "-d -j link").replace(' ', ""));
    for line in [
        "netns add a",
        "netns attach a 1",
        "netns attach b 999999999",
        "netns attach b x",
        "netns del nope",
        "netns exec a /nonexistent",
        "netns exec nope true",
        "-n nope link",
        "link add v0 type veth peer name lo",
        "link add v0 type veth peer name v1 netns nope",
        "link add v0 type veth peer name v1 mtu 9",
        "link add v0 mtu 9 type veth",
        "link add v0 master nope type veth",
        "link add br0 type bridge foo",
        "link set lo name x mtu 1400 netns nope",
        "link add v0 type nosuchkind",
    ] {
        let out = ip(&ns, line);
        assert!(out.code != 0 && out.stdout.is_empty() && !out.stderr.is_empty(), "ip {line}: {out:?}");
        let after =
            (ns.sh("cat /proc/self/mountinfo").stdout, names(&ns), ok(&ns, "-d -j link").replace(' ', ""));
        eqnice!(before.0, after.0, "mounts after: ip {line}");
        eqnice!(before.1, after.1, "names after: ip {line}");
        eqnice!(before.2, after.2, "links after: ip {line}");
    }
}

#[test]
fn dash_n_takes_a_name_a_pid_and_a_path() {
    let (Some(ns), Some(other)) = (Ns::new(), Ns::new()) else { return };
    ok(&ns, "netns add a");
    ok(&ns, "netns add 77777777"); // a name goes before a process id
    ok(&ns, "-n a link add in-a type bridge");
    ok(&other, "link add in-other type bridge");
    for (netns, link) in [
        ("a".to_string(), "in-a"),
        ("/run/netns/a".into(), "in-a"),
        (other.pid().to_string(), "in-other"),
        (format!("/proc/{}/ns/net", other.pid()), "in-other"),
    ] {
        let out = ok(&ns, &format!("-n {netns} -br link"));
        assert!(out.contains(link), "-n {netns}: {out}");
    }
    assert_eq!(ok(&ns, "-n 77777777 -br link").lines().count(), 1);
    for bad in ["999999999", "/etc/passwd", "/nonexistent", "nope", "0", "-1"] {
        let out = ip(&ns, &format!("-n {bad} link"));
        assert!(out.code == 255 && out.stdout.is_empty() && out.stderr.contains(bad), "-n {bad}: {out:?}");
    }
}

#[test]
fn dash_n_only_enters() {
    let Some(ns) = Ns::new() else { return };
    let Some(strace) = Strace::new("enter") else { return };
    ok(&ns, "netns add a");
    for netns in ["a".to_string(), ns.pid().to_string(), format!("/proc/{}/ns/net", ns.pid())] {
        let (out, calls) = strace.calls(&ns, &format!("-n {netns} link show lo"));
        assert_eq!(out.code, 0, "{}", out.stderr);
        for banned in ["mount", "umount", "unshare(", "fork", "vfork", "clone", "execve("] {
            // The first execve is strace's own.
            let met = calls.iter().skip(1).find(|c| c.starts_with(banned));
            assert_eq!(met, None, "-n {netns}");
        }
        assert!(calls.iter().any(|c| c.starts_with("setns(") && c.contains("CLONE_NEWNET")), "{calls:#?}");
    }
}

#[test]
fn a_listing_takes_few_system_calls() {
    let Some(ns) = Ns::new() else { return };
    let Some(strace) = Strace::new("few") else { return };
    let (_, calls) = strace.calls(&ns, "link show lo");
    assert!(calls.len() < 16, "{} system calls:\n{}", calls.len(), calls.join("\n"));
    assert!(!calls.iter().skip(1).any(|c| c.starts_with("open")), "nothing is needed on disk:\n{calls:#?}");
}

#[test]
fn namespaces_of_either_tool_serve_the_other() {
    let Some(ns) = Ns::new() else { return };
    let Some(theirs) = harness::iproute2() else { return };
    ok(&ns, "netns add ours");
    ns.ip(
        &theirs.path,
        &["netns add theirs", "netns exec ours ip link set lo up", "-n ours link add x type bridge"],
    );
    assert!(ok(&ns, "-n ours -br link").contains("x "));
    ok(&ns, "netns exec theirs ip link set lo up");
    eqnice!("theirs\nours\n", ok(&ns, "netns list"));
    ns.ip(&theirs.path, &["netns del ours"]);
    ok(&ns, "netns del theirs");
    eqnice!("", names(&ns));
}

#[test]
fn a_namespace_outlives_its_name() {
    let Some(ns) = Ns::new() else { return };
    ok(&ns, "netns add a");
    let nlbox = nlbox();
    let mut command = ns.command(&nlbox);
    let mut child = command.args(["ip", "netns", "exec", "a", "cat"]).stdin(Stdio::piped()).spawn().unwrap();
    let pid = child.id().to_string();
    eventually("the child is in the namespace", || ok(&ns, "netns pids a").trim() == pid);
    eqnice!("a\n", ok(&ns, &format!("netns identify {pid}")));
    ok(&ns, "netns del a");
    eqnice!("\n", ok(&ns, &format!("netns identify {pid}")));
    ok(&ns, &format!("netns attach b {pid}"));
    eqnice!("b\n", ok(&ns, &format!("netns identify {pid}")));
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
    ok(&ns, "netns del b");
}

#[test]
fn moving_takes_a_name_a_pid_and_a_path() {
    let (Some(ns), Some(other)) = (Ns::new(), Ns::new()) else { return };
    ok(&ns, "netns add a");
    for n in 0..3 {
        ok(&ns, &format!("link add v{n} type veth peer name p{n}"));
    }
    ok(&ns, "link set p0 netns a name eth0");
    ok(&ns, &format!("link set p1 netns {}", other.pid()));
    ok(&ns, &format!("link set p2 netns /proc/{}/ns/net name eth2 up", other.pid()));
    assert!(ok(&ns, "-n a -br link").contains("eth0@if"));
    let there = ok(&other, "-br link");
    assert!(there.contains("p1@if") && there.contains("eth2@if"), "{there}");
}

#[test]
fn output_that_cannot_be_written_is_a_failure() {
    let Some(ns) = Ns::new() else { return };
    let nlbox = nlbox();
    let line = format!("{} ip link > /dev/full", nlbox.display());
    assert_ne!(ns.run(&["/bin/sh", "-c", &line]).code, 0);
}

/// nlbox as itself, in a directory that goes away.
fn outside(dir: &std::path::Path, arg0: Option<&str>, args: &[&str]) -> Output {
    let mut command = Command::new(nlbox());
    command.args(args).env_clear().current_dir(dir).stdin(Stdio::null());
    arg0.map(|name| command.arg0(name));
    finish(command, "")
}

fn directory(name: &str) -> PathBuf {
    let dir = harness::scratch(name);
    std::fs::create_dir_all(&dir).unwrap();
    dir
}

#[test]
fn nlbox_speaks_for_itself() {
    let dir = directory("self");
    let version = outside(&dir, None, &["--version"]);
    assert!(
        version.code == 0 && version.stdout.starts_with("nlbox ") && version.stderr.is_empty(),
        "{version:?}"
    );
    assert!(
        version.stdout.contains(env!("CARGO_PKG_VERSION")) && version.stdout.lines().count() == 1,
        "{version:?}"
    );
    let page = outside(&dir, None, &[]);
    assert!(format!("{}{}", page.stdout, page.stderr).contains("ip"), "{page:?}");
    let list = outside(&dir, None, &["--list"]);
    assert!(list.code == 0 && list.stdout.lines().any(|l| l == "ip") && list.stderr.is_empty(), "{list:?}");
    assert!(
        list.stdout.lines().all(|l| !l.is_empty() && !l.contains([' ', '/'])),
        "one name a line: {list:?}"
    );
    let unknown = outside(&dir, None, &["nosuchapplet"]);
    assert!(
        unknown.code != 0 && unknown.stdout.is_empty() && unknown.stderr.contains("nosuchapplet"),
        "{unknown:?}"
    );
    let unknown = outside(&dir, None, &["--nosuchoption"]);
    assert!(
        unknown.code != 0 && unknown.stdout.is_empty() && unknown.stderr.contains("nosuchoption"),
        "{unknown:?}"
    );
    std::fs::remove_dir_all(&dir).unwrap();
}

#[test]
fn an_applet_is_known_by_its_name() {
    let dir = directory("name");
    let plain = outside(&dir, None, &["ip", "-V"]);
    assert!(
        plain.code == 0 && plain.stdout.starts_with("ip utility, ") && plain.stdout.lines().count() == 1,
        "{plain:?}"
    );
    for name in ["ip", "/sbin/ip", "./ip", "-ip"] {
        assert_eq!(outside(&dir, Some(name), &["-V"]), plain, "as {name}");
    }
    for name in ["nlbox", "/usr/bin/nlbox", "nlbox-static", "anything"] {
        assert_eq!(outside(&dir, Some(name), &["ip", "-V"]), plain, "as {name}");
    }
    std::fs::remove_dir_all(&dir).unwrap();
}

#[test]
fn install_makes_every_name() {
    let dir = directory("install");
    let listed = outside(&dir, None, &["--list"]).stdout;
    for (kind, args) in [("hard", vec!["--install", "hard"]), ("soft", vec!["--install", "-s", "soft"])] {
        let to = dir.join(kind);
        std::fs::create_dir(&to).unwrap();
        // A hard link needs the same file system.
        let own = dir.join("nlbox");
        std::fs::copy(nlbox(), &own).unwrap();
        std::fs::set_permissions(&own, std::fs::Permissions::from_mode(0o755)).unwrap();
        let run = |args: &[&str]| {
            let mut command = Command::new(&own);
            command.args(args).env_clear().current_dir(&dir);
            finish(command, "")
        };
        let out = run(&args);
        assert_eq!((out.code, out.stderr.as_str()), (0, ""), "{args:?}");
        for name in listed.lines() {
            let link = to.join(name);
            assert_eq!(std::fs::symlink_metadata(&link).unwrap().is_symlink(), kind == "soft", "{name}");
            assert_eq!(
                std::fs::metadata(&link).unwrap().ino(),
                std::fs::metadata(&own).unwrap().ino(),
                "{name}"
            );
        }
        assert!(finish(Command::new(to.join("ip")), "").stderr.contains("Usage"), "the link runs");
        // Names that are taken are kept and said.
        std::fs::remove_file(to.join("ip")).unwrap();
        std::fs::write(to.join("ip"), "mine").unwrap();
        let again = run(&args);
        assert!(again.code != 0 && again.stderr.contains("ip"), "{again:?}");
        assert_eq!(std::fs::read_to_string(to.join("ip")).unwrap(), "mine");
    }
    assert_ne!(outside(&dir, None, &["--install"]).code, 0);
    assert_ne!(outside(&dir, None, &["--install", "nonexistent/directory"]).code, 0);
    std::fs::remove_dir_all(&dir).unwrap();
}

/// What a line says on standard error when that is a terminal.
fn on_a_terminal(ns: &Ns, line: &str) -> String {
    use std::io::Read;
    use std::os::fd::{FromRawFd, OwnedFd};
    let (mut master, mut slave) = (-1, -1);
    let null = std::ptr::null_mut();
    // SAFETY: two places for descriptors, and no name, no settings, no size asked for (openpty(3)).
    assert_eq!(unsafe { libc::openpty(&raw mut master, &raw mut slave, null, null.cast(), null.cast()) }, 0);
    // SAFETY: openpty has just opened both, and nothing else owns them.
    let (master, slave) = unsafe { (OwnedFd::from_raw_fd(master), OwnedFd::from_raw_fd(slave)) };
    let mut command = ns.command(nlbox());
    command.arg("ip").args(words(line)).stdout(Stdio::null()).stderr(slave);
    command.spawn().unwrap().wait().unwrap();
    // Our end of the terminal is the last but one: its closing ends the text with EIO.
    drop(command);
    let mut text = Vec::new();
    let _ = std::fs::File::from(master).read_to_end(&mut text);
    String::from_utf8(text).unwrap().replace('\r', "")
}

/// On a terminal the word that the kernel refused is pointed at, in the line as typed; elsewhere there is the error
/// alone, as iproute2 says it.
#[test]
fn a_caret_points_at_the_word_on_a_terminal() {
    let Some(ns) = Ns::new() else { return };
    let line = "link add x type vxlan dstport 5 id 99999999 ttl 9";
    let error = "Error: VXLAN ID must be lower than 16777216.\n";
    assert_eq!(ip(&ns, line).stderr, error);
    let said = on_a_terminal(&ns, line);
    let lines: Vec<&str> = said.strip_prefix(error).unwrap_or_else(|| panic!("{said}")).lines().collect();
    let [typed, carets] = lines[..] else { panic!("{said}") };
    assert!(typed.contains("id 99999999 ttl 9"), "{said}");
    let at = carets.find('^').unwrap_or_else(|| panic!("{said}"));
    assert_eq!(carets.trim_start(), "^^^^^^^^", "{said}");
    assert_eq!(typed.get(at..at + 8), Some("99999999"), "{said}");
    // Where no attribute is named, nothing is pointed at.
    assert_eq!(on_a_terminal(&ns, "link set lo mtu zz"), ip(&ns, "link set lo mtu zz").stderr);
}
