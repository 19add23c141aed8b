//! Mutual TLS: who gets in.

use std::sync::atomic::Ordering;

use lab::Wanted;
use natconnd::config::Tls;
use natconnd::tls::{ClientCertificate, Purpose, certificates};

use crate::folder::{Folder, client, mutual};
use crate::openssl::{curl, fingerprint, s_client};
use crate::server::Server;

#[test]
fn the_certificate_of_the_clients_authority_gets_in_and_no_other() {
    let folder = Folder::new();
    let ours = folder.authority("ours");
    let theirs = folder.authority("theirs");
    let server = Server::start(&mutual(&ours.issue(&Wanted::default()).unwrap(), &ours));

    let good = ours.issue(&client("good", "DNS:proxy.example")).unwrap();
    let said = curl(&server, &ours, Some(&good));
    let expected = format!("you are {}\n", fingerprint(&good.certificate));
    assert!(said.is_success, "{}", said.text);
    assert_eq!(said.text, expected);

    let stranger = theirs
        .issue(&client("stranger", "DNS:proxy.example"))
        .unwrap();
    let ended = ours
        .issue(&Wanted {
            to: "20200201000000Z",
            ..client("ended", "DNS:proxy.example")
        })
        .unwrap();
    let not_yet = ours
        .issue(&Wanted {
            from: "20980101000000Z",
            ..client("not-yet", "DNS:proxy.example")
        })
        .unwrap();
    // A server's certificate is not for clients.
    let of_server = ours
        .issue(&Wanted {
            name: "server",
            ..Wanted::default()
        })
        .unwrap();
    let shaken = server.counts.shaken.load(Ordering::SeqCst);
    for own in [
        None,
        Some(&stranger),
        Some(&ended),
        Some(&not_yet),
        Some(&of_server),
    ] {
        let said = curl(&server, &ours, own);
        assert!(!said.is_success, "{own:?}: {}", said.text);
        assert!(!said.text.contains("you are"), "{own:?}: {}", said.text);
    }
    assert_eq!(server.counts.shaken.load(Ordering::SeqCst), shaken);
    assert_eq!(server.counts.refused.load(Ordering::SeqCst), 5);
    assert_eq!(curl(&server, &ours, Some(&good)).text, expected);
}

/// Whoever resumes a session is not asked for a certificate, which may have ended.
#[test]
fn a_client_with_a_certificate_shows_it_each_time() {
    let folder = Folder::new();
    let ours = folder.authority("ours");
    let server = Server::start(&mutual(&ours.issue(&Wanted::default()).unwrap(), &ours));
    let good = ours.issue(&client("good", "DNS:proxy.example")).unwrap();
    let session = folder.path("session");
    let session = session.to_str().unwrap();
    let own = [
        "-cert",
        good.certificate.to_str().unwrap(),
        "-key",
        good.key.to_str().unwrap(),
    ];
    for version in ["-tls1_2", "-tls1_3"] {
        let first = [&own[..], &[version, "-sess_out", session]].concat();
        let said = s_client(&server, &ours, &first);
        assert!(said.is_success, "{}", said.text);
        // TLS 1.3 writes no session where there is no ticket.
        if folder.path("session").exists() {
            let said = s_client(&server, &ours, &[version, "-sess_in", session]);
            assert!(!said.text.contains("you are"), "{}", said.text);
            std::fs::remove_file(folder.path("session")).unwrap();
        }
    }
}

#[test]
fn a_certificate_is_for_the_names_in_it() {
    let folder = Folder::new();
    let authority = folder.authority("ours");
    let names = "DNS:proxy.example,DNS:*.dmz.example,IP:192.0.2.1";
    let issued = authority.issue(&client("common.example", names)).unwrap();
    let shown = certificates(&issued.certificate, Purpose::Certificate).unwrap();
    let shown = ClientCertificate::of_der(shown[0].der.clone());
    for name in ["proxy.example", "PROXY.example", "a.dmz.example"] {
        assert!(shown.is_for(name), "{name}");
    }
    for name in [
        "",
        "example",
        "dmz.example",
        "a.b.dmz.example",
        "*.dmz.example",
        "*.example",
        ".dmz.example",
        "notproxy.example",
        "proxy.example.org",
        "192.0.2.1",
        // The common name counts no more (RFC 9525).
        "common.example",
        "a b",
        "ä",
        "proxy.example\0",
    ] {
        assert!(!shown.is_for(name), "{name}");
    }
}

/// Its clients' authority may be replaced while it runs.
#[test]
fn another_authority_of_clients_counts_from_the_reload_on() {
    let folder = Folder::new();
    let (ours, theirs) = (folder.authority("ours"), folder.authority("theirs"));
    let of_clients = folder.path("clients.pem");
    std::fs::copy(ours.certificate(), &of_clients).unwrap();
    let files = Tls {
        client_ca: Some(of_clients.clone()),
        ..mutual(&ours.issue(&Wanted::default()).unwrap(), &ours)
    };
    let server = Server::start(&files);
    let good = ours.issue(&client("good", "DNS:proxy.example")).unwrap();
    let stranger = theirs
        .issue(&client("stranger", "DNS:proxy.example"))
        .unwrap();
    assert!(curl(&server, &ours, Some(&good)).is_success);
    assert!(!curl(&server, &ours, Some(&stranger)).is_success);
    std::fs::copy(theirs.certificate(), &of_clients).unwrap();
    server.tls.reload_if_changed();
    assert!(!curl(&server, &ours, Some(&good)).is_success);
    assert!(curl(&server, &ours, Some(&stranger)).is_success);
}
