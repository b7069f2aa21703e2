//! Usage pages, printed from the tables that the parser reads.

use crate::Ctx;
use crate::grammar::{Arg, Object, To, Whole};
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
    fn word(&mut self, pieces: &[&str]) {
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
            let _ = self.line.extend_from_slice(p.as_bytes());
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
        Kind::Bits(..) | Kind::Centis | Kind::Bytes | Kind::Nest(_) | Kind::Array(_) | Kind::SubMsg(_) => {
            "DATA"
        }
    }
}

fn arg(page: &mut Page<'_, '_>, a: &Arg, set: &AttrSet) {
    let whole = Whole::of(a.word);
    let word = core::str::from_utf8(whole.as_bytes()).unwrap_or("");
    let value = match a.to() {
        To::Attr(ty) => set.row(ty).map_or("VALUE", |r| value_of(r.kind)),
        To::Slot(_) => "VALUE",
        To::Switch(_) => "{ on | off }",
        To::Last(_) => "KIND [ OPTIONS ]",
        To::Mark(_) => "",
        To::Call(_, v) => v,
    };
    let blank = if value.is_empty() { "" } else { " " };
    page.word(&["[ ", word, blank, value, " ]"]);
}

/// Prints the options of a link kind on stderr.
pub fn kind(cx: &mut Ctx<'_>, kind: &LinkKind) {
    let mut page = Page { err: &mut cx.err, line: heapless::Vec::new(), indent: 8 };
    page.word(&["Usage: ... ", kind.name]);
    for row in kind.data.into_iter().flat_map(AttrSet::iter) {
        if row.flags.has(RowFlags::READ) && !matches!(row.kind, Kind::Msg(..)) {
            continue;
        }
        let value = value_of(row.kind);
        page.word(&["[ ", row.keyword(), if value.is_empty() { "" } else { " " }, value, " ]"]);
    }
    page.end();
}

/// Prints the usage of an object on stderr; exit code 255 as iproute2's.
pub fn object(cx: &mut Ctx<'_>, o: &Object) -> Fail {
    let program = cx.err.program;
    let mut page = Page { err: &mut cx.err, line: heapless::Vec::new(), indent: 8 };
    let mut last: Option<*const crate::grammar::Grammar> = None;
    for (n, verb) in o.verbs.iter().enumerate() {
        let Some(g) = verb.grammar else { continue };
        // Verbs that share a grammar share a line: `add | change | replace`.
        if last == Some(core::ptr::from_ref(g)) {
            continue;
        }
        last = Some(core::ptr::from_ref(g));
        let start = if page.err.program.is_empty() || n > 0 { "      " } else { "Usage:" };
        page.word(&[start]);
        page.word(&[program, " ", o.name, " "]);
        let same = o.verbs.iter().filter(|v| v.grammar.is_some_and(|h| core::ptr::eq(h, g)));
        for (i, v) in same.enumerate() {
            let whole = Whole::of(v.word);
            let word = core::str::from_utf8(whole.as_bytes()).unwrap_or("");
            page.word(&[if i > 0 { "| " } else { "" }, word]);
        }
        if !g.usage.is_empty() {
            page.word(&[g.usage]);
        }
        for a in g.args.iter() {
            arg(&mut page, &a, g.set);
        }
        page.end();
    }
    USAGE
}
