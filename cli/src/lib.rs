#![doc = include_str!("../README.md")]
#![no_std]
#![cfg_attr(test, allow(clippy::arithmetic_side_effects, clippy::cast_possible_truncation))]
#![deny(unsafe_code)]

pub mod accounts;
#[cfg(feature = "nettools")]
pub mod arp;
#[cfg(feature = "ping")]
mod arping;
pub mod batch;
#[cfg(feature = "nettools")]
pub mod brctl;
#[cfg(feature = "bridge")]
pub mod bridge;
pub mod child;
#[cfg(fuzzing)]
pub mod doors;
pub mod dump;
pub mod files;
pub mod getopt;
pub mod grammar;
pub mod help;
pub mod host;
pub mod hosts;
#[cfg(feature = "namespaces")]
pub mod idmap;
#[cfg(feature = "nettools")]
pub mod ifconfig;
mod install;
pub mod ip;
#[cfg(feature = "iptables")]
mod iptables;
#[cfg(feature = "isolate")]
pub mod isolate;
#[cfg(feature = "ping")]
pub mod letters;
pub mod lines;
pub mod names;
#[cfg(feature = "nat")]
pub mod nat;
#[cfg(feature = "nettools")]
pub mod nettools;
#[cfg(feature = "namespaces")]
pub mod nsenter;
#[cfg(feature = "namespaces")]
pub mod nslist;
#[cfg(feature = "ping")]
mod ping;
pub mod records;
pub mod report;
#[cfg(feature = "nettools")]
pub mod route;
#[cfg(any(feature = "nettools", feature = "isolate"))]
pub mod step;
#[cfg(test)]
mod tests;
#[cfg(feature = "nettools")]
pub mod tunctl;
#[cfg(feature = "namespaces")]
pub mod unshare;
#[cfg(feature = "nettools")]
pub mod vconfig;
#[cfg(feature = "watch")]
mod watch;
pub mod words;

use crate::getopt::choose;
use crate::grammar::{Memo, Run};
use crate::host::{Pool, Socket, Stream};
use crate::names::{Cache, Names};
use crate::report::{Done, Report};
use crate::words::{Line, Words};
use core::mem::ManuallyDrop;
use nlbox_core::conn::Conn;
use nlbox_core::text::out::Out;
use nlbox_core::text::{Texts, pack};
use nlbox_sys::entry::Args;
use zerocopy::FromBytes;

/// Bytes for one request.
pub const TX: usize = 4096;
/// Bytes for one received datagram. The kernel fills dumps up to 32 KiB, where a single message is not larger: that of a
/// link with many virtual functions. What is not written to takes no memory.
pub const RX: usize = 131_072;
/// The same for a dump of which no message is large: what the kernel fills at most.
pub const RX_BESIDE: usize = 32768;
/// Bytes of output gathered before a write; an interrupted dump within them is asked again unseen.
pub const PAGE: usize = 32768;

/// Bytes of names and page.
const FIRST: usize = PAGE + size_of::<Cache>();

/// What was asked of all commands: the options before the object.
#[derive(Clone, Copy, Default)]
pub struct Options {
    /// `-4`, `-6`, `-f`: address family, 0 for none asked.
    pub family: u8,
    /// `-s`: how often.
    pub stats: u8,
    /// `-d`: how often.
    pub details: u8,
    /// `-br`.
    pub brief: bool,
    /// `-N`: numbers in place of names.
    pub numeric: bool,
    /// `-a`: all namespaces.
    pub all: bool,
    /// `-force`: go on after a failed line, or past a guard.
    pub force: bool,
    /// `-t`: timestamps; 2 with `-ts`, short ones.
    pub timestamp: u8,
    /// `-h`: sizes for people, in powers of 1000; 2 with `-iec`, powers of 1024.
    pub human: u8,
    /// `-l`: how many rounds a flush of addresses takes; 0 for as many as it needs.
    pub loops: Option<u32>,
    /// `-compressvlans`: VLANs in ranges.
    pub compress: bool,
    /// `-rc`: receive buffer of the socket, in bytes.
    pub rcvbuf: u32,
}

/// What a listing writes with: the page, the options, and names. In this order, for names are large, and what lies
/// behind them is farther than a byte says.
#[repr(C)]
pub struct Page<'a> {
    /// Text or JSON.
    pub out: Out<'a>,
    /// The options.
    pub opts: Options,
    /// Names of interfaces, over the second socket.
    pub names: Names<'a>,
}

