//! `/api/v1/lookup` with a time, and `/api/v1/records`, from the live table and a real
//! history together.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use history::Recorder;
use model::{
    Counters, Coverage, EndEvidence, Gap, GapCause, Match, Timestamp, Traffic, TranslationKind,
};
use natconnd::api::{LookupAnswer, RecordsPage, Row};
use natconnd::lookup::Answers;
use natconnd::recorder::Archive;

use natconnd::config::Config;

use crate::server::{Running, at, example, many, masqueraded, with_all_roles};

/// A history in a folder of its own.
pub struct Past {
    folder: PathBuf,
    recorder: Option<Recorder>,
}

impl Past {
    /// Holds these, as they were recorded one after the other.
    pub fn of(records: &[Match], remote: history::RemotePolicy) -> Self {
        Self::with(records, |settings| settings.remote = remote)
    }

    /// The same, with other settings.
    fn with(records: &[Match], change: impl Fn(&mut history::Settings)) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("natconnd-past-{}-{count}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        let mut settings = history::Settings {
            folder: folder.clone(),
            gateway: "gw \"1\"".to_owned(),
            ..history::Settings::default()
        };
        change(&mut settings);
        let began = at(-3600).unwrap().at;
        let mut recorder = history::open(settings, began).unwrap();
        let now = at(3600).unwrap().at;
        for records in records.chunks(1000) {
            recorder.record(records, now).unwrap();
        }
        recorder.tick(now).unwrap();
        Self {
            folder,
            recorder: Some(recorder),
        }
    }

    /// Holds the first of these in a segment, whose file it names.
    pub fn sealed(records: &[Match]) -> (Self, PathBuf) {
        let first = |settings: &mut history::Settings| settings.segment_records = 1000;
        let mut past = Self::with(records, first);
        let recorder = past.recorder.as_mut().unwrap();
        for _ in 0..1000 {
            if recorder.history().status().segments > 0 {
                break;
            }
            recorder.tick(at(3600).unwrap().at).unwrap();
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        let segment = past.folder.join("segments/0000000001.parquet");
        assert!(segment.exists());
        (past, segment)
    }

    /// What a server has of it.
    pub fn archive(&self) -> Arc<Archive> {
        let history = Arc::clone(self.recorder.as_ref().unwrap().history());
        Arc::new(Archive::of(history))
    }

    /// A server that has it, and these in its table.
    pub fn serve(&self, live: Vec<Match>) -> Running {
        let archive = self.archive();
        let change = move |server: &mut natconnd::http::Server| {
            server.archive = Some(Arc::clone(&archive));
            server.answers = Arc::new(Answers::of_matches(live).with_archive(archive));
        };
        Running::start(Vec::new(), change, None)
    }
}

