//! Any script of datagrams ends a conversation, be it a dump, a get, a request or an event: bounded, without a panic, and
//! never with more than bytes came.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nlbox_core::conn::fake::{Script, Step};
use nlbox_core::conn::{Conn, Errno, Error};
use nlbox_core::wire::build::Build;
use nlbox_core::wire::header::Message;

fuzz_target!(|data: &[u8]| {
    let Some((what, mut rest)) = data.split_first() else { return };
    let mut steps = Vec::new();
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
    let mut seen = 0;
    for _ in 0..4 {
        let mut m = Build::new(&mut tx, 18, 0, &[0; 16]);
        let done = match what & 3 {
            0 => dump(&mut conn, &mut m, &mut seen),
            1 => conn.get(&mut m).map(|m| seen += size(&m)),
            2 => conn.request(&mut m),
            _ => conn.listen(&mut |m| seen += size(m)),
        };
        // What the kernel had to say besides lies in what it sent.
        if let Some(said) = conn.extack() {
            seen += said.message().map_or(0, <[u8]>::len);
        }
        // A script that has run out is a socket with a timeout.
        if done == Err(Error::Os(Errno(11))) {
            break;
        }
    }
    assert!(seen <= data.len() * 8 + 4);
});

fn dump(conn: &mut Conn<'_>, m: &mut Build<'_>, seen: &mut usize) -> Result<(), Error> {
    let mut dump = conn.dump(m)?;
    while let Some(m) = dump.next()? {
        *seen += size(&m);
    }
    Ok(())
}

/// One, and the bytes inside its nests.
fn size(m: &Message<'_>) -> usize {
    let attrs = m.split::<16>().1;
    1 + attrs.flat_map(|a| a.nest()).map(|inner| inner.payload.len()).sum::<usize>()
}
