//! nf_tables, as far as NAT needs it: one table for each family, its base chains, its rules
//! (`linux/netfilter/nfnetlink.h`, `linux/netfilter/nf_tables.h`).
//!
//! The table is our own. In iptables-nft's table `nat` a rule of native expressions would make all of iptables refuse to
//! work ("table `nat' is incompatible"), and its own form needs the xt modules of the kernel.

pub mod batch;
mod expr;
pub mod rule;

use crate::names;

/// `NETLINK_NETFILTER`.
pub const NETLINK_NETFILTER: i32 = 12;

/// The name of the table.
pub const TABLE: &[u8] = b"nlbox";

/// Message types: `NFNL_MSG_BATCH_*`, and `NFT_MSG_*` under `NFNL_SUBSYS_NFTABLES`.
pub mod msg {
    #![allow(missing_docs)]
    pub const BATCH_BEGIN: u16 = 16;
    pub const BATCH_END: u16 = 17;
    pub const NEWTABLE: u16 = 0x0a00;
    pub const DELTABLE: u16 = 0x0a02;
    pub const NEWCHAIN: u16 = 0x0a03;
    pub const NEWRULE: u16 = 0x0a06;
    pub const GETRULE: u16 = 0x0a07;
    pub const DELRULE: u16 = 0x0a08;
    pub const NEWGEN: u16 = 0x0a0f;
    pub const GETGEN: u16 = 0x0a10;
}

/// `ERESTART`: the tables are no longer of the generation that a batch was made for.
pub const ERESTART: i32 = 85;

names! {
    /// The base chains of type `nat`, in the order in which iptables lists them.
    pub static CHAINS = 0 "PREROUTING", 1 "INPUT", 2 "OUTPUT", 3 "POSTROUTING";
}

/// Their hooks, `NF_INET_*`.
static HOOKS: [u8; 4] = [0, 1, 3, 4];

/// The name of chain number `n`; empty where there is none.
#[must_use]
pub fn chain(n: u8) -> &'static [u8] {
    CHAINS.name(n.into()).unwrap_or("").as_bytes()
}
