//! The words that tables are written in. One row of an attribute set drives encoding, text, JSON and help.
//!
//! Row order is print order, and the order in which words are matched.

mod macros;
pub mod pack;
pub mod put;
pub mod show;

use crate::bytes::{uint_be, uint_ne};
use crate::text::cut;
use crate::text::ifname::IfName;
use crate::text::out::Out;
use crate::wire::build::Build;
pub use pack::{AttrSet, View};

/// Width, sign and byte order of a number.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Int {
    /// One byte.
    U8,
    /// Two bytes, host order.
    U16,
    /// Four bytes, host order.
    U32,
    /// Eight bytes, host order.
    U64,
    /// Four bytes, signed, host order.
    S32,
    /// Two bytes, network order.
    Be16,
    /// Four bytes, network order.
    Be32,
    /// Eight bytes, network order.
    Be64,
}

impl Int {
    /// The number in `payload`, zero-extended (sign-extended for [`Int::S32`]); `None` when it is too short.
    #[must_use]
    pub fn read(self, payload: &[u8]) -> Option<u64> {
        let b = payload.get(..self.width())?;
        match self {
            Int::Be16 | Int::Be32 | Int::Be64 => uint_be(b),
            Int::S32 => b.first_chunk().map(|c| i64::from(i32::from_ne_bytes(*c)).cast_unsigned()),
            _ => uint_ne(b),
        }
    }

    /// Bytes on the wire.
    #[must_use]
    pub const fn width(self) -> usize {
        match self {
            Int::U8 => 1,
            Int::U16 | Int::Be16 => 2,
            Int::U32 | Int::S32 | Int::Be32 => 4,
            Int::U64 | Int::Be64 => 8,
        }
    }

    /// Appends attribute `ty` with the bits `mask` set or cleared in what the nest being filled says of it already.
    #[inline(never)]
    pub fn bits(self, b: &mut Build<'_>, ty: u16, mask: u64, on: bool) {
        let v = b.said(ty).and_then(|b| self.read(b)).unwrap_or(0);
        self.put(b, ty, if on { v | mask } else { v & !mask });
    }

    /// Appends attribute `ty` holding `v`; `false`, and nothing appended, when `v` is out of range.
    pub fn put(self, b: &mut Build<'_>, ty: u16, v: u64) -> bool {
        match self {
            Int::U8 => u8::try_from(v).map(|v| b.raw(ty, &[v])).is_ok(),
            Int::U16 => u16::try_from(v).map(|v| b.raw(ty, &v.to_ne_bytes())).is_ok(),
            Int::Be16 => u16::try_from(v).map(|v| b.raw(ty, &v.to_be_bytes())).is_ok(),
            Int::U32 => u32::try_from(v).map(|v| b.raw(ty, &v.to_ne_bytes())).is_ok(),
            Int::Be32 => u32::try_from(v).map(|v| b.raw(ty, &v.to_be_bytes())).is_ok(),
            Int::S32 => i32::try_from(v.cast_signed()).map(|v| b.raw(ty, &v.to_ne_bytes())).is_ok(),
            Int::U64 | Int::Be64 => {
                b.raw(ty, &if self == Int::Be64 { v.to_be_bytes() } else { v.to_ne_bytes() });
                true
            }
        }
    }
}

/// Numbers with names; the first row of a number names it, every row's name is understood.
///
/// One text: a slice of pairs would weigh five times as much.
pub struct Names {
    /// Rows of the name's length, the number, and the name: see [`pack::names`].
    pub packed: &'static str,
}

impl Names {
    /// The rows.
    #[must_use]
    pub const fn iter(&self) -> NamesIter {
        NamesIter { rest: self.packed }
    }

    /// The names of the bits that are set in `bits`, each row's number being a mask.
    #[must_use]
    pub const fn bits(&self, bits: u32) -> BitNames {
        BitNames { rows: self.iter(), left: bits }
    }

    /// The name of `v`.
    #[must_use]
    pub fn name(&self, v: u64) -> Option<&'static str> {
        let v = u32::try_from(v).ok()?;
        self.iter().next_of(v, u32::MAX, true).map(|(_, s)| s)
    }

    /// The number called `word`.
    #[must_use]
    pub fn number(&self, word: &[u8]) -> Option<u32> {
        self.find(word, 0)
    }

    /// The same, whatever the case of the letters.
    #[must_use]
    pub fn number_any_case(&self, word: &[u8]) -> Option<u32> {
        self.find(word, 0x20)
    }

    /// `case`: the bit in which letters may differ.
    fn find(&self, word: &[u8], case: u8) -> Option<u32> {
        let same = |a: u8, b: u8| a == b || (a ^ b == case && (a | case).is_ascii_lowercase());
        self.iter()
            .find(|(_, s)| s.len() == word.len() && s.bytes().zip(word).all(|(a, b)| same(a, *b)))
            .map(|(n, _)| n)
    }
}

