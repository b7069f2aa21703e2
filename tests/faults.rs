//! Faults of the system: every system call of a command fails in turn, and every standard stream is missing, full or
//! slow. A command then does its work all the same, or says that it did not and exits with a code that is not 0.
//!
//! By default each call that a command makes fails once, with one errno, which goes round from command to command.
//! `FAULTS_FULL=1` makes every occurrence of it fail with every errno. `FAULTS_ONLY=ip` keeps to the commands with that in
//! their lines. The tables of what happened are written to `target/faults.txt` and `target/streams.txt`.

use harness::{Ns, diff, nlbox, skip};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

#[path = "faults/cases.rs"]
mod cases;
use cases::{CASES, Case, ENDLESS};

/// The network that the commands find, and where they find it.
const WORLD: &str = "\
mount -t tmpfs none /run
mkdir /run/netns /run/bin
for a in ip bridge nat unshare ping; do ln -s \"$NLBOX\" /run/bin/$a; done
PATH=/run/bin:$PATH
cd /proc/sys/net/ipv6/conf/default && echo 1 >addr_gen_mode && echo 0 >accept_dad && cd /run
ip -batch - <<'END'
link set lo up
link add v0 address 02:00:00:00:00:01 type veth peer name v1 address 02:00:00:00:00:02
link add br0 address 02:00:00:00:00:03 type bridge
link set v1 master br0
link set br0 up
link set v0 up
link set v1 up
addr add 10.0.0.1/24 dev v0
addr add 10.0.0.2/32 dev br0
addr add fd00::1/64 dev v0 nodad
route add 10.9.0.0/24 via 10.0.0.3
neigh add 10.0.0.3 lladdr 02:00:00:00:00:33 dev v0
rule add from 10.9.0.0/24 table 9 pref 90
nexthop add id 5 via 10.0.0.3 dev v0
netns add blue
END
";

/// What a command could have changed.
const STATE: &str = "\
ip -d link; ip -6 route show table all; ip -all netns exec NLBOX ip -o link
ip -force -batch - 2>&1 <<'END'
addr
route show table all
rule
neigh show nud permanent
nexthop
addrlabel
tuntap
mptcp endpoint
maddress show dev v0
END
bridge vlan; bridge fdb show br br0
while read -r _ _ _ mount; do case $mount in *' /run/'*) echo \"$mount\";; esac; done </proc/self/mountinfo
cd /run/netns && echo *
";

/// Where the program has the names of its applets.
fn names() -> &'static str {
    static ONCE: std::sync::Once = std::sync::Once::new();
    const DIR: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/faults-bin");
    ONCE.call_once(|| {
        drop(std::fs::remove_dir_all(DIR));
        std::fs::create_dir_all(DIR).unwrap();
        for applet in ["ip", "bridge", "nat", "unshare", "arping"] {
            std::os::unix::fs::symlink(nlbox(), format!("{DIR}/{applet}")).unwrap();
        }
    });
    DIR
}

/// Between the parts of what a run prints.
const MARK: &str = "\n@@@@\n";

/// What a run looked like.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Run {
    code: i32,
    out: String,
    err: String,
    state: String,
    log: String,
}

