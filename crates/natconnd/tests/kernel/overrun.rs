//! Events that the kernel drops, because nobody reads them in time.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use lab::{Error, Lab, MASQUERADE};
use natconnd::api::{Coverage, Severity};

use crate::agreement::{agree_on_list, misses_nothing};
use crate::daemon::Daemon;
use crate::process::eventually;

/// Many times what 4 KiB hold.
const BURST: u16 = 1000;

/// UDP from one host to this many ports, from the same port of its own.
fn send_to(lab: &Lab, ports: std::ops::Range<u16>) -> Result<(), Error> {
    let socket = lab.host(1).send_udp(5000, lab.outside().at(ports.start))?;
    for port in ports.skip(1) {
        // The last packet's "port unreachable" is no error of this one.
        let remote = lab.outside().at(port);
        let sent = socket.connect(remote).and_then(|()| socket.send(b"hello"));
        if sent.is_err() {
            socket.send(b"hello").unwrap();
        }
    }
    Ok(())
}

fn cause_of_gap(coverage: &Coverage) -> Option<&str> {
    let mut gaps = coverage.gaps.iter();
    let gap = gaps.find(|gap| gap.cause != "stopped")?;
    Some(&gap.cause)
}

#[test]
fn what_was_lost_is_read_again_and_the_gap_is_told() {
    lab::in_gateway!(|lab| {
        lab.nft(MASQUERADE)?;
        lab.sysctl("net.netfilter.nf_conntrack_udp_timeout", "120")?;
        let mut daemon = Daemon::start(
            lab,
            "[track]\nreceive-buffer = \"4KiB\"\nkeep-ended = \"1h\"\n",
        );
        assert!(daemon.status().receive_buffer < 64 * 1024);
        send_to(lab, 1000..1004)?;
        lab.await_connections(&["-p", "udp"], 4)?;
        assert_eq!(agree_on_list(lab, &daemon).len(), 4);
        assert_eq!(daemon.status().lost, 0);
        assert!(misses_nothing(&daemon.status().coverage));

        daemon.signal("STOP");
        lab.conntrack(&["-D", "-p", "udp", "--dport", "1001"])?;
        send_to(lab, 2000..2000 + BURST)?;
        lab.await_connections(&["-p", "udp"], 3 + usize::from(BURST))?;
        lab.conntrack(&["-D", "-p", "udp", "--dport", "2500"])?;
        daemon.signal("CONT");

        let status = eventually(|| match daemon.status() {
            status if status.lost > 0 => Ok(status),
            status => Err(format!("{status:?}")),
        });
        assert!(!status.coverage.complete, "{status:?}");
        assert_eq!(cause_of_gap(&status.coverage), Some("receive-buffer"));
        // Every answer says so, also one that found something.
        let answer = daemon.lookup("nat=100.64.2.1:5000&remote=100.64.2.10:1000");
        assert_eq!(answer.verdict, "one");
        assert_eq!(cause_of_gap(&answer.coverage), Some("receive-buffer"));
        let output = daemon.natconn(&["lookup", "100.64.2.1:1"]);
        assert_eq!(output.status.code(), Some(1));
        let text = String::from_utf8_lossy(&output.stdout).into_owned()
            + &String::from_utf8_lossy(&output.stderr);
        assert!(
            text.contains("not proof") || text.contains("no proof"),
            "{text}"
        );

        // The table is the kernel's again, and what ended unseen has ended.
        let truth = agree_on_list(lab, &daemon);
        assert_eq!(truth.len(), 4 + usize::from(BURST) - 2);
        daemon.await_log("kernel dropped events, receive buffer was full; resyncing");
        // The gap has an end, and matters until nothing is kept of it. How soon
        // that is must not depend on how busy this machine is.
        daemon.change("[track]\nkeep-ended = \"100ms\"\n");
        eventually(|| match daemon.status().coverage {
            coverage if coverage.complete => Ok(()),
            coverage => Err(format!("{coverage:?}")),
        });
        Ok::<(), Error>(())
    });
}

/// Whoever loses events all the time must not read the kernel's table all the
/// time as well.
#[test]
fn under_permanent_overload_resyncs_are_few_and_the_state_says_so() {
    lab::in_gateway!(|lab| {
        lab.nft(MASQUERADE)?;
        let daemon = Daemon::start(
            lab,
            "[track]\nreceive-buffer = \"4KiB\"\nreceive-buffer-max = \"4KiB\"\n",
        );
        let is_over = AtomicBool::new(false);
        let status = std::thread::scope(|scope| {
            scope.spawn(|| {
                let mut bursts = (1..600).cycle().map(|burst| burst * 100);
                while !is_over.load(Ordering::Relaxed) {
                    let first: u16 = bursts.next().unwrap();
                    send_to(lab, first..first + 100).unwrap();
                    lab.conntrack(&["-F"]).unwrap();
                }
            });
            let deadline = Instant::now() + Duration::from_secs(20);
            let status = loop {
                let status = daemon.status();
                if status.state == "overloaded" || Instant::now() > deadline {
                    break status;
                }
                sleep(Duration::from_millis(100));
            };
            is_over.store(true, Ordering::Relaxed);
            status
        });
        assert_eq!(status.state, "overloaded", "{status:?}");
        let answer = daemon.lookup("nat=100.64.2.1:1");
        assert_eq!(cause_of_gap(&answer.coverage), Some("receive-buffer"));
        daemon.await_log("overloaded: events are lost faster");
        daemon.await_finding("mirror", Severity::Failure);
        daemon.await_finding("overruns", Severity::Warning);
        let metrics = daemon.get("/metrics").body;
        let resyncs = metrics
            .lines()
            .find_map(|line| line.strip_prefix("natconnd_mirror_resyncs_total "));
        // The start is one of them, and each is followed by a second's rest.
        assert_eq!(resyncs, Some("6"), "{metrics}");
        Ok::<(), Error>(())
    });
}
