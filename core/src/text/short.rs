//! What listings say most, as calls without arguments: each of them stands in dozens of places.

use crate::text::out::Out;

impl Out<'_> {
    /// `out.text("\n")`.
    #[inline(never)]
    pub fn newline(&mut self) {
        self.text("\n");
    }

    /// `out.text(" ")`.
    #[inline(never)]
    pub fn blank(&mut self) {
        self.text(" ");
    }

    /// `out.open_object("")`: an object in an array.
    #[inline(never)]
    pub fn open_record(&mut self) {
        self.open_object("");
    }

    /// `out.close_array("")`.
    #[inline(never)]
    pub fn close_list(&mut self) {
        self.close_array("");
    }
}
