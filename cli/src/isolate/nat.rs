//! `--nat` and `--publish`: what is asked of the host's packet filter.

use crate::Ctx;
use crate::report::Done;
use nlbox_core::text::ip::Ip;

/// Sets the rules: called on the host when its end is there, before the command runs.
///
/// `masquerade`: what comes from `inside` and leaves by another link than `dev` gets the address of that link.
/// `publish`: a list of `HOSTPORT:PORT[/udp]` between commas, to go to each address of `inside`; empty for none.
/// `inside`: IPv4 and IPv6; one that is none has no bytes. `dev`: the host's end, a name that no other link has.
///
/// The rules are to live as long as this process and no longer, even when it is killed: a table with
/// `NFT_TABLE_F_OWNER` (Linux 5.12) goes with the socket that made it, which is to be left open.
pub(super) fn set(cx: &mut Ctx<'_>, masquerade: bool, publish: &[u8], _inside: [Ip; 2], _dev: &[u8]) -> Done {
    if masquerade {
        return Err(cx.err.applet("option '--nat' is not in this build", b"", 0));
    }
    if !publish.is_empty() {
        return Err(cx.err.applet("option '--publish' is not in this build", b"", 0));
    }
    Ok(())
}
