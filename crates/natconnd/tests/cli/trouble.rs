//! Questions that get no answer: exit status 2, and words that help.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use crate::command::{Run, ask, asking, natconn, run};
use crate::server::{Reply, Server, response};

const STATUS: &[&str] = &["status"];

/// What is said of a reply, without the way to it.
fn said(reply: Reply, arguments: &[&str]) -> String {
    let server = Server::on_socket(vec![reply]);
    let run = run(&mut asking(&server, arguments));
    assert_eq!((run.code, &*run.out), (2, ""), "{}", run.err);
    let way = format!(" over {}", server.socket().display());
    assert!(run.err.contains(&way), "{}", run.err);
    run.err.replace(&way, "")
}

#[test]
fn nobody_listens_on_the_socket() {
    let command = &mut natconn(&["--socket", "/nonexistent/socket", "lookup", "192.0.2.1:7"]);
    assert_eq!(
        run(command),
        Run {
            code: 2,
            out: String::new(),
            err: "natconn: ask http://localhost/api/v1/lookup over /nonexistent/socket: no such \
                  file or directory\n  hint: is natconnd running? --socket and --url say where \
                  to look for it\n"
                .to_owned(),
        }
    );
}

#[test]
fn nobody_listens_on_the_port() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let run = run(natconn(STATUS).env("NATCONN_URL", &url));
    assert_eq!(run.code, 2);
    assert_eq!(
        run.err,
        format!(
            "natconn: ask {url}/api/v1/status: connection refused\n  hint: is natconnd running? \
             --socket and --url say where to look for it\n"
        )
    );
}

