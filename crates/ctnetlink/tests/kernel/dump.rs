//! A dump holds what `conntrack -L` lists.

use ctnetlink::Dump;
use lab::{Error, Lab, Listed};
use model::{Connection, EndpointSet, Filter, Protocol, Status, TranslationKind};

use crate::traffic::{COUNT, make, matches, serve};

/// All that a dump brings, in the order of the ids.
pub fn dump(filter: &Filter) -> Vec<Connection> {
    let mut dump = Dump::start(filter).unwrap();
    let mut room = Vec::new();
    let mut all: Vec<Connection> = Vec::new();
    while let Some(part) = dump.read().unwrap() {
        all.extend(part.decode(&mut room, |error| panic!("{error}")));
    }
    assert!(dump.read().unwrap().is_none(), "the end stays the end");
    all.sort_by_key(|connection| connection.kernel_id.0);
    all
}

fn list(lab: &Lab) -> Result<Vec<Listed>, Error> {
    let mut listed = lab.await_connections(&[], COUNT)?;
    listed.sort_by_key(|one| one.kernel_id.0);
    Ok(listed)
}

/// Whether both say the same. Types and codes of ICMP are in the tuples too.
pub fn assert_same(connection: &Connection, listed: &Listed) {
    assert_eq!(connection.original, listed.original);
    assert_eq!(connection.reply, listed.reply);
    assert_eq!(connection.zone, listed.zone);
    assert_eq!(connection.kernel_id, listed.kernel_id);
    let has = |status| connection.status.contains(status);
    assert_eq!(
        !has(Status::SEEN_REPLY),
        listed.has("UNREPLIED"),
        "{listed:?}"
    );
    assert_eq!(has(Status::ASSURED), listed.has("ASSURED"), "{listed:?}");
    assert_eq!(
        [
            has(Status::SOURCE_TRANSLATED),
            has(Status::DESTINATION_TRANSLATED)
        ],
        [
            listed.is_source_translated(),
            listed.is_destination_translated()
        ],
        "{listed:?}"
    );
    if let Some(state) = connection.tcp_state {
        assert!(listed.has(state.name()), "{state:?}: {listed:?}");
    }
    let states = [
        "ESTABLISHED",
        "SYN_SENT",
        "SYN_RECV",
        "FIN_WAIT",
        "TIME_WAIT",
    ];
    if connection.original.protocol == Protocol::TCP {
        let is_said = states.iter().any(|state| listed.has(state));
        assert!(connection.tcp_state.is_some() || !is_said, "{listed:?}");
    }
}

#[test]
fn a_dump_is_the_list() {
    lab::in_gateway!(|lab| {
        serve(lab)?;
        let _held = make(lab)?;
        let listed = list(lab)?;
        let dumped = dump(&Filter::default());
        assert_eq!(dumped.len(), listed.len());
        for (connection, listed) in dumped.iter().zip(&listed) {
            assert_same(connection, listed);
            let [ours, theirs] = [connection.timeout, listed.timeout].map(Option::unwrap);
            assert!(ours.abs_diff(theirs) <= 2, "{ours} {listed:?}");
        }
        Ok::<(), Error>(())
    });
}

/// What `conntrack` prints only when asked to.
#[test]
fn a_dump_has_mark_counters_and_times() {
    lab::in_gateway!(|lab| {
        lab.sysctl("net.netfilter.nf_conntrack_acct", "1")?;
        lab.sysctl("net.netfilter.nf_conntrack_timestamp", "1")?;
        lab.nft(
            "table ip nat {
                chain marks {
                    type filter hook forward priority filter
                    ct mark set 0x2a
                }
                chain postrouting {
                    type nat hook postrouting priority srcnat
                    masquerade
                }
            }",
        )?;
        let before = std::time::SystemTime::now();
        lab.outside().serve_udp(53)?;
        lab.host(1).exchange_udp(5000, lab.outside().at(53))?;
        let dumped = dump(&Filter::default());
        let [connection] = dumped.as_slice() else {
            panic!("{dumped:?}");
        };
        assert_eq!(connection.mark, Some(0x2a));
        let traffic = connection.traffic.unwrap();
        // An IPv4 header, a UDP header, and "hello".
        for counters in [traffic.original, traffic.reply] {
            assert_eq!((counters.packets, counters.bytes), (1, 33));
        }
        let since_1970 = before
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap()
            .as_nanos();
        let started_at = connection.started_at.unwrap().0;
        let after = i128::from(started_at) - i128::try_from(since_1970).unwrap();
        assert!((-1_000_000..10_000_000_000).contains(&after), "{after} ns");
        Ok::<(), Error>(())
    });
}

/// The kernel may leave out what does not fit, and must not leave out what does.
#[test]
fn a_filtered_dump_leaves_out_nothing_that_fits() {
    lab::in_gateway!(|lab| {
        serve(lab)?;
        let _held = make(lab)?;
        list(lab)?;
        let all = dump(&Filter::default());
        let kinds = [
            None,
            Some(TranslationKind::Source),
            Some(TranslationKind::Destination),
        ];
        for kind in kinds {
            for nat in [
                "",
                "100.64.2.1",
                "100.64.2.1:5000-5001",
                "100.64.2.0/24",
                "100.64.2.2",
                "fd00:2::1",
                "fd00:2::2",
                "100.64.2.1,fd00:2::1",
            ] {
                let nat: EndpointSet = match nat {
                    "" => EndpointSet::default(),
                    nat => nat.parse().unwrap(),
                };
                let filter = Filter {
                    kind,
                    nat,
                    ..Filter::default()
                };
                let fits = |connection: &&Connection| {
                    matches(connection).any(|found| filter.matches(&found))
                };
                let ids = |all: &[Connection]| -> Vec<u32> {
                    let fitting = all.iter().filter(fits);
                    fitting.map(|connection| connection.kernel_id.0).collect()
                };
                let filtered = dump(&filter);
                assert_eq!(ids(&filtered), ids(&all), "{filter:?}");
                if kind.is_some() {
                    assert!(filtered.len() < all.len(), "{filter:?} saves nothing");
                }
            }
        }
        Ok::<(), Error>(())
    });
}
