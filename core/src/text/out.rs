//! What a command prints: text for people and JSON for programs, from the same calls.
//!
//! Each call names the JSON key and gives the text as a pattern in which `%` stands for the value:
//! `out.num("mtu|mtu % ", 1500)` is `mtu 1500 ` or `"mtu":1500`. An empty key keeps a value out of JSON,
//! an empty pattern keeps it out of the text.

use crate::bytes::copy;
use crate::text::cut;
use crate::text::num::{Digits, dec, hex_pad};
use crate::text::pen::{Pen, Text};

/// Where the bytes go. Short writes and interruptions are the implementation's to handle.
pub trait Sink {
    /// Writes all of `bytes`; `Err` holds the errno.
    fn write_all(&mut self, bytes: &[u8]) -> Result<(), i32>;
}

/// A vector keeps all that is written: for tests.
#[cfg(any(test, feature = "fake"))]
impl<T: for<'b> Extend<&'b u8>> Sink for T {
    fn write_all(&mut self, bytes: &[u8]) -> Result<(), i32> {
        self.extend(bytes);
        Ok(())
    }
}

/// How things are printed: `-j`, `-p`, `-o`, `-c`.
#[derive(Clone, Copy, Default)]
pub struct Mode {
    /// JSON in place of text.
    pub json: bool,
    /// Indented JSON.
    pub pretty: bool,
    /// One record a line: line breaks inside a record become `\`.
    pub oneline: bool,
    /// Colours, for a light or a dark background.
    pub palette: Palette,
    /// Each object is a document of its own, and one that is opened in it goes on with it: a head, and what follows
    /// from a printer that knows of no head.
    pub records: bool,
}

/// Which of iproute2's two colour sets is in use.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub enum Palette {
    /// No colours.
    #[default]
    None,
    /// For light backgrounds.
    Light,
    /// For dark backgrounds.
    Dark,
}

/// What a value is, for its colour.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// No colour.
    Plain,
    /// Name of an interface.
    IfName,
    /// Link-layer address.
    Mac,
    /// IPv4 address or prefix.
    Inet,
    /// IPv6 address or prefix.
    Inet6,
    /// Operational state up.
    Up,
    /// Operational state down.
    Down,
}

impl Style {
    /// The style of an address of `family`.
    #[must_use]
    pub const fn of_family(family: u8) -> Style {
        match family {
            2 => Style::Inet,
            10 => Style::Inet6,
            17 => Style::Mac,
            _ => Style::Plain,
        }
    }

    const fn code(self, palette: Palette) -> &'static str {
        match (palette, self) {
            (Palette::None, _) | (_, Style::Plain) => "",
            (Palette::Light, Style::IfName) => "\x1b[36m",
            (Palette::Light, Style::Mac) => "\x1b[33m",
            (Palette::Light, Style::Inet) => "\x1b[35m",
            (Palette::Light, Style::Inet6) => "\x1b[34m",
            (Palette::Light, Style::Up) => "\x1b[32m",
            (Palette::Light, Style::Down) => "\x1b[31m",
            (Palette::Dark, Style::IfName) => "\x1b[1;36m",
            (Palette::Dark, Style::Mac) => "\x1b[1;33m",
            (Palette::Dark, Style::Inet) => "\x1b[1;35m",
            (Palette::Dark, Style::Inet6) => "\x1b[1;94m",
            (Palette::Dark, Style::Up) => "\x1b[1;32m",
            (Palette::Dark, Style::Down) => "\x1b[1;31m",
        }
    }
}

