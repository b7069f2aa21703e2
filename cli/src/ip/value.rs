//! Values that several objects read and print alike.

use crate::files::Files;
use crate::grammar::{Grammar, Slots, fill};
use crate::names::{Link, index_of};
use crate::report::{Done, Fail, Report};
use crate::words::Line;
use crate::{Ctx, Page};
use nlbox_core::rt::link::{IFINFO_LEN, ifla, info};
use nlbox_core::rt::names::{DSFIELDS, REALMS};
use nlbox_core::spec::{self, AttrSet, Names, Resolve};
use nlbox_core::text::ip::{self, Ip, Prefix, Refusal, af};
use nlbox_core::text::out::{Out, Style, Val};
use nlbox_core::text::{mac, num};
use nlbox_core::wire::attr::Attrs;
use nlbox_core::wire::build::Build;
use nlbox_core::wire::key::Key;

/// The address that `word` spells, of `family` where one was asked.
pub fn address(err: &mut Report<'_>, word: &[u8], family: u8) -> Result<Ip, Fail> {
    ip::parse_hinted(word, family).map_err(|r| refuse(err, word, family, r, b"address"))
}

/// The prefix that `word` spells, of `family` where one was asked.
pub fn prefix(err: &mut Report<'_>, word: &[u8], family: u8) -> Result<Prefix, Fail> {
    Prefix::parse(word, family).map_err(|r| refuse(err, word, family, r, b"prefix"))
}

fn refuse(err: &mut Report<'_>, word: &[u8], family: u8, why: Refusal, what: &[u8]) -> Fail {
    match why {
        Refusal::Expected => {
            let family = af::name_verbose(family).as_bytes();
            err.plain(&[b"Error: % % is expected rather than \"%\".", family, what, word])
        }
        Refusal::Context => {
            err.plain(&[b"Error: \"%\" may be inet %, but it is not allowed in this context.", word, what])
        }
    }
}

/// The index of the interface called `word`.
pub fn device(cx: &mut Ctx<'_>, word: &[u8]) -> Result<u32, Fail> {
    cx.page.names.ifindex(word).ok_or_else(|| cx.err.no_device(word))
}

/// The name of `v`, or with `-N` or without a name its digits, which `buf` then holds.
pub fn named<'n>(numeric: bool, names: &Names, v: u64, buf: &'n mut num::Digits) -> &'n [u8] {
    match names.name(v).filter(|_| !numeric) {
        Some(s) => s.as_bytes(),
        None => {
            *buf = num::dec(v);
            buf.as_bytes()
        }
    }
}

/// Prints a string by its label.
pub fn put(out: &mut Out<'_>, label: &str, v: &[u8]) {
    out.str(label, v);
}

/// A number that is a string in JSON, by its label.
pub fn put_dec(out: &mut Out<'_>, label: &str, v: u32) {
    out.put(label, Val::Digits(v));
}

/// A number by its label.
pub fn put_num(out: &mut Out<'_>, label: &str, v: i64) {
    out.int(label, v);
}

/// The name of `v`, or its digits, by its label.
pub fn put_named(page: &mut Page<'_>, label: &str, names: &'static Names, v: u32) {
    let name = page.names.files.name(names, v.into()).filter(|_| !page.opts.numeric);
    page.out.put(label, name.map_or(Val::Digits(v), Val::Str));
}

/// The name of an interface in its colour.
pub fn put_ifname(page: &mut Page<'_>, label: &str, index: u32) {
    let Page { names, out, .. } = page;
    let fetched;
    let name = match names.kept(index) {
        Some(name) => name,
        None => {
            fetched = names.ifname(index);
            &fetched
        }
    };
    out.style(Style::IfName).put(label, Val::Str(name.as_bytes()));
}

/// An address by its label: IPv4, IPv6, or of a link; by its name where it may have one and `-r` asks for it.
pub fn put_address(page: &mut Page<'_>, label: &str, b: &[u8], may_have_name: bool) {
    if !(may_have_name && page.names.files.resolve) && b.len() <= 16 {
        return page.out.put(label, Val::Address(b));
    }
    let mut text = heapless::Vec::new();
    let style = place(Some(&page.names.files).filter(|_| may_have_name), b, &mut text);
    put(page.out.or_style(style), label, &text);
}

