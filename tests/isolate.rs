//! `isolate`: what it promises, and what it leaves behind, which is nothing.

use harness::{Ns, Output, eqnice, eventually, finish, nlbox, skip, words};
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

/// A host without links, with a bridge's worth of tools.
struct Host(Ns);

impl Host {
    fn new() -> Option<Host> {
        Ns::new().map(Host)
    }

    fn argv(line: &str) -> Vec<String> {
        let nlbox = nlbox();
        let nlbox = nlbox.to_str().unwrap();
        let line = line.replace("NLBOX", nlbox);
        words(&line).map(String::from).collect()
    }

    /// Runs a line; `NLBOX` is the program.
    fn run(&self, line: &str) -> Output {
        self.0.run(&Host::argv(line))
    }

    /// Runs `isolate LINE`, which must succeed without a word, and gives what it prints.
    fn isolate(&self, line: &str) -> String {
        let out = self.run(&format!("NLBOX isolate {line}"));
        assert_eq!((out.code, out.stderr.as_str()), (0, ""), "isolate {line}\n{}", out.stdout);
        out.stdout
    }

    /// Starts `isolate LINE` with a pipe for its output, and waits until that says `ready`.
    fn start(&self, line: &str) -> Child {
        let argv = Host::argv(&format!("NLBOX isolate {line}"));
        let mut command = self.0.command(&argv[0]);
        let mut child = command.args(&argv[1..]).stdout(Stdio::piped()).spawn().unwrap();
        let mut ready = [0; 6];
        child.stdout.as_mut().unwrap().read_exact(&mut ready).unwrap();
        assert_eq!(&ready, b"ready\n");
        child
    }

    /// Makes a root directory with nothing but the program in it.
    fn root(&self) {
        let dirs = "mkdir -p /run/box/proc /run/box/etc /run/box/bin; touch /run/box/etc/resolv.conf";
        self.0.sh(&format!("{dirs}; cp {} /run/box/bin/nlbox", nlbox().display()));
    }

    /// What could be left behind: links, names of namespaces, mounts.
    fn state(&self) -> String {
        self.0.sh("ip -o link | sed 's/: <.*//'; ls /run/netns 2>&1; cat /proc/self/mountinfo").stdout
    }

    /// `state` as it was before, within five seconds.
    fn clean(&self, before: &str, what: &str) {
        let mut state = self.state();
        if state != before {
            eventually(&format!("clean after {what}: {state}"), || {
                state = self.state();
                state == before
            });
        }
    }
}

fn kill(pid: u32, signal: i32) {
    // SAFETY: kill takes two integers; the callers have not reaped the process.
    unsafe { libc::kill(pid.cast_signed(), signal) };
}

/// The children of a process.
fn children(pid: u32) -> Vec<u32> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap();
    text.split_whitespace().map(|n| n.parse().unwrap()).collect()
}

/// How a child of ours ends: the exit code, or 128 plus the signal's number.
fn end(mut child: Child) -> i32 {
    use std::os::unix::process::ExitStatusExt;
    let status = child.wait().unwrap();
    status.code().unwrap_or_else(|| 128 + status.signal().unwrap())
}

/// The words that make an ordinary user of root, or `None`, said aloud, where nobody may make a user namespace.
fn ordinary(host: &Host) -> Option<&'static str> {
    const NOBODY: &str = "setpriv --reuid 65534 --regid 65534 --clear-groups";
    let out = host.run(&format!("{NOBODY} unshare -rn true"));
    if out.code == 0 { Some(NOBODY) } else { skip(&format!("no user namespaces here: {}", out.stderr)) }
}

#[test]
fn a_pair_with_addresses_and_a_way_out() {
    let Some(host) = Host::new() else { return };
    let before = host.state();
    let inside = host.isolate(
        "sh -c 'ip -o -4 addr; ip -o -6 addr show scope global; ip route; ip -6 route show default; \
         ping -q -c 1 -W 5 10.213.0.1 | grep received; NLBOX ping -q -c 1 -W 5 fd6e:6c62:6f78::1 | grep received; \
         ip -o link show up | wc -l'",
    );
    let inside: Vec<&str> = inside.lines().map(|l| l.split('\\').next().unwrap().trim_end()).collect();
    let want = [
        "1: lo    inet 127.0.0.1/8 scope host lo",
        "2: eth0    inet 10.213.0.2/30 scope global eth0",
        "2: eth0    inet6 fd6e:6c62:6f78::2/126 scope global nodad",
        "default via 10.213.0.1 dev eth0",
        "10.213.0.0/30 dev eth0 proto kernel scope link src 10.213.0.2",
        "default via fd6e:6c62:6f78::1 dev eth0 metric 1024 pref medium",
        "1 packets transmitted, 1 received, 0% packet loss, time 0ms",
        "1 packets transmitted, 1 received, 0% packet loss, time 0ms",
        "2",
    ];
    eqnice!(want.join("\n"), inside.join("\n"));
    assert_eq!(host.state(), before);
}

