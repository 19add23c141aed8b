//! What a listener shows, and what is spoken.

use std::fs;

use lab::{EC, Wanted};
use natconnd::tls::Validity;

use crate::folder::{Folder, tls};
use crate::openssl::{curl, s_client};
use crate::server::Server;

#[test]
fn keys_of_each_kind_serve_both_versions() {
    for key in [
        "rsa:2048",
        EC,
        "ec -pkeyopt ec_paramgen_curve:P-384",
        "ed25519",
    ] {
        let folder = Folder::new();
        let authority = folder.authority("root");
        let wanted = Wanted {
            key,
            ..Wanted::default()
        };
        let server = Server::start(&tls(&authority.issue(&wanted).unwrap()));
        for version in ["-tls1_2", "-tls1_3"] {
            let said = s_client(&server, &authority, &[version, "-alpn", "h2,http/1.1"]);
            assert!(said.is_success, "{key} {version}: {}", said.text);
            assert!(said.text.contains("you are nobody"), "{}", said.text);
            assert!(
                said.text.contains("ALPN protocol: http/1.1"),
                "{}",
                said.text
            );
            assert!(
                said.text.contains("Verify return code: 0 (ok)"),
                "{}",
                said.text
            );
        }
        let said = curl(&server, &authority, None);
        assert!(said.is_success, "{key}: {}", said.text);
    }
}

#[test]
fn older_forms_of_keys_are_read() {
    let folder = Folder::new();
    let authority = folder.authority("root");
    for (key, tool) in [("rsa:2048", "rsa"), (EC, "ec")] {
        let wanted = Wanted {
            key,
            ..Wanted::default()
        };
        let issued = authority.issue(&wanted).unwrap();
        let old = folder.path("old.key");
        let status = std::process::Command::new("openssl")
            .args([tool, "-in", issued.key.to_str().unwrap(), "-out"])
            .arg(&old)
            .args((tool == "rsa").then_some("-traditional"))
            .output()
            .unwrap();
        assert!(status.status.success());
        let text = fs::read_to_string(&old).unwrap();
        let label = format!("BEGIN {} PRIVATE KEY", tool.to_uppercase());
        assert!(text.contains(&label), "{text}");
        // As `openssl ecparam -genkey` writes it.
        let text = format!(
            "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n{text}"
        );
        fs::write(&issued.key, text).unwrap();
        let server = Server::start(&tls(&issued));
        assert!(curl(&server, &authority, None).is_success);
    }
}

#[test]
fn one_file_may_have_all_and_the_chain_is_shown() {
    let folder = Folder::new();
    let root = folder.authority("root");
    let between = root.below("between").unwrap();
    let issued = between.issue(&Wanted::default()).unwrap();
    let all = [&issued.key, &issued.certificate, &between.certificate()]
        .map(|path| fs::read_to_string(path).unwrap());
    let mut files = tls(&issued);
    files.certificate = folder.write("all.pem", all.concat());
    files.key = files.certificate.clone();
    let server = Server::start(&files);
    let said = s_client(&server, &root, &[]);
    assert!(said.is_success, "{}", said.text);
    // Without it nobody could tell that the root vouches for the listener.
    let server = Server::start(&tls(&issued));
    assert!(!s_client(&server, &root, &[]).is_success);
}

#[test]
fn the_end_of_a_certificate_is_known() {
    let folder = Folder::new();
    let authority = folder.authority("root");
    // 2049 is the last year that UTCTime can say, 9999 is for ever.
    for (from, to, expected) in [
        ("19700101000001Z", "20491231235959Z", 2_524_607_999),
        ("20200101000000Z", "20500101000000Z", 2_524_608_000),
        ("20200229123456Z", "20280229123456Z", 1_835_440_496),
        (
            "20200101000000Z",
            "99991231235959Z",
            i64::MAX / 1_000_000_000,
        ),
    ] {
        let wanted = Wanted {
            from,
            to,
            ..Wanted::default()
        };
        let issued = authority.issue(&wanted).unwrap();
        let server = Server::start(&tls(&issued));
        let Validity {
            not_before,
            not_after,
        } = server.tls.status().validity;
        assert_eq!(not_after.0 / 1_000_000_000, expected, "{to}");
        if from.starts_with("1970") {
            assert_eq!(not_before.0, 1_000_000_000);
        }
        let moment = not_before.to_string().replace(['-', ':', 'T'], "");
        assert_eq!(moment.replace(".000", ""), from);
    }
}

#[test]
fn sessions_are_resumed_by_tickets() {
    let folder = Folder::new();
    let authority = folder.authority("root");
    let server = Server::start(&tls(&authority.issue(&Wanted::default()).unwrap()));
    let session = folder.path("session");
    let session = session.to_str().unwrap();
    for version in ["-tls1_2", "-tls1_3"] {
        let said = s_client(&server, &authority, &[version, "-sess_out", session]);
        assert!(said.text.contains("\nNew, "), "{}", said.text);
        let said = s_client(&server, &authority, &[version, "-sess_in", session]);
        assert!(said.text.contains("\nReused, "), "{}", said.text);
        assert!(said.is_success, "{}", said.text);
        // What can be sent along with a ticket can be sent twice by others.
        assert!(
            !said.text.contains("Early data was accepted"),
            "{}",
            said.text
        );
    }
}
