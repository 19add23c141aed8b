//! How far an answer can be trusted.

use crate::Timestamp;

/// How complete the data for the asked time is.
///
/// An empty answer is evidence only when coverage is complete.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Coverage {
    /// Every event of the asked time was seen.
    #[default]
    Complete,
    /// These gaps touch the asked time, oldest first.
    Gaps(Vec<Gap>),
}

impl Coverage {
    /// Complete where there is no gap.
    pub fn of_gaps(gaps: Vec<Gap>) -> Self {
        if gaps.is_empty() {
            Self::Complete
        } else {
            Self::Gaps(gaps)
        }
    }

    /// Whether every event of the asked time was seen.
    pub const fn is_complete(&self) -> bool {
        matches!(self, Self::Complete)
    }

    /// This and one more gap.
    pub fn with(self, gap: Gap) -> Self {
        let mut gaps = match self {
            Self::Complete => Vec::new(),
            Self::Gaps(gaps) => gaps,
        };
        gaps.push(gap);
        Self::Gaps(gaps)
    }

    /// The gaps, none where coverage is complete.
    pub fn gaps(&self) -> &[Gap] {
        match self {
            Self::Complete => &[],
            Self::Gaps(gaps) => gaps,
        }
    }
}

/// A time in which events were lost.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Gap {
    /// The last time at which nothing was missing.
    pub from: Timestamp,
    /// The time from which nothing is missing again; `None` while it lasts.
    pub to: Option<Timestamp>,
    /// Why.
    pub cause: GapCause,
}

/// Why events were lost.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum GapCause {
    /// The kernel's table has not been read to the end yet after the start.
    Starting,
    /// The receive buffer was full (`ENOBUFS`).
    ReceiveBuffer,
    /// The event socket failed and had to be opened again.
    Socket,
    /// The kernel's table could not be read.
    Dump,
    /// An event could not be decoded.
    Undecodable,
    /// natconnd itself failed and started over.
    Fault,
    /// The kernel is told to send no events (`nf_conntrack_events=0`).
    EventsOff,
    /// natconnd did not run.
    Stopped,
    /// The machine was suspended.
    Suspended,
    /// The clock was set: times around then may be wrong by as much.
    ClockStep,
    /// Events went missing without a word, as a dump has shown.
    Silence,
    /// Ended connections were kept for a shorter time then (`keep-ended`).
    KeepEnded,
    /// What the kernel has told was not read in time for the answer.
    Behind,
    /// The question reaches beyond the filter of what is tracked at all.
    Filter,
    /// History could not be written: no room, an error, or too slow a disk.
    Unrecorded,
    /// A file of history is damaged or missing, or could not be read just now.
    Damaged,
    /// The question reaches back beyond what history still keeps, or ever kept.
    BeyondHistory,
}

impl GapCause {
    /// All causes.
    pub const ALL: [Self; 17] = [
        Self::Starting,
        Self::ReceiveBuffer,
        Self::Socket,
        Self::Dump,
        Self::Undecodable,
        Self::Fault,
        Self::EventsOff,
        Self::Stopped,
        Self::Suspended,
        Self::ClockStep,
        Self::Silence,
        Self::KeepEnded,
        Self::Behind,
        Self::Filter,
        Self::Unrecorded,
        Self::Damaged,
        Self::BeyondHistory,
    ];

    /// The cause of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cause| cause.name() == name)
    }

    /// The word for it in every output.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::ReceiveBuffer => "receive-buffer",
            Self::Socket => "socket",
            Self::Dump => "dump",
            Self::Undecodable => "undecodable",
            Self::Fault => "fault",
            Self::EventsOff => "events-off",
            Self::Stopped => "stopped",
            Self::Suspended => "suspended",
            Self::ClockStep => "clock-step",
            Self::Silence => "silence",
            Self::KeepEnded => "keep-ended",
            Self::Behind => "behind",
            Self::Filter => "filter",
            Self::Unrecorded => "unrecorded",
            Self::Damaged => "damaged",
            Self::BeyondHistory => "beyond-history",
        }
    }
}
