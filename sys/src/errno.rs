//! Error numbers, and the one place where they become `Err`.

use core::ffi::c_int;

/// An error number of the kernel, positive. A newtype and no enum: a kernel may know more of them than we do.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Errno(pub i32);

macro_rules! errnos {
    ($($name:ident)*) => {
        impl Errno {
            $(#[doc = concat!("`", stringify!($name), "`, see errno(3).")] pub const $name: Errno = Errno(libc::$name);)*
        }
    };
}

errnos! {
    EPERM ENOENT ESRCH EINTR EIO ENXIO E2BIG ENOEXEC EBADF ECHILD EAGAIN ENOMEM EACCES EFAULT EBUSY EEXIST EXDEV
    ENODEV ENOTDIR EISDIR EINVAL EMFILE ENOSPC EROFS EMLINK EPIPE ERANGE ENAMETOOLONG ENOSYS ENOTEMPTY ELOOP
    EPROTO EOVERFLOW ENOTSOCK EMSGSIZE ENOPROTOOPT EPROTONOSUPPORT EOPNOTSUPP EAFNOSUPPORT EADDRINUSE
    EADDRNOTAVAIL ENETDOWN ENETUNREACH ENOBUFS ETIMEDOUT ECONNREFUSED EHOSTUNREACH EALREADY ESTALE
}

/// What a call answered: a number, or the error whose negative it is.
#[allow(clippy::cast_possible_truncation, reason = "the kernel answers with an int")]
pub(crate) fn check(answer: isize) -> Result<c_int, Errno> {
    let answer = answer as c_int;
    if answer < 0 { Err(Errno(answer.wrapping_neg())) } else { Ok(answer) }
}

/// As [`check`], for calls that return a length.
pub(crate) fn check_len(answer: isize) -> Result<usize, Errno> {
    usize::try_from(answer).or_else(|_| check(answer).map(|_| 0))
}

/// Makes the call again for as long as a signal interrupts it.
pub(crate) fn retry<T>(mut call: impl FnMut() -> Result<T, Errno>) -> Result<T, Errno> {
    loop {
        match call() {
            Err(Errno::EINTR) => {}
            done => return done,
        }
    }
}
