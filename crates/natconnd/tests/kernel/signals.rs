//! SIGTERM, SIGINT and SIGHUP.

use std::fs;
use std::path::Path;
use std::time::Duration;

use lab::{Error, MASQUERADE};
use natconnd::api::Status;

use crate::agreement::agree;
use crate::client::{Events, try_get};
use crate::daemon::Daemon;
use crate::process::eventually;

#[test]
fn term_and_int_end_it_cleanly() {
    lab::in_gateway!(|lab| {
        for signal in ["TERM", "INT"] {
            let mut daemon = Daemon::start(lab, "");
            let events = Events::follow(daemon.address, "/api/v1/events");
            assert!(Path::new(&daemon.socket).exists());
            daemon.signal(signal);
            events.await_end();
            assert_eq!(daemon.await_end().code(), Some(0), "{signal}");
            assert!(!Path::new(&daemon.socket).exists(), "{signal}");
            assert!(try_get(daemon.address, "/healthz").is_err(), "{signal}");
            assert!(daemon.log().ends_with("stopped\n"), "{}", daemon.log());
        }
        Ok::<(), Error>(())
    });
}

#[test]
fn hup_takes_over_what_can_change() {
    lab::in_gateway!(|lab| {
        lab.nft(MASQUERADE)?;
        lab.outside().serve_udp(53)?;
        let mut daemon = Daemon::start(
            lab,
            "[log]\nlevel = \"warn\"\n[track]\nkeep-ended = \"1h\"\n",
        );
        for host in lab.hosts() {
            host.exchange_udp(5000, lab.outside().at(53))?;
        }
        agree(lab, &daemon, 3);
        lab.conntrack(&["-D", "-s", "192.168.248.2"])?;
        eventually(|| match daemon.status().ended {
            1 => Ok(()),
            other => Err(format!("{other} ended")),
        });
        assert!(!daemon.log().contains("INFO"), "{}", daemon.log());

        daemon.change(
            "allow = [\"192.168.248.0/24\"]\n[log]\nlevel = \"info\"\n\
             [track]\nkeep-ended = \"0s\"\n",
        );
        daemon.await_log("configuration taken over");
        let refused = daemon.get("/api/v1/status");
        assert_eq!((refused.status, refused.body.as_str()), (403, "Forbidden"));
        // Who may ask over the unix socket is up to its file mode. What ended is
        // not kept any more.
        eventually(|| {
            let asked = daemon.natconn(&["status", "--json"]);
            assert_eq!(asked.status.code(), Some(0), "{asked:?}");
            let status: Status = serde_json::from_slice(&asked.stdout).unwrap();
            match status.ended {
                0 => Ok(()),
                _ => Err(format!("{status:?}")),
            }
        });

        daemon.change("allow = [\"127.0.0.0/8\"]\n");
        eventually(|| match daemon.get("/api/v1/status") {
            reply if reply.status == 200 => Ok(()),
            reply => Err(format!("{reply:?}")),
        });
        assert_eq!(daemon.status().translations, 2);
        assert!(daemon.is_running());
        Ok::<(), Error>(())
    });
}

#[test]
fn hup_warns_of_what_needs_a_restart_and_refuses_a_broken_file() {
    lab::in_gateway!(|lab| {
        let mut daemon = Daemon::start(lab, "");
        daemon.change(
            "max-connections = 7\nheader-timeout = \"3s\"\n\
             [track]\nreceive-buffer = \"1MiB\"\nreconcile-every = \"1h\"\n\
             [track.filter]\nkind = \"source\"\n",
        );
        daemon.await_log("configuration taken over");
        let log = daemon.log();
        for key in [
            "http.max-connections",
            "http.header-timeout",
            "track.receive-buffer",
            "track.reconcile-every",
            "track.filter.kind",
        ] {
            let warning = format!("this change takes effect at the next start key=\"{key}\"");
            assert!(log.contains(&warning), "{key} is not in:\n{log}");
        }
        assert!(!log.contains("key=\"http.listen\""), "{log}");

        daemon.change("allow = 3\n[trakc]\n");
        daemon.await_log("configuration not taken over");
        let log = daemon.log();
        for (line, key) in [(":4:", "http.allow"), (":5:", "trakc")] {
            let place = format!("{}{line}", daemon.file);
            let is_told = log
                .lines()
                .any(|text| text.contains(&place) && text.contains(key));
            assert!(is_told, "{key} at {place} is not in:\n{log}");
        }
        assert!(!log.contains("\\n"), "{log}");
        assert!(log.contains(" hint=did you mean track?"), "{log}");
        std::thread::sleep(Duration::from_millis(50));
        assert_eq!(daemon.get("/api/v1/status").status, 200);
        fs::remove_file(&daemon.file).unwrap();
        daemon.signal("HUP");
        daemon.await_log("No such file");
        assert_eq!(daemon.get("/api/v1/status").status, 200);
        Ok::<(), Error>(())
    });
}