/// A value on its way out.
#[derive(Clone, Copy)]
pub enum Val<'v> {
    /// A string from anywhere.
    Str(&'v [u8]),
    /// A string of our own making: a word of a table.
    Word(&'v [u8]),
    /// An address of IPv4 or IPv6, in its colour unless another is set, else bytes of a link's; up to 64 bytes.
    Address(&'v [u8]),
    /// The same, and the length of a prefix.
    Prefix(&'v [u8], u8),
    /// What is no string in JSON: digits.
    Raw(&'v [u8]),
    /// `true` or `false`.
    Bool(bool),
    /// A number in decimal.
    Num(u64),
    /// The same, which may be below zero.
    Int(i64),
    /// The same where JSON has it as a string.
    Digits(u32),
    /// A number as `0x…` of at least so many digits; a string in JSON.
    Hex(u64, u8),
    /// `null`, and nothing in text.
    Null,
}

/// What a value and its label take at most of the window that they are written in: a key of [`KEY`] bytes or the text
/// around it, a word or an address.
const LONG: usize = 48;
const KEY: usize = 31;

impl Val<'_> {
    const fn is_string(&self) -> bool {
        !matches!(self, Val::Raw(_) | Val::Bool(_) | Val::Num(_) | Val::Int(_) | Val::Null)
    }

    /// What cannot be written as it is, or takes more room than little, spoils the pen.
    #[inline(never)]
    fn write<'w>(&self, mut pen: Pen<'w>, json: bool) -> Pen<'w> {
        let bytes: &[u8] = match self {
            Val::Str(s) if s.len() <= LONG && s.iter().all(|b| is_plain(*b)) => s,
            Val::Word(s) | Val::Raw(s) if s.len() <= LONG => s,
            Val::Address(b) if b.len() <= 16 => return pen.address(b),
            Val::Prefix(b, len) if b.len() <= 16 => {
                pen = pen.address(b);
                pen.byte(b'/');
                return pen.v4(&[*len]);
            }
            Val::Num(v) => return pen.dec(*v),
            Val::Int(v) => {
                if *v < 0 {
                    pen.byte(b'-');
                }
                return pen.dec(v.unsigned_abs());
            }
            Val::Digits(v) => return pen.dec((*v).into()),
            Val::Hex(v, width) => return pen.hex(*v, *width),
            Val::Bool(true) => b"true",
            Val::Bool(false) => b"false",
            Val::Null if json => b"null",
            Val::Null => b"",
            _ => return pen.spoilt(),
        };
        pen.bytes(bytes)
    }
}

/// How many bytes the label `text` takes when it is packed.
#[must_use]
#[allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "runs in the compiler")]
pub const fn label_len(text: &str) -> usize {
    let (text, mut n, mut len) = (text.as_bytes(), 0, 3 + PAD);
    let mut marks = *b"|%^";
    while n < text.len() {
        let mut mark = 0;
        while mark < 3 && marks[mark] != text[n] {
            mark += 1;
        }
        if mark < 3 {
            marks[mark] = 0;
        } else {
            len += 1;
        }
        n += 1;
    }
    len
}

/// Packs a label: the lengths of the key, of the text before the value, and of what of that has no colour; then all of it
/// without the marks, and some blanks. `N` is its [`label_len`].
#[must_use]
#[allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "runs in the compiler")]
#[allow(clippy::cast_possible_truncation, reason = "a label that does not fit fails the build")]
pub const fn pack_label<const N: usize>(text: &str) -> [u8; N] {
    let (text, mut b) = (text.as_bytes(), [b' '; N]);
    let (mut n, mut at, mut marks, mut places) = (0, 3, *b"|%^", [3; 3]);
    while n < text.len() {
        let mut mark = 0;
        while mark < 3 && marks[mark] != text[n] {
            mark += 1;
        }
        if mark < 3 {
            (marks[mark], places[mark]) = (0, at);
        } else {
            b[at] = text[n];
            at += 1;
        }
        n += 1;
    }
    let [bar, percent, plain] = places;
    let shows = marks[1] == 0;
    let before = if shows { percent - bar } else { at - bar };
    assert!(marks[0] == 0 && bar - 3 <= KEY && at - bar < SHOWS as usize);
    b[0] = (bar - 3) as u8;
    b[1] = before as u8 | if shows { SHOWS } else { 0 };
    b[2] = if marks[2] == 0 { (plain - bar) as u8 } else { 0 };
    b
}

/// Added to the second length where the text has a place for the value.
const SHOWS: u8 = 64;
/// Bytes behind a packed label, so that it can be copied in whole chunks.
const PAD: usize = 7;

/// A label of [`Out::put`] and its like for values that are printed often: `KEY|PATTERN` taken apart when the compiler
/// runs. Text before a `^` in it has no colour.
#[macro_export]
macro_rules! label {
    ($label:expr) => {{
        const TEXT: &str = $label;
        static PACKED: [u8; $crate::text::out::label_len(TEXT)] = $crate::text::out::pack_label(TEXT);
        const { $crate::text::pack::text(&PACKED) }
    }};
}

/// What stands around a value.
#[derive(Default)]
struct Parts<'p> {
    key: &'p [u8],
    plain: &'p [u8],
    before: &'p [u8],
    after: &'p [u8],
    /// Whether the value is in the text.
    shows: bool,
}

impl<'p> Parts<'p> {
    #[inline(never)]
    fn of(key: &'p str, pattern: &'p str) -> Self {
        let (before, after) = cut(pattern, b'%');
        Parts {
            key: key.as_bytes(),
            before: before.as_bytes(),
            after: after.unwrap_or("").as_bytes(),
            shows: after.is_some(),
            ..Parts::default()
        }
    }

    /// A label begins with a letter or `|`, one that is packed with the length of its key.
    #[inline(always)]
    fn of_label(label: &'p str) -> Self {
        match label.as_bytes() {
            [key, before, plain, rest @ ..] if usize::from(*key) <= KEY => {
                let rest = rest.get(..rest.len().saturating_sub(PAD)).unwrap_or_default();
                let (key, text) = rest.split_at_checked(usize::from(*key)).unwrap_or_default();
                let shows = before & SHOWS != 0;
                let (before, after) = text.split_at_checked(usize::from(before & !SHOWS)).unwrap_or_default();
                let (plain, before) = before.split_at_checked(usize::from(*plain)).unwrap_or_default();
                Parts { key, plain, before, after, shows }
            }
            _ => {
                let (key, pattern) = cut(label, b'|');
                Parts::of(key, pattern.unwrap_or(""))
            }
        }
    }
}

