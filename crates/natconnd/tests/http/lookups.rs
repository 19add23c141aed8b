//! `/api/v1/lookups`: many lines in one request.

use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use model::Match;
use natconnd::http::{Asked, Class};

use crate::client::{Client, Reply};
use crate::server::{Running, at, example, many, masqueraded, wait_until};

const CSV: &str = "nat,remote,note\n\
    100.64.2.1:40123,100.64.2.10:443,\"a, b\"\n\
    100.64.2.1:1,,none\n\
    \n\
    100.64.2.1:http,,broken\n\
    100.64.2.1:40124,,two\n";

const NAMES: &str = "internal_address,internal_port,verdict,matches,candidates,started_at,\
                     ended_at,distance_ms,coverage,question,assumed,error";

/// One host behind port 40123, two behind 40124.
fn hosts() -> Vec<Match> {
    let mut other = masqueraded("192.168.248.3:5", "100.64.2.1:40124", "100.64.2.10:443");
    other.started_at = at(5);
    let another = masqueraded("192.168.248.4:6", "100.64.2.1:40124", "100.64.2.11:443");
    vec![example(), another, other]
}

fn head(target: &str, headers: &str) -> String {
    format!("POST {target} HTTP/1.1\r\nHost: test\r\n{headers}\r\n")
}

/// Sends all of a body, then reads the answer.
pub fn post(server: &Running, target: &str, headers: &str, body: &str) -> Reply {
    let mut client = Client::connect(server.address);
    let length = format!("{headers}Content-Length: {}\r\n", body.len());
    client.send(&head(target, &length));
    client.send(body);
    answer(&mut client)
}

fn answer(client: &mut Client) -> Reply {
    let (status, headers) = client.read_head();
    let mut reply = Reply {
        status,
        headers,
        body: String::new(),
    };
    match reply.header("content-length") {
        Some(length) => {
            let bytes = client.read_exactly(length.parse().unwrap());
            reply.body = String::from_utf8(bytes).unwrap();
        }
        None => {
            while let Some(chunk) = client.read_chunk() {
                reply.body.push_str(&chunk);
            }
        }
    }
    reply
}

#[test]
fn rows_keep_their_columns_and_get_the_answers() {
    let server = Running::with(hosts());
    let reply = post(&server, "/api/v1/lookups", "", CSV);
    assert_eq!(reply.status, 200);
    let kind = reply.header("content-type");
    assert_eq!(kind, Some("text/csv; charset=utf-8; header=present"));
    let began = "2026-11-23T22:47:00.123Z";
    let expected = format!(
        "nat,remote,note,{NAMES}\n\
         100.64.2.1:40123,100.64.2.10:443,\"a, b\",192.168.248.2,40123,one,1,,{began},,,complete,\
         nat=100.64.2.1:40123&remote=100.64.2.10:443,,\n\
         100.64.2.1:1,,none,,,none,0,,,,,complete,nat=100.64.2.1:1,,\n\
         \n\
         100.64.2.1:http,,broken,,,,,,,,,,,,\"read column nat: \"\"100.64.2.1:http\"\" is no \
         endpoint: \"\"http\"\" is no port from 0 to 65535, expected ADDR, ADDR:PORT, :PORT, \
         [V6]:PORT or ADDR/BITS\"\n\
         100.64.2.1:40124,,two,,,several,2,192.168.248.3 192.168.248.4,,,,complete,\
         nat=100.64.2.1:40124,,\n"
    );
    assert_eq!(reply.body, expected);
}

#[test]
fn objects_get_a_member_and_text_gets_columns_behind_tabs() {
    let server = Running::with(hosts());
    let line = "{\"nat\": \"100.64.2.1:40123\"}";
    let reply = post(&server, "/api/v1/lookups", "", line);
    assert_eq!(reply.header("content-type"), Some("application/x-ndjson"));
    let answer = reply.json();
    assert_eq!(answer["nat"], "100.64.2.1:40123");
    assert_eq!(answer["natconnd"]["internal_address"], "192.168.248.2");
    assert_eq!(
        answer["natconnd"]["candidates"].as_array().map(Vec::len),
        Some(0)
    );

    let reply = post(
        &server,
        "/api/v1/lookups",
        "",
        "x\r\nclient 100.64.2.1:40123 port\r\n",
    );
    let kind = reply.header("content-type");
    assert_eq!(kind, Some("text/plain; charset=utf-8"));
    let lines: Vec<&str> = reply.body.split("\r\n").collect();
    assert_eq!(lines[0], "x", "it asks nothing");
    let columns: Vec<&str> = lines[1].split('\t').collect();
    assert_eq!(
        columns[..4],
        [
            "client 100.64.2.1:40123 port",
            "192.168.248.2",
            "40123",
            "one"
        ]
    );
}

