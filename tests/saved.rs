//! `ip route|addr|rule save` and `restore`: each tool reads what the other wrote, and both write the same.

use harness::{Ns, eqnice, iproute2, nlbox};

const STATE: &str = "
    ip link set lo up
    ip link add v0 type veth peer name v1
    ip link set v0 up; ip link set v1 up
    ip addr add 10.0.0.1/24 dev v0; ip addr add 10.1.0.1/24 dev v1 label v1:x valid_lft 900 preferred_lft 800
    ip route add default via 10.0.0.2
    ip route add 10.2.0.0/16 dev v0 proto static
    ip route add 10.3.0.0/16 nexthop via 10.0.0.3 nexthop via 10.1.0.3 weight 3
    ip route add 10.4.0.0/16 via 10.0.0.4 mtu 1400 table 100
    ip rule add from 10.0.0.0/8 table 100; ip rule add fwmark 5/7 prohibit";

/// The messages of a file without what each run makes anew: sequence and port.
fn bare(file: &str) -> Vec<u8> {
    let mut bytes = std::fs::read(file).unwrap();
    let mut at = 4;
    while at < bytes.len() {
        let len = u32::from_ne_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
        bytes[at + 8..at + 16].fill(0);
        at += len.next_multiple_of(4);
    }
    bytes
}

#[test]
fn either_tool_reads_the_others_files() {
    let (Some(ns), Some(theirs)) = (Ns::new(), iproute2()) else { return };
    let dir = harness::scratch("saved");
    std::fs::create_dir_all(&dir).unwrap();
    let dir = dir.to_str().unwrap();
    let (ours, theirs) = (format!("{} ip", nlbox().display()), theirs.path.display().to_string());
    ns.sh(STATE);
    for (object, words) in [
        ("route", ""),
        ("route", "table 100"),
        ("route", "dev v0"),
        ("-6 route", ""),
        ("addr", ""),
        ("addr", "dev v1"),
        ("rule", ""),
        ("-6 rule", ""),
    ] {
        ns.sh(&format!(
            "{theirs} {object} save {words} > {dir}/theirs; {ours} {object} save {words} > {dir}/ours"
        ));
        let (want, got) = (bare(&format!("{dir}/theirs")), bare(&format!("{dir}/ours")));
        // Lifetimes run, and the flags of a message say whether the dump was filtered.
        assert!(want.len() > 4, "{object} {words}");
        assert_eq!((want.len(), &want[..8]), (got.len(), &got[..8]), "{object} save {words}");
    }
    let look =
        |ns: &Ns| ns.sh("ip -4 route show table main; ip -4 -o addr | sed 's/valid_lft.*//'; ip rule").stdout;
    let before = look(&ns);
    for (writer, reader) in [(&ours, &ours), (&theirs, &ours), (&ours, &theirs)] {
        ns.sh(&format!(
            "{writer} -4 addr save > {dir}/a; {writer} route save > {dir}/r; {writer} rule save > {dir}/u
             ip addr flush dev v0; ip addr flush dev v1; ip addr flush dev lo; ip route flush table main || true
             ip rule flush; ip rule del pref 0; {reader} addr restore < {dir}/a; {reader} rule restore < {dir}/u
             {reader} route restore < {dir}/r"
        ));
        eqnice!(before, look(&ns), "{writer} to {reader}");
        // All of it is there: said, and no failure.
        let again = ns.sh(&format!("{reader} route restore < {dir}/r"));
        assert!(again.stderr.lines().all(|l| l == "RTNETLINK answers: File exists"), "{}", again.stderr);
        assert_eq!(again.stderr.lines().count(), 5);
    }
    for options in ["", "-d", "-o"] {
        for (object, file) in [("route", "r"), ("addr", "a")] {
            let line =
                |tool: &str| ns.sh(&format!("{tool} {options} {object} showdump < {dir}/{file}")).stdout;
            eqnice!(line(&theirs), line(&ours), "{options} {object} showdump");
        }
    }
    let code = |line: &str| {
        let out = ns.run(&["/bin/sh", "-c", line]);
        (out.stderr, out.code)
    };
    for rest in [
        "route restore < /dev/null",
        "route showdump < DIR/a",
        "addr restore < DIR/r",
        "rule restore < DIR/a",
        "route restore < DIR/cut",
        "rule restore < DIR/cutrule",
        "route showdump < DIR/cut",
        "addr showdump < DIR/r",
    ] {
        ns.sh(&format!("head -c 40 {dir}/r > {dir}/cut; head -c 40 {dir}/u > {dir}/cutrule"));
        let rest = rest.replace("DIR", dir);
        assert_eq!(code(&format!("{theirs} {rest}")), code(&format!("{ours} {rest}")), "{rest}");
    }
    std::fs::remove_dir_all(dir).unwrap();
}

/// `ip netns monitor` says each name as it comes and goes.
#[test]
fn namespaces_are_seen_to_come_and_go() {
    let Some(ns) = Ns::new() else { return };
    let ip = format!("{} ip", nlbox().display());
    let out = ns.sh(&format!(
        "{ip} netns monitor > /run/seen & watcher=$!
         while ! [ -d /run/netns ]; do sleep 0.02; done; sleep 0.2
         {ip} netns add blue; {ip} netns add red; {ip} netns del blue
         while [ $(wc -l < /run/seen) -lt 3 ]; do sleep 0.02; done
         kill $watcher; cat /run/seen"
    ));
    eqnice!("add blue\nadd red\ndelete blue\n", out.stdout);
    let refused = ns.run(&[nlbox().to_str().unwrap(), "ip", "netns", "monitor", "x"]);
    assert_eq!((refused.stderr.as_str(), refused.code), ("extra arguments specified\n", 1));
}
