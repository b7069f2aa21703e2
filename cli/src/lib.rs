//! nlbox.
#![no_std]