/// The page being written. Errors of the sink are sticky: [`Out::finish`] tells.
pub struct Out<'o> {
    sink: &'o mut dyn Sink,
    buf: &'o mut [u8],
    len: usize,
    spills: u32,
    error: Option<i32>,
    /// How to print.
    pub mode: Mode,
    style: Style,
    depth: u8,
    /// Which of the open brackets are of arrays, the innermost the lowest bit.
    arrays: u32,
    comma: bool,
}

/// A place in the page to go back to: see [`Out::mark`].
#[derive(Clone, Copy)]
pub struct Mark {
    len: usize,
    spills: u32,
    depth: u8,
    arrays: u32,
    comma: bool,
}

impl<'o> Out<'o> {
    /// A page over `sink`, gathered in `buf`.
    pub fn new(sink: &'o mut dyn Sink, buf: &'o mut [u8]) -> Self {
        Out {
            sink,
            buf,
            len: 0,
            spills: 0,
            error: None,
            mode: Mode::default(),
            style: Style::Plain,
            depth: 0,
            arrays: 0,
            comma: false,
        }
    }

    /// Whether JSON is being written.
    #[must_use]
    pub const fn json(&self) -> bool {
        self.mode.json
    }

    /// Bytes as they are, in either tongue.
    #[inline(never)]
    pub fn bytes(&mut self, b: &[u8]) {
        let end = self.len.wrapping_add(b.len());
        match self.buf.get_mut(self.len..end) {
            Some(room) => {
                copy(room, b);
                self.len = end;
            }
            None => self.spill(b),
        }
    }

    /// One byte as it is, in either tongue.
    pub fn byte(&mut self, byte: u8) {
        match self.buf.get_mut(self.len) {
            Some(to) => {
                *to = byte;
                self.len = self.len.wrapping_add(1);
            }
            None => self.spill(&[byte]),
        }
    }

    /// The same for what does not fit.
    #[cold]
    fn spill(&mut self, mut b: &[u8]) {
        while !b.is_empty() {
            let room = self.buf.get_mut(self.len..).unwrap_or_default();
            let (now, later) = b.split_at_checked(room.len()).unwrap_or((b, &[]));
            copy(room, now);
            self.len = self.len.saturating_add(now.len());
            if !later.is_empty() {
                self.flush();
            }
            b = later;
        }
    }

    /// Hands what is gathered to the sink.
    pub fn flush(&mut self) {
        self.spills = self.spills.wrapping_add(1);
        let b = self.buf.get(..self.len).unwrap_or(&[]);
        if self.error.is_none() && !b.is_empty() {
            self.error = self.sink.write_all(b).err();
        }
        self.len = 0;
    }

    /// Flushes, and tells the errno of the first write that failed.
    pub fn finish(&mut self) -> Result<(), i32> {
        self.flush();
        self.error.map_or(Ok(()), Err)
    }

    /// Whether writing has failed: a long listing may stop early.
    #[must_use]
    pub const fn failed(&self) -> bool {
        self.error.is_some()
    }

    /// Remembers this place. What is printed from here can be taken back as long as it fits the buffer, so that an
    /// interrupted dump is asked again without its first answer being seen.
    #[must_use]
    #[inline(never)]
    pub fn mark(&self) -> Mark {
        Mark { len: self.len, spills: self.spills, depth: self.depth, arrays: self.arrays, comma: self.comma }
    }

    /// What was printed since `mark`; nothing where part of it has gone out.
    #[must_use]
    pub fn since(&self, mark: Mark) -> &[u8] {
        let whole = self.spills == mark.spills;
        self.buf.get(mark.len..self.len).filter(|_| whole).unwrap_or_default()
    }

    /// Goes back to `mark`; `false` when part of what followed has already gone out.
    #[inline(never)]
    pub fn rewind(&mut self, mark: Mark) -> bool {
        let whole = self.spills == mark.spills;
        if whole {
            self.len = mark.len;
            self.depth = mark.depth;
            self.arrays = mark.arrays;
            self.comma = mark.comma;
        }
        whole
    }

    /// Literal text; mute in JSON.
    pub fn text(&mut self, s: &str) {
        if !self.mode.json {
            self.bytes(s.as_bytes());
        }
    }

    /// A line break inside a record: `\` with `-o`. Mute in JSON.
    pub fn line(&mut self) {
        self.text(if self.mode.oneline { "\\" } else { "\n" });
    }

    /// The colour of the next value.
    pub fn style(&mut self, style: Style) -> &mut Self {
        self.style = style;
        self
    }

    /// The colour of the next value, unless it has one.
    pub fn or_style(&mut self, style: Style) -> &mut Self {
        if self.style == Style::Plain {
            self.style = style;
        }
        self
    }

    /// An unsigned number.
    #[inline(never)]
    pub fn num(&mut self, label: &str, v: u64) {
        self.put(label, Val::Num(v));
    }

