//! Events are what `conntrack -E` prints.

use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

use ctnetlink::{EventOptions, EventSocket, Groups, Read};
use lab::{Error, Lab, Listed, Running};
use model::{Event, EventKind};

use crate::dump::assert_same;
use crate::traffic::{COUNT, make, serve};

/// A socket that has room for all that a test makes.
pub fn open(groups: Groups) -> EventSocket {
    EventSocket::open(&EventOptions {
        groups,
        receive_buffer: 1 << 20,
        program: None,
        is_reliable: false,
    })
    .unwrap()
}

/// All events until there are none for a tenth of a second.
pub fn read_all(socket: &mut EventSocket) -> Vec<Event> {
    let mut all = Vec::new();
    let mut room = Vec::new();
    while socket.wait(Duration::from_millis(100)).unwrap() {
        match socket.read().unwrap() {
            Read::Events { datagrams, .. } => {
                let batch = socket.batch();
                let events = batch.decode(&mut room, |error| panic!("{error}"));
                assert_eq!(events.len(), datagrams);
                all.extend_from_slice(events);
            }
            other => panic!("{other:?}"),
        }
    }
    all
}

/// `conntrack -E`, and the file that it prints to.
struct Conntrack {
    _running: Running,
    path: &'static str,
}

impl Conntrack {
    /// Starts it, and waits until it has printed something: before that, it may
    /// not have subscribed.
    fn start(lab: &Lab) -> Result<Self, Error> {
        let path = "/run/conntrack";
        let mut command = lab::command(&["conntrack", "-E", "-o", "extended,id"]);
        command
            .stdout(fs::File::create(path).unwrap())
            .stderr(Stdio::null());
        let started = Self {
            _running: lab.gateway().spawn_command(&mut command)?,
            path,
        };
        for port in 7000..8000 {
            if !started.text().is_empty() {
                return Ok(started);
            }
            lab.host(1).send_udp(port, lab.outside().at(7000))?;
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("conntrack -E prints nothing");
    }

    fn text(&self) -> String {
        fs::read_to_string(self.path).unwrap()
    }

    /// What it has printed since it was started, but for that of its start.
    fn events(&self, count: usize) -> Vec<(EventKind, Listed)> {
        let deadline = Instant::now() + Duration::from_secs(5);
        loop {
            let text = self.text();
            let events: Vec<_> = text
                .lines()
                .map(parse)
                .filter(|(_, listed)| listed.original.destination.port != 7000)
                .collect();
            if events.len() >= count || Instant::now() > deadline {
                return events;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

fn parse(line: &str) -> (EventKind, Listed) {
    let (kind, listed) = line.trim_start().split_once(' ').unwrap();
    let kind = match kind {
        "[NEW]" => EventKind::New,
        "[UPDATE]" => EventKind::Update,
        "[DESTROY]" => EventKind::Destroy,
        other => panic!("{other}"),
    };
    (kind, listed.parse().unwrap())
}

#[test]
fn events_are_what_conntrack_prints() {
    lab::in_gateway!(|lab| {
        serve(lab)?;
        let conntrack = Conntrack::start(lab)?;
        lab.conntrack(&["-D", "-p", "udp", "--dport", "7000"])?;
        let mut all = open(Groups::ALL);
        let mut few = open(Groups::NEW_AND_DESTROY);
        read_all(&mut all);
        read_all(&mut few);

        // Held, since a packet after the flush begins a connection anew.
        let _held = make(lab)?;
        lab.conntrack(&["-F"])?;
        let events = read_all(&mut all);
        let printed = conntrack.events(events.len());
        assert_eq!(events.len(), printed.len());
        for (event, (kind, listed)) in events.iter().zip(&printed) {
            assert_eq!(event.kind, *kind, "{listed:?}");
            assert_same(&event.connection, listed);
            assert_eq!(event.connection.timeout, listed.timeout, "{listed:?}");
        }
        let count = |kind| events.iter().filter(|event| event.kind == kind).count();
        assert_eq!(count(EventKind::New), COUNT);
        assert_eq!(count(EventKind::Destroy), COUNT);
        assert!(count(EventKind::Update) > 6, "{}", count(EventKind::Update));

        let without_updates: Vec<_> = events
            .into_iter()
            .filter(|event| event.kind != EventKind::Update)
            .collect();
        assert_eq!(read_all(&mut few), without_updates);
        Ok::<(), Error>(())
    });
}

/// A full buffer is told, and the socket goes on.
#[test]
fn an_overrun_is_told_once() {
    lab::in_gateway!(|lab| {
        lab.nft(lab::MASQUERADE)?;
        let mut socket = EventSocket::open(&EventOptions {
            groups: Groups::NEW_AND_DESTROY,
            receive_buffer: 4096,
            program: None,
            is_reliable: false,
        })
        .unwrap();
        assert!(
            socket.receive_buffer() < 65_536,
            "{}",
            socket.receive_buffer()
        );
        for port in 5000..5200 {
            lab.host(1).send_udp(port, lab.outside().at(7000))?;
        }
        lab.await_connections(&[], 200)?;
        let mut events = 0;
        let mut overruns = 0;
        loop {
            match socket.read().unwrap() {
                Read::Events { datagrams, .. } => events += datagrams,
                Read::Overrun => overruns += 1,
                Read::Nothing => break,
            }
        }
        assert_eq!(overruns, 1);
        assert!((1..200).contains(&events), "{events}");
        lab.host(2).send_udp(5000, lab.outside().at(7000))?;
        assert_eq!(read_all(&mut socket).len(), 1);
        Ok::<(), Error>(())
    });
}

/// Reliable: a DESTROY that did not fit comes later.
#[test]
fn no_destroy_is_lost_on_a_reliable_socket() {
    lab::in_gateway!(|lab| {
        lab.nft(lab::MASQUERADE)?;
        let mut socket = EventSocket::open(&EventOptions {
            groups: Groups::NEW_AND_DESTROY,
            receive_buffer: 4096,
            program: None,
            is_reliable: true,
        })
        .unwrap();
        for port in 5000..5200 {
            lab.host(1).send_udp(port, lab.outside().at(7000))?;
        }
        lab.await_connections(&[], 200)?;
        lab.conntrack(&["-F"])?;
        let mut ended = std::collections::BTreeSet::new();
        let mut room = Vec::new();
        let deadline = Instant::now() + Duration::from_secs(10);
        while ended.len() < 200 && Instant::now() < deadline {
            if let Read::Events { .. } = socket.read().unwrap() {
                let batch = socket.batch();
                for event in batch.decode(&mut room, |error| panic!("{error}")) {
                    if event.kind == EventKind::Destroy {
                        ended.insert(event.connection.original.source.port);
                    }
                }
            } else {
                socket.wait(Duration::from_millis(50)).unwrap();
            }
        }
        assert_eq!(ended.len(), 200);
        Ok::<(), Error>(())
    });
}

#[test]
fn a_socket_that_is_taken_over_has_all_that_waited() {
    lab::in_gateway!(|lab| {
        serve(lab)?;
        let options = EventOptions {
            groups: Groups::NEW_AND_DESTROY,
            receive_buffer: 1 << 20,
            program: None,
            is_reliable: true,
        };
        let first = EventSocket::open(&options).unwrap();
        let handed_over = first.queue().unwrap();
        drop(first);
        make(lab)?;
        let mut second = EventSocket::take_over(handed_over.into(), &options).unwrap();
        let is_new = |event: &&Event| event.kind == EventKind::New;
        assert_eq!(read_all(&mut second).iter().filter(is_new).count(), COUNT);
        lab.conntrack(&["-F"])?;
        let ended = read_all(&mut second);
        assert!(ended.iter().any(|event| event.kind == EventKind::Destroy));

        let other = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        assert!(EventSocket::take_over(other.into(), &options).is_err());
        Ok::<(), Error>(())
    });
}
