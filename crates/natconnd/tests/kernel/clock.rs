//! A clock that somebody sets while the daemon runs.
//!
//! The machine's own clock is everybody's. libfaketime stands between the daemon
//! and the time of day, and nothing else: the clocks that are never set are the
//! machine's.

use std::fs;
use std::path::PathBuf;

use lab::{Error, MASQUERADE};
use natconnd::api::Gap;

use crate::agreement::agree_on_list;
use crate::daemon::{Daemon, configure, natconnd};
use crate::process::{Process, eventually};

/// Where the daemon's clock is set, as a difference to the machine's.
const DIFFERENCE: &str = "/run/difference";

/// Debian has one folder for each architecture.
fn libfaketime() -> PathBuf {
    let folders = fs::read_dir("/usr/lib").unwrap();
    folders
        .map(|folder| folder.unwrap().path().join("faketime/libfaketimeMT.so.1"))
        .find(|path| path.exists())
        .expect("libfaketime; Debian's package faketime has it")
}

fn set_clock(difference: &str) {
    fs::write(DIFFERENCE, difference).unwrap();
}

fn steps(daemon: &Daemon) -> Vec<Gap> {
    let gaps = daemon.status().coverage.gaps;
    gaps.into_iter()
        .filter(|gap| gap.cause == "clock-step")
        .collect()
}

#[test]
fn a_clock_that_is_set_is_a_gap() {
    lab::in_gateway!(|lab| {
        lab.nft(MASQUERADE)?;
        set_clock("+0");
        let (address, file, _) = configure("[track]\nkeep-ended = \"1h\"\n");
        let mut command = natconnd();
        command
            .args(["--config", &file])
            .env("LD_PRELOAD", libfaketime())
            .env("FAKETIME_TIMESTAMP_FILE", DIFFERENCE)
            .env("FAKETIME_NO_CACHE", "1")
            .env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
        let daemon = Daemon::of_process(Process::start(lab, &mut command), address);
        lab.host(1).send_udp(5000, lab.outside().at(9))?;
        agree_on_list(lab, &daemon);
        assert_eq!(steps(&daemon), []);

        for (difference, seconds) in [("+100s", 100), ("+90s", 10), ("+0s", 90)] {
            let before = steps(&daemon).len();
            set_clock(difference);
            let step = eventually(|| match steps(&daemon).as_slice() {
                steps if steps.len() > before => Ok(steps[before].clone()),
                steps => Err(format!("{difference}: {steps:?}")),
            });
            let time = |text: &str| text.parse::<jiff::Timestamp>().unwrap();
            let to = time(step.to.as_deref().expect("it is over at once"));
            let length = to.duration_since(time(&step.from)).as_secs_f64();
            let expected = f64::from(seconds);
            assert!((length - expected).abs() < 0.5, "{difference}: {step:?}");
            // Nothing else is lost.
            assert_eq!(daemon.status().state, "following");
        }
        daemon.await_log("the clock was set");
        assert_eq!(agree_on_list(lab, &daemon).len(), 1);
        Ok::<(), Error>(())
    });
}
