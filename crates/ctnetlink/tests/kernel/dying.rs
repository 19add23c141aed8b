//! Connections whose end does not fit into a listener's buffer.

use std::time::{Duration, Instant};

use ctnetlink::{Dying, EventOptions, EventSocket, Groups, Read};
use lab::{Error, Lab};
use model::EventKind;

/// Many more than fit into the smallest buffer.
const CONNECTIONS: u16 = 300;

/// A listener whose buffer holds few events.
fn listen(is_reliable: bool) -> EventSocket {
    EventSocket::open(&EventOptions {
        groups: Groups::NEW_AND_DESTROY,
        receive_buffer: 16 << 10,
        program: None,
        is_reliable,
    })
    .unwrap()
}

/// Begins and ends connections while nobody reads.
fn overrun(lab: &Lab) -> Result<(), Error> {
    lab.nft(lab::MASQUERADE)?;
    for port in 6000..6000 + CONNECTIONS {
        lab.host(1).send_udp(port, lab.outside().at(9))?;
    }
    lab.await_connections(&[], CONNECTIONS.into())?;
    lab.conntrack(&["-D", "-p", "udp"])?;
    Ok(())
}

fn await_none() {
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        let dying = Dying::count(1000).unwrap();
        if dying.connections == 0 {
            assert!(dying.is_all);
            return;
        }
        assert!(Instant::now() < deadline, "{dying:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn dying_connections_are_counted_until_their_end_is_read() {
    lab::in_gateway!(|lab| {
        let mut socket = listen(true);
        overrun(lab)?;
        let dying = Dying::count(1000).unwrap();
        assert!(dying.is_all);
        let expected = usize::from(CONNECTIONS);
        assert!((200..=expected).contains(&dying.connections), "{dying:?}");
        let listed = lab.conntrack(&["-L", "dying"])?;
        assert_eq!(dying.connections, listed.lines().count());

        let mut ended = Vec::new();
        let mut overruns = 0;
        let mut room = Vec::new();
        let deadline = Instant::now() + Duration::from_secs(10);
        while ended.len() < expected && Instant::now() < deadline {
            socket.wait(Duration::from_millis(100)).unwrap();
            match socket.read().unwrap() {
                Read::Events { .. } => {
                    let events = socket.batch().decode(&mut room, |error| panic!("{error}"));
                    let ends = events
                        .iter()
                        .filter(|event| event.kind == EventKind::Destroy);
                    ended.extend(ends.map(|event| event.connection.original.source.port));
                }
                Read::Overrun => overruns += 1,
                Read::Nothing => {}
            }
        }
        await_none();
        assert!(overruns > 0, "the sign of loss is missing");
        ended.sort_unstable();
        let all: Vec<u16> = (6000..6000 + CONNECTIONS).collect();
        assert_eq!(ended, all, "each end is told once");
        Ok::<(), Error>(())
    });
}

#[test]
fn a_queue_says_how_full_it_is_and_what_it_refused() {
    lab::in_gateway!(|lab| {
        let mut socket = listen(false);
        let queue = socket.queue().unwrap();
        let empty = queue.filling().unwrap();
        assert_eq!((empty.taken, empty.refused), (0, 0));
        assert_eq!(empty.room as usize, 2 * socket.receive_buffer());
        overrun(lab)?;
        let full = queue.filling().unwrap();
        assert!(full.taken > full.room / 2, "{full:?}");
        let mut queued = 0;
        loop {
            match socket.read().unwrap() {
                Read::Events { datagrams, .. } => queued += datagrams,
                Read::Overrun => {}
                Read::Nothing => break,
            }
        }
        // Each connection begins and ends.
        assert_eq!(queued + full.refused as usize, 2 * usize::from(CONNECTIONS));
        assert_eq!(queue.filling().unwrap().taken, 0);
        Ok::<(), Error>(())
    });
}

#[test]
fn a_long_list_is_counted_in_part() {
    lab::in_gateway!(|lab| {
        let _socket = listen(true);
        overrun(lab)?;
        let dying = Dying::count(1).unwrap();
        assert!(!dying.is_all);
        assert!(dying.connections >= 1, "{dying:?}");
        assert!(dying.connections < 250, "{dying:?}");
        Ok::<(), Error>(())
    });
}

#[test]
fn without_reliable_events_nothing_is_kept() {
    lab::in_gateway!(|lab| {
        let _socket = listen(false);
        overrun(lab)?;
        let none = Dying {
            connections: 0,
            is_all: true,
        };
        assert_eq!(Dying::count(1000).unwrap(), none);
        Ok::<(), Error>(())
    });
}

/// Neither from the reading thread nor from another.
#[test]
fn a_listener_can_let_the_kernel_go_without_reading() {
    lab::in_gateway!(|lab| {
        let socket = listen(true);
        overrun(lab)?;
        assert!(Dying::count(1).unwrap().connections > 0);
        socket.set_reliable(false).unwrap();
        await_none();

        socket.set_reliable(true).unwrap();
        overrun(lab)?;
        assert!(Dying::count(1).unwrap().connections > 0);
        socket.queue().unwrap().set_reliable(false).unwrap();
        await_none();
        Ok::<(), Error>(())
    });
}
