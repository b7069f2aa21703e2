//! Netlink in fixed buffers.
#![no_std]
#![forbid(unsafe_code)]

pub mod text;