/// Runs a case from a world of its own. `around`: what is put before the program, for `%` in it; `redirect` behind.
fn run(ns: &Ns, case: &Case, around: &str, redirect: &str) -> Run {
    let bin = nlbox();
    let bin = bin.to_str().unwrap();
    // A command that does not return by itself has its end as the first words.
    let (timeout, line) = match case.line.strip_prefix("timeout ") {
        Some(rest) => rest.split_once(' ').map(|(t, line)| (format!("timeout {t}"), line)).unwrap(),
        None => ("timeout -s KILL 8".to_string(), case.line),
    };
    let line = line.strip_prefix("nlbox ").unwrap_or(line).replace("NLBOX", bin);
    let input = if case.line.ends_with("restore") { "/run/saved" } else { "/dev/null" };
    let command = format!("{timeout} {around} {bin} {line}");
    let command = match redirect.strip_prefix('|') {
        Some(pipe) => format!(
            "{{ {command}; echo $? >/run/rc; }} 2>/run/err <{input} | {pipe} >/run/out; code=$(cat /run/rc)"
        ),
        None => format!("{command} >/run/out 2>/run/err <{input} {redirect}; code=$?"),
    };
    let script = format!(
        "PATH={names}:$PATH\n{WORLD}{before}\n( {meanwhile} ) >/dev/null 2>&1 &\n{command}\n{end}wait\n{settle}\
         exec 2>&1; cat /run/out; echo; echo @@@@; cat /run/err; echo; echo @@@@; echo $code; echo; echo @@@@; \
         ( {state}{more} ); echo; echo @@@@; cat /run/log 2>/dev/null; exit 0",
        names = names(),
        before = case.before,
        end = if case.meanwhile.contains(ENDLESS) { "kill $! 2>/dev/null; " } else { "" },
        meanwhile = if case.meanwhile.is_empty() { ":" } else { case.meanwhile },
        settle = if case.line.starts_with("isolate") { "sleep 0.15; " } else { "" },
        state = STATE.replace("NLBOX", bin),
        more = case.state,
    );
    let out = ns.run(&["unshare", "-nm", "sh", "-c", &script]);
    let parts: Vec<&str> = out.stdout.split(MARK).collect();
    let [text, err, code, state, log] = parts[..] else {
        let (err, log) = (format!("no answer: {}{}", out.stdout, out.stderr), String::new());
        return Run { code: 137, out: String::new(), err, state: String::new(), log };
    };
    let code = code.trim().parse().unwrap_or(137);
    Run { code, out: steady(text), err: err.to_string(), state: steady(state), log: log.to_string() }
}

/// Without what is never the same twice: times, counters, addresses of the kernel's choice, states that settle.
///
/// The order of lines is not looked at: routes of the same network come in the order in which their links came up.
fn steady(text: &str) -> String {
    let mut skip_next = false;
    let mut all = Vec::new();
    for line in text.lines() {
        // Numbers of namespaces and of groups of mounts.
        let mount = line.contains(" - nsfs ") || line.contains(" - tmpfs ");
        let line = if mount { line.replace(|c: char| c.is_ascii_digit(), "") } else { line.to_string() };
        // Set when a link has come up, which the kernel finds out later.
        let counts = ["RX packets", "TX packets", "rtt min"].iter().any(|c| line.trim_start().starts_with(c));
        if counts || line.contains(" table local ") {
            continue;
        }
        // Groups that the kernel joins when a link has come up, and what snooping hears of them.
        let groups = line.contains("inet6 ff02::") || line.trim() == "link 33:33:ff:00:00:01";
        if groups || line.contains(" temp") && line.contains(" grp ") {
            continue;
        }
        // The counts of a link: packets that go by themselves.
        if line.trim_start().starts_with(|c: char| c.is_ascii_digit())
            && !line.contains(": ")
            && !line.contains('/')
        {
            continue;
        }
        let mut words: Vec<&str> = Vec::new();
        for word in line.split(' ') {
            if std::mem::take(&mut skip_next) {
                continue;
            }
            let timer = word.ends_with("_timer") || word.contains("time");
            skip_next = matches!(
                word,
                "state" | "mode" | "fdb_n_learned" | "carrier_changes" | "reachable" | "refcnt"
            ) || timer;
            let fraction = word
                .split_once('.')
                .is_some_and(|(n, m)| m.len() == 2 && format!("{n}{m}").parse::<u32>().is_ok());
            let random = fraction
                || word.is_empty()
                || word == "linkdown"
                || word.starts_with("8000.")
                || word.len() == 15 && word.matches(':').count() == 2 && word.as_bytes()[8] == b'.'
                || word.contains("ms");
            let chosen = word.len() == 17 && word.matches(':').count() == 5 && !word.starts_with("02:00:00");
            if chosen {
                words.push("MAC");
            } else if !skip_next && !random {
                words.push(word);
            }
        }
        let line = words.join(" ");
        let line = line.replace(",LOWER_UP", "").replace("NO-CARRIER,", "").replace(",M-DOWN", "");
        let line = line.replace("RUNNING", "");
        all.push(line.trim_end().to_string() + "\n");
    }
    all.sort();
    all.concat()
}

