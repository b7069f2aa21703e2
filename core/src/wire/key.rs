//! The number and the type of an attribute in one constant.

use crate::bytes::{Reader, until_nul};
use core::marker::PhantomData;

/// Names an attribute of a set and the type of its value: `attrs.get(ifla::MTU)` is an `Option<u32>`.
pub struct Key<V> {
    ty: u16,
    v: PhantomData<fn(V)>,
}

impl<V> Clone for Key<V> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<V> Copy for Key<V> {}

impl<V> Key<V> {
    /// The key of attribute number `ty`.
    #[must_use]
    pub const fn new(ty: u16) -> Self {
        Key { ty, v: PhantomData }
    }

    /// The attribute's number.
    #[must_use]
    pub const fn ty(self) -> u16 {
        self.ty
    }
}

/// A type of value: how it reads from a payload and how it is written.
pub trait Value {
    /// The value as the caller sees it; borrowed where it is bytes.
    type Ref<'a>;
    /// Reads a payload; `None` when it is too short.
    fn get(b: &[u8]) -> Option<Self::Ref<'_>>;
    /// Hands the payload's bytes to `put`.
    fn with<R>(v: Self::Ref<'_>, put: impl FnOnce(&[u8]) -> R) -> R;
}

macro_rules! number {
    ($($name:ty, $int:ty, $from:ident, $to:ident;)*) => {$(
        impl Value for $name {
            type Ref<'a> = $int;
            fn get(b: &[u8]) -> Option<$int> {
                Reader::new(b).array().map(<$int>::$from)
            }
            fn with<R>(v: $int, put: impl FnOnce(&[u8]) -> R) -> R {
                put(&v.$to())
            }
        }
    )*};
}

/// A u16 in network order.
pub enum Be16 {}
/// A u32 in network order.
pub enum Be32 {}
/// A NUL-terminated string; read without its NUL, written with one.
pub enum Str {}
/// Any bytes: addresses, records.
pub enum Raw {}
/// Attributes again.
pub enum Nested {}
/// No payload: its presence says it.
pub enum Flag {}

number! {
    u8, u8, from_ne_bytes, to_ne_bytes;
    u16, u16, from_ne_bytes, to_ne_bytes;
    u32, u32, from_ne_bytes, to_ne_bytes;
    u64, u64, from_ne_bytes, to_ne_bytes;
    i32, i32, from_ne_bytes, to_ne_bytes;
    Be16, u16, from_be_bytes, to_be_bytes;
    Be32, u32, from_be_bytes, to_be_bytes;
}

impl Value for Raw {
    type Ref<'a> = &'a [u8];
    fn get(b: &[u8]) -> Option<&[u8]> {
        Some(b)
    }
    fn with<R>(v: &[u8], put: impl FnOnce(&[u8]) -> R) -> R {
        put(v)
    }
}

impl Value for Str {
    type Ref<'a> = &'a [u8];
    fn get(b: &[u8]) -> Option<&[u8]> {
        Some(until_nul(b))
    }
    fn with<R>(v: &[u8], put: impl FnOnce(&[u8]) -> R) -> R {
        put(v)
    }
}

impl Value for Flag {
    type Ref<'a> = ();
    fn get(_: &[u8]) -> Option<()> {
        Some(())
    }
    fn with<R>((): (), put: impl FnOnce(&[u8]) -> R) -> R {
        put(&[])
    }
}
