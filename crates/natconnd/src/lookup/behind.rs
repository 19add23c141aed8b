//! Who is behind a client that a proxy serves right now.
//!
//! The same lookup as any other, read for one purpose: a host is named only where
//! it is the only one that can be meant. Clients that did not come through this
//! gateway, which on most sites are nearly all, cost one look at the table.

use std::net::IpAddr;

use model::{
    Answer, Coverage, Endpoint, EndpointPattern, Lookup, Match, Protocol, TranslationKind, Verdict,
};

use super::{Answers, exact};
use crate::mirror::Found;

/// How many translations at a NAT endpoint are looked at before the other indexes are
/// made use of: a port forward may have a million.
const NEAR: usize = 32;

/// How many matches are looked at to see whether all have one internal port.
const MATCHES: usize = 64;

/// The client of a proxy, as the proxy sees it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Client {
    /// Where its packets come from: the NAT endpoint, if it is behind this gateway.
    pub endpoint: Endpoint,
    /// What it is connected to: the proxy's own endpoint, or what is known of it.
    pub server: EndpointPattern,
    /// The transport protocol; where it is not known, any that has ports.
    pub protocol: Option<Protocol>,
}

/// Who is behind a client.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Behind {
    /// This host, and its port where all that fits has the same one.
    One(IpAddr, Option<u16>),
    /// Any of several hosts.
    Several,
    /// Nobody that is known.
    Nobody,
    /// Nobody: no translation has the client's address.
    NotNat,
}

/// Who is behind a client, and how far that can be trusted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Identified {
    /// Who it is.
    pub behind: Behind,
    /// Whether nothing is missing of what lives now. What has ended unseen does not
    /// matter: the client is there.
    pub is_complete: bool,
    /// Whether all that had happened when it was asked for is in it, as in
    /// [`Told`](super::Told).
    pub is_settled: bool,
    /// Whether the kernel itself has just confirmed who it is.
    pub is_confirmed: bool,
}

impl Identified {
    /// What is left of it while something is missing. That may be what would have named
    /// somebody else, or anybody: so nothing is ruled out, and a host is named only where
    /// the kernel has confirmed it.
    pub fn with_gaps(self) -> Self {
        let behind = match self.behind {
            Behind::One(..) if !self.is_confirmed => Behind::Nobody,
            Behind::NotNat => Behind::Nobody,
            behind => behind,
        };
        Self {
            behind,
            is_complete: false,
            ..self
        }
    }
}

impl Client {
    fn question(&self) -> Lookup {
        Lookup {
            protocol: self.protocol,
            // A host that is reached through a port forward is a server, not the
            // sender of what comes from that endpoint.
            kind: Some(TranslationKind::Source),
            nat: EndpointPattern::exactly(self.endpoint),
            remote: self.server.clone(),
            ..Lookup::default()
        }
    }
}

impl Answers {
    /// Finds who is behind a client. Always from an index, so that it may be done in
    /// async code.
    pub fn identify(&self, client: &Client) -> Identified {
        // Looked at before the table, as always. Whose first connection has just begun
        // may not be in it yet.
        let is_current = self.asks_kernel && self.mirror.is_current();
        let mut near = Near::default();
        let looked = self.mirror.at_nat(client.endpoint, NEAR, |found| {
            near.see(client, found);
        });
        let question = client.question();
        match looked {
            None => {
                let is_settled = is_current || !self.asks_kernel;
                if let Some(told) = self.stranger(&question, is_settled) {
                    return told;
                }
            }
            Some(true) if is_current => {
                // No gap lasts where the table is current.
                let is_complete = self.mirror.filter().covers(&question);
                if let Some(behind) = near.certain(client).filter(|_| is_complete) {
                    return Identified {
                        behind,
                        is_complete,
                        is_settled: true,
                        is_confirmed: true,
                    };
                }
            }
            Some(_) => {}
        }
        self.look_for(&question)
    }

    /// The same where the table has not caught up: only the kernel can name somebody.
    pub fn identify_without_table(&self, client: &Client) -> Identified {
        self.look_for(&client.question()).with_gaps()
    }

    /// Reads a whole lookup.
    fn look_for(&self, question: &Lookup) -> Identified {
        let is_exact = exact::arriving_packet(question).is_some();
        let told = self.lookup(question, MATCHES);
        let is_live = |found: &Match| found.ended_at.is_none();
        let identified = Identified {
            behind: judge(&told.answer, is_exact),
            is_complete: is_complete_now(&told.answer.coverage),
            is_settled: told.is_settled,
            // What the kernel knows for that packet may be nothing that was asked for.
            is_confirmed: told.is_confirmed && told.answer.matches.iter().any(is_live),
        };
        if identified.is_complete {
            return identified;
        }
        identified.with_gaps()
    }

    /// Whether any translation in the table has this NAT address: one look.
    pub fn has_nat_address(&self, address: IpAddr) -> bool {
        let endpoint = Endpoint::new(address, 0);
        self.mirror.at_nat(endpoint, 0, |_| ()).is_some()
    }

