//! Writes `cli/doc`: the manual page, the completion of bash, and the page of what is supported, all from the tables that
//! the parser reads. `--check` compares instead, and says which file is old.

use nlbox::grammar::{Arg, Call, Grammar, Object, To, Verb, Whole};
use nlbox::{APPLETS, bridge, help, ip};
use nlbox_core::rt::kind::{KINDS, LinkKind};
use nlbox_core::spec::{Kind, RowFlags};
use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a workspace").join("cli/doc");
    let check = std::env::args().nth(1).as_deref() == Some("--check");
    let mut code = ExitCode::SUCCESS;
    for (name, text) in [("nlbox.8", manual()), ("nlbox.bash", completion()), ("SUPPORT.md", support())] {
        let path = dir.join(name);
        if check {
            if std::fs::read_to_string(&path).ok().as_ref() != Some(&text) {
                eprintln!(
                    "{} is not what the tables say: cargo run -p nlbox-tests --bin docs",
                    path.display()
                );
                code = ExitCode::FAILURE;
            }
        } else {
            std::fs::create_dir_all(&dir)
                .and_then(|()| std::fs::write(&path, text))
                .expect("room for a page");
        }
    }
    code
}

/// One keyword as a page shows it.
struct Word {
    name: String,
    value: &'static str,
    refused: bool,
}

fn whole(spelling: &str) -> String {
    String::from_utf8(Whole::of(spelling).as_bytes().to_vec()).expect("words are ASCII")
}

/// The objects of a program, each once.
fn objects(program: &str) -> Vec<&'static Object> {
    let all: Vec<&Object> = match program {
        "ip" => ip::OBJECTS.values.to_vec(),
        _ => bridge::OBJECTS.to_vec(),
    };
    let mut once: Vec<&Object> = Vec::new();
    for object in all {
        if !once.iter().any(|o| std::ptr::eq(*o, object)) {
            once.push(object);
        }
    }
    once
}

fn words(grammar: &Grammar) -> Vec<Word> {
    grammar
        .iter()
        .map(|arg: Arg| {
            let (value, refused) = match arg.to() {
                To::Attr(ty) => (grammar.set.row(ty).map_or("VALUE", |r| help::value_of(r.kind)), false),
                To::Slot(_) => ("VALUE", false),
                To::Switch(_) => ("{ on | off }", false),
                To::Last(_) => ("KIND [ OPTIONS ]", false),
                To::Mark(_) => ("", false),
                To::Call(call, value) => (value, std::ptr::fn_addr_eq(call, ip::absent as Call)),
            };
            Word { name: whole(arg.word), value, refused }
        })
        .collect()
}

/// The verbs that share a grammar, in table order; those that are refused apart.
fn verbs(object: &'static Object) -> (Vec<(Vec<Verb>, &'static Grammar)>, Vec<String>) {
    let mut groups: Vec<(Vec<Verb>, &Grammar)> = Vec::new();
    let mut refused = Vec::new();
    // A verb that reads its words itself.
    static NO_WORDS: Grammar = nlbox::grammar! { set: &nlbox_core::rt::nsid::netnsa::SET, args: [] };
    for verb in object.verbs() {
        match verb.grammar {
            Some(grammar) => match groups.iter_mut().find(|(_, g)| std::ptr::eq(*g, grammar)) {
                Some((verbs, _)) => verbs.push(verb),
                None => groups.push((vec![verb], grammar)),
            },
            None if std::ptr::fn_addr_eq(
                verb.run,
                ip::no_verb
                    as for<'a, 'l> fn(
                        &mut nlbox::Ctx<'a>,
                        &mut nlbox::words::Line<'l>,
                    ) -> nlbox::report::Done,
            ) =>
            {
                refused.push(whole(verb.word));
            }
            None => match groups.iter_mut().find(|(_, g)| std::ptr::eq(*g, &raw const NO_WORDS)) {
                Some((verbs, _)) => verbs.push(verb),
                None => groups.push((vec![verb], &NO_WORDS)),
            },
        }
    }
    (groups, refused)
}

/// The options of a kind that a command line may give.
fn options(kind: &LinkKind) -> Vec<(&'static str, &'static str)> {
    kind.data
        .into_iter()
        .flat_map(|set| set.iter())
        .filter(|row| !row.flags.has(RowFlags::READ) && !matches!(row.kind, Kind::Msg(..)))
        .map(|row| (row.keyword(), help::value_of(row.kind)))
        .filter(|(keyword, _)| !keyword.is_empty())
        .collect()
}

fn names(verbs: &[Verb]) -> String {
    let names: Vec<String> = verbs.iter().map(|v| whole(v.word)).filter(|w| !w.is_empty()).collect();
    names.join(" | ")
}

/// `KEYWORD VALUE`.
fn pair(keyword: &str, value: &str) -> String {
    if value.is_empty() { keyword.to_string() } else { format!("{keyword} {value}") }
}

