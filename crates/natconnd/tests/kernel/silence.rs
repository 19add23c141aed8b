//! What natconnd cannot know it does not deny.

use std::process::Stdio;
use std::thread::sleep;
use std::time::Duration;

use lab::{Error, MASQUERADE};
use natconnd::api::{Coverage, Severity};

use crate::agreement::agree_on_list;
use crate::daemon::{Daemon, configure, natconnd_behind};
use crate::process::{Process, eventually};

fn causes(coverage: &Coverage) -> Vec<&str> {
    let causes = coverage.gaps.iter().map(|gap| gap.cause.as_str());
    // The tests begin with a start.
    causes.filter(|cause| *cause != "stopped").collect()
}

#[test]
fn nobody_is_no_proof_beyond_the_filter() {
    lab::in_gateway!(|lab| {
        lab.nft(MASQUERADE)?;
        lab.outside().serve_tcp(443)?;
        let daemon = Daemon::start(lab, "[track.filter]\nprotocol = [\"udp\"]\n");
        let _held = lab.host(1).connect_tcp(5000, lab.outside().at(443))?;
        for (query, missing) in [
            ("nat=100.64.2.1:5000", vec!["filter"]),
            ("nat=100.64.2.1:5000&protocol=tcp", vec!["filter"]),
            (
                "nat=100.64.2.1:5000&protocol=tcp&remote=100.64.2.10:443",
                vec!["filter"],
            ),
            ("nat=100.64.2.1:5000&protocol=udp", vec![]),
        ] {
            let answer = daemon.lookup(query);
            assert_eq!(answer.verdict, "none", "{query}");
            assert_eq!(causes(&answer.coverage), missing, "{query}");
        }
        assert_eq!(causes(&daemon.status().coverage), [""; 0]);
        Ok::<(), Error>(())
    });
}

#[test]
fn switched_off_events_are_a_gap_for_as_long_as_they_are() {
    lab::in_gateway!(|lab| {
        lab.nft(MASQUERADE)?;
        let daemon = Daemon::start(lab, "[track]\nkeep-ended = \"1s\"\n");
        let coverage = |wanted: &[&str]| {
            eventually(|| match daemon.status().coverage {
                coverage if causes(&coverage) == wanted => Ok(()),
                coverage => Err(format!("{coverage:?}")),
            });
        };
        coverage(&[]);
        lab.sysctl("net.netfilter.nf_conntrack_events", "0")?;
        coverage(&["events-off"]);
        lab.host(1).send_udp(5000, lab.outside().at(9))?;
        lab.await_connections(&["-p", "udp"], 1)?;
        let answer = daemon.lookup("nat=100.64.2.1:5000");
        assert_eq!(causes(&answer.coverage), ["events-off"]);
        daemon.await_log("the kernel sends no events of connections");

        lab.sysctl("net.netfilter.nf_conntrack_events", "1")?;
        coverage(&[]);
        assert_eq!(agree_on_list(lab, &daemon).len(), 1);
        Ok::<(), Error>(())
    });
}

/// The answer of nobody waits for what the kernel has told before.
#[test]
fn a_connection_is_found_as_soon_as_it_is_there() {
    lab::in_gateway!(|lab| {
        lab.nft(MASQUERADE)?;
        let daemon = Daemon::start(lab, "");
        for port in 5000..5100 {
            lab.host(1).send_udp(port, lab.outside().at(9))?;
            let answer = daemon.lookup(&format!("nat=100.64.2.1:{port}"));
            assert_eq!(answer.verdict, "one", "{port}");
        }
        Ok::<(), Error>(())
    });
}

/// Nor does an answer name the host that had the NAT endpoint a moment ago.
#[test]
fn a_nat_endpoint_changes_hands_at_once() {
    lab::in_gateway!(|lab| {
        lab.nft(
            "table ip nat { chain postrouting {
                type nat hook postrouting priority srcnat
                oifname \"outside\" meta l4proto udp snat to 100.64.2.1:7000
            }
            }",
        )?;
        let mut daemon = Daemon::start(lab, "");
        for round in 0..100 {
            let host = lab.host(1 + round % 2);
            // Nothing is read until after the question.
            daemon.signal("STOP");
            lab.conntrack(&["-F"])?;
            host.send_udp(5000, lab.outside().at(9))?;
            daemon.signal("CONT");
            let answer = daemon.lookup("nat=100.64.2.1:7000");
            let live: Vec<_> = answer
                .matches
                .iter()
                .filter(|row| row.ended_at.is_none())
                .collect();
            let [one] = live.as_slice() else {
                panic!("round {round}: {answer:?}");
            };
            assert_eq!(one.internal_address, host.v4(), "round {round}: {answer:?}");
        }
        Ok::<(), Error>(())
    });
}

/// A rule that takes events off, so that the kernel says nothing of connections
/// and nothing of having said nothing.
fn only(events: &str) -> String {
    format!(
        "table ip events {{
            chain quiet {{
                type filter hook prerouting priority filter
                ct event set {events}
            }}
        }}"
    )
}

