#![allow(dead_code, reason = "each target takes what it needs")]
//! A command line in this process, with the fuzzer's bytes as the kernel, or with one that agrees to all.

#[path = "sandbox.rs"]
pub mod sandbox;

use nlbox::names::Names;
use nlbox::report::Report;
use nlbox::words::{Line, Words};
use nlbox::{Ctx, Options, Page};
use nlbox_core::conn::{Conn, Errno, Received, Transport};
use nlbox_core::rt::encap;
use nlbox_core::rt::kind::KINDS;
use nlbox_core::spec::AttrSet;
use nlbox_core::text::out::Out;
use std::collections::VecDeque;
use std::ffi::{CStr, CString};

pub const PORT: u32 = 77;
const NLM_F_ACK: u16 = 4;
const NLM_F_DUMP: u16 = 0x300;

fn u16_at(b: &[u8], at: usize) -> u16 {
    b.get(at..at + 2).map_or(0, |b| u16::from_ne_bytes(b.try_into().unwrap()))
}

fn u32_at(b: &[u8], at: usize) -> u32 {
    b.get(at..at + 4).map_or(0, |b| u32::from_ne_bytes(b.try_into().unwrap()))
}

/// A kernel: what it will say, datagram by datagram, and what it was told.
#[derive(Default)]
pub struct Kernel {
    said: VecDeque<Result<Vec<u8>, i32>>,
    seq: u32,
    /// Answers as a kernel that agrees: one link, an acknowledgement, an empty table.
    willing: bool,
    /// `NETLINK_*`.
    protocol: i32,
    /// What was sent, where the kernel is willing, but for questions after a family.
    pub heard: Vec<Vec<u8>>,
}

/// `NETLINK_GENERIC`, and `GENL_ID_CTRL`.
const GENERIC: i32 = 16;
const CTRL: u16 = 16;
/// The number of every family of generic netlink, where the kernel is willing.
pub const FAMILY: u16 = 200;

/// The controller's answer to the question for a family.
pub fn a_family() -> Vec<u8> {
    message(CTRL, 0, &[[1, 2, 0, 0, 6, 0, 1, 0].as_slice(), &FAMILY.to_ne_bytes(), &[0; 2]].concat())
}

impl Kernel {
    pub fn willing() -> Kernel {
        Kernel { willing: true, ..Kernel::default() }
    }

    /// Every message gets the sequence number and port id that are waited for, so that the fuzzer need not guess them.
    fn addressed(&self, mut d: Vec<u8>) -> Vec<u8> {
        let mut at = 0;
        while at + 16 <= d.len() {
            d[at + 8..at + 12].copy_from_slice(&self.seq.to_ne_bytes());
            d[at + 12..at + 16].copy_from_slice(&PORT.to_ne_bytes());
            at = at.saturating_add((u32_at(&d, at) as usize).next_multiple_of(4).max(16));
        }
        d
    }
}

/// The attribute sets that are chosen by a name or a number: the options of link kinds, the kinds of encapsulation.
pub fn set(n: usize) -> Option<&'static AttrSet> {
    match KINDS.get(n) {
        Some(kind) => kind.data,
        None => encap::set(u16::try_from(n - KINDS.len()).ok()?),
    }
}

/// How many numbers [`set`] knows.
pub fn sets() -> usize {
    KINDS.len() + 11
}

/// A message of the kernel's.
pub fn message(ty: u16, flags: u16, body: &[u8]) -> Vec<u8> {
    let mut m = (16 + body.len() as u32).to_ne_bytes().to_vec();
    m.extend([ty.to_ne_bytes(), flags.to_ne_bytes()].concat());
    m.extend([0; 8]);
    m.extend(body);
    m
}

/// `RTM_NEWLINK` of a link called veth0.
pub fn a_link() -> Vec<u8> {
    let mut body = vec![0, 0, 1, 0, 7, 0, 0, 0, 0x43, 0x10, 1, 0, 0, 0, 0, 0];
    body.extend([10, 0, 3, 0]);
    body.extend(b"veth0\0\0\0");
    body.extend([10, 0, 1, 0, 2, 0, 0, 0, 0, 7, 0, 0]);
    message(16, 0, &body)
}

impl Transport for Kernel {
    fn send(&mut self, d: &[u8]) -> Result<(), Errno> {
        self.seq = u32_at(d, 8);
        if self.willing {
            let (ty, flags) = (u16_at(d, 4), u16_at(d, 6));
            let asks_for_family = self.protocol == GENERIC && ty == CTRL;
            if !asks_for_family {
                self.heard.push(d.to_vec());
            }
            self.said.clear();
            self.said.push_back(Ok(match () {
                () if asks_for_family => a_family(),
                () if flags & NLM_F_DUMP == NLM_F_DUMP => message(3, 2, &[0; 4]),
                () if flags & NLM_F_ACK != 0 => message(2, 0x100, &[0; 20]),
                () if ty == 18 => a_link(),
                () => message(2, 0x100, &[[0xed, 0xff, 0xff, 0xff].as_slice(), &[0; 16]].concat()),
            }));
        }
        Ok(())
    }
    fn recv(&mut self, buf: &mut [u8]) -> Result<Received, Errno> {
        // What has run out behaves as a socket with a receive timeout.
        let d = self.said.pop_front().ok_or(Errno(11))?.map_err(Errno)?;
        let d = self.addressed(d);
        buf.iter_mut().zip(&d).for_each(|(to, b)| *to = *b);
        Ok(Received { len: d.len(), from: 0, group: 0 })
    }
    fn port(&mut self) -> Result<u32, Errno> {
        Ok(PORT)
    }
    fn speak(&mut self, protocol: i32) {
        self.protocol = protocol;
    }
    fn turn(&mut self) {
        self.protocol = 0;
    }
}