#[test]
fn each_step_is_shown_as_the_ip_command_that_it_is() {
    let Some(host) = Host::new() else { return };
    let out = host.run("NLBOX isolate -v -n blue true");
    assert_eq!(out.code, 0, "{}", out.stderr);
    let pid = out.stderr.split("netns ").nth(1).unwrap().lines().next().unwrap();
    let want = "\
ip link add nlbox0 type veth peer name eth0 netns PID
ip addr add 10.213.0.1/30 dev nlbox0
ip addr add fd6e:6c62:6f78::1/126 dev nlbox0 nodad
ip link set nlbox0 up
ip -n PID link set lo up
ip -n PID addr add 10.213.0.2/30 dev eth0
ip -n PID addr add fd6e:6c62:6f78::2/126 dev eth0 nodad
ip -n PID link set eth0 up
ip -n PID route add default via 10.213.0.1 dev eth0
ip -n PID route add default via fd6e:6c62:6f78::1 dev eth0
ip netns attach blue PID
";
    eqnice!(want.replace("PID", pid), out.stderr);
    // Typed by hand they make the same network, whoever's program runs them.
    let show = "ip -n blue -o addr show scope global; ip -n blue route; ip -n blue -6 route show default";
    let show = format!("{show}; ip -br -4 addr");
    let made = host.0.sh(&show).stdout;
    host.0.sh("ip link del nlbox0; ip netns del blue; ip netns add blue");
    for line in want.lines().filter(|l| !l.contains("attach")) {
        host.0.sh(&line.replace("PID", "blue"));
    }
    let by_hand = host.0.sh(&show).stdout;
    // Indexes go on counting.
    let plain = |text: &str| text.replace(|c: char| c.is_ascii_digit(), "N").replace("NN", "N");
    eqnice!(plain(&made), plain(&by_hand));
}

#[test]
fn the_status_of_the_command_is_ours() {
    let Some(host) = Host::new() else { return };
    let before = host.state();
    for how in ["", "-U", "-p", "-p -U", "--no-veth"] {
        for code in [0, 1, 2, 37, 126, 255] {
            assert_eq!(host.run(&format!("NLBOX isolate {how} sh -c 'exit {code}'")).code, code, "{how}");
        }
        for signal in [libc::SIGHUP, libc::SIGTERM, libc::SIGKILL, libc::SIGABRT] {
            let out = host.run(&format!("NLBOX isolate {how} sh -c 'kill -{signal} $$'"));
            assert_eq!(out.code, 128 + signal, "{how}");
        }
        let out = host.run(&format!("NLBOX isolate {how} /nonexistent"));
        eqnice!("isolate: failed to execute /nonexistent: No such file or directory\n", out.stderr);
        assert_eq!(out.code, 127);
        assert_eq!(host.run(&format!("NLBOX isolate {how} /etc/passwd")).code, 126);
        host.clean(&before, how);
    }
}

#[test]
fn signals_go_to_the_command_and_the_standard_files_are_its_own() {
    let Some(host) = Host::new() else { return };
    let before = host.state();
    for how in ["", "-p", "-U"] {
        for signal in ["TERM", "HUP", "INT", "QUIT", "USR1", "USR2"] {
            let child = host.start(&format!(
                "{how} sh -c 'trap \"exit 42\" {signal}; echo ready; while :; do sleep 0.02; done'"
            ));
            let number = match signal {
                "TERM" => libc::SIGTERM,
                "HUP" => libc::SIGHUP,
                "INT" => libc::SIGINT,
                "QUIT" => libc::SIGQUIT,
                "USR1" => libc::SIGUSR1,
                _ => libc::SIGUSR2,
            };
            kill(child.id(), number);
            assert_eq!(end(child), 42, "{how} {signal}");
        }
        // A command without a handler dies, as the first process of a process namespace would not.
        for signal in [libc::SIGTERM, libc::SIGINT, libc::SIGHUP] {
            let child = host.start(&format!("{how} sh -c 'echo ready; exec sleep 60'"));
            kill(child.id(), signal);
            assert_eq!(end(child), 128 + signal, "{how}");
        }
        host.clean(&before, how);
    }
    let out = host.0.feed(&Host::argv("NLBOX isolate sh -c 'cat; echo err >&2'"), "through\n");
    assert_eq!((out.stdout.as_str(), out.stderr.as_str()), ("through\n", "err\n"));
    let list = "sh -c 'ls -l /proc/self/fd | sed \"s/.*[0-9] \\([0-9]*\\) ->.*/\\1/\"'";
    eqnice!(host.run(list).stdout, host.isolate(list));
}

#[test]
fn a_killed_command_or_child_leaves_nothing() {
    let Some(host) = Host::new() else { return };
    let before = host.state();
    for how in ["", "-p", "-U"] {
        // The process inside, then the command itself.
        for depth in [1, 2] {
            let child = host.start(&format!("{how} sh -c 'echo ready; exec sleep 60'"));
            let victim = (0..depth).fold(child.id(), |pid, _| children(pid)[0]);
            kill(victim, libc::SIGKILL);
            assert_eq!(end(child), 128 + libc::SIGKILL, "{how}");
            host.clean(&before, how);
        }
        // Isolate itself: the command goes too.
        let child = host.start(&format!("{how} sh -c 'echo ready; exec sleep 60'"));
        let inside = children(child.id())[0];
        let command = children(inside)[0];
        kill(child.id(), libc::SIGKILL);
        assert_eq!(end(child), 128 + libc::SIGKILL);
        host.clean(&before, how);
        for pid in [inside, command] {
            eventually("the process is gone", || !std::path::Path::new(&format!("/proc/{pid}/exe")).exists());
        }
    }
}

