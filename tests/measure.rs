//! What a program costs: time, page faults, memory, system calls, instructions.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// One run.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// Processor time, of the user and of the system.
    pub cpu: Duration,
    /// Time by the clock on the wall.
    pub wall: Duration,
    /// Pages that had to be brought in.
    pub faults: i64,
    /// Whether it ended with 0.
    pub ok: bool,
}

/// Runs `command` to its end and says what it cost, its start included.
pub fn cost(command: &mut Command) -> Cost {
    let start = Instant::now();
    #[expect(clippy::zombie_processes, reason = "waited for below, with its usage")]
    let child = command.spawn().unwrap_or_else(|e| panic!("{command:?}: {e}"));
    let mut status = 0;
    // SAFETY: the structure is all integers.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    let pid = libc::pid_t::try_from(child.id()).unwrap();
    // SAFETY: our own child, and room for both answers.
    assert_eq!(unsafe { libc::wait4(pid, &raw mut status, 0, &raw mut usage) }, pid);
    let time =
        |t: libc::timeval| Duration::from_micros(u64::try_from(t.tv_sec * 1_000_000 + t.tv_usec).unwrap());
    Cost {
        cpu: time(usage.ru_utime) + time(usage.ru_stime),
        wall: start.elapsed(),
        faults: usage.ru_minflt + usage.ru_majflt,
        ok: status == 0,
    }
}

/// What a run keeps in memory at its peak, in KiB: `VmHWM` when it exits, which a tracer sees. (`ru_maxrss` is at least
/// what the parent had when it made the child.)
pub fn peak(command: &mut Command) -> u64 {
    memory(command).0
}

/// The same, and how much of it at the exit is no part of a file (`RssAnon`): how many pages of a file are there depends
/// on where it lies.
pub fn memory(command: &mut Command) -> (u64, u64) {
    // SAFETY: ptrace is async-signal-safe.
    unsafe {
        command.pre_exec(|| match libc::ptrace(libc::PTRACE_TRACEME, 0, 0, 0) {
            -1 => Err(std::io::Error::last_os_error()),
            _ => Ok(()),
        });
    }
    #[expect(clippy::zombie_processes, reason = "waited for below, stop by stop")]
    let child = command.spawn().unwrap_or_else(|e| panic!("{command:?}: {e}"));
    let pid = libc::pid_t::try_from(child.id()).unwrap();
    let (mut status, mut peak) = (0, (0, 0));
    loop {
        // SAFETY: our own child.
        assert_eq!(unsafe { libc::waitpid(pid, &raw mut status, 0) }, pid);
        if !libc::WIFSTOPPED(status) {
            return peak;
        }
        if status >> 16 == libc::PTRACE_EVENT_EXIT {
            let text = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
            let number = |name: &str| {
                let line = text.lines().find_map(|l| l.strip_prefix(name)).unwrap_or("0");
                line.split_whitespace().next().unwrap().parse().unwrap()
            };
            peak = (number("VmHWM:"), number("RssAnon:"));
        } else {
            // SAFETY: the child is stopped.
            unsafe { libc::ptrace(libc::PTRACE_SETOPTIONS, pid, 0, libc::PTRACE_O_TRACEEXIT) };
        }
        // SAFETY: the child is stopped.
        unsafe { libc::ptrace(libc::PTRACE_CONT, pid, 0, 0) };
    }
}

/// `argv` behind a tool and its options, with what the tool is told to write read back.
fn behind(tool: &str, options: &[&str], argv: &[&str], tag: &str) -> Option<(String, bool)> {
    let file = crate::scratch(tag);
    let options: Vec<String> = options.iter().map(|o| o.replace('@', file.to_str().unwrap())).collect();
    let done = Command::new(tool)
        .args(options)
        .args(argv)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .ok()?;
    let text = std::fs::read_to_string(&file).ok();
    drop(std::fs::remove_file(&file));
    Some((text?, done.success()))
}

/// How many system calls `argv` makes, its children's included, by strace; `None` without it.
pub fn calls(argv: &[&str]) -> Option<u64> {
    let (text, _) = behind("strace", &["-f", "-c", "-o", "@"], argv, "calls")?;
    let total = text.lines().find(|l| l.ends_with(" total"))?;
    total.split_whitespace().nth(3)?.parse().ok()
}

/// How many instructions `argv` executes outside the kernel, by callgrind; `None` without valgrind.
pub fn instructions(argv: &[&str]) -> Option<u64> {
    if !Path::new("/usr/bin/valgrind").exists() {
        return None;
    }
    let (text, _) =
        behind("valgrind", &["--tool=callgrind", "--callgrind-out-file=@"], argv, "instructions")?;
    let line = text.lines().find_map(|l| l.strip_prefix("summary: ").or(l.strip_prefix("totals: ")))?;
    line.trim().parse().ok()
}