    /// What is said of an address that no translation has; `None` while a gap lasts, in
    /// which the kernel may know one.
    fn stranger(&self, question: &Lookup, is_settled: bool) -> Option<Identified> {
        let stranger = Identified {
            behind: Behind::NotNat,
            is_complete: true,
            is_settled,
            is_confirmed: false,
        };
        if !self.mirror.filter().covers(question) {
            return Some(stranger.with_gaps());
        }
        is_complete_now(&self.mirror.coverage(super::now())).then_some(stranger)
    }
}

/// What the translations at one NAT endpoint say of a client, without a list of them.
#[derive(Default)]
struct Near {
    /// Live ones between the client and what it is connected to.
    live: u32,
    /// The last of them.
    host: Option<Endpoint>,
    /// Whether the end of each of them will be told.
    is_announced: bool,
}

impl Near {
    fn see(&mut self, client: &Client, found: Found<'_>) {
        if !found.is_live() {
            return;
        }
        let row = found.to_match();
        let is_asked_for = row.translation.kind == TranslationKind::Source
            && client.protocol == Some(row.protocol)
            && client.server.matches(&row.translation.remote);
        if is_asked_for {
            self.is_announced = found.is_announced() && (self.live == 0 || self.is_announced);
            self.live += 1;
            self.host = Some(row.translation.internal);
        }
    }

    /// The host, where the kernel could tell nothing else of an exact question: as
    /// [`Answers::lookup`] has it, of a table that holds all that was told.
    fn certain(&self, client: &Client) -> Option<Behind> {
        let is_exact = client.server.endpoint().is_some();
        let host = self.host?;
        (is_exact && self.live == 1 && self.is_announced)
            .then_some(Behind::One(host.address, Some(host.port)))
    }
}

/// Whether no gap lasts.
fn is_complete_now(coverage: &Coverage) -> bool {
    coverage.gaps().iter().all(|gap| gap.to.is_some())
}