/// With `PID` for each number that is a word of its own.
fn plain(text: &str) -> String {
    let number = |w: &str| w.trim_end().parse::<u32>().is_ok();
    text.split_inclusive([' ', '\n'])
        .map(|w| if number(w) { w.replace(w.trim_end(), "PID") } else { w.into() })
        .collect()
}

fn strace() -> Option<()> {
    match Command::new("strace").arg("-V").stdout(Stdio::null()).stderr(Stdio::null()).status() {
        Ok(status) if status.success() => Some(()),
        _ => skip("strace is not installed"),
    }
}

#[test]
fn killed_at_each_system_call_it_leaves_nothing() {
    let (Some(host), Some(())) = (Host::new(), strace()) else { return };
    host.root();
    let before = host.state();
    let log = harness::scratch("isolate");
    for how in ["-p", "-v -U --host-dev web -a 10.9.0.2/24"] {
        let trace = host.run(&format!("strace -qq -o {} NLBOX isolate {how} sleep 0.02", log.display()));
        assert_eq!(trace.code, 0, "{}", trace.stderr);
        let text = std::fs::read_to_string(&log).unwrap();
        let names = text.lines().filter_map(|l| l.split_once('(')).map(|(name, _)| name);
        let calls: Vec<&str> = names.filter(|n| n.chars().all(|c| c.is_alphanumeric() || c == '_')).collect();
        assert!(calls.len() > 40, "{text}");
        for (at, call) in calls.iter().enumerate().skip(1) {
            // strace counts the calls of each name apart.
            let nth = calls[..=at].iter().filter(|c| *c == call).count();
            host.run(&format!(
                "strace -qq -o /dev/null -e inject={call}:signal=KILL:when={nth} NLBOX isolate {how} sleep 0.02"
            ));
            host.clean(&before, &format!("{how}: {call} {nth}"));
        }
    }
    drop(std::fs::remove_file(log));
    // The process inside: these calls are its alone, and the command's.
    for call in ["mount", "umount2", "open_tree", "move_mount", "sethostname", "prctl", "pivot_root", "chdir"]
    {
        let mut killed = 0;
        for n in 1..9 {
            let line = format!(
                "strace -f -qq -o /dev/null -e inject={call}:signal=KILL:when={n} \
                 NLBOX isolate -p --mount-proc --hostname x -d 192.0.2.1 -R /run/box /bin/nlbox --list"
            );
            let code = host.run(&line).code;
            host.clean(&before, &format!("inside: {call} {n}"));
            if code == 0 {
                break;
            }
            killed += 1;
        }
        assert!((1..8).contains(&killed), "{call}: {killed}");
    }
}

/// Runs a line, and kills process `victim` of it, by the order in which they are made, as it enters its system call number
/// `nth`; `false` when it made fewer.
fn killed_at(host: &Host, line: &str, victim: usize, nth: usize) -> bool {
    let argv = Host::argv(line);
    let mut command = host.0.command(&argv[0]);
    command.args(&argv[1..]).stdout(Stdio::null()).stderr(Stdio::null());
    // SAFETY: ptrace is async-signal-safe.
    unsafe {
        command.pre_exec(|| match libc::ptrace(libc::PTRACE_TRACEME, 0, 0, 0) {
            -1 => Err(std::io::Error::last_os_error()),
            _ => Ok(()),
        });
    }
    let first = command.spawn().unwrap().id().cast_signed();
    // In the order in which they are made, which is not that of their first stops; who has ended is out of `live`.
    let (mut pids, mut begun, mut live, mut stops) = (vec![first], Vec::new(), vec![first], 0);
    while !live.is_empty() {
        let mut status = 0;
        // SAFETY: the children and tracees of this thread alone: other tests have theirs.
        let pid = unsafe { libc::waitpid(-1, &raw mut status, libc::__WALL | libc::__WNOTHREAD) };
        assert!(pid > 0);
        if !libc::WIFSTOPPED(status) {
            live.retain(|p| *p != pid);
            continue;
        }
        if (libc::PTRACE_EVENT_FORK..=libc::PTRACE_EVENT_CLONE).contains(&(status >> 16)) {
            let mut child: libc::c_ulong = 0;
            // SAFETY: the tracee is stopped; the kernel writes a number.
            unsafe { libc::ptrace(libc::PTRACE_GETEVENTMSG, pid, 0, &raw mut child) };
            let child = child.try_into().unwrap();
            live.push(child);
            if !pids.contains(&child) {
                pids.push(child);
            }
        }
        let new = !begun.contains(&pid);
        if new {
            begun.push(pid);
            if !pids.contains(&pid) {
                pids.push(pid);
            }
            if pid == first {
                let all = libc::PTRACE_O_TRACESYSGOOD
                    | libc::PTRACE_O_TRACEFORK
                    | libc::PTRACE_O_TRACEVFORK
                    | libc::PTRACE_O_TRACECLONE;
                // SAFETY: the child is stopped; children of its own are born with the options.
                unsafe { libc::ptrace(libc::PTRACE_SETOPTIONS, pid, 0, all) };
            }
        }
        let ours = pids.iter().position(|p| *p == pid) == Some(victim) && stops < 2 * nth;
        let mut signal = libc::WSTOPSIG(status);
        if ours && signal == libc::SIGTRAP | 0x80 {
            // One stop at the entry, one at the end.
            stops += 1;
            if stops == 2 * nth - 1 {
                stops = 2 * nth;
                kill(pid.cast_unsigned(), libc::SIGKILL);
                continue;
            }
        }
        if new || status >> 16 != 0 || signal & 0x7f == libc::SIGTRAP {
            signal = 0;
        }
        let go = if ours { libc::PTRACE_SYSCALL } else { libc::PTRACE_CONT };
        // SAFETY: a tracee that is stopped, or has been killed meanwhile, which is an error and no more.
        unsafe { libc::ptrace(go, pid, 0, signal) };
    }
    stops >= 2 * nth
}

