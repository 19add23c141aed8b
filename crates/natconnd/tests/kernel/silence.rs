//! What natconnd cannot know it does not deny.

use lab::{Error, MASQUERADE};
use natconnd::api::Coverage;

use crate::agreement::agree_on_list;
use crate::daemon::Daemon;
use crate::process::eventually;

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
