//! Values that several objects read and print alike.

use crate::Ctx;
use crate::report::{Fail, Report};
use nlbox_core::spec::{Names, Resolve};
use nlbox_core::text::ip::{self, Ip, Prefix, Refusal, af};
use nlbox_core::text::num;

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