/// What the strace log says of our own processes: how often each call was made at most in one of them.
fn calls(log: &str) -> BTreeMap<String, usize> {
    let mut per: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut foreign: BTreeSet<String> = BTreeSet::new();
    let mut first = true;
    for line in log.lines() {
        let (pid, rest) = line.split_once(' ').unwrap_or(("", line));
        let rest = rest.trim_start();
        if rest.starts_with("<... execve resumed>") && rest.ends_with("= 0") {
            foreign.insert(pid.to_string());
        }
        let Some((call, _)) = rest.split_once('(') else { continue };
        if call.is_empty()
            || !call.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
            || foreign.contains(pid)
        {
            continue;
        }
        // What follows a successful execve is another program.
        if call == "execve" && std::mem::take(&mut first) {
            continue;
        }
        *per.entry((pid.to_string(), call.to_string())).or_default() += 1;
        if call == "execve" && rest.ends_with("= 0") {
            foreign.insert(pid.to_string());
        }
    }
    let mut most = BTreeMap::new();
    for ((_, call), n) in per {
        let old: &mut usize = most.entry(call).or_default();
        *old = n.max(*old);
    }
    most
}

/// Calls that are not made to fail: they cannot, or nothing is left to be done when they do.
const SPARED: &[(&str, &str)] = &[
    ("arch_prctl", "the C library's start, before main: no thread area, no program"),
    ("set_tid_address", "the C library's start; it cannot fail"),
    ("set_thread_area", "as arch_prctl, on other machines"),
    ("exit_group", "does not return"),
    ("exit", "does not return"),
    ("rt_sigreturn", "does not return"),
    ("getpid", "cannot fail"),
    ("getppid", "cannot fail"),
    ("geteuid", "cannot fail"),
    ("getuid", "cannot fail"),
    ("getegid", "cannot fail"),
    ("getgid", "cannot fail"),
    ("gettid", "cannot fail"),
];

/// What each call may fail with. The first one is the default run's.
fn errnos(call: &str) -> &'static [&'static str] {
    match call {
        "socket" => &["EMFILE", "EAFNOSUPPORT", "EPERM"],
        "setsockopt" => &["ENOPROTOOPT", "EPERM"],
        "bind" => &["EADDRINUSE", "EPERM"],
        "getsockname" => &["ENOBUFS"],
        "sendto" | "sendmsg" => &["ENOBUFS", "EINTR", "ECONNREFUSED"],
        "recvfrom" | "recvmsg" => &["ENOMEM", "EINTR", "ENOBUFS", "0"],
        // 0: a file that ends, or a datagram of nothing.
        "read" => &["EIO", "EINTR", "0"],
        "write" | "writev" => &["ENOSPC", "EINTR", "EIO"],
        "close" => &["EINTR", "EIO"],
        "mmap" | "brk" | "munmap" | "mprotect" => &["ENOMEM"],
        "open" | "openat" => &["EMFILE", "EACCES", "ENOENT", "EINTR"],
        "openat2" => &["ENOSYS", "EXDEV", "EMFILE"],
        "mkdir" | "mkdirat" | "symlink" | "symlinkat" | "unlink" | "unlinkat" | "link" | "linkat" => {
            &["EROFS", "EACCES"]
        }
        "mount" | "open_tree" | "move_mount" | "pivot_root" => &["EPERM", "ENOMEM", "EINVAL", "ENOENT"],
        "umount2" => &["EPERM", "EBUSY", "EINVAL"],
        "unshare" => &["ENOSPC", "EPERM"],
        "setns" => &["EPERM", "EINVAL"],
        "clone" | "fork" | "vfork" => &["EAGAIN", "EPERM", "ENOSPC"],
        "wait4" => &["ECHILD", "EINTR"],
        "flock" => &["ENOLCK", "EINTR"],
        "ioctl" => &["EPERM", "ENODEV", "EINVAL"],
        "getdents64" => &["EIO", "ENOENT"],
        "poll" | "ppoll" => &["ENOMEM", "EINTR"],
        "execve" => &["ENOENT", "E2BIG", "EACCES"],
        "rt_sigtimedwait" => &["EINTR"],
        _ => &["EPERM", "EINVAL", "EINTR"],
    }
}

