//! The system calls that nlbox makes.
#![no_std]
