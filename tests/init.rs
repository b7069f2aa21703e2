//! The first process of the tests' virtual machine: loads modules, then does what the serial line says.
//!
//! It mounts nothing and needs nothing on disk, for so must the program under test. A request is one line of words
//! parted by tabs, preceded by any lines of standard input (`<`); both are escaped as `harness::vm::escape` does it. The
//! answer is the command's standard output (`1`), its standard error (`2`), and `@CODE`. A first word that starts with
//! a colon is done here, any other is a program's name.

use std::fs::File;
use std::io::{BufRead, BufReader, Error, Read, Result, Seek, Write};
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::os::fd::{AsRawFd, FromRawFd};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use harness::vm::{escape, unescape};

fn main() {
    if let Err(e) = serve() {
        eprintln!("vm-init: {e}");
    }
    // SAFETY: reboot only takes a number; there is no disk whose contents could be lost.
    unsafe { libc::reboot(libc::RB_POWER_OFF) };
}

fn serve() -> Result<()> {
    let mut line = File::options().read(true).write(true).open("/dev/ttyS1")?;
    raw(&line)?;
    for module in std::fs::read_to_string("/modules/list")?.lines() {
        insmod(module).map_err(|e| Error::other(format!("{module}: {e}")))?;
    }
    line.write_all(b"@ready\n")?;

    let mut children = Vec::new();
    let mut input = Vec::new();
    let requests = BufReader::new(line.try_clone()?);
    for request in requests.lines() {
        let request = request?;
        if let Some(text) = request.strip_prefix('<') {
            input.extend(unescape(text));
            continue;
        }
        let words: Vec<String> =
            request.split('\t').map(|w| String::from_utf8_lossy(&unescape(w)).into_owned()).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let given = std::mem::take(&mut input);
        let answer = match words.as_slice() {
            [":off"] => return Ok(()),
            [name, args @ ..] if name.starts_with(':') => match builtin(name, args, &given, &mut children) {
                Ok(out) => (out, Vec::new(), 0),
                Err(e) => (Vec::new(), format!("{name}: {e}\n").into_bytes(), 1),
            },
            [name, args @ ..] => run(name, args, &given).unwrap_or_else(|e| {
                // What a shell says and returns for a program that is not there.
                (Vec::new(), format!("{name}: {e}\n").into_bytes(), 127)
            }),
            [] => continue,
        };
        line.write_all(&frame(&answer))?;
    }
    Ok(())
}

/// Standard output, standard error, exit code.
type Answer = (Vec<u8>, Vec<u8>, i32);

fn frame((out, err, code): &Answer) -> Vec<u8> {
    let mut text = String::new();
    for (tag, stream) in [('1', out), ('2', err)] {
        for piece in stream.split_inclusive(|b| *b == b'\n') {
            text.push(tag);
            text.push_str(&escape(piece));
            text.push('\n');
        }
    }
    text.push_str(&format!("@{code}\n"));
    text.into_bytes()
}

fn program(name: &str, args: &[&str]) -> Command {
    let mut command = Command::new(name);
    command.args(args).env_clear().env("PATH", "/bin").env("LC_ALL", "C").env("TZ", "UTC").current_dir("/");
    command
}

/// Runs a program to its end, its streams being unnamed files: a child that it leaves behind cannot hold us up.
fn run(name: &str, args: &[&str], input: &[u8]) -> Result<Answer> {
    let mut stdin = unnamed()?;
    stdin.write_all(input)?;
    stdin.rewind()?;
    let (mut out, mut err) = (unnamed()?, unnamed()?);
    let status =
        program(name, args).stdin(stdin).stdout(out.try_clone()?).stderr(err.try_clone()?).spawn()?.wait()?;
    let code = status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0));
    let mut said = (Vec::new(), Vec::new(), code);
    out.rewind()?;
    out.read_to_end(&mut said.0)?;
    err.rewind()?;
    err.read_to_end(&mut said.1)?;
    Ok(said)
}

fn unnamed() -> Result<File> {
    const PATH: &str = "/.stream";
    let file = File::options().read(true).append(true).create_new(true).open(PATH)?;
    std::fs::remove_file(PATH)?;
    Ok(file)
}

