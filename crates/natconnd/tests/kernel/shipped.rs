//! What is shipped for the kernel does what it says.

use std::fs;
use std::io::Write;
use std::net::Shutdown;
use std::path::{Path, PathBuf};

use lab::{Error, Lab, MASQUERADE};
use natconnd::api::Severity;

use crate::agreement::agree_on_list;
use crate::daemon::Daemon;
use crate::process::{Process, eventually};

fn packaging(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../packaging")
        .join(file)
}

/// A program that tells all events, with each in a line of its log.
fn listen(lab: &Lab) -> Process {
    let mut command = lab::command(&["sh", "-c", "exec conntrack -E -p tcp >&2"]);
    let listener = Process::start(lab, &mut command);
    // It says nothing when it has begun to listen; the first event does.
    eventually(|| {
        let held = lab.host(3).connect_tcp(0, lab.outside().at(443)).unwrap();
        drop(held);
        let log = listener.log();
        log.contains("[NEW]").then_some(()).ok_or(log)
    });
    listener
}

/// The kinds of events that a connection from this port had, in order, once it has
/// begun and ended.
fn events_of(lab: &Lab, listener: &Process, port: u16) -> Vec<String> {
    let held = lab
        .host(1)
        .connect_tcp(port, lab.outside().at(443))
        .unwrap();
    (&held).write_all(b"hello").unwrap();
    held.shutdown(Shutdown::Both).unwrap();
    drop(held);
    let port = format!("sport={port} ");
    lab.conntrack(&["-D", "-p", "tcp", "-s", "192.168.248.2"])
        .unwrap();
    eventually(|| {
        let log = listener.log();
        let lines = log.lines().filter(|line| line.contains(&port));
        let kinds = lines.filter_map(|line| line.split_whitespace().next());
        let kinds: Vec<String> = kinds.map(str::to_owned).collect();
        let has_ended = kinds.last().is_some_and(|kind| kind == "[DESTROY]");
        has_ended.then_some(kinds).ok_or(log)
    })
}

#[test]
fn the_snippet_leaves_out_updates_and_nothing_that_natconnd_needs() {
    lab::in_gateway!(|lab| {
        lab.nft(MASQUERADE)?;
        lab.outside().serve_tcp(443)?;
        let daemon = Daemon::start(lab, "");
        let listener = listen(lab);
        let without = events_of(lab, &listener, 5000);
        assert!(without.contains(&"[UPDATE]".to_owned()), "{without:?}");

        let snippet = packaging("nft/natconnd-events.nft");
        let snippet = snippet.to_str().unwrap();
        // Loading it anew makes no second table.
        for _ in 0..2 {
            lab.gateway().run(&["nft", "-f", snippet])?;
        }
        let with = events_of(lab, &listener, 5001);
        assert_eq!(with, ["[NEW]", "[DESTROY]"]);

        // natconnd is told all the same.
        lab.conntrack(&["-F"])?;
        let _held = lab.host(2).connect_tcp(5002, lab.outside().at(443))?;
        assert_eq!(agree_on_list(lab, &daemon).len(), 1);
        let row = &daemon.lookup("nat=100.64.2.1:5002").matches[0];
        assert_eq!(row.started_at_source.as_deref(), Some("received"));
        lab.conntrack(&["-F"])?;
        assert_eq!(agree_on_list(lab, &daemon), []);
        let row = &daemon.lookup("nat=100.64.2.1:5002").matches[0];
        assert_eq!(row.ended_at_source.as_deref(), Some("received"), "{row:?}");

        lab.gateway()
            .run(&["nft", "delete", "table", "inet", "natconnd_events"])?;
        let after = events_of(lab, &listener, 5003);
        assert!(after.contains(&"[UPDATE]".to_owned()), "{after:?}");
        Ok::<(), Error>(())
    });
}

/// Each line with a setting: whether it is in force, its name and its value.
fn settings(text: &str) -> Vec<(bool, &str, &str)> {
    let settings = text.lines().filter_map(|line| {
        let (name, value) = line.split_once(" = ")?;
        let plain = name.trim_start_matches(['#', '-']);
        let is_setting = plain.starts_with("net.") && !plain.contains(' ');
        is_setting.then(|| (!name.starts_with('#'), plain, value))
    });
    settings.collect()
}

#[test]
fn the_settings_are_what_the_doctor_wants() {
    lab::in_gateway!(|lab| {
        let text = fs::read_to_string(packaging("sysctl.d/50-natconnd.conf")).unwrap();
        let settings = settings(&text);
        assert_eq!(settings.len(), 4, "{settings:?}");
        lab.sysctl("net.netfilter.nf_conntrack_events", "0")?;
        let daemon = Daemon::start(lab, "");
        let checks = ["events-setting", "timestamp-setting"];
        for check in checks {
            assert_ne!(daemon.finding(check).severity, Severity::Ok, "{check}");
        }
        for (is_in_force, name, value) in settings {
            let path = format!("/proc/sys/{}", name.replace('.', "/"));
            assert!(Path::new(&path).exists(), "{name} is a setting");
            assert!(value.parse::<u64>().is_ok(), "{name} = {value}");
            if is_in_force {
                lab.sysctl(name, value)?;
            }
        }
        for check in checks {
            daemon.await_finding(check, Severity::Ok);
        }
        Ok::<(), Error>(())
    });
}
