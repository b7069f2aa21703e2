//! `-batch` on a real kernel: lines that begin with options, namespaces in one process, how lines are read.

use harness::{Ns, eqnice, measure};

/// `ip` with these words and a batch on its standard input.
fn batch(ns: &Ns, words: &[&str], lines: &str) -> harness::Output {
    let nlbox = harness::nlbox();
    let argv = [&[nlbox.to_str().unwrap(), "ip"], words, &["-batch", "-"]].concat();
    ns.feed(&argv, lines)
}

const STAR: &str = "\
netns add red
netns add blue
link add to-red type veth peer name inner netns red
link add to-blue type veth peer name inner netns blue
addr add 10.0.1.1/24 dev to-red
-n red addr add 10.0.1.2/24 dev inner
-n red link set inner up
-n blue addr add 10.0.2.2/24 dev inner
-netns=x link
link set to-red up
-n red route add default via 10.0.1.1
-n blue link set inner name other
-n blue -o -4 addr show dev other
-n red -br addr show dev inner
-4 route show
-n red route show
";

#[test]
fn a_star_in_one_process() {
    let Some(ns) = Ns::new() else { return };
    let out = batch(&ns, &["-force"], STAR);
    eqnice!(
        "Option \"-netns=x\" is unknown, try \"ip -help\".\nCommand failed -:9\n",
        out.stderr,
        "a line's option is read as any"
    );
    let index = out.stdout.split(':').next().unwrap();
    eqnice!(
        format!(
            "{index}: other    inet 10.0.2.2/24 scope global other\\       valid_lft forever preferred_lft forever\n\
             inner@if2        UP             10.0.1.2/24 fe80::/64 \n\
             10.0.1.0/24 dev to-red proto kernel scope link src 10.0.1.1 \n\
             default via 10.0.1.1 dev inner \n\
             10.0.1.0/24 dev inner proto kernel scope link src 10.0.1.2 \n"
        ),
        out.stdout.split("fe80::").enumerate().fold(String::new(), |mut text, (n, part)| {
            // The address that the kernel made of the link's own.
            text += if n == 0 { part } else { part.split_once("/64").map_or(part, |(_, rest)| rest) };
            if n == 0 && out.stdout.contains("fe80::") {
                text += "fe80::/64";
            }
            text
        })
    );
    assert_eq!(out.code, 1);
}

#[test]
fn the_names_of_two_namespaces_are_never_mixed() {
    let Some(ns) = Ns::new() else { return };
    // The same index has another name in each.
    let lines = "netns add a\nlink add h0 index 7 type veth peer name h1\nlink set h0 up\naddr add 10.0.0.1/24 dev h0\n\
        -n a link add x0 index 7 type veth peer name x1\n-n a link set x0 up\n-n a addr add 10.0.0.1/24 dev x0\n\
        route show\n-n a route show\nroute show\n-n a route add 10.9.0.0/16 dev x0\nroute add 10.9.0.0/16 dev x0\n";
    let out = batch(&ns, &["-force"], lines);
    let row = |name| format!("10.0.0.0/24 dev {name} proto kernel scope link src 10.0.0.1 linkdown \n");
    eqnice!([row("h0"), row("x0"), row("h0")].concat(), out.stdout);
    eqnice!("Cannot find device \"x0\"\nCommand failed -:12\n", out.stderr);
}

#[test]
fn options_hold_for_their_line_and_some_for_none() {
    let Some(ns) = Ns::new() else { return };
    let lines = "link set lo up\n-6 -o addr show\n-4 -br addr\n-N -o -4 addr show dev lo\n";
    let out = batch(&ns, &[], lines);
    eqnice!("", out.stderr);
    assert!(out.stdout.starts_with("1: lo    inet6 ::1/128 scope host"), "{}", out.stdout);
    assert!(
        out.stdout.contains(
            "\nlo               UNKNOWN        127.0.0.1/8 \n1: lo    inet 127.0.0.1/8 scope 254 lo"
        )
    );
    for option in
        ["-j", "-json", "-p", "-c", "-color=always", "-b", "-batch", "-force", "-V", "--Version", "-help"]
    {
        let out = batch(&ns, &[], &format!("{option} link show\n"));
        eqnice!(
            format!("Option \"{option}\" is for a whole batch, not for a line.\nCommand failed -:1\n"),
            out.stderr
        );
        assert_eq!((out.code, out.stdout.as_str()), (1, ""));
    }
}

