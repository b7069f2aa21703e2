//! `brctl`, as bridge-utils 1.7 prints it, over netlink.

use crate::Ctx;
use crate::names::{Link, index_of};
use crate::nettools::{RECORD, Sorted, by_bytes, cells, errno, link, name_of, set_link};
use crate::report::{Done, Fail};
use crate::words::Line;
use nlbox_core::bytes::Reader;
use nlbox_core::conn::{Errno, Error};
use nlbox_core::rt::link::{IFINFO_LEN, iff, ifla, info};
use nlbox_core::rt::neigh::{NDMSG_LEN, NdMsg, nda, nud};
use nlbox_core::rt::rtm;
use nlbox_core::text::ip::af;
use nlbox_core::text::{mac, num};
use nlbox_core::wire::build::Build;
use nlbox_core::wire::header::{Message, nlm};
use nlbox_core::wire::key::{Key, Raw};
use zerocopy::{FromBytes, IntoBytes};

/// `IFLA_BR_STP_STATE`, `IFLA_BR_BRIDGE_ID`, `IFLA_BRPORT_NO` (`linux/if_link.h`).
const STP_STATE: Key<u32> = Key::new(5);
const BRIDGE_ID: Key<Raw> = Key::new(11);
const PORT_NO: Key<u16> = Key::new(18);

/// How a value is written.
#[derive(Clone, Copy, PartialEq)]
enum Unit {
    /// Seconds with a fraction, as u32 of hundredths.
    Time,
    U16,
    U32,
    /// on or off, as u32 or (of a port) u8.
    Switch,
}

#[derive(Clone, Copy)]
enum What {
    Show,
    ShowMacs,
    AddBr,
    DelBr,
    AddIf,
    DelIf,
    /// `IFLA_BR_*`, and what errors call it.
    Set(u16, Unit, &'static str, &'static str),
    /// `IFLA_BRPORT_*`.
    SetPort(u16, Unit, &'static str, &'static str),
}

/// Name, words behind it, what it does.
static VERBS: &[(&str, &str, What)] = &[
    ("addbr", "<bridge>", What::AddBr),
    ("delbr", "<bridge>", What::DelBr),
    ("addif", "<bridge> <device>", What::AddIf),
    ("delif", "<bridge> <device>", What::DelIf),
    ("hairpin", "<bridge> <port> {on|off}", What::SetPort(4, Unit::Switch, "", "")),
    ("setageing", "<bridge> <time>", What::Set(4, Unit::Time, "ageing time", "ageing time value")),
    ("setbridgeprio", "<bridge> <prio>", What::Set(6, Unit::U16, "bridge priority", "priority")),
    ("setfd", "<bridge> <time>", What::Set(1, Unit::Time, "forward delay", "forward delay value")),
    ("sethello", "<bridge> <time>", What::Set(2, Unit::Time, "hello timer", "hello timer value")),
    ("setmaxage", "<bridge> <time>", What::Set(3, Unit::Time, "max age", "max age value")),
    ("setpathcost", "<bridge> <port> <cost>", What::SetPort(3, Unit::U32, "path cost", "path cost value")),
    (
        "setportprio",
        "<bridge> <port> <prio>",
        What::SetPort(2, Unit::U16, "port priority", "path priority value"),
    ),
    ("show", "[ <bridge> ]", What::Show),
    ("showmacs", "<bridge>", What::ShowMacs),
    ("stp", "<bridge> {on|off}", What::Set(5, Unit::Switch, "stp status", "")),
];

