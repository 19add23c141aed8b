//! `/api/v1/connections`.

use std::collections::BTreeMap;

use model::{Coverage, Gap, GapCause, Match, Timestamp};
use natconnd::api::{Page, Row};

use crate::server::{Running, at, example, many, masqueraded};

fn page(server: &Running, target: &str) -> Page {
    let reply = server.get(target);
    assert_eq!(reply.status, 200, "{}", reply.body);
    serde_json::from_str(&reply.body).unwrap()
}

fn ports(page: &Page) -> Vec<u16> {
    page.connections.iter().map(|row| row.nat_port).collect()
}

#[test]
fn a_page_has_100_rows_unless_asked_otherwise() {
    let server = Running::with(many(150));
    let first = page(&server, "/api/v1/connections");
    assert_eq!(ports(&first), (0..100).collect::<Vec<u16>>());
    let cursor = first.next_cursor.expect("more follow");
    let last = page(&server, &format!("/api/v1/connections?cursor={cursor}"));
    assert_eq!(ports(&last), (100..150).collect::<Vec<u16>>());
    assert_eq!(last.next_cursor, None);
    let all = page(&server, "/api/v1/connections?limit=10000");
    assert_eq!(all.connections.len(), 150);
}

#[test]
fn filters_and_order_are_passed_on() {
    let mut destination = masqueraded("192.168.248.3:80", "100.64.2.1:80", "198.51.100.9:6000");
    destination.translation.kind = model::TranslationKind::Destination;
    destination.zone.id = 7;
    let server = Running::with(vec![
        example(),
        destination,
        masqueraded("192.168.248.4:1", "100.64.2.1:9", "100.64.2.10:80"),
    ]);
    let listed = |query: &str| ports(&page(&server, &format!("/api/v1/connections?{query}")));
    assert_eq!(listed("sort=nat"), [9, 80, 40123]);
    assert_eq!(listed("sort=-nat"), [40123, 80, 9]);
    assert_eq!(listed("kind=destination"), [80]);
    assert_eq!(listed("zone=7,8"), [80]);
    assert_eq!(listed("protocol=udp"), [] as [u16; 0]);
    assert_eq!(
        listed("internal=192.168.248.2,192.168.248.4&sort=nat"),
        [9, 40123]
    );
    assert_eq!(listed("nat=:1-100&remote=100.64.2.0/24"), [9]);
}

/// Rows come and go between the pages; whatever stays is listed once.
#[test]
fn a_cursor_survives_churn() {
    for sort in ["started_at", "-started_at", "nat", "-internal"] {
        let server = Running::with(many(100));
        let mut seen: BTreeMap<u16, u32> = BTreeMap::new();
        let mut target = format!("/api/v1/connections?sort={sort}&limit=7");
        let mut rounds = 0;
        loop {
            let page = page(&server, &target);
            for row in &page.connections {
                *seen.entry(row.nat_port).or_default() += 1;
            }
            let Some(cursor) = page.next_cursor else {
                break;
            };
            // The last row of the page goes away, the first ends, new ones come.
            let last = page.connections.last().map(|row| row.nat_port);
            let first = page.connections.first().map(|row| row.nat_port);
            rounds += 1;
            let mut matches: Vec<Match> = many(100);
            matches.retain(|found| Some(found.translation.nat.port) != last);
            for found in &mut matches {
                if Some(found.translation.nat.port) == first {
                    found.ended_at = at(200);
                    found.kernel_id = None;
                }
            }
            for added in 0..rounds {
                let mut found = example();
                found.translation.internal.port = 50_000 + added;
                found.translation.nat.port = 50_000 + added;
                matches.push(found);
            }
            server.answers.set_matches(matches);
            target = format!("/api/v1/connections?limit=7&cursor={cursor}");
        }
        assert!(rounds >= 14, "{sort}: {rounds}");
        for port in 0..100 {
            assert_eq!(seen.get(&port), Some(&1), "{sort}: {port}");
        }
    }
}

