//! Two kinds of restart: one that hands everything over, and one that does not
//! and says so.

use std::fs;

use lab::{Error, Lab, MASQUERADE};
use natconnd::api::{Gap, LookupAnswer, Row};

use crate::agreement::agree_on_list;
use crate::daemon::{Daemon, natconnd};
use crate::process::{Process, eventually};
use crate::truth::Truth;

const KEEPS: &str = "[track]\nkeep-ended = \"1h\"\n";

/// A daemon that knows one connection which has ended, and one which lives.
fn with_past(lab: &Lab) -> Result<(Daemon, Truth), Error> {
    lab.nft(MASQUERADE)?;
    lab.sysctl("net.netfilter.nf_conntrack_udp_timeout", "120")?;
    lab.sysctl("net.netfilter.nf_conntrack_events", "1")?;
    let daemon = Daemon::start(lab, KEEPS);
    lab.host(1).send_udp(5000, lab.outside().at(9))?;
    lab.await_connections(&["-p", "udp"], 1)?;
    let ended = agree_on_list(lab, &daemon)[0].clone();
    lab.conntrack(&["-D", "-p", "udp"])?;
    assert_eq!(agree_on_list(lab, &daemon).len(), 0);
    lab.host(2).send_udp(5000, lab.outside().at(9))?;
    lab.await_connections(&["-p", "udp"], 1)?;
    assert_eq!(agree_on_list(lab, &daemon).len(), 1);
    Ok((daemon, ended))
}

/// Both questions that lead to a translation: by index, and through the kernel.
fn ask_twice(daemon: &Daemon, one: &Truth) -> [LookupAnswer; 2] {
    let Truth { nat, remote, .. } = one;
    [
        daemon.lookup(&format!("nat={nat}&internal={}", one.internal)),
        daemon.lookup(&format!("protocol=udp&nat={nat}&remote={remote}")),
    ]
}

fn await_process_after(daemon: &Daemon, started_at: &str) {
    eventually(|| match daemon.try_status() {
        Ok(status) if status.started_at != started_at && status.ready => Ok(()),
        other => Err(format!("{other:?}")),
    });
}

fn gaps(daemon: &Daemon) -> Vec<Gap> {
    daemon.status().coverage.gaps
}

/// Three in a row, each with an end and a begin that the next one inherits.
#[test]
fn a_hand_over_forgets_nothing_and_is_no_gap() {
    lab::in_gateway!(|lab| {
        let (mut daemon, first) = with_past(lab)?;
        let mut ended = vec![first];
        let before = gaps(&daemon);
        for round in 0..3_u16 {
            let status = daemon.status();
            daemon.signal("USR2");
            // While nobody reads, or before, or after: it must not matter.
            lab.host(3).send_udp(6000 + round, lab.outside().at(9))?;
            await_process_after(&daemon, &status.started_at);

            lab.await_connections(&["-p", "udp"], 2)?;
            assert_eq!(gaps(&daemon), before, "round {round}");
            let live = agree_on_list(lab, &daemon);
            assert_eq!(live.len(), 2, "round {round}");
            for one in &ended {
                for answer in ask_twice(&daemon, one) {
                    // Another host may have the same NAT endpoint by now.
                    let is_one = |row: &&Row| row.internal_address == one.internal.ip();
                    let matches: Vec<_> = answer.rows().filter(is_one).collect();
                    let [found] = matches[..] else {
                        panic!("round {round}: {answer:?}");
                    };
                    assert!(found.ended_at.is_some(), "round {round}: {answer:?}");
                    assert_eq!(answer.coverage.gaps, before, "round {round}");
                }
            }
            let port = (6000 + round).to_string();
            lab.conntrack(&["-D", "-p", "udp", "--orig-port-src", &port])?;
            agree_on_list(lab, &daemon);
            let is_new = |one: &&Truth| one.internal.port() == 6000 + round;
            ended.extend(live.iter().find(is_new).cloned());
            let status = daemon.status();
            assert_eq!((status.lost, status.ended), (0, ended.len() as u64));
        }
        Ok::<(), Error>(())
    });
}

#[test]
fn a_plain_restart_forgets_what_had_ended_and_is_a_gap() {
    lab::in_gateway!(|lab| {
        let (mut daemon, ended) = with_past(lab)?;
        let before = gaps(&daemon);
        daemon.signal("TERM");
        assert_eq!(daemon.await_end().code(), Some(0));
        // One more ends while nobody looks.
        lab.conntrack(&["-D", "-p", "udp"])?;
        assert!(fs::exists(&daemon.file).unwrap());
        let process = Process::start(lab, natconnd().args(["--config", &daemon.file]));
        let daemon = Daemon::of_process(process, daemon.address);

        assert_eq!(agree_on_list(lab, &daemon).len(), 0);
        let gaps = gaps(&daemon);
        let new: Vec<_> = gaps.iter().filter(|gap| !before.contains(gap)).collect();
        let [gap] = new[..] else {
            panic!("{gaps:?}, before {before:?}");
        };
        assert_eq!(gap.cause, "stopped");
        assert!(gap.to.is_some(), "{gap:?}");
        for answer in ask_twice(&daemon, &ended) {
            assert_eq!(answer.verdict, "none");
            assert!(!answer.coverage.complete, "{answer:?}");
            assert!(answer.coverage.gaps.contains(gap), "{answer:?}");
        }
        Ok::<(), Error>(())
    });
}
