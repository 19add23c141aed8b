//! `natconn lookup` with a time, and `natconn records`.

use natconnd::api::{Coverage, Gap, LookupAnswer, Period, RecordsPage, Row};

use crate::answers::{answer, complete, ended, row, text};
use crate::command::{Run, ask, asking, run};
use crate::server::{Reply, Server, json, response_with};

const ENDPOINT: &str = "203.0.113.7:40002";

/// An ended translation as history has it.
fn recorded(host: u8) -> Row {
    Row {
        ended_at_source: Some("kernel".to_owned()),
        end_evidence: Some("event".to_owned()),
        ..ended(host)
    }
}

/// An answer about a moment half a minute after the rows began.
fn about_then(verdict: &str, matches: Vec<(Row, u64)>, coverage: Coverage) -> LookupAnswer {
    let (rows, distances): (Vec<_>, Vec<_>) = matches.into_iter().unzip();
    let mut answer = answer(verdict, rows, coverage);
    for (found, distance) in answer.matches.iter_mut().zip(distances) {
        found.distance_ms = Some(distance);
    }
    answer.period = Some(Period {
        from: Some("2026-11-23T22:47:30.000Z".to_owned()),
        to: "2026-11-23T22:47:30.000Z".to_owned(),
        tolerance_ms: 2000,
    });
    answer
}

fn lookup(answer: &LookupAnswer) -> Run {
    ask(
        json(&text(answer)),
        &["lookup", ENDPOINT, "--at", "2026-11-23T22:47:30Z"],
    )
}

#[test]
fn who_it_was_is_said_with_how_that_is_known() {
    let answer = LookupAnswer {
        gateway: Some("gw1".to_owned()),
        ..about_then("one", vec![(recorded(2), 0)], complete())
    };
    let run = lookup(&answer);
    assert_eq!((run.code, &*run.err), (0, ""));
    assert_eq!(
        run.out,
        "\
PROTOCOL  KIND    INTERNAL             NAT                REMOTE            ZONE  FROM (UTC)               UNTIL (UTC)              MEASURED BY  END TOLD BY  ASKED
tcp       source  192.168.248.2:40002  203.0.113.7:40002  198.51.100.1:443  0     2026-11-23 22:47:00.123  2026-11-23 22:48:00.000  kernel       event        while it lived

192.168.248.2 was behind 203.0.113.7:40002 at 2026-11-23 22:47:30 UTC (± 2 s)
gateway: gw1
"
    );
}

#[test]
fn how_far_a_match_lies_from_the_time_is_said() {
    let later = |host, started_at: &str| Row {
        started_at: Some(started_at.to_owned()),
        ..recorded(host)
    };
    let earlier = |host, ended_at: &str| Row {
        ended_at: Some(ended_at.to_owned()),
        ..recorded(host)
    };
    let before = (later(3, "2026-11-23T22:47:30.800Z"), 800);
    let after = (earlier(4, "2026-11-23T22:47:28.800Z"), 1200);
    let some = about_then(
        "several",
        vec![(recorded(2), 0), before.clone(), after.clone()],
        complete(),
    );
    let run = lookup(&some);
    assert!(
        run.out.contains("event        0.8 s before it began\n"),
        "{}",
        run.out
    );
    assert!(
        run.out.contains("event        1.2 s after it ended\n"),
        "{}",
        run.out
    );
    assert!(
        run.out.ends_with(
            "3 hosts were behind 203.0.113.7:40002 at 2026-11-23 22:47:30 UTC (± 2 s): \
             192.168.248.2, 192.168.248.3, 192.168.248.4\n\
             at that very time only 192.168.248.2 was\n\
             --remote ADDR:PORT, the far end, tells them apart\n"
        ),
        "{}",
        run.out
    );
    let run = lookup(&about_then("several", vec![before, after], complete()));
    assert!(
        run.out
            .contains("\nnobody was at that very time: the clocks may differ\n"),
        "{}",
        run.out
    );
}

