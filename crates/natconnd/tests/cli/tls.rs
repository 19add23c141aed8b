//! `natconn` over TLS, and what it shows of who asks.

use std::fs;
use std::process::Stdio;

use lab::{Issued, Wanted};

use crate::command::{Run, natconn, run};
use crate::folder::{Folder, client, lock, mutual, tls};
use crate::server::{Reply, Server, json, response};

/// An answer that the command cannot read, and that is one.
fn answer() -> Reply {
    json("{}")
}

/// Asks for the status, with the options at the end.
fn status(server: &Server, options: &[&str]) -> Run {
    let arguments = [&["status", "--json", "--url", server.url()], options].concat();
    run(&mut natconn(&arguments))
}

/// What is said where it is not answered, in the order of message and hint.
fn said(server: &Server, options: &[&str]) -> (String, String) {
    let run = status(server, options);
    assert_eq!((run.code, &*run.out), (2, ""), "{}", run.err);
    let begin = format!("natconn: ask {}/api/v1/status: ", server.url());
    let text = run.err.strip_prefix(&begin).expect(&run.err);
    let (message, hint) = text.split_once("\n  hint: ").expect(text);
    (message.to_owned(), hint.trim_end().to_owned())
}

/// The answer comes.
fn is_answered(server: &Server, options: &[&str]) {
    let run = status(server, options);
    // What it says cannot be read, but it was said.
    assert!(
        run.err
            .contains("the answer is not natconnd's, it begins with \"{}\""),
        "{}",
        run.err
    );
}