    /// A signed number.
    #[inline(never)]
    pub fn int(&mut self, label: &str, v: i64) {
        self.put(label, Val::Int(v));
    }

    /// Digits made elsewhere: a number of another shape, such as `15.00`.
    #[inline(never)]
    pub fn digits(&mut self, label: &str, v: &Digits) {
        self.put(label, Val::Raw(v.as_bytes()));
    }

    /// A number as `0x…`; a string in JSON.
    pub fn hex(&mut self, label: &str, v: u64) {
        self.put(label, Val::Hex(v, 1));
    }

    /// A string.
    #[inline(never)]
    pub fn str(&mut self, label: &str, v: &[u8]) {
        self.put(label, Val::Str(v));
    }

    /// A truth: `true` or `false` in JSON; the text is the pattern, `%` in it standing for the same word.
    #[inline(never)]
    pub fn bool(&mut self, label: &str, v: bool) {
        self.put(label, Val::Bool(v));
    }

    /// Something that is there: `true` in JSON, the pattern as it is in text.
    pub fn is(&mut self, label: &str) {
        self.bool(label, true);
    }

    /// Something that is there: `null` in JSON, the pattern as it is in text.
    #[inline(never)]
    pub fn null(&mut self, label: &str) {
        self.put(label, Val::Null);
    }

    /// A number right-aligned in `width` columns with a space on its left, as in the tables of `-s`.
    pub fn padded(&mut self, key: &str, v: u64, width: usize) {
        let d = dec(v);
        if self.mode.json {
            self.value(key, "", Val::Raw(d.as_bytes()));
        } else {
            self.bytes(b" ");
            self.spaces(width.saturating_sub(d.as_bytes().len()));
            self.bytes(d.as_bytes());
        }
    }

    /// `v` left-aligned in `width` columns and a blank behind, all in the colour set. Text only.
    pub fn column(&mut self, v: &[u8], width: usize) {
        let code = core::mem::replace(&mut self.style, Style::Plain).code(self.mode.palette);
        self.text(code);
        if !self.mode.json {
            self.shown(v);
        }
        self.spaces(width.saturating_sub(v.len()).saturating_add(1));
        if !code.is_empty() {
            self.text("\x1b[0m");
        }
    }

    /// `n` blanks, in text.
    pub fn spaces(&mut self, n: usize) {
        (0..n).for_each(|_| self.text(" "));
    }

    /// Opens a JSON object; an empty key where none belongs (in arrays).
    pub fn open_object(&mut self, key: &str) {
        self.open(key.as_bytes(), b'{');
    }

    /// Closes the object opened last.
    pub fn close_object(&mut self) {
        self.close(b'}');
    }

    /// Opens a JSON array, printing `text` in text.
    pub fn open_array(&mut self, key: &str, text: &str) {
        self.text(text);
        self.open_list(key.as_bytes());
    }

    /// An array without values, by its label.
    pub fn put_empty(&mut self, label: &str) {
        if self.mode.json {
            self.put(label, Val::Raw(if self.mode.pretty { b"[ ]" } else { b"[]" }));
        }
    }

    /// Opens a JSON array whose key is a name that the kernel gave.
    pub fn open_list(&mut self, key: &[u8]) {
        self.open(key, b'[');
        if self.mode.json && self.mode.pretty {
            self.bytes(b" ");
        }
    }

    /// Closes the array opened last, printing `text` in text.
    pub fn close_array(&mut self, text: &str) {
        self.text(text);
        self.close(b']');
    }

    /// Opens the document, unless it is open: one array for a whole command. Nothing in text.
    pub fn open_document(&mut self) {
        if self.mode.json && self.depth == 0 && !self.mode.records {
            self.comma = false;
            self.open_array("", "");
        }
    }

    /// How many brackets are open: 0 before the document.
    #[must_use]
    pub const fn depth(&self) -> u8 {
        self.depth
    }

    /// Closes what has been opened since [`Out::depth`] was `depth`; with 0 the document ends, and its line.
    pub fn close_to(&mut self, depth: u8) {
        let open = self.depth > depth;
        while self.depth > depth.max(1) {
            if self.arrays & 1 == 0 {
                self.close_object();
            } else {
                self.close_array("");
            }
        }
        if open && depth == 0 {
            self.close(b']');
            self.bytes(b"\n");
        }
    }

    /// Ends a value that is a document of its own, if there was one: one a line, for who follows events.
    pub fn end_value(&mut self) {
        if self.mode.json && self.depth == 0 && core::mem::take(&mut self.comma) {
            self.bytes(b"\n");
        }
    }

    /// Closes the document, if it is open.
    pub fn close_document(&mut self) {
        self.close_to(0);
    }

    fn open(&mut self, key: &[u8], bracket: u8) {
        if self.mode.json {
            let depth = self.depth;
            if !(self.mode.records && depth == 1) {
                self.comma &= !(self.mode.records && depth == 0);
                self.key(key);
                self.byte(bracket);
                self.comma = false;
            }
            self.depth = depth.saturating_add(1);
            self.arrays = self.arrays << 1 | u32::from(bracket == b'[');
        }
    }

