//! `/api/v1/health`.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use natconnd::api::{Finding, Health, Severity};

use crate::server::Running;

fn sick() -> Health {
    let finding = Finding {
        check: "clock".to_owned(),
        severity: Severity::Warning,
        finding: "nothing keeps it right".to_owned(),
        hint: None,
        command: Some("sudo timedatectl set-ntp true".to_owned()),
    };
    Health::of_findings(
        "2026-11-23T22:47:00.123Z".to_owned(),
        "natconnd",
        vec![finding],
    )
}

#[test]
fn what_was_found_is_answered_with_200_however_bad_it_is() {
    let server = Running::start(
        Vec::new(),
        |server| server.report_health = Arc::new(sick),
        None,
    );
    let reply = server.get("/api/v1/health");
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("content-type"), Some("application/json"));
    assert_eq!(
        reply.body,
        "{\"state\":\"warning\",\"checked_at\":\"2026-11-23T22:47:00.123Z\",\"checked_by\":\
         \"natconnd\",\"findings\":[{\"check\":\"clock\",\"severity\":\"warning\",\"finding\":\
         \"nothing keeps it right\",\"hint\":null,\"command\":\"sudo timedatectl set-ntp true\"}]}"
    );
    assert_eq!(server.request("POST", "/api/v1/health", "").status, 405);
}

/// A crowd that asks has the machine looked at by one thread, and what else is
/// asked does not wait for that.
#[test]
fn one_examination_at_a_time_and_none_in_the_way() {
    let running = Arc::new(AtomicUsize::new(0));
    let most = Arc::new(AtomicUsize::new(0));
    let (seen, highest) = (Arc::clone(&running), Arc::clone(&most));
    let slow = move || {
        highest.fetch_max(seen.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        thread::sleep(Duration::from_millis(50));
        seen.fetch_sub(1, Ordering::SeqCst);
        sick()
    };
    let server = Running::start(
        Vec::new(),
        |server| server.report_health = Arc::new(slow),
        None,
    );
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert_eq!(server.get("/api/v1/health").status, 200));
        }
        while running.load(Ordering::SeqCst) == 0 {
            thread::sleep(Duration::from_millis(1));
        }
        assert_eq!(server.get("/healthz").status, 200);
        assert_eq!(running.load(Ordering::SeqCst), 1, "it goes on meanwhile");
    });
    assert_eq!(most.load(Ordering::SeqCst), 1);
}

#[test]
fn an_examination_that_breaks_off_is_a_500_and_no_end() {
    let server = Running::start(
        Vec::new(),
        |server| server.report_health = Arc::new(|| panic!("this test wants it")),
        None,
    );
    for _ in 0..2 {
        let reply = server.get("/api/v1/health");
        assert_eq!(reply.status, 500);
        assert!(reply.body.contains("broke off"), "{}", reply.body);
    }
}
