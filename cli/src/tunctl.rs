//! `tunctl`: tun and tap devices that stay, by the words of uml-utilities.

use crate::Ctx;
use crate::ip::tuntap::make;
use crate::nettools::{Usage, help, which, wrong};
use crate::report::{Done, Fail};
use crate::words::Line;
use nlbox_core::spec::Account;
use nlbox_sys::ioctl::TunFlags;

static USAGE: Usage = [
    "\
Usage: tunctl [-b] [-n|-p] [-u OWNER] [-g GROUP] [-t DEVICE]
       tunctl [-n|-p] -d DEVICE

  tunctl -t tap0 -u root
  tunctl -d tap0",
    "",
];

/// `tunctl …`.
pub fn main(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    help(cx, line, &USAGE)?;
    let (mut owner, mut group, mut delete, mut brief) = (None, None, false, false);
    let mut name: &[u8] = b"";
    let mut flags = TunFlags::TAP;
    while let Some(word) = line.next() {
        let n = which(word, "-b -n -p -u -g -t -d");
        let value = if (3..=6).contains(&n) { line.next() } else { None };
        match (n, value) {
            (0, _) => brief = true,
            (1, _) => flags = TunFlags::TUN,
            (2, _) => flags = TunFlags::TAP,
            (3, Some(value)) => owner = Some(id(cx, Account::User, value)?),
            (4, Some(value)) => group = Some(id(cx, Account::Group, value)?),
            (_, Some(value)) => {
                delete |= n == 6;
                name = value;
            }
            _ => return Err(usage(cx, word)),
        }
    }
    if delete && (owner.is_some() || group.is_some() || name.is_empty()) {
        return Err(usage(cx, b""));
    }
    let auto: &[u8] = if flags == TunFlags::TUN { b"tun%d" } else { b"tap%d" };
    let asked = if name.is_empty() { auto } else { name };
    let uid = match (owner, group) {
        (None, None) => Some(nlbox_sys::process::geteuid()),
        (owner, _) => owner,
    };
    let tun = make(asked, flags | TunFlags::NO_PI, uid.filter(|_| !delete), group, !delete)
        .map_err(|(what, e)| cx.err.failed_as(what, e.0))?;
    let out = &mut cx.page.out;
    if brief && !delete {
        out.str("|%\n", tun.name());
        return Ok(());
    }
    out.str("|Set '%' ", tun.name());
    out.text(if delete { "nonpersistent" } else { "persistent" });
    for (word, id) in [("| and owned by uid %", uid.filter(|_| !delete)), ("| and owned by gid %", group)] {
        if let Some(id) = id {
            out.num(word, u64::from(id));
        }
    }
    out.text("\n");
    Ok(())
}

fn usage(cx: &mut Ctx<'_>, word: &[u8]) -> Fail {
    wrong(cx, word, &USAGE, 1)
}

fn id(cx: &mut Ctx<'_>, kind: Account, word: &[u8]) -> Result<u32, Fail> {
    let found = crate::accounts::number(kind, word);
    found.ok_or_else(|| cx.err.plain_of("tunctl: no user or group \"%\"", word))
}
