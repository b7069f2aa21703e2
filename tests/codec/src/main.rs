//! The codec beside those of other crates, on the same bytes: messages a second, and instructions a message by callgrind.
//!
//! `cargo run --release --manifest-path tests/codec/Cargo.toml`. `routes.bin` is a datagram of a dump as Linux 6.18 sent
//! it, 55 routes with table, destination, metric, gateway and interface. Each decoder reads what its crate makes of
//! a message, all attributes, and adds up the same numbers; each encoder makes the same request. All are built alike, for
//! speed.

use std::hint::black_box;
use std::net::{IpAddr, Ipv4Addr};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

static ROUTES: &[u8] = include_bytes!("../routes.bin");

/// The message headers of a datagram: the frame is the same work for all.
fn frames(mut rest: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let len = u32::from_ne_bytes(*rest.first_chunk()?) as usize;
        let (message, more) = rest.split_at_checked(len)?;
        rest = more;
        Some(message)
    })
}

mod ours {
    use super::ROUTES;
    use nlbox_core::rt::route::{RTMSG_LEN, rta};
    use nlbox_core::rt::rtm;
    use nlbox_core::wire::build::Build;
    use nlbox_core::wire::header::{Messages, nlm};
    use nlbox_core::wire::key::Key;

    pub(super) fn decode() -> u64 {
        let mut sum = 0;
        for m in Messages::new(ROUTES) {
            let (head, attrs) = m.split::<RTMSG_LEN>();
            sum += u64::from(head[1]);
            let number = |b: &[u8]| b.first_chunk().map_or(0, |b| u64::from(u32::from_ne_bytes(*b)));
            for a in attrs {
                // As the others: by the attribute's type.
                match a.ty {
                    15 | 6 | 4 => sum += number(a.payload),
                    1 | 5 => sum += number(a.payload),
                    _ => {}
                }
            }
        }
        sum
    }

    pub(super) fn encode<'a>(_: &'a mut Vec<u8>, to: &'a mut [u8], n: u32) -> &'a [u8] {
        let head = [2, 32, 0, 0, 254, 3, 0, 1, 0, 0, 0, 0];
        let mut m = Build::new(to, rtm::NEWROUTE, nlm::CREATE | nlm::EXCL | nlm::ACK, &head);
        m.put(rta::DST, &n.to_be_bytes());
        m.put(rta::GATEWAY, &[10, 0, 0, 2]);
        m.put(Key::<u32>::new(4), 3);
        let len = m.finish(n).map_or(0, <[u8]>::len);
        &to[..len]
    }
}

mod packet_route {
    use super::*;
    use netlink_packet_core::{NLM_F_ACK, NLM_F_CREATE, NLM_F_EXCL, NLM_F_REQUEST};
    use netlink_packet_core::{NetlinkHeader, NetlinkMessage, NetlinkPayload};
    use netlink_packet_route::route::RouteType;
    use netlink_packet_route::route::{
        RouteAddress, RouteAttribute, RouteMessage, RouteProtocol, RouteScope,
    };
    use netlink_packet_route::{AddressFamily, RouteNetlinkMessage};

    fn ip(a: &RouteAddress) -> u64 {
        match a {
            RouteAddress::Inet(ip) => u64::from(u32::from_ne_bytes(ip.octets())),
            _ => 0,
        }
    }

    pub(super) fn decode() -> u64 {
        let mut sum = 0;
        for m in frames(ROUTES) {
            let m = NetlinkMessage::<RouteNetlinkMessage>::deserialize(m).unwrap();
            let NetlinkPayload::InnerMessage(RouteNetlinkMessage::NewRoute(m)) = m.payload else { continue };
            sum += u64::from(m.header.destination_prefix_length);
            for a in &m.attributes {
                sum += match a {
                    RouteAttribute::Table(n) | RouteAttribute::Priority(n) | RouteAttribute::Oif(n) => {
                        u64::from(*n)
                    }
                    RouteAttribute::Destination(a) | RouteAttribute::Gateway(a) => ip(a),
                    _ => 0,
                };
            }
        }
        sum
    }

    pub(super) fn encode<'a>(to: &'a mut Vec<u8>, _: &'a mut [u8], n: u32) -> &'a [u8] {
        let mut m = RouteMessage::default();
        m.header.address_family = AddressFamily::Inet;
        m.header.destination_prefix_length = 32;
        m.header.table = 254;
        m.header.protocol = RouteProtocol::Boot;
        m.header.scope = RouteScope::Universe;
        m.header.kind = RouteType::Unicast;
        m.attributes = vec![
            RouteAttribute::Destination(RouteAddress::Inet(Ipv4Addr::from(n))),
            RouteAttribute::Gateway(RouteAddress::Inet(Ipv4Addr::new(10, 0, 0, 2))),
            RouteAttribute::Oif(3),
        ];
        let mut header = NetlinkHeader::default();
        header.flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK;
        header.sequence_number = n;
        let mut m = NetlinkMessage::new(header, NetlinkPayload::from(RouteNetlinkMessage::NewRoute(m)));
        m.finalize();
        to.resize(m.buffer_len(), 0);
        m.serialize(to);
        to
    }
}

