//! Golden stories: a command line, what it sends, what a kernel answered, what it prints.
//!
//! A story (`golden/NAME.nl`) is lines: `$ words` the command line; `1>` and `1<` a datagram to and from the kernel on
//! the first socket, `2>` and `2<` on the second, in hex; `|` a line of stdout, `!` one of stderr; `=` the exit code.
//! `NLBOX_GOLDEN_RECORD=1` plays the `$` lines against the real kernel (in a private namespace) and writes the rest
//! down; the diff is then the reviewer's to read.

mod story;

use nlbox_core::conn::{Errno, Received, Transport};
use std::fmt::Write as _;
use std::path::Path;
use story::{PORT, Story, Tape, files, read, run};

/// Plays a tape: what is sent must be what the tape has next.
struct Player {
    tape: Tape,
    wrong: Option<String>,
}

impl Transport for Player {
    fn send(&mut self, d: &[u8]) -> Result<(), Errno> {
        match self.tape.pop_front() {
            Some((true, want)) if want == d => Ok(()),
            other => {
                let want = other.map_or("nothing".into(), |(_, w)| hex(&w));
                self.wrong.get_or_insert(format!("sent {}\n  want {want}", hex(d)));
                Err(Errno(5))
            }
        }
    }
    fn recv(&mut self, buf: &mut [u8]) -> Result<Received, Errno> {
        match self.tape.pop_front() {
            Some((false, d)) => {
                buf[..d.len()].copy_from_slice(&d);
                Ok(Received { len: d.len(), from: 0, group: 0 })
            }
            _ => Err(Errno(5)),
        }
    }
    fn port(&mut self) -> Result<u32, Errno> {
        Ok(PORT)
    }
}

/// Passes to the real kernel and keeps all that goes by; port ids become [`PORT`].
struct Recorder {
    real: nlbox::host::Socket<'static>,
    tape: Tape,
}

impl Transport for Recorder {
    fn send(&mut self, d: &[u8]) -> Result<(), Errno> {
        self.tape.push_back((true, d.to_vec()));
        self.real.send(d)
    }
    fn recv(&mut self, buf: &mut [u8]) -> Result<Received, Errno> {
        let got = self.real.recv(buf)?;
        let mut at = 0;
        while at + 16 <= got.len {
            buf[at + 12..at + 16].copy_from_slice(&PORT.to_ne_bytes());
            let len = u32::from_ne_bytes(buf[at..at + 4].try_into().unwrap());
            at += usize::try_from(len).unwrap().next_multiple_of(4).max(16);
        }
        self.tape.push_back((false, buf[..got.len].to_vec()));
        Ok(got)
    }
    fn port(&mut self) -> Result<u32, Errno> {
        self.real.port().map(|_| PORT)
    }
}

fn hex(b: &[u8]) -> String {
    b.iter().fold(String::new(), |mut s, b| {
        let _ = write!(s, "{b:02x}");
        s
    })
}

fn write(s: &Story) -> String {
    let mut text = format!("$ {}\n", s.line);
    for (n, tape) in s.tapes.iter().enumerate() {
        for (sent, d) in tape {
            let _ = writeln!(text, "{}{} {}", n + 1, if *sent { '>' } else { '<' }, hex(d));
        }
    }
    for (mark, page) in [('|', &s.out), ('!', &s.err)] {
        for l in page.lines() {
            let _ = writeln!(text, "{mark} {l}");
        }
    }
    text + &format!("= {}\n", s.code)
}

/// Bytes on the wire are in the order of the machine that recorded them.
#[cfg(target_endian = "little")]
#[test]
fn stories() {
    if std::env::var_os("NLBOX_GOLDEN_RECORD").is_some() {
        return record();
    }
    for file in files() {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        for story in read(&std::fs::read_to_string(&file).unwrap()) {
            let [first, second] = story.tapes.clone();
            let mut main = Player { tape: first, wrong: None };
            let mut side = Player { tape: second, wrong: None };
            let (out, err, code) = run(&story.line, &mut main, &mut side);
            for p in [&main, &side] {
                assert_eq!(p.wrong, None, "{name}: {}", story.line);
                assert!(p.tape.is_empty(), "{name}: {}: not all was sent and received", story.line);
            }
            assert_eq!((&out, &err, code), (&story.out, &story.err, story.code), "{name}: {}", story.line);
        }
    }
}

/// Writes the stories anew; each file in a namespace of its own.
fn record() {
    for file in files() {
        // SAFETY: unshare changes this thread alone.
        assert_eq!(unsafe { libc::unshare(libc::CLONE_NEWNET) }, 0, "recording wants root");
        let text = std::fs::read_to_string(&file).unwrap();
        if text.starts_with("# By hand") {
            continue;
        }
        let head: String =
            text.lines().take_while(|l| l.starts_with('#')).map(|l| format!("{l}\n")).collect();
        let mut stories = Vec::new();
        for story in read(&text) {
            let socket = || Recorder { real: nlbox::host::Socket::new(0), tape: Tape::new() };
            let (mut main, mut side) = (socket(), socket());
            let (out, err, code) = run(&story.line, &mut main, &mut side);
            stories.push(write(&Story { line: story.line, tapes: [main.tape, side.tape], out, err, code }));
        }
        std::fs::write(&file, head + "\n" + &stories.join("\n")).unwrap();
    }
}

/// What the first story of `link.nl` records, with each message's flags and sequence number changed.
#[cfg(target_endian = "little")]
fn retold(seq: u32, flags: u16) -> Vec<(bool, Vec<u8>)> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/link.nl");
    let story = read(&std::fs::read_to_string(file).unwrap()).remove(0);
    assert_eq!(story.line, "nlbox ip link");
    let [tape, _] = story.tapes;
    tape.into_iter()
        .map(|(sent, mut d)| {
            d[8..12].copy_from_slice(&seq.to_ne_bytes());
            if !sent {
                let old = u16::from_ne_bytes([d[6], d[7]]);
                d[6..8].copy_from_slice(&(old | flags).to_ne_bytes());
            }
            (sent, d)
        })
        .collect()
}

#[cfg(target_endian = "little")]
#[test]
fn an_interrupted_dump_is_asked_again_unseen() {
    const DUMP_INTR: u16 = 0x10;
    let quiet = || Player { tape: Tape::new(), wrong: None };
    let calm = |seq| retold(seq, 0);
    let want = run("nlbox ip link", &mut Player { tape: calm(1).into(), wrong: None }, &mut quiet());
    assert!(want.0.starts_with("1: lo: ") && want.1.is_empty());

    let tape: Tape = retold(1, DUMP_INTR).into_iter().chain(calm(2)).collect();
    let mut main = Player { tape, wrong: None };
    let got = run("nlbox ip link", &mut main, &mut quiet());
    assert_eq!((main.wrong, main.tape.len()), (None, 0));
    assert_eq!(got, want, "the first answer is taken back");

    // A table that never settles is shown as it was read last, and that is said.
    let tape: Tape = (1..=8).flat_map(|seq| retold(seq, DUMP_INTR)).collect();
    let mut main = Player { tape, wrong: None };
    let (out, err, code) = run("nlbox ip link", &mut main, &mut quiet());
    assert_eq!((main.wrong, main.tape.len()), (None, 0));
    assert_eq!((out, code), (want.0, 0));
    assert_eq!(err, "Dump was interrupted and may be inconsistent.\n");
}
