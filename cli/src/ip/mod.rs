//! `ip`: options, then an object, each in a file of its own.

pub mod addr;
pub mod addrlabel;
pub mod encap;
pub mod flush;
pub mod genl;
pub mod link;
pub mod maddress;
pub mod monitor;
pub mod mptcp;
pub mod mroute;
pub mod neigh;
pub mod netconf;
pub mod netns;
pub mod nexthop;
pub mod nsref;
pub mod ntable;
pub mod route;
pub mod rule;
pub mod saved;
pub mod stats;
pub mod tcp_metrics;
pub mod token;
pub mod tunnel;
pub mod tuntap;
pub mod value;
pub mod vrf;

use crate::grammar::{Grammar, Object, Slots, Table, spelled};
use crate::ip::value::wrong;
use crate::report::{Done, Fail, USAGE};
use crate::words::Line;
use crate::{Ctx, Page};
use nlbox_core::spec::matches;
use nlbox_core::text::ip::af;
use nlbox_core::text::out::Palette;
use nlbox_core::text::{Texts, num};
use nlbox_core::wire::build::Build;
use nlbox_core::wire::header::Message;

/// How many of [`OBJECTS`] leave interfaces as they are: the lines of a batch may keep their names from one to the next,
/// and changes may wait for each other.
const QUIET: usize = 5;

/// Every object of `ip` by its names, of which iproute2 knows several for some, in matching order.
pub static OBJECTS: Table<&Object> = crate::table![
    ("a[ddress]", &addr::OBJECT),
    ("r[oute]", &route::OBJECT),
    ("ru[le]", &rule::OBJECT),
    ("n[eighbor]", &neigh::OBJECT),
    ("n[eighbour]", &neigh::OBJECT),
    ("l[ink]", &link::OBJECT),
    ("mo[nitor]", &monitor::OBJECT),
    ("tu[nnel]|tu[nl]", &tunnel::OBJECT),
    ("tunt[ap]", &tuntap::OBJECT),
    ("ta[p]", &tuntap::OBJECT),
    ("net[ns]", &netns::OBJECT),
    ("nex[thop]", &nexthop::OBJECT),
    ("addrl[abel]", &addrlabel::OBJECT),
    ("nt[able]", &ntable::OBJECT),
    ("ntb[l]", &ntable::OBJECT),
    ("to[ken]", &token::OBJECT),
    ("netc[onf]", &netconf::OBJECT),
    ("m[address]", &maddress::OBJECT),
    ("tc[pmetrics]", &tcp_metrics::OBJECT),
    ("tcp_[metrics]", &tcp_metrics::OBJECT),
    ("mr[oute]", &mroute::OBJECT),
    ("mru[le]", &rule::MULTICAST),
    ("v[rf]", &vrf::OBJECT),
    ("mp[tcp]", &mptcp::OBJECT),
    ("st[ats]", &stats::OBJECT),
];

/// A verb without words.
static NONE: Grammar = crate::grammar! { usage: "" };

/// What is said where a keyword is missing.
const NEEDS: &[u8] = b"Not enough information: \"%\" argument is required.";

/// The objects of iproute2 that are not in this build: refused by name.
pub static ABSENT: Texts = nlbox_core::texts!["l2tp", "fou", "ila", "macsec", "xfrm", "sr", "ioam"];

/// A program of iproute2's: its options, and what reads the rest of the line or a line of a batch.
pub(crate) struct Program {
    /// The options in matching order. A spelling without brackets is to be typed whole.
    pub(crate) options: &'static Table<Opt>,
    /// What is to be tried by who typed an option that is none.
    pub(crate) help: &'static str,
    pub(crate) usage: fn(&mut Ctx<'_>) -> Fail,
    pub(crate) command: for<'a, 'l> fn(&mut Ctx<'a>, &mut Line<'l>) -> Done,
}

impl Program {
    /// `PROGRAM [OPTIONS] OBJECT …`.
    pub(crate) fn run(&self, cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
        match options(cx, line, self, None)? {
            Then::Nothing => Ok(()),
            Then::Command => (self.command)(cx, line),
            Then::Batch(file) => crate::batch::run(cx, file, self),
        }
    }