fn support() -> String {
    let mut t = String::from(
        "# What nlbox supports\n\n\
         Written by `cargo run -p nlbox-tests --bin docs` from the tables that the parser reads. Words may be shortened as\n\
         iproute2's may. A word that is not here is refused, never dropped.\n\n## Programs\n\n| program | what |\n|---|---|\n",
    );
    for applet in APPLETS.iter() {
        let _ = writeln!(t, "| `{}` | {} |", applet.name, applet.about);
    }
    let options: Vec<String> = ip::option_words().map(|w| format!("`{}`", whole(w))).collect();
    let _ = write!(t, "\n## Options of ip\n\n{}\n", options.join(" "));
    for program in ["ip", "bridge"] {
        for object in objects(program) {
            let _ = write!(
                t,
                "\n## {program} {}\n\n{}\n\n| verbs | words |\n|---|---|\n",
                object.name(),
                object.about()
            );
            let (groups, refused) = verbs(object);
            for (group, grammar) in groups {
                let all = words(grammar);
                let list: Vec<String> = all
                    .iter()
                    .filter(|w| !w.refused)
                    .map(|w| format!("`{}`", pair(&w.name, w.value)))
                    .collect();
                let usage = if grammar.usage().is_empty() {
                    String::new()
                } else {
                    format!("`{}` ", grammar.usage())
                };
                let row = format!("| `{}` | {usage}{} |", names(&group), list.join(" "));
                // A bar ends the cell of a table.
                let _ = writeln!(t, "{}", cells(&row));
                let not: Vec<String> =
                    all.iter().filter(|w| w.refused).map(|w| format!("`{}`", w.name)).collect();
                if !not.is_empty() {
                    let _ = writeln!(
                        t,
                        "{}",
                        cells(&format!("| refused of `{}` | {} |", names(&group), not.join(" ")))
                    );
                }
            }
            if !refused.is_empty() {
                let _ = writeln!(t, "| refused | `{}` |", refused.join("` `"));
            }
        }
    }
    t += "\n## Kinds of links\n\n`ip link add NAME type KIND [ OPTIONS ]`. A kind that is not here is made without options.\n\n\
          | kind | what | options |\n|---|---|---|\n";
    for kind in KINDS {
        let list: Vec<String> = options_of(kind).iter().map(|o| format!("`{o}`")).collect();
        let _ =
            writeln!(t, "{}", cells(&format!("| `{}` | {} | {} |", kind.name, kind.about, list.join(" "))));
    }
    let _ = write!(
        t,
        "\n## Not in this build\n\nObjects of `ip` that are refused by name: `{}`.\n",
        ip::ABSENT.collect::<Vec<_>>().join("` `")
    );
    t
}

fn options_of(kind: &LinkKind) -> Vec<String> {
    options(kind).into_iter().map(|(keyword, value)| pair(keyword, value)).collect()
}

/// A row of a table: the bars within its code are escaped.
fn cells(row: &str) -> String {
    let mut code = false;
    row.chars()
        .flat_map(|c| {
            code ^= c == '`';
            [(code && c == '|').then_some('\\'), Some(c)].into_iter().flatten()
        })
        .collect()
}

/// Text for roff: dashes that may be copied, and no line that begins with a control.
fn roff(text: &str) -> String {
    text.replace('\\', "\\e").replace('-', "\\-")
}

fn manual() -> String {
    let mut t = String::from(
        ".\\\" Written by cargo run -p nlbox-tests --bin docs from the tables that the parser reads.\n\
         .TH NLBOX 8 \"\" \"nlbox\" \"Linux networking\"\n\
         .SH NAME\nnlbox \\- ip and its companions in one static file\n\
         .SH SYNOPSIS\n.B nlbox\n.I APPLET\n.RI [ WORD ]...\n.br\n.B nlbox \\-\\-list\n.br\n\
         .B nlbox \\-\\-install\n.RB [ \\-s ]\n.I DIR\n.br\n.B nlbox \\-\\-version\n\
         .SH DESCRIPTION\nOne program that is called by many names: through a link with the name of an applet, or with that name as \
         its first word.\n.B \\-\\-install\nmakes the links. Each applet prints its own words with\n.BR \\-\\-help ,\n\
         .B ip\nand\n.B bridge\nwith\n.B help\nbehind any object.\n.PP\n\
         A word that is not acted on is refused, never dropped.\n.SH APPLETS\n",
    );
    for applet in APPLETS.iter() {
        let _ = writeln!(t, ".TP\n.B {}\n{}", roff(applet.name), roff(applet.about));
    }
    let options: Vec<String> = ip::option_words().map(|w| roff(&whole(w))).collect();
    let _ = write!(t, ".SH OPTIONS OF IP\n.B {}\n", options.join(" "));
    for program in ["ip", "bridge"] {
        for object in objects(program) {
            let _ = write!(
                t,
                ".SH {} {}\n{}\n",
                program.to_uppercase(),
                roff(object.name()).to_uppercase(),
                roff(object.about())
            );
            for (group, grammar) in verbs(object).0 {
                let _ = write!(t, ".TP\n.B {program} {} {}\n", roff(object.name()), roff(&names(&group)));
                let mut line = vec![roff(grammar.usage())];
                line.extend(
                    words(grammar)
                        .iter()
                        .filter(|w| !w.refused)
                        .map(|w| format!("[ {} ]", roff(&pair(&w.name, w.value)))),
                );
                line.retain(|w| !w.is_empty());
                let _ = writeln!(t, "{}", line.join("\n"));
            }
        }
    }
    t += ".SH KINDS OF LINKS\n";
    for kind in KINDS {
        let _ = write!(t, ".TP\n.B {}\n{}", roff(kind.name), roff(kind.about));
        let all: String = options_of(kind).iter().map(|o| format!("\n[ {} ]", roff(o))).collect();
        let _ = writeln!(t, "{}{all}", if all.is_empty() { "" } else { ":" });
    }
    let _ = write!(
        t,
        ".SH NOT IN THIS BUILD\nObjects of\n.B ip\nthat are refused by name:\n{}.\n",
        roff(&ip::ABSENT.collect::<Vec<_>>().join(", "))
    );
    t += ".SH EXIT STATUS\n0; 1 where a command cannot be done; 2 where the kernel refuses; 255 for a command line that is not \
          understood (of \n.BR ip ;\n.B bridge\nleaves by 255 for the last two). The other applets leave by the codes of the programs \
          whose words they take.\n.SH SEE ALSO\n.BR ip (8),\n.BR bridge (8),\n.BR rtnetlink (7)\n";
    t
}

