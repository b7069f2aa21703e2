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

/// Lines of every way to fail, among lines that do not.
const MIXED: &str = "\
route add 10.1.0.0/16 dev v0
route add 10.1.0.0/16 dev v0
route add 10.2.0.0/16 dev nope
route add 10.3.0.0/16 dev v0
route show 10.3.0.0/16
bogus
addr add 10.9.0.1/24 dev v0
addr add 10.9.0.1/24 dev v0
neigh add 10.9.0.9 lladdr 02:00:00:00:00:01 dev v0
neigh del 10.9.0.10 dev v0
link set v0 'x
rule add from 10.0.0.0/8 table 100
-6 route add 2001:db8::/32 dev v0
-6 route add 2001:db8::/32 dev v0
-n a route add 10.1.0.0/16 dev x0
-n a route add 10.1.0.0/16 dev x0
-4 route add 2001:db8::/32 dev v0
route del 10.1.0.0/16
route show 10.1.0.0/16
";

fn world() -> Option<Ns> {
    let ns = Ns::new()?;
    let lines = "netns add a\nlink add v0 type veth peer name x0 netns a\nlink set v0 up\n-n a link set x0 up\n\
        addr add 10.0.0.1/24 dev v0\n";
    eqnice!("", batch(&ns, &[], lines).stderr);
    Some(ns)
}

#[test]
fn failures_of_gathered_lines_are_told_in_order() {
    let Some(ns) = world() else { return };
    let out = batch(&ns, &["-force"], MIXED);
    eqnice!("10.3.0.0/16 dev v0 scope link \n", out.stdout);
    eqnice!(
        "RTNETLINK answers: File exists\nCommand failed -:2\n\
        Cannot find device \"nope\"\nCommand failed -:3\n\
        Object \"bogus\" is unknown, try \"ip help\".\nCommand failed -:6\n\
        Error: ipv4: Address already assigned.\nCommand failed -:8\n\
        RTNETLINK answers: No such file or directory\nCommand failed -:10\n\
        Unterminated quoted string\nCommand failed -:11\n\
        RTNETLINK answers: File exists\nCommand failed -:14\n\
        RTNETLINK answers: File exists\nCommand failed -:16\n\
        Error: inet prefix is expected rather than \"2001:db8::/32\".\nCommand failed -:17\n",
        out.stderr
    );
    assert_eq!(out.code, 1);
    let there =
        batch(&ns, &[], "-n a route\nneigh show dev v0\nrule show table 100\n-6 route show 2001:db8::/32\n");
    eqnice!(
        "10.1.0.0/16 dev x0 scope link \n10.9.0.9 lladdr 02:00:00:00:00:01 PERMANENT \n\
        32765:\tfrom 10.0.0.0/8 lookup 100\n2001:db8::/32 dev v0 metric 1024 pref medium\n",
        there.stdout
    );
}

#[test]
fn without_force_nothing_behind_the_first_failure_is_applied() {
    let Some(ns) = world() else { return };
    let out = batch(&ns, &[], MIXED);
    eqnice!("RTNETLINK answers: File exists\nCommand failed -:2\n", out.stderr);
    assert_eq!((out.code, out.stdout.as_str()), (1, ""));
    let there = batch(&ns, &[], "route show root 10.0.0.0/8 proto boot\naddr show dev v0 to 10.9.0.0/24\n");
    eqnice!("10.1.0.0/16 dev v0 scope link \n", there.stdout);
}

/// The system calls of a batch of these lines, a line each.
fn traced(ns: &Ns, words: &[&str], lines: &str) -> Option<String> {
    if measure::calls(&["true"]).is_none() {
        return harness::skip("strace is not installed");
    }
    let file = harness::scratch("batch");
    std::fs::write(&file, lines).unwrap();
    let nlbox = harness::nlbox();
    let argv = [
        &["strace", "-f", "-qq", "-o", "/run/calls", nlbox.to_str().unwrap(), "ip"],
        words,
        &["-batch", file.to_str().unwrap()],
    ];
    let _ = ns.run(&argv.concat());
    drop(std::fs::remove_file(file));
    Some(ns.sh("cat /run/calls").stdout)
}

#[test]
fn with_force_many_lines_travel_in_one_datagram() {
    let Some(ns) = world() else { return };
    let lines = |from: u32| -> String {
        (from..from + 1000).map(|i| format!("route add 11.0.{}.{}/32 dev v0\n", i >> 8, i & 255)).collect()
    };
    let (Some(each), Some(many)) = (traced(&ns, &[], &lines(0)), traced(&ns, &["-force"], &lines(1000)))
    else {
        return;
    };
    let sent = |said: &str| said.matches("sendto(").count();
    // One more: which interface is v0.
    assert_eq!(sent(&each), 1001);
    // 64 in each, and one whenever more of the file is to be read, which may wait.
    assert!(sent(&many) <= 1 + 1000 / 64 + 4, "{}", sent(&many));
    let routes = batch(&ns, &[], "route show table main proto boot\n").stdout;
    assert_eq!(routes.lines().filter(|l| l.starts_with("11.0.")).count(), 2000);
}

#[test]
fn what_is_gathered_is_not_kept_while_input_is_waited_for() {
    use std::io::{BufRead, BufReader, Write};
    use std::process::Stdio;
    let Some(ns) = world() else { return };
    let mut child = ns
        .command(harness::nlbox().to_str().unwrap())
        .args(["ip", "-force", "-batch", "-"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut to = child.stdin.take().unwrap();
    let mut said = BufReader::new(child.stderr.take().unwrap());
    writeln!(to, "route add 10.1.0.0/16 dev v0\nroute add 10.1.0.0/16 dev v0").unwrap();
    // The pipe stays open: were the lines kept for company, this would never come.
    let mut line = String::new();
    said.read_line(&mut line).unwrap();
    said.read_line(&mut line).unwrap();
    eqnice!("RTNETLINK answers: File exists\nCommand failed -:2\n", line);
    drop(to);
    assert_eq!(child.wait().unwrap().code(), Some(1));
}

#[test]
fn a_line_in_a_namespace_costs_no_more_than_one_at_home() {
    let Some(ns) = Ns::new() else { return };
    let calls = |lines: &str| {
        let said = traced(&ns, &[], lines)?;
        assert!(
            [" fork(", " vfork(", " clone(", " clone3("].iter().all(|call| !said.contains(call)),
            "{said}"
        );
        Some((said.lines().count(), said.matches(" mount(").count()))
    };
    ns.ip(&harness::nlbox(), &[]);
    let Some(one) = calls("netns add a\n-n a link set lo up\n") else { return };
    let many = calls(&("netns add b\n".to_owned() + &"-n b link set lo up\n".repeat(11))).unwrap();
    // A request, its acknowledgement, and the name asked again: a look-up is two more and a glance at its length.
    assert!(many.0 <= one.0 + 10 * 5, "{one:?} {many:?}");
    let names = calls("netns add c\nnetns add d\nnetns add e\n").unwrap();
    assert_eq!(names.1, 1 + 3, "the directory once, and each name");
}

#[test]
fn a_monitor_spoils_no_json() {
    let Some(ns) = Ns::new() else { return };
    let out = batch(&ns, &["-j", "-force"], "monitor\nlink show lo\n");
    assert!(out.stderr.starts_with("Events do not belong into JSON\nCommand failed -:1\n"), "{}", out.stderr);
    let links: serde_json::Value = serde_json::from_str(&out.stdout).unwrap();
    assert_eq!(links[0]["ifname"], "lo");
}