fn await_state(daemon: &Daemon, state: &str) {
    eventually(|| match daemon.status() {
        status if status.state == state => Ok(()),
        status => Err(format!("{status:?}")),
    });
}

#[test]
fn begins_that_no_event_tells_are_noticed() {
    lab::in_gateway!(|lab| {
        lab.nft(MASQUERADE)?;
        let config = "[track]\nreconcile-every = \"1s\"\nkeep-ended = \"1s\"\n";
        let daemon = Daemon::start(lab, config);
        lab.host(1).send_udp(5000, lab.outside().at(9))?;
        // Some dumps later nobody suspects anything.
        sleep(Duration::from_secs(3));
        await_state(&daemon, "following");
        assert_eq!(causes(&daemon.status().coverage), [""; 0]);

        lab.nft(&only("assured"))?;
        lab.host(1).send_udp(5001, lab.outside().at(9))?;
        await_state(&daemon, "silent");
        let answer = daemon.lookup("nat=100.64.2.1:5001");
        assert_eq!(causes(&answer.coverage), ["silence"]);
        // The dump that has shown the silence has shown the connection, too.
        assert_eq!(answer.verdict, "one");
        daemon.await_log("no events tell of it");
        daemon.await_finding("mirror", Severity::Failure);

        lab.nft("delete table ip events")?;
        await_state(&daemon, "following");
        assert_eq!(agree_on_list(lab, &daemon).len(), 2);
        eventually(|| match causes(&daemon.status().coverage).as_slice() {
            [] => Ok(()),
            causes => Err(format!("{causes:?}")),
        });
        Ok::<(), Error>(())
    });
}

#[test]
fn ends_that_no_event_tells_are_noticed() {
    lab::in_gateway!(|lab| {
        lab.nft(MASQUERADE)?;
        lab.nft(&only("new"))?;
        let daemon = Daemon::start(lab, "[track]\nreconcile-every = \"1s\"\n");
        lab.host(1).send_udp(5000, lab.outside().at(9))?;
        sleep(Duration::from_secs(2));
        await_state(&daemon, "following");
        lab.conntrack(&["-D", "-p", "udp"])?;
        await_state(&daemon, "silent");
        let answer = daemon.lookup("nat=100.64.2.1:5000");
        assert_eq!(causes(&answer.coverage), ["silence"]);
        assert_eq!(
            answer.matches[0].ended_at_source.as_deref(),
            Some("estimated")
        );
        Ok::<(), Error>(())
    });
}

/// Where a dump is far away, the number of connections gives a hint.
#[test]
fn a_number_that_moves_without_events_raises_doubts() {
    lab::in_gateway!(|lab| {
        lab.nft(MASQUERADE)?;
        lab.nft(&only("assured"))?;
        let daemon = Daemon::start(lab, "[track]\nreconcile-every = \"1h\"\n");
        sleep(Duration::from_secs(5));
        lab.host(1).send_udp(5001, lab.outside().at(9))?;
        sleep(Duration::from_secs(2));
        await_state(&daemon, "silent");
        Ok::<(), Error>(())
    });
}

/// The event socket of another network namespace, which a supervisor has kept.
#[test]
fn events_of_another_network_namespace_are_not_believed() {
    lab::in_gateway!(|lab| {
        lab.nft(MASQUERADE)?;
        let socket = lab.gateway().enter(|| {
            ctnetlink::EventSocket::open(&ctnetlink::EventOptions {
                groups: ctnetlink::Groups::NEW_AND_DESTROY,
                receive_buffer: 1 << 20,
                program: None,
                is_reliable: false,
            })
        })?;
        let socket = std::os::fd::OwnedFd::from(socket.unwrap().queue().unwrap());
        let (address, file, _) = configure("[track]\nkeep-ended = \"0s\"\n");
        const MOVE: &str = "exec 3<&0 </dev/null; export LISTEN_PID=$$ LISTEN_FDS=1; exec \"$@\"";
        let mut command = natconnd_behind(&["sh", "-c", MOVE, "sh"]);
        command.args(["--config", &file]).stdin(Stdio::from(socket));
        let process = Process::start_on(lab.host(1), &mut command);
        process.await_log("took over the event socket");
        let mut ports = 6000..;
        eventually(|| {
            let port = ports.next().unwrap();
            lab.host(2).send_udp(port, lab.outside().at(9)).unwrap();
            sleep(Duration::from_millis(500));
            let is_noticed = process.log().contains("of another network namespace");
            is_noticed.then_some(()).ok_or_else(|| process.log())
        });
        process.await_log("opening another");
        // Nothing of the other namespace is believed from now on.
        lab.host(2).send_udp(7000, lab.outside().at(9))?;
        sleep(Duration::from_millis(500));
        let status = lab
            .host(1)
            .enter(|| crate::client::get(address, "/api/v1/status"))?;
        let status: natconnd::api::Status = status.json();
        assert_eq!(status.translations, 0, "{status:?}");
        Ok::<(), Error>(())
    });
}
