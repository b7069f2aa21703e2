//! `-s`: the counters of a link as tables whose columns line up.

use crate::Page;
use nlbox_core::names;
use nlbox_core::rt::link::{Stats64, ifla};
use nlbox_core::spec::Names;
use nlbox_core::text::{cut, num};
use nlbox_core::wire::attr::Attrs;

/// From here on it is the counter of the number less this, and its column is there only when it is not zero.
const RARE: u32 = 32;
/// `IFLA_CARRIER_CHANGES` instead of a counter.
const CARRIER: u32 = 30;
/// No number: the column is part of the next one.
const JOIN: u32 = 31;
/// `rx_over_errors`.
const OVER: u32 = 11;
/// `rx_missed_errors`.
const MISSED: u32 = 15;

/// The narrowest that the columns get; every table of a link has the same.
const WIDTHS: [usize; 8] = [10, 7, 6, 7, 7, 7, 10, 9];

names! {
    /// Columns: the counter's place in `struct rtnl_link_stats64`, heading and JSON key.
    static RX = 2 "bytes bytes", 0 "packets packets", 4 "errors errors", 6 "dropped dropped",
        15 "missed over_errors", 8 "mcast multicast", 53 "compressed compressed";
    static RX_ERRORS = 31 " ", 10 "length length_errors", 12 "crc crc_errors", 13 "frame frame_errors",
        14 "fifo fifo_errors", 11 "overrun missed_errors", 55 "nohandler nohandler", 56 "otherhost otherhost";
    static TX = 3 "bytes bytes", 1 "packets packets", 5 "errors errors", 7 "dropped dropped",
        17 "carrier carrier_errors", 9 "collsns collisions", 54 "compressed compressed";
    static TX_ERRORS = 31 " ", 16 "aborted aborted_errors", 18 "fifo fifo_errors", 20 "window window_errors",
        19 "heartbt heartbeat_errors", 30 "transns carrier_changes";
}

/// Tables of counters that stand together.
pub struct Tables {
    /// Titles, their columns, and how often `-s` must be said.
    pub tables: &'static [(&'static str, &'static Names, u8)],
    /// The narrowest that the columns get.
    pub widths: [usize; 8],
}

/// Those of a link.
static LINK: Tables = Tables {
    tables: &[("RX:", &RX, 1), ("RX errors:", &RX_ERRORS, 2), ("TX:", &TX, 1), ("TX errors:", &TX_ERRORS, 2)],
    widths: WIDTHS,
};

/// The counters of a row of tables: `struct rtnl_link_stats64` or another of its kind, and `IFLA_CARRIER_CHANGES`.
pub struct Counters<'a> {
    /// The structure.
    pub bytes: &'a [u8],
    /// The number beside it.
    pub carrier: Option<u32>,
}

impl Counters<'_> {
    #[inline(never)]
    fn value(&self, column: u32) -> Option<u64> {
        match column {
            JOIN => None,
            CARRIER => self.carrier.map(u64::from),
            _ => {
                let v = Stats64::new(self.bytes).at(usize::try_from(column % RARE).unwrap_or(0));
                Some(v).filter(|v| *v != 0 || column < RARE)
            }
        }
    }
}

/// Prints what `IFLA_STATS64` counts.
pub fn counters(page: &mut Page<'_>, a: &Attrs<'_>) {
    if let Some(bytes) = a.get(ifla::STATS64) {
        let asked = page.opts.stats;
        let counters = Counters { bytes, carrier: a.get(ifla::CARRIER_CHANGES) };
        link(page, &counters, asked);
    }
}

/// Prints the counters of a link, with `asked` above 1 those of errors too.
pub fn link(page: &mut Page<'_>, counters: &Counters<'_>, asked: u8) {
    page.out.open_object("stats64");
    tables(page, &LINK, counters, asked, 4);
    page.out.close_object();
}

/// Prints tables `indent` blanks in.
pub fn tables(page: &mut Page<'_>, all: &Tables, counters: &Counters<'_>, asked: u8, indent: usize) {
    let mut widths = all.widths;
    for (_, columns, level) in all.tables {
        for (w, (column, _)) in widths.iter_mut().zip(columns.iter()) {
            if let (Some(v), true) = (counters.value(column), asked >= *level) {
                *w = (*w).max(written(v, page.opts.human).len());
            }
        }
    }
    for (title, columns, level) in all.tables {
        if asked < *level {
            continue;
        }
        if *level == 1 {
            page.out.open_object(if let [b'R', ..] = title.as_bytes() { "rx" } else { "tx" });
        }
        table(page, title, columns, &widths, counters, indent);
        // The table of errors belongs to the object above it.
        if *level == 2 || asked == 1 {
            page.out.close_object();
        }
    }
}

/// A line of headings, then one of numbers under them.
#[inline(never)]
fn table(
    page: &mut Page<'_>,
    title: &str,
    columns: &Names,
    widths: &[usize; 8],
    counters: &Counters<'_>,
    indent: usize,
) {
    let human = page.opts.human;
    let out = &mut page.out;
    for title in [title, ""] {
        let values = title.is_empty();
        out.line();
        out.spaces(indent);
        out.text(title);
        // What the title took of the first column, or columns; each of the others has a blank in front.
        let mut room = 1_usize.wrapping_add(title.len()).wrapping_neg();
        for ((column, name), width) in columns.iter().zip(widths) {
            room = room.wrapping_add(*width).wrapping_add(1);
            if column == JOIN {
                continue;
            }
            let (heading, key) = cut(name, b' ');
            let v = counters.value(match column {
                // Under these keys JSON has the counters that are called so, which text shows in each other's place.
                MISSED if out.json() => OVER,
                OVER if out.json() => MISSED,
                column => column,
            });
            if values && out.json() {
                if let Some(v) = v {
                    out.num_of(key.unwrap_or(""), "", v);
                }
            } else if v.is_some() || !values && column < CARRIER {
                let number = written(v.unwrap_or(0), human);
                let text = if values { &number } else { heading.as_bytes() };
                out.spaces(room.saturating_sub(text.len()));
                out.str("|%", text);
            } else if !values && (column == CARRIER || heading.len() == "compressed".len()) {
                // Without its number the heading is blank, and the column only there in the tables without errors.
                out.spaces(room);
            }
            room = 0;
        }
    }
    out.blank();
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
