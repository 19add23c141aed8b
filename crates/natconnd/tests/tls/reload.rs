//! Files that change while the listener runs.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use lab::{Issued, Wanted};
use natconnd::tls::{Reloaded, ServerTls};

use crate::folder::{Folder, lock, tls};
use crate::openssl::{Staying, curl, fingerprint, s_client};
use crate::server::Server;

/// The fingerprint of what new connections are shown.
fn shown(server: &Server, authority: &lab::Authority, folder: &Folder) -> String {
    let said = s_client(server, authority, &[]);
    let begin = said.text.find("-----BEGIN CERTIFICATE").expect(&said.text);
    let end = said.text.find("-----END CERTIFICATE-----").unwrap();
    let pem = format!("{}-----END CERTIFICATE-----\n", &said.text[begin..end]);
    fingerprint(&folder.write("shown", pem))
}

fn named<'a>(name: &'a str, to: &'a str) -> Wanted<'a> {
    Wanted {
        name,
        to,
        ..Wanted::default()
    }
}

fn put(from: &Issued, to: &Issued) {
    for (from, to) in [(&from.certificate, &to.certificate), (&from.key, &to.key)] {
        replace(from, to);
    }
}

/// As careful programs do.
fn replace(from: &Path, to: &Path) {
    let beside = to.with_extension("next");
    fs::copy(from, &beside).unwrap();
    fs::rename(&beside, to).unwrap();
}

#[test]
fn connections_go_on_and_those_that_come_see_the_next_certificate() {
    let folder = Folder::new();
    let authority = folder.authority("root");
    let one = authority.issue(&named("one", "20980101000000Z")).unwrap();
    let other = authority.issue(&named("other", "20990101000000Z")).unwrap();
    let live = Issued {
        certificate: folder.path("live.crt"),
        key: folder.path("live.key"),
    };
    put(&one, &live);
    let server = Server::start(&tls(&live));
    let mut staying = Staying::connect(&server, &authority);
    staying.ask();
    assert_eq!(server.tls.reload_if_changed(), Reloaded::Unchanged);
    assert_eq!(
        shown(&server, &authority, &folder),
        fingerprint(&one.certificate)
    );

    put(&other, &live);
    assert_eq!(
        shown(&server, &authority, &folder),
        fingerprint(&one.certificate)
    );
    assert_eq!(server.tls.reload_if_changed(), Reloaded::Taken);
    assert_eq!(
        shown(&server, &authority, &folder),
        fingerprint(&other.certificate)
    );
    let status = server.tls.status();
    assert_eq!(
        (status.reloads, status.reloads_refused, status.refused),
        (1, 0, None)
    );
    assert!(
        status
            .validity
            .not_after
            .to_string()
            .starts_with("2099-01-01")
    );
    staying.ask();
    assert_eq!(server.tls.reload_if_changed(), Reloaded::Unchanged);
    // SIGHUP reads them in any case.
    assert_eq!(server.tls.reload(), Reloaded::Taken);
    staying.ask();
}

/// certbot's `live` has links to `archive`, and renews by another link.
#[test]
fn links_are_followed() {
    let folder = Folder::new();
    let authority = folder.authority("root");
    let one = authority.issue(&named("one", "20980101000000Z")).unwrap();
    let other = authority.issue(&named("other", "20990101000000Z")).unwrap();
    let live = Issued {
        certificate: folder.path("fullchain.pem"),
        key: folder.path("privkey.pem"),
    };
    let point = |to: &Issued| {
        for (link, to) in [(&live.certificate, &to.certificate), (&live.key, &to.key)] {
            let _ = fs::remove_file(link);
            symlink(to, link).unwrap();
        }
    };
    point(&one);
    let server = Server::start(&tls(&live));
    assert_eq!(server.tls.reload_if_changed(), Reloaded::Unchanged);
    point(&other);
    assert_eq!(server.tls.reload_if_changed(), Reloaded::Taken);
    assert_eq!(
        shown(&server, &authority, &folder),
        fingerprint(&other.certificate)
    );
    // And what a link points to may be replaced.
    put(&one, &other);
    assert_eq!(server.tls.reload_if_changed(), Reloaded::Taken);
}

