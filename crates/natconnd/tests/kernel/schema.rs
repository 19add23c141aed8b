//! The API does what its document says, as a client that reads nothing else finds.
//!
//! schemathesis makes requests of what `/openapi.json` says, right and wrong ones, and
//! holds each answer against it: status, headers, content type, schema; that what is
//! right is taken and what is wrong refused. `tests/schema` has its settings, and what
//! the document can say in words only.

use std::io::Write;
use std::net::{Shutdown, SocketAddr, TcpListener};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use lab::{Error, Lab, MASQUERADE};
use serde_json::Value;

use crate::agreement::agree_on_list;
use crate::daemon::Daemon;
use crate::process::eventually;

/// schemathesis, or why there is none.
fn schemathesis() -> Option<PathBuf> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    let target = std::env::var_os("CARGO_TARGET_DIR");
    let target = target.map_or_else(|| manifest.join("../../target"), PathBuf::from);
    let program = target.join("schemathesis/bin/schemathesis");
    if program.exists() {
        return Some(program);
    }
    let why = format!("{} is not there", program.display());
    if std::env::var("NATCONND_REQUIRE_READER_TESTS").is_ok_and(|require| require == "1") {
        panic!("{why}\n  hint: run tools/install-readers");
    }
    eprintln!("SKIPPED: {why}; run tools/install-readers");
    None
}

/// A daemon with a history, and connections that live and that have ended.
fn busy(lab: &Lab) -> Result<Daemon, Error> {
    lab.nft(MASQUERADE)?;
    lab.sysctl("net.netfilter.nf_conntrack_udp_timeout", "600")?;
    let daemon = Daemon::start(
        lab,
        "[history]\nfolder = \"/run/history\"\n[audit]\nfolder = \"/run/audit\"\n",
    );
    for host in [1, 2, 3] {
        for port in 9..15 {
            lab.host(host)
                .send_udp(5000 + port, lab.outside().at(port))?;
            lab.host(host)
                .send_udp(6000 + port, lab.outside().at_v6(port))?;
        }
    }
    lab.await_connections(&["-p", "udp"], 36)?;
    lab.conntrack(&["-D", "-p", "udp", "-s", &lab.host(3).v4().to_string()])?;
    agree_on_list(lab, &daemon);
    eventually(|| {
        let history = daemon.get("/api/v1/history").body;
        let is_recorded = history.contains("\"records\":6,");
        is_recorded.then_some(()).ok_or(history)
    });
    Ok(daemon)
}

/// Runs it against an address, which must answer as the document says; what it said.
fn hold(schemathesis: &Path, daemon: &Daemon, address: SocketAddr) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schema");
    let url = format!("http://{address}/openapi.json");
    let mut command = Command::new(schemathesis);
    command
        .arg("--config-file")
        .arg(folder.join("schemathesis.toml"))
        .args(["run", &url, "--continue-on-failure"])
        .env("SCHEMATHESIS_HOOKS", "hooks")
        .env("PYTHONPATH", &folder)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .current_dir("/run");
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let trouble = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{trouble}");
    // It leaves out the path that it has the document from.
    let operations = operations() - 1;
    assert!(said.contains(&format!("Tested: {operations}\n")), "{said}");
    let status = daemon.status();
    assert!(status.ready && status.recording == Some(true), "{status:?}");
    said
}

/// How many operations the document has.
fn operations() -> usize {
    let document: Value = serde_json::from_str(natconnd::http::openapi()).unwrap();
    let paths = document["paths"].as_object().unwrap();
    paths
        .values()
        .map(|item| item.as_object().unwrap().len())
        .sum()
}

/// Passes on what connects to a port of this machine: schemathesis knows no unix sockets.
fn bridge(socket: &str) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let socket = socket.to_owned();
    thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            let server = UnixStream::connect(&socket).unwrap();
            let [to_server, to_client] = [
                (client.try_clone().unwrap(), server.try_clone().unwrap()),
                (client, server),
            ];
            thread::spawn(move || {
                let (mut from, mut to) = to_server;
                // Whoever is gone has no more to say.
                let _ = std::io::copy(&mut from, &mut to);
                let _ = to.shutdown(Shutdown::Write);
            });
            thread::spawn(move || {
                let (mut to, mut from) = to_client;
                let _ = std::io::copy(&mut from, &mut to);
                let _ = to.shutdown(Shutdown::Both);
            });
        }
    });
    address
}

#[test]
fn every_example_is_what_its_schema_says() {
    let Some(schemathesis) = schemathesis() else {
        return;
    };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schema");
    let mut child = Command::new(schemathesis.with_file_name("python"))
        .arg(folder.join("examples.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin
        .write_all(natconnd::http::openapi().as_bytes())
        .unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    // No line but the last, which counts them.
    let count = said.trim_end().strip_suffix(" examples");
    let count = count.and_then(|count| count.parse().ok());
    assert!(count.is_some_and(|count: usize| count > 150), "{said}");
}

#[test]
fn the_api_is_as_its_document_says_over_tcp() {
    let Some(schemathesis) = schemathesis() else {
        return;
    };
    lab::in_gateway!(|lab| {
        let daemon = busy(lab)?;
        hold(&schemathesis, &daemon, daemon.address);
        Ok::<(), Error>(())
    });
}

#[test]
fn the_api_is_as_its_document_says_over_the_unix_socket() {
    let Some(schemathesis) = schemathesis() else {
        return;
    };
    lab::in_gateway!(|lab| {
        let daemon = busy(lab)?;
        let said = hold(&schemathesis, &daemon, bridge(&daemon.socket));
        // Nothing that it cannot look at, and nothing that it may never do.
        assert!(!said.contains("WARNINGS"), "{said}");
        Ok::<(), Error>(())
    });
}