    fn close(&mut self, bracket: u8) {
        if self.mode.json {
            self.depth = self.depth.saturating_sub(1);
            self.arrays >>= 1;
            if self.mode.records && self.depth == 1 {
                return;
            }
            if self.comma && self.mode.pretty {
                if bracket == b']' {
                    self.byte(b' ');
                } else {
                    self.indent();
                }
            }
            self.byte(bracket);
            self.comma = true;
        }
    }

    fn indent(&mut self) {
        if self.mode.pretty {
            self.bytes(b"\n");
            (0..self.depth).for_each(|_| self.bytes(b"    "));
        }
    }

    /// The separator and, where there is one, the key of the next JSON value.
    fn key(&mut self, key: &[u8]) {
        if core::mem::replace(&mut self.comma, true) {
            self.byte(b',');
        }
        if !key.is_empty() {
            self.indent();
            self.quoted(key);
            self.bytes(if self.mode.pretty { b": " } else { b":" });
        }
    }

    /// A number whose key and pattern come apart: out of a table.
    #[inline(never)]
    pub fn num_of(&mut self, key: &str, pattern: &str, v: u64) {
        self.value(key, pattern, Val::Num(v));
    }

    /// The same of a string.
    #[inline(never)]
    pub fn str_of(&mut self, key: &str, pattern: &str, v: &[u8]) {
        self.value(key, pattern, Val::Str(v));
    }

    /// The same of a number as [`Out::hex`] shows it.
    pub fn hex_of(&mut self, key: &str, pattern: &str, v: u64) {
        self.value(key, pattern, Val::Hex(v, 1));
    }

    /// The same of any value.
    pub fn value(&mut self, key: &str, pattern: &str, v: Val<'_>) {
        self.write(&Parts::of(key, pattern), &v);
    }

    /// A value by its label: `KEY|PATTERN`, or what [`label!`](crate::label!) made of it.
    pub fn put(&mut self, label: &str, v: Val<'_>) {
        if self.mode.json { self.put_json(label, &v) } else { self.put_text(label, &v) }
    }

    #[inline(never)]
    fn put_text(&mut self, label: &str, v: &Val<'_>) {
        if self.short_text(label.as_bytes(), v).is_none() {
            self.put_long(label, v);
        }
    }

    #[inline(never)]
    fn put_json(&mut self, label: &str, v: &Val<'_>) {
        if self.short_json(label.as_bytes(), v).is_none() {
            self.put_long(label, v);
        }
    }

    #[inline(never)]
    fn put_long(&mut self, label: &str, v: &Val<'_>) {
        self.write(&Parts::of_label(label), v);
    }

