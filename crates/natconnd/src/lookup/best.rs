//! The matches worth telling, of any number that fit.

use std::cmp::Reverse;
use std::net::IpAddr;

use model::{
    Answer, Connection, Coverage, Endpoint, Filter, KernelId, Lookup, Match, TimeSource, Timed,
    Timestamp, TranslationKind, Verdict,
};

/// Keeps the first `limit` matches, live ones before ended ones and the latest
/// first, and judges by all of them.
pub struct Best {
    matches: Vec<Match>,
    limit: usize,
    /// Whether more than `limit` have been added.
    is_cut: bool,
    host: Option<IpAddr>,
    has_other_hosts: bool,
}

impl Best {
    pub const fn new(limit: usize) -> Self {
        Self {
            matches: Vec::new(),
            limit,
            is_cut: false,
            host: None,
            has_other_hosts: false,
        }
    }

    /// Adds one that fits.
    pub fn add(&mut self, found: Match) {
        let host = found.translation.internal.address;
        self.has_other_hosts |= *self.host.get_or_insert(host) != host;
        self.matches.push(found);
        // Sorting now and then keeps memory bounded, whatever fits.
        if self.matches.len() > 2 * self.limit + 1024 {
            self.cut();
        }
    }

    /// Corrects what the table said by what the kernel says: the one live
    /// connection with the tuple that was asked for, if any.
    ///
    /// The table is some milliseconds old. A connection that only the kernel
    /// knows is added, one that only the table has alive has just ended: before
    /// the other began, since the kernel has one at a time.
    pub fn correct(
        &mut self,
        question: &Lookup,
        filter: &Filter,
        asked_at: Timestamp,
        known: Option<Connection>,
    ) {
        let zone = question.zone.unwrap_or_default();
        let just_now = Timed {
            at: asked_at,
            source: TimeSource::Estimated,
        };
        let id = known.as_ref().map(|connection| connection.kernel_id);
        let next_began = known.as_ref().and_then(|next| next.started_at);
        for found in &mut self.matches {
            let is_known = found.kernel_id == id;
            if found.ended_at.is_none() && !is_known && would_be_found(found, zone) {
                let began = found.started_at.map(|time| time.at);
                // A clock that was set back must not end it before it began.
                let before = next_began.filter(|at| *at < asked_at && Some(*at) >= began);
                found.ended_at = Some(Timed {
                    at: before.unwrap_or(asked_at),
                    ..just_now
                });
                found.kernel_id = None;
            }
        }
        let Some(connection) = known else {
            return;
        };
        for translation in connection.translations() {
            let fresh = Match {
                protocol: connection.original.protocol,
                translation,
                original_destination: connection.original.destination,
                zone: connection.zone,
                kernel_id: id,
                started_at: Some(connection.started_at.map_or(just_now, |at| Timed {
                    at,
                    source: TimeSource::Kernel,
                })),
                ended_at: None,
                end_evidence: None,
                traffic: None,
                mark: None,
            };
            let is_known = self
                .matches
                .iter()
                .any(|found| found.translation == translation && found.kernel_id == id);
            if !is_known && question.matches(&fresh) && filter.matches(&fresh) {
                self.add(fresh);
            }
        }
    }

    /// Notes that a connection which the table has alive is gone: that with this
    /// id and original destination.
    pub fn end(&mut self, id: KernelId, destination: Endpoint, asked_at: Timestamp) {
        for found in &mut self.matches {
            if found.kernel_id == Some(id) && found.original_destination == destination {
                found.ended_at = Some(Timed {
                    at: asked_at,
                    source: TimeSource::Estimated,
                });
                found.kernel_id = None;
            }
        }
    }

    fn cut(&mut self) {
        if self.matches.len() > 1 {
            self.matches.sort_by_key(rank);
        }
        self.is_cut |= self.matches.len() > self.limit;
        self.matches.truncate(self.limit);
    }

    /// The answer; `is_whole` is whether all that fit were added.
    pub fn into_answer(
        mut self,
        asked_at: Timestamp,
        is_whole: bool,
        coverage: Coverage,
    ) -> Answer {
        self.cut();
        let verdict = match (self.host, self.has_other_hosts) {
            (None, _) => Verdict::None,
            (Some(_), false) => Verdict::One,
            (Some(_), true) => Verdict::Several,
        };
        Answer {
            asked_at,
            matches: self.matches,
            is_cut: self.is_cut || !is_whole,
            verdict,
            coverage,
        }
    }
}

/// Whether asking the kernel for its arriving packet in `zone` finds a live
/// connection, so that it has ended where it was not found.
///
/// Not where the zone holds in the other direction only. Nor with ICMP, whose
/// tuples have a type besides, of which only the echo reply's is asked for.
fn would_be_found(found: &Match, zone: u16) -> bool {
    let zone_of_arriving = match found.translation.kind {
        TranslationKind::Source => found.zone.of_reply(),
        TranslationKind::Destination => found.zone.of_original(),
    };
    zone_of_arriving == zone && !found.protocol.is_icmp()
}

