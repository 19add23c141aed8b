//! Questions to answers.
//!
//! A question that names protocol, NAT endpoint and remote endpoint is asked of
//! the kernel (`exact`), unless the mirror is sure; all others of the mirror,
//! which has connections confirmed that may have ended in silence. Lists are made by
//! scanning (`list`). What is asked about the past is asked of the table and of
//! history (`past`). Who is behind a proxy's client is one question more (`behind`).
//! Faces know [`Answers`] and nothing behind it.

mod behind;
mod best;
mod exact;
mod list;
mod many;
mod past;
mod recorded;
mod usage;
mod wanted;

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use model::{Answer, Coverage, Gap, GapCause, Lookup, Match, Timestamp};
use tokio::sync::broadcast;

use crate::api::Status;
use crate::census::Taker;
use crate::mirror::{Mirror, now};
use crate::recorder::Archive;

pub use crate::census::{
    Census, HeldPort, HostUse, KEPT as CENSUS_KEPT, NatUse, OtherNatUse, PortMap, RemoteUse,
};
pub use behind::{Behind, Client, Identified};
use best::Best;
pub use list::{Order, Page, SortKey};
pub use many::{Answered, Asked};
pub use past::{
    Context, Exported, Looked, Merged, PastAnswer, PastQuestion, RecordsPage, TOLERANCE,
};
pub use wanted::Wanted;

/// How many connections that may have ended in silence are confirmed with the
/// kernel for one lookup.
const CONFIRMED: usize = 32;

/// Answers every question; the one thing that faces know.
pub struct Answers {
    mirror: Arc<Mirror>,
    started_at: Timestamp,
    /// Only a mirror of this machine's kernel has a kernel that can be asked.
    asks_kernel: bool,
    /// What has ended longer ago; nothing where it is not kept.
    archive: Option<Arc<Archive>>,
    /// Counts the table now and then.
    census: Arc<Taker>,
}

pub use crate::mirror::{Change, Notice, State};

/// An answer, and what there is to say of it.
#[derive(Debug)]
pub struct Told {
    /// The answer.
    pub answer: Answer,
    /// Whether all that had happened when it was asked for is in it. Where not,
    /// asking again once natconnd [has caught up](Answers::has_caught_up) is.
    pub is_settled: bool,
    /// Whether the kernel could say of an exact question nothing else than the answer
    /// does, also where something is missing: it has just named the connection that
    /// lives, or would name the one that the table has.
    pub is_confirmed: bool,
}

impl Answers {
    /// Answers from this mirror.
    pub fn new(mirror: Arc<Mirror>) -> Self {
        Self {
            census: Arc::new(Taker::new(Arc::clone(&mirror))),
            mirror,
            started_at: now(),
            asks_kernel: true,
            archive: None,
        }
    }

    /// Whether a lookup takes microseconds, so that it may be done in async
    /// code; else it takes a scan, tens of milliseconds at a million entries.
    pub fn is_quick(&self, question: &Lookup) -> bool {
        self.mirror.has_index_for(question)
    }

    /// Answers a lookup with at most `limit` matches, live ones first, then the
    /// latest.
    pub fn lookup(&self, question: &Lookup, limit: usize) -> Told {
        let asked_at = now();
        // Looked at first: what is applied then is in the table that is searched.
        let was_current = self.asks_kernel && self.mirror.is_current();
        let packet = exact::arriving_packet(question).filter(|_| self.asks_kernel);
        let mut best = Best::new(limit);
        let mut live = 0_usize;
        let mut unannounced = Vec::new();
        let is_whole = self.mirror.find(question, |found| {
            let row = found.to_match();
            live += usize::from(found.is_live());
            if found.is_live() && !found.is_announced() && unannounced.len() < CONFIRMED {
                unannounced.push((found.original(), row.zone, row.kernel_id));
            }
            best.add(row);
        });
        let mut is_settled = was_current || !self.asks_kernel;
        let mut is_confirmed = false;
        if let Some(packet) = packet {
            // The kernel could tell nothing new of a connection that the table has
            // alive and whose end is told, when all that was told is applied. It never
            // has two for one packet.
            let is_certain = was_current && live == 1 && unannounced.is_empty();
            let zone = question.zone.unwrap_or_default();
            is_confirmed = is_certain;
            if !is_certain {
                match exact::get(&packet, zone) {
                    Some(known) => {
                        // The one that lives is the one. What has just ended may
                        // still wait to be read.
                        is_settled |= known.is_some();
                        is_confirmed = known.is_some();
                        best.correct(question, self.mirror.filter(), asked_at, known);
                    }
                    None => {
                        self.mirror.counters.failed_gets.fetch_add(1, Relaxed);
                    }
                }
            }
        } else if self.asks_kernel {
            for (original, zone, id) in unannounced {
                if let Some(id) = id.filter(|id| exact::is_gone(&original, zone, *id)) {
                    best.end(id, original.destination, asked_at);
                }
            }
        }
        let coverage = self.coverage_of(asked_at, self.mirror.filter().covers(question));
        Told {
            answer: best.into_answer(asked_at, is_whole, coverage),
            is_settled,
            is_confirmed,
        }
    }

