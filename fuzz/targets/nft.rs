//! Any bytes as the rules that nf_tables dumps: read, printed in our words, in iptables' columns and as its commands; and
//! what is understood whole is built into a batch that reads back to the same rule. Any words as those of `nat`: the rule
//! that they make is printed in words that make it.
#![no_main]

mod common;

use libfuzzer_sys::fuzz_target;
use nlbox::words::{Line, Words};
use nlbox::doors;
use nlbox_core::nft::batch;
use nlbox_core::nft::rule::{Rule, target};
use nlbox_core::wire::header::{Message, Messages};

fuzz_target!(init: common::sandbox::enter(), |data: &[u8]| {
    let Some(([mode, family], body)) = data.split_first_chunk::<2>() else { return };
    if mode & 2 == 2 {
        return said(data);
    }
    let body = [&[if family & 1 == 0 { 2 } else { 10 }, 0, 0, 0], body].concat();
    let m = Message { ty: 0x0a06, flags: 2, seq: 1, port: 1, payload: &body };
    let mut rule = Rule::new(0);
    rule.read(&m);
    let json = mode & 1 == 1;
    let out = common::with(&mut Default::default(), |cx| {
        cx.page.out.mode.json = json;
        cx.page.out.open_document();
        doors::rule(cx, &rule, !json);
        cx.page.out.close_document();
    });
    if json {
        common::json(&out);
    }
    if rule.target != target::OTHER && rule.chain < 4 {
        // What a kernel may have said in longer words reads, once said in ours, as the same from then on.
        let Some(ours) = again(&rule) else { return };
        assert!(again(&ours).is_some_and(|back| back.same(&ours)), "a rule reads back as another");
    }
});

/// The rule that the kernel would dump of what we build for `rule`.
fn again(rule: &Rule) -> Option<Rule> {
    let mut tx = vec![0; 8192];
    let mut m = batch::begin(&mut tx, 0);
    batch::add(&mut m, rule, None);
    batch::end(&mut m);
    let mut messages = Messages::new(m.finish(1)?);
    let mut back = Rule::new(0);
    let mut found = 0;
    for m in messages.by_ref().filter(|m| m.ty == 0x0a06) {
        back.read(&m);
        found += 1;
    }
    assert!(!messages.damaged() && found == 1);
    Some(back)
}

/// `WORDS`, as behind `nat`: the rule that they make.
fn made(line: &str) -> Option<Rule> {
    let words = common::words(line);
    let words: Vec<_> = words.iter().map(|w| w.as_c_str()).collect();
    let mut rule = None;
    common::with(&mut Default::default(), |cx| rule = doors::nat(cx, &mut Line::new(Words::List(&words), 0)));
    rule
}

fn said(data: &[u8]) {
    let line = String::from_utf8_lossy(&data[1..]).replace('\0', " ");
    let Some(mut rule) = made(&line) else { return };
    if rule.family == 0 {
        rule.family = 2;
    }
    assert!(again(&rule).is_some_and(|back| back.same(&rule)), "{line}");
    let text = common::with(&mut Default::default(), |cx| doors::rule(cx, &rule, true));
    // `1: WORDS`, the first line.
    let text = String::from_utf8_lossy(&text);
    let shown = text.lines().next().unwrap_or_default();
    let words = shown.split_once(": ").map_or("", |(_, words)| words);
    // A name with a blank or a byte that is no text is shown, and not to be typed as it is shown.
    if words.contains('\\') || !words.is_ascii() {
        return;
    }
    let mut back = made(words).unwrap_or_else(|| panic!("{line} is shown as {words}"));
    if back.family == 0 {
        back.family = rule.family;
    }
    assert!(back.same(&rule), "{line} is shown as {words}");
}
