//! What is replied to a question.

use std::net::IpAddr;

use model::Answer;

use super::question::{Mistake, Question};
use crate::host_hash::HashKey;

/// What a remote is told of a host.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Naming {
    /// Its address.
    Host,
    /// A hash of its address.
    Hash(HashKey),
    /// The same name for all.
    Name(String),
}

/// What there is to say of a connection.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Owner {
    /// This host has it.
    Host(IpAddr),
    /// There is no such connection.
    Nobody,
    /// It cannot be said: several hosts fit, or something may be missing.
    Unknown,
}

/// The kinds of replies, for those who count them.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Kind {
    /// `USERID`: the host, as it is named.
    User,
    /// `NO-USER`: there is no such connection.
    NoUser,
    /// `INVALID-PORT`: the line names no two ports.
    InvalidPort,
    /// `UNKNOWN-ERROR`: it cannot be said.
    Unknown,
}

impl Kind {
    /// All of them, in the order of their declaration.
    pub const ALL: [Self; 4] = [Self::User, Self::NoUser, Self::InvalidPort, Self::Unknown];

    /// The word for it in the metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::NoUser => "no-user",
            Self::InvalidPort => "invalid-port",
            Self::Unknown => "unknown-error",
        }
    }
}

impl Owner {
    /// Who lives in an answer. Nobody is named unless it is certain.
    pub fn of(answer: &Answer) -> Self {
        if answer.is_cut || !answer.coverage.is_complete() {
            return Self::Unknown;
        }
        let live = answer.matches.iter().filter(|one| one.ended_at.is_none());
        let mut hosts: Vec<IpAddr> = live.map(|one| one.translation.internal.address).collect();
        hosts.dedup();
        match hosts[..] {
            [] => Self::Nobody,
            [host] => Self::Host(host),
            _ => Self::Unknown,
        }
    }

    const fn kind(self) -> Kind {
        match self {
            Self::Host(_) => Kind::User,
            Self::Nobody => Kind::NoUser,
            Self::Unknown => Kind::Unknown,
        }
    }
}

impl Naming {
    fn of(&self, host: IpAddr) -> String {
        match self {
            Self::Host => host.to_string(),
            Self::Hash(key) => key.hash(host).to_string(),
            Self::Name(name) => name.clone(),
        }
    }
}

/// The line for a question, its end included.
pub fn to_question(question: Question, owner: Owner, naming: &Naming) -> (String, Kind) {
    let kind = owner.kind();
    let what = match owner {
        // No name of a login: what the host is called is the operator's.
        Owner::Host(host) => format!("USERID : OTHER : {}", naming.of(host)),
        Owner::Nobody => "ERROR : NO-USER".to_owned(),
        Owner::Unknown => "ERROR : UNKNOWN-ERROR".to_owned(),
    };
    (format!("{question} : {what}\r\n"), kind)
}

/// The line for what is no question.
pub fn to_mistake(mistake: Mistake) -> (String, Kind) {
    let [first, second] = mistake.ports;
    let line = format!("{first}, {second} : ERROR : INVALID-PORT\r\n");
    (line, Kind::InvalidPort)
}

#[cfg(test)]
mod tests {
    use model::{
        Coverage, Endpoint, Gap, GapCause, Match, Protocol, TimeSource, Timed, Timestamp,
        Translation, TranslationKind, Zone,
    };

    use super::*;

    const QUESTION: Question = Question {
        nat_port: 6193,
        remote_port: 23,
    };

    fn found(host: &str, is_live: bool) -> Match {
        let endpoint = |text: &str| Endpoint::new(text.parse().unwrap(), 1);
        let ended_at = Timed {
            at: Timestamp(7),
            source: TimeSource::Kernel,
        };
        Match {
            protocol: Protocol::TCP,
            translation: Translation {
                kind: TranslationKind::Source,
                internal: endpoint(host),
                nat: endpoint("203.0.113.7"),
                remote: endpoint("198.51.100.1"),
            },
            original_destination: endpoint("198.51.100.1"),
            zone: Zone::default(),
            kernel_id: None,
            started_at: None,
            ended_at: (!is_live).then_some(ended_at),
            end_evidence: None,
            traffic: None,
            mark: None,
        }
    }

    fn owner(matches: &[Match]) -> Owner {
        Owner::of(&Answer {
            matches: matches.to_vec(),
            ..Answer::default()
        })
    }

    #[test]
    fn the_one_host_that_lives_has_it() {
        let host = Owner::Host("10.0.0.5".parse().unwrap());
        let [live, ended] = [found("10.0.0.5", true), found("10.0.0.6", false)];
        assert_eq!(owner(&[]), Owner::Nobody);
        assert_eq!(owner(&[ended]), Owner::Nobody);
        assert_eq!(owner(&[live]), host);
        assert_eq!(owner(&[live, ended]), host);
        assert_eq!(owner(&[live, live]), host);
        assert_eq!(owner(&[live, found("10.0.0.7", true)]), Owner::Unknown);
    }

    #[test]
    fn nobody_is_named_while_something_may_be_missing() {
        let gap = Gap {
            from: Timestamp(0),
            to: None,
            cause: GapCause::Silence,
        };
        let answer = Answer {
            matches: vec![found("10.0.0.5", true)],
            ..Answer::default()
        };
        let with_gap = Answer {
            coverage: Coverage::Gaps(vec![gap]),
            ..answer.clone()
        };
        assert_eq!(Owner::of(&with_gap), Owner::Unknown);
        let is_cut = true;
        assert_eq!(Owner::of(&Answer { is_cut, ..answer }), Owner::Unknown);
    }

    #[test]
    fn replies_are_as_the_rfc_has_them() {
        let host = Owner::Host("10.0.0.5".parse().unwrap());
        let line = |owner, naming: &Naming| to_question(QUESTION, owner, naming).0;
        let expected = "6193, 23 : USERID : OTHER : 10.0.0.5\r\n";
        assert_eq!(line(host, &Naming::Host), expected);
        let name = Naming::Name("nat".to_owned());
        assert_eq!(line(host, &name), "6193, 23 : USERID : OTHER : nat\r\n");
        let nobody = "6193, 23 : ERROR : NO-USER\r\n";
        assert_eq!(line(Owner::Nobody, &name), nobody);
        let unknown = "6193, 23 : ERROR : UNKNOWN-ERROR\r\n";
        assert_eq!(line(Owner::Unknown, &name), unknown);
        let mistake = Mistake { ports: [0, 70_000] };
        let invalid = "0, 70000 : ERROR : INVALID-PORT\r\n";
        assert_eq!(to_mistake(mistake), (invalid.to_owned(), Kind::InvalidPort));
    }

    #[test]
    fn the_order_of_all_is_that_of_the_declaration() {
        for (index, kind) in Kind::ALL.into_iter().enumerate() {
            assert_eq!(kind as usize, index);
        }
    }
}
