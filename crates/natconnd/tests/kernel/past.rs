//! Questions about the past: recorded, over restarts and crashes.

use lab::{Error, Lab, MASQUERADE};
use model::Timestamp;
use natconnd::api::{History, LookupAnswer, Row};
use natconnd::mirror::now;

use crate::agreement::agree_on_list;
use crate::daemon::{Daemon, natconnd};
use crate::process::{Process, eventually};
use crate::truth::Truth;

const RECORDS: &str = "[track]\nkeep-ended = \"0s\"\n[history]\nfolder = \"/run/history\"\n";

/// A daemon that records.
fn recording(lab: &Lab) -> Result<Daemon, Error> {
    lab.nft(MASQUERADE)?;
    lab.sysctl("net.netfilter.nf_conntrack_udp_timeout", "120")?;
    Ok(Daemon::start(lab, RECORDS))
}

/// A host says something, and is seen.
fn begin(lab: &Lab, daemon: &Daemon, host: usize, live: usize) -> Result<Truth, Error> {
    lab.host(host).send_udp(5000, lab.outside().at(9))?;
    lab.await_connections(&["-p", "udp"], live)?;
    let host = lab.host(host).v4();
    let list = agree_on_list(lab, daemon);
    let found = list.iter().find(|one| one.internal.ip() == host);
    Ok(found.unwrap_or_else(|| panic!("{list:?}")).clone())
}

fn end(lab: &Lab, one: &Truth) -> Result<(), Error> {
    lab.conntrack(&["-D", "-p", "udp", "-s", &one.internal.ip().to_string()])?;
    Ok(())
}

/// Who was behind it then, by the NAT endpoint alone and by all that is known.
fn ask(daemon: &Daemon, one: &Truth, at: Timestamp) -> [LookupAnswer; 2] {
    let Truth { nat, remote, .. } = one;
    [
        daemon.lookup(&format!("nat={nat}&at={at}&tolerance=0s")),
        daemon.lookup(&format!(
            "protocol=udp&nat={nat}&remote={remote}&at={at}&tolerance=0s"
        )),
    ]
}

/// The one row that both answers must have.
fn found(daemon: &Daemon, one: &Truth, at: Timestamp) -> (Row, LookupAnswer) {
    let mut row = None;
    eventually(|| {
        for answer in ask(daemon, one, at) {
            let rows: Vec<&Row> = answer.rows().collect();
            let [found] = rows[..] else {
                return Err(format!("{answer:?}"));
            };
            if found.internal_address != one.internal.ip() {
                return Err(format!("{answer:?}"));
            }
            row = Some((found.clone(), answer));
        }
        Ok(())
    });
    row.unwrap()
}

fn start_again(lab: &Lab, daemon: &Daemon) -> Daemon {
    let process = Process::start(lab, natconnd().args(["--config", &daemon.file]));
    Daemon::of_process(process, daemon.address)
}

fn history(daemon: &Daemon) -> History {
    daemon.get("/api/v1/history").json()
}

#[test]
fn who_it_was_is_known_after_the_end_and_after_a_restart() {
    lab::in_gateway!(|lab| {
        let mut daemon = recording(lab)?;
        let one = begin(lab, &daemon, 1, 1)?;
        let at = now();
        end(lab, &one)?;
        // Nobody is there now; then it was this host.
        eventually(|| {
            let answer = daemon.lookup(&format!("nat={}", one.nat));
            if answer.verdict == "none" {
                Ok(())
            } else {
                Err(format!("{answer:?}"))
            }
        });
        let (row, answer) = found(&daemon, &one, at);
        assert_eq!(row.end_evidence.as_deref(), Some("event"));
        assert!(answer.coverage.complete, "{answer:?}");

        daemon.signal("TERM");
        assert_eq!(daemon.await_end().code(), Some(0));
        let daemon = start_again(lab, &daemon);
        let (again, answer) = found(&daemon, &one, at);
        assert_eq!(again, row);
        // The gap of the restart came later.
        assert!(answer.coverage.complete, "{answer:?}");
        let before = daemon.lookup(&format!("nat={}&at=1700000000", one.nat));
        assert_eq!(before.verdict, "none");
        assert_eq!(before.coverage.gaps[0].cause, "beyond-history");
        let status = history(&daemon);
        assert!(status.recording && status.records == 1, "{status:?}");
        Ok::<(), Error>(())
    });
}

