//! The bench: jobs in interleaved rounds by nlbox, by the peers that are installed, and by a floor, a process that makes
//! only the system calls which the job needs. Prints ratios to the floor, medians over the rounds.
//!
//! `cargo run --release -p nlbox-tests --bin bench [-- [--full] [--rounds N] [NAME]...]`: a tenth of the full sizes
//! unless `--full`; NAME chooses jobs by a part of their names. Needs root: all happens in namespaces of its own.

use harness::measure::{Cost, calls, cost, instructions, peak};
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Who does a job, and by which words.
type Program = (&'static str, Vec<String>);

struct Job {
    name: String,
    /// Batch lines, or words behind `floor`, that make what the job works on.
    world: Vec<String>,
    /// Whether each run needs a world of its own.
    anew: bool,
    /// The first one is the floor.
    programs: Vec<Program>,
    /// Too long to be traced.
    long: bool,
    /// What is printed goes into a pipe that is read, not to /dev/null.
    pipe: bool,
    /// Some lines fail.
    fails: bool,
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let full = words.iter().any(|w| w == "--full");
    let rounds = words.iter().position(|w| w == "--rounds").map_or(5, |n| words[n + 1].parse().unwrap());
    let chosen: Vec<&String> = words
        .iter()
        .enumerate()
        .filter(|(n, w)| !w.starts_with('-') && (*n == 0 || words[n - 1] != "--rounds"))
        .map(|(_, w)| w)
        .collect();
    let dir = harness::scratch("bench");
    std::fs::create_dir_all(&dir).unwrap();
    let ip = dir.join("ip");
    std::os::unix::fs::symlink(harness::nlbox(), &ip).unwrap();
    let bench = Bench { ip: text(&ip), floor: text(&floor()), dir, full };
    println!("| job | program | cpu ms | cpu | wall | calls | faults | peak KiB | instructions |");
    println!("|---|---|---|---|---|---|---|---|---|");
    for job in bench.jobs() {
        if chosen.is_empty() || chosen.iter().any(|c| job.name.contains(*c)) {
            bench.run(&job, rounds);
        }
    }
    if chosen.is_empty() || chosen.iter().any(|c| "monitor".contains(c.as_str())) {
        bench.monitor();
    }
    let size = |path: &Path| std::fs::metadata(path).map_or(0, |m| m.len());
    println!("\nBytes of the files: nlbox {}", size(&harness::nlbox()));
    for (name, path) in [
        ("iproute2", harness::iproute2().map(|it| it.path.clone())),
        ("busybox", Some("/bin/busybox".into())),
    ] {
        if let Some(path) = path.filter(|p| p.exists()) {
            println!("{name} {}", size(&path));
        }
    }
    drop(std::fs::remove_dir_all(&bench.dir));
}

fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

/// The floor's file, built beside ours.
fn floor() -> PathBuf {
    let cargo = std::env::var_os("CARGO").unwrap_or("cargo".into());
    let done = Command::new(cargo)
        .args(["build", "--quiet", "--release", "-p", "nlbox-tests", "--bin", "floor"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status()
        .expect("cargo runs");
    assert!(done.success(), "the floor does not build");
    let own = std::env::current_exe().unwrap();
    own.parent().unwrap().parent().unwrap().join("release/floor")
}

struct Bench {
    ip: String,
    floor: String,
    dir: PathBuf,
    full: bool,
}

impl Bench {
    /// A full size, or a tenth of it.
    fn of(&self, full: u32) -> u32 {
        if self.full { full } else { full / 10 }
    }

    /// A job of `words` of `ip`, with the floor's words and whether busybox knows it.
    fn job(&self, name: String, floor: String, words: String, busybox: bool) -> Job {
        let split = |first: &[&str], rest: &str| -> Vec<String> {
            first.iter().copied().chain(rest.split_whitespace()).map(str::to_owned).collect()
        };
        let mut programs =
            vec![("floor", split(&[&self.floor], &floor)), ("nlbox", split(&[&self.ip], &words))];
        if let Some(it) = harness::iproute2() {
            programs.push(("iproute2", split(&[&text(&it.path)], &words)));
        }
        if busybox && Path::new("/bin/busybox").exists() {
            programs.push(("busybox", split(&["/bin/busybox", "ip"], &words)));
        }
        Job { name, world: Vec::new(), anew: false, programs, long: false, pipe: false, fails: false }
    }

    fn file(&self, name: &str, lines: impl Iterator<Item = String>) -> String {
        let path = self.dir.join(name);
        let mut file = std::io::BufWriter::new(std::fs::File::create(&path).unwrap());
        lines.for_each(|l| writeln!(file, "{l}").unwrap());
        text(&path)
    }

    fn jobs(&self) -> Vec<Job> {
        let veth = ["link add v0 index 3 type veth peer name v1", "link set v0 up", "link set v1 up"];
        let pair: Vec<String> =
            veth.iter().map(|l| (*l).to_owned()).chain(["addr add 10.0.0.1/24 dev v0".into()]).collect();
        let mut jobs =
            vec![self.job("start-up: link show lo".into(), "get lo".into(), "link show lo".into(), true)];

        let n = self.of(1000);
        let links: Vec<String> =
            (0..n / 2).map(|i| format!("link add a{i} type veth peer name b{i}")).collect();
        let all = || ["a", "b"].iter().flat_map(move |l| (0..n / 2).map(move |i| format!("{l}{i}")));
        let addresses = all().enumerate().flat_map(|(at, dev)| {
            (0..4).map(move |k| format!("addr add 10.{}.{}.{k}/32 dev {dev}", at >> 8, at & 255))
        });
        let world: Vec<String> = links.iter().cloned().chain(addresses).collect();
        let mut job = self.job(
            format!("addr show: {n} links, 4 addresses each"),
            "addresses".into(),
            "addr show".into(),
            true,
        );
        job.world = world.clone();
        jobs.push(job);
        let one = format!("link show dev b{}", n / 4);
        let mut job = self.job(format!("link show dev X among {n}"), format!("get b{}", n / 4), one, true);
        job.world = world.clone();
        jobs.push(job);
        let mut job =
            self.job(format!("route get among {n} links"), "route".into(), "route get 10.0.0.9".into(), true);
        job.world = world.iter().cloned().chain(["route add local 10.0.0.9 dev lo".into()]).collect();
        jobs.push(job);
        let mut job = self.job(
            format!("addr replace among {n} links"),
            format!("replace b{}", n / 4),
            format!("addr replace 10.77.0.1/24 dev b{}", n / 4),
            true,
        );
        job.world = world;
        jobs.push(job);

        let n = self.of(200_000);
        let route = |i: u32| {
            let [_, b, c, d] = i.to_be_bytes();
            format!("route add 11.{b}.{c}.{d}/32 via 10.0.0.2 dev v0")
        };
        let adds = self.file("adds", (0..n).map(route));
        let mut job = self.job(
            format!("-batch: {n} route adds"),
            format!("adds {n} 3"),
            format!("-batch {adds}"),
            false,
        );
        (job.world, job.anew, job.long) = (pair.clone(), true, true);
        jobs.push(job);
        let mut job = self.job(
            format!("-force -batch: {n} route adds"),
            format!("bulk {n} 3"),
            format!("-force -batch {adds}"),
            false,
        );
        (job.world, job.anew, job.long) = (pair.clone(), true, true);
        jobs.push(job);
        // Every hundredth is there already.
        let wrong = |i: u32| route(if i % 100 == 99 { i - 1 } else { i });
        let errors = self.file("errors", (0..n).map(wrong));
        let mut job = self.job(
            format!("-force -batch: {n} route adds, 1 % refused"),
            format!("bulk {n} 3"),
            format!("-force -batch {errors}"),
            false,
        );
        (job.world, job.anew, job.long, job.fails) = (pair.clone(), true, true, true);
        jobs.push(job);
        let del = |i: u32| route(i).replace(" add ", " del ");
        let dels = self.file("dels", (0..n).map(del));
        // Every hundredth is gone already.
        let gone = self.file("gone", (0..n).map(|i| del(if i % 100 == 99 { i - 1 } else { i })));
        for (options, floor, file, refused) in [
            ("", "dels", &dels, ""),
            ("-force ", "bulkdels", &dels, ""),
            ("-force ", "bulkdels", &gone, ", 1 % refused"),
        ] {
            let mut job = self.job(
                format!("{options}-batch: {n} route dels{refused}"),
                format!("{floor} {n} 3"),
                format!("{options}-batch {file}"),
                false,
            );
            job.world = pair.iter().cloned().chain([format!("!bulk {n} 3")]).collect();
            (job.anew, job.long, job.fails) = (true, true, !refused.is_empty());
            jobs.push(job);
        }

        let n = self.of(200);
        for n in [n, 5 * n] {
            let star = self.file(
                &format!("star{n}"),
                (0..n).flat_map(|i| {
                    let [.., b, c] = i.to_be_bytes();
                    [
                        format!("netns add s{i}"),
                        format!("link add v{i} type veth peer name e0 netns s{i}"),
                        format!("addr add 10.{b}.{c}.1/30 dev v{i}"),
                        format!("link set v{i} up"),
                        format!("-n s{i} addr add 10.{b}.{c}.2/30 dev e0"),
                        format!("-n s{i} link set e0 up"),
                        format!("-n s{i} route add default via 10.{b}.{c}.1"),
                    ]
                }),
            );
            let mut job = self.job(
                format!("star of {n} namespaces, one process"),
                format!("star {n}"),
                format!("-batch {star}"),
                false,
            );
            // The peers want a process for each namespace's lines: iproute2's batch takes no -n.
            job.programs.truncate(2);
            (job.world, job.anew) = (vec!["netns add first".into()], true);
            job.long = n >= 500;
            jobs.push(job);
        }

        let n = self.of(1_000_000);
        for (words, pipe) in
            [("route show", false), ("route show", true), ("-j route show", false), ("-j route show", true)]
        {
            let mut job = self.job(
                format!("{words}{}: {n} routes", if pipe { " into a pipe" } else { "" }),
                "routes".into(),
                words.into(),
                !words.starts_with('-'),
            );
            job.world = pair.iter().cloned().chain([format!("!bulk {n} 3")]).collect();
            (job.long, job.pipe) = (true, pipe);
            jobs.push(job);
        }
        // The same by 200 gateways in turn: nothing that was printed for one route is of use for the next.
        let n = self.of(200_000);
        for words in ["route show", "-j route show"] {
            let mut job = self.job(
                format!("{words}: {n} routes, each unlike the one before"),
                "routes".into(),
                words.into(),
                !words.starts_with('-'),
            );
            let unlike = (0..n).map(|i| {
                let [_, b, c, d] = i.to_be_bytes();
                format!("route add 11.{b}.{c}.{d}/32 via 10.0.0.{} dev v0", i % 200 + 2)
            });
            job.world = pair.iter().cloned().chain(unlike).collect();
            job.long = true;
            jobs.push(job);
        }
        for words in ["-6 route show", "-6 -j route show"] {
            let mut job = self.job(format!("{words}: {n} routes"), "routes6".into(), words.into(), false);
            job.world = pair.iter().cloned().chain([format!("!adds6 {n} 3")]).collect();
            job.long = true;
            jobs.push(job);
        }

        let n = self.of(500);
        let mut job = self.job(
            format!("{n} × netns add, a process each"),
            "netns @".into(),
            "netns add @".into(),
            false,
        );
        job.world = vec!["netns add first".into()];
        jobs.push(job);
        let mut job = self.job(
            format!("-n NS link show beside {n}"),
            "inside n1".into(),
            "-n n1 link show".into(),
            false,
        );
        job.world = (0..n).map(|i| format!("netns add n{i}")).collect();
        jobs.push(job);
        let mut job = self.job(
            format!("netns exec NS true beside {n}"),
            "exec n1".into(),
            "netns exec n1 true".into(),
            false,
        );
        job.world = (0..n).map(|i| format!("netns add n{i}")).collect();
        jobs.push(job);
        let mut job = self.job(
            format!("{n} × netns del, a process each"),
            "unname @".into(),
            "netns del @".into(),
            false,
        );
        // Each run takes another.
        job.world = (1..=500).map(|i| format!("netns add m{i}")).collect();
        jobs.push(job);

        for n in [self.of(10_000), self.of(100_000)] {
            let mut job =
                self.job(format!("neigh show: {n}"), "neighbours".into(), "neigh show".into(), true);
            let neighbours = (0..n).map(|i| {
                let [_, a, b, c] = i.to_be_bytes();
                format!("neigh add 10.{}.{b}.{c} lladdr 02:00:00:{a:02x}:{b:02x}:{c:02x} dev v0", a + 1)
            });
            job.world = pair.iter().cloned().chain(neighbours).collect();
            job.long = n > 10_000;
            jobs.push(job);
        }
        let n = self.of(5_000);
        let mut job = self.job(format!("rule show: {n}"), "rules".into(), "rule show".into(), true);
        job.world =
            (0..n).map(|i| format!("rule add from 10.{}.{}.0/24 table {}", i >> 8, i & 255, i + 1)).collect();
        jobs.push(job);
        jobs
    }

    /// New namespaces for us and for what is started from here on, filled by the lines.
    fn world(&self, lines: &[String]) {
        // SAFETY: numbers only; this process has one thread.
        let left = unsafe { libc::unshare(libc::CLONE_NEWNET | libc::CLONE_NEWNS) };
        assert_eq!(left, 0, "the bench needs root: {}", std::io::Error::last_os_error());
        let mount = |source: &str, target: &str, options: &[&str]| {
            let done = Command::new("mount").args(options).args([source, target]).status().expect("mount");
            assert!(done.success(), "mount {target}");
        };
        mount("none", "/", &["--make-rprivate"]);
        mount("tmpfs", "/run", &["-t", "tmpfs"]);
        let mut batch = Command::new(&self.ip).args(["-batch", "-"]).stdin(Stdio::piped()).spawn().unwrap();
        let mut pipe = batch.stdin.take().unwrap();
        writeln!(pipe, "link set lo up").unwrap();
        for line in lines.iter().filter(|l| !l.starts_with('!')) {
            writeln!(pipe, "{line}").unwrap();
        }
        drop(pipe);
        assert!(batch.wait().unwrap().success(), "the world is made");
        for line in lines.iter().filter_map(|l| l.strip_prefix('!')) {
            assert!(Command::new(&self.floor).args(line.split(' ')).status().unwrap().success());
        }
    }

    fn run(&self, job: &Job, rounds: usize) {
        // Names that a process makes are new ones each time.
        let mut names = 0_u32;
        let mut argv = |words: &[String]| -> Vec<String> {
            names += 1;
            words.iter().map(|w| if w == "@" { format!("m{names}") } else { w.clone() }).collect()
        };
        let command = |argv: &[String]| {
            let mut command = Command::new(&argv[0]);
            command
                .args(&argv[1..])
                .env_clear()
                .env("LC_ALL", "C")
                .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
            command
        };
        // Runs with its output into a pipe are read by another process.
        let timed = |argv: &[String]| {
            let mut command = command(argv);
            if !job.pipe {
                return cost(&mut command);
            }
            let (from, to) = std::io::pipe().unwrap();
            let mut reader = Command::new("cat").stdin(from).stdout(Stdio::null()).spawn().unwrap();
            let cost = cost(command.stdout(to));
            drop(command);
            reader.wait().unwrap();
            cost
        };
        let fresh = |first: bool| {
            if first || job.anew {
                self.world(&job.world);
            }
        };
        fresh(true);
        // Short jobs are over before the clock has counted anything: many runs make one.
        let repeat = if job.anew || job.long { 1 } else { 20 };
        let mut costs: Vec<Vec<Cost>> = vec![Vec::new(); job.programs.len()];
        for _ in 0..rounds {
            for ((_, words), costs) in job.programs.iter().zip(&mut costs) {
                fresh(false);
                let runs: Vec<Cost> = (0..repeat).map(|_| timed(&argv(words))).collect();
                assert!(
                    runs.iter().all(|r| r.ok != (job.fails && words[0] != self.floor)),
                    "{}: {words:?}",
                    job.name
                );
                let sum = |f: &dyn Fn(&Cost) -> std::time::Duration| {
                    runs.iter().map(f).sum::<std::time::Duration>() / repeat
                };
                costs.push(Cost { cpu: sum(&|c| c.cpu), wall: sum(&|c| c.wall), ..runs[0] });
            }
        }
        for ((who, words), own) in job.programs.iter().zip(&costs) {
            let ratio = |f: &dyn Fn(&Cost) -> f64| {
                median(own.iter().zip(&costs[0]).map(|(c, floor)| f(c) / f(floor)))
            };
            let mut row = format!(
                "| {} | {who} | {:.2} | {:.2} | {:.2} |",
                job.name,
                median(own.iter().map(|c| c.cpu.as_secs_f64() * 1e3)),
                ratio(&|c| c.cpu.as_secs_f64()),
                ratio(&|c| c.wall.as_secs_f64()),
            );
            let number = |n: Option<u64>| n.map_or("".into(), |n| n.to_string());
            let traced = |argv: Vec<String>, by: &dyn Fn(&[&str]) -> Option<u64>| {
                fresh(false);
                by(&argv.iter().map(String::as_str).collect::<Vec<_>>())
            };
            let calls = if job.long { None } else { traced(argv(words), &|a| calls(a)) };
            fresh(false);
            let kib = peak(&mut command(&argv(words)));
            let short = !job.long && *who != "iproute2";
            let instructions = if short { traced(argv(words), &|a| instructions(a)) } else { None };
            let _ =
                write!(row, " {} | {} | {kib} | {} |", number(calls), own[0].faults, number(instructions));
            println!("{row}");
        }
    }

    /// `monitor route` beside a writer: how many events arrive.
    fn monitor(&self) {
        let n = self.of(200_000);
        let pair =
            ["link add v0 index 3 type veth peer name v1", "link set v0 up", "addr add 10.0.0.1/24 dev v0"];
        let pair: Vec<String> = pair.iter().map(|l| (*l).to_owned()).collect();
        let it = harness::iproute2().map(|it| text(&it.path));
        for (who, ip) in [("nlbox", Some(self.ip.clone())), ("iproute2", it)] {
            let Some(ip) = ip else { continue };
            self.world(&pair);
            let mut child = Command::new(&ip)
                .args(["monitor", "route"])
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            let mut lines = BufReader::new(child.stdout.take().unwrap());
            // It listens when it tells of this one.
            let mut line = String::new();
            while line.is_empty() {
                let probe = Command::new(&self.ip)
                    .args(["route", "replace", "192.0.2.1", "via", "10.0.0.2"])
                    .status()
                    .unwrap();
                assert!(probe.success());
                if ready(lines.get_ref()) {
                    lines.read_line(&mut line).unwrap();
                }
            }
            let count = std::thread::spawn(move || {
                lines
                    .lines()
                    .map_while(Result::ok)
                    .take_while(|l| !l.contains("198.51.100.1"))
                    .filter(|l| l.contains("11."))
                    .count()
            });
            assert!(
                Command::new(&self.floor).args(["adds", &n.to_string(), "3"]).status().unwrap().success()
            );
            // The end is told until it is heard.
            while !count.is_finished() {
                for verb in ["replace", "del"] {
                    let _ = Command::new(&self.ip)
                        .args(["route", verb, "198.51.100.1", "via", "10.0.0.2"])
                        .status();
                }
                std::thread::sleep(std::time::Duration::from_millis(100));
            }
            let seen = count.join().unwrap();
            drop(child.kill());
            drop(child.wait());
            println!(
                "| monitor beside {n} adds | {who} | {} of {n} events lost |",
                n as usize - seen.min(n as usize)
            );
        }
    }
}

/// Whether something is to be read within a tenth of a second.
fn ready(of: &impl std::os::fd::AsRawFd) -> bool {
    let mut fd = libc::pollfd { fd: of.as_raw_fd(), events: libc::POLLIN, revents: 0 };
    // SAFETY: one structure, as said.
    unsafe { libc::poll(&raw mut fd, 1, 100) == 1 }
}

fn median(all: impl Iterator<Item = f64>) -> f64 {
    let mut all: Vec<f64> = all.collect();
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}
