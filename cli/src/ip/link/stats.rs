//! `-s`: the counters of a link as tables whose columns line up.

use crate::Page;
use nlbox_core::rt::link::{Stats64, ifla, stat};
use nlbox_core::text::num;
use nlbox_core::wire::attr::Attrs;

/// Where a column's number is.
#[derive(Clone, Copy)]
enum From {
    /// A counter.
    Stat(usize),
    /// A counter whose column is there only when it is not zero.
    Rare(usize),
    /// `IFLA_CARRIER_CHANGES`.
    Carrier,
    /// No number: the column is part of the next one.
    Join,
}

/// A column: heading, JSON key, source.
type Column = (&'static str, &'static str, From);

/// The narrowest that the columns get; every table of a link has the same.
const WIDTHS: [usize; 8] = [10, 7, 6, 7, 7, 7, 10, 9];

static RX: &[Column] = &[
    ("bytes", "bytes", From::Stat(stat::RX_BYTES)),
    ("packets", "packets", From::Stat(stat::RX_PACKETS)),
    ("errors", "errors", From::Stat(stat::RX_ERRORS)),
    ("dropped", "dropped", From::Stat(stat::RX_DROPPED)),
    ("missed", "over_errors", From::Stat(stat::RX_MISSED)),
    ("mcast", "multicast", From::Stat(stat::MULTICAST)),
    ("compressed", "compressed", From::Rare(stat::RX_COMPRESSED)),
];
static RX_ERRORS: &[Column] = &[
    ("", "", From::Join),
    ("length", "length_errors", From::Stat(stat::RX_LENGTH)),
    ("crc", "crc_errors", From::Stat(stat::RX_CRC)),
    ("frame", "frame_errors", From::Stat(stat::RX_FRAME)),
    ("fifo", "fifo_errors", From::Stat(stat::RX_FIFO)),
    ("overrun", "missed_errors", From::Stat(stat::RX_OVER)),
    ("nohandler", "nohandler", From::Rare(stat::RX_NOHANDLER)),
    ("otherhost", "otherhost", From::Rare(stat::RX_OTHERHOST)),
];
static TX: &[Column] = &[
    ("bytes", "bytes", From::Stat(stat::TX_BYTES)),
    ("packets", "packets", From::Stat(stat::TX_PACKETS)),
    ("errors", "errors", From::Stat(stat::TX_ERRORS)),
    ("dropped", "dropped", From::Stat(stat::TX_DROPPED)),
    ("carrier", "carrier_errors", From::Stat(stat::TX_CARRIER)),
    ("collsns", "collisions", From::Stat(stat::COLLISIONS)),
    ("compressed", "compressed", From::Rare(stat::TX_COMPRESSED)),
];
static TX_ERRORS: &[Column] = &[
    ("", "", From::Join),
    ("aborted", "aborted_errors", From::Stat(stat::TX_ABORTED)),
    ("fifo", "fifo_errors", From::Stat(stat::TX_FIFO)),
    ("window", "window_errors", From::Stat(stat::TX_WINDOW)),
    ("heartbt", "heartbeat_errors", From::Stat(stat::TX_HEARTBEAT)),
    ("transns", "carrier_changes", From::Carrier),
];

/// The tables of a link: titles, their columns, and how often `-s` must be said.
static TABLES: &[(&str, &[Column], u8)] =
    &[("RX:", RX, 1), ("RX errors:", RX_ERRORS, 2), ("TX:", TX, 1), ("TX errors:", TX_ERRORS, 2)];

/// Prints what `IFLA_STATS64` counts.
pub fn counters(page: &mut Page<'_>, a: Attrs<'_>) {
    let Some(raw) = a.get(ifla::STATS64) else { return };
    let s = Stats64::new(raw);
    let value = |from: From| match from {
        From::Stat(n) | From::Rare(n) => Some(s.at(n)).filter(|v| *v != 0 || matches!(from, From::Stat(_))),
        From::Carrier => a.get(ifla::CARRIER_CHANGES).map(u64::from),
        From::Join => None,
    };
    let asked = page.opts.stats;
    let human = page.opts.human;
    let mut widths = WIDTHS;
    let shown = || TABLES.iter().filter(|(_, _, level)| asked >= *level);
    for (_, columns, _) in shown() {
        for (w, (_, _, from)) in widths.iter_mut().zip(*columns) {
            *w = (*w).max(value(*from).map_or(0, |v| written(v, human).len()));
        }
    }
    page.out.open_object("stats64");
    for (title, columns, level) in shown() {
        if *level == 1 {
            page.out.open_object(if title.starts_with('R') { "rx" } else { "tx" });
        }
        table(page, title, columns, &widths, &value);
        // The table of errors belongs to the object above it.
        if *level == 2 || asked == 1 {
            page.out.close_object();
        }
    }
    page.out.close_object();
}