    /// The window at the place where the next value goes, of a label whose key has `key` bytes: `None` where it is none of
    /// the packed ones, or something stands between.
    #[inline(always)]
    fn window(&mut self, key: u8) -> Option<Pen<'_>> {
        if usize::from(key) > KEY || self.mode.pretty || self.mode.palette != Palette::None {
            return None;
        }
        Some(Pen::new(self.buf.get_mut(self.len..)?.first_chunk_mut()?))
    }

    #[inline(always)]
    fn wrote(&mut self, len: usize) {
        self.style = Style::Plain;
        self.len = self.len.wrapping_add(len);
    }

    /// The same where all of it is short, the common case in a listing; else nothing, and `None`.
    #[inline(always)]
    fn short_text(&mut self, label: &[u8], v: &Val<'_>) -> Option<()> {
        let [key, before, _, rest @ ..] = label else { return None };
        let mut pen = self.window(*key)?;
        let text = rest.get(usize::from(*key)..)?;
        let len = usize::from(before & !SHOWS);
        pen.front(text, len);
        if before & SHOWS != 0 {
            pen = v.write(pen, false);
        }
        let after = text.get(len..)?;
        pen.front(after, after.len().wrapping_sub(PAD));
        let len = pen.len()?;
        self.wrote(len);
        Some(())
    }

    #[inline(always)]
    fn short_json(&mut self, label: &[u8], v: &Val<'_>) -> Option<()> {
        let [key, _, _, rest @ ..] = label else { return None };
        let (comma, len) = (self.comma, usize::from(*key));
        let mut pen = self.window(*key)?;
        if *key > 0 {
            if comma {
                pen.byte(b',');
            }
            // In an array a value has no key of its own: those labels have "-".
            if !(*key == 1 && rest.first() == Some(&b'-')) {
                pen.byte(b'"');
                pen.front(rest, len);
                pen.byte(b'"');
                pen.byte(b':');
            }
            let quoted = v.is_string();
            if quoted {
                pen.byte(b'"');
            }
            pen = v.write(pen, true);
            if quoted {
                pen.byte(b'"');
            }
        }
        let len = pen.len()?;
        self.comma |= *key > 0;
        self.wrote(len);
        Some(())
    }

    #[inline(never)]
    fn write(&mut self, parts: &Parts<'_>, v: &Val<'_>) {
        let style = core::mem::replace(&mut self.style, Style::Plain);
        let json = self.mode.json;
        // The text of most values that have no packed label; JSON is shorter, and goes its way below.
        if !json
            && self.mode.palette == Palette::None
            && [parts.plain, parts.before, parts.after].iter().all(|part| part.len() <= LONG / 2)
            && let Some(room) = self.buf.get_mut(self.len..).and_then(<[u8]>::first_chunk_mut)
        {
            let mut pen = Pen::new(room).bytes(parts.plain).bytes(parts.before);
            if parts.shows {
                pen = v.write(pen, false);
            }
            if let Some(len) = pen.bytes(parts.after).len() {
                self.len = self.len.wrapping_add(len);
                return;
            }
        }
        let text = Text::of(|pen| v.write(pen, json));
        let long = match *v {
            Val::Str(s) | Val::Word(s) | Val::Raw(s) => s,
            _ => text.as_bytes(),
        };
        if json {
            // In an array a value has no key of its own: those calls pass "-".
            if !parts.key.is_empty() {
                self.key(if parts.key == b"-" { b"" } else { parts.key });
                if v.is_string() { self.quoted(long) } else { self.bytes(long) }
            }
        } else {
            self.bytes(parts.plain);
            let style = match *v {
                Val::Address(b) | Val::Prefix(b, _) if style == Style::Plain => match b.len() {
                    4 => Style::Inet,
                    16 => Style::Inet6,
                    _ => style,
                },
                _ => style,
            };
            let code = style.code(self.mode.palette).as_bytes();
            if parts.shows || !parts.before.is_empty() {
                self.bytes(code);
                self.bytes(parts.before);
                if parts.shows {
                    self.shown(long);
                }
                self.bytes(parts.after);
                if !code.is_empty() {
                    self.bytes(b"\x1b[0m");
                }
            }
        }
    }

    /// A string for a terminal: control characters of hostile names become `\x1b`, those of two bytes in UTF-8 `\x9b`, and
    /// so does each byte that is no UTF-8.
    pub fn shown(&mut self, s: &[u8]) {
        self.escaped(s, false);
    }

    /// A JSON string: escaped where JSON asks for it, U+FFFD for what is no UTF-8.
    fn quoted(&mut self, s: &[u8]) {
        self.bytes(b"\"");
        self.escaped(s, true);
        self.bytes(b"\"");
    }

    /// Bytes in runs, but for control characters, U+0080 to U+009F by their numbers, what is no UTF-8 and, in JSON, quotes
    /// and backslashes.
    fn escaped(&mut self, s: &[u8], json: bool) {
        for piece in s.utf8_chunks() {
            let mut s = piece.valid().as_bytes();
            while let Some(n) =
                s.iter().position(|b| is_control(*b) || json && matches!(b, b'"' | b'\\') || *b == C1)
            {
                let (run, rest) = s.split_at_checked(n).unwrap_or_default();
                self.bytes(run);
                s = match rest {
                    [C1, b @ 0x80..=0x9f, more @ ..] => {
                        self.coded(*b, json);
                        more
                    }
                    [C1, more @ ..] => {
                        self.bytes(&[C1]);
                        more
                    }
                    [b, more @ ..] => {
                        self.coded(*b, json);
                        more
                    }
                    [] => break,
                };
            }
            self.bytes(s);
            match piece.invalid() {
                [_, ..] if json => self.bytes("\u{fffd}".as_bytes()),
                invalid => invalid.iter().for_each(|b| self.coded(*b, false)),
            }
        }
    }

    /// A byte that may not stand for itself.
    fn coded(&mut self, b: u8, json: bool) {
        let letter = match b {
            b'\n' => b'n',
            b'\t' => b't',
            b'\r' => b'r',
            0x08 => b'b',
            0x0c => b'f',
            _ => b,
        };
        if json && (letter != b || matches!(b, b'"' | b'\\')) {
            return self.bytes(&[b'\\', letter]);
        }
        self.bytes(if json { b"\\u00" } else { b"\\x" });
        self.bytes(hex_pad(u64::from(b), 2).as_bytes());
    }
}

/// Whether the byte stands for itself on a terminal and in JSON.
const fn is_plain(b: u8) -> bool {
    matches!(b, b' '..=b'~') && b != b'"' && b != b'\\'
}

/// Leads U+0080 to U+00BF in UTF-8; the first half of them are control characters to some terminals.
const C1: u8 = 0xc2;

const fn is_control(b: u8) -> bool {
    b < 0x20 || b == 0x7f
}

#[cfg(test)]
pub(crate) mod tests {
    extern crate std;
    use super::*;
    use std::string::String;
    use std::vec::Vec;

