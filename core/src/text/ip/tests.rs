extern crate std;
use super::af::{AF_BRIDGE, AF_INET, AF_INET6, AF_MPLS, AF_PACKET, AF_UNSPEC};
use super::*;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::string::{String, ToString};
use std::vec::Vec;

fn text(ip: &Ip) -> String {
    String::from_utf8(print(ip).as_bytes().to_vec()).unwrap()
}

fn rand(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

/// glibc differs from std in one form: six zero groups in front leave a dotted end.
fn glibc_v6(addr: Ipv6Addr) -> String {
    let [a, b, c, d, e, f, g, h] = addr.segments();
    if [a, b, c, d, e, f] == [0; 6] && g != 0 {
        let [p, q] = g.to_be_bytes();
        let [r, s] = h.to_be_bytes();
        return std::format!("::{}", Ipv4Addr::new(p, q, r, s));
    }
    addr.to_string()
}

#[test]
fn prints_and_parses_as_std() {
    let mut seed = 0x1234_5678_9abc_def1;
    for _ in 0..if cfg!(miri) { 20 } else { 20000 } {
        let bits = rand(&mut seed);
        let v4 = Ipv4Addr::from_bits(u32::try_from(bits & 0xffff_ffff).unwrap());
        let ip = Ip::v4(v4.octets());
        assert_eq!(text(&ip), v4.to_string());
        assert_eq!(parse(v4.to_string().as_bytes()), Some(ip));

        let mut groups = [0u16; 8];
        for group in &mut groups {
            let r = rand(&mut seed);
            *group = match r % 5 {
                0..=2 => 0,
                3 => 0xffff,
                _ => u16::try_from(r >> 48).unwrap() >> (r >> 8 & 15),
            };
        }
        let v6 = Ipv6Addr::from(groups);
        let ip = Ip::v6(v6.octets());
        assert_eq!(text(&ip), glibc_v6(v6), "{groups:?}");
        assert_eq!(parse(text(&ip).as_bytes()), Some(ip));
        let full: Vec<_> = groups.iter().map(|group| std::format!("{group:04X}")).collect();
        assert_eq!(parse(full.join(":").as_bytes()), Some(ip));
    }
}

#[test]
fn accepts_and_refuses_as_std() {
    let alphabet = b"0123456789abcdefF:::::....%/x g";
    let mut seed = 99;
    let mut accepted = 0;
    // An interpreter has time for a few.
    let rounds = if cfg!(miri) { 150 } else { 200_000_u32 };
    for round in 0..rounds {
        let len = rand(&mut seed) % 20;
        let mut word: Vec<u8> =
            (0..len).map(|_| alphabet[usize::try_from(rand(&mut seed) % 31).unwrap()]).collect();
        if round % 2 == 0 {
            // One byte of a good address changed finds more of the edges than noise does.
            let good = [
                "1:2:3:4:5:6:7:8",
                "1::8",
                "::1.2.3.4",
                "1:2:3:4:5:6:7::",
                "192.168.1.25",
                "1:2:3:4:5:6:1.2.3.4",
            ];
            word = good[usize::try_from(rand(&mut seed) % 6).unwrap()].as_bytes().to_vec();
            let at = usize::try_from(rand(&mut seed) & 0xffff).unwrap() % word.len();
            word[at] = alphabet[usize::try_from(rand(&mut seed) % 31).unwrap()];
        }
        let s = std::str::from_utf8(&word).unwrap();
        let expected = s
            .parse::<Ipv4Addr>()
            .map(|a| Ip::v4(a.octets()))
            .or_else(|_| s.parse::<Ipv6Addr>().map(|a| Ip::v6(a.octets())))
            .ok();
        accepted += u32::from(expected.is_some());
        assert_eq!(parse(&word), expected, "{s}");
    }
    assert!(accepted > rounds / 20, "{accepted}");
}

#[test]
fn dotted_quads_are_read_as_std_and_their_short_forms_part_by_part() {
    let parts = ["", "0", "00", "07", "9", "25", "26", "255", "256", "1000", "0x1f", "a"];
    let few = if cfg!(miri) { 200 } else { usize::MAX };
    for count in 1..=5_u32 {
        let of = if count == 5 { 4 } else { parts.len() };
        for mut n in (0..of.pow(count)).take(few) {
            let mut word = Vec::new();
            for _ in 0..count {
                word.push(parts[n % of]);
                n /= of;
            }
            let text = word.join(".");
            assert_eq!(
                parse(text.as_bytes()),
                text.parse().ok().map(|v4: Ipv4Addr| Ip::v4(v4.octets())),
                "{text}"
            );
            let bytes: Option<Vec<u8>> = word.iter().map(|part| num::parse_u8(part.as_bytes())).collect();
            let short = bytes.filter(|b| b.len() <= 4).map(|b| {
                let at = |n: usize| b.get(n).copied().unwrap_or(0);
                ([at(0), at(1), at(2), at(3)], u8::try_from(b.len()).unwrap())
            });
            assert_eq!(parse_short_v4(text.as_bytes()), short, "{text}");
        }
    }
    assert_eq!(parse("1.".repeat(260).as_bytes()), None);
    assert_eq!(parse(std::format!("{}1", "1.".repeat(259)).as_bytes()), None, "not counted around");
}

#[test]
fn prints_the_forms_of_glibc() {
    for (word, printed) in [
        ("::", "::"),
        ("::1", "::1"),
        ("::1:0", "::0.1.0.0"),
        ("::1.2.3.4", "::1.2.3.4"),
        ("::ffff:1.2.3.4", "::ffff:1.2.3.4"),
        ("::ffff:0:0", "::ffff:0.0.0.0"),
        ("::fffe:1.2.3.4", "::fffe:102:304"),
        ("::ffff:0:1.2.3.4", "::ffff:0:102:304"),
        ("1:0:0:2:3:0:0:4", "1::2:3:0:0:4"),
        ("1:0:0:2:0:0:0:4", "1:0:0:2::4"),
        ("0:1:2:3:4:5:6:7", "0:1:2:3:4:5:6:7"),
        ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
        ("1:2:3:4:5:6:0:0", "1:2:3:4:5:6::"),
        ("64:ff9b::1.2.3.4", "64:ff9b::102:304"),
        ("FFFF:ffff:ffff:ffff:ffff:ffff:255.255.255.255", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ] {
        assert_eq!(text(&parse(word.as_bytes()).unwrap()), printed, "{word}");
    }
    assert_eq!(text(&Ip::none(AF_INET)), "");
}

#[test]
fn knows_kinds_of_address() {
    let ip = |word: &str| parse(word.as_bytes()).unwrap();
    assert!(ip("224.0.0.1").is_multicast() && ip("239.1.1.1").is_multicast() && ip("ff02::1").is_multicast());
    assert!(
        !ip("240.0.0.1").is_multicast() && !ip("255.0.0.1").is_multicast() && !ip("fe80::1").is_multicast()
    );
    assert!(
        ip("fe80::1").is_linklocal_v6()
            && ip("febf::1").is_linklocal_v6()
            && !ip("fec0::1").is_linklocal_v6()
    );
    assert!(ip("::").is_unspecified() && ip("0.0.0.0").is_unspecified() && !ip("::1").is_unspecified());
    assert_eq!((ip("::").family(), ip("::").bits(), ip("::").bytes().len()), (AF_INET6, 128, 16));
    assert_eq!((ip("1.2.3.4").family(), ip("1.2.3.4").bits()), (AF_INET, 32));
    assert_ne!(ip("::"), Ip::none(AF_INET6));
    assert_eq!(Ip::from_bytes(&[1, 2, 3, 4]), Some(ip("1.2.3.4")));
    assert_eq!(Ip::from_bytes(&[0; 16]), Some(ip("::")));
    assert_eq!(Ip::from_bytes(&[0; 6]).or(Ip::from_bytes(&[])), None);
}

#[test]
fn parses_short_forms() {
    for (word, bytes, parts) in [
        ("10", [10, 0, 0, 0], 1),
        ("10.1", [10, 1, 0, 0], 2),
        ("192.168.1", [192, 168, 1, 0], 3),
        ("0x0a.1", [10, 1, 0, 0], 2),
        ("010.1", [8, 1, 0, 0], 2),
        ("10.0x1.2.5", [10, 1, 2, 5], 4),
        ("0000000001.2", [1, 2, 0, 0], 2),
    ] {
        assert_eq!(parse_short_v4(word.as_bytes()), Some((bytes, parts)), "{word}");
    }
    for word in [
        "",
        ".",
        "10.",
        ".10",
        "10..1",
        "1.2.3.4.5",
        "1.2.3.256",
        "256",
        "08.1",
        "0x",
        "0x100.1",
        "1.2.3.4a",
        "foo",
    ] {
        assert_eq!(parse_short_v4(word.as_bytes()), None, "{word}");
    }
}

fn prefix(word: &str, hint: u8) -> Result<(String, u8, bool), Refusal> {
    Prefix::parse(word.as_bytes(), hint).map(|p| (text(&p.ip), p.len, p.had_len))
}

/// Each row was tried with `ip addr add` of iproute2 6.1.
#[test]
fn parses_prefixes_as_iproute2() {
    for (word, addr, len, had_len) in [
        ("10.1/16", "10.1.0.0", 16, true),
        ("10/8", "10.0.0.0", 8, true),
        ("192.168.1", "192.168.1.0", 32, false),
        ("10.1.2.3/0x10", "10.1.2.3", 16, true),
        ("10.1.2.3/010", "10.1.2.3", 8, true),
        ("10.1.2.3/00", "10.1.2.3", 0, true),
        ("10.1.2.3/255.255.0.0", "10.1.2.3", 16, true),
        ("10.1.2.3/255.255", "10.1.2.3", 16, true),
        ("10.1.2.3/192.0", "10.1.2.3", 2, true),
        ("10.1.2.3/255.255.255.255", "10.1.2.3", 32, true),
        ("10.1.2.3/0.0.0.0", "10.1.2.3", 0, true),
        ("10.1.2.3/any", "10.1.2.3", 0, true),
        ("10.1.2.3/default", "10.1.2.3", 0, true),
        ("fd00::8/255.0.0.0", "fd00::8", 8, true),
        ("fd00::8/128.0", "fd00::8", 1, true),
        ("fd00::1/all", "fd00::1", 0, true),
        ("fd00::6", "fd00::6", 128, false),
        ("::1.2.3.4", "::1.2.3.4", 128, false),
    ] {
        let expected = Ok((addr.to_string(), len, had_len));
        assert_eq!(prefix(word, AF_UNSPEC), expected, "{word}");
        let (own, other) = if word.contains(':') { (AF_INET6, AF_INET) } else { (AF_INET, AF_INET6) };
        assert_eq!(prefix(word, own), expected, "{word}");
        assert_eq!(prefix(word, other), Err(Refusal::Expected), "{word}");
        assert_eq!(prefix(word, AF_BRIDGE), Err(Refusal::Expected), "{word}");
        assert_eq!(prefix(word, AF_MPLS), Err(Refusal::Expected), "{word}");
        assert_eq!(prefix(word, AF_PACKET), Err(Refusal::Context), "{word}");
    }
    for word in [
        "",
        "/",
        "/8",
        "10./8",
        ".10/8",
        "10.1.2.3/",
        "10.1.2.3/33",
        "10.1.2.3/128",
        "10.1.2.3/192",
        "10.1.2.3/32.",
        "10.1.2.3/255.0.255.0",
        "10.1.2.3/192.168.0.0",
        "10.1.2.3/8/9",
        "10.1.2.3/ffff::",
        "fd00::5/ffff::",
        "fd00::7/129",
        "fd00::8/255",
        "fe80::1%lo",
        "foo",
        "default/8",
        "any/8",
        "all/0",
        "10.1.2.7/-1",
        "10.1.2.7/4294967304",
        "10.1.2.6/32x",
        "1::00002",
        "::01.2.3.4",
    ] {
        assert_eq!(prefix(word, AF_UNSPEC), Err(Refusal::Expected), "{word}");
        assert_eq!(prefix(word, AF_PACKET), Err(Refusal::Context), "{word}");
    }
}

#[test]
fn parses_words() {
    let ip = |word: &str, hint| {
        let prefix = Prefix::parse(word.as_bytes(), hint).unwrap();
        assert_eq!((prefix.len, prefix.had_len), (0, true));
        prefix.ip
    };
    assert_eq!(ip("default", AF_INET), Ip::v4([0; 4]));
    assert_eq!(ip("default", AF_INET6), Ip::v6([0; 16]));
    for word in ["any", "all"] {
        assert_eq!(ip(word, AF_INET), Ip::none(AF_INET));
        assert_eq!(ip(word, AF_INET6), Ip::none(AF_INET6));
    }
    for word in ["default", "any", "all"] {
        assert_eq!(ip(word, AF_UNSPEC), Ip::none(AF_UNSPEC));
        assert_eq!(ip(word, AF_BRIDGE), Ip::none(AF_BRIDGE));
        assert_eq!(prefix(word, AF_MPLS), Err(Refusal::Expected));
        assert_eq!(prefix(word, AF_PACKET), Err(Refusal::Context));
    }
    assert_eq!(prefix("Default", AF_UNSPEC), Err(Refusal::Expected));
    assert_eq!(parse_hinted(b"10.1", AF_UNSPEC), Ok(Ip::v4([10, 1, 0, 0])));
    assert_eq!(parse_hinted(b"10.1/24", AF_UNSPEC), Err(Refusal::Expected));
    assert_eq!(parse_hinted(b"fd00::1", AF_INET), Err(Refusal::Expected));
}

#[test]
fn masks_and_contains() {
    for len in (0..=128u8).step_by(if cfg!(miri) { 13 } else { 1 }) {
        let word = std::format!("fd00::/{len}");
        let mask = Prefix::parse(word.as_bytes(), AF_UNSPEC).unwrap().mask();
        let bits = u128::MAX.checked_shl(128 - u32::from(len)).unwrap_or(0);
        assert_eq!(mask, Ip::v6(bits.to_be_bytes()), "{len}");
    }
    let p = |word: &str| Prefix::parse(word.as_bytes(), AF_UNSPEC).unwrap();
    assert_eq!(p("10/20").mask(), parse(b"255.255.240.0").unwrap());
    assert_eq!(p("any").mask(), Ip::none(AF_UNSPEC));
    let has = |net: &str, ip: &str| p(net).contains(&parse(ip.as_bytes()).unwrap());
    assert!(has("10.1.2.3/8", "10.200.0.1") && !has("10/8", "11.0.0.1"));
    assert!(has("10.1.16/20", "10.1.31.255") && !has("10.1.16/20", "10.1.32.0"));
    assert!(has("10.1.2.3", "10.1.2.3") && !has("10.1.2.3", "10.1.2.2"));
    assert!(has("0/0", "1.2.3.4") && !has("0/0", "::1") && has("::/0", "::1"));
    assert!(has("any", "1.2.3.4") && has("default", "::1"));
    assert!(has("fd00::/9", "fd7f::1") && !has("fd00::/9", "fd80::1"));
}