    /// The time of a question that is asked now.
    pub fn now(&self) -> Timestamp {
        now()
    }

    /// Whether all that had happened at `time` is in the table; if not, the reader
    /// is told to hurry. The table is some milliseconds behind the kernel.
    pub fn has_caught_up(&self, time: Timestamp) -> bool {
        let has_applied = !self.asks_kernel || self.mirror.has_applied(time);
        if !has_applied {
            self.mirror.hurry();
        }
        has_applied
    }

    /// What is missing from an answer for which the table did not catch up.
    pub fn lag(&self) -> Gap {
        Gap {
            from: self.mirror.applied_until(),
            to: None,
            cause: GapCause::Behind,
        }
    }

    /// Lists live translations that are wanted, in order, from the first one after
    /// `after`.
    ///
    /// Scans the whole table where no index helps: some ten milliseconds at a million
    /// entries, so call it where blocking is allowed.
    pub fn list(&self, wanted: &Wanted, order: Order, after: Option<&Match>, limit: usize) -> Page {
        let covers = self.mirror.filter().covers_filter(&wanted.filter);
        Page {
            coverage: self.coverage_of(now(), covers),
            ..list::page(&self.mirror, wanted, order, after, limit)
        }
    }

    /// How many live translations there are.
    pub fn live(&self) -> u64 {
        let [translations, ..] = self.mirror.sizes();
        translations
    }

    /// What is missing from an answer about now; `is_covered` is whether all that
    /// was asked for is tracked at all.
    fn coverage_of(&self, asked_at: Timestamp, is_covered: bool) -> Coverage {
        let coverage = self.mirror.coverage(asked_at);
        if is_covered {
            return coverage;
        }
        let untracked = Gap {
            from: self.started_at,
            to: None,
            cause: GapCause::Filter,
        };
        let gaps = std::iter::once(untracked).chain(coverage.gaps().iter().copied());
        Coverage::Gaps(gaps.collect())
    }

    /// Every change and every gap from now on. A receiver that lags is told how many
    /// changes it missed ([`broadcast::error::RecvError::Lagged`]).
    pub fn follow(&self) -> broadcast::Receiver<Notice> {
        self.mirror.follow()
    }

    /// Whether the kernel's table has been read to the end.
    pub fn is_ready(&self) -> bool {
        self.mirror.is_ready()
    }

    /// How complete an answer about this moment is.
    pub fn coverage(&self) -> Coverage {
        self.mirror.coverage(now())
    }

    /// What the daemon says about itself.
    pub fn status(&self) -> Status {
        let counters = &self.mirror.counters;
        let [translations, connections, ended] = self.mirror.sizes();
        let history = self.archive.as_ref().map(|archive| archive.status());
        let kernel = ctnetlink::Settings::read();
        Status {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            started_at: self.started_at.to_string(),
            ready: self.mirror.is_ready(),
            state: self.mirror.condition().state.name().to_owned(),
            connections,
            translations,
            ended,
            changes_started: counters.started.load(Relaxed),
            changes_ended: counters.ended.load(Relaxed),
            events: counters.events.load(Relaxed),
            lost: counters.overruns.load(Relaxed),
            receive_buffer: counters.receive_buffer.load(Relaxed),
            kernel_timestamps: kernel.timestamp == Some(1),
            kernel_connections: kernel.count,
            kernel_connections_max: kernel.max,
            recording: history.as_ref().map(|history| history.is_recording),
            recording_trouble: history.and_then(|history| history.trouble),
            coverage: (&self.coverage()).into(),
        }
    }
}