impl Drop for Past {
    fn drop(&mut self) {
        self.recorder = None;
        // A folder that stays in the temporary one harms nobody.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A history that holds these, with their remotes.
pub fn kept(records: &[Match]) -> Past {
    Past::of(records, history::RemotePolicy::Keep)
}

/// Lived from one second to another after 22:47:00.123.
pub fn lived(host: u8, from: i64, to: i64) -> Match {
    let internal = format!("192.168.248.{host}:40123");
    Match {
        kernel_id: None,
        started_at: at(from),
        ended_at: at(to),
        end_evidence: Some(EndEvidence::Event),
        ..masqueraded(&internal, "100.64.2.1:40123", "100.64.2.10:443")
    }
}

fn ask(server: &Running, query: &str) -> LookupAnswer {
    let reply = server.get(&format!("/api/v1/lookup?{query}"));
    assert_eq!(reply.status, 200, "{}", reply.body);
    serde_json::from_str(&reply.body).unwrap()
}

fn list(server: &Running, query: &str) -> RecordsPage {
    let reply = server.get(&format!("/api/v1/records?{query}"));
    assert_eq!(reply.status, 200, "{}", reply.body);
    serde_json::from_str(&reply.body).unwrap()
}

/// Last numbers of the hosts, with their distances.
fn told(answer: &LookupAnswer) -> Vec<(u8, Option<u64>)> {
    let host = |row: &Row| match row.internal_address {
        std::net::IpAddr::V4(address) => address.octets()[3],
        std::net::IpAddr::V6(_) => unreachable!("all hosts are of IPv4"),
    };
    let matches = answer.matches.iter();
    matches.map(|it| (host(&it.row), it.distance_ms)).collect()
}

const NAT: &str = "nat=100.64.2.1:40123";

#[test]
fn one_nat_endpoint_was_that_of_several_hosts() {
    let past = kept(&[lived(2, 0, 10), lived(3, 11, 20)]);
    let server = past.serve(vec![]);
    let answer = ask(&server, &format!("{NAT}&at=2026-11-23T22:47:05.123Z"));
    assert_eq!(
        (told(&answer), &*answer.verdict),
        (vec![(2, Some(0))], "one")
    );
    assert!(answer.coverage.complete, "{answer:?}");
    assert_eq!(answer.gateway.as_deref(), Some("gw \"1\""));
    let period = answer.period.unwrap();
    assert_eq!(period.from.as_deref(), Some("2026-11-23T22:47:05.123Z"));
    assert_eq!(
        (&*period.to, period.tolerance_ms),
        ("2026-11-23T22:47:05.123Z", 2000)
    );

    // 0.2 s after the first had gone, 0.8 s before the second came.
    let between = format!("{NAT}&at=1795474030.323");
    let answer = ask(&server, &between);
    assert_eq!(told(&answer), [(2, Some(200)), (3, Some(800))]);
    assert_eq!(answer.verdict, "several");
    let answer = ask(&server, &format!("{between}&tolerance=500ms"));
    assert_eq!(told(&answer), [(2, Some(200))]);
    let answer = ask(&server, &format!("{between}&tolerance=0"));
    assert_eq!((told(&answer), &*answer.verdict), (vec![], "none"));
    assert!(answer.coverage.complete, "{answer:?}");

    let both = "from=24/Nov/2026:00:47:08+%2b0200&to=2026-11-23T22:47:12Z";
    let answer = ask(&server, &format!("{NAT}&{both}"));
    assert_eq!(told(&answer), [(3, Some(0)), (2, Some(0))]);
    let answer = ask(
        &server,
        &format!("{NAT}&to=2026-11-23T22:47:01Z&tolerance=0"),
    );
    assert_eq!(told(&answer), [(2, Some(0))]);
    assert_eq!(answer.period.unwrap().from, None);
}

#[test]
fn what_both_have_is_told_once_as_history_knows_it() {
    let counted = |packets| Counters {
        packets,
        bytes: 100 * packets,
    };
    let ended = Match {
        traffic: Some(Traffic {
            original: counted(1),
            reply: counted(2),
        }),
        mark: Some(7),
        ..lived(2, 0, 10)
    };
    let checkpoint = Match {
        end_evidence: Some(EndEvidence::Checkpoint),
        ..lived(3, 0, 5)
    };
    let past = kept(&[ended, checkpoint]);
    let in_table = Match {
        end_evidence: None,
        ..lived(2, 0, 10)
    };
    let living = Match {
        ended_at: None,
        end_evidence: None,
        kernel_id: example().kernel_id,
        ..lived(3, 0, 5)
    };
    let server = past.serve(vec![in_table, living]);
    let answer = ask(&server, "nat=:40123&at=2026-11-23T22:47:02Z");
    assert_eq!(told(&answer).len(), 2, "{answer:?}");
    let of = |host| {
        answer
            .rows()
            .find(|row| row.internal_address == host)
            .unwrap()
    };
    let row = of(std::net::IpAddr::from([192, 168, 248, 2]));
    assert_eq!(row.end_evidence.as_deref(), Some("event"));
    assert_eq!(
        (row.internal_packets, row.remote_bytes),
        (Some(1), Some(200))
    );
    assert_eq!(row.mark, Some(7));
    let row = of(std::net::IpAddr::from([192, 168, 248, 3]));
    assert_eq!((&row.ended_at, row.kernel_id), (&None, Some(2_596_996_162)));
    let rows = list(&server, "from=2026-11-23T22:47:02Z").records;
    assert_eq!(rows.len(), 2, "{rows:?}");
    assert!(answer.rows().all(|row| rows.contains(row)));
}

#[test]
fn a_destination_translation_counts_the_other_way() {
    let mut ended = lived(2, 0, 10);
    ended.translation.kind = TranslationKind::Destination;
    ended.original_destination = ended.translation.nat;
    let (packets, bytes) = (5, 50);
    ended.traffic = Some(Traffic {
        original: Counters { packets, bytes },
        reply: Counters::default(),
    });
    let server = kept(&[ended]).serve_owned();
    let answer = ask(&server.1, "nat=:40123&at=2026-11-23T22:47:02Z");
    let row = answer.rows().next().unwrap();
    assert_eq!(
        (row.internal_packets, row.remote_packets),
        (Some(0), Some(5))
    );
}

impl Past {
    /// Itself and a server, which must go first.
    fn serve_owned(self) -> (Self, Running) {
        let server = self.serve(vec![]);
        (self, server)
    }
}

#[test]
fn what_was_left_out_is_said() {
    let past = Past::of(&[lived(2, 0, 10)], history::RemotePolicy::Omit);
    let server = past.serve(vec![]);
    let query = format!("{NAT}&remote=198.51.100.77:1&at=2026-11-23T22:47:02Z");
    let answer = ask(&server, &query);
    assert_eq!(told(&answer), [(2, Some(0))]);
    assert!(answer.remote_omitted);
    let row = answer.rows().next().unwrap();
    assert_eq!((row.remote_address, row.remote_port), (None, None));
    let csv = server.get("/api/v1/records?format=csv&from=2026-11-23T22:47:02Z");
    assert!(csv.body.contains(",100.64.2.1,40123,,,0,"), "{}", csv.body);
}

#[test]
fn what_nobody_can_know_is_said() {
    let past = kept(&[lived(2, 0, 10)]);
    let server = past.serve(vec![]);
    let cause = |query: &str| {
        let coverage = ask(&server, query).coverage;
        let gaps = coverage.gaps.iter().map(|gap| gap.cause.clone());
        gaps.collect::<Vec<_>>()
    };
    assert_eq!(
        cause(&format!("{NAT}&at=2026-11-01T00:00:00Z")),
        ["beyond-history"]
    );
    assert_eq!(
        cause(&format!("{NAT}&to=2026-11-23T22:47:05Z")),
        ["beyond-history"]
    );
    let [from, to] = [5, 6].map(|second| at(second).unwrap().at);
    server.answers.set_coverage(Coverage::of_gaps(vec![Gap {
        from,
        to: Some(to),
        cause: GapCause::ReceiveBuffer,
    }]));
    assert_eq!(
        cause(&format!("{NAT}&at=2026-11-23T22:47:08Z")),
        ["receive-buffer"]
    );
    assert_eq!(
        cause(&format!("{NAT}&at=2026-11-23T22:47:09Z")),
        [] as [&str; 0]
    );
}

#[test]
fn without_history_the_table_answers_for_what_it_keeps() {
    let mut ended = lived(2, 0, 10);
    ended.end_evidence = None;
    let mut living = masqueraded("192.168.248.3:1", "100.64.2.1:40123", "100.64.2.11:443");
    living.started_at = at(3);
    let server = Running::with(vec![ended, living]);
    let answer = ask(&server, &format!("{NAT}&at=2026-11-23T22:47:05Z"));
    assert_eq!(told(&answer).len(), 2, "{answer:?}");
    assert!(answer.coverage.complete);
    // The table of these tests keeps a century.
    let answer = ask(&server, &format!("{NAT}&at=1900-01-01T00:00:00Z"));
    assert_eq!(answer.coverage.gaps[0].cause, "beyond-history");
    let reply = server.get("/api/v1/records?format=parquet");
    assert_eq!(reply.status, 404, "{}", reply.body);
}

#[test]
fn a_time_that_cannot_be_meant_is_refused() {
    let server = Running::with(vec![]);
    let year = 365 * 86_400;
    let now = Timestamp(natconnd::mirror::now().0).milliseconds() / 1000;
    for (query, parameter) in [
        (format!("{NAT}&at={}", now + year), "at"),
        (
            format!("{NAT}&from={}&to={}", now + year, now + 2 * year),
            "from",
        ),
        (format!("{NAT}&at=2026-11-23"), "at"),
        (
            format!("{NAT}&at=2026-11-23T22:47:05Z&tolerance=2"),
            "tolerance",
        ),
        (format!("{NAT}&tolerance=2s"), "tolerance"),
    ] {
        let reply = server.get(&format!("/api/v1/lookup?{query}"));
        assert_eq!(reply.status, 400, "{query}");
        assert_eq!(reply.json()["parameter"], parameter, "{query}");
    }
    // To is in the future: that is up to now.
    let answer = ask(&server, &format!("{NAT}&from={}&to={}", now - 5, now + 5));
    let to: jiff::Timestamp = answer.period.unwrap().to.parse().unwrap();
    assert!(to.as_second() < now + 5);
}

/// As many in history as live, each second one of each.
fn mixed(count: u32) -> (Vec<Match>, Vec<Match>) {
    let (mut ended, mut live) = (Vec::new(), many(count));
    for (index, found) in live.iter_mut().enumerate() {
        let mut past = *found;
        past.translation.internal.address = [192, 168, 249, 1].into();
        past.translation.nat.address = [100, 64, 2, 2].into();
        past.kernel_id = None;
        past.ended_at = at(index as i64 + 60);
        past.end_evidence = Some(EndEvidence::Event);
        ended.push(past);
        // The kernel has an id for each.
        found.kernel_id = Some(model::KernelId(index as u32 + 1));
    }
    (ended, live)
}

#[test]
fn records_come_in_the_order_in_which_they_began_page_by_page() {
    let (ended, live) = mixed(150);
    let past = kept(&ended);
    let server = past.serve(live);
    let query = "from=2026-11-23T22:47:00Z";
    let all = list(&server, &format!("{query}&limit=10000"));
    assert_eq!(
        (all.records.len(), &all.next_cursor, all.cut),
        (300, &None, false)
    );
    assert!(all.records.is_sorted_by_key(|row| row.started_at.clone()));
    for limit in [1, 7, 100, 299, 300] {
        let mut paged = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = list(&server, &format!("{query}&limit={limit}{cursor}"));
            assert!(page.records.len() <= limit);
            paged.extend(page.records);
            match page.next_cursor {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert!(paged == all.records, "{limit}: {} rows", paged.len());
    }
    let first = server.get(&format!("/api/v1/records?{query}&format=csv&limit=2"));
    let link = first.header("link").unwrap();
    assert!(link.starts_with(&format!(
        "</api/v1/records?{query}&format=csv&limit=2&cursor=02"
    )));
    assert_eq!(first.header("natconnd-cut"), Some("false"));
    assert_eq!(first.header("natconnd-coverage"), Some("complete"));
}

#[test]
fn streams_have_all_records() {
    let (ended, live) = mixed(1500);
    let past = kept(&ended);
    let server = past.serve(live);
    let query = "/api/v1/records?from=2026-11-23T22:47:00Z&internal=192.168.0.0/16";
    let csv = server.get(&format!("{query}&format=csv"));
    let mut reader = csv::Reader::from_reader(csv.body.as_bytes());
    let rows: Vec<Row> = reader.deserialize().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 3000);
    assert!(rows.is_sorted_by_key(|row| row.started_at.clone()));
    let ndjson = server.get(&format!("{query}&format=ndjson"));
    let lines = ndjson.body.lines();
    let again: Vec<Row> = lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert!(rows == again);
    // Only those of one host, in one minute.
    let one = list(
        &server,
        "internal=192.168.249.1&from=2026-11-23T22:48:00Z&to=2026-11-23T22:49:00Z&limit=1000",
    );
    assert_eq!(one.records.len(), 120);
}

#[test]
fn an_export_is_a_parquet_file() {
    let past = kept(&[lived(2, 0, 10), lived(3, 11, 20)]);
    let server = past.serve(vec![]);
    let target = "/api/v1/records?from=2026-11-23T22:47:00Z&format=parquet";
    let mut client = crate::client::Client::connect(server.address);
    client.send(&format!("GET {target} HTTP/1.1\r\nHost: test\r\n\r\n"));
    let (status, headers) = client.read_head();
    let kind = ("content-type", "application/vnd.apache.parquet");
    assert_eq!(status, 200);
    assert!(
        headers
            .iter()
            .any(|(name, value)| (&**name, &**value) == kind)
    );
    let mut body = Vec::new();
    while let Some(chunk) = client.read_chunk_of_bytes() {
        body.extend(chunk);
    }
    assert!(body.starts_with(b"PAR1") && body.ends_with(b"PAR1"));
}

#[test]
fn history_says_how_much_it_has_and_whether_it_is_whole() {
    let past = kept(&[lived(2, 0, 10), lived(3, 20, 30)]);
    let server = past.serve(Vec::new());
    let status: natconnd::api::History =
        serde_json::from_str(&server.get("/api/v1/history").body).unwrap();
    assert_eq!((status.records, status.journal_records), (2, 2));
    assert_eq!(status.gateway.as_deref(), Some("gw \"1\""));
    let verified = server.get("/api/v1/history/verify");
    assert_eq!(verified.status, 200);
    assert!(!verified.body.is_empty());
    for line in verified.body.lines() {
        let file: natconnd::api::VerifiedFile = serde_json::from_str(line).unwrap();
        assert_eq!(file.fault, None, "{file:?}");
    }
    let gaps = server
        .get("/api/v1/history/gaps?from=2026-11-23T22:00:00Z")
        .json();
    assert!(gaps["gaps"].is_array());
    let bad = server.get("/api/v1/history/gaps?from=yesterday");
    assert_eq!(bad.status, 400);
    assert_eq!(bad.json()["parameter"], "from");
    let expired = server.get("/api/v1/history/expired").json();
    assert_eq!(expired["segments"], serde_json::json!([]));
}

#[test]
fn holds_are_changed_by_admins_only() {
    let past = kept(&[lived(2, 0, 10)]);
    let server = past.serve(Vec::new());
    server.access.replace(&Config::default());
    let target = format!("/api/v1/history/holds/case-1?{NAT}&at=2026-11-23T22:47:05Z");
    for method in ["PUT", "DELETE"] {
        let refused = server.request(method, &target, "");
        assert_eq!(refused.status, 403, "{method}: {}", refused.body);
    }
    assert_eq!(server.get("/api/v1/history/holds").status, 403);
    server.access.replace(&with_all_roles());
    let wrong = server.get("/api/v1/history/holds/case-1");
    assert_eq!(wrong.status, 405);
    assert_eq!(wrong.header("allow"), Some("PUT, DELETE"));
    let holds = server.get("/api/v1/history/holds").json();
    assert_eq!(holds["holds"], serde_json::json!([]));
}

#[test]
fn without_history_that_is_said() {
    let server = Running::with(vec![example()]);
    let status = server.get("/api/v1/history").json();
    assert_eq!(status["recording"], false);
    assert_eq!(status["trouble"], "history.folder is not set");
    for path in ["gaps", "verify", "expired", "holds"] {
        let refused = server.get(&format!("/api/v1/history/{path}"));
        assert_eq!(refused.status, 404, "{path}");
        let detail = refused.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains("history.folder"), "{detail}");
    }
}

/// Whoever asks is told, and whoever asks again when it can be read has all of it.
#[test]
fn what_cannot_be_read_just_now_is_a_gap_of_the_answer() {
    let records: Vec<Match> = (0..1001)
        .map(|number| lived(2, number, number + 1))
        .collect();
    let (past, segment) = Past::sealed(&records);
    let server = past.serve(vec![]);
    let kept = segment.with_extension("kept");
    std::fs::rename(&segment, &kept).unwrap();
    std::os::unix::fs::symlink(&segment, &segment).unwrap();
    let at = "at=2026-11-23T22:47:05.123Z&tolerance=0s";
    let coverage = |server: &Running| {
        let answer = ask(server, &format!("{NAT}&{at}"));
        let period = "from=2026-11-23T22:47:05Z&to=2026-11-23T22:47:06Z";
        let listed = list(server, period);
        let rows = "nat,at\n100.64.2.1:40123,2026-11-23T22:47:05.123Z\n";
        let many = crate::lookups::post(server, "/api/v1/lookups?tolerance=0s", "", rows);
        (answer.coverage, listed.coverage, many.body)
    };
    let (one, page, many) = coverage(&server);
    for coverage in [one, page] {
        assert_eq!(coverage.gaps.len(), 1, "{coverage:?}");
        assert_eq!(coverage.gaps[0].cause, "damaged");
    }
    assert!(!many.contains(",complete,"), "{many}");
    std::fs::rename(&kept, &segment).unwrap();
    let (one, page, many) = coverage(&server);
    assert!(one.complete && page.complete, "{one:?} {page:?}");
    assert!(many.contains(",complete,"), "{many}");
}

/// Whoever reads what a case holds learns how complete it is, too.
#[test]
fn a_hold_tells_what_was_not_known() {
    let past = kept(&[lived(2, 0, 10)]);
    let history = past.recorder.as_ref().unwrap().history();
    let now = at(100).unwrap().at;
    let gap = Gap {
        from: at(3).unwrap().at,
        to: Some(at(4).unwrap().at),
        cause: GapCause::Stopped,
    };
    history
        .hold("case-1", &[lived(2, 0, 10)], &[gap], now)
        .unwrap();
    history
        .hold("case-2", &[lived(2, 0, 10)], &[], now)
        .unwrap();
    let server = past.serve(vec![]);
    let expected = serde_json::json!([
        {"case": "case-1", "records": 1, "coverage": {"complete": false, "gaps": [{
            "from": "2026-11-23T22:47:03.123Z", "to": "2026-11-23T22:47:04.123Z",
            "cause": "stopped",
        }]}},
        {"case": "case-2", "records": 1, "coverage": {"complete": true, "gaps": []}},
    ]);
    for path in ["/api/v1/history/holds", "/api/v1/history"] {
        assert_eq!(server.get(path).json()["holds"], expected, "{path}");
    }
    // Whoever may see how natconnd fares need not know who is looked for.
    server.access.replace(&Config::default());
    let status = server.get("/api/v1/history").json();
    assert_eq!(status["holds"], serde_json::json!([]));
}
