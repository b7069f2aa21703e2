//! `ip address show`: links as `ip link` prints them, each with its addresses below it.

use super::beside::{Beside, Turn};
use super::select::{Addr, Filter};
use crate::files::Files;
use crate::ip::link::show as link;
use crate::ip::value::{put, put_num};
use crate::names::{Link, request as link_request};
use crate::report::Done;
use crate::words::Line;
use crate::{Ctx, Options, Page};
use core::cell::Cell;
use nlbox_core::conn::{Conn, Errno, Error};
use nlbox_core::label;
use nlbox_core::rt::addr::{ADDR_FLAGS, CacheInfo, FOREVER, IfAddr, ifa, ifa_f};
use nlbox_core::rt::link::{ifla, rtext_filter};
use nlbox_core::rt::names::{ADDR_PROTOCOLS, SCOPES};
use nlbox_core::rt::rtm;
use nlbox_core::spec::Names;
use nlbox_core::text::ip::{Ip, af};
use nlbox_core::text::num;
use nlbox_core::text::out::{Out, Style, Val};
use nlbox_core::wire::build::Build;
use nlbox_core::wire::header::Message;
use zerocopy::{FromBytes, IntoBytes};

/// How often the addresses of one link are asked in all when they change meanwhile.
const TRIES: u32 = 8;
const ENODEV: Errno = Errno(19);

/// `ip address [show] …`.
pub fn run(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let mut f = Filter::default();
    f.read(cx, line)?;
    // A prefix says the family as well as an option does, to the layout of links too.
    let asked = core::mem::replace(&mut cx.page.opts.family, f.family);
    let done = list(cx, &f, asked);
    cx.page.opts.family = asked;
    done
}

/// Prints the links, `asked` being the family on the command line.
fn list(cx: &mut Ctx<'_>, f: &Filter<'_>, asked: u8) -> Done {
    let failed = Cell::new(None);
    let mut tx = [0; 256];
    let mut m = link_request(&mut tx, Link::Index(f.index));
    m.head_u8(0, asked);
    if f.index != 0 || matches!(asked, af::AF_UNSPEC | af::AF_PACKET) {
        m.put(ifla::EXT_MASK, rtext_filter::VF);
    }
    if f.index != 0 {
        match cx.conn.get(&mut m) {
            Ok(m) => {
                cx.page.out.open_document();
                failed.set(one(&mut cx.page, &m, f, &mut Beside::default()).err());
            }
            Err(e) => return Err(cx.err.net(e, &cx.conn, None)),
        }
    } else {
        // The dump of IPv6 knows no master and no kind.
        if asked != af::AF_INET6 {
            f.link.ask(&mut m);
        }
        let mut conns = cx.beside.take();
        let mut beside = Beside::new(conns.as_deref_mut());
        let done = crate::dump::dump(cx, &mut m, &mut |page, m| {
            if let Err(e) = one(page, m, f, &mut beside) {
                failed.set(Some(e));
            }
            Ok(())
        });
        if beside.end() {
            failed.set(Some(Error::Interrupted));
        }
        cx.beside = conns;
        done?;
    }
    match failed.get().map(|e| (e, cx.err.net(e, &cx.page.names.conn, None))) {
        None | Some((Error::Interrupted, _)) => Ok(()),
        Some((_, fail)) => Err(fail),
    }
}

/// Prints a link and its addresses, if both are asked for.
fn one(
    page: &mut Page<'_>,
    m: &Message<'_>,
    f: &Filter<'_>,
    beside: &mut Beside<'_, '_>,
) -> Result<(), Error> {
    let Some(row) = link::Row::of(m) else { return Ok(()) };
    page.names.learn(m);
    let thin = f.family == af::AF_INET6 && f.asks_attrs();
    if if thin { !f.takes_index(&mut page.names, row.info.index) } else { !f.takes_link(&row) } {
        return Ok(());
    }
    let opts = page.opts;
    let links_only = f.family == af::AF_PACKET;
    let turn = match () {
        () if links_only => Turn::Not,
        // They have to be looked at before the link is printed, and then once more.
        () if f.chooses() => Turn::Ask,
        () => beside.turn(&mut page.names.conn, f.family, &row),
    };
    if !links_only && f.selects() && hidden(page, &row, f, turn)? {
        return Ok(());
    }
    if links_only && opts.brief {
        link::brief(page, &row);
        return Ok(());
    }
    page.out.open_object("");
    // A label selects addresses so narrowly that their links are left out, as -o leaves them out.
    let bare = !links_only && (f.label.is_some() || page.out.mode.oneline && !opts.brief);
    match (bare, opts.brief) {
        (true, _) => {}
        (false, true) => {
            let _ = link::brief_name(page, &row);
        }
        (false, false) => {
            // The counters come behind the addresses.
            page.opts.stats = 0;
            link::full(page, &row, link::For::Addr);
            page.opts.stats = opts.stats;
        }
    }
    let done = if links_only { Ok(()) } else { addresses(page, &row, f, bare, turn, beside) };
    if !bare && !opts.brief && opts.stats > 0 {
        crate::ip::link::stats::counters(page, &row.attrs);
    }
    if !page.out.json() && (opts.brief || !bare) {
        page.out.bytes(b"\n");
    }
    page.out.close_object();
    done
}

