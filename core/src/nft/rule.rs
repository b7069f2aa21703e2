//! A NAT rule as a value, to nf_tables' expressions and back.

use crate::bytes::{uint_be, until_nul};
use crate::nft::CHAINS;
use crate::nft::batch::NFGENMSG_LEN;
use crate::nft::expr::{self, Expr, NONE, REG_1, REG_2, REG_3, VERDICT};
use crate::text::ip::af;
use crate::wire::attr::{Attrs, NLA_F_NESTED};
use crate::wire::build::Build;
use crate::wire::header::Message;
use zerocopy::{FromZeros, Immutable, IntoBytes};

const RULE_CHAIN: u16 = 2;
const RULE_HANDLE: u16 = 3;
const RULE_EXPRESSIONS: u16 = 4;
const RULE_USERDATA: u16 = 7;
/// `NFTNL_UDATA_RULE_COMMENT` of libnftnl: type u8, length u8, a string with its NUL.
const UDATA_COMMENT: u8 = 0;

/// Bytes of a tag.
pub const TAG: usize = 64;

/// What a rule may ask about a packet, in the order of its expressions.
pub mod field {
    #![allow(missing_docs)]
    pub const SRC: usize = 0;
    pub const DST: usize = 1;
    pub const IN: usize = 2;
    pub const OUT: usize = 3;
    pub const PROTO: usize = 4;
    pub const SPORT: usize = 5;
    pub const DPORT: usize = 6;
    /// The destination is an address of this host.
    pub const LOCAL: usize = 7;
    /// Not asked: the address to translate to, and the ports.
    pub const TO: usize = 8;
    pub const PORTS: usize = 9;
}

/// How a field is loaded: expression, the numbers behind the register and the bytes loaded in IPv4 and in IPv6.
struct Load {
    expr: u8,
    v4: [u8; 4],
    v6: [u8; 4],
}

impl Load {
    /// A load of the same bytes in both families.
    const fn both(expr: u8, numbers: [u8; 4]) -> Load {
        Load { expr, v4: numbers, v6: numbers }
    }

    const fn numbers(&self, family: u8) -> [u8; 4] {
        if family == af::AF_INET6 { self.v6 } else { self.v4 }
    }
}

/// By field. `NFT_PAYLOAD_NETWORK_HEADER` is 1, `NFT_PAYLOAD_TRANSPORT_HEADER` 2; `NFT_META_*`; `NFT_FIB_RESULT_ADDRTYPE` 3
/// of `NFTA_FIB_F_DADDR` 2.
static LOADS: [Load; 8] = [
    Load { expr: expr::PAYLOAD, v4: [1, 12, 4, 4], v6: [1, 8, 16, 16] },
    Load { expr: expr::PAYLOAD, v4: [1, 16, 4, 4], v6: [1, 24, 16, 16] },
    Load::both(expr::META, [6, NONE, NONE, 16]),
    Load::both(expr::META, [7, NONE, NONE, 16]),
    Load::both(expr::META, [16, NONE, NONE, 1]),
    Load::both(expr::PAYLOAD, [2, 0, 2, 2]),
    Load::both(expr::PAYLOAD, [2, 2, 2, 2]),
    Load::both(expr::FIB, [3, 2, NONE, 4]),
];

/// What a rule asks about one field, or the translation's address or ports.
#[derive(Clone, Copy, Default, FromZeros, IntoBytes, Immutable)]
#[repr(C)]
pub struct Field {
    /// 0: nothing. 1: it is the value. 2: it is not.
    pub op: u8,
    /// How many leading bits of `lo` count: the prefix, or eight for each byte of an interface's beginning.
    pub bits: u8,
    /// The value, or the first one, in network order.
    pub lo: [u8; 16],
    /// The last value: of ports.
    pub hi: [u8; 16],
}

impl Field {
    /// Sets the value, with all its bits.
    pub fn set(&mut self, op: u8, value: &[u8]) {
        self.op = op;
        self.bits = u8::try_from(value.len().saturating_mul(8)).unwrap_or(u8::MAX);
        fill(&mut self.lo, value);
        self.hi = self.lo;
    }

    /// Sets an address of which `bits` count: the others become 0.
    pub fn set_prefix(&mut self, op: u8, address: &[u8], bits: u8) {
        self.set(op, address);
        self.bits = bits;
        let mask = mask(bits);
        self.lo.iter_mut().zip(&mask).for_each(|(b, mask)| *b &= mask);
        self.hi = self.lo;
    }

