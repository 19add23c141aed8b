//! Roles: which endpoint is the internal one, which the NAT's, which remote.
//!
//! This file is the only place that derives roles from tuples.
//!
//! | kind | internal | nat | remote |
//! |---|---|---|---|
//! | source (`IPS_SRC_NAT`) | original source | reply destination | reply source |
//! | destination (`IPS_DST_NAT`) | reply source | original destination | original source |
//!
//! The remote endpoint is the far end on the wire where the NAT endpoint can
//! be seen. A connection with both bits has two translations: a hairpin, or a
//! port forward to a host that is also masqueraded.

use std::fmt;
use std::str::FromStr;

use crate::{Connection, Endpoint, Status, Tuple};

/// One rewriting of one side of a [`Connection`].
///
/// The same NAT endpoint can be in many translations at once as long as their
/// remote endpoints differ, so it is not a key.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Translation {
    /// Which side is rewritten.
    pub kind: TranslationKind,
    /// The host behind the NAT.
    pub internal: Endpoint,
    /// What the NAT shows to the remote.
    pub nat: Endpoint,
    /// The far end, as seen on the wire where `nat` is visible.
    pub remote: Endpoint,
}

/// Which side of a connection is rewritten.
///
/// The kernel does not tell masquerade from source NAT, nor redirect from
/// destination NAT, so neither does this.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum TranslationKind {
    /// The source: SNAT, masquerade.
    Source,
    /// The destination: DNAT, port forward, redirect.
    Destination,
}

impl TranslationKind {
    /// Both kinds, source first.
    pub const ALL: [Self; 2] = [Self::Source, Self::Destination];

    /// The status bit that says so.
    pub const fn status(self) -> Status {
        match self {
            Self::Source => Status::SOURCE_TRANSLATED,
            Self::Destination => Status::DESTINATION_TRANSLATED,
        }
    }

    /// The word for it in every output.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Destination => "destination",
        }
    }
}

/// A word that names no kind of translation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no kind of translation, expected source or destination")]
pub struct UnknownKind(pub String);

impl fmt::Display for TranslationKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for TranslationKind {
    type Err = UnknownKind;

    fn from_str(word: &str) -> Result<Self, UnknownKind> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.name() == word)
            .ok_or_else(|| UnknownKind(word.to_owned()))
    }
}

/// The three roles, over any way of writing an endpoint.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Roles<E> {
    /// The host behind the NAT.
    pub internal: E,
    /// What the NAT shows to the remote.
    pub nat: E,
    /// The far end.
    pub remote: E,
}

impl<E: Copy> Roles<E> {
    /// Derives the roles of one kind of translation from source and
    /// destination of the two tuples.
    #[inline]
    pub const fn of(kind: TranslationKind, original: [E; 2], reply: [E; 2]) -> Self {
        match kind {
            TranslationKind::Source => Self {
                internal: original[0],
                nat: reply[1],
                remote: reply[0],
            },
            TranslationKind::Destination => Self {
                internal: reply[0],
                nat: original[1],
                remote: original[0],
            },
        }
    }
}

impl Translation {
    /// Derives one kind of translation from the two tuples.
    pub const fn of_tuples(kind: TranslationKind, original: &Tuple, reply: &Tuple) -> Self {
        let Roles {
            internal,
            nat,
            remote,
        } = Roles::of(
            kind,
            [original.source, original.destination],
            [reply.source, reply.destination],
        );
        Self {
            kind,
            internal,
            nat,
            remote,
        }
    }
}

impl Connection {
    /// Its translations: none, one or two, source first.
    pub fn translations(&self) -> impl Iterator<Item = Translation> + '_ {
        TranslationKind::ALL
            .into_iter()
            .filter(|kind| self.status.contains(kind.status()))
            .map(|kind| Translation::of_tuples(kind, &self.original, &self.reply))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tuple(source: &str, destination: &str) -> Tuple {
        let endpoint = |text: &str| {
            let address: std::net::SocketAddr = text.parse().unwrap();
            Endpoint::new(address.ip(), address.port())
        };
        Tuple {
            source: endpoint(source),
            destination: endpoint(destination),
            ..Tuple::default()
        }
    }

    fn roles(connection: &Connection) -> Vec<[String; 4]> {
        connection
            .translations()
            .map(|t| {
                [
                    t.kind.to_string(),
                    t.internal.to_string(),
                    t.nat.to_string(),
                    t.remote.to_string(),
                ]
            })
            .collect()
    }

    #[test]
    fn a_masqueraded_connection_has_a_source_translation() {
        let connection = Connection {
            original: tuple("192.168.1.2:5000", "198.51.100.1:443"),
            reply: tuple("198.51.100.1:443", "203.0.113.7:40123"),
            status: Status::SOURCE_TRANSLATED,
            ..Connection::default()
        };
        assert_eq!(
            roles(&connection),
            [[
                "source",
                "192.168.1.2:5000",
                "203.0.113.7:40123",
                "198.51.100.1:443"
            ]]
        );
    }

    #[test]
    fn a_port_forward_has_a_destination_translation() {
        let connection = Connection {
            original: tuple("198.51.100.9:6000", "203.0.113.7:80"),
            reply: tuple("192.168.1.3:8080", "198.51.100.9:6000"),
            status: Status::DESTINATION_TRANSLATED,
            ..Connection::default()
        };
        assert_eq!(
            roles(&connection),
            [[
                "destination",
                "192.168.1.3:8080",
                "203.0.113.7:80",
                "198.51.100.9:6000"
            ]]
        );
    }

    #[test]
    fn a_hairpin_has_both() {
        let connection = Connection {
            original: tuple("192.168.1.2:5000", "203.0.113.7:80"),
            reply: tuple("192.168.1.3:8080", "203.0.113.7:40123"),
            status: Status::TRANSLATED,
            ..Connection::default()
        };
        assert_eq!(
            roles(&connection),
            [
                [
                    "source",
                    "192.168.1.2:5000",
                    "203.0.113.7:40123",
                    "192.168.1.3:8080"
                ],
                [
                    "destination",
                    "192.168.1.3:8080",
                    "203.0.113.7:80",
                    "192.168.1.2:5000"
                ],
            ]
        );
    }

    #[test]
    fn an_untranslated_connection_has_none() {
        assert_eq!(roles(&Connection::default()), Vec::<[String; 4]>::new());
    }
}
