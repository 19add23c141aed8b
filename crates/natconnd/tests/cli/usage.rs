//! Command lines that cannot be asked, and help.

use crate::command::{natconn, run};

#[test]
fn what_cannot_be_read_is_exit_status_2() {
    for arguments in [
        &[][..],
        &["lookup"],
        &["lookup", "tcp", "192.0.2.1", "more"],
        &["lookup", "tcp", "192.0.2.1", "--protocol", "udp"],
        &["list", "--all", "--limit", "5"],
        &["list", "--csv", "--ndjson"],
        &["list", "--json", "--csv"],
        &["watch", "--kind", "both"],
        &["status", "--timeout", "0"],
        &["status", "--socket", "/s", "--url", "http://gateway"],
        &["status", "--url", "https://gateway", "--ca", "/nonexistent"],
        &["status", "--token-file", "/nonexistent"],
        &["token"],
        &["token", "new", "--name", "a b"],
        &["token", "new", "--name", "a", "--only"],
        &["token", "hash", "natconn_x"],
        &["lokup", "192.0.2.1"],
        &["completions", "csh"],
    ] {
        let run = run(&mut natconn(arguments));
        assert_eq!((run.code, &*run.out), (2, ""), "{arguments:?}: {}", run.err);
        assert!(!run.err.is_empty(), "{arguments:?}");
    }
}

#[test]
fn nothing_to_look_up_is_said() {
    assert_eq!(
        run(&mut natconn(&["lookup"])).err,
        "natconn: look up: found no endpoint, expected a NAT endpoint, --remote or --internal\n  \
         hint: write for example natconn lookup 203.0.113.7:40123\n"
    );
    let run = run(&mut natconn(&["lookup", "tcp", "192.0.2.1", "-p", "udp"]));
    assert_eq!(
        run.err,
        "natconn: read --protocol: the protocol is there twice, \"tcp\" and \"udp\"\n"
    );
}

#[test]
fn help_and_version_are_answers() {
    for arguments in [&["--help"][..], &["help", "list"], &["lookup", "-h"]] {
        let run = run(&mut natconn(arguments));
        assert_eq!((run.code, &*run.err), (0, ""), "{arguments:?}");
        assert!(run.out.contains("Usage: natconn "), "{}", run.out);
    }
    let version = run(&mut natconn(&["--version"]));
    let expected = concat!("natconn ", env!("CARGO_PKG_VERSION"), "\n");
    assert_eq!((version.code, &*version.out), (0, expected));
}

#[test]
fn every_subcommand_gives_examples_and_its_exit_statuses() {
    for command in [
        &["lookup"][..],
        &["list"],
        &["watch"],
        &["status"],
        &["audit", "verify"],
        &["audit", "list"],
        &["config", "check"],
        &["config", "migrate"],
        &["token", "new"],
        &["token", "hash"],
    ] {
        let run = run(&mut natconn(&[command, &["--help"]].concat()));
        for heading in ["Examples:\n  natconn ", "Exit status:\n  0  "] {
            assert!(run.out.contains(heading), "{command:?}: {heading}");
        }
    }
}