    /// Sets the last value.
    pub fn up_to(&mut self, value: &[u8]) {
        fill(&mut self.hi, value);
    }

    /// The first value as a number of two bytes.
    #[must_use]
    pub fn first(&self) -> u16 {
        u16::from_be_bytes([self.lo[0], self.lo[1]])
    }

    /// The last one.
    #[must_use]
    pub fn last(&self) -> u16 {
        u16::from_be_bytes([self.hi[0], self.hi[1]])
    }
}

/// `from`, and zeros behind it.
fn fill(to: &mut [u8], from: &[u8]) {
    to.fill(0);
    to.iter_mut().zip(from).for_each(|(t, f)| *t = *f);
}

/// What becomes of a packet.
pub mod target {
    #![allow(missing_docs)]
    /// Nothing: it is counted.
    pub const NONE: u8 = 0;
    pub const MASQUERADE: u8 = 1;
    pub const SNAT: u8 = 2;
    pub const DNAT: u8 = 3;
    pub const REDIRECT: u8 = 4;
    pub const ACCEPT: u8 = 5;
    /// Something that only nft(8) knows.
    pub const OTHER: u8 = 6;
}

/// One rule.
#[derive(Clone, Copy, FromZeros, IntoBytes, Immutable)]
#[repr(C)]
pub struct Rule {
    /// The kernel's number of the rule.
    pub handle: u64,
    /// What has matched so far.
    pub packets: u64,
    /// The same in bytes.
    pub bytes: u64,
    /// `AF_INET` or `AF_INET6`; 0 where it may still be either.
    pub family: u8,
    /// Its place in [`CHAINS`].
    pub chain: u8,
    /// [`target`].
    pub target: u8,
    /// Always zero.
    pub pad: u8,
    /// [`field`]s.
    pub fields: [Field; 10],
    /// A comment, filled up with zeros.
    pub tag: [u8; TAG],
}

/// Bytes of a rule before what it does: its number and its counters.
const KEPT: usize = 24;

impl Rule {
    /// A rule that matches everything.
    #[must_use]
    #[inline(never)]
    pub fn new(family: u8) -> Rule {
        Rule { family, ..Rule::new_zeroed() }
    }

    /// What it asks about field `n`, one of [`field`].
    #[must_use]
    pub fn field(&self, n: usize) -> &Field {
        self.fields.get(n).unwrap_or(&self.fields[field::TO])
    }

    /// Asks (`op` 1) for `value` in field `n`, or (2) for anything else.
    pub fn ask(&mut self, n: usize, op: u8, value: &[u8]) {
        if let Some(f) = self.fields.get_mut(n) {
            f.set(op, value);
        }
    }

    /// Whether the two do the same to the same packets of the same chain.
    #[must_use]
    pub fn same(&self, other: &Rule) -> bool {
        self.as_bytes().get(KEPT..) == other.as_bytes().get(KEPT..)
    }

    /// Appends the expressions and the tag to a `NFT_MSG_NEWRULE`.
    #[inline(never)]
    pub fn put(&self, m: &mut Build<'_>) {
        let list = m.open(RULE_EXPRESSIONS | NLA_F_NESTED);
        for (f, load) in self.fields.iter().zip(&LOADS) {
            if f.op != 0 {
                load.put(m, self.family, f);
            }
        }
        expr::put(m, expr::COUNTER, &[], &[]);
        self.put_target(m);
        m.close(list);
        let tag = until_nul(&self.tag);
        if !tag.is_empty() {
            let len = u8::try_from(tag.len()).unwrap_or(0).saturating_add(1);
            let at = m.open(RULE_USERDATA);
            m.piece(&[UDATA_COMMENT, len]);
            m.piece(tag);
            m.piece(&[0]);
            m.close(at);
        }
    }

