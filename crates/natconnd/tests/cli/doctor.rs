//! `natconn doctor`.

use std::net::TcpListener;

use serde_json::Value;

use crate::command::{Run, ask, natconn, run};
use crate::server::json;

/// What `/api/v1/health` sends, in spaces of its own.
const SICK: &str = r#"{"state":"failure" ,"checked_at":"2026-11-23T22:47:00.123Z","checked_by":"natconnd","findings":[{"check":"events-setting","severity":"failure","finding":"the kernel is told to send no events","hint":"write it into a file","command":"sudo sysctl -w net.netfilter.nf_conntrack_events=1"},{"check":"clock","severity":"warning","finding":"nothing keeps it right","hint":null,"command":"sudo timedatectl set-ntp true"},{"check":"delivery","severity":"note","finding":"best-effort","hint":null,"command":null},{"check":"netlink","severity":"ok","finding":"the kernel answers","hint":null,"command":null},{"check":"privileges","severity":"ok","finding":"natconnd has CAP_NET_ADMIN","hint":null,"command":null}]}"#;

/// The same when only the findings from this one on are there.
fn from(check: &str, state: &str) -> String {
    let begin = SICK.find(&format!("{{\"check\":\"{check}\"")).unwrap();
    format!(
        r#"{{"state":"{state}","checked_at":"2026-11-23T22:47:00.123Z","checked_by":"natconnd","findings":[{}"#,
        &SICK[begin..]
    )
}

#[test]
fn what_is_amiss_comes_first_with_what_helps() {
    assert_eq!(
        ask(json(SICK), &["doctor"]),
        Run {
            code: 1,
            out: "\
failure  events-setting: the kernel is told to send no events
         hint: write it into a file
         run:  sudo sysctl -w net.netfilter.nf_conntrack_events=1
warning  clock: nothing keeps it right
         run:  sudo timedatectl set-ntp true
note     delivery: best-effort
ok       netlink, privileges
"
            .to_owned(),
            err: String::new(),
        }
    );
}

#[test]
fn all_says_what_is_well_too() {
    let run = ask(json(&from("delivery", "note")), &["doctor", "--all"]);
    assert_eq!(
        run.out,
        "\
note     delivery: best-effort
ok       netlink: the kernel answers
ok       privileges: natconnd has CAP_NET_ADMIN
"
    );
}

#[test]
fn notes_are_no_reason_to_report() {
    for (check, state, code) in [
        ("netlink", "ok", 0),
        ("delivery", "note", 0),
        ("clock", "warning", 1),
        ("events-setting", "failure", 1),
    ] {
        let health = from(check, state);
        assert_eq!(ask(json(&health), &["doctor"]).code, code, "{state}");
        let run = ask(json(&health), &["doctor", "--json"]);
        assert_eq!((run.code, run.out), (code, format!("{health}\n")));
    }
}

#[test]
fn json_is_the_apis_own_bytes() {
    let run = ask(json(SICK), &["doctor", "--json"]);
    assert_eq!(
        run,
        Run {
            code: 1,
            out: format!("{SICK}\n"),
            err: String::new(),
        }
    );
}

/// The one finding that must be there whatever this machine is like.
fn of_nobody(arguments: &[&str]) -> Value {
    let run = run(&mut natconn(arguments));
    assert_eq!((run.code, &*run.err), (1, ""));
    let health: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(health["checked_by"], "natconn");
    assert_eq!(health["state"], "failure");
    let findings = health["findings"].as_array().unwrap();
    let found = findings.iter().find(|it| it["check"] == "daemon").unwrap();
    assert_eq!(found["severity"], "failure");
    // It can look at this machine without anybody's help.
    for check in ["events-setting", "clock", "privileges"] {
        assert!(findings.iter().any(|it| it["check"] == check), "{check}");
    }
    found.clone()
}

#[test]
fn where_nobody_answers_it_looks_by_itself() {
    let found = of_nobody(&["--socket", "/nonexistent/socket", "doctor", "--json"]);
    assert_eq!(
        found["finding"],
        "natconnd could not be asked, so natconn looked at this machine by itself: ask \
         http://localhost/api/v1/health over /nonexistent/socket: no such file or directory"
    );
    assert_eq!(found["command"], "sudo systemctl start natconnd");
    let hint = found["hint"].as_str().unwrap();
    assert!(hint.contains("journalctl -u natconnd"), "{hint}");

    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let found = of_nobody(&["--url", &url, "doctor", "--json"]);
    let finding = found["finding"].as_str().unwrap();
    assert!(finding.ends_with("connection refused"), "{finding}");
}

/// Of another machine this one can say nothing, and of a stranger's answer
/// neither.
#[test]
fn what_cannot_be_looked_at_is_no_finding() {
    // No host has this name.
    let url = "http://gateway.invalid";
    let run = run(&mut natconn(&["--url", url, "doctor"]));
    assert_eq!((run.code, &*run.out), (2, ""), "{}", run.err);
    assert!(
        run.err
            .starts_with("natconn: ask http://gateway.invalid/api/v1/health")
    );
    let run = ask(json("[]"), &["doctor"]);
    assert_eq!((run.code, &*run.out), (2, ""), "{}", run.err);
    assert!(
        run.err.contains("the answer is not natconnd's"),
        "{}",
        run.err
    );
}
