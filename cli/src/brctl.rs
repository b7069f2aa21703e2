//! `brctl`, as bridge-utils 1.7 prints it, over netlink.

use crate::Ctx;
use crate::names::Link;
use crate::nettools::{
    EINVAL, Found, NONE, Sorted, Usage, by, by_bytes, cells, help, link, look, name_of, which, wrong,
};
use crate::report::{Done, Fail};
use crate::step::{ENODEV, UNREAD, attempt};
use crate::words::Line;
use nlbox_core::bytes::Reader;
use nlbox_core::rt::link::{IFINFO_LEN, iff, ifla};
use nlbox_core::rt::neigh::{NDMSG_LEN, NdMsg, nda, nud};
use nlbox_core::rt::rtm;
use nlbox_core::text::ip::af;
use nlbox_core::text::{cut, mac, nth, num};
use nlbox_core::wire::header::Message;
use zerocopy::FromBytes;

/// How a value is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unit {
    /// Seconds with a fraction, set in hundredths.
    Time,
    U16,
    U32,
    /// on or off.
    Switch,
}

/// The commands as usage shows them: a line's first word is the command, the rest are what it takes.
const COMMANDS: &str = "addbr <bridge>\n\
    delbr <bridge>\n\
    addif <bridge> <device>...\n\
    delif <bridge> <device>...\n\
    showmacs <bridge>\n\
    show [<bridge>...]\n\
    setfd <bridge> <seconds>\n\
    sethello <bridge> <seconds>\n\
    setmaxage <bridge> <seconds>\n\
    setageing <bridge> <seconds>\n\
    stp <bridge> {on|off}\n\
    setbridgeprio <bridge> <priority>\n\
    setportprio <bridge> <port> <priority>\n\
    setpathcost <bridge> <port> <cost>\n\
    hairpin <bridge> <port> {on|off}";

static USAGE: Usage = [
    "\
Usage: brctl COMMAND [WORD]...

  brctl addbr br0
  brctl addif br0 eth0
Commands:
",
    COMMANDS,
];

const SHOW: usize = 5;
const SETFD: usize = 6;
const SETPORT: usize = 12;
/// From `setfd` on what `ip link set type bridge` calls them, from `setportprio` on bridge_slave's words.
static SETS: &str = "forward_delay hello_time max_age ageing_time stp_state priority priority cost hairpin";
/// Their units.
static UNITS: [Unit; 9] = [
    Unit::Time,
    Unit::Time,
    Unit::Time,
    Unit::Time,
    Unit::Switch,
    Unit::U16,
    Unit::U16,
    Unit::U32,
    Unit::Switch,
];
/// What errors call them.
static NOUNS: &str =
    "forward delay\nhello timer\nmax age\nageing time\nstp status\nbridge priority\nport priority\npath cost";

/// `brctl …`.
pub fn main(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    help(cx, line, &USAGE)?;
    let Some(word) = line.next() else { return Err(usage(cx)) };
    let mut n = 0_usize;
    let command = loop {
        let text = nth(COMMANDS, b'\n', n);
        if text.is_empty() {
            cx.err.say_of("never heard of command [%]", word);
            return Err(usage(cx));
        }
        if cut(text, b' ').0.as_bytes() == word {
            break text;
        }
        n = n.saturating_add(1);
    };
    if n == SHOW {
        return show(cx, line);
    }
    let mut args: [&[u8]; 3] = [&[]; 3];
    let mut slots = args.iter_mut();
    let mut lacks = false;
    for _ in command.bytes().filter(|b| *b == b' ') {
        match (slots.next(), line.next()) {
            (Some(slot), Some(w)) => *slot = w,
            _ => lacks = true,
        }
    }
    let many = matches!(n, 2 | 3);
    if lacks || !(many || line.is_over()) {
        cx.err.say_as("Incorrect number of arguments for command");
        return Err(cx.err.plain_of("Usage: brctl ", command.as_bytes()));
    }
    let [br, dev, value] = args;
    match n {
        0 => addbr(cx, br),
        1 => delbr(cx, br),
        2 | 3 => {
            port(cx, br, dev, n == 2)?;
            while let Some(dev) = line.next() {
                port(cx, br, dev, n == 2)?;
            }
            Ok(())
        }
        4 => macs(cx, br),
        SETPORT.. => set(cx, br, Some(dev), n.wrapping_sub(SETFD), value),
        _ => set(cx, br, None, n.wrapping_sub(SETFD), dev),
    }
}