/// Connections of two hosts from 22:47:00.123 on, one each second, that share some
/// NAT ports, a third of them over.
fn shared_ports() -> Vec<Match> {
    let mut rows = many(300);
    for (number, row) in (0_i64..).zip(&mut rows) {
        if number % 3 == 0 {
            row.ended_at = at(number + 1);
            row.kernel_id = None;
        }
        row.translation.nat.port %= 200;
        row.original_destination.port = 443 + u16::try_from(number % 7).unwrap();
        row.translation.remote.port = row.original_destination.port;
        if number % 5 == 0 {
            row.translation.internal.address = "192.168.248.9".parse().unwrap();
        }
    }
    rows
}

#[test]
fn the_answers_are_those_of_asking_one_by_one() {
    agrees_with_itself(&Running::with(shared_ports()));
}

#[test]
fn the_answers_from_history_are_those_of_asking_one_by_one() {
    let (over, live): (Vec<Match>, _) = shared_ports()
        .into_iter()
        .partition(|row| row.ended_at.is_some());
    let past = crate::past::Past::of(&over, history::RemotePolicy::Keep);
    agrees_with_itself(&past.serve(live));
}

/// Asks many questions in one request, and each of them by itself as it says that it was
/// understood.
fn agrees_with_itself(server: &Running) {
    let mut csv = String::from("nat,remote,at\n");
    for number in 0..400 {
        let remote = ["", "100.64.2.10", ":444", "100.64.2.10:445"][number % 4];
        let time = 1_795_474_020 + number;
        csv.push_str(&format!("100.64.2.1:{},{remote},{time}.5\n", number % 210));
        csv.push_str(&format!("100.64.2.1,{remote},{time}\n"));
    }
    let reply = post(server, "/api/v1/lookups?tolerance=3s&limit=20", "", &csv);
    let mut reader = csv::Reader::from_reader(reply.body.as_bytes());
    let names = reader.headers().unwrap().clone();
    let mut client = Client::connect(server.address);
    let (mut checked, mut verdicts) = (0, [0; 3]);
    for row in reader.records() {
        let row = row.unwrap();
        let of = |name: &str| &row[names.iter().position(|it| it == name).unwrap()];
        let question = of("question");
        assert!(question.contains("&at=2026-11-23T"), "{question}");
        let target = format!("/api/v1/lookup?{question}&limit=20");
        let single = client.get(&target).json();
        assert_eq!(single["verdict"], of("verdict"), "{question}");
        let matches = single["matches"].as_array().unwrap();
        assert_eq!(matches.len().to_string(), of("matches"), "{question}");
        if of("verdict") == "one" {
            let text = |name: &str| match &matches[0][name] {
                serde_json::Value::String(text) => text.clone(),
                serde_json::Value::Null => String::new(),
                value => value.to_string(),
            };
            for name in [
                "internal_address",
                "internal_port",
                "started_at",
                "ended_at",
                "distance_ms",
            ] {
                assert_eq!(text(name), of(name), "{name} of {question}");
            }
        }
        let mut hosts: Vec<&str> = Vec::new();
        for found in matches {
            let host = found["internal_address"].as_str().unwrap();
            if !hosts.contains(&host) {
                hosts.push(host);
            }
        }
        if of("verdict") == "several" {
            assert_eq!(of("candidates"), hosts.join(" "), "{question}");
        }
        let mut missing: Vec<&str> = Vec::new();
        if single["cut"].as_bool().unwrap() {
            missing.push("cut");
        }
        for gap in single["coverage"]["gaps"].as_array().unwrap() {
            let cause = gap["cause"].as_str().unwrap();
            if !missing.contains(&cause) {
                missing.push(cause);
            }
        }
        let coverage = if missing.is_empty() {
            "complete".to_owned()
        } else {
            missing.join(" ")
        };
        assert_eq!(of("coverage"), coverage, "{question}");
        let verdict = ["none", "one", "several"]
            .iter()
            .position(|it| *it == of("verdict"));
        verdicts[verdict.unwrap()] += 1;
        checked += 1;
    }
    assert_eq!(checked, 800);
    assert!(verdicts.iter().all(|count| *count > 10), "{verdicts:?}");
}

