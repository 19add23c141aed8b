//! Who uses how many connections and ports, from the last census.
//!
//! Whoever scrapes wants a census: the table is counted as long as scrapes come. The
//! first one after a pause finds none, and tells nothing here.

use std::fmt;
use std::sync::Arc;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Unit;

use super::{Metrics, gauge};
use crate::census::{Census, HostUse, NatUse, OtherNatUse, Taker};

/// NAT addresses that are told one by one, each once for each protocol. More would
/// be more time series than anybody looks at.
const NAT_ADDRESSES: usize = 256;

impl Metrics {
    /// Tells of the last census too, and of this many hosts by name.
    #[must_use]
    pub fn with_census(mut self, census: Arc<Taker>, top_hosts: usize) -> Self {
        let collector = OfUsage { census, top_hosts };
        self.registry.register_collector(Box::new(collector));
        self
    }
}

struct OfUsage {
    census: Arc<Taker>,
    top_hosts: usize,
}

impl fmt::Debug for OfUsage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OfUsage")
    }
}

impl Collector for OfUsage {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let Some(census) = self.census.last() else {
            return Ok(());
        };
        let nats = nats(&census);
        let available = census.available() as f64;
        let of_nats: [(&str, &str, Option<Unit>, OfNat); 3] = [
            (
                "natconnd_usage_translations",
                "Live translations of a NAT address",
                None,
                |nat, _| Some(nat.translations as f64),
            ),
            (
                "natconnd_usage_ports",
                "NAT ports in use of a NAT address; none for protocols without ports",
                None,
                |nat, _| nat.ports.map(|ports| ports as f64),
            ),
            (
                "natconnd_usage_fullest_remote_ports",
                "Ports of a NAT address that are in use for the remote endpoint with the \
                 most of them, as a share of those of track.nat-ports: at 1 no further \
                 connection to that remote is possible",
                Some(Unit::Other("ratio".to_owned())),
                |nat, available| nat.ports.map(|_| nat.fullest as f64 / available),
            ),
        ];
        for (name, help, unit, value) in of_nats {
            let mut family =
                encoder.encode_descriptor(name, help, unit.as_ref(), MetricType::Gauge)?;
            for nat in &nats {
                let Some(value) = value(nat, available) else {
                    continue;
                };
                let labels = [("nat_address", &*nat.address), ("protocol", &*nat.protocol)];
                ConstGauge::new(value).encode(family.encode_family(&labels)?)?;
            }
        }
        let hosts = &census.by_connections[..self.top_hosts.min(census.by_connections.len())];
        let of_hosts: [(&str, &str, OfHost); 2] = [
            (
                "natconnd_usage_host_connections",
                "Live translations of the hosts that have the most; metrics.top-hosts says \
                 how many hosts",
                |host| host.connections,
            ),
            (
                "natconnd_usage_host_ports",
                "NAT addresses and ports that the same hosts have",
                |host| host.ports,
            ),
        ];
        for (name, help, value) in of_hosts {
            if hosts.is_empty() {
                break;
            }
            let mut family = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
            for host in hosts {
                let labels = [("internal_address", host.address.to_string())];
                let value = ConstGauge::new(value(host) as f64);
                value.encode(family.encode_family(&labels)?)?;
            }
        }
        gauge(
            &mut encoder,
            "natconnd_usage_hosts",
            "Hosts with a live translation",
            None,
            census.host_count as f64,
        )?;
        gauge(
            &mut encoder,
            "natconnd_usage_remotes",
            "Different pairs of NAT address and remote endpoint",
            None,
            census.remote_count as f64,
        )?;
        gauge(
            &mut encoder,
            "natconnd_usage_census_timestamp",
            "When all of this was counted, seconds since 1970",
            Some(&Unit::Seconds),
            census.taken_at.0 as f64 / 1e9,
        )?;
        gauge(
            &mut encoder,
            "natconnd_usage_census_duration",
            "How long the counting took",
            Some(&Unit::Seconds),
            census.took.as_secs_f64(),
        )
    }
}

/// What is told of a NAT address, given how many ports there are.
type OfNat = fn(&Nat, f64) -> Option<f64>;

/// What is told of a host.
type OfHost = fn(&HostUse) -> u64;

/// What a row of labels is about.
struct Nat {
    address: String,
    protocol: String,
    translations: u64,
    ports: Option<u64>,
    fullest: u64,
}

/// The NAT addresses with the most translations, and a row `other` for the rest.
fn nats(census: &Census) -> Vec<Nat> {
    let (first, rest) = census
        .nat_addresses
        .split_at(NAT_ADDRESSES.min(census.nat_addresses.len()));
    let mut nats: Vec<Nat> = first.iter().map(Nat::from).collect();
    let other = rest
        .iter()
        .fold(census.other_nat_addresses, OtherNatUse::and);
    if other.count > 0 {
        nats.push(Nat {
            address: "other".to_owned(),
            protocol: "other".to_owned(),
            translations: other.translations,
            ports: Some(other.ports),
            fullest: other.fullest,
        });
    }
    nats
}

