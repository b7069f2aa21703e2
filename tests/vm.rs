//! A virtual machine: Debian's kernel under QEMU, an initramfs packed here, and nothing else on board.
//!
//! For what the machine at hand cannot show: link kinds its kernel lacks, a NIC that may be moved, a system without
//! `/proc`, `/sys`, `/etc`, a shell or a C library. The transcript runs over the second serial line, so that the
//! kernel's own words, on the first, do not mix with it.
//!
//! `NLBOX_MACHINE=DIR` makes it one of another architecture, s390x: `tests/big_endian` fills such a directory with
//! Debian's packages, our init and the product.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use crate::Output;

/// Kernel parameters: quiet, quick, an end at a panic; and as in [`crate::Ns`] nothing that depends on time, in any
/// namespace: no duplicate detection, no router solicitations. A busy machine's emulated timer may seem not to work: that
/// is not asked. Tunnel modules make no devices of their own.
const PARAMETERS: &str = "console=ttyS0 quiet panic=-1 no_timer_check nokaslr mitigations=off cryptomgr.notests \
    sysctl.net.core.fb_tunnels_only_for_init_net=2 sysctl.net.core.devconf_inherit_init_net=1 \
    sysctl.net.ipv6.conf.all.accept_dad=0 sysctl.net.ipv6.conf.default.accept_dad=0 \
    sysctl.net.ipv6.conf.all.router_solicitations=0 sysctl.net.ipv6.conf.default.router_solicitations=0";

/// How long a machine may live, boot and all, unless [`Setup::life`] says otherwise.
const LIFE: Duration = Duration::from_secs(240);

/// The kind of machine that is emulated.
struct Board {
    qemu: &'static str,
    /// A processor, and two serial lines: stderr, and the character device `transcript`.
    arguments: &'static str,
    /// Kernel parameters of its own.
    parameters: &'static str,
    /// Where its kernel, its iproute2 and our init are; none for those of the machine at hand.
    root: Option<PathBuf>,
}

impl Board {
    fn new() -> Board {
        match std::env::var_os("NLBOX_MACHINE") {
            None => Board {
                qemu: "qemu-system-x86_64",
                arguments: "-cpu max -serial file:/dev/stderr -serial chardev:transcript",
                parameters: "",
                root: None,
            },
            // Its serial lines have the numbers of ttyS0 and ttyS1 there.
            Some(root) => Board {
                qemu: "qemu-system-s390x",
                arguments: "-M s390-ccw-virtio -chardev file,id=console,path=/dev/stderr \
                    -device sclplmconsole,chardev=console -device sclpconsole,chardev=transcript",
                // What the kernel says comes over both lines: it may say that it panics.
                parameters: " loglevel=0",
                root: Some(root.into()),
            },
        }
    }

    /// `path` of the machine.
    fn path(&self, path: &str) -> PathBuf {
        match &self.root {
            None => PathBuf::from(path),
            Some(root) => root.join(path.trim_start_matches('/')),
        }
    }
}

/// What a machine is to hold. [`Setup::boot`] starts it.
pub struct Setup {
    modules: Vec<String>,
    nics: usize,
    life: Duration,
    parameters: String,
    disk: Archive,
}

impl Default for Setup {
    fn default() -> Self {
        Setup::new()
    }
}

impl Setup {
    /// Our init, three device nodes, and nothing else.
    pub fn new() -> Setup {
        let mut disk = Archive::default();
        disk.device("/dev/console", 5, 1);
        disk.device("/dev/null", 1, 3);
        disk.device("/dev/ttyS1", 4, 65);
        disk.file("/init", &std::fs::read(init()).expect("vm-init is built with the tests"), 0o755);
        Setup { modules: Vec::new(), nics: 0, life: LIFE, parameters: PARAMETERS.to_string(), disk }
    }

    /// One more parameter of the kernel's command line.
    pub fn parameter(mut self, word: &str) -> Setup {
        self.parameters += " ";
        self.parameters += word;
        self
    }

    /// Kernel modules to load before the first command, each a name and maybe parameters (`dummy numdummies=0`); those
    /// they need come along. A module that this kernel lacks fails the test, see [`has_module`].
    pub fn modules(mut self, names: &[&str]) -> Setup {
        self.modules.extend(names.iter().map(|n| n.to_string()));
        self
    }

