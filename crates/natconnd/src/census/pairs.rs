//! How many ports of each pair are in use.
//!
//! No two live connections of a zone have the same reply tuple, so a pair has as
//! many ports in use as source translations.

use std::ops::RangeInclusive;

use model::{Protocol, Translation, TranslationKind, Zone, ZoneScope};

use super::KEPT;
use super::endpoints::Endpoints;
use super::top::Top;

/// Ports of pairs that were seen in use, in 16 bytes each.
pub struct Pairs<'p> {
    nat_ports: &'p RangeInclusive<u16>,
    /// The pair's hash, and the number of its NAT address.
    seen: Vec<(u64, u32)>,
}

/// What was counted.
pub struct PairCounts {
    /// How many pairs there are.
    pub count: u64,
    /// The ports of the fullest pair of each NAT address, by its number; NAT
    /// addresses without a pair may be missing at the end.
    pub fullest: Vec<u64>,
    /// The fullest pairs: ports and hash, those with the most ports first.
    pub top: Vec<(u64, u64)>,
}

impl<'p> Pairs<'p> {
    /// Room for `expected` translations.
    pub fn new(nat_ports: &'p RangeInclusive<u16>, expected: usize) -> Self {
        Self {
            nat_ports,
            seen: Vec::with_capacity(expected),
        }
    }

    /// Notes a live translation.
    #[inline]
    pub fn note(
        &mut self,
        endpoints: &mut Endpoints,
        protocol: Protocol,
        translation: &Translation,
        zone: Zone,
    ) {
        if let Some((hash, nat)) = hash(endpoints, self.nat_ports, protocol, translation, zone) {
            self.seen.push((hash, nat));
        }
    }

    /// Counts what was noted.
    pub fn count(mut self) -> PairCounts {
        self.seen.sort_unstable_by_key(|(hash, _)| *hash);
        let mut top = Top::<(u64, u64), KEPT>::new();
        let mut count = 0;
        let mut fullest = Vec::new();
        for pair in self.seen.chunk_by(|left, right| left.0 == right.0) {
            let (hash, nat) = pair[0];
            let ports = pair.len() as u64;
            count += 1;
            top.offer((ports, hash));
            let nat = nat as usize;
            if fullest.len() <= nat {
                fullest.resize(nat + 1, 0);
            }
            fullest[nat] = ports.max(fullest[nat]);
        }
        PairCounts {
            count,
            fullest,
            top: top.into_sorted().collect(),
        }
    }
}

/// The hash of the pair whose port a translation uses, and the number of its NAT
/// address; `None` where it uses none of those that are given.
#[inline]
pub fn hash(
    endpoints: &mut Endpoints,
    nat_ports: &RangeInclusive<u16>,
    protocol: Protocol,
    translation: &Translation,
    zone: Zone,
) -> Option<(u64, u32)> {
    let Translation {
        kind, nat, remote, ..
    } = translation;
    let is_given =
        *kind == TranslationKind::Source && protocol.has_ports() && nat_ports.contains(&nat.port);
    is_given.then(|| {
        let number = endpoints.number(nat.address, protocol);
        let hash = endpoints.pair(number, *remote, reply_zone(zone));
        (hash, number)
    })
}

/// The zone in which the reply tuple is the only one.
pub fn reply_zone(zone: Zone) -> u16 {
    match zone.scope {
        ZoneScope::Original => 0,
        ZoneScope::Both | ZoneScope::Reply => zone.id,
    }
}
