//! Who uses how many connections and ports.

use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use model::{Coverage, Filter, Protocol};

use super::Answers;
use crate::api::{HostOrder, HostUsage, NatUsage, PortUsage, Ports, RemoteUsage, Usage};
use crate::census::{self, Census, HostUse, NatUse, PortMap, RemoteUse, Taker};
use crate::mirror::now;

impl Answers {
    /// Has the table counted by this taker, instead of by one of its own.
    #[must_use]
    pub fn with_census(self, census: Arc<Taker>) -> Self {
        Self { census, ..self }
    }

    /// The whole table, counted a second ago, or as lately as 5 % of a processor allow; `None` where that has not been
    /// done in time. May wait for two seconds: call it where blocking is allowed.
    pub fn census(&self) -> Option<Arc<Census>> {
        self.census.census()
    }

    /// The same for whoever does not wait for as long, a minute old at most; `None` before
    /// the first.
    pub fn census_within(&self, patience: Duration) -> Option<Arc<Census>> {
        self.census.within(patience)
    }

    /// The census as the API tells it, with at most `top` of each kind.
    pub fn usage(&self, top: usize, order: HostOrder) -> Option<Usage> {
        let census = self.census()?;
        let hosts = match order {
            HostOrder::Connections => &census.by_connections,
            HostOrder::Ports => &census.by_ports,
        };
        let available = census.available();
        Some(Usage {
            taken_at: census.taken_at.to_string(),
            took_ms: rounded(census.took.as_secs_f64() * 1000.0),
            translations: census.translations,
            nat_address_count: census.nat_addresses.len() as u64 + census.other_nat_addresses.count,
            remote_count: census.remote_count,
            host_count: census.host_count,
            nat_addresses: first(&census.nat_addresses, top, nat),
            remotes: first(&census.remotes, top, |pair| remote(pair, available)),
            hosts: first(hosts, top, host),
            coverage: (&self.coverage_of_all()).into(),
        })
    }

    /// Who holds these ports of a NAT address, now.
    ///
    /// Scans the table: 2 to 20 ms at a million entries, so call it where blocking
    /// is allowed.
    pub fn ports(
        &self,
        nat_address: IpAddr,
        protocol: Protocol,
        ports: &RangeInclusive<u16>,
    ) -> PortMap {
        census::ports(&self.mirror, nat_address, protocol, ports)
    }

    /// The same as the API tells it.
    pub fn port_usage(
        &self,
        nat_address: IpAddr,
        protocol: Protocol,
        ports: &RangeInclusive<u16>,
    ) -> Ports {
        let map = self.ports(nat_address, protocol, ports);
        Ports {
            taken_at: map.taken_at.to_string(),
            nat_address: nat_address.to_string(),
            protocol: protocol.to_string(),
            ports: map
                .held
                .iter()
                .map(|held| PortUsage {
                    port: held.port,
                    connections: held.connections,
                    forwarded: held.forwarded,
                    internal_address: held.newest_host.to_string(),
                    hosts: held.hosts,
                })
                .collect(),
            coverage: (&self.coverage_of_all()).into(),
        }
    }

    /// How complete the whole table is.
    fn coverage_of_all(&self) -> Coverage {
        let everything = Filter::default();
        self.coverage_of(now(), self.mirror.filter().covers_filter(&everything))
    }
}

fn first<T, U>(all: &[T], top: usize, told: impl Fn(&T) -> U) -> Vec<U> {
    all.iter().take(top).map(told).collect()
}

fn nat(nat: &NatUse) -> NatUsage {
    NatUsage {
        nat_address: nat.address.to_string(),
        protocol: nat.protocol.to_string(),
        translations: nat.translations,
        ports: nat.ports,
    }
}

fn remote(pair: &RemoteUse, available: u64) -> RemoteUsage {
    RemoteUsage {
        protocol: pair.protocol.to_string(),
        nat_address: pair.nat_address.to_string(),
        remote_address: pair.remote.address.to_string(),
        remote_port: pair.remote.port,
        zone: pair.zone,
        ports: pair.ports,
        available,
        per_cent: rounded(pair.ports as f64 * 100.0 / available as f64),
    }
}

fn host(host: &HostUse) -> HostUsage {
    HostUsage {
        internal_address: host.address.to_string(),
        connections: host.connections,
        ports: host.ports,
    }
}

/// To two digits.
fn rounded(number: f64) -> f64 {
    (number * 100.0).round() / 100.0
}
