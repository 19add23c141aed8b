//! What docs/access.md tells to type makes certificates that are taken.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use natconnd::config::Tls;
use natconnd::tls::{ClientCertificate, Purpose, certificates};

use crate::folder::Folder;
use crate::openssl::{fingerprint, natconn};
use crate::server::Server;

/// The blocks of shell in the document, which all stand alone but for their files.
fn blocks() -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/access.md");
    let text = fs::read_to_string(path).unwrap();
    let blocks = text.split("```sh\n").skip(1);
    let blocks = blocks.map(|block| block.split("```").next().unwrap());
    // The address of the example is nobody's here.
    blocks
        .map(|block| block.replace("IP:192.0.2.1", "IP:127.0.0.1"))
        .collect()
}

fn run(block: &str, folder: &Folder) {
    let mut command = Command::new("sh");
    command.args(["-ec", block]).current_dir(folder.path(""));
    let output = command.output().unwrap();
    assert!(output.status.success(), "{block}: {output:?}");
}

fn start(folder: &Folder, client_ca: Option<PathBuf>) -> Server {
    Server::start(&Tls {
        certificate: folder.path("gateway.crt"),
        key: folder.path("gateway.key"),
        client_ca,
    })
}

/// Asks as `curl` and as `natconn` do.
fn ask(server: &Server, options: &[(&str, &str, &Path)]) -> String {
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--show-error", "--max-time", "10"]);
    let mut ours = natconn();
    for (of_curl, of_natconn, file) in options {
        curl.arg(of_curl).arg(file);
        ours.arg(of_natconn).arg(file);
    }
    curl.arg(format!("https://127.0.0.1:{}/", server.port()));
    let output = curl.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    let url = format!("https://127.0.0.1:{}", server.port());
    let output = ours.args(["--url", &url, "status"]).output().unwrap();
    let of_natconn = String::from_utf8_lossy(&output.stderr);
    // The server of these tests has no status, but an answer.
    assert!(of_natconn.contains("begins with \"you are"), "{of_natconn}");
    said.into_owned()
}

#[test]
fn the_documents_commands_make_what_they_promise() {
    let [of_itself, of_a_ca, of_client] = &blocks()[..] else {
        panic!("{:#?}", blocks());
    };
    let folder = Folder::new();
    run(of_itself, &folder);
    let server = start(&folder, None);
    let ca = folder.path("gateway.crt");
    assert_eq!(
        ask(&server, &[("--cacert", "--ca", &ca)]),
        "you are nobody\n"
    );

    let folder = Folder::new();
    run(of_a_ca, &folder);
    run(of_client, &folder);
    let ca = folder.path("ca.crt");
    let (certificate, key) = (folder.path("desk.crt"), folder.path("desk.key"));
    let server = start(&folder, Some(ca.clone()));
    let options = [
        ("--cacert", "--ca", &*ca),
        ("--cert", "--certificate", &certificate),
        ("--key", "--key", &key),
    ];
    let expected = format!("you are {}\n", fingerprint(&certificate));
    assert_eq!(ask(&server, &options), expected);
    let shown = certificates(&certificate, Purpose::Certificate).unwrap();
    let shown = ClientCertificate::of_der(shown[0].der.clone());
    assert!(shown.is_for("desk.example"));
}
