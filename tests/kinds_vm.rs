//! Link kinds that only a virtual machine's kernel has: made by nlbox, and shown by both programs, byte for byte.
//!
//! A row whose modules the kernel lacks is skipped aloud.

use harness::vm::{Setup, has_module};

/// Modules, lines of `ip` that make links or change them, and what is passed through both programs afterwards.
struct Row {
    modules: &'static [&'static str],
    lines: &'static [&'static str],
    errors: &'static [&'static str],
}

const ROWS: &[Row] = &[
    Row {
        modules: &["geneve"],
        lines: &[
            "link add x0 type geneve id 5 remote 1.2.3.4",
            "link add x1 type geneve id 6 remote 1::1 ttl 5 tos 4 df set flowlabel 5 dstport 7 udpcsum udp6zerocsumtx \
             noudp6zerocsumrx",
            "link add x2 type geneve id 7 remote 1.2.3.5 ttl inherit tos inherit df inherit noudpcsum innerprotoinherit",
            "link add x3 type geneve external dstport 99",
            "link set x0 type geneve id 5 remote 1.2.3.4 ttl 9",
        ],
        errors: &[
            "link add x9 type geneve id 5 remote 1.2.3.4",
            "link set x0 type geneve id 6 remote 1.2.3.4",
        ],
    },
    Row {
        modules: &["vxlan"],
        lines: &[
            "link add x0 type vxlan external gpe dstport 4790 udp6zerocsumrx",
            "link add x1 type vxlan id 7 gbp df set ttl 3 tos 8 srcport 1000 2000 ageing 60 maxaddress 9 dstport 4789 \
             udpcsum remcsumtx remcsumrx rsc proxy l2miss l3miss local 10.0.0.1",
            "link add x2 type vxlan id 8 ttl inherit tos inherit df inherit dstport 8472 dev eth0",
            "link add x3 type vxlan external vnifilter dstport 8473",
            "link add x4 type vxlan id 9 local fd00::1 remote fd00::2 flowlabel 5 dstport 8474 noudpcsum",
        ],
        errors: &[],
    },
    Row {
        modules: &["xfrm_interface"],
        lines: &[
            "link add x0 type xfrm if_id 5",
            "link add x1 type xfrm if_id 0x10 dev eth0",
            "link add x2 type xfrm external",
        ],
        errors: &["link add x3 type xfrm if_id 5"],
    },
    Row { modules: &["team"], lines: &["link add x0 type team", "link set eth1 master x0"], errors: &[] },
    Row {
        modules: &["vxcan"],
        lines: &["link add x0 type vxcan peer name x1 mtu 72", "link add x2 type vxcan"],
        errors: &["link add x0 type vxcan", "link add x5 type vxcan peer name x5"],
    },
    Row { modules: &["gtp"], lines: &["link add x0 type gtp role sgsn hsize 8"], errors: &[] },
];

/// How listings are printed.
const MODES: &[&str] = &["-d", "-d -j", "-o -d", "-d -j -p"];

#[test]
fn kinds_look_alike() {
    let mut found = String::new();
    for row in ROWS {
        if let Some(lacking) = row.modules.iter().find(|m| !has_module(m)) {
            // Debian's cloud kernel is without a few that its full one has.
            println!("not on this kernel: {lacking}");
            continue;
        }
        let setup = Setup::new().nics(2).modules(row.modules).iproute2().file("/nlbox", harness::nlbox());
        let Some(mut vm) = setup.boot() else { return };
        for line in row.lines {
            let said = vm.run(&format!("/nlbox ip {line}"));
            if (said.code, said.stderr.as_str()) != (0, "") {
                found += &format!("{line}: {said:?}\n");
            }
            // The two programs alike in each of the states on the way.
            for mode in MODES {
                let [want, got] = ["/bin/ip", "/nlbox ip"].map(|ip| vm.run(&format!("{ip} {mode} link")));
                if std::env::var_os("KINDS_SHOW").is_some() {
                    println!("{line}\n{}", want.stdout);
                }
                if settle(&want.stdout) != got.stdout {
                    found +=
                        &format!("{line} ({mode}):\n{}", harness::diff(&settle(&want.stdout), &got.stdout));
                }
            }
        }
        for line in row.errors {
            let [want, got] = ["/bin/ip", "/nlbox ip"].map(|ip| vm.run(&format!("{ip} {line}")));
            if want != got {
                found += &format!("{line}: want {want:?}, got {got:?}\n");
            }
        }
        vm.off();
    }
    assert!(found.is_empty(), "{found}");
}

/// What a later iproute2 prints: one blank in place of two behind `promiscuity`, and one behind `vnifilter`.
fn settle(text: &str) -> String {
    text.replace("  allmulti", " allmulti").replace("vnifilterid", "vnifilter id")
}
