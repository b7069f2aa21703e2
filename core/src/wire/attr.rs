//! Attributes: length u16, type u16, payload, padding to 4 (`struct nlattr`, `linux/netlink.h`).

use crate::bytes::align4;
use crate::wire::key::{Key, Value};

/// Set in an attribute's type when its payload is attributes again.
pub const NLA_F_NESTED: u16 = 0x8000;
/// Set in an attribute's type when its payload is in network order.
pub const NLA_F_NET_BYTEORDER: u16 = 0x4000;
/// The bits of the type that number the attribute.
pub const NLA_TYPE_MASK: u16 = 0x3fff;
/// Bytes of `struct nlattr`.
pub const ATTR_HEADER_LEN: usize = 4;

/// One attribute, borrowed.
#[derive(Clone, Copy)]
pub struct Attr<'a> {
    /// The attribute's number, without the two flag bits.
    pub ty: u16,
    /// `NLA_F_NESTED` and `NLA_F_NET_BYTEORDER` as received.
    pub flags: u16,
    /// The value, without padding.
    pub payload: &'a [u8],
}

impl<'a> Attr<'a> {
    /// The payload as attributes.
    #[must_use]
    pub const fn nest(&self) -> Attrs<'a> {
        Attrs::new(self.payload)
    }
}

/// The attributes of a message or of a nest, in wire order. Ends at the first damaged one.
#[derive(Clone, Copy)]
pub struct Attrs<'a> {
    rest: &'a [u8],
    /// Bit `ty % 64` is set where attribute `ty` may be among them: a printer asks for thirty attributes of a message
    /// that has five.
    there: u64,
    /// Where in `rest` the payload of attribute `ty` begins, in steps of four bytes: 0 where it has to be looked for.
    at: [u8; NEAR],
    /// Whether there may be more than one of a number: the first one found is then not the last.
    again: bool,
    damaged: bool,
}

/// The lowest numbers, of which messages that come by the million have most: as many as keep a set in 48 bytes.
const NEAR: usize = 22;
/// The last step of four bytes that is kept.
const FAR: usize = 255;

/// Attributes by the bits of their numbers.
#[derive(Clone, Copy)]
pub struct Mask(u64);

impl Mask {
    /// Of the attributes numbered so.
    #[must_use]
    #[allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "runs in the compiler")]
    pub const fn of(tys: &[u16]) -> Mask {
        let (mut mask, mut i) = (0, 0);
        while i < tys.len() {
            mask |= 1_u64.wrapping_shl(tys[i] as u32);
            i += 1;
        }
        Mask(mask)
    }
}

impl<'a> Attrs<'a> {
    /// No attributes.
    pub const EMPTY: Attrs<'static> = Attrs::new(&[]);

