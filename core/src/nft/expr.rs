//! Expressions: what a rule is made of. Each is a name and a nest of attributes, of which the first ones are numbers in
//! network order and the others `NFTA_DATA_VALUE`: that order is the whole table.

use crate::bytes::{uint_be, until_nul};
use crate::names;
use crate::wire::attr::{Attrs, NLA_F_NESTED};
use crate::wire::build::Build;

/// `NFTA_LIST_ELEM`, `NFTA_EXPR_NAME`, `NFTA_EXPR_DATA`, `NFTA_DATA_VALUE`.
const LIST_ELEM: u16 = 1;
const NAME: u16 = 1;
const DATA: u16 = 2;
const VALUE: u16 = 1;
/// `NFTA_DATA_VERDICT`, `NFTA_VERDICT_CODE`.
const DATA_VERDICT: u16 = 2;
const CODE: u16 = 1;

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
        7 "nat", 8 "masq", 9 "redir", 10 "counter", 11 "immediate";
}

/// Loads of packet data into register 1: `NFTA_META_DREG`, `KEY`.
pub(super) const META: u8 = 0;
/// `NFTA_PAYLOAD_DREG`, `BASE`, `OFFSET`, `LEN`.
pub(super) const PAYLOAD: u8 = 1;
/// `NFTA_FIB_DREG`, `RESULT`, `FLAGS`.
pub(super) const FIB: u8 = 2;
/// `NFTA_CMP_SREG`, `OP`, data `DATA`.
pub(super) const CMP: u8 = 3;
/// `NFTA_BITWISE_SREG`, `DREG`, `LEN`, data `MASK`, `XOR`.
pub(super) const BITWISE: u8 = 4;
/// `NFTA_RANGE_SREG`, `OP`, data `FROM_DATA`, `TO_DATA`.
pub(super) const RANGE: u8 = 5;
/// `NFTA_IMMEDIATE_DREG`, data `DATA`.
pub(super) const IMMEDIATE: u8 = 6;
/// `NFTA_NAT_TYPE`, `FAMILY`, `REG_ADDR_MIN`, `REG_ADDR_MAX`, `REG_PROTO_MIN`, `REG_PROTO_MAX`.
pub(super) const NAT: u8 = 7;
/// `NFTA_MASQ_FLAGS`, `REG_PROTO_MIN`, `REG_PROTO_MAX`.
pub(super) const MASQ: u8 = 8;
/// `NFTA_REDIR_REG_PROTO_MIN`, `REG_PROTO_MAX`.
pub(super) const REDIR: u8 = 9;
/// `NFTA_COUNTER_BYTES`, `PACKETS`, in 64 bits.
pub(super) const COUNTER: u8 = 10;
/// An immediate whose data are `NFTA_DATA_VERDICT` > `NFTA_VERDICT_CODE`. It is read as [`IMMEDIATE`] into [`VERDICT`].
pub(super) const JUDGE: u8 = 11;
/// `NF_ACCEPT`.
pub(super) const ACCEPT: &[u8] = &[0, 0, 0, 1];

/// Appends expression number `which`: `numbers` are its attributes from 1 on, behind them the data that are not empty.
#[inline(never)]
pub(super) fn put(m: &mut Build<'_>, which: u8, numbers: &[u8], data: &[&[u8]]) {
    let elem = m.open(LIST_ELEM | NLA_F_NESTED);
    m.put_str(NAME, EXPRESSIONS.name(which.into()).unwrap_or("").as_bytes());
    let nest = m.open(DATA | NLA_F_NESTED);
    let mut attr = 0_u16;
    for n in numbers {
        attr = attr.wrapping_add(1);
        if *n != NONE {
            m.raw(attr, &u32::from(*n).to_be_bytes());
        }
    }
    for bytes in data.iter().filter(|bytes| !bytes.is_empty()) {
        attr = attr.wrapping_add(1);
        let value = m.open(attr | NLA_F_NESTED);
        if which == JUDGE {
            m.nest(DATA_VERDICT).raw(CODE, bytes);
        } else {
            m.raw(VALUE, bytes);
        }
        m.close(value);
    }
    m.close(nest);
    m.close(elem);
}

/// An expression that was read.
pub(super) struct Expr<'a> {
    /// Its number; `u8::MAX` for one that is not ours.
    pub(super) which: u8,
    attrs: Attrs<'a>,
}

impl<'a> Expr<'a> {
    /// Reads one element of a rule's list.
    pub(super) fn of(elem: Attrs<'a>) -> Expr<'a> {
        let name = until_nul(elem.raw(NAME).unwrap_or(&[]));
        let which = EXPRESSIONS.number(name).and_then(|n| u8::try_from(n).ok()).unwrap_or(u8::MAX);
        Expr { which, attrs: Attrs::new(elem.raw(DATA).unwrap_or(&[])) }
    }

    /// Attribute `attr` as a number of whatever width; 0 without it.
    #[inline(never)]
    pub(super) fn number(&self, attr: u8) -> u64 {
        uint_be(self.attrs.raw(attr.into()).unwrap_or(&[])).unwrap_or(0)
    }

    /// Attribute `attr` as data: `NFTA_DATA_VALUE`, or the code of a verdict.
    #[inline(never)]
    pub(super) fn data(&self, attr: u8) -> &'a [u8] {
        let nest = Attrs::new(self.attrs.raw(attr.into()).unwrap_or(&[]));
        let code = || Attrs::new(nest.raw(DATA_VERDICT)?).raw(CODE);
        nest.raw(VALUE).or_else(code).unwrap_or(&[])
    }
}