/// What may be harmless or unlike the rest: command (a prefix), call, verdict, why.
const ALLOWED: &[(&str, &str, &str, &str)] = &[
    (
        "ip -all netns exec",
        "",
        "LIE",
        "a command that fails in one namespace is said, and fails no other, as iproute2's",
    ),
    (
        "ip netns pids",
        "",
        "LIE",
        "a process that cannot be looked at is passed over, as iproute2 does: it may be another's",
    ),
    (
        "timeout 1.5 ip monitor",
        "recvmsg:ENOBUFS",
        "LIE",
        "lost events are said, and what is there now follows",
    ),
    ("isolate", "read", "MUTE", "an early end of the pipe: the other process has said why, or was killed"),
    ("unshare", "read", "MUTE", "an early end of the pipe: the other process has said why, or was killed"),
    ("ip -batch", "read:0", "LIE", "a file that ends has no more lines"),
    ("ip maddress", "openat:ENOENT", "LIE", "the file is not there: a kernel without that protocol"),
    (
        "ip vrf exec",
        "read:0",
        "LIE",
        "a list of mounts that ends has no groups in it: they are mounted once more",
    ),
    ("ip maddress", "read:0", "LIE", "a file that ends has no more groups"),
    ("isolate", "close", "HANG", "strace leaves the pipe open; Linux closes it whatever close(2) says"),
    ("ip netns$", "openat:ENOENT", "LIE", "the directory is not there: no name is"),
    ("ping", "sendto", "MUTE", "with -q the count of packets says it, on stdout, as iputils' does"),
    ("ip netns add first", "", "HALF", "the directory stays, empty and shared, for the next name"),
    ("ip netns del", "unlinkat", "HALF", "the namespace is gone, the file is not, and that is said"),
    ("ip -batch", "", "HALF", "the lines before the one that failed are done; the line is named"),
    ("ifconfig v0 10", "", "HALF", "several requests, one after the other; the one that failed is said"),
    ("nlbox --install", "", "HALF", "the links before the one that failed are made; that one is named"),
    ("ip addr flush", "", "HALF", "entries go one by one; what failed is said"),
    ("ip netns add", "mount:EINVAL", "LIE", "it says that the directory is no mount: it becomes one, again"),
    (
        "ip netns attach",
        "mount:EINVAL",
        "LIE",
        "it says that the directory is no mount: it becomes one, again",
    ),
    ("isolate -n", "mount:EINVAL", "LIE", "it says that the directory is no mount: it becomes one, again"),
    ("ip rule flush", "", "HALF", "entries go one by one; what failed is said"),
    ("ip addr restore", "", "HALF", "entries come one by one; what failed is said"),
];

/// What an undisturbed run may look like, and the states that a case may begin with: mostly one of each. The kernel does
/// some things in its own time, so another is looked at before a run is found wrong.
struct Model<'a> {
    ns: &'a Ns,
    case: &'static Case,
    plain: Vec<Run>,
    before: BTreeSet<String>,
}

/// How often a run is made again before it is found wrong: the machine has other work.
const TRIES: usize = 4;

