//! Building a request, and remembering which word of the command line each attribute came from.

use crate::bytes::{Writer, align4};
use crate::wire::attr::{ATTR_HEADER_LEN, Attrs, NLA_F_NESTED};
use crate::wire::header::{HEADER_LEN, nlm};
use crate::wire::key::{Key, Value};
use core::ops::{Deref, DerefMut};

/// How many attributes keep the number of their word; a request with more of them loses only the caret of the rest.
const ORIGINS: usize = 48;

/// A `struct nlattr`.
#[inline(always)]
fn header(len: u16, ty: u16) -> [u8; ATTR_HEADER_LEN] {
    let ([a, b], [c, d]) = (len.to_ne_bytes(), ty.to_ne_bytes());
    [a, b, c, d]
}

/// Room for a message header, and the fixed header behind it.
#[inline(always)]
fn front(w: &mut Writer<'_>, fixed: &[u8]) {
    w.zeros(HEADER_LEN);
    w.put(fixed);
    w.align();
}

/// A request under construction in a caller's buffer. Shape: header, fixed header, attributes.
///
/// What does not fit sets a sticky flag; [`Build::finish`] then answers `None`.
// What is large stands last.
#[repr(C)]
pub struct Build<'b> {
    w: Writer<'b>,
    level: usize,
    start: usize,
    word: u16,
    ty: u16,
    flags: u16,
    origins: heapless::Vec<(u16, u16), ORIGINS>,
}

impl<'b> Build<'b> {
    /// Starts a request of type `ty` with `NLM_F_REQUEST` and `flags`; `fixed` is the protocol's fixed header.
    pub fn new(buf: &'b mut [u8], ty: u16, flags: u16, fixed: &[u8]) -> Self {
        let mut w = Writer::new(buf);
        front(&mut w, fixed);
        Build::over(w, ty, flags)
    }

    /// The same where the fixed header is `fixed` zeros to begin with.
    pub fn blank(buf: &'b mut [u8], ty: u16, flags: u16, fixed: usize) -> Self {
        let mut w = Writer::new(buf);
        w.zeros(align4(HEADER_LEN.saturating_add(fixed)));
        Build::over(w, ty, flags)
    }

    /// With the headers that stand in `w`. Made where it is to be: it is too large to be moved for each request.
    #[inline(always)]
    fn over(w: Writer<'b>, ty: u16, flags: u16) -> Self {
        Build {
            level: w.len(),
            w,
            origins: heapless::Vec::new(),
            word: u16::MAX,
            start: 0,
            ty,
            flags: flags | nlm::REQUEST,
        }
    }

    /// From here on attributes come from word number `word` of the command line.
    pub fn from_word(&mut self, word: usize) {
        self.word = u16::try_from(word).unwrap_or(u16::MAX);
    }

    /// Message type.
    #[must_use]
    pub const fn ty(&self) -> u16 {
        self.ty
    }

    /// Changes the message type: several verbs share one grammar.
    pub fn set_ty(&mut self, ty: u16) {
        self.ty = ty;
    }

    /// `NLM_F_*` of the request.
    #[must_use]
    pub const fn flags(&self) -> u16 {
        self.flags
    }

    /// Replaces the flags; `NLM_F_REQUEST` stays.
    pub fn set_flags(&mut self, flags: u16) {
        self.flags = flags | nlm::REQUEST;
    }

    /// Overwrites `bytes` at offset `at` of the fixed header.
    #[inline(never)]
    pub fn head(&mut self, at: usize, bytes: &[u8]) {
        self.w.patch(HEADER_LEN.saturating_add(at), bytes);
    }

    /// Puts a byte at offset `at` of the fixed header.
    #[inline(never)]
    pub fn head_u8(&mut self, at: usize, v: u8) {
        self.head(at, &[v]);
    }

    /// Puts two bytes in host order at offset `at` of the fixed header.
    #[inline(never)]
    pub fn head_u16(&mut self, at: usize, v: u16) {
        self.head(at, &v.to_ne_bytes());
    }