#[test]
fn nobody_then_is_proof_where_nothing_is_missing() {
    let run = lookup(&about_then("none", vec![], complete()));
    assert_eq!(run.code, 1);
    assert_eq!(
        run.out,
        "no match for 203.0.113.7:40002 at 2026-11-23 22:47:30 UTC (± 2 s)\n\
         nothing is missing from this answer: nobody was behind it then\n"
    );
    let beyond = Coverage {
        complete: false,
        gaps: vec![Gap {
            from: "2026-11-23T22:47:28.000Z".to_owned(),
            to: Some("2026-11-24T00:00:00.000Z".to_owned()),
            cause: "beyond-history".to_owned(),
        }],
    };
    let run = lookup(&about_then("none", vec![], beyond));
    assert_eq!(
        run.out,
        "no match for 203.0.113.7:40002 at 2026-11-23 22:47:30 UTC (± 2 s)\n\
         what ended before 2026-11-24 00:00:00 UTC is not kept (beyond-history): this is not proof\n"
    );
}

#[test]
fn what_it_costs_to_leave_out_remotes_is_said() {
    let found = Row {
        remote_address: None,
        remote_port: None,
        ..recorded(2)
    };
    let answer = LookupAnswer {
        remote_omitted: true,
        ..about_then("one", vec![(found, 0)], complete())
    };
    let run = lookup(&answer);
    assert!(
        run.out.contains("203.0.113.7:40002  omitted  0 "),
        "{}",
        run.out
    );
    assert!(
        run.out.ends_with(
            "history leaves out remote endpoints: hosts that shared a NAT endpoint at the same \
             time are not told apart\n"
        ),
        "{}",
        run.out
    );
}

#[test]
fn periods_are_said_in_words() {
    let said = |from: Option<&str>, to: &str, tolerance_ms| {
        let mut answer = about_then("one", vec![(recorded(2), 0)], complete());
        answer.period = Some(Period {
            from: from.map(str::to_owned),
            to: to.to_owned(),
            tolerance_ms,
        });
        let out = lookup(&answer).out;
        out.lines().last().unwrap().to_owned()
    };
    let (from, to) = ("2026-11-23T22:47:00.000Z", "2026-11-23T22:48:00.000Z");
    assert_eq!(
        said(Some(from), to, 0),
        "192.168.248.2 was behind 203.0.113.7:40002 from 2026-11-23 22:47:00 to 22:48:00 UTC"
    );
    assert_eq!(
        said(None, to, 500),
        "192.168.248.2 was behind 203.0.113.7:40002 until 2026-11-23 22:48:00 UTC (± 0.5 s)"
    );
}

#[test]
fn times_reach_the_api_as_they_were_typed() {
    let none = text(&about_then("none", vec![], complete()));
    let asked = |arguments: &[&str]| {
        let server = Server::on_socket(vec![json(&none)]);
        let arguments = [&["lookup", "192.0.2.1"], arguments].concat();
        assert_eq!(run(&mut asking(&server, &arguments)).code, 1);
        server.targets().remove(0)
    };
    assert_eq!(
        asked(&["--at", "24/Nov/2026:13:55:36 +0000", "--tolerance", "5s"]),
        "/api/v1/lookup?nat=192.0.2.1&at=24/Nov/2026:13:55:36%20%2B0000&tolerance=5s"
    );
    assert_eq!(
        asked(&["--from", "1795528536", "--to", "2026-11-24T13:55:37+01:00"]),
        "/api/v1/lookup?nat=192.0.2.1&from=1795528536&to=2026-11-24T13:55:37%2B01:00"
    );
    let server = Server::on_socket(vec![]);
    let both = [
        "lookup",
        "192.0.2.1",
        "--at",
        "1795528536",
        "--to",
        "1795528536",
    ];
    assert_eq!(run(&mut asking(&server, &both)).code, 2);
}

fn page(records: Vec<Row>, next_cursor: Option<&str>) -> RecordsPage {
    RecordsPage {
        records,
        next_cursor: next_cursor.map(str::to_owned),
        cut: false,
        coverage: complete(),
        period: None,
        remote_omitted: false,
        gateway: None,
    }
}

