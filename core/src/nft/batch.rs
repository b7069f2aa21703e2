//! Batches: everything between `BATCH_BEGIN` and `BATCH_END` becomes true at once, or nothing of it (`nfnetlink_rcv_batch`).

use crate::nft::rule::Rule;
use crate::nft::{HOOKS, TABLE, chain, msg};
use crate::wire::attr::NLA_F_NESTED;
use crate::wire::build::Build;
use crate::wire::header::{Message, nlm};
use crate::wire::key::{Be32, Key};

/// `NFNL_BATCH_GENID` and `NFTA_GEN_ID`.
const GENID: u16 = 1;
/// `NFTA_*_TABLE` and `NFTA_TABLE_NAME`.
const OF_TABLE: u16 = 1;
const RULE_CHAIN: u16 = 2;
const RULE_HANDLE: u16 = 3;
const RULE_POSITION: u16 = 6;
const CHAIN_NAME: u16 = 3;
const CHAIN_HOOK: u16 = 4;
const CHAIN_TYPE: u16 = 7;
const HOOK_NUMBER: u16 = 1;
const HOOK_PRIORITY: u16 = 2;
/// `NFNL_SUBSYS_NFTABLES`, as a batch names it in `res_id`.
const SUBSYSTEM: [u8; 4] = [0, 0, 0, 10];

/// Bytes of `struct nfgenmsg`: family u8, version u8, res_id be16.
pub const NFGENMSG_LEN: usize = 4;

/// `struct nfgenmsg` of a question or a change.
const fn head(family: u8) -> [u8; NFGENMSG_LEN] {
    [family, 0, 0, 0]
}

/// Begins a batch. With a generation other than 0 the kernel refuses it with `ERESTART` once the tables are of another.
pub fn begin(tx: &mut [u8], generation: u32) -> Build<'_> {
    let mut m = Build::new(tx, msg::BATCH_BEGIN, 0, &SUBSYSTEM);
    if generation != 0 {
        m.raw(GENID, &generation.to_be_bytes());
    }
    m
}

/// Begins a message about the table of `family`, or something in it.
#[inline(never)]
fn message(m: &mut Build<'_>, ty: u16, flags: u16, family: u8) {
    m.another(ty, flags, &head(family));
    m.put_str(OF_TABLE, TABLE);
}

/// Ends a batch.
pub fn end(m: &mut Build<'_>) {
    m.another(msg::BATCH_END, 0, &SUBSYSTEM);
}

/// Adds `rule` to its chain, whose table and chain are made where they are not there: in front of the rule with handle
/// `before`, in front of all with handle 0, at the end with none.
pub fn add(m: &mut Build<'_>, rule: &Rule, before: Option<u64>) {
    message(m, msg::NEWTABLE, nlm::CREATE, rule.family);
    message(m, msg::NEWCHAIN, nlm::CREATE, rule.family);
    m.put_str(CHAIN_NAME, chain(rule.chain));
    let nest = m.open(CHAIN_HOOK | NLA_F_NESTED);
    let hook = HOOKS.get(usize::from(rule.chain)).copied().unwrap_or(0);
    // NF_IP_PRI_NAT_DST where packets come in or are made, else NF_IP_PRI_NAT_SRC.
    let priority = if rule.chain & 1 == 0 { -100 } else { 100_i32 };
    for (ty, v) in [(HOOK_NUMBER, hook.into()), (HOOK_PRIORITY, priority)] {
        m.raw(ty, &v.to_be_bytes());
    }
    m.close(nest);
    m.put_str(CHAIN_TYPE, b"nat");
    let place = if before.is_none() { nlm::APPEND } else { 0 };
    // Kernels before 6.10 acknowledge no BATCH_END: the rule's acknowledgement speaks for the batch.
    message(m, msg::NEWRULE, nlm::CREATE | nlm::ACK | place, rule.family);
    m.put_str(RULE_CHAIN, chain(rule.chain));
    if let Some(handle) = before.filter(|h| *h != 0) {
        m.raw(RULE_POSITION, &handle.to_be_bytes());
    }
    rule.put(m);
}

/// Takes `rule` out, by its handle.
pub fn delete(m: &mut Build<'_>, rule: &Rule) {
    message(m, msg::DELRULE, nlm::ACK, rule.family);
    m.put_str(RULE_CHAIN, chain(rule.chain));
    m.raw(RULE_HANDLE, &rule.handle.to_be_bytes());
}

/// Takes the table of `family` out, with all that is in it.
pub fn drop_table(m: &mut Build<'_>, family: u8) {
    message(m, msg::DELTABLE, nlm::ACK, family);
}

/// Asks for the rules of the table of `family`; a dump.
pub fn rules(tx: &mut [u8], family: u8) -> Build<'_> {
    let mut m = Build::new(tx, msg::GETRULE, 0, &head(family));
    m.put_str(OF_TABLE, TABLE);
    m
}

/// Asks for the generation of the tables.
pub fn generation(tx: &mut [u8]) -> Build<'_> {
    Build::new(tx, msg::GETGEN, 0, &head(0))
}

/// The generation in the answer.
#[must_use]
pub fn generation_of(m: &Message<'_>) -> u32 {
    let (_, attrs) = m.split::<NFGENMSG_LEN>();
    attrs.get(Key::<Be32>::new(GENID)).unwrap_or(0)
}
