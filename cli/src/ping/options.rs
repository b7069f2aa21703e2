//! What a line asks of `ping`.

use super::*;

const HELP: &str = "\
Usage: ping [options] <host>

  -c <count>     answers to wait for
  -i <seconds>   between requests, 1
  -W <seconds>   for the last answer, 10
  -w <seconds>   end after this time
  -s <bytes>     of data, 56
  -t <ttl>       or hop limit
  -I <from>      link or address
  -M <mode>      fragments: do (none), want, dont
  -l <count>     requests ahead of answers
  -A             at the pace of the answers
  -f             flood, a dot for each that is lost
  -a             bell
  -b             allow broadcast
  -D             time of day
  -n             no names
  -O             tell of late answers
  -q             summary alone
  -4             IPv4
  -6             IPv6
  -h             this page
  -V             the version

  ping -c 3 10.0.0.1    ping -I eth0 -M do -s 1472 10.0.0.1    ping fe80::1%eth0
Names are those of /etc/hosts.";

/// What the line asks for. Times are microseconds. What is large stands last.
#[repr(C)]
pub(super) struct Asked<'l> {
    pub(super) host: &'l [u8],
    pub(super) family: u8,
    pub(super) count: u64,
    pub(super) interval: u64,
    pub(super) linger: u64,
    pub(super) deadline: u64,
    pub(super) size: u64,
    pub(super) ttl: Option<u8>,
    pub(super) fragments: Option<u8>,
    pub(super) preload: u64,
    pub(super) o: Options<'l>,
}

impl Asked<'_> {
    pub(super) fn has(&self, letter: u8) -> bool {
        self.o.has(letter)
    }
}

// Not inlined: the compiler would take `asked` apart and put it together again, at twice the size.
#[inline(never)]
pub(super) fn read<'l>(cx: &mut Ctx<'_>, line: &mut Line<'l>, asked: &mut Asked<'l>) -> Done {
    let o = &mut asked.o;
    o.letters(cx, line, HELP)?;
    asked.count = option(cx, o, b'c', 1, i64::MAX.unsigned_abs(), 0)?;
    asked.size = option(cx, o, b's', 0, MOST, 56)?;
    asked.preload = option(cx, o, b'l', 1, 65_536, 1)?;
    asked.deadline = option(cx, o, b'w', 0, 2_147_483_647, 0)?.saturating_mul(SECOND);
    asked.ttl = u8::try_from(option(cx, o, b't', 0, 255, 256)?).ok();
    for (letter, to, pattern) in [
        (b'i', &mut asked.interval, "bad timing interval: %"),
        (b'W', &mut asked.linger, "bad linger time: %"),
    ] {
        let word = o.word(letter);
        if o.has(letter) {
            *to = micros(word).ok_or_else(|| error(cx, pattern, word))?;
        }
    }
    if o.has(b'M') {
        let word = o.word(b'M');
        asked.fragments = choose("dont want do", word, 0);
        if asked.fragments.is_none() {
            return Err(error(cx, "invalid -M argument: %", word));
        }
    }
    for &(letter, family) in &[(b'4', af::AF_INET), (b'6', af::AF_INET6)] {
        if o.has(letter) {
            if asked.family == family ^ af::AF_INET ^ af::AF_INET6 {
                return Err(error(cx, "only one -4 or -6 option may be specified", b""));
            }
            asked.family = family;
        }
    }
    let [host, more] = o.words;
    if let Some(word) = more {
        return Err(usage(cx, HELP, "a second host: '%'", word));
    }
    let Some(host) = host else {
        let _ = error(cx, "usage error: Destination address required", b"");
        return Err(Fail(1));
    };
    asked.host = host;
    if asked.interval == u64::MAX {
        asked.interval = if asked.has(b'f') { 0 } else { SECOND };
    }
    if process::getuid() != 0 {
        if asked.interval < LEAST {
            return Err(error(cx, "cannot flood; minimal interval allowed for user is 2ms", b""));
        }
        if asked.preload > 3 {
            let n = num::dec(asked.preload);
            return Err(error(cx, "cannot set preload to value greater than 3: %", n.as_bytes()));
        }
    }
    Ok(())
}