fn completion() -> String {
    let list = |words: Vec<String>| {
        let mut once: Vec<String> = Vec::new();
        for word in words {
            if !word.is_empty() && !once.contains(&word) {
                once.push(word);
            }
        }
        once.join(" ")
    };
    let mut t = String::from(
        "# Completion for bash. Written by cargo run -p nlbox-tests --bin docs from the tables that the parser reads.\n\n",
    );
    let applets: Vec<&str> = APPLETS.iter().map(|a| a.name).collect();
    let _ = writeln!(t, "_nlbox_applets='{}'", applets.join(" "));
    let _ = writeln!(t, "_nlbox_options='{}'", list(ip::option_words().map(whole).collect()));
    let kinds: Vec<String> = KINDS.iter().map(|k| k.name.to_string()).collect();
    let _ = writeln!(t, "_nlbox_kinds='{}'", kinds.join(" "));
    t += "declare -gA _nlbox_words=(\n";
    for program in ["ip", "bridge"] {
        let all = objects(program);
        let names = all.iter().map(|o| o.name().to_string()).chain(["help".into()]).collect();
        let _ = writeln!(t, "    [{program}]='{}'", list(names));
        for object in all {
            let (groups, _) = verbs(object);
            let verbs =
                groups.iter().flat_map(|(v, _)| v).map(|v| whole(v.word)).chain(["help".into()]).collect();
            let _ = writeln!(t, "    ['{program} {}']='{}'", object.name(), list(verbs));
            for (group, grammar) in groups {
                let words = list(words(grammar).into_iter().filter(|w| !w.refused).map(|w| w.name).collect());
                for verb in group.iter().map(|v| whole(v.word)).filter(|w| !w.is_empty() && !words.is_empty())
                {
                    let _ = writeln!(t, "    ['{program} {} {verb}']='{words}'", object.name());
                }
            }
        }
    }
    for kind in KINDS {
        let words = list(options(kind).iter().map(|(k, _)| k.to_string()).collect());
        if !words.is_empty() {
            let _ = writeln!(t, "    ['type {}']='{words}'", kind.name);
        }
    }
    t += r#")

_nlbox() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} program=${COMP_WORDS[0]##*/}
    local -i at=1 n=0
    local path= kind= word words
    if [[ $program == nlbox ]]; then
        if ((COMP_CWORD == 1)); then
            mapfile -t COMPREPLY < <(compgen -W "$_nlbox_applets --list --install --version --help" -- "$cur")
            return
        fi
        program=${COMP_WORDS[1]} at=2
    fi
    [[ ${_nlbox_words[$program]+there} ]] || return
    path=$program
    for ((; at < COMP_CWORD; at++)); do
        word=${COMP_WORDS[at]}
        case $word in
        -n | -netns | -f | -family | -b | -batch | -rc | -rcvbuf | -l | -loops) ((n == 0)) && at+=1 ;;
        -*) ;;
        *)
            [[ ${COMP_WORDS[at - 1]} == type ]] && kind=$word
            ((n < 2)) && path+=" $word"
            n+=1
            ;;
        esac
    done
    words=${_nlbox_words[$path]}
    [[ $kind ]] && words=${_nlbox_words[type $kind]}
    ((n == 0)) && words+=" $_nlbox_options"
    case $prev in
    type) words=$_nlbox_kinds ;;
    dev | link | master | iif | oif | via) words+=" $(cd /sys/class/net 2>/dev/null && echo *)" ;;
    netns | -n | -netns) words=$(cd /run/netns 2>/dev/null && echo *) ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}

complete -F _nlbox nlbox
"#;
    t
}
