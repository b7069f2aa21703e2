//! The system call itself, with no function of the C library between: those are longer than the calls they make.
//!
//! For x86_64. Elsewhere calls go through syscall(3), and those whose numbers or structures differ between kernels
//! through the C library.
#![allow(unsafe_code)]

use core::ffi::{c_int, c_long};

/// What goes into a register.
pub(crate) trait Word {
    /// As the kernel takes it: it looks at no more bits of a number than the call's C declaration has.
    fn word(self) -> usize;
}

macro_rules! numbers {
    ($($ty:ty)*) => {
        $(impl Word for $ty {
            #[inline(always)]
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "see Word::word")]
            fn word(self) -> usize {
                self as usize
            }
        })*
    };
}
numbers! { u32 i64 u64 usize }

impl Word for c_int {
    #[inline(always)]
    fn word(self) -> usize {
        self.cast_unsigned().word()
    }
}

impl<T> Word for *const T {
    #[inline(always)]
    fn word(self) -> usize {
        self.addr()
    }
}

impl<T> Word for *mut T {
    #[inline(always)]
    fn word(self) -> usize {
        self.addr()
    }
}

macro_rules! calls {
    ($($name:ident($($arg:ident in $register:tt),*);)*) => {
        $(
            /// `syscall(number, …)`: what the kernel answers, the errno negative.
            ///
            /// # Safety
            /// The arguments are what call `number` takes, and what they point to is there.
            #[cfg(target_arch = "x86_64")]
            #[inline(always)]
            pub(crate) unsafe fn $name(number: c_long, $($arg: impl Word),*) -> isize {
                let mut answer = number.word();
                // SAFETY: as promised; the kernel keeps all registers but these three.
                unsafe {
                    core::arch::asm!(
                        "syscall",
                        inlateout("rax") answer,
                        $(in($register) $arg.word(),)*
                        lateout("rcx") _,
                        lateout("r11") _,
                        options(nostack),
                    );
                }
                answer.cast_signed()
            }

            /// `syscall(number, …)`: what the kernel answers, the errno negative.
            ///
            /// # Safety
            /// The arguments are what call `number` takes, and what they point to is there.
            #[cfg(not(target_arch = "x86_64"))]
            pub(crate) unsafe fn $name(number: c_long, $($arg: impl Word),*) -> isize {
                // SAFETY: as promised.
                let answer = unsafe { libc::syscall(number, $($arg.word()),*) };
                told(isize::try_from(answer).unwrap_or(-1))
            }
        )*
    };
}

calls! {
    call0();
    call1(a in "rdi");
    call2(a in "rdi", b in "rsi");
    call3(a in "rdi", b in "rsi", c in "rdx");
    call4(a in "rdi", b in "rsi", c in "rdx", d in "r10");
    call5(a in "rdi", b in "rsi", c in "rdx", d in "r10", e in "r8");
    call6(a in "rdi", b in "rsi", c in "rdx", d in "r10", e in "r8", f in "r9");
}

/// What a function of the C library answered: in place of -1 the errno, negative.
#[cfg(not(target_arch = "x86_64"))]
pub(crate) fn told(answer: isize) -> isize {
    if answer != -1 {
        return answer;
    }
    // SAFETY: takes nothing, always returns this thread's own location.
    let at = unsafe { libc::__errno_location() };
    // SAFETY: the location is valid and aligned for as long as the thread lives.
    let errno = unsafe { *at };
    isize::try_from(errno).unwrap_or(0).wrapping_neg()
}
