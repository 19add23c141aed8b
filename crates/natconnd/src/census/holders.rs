//! Who has how many connections and NAT ports.

use model::{Protocol, Translation, TranslationKind};

use super::KEPT;
use super::endpoints::Endpoints;
use super::top::Top;

/// Translations by host and NAT endpoint, in 16 bytes each.
pub struct Holders {
    /// The host's hash, and the NAT endpoint.
    seen: Vec<(u64, Place)>,
    /// Translations of each NAT address, by its number.
    translations: Vec<u64>,
}

/// A NAT endpoint in one number: that of the NAT address, then the port, then one
/// bit for a destination translation. Greater than all others where the protocol
/// has no ports.
type Place = u64;

const NO_PORT: Place = Place::MAX;

/// What was counted.
pub struct HolderCounts {
    /// How many hosts there are.
    pub count: u64,
    /// The hosts with the most connections: connections, ports and hash.
    pub by_connections: Vec<(u64, u64, u64)>,
    /// The hosts with the most ports: ports, connections and hash.
    pub by_ports: Vec<(u64, u64, u64)>,
    /// Translations of each NAT address, by its number.
    pub translations: Vec<u64>,
    /// Different ports of each NAT address, by its number; those without any may
    /// be missing at the end.
    pub ports: Vec<u64>,
}

impl Holders {
    /// Room for `expected` translations.
    pub fn new(expected: usize) -> Self {
        Self {
            seen: Vec::with_capacity(expected),
            translations: Vec::new(),
        }
    }

    /// Notes a live translation.
    #[inline]
    pub fn note(
        &mut self,
        endpoints: &mut Endpoints,
        protocol: Protocol,
        translation: &Translation,
    ) {
        let nat = translation.nat;
        let number = endpoints.number(nat.address, protocol);
        *at(&mut self.translations, number as usize) += 1;
        let is_destination = translation.kind == TranslationKind::Destination;
        let place = if protocol.has_ports() {
            u64::from(number) << 17 | u64::from(nat.port) << 1 | u64::from(is_destination)
        } else {
            NO_PORT
        };
        let host = endpoints.host(translation.internal.address);
        self.seen.push((host, place));
    }

    /// Counts what was noted.
    pub fn count(mut self) -> HolderCounts {
        self.seen.sort_unstable();
        let mut by_connections = Top::<(u64, u64, u64), KEPT>::new();
        let mut by_ports = Top::<(u64, u64, u64), KEPT>::new();
        let mut count = 0;
        for host in self.seen.chunk_by(|left, right| left.0 == right.0) {
            let (hash, _) = host[0];
            let connections = host.len() as u64;
            let ports = host
                .chunk_by(|left, right| left.1 == right.1)
                .filter(|same| same[0].1 & 1 == 0)
                .count() as u64;
            count += 1;
            by_connections.offer((connections, ports, hash));
            by_ports.offer((ports, connections, hash));
        }
        HolderCounts {
            count,
            by_connections: by_connections.into_sorted().collect(),
            by_ports: by_ports.into_sorted().collect(),
            translations: self.translations,
            ports: different_ports(self.seen),
        }
    }
}

/// How many different ports each NAT address has, by its number.
fn different_ports(seen: Vec<(u64, Place)>) -> Vec<u64> {
    // In the memory of what was seen, of which no more is needed.
    let mut places: Vec<Place> = seen
        .into_iter()
        .filter(|(_, place)| *place != NO_PORT)
        .map(|(_, place)| place >> 1)
        .collect();
    places.sort_unstable();
    places.dedup();
    let mut ports = Vec::new();
    for place in places {
        // Numbers are 32 bits, so what is left of a place fits.
        *at(&mut ports, (place >> 16) as usize) += 1;
    }
    ports
}

/// The count at this index, zero where there was none.
#[inline]
fn at(counts: &mut Vec<u64>, index: usize) -> &mut u64 {
    if counts.len() <= index {
        counts.resize(index + 1, 0);
    }
    &mut counts[index]
}
