//! Short versions of what the benchmark does to a daemon for hours: a reader
//! that is stopped, with a buffer that holds next to nothing.

use std::collections::HashMap;
use std::net::UdpSocket;
use std::thread::sleep;
use std::time::{Duration, Instant};

use lab::{Error, Lab, MASQUERADE};
use natconnd::api::{Gap, Row};

use crate::agreement::agree_on_list;
use crate::daemon::Daemon;
use crate::process::eventually;

/// Nobody outside answers, not even that nobody listens: an error that comes
/// back would be told by the next send.
const SILENCE: &str = "
table ip silence {
    chain input {
        type filter hook input priority filter
        meta l4proto udp drop
    }
}";

/// Connections of one burst: many times what 4 KiB hold.
const BURST: u16 = 1000;

/// A gateway whose outside is silent, and a daemon with a small buffer.
fn silent(lab: &Lab, udp_timeout: &str, buffer: &str) -> Result<Daemon, Error> {
    lab.nft(MASQUERADE)?;
    lab.outside().run_with_input(&["nft", "-f", "-"], SILENCE)?;
    lab.sysctl("net.netfilter.nf_conntrack_udp_timeout", udp_timeout)?;
    lab.sysctl("net.netfilter.nf_conntrack_events", "1")?;
    let sizes = format!("receive-buffer = \"{buffer}\"\nreceive-buffer-max = \"{buffer}\"\n");
    let daemon = Daemon::start(lab, &format!("[track]\nkeep-ended = \"1h\"\n{sizes}"));
    assert!(daemon.status().receive_buffer <= 64 * 1024);
    Ok(daemon)
}

/// One packet from `port` of a host to each of as many ports outside as a burst
/// has, from `first` on.
fn burst(lab: &Lab, host: usize, port: u16, first: u16) -> Result<(), Error> {
    let socket: UdpSocket = lab.host(host).send_udp(port, lab.outside().at(first))?;
    for remote in first + 1..first + BURST {
        socket.connect(lab.outside().at(remote)).unwrap();
        socket.send(b"hello").unwrap();
    }
    Ok(())
}

/// Ends the one connection that these options name, once it is there.
fn end_one(lab: &Lab, options: &[&str]) {
    let end = [&["-D", "-p", "udp"], options].concat();
    eventually(|| lab.conntrack(&end).map_err(|error| error.to_string()));
}

/// Waits until the daemon follows the kernel, and returns the gaps until then.
fn await_following(daemon: &Daemon) -> Vec<Gap> {
    eventually(|| match daemon.status() {
        status if status.state == "following" && status.lost > 0 => Ok(status.coverage.gaps),
        status => Err(format!("{status:?}")),
    })
}

fn now() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

#[test]
fn the_table_is_the_kernels_again_after_each_overrun() {
    lab::in_gateway!(|lab| {
        let mut daemon = silent(lab, "120", "4KiB")?;
        let mut wanted = 0;
        for round in 0..2_u16 {
            let port = 5000 + round;
            lab.host(3).send_udp(port, lab.outside().at(9))?;
            lab.await_connections(&["-p", "udp"], wanted + 1)?;
            agree_on_list(lab, &daemon);
            daemon.halt();
            let stopped = now();
            burst(lab, 1, port, 1000)?;
            // One that it knew ends unseen, and one begins and ends unseen.
            end_one(lab, &["-s", &lab.host(3).v4().to_string()]);
            let of_burst = lab.host(1).v4().to_string();
            end_one(lab, &["-s", &of_burst, "--dport", "1500"]);
            burst(lab, 2, port, 1000)?;
            sleep(Duration::from_millis(300));
            let continued = now();
            daemon.signal("CONT");

            wanted += 2 * usize::from(BURST) - 1;
            lab.await_connections(&["-p", "udp"], wanted)?;
            assert_eq!(agree_on_list(lab, &daemon).len(), wanted, "round {round}");
            let gaps = await_following(&daemon);
            let covers = |gap: &Gap| {
                let from: jiff::Timestamp = gap.from.parse().unwrap();
                let to: Option<jiff::Timestamp> = gap.to.as_ref().map(|to| to.parse().unwrap());
                gap.cause == "receive-buffer"
                    && from <= stopped
                    && to.is_some_and(|to| to >= continued)
            };
            assert!(
                gaps.iter().any(covers),
                "{stopped} to {continued} is in none of {gaps:?}"
            );
        }
        assert!(daemon.is_running());
        Ok::<(), Error>(())
    });
}

/// Every end is told again until it fits.
#[test]
fn every_end_is_recorded_once_though_few_fit() {
    lab::in_gateway!(|lab| {
        // The kernel tells about ten times a second what did not fit: a hundred
        // ends each time, with such a buffer.
        let mut daemon = silent(lab, "1", "64KiB")?;
        // One burst that it may see, two that end while it stands.
        burst(lab, 1, 5000, 1000)?;
        daemon.halt();
        burst(lab, 2, 5000, 1000)?;
        burst(lab, 2, 5000, 2000)?;
        let began = Instant::now();
        while began.elapsed() < Duration::from_millis(1500) {
            // A look at the table ends what has expired.
            lab.connections(&["-p", "udp"])?;
            sleep(Duration::from_millis(200));
        }
        daemon.signal("CONT");

        let all = 3 * u64::from(BURST);
        eventually(|| {
            assert_eq!(agree_on_list(lab, &daemon).len(), 0);
            match daemon.status() {
                status if status.changes_ended >= all && status.state == "following" => Ok(()),
                status => Err(format!("{status:?}")),
            }
        });
        // Long enough for an end to be told once more.
        sleep(Duration::from_millis(500));
        let status = daemon.status();
        assert!(status.lost > 0, "nothing was lost: {status:?}");
        assert_eq!((status.changes_ended, status.ended), (all, all));
        let mut seen: HashMap<_, u32> = HashMap::new();
        for host in 1..=2 {
            let answer = daemon.lookup(&format!("internal={}:5000", lab.host(host).v4()));
            for row in &answer.matches {
                assert!(row.ended_at.is_some(), "{row:?}");
                let key = |row: &Row| (row.internal_address, row.remote_port);
                *seen.entry(key(row)).or_default() += 1;
            }
        }
        assert_eq!(seen.len() as u64, all);
        let twice: Vec<_> = seen.iter().filter(|(_, count)| **count > 1).collect();
        assert!(twice.is_empty(), "{twice:?}");
        Ok::<(), Error>(())
    });
}