    /// `[OPTIONS] OBJECT …`, a line of a batch: the options hold for it alone.
    pub(crate) fn line(&self, cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
        if line.peek().is_none_or(|w| w.first() != Some(&b'-')) {
            netns::visit(cx, None)?;
            return (self.command)(cx, line);
        }
        let files = &cx.page.names.files;
        let (opts, mode, numeric, resolve) = (cx.page.opts, cx.page.out.mode, files.numeric, files.resolve);
        let mut place = None;
        let done = options(cx, line, self, Some(&mut place))
            .and_then(|_| netns::visit(cx, place))
            .and_then(|()| (self.command)(cx, line));
        (cx.page.opts, cx.page.out.mode) = (opts, mode);
        let files = &mut cx.page.names.files;
        (files.numeric, files.resolve) = (numeric, resolve);
        done
    }
}

static IP: Program = Program { options: &OPTIONS, help: "-help", usage, command };

/// `ip [OPTIONS] OBJECT …`.
pub fn main(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    IP.run(cx, line)
}

/// `OBJECT …`: a command line behind its options, or a line of a batch.
pub fn command(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let Some(word) = line.next() else { return Err(usage(cx)) };
    // The line of a batch before may have spoken to a generic family. NETLINK_ROUTE is protocol 0.
    cx.conn.speak(0);
    // The order of the table is the order of the matching: an absent object must not give its word to a later one.
    if let Some((n, object)) =
        cx.object.place(OBJECTS.words, word).and_then(|n| Some((n, *OBJECTS.values.get(n)?)))
    {
        crate::batch::gate(cx, n < QUIET)?;
        let depth = cx.page.out.depth();
        // The command before may have given an id, by moving a link or by name.
        cx.page.names.nsids.forget();
        let family = cx.page.opts.family;
        let done = match core::ptr::eq(object, &raw const rule::MULTICAST) {
            true => rule::multicast(cx).and_then(|()| object.run(cx, line)),
            false => object.run(cx, line),
        };
        cx.page.opts.family = family;
        if n >= QUIET {
            cx.page.names.forget();
        }
        cx.page.out.close_to(depth);
        return done;
    }
    if matches(word, "help") {
        return Err(usage(cx));
    }
    if let Some(name) = ABSENT.into_iter().find(|n| matches(word, n)) {
        return Err(cx.err.plain_of("Object \"%\" is not in this build.", name.as_bytes()));
    }
    Err(cx.err.plain_of("Object \"%\" is unknown, try \"ip help\".", word))
}

/// Sends a request that changes something, and reports how it ended.
pub fn send(cx: &mut Ctx<'_>, m: &mut Build<'_>) -> Done {
    match cx.conn.request(m) {
        Ok(()) => {
            cx.err.warn(&cx.conn);
            Ok(())
        }
        Err(e) => Err(cx.err.net(e, &cx.conn, Some(m))),
    }
}

/// Sends a request that one message answers, and prints that.
pub fn one(cx: &mut Ctx<'_>, m: &mut Build<'_>, print: fn(&mut Page<'_>, &Message<'_>)) -> Done {
    match cx.conn.get(m) {
        Ok(m) => {
            cx.page.out.open_document();
            print(&mut cx.page, &m);
            Ok(())
        }
        Err(e) => Err(cx.err.net(e, &cx.conn, Some(m))),
    }
}

/// What an option does.
#[derive(Clone, Copy)]
pub(crate) enum Opt {
    Family(u8),
    FamilyWord,
    Human,
    Iec,
    Stats,
    Details,
    Oneline,
    Version,
    Force,
    Batch,
    Brief,
    Json,
    Pretty,
    Help,
    Netns,
    Numeric,
    All,
    Timestamp,
    Short,
    Rcvbuf,
    Loops,
    Resolve,
    Color,
    /// Of iproute2's, and not in this build.
    Absent,
    /// Of `bridge`: VLANs in ranges.
    #[cfg_attr(not(feature = "bridge"), expect(dead_code, reason = "of bridge"))]
    Compress,
}

static OPTIONS: Table<Opt> = crate::table![
    ("-f[amily]", Opt::FamilyWord),
    ("-4", Opt::Family(af::AF_INET)),
    ("-6", Opt::Family(af::AF_INET6)),
    ("-0", Opt::Family(af::AF_PACKET)),
    ("-M", Opt::Family(af::AF_MPLS)),
    ("-B", Opt::Family(af::AF_BRIDGE)),
    ("-h[uman-readable]", Opt::Human),
    ("-i[ec]", Opt::Iec),
    ("-r[esolve]", Opt::Resolve),
    ("-rc[vbuf]", Opt::Rcvbuf),
    ("-l[oops]", Opt::Loops),
    ("-t[imestamp]", Opt::Timestamp),
    ("-ts[hort]", Opt::Short),
    ("-s[tats]", Opt::Stats),
    ("-s[tatistics]", Opt::Stats),
    ("-d[etails]", Opt::Details),
    ("-o[neline]", Opt::Oneline),
    ("-V[ersion]", Opt::Version),
    ("-fo[rce]", Opt::Force),
    ("-b[atch]", Opt::Batch),
    ("-br[ief]", Opt::Brief),
    ("-j[son]", Opt::Json),
    ("-p[retty]", Opt::Pretty),
    ("-he[lp]", Opt::Help),
    ("-n[etns]", Opt::Netns),
    ("-N[umeric]", Opt::Numeric),
    ("-a[ll]", Opt::All),
    ("-c[olor]", Opt::Color),
    ("-ec[ho]", Opt::Absent),
];

pub(crate) static FAMILIES: Table<u8> = crate::table![
    ("inet", af::AF_INET),
    ("inet6", af::AF_INET6),
    ("link", af::AF_PACKET),
    ("mpls", af::AF_MPLS),
    ("bridge", af::AF_BRIDGE),
];

/// The spellings of the options.
pub fn option_words() -> impl Iterator<Item = &'static str> {
    let all = OPTIONS.words.into_iter().zip(OPTIONS.values);
    all.filter(|(_, o)| !matches!(o, Opt::Absent)).map(|(word, _)| word)
}