    /// Puts four bytes in host order at offset `at` of the fixed header.
    #[inline(never)]
    pub fn head_u32(&mut self, at: usize, v: u32) {
        self.head(at, &v.to_ne_bytes());
    }

    /// Sets `bits` (in their place and byte order) at offset `at` of the fixed header.
    pub fn head_or(&mut self, at: usize, bits: &[u8]) {
        self.w.or(HEADER_LEN.saturating_add(at), bits);
    }

    /// Leaves `fixed` bytes of the fixed header, and no attribute: another message asks better.
    pub fn shorten(&mut self, fixed: usize) {
        self.w.truncate(HEADER_LEN.saturating_add(fixed));
    }

    /// Byte `at` of the fixed header.
    #[must_use]
    #[inline(never)]
    pub fn head_at(&self, at: usize) -> u8 {
        self.w.at(HEADER_LEN.saturating_add(at)).unwrap_or(0)
    }

    /// Appends an attribute.
    pub fn put<V: Value>(&mut self, key: Key<V>, v: V::Ref<'_>) {
        V::with(v, |b| self.raw(key.ty(), b));
    }

    /// Appends a string attribute with its terminating NUL.
    pub fn put_str(&mut self, ty: u16, s: &[u8]) {
        let at = self.open(ty);
        self.w.put(s);
        self.w.put(&[0]);
        self.close(at);
    }

    /// Appends attribute number `ty` with `payload` as it is.
    pub fn raw(&mut self, ty: u16, payload: &[u8]) {
        self.note();
        match u16::try_from(payload.len().saturating_add(ATTR_HEADER_LEN)) {
            Ok(len) => self.w.put_padded(header(len, ty), payload),
            Err(_) => self.w.spoil(),
        }
    }

    /// Appends bytes that are no attribute: the fixed header inside `VETH_INFO_PEER`, a multipath record.
    pub fn bytes(&mut self, b: &[u8]) {
        self.w.put(b);
        self.w.align();
    }

    /// Adds `b` to the payload of the attribute that is open, without padding.
    pub fn piece(&mut self, b: &[u8]) {
        self.w.put(b);
    }

    /// Opens a nest numbered `ty` with `NLA_F_NESTED`; it is closed when the guard goes.
    pub fn nest(&mut self, ty: u16) -> Nest<'_, 'b> {
        self.nest_plain(ty | NLA_F_NESTED)
    }

    /// Opens a nest without `NLA_F_NESTED`: what iproute2 sends where the kernel never asked for the bit.
    pub fn nest_plain(&mut self, ty: u16) -> Nest<'_, 'b> {
        let at = self.open(ty);
        Nest { b: self, at }
    }

    /// Opens a nest that the caller closes with [`Build::close`]: for grammars that walk in and out by words.
    pub fn open(&mut self, ty: u16) -> usize {
        let at = self.note();
        self.w.put_padded(header(0, ty), &[]);
        at
    }

    /// Where the next attribute begins; keeps the word that it comes from.
    #[inline(always)]
    fn note(&mut self) -> usize {
        self.w.align();
        let at = self.w.len();
        if let (Ok(offset), true) = (u16::try_from(at), self.word != u16::MAX) {
            // A full list only costs the caret of the later words.
            let _ = self.origins.push((offset, self.word));
        }
        at
    }

    /// Closes what [`Build::open`] opened at `at`: sets its length, pads behind it.
    pub fn close(&mut self, at: usize) {
        let len = self.w.len().saturating_sub(at);
        match u16::try_from(len) {
            Ok(len) => self.w.set(at, len.to_ne_bytes()),
            Err(_) => self.w.spoil(),
        }
        self.w.align();
    }

    /// Whether the nest opened at `at` is still empty.
    #[must_use]
    pub fn is_empty_since(&self, at: usize) -> bool {
        self.w.len() <= at.saturating_add(ATTR_HEADER_LEN)
    }

