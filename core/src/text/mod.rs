//! Words and numbers, between the command line and the wire, and from the wire to the page.

pub mod errno;
mod fill;
pub mod ifname;
pub mod ip;
pub mod mac;
pub mod num;
pub mod out;