    pub(crate) fn print(mode: Mode, f: impl FnOnce(&mut Out<'_>)) -> String {
        print_by(&mut [0; 16], mode, f)
    }

    /// What `f` prints by way of this buffer.
    fn print_by(buf: &mut [u8], mode: Mode, f: impl FnOnce(&mut Out<'_>)) -> String {
        let mut page = Vec::new();
        let mut out = Out::new(&mut page, buf);
        out.mode = mode;
        out.open_document();
        f(&mut out);
        out.close_document();
        out.finish().unwrap();
        String::from_utf8(page).unwrap()
    }

    #[test]
    fn what_a_failure_leaves_open_is_closed_as_it_was_opened() {
        let left = |out: &mut Out<'_>| {
            out.open_object("");
            out.open_array("mdb", "");
            out.open_object("");
            out.num("index|", 1);
            out.open_array("", "");
        };
        assert_eq!(print(Mode { json: true, ..Mode::default() }, left), "[{\"mdb\":[{\"index\":1,[]}]}]\n");
    }

    fn sample(out: &mut Out<'_>) {
        out.open_object("");
        out.num("ifindex|%: ", 1);
        out.style(Style::IfName).str("ifname|%: ", b"lo");
        out.open_array("flags", "<");
        out.str("-|%", b"UP");
        out.close_array("> ");
        out.open_array("none", "");
        out.close_array("");
        out.line();
        out.close_object();
    }

    #[test]
    fn text_and_json_come_from_the_same_calls() {
        assert_eq!(print(Mode::default(), sample), "1: lo: <UP> \n");
        assert_eq!(print(Mode { oneline: true, ..Mode::default() }, sample), "1: lo: <UP> \\");
        assert_eq!(
            print(Mode { json: true, ..Mode::default() }, sample),
            "[{\"ifindex\":1,\"ifname\":\"lo\",\"flags\":[\"UP\"],\"none\":[]}]\n"
        );
    }

    #[test]
    fn pretty_json_is_laid_out_as_iproute2_does() {
        assert_eq!(
            print(Mode { json: true, pretty: true, ..Mode::default() }, sample),
            "[ {\n        \"ifindex\": 1,\n        \"ifname\": \"lo\",\n        \"flags\": [ \"UP\" ],\n        \"none\": [ ]\n    } ]\n"
        );
        assert_eq!(print(Mode { json: true, pretty: true, ..Mode::default() }, |_| ()), "[ ]\n");
    }

    #[test]
    fn colours_wrap_the_whole_pattern() {
        let dark = Mode { palette: Palette::Dark, ..Mode::default() };
        assert_eq!(print(dark, |o| o.style(Style::IfName).str("|%: ", b"lo")), "\x1b[1;36mlo: \x1b[0m");
    }

    #[test]
    fn hostile_bytes_reach_no_terminal_and_break_no_json() {
        let bad = b"a\x1b[31m\"\\\n\xff";
        assert_eq!(print(Mode::default(), |o| o.str("|%", &bad[..9])), "a\\x1b[31m\"\\\\x0a");
        assert_eq!(
            print(Mode { json: true, ..Mode::default() }, |o| o.str("-|%", bad)),
            "[\"a\\u001b[31m\\\"\\\\\\n\u{fffd}\"]\n"
        );
        // U+009B is the two bytes ESC [ to some terminals, and so is the byte 0x9b to those of 8 bits; U+00A0 and a letter
        // that holds 0x9b are not.
        let bad = b"\xc2\x9b1m\xc2\x80\xc2\x9f\xc2\xa0\xc4\x9b\x9b\xc2";
        let mut text = std::vec::Vec::new();
        let (mut sink, mut buf) = (std::mem::take(&mut text), [0; 64]);
        let mut out = Out::new(&mut sink, &mut buf);
        out.shown(bad);
        out.finish().unwrap();
        assert_eq!(sink, b"\\x9b1m\\x80\\x9f\xc2\xa0\xc4\x9b\\x9b\\xc2");
        assert_eq!(
            print(Mode { json: true, ..Mode::default() }, |o| o.str("-|%", bad)),
            "[\"\\u009b1m\\u0080\\u009f\u{a0}\u{11b}\u{fffd}\u{fffd}\"]\n"
        );
    }

    /// The same with a page in which short values fit the window, and with one in which none does.
    fn both(mode: Mode, f: impl Fn(&mut Out<'_>)) -> String {
        let small = print(mode, &f);
        let large = print_by(&mut [0; 4096], mode, &f);
        assert_eq!(small, large);
        large
    }

    #[test]
    fn packed_labels_print_as_the_text_that_they_were_packed_from() {
        let v6 = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
        let all = |out: &mut Out<'_>| {
            out.open_object("");
            out.put(crate::label!("dst|% "), Val::Prefix(&[10, 0, 0, 0], 8));
            out.put("dst|% ", Val::Prefix(&[10, 0, 0, 0], 8));
            out.put(crate::label!("gateway|via ^% "), Val::Address(&v6));
            out.put(crate::label!("to| to %/"), Val::Address(&[255, 99, 100, 9]));
            out.put(crate::label!("lladdr|%"), Val::Address(&[2, 0, 0, 0, 0xab, 0xcd]));
            out.put(crate::label!("|only text "), Val::Null);
            out.put(crate::label!("only-json|"), Val::Raw(b"7"));
            out.put(crate::label!("low| n %"), Val::Int(i64::MIN));
            out.put(crate::label!("high| %"), Val::Num(u64::MAX));
            out.put(crate::label!("digits| d %"), Val::Digits(u32::MAX));
            out.put(crate::label!("hex| h %"), Val::Hex(0xbeef, 5));
            out.put(crate::label!("is|is "), Val::Bool(true));
            out.put(crate::label!("name|% "), Val::Str(b"a\x1b\""));
            out.put(crate::label!("long|% "), Val::Str(&[b'x'; 100]));
            out.put(crate::label!("a-key-of-31-characters-is-long|% "), Val::Word(&[b'y'; 48]));
            out.open_array("list", "");
            out.put(crate::label!("-|% "), Val::Word(b"UP"));
            out.put("-|% ", Val::Word(b"DOWN"));
            out.close_array("");
            out.put_empty(crate::label!("none|"));
            out.close_object();
        };
        let long = "x".repeat(100);
        let word = "y".repeat(48);
        assert_eq!(
            both(Mode::default(), all),
            std::format!(
                "10.0.0.0/8 10.0.0.0/8 via 2001:db8::1  to 255.99.100.9/02:00:00:00:ab:cdonly text  n -9223372036854775808 18446744073709551615 d 4294967295 h 0x0beefis a\\x1b\" {long} {word} UP DOWN "
            )
        );
        assert_eq!(
            both(Mode { json: true, ..Mode::default() }, all),
            std::format!(
                "[{{\"dst\":\"10.0.0.0/8\",\"dst\":\"10.0.0.0/8\",\"gateway\":\"2001:db8::1\",\"to\":\"255.99.100.9\",\"lladdr\":\"02:00:00:00:ab:cd\",\"only-json\":7,\"low\":-9223372036854775808,\"high\":18446744073709551615,\"digits\":\"4294967295\",\"hex\":\"0x0beef\",\"is\":true,\"name\":\"a\\u001b\\\"\",\"long\":\"{long}\",\"a-key-of-31-characters-is-long\":\"{word}\",\"list\":[\"UP\",\"DOWN\"],\"none\":[]}}]\n"
            )
        );
        let plain = |out: &mut Out<'_>| {
            out.put(crate::label!("a|via ^% "), Val::Address(&[10, 0, 0, 1]));
            out.style(Style::Mac).put(crate::label!("b|% "), Val::Address(&[10, 0, 0, 1]));
            out.put(crate::label!("c|dev %"), Val::Str(b"lo"));
        };
        let dark = Mode { palette: Palette::Dark, ..Mode::default() };
        assert_eq!(both(dark, plain), "via \x1b[1;35m10.0.0.1 \x1b[0m\x1b[1;33m10.0.0.1 \x1b[0mdev lo");
        let pretty = Mode { pretty: true, ..Mode::default() };
        assert_eq!(both(pretty, plain), "via 10.0.0.1 10.0.0.1 dev lo");
        let pretty = Mode { json: true, pretty: true, ..Mode::default() };
        assert_eq!(both(pretty, |out| out.put_empty(crate::label!("none|"))), "[ \n    \"none\": [ ] ]\n");
    }