    /// Says that the attributes of the nest being filled begin behind the header of the one opened at `at`: where
    /// [`Build::resume`] and [`Build::merge`] look. Gives the former place back, as [`Build::leave`] takes it.
    pub fn enter(&mut self, at: usize) -> usize {
        core::mem::replace(&mut self.level, at.saturating_add(ATTR_HEADER_LEN))
    }

    /// Ends what [`Build::enter`] began.
    pub fn leave(&mut self, level: usize) {
        self.level = level;
    }

    /// Where the last attribute `ty` of the nest being filled begins, and whether nothing is behind it.
    fn find(&self, ty: u16) -> Option<(usize, bool)> {
        let written = self.w.written();
        let mut rest = Attrs::new(written.get(self.level..)?);
        let mut found = None;
        loop {
            let at = written.len().saturating_sub(rest.bytes().len());
            let Some(a) = rest.next() else { return found };
            if a.ty == ty {
                found = Some((at, rest.bytes().is_empty()));
            }
        }
    }

    /// What the nest being filled says of attribute `ty`: of several the kernel takes the last.
    #[must_use]
    pub fn said(&self, ty: u16) -> Option<&[u8]> {
        let (at, _) = self.find(ty)?;
        Attrs::new(self.w.written().get(at..)?).next().map(|a| a.payload)
    }

    /// Whether the nest being filled has no attribute `ty` yet.
    #[must_use]
    pub fn lacks(&self, ty: u16) -> bool {
        self.find(ty).is_none()
    }

    /// The payload of attribute `ty` of the nest being filled.
    #[must_use]
    pub fn here(&self, ty: u16) -> Option<&[u8]> {
        Attrs::new(self.w.written().get(self.level..)?).raw(ty)
    }

    /// Opens attribute `ty` anew to append to its payload when it is the last of the nest being filled, else as
    /// [`Build::open`]: the further words of a list.
    pub fn resume(&mut self, ty: u16) -> usize {
        match self.find(ty) {
            Some((at, true)) => {
                // Its padding would stand in the middle.
                let len = self
                    .w
                    .written()
                    .get(at..)
                    .and_then(|b| b.first_chunk())
                    .map_or(0, |b| u16::from_ne_bytes(*b));
                self.w.truncate(at.saturating_add(usize::from(len)));
                at
            }
            _ => self.open(ty),
        }
    }

    /// Adds `payload` to attribute `ty` as [`Build::resume`] finds or opens it.
    pub fn append(&mut self, ty: u16, payload: &[u8]) {
        let at = self.resume(ty);
        self.w.put(payload);
        self.close(at);
    }

    /// Sets the bits of `payload` in the attribute `ty` of the nest being filled, or appends it: switches that share
    /// an attribute.
    pub fn merge(&mut self, ty: u16, payload: &[u8]) {
        match self.find(ty) {
            Some((at, _)) => self.w.or(at.saturating_add(ATTR_HEADER_LEN), payload),
            None => self.raw(ty, payload),
        }
    }

    /// Drops all attributes of the nest being filled.
    pub fn clear(&mut self) {
        self.w.truncate(self.level);
    }

    /// How many bytes stand in the request so far; [`Build::undo`] goes back to here.
    #[must_use]
    pub fn mark(&self) -> usize {
        self.w.len()
    }

    /// Drops everything behind `mark`.
    pub fn undo(&mut self, mark: usize) {
        self.w.truncate(mark);
    }

