//! Any script of datagrams ends a dump: bounded, without a panic, and never with more messages than bytes allow.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nlbox_core::conn::Conn;
use nlbox_core::conn::fake::{Script, Step};
use nlbox_core::wire::build::Build;

fuzz_target!(|data: &[u8]| {
    let mut steps = Vec::new();
    let mut rest = data;
    while let Some((head, tail)) = rest.split_first_chunk::<2>() {
        let len = usize::from(head[0]).min(tail.len());
        let (d, tail) = tail.split_at(len);
        rest = tail;
        steps.push(match head[1] {
            0..8 => Step::Fail(i32::from(head[1]) * 15),
            8..16 => Step::Datagram(u32::from(head[1]), d),
            _ => Step::Datagram(0, d),
        });
    }
    let mut script = Script::new(&steps);
    let (mut rx, mut tx) = ([0; 256], [0; 64]);
    let mut conn = Conn::new(&mut script, &mut rx);
    let mut m = Build::new(&mut tx, 18, 0, &[0; 16]);
    let mut seen = 0;
    if let Ok(mut dump) = conn.dump(&mut m) {
        while let Ok(Some(m)) = dump.next() {
            for a in m.split::<16>().1 {
                for inner in a.nest() {
                    seen += inner.payload.len();
                }
            }
            seen += 1;
        }
    }
    assert!(seen <= data.len() * 2 + 1);
});