/// `brctl …`.
pub fn main(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    cx.err.program = "brctl";
    let Some(word) = line.next() else { return Err(usage(cx)) };
    let Some((name, words, what)) = VERBS.iter().find(|(v, ..)| v.as_bytes() == word) else {
        cx.err.say(&[b"never heard of command [", word, b"]"]);
        return Err(usage(cx));
    };
    if matches!(what, What::Show) {
        return show(cx, line);
    }
    let mut args: [&[u8]; 3] = [&[]; 3];
    let wanted = words.split(' ').count();
    let mut given = 0_usize;
    while let Some(w) = line.next() {
        if let Some(slot) = args.get_mut(given) {
            *slot = w;
        }
        given = given.saturating_add(1);
    }
    if given != wanted {
        cx.err.say(&[b"Incorrect number of arguments for command"]);
        return Err(cx.err.plain(&[b"Usage: brctl ", name.as_bytes(), b" ", words.as_bytes()]));
    }
    let [br, dev, value] = args;
    match *what {
        What::ShowMacs => macs(cx, br),
        What::AddBr => addbr(cx, br),
        What::DelBr => delbr(cx, br),
        What::AddIf => port(cx, br, dev, true),
        What::DelIf => port(cx, br, dev, false),
        What::Set(attr, unit, noun, bad) => set(cx, br, None, attr, unit, dev, noun, bad),
        What::SetPort(attr, unit, noun, bad) => set(cx, br, Some(dev), attr, unit, value, noun, bad),
        What::Show => Ok(()),
    }
}

fn usage(cx: &mut Ctx<'_>) -> Fail {
    cx.err.say(&[b"Usage: brctl [commands]"]);
    cx.err.say(&[b"commands:"]);
    for (name, words, _) in VERBS {
        cx.err.say(&[b"\t", name.as_bytes(), b" ", words.as_bytes()]);
    }
    Fail(1)
}

/// What is asked of a link here.
#[derive(Clone, Copy, Default)]
struct Found {
    index: u32,
    master: u32,
    bridge: bool,
    stp: u32,
    id: [u8; 8],
    port_no: u16,
}

fn look(m: &Message<'_>) -> Found {
    let (_, a) = m.split::<IFINFO_LEN>();
    let linkinfo = a.nest(ifla::LINKINFO);
    let data = linkinfo.nest(info::DATA);
    Found {
        index: index_of(m),
        master: a.get(ifla::MASTER).unwrap_or(0),
        bridge: linkinfo.get(info::KIND) == Some(b"bridge"),
        stp: data.get(STP_STATE).unwrap_or(0),
        id: data.get(BRIDGE_ID).and_then(|b| b.first_chunk()).copied().unwrap_or_default(),
        port_no: linkinfo.nest(info::SLAVE_DATA).get(PORT_NO).unwrap_or(0),
    }
}

/// The link called `name`; index 0 when there is none.
fn find(cx: &mut Ctx<'_>, name: &[u8]) -> Found {
    match link(cx, name) {
        Ok(info) => cx.page.names.link(Link::Index(info.index), look).unwrap_or_default(),
        Err(_) => Found::default(),
    }
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
    if f.index == 0 {
        cx.err.plain(&[b"bridge ", name, b" does not exist!"])
    } else {
        cx.err.plain(&[b"device ", name, b" is not a bridge!"])
    }
}

fn bridge(cx: &mut Ctx<'_>, name: &[u8], f: &Found) -> Done {
    let index = f.index;
    let ports = links(cx, &|p| p.master == index)?;
    let out = &mut cx.page.out;
    out.bytes(name);
    out.text("\t\t");
    for (n, b) in f.id.iter().enumerate() {
        out.text(if n == 2 { "." } else { "" });
        out.bytes(num::hex_pad(u64::from(*b), 2).as_bytes());
    }
    out.text(if f.stp != 0 { "\tyes\t\t" } else { "\tno\t\t" });
    let mut last: Option<[u8; RECORD]> = None;
    while let Some(record) = ports.after(last.as_ref()) {
        out.text(if last.is_some() { "\n\t\t\t\t\t\t\t" } else { "" });
        out.bytes(name_of(&record));
        last = Some(record);
    }
    out.text("\n");
    Ok(())
}