    /// The attributes of the request so far, behind a fixed header of `fixed` bytes.
    #[must_use]
    pub fn attrs(&self, fixed: usize) -> crate::wire::attr::Attrs<'_> {
        let from = align4(HEADER_LEN.saturating_add(fixed));
        crate::wire::attr::Attrs::new(self.w.written().get(from..).unwrap_or(&[]))
    }

    /// Ends the message being built and begins the next one of the same datagram, as nf_tables batches want it. What
    /// speaks of the fixed header (`head`, `attrs` …) still means the first message's.
    pub fn another(&mut self, ty: u16, flags: u16, fixed: &[u8]) {
        self.seal(0);
        self.start = self.w.len();
        front(&mut self.w, fixed);
        (self.ty, self.flags) = (ty, flags | nlm::REQUEST);
    }

    /// Fills in the header of the message being built.
    fn seal(&mut self, seq: u32) {
        let at = self.start;
        let [l0, l1, l2, l3] = u32::try_from(self.w.len().saturating_sub(at)).unwrap_or(0).to_ne_bytes();
        let ([t0, t1], [f0, f1]) = (self.ty.to_ne_bytes(), self.flags.to_ne_bytes());
        let [s0, s1, s2, s3] = seq.to_ne_bytes();
        self.w.set(at, [l0, l1, l2, l3, t0, t1, f0, f1, s0, s1, s2, s3]);
    }

    /// Fills the headers in and gives the whole datagram; `None` when something did not fit the buffer.
    ///
    /// All messages of a batch carry the same sequence number: whichever the kernel answers, it answers this request.
    pub fn finish(&mut self, seq: u32) -> Option<&[u8]> {
        self.seal(seq);
        // Those before it were sealed without.
        let mut at = 0_usize;
        while let Some(len) = self.w.written().get(at..self.start).and_then(|b| b.first_chunk()) {
            let len = usize::try_from(u32::from_ne_bytes(*len)).ok()?;
            self.w.patch(at.saturating_add(8), &seq.to_ne_bytes());
            at = at.saturating_add(align4(len.max(HEADER_LEN)));
        }
        (!self.w.is_full()).then(|| self.w.written())
    }

    /// The request as built, header included; for walking back from an offset.
    #[must_use]
    pub fn written(&self) -> &[u8] {
        self.w.written()
    }

    /// The word of the command line that the attribute at or around `offset` came from.
    #[must_use]
    pub fn word_at(&self, offset: u32) -> Option<usize> {
        self.origins.iter().find(|(at, _)| u32::from(*at) == offset).map(|(_, word)| usize::from(*word))
    }
}

/// An open nest; what is put into it goes inside, and its length is set when it goes out of scope.
pub struct Nest<'n, 'b> {
    b: &'n mut Build<'b>,
    at: usize,
}

impl<'b> Deref for Nest<'_, 'b> {
    type Target = Build<'b>;
    fn deref(&self) -> &Build<'b> {
        self.b
    }
}

impl DerefMut for Nest<'_, '_> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        self.b
    }
}

