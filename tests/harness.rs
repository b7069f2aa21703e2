//! The test library: private namespaces to work in, the two programs to compare, texts shown side by side.
//!
//! Nothing here touches the machine's own network: a fixture is a fresh network and mount namespace with an empty
//! `/run`, so that named namespaces of a test live and die with it.

pub mod measure;
pub mod vm;

use std::fs::File;
use std::io::{Error, Result, Write};
use std::os::fd::{AsRawFd, RawFd};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// What a program said and how it ended: the exit code, or 128 plus the signal's number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    pub stdout: String,
    pub stderr: String,
    pub code: i32,
}

/// The program under test: `NLBOX_BIN`, or the shipping build, made once.
///
/// The build has its own target directory, so that it does not wait for the lock of the `cargo test` that runs us.
pub fn nlbox() -> PathBuf {
    static BIN: OnceLock<PathBuf> = OnceLock::new();
    BIN.get_or_init(|| {
        if let Some(bin) = std::env::var_os("NLBOX_BIN") {
            return PathBuf::from(bin);
        }
        product("x86_64-unknown-linux-musl", "release", &[], "product").expect("the target that is shipped")
    })
    .clone()
}

/// A build of the product for `target`, with more arguments, in the target directory `dir` of its own: the file. `None`,
/// said aloud, where that target is not installed.
pub fn product(target: &str, profile: &str, more: &[&str], dir: &str) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let lib = Command::new("rustc").args(["--print", "target-libdir", "--target", target]).output();
    let lib = String::from_utf8(lib.expect("rustc runs").stdout).unwrap();
    if !Path::new(lib.trim()).exists() {
        return skip(&format!("the Rust target {target} is not installed"));
    }
    let base = std::env::var_os("CARGO_TARGET_DIR").map_or(root.join("target"), PathBuf::from);
    let dir = root.join(base).join(dir);
    let cargo = std::env::var_os("CARGO").unwrap_or("cargo".into());
    let done = Command::new(cargo)
        .args(["build", "--quiet", "--profile", profile, "--target", target, "-p", "nlbox", "--bin", "nlbox"])
        .args(more)
        .current_dir(root)
        .env("CARGO_TARGET_DIR", &dir)
        .status()
        .expect("cargo runs");
    assert!(done.success(), "the product does not build for {target}");
    Some(dir.join(target).join(profile).join("nlbox"))
}

/// The installed iproute2, or `None`, said aloud (under `CI=true` its absence is a failure).
pub fn iproute2() -> Option<&'static Iproute2> {
    static FOUND: OnceLock<Option<Iproute2>> = OnceLock::new();
    FOUND
        .get_or_init(|| {
            ["/usr/sbin/ip", "/sbin/ip", "/usr/bin/ip", "/bin/ip"].iter().find_map(|path| {
                let said = Command::new(path).arg("-V").output().ok()?.stdout;
                let said = String::from_utf8(said).ok()?;
                let number = said.split("iproute2-").nth(1)?.split([',', '\n']).next()?;
                let mut parts = number.split('.').map(|p| p.parse().unwrap_or(0));
                let version = (parts.next()?, parts.next().unwrap_or(0));
                Some(Iproute2 { path: PathBuf::from(path), version, banner: said.clone() })
            })
        })
        .as_ref()
        .or_else(|| skip("iproute2 is not installed"))
}

/// An iproute2: where, which version (major, minor), and its `-V` line.
pub struct Iproute2 {
    pub path: PathBuf,
    pub version: (u32, u32),
    pub banner: String,
}

/// A path below the directory for temporary files that nobody else has: tests of one program run at once.
pub fn scratch(name: &str) -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    std::env::temp_dir().join(format!("nlbox-{name}-{}-{count}", std::process::id()))
}

/// Says that a test did not run, and why; under `CI=true` that is a failure.
pub fn skip<T>(why: &str) -> Option<T> {
    assert!(std::env::var("CI").as_deref() != Ok("true"), "SKIP is not allowed in CI: {why}");
    // Past the capture of the test runner: a skip is to be seen.
    let _ = writeln!(std::io::stderr(), "SKIP: {why}");
    None
}

/// A private network and mount namespace. It is gone when dropped, and when the test dies.
pub struct Ns {
    holder: Child,
    user: Option<File>,
    net: File,
    mnt: File,
}

