//! Usage pages, printed from the tables that the parser reads.

use crate::Ctx;
use crate::grammar::{Arg, Call, Object, Run, To, Verb, Whole};
use crate::report::{Fail, Report, USAGE};
use nlbox_core::rt::kind::LinkKind;
use nlbox_core::spec::{AttrSet, Kind, RowFlags};

/// Width that a page keeps.
const COLUMNS: usize = 79;

/// A page under construction: words that wrap.
struct Page<'p, 'a> {
    err: &'p mut Report<'a>,
    line: heapless::Vec<u8, 128>,
    indent: usize,
}

impl Page<'_, '_> {
    fn word(&mut self, pieces: &[&[u8]]) {
        let len = pieces.iter().fold(1_usize, |n, p| n.saturating_add(p.len()));
        if self.line.len().saturating_add(len) > COLUMNS {
            self.end();
            let indent = self.indent;
            for _ in 0..indent {
                let _ = self.line.push(b' ');
            }
        }
        if !self.line.is_empty() && self.line.last() != Some(&b' ') {
            let _ = self.line.push(b' ');
        }
        for p in pieces {
            let _ = self.line.extend_from_slice(p);
        }
    }

    fn end(&mut self) {
        self.err.say(&[&self.line]);
        self.line.clear();
    }
}

/// What help calls a value of this kind.
#[must_use]
pub fn value_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Flag | Kind::Word(..) | Kind::Flip | Kind::Has(..) => "",
        Kind::Num(_) | Kind::Hex(_) => "N",
        Kind::OnOff(_) | Kind::Switch(_) => "{ on | off }",
        Kind::Bit(_) => "{ 0 | 1 }",
        Kind::Str => "STRING",
        Kind::Mac => "LLADDR",
        Kind::Ip => "ADDR",
        Kind::IfIndex => "DEVICE",
        Kind::Enum(..) => "NAME",
        Kind::Custom(c) => c.value,
        Kind::Many(m) => m.custom.value,
        Kind::Msg(..) => "OPTIONS",
        Kind::Bits(..)
        | Kind::Centis
        | Kind::Bytes
        | Kind::Nest(_)
        | Kind::Array(_)
        | Kind::SubMsg(_)
        | Kind::View(_) => "DATA",
    }
}

#[inline(never)]
fn arg(page: &mut Page<'_, '_>, a: &Arg, set: &AttrSet) {
    if matches!(a.to(), To::Call(f, _) if core::ptr::fn_addr_eq(f, crate::ip::absent as Call)) {
        return;
    }
    let whole = Whole::of(a.word);
    let value = match a.to() {
        To::Attr(ty) => set.row(ty).map_or("VALUE", |r| value_of(r.kind)),
        To::Slot(_) => "VALUE",
        To::Switch(_) => "{ on | off }",
        To::Last(_) => "KIND [ OPTIONS ]",
        To::Mark(_) => "",
        To::Call(_, v) => v,
    };
    option(page, whole.as_bytes(), value);
}

/// `[ KEYWORD VALUE ]`.
fn option(page: &mut Page<'_, '_>, keyword: &[u8], value: &str) {
    let blank: &[u8] = if value.is_empty() { b"" } else { b" " };
    page.word(&[b"[ ", keyword, blank, value.as_bytes(), b" ]"]);
}

/// Prints the options of a link kind on stderr.
pub fn kind(cx: &mut Ctx<'_>, kind: &LinkKind) {
    let mut page = Page { err: &mut cx.err, line: heapless::Vec::new(), indent: 8 };
    page.word(&[b"Usage: ... ", kind.name.as_bytes()]);
    let Some(rows) = kind.data.map(AttrSet::iter) else { return };
    for row in rows {
        if !row.flags.has(RowFlags::READ) || matches!(row.kind, Kind::Msg(..)) {
            option(&mut page, row.keyword().as_bytes(), value_of(row.kind));
        }
    }
    page.end();
}

/// Prints the usage of an object on stderr; exit code 255 as iproute2's.
pub fn object(cx: &mut Ctx<'_>, o: &Object) -> Fail {
    let program = cx.err.program;
    let mut page = Page { err: &mut cx.err, line: heapless::Vec::new(), indent: 8 };
    let mut start: &[u8] = b"Usage:";
    // Verbs that share a grammar share a line, those without words too: `add | change | replace`.
    let key = |v: &Verb| v.grammar.map_or(core::ptr::null(), core::ptr::from_ref);
    for (n, verb) in o.verbs().enumerate() {
        let same =
            |v: &Verb| key(v) == key(&verb) && !core::ptr::fn_addr_eq(v.run, crate::ip::no_verb as Run);
        if o.verbs().position(|v| same(&v)) != Some(n) {
            continue;
        }
        page.word(&[start]);
        start = b"       ";
        page.word(&[program.as_bytes(), b" ", o.name().as_bytes(), b" "]);
        for (i, v) in o.verbs().filter(same).enumerate() {
            let whole = Whole::of(v.word);
            page.word(&[if i > 0 { b"| " } else { b"" }, whole.as_bytes()]);
        }
        let Some(g) = verb.grammar else {
            page.end();
            continue;
        };
        for word in g.usage().as_bytes().split(|b| *b == b' ').filter(|w| !w.is_empty()) {
            page.word(&[word]);
        }
        for a in g.iter() {
            arg(&mut page, &a, g.set);
        }
        page.end();
    }
    USAGE
}
