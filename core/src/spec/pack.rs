//! Attribute sets as they stand in the binary: rows packed into bytes when the compiler runs.
//!
//! There are hundreds of rows, and a slice of [`AttrSpec`] takes 40 bytes for each beside its name. Packed, a row is:
//! kind, length of the name, number; a number from `WIDE` on in three bytes more, seven bits each, the lower ones
//! first; flags, if it has any (`FLAGGED` in the kind), twice seven bits; the byte that some kinds want; the name. The
//! kind is its place in the list of `plain`; from `POINTED` on, its place in the set's own list of those that point to
//! something. All of it is ASCII, one text, so that taking a name out of it needs no check of its letters.

use crate::spec::{AttrSpec, Int, Kind, RowFlags};

/// Kinds from here on are places in [`AttrSet::pointed`].
const POINTED: u8 = 0x10;
/// In the kind's byte: flags follow.
const FLAGGED: u8 = 0x40;
/// The kinds, a bit each, that want a byte of their own.
const MORE: u16 = 0b0100_0001_1010_1110;
/// Numbers from here on stand in three bytes behind this one.
const WIDE: u8 = 0x7f;

/// The attributes of a message or a nest.
pub struct AttrSet {
    /// The rows in print order, packed.
    pub rows: &'static str,
    /// The kinds that rows point to; of a set that is a view, without rows, [`Kind::View`] alone.
    pub pointed: &'static [Kind],
}

/// One kind's part of rows that several share. In such rows the upper byte of the number says for whom they are, a bit
/// each, and the lower one is the number that one of them has.
pub struct View {
    /// The rows that are shared.
    pub of: &'static AttrSet,
    /// The bits of this kind.
    pub mask: u8,
    /// Whether keywords are to be typed whole, unless the row says otherwise.
    pub exact: bool,
    /// This kind's numbers by the rows'; where the list ends they are the same.
    pub numbers: &'static [u8],
    /// Number, width and value of what a new link has unless its words say otherwise.
    pub defaults: &'static [(u8, Int, u8)],
}

impl View {
    /// This kind's number for what the rows call `ty`.
    #[must_use]
    pub fn number(&self, ty: u16) -> u16 {
        let [ty, _] = ty.to_le_bytes();
        u16::from(self.numbers.get(usize::from(ty)).copied().unwrap_or(ty))
    }
}

impl AttrSet {
    /// The rows.
    #[must_use]
    pub const fn iter(&self) -> Rows {
        match self.view() {
            Some(view) => Rows { rest: view.of.rows, pointed: view.of.pointed, view: Some(view) },
            None => Rows { rest: self.rows, pointed: self.pointed, view: None },
        }
    }

    /// How shared rows serve this set's kind, where they do.
    #[must_use]
    pub const fn view(&self) -> Option<&'static View> {
        match self.pointed {
            [Kind::View(view)] => Some(view),
            _ => None,
        }
    }

    /// The row of attribute number `ty`.
    #[must_use]
    pub fn row(&self, ty: u16) -> Option<AttrSpec> {
        self.iter().next_of(&mut |is, _| is == ty)
    }
}

/// The rows of a set.
pub struct Rows {
    rest: &'static str,
    pointed: &'static [Kind],
    view: Option<&'static View>,
}

impl Rows {
    /// The next row of whose number and flags `wanted` says so.
    pub fn next_of(&mut self, wanted: &mut dyn FnMut(u16, RowFlags) -> bool) -> Option<AttrSpec> {
        loop {
            let row = self.rest;
            let ([tag, len, number], mut rest) = row.as_bytes().split_first_chunk()?;
            let (mut ty, mut flags, mut more) = (u16::from(*number), RowFlags::NONE, 0);
            if *number == WIDE {
                let ([low, mid, high], behind) = rest.split_first_chunk()?;
                ty = u16::from(*low) | u16::from(*mid) << 7 | u16::from(*high) << 14;
                rest = behind;
            }
            if tag & FLAGGED != 0 {
                let ([low, high], behind) = rest.split_first_chunk()?;
                flags = RowFlags(u16::from(*low) | u16::from(*high) << 7);
                rest = behind;
            }
            let tag = tag & !FLAGGED;
            if wants_more(tag) {
                let ([byte], behind) = rest.split_first_chunk()?;
                (more, rest) = (*byte, behind);
            }
            let start = row.len().saturating_sub(rest.len());
            let end = start.saturating_add((*len).into());
            let (row, rest) = row.split_at_checked(end)?;
            self.rest = rest;
            if let Some(view) = self.view {
                let [_, mask] = ty.to_le_bytes();
                if view.mask & mask == 0 {
                    continue;
                }
                ty = view.number(ty);
                flags = if view.exact { flags.and(RowFlags::EXACT) } else { flags };
            }
            if wanted(ty, flags) {
                let kind = match tag.checked_sub(POINTED) {
                    Some(n) => self.pointed.get(usize::from(n)).copied().unwrap_or(Kind::Bytes),
                    None => unpack(tag, more),
                };
                return Some(AttrSpec { ty, flags, kind, name: row.get(start..)? });
            }
        }
    }
}

