//! Any bytes as the rules that nf_tables dumps: read, printed in our words, in iptables' columns and as its commands; and
//! what is understood whole is built into a batch that reads back to the same rule.
#![no_main]

mod common;

use libfuzzer_sys::fuzz_target;
use nlbox::doors;
use nlbox_core::nft::batch;
use nlbox_core::nft::rule::{Rule, target};
use nlbox_core::wire::header::{Message, Messages};

fuzz_target!(init: common::sandbox::enter(), |data: &[u8]| {
    let Some(([mode, family], body)) = data.split_first_chunk::<2>() else { return };
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