/// What is to be done behind the options.
enum Then<'l> {
    /// Nothing: an option was all.
    Nothing,
    /// The command on the rest of the line.
    Command,
    /// The commands of this file.
    Batch(&'l [u8]),
}

/// Reads the options. Those of a line in a batch only tell where it is to run, into `place`, and are not to be what
/// concerns the whole document.
fn options<'l>(
    cx: &mut Ctx<'_>,
    line: &mut Line<'l>,
    program: &Program,
    mut place: Option<&mut Option<&'l [u8]>>,
) -> Result<Then<'l>, Fail> {
    let mut batch = None;
    while let Some(word) = line.peek().filter(|w| w.first() == Some(&b'-')) {
        line.next();
        if word == b"--" {
            break;
        }
        // "--json" is "-json".
        let opt = if word.get(1) == Some(&b'-') { word.get(1..).unwrap_or(word) } else { word };
        let (name, value) = match opt.iter().position(|b| *b == b'=') {
            Some(at) => (opt.get(..at).unwrap_or(opt), opt.get(at.saturating_add(1)..)),
            None => (opt, None),
        };
        let found = program.options.find(name);
        let Some(what) = found.filter(|o| value.is_none() || matches!(o, Opt::Color)) else {
            return Err(unknown(cx, program, opt));
        };
        let whole = matches!(
            what,
            Opt::Version | Opt::Force | Opt::Batch | Opt::Json | Opt::Pretty | Opt::Help | Opt::Color
        );
        if whole && place.is_some() {
            return Err(cx.err.usage_of("Option \"%\" is for a whole batch, not for a line.", word));
        }
        let o = &mut cx.page.opts;
        match what {
            Opt::Family(f) => o.family = f,
            Opt::FamilyWord => {
                let value = line.value(&mut cx.err)?;
                if value == b"help" {
                    return Err((program.usage)(cx));
                }
                match FAMILIES.find(value) {
                    Some(f) => o.family = f,
                    None => return Err(wrong(&mut cx.err, value, "invalid protocol family")),
                }
            }
            Opt::Human => o.human = o.human.max(1),
            Opt::Iec => o.human = 2,
            Opt::Stats => o.stats = o.stats.saturating_add(1),
            Opt::Details => o.details = o.details.saturating_add(1),
            Opt::Oneline => cx.page.out.mode.oneline = true,
            Opt::Version => {
                cx.page.out.text(cx.err.program);
                cx.page.out.text(concat!(" utility, nlbox-", env!("CARGO_PKG_VERSION"), "\n"));
                return Ok(Then::Nothing);
            }
            Opt::Force => o.force = true,
            Opt::Batch => {
                batch = Some(line.value(&mut cx.err)?);
            }
            Opt::Brief => o.brief = true,
            Opt::Json => {
                cx.page.out.mode.json = true;
                cx.err.json = true;
            }
            Opt::Pretty => cx.page.out.mode.pretty = true,
            Opt::Help => return Err((program.usage)(cx)),
            Opt::Netns => {
                let name = line.value(&mut cx.err)?;
                match &mut place {
                    Some(place) => **place = Some(name),
                    None => netns::enter(cx, name)?,
                }
            }
            Opt::Resolve => cx.page.names.files.resolve = true,
            Opt::Loops => o.loops = Some(num::parse_u32(line.value(&mut cx.err)?).unwrap_or(0)),
            Opt::Numeric => {
                o.numeric = true;
                cx.page.names.files.numeric = true;
            }
            Opt::All => o.all = true,
            Opt::Timestamp => o.timestamp = o.timestamp.max(1),
            Opt::Short => o.timestamp = 2,
            Opt::Rcvbuf => {
                let word = line.value(&mut cx.err)?;
                let size = num::parse_u32(word);
                cx.page.opts.rcvbuf = size.ok_or_else(|| cx.err.usage_of("Invalid rcvbuf size '%'", word))?;
            }
            Opt::Color => color(cx, program, opt, value)?,
            Opt::Compress => o.compress = true,
            Opt::Absent => return Err(cx.err.plain(&[b"Option \"%\" is not in this build.", word])),
        }
    }
    if cx.page.out.json() {
        cx.page.out.mode.palette = Palette::None;
    }
    Ok(batch.map_or(Then::Command, Then::Batch))
}

