//! Remotes that ask the gateway who has their connection.
//!
//! `Net::Ident`, perl's client of RFC 1413, asks as servers do; what it cannot ask is
//! asked line by line from the remote's network namespace.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::path::Path;
use std::time::Duration;

use lab::{Error, Host, Lab, MASQUERADE};

use crate::daemon::{Daemon, configure, natconnd, natconnd_behind};
use crate::process::{Process, eventually};

const PORT: u16 = 113;

/// A server like those of IRC: it asks who has connected, and says what it was told.
const SERVER: &str = r#"
    my $listener = IO::Socket::INET->new(LocalPort => $ARGV[0], Listen => 5, ReuseAddr => 1)
        or die "listen: $!";
    print STDERR "listening\n";
    while (my $client = $listener->accept) {
        my ($user, $system, $error) = Net::Ident::lookup($client, 5);
        print $client join("|", map { $_ // "" } $user, $system, $error), "\n";
        close $client;
    }
"#;

fn serve(lab: &Lab, port: u16) -> Process {
    let port = port.to_string();
    let line = [
        "perl",
        "-MNet::Ident",
        "-MIO::Socket::INET",
        "-e",
        SERVER,
        &port,
    ];
    let server = Process::start_on(lab.outside(), &mut lab::command(&line));
    server.await_log("listening");
    server
}

/// The gateway lets anybody have port 113: the unit gives no capability for it.
fn daemon(lab: &Lab, ident: &str) -> Daemon {
    lab.sysctl("net.ipv4.ip_unprivileged_port_start", "113")
        .unwrap();
    let daemon = Daemon::start(
        lab,
        &format!("[track]\nkeep-ended = \"100ms\"\n[ident]\nlisten = [\"[::]:113\"]\n{ident}"),
    );
    eventually(|| match daemon.status().coverage {
        coverage if coverage.complete => Ok(()),
        coverage => Err(format!("{coverage:?}")),
    });
    daemon
}

/// What a server that asks is told of a host that connects to it.
fn told(host: &Host, server: SocketAddr) -> String {
    let mut stream = host.connect_tcp(0, server).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(10)))
        .unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text.trim_end().to_owned()
}

/// A conversation of the remote with the gateway.
struct Conversation(BufReader<TcpStream>);

impl Conversation {
    fn with(lab: &Lab, gateway: IpAddr) -> Self {
        let connect = || TcpStream::connect(SocketAddr::new(gateway, PORT));
        let stream = lab.outside().enter(connect).unwrap().unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(10)))
            .unwrap();
        Self(BufReader::new(stream))
    }

    fn send(&mut self, text: &str) {
        self.0.get_mut().write_all(text.as_bytes()).unwrap();
    }

    /// The next reply with its end; nothing at the end of the conversation.
    fn read(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).unwrap();
        line
    }

    fn ask(&mut self, question: &str) -> String {
        self.send(&format!("{question}\r\n"));
        let reply = self.read();
        let line = reply.strip_suffix("\r\n");
        line.unwrap_or_else(|| panic!("{reply:?}")).to_owned()
    }
}

fn nat(lab: &Lab) -> IpAddr {
    lab.nat_v4()[0].into()
}

#[test]
fn a_server_is_told_the_host_behind_the_nat() {
    lab::in_gateway!(|lab| {
        lab.nft(MASQUERADE)?;
        let _server = serve(lab, 6667);
        let _daemon = daemon(lab, "reply = \"host\"\n");
        for host in lab.hosts() {
            let expected = format!("{}|OTHER|", host.v4());
            assert_eq!(told(host, lab.outside().at(6667)), expected);
        }
        Ok::<(), Error>(())
    });
}

#[test]
fn a_server_is_told_a_hash_that_the_operator_can_read() {
    lab::in_gateway!(|lab| {
        lab.nft(MASQUERADE)?;
        let _server = serve(lab, 6667);
        let config = "key-file = \"/run/ident.key\"\n";
        let mut daemon = daemon(lab, config);
        let [first, second] = [1, 2].map(|it| told(lab.host(it), lab.outside().at(6667)));
        assert_ne!(first, second);
        let hash = first.strip_suffix("|OTHER|").unwrap();
        assert_eq!(hash.len(), 16);
        for hash in [hash, &hash[..10]] {
            let among = "192.168.248.0/24";
            let arguments = [
                "ident",
                hash,
                "--key-file",
                "/run/ident.key",
                "--among",
                among,
            ];
            let output = daemon.natconn(&arguments);
            let found = String::from_utf8(output.stdout).unwrap();
            assert_eq!(found, format!("{}\n", lab.host(1).v4()));
        }
        // It says the same after a restart.
        daemon.signal("TERM");
        daemon.await_end();
        let process = Process::start(lab, natconnd().args(["--config", &daemon.file]));
        let _daemon = Daemon::of_process(process, daemon.address);
        let again = eventually(|| match told(lab.host(1), lab.outside().at(6667)) {
            told if told.contains("UNKNOWN-ERROR") => Err(told),
            told => Ok(told),
        });
        assert_eq!(again, first);
        Ok::<(), Error>(())
    });
}