/// The process outside, the one inside, and the one that takes rules out, each killed at each of its system calls.
#[test]
fn each_process_killed_at_each_of_its_system_calls_leaves_nothing() {
    let Some(host) = Host::new() else { return };
    host.root();
    host.0.sh("echo 1 > /proc/sys/net/ipv4/ip_forward");
    let rules = || host.run("NLBOX nat list").stdout;
    let before = host.state();
    let line = "NLBOX isolate -p --mount-proc --hostname x -d 192.0.2.1 -R /run/box --nat --publish 80:80 \
                /bin/nlbox --list";
    for (victim, least) in [(0, 60), (1, 60), (2, 2)] {
        let mut n = 0;
        while killed_at(&host, line, victim, n + 1) {
            n += 1;
            host.clean(&before, &format!("process {victim}, call {n}"));
            eventually(&format!("no rule is left: process {victim}, call {n}"), || rules().is_empty());
        }
        assert!((least..2000).contains(&n), "process {victim} made {n} calls");
        host.clean(&before, "the last one");
        eventually("no rule is left", || rules().is_empty());
    }
}

#[test]
fn each_call_that_fails_ends_it_with_a_reason_and_nothing_left() {
    let (Some(host), Some(())) = (Host::new(), strace()) else { return };
    for (call, says) in [
        ("clone", "isolate: cannot make namespaces: Operation not permitted"),
        ("pipe2", "isolate: pipe failed: Operation not permitted"),
        ("mount", "isolate: cannot keep mounts apart: Operation not permitted"),
        ("umount2", "isolate: cannot mount over /etc/resolv.conf: Operation not permitted"),
        ("open_tree", "isolate: cannot mount over /etc/resolv.conf: Operation not permitted"),
        ("move_mount", "isolate: cannot mount over /etc/resolv.conf: Operation not permitted"),
        ("sethostname", "isolate: cannot set the host name 'x': Operation not permitted"),
        ("rt_sigprocmask", "isolate: sigprocmask failed: Operation not permitted"),
        ("setns:when=2", "isolate: failed: ip netns attach kept PID"),
    ] {
        let (call, when) = call.split_once(':').unwrap_or((call, "when=1"));
        let line = format!(
            "strace -f -qq -o /dev/null -e inject={call}:error=EPERM:{when} \
             NLBOX isolate --hostname x -d 192.0.2.1 -n kept true"
        );
        let out = host.run(&line);
        assert_eq!(out.code, 1, "{call}: {}", out.stderr);
        let said = plain(&out.stderr);
        assert!(said.lines().any(|l| l == says), "{call}: {said}");
        let names = host.0.sh("ls /run/netns 2>/dev/null; ip -o link | wc -l").stdout;
        assert_eq!(names, "1\n", "{call}");
    }
}