#[test]
fn answers_come_while_the_question_goes_on() {
    let server = Running::with(hosts());
    let mut client = Client::connect(server.address);
    client.send(&head("/api/v1/lookups", "Transfer-Encoding: chunked\r\n"));
    let send = |client: &mut Client, data: &str| {
        client.send(&format!("{:x}\r\n{data}\r\n", data.len()));
    };
    send(&mut client, "100.64.2.1:40123\n");
    let (status, _) = client.read_head();
    assert_eq!(status, 200);
    for _ in 0..3 {
        let chunk = client.read_chunk().unwrap();
        assert!(
            chunk.starts_with("100.64.2.1:40123\t192.168.248.2\t"),
            "{chunk}"
        );
        // A line in two parts.
        send(&mut client, "100.64.2");
        std::thread::sleep(Duration::from_millis(20));
        send(&mut client, ".1:40123\n");
    }
    client.read_chunk().unwrap();
    send(&mut client, "100.64.2.1:1");
    client.send("0\r\n\r\n");
    let last = client.read_chunk().unwrap();
    assert!(last.starts_with("100.64.2.1:1\t\t\tnone\t"), "{last}");
    assert_eq!(client.read_chunk(), None);
    // The connection is as good as new.
    assert_eq!(client.get("/healthz").status, 200);
}

#[test]
fn a_client_that_sends_all_before_it_reads_gets_its_answers() {
    let server = Running::with(hosts());
    let body = "100.64.2.1:40123\n".repeat(20_000);
    let reply = post(&server, "/api/v1/lookups", "", &body);
    assert_eq!(reply.body.lines().count(), 20_000);
    assert!(
        reply
            .body
            .lines()
            .all(|line| line.contains("\t192.168.248.2\t"))
    );
}

#[test]
fn what_was_answered_is_counted_behind_the_answers() {
    let server = Running::with(hosts());
    let mut client = Client::connect(server.address);
    let headers = format!(
        "TE: trailers\r\nConnection: close\r\nContent-Length: {}\r\n",
        CSV.len()
    );
    client.send(&head("/api/v1/lookups", &headers));
    client.send(CSV);
    let all = client.read_all();
    let end = "\r\n0\r\nnatconnd-tally: lines=4, one=1, several=1, none=1, errors=1\r\n\r\n";
    assert!(all.ends_with(end), "{all}");
    assert!(all.contains("trailer: natconnd-tally\r\n"));
}

#[test]
fn columns_and_defaults_can_be_named() {
    let server = Running::with(hosts());
    let target = "/api/v1/lookups?columns=nat_address=1,nat_port=2&remote=100.64.2.10:443";
    let reply = post(&server, target, "", "100.64.2.1;40124\n100.64.2.1;40123\n");
    let first = reply.body.lines().next().unwrap();
    assert!(
        first.starts_with("100.64.2.1;40124;192.168.248.3;5;one;1;;"),
        "{first}"
    );
    assert_eq!(reply.body.lines().count(), 2);
    // Which of two addresses is meant, and a form that is named by the content type.
    let reply = post(
        &server,
        "/api/v1/lookups?nat=100.64.2.0/24",
        "Content-Type: application/x-ndjson\r\n",
        "\n{\"src_ip\":\"100.64.2.1\",\"src_port\":40123}\n",
    );
    assert!(reply.body.contains("\"verdict\":\"one\""), "{}", reply.body);
    let reply = post(
        &server,
        "/api/v1/lookups?nat=100.64.2.0/24&format=text",
        "",
        "203.0.113.9:1 to 100.64.2.1:40123\n",
    );
    assert!(reply.body.contains("\t192.168.248.2\t"), "{}", reply.body);
}

#[test]
fn a_body_that_cannot_be_read_is_refused_in_words() {
    let server = Running::with(hosts());
    for (target, body, parameter, detail) in [
        (
            "?columns=nat=Address",
            "a,b\n1,2\n",
            "columns",
            "find column \"Address\" for nat_address: the columns are a, b",
        ),
        (
            "?format=csv",
            "a,b\n1,2\n",
            "columns",
            "find the NAT endpoint's column: no name of a, b says it",
        ),
        (
            "?format=csv&columns=at=2",
            "x,203.0.113.7\n",
            "columns",
            "read the header: \"203.0.113.7\" is an address, so the first row is no header",
        ),
        (
            "?format=mail&columns=nat=1",
            "x\n",
            "columns",
            "find the named columns: mail has no columns",
        ),
        (
            "?format=xml",
            "x",
            "format",
            "read parameter format: \"xml\" is no format",
        ),
    ] {
        let reply = post(&server, &format!("/api/v1/lookups{target}"), "", body);
        assert_eq!(reply.status, 400, "{target}");
        let problem = reply.json();
        assert_eq!(problem["parameter"], parameter);
        assert_eq!(problem["detail"], detail);
        assert!(problem["expected"].is_string());
    }
    let mut client = Client::connect(server.address);
    let reply = client.get("/api/v1/lookups");
    assert_eq!((reply.status, reply.header("allow")), (405, Some("POST")));
    assert!(
        reply.body.contains("the path answers POST only"),
        "{}",
        reply.body
    );
}

#[test]
fn an_empty_body_has_an_empty_answer() {
    let server = Running::with(hosts());
    for body in ["", "\n\n"] {
        let reply = post(&server, "/api/v1/lookups", "", body);
        assert_eq!((reply.status, &*reply.body), (200, body));
    }
}

