//! Each alert that can be made to fire within seconds does, because of what it is for.
//!
//! The others fire in natconnd.rules.test.yml only, where time is made up:
//!
//! - NatconndNotReady: the kernel would have to refuse its table and yet answer what
//!   natconnd asks before it starts, on the same kind of socket.
//! - NatconndFault: no input makes a thread of natconnd panic.
//! - NatconndUndecodable: no kernel says what natconnd does not understand, and strace
//!   reaches no bytes that `recvmmsg` has written.
//! - NatconndConnectionsEvicted: `nf_conntrack_max` is one for the whole machine, which a
//!   network namespace cannot lower.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::Duration;

use ctnetlink::{EventOptions, EventSocket, Groups};
use lab::{Authority, Error, Issued, Lab, MASQUERADE, Wanted};

use crate::daemon::{Daemon, configure, natconnd, natconnd_behind};
use crate::process::Process;
use crate::prometheus::{Pace, Prometheus};

/// The least receive buffer that the kernel gives.
const SMALL: &str = "[track]\nreceive-buffer = \"4KiB\"\nreceive-buffer-max = \"4KiB\"\n";

/// One NAT port for all: a second connection to the same remote finds none.
const ONE_PORT: &str = "
table inet nat {
    chain postrouting {
        type nat hook postrouting priority srcnat
        oifname outside meta l4proto udp masquerade to :5000
    }
}";

/// Ten NAT ports for all.
const TEN_PORTS: &str = "
table ip nat {
    chain postrouting {
        type nat hook postrouting priority srcnat
        oifname outside meta l4proto tcp snat to 100.64.2.1:5100-5109
    }
}";

/// What a machine for tests has: nothing keeps its clock, and it may be too busy for an
/// answer within half a second.
const USUAL: [&str; 2] = ["NatconndAiling", "NatconndDown"];

/// UDP from one host to this many ports.
fn send(lab: &Lab, ports: std::ops::Range<u16>) -> Result<(), Error> {
    for port in ports {
        lab.host(1).send_udp(5000, lab.outside().at(port))?;
    }
    Ok(())
}

fn alarmed(prometheus: &Prometheus) -> Vec<String> {
    let firing = prometheus.firing().into_iter().map(|alert| alert.name);
    firing.filter(|name| !USUAL.contains(&&**name)).collect()
}

#[test]
fn all_is_well_then_natconnd_is_gone_and_then_nobody_asks_for_it() {
    lab::in_gateway!(|lab| {
        lab.nft(MASQUERADE)?;
        let config = "[track]\nkeep-ended = \"1s\"\n[history]\nfolder = \"/run/history\"\n";
        let mut daemon = Daemon::start(lab, config);
        let mut prometheus = Prometheus::start(lab, daemon.address, Pace::Quick);
        send(lab, 1000..1010)?;
        sleep(Duration::from_secs(6));
        assert_eq!(alarmed(&prometheus), [""; 0]);

        daemon.signal("TERM");
        daemon.await_end();
        prometheus.await_alert("NatconndDown");
        prometheus.forget_targets();
        prometheus.await_alert("NatconndAbsent");
        Ok::<(), Error>(())
    });
}

#[test]
fn the_kernel_refuses_is_full_and_says_nothing() {
    lab::in_gateway!(|lab| {
        lab.nft(MASQUERADE)?;
        let daemon = Daemon::start(lab, "");
        let prometheus = Prometheus::start(lab, daemon.address, Pace::Quick);
        let is_over = AtomicBool::new(false);
        send(lab, 1000..1500)?;
        prometheus.await_alert("NatconndTableFilling");
        prometheus.await_alert("NatconndTableFull");

        lab.nft("delete table inet nat")?;
        lab.nft(ONE_PORT)?;
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    for port in 7000..7020 {
                        lab.host(1).send_udp(port, lab.outside().at(9)).unwrap();
                    }
                    sleep(Duration::from_millis(100));
                }
            });
            prometheus.await_alert("NatconndConnectionsRefused");
            prometheus.await_alert("NatconndPacketsDropped");
            is_over.store(true, Ordering::Relaxed);
        });

        lab.sysctl("net.netfilter.nf_conntrack_events", "0")?;
        prometheus.await_alert("NatconndEventsOff");
        prometheus.await_alert("NatconndIncomplete");
        prometheus.await_alert("NatconndIll");
        Ok::<(), Error>(())
    });
}

