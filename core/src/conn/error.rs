//! What can go wrong in a conversation, in eight bytes.

/// An errno of the system or of the kernel's answer, positive.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Errno(pub i32);

/// Why a conversation failed. The kernel's sentence, where it sent one, is [`crate::conn::Conn::extack`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Error {
    /// A system call on the socket failed.
    Os(Errno),
    /// The kernel refused the request.
    Kernel(Errno),
    /// A datagram that is no sequence of whole messages, or an acknowledgement without its errno.
    Malformed,
    /// One datagram of this many bytes does not fit, and no larger buffer was to be had.
    Truncated(u32),
    /// The request does not fit its buffer.
    Full,
    /// The table changed while it was dumped: what was read may lack or repeat entries.
    Interrupted,
}