fn usage(cx: &mut Ctx<'_>) -> Fail {
    wrong(cx, b"", &USAGE, 1)
}

/// The link called `name`; index 0 when there is none.
fn find(cx: &mut Ctx<'_>, name: &[u8]) -> Found {
    link(cx, name).unwrap_or_default()
}

/// Names of links for which `is` holds.
fn links(cx: &mut Ctx<'_>, is: &dyn Fn(&Found) -> bool) -> Result<Sorted, Fail> {
    let mut names = Sorted::new(by_bytes);
    names.fill(cx, rtm::GETLINK, &[], &mut |names: &mut Sorted, m: &Message<'_>| {
        let (_, a) = m.split::<IFINFO_LEN>();
        if let Some(name) = a.get(ifla::IFNAME).filter(|_| is(&look(m))) {
            names.push(name);
        }
    })?;
    Ok(names)
}

fn show(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let mark = cx.page.out.mark();
    cx.page.out.text("bridge name\tbridge id\t\tSTP enabled\tinterfaces\n");
    let mut done = Ok(());
    if line.is_over() {
        let names = links(cx, &|f| f.bridge)?;
        return names.iter().map(name_of).try_for_each(|name| {
            let f = find(cx, name);
            bridge(cx, name, &f)
        });
    }
    let mut any = false;
    while let Some(name) = line.next() {
        let f = find(cx, name);
        if f.bridge {
            bridge(cx, name, &f)?;
            any = true;
        } else {
            done = Err(refuse(cx, name, &f));
        }
    }
    if !any {
        cx.page.out.rewind(mark);
    }
    done
}

fn refuse(cx: &mut Ctx<'_>, name: &[u8], f: &Found) -> Fail {
    if f.info.index == 0 {
        cx.err.plain_of("bridge % does not exist!", name)
    } else {
        cx.err.plain_of("device % is not a bridge!", name)
    }
}

fn bridge(cx: &mut Ctx<'_>, name: &[u8], f: &Found) -> Done {
    let index = f.info.index;
    let ports = links(cx, &|p| p.master == index)?;
    let out = &mut cx.page.out;
    out.shown(name);
    out.text("\t\t");
    for (n, b) in f.id.iter().enumerate() {
        out.text(if n == 2 { "." } else { "" });
        out.bytes(num::hex_pad(u64::from(*b), 2).as_bytes());
    }
    out.text(if f.stp { "\tyes\t\t" } else { "\tno\t\t" });
    let mut before = "";
    for record in ports.iter() {
        out.text(before);
        out.shown(name_of(record));
        before = "\n\t\t\t\t\t\t\t";
    }
    out.text("\n");
    Ok(())
}

