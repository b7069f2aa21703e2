//! Names of hosts, through `/etc/hosts` (hosts(5)) and nothing else: a listing never waits for a name server.

use nlbox_core::text::ip::{Ip, parse};
use nlbox_sys::fd::read_file;
use nlbox_sys::memory;

/// The file, read when a name is first asked for.
#[derive(Default)]
pub struct Hosts {
    text: Option<&'static [u8]>,
    /// `-n`: no address has a name.
    pub numeric: bool,
}

impl Hosts {
    /// No address has a name.
    #[must_use]
    pub const fn numeric() -> Self {
        Hosts { text: None, numeric: true }
    }

    /// A file that is not there has no names.
    fn text(&mut self) -> &'static [u8] {
        let mut size = 65536_usize;
        while self.text.is_none() {
            let whole = memory::map(size).ok().and_then(|b| read_file(c"/etc/hosts", b).ok());
            self.text = Some(whole.unwrap_or(&[])).filter(|t| t.len() < size);
            size = size.saturating_mul(2);
        }
        self.text.unwrap_or(&[])
    }

    /// The canonical name of `ip`: the first one of its first line.
    pub fn name(&mut self, ip: &Ip) -> Option<&'static [u8]> {
        if self.numeric {
            return None;
        }
        find(self.text(), &mut |a, _| a == ip)
    }

    /// The address that `word` writes, or that is called so, of `family`.
    pub fn address(&mut self, word: &[u8], family: u8) -> Option<Ip> {
        let of_family = |ip: &Ip| ip.family() == family;
        let mut found = parse(word).filter(of_family);
        if found.is_none() {
            find(self.text(), &mut |ip, name| {
                let so = of_family(ip) && name.eq_ignore_ascii_case(word);
                if so {
                    found = Some(*ip);
                }
                so
            });
        }
        found
    }
}

/// The first name of the file for which `is` holds.
fn find<'t>(text: &'t [u8], is: &mut dyn FnMut(&Ip, &[u8]) -> bool) -> Option<&'t [u8]> {
    for line in text.split(|b| *b == b'\n') {
        let line = line.split(|b| *b == b'#').next().unwrap_or(line);
        let mut words = line.split(|b| matches!(b, b' ' | b'\t' | b'\r')).filter(|w| !w.is_empty());
        let Some(ip) = words.next().and_then(parse) else { continue };
        for name in words {
            if is(&ip, name) {
                return Some(name);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_names_and_addresses() {
        let text =
            b"# all\n127.0.0.1\tlocalhost  lo4 # here\nbad line\n::1 localhost\r\n10.0.0.9 gw.example gw";
        let mut hosts = Hosts { text: Some(text), numeric: false };
        let v4 = Ip::v4([10, 0, 0, 9]);
        assert_eq!(hosts.name(&v4), Some(&b"gw.example"[..]));
        assert!(hosts.address(b"GW", 2) == Some(v4));
        assert!(hosts.address(b"gw", 10).is_none());
        assert!(hosts.address(b"localhost", 10) == parse(b"::1"));
        assert!(hosts.address(b"here", 2).is_none(), "a comment");
        assert!(hosts.address(b"1.2.3.4", 2) == Some(Ip::v4([1, 2, 3, 4])));
        hosts.numeric = true;
        assert_eq!(hosts.name(&v4), None);
    }
}
