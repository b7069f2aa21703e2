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

/// Traits for closures, one for a shape: what `dyn FnMut` points to holds `call_once` too, and with it a function more
/// for every closure.
#[macro_export]
macro_rules! closures {
    ($($vis:vis trait $name:ident($($arg:ident: $ty:ty),*) $(-> $ret:ty)?;)*) => {$(
        /// A closure of this shape.
        $vis trait $name {
            /// Calls it.
            fn call(&mut self $(, $arg: $ty)*) $(-> $ret)?;
        }

        impl<F: FnMut($($ty),*) $(-> $ret)?> $name for F {
            fn call(&mut self $(, $arg: $ty)*) $(-> $ret)? {
                self($($arg),*)
            }
        }
    )*};
}