fn table(
    page: &mut Page<'_>,
    title: &str,
    columns: &[Column],
    widths: &[usize],
    value: &dyn Fn(From) -> Option<u64>,
) {
    let human = page.opts.human;
    let out = &mut page.out;
    out.line();
    out.text("    ");
    out.text(title);
    // What the title took of the first column, or columns.
    let mut room = 0_usize.wrapping_sub(title.len());
    for (n, ((heading, _, from), width)) in columns.iter().zip(widths).enumerate() {
        room = room.wrapping_add(*width).wrapping_add(usize::from(n > 0));
        match from {
            From::Join => continue,
            // Without its number the heading is blank, and the column only there in the tables without errors.
            From::Rare(_) if value(*from).is_none() => {
                if *heading == "compressed" {
                    out.spaces(room);
                }
            }
            _ => {
                out.spaces(room.saturating_sub(heading.len()));
                out.text(heading);
            }
        }
        room = 0;
    }
    out.line();
    out.text("    ");
    let mut room = 0_usize;
    for ((_, key, from), width) in columns.iter().zip(widths) {
        room = room.saturating_add(*width);
        match value(*from) {
            Some(v) if out.json() => out.num(key, "", v),
            Some(v) => {
                let text = written(v, human);
                out.spaces(room.saturating_sub(text.len()));
                out.bytes(&text);
                out.text(" ");
                room = 0;
            }
            None => room = if matches!(from, From::Join) { room.saturating_add(1) } else { 0 },
        }
    }
}

/// A number as it stands in a column; for people, three digits and a unit: `1.24k`, `70.6Mi`.
fn written(v: u64, human: u8) -> heapless::Vec<u8, 48> {
    let mut text = heapless::Vec::new();
    let base: u64 = if human > 1 { 1024 } else { 1000 };
    if human == 0 || v < base {
        let _ = text.extend_from_slice(num::dec(v).as_bytes());
        return text;
    }
    let (mut v, mut rest, mut unit) = (v, 0, 0_usize);
    while v >= base && unit < 6 {
        rest = v.checked_rem(base).unwrap_or(0);
        v = v.checked_div(base).unwrap_or(0);
        unit = unit.saturating_add(1);
    }
    let scale: u64 = match v {
        0..10 => 100,
        10..100 => 10,
        _ => 1,
    };
    // Rounded half up in the last digit shown.
    let part = rest.saturating_mul(scale).saturating_mul(2).saturating_add(base);
    let part = part.checked_div(base.saturating_mul(2)).unwrap_or(0);
    let all = v.saturating_mul(scale).saturating_add(part);
    let digits = num::dec(all);
    let point = match scale {
        100 => 2_usize,
        10 => 1,
        _ => 0,
    };
    let at = digits.as_bytes().len().saturating_sub(point);
    for (n, d) in digits.as_bytes().iter().enumerate() {
        if n == at {
            let _ = text.push(b'.');
        }
        let _ = text.push(*d);
    }
    let _ = text.extend_from_slice(b"kMGTPE".get(unit.saturating_sub(1)..unit).unwrap_or(b""));
    if human > 1 {
        let _ = text.push(b'i');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::written;

    #[test]
    fn numbers_for_people() {
        for (v, human, text) in [
            (1238, 0, "1238"),
            (999, 1, "999"),
            (1238, 1, "1.24k"),
            (1238, 2, "1.21ki"),
            (13583, 1, "13.6k"),
            (74_060_124, 1, "74.1M"),
            (74_060_124, 2, "70.6Mi"),
            (123_456, 1, "123k"),
        ] {
            assert_eq!(written(v, human).as_slice(), text.as_bytes());
        }
    }
}