    #[test]
    fn what_is_still_gathered_can_be_taken_back() {
        let mut page = Vec::new();
        let mut buf = [0; 16];
        let mut out = Out::new(&mut page, &mut buf);
        out.text("keep ");
        let mark = out.mark();
        out.text("drop");
        assert_eq!(out.since(mark), b"drop");
        assert!(out.rewind(mark));
        let mark = out.mark();
        out.text("more than sixteen bytes");
        assert_eq!(out.since(mark), b"");
        assert!(!out.rewind(mark));
        out.finish().unwrap();
        assert_eq!(page, b"keep more than sixteen bytes");
    }

    mod records {
        extern crate std;
        use super::*;
        use std::string::String;
        use std::vec::Vec;

        #[test]
        fn a_head_and_what_follows_are_one_object() {
            let (mut text, mut buf) = (Vec::new(), [0; 64]);
            let mut out = Out::new(&mut text, &mut buf);
            out.mode = Mode { json: true, records: true, ..Mode::default() };
            for empty in [false, true] {
                out.open_document();
                out.open_object("");
                out.num("head|", 1);
                if !empty {
                    out.open_object("");
                    out.num("n|", 2);
                    out.open_array("list", "");
                    out.open_object("");
                    out.num("n|", 3);
                    out.close_object();
                    out.close_array("");
                    out.close_object();
                }
                out.close_object();
                out.bytes(b"\n");
            }
            out.finish().unwrap();
            let want = "{\"head\":1,\"n\":2,\"list\":[{\"n\":3}]}\n{\"head\":1}\n";
            assert_eq!(String::from_utf8(text).unwrap(), want);
        }
    }
}
