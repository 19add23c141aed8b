//! The kernel's verdict on a compiled filter, against the filter itself.
//!
//! A socket filter sees the same bytes on any kind of socket. So the program is
//! attached to one end of a pair of unix sockets, real messages of a real
//! kernel are sent to it, and what arrives is compared with what
//! `Filter::matches` says.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::net::IpAddr;
use std::os::unix::net::UnixDatagram;
use std::path::Path;

use ctnetlink::{DecodeCounters, Messages, decode_event, program_for};
use model::{
    Endpoint, EndpointPattern, EndpointSet, Event, Filter, Match, Protocol, TranslationKind,
};
use proptest::prelude::*;

fn captured() -> Vec<(Vec<u8>, Event)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/messages");
    fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "bin"))
        .map(|path| {
            let bytes = fs::read(path).unwrap();
            let mut event = Event::default();
            let message = Messages(&bytes).next().unwrap().unwrap();
            decode_event(&message, &mut event, &mut DecodeCounters::default()).unwrap();
            (bytes, event)
        })
        .collect()
}

fn fits(filter: &Filter, event: &Event) -> bool {
    let connection = &event.connection;
    connection.translations().any(|translation| {
        filter.matches(&Match {
            protocol: connection.original.protocol,
            translation,
            original_destination: connection.original.destination,
            zone: connection.zone,
            kernel_id: None,
            started_at: None,
            ended_at: None,
            end_evidence: None,
            traffic: None,
            mark: None,
        })
    })
}

/// Sends each message through the program and says which arrived.
fn passed(filter: &Filter, messages: &[(Vec<u8>, Event)]) -> Vec<bool> {
    let (near, far) = UnixDatagram::pair().unwrap();
    program_for(filter).unwrap().attach(&far).unwrap();
    far.set_nonblocking(true).unwrap();
    messages
        .iter()
        .map(|(bytes, _)| {
            // A unix socket reports a filtered datagram as sent.
            near.send(bytes).unwrap();
            let mut buffer = [0; 4096];
            match far.recv(&mut buffer) {
                Ok(length) => {
                    assert_eq!(&buffer[..length], bytes);
                    true
                }
                Err(_) => false,
            }
        })
        .collect()
}

/// Endpoints that the captured messages have, and some near them.
fn endpoints() -> impl Strategy<Value = Endpoint> {
    let mut known: Vec<Endpoint> = captured()
        .iter()
        .flat_map(|(_, event)| {
            let connection = &event.connection;
            [
                connection.original.source,
                connection.original.destination,
                connection.reply.source,
                connection.reply.destination,
            ]
        })
        .collect();
    known.sort();
    known.dedup();
    prop::sample::select(known)
}

fn patterns() -> impl Strategy<Value = EndpointPattern> {
    (
        endpoints(),
        0..=128_u8,
        any::<bool>(),
        any::<bool>(),
        0..3_u16,
    )
        .prop_map(|(endpoint, bits, has_address, has_port, spread)| {
            let longest = if endpoint.address.is_ipv4() { 32 } else { 128 };
            let net = |address: IpAddr| {
                format!("{address}/{}", bits.min(longest))
                    .parse::<EndpointPattern>()
                    .unwrap()
            };
            EndpointPattern {
                addresses: has_address
                    .then(|| net(endpoint.address).addresses)
                    .flatten(),
                ports: has_port.then(|| {
                    endpoint.port.saturating_sub(spread)..=endpoint.port.saturating_add(spread)
                }),
            }
        })
}

fn sets() -> impl Strategy<Value = EndpointSet> {
    prop_oneof![
        2 => Just(EndpointSet::default()),
        3 => prop::collection::vec(patterns(), 1..4).prop_map(EndpointSet),
    ]
}

prop_compose! {
    fn filters()(
        protocols in prop::collection::vec(prop::sample::select(vec![6, 17, 1, 58, 132, 47, 50]), 0..3),
        kind in prop::option::of(prop::sample::select(TranslationKind::ALL.to_vec())),
        zones in prop::collection::vec(prop::sample::select(vec![0, 9, 11, 12]), 0..2),
        internal in sets(), nat in sets(), remote in sets(), original_destination in sets(),
    ) -> Filter {
        Filter {
            protocols: protocols.into_iter().map(Protocol).collect(),
            kind, zones, internal, nat, remote, original_destination,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn the_kernel_passes_what_the_filter_fits(filter in filters()) {
        let messages = captured();
        let wanted: Vec<bool> = messages.iter().map(|(_, event)| fits(&filter, event)).collect();
        prop_assert_eq!(passed(&filter, &messages), wanted);
    }
}

#[test]
fn the_default_filter_passes_translated_connections_only() {
    let messages = captured();
    let passed = passed(&Filter::default(), &messages);
    for ((_, event), passed) in messages.iter().zip(passed) {
        let is_translated = event.connection.translations().count() > 0;
        assert_eq!(passed, is_translated, "{event:?}");
    }
    let program = program_for(&Filter::default()).unwrap();
    assert!(program.instructions().len() <= 12, "{program:?}");
}

#[test]
fn a_filter_too_long_for_the_kernel_has_no_program() {
    let many = (0..2000)
        .map(|port| EndpointPattern {
            addresses: None,
            ports: Some(port..=port),
        })
        .collect();
    let filter = Filter {
        nat: EndpointSet(many),
        ..Filter::default()
    };
    assert_eq!(program_for(&filter), None);
}
