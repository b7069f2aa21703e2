//! Users and groups by the files passwd(5) and group(5), where they are: no service is asked.

use crate::lines;
use core::ffi::CStr;
use nlbox_core::spec::{Account, AccountName};
use nlbox_core::text::num;

const fn path(kind: Account) -> &'static CStr {
    match kind {
        Account::User => c"/etc/passwd",
        Account::Group => c"/etc/group",
    }
}

/// The first line whose name is `name` or, without one, whose number is `id`.
fn find(kind: Account, name: Option<&[u8]>, id: u32) -> Option<(AccountName, u32)> {
    let mut found = None;
    let _ = lines::each(path(kind), &mut |line: &[u8]| {
        let mut fields = line.split(|b| *b == b':');
        if let (None, Some(is), Some(number)) =
            (&found, fields.next(), fields.nth(1).and_then(num::parse_u32))
            && name.map_or(number == id, |name| name == is)
        {
            found = AccountName::from_slice(is).ok().map(|name| (name, number));
        }
    });
    found
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
