//! `ip`: options, then an object, each in a file of its own.

pub mod addr;
pub mod link;
pub mod neigh;
pub mod netns;
pub mod route;

use crate::Ctx;
use crate::grammar::{Object, spelled};
use crate::report::{Done, USAGE};
use crate::words::Line;
use nlbox_core::spec::matches;
use nlbox_core::text::ip::af;

/// An object by one of its names: iproute2 knows several for some, and their order is the matching order.
struct Entry {
    word: &'static str,
    object: &'static Object,
}

static OBJECTS: &[Entry] = &[
    Entry { word: "a[ddress]", object: &addr::OBJECT },
    Entry { word: "r[oute]", object: &route::OBJECT },
    Entry { word: "n[eighbor]", object: &neigh::OBJECT },
    Entry { word: "n[eighbour]", object: &neigh::OBJECT },
    Entry { word: "l[ink]", object: &link::OBJECT },
    Entry { word: "net[ns]", object: &netns::OBJECT },
];

/// The objects of iproute2 that are not in this build: refused by name.
static ABSENT: &[&str] = &[
    "addrlabel",
    "maddress",
    "rule",
    "ntable",
    "ntbl",
    "l2tp",
    "fou",
    "ila",
    "macsec",
    "tunnel",
    "tunl",
    "tuntap",
    "tap",
    "token",
    "tcpmetrics",
    "tcp_metrics",
    "monitor",
    "xfrm",
    "mroute",
    "mrule",
    "netconf",
    "vrf",
    "sr",
    "nexthop",
    "mptcp",
    "ioam",
    "stats",
];

/// `ip [OPTIONS] OBJECT …`.
pub fn main(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    cx.err.program = "ip";
    if options(cx, line)? {
        return Ok(());
    }
    command(cx, line)
}

/// `OBJECT …`: a command line behind its options, or a line of a batch.
pub fn command(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let Some(word) = line.next() else { return Err(usage(cx)) };
    // The order of the table is the order of the matching: an absent object must not give its word to a later one.
    if let Some(e) = OBJECTS.iter().find(|e| spelled(word, e.word)) {
        cx.page.out.open_document();
        let done = e.object.run(cx, line);
        cx.page.out.close_document();
        return done;
    }
    if matches(word, "help") {
        return Err(usage(cx));
    }
    if let Some(name) = ABSENT.iter().find(|n| matches(word, n)) {
        return Err(cx.err.plain(&[b"Object \"", name.as_bytes(), b"\" is not in this build."]));
    }
    Err(cx.err.plain(&[b"Object \"", word, b"\" is unknown, try \"ip help\"."]))
}

/// Reads the options; `true` when one of them was all there is to do.
fn options(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Result<bool, crate::report::Fail> {
    while let Some(word) = line.peek() {
        if word == b"--" {
            line.next();
            break;
        }
        if !word.starts_with(b"-") {
            break;
        }
        line.next();
        // "--json" is "-json".
        let opt = match word.strip_prefix(b"--") {
            Some(_) => word.get(1..).unwrap_or(word),
            None => word,
        };
        let is = |name: &str| opt.len() > 1 && matches(opt, name);
        let o = &mut cx.page.opts;
        if is("-family") {
            let value = line.value(&mut cx.err)?;
            cx.page.opts.family = match value {
                b"inet" => af::AF_INET,
                b"inet6" => af::AF_INET6,
                b"link" => af::AF_PACKET,
                b"mpls" => af::AF_MPLS,
                b"bridge" => af::AF_BRIDGE,
                b"help" => return Err(usage(cx)),
                _ => return Err(cx.err.invalid(value, b"", "invalid protocol family")),
            };
        } else if opt == b"-4" {
            o.family = af::AF_INET;
        } else if opt == b"-6" {
            o.family = af::AF_INET6;
        } else if opt == b"-0" {
            o.family = af::AF_PACKET;
        } else if opt == b"-M" {
            o.family = af::AF_MPLS;
        } else if opt == b"-B" {
            o.family = af::AF_BRIDGE;
        } else if is("-human-readable") {
            o.human = o.human.max(1);
        } else if is("-iec") {
            o.human = 2;
        } else if is("-stats") || is("-statistics") {
            o.stats = o.stats.saturating_add(1);
        } else if is("-details") {
            o.details = o.details.saturating_add(1);
        } else if is("-oneline") {
            cx.page.out.mode.oneline = true;
        } else if is("-Version") {
            cx.page.out.text(concat!("ip utility, nlbox-", env!("CARGO_PKG_VERSION"), "\n"));
            return Ok(true);
        } else if is("-force") {
            o.force = true;
        } else if is("-brief") && !is("-batch") {
            o.brief = true;
        } else if is("-json") {
            cx.page.out.mode.json = true;
        } else if is("-pretty") {
            cx.page.out.mode.pretty = true;
        } else if is("-help") {
            return Err(usage(cx));
        } else if is("-netns") {
            let name = line.value(&mut cx.err)?;
            netns::enter(cx, name)?;
        } else if is("-Numeric") {
            o.numeric = true;
        } else if is("-all") {
            o.all = true;
        } else {
            return Err(cx.err.usage(&[b"Option \"", opt, b"\" is unknown, try \"ip -help\"."]));
        }
    }
    Ok(false)
}

fn usage(cx: &mut Ctx<'_>) -> crate::report::Fail {
    cx.err.say(&[b"Usage: ip [ OPTIONS ] OBJECT { COMMAND | help }"]);
    for e in OBJECTS {
        cx.err.say(&[b"       ip ", e.object.name.as_bytes(), b" ...    ", e.object.about.as_bytes()]);
    }
    cx.err.say(&[b"Options: -4 -6 -0 -M -B -f[amily] FAMILY -s[tatistics] -d[etails] -o[neline] -br[ief]"]);
    cx.err.say(&[
        b"         -j[son] -p[retty] -n[etns] { NAME | PID | PATH } -a[ll] -N[umeric] -force -V[ersion]",
    ]);
    USAGE
}
