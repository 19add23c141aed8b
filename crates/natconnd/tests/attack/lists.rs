//! Lists of networks by the thousand, in questions and in the configuration.

use std::fs;
use std::time::{Duration, Instant};

use lab::Error;

use crate::daemon::Daemon;
use crate::gateway::Attacked;
use crate::memory::MIB;
use crate::raw::get;

fn networks(many: usize) -> Vec<String> {
    (0..many)
        .map(|number| format!("10.{}.{}.0/28", number >> 8 & 255, number & 255))
        .collect()
}

#[test]
fn questions_with_as_many_networks_as_fit_hold_nobody_up() {
    lab::in_gateway!(|lab| {
        let attacked = Attacked::start(lab, "")?;
        let address = attacked.daemon.address;
        let some = networks(300).join(",");
        assert!(some.len() < 4096);
        for name in ["internal", "nat", "remote"] {
            let reply = get(address, &format!("/api/v1/connections?{name}={some}"));
            assert_eq!(reply.status, 200, "{reply:?}");
        }
        let all = format!("internal={some}&nat={some}&remote={some}");
        assert_eq!(
            get(address, &format!("/api/v1/connections?{all}")).status,
            200
        );
        // More is refused by the parameter's name.
        let more = networks(1000).join(",");
        for target in [
            format!("/api/v1/connections?internal={more}"),
            format!("/api/v1/lookup?nat={more}"),
            format!("/api/v1/events?q={}", "a+".repeat(5000)),
            format!("/live?q={}", "a+".repeat(5000)),
        ] {
            let reply = get(address, &target);
            assert_eq!(reply.status, 400, "{reply:?}");
            assert!(reply.is_clear_refusal());
        }
        // A thousand words that all must fit.
        let words = get(
            address,
            &format!("/api/v1/connections?q={}", ":443+".repeat(800)),
        );
        assert!(words.status == 200 || words.is_clear_refusal(), "{words:?}");
        attacked.end(16 * MIB);
        Ok::<(), Error>(())
    });
}

#[test]
fn a_configuration_with_thousands_of_networks_is_taken() {
    lab::in_gateway!(|lab| {
        let quoted = |many| format!("[\"{}\"]", networks(many).join("\", \""));
        let began = Instant::now();
        let mut attacked = Attacked::start(
            lab,
            &format!(
                "allow = [\"127.0.0.0/8\", {}\n[track.filter]\ninternal = [\"192.168.0.0/16\", {}\n",
                &quoted(10_000)[1..],
                &quoted(5000)[1..],
            ),
        )?;
        assert!(
            began.elapsed() < Duration::from_secs(20),
            "{:?}",
            began.elapsed()
        );
        attacked.others.go_on(10);
        // And as many more while it runs.
        let text = fs::read_to_string(&attacked.daemon.file).unwrap();
        let text = text.replace(
            "\"127.0.0.0/8\", ",
            &format!(
                "\"127.0.0.0/8\", {}, ",
                &quoted(20_000)[1..].trim_end_matches(']')
            ),
        );
        fs::write(&attacked.daemon.file, text).unwrap();
        attacked.daemon.signal("HUP");
        attacked.daemon.await_log("configuration taken over");
        attacked.end(64 * MIB);
        Ok::<(), Error>(())
    });
}

/// What is no network stops the start, with its place and a hint, however much there is of it.
#[test]
fn a_configuration_of_nonsense_is_refused_in_few_words() {
    lab::in_gateway!(|lab| {
        lab.nft(lab::MASQUERADE)?;
        for nonsense in [
            format!("allow = [{}]", "\"nonsense\", ".repeat(20_000)),
            "[".repeat(100_000),
            "a.".repeat(50_000) + "b = 1",
            format!("x = {}", "[".repeat(50_000)),
            format!("\"\u{1b}[2J{}\" = 1", "k".repeat(100_000)),
        ] {
            let mut daemon = Daemon::starting(lab, &nonsense);
            let status = daemon.await_end();
            let log = daemon.log();
            let begin: String = log.chars().take(500).collect();
            assert_eq!(status.code(), Some(1), "{begin}");
            assert!(log.len() < 4 << 20, "{} bytes", log.len());
            assert!(!log.contains('\u{1b}'), "{begin:?}");
            assert!(!log.contains("panicked") && !log.contains("overflow"));
        }
        Ok::<(), Error>(())
    });
}