impl Model<'_> {
    fn new<'a>(ns: &'a Ns, case: &'static Case) -> Model<'a> {
        Model { ns, case, plain: vec![run(ns, case, "", "")], before: before(ns, case, false) }
    }

    fn learn(&mut self) {
        let plain = run(self.ns, self.case, "", "");
        if !self.plain.contains(&plain) {
            self.plain.push(plain);
        }
        self.before = before(self.ns, self.case, true);
    }

    /// Judges a run by the undisturbed one that it is likest to.
    fn judge(&self, got: &Run) -> &'static str {
        let all = self.plain.iter().map(|plain| judge(plain, &self.before, got));
        all.min_by_key(|v| (v.starts_with(|c: char| c.is_ascii_uppercase()), *v != "same"))
            .unwrap_or("UNSTEADY")
    }

    /// Runs the case until it is judged well.
    fn weigh(
        &mut self,
        around: &str,
        redirect: &str,
        mend: &dyn Fn(&Run, &'static str) -> &'static str,
    ) -> (&'static str, Run) {
        let mut tries = 0;
        loop {
            let mut got = run(self.ns, self.case, around, redirect);
            let verdict = mend(&got, self.judge(&got));
            tries += 1;
            if tries == TRIES || !bad(verdict) {
                if bad(verdict) {
                    let off = |text: &str| {
                        let lines = text.lines().filter(|l| !l.starts_with("      "));
                        lines.map(|l| format!("\n{}", l.trim_start())).collect::<String>()
                    };
                    let near = self.plain.last().unwrap();
                    got.err += &off(&diff(&near.state, &got.state));
                    got.err += &off(&diff(&near.out, &got.out));
                }
                return (verdict, got);
            }
            self.learn();
        }
    }
}

/// Whether a verdict is one against the command.
fn bad(verdict: &str) -> bool {
    verdict.bytes().all(|b| b.is_ascii_uppercase())
}

/// Judges a run against one that nothing happened to, and the states `before` it.
fn judge(plain: &Run, before: &BTreeSet<String>, got: &Run) -> &'static str {
    let done = got.state == plain.state;
    match got.code {
        124 | 137 if got.code != plain.code => "HANG",
        code if code == plain.code && done && got.out == plain.out => {
            if got.err == plain.err {
                "same"
            } else {
                "warned"
            }
        }
        code if code == plain.code => "LIE",
        128.. if got.code < 192 => "CRASH",
        _ if got.err.trim().is_empty() => "MUTE",
        _ if before.contains(&got.state) => "refused",
        _ if done => "done, told",
        _ => "HALF",
    }
}

struct Row {
    line: &'static str,
    call: String,
    errno: String,
    nth: usize,
    verdict: &'static str,
    said: String,
}

fn allowed(row: &Row) -> bool {
    !bad(row.verdict)
        || ALLOWED.iter().any(|(line, call, verdict, _)| {
            let alike = line.strip_suffix('$').map_or(row.line.starts_with(line), |whole| row.line == whole);
            alike
                && (call.is_empty() || row.call == *call || *call == format!("{}:{}", row.call, row.errno))
                && row.verdict == *verdict
        })
}

fn ready() -> Option<Ns> {
    if !std::path::Path::new("/usr/bin/strace").exists() {
        return skip("strace is not installed");
    }
    Ns::new()
}

/// The states that a case may begin with; `again`: one more is looked at.
fn before(ns: &Ns, case: &Case, again: bool) -> BTreeSet<String> {
    static KNOWN: Mutex<BTreeMap<[&str; 3], BTreeSet<String>>> = Mutex::new(BTreeMap::new());
    let Case { before, state, meanwhile, .. } = *case;
    let key = [before, state, meanwhile];
    if let Some(known) = KNOWN.lock().unwrap().get(&key).filter(|_| !again) {
        return known.clone();
    }
    let found = run(ns, &Case { line: "--version", before, meanwhile, state }, "", "").state;
    let mut known = KNOWN.lock().unwrap();
    let all = known.entry(key).or_default();
    all.insert(found);
    all.clone()
}

