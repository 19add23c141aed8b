//! Files that somebody has put into the folder of history, before the start and after it.
//!
//! How each of them is read is tested where they are made, in
//! `crates/history/src/segment/tests/hostile.rs` and `crates/history/src/tests/hostile.rs`.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use lab::{Error, Lab};
use natconnd::api::History;
use rustix::fs::{CWD, mkfifoat};

use crate::daemon::{Daemon, natconnd};
use crate::gateway::Attacked;
use crate::memory::{MIB, Memory};
use crate::process::{Process, eventually};

const RECORDS: &str = "roles = [\"browse\", \"lookup\", \"metrics\", \"admin\"]\n[track]\nkeep-ended = \"0s\"\n[history]\nfolder = \"/run/history\"\n";

/// What no file may take beyond what the daemon has: a dictionary as large as can be.
const MOST: u64 = 96 * MIB;

fn made() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../history/tests/fixtures/hostile");
    let entries = fs::read_dir(folder).unwrap();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(paths.len() > 10);
    paths
}

fn record_one(lab: &Lab, daemon: &Daemon, port: u16) -> Result<String, Error> {
    let _socket = lab.host(1).send_udp(port, lab.outside().at(9))?;
    eventually(|| match daemon.list(&format!("nat=:{port}")).len() {
        1 => Ok(()),
        _ => Err("it is not seen".to_owned()),
    });
    let at = natconnd::mirror::now();
    lab.conntrack(&["-D", "-p", "udp", "--sport", &port.to_string()])?;
    let question = format!("nat=100.64.2.1:{port}&at={at}&tolerance=0s");
    eventually(|| match daemon.lookup(&question).verdict.as_str() {
        "one" => Ok(()),
        other => Err(other.to_owned()),
    });
    Ok(question)
}

fn history(daemon: &Daemon) -> History {
    daemon.get("/api/v1/history").json()
}

#[test]
fn files_that_lie_there_at_the_start_are_named_and_the_others_answer() {
    lab::in_gateway!(|lab| {
        lab.nft(lab::MASQUERADE)?;
        let mut daemon = Daemon::start(lab, RECORDS);
        let question = record_one(lab, &daemon, 5000)?;
        daemon.signal("TERM");
        assert_eq!(daemon.await_end().code(), Some(0));
        let segments = Path::new("/run/history/segments");
        let mut bad = Vec::new();
        for (made, number) in made().iter().zip(100..) {
            bad.push(segments.join(format!("{number:010}.parquet")));
            fs::copy(made, bad.last().unwrap()).unwrap();
        }
        for number in 300..304 {
            bad.push(segments.join(format!("{number:010}.parquet")));
        }
        let [.., folder, pipe, device, sparse] = &bad[..] else {
            unreachable!()
        };
        fs::create_dir(folder).unwrap();
        mkfifoat(CWD, pipe, 0o600.into()).unwrap();
        symlink("/dev/zero", device).unwrap();
        // A terabyte that takes no room.
        fs::File::create(sparse).unwrap().set_len(1 << 40).unwrap();
        mkfifoat(CWD, "/run/history/holds/case-1.parquet", 0o600.into()).unwrap();
        mkfifoat(CWD, "/run/history/journal/0000000400.journal", 0o600.into()).unwrap();
        let long = "x".repeat(240);
        fs::write(format!("/run/history/segments/{long}.parquet"), "PAR1").unwrap();
        fs::write("/run/history/segments/18446744073709551615.parquet", "PAR1").unwrap();

        let process = Process::start(lab, natconnd().args(["--config", &daemon.file]));
        let mut daemon = Daemon::of_process(process, daemon.address);
        let memory = Memory::of(&mut daemon);
        let named = eventually(|| match history(&daemon) {
            status if status.recording => Ok(status.damaged),
            status => Err(format!("{status:?}")),
        });
        for bad in &bad {
            let bad = bad.display().to_string();
            assert!(named.contains(&bad), "{bad} is not in {named:#?}");
        }
        assert!(
            named.iter().any(|it| it.ends_with("case-1.parquet")),
            "{named:#?}"
        );
        assert!(
            named.iter().any(|it| it.ends_with("0000000400.journal")),
            "{named:#?}"
        );
        assert_eq!(named.len(), bad.len() + 2, "{named:#?}");
        let answer = daemon.lookup(&question);
        assert_eq!(answer.verdict, "one");
        // What they had may be of any time: nothing is proof any more.
        assert!(!answer.coverage.complete);
        assert_eq!(answer.coverage.gaps.len(), 1, "{:?}", answer.coverage.gaps);
        // It goes on recording, sealing and verifying.
        let question = record_one(lab, &daemon, 5001)?;
        assert_eq!(daemon.lookup(&question).verdict, "one");
        let verified = daemon.get("/api/v1/history/verify").body;
        assert!(verified.lines().count() > bad.len(), "{verified}");
        memory.assert_within(MOST);
        let log = daemon.log();
        assert!(
            !log.contains("overflow") && !log.contains("panicked"),
            "{log}"
        );
        Ok::<(), Error>(())
    });
}

#[test]
fn files_that_take_the_place_of_good_ones_are_named_and_lookups_go_on() {
    lab::in_gateway!(|lab| {
        let attacked = Attacked::start(lab, RECORDS)?;
        let daemon = &attacked.daemon;
        let question = record_one(lab, daemon, 5000)?;
        for (made, number) in made().iter().zip(500..) {
            // As sealed segments that came later than the start.
            let place = format!("/run/history/segments/{number:010}.parquet");
            fs::copy(made, &place).unwrap();
        }
        for pipe in ["catalogue", "gaps", "catalogue.tmp", "gaps.tmp"] {
            let path = format!("/run/history/{pipe}");
            let _ = fs::remove_file(&path);
            mkfifoat(CWD, &path, 0o600.into()).unwrap();
        }
        // What it knows stays; what it writes it writes anew.
        assert_eq!(daemon.lookup(&question).verdict, "one");
        record_one(lab, daemon, 5001)?;
        assert_eq!(daemon.get("/api/v1/history/verify").status, 200);
        attacked.end(MOST);
        Ok::<(), Error>(())
    });
}