    /// So many virtio NICs (`eth0`, `52:54:00:00:00:01`; `eth1`, `…:02`; …), all on one hub of their own.
    pub fn nics(mut self, count: usize) -> Setup {
        self.nics = count;
        self.modules(&["virtio_pci", "virtio_net"])
    }

    /// So many seconds for the machine to live.
    pub fn life(mut self, seconds: u64) -> Setup {
        self.life = Duration::from_secs(seconds);
        self
    }

    /// A copy of the file `from`, with its mode, as `path`. Directories on the way are made.
    pub fn file(mut self, path: &str, from: impl AsRef<Path>) -> Setup {
        let from = from.as_ref();
        let read = || Ok((std::fs::read(from)?, std::fs::metadata(from)?.permissions().mode()));
        let (bytes, mode) = read().unwrap_or_else(|e: std::io::Error| panic!("{}: {e}", from.display()));
        self.disk.file(path, &bytes, mode & 0o777);
        self
    }

    /// A symbolic link.
    pub fn link(mut self, path: &str, target: &str) -> Setup {
        self.disk.entry(path, 0o120_777, (0, 0), target.as_bytes());
        self
    }

    /// An empty directory.
    pub fn directory(mut self, path: &str) -> Setup {
        self.disk.directory(path);
        self
    }

    /// The installed iproute2 and the libraries it needs, as `/bin/ip`. For `netns` it also wants `/run` (made here),
    /// and `/proc` and `/sys`, which the test has to mount.
    pub fn iproute2(self) -> Setup {
        peer_ip_files().iter().fold(self.directory("/run"), |setup, (path, from)| setup.file(path, from))
    }

    /// Starts the machine and waits until it takes commands. `None`, said aloud, where QEMU or a kernel is missing.
    pub fn boot(mut self) -> Option<Vm> {
        let Some(kernel) = Kernel::installed() else {
            return crate::skip("no kernel in /boot with its modules");
        };
        let qemu = Board::new().qemu;
        if Command::new(qemu).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_err() {
            return crate::skip(&format!("{qemu} is not installed"));
        }
        let mut list = String::new();
        for (path, parameters) in kernel.resolve(&self.modules) {
            let file = format!("/modules/{}.ko", module_name(path));
            let _ = writeln!(list, "{file} {parameters}");
            self.disk.file(&file, &plain(&kernel.modules.join(path)), 0o644);
        }
        self.disk.file("/modules/list", list.as_bytes(), 0o644);
        Some(Vm::start(&kernel, self.nics, self.life, &self.parameters, self.disk.finish()))
    }
}

/// A running machine. It is ended when dropped, and when the thread that booted it ends.
pub struct Vm {
    qemu: Child,
    input: ChildStdin,
    lines: Receiver<String>,
    console: Arc<Mutex<Vec<u8>>>,
    transcript: String,
    deadline: Instant,
    initramfs: PathBuf,
    _turn: MutexGuard<'static, ()>,
}

impl Vm {
    fn start(kernel: &Kernel, nics: usize, life: Duration, parameters: &str, initramfs: Vec<u8>) -> Vm {
        // One at a time: each is as slow as the processor it emulates is shared.
        static TURN: Mutex<()> = Mutex::new(());
        let turn = TURN.lock().unwrap_or_else(|e| e.into_inner());
        let path = crate::scratch("initramfs");
        std::fs::write(&path, initramfs).expect("room for an initramfs");

        let board = Board::new();
        let mut qemu = Command::new(board.qemu);
        qemu.args(words("-accel tcg -m 256 -nodefaults -no-user-config -no-reboot -display none"))
            .args(["-chardev", "stdio,id=transcript,signal=off"])
            .args(words(board.arguments))
            .args(["-append", &format!("{parameters}{}", board.parameters)])
            .arg("-kernel")
            .arg(&kernel.image)
            .arg("-initrd")
            .arg(&path);
        for n in 0..nics {
            // Also on a mainframe, where those of its own bus come in any order.
            let device = format!("virtio-net-pci,netdev=n{n},mac=52:54:00:00:00:{:02x},romfile=", n + 1);
            qemu.args(["-netdev", &format!("hubport,id=n{n},hubid=0"), "-device", &device]);
        }
        qemu.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // SAFETY: prctl is a bare system call, allowed between fork and exec.
        unsafe {
            qemu.pre_exec(|| {
                libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL);
                Ok(())
            })
        };
        let mut qemu = qemu.spawn().expect("qemu starts");

