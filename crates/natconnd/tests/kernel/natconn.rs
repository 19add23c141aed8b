//! `natconn` says what the API says.

use std::process::Output;

use lab::{Error, MASQUERADE};
use serde_json::Value;

use crate::agreement::agree;
use crate::daemon::Daemon;

/// What it printed, and its exit status.
fn printed(output: &Output) -> (String, Option<i32>) {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    (text, output.status.code())
}

#[test]
fn lookup_list_and_status() {
    lab::in_gateway!(|lab| {
        lab.nft(MASQUERADE)?;
        let daemon = Daemon::start(lab, "[track]\nkeep-ended = \"0s\"\n");
        for (host, port) in [(1, 53), (2, 54)] {
            lab.outside().serve_udp(port)?;
            lab.host(host).exchange_udp(5000, lab.outside().at(port))?;
        }
        lab.host(3).ping(7, lab.outside().v6().into())?;
        agree(lab, &daemon, 3);

        // Word for word, but for the newline.
        for (arguments, target) in [
            (
                "lookup 100.64.2.1:5000 --json",
                "/api/v1/lookup?nat=100.64.2.1:5000",
            ),
            (
                "lookup udp 100.64.2.1:5000 --remote 100.64.2.10:54 --json",
                "/api/v1/lookup?nat=100.64.2.1:5000&remote=100.64.2.10:54&protocol=udp",
            ),
            (
                "lookup icmpv6 [fd00:2::1]:7 --json",
                "/api/v1/lookup?nat=%5Bfd00:2::1%5D:7&protocol=icmpv6",
            ),
            (
                "list --protocol udp --sort -internal --json",
                "/api/v1/connections?protocol=udp&sort=-internal",
            ),
            ("list --all --csv", "/api/v1/connections?format=csv"),
        ] {
            let words: Vec<_> = arguments.split(' ').collect();
            let (text, code) = printed(&daemon.natconn(&words));
            assert_eq!(code, Some(0), "{arguments}: {text}");
            assert_eq!(
                text.trim_end(),
                daemon.get(target).body.trim_end(),
                "{arguments}"
            );
        }
        let (text, code) = printed(&daemon.natconn(&["status", "--json"]));
        assert_eq!(code, Some(0), "{text}");
        let status: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(status["translations"], 3);
        assert_eq!(status["state"], "following");
        assert_eq!(status["coverage"]["complete"], true);

        let (text, code) = printed(&daemon.natconn(&["lookup", "100.64.2.1:5000"]));
        assert_eq!(code, Some(0), "{text}");
        for host in ["192.168.248.2:5000", "192.168.248.3:5000"] {
            assert!(text.contains(host), "{text}");
        }
        let (text, code) = printed(&daemon.natconn(&["lookup", "100.64.2.1:5001"]));
        assert_eq!(code, Some(1), "{text}");
        let (_, code) = printed(&daemon.natconn(&["lookup", "100.64.2.1:x"]));
        assert_eq!(code, Some(2));
        Ok::<(), Error>(())
    });
}
