//! Any bytes as a frame of the wire: what ping and arping take for an answer, what watch and tcpdump print.
#![no_main]

mod common;

use libfuzzer_sys::fuzz_target;
use nlbox::doors;
use nlbox_core::arp::Arp;
use nlbox_core::bytes::Writer;
use nlbox_core::icmp;

fuzz_target!(init: common::sandbox::enter(), |data: &[u8]| {
    let Some(([mode], frame)) = data.split_first_chunk::<1>() else { return };
    let json = mode & 1 == 1;
    let out = common::with(&mut Default::default(), |cx| {
        cx.page.out.mode.json = json;
        cx.page.out.open_document();
        doors::frame(cx, mode & 2 == 2, mode & 4 == 4, frame);
        cx.page.out.close_document();
    });
    if json {
        common::json(&out);
    }
    if let Some(arp) = Arp::parse(frame) {
        let mut room = vec![0; frame.len()];
        let mut w = Writer::new(&mut room);
        arp.emit(&mut w);
        assert!(!w.is_full() && frame.starts_with(w.written()), "a frame is written as it was read");
    }
    let message = icmp::behind_ip(frame).unwrap_or(frame);
    for ty in [icmp::ECHOREPLY, icmp::ECHO, icmp::ECHO_REPLY6, icmp::ECHO_REQUEST6] {
        if let Some(echo) = icmp::echo(message, ty) {
            assert_eq!(echo.data.len() + icmp::HEADER, message.len());
        }
    }
    let _ = icmp::checksum(message);
    if let [v6, ty, code, info @ ..] = message {
        let info = info.first_chunk().map_or(0, |b| u32::from_be_bytes(*b));
        let reason = icmp::reason(v6 & 1 == 1, *ty, *code, info);
        assert!(!reason.text.is_empty());
    }
    let mut sent = frame.to_vec();
    if sent.len() >= icmp::HEADER {
        icmp::request(&mut sent, false, 1, 2);
        assert_eq!(icmp::checksum(&sent), 0);
    }
});
