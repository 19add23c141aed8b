//! Who uses how many connections and ports, from the last census.
//!
//! Whoever scrapes wants a census: the table is counted as long as scrapes come. The
//! first one after a pause finds none, and tells nothing here.

use std::sync::Arc;

use super::label::{Label, Values};
use super::metric::{Kind, Metric, Samples, Unit};
use crate::census::{Census, HostUse, NatUse, OtherNatUse, Taker};

/// NAT addresses that are told one by one, each once for each protocol. More would
/// be more time series than anybody looks at.
const NAT_ADDRESSES: usize = 256;

/// Those, and a row for all others.
const NATS: usize = NAT_ADDRESSES + 1;

/// The most hosts that can be told by name.
const HOSTS: usize = 100;

/// The last census, if there is one, and how many hosts are told by name.
pub struct Look {
    census: Option<Arc<Census>>,
    nats: Vec<Nat>,
    top_hosts: usize,
}

impl Look {
    /// Looks, and has the table counted for the next look.
    pub fn new(census: &Taker, top_hosts: usize) -> Self {
        let census = census.last();
        Self {
            nats: census.as_deref().map(nats).unwrap_or_default(),
            census,
            top_hosts,
        }
    }

    fn each_nat(&self, out: &mut Samples<'_>, value: impl Fn(&Nat) -> Option<f64>) {
        for nat in &self.nats {
            if let Some(value) = value(nat) {
                out.level(&[&nat.address, &nat.protocol], value);
            }
        }
    }

    fn each_host(&self, out: &mut Samples<'_>, value: impl Fn(&HostUse) -> u64) {
        let hosts = self.census.iter().flat_map(|census| &census.by_connections);
        for host in hosts.take(self.top_hosts.min(HOSTS)) {
            out.level(&[&host.address.to_string()], value(host) as f64);
        }
    }

    fn of_all(&self, out: &mut Samples<'_>, value: impl Fn(&Census) -> f64) {
        if let Some(census) = &self.census {
            out.level(&[], value(census));
        }
    }
}

/// A NAT address of which a row is told, or all others.
struct Nat {
    address: String,
    protocol: String,
    translations: u64,
    ports: Option<u64>,
    /// How full its fullest pair is, from 0 to 1.
    fullest: f64,
}

const PROTOCOL: Label = Label {
    name: "protocol",
    meaning: "the protocol, or `other`",
    values: Values::Found,
};

const NAT_ADDRESS: Label = Label {
    name: "nat_address",
    meaning: "a NAT address, once for each protocol; those with the fewest translations are `other`",
    values: Values::Found,
};

const HOST: Label = Label {
    name: "internal_address",
    meaning: "one of the hosts with the most translations, `metrics.top-hosts` of them",
    values: Values::Found,
};

type Row = Metric<Look>;

pub const METRICS: &[Row] = &[
    Row::each(
        "natconnd_usage_translations",
        Kind::Gauge,
        &[NAT_ADDRESS, PROTOCOL],
        "Live translations of a NAT address",
        |it, out| it.each_nat(out, |nat| Some(nat.translations as f64)),
    )
    .at_most(NATS),
    Row::each(
        "natconnd_usage_ports",
        Kind::Gauge,
        &[NAT_ADDRESS, PROTOCOL],
        "NAT ports in use of a NAT address; none for protocols without ports",
        |it, out| it.each_nat(out, |nat| nat.ports.map(|ports| ports as f64)),
    )
    .at_most(NATS),
    Row::each(
        "natconnd_usage_fullest_remote_ports",
        Kind::Gauge,
        &[NAT_ADDRESS, PROTOCOL],
        "Ports of a NAT address that are in use for the remote endpoint with the most of them, \
         as a share of those of `track.nat-ports`: at 1 no further connection to that remote is \
         possible",
        |it, out| it.each_nat(out, |nat| nat.ports.map(|_| nat.fullest)),
    )
    .of(Unit::Ratio)
    .at_most(NATS),
    Row::each(
        "natconnd_usage_host_connections",
        Kind::Gauge,
        &[HOST],
        "Live translations of the hosts that have the most",
        |it, out| it.each_host(out, |host| host.connections),
    )
    .at_most(HOSTS),
    Row::each(
        "natconnd_usage_host_ports",
        Kind::Gauge,
        &[HOST],
        "NAT addresses and ports that the same hosts have",
        |it, out| it.each_host(out, |host| host.ports),
    )
    .at_most(HOSTS),
    Row::each(
        "natconnd_usage_hosts",
        Kind::Gauge,
        &[],
        "Hosts with a live translation",
        |it, out| it.of_all(out, |census| census.host_count as f64),
    ),
    Row::each(
        "natconnd_usage_remotes",
        Kind::Gauge,
        &[],
        "Different pairs of NAT address and remote endpoint",
        |it, out| it.of_all(out, |census| census.remote_count as f64),
    ),
    Row::each(
        "natconnd_usage_census_timestamp",
        Kind::Gauge,
        &[],
        "When all of this was counted, seconds since 1970",
        |it, out| it.of_all(out, |census| census.taken_at.0 as f64 / 1e9),
    )
    .of(Unit::Seconds),
    Row::each(
        "natconnd_usage_census_duration",
        Kind::Gauge,
        &[],
        "How long the counting took",
        |it, out| it.of_all(out, |census| census.took.as_secs_f64()),
    )
    .of(Unit::Seconds),
];

/// The NAT addresses with the most translations, and a row `other` for the rest.
fn nats(census: &Census) -> Vec<Nat> {
    let available = census.available() as f64;
    let told = |nat: &NatUse| Nat {
        address: nat.address.to_string(),
        protocol: nat.protocol.to_string(),
        translations: nat.translations,
        ports: nat.ports,
        fullest: nat.fullest as f64 / available,
    };
    let all = &census.nat_addresses;
    let (first, rest) = all.split_at(NAT_ADDRESSES.min(all.len()));
    let mut nats: Vec<Nat> = first.iter().map(told).collect();
    let other = rest
        .iter()
        .fold(census.other_nat_addresses, OtherNatUse::and);
    if other.count > 0 {
        nats.push(Nat {
            address: "other".to_owned(),
            protocol: "other".to_owned(),
            translations: other.translations,
            ports: Some(other.ports),
            fullest: other.fullest as f64 / available,
        });
    }
    nats
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

    use super::super::Metrics;
    use super::*;
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
        let census = Arc::new(Taker::counting(mirror, 2000..=2009));
        census.census().unwrap();
        Metrics::default().with_census(census, top_hosts).render()
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
        let census = Arc::new(Taker::new(mirror));
        let metrics = Metrics::default().with_census(census, 0);
        assert!(!metrics.render().contains("\nnatconnd_usage"));
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