        let (send, lines) = channel();
        let stdout = BufReader::new(qemu.stdout.take().expect("a pipe"));
        std::thread::spawn(move || stdout.lines().map_while(Result::ok).try_for_each(|line| send.send(line)));
        let console = Arc::new(Mutex::new(Vec::new()));
        let (mut stderr, log) = (qemu.stderr.take().expect("a pipe"), console.clone());
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(n @ 1..) = stderr.read(&mut bytes) {
                log.lock().unwrap().extend(&bytes[..n]);
            }
        });
        let mut vm = Vm {
            input: qemu.stdin.take().expect("a pipe"),
            qemu,
            lines,
            console,
            transcript: String::new(),
            deadline: Instant::now() + life,
            initramfs: path,
            _turn: turn,
        };
        assert_eq!(vm.line(), "@ready", "the machine's first word");
        vm
    }

    /// Runs a command line to its end: words parted by blanks, `'` and `"` quote. Names of programs are sought in
    /// `/bin`; a first word with a colon is one of init's own (see `init.rs`).
    pub fn run(&mut self, line: &str) -> Output {
        self.exec(&words(line))
    }

    /// As [`Vm::run`]; whatever is wrong fails the test. Returns standard output.
    pub fn ok(&mut self, line: &str) -> String {
        let said = self.run(line);
        assert!(said.code == 0 && said.stderr.is_empty(), "`{line}`: {said:?}");
        said.stdout
    }

    /// Runs a command given word by word.
    pub fn exec<S: AsRef<str>>(&mut self, argv: &[S]) -> Output {
        self.feed(argv, "")
    }

    /// As [`Vm::exec`], with `input` on standard input.
    pub fn feed<S: AsRef<str>>(&mut self, argv: &[S], input: &str) -> Output {
        let argv: Vec<&str> = argv.iter().map(AsRef::as_ref).collect();
        let _ = writeln!(self.transcript, "$ {}", argv.join(" "));
        let mut request = String::new();
        for piece in input.split_inclusive('\n') {
            let _ = writeln!(request, "<{}", escape(piece.as_bytes()));
        }
        let argv: Vec<String> = argv.iter().map(|w| escape(w.as_bytes())).collect();
        let _ = writeln!(request, "{}", argv.join("\t"));
        if self.input.write_all(request.as_bytes()).is_err() {
            self.fail("it is gone");
        }
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        loop {
            let line = self.line();
            match line.split_at_checked(1) {
                Some(("1", rest)) => stdout.extend(unescape(rest)),
                Some(("2", rest)) => stderr.extend(unescape(rest)),
                Some(("@", code)) => {
                    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
                    let said = Output {
                        stdout: text(stdout),
                        stderr: text(stderr),
                        code: code.parse().unwrap_or_else(|_| self.fail("an answer is damaged")),
                    };
                    let _ = write!(self.transcript, "{}{}", said.stdout, said.stderr);
                    if said.code != 0 {
                        let _ = writeln!(self.transcript, "[{}]", said.code);
                    }
                    return said;
                }
                _ => self.fail("an answer is damaged"),
            }
        }
    }

    /// Has the machine power itself off. A kernel that panics on the way fails the test.
    pub fn off(mut self) {
        if self.input.write_all(b":off\n").is_err() {
            self.fail("it is gone");
        }
        while Instant::now() < self.deadline {
            match self.qemu.try_wait() {
                Ok(None) => std::thread::sleep(Duration::from_millis(10)),
                Ok(Some(status)) if status.success() && !self.console().contains("Kernel panic") => return,
                _ => break,
            }
        }
        self.fail("it did not power off")
    }

    /// What the kernel printed, and QEMU if it had a complaint.
    pub fn console(&self) -> String {
        String::from_utf8_lossy(&self.console.lock().unwrap()).into_owned()
    }

    fn line(&mut self) -> String {
        match self.lines.recv_timeout(self.deadline.saturating_duration_since(Instant::now())) {
            Ok(line) => line,
            Err(_) => self.fail("no answer"),
        }
    }

    fn fail(&mut self, why: &str) -> ! {
        let ended = self.qemu.try_wait().ok().flatten();
        panic!("the virtual machine: {why} ({})", ended.map_or("running".into(), |s| s.to_string()))
    }
}

