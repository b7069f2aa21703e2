//! No input reaches the machine: the fuzzer's process can open no socket, start no program, change no namespace, mount
//! or file. Each of these fails with EPERM, which is one more thing that a command has to bear.
//!
//! `NLBOX_FUZZ_OPEN=1` leaves the process as it is: libFuzzer's own helpers (a symbolizer, `-merge`, `-fork`) are
//! programs too.

use libc::{BPF_ABS, BPF_ALU, BPF_AND, BPF_JEQ, BPF_JMP, BPF_K, BPF_LD, BPF_RET, BPF_W, sock_filter};

/// What no target may do, whatever the arguments.
const DENIED: &[libc::c_long] = &[
    libc::SYS_socket,
    libc::SYS_socketpair,
    libc::SYS_execve,
    libc::SYS_execveat,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_chdir,
    libc::SYS_fchdir,
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_kill,
    libc::SYS_ioctl,
    libc::SYS_prctl,
    libc::SYS_capset,
    libc::SYS_setuid,
    libc::SYS_setgid,
    libc::SYS_setgroups,
    libc::SYS_setresuid,
    libc::SYS_setresgid,
    libc::SYS_setsid,
    libc::SYS_sethostname,
    libc::SYS_mkdirat,
    libc::SYS_unlinkat,
    libc::SYS_symlinkat,
    libc::SYS_linkat,
    libc::SYS_renameat2,
    libc::SYS_mknodat,
    libc::SYS_fchmodat,
    libc::SYS_fchownat,
    libc::SYS_inotify_init1,
    libc::SYS_open_tree,
    libc::SYS_move_mount,
    libc::SYS_fsopen,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_fork,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_vfork,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_mkdir,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_rmdir,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_unlink,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_symlink,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_link,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_rename,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_chmod,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_mknod,
];

const LOAD: u32 = BPF_LD | BPF_W | BPF_ABS;
const EQUAL: u32 = BPF_JMP | BPF_JEQ | BPF_K;
const ALLOW: u32 = libc::SECCOMP_RET_ALLOW;
const DENY: u32 = libc::SECCOMP_RET_ERRNO | libc::EPERM as u32;

fn insn(code: u32, k: u32, jt: u8, jf: u8) -> sock_filter {
    sock_filter { code: code as u16, jt, jf, k }
}

/// Place of argument `n`'s low half in `struct seccomp_data`.
fn argument(n: u32) -> u32 {
    16 + 8 * n + if cfg!(target_endian = "big") { 4 } else { 0 }
}

/// Goes inside. Standard input is empty from then on.
pub fn enter() {
    if std::env::var_os("NLBOX_FUZZ_OPEN").is_some() {
        return;
    }
    let mut program = vec![insn(LOAD, 0, 0, 0)];
    for nr in DENIED {
        program.extend([insn(EQUAL, *nr as u32, 0, 1), insn(BPF_RET, DENY, 0, 0)]);
    }
    // The C library tries clone3 first, and then clone, of which the flags can be seen: only threads are started.
    let enosys = libc::SECCOMP_RET_ERRNO | libc::ENOSYS as u32;
    program.extend([insn(EQUAL, libc::SYS_clone3 as u32, 0, 1), insn(BPF_RET, enosys, 0, 0)]);
    program.extend([
        insn(EQUAL, libc::SYS_clone as u32, 0, 5),
        insn(LOAD, argument(0), 0, 0),
        insn(BPF_ALU | BPF_AND | BPF_K, libc::CLONE_VM as u32, 0, 0),
        insn(EQUAL, 0, 0, 1),
        insn(BPF_RET, DENY, 0, 0),
        insn(BPF_RET, ALLOW, 0, 0),
    ]);
    // The fuzzer makes its own files with O_CREAT; the product makes new ones with O_EXCL, and opens those of /proc, /sys
    // and /dev to write as they are.
    program.extend([
        insn(EQUAL, libc::SYS_openat as u32, 0, 9),
        insn(LOAD, argument(2), 0, 0),
        insn(BPF_ALU | BPF_AND | BPF_K, libc::O_EXCL as u32, 0, 0),
        insn(EQUAL, 0, 0, 5),
        insn(LOAD, argument(2), 0, 0),
        insn(BPF_ALU | BPF_AND | BPF_K, (libc::O_ACCMODE | libc::O_CREAT) as u32, 0, 0),
        insn(EQUAL, libc::O_WRONLY as u32, 2, 0),
        insn(EQUAL, libc::O_RDWR as u32, 1, 0),
        insn(BPF_RET, ALLOW, 0, 0),
        insn(BPF_RET, DENY, 0, 0),
    ]);
    program.push(insn(BPF_RET, ALLOW, 0, 0));
    let filter = libc::sock_fprog { len: program.len() as u16, filter: program.as_mut_ptr() };
    unsafe {
        let null = libc::open(c"/dev/null".as_ptr(), libc::O_RDONLY);
        assert!(libc::dup2(null, 0) == 0);
        assert!(libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
        assert!(libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &raw const filter) == 0);
    }
    assert!(std::process::Command::new("true").status().is_err(), "the sandbox is shut");
    assert!(std::net::UdpSocket::bind("127.0.0.1:0").is_err(), "the sandbox is shut");
}
