//! Link kinds, one file each: `IFLA_INFO_KIND` and what `IFLA_INFO_DATA` and `IFLA_INFO_SLAVE_DATA` hold for it.
//!
//! To add a kind: write its file, name it in [`KINDS`].

use crate::spec::AttrSet;

pub mod dummy;
pub mod veth;

/// A kind of link.
pub struct LinkKind {
    /// `IFLA_INFO_KIND`; for the options of a port, iproute2's `KIND_slave`.
    pub name: &'static str,
    /// One line for help.
    pub about: &'static str,
    /// `IFLA_INFO_DATA` (or `IFLA_INFO_SLAVE_DATA` for a `_slave` kind). `None`: the kind takes no options.
    pub data: Option<&'static AttrSet>,
    /// What is said of a value that its option does not take; `%` is the option.
    pub bad: &'static str,
}

/// Every kind with options, or known to need none. Kinds that are not here can be made too, without options.
pub static KINDS: &[&LinkKind] = &[&dummy::KIND, &veth::KIND];

/// The kind called `name`.
#[must_use]
pub fn find(name: &[u8]) -> Option<&'static LinkKind> {
    KINDS.iter().find(|k| k.name.as_bytes() == name).copied()
}

/// The set of `IFLA_INFO_DATA` for a kind.
#[must_use]
pub fn data_of(name: &[u8]) -> Option<&'static AttrSet> {
    find(name)?.data
}

/// The set of `IFLA_INFO_SLAVE_DATA` for the kind of a master.
#[must_use]
pub fn slave_data_of(name: &[u8]) -> Option<&'static AttrSet> {
    KINDS.iter().find(|k| k.name.as_bytes().strip_suffix(b"_slave") == Some(name))?.data
}
