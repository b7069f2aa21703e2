//! Shell patterns, for labels: `*`, `?`, `[a-z]`, `[!x]` and `\` before any of them (POSIX fnmatch without flags).

/// Whether all of `text` is what `pattern` describes.
#[must_use]
pub(super) fn matches(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (pattern, text);
    // Where the last star stood, and how much of the text it has not yet taken.
    let mut star: Option<(&[u8], &[u8])> = None;
    loop {
        if let Some((b'*', rest)) = p.split_first() {
            star = Some((rest, t));
            p = rest;
            continue;
        }
        let step = match t.split_first() {
            Some((c, after)) => one(p, *c).map(|rest| (rest, after)),
            None if p.is_empty() => return true,
            None => return false,
        };
        match (step, star) {
            (Some((rest, after)), _) => (p, t) = (rest, after),
            (None, Some((rest, [_, left @ ..]))) => {
                star = Some((rest, left));
                (p, t) = (rest, left);
            }
            (None, _) => return false,
        }
    }
}

/// The pattern behind its first element, if that describes `c`.
fn one(p: &[u8], c: u8) -> Option<&[u8]> {
    match p {
        [b'?', rest @ ..] => Some(rest),
        [b'[', set @ ..] => match bracket(set, c) {
            Some((true, rest)) => Some(rest),
            Some((false, _)) => None,
            // A bracket that nothing closes stands for itself.
            None => (c == b'[').then_some(set),
        },
        [b'\\', x, rest @ ..] | [x, rest @ ..] => (*x == c).then_some(rest),
        [] => None,
    }
}

/// Whether the set that `[` opened holds `c`, and what follows its `]`; `None` when there is none.
fn bracket(set: &[u8], c: u8) -> Option<(bool, &[u8])> {
    let (not, mut rest) = match set {
        [b'!' | b'^', rest @ ..] => (true, rest),
        _ => (false, set),
    };
    let mut found = false;
    let mut first = true;
    loop {
        rest = match rest {
            [b']', rest @ ..] if !first => return Some((found != not, rest)),
            [low, b'-', high, rest @ ..] if *high != b']' => {
                found |= (*low..=*high).contains(&c);
                rest
            }
            [b'\\', x, rest @ ..] | [x, rest @ ..] => {
                found |= *x == c;
                rest
            }
            [] => return None,
        };
        first = false;
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn describes_as_the_shell_does() {
        for (p, t) in [
            ("eth0", "eth0"),
            ("eth*", "eth0:1"),
            ("*", ""),
            ("*:*", "v0:x"),
            ("v?", "v0"),
            ("[a-c]x", "bx"),
            ("[!a-c]x", "dx"),
            ("[]]", "]"),
            ("a[", "a["),
            ("\\*", "*"),
            ("a*b*c", "aXbbYc"),
            ("**", "q"),
        ] {
            assert!(matches(p.as_bytes(), t.as_bytes()), "{p} {t}");
        }
        for (p, t) in [
            ("eth", "eth0"),
            ("v?", "v"),
            ("[a-c]x", "dx"),
            ("[!a]", "a"),
            ("a*b", "ac"),
            ("\\*", "x"),
            ("", "x"),
            ("*?", ""),
        ] {
            assert!(!matches(p.as_bytes(), t.as_bytes()), "{p} {t}");
        }
    }
}