#[test]
fn a_server_that_hangs_is_given_up() {
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n{";
    for sent in ["", "HTTP/1.1 200", head] {
        let began = Instant::now();
        let reply = Reply::ThenSilence(sent.as_bytes().to_vec());
        assert_eq!(
            said(reply, &["status", "--timeout", "1"]),
            "natconn: ask http://localhost/api/v1/status: no answer within 1 s\n  hint: \
             --timeout SECONDS waits longer\n",
            "{sent}"
        );
        assert!(began.elapsed() < Duration::from_secs(5));
    }
}

#[test]
fn a_refusal_names_parameter_found_and_expected() {
    let problem = r#"{"type":"about:blank","title":"Bad Request","status":400,"detail":"read parameter limit: \"0\" is no number from 1 to 10000","parameter":"limit","found":"0","expected":"a number from 1 to 10000"}"#;
    assert_eq!(
        refused(problem, &["list", "--limit", "0"]),
        "natconn: read parameter limit: \"0\" is no number from 1 to 10000\n"
    );
    let problem = r#"{"type":"about:blank","title":"Bad Request","status":400,"detail":"read parameter nat: \"192.0.2.1:http\" is no endpoint: \"http\" is no port from 0 to 65535, expected ADDR or :PORT","parameter":"nat","found":"192.0.2.1:http","expected":"ADDR, :PORT; FIRST-LAST for PORT too"}"#;
    assert_eq!(
        refused(problem, &["lookup", "192.0.2.1:http"]),
        "natconn: read parameter nat: \"192.0.2.1:http\" is no endpoint: \"http\" is no port from \
         0 to 65535\n  expected: ADDR, :PORT; FIRST-LAST for PORT too\n"
    );
}

/// What is said of a 400 with this body.
fn refused(problem: &str, arguments: &[&str]) -> String {
    let reply = response("400 Bad Request", "application/problem+json", problem);
    let run = ask(Reply::Bytes(reply), arguments);
    assert_eq!((run.code, &*run.out), (2, ""), "{}", run.err);
    run.err
}

#[test]
fn a_refused_endpoint_is_corrected() {
    for (found, hint) in [
        ("2001:db8::1:52552", "for a port write [2001:db8::1]:52552"),
        (
            "tcp",
            "\"tcp\" is a protocol; it stands before the endpoint",
        ),
        ("40123", "for a port write :40123"),
    ] {
        let problem = format!(
            r#"{{"type":"about:blank","title":"Bad Request","status":400,"detail":"read parameter nat: \"{found}\" is no endpoint, expected ADDR","parameter":"nat","found":"{found}","expected":"ADDR"}}"#
        );
        assert_eq!(
            refused(&problem, &["lookup", found]),
            format!(
                "natconn: read parameter nat: \"{found}\" is no endpoint\n  expected: ADDR\n  \
                 hint: {hint}\n"
            )
        );
    }
}

#[test]
fn a_name_that_says_nothing_is_told() {
    let run = run(&mut natconn(&[
        "status",
        "--url",
        "http://gateway.invalid:8080",
    ]));
    assert_eq!(run.code, 2);
    assert!(
        run.err.starts_with(
            "natconn: ask http://gateway.invalid:8080/api/v1/status: look up \"gateway.invalid\": "
        ),
        "{}",
        run.err
    );
    assert!(!run.err.contains("failed"), "{}", run.err);
    assert!(
        run.err
            .ends_with("  hint: check the name in --url, or write the address in its place\n"),
        "{}",
        run.err
    );
}

#[test]
fn a_stream_can_be_refused_too() {
    let problem = r#"{"type":"about:blank","title":"Bad Request","status":400,"detail":"read parameter zone: no","parameter":"zone"}"#;
    for arguments in [&["watch"][..], &["list", "--csv"]] {
        let err = refused(problem, arguments);
        assert_eq!(err, "natconn: read parameter zone: no\n");
    }
}

#[test]
fn another_server_is_recognised() {
    let reply = response("404 Not Found", "text/html", "<h1>\u{1b}[2Jnginx</h1>\n");
    assert_eq!(
        said(Reply::Bytes(reply), STATUS),
        "natconn: ask http://localhost/api/v1/status: 404 Not Found: \\u{1b}[2Jnginx\n  \
         hint: does natconnd listen there?\n"
    );
    let reply = response("502 Bad Gateway", "application/problem+json", "{}");
    assert_eq!(
        said(Reply::Bytes(reply), STATUS),
        "natconn: ask http://localhost/api/v1/status: 502 Bad Gateway: {}\n"
    );
}

#[test]
fn garbage_is_no_answer() {
    let page = response(
        "200 OK",
        "text/html",
        "<!DOCTYPE html>\n<title>hello</title>",
    );
    for (arguments, path) in [
        (&["status"][..], "status"),
        (&["status", "--json"], "status"),
        (&["list"], "connections"),
        (&["lookup", "192.0.2.1"], "lookup"),
    ] {
        let err = said(Reply::Bytes(page.clone()), arguments);
        let expected = format!(
            "natconn: ask http://localhost/api/v1/{path}: the answer is not natconnd's, it \
             begins with \"<!DOCTYPE html>\\n<title>hello</title>\": "
        );
        assert!(err.starts_with(&expected), "{err}");
        assert!(err.ends_with("hint: does natconnd listen there, and of the same version?\n"));
    }
}

#[test]
fn what_is_no_http_is_said_to_be_none() {
    let err = said(Reply::Bytes(b"220 gateway ESMTP\r\n".to_vec()), STATUS);
    assert!(
        err.starts_with("natconn: ask http://localhost/api/v1/status: the answer is no HTTP: "),
        "{err}"
    );
    assert!(
        err.ends_with("hint: does natconnd listen there?\n"),
        "{err}"
    );
}

#[test]
fn an_answer_that_breaks_off_is_none() {
    let whole = response("200 OK", "application/json", "{\"version\":\"0.1.0\"}");
    for length in [0, 10, whole.len() - 1] {
        let err = said(Reply::Bytes(whole[..length].to_vec()), STATUS);
        let expected = "natconn: ask http://localhost/api/v1/status: the answer broke off\n  \
                        hint: is natconnd still running?\n";
        assert_eq!(err, expected, "{length}");
    }
}

#[test]
fn two_daemons_are_one_too_many() {
    let mut command = natconn(STATUS);
    command
        .env("NATCONN_SOCKET", "/s")
        .env("NATCONN_URL", "http://gateway");
    assert_eq!(
        run(&mut command).err,
        "natconn: choose a daemon: both NATCONN_SOCKET and NATCONN_URL are set\n  hint: unset \
         one, or use --socket or --url\n"
    );
}

#[test]
fn a_url_can_be_asked() {
    let reply = response("404 Not Found", "application/json", "");
    let server = Server::on_tcp(vec![Reply::Bytes(reply)]);
    let url = format!("{}/nat/", server.url());
    let run = run(&mut natconn(&["status", "--url", &url]));
    assert_eq!(run.code, 2);
    assert!(
        run.err
            .starts_with(&format!("natconn: ask {url}api/v1/status: 404 Not Found\n")),
        "{}",
        run.err
    );
    let head = server.heads().remove(0);
    let host = url.trim_start_matches("http://").trim_end_matches("/nat/");
    assert!(
        head.starts_with("GET /nat/api/v1/status HTTP/1.1\r\n"),
        "{head}"
    );
    assert!(head.contains(&format!("host: {host}\r\n")), "{head}");
    assert!(head.contains("accept: application/json\r\n"), "{head}");
}

#[test]
fn a_full_disk_is_told() {
    let reply = response("200 OK", "application/json", "{}");
    let run = ask(Reply::Bytes(reply), &["completions", "bash"]);
    assert_eq!(run.code, 0);
    let full = std::fs::File::options()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let mut command = natconn(&["completions", "bash"]);
    let output = command
        .stdout(full)
        .spawn()
        .unwrap()
        .wait_with_output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        "natconn: write to standard output: no space left on device\n"
    );
}