impl Drop for Vm {
    fn drop(&mut self) {
        let _ = self.qemu.kill();
        let _ = self.qemu.wait();
        let _ = std::fs::remove_file(&self.initramfs);
        if std::thread::panicking() {
            let console = self.console();
            let tail: Vec<&str> = console.lines().rev().take(60).collect();
            eprintln!("--- transcript\n{}--- end of the console", self.transcript);
            tail.iter().rev().for_each(|line| eprintln!("{line}"));
        }
    }
}

/// An installed kernel: its image and the directory of its modules.
struct Kernel {
    image: PathBuf,
    modules: PathBuf,
    needs: HashMap<String, (String, Vec<String>)>,
    builtin: BTreeSet<String>,
}

impl Kernel {
    /// The last by name in `/boot`, one made for virtual machines if there is one.
    fn installed() -> Option<Kernel> {
        let board = Board::new();
        let mut versions: Vec<String> = std::fs::read_dir(board.path("/boot"))
            .ok()?
            .filter_map(|e| Some(e.ok()?.file_name().to_str()?.strip_prefix("vmlinuz-")?.to_string()))
            .filter(|v| board.path("/lib/modules").join(v).join("modules.dep").exists())
            .collect();
        versions.sort_by_key(|v| (v.contains("cloud"), v.clone()));
        let version = versions.pop()?;
        let modules = board.path("/lib/modules").join(&version);
        let needs = std::fs::read_to_string(modules.join("modules.dep")).ok()?;
        let needs = needs.lines().filter_map(|line| line.split_once(':')).map(|(path, needs)| {
            (module_name(path), (path.to_string(), needs.split_whitespace().map(str::to_string).collect()))
        });
        let builtin = std::fs::read_to_string(modules.join("modules.builtin")).unwrap_or_default();
        Some(Kernel {
            image: board.path(&format!("/boot/vmlinuz-{version}")),
            needs: needs.collect(),
            builtin: builtin.lines().map(module_name).collect(),
            modules,
        })
    }

    /// The files of `modules` with their parameters, and all they need, each after what it needs.
    fn resolve<'a>(&'a self, modules: &'a [String]) -> Vec<(&'a str, &'a str)> {
        let mut order = Vec::new();
        for module in modules {
            let (name, parameters) = module.split_once(' ').unwrap_or((module, ""));
            let name = name.replace('-', "_");
            match self.needs.get(&name) {
                // depmod writes the needs from the nearest to the furthest.
                Some((path, needs)) => {
                    order.extend(
                        needs
                            .iter()
                            .rev()
                            .map(|path| (path.as_str(), ""))
                            .chain([(path.as_str(), parameters)]),
                    );
                }
                None => assert!(self.builtin.contains(&name), "this kernel has no module {name}"),
            }
        }
        let mut seen = BTreeSet::new();
        order.retain(|(path, _)| seen.insert(*path));
        order
    }
}

/// Whether the machine's kernel knows the module, built in or not.
pub fn has_module(name: &str) -> bool {
    let name = name.replace('-', "_");
    Kernel::installed().is_some_and(|k| k.needs.contains_key(&name) || k.builtin.contains(&name))
}

fn module_name(path: &str) -> String {
    let file = path.rsplit('/').next().unwrap_or(path);
    file.split(".ko").next().unwrap_or(file).replace('-', "_")
}

/// The contents of a module; newer Debians compress them.
fn plain(path: &Path) -> Vec<u8> {
    let unpack = match path.extension().and_then(|e| e.to_str()) {
        Some("xz") => "xz",
        Some("zst") => "zstd",
        Some("gz") => "gzip",
        _ => return std::fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display())),
    };
    let done = Command::new(unpack).arg("-dc").arg(path).output().unwrap_or_else(|e| panic!("{unpack}: {e}"));
    assert!(done.status.success(), "{}: {}", path.display(), String::from_utf8_lossy(&done.stderr));
    done.stdout
}

