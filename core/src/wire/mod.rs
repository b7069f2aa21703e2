//! Messages and attributes, zero-copy over the caller's buffers.

pub mod ack;
pub mod attr;
pub mod build;
#[cfg(test)]
pub(crate) mod captured;
pub mod header;
pub mod key;
