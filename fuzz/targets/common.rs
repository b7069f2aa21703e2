#![allow(dead_code, reason = "each target takes what it needs")]
//! A command line in this process, with the fuzzer's bytes as the kernel.

use nlbox::names::Names;
use nlbox::report::Report;
use nlbox::words::{Line, Words};
use nlbox::{Ctx, Options, Page};
use nlbox_core::conn::{Conn, Errno, Received, Transport};
use nlbox_core::text::out::{Out, Sink};
use std::ffi::{CStr, CString};

struct Text(Vec<u8>);
impl Sink for Text {
    fn write_all(&mut self, b: &[u8]) -> Result<(), i32> {
        self.0.extend_from_slice(b);
        Ok(())
    }
}

/// Cuts the bytes into datagrams (a length byte pair each) and gives every message the sequence number and port id
/// that are waited for, so that the fuzzer need not guess them.
struct Bytes<'d> {
    data: &'d [u8],
    next: Option<Vec<u8>>,
    seq: u32,
}

impl Bytes<'_> {
    fn fill(&mut self) -> Result<&Vec<u8>, Errno> {
        if self.next.is_none() {
            let (len, rest) = self.data.split_first_chunk::<2>().ok_or(Errno(11))?;
            let len = usize::from(u16::from_le_bytes(*len) & 0xfff).min(rest.len());
            let (d, rest) = rest.split_at(len);
            self.data = rest;
            let mut d = d.to_vec();
            let mut at = 0;
            while at + 16 <= d.len() {
                d[at + 8..at + 12].copy_from_slice(&self.seq.to_ne_bytes());
                d[at + 12..at + 16].copy_from_slice(&77_u32.to_ne_bytes());
                let len = u32::from_ne_bytes(d[at..at + 4].try_into().unwrap()) as usize;
                at = at.saturating_add(len.next_multiple_of(4).max(16));
            }
            self.next = Some(d);
        }
        Ok(self.next.as_ref().unwrap())
    }
}

impl Transport for Bytes<'_> {
    fn send(&mut self, d: &[u8]) -> Result<(), Errno> {
        self.seq = u32::from_ne_bytes(d[8..12].try_into().unwrap());
        Ok(())
    }
    fn recv(&mut self, buf: &mut [u8]) -> Result<Received, Errno> {
        self.fill()?;
        let d = self.next.take().unwrap();
        buf.iter_mut().zip(&d).for_each(|(to, b)| *to = *b);
        Ok(Received { len: d.len(), from: 0, group: 0 })
    }
    fn peek(&mut self) -> Result<usize, Errno> {
        self.fill().map(Vec::len)
    }
    fn port(&mut self) -> Result<u32, Errno> {
        Ok(77)
    }
}

/// Runs `line`; the bytes answer both sockets, a half each.
pub fn run(line: &str, data: &[u8]) -> Vec<u8> {
    let words: Vec<CString> = line.split(' ').map(|w| CString::new(w).unwrap()).collect();
    let words: Vec<&CStr> = words.iter().map(CString::as_c_str).collect();
    run_words(&words, data)
}

/// The same with the words as they are.
pub fn run_words(words: &[&CStr], data: &[u8]) -> Vec<u8> {
    let (first, second) = data.split_at(data.len() / 2);
    let mut main = Bytes { data: first, next: None, seq: 0 };
    let mut side = Bytes { data: second, next: None, seq: 0 };
    let (mut out, mut err) = (Text(Vec::new()), Text(Vec::new()));
    let (mut page, mut rx, mut rx2) = (vec![0; nlbox::PAGE], vec![0; nlbox::RX], vec![0; nlbox::RX]);
    {
        let mut cx = Ctx {
            conn: Conn::new(&mut main, &mut rx),
            page: Page {
                out: Out::new(&mut out, &mut page),
                names: Names::new(Conn::new(&mut side, &mut rx2)),
                opts: Options::default(),
            },
            err: Report::new(&mut err),
visits: Default::default(),
        };
        let _ = nlbox::serve(&mut cx, Line::new(Words::List(words), 0));
    }
    out.0
}

/// Whether brackets and quotes of a JSON document close.
pub fn balanced(json: &[u8]) -> bool {
    let (mut stack, mut string, mut escaped) = (Vec::new(), false, false);
    for b in json {
        match b {
            _ if escaped => escaped = false,
            b'\\' if string => escaped = true,
            b'"' => string = !string,
            _ if string => {}
            b'[' | b'{' => stack.push(*b),
            b']' if stack.pop() != Some(b'[') => return false,
            b'}' if stack.pop() != Some(b'{') => return false,
            _ => {}
        }
    }
    stack.is_empty() && !string
}
