//! Translations of which nobody knows whether they still live.

use model::{EndEvidence, Match, TimeSource, Timed, Timestamp};

use crate::RemotePolicy;
use crate::journal::{self, OpenSet};
use crate::milliseconds::NOT_KNOWN;

/// Starts of one connection differ by less, whoever measured them.
const NEAR: i64 = 2_000;

/// The end of one that was unsettled.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Ended {
    /// What tells it apart in the journal.
    pub(crate) identity: Vec<u8>,
    /// The record.
    pub(crate) record: Match,
}

/// Translations of which nobody knows whether they still live: natconnd did not run
/// or could not write when they may have ended.
#[derive(Debug)]
pub(crate) struct Unsettled {
    open: OpenSet,
    /// How the end of those is known that turn out not to live.
    evidence: EndEvidence,
    /// Whether those that still live, or whose end will be told, are not among them
    /// any more.
    is_sifted: bool,
    /// Those whose end was told with a start that is worse than what the journal has.
    better_known: Vec<Match>,
    identity: Vec<u8>,
}

impl Unsettled {
    /// All that are open according to the journals.
    pub(crate) const fn new(open: OpenSet, evidence: EndEvidence) -> Self {
        Self {
            open,
            evidence,
            is_sifted: false,
            better_known: Vec::new(),
            identity: Vec::new(),
        }
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.open.is_empty() && self.better_known.is_empty()
    }

    /// Takes note of what became of a translation. If it shows that one of these has
    /// ended, because another one has taken its place, gives the end of that.
    pub(crate) fn meet(&mut self, record: &Match, remote: RemotePolicy) -> Option<Ended> {
        self.identity.clear();
        journal::identity(record, remote, &mut self.identity);
        let begun = self.open.get(&self.identity)?;
        let is_same = may_be_same(&begun, record);
        let is_estimate = |time: Timed| time.source == TimeSource::Estimated;
        if is_same && record.ended_at.is_none() && record.started_at.is_none_or(is_estimate) {
            // A dump shows that it lives. That is for whoever sifts to see, who may want
            // to know when it began.
            return None;
        }
        let is_other = !is_same;
        let outcome = is_other.then(|| {
            // What was written by this version can be decoded.
            let began = begun.to_match().ok()?;
            Some(Ended {
                identity: self.identity.clone(),
                record: Match {
                    ended_at: record.started_at.map(|start| Timed {
                        source: TimeSource::Estimated,
                        ..start
                    }),
                    end_evidence: Some(EndEvidence::Successor),
                    ..began
                },
            })
        });
        self.open.remove(&self.identity);
        outcome.flatten()
    }

    /// When a translation began whose end is told, where the journal knows it and who
    /// tells does not: a dump has shown it to a process that did not see it begin.
    pub(crate) fn start_of(&mut self, ended: &Match, remote: RemotePolicy) -> Option<Timed> {
        let is_estimate = |time: Timed| time.source == TimeSource::Estimated;
        if ended.ended_at.is_none() || !ended.started_at.is_none_or(is_estimate) {
            return None;
        }
        self.identity.clear();
        journal::identity(ended, remote, &mut self.identity);
        let begun = self.open.get(&self.identity)?;
        let start = journal::timed(begun.started_at, begun.source)?;
        // What was written by this version can be decoded. Whoever told the end may want
        // to know, too.
        self.better_known.extend(begun.to_match());
        Some(start)
    }

    /// Whether [`Self::sift`] was done.
    pub(crate) const fn is_sifted(&self) -> bool {
        self.is_sifted
    }

    /// Keeps those that `is_known` does not know; the others go on.
    pub(crate) fn sift(&mut self, mut is_known: impl FnMut(&Match) -> bool) {
        self.is_sifted = true;
        for begun in self.better_known.drain(..) {
            is_known(&begun);
        }
        let mut known = Vec::new();
        self.open.each(|begun, _| {
            // What was written by this version can be decoded.
            if begun.to_match().is_ok_and(|begun| is_known(&begun)) {
                known.push(begun.identity.to_vec());
            }
        });
        for identity in known {
            self.open.remove(&identity);
        }
    }

    /// Ends those that are left.
    pub(crate) fn end(self, now: Timestamp) -> Vec<Ended> {
        let mut ended = Vec::new();
        let Self { open, evidence, .. } = self;
        open.each(|begun, _| {
            // What was written by this version can be decoded.
            let Ok(translation) = begun.to_match() else {
                return;
            };
            let started_at = translation.started_at;
            ended.push(Ended {
                identity: begun.identity.to_vec(),
                record: Match {
                    ended_at: Some(Timed {
                        at: started_at.map_or(now, |start| now.max(start.at)),
                        source: TimeSource::Estimated,
                    }),
                    end_evidence: Some(evidence),
                    ..translation
                },
            });
        });
        ended
    }
}

/// Whether what is told may be of the connection that was open.
fn may_be_same(open: &journal::Begun, record: &Match) -> bool {
    match (open.kernel_id, record.kernel_id) {
        (Some(open), Some(now)) if open != now => false,
        _ => !is_later(open, record),
    }
}

/// Whether a record is of a connection that began after the one that was open.
fn is_later(open: &journal::Begun, record: &Match) -> bool {
    let Some(start) = record.started_at else {
        return false;
    };
    let later_by = start.at.milliseconds().saturating_sub(open.started_at);
    match (open.source, start.source) {
        _ if open.started_at == NOT_KNOWN => false,
        // It began at or before then, which says nothing.
        (_, TimeSource::Estimated) => false,
        (one, other) if one == other => later_by > 0,
        _ => later_by > NEAR,
    }
}