#[test]
fn events_are_lost_and_another_listener_does_not_read() {
    lab::in_gateway!(|lab| {
        lab.nft(MASQUERADE)?;
        let mut daemon = Daemon::start(lab, SMALL);
        let prometheus = Prometheus::start(lab, daemon.address, Pace::Quick);
        daemon.signal("STOP");
        send(lab, 2000..3000)?;
        daemon.signal("CONT");
        prometheus.await_alert("NatconndEventsLost");

        let _deaf = lab.gateway().enter(|| {
            EventSocket::open(&EventOptions {
                groups: Groups::NEW_AND_DESTROY,
                receive_buffer: 4 << 10,
                program: None,
                is_reliable: true,
            })
            .unwrap()
        })?;
        send(lab, 3000..3300)?;
        lab.conntrack(&["-D", "-p", "udp"])?;
        prometheus.await_alert("NatconndConnectionsDying");
        Ok::<(), Error>(())
    });
}

#[test]
fn events_are_lost_faster_than_dumps_make_up_for() {
    lab::in_gateway!(|lab| {
        lab.nft(MASQUERADE)?;
        let daemon = Daemon::start(lab, SMALL);
        let prometheus = Prometheus::start(lab, daemon.address, Pace::Quick);
        let is_over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let mut bursts = (1..600).cycle().map(|burst| burst * 100);
                while !is_over.load(Ordering::Relaxed) {
                    let first: u16 = bursts.next().unwrap();
                    send(lab, first..first + 100).unwrap();
                    lab.conntrack(&["-F"]).unwrap();
                }
            });
            prometheus.await_alert("NatconndOverloaded");
            is_over.store(true, Ordering::Relaxed);
        });
        Ok::<(), Error>(())
    });
}

#[test]
fn no_event_tells_what_a_dump_shows() {
    lab::in_gateway!(|lab| {
        lab.nft(MASQUERADE)?;
        let daemon = Daemon::start(lab, "[track]\nreconcile-every = \"1s\"\n");
        let prometheus = Prometheus::start(lab, daemon.address, Pace::Quick);
        lab.nft(
            "table ip events { chain quiet {
                type filter hook prerouting priority filter
                ct event set assured
            }
            }",
        )?;
        send(lab, 1000..1001)?;
        prometheus.await_alert("NatconndSilent");
        Ok::<(), Error>(())
    });
}

/// A natconnd with which strace meddles. It counts calls for each thread.
fn disturbed(lab: &Lab, config: &str, injection: &str) -> Daemon {
    let (address, file, _) = configure(config);
    let (call, _) = injection.split_once(':').unwrap();
    let mut command = natconnd_behind(&[
        "strace",
        "-f",
        "-qq",
        "--output=/dev/null",
        &format!("--trace={call}"),
        &format!("--inject={injection}"),
    ]);
    command.args(["--config", &file]);
    Daemon::of_process(Process::start(lab, &mut command), address)
}

#[test]
fn the_kernel_does_not_tell_its_counters() {
    lab::in_gateway!(|lab| {
        lab.nft(MASQUERADE)?;
        // There are sockets for the start, and for some scrapes.
        let daemon = disturbed(lab, "", "socket:error=EMFILE:when=16+");
        let prometheus = Prometheus::start(lab, daemon.address, Pace::Quick);
        prometheus.await_alert("NatconndKernelUnread");
        Ok::<(), Error>(())
    });
}

#[test]
fn the_disk_of_history_is_slow() {
    lab::in_gateway!(|lab| {
        lab.nft(MASQUERADE)?;
        let config = "[history]\nfolder = \"/run/history\"\n";
        let daemon = disturbed(lab, config, "pwrite64:delay_enter=20000000:when=3");
        let prometheus = Prometheus::start(lab, daemon.address, Pace::Quick);
        let is_over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    send(lab, 1000..1010).unwrap();
                    lab.conntrack(&["-F"]).unwrap();
                    sleep(Duration::from_millis(200));
                }
            });
            prometheus.await_alert("NatconndRecordingBehind");
            is_over.store(true, Ordering::Relaxed);
        });
        Ok::<(), Error>(())
    });
}

/// The doctor warns of it whatever else the machine lacks.
#[test]
fn natconnd_listens_where_nobody_may_ask() {
    lab::in_gateway!(|lab| {
        let (address, file, _) = configure("");
        let text = fs::read_to_string(&file).unwrap();
        let text = text.replace("listen = [", "listen = [\"0.0.0.0:8099\", ");
        fs::write(&file, text).unwrap();
        let process = Process::start(lab, natconnd().args(["--config", &file]));
        let daemon = Daemon::of_process(process, address);
        let prometheus = Prometheus::start(lab, daemon.address, Pace::Quick);
        let of_it =
            "ALERTS{alertname=\"NatconndAiling\",check=\"listeners\",alertstate=\"firing\"}";
        prometheus.eventually(|it| match it.query(of_it).len() {
            1 => Ok(()),
            _ => Err(format!(
                "the doctor says {:?}",
                it.query("natconnd_health_severity")
            )),
        });
        prometheus.await_alert("NatconndAiling");
        Ok::<(), Error>(())
    });
}

