//! bpf(2), as far as it takes to bind the sockets of a control group to an interface.
#![allow(unsafe_code)]

use crate::call::call3;
use crate::errno::{Errno, check};
use crate::fd::Fd;

/// `BPF_PROG_LOAD`, `BPF_PROG_ATTACH`.
const PROG_LOAD: u32 = 5;
const PROG_ATTACH: u32 = 8;
/// `BPF_PROG_TYPE_CGROUP_SOCK`.
const TYPE_CGROUP_SOCK: u32 = 9;
/// `BPF_CGROUP_INET_SOCK_CREATE`.
const INET_SOCK_CREATE: u32 = 2;

/// `struct bpf_insn`.
#[derive(Clone, Copy)]
#[repr(C)]
struct Insn {
    code: u8,
    /// `dst_reg` and `src_reg`, four bits each, the first one first in memory.
    registers: u8,
    off: i16,
    imm: u32,
}

const fn insn(code: u8, dst: u8, src: u8, imm: u32) -> Insn {
    let registers = if cfg!(target_endian = "little") { dst | src << 4 } else { dst << 4 | src };
    Insn { code, registers, off: 0, imm }
}

/// The front of `union bpf_attr` for `BPF_PROG_LOAD`.
#[repr(C)]
struct Load {
    prog_type: u32,
    insn_cnt: u32,
    insns: u64,
    license: u64,
    log: [u32; 2],
    log_buf: u64,
    kern_version: u32,
    prog_flags: u32,
}

/// `bpf(BPF_PROG_LOAD, {BPF_PROG_TYPE_CGROUP_SOCK, …})`: a program that sets `bound_dev_if` of a socket, the first word
/// of `struct bpf_sock`, to `ifindex` (1 stands in its fourth instruction for "go on").
///
/// `EPERM`: it takes `CAP_BPF` and `CAP_NET_ADMIN`, before Linux 5.8 `CAP_SYS_ADMIN`. `ENOSYS`, `EINVAL`: the kernel
/// was built without.
pub fn load_binder(ifindex: u32) -> Result<Fd, Errno> {
    // r3 = ifindex; *(u32 *)(r1 + 0) = r3; r0 = 1; exit
    let program = [insn(0xb7, 3, 0, ifindex), insn(0x63, 1, 3, 0), insn(0xb7, 0, 0, 1), insn(0x95, 0, 0, 0)];
    let address = |p: *const u8| u64::try_from(p.addr()).unwrap_or(0);
    let attr = Load {
        prog_type: TYPE_CGROUP_SOCK,
        insn_cnt: 4,
        insns: address(program.as_ptr().cast()),
        license: address(c"GPL".as_ptr().cast()),
        log: [0; 2],
        log_buf: 0,
        kern_version: 0,
        prog_flags: 0,
    };
    let attr_ptr = core::ptr::from_ref(&attr);
    // SAFETY: attr has that many bytes; the program and the string that it points to live until the call is over.
    let answer = unsafe { call3(libc::SYS_bpf, PROG_LOAD, attr_ptr, size_of::<Load>()) };
    check(answer).and_then(Fd::made)
}

/// `bpf(BPF_PROG_ATTACH, {cgroup, program, BPF_CGROUP_INET_SOCK_CREATE})`: each socket that a process of the group makes
/// goes through it.
pub fn attach(cgroup: &Fd, program: &Fd) -> Result<(), Errno> {
    let attr = [cgroup.raw(), program.raw(), INET_SOCK_CREATE.cast_signed(), 0];
    // SAFETY: attr has that many bytes.
    check(unsafe { call3(libc::SYS_bpf, PROG_ATTACH, attr.as_ptr(), size_of_val(&attr)) }).map(drop)
}
