//! Addresses, prefixes and numbers against std: what std prints we parse to the same, what we parse std parses alike.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nlbox_core::text::{ip, mac, num};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

fuzz_target!(|data: &[u8]| {
    if let Some(b) = data.first_chunk::<16>() {
        let std = Ipv6Addr::from(*b).to_string();
        assert_eq!(ip::parse(std.as_bytes()).map(|i| i.bytes().to_vec()), Some(b.to_vec()));
        let ours = ip::print(&ip::Ip::v6(*b));
        let back: Ipv6Addr = std::str::from_utf8(ours.as_bytes()).unwrap().parse().unwrap();
        assert_eq!(back.octets(), *b);
    }
    if let Some(b) = data.first_chunk::<4>() {
        assert_eq!(ip::print(&ip::Ip::v4(*b)).as_bytes(), Ipv4Addr::from(*b).to_string().as_bytes());
    }
    if let Some(b) = data.first_chunk::<8>() {
        let n = u64::from_ne_bytes(*b);
        assert_eq!(num::dec(n).as_bytes(), n.to_string().as_bytes());
        assert_eq!(num::parse_u64(n.to_string().as_bytes()), Some(n));
        assert_eq!(num::hex(n).as_bytes(), format!("{n:x}").as_bytes());
    }
    if let Some(ours) = ip::parse(data) {
        let std: IpAddr = std::str::from_utf8(data).unwrap().parse().unwrap();
        let bytes = match std {
            IpAddr::V4(a) => a.octets().to_vec(),
            IpAddr::V6(a) => a.octets().to_vec(),
        };
        assert_eq!(ours.bytes(), bytes);
    }
    let mut to = [0; 32];
    if let Some(n) = mac::parse(data, &mut to) {
        let text = mac::print(&to[..n]);
        let mut again = [0; 32];
        assert_eq!(mac::parse(text.as_bytes(), &mut again), Some(n));
        assert_eq!(to, again);
    }
    if let Ok(word) = std::str::from_utf8(data) {
        prefix(word);
        numbers(word);
    }
});

/// `ADDRESS/LENGTH`, where both are as std reads them; what is shortened (`10/8`) or a mask std does not know.
fn prefix(word: &str) {
    let ours = ip::Prefix::parse(word.as_bytes(), 0);
    let Some((address, len)) = word.split_once('/') else { return };
    let (Ok(address), Ok(len)) = (address.parse::<IpAddr>(), len.parse::<u8>()) else { return };
    // std takes a sign, and no octal.
    if word.contains('+') || word.contains("/0") && len != 0 {
        return;
    }
    let width = if address.is_ipv4() { 32 } else { 128 };
    assert_eq!(ours.as_ref().ok().map(|p| p.len), (len <= width).then_some(len), "{word}");
    let Ok(ours) = ours else { return };
    let bytes = match address {
        IpAddr::V4(a) => a.octets().to_vec(),
        IpAddr::V6(a) => a.octets().to_vec(),
    };
    assert_eq!(ours.ip.bytes(), bytes, "{word}");
    assert!(ours.contains(&ours.ip) && ours.mask().bytes().len() == bytes.len());
    let ones: u32 = ours.mask().bytes().iter().map(|b| b.count_ones()).sum();
    assert_eq!(ones, len.into(), "{word}");
}

/// Decimal, octal and hexadecimal, as strtoul(3) has them; what std reads we read alike, and nothing that it does not.
fn numbers(word: &str) {
    let (digits, base) = match word.as_bytes() {
        [b'0', b'x' | b'X', ..] => (&word[2..], 16),
        [b'0', _, ..] => (&word[1..], 8),
        _ => (word, 10),
    };
    let std = u64::from_str_radix(digits, base).ok().filter(|_| !digits.starts_with(['+', '-']));
    if !word.starts_with(['+', '-', ' ', '\t', '\n', '\x0b', '\x0c', '\r']) {
        assert_eq!(num::parse_u64(word.as_bytes()), std, "{word:?}");
    }
    let std = std.and_then(|n| u8::try_from(n).ok());
    if let (Some(std), true) = (std, base == 10) {
        assert_eq!(num::parse_u8(word.as_bytes()), Some(std), "{word:?}");
        assert_eq!(num::parse_u16(word.as_bytes()), Some(std.into()), "{word:?}");
        assert_eq!(num::parse_u32(word.as_bytes()), Some(std.into()), "{word:?}");
    }
}