mod by_neli {
    use super::*;
    use neli::consts::nl::{NlTypeWrapper, NlmF};
    use neli::consts::rtnl::{RtAddrFamily, RtScope, RtTable, Rta, Rtm, Rtn, Rtprot};
    use neli::nl::{NlPayload, Nlmsghdr, NlmsghdrBuilder};
    use neli::rtnl::{RtattrBuilder, Rtmsg, RtmsgBuilder};
    use neli::types::RtBuffer;
    use neli::{FromBytes, ToBytes};
    use std::io::Cursor;

    pub(super) fn decode() -> u64 {
        let mut sum = 0;
        for m in frames(ROUTES) {
            let m = Nlmsghdr::<NlTypeWrapper, Rtmsg>::from_bytes(&mut Cursor::new(m)).unwrap();
            let NlPayload::Payload(m) = m.nl_payload() else { continue };
            sum += u64::from(*m.rtm_dst_len());
            for a in m.rtattrs().iter() {
                if matches!(a.rta_type(), Rta::Table | Rta::Priority | Rta::Oif | Rta::Dst | Rta::Gateway) {
                    let bytes = a.rta_payload().as_ref();
                    sum += bytes.first_chunk().map_or(0, |b| u64::from(u32::from_ne_bytes(*b)));
                }
            }
        }
        sum
    }

    pub(super) fn encode<'a>(to: &'a mut Vec<u8>, _: &'a mut [u8], n: u32) -> &'a [u8] {
        let mut attrs = RtBuffer::new();
        let octets = Ipv4Addr::from(n).octets();
        attrs.push(RtattrBuilder::default().rta_type(Rta::Dst).rta_payload(octets).build().unwrap());
        attrs.push(
            RtattrBuilder::default().rta_type(Rta::Gateway).rta_payload([10, 0, 0, 2]).build().unwrap(),
        );
        attrs.push(RtattrBuilder::default().rta_type(Rta::Oif).rta_payload(3_u32).build().unwrap());
        let m = RtmsgBuilder::default()
            .rtm_family(RtAddrFamily::Inet)
            .rtm_dst_len(32)
            .rtm_src_len(0)
            .rtm_tos(0)
            .rtm_table(RtTable::Main)
            .rtm_protocol(Rtprot::Boot)
            .rtm_scope(RtScope::Universe)
            .rtm_type(Rtn::Unicast)
            .rtattrs(attrs)
            .build()
            .unwrap();
        let m = NlmsghdrBuilder::default()
            .nl_type(Rtm::Newroute)
            .nl_flags(NlmF::REQUEST | NlmF::CREATE | NlmF::EXCL | NlmF::ACK)
            .nl_seq(n)
            .nl_payload(NlPayload::Payload(m))
            .build()
            .unwrap();
        to.clear();
        let mut cursor = Cursor::new(std::mem::take(to));
        m.to_bytes(&mut cursor).unwrap();
        *to = cursor.into_inner();
        to
    }
}

mod bindings {
    use super::*;
    use netlink_bindings::rt_route::{PushRouteAttrs, RouteAttrs, Rtmsg};

    fn ip(a: IpAddr) -> u64 {
        match a {
            IpAddr::V4(ip) => u64::from(u32::from_ne_bytes(ip.octets())),
            IpAddr::V6(_) => 0,
        }
    }

    pub(super) fn decode() -> u64 {
        let mut sum = 0;
        for m in frames(ROUTES) {
            let head = Rtmsg::new_from_slice(&m[16..28]).unwrap();
            sum += u64::from(head.rtm_dst_len);
            for a in RouteAttrs::new(&m[28..]) {
                sum += match a.unwrap() {
                    RouteAttrs::Table(n) | RouteAttrs::Priority(n) | RouteAttrs::Oif(n) => u64::from(n),
                    RouteAttrs::Dst(a) | RouteAttrs::Gateway(a) => ip(a),
                    _ => 0,
                };
            }
        }
        sum
    }

