//! What a list shows, and what a follower is told of.

use model::{EndpointPattern, Filter, Lookup, Match};

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
        let roles = &found.translation;
        self.filter.matches(found)
            && self.anywhere.iter().all(|pattern| {
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