impl Drop for Nest<'_, '_> {
    fn drop(&mut self) {
        self.b.close(self.at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::header::Messages;
    use crate::wire::key::Str;

    #[test]
    fn builds_nests_and_reads_back() {
        let mut buf = [0xee_u8; 128];
        let mut b = Build::new(&mut buf, 16, nlm::ACK, &[0; 16]);
        b.from_word(3);
        b.put_str(3, b"veth0");
        {
            let mut info = b.nest(18);
            info.put_str(1, b"veth");
            info.nest(2).raw(1, &[1, 2, 3]);
        }
        let d = b.finish(42).unwrap().to_vec_for_test();
        let m = Messages::new(d.as_slice()).next().unwrap();
        assert_eq!((m.ty, m.flags, m.seq), (16, nlm::ACK | nlm::REQUEST, 42));
        let (_, a) = m.split::<16>();
        assert_eq!(a.get(Key::<Str>::new(3)), Some(&b"veth0"[..]));
        let info = Attrs::new(a.raw(18).unwrap());
        assert_eq!(Attrs::new(info.raw(2).unwrap()).raw(1), Some(&[1, 2, 3][..]));
        assert_eq!(b.word_at(32), Some(3));
        assert_eq!(b.word_at(33), None);
    }

    #[test]
    fn resumes_the_last_and_merges_any_attribute_of_the_nest_being_filled() {
        let mut buf = [0; 128];
        let mut b = Build::new(&mut buf, 16, 0, &[0; 16]);
        b.raw(7, &[9; 4]);
        let nest = b.open(1);
        let outer = b.enter(nest);
        b.merge(7, &[1, 0, 1, 0]);
        b.raw(8, &[5]);
        b.merge(7, &[2, 0, 2, 0]);
        for word in [3_u8, 4] {
            let at = b.resume(9);
            b.raw(word.into(), &[]);
            b.close(at);
        }
        b.append(10, &[1, 2]);
        b.append(10, &[3, 4]);
        b.leave(outer);
        b.close(nest);
        let inside = b.attrs(16).nest(Key::<()>::new(1));
        assert_eq!(inside.raw(7), Some(&[3, 0, 3, 0][..]));
        assert_eq!(inside.nest(Key::<()>::new(9)).count(), 2);
        assert_eq!(inside.raw(10), Some(&[1, 2, 3, 4][..]));
        assert_eq!((inside.count(), b.attrs(16).raw(7)), (4, Some(&[9; 4][..])));
    }

    #[test]
    fn a_batch_is_one_datagram_of_one_sequence_number() {
        let mut buf = [0; 128];
        let mut b = Build::new(&mut buf, 16, 0, &[0; 4]);
        b.another(0xa00, nlm::CREATE, &[2, 0, 0, 0]);
        b.put_str(1, b"nlbox");
        b.another(17, 0, &[0; 4]);
        let d = b.finish(9).unwrap().to_vec_for_test();
        let mut all = Messages::new(&d);
        let seen: heapless::Vec<_, 4> =
            all.by_ref().map(|m| (m.ty, m.flags, m.seq, m.payload.len())).collect();
        assert!(!all.damaged());
        assert_eq!(seen, [(16, 1, 9, 4), (0xa00, 1 | nlm::CREATE, 9, 16), (17, 1, 9, 4)]);
    }

    #[test]
    fn what_does_not_fit_is_told_at_the_end() {
        let mut buf = [0; 40];
        let mut b = Build::new(&mut buf, 16, 0, &[0; 16]);
        b.raw(1, &[0; 16]);
        assert!(b.finish(1).is_none());
    }

    #[test]
    fn attributes_of_every_length_are_padded_with_zeros() {
        for len in 0..10_usize {
            let mut buf = [0xee_u8; 64];
            let mut b = Build::new(&mut buf, 16, 0, &[]);
            b.piece(&[7]);
            b.from_word(5);
            b.raw(3, &[9; 10][..len]);
            assert_eq!(b.word_at(20), Some(5));
            let made = b.finish(1).unwrap();
            let (head, payload) = made[16..].split_at(8);
            let attr = header(u16::try_from(len + 4).unwrap(), 3);
            assert_eq!((&head[..4], &head[4..]), (&[7, 0, 0, 0][..], &attr[..]));
            assert_eq!(payload.len(), align4(len));
            assert!(payload.iter().enumerate().all(|(at, v)| *v == if at < len { 9 } else { 0 }), "{len}");
        }
    }

    #[test]
    fn an_attribute_that_its_length_cannot_tell_is_told_at_the_end() {
        static LONG: [u8; 0x1_0000] = [1; 0x1_0000];
        let mut buf = [0; 0x1_0100];
        for (len, fits) in [(0xfffb, true), (0xfffc, false), (0x1_0000, false)] {
            let mut b = Build::new(&mut buf, 16, 0, &[]);
            b.raw(1, &LONG[..len]);
            assert_eq!(b.finish(1).is_some(), fits, "{len}");
            let mut b = Build::new(&mut buf, 16, 0, &[]);
            let at = b.open(1);
            b.piece(&LONG[..len]);
            b.close(at);
            assert_eq!(b.finish(1).is_some(), fits, "{len}, piece by piece");
        }
    }

    trait ToVec {
        fn to_vec_for_test(&self) -> heapless::Vec<u8, 128>;
    }
    impl ToVec for [u8] {
        fn to_vec_for_test(&self) -> heapless::Vec<u8, 128> {
            heapless::Vec::from_slice(self).unwrap()
        }
    }
}
