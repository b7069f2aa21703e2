//! Error numbers, and the one place where -1 becomes `Err`.
#![allow(unsafe_code)]

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

impl Errno {
    /// The calling thread's `errno`.
    pub(crate) fn last() -> Errno {
        // SAFETY: takes nothing, always returns this thread's own location.
        let at = unsafe { libc::__errno_location() };
        // SAFETY: the location is valid and aligned for as long as the thread lives.
        Errno(unsafe { *at })
    }
}

/// -1 becomes the error that the call left in `errno`.
pub(crate) fn check(ret: c_int) -> Result<c_int, Errno> {
    if ret < 0 { Err(Errno::last()) } else { Ok(ret) }
}

/// As [`check`], for calls that return a length.
pub(crate) fn check_len(ret: isize) -> Result<usize, Errno> {
    usize::try_from(ret).map_err(|_| Errno::last())
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