    #[inline(never)]
    fn put_target(&self, m: &mut Build<'_>) {
        if self.target == target::ACCEPT {
            return expr::put(m, expr::JUDGE, &[VERDICT], &[expr::ACCEPT]);
        }
        let place = usize::from(self.target.wrapping_sub(target::MASQUERADE));
        let Some((which, from)) = TRANSLATIONS.get(place) else { return };
        // NFT_NAT_SNAT is 0, NFT_NAT_DNAT 1.
        let ty = self.target.wrapping_sub(target::SNAT);
        let mut numbers = [ty, self.family, NONE, NONE, NONE, NONE];
        let [_, _, address, address_max, first, last] = &mut numbers;
        let (to, ports) = (&self.fields[field::TO], &self.fields[field::PORTS]);
        let width = if self.family == af::AF_INET6 { 16 } else { 4 };
        if to.op != 0 {
            (*address, *address_max) = (REG_1, REG_1);
            immediate(m, REG_1, &to.lo, width);
        }
        if ports.op != 0 {
            (*first, *last) = (REG_2, REG_2);
            immediate(m, REG_2, &ports.lo, 2);
            if ports.lo != ports.hi {
                *last = REG_3;
                immediate(m, REG_3, &ports.hi, 2);
            }
        }
        expr::put(m, *which, numbers.get(usize::from(*from)..).unwrap_or(&[]), &[]);
    }

    /// Reads a `NFT_MSG_NEWRULE`. What is not ours of it makes its target [`target::OTHER`].
    #[inline(never)]
    pub fn read(&mut self, m: &Message<'_>) {
        let ([family, ..], attrs) = m.split::<NFGENMSG_LEN>();
        let attr = |ty| attrs.raw(ty).unwrap_or(&[]);
        self.zero();
        self.family = family;
        let chain = CHAINS.number(until_nul(attr(RULE_CHAIN)));
        self.chain = chain.and_then(|n| u8::try_from(n).ok()).unwrap_or(u8::MAX);
        self.handle = uint_be(attr(RULE_HANDLE)).unwrap_or(0);
        if let [UDATA_COMMENT, _, tag @ ..] = attr(RULE_USERDATA) {
            fill(&mut self.tag, until_nul(tag));
        }
        let mut registers: [&[u8]; 4] = [&[]; 4];
        let mut field = usize::MAX;
        let mut strange = false;
        let mut list = Attrs::new(attr(RULE_EXPRESSIONS));
        for elem in list.by_ref() {
            let e = Expr::of(elem.nest());
            match e.which {
                expr::COUNTER => (self.bytes, self.packets) = (e.number(1), e.number(2)),
                expr::META | expr::PAYLOAD | expr::FIB => {
                    field = LOADS.iter().position(|load| load.is(&e, family)).unwrap_or(usize::MAX);
                }
                expr::CMP | expr::RANGE | expr::BITWISE => match self.fields.get_mut(field) {
                    Some(f) => strange |= !f.read(&e),
                    None => strange = true,
                },
                expr::IMMEDIATE => {
                    let register = usize::try_from(e.number(1)).unwrap_or(0);
                    match registers.get_mut(register) {
                        Some(held) if register != VERDICT.into() => *held = e.data(2),
                        Some(_) if e.data(2) == expr::ACCEPT => self.target = target::ACCEPT,
                        _ => strange = true,
                    }
                }
                _ => strange |= !self.translate(&e, &registers),
            }
        }
        if strange || list.damaged() {
            self.target = target::OTHER;
        }
    }

    /// Takes up a translation, whose values are in the registers; `false` when `e` is none.
    #[inline(never)]
    fn translate(&mut self, e: &Expr<'_>, registers: &[&[u8]; 4]) -> bool {
        let found = TRANSLATIONS.iter().zip(target::MASQUERADE..).find(|((which, _), _)| *which == e.which);
        let Some(((_, from), target)) = found else { return false };
        // SNAT comes before DNAT, as NFT_NAT_SNAT before NFT_NAT_DNAT.
        let dnat = target == target::SNAT && e.number(1) == 1;
        self.target = if dnat { target::DNAT } else { target };
        let held = |attr: u8| {
            let register = usize::try_from(e.number(attr)).ok().and_then(|n| registers.get(n));
            register.copied().filter(|v| !v.is_empty())
        };
        if let Some(address) = held(3).filter(|_| *from == 0) {
            self.fields[field::TO].set(1, address);
        }
        let ports = 5_u8.wrapping_sub(*from);
        if let Some(port) = held(ports) {
            self.fields[field::PORTS].set(1, port);
            self.fields[field::PORTS].up_to(held(ports.wrapping_add(1)).unwrap_or(port));
        }
        true
    }
}

/// By target, from [`target::MASQUERADE`] on: its expression, and how many of the six numbers of a `nat` this lacks at
/// their front.
static TRANSLATIONS: [(u8, u8); 4] = [(expr::MASQ, 3), (expr::NAT, 0), (expr::NAT, 0), (expr::REDIR, 4)];

