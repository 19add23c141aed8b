//! Prometheus reads all that natconnd says, and the dashboard has its answers.

use std::thread::sleep;
use std::time::Duration;

use lab::{Error, Lab, MASQUERADE};

use crate::daemon::Daemon;
use crate::files::{dashboard, questions, without_variables};
use crate::prometheus::{Pace, Prometheus};

/// Traffic, lookups of each kind and a list, for some seconds.
fn keep_busy(lab: &Lab, daemon: &Daemon) -> Result<(), Error> {
    // These last; a census at any moment finds some.
    for port in 5000..5010 {
        lab.host(2).send_udp(port, lab.outside().at(10))?;
    }
    for round in 0..50 {
        for port in 6000..6010 {
            lab.host(1)
                .send_udp(port + 10 * round, lab.outside().at(9))?;
        }
        lab.conntrack(&["-D", "-p", "udp", "--dport", "9"])?;
        daemon.get("/api/v1/lookup?nat=100.64.2.1:5000");
        daemon.get("/api/v1/lookup?nat=100.64.2.1:5000&at=2026-01-01T00:00:00Z");
        daemon.get("/api/v1/connections");
        daemon.get("/api/v1/forward-auth");
        daemon.get("/nowhere");
        assert!(
            daemon
                .natconn(&["lookup", "--file", "/run/lines"])
                .status
                .success()
        );
        sleep(Duration::from_millis(100));
    }
    Ok(())
}

#[test]
fn prometheus_reads_all_of_it_and_the_dashboard_has_answers() {
    lab::in_gateway!(|lab| {
        lab.nft(MASQUERADE)?;
        lab.outside().serve_udp(9)?;
        std::fs::write("/run/lines", "nat\n100.64.2.1:5000\n").unwrap();
        let config = "[history]\nfolder = \"/run/history\"\n[ident]\nlisten = [\"[::]:1113\"]\nreply = \"host\"\n";
        let daemon = Daemon::start(lab, config);
        let prometheus = Prometheus::start(lab, daemon.address, Pace::Calm);
        keep_busy(lab, &daemon)?;

        assert_eq!(prometheus.scrape_errors(), [""]);
        let up = prometheus.query("min_over_time(up[10s])");
        assert_eq!(up[0].value, 1.0, "{up:?}");
        let scraped = prometheus.query("scrape_samples_scraped")[0].value;
        let told = daemon.get("/metrics").body;
        let told = told.lines().filter(|line| !line.starts_with('#')).count();
        // Endpoints appear with their first request.
        assert!(scraped > 150.0 && (told as f64 - scraped).abs() < 10.0);

        let mut silent = Vec::new();
        for (title, question) in questions(&dashboard()) {
            let samples = prometheus.query(&without_variables(&question));
            let is_told = samples.iter().any(|sample| !sample.value.is_nan());
            if !is_told {
                silent.push(title);
            }
        }
        silent.sort_unstable();
        silent.dedup();
        // What these ask for has not happened.
        let quiet = ["Gaps", "Starts"];
        silent.retain(|title| !quiet.contains(&title.as_str()));
        assert_eq!(silent, [""; 0]);
        Ok::<(), Error>(())
    });
}

/// In the text that Prometheus' own tools read, without a word of blame.
#[test]
fn promtool_finds_nothing_to_blame() {
    lab::in_gateway!(|lab| {
        lab.nft(MASQUERADE)?;
        let daemon = Daemon::start(lab, "[history]\nfolder = \"/run/history\"\n");
        daemon.get("/api/v1/lookup?nat=100.64.2.1:5000");
        let url = format!("http://{}/metrics", daemon.address);
        let script = "set -o pipefail; curl -sSf -H 'Accept: text/plain' \"$0\" | \
                      promtool check metrics 2>&1";
        let said = lab.gateway().run(&["bash", "-c", script, &url])?;
        assert_eq!(said, "");
        Ok::<(), Error>(())
    });
}