#[test]
fn lines_that_cannot_be_done_say_which_step_and_leave_nothing() {
    let Some(host) = Host::new() else { return };
    host.0.sh("ip netns add taken; ip link add br0 type bridge; ip addr add 10.7.0.1/30 dev br0; ip link set br0 up");
    let before = host.state();
    for (line, code, says) in [
        (
            "-n taken true",
            1,
            "Cannot create namespace file \"/var/run/netns/taken\": File exists\nisolate: failed: ip netns attach taken PID\n",
        ),
        (
            "--host-dev br0 true",
            1,
            "RTNETLINK answers: File exists\nisolate: failed: ip link add br0 type veth peer name eth0 netns PID\n",
        ),
        ("--host-dev a/b true", 1, "isolate: 'a/b' is no name of a link\n"),
        ("--dev a/b true", 1, "isolate: 'a/b' is no name of a link\n"),
        ("-b nosuch true", 1, "Cannot find device \"nosuch\"\n"),
        (
            "-b lo true",
            1,
            "isolate: lo has no address, and so the link inside\nRTNETLINK answers: Operation not supported\n\
             isolate: failed: ip link set nlbox0 master lo up\n",
        ),
        ("-b br0 --host-address 10.7.0.9/24 true", 1, "isolate: --host-address does not go with --bridge\n"),
        ("-a 10.0.0.2 true", 1, "isolate: '10.0.0.2' is no ADDRESS/LENGTH\n"),
        ("-a 10.0.0.2/33 true", 1, "isolate: '10.0.0.2/33' is no ADDRESS/LENGTH\n"),
        ("-a any true", 1, "isolate: 'any' is no ADDRESS/LENGTH\n"),
        ("-a 10.0.0.2/24, true", 1, "isolate: '' is no ADDRESS/LENGTH\n"),
        ("-a 10.0.0.2/24,10.0.0.3/24 true", 1, "isolate: '10.0.0.3/24' is a second address of its family\n"),
        (
            "-a 10.0.0.2/24 --host-address 10.0.0.2/24 true",
            1,
            "isolate: 10.0.0.2/24 leaves no address for the other end\n",
        ),
        ("-a 127.0.0.1/8 --host-address 127.0.0.2/8 -d x true", 1, "isolate: 'x' is no address\n"),
        (
            "-a 10.0.0.2/24 --host-address 10.9.0.1/24 true",
            1,
            "Error: Nexthop has invalid gateway.\nisolate: failed: ip -n PID route add default via 10.9.0.1 dev eth0\n",
        ),
        ("--no-veth -b br0 true", 1, "isolate: --bridge does not go with --no-veth\n"),
        ("--no-veth --nat true", 1, "isolate: --nat does not go with --no-veth\n"),
        ("-a '' true", 1, "isolate: --address is empty\n"),
        ("-b '' true", 1, "isolate: --bridge is empty\n"),
        ("-n '' true", 1, "isolate: --name is empty\n"),
        ("--dev lo true", 1, "isolate: --dev: lo is there already\n"),
        (
            "-R /nonexistent true",
            1,
            "isolate: cannot use '/nonexistent' as root directory: No such file or directory\n",
        ),
        // The second one is refused with the first one's rules in place.
        ("--publish 80:80,80:81 true", 1, "isolate: port PID is published already\n"),
        ("--publish 80 true", 1, "isolate: '80' is no HOSTPORT:PORT[/udp]\n"),
        ("--publish 80:80,1:2/sctp true", 1, "isolate: '1:2/sctp' is no HOSTPORT:PORT[/udp]\n"),
        (
            "--bogus true",
            1,
            "isolate: unrecognized option '--bogus'\nTry 'isolate --help' for more information.\n",
        ),
    ] {
        let out = host.run(&format!("NLBOX isolate {line}"));
        eqnice!(says, plain(&out.stderr), "{line}");
        assert_eq!(out.code, code, "{line}");
        host.clean(&before, line);
    }
    // Three addresses besides the bridge's own are none: two are the network and the broadcast.
    let first = host.start("-b br0 sh -c 'echo ready; exec sleep 60'");
    let out = host.run("NLBOX isolate -b br0 true");
    eqnice!("isolate: no address is left in the network of br0\n", out.stderr);
    kill(first.id(), libc::SIGTERM);
    end(first);
    host.clean(&before, "a full bridge");
}

#[test]
fn given_addresses_and_names() {
    let Some(host) = Host::new() else { return };
    for (options, want) in [
        ("-a 10.5.0.9/29", "in: 10.5.0.9/29 out: 10.5.0.10/29 via: 10.5.0.10\n"),
        ("-a 10.5.0.1/29", "in: 10.5.0.1/29 out: 10.5.0.2/29 via: 10.5.0.2\n"),
        ("-a 10.5.0.1/31", "in: 10.5.0.1/31 out: 10.5.0.0/31 via: 10.5.0.0\n"),
        ("--host-address 10.5.0.1/24", "in: 10.5.0.2/24 out: 10.5.0.1/24 via: 10.5.0.1\n"),
        ("-a 10.5.0.7/24 --host-address 10.5.0.99/24", "in: 10.5.0.7/24 out: 10.5.0.99/24 via: 10.5.0.99\n"),
        ("-a fd00::5/64", "in: fd00::5/64 out: fd00::1/64 via: fd00::1\n"),
        (
            "-a 10.5.0.7/24,fd00::1/64",
            "in: 10.5.0.7/24 fd00::1/64 out: 10.5.0.1/24 fd00::2/64 via: 10.5.0.1 fd00::2\n",
        ),
    ] {
        let global = "ip -o addr show scope global | sed \"s/.*inet6* //; s/ .*//\" | paste -sd \" \"";
        host.isolate(&format!(
            "{options} --dev red --host-dev blue -n x sh -c 'ip link show red >/dev/null'"
        ));
        let got = host.0.sh(&format!(
            "echo in: $(ip netns exec x sh -c '{global}') out: $({global}) \
             via: $(ip -n x route show default | cut -d ' ' -f 3; ip -n x -6 route show default | cut -d ' ' -f 3)"
        ));
        eqnice!(want, got.stdout, "{options}");
        host.0.sh("ip link show blue >/dev/null && ip link del blue && ip netns del x");
    }
}

#[test]
fn chosen_addresses_keep_off_the_routes_of_the_host() {
    let Some(host) = Host::new() else { return };
    // The widest private network and a default route forbid nothing; a network in the way does.
    host.0.sh("ip link add br0 type bridge; ip addr add 10.213.0.5/29 dev br0; ip link set br0 up; \
         ip route add 10.0.0.0/8 dev br0; ip route add default via 10.213.0.1");
    // 0 to 7 is the bridge's.
    eqnice!("10.213.0.10\n", host.isolate("sh -c 'hostname -I | cut -d \" \" -f 1'"));
    // A host's end with a name of its own takes its number by a second name.
    let child = host.start("--host-dev web sh -c 'echo ready; exec sleep 60'");
    eqnice!("nlbox2\n", host.0.sh("ip link show web | sed -n 's/ *altname //p'").stdout);
    eqnice!("10.213.0.14\n", host.isolate("sh -c 'hostname -I | cut -d \" \" -f 1'"));
    kill(child.id(), libc::SIGTERM);
    end(child);
}

