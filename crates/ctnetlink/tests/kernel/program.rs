//! A program on the event socket passes what the filter says, on real traffic.

use ctnetlink::{EventOptions, EventSocket, Groups, program_for};
use lab::Error;
use model::{Event, Filter, Protocol, TranslationKind};

use crate::events::{open, read_all};
use crate::traffic::{make, matches, serve};

fn filters() -> Vec<Filter> {
    let any = Filter::default;
    vec![
        any(),
        Filter {
            kind: Some(TranslationKind::Source),
            ..any()
        },
        Filter {
            kind: Some(TranslationKind::Destination),
            ..any()
        },
        Filter {
            protocols: vec![Protocol::ICMP, Protocol::SCTP, Protocol(99)],
            ..any()
        },
        Filter {
            zones: vec![5, 6],
            ..any()
        },
        Filter {
            zones: vec![0, 7],
            protocols: vec![Protocol::UDP],
            ..any()
        },
        Filter {
            internal: "192.168.248.2,192.168.248.3:6000-6002".parse().unwrap(),
            ..any()
        },
        // An ICMP id or a GRE key in the port's place.
        Filter {
            internal: ":7".parse().unwrap(),
            ..any()
        },
        Filter {
            remote: ":7".parse().unwrap(),
            ..any()
        },
        Filter {
            nat: "fd00:2::/64".parse().unwrap(),
            ..any()
        },
        Filter {
            nat: "100.64.2.1:6000-6001,[fd00:2::1]:5001".parse().unwrap(),
            kind: Some(TranslationKind::Source),
            ..any()
        },
        Filter {
            remote: "100.64.2.0/24:53-55,:22".parse().unwrap(),
            ..any()
        },
        Filter {
            original_destination: "100.64.2.1".parse().unwrap(),
            ..any()
        },
        Filter {
            internal: "192.168.248.4".parse().unwrap(),
            original_destination: "100.64.2.1:8022".parse().unwrap(),
            kind: Some(TranslationKind::Destination),
            ..any()
        },
        Filter {
            internal: "10.0.0.0/8".parse().unwrap(),
            ..any()
        },
    ]
}

#[test]
fn the_kernel_passes_what_the_filter_says() {
    lab::in_gateway!(|lab| {
        serve(lab)?;
        let mut all = open(Groups::ALL);
        let mut filtered: Vec<_> = filters()
            .into_iter()
            .map(|filter| {
                let program = program_for(&filter);
                assert!(program.is_some(), "{filter:?}");
                let socket = EventSocket::open(&EventOptions {
                    groups: Groups::ALL,
                    receive_buffer: 1 << 20,
                    program,
                    is_reliable: false,
                });
                (filter, socket.unwrap())
            })
            .collect();
        // Held, since a packet after the flush begins a connection anew.
        let _held = make(lab)?;
        // Untranslated, so no program passes it.
        lab.host(1).send_udp(5000, (lab.gateway().v4(), 9).into())?;
        lab.conntrack(&["-F"])?;

        let events = read_all(&mut all);
        let nothing = filtered.len() - 1;
        for (at, (filter, socket)) in filtered.iter_mut().enumerate() {
            let fits =
                |event: &Event| matches(&event.connection).any(|found| filter.matches(&found));
            let expected: Vec<_> = events.iter().filter(|event| fits(event)).copied().collect();
            assert_eq!(read_all(socket), expected, "{filter:?}");
            assert_eq!(expected.is_empty(), at == nothing, "{filter:?}");
            assert!(expected.len() < events.len(), "{filter:?}");
        }
        Ok::<(), Error>(())
    });
}

/// Too long for the kernel: whoever reads has to filter.
#[test]
fn a_filter_of_hundreds_has_no_program() {
    let endpoints: Vec<_> = (1..=250).map(|last| format!("192.0.2.{last}:1")).collect();
    let filter = Filter {
        internal: endpoints.join(",").parse().unwrap(),
        ..Filter::default()
    };
    assert!(program_for(&filter).is_none());
}