impl Iterator for Rows {
    type Item = AttrSpec;

    fn next(&mut self) -> Option<AttrSpec> {
        self.next_of(&mut |_, _| true)
    }
}

const fn wants_more(tag: u8) -> bool {
    tag < POINTED && MORE >> tag & 1 != 0
}

/// In the order of the variants.
const INTS: [Int; 8] = [Int::U8, Int::U16, Int::U32, Int::U64, Int::S32, Int::Be16, Int::Be32, Int::Be64];

fn unpack(tag: u8, more: u8) -> Kind {
    let int = INTS.get(usize::from(more & 7)).copied().unwrap_or(Int::U32);
    match tag {
        0 => Kind::Flag,
        1 => Kind::Num(int),
        2 => Kind::Hex(int),
        3 => Kind::OnOff(int),
        4 => Kind::Centis,
        5 => Kind::Word(int, u32::from(more >> 3)),
        6 => Kind::Flip,
        7 => Kind::Switch(u32::from(more)),
        8 => Kind::Bit(u32::from(more)),
        9 => Kind::Str,
        10 => Kind::Mac,
        11 => Kind::Ip,
        13 => Kind::IfIndex,
        14 => Kind::Has(int, 1_u32.wrapping_shl(u32::from(more >> 3))),
        _ => Kind::Bytes,
    }
}

/// Tag and second byte of a kind that fits into them; the inverse of [`unpack`].
const fn plain(kind: &Kind) -> Option<(u8, u8)> {
    Some(match kind {
        Kind::Flag => (0, 0),
        Kind::Num(int) => (1, *int as u8),
        Kind::Hex(int) => (2, *int as u8),
        Kind::OnOff(int) => (3, *int as u8),
        Kind::Centis => (4, 0),
        Kind::Word(int, v) if *v < 16 => (5, *int as u8 | low(*v << 3)),
        Kind::Flip => (6, 0),
        Kind::Switch(bit) if *bit < 128 => (7, low(*bit)),
        Kind::Bit(bit) if *bit < 128 => (8, low(*bit)),
        Kind::Str => (9, 0),
        Kind::Mac => (10, 0),
        Kind::Ip => (11, 0),
        Kind::Bytes => (12, 0),
        Kind::IfIndex => (13, 0),
        Kind::Has(int, bit) => (14, *int as u8 | low(bit.trailing_zeros() << 3)),
        _ => return None,
    })
}

const fn low(v: u32) -> u8 {
    v.to_le_bytes()[0]
}

/// How many bytes `rows` take.
#[must_use]
#[allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "runs in the compiler")]
pub const fn len(rows: &[AttrSpec]) -> usize {
    let (mut n, mut i) = (0, 0);
    while i < rows.len() {
        n += head(&rows[i], 0).1 + rows[i].name.len();
        i += 1;
    }
    n
}

/// A row without its name, and its length; `pointed` is its place among those that point to something.
#[allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "runs in the compiler")]
#[allow(clippy::cast_possible_truncation, clippy::panic, reason = "a row that does not fit fails the build")]
const fn head(row: &AttrSpec, pointed: u8) -> ([u8; 9], usize) {
    let (tag, more) = match plain(&row.kind) {
        Some(plain) => plain,
        None => (POINTED + pointed, 0),
    };
    let (ty, flags) = (row.ty, row.flags.0);
    assert!(row.name.len() < 128 && tag < FLAGGED && (more == 0 || wants_more(tag)));
    let mut b = [if flags == 0 { tag } else { tag | FLAGGED }, row.name.len() as u8, 0, 0, 0, 0, 0, 0, 0];
    let mut n = 3;
    if ty < WIDE as u16 {
        b[2] = ty as u8;
    } else {
        b[2] = WIDE;
        (b[3], b[4], b[5]) = (ty as u8 & 127, (ty >> 7) as u8 & 127, (ty >> 14) as u8);
        n = 6;
    }
    if flags != 0 {
        (b[n], b[n + 1]) = (flags as u8 & 127, (flags >> 7) as u8);
        n += 2;
    }
    if wants_more(tag) {
        b[n] = more;
        n += 1;
    }
    (b, n)
}

/// How many kinds of `rows` point to something.
#[must_use]
#[allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "runs in the compiler")]
pub const fn pointed_len(rows: &[AttrSpec]) -> usize {
    let (mut n, mut i) = (0, 0);
    while i < rows.len() {
        if plain(&rows[i].kind).is_none() {
            n += 1;
        }
        i += 1;
    }
    n
}