/// Says who is meant by the matches of a question about a client.
///
/// The client is there now. So where the question is exact, and the kernel can have
/// one connection at a time that fits, the one that lives is meant, whoever had the
/// NAT endpoint a moment ago. Where it is not, somebody else may have the one that
/// lives, and all count.
fn judge(answer: &Answer, is_exact: bool) -> Behind {
    let is_live = |found: &Match| found.ended_at.is_none();
    let has_live = answer.matches.iter().any(is_live);
    let mut meant = answer
        .matches
        .iter()
        .filter(|found| found.protocol.has_ports())
        .filter(|found| !(is_exact && has_live) || is_live(found))
        .map(|found| found.translation.internal);
    let Some(first) = meant.next() else {
        return Behind::Nobody;
    };
    let mut port = Some(first.port);
    for other in meant {
        if other.address != first.address {
            return Behind::Several;
        }
        port = port.filter(|port| *port == other.port);
    }
    if answer.is_cut {
        // Of those that were left out only the verdict tells.
        return match answer.verdict {
            Verdict::One => Behind::One(first.address, None),
            Verdict::None | Verdict::Several => Behind::Several,
        };
    }
    Behind::One(first.address, port)
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use model::{Gap, GapCause, KernelId, TimeSource, Timed, Timestamp, Translation, Zone};
    use proptest::prelude::*;

    use super::*;

    const OTHER: u16 = 1;
    const SERVER: u16 = 443;

    fn at(last: u8, port: u16) -> Endpoint {
        Endpoint::new(Ipv4Addr::new(192, 0, 2, last).into(), port)
    }

    /// A connection of host `host` from NAT endpoint 100:7 to port `remote` of 200.
    fn found(host: u8, internal_port: u16, remote: u16, is_ended: bool) -> Match {
        Match {
            protocol: Protocol::TCP,
            translation: Translation {
                kind: TranslationKind::Source,
                internal: at(host, internal_port),
                nat: at(100, 7),
                remote: at(200, remote),
            },
            original_destination: at(200, remote),
            zone: Zone::default(),
            kernel_id: (!is_ended).then_some(KernelId(1)),
            started_at: None,
            ended_at: is_ended.then_some(Timed {
                at: Timestamp(5),
                source: TimeSource::Kernel,
            }),
            end_evidence: None,
            traffic: None,
            mark: None,
        }
    }

    fn client(server: &str) -> Client {
        Client {
            endpoint: at(100, 7),
            server: match server {
                "" => EndpointPattern::default(),
                text => text.parse().unwrap(),
            },
            protocol: Some(Protocol::TCP),
        }
    }

    fn host(last: u8, port: impl Into<Option<u16>>) -> Behind {
        Behind::One(at(last, 0).address, port.into())
    }

    fn identified(matches: Vec<Match>, client: &Client) -> Behind {
        let told = Answers::of_matches(matches).identify(client);
        assert!(told.is_complete && told.is_settled);
        told.behind
    }

    #[test]
    fn the_server_tells_apart_who_shares_an_endpoint() {
        let matches = || vec![found(1, 7, SERVER, false), found(2, 9, OTHER, false)];
        let ask = |server| identified(matches(), &client(server));
        assert_eq!(ask("192.0.2.200:443"), host(1, 7));
        assert_eq!(ask("192.0.2.200:1"), host(2, 9));
        assert_eq!(ask(":443"), host(1, 7));
        assert_eq!(ask("192.0.2.200"), Behind::Several);
        assert_eq!(ask(""), Behind::Several);
        assert_eq!(ask("192.0.2.200:2"), Behind::Nobody);
    }

    #[test]
    fn several_connections_of_one_host_name_it_and_no_port() {
        let matches = vec![found(1, 7, SERVER, false), found(1, 8, OTHER, false)];
        assert_eq!(identified(matches, &client("")), host(1, None));
        let many = |host: u8| (0..100).map(move |port| found(host, port, port, false));
        assert_eq!(identified(many(1).collect(), &client("")), host(1, None));
        let mixed = many(1).chain([found(2, 1, 500, true)]).collect();
        assert_eq!(identified(mixed, &client("")), Behind::Several);
    }

    #[test]
    fn who_lives_is_meant_where_only_one_can() {
        let taken_over = || vec![found(1, 7, SERVER, true), found(2, 9, SERVER, false)];
        let exact = client("192.0.2.200:443");
        assert_eq!(identified(taken_over(), &exact), host(2, 9));
        // Any other connection may be the one that lives.
        assert_eq!(identified(taken_over(), &client("")), Behind::Several);
        let any_protocol = Client {
            protocol: None,
            ..exact.clone()
        };
        assert_eq!(identified(taken_over(), &any_protocol), Behind::Several);
        let gone = vec![found(1, 7, SERVER, true)];
        assert_eq!(identified(gone, &exact), host(1, 7));
    }

    #[test]
    fn a_server_behind_a_port_forward_is_no_client() {
        let mut forwarded = found(1, 80, SERVER, false);
        forwarded.translation.kind = TranslationKind::Destination;
        forwarded.original_destination = at(100, 7);
        assert_eq!(identified(vec![forwarded], &client("")), Behind::Nobody);
    }

    #[test]
    fn an_echo_is_nobodys_request() {
        let mut echo = found(1, 7, 7, false);
        echo.protocol = Protocol::ICMP;
        let any = Client {
            protocol: None,
            ..client("")
        };
        assert_eq!(identified(vec![echo], &any), Behind::Nobody);
    }

    #[test]
    fn an_address_without_translations_is_not_nat() {
        let other = Client {
            endpoint: at(101, 7),
            ..client("192.0.2.200:443")
        };
        let answers = Answers::of_matches(vec![found(1, 7, SERVER, false)]);
        assert_eq!(answers.identify(&other).behind, Behind::NotNat);
        let gap = |to| {
            Coverage::of_gaps(vec![Gap {
                from: Timestamp(0),
                to,
                cause: GapCause::Starting,
            }])
        };
        // What is over may have hidden an end, but hides nobody who is there.
        answers.set_coverage(gap(Some(super::super::now())));
        assert_eq!(answers.identify(&other).behind, Behind::NotNat);
        answers.set_coverage(gap(None));
        let told = answers.identify(&other);
        assert_eq!((told.behind, told.is_complete), (Behind::Nobody, false));
        // Nor is anybody named whom the kernel does not confirm.
        let told = answers.identify(&client("192.0.2.200:443"));
        assert_eq!((told.behind, told.is_complete), (Behind::Nobody, false));
    }

    #[test]
    fn gaps_leave_only_what_the_kernel_has_confirmed() {
        let left = |behind, is_confirmed| {
            let identified = Identified {
                behind,
                is_complete: true,
                is_settled: true,
                is_confirmed,
            };
            let left = identified.with_gaps();
            assert!(!left.is_complete);
            left.behind
        };
        assert_eq!(left(host(1, 7), true), host(1, 7));
        assert_eq!(left(host(1, 7), false), Behind::Nobody);
        assert_eq!(left(Behind::Several, false), Behind::Several);
        assert_eq!(left(Behind::NotNat, false), Behind::Nobody);
    }

    proptest! {
        /// What one look at the table is sure of, a whole lookup says as well.
        #[test]
        fn one_look_is_as_good_as_a_lookup(
            rows in prop::collection::vec((1..4_u8, 1..3_u16, 442..444_u16, any::<bool>()), 0..8),
            server in prop::sample::select(vec!["192.0.2.200:443", "192.0.2.200", ":443", ""]),
        ) {
            let matches = rows.into_iter().map(|(host, port, remote, is_ended)| found(host, port, remote, is_ended));
            let client = client(server);
            let answers = Answers::of_matches(matches.collect());
            let mut near = Near::default();
            let looked = answers.mirror.at_nat(client.endpoint, NEAR, |found| near.see(&client, found));
            prop_assert!(looked != Some(false));
            if let Some(behind) = near.certain(&client) {
                prop_assert_eq!(answers.identify(&client).behind, behind);
            }
        }
    }
}