#[test]
fn a_body_has_a_largest_size() {
    let server = Running::limited(hosts(), |limits| limits.max_body = 1000);
    let body = "100.64.2.1:40123\n".repeat(100);
    let reply = post(&server, "/api/v1/lookups", "", &body);
    assert_eq!(reply.status, 413);
    // One that does not say its size gets no end.
    let mut client = Client::connect(server.address);
    client.send(&head("/api/v1/lookups", "Transfer-Encoding: chunked\r\n"));
    client.send("11\r\n100.64.2.1:40123\n\r\n");
    assert_eq!(client.read_head().0, 200);
    client.send(&format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len()));
    let all = client.read_all();
    assert!(!all.ends_with("0\r\n\r\n"), "{all}");
    // One that exceeds it before anything can be answered is refused.
    let mut client = Client::connect(server.address);
    client.send(&head("/api/v1/lookups", "Transfer-Encoding: chunked\r\n"));
    client.send(&format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len()));
    assert_eq!(client.read_head().0, 413);
}

#[test]
fn more_at_once_than_may_be_are_told_to_come_again() {
    let server = Running::limited(hosts(), |limits| limits.bulk_requests = 1);
    let mut first = Client::connect(server.address);
    first.send(&head("/api/v1/lookups", "Transfer-Encoding: chunked\r\n"));
    first.send("11\r\n100.64.2.1:40123\n\r\n");
    first.read_head();
    first.read_chunk();
    let reply = post(&server, "/api/v1/lookups", "", "100.64.2.1:40123\n");
    assert_eq!(
        (reply.status, reply.header("retry-after")),
        (503, Some("1"))
    );
    // Once the first is gone, there is room.
    drop(first);
    wait_until("the place is free", || {
        post(&server, "/api/v1/lookups", "", "100.64.2.1:40123\n").status == 200
    });
}

#[test]
fn a_client_that_brings_nothing_is_cut_off() {
    let server = Running::limited(hosts(), |limits| {
        limits.body_timeout = Duration::from_millis(50);
    });
    let mut client = Client::connect(server.address);
    client.send(&head("/api/v1/lookups", "Content-Length: 10\r\n"));
    assert_eq!(client.read_head().0, 408);
}

/// Runs `natconn lookup --file -` with this input.
fn natconn(server: &Running, arguments: &[&str], input: String) -> std::process::Output {
    use std::io::Write;
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_natconn"))
        .args(["--url", &format!("http://{}", server.address)])
        .args(["lookup", "--file", "-"])
        .args(arguments)
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || {
        // Whoever refuses the lines does not read all of them.
        let _ = stdin.write_all(input.as_bytes());
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    output
}

#[test]
fn natconn_reads_while_it_sends_and_is_told_why_it_may_not() {
    let server = Running::with(hosts());
    // Several times what may wait for a client that does not read.
    let lines = 60_000;
    let output = natconn(&server, &[], "100.64.2.1:40123 tcp\n".repeat(lines));
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{:?}", output.stderr);
    assert_eq!(text.lines().count(), lines);
    assert!(
        text.lines()
            .all(|line| line.contains(" tcp\t192.168.248.2\t40123\tone\t"))
    );

    let columns = ["--columns", "nat=Address"];
    for lines in [1, 2_000_000] {
        let output = natconn(&server, &columns, "a,b\n".repeat(lines));
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(
            said.contains("find column \"Address\" for nat_address"),
            "{said}"
        );
        assert_eq!(output.status.code(), Some(2));
    }
}

#[test]
fn lookups_of_the_past_and_of_many_lines_are_counted_apart() {
    let server = Running::with(vec![example()]);
    server.get("/api/v1/lookup?nat=:40123&at=1795528536");
    let lines = "nat\n100.64.2.1:40123\n100.64.2.1:1\n100.64.2.1:http\n";
    post(&server, "/api/v1/lookups?format=csv", "", lines);
    let counted = server.counters.lookups().filter(|(.., count)| *count > 0);
    let counted: Vec<_> = counted.map(|(asked, _, count)| (asked, count)).collect();
    let expected = [(Asked::Past, 1), (Asked::Bulk, 1), (Asked::Bulk, 1)];
    assert_eq!(counted, expected);
    for (asked, count) in [(Asked::Now, 0), (Asked::Past, 1), (Asked::Bulk, 1)] {
        assert_eq!(server.counters.lookup_durations(asked).count, count);
    }
    assert_eq!(server.counters.unasked_lines.load(Relaxed), 1);
    let timed = server.counters.request_durations();
    let timed: Vec<_> = timed.map(|(class, it)| (class, it.count)).collect();
    assert_eq!(
        timed,
        [(Class::Lookup, 1), (Class::List, 1), (Class::Other, 0)]
    );
}
