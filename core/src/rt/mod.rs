//! rtnetlink: the message types and their attribute sets (`linux/rtnetlink.h`).

pub mod addr;
pub mod addrlabel;
pub mod brvlan;
pub mod encap;
pub mod fdb;
pub mod kind;
pub mod link;
pub mod mdb;
pub mod names;
pub mod neigh;
pub mod netconf;
pub mod nexthop;
pub mod nsid;
pub mod ntable;
pub mod route;
pub mod rule;
pub mod stats;
pub mod vf;

/// `RTM_*` message types.
pub mod rtm {
    #![allow(missing_docs)]
    pub const NEWLINK: u16 = 16;
    pub const DELLINK: u16 = 17;
    pub const GETLINK: u16 = 18;
    pub const SETLINK: u16 = 19;
    pub const NEWADDR: u16 = 20;
    pub const DELADDR: u16 = 21;
    pub const GETADDR: u16 = 22;
    pub const NEWROUTE: u16 = 24;
    pub const DELROUTE: u16 = 25;
    pub const GETROUTE: u16 = 26;
    pub const NEWNEIGH: u16 = 28;
    pub const DELNEIGH: u16 = 29;
    pub const GETNEIGH: u16 = 30;
    pub const NEWRULE: u16 = 32;
    pub const DELRULE: u16 = 33;
    pub const GETRULE: u16 = 34;
    pub const NEWNEIGHTBL: u16 = 64;
    pub const GETNEIGHTBL: u16 = 66;
    pub const SETNEIGHTBL: u16 = 67;
    pub const NEWADDRLABEL: u16 = 72;
    pub const DELADDRLABEL: u16 = 73;
    pub const GETADDRLABEL: u16 = 74;
    pub const NEWNETCONF: u16 = 80;
    pub const DELNETCONF: u16 = 81;
    pub const GETNETCONF: u16 = 82;
    pub const NEWMDB: u16 = 84;
    pub const DELMDB: u16 = 85;
    pub const GETMDB: u16 = 86;
    pub const NEWNSID: u16 = 88;
    pub const DELNSID: u16 = 89;
    pub const GETNSID: u16 = 90;
    pub const NEWSTATS: u16 = 92;
    pub const GETSTATS: u16 = 94;
    pub const SETSTATS: u16 = 95;
    pub const NEWNEXTHOP: u16 = 104;
    pub const DELNEXTHOP: u16 = 105;
    pub const GETNEXTHOP: u16 = 106;
    pub const NEWLINKPROP: u16 = 108;
    pub const DELLINKPROP: u16 = 109;
    pub const NEWVLAN: u16 = 112;
    pub const DELVLAN: u16 = 113;
    pub const GETVLAN: u16 = 114;
    pub const NEWNEXTHOPBUCKET: u16 = 116;
    pub const DELNEXTHOPBUCKET: u16 = 117;
    pub const GETNEXTHOPBUCKET: u16 = 118;
    pub const NEWTUNNEL: u16 = 120;
    pub const DELTUNNEL: u16 = 121;
    pub const GETTUNNEL: u16 = 122;
}
