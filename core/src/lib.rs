#![doc = include_str!("../README.md")]
#![no_std]
#![forbid(unsafe_code)]

pub mod bytes;
pub mod conn;
pub mod rt;
pub mod spec;
pub mod text;
pub mod wire;