/// Does `each` for every case, on as many threads as there are processors.
fn for_all(each: &(dyn Fn(&Ns, &'static Case) -> Vec<Row> + Sync)) -> Vec<Row> {
    let only = std::env::var("FAULTS_ONLY").unwrap_or_default();
    let cases: Vec<_> = CASES.iter().filter(|c| c.line.contains(&only)).collect();
    let (next, rows) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let ns = Ns::new().unwrap();
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let new = each(&ns, case);
                    for row in new.iter().filter(|row| !allowed(row)) {
                        // At once, past the capture of the test runner: the whole may take an hour.
                        let said = row.said.trim().replace('\n', " | ");
                        let (call, errno, nth) = (&row.call, &row.errno, row.nth);
                        let _ = writeln!(
                            std::io::stderr(),
                            "{} {call}:{errno}:{nth} {}: {said}",
                            row.verdict,
                            row.line
                        );
                    }
                    rows.lock().unwrap().extend(new);
                }
            });
        }
    });
    let mut rows = rows.into_inner().unwrap();
    rows.sort_by(|a, b| (a.line, &a.call, &a.errno, a.nth).cmp(&(b.line, &b.call, &b.errno, b.nth)));
    rows
}

/// Writes the table and the summary; fails on what is not allowed.
fn report(name: &str, rows: &[Row]) {
    let mut sums: BTreeMap<(&str, &str, &str), usize> = BTreeMap::new();
    let mut verdicts: BTreeMap<&str, usize> = BTreeMap::new();
    for row in rows {
        *sums.entry((&row.call, &row.errno, row.verdict)).or_default() += 1;
        *verdicts.entry(row.verdict).or_default() += 1;
    }
    let mut table = String::from("call                errno           verdict      runs\n");
    for ((call, errno, verdict), n) in &sums {
        let _ = writeln!(table, "{call:<19} {errno:<15} {verdict:<12} {n}");
    }
    let mut bad = String::new();
    table += "\n";
    for row in rows {
        let Row { line, call, errno, nth, verdict, said } = row;
        let text = format!(
            "{verdict:<10} {call}:{errno}:{nth}  {line}\n           {}\n",
            said.trim().replace('\n', "\n           ")
        );
        table += &text;
        if !allowed(row) {
            bad += &text;
        }
    }
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../target/{name}.txt"));
    drop(std::fs::create_dir_all(file.parent().unwrap()));
    std::fs::write(file, &table).unwrap();
    println!("{name}: {} runs of {} commands: {verdicts:?}", rows.len(), CASES.len());
    assert!(bad.is_empty(), "{bad}");
}

#[test]
fn every_system_call_may_fail() {
    if ready().is_none() {
        return;
    }
    let full = std::env::var_os("FAULTS_FULL").is_some();
    let rows = for_all(&|ns, case| {
        let mut model = Model::new(ns, case);
        let mut rows = Vec::new();
        let mut row = |call: &str, errno: &str, nth, (verdict, got): (&'static str, Run)| {
            let said = format!("[{}] {}", got.code, got.err);
            rows.push(Row { line: case.line, call: call.into(), errno: errno.into(), nth, verdict, said });
        };
        // What the judge is to go by must be twice the same.
        let learnt = model.weigh("strace -f -qq -s 0 -o /run/log", "", &|learnt, verdict| match verdict {
            "same" if learnt.code == 0 || learnt.code == 124 => "same",
            _ => "UNSTEADY",
        });
        let log = learnt.1.log.clone();
        if bad(learnt.0) {
            row("strace", "", 0, learnt);
        }
        for (call, times) in calls(&log) {
            if SPARED.iter().any(|(c, _)| *c == call) {
                continue;
            }
            let turn = case.line.len() + call.len();
            let errnos = errnos(&call);
            for (n, errno) in errnos.iter().enumerate() {
                for nth in 1..=times {
                    // By default one: it moves through the errnos and the occurrences.
                    if !full && (n != turn % errnos.len() || nth != 1 + turn % times) {
                        continue;
                    }
                    let how = if errno.starts_with('E') { "error" } else { "retval" };
                    let around = format!(
                        "strace -f -qq -s 0 -o /run/log -e trace={call} -e inject={call}:{how}={errno}:when={nth}"
                    );
                    row(
                        &call,
                        errno,
                        nth,
                        model.weigh(&around, "", &|got, verdict| match verdict {
                            // The processes of this run were others.
                            "same" | "warned" if !got.log.contains("(INJECTED)") => "not hit",
                            verdict => verdict,
                        }),
                    );
                }
            }
        }
        rows
    });
    report("faults", &rows);
}

