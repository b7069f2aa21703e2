//! Expressions: what a rule is made of. Each is a name and a nest of attributes, of which the first ones are numbers in
//! network order and the others `NFTA_DATA_VALUE`: that order is the whole table.

use crate::bytes::uint_be;
use crate::names;
use crate::wire::attr::Attrs;
use crate::wire::build::Build;

/// `NFTA_LIST_ELEM`, `NFTA_EXPR_NAME`, `NFTA_EXPR_DATA`, `NFTA_DATA_VALUE`.
const LIST_ELEM: u16 = 1;
const NAME: u16 = 1;
const DATA: u16 = 2;
const VALUE: u16 = 1;

/// In a list of numbers: the attribute is left out.
pub(super) const NONE: u8 = 0xff;

/// The registers: `NFT_REG_VERDICT`, then of 16 bytes each.
pub(super) const VERDICT: u8 = 0;
pub(super) const REG_1: u8 = 1;
pub(super) const REG_2: u8 = 2;
pub(super) const REG_3: u8 = 3;

names! {
    /// The expressions. Numbers are dense: [`nlbox_core`](crate)'s own, not the kernel's.
    pub(super) static EXPRESSIONS = 0 "meta", 1 "payload", 2 "fib", 3 "cmp", 4 "bitwise", 5 "range", 6 "immediate",
        7 "nat", 8 "masq", 9 "redir", 10 "counter";
}

/// Loads of packet data into register 1: `NFTA_META_DREG`, `KEY`.
pub(super) const META: u64 = 0;
/// `NFTA_PAYLOAD_DREG`, `BASE`, `OFFSET`, `LEN`.
pub(super) const PAYLOAD: u64 = 1;
/// `NFTA_FIB_DREG`, `RESULT`, `FLAGS`.
pub(super) const FIB: u64 = 2;
/// `NFTA_CMP_SREG`, `OP`, data `DATA`.
pub(super) const CMP: u64 = 3;
/// `NFTA_BITWISE_SREG`, `DREG`, `LEN`, data `MASK`, `XOR`.
pub(super) const BITWISE: u64 = 4;
/// `NFTA_RANGE_SREG`, `OP`, data `FROM_DATA`, `TO_DATA`.
pub(super) const RANGE: u64 = 5;
/// `NFTA_IMMEDIATE_DREG`, data `DATA`.
pub(super) const IMMEDIATE: u64 = 6;
/// `NFTA_NAT_TYPE`, `FAMILY`, `REG_ADDR_MIN`, `REG_ADDR_MAX`, `REG_PROTO_MIN`, `REG_PROTO_MAX`.
pub(super) const NAT: u64 = 7;
/// `NFTA_MASQ_FLAGS`, `REG_PROTO_MIN`, `REG_PROTO_MAX`.
pub(super) const MASQ: u64 = 8;
/// `NFTA_REDIR_REG_PROTO_MIN`, `REG_PROTO_MAX`.
pub(super) const REDIR: u64 = 9;
/// `NFTA_COUNTER_BYTES`, `PACKETS`, in 64 bits.
pub(super) const COUNTER: u64 = 10;

/// Appends expression number `which`: `numbers` are its attributes from 1 on, `data` those behind them.
pub(super) fn put(m: &mut Build<'_>, which: u64, numbers: &[u8], data: &[&[u8]]) {
    let mut elem = m.nest(LIST_ELEM);
    elem.put_str(NAME, EXPRESSIONS.name(which).unwrap_or("").as_bytes());
    let mut nest = elem.nest(DATA);
    let mut attr = 0_u16;
    for n in numbers {
        attr = attr.wrapping_add(1);
        if *n != NONE {
            nest.raw(attr, &u32::from(*n).to_be_bytes());
        }
    }
    for bytes in data {
        attr = attr.wrapping_add(1);
        nest.nest(attr).raw(VALUE, bytes);
    }
}

/// Appends the verdict `NF_ACCEPT`: an immediate whose data are `NFTA_DATA_VERDICT` > `NFTA_VERDICT_CODE`.
pub(super) fn accept(m: &mut Build<'_>) {
    let mut elem = m.nest(LIST_ELEM);
    elem.put_str(NAME, b"immediate");
    let mut nest = elem.nest(DATA);
    nest.raw(1, &u32::from(VERDICT).to_be_bytes());
    nest.nest(2).nest(2).raw(1, &1_u32.to_be_bytes());
}

/// An expression that was read.
pub(super) struct Expr<'a> {
    /// Its number; `u32::MAX` for one that is not ours.
    pub(super) which: u32,
    attrs: Attrs<'a>,
}

impl<'a> Expr<'a> {
    /// Reads one element of a rule's list.
    pub(super) fn of(elem: Attrs<'a>) -> Expr<'a> {
        let name = crate::bytes::until_nul(elem.raw(NAME).unwrap_or(&[]));
        let attrs = Attrs::new(elem.raw(DATA).unwrap_or(&[]));
        Expr { which: EXPRESSIONS.number(name).unwrap_or(u32::MAX), attrs }
    }

    /// Attribute `attr` as a number of whatever width; 0 without it.
    pub(super) fn number(&self, attr: u16) -> u64 {
        uint_be(self.attrs.raw(attr).unwrap_or(&[])).unwrap_or(0)
    }

    /// Attribute `attr` as data.
    pub(super) fn data(&self, attr: u16) -> &'a [u8] {
        Attrs::new(self.attrs.raw(attr).unwrap_or(&[])).raw(VALUE).unwrap_or(&[])
    }

    /// The code of an immediate's verdict; 0 without one.
    pub(super) fn verdict(&self) -> u64 {
        let data = Attrs::new(self.attrs.raw(2).unwrap_or(&[]));
        uint_be(Attrs::new(data.raw(2).unwrap_or(&[])).raw(1).unwrap_or(&[])).unwrap_or(0)
    }
}
