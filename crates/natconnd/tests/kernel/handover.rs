//! A restart that keeps the event socket loses nothing.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use lab::{Error, MASQUERADE};

use crate::agreement::{agree_on_list, misses_nothing};
use crate::daemon::Daemon;
use crate::process::eventually;

#[test]
fn what_happens_during_a_hand_over_is_known_afterwards() {
    lab::in_gateway!(|lab| {
        lab.nft(MASQUERADE)?;
        lab.sysctl("net.netfilter.nf_conntrack_udp_timeout", "120")?;
        lab.sysctl("net.netfilter.nf_conntrack_events", "1")?;
        let mut daemon = Daemon::start(lab, "");
        let is_over = AtomicBool::new(false);
        let mut ports = 10_000..60_000_u16;
        std::thread::scope(|scope| -> Result<(), Error> {
            let traffic = scope.spawn(|| -> Result<(), Error> {
                while !is_over.load(Ordering::Relaxed) {
                    for port in ports.by_ref().take(20) {
                        lab.host(1).send_udp(port, lab.outside().at(9))?;
                    }
                    std::thread::sleep(Duration::from_millis(1));
                }
                Ok(())
            });
            for round in 0..5 {
                let started_at = daemon.status().started_at;
                daemon.signal("USR2");
                eventually(|| match daemon.try_status() {
                    Ok(status) if status.started_at != started_at && status.ready => Ok(()),
                    other => Err(format!("round {round}: {other:?}")),
                });
                daemon.await_log("took over the event socket");
            }
            is_over.store(true, Ordering::Relaxed);
            traffic.join().expect("the traffic's thread does not panic")
        })?;
        let sent = usize::from(ports.start - 10_000);
        lab.await_connections(&["-p", "udp"], sent)?;
        let truth = agree_on_list(lab, &daemon);
        assert_eq!(truth.len(), sent);
        let status = daemon.status();
        assert_eq!(status.lost, 0);
        assert!(misses_nothing(&status.coverage), "{status:?}");
        Ok::<(), Error>(())
    });
}

/// The end of a connection that nobody reads when it happens.
#[test]
fn an_end_during_a_hand_over_is_known_afterwards() {
    lab::in_gateway!(|lab| {
        lab.nft(MASQUERADE)?;
        lab.sysctl("net.netfilter.nf_conntrack_events", "1")?;
        let mut daemon = Daemon::start(lab, "");
        lab.host(1).send_udp(5000, lab.outside().at(9))?;
        lab.await_connections(&["-p", "udp"], 1)?;
        assert_eq!(agree_on_list(lab, &daemon).len(), 1);
        let started_at = daemon.status().started_at;
        daemon.signal("USR2");
        // Somewhere between the last read of one process and the first of the
        // other, or before, or after: it must not matter.
        lab.conntrack(&["-D", "-p", "udp"])?;
        eventually(|| match daemon.try_status() {
            Ok(status) if status.started_at != started_at && status.ready => Ok(()),
            other => Err(format!("{other:?}")),
        });
        assert_eq!(agree_on_list(lab, &daemon).len(), 0);
        assert_eq!(daemon.status().lost, 0);
        Ok::<(), Error>(())
    });
}
