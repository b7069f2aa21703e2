//! Hosts by name: numbers, and the lines of /etc/hosts. DNS is never asked.

use crate::lines;
use nlbox_core::closures;
use nlbox_core::text::ip::{Ip, af, parse};
use nlbox_core::text::num;

pub use crate::lines::Text as Name;

/// What a word stands for.
#[derive(Default)]
pub struct Host<'w> {
    /// Its IPv4 address.
    pub v4: Option<Ip>,
    /// Its IPv6 address.
    pub v6: Option<Ip>,
    /// The zone behind the `%` of an address: the name or number of a link; else empty.
    pub zone: &'w [u8],
    /// Whether the word was an address.
    pub numeric: bool,
}

/// What `word` stands for: an address, also `127.1` and `0x7f000001` as inet_aton(3) reads them, or the first lines of
/// /etc/hosts that name it. `name` gets the first name of the IPv4 address's line, or stays.
#[must_use]
pub fn look_up<'w>(word: &'w [u8], name: &mut Name) -> Host<'w> {
    let (front, zone) = nlbox_core::bytes::halves(word, b'%');
    let v6 = parse(front).filter(|ip| ip.bits() == 128);
    let v4 = if v6.is_some() { None } else { aton(word) };
    let zone = zone.filter(|_| v6.is_some()).unwrap_or(b"");
    let mut host = Host { v4, v6, zone, numeric: v4.is_some() || v6.is_some() };
    if !host.numeric {
        each(&mut |ip: &Ip, mut names: &[u8]| {
            let is4 = ip.bits() == 32;
            let place = if is4 { &mut host.v4 } else { &mut host.v6 };
            let first = names;
            while let Some(one) = lines::word(&mut names) {
                if place.is_none() && one.eq_ignore_ascii_case(word) {
                    *place = Some(*ip);
                    if is4 {
                        set(name, first);
                    }
                }
            }
        });
    }
    host
}

/// The address of `family` that `word` is or names. One with a zone is none: for those who have no use for it.
#[must_use]
pub fn address(word: &[u8], family: u8) -> Option<Ip> {
    let host = look_up(word, &mut Name::new());
    let found = if family == af::AF_INET { host.v4 } else { host.v6 };
    found.filter(|_| !nlbox_core::bytes::has(word, b'%'))
}

/// Puts the first name of the first line of /etc/hosts with this address into `name`, which stays empty without one.
pub fn name_of(ip: &Ip, name: &mut Name) {
    name.clear();
    each(&mut |of: &Ip, names: &[u8]| {
        if of == ip && name.is_empty() {
            set(name, names);
        }
    });
}

/// Puts the first word of `names` into `name`.
fn set(name: &mut Name, mut names: &[u8]) {
    name.clear();
    let _ = name.extend_from_slice(lines::word(&mut names).unwrap_or_default());
}

closures! {
    pub trait Tell(ip: &Ip, names: &[u8]);
}

/// Tells every line of /etc/hosts.
fn each(tell: &mut dyn Tell) {
    // Without the file nobody has a name.
    let _ = lines::each(c"/etc/hosts", &mut |text: &[u8]| line(text, tell));
}

/// Tells a line of /etc/hosts, if it names a host.
pub fn line(text: &[u8], tell: &mut dyn Tell) {
    let mut rest = text.split(|b| *b == b'#').next().unwrap_or(b"");
    if let Some(ip) = lines::word(&mut rest).and_then(parse) {
        tell.call(&ip, rest);
    }
}

/// One to four numbers in C's notation, the last of which fills what is left, as inet_aton(3).
fn aton(word: &[u8]) -> Option<Ip> {
    let (mut value, mut last, mut left) = (0_u64, 0_u64, 32_u32);
    for (i, part) in word.split(|b| *b == b'.').enumerate() {
        if i > 0 {
            left = left.checked_sub(8)?;
            value |= last.checked_shl(left).filter(|_| last < 256)?;
        }
        last = num::parse_u64(part)?;
    }
    // With the fourth number, eight bits are left.
    let room = 1_u64.checked_shl(left).filter(|room| last < *room && left >= 8)?;
    let [_, _, _, _, bytes @ ..] = (value | (last & room.saturating_sub(1))).to_be_bytes();
    Some(Ip::v4(bytes))
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use nlbox_core::text::ip::print;
    use std::string::String;
    use std::vec::Vec;

    #[test]
    fn numbers_as_inet_aton() {
        for (word, want) in [
            (&b"10.0.0.254"[..], Some([10, 0, 0, 254])),
            (b"0", Some([0; 4])),
            (b"127.1", Some([127, 0, 0, 1])),
            (b"10.1.515", Some([10, 1, 2, 3])),
            (b"0x7f000001", Some([127, 0, 0, 1])),
            (b"010.0.0.1", Some([8, 0, 0, 1])),
            (b"4294967295", Some([255; 4])),
            (b"4294967296", None),
            (b"256.1.1.1", None),
            (b"1.2.3.256", None),
            (b"1.2.3.4.5", None),
            (b"1.2.3.", None),
            (b"", None),
            (b"router", None),
            (b"-1", None),
        ] {
            assert_eq!(aton(word).map(|ip| ip.bytes().to_vec()), want.map(|b| b.to_vec()), "{word:?}");
        }
    }

    #[test]
    fn lines_of_hosts() {
        let mut seen = Vec::new();
        for text in [
            &b"10.0.0.1\trouter  rtr # gate"[..],
            b"# 10.0.0.2 no",
            b"fd00::1 six",
            b"nonsense x",
            b"1.1.1.1",
            b"",
        ] {
            line(text, &mut |ip: &Ip, mut names: &[u8]| {
                let text = |b: &[u8]| String::from_utf8(b.to_vec()).unwrap();
                let words = core::iter::from_fn(|| lines::word(&mut names)).map(text).collect();
                seen.push((text(print(ip).as_bytes()), words));
            });
        }
        let want = [("10.0.0.1", &["router", "rtr"][..]), ("fd00::1", &["six"]), ("1.1.1.1", &[])];
        assert_eq!(
            seen,
            want.map(|(ip, names)| (ip.into(), names.iter().map(|n| (*n).into()).collect::<Vec<String>>()))
        );
    }

    #[test]
    fn words_that_are_addresses() {
        let mut name = Name::new();
        let host = look_up(b"fe80::1%eth0", &mut name);
        assert!(host.numeric && host.v4.is_none() && host.v6.is_some() && host.zone == b"eth0");
        assert!(look_up(b"10.0.0.1%eth0", &mut name).v4.is_none());
        assert!(address(b"fe80::1%eth0", 10).is_none());
        assert!(address(b"fe80::1", 10) == host.v6 && address(b"fe80::1", 2).is_none());
        assert!(address(b"10.1", 2) == Some(Ip::v4([10, 0, 0, 1])));
        let host = look_up(b"no-such.host.invalid", &mut name);
        assert!(!host.numeric && host.v4.is_none() && host.v6.is_none() && host.zone.is_empty());
        assert!(name.is_empty());
    }
}