#[test]
fn several_share_a_bridge() {
    let Some(host) = Host::new() else { return };
    host.0.sh(
        "ip link add br0 type bridge; ip addr add 10.9.0.1/24 dev br0; ip addr add fd00:9::1/64 dev br0 nodad; \
         ip link set br0 up",
    );
    let before = host.state();
    let first = host.start("-b br0 sh -c 'echo ready; exec sleep 60'");
    let out = host.isolate(
        "-b br0 sh -c 'for a in 10.9.0.1 10.9.0.2 fd00:9::1 fd00:9::2; do ping -q -c 1 -W 2 $a | grep -c \" 1 received\"; \
         done; ip -o addr show scope global | sed \"s/.*inet6* //; s/ .*//\"; ip route show default'",
    );
    eqnice!("1\n1\n1\n1\n10.9.0.3/24\nfd00:9::3/64\ndefault via 10.9.0.1 dev eth0 \n", out);
    // An address of one's own; the way out stays the bridge. None from the other family then.
    let out = host.isolate("-b br0 -a 10.9.0.77/24 sh -c 'hostname -I; ip route show default'");
    eqnice!("10.9.0.77 \ndefault via 10.9.0.1 dev eth0 \n", out);
    kill(first.id(), libc::SIGTERM);
    end(first);
    host.clean(&before, "a bridge");
    host.0.sh("ip addr flush dev br0");
    let out = host.run("NLBOX isolate -b br0 hostname -I");
    assert_eq!((out.stdout.as_str(), out.code), ("\n", 0));
    eqnice!("isolate: br0 has no address, and so the link inside\n", out.stderr);
    for option in ["--nat", "--publish 80:80"] {
        let out = host.run(&format!("NLBOX isolate -b br0 {option} true"));
        assert_eq!(out.code, 1);
        assert!(out.stderr.ends_with("\nisolate: no address inside to translate\n"), "{}", out.stderr);
    }
}

#[test]
fn a_name_keeps_the_network_and_its_link() {
    let Some(host) = Host::new() else { return };
    host.isolate("-n 'a b' true");
    eqnice!("a b\n", host.0.sh("ls /run/netns").stdout);
    host.0.sh("ip netns exec 'a b' ping -q -c 1 -W 1 10.213.0.1; ip link show nlbox0");
    host.0.sh("ip link del nlbox0; ip netns del 'a b'");
    // Not for a command that could not be executed.
    let before = host.state();
    assert_eq!(host.run("NLBOX isolate -n x /nonexistent").code, 127);
    host.clean(&before, "a command that is not there");
    // It has its name when the command starts.
    eqnice!("x\n", host.isolate("-n x ls /run/netns"));
}

#[test]
fn files_and_names_inside() {
    let Some(host) = Host::new() else { return };
    host.root();
    let before = host.state();
    let users = ordinary(&host).into_iter().chain([""]);
    for user in users {
        let quiet = |line: &str| {
            let out = host.run(&format!("{user} NLBOX isolate {line}"));
            let said = if user.is_empty() {
                ""
            } else {
                "isolate: lo alone: a veth pair to the host needs root there\n"
            };
            eqnice!(said, out.stderr, "{line}");
            assert_eq!(out.code, 0, "{line}");
            out.stdout
        };
        let own = std::fs::read_to_string("/etc/resolv.conf").unwrap_or_default();
        eqnice!(
            "nameserver 192.0.2.1\nnameserver fd00::53\n",
            quiet("-d 192.0.2.1,fd00::53 cat /etc/resolv.conf")
        );
        eqnice!(own, std::fs::read_to_string("/etc/resolv.conf").unwrap_or_default());
        eqnice!("644\n", quiet("-d ::1 sh -c 'stat -c %a /etc/resolv.conf; test -e /etc/passwd'"));
        eqnice!("web\n", quiet("--hostname web hostname"));
        // The first process is who hands signals on.
        eqnice!("2\n", quiet("-p sh -c 'echo $$'"));
        eqnice!(
            "1 2 \n",
            quiet(
                "--mount-proc sh -c 'cd /proc; for p in [0-9]*; do [ -d $p ] && printf \"$p \"; done; echo'"
            )
        );
        let list = quiet("-R /run/box --mount-proc -d 192.0.2.7 /bin/nlbox ip netns identify");
        eqnice!("\n", list);
        let mounts = quiet(
            "-R /run/box --mount-proc -d 192.0.2.7 /bin/nlbox nsenter -t 2 --wd=/proc/2 /bin/nlbox --version",
        );
        assert!(mounts.starts_with("nlbox "), "{mounts}");
        host.clean(&before, user);
    }
}

