#![doc = include_str!("../README.md")]
#![no_std]
#![deny(unsafe_code)]
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

#[cfg(test)]
extern crate std;

pub mod bpf;
pub mod caps;
pub mod clock;
pub mod entry;
pub mod errno;
pub mod fd;
pub mod inotify;
pub mod ioctl;
pub mod memory;
pub mod mount;
pub mod netlink;
pub mod ns;
pub mod packet;
pub mod process;
pub mod signal;
pub mod tty;

mod call;
mod cbuf;
mod dir;
mod exec;
mod file;
mod message;

// Without std nobody else asks for the C library. "-bundle" leaves it out of our rlib, so that it is linked once
// and last, from the toolchain's own copy.
#[cfg(target_env = "musl")]
#[allow(unsafe_code)]
#[link(name = "c", kind = "static", modifiers = "-bundle")]
unsafe extern "C" {}

#[cfg(not(target_env = "musl"))]
#[allow(unsafe_code)]
#[link(name = "c")]
unsafe extern "C" {}
