//! What is said where natconnd says no.

use crate::command::{asking, run};
use crate::server::{Reply, Server, response, response_with};

/// The hint of what is said of a refusal.
fn hint(status: &str, headers: &str, detail: &str, token: Option<&str>) -> String {
    let body = format!(r#"{{"type":"about:blank","title":"x","status":400,"detail":"{detail}"}}"#);
    let reply = response_with(status, "application/problem+json", headers, &body);
    let server = Server::on_socket(vec![Reply::Bytes(reply)]);
    let mut command = asking(&server, &["status"]);
    if let Some(token) = token {
        command.env("NATCONN_TOKEN", token);
    }
    let run = run(&mut command);
    assert_eq!((run.code, &*run.out), (2, ""));
    let said = format!(": {status}: {detail}\n  hint: ");
    let (_, hint) = run.err.split_once(&said).expect(&run.err);
    assert!(
        token.is_none_or(|token| !run.err.contains(token)),
        "{}",
        run.err
    );
    hint.to_owned()
}

#[test]
fn unauthorized_asks_for_a_token_or_for_another() {
    let detail = "show a token";
    let said = hint("401 Unauthorized", "", detail, None);
    assert!(
        said.starts_with("--token-file FILE, or the variable NATCONN_TOKEN"),
        "{said}"
    );
    let said = hint("401 Unauthorized", "", detail, Some("natconn_x"));
    assert!(
        said.contains("natconn token hash prints what a [caller.NAME]"),
        "{said}"
    );
}

#[test]
fn forbidden_says_who_decides() {
    let expected = "natconnd's configuration says who may ask what: allow and roles of the \
                    listener, roles of the caller\n";
    let said = hint("403 Forbidden", "", "role browse is needed", None);
    assert_eq!(said, expected);
    // A proxy's page, or natconnd's for those who may not ask at all.
    let reply = response("403 Forbidden", "text/html", "Forbidden");
    let server = Server::on_socket(vec![Reply::Bytes(reply)]);
    let said = run(&mut asking(&server, &["status"])).err;
    assert!(
        said.ends_with(&format!("403 Forbidden: Forbidden\n  hint: {expected}")),
        "{said}"
    );
}

#[test]
fn too_many_questions_are_to_be_asked_later() {
    let status = "429 Too Many Requests";
    let said = hint(status, "retry-after: 7\r\n", "10 requests a second", None);
    assert_eq!(said, "ask again in 7 s, or less at once\n");
    for header in ["", "retry-after: Fri, 31 Dec 1999 23:59:59 GMT\r\n"] {
        let said = hint(status, header, "x", None);
        assert_eq!(said, "ask again later, or less at once\n");
    }
}

#[test]
fn a_wrong_name_and_a_missing_audit_are_explained() {
    let said = hint(
        "421 Misdirected Request",
        "",
        "not known by this name",
        None,
    );
    assert!(
        said.starts_with("hosts in natconnd's configuration"),
        "{said}"
    );
    let said = hint(
        "503 Service Unavailable",
        "",
        "write the audit file: disk full",
        None,
    );
    assert!(said.contains("natconn doctor"), "{said}");
}