#[test]
fn a_proxy_asks_what_cannot_be_read() {
    lab::in_gateway!(|lab| {
        let daemon = Daemon::start(lab, "");
        let prometheus = Prometheus::start(lab, daemon.address, Pace::Quick);
        let is_over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    daemon.get("/api/v1/forward-auth?nat=nobody");
                    sleep(Duration::from_millis(100));
                }
            });
            prometheus.await_alert("NatconndClientsUnreadable");
            is_over.store(true, Ordering::Relaxed);
        });
        Ok::<(), Error>(())
    });
}

#[test]
fn tokens_are_guessed() {
    lab::in_gateway!(|lab| {
        let daemon = Daemon::start(lab, "");
        let prometheus = Prometheus::start(lab, daemon.address, Pace::Quick);
        let guess = || {
            let mut stream = TcpStream::connect(daemon.address).unwrap();
            let guess = "GET /healthz HTTP/1.1\r\nHost: a\r\n\
                         Authorization: Bearer natconn_guessed\r\n\r\n";
            stream.write_all(guess.as_bytes()).unwrap();
            let mut reply = String::new();
            stream.read_to_string(&mut reply).unwrap();
            assert!(reply.starts_with("HTTP/1.1 401 "), "{reply}");
        };
        let is_over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    guess();
                    sleep(Duration::from_millis(10));
                }
            });
            prometheus.await_alert("NatconndTokensGuessed");
            is_over.store(true, Ordering::Relaxed);
        });
        Ok::<(), Error>(())
    });
}

/// A certificate whose last day is near, and is replaced by what is of no use.
#[test]
fn a_certificate_ends_and_what_comes_after_it_is_none() {
    lab::in_gateway!(|lab| {
        let authority = Authority::new(Path::new("/run"), "root")?;
        let in_days = |days: i64| {
            let end = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24 * days);
            end.strftime("%Y%m%d%H%M%SZ").to_string()
        };
        let issue = |name, days| {
            let to = &*in_days(days);
            let wanted = Wanted {
                name,
                to,
                ..Wanted::default()
            };
            let issued = authority.issue(&wanted)?;
            // natconnd may be another user.
            let for_all = fs::Permissions::from_mode(0o644);
            fs::set_permissions(&issued.key, for_all).unwrap();
            Ok::<_, Error>(issued)
        };
        let (soon, over) = (issue("soon", 10)?, issue("over", -1)?);
        let listener = |name: &str, port: u16, issued: &Issued| {
            let (certificate, key) = (issued.certificate.display(), issued.key.display());
            format!(
                "[listener.{name}]\nlisten = [\"127.0.0.1:{port}\"]\n\
                 certificate = \"{certificate}\"\nkey = \"{key}\"\n"
            )
        };
        let config = listener("soon", 8443, &soon) + &listener("over", 8444, &over);
        let mut daemon = Daemon::start(lab, &config);
        let prometheus = Prometheus::start(lab, daemon.address, Pace::Quick);
        prometheus.await_alert("NatconndCertificateEnds");
        prometheus.await_alert("NatconndCertificateEnded");
        assert!(!alarmed(&prometheus).contains(&"NatconndCertificateStale".to_owned()));
        fs::write(&soon.certificate, "what is no certificate").unwrap();
        daemon.signal("HUP");
        prometheus.await_alert("NatconndCertificateStale");
        Ok::<(), Error>(())
    });
}

#[test]
fn the_reader_stands_still_while_events_come() {
    lab::in_gateway!(|lab| {
        lab.nft(MASQUERADE)?;
        let config = "[track]\nreceive-buffer = \"64KiB\"\n";
        let daemon = disturbed(lab, config, "recvmmsg:delay_enter=8000000:when=20");
        let prometheus = Prometheus::start(lab, daemon.address, Pace::Quick);
        daemon.await_log("the reader thread stands still");
        send(lab, 1000..1150)?;
        prometheus.await_alert("NatconndBehind");
        prometheus.await_alert("NatconndBufferFilling");
        Ok::<(), Error>(())
    });
}

#[test]
fn clients_wait_for_a_connection() {
    lab::in_gateway!(|lab| {
        lab.nft(MASQUERADE)?;
        let daemon = Daemon::start(lab, "max-connections = 4\n");
        let prometheus = Prometheus::start(lab, daemon.address, Pace::Quick);
        let connect = |_| TcpStream::connect(daemon.address).unwrap();
        let held: Vec<TcpStream> = (0..6).map(connect).collect();
        sleep(Duration::from_millis(500));
        drop(held);
        prometheus.await_alert("NatconndBusy");
        Ok::<(), Error>(())
    });
}