/// Whether a link is left out: it has addresses, but none that is asked for, or none at all of the family.
fn hidden(page: &mut Page<'_>, row: &link::Row<'_>, f: &Filter<'_>, turn: Turn) -> Result<bool, Error> {
    let (mut some, mut wanted) = (false, false);
    match turn {
        Turn::Here => return Ok(false),
        Turn::Not => return Ok(f.family != af::AF_UNSPEC),
        Turn::Ask => {}
    }
    let done = each(&mut page.names.conn, f.family, row.info.index, &mut |a| {
        some = true;
        wanted |= f.takes(a, row.name);
    });
    match done {
        Ok(()) | Err(Error::Interrupted) => Ok(!wanted && (some || f.family != af::AF_UNSPEC)),
        Err(e) => Err(e),
    }
}

/// Prints a link's addresses; `bare` without a link above them.
fn addresses(
    page: &mut Page<'_>,
    row: &link::Row<'_>,
    f: &Filter<'_>,
    bare: bool,
    mut turn: Turn,
    beside: &mut Beside<'_, '_>,
) -> Result<(), Error> {
    let opts = page.opts;
    let out = &mut page.out;
    let dev = out.mode.oneline.then_some(row.name);
    out.open_array("addr_info", "");
    let mut tries = 1..TRIES;
    let mut shown = 0_u32;
    let done = loop {
        let mark = out.mark();
        let (mut skipped, mut count) = (0..shown, 0);
        let mut take = |a: &Addr<'_>| {
            count = u32::wrapping_add(count, 1);
            if skipped.next().is_some() || !f.takes(a, row.name) {
                return;
            }
            let lines = !opts.brief && !out.json();
            if lines && !bare {
                out.bytes(b"\n");
            }
            print(out, &mut page.names.files, &opts, a, dev);
            if lines && bare {
                out.bytes(b"\n");
            }
        };
        let done = match turn {
            Turn::Not => Ok(()),
            Turn::Here => beside.each(row.info.index, &mut take),
            Turn::Ask => each(&mut page.names.conn, f.family, row.info.index, &mut take),
        };
        // What broke off beside is asked for alone, whatever was wrong, and goes on behind what has been printed.
        if turn == Turn::Here && done.is_err() {
            (turn, shown) = (Turn::Ask, count);
            continue;
        }
        if done != Err(Error::Interrupted) || tries.next().is_none() || !out.rewind(mark) {
            break done;
        }
    };
    out.close_array("");
    done
}

/// Hands the addresses of one link to `take`. A link that has gone meanwhile has none.
fn each(conn: &mut Conn<'_>, family: u8, index: u32, take: &mut dyn FnMut(&Addr<'_>)) -> Result<(), Error> {
    let mut tx = [0; 64];
    let mut m = request(&mut tx, family, index);
    let done = conn.dump(&mut m).and_then(|mut dump| {
        while let Some(m) = dump.next()? {
            // Kernels before 4.20 send the addresses of all links.
            if let Some(a) = Addr::of(&m).filter(|a| a.head.index == index) {
                take(&a);
            }
        }
        Ok(())
    });
    if done == Err(Error::Kernel(ENODEV)) { Ok(()) } else { done }
}

/// `RTM_GETADDR` for the addresses of one link, or of all where `index` is 0.
pub(super) fn request(tx: &mut [u8], family: u8, index: u32) -> Build<'_> {
    Build::new(tx, rtm::GETADDR, 0, IfAddr { family, index, ..IfAddr::default() }.as_bytes())
}