#[test]
fn after_a_crash_the_journal_and_the_dump_tell_what_ended_meanwhile() {
    lab::in_gateway!(|lab| {
        let mut daemon = recording(lab)?;
        let gone = begin(lab, &daemon, 1, 1)?;
        let stays = begin(lab, &daemon, 2, 2)?;
        let at = now();
        // Until the journal says that natconnd was alive after that.
        std::thread::sleep(std::time::Duration::from_millis(2500));
        daemon.signal("KILL");
        daemon.await_end();
        end(lab, &gone)?;
        let daemon = start_again(lab, &daemon);

        let (row, answer) = found(&daemon, &gone, at);
        assert_eq!(row.end_evidence.as_deref(), Some("restart"), "{row:?}");
        assert_eq!(row.ended_at_source.as_deref(), Some("estimated"));
        assert!(answer.coverage.complete, "{answer:?}");
        // What lives on began when the journal says.
        let (row, _) = found(&daemon, &stays, at);
        assert_eq!(row.ended_at, None, "{row:?}");
        end(lab, &stays)?;
        eventually(|| {
            let (row, _) = found(&daemon, &stays, at);
            if row.end_evidence.as_deref() == Some("event") {
                Ok(())
            } else {
                Err(format!("{row:?}"))
            }
        });
        // While it was dead nobody saw anything.
        let gaps = daemon
            .get("/api/v1/history/gaps")
            .json::<natconnd::api::Gaps>()
            .gaps;
        let stopped: Vec<_> = gaps.iter().filter(|gap| gap.cause == "stopped").collect();
        assert_eq!(stopped.len(), 1, "{gaps:?}");
        assert_eq!(history(&daemon).records, 2);
        Ok::<(), Error>(())
    });
}

#[test]
fn a_hand_over_is_no_gap_for_history_either() {
    lab::in_gateway!(|lab| {
        let mut daemon = recording(lab)?;
        let one = begin(lab, &daemon, 1, 1)?;
        let at = now();
        let status = daemon.status();
        daemon.signal("USR2");
        eventually(|| match daemon.try_status() {
            Ok(now) if now.started_at != status.started_at && now.ready => Ok(()),
            other => Err(format!("{other:?}")),
        });
        end(lab, &one)?;
        eventually(|| {
            let (row, _) = found(&daemon, &one, at);
            if row.end_evidence.as_deref() == Some("event") {
                Ok(())
            } else {
                Err(format!("{row:?}"))
            }
        });
        let gaps = daemon
            .get("/api/v1/history/gaps")
            .json::<natconnd::api::Gaps>()
            .gaps;
        assert!(
            gaps.iter().all(|gap| gap.cause == "beyond-history"),
            "{gaps:?}"
        );
        assert_eq!(history(&daemon).records, 1);
        Ok::<(), Error>(())
    });
}

/// What an operator does with it, with the command.
#[test]
fn natconn_history_tells_verifies_holds_and_exports() {
    lab::in_gateway!(|lab| {
        let daemon = recording(lab)?;
        let one = begin(lab, &daemon, 1, 1)?;
        let at = now();
        end(lab, &one)?;
        found(&daemon, &one, at);
        let run = |arguments: &[&str], code: i32, words: &str| {
            let line = [&["history"], arguments].concat();
            let output = daemon.natconn(&line);
            let text = String::from_utf8_lossy(&output.stdout).into_owned()
                + &String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(code), "{line:?}: {text}");
            assert!(text.contains(words), "{line:?}: {text}");
        };
        run(&["status"], 0, "recording       yes");
        run(&["verify"], 0, "none is damaged");
        run(&["expire", "--dry-run"], 1, "nothing is due");
        run(&["holds"], 1, "no case holds anything");
        let (nat, at) = (one.nat.to_string(), at.to_string());
        run(
            &["hold", "case-1", "--nat", &nat, "--at", &at],
            0,
            "case case-1 holds 1 record",
        );
        // Once more adds nothing.
        run(
            &["hold", "case-1", "--nat", &nat, "--at", &at],
            0,
            "case case-1 holds 1 record",
        );
        run(&["hold", "../x", "--nat", &nat, "--at", &at], 2, "letters");
        run(&["holds"], 0, "case case-1 holds 1 record");
        run(&["release", "case-1"], 0, "case case-1 holds nothing");
        run(&["release", "case-1"], 2, "it holds nothing");
        let from = "2026-01-01T00:00:00Z";
        let file = "/run/export.parquet";
        run(
            &["export", "--from", from, "--output", file],
            0,
            "something is missing",
        );
        let bytes = std::fs::read(file).unwrap();
        assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"));
        run(&["export", "--from", from, "--output", file], 2, "exists");
        run(
            &["export", "--from", from, "--format", "csv"],
            0,
            &one.internal.ip().to_string(),
        );
        Ok::<(), Error>(())
    });
}
