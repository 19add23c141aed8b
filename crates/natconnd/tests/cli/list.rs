//! `natconn list`.

use std::io::Read;

use natconnd::api::Page;

use crate::answers::{gap, page, row, text};
use crate::command::{Run, ask, asking, run};
use crate::server::{Reply, Server, chunk, chunked, json, response_with};

const NOT_ALL: &str = "natconn: more translations fit than are listed: --limit N lists up to \
                       10000, --all lists all\n";

#[test]
fn a_page_is_a_table() {
    let run = ask(
        json(&text(&page(vec![row(2), row(3)], Some("ff")))),
        &["list"],
    );
    assert_eq!(
        run,
        Run {
            code: 0,
            out: "\
PROTOCOL  KIND    INTERNAL             NAT                REMOTE            ZONE  FROM (UTC)               UNTIL (UTC)
tcp       source  192.168.248.2:40002  203.0.113.7:40002  198.51.100.1:443  0     2026-11-23 22:47:00.123  live
tcp       source  192.168.248.3:40003  203.0.113.7:40003  198.51.100.1:443  0     2026-11-23 22:47:00.123  live
"
            .to_owned(),
            err: NOT_ALL.to_owned(),
        }
    );
}

#[test]
fn an_empty_list_is_no_match() {
    let mut empty = page(vec![], None);
    let list = |page: &Page| ask(json(&text(page)), &["list"]);
    let run = list(&empty);
    assert_eq!((run.code, &*run.out), (1, "no translation fits\n"));
    empty.coverage = gap();
    let run = list(&empty);
    assert_eq!(run.code, 1);
    assert_eq!(
        run.out,
        "no translation fits\nevents were lost from 2026-11-23 11:58:40 to 12:01:12 UTC \
         (receive-buffer): this is not proof\n"
    );
}

#[test]
fn all_follows_the_cursors() {
    let pages = [
        text(&page(vec![row(2)], Some("a/b"))),
        text(&page(vec![row(100)], Some("c"))),
        text(&page(vec![], None)),
    ];
    let server = || Server::on_socket(pages.iter().map(|page| json(page)).collect());
    let targets = [
        "/api/v1/connections?internal=10.0.0.0/8,:7&nat=192.0.2.1&protocol=tcp,udp&kind=source\
         &zone=0,1&sort=-nat&limit=10000",
        "&cursor=a/b",
        "&cursor=c",
    ];
    let arguments = [
        "list",
        "--all",
        "--internal",
        "10.0.0.0/8",
        "--internal",
        ":7",
        "--nat",
        "192.0.2.1",
        "--protocol",
        "tcp,udp",
        "--kind",
        "source",
        "--zone",
        "0,1",
        "--sort",
        "-nat",
    ];
    let table = server();
    let shown = run(&mut asking(&table, &arguments));
    assert_eq!((shown.code, &*shown.err), (0, ""));
    let lines: Vec<_> = shown.out.lines().collect();
    assert_eq!(lines.len(), 3, "{}", shown.out);
    assert!(lines[2].contains("192.168.248.100:40100  203.0.113.7:40100"));
    let asked = table.targets();
    assert_eq!(asked[0], targets[0]);
    assert_eq!(asked[1], format!("{}{}", targets[0], targets[1]));
    assert_eq!(asked[2], format!("{}{}", targets[0], targets[2]));

    let exact = server();
    let printed = run(&mut asking(&exact, &["list", "--all", "--json"]));
    assert_eq!(printed.code, 0);
    assert_eq!(printed.out, pages.map(|page| page + "\n").concat());
}

#[test]
fn a_cursor_that_stands_still_is_refused() {
    let page = text(&page(vec![row(2)], Some("a")));
    let server = Server::on_socket(vec![json(&page), json(&page)]);
    let run = run(&mut asking(&server, &["list", "--all", "--json"]));
    assert_eq!(run.out, format!("{page}\n{page}\n"));
    assert_eq!(run.code, 2);
    assert!(
        run.err.contains(": its next_cursor stands still\n"),
        "{}",
        run.err
    );
}

#[test]
fn csv_and_ndjson_are_passed_on() {
    let header = "protocol,kind\n";
    for (option, accept, first, code) in [
        ("--csv", "text/csv", format!("{header}tcp,source\n"), 0),
        ("--csv", "text/csv", header.to_owned(), 1),
        ("--ndjson", "application/x-ndjson", text(&row(2)) + "\n", 0),
        ("--ndjson", "application/x-ndjson", String::new(), 1),
    ] {
        let headers = "natconnd-coverage: gaps\r\nlink: </x>; rel=\"next\"\r\n";
        let reply = response_with("200 OK", accept, headers, &first);
        let server = Server::on_socket(vec![Reply::Bytes(reply)]);
        let run = run(&mut asking(&server, &["list", option]));
        assert_eq!((run.code, run.out), (code, first), "{option}");
        assert!(
            run.err
                .starts_with("natconn: events were lost, translations may be missing")
        );
        assert!(run.err.ends_with(NOT_ALL), "{}", run.err);
        let head = server.heads().remove(0);
        assert!(
            head.starts_with("GET /api/v1/connections?limit=100 HTTP/1.1\r\n"),
            "{head}"
        );
        assert!(head.contains(&format!("accept: {accept}\r\n")), "{head}");
    }
}

#[test]
fn a_stream_that_breaks_off_is_no_answer() {
    let begun = [chunked("text/csv"), chunk("protocol\ntcp\n")].concat();
    let whole = [&*begun, &chunk("")].concat();
    let arguments = ["list", "--all", "--csv"];
    let run = ask(Reply::Bytes(whole), &arguments);
    assert_eq!((run.code, &*run.out, &*run.err), (0, "protocol\ntcp\n", ""));
    let run = ask(Reply::Bytes(begun), &arguments);
    assert_eq!((run.code, &*run.out), (2, "protocol\ntcp\n"));
    assert!(
        run.err
            .starts_with("natconn: ask http://localhost/api/v1/connections over ")
    );
}

#[test]
fn a_closed_pipe_is_a_quiet_success() {
    let rows: Vec<_> = (0..5_000).map(|_| row(2)).collect();
    let page = json(&text(&page(rows, None)));
    let server = Server::on_socket(vec![page]);
    let mut child = asking(&server, &["list", "--limit", "5000"])
        .spawn()
        .unwrap();
    let mut out = child.stdout.take().unwrap();
    out.read_exact(&mut [0; 8]).unwrap();
    drop(out);
    let mut err = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut err)
        .unwrap();
    assert_eq!((child.wait().unwrap().code(), &*err), (Some(0), ""));
}