/// Prints what the row of `set` says of the attribute `ty`, where it is among `a`.
#[inline(never)]
pub fn put_row(page: &mut Page<'_>, set: &AttrSet, a: &Attrs<'_>, ty: u16) {
    // The row is looked for last: a table is longer than a message.
    if let Some(payload) = a.raw(ty)
        && let Some(row) = set.row(ty)
    {
        spec::show::show_row(&row, payload, &mut page.out, &mut page.names);
    }
}

/// Opens a record, which may tell of what is gone.
pub fn open(page: &mut Page<'_>, gone: bool) {
    if page.out.json() {
        page.out.open_object("");
    }
    if gone {
        page.out.is("deleted|Deleted ");
    }
}

/// Ends a record, and its line.
pub fn close(page: &mut Page<'_>) {
    if page.out.json() {
        return page.out.close_object();
    }
    page.out.byte(b'\n');
}

/// The two halves of a realm, the upper one where there is any.
pub fn put_realms(page: &mut Page<'_>, from: &str, to: &str, v: u32) {
    let upper = v.wrapping_shr(16);
    if upper != 0 {
        put_named(page, from, &REALMS, upper);
    }
    put_named(page, to, &REALMS, v & 0xffff);
}

/// A type of service: its name, or two hexadecimal digits.
pub fn put_tos(page: &mut Page<'_>, label: &str, v: u8) {
    let name = page.names.files.name(&DSFIELDS, v.into());
    page.out.put(label, name.map_or(Val::Hex(v.into(), 2), Val::Str));
}

/// A type of service by its name or, with or without `0x`, in hexadecimal: `EF` is a name first.
pub fn tos(cx: &mut Ctx<'_>, word: &[u8]) -> Option<u8> {
    let known = cx.page.names.files.known(&DSFIELDS, word);
    known.map_or_else(|| hex_byte(word), |n| u8::try_from(n).ok())
}

/// `FROM/TO` or `TO`, by name or number: both halves in one number; into `mask` go those that were said.
pub fn realms(files: &mut Files, word: &[u8], mask: &mut u32) -> Option<u32> {
    let mut half = |w: &[u8]| files.number(&REALMS, w);
    *mask = 0xffff;
    let (from, Some(to)) = halves(word, b'/') else { return half(word) };
    let from = half(from).filter(|n| *n <= 0xffff)?.wrapping_shl(16);
    *mask = 0xffff_0000;
    if to.is_empty() {
        return Some(from);
    }
    *mask = u32::MAX;
    half(to).filter(|n| *n <= 0xffff).map(|to| from | to)
}

/// An address: IPv4, IPv6, or of a link, with the style that it is shown in. `files` where it may be shown by name.
pub fn place(files: Option<&Files>, bytes: &[u8], text: &mut heapless::Vec<u8, 96>) -> Style {
    match Ip::from_bytes(bytes) {
        Some(ip) => {
            match files {
                Some(files) => files.host(&ip, text),
                None => drop(text.extend_from_slice(ip::print(&ip).as_bytes())),
            }
            Style::of_family(ip.family())
        }
        None => {
            let _ = text.extend_from_slice(mac::print(bytes).as_bytes());
            Style::Plain
        }
    }
}

/// Reads words of which none makes an attribute.
pub fn words<'l>(cx: &mut Ctx<'_>, line: &mut Line<'l>, grammar: &Grammar, slots: &mut Slots<'l>) -> Done {
    fill(cx, line, grammar, &mut Build::new(&mut [], 0, 0, &[]), slots)
}

/// The word kept in slot `n`.
pub fn slot<'l>(slots: &Slots<'l>, n: u8) -> Option<&'l [u8]> {
    slots.get(usize::from(n)).copied().flatten()
}

/// Keeps `word` in slot `n`.
pub fn keep<'l>(slots: &mut Slots<'l>, n: u8, word: &'l [u8]) {
    if let Some(s) = slots.get_mut(usize::from(n)) {
        *s = Some(word);
    }
}

/// The byte that `word` spells in hexadecimal, with or without `0x`.
pub fn hex_byte(word: &[u8]) -> Option<u8> {
    num::parse_u64_base(word, 16).and_then(|n| u8::try_from(n).ok())
}

/// A name of the table, or a number.
pub fn number(cx: &mut Ctx<'_>, names: &'static Names, word: &[u8]) -> Option<u32> {
    cx.page.names.files.number(names, word)
}