#[test]
fn who_asks_learns_of_living_connections_of_its_own() {
    lab::in_gateway!(|lab| {
        lab.nft(MASQUERADE)?;
        lab.outside().serve_tcp(6667)?;
        let daemon = daemon(lab, "reply = \"host\"\n");
        let held = lab.host(1).connect_tcp(40_123, lab.outside().at(6667))?;
        let named = format!("40123, 6667 : USERID : OTHER : {}", lab.host(1).v4());

        let mut asking = Conversation::with(lab, nat(lab));
        assert_eq!(asking.ask("40123, 6667"), named);
        assert_eq!(asking.ask("\t40123 ,6667 "), named);
        assert_eq!(asking.ask("40123, 6668"), "40123, 6668 : ERROR : NO-USER");
        assert_eq!(asking.ask("40124, 6667"), "40124, 6667 : ERROR : NO-USER");
        // Two at once, the second without its end.
        asking.send("40123,6667\n40123,6667");
        asking
            .0
            .get_ref()
            .shutdown(std::net::Shutdown::Write)
            .unwrap();
        for _ in 0..2 {
            assert_eq!(asking.read(), format!("{named}\r\n"));
        }
        assert_eq!(asking.read(), "");

        // Another machine that asks the same learns nothing, inside or outside.
        let inside = || {
            let mut stream = TcpStream::connect(SocketAddr::new(nat(lab), PORT)).unwrap();
            stream.write_all(b"40123,6667\r\n").unwrap();
            let mut line = String::new();
            BufReader::new(stream).read_line(&mut line).unwrap();
            line
        };
        let line = lab.host(2).enter(inside)?;
        assert_eq!(line, "40123, 6667 : ERROR : NO-USER\r\n");

        drop(held);
        lab.conntrack(&["-D", "-p", "tcp", "--dport", "6667"])?;
        let mut asking = Conversation::with(lab, nat(lab));
        assert_eq!(asking.ask("40123, 6667"), "40123, 6667 : ERROR : NO-USER");
        let metrics = daemon.get("/metrics").body;
        for line in [
            "natconnd_ident_replies_total{reply=\"user\"} 4",
            "natconnd_ident_replies_total{reply=\"no-user\"} 4",
            "natconnd_ident_connections_total 3",
        ] {
            assert!(metrics.lines().any(|it| it == line), "{line}: {metrics}");
        }
        Ok::<(), Error>(())
    });
}

#[test]
fn port_forwards_and_ipv6_are_answered_too() {
    lab::in_gateway!(|lab| {
        lab.nft(MASQUERADE)?;
        lab.nft(
            "table ip forward { chain prerouting {
                type nat hook prerouting priority dstnat
                iifname outside tcp dport 8080 dnat to 192.168.248.3:80
            }
            }",
        )?;
        lab.host(2).serve_tcp(80)?;
        lab.outside().serve_tcp(6667)?;
        let _daemon = daemon(lab, "reply = \"host\"\n");

        let _forwarded = lab
            .outside()
            .connect_tcp(50_000, SocketAddr::new(nat(lab), 8080))?;
        let mut asking = Conversation::with(lab, nat(lab));
        let expected = format!("8080, 50000 : USERID : OTHER : {}", lab.host(2).v4());
        assert_eq!(asking.ask("8080, 50000"), expected);

        let _held = lab.host(1).connect_tcp(40_123, lab.outside().at_v6(6667))?;
        let mut asking = Conversation::with(lab, lab.nat_v6()[0].into());
        let expected = format!("40123, 6667 : USERID : OTHER : {}", lab.host(1).v6());
        assert_eq!(asking.ask("40123, 6667"), expected);
        Ok::<(), Error>(())
    });
}

#[test]
fn nobody_is_named_while_events_are_missing() {
    lab::in_gateway!(|lab| {
        lab.nft(MASQUERADE)?;
        lab.outside().serve_tcp(6667)?;
        let daemon = daemon(lab, "reply = \"name\"\nname = \"nat\"\n");
        let _held = lab.host(1).connect_tcp(40_123, lab.outside().at(6667))?;
        let mut asking = Conversation::with(lab, nat(lab));
        let named = "40123, 6667 : USERID : OTHER : nat";
        assert_eq!(asking.ask("40123, 6667"), named);
        lab.sysctl("net.netfilter.nf_conntrack_events", "0")?;
        daemon.await_log("the kernel sends no events of connections");
        let unknown = "40123, 6667 : ERROR : UNKNOWN-ERROR";
        assert_eq!(asking.ask("40123, 6667"), unknown);
        Ok::<(), Error>(())
    });
}