impl Ns {
    /// A fresh fixture, or `None`, said aloud, where the kernel refuses namespaces to us.
    pub fn new() -> Option<Ns> {
        // SAFETY: geteuid only reads the credentials of the process.
        let root = unsafe { libc::geteuid() } == 0;
        Ns::make(!root).or_else(|e| Ns::make(root).map_err(|_| e)).map_or_else(
            |e| skip(&format!("no private namespaces here: {e}")),
            |ns| {
                // Router solicitations and duplicate detection would make counters and flags depend on time.
                ns.sh("cd /proc/sys/net/ipv6/conf && for d in all default; do echo 0 > $d/accept_dad; \
                       echo 0 > $d/router_solicitations; done");
                Some(ns)
            },
        )
    }

    fn make(in_user_namespace: bool) -> Result<Ns> {
        // The holder waits on a pipe of ours: it ends with us, whatever end that is.
        let mut command = Command::new("cat");
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        // SAFETY: see `enter_new`; it is made of system calls and does not allocate.
        unsafe { command.pre_exec(move || enter_new(in_user_namespace)) };
        let holder = command.spawn()?;
        let open = |kind: &str| File::open(format!("/proc/{}/ns/{kind}", holder.id()));
        let user = if in_user_namespace { Some(open("user")?) } else { None };
        Ok(Ns { user, net: open("net")?, mnt: open("mnt")?, holder })
    }

    /// A process inside, for tests that name a namespace by its process.
    pub fn pid(&self) -> u32 {
        self.holder.id()
    }

    /// `program` with the environment of the tests, set to run inside.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let fds: [RawFd; 3] =
            [self.user.as_ref().map_or(-1, AsRawFd::as_raw_fd), self.net.as_raw_fd(), self.mnt.as_raw_fd()];
        let mut command = Command::new(program);
        command.env_clear().env("LC_ALL", "C").env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").env("TZ", "UTC");
        command.stdin(Stdio::null());
        // SAFETY: setns is a bare system call, allowed between fork and exec.
        unsafe {
            command.pre_exec(move || {
                fds.iter().filter(|fd| **fd >= 0).try_for_each(|fd| check(libc::setns(*fd, 0)))
            })
        };
        command
    }

    /// Runs `argv` inside to its end. A program that hangs is ended after ten seconds.
    pub fn run<S: AsRef<std::ffi::OsStr>>(&self, argv: &[S]) -> Output {
        self.feed(argv, "")
    }

    /// As [`Ns::run`], with `input` on standard input.
    pub fn feed<S: AsRef<std::ffi::OsStr>>(&self, argv: &[S], input: &str) -> Output {
        let (program, args) = argv.split_first().expect("a program to run");
        let mut command = self.command(program);
        command.args(args);
        finish(command, input)
    }

    /// Runs a line of shell inside and insists that it succeeds.
    pub fn sh(&self, line: &str) -> Output {
        let out = self.run(&["/bin/sh", "-c", line]);
        assert_eq!(out.code, 0, "{line}\n{}", out.stderr);
        out
    }

    /// Runs `ip` lines by the given program and insists that each succeeds.
    pub fn ip(&self, program: &Path, lines: &[&str]) {
        for line in lines {
            let argv: Vec<&str> = std::iter::once(program.to_str().unwrap()).chain(words(line)).collect();
            let out = self.run(&argv);
            assert_eq!(out.code, 0, "ip {line}\n{}", out.stderr);
        }
    }
}

impl Drop for Ns {
    fn drop(&mut self) {
        drop(self.holder.kill());
        drop(self.holder.wait());
    }
}

/// Runs a command to its end with `input` and gathers everything; ten seconds at most.
pub fn finish(mut command: Command, input: &str) -> Output {
    if !input.is_empty() {
        command.stdin(Stdio::piped());
    }
    let name = format!("{:?}", command.get_program());
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|e| panic!("{name}: {e}"));
    if let Some(mut pipe) = child.stdin.take() {
        drop(pipe.write_all(input.as_bytes()));
    }
    let pid = child.id().cast_signed();
    let (ended, end) = std::sync::mpsc::channel::<()>();
    let watch = std::thread::spawn(move || {
        if end.recv_timeout(Duration::from_secs(10)) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
            // SAFETY: kill takes two integers; the child is not reaped before `ended` is dropped.
            unsafe { libc::kill(pid, libc::SIGKILL) };
        }
    });
    let out = child.wait_with_output().unwrap_or_else(|e| panic!("{name}: {e}"));
    drop(ended);
    drop(watch.join());
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    let code = out.status.code().unwrap_or_else(|| 128 + out.status.signal().unwrap_or(0));
    Output { stdout: text(out.stdout), stderr: text(out.stderr), code }
}

