//! The binary: everything is in the library.
#![no_std]
#![no_main]

nlbox_sys::entry!(nlbox::run);