/// The installed iproute2 for a machine that has nothing: (path there, file here), its libraries with it.
pub fn peer_ip_files() -> Vec<(String, PathBuf)> {
    let board = Board::new();
    if board.root.is_some() {
        let mut files = vec![("/bin/ip".to_string(), board.path("/bin/ip"))];
        for dir in ["/lib", "/lib/s390x-linux-gnu", "/usr/lib/s390x-linux-gnu"] {
            let found = std::fs::read_dir(board.path(dir)).expect("libraries of that machine");
            let names = found.filter_map(|e| Some(e.ok()?.file_name().to_str()?.to_string()));
            let libraries = names.filter(|n| n.contains(".so")).map(|n| format!("{dir}/{n}"));
            files.extend(libraries.map(|path| (path.clone(), board.path(&path))));
        }
        return files;
    }
    let Some(ip) = crate::iproute2() else { return Vec::new() };
    let ldd = Command::new("ldd").arg(&ip.path).output().expect("ldd runs");
    let libraries = String::from_utf8_lossy(&ldd.stdout).into_owned();
    // `libmnl.so.0 => /lib/… (0x…)` or, for the loader, `/lib64/… (0x…)`.
    let paths = libraries.lines().filter_map(|l| l.split_whitespace().find(|w| w.starts_with('/')));
    let mut files = vec![("/bin/ip".to_string(), ip.path.clone())];
    files.extend(paths.map(|p| (p.to_string(), PathBuf::from(p))));
    files
}

/// The init of the machine: cargo builds it with any test of this package, next to the directory of the tests.
fn init() -> PathBuf {
    let board = Board::new();
    if board.root.is_some() {
        return board.path("/vm-init");
    }
    let test = std::env::current_exe().expect("a path of our own");
    let beside = test.parent().and_then(Path::parent).expect("target/…/deps").join("vm-init");
    std::env::var_os("CARGO_BIN_EXE_vm-init").map_or(beside, PathBuf::from)
}

fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for c in line.chars() {
        match (quote, c) {
            (Some(q), c) if c == q => quote = None,
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, ' ') => words.extend(word.take()),
            _ => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

/// Bytes as one line of printable text: a backslash and two hexadecimal digits for the rest.
pub fn escape(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes {
        match byte {
            b' '..=b'~' if *byte != b'\\' => text.push(char::from(*byte)),
            _ => {
                let _ = write!(text, "\\{byte:02x}");
            }
        }
    }
    text
}

/// The bytes that [`escape`] was given.
pub fn unescape(text: &str) -> Vec<u8> {
    let (mut bytes, mut rest) = (Vec::new(), text.as_bytes());
    while let [first, tail @ ..] = rest {
        rest = tail;
        match (first, tail) {
            (b'\\', [a, b, tail @ ..]) => {
                let digit = |d: &u8| char::from(*d).to_digit(16).unwrap_or(0) as u8;
                bytes.push(digit(a) * 16 + digit(b));
                rest = tail;
            }
            _ => bytes.push(*first),
        }
    }
    bytes
}

/// A cpio archive in the "newc" format, as Documentation/driver-api/early-userspace/buffer-format.rst describes it.
#[derive(Default)]
struct Archive {
    bytes: Vec<u8>,
    directories: BTreeSet<String>,
    count: u32,
}

impl Archive {
    fn directory(&mut self, path: &str) {
        if self.directories.insert(path.to_string()) {
            self.entry(path, 0o40_755, (0, 0), &[]);
        }
    }

    fn file(&mut self, path: &str, contents: &[u8], mode: u32) {
        self.entry(path, 0o100_000 | mode, (0, 0), contents);
    }

    fn device(&mut self, path: &str, major: u32, minor: u32) {
        self.entry(path, 0o20_666, (major, minor), &[]);
    }

    fn entry(&mut self, path: &str, mode: u32, device: (u32, u32), contents: &[u8]) {
        if let Some((parent, _)) = path.rsplit_once('/').filter(|(parent, _)| !parent.is_empty()) {
            self.directory(parent);
        }
        let name = path.trim_start_matches('/');
        let size = u32::try_from(contents.len()).expect("a file below 4 GiB");
        self.count += 1;
        // Magic; then inode, mode, uid, gid, links, mtime, size, device of the file, device that it is, length of the
        // name with its NUL, checksum (none in this format).
        let (major, minor) = device;
        let length = name.len() as u32 + 1;
        self.bytes.extend(b"070701");
        for field in [self.count, mode, 0, 0, 1, 0, size, 0, 0, major, minor, length, 0] {
            self.bytes.extend(format!("{field:08x}").bytes());
        }
        self.bytes.extend(name.bytes().chain([0]));
        self.align();
        self.bytes.extend(contents);
        self.align();
    }

    fn align(&mut self) {
        self.bytes.resize(self.bytes.len().next_multiple_of(4), 0);
    }

    fn finish(mut self) -> Vec<u8> {
        self.entry("TRAILER!!!", 0, (0, 0), &[]);
        self.bytes
    }
}
