#![doc = include_str!("../README.md")]
#![no_std]
#![cfg_attr(test, allow(clippy::arithmetic_side_effects, clippy::cast_possible_truncation))]
#![forbid(unsafe_code)]

pub mod arp;
pub mod bytes;
pub mod conn;
pub mod genl;
pub mod icmp;
pub mod nft;
pub mod rt;
pub mod rtt;
pub mod spec;
pub mod text;
pub mod wire;
