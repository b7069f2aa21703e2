//! `save`, `restore` and `showdump`: the kernel's own messages in a file, behind a number that says of what. iproute2
//! writes and reads the same files.

use crate::ip::value::wrong;
use crate::report::{Done, Fail, KERNEL, PLAIN, USAGE};
use crate::words::Line;
use crate::{Ctx, Page};
use nlbox_core::bytes::align4;
use nlbox_core::conn::{Errno, Error};
use nlbox_core::text::num;
use nlbox_core::wire::build::Build;
use nlbox_core::wire::header::{HEADER_LEN, Message, Messages, nlm};
use nlbox_sys::fd::{STDIN, STDOUT, read, rewind};
use nlbox_sys::tty::isatty;

/// What a file holds.
pub struct Saved {
    name: &'static str,
    magic: u32,
    /// How iproute2 leaves when the file is none of these.
    code: Fail,
    /// How it leaves when a message of the file is wrong, or refused.
    stop: Fail,
}

/// `ip route save`.
pub static ROUTES: Saved = Saved { name: "route", magic: 0x4531_1224, code: PLAIN, stop: KERNEL };
/// `ip address save`.
pub static ADDRESSES: Saved = Saved { name: "address", magic: 0x4736_1222, code: USAGE, stop: USAGE };
/// `ip rule save`.
pub static RULES: Saved = Saved { name: "rule", magic: 0x7170_6986, code: USAGE, stop: USAGE };

/// Bytes of the longest message that is read back.
const ROOM: usize = 8192;
const EEXIST: Errno = Errno(17);

/// Dumps by `m` and writes the messages that `pick` takes. Not to a terminal.
pub fn save(
    cx: &mut Ctx<'_>,
    m: &mut Build<'_>,
    what: &Saved,
    pick: &mut dyn FnMut(&mut Page<'_>, &Message<'_>) -> bool,
) -> Done {
    if cx.page.out.depth() > 0 {
        return Err(cx.err.plain_as("A binary stream does not belong into JSON"));
    }
    if isatty(STDOUT) {
        cx.err.say_as("Not sending a binary stream to stdout");
        return Err(what.code);
    }
    cx.page.out.mode.json = false;
    cx.page.out.bytes(&what.magic.to_ne_bytes());
    crate::dump::dump(cx, m, &mut |page, m| {
        if pick(page, m) {
            let len = HEADER_LEN.saturating_add(m.payload.len());
            let out = &mut page.out;
            out.bytes(&u32::try_from(len).unwrap_or(0).to_ne_bytes());
            out.bytes(&m.ty.to_ne_bytes());
            out.bytes(&m.flags.to_ne_bytes());
            out.bytes(&m.seq.to_ne_bytes());
            out.bytes(&m.port.to_ne_bytes());
            out.bytes(m.payload);
            out.bytes([0; 3].get(..len.wrapping_neg() & 3).unwrap_or(&[]));
        }
        Ok(())
    })
}

/// Fills `buf` from `fd`; how many bytes there were.
fn full(fd: i32, buf: &mut [u8]) -> usize {
    let mut len = 0_usize;
    while let Some(room) = buf.get_mut(len..).filter(|room| !room.is_empty()) {
        match read(fd, room) {
            Ok(0) | Err(_) => break,
            Ok(more) => len = len.saturating_add(more),
        }
    }
    len
}

/// The next message of a file; the error is what is said.
pub fn next<'b>(fd: i32, room: &'b mut [u8]) -> Result<Option<Message<'b>>, &'static [u8]> {
    let head = room.get_mut(..HEADER_LEN).map_or(0, |room| full(fd, room));
    if head == 0 {
        return Ok(None);
    }
    let len = room.first_chunk().filter(|_| head == HEADER_LEN).map_or(0, |b| u32::from_ne_bytes(*b));
    // The next message begins on four bytes.
    let end = align4(usize::try_from(len).unwrap_or(usize::MAX));
    let got = match room.get_mut(HEADER_LEN..end) {
        Some(room) => full(fd, room).saturating_add(head),
        None if head < HEADER_LEN => 0,
        None => return Err(b"rtnl-from_file: malformed message"),
    };
    let m = Messages::new(room.get(..got).unwrap_or(&[])).next();
    m.map(Some).ok_or(b"rtnl-from_file: truncated message")
}

/// Hands the messages of the file on standard input to `each`.
pub fn load(
    cx: &mut Ctx<'_>,
    line: &Line<'_>,
    what: &Saved,
    each: &mut dyn FnMut(&mut Ctx<'_>, &Message<'_>) -> Done,
) -> Done {
    if let Some(word) = line.peek() {
        return Err(wrong(&mut cx.err, word, ""));
    }
    if isatty(STDIN) {
        cx.err.say_of("Can't restore % dump from a terminal", what.name.as_bytes());
        return Err(what.code);
    }
    let mut magic = [0; 4];
    let whole = full(STDIN, &mut magic) == 4;
    if !whole || u32::from_ne_bytes(magic) != what.magic {
        let (count, magic): (&[u8], u32) = if whole { (b"1", u32::from_ne_bytes(magic)) } else { (b"0", 0) };
        cx.err.say(&[b"Magic mismatch (% elems, % magic)", count, num::hex(magic.into()).as_bytes()]);
        return Err(what.code);
    }
    let mut room = [0; ROOM];
    loop {
        match next(STDIN, &mut room) {
            Ok(Some(m)) => each(cx, &m)?,
            Ok(None) => return Ok(()),
            Err(why) => {
                cx.err.say(&[why]);
                return Err(what.stop);
            }
        }
    }
}

/// Adds what the file holds. What is there already is said and passed over.
///
/// Where `late` is given, what it picks comes in a second pass: routes by way of others.
pub fn restore(
    cx: &mut Ctx<'_>,
    line: &Line<'_>,
    what: &Saved,
    late: Option<fn(&Message<'_>) -> bool>,
) -> Done {
    for pass in [false, true] {
        if pass && late.is_none() {
            break;
        }
        if pass && let Err(e) = rewind(STDIN) {
            return Err(cx.err.failed_as("Failed to restore: ftell", e.0));
        }
        load(cx, line, what, &mut |cx, m| {
            if late.is_some_and(|late| late(m) != pass) {
                return Ok(());
            }
            let mut tx = [0; ROOM];
            let mut m = Build::new(&mut tx, m.ty, nlm::CREATE, m.payload);
            let Err(e) = cx.conn.request(&mut m) else { return Ok(()) };
            let _ = cx.err.net(e, &cx.conn, None);
            if e == Error::Kernel(EEXIST) { Ok(()) } else { Err(what.stop) }
        })?;
    }
    Ok(())
}