fn macs(cx: &mut Ctx<'_>, name: &[u8]) -> Done {
    let f = find(cx, name);
    if !f.bridge {
        // EOPNOTSUPP.
        let why = if f.index == 0 { crate::nettools::ENODEV } else { 95 };
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
        if master != f.index || head.index == f.index {
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
        let port = cx.page.names.link(Link::Index(index), look).map_or(0, |f| f.port_no);
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
    let mut tx = [0; 128];
    let mut m = Build::new(&mut tx, rtm::NEWLINK, nlm::CREATE | nlm::EXCL, &[0; IFINFO_LEN]);
    m.put_str(ifla::IFNAME.ty(), name);
    m.nest(ifla::LINKINFO.ty()).put_str(info::KIND.ty(), b"bridge");
    cx.conn.request(&mut m).map_err(|e| match e {
        Error::Kernel(Errno(17)) => {
            cx.err.plain(&[b"device ", name, b" already exists; can't create bridge with the same name"])
        }
        e => cx.err.system(&[b"add bridge failed"], errno(e)),
    })
}

fn delbr(cx: &mut Ctx<'_>, name: &[u8]) -> Done {
    let f = find(cx, name);
    if f.index == 0 {
        return Err(cx.err.plain(&[b"bridge ", name, b" doesn't exist; can't delete it"]));
    }
    if !f.bridge {
        return Err(cx.err.system(&[b"can't delete bridge ", name], 1));
    }
    if cx.page.names.flags(f.index).unwrap_or(0) & iff::UP != 0 {
        return Err(cx.err.plain(&[b"bridge ", name, b" is still up; can't delete it"]));
    }
    set_link(cx, rtm::DELLINK, name, &mut |_| {})
        .map_err(|e| cx.err.system(&[b"can't delete bridge ", name], errno(e)))
}

fn port(cx: &mut Ctx<'_>, br: &[u8], dev: &[u8], add: bool) -> Done {
    let (p, b) = (find(cx, dev), find(cx, br));
    if p.index == 0 {
        return Err(cx.err.plain(&[b"interface ", dev, b" does not exist!"]));
    }
    if b.index == 0 {
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
    } else if !add && p.master != b.index {
        return Err(cx.err.plain(&[b"device ", dev, b" is not a port of ", br]));
    } else {
        let master = if add { b.index } else { 0 };
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

#[expect(clippy::too_many_arguments, reason = "a row of the table, and the words")]
fn set(
    cx: &mut Ctx<'_>,
    br: &[u8],
    port: Option<&[u8]>,
    attr: u16,
    unit: Unit,
    value: &[u8],
    noun: &str,
    bad: &str,
) -> Done {
    let number = match unit {
        Unit::Switch => match value {
            b"on" | b"yes" | b"1" => Some(1),
            b"off" | b"no" | b"0" => Some(0),
            _ => return Err(cx.err.plain(&[b"expect on/off for argument"])),
        },
        Unit::Time => centis(value),
        _ => num::parse_u64_base(value, 10).and_then(|n| u32::try_from(n).ok()),
    };
    let Some(number) = number else { return Err(cx.err.plain(&[b"bad ", bad.as_bytes()])) };
    let hairpin = port.filter(|_| unit == Unit::Switch);
    if let Some(dev) = hairpin {
        for (name, what) in [(dev, &b"interface "[..]), (br, b"bridge ")] {
            if link(cx, name).is_err() {
                return Err(cx.err.plain(&[what, name, b" does not exist!"]));
            }
        }
    }
    let work = |cx: &mut Ctx<'_>| -> Result<(), Error> {
        if let Some(dev) = port {
            let (b, p) = (link(cx, br)?.index, link(cx, dev)?.index);
            let master = cx.page.names.link(Link::Index(p), look)?.master;
            if master != b {
                // ENOENT.
                return Err(Error::Kernel(Errno(2)));
            }
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
        None => cx.err.system(&[b"set ", noun.as_bytes(), b" failed"], errno(e)),
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