fn rank(found: &Match) -> (bool, Reverse<Option<Timestamp>>) {
    let started_at = found.started_at.map(|time| time.at);
    (found.ended_at.is_some(), Reverse(started_at))
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use model::{Protocol, Status, Translation, Tuple, Zone};
    use proptest::prelude::*;

    use super::*;

    fn found(host: u8, started_at: i64, is_ended: bool) -> Match {
        let endpoint = |last| Endpoint::new(Ipv4Addr::new(192, 0, 2, last).into(), 1);
        let time = |at| Timed {
            at: Timestamp(at),
            source: TimeSource::Kernel,
        };
        Match {
            protocol: Protocol::TCP,
            translation: Translation {
                kind: TranslationKind::Source,
                internal: endpoint(host),
                nat: endpoint(100),
                remote: endpoint(200),
            },
            original_destination: endpoint(200),
            zone: Zone::default(),
            kernel_id: None,
            started_at: Some(time(started_at)),
            ended_at: is_ended.then(|| time(started_at + 1)),
            end_evidence: None,
            traffic: None,
            mark: None,
        }
    }

    /// The kernel's connection behind a match, with this id.
    fn known(found: &Match, id: u32) -> Connection {
        let tuple = |source, destination| Tuple {
            protocol: found.protocol,
            source,
            destination,
            icmp: None,
        };
        let roles = found.translation;
        Connection {
            original: tuple(roles.internal, roles.remote),
            reply: tuple(roles.remote, roles.nat),
            kernel_id: KernelId(id),
            status: Status::SOURCE_TRANSLATED,
            ..Connection::default()
        }
    }

    /// Hosts and whether they have ended, after the kernel had its say on a
    /// table that has host 1 alive with id 7.
    fn corrected(kernel: Option<Connection>) -> Vec<(u8, bool)> {
        let mut best = Best::new(10);
        best.add(Match {
            kernel_id: Some(KernelId(7)),
            ..found(1, 5, false)
        });
        let (question, filter) = (Lookup::default(), Filter::default());
        best.correct(&question, &filter, Timestamp(9), kernel);
        let shown = |row: &Match| match row.translation.internal.address {
            IpAddr::V4(address) => (address.octets()[3], row.ended_at.is_some()),
            IpAddr::V6(_) => unreachable!("all rows are of IPv4"),
        };
        let answer = best.into_answer(Timestamp(9), true, Coverage::Complete);
        answer.matches.iter().map(shown).collect()
    }

    #[test]
    fn the_kernel_has_the_last_word() {
        let same = known(&found(1, 5, false), 7);
        let other = known(&found(2, 5, false), 8);
        assert_eq!(corrected(Some(same)), [(1, false)]);
        assert_eq!(corrected(None), [(1, true)]);
        assert_eq!(corrected(Some(other)), [(2, false), (1, true)]);
    }

    #[test]
    fn who_was_there_before_had_gone_when_the_next_began() {
        let end = |next_began| {
            let mut best = Best::new(10);
            best.add(found(1, 5, false));
            let next = Connection {
                started_at: next_began,
                ..known(&found(2, 7, false), 8)
            };
            let (question, filter) = (Lookup::default(), Filter::default());
            best.correct(&question, &filter, Timestamp(9), Some(next));
            let answer = best.into_answer(Timestamp(9), true, Coverage::Complete);
            let before = answer.matches.iter().find(|row| row.ended_at.is_some());
            before.and_then(|row| row.ended_at).unwrap()
        };
        let estimated = |at| Timed {
            at: Timestamp(at),
            source: TimeSource::Estimated,
        };
        assert_eq!(end(Some(Timestamp(7))), estimated(7));
        assert_eq!(end(None), estimated(9));
        // By a clock that was set.
        assert_eq!(end(Some(Timestamp(3))), estimated(9));
        assert_eq!(end(Some(Timestamp(30))), estimated(9));
    }

    proptest! {
        #[test]
        fn keeps_what_sorting_everything_would(
            rows in prop::collection::vec((0..3_u8, 0..50_i64, any::<bool>()), 0..3000),
            limit in 1..40_usize,
        ) {
            let mut best = Best::new(limit);
            let mut all = Vec::new();
            for (host, started_at, is_ended) in rows {
                best.add(found(host, started_at, is_ended));
                all.push(found(host, started_at, is_ended));
            }
            let answer = best.into_answer(Timestamp(9), true, Coverage::Complete);
            all.sort_by_key(rank);
            let wanted: Vec<_> = all.iter().take(limit).map(rank).collect();
            prop_assert_eq!(answer.matches.iter().map(rank).collect::<Vec<_>>(), wanted);
            prop_assert_eq!(answer.is_cut, all.len() > limit);
            let mut hosts: Vec<_> = all.iter().map(|m| m.translation.internal.address).collect();
            hosts.sort();
            hosts.dedup();
            let verdict = match hosts.len() {
                0 => Verdict::None,
                1 => Verdict::One,
                _ => Verdict::Several,
            };
            prop_assert_eq!(answer.verdict, verdict);
        }
    }
}