/// Appends a load of `len` bytes of `value` into `register`.
fn immediate(m: &mut Build<'_>, register: u8, value: &[u8], len: usize) {
    expr::put(m, expr::IMMEDIATE, &[register], &[value.get(..len).unwrap_or(&[])]);
}

impl Load {
    #[inline(never)]
    fn put(&self, m: &mut Build<'_>, family: u8, f: &Field) {
        let [a, b, c, width] = self.numbers(family);
        expr::put(m, self.expr, &[REG_1, a, b, c], &[]);
        let mut len = usize::from(width);
        if usize::from(f.bits) < len.wrapping_mul(8) {
            if self.expr == expr::META {
                // The beginning of a name.
                len = usize::from(f.bits / 8);
            } else {
                let mask = mask(f.bits);
                let zeros = [0; 16];
                let (mask, zeros) = (mask.get(..len).unwrap_or(&[]), zeros.get(..len).unwrap_or(&[]));
                expr::put(m, expr::BITWISE, &[REG_1, REG_1, width], &[mask, zeros]);
            }
        }
        let (lo, hi) = (f.lo.get(..len).unwrap_or(&[]), f.hi.get(..len).unwrap_or(&[]));
        let (which, hi): (_, &[u8]) = if lo == hi { (expr::CMP, &[]) } else { (expr::RANGE, hi) };
        // NFT_CMP_EQ and NFT_RANGE_EQ are 0, NEQ of both is 1.
        expr::put(m, which, &[REG_1, f.op.wrapping_sub(1)], &[lo, hi]);
    }

    /// Whether `e` loads this field.
    #[inline(never)]
    fn is(&self, e: &Expr<'_>, family: u8) -> bool {
        let [a, b, ..] = self.numbers(family);
        self.expr == e.which && u64::from(a) == e.number(2) && (b == NONE || u64::from(b) == e.number(3))
    }
}

impl Field {
    /// Takes up a comparison, a range, or the mask before a comparison. `false` for a mask that is not of leading bits.
    #[inline(never)]
    fn read(&mut self, e: &Expr<'_>) -> bool {
        if e.which == expr::BITWISE {
            // The mask of a prefix: as many bits count as are set.
            let ones = |n: u8, b: &u8| n.saturating_add(u8::try_from(b.count_ones()).unwrap_or(0));
            self.bits = e.data(4).iter().fold(0, ones);
            return mask(self.bits).starts_with(e.data(4));
        }
        let masked = self.bits;
        self.set(if e.number(2) == 0 { 1 } else { 2 }, e.data(3));
        if masked != 0 {
            self.bits = masked;
        }
        if e.which == expr::RANGE {
            self.up_to(e.data(4));
        }
        true
    }
}

