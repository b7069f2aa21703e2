//! Numbers with names, learnt while the program runs: kept one behind the other in memory mapped once.

use nlbox_core::bytes::Writer;
use nlbox_sys::memory::map;

/// Records: the number (u32, host order), the name's length (u8), the name.
#[derive(Default)]
pub struct Records {
    room: &'static mut [u8],
    len: usize,
    /// Bit `id % 64` is set where `id` may have a name.
    ids: u64,
}

/// Bytes for all records, some ten thousand: pages that are not written to take no memory.
const ROOM: usize = 1 << 20;

impl Records {
    /// Forgets all records.
    pub fn clear(&mut self) {
        self.len = 0;
        self.ids = 0;
    }

    /// That `id` has a name, here or elsewhere.
    pub fn mark(&mut self, id: u32) {
        self.ids |= 1_u64.wrapping_shl(id);
    }

    /// Whether `id` may have a name; a `no` is certain.
    #[must_use]
    pub const fn may_have(&self, id: u32) -> bool {
        self.ids & 1_u64.wrapping_shl(id) != 0
    }

    /// Adds a record. One that finds no room, or whose name is longer than 255 bytes, is passed over.
    pub fn push(&mut self, id: u32, name: &[u8]) {
        self.mark(id);
        if self.room.is_empty() {
            // Without memory nothing has a name: numbers are printed.
            self.room = map(ROOM).unwrap_or_default();
        }
        let (Ok(len), Some(room)) = (u8::try_from(name.len()), self.room.get_mut(self.len..)) else { return };
        let mut w = Writer::new(room);
        w.put(&id.to_ne_bytes());
        w.put(&[len]);
        w.put(name);
        if !w.is_full() {
            self.len = self.len.saturating_add(w.written().len());
        }
    }

    /// The last record that `is` takes: a later file has its way.
    pub fn find(&self, is: &dyn Fn(u32, &[u8]) -> bool) -> Option<(u32, &[u8])> {
        let mut rest = self.room.get(..self.len)?;
        let mut found = None;
        while let Some((id, more)) = rest.split_first_chunk::<4>()
            && let Some((len, more)) = more.split_first()
            && let Some((name, more)) = more.split_at_checked(usize::from(*len))
        {
            let id = u32::from_ne_bytes(*id);
            if is(id, name) {
                found = Some((id, name));
            }
            rest = more;
        }
        found
    }

    /// The name of `id`.
    #[must_use]
    pub fn name(&self, id: u32) -> Option<&[u8]> {
        self.find(&|n, _| n == id).map(|(_, name)| name)
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;

    #[test]
    fn records() {
        let mut r = Records { room: std::vec![0; 22].leak(), ..Records::default() };
        assert_eq!(r.name(0), None);
        r.push(7, b"blue");
        r.push(0, b"red");
        r.push(1, b"no room");
        assert_eq!((r.name(7), r.name(0), r.name(1)), (Some(&b"blue"[..]), Some(&b"red"[..]), None));
        assert_eq!(r.find(&|_, n| n == b"blue"), Some((7, &b"blue"[..])));
        assert_eq!(r.len, 17);
        assert!(r.may_have(7) && r.may_have(71) && !r.may_have(8));
        r.mark(8);
        assert!(r.may_have(8) && r.name(8).is_none());
        r.clear();
        assert!(r.name(7).is_none() && !r.may_have(7));
    }
}