#[inline(never)]
fn macs(cx: &mut Ctx<'_>, name: &[u8]) -> Done {
    let f = find(cx, name);
    if !f.bridge {
        // EOPNOTSUPP.
        let why = if f.info.index == 0 { ENODEV } else { 95 };
        return Err(cx.err.failed_as("read of forward table failed", why));
    }
    cx.page.out.text("port no\tmac addr\t\tis local?\tageing timer\n");
    let mut macs = Sorted::new(by_bytes);
    macs.fill(cx, rtm::GETNEIGH, &[af::AF_BRIDGE], &mut |macs: &mut Sorted, m: &Message<'_>| {
        let (head, a) = m.split::<NDMSG_LEN>();
        let Ok(head) = NdMsg::read_from_bytes(&head) else { return };
        let (Some(mac), Some(master)) =
            (a.get(nda::LLADDR).and_then(|b| b.first_chunk::<6>()), a.get(nda::MASTER))
        else {
            return;
        };
        // The bridge's own entries have no port.
        if master != f.info.index || head.index == f.info.index {
            return;
        }
        // struct nda_cacheinfo: confirmed, used, updated, users.
        let mut r = Reader::new(a.get(nda::CACHEINFO).unwrap_or(&[]));
        r.skip_up_to(8);
        let local = head.state & nud::PERMANENT != 0;
        let fixed = head.state & (nud::PERMANENT | nud::NOARP) != 0;
        let age = if fixed { 0 } else { r.u32().unwrap_or(0) };
        let ([a, b, c, d, e, f], [i, j, k, l], [w, x, y, z]) =
            (*mac, head.index.to_ne_bytes(), age.to_ne_bytes());
        macs.push(&[a, b, c, d, e, f, local.into(), i, j, k, l, w, x, y, z]);
    })?;
    for record in macs.iter() {
        let mut r = Reader::new(record);
        let mac = r.take(6).unwrap_or(&[]);
        let local = r.u8() == Some(1);
        let (index, age) = (r.u32().unwrap_or(0), r.u32().unwrap_or(0));
        let port = by(cx, Link::Index(index)).map_or(0, |f| f.port_no);
        let out = &mut cx.page.out;
        let (port, mac, age) = (num::dec(u64::from(port)), mac::print(mac), num::centis(u64::from(age)));
        let local: &[u8] = if local { b"yes" } else { b"no" };
        cells(out, "%-3\t%\t%\t\t%-7\n", &[port.as_bytes(), mac.as_bytes(), local, age.as_bytes()]);
    }
    Ok(())
}

fn addbr(cx: &mut Ctx<'_>, name: &[u8]) -> Done {
    match attempt(cx, "link add name % type bridge", &[name]) {
        17 => Err(cx.err.plain_of("device % already exists; can't create bridge with the same name", name)),
        errno => done(cx, &[b"add bridge failed"], errno),
    }
}

fn delbr(cx: &mut Ctx<'_>, name: &[u8]) -> Done {
    let f = find(cx, name);
    let why = if f.info.index == 0 {
        "bridge % doesn't exist; can't delete it"
    } else if f.bridge && f.info.flags & iff::UP != 0 {
        "bridge % is still up; can't delete it"
    } else {
        // EPERM.
        let errno = if f.bridge { attempt(cx, "link del dev %", &[name]) } else { 1 };
        return done(cx, &[b"can't delete bridge ", name], errno);
    };
    Err(cx.err.plain_of(why, name))
}

/// How a change ended: `errno` of 0 is success.
fn done(cx: &mut Ctx<'_>, what: &[&[u8]], errno: i32) -> Done {
    let errno = if errno == UNREAD { EINVAL } else { errno };
    if errno == 0 { Ok(()) } else { Err(cx.err.system(what, errno)) }
}

/// Says which of the two is not there.
fn missing(cx: &mut Ctx<'_>, dev: &[u8], br: &[u8], p: &Found, b: &Found) -> Done {
    if p.info.index == 0 {
        return Err(cx.err.plain_of("interface % does not exist!", dev));
    }
    if b.info.index == 0 { Err(cx.err.plain_of("bridge % does not exist!", br)) } else { Ok(()) }
}

