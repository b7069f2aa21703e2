//! Any bytes as a file of an administrator's: names of numbers (rt_tables and its kin), /etc/hosts, and the maps of
//! namespaces. A line is a row or nothing; a name that is read is found again under its number.
#![no_main]

mod common;

use libfuzzer_sys::fuzz_target;
use nlbox::records::Records;
use nlbox::{files, hosts, lines};
use nlbox_core::text::ip::Ip;

fuzz_target!(init: common::sandbox::enter(), |data: &[u8]| {
    let (_file, path) = common::file(data);
    let path = std::ffi::CString::new(path).unwrap();
    let mut records = Records::default();
    let mut count = 0;
    lines::each(&path, &mut |line: &[u8]| {
        count += 1;
        assert!(line.len() <= 512 && !line.contains(&b'\n'));
        if let Some((id, name)) = files::row(line) {
            assert!(!name.is_empty() && !name.iter().any(u8::is_ascii_whitespace));
            records.push(id, name);
        }
        hosts::line(line, &mut |ip: &Ip, mut names: &[u8]| {
            while let Some(name) = lines::word(&mut names) {
                assert!(!name.is_empty() && !name.iter().any(u8::is_ascii_whitespace));
            }
            let digits = nlbox_core::text::ip::print(ip);
            assert!(nlbox_core::text::ip::parse(digits.as_bytes()) == Some(*ip));
        });
    })
    .unwrap();
    assert_eq!(count, data.iter().filter(|b| **b == b'\n').count() + 1);
    records.find(&|id, name| {
        assert!(records.name(id).is_some(), "{id} {}", name.escape_ascii());
        false
    });
});
