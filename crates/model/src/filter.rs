//! Which translations to keep at all.

use crate::{EndpointSet, Match, Protocol, TranslationKind};

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