fn builtin(name: &str, args: &[&str], input: &[u8], children: &mut Vec<Child>) -> Result<Vec<u8>> {
    match (name, args) {
        (":mount", [kind, dir]) => {
            std::fs::create_dir_all(dir)?;
            let (kind, dir) = (text(kind)?, text(dir)?);
            // SAFETY: the three strings end in NUL and outlive the call; no data is passed.
            check(unsafe { libc::mount(kind.as_ptr(), dir.as_ptr(), kind.as_ptr(), 0, std::ptr::null()) })?;
        }
        (":mkdir", [dir]) => std::fs::create_dir_all(dir)?,
        (":link", [target, path]) => std::os::unix::fs::symlink(target, path)?,
        (":write", [path]) => std::fs::write(path, input)?,
        (":cat", [path]) => return std::fs::read(path),
        (":ls", [path]) => {
            let mut names: Vec<String> = std::fs::read_dir(path)?
                .map(|e| Ok(e?.file_name().to_string_lossy().into_owned() + "\n"))
                .collect::<Result<_>>()?;
            names.sort();
            return Ok(names.concat().into_bytes());
        }
        (":spawn", [name, args @ ..]) => {
            let mut command = program(name, args);
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
            let child = command.spawn()?;
            let pid = child.id();
            children.push(child);
            return Ok(format!("{pid}\n").into_bytes());
        }
        (":kill", [pid]) => {
            let pid: u32 = pid.parse().map_err(Error::other)?;
            let at = children.iter().position(|c| c.id() == pid).ok_or(Error::other("not a child"))?;
            let mut child = children.swap_remove(at);
            let killed = child.kill();
            child.wait()?;
            killed?;
        }
        (":ping", [to]) => return ping(to),
        (":ping", [namespace, to]) => {
            let file = ["/run/netns", "/var/run/netns"]
                .iter()
                .find_map(|d| File::open(format!("{d}/{namespace}")).ok());
            let file = file.ok_or(Error::other(format!("no namespace {namespace}")))?;
            let to = to.to_string();
            // A thread of its own: setns moves one thread only, and the rest of us stays where it is.
            let inside = std::thread::spawn(move || {
                // SAFETY: setns only takes numbers; the descriptor is open until the closure ends.
                check(unsafe { libc::setns(file.as_raw_fd(), libc::CLONE_NEWNET) })?;
                ping(&to)
            });
            return inside.join().map_err(|_| Error::other("the thread ended early"))?;
        }
        _ => return Err(Error::other(format!("not understood: {args:?}"))),
    }
    Ok(Vec::new())
}

/// Sends echo requests, one each half second and ten at most (RFC 792, RFC 4443), until a reply to one of them is here.
fn ping(to: &str) -> Result<Vec<u8>> {
    let to: IpAddr = to.parse().map_err(Error::other)?;
    let (family, protocol, request, reply) = match to {
        IpAddr::V4(_) => (libc::AF_INET, libc::IPPROTO_ICMP, 8, 0),
        IpAddr::V6(_) => (libc::AF_INET6, libc::IPPROTO_ICMPV6, 128, 129),
    };
    // SAFETY: socket only takes numbers.
    let fd = check(unsafe { libc::socket(family, libc::SOCK_RAW | libc::SOCK_CLOEXEC, protocol) })?;
    // SAFETY: the descriptor is new and nobody else's. Of std's sockets this one is a bare sendto and recvfrom.
    let socket = unsafe { UdpSocket::from_raw_fd(fd) };
    for sequence in 1..=10u8 {
        let mut echo = [request, 0, 0, 0, b'n', b'l', 0, sequence];
        if to.is_ipv4() {
            // The sum of RFC 1071; for ICMPv6 the kernel makes it.
            let sum: u32 = echo.chunks(2).map(|c| u32::from(c[0]) << 8 | u32::from(c[1])).sum();
            let sum = !((sum & 0xffff) + (sum >> 16)) as u16;
            echo[2..4].copy_from_slice(&sum.to_be_bytes());
        }
        let sent = Instant::now();
        // An address may still be tentative and a neighbour unknown: a later request may do.
        let mut last = socket.send_to(&echo, SocketAddr::new(to, 0)).err();
        while let Some(left) = Duration::from_millis(500).checked_sub(sent.elapsed()).filter(|d| !d.is_zero())
        {
            if last.is_some() {
                std::thread::sleep(left);
                break;
            }
            socket.set_read_timeout(Some(left))?;
            let mut bytes = [0; 256];
            let Ok((n, from)) = socket.recv_from(&mut bytes) else { continue };
            // A raw IPv4 socket hands over the IP header too.
            let head = if to.is_ipv4() { usize::from(bytes[0] & 15) * 4 } else { 0 };
            let Some(packet) = bytes[..n].get(head..).filter(|p| p.len() >= 8) else { continue };
            if from.ip() == to && packet[0] == reply && packet[4..6] == echo[4..6] {
                return Ok(format!("reply from {to}\n").into_bytes());
            }
        }
        if let (Some(e), 10) = (last.take(), sequence) {
            return Err(e);
        }
    }
    Err(Error::other(format!("no reply from {to}")))
}

/// Loads `FILE PARAMETERS`.
fn insmod(module: &str) -> Result<()> {
    let (path, parameters) = module.split_once(' ').unwrap_or((module, ""));
    let (file, parameters) = (File::open(path)?, text(parameters)?);
    // SAFETY: finit_module reads the open file and the parameters, a string that ends in NUL.
    check(unsafe { libc::syscall(libc::SYS_finit_module, file.as_raw_fd(), parameters.as_ptr(), 0) } as i32)?;
    Ok(())
}

/// No echo, no line editing, no change of bytes.
fn raw(line: &File) -> Result<()> {
    // SAFETY: termios is plain numbers, for which zeros are valid.
    let mut mode: libc::termios = unsafe { std::mem::zeroed() };
    // SAFETY: the descriptor is open and `mode` is ours to fill.
    check(unsafe { libc::tcgetattr(line.as_raw_fd(), &mut mode) })?;
    // SAFETY: `mode` was just filled.
    unsafe { libc::cfmakeraw(&mut mode) };
    // SAFETY: the descriptor is open and `mode` is valid.
    check(unsafe { libc::tcsetattr(line.as_raw_fd(), libc::TCSANOW, &mode) })?;
    Ok(())
}

fn text(word: &str) -> Result<std::ffi::CString> {
    Ok(std::ffi::CString::new(word)?)
}

fn check(returned: i32) -> Result<i32> {
    if returned < 0 { Err(Error::last_os_error()) } else { Ok(returned) }
}
