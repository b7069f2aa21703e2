//! How tables are typed in.

/// An attribute set: `pub mod ifla = "link" { 3 IFNAME: Str, Kind::Str, "ifname"; … }` gives a key constant for each
/// row (`ifla::IFNAME: Key<Str>`) and the set itself (`ifla::SET`). A row may end in its flags: `, READ`.
#[macro_export]
macro_rules! attrs {
    ($(#[$doc:meta])* $vis:vis mod $module:ident = $set:literal {
        $($ty:literal $key:ident : $value:ty, $kind:expr, $name:literal $(, $flag:ident)*;)*
    }) => {
        $(#[$doc])*
        #[allow(missing_docs, unused_imports, unreachable_pub, unexpected_cfgs)]
        $vis mod $module {
            use super::*;
            use $crate::spec::{AttrSet, AttrSpec, Int, Kind, RowFlags};
            use $crate::wire::key::{Be16, Be32, Flag, Key, Nested, Raw, Str};
            $(pub const $key: Key<$value> = Key::new($ty);)*
            /// The constants' names and numbers, to be held against the uapi headers.
            #[cfg(any(test, feature = "fake"))]
            pub static KEYS: &[(&str, u16)] = &[$((stringify!($key), $ty),)*];
            const ROWS: &[AttrSpec] = &[$(AttrSpec {
                ty: $ty,
                flags: RowFlags::NONE$(.and(RowFlags::$flag))*,
                kind: $kind,
                name: $name,
            },)*];
            static PACKED: [u8; $crate::spec::pack::len(ROWS)] = $crate::spec::pack::rows(ROWS);
            const TEXT: &str = $crate::text::pack::text(&PACKED);
            static POINTED: [Kind; $crate::spec::pack::pointed_len(ROWS)] = $crate::spec::pack::pointed(ROWS);
            #[doc = concat!("`", $set, "` in the kernel's documentation.")]
            pub static SET: AttrSet = AttrSet { rows: TEXT, pointed: &POINTED };
        }
    };
}

/// Numbers with names: `names! { pub static SCOPES = 0 "global", 253 "link"; }`.
#[macro_export]
macro_rules! names {
    ($($(#[$doc:meta])* $vis:vis static $table:ident = $($n:literal $name:literal),* $(,)?;)*) => {$(
        $(#[$doc])*
        $vis static $table: $crate::spec::Names = {
            const ROWS: &[(u32, &str)] = &[$(($n, $name)),*];
            static PACKED: [u8; $crate::spec::pack::names_len(ROWS)] = $crate::spec::pack::names(ROWS);
            $crate::spec::Names { packed: $crate::text::pack::text(&PACKED) }
        };
    )*};
}