#[test]
fn the_ports_for_one_remote_run_out() {
    lab::in_gateway!(|lab| {
        lab.nft(TEN_PORTS)?;
        let daemon = Daemon::start(lab, "[track]\nnat-ports = \"5100-5109\"\n");
        let prometheus = Prometheus::start(lab, daemon.address, Pace::Quick);
        let outside = lab.outside();
        outside.serve_tcp(443)?;
        let mut held = Vec::new();
        let mut hold = |connections: usize| {
            for at in 0..connections {
                held.push(lab.host(at % 3 + 1).connect_tcp(0, outside.at(443))?);
            }
            Ok::<(), Error>(())
        };
        // More than four fifths of the ten.
        hold(9)?;
        prometheus.await_alert("NatconndRemoteFilling");
        assert!(!alarmed(&prometheus).contains(&"NatconndRemoteFull".to_owned()));
        hold(1)?;
        prometheus.await_alert("NatconndRemoteFull");
        Ok::<(), Error>(())
    });
}

/// Debian has one folder for each architecture.
fn libfaketime() -> PathBuf {
    let folders = fs::read_dir("/usr/lib").unwrap();
    folders
        .map(|folder| folder.unwrap().path().join("faketime/libfaketimeMT.so.1"))
        .find(|path| path.exists())
        .expect("libfaketime; Debian's package faketime has it")
}

#[test]
fn the_clock_is_set() {
    lab::in_gateway!(|lab| {
        lab.nft(MASQUERADE)?;
        let difference = "/run/difference";
        fs::write(difference, "+0").unwrap();
        let (address, file, _) = configure("");
        let mut command = natconnd();
        command
            .args(["--config", &file])
            .env("LD_PRELOAD", libfaketime())
            .env("FAKETIME_TIMESTAMP_FILE", difference)
            .env("FAKETIME_NO_CACHE", "1")
            .env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
        let daemon = Daemon::of_process(Process::start(lab, &mut command), address);
        let prometheus = Prometheus::start(lab, daemon.address, Pace::Quick);
        fs::write(difference, "+100s").unwrap();
        prometheus.await_alert("NatconndClockSet");
        Ok::<(), Error>(())
    });
}

#[test]
fn the_disk_of_history_is_full() {
    lab::in_gateway!(|lab| {
        lab.nft(MASQUERADE)?;
        fs::create_dir("/run/small").unwrap();
        let mount = [
            "mount",
            "-t",
            "tmpfs",
            "-o",
            "size=4m",
            "tmpfs",
            "/run/small",
        ];
        lab.gateway().run(&mount)?;
        let daemon = Daemon::start(lab, "[history]\nfolder = \"/run/small/history\"\n");
        let prometheus = Prometheus::start(lab, daemon.address, Pace::Quick);
        for _ in 0..8 {
            let more = "head -c 100k /dev/zero >> /run/small/more";
            lab.gateway().run(&["sh", "-c", more])?;
            sleep(Duration::from_millis(500));
        }
        prometheus.await_alert("NatconndDiskFullSoon");
        let fill = "cat /dev/zero > /run/small/filler 2>/dev/null || true";
        lab.gateway().run(&["sh", "-c", fill])?;
        prometheus.await_alert("NatconndDiskFilling");
        // What is written finds no room, sooner or later.
        let is_over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    send(lab, 1000..1100).unwrap();
                    lab.conntrack(&["-F"]).unwrap();
                }
            });
            prometheus.await_alert("NatconndNotRecording");
            prometheus.await_alert("NatconndUnrecorded");
            is_over.store(true, Ordering::Relaxed);
        });
        Ok::<(), Error>(())
    });
}

#[test]
fn a_file_of_history_is_missing() {
    lab::in_gateway!(|lab| {
        lab.nft(MASQUERADE)?;
        let config = "[track]\nkeep-ended = \"0s\"\n\
                      [history]\nfolder = \"/run/history\"\nsegment-age = \"1s\"\n";
        let mut daemon = Daemon::start(lab, config);
        send(lab, 1000..1010)?;
        lab.await_connections(&["-p", "udp"], 10)?;
        lab.conntrack(&["-F"])?;
        let segment = crate::process::eventually(|| {
            let found = lab
                .gateway()
                .run(&["find", "/run/history", "-name", "*.parquet"]);
            let found = found.map_err(|error| error.to_string())?;
            found
                .lines()
                .next()
                .map(str::to_owned)
                .ok_or_else(|| daemon.log())
        });
        daemon.signal("TERM");
        daemon.await_end();
        fs::remove_file(segment).unwrap();
        let process = Process::start(lab, natconnd().args(["--config", &daemon.file]));
        let daemon = Daemon::of_process(process, daemon.address);
        let prometheus = Prometheus::start(lab, daemon.address, Pace::Quick);
        prometheus.await_alert("NatconndHistoryDamaged");
        Ok::<(), Error>(())
    });
}