#[test]
fn records_are_a_table() {
    let checkpoint = Row {
        end_evidence: Some("checkpoint".to_owned()),
        ..recorded(3)
    };
    let page = page(vec![recorded(2), checkpoint, row(4)], Some("ff"));
    let run = ask(json(&text(&page)), &["records"]);
    assert_eq!(
        run,
        Run {
            code: 0,
            out: "\
PROTOCOL  KIND    INTERNAL             NAT                REMOTE            ZONE  FROM (UTC)               UNTIL (UTC)               MEASURED BY  END TOLD BY
tcp       source  192.168.248.2:40002  203.0.113.7:40002  198.51.100.1:443  0     2026-11-23 22:47:00.123  2026-11-23 22:48:00.000   kernel       event
tcp       source  192.168.248.3:40003  203.0.113.7:40003  198.51.100.1:443  0     2026-11-23 22:47:00.123  >2026-11-23 22:48:00.000  kernel       checkpoint
tcp       source  192.168.248.4:40004  203.0.113.7:40004  198.51.100.1:443  0     2026-11-23 22:47:00.123  live                      kernel       -
"
            .to_owned(),
            err: "natconn: more records fit than are listed: --limit N lists up to 10000, --all \
                  lists all\n"
                .to_owned(),
        }
    );
}

#[test]
fn all_records_follow_the_cursors() {
    let pages = [
        text(&page(vec![recorded(2)], Some("a"))),
        text(&page(vec![], Some("b"))),
        text(&page(vec![recorded(3)], None)),
    ];
    let server = Server::on_socket(pages.iter().map(|page| json(page)).collect());
    let arguments = [
        "records",
        "--internal",
        "192.168.248.2",
        "--from",
        "1795478400",
        "--to",
        "1795564800",
        "--kind",
        "source",
        "--zone",
        "7",
        "--all",
        "--json",
    ];
    let done = run(&mut asking(&server, &arguments));
    assert_eq!((done.code, done.out.lines().count()), (0, 3), "{done:?}");
    let query = "/api/v1/records?from=1795478400&to=1795564800&internal=192.168.248.2\
                 &kind=source&zone=7&limit=10000";
    let with = |cursor: &str| format!("{query}{cursor}");
    assert_eq!(
        server.targets(),
        [with(""), with("&cursor=a"), with("&cursor=b")]
    );
}

#[test]
fn records_that_stand_still_are_an_error() {
    let stands = text(&page(vec![], Some("a")));
    let server = Server::on_socket(vec![json(&stands), json(&stands)]);
    let done = run(&mut asking(&server, &["records", "--all"]));
    assert_eq!(done.code, 2, "{done:?}");
}

#[test]
fn a_list_that_was_given_up_is_no_proof() {
    let cut = RecordsPage {
        cut: true,
        ..page(vec![], None)
    };
    let done = ask(json(&text(&cut)), &["records", "--remote", ":25"]);
    assert_eq!(done.code, 1);
    assert_eq!(
        done.out,
        "no record fits\n\
         natconnd gave up looking before the end: a shorter period takes less time\n"
    );
    let headers = "natconnd-coverage: complete\r\nnatconnd-cut: true\r\n";
    let body = response_with("200 OK", "text/csv", headers, "protocol\ntcp\n");
    let done = ask(Reply::Bytes(body), &["records", "--csv"]);
    assert_eq!((done.code, &*done.out), (0, "protocol\ntcp\n"));
    assert_eq!(
        done.err,
        "natconn: natconnd gave up looking before the end\n"
    );
}

#[test]
fn holds_are_told_with_what_was_not_known() {
    let holds = r#"{"holds":[
        {"case":"a","records":1,"coverage":{"complete":true,"gaps":[]}},
        {"case":"b","records":2,"coverage":{"complete":false,"gaps":[
            {"from":"2026-11-23T22:47:03.123Z","to":"2026-11-23T22:47:04.123Z","cause":"dump"}]}},
        {"case":"c","records":3,"coverage":null},
        {"case":"d","records":4}]}"#;
    let done = ask(json(holds), &["history", "holds"]);
    assert_eq!(done.code, 0);
    assert_eq!(
        done.out,
        "case a holds 1 record: nothing is missing of the time that was asked about\n\
         case b holds 2 records\n\
         \u{20} events were lost from 2026-11-23 22:47:03.123 to 22:47:04.123 UTC (dump): records may be \
         missing\n\
         case c holds 3 records, held before it was noted what is missing\n\
         case d holds 4 records, held before it was noted what is missing\n"
    );
}
