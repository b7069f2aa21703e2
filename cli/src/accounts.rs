//! Users and groups by the files passwd(5) and group(5), where they are: no service is asked.

use core::ffi::CStr;
use nlbox_core::spec::{Account, AccountName};
use nlbox_core::text::num;
use nlbox_sys::fd::read_file;

const fn path(kind: Account) -> &'static CStr {
    match kind {
        Account::User => c"/etc/passwd",
        Account::Group => c"/etc/group",
    }
}

/// The first line whose name is `name` or, without one, whose number is `id`.
fn find(kind: Account, name: Option<&[u8]>, id: u32) -> Option<(AccountName, u32)> {
    let mut buf = [0; 16384];
    let text = read_file(path(kind), &mut buf).ok()?;
    text.split(|b| *b == b'\n').find_map(|line| {
        let mut fields = line.split(|b| *b == b':');
        let found = (fields.next()?, fields.nth(1).and_then(num::parse_u32)?);
        let fits = name.map_or(found.1 == id, |name| name == found.0);
        fits.then_some((AccountName::from_slice(found.0).ok()?, found.1))
    })
}

/// The number that `word` spells, or of the user or group called so.
pub fn number(kind: Account, word: &[u8]) -> Option<u32> {
    let digits = num::parse_u64_base(word, 10).and_then(|n| u32::try_from(n).ok());
    digits.or_else(|| find(kind, Some(word), 0).map(|(_, id)| id))
}

/// The name of a number.
pub fn name(kind: Account, id: u32) -> Option<AccountName> {
    find(kind, None, id).map(|(name, _)| name)
}