/// The rows of [`Names`].
pub struct NamesIter {
    rest: &'static str,
}

impl NamesIter {
    /// The next row whose number is `like` in all bits of `mask`, or is not.
    #[inline(never)]
    fn next_of(&mut self, like: u32, mask: u32, same: bool) -> Option<(u32, &'static str)> {
        let (bytes, mut end) = (self.rest.as_bytes(), 0_usize);
        loop {
            let [len, group, ..] = *bytes.get(end..)? else { return None };
            let (mut v, mut at) = (u32::from(group & 63), end.wrapping_add(2));
            let (mut more, mut shift) = (group & 64, 6_u32);
            while more != 0
                && let Some(group) = bytes.get(at)
            {
                v |= u32::from(group & 63).wrapping_shl(shift);
                (more, shift, at) = (group & 64, shift.wrapping_add(6), at.wrapping_add(1));
            }
            let len = usize::from(len);
            end = at.wrapping_add(len);
            if ((v ^ like) & mask == 0) == same {
                let name = self.rest.get(at..end)?;
                self.rest = self.rest.get(end..).unwrap_or("");
                return Some((v, name));
            }
        }
    }
}

impl Iterator for NamesIter {
    type Item = (u32, &'static str);

    fn next(&mut self) -> Option<(u32, &'static str)> {
        self.next_of(0, 0, true)
    }
}

/// The names of bits: [`Names::bits`]. Ends as soon as no bit is left.
pub struct BitNames {
    rows: NamesIter,
    /// Bits that have not been named.
    pub left: u32,
}

impl Iterator for BitNames {
    type Item = (u32, &'static str);

    fn next(&mut self) -> Option<(u32, &'static str)> {
        let left = self.left;
        let (mask, name) = if left == 0 { None } else { self.rows.next_of(0, left, false) }?;
        self.left = left & !mask;
        Some((mask, name))
    }
}

/// Appends an attribute from its word.
pub type PutFn =
    fn(row: &AttrSpec, b: &mut Build<'_>, word: &[u8], host: &mut dyn Resolve) -> Result<(), Bad>;

/// Prints the payload of `row`.
pub type ShowFn = fn(row: &AttrSpec, payload: &[u8], out: &mut Out<'_>, host: &mut dyn Resolve);

/// How a value of a set's own making is written and read.
pub struct Custom {
    /// Prints the payload of `row`.
    pub show: ShowFn,
    /// Appends the attribute from its word.
    pub put: PutFn,
    /// What help calls the value: `PRIORITY`.
    pub value: &'static str,
}

impl Custom {
    /// Of a row that is only shown.
    #[must_use]
    pub const fn shown(show: ShowFn) -> Custom {
        Custom { show, put: |_, _, _, _| Err(Bad::Value), value: "" }
    }
}

/// A value of several words.
pub struct Many {
    /// How it is shown, and how one of its words is added: [`Build::resume`].
    pub custom: Custom,
    /// Whether another word follows, after `n` of them; the next one, if there is any, may decide.
    pub more: fn(n: usize, next: Option<&[u8]>) -> bool,
}

/// What the payload of an attribute is.
#[derive(Clone, Copy)]
pub enum Kind {
    /// Nothing: its presence says it. The keyword stands alone.
    Flag,
    /// A number.
    Num(Int),
    /// A number shown as `0x…`, a string in JSON.
    Hex(Int),
    /// 0 or 1, `on` or `off`, a truth in JSON.
    OnOff(Int),
    /// Hundredths of a second in eight bytes, shown as `%7.2f` seconds.
    Centis,
    /// A constant: the keyword stands alone for this number, and is shown where the payload is this number. In JSON a
    /// truth: false for a zero whose keyword begins with `no`.
    Word(Int, u32),
    /// A byte, 1 for the keyword alone, 0 for `no` before it; shown as the one or the other, a truth in JSON.
    Flip,
    /// One bit of a number: the keyword alone sets it, with `no` before it clears it; shown where it is set, with
    /// [`RowFlags::NO`] in both forms. In JSON a truth.
    Has(Int, u32),
    /// One bit of a value and the mask of what is said of it, twice four bytes: `on` or `off`.
    Switch(u32),
    /// The same as the numbers 0 and 1.
    Bit(u32),
    /// A string.
    Str,
    /// A link-layer address.
    Mac,
    /// An IPv4 or IPv6 address, by its length.
    Ip,
    /// Bytes without a meaning of ours.
    Bytes,
    /// An interface.
    IfIndex,
    /// A number with names.
    Enum(Int, &'static Names),
    /// Bits with names (each row's number is a mask).
    Bits(Int, &'static Names),
    /// Attributes again.
    Nest(&'static AttrSet),
    /// Attributes again, each of them a nest of this set.
    Array(&'static AttrSet),
    /// A fixed header of so many bytes, then attributes of this set.
    Msg(u16, &'static AttrSet),
    /// Attributes whose set another attribute of the same nest selects.
    SubMsg(&'static SubMsg),
    /// Irregular: two functions know.
    Custom(&'static Custom),
    /// Irregular, and of several words.
    Many(&'static Many),
    /// Of no row: the whole set is one kind's part of another.
    View(&'static View),
}

/// The set of a nest, chosen by the value of the attribute numbered `selector` beside it.
pub struct SubMsg {
    /// Number of the selecting attribute (`IFLA_INFO_KIND`).
    pub selector: u16,
    /// The set for its value.
    pub of: fn(&[u8]) -> Option<&'static AttrSet>,
}

/// What a row is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RowFlags(pub u16);

impl RowFlags {
    /// Shown and settable.
    pub const NONE: RowFlags = RowFlags(0);
    /// Shown, but no keyword: state that the kernel keeps.
    pub const READ: RowFlags = RowFlags(1);
    /// A keyword, but not shown.
    pub const WRITE: RowFlags = RowFlags(2);
    /// The keyword must be typed whole.
    pub const EXACT: RowFlags = RowFlags(4);
    /// Not shown when zero or empty.
    pub const NONZERO: RowFlags = RowFlags(8);
    /// Not shown where the row above it was.
    pub const ELSE: RowFlags = RowFlags(16);
    /// Shown only where the row above it was, or was passed over for the same reason.
    pub const THEN: RowFlags = RowFlags(32);
    /// The keyword with `no` before it says the contrary, and takes no value.
    pub const NO: RowFlags = RowFlags(64);
    /// Of an enum: a number must be one that has a name.
    pub const KNOWN: RowFlags = RowFlags(128);
    /// Shown on a line of its own, four blanks in.
    pub const LINE: RowFlags = RowFlags(256);
    /// Only for `--explain`: neither shown nor settable.
    pub const WIRE: RowFlags = RowFlags(3);

    /// Whether all of `f` is set.
    #[must_use]
    pub const fn has(self, f: RowFlags) -> bool {
        self.0 & f.0 == f.0
    }

    /// Both.
    #[must_use]
    pub const fn and(self, f: RowFlags) -> RowFlags {
        RowFlags(self.0 | f.0)
    }
}

/// One attribute.
#[derive(Clone, Copy)]
pub struct AttrSpec {
    /// Its number.
    pub ty: u16,
    /// What the row is for.
    pub flags: RowFlags,
    /// What its payload is.
    pub kind: Kind,
    /// Keyword, JSON key and label. Where they differ: `keyword|json|pattern`, an empty part keeping the default
    /// (the keyword; the pattern `keyword % `); `%` in the pattern stands for the value, and the pattern `-` is no
    /// text at all. A fourth part is what is said of a value that the attribute does not take, `%` being the
    /// keyword; behind a `!` it is what was expected, behind a `=` what the value must be; a `?` is for numbers; behind
    /// a `^` it is the whole sentence, `%` being the value. The keyword may have other names behind a `/`; behind a `~`
    /// a name may be shortened in a view too.
    pub name: &'static str,
}

impl AttrSpec {
    fn part(&self, n: u8) -> &'static str {
        let (mut part, mut rest) = cut(self.name, b'|');
        for _ in 0..n {
            (part, rest) = cut(rest.unwrap_or(""), b'|');
        }
        part
    }

    /// The word on the command line.
    #[must_use]
    pub fn keyword(&self) -> &'static str {
        let (first, _) = cut(self.part(0), b'/');
        first.strip_prefix('~').unwrap_or(first)
    }

    /// All names of the keyword, as they stand in the row.
    pub fn keywords(&self) -> &'static str {
        self.part(0)
    }

    /// The key in JSON.
    #[must_use]
    pub fn json(&self) -> &'static str {
        match self.part(1) {
            "" => self.keyword(),
            key => key,
        }
    }

    /// Prints `v` as most values are: behind the keyword.
    #[inline(never)]
    pub fn show_str(&self, out: &mut Out<'_>, v: &[u8]) {
        out.text(self.keyword());
        out.str_of(self.json(), " % ", v);
    }

    /// The same of a number.
    #[inline(never)]
    pub fn show_num(&self, out: &mut Out<'_>, v: u64) {
        out.text(self.keyword());
        out.num_of(self.json(), " % ", v);
    }

    /// What is said of a bad value; empty where the set has one sentence for all.
    #[must_use]
    pub fn bad(&self) -> &'static str {
        let mut rest = self.name;
        for _ in 0..3_u8 {
            rest = cut(rest, b'|').1.unwrap_or("");
        }
        rest
    }

    /// The pattern in text; `None` for the default `keyword % `.
    #[must_use]
    pub fn pattern(&self) -> Option<&'static str> {
        match self.part(2) {
            "" => None,
            "-" => Some(""),
            p => Some(p),
        }
    }
}

/// Why a word is no value of its attribute.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Bad {
    /// Not of the attribute's form, or out of range.
    Value,
    /// No interface of that name.
    NoDevice,
    /// An address that is a group's and must not be, or the other way round.
    Cast,
    /// Neither `on` nor `off`.
    OnOff,
    /// The same of a word that iproute2 looks up in a list.
    OneOf,
    /// Said already, on stderr.
    Said,
    /// Nothing is wrong with the word, but another has to follow it.
    More,
}

/// Who may use a device.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Account {
    /// passwd(5).
    User,
    /// group(5).
    Group,
}

/// Name of a user or group.
pub type AccountName = heapless::Vec<u8, 48>;

/// What tables ask of the running system: names of interfaces, users and groups, and what an administrator calls
/// numbers.
pub trait Resolve {
    /// The name of `v`.
    fn name(&mut self, names: &'static Names, v: u64) -> Option<&[u8]> {
        names.name(v).map(str::as_bytes)
    }
    /// The number that `word` is or is called.
    fn number(&mut self, names: &'static Names, word: &[u8]) -> Option<u32> {
        names.number(word).or_else(|| crate::text::num::parse_u32(word))
    }
    /// The name of an interface, `ifN` when it has none that we can see.
    fn ifname(&mut self, ifindex: u32) -> IfName;
    /// The index of the interface called `name`, by its name, an altname, or `ifN`.
    fn ifindex(&mut self, name: &[u8]) -> Option<u32>;
    /// The name of a user or group.
    fn account(&mut self, kind: Account, id: u32) -> Option<AccountName> {
        let _ = (kind, id);
        None
    }
}

/// iproute2's prefix rule: `word` is a beginning of `keyword`, and not empty.
#[must_use]
pub fn matches(word: &[u8], keyword: &str) -> bool {
    !word.is_empty() && keyword.as_bytes().starts_with(word)
}

#[cfg(test)]
pub(crate) mod tests {
    extern crate std;
    use super::{Account, AccountName, AttrSet, Resolve, show};
    use crate::text::ifname::IfName;
    use crate::text::out::{Mode, tests::print};

    /// What a set shows of attributes: the text, or with `json` a document of one object. Interfaces have no names.
    pub(crate) fn printed(set: &AttrSet, attrs: &[u8], json: bool) -> std::string::String {
        struct Nameless;
        impl Resolve for Nameless {
            fn ifname(&mut self, index: u32) -> IfName {
                IfName::new(std::format!("if{index}").as_bytes()).unwrap_or_default()
            }
            fn ifindex(&mut self, _: &[u8]) -> Option<u32> {
                None
            }
        }
        print(Mode { json, ..Mode::default() }, |out| {
            out.open_record();
            show::show(set, attrs, out, &mut Nameless);
            out.close_object();
        })
    }

    /// A system without interfaces and users.
    pub(crate) struct Nobody;

    impl Resolve for Nobody {
        fn ifname(&mut self, _: u32) -> IfName {
            IfName::default()
        }
        fn ifindex(&mut self, _: &[u8]) -> Option<u32> {
            None
        }
        fn account(&mut self, _: Account, _: u32) -> Option<AccountName> {
            None
        }
    }

    crate::names! {
        static TABLE = 0 "a", 0x10 "b", 0xffff "c d";
    }

    #[test]
    fn names_both_ways() {
        assert_eq!((TABLE.name(16), TABLE.name(1)), (Some("b"), None));
        assert_eq!((TABLE.number(b"a"), TABLE.number(b"A")), (Some(0), None));
        assert_eq!(TABLE.iter().count(), 3);
        let mut bits = TABLE.bits(0x1_0011);
        assert_eq!((bits.next(), bits.next(), bits.left), (Some((16, "b")), Some((0xffff, "c d")), 0x1_0000));
    }
}