    /// Over the bytes behind a fixed header or in a nest.
    #[must_use]
    #[inline(never)]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Attrs { rest: bytes, there: u64::MAX, at: [0; NEAR], again: true, damaged: false }
    }

    /// The same, looked through once so that asking for what is not there costs nothing.
    #[must_use]
    pub fn indexed(bytes: &'a [u8]) -> Self {
        let (mut there, mut high, mut again, mut at) = (0_u64, 0, 0, [0; NEAR]);
        let mut rest = bytes;
        // As in `step`, with less to carry on.
        while let Some(([a, b, c, d], body)) = rest.split_first_chunk() {
            let len = usize::from(u16::from_ne_bytes([*a, *b]));
            if len.wrapping_sub(ATTR_HEADER_LEN) > body.len() {
                break;
            }
            let ty = u16::from_ne_bytes([*c, *d]) & NLA_TYPE_MASK;
            let bit = 1_u64.wrapping_shl(ty.into());
            let step = bytes.len().wrapping_sub(rest.len()).wrapping_shr(2).wrapping_add(1);
            match at.get_mut(usize::from(ty)) {
                Some(at) if step <= FAR => {
                    there |= bit;
                    [*at, ..] = step.to_le_bytes();
                }
                _ if ty < 64 => {
                    again |= there & bit;
                    there |= bit;
                    // It is looked for, to the last.
                    if let Some(at) = at.get_mut(usize::from(ty)) {
                        *at = 0;
                    }
                }
                _ => {
                    // Not to be taken for the one that it shares the bit with.
                    again |= high & bit;
                    high |= bit;
                }
            }
            let Some(more) = rest.get(align4(len)..) else { break };
            rest = more;
        }
        Attrs { rest: bytes, there: there | high, at, again: again != 0, damaged: false }
    }

    /// The bytes that have not been iterated yet.
    #[must_use]
    pub const fn bytes(&self) -> &'a [u8] {
        self.rest
    }

    /// Whether the iteration ended at bytes that are no whole attribute.
    #[must_use]
    pub const fn damaged(&self) -> bool {
        self.damaged
    }

    /// Whether an attribute numbered `ty` may be among them; a `no` is certain.
    #[must_use]
    #[inline(always)]
    pub const fn may_have(&self, ty: u16) -> bool {
        self.there & 1_u64.wrapping_shl(ty as u32) != 0
    }

    /// The same of several.
    #[must_use]
    #[inline(always)]
    pub const fn may_have_any(&self, of: Mask) -> bool {
        self.there & of.0 != 0
    }

    /// The payload of the last attribute numbered `ty`: as the kernel's parser, the last one wins.
    #[must_use]
    #[inline(never)]
    pub fn raw(&self, ty: u16) -> Option<&'a [u8]> {
        if let Some(at) = self.at.get(usize::from(ty)).filter(|at| **at != 0) {
            let at = usize::from(*at).wrapping_shl(2).wrapping_sub(ATTR_HEADER_LEN);
            let [a, b, _, _, payload @ ..] = self.rest.get(at..)? else { return None };
            let len = usize::from(u16::from_ne_bytes([*a, *b])).wrapping_sub(ATTR_HEADER_LEN);
            return payload.get(..len);
        }
        self.search(ty)
    }

    /// The same where the place is not known.
    #[inline(never)]
    fn search(&self, ty: u16) -> Option<&'a [u8]> {
        if !self.may_have(ty) {
            return None;
        }
        let (mut rest, mut found) = (self.rest, None);
        // Only a header is looked at until the number is right.
        while let Some([a, b, c, d]) = rest.first_chunk() {
            let len = usize::from(u16::from_ne_bytes([*a, *b]));
            if u16::from_ne_bytes([*c, *d]) & NLA_TYPE_MASK == ty {
                let Some(payload) = rest.get(ATTR_HEADER_LEN..len) else { break };
                found = Some(payload);
                if !self.again {
                    break;
                }
            } else if len < ATTR_HEADER_LEN {
                break;
            }
            rest = rest.get(align4(len)..).unwrap_or(&[]);
        }
        found
    }

    /// The value of `key`, or `None` when it is absent or too short for its type.
    #[must_use]
    pub fn get<V: Value>(&self, key: Key<V>) -> Option<V::Ref<'a>> {
        V::get(self.raw(key.ty())?)
    }

    /// Whether an attribute numbered as `key` is there, whatever its payload.
    #[must_use]
    pub fn has<V>(&self, key: Key<V>) -> bool {
        self.raw(key.ty()).is_some()
    }

    /// The attributes inside the nest `key`; none when it is absent.
    #[must_use]
    pub fn nest<V>(&self, key: Key<V>) -> Attrs<'a> {
        Attrs::new(self.raw(key.ty()).unwrap_or(&[]))
    }
}

/// Takes one attribute off the front: its type with the flag bits, its payload. `None`, and nothing taken, at the end
/// and before one that is damaged.
#[inline(always)]
fn step<'a>(rest: &mut &'a [u8]) -> Option<(u16, &'a [u8])> {
    let ([a, b, c, d], body) = rest.split_first_chunk()?;
    let len = usize::from(u16::from_ne_bytes([*a, *b]));
    let payload = body.get(..len.checked_sub(ATTR_HEADER_LEN)?)?;
    // The last attribute may lack its padding.
    *rest = rest.get(align4(len)..).unwrap_or(&[]);
    Some((u16::from_ne_bytes([*c, *d]), payload))
}

impl<'a> Iterator for Attrs<'a> {
    type Item = Attr<'a>;

