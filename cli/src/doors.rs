//! Doors for the fuzzers, to printers that otherwise only a socket reaches. They are compiled with `cfg(fuzzing)` alone.

use crate::Ctx;
use crate::words::Line;
use nlbox_core::nft::rule::Rule;

/// The rule that the words behind `nat` make, if they make one.
pub fn nat(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Option<Rule> {
    crate::nat::said(cx, line)
}

/// Prints a rule as `nat list` does, and where `iptables` is set as that does too.
pub fn rule(cx: &mut Ctx<'_>, rule: &Rule, iptables: bool) {
    crate::nat::show(cx, rule, 1);
    if iptables {
        crate::iptables::every_form(cx, rule);
    }
}

/// Prints a frame as `watch arp` or `watch icmp` does; with `ether` its link header too.
pub fn frame(cx: &mut Ctx<'_>, arp: bool, ether: bool, bytes: &[u8]) {
    crate::watch::frame(cx, arp, ether, bytes);
}
