//! The audit: who asked what is on the disk before they are told.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use audit::{Audit, Entry, Line, Order, Settings, Wanted};
use natconnd::config::{Config, OnFailure, Role, Roles};
use natconnd::trail::Trail;

use crate::client::Client;
use crate::past::{kept, lived};
use crate::server::{Running, example, many, with_all_roles};

/// A server that writes down what it tells.
struct Audited {
    server: Running,
    trail: Arc<Trail>,
    folder: PathBuf,
}

impl Audited {
    fn start(test: &str, on_failure: OnFailure) -> Self {
        Self::with(test, on_failure, |_| {})
    }

    fn with(
        test: &str,
        on_failure: OnFailure,
        change: impl FnOnce(&mut natconnd::http::Server),
    ) -> Self {
        let name = format!("natconnd-audit-{}-{test}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        let _ = fs::remove_dir_all(&folder);
        let audit = Audit::open(Settings::new(&folder)).unwrap();
        let trail = Arc::new(Trail::new(audit, folder.clone(), on_failure, true));
        let of_server = Arc::clone(&trail);
        let server = Running::start(
            vec![example()],
            |server| {
                server.trail = Some(of_server);
                change(server);
            },
            None,
        );
        Self {
            server,
            trail,
            folder,
        }
    }

    /// All requests that are written down, in their order.
    fn lines(&self) -> Vec<Line> {
        let wanted = Wanted {
            only_requests: true,
            order: Order::OldestFirst,
            ..Wanted::default()
        };
        let lines = audit::read(&self.folder, wanted, None).unwrap();
        lines.map(|line| line.unwrap()).collect()
    }

    fn entries(&self) -> Vec<Entry> {
        self.lines().iter().map(|it| it.entry().unwrap()).collect()
    }

    /// The lines that one request has left behind.
    fn told_by(&self, ask: impl FnOnce(&Running)) -> Vec<Entry> {
        let before = self.lines().len();
        ask(&self.server);
        self.entries().split_off(before)
    }
}

impl Drop for Audited {
    fn drop(&mut self) {
        self.server.stop();
        self.trail.close();
        // What is left of it tells what a failed test did.
        if !std::thread::panicking() {
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

#[test]
fn each_answer_about_hosts_is_one_line_with_all_that_belongs_to_it() {
    let audited = Audited::start("each", OnFailure::Refuse);
    let target = "/api/v1/lookup?nat=100.64.2.1:40123&remote=100.64.2.10:443";
    let headers = "Natconn-Case: 2026-117\r\nNatconn-Reason: port%20scan\r\n";
    let told = audited.told_by(|server| {
        assert_eq!(server.request("GET", target, headers).status, 200);
    });
    let [entry] = &*told else {
        panic!("one line: {told:?}")
    };
    let text = |it: &Option<String>| it.clone().unwrap_or_default();
    assert_eq!(entry.request, "lookup");
    assert_eq!(text(&entry.caller), "127.0.0.1");
    assert_eq!(text(&entry.credential), "address");
    assert_eq!(text(&entry.from), "127.0.0.1");
    assert_eq!(text(&entry.listener), "http");
    assert_eq!(text(&entry.role), "lookup");
    assert_eq!(text(&entry.question), target);
    assert_eq!(text(&entry.case), "2026-117");
    assert_eq!(text(&entry.reason), "port scan");
    assert_eq!(entry.matches, Some(1));
    assert_eq!(text(&entry.verdict), "one");
    assert_eq!(text(&entry.coverage), "complete");
}

#[test]
fn every_endpoint_that_names_hosts_is_written_down_and_no_other() {
    let audited = Audited::start("endpoints", OnFailure::Refuse);
    for (target, request, matches) in [
        ("/api/v1/lookup?nat=:40123", "lookup", Some(1)),
        ("/api/v1/lookup?nat=:7", "lookup", Some(0)),
        ("/api/v1/lookup?internal=192.168.248.2", "lookup", Some(1)),
        (
            "/api/v1/forward-auth?nat=100.64.2.1:40123&remote=100.64.2.10:443",
            "forward-auth",
            Some(1),
        ),
        ("/api/v1/connections", "connections", Some(1)),
        ("/api/v1/usage", "usage", None),
        ("/api/v1/ports?nat=100.64.2.1&protocol=tcp", "ports", None),
        ("/desk?q=100.64.2.1:40123", "desk-page", Some(1)),
        ("/desk/report?nat=100.64.2.1:40123", "desk-page", Some(1)),
        ("/live", "live-page", Some(1)),
        ("/ports", "ports-page", None),
    ] {
        let told = audited.told_by(|server| {
            assert!(server.get(target).status < 300, "{target}");
        });
        let names: Vec<_> = told.iter().map(|it| (&*it.request, it.matches)).collect();
        assert_eq!(names, [(request, matches)], "{target}");
    }
    for target in [
        "/api/v1/status",
        "/api/v1/health",
        "/api/v1/history",
        "/healthz",
        "/metrics",
        "/openapi.json",
        "/desk",
        "/health",
        "/docs",
        // Nobody is told anything.
        "/api/v1/lookup?nat=x",
        "/nope",
    ] {
        let told = audited.told_by(|server| drop(server.get(target)));
        assert!(told.is_empty(), "{target}: {told:?}");
    }
}

#[test]
fn questions_of_one_request_have_a_line_each() {
    let audited = Audited::start("many", OnFailure::Refuse);
    let body = "nat\n100.64.2.1:40123\nno address\n100.64.2.1:7\n";
    let told = audited.told_by(|server| {
        let mut client = Client::connect(server.address);
        client.send(&format!(
            "POST /api/v1/lookups HTTP/1.1\r\nHost: test\r\nContent-Type: text/csv\r\n\
             Natconn-Case: A-1\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        ));
        assert_eq!(client.read_reply("POST").status, 200);
    });
    let lines: Vec<_> = told
        .iter()
        .map(|it| (it.question.clone().unwrap_or_default(), it.matches))
        .collect();
    let expected = [("nat=100.64.2.1:40123", 1), ("nat=100.64.2.1:7", 0)];
    let expected: Vec<_> = expected.map(|(text, n)| (text.to_owned(), Some(n))).into();
    assert_eq!(lines, expected);
    assert!(told.iter().all(|it| it.case.as_deref() == Some("A-1")));
    let told = audited.told_by(|server| {
        let text = "text=100.64.2.1%3A40123%0A100.64.2.1%3A7&case=B-2&reason=abuse";
        assert_eq!(server.post_form("/desk", text).status, 200);
    });
    assert_eq!(told.len(), 2);
    assert!(told.iter().all(|it| it.case.as_deref() == Some("B-2")));
    assert!(told.iter().all(|it| it.reason.as_deref() == Some("abuse")));
}

#[test]
fn a_stream_has_a_line_at_its_begin_and_one_at_its_end() {
    let audited = Audited::with("streams", OnFailure::Refuse, |server| {
        server.answers = Arc::new(natconnd::lookup::Answers::of_matches(many(2500)));
    });
    let told = audited.told_by(|server| {
        let reply = server.get("/api/v1/connections?format=csv");
        assert_eq!(reply.body.lines().count(), 2501);
        crate::server::wait_until("the end is written", || {
            audited.entries().last().unwrap().outcome == audit::Outcome::Ended
        });
    });
    let told: Vec<_> = told.iter().map(|it| (it.outcome, it.matches)).collect();
    let expected = [
        (audit::Outcome::Begun, None),
        (audit::Outcome::Ended, Some(2500)),
    ];
    assert_eq!(told, expected);
}

#[test]
fn a_host_is_written_down_however_it_is_asked_for() {
    let audited = Audited::start("host", OnFailure::Refuse);
    let outcomes = |told: &[Entry]| -> Vec<_> {
        let told = told.iter().map(|it| (it.outcome, it.matches));
        told.collect()
    };
    // What is asked of the past is not understood; what the host has is told all the same.
    let told = audited.told_by(|server| {
        let reply = server.get("/hosts/192.168.248.2?from=yesterday");
        assert_eq!(reply.status, 400);
        assert!(reply.body.contains("100.64.2.10"), "{}", reply.body);
    });
    assert_eq!(outcomes(&told), [(audit::Outcome::Answered, Some(1))]);
    let told = audited.told_by(|server| {
        assert_eq!(server.get("/hosts/192.168.248.2").status, 200);
        crate::server::wait_until("the end is written", || {
            audited.entries().last().unwrap().outcome == audit::Outcome::Ended
        });
    });
    let expected = [
        (audit::Outcome::Begun, None),
        // It lives, and it is one of the last day.
        (audit::Outcome::Ended, Some(2)),
    ];
    assert_eq!(outcomes(&told), expected);
}

#[test]
fn pynatconnds_urls_are_written_down_where_they_name_hosts() {
    let audited = Audited::with("pynatconnd", OnFailure::Refuse, |server| {
        server.pynatconnd = Some(natconnd::config::KeyName::NatPort);
    });
    for (target, expected) in [
        ("/nat_port/40123", Some(("lookup", 1))),
        ("/nat_port/7", Some(("lookup", 0))),
        ("/debug", Some(("browse", 1))),
        ("/nagios", None),
        ("/nope/7", None),
    ] {
        let told = audited.told_by(|server| drop(server.get(target)));
        let told: Vec<_> = told
            .iter()
            .map(|it| {
                (
                    it.role.as_deref().unwrap_or_default(),
                    it.matches.unwrap_or(99),
                )
            })
            .collect();
        assert_eq!(told, Vec::from_iter(expected), "{target}");
    }
}

#[test]
fn a_line_says_where_a_page_of_another_site_led_there() {
    let audited = Audited::start("led", OnFailure::Refuse);
    for (site, note) in [
        ("cross-site", Some("a page of another site led there")),
        ("none", None),
        ("same-origin", None),
    ] {
        let headers = format!("Sec-Fetch-Site: {site}\r\nSec-Fetch-Mode: navigate\r\n");
        let told = audited.told_by(|server| {
            let page = server.request("GET", "/desk?q=100.64.2.1:40123&reason=lies", &headers);
            assert_eq!(page.status, 200, "{site}");
        });
        let notes: Vec<_> = told.iter().map(|it| it.note.as_deref()).collect();
        assert_eq!(notes, [note], "{site}");
    }
}

#[test]
fn what_cannot_be_written_down_is_not_told() {
    let audited = Audited::start("refused", OnFailure::Refuse);
    audited.trail.close();
    for target in [
        "/api/v1/lookup?nat=:40123",
        "/api/v1/lookup?internal=192.168.248.2",
        "/api/v1/connections",
        "/api/v1/connections?format=csv",
        "/api/v1/events",
        "/api/v1/forward-auth?nat=100.64.2.1:40123&remote=100.64.2.10:443",
        "/desk?q=100.64.2.1:40123",
        "/desk/report?nat=100.64.2.1:40123",
        "/live",
        "/hosts/192.168.248.2",
    ] {
        let reply = audited.server.get(target);
        assert_eq!(reply.status, 503, "{target}: {}", reply.body);
        let all = format!("{:?} {}", reply.headers, reply.body);
        assert!(!all.contains("192.168.248"), "{target}: {all}");
    }
    let body = "nat\n100.64.2.1:40123\n";
    let mut client = Client::connect(audited.server.address);
    client.send(&format!(
        "POST /api/v1/lookups HTTP/1.1\r\nHost: test\r\nContent-Type: text/csv\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    ));
    assert_eq!(client.read_reply("POST").status, 503);
    assert!(audited.trail.refused.load(Ordering::Relaxed) > 5);
    // How natconnd fares is told all the same.
    assert_eq!(audited.server.get("/api/v1/status").status, 200);
}

#[test]
fn a_case_is_not_changed_before_that_is_written_down() {
    let past = kept(&[lived(2, 0, 10)]);
    let archive = past.archive();
    let held = archive.history().unwrap();
    let audited = Audited::with("cases", OnFailure::Refuse, |server| {
        server.answers = Arc::new(
            natconnd::lookup::Answers::of_matches(Vec::new()).with_archive(Arc::clone(&archive)),
        );
        server.archive = Some(Arc::clone(&archive));
        server.access = Arc::new(natconnd::access::Access::of(&with_all_roles()));
    });
    let case = "/api/v1/history/holds/2026-7";
    let hold = format!("{case}?nat=:40123&at=2026-11-23T22:47:05Z");
    let outcomes = |told: &[Entry]| -> Vec<_> {
        let told = told.iter().map(|it| (it.outcome, it.matches));
        told.collect()
    };
    let begun = (audit::Outcome::Begun, None);
    let told = audited.told_by(|server| {
        let reply = server.request("PUT", &hold, "");
        assert_eq!(reply.status, 200, "{}", reply.body);
    });
    assert_eq!(outcomes(&told), [begun, (audit::Outcome::Ended, Some(1))]);
    let other = audited.told_by(|server| {
        let reply = server.request("DELETE", "/api/v1/history/holds/other", "");
        assert_eq!(reply.status, 404);
    });
    assert_eq!(outcomes(&other), [begun, (audit::Outcome::Refused, None)]);
    let done = |told: &[Entry]| told[1].question.clone().unwrap_or_default();
    assert_eq!(done(&told), format!("PUT {hold}"));
    assert_eq!(done(&other), "DELETE /api/v1/history/holds/other");
    audited.trail.close();
    assert_eq!(audited.server.request("DELETE", case, "").status, 503);
    assert_eq!(held.holds().len(), 1);
}

#[test]
fn who_wants_answers_all_the_same_gets_them_counted() {
    let audited = Audited::start("answered", OnFailure::Answer);
    audited.trail.close();
    let target = "/api/v1/lookup?nat=:40123";
    assert_eq!(audited.server.get(target).status, 200);
    assert_eq!(audited.trail.unwritten.load(Ordering::Relaxed), 1);
    audited.trail.set_on_failure(OnFailure::Refuse);
    assert_eq!(audited.server.get(target).status, 503);
}

#[test]
fn whoever_may_reads_it_newest_first_and_that_is_a_line_too() {
    let audited = Audited::start("read", OnFailure::Refuse);
    let server = &audited.server;
    for port in 1..=5 {
        server.get(&format!("/api/v1/lookup?nat=:{port}"));
    }
    let page = server.get("/api/v1/audit?limit=2&contains=nat%3D").json();
    let questions = |page: &serde_json::Value| -> Vec<String> {
        let lines = page["lines"].as_array().unwrap().iter();
        lines
            .map(|line| line["question"].as_str().unwrap().to_owned())
            .collect()
    };
    let lookups = |ports: &[u16]| -> Vec<String> {
        let ports = ports.iter();
        ports
            .map(|port| format!("/api/v1/lookup?nat=:{port}"))
            .collect()
    };
    assert_eq!(questions(&page), lookups(&[5, 4]));
    let cursor = page["next_cursor"].as_str().unwrap();
    let next = format!("/api/v1/audit?limit=10&contains=nat%3D&cursor={cursor}");
    assert_eq!(questions(&server.get(&next).json()), lookups(&[3, 2, 1]));
    let told = audited.told_by(|server| drop(server.get("/api/v1/audit?case=none")));
    assert_eq!((&*told[0].request, told[0].matches), ("audit", Some(0)));
    let mut config = Config::default();
    config.http.roles = Roles::LOOKING;
    server.access.replace(&config);
    assert_eq!(server.get("/api/v1/audit").status, 403);
    config.http.roles = Roles::NONE.with(Role::Admin);
    server.access.replace(&config);
    assert_eq!(server.get("/api/v1/audit").status, 200);
    for bad in ["cursor=x", "from=x", "limit=0", "head=1", "casee=1"] {
        let reply = server.get(&format!("/api/v1/audit?{bad}"));
        assert_eq!(reply.status, 400, "{bad}");
    }
}

#[test]
fn a_changed_byte_is_found_and_a_head_kept_elsewhere_finds_another_chain() {
    let audited = Audited::start("verify", OnFailure::Refuse);
    let server = &audited.server;
    server.get("/api/v1/lookup?nat=:40123");
    let report = server.get("/api/v1/audit/verify").json();
    assert_eq!(report["whole"], true, "{report}");
    let head = report["last"].as_str().unwrap();
    let again = server.get(&format!("/api/v1/audit/verify?head={head}"));
    assert_eq!(again.json()["whole"], true);
    let other = format!("{}a", &head[..head.len() - 1]);
    let other = match other == head {
        true => format!("{}b", &head[..head.len() - 1]),
        false => other,
    };
    let elsewhere = server.get(&format!("/api/v1/audit/verify?head={other}"));
    assert_eq!(elsewhere.json()["whole"], false);
    let file = audited.folder.join("audit-000000001.jsonl");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replacen("40123", "40124", 1)).unwrap();
    let report = server.get("/api/v1/audit/verify").json();
    let finding = &report["findings"][0];
    assert_eq!(report["whole"], false);
    assert_eq!(finding["file"], "audit-000000001.jsonl", "{report}");
    assert_eq!(finding["line"], 3, "{report}");
}

#[test]
fn whoever_damages_lines_hides_no_others() {
    let audited = Audited::with("damaged", OnFailure::Refuse, |server| {
        server.access = Arc::new(natconnd::access::Access::of(&with_all_roles()));
    });
    for port in 1..=14 {
        let target = format!("/api/v1/lookup?nat=:{port}");
        assert_eq!(audited.server.get(&target).status, 200);
    }
    let file = audited.folder.join("audit-000000001.jsonl");
    let damaged: String = fs::read_to_string(&file)
        .unwrap()
        .lines()
        .map(
            |line| match line.contains("nat=:1\"") || !line.contains("nat=:") {
                true => format!("{line}\n"),
                false => format!("{}\n", "x".repeat(line.len())),
            },
        )
        .collect();
    fs::write(&file, damaged).unwrap();
    let page = audited.server.get("/api/v1/audit").json();
    assert_eq!(page["damaged"].as_array().unwrap().len(), 10, "{page}");
    let lines = page["lines"].to_string();
    assert!(lines.contains("nat=:1\""), "{lines}");
}

#[test]
fn what_somebody_sends_cannot_look_like_another_line() {
    let audited = Audited::start("injection", OnFailure::Refuse);
    let reason = "x%22%7D%0A%7B%22sequence%22:1%0D%1b%5B2J%E2%80%AE";
    let headers = format!("Natconn-Reason: {reason}\r\n");
    audited
        .server
        .request("GET", "/api/v1/lookup?nat=:40123", &headers);
    let file = audited.folder.join("audit-000000001.jsonl");
    let text = fs::read_to_string(&file).unwrap();
    for line in text.lines() {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(value["sequence"].is_u64());
        let is_plain = |letter: char| !letter.is_control() && letter != '\u{202e}';
        assert!(line.chars().all(is_plain), "{line}");
    }
    let said = audited.entries().pop().unwrap().reason.unwrap();
    assert_eq!(said, "x\"}\n{\"sequence\":1\r\u{1b}[2J\u{202e}");
}