/// The mask of so many leading bits.
fn mask(bits: u8) -> [u8; 16] {
    let mut mask = [0; 16];
    let mut left = bits;
    for b in &mut mask {
        *b = !0xff_u8.checked_shr(u32::from(left)).unwrap_or(0);
        left = left.saturating_sub(8);
    }
    mask
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nft::batch;
    use crate::wire::captured::captured;
    use crate::wire::header::{Messages, nlm};

    extern crate std;
    use std::vec::Vec;

    /// The payload of a NFT_MSG_NEWRULE.
    fn rule(family: u8, attrs: &[u8]) -> Rule {
        let mut payload = std::vec![family, 0, 0, 12];
        payload.extend_from_slice(attrs);
        let m = Message { ty: 0x0a06, flags: 0, seq: 0, port: 0, payload: &payload };
        let mut rule = Rule::new(0);
        rule.read(&m);
        rule
    }

    // As `nft add rule ip nlbox POSTROUTING ip saddr 10.0.0.0/12 oifname != "eth0" masquerade` sends it: nftables 1.0.6.
    const SENT: &[u8] = b"\
\x0a\x00\x01\x00\x6e\x6c\x62\x6f\x78\x00\x00\x00\x10\x00\x02\x00\x50\x4f\x53\x54\x52\x4f\x55\x54\x49\x4e\x47\x00\
\x18\x01\x04\x80\
\x34\x00\x01\x80\x0c\x00\x01\x00\x70\x61\x79\x6c\x6f\x61\x64\x00\x24\x00\x02\x80\x08\x00\x01\x00\x00\x00\x00\x01\
\x08\x00\x02\x00\x00\x00\x00\x01\x08\x00\x03\x00\x00\x00\x00\x0c\x08\x00\x04\x00\x00\x00\x00\x04\
\x44\x00\x01\x80\x0c\x00\x01\x00\x62\x69\x74\x77\x69\x73\x65\x00\x34\x00\x02\x80\x08\x00\x01\x00\x00\x00\x00\x01\
\x08\x00\x02\x00\x00\x00\x00\x01\x08\x00\x03\x00\x00\x00\x00\x04\x0c\x00\x04\x80\x08\x00\x01\x00\xff\xf0\x00\x00\
\x0c\x00\x05\x80\x08\x00\x01\x00\x00\x00\x00\x00\
\x2c\x00\x01\x80\x08\x00\x01\x00\x63\x6d\x70\x00\x20\x00\x02\x80\x08\x00\x01\x00\x00\x00\x00\x01\
\x08\x00\x02\x00\x00\x00\x00\x00\x0c\x00\x03\x80\x08\x00\x01\x00\x0a\x00\x00\x00\
\x24\x00\x01\x80\x09\x00\x01\x00\x6d\x65\x74\x61\x00\x00\x00\x00\x14\x00\x02\x80\x08\x00\x02\x00\x00\x00\x00\x07\
\x08\x00\x01\x00\x00\x00\x00\x01\
\x38\x00\x01\x80\x08\x00\x01\x00\x63\x6d\x70\x00\x2c\x00\x02\x80\x08\x00\x01\x00\x00\x00\x00\x01\
\x08\x00\x02\x00\x00\x00\x00\x01\x18\x00\x03\x80\x14\x00\x01\x00\x65\x74\x68\x30\x00\x00\x00\x00\x00\x00\x00\x00\
\x00\x00\x00\x00\
\x14\x00\x01\x80\x09\x00\x01\x00\x6d\x61\x73\x71\x00\x00\x00\x00\x04\x00\x02\x80";

    // As Linux 6.18 dumps `fib daddr type local tcp dport 80 counter dnat to 10.0.0.2:8080 comment "hello"`.
    const DUMPED: &[u8] = b"\
\x0a\x00\x01\x00\x6e\x6c\x62\x6f\x78\x00\x00\x00\x0f\x00\x02\x00\x50\x52\x45\x52\x4f\x55\x54\x49\x4e\x47\x00\x00\
\x0c\x00\x03\x00\x00\x00\x00\x00\x00\x00\x00\x05\xd4\x01\x04\x00\
\x28\x00\x01\x00\x08\x00\x01\x00\x66\x69\x62\x00\x1c\x00\x02\x00\x08\x00\x01\x00\x00\x00\x00\x01\x08\x00\x02\x00\x00\x00\x00\x03\x08\x00\x03\x00\x00\x00\x00\x02\
\x2c\x00\x01\x00\x08\x00\x01\x00\x63\x6d\x70\x00\x20\x00\x02\x00\x08\x00\x01\x00\x00\x00\x00\x01\x08\x00\x02\x00\x00\x00\x00\x00\x0c\x00\x03\x00\x08\x00\x01\x00\x02\x00\x00\x00\
\x24\x00\x01\x00\x09\x00\x01\x00\x6d\x65\x74\x61\x00\x00\x00\x00\x14\x00\x02\x00\x08\x00\x02\x00\x00\x00\x00\x10\x08\x00\x01\x00\x00\x00\x00\x01\
\x2c\x00\x01\x00\x08\x00\x01\x00\x63\x6d\x70\x00\x20\x00\x02\x00\x08\x00\x01\x00\x00\x00\x00\x01\x08\x00\x02\x00\x00\x00\x00\x00\x0c\x00\x03\x00\x05\x00\x01\x00\x06\x00\x00\x00\
\x34\x00\x01\x00\x0c\x00\x01\x00\x70\x61\x79\x6c\x6f\x61\x64\x00\x24\x00\x02\x00\x08\x00\x01\x00\x00\x00\x00\x01\x08\x00\x02\x00\x00\x00\x00\x02\x08\x00\x03\x00\x00\x00\x00\x02\x08\x00\x04\x00\x00\x00\x00\x02\
\x2c\x00\x01\x00\x08\x00\x01\x00\x63\x6d\x70\x00\x20\x00\x02\x00\x08\x00\x01\x00\x00\x00\x00\x01\x08\x00\x02\x00\x00\x00\x00\x00\x0c\x00\x03\x00\x06\x00\x01\x00\x00\x50\x00\x00\
\x2c\x00\x01\x00\x0c\x00\x01\x00\x63\x6f\x75\x6e\x74\x65\x72\x00\x1c\x00\x02\x00\x0c\x00\x01\x00\x00\x00\x00\x00\x00\x00\x01\x54\x0c\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00\x05\
\x2c\x00\x01\x00\x0e\x00\x01\x00\x69\x6d\x6d\x65\x64\x69\x61\x74\x65\x00\x00\x00\x18\x00\x02\x00\x08\x00\x01\x00\x00\x00\x00\x01\x0c\x00\x02\x00\x08\x00\x01\x00\x0a\x00\x00\x02\
\x2c\x00\x01\x00\x0e\x00\x01\x00\x69\x6d\x6d\x65\x64\x69\x61\x74\x65\x00\x00\x00\x18\x00\x02\x00\x08\x00\x01\x00\x00\x00\x00\x02\x0c\x00\x02\x00\x06\x00\x01\x00\x1f\x90\x00\x00\
\x48\x00\x01\x00\x08\x00\x01\x00\x6e\x61\x74\x00\x3c\x00\x02\x00\x08\x00\x01\x00\x00\x00\x00\x01\x08\x00\x02\x00\x00\x00\x00\x02\x08\x00\x03\x00\x00\x00\x00\x01\x08\x00\x04\x00\x00\x00\x00\x01\x08\x00\x05\x00\x00\x00\x00\x02\x08\x00\x06\x00\x00\x00\x00\x02\x08\x00\x07\x00\x00\x00\x00\x03\
\x0c\x00\x07\x00\x00\x06\x68\x65\x6c\x6c\x6f\x00";

    fn sent() -> Vec<u8> {
        captured(None, &[], SENT)
    }

    fn dumped() -> Vec<u8> {
        let mut bytes = captured(None, &[], DUMPED);
        // RTN_LOCAL, which `fib` compares, is the one number in it of the host's order.
        let local = DUMPED.windows(8).position(|w| w == [8, 0, 1, 0, 2, 0, 0, 0]).unwrap() + 4;
        bytes[local..local + 4].copy_from_slice(&2_u32.to_ne_bytes());
        bytes
    }

    fn masquerade() -> Rule {
        let mut r = Rule::new(af::AF_INET);
        (r.chain, r.target) = (3, target::MASQUERADE);
        r.ask(field::SRC, 1, &[10, 0, 0, 0]);
        r.fields[field::SRC].bits = 12;
        r.ask(field::OUT, 2, b"eth0\0\0\0\0\0\0\0\0\0\0\0\0");
        r
    }

    #[test]
    fn reads_what_nft_sends() {
        let r = rule(2, &sent());
        assert!(r.same(&masquerade()));
        assert!(!r.same(&Rule { family: 10, ..masquerade() }));
        assert!(!r.same(&Rule { target: target::SNAT, ..masquerade() }));
    }

    #[test]
    fn a_mask_of_other_than_leading_bits_is_not_ours() {
        let mut odd = sent();
        let at = odd.windows(4).position(|w| w == [0xff, 0xf0, 0, 0]).unwrap();
        odd[at..at + 4].copy_from_slice(&[0xff, 0x0f, 0, 0]);
        assert_eq!(rule(2, &odd).target, target::OTHER);
    }

    #[test]
    fn half_a_rule_is_not_ours() {
        let list = DUMPED.windows(4).position(|w| w == [0x38, 2, 4, 0] || w[2..] == [4, 0]).unwrap();
        let mut odd = dumped();
        // The first expression reaches beyond the list.
        odd[list + 4..list + 6].copy_from_slice(&u16::MAX.to_ne_bytes());
        assert_eq!(rule(10, &odd).target, target::OTHER);
    }

    #[test]
    fn writes_nfts_expressions() {
        let mut tx = [0; 1024];
        let mut m = batch::begin(&mut tx, 7);
        batch::add(&mut m, &masquerade(), None);
        batch::end(&mut m);
        let datagram = m.finish(1).unwrap();
        let all: Vec<_> = Messages::new(datagram).collect();
        let seen: Vec<_> = all.iter().map(|m| (m.ty, m.flags & !nlm::REQUEST)).collect();
        let add = nlm::CREATE | nlm::APPEND | nlm::ACK;
        assert_eq!(seen, [(16, 0), (0x0a00, nlm::CREATE), (0x0a03, nlm::CREATE), (0x0a06, add), (17, 0)]);
        // NFNL_BATCH_GENID.
        assert_eq!(all[0].payload[..4], [0, 0, 0, 10]);
        assert_eq!(all[0].payload[4..], captured(None, &[], b"\x08\0\x01\0\0\0\0\x07"));
        let sent = sent();
        // Ours begin as nft's do: table, chain, and the loads and comparisons of the address.
        let (head, ours) = all[3].payload.split_at(4);
        assert_eq!(head, [2, 0, 0, 0]);
        assert_eq!((&ours[..28], &ours[30..32]), (&sent[..28], &sent[30..32]));
        assert_eq!(ours[32..196], sent[32..196]);
        assert!(ours.ends_with(&sent[sent.len() - 20..]));
        assert!(rule(2, ours).same(&masquerade()));
    }

    #[test]
    fn reads_what_the_kernel_dumps() {
        let r = rule(2, &dumped());
        let mut want = Rule::new(af::AF_INET);
        want.target = target::DNAT;
        want.ask(field::LOCAL, 1, &2_u32.to_ne_bytes());
        want.ask(field::PROTO, 1, &[6]);
        want.ask(field::DPORT, 1, &[0, 80]);
        want.fields[field::TO].set(1, &[10, 0, 0, 2]);
        want.fields[field::PORTS].set(1, &8080_u16.to_be_bytes());
        want.tag[..5].copy_from_slice(b"hello");
        assert!(r.same(&want));
        assert_eq!((r.handle, r.packets, r.bytes), (5, 5, 340));
    }

    #[test]
    fn every_rule_comes_back_as_it_went() {
        for (family, width) in [(2, 4), (10, 16)] {
            for what in target::MASQUERADE..=target::ACCEPT {
                // An interpreter has time for half of them.
                if cfg!(miri) && (what % 2 == 0) == (family == 2) {
                    continue;
                }
                let mut r = Rule::new(family);
                (r.chain, r.target) = (1, what);
                for n in 0..LOADS.len() {
                    let width = [width, width, 16, 16, 1, 2, 2, 4][n];
                    let value: Vec<u8> = (1..=16).collect();
                    r.ask(n, 1 + u8::try_from(n % 2).unwrap(), &value[..width]);
                }
                r.fields[field::SPORT].up_to(&[9, 9]);
                r.fields[field::IN].set(1, b"eth\0\0\0\0\0\0\0\0\0\0\0\0\0");
                r.fields[field::IN].bits = 24;
                if matches!(what, target::SNAT | target::DNAT) {
                    r.fields[field::TO].set(1, &[7; 16][..width]);
                }
                if what != target::ACCEPT {
                    r.fields[field::PORTS].set(1, &[1, 2]);
                    r.fields[field::PORTS].up_to(&[1, 3]);
                }
                r.tag[..3].copy_from_slice(b"tag");
                let mut tx = [0; 4096];
                let mut m = Build::new(&mut tx, 0x0a06, 0, &[family, 0, 0, 0]);
                m.put_str(RULE_CHAIN, b"INPUT");
                r.put(&mut m);
                let whole = m.finish(1).unwrap();
                assert!(rule(family, &whole[20..]).same(&r), "{family} {what}");
            }
        }
    }

    #[test]
    fn damage_is_no_rule_and_no_panic() {
        // An interpreter has no time for every byte.
        let step = if cfg!(miri) { 97 } else { 1 };
        let whole = dumped();
        for cut in (0..whole.len()).step_by(step) {
            let _ = rule(2, &whole[..cut]);
        }
        let mut odd = whole;
        for at in (0..odd.len()).step_by(step) {
            for bits in [0x01, 0x80, 0xff] {
                odd[at] ^= bits;
                let _ = rule(10, &odd);
                odd[at] ^= bits;
            }
        }
        // An expression of another kind: only nft knows.
        let at = DUMPED.windows(4).position(|w| w == b"meta").unwrap();
        odd[at..at + 4].copy_from_slice(b"sock");
        odd[at + 3] = b't';
        assert_eq!(rule(2, &odd).target, target::OTHER);
    }
}