#[test]
fn user_namespaces() {
    let Some(host) = Host::new() else { return };
    let before = host.state();
    // Root there, with a pair all the same.
    let out = host.isolate("-U sh -c 'id -u; cat /proc/self/uid_map; ip -br -4 addr show eth0 | wc -l'");
    eqnice!("0 0 0 1 1", out.split_whitespace().collect::<Vec<_>>().join(" "));
    let Some(user) = ordinary(&host) else { return };
    let out = host.run(&format!(
        "{user} NLBOX isolate sh -c 'id -u; id -g; cat /proc/self/uid_map /proc/self/gid_map; ip -br link; ping -q -c 1 ::1'"
    ));
    eqnice!("isolate: lo alone: a veth pair to the host needs root there\n", out.stderr);
    assert!(
        out.stdout
            .starts_with("0\n0\n         0      65534          1\n         0      65534          1\nlo "),
        "{}",
        out.stdout
    );
    assert!(out.stdout.contains(" 0% packet loss"), "{}", out.stdout);
    for option in ["-a 10.0.0.2/24", "-b br0", "-n x", "--forward", "--nat", "--publish 80:80", "--dev x"] {
        let out = host.run(&format!("{user} NLBOX isolate {option} true"));
        assert!(out.code == 1 && out.stderr.ends_with(" needs root\n"), "{option}: {}", out.stderr);
    }
    assert_eq!(host.run(&format!("{user} NLBOX isolate --no-veth true")).stderr, "");
    // Root of a user namespace is not root of the host's network, and is told so once.
    let out = host.run("unshare -r NLBOX isolate true");
    eqnice!("isolate: lo alone: a veth pair to the host needs root there\n", out.stderr);
    let out = host.run("unshare -r NLBOX isolate -a 10.0.0.2/24 true");
    assert_eq!(out.code, 1);
    assert!(
        out.stderr.contains(
            "RTNETLINK answers: Operation not permitted\nIt needs CAP_NET_ADMIN over this network.\n"
        )
    );
    host.clean(&before, "users");
}

#[test]
fn what_forbids_namespaces_is_named() {
    let Some(host) = Host::new() else { return };
    let Some(_) = ordinary(&host) else { return };
    let out =
        host.run("unshare -r sh -c 'echo 0 > /proc/sys/user/max_user_namespaces; NLBOX isolate -U true'");
    eqnice!(
        "isolate: cannot make namespaces: No space left on device\n\
         isolate: /proc/sys/user/max_user_namespaces forbids it: it is 0\n",
        out.stderr
    );
    let out = host.run("setpriv --bounding-set=-sys_admin NLBOX isolate true");
    eqnice!(
        "isolate: cannot make namespaces: Operation not permitted\n\
         It needs CAP_SYS_ADMIN.\nisolate: with -U it is not needed\n",
        out.stderr
    );
}

#[test]
fn forwarding_is_switched_on_and_said_once() {
    let Some(host) = Host::new() else { return };
    host.0.sh("echo 0 > /proc/sys/net/ipv4/ip_forward; echo 0 > /proc/sys/net/ipv6/conf/all/forwarding");
    let out = host.run("NLBOX isolate --forward true");
    eqnice!(
        "isolate: /proc/sys/net/ipv4/ip_forward is 1 from now on\n\
         isolate: /proc/sys/net/ipv6/conf/all/forwarding is 1 from now on\n",
        out.stderr
    );
    eqnice!(
        "1\n1\n",
        host.0.sh("cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv6/conf/all/forwarding").stdout
    );
    assert_eq!(host.isolate("--forward true"), "");
}

#[test]
fn a_host_that_does_not_forward_is_said() {
    let Some(host) = Host::new() else { return };
    let before = host.state();
    host.0.sh("echo 0 > /proc/sys/net/ipv4/ip_forward; echo 0 > /proc/sys/net/ipv6/conf/all/forwarding");
    for (option, file) in [
        ("--nat", "ipv4/ip_forward"),
        ("--publish 80:80", "ipv4/ip_forward"),
        ("--nat -a fd00::2/64", "ipv6/conf/all/forwarding"),
    ] {
        let out = host.run(&format!("NLBOX isolate {option} true"));
        let want = format!("isolate: /proc/sys/net/{file} is 0, and nothing is forwarded: --forward\n");
        assert_eq!((out.code, out.stderr), (0, want), "{option}");
    }
    host.isolate("true");
    host.0.sh("echo 1 > /proc/sys/net/ipv4/ip_forward");
    host.isolate("--nat true");
    host.clean(&before, "translation");
}

/// Of two that publish the same port the second one is refused, and the first one's rules stay.
#[test]
fn a_port_is_published_once() {
    let Some(host) = Host::new() else { return };
    host.0.sh("echo 1 > /proc/sys/net/ipv4/ip_forward");
    let rules = || host.run("NLBOX nat list").stdout;
    let first = host.start("--publish 80:80 sh -c 'echo ready; exec sleep 60'");
    let before = rules();
    for option in ["80:80", "80:81", "81:1,80:1"] {
        let out = host.run(&format!("NLBOX isolate --publish {option} true"));
        eqnice!("isolate: port 80 is published already\n", out.stderr);
        assert_eq!((out.code, rules()), (1, before.clone()), "{option}");
    }
    host.isolate("--publish 81:80,80:80/udp true");
    kill(first.id(), libc::SIGTERM);
    end(first);
    host.isolate("--publish 80:80 true");
    // What a name keeps is taken out by its tag.
    host.isolate("-n kept --publish 80:80 true");
    let list = rules();
    let tag = list.split("tag ").nth(1).unwrap().lines().next().unwrap();
    let out = host.run(&format!("NLBOX nat del tag {tag}"));
    assert_eq!((out.code, rules().as_str()), (0, ""), "{}", out.stderr);
}