#[test]
fn strangers_who_speak_otherwise_are_left() {
    lab::in_gateway!(|lab| {
        lab.nft(MASQUERADE)?;
        let daemon = daemon(lab, "reply = \"host\"\n");
        for (line, reply) in [
            ("GET / HTTP/1.1\r\n", "0, 0 : ERROR : INVALID-PORT\r\n"),
            (
                "40123, 65536\r\n",
                "40123, 65536 : ERROR : INVALID-PORT\r\n",
            ),
            ("\r\n", "0, 0 : ERROR : INVALID-PORT\r\n"),
        ] {
            let mut asking = Conversation::with(lab, nat(lab));
            asking.send(line);
            assert_eq!(asking.read(), reply);
            assert_eq!(asking.read(), "", "after {line:?}");
        }
        // A line that does not end.
        let mut asking = Conversation::with(lab, nat(lab));
        asking.send(&"1".repeat(1000));
        let mut rest = Vec::new();
        // Closed, or reset where some of it was not read.
        let _ = asking.0.read_to_end(&mut rest);
        assert!(rest.is_empty());
        // More conversations than one machine may have.
        let held: Vec<Conversation> = (0..64).map(|_| Conversation::with(lab, nat(lab))).collect();
        let mut refused = Conversation::with(lab, nat(lab));
        assert_eq!(refused.read(), "");
        drop(held);
        eventually(|| {
            let mut asking = Conversation::with(lab, nat(lab));
            let _ = asking.0.get_mut().write_all(b"1,1\r\n");
            let mut line = String::new();
            let _ = asking.0.read_line(&mut line);
            let is_told = line == "1, 1 : ERROR : NO-USER\r\n";
            is_told.then_some(()).ok_or(line)
        });
        let metrics = daemon.get("/metrics").body;
        let failed = "natconnd_ident_failed_connections_total 1";
        assert!(metrics.lines().any(|it| it == failed), "{metrics}");
        Ok::<(), Error>(())
    });
}

#[test]
fn who_may_not_ask_is_left_without_a_word() {
    lab::in_gateway!(|lab| {
        lab.nft(MASQUERADE)?;
        let _daemon = daemon(lab, "reply = \"host\"\nallow = [\"192.168.248.0/24\"]\n");
        let mut asking = Conversation::with(lab, nat(lab));
        assert_eq!(asking.read(), "");
        Ok::<(), Error>(())
    });
}

/// As systemd hands over a socket: bound where the configuration says, before natconnd may
/// not bind such a port any more.
#[test]
fn a_socket_that_is_handed_over_is_answered_on() {
    lab::in_gateway!(|lab| {
        lab.nft(MASQUERADE)?;
        lab.outside().serve_tcp(6667)?;
        let ident = "[ident]\nlisten = [\"0.0.0.0:113\"]\nreply = \"host\"\n";
        let (address, file, _) = configure(&format!("[track]\nkeep-ended = \"100ms\"\n{ident}"));
        let listener = lab
            .gateway()
            .enter(|| std::net::TcpListener::bind("0.0.0.0:113"))?;
        let listener = std::os::fd::OwnedFd::from(listener.unwrap());
        const MOVE: &str = "exec 3<&0 </dev/null; export LISTEN_PID=$$ LISTEN_FDS=1; exec \"$@\"";
        let mut command = natconnd_behind(&["sh", "-c", MOVE, "sh"]);
        command
            .args(["--config", &file])
            .stdin(std::process::Stdio::from(listener));
        let daemon = Daemon::of_process(Process::start(lab, &mut command), address);
        daemon.await_log("took over listening sockets");
        let _held = lab.host(1).connect_tcp(40_123, lab.outside().at(6667))?;
        let expected = format!("40123, 6667 : USERID : OTHER : {}", lab.host(1).v4());
        eventually(|| {
            let mut asking = Conversation::with(lab, nat(lab));
            let reply = asking.ask("40123, 6667");
            (reply == expected).then_some(()).ok_or(reply)
        });
        assert!(!Path::new("/run/ident.key").exists());
        let log = fs::read_to_string("/run/process-0.log").unwrap();
        assert!(log.contains("ident=0.0.0.0:113"), "{log}");
        Ok::<(), Error>(())
    });
}