/// Waits, half a minute at most, until `true_now` says so.
pub fn eventually(what: &str, mut true_now: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(30);
    while !true_now() {
        assert!(Instant::now() < end, "never came true: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// The words of a command line as a shell splits it; `''` is an empty word, `'a b'` one word.
pub fn words(line: &str) -> impl Iterator<Item = &str> {
    let mut rest = line.trim();
    std::iter::from_fn(move || {
        rest = rest.trim_start();
        let (word, after) = match rest.strip_prefix('\'') {
            Some(quoted) => quoted.split_once('\'')?,
            None if rest.is_empty() => return None,
            None => rest.split_at(rest.find(' ').unwrap_or(rest.len())),
        };
        rest = after;
        Some(word)
    })
}

/// The lines of both texts, in order: `  ` in both, `- ` only wanted, `+ ` only got; odd bytes made visible.
pub fn diff(want: &str, got: &str) -> String {
    let (want, got): (Vec<_>, Vec<_>) = (want.split('\n').collect(), got.split('\n').collect());
    // common[i][j]: how many lines want[i..] and got[j..] have in common.
    let mut common = vec![vec![0; got.len() + 1]; want.len() + 1];
    for i in (0..want.len()).rev() {
        for j in (0..got.len()).rev() {
            common[i][j] = if want[i] == got[j] {
                common[i + 1][j + 1] + 1
            } else {
                common[i + 1][j].max(common[i][j + 1])
            };
        }
    }
    let (mut i, mut j, mut text) = (0, 0, String::new());
    while i < want.len() || j < got.len() {
        let (mark, line) = if i < want.len() && j < got.len() && want[i] == got[j] {
            (i, j) = (i + 1, j + 1);
            (' ', want[i - 1])
        } else if j == got.len() || (i < want.len() && common[i + 1][j] >= common[i][j + 1]) {
            i += 1;
            ('-', want[i - 1])
        } else {
            j += 1;
            ('+', got[j - 1])
        };
        text += &format!(
            "    {mark} {}\n",
            line.escape_debug().to_string().replace("\\\"", "\"").replace("\\'", "'")
        );
    }
    text
}

/// `assert_eq!` for texts: shows the two line by line.
#[macro_export]
macro_rules! eqnice {
    ($want:expr, $got:expr $(,)?) => {
        $crate::eqnice!($want, $got, "")
    };
    ($want:expr, $got:expr, $($what:tt)+) => {{
        let (want, got) = (&$want, &$got);
        assert!(want == got, "{}\n{}", format!($($what)+), $crate::diff(want, got));
    }};
}

fn check(result: libc::c_int) -> Result<()> {
    if result < 0 { Err(Error::last_os_error()) } else { Ok(()) }
}

/// Between fork and exec: new namespaces, mounts of our own, an empty `/run`.
fn enter_new(in_user_namespace: bool) -> Result<()> {
    // SAFETY: both only read the credentials of the process.
    let (uid, gid) = unsafe { (libc::geteuid(), libc::getegid()) };
    let flags =
        libc::CLONE_NEWNET | libc::CLONE_NEWNS | if in_user_namespace { libc::CLONE_NEWUSER } else { 0 };
    // SAFETY: unshare takes an integer.
    check(unsafe { libc::unshare(flags) })?;
    if in_user_namespace {
        std::fs::write("/proc/self/setgroups", "deny")?;
        std::fs::write("/proc/self/uid_map", format!("0 {uid} 1"))?;
        std::fs::write("/proc/self/gid_map", format!("0 {gid} 1"))?;
    }
    mount(c"none", c"/", c"", libc::MS_REC | libc::MS_PRIVATE, c"")?;
    mount(c"tmpfs", c"/run", c"tmpfs", 0, c"mode=755")
}

/// `mount(source, target, filesystemtype, mountflags, data)`, mount(2).
fn mount(
    source: &std::ffi::CStr,
    target: &std::ffi::CStr,
    kind: &std::ffi::CStr,
    flags: libc::c_ulong,
    data: &std::ffi::CStr,
) -> Result<()> {
    // SAFETY: four strings that end in NUL and live across the call.
    check(unsafe {
        libc::mount(source.as_ptr(), target.as_ptr(), kind.as_ptr(), flags, data.as_ptr().cast())
    })
}
