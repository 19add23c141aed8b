//! Hosts that have the same NAT endpoint one after the other, towards the same
//! remote: only the time tells them apart.
//!
//! Each packet says in itself who sent it. `make truth` does the same with
//! millions.

use std::collections::HashSet;
use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use lab::{Error, Host, Lab};
use model::Timestamp;
use natconnd::api::LookupAnswer;

use crate::agreement::misses_nothing;
use crate::daemon::Daemon;

/// How long hosts send: every port has several of them.
const TIME: Duration = Duration::from_secs(4);

/// A packet as it came out of the gateway.
#[derive(Debug)]
struct Packet {
    nat: SocketAddr,
    internal: SocketAddr,
    /// When it was there, as natconnd writes times.
    at: String,
}

/// The host sends one packet, which names its source.
fn send(host: &Host, port: u16, remote: SocketAddr) {
    let internal = host.at(port);
    let sent = host.enter(|| {
        let socket = UdpSocket::bind(internal)?;
        socket.send_to(internal.to_string().as_bytes(), remote)
    });
    sent.unwrap().unwrap();
}

/// Waits for a packet; `None` where there was none for a moment.
fn receive(sink: &UdpSocket) -> Option<Packet> {
    let mut text = [0; 64];
    let (length, nat) = sink.recv_from(&mut text).ok()?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let at = Timestamp(i64::try_from(now.as_nanos()).unwrap()).to_string();
    let internal = std::str::from_utf8(&text[..length]).unwrap();
    Some(Packet {
        nat,
        internal: internal.parse().unwrap(),
        at,
    })
}

/// At the packet's time, the answer names its sender and nobody else.
fn assert_true(answer: &LookupAnswer, packet: &Packet) {
    assert!(misses_nothing(&answer.coverage), "{answer:?}");
    let lived_then = answer.matches.iter().filter(|row| {
        // In RFC 3339, the order of texts is that of times.
        let has_begun = row.started_at.as_ref().is_some_and(|at| *at <= packet.at);
        has_begun && row.ended_at.as_ref().is_none_or(|at| packet.at < *at)
    });
    let senders: Vec<_> = lived_then
        .map(|row| SocketAddr::new(row.internal_address, row.internal_port))
        .collect();
    assert_eq!(senders, [packet.internal], "{packet:?}\n{answer:#?}");
}

fn exact(packet: &Packet, remote: SocketAddr) -> String {
    format!("protocol=udp&nat={}&remote={remote}", packet.nat)
}

/// All hosts send in turns, each packet from another port; gives the packets
/// that found a NAT endpoint free, each of which is asked about at once.
fn take_turns(lab: &Lab, daemon: &Daemon, remote: SocketAddr) -> Vec<Packet> {
    let sink = lab.outside().enter(|| UdpSocket::bind(remote));
    let sink = sink.unwrap().unwrap();
    sink.set_read_timeout(Some(Duration::from_millis(100)))
        .unwrap();
    let is_done = AtomicBool::new(false);
    thread::scope(|scope| {
        let sender = scope.spawn(|| {
            let began = SystemTime::now();
            for port in 20_000.. {
                let host = lab.host(1 + usize::from(port) % lab.hosts().len());
                send(host, port, remote);
                thread::sleep(Duration::from_millis(5));
                if began.elapsed().is_ok_and(|time| time > TIME) {
                    break;
                }
            }
            is_done.store(true, Ordering::Relaxed);
        });
        let mut packets = Vec::new();
        loop {
            match receive(&sink) {
                Some(packet) => {
                    assert_true(&daemon.lookup(&exact(&packet, remote)), &packet);
                    packets.push(packet);
                }
                None if is_done.load(Ordering::Relaxed) => break,
                None => {}
            }
        }
        sender.join().unwrap();
        packets
    })
}

#[test]
fn the_time_tells_who_had_the_nat_endpoint() {
    lab::in_gateway!(|lab| {
        lab.nft(
            "table ip nat {
                chain postrouting {
                    type nat hook postrouting priority srcnat
                    oifname outside meta l4proto udp snat to 100.64.2.1:7000-7015
                }
            }",
        )?;
        lab.sysctl("net.netfilter.nf_conntrack_udp_timeout", "1")?;
        lab.sysctl("net.netfilter.nf_conntrack_timestamp", "1")?;
        let daemon = Daemon::start(lab, "[track]\nkeep-ended = \"10m\"\n");
        let remote = lab.outside().at(9);
        let packets = take_turns(lab, &daemon, remote);

        let hosts: HashSet<_> = packets
            .iter()
            .map(|packet| (packet.nat, packet.internal.ip()))
            .collect();
        let nats: HashSet<_> = packets.iter().map(|packet| packet.nat).collect();
        assert!(
            hosts.len() > nats.len(),
            "no NAT endpoint went from host to host: {packets:?}"
        );
        for packet in &packets {
            assert_true(&daemon.lookup(&exact(packet, remote)), packet);
            assert_true(&daemon.lookup(&format!("nat={}", packet.nat)), packet);
        }
        Ok::<(), Error>(())
    });
}
