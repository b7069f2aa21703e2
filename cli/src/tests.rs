//! What tests of printers share: a page without a network behind it. Their bytes are a little-endian kernel's.

#![cfg(target_endian = "little")]

extern crate std;
use crate::names::Names;
use crate::{Options, Page};
use nlbox_core::conn::{Conn, Errno, Received, Transport};
use nlbox_core::rt::rtm;
use nlbox_core::text::out::{Mode, Out};
use nlbox_core::wire::header::Message;
use std::string::String;
use std::vec::Vec;

/// A system without a network.
struct Dead;

impl Transport for Dead {
    fn send(&mut self, _: &[u8]) -> Result<(), Errno> {
        Err(Errno(5))
    }
    fn recv(&mut self, _: &mut [u8]) -> Result<Received, Errno> {
        Err(Errno(5))
    }
    fn port(&mut self) -> Result<u32, Errno> {
        Err(Errno(5))
    }
}

/// The bytes that hexadecimal digits spell.
pub(crate) fn bytes(hex: &str) -> Vec<u8> {
    hex.as_bytes()
        .chunks(2)
        .map(|c| u8::from_str_radix(std::str::from_utf8(c).unwrap(), 16).unwrap())
        .collect()
}

/// What `print` prints where interface 3 is called v0 and 5 is called v2, and nothing else is known.
pub(crate) fn printed(mode: Mode, opts: Options, print: impl FnOnce(&mut Page<'_>)) -> String {
    let (mut text, mut dead, mut page, mut rx) = (Vec::new(), Dead, [0; 4096], [0; 64]);
    let mut cache = Default::default();
    let mut names = Names::new(Conn::new(&mut dead, &mut rx), &mut cache);
    for (index, name) in [(3, b"v0"), (5, b"v2")] {
        let mut link = [0; 24];
        link[4] = index;
        // IFLA_IFNAME of seven bytes.
        link[16..22].copy_from_slice(&[7, 0, 3, 0, name[0], name[1]]);
        names.learn(&Message { ty: rtm::NEWLINK, flags: 0, seq: 0, port: 0, payload: &link });
    }
    let mut out = Out::new(&mut text, &mut page);
    out.mode = mode;
    let mut page = Page { out, names, opts };
    print(&mut page);
    page.out.finish().unwrap();
    String::from_utf8(text).unwrap()
}
