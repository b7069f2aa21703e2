//! Messages and attributes, zero-copy over the caller's buffers.

pub mod ack;
pub mod attr;
pub mod build;
pub mod header;
pub mod key;
