//! A question and what comes back.

use crate::{
    Coverage, EndEvidence, EndpointPattern, KernelId, Period, Protocol, Timed, Timestamp, Traffic,
    Translation, TranslationKind, Zone,
};

/// A question: which translations fit all of what is given?
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Lookup {
    /// Transport protocol, any where `None`.
    pub protocol: Option<Protocol>,
    /// Kind of translation, any where `None`.
    pub kind: Option<TranslationKind>,
    /// Conntrack zone, any where `None`.
    pub zone: Option<u16>,
    /// The NAT endpoint or a part of it.
    pub nat: EndpointPattern,
    /// The remote endpoint or a part of it.
    pub remote: EndpointPattern,
    /// The internal endpoint or a part of it.
    pub internal: EndpointPattern,
}

impl Lookup {
    /// Whether a translation fits all of what is given. A remote endpoint that was
    /// left out of the records fits every pattern: it may be the one.
    pub fn matches(&self, found: &Match) -> bool {
        self.protocol
            .is_none_or(|protocol| protocol == found.protocol)
            && self.kind.is_none_or(|kind| kind == found.translation.kind)
            && self.zone.is_none_or(|zone| zone == found.zone.id)
            && self.nat.matches(&found.translation.nat)
            && (found.translation.remote.is_omitted()
                || self.remote.matches(&found.translation.remote))
            && self.internal.matches(&found.translation.internal)
    }
}

/// A translation that fits a question, with its life.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Match {
    /// Transport protocol.
    pub protocol: Protocol,
    /// The three endpoints in their roles.
    pub translation: Translation,
    /// The destination as the initiator wrote it; differs from the roles'
    /// endpoints in a hairpin only.
    pub original_destination: crate::Endpoint,
    /// Conntrack zone.
    pub zone: Zone,
    /// The kernel's id while it lives, `None` once it has ended.
    pub kernel_id: Option<KernelId>,
    /// When it began; `None` where nobody can say.
    pub started_at: Option<Timed>,
    /// When it ended; `None` while it lives.
    pub ended_at: Option<Timed>,
    /// How its end was learned; `None` while it lives, and where only the live
    /// table is asked, which does not keep it.
    pub end_evidence: Option<EndEvidence>,
    /// Packets and bytes, where the kernel counted them and told its end.
    pub traffic: Option<Traffic>,
    /// Firewall mark, where the kernel told one.
    pub mark: Option<u32>,
}

impl Match {
    /// The time in which it is known to have lived, in whole milliseconds; open
    /// where a side is not known.
    pub fn life(&self) -> Period {
        Period {
            from: self.started_at.map_or(Timestamp::MIN, |time| time.at),
            to: self.ended_at.map_or(Timestamp::MAX, |time| time.at),
        }
    }
}

/// What comes back for a [`Lookup`].
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Answer {
    /// When it was asked.
    pub asked_at: Timestamp,
    /// The translations that fit, live ones first, at most as many as asked.
    pub matches: Vec<Match>,
    /// Whether more would have fitted.
    pub is_cut: bool,
    /// How many distinct hosts fit, those beyond the cut included.
    pub verdict: Verdict,
    /// How complete the data behind it is.
    pub coverage: Coverage,
}

/// How many distinct internal hosts the matches name.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Verdict {
    /// Nobody.
    #[default]
    None,
    /// Exactly one host, however many connections.
    One,
    /// More than one host: more must be known to tell them apart.
    Several,
}

impl Verdict {
    /// The word for it in every output.
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::One => "one",
            Self::Several => "several",
        }
    }
}
