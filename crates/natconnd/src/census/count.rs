//! Taking a census.
//!
//! Three scans, each of which may find the table a little changed: one for the
//! pairs, one for NAT addresses and hosts, and one that looks up of whom the
//! hashes at the top of both are. So no more than 16 bytes are held for a
//! translation, and nothing of it afterwards. Sorting hashes costs half of what
//! maps of addresses would.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::time::Instant;

use super::endpoints::Endpoints;
use super::holders::{HolderCounts, Holders};
use super::pairs::{self, PairCounts, Pairs};
use super::{Census, HostUse, KEPT, NatUse, OtherNatUse, RemoteUse};
use crate::mirror::{Mirror, now};

/// Counts the whole live table, of which a source translation can be given
/// `nat_ports`; `None` where `is_stopped` said so meanwhile.
///
/// Takes 65 to 210 ms at a million entries, and never holds the table's lock for
/// more than a small part of a scan.
pub fn take(
    mirror: &Mirror,
    nat_ports: &RangeInclusive<u16>,
    is_stopped: impl Fn() -> bool,
) -> Option<Census> {
    let (taken_at, began) = (now(), Instant::now());
    let mut endpoints = Endpoints::new();
    let [live, ..] = mirror.sizes();
    // Some may be added meanwhile, and growing would copy all.
    let expected = usize::try_from(live + live / 32 + 64).unwrap_or(0);

    let mut pairs = Pairs::new(nat_ports, expected);
    mirror.scan(|found| {
        if found.is_live() {
            let translation = found.translation();
            pairs.note(&mut endpoints, found.protocol(), &translation, found.zone());
        }
    });
    if is_stopped() {
        return None;
    }
    let pairs = pairs.count();

    let mut holders = Holders::new(expected);
    mirror.scan(|found| {
        if found.is_live() {
            holders.note(&mut endpoints, found.protocol(), &found.translation());
        }
    });
    if is_stopped() {
        return None;
    }
    let holders = holders.count();
    if is_stopped() {
        return None;
    }

    let mut names = Names::of(&pairs, &holders);
    names.look_up(mirror, &mut endpoints, nat_ports);
    let (nat_addresses, other_nat_addresses) = nat_addresses(&endpoints, &pairs, &holders);
    Some(Census {
        taken_at,
        took: began.elapsed(),
        translations: holders.translations.iter().sum(),
        nat_ports: nat_ports.clone(),
        nat_addresses,
        other_nat_addresses,
        remotes: names.remotes(&pairs),
        remote_count: pairs.count,
        by_connections: names.hosts(&holders.by_connections, |[connections, ports]| {
            (connections, ports)
        }),
        by_ports: names.hosts(&holders.by_ports, |[ports, connections]| {
            (connections, ports)
        }),
        host_count: holders.count,
    })
}

/// The NAT addresses with the most translations, and the others.
fn nat_addresses(
    endpoints: &Endpoints,
    pairs: &PairCounts,
    holders: &HolderCounts,
) -> (Vec<NatUse>, OtherNatUse) {
    let at = |counts: &[u64], number: usize| counts.get(number).copied().unwrap_or(0);
    let mut all: Vec<NatUse> = endpoints
        .keys()
        .iter()
        .enumerate()
        .map(|(number, (address, protocol))| NatUse {
            address: *address,
            protocol: *protocol,
            translations: at(&holders.translations, number),
            ports: protocol.has_ports().then(|| at(&holders.ports, number)),
            fullest: at(&pairs.fullest, number),
        })
        // Gone between the scans.
        .filter(|nat| nat.translations > 0)
        .collect();
    all.sort_unstable_by_key(|nat| (Reverse(nat.translations), nat.address, nat.protocol));
    let others = all.split_off(all.len().min(KEPT));
    let others = others.iter().fold(OtherNatUse::default(), OtherNatUse::and);
    all.shrink_to_fit();
    (all, others)
}

/// Of whom hashes are.
struct Names {
    pairs: HashMap<u64, Option<RemoteUse>>,
    hosts: HashMap<u64, Option<IpAddr>>,
    unknown: usize,
}

impl Names {
    fn of(pairs: &PairCounts, holders: &HolderCounts) -> Self {
        let hosts = holders.by_connections.iter().chain(&holders.by_ports);
        let hosts: HashMap<_, _> = hosts.map(|(.., hash)| (*hash, None)).collect();
        let pairs: HashMap<_, _> = pairs.top.iter().map(|(_, hash)| (*hash, None)).collect();
        Self {
            unknown: hosts.len() + pairs.len(),
            pairs,
            hosts,
        }
    }

    /// Looks for one translation of each. What has just ended will do; what has
    /// gone altogether stays unknown.
    fn look_up(
        &mut self,
        mirror: &Mirror,
        endpoints: &mut Endpoints,
        nat_ports: &RangeInclusive<u16>,
    ) {
        mirror.scan(|found| {
            if self.unknown == 0 {
                return;
            }
            let (protocol, zone) = (found.protocol(), found.zone());
            let translation = found.translation();
            let host = translation.internal.address;
            if let Some(name @ None) = self.hosts.get_mut(&endpoints.host(host)) {
                *name = Some(host);
                self.unknown -= 1;
            }
            let pair = pairs::hash(endpoints, nat_ports, protocol, &translation, zone);
            if let Some((hash, _)) = pair
                && let Some(name @ None) = self.pairs.get_mut(&hash)
            {
                *name = Some(RemoteUse {
                    protocol,
                    nat_address: translation.nat.address,
                    remote: translation.remote,
                    zone: pairs::reply_zone(zone),
                    ports: 0,
                });
                self.unknown -= 1;
            }
        });
    }

    /// The fullest pairs by name; those with as many ports in a fixed order.
    fn remotes(&self, pairs: &PairCounts) -> Vec<RemoteUse> {
        let mut remotes: Vec<RemoteUse> = pairs
            .top
            .iter()
            .filter_map(|(ports, hash)| {
                let pair = (*self.pairs.get(hash)?)?;
                Some(RemoteUse {
                    ports: *ports,
                    ..pair
                })
            })
            .collect();
        remotes.sort_by_key(|pair| {
            let RemoteUse {
                protocol,
                nat_address,
                remote,
                zone,
                ports,
            } = *pair;
            (Reverse(ports), protocol, nat_address, remote, zone)
        });
        remotes
    }

    /// Hosts by name, in the order of two counts, of which `meaning` makes
    /// connections and ports; those with the same counts in a fixed order.
    fn hosts(
        &self,
        counted: &[(u64, u64, u64)],
        meaning: impl Fn([u64; 2]) -> (u64, u64),
    ) -> Vec<HostUse> {
        let mut hosts: Vec<([u64; 2], IpAddr)> = counted
            .iter()
            .filter_map(|(first, second, hash)| {
                Some(([*first, *second], (*self.hosts.get(hash)?)?))
            })
            .collect();
        hosts.sort_by_key(|(counts, address)| (Reverse(*counts), *address));
        hosts
            .into_iter()
            .map(|(counts, address)| {
                let (connections, ports) = meaning(counts);
                HostUse {
                    address,
                    connections,
                    ports,
                }
            })
            .collect()
    }
}