fn path(path: &std::path::Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_daemon_is_asked_over_tls_and_told_who_asks() {
    let folder = Folder::new();
    let authority = folder.authority("root");
    let issued = authority.issue(&Wanted::default()).unwrap();
    let server = Server::on_tls(&tls(&issued), vec![answer(), answer()]);
    let token = folder.write("token", "natconn_secret\n");
    lock(&token, 0o600);
    let ca = authority.certificate();
    is_answered(
        &server,
        &[
            "--ca",
            path(&ca),
            "--token-file",
            path(&token),
            "--case",
            "2026/1",
            "--reason",
            "\u{fc}",
        ],
    );
    let head = server.heads().remove(0);
    for line in [
        "authorization: Bearer natconn_secret\r\n",
        "natconn-case: 2026%2F1\r\n",
        "natconn-reason: %C3%BC\r\n",
    ] {
        assert!(head.contains(line), "{head}");
    }
    let mut command = natconn(&["status", "--url", server.url()]);
    command
        .env("NATCONN_CA", &ca)
        .env("NATCONN_TOKEN", "natconn_other");
    assert!(run(&mut command).err.contains("it begins with"));
    assert!(
        server
            .heads()
            .remove(0)
            .contains("authorization: Bearer natconn_other\r\n")
    );
}

#[test]
fn what_is_wrong_with_a_certificate_is_said() {
    let folder = Folder::new();
    let authority = folder.authority("root");
    let ca = authority.certificate();
    let issued = |wanted: &Wanted<'_>| authority.issue(wanted).unwrap();
    let of_root = Issued {
        certificate: ca.clone(),
        key: folder.path("root.key"),
    };
    let stranger = folder.authority("stranger");
    for (issued, message, hint) in [
        (
            stranger
                .issue(&Wanted {
                    name: "of-stranger",
                    ..Wanted::default()
                })
                .unwrap(),
            "its certificate is of no CA that is trusted here",
            "--ca FILE names another file",
        ),
        (
            issued(&Wanted {
                name: "other",
                names: "DNS:gateway.example,IP:192.0.2.1",
                ..Wanted::default()
            }),
            "its certificate is for gateway.example, 192.0.2.1, not for 127.0.0.1",
            "write a name that it is for into --url",
        ),
        (
            issued(&Wanted {
                name: "ended",
                to: "20200201000000Z",
                ..Wanted::default()
            }),
            "its certificate ended at 2020-02-01T00:00:00Z",
            "renew it",
        ),
        (
            issued(&Wanted {
                name: "early",
                from: "20980101000000Z",
                ..Wanted::default()
            }),
            "its certificate begins at 2098-01-01T00:00:00Z",
            "clock",
        ),
        (
            issued(&Wanted {
                name: "client",
                usage: "clientAuth",
                ..Wanted::default()
            }),
            "its certificate is not for servers",
            "",
        ),
        (
            of_root,
            "its certificate is a CA's, and no server's",
            "CA:FALSE",
        ),
    ] {
        let server = Server::on_tls(&tls(&issued), vec![answer()]);
        let run = status(&server, &["--ca", path(&ca)]);
        assert_eq!((run.code, &*run.out), (2, ""), "{}", run.err);
        assert!(run.err.contains(message), "{}", run.err);
        assert!(
            hint.is_empty() || run.err.contains("\n  hint: "),
            "{}",
            run.err
        );
        assert!(run.err.contains(hint), "{}", run.err);
        assert!(server.heads().is_empty());
    }
}

#[test]
fn the_systems_authorities_count_where_none_are_named() {
    let folder = Folder::new();
    let authority = folder.authority("root");
    let issued = authority.issue(&Wanted::default()).unwrap();
    let server = Server::on_tls(&tls(&issued), vec![answer()]);
    let run = status(&server, &[]);
    assert_eq!(run.code, 2);
    // Where the system has none, that is said; it does not know ours in any case.
    let expected = [
        "its certificate is of no CA that is trusted here",
        "find the CA certificates of this system: there are none\n  hint: --ca FILE names them",
    ];
    assert!(
        expected.iter().any(|said| run.err.contains(said)),
        "{}",
        run.err
    );
}

#[test]
fn a_certificate_is_shown_where_it_is_asked_for() {
    let folder = Folder::new();
    let ours = folder.authority("ours");
    let theirs = folder.authority("theirs");
    let server = ours.issue(&Wanted::default()).unwrap();
    let files = mutual(&server, &ours);
    let good = ours.issue(&client("good", "DNS:desk.example")).unwrap();
    let stranger = theirs
        .issue(&client("stranger", "DNS:desk.example"))
        .unwrap();
    let ended = Wanted {
        to: "20200201000000Z",
        ..client("ended", "DNS:desk.example")
    };
    let ended = ours.issue(&ended).unwrap();
    let ca = ours.certificate();
    let ca = ["--ca", path(&ca)];
    let server = Server::on_tls(&files, (0..5).map(|_| answer()).collect());
    let own = |issued: &Issued| {
        [
            "--certificate".to_owned(),
            path(&issued.certificate).to_owned(),
            "--key".to_owned(),
            path(&issued.key).to_owned(),
        ]
    };
    let with = |issued: &Issued| {
        let own = own(issued);
        let options: Vec<&str> = ca.into_iter().chain(own.iter().map(|it| &**it)).collect();
        said(&server, &options)
    };
    let (message, hint) = said(&server, &ca);
    assert_eq!(message, "it asks for a certificate");
    assert_eq!(hint, "--certificate FILE and --key FILE name one");
    let (message, hint) = with(&stranger);
    assert_eq!(
        message,
        "it does not know the CA of the certificate that was shown"
    );
    assert!(hint.contains("client-ca"), "{hint}");
    assert_eq!(
        with(&ended).0,
        "the certificate that was shown has ended or not begun"
    );
    let own = own(&good);
    let options: Vec<&str> = ca.into_iter().chain(own.iter().map(|it| &**it)).collect();
    is_answered(&server, &options);
    // Certificate and key may share a file.
    let both = [&good.certificate, &good.key].map(|path| fs::read_to_string(path).unwrap());
    let both = folder.write("both", both.concat());
    is_answered(
        &server,
        &[&ca[..], &["--certificate", path(&both)]].concat(),
    );
    assert_eq!(server.heads().len(), 2);
}

#[test]
fn the_other_of_tls_and_plain_is_recognised() {
    let folder = Folder::new();
    let authority = folder.authority("root");
    let issued = authority.issue(&Wanted::default()).unwrap();
    let ca = authority.certificate();
    let page = response("400 Bad Request", "text/html", "Bad Request");
    let plain = Server::on_tcp(vec![Reply::Bytes(page)]);
    let port = plain.url().trim_start_matches("http://");
    let url = format!("https://{port}");
    // It waits for the end of a head, which no handshake has.
    let arguments = ["status", "--timeout", "1", "--url", &url, "--ca", path(&ca)];
    let said = run(&mut natconn(&arguments)).err;
    assert!(said.contains("no answer within 1 s"), "{said}");

    let secure = Server::on_tls(&tls(&issued), vec![answer()]);
    let url = secure.url().replace("https", "http");
    let said = run(&mut natconn(&["status", "--url", &url])).err;
    assert!(
        said.contains("where it speaks TLS, write https://"),
        "{said}"
    );
}

/// What answers at once and is no TLS.
#[test]
fn what_is_no_tls_is_told() {
    let folder = Folder::new();
    let ca = folder.authority("root").certificate();
    for (greeting, expected) in [
        (&b"220 gateway ESMTP\r\n"[..], "what came back is no TLS"),
        (b"", "shake hands for TLS: the connection ended"),
    ] {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("https://{}", listener.local_addr().unwrap());
        let server = std::thread::spawn(move || {
            use std::io::{Read, Write};
            let (mut stream, _) = listener.accept().unwrap();
            let _ = stream.read(&mut [0; 4096]);
            stream.write_all(greeting).unwrap();
        });
        let said = run(&mut natconn(&["status", "--url", &url, "--ca", path(&ca)])).err;
        server.join().unwrap();
        assert!(said.contains(expected), "{said}");
        assert!(
            said.contains("hint: does it speak TLS? if not, write http://"),
            "{said}"
        );
    }
}

#[test]
fn files_that_are_of_no_use_are_named() {
    let folder = Folder::new();
    let authority = folder.authority("root");
    let issued = authority.issue(&Wanted::default()).unwrap();
    let garbage = folder.write("garbage", "garbage");
    let (certificate, key) = (path(&issued.certificate), path(&issued.key));
    for (options, message) in [
        (&["--ca", key][..], "read CA certificates "),
        (&["--ca", path(&garbage)], "found no PEM block"),
        (
            &["--ca", certificate, "--certificate", certificate],
            "found CERTIFICATE, expected PRIVATE KEY",
        ),
        (
            &["--ca", certificate, "--key", key],
            "there is no certificate to it",
        ),
    ] {
        let arguments = [&["status", "--url", "https://127.0.0.1:1"], options].concat();
        let run = run(&mut natconn(&arguments));
        assert_eq!((run.code, &*run.out), (2, ""));
        assert!(run.err.contains(message), "{}", run.err);
        assert!(run.err.contains("\n  hint: "), "{}", run.err);
    }
    let plain = run(&mut natconn(&[
        "status",
        "--url",
        "http://127.0.0.1:1",
        "--ca",
        certificate,
    ]));
    assert_eq!(
        plain.err,
        "natconn: read --ca: 127.0.0.1:1 is not asked over TLS\n  hint: --url https://HOST:PORT \
         asks over TLS\n"
    );
}

#[test]
fn a_token_that_others_can_read_is_not_shown() {
    let folder = Folder::new();
    let token = folder.write("token", "natconn_secret");
    for mode in [0o644, 0o604, 0o602] {
        lock(&token, mode);
        let server = Server::on_socket(vec![]);
        let mut command = natconn(&["status", "--token-file", path(&token)]);
        command.env("NATCONN_SOCKET", server.socket());
        let expected = format!(
            "natconn: read a token from {}: others may read it (mode {mode:04o})\n  hint: chmod 600 \
             FILE, and make another token if somebody may have read this one\n",
            path(&token)
        );
        assert_eq!(run(&mut command).err, expected);
    }
    // The group's is read, and so is what comes through a pipe.
    lock(&token, 0o640);
    let server = Server::on_socket(vec![answer(), answer()]);
    for file in [path(&token), "/dev/stdin"] {
        let mut command = natconn(&["status", "--token-file", file]);
        command.env("NATCONN_SOCKET", server.socket());
        if file == "/dev/stdin" {
            let (reader, mut writer) = std::io::pipe().unwrap();
            std::io::Write::write_all(&mut writer, b"natconn_secret").unwrap();
            command.stdin(Stdio::from(reader));
        }
        let said = run(&mut command).err;
        let head = server.heads().pop().expect(&said);
        assert!(
            head.contains("authorization: Bearer natconn_secret\r\n"),
            "{head}"
        );
    }
}

#[test]
fn a_token_is_not_sent_where_others_can_listen() {
    let mut command = natconn(&["status", "--url", "http://192.0.2.1:8080"]);
    command.env("NATCONN_TOKEN", "natconn_secret");
    assert_eq!(
        run(&mut command).err,
        "natconn: show the token to http://192.0.2.1:8080: the way there is not encrypted\n  \
         hint: ask over https://, or through a tunnel: ssh -L 8080:127.0.0.1:8080 GATEWAY; \
         --token-in-clear shows it all the same\n"
    );
    let server = Server::on_tcp(vec![answer()]);
    let mut command = natconn(&["status", "--url", server.url()]);
    command.env("NATCONN_TOKEN", "natconn_secret");
    run(&mut command);
    assert!(server.heads().remove(0).contains("natconn_secret"));
}