#[test]
fn a_name_that_means_another_namespace_is_opened_anew() {
    let Some(ns) = Ns::new() else { return };
    let lines = "netns add a\nlink add p type veth peer name q netns a\n-n a link set q up\nnetns del a\nnetns add a\n\
        -n a link show\nnetns del a\n-n a link show\n";
    let out = batch(&ns, &["-force", "-br"], lines);
    eqnice!("lo               DOWN           00:00:00:00:00:00 <LOOPBACK> \n", out.stdout);
    eqnice!(
        "Cannot open network namespace \"a\": No such file or directory\nCommand failed -:8\n",
        out.stderr
    );
}

#[test]
fn lines_are_read_as_ever() {
    let Some(ns) = Ns::new() else { return };
    let long = "a".repeat(20_000);
    for (lines, stderr) in [
        ("link set lo up".to_owned(), ""),
        ("\n\n# a comment \\\nlink set \\\n lo\\\n  up\r\n\tlink 'set' \"lo\" up # behind\n".into(), ""),
        (
            "link set lo \\\n up \\\n\nlink nope".into(),
            "Command \"nope\" is unknown, try \"ip link help\".\nCommand failed -:4\n",
        ),
        ("link set 'lo up\n".into(), "Unterminated quoted string\nCommand failed -:1\n"),
        (format!("link set lo alias {long}\n"), "The line is too long.\nCommand failed -:1\n"),
        // Lines across the ends of what is read at once.
        (
            "link set lo up\n".repeat(1500) + "link nope\n",
            "Command \"nope\" is unknown, try \"ip link help\".\nCommand failed -:1501\n",
        ),
    ] {
        eqnice!(stderr, batch(&ns, &[], &lines).stderr, "{}", &lines[..lines.len().min(60)]);
    }
}

#[test]
fn a_line_in_a_namespace_costs_no_more_than_one_at_home() {
    let Some(ns) = Ns::new() else { return };
    let calls = |lines: &str| {
        let file = std::env::temp_dir().join(format!("nlbox-batch-{}", std::process::id()));
        std::fs::write(&file, lines).unwrap();
        let nlbox = harness::nlbox();
        let out = ns.run(&[
            "strace",
            "-f",
            "-qq",
            "-o",
            "/run/calls",
            nlbox.to_str().unwrap(),
            "ip",
            "-batch",
            file.to_str().unwrap(),
        ]);
        assert_eq!(out.stderr, "");
        let said = ns.sh("cat /run/calls").stdout;
        drop(std::fs::remove_file(file));
        assert!(!said.contains("fork") && !said.contains("clone"), "{said}");
        (said.lines().count(), said.matches(" mount(").count())
    };
    if measure::calls(&["true"]).is_none() {
        return harness::skip("strace is not installed").unwrap_or(());
    }
    ns.ip(&harness::nlbox(), &[]);
    let one = calls("netns add a\n-n a link set lo up\n");
    let many = calls(&("netns add b\n".to_owned() + &"-n b link set lo up\n".repeat(11)));
    // A request, its acknowledgement, and the name asked again: a look-up is two more and a glance at its length.
    assert!(many.0 <= one.0 + 10 * 5, "{one:?} {many:?}");
    let names = calls("netns add c\nnetns add d\nnetns add e\n");
    assert_eq!(names.1, 1 + 3, "the directory once, and each name");
}