/// Packs `rows`; `N` is their [`len`].
#[must_use]
#[allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "runs in the compiler")]
#[allow(clippy::cast_possible_truncation, clippy::panic, reason = "a row that does not fit fails the build")]
pub const fn rows<const N: usize>(rows: &[AttrSpec]) -> [u8; N] {
    let mut b = [0; N];
    let (mut at, mut i, mut pointed) = (0, 0, 0);
    while i < rows.len() {
        let row = &rows[i];
        let (head, len) = head(row, pointed);
        if plain(&row.kind).is_none() {
            pointed += 1;
        }
        let name = row.name.as_bytes();
        let mut k = 0;
        while k < len + name.len() {
            b[at + k] = if k < len { head[k] } else { name[k - len] };
            k += 1;
        }
        at += len + name.len();
        i += 1;
    }
    b
}

/// The kinds of `rows` that point to something; `N` is their [`pointed_len`].
#[must_use]
#[allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "runs in the compiler")]
pub const fn pointed<const N: usize>(rows: &[AttrSpec]) -> [Kind; N] {
    let mut kinds = [Kind::Flag; N];
    let (mut n, mut i) = (0, 0);
    while i < rows.len() {
        if plain(&rows[i].kind).is_none() {
            kinds[n] = rows[i].kind;
            n += 1;
        }
        i += 1;
    }
    kinds
}

/// How many bytes the names take.
#[must_use]
#[allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "runs in the compiler")]
pub const fn names_len(rows: &[(u32, &str)]) -> usize {
    let (mut n, mut i) = (0, 0);
    while i < rows.len() {
        let (mut v, name) = rows[i];
        n += 2 + name.len();
        while v >= 64 {
            n += 1;
            v >>= 6;
        }
        i += 1;
    }
    n
}

/// Packs names: the length in a byte, the number in groups of six bits, the lowest first and all but the last with 64
/// added, and the name. `N` is their [`names_len`].
#[must_use]
#[allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "runs in the compiler")]
#[allow(clippy::cast_possible_truncation, clippy::panic, reason = "a row that does not fit fails the build")]
pub const fn names<const N: usize>(rows: &[(u32, &str)]) -> [u8; N] {
    let mut b = [0; N];
    let (mut at, mut i) = (0, 0);
    while i < rows.len() {
        let (mut v, name) = rows[i];
        let name = name.as_bytes();
        assert!(name.len() < 128);
        b[at] = name.len() as u8;
        at += 1;
        while v >= 64 {
            b[at] = low(v) & 63 | 64;
            at += 1;
            v >>= 6;
        }
        b[at] = low(v);
        at += 1;
        let mut k = 0;
        while k < name.len() {
            b[at] = name[k];
            at += 1;
            k += 1;
        }
        i += 1;
    }
    b
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::pack::text;

    #[test]
    fn every_width_comes_out_as_it_went_in() {
        for int in INTS {
            let (tag, more) = plain(&Kind::Num(int)).unwrap();
            assert!(matches!(unpack(tag, more), Kind::Num(out) if out == int));
        }
        assert_eq!(INTS.len(), usize::from(Int::Be64 as u8) + 1, "a new variant goes last, and into INTS");
    }

    #[test]
    fn rows_come_out_as_they_went_in() {
        const ROWS: &[AttrSpec] = &[
            AttrSpec { ty: 0x1234, flags: RowFlags::READ, kind: Kind::Num(Int::Be16), name: "a|b" },
            AttrSpec {
                ty: 2,
                flags: RowFlags::NONE,
                kind: Kind::Msg(16, &crate::rt::link::ifla::SET),
                name: "m",
            },
            AttrSpec { ty: 3, flags: RowFlags::EXACT, kind: Kind::Word(Int::U8, 2), name: "" },
            AttrSpec { ty: 4, flags: RowFlags::NONE, kind: Kind::Switch(0x1000), name: "wide" },
        ];
        static BYTES: [u8; len(ROWS)] = rows(ROWS);
        static POINTED: [Kind; pointed_len(ROWS)] = pointed(ROWS);
        let set = AttrSet { rows: text(&BYTES), pointed: &POINTED };
        assert_eq!(set.iter().count(), ROWS.len());
        for (got, want) in set.iter().zip(ROWS) {
            assert_eq!((got.ty, got.flags.0, got.name), (want.ty, want.flags.0, want.name));
            assert!(core::mem::discriminant(&got.kind) == core::mem::discriminant(&want.kind));
        }
        assert!(matches!(set.row(0x1234).unwrap().kind, Kind::Num(Int::Be16)));
        assert!(matches!(set.row(3).unwrap().kind, Kind::Word(Int::U8, 2)));
        assert!(matches!(set.row(4).unwrap().kind, Kind::Switch(0x1000)));
        assert!(matches!(set.row(2).unwrap().kind, Kind::Msg(16, _)));
    }
}