/// All look before one has its rules; the tables know who comes second.
#[test]
fn a_port_is_published_once_when_many_ask_at_once() {
    let Some(host) = Host::new() else { return };
    host.0.sh("echo 1 > /proc/sys/net/ipv4/ip_forward");
    for round in 0..4 {
        let mut all: Vec<Child> = (0..8)
            .map(|_| {
                let argv = Host::argv("NLBOX isolate --publish 80:80 cat");
                let mut command = host.0.command(&argv[0]);
                command.args(&argv[1..]).stdin(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
            })
            .collect();
        // The one that has the port runs until its input ends.
        let mut ends = Vec::new();
        eventually(&format!("seven of eight are refused, round {round}"), || {
            all.retain_mut(|child| {
                child.try_wait().unwrap().is_none_or(|status| {
                    ends.push(status.code());
                    false
                })
            });
            all.len() < 2
        });
        assert_eq!(ends, [Some(1); 7], "round {round}");
        let rules = host.run("NLBOX nat list").stdout;
        assert_eq!(
            rules.lines().filter(|l| !l.contains("chain OUTPUT")).count(),
            2,
            "IPv4 and IPv6: {rules}"
        );
        drop(all[0].stdin.take());
        assert_eq!(end(all.remove(0)), 0);
    }
}

/// A client beyond the host: what it sees of the network inside, and what of that is left behind.
#[test]
fn packets_are_translated_both_ways_and_no_rule_is_left() {
    let Some(host) = Host::new() else { return };
    host.0.sh("echo 1 > /proc/sys/net/ipv4/ip_forward; ip link set lo up; ip netns add out; ip link add up0 type veth peer name eth0 netns out; \
         ip addr add 192.0.2.1/24 dev up0; ip link set up0 up; ip -n out addr add 192.0.2.2/24 dev eth0; \
         ip -n out link set eth0 up; ip -n out link set lo up");
    let rules = || host.run("NLBOX nat list").stdout;
    let before = (host.state(), rules());
    // The client outside has no route to 10.213.0.0/16: only the host's address can be answered.
    let out = host.isolate("--nat sh -c 'ping -q -c 1 -W 2 192.0.2.2 | grep -c \" 1 received\"'");
    eqnice!("1\n", out);
    eqnice!(before.1, rules());

    // Every value of the option counts, and each of its parts.
    let serve = "perl -e 'use IO::Socket::INET; $| = 1; \
        my @s = map { IO::Socket::INET->new(LocalPort => $_, Listen => 1, ReuseAddr => 1) or die } (80, 81); \
        my $u = IO::Socket::INET->new(LocalPort => 53, Proto => \"udp\") or die; print \"ready\\n\"; \
        for (@s) { my $c = $_->accept; print $c $c->sockport; close $c } \
        $u->recv(my $m, 9); $u->send(\"u$m\"); sleep 60'";
    let client = "ip netns exec out perl -e 'use IO::Socket::INET; alarm 5; \
        for (8080, 8081) { my $s = IO::Socket::INET->new(\"192.0.2.1:$_\") or die \"$_: $!\"; print <$s>, \" \" } \
        my $u = IO::Socket::INET->new(PeerAddr => \"192.0.2.1:5353\", Proto => \"udp\"); \
        $u->send(\"x\"); $u->recv(my $m, 9); print $m'";
    let line = format!("--publish 8080:80,5353:53/udp --publish 8081:81 {serve}");
    for signal in [libc::SIGTERM, libc::SIGKILL] {
        let child = host.start(&line);
        let pid = child.id();
        let list = rules();
        assert_eq!(list.matches("tag isolate-").count(), 12, "{list}");
        eqnice!("80 81 ux", host.0.sh(client).stdout);
        kill(pid, signal);
        end(child);
        eventually("no rule is left", || rules() == before.1);
        host.clean(&before.0, "a network with rules");
    }
}

#[test]
fn twenty_at_once() {
    let Some(host) = Host::new() else { return };
    let before = host.state();
    let users = ordinary(&host).into_iter().chain([""]);
    for user in users {
        let show = if user.is_empty() { "eth0" } else { "lo" };
        let line = format!("{user} NLBOX isolate sh -c 'ip -br -4 addr show {show}; read end'");
        let mut all: Vec<Child> = (0..20)
            .map(|_| {
                let argv = Host::argv(&line);
                let mut command = host.0.command(&argv[0]);
                command.args(&argv[1..]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
                command.spawn().unwrap()
            })
            .collect();
        // All twenty are there before the first one goes.
        let mut addresses: Vec<String> = all
            .iter_mut()
            .map(|child| {
                let mut line = String::new();
                BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
                line.split_whitespace().last().unwrap().to_string()
            })
            .collect();
        for child in &mut all {
            child.stdin.take().unwrap().write_all(b"\n").unwrap();
        }
        assert!(all.into_iter().all(|child| end(child) == 0));
        addresses.sort();
        addresses.dedup();
        assert_eq!(addresses.len(), if user.is_empty() { 20 } else { 1 }, "{addresses:?}");
        host.clean(&before, user);
    }
}

#[test]
fn help_shows_what_there_is() {
    let mut command = Command::new(nlbox());
    command.args(["isolate", "--help"]);
    let out = finish(command, "");
    assert_eq!((out.code, out.stderr.as_str()), (0, ""));
    assert!(out.stdout.contains("\nExamples:\n  isolate "), "{}", out.stdout);
}
