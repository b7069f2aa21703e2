//! BPF programs that are loaded already: looked up by id or by the file they are pinned at.
#![allow(unsafe_code)]

use crate::errno::{Errno, check};
use crate::fd::Fd;
use core::ffi::{CStr, c_int, c_long};

// include/uapi/linux/bpf.h, enum bpf_cmd
const BPF_OBJ_GET: c_long = 7;
const BPF_PROG_GET_FD_BY_ID: c_long = 13;
const BPF_OBJ_GET_INFO_BY_FD: c_long = 15;

// The first words of union bpf_attr: all that the three commands read. A field of 32 bits is the first half of a word
// on a little-endian machine, so each of them is spelled as a pair.
type Attr = [u32; 4];

fn bpf(command: c_long, attr: &mut Attr) -> Result<c_int, Errno> {
    // SAFETY: attr is readable and writable for the length that is passed; the addresses in it are the callers' to keep.
    let ret = unsafe { libc::syscall(libc::SYS_bpf, command, attr.as_mut_ptr(), size_of::<Attr>()) };
    check(c_int::try_from(ret).unwrap_or(-1))
}

/// The two halves of an address, as they lie in memory.
fn halves<T>(address: *const T) -> [u32; 2] {
    let bytes = (address.expose_provenance() as u64).to_ne_bytes();
    let (a, b) = bytes.split_at(4);
    [a, b].map(|half| half.try_into().map_or(0, u32::from_ne_bytes))
}

/// `bpf(BPF_OBJ_GET)`: the program or map that is pinned at `path`.
pub fn obj_get(path: &CStr) -> Result<Fd, Errno> {
    let [a, b] = halves(path.as_ptr());
    bpf(BPF_OBJ_GET, &mut [a, b, 0, 0]).map(Fd::from_raw)
}

/// The beginning of struct `bpf_prog_info`.
#[repr(C)]
#[derive(Default)]
pub struct ProgInfo {
    ty: u32,
    id: u32,
    /// Hash of its instructions.
    pub tag: [u8; 8],
    /// Bytes of machine code; 0 where it is interpreted.
    pub jited_len: u32,
    xlated_len: u32,
    pointers: [u64; 2],
    /// When it was loaded: nanoseconds since the machine started.
    pub load_time: u64,
    /// Who loaded it.
    pub uid: u32,
    maps: u32,
    map_ids: u64,
    name: [u8; 16],
}

impl ProgInfo {
    /// Its name; empty where it has none.
    pub fn name(&self) -> &[u8] {
        self.name.split(|b| *b == 0).next().unwrap_or_default()
    }
}

/// `bpf(BPF_PROG_GET_FD_BY_ID)` and `bpf(BPF_OBJ_GET_INFO_BY_FD)`: what the kernel tells of a program.
///
/// `EPERM`: only `CAP_SYS_ADMIN` may ask.
pub fn prog_info(id: u32) -> Result<ProgInfo, Errno> {
    let fd = bpf(BPF_PROG_GET_FD_BY_ID, &mut [id, 0, 0, 0]).map(Fd::from_raw)?;
    let mut info = ProgInfo::default();
    let [a, b] = halves(&raw mut info);
    let len = u32::try_from(size_of::<ProgInfo>()).unwrap_or(0);
    bpf(BPF_OBJ_GET_INFO_BY_FD, &mut [fd.raw().cast_unsigned(), len, a, b])?;
    // The kernel has written behind the compiler's back.
    core::hint::black_box(&mut info);
    Ok(info)
}
