//! Addresses and numbers against std: what std prints we parse to the same, what we parse std parses alike.
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
    let _ = ip::Prefix::parse(data, 0);
});
