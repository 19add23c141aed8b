//! What docs/tutorial.md tells people to run does what it says.

use std::path::Path;

use lab::{Error, MASQUERADE};

use crate::daemon::Daemon;

/// The commands of its blocks that can be run beside a gateway: those of `sh`.
fn commands() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let text = std::fs::read_to_string(root.join("docs/tutorial.md")).unwrap();
    let blocks = text.split("\n```sh\n").skip(1);
    let lines = blocks.flat_map(|rest| rest.split("\n```").next().unwrap().lines());
    lines.map(str::to_owned).collect()
}

#[test]
fn each_command_of_the_tutorial_works() {
    lab::in_gateway!(|lab| {
        lab.nft(MASQUERADE)?;
        // Of what ended before the start nobody speaks: else that is the first gap.
        let daemon = Daemon::start(lab, "[track]\nkeep-ended = \"0s\"\n");
        assert_eq!(daemon.address.to_string(), "127.0.0.1:8080");
        lab.outside().serve_tcp(80)?;
        let web = lab.outside().at(80);
        let _one = lab.host(1).connect_tcp(40_123, web)?;
        let _two = lab.host(2).connect_tcp(50_000, web)?;
        lab.await_connections(&["-p", "tcp", "--orig-port-dst", "80"], 2)?;
        let mut said = String::new();
        let commands = commands();
        for command in &commands {
            let natconn = env!("CARGO_BIN_EXE_natconn");
            let line = command.replace("target/debug/natconn", natconn);
            let output = lab.gateway().run(&["sh", "-c", &line])?;
            assert!(!output.is_empty(), "{command}");
            said.push_str(&output);
        }
        assert_eq!(commands.len(), 8, "{commands:#?}");
        for words in [
            "\"verdict\":\"one\"",
            "\"internal_address\":\"192.168.248.2\"",
            "192.168.248.2 is behind tcp 100.64.2.1:40123 with remote 100.64.2.10:80",
            "2 hosts are behind 100.64.2.1: ",
            "exit status 1",
            "192.168.248.3:50000",
        ] {
            assert!(said.contains(words), "{words:?} is not in\n{said}");
        }
        Ok::<(), Error>(())
    });
}