/// The parts of `word` around the first `at`; no second part where there is none.
pub fn halves(word: &[u8], at: u8) -> (&[u8], Option<&[u8]>) {
    let n = word.iter().position(|b| *b == at).unwrap_or(word.len());
    let (head, tail) = word.split_at_checked(n).unwrap_or((word, &[]));
    (head, tail.get(1..))
}

/// Puts the attribute whose row of `set` the keyword `word` names, with the next word for its value; `false` where none
/// does.
pub fn by_row(
    cx: &mut Ctx<'_>,
    line: &mut Line<'_>,
    m: &mut Build<'_>,
    set: &'static AttrSet,
    word: &[u8],
) -> Result<bool, Fail> {
    let Some(row) = spec::put::find(set, word) else { return Ok(false) };
    let value = line.value(&mut cx.err)?;
    m.from_word(line.at().saturating_sub(1));
    let own = row.bad();
    spec::put::put(&row, m, value, &mut cx.page.names).map_err(|_| {
        cx.err.invalid(value, row.keyword().as_bytes(), if own.is_empty() { BAD } else { own })
    })?;
    Ok(true)
}

const BAD: &str = "\"%\" value is invalid";

/// The index of the interface that the next word names, into the fixed header of `m`: where it lies at offset 4.
pub fn head_device(cx: &mut Ctx<'_>, line: &mut Line<'_>, m: &mut Build<'_>) -> Done {
    let word = line.value(&mut cx.err)?;
    let index = cx.page.names.ifindex(word).ok_or_else(|| wrong(&mut cx.err, word, "dev is invalid\n"))?;
    m.head_u32(4, index);
    Ok(())
}

/// Index and table of the VRF called `word`; `bad` is what is said where there is none.
pub fn vrf(cx: &mut Ctx<'_>, word: &[u8], bad: &str) -> Result<(u32, u32), Fail> {
    vrf_of(cx, word).ok_or_else(|| wrong(&mut cx.err, word, bad))
}

/// Index and table of the VRF called `word`.
pub fn vrf_of(cx: &mut Ctx<'_>, word: &[u8]) -> Option<(u32, u32)> {
    let found = cx.page.names.link(Link::Name(word), |m| {
        let (_, attrs) = m.split::<IFINFO_LEN>();
        let linkinfo = attrs.nest(ifla::LINKINFO);
        // IFLA_VRF_TABLE is 1.
        let table = linkinfo.nest(info::DATA).get(Key::<u32>::new(1))?;
        (linkinfo.get(info::KIND)? == b"vrf").then(|| (index_of(m), table))
    });
    found.ok().flatten()
}

/// `word` is no value; `bad` says of what.
pub fn wrong(err: &mut Report<'_>, word: &[u8], bad: &str) -> Fail {
    err.invalid(word, b"", bad)
}

/// Says `text`; exit code 1.
#[inline(never)]
pub fn plain(cx: &mut Ctx<'_>, text: &str) -> Fail {
    cx.err.plain_as(text)
}

/// Says `text` of a command line; exit code 255.
#[inline(never)]
pub fn usage(cx: &mut Ctx<'_>, text: &str) -> Fail {
    cx.err.usage_as(text)
}

/// The same as [`plain`], `%` in the text being `word`.
#[inline(never)]
pub fn plain_of(cx: &mut Ctx<'_>, text: &str, word: &[u8]) -> Fail {
    cx.err.plain_of(text, word)
}

/// The same as [`usage`], `%` in the text being `word`.
#[inline(never)]
pub fn usage_of(cx: &mut Ctx<'_>, text: &str, word: &[u8]) -> Fail {
    cx.err.usage_of(text, word)
}

/// Puts the index of the interface that slot `n` names, if it names one.
pub fn put_device(cx: &mut Ctx<'_>, m: &mut Build<'_>, slots: &Slots<'_>, n: u8, key: Key<u32>) -> Done {
    if let Some(word) = slot(slots, n) {
        m.put(key, device(cx, word)?);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn realms_say_which_half_was_meant() {
        for (word, v, half) in [
            (&b"5"[..], Some(5), 0xffff),
            (b"5/6", Some(0x5_0006), 0xffff_ffff),
            (b"5/", Some(0x5_0000), 0xffff_0000),
            (b"cosmos/7", Some(7), 0xffff_ffff),
            (b"65536/7", None, 0xffff),
        ] {
            let mut mask = 0;
            assert_eq!((realms(&mut Files::default(), word, &mut mask), mask), (v, half));
        }
    }
}
