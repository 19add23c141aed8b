//! A large table: being ready means that all of it is read, and listing it again
//! and again holds no event up.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use lab::{Error, Lab, MASQUERADE};
use natconnd::api::Change;

use crate::client::{Events, try_get};
use crate::daemon::{Daemon, configure, natconnd};
use crate::process::{Process, eventually};
use crate::supervisor::supervisor;

/// Sources on host 1 and ports outside; their product is the table.
const SOURCES: u16 = 25;
const PORTS: u16 = 2000;
const OLD: usize = SOURCES as usize * PORTS as usize;

/// New connections while the table is listed.
const NEW: u16 = 1000;

/// One packet for each connection; what comes back is thrown away outside.
fn fill(lab: &Lab) -> Result<(), Error> {
    lab.sysctl("net.netfilter.nf_conntrack_udp_timeout", "600")?;
    lab.outside().run_with_input(
        &["nft", "-f", "-"],
        "table ip quiet {
                chain input {
                    type filter hook input priority filter
                    udp dport >= 10000 drop
                }
            }",
    )?;
    for source in 0..SOURCES {
        let socket = lab
            .host(1)
            .send_udp(20_000 + source, lab.outside().at(10_000))?;
        for port in 10_001..10_000 + PORTS {
            socket.connect(lab.outside().at(port)).unwrap();
            socket.send(b"hello").unwrap();
        }
    }
    Ok(())
}

#[test]
fn a_long_list_holds_no_event_up() {
    lab::in_gateway!(|lab| {
        lab.nft(MASQUERADE)?;
        fill(lab)?;
        let supervisor = supervisor("/run/notify.sock");
        supervisor.set_nonblocking(true).unwrap();
        let (address, file, _) = configure("");
        let mut command = natconnd();
        command
            .args(["-c", &file])
            .env("NOTIFY_SOCKET", "/run/notify.sock");
        let process = Process::start(lab, &mut command);
        // Being ready, for whoever asks and for the supervisor, means that all of
        // the table is read.
        eventually(|| {
            let mut message = [0; 64];
            let said = supervisor.recv(&mut message).is_ok() && message.starts_with(b"READY");
            match try_get(address, "/healthz") {
                Ok(reply) if reply.status == 200 => Ok(()),
                other if said => panic!("it said that it is ready: {other:?}"),
                other => Err(format!("{other:?}")),
            }
        });
        let daemon = Daemon::of_process(process, address);
        assert_eq!(daemon.status().translations, OLD as u64);

        let events = Events::follow(address, "/api/v1/events?internal=192.168.248.3");
        let is_done = AtomicBool::new(false);
        let lists = thread::scope(|scope| {
            let listing = scope.spawn(|| {
                let mut lists = 0;
                while !is_done.load(Ordering::Relaxed) {
                    // All pages; what was there before is on them just once.
                    let rows = daemon.pages("sort=internal", 10_000);
                    let mut old: Vec<_> = rows
                        .iter()
                        .map(|row| (row.internal_port, row.remote_port))
                        .filter(|(internal, _)| *internal < 30_000)
                        .collect();
                    assert_eq!(old.len(), OLD);
                    old.sort_unstable();
                    old.dedup();
                    assert_eq!(old.len(), OLD, "a row is listed twice");
                    lists += 1;
                }
                lists
            });
            let made = scope.spawn(|| {
                for port in 30_000..30_000 + NEW {
                    lab.host(2)
                        .send_udp(port, lab.outside().at(10_000))
                        .unwrap();
                    thread::sleep(Duration::from_millis(1));
                }
            });
            let mut seen: Vec<u16> = (0..NEW)
                .map_while(|_| events.next(Duration::from_secs(10)))
                .map(|(_, data)| serde_json::from_str::<Change>(&data).unwrap())
                .map(|change| change.row.internal_port)
                .collect();
            made.join().unwrap();
            is_done.store(true, Ordering::Relaxed);
            seen.sort_unstable();
            assert!(
                seen.iter().copied().eq(30_000..30_000 + NEW),
                "{}",
                seen.len()
            );
            listing.join().unwrap()
        });
        assert!(lists >= 1, "the table was listed {lists} times");
        let status = daemon.status();
        assert_eq!(status.translations, (OLD + usize::from(NEW)) as u64);
        assert_eq!(status.lost, 0, "{status:?}");
        Ok::<(), Error>(())
    });
}
