//! `natconn top` where there is no terminal.

use crate::answers::{complete, gap, text};
use crate::command::{Run, ask, asking, run};
use crate::server::{Reply, Server, json, response};

/// What `/api/v1/usage` sends.
fn usage(translations: u64) -> String {
    let coverage = text(&if translations > 0 { complete() } else { gap() });
    let (nats, remotes, hosts) = match translations {
        0 => ("", "", ""),
        _ => (
            r#"{"nat_address":"100.64.2.1","protocol":"tcp","translations":9,"ports":8},{"nat_address":"100.64.2.1","protocol":"icmp","translations":1,"ports":null}"#,
            r#"{"protocol":"tcp","nat_address":"100.64.2.1","remote_address":"2001:db8::53","remote_port":53,"zone":0,"ports":7,"available":10,"per_cent":70.0}"#,
            r#"{"internal_address":"192.168.248.2","connections":9,"ports":8}"#,
        ),
    };
    format!(
        r#"{{"taken_at":"2026-11-23T22:47:00.000Z","took_ms":0.4,"translations":{translations},"nat_address_count":2,"remote_count":1,"host_count":12,"nat_addresses":[{nats}],"remotes":[{remotes}],"hosts":[{hosts}],"coverage":{coverage}}}"#
    )
}

#[test]
fn once_prints_the_tables() {
    let server = Server::on_socket(vec![json(&usage(10))]);
    let run = run(&mut asking(&server, &["top", "--once", "-n", "3"]));
    assert_eq!(server.targets(), ["/api/v1/usage?top=3&sort=connections"]);
    assert_eq!(
        run,
        Run {
            code: 0,
            out: "\
HOST          CONNECTIONS PORTS
192.168.248.2           9     8
and 11 more

NAT ADDRESS PROTO TRANSLATIONS PORTS
100.64.2.1  tcp              9     8
100.64.2.1  icmp             1     -

REMOTE            NAT ADDRESS PROTO PORTS   FULL
[2001:db8::53]:53 100.64.2.1  tcp       7 70.0 %

10 translations, counted 2026-11-23 22:47:00 UTC
"
            .to_owned(),
            err: String::new(),
        }
    );
}

#[test]
fn json_is_the_apis_word_for_word() {
    let said = usage(10);
    let run = ask(json(&said), &["top", "--json"]);
    assert_eq!((run.code, run.out), (0, format!("{said}\n")));
}

#[test]
fn nothing_to_count_is_status_1() {
    for form in ["--once", "--json"] {
        let run = ask(json(&usage(0)), &["top", form]);
        assert_eq!(run.code, 1, "{run:?}");
    }
    let run = ask(json(&usage(0)), &["top", "--once"]);
    let last = run.out.lines().last().unwrap();
    assert!(last.starts_with("events were lost from"), "{run:?}");
}

#[test]
fn a_screen_needs_a_terminal() {
    let server = Server::on_socket(Vec::new());
    let run = run(&mut asking(&server, &["top"]));
    assert_eq!(
        run,
        Run {
            code: 2,
            out: String::new(),
            err: "\
natconn: show a screen: standard input and output are no terminal
  hint: natconn top --once prints it as text, natconn top --json as JSON
"
            .to_owned(),
        }
    );
}

#[test]
fn whoever_cannot_be_asked_is_status_2() {
    let starting = response(
        "503 Service Unavailable",
        "application/problem+json",
        r#"{"type":"about:blank","title":"Service Unavailable","status":503,"detail":"count the table: it takes longer than usual, ask again in some seconds"}"#,
    );
    let run = ask(Reply::Bytes(starting), &["top", "--once"]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("takes longer than usual"), "{run:?}");
}

#[test]
fn how_often_to_ask_is_no_less_than_a_quarter_of_a_second() {
    for (every, said) in [
        ("100ms", "expected 250ms or more"),
        ("2", "\"2\" has no unit"),
    ] {
        let server = Server::on_socket(Vec::new());
        let run = run(&mut asking(&server, &["top", "--every", every]));
        assert_eq!(run.code, 2);
        assert!(run.err.contains(said), "{run:?}");
    }
}
