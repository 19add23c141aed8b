//! Changes as they happen: `/api/v1/events` and `natconn watch`.

use std::fs;
use std::time::Duration;

use lab::{Error, MASQUERADE};
use natconnd::api::{Change, Row};

use crate::agreement::agree;
use crate::client::Events;
use crate::daemon::Daemon;
use crate::process::{Process, eventually};

/// The longest that an event may be on its way.
const PATIENCE: Duration = Duration::from_secs(5);

fn next(events: &Events) -> (String, Change) {
    let (name, data) = events.next(PATIENCE).expect("an event");
    let change: Change = serde_json::from_str(&data).unwrap();
    assert_eq!(change.change, name, "{data}");
    (name, change)
}

/// A row as far as its connection's end does not change it.
fn begin(row: &Row) -> Row {
    Row {
        ended_at: None,
        ended_at_source: None,
        end_evidence: None,
        kernel_id: None,
        ..row.clone()
    }
}

#[test]
fn every_begin_and_every_end_is_sent() {
    lab::in_gateway!(|lab| {
        lab.nft(MASQUERADE)?;
        lab.outside().serve_udp(53)?;
        let daemon = Daemon::start(lab, "");
        let all = Events::follow(daemon.address, "/api/v1/events");
        let some = Events::follow(
            daemon.address,
            "/api/v1/events?internal=192.168.248.3&protocol=udp",
        );
        for host in lab.hosts() {
            host.exchange_udp(5000, lab.outside().at(53))?;
            host.ping(7, lab.outside().v6().into())?;
        }
        agree(lab, &daemon, 6);
        let mut begun: Vec<Row> = Vec::new();
        for _ in 0..6 {
            let (name, change) = next(&all);
            assert_eq!(name, "started");
            begun.push(change.row);
        }
        let mut listed = daemon.list("");
        let order = |row: &Row| (row.kernel_id, row.internal_address);
        begun.sort_by_key(order);
        listed.sort_by_key(order);
        assert_eq!(begun, listed);

        let (name, started) = next(&some);
        assert_eq!(name, "started");
        assert_eq!(started.row.internal_address.to_string(), "192.168.248.3");
        lab.conntrack(&["-D", "-s", "192.168.248.3"])?;
        for events in [&all, &some] {
            let (name, ended) = next(events);
            assert_eq!(name, "ended");
            assert!(ended.row.ended_at.is_some(), "{ended:?}");
            assert_eq!(begin(&ended.row), begin(&started.row));
        }
        assert_eq!(some.next(Duration::from_millis(100)), None);
        assert_eq!(all.next(Duration::from_millis(1)), None);
        Ok::<(), Error>(())
    });
}

#[test]
fn natconn_watch_prints_them() {
    lab::in_gateway!(|lab| {
        lab.nft(MASQUERADE)?;
        lab.outside().serve_udp(53)?;
        let mut daemon = Daemon::start(lab, "");
        let watch = |arguments: &[&str], out: &str| {
            let mut command = daemon.natconn_command(arguments);
            command.stdout(fs::File::create(out).unwrap());
            Process::start(lab, &mut command)
        };
        let mut text = watch(&["watch"], "/run/watch.txt");
        let mut json = watch(
            &["watch", "--json", "--internal", ":5001"],
            "/run/watch.json",
        );
        eventually(|| {
            let metrics = daemon.get("/metrics").body;
            let is_followed = metrics.contains("\nnatconnd_http_followers 2");
            is_followed.then_some(()).ok_or(metrics)
        });
        lab.host(1).exchange_udp(5000, lab.outside().at(53))?;
        lab.host(2).exchange_udp(5001, lab.outside().at(53))?;
        let rows = {
            agree(lab, &daemon, 2);
            daemon.list("internal=192.168.248.3")
        };
        lab.conntrack(&["-F"])?;

        let lines = |path: &str, count: usize| {
            eventually(|| {
                let text = fs::read_to_string(path).unwrap();
                let is_whole = text.lines().count() >= count && text.ends_with('\n');
                is_whole.then_some(text.clone()).ok_or(text)
            })
        };
        let printed = lines("/run/watch.json", 2);
        let changes: Vec<Change> = printed
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(changes[0].change, "started");
        assert_eq!(changes[0].row, rows[0]);
        assert_eq!(changes[1].change, "ended");
        assert_eq!(begin(&changes[1].row), begin(&rows[0]));

        // A heading, two begins and two ends.
        let printed = lines("/run/watch.txt", 5);
        for (word, endpoint) in [
            ("started", "192.168.248.2:5000"),
            ("started", "192.168.248.3:5001"),
            ("ended", "192.168.248.2:5000"),
            ("ended", "192.168.248.3:5001"),
        ] {
            let fits = |line: &str| {
                line.contains(word) && line.contains(endpoint) && line.contains("100.64.2.10:53")
            };
            assert_eq!(
                printed.lines().filter(|line| fits(line)).count(),
                1,
                "{printed}"
            );
        }
        text.signal("INT");
        assert!(text.await_end().success());
        // The other one learns that the daemon is gone.
        daemon.signal("TERM");
        assert_eq!(json.await_end().code(), Some(2), "{}", json.log());
        Ok::<(), Error>(())
    });
}