    fn next(&mut self) -> Option<Attr<'a>> {
        // What is left begins elsewhere than what was looked through.
        self.at = [0; NEAR];
        match step(&mut self.rest) {
            Some((ty, payload)) => Some(Attr { ty: ty & NLA_TYPE_MASK, flags: ty & !NLA_TYPE_MASK, payload }),
            None => {
                self.damaged = !self.rest.is_empty();
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::captured::{As, captured};

    #[test]
    fn reads_captured_link_attributes() {
        // IFLA_IFNAME "lo" and IFLA_TXQLEN 1000, as a 6.18 kernel sends them.
        let b = [7, 0, 3, 0, b'l', b'o', 0, 0, 8, 0, 13, 0, 0xe8, 3, 0, 0];
        let b = captured(None, &[(13, As::Numbers(&[4]))], &b);
        let a = Attrs::new(&b);
        assert_eq!(a.get(Key::<crate::wire::key::Str>::new(3)), Some(&b"lo"[..]));
        assert_eq!(a.get(Key::<u32>::new(13)), Some(1000));
        assert_eq!(a.get(Key::<u32>::new(3)), None, "three bytes are no u32");
        assert_eq!(a.count(), 2);
    }

    #[test]
    fn of_several_with_one_number_the_last_one_counts() {
        // Numbers 3 and 67 share a bit of the index.
        let b = [5, 0, 3, 0, 1, 0, 0, 0, 5, 0, 67, 0, 2, 0, 0, 0, 5, 0, 3, 0, 3, 0, 0, 0, 5, 0, 4, 0, 4];
        let b = captured(None, &[], &b);
        for a in [Attrs::new(&b), Attrs::indexed(&b)] {
            let byte = |ty| a.get(Key::<u8>::new(ty));
            assert_eq!(
                [byte(3), byte(67), byte(4), byte(131), byte(5)],
                [Some(3), Some(2), Some(4), None, None]
            );
        }
        assert!(!Attrs::indexed(&b).may_have(5) && Attrs::indexed(&b).may_have(131));
        let mut left = Attrs::indexed(&b);
        left.next();
        assert_eq!(left.get(Key::<u8>::new(67)), Some(2));
    }

    #[test]
    fn what_lies_far_behind_is_found_too() {
        // Twice the same numbers, with a kilobyte between.
        let mut b = [0_u8; 1100];
        for (at, len, ty, v) in [
            (0, 5_u16, 3_u16, 1),
            (8, 5, 40, 2),
            (16, 1040, 9, 3),
            (1056, 5, 3, 4),
            (1064, 5, 40, 5),
            (1072, 5, 21, 6),
        ] {
            b[at..at + 2].copy_from_slice(&len.to_ne_bytes());
            b[at + 2..at + 4].copy_from_slice(&ty.to_ne_bytes());
            b[at + 4] = v;
        }
        for (len, want) in
            [(1077, [4, 5, 3, 6]), (1069, [4, 5, 3, 0]), (1061, [4, 2, 3, 0]), (1056, [1, 2, 3, 0])]
        {
            for a in [Attrs::new(&b[..len]), Attrs::indexed(&b[..len])] {
                assert_eq!([3, 40, 9, 21].map(|ty| a.get(Key::<u8>::new(ty)).unwrap_or(0)), want);
            }
        }
    }

    #[test]
    fn the_last_attribute_may_lack_its_padding() {
        let mut b = [0_u8; 5];
        b[..2].copy_from_slice(&5_u16.to_ne_bytes());
        b[2..4].copy_from_slice(&1_u16.to_ne_bytes());
        b[4] = 9;
        let mut a = Attrs::new(&b);
        assert_eq!(a.next().unwrap().payload, &[9]);
        assert!(a.next().is_none() && !a.damaged());
    }

    #[test]
    fn damage_ends_the_iteration_and_shows() {
        for len in [0_u16, 3, 200] {
            let mut b = [0_u8; 8];
            b[..2].copy_from_slice(&len.to_ne_bytes());
            let mut a = Attrs::new(&b);
            assert!(a.next().is_none() && a.damaged());
        }
    }
}