    pub(super) fn encode<'a>(to: &'a mut Vec<u8>, _: &'a mut [u8], n: u32) -> &'a [u8] {
        // The crate makes the payload; the message's header is its socket's to fill in.
        to.clear();
        to.extend([0; 16]);
        let mut head = Rtmsg::new();
        head.rtm_family = 2;
        head.rtm_dst_len = 32;
        head.rtm_table = 254;
        head.rtm_protocol = 3;
        head.rtm_type = 1;
        to.extend(head.as_slice());
        let _ = PushRouteAttrs::new(&mut *to)
            .push_dst(IpAddr::V4(Ipv4Addr::from(n)))
            .push_gateway(IpAddr::V4(Ipv4Addr::new(10, 0, 0, 2)))
            .push_oif(3);
        let len = to.len() as u32;
        to[..4].copy_from_slice(&len.to_ne_bytes());
        to[4..6].copy_from_slice(&24_u16.to_ne_bytes());
        to[6..8].copy_from_slice(&0x605_u16.to_ne_bytes());
        to[8..12].copy_from_slice(&n.to_ne_bytes());
        to
    }
}

type Decode = fn() -> u64;
/// Into a vector or a fixed buffer, as the crate likes it.
type Encode = for<'a> fn(&'a mut Vec<u8>, &'a mut [u8], u32) -> &'a [u8];
const PEERS: [(&str, Decode, Encode); 4] = [
    ("nlbox-core", ours::decode, ours::encode),
    ("netlink-packet-route", packet_route::decode, packet_route::encode),
    ("neli", by_neli::decode, by_neli::encode),
    ("netlink-bindings", bindings::decode, bindings::encode),
];

/// `times` datagrams read, or as many requests as a datagram has messages made.
fn work((_, decode, encode): (&str, Decode, Encode), what: &str, times: u32, messages: u32) {
    let (mut to, mut fixed) = (Vec::with_capacity(128), [0; 128]);
    for _ in 0..times {
        match what {
            "decode" => drop(black_box(decode())),
            _ => (0..messages).for_each(|n| {
                black_box(encode(&mut to, &mut fixed, black_box(0x0b00_0000 | n)));
            }),
        }
    }
}

/// Instructions of this program with these words, by callgrind; `None` without valgrind.
fn instructions(who: usize, what: &str, times: u32) -> Option<u64> {
    let file = std::env::temp_dir().join(format!("nlbox-codec-{}", std::process::id()));
    let done = Command::new("valgrind")
        .args(["-q", "--tool=callgrind", &format!("--callgrind-out-file={}", file.display())])
        .arg(std::env::current_exe().ok()?)
        .args([&who.to_string(), what, &times.to_string()])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    let text = std::fs::read_to_string(&file).ok();
    drop(std::fs::remove_file(&file));
    done.ok()?;
    text?
        .lines()
        .find_map(|l| l.strip_prefix("summary: ").or(l.strip_prefix("totals: ")))?
        .trim()
        .parse()
        .ok()
}

fn main() {
    let messages = frames(ROUTES).count() as u32;
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let [who, what, times] = &words[..] {
        return work(PEERS[who.parse::<usize>().unwrap()], what, times.parse().unwrap(), messages);
    }
    let (mut want, mut sum) = (Vec::new(), None);
    for (name, decode, encode) in PEERS {
        let (mut to, mut fixed) = (Vec::new(), [0; 128]);
        let made = encode(&mut to, &mut fixed, 0x0b00_0001);
        if want.is_empty() {
            want.extend(made);
        }
        assert_eq!(made, want, "{name} makes the same bytes");
        assert_eq!(decode(), *sum.get_or_insert(decode()), "{name} reads the same numbers");
    }
    println!("| what | crate | million messages a second | to the slowest | instructions a message |");
    println!("|---|---|---|---|---|");
    for what in ["decode", "encode"] {
        let mut rates = vec![Vec::new(); PEERS.len()];
        // Interleaved, so that a slow moment of the machine is everyone's.
        for _ in 0..7 {
            for (peer, rates) in PEERS.iter().zip(&mut rates) {
                let (start, mut times) = (Instant::now(), 0_u32);
                while start.elapsed() < Duration::from_millis(60) {
                    work(*peer, what, 20, messages);
                    times += 20;
                }
                rates.push(f64::from(times * messages) / start.elapsed().as_secs_f64() / 1e6);
            }
        }
        let median = |mut of: Vec<f64>| {
            of.sort_by(f64::total_cmp);
            of[of.len() / 2]
        };
        let medians: Vec<f64> = rates.into_iter().map(median).collect();
        let slowest = medians.iter().copied().fold(f64::MAX, f64::min);
        for (who, rate) in medians.iter().enumerate() {
            let each = instructions(who, what, 110)
                .zip(instructions(who, what, 10))
                .map_or("".into(), |(more, less)| {
                    (more.saturating_sub(less) / u64::from(100 * messages)).to_string()
                });
            println!("| {what} | {} | {rate:.1} | {:.1} | {each} |", PEERS[who].0, rate / slowest);
        }
    }
}
