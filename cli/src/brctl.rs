//! `brctl`, as bridge-utils 1.7 prints it, over netlink.

use crate::Ctx;
use crate::names::Link;
use crate::nettools::{
    Found, NONE, RECORD, Sorted, ask, by, by_bytes, cells, errno, link, look, name_of, set_link, which,
};
use crate::report::{Done, Fail};
use crate::words::Line;
use nlbox_core::bytes::Reader;
use nlbox_core::conn::{Errno, Error};
use nlbox_core::rt::link::{IFINFO_LEN, iff, ifla, info};
use nlbox_core::rt::neigh::{NDMSG_LEN, NdMsg, nda, nud};
use nlbox_core::rt::rtm;
use nlbox_core::text::ip::af;
use nlbox_core::text::{cut, mac, nth, num};
use nlbox_core::wire::build::Build;
use nlbox_core::wire::header::nlm;
use zerocopy::{FromBytes, IntoBytes};

/// How a value is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unit {
    /// Seconds with a fraction, as u32 of hundredths.
    Time,
    U16,
    U32,
    /// on or off, as u32 or (of a port) u8.
    Switch,
}

/// The commands as usage shows them: a line's first word is the command, the rest are what it takes.
static COMMANDS: &str = "addbr <bridge>\n\
    delbr <bridge>\n\
    addif <bridge> <device>\n\
    delif <bridge> <device>\n\
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
const SHOW: usize = 5;
const SETFD: usize = 6;
const SETPORT: usize = 12;
/// From `setfd` on: `IFLA_BR_*`, from `setportprio` on `IFLA_BRPORT_*`, with their units.
static SETS: [(u16, Unit); 9] = [
    (1, Unit::Time),
    (2, Unit::Time),
    (3, Unit::Time),
    (4, Unit::Time),
    (5, Unit::Switch),
    (6, Unit::U16),
    (2, Unit::U16),
    (3, Unit::U32),
    (4, Unit::Switch),
];
/// What errors call them.
static NOUNS: &str =
    "forward delay\nhello timer\nmax age\nageing time\nstp status\nbridge priority\nport priority\npath cost";

