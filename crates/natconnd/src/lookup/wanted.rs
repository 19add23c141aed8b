//! What a list shows, and what a follower is told of.

use model::{EndpointPattern, Filter, Lookup, Match, Translation};

use crate::mirror::Found;

/// Which translations are wanted: those that fit a filter, and have for each of some
/// patterns an endpoint that fits, whatever its role. The default wants all.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Wanted {
    /// What must fit.
    pub filter: Filter,
    /// For each of these one of the three endpoints must fit.
    pub anywhere: Vec<EndpointPattern>,
}

impl Wanted {
    /// Whether every translation is wanted.
    pub fn is_any(&self) -> bool {
        self.filter.is_any() && self.anywhere.iter().all(EndpointPattern::is_any)
    }

    /// Whether this one is.
    pub fn matches(&self, found: &Match) -> bool {
        self.filter.matches(found) && self.has_endpoints(&found.translation)
    }

    /// Whether this one in the table is, at less cost than a copy of it.
    pub(super) fn has(&self, found: Found<'_>) -> bool {
        let filter = &self.filter;
        let is_of = |protocols: &[_]| protocols.is_empty() || protocols.contains(&found.protocol());
        if !is_of(&filter.protocols)
            || !(filter.zones.is_empty() || filter.zones.contains(&found.zone().id))
        {
            return false;
        }
        let roles = found.translation();
        filter.kind.is_none_or(|kind| kind == roles.kind)
            && filter.internal.matches(&roles.internal)
            && filter.nat.matches(&roles.nat)
            && filter.remote.matches(&roles.remote)
            && self.has_endpoints(&roles)
            && (filter.original_destination.is_any() || filter.matches(&found.to_match()))
    }

    fn has_endpoints(&self, roles: &Translation) -> bool {
        self.anywhere.iter().all(|pattern| {
            [&roles.internal, &roles.nat, &roles.remote]
                .into_iter()
                .any(|endpoint| pattern.matches(endpoint))
        })
    }

    /// A question that all of them fit, and perhaps others: an index may answer it.
    pub(super) fn question(&self) -> Lookup {
        let filter = &self.filter;
        let only = |set: &model::EndpointSet| match &*set.0 {
            [pattern] => pattern.clone(),
            _ => EndpointPattern::default(),
        };
        let one = |values: &[u16]| match values {
            [value] => Some(*value),
            _ => None,
        };
        Lookup {
            protocol: match &*filter.protocols {
                [protocol] => Some(*protocol),
                _ => None,
            },
            kind: filter.kind,
            zone: one(&filter.zones),
            nat: only(&filter.nat),
            remote: only(&filter.remote),
            internal: only(&filter.internal),
        }
    }
}

impl From<Filter> for Wanted {
    fn from(filter: Filter) -> Self {
        Self {
            filter,
            anywhere: Vec::new(),
        }
    }
}