/// Kernels before 4.12 have no extended acks, those before 4.20 no strict check of requests: the options are refused.
#[test]
fn no_option_of_a_socket_may_be_there() {
    if ready().is_none() {
        return;
    }
    let rows = for_all(&|ns, case| {
        let mut model = Model::new(ns, case);
        let around =
            "strace -f -qq -s 0 -o /run/log -e trace=setsockopt -e inject=setsockopt:error=ENOPROTOOPT";
        // Those that hear groups, frames or echoes cannot without.
        let hears = ["monitor", "watch", "ping", "arping"].iter().any(|word| case.line.contains(word));
        let (verdict, got) = model.weigh(around, "", &|_, verdict| match verdict {
            "refused" | "done, told" if !hears => "REFUSED",
            verdict => verdict,
        });
        let said = format!("[{}] {}", got.code, got.err);
        vec![Row { line: case.line, call: "setsockopt".into(), errno: "all".into(), nth: 0, verdict, said }]
    });
    report("options", &rows);
}

/// Around a command, and behind it: streams that are missing, full, or take little at a time.
const STREAMS: &[(&str, &str, &str)] = &[
    ("stdin closed", "", "<&-"),
    ("stdout closed", "", ">&-"),
    ("stderr closed", "", "2>&-"),
    ("all closed", "", "<&- >&- 2>&-"),
    ("stdout full", "", ">/dev/full"),
    ("both full", "", ">/dev/full 2>/dev/full"),
    ("no reader", "env --ignore-signal=PIPE sh -c 'sleep 0.3; exec \"$0\" \"$@\"'", "| :"),
    ("file limit", "env --ignore-signal=XFSZ prlimit --fsize=40", ""),
    ("byte by byte", "", "| dd bs=1 status=none"),
    ("SIGCHLD ignored", "env --ignore-signal=CHLD", ""),
    ("no descriptors", "prlimit --nofile=3", ""),
];

#[test]
fn every_stream_may_be_missing_full_or_slow() {
    if ready().is_none() {
        return;
    }
    let rows = for_all(&|ns, case| {
        let mut model = Model::new(ns, case);
        let mut rows = Vec::new();
        for (name, around, redirect) in STREAMS {
            if case.line.starts_with("timeout") && redirect.starts_with('|') {
                continue;
            }
            // Nothing could be said, or nothing was to be read.
            let dumb = ["stderr", "all", "both"].iter().any(|n| name.starts_with(n));
            let (plain, silent) = (model.plain[0].clone(), model.plain[0].out.is_empty());
            let (verdict, got) = model.weigh(around, redirect, &|got, verdict| match verdict {
                "MUTE" if dumb => "refused",
                "LIE" if got.state == plain.state && silent => "same",
                verdict => verdict,
            });
            let said = format!("[{}] {}", got.code, got.err);
            rows.push(Row {
                line: case.line,
                call: (*name).into(),
                errno: String::new(),
                nth: 0,
                verdict,
                said,
            });
        }
        rows
    });
    report("streams", &rows);
}