fn unknown(cx: &mut Ctx<'_>, program: &Program, opt: &[u8]) -> Fail {
    let (name, help) = (cx.err.program.as_bytes(), program.help.as_bytes());
    cx.err.usage(&[b"Option \"%\" is unknown, try \"% %\".", opt, name, help])
}

/// `-c[=always|auto|never]`: the palette for the terminal's background, as COLORFGBG tells it.
fn color(cx: &mut Ctx<'_>, program: &Program, opt: &[u8], value: Option<&[u8]>) -> Done {
    let on = match value {
        None => true,
        Some(v) if spelled(v, "always") => true,
        Some(b"auto") => nlbox_sys::tty::isatty(1),
        Some(b"never") => false,
        Some(_) => return Err(unknown(cx, program, opt)),
    };
    let on = on && nlbox_sys::entry::env(b"NO_COLOR").is_none_or(<[u8]>::is_empty);
    // The last part of "15;0" is the background: 0 to 6 and 8 are dark, and so is one that is not told.
    let env = nlbox_sys::entry::env(b"COLORFGBG").unwrap_or(b";0");
    let dark = matches!(env.rsplit(|b| *b == b';').next(), Some([b'0'..=b'6' | b'8']));
    cx.page.out.mode.palette = match (on, dark) {
        (false, _) => Palette::None,
        (true, true) => Palette::Dark,
        (true, false) => Palette::Light,
    };
    Ok(())
}

/// The keyword that a function of a grammar was called for.
pub(crate) fn keyword<'l>(line: &Line<'l>) -> &'l [u8] {
    line.cstr(line.at().saturating_sub(1)).map_or(b"", core::ffi::CStr::to_bytes)
}

/// A verb of iproute2's that is refused by name.
pub fn no_verb(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    Err(cx.err.plain_of("Command \"%\" is not in this build.", keyword(line)))
}

/// A keyword of iproute2's that is refused by name.
pub fn absent<'l>(cx: &mut Ctx<'_>, line: &mut Line<'l>, _: &mut Build<'_>, _: &mut Slots<'l>) -> Done {
    Err(cx.err.plain_of("Option \"%\" is not in this build.", keyword(line)))
}

fn usage(cx: &mut Ctx<'_>) -> Fail {
    cx.err.say_as("Usage: ip [ OPTIONS ] OBJECT { COMMAND | help }");
    let mut last = "";
    for o in OBJECTS.values.iter().filter(|o| core::mem::replace(&mut last, o.about()) != o.about()) {
        cx.err.say(&[b"       ip % ...    %", o.name().as_bytes(), o.about().as_bytes()]);
    }
    cx.err.say_of(
        "\
Options: -4 -6 -0 -M -B -f[amily] FAMILY -s[tatistics] -d[etails] -o[neline] -br[ief]
         -j[son] -p[retty] -n[etns] { NAME | PID | PATH } -a[ll] -N[umeric] -V[ersion]
         -b[atch] FILE -force

  ip link add veth0 type veth peer name veth1
  ip -n blue addr add 10.0.0.1/24 dev veth1",
        b"",
    );
    USAGE
}