/// `brctl …`.
pub fn main(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    cx.err.program = "brctl";
    let Some(word) = line.next() else { return Err(usage(cx)) };
    let mut n = 0_usize;
    let command = loop {
        let text = nth(COMMANDS, b'\n', n);
        if text.is_empty() {
            cx.err.say(&[b"never heard of command [", word, b"]"]);
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
    let mut wrong = false;
    for _ in command.bytes().filter(|b| *b == b' ') {
        match (slots.next(), line.next()) {
            (Some(slot), Some(w)) => *slot = w,
            _ => wrong = true,
        }
    }
    if wrong || !line.is_over() {
        cx.err.say(&[b"Incorrect number of arguments for command"]);
        return Err(cx.err.plain(&[b"Usage: brctl ", command.as_bytes()]));
    }
    let [br, dev, value] = args;
    match n {
        0 => addbr(cx, br),
        1 => delbr(cx, br),
        2 | 3 => port(cx, br, dev, n == 2),
        4 => macs(cx, br),
        SETPORT.. => set(cx, br, Some(dev), n.wrapping_sub(SETFD), value),
        _ => set(cx, br, None, n.wrapping_sub(SETFD), dev),
    }
}

fn usage(cx: &mut Ctx<'_>) -> Fail {
    cx.err.say(&[b"Usage: brctl [commands]\ncommands:"]);
    cx.err.plain(&[COMMANDS.as_bytes()])
}

/// The link called `name`; index 0 when there is none.
fn find(cx: &mut Ctx<'_>, name: &[u8]) -> Found {
    link(cx, name).unwrap_or_default()
}

/// Names of links for which `is` holds.
fn links(cx: &mut Ctx<'_>, is: &dyn Fn(&Found) -> bool) -> Result<Sorted, Fail> {
    let mut names = Sorted::new(by_bytes);
    let mut tx = [0; 64];
    let mut m = Build::new(&mut tx, rtm::GETLINK, 0, &[0; IFINFO_LEN]);
    names.fill(cx, &mut m, &mut |names, m| {
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
        let mut last = None;
        while let Some(record) = names.after(last.as_ref()) {
            let f = find(cx, name_of(&record));
            bridge(cx, name_of(&record), &f)?;
            last = Some(record);
        }
        return Ok(());
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
        cx.err.plain(&[b"bridge ", name, b" does not exist!"])
    } else {
        cx.err.plain(&[b"device ", name, b" is not a bridge!"])
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
    let mut last: Option<[u8; RECORD]> = None;
    while let Some(record) = ports.after(last.as_ref()) {
        out.text(if last.is_some() { "\n\t\t\t\t\t\t\t" } else { "" });
        out.shown(name_of(&record));
        last = Some(record);
    }
    out.text("\n");
    Ok(())
}

fn macs(cx: &mut Ctx<'_>, name: &[u8]) -> Done {
    let f = find(cx, name);
    if !f.bridge {
        // EOPNOTSUPP.
        let why = if f.info.index == 0 { crate::nettools::ENODEV } else { 95 };
        return Err(cx.err.system(&[b"read of forward table failed"], why));
    }
    cx.page.out.text("port no\tmac addr\t\tis local?\tageing timer\n");
    let mut macs = Sorted::new(by_bytes);
    let head = NdMsg { family: af::AF_BRIDGE, ..NdMsg::default() };
    let mut tx = [0; 64];
    let mut m = Build::new(&mut tx, rtm::GETNEIGH, 0, head.as_bytes());
    macs.fill(cx, &mut m, &mut |macs, m| {
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
        let mut record = [0; RECORD];
        let local = [u8::from(local)];
        let parts = mac.iter().chain(&local);
        let index = head.index.to_ne_bytes();
        let age = age.to_ne_bytes();
        record.iter_mut().zip(parts.chain(&index).chain(&age)).for_each(|(to, from)| *to = *from);
        macs.push(&record);
    })?;
    let mut last = None;
    while let Some(record) = macs.after(last.as_ref()) {
        let mut r = Reader::new(&record);
        let mac = r.take(6).unwrap_or(&[]);
        let local = r.u8() == Some(1);
        let (index, age) = (r.u32().unwrap_or(0), r.u32().unwrap_or(0));
        let port = by(cx, Link::Index(index)).map_or(0, |f| f.port_no);
        let out = &mut cx.page.out;
        let digits = num::dec(u64::from(port));
        out.spaces(3_usize.saturating_sub(digits.as_bytes().len()));
        out.bytes(digits.as_bytes());
        out.str("", "\t%\t", mac::print(mac).as_bytes());
        out.text(if local { "yes\t\t" } else { "no\t\t" });
        cells(out, &[(num::centis(u64::from(age)).as_bytes(), -7)]);
        last = Some(record);
    }
    Ok(())
}

fn addbr(cx: &mut Ctx<'_>, name: &[u8]) -> Done {
    let done = ask(cx, rtm::NEWLINK, nlm::CREATE | nlm::EXCL, &[0; IFINFO_LEN], &mut |m| {
        m.put_str(ifla::IFNAME.ty(), name);
        m.nest(ifla::LINKINFO.ty()).put_str(info::KIND.ty(), b"bridge");
    });
    done.map_err(|e| match e {
        Error::Kernel(Errno(17)) => {
            cx.err.plain(&[b"device ", name, b" already exists; can't create bridge with the same name"])
        }
        e => cx.err.system(&[b"add bridge failed"], errno(e)),
    })
}

fn delbr(cx: &mut Ctx<'_>, name: &[u8]) -> Done {
    let f = find(cx, name);
    if f.info.index == 0 {
        return Err(cx.err.plain(&[b"bridge ", name, b" doesn't exist; can't delete it"]));
    }
    if !f.bridge {
        return Err(cx.err.system(&[b"can't delete bridge ", name], 1));
    }
    if f.info.flags & iff::UP != 0 {
        return Err(cx.err.plain(&[b"bridge ", name, b" is still up; can't delete it"]));
    }
    set_link(cx, rtm::DELLINK, name, &mut |_| {})
        .map_err(|e| cx.err.system(&[b"can't delete bridge ", name], errno(e)))
}

fn port(cx: &mut Ctx<'_>, br: &[u8], dev: &[u8], add: bool) -> Done {
    let (p, b) = (find(cx, dev), find(cx, br));
    if p.info.index == 0 {
        return Err(cx.err.plain(&[b"interface ", dev, b" does not exist!"]));
    }
    if b.info.index == 0 {
        return Err(cx.err.plain(&[b"bridge ", br, b" does not exist!"]));
    }
    let done = if !b.bridge {
        Err(Error::Kernel(Errno(95)))
    } else if add && p.master != 0 {
        return Err(cx.err.plain(&[
            b"device ",
            dev,
            b" is already a member of a bridge; can't add it to bridge ",
            br,
            b".",
        ]));
    } else if !add && p.master != b.info.index {
        return Err(cx.err.plain(&[b"device ", dev, b" is not a port of ", br]));
    } else {
        let master = if add { b.info.index } else { 0 };
        set_link(cx, rtm::SETLINK, dev, &mut |m| m.put(ifla::MASTER, master))
    };
    done.map_err(|e| match errno(e) {
        40 => cx.err.plain(&[
            b"device ",
            dev,
            b" is a bridge device itself; can't add a bridge device to a bridge device.",
        ]),
        n if add => cx.err.system(&[b"can't add ", dev, b" to bridge ", br], n),
        n => cx.err.system(&[b"can't delete ", dev, b" from ", br], n),
    })
}

/// Sets number `n` of [`SETS`].
fn set(cx: &mut Ctx<'_>, br: &[u8], port: Option<&[u8]>, n: usize, value: &[u8]) -> Done {
    let Some((attr, unit)) = SETS.get(n).copied() else { return Ok(()) };
    let noun = nth(NOUNS, b'\n', n).as_bytes();
    let number = match unit {
        Unit::Switch => match which(value, "off no 0 on yes 1") {
            NONE => return Err(cx.err.plain(&[b"expect on/off for argument"])),
            at => Some(u32::from(at > 2)),
        },
        Unit::Time => centis(value),
        _ => num::parse_u64_base(value, 10).and_then(|n| u32::try_from(n).ok()),
    };
    let Some(number) = number else {
        let what: [&[u8]; 3] = match (unit, port) {
            (Unit::U16, None) => [b"bad ", b"priority", b""],
            (Unit::U16, _) => [b"bad ", b"path priority", b" value"],
            _ => [b"bad ", noun, b" value"],
        };
        return Err(cx.err.plain(&what));
    };
    let hairpin = port.filter(|_| unit == Unit::Switch);
    if let Some(dev) = hairpin {
        for (name, what) in [(dev, &b"interface "[..]), (br, b"bridge ")] {
            if link(cx, name).is_err() {
                return Err(cx.err.plain(&[what, name, b" does not exist!"]));
            }
        }
    }
    let work = |cx: &mut Ctx<'_>| -> Result<(), Error> {
        if let Some(dev) = port
            && link(cx, br)?.info.index != link(cx, dev)?.master
        {
            // ENOENT.
            return Err(Error::Kernel(Errno(2)));
        }
        let wide = number.to_ne_bytes();
        let short = u16::try_from(number).unwrap_or(0).to_ne_bytes();
        let byte = [u8::from(number != 0)];
        let raw: &[u8] = match (unit, port) {
            // ERANGE.
            (Unit::U16, _) if number > 0xffff => return Err(Error::Kernel(Errno(34))),
            (Unit::U16, _) => &short,
            (Unit::Switch, Some(_)) => &byte,
            _ => &wide,
        };
        let (kind, data) = match port {
            Some(_) => (info::SLAVE_KIND.ty(), info::SLAVE_DATA.ty()),
            None => (info::KIND.ty(), info::DATA.ty()),
        };
        set_link(cx, rtm::NEWLINK, port.unwrap_or(br), &mut |m| {
            let mut nest = m.nest(ifla::LINKINFO.ty());
            nest.put_str(kind, b"bridge");
            nest.nest(data).raw(attr, raw);
        })
    };
    work(cx).map_err(|e| match hairpin {
        Some(dev) => cx.err.system(&[b"can't set ", dev, b" to hairpin on bridge ", br], errno(e)),
        None => cx.err.system(&[b"set ", noun, b" failed"], errno(e)),
    })
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
