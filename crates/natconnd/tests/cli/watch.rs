//! `natconn watch`.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command};

use crate::answers::{ended, event, row};
use crate::command::{ask, asking, run};
use crate::server::{Reply, Server, chunk, chunked};

const KIND: &str = "text/event-stream";
const HEADING: &str = "AT (UTC)                  CHANGE   PROTOCOL  KIND         INTERNAL               NAT                    REMOTE\n";
const STARTED: &str = "2026-11-23 22:47:00.123   started  tcp       source       192.168.248.2:40002    203.0.113.7:40002      198.51.100.1:443\n";
const ENDED: &str = "~2026-11-23 22:48:00.000  ended    tcp       source       192.168.248.2:40002    203.0.113.7:40002      198.51.100.1:443\n";

/// A started and an ended change, with what else a stream holds.
fn events() -> [String; 5] {
    [
        ": following\n\n".to_owned(),
        event("started", row(2)),
        "event: missed\ndata: {\"missed\":12}\n\n".to_owned(),
        "event: gap\ndata: {\"from\":\"2026-11-23T22:47:10.000Z\",\"to\":null,\"cause\":\"socket\"}\n\n"
            .to_owned(),
        format!(
            ": still here\n\nevent: other\ndata: x\n\n{}",
            event("ended", ended(2))
        ),
    ]
}

fn body(events: &[String]) -> Vec<u8> {
    let chunks = events.iter().map(|event| chunk(event));
    [chunked(KIND)]
        .into_iter()
        .chain(chunks)
        .flatten()
        .collect()
}

#[test]
fn each_change_is_a_line_and_the_end_is_told() {
    let stream = [body(&events()), chunk("")].concat();
    let server = Server::on_socket(vec![Reply::Bytes(stream)]);
    let run = run(&mut asking(
        &server,
        &["watch", "--remote", ":443", "--kind", "source"],
    ));
    assert_eq!(run.out, [HEADING, STARTED, ENDED].concat());
    assert_eq!(run.code, 2);
    assert_eq!(
        run.err,
        format!(
            "natconn: 12 changes were missed: they came faster than they were read\n\
             natconn: events are being lost since 2026-11-23 22:47:10 UTC (socket)\n\
             natconn: ask http://localhost/api/v1/events over {}: natconnd ended the stream: it \
             stopped or was restarted\n  hint: natconn status tells whether it runs again\n",
            server.socket().display()
        )
    );
    let head = server.heads().remove(0);
    assert!(head.starts_with("GET /api/v1/events?remote=:443&kind=source HTTP/1.1\r\n"));
    assert!(head.contains("accept: text/event-stream\r\n"));
}

#[test]
fn a_stream_that_breaks_off_is_told() {
    let run = ask(Reply::Bytes(body(&events())), &["watch"]);
    assert_eq!((run.code, run.out), (2, [HEADING, STARTED, ENDED].concat()));
    assert!(
        run.err
            .ends_with(": the answer broke off\n  hint: is natconnd still running?\n"),
        "{}",
        run.err
    );
}

#[test]
fn json_is_the_data_of_the_events() {
    let run = ask(Reply::Bytes(body(&events())), &["watch", "--json"]);
    let data = |event: &str| event.split("data: ").nth(1).unwrap().trim_end().to_owned();
    let [_, started, missed, gap, other] = events();
    let ended = other.split("data: ").nth(2).unwrap().trim_end();
    let [started, missed, gap] = [&started, &missed, &gap].map(|event| data(event));
    let expected = format!("{started}\n{missed}\n{gap}\nx\n{ended}\n");
    assert_eq!(run.out, expected);
}

#[test]
fn an_event_that_is_none_is_refused() {
    let garbage = ["event: started\ndata: {\"change\":1}\n\n".to_owned()];
    let run = ask(Reply::Bytes(body(&garbage)), &["watch"]);
    assert_eq!(run.code, 2);
    assert!(
        run.err
            .contains("the answer is not natconnd's, it begins with \"{\"change\":1}\": "),
        "{}",
        run.err
    );
}

fn end(mut child: Child) -> (Option<i32>, String) {
    let mut err = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut err)
        .unwrap();
    (child.wait().unwrap().code(), err)
}

#[test]
fn ctrl_c_ends_it_well() {
    let server = Server::on_socket(vec![Reply::ThenSilence(body(&events()))]);
    let mut child = asking(&server, &["watch"]).spawn().unwrap();
    let out = BufReader::new(child.stdout.take().unwrap());
    // Every change is there at once, not when the buffer is full.
    let lines: Vec<_> = out.lines().take(3).map(Result::unwrap).collect();
    assert_eq!(lines[2], ENDED.trim_end());
    let pid = child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-INT", &pid])
            .status()
            .unwrap()
            .success()
    );
    let (code, err) = end(child);
    assert_eq!(code, Some(0), "{err}");
    assert!(
        err.ends_with("natconn: 12 changes were missed in all\n"),
        "{err}"
    );
}

#[test]
fn a_closed_pipe_is_a_quiet_success() {
    let again = chunk(&event("started", row(2)));
    let server = Server::on_socket(vec![Reply::Endless(chunked(KIND), again)]);
    let mut child = asking(&server, &["watch"]).spawn().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    out.read_line(&mut String::new()).unwrap();
    drop(out);
    assert_eq!(end(child), (Some(0), String::new()));
}