#[test]
fn what_is_of_no_use_changes_nothing_and_is_told_once() {
    let folder = Folder::new();
    let authority = folder.authority("root");
    let one = authority.issue(&named("one", "20980101000000Z")).unwrap();
    let other = authority.issue(&named("other", "20990101000000Z")).unwrap();
    let ended = authority.issue(&named("ended", "20200201000000Z")).unwrap();
    let early = Wanted {
        from: "20980101000000Z",
        ..named("early", "20990101000000Z")
    };
    let early = authority.issue(&early).unwrap();
    let live = Issued {
        certificate: folder.path("live.crt"),
        key: folder.path("live.key"),
    };
    put(&one, &live);
    let server = Server::start(&tls(&live));
    let expected = fingerprint(&one.certificate);
    let mut refusals = 0;
    let mut is_refused = |said: &str, hint: &str| {
        assert_eq!(server.tls.reload_if_changed(), Reloaded::Refused, "{said}");
        refusals += 1;
        // It is tried again, and not told again.
        for _ in 0..3 {
            assert_eq!(server.tls.reload_if_changed(), Reloaded::Refused, "{said}");
        }
        let status = server.tls.status();
        assert_eq!(status.reloads_refused, refusals, "{said}");
        let refused = status.refused.unwrap();
        assert!(refused.error.contains(said), "{}", refused.error);
        assert!(refused.hint.unwrap().contains(hint), "{refused:?}");
        assert!(status.validity.not_after.to_string().starts_with("2098"));
        assert_eq!(shown(&server, &authority, &folder), expected, "{said}");
    };
    // Between the two renames of a renewal.
    replace(&other.certificate, &live.certificate);
    is_refused("the key is not that", "the same");
    fs::write(&live.certificate, "garbage").unwrap();
    is_refused("found no PEM block", "right file");
    fs::write(&live.certificate, "").unwrap();
    is_refused("found no PEM block", "right file");
    fs::remove_file(&live.certificate).unwrap();
    is_refused("no such file", "check the path");
    put(&ended, &live);
    is_refused("ended at 2020-02-01T00:00:00.000Z", "renew");
    put(&early, &live);
    is_refused("begins at 2098-01-01T00:00:00.000Z", "clock");
    // Asked for, it is told again.
    assert_eq!(server.tls.reload(), Reloaded::Refused);
    assert_eq!(server.tls.status().reloads_refused, 7);

    put(&other, &live);
    assert_eq!(server.tls.reload_if_changed(), Reloaded::Taken);
    let status = server.tls.status();
    assert_eq!((status.reloads, status.refused), (1, None));
    assert_eq!(
        shown(&server, &authority, &folder),
        fingerprint(&other.certificate)
    );
    // `chmod` leaves the time of modification as it is.
    lock(&live.key, 0o600);
    assert_eq!(server.tls.reload_if_changed(), Reloaded::Taken);
}

/// Without it nobody would learn why clients refuse the listener.
#[test]
fn a_certificate_that_has_ended_is_taken_at_the_start() {
    let folder = Folder::new();
    let authority = folder.authority("root");
    let ended = authority.issue(&named("ended", "20200201000000Z")).unwrap();
    let server = Server::start(&tls(&ended));
    assert!(
        server
            .tls
            .status()
            .validity
            .not_after
            .to_string()
            .starts_with("2020")
    );
    assert!(!curl(&server, &authority, None).is_success);
    let next = authority.issue(&named("next", "20990101000000Z")).unwrap();
    put(&next, &ended);
    assert_eq!(server.tls.reload_if_changed(), Reloaded::Taken);
    assert!(curl(&server, &authority, None).is_success);
}

#[test]
fn files_are_followed() {
    let folder = Folder::new();
    let authority = folder.authority("root");
    let one = authority.issue(&named("one", "20980101000000Z")).unwrap();
    let other = authority.issue(&named("other", "20990101000000Z")).unwrap();
    let server = Server::start(&tls(&one));
    let following = server
        .runtime()
        .spawn(Arc::clone(&server.tls).follow_files(Duration::from_millis(20)));
    put(&other, &one);
    let began = std::time::Instant::now();
    while server.tls.status().reloads == 0 {
        assert!(began.elapsed() < Duration::from_secs(10), "nothing follows");
        std::thread::sleep(Duration::from_millis(10));
    }
    following.abort();
}

/// Handshakes and requests go on while the files are replaced forty times, each other
/// time by something that is of no use.
#[test]
fn no_client_notices_reloads() {
    let folder = Folder::new();
    let authority = folder.authority("root");
    let one = authority.issue(&named("one", "20980101000000Z")).unwrap();
    let other = authority.issue(&named("other", "20990101000000Z")).unwrap();
    let live = Issued {
        certificate: folder.path("live.crt"),
        key: folder.path("live.key"),
    };
    put(&one, &live);
    let server = Server::start(&tls(&live));
    let stop = AtomicBool::new(false);
    let asked = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let asking = || {
            let mut staying = Staying::connect(&server, &authority);
            while !stop.load(Ordering::SeqCst) {
                staying.ask();
                let said = curl(&server, &authority, None);
                assert!(said.is_success, "{}", said.text);
                asked.fetch_add(2, Ordering::SeqCst);
            }
        };
        let clients = [scope.spawn(asking), scope.spawn(asking)];
        for turn in 0..40 {
            let next = if turn % 4 < 2 { &other } else { &one };
            if turn % 2 == 0 {
                put(next, &live);
            } else {
                fs::write(&live.key, &fs::read(&one.key).unwrap()[..turn]).unwrap();
            }
            reload(&server.tls, turn % 2 == 0);
            std::thread::sleep(Duration::from_millis(25));
        }
        stop.store(true, Ordering::SeqCst);
        for client in clients {
            client.join().unwrap();
        }
    });
    assert!(asked.load(Ordering::SeqCst) > 20, "{asked:?}");
    assert_eq!(server.counts.refused.load(Ordering::SeqCst), 0);
}

fn reload(tls: &ServerTls, is_good: bool) {
    let expected = if is_good {
        Reloaded::Taken
    } else {
        Reloaded::Refused
    };
    assert_eq!(tls.reload_if_changed(), expected);
}
