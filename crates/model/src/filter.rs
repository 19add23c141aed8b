//! Which translations to keep at all.

use crate::{EndpointPattern, EndpointSet, Lookup, Match, Protocol, TranslationKind};

/// Which translations fit; all that is given must fit (AND), any of a list
/// will do (OR). The default fits all.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Filter {
    /// Transport protocols, any where empty.
    pub protocols: Vec<Protocol>,
    /// Kind of translation, any where `None`.
    pub kind: Option<TranslationKind>,
    /// Conntrack zones, any where empty.
    pub zones: Vec<u16>,
    /// The internal endpoint.
    pub internal: EndpointSet,
    /// The NAT endpoint.
    pub nat: EndpointSet,
    /// The remote endpoint.
    pub remote: EndpointSet,
    /// The destination as the initiator wrote it, before any translation.
    pub original_destination: EndpointSet,
}

impl Filter {
    /// Whether every translation fits.
    pub fn is_any(&self) -> bool {
        self.protocols.is_empty()
            && self.kind.is_none()
            && self.zones.is_empty()
            && self.internal.is_any()
            && self.nat.is_any()
            && self.remote.is_any()
            && self.original_destination.is_any()
    }

    /// Whether every translation that a question is about fits, so that keeping
    /// only what fits hides nothing from its answer.
    pub fn covers(&self, question: &Lookup) -> bool {
        let one = |pattern: &EndpointPattern| EndpointSet(vec![pattern.clone()]);
        self.covers_filter(&Self {
            protocols: question.protocol.into_iter().collect(),
            kind: question.kind,
            zones: question.zone.into_iter().collect(),
            internal: one(&question.internal),
            nat: one(&question.nat),
            remote: one(&question.remote),
            original_destination: EndpointSet::default(),
        })
    }

    /// Whether everything that fits another filter fits this one.
    ///
    /// A destination before translation counts as covered by the remote endpoint:
    /// for source translations they differ in a hairpin only, where the remote
    /// is an internal host.
    pub fn covers_filter(&self, other: &Self) -> bool {
        let is_source = self.kind.or(other.kind) == Some(TranslationKind::Source);
        is_subset(&other.protocols, &self.protocols)
            && is_subset(&other.zones, &self.zones)
            && (self.kind.is_none() || self.kind == other.kind)
            && self.internal.covers(&other.internal)
            && self.nat.covers(&other.nat)
            && self.remote.covers(&other.remote)
            && (self
                .original_destination
                .covers(&other.original_destination)
                || is_source && self.original_destination.covers(&other.remote))
    }

    /// Whether this translation fits.
    pub fn matches(&self, found: &Match) -> bool {
        (self.protocols.is_empty() || self.protocols.contains(&found.protocol))
            && self.kind.is_none_or(|kind| kind == found.translation.kind)
            && (self.zones.is_empty() || self.zones.contains(&found.zone.id))
            && self.internal.matches(&found.translation.internal)
            && self.nat.matches(&found.translation.nat)
            && self.remote.matches(&found.translation.remote)
            && self
                .original_destination
                .matches(&found.original_destination)
    }
}

/// Whether all of one list, where empty means everything, are in another.
fn is_subset<T: PartialEq>(part: &[T], whole: &[T]) -> bool {
    whole.is_empty() || (!part.is_empty() && part.iter().all(|one| whole.contains(one)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nat(patterns: &str) -> Filter {
        Filter {
            nat: patterns.parse().expect("a list of patterns"),
            ..Filter::default()
        }
    }

    fn about(nat: &str) -> Lookup {
        Lookup {
            nat: nat.parse().expect("a pattern"),
            ..Lookup::default()
        }
    }

    #[test]
    fn a_question_is_covered_where_the_filter_hides_nothing_from_it() {
        let filter = nat("203.0.113.0/24:1024-2047,198.51.100.1");
        assert!(filter.covers(&about("203.0.113.7:1024")));
        assert!(filter.covers(&about("203.0.113.0/25:1500-1600")));
        assert!(filter.covers(&about("198.51.100.1")));
        assert!(!filter.covers(&about("203.0.113.7")));
        assert!(!filter.covers(&about("203.0.113.7:80")));
        assert!(!filter.covers(&about("203.0.0.0/16:1024")));
        assert!(!filter.covers(&Lookup::default()));
        assert!(Filter::default().covers(&Lookup::default()));
    }

    #[test]
    fn lists_are_covered_when_all_of_them_are() {
        let only = |numbers: &[u8]| Filter {
            protocols: numbers.iter().copied().map(Protocol).collect(),
            ..Filter::default()
        };
        assert!(only(&[6, 17]).covers_filter(&only(&[17])));
        assert!(!only(&[6]).covers_filter(&only(&[6, 17])));
        assert!(!only(&[6]).covers_filter(&only(&[])));
        assert!(only(&[]).covers_filter(&only(&[6])));
    }

    #[test]
    fn pynatconnds_destination_is_covered_by_the_remote() {
        let filter = Filter {
            kind: Some(TranslationKind::Source),
            original_destination: "198.51.100.1:443".parse().expect("a pattern"),
            ..Filter::default()
        };
        let question = |kind| Lookup {
            kind,
            remote: "198.51.100.1:443".parse().expect("a pattern"),
            ..Lookup::default()
        };
        assert!(filter.covers(&question(Some(TranslationKind::Source))));
        assert!(!filter.covers(&question(None)));
        assert!(!filter.covers(&about("203.0.113.7:1024")));
    }
}