/// Cuts bytes into the datagrams of both sockets. Two bytes stand before each: its length, 0x8000 for the second
/// socket, 0x4000 for a receive that fails with the length as its errno.
pub fn kernels(mut data: &[u8]) -> [Kernel; 2] {
    let mut both = [Kernel::default(), Kernel::default()];
    while let Some((head, rest)) = data.split_first_chunk::<2>() {
        let head = u16::from_le_bytes(*head);
        let len = usize::from(head & 0x3fff);
        let to = &mut both[usize::from(head >> 15)].said;
        if head & 0x4000 != 0 {
            to.push_back(Err(i32::from(head & 0xff).max(1)));
            data = rest;
        } else {
            let (d, rest) = rest.split_at(len.min(rest.len()));
            to.push_back(Ok(d.to_vec()));
            data = rest;
        }
    }
    both
}

/// The words of a line.
pub fn words(line: &str) -> Vec<CString> {
    line.split_ascii_whitespace().map(|w| CString::new(w).unwrap()).collect()
}

/// Runs a command line over two kernels; stdout. Nothing raw may have come out on either stream.
pub fn run(words: &[CString], kernels: &mut [Kernel; 2]) -> Vec<u8> {
    let words: Vec<&CStr> = words.iter().map(CString::as_c_str).collect();
    with(kernels, |cx| {
        let _ = nlbox::serve(cx, Line::new(Words::List(&words), 0));
    })
}

/// Lends what commands work with; stdout.
pub fn with(kernels: &mut [Kernel; 2], work: impl FnOnce(&mut Ctx<'_>)) -> Vec<u8> {
    let [main, side] = kernels;
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let (mut page, mut rx, mut rx2) = (vec![0; nlbox::PAGE], vec![0; nlbox::RX], vec![0; nlbox::RX]);
    let (mut tx, mut cache) = (vec![0; nlbox::TX], Default::default());
    {
        let mut cx = Ctx {
            conn: Conn::new(main, &mut rx),
            page: Page {
                out: Out::new(&mut out, &mut page),
                names: Names::new(Conn::new(side, &mut rx2), &mut cache),
                opts: Options::default(),
            },
            err: Report::new(&mut err),
            beside: None,
            visits: Default::default(),
            object: Default::default(),
            verb: Default::default(),
            tx: &mut tx,
        };
        work(&mut cx);
        let _ = cx.page.out.finish();
    }
    // What `save` writes, alone or in a batch, is no text: it begins with one of three numbers.
    let saved = [0x4531_1224, 0x4736_1222, 0x7170_6986_u32].map(u32::to_ne_bytes);
    if !out.array_windows::<4>().any(|head| saved.contains(head)) {
        clean(&out);
    }
    clean(&err);
    out
}

/// Tabs and line ends are the layouts' own; no other control character may reach a terminal.
pub fn clean(text: &[u8]) {
    let raw = text.iter().position(|b| (*b < 0x20 && !matches!(b, b'\n' | b'\t')) || *b == 0x7f);
    assert!(raw.is_none(), "a control character got through: {}", text.escape_ascii());
}

/// What is printed with -j is JSON, document by document.
pub fn json(text: &[u8]) {
    for document in serde_json::Deserializer::from_slice(text).into_iter::<serde::de::IgnoredAny>() {
        if let Err(e) = document {
            panic!("{e}: {}", text.escape_ascii());
        }
    }
}

/// The same bytes as standard input; the file is to be kept until they have been read.
pub fn input(bytes: &[u8]) -> std::fs::File {
    use std::os::fd::AsRawFd;
    let (file, _) = file(bytes);
    assert!(unsafe { libc::dup2(file.as_raw_fd(), 0) } == 0);
    file
}

/// A file of these bytes, and its path.
pub fn file(bytes: &[u8]) -> (std::fs::File, String) {
    use std::io::{Seek, Write};
    use std::os::fd::{AsRawFd, FromRawFd};
    let fd = unsafe { libc::memfd_create(c"input".as_ptr(), 0) };
    assert!(fd >= 0);
    let mut file = unsafe { std::fs::File::from_raw_fd(fd) };
    file.write_all(bytes).unwrap();
    file.rewind().unwrap();
    let path = format!("/proc/self/fd/{}", file.as_raw_fd());
    (file, path)
}