/// Prints one address, without the end of its last line; `dev` in front with the index for records of their own.
pub fn print(out: &mut Out<'_>, files: &mut Files, opts: &Options, a: &Addr<'_>, dev: Option<&[u8]>) {
    out.open_object("");
    fields(out, files, opts, a, dev);
    out.close_object();
}

/// What [`print`] prints, for a record that the caller opens.
pub(super) fn fields(out: &mut Out<'_>, files: &mut Files, opts: &Options, a: &Addr<'_>, dev: Option<&[u8]>) {
    let family = a.head.family;
    if !opts.brief {
        if let Some(name) = dev {
            out.num(label!("index|%: "), u64::from(a.head.index));
            out.str(label!("dev|%"), name);
        }
        match family {
            af::AF_INET => out.put(label!("family|    % "), Val::Word(b"inet")),
            af::AF_INET6 => out.put(label!("family|    % "), Val::Word(b"inet6")),
            _ => out.num("family_index|    family % ", u64::from(family)),
        }
    }
    if let Some(v) = a.local() {
        ip_address(out, files, label!("local|%"), v);
        if let Some(v) = a.peer() {
            ip_address(out, files, label!("address| peer ^%"), v);
        }
        put_num(out, label!("prefixlen|/% "), a.head.prefix_len.into());
        if let Some(v) = a.attrs.get(ifa::RT_PRIORITY) {
            out.num("metric|metric % ", u64::from(v));
        }
    }
    if opts.brief {
        return;
    }
    let mut other = |key, label| {
        if let Some(v) = a.attrs.get(key) {
            ip_address(out, files, label, v);
        }
    };
    other(ifa::BROADCAST, label!("broadcast|brd ^% "));
    other(ifa::ANYCAST, label!("anycast|any ^% "));
    other(ifa::MULTICAST, label!("multicast|mcast ^% "));
    named(out, files, label!("scope|scope % "), &SCOPES, a.head.scope);
    flags(out, family, a.flags);
    if let Some(v) = a.attrs.get(ifa::PROTO).filter(|v| *v != 0 || opts.details > 0) {
        named(out, files, label!("protocol|proto % "), &ADDR_PROTOCOLS, v);
    }
    if let Some(v) = a.attrs.get(ifa::LABEL) {
        put(out, label!("label|%"), v);
    }
    let life = a.attrs.get(ifa::CACHEINFO).and_then(|b| CacheInfo::read_from_prefix(b).ok());
    if let Some((c, _)) = life {
        out.line();
        lifetime(out, label!("valid_life_time|       valid_lft %"), c.valid);
        lifetime(out, label!("preferred_life_time| preferred_lft %"), c.preferred);
    }
}

fn named(out: &mut Out<'_>, files: &mut Files, label: &str, names: &'static Names, v: u8) {
    let digits = num::dec(v.into());
    put(out, label, files.name(names, v.into()).unwrap_or(digits.as_bytes()));
}

fn ip_address(out: &mut Out<'_>, files: &Files, label: &str, bytes: &[u8]) {
    if !files.resolve && matches!(bytes.len(), 4 | 16) {
        return out.put(label, Val::Address(bytes));
    }
    if let Some(ip) = Ip::from_bytes(bytes) {
        let mut text = heapless::Vec::new();
        files.host(&ip, &mut text);
        put(out.style(Style::of_family(ip.family())), label, &text);
    }
}

/// The flags: each a word, and a truth in JSON. What is not permanent is `dynamic`.
fn flags(out: &mut Out<'_>, family: u8, flags: u32) {
    // One bit has two names; which comes first does not matter, it is printed once.
    let mut named = ADDR_FLAGS.bits(flags ^ ifa_f::PERMANENT);
    for (bit, name) in named.by_ref() {
        let name = match bit {
            ifa_f::PERMANENT => "dynamic",
            ifa_f::SECONDARY if family == af::AF_INET6 => "temporary",
            _ => name,
        };
        out.value(name, name, Val::Bool(true));
        out.text(" ");
    }
    if named.left != 0 {
        out.str("ifa_flags|flags % ", num::hex_pad(u64::from(named.left), 2).as_bytes());
    }
}

fn lifetime(out: &mut Out<'_>, label: &str, seconds: u32) {
    let digits = num::dec(seconds.into());
    out.put(
        label,
        if seconds == FOREVER && !out.json() { Val::Word(b"forever") } else { Val::Raw(digits.as_bytes()) },
    );
    if seconds != FOREVER {
        out.text("sec");
    }
}
