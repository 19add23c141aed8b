//! `[track.filter]`: what the kernel leaves out and what natconnd leaves out is,
//! together, just what the same filter leaves out of the list of everything.

use std::fmt::Write;

use lab::{Error, Lab};

use crate::agreement::{agree_on_list, assert_answer, difference};
use crate::client::in_query;
use crate::daemon::Daemon;
use crate::process::eventually;
use crate::truth::{Truth, of_connection, of_rows};

/// Every kind of translation, and a zone.
const RULES: &str = "
table inet nat {
    chain zones {
        type filter hook prerouting priority raw
        udp dport 54 ct zone set 5
        udp sport 54 ct zone set 5
        iifname inside udp dport 55 ct original zone set 6
    }
    chain prerouting {
        type nat hook prerouting priority dstnat
        ip daddr 100.64.2.1 tcp dport 8022 dnat ip to 192.168.248.4:22
    }
    chain postrouting {
        type nat hook postrouting priority srcnat
        oifname outside masquerade
        ip saddr 192.168.248.0/24 oifname inside masquerade
    }
}";

/// Opens all servers that [`make_traffic`] needs.
fn serve(lab: &Lab) -> Result<(), Error> {
    lab.nft(RULES)?;
    // By default the kernel tells no end of what began before anybody listened.
    lab.sysctl("net.netfilter.nf_conntrack_events", "1")?;
    for port in [53, 54, 55] {
        lab.outside().serve_udp(port)?;
    }
    lab.outside().serve_tcp(443)?;
    lab.host(3).serve_tcp(22)
}

/// Fifteen translations of every kind, with ports of this round.
fn make_traffic(lab: &Lab, round: u16) -> Result<Vec<std::net::TcpStream>, Error> {
    let outside = lab.outside();
    let forwarded = (lab.nat_v4()[0], 8022).into();
    for (host, from) in lab.hosts().iter().zip(5000 + 10 * round..) {
        host.exchange_udp(from, outside.at(53))?;
        host.exchange_udp(from, outside.at_v6(53))?;
    }
    lab.host(1).exchange_udp(5100 + round, outside.at(54))?;
    lab.host(1).exchange_udp(5200 + round, outside.at(55))?;
    lab.host(2).ping(70 + round, outside.v4().into())?;
    lab.host(2).ping(70 + round, outside.v6().into())?;
    Ok(vec![
        lab.host(1).connect_tcp(6000 + round, outside.at(443))?,
        lab.host(3).connect_tcp(6000 + round, outside.at_v6(443))?,
        outside.connect_tcp(6000 + round, forwarded)?,
        lab.host(2).connect_tcp(6100 + round, forwarded)?,
    ])
}

/// A filter, as TOML and as the parameters of a list.
struct Shape {
    toml: String,
    query: String,
}

fn shape(toml: &str, query: &str) -> Shape {
    Shape {
        toml: format!("[track.filter]\n{toml}\n"),
        query: query.to_owned(),
    }
}

/// So many alternatives that the kernel takes no program for them.
fn long_shape() -> Shape {
    let endpoints: Vec<_> = (2..=160)
        .map(|last| format!("192.168.248.{last}:5000"))
        .collect();
    shape(
        &format!("internal = {endpoints:?}"),
        &format!("internal={}", endpoints.join(",")),
    )
}

fn shapes() -> Vec<Shape> {
    vec![
        shape("protocol = [\"udp\", \"icmpv6\"]", "protocol=udp,icmpv6"),
        shape("kind = \"source\"", "kind=source"),
        shape("kind = \"destination\"", "kind=destination"),
        shape("zone = [5, 6]", "zone=5,6"),
        shape(
            "internal = [\"192.168.248.2\", \"192.168.248.3:5000-5010\", \"fd00:248::/64\"]",
            "internal=192.168.248.2,192.168.248.3:5000-5010,fd00:248::/64",
        ),
        // One address and one kind: the dump is filtered by the kernel.
        shape(
            "kind = \"source\"\nnat = [\"100.64.2.1:5000-6100\"]",
            "kind=source&nat=100.64.2.1:5000-6100",
        ),
        shape(
            "kind = \"source\"\nnat = [\"fd00:2::1\"]",
            "kind=source&nat=fd00:2::1",
        ),
        shape(
            "kind = \"destination\"\nnat = [\"100.64.2.1\"]",
            "kind=destination&nat=100.64.2.1",
        ),
        shape("nat = [\"192.168.248.1\"]", "nat=192.168.248.1"),
        shape(
            "remote = [\"100.64.2.0/24:53\", \":443\"]",
            "remote=100.64.2.0/24:53,:443",
        ),
        shape(
            "protocol = [\"tcp\", 17]\nkind = \"source\"\nzone = [0]\nremote = [\":53-443\"]",
            "protocol=tcp,17&kind=source&zone=0&remote=:53-443",
        ),
        // The id of an echo stands in the port's place.
        shape("internal = [\":71\"]", "internal=:71"),
        shape("internal = [\"10.0.0.0/8\"]", "internal=10.0.0.0/8"),
        long_shape(),
    ]
}

