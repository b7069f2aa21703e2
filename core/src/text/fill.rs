//! One writer behind every fixed text of this module: it takes a slice, so it is compiled once.

/// Bytes pushed in order into a buffer; what does not fit is dropped.
pub(super) struct Fill<'a> {
    buf: &'a mut [u8],
    len: u8,
}

impl<'a> Fill<'a> {
    /// At the start of `buf`, of which the first 255 bytes can be filled.
    pub(super) fn new(buf: &'a mut [u8]) -> Self {
        Fill { buf, len: 0 }
    }

    /// How many bytes were written.
    pub(super) fn len(&self) -> u8 {
        self.len
    }

    /// How many more bytes fit.
    pub(super) fn room(&self) -> usize {
        self.buf.len().saturating_sub(usize::from(self.len))
    }

    pub(super) fn push(&mut self, byte: u8) {
        if let Some(slot) = self.buf.get_mut(usize::from(self.len)) {
            *slot = byte;
            self.len = self.len.saturating_add(1);
        }
    }

    pub(super) fn push_all(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.push(*byte);
        }
    }
}