/// What a command works with: in front what most of them name most.
#[repr(C)]
pub struct Ctx<'a> {
    /// The error stream.
    pub err: Report<'a>,
    /// What listings write with.
    pub page: Page<'a>,
    /// The first socket.
    pub conn: Conn<'a>,
    /// Two more conversations for dumps that run beside the first: the addresses of links.
    pub beside: Option<&'a mut [Conn<'a>; 2]>,
    /// The namespaces that the lines of a batch are for.
    pub visits: ip::netns::Visits,
    /// The object, and the verb, that a line named last.
    pub object: Memo,
    /// See there.
    pub verb: Memo,
    /// Room for one request.
    pub tx: &'a mut [u8],
}

impl<'a> Ctx<'a> {
    /// Lends the room for a request: an array of its own would be zeroed for each line of a batch.
    pub fn lend<T>(&mut self, work: impl FnOnce(&mut Ctx<'a>, &mut [u8]) -> T) -> T {
        let tx = core::mem::take(&mut self.tx);
        let done = work(self, tx);
        self.tx = tx;
        done
    }
}

/// A program inside the file.
pub struct Applet {
    /// Its name.
    pub name: &'static str,
    /// One line for `--list` and the front page.
    pub about: &'static str,
    /// What it does with the words behind its name.
    pub run: Run,
}

/// Applets, their names and lines in one text.
pub struct Applets {
    texts: Texts,
    runs: &'static [Run],
}

impl Applets {
    /// Each of them, in the order of the front page.
    pub fn iter(&self) -> impl Iterator<Item = Applet> {
        let mut texts = self.texts;
        self.runs
            .iter()
            .map_while(move |run| Some(Applet { name: texts.next()?, about: texts.next()?, run: *run }))
    }
}

macro_rules! applets {
    ($($(#[$when:meta])* $name:literal, $about:literal, $run:expr;)*) => {{
        const TEXTS: &[&str] = &[$($(#[$when])* $name, $(#[$when])* $about),*];
        static PACKED: [u8; pack::len(TEXTS)] = pack::texts(TEXTS);
        Applets { texts: Texts(pack::text(&PACKED)), runs: &[$($(#[$when])* $run),*] }
    }};
}

/// Every applet, in the order of the front page.
pub static APPLETS: Applets = applets! {
    "ip", "links, addresses, routes, neighbours, namespaces", ip::main;
    #[cfg(feature = "bridge")]
    "bridge", "ports, forwarding databases, VLANs, multicast groups", bridge::main;
    #[cfg(feature = "namespaces")]
    "nsenter", "a command in the namespaces of a process", nsenter::main;
    #[cfg(feature = "namespaces")]
    "unshare", "a command in new namespaces", unshare::main;
    #[cfg(feature = "isolate")]
    "isolate", "a command in a network of its own", isolate::main;
    #[cfg(feature = "ping")]
    "ping", "is a host there: ICMP echo, IPv4 and IPv6", ping::main;
    #[cfg(feature = "ping")]
    "ping6", "ping -6", ping::main6;
    #[cfg(feature = "ping")]
    "arping", "is a neighbour there: ARP", arping::main;
    #[cfg(feature = "watch")]
    "watch", "ARP or ICMP on the wire", watch::main;
    #[cfg(feature = "watch")]
    "tcpdump", "the same, by tcpdump's words", watch::tcpdump;
    #[cfg(feature = "nat")]
    "nat", "address translation through nf_tables", nat::main;
    #[cfg(feature = "iptables")]
    "iptables", "the nat table, by iptables' words", iptables::main;
    #[cfg(feature = "iptables")]
    "ip6tables", "the same of IPv6", iptables::main6;
    #[cfg(feature = "nettools")]
    "ifconfig", "interfaces and their addresses", ifconfig::main;
    #[cfg(feature = "nettools")]
    "route", "the routing table", route::main;
    #[cfg(feature = "nettools")]
    "arp", "the neighbour table of IPv4", arp::main;
    #[cfg(feature = "nettools")]
    "brctl", "bridges and their ports", brctl::main;
    #[cfg(feature = "nettools")]
    "vconfig", "VLANs", vconfig::main;
    #[cfg(feature = "nettools")]
    "tunctl", "tun and tap devices that stay", tunctl::main;
};

/// The program: finds the applet by its own name, or by the first word, and runs it.
#[must_use]
pub fn run(args: Args) -> u8 {
    let (mut stdout, mut stderr) = (Stream(1), Stream(2));
    // NETLINK_ROUTE is protocol 0. What is open at the end is the kernel's to close.
    let pool = ManuallyDrop::new(Pool::new(None));
    let shared = || Socket::shared(&pool);
    let mut sockets = ManuallyDrop::new([shared(), shared(), Socket::new(0), Socket::new(0)]);
    let [main, side, third, fourth] = &mut *sockets;
    // Only the pages which are used are ever there; a stack array would be zeroed whole.
    let room = nlbox_sys::memory::room().unwrap_or_default();
    const { assert!(RX + FIRST + RX + RX_BESIDE + RX_BESIDE + TX <= nlbox_sys::memory::ROOM) };
    // First what is always used: it may share a page with the program's own data.
    let (rx, rest) = room.split_at_mut_checked(RX).unwrap_or_default();
    let (first, rest) = rest.split_at_mut_checked(FIRST).unwrap_or_default();
    // The names, and in the same page of memory a short listing.
    let names = Cache::mut_from_prefix(first);
    let (rx2, rest) = rest.split_at_mut_checked(RX).unwrap_or_default();
    let (rx3, rest) = rest.split_at_mut_checked(RX_BESIDE).unwrap_or_default();
    let (rx4, tx) = rest.split_at_mut_checked(RX_BESIDE).unwrap_or_default();
    let Ok((cache, page)) = names else {
        Report::new(&mut stderr).say(&[b"nlbox: no memory"]);
        return 1;
    };
    let mut beside = [Conn::new(third, rx3), Conn::new(fourth, rx4)];
    let mut cx = Ctx {
        conn: Conn::new(main, rx),
        page: Page {
            out: Out::new(&mut stdout, page),
            names: Names::new(Conn::new(side, rx2), cache),
            opts: Options::default(),
        },
        err: Report::new(&mut stderr),
        beside: Some(&mut beside),
        visits: Default::default(),
        object: Memo::default(),
        verb: Memo::default(),
        tx,
    };
    let words = Words::Args(args);
    cx.err.typed = Some(words);
    serve(&mut cx, Line::new(words, 0))
}

/// Runs one command line, the program's name first, and gives its exit code. What was gathered has gone out then;
/// a page that could not be written is a failure, and so is one that lacks names for want of a socket.
pub fn serve(cx: &mut Ctx<'_>, line: Line<'_>) -> u8 {
    let mut done = dispatch(cx, line);
    if let Some(e) = cx.page.names.failed.take() {
        let fail = cx.err.net(e, &cx.conn, None);
        done = done.and(Err(fail));
    }
    cx.err.end(done);
    let code = cx.err.code(done);
    match cx.page.out.finish() {
        Err(errno) => {
            let _ = cx.err.failed_as("write error", errno);
            if code == 0 { 1 } else { code }
        }
        Ok(()) => code,
    }
}

/// The last part of a path.
fn base(path: &[u8]) -> &[u8] {
    path.rsplit(|b| *b == b'/').next().unwrap_or(path)
}

fn find(name: &[u8]) -> Option<Applet> {
    APPLETS.iter().find(|a| a.name.as_bytes() == name)
}

fn dispatch(cx: &mut Ctx<'_>, mut line: Line<'_>) -> Done {
    let name = line.next().unwrap_or(b"nlbox");
    // login(1) puts a dash before the name of a shell.
    let name = base(name.strip_prefix(b"-").unwrap_or(name));
    if let Some(applet) = find(name) {
        return enter(cx, applet, &mut line);
    }
    let Some(word) = line.next() else { return front(cx) };
    match choose("--list --install --help -h help --version -V", word, 0) {
        Some(0) => list(cx),
        Some(1) => install::run(cx, &mut line),
        Some(2..=4) => front(cx),
        Some(_) => {
            cx.page.out.text(concat!("nlbox ", env!("CARGO_PKG_VERSION"), "\n"));
            Ok(())
        }
        None => match find(base(word)) {
            Some(applet) => enter(cx, applet, &mut line),
            None => Err(cx.err.plain_of("nlbox: no applet \"%\"; \"nlbox --list\" names them all", word)),
        },
    }
}

fn enter(cx: &mut Ctx<'_>, applet: Applet, line: &mut Line<'_>) -> Done {
    cx.err.program = applet.name;
    (applet.run)(cx, line)
}

fn list(cx: &mut Ctx<'_>) -> Done {
    for a in APPLETS.iter() {
        cx.page.out.text(a.name);
        cx.page.out.text("\n");
    }
    Ok(())
}

fn front(cx: &mut Ctx<'_>) -> Done {
    let out = &mut cx.page.out;
    out.text(concat!("nlbox ", env!("CARGO_PKG_VERSION"), ": Linux networking in one small static file\n\n"));
    out.text("Usage: nlbox APPLET [WORD]...      or through a link with the applet's name\n");
    out.text("       nlbox --list | --install [-s] DIR | --version\n\nApplets:\n");
    for a in APPLETS.iter() {
        out.text("  ");
        out.column(a.name.as_bytes(), 11);
        out.text(a.about);
        out.text("\n");
    }
    out.text("\nTry \"nlbox ip help\", \"nlbox ip link help\".\n");
    Ok(())
}