impl From<&NatUse> for Nat {
    fn from(nat: &NatUse) -> Self {
        Self {
            address: nat.address.to_string(),
            protocol: nat.protocol.to_string(),
            translations: nat.translations,
            ports: nat.ports,
            fullest: nat.fullest,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};
    use std::ops::ControlFlow;
    use std::thread;
    use std::time::{Duration, Instant};

    use model::{
        Connection, Endpoint, Event, EventKind, KernelId, Protocol, TranslationKind, Tuple,
    };

    use super::*;
    use crate::http;
    use crate::mirror::Mirror;

    /// One connection of each host by way of each NAT address, to one remote.
    fn mirror(nat_addresses: u32, hosts: u32) -> Arc<Mirror> {
        let address = |number: u32| IpAddr::from(Ipv4Addr::from(number));
        let remote = Endpoint::new(address(0xc633_6401), 443);
        let events: Vec<Event> = (0..nat_addresses * hosts)
            .map(|number| {
                let (nat, host) = (number / hosts, number % hosts);
                let internal = Endpoint::new(address(0x0a00_0000 + host), 5000);
                let port = u16::try_from(2000 + host).unwrap();
                let nat = Endpoint::new(address(0x6440_0000 + nat), port);
                let tuple = |source, destination| Tuple {
                    protocol: Protocol::TCP,
                    source,
                    destination,
                    icmp: None,
                };
                let connection = Connection {
                    original: tuple(internal, remote),
                    reply: tuple(remote, nat),
                    // Told apart by zone, as the same host has the same port.
                    zone: model::Zone {
                        id: u16::try_from(number / hosts).unwrap(),
                        scope: model::ZoneScope::Original,
                    },
                    kernel_id: KernelId(number),
                    status: TranslationKind::Source.status(),
                    ..Connection::default()
                };
                Event {
                    kind: EventKind::New,
                    connection,
                }
            })
            .collect();
        Arc::new(Mirror::recorded(&events))
    }

    fn rendered(nat_addresses: u32, hosts: u32, top_hosts: usize) -> String {
        let mirror = mirror(nat_addresses, hosts);
        let census = Arc::new(Taker::counting(Arc::clone(&mirror), 2000..=2009));
        census.census().unwrap();
        Metrics::new(mirror, Arc::new(http::Counters::default()), None)
            .with_census(census, top_hosts)
            .render()
    }

    fn lines<'t>(text: &'t str, beginning: &str) -> Vec<&'t str> {
        text.lines()
            .filter(|line| line.starts_with(beginning))
            .collect()
    }

    #[test]
    fn nat_addresses_and_hosts_are_told_by_name() {
        let text = rendered(1, 5, 2);
        let nat = "{nat_address=\"100.64.0.0\",protocol=\"tcp\"}";
        for line in [
            format!("natconnd_usage_translations{nat} 5.0"),
            format!("natconnd_usage_ports{nat} 5.0"),
            format!("natconnd_usage_fullest_remote_ports_ratio{nat} 0.5"),
            "natconnd_usage_host_connections{internal_address=\"10.0.0.0\"} 1.0".to_owned(),
            "natconnd_usage_host_ports{internal_address=\"10.0.0.1\"} 1.0".to_owned(),
            "natconnd_usage_hosts 5.0".to_owned(),
            "natconnd_usage_remotes 1.0".to_owned(),
        ] {
            assert!(text.lines().any(|found| found == line), "{line} in {text}");
        }
        assert_eq!(lines(&text, "natconnd_usage_host_connections{").len(), 2);
    }

    #[test]
    fn no_host_is_named_unless_asked_for() {
        let text = rendered(1, 5, 0);
        assert!(!text.contains("internal_address"), "{text}");
    }

    #[test]
    fn many_nat_addresses_are_one_time_series() {
        let text = rendered(1100, 3, 0);
        let series = lines(&text, "natconnd_usage_translations{");
        assert_eq!(series.len(), NAT_ADDRESSES + 1);
        let other = "{nat_address=\"other\",protocol=\"other\"}";
        for line in [
            format!("natconnd_usage_translations{other} {}.0", 3 * (1100 - 256)),
            format!("natconnd_usage_ports{other} {}.0", 3 * (1100 - 256)),
            format!("natconnd_usage_fullest_remote_ports_ratio{other} 0.3"),
        ] {
            assert!(text.lines().any(|found| found == line), "{line} in {text}");
        }
    }

    /// The first scrape does not wait, but has the table counted for the next.
    #[test]
    fn scraping_wants_a_census() {
        let mirror = mirror(1, 1);
        let census = Arc::new(Taker::new(Arc::clone(&mirror)));
        let metrics =
            Metrics::new(mirror, Arc::new(http::Counters::default()), None).with_census(census, 0);
        assert!(!metrics.render().contains("natconnd_usage"));
        let until = Instant::now() + Duration::from_secs(10);
        let looked = std::iter::repeat_with(|| metrics.render()).try_for_each(|text| {
            thread::sleep(Duration::from_millis(5));
            if text.contains("natconnd_usage_hosts 1.0") {
                return ControlFlow::Break(true);
            }
            if Instant::now() > until {
                return ControlFlow::Break(false);
            }
            ControlFlow::Continue(())
        });
        assert_eq!(looked, ControlFlow::Break(true));
    }
}
