//! Getting a single connection.

use ctnetlink::GetSocket;
use lab::Error;
use model::{Filter, Tuple, ZoneScope};

use crate::dump::dump;
use crate::traffic::{COUNT, make, serve};

/// The zone that counts for the packets of each direction.
fn zones(connection: &model::Connection) -> [u16; 2] {
    let id = connection.zone.id;
    match connection.zone.scope {
        ZoneScope::Both => [id, id],
        ZoneScope::Original => [id, 0],
        ZoneScope::Reply => [0, id],
    }
}

#[test]
fn every_connection_is_found_by_either_tuple() {
    lab::in_gateway!(|lab| {
        serve(lab)?;
        let _held = make(lab)?;
        lab.await_connections(&[], COUNT)?;
        let mut socket = GetSocket::open().unwrap();
        let mut in_zones = 0;
        for connection in dump(&Filter::default()) {
            let tuples = [connection.original, connection.reply];
            for (tuple, zone) in tuples.iter().zip(zones(&connection)) {
                let mut found = socket.get(tuple, zone).unwrap().expect("it is there");
                // Time goes on.
                found.timeout = connection.timeout;
                assert_eq!(found, connection, "by {tuple:?}");
                let elsewhere = socket.get(tuple, zone + 1).unwrap();
                assert_eq!(elsewhere, None, "{tuple:?} in another zone");
                in_zones += u32::from(zone != 0);
            }
        }
        assert_eq!(in_zones, 4);
        Ok::<(), Error>(())
    });
}

#[test]
fn what_is_not_there_is_not_found() {
    lab::in_gateway!(|lab| {
        serve(lab)?;
        let _held = make(lab)?;
        let mut socket = GetSocket::open().unwrap();
        let connections = dump(&Filter::default());
        for connection in &connections {
            let other = |change: fn(&mut Tuple)| {
                let mut tuple = connection.original;
                change(&mut tuple);
                tuple
            };
            let mut others = vec![other(|tuple| {
                tuple.source.address = match tuple.source.address {
                    std::net::IpAddr::V4(_) => [192, 0, 2, 1].into(),
                    std::net::IpAddr::V6(_) => [0x2001, 0xdb8, 0, 0, 0, 0, 0, 1].into(),
                };
            })];
            if connection.original.protocol.has_ports() {
                others.push(other(|tuple| tuple.source.port ^= 0x4000));
            }
            if connection.original.icmp.is_some() {
                others.push(other(|tuple| {
                    tuple.source.port ^= 0x4000;
                    tuple.destination.port ^= 0x4000;
                }));
            }
            for tuple in others {
                let zone = zones(connection)[0];
                assert_eq!(socket.get(&tuple, zone).unwrap(), None, "{tuple:?}");
            }
        }
        lab.conntrack(&["-F"])?;
        for connection in &connections {
            let zone = zones(connection)[0];
            assert_eq!(socket.get(&connection.original, zone).unwrap(), None);
        }
        Ok::<(), Error>(())
    });
}

/// A refusal is an error with the kernel's number, and no end of the socket.
#[test]
fn a_refusal_is_an_error() {
    lab::in_gateway!(|lab| {
        serve(lab)?;
        lab.host(1).ping(7, lab.outside().v4().into())?;
        let [connection] = dump(&Filter::default())[..] else {
            panic!("there is one");
        };
        let mut socket = GetSocket::open().unwrap();
        // An ICMP tuple without a type says nothing to the kernel.
        let tuple = Tuple {
            icmp: None,
            ..connection.original
        };
        let error = socket.get(&tuple, 0).unwrap_err();
        assert_eq!(error.errno(), Some(22), "{error:?}");
        assert_eq!(
            error.to_string(),
            "get a connection: kernel refused: Invalid argument (os error 22)"
        );
        assert!(socket.get(&connection.original, 0).unwrap().is_some());
        Ok::<(), Error>(())
    });
}
