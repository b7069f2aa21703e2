#![allow(dead_code, reason = "each test program takes what it needs")]
//! Stories, and a command line in this process over kernels of a test's own: see `golden.rs`.

use nlbox::names::Names;
use nlbox::report::Report;
use nlbox::words::{Line, Words};
use nlbox::{Ctx, Options, Page};
use nlbox_core::conn::{Conn, Transport};
use nlbox_core::text::out::Out;
use std::collections::VecDeque;
use std::ffi::CString;
use std::path::{Path, PathBuf};

pub const PORT: u32 = 77;

/// Datagrams to (`true`) and from the kernel, in order.
pub type Tape = VecDeque<(bool, Vec<u8>)>;

/// Runs a command line in this process; stdout, stderr, exit code.
pub fn run(line: &str, main: &mut dyn Transport, side: &mut dyn Transport) -> (String, String, u8) {
    run_beside(line, main, side, None)
}

/// The same with two more kernels for what runs beside the first.
pub fn run_beside<'k>(
    line: &str,
    main: &'k mut dyn Transport,
    side: &'k mut dyn Transport,
    beside: Option<[&'k mut dyn Transport; 2]>,
) -> (String, String, u8) {
    let words: Vec<CString> = line.split_whitespace().map(|w| CString::new(w).unwrap()).collect();
    let words: Vec<_> = words.iter().map(CString::as_c_str).collect();
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let (mut page, mut rx, mut rx2) = (vec![0; nlbox::PAGE], vec![0; nlbox::RX], vec![0; nlbox::RX]);
    let (mut tx, mut cache) = (vec![0; nlbox::TX], Default::default());
    let mut rooms = [vec![0; nlbox::RX_BESIDE], vec![0; nlbox::RX_BESIDE]];
    let code = {
        let [rx3, rx4] = &mut rooms;
        let mut beside = beside.map(|[third, fourth]| [Conn::new(third, rx3), Conn::new(fourth, rx4)]);
        let mut cx = Ctx {
            conn: Conn::new(main, &mut rx),
            page: Page {
                out: Out::new(&mut out, &mut page),
                names: Names::new(Conn::new(side, &mut rx2), &mut cache),
                opts: Options::default(),
            },
            err: Report::new(&mut err),
            beside: beside.as_mut(),
            visits: Default::default(),
            object: Default::default(),
            verb: Default::default(),
            tx: &mut tx,
        };
        nlbox::serve(&mut cx, Line::new(Words::List(&words), 0))
    };
    let text = |t: Vec<u8>| String::from_utf8_lossy(&t).into_owned();
    (text(out), text(err), code)
}

pub fn unhex(s: &str) -> Vec<u8> {
    let digits: Vec<u8> =
        s.trim().bytes().map(|b| u8::try_from((b as char).to_digit(16).unwrap()).unwrap()).collect();
    digits.chunks(2).map(|p| p[0] << 4 | p[1]).collect()
}

#[derive(Default)]
pub struct Story {
    pub line: String,
    pub tapes: [Tape; 2],
    pub out: String,
    pub err: String,
    pub code: u8,
}

pub fn read(text: &str) -> Vec<Story> {
    let mut stories: Vec<Story> = Vec::new();
    for line in text.lines().filter(|l| !l.is_empty() && !l.starts_with('#')) {
        if let Some(command) = line.strip_prefix("$ ") {
            stories.push(Story { line: command.into(), ..Story::default() });
            continue;
        }
        let story = stories.last_mut().expect("a story starts with its command line");
        match line.split_at(1) {
            ("|", rest) => story.out += &format!("{}\n", rest.strip_prefix(' ').unwrap_or(rest)),
            ("!", rest) => story.err += &format!("{}\n", rest.strip_prefix(' ').unwrap_or(rest)),
            ("=", rest) => story.code = rest.trim().parse().unwrap(),
            (socket @ ("1" | "2"), rest) => {
                let (way, data) = rest.split_at(1);
                let tape = &mut story.tapes[if socket == "1" { 0 } else { 1 }];
                tape.push_back((way == ">", unhex(data)));
            }
            _ => panic!("not a line of a story: {line}"),
        }
    }
    stories
}

pub fn files() -> Vec<PathBuf> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden");
    let mut files: Vec<_> = std::fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty());
    files
}