#[test]
fn a_cursor_keeps_its_order() {
    let server = Running::with(many(3));
    let first = page(&server, "/api/v1/connections?sort=-nat&limit=1");
    let cursor = first.next_cursor.unwrap();
    let again = format!("/api/v1/connections?sort=-nat&cursor={cursor}");
    assert_eq!(ports(&page(&server, &again)), [1, 0]);
    let other = server.get(&format!("/api/v1/connections?sort=nat&cursor={cursor}"));
    assert_eq!(other.status, 400);
    let problem = other.json();
    assert_eq!(problem["parameter"], "sort");
    assert_eq!(problem["expected"], "-nat, or no sort");
}

#[test]
fn csv_is_the_whole_list_with_a_header() {
    let mut ended = many(2).remove(1);
    ended.ended_at = at(61);
    let server = Running::with(vec![example(), ended]);
    let reply = server.request("GET", "/api/v1/connections", "Accept: text/csv\r\n");
    let kind = "text/csv; charset=utf-8; header=present";
    assert_eq!(reply.header("content-type"), Some(kind));
    assert_eq!(reply.header("natconnd-coverage"), Some("complete"));
    assert_eq!(
        reply.body,
        "protocol,kind,internal_address,internal_port,nat_address,nat_port,remote_address,\
         remote_port,zone,started_at,started_at_source,ended_at,ended_at_source,kernel_id,\
         end_evidence,internal_packets,internal_bytes,remote_packets,remote_bytes,mark\n\
         tcp,source,192.168.248.2,40123,100.64.2.1,40123,100.64.2.10,443,0,\
         2026-11-23T22:47:00.123Z,kernel,,,2596996162,,,,,,\n"
    );
    let mut csv = csv::Reader::from_reader(reply.body.as_bytes());
    let rows: Vec<Row> = csv.deserialize().map(Result::unwrap).collect();
    assert_eq!(rows, [Row::from(&example())]);
}

/// More rows than one scan returns.
#[test]
fn streams_are_whole_and_in_order() {
    let matches = many(25_000);
    let expected: Vec<Row> = matches.iter().map(Row::from).collect();
    let server = Running::with(matches);
    let reply = server.get("/api/v1/connections?format=ndjson");
    let kind = reply.header("content-type");
    assert_eq!(kind, Some("application/x-ndjson"));
    assert_eq!(reply.header("transfer-encoding"), Some("chunked"));
    let rows: Vec<Row> = reply
        .body
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert!(
        rows == expected,
        "{} rows of {}",
        rows.len(),
        expected.len()
    );
    let csv = server.get("/api/v1/connections?format=csv&sort=-started_at");
    assert_eq!(csv.body.lines().count(), 25_001);
    assert!(
        csv.body
            .lines()
            .nth(1)
            .unwrap()
            .contains(",24999,100.64.2.10")
    );
}

#[test]
fn a_limited_stream_links_to_the_next_page() {
    let server = Running::with(many(5));
    let mut target = "/api/v1/connections?format=csv&limit=2&nat=100.64.2.1".to_owned();
    let mut lines = Vec::new();
    loop {
        let reply = server.get(&target);
        lines.push(reply.body.lines().count() - 1);
        let Some(link) = reply.header("link") else {
            break;
        };
        let (next, relation) = link.split_once('>').unwrap();
        assert_eq!(relation, "; rel=\"next\"");
        target = next.trim_start_matches('<').to_owned();
    }
    assert_eq!(lines, [2, 2, 1]);
}

#[test]
fn an_empty_list_is_empty_in_every_format_and_says_what_it_proves() {
    let server = Running::with(vec![]);
    server.answers.set_coverage(Coverage::of_gaps(vec![Gap {
        from: Timestamp(0),
        to: Some(Timestamp(1)),
        cause: GapCause::Dump,
    }]));
    let json = server.get("/api/v1/connections");
    assert_eq!(
        json.body,
        r#"{"connections":[],"next_cursor":null,"coverage":{"complete":false,"gaps":[{"from":"1970-01-01T00:00:00.000Z","to":"1970-01-01T00:00:00.000Z","cause":"dump"}]}}"#
    );
    for (format, lines) in [("csv", 1), ("ndjson", 0)] {
        let reply = server.get(&format!("/api/v1/connections?format={format}"));
        assert_eq!(reply.body.lines().count(), lines);
        assert_eq!(reply.header("natconnd-coverage"), Some("gaps"));
    }
}
