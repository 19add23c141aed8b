//! Line ends and escape sequences in everything that could reach the log.

use std::fs;
use std::io::Write;
use std::net::{SocketAddr, TcpStream};

use lab::Error;

use crate::daemon::Daemon;
use crate::gateway::Attacked;
use crate::memory::MIB;
use crate::raw::{Raw, ask, escaped, get, post};

/// What would be a line of its own, and what would change the screen of whoever reads it.
const FORGED: &str = "x\r\n2026-11-24T00:00:00.000000Z  INFO forged\u{1b}[2J\u{1b}]0;forged\u{7}\u{9b}31m\u{8}\u{202e}";

/// The log has whole lines of ours, and shows what acts.
#[track_caller]
fn assert_ours(log: &str) {
    for line in log.lines() {
        let mut words = line.split_whitespace();
        let time = words.next().unwrap_or_default();
        let is_time = time.len() > 20 && time.ends_with('Z') && time.contains('T');
        let is_levelled = words
            .next()
            .is_some_and(|level| ["ERROR", "WARN", "INFO", "DEBUG", "TRACE"].contains(&level));
        let of_start = line.starts_with("natconnd: ") || line.starts_with("  hint: ");
        assert!((is_time && is_levelled) || of_start, "{line:?}");
        assert!(!line.starts_with("2026-11-24T00:00:00.000000Z"), "{line:?}");
        assert!(
            !line.contains(|it: char| it.is_control() || it == '\u{202e}'),
            "{line:?}"
        );
    }
}

#[test]
fn nothing_that_clients_send_makes_a_line() {
    lab::in_gateway!(|lab| {
        let config = "[log]\nlevel = \"trace\"\n[ident]\nlisten = [\"100.64.2.1:113\"]\nreply = \"name\"\nname = \"somebody\"\n[history]\nfolder = \"/run/history\"\n";
        let attacked = Attacked::start(lab, config)?;
        let address = attacked.daemon.address;
        let it = escaped(FORGED);
        for target in [
            format!("/{it}"),
            format!("/hosts/{it}"),
            format!("/docs/{it}"),
            format!("/api/v1/lookup?nat={it}"),
            format!("/api/v1/lookup?{it}"),
            format!("/api/v1/forward-auth?client={it}&host={it}"),
            format!("/api/v1/records?from={it}"),
            format!("/api/v1/history/holds/{it}"),
        ] {
            get(address, &target);
        }
        for name in [
            "User-Agent",
            "Referer",
            "X-Forwarded-For",
            "Forwarded",
            "X-Real-IP",
            "Authorization",
            "Cookie",
            "Origin",
            "Natconn-Case",
            "Natconn-Reason",
            "X-Request-Id",
        ] {
            let tame: String = FORGED.chars().filter(|it| !"\r\n".contains(*it)).collect();
            for value in [&it, &tame] {
                let request = format!(
                    "GET /api/v1/status HTTP/1.1\r\nHost: gateway\r\n{name}: {value}\r\nConnection: close\r\n\r\n"
                );
                ask(address, request.as_bytes());
            }
        }
        ask(address, format!("{} / HTTP/1.1\r\n\r\n", FORGED).as_bytes());
        post(address, "/api/v1/lookups", "", FORGED.as_bytes());
        post(
            address,
            "/desk",
            "",
            format!("text={it}&timezone={it}").as_bytes(),
        );
        // A body that breaks off.
        let mut raw = Raw::connect(address);
        raw.send(
            b"POST /api/v1/lookups HTTP/1.1\r\nHost: gateway\r\nTransfer-Encoding: chunked\r\n\r\n",
        );
        raw.send(FORGED.as_bytes());
        drop(raw);
        // Those who ask who has a connection.
        for question in [
            FORGED.as_bytes(),
            b"40000, 443 \x1b[2J\r\n",
            &[b'9'; 5000],
            b"GET / HTTP/1.1\r\n\r\n",
        ] {
            let ask = || -> std::io::Result<()> {
                let to: SocketAddr = "100.64.2.1:113".parse().unwrap();
                TcpStream::connect(to)?.write_all(question)
            };
            lab.outside().enter(ask)?.unwrap();
        }
        attacked.others.go_on(10);
        let log = attacked.daemon.log();
        assert_ours(&log);
        attacked.end(16 * MIB);
        Ok::<(), Error>(())
    });
}

#[test]
fn nothing_that_lies_in_the_folder_makes_a_line() {
    lab::in_gateway!(|lab| {
        for folder in ["holds", "segments", "journal"] {
            fs::create_dir_all(format!("/run/history/{folder}")).unwrap();
            let name = FORGED.replace('/', "_");
            for ending in ["parquet", "journal", "open", "tmp"] {
                fs::write(format!("/run/history/{folder}/{name}.{ending}"), FORGED).unwrap();
            }
        }
        fs::write("/run/history/catalogue", format!("{FORGED}\n").repeat(10)).unwrap();
        fs::write("/run/history/gaps", format!("{FORGED}\n").repeat(10)).unwrap();
        fs::write(
            "/run/history/segments/0000000001.parquet",
            FORGED.repeat(10),
        )
        .unwrap();
        fs::write("/run/history/journal/0000000002.journal", FORGED.repeat(10)).unwrap();
        let config = "[log]\nlevel = \"trace\"\n[history]\nfolder = \"/run/history\"\n";
        let attacked = Attacked::start(lab, config)?;
        attacked.daemon.await_log("parquet");
        let verified = attacked.daemon.natconn(&["history", "verify"]);
        assert!(!verified.stdout.is_empty());
        assert_ours(&attacked.daemon.log());
        attacked.end(16 * MIB);
        Ok::<(), Error>(())
    });
}

/// The configuration is the operator's own; what is wrong in it is told on one line all the
/// same.
#[test]
fn nothing_in_the_configuration_makes_a_line() {
    lab::in_gateway!(|lab| {
        lab.nft(lab::MASQUERADE)?;
        let in_toml: String = FORGED
            .chars()
            .map(|it| format!("\\u{:04x}", it as u32))
            .collect();
        for config in [
            format!("\"{in_toml}\" = 1\n"),
            format!("allow = [\"{in_toml}\"]\n"),
            format!("[history]\nfolder = \"{in_toml}\"\n"),
            format!("[history]\ngateway = \"{in_toml}\"\n"),
            format!("[track]\nkeep-ended = \"{in_toml}\"\n"),
            format!("[\"{in_toml}\"]\na = 1\n"),
            format!("[log]\nlevel = \"{in_toml}\"\n"),
            FORGED.to_owned(),
        ] {
            let mut daemon = Daemon::starting(lab, &config);
            let status = daemon.await_end();
            assert!(!status.success(), "{config:?}");
            assert_ours(&daemon.log());
        }
        // While it runs, too.
        let mut attacked = Attacked::start(lab, "")?;
        attacked.daemon.change(&format!("\"{in_toml}\" = 1\n"));
        attacked.daemon.await_log("configuration not taken over");
        assert_ours(&attacked.daemon.log());
        attacked.end(16 * MIB);
        Ok::<(), Error>(())
    });
}