/// Waits until each daemon lists what the one without a filter lists by the
/// same filter, and returns how many that are of each.
fn agree_on_shapes(lab: &Lab, all: &Daemon, filtered: &[(Daemon, Shape)]) -> Vec<usize> {
    let everything = agree_on_list(lab, all);
    let counts = filtered.iter().map(|(daemon, shape)| {
        let expected = of_rows(&all.pages(&shape.query, 1000));
        eventually(|| match of_rows(&daemon.pages("", 1000)) {
            said if said == expected => Ok(()),
            said => Err(format!("{}: {}", shape.toml, difference(&said, &expected))),
        });
        assert_eq!(daemon.status().translations, expected.len() as u64);
        // What was left out is not found by asking the kernel either.
        for one in &everything {
            let Truth {
                protocol,
                nat,
                remote,
                zone,
                ..
            } = one;
            let [nat, remote] = [nat, remote].map(in_query);
            let query = format!("protocol={protocol}&nat={nat}&remote={remote}&zone={zone}");
            let answer = of_rows(daemon.lookup(&query).rows());
            let is_kept = expected.contains(one);
            let fitting: &[_] = if is_kept {
                std::slice::from_ref(one)
            } else {
                &[]
            };
            assert_eq!(answer, fitting, "{}: {query}", shape.toml);
        }
        expected.len()
    });
    counts.collect()
}

#[test]
fn a_filtered_daemon_keeps_what_an_unfiltered_one_shows() {
    lab::in_gateway!(|lab| {
        serve(lab)?;
        let _before = make_traffic(lab, 0)?;
        let keep_nothing = "[track]\nkeep-ended = \"0s\"\n";
        let all = Daemon::start(lab, keep_nothing);
        let filtered: Vec<_> = shapes()
            .into_iter()
            .map(|shape| {
                let config = format!("{keep_nothing}{}", shape.toml);
                (Daemon::starting(lab, &config), shape)
            })
            .collect();
        filtered.iter().for_each(|(daemon, _)| daemon.await_ready());
        let by_dump = agree_on_shapes(lab, &all, &filtered);
        let _after = make_traffic(lab, 1)?;
        let by_events = agree_on_shapes(lab, &all, &filtered);
        lab.conntrack(&["-D", "-p", "udp"])?;
        let by_ends = agree_on_shapes(lab, &all, &filtered);

        // Each filter keeps something and leaves something out, at some time.
        let total = all.status().changes_started as usize;
        for (at, (daemon, shape)) in filtered.iter().enumerate() {
            let mut counts = String::new();
            let (dump, events, ends) = (by_dump[at], by_events[at], by_ends[at]);
            write!(counts, "{} has {dump}, {events}, {ends}", shape.toml).unwrap();
            assert!(events < total, "{counts}");
            let read = daemon.status().events;
            if shape.query == "internal=10.0.0.0/8" {
                assert_eq!([dump, events, ends], [0, 0, 0], "{counts}");
                assert_eq!(read, 0, "the kernel should not even have sent them");
            } else {
                assert!(events > 0 && read > 0, "{counts}");
            }
        }
        Ok::<(), Error>(())
    });
}

/// The API has no parameter for it, so the truth is the kernel's.
#[test]
fn the_original_destination_is_a_filter() {
    lab::in_gateway!(|lab| {
        serve(lab)?;
        let _before = make_traffic(lab, 0)?;
        let daemon = Daemon::start(
            lab,
            "[track.filter]\noriginal-destination = [\"100.64.2.1:8022\", \"fd00:2::10\"]\n",
        );
        let compare = |count: usize| -> Result<(), Error> {
            let listed = lab.connections(&[])?;
            let mut truth: Vec<_> = listed
                .iter()
                .filter(|one| {
                    let wanted = one.original.destination.to_string();
                    wanted == "100.64.2.1:8022" || wanted.starts_with("[fd00:2::10]")
                })
                .flat_map(of_connection)
                .collect();
            truth.sort();
            assert_eq!(truth.len(), count, "{truth:#?}");
            eventually(|| match of_rows(&daemon.list("")) {
                said if said == truth => Ok(()),
                said => Err(difference(&said, &truth)),
            });
            Ok(())
        };
        compare(8)?;
        let _after = make_traffic(lab, 1)?;
        compare(16)?;
        assert_answer(&daemon, "remote=100.64.2.10:443", &[]);
        Ok::<(), Error>(())
    });
}