fn port(cx: &mut Ctx<'_>, br: &[u8], dev: &[u8], add: bool) -> Done {
    let (p, b) = (find(cx, dev), find(cx, br));
    missing(cx, dev, br, &p, &b)?;
    let (why, second): (&[u8], &[u8]) = if b.bridge && add && p.master != 0 {
        (b"device % is already a member of a bridge; can't add it to bridge %.", br)
    } else if b.bridge && !add && p.master != b.info.index {
        (b"device % is not a port of %", br)
    } else {
        let line = if add { "link set dev % master %" } else { "link set dev % nomaster" };
        // EOPNOTSUPP, ELOOP.
        match if b.bridge { attempt(cx, line, &[dev, br]) } else { 95 } {
            40 => {
                let why =
                    b"device % is a bridge device itself; can't add a bridge device to a bridge device.";
                (why, b"")
            }
            errno if add => return done(cx, &[b"can't add % to bridge %", dev, br], errno),
            errno => return done(cx, &[b"can't delete % from %", dev, br], errno),
        }
    };
    Err(cx.err.plain(&[why, dev, second]))
}

/// Sets number `n` of [`SETS`].
fn set(cx: &mut Ctx<'_>, br: &[u8], port: Option<&[u8]>, n: usize, value: &[u8]) -> Done {
    let Some(unit) = UNITS.get(n).copied() else { return Ok(()) };
    let noun = nth(NOUNS, b'\n', n).as_bytes();
    let number = match unit {
        Unit::Switch => match which(value, "off no 0 on yes 1") {
            NONE => return Err(cx.err.plain_as("expect on/off for argument")),
            at => Some(u32::from(at > 2)),
        },
        Unit::Time => centis(value),
        _ => num::parse_u64_base(value, 10).and_then(|n| u32::try_from(n).ok()),
    };
    let Some(number) = number else {
        let what = match (unit, port) {
            (Unit::U16, None) => "bad priority",
            (Unit::U16, _) => "bad path priority value",
            _ => "bad % value",
        };
        return Err(cx.err.plain_of(what, if unit == Unit::U16 { b"" } else { noun }));
    };
    let dev = port.unwrap_or(br);
    let mut what = [&b"set % failed"[..], noun, b""];
    let digits = num::dec(number.into());
    let (mut kind, mut value) = (&b"bridge"[..], digits.as_bytes());
    let mut errno = 0;
    if port.is_some() {
        kind = b"bridge_slave";
        let (p, b) = (find(cx, dev), find(cx, br));
        if unit == Unit::Switch {
            value = if number > 0 { b"on" } else { b"off" };
            what = [b"can't set % to hairpin on bridge %", dev, br];
            missing(cx, dev, br, &p, &b)?;
        }
        // ENOENT.
        errno = if p.info.index == 0 || b.info.index == 0 {
            ENODEV
        } else if p.master != b.info.index {
            2
        } else {
            0
        };
    }
    // ERANGE.
    if unit == Unit::U16 && number > 0xffff && errno == 0 {
        errno = 34;
    }
    if errno == 0 {
        errno = attempt(cx, "link set dev % type % % %", &[dev, kind, nth(SETS, b' ', n).as_bytes(), value]);
    }
    done(cx, &what, errno)
}

/// Seconds with an optional fraction, in hundredths.
fn centis(word: &[u8]) -> Option<u32> {
    let mut parts = word.split(|b| *b == b'.');
    let whole = num::parse_u64_base(parts.next()?, 10)?.checked_mul(100)?;
    let mut digits =
        parts.next().unwrap_or(b"").iter().map(|d| d.is_ascii_digit().then_some(u64::from(d & 15)));
    let tens = digits.next().unwrap_or(Some(0))?.saturating_mul(10);
    let units = digits.next().unwrap_or(Some(0))?;
    let rest = parts.next().is_none() && digits.all(|d| d.is_some());
    let sum = whole.checked_add(tens)?.checked_add(units)?;
    u32::try_from(sum).ok().filter(|_| rest)
}

#[cfg(test)]
mod tests {
    use super::centis;

    #[test]
    fn seconds_are_hundredths() {
        for (word, want) in [
            ("10", Some(1000)),
            ("12.5", Some(1250)),
            ("0.079", Some(7)),
            ("1.2.3", None),
            ("x", None),
            ("1.x", None),
        ] {
            assert_eq!(centis(word.as_bytes()), want, "{word}");
        }
    }
}
